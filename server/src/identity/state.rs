//! What identity keeps while the process runs: keys, the queue of password hashes, and what is known of sessions and tries.

use std::{net::IpAddr, ops::Deref, sync::Arc, time::Duration};

use app::model::{Session, User};
use axum::extract::FromRef;

use super::{
    guesses::Buckets, imported_session::SignedCookies, known_devices::DeviceCookies, last_seen::LastSeen, password::Passwords,
    revocation::Revocations, signing_key::SigningKey, throttle::Throttle, token::Tokens, trusted_keys::TrustedKeys,
};
use crate::{
    config::{RateLimit, secret::Secret},
    problem::Result,
    shared_state::SharedState,
};

/// How long a token lives that others verify: as long as those of Better Auth's `jwt()` plugin.
const PUBLIC_TOKEN_TTL: Duration = Duration::from_mins(15);

/// See the module; cheap to clone.
#[derive(Clone)]
pub struct IdentityState(Arc<IdentityParts>);

/// The parts of [`IdentityState`].
pub struct IdentityParts {
    shared: SharedState,
    /// Signs and verifies tokens.
    pub tokens: Tokens,
    /// Verifies the cookies of sessions that were taken over from Better Auth.
    pub signed_cookies: SignedCookies,
    /// Signs and verifies the cookies of known devices.
    pub device_cookies: DeviceCookies,
    /// Where tries for e-mails that have no account are counted.
    pub guess_buckets: Buckets,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// Counts tries; `None` where `--rate-limit` is off.
    pub throttle: Option<Throttle>,
    /// When sessions were last used.
    pub last_seen: LastSeen,
    /// Sessions and users whose tokens are refused.
    pub revocations: Revocations,
}

impl Deref for IdentityState {
    type Target = IdentityParts;

    fn deref(&self) -> &IdentityParts {
        &self.0
    }
}

impl Deref for IdentityParts {
    type Target = SharedState;

    fn deref(&self) -> &SharedState {
        &self.shared
    }
}

impl FromRef<IdentityState> for SharedState {
    fn from_ref(state: &IdentityState) -> Self {
        state.shared.clone()
    }
}

impl IdentityState {
    /// With these keys, and the revocations that the database has.
    pub async fn load(
        shared: SharedState,
        (secret, previous): (&Secret, Option<&Secret>),
        signing_key: Option<SigningKey>,
        passwords: Passwords,
    ) -> Result<Self> {
        let (config, quotas) = (&shared.config, shared.config.quotas);
        let trusted_keys = TrustedKeys::new(&config.trusted_jwks);
        let tokens = Tokens::new(secret, previous, signing_key, trusted_keys, config.parties());
        let throttle = (config.rate_limit == RateLimit::On).then(|| Throttle::new(shared.clock.clone(), &shared.db, quotas));
        Ok(Self(Arc::new(IdentityParts {
            tokens,
            signed_cookies: SignedCookies::new(secret, previous),
            device_cookies: DeviceCookies::new(secret, previous)?,
            guess_buckets: Buckets::new(secret)?,
            passwords,
            throttle,
            last_seen: LastSeen::default(),
            revocations: Revocations::load(&shared.db, shared.clock.now()).await?,
            shared,
        })))
    }
}

impl IdentityParts {
    /// Counts a request from this address that costs a hash, a mail or an account.
    pub async fn throttle_address(&self, address: IpAddr) -> Result<()> {
        match &self.throttle {
            Some(throttle) => throttle.address(address).await,
            None => Ok(()),
        }
    }

    /// Counts a change of a user's tasks.
    pub fn throttle_write(&self, user_id: &String) -> Result<()> {
        self.throttle.as_ref().map_or(Ok(()), |throttle| throttle.write(user_id))
    }

    /// A token of a user's session, until that ends.
    pub fn issue_token(&self, user: &User, session: &Session) -> Result<String> {
        let issued_at = self.revocations.issue_time(&user.id, self.clock.now());
        self.tokens.sign(user, &session.id, issued_at, session.expires_at)
    }

    /// The same for a service that verifies it with our key set: it does not learn of a sign-out, so the token lives no longer than
    /// [`PUBLIC_TOKEN_TTL`].
    pub fn issue_token_with(&self, key: &SigningKey, user: &User, session: &Session) -> Result<String> {
        let now = self.clock.now();
        let issued_at = self.revocations.issue_time(&user.id, now);
        let until = session.expires_at.min(now + PUBLIC_TOKEN_TTL);
        self.tokens.sign_with(key, user, (&session.id, issued_at, until), &self.base_url())
    }
}
