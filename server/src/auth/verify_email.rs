//! `POST /api/auth/send-verification-email`, `POST /api/auth/change-email` and `GET /api/auth/verify-email`

use app::model::{FieldError, User, validate_email};
use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Client, Visitor,
    get_session::require,
    letters, links,
    mail_token::{self, Purpose},
    reply::{Body, required},
    user,
};
use crate::{
    AppState,
    http::body,
    problem::{Error, Result},
};

/// The member of the body that is checked, and of the page's form.
const NEW: &str = "newEmail";
const PATH: &str = "/api/auth/verify-email";

#[derive(Deserialize)]
pub struct SendVerification {
    email: Option<String>,
    #[serde(default, rename = "callbackURL")]
    callback_url: Option<String>,
}

/// Mails the link that proves an account's address, if there is such an account and it is not proven yet.
pub async fn send(State(state): State<AppState>, client: Client, Body(body): Body<SendVerification>) -> Result<Json<Value>> {
    let email = required("email", body.email)?;
    ask(&state, &client, &email, body.callback_url).await?;
    Ok(Json(json!({ "status": true })))
}

/// The same for the page's form.
pub async fn ask(state: &AppState, client: &Client, email: &str, target: Option<String>) -> Result<()> {
    let email = validate_email(email).map_err(|error| Error::InvalidAccount(vec![error]))?;
    let target = links::trusted(state, target, Error::ForeignCallback)?;
    throttle(state, client, &email).await?;
    let work = state.clone();
    state.mailer.later("a link to confirm an e-mail", async move { send_verification(&work, &email, target.as_deref()).await });
    Ok(())
}

async fn send_verification(state: &AppState, email: &str, target: Option<&str>) -> Result<()> {
    let Some(user) = user::by_email(&state.db, email).await? else { return Ok(()) };
    if user.is_verified() {
        return Ok(());
    }
    let link = issue(state, Purpose::Verify, user.id(), email, target).await?;
    state.mailer.post(letters::verify(email, &link));
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeEmail {
    new_email: Option<String>,
    #[serde(default, rename = "callbackURL")]
    callback_url: Option<String>,
}

/// Mails a link to the new address; the account has it once somebody follows that. An address that has an account
/// already is written nothing, and the answer is the same.
pub async fn change(State(state): State<AppState>, client: Client, visitor: Visitor, Body(body): Body<ChangeEmail>) -> Result<Json<Value>> {
    let email = required(NEW, body.new_email)?;
    let (email, target) = checked(&state, &email, body.callback_url)?;
    let current = require(&state, &visitor).await?;
    ask_checked_change(&state, &client, current.user.id, email, target).await?;
    Ok(Json(json!({ "status": true })))
}

/// The same for the page's form.
pub async fn ask_change(state: &AppState, client: &Client, user: &User, email: &str, target: Option<String>) -> Result<()> {
    let (email, target) = checked(state, email, target)?;
    ask_checked_change(state, client, user.id.clone(), email, target).await
}

fn checked(state: &AppState, email: &str, target: Option<String>) -> Result<(String, Option<String>)> {
    let email = validate_email(email).map_err(|error| Error::InvalidAccount(vec![FieldError { field: NEW.into(), ..error }]))?;
    Ok((email, links::trusted(state, target, Error::ForeignCallback)?))
}

async fn ask_checked_change(state: &AppState, client: &Client, user_id: String, email: String, target: Option<String>) -> Result<()> {
    throttle(state, client, &email).await?;
    tracing::info!(user_id, address = %client.address, "another e-mail wanted");
    let work = state.clone();
    state.mailer.later("a link to confirm a new e-mail", async move { send_change(&work, &user_id, &email, target.as_deref()).await });
    Ok(())
}

async fn send_change(state: &AppState, user_id: &str, email: &str, target: Option<&str>) -> Result<()> {
    if user::by_email(&state.db, email).await?.is_some() {
        return Ok(());
    }
    let link = issue(state, Purpose::Change, user_id, email, target).await?;
    state.mailer.post(letters::change(email, &link));
    Ok(())
}

async fn throttle(state: &AppState, client: &Client, email: &str) -> Result<()> {
    state.throttle_address(client).await?;
    match &state.throttle {
        Some(throttle) => throttle.mail(email).await,
        None => Ok(()),
    }
}

async fn issue(state: &AppState, purpose: Purpose, user_id: &str, email: &str, target: Option<&str>) -> Result<String> {
    let mut transaction = state.db.begin().await?;
    let token = mail_token::issue(&mut transaction, purpose, user_id, email, state.clock.now()).await?;
    transaction.commit().await?;
    let link = links::to(&state.base_url(), PATH, &token);
    Ok(target.map_or(link.clone(), |target| links::with(&link, "callbackURL", target)))
}

#[derive(Deserialize)]
struct Link {
    token: Option<String>,
    #[serde(default, rename = "callbackURL")]
    callback_url: Option<String>,
}

/// What the mailed links open. Signs nobody in.
pub async fn verify(State(state): State<AppState>, client: Client, RawQuery(query): RawQuery) -> Result<Response> {
    let link: Link = body::parse_form(query.unwrap_or_default().as_bytes())?;
    let token = required("token", link.token)?;
    let target = links::trusted(&state, link.callback_url, Error::ForeignCallback)?;
    match (follow(&state, &client, &token).await, target) {
        (Ok(()), None) => Ok(Json(json!({ "status": true })).into_response()),
        (Ok(()), Some(target)) => Ok(Redirect::to(&target).into_response()),
        (Err(Error::BadVerification), Some(target)) => Ok(Redirect::to(&links::with(&target, "error", "INVALID_TOKEN")).into_response()),
        (Err(error), _) => Err(error),
    }
}

async fn follow(state: &AppState, client: &Client, token: &str) -> Result<()> {
    let now = state.clock.now();
    let mut transaction = state.db.begin().await?;
    if let Some(proven) = mail_token::take(&mut transaction, Purpose::Verify, token, now).await? {
        // Bound to the address as well: an account that has another one by now is not touched.
        user::set_verified(&mut transaction, &proven.user_id, &proven.email, now).await?;
        transaction.commit().await?;
        tracing::info!(user_id = proven.user_id, address = %client.address, "e-mail confirmed");
        return Ok(());
    }
    let proven = mail_token::take(&mut transaction, Purpose::Change, token, now).await?.ok_or(Error::BadVerification)?;
    let old = user::set_email(&mut transaction, &proven.user_id, &proven.email, now).await?.ok_or(Error::BadVerification)?;
    // A link to set a password that was sent to the old address opens nothing any more.
    mail_token::drop_others(&mut transaction, Purpose::Reset, &proven.user_id).await?;
    transaction.commit().await?;
    state.mailer.post(letters::email_changed(&old, &proven.email));
    tracing::info!(user_id = proven.user_id, address = %client.address, "e-mail changed");
    Ok(())
}
