//! `POST /api/auth/sign-out`

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use super::{Client, Visitor, account, cookie};
use crate::{AppState, http::security, problem::Result};

/// Ends this one session. Somebody who is signed out already is told the same.
pub async fn this_session(State(state): State<AppState>, visitor: Visitor, client: Client) -> Result<Response> {
    account::sign_out(&state, &visitor, &client).await?;
    let mut response = Json(json!({ "success": true })).into_response();
    security::clear_site_data(response.headers_mut());
    if let Some(cookie) = cookie::clear(&state.config) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
