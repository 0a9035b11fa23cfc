//! `/`: what this is, for somebody who has no account.

use leptos::prelude::*;
use leptos_meta::Title;

use super::RouteData;
use crate::{components::icon::Icon, words};

/// The page shows the same to everyone.
#[derive(Debug, Clone, Copy)]
pub struct HomePage;

impl RouteData for HomePage {
    fn path(&self) -> &'static str {
        "/"
    }
}

/// One sentence, a list to look at, two ways in, three claims.
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
            <figure class="sample">
                <ul class="list" inert>
                    {words::SAMPLE
                        .map(|(title, note, is_done)| {
                            view! {
                                <li class="row" class:done=is_done>
                                    <span class="check">
                                        <span class="box">{Icon::Check.draw()}</span>
                                    </span>
                                    <div class="words">
                                        <span class="title">{title}</span>
                                        {(!note.is_empty()).then(|| view! { <span class="note">{note}</span> })}
                                    </div>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
                <figcaption class="visually-hidden">{words::SAMPLE_NAME}</figcaption>
            </figure>
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
    }
}
