//! `POST /api/auth/send-verification-email`, `POST /api/auth/change-email` and `GET /api/auth/verify-email`, and what the pages
//! behind the mailed links do.

use std::time::Duration;

use app::model::{FieldError, Timestamp, schemas, validate_email};
use axum::{
    Json,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderName, Method, header},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Body, DONE, Done, required},
    confirm_password::confirm_password,
    links,
};
use crate::{
    email::{
        mail_token::{self, Purpose},
        templates,
    },
    identity::{
        client::Client,
        current_session::{CurrentSession, find, require},
        extract::Visitor,
        state::IdentityState,
        user,
    },
    problem::{Error, Result},
    web::{
        body,
        described::{BadRequest, BodyErrors, Forbidden, StorageErrors, Unauthorized, WriteErrors},
    },
};

/// The member of the body that is checked, and of the page's form.
const NEW: &str = "newEmail";
/// The page behind a link that confirms an address, and that behind one that cancels a change.
pub const VERIFY_PATH: &str = "/verify-email";
/// See [`VERIFY_PATH`].
pub const CANCEL_PATH: &str = "/cancel-email-change";
/// A session that began longer ago needs the password for a change of the e-mail.
const FRESH_FOR: Duration = Duration::from_mins(10);
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
/// What browsers send with a prefetch (<https://wicg.github.io/nav-speculation/prefetch.html>), and sent before that.
const PREFETCH: [HeaderName; 3] =
    [HeaderName::from_static("sec-purpose"), HeaderName::from_static("purpose"), HeaderName::from_static("x-moz")];

/// An account that wants a link to confirm its address.
#[derive(Deserialize, ToSchema)]
pub struct SendVerification {
    #[schema(required, schema_with = schemas::email)]
    email: Option<String>,
    /// A path of this site or an address of a trusted one
    #[serde(default, rename = "callbackURL")]
    callback_url: Option<String>,
}

/// Mails a link that proves an address
#[utoipa::path(
    post,
    path = "/send-verification-email",
    operation_id = "send_verification_email",
    tag = "Accounts",
    request_body = SendVerification,
    responses(
        (status = 200, description = "If it has an account and is not proven, a link is on its way.", body = Done),
        BodyErrors,
        Unauthorized,
        Forbidden,
        WriteErrors,
    )
)]
pub async fn send(
    State(state): State<IdentityState>,
    client: Client,
    visitor: Visitor,
    Body(body): Body<SendVerification>,
) -> Result<Json<Done>> {
    let email = required("email", body.email)?;
    // Who is signed in learns nothing about anybody else; a stranger gets the same answer for every address.
    if let Some(CurrentSession { user, .. }) = find(&state, &visitor).await? {
        let rejected = |code: &str, words: &str| Err(Error::Rejected(FieldError::new("email", code, words)));
        let wanted = validate_email(&email).map_err(|error| Error::InvalidAccount(vec![error]))?;
        links::check_target(&state, body.callback_url.clone(), Error::ForeignCallback)?;
        if wanted != user.email {
            return rejected("EMAIL_MISMATCH", "That is not the e-mail of your account.");
        }
        if user.email_verified {
            return rejected("EMAIL_ALREADY_VERIFIED", "Your e-mail is confirmed already.");
        }
    }
    request_verification(&state, &client, &email, body.callback_url).await?;
    Ok(Json(DONE))
}

/// The same for the page's form.
pub async fn request_verification(state: &IdentityState, client: &Client, email: &str, target: Option<String>) -> Result<()> {
    let email = validate_email(email).map_err(|error| Error::InvalidAccount(vec![error]))?;
    let target = links::check_target(state, target, Error::ForeignCallback)?;
    state.throttle_address(client.address).await?;
    if !allows_mail(state, "verify", &email).await? {
        return Ok(());
    }
    let work = state.clone();
    state.mailer.spawn("a link to confirm an e-mail", async move { send_verification(&work, &email, target.as_deref()).await });
    Ok(())
}

async fn send_verification(state: &IdentityState, email: &str, target: Option<&str>) -> Result<()> {
    let Some(user) = user::by_email(&state.db, email).await? else { return Ok(()) };
    if user.is_verified() {
        return Ok(());
    }
    let mut transaction = state.db.begin().await?;
    let token = mail_token::issue(&mut transaction, Purpose::Verify, user.id(), email, state.clock.now()).await?;
    transaction.commit().await?;
    state.mailer.send(templates::verify(email, &link(state, VERIFY_PATH, &token, target)));
    Ok(())
}

/// The address that an account wants, with its password unless the session is young.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeEmail {
    #[schema(required, schema_with = schemas::email)]
    new_email: Option<String>,
    /// The current password. Needed when the session began longer than 10 minutes ago.
    #[serde(default)]
    password: Option<String>,
    /// A path of this site or an address of a trusted one
    #[serde(default, rename = "callbackURL")]
    callback_url: Option<String>,
}

/// Mails a link to a new address
///
/// The account has the new address once that link is followed; a link to the present address cancels this. A new address that has
/// an account already is written nothing, and the answer is the same.
#[utoipa::path(
    post,
    path = "/change-email",
    operation_id = "change_email",
    tag = "Accounts",
    request_body = ChangeEmail,
    responses(
        (status = 200, description = "If no account has the address, a link is on its way.", body = Done),
        BodyErrors,
        Unauthorized,
        Forbidden,
        WriteErrors,
    ),
    security(("bearer" = []), ("cookie" = []))
)]
pub async fn change(
    State(state): State<IdentityState>,
    client: Client,
    visitor: Visitor,
    Body(body): Body<ChangeEmail>,
) -> Result<Json<Done>> {
    let email = required(NEW, body.new_email)?;
    let (email, target) = checked(&state, &email, body.callback_url)?;
    let current = require(&state, &visitor).await?;
    request_checked_change(&state, &client, current, body.password.as_deref(), email, target).await?;
    Ok(Json(DONE))
}

/// The same for the page's form.
pub async fn request_email_change(
    state: &IdentityState,
    client: &Client,
    visitor: &Visitor,
    password: &str,
    email: &str,
    target: Option<String>,
) -> Result<()> {
    let (email, target) = checked(state, email, target)?;
    let current = require(state, visitor).await?;
    request_checked_change(state, client, current, Some(password), email, target).await
}

fn checked(state: &IdentityState, email: &str, target: Option<String>) -> Result<(String, Option<String>)> {
    let email = validate_email(email).map_err(|error| Error::InvalidAccount(vec![FieldError { field: NEW.into(), ..error }]))?;
    Ok((email, links::check_target(state, target, Error::ForeignCallback)?))
}

async fn request_checked_change(
    state: &IdentityState,
    client: &Client,
    current: CurrentSession,
    password: Option<&str>,
    email: String,
    target: Option<String>,
) -> Result<()> {
    if email == current.user.email {
        return Err(Error::InvalidAccount(vec![FieldError::new(NEW, "UNCHANGED", "That is your e-mail already.")]));
    }
    match password {
        Some(password) => confirm_password(state, &current, password, client).await?,
        None if current.session.created_at + FRESH_FOR > state.clock.now() => {}
        None => return Err(Error::SessionNotFresh),
    }
    state.throttle_address(client.address).await?;
    if let Some(throttle) = &state.throttle {
        throttle.mail_of_user(&current.user.id).await?;
    }
    tracing::info!(user_id = current.user.id, address = %client.address, "another e-mail wanted");
    if !allows_mail(state, "change", &email).await? {
        return Ok(());
    }
    let work = state.clone();
    state.mailer.spawn("links about a new e-mail", async move { send_change(&work, &current, &email, target.as_deref()).await });
    Ok(())
}

async fn send_change(state: &IdentityState, current: &CurrentSession, email: &str, target: Option<&str>) -> Result<()> {
    let (user, now) = (&current.user, state.clock.now());
    let mut transaction = state.db.begin().await?;
    // A reset that came after the question was asked ends its links too.
    current.recheck(&mut transaction, now).await?;
    let confirm = mail_token::issue(&mut transaction, Purpose::Change, &user.id, email, now).await?;
    let cancel = mail_token::issue(&mut transaction, Purpose::CancelChange, &user.id, &user.email, now).await?;
    transaction.commit().await?;
    if user::by_email(&state.db, email).await?.is_none() {
        state.mailer.send(templates::change(email, &link(state, VERIFY_PATH, &confirm, target)));
    }
    state.mailer.send(templates::change_asked(&user.email, email, &link(state, CANCEL_PATH, &cancel, None)));
    Ok(())
}

/// Whether the address may get another mail of this kind. If not, the answer is the same: the link of the last one is good
/// still, and the client may be a stranger to the owner of the address.
async fn allows_mail(state: &IdentityState, kind: &'static str, email: &str) -> Result<bool> {
    match &state.throttle {
        Some(throttle) => throttle.allows_mail(kind, email).await,
        None => Ok(true),
    }
}

/// The link to a page of this site that leads on to `target`.
fn link(state: &IdentityState, path: &str, token: &str, target: Option<&str>) -> String {
    let link = links::mailed_link(&state.base_url(), path, token);
    target.map_or(link.clone(), |target| links::with_parameter(&link, "callbackURL", target))
}

/// The addresses that this user has asked to change to and has not confirmed, and until when that can be done.
pub async fn pending_changes(state: &IdentityState, user_id: &str) -> Result<Vec<(String, Timestamp)>> {
    mail_token::pending(&state.db, Purpose::Change, user_id, state.clock.now()).await
}

/// What a mailed link says, and the form of the page behind it.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Link {
    /// The link's token
    #[param(required)]
    pub token: Option<String>,
    /// Where to go on to: a path of this site or an address of a trusted one
    #[serde(rename = "callbackURL")]
    pub callback_url: Option<String>,
}

impl Link {
    /// The token and where to go on, if that is a trusted page.
    pub fn checked(self, state: &IdentityState) -> Result<(String, Option<String>)> {
        Ok((required("token", self.token)?, links::check_target(state, self.callback_url, Error::ForeignCallback)?))
    }
}

/// The answer to `verify-email`.
#[derive(Serialize, ToSchema)]
struct Verified {
    status: bool,
    /// Always `null`: a link tells its bearer nothing about the account
    user: Option<()>,
}

/// Confirms an address by a mailed link, for scripts: `fetch`, or `Accept: application/json`; a browser is led to the page of the link
#[utoipa::path(
    get,
    path = "/verify-email",
    operation_id = "verify_email",
    tag = "Accounts",
    params(Link),
    responses(
        (status = 200, description = "The address is proven.", body = Verified),
        (
            status = 303,
            description = "On to the callback, with `error=INVALID_TOKEN` where the link was good for nothing.",
            headers(("location"))
        ),
        BadRequest,
        Unauthorized,
        Forbidden,
        StorageErrors,
    )
)]
pub async fn verify(
    State(state): State<IdentityState>,
    client: Client,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let query = query.unwrap_or_default();
    let (token, target) = body::parse_form::<Link>(query.as_bytes())?.checked(&state)?;
    if method == Method::HEAD || !is_script(&headers) {
        return Ok(Redirect::to(&format!("{VERIFY_PATH}?{query}")).into_response());
    }
    match (follow_link(&state, &client, &token).await, target) {
        (Ok(()), None) => Ok(Json(Verified { status: true, user: None }).into_response()),
        (Ok(()), Some(target)) => Ok(Redirect::to(&target).into_response()),
        (Err(Error::BadVerification), Some(target)) => Ok(Redirect::to(&links::refused_target(&target)).into_response()),
        (Err(error), _) => Err(error),
    }
}

/// Whether a script asks: `fetch` says so in `Sec-Fetch-Mode` (the official client, in browsers and on Node.js), another program
/// by wanting JSON. A scanner of mails does neither: it navigates, or sends what it takes to be a browser's headers.
fn is_script(headers: &HeaderMap) -> bool {
    if PREFETCH.iter().any(|name| headers.contains_key(name)) {
        return false;
    }
    if let Some(mode) = headers.get(SEC_FETCH_MODE) {
        return mode == "cors" || mode == "same-origin";
    }
    let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepts.flat_map(|value| value.split(',')).any(|kind| kind.split(';').next().unwrap_or_default().trim() == "application/json")
}

/// What following a link would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Confirms the account's address, which is this.
    Confirm(String),
    /// Gives the account this address.
    Change(String),
}

/// What a link would do, without doing it.
pub async fn link_effect(state: &IdentityState, token: &str) -> Result<Effect> {
    let now = state.clock.now();
    if let Some(proven) = mail_token::find(&state.db, Purpose::Verify, token, now).await? {
        return Ok(Effect::Confirm(proven.email));
    }
    let proven = mail_token::find(&state.db, Purpose::Change, token, now).await?;
    proven.map(|proven| Effect::Change(proven.email)).ok_or(Error::BadVerification)
}

/// Follows a link that confirms an address or gives the account a new one.
pub async fn follow_link(state: &IdentityState, client: &Client, token: &str) -> Result<()> {
    let now = state.clock.now();
    let mut transaction = state.db.begin().await?;
    if let Some(proven) = mail_token::consume(&mut transaction, Purpose::Verify, token, now).await? {
        // Bound to the address as well: an account that has another one by now is not touched.
        user::set_verified(&mut transaction, &proven.user_id, &proven.email, now).await?;
        transaction.commit().await?;
        tracing::info!(user_id = proven.user_id, address = %client.address, "e-mail confirmed");
        return Ok(());
    }
    let proven = mail_token::consume(&mut transaction, Purpose::Change, token, now).await?.ok_or(Error::BadVerification)?;
    let old = user::set_email(&mut transaction, &proven.user_id, &proven.email, now).await?.ok_or(Error::BadVerification)?;
    mail_token::delete_all(&mut transaction, &proven.user_id).await?;
    transaction.commit().await?;
    state.mailer.send(templates::email_changed(&old, &proven.email));
    tracing::info!(user_id = proven.user_id, address = %client.address, "e-mail changed");
    Ok(())
}

/// The address whose change a link would cancel.
pub async fn address_to_keep(state: &IdentityState, token: &str) -> Result<String> {
    let proven = mail_token::find(&state.db, Purpose::CancelChange, token, state.clock.now()).await?;
    Ok(proven.ok_or(Error::BadVerification)?.email)
}

/// Cancels what would change the address.
pub async fn cancel_change(state: &IdentityState, client: &Client, token: &str) -> Result<()> {
    let mut transaction = state.db.begin().await?;
    let proven =
        mail_token::consume(&mut transaction, Purpose::CancelChange, token, state.clock.now()).await?.ok_or(Error::BadVerification)?;
    mail_token::delete_changes(&mut transaction, &proven.user_id).await?;
    transaction.commit().await?;
    tracing::info!(user_id = proven.user_id, address = %client.address, "change of e-mail cancelled");
    Ok(())
}
