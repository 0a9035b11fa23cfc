//! `POST /api/auth/sign-out`

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};

use super::body::Success;
use crate::{
    identity::{client::Client, extract::Visitor, session::SessionScope, session_cookie, state::IdentityState},
    problem::Result,
    web::{
        described::{Forbidden, StorageErrors},
        security_headers,
    },
};

/// Ends this session, if there is one
#[utoipa::path(
    post,
    path = "/sign-out",
    operation_id = "sign_out",
    tag = "Accounts",
    responses(
        (status = 200, description = "Signed out.", body = Success, headers(("set-cookie"))),
        Forbidden,
        StorageErrors,
    )
)]
pub async fn this_session(State(state): State<IdentityState>, visitor: Visitor, client: Client) -> Result<Response> {
    sign_out(&state, &visitor, &client).await?;
    let mut response = Json(Success { success: true }).into_response();
    security_headers::clear_site_data(response.headers_mut());
    if let Some(cookie) = session_cookie::clear(&state.config) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Ends the visitor's session, if there is one, and no other.
pub async fn sign_out(state: &IdentityState, visitor: &Visitor, client: &Client) -> Result<()> {
    if let Some((claims, id)) = visitor.claims().and_then(|claims| Some((claims, claims.session_id.as_deref()?))) {
        state.revocations.end(&state.db, &claims.user_id, SessionScope::One(id), state.clock.now()).await?;
        tracing::info!(user_id = claims.user_id, address = %client.address, "signed out");
    }
    Ok(())
}
