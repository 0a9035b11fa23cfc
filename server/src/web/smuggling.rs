//! Request smuggling: heads that two servers in a row could read as different requests.

use super::refusals::catch_panic;
use crate::problem::Error;
use axum::{
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

/// Refuses a head by which a proxy in front may have seen another request, or another end of it (RFC 9112, sections 3.2,
/// 6.1 and 6.3). hyper has refused what cannot be parsed at all.
pub async fn reject_smuggling(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let count = |name| headers.get_all(name).iter().count();
    let has_length = count(header::CONTENT_LENGTH) > 0;
    let encodings: Vec<_> = headers.get_all(header::TRANSFER_ENCODING).iter().collect();
    let is_framed_once = match encodings.as_slice() {
        [] => true,
        [one] => !has_length && one.as_bytes().eq_ignore_ascii_case(b"chunked"),
        _ => false,
    };
    if !is_framed_once || count(header::HOST) > 1 {
        return Error::Ambiguous.into_response();
    }
    let is_chunked = !encodings.is_empty();
    let mut response = catch_panic(next.run(request)).await;
    if is_chunked {
        // hyper hides a `Content-Length` beside `Transfer-Encoding: chunked`. RFC 9112 allows such a request if the connection is
        // closed after it.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
