//! Styles, scripts, WASM, icons: inside the binary in a release build, read from `target/site` in a debug build.

use std::path::Path;

use axum::{
    body::Bytes,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use crate::problem::Error;

/// A file that cargo-leptos put into the site.
struct Asset {
    path: &'static str,
    raw: &'static [u8],
    brotli: &'static [u8],
}

static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The folder under which pages ask for scripts and styles. It carries a hash of everything in it, so that its files
/// can be kept for a year; a debug build serves the files as they are.
pub const FOLDER: &str = if cfg!(debug_assertions) { "pkg" } else { concat!("pkg-", env!("ASSETS_HASH")) };

/// The entity tags of a file uncompressed and in brotli, from the hash of all assets.
const TAGS: [&str; 2] = [concat!("\"", env!("ASSETS_HASH"), "\""), concat!("\"", env!("ASSETS_HASH"), "-br\"")];

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const SHORT: &str = "public, max-age=3600";

/// The file of the path, or 404.
pub fn serve(request: &Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Error::NotFound.into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    let in_folder = path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/'));
    let wanted = in_folder.map_or_else(|| path.to_owned(), |file| format!("pkg/{file}"));

    if let Some(asset) = ASSETS.iter().find(|asset| asset.path == wanted) {
        let takes_brotli = accepts_brotli(request.headers());
        let cache = if in_folder.is_some() { IMMUTABLE } else { SHORT };
        let (bytes, tag) = if takes_brotli { (asset.brotli, TAGS[1]) } else { (asset.raw, TAGS[0]) };
        let is_held = request.headers().get_all(header::IF_NONE_MATCH).iter().any(|held| held.as_bytes() == tag.as_bytes());
        let mut response = respond(&wanted, cache, Bytes::from_static(if is_held { &[] } else { bytes }));
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        response.headers_mut().insert(header::ETAG, HeaderValue::from_static(tag));
        if is_held {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else if takes_brotli {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        return response;
    }
    if cfg!(debug_assertions) && !wanted.split('/').any(|part| part.is_empty() || part.starts_with('.')) {
        let root = std::env::var("LEPTOS_SITE_ROOT").unwrap_or_else(|_| "target/site".into());
        if let Ok(bytes) = std::fs::read(Path::new(&root).join(&wanted)) {
            return respond(&wanted, "no-cache", bytes.into());
        }
    }
    Error::NotFound.into_response()
}

fn respond(path: &str, cache: &'static str, bytes: Bytes) -> Response {
    let media_type = match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, cache)], bytes).into_response()
}

/// Whether the client accepts brotli (RFC 9110, section 12.5.3): named, and not with a weight of zero.
pub fn accepts_brotli(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(
        |coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts.next() == Some("br")
                && !parts.any(|weight| matches!(weight.trim_start_matches("q=").parse::<f32>(), Ok(weight) if weight <= 0.0))
        },
    )
}
