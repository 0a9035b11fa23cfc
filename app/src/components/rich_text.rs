//! A note as it is shown, the same on the server and in the browser.

use leptos::{
    either::{Either, EitherOf3, EitherOf4},
    prelude::*,
};

use crate::rich_text::{Block, Face, Inline, Run, read};

/// What a note says, in paragraphs and lists.
pub fn rich_text(source: &str) -> impl IntoView + use<> {
    read(source).into_iter().map(block).collect::<Vec<_>>()
}

fn block(block: Block<'_>) -> impl IntoView + use<> {
    match block {
        Block::Paragraph(text) => EitherOf3::A(view! { <p>{inlines(&text)}</p> }),
        Block::Points(items) => {
            let items = items.iter().map(|item| view! { <li>{inlines(item)}</li> }).collect::<Vec<_>>();
            EitherOf3::B(view! { <ul>{items}</ul> })
        }
        Block::Numbered(items) => {
            let items = items.iter().map(|(number, item)| view! { <li value=*number>{inlines(item)}</li> }).collect::<Vec<_>>();
            EitherOf3::C(view! { <ol>{items}</ol> })
        }
    }
}

fn inlines(inlines: &[Inline<'_>]) -> impl IntoView + use<> {
    let inline = |inline: &Inline<'_>| match inline {
        Inline::Text(text) => Either::Left(run(*text)),
        Inline::Link { url, words } => Either::Right(link(url, words)),
    };
    inlines.iter().map(inline).collect::<Vec<_>>()
}

/// Opens elsewhere, and tells the place that it leads to nothing of this one. What a click on the row would do, it does not.
fn link(url: &str, words: &[Run<'_>]) -> impl IntoView + use<> {
    view! {
        <a
            href=url.to_owned()
            title=url.to_owned()
            target="_blank"
            rel="noopener noreferrer nofollow"
            dir="auto"
            on:click=|event| event.stop_propagation()
        >
            {words.iter().map(|words| run(*words)).collect::<Vec<_>>()}
        </a>
    }
}

fn run(Run { text, face }: Run<'_>) -> impl IntoView + use<> {
    let text = text.to_owned();
    let text = if face.code { Either::Right(view! { <code>{text}</code> }) } else { Either::Left(text) };
    match face {
        Face { strong: false, emphasis: false, .. } => EitherOf4::A(text),
        Face { strong: true, emphasis: false, .. } => EitherOf4::B(view! { <strong>{text}</strong> }),
        Face { strong: false, emphasis: true, .. } => EitherOf4::C(view! { <em>{text}</em> }),
        Face { strong: true, emphasis: true, .. } => EitherOf4::D(view! {
            <strong>
                <em>{text}</em>
            </strong>
        }),
    }
}
