//! `/`: what this is, for somebody who has no account.

use leptos::prelude::*;

use crate::components::icon::Icon;

const SAMPLE: [(&str, &str, bool); 4] = [
    ("Ask Nadia about the lease", "She is back on Tuesday", false),
    ("Book the train to Porto", "", false),
    ("Order paper, A4 and A5", "", false),
    ("Send the photos to Grandpa", "", true),
];

const CLAIMS: [(&str, &str); 3] = [
    ("Yours alone", "Every task belongs to one person. Nobody else can see it, change it, or learn that it exists."),
    ("There before you look", "The list is in the page when it arrives. Signing in works before any script has run, and without one."),
    ("Nothing gets lost", "What you save is on the disk before we say so. What you are typing waits when the connection is gone."),
];

/// One sentence, a list to look at, two ways in, three claims.
#[component]
pub fn Home() -> impl IntoView {
    view! {
        <section class="hero">
            <h1>"A quiet list of what you have to do"</h1>
            <p class="lead">"Write it down, tick it off, get on with your day. Holdfast keeps the rest."</p>
            <p class="ways">
                <a class="button primary" href="/signup">
                    "Create your account"
                </a>
                <a class="button" href="/signin">
                    "Sign in"
                </a>
            </p>
            <figure class="sample">
                <ul class="list" inert>
                    {SAMPLE
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
                <figcaption class="visually-hidden">"An example of a task list"</figcaption>
            </figure>
        </section>
        <section class="claims" aria-label="What you can count on">
            {CLAIMS
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
