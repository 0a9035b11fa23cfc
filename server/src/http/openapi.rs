//! The contract for machines: `/api/openapi.json` (OpenAPI 3.1), and `/api/docs` for people, drawn from the same.

use std::sync::LazyLock;

use app::{
    DocsOperation, DocsPage, Page,
    model::{
        DESCRIPTION_MAX, EMAIL_MAX, FieldError, IMAGE_MAX, NAME_MAX, PASSWORD_MAX, PASSWORD_MIN, Problem, Session, TITLE_MAX, Task,
        Timestamp, User,
    },
};
use axum::{Json, Router, http::Method, response::Response, routing::get};
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

use super::pages;
use crate::AppState;

/// The document; the same for every process.
pub static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(document);

/// `/api/openapi.json` and `/api/docs`.
pub fn routes() -> Router<AppState> {
    Router::new().route("/api/openapi.json", get(async || Json(&*DOCUMENT))).route("/api/docs", get(docs))
}

/// How one proves who one is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Auth {
    /// Not at all.
    Nobody,
    /// By the Bearer header alone.
    Bearer,
    /// By the Bearer header or the cookie.
    Session,
}

/// One method of one path.
struct Endpoint {
    method: Method,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    auth: Auth,
    parameters: Vec<Parameter>,
    /// The schema of the body, and whether there must be one.
    body: Option<(Value, bool)>,
    success: (u16, &'static str, Option<Value>),
    /// Headers of the success.
    headers: &'static [&'static str],
    errors: &'static [u16],
}

struct Parameter {
    name: &'static str,
    place: ParameterIn,
    words: &'static str,
    schema: Value,
}

const SIGNED_IN: [&str; 2] = ["set-auth-token", "set-cookie"];
/// Of every endpoint with a body.
const BODY: [u16; 8] = [400, 401, 403, 413, 415, 429, 503, 507];
const TASK: [u16; 5] = [400, 401, 403, 404, 503];
const TASK_CHANGE: [u16; 10] = [400, 401, 403, 404, 412, 413, 415, 422, 503, 507];

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

#[allow(clippy::needless_pass_by_value, reason = "it is written in place")]
fn object(members: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": members, "required": required })
}

fn text(max: usize) -> Value {
    // No NUL, which PostgreSQL cannot keep.
    json!({ "type": "string", "maxLength": max, "pattern": "^[^\\u0000]*$" })
}

fn email() -> Value {
    json!({ "type": "string", "format": "email", "maxLength": EMAIL_MAX })
}

fn new_password() -> Value {
    json!({ "type": "string", "format": "password", "minLength": PASSWORD_MIN, "maxLength": PASSWORD_MAX })
}

fn typed_password() -> Value {
    json!({ "type": "string", "format": "password" })
}

/// Unicode's `White_Space`, which trimming takes away; what `\s` is differs from one regular expression to another.
const WHITE_SPACE: &str = "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

fn title() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": TITLE_MAX, "pattern": format!("^[^\\u0000]*[^\\u0000{WHITE_SPACE}][^\\u0000]*$") })
}

fn description() -> Value {
    json!({ "type": ["string", "null"], "maxLength": DESCRIPTION_MAX, "pattern": "^[^\\u0000]*$" })
}

fn status_true() -> Value {
    object(json!({ "status": { "type": "boolean" } }), &["status"])
}

fn endpoint(method: Method, path: &'static str, id: &'static str, summary: &'static str, auth: Auth, errors: &'static [u16]) -> Endpoint {
    let success = (200, "Done.", None);
    Endpoint { method, path, id, summary, auth, parameters: Vec::new(), body: None, success, headers: &[], errors }
}

impl Endpoint {
    fn takes(mut self, schema: Value) -> Self {
        self.body = Some((schema, true));
        self
    }

    fn may_take(mut self, schema: Value) -> Self {
        self.body = Some((schema, false));
        self
    }

    fn answers(mut self, status: u16, words: &'static str, schema: Option<Value>) -> Self {
        self.success = (status, words, schema);
        self
    }

    fn with(mut self, headers: &'static [&'static str]) -> Self {
        self.headers = headers;
        self
    }

    fn asks(mut self, place: ParameterIn, name: &'static str, words: &'static str, schema: Value) -> Self {
        self.parameters.push(Parameter { name, place, words, schema });
        self
    }

    fn query(self, name: &'static str, words: &'static str, schema: Value) -> Self {
        self.asks(ParameterIn::Query, name, words, schema)
    }

    fn header(self, name: &'static str, words: &'static str) -> Self {
        self.asks(ParameterIn::Header, name, words, json!({ "type": "string" }))
    }
}

fn task_endpoints() -> Vec<Endpoint> {
    const LIST: &str = "/api/{user_id}/tasks";
    const ONE: &str = "/api/{user_id}/tasks/{id}";
    let task = || reference("Task");
    let new = object(json!({ "title": title(), "description": description(), "completed": { "type": "boolean" } }), &["title"]);
    let change = object(json!({ "title": title(), "description": description(), "completed": { "type": "boolean" } }), &[]);
    let set = object(json!({ "completed": { "type": "boolean" } }), &[]);
    let if_match = "The entity tags of what is to be changed, or `*`: 412 when it is another by now.";
    let if_none_match = "Entity tags that the client has: 304 when one of them is what there is.";
    vec![
        endpoint(Method::GET, LIST, "list_tasks", "Lists tasks", Auth::Bearer, &[400, 401, 403, 422, 503])
            .query("status", "Which tasks", json!({ "type": "string", "enum": ["all", "pending", "completed"], "default": "all" }))
            .query("q", "Text that title or description must have, in any case", text(500))
            .query("sort", "By what", json!({ "type": "string", "enum": ["created_at", "updated_at", "title"], "default": "created_at" }))
            .query(
                "order",
                "Which way; dates newest first and titles from A unless it says so",
                json!({ "type": "string", "enum": ["asc", "desc"] }),
            )
            .query("limit", "How many", json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 }))
            .query("cursor", "From the `Link` header of the page before, with the same order", json!({ "type": "string" }))
            .header("if-none-match", if_none_match)
            .answers(
                200,
                "A page; `Link` with `rel=\"next\"` leads to the one after it.",
                Some(json!({ "type": "array", "items": task() })),
            )
            .with(&["etag", "link"]),
        endpoint(Method::POST, LIST, "create_task", "Adds a task", Auth::Bearer, &[400, 401, 403, 413, 415, 422, 503, 507])
            .asks(
                ParameterIn::Header,
                "idempotency-key",
                "The same answer again for 24 h; 422 with another body.",
                json!({ "type": "string", "minLength": 1, "maxLength": 255 }),
            )
            .takes(new)
            .answers(201, "The task.", Some(task()))
            .with(&["etag", "location"]),
        endpoint(Method::GET, ONE, "get_task", "Reads a task", Auth::Bearer, &TASK)
            .header("if-none-match", if_none_match)
            .answers(200, "The task.", Some(task()))
            .with(&["etag"]),
        endpoint(Method::PUT, ONE, "update_task", "Changes what the body has", Auth::Bearer, &TASK_CHANGE)
            .header("if-match", if_match)
            .takes(change)
            .answers(200, "The task.", Some(task()))
            .with(&["etag"]),
        endpoint(Method::DELETE, ONE, "delete_task", "Removes a task", Auth::Bearer, &[400, 401, 403, 404, 412, 503])
            .header("if-match", if_match)
            .answers(204, "It is gone.", None),
        endpoint(
            Method::PATCH,
            "/api/{user_id}/tasks/{id}/complete",
            "complete_task",
            "Completes a task, or takes that back; without a body, whichever it is not",
            Auth::Bearer,
            &TASK_CHANGE,
        )
        .header("if-match", if_match)
        .may_take(set)
        .answers(200, "The task.", Some(task()))
        .with(&["etag"]),
    ]
}

fn account_endpoints() -> Vec<Endpoint> {
    let signed_in = |more: Value| {
        let mut members = json!({ "token": { "type": "string", "description": "A JWT" }, "user": reference("User") });
        if let (Some(members), Some(more)) = (members.as_object_mut(), more.as_object()) {
            members.extend(more.clone());
        }
        object(members, &["token", "user"])
    };
    let session = object(json!({ "session": reference("Session"), "user": reference("User") }), &["session", "user"]);
    let post = |path, id, summary, auth| endpoint(Method::POST, path, id, summary, auth, &BODY);
    let get = |path, id, summary, auth, errors| endpoint(Method::GET, path, id, summary, auth, errors);
    let url = || json!({ "type": ["string", "null"], "description": "A path of this site or an address of a trusted one" });
    vec![
        get("/api/auth/ok", "ok", "Says that it is there", Auth::Nobody, &[]).answers(200, "It is.", Some(object(json!({ "ok": { "type": "boolean" } }), &["ok"]))),
        endpoint(Method::POST, "/api/auth/sign-up/email", "sign_up", "Makes an account and signs in", Auth::Nobody, &[400, 403, 413, 415, 422, 429, 503, 507])
            .takes(object(json!({ "name": text(NAME_MAX), "email": email(), "password": new_password() }), &["name", "email", "password"]))
            .answers(200, "Signed in.", Some(signed_in(json!({}))))
            .with(&SIGNED_IN),
        post("/api/auth/sign-in/email", "sign_in", "Signs in", Auth::Nobody)
            .takes(object(json!({ "email": email(), "password": typed_password(), "rememberMe": { "type": ["boolean", "null"], "default": true } }), &["email", "password"]))
            .answers(200, "Signed in.", Some(signed_in(json!({ "redirect": { "type": "boolean" } }))))
            .with(&SIGNED_IN),
        endpoint(Method::POST, "/api/auth/sign-out", "sign_out", "Ends this session, if there is one", Auth::Nobody, &[403, 503, 507])
            .answers(200, "Signed out.", Some(object(json!({ "success": { "type": "boolean" } }), &["success"])))
            .with(&["set-cookie"]),
        get("/api/auth/get-session", "get_session", "Says who is signed in; renews a session that is older than a day", Auth::Nobody, &[503])
            .answers(200, "Session and user, or `null`.", Some(json!({ "oneOf": [session, { "type": "null" }] })))
            .with(&SIGNED_IN),
        get("/api/auth/token", "token", "Makes a JWT of this session", Auth::Session, &[401, 503])
            .answers(200, "The token.", Some(object(json!({ "token": { "type": "string" } }), &["token"]))),
        get("/api/auth/list-sessions", "list_sessions", "Lists one's devices", Auth::Session, &[401, 503])
            .answers(200, "The sessions; `token` is an id, no credential.", Some(json!({ "type": "array", "items": reference("Session") }))),
        post("/api/auth/revoke-session", "revoke_session", "Ends one of one's sessions", Auth::Session)
            .takes(object(json!({ "token": { "type": "string" } }), &["token"]))
            .answers(200, "It has ended, if it was there.", Some(status_true())),
        endpoint(Method::POST, "/api/auth/revoke-other-sessions", "revoke_other_sessions", "Ends all one's sessions but this", Auth::Session, &[401, 403, 503, 507])
            .answers(200, "They have ended.", Some(status_true())),
        endpoint(Method::POST, "/api/auth/revoke-sessions", "revoke_sessions", "Ends all one's sessions", Auth::Session, &[401, 403, 503, 507])
            .answers(200, "They have ended.", Some(status_true())),
        post("/api/auth/update-user", "update_user", "Changes name and picture", Auth::Session)
            .takes(object(json!({ "name": { "type": ["string", "null"], "maxLength": NAME_MAX, "pattern": "^[^\\u0000]*$" }, "image": { "type": ["string", "null"], "maxLength": IMAGE_MAX, "pattern": "^[^\\u0000]*$" } }), &[]))
            .answers(200, "They are changed.", Some(status_true()))
            .with(&SIGNED_IN),
        post("/api/auth/change-password", "change_password", "Changes the password", Auth::Session)
            .takes(object(
                json!({ "currentPassword": typed_password(), "newPassword": new_password(), "revokeOtherSessions": { "type": ["boolean", "null"] } }),
                &["currentPassword", "newPassword"],
            ))
            .answers(200, "It is changed; `token` is `null` unless the other sessions were ended.", Some(object(
                json!({ "token": { "type": ["string", "null"] }, "user": reference("User") }),
                &["token", "user"],
            )))
            .with(&SIGNED_IN),
        post("/api/auth/change-email", "change_email", "Mails a link to a new address", Auth::Session)
            .takes(object(json!({ "newEmail": email(), "callbackURL": url() }), &["newEmail"]))
            .answers(200, "If nobody has the address, a link is on its way.", Some(status_true())),
        post("/api/auth/delete-user", "delete_user", "Removes user, sessions and tasks", Auth::Session)
            .takes(object(json!({ "password": typed_password() }), &["password"]))
            .answers(200, "Gone.", Some(object(json!({ "success": { "type": "boolean" }, "message": { "type": "string" } }), &["success", "message"])))
            .with(&["set-cookie"]),
        post("/api/auth/request-password-reset", "request_password_reset", "Mails a link for a new password", Auth::Nobody)
            .takes(object(json!({ "email": email(), "redirectTo": url() }), &["email"]))
            .answers(200, "If it has an account, a link is on its way.", Some(object(json!({ "status": { "type": "boolean" }, "message": { "type": "string" } }), &["status", "message"]))),
        post("/api/auth/reset-password", "reset_password", "Sets a password by the mailed link", Auth::Nobody)
            .takes(object(json!({ "newPassword": new_password(), "token": { "type": "string" } }), &["newPassword", "token"]))
            .answers(200, "It is set, and every session has ended.", Some(status_true())),
        post("/api/auth/send-verification-email", "send_verification_email", "Mails a link that proves an address", Auth::Nobody)
            .takes(object(json!({ "email": email(), "callbackURL": url() }), &["email"]))
            .answers(200, "If it has an account and is not proven, a link is on its way.", Some(status_true())),
        get("/api/auth/verify-email", "verify_email", "What the mailed link opens", Auth::Nobody, &[303, 400, 401, 403, 503, 507])
            .query("token", "The link's token", json!({ "type": "string" }))
            .query("callbackURL", "Where to go on to: a path of this site or an address of a trusted one", json!({ "type": "string" }))
            .answers(200, "The address is proven.", Some(status_true())),
    ]
}

fn health_endpoints() -> Vec<Endpoint> {
    let ok = || Some(object(json!({ "status": { "type": "string" } }), &["status"]));
    let get = |path, id, summary, errors| endpoint(Method::GET, path, id, summary, Auth::Nobody, errors);
    vec![
        get("/health/live", "live", "Says that the process answers", &[]).answers(200, "It does.", ok()),
        get("/health/ready", "ready", "Says whether the process wants traffic", &[503]).answers(200, "It does.", ok()),
    ]
}

/// Every endpoint, in the order of the contract.
fn endpoints() -> impl Iterator<Item = Endpoint> {
    task_endpoints().into_iter().chain(account_endpoints()).chain(health_endpoints())
}

/// The document of this program.
pub fn document() -> OpenApi {
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
        .schema(User::name(), User::schema())
        .schema(Session::name(), Session::schema())
        .schema(Problem::name(), Problem::schema())
        .schema(FieldError::name(), FieldError::schema())
        .schema(Timestamp::name(), Timestamp::schema())
        .security_scheme("bearer", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build()))
        .security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("holdfast_session"))));
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
        success = success.content("application/json", ContentBuilder::new().schema(Some(schema(value.clone()))).build());
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

async fn docs() -> Response {
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
    pages::render(Page::Docs(DocsPage { version: env!("CARGO_PKG_VERSION").to_owned(), operations: operations.collect() })).await
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
