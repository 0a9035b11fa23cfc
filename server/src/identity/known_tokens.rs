//! A cache of verified tokens: looking a hash up costs a tenth of parsing and verifying a token. Only what does not change is
//! cached; time and revocation are checked for each request. Two generations of a fixed size instead of an LRU list: no entry has to
//! be moved on a hit.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};

/// How many tokens a generation has; there are two.
const GENERATION: usize = 2_048;

/// Verified tokens by their hash: a memory dump has no tokens.
pub struct KnownTokens<T>(Mutex<Generations<T>>);

/// When the young generation is full, it replaces the old one.
struct Generations<T> {
    young: HashMap<[u8; 32], Arc<T>>,
    old: HashMap<[u8; 32], Arc<T>>,
}

impl<T> Default for KnownTokens<T> {
    fn default() -> Self {
        Self(Mutex::new(Generations { young: HashMap::new(), old: HashMap::new() }))
    }
}

impl<T> KnownTokens<T> {
    /// The cached token, or what `verify` returns. A token that is not valid is not cached: forgeries cannot evict others.
    pub fn get_or_insert(&self, token: &str, verify: impl FnOnce() -> Option<T>) -> Option<Arc<T>> {
        let hash = Sha256::digest(token).into();
        let known = self.lock(|generations| generations.get(&hash));
        if known.is_some() {
            return known;
        }
        let found = Arc::new(verify()?);
        self.lock(|generations| generations.insert(hash, found.clone()));
        Some(found)
    }

    fn lock<R>(&self, work: impl FnOnce(&mut Generations<T>) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Generations<T> {
    fn get(&mut self, hash: &[u8; 32]) -> Option<Arc<T>> {
        if let Some(known) = self.young.get(hash) {
            return Some(known.clone());
        }
        // A hit in the old generation moves the entry to the young one.
        let known = self.old.remove(hash)?;
        self.insert(*hash, known.clone());
        Some(known)
    }

    fn insert(&mut self, hash: [u8; 32], known: Arc<T>) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hash, known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_known_as_may_be_and_those_asked_for_stay() {
        let known = KnownTokens::default();
        let verified = std::cell::Cell::new(0);
        let ask = |token: &str| {
            let verify = || {
                verified.set(verified.get() + 1);
                (token != "forged").then_some(())
            };
            known.get_or_insert(token, verify).is_some()
        };
        for n in 0..3 * GENERATION {
            assert!(ask("first") && ask(&n.to_string()));
        }
        assert_eq!(verified.get(), 1 + 3 * GENERATION);
        let count = known.lock(|generations| generations.young.len() + generations.old.len());
        assert!((GENERATION..=2 * GENERATION).contains(&count), "{count}");
        // What was forgotten is verified again, and what is forged each time.
        assert!(ask("0") && !ask("forged") && !ask("forged"));
        assert_eq!(verified.get(), 4 + 3 * GENERATION);
    }
}
