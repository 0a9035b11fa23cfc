//! JSON Web Tokens (RFC 7519): issued at sign-in, and accepted from any service that shares the secret or whose key set is trusted.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use app::model::{Timestamp, User};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::Error as TokenError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    crypto_provider, ids,
    known_tokens::KnownTokens,
    revocation::LONGEST_TOKEN,
    signing_key::SigningKey,
    trusted_keys::{TrustedKey, TrustedKeys},
};
use crate::{
    config::{Parties, secret::Secret},
    problem::{Error, Result},
};

/// Longest token that is looked at, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// Longest user id, in characters (row A-N1).
const MAX_USER_ID: usize = 255;
/// How far another service's clock may be ahead of ours, in seconds. Expiry has no leeway.
const LEEWAY_S: f64 = 5.0;

/// The claims of a verified token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Whose it is.
    pub user_id: String,
    /// The session that it belongs to; none for a token of another service.
    pub session_id: Option<String>,
    /// When it was signed (`iat`); 1970 for one that does not say.
    pub issued_at: Timestamp,
    /// The name that it carries.
    pub name: String,
    /// The e-mail that it carries.
    pub email: String,
}

/// A token whose signature is valid. Its time and revocation are checked for each request.
pub struct VerifiedToken {
    /// Its claims.
    pub claims: Claims,
    /// `nbf`, in seconds.
    begins: f64,
    /// `exp`, in seconds.
    ends: f64,
    /// Whether the session that it names is known to be its user's.
    is_session_checked: AtomicBool,
    /// The key of another service that verified it.
    trusted_key: Option<Arc<TrustedKey>>,
}

/// Signs and verifies.
pub struct Tokens {
    signing: EncodingKey,
    /// The current secret and perhaps the one before it.
    verifying: Vec<DecodingKey>,
    /// Ours for services that must not hold the secret.
    signing_key: Option<SigningKey>,
    /// Those of other services.
    trusted_keys: TrustedKeys,
    parties: Parties,
    known: KnownTokens<VerifiedToken>,
}

#[derive(Clone, Copy, Serialize)]
struct IssuedClaims<'a> {
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
}

/// Claims as they are parsed. Values of any type are let through where other services use the name for something else.
#[derive(Deserialize)]
struct RawClaims {
    exp: f64,
    #[serde(default)]
    nbf: Option<Value>,
    #[serde(default)]
    iat: Option<Value>,
    #[serde(default)]
    sub: Option<Value>,
    #[serde(default)]
    user_id: Option<Value>,
    #[serde(default, rename = "userId")]
    user_id_in_camel_case: Option<Value>,
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    sid: Option<Value>,
    #[serde(default)]
    iss: Option<Value>,
    #[serde(default)]
    aud: Option<Value>,
    #[serde(default)]
    name: Option<Value>,
    #[serde(default)]
    email: Option<Value>,
}

impl Tokens {
    /// Signs with `secret`; verifies with it, with `previous`, and with the keys of other services.
    pub fn new(
        secret: &Secret,
        previous: Option<&Secret>,
        signing_key: Option<SigningKey>,
        trusted_keys: TrustedKeys,
        parties: Parties,
    ) -> Self {
        crypto_provider::install();
        let keys = [Some(secret), previous];
        Self {
            signing: EncodingKey::from_secret(secret.as_bytes()),
            verifying: keys.into_iter().flatten().map(|key| DecodingKey::from_secret(key.as_bytes())).collect(),
            signing_key,
            trusted_keys,
            parties,
            known: KnownTokens::default(),
        }
    }

    /// The keys of other services.
    pub const fn trusted_keys(&self) -> &TrustedKeys {
        &self.trusted_keys
    }

    /// The key pair for services that must not hold the secret.
    pub const fn signing_key(&self) -> Option<&SigningKey> {
        self.signing_key.as_ref()
    }

    /// A token of a user without a session: it ends by its time, or with the revocation of all tokens of the user.
    pub fn sign_for(&self, user_id: &str, issued_at: i64, until: Timestamp) -> Result<String> {
        self.encode(&IssuedClaims {
            sub: user_id,
            email: None,
            name: None,
            sid: None,
            iat: issued_at,
            exp: until.seconds(),
            iss: None,
            aud: None,
        })
    }

    /// A token of `user` for one session, until that session ends. `issued_at` is in seconds since 1970.
    pub fn sign(&self, user: &User, session_id: &str, issued_at: i64, until: Timestamp) -> Result<String> {
        self.encode(&IssuedClaims::of_session(user, session_id, issued_at, until))
    }

    /// The same, signed by `key`. It names `site` as issuer and audience where nothing else is configured: services that read key
    /// sets insist on both.
    pub fn sign_with(&self, key: &SigningKey, user: &User, session: (&str, i64, Timestamp), site: &str) -> Result<String> {
        let (session_id, issued_at, until) = session;
        let claims = IssuedClaims::of_session(user, session_id, issued_at, until);
        let Parties { issuer, audience } = &self.parties;
        let claims = IssuedClaims { iss: issuer.as_deref().or(Some(site)), aud: audience.as_deref().or(Some(site)), ..claims };
        let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &key.signing).map_err(Error::internal)
    }

    fn encode(&self, claims: &IssuedClaims<'_>) -> Result<String> {
        let Parties { issuer, audience } = &self.parties;
        let claims = IssuedClaims { iss: issuer.as_deref(), aud: audience.as_deref(), ..*claims };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing).map_err(Error::internal)
    }

    /// The claims of a token that one of our keys has signed, whatever its times are; `None` without a reason for any other.
    pub fn verify(&self, token: &str) -> Option<Arc<VerifiedToken>> {
        if token.len() > MAX_BYTES {
            return None;
        }
        let known = self.known.get_or_insert(token, || self.decode(token))?;
        // The set may have the key again.
        if known.has_withdrawn_key() { self.decode(token).map(Arc::new) } else { Some(known) }
    }

    /// The same; a key of another service that is not known yet is looked for.
    pub async fn verify_or_fetch_key(&self, token: &str, now: Timestamp) -> Result<Option<Arc<VerifiedToken>>> {
        if let Some(verified) = self.verify(token) {
            return Ok(Some(verified));
        }
        if self.trusted_keys.is_empty() || token.len() > MAX_BYTES {
            return Ok(None);
        }
        let Ok(header) = jsonwebtoken::decode_header(token) else { return Ok(None) };
        let Some(key_id) = header.kid.filter(|_| header.alg != Algorithm::HS256) else { return Ok(None) };
        Ok(if self.trusted_keys.look_for(&key_id, now).await? { self.verify(token) } else { None })
    }

    fn decode(&self, token: &str) -> Option<VerifiedToken> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        // An extension that must be understood is not (RFC 7515, section 4.1.11); `b64` and `zip` would change what is signed.
        if header.crit.is_some() || header.zip.is_some() || header.enc.is_some() || header.extras.inner().contains_key("b64") {
            return None;
        }
        if header.alg == Algorithm::HS256 {
            let raw = self.verifying.iter().find_map(|key| decode(token, key, Algorithm::HS256).ok())?;
            return VerifiedToken::new(raw, &self.parties, None);
        }
        // The key is chosen by its id, and by the algorithm that it is for: the header chooses among ours and the trusted ones alone.
        let key_id = header.kid?;
        if let Some(own) = self.signing_key.as_ref().filter(|own| own.id == key_id && header.alg == Algorithm::EdDSA) {
            return VerifiedToken::new(decode(token, &own.verifying, Algorithm::EdDSA).ok()?, &self.parties, None);
        }
        self.trusted_keys.find(&key_id, header.alg).find_map(|(trusted, parties)| {
            let raw = decode(token, &trusted.key, trusted.algorithm).ok()?;
            VerifiedToken::new(raw, parties, Some(trusted))
        })
    }
}

impl<'a> IssuedClaims<'a> {
    fn of_session(user: &'a User, session_id: &'a str, issued_at: i64, until: Timestamp) -> Self {
        Self {
            sub: &user.id,
            email: Some(&user.email),
            name: Some(&user.name),
            sid: Some(session_id),
            iat: issued_at,
            exp: until.seconds(),
            iss: None,
            aud: None,
        }
    }
}

/// The claims of a token that this key has signed, in this algorithm.
fn decode(token: &str, key: &DecodingKey, algorithm: Algorithm) -> Result<RawClaims, TokenError> {
    let mut validation = Validation::new(algorithm);
    // Times are checked by [`VerifiedToken::is_valid_at`], by the clock that is passed in and without the library's 60 s of leeway.
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    // `iss` and `aud` are checked by [`Parties`] where they are set.
    validation.validate_aud = false;
    Ok(jsonwebtoken::decode(token, key, &validation)?.claims)
}

impl VerifiedToken {
    /// Of claims whose signature is valid; `None` if they name no user, or not the `parties` that they must.
    fn new(raw: RawClaims, parties: &Parties, trusted_key: Option<Arc<TrustedKey>>) -> Option<Self> {
        let begins = match raw.nbf {
            None => f64::NEG_INFINITY,
            Some(nbf) => nbf.as_f64()?,
        };
        let user_id = id(raw.sub.or(raw.user_id).or(raw.user_id_in_camel_case).or(raw.id)?)?;
        if user_id.is_empty() || user_id.contains('\0') || user_id.chars().count() > MAX_USER_ID {
            return None;
        }
        let session_id = match raw.sid {
            None => None,
            Some(sid) => Some(text(sid)?),
        };
        // A token of our own session may have been issued before `--jwt-issuer` or `--jwt-audience` was set.
        let is_session_checked = session_id.as_deref().is_some_and(|id| ids::is_session_of(id, &user_id));
        let is_ours = is_session_checked && trusted_key.is_none();
        if !is_ours && !accepts(parties, raw.iss.as_ref(), raw.aud.as_ref()) {
            return None;
        }
        let shown = |claim: Option<Value>| claim.and_then(text).unwrap_or_default();
        #[allow(clippy::cast_possible_truncation, reason = "it saturates")]
        let issued_at = Timestamp((raw.iat.and_then(|iat| iat.as_f64()).unwrap_or(0.0) * 1000.0) as i64);
        let claims = Claims { user_id, session_id, issued_at, name: shown(raw.name), email: shown(raw.email) };
        Some(Self { claims, begins, ends: raw.exp, is_session_checked: AtomicBool::new(is_session_checked), trusted_key })
    }

    /// What a token would say that was issued with a session of ours and ends with it: for sessions that are proven by other means.
    pub fn of_session(claims: Claims, until: Timestamp) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "milliseconds are exact in an f64 until the year 287396")]
        let ends = until.0 as f64 / 1000.0;
        Self { claims, begins: f64::NEG_INFINITY, ends, is_session_checked: AtomicBool::new(true), trusted_key: None }
    }

    /// Whether it has begun and not ended, and ends within ten years: one that lives longer is a mistake, and how long its
    /// revocation must be kept would not be known. A key that was withdrawn ends its tokens.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        #[allow(clippy::cast_precision_loss, reason = "milliseconds are exact in an f64 until the year 287396")]
        let now = now.0 as f64 / 1000.0;
        !self.has_withdrawn_key() && self.ends > now && self.ends <= now + LONGEST_TOKEN.as_secs_f64() && self.begins <= now + LEEWAY_S
    }

    fn has_withdrawn_key(&self) -> bool {
        self.trusted_key.as_ref().is_some_and(|key| key.is_withdrawn())
    }

    /// Whether its session was found to be of its user; never changes back.
    pub fn is_session_checked(&self) -> bool {
        self.is_session_checked.load(Ordering::Relaxed)
    }

    /// Keeps that its session is of its user.
    pub fn note_session_checked(&self) {
        self.is_session_checked.store(true, Ordering::Relaxed);
    }
}

/// Whether the `iss` and `aud` of a token of another service are those that are asked for. `aud` may be several.
fn accepts(parties: &Parties, iss: Option<&Value>, aud: Option<&Value>) -> bool {
    let is = |claim: &Value, wanted: &str| claim.as_str() == Some(wanted);
    let has_issuer = parties.issuer.as_deref().is_none_or(|wanted| iss.is_some_and(|iss| is(iss, wanted)));
    let has_audience = parties.audience.as_deref().is_none_or(|wanted| {
        aud.is_some_and(|aud| is(aud, wanted) || aud.as_array().is_some_and(|all| all.iter().any(|one| is(one, wanted))))
    });
    has_issuer && has_audience
}

/// The id of a user: a text, or a whole number as services with such keys write it.
fn id(value: Value) -> Option<String> {
    match value {
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        value => text(value),
    }
}

fn text(value: Value) -> Option<String> {
    if let Value::String(text) = value { Some(text) } else { None }
}
