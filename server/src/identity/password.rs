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

/// The most that a stored hash may cost, so that none that is damaged takes the memory of the machine or a core for days: KiB and
/// passes of argon2, log2 of the rounds of bcrypt.
const ARGON2_MEMORY_MAX: u32 = 1024 * 1024;
const ARGON2_PASSES_MAX: u32 = 100;
const BCRYPT_COST_MAX: u32 = 16;

/// How long a password waits for a core before its owner is told to come back later.
const PATIENCE: Duration = Duration::from_secs(8);
/// How many wait for each core: as many as it hashes in some five seconds.
const WAITING_PER_CORE: usize = 128;
/// How many wait, however few cores there are.
const WAITING_MIN: usize = 256;

/// Hashes passwords and checks them.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    queue: HashQueue,
    hashes: Counter,
    /// What hashes were computed in, for those who wait: the system clears memory before it gives it, which took as long as a
    /// fifth of a hash.
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
}

/// What a password is to a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Another one.
    Wrong,
    /// The one behind it.
    Right,
    /// The one behind it, but it is to be hashed anew: the hash is weaker than today's or another system's.
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

    /// What the password is to a hash. To no hash, that of an unknown user, it is wrong, at the same cost.
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

    /// How many wait for a core.
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
        // A longer one is nobody's, and to normalise 64 KiB of it would take longer than the hash.
        let password: String = password.chars().take(PASSWORD_MAX).collect();
        let busy = || Error::Unavailable("too many passwords wait to be hashed".into());
        let core = tokio::select! {
            biased;
            () = client_left() => return Err(Error::ClientLeft),
            core = timeout(PATIENCE, self.queue.core(caller)) => core.map_err(|_| busy())?.map_err(|_| busy())?,
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

/// Better Auth's form: its hashes, and people whose keyboard composes letters, match.
fn nfkc(password: &str) -> String {
    password.nfkc().collect()
}

/// What a password is to a stored hash. To one that cannot be read it is wrong, at the cost of another.
fn verdict(argon2: &Argon2<'static>, typed: &str, hash: &str, memory: &mut Vec<Block>) -> Result<Verdict> {
    let replaced = |is_right: bool| if is_right { Verdict::Outdated } else { Verdict::Wrong };
    if let Some(rest) = hash.strip_prefix("$2") {
        // bcrypt hashes what was typed; past 72 bytes it reads nothing, which ends with the next hash.
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

/// A stored hash of argon2, read.
struct Stored {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Salt,
    hash: Output,
}

impl Stored {
    /// `None` where it is none, or one that costs more than any program makes.
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

/// The verdict on a hash that cannot be read, after the work of one that can: nobody is to tell them apart.
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
