//! Limits on concurrent connections: in all, so that file descriptors and memory suffice, and for each address, so that one client
//! cannot take all of them.

use std::{
    collections::{HashMap, hash_map::Entry},
    fs,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::client_address::network_of;

/// File descriptors reserved for the database, files and listeners.
const OTHER_DESCRIPTORS: usize = 64;

/// The open connections.
pub struct Connections {
    free: Arc<Semaphore>,
    most_of_one_address: usize,
    trusted_proxies: Vec<IpNet>,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    open: usize,
    by_address: HashMap<IpAddr, OfAddress>,
}

/// The open connections of one IPv4 address or one IPv6 network of 64 bits.
#[derive(Default)]
struct OfAddress {
    open: usize,
    /// Whether it was logged that the address is at its limit.
    is_logged: bool,
}

/// A permit for one connection that is not accepted yet.
pub struct Room(#[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit);

/// One open connection: it is counted until this is dropped.
pub struct Open {
    _room: Room,
    /// The address that it counts for; `None` for a trusted proxy.
    address: Option<IpAddr>,
    counts: Arc<Mutex<Counts>>,
}

impl Connections {
    /// At most `most` in all and `most_of_one_address` of one address, which does not apply to trusted proxies. `most` is lowered to
    /// what the process's limit of open files allows.
    pub fn new(most: usize, most_of_one_address: usize, trusted_proxies: Vec<IpNet>) -> Self {
        let most = match open_files_limit() {
            Some(limit) if limit < most + OTHER_DESCRIPTORS => {
                let lowered = limit.saturating_sub(OTHER_DESCRIPTORS).max(1);
                tracing::warn!(
                    open_files = limit,
                    connections = lowered,
                    "the limit of open files allows fewer connections than configured"
                );
                lowered
            }
            _ => most,
        };
        Self { free: Arc::new(Semaphore::new(most)), most_of_one_address, trusted_proxies, counts: Arc::default() }
    }

    /// How many are open.
    pub fn open(&self) -> usize {
        lock(&self.counts).open
    }

    /// Waits until there is room for another one.
    pub async fn room(&self) -> Option<Room> {
        // An error means a closed semaphore; this one is never closed.
        self.free.clone().acquire_owned().await.ok().map(Room)
    }

    /// Counts a connection from this address; `None` when the address has as many as it may have.
    pub fn open_from(&self, peer: IpAddr, room: Room) -> Option<Open> {
        let peer = peer.to_canonical();
        let is_proxy = self.trusted_proxies.iter().any(|proxy| proxy.contains(&peer));
        let address = (!is_proxy).then(|| network_of(peer));
        let mut counts = lock(&self.counts);
        if let Some(address) = address {
            let of_address = counts.by_address.entry(address).or_default();
            if of_address.open >= self.most_of_one_address {
                if !of_address.is_logged {
                    of_address.is_logged = true;
                    tracing::warn!(%address, connections = of_address.open, "an address has too many connections: more are closed");
                }
                return None;
            }
            of_address.open += 1;
        }
        counts.open += 1;
        Some(Open { _room: room, address, counts: self.counts.clone() })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut counts = lock(&self.counts);
        counts.open -= 1;
        let Some(address) = self.address else { return };
        if let Entry::Occupied(mut entry) = counts.by_address.entry(address) {
            entry.get_mut().open -= 1;
            if entry.get().open == 0 {
                entry.remove();
            }
        }
    }
}

fn lock(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The soft limit of open files (`RLIMIT_NOFILE`), from Linux's `/proc`.
fn open_files_limit() -> Option<usize> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}
