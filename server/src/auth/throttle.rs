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
    problem::{Error, Result},
};

/// Tries in a row, and how long until the next one comes back.
const BY_ADDRESS: (u32, Duration) = (30, Duration::from_secs(2));
/// The same for one account from one address.
const BY_ACCOUNT_AND_ADDRESS: (u32, Duration) = (10, Duration::from_secs(12));
/// The same for one account from all addresses that its owner does not use.
const BY_ACCOUNT: (u32, Duration) = (50, Duration::from_secs(3));

/// The same for mails to one address.
const MAILS: (u32, Duration) = (5, Duration::from_mins(2));

/// Keys beyond which those that are free again are forgotten.
const KEYS_KEPT: usize = 10_000;

type Limiter<K> = RateLimiter<K, HashMapStateStore<K>, LimiterClock, NoOpMiddleware<Duration>>;

/// Counts tries.
pub struct Throttle {
    clock: LimiterClock,
    by_address: Limiter<IpAddr>,
    by_account_and_address: Limiter<(String, IpAddr)>,
    by_account: Limiter<String>,
    mails: Limiter<String>,
}

/// The state's clock as the limiters read it.
#[derive(Clone)]
struct LimiterClock(Clock);

impl clock::Clock for LimiterClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().0).unwrap_or(0))
    }
}

impl Throttle {
    /// Counts by this clock.
    pub fn new(clock: Clock) -> Self {
        let clock = LimiterClock(clock);
        Self {
            by_address: RateLimiter::hashmap_with_clock(quota(BY_ADDRESS), clock.clone()),
            by_account_and_address: RateLimiter::hashmap_with_clock(quota(BY_ACCOUNT_AND_ADDRESS), clock.clone()),
            by_account: RateLimiter::hashmap_with_clock(quota(BY_ACCOUNT), clock.clone()),
            mails: RateLimiter::hashmap_with_clock(quota(MAILS), clock.clone()),
            clock,
        }
    }

    /// A request from an address that costs a hash, a mail or an account.
    pub fn address(&self, address: IpAddr) -> Result<()> {
        self.check(&self.by_address, &network(address))
    }

    /// A try for an account; `email` is in lower case, and may be nobody's. `is_known` says whether its owner has signed
    /// in from there.
    pub fn account(&self, email: &str, address: IpAddr, is_known: bool) -> Result<()> {
        self.check(&self.by_account_and_address, &(email.to_owned(), network(address)))?;
        if is_known { Ok(()) } else { self.check(&self.by_account, &email.to_owned()) }
    }

    /// A mail to an address that may be nobody's.
    pub fn mail(&self, email: &str) -> Result<()> {
        self.check(&self.mails, &email.to_owned())
    }

    fn check<K: std::hash::Hash + Eq + Clone>(&self, limiter: &Limiter<K>, key: &K) -> Result<()> {
        if limiter.len() > KEYS_KEPT {
            limiter.retain_recent();
        }
        let now = clock::Clock::now(&self.clock);
        limiter.check_key(key).map_err(|until: NotUntil<Duration>| Error::TooManyTries(until.wait_time_from(now).as_secs() + 1))
    }
}

fn quota((burst, period): (u32, Duration)) -> Quota {
    let burst = NonZero::new(burst).unwrap_or(NonZero::<u32>::MIN);
    Quota::with_period(period).unwrap_or(Quota::per_second(burst)).allow_burst(burst)
}

/// Who owns one IPv6 address owns the /64 around it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}
