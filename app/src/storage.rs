//! What this browser keeps: the token, drafts, and settings. Storage may be switched off or full: then nothing is kept, and
//! everything else works. (`gloo-storage` panics where storage is switched off, and takes every value for JSON; the token is none.)

use gloo_events::EventListener;
use leptos::prelude::window;
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsCast as _;
use web_sys::{Storage, StorageEvent};

/// Holds the user's id, a space and the JWT.
const TOKEN: &str = "holdfast.token";
/// Begins the name of every draft; the user's id follows.
const DRAFT: &str = "holdfast.draft.";

/// Begins the names of the changes that the server has not confirmed yet, as [`read`] and [`write()`] take them.
pub const CHANGE: &str = "outbox.";

/// What another tab did to the session that this one shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionChange {
    /// It signed out.
    SignedOut,
    /// It signed in as another user.
    OtherUser,
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

/// The user whose token is kept.
pub fn token_owner() -> Option<String> {
    Some(get(TOKEN)?.split_once(' ')?.0.to_owned())
}

/// Keeps a token.
pub fn keep_token(user_id: &str, token: &str) {
    set(TOKEN, Some(&format!("{user_id} {token}")));
}

/// Forgets this user's token, which is no longer valid.
pub fn forget_token(user_id: &str) {
    if token(user_id).is_some() {
        set(TOKEN, None);
    }
}

/// Forgets the token and every draft: after signing out, nothing of this person stays.
pub fn clear() {
    for key in keys().iter().filter(|key| *key == TOKEN || key.starts_with(DRAFT)) {
        set(key, None);
    }
}

/// What is kept for this user under the name.
pub fn read<T: DeserializeOwned>(user_id: &str, name: &str) -> Option<T> {
    serde_json::from_str(&get(&draft_key(user_id, name))?).ok()
}

/// Keeps a value for this user under the name; `None` removes it.
pub fn write<T: Serialize + ?Sized>(user_id: &str, name: &str, value: Option<&T>) {
    let json = value.and_then(|value| serde_json::to_string(value).ok());
    set(&draft_key(user_id, name), json.as_deref());
}

/// The names under which something is kept for this user, of those that begin like that.
pub fn names(user_id: &str, prefix: &str) -> Vec<String> {
    let user = draft_key(user_id, "");
    let names = keys().into_iter().filter_map(|key| Some(key.strip_prefix(&user)?.to_owned()));
    names.filter(|name| name.starts_with(prefix)).collect()
}

/// How many changes the server has not confirmed yet, of all users: [`clear`] removes them all.
pub fn unsent_changes() -> usize {
    let is_change = |key: &&String| {
        let name = key.strip_prefix(DRAFT).and_then(|rest| rest.split_once('.'));
        name.is_some_and(|(_, name)| name.starts_with(CHANGE))
    };
    keys().iter().filter(is_change).count()
}

/// A setting of this browser, which is the same for all its users.
pub fn setting(name: &str) -> Option<String> {
    get(&format!("holdfast.{name}"))
}

/// Keeps a setting; `None` removes it.
pub fn keep_setting(name: &str, value: Option<&str>) {
    set(&format!("holdfast.{name}"), value);
}

/// Calls back when another tab signs this user out or another one in, until the listener is dropped.
#[must_use = "it stops listening when it is dropped"]
pub fn watch_session(user_id: String, callback: impl Fn(SessionChange) + 'static) -> EventListener {
    EventListener::new(&window(), "storage", move |event| {
        let event: &StorageEvent = event.unchecked_ref();
        if event.key().as_deref() != Some(TOKEN) {
            return;
        }
        match event.new_value() {
            None => callback(SessionChange::SignedOut),
            Some(kept) if kept.split_once(' ').is_none_or(|(owner, _)| owner != user_id) => callback(SessionChange::OtherUser),
            Some(_) => {}
        }
    })
}

fn draft_key(user_id: &str, name: &str) -> String {
    format!("{DRAFT}{user_id}.{name}")
}

fn keys() -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok().flatten()).collect()
}

fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

fn set(key: &str, value: Option<&str>) {
    let Some(storage) = storage() else { return };
    let _ = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
}
