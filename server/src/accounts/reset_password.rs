//! `POST /api/auth/request-password-reset` and `POST /api/auth/reset-password`

use app::model::{Timestamp, schemas, validate_email};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Body, DONE, Done, required},
    links,
};
use crate::{
    db::Db,
    email::{
        mail_token::{self, Proven, Purpose},
        templates,
    },
    identity::{
        client::Client,
        guesses,
        hash_queue::Caller,
        known_devices, password_policy,
        revocation::Revocation,
        session::{self, SessionScope},
        state::IdentityState,
        user,
    },
    problem::{Error, Result},
    web::described::{BodyErrors, Forbidden, Unauthorized, WriteErrors},
};

/// The member of the body that is checked, and of the page's form.
const NEW: &str = "newPassword";

/// The body of `request-password-reset`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestReset {
    #[schema(required, schema_with = schemas::email)]
    email: Option<String>,
    #[serde(default)]
    /// A path of this site or an address of a trusted one
    redirect_to: Option<String>,
}

/// The answer to `request-password-reset`.
#[derive(Serialize, ToSchema)]
pub struct ResetRequested {
    status: bool,
    message: &'static str,
}

/// Mails a link for a new password
///
/// Neither the answer nor its time depends on whether the account exists.
#[utoipa::path(
    post,
    path = "/request-password-reset",
    operation_id = "request_password_reset",
    tag = "Accounts",
    request_body = RequestReset,
    responses(
        (status = 200, description = "If it has an account, a link is on its way.", body = ResetRequested),
        BodyErrors,
        Unauthorized,
        Forbidden,
        WriteErrors,
    )
)]
pub async fn request(State(state): State<IdentityState>, client: Client, Body(body): Body<RequestReset>) -> Result<Json<ResetRequested>> {
    let email = required("email", body.email)?;
    request_link(&state, &client, &email, body.redirect_to).await?;
    Ok(Json(ResetRequested { status: true, message: "If this e-mail has an account, a link to set a new password is on its way to it." }))
}

/// The same for the page's form.
pub async fn request_link(state: &IdentityState, client: &Client, email: &str, target: Option<String>) -> Result<()> {
    let email = validate_email(email).map_err(|error| Error::InvalidAccount(vec![error]))?;
    let target = links::check_target(state, target, Error::ForeignRedirect)?;
    state.throttle_address(client.address).await?;
    // Beyond the limit the answer is the same: earlier links are still valid, and a stranger must not learn anything.
    if let Some(throttle) = &state.throttle
        && !throttle.allows_mail("reset", &email).await?
    {
        return Ok(());
    }
    let work = state.clone();
    state.mailer.spawn("a link for a new password", async move { send(&work, &email, target.as_deref()).await });
    Ok(())
}

async fn send(state: &IdentityState, email: &str, target: Option<&str>) -> Result<()> {
    if let Some((user_id, link)) = link(&state.db, &state.base_url(), email, target, state.clock.now()).await? {
        state.mailer.send(templates::reset(email, &link));
        tracing::info!(user_id, "a link for a new password was sent");
    }
    Ok(())
}

/// Makes a link for a new password, if there is such an account: whose it is, and the link.
pub async fn link(db: &Db, base_url: &str, email: &str, target: Option<&str>, now: Timestamp) -> Result<Option<(String, String)>> {
    let Some(user) = user::by_email(db, email).await? else { return Ok(None) };
    let mut transaction = db.begin().await?;
    let token = mail_token::issue(&mut transaction, Purpose::Reset, user.id(), email, now).await?;
    transaction.commit().await?;
    Ok(Some((user.id().to_owned(), links::mailed_link(base_url, target.unwrap_or("/reset-password"), &token))))
}

/// The body of `reset-password`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResetPassword {
    #[schema(required, schema_with = schemas::new_password)]
    new_password: Option<String>,
    #[schema(required, schema_with = schemas::string)]
    token: Option<String>,
}

/// Sets a password by the mailed link
///
/// Ends every session of the account and every token that was issued for it.
#[utoipa::path(
    post,
    path = "/reset-password",
    operation_id = "reset_password",
    tag = "Accounts",
    request_body = ResetPassword,
    responses(
        (status = 200, description = "It is set, and every session has ended.", body = Done),
        BodyErrors,
        Unauthorized,
        Forbidden,
        WriteErrors,
    )
)]
pub async fn reset(State(state): State<IdentityState>, client: Client, Body(body): Body<ResetPassword>) -> Result<Json<Done>> {
    let (password, token) = (required(NEW, body.new_password)?, required("token", body.token)?);
    set_password(&state, &client, &password, &token).await?;
    Ok(Json(DONE))
}

/// The same for the page's form.
pub async fn set_password(state: &IdentityState, client: &Client, password: &str, token: &str) -> Result<()> {
    password_policy::check(NEW, password, "", "").map_err(Error::Rejected)?;
    state.throttle_address(client.address).await?;
    let now = state.clock.now();
    let proven = find_token(state, token).await?;
    let user = user::by_id(&state.db, &proven.user_id).await?.ok_or(Error::BadLink)?;
    password_policy::check(NEW, password, user.email(), user.name()).map_err(Error::Rejected)?;
    let hash = state.passwords.hash(password, Caller::new(client.address, true)).await?;

    let mut transaction = state.db.begin().await?;
    let proven = mail_token::consume(&mut transaction, Purpose::Reset, token, now).await?.ok_or(Error::BadLink)?;
    user::set_password(&mut transaction, &proven.user_id, &hash, now).await?;
    mail_token::delete_all(&mut transaction, &proven.user_id).await?;
    let so_far = Revocation::of_user_so_far(&proven.user_id, now);
    so_far.insert(&mut transaction).await?;
    let mut ended = session::end_in(&mut transaction, &proven.user_id, SessionScope::All).await?;
    ended.push(so_far);
    // An attacker who knew the old password may have made a device known.
    known_devices::forget(&mut transaction, &proven.user_id, None).await?;
    guesses::forget(&mut transaction, &proven.user_id).await?;
    transaction.commit().await?;
    state.revocations.add(ended, now);
    state.mailer.send(templates::password_changed(&proven.email));
    tracing::info!(user_id = proven.user_id, address = %client.address, "password reset");
    Ok(())
}

/// The address that a link was sent to, if the link is valid.
pub async fn address_of(state: &IdentityState, token: &str) -> Result<String> {
    Ok(find_token(state, token).await?.email)
}

async fn find_token(state: &IdentityState, token: &str) -> Result<Proven> {
    mail_token::find(&state.db, Purpose::Reset, token, state.clock.now()).await?.ok_or(Error::BadLink)
}
