//! The list on the front page, which nobody can work with: it looks like the real one, and a line types itself once.

use leptos::{either::Either, prelude::*};

use crate::{
    components::icon::Icon,
    model::Priority,
    strings::{self, SampleTask},
};

/// The line, and the tasks. All movement is the style's; without it, everything stands there as it is in the end.
#[component]
pub fn Sample() -> impl IntoView {
    view! {
        <figure class="sample">
            <figcaption class="visually-hidden">{strings::SAMPLE_NAME}</figcaption>
            <div aria-hidden="true">
                <p class="sample-add">
                    <span class="sample-line">
                        {strings::SAMPLE_LINE
                            .map(|(word, is_understood)| {
                                let word = if is_understood {
                                    Either::Left(view! { <mark>{word}</mark> })
                                } else {
                                    Either::Right(view! { <span>{word}</span> })
                                };
                                view! { {word} " " }
                            })
                            .collect_view()}
                    </span>
                    <span class="button primary">{strings::SAMPLE_ADD}</span>
                </p>
                <ul>{strings::SAMPLE.map(|task| view! { <SampleRow task /> }).collect_view()}</ul>
            </div>
        </figure>
    }
}

#[component]
fn SampleRow(task: SampleTask) -> impl IntoView {
    let SampleTask { title, note, priority, due, tag, is_done } = task;
    let class = match priority {
        Priority::None => "row",
        Priority::Low => "row priority-low",
        Priority::Medium => "row priority-medium",
        Priority::High => "row priority-high",
    };
    view! {
        <li class=class class:done=is_done>
            <span class="check">
                <span class="box">{Icon::Check.draw()}</span>
            </span>
            <div class="words">
                <span class="title">{title}</span>
                {(!note.is_empty()).then(|| view! { <span class="note">{note}</span> })}
                <span class="meta">
                    {(priority != Priority::None).then(|| view! { <span class="priority">{strings::priority(priority)}</span> })}
                    {(!due.is_empty()).then(|| view! { <span class="due">{due}</span> })}
                    {(!tag.is_empty()).then(|| view! { <span class="tag">{tag}</span> })}
                </span>
            </div>
        </li>
    }
}
