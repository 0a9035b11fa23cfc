//! How many connections there may be at once: in all, so that descriptors and memory suffice, and of one address, so that
//! no client can take all of them.

use std::{
    collections::{HashMap, hash_map::Entry},
    fs,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::client_address::network_of;

/// File descriptors that are not for connections: the database's, those of files that are served or mailed, the listeners.
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
    /// Whether the log says already that it is at its bound.
    is_logged: bool,
}

/// Room for one connection that is not accepted yet.
pub struct Room(#[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit);

/// One open connection: it is counted until this is dropped.
pub struct Open {
    _room: Room,
    /// The address that it counts for; none for a trusted proxy's.
    address: Option<IpAddr>,
    counts: Arc<Mutex<Counts>>,
}

impl Connections {
    /// At most so many in all and of one address; those of the proxies, which carry the requests of many clients, count in
    /// all alone. The first bound is lowered to what the process's limit of open files allows.
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

    /// How many there are.
    pub fn open(&self) -> usize {
        lock(&self.counts).open
    }

    /// Waits until there is room for another one.
    pub async fn room(&self) -> Option<Room> {
        // An error would mean that it was closed, which it never is.
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

/// The soft limit of open files (`RLIMIT_NOFILE`), where the system tells it in a file.
fn open_files_limit() -> Option<usize> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}
