//! Passwords: argon2id (RFC 9106, parameters of the OWASP Password Storage Cheat Sheet), never on the async threads
//! and never more at once than there are cores.

use std::{
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::{sync::Semaphore, task};
use unicode_normalization::UnicodeNormalization as _;

use crate::problem::{Error, Result};

/// Memory in KiB, passes and lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Hashes passwords and checks them.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    cores: Arc<Semaphore>,
    hashes: Arc<AtomicU64>,
}

impl Passwords {
    /// With the parameters above, on all cores.
    pub fn new() -> Result<Self> {
        let (memory, passes, lanes) = COST;
        let params = Params::new(memory, passes, lanes, None).map_err(Error::internal)?;
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            cores: Arc::new(Semaphore::new(cores)),
            hashes: Arc::default(),
        })
    }

    /// The PHC string to keep for a password.
    pub async fn hash(&self, password: &str) -> Result<String> {
        self.run(password, |argon2, password| argon2.hash_password(password).map(|hash| hash.to_string()).map_err(Error::internal)).await?
    }

    /// Whether the password is the one behind `hash`. With no hash, that of an unknown user, it is not, at the same cost.
    pub async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool> {
        match hash {
            None => self.hash(password).await.map(|_| false),
            Some(hash) => {
                self.run(password, move |argon2, password| {
                    let hash = PasswordHash::new(&hash).map_err(Error::internal)?;
                    Ok(argon2.verify_password(password, &hash).is_ok())
                })
                .await?
            }
        }
    }

    /// How many passwords have been hashed so far.
    pub fn count(&self) -> u64 {
        self.hashes.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(&self, password: &str, work: impl FnOnce(&Argon2<'static>, &[u8]) -> T + Send + 'static) -> Result<T> {
        // Better Auth's form: its hashes, and people whose keyboard composes letters, match.
        let password: String = password.nfkc().collect();
        let permit = self.cores.clone().acquire_owned().await.map_err(Error::internal)?;
        self.hashes.fetch_add(1, Ordering::Relaxed);
        let argon2 = self.argon2.clone();
        task::spawn_blocking(move || {
            let done = work(&argon2, password.as_bytes());
            drop(permit);
            done
        })
        .await
        .map_err(Error::internal)
    }
}
