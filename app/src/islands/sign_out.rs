//! The button that signs out.

use std::sync::LazyLock;

use gloo_timers::future::TimeoutFuture;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};

use crate::{client, components::icon::Icon, storage, strings};

/// The setting that says that the person has signed out on this device, and the server does not know yet.
const UNFINISHED: &str = "sign-out";
/// How often, and how many times, to look whether the waiting changes are saved before signing out, in milliseconds.
const WAIT_FOR_CHANGES: (u32, usize) = (100, 20);
/// How long until the server is told again that the person has signed out, in milliseconds.
const RETRY_MS: u32 = 5_000;

/// How far the person is with signing out on this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignOutStage {
    /// They have not asked for it.
    #[default]
    SignedIn,
    /// They have asked for it: what waits to be sent is sent now.
    Requested,
    /// They are signed out on this device, whatever the server knows of it: nothing is sent or kept any more.
    SignedOut,
}

/// The same for all islands of the page, which share nothing else.
static STAGE: LazyLock<ArcRwSignal<SignOutStage>> = LazyLock::new(ArcRwSignal::default);

/// How far the person is with signing out; for the browser alone.
pub fn sign_out_stage() -> SignOutStage {
    STAGE.get()
}

/// What the notice beside the button says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Notice {
    /// The person is still signed in, and why.
    NotSignedOut(String),
    /// They are signed out on this device.
    SignedOutHere,
}

/// A form that signs out on the server. With WASM, what this browser keeps is forgotten once the server has said yes; where
/// it cannot, or changes wait that would be lost, the person is asked first.
#[island]
pub fn SignOut() -> impl IntoView {
    let is_busy = RwSignal::new(false);
    let notice = RwSignal::new(None::<Notice>);
    let refusal = Signal::derive(move || {
        notice.with(|notice| match notice {
            Some(Notice::NotSignedOut(why)) => Some(why.clone()),
            _ => None,
        })
    });
    let sign_out = move || {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            if let Err(why) = try_to_sign_out().await {
                is_busy.set(false);
                notice.set(Some(Notice::NotSignedOut(why)));
            }
        });
    };
    let sign_out_here = move || {
        notice.set(Some(Notice::SignedOutHere));
        storage::clear();
        storage::keep_setting(UNFINISHED, Some("1"));
        STAGE.set(SignOutStage::SignedOut);
        spawn_local(end_session());
    };
    // Effects run in the browser alone.
    Effect::new(move || {
        if storage::setting(UNFINISHED).is_some() {
            sign_out_here();
        }
    });
    view! {
        <form
            id="sign-out"
            method="post"
            action="/signout"
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                sign_out();
            }
        >
            <button class="link" aria-disabled=move || is_busy.get().then_some("true")>
                {strings::SIGN_OUT}
            </button>
        </form>
        <div class="sign-out-notice" role="alert">
            <p class="banner failed" hidden=move || refusal.with(Option::is_none)>
                {Icon::Warning.draw()} <span>{move || refusal.get().unwrap_or_default()}</span>
                <button on:click=move |_| sign_out()>{strings::TRY_AGAIN}</button>
                <button on:click=move |_| sign_out_here()>{strings::SIGN_OUT_ANYWAY}</button>
            </p>
            <p class="banner signed-out" hidden=move || notice.with(|notice| *notice != Some(Notice::SignedOutHere))>
                {Icon::Check.draw()} <span>{strings::SIGNED_OUT_HERE}</span>
            </p>
        </div>
    }
}

/// Signs out, unless changes wait that would be lost, or the server cannot be reached; then, says why not.
async fn try_to_sign_out() -> Result<(), String> {
    if storage::unsent_changes() > 0 {
        STAGE.set(SignOutStage::Requested);
        let (pause, times) = WAIT_FOR_CHANGES;
        for _ in 0..times {
            if storage::unsent_changes() == 0 {
                break;
            }
            TimeoutFuture::new(pause).await;
        }
        STAGE.set(SignOutStage::SignedIn);
    }
    let unsent = storage::unsent_changes();
    if unsent > 0 {
        return Err(strings::not_signed_out("", unsent));
    }
    let user_id = storage::token_owner();
    client::sign_out().await.map_err(|problem| strings::not_signed_out(strings::problem(&problem), 0))?;
    // The answer has emptied the storage (`Clear-Site-Data`), which is no event in other tabs; removing a token is one.
    if let Some(user_id) = user_id {
        storage::keep_token(&user_id, "");
    }
    leave();
    Ok(())
}

/// Tells the server until it knows. The cookie of the session is out of reach of scripts: until then, it stays.
async fn end_session() {
    while client::sign_out().await.is_err() {
        TimeoutFuture::new(RETRY_MS).await;
    }
    leave();
}

/// Forgets everything, and goes to the page for signing in.
fn leave() {
    storage::clear();
    storage::keep_setting(UNFINISHED, None);
    let _ = window().location().assign("/signin");
}
