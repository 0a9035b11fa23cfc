//! `POST /api/auth/sign-in/email`

use app::model::{User, schemas, validate_email};
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Body, required},
    links,
    signed_in::{self, SignedIn, end_previous},
};
use crate::{
    identity::{
        client::Client,
        extract::CookieSession,
        guesses::{self, HeldBackNotice, Origin},
        hash_queue::Caller,
        known_devices,
        password::Verdict,
        password_policy, session,
        state::IdentityState,
        user::{self, UserRow},
    },
    problem::{Error, Result},
    web::described::{BodyErrors, Forbidden, Unauthorized, WriteErrors},
};

/// The body of `sign-in/email`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    #[schema(required, schema_with = schemas::email)]
    email: Option<String>,
    #[schema(required, schema_with = schemas::typed_password)]
    password: Option<String>,
    #[serde(default)]
    #[schema(default = true)]
    remember_me: Option<bool>,
    /// Where the client goes on to: a path of this site or an address of a trusted one
    #[serde(default, rename = "callbackURL")]
    callback_url: Option<String>,
}

/// The answer to `sign-in/email`.
#[derive(Serialize, ToSchema)]
struct SignInAnswer<'a> {
    /// Whether the client is to go on to `url`
    redirect: bool,
    /// The `callbackURL`, if there was one
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    /// A JWT
    token: &'a str,
    user: &'a User,
}

/// Signs in
#[utoipa::path(
    post,
    path = "/sign-in/email",
    operation_id = "sign_in",
    tag = "Accounts",
    request_body = SignIn,
    responses(
        (status = 200, description = "Signed in.", body = SignInAnswer, headers(("set-auth-token"), ("set-cookie"), ("location"))),
        BodyErrors,
        Unauthorized,
        Forbidden,
        WriteErrors,
    )
)]
pub async fn by_email(
    State(state): State<IdentityState>,
    client: Client,
    previous: CookieSession,
    Body(body): Body<SignIn>,
) -> Result<Response> {
    let (email, password) = (required("email", body.email)?, required("password", body.password)?);
    let target = links::check_target(&state, body.callback_url, Error::ForeignCallback)?;
    let signed_in = sign_in(&state, &email, &password, body.remember_me.unwrap_or(true), &client, &previous).await?;
    let url = target.as_deref();
    let answer = SignInAnswer { redirect: url.is_some(), url, token: &signed_in.token, user: &signed_in.user };
    let mut response = signed_in::respond(&state, &signed_in, answer);
    if let Some(url) = url.and_then(|url| HeaderValue::from_str(url).ok()) {
        response.headers_mut().insert(header::LOCATION, url);
    }
    Ok(response)
}

/// Checks a password and begins a session; the browser's previous one ends. An unknown address costs the same hash and gets the
/// same answer.
pub async fn sign_in(
    state: &IdentityState,
    email: &str,
    password: &str,
    remember: bool,
    client: &Client,
    previous: &CookieSession,
) -> Result<SignedIn> {
    let email = validate_email(email).map_err(Error::Rejected)?;
    password_policy::check_length_of_typed(password)?;
    let found = known_or_throttled(state, &email, client).await?;
    let (account, user_id) = match &found.user {
        Some(user) => (user.id().to_owned(), Some(user.id().to_owned())),
        None => (state.guess_buckets.account(&email), None),
    };
    let now = state.clock.now();
    let mut notice = None;
    if let Some(throttle) = &state.throttle {
        if !matches!(found.origin, Origin::Device(_)) {
            throttle.account(&email, client.address).await?;
        }
        let number = guesses::count(&state.db, &account, &found.origin, now).await?;
        notice = user_id.as_ref().filter(|_| matches!(found.origin, Origin::Unknown)).map(|_| HeldBackNotice::of(state, number, &email));
    }
    let caller = Caller::new(client.address, !matches!(found.origin, Origin::Unknown));
    let found = found.user;
    // Before anything whose time would tell whether the account exists.
    let hash = found.as_ref().map(|user| user.password_hash.clone());
    let verdict = state.passwords.verify(password, hash, caller).await?;
    let Some(user) = found.filter(|_| verdict != Verdict::Wrong) else {
        tracing::info!(user_id, address = %client.address, "sign-in refused");
        return Err(Error::WrongCredentials);
    };

    if let Some(notice) = &mut notice {
        notice.take_back();
    }
    let checked = user.password_hash.clone();
    let user = User::from(user);
    let now = state.clock.now();
    let replacement = if verdict == Verdict::Outdated { Some(state.passwords.hash(password, caller).await?) } else { None };
    let until = session::end_of(now, now, &state.config, remember);
    let mut transaction = state.db.begin().await?;
    if !user::lock_if_password_unchanged(&mut transaction, &user.id, &checked, replacement.as_deref()).await? {
        return Err(Error::WrongCredentials);
    }
    let session = session::insert(&mut transaction, &user.id, remember, client, now, until).await?;
    let ended = end_previous(&mut transaction, previous).await?;
    if state.throttle.is_some() {
        guesses::forget(&mut transaction, &user.id).await?;
    }
    let device = known_devices::remember(&mut transaction, &user.id, &client.device, now).await?;
    transaction.commit().await?;
    state.revocations.add(ended, now);
    // Another process may just have revoked the user's tokens of this second: the new one must be issued after that.
    if let Err(error) = state.revocations.refresh(&state.db, now).await {
        tracing::warn!(cause = error.secret_cause(), "what other processes revoke is not known");
    }
    tracing::info!(user_id = %user.id, address = %client.address, "signed in");
    Ok(SignedIn { device, ..SignedIn::new(state, user, &session, remember)? })
}

/// The user of an e-mail, and where the attempt comes from.
struct Found<'a> {
    user: Option<UserRow>,
    origin: Origin<'a>,
}

/// Counts the attempt by its address, unless it comes from a known device of the account, which is counted by itself: others at
/// the same address do not lock it out.
async fn known_or_throttled<'a>(state: &IdentityState, email: &str, client: &'a Client) -> Result<Found<'a>> {
    let now = state.clock.now();
    let device = client.device.id.as_deref();
    match (device, &state.throttle) {
        (Some(id), Some(throttle)) => throttle.device(id).await?,
        _ => state.throttle_address(client.address).await?,
    }
    let user = user::by_email(&state.db, email).await?;
    if let (Some(id), Some(user)) = (device, &user)
        && known_devices::is_known(&state.db, user.id(), &client.device, now).await?
    {
        return Ok(Found { user: Some(user.clone()), origin: Origin::Device(id) });
    }
    if device.is_some() {
        state.throttle_address(client.address).await?;
    }
    let is_at_address = match &user {
        Some(user) => session::is_from(&state.db, user.id(), &client.address.to_string(), now).await?,
        None => false,
    };
    Ok(Found { user, origin: if is_at_address { Origin::Address(client.address) } else { Origin::Unknown } })
}
