//! `--trusted-jwks`: the key set of a service whose tokens are accepted.

use std::net::IpAddr;

use url::{Host, Url};

use super::parties::{Parties, party};

/// A JSON Web Key Set (RFC 7517) of another service, and what its tokens must carry.
#[derive(Debug, Clone)]
pub struct TrustedJwks {
    /// Where the set is.
    pub url: Url,
    /// What the tokens must carry.
    pub parties: Parties,
}

/// Reads `URL[,issuer=…][,audience=…]`.
pub fn trusted_jwks(text: &str) -> Result<TrustedJwks, String> {
    let mut parts = text.split(',');
    let url = parts.next().unwrap_or_default();
    let url = Url::parse(url).map_err(|error| format!("the address of the key set: {error}"))?;
    // An attacker who changes the keys on their way signs in as anybody.
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if !is_safe || !url.username().is_empty() || url.password().is_some() {
        return Err("the key set must be at an https:// address without a password (http:// on a loopback address alone)".into());
    }
    let mut parties = Parties::default();
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let place = match name {
            "issuer" => &mut parties.issuer,
            "audience" => &mut parties.audience,
            _ => return Err(format!("after the address come issuer= and audience=, and not `{name}`")),
        };
        if place.replace(party(value).map_err(|why| format!("{name}: {why}"))?).is_some() {
            return Err(format!("{name} is given twice"));
        }
    }
    Ok(TrustedJwks { url, parties })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}
