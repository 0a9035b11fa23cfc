//! Rate limits (OWASP Authentication Cheat Sheet) on attempts to sign in, for each address and for each account from one address; on
//! mails to one address; and on changes of tasks. Wrong passwords for one account from all addresses together are counted in
//! [`guesses`](super::guesses).

use std::{
    net::IpAddr,
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use governor::{NotUntil, Quota, RateLimiter, clock, middleware::NoOpMiddleware, state::keyed::HashMapStateStore};

use crate::{
    clock::Clock,
    config::Quotas,
    db::Db,
    problem::{Error, Result},
    sql,
    web::client_address::network_of,
};

/// How many attempts in a row are allowed, and the time after which one more is.
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
/// From one device on which the account's owner has signed in.
const BY_DEVICE: Rule = rule("device", 30, Duration::from_secs(2));
/// Mails of one kind to one address. The link of one that was sent is good for an hour, and one that is not sent comes at most
/// twelve minutes after one that was: there is always one in the mailbox that is good.
const MAILS: Rule = rule("mails", 5, Duration::from_mins(12));

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);
/// The name of the rule for changes of a user's tasks.
const WRITES: &str = "writes";
/// The name of the rule for mails that a user has sent to addresses that are not theirs.
const MAILS_OF_USER: &str = "mails-of-user";

/// Number of keys beyond which those at rest are removed.
const KEYS_KEPT: usize = 10_000;

type Limiter = RateLimiter<String, HashMapStateStore<String>, LimiterClock, NoOpMiddleware<Duration>>;

/// Counts attempts: in memory, so that a flood causes no queries, and on PostgreSQL, which several processes may share, also in the
/// table `tries`.
pub struct Throttle {
    clock: LimiterClock,
    limiters: [Counted; 5],
    writes: Counted,
    shared: Option<Db>,
}

/// A rule and what was tried.
struct Counted {
    rule: Rule,
    limiter: Limiter,
    /// How many keys there may be until those that are free again are looked for: twice as many as there were the last time.
    keys_max: AtomicUsize,
}

impl Counted {
    fn new(rule: Rule, clock: LimiterClock) -> Self {
        let tries = NonZero::new(rule.tries).unwrap_or(NonZero::<u32>::MIN);
        let quota = Quota::with_period(rule.period).unwrap_or(Quota::per_second(tries)).allow_burst(tries);
        Self { rule, limiter: RateLimiter::hashmap_with_clock(quota, clock), keys_max: AtomicUsize::new(KEYS_KEPT) }
    }

    /// Counts a try of this process.
    fn check(&self, key: &String, clock: &LimiterClock) -> Result<()> {
        let Self { limiter, keys_max, .. } = self;
        if limiter.len() > keys_max.load(Ordering::Relaxed) {
            limiter.retain_recent();
            keys_max.store(KEYS_KEPT.max(2 * limiter.len()), Ordering::Relaxed);
        }
        let now = clock::Clock::now(clock);
        limiter.check_key(key).map_err(|until: NotUntil<Duration>| Error::TooManyTries(until.wait_time_from(now).as_secs() + 1))
    }
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
    /// Counts by this clock, with these quotas of each user.
    pub fn new(clock: Clock, db: &Db, quotas: Quotas) -> Self {
        let clock = LimiterClock(clock);
        let mails_of_user = rule(MAILS_OF_USER, quotas.mails_per_hour().get(), HOUR / quotas.mails_per_hour().get());
        let (per_second, burst) = quotas.writes();
        let writes = rule(WRITES, burst.get(), SECOND / per_second.get());
        let limiters = [BY_ADDRESS, BY_ACCOUNT_AND_ADDRESS, BY_DEVICE, MAILS, mails_of_user].map(|rule| Counted::new(rule, clock.clone()));
        let writes = Counted::new(writes, clock.clone());
        Self { limiters, writes, clock, shared: matches!(db, Db::Postgres { .. }).then(|| db.clone()) }
    }

    /// A request from an address that costs a hash, a mail or an account.
    pub async fn address(&self, address: IpAddr) -> Result<()> {
        self.check(BY_ADDRESS.name, network_of(address).to_string()).await
    }

    /// A try to sign in from a device with this id, instead of one from its address.
    pub async fn device(&self, id: &str) -> Result<()> {
        self.check(BY_DEVICE.name, id.to_owned()).await
    }

    /// An attempt for an account from an address; `email` is in lower case, and may have no account.
    pub async fn account(&self, email: &str, address: IpAddr) -> Result<()> {
        self.check(BY_ACCOUNT_AND_ADDRESS.name, format!("{email} {}", network_of(address))).await
    }

    /// Whether another mail of this kind may be sent to an address, which may have no account. Counted by kind: mails without a
    /// link for a new password do not use up those with one.
    pub async fn allows_mail(&self, kind: &'static str, email: &str) -> Result<bool> {
        match self.check(MAILS.name, format!("{kind} {email}")).await {
            Ok(()) => Ok(true),
            Err(Error::TooManyTries(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A mail that a user has sent to an address that is not theirs.
    pub async fn mail_of_user(&self, user_id: &str) -> Result<()> {
        self.check(MAILS_OF_USER, user_id.to_owned()).await
    }

    /// A change of a user's tasks: counted in this process alone, so that it costs no statement.
    pub fn write(&self, user_id: &String) -> Result<()> {
        self.writes.check(user_id, &self.clock)
    }

    async fn check(&self, rule: &str, key: String) -> Result<()> {
        let Some(counted) = self.limiters.iter().find(|counted| counted.rule.name == rule) else {
            return Err(Error::internal("a rule that nobody made"));
        };
        counted.check(&key, &self.clock)?;
        match &self.shared {
            Some(db) => check_shared(db, &counted.rule, &format!("{rule} {key}"), self.clock.millis()).await,
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
