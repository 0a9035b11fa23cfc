//! The contract for machines: `/api/openapi.json` (OpenAPI 3.1), and what `/api/docs` shows to people, from the same.

mod endpoints;
mod schemas;

use std::sync::LazyLock;

use app::{
    model::{Day, FieldError, Priority, Problem, Session, Task, Timestamp, TrashedTask, User},
    routes::docs::{DocsOperation, DocsPage},
};
use axum::{Json, Router, extract::State, http::Method, routing::get};
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ComponentsBuilder, ContentBuilder, Header, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths, Ref, RefOr,
        Required, ResponseBuilder, Schema,
        path::{OperationBuilder, ParameterBuilder, ParameterIn},
        request_body::RequestBodyBuilder,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use self::endpoints::{Auth, Endpoint, Parameter, endpoints};
use crate::{config::Config, identity::session_cookie, shared_state::SharedState};

/// The documents of a site on http and of one on https, whose cookies have other names.
static DOCUMENTS: [LazyLock<OpenApi>; 2] = [LazyLock::new(|| document(false)), LazyLock::new(|| document(true))];

/// The document of this site.
fn of_site(config: &Config) -> &'static OpenApi {
    &DOCUMENTS[usize::from(config.is_https())]
}

/// `/api/openapi.json`.
pub fn routes() -> Router<SharedState> {
    Router::new().route("/api/openapi.json", get(async |State(state): State<SharedState>| Json(of_site(&state.config))))
}

/// The document of this program, on https or not.
pub fn document(is_https: bool) -> OpenApi {
    let mut paths = Paths::new();
    for endpoint in endpoints() {
        let method = match endpoint.method.as_str() {
            "GET" => HttpMethod::Get,
            "PUT" => HttpMethod::Put,
            "PATCH" => HttpMethod::Patch,
            "DELETE" => HttpMethod::Delete,
            _ => HttpMethod::Post,
        };
        paths.add_path_operation(endpoint.path, vec![method], operation(&endpoint).build());
    }
    let components = ComponentsBuilder::new()
        .schema(Task::name(), Task::schema())
        .schema(TrashedTask::name(), TrashedTask::schema())
        .schema(User::name(), User::schema())
        .schema(Session::name(), Session::schema())
        .schema(Problem::name(), Problem::schema())
        .schema(FieldError::name(), FieldError::schema())
        .schema(Timestamp::name(), Timestamp::schema())
        .schema(Day::name(), Day::schema())
        .schema(Priority::name(), Priority::schema())
        .security_scheme("bearer", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build()))
        .security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(session_cookie::name(is_https)))));
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Holdfast")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some("Tasks of many users, and their accounts in the HTTP protocol of Better Auth. Every error is a problem document (RFC 9457)."))
                .license(Some(LicenseBuilder::new().name("Apache-2.0 OR MIT").identifier(Some("Apache-2.0 OR MIT")).build())),
        )
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

fn operation(endpoint: &Endpoint) -> OperationBuilder {
    let tag = match endpoint.path {
        path if path.starts_with("/api/auth/") => "Accounts",
        path if path.starts_with("/health/") => "Operations",
        _ => "Tasks",
    };
    let mut operation = OperationBuilder::new().operation_id(Some(endpoint.id)).summary(Some(endpoint.summary)).tag(tag);
    for name in ["user_id", "id"].into_iter().filter(|name| endpoint.path.contains(&format!("{{{name}}}"))) {
        let words = if name == "id" { "The task" } else { "The user of the token" };
        let schema = schema(json!({ "type": "string", "minLength": 1, "maxLength": 255 }));
        operation = operation.parameter(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .description(Some(words))
                .schema(Some(schema)),
        );
    }
    for parameter in &endpoint.parameters {
        let Parameter { name, place, words, schema: value } = parameter;
        let is_needed = if *name == "token" { Required::True } else { Required::False };
        operation = operation.parameter(
            ParameterBuilder::new()
                .name(*name)
                .parameter_in(place.clone())
                .required(is_needed)
                .description(Some(*words))
                .schema(Some(schema(value.clone()))),
        );
    }
    if let Some((value, is_required)) = &endpoint.body {
        let content = ContentBuilder::new().schema(Some(schema(value.clone()))).build();
        let required = if *is_required { Required::True } else { Required::False };
        operation =
            operation.request_body(Some(RequestBodyBuilder::new().content("application/json", content).required(Some(required)).build()));
    }
    let (status, words, value) = &endpoint.success;
    let mut success = ResponseBuilder::new().description(*words);
    if let Some(value) = value {
        success = success.content(endpoint.media_type, ContentBuilder::new().schema(Some(schema(value.clone()))).build());
    }
    for name in endpoint.headers.iter().chain(&["x-request-id"]) {
        success = success.header(*name, Header::new(schema(json!({ "type": "string" }))));
    }
    operation = operation.response(status.to_string(), success);
    if endpoint.headers.contains(&"etag") && endpoint.method == Method::GET {
        operation = operation.response(
            "304",
            ResponseBuilder::new().description("The client has it.").header("etag", Header::new(schema(json!({ "type": "string" })))),
        );
    }
    for status in endpoint.errors {
        operation = operation.response(status.to_string(), refusal(*status));
    }
    match endpoint.auth {
        Auth::Nobody => operation,
        Auth::Bearer => operation.security(SecurityRequirement::new::<_, [&str; 0], &str>("bearer", [])),
        Auth::Session => operation
            .security(SecurityRequirement::new::<_, [&str; 0], &str>("bearer", []))
            .security(SecurityRequirement::new::<_, [&str; 0], &str>("cookie", [])),
    }
}

/// An error, with the headers that come with its status.
fn refusal(status: u16) -> ResponseBuilder {
    let (words, header) = match status {
        303 => {
            return ResponseBuilder::new()
                .description("On to the callback, with `error=INVALID_TOKEN` where the link was good for nothing.")
                .header("location", Header::new(schema(json!({ "type": "string" }))));
        }
        400 => ("What was sent is not what is asked for; `code` says why.", None),
        401 => ("No token, one that is not good any more, or a wrong password.", Some("www-authenticate")),
        403 => ("Somebody else's, or asked for by another site's page.", None),
        404 => ("There is no such thing, or it is somebody else's.", None),
        412 => ("It was changed meanwhile.", None),
        413 => ("The body is larger than 64 KiB.", None),
        415 => ("The body is not JSON.", None),
        422 => ("A member breaks a rule: `errors` names each.", None),
        429 => ("Too often.", Some("retry-after")),
        507 => ("There is no room left.", Some("retry-after")),
        _ => ("Busy, or the database is away.", Some("retry-after")),
    };
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("Problem")))).build();
    let refusal = ResponseBuilder::new().description(words).content("application/problem+json", content);
    match header {
        Some(name) => refusal.header(name, Header::new(schema(json!({ "type": "string" })))),
        None => refusal,
    }
}

/// A schema that is written as JSON. One that is none is an empty one, which a test would see in the checked-in file.
fn schema(value: Value) -> RefOr<Schema> {
    serde_json::from_value(value).unwrap_or_else(|_| RefOr::T(Schema::default()))
}

/// The data of `/api/docs`.
pub fn docs() -> DocsPage {
    let operations = endpoints().map(|endpoint| DocsOperation {
        method: endpoint.method.to_string(),
        path: endpoint.path.to_owned(),
        summary: endpoint.summary.to_owned(),
        auth: match endpoint.auth {
            Auth::Nobody => "",
            Auth::Bearer => "Bearer token",
            Auth::Session => "Bearer token or cookie",
        }
        .to_owned(),
        parameters: endpoint.parameters.iter().map(|parameter| (parameter.name.to_owned(), parameter.words.to_owned())).collect(),
        body: endpoint.body.as_ref().map(|(schema, _)| pretty(schema)),
        success: (endpoint.success.0, endpoint.success.1.to_owned(), endpoint.success.2.as_ref().map(pretty)),
        errors: endpoint.errors.to_vec(),
    });
    DocsPage { version: env!("CARGO_PKG_VERSION").to_owned(), operations: operations.collect() }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
