//! `POST /api/auth/sign-in/email`

use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::json;

use super::{
    Client, CookieSession, account,
    reply::{self, Body, required},
};
use crate::{AppState, problem::Result};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    email: Option<String>,
    password: Option<String>,
    #[serde(default)]
    remember_me: Option<bool>,
}

pub async fn by_email(
    State(state): State<AppState>,
    client: Client,
    previous: CookieSession,
    Body(body): Body<SignIn>,
) -> Result<Response> {
    let (email, password) = (required("email", body.email)?, required("password", body.password)?);
    let signed_in = account::sign_in(&state, &email, &password, body.remember_me.unwrap_or(true), &client, &previous).await?;
    Ok(reply::signed_in(&state, &signed_in, json!({ "redirect": false, "token": signed_in.token, "user": signed_in.user })))
}
