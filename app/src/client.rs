//! The HTTP API, as the browser calls it. The one place that attaches the token, and the one that turns answers into a
//! [`Problem`].

use gloo_net::http::{Method, RequestBuilder, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use web_sys::AbortSignal;

use crate::{
    model::{AuthKind, NewTask, Problem, PutTask, Task, Timestamp, etag_of},
    storage,
};

/// How long an answer may take, in milliseconds.
const TIMEOUT_MS: u32 = 10_000;
/// The API as one user calls it.
#[derive(Debug, Clone)]
pub struct Client {
    /// The user whose tasks it reads and writes.
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

/// What a person signs in or up with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Credentials {
    /// What a new user is called; may be empty. Only for signing up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address.
    pub email: String,
    /// The password, as it was typed.
    pub password: String,
}

/// The answer to signing in or up, as far as it is used.
#[derive(Deserialize)]
struct SignedIn {
    token: String,
    user: SignedInUser,
}

#[derive(Deserialize)]
struct SignedInUser {
    id: String,
}

/// The answer to asking for the token of the cookie's session.
#[derive(Deserialize)]
struct SessionToken {
    token: String,
}

/// What is sent, but for the token.
struct Call<'a> {
    method: Method,
    path: &'a str,
    header: Option<(&'a str, &'a str)>,
    /// JSON.
    body: Option<String>,
    /// Whether the answer is a stream, which has no end to wait for.
    is_stream: bool,
}

impl<'a> Call<'a> {
    const fn new(method: Method, path: &'a str) -> Self {
        Self { method, path, header: None, body: None, is_stream: false }
    }

    const fn with_header(mut self, name: &'a str, value: &'a str) -> Self {
        self.header = Some((name, value));
        self
    }

    fn with_json(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_string(body).ok();
        self
    }
}

/// Signs in or up, and keeps the token.
pub async fn authenticate(kind: AuthKind, credentials: &Credentials) -> Result<(), Problem> {
    let call = Call::new(Method::POST, kind.endpoint()).with_json(credentials);
    let SignedIn { token, user } = json(&send(&call, None).await?).await?;
    storage::keep_token(&user.id, &token);
    Ok(())
}

/// Ends the session of the cookie. One that has ended already is no problem.
pub async fn sign_out() -> Result<(), Problem> {
    send(&Call::new(Method::POST, "/api/auth/sign-out"), None).await.map(drop)
}

impl Client {
    /// A page of the list, by its query string.
    pub async fn list(&self, query: &str) -> Result<TaskList, Problem> {
        let response = self.send(Call::new(Method::GET, &self.path(&format!("tasks?{query}")))).await?;
        let link = response.headers().get("link");
        let next = link.and_then(|link| Some(link.split_once('?')?.1.split_once('>')?.0.to_owned()));
        Ok(TaskList { tasks: json(&response).await?, next })
    }

    /// One task.
    pub async fn get(&self, id: &str) -> Result<Task, Problem> {
        self.task(Call::new(Method::GET, &self.task_path(id))).await
    }

    /// Creates a task. With the same key twice, there is one task, and both calls answer with it.
    pub async fn create(&self, task: &NewTask, idempotency_key: &str) -> Result<Task, Problem> {
        self.task(Call::new(Method::POST, &self.path("tasks")).with_header("Idempotency-Key", idempotency_key).with_json(task)).await
    }

    /// Changes the members that `changes` has; with `if_match` only when the task last changed at that time.
    pub async fn update(&self, id: &str, changes: &PutTask, if_match: Option<Timestamp>) -> Result<Task, Problem> {
        let path = self.task_path(id);
        let etag = if_match.map(etag_of);
        let mut call = Call::new(Method::PUT, &path).with_json(changes);
        if let Some(etag) = &etag {
            call = call.with_header("If-Match", etag);
        }
        self.task(call).await
    }

    /// Deletes a task.
    pub async fn delete(&self, id: &str) -> Result<(), Problem> {
        self.send(Call::new(Method::DELETE, &self.task_path(id))).await.map(drop)
    }

    /// Takes the deletion of a task back.
    pub async fn restore(&self, id: &str) -> Result<Task, Problem> {
        self.task(Call::new(Method::POST, &format!("{}/restore", self.task_path(id)))).await
    }

    /// The stream of what happens to the user's tasks, from the event after that one on.
    pub async fn events(&self, last_event_id: &str, utc_offset: i64) -> Result<web_sys::Response, Problem> {
        let path = self.path(&format!("events?utc_offset={utc_offset}"));
        let call = Call::new(Method::GET, &path).with_header("Last-Event-ID", last_event_id);
        self.send(Call { is_stream: true, ..call }).await.map(Into::into)
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/{}/{rest}", self.user_id)
    }

    fn task_path(&self, id: &str) -> String {
        self.path(&format!("tasks/{id}"))
    }

    async fn task(&self, call: Call<'_>) -> Result<Task, Problem> {
        json(&self.send(call).await?).await
    }

    /// Sends a call with the user's token. A token that is refused is replaced once by that of the cookie's session: only
    /// when that has ended too is the answer 401.
    async fn send(&self, call: Call<'_>) -> Result<Response, Problem> {
        if let Some(token) = storage::token(&self.user_id) {
            match send(&call, Some(&token)).await {
                Err(problem) if problem.status == 401 => {}
                outcome => return outcome,
            }
        }
        let SessionToken { token } = json(&send(&Call::new(Method::GET, "/api/auth/token"), None).await?).await?;
        let response = send(&call, Some(&token)).await?;
        storage::keep_token(&self.user_id, &token);
        Ok(response)
    }
}

/// Sends a call; any answer but a success is a problem.
async fn send(call: &Call<'_>, token: Option<&str>) -> Result<Response, Problem> {
    let response = fetch(call, token).await.map_err(|_| unreachable(0))?;
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    let problem = response.json().await.ok().filter(|problem: &Problem| !problem.code.is_empty());
    Err(problem.map_or_else(|| unreachable(status), |problem| Problem { status, ..problem }))
}

async fn fetch(call: &Call<'_>, token: Option<&str>) -> Result<Response, gloo_net::Error> {
    let mut request = RequestBuilder::new(call.path).method(call.method.clone());
    if let Some((name, value)) = call.header {
        request = request.header(name, value);
    }
    if let Some(token) = token {
        request = request.header("Authorization", &format!("Bearer {token}"));
    }
    if !call.is_stream {
        request = request.abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    }
    match &call.body {
        Some(body) => request.header("Content-Type", "application/json").body(body)?.send().await,
        None => request.send().await,
    }
}

/// The body of an answer. One that breaks off is like none at all.
async fn json<T: DeserializeOwned>(response: &Response) -> Result<T, Problem> {
    let text = response.text().await.map_err(|_| unreachable(0))?;
    serde_json::from_str(&text).map_err(|_| unreachable(response.status()))
}

/// The problem where no answer came (status 0), or one that cannot be read.
fn unreachable(status: u16) -> Problem {
    Problem { status, code: Problem::UNREACHABLE.into(), ..Problem::default() }
}
