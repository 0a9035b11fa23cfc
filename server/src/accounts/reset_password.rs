//! `POST /api/auth/request-password-reset`, what its mailed link leads on to, and `POST /api/auth/reset-password`

use app::model::{Timestamp, schemas, validate_email};
use axum::{
    Json,
    extract::{Path, RawQuery, State},
    response::Redirect,
};
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
    web::{
        body,
        described::{BadRequest, BodyErrors, Forbidden, StorageErrors, Unauthorized, WriteErrors},
    },
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
    Ok(Some((user.id().to_owned(), links::reset_link(base_url, target, &token))))
}

/// The body of `reset-password`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResetPassword {
    #[schema(required, schema_with = schemas::new_password)]
    new_password: Option<String>,
    /// May be in the query instead
    #[serde(default)]
    #[schema(schema_with = schemas::string)]
    token: Option<String>,
}

/// What the query of `reset-password` may say.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TokenInQuery {
    /// The link's token, if the body has none
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
    params(TokenInQuery),
    request_body = ResetPassword,
    responses(
        (status = 200, description = "It is set, and every session has ended.", body = Done),
        BodyErrors,
        Unauthorized,
        Forbidden,
        WriteErrors,
    )
)]
pub async fn reset(
    State(state): State<IdentityState>,
    client: Client,
    RawQuery(query): RawQuery,
    Body(body): Body<ResetPassword>,
) -> Result<Json<Done>> {
    let password = required(NEW, body.new_password)?;
    let in_query = body::parse_form::<TokenInQuery>(query.unwrap_or_default().as_bytes())?;
    let token = [body.token, in_query.token].into_iter().flatten().find(|token| !token.is_empty()).ok_or(Error::BadLink)?;
    set_password(&state, &client, &password, &token).await?;
    Ok(Json(DONE))
}

/// Where the mailed link leads on to.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResetTarget {
    /// A path of this site or an address of a trusted one; without it, the page of this site
    #[serde(rename = "callbackURL")]
    callback_url: Option<String>,
}

/// Leads a mailed link on to the page that sets the new password
///
/// Nothing is changed or used up: scanners of mails open links too.
#[utoipa::path(
    get,
    path = "/reset-password/{token}",
    operation_id = "open_reset_link",
    tag = "Accounts",
    params(("token" = String, Path, description = "The link's token"), ResetTarget),
    responses(
        (
            status = 303,
            description = "On to the callback, with `token`, or with `error=INVALID_TOKEN` where the link is not good any more.",
            headers(("location"))
        ),
        BadRequest,
        Forbidden,
        StorageErrors,
    )
)]
pub async fn open_link(State(state): State<IdentityState>, Path(token): Path<String>, RawQuery(query): RawQuery) -> Result<Redirect> {
    let wanted = body::parse_form::<ResetTarget>(query.unwrap_or_default().as_bytes())?.callback_url;
    let Some(target) = links::check_target(&state, wanted, Error::ForeignCallback)? else {
        return Ok(Redirect::to(&links::mailed_link("", links::RESET_PAGE, &token)));
    };
    match find_token(&state, &token).await {
        Ok(_) => Ok(Redirect::to(&links::with_parameter(&target, "token", &token))),
        Err(Error::BadLink) => Ok(Redirect::to(&links::refused_target(&target))),
        Err(error) => Err(error),
    }
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
