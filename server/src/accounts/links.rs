//! Mailed links, and the redirect targets that they may have.

use url::Url;

use crate::{problem::Error, shared_state::SharedState, web::return_to};

/// Longest redirect target, in bytes.
const MAX_BYTES: usize = 2048;

/// The link to a path of this site, or to a trusted page on another one, with the token in its query.
pub fn mailed_link(base_url: &str, target: &str, token: &str) -> String {
    let base = if target.starts_with('/') { base_url } else { "" };
    with_parameter(&format!("{base}{target}"), "token", token)
}

/// An address with one more query parameter.
pub fn with_parameter(address: &str, name: &str, value: &str) -> String {
    let (address, fragment) = address.split_once('#').map_or((address, None), |(address, fragment)| (address, Some(fragment)));
    let separator = if address.contains('?') { '&' } else { '?' };
    let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{address}{separator}{name}={value}{fragment}")
}

/// A redirect target: a path of this site, or an address of a trusted origin; else the error.
pub fn check_target(state: &SharedState, wanted: Option<String>, error: Error) -> Result<Option<String>, Error> {
    let Some(wanted) = wanted else { return Ok(None) };
    if wanted.len() > MAX_BYTES {
        return Err(error);
    }
    if return_to::own_path(&wanted).is_some_and(|path| path == wanted) {
        return Ok(Some(wanted));
    }
    let is_trusted = |url: &Url| {
        let origin = url.origin();
        url.username().is_empty() && (state.config.base_url.as_ref() == Some(&origin) || state.config.trusted_origins.contains(&origin))
    };
    // Normalised as a browser would: a line end in it would break the text of the mail.
    Url::parse(&wanted).ok().filter(is_trusted).map(|url| Some(url.into())).ok_or(error)
}
