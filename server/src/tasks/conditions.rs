//! Conditional requests (RFC 9110, section 13): `If-None-Match` saves a client from reading again what it has, `If-Match` from
//! overwriting a change that it has not seen.

use std::{collections::BTreeMap, convert::Infallible};

use app::model::schemas;
use axum::{
    body::Bytes,
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use utoipa::{
    IntoParams, IntoResponses,
    openapi::{
        Header, RefOr, Response as DescribedResponse, ResponseBuilder,
        path::{Parameter, ParameterIn},
    },
};

use crate::{
    problem::{Error, Result},
    web::described::parameter,
};

/// The conditions of a request.
pub struct Conditions {
    if_match: Vec<HeaderValue>,
    if_none_match: Vec<HeaderValue>,
}

impl<S: Sync> FromRequestParts<S> for Conditions {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let values = |name| parts.headers.get_all(name).iter().cloned().collect();
        Ok(Self { if_match: values(header::IF_MATCH), if_none_match: values(header::IF_NONE_MATCH) })
    }
}

/// The header of a read that may be answered with [`NotModified`].
pub struct IfNoneMatch;

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let words = "Entity tags that the client has: 304 when one of them is what there is.";
        vec![parameter(ParameterIn::Header, header::IF_NONE_MATCH.as_str(), words, schemas::string())]
    }
}

/// The header of a change that may be refused with 412.
pub struct IfMatch;

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let words = "The entity tags of what is to be changed, or `*`: 412 when it is another by now.";
        vec![parameter(ParameterIn::Header, header::IF_MATCH.as_str(), words, schemas::string())]
    }
}

/// 304, for `responses(…)` of `#[utoipa::path]`.
pub struct NotModified;

impl IntoResponses for NotModified {
    fn responses() -> BTreeMap<String, RefOr<DescribedResponse>> {
        let response = ResponseBuilder::new().description("The client has it.").header("etag", Header::new(schemas::string())).build();
        BTreeMap::from([("304".to_owned(), RefOr::T(response))])
    }
}

/// The entity tags in a header's values, as they are written.
fn tags(values: &[HeaderValue]) -> impl Iterator<Item = &str> {
    // No tag of ours holds a comma.
    values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).map(str::trim)
}

impl Conditions {
    /// Whether a change depends on the entity tag of the resource.
    pub fn has_if_match(&self) -> bool {
        !self.if_match.is_empty()
    }

    /// 412 unless `If-Match` names the resource's tag or is `*` (strong comparison).
    pub fn check_if_match(&self, tag: &str) -> Result<()> {
        let is_allowed = !self.has_if_match() || tags(&self.if_match).any(|wanted| wanted == "*" || wanted == tag);
        if is_allowed { Ok(()) } else { Err(Error::Changed) }
    }

    /// The answer to a read: 304 when `If-None-Match` names the tag (weak comparison), else 200 with the JSON.
    pub fn respond(&self, tag: &str, json: Bytes) -> Result<Response> {
        self.respond_as("application/json", tag, json)
    }

    /// The same in a media type of its own.
    pub fn respond_as(&self, media_type: &'static str, tag: &str, json: Bytes) -> Result<Response> {
        let tag_value = HeaderValue::from_str(tag).map_err(Error::internal)?;
        let has_it = tags(&self.if_none_match).any(|held| held == "*" || held.trim_start_matches("W/") == tag);
        let mut response =
            if has_it { StatusCode::NOT_MODIFIED.into_response() } else { ([(header::CONTENT_TYPE, media_type)], json).into_response() };
        response.headers_mut().insert(header::ETAG, tag_value);
        Ok(response)
    }
}

/// A strong tag of a list: a hash of its JSON and of the link to the next page.
pub fn etag_of_list(json: &[u8], next: Option<&str>) -> String {
    let hash = Sha256::new().chain_update(json).chain_update(next.unwrap_or_default()).finalize();
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&hash[..16]))
}
