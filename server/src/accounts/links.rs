//! Mailed links, and the redirect targets that they may have.

use url::Url;

use crate::{problem::Error, shared_state::SharedState, web::return_to};

/// Longest redirect target, in bytes.
const MAX_BYTES: usize = 2048;
/// The page of this site that sets a new password.
pub const RESET_PAGE: &str = "/reset-password";

/// The link to a page of this site, with the token in its query.
pub fn mailed_link(base_url: &str, path: &str, token: &str) -> String {
    with_parameter(&format!("{base_url}{path}"), "token", token)
}

/// The link for a new password: to the page of this site, or to the endpoint that leads on to the page of a front end, with the
/// token while it is good and with an error afterwards.
pub fn reset_link(base_url: &str, target: Option<&str>, token: &str) -> String {
    match target {
        Some(target) => with_parameter(&format!("{base_url}/api/auth/reset-password/{token}"), "callbackURL", target),
        None => mailed_link(base_url, RESET_PAGE, token),
    }
}

/// An address with one more query parameter.
pub fn with_parameter(address: &str, name: &str, value: &str) -> String {
    let (address, fragment) = address.split_once('#').map_or((address, None), |(address, fragment)| (address, Some(fragment)));
    let separator = if address.contains('?') { '&' } else { '?' };
    let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{address}{separator}{name}={value}{fragment}")
}

/// Where a link that is not good any more leads on to.
pub fn refused_target(target: &str) -> String {
    with_parameter(target, "error", "INVALID_TOKEN")
}

/// A redirect target: a path of this site, or an address of a trusted origin; else the error.
pub fn check_target(state: &SharedState, wanted: Option<String>, error: Error) -> Result<Option<String>, Error> {
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else { return Ok(None) };
    if wanted.len() > MAX_BYTES {
        return Err(error);
    }
    if return_to::own_path(&wanted).is_some_and(|path| path == wanted) {
        return Ok(Some(wanted));
    }
    // Not the `Host` of the request, which its sender chooses: a mailed link would carry the token there.
    let own = Url::parse(&state.base_url()).map(|url| url.origin());
    let is_trusted = |url: &Url| {
        let origin = url.origin();
        url.username().is_empty() && (own.as_ref() == Ok(&origin) || state.config.trusted_origins.contains(&origin))
    };
    // Normalised as a browser would: a line end in it would break the text of the mail.
    Url::parse(&wanted).ok().filter(is_trusted).map(|url| Some(url.into())).ok_or(error)
}
