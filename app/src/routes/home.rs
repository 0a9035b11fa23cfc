//! `/`: what this is, for somebody who has no account.

use leptos::prelude::*;
use leptos_meta::Title;

use super::RouteData;
use crate::{components::sample::Sample, strings};

/// The page shows the same to everyone.
#[derive(Debug, Clone, Copy)]
pub struct HomePage;

impl RouteData for HomePage {
    fn path(&self) -> &'static str {
        "/"
    }
}

/// What it is, two ways in, a list to look at, three claims that can be checked.
#[component]
pub fn Home() -> impl IntoView {
    view! {
        <Title text=strings::HOME_TITLE />
        <section class="hero">
            <h1>{strings::HOME_HEADING}</h1>
            <p class="lead">{strings::HOME_LEAD}</p>
            <p class="ways">
                <a class="button primary" href="/signup">
                    {strings::CREATE_YOUR_ACCOUNT}
                </a>
                <a class="button" href="/signin">
                    {strings::SIGN_IN}
                </a>
            </p>
            <Sample />
        </section>
        <section class="claims" aria-label=strings::CLAIMS_NAME>
            {strings::CLAIMS
                .map(|(heading, text)| {
                    view! {
                        <div>
                            <h2>{heading}</h2>
                            <p>{text}</p>
                        </div>
                    }
                })
                .collect_view()}
        </section>
        <p class="for-programs">
            {strings::FOR_PROGRAMS} <a href="/api/docs">{strings::API_LINK}</a>
        </p>
    }
}
