//! What the descriptions of endpoints (`#[utoipa::path]`) have in common: their error responses and how a parameter is written.

use std::collections::BTreeMap;

use app::model::schemas;
use utoipa::{
    IntoResponses,
    openapi::{
        ContentBuilder, Header, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

/// Types for `responses(…)` of `#[utoipa::path]`: each stands for these statuses, whose bodies are problem documents.
macro_rules! error_responses {
    ($($(#[$doc:meta])* $name:ident = [$($status:literal),+];)+) => {$(
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([$((stringify!($status).to_owned(), RefOr::T(problem($status)))),+])
            }
        }
    )+};
}

error_responses! {
    /// A request that is malformed or breaks a rule of the accounts.
    BadRequest = [400];
    /// Credentials that are missing or not valid.
    Unauthorized = [401];
    /// A change from the page of another site.
    Forbidden = [403];
    /// A task that the user does not have.
    NotFound = [404];
    /// `If-Match` names another version.
    PreconditionFailed = [412];
    /// Members or parameters that break a rule.
    Invalid = [422];
    /// A limit of requests.
    TooManyRequests = [429];
    /// The server is busy, or its database is away.
    Unavailable = [503];
    /// Of every endpoint of one user's tasks, see `identity::extract::Identity`.
    BearerErrors = [400, 401, 403, 503];
    /// Of every endpoint that reads a body.
    BodyErrors = [400, 413, 415];
    /// Of every endpoint that writes, as far as the database is concerned.
    StorageErrors = [503, 507];
    /// Of every endpoint that writes and is limited in how often.
    WriteErrors = [429, 503, 507];
}

fn problem(status: u16) -> Response {
    let (words, header) = match status {
        400 => ("What was sent is not what is asked for; `code` says why.", None),
        401 => ("No token, one that is not good any more, or a wrong password.", Some("www-authenticate")),
        403 => ("It belongs to another user, or a page of another site asked for it.", None),
        404 => ("There is no such thing, or it belongs to another user.", None),
        412 => ("It was changed meanwhile.", None),
        413 => ("The body is larger than 64 KiB.", None),
        415 => ("The body is not JSON.", None),
        422 => ("A member breaks a rule: `errors` names each.", None),
        429 => ("Too often.", Some("retry-after")),
        507 => ("There is no room left.", Some("retry-after")),
        _ => ("Busy, or the database is away.", Some("retry-after")),
    };
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("Problem")))).build();
    let response = ResponseBuilder::new().description(words).content("application/problem+json", content);
    match header {
        Some(name) => response.header(name, Header::new(schemas::string())),
        None => response,
    }
    .build()
}

/// A parameter, for `IntoParams` beside the code that reads it.
pub fn parameter(place: ParameterIn, name: &str, words: &str, schema: RefOr<Schema>) -> Parameter {
    let required = if place == ParameterIn::Path { Required::True } else { Required::False };
    ParameterBuilder::new().name(name).parameter_in(place).required(required).description(Some(words)).schema(Some(schema)).build()
}
