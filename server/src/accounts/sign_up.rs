//! `POST /api/auth/sign-up/email`

use std::net::Ipv4Addr;

use app::model::{NAME_MAX, Timestamp, User, schemas, validate_email, validate_image, validate_text};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    body::{Body, required},
    links,
    signed_in::{self, SignedIn, TokenAndUser, end_previous},
};
use crate::{
    db::{Db, Transaction},
    identity::{
        client::Client, extract::CookieSession, hash_queue::Caller, ids::random_id, known_devices, password::Passwords, password_policy,
        session, state::IdentityState, user,
    },
    problem::{Error, Result},
    web::described::{BodyErrors, Forbidden, Invalid, WriteErrors},
};

/// The body of `sign-up/email`.
#[derive(Deserialize, ToSchema)]
pub struct SignUp {
    #[schema(required, schema_with = schemas::name)]
    name: Option<String>,
    #[schema(required, schema_with = schemas::email)]
    email: Option<String>,
    #[schema(required, schema_with = schemas::new_password)]
    password: Option<String>,
    /// The address of a picture
    #[serde(default)]
    #[schema(schema_with = schemas::image)]
    image: Option<String>,
    /// `false` for a session that ends with the browser, at the latest after a day
    #[serde(default, rename = "rememberMe")]
    #[schema(default = true)]
    remember_me: Option<bool>,
    /// Checked like that of `sign-in/email`; the client goes on by itself
    #[serde(default, rename = "callbackURL")]
    callback_url: Option<String>,
}

/// Makes an account and signs in
#[utoipa::path(
    post,
    path = "/sign-up/email",
    operation_id = "sign_up",
    tag = "Accounts",
    request_body = SignUp,
    responses(
        (status = 200, description = "Signed in.", body = TokenAndUser, headers(("set-auth-token"), ("set-cookie"))),
        BodyErrors,
        Forbidden,
        Invalid,
        WriteErrors,
    )
)]
pub async fn by_email(
    State(state): State<IdentityState>,
    client: Client,
    previous: CookieSession,
    Body(body): Body<SignUp>,
) -> Result<Response> {
    let new = NewAccount {
        name: required("name", body.name)?,
        email: required("email", body.email)?,
        password: required("password", body.password)?,
        image: body.image.filter(|image| !image.is_empty()),
    };
    links::check_target(&state, body.callback_url, Error::ForeignCallback)?;
    let signed_in = sign_up(&state, new, body.remember_me.unwrap_or(true), &client, &previous).await?;
    Ok(signed_in::respond(&state, &signed_in, TokenAndUser::from(&signed_in)))
}

/// The input of a sign-up.
pub struct NewAccount {
    /// May be empty.
    pub name: String,
    /// In any case.
    pub email: String,
    /// As typed.
    pub password: String,
    /// The address of a picture.
    pub image: Option<String>,
}

impl NewAccount {
    /// The account with its address in lower case and its name trimmed, or what is wrong with it.
    fn validate(self) -> Result<Self> {
        let email = validate_email(&self.email).map_err(|error| Error::InvalidAccount(vec![error]))?;
        let name = self.name.trim().to_owned();
        validate_text("name", &name, NAME_MAX).map_err(|error| Error::InvalidAccount(vec![error]))?;
        self.image.as_deref().map_or(Ok(()), validate_image).map_err(|error| Error::InvalidAccount(vec![error]))?;
        password_policy::check("password", &self.password, &email, &name).map_err(Error::Rejected)?;
        Ok(Self { name, email, ..self })
    }
}

/// Makes an account and signs it in; the session that the browser had ends.
pub async fn sign_up(
    state: &IdentityState,
    new: NewAccount,
    remember: bool,
    client: &Client,
    previous: &CookieSession,
) -> Result<SignedIn> {
    let new = new.validate()?;
    state.throttle_address(client.address).await?;
    let now = state.clock.now();
    let (user, mut transaction) = add(&state.db, &state.passwords, new, Caller::new(client.address, false), now).await?;
    let until = session::end_of(now, now, &state.config, remember);
    let session = session::insert(&mut transaction, &user.id, remember, client, now, until).await?;
    let ended = end_previous(&mut transaction, previous).await?;
    let device = known_devices::remember(&mut transaction, &user.id, &client.device, now).await?;
    transaction.commit().await?;
    state.revocations.add(ended, now);
    tracing::info!(user_id = %user.id, address = %client.address, "signed up");
    Ok(SignedIn { device, ..SignedIn::new(state, user, &session, remember)? })
}

/// Makes an account, for its operator.
pub async fn create(db: &Db, passwords: &Passwords, new: NewAccount, now: Timestamp) -> Result<User> {
    let operator = Caller::new(Ipv4Addr::LOCALHOST.into(), true);
    let (user, transaction) = add(db, passwords, new.validate()?, operator, now).await?;
    transaction.commit().await?;
    Ok(user)
}

async fn add(db: &Db, passwords: &Passwords, new: NewAccount, caller: Caller, now: Timestamp) -> Result<(User, Transaction)> {
    if user::by_email(db, &new.email).await?.is_some() {
        return Err(Error::EmailTaken);
    }
    let hash = passwords.hash(&new.password, caller).await?;
    let NewAccount { name, email, image, .. } = new;
    let user = User { id: random_id(), name, email, email_verified: false, image, created_at: now, updated_at: now };
    let mut transaction = db.begin().await?;
    user::insert(&mut transaction, &user, &hash).await?;
    Ok((user, transaction))
}
