//! `/forgot-password` and `/reset-password`

use app::routes::{forgot_password::ForgotPage, form_errors, reset_password::ResetPage};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::render::{render, render_refused, with_cookie};
use crate::{
    accounts,
    identity::{client::Client, session_cookie, state::IdentityState},
    problem::{Error, Result},
    web::body::{self, Form},
};

/// What the form for a link sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    email: String,
    sent: Option<String>,
}

/// Asks for the address.
pub async fn forgot_page(RawQuery(query): RawQuery) -> Result<Response> {
    let query: Wanted = body::parse_form(query.unwrap_or_default().as_bytes())?;
    Ok(render(ForgotPage { is_sent: query.sent.is_some(), ..ForgotPage::default() }).await)
}

/// Mails a link.
pub async fn forgot(State(state): State<IdentityState>, client: Client, Form(form): Form<Wanted>) -> Result<Response> {
    match accounts::reset_password::request_link(&state, &client, form.email.trim(), None).await {
        Ok(()) => Ok(Redirect::to("/forgot-password?sent=1").into_response()),
        Err(error) => {
            let page = |error: &Error| ForgotPage { email: form.email, is_sent: false, errors: form_errors(&error.document("")) };
            render_refused(error, page).await
        }
    }
}

/// What the mailed link and its form send.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Link {
    token: String,
    #[serde(rename = "newPassword")]
    new_password: String,
}

/// Asks for the new password.
pub async fn reset_page(State(state): State<IdentityState>, RawQuery(query): RawQuery) -> Result<Response> {
    let Link { token, .. } = body::parse_form(query.unwrap_or_default().as_bytes())?;
    reset_form(&state, token, None).await
}

/// Sets it.
pub async fn reset(State(state): State<IdentityState>, client: Client, Form(form): Form<Link>) -> Result<Response> {
    match accounts::reset_password::set_password(&state, &client, &form.new_password, &form.token).await {
        // Every session has ended, also that of this browser.
        Ok(()) => Ok(with_cookie(session_cookie::clear(&state.config), Redirect::to("/signin?done=reset").into_response())),
        Err(error) => reset_form(&state, form.token, Some(error)).await,
    }
}

async fn reset_form(state: &IdentityState, token: String, error: Option<Error>) -> Result<Response> {
    match (accounts::reset_password::address_of(state, &token).await, error) {
        (Ok(email), None) => Ok(render(ResetPage { link: Some((token, email)), errors: Vec::new() }).await),
        (Ok(email), Some(error)) => {
            render_refused(error, |error| ResetPage { link: Some((token, email)), errors: form_errors(&error.document("")) }).await
        }
        (Err(Error::BadLink), _) => {
            let mut response = render(ResetPage { link: None, errors: Vec::new() }).await;
            *response.status_mut() = StatusCode::BAD_REQUEST;
            Ok(response)
        }
        (Err(error), _) => Err(error),
    }
}
