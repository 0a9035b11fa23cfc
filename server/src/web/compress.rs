//! Compression of pages. Not `tower-http`'s, which compresses on the thread of the request and for every site.

use axum::{
    body::to_bytes,
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{assets, blocking::run_blocking};
use crate::problem::Error;

/// Brotli's quality: more takes longer than it saves.
const QUALITY: i32 = 4;

/// Compresses pages with brotli: over a slow line a list arrives in a fifth of the time. Not a page that another site requested: it
/// could request the same page again and again, and guess from its length what is in it (BREACH).
pub async fn compress(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
    let is_wanted = assets::accepts_brotli(request.headers()) && matches!(site, Some("same-origin" | "none"));
    let mut response = next.run(request).await;
    let is_page = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding, sec-fetch-site"));
    if !is_wanted {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(html) = to_bytes(body, usize::MAX).await else { return Error::internal("a page without its text").into_response() };
    let mut packed = Vec::with_capacity(html.len() / 4);
    let params = brotli::enc::BrotliEncoderParams { quality: QUALITY, ..Default::default() };
    if run_blocking(|| brotli::BrotliCompress(&mut &*html, &mut packed, &params)).is_err() {
        return Response::from_parts(parts, html.into());
    }
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    Response::from_parts(parts, packed.into())
}
