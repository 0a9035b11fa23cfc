//! Random ids of users, devices and sessions.

use rand::distr::{Alphanumeric, SampleString as _};
use sha2::{Digest as _, Sha256};

/// 32 random letters and digits (190 bits): the id of a user.
pub fn random_id() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), 32)
}

/// How much of a session's id is random: 20 letters and digits (119 bits). The rest is derived from it and the user's id.
const RANDOM_LENGTH: usize = 20;

/// The id of a session: 32 letters and digits, derived from the user's id, so that a token with the session of another user is
/// detected without a query.
pub fn new_session_id(user_id: &str) -> String {
    let mut id = Alphanumeric.sample_string(&mut rand::rng(), RANDOM_LENGTH);
    let tag = tag(&id, user_id);
    id.push_str(&tag);
    id
}

/// Whether a session's id was made for this user; `false` also for ids of older versions, which were not derived.
pub fn is_session_of(id: &str, user_id: &str) -> bool {
    id.is_ascii() && id.split_at_checked(RANDOM_LENGTH).is_some_and(|(random, rest)| rest == tag(random, user_id))
}

/// The derived part: 12 letters and digits (71 bits).
fn tag(random: &str, user_id: &str) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let hash = Sha256::new().chain_update(random).chain_update(user_id).finalize();
    hash.iter().take(12).map(|byte| char::from(DIGITS[usize::from(*byte) % DIGITS.len()])).collect()
}
