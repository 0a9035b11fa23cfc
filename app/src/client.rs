//! The HTTP API, typed. The one place that attaches the token, and the one that turns answers into a [`Problem`].

use gloo_net::http::{Method, RequestBuilder, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use web_sys::AbortSignal;

use crate::{
    model::{NewTask, Problem, PutTask, SetCompleted, Task, User},
    session,
};

/// An answer that takes longer will not come, in milliseconds.
const TIMEOUT_MS: u32 = 10_000;
/// `code` of a problem that is no answer at all.
pub const UNREACHABLE: &str = "UNREACHABLE";

/// The task API as one user calls it.
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

/// What signing in and up answer.
#[derive(Debug, Deserialize)]
pub struct SignedIn {
    /// The JWT.
    pub token: String,
    /// Whose.
    pub user: User,
}

#[derive(Deserialize)]
struct TokenOnly {
    token: String,
}

/// Signs in or up; `path` is the part after `/api/auth/`.
pub async fn authenticate<B: Serialize>(path: &str, body: &B) -> Result<SignedIn, Problem> {
    let signed_in: SignedIn = read(send(Method::POST, &format!("/api/auth/{path}"), &[], Some(body)).await?).await?;
    session::keep_token(&signed_in.user.id, &signed_in.token);
    Ok(signed_in)
}

impl Client {
    /// A page of the list, by its query string.
    pub async fn list(&self, query: &str) -> Result<TaskList, Problem> {
        let response = self.call(Method::GET, &format!("?{query}"), None, None::<&()>).await?;
        let next = response.headers().get("link").and_then(|link| Some(link.split_once('?')?.1.split_once('>')?.0.to_owned()));
        Ok(TaskList { tasks: read(response).await?, next })
    }

    /// One task.
    pub async fn get(&self, id: &str) -> Result<Task, Problem> {
        read(self.call(Method::GET, &format!("/{id}"), None, None::<&()>).await?).await
    }

    /// Adds a task. Sent again with the same key, it adds no second one.
    pub async fn create(&self, task: &NewTask, key: &str) -> Result<Task, Problem> {
        read(self.call(Method::POST, "", Some(("Idempotency-Key", key)), Some(task)).await?).await
    }

    /// Changes a task, if it still is what `tag` says; else the problem's status is 412.
    pub async fn update(&self, id: &str, change: &PutTask, tag: &str) -> Result<Task, Problem> {
        read(self.call(Method::PUT, &format!("/{id}"), Some(("If-Match", tag)), Some(change)).await?).await
    }

    /// Says whether a task is done.
    pub async fn complete(&self, id: &str, completed: bool) -> Result<Task, Problem> {
        let body = SetCompleted { completed: Some(completed) };
        read(self.call(Method::PATCH, &format!("/{id}/complete"), None, Some(&body)).await?).await
    }

    /// Removes a task. One that is gone already is as good as removed.
    pub async fn delete(&self, id: &str) -> Result<(), Problem> {
        match self.call(Method::DELETE, &format!("/{id}"), None, None::<&()>).await {
            Err(problem) if problem.status != 404 => Err(problem),
            _ => Ok(()),
        }
    }

    /// Calls the task API with the token. A token that is refused is replaced once by that of the cookie's session:
    /// only when that has ended too is the answer 401.
    async fn call<B: Serialize>(
        &self,
        method: Method,
        rest: &str,
        header: Option<(&str, &str)>,
        body: Option<&B>,
    ) -> Result<Response, Problem> {
        let path = format!("/api/{}/tasks{rest}", self.user_id);
        let headers = |token: &str| -> Vec<(&str, String)> {
            let header = header.map(|(name, value)| (name, value.to_owned()));
            header.into_iter().chain([("Authorization", format!("Bearer {token}"))]).collect()
        };
        if let Some(token) = session::token(&self.user_id) {
            match send(method.clone(), &path, &headers(&token), body).await {
                Err(problem) if problem.status == 401 => {}
                done => return done,
            }
        }
        let TokenOnly { token } = read(send(Method::GET, "/api/auth/token", &[], None::<&()>).await?).await?;
        let response = send(method, &path, &headers(&token), body).await?;
        session::keep_token(&self.user_id, &token);
        Ok(response)
    }
}

/// Sends a request; any answer but a success is a problem.
async fn send<B: Serialize>(method: Method, path: &str, headers: &[(&str, String)], body: Option<&B>) -> Result<Response, Problem> {
    let signal = AbortSignal::timeout_with_u32(TIMEOUT_MS);
    let mut request = RequestBuilder::new(path).method(method).abort_signal(Some(&signal));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = match body {
        Some(body) => request.json(body),
        None => request.build(),
    };
    let response = request.map_err(|_| unreachable())?.send().await.map_err(|_| unreachable())?;
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    Err(response.json().await.unwrap_or_else(|_| Problem {
        status,
        code: UNREACHABLE.into(),
        message: "Holdfast gave an answer that makes no sense. Try again in a moment.".into(),
        ..Problem::default()
    }))
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Problem> {
    response.json().await.map_err(|_| unreachable())
}

fn unreachable() -> Problem {
    Problem {
        code: UNREACHABLE.into(),
        message: "Holdfast can’t be reached. Check your connection and try again.".into(),
        ..Problem::default()
    }
}
