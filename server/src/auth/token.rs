//! JSON Web Tokens (RFC 7519): made here at sign-in, and as good from any service that shares the secret.

use std::sync::Arc;

use app::model::{Timestamp, User};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{hs256, known_tokens::KnownTokens, secret::Secret};
use crate::problem::{Error, Result};

/// Longest token that is looked at, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// Longest user id, in characters (row A-N1).
const MAX_USER_ID: usize = 255;
/// How far another service's clock may be ahead of ours, in seconds. Expiry has no leeway.
const LEEWAY_S: f64 = 5.0;

/// What a verified token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Whose it is.
    pub user_id: String,
    /// The session that it belongs to; none for a token of another service.
    pub session_id: Option<String>,
    /// When it was signed; as long ago as can be for one that does not say.
    pub issued_at: Timestamp,
    /// The name that it carries.
    pub name: String,
    /// The e-mail that it carries.
    pub email: String,
}

/// A token with a good signature; what is left to check is the time, and that nobody has ended it.
pub struct Signed {
    /// What it says.
    pub proof: Proof,
    /// `nbf`, in seconds.
    begins: f64,
    /// `exp`, in seconds.
    ends: f64,
}

/// Signs and verifies.
pub struct Tokens {
    signing: EncodingKey,
    /// The current key and perhaps the one before it.
    verifying: Vec<DecodingKey>,
    validation: Validation,
    known: KnownTokens<Signed>,
}

#[derive(Serialize)]
struct OurClaims<'a> {
    sub: &'a str,
    email: &'a str,
    name: &'a str,
    sid: &'a str,
    iat: i64,
    exp: i64,
}

/// Claims as anybody may have written them; those that other services use for other things are read leniently.
#[derive(Deserialize)]
struct Claims {
    exp: f64,
    #[serde(default)]
    nbf: Option<Value>,
    #[serde(default)]
    iat: Option<Value>,
    #[serde(default)]
    sub: Option<Value>,
    #[serde(default)]
    user_id: Option<Value>,
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    sid: Option<Value>,
    #[serde(default)]
    name: Option<Value>,
    #[serde(default)]
    email: Option<Value>,
}

impl Tokens {
    /// Signs with `secret`; verifies with it and with `previous`.
    pub fn new(secret: &Secret, previous: Option<&Secret>) -> Self {
        hs256::install();
        let mut validation = Validation::new(Algorithm::HS256);
        // Times are checked by [`Signed::holds_at`], by the clock that is passed in and without the library's 60 s of leeway.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        // Whom another service meant its token for is that service's affair: sharing the secret is the agreement.
        validation.validate_aud = false;
        let keys = [Some(secret), previous];
        Self {
            signing: EncodingKey::from_secret(secret.as_bytes()),
            verifying: keys.into_iter().flatten().map(|key| DecodingKey::from_secret(key.as_bytes())).collect(),
            validation,
            known: KnownTokens::default(),
        }
    }

    /// A token for somebody's tasks that belongs to no session: nothing but time ends it, and the end of its user.
    pub fn sign_for(&self, user_id: &str, now: Timestamp, until: Timestamp) -> Result<String> {
        let claims = serde_json::json!({ "sub": user_id, "iat": now.seconds(), "exp": until.seconds() });
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing).map_err(Error::internal)
    }

    /// A token of `user` for one session, until that session ends.
    pub fn sign(&self, user: &User, session_id: &str, now: Timestamp, until: Timestamp) -> Result<String> {
        let claims =
            OurClaims { sub: &user.id, email: &user.email, name: &user.name, sid: session_id, iat: now.seconds(), exp: until.seconds() };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing).map_err(Error::internal)
    }

    /// A token that one of our keys has signed, whatever the time is. Why another is none is not told.
    pub fn read(&self, token: &str) -> Option<Arc<Signed>> {
        if token.len() > MAX_BYTES {
            return None;
        }
        self.known.get_or_insert(token, || self.decode(token))
    }

    fn decode(&self, token: &str) -> Option<Signed> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        // An extension that must be understood is not (RFC 7515, section 4.1.11); `b64` and `zip` would change what is signed.
        if header.crit.is_some() || header.zip.is_some() || header.enc.is_some() || header.extras.inner().contains_key("b64") {
            return None;
        }
        let claims = self.verifying.iter().find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok())?.claims;
        let begins = match claims.nbf {
            None => f64::NEG_INFINITY,
            Some(nbf) => nbf.as_f64()?,
        };
        let user_id = text(claims.sub.or(claims.user_id).or(claims.id)?)?;
        if user_id.is_empty() || user_id.contains('\0') || user_id.chars().count() > MAX_USER_ID {
            return None;
        }
        let session_id = match claims.sid {
            None => None,
            Some(sid) => Some(text(sid)?),
        };
        let shown = |claim: Option<Value>| claim.and_then(text).unwrap_or_default();
        let issued_at = Timestamp(claims.iat.and_then(|iat| iat.as_i64()).unwrap_or(0).saturating_mul(1000));
        let proof = Proof { user_id, session_id, issued_at, name: shown(claims.name), email: shown(claims.email) };
        Some(Signed { proof, begins, ends: claims.exp })
    }
}

impl Signed {
    /// Whether it has begun and not ended.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        #[allow(clippy::cast_precision_loss, reason = "milliseconds are exact in an f64 until the year 287396")]
        let now = now.0 as f64 / 1000.0;
        self.ends > now && self.begins <= now + LEEWAY_S
    }
}

fn text(value: Value) -> Option<String> {
    if let Value::String(text) = value { Some(text) } else { None }
}
