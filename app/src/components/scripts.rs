//! What loads the WASM.

use leptos::{nonce::use_nonce, prelude::*};

/// Tells the server with every page from now on what time it is here, and notes which buttons are pressed before the islands
/// are awake: they press them again then.
const FIRST_SCRIPT: &str = "let[p,s]=location.protocol=='https:'?['__Host-','; Secure']:['',''];\
    document.cookie=`${p}utc_offset=${-new Date().getTimezoneOffset()}; Path=/; SameSite=Lax${s}; Max-Age=31536000`;\
    addEventListener('click',e=>{let b=e.target.closest('[data-do]');b&&!window.awake&&(window.early??=[]).push(b)},true)";

/// The scripts of a page with islands, each with the nonce of the page.
#[component]
pub fn Scripts(
    /// Where the files are.
    options: LeptosOptions,
) -> impl IntoView {
    view! {
        <script nonce=use_nonce()>{FIRST_SCRIPT}</script>
        <AutoReload options=options.clone() />
        <HydrationScripts options islands=true />
    }
}
