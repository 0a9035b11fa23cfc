//! `POST /api/auth/sign-up/email`

use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::json;

use super::{
    Client, CookieSession,
    account::{self, NewAccount},
    reply::{self, Body, required},
};
use crate::{AppState, problem::Result};

#[derive(Deserialize)]
pub struct SignUp {
    name: Option<String>,
    email: Option<String>,
    password: Option<String>,
}

pub async fn by_email(
    State(state): State<AppState>,
    client: Client,
    previous: CookieSession,
    Body(body): Body<SignUp>,
) -> Result<Response> {
    let new = NewAccount {
        name: required("name", body.name)?,
        email: required("email", body.email)?,
        password: required("password", body.password)?,
    };
    let signed_in = account::sign_up(&state, new, &client, &previous).await?;
    Ok(reply::signed_in(&state, &signed_in, json!({ "token": signed_in.token, "user": signed_in.user })))
}
