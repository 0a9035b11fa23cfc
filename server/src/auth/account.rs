//! Signing up, in and out, as the API and the pages' forms both do it.

use std::{net::Ipv4Addr, time::Duration};

use app::model::{NAME_MAX, Session, Timestamp, User, validate_email, validate_text};

use super::{
    Client, CookieSession, Visitor,
    get_session::Current,
    guesses::{self, HeldBackNotice, Origin},
    hash_queue::Caller,
    known_devices,
    password::{Passwords, Verdict},
    policy,
    revocation::Revocation,
    session::{self, Which, random_id},
    user::{self, UserRow},
};
use crate::{
    AppState,
    db::{Db, Transaction},
    problem::{Error, Result},
};

/// Somebody who has just proven who they are.
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The JWT of their new session.
    pub token: String,
    /// How long a cookie keeps it; `None` until the browser is closed.
    pub keep: Option<Duration>,
    /// The id that makes their device known, if it has just become so.
    pub device: Option<String>,
}

impl SignedIn {
    /// Signs the token of a session.
    pub fn new(state: &AppState, user: User, session: &Session, remember: bool) -> Result<Self> {
        let token = state.issue_token(&user, session)?;
        let left = u64::try_from(session.expires_at.0 - state.clock.now().0).unwrap_or(0);
        Ok(Self { user, token, keep: remember.then(|| Duration::from_millis(left)), device: None })
    }
}

/// What somebody says who wants an account.
pub struct NewAccount {
    /// What they want to be called; may be empty.
    pub name: String,
    /// Their address, in any case.
    pub email: String,
    /// Their password, as typed.
    pub password: String,
}

impl NewAccount {
    /// The account with its address in lower case and its name trimmed, or what is wrong with it.
    fn validate(self) -> Result<Self> {
        let email = validate_email(&self.email).map_err(|error| Error::InvalidAccount(vec![error]))?;
        let name = self.name.trim().to_owned();
        validate_text("name", &name, NAME_MAX).map_err(|error| Error::InvalidAccount(vec![error]))?;
        policy::check("password", &self.password, &email, &name).map_err(Error::Rejected)?;
        Ok(Self { name, email, password: self.password })
    }
}

/// Makes an account and signs it in; the session that the browser had ends.
pub async fn sign_up(state: &AppState, new: NewAccount, client: &Client, previous: &CookieSession) -> Result<SignedIn> {
    let new = new.validate()?;
    state.throttle_address(client).await?;
    let now = state.clock.now();
    let (user, mut transaction) = add(&state.db, &state.passwords, new, Caller::new(client.address, false), now).await?;
    let until = session::end_of(now, now, &state.config, true);
    let session = session::insert(&mut transaction, &user.id, true, client, now, until).await?;
    let ended = end_previous(&mut transaction, previous).await?;
    let device = known_devices::remember(&mut transaction, &user.id, &client.device, now).await?;
    transaction.commit().await?;
    state.revocations.add(ended, now);
    tracing::info!(user_id = %user.id, address = %client.address, "signed up");
    Ok(SignedIn { device, ..SignedIn::new(state, user, &session, true)? })
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
    let NewAccount { name, email, .. } = new;
    let user = User { id: random_id(), name, email, email_verified: false, image: None, created_at: now, updated_at: now };
    let mut transaction = db.begin().await?;
    user::insert(&mut transaction, &user, &hash).await?;
    Ok((user, transaction))
}

/// Ends the session of which a browser still had the cookie when another began there.
async fn end_previous(transaction: &mut Transaction, previous: &CookieSession) -> Result<Vec<Revocation>> {
    match previous.ids() {
        Some((user_id, session_id)) => session::end_in(transaction, user_id, Which::One(session_id)).await,
        None => Ok(Vec::new()),
    }
}

/// Checks a password and begins a session; the one that the browser had ends. An unknown address costs the same hash and gets
/// the same words.
pub async fn sign_in(
    state: &AppState,
    email: &str,
    password: &str,
    remember: bool,
    client: &Client,
    previous: &CookieSession,
) -> Result<SignedIn> {
    let email = validate_email(email).map_err(Error::Rejected)?;
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
    // Hash and compare before anything that a stranger could tell apart.
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
    if !user::hold(&mut transaction, &user.id, &checked, replacement.as_deref()).await? {
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
    // The user's tokens of this second may just have been refused by another process; this one is not to be among them.
    if let Err(error) = state.revocations.refresh(&state.db, now).await {
        tracing::warn!(cause = error.secret_cause(), "what other processes revoke is not known");
    }
    tracing::info!(user_id = %user.id, address = %client.address, "signed in");
    Ok(SignedIn { device, ..SignedIn::new(state, user, &session, remember)? })
}

/// Who an e-mail belongs to, and where the try to sign in comes from.
struct Found<'a> {
    user: Option<UserRow>,
    origin: Origin<'a>,
}

/// Counts the try by its address, unless it comes from a device of the account's owner, whom others at the same address do
/// not hold back: that is counted by itself.
async fn known_or_throttled<'a>(state: &AppState, email: &str, client: &'a Client) -> Result<Found<'a>> {
    let now = state.clock.now();
    let device = client.device.id.as_deref();
    match (device, &state.throttle) {
        (Some(id), Some(throttle)) => throttle.device(id).await?,
        _ => state.throttle_address(client).await?,
    }
    let user = user::by_email(&state.db, email).await?;
    if let (Some(id), Some(user)) = (device, &user)
        && known_devices::is_known(&state.db, user.id(), &client.device, now).await?
    {
        return Ok(Found { user: Some(user.clone()), origin: Origin::Device(id) });
    }
    if device.is_some() {
        state.throttle_address(client).await?;
    }
    let is_at_address = match &user {
        Some(user) => session::is_from(&state.db, user.id(), &client.address.to_string(), now).await?,
        None => false,
    };
    Ok(Found { user, origin: if is_at_address { Origin::Address(client.address) } else { Origin::Unknown } })
}

/// Checks the password that somebody who is signed in was asked for again.
pub async fn confirm_password(state: &AppState, current: &Current, password: &str, client: &Client) -> Result<()> {
    state.throttle_address(client).await?;
    if let Some(throttle) = &state.throttle {
        throttle.account(&current.user.email, client.address).await?;
        // Who is signed in is not held back by strangers who try the account from elsewhere, but does not guess for ever either.
        guesses::count(&state.db, &current.user.id, &Origin::Session(&current.session.id), state.clock.now()).await?;
    }
    let caller = Caller::new(client.address, true);
    if state.passwords.verify(password, Some(current.password_hash.clone()), caller).await? == Verdict::Wrong {
        tracing::info!(user_id = current.user.id, address = %client.address, "password not confirmed");
        return Err(Error::WrongPassword);
    }
    if state.throttle.is_some() {
        let mut transaction = state.db.begin().await?;
        guesses::forget(&mut transaction, &current.user.id).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Ends the visitor's session, if there is one, and no other.
pub async fn sign_out(state: &AppState, visitor: &Visitor, client: &Client) -> Result<()> {
    if let Some((proof, id)) = visitor.proof().and_then(|proof| Some((proof, proof.session_id.as_deref()?))) {
        state.revocations.end(&state.db, &proof.user_id, Which::One(id), state.clock.now()).await?;
        tracing::info!(user_id = proof.user_id, address = %client.address, "signed out");
    }
    Ok(())
}
