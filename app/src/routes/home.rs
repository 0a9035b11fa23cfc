//! `/`: what this is, for somebody who has no account.

use leptos::prelude::*;
use leptos_meta::Title;

use super::RouteData;
use crate::{components::sample::Sample, words};

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
        <Title text=words::HOME_TITLE />
        <section class="hero">
            <h1>{words::HOME_HEADING}</h1>
            <p class="lead">{words::HOME_LEAD}</p>
            <p class="ways">
                <a class="button primary" href="/signup">
                    {words::CREATE_YOUR_ACCOUNT}
                </a>
                <a class="button" href="/signin">
                    {words::SIGN_IN}
                </a>
            </p>
            <Sample />
        </section>
        <section class="claims" aria-label=words::CLAIMS_NAME>
            {words::CLAIMS
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
            {words::FOR_PROGRAMS} <a href="/api/docs">{words::API_LINK}</a>
        </p>
    }
}
