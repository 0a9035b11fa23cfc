//! `/api/docs`: the contract for people.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{RouteData, route_data};
use crate::strings;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct DocsPage {
    /// Of the program.
    pub version: String,
    /// In the order of the contract.
    pub operations: Vec<DocsOperation>,
}

impl RouteData for DocsPage {
    fn path(&self) -> &'static str {
        "/api/docs"
    }
}

/// One method of one path.
#[derive(Debug, Clone)]
pub struct DocsOperation {
    /// In upper case.
    pub method: String,
    /// With its parameters in braces.
    pub path: String,
    /// What it does.
    pub summary: String,
    /// What it wants to see; empty for nothing.
    pub auth: String,
    /// Names of parameters, and what they mean.
    pub parameters: Vec<(String, String)>,
    /// The JSON Schema of the body.
    pub body: Option<String>,
    /// Status, meaning and JSON Schema of what comes when all is well.
    pub success: (u16, String, Option<String>),
    /// Statuses of errors.
    pub errors: Vec<u16>,
}

/// All operations, each folded.
#[component]
pub fn Docs() -> impl IntoView {
    let DocsPage { version, operations } = route_data();
    view! {
        <Title text=strings::page_title(strings::THE_API) />
        <h1>{strings::API_OF_HOLDFAST} {version}</h1>
        <p class="docs-lead">
            {strings::FOR_MACHINES} <a href="/api/openapi.json">{strings::OPENAPI_FILE}</a>
            {strings::API_LEAD}
        </p>
        <ul class="docs">{operations.into_iter().map(|operation| view! { <Operation operation /> }).collect_view()}</ul>
    }
}

#[component]
fn Operation(operation: DocsOperation) -> impl IntoView {
    let DocsOperation { method, path, summary, auth, parameters, body, success: (status, meaning, schema), errors } = operation;
    let errors = errors.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    view! {
        <li>
            <details>
                <summary>
                    <code>{method} " " {path}</code>
                    " "
                    <span class="hint">{summary}</span>
                </summary>
                {(!auth.is_empty()).then(|| view! { <p>{strings::NEEDS} {auth}</p> })}
                {(!parameters.is_empty())
                    .then(|| {
                        view! {
                            <dl>
                                {parameters
                                    .into_iter()
                                    .map(|(name, meaning)| {
                                        view! {
                                            <dt>
                                                <code>{name}</code>
                                            </dt>
                                            <dd>{meaning}</dd>
                                        }
                                    })
                                    .collect_view()}
                            </dl>
                        }
                    })}
                {body.map(|body| view! { <p>{strings::BODY}</p> <pre>{body}</pre> })}
                <p>{status} ": " {meaning}</p>
                {schema.map(|schema| view! { <pre>{schema}</pre> })}
                {(!errors.is_empty()).then(|| view! { <p>{strings::ERRORS} {errors}</p> })}
            </details>
        </li>
    }
}
