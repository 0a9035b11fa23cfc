//! Passwords: argon2id (RFC 9106, parameters of the OWASP Password Storage Cheat Sheet), never on the async threads
//! and never more at once than there are cores. Hashes that earlier systems made are verified too, then replaced.

use std::{
    num::NonZero,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::model::PASSWORD_MAX;
use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use prometheus_client::metrics::counter::Counter;
use tokio::{task, time::timeout};
use unicode_normalization::UnicodeNormalization as _;

use super::hash_queue::{Caller, HashQueue};
use crate::{
    config::HashCost,
    problem::{Error, Result},
    web::client_left::client_left,
};

/// Better Auth's parameters of scrypt: log2 of N, r, p, and the bytes of its key.
const SCRYPT: (u8, u32, u32) = (14, 16, 1);
const SCRYPT_KEY: usize = 64;

/// Upper bounds of a stored hash's parameters, so that a damaged one cannot use up memory or a core for days: KiB and passes of
/// argon2, log2 of the rounds of bcrypt.
const ARGON2_MEMORY_MAX: u32 = 1024 * 1024;
const ARGON2_PASSES_MAX: u32 = 100;
const BCRYPT_COST_MAX: u32 = 16;

/// How long a request waits for a core to hash its password; then it is 503.
const HASH_QUEUE_TIMEOUT: Duration = Duration::from_secs(8);
/// Capacity of the queue for each core: as many as it hashes in some five seconds.
const WAITING_PER_CORE: usize = 128;
/// Smallest capacity of the queue.
const WAITING_MIN: usize = 256;

/// Hashes passwords and checks them.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    queue: HashQueue,
    hashes: Counter,
    /// Buffers of argon2, reused while requests wait: having the kernel map and clear a new one took a fifth of a hash.
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
}

/// Whether a password matches a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does not match.
    Wrong,
    /// It matches.
    Right,
    /// It matches, and is to be hashed again: the stored hash is weaker than configured, or of another system.
    Outdated,
}

impl Passwords {
    /// With this cost, on all cores.
    pub fn new(cost: HashCost) -> Result<Self> {
        let params = Params::new(cost.argon2_memory, cost.argon2_passes, cost.argon2_lanes, None).map_err(Error::internal)?;
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            queue: HashQueue::new(cores, WAITING_MIN.max(WAITING_PER_CORE * cores)),
            hashes: Counter::default(),
            memory: Arc::default(),
        })
    }

    /// The PHC string to keep for a password.
    pub async fn hash(&self, password: &str, caller: Caller) -> Result<String> {
        self.run(password, caller, |argon2, typed, memory| {
            let salt = Salt::generate();
            let hash = PasswordHash {
                algorithm: Algorithm::Argon2id.ident(),
                version: Some(Version::V0x13.into()),
                params: ParamsString::try_from(argon2.params()).map_err(Error::internal)?,
                salt: Some(salt),
                hash: Some(output(argon2, typed, &salt, Params::DEFAULT_OUTPUT_LEN, memory)?),
            };
            Ok(hash.to_string())
        })
        .await?
    }

    /// Compares a password with a hash. `None`, for an unknown user, is wrong at the same cost.
    pub async fn verify(&self, password: &str, hash: Option<String>, caller: Caller) -> Result<Verdict> {
        match hash.filter(|_| password.chars().nth(PASSWORD_MAX).is_none()) {
            None => self.hash(password, caller).await.map(|_| Verdict::Wrong),
            Some(hash) => self.run(password, caller, move |argon2, typed, memory| verdict(argon2, typed, &hash, memory)).await?,
        }
    }

    /// How many passwords have been hashed so far.
    pub fn count(&self) -> u64 {
        self.hashes.get()
    }

    /// Counts the passwords that are hashed.
    pub const fn hashes(&self) -> &Counter {
        &self.hashes
    }

    /// How many requests wait for a core.
    pub fn waiting(&self) -> u64 {
        u64::try_from(self.queue.waiting()).unwrap_or(u64::MAX)
    }

    fn kept_memory(&self) -> MutexGuard<'_, Vec<Vec<Block>>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run<T: Send + 'static>(
        &self,
        password: &str,
        caller: Caller,
        work: impl FnOnce(&Argon2<'static>, &str, &mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T> {
        // A longer one is wrong anyway, and normalising 64 KiB would take longer than the hash.
        let password: String = password.chars().take(PASSWORD_MAX).collect();
        let busy = || Error::Unavailable("too many passwords wait to be hashed".into());
        let core = tokio::select! {
            biased;
            () = client_left() => return Err(Error::ClientLeft),
            core = timeout(HASH_QUEUE_TIMEOUT, self.queue.core(caller)) => core.map_err(|_| busy())?.map_err(|_| busy())?,
        };
        self.hashes.inc();
        let passwords = self.clone();
        task::spawn_blocking(move || {
            let mut memory = passwords.kept_memory().pop().unwrap_or_default();
            let done = work(&passwords.argon2, &password, &mut memory);
            let mut kept = passwords.kept_memory();
            if passwords.waiting() > 0 {
                kept.push(memory);
            } else {
                kept.clear();
            }
            drop((kept, core));
            done
        })
        .await
        .map_err(Error::internal)
    }
}

fn output(argon2: &Argon2<'_>, typed: &str, salt: &[u8], length: usize, memory: &mut Vec<Block>) -> Result<Output> {
    let mut bytes = vec![0; length];
    memory.resize(argon2.params().block_count(), Block::new());
    argon2.hash_password_into_with_memory(nfkc(typed).as_bytes(), salt, &mut bytes, memory).map_err(Error::internal)?;
    Output::new(&bytes).map_err(Error::internal)
}

/// Unicode NFKC, as Better Auth normalises: its hashes match, and so do composed and decomposed letters.
fn nfkc(password: &str) -> String {
    password.nfkc().collect()
}

/// Compares a password with a stored hash of any supported format. A malformed hash is wrong, at the same cost.
fn verdict(argon2: &Argon2<'static>, typed: &str, hash: &str, memory: &mut Vec<Block>) -> Result<Verdict> {
    let replaced = |is_right: bool| if is_right { Verdict::Outdated } else { Verdict::Wrong };
    if let Some(rest) = hash.strip_prefix("$2") {
        // bcrypt takes the password without normalisation, and ignores all beyond 72 bytes.
        let is_affordable = rest.split('$').nth(1).and_then(|cost| cost.parse().ok()).is_some_and(|cost: u32| cost <= BCRYPT_COST_MAX);
        return match is_affordable.then(|| bcrypt::verify(typed, hash)) {
            Some(Ok(is_right)) => Ok(replaced(is_right)),
            _ => malformed(argon2, typed, memory),
        };
    }
    if let Some((salt, key)) = hash.split_once(':') {
        return scrypt_key(&nfkc(typed), salt).map(|computed| replaced(is_same(&computed, key)));
    }
    let Some(Stored { algorithm, version, params, salt, hash }) = Stored::parse(hash, argon2.params()) else {
        return malformed(argon2, typed, memory);
    };
    let want = argon2.params();
    let is_weaker = params.m_cost() < want.m_cost() || params.t_cost() < want.t_cost() || algorithm != Algorithm::Argon2id;
    // Compared in a time that does not depend on where they differ.
    if output(&Argon2::new(algorithm, version, params), typed, &salt, hash.len(), memory)? != hash {
        return Ok(Verdict::Wrong);
    }
    Ok(if is_weaker { Verdict::Outdated } else { Verdict::Right })
}

/// A parsed argon2 hash.
struct Stored {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Salt,
    hash: Output,
}

impl Stored {
    /// `None` for another format, or parameters above the bounds.
    fn parse(hash: &str, ours: &Params) -> Option<Self> {
        let parsed = PasswordHash::new(hash).ok()?;
        let (memory, passes) = (ours.m_cost().max(ARGON2_MEMORY_MAX), ours.t_cost().max(ARGON2_PASSES_MAX));
        let params = Params::try_from(&parsed).ok().filter(|params| params.m_cost() <= memory && params.t_cost() <= passes)?;
        Some(Self {
            algorithm: Algorithm::try_from(parsed.algorithm.as_str()).ok()?,
            version: parsed.version.map_or(Ok(Version::default()), Version::try_from).ok()?,
            params,
            salt: parsed.salt?,
            hash: parsed.hash?,
        })
    }
}

/// [`Verdict::Wrong`] after the work of a hash, so that the time does not tell that the stored hash is malformed.
fn malformed(argon2: &Argon2<'static>, typed: &str, memory: &mut Vec<Block>) -> Result<Verdict> {
    tracing::error!("the stored hash of a password cannot be read: its user has to set a new password");
    output(argon2, typed, &Salt::generate(), Params::DEFAULT_OUTPUT_LEN, memory)?;
    Ok(Verdict::Wrong)
}

/// Better Auth keeps `salt:key` in hex and feeds scrypt the salt's hex text, not its bytes.
fn scrypt_key(password: &str, salt: &str) -> Result<[u8; SCRYPT_KEY]> {
    let (log_n, r, p) = SCRYPT;
    let params = scrypt::Params::new(log_n, r, p).map_err(Error::internal)?;
    let mut key = [0; SCRYPT_KEY];
    scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &params, &mut key).map_err(Error::internal)?;
    Ok(key)
}

/// Whether the hex text is that of these bytes, in a time that does not depend on where they differ.
fn is_same(bytes: &[u8], hex: &str) -> bool {
    let digits = hex.as_bytes();
    let nibble = |digit: u8| char::from(digit).to_digit(16).unwrap_or(u32::MAX);
    digits.len() == bytes.len() * 2
        && digits
            .chunks(2)
            .zip(bytes)
            .fold(0, |differs, (pair, byte)| differs | ((nibble(pair[0]) << 4 | nibble(pair[1])) ^ u32::from(*byte)))
            == 0
}
