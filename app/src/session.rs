//! What this browser keeps: the token, and text that is not saved yet. Storage may be switched off or full: then
//! nothing is kept, and everything else works.

use leptos::prelude::window;
use web_sys::{Storage, StorageEvent};

use crate::dom::on;

/// Holds the user's id, a space and the JWT.
const TOKEN: &str = "holdfast.token";
/// Begins the name of every draft; the user's id follows.
const DRAFT: &str = "holdfast.draft.";

/// What another tab did to the session that this one shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// Signed it out.
    SignedOut,
    /// Signed somebody else in.
    SomebodyElse,
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// The kept token, if it is this user's.
pub fn token(user_id: &str) -> Option<String> {
    let kept = storage()?.get_item(TOKEN).ok()??;
    let (owner, token) = kept.split_once(' ')?;
    (owner == user_id).then(|| token.to_owned())
}

/// Keeps a token.
pub fn keep_token(user_id: &str, token: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(TOKEN, &format!("{user_id} {token}"));
    }
}

/// Forgets this user's token: it is good for nothing any more.
pub fn forget_token(user_id: &str) {
    if let Some(storage) = storage().filter(|_| token(user_id).is_some()) {
        let _ = storage.remove_item(TOKEN);
    }
}

/// Forgets the token and every draft: on signing out, nothing of this person stays.
pub fn clear() {
    let Some(storage) = storage() else { return };
    let count = storage.length().unwrap_or(0);
    let keys: Vec<_> = (0..count).filter_map(|at| storage.key(at).ok().flatten()).collect();
    for key in keys.iter().filter(|key| *key == TOKEN || key.starts_with(DRAFT)) {
        let _ = storage.remove_item(key);
    }
}

/// Text that was typed into the field `name` and is not saved.
pub fn draft(user_id: &str, name: &str) -> Option<String> {
    storage()?.get_item(&format!("{DRAFT}{user_id}.{name}")).ok()?
}

/// Keeps what is typed, until it is saved or given up: then `text` is `None`.
pub fn keep_draft(user_id: &str, name: &str, text: Option<&str>) {
    let Some(storage) = storage() else { return };
    let key = format!("{DRAFT}{user_id}.{name}");
    let _ = match text {
        Some(text) => storage.set_item(&key, text),
        None => storage.remove_item(&key),
    };
}

/// Every draft whose name begins like that, by the rest of its name.
pub fn drafts(user_id: &str, prefix: &str) -> Vec<(String, String)> {
    let Some(storage) = storage() else { return Vec::new() };
    let start = format!("{DRAFT}{user_id}.{prefix}");
    let count = storage.length().unwrap_or(0);
    let keys = (0..count).filter_map(|at| storage.key(at).ok().flatten());
    keys.filter_map(|key| Some((key.strip_prefix(&start)?.to_owned(), storage.get_item(&key).ok()??))).collect()
}

/// Something that this browser is to remember whoever uses it, if it was said.
pub fn setting(name: &str) -> Option<String> {
    storage()?.get_item(&format!("holdfast.{name}")).ok()?
}

/// Remembers it, or with `None` forgets it.
pub fn keep_setting(name: &str, value: Option<&str>) {
    let Some(storage) = storage() else { return };
    let key = format!("holdfast.{name}");
    let _ = match value {
        Some(value) => storage.set_item(&key, value),
        None => storage.remove_item(&key),
    };
}

/// Calls back when another tab signs this user out or another one in.
pub fn watch(user_id: String, tell: impl Fn(Elsewhere) + 'static) {
    on(&window(), "storage", move |event: StorageEvent| {
        if event.key().as_deref() != Some(TOKEN) {
            return;
        }
        match event.new_value() {
            None => tell(Elsewhere::SignedOut),
            Some(kept) if kept.split_once(' ').is_none_or(|(owner, _)| owner != user_id) => tell(Elsewhere::SomebodyElse),
            Some(_) => {}
        }
    });
}
