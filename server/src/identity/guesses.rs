//! Wrong passwords in a row for one account (NIST SP 800-63B, section 3.2.2: at most 100). The tries of all unknown devices
//! count together; each device that the user has signed in on, each signed-in session, and each address of one counts for
//! itself, so that what others try does not hold it back. From the tenth on each try has to wait longer, and after the last
//! one none is looked at until the user signs in somewhere or sets a new password.
//!
//! A try is counted before its password is hashed: of many at once, no more are let through. An e-mail without an account is
//! counted like any other, in one of a fixed number of rows: made-up ones do not fill the table.

use std::net::IpAddr;

use app::model::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::{
    config::secret::Secret,
    db::{Db, Transaction},
    email::templates,
    problem::{Error, Result},
    shared_state::SharedState,
    sql,
};

/// Attempts in a row that are checked at most.
const MOST: i64 = 100;
/// Attempts without a pause.
const FREE: i64 = 10;
/// By how much each pause is longer than the one before, in milliseconds.
const PAUSE_MS: i64 = 12_000;

/// Where tries come from that count together.
pub enum Origin<'a> {
    /// A device that the user has signed in on, by the id in its cookie.
    Device(&'a str),
    /// A signed-in session, by its id.
    Session(&'a str),
    /// An address at which the user is signed in.
    Address(IpAddr),
    /// Any other device.
    Unknown,
}

impl Origin<'_> {
    /// The column `origin`.
    fn key(&self) -> String {
        match self {
            Self::Device(id) => format!("device {id}"),
            Self::Session(id) => format!("session {id}"),
            Self::Address(address) => format!("address {address}"),
            Self::Unknown => String::new(),
        }
    }
}

/// Maps e-mails without an account to a fixed number of rows, by a keyed hash: an attacker who could compute which e-mails share a
/// row could find out which have an account.
pub struct Buckets(Hmac<Sha256>);

impl Buckets {
    /// With this key.
    pub fn new(secret: &Secret) -> Result<Self> {
        Hmac::new_from_slice(secret.as_bytes()).map(Self).map_err(Error::internal)
    }

    /// The row of an e-mail without an account: one of 65,536.
    pub fn account(&self, email: &str) -> String {
        let hash = self.0.clone().chain_update("holdfast guesses ").chain_update(email).finalize().into_bytes();
        format!("none {:02x}{:02x}", hash[0], hash[1])
    }
}

/// Counts an attempt and returns its number in a row, or refuses it.
pub async fn count(db: &Db, account: &str, origin: &Origin<'_>, now: Timestamp) -> Result<i64> {
    let origin = origin.key();
    let counted: Option<(i64,)> = sql!(
        grouped optional db,
        "INSERT INTO guesses (account, origin, tries, next_at) VALUES ($1, $2, 1, $3)
         ON CONFLICT (account, origin) DO UPDATE SET tries = guesses.tries + 1,
             next_at = $3 + CASE WHEN guesses.tries + 1 < $4 THEN 0 ELSE (guesses.tries + 2 - $4) * $5 END
         WHERE guesses.tries < $6 AND (guesses.tries < $4 OR guesses.next_at <= $3)
         RETURNING tries",
        account,
        &origin,
        now.0,
        FREE,
        PAUSE_MS,
        MOST
    )?;
    if let Some((number,)) = counted {
        return Ok(number);
    }
    let sql = "SELECT tries, next_at FROM guesses WHERE account = $1 AND origin = $2";
    let kept: Option<(i64, i64)> = sql!(optional db.read(), sql, account, &origin)?;
    Err(match kept {
        Some((tries, _)) if tries >= MOST => Error::TooManyGuesses,
        Some((_, next_at)) => Error::TooManyTries(u64::try_from(next_at - now.0).unwrap_or(0).div_ceil(1000).max(1)),
        // The user has just signed in.
        None => Error::TooManyTries(1),
    })
}

/// Resets the counts of an account within a transaction, after a successful sign-in or reset.
pub async fn forget(transaction: &mut Transaction, account: &str) -> Result<()> {
    sql!(execute transaction.on(), "DELETE FROM guesses WHERE account = $1", account)?;
    Ok(())
}

/// Mails the owner of an account that unknown devices are locked out from now on. Sent on drop, so also when the client has left
/// meanwhile; not if the last attempt succeeds.
pub struct HeldBackNotice<'a> {
    state: &'a SharedState,
    to: Option<String>,
}

impl<'a> HeldBackNotice<'a> {
    /// For the try of this number, if it is the last one.
    pub fn of(state: &'a SharedState, number: i64, to: &str) -> Self {
        Self { state, to: (number == MOST).then(|| to.to_owned()) }
    }

    /// The password was right.
    pub fn take_back(&mut self) {
        self.to = None;
    }
}

impl Drop for HeldBackNotice<'_> {
    fn drop(&mut self) {
        if let Some(to) = self.to.take() {
            self.state.mailer.send(templates::unknown_devices_held_back(&to, &self.state.base_url()));
        }
    }
}
