//! The queue of passwords that wait to be hashed. Known devices go first; within each class, networks take turns (round robin). When
//! it is full, the network with the most waiters loses its last one.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use crate::web::client_address::network_of;

/// Where a password comes from: decides its place in the queue.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    network: IpAddr,
    is_known: bool,
}

impl Caller {
    /// `is_known`: on a device that the user has signed in on before.
    pub fn new(address: IpAddr, is_known: bool) -> Self {
        Self { network: network_of(address), is_known }
    }
}

/// The queue is full.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

/// Hands out cores to callers in turn; cheap to clone.
#[derive(Clone)]
pub struct HashQueue {
    state: Arc<Mutex<State>>,
    capacity: usize,
}

#[derive(Default)]
struct State {
    free_cores: usize,
    known: Lane,
    unknown: Lane,
    tickets: u64,
}

/// Callers of one kind.
#[derive(Default)]
struct Lane {
    /// Those of each network, in the order in which they came.
    by_network: HashMap<IpAddr, VecDeque<Waiter>>,
    /// Each of these networks once, in the order of their turns.
    turns: VecDeque<IpAddr>,
    length: usize,
}

struct Waiter {
    ticket: u64,
    sender: oneshot::Sender<Core>,
}

/// A core; dropping it gives it to the next caller.
pub struct Core(HashQueue);

/// A place in the queue; dropping it leaves the queue.
struct Place<'a> {
    queue: &'a HashQueue,
    caller: Caller,
    ticket: u64,
}

impl HashQueue {
    /// With so many cores, and room for so many callers of each kind.
    pub fn new(cores: usize, capacity: usize) -> Self {
        Self { state: Arc::new(Mutex::new(State { free_cores: cores, ..State::default() })), capacity }
    }

    /// How many callers wait.
    pub fn waiting(&self) -> usize {
        let state = self.lock();
        state.known.length + state.unknown.length
    }

    /// Waits for a core.
    pub async fn core(&self, caller: Caller) -> Result<Core, Full> {
        let (_place, receiver) = {
            let mut state = self.lock();
            if state.free_cores > 0 {
                state.free_cores -= 1;
                drop(state);
                return Ok(Core(self.clone()));
            }
            state.tickets += 1;
            let ticket = state.tickets;
            let (sender, receiver) = oneshot::channel();
            state.lane(caller).push(caller.network, Waiter { ticket, sender }, self.capacity)?;
            (Place { queue: self, caller, ticket }, receiver)
        };
        // An error is the place being given up for another address's caller.
        receiver.await.map_err(|_| Full)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        let next = {
            let mut state = self.0.lock();
            let next = state.known.pop().or_else(|| state.unknown.pop());
            if next.is_none() {
                state.free_cores += 1;
            }
            next
        };
        if let Some(waiter) = next {
            // If that caller has just left, the core comes back, is dropped, and goes to the next one.
            drop(waiter.sender.send(Self(self.0.clone())));
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.queue.lock().lane(self.caller).remove(self.caller.network, self.ticket);
    }
}

impl State {
    const fn lane(&mut self, caller: Caller) -> &mut Lane {
        if caller.is_known { &mut self.known } else { &mut self.unknown }
    }
}

impl Lane {
    fn push(&mut self, network: IpAddr, waiter: Waiter, capacity: usize) -> Result<(), Full> {
        if self.length >= capacity {
            let own = self.by_network.get(&network).map_or(0, VecDeque::len);
            let (longest, length) =
                self.by_network.iter().map(|(network, queue)| (*network, queue.len())).max_by_key(|(_, length)| *length).ok_or(Full)?;
            if length <= own + 1 {
                return Err(Full);
            }
            self.drop_last(longest);
        }
        let queue = self.by_network.entry(network).or_default();
        if queue.is_empty() {
            self.turns.push_back(network);
        }
        queue.push_back(waiter);
        self.length += 1;
        Ok(())
    }

    fn pop(&mut self) -> Option<Waiter> {
        let network = self.turns.pop_front()?;
        let queue = self.by_network.get_mut(&network)?;
        let waiter = queue.pop_front()?;
        self.length -= 1;
        if queue.is_empty() {
            self.by_network.remove(&network);
        } else {
            self.turns.push_back(network);
        }
        Some(waiter)
    }

    fn drop_last(&mut self, network: IpAddr) {
        if let Some(ticket) = self.by_network.get(&network).and_then(VecDeque::back).map(|waiter| waiter.ticket) {
            self.remove(network, ticket);
        }
    }

    /// Removes a caller that has not had its turn; one that has is not there.
    fn remove(&mut self, network: IpAddr, ticket: u64) {
        let Some(queue) = self.by_network.get_mut(&network) else { return };
        let Some(at) = queue.iter().position(|waiter| waiter.ticket == ticket) else { return };
        queue.remove(at);
        self.length -= 1;
        if queue.is_empty() {
            self.by_network.remove(&network);
            self.turns.retain(|other| *other != network);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::Future, pin::Pin};

    use futures_util::FutureExt as _;

    use super::*;

    type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Core, Full>> + 'a>>;

    fn caller(address: u8, is_known: bool) -> Caller {
        Caller::new([192, 0, 2, address].into(), is_known)
    }

    fn wait(queue: &HashQueue, caller: Caller) -> Waiting<'_> {
        let mut waiting: Waiting<'_> = Box::pin(queue.core(caller));
        assert!(waiting.as_mut().now_or_never().is_none(), "there is no core");
        waiting
    }

    /// Gives the one core from caller to caller; the order in which they got it.
    fn order(core: Core, mut waiting: Vec<(&'static str, Waiting<'_>)>) -> Vec<&'static str> {
        let mut order = Vec::new();
        let mut core = Some(core);
        while !waiting.is_empty() {
            drop(core.take());
            let at = waiting.iter_mut().position(|(_, waiting)| {
                core = waiting.as_mut().now_or_never().map(|core| core.expect("a core"));
                core.is_some()
            });
            order.push(waiting.remove(at.expect("somebody gets it")).0);
        }
        order
    }

    #[test]
    fn addresses_take_turns_and_known_devices_go_first() {
        let queue = HashQueue::new(1, 100);
        let core = queue.core(caller(1, false)).now_or_never().expect("it is free").expect("a core");
        let mut waiting = Vec::new();
        for (name, from) in [
            ("a1", caller(1, false)),
            ("a2", caller(1, false)),
            ("a3", caller(1, false)),
            ("b1", caller(2, false)),
            ("b2", caller(2, false)),
            ("c1", caller(3, false)),
            ("known1", caller(1, true)),
            ("known2", caller(1, true)),
            ("known3", caller(4, true)),
        ] {
            waiting.push((name, wait(&queue, from)));
        }
        assert_eq!(queue.waiting(), 9);
        assert_eq!(order(core, waiting), ["known1", "known3", "known2", "a1", "b1", "c1", "a2", "b2", "a3"]);
        assert_eq!(queue.waiting(), 0);
        assert!(queue.core(caller(9, false)).now_or_never().is_some(), "the core is free again");
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_share_a_turn() {
        let queue = HashQueue::new(1, 100);
        let core = queue.core(caller(1, false)).now_or_never().expect("it is free").expect("a core");
        let six = |text: &str| Caller::new(text.parse().expect("an address"), false);
        let waiting =
            [("a1", "2001:db8::1"), ("a2", "2001:db8::2"), ("b1", "2001:db8:0:1::1")].map(|(name, from)| (name, wait(&queue, six(from))));
        assert_eq!(order(core, waiting.into()), ["a1", "b1", "a2"]);
    }

    #[test]
    fn a_full_queue_makes_room_for_an_address_that_has_less_in_it() {
        let queue = HashQueue::new(1, 4);
        let core = queue.core(caller(1, false)).now_or_never().expect("it is free").expect("a core");
        let mut waiting: Vec<_> = ["a1", "a2", "a3", "a4"].map(|name| (name, wait(&queue, caller(1, false)))).into();
        assert_eq!(queue.core(caller(1, false)).now_or_never().expect("at once").err(), Some(Full));
        waiting.push(("b1", wait(&queue, caller(2, false))));
        let (_, mut last) = waiting.remove(3);
        assert_eq!(last.as_mut().now_or_never().expect("at once").err(), Some(Full));
        drop(last);
        assert_eq!(queue.waiting(), 4);
        waiting.push(("known", wait(&queue, caller(1, true))));
        assert_eq!(order(core, waiting), ["known", "a1", "b1", "a2", "a3"]);
    }

    #[test]
    fn a_caller_that_leaves_is_in_the_queue_no_longer_and_loses_no_core() {
        let queue = HashQueue::new(1, 100);
        let core = queue.core(caller(1, false)).now_or_never().expect("it is free").expect("a core");
        let (first, second) = (wait(&queue, caller(1, false)), wait(&queue, caller(2, false)));
        drop(first);
        assert_eq!(queue.waiting(), 1);
        drop(core);
        // The core is on its way to the second one, which leaves too.
        drop(second);
        assert!(queue.core(caller(3, false)).now_or_never().is_some());
    }
}
