//! Public keys of other services (`--trusted-jwks`): their tokens are verified with these, never with the shared secret.
//!
//! A set is read at start, every [`RELOADED_EVERY`], and when a token names a key that is not in it, at most once in
//! [`UNKNOWN_KEY_EVERY`]. A set that cannot be had leaves the keys that are known; a key that is gone from it ends its tokens.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use app::model::Timestamp;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{Uri, body::Bytes};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::{
    config::{Parties, trusted_jwks::TrustedJwks},
    problem::{Error, Result},
};

/// Time between two readings of a set.
pub const RELOADED_EVERY: Duration = Duration::from_mins(15);
/// Least time between two readings for tokens that name an unknown key: forged ones cannot make us flood the other service.
const UNKNOWN_KEY_EVERY: Duration = Duration::from_mins(1);
/// How long reading a set may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Largest set, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// Most keys of a set.
const MAX_KEYS: usize = 100;
/// Least length of an RSA modulus, in bytes: 2,048 bits (RFC 7518, section 3.3).
const MIN_RSA_BYTES: usize = 256;

/// A public key and the one algorithm that it is for.
pub struct TrustedKey {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The key.
    pub key: DecodingKey,
    jwk: Jwk,
    is_withdrawn: AtomicBool,
}

impl TrustedKey {
    /// Whether its set has it no longer: tokens that it verified earlier are refused.
    pub fn is_withdrawn(&self) -> bool {
        self.is_withdrawn.load(Ordering::Relaxed)
    }
}

/// The key sets of other services.
pub struct TrustedKeys {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    sets: Vec<KeySet>,
}

struct KeySet {
    source: TrustedJwks,
    /// By `kid`; `None` until the set was read once.
    keys: RwLock<Option<HashMap<String, Arc<TrustedKey>>>>,
    /// When a token with an unknown key last made us read it.
    last_asked: Mutex<Option<Timestamp>>,
}

impl TrustedKeys {
    /// Of these services; no set is read yet.
    pub fn new(sources: &[TrustedJwks]) -> Self {
        // Plain http was allowed on loopback addresses alone. Redirects are not followed: one could lead from TLS to plain text.
        let connector = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let sets = sources.iter().cloned();
        let sets = sets.map(|source| KeySet { source, keys: RwLock::default(), last_asked: Mutex::default() }).collect();
        Self { client, sets }
    }

    /// Whether there is no service.
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// The keys of this id and algorithm, each with what its tokens must carry.
    pub fn find(&self, id: &str, algorithm: Algorithm) -> impl Iterator<Item = (Arc<TrustedKey>, &Parties)> {
        self.sets.iter().filter_map(move |set| Some((set.get(id).filter(|key| key.algorithm == algorithm)?, &set.source.parties)))
    }

    /// Reads the sets that do not have this key, unless they were just read for another one. Whether the key may be there now.
    /// A set that was never read answers 503: the token may be valid.
    pub async fn look_for(&self, id: &str, now: Timestamp) -> Result<bool> {
        let mut has_read = false;
        for set in self.sets.iter().filter(|set| set.get(id).is_none()) {
            // Requests that come meanwhile wait for the same reading.
            let mut last_asked = set.last_asked.lock().await;
            if last_asked.is_none_or(|last| last + UNKNOWN_KEY_EVERY <= now) {
                *last_asked = Some(now);
                self.reload(set).await;
            }
            drop(last_asked);
            if !set.was_read() {
                return Err(Error::Unavailable(format!("the keys of {} were never had", set.source.url).into()));
            }
            has_read = true;
        }
        Ok(has_read)
    }

    /// Reads every set; whether all could be had.
    pub async fn reload_all(&self) -> bool {
        let mut is_complete = true;
        for set in &self.sets {
            is_complete &= self.reload(set).await;
        }
        is_complete
    }

    async fn reload(&self, set: &KeySet) -> bool {
        let fetched = tokio::time::timeout(TIMEOUT, self.fetch(set)).await;
        match fetched.unwrap_or_else(|_| Err("it takes too long".into())) {
            Ok(keys) => set.replace(keys),
            Err(cause) => {
                tracing::warn!(url = %set.source.url, cause, "the trusted key set could not be read; the keys known are kept");
                return false;
            }
        }
        true
    }

    async fn fetch(&self, set: &KeySet) -> Result<HashMap<String, Jwk>, String> {
        #[derive(Deserialize)]
        struct Jwks {
            keys: Vec<Value>,
        }
        let uri: Uri = set.source.url.as_str().parse().map_err(text)?;
        let response = self.client.get(uri).await.map_err(text)?;
        if !response.status().is_success() {
            return Err(format!("it answers {}", response.status()));
        }
        let body = Limited::new(response.into_body(), MAX_BYTES).collect().await.map_err(|error| error.to_string())?;
        let bytes = body.to_bytes();
        let Jwks { keys } = serde_json::from_slice(&bytes).map_err(|error| format!("it is no key set: {error}"))?;
        if keys.len() > MAX_KEYS {
            return Err(format!("it has more than {MAX_KEYS} keys"));
        }
        // Keys of kinds that are not read are no error (RFC 7517, section 5).
        let keys = keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        Ok(keys.filter_map(|key| Some((key.common.key_id.clone()?, key))).collect())
    }
}

impl KeySet {
    fn get(&self, id: &str) -> Option<Arc<TrustedKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.get(id).cloned()
    }

    fn was_read(&self) -> bool {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Takes these keys over; those that are gone, or are other keys under the same id, are withdrawn.
    fn replace(&self, keys: HashMap<String, Jwk>) {
        let mut kept = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let mut known = kept.take().unwrap_or_default();
        let new = keys.into_iter().filter_map(|(id, jwk)| {
            let key = match known.remove(&id) {
                Some(same) if same.jwk == jwk => same,
                other => {
                    known.extend(other.map(|other| (id.clone(), other)));
                    Arc::new(usable(jwk)?)
                }
            };
            Some((id, key))
        });
        let new = new.collect();
        for withdrawn in known.values() {
            withdrawn.is_withdrawn.store(true, Ordering::Relaxed);
        }
        *kept = Some(new);
    }
}

fn text(error: impl std::error::Error) -> String {
    // The client's own words are general; the cause has the reason.
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// The key, if it is one for signatures of an algorithm that we verify.
fn usable(jwk: Jwk) -> Option<TrustedKey> {
    let (algorithm, named) = match &jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => (Algorithm::EdDSA, KeyAlgorithm::EdDSA),
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => (Algorithm::ES256, KeyAlgorithm::ES256),
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        _ => return None,
    };
    let is_for_signatures = jwk.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    let is_for_algorithm = jwk.common.key_algorithm.is_none_or(|given| given == named);
    if !is_for_signatures || !is_for_algorithm {
        return None;
    }
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    if let jsonwebtoken::DecodingKeyKind::RsaModulusExponent { n, .. } = key.kind()
        && n.len() < MIN_RSA_BYTES
    {
        return None;
    }
    Some(TrustedKey { algorithm, key, jwk, is_withdrawn: AtomicBool::new(false) })
}
