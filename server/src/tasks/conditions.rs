//! Conditional requests (RFC 9110, section 13): nobody reads again what they have, and nobody overwrites what they have not
//! seen.

use std::convert::Infallible;

use axum::{
    body::Bytes,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::problem::{Error, Result};

/// What the request wants to be so.
pub struct Conditions {
    if_match: Option<Vec<String>>,
    if_none_match: Option<Vec<String>>,
}

impl<S: Sync> FromRequestParts<S> for Conditions {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self { if_match: tags(&parts.headers, &header::IF_MATCH), if_none_match: tags(&parts.headers, &header::IF_NONE_MATCH) })
    }
}

/// The entity tags of a header, as they are written; `None` when there is no such header.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<String>> {
    headers.contains_key(name).then(|| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        // No tag of ours holds a comma.
        values.flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned()).collect()
    })
}

impl Conditions {
    /// Whether a change is bound to what the resource is.
    pub const fn bind(&self) -> bool {
        self.if_match.is_some()
    }

    /// Whether the resource is one of those that the change is meant for (strong comparison).
    pub fn allow(&self, tag: &str) -> Result<()> {
        match &self.if_match {
            Some(tags) if !tags.iter().any(|wanted| wanted == "*" || wanted == tag) => Err(Error::Changed),
            _ => Ok(()),
        }
    }

    /// The answer to a read: 304 without a body for somebody who has it (weak comparison), else 200 with the JSON.
    pub fn answer(&self, tag: &str, json: Bytes) -> Result<Response> {
        let tag_value = HeaderValue::from_str(tag).map_err(Error::internal)?;
        let has_it = self.if_none_match.iter().flatten().any(|held| held == "*" || held.trim_start_matches("W/") == tag);
        let mut response = if has_it {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, "application/json")], json).into_response()
        };
        response.headers_mut().insert(header::ETAG, tag_value);
        Ok(response)
    }
}

/// A strong tag of a list: what is in it, and what follows it.
pub fn etag_of_list(json: &[u8], next: Option<&str>) -> String {
    let hash = Sha256::new().chain_update(json).chain_update(next.unwrap_or_default()).finalize();
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&hash[..16]))
}
