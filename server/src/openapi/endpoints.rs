//! The table of endpoints: what each asks for, and what it answers.

use app::model::{Due, IMAGE_MAX, IMAGE_PATTERN, NAME_MAX, Order, SEARCH_MAX, Sort, Status};
use axum::http::Method;
use serde_json::{Value, json};
use utoipa::openapi::path::ParameterIn;

use super::schemas::{
    day, description, email, new_password, object, or_null, position, priority, reference, status_true, tag, tags, text, title,
    typed_password, word,
};

/// How an endpoint authenticates.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Not at all.
    Nobody,
    /// By the Bearer header alone.
    Bearer,
    /// By the Bearer header or the cookie.
    Session,
}

/// One method of one path.
pub struct Endpoint {
    pub method: Method,
    pub path: &'static str,
    pub id: &'static str,
    pub summary: &'static str,
    pub auth: Auth,
    pub parameters: Vec<Parameter>,
    /// The schema of the body, and whether there must be one.
    pub body: Option<(Value, bool)>,
    /// Status, words, and the schema of the answer's body.
    pub success: (u16, &'static str, Option<Value>),
    /// What that body is.
    pub media_type: &'static str,
    /// Headers of the success.
    pub headers: &'static [&'static str],
    pub errors: &'static [u16],
}

/// A parameter in the query or in a header.
pub struct Parameter {
    pub name: &'static str,
    pub place: ParameterIn,
    pub words: &'static str,
    pub schema: Value,
}

const SIGNED_IN: [&str; 2] = ["set-auth-token", "set-cookie"];
/// Of every endpoint with a body.
const BODY: [u16; 8] = [400, 401, 403, 413, 415, 429, 503, 507];
const IF_NONE_MATCH: &str = "Entity tags that the client has: 304 when one of them is what there is.";
const TASK: [u16; 5] = [400, 401, 403, 404, 503];
const TASK_CHANGE: [u16; 11] = [400, 401, 403, 404, 412, 413, 415, 422, 429, 503, 507];

fn endpoint(method: Method, path: &'static str, id: &'static str, summary: &'static str, auth: Auth, errors: &'static [u16]) -> Endpoint {
    let success = (200, "Done.", None);
    Endpoint {
        method,
        path,
        id,
        summary,
        auth,
        parameters: Vec::new(),
        body: None,
        success,
        media_type: "application/json",
        headers: &[],
        errors,
    }
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

    /// Answers with events, one after the other.
    fn streams(mut self, words: &'static str) -> Self {
        self.media_type = "text/event-stream";
        self.answers(200, words, Some(json!({ "type": "string" })))
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

fn with_default(mut schema: Value, default: &str) -> Value {
    schema["default"] = default.into();
    schema
}

fn task_endpoints() -> Vec<Endpoint> {
    const LIST: &str = "/api/{user_id}/tasks";
    const ONE: &str = "/api/{user_id}/tasks/{id}";
    let task = || reference("Task");
    let members = |position: Value| {
        json!({
            "title": title(), "description": description(), "completed": { "type": "boolean" },
            "due_date": or_null(day()), "priority": priority(), "tags": tags(), "position": position,
        })
    };
    let new = object(members(or_null(position())), &["title"]);
    let change = object(members(position()), &[]);
    let set = object(json!({ "completed": { "type": "boolean" } }), &[]);
    let if_match = "The entity tags of what is to be changed, or `*`: 412 when it is another by now.";
    vec![
        endpoint(Method::GET, LIST, "list_tasks", "Lists tasks", Auth::Bearer, &[400, 401, 403, 422, 503])
            .query("status", "Which tasks", with_default(word(Status::EACH.iter().map(|status| status.as_str())), "all"))
            .query("due", "Those that are due then; what is completed is not overdue", word(Due::EACH.iter().map(|due| due.as_str())))
            .query("today", "The day from which `due` counts; UTC's unless it is said", day())
            .query("priority", "Those that matter that much", priority())
            .query("tag", "Those with this tag, in any case", tag())
            .query(
                "q",
                "At most ten words, each of which title, description or tags must have, whatever its case and accents",
                text(SEARCH_MAX),
            )
            .query("sort", "By what", with_default(word(Sort::EACH.iter().map(|sort| sort.as_str())), "created_at"))
            .query(
                "order",
                "Which way; unless it is said, times newest first, the highest priority first, and all else from its beginning",
                word(Order::EACH.iter().map(|order| order.as_str())),
            )
            .query("limit", "How many at most", limit())
            .query("cursor", "From the `Link` header of the page before, with the same order", json!({ "type": "string" }))
            .header("if-none-match", IF_NONE_MATCH)
            .answers(
                200,
                "A page; `Link` with `rel=\"next\"` leads to the one after it. A page of long tasks may have fewer than `limit`.",
                Some(json!({ "type": "array", "items": task() })),
            )
            .with(&["etag", "link"]),
        endpoint(Method::POST, LIST, "create_task", "Adds a task", Auth::Bearer, &[400, 401, 403, 413, 415, 422, 429, 503, 507])
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
            .header("if-none-match", IF_NONE_MATCH)
            .answers(200, "The task.", Some(task()))
            .with(&["etag"]),
        endpoint(Method::PUT, ONE, "update_task", "Changes what the body has", Auth::Bearer, &TASK_CHANGE)
            .header("if-match", if_match)
            .takes(change)
            .answers(200, "The task.", Some(task()))
            .with(&["etag"]),
        endpoint(Method::DELETE, ONE, "delete_task", "Removes a task", Auth::Bearer, &[400, 401, 403, 404, 412, 429, 503, 507])
            .header("if-match", if_match)
            .answers(204, "It is in the trash, from where it can be put back: for 30 days, unless the server is set up otherwise.", None),
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
        endpoint(
            Method::POST,
            "/api/{user_id}/tasks/{id}/restore",
            "restore_task",
            "Puts a task back from the trash; one that is there stays as it is",
            Auth::Bearer,
            &[400, 401, 403, 404, 422, 429, 503, 507],
        )
        .answers(200, "The task.", Some(task()))
        .with(&["etag"]),
        events_endpoint(),
    ]
}

fn trash_endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/api/{user_id}/trash";
    const CHANGE: [u16; 7] = [400, 401, 403, 404, 429, 503, 507];
    vec![
        endpoint(Method::GET, ALL, "list_trash", "Lists deleted tasks that can be put back", Auth::Bearer, &[400, 401, 403, 422, 503])
            .query("limit", "How many at most", limit())
            .query("cursor", "From the `Link` header of the page before", json!({ "type": "string" }))
            .header("if-none-match", IF_NONE_MATCH)
            .answers(
                200,
                "A page, the newest deletion first; `Link` with `rel=\"next\"` leads to the one after it. A page of long tasks may have \
                 fewer than `limit`.",
                Some(json!({ "type": "array", "items": reference("TrashedTask") })),
            )
            .with(&["etag", "link"]),
        endpoint(Method::DELETE, ALL, "empty_trash", "Removes all deleted tasks for good", Auth::Bearer, &[400, 401, 403, 429, 503, 507])
            .answers(204, "The trash is empty.", None),
        endpoint(Method::DELETE, "/api/{user_id}/trash/{id}", "purge_task", "Removes a deleted task for good", Auth::Bearer, &CHANGE)
            .answers(204, "It is gone, and cannot be put back any more.", None),
    ]
}

/// How many a page may have.
fn limit() -> Value {
    json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 })
}

fn events_endpoint() -> Endpoint {
    endpoint(
        Method::GET,
        "/api/{user_id}/events",
        "events",
        "Tells what happens to tasks, until the session ends",
        Auth::Bearer,
        &[400, 401, 403, 422, 429, 503],
    )
    .query(
        "utc_offset",
        "How many minutes the client's clock is ahead of UTC: then `counts` follow each change, by that day",
        json!({ "type": "integer", "minimum": -1440, "maximum": 1440 }),
    )
    .header("last-event-id", "The id of the last event that arrived, a time in milliseconds: what has happened since comes first.")
    .streams(
        "Server-sent events: `ready`; `saved` with a task that was made, changed or put back; `deleted` with the `id` of one; `counts` with \
         `total`, `pending`, `today` and `upcoming`, for who sends `utc_offset`; \
         `reset` when so much or so long ago was missed that the list is to be read again.",
    )
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
            .takes(object(json!({ "name": { "type": ["string", "null"], "maxLength": NAME_MAX, "pattern": "^[^\\u0000]*$" }, "image": { "type": ["string", "null"], "maxLength": IMAGE_MAX, "pattern": IMAGE_PATTERN } }), &[]))
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
            .takes(object(
                json!({ "newEmail": email(), "callbackURL": url(), "password": { "type": ["string", "null"], "description": "The current password. Needed when the session began longer than 10 minutes ago." } }),
                &["newEmail"],
            ))
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
        get("/api/auth/verify-email", "verify_email", "Confirms an address by a mailed link, for scripts: `fetch`, or `Accept: application/json`; a browser is led to the page of the link", Auth::Nobody, &[303, 400, 401, 403, 503, 507])
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
pub fn endpoints() -> impl Iterator<Item = Endpoint> {
    task_endpoints().into_iter().chain(trash_endpoints()).chain(account_endpoints()).chain(health_endpoints())
}
