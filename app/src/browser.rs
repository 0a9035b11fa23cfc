//! The calls of the browser for which Leptos has no signal and no component, each with its reason.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlDocument;

use crate::model::{Density, Theme};

/// Milliseconds since 1970. `std::time` panics in WASM.
#[allow(clippy::cast_possible_truncation, reason = "milliseconds that are whole")]
pub fn now() -> i64 {
    js_sys::Date::now() as i64
}

/// How many minutes the clock of this place is ahead of UTC. The time zone is known to the browser alone.
#[allow(clippy::cast_possible_truncation, reason = "minutes that are whole")]
pub fn utc_offset() -> i64 {
    -(js_sys::Date::new_0().get_timezone_offset() as i64)
}

/// Distinguishes one's own requests; it need not be hard to guess. `crypto.randomUUID` is missing on plain HTTP.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is small and positive")]
pub fn random_id() -> String {
    format!("{}-{}", now(), (js_sys::Math::random() * 4e9) as u32)
}

/// Whether the person types on a real keyboard, as far as a page can know: on a touch screen, focus opens the keyboard over
/// half of the page. CSS can ask that, a view cannot.
pub fn has_keyboard() -> bool {
    window().match_media("(hover: hover) and (pointer: fine)").ok().flatten().is_some_and(|query| query.matches())
}

/// Tells the server something with every page from now on; nothing, when the value is empty. The next page is drawn with it
/// before any script runs, so it cannot be kept in the storage of the browser.
fn set_cookie(name: &str, value: &str) {
    let is_https = window().location().protocol().is_ok_and(|protocol| protocol == "https:");
    let document: HtmlDocument = document().unchecked_into();
    let _ = document.set_cookie(&preference_cookie(name, value, is_https));
}

/// The colours, now and on every page from now on.
pub fn set_theme(theme: Theme) {
    choose("data-theme", Theme::COOKIE, theme.chosen());
}

/// The room of a task, now and on every page from now on.
pub fn set_density(density: Density) {
    choose("data-density", Density::COOKIE, density.chosen());
}

/// Says on the document's element, which no component draws in the browser, what was chosen, and has the server draw it there
/// from now on.
fn choose(attribute: &str, cookie: &str, value: Option<&str>) {
    if let Some(page) = document().document_element() {
        let _ = value.map_or_else(|| page.remove_attribute(attribute), |value| page.set_attribute(attribute, value));
    }
    set_cookie(cookie, value.unwrap_or_default());
}

/// The text for `document.cookie`, with an empty value to remove it. On https the prefix makes the browser insist on `Secure`,
/// this host alone and `Path=/`, so that a neighbouring host cannot set it; the server reads both names.
fn preference_cookie(name: &str, value: &str, is_https: bool) -> String {
    let age = if value.is_empty() { 0 } else { 31_536_000 };
    let (prefix, secure) = if is_https { ("__Host-", "; Secure") } else { ("", "") };
    format!("{prefix}{name}={value}; Path=/; SameSite=Lax{secure}; Max-Age={age}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preference_cookie_is_secure_and_bound_to_its_host_on_https() {
        assert_eq!(preference_cookie("theme", "dark", true), "__Host-theme=dark; Path=/; SameSite=Lax; Secure; Max-Age=31536000");
        assert_eq!(preference_cookie("theme", "", false), "theme=; Path=/; SameSite=Lax; Max-Age=0");
    }
}
