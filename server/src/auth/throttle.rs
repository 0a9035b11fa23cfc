//! How often somebody may try (OWASP Authentication Cheat Sheet): by address, against many passwords of many people, and
//! by account, against many passwords of one. Nobody is locked out by somebody else for long: an address from which the
//! account's owner has signed in is not held back by what others try.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZero,
    time::Duration,
};

use governor::{NotUntil, Quota, RateLimiter, clock, middleware::NoOpMiddleware, state::keyed::HashMapStateStore};

use crate::{
    clock::Clock,
    db::Db,
    problem::{Error, Result},
    sql,
};

/// How many tries in a row are let through, and how long until the next one comes back.
struct Rule {
    name: &'static str,
    tries: u32,
    period: Duration,
}

const fn rule(name: &'static str, tries: u32, period: Duration) -> Rule {
    Rule { name, tries, period }
}

/// From one address.
const BY_ADDRESS: Rule = rule("address", 30, Duration::from_secs(2));
/// For one account from one address.
const BY_ACCOUNT_AND_ADDRESS: Rule = rule("account-address", 10, Duration::from_secs(12));
/// For one account from all addresses that its owner does not use.
const BY_ACCOUNT: Rule = rule("account", 50, Duration::from_secs(3));
/// Mails to one address.
const MAILS: Rule = rule("mails", 5, Duration::from_mins(2));

/// Keys beyond which those that are free again are forgotten.
const KEYS_KEPT: usize = 10_000;

type Limiter = RateLimiter<String, HashMapStateStore<String>, LimiterClock, NoOpMiddleware<Duration>>;

/// Counts tries: those that came to this process in memory, so that a flood costs nobody a query, and where several
/// processes share a database, those of all in the table `tries`.
pub struct Throttle {
    clock: LimiterClock,
    limiters: [(Rule, Limiter); 4],
    shared: Option<Db>,
}

/// The state's clock as the limiters read it.
#[derive(Clone)]
struct LimiterClock(Clock);

impl LimiterClock {
    fn millis(&self) -> i64 {
        self.0.now().0
    }
}

impl clock::Clock for LimiterClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.millis()).unwrap_or(0))
    }
}

impl Throttle {
    /// Counts by this clock.
    pub fn new(clock: Clock, db: &Db) -> Self {
        let clock = LimiterClock(clock);
        let limiters = [BY_ADDRESS, BY_ACCOUNT_AND_ADDRESS, BY_ACCOUNT, MAILS].map(|rule| {
            let tries = NonZero::new(rule.tries).unwrap_or(NonZero::<u32>::MIN);
            let quota = Quota::with_period(rule.period).unwrap_or(Quota::per_second(tries)).allow_burst(tries);
            (rule, RateLimiter::hashmap_with_clock(quota, clock.clone()))
        });
        Self { limiters, clock, shared: matches!(db, Db::Postgres { .. }).then(|| db.clone()) }
    }

    /// A request from an address that costs a hash, a mail or an account.
    pub async fn address(&self, address: IpAddr) -> Result<()> {
        self.check(&BY_ADDRESS, network(address).to_string()).await
    }

    /// A try for an account; `email` is in lower case, and may be nobody's. `is_known` says whether its owner has signed
    /// in from there.
    pub async fn account(&self, email: &str, address: IpAddr, is_known: bool) -> Result<()> {
        self.check(&BY_ACCOUNT_AND_ADDRESS, format!("{email} {}", network(address))).await?;
        if is_known { Ok(()) } else { self.check(&BY_ACCOUNT, email.to_owned()).await }
    }

    /// A mail to an address that may be nobody's.
    pub async fn mail(&self, email: &str) -> Result<()> {
        self.check(&MAILS, email.to_owned()).await
    }

    async fn check(&self, rule: &Rule, key: String) -> Result<()> {
        if let Some((_, limiter)) = self.limiters.iter().find(|(of, _)| of.name == rule.name) {
            if limiter.len() > KEYS_KEPT {
                limiter.retain_recent();
            }
            let now = clock::Clock::now(&self.clock);
            limiter.check_key(&key).map_err(|until: NotUntil<Duration>| Error::TooManyTries(until.wait_time_from(now).as_secs() + 1))?;
        }
        match &self.shared {
            Some(db) => check_shared(db, rule, &format!("{} {key}", rule.name), self.clock.millis()).await,
            None => Ok(()),
        }
    }
}

/// The generic cell rate algorithm (ITU-T I.371), as `governor` counts, in one statement: `free_at` is when all tries are
/// back.
async fn check_shared(db: &Db, rule: &Rule, key: &str, now: i64) -> Result<()> {
    let period = i64::try_from(rule.period.as_millis()).unwrap_or(i64::MAX);
    let room = period * i64::from(rule.tries - 1);
    let counted = sql!(
        execute db.write(),
        "INSERT INTO tries (key, free_at) VALUES ($1, $2 + $3) ON CONFLICT (key) DO UPDATE
         SET free_at = CASE WHEN tries.free_at > $2 THEN tries.free_at ELSE $2 END + $3 WHERE tries.free_at <= $2 + $4",
        key,
        now,
        period,
        room
    )?;
    if counted > 0 {
        return Ok(());
    }
    let free_at: Option<(i64,)> = sql!(optional db.read(), "SELECT free_at FROM tries WHERE key = $1", key)?;
    let wait = free_at.map_or(0, |(free_at,)| free_at - now - room);
    Err(Error::TooManyTries(u64::try_from(wait).unwrap_or(0) / 1000 + 1))
}

/// Who owns one IPv6 address owns the /64 around it.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}
