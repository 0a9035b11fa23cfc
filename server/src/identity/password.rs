//! Passwords: argon2id (RFC 9106, parameters of the OWASP Password Storage Cheat Sheet), never on the async threads
//! and never more at once than there are cores. Hashes that earlier systems made are verified too, then replaced.

use std::{
    borrow::Cow,
    num::NonZero,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::model::PASSWORD_MAX;
use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use prometheus_client::metrics::counter::Counter;
use sha2::{Digest as _, Sha256};
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

/// Kept instead of a hash for a user who has no password: no password matches it.
pub const NO_PASSWORD: &str = "!";

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
    if hash == NO_PASSWORD {
        output(argon2, typed, &Salt::generate(), Params::DEFAULT_OUTPUT_LEN, memory)?;
        return Ok(Verdict::Wrong);
    }
    if let Some(bcrypt) = Bcrypt::parse(hash) {
        return bcrypt.is_of(typed).map_or_else(|| malformed(argon2, typed, memory), |is_right| Ok(replaced(is_right)));
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

/// Whether a hash of another system is of a kind that [`Passwords::verify`] checks: salted, and within the bounds of its cost.
pub fn is_known_hash(hash: &str) -> bool {
    if let Some(bcrypt) = Bcrypt::parse(hash) {
        // The work of the smallest cost alone tells whether the rest can be read.
        return bcrypt.is_well_formed();
    }
    if let Some((salt, key)) = hash.split_once(':') {
        let is_hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
        return salt.len() >= 16 && is_hex(salt) && key.len() == 2 * SCRYPT_KEY && is_hex(key);
    }
    Stored::parse(hash, &Params::DEFAULT).is_some()
}

/// What bcrypt was given instead of the password, which it would cut after 72 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before<'a> {
    /// The password; or perhaps the SHA-256 of it in base64, which is stored in the same form.
    Perhaps,
    /// The SHA-256 in base64: `$bcrypt-sha256$2b,12$…` of passlib.
    Sha256,
    /// The HMAC-SHA-256 in base64, with the text of the salt as its key: `$bcrypt-sha256$v=2,t=2b,r=12$…` of passlib.
    Hmac(&'a str),
}

/// A bcrypt hash in its usual form, and what was hashed.
struct Bcrypt<'a> {
    hash: Cow<'a, str>,
    before: Before<'a>,
}

impl<'a> Bcrypt<'a> {
    fn parse(stored: &'a str) -> Option<Self> {
        let Some(rest) = stored.strip_prefix("$bcrypt-sha256$") else {
            return stored.starts_with("$2").then_some(Self { hash: stored.into(), before: Before::Perhaps });
        };
        let mut parts = rest.split('$');
        let (parameters, salt, digest) = (parts.next()?, parts.next()?, parts.next()?);
        let (kind, cost, before) = match parameters.strip_prefix("v=2,") {
            None => parameters.split_once(',').map(|(kind, cost)| (kind, cost, Before::Sha256))?,
            Some(parameters) => {
                let (kind, cost) = parameters.split_once(',')?;
                (kind.strip_prefix("t=")?, cost.strip_prefix("r=")?, Before::Hmac(salt))
            }
        };
        Some(Self { hash: format!("${kind}${cost:0>2}${salt}{digest}").into(), before })
    }

    fn is_affordable(&self) -> bool {
        let cost = self.hash.split('$').nth(2).and_then(|cost| cost.parse().ok());
        cost.is_some_and(|cost: u32| cost <= BCRYPT_COST_MAX)
    }

    fn is_well_formed(&self) -> bool {
        self.is_affordable() && self.hash.parse::<bcrypt::HashParts>().is_ok()
    }

    /// Whether the hash is of this password; `None` for one that is malformed. bcrypt takes the password without normalisation.
    fn is_of(&self, typed: &str) -> Option<bool> {
        if !self.is_affordable() {
            return None;
        }
        let is_of = |input: &str| bcrypt::verify(input, &self.hash).ok();
        match self.before {
            Before::Perhaps => Some(is_of(typed)? || is_of(&STANDARD.encode(Sha256::digest(typed)))?),
            Before::Sha256 => is_of(&STANDARD.encode(Sha256::digest(typed))),
            Before::Hmac(salt) => {
                let mac = Hmac::<Sha256>::new_from_slice(salt.as_bytes()).ok()?.chain_update(typed);
                is_of(&STANDARD.encode(mac.finalize().into_bytes()))
            }
        }
    }
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
