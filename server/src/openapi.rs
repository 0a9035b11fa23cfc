//! The contract for machines: `/api/openapi.json` (OpenAPI 3.1), and what `/api/docs` shows to people, from the same.
//!
//! Each endpoint is described above its handler (`#[utoipa::path]`). This merges the descriptions that come with the routes, and
//! adds what all endpoints have in common.

use std::sync::LazyLock;

use app::{
    model::{FieldError, Problem, schemas},
    routes::docs::{DocsOperation, DocsPage},
};
use axum::{Json, Router, extract::State, routing::get};
use serde_json::Value;
use utoipa::{
    PartialSchema as _, ToSchema as _,
    openapi::{
        Header, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, RefOr, Required,
        path::Operation,
        schema::Schema,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{
    accounts,
    config::{Config, cookies::AuthCookie},
    identity::session_cookie,
    shared_state::SharedState,
    tasks,
    web::health,
};

/// One document for each name that the cookie can have: on http, on https, and the same as Better Auth names it.
static DOCUMENTS: [LazyLock<OpenApi>; 4] = [
    LazyLock::new(|| document(AuthCookie::Holdfast, false)),
    LazyLock::new(|| document(AuthCookie::Holdfast, true)),
    LazyLock::new(|| document(AuthCookie::BetterAuth, false)),
    LazyLock::new(|| document(AuthCookie::BetterAuth, true)),
];
/// In the order of `/api/docs`.
const TAGS: [&str; 3] = ["Tasks", "Accounts", "Operations"];

/// The document of this site.
fn of_site(config: &Config) -> &'static OpenApi {
    let kind = config.cookies.auth_cookie;
    &DOCUMENTS[usize::from(config.is_https()) + 2 * usize::from(kind == AuthCookie::BetterAuth)]
}

/// `/api/openapi.json`.
pub fn routes() -> Router<SharedState> {
    Router::new().route("/api/openapi.json", get(async |State(state): State<SharedState>| Json(of_site(&state.config))))
}

/// The document of this program with this cookie, on https or not.
pub fn document(kind: AuthCookie, is_https: bool) -> OpenApi {
    let info = InfoBuilder::new()
        .title("Holdfast")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Tasks of many users, and their accounts in the HTTP protocol of Better Auth. Every error is a problem document (RFC 9457).",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0 OR MIT").identifier(Some("Apache-2.0 OR MIT")).build()));
    let mut document = OpenApiBuilder::new().info(info).build().nest("/api/auth", accounts::endpoints().into_openapi());
    document.merge(tasks::routes().into_openapi());
    document.merge(health::routes().into_openapi());
    for operation in document.paths.paths.values_mut().flat_map(operations_mut) {
        complete(operation);
    }
    let components = document.components.get_or_insert_default();
    components.schemas.insert(Problem::name().into(), Problem::schema());
    components.schemas.insert(FieldError::name().into(), FieldError::schema());
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let cookie = ApiKeyValue::new(session_cookie::name(kind, is_https));
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    document
}

/// The methods of a path that an endpoint can have.
fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

/// Adds the header of every success, and what the macro cannot say of a body.
fn complete(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with('2')
        {
            response.headers.insert("x-request-id".into(), RefOr::T(Header::new(schemas::string())));
        }
    }
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    for content in body.content.values_mut() {
        // `Option<T>` is a body that may be absent, never `null`.
        if let RefOr::T(content) = content
            && let Some(RefOr::T(Schema::OneOf(one_of))) = &content.schema
        {
            body.required = Some(Required::False);
            content.schema = one_of.items.iter().find(|item| matches!(item, RefOr::Ref(_))).cloned();
        }
    }
}

/// The data of `/api/docs`.
pub fn docs() -> DocsPage {
    let document = serde_json::to_value(&*DOCUMENTS[0]).unwrap_or_default();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            operations.push((operation["tags"][0].as_str().unwrap_or_default(), docs_operation(&document, path, method, operation)));
        }
    }
    operations.sort_by_key(|(tag, _)| TAGS.iter().position(|known| known == tag));
    let operations = operations.into_iter().map(|(_, operation)| operation).collect();
    DocsPage { version: env!("CARGO_PKG_VERSION").to_owned(), operations }
}

fn docs_operation(document: &Value, path: &str, method: &str, operation: &Value) -> DocsOperation {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let parameters = operation["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] != "path");
    let responses = operation["responses"].as_object().into_iter().flatten();
    let mut responses: Vec<(u16, &Value)> =
        responses.filter_map(|(status, response)| Some((status.parse().ok()?, response))).filter(|(status, _)| *status != 304).collect();
    let success = if responses.is_empty() { (0, &Value::Null) } else { responses.remove(0) };
    DocsOperation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        auth: match operation["security"].as_array().map_or(0, Vec::len) {
            0 => "",
            1 => "Bearer token",
            _ => "Bearer token or cookie",
        }
        .to_owned(),
        parameters: parameters.map(|parameter| (text(&parameter["name"]), text(&parameter["description"]))).collect(),
        body: schema_of(document, &operation["requestBody"]),
        success: (success.0, text(&success.1["description"]), schema_of(document, success.1)),
        errors: responses.into_iter().map(|(status, _)| status).collect(),
    }
}

/// The schema of a body; in place of a reference, the component.
fn schema_of(document: &Value, body: &Value) -> Option<String> {
    let schema = &body["content"].as_object()?.values().next()?["schema"];
    let component = schema["$ref"].as_str().and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    serde_json::to_string_pretty(component.unwrap_or(schema)).ok()
}
