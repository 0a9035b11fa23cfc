//! The HTTP API, as the browser calls it. The one place that attaches the token, and the one that turns answers into a
//! [`Problem`].

use leptos::prelude::window;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, Request, RequestInit, Response};

use crate::{
    dom::{js_text, utc_offset},
    model::{Problem, Task},
    session, wire, words,
};

/// An answer that takes longer will not come, in milliseconds.
const TIMEOUT_MS: u32 = 10_000;
/// `code` of a problem that is no answer at all.
pub const UNREACHABLE: &str = "UNREACHABLE";

/// The API as one user calls it.
#[derive(Debug, Clone)]
pub struct Client {
    /// Who calls.
    pub user_id: String,
}

/// A page of tasks.
#[derive(Debug)]
pub struct TaskList {
    /// In the order of the request.
    pub tasks: Vec<Task>,
    /// Query string of the next page.
    pub next: Option<String>,
}

/// What is sent, and how.
struct Call<'a> {
    method: &'a str,
    path: &'a str,
    header: Option<(&'a str, &'a str)>,
    body: Option<&'a JsValue>,
    /// Whether the answer goes on and on.
    is_endless: bool,
}

impl Client {
    /// A page of the list, by its query string.
    pub async fn list(&self, query: &str) -> Result<TaskList, Problem> {
        let response = self.call("GET", &format!("tasks?{query}"), None, None).await?;
        let link = response.headers().get("link").ok().flatten();
        let next = link.and_then(|link| Some(link.split_once('?')?.1.split_once('>')?.0.to_owned()));
        let tasks = js_sys::Array::from(&json(&response).await?).iter().map(|value| wire::task(&value)).collect();
        Ok(TaskList { tasks, next })
    }

    /// One task.
    pub async fn get(&self, id: &str) -> Result<Task, Problem> {
        Ok(wire::task(&json(&self.call("GET", &format!("tasks/{id}"), None, None).await?).await?))
    }

    /// Changes something; the task that comes of it, if one does. `rest` is what follows `/api/{user_id}/`.
    pub async fn change(
        &self,
        method: &str,
        rest: &str,
        header: Option<(&str, &str)>,
        body: Option<&JsValue>,
    ) -> Result<Option<Task>, Problem> {
        let response = self.call(method, rest, header, body).await?;
        if response.status() == 204 { Ok(None) } else { Ok(Some(wire::task(&json(&response).await?))) }
    }

    /// What happens to the tasks, from that event on.
    pub async fn events(&self, last: &str) -> Result<Response, Problem> {
        let offset = utc_offset();
        self.attempt("GET", &format!("events?utc_offset={offset}"), Some(("Last-Event-ID", last)), None, true).await
    }

    async fn call(&self, method: &str, rest: &str, header: Option<(&str, &str)>, body: Option<&JsValue>) -> Result<Response, Problem> {
        self.attempt(method, rest, header, body, false).await
    }

    /// Calls the task API with the token. A token that is refused is replaced once by that of the cookie's session:
    /// only when that has ended too is the answer 401.
    async fn attempt(
        &self,
        method: &str,
        rest: &str,
        header: Option<(&str, &str)>,
        body: Option<&JsValue>,
        is_endless: bool,
    ) -> Result<Response, Problem> {
        let path = format!("/api/{}/{rest}", self.user_id);
        let what = Call { method, path: &path, header, body, is_endless };
        if let Some(token) = session::token(&self.user_id) {
            match send(&what, Some(&token)).await {
                Err(problem) if problem.status == 401 => {}
                done => return done,
            }
        }
        let asks = Call { method: "GET", path: "/api/auth/token", header: None, body: None, is_endless: false };
        let token = js_text(&json(&send(&asks, None).await?).await?, "token");
        let response = send(&what, Some(&token)).await?;
        session::keep_token(&self.user_id, &token);
        Ok(response)
    }
}

/// Sends a request; any answer but a success is a problem.
async fn send(what: &Call<'_>, token: Option<&str>) -> Result<Response, Problem> {
    let response = fetch(what, token).await.map_err(|_| unreachable())?;
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    let problem = wire::problem(status, &json(&response).await.unwrap_or(JsValue::UNDEFINED));
    if problem.code.is_empty() {
        return Err(Problem { code: UNREACHABLE.into(), message: words::NO_SENSE.into(), ..problem });
    }
    Err(problem)
}

async fn fetch(what: &Call<'_>, token: Option<&str>) -> Result<Response, JsValue> {
    let init = RequestInit::new();
    init.set_method(what.method);
    let headers = Headers::new()?;
    if let Some((name, value)) = what.header {
        headers.set(name, value)?;
    }
    if let Some(token) = token {
        headers.set("Authorization", &format!("Bearer {token}"))?;
    }
    if let Some(body) = what.body {
        headers.set("Content-Type", "application/json")?;
        init.set_body(&wire::stringify(body).into());
    }
    init.set_headers(&headers);
    if !what.is_endless {
        init.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    }
    let request = Request::new_with_str_and_init(what.path, &init)?;
    JsFuture::from(window().fetch_with_request(&request)).await?.dyn_into()
}

async fn json(response: &Response) -> Result<JsValue, Problem> {
    let promise = response.json().map_err(|_| unreachable())?;
    JsFuture::from(promise).await.map_err(|_| unreachable())
}

fn unreachable() -> Problem {
    Problem { code: UNREACHABLE.into(), message: words::UNREACHABLE.into(), ..Problem::default() }
}
