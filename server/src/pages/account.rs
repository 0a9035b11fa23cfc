//! `/account`

use app::{
    model::{Day, FieldError, ListQuery, Sort, Timestamp},
    routes::{
        account::{AccountForm, AccountPage, Done},
        form_errors,
    },
};
use axum::{
    body::{Body, Bytes},
    extract::{RawQuery, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect, Response},
};
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;

use super::render::{redirect_with, render, render_refused, to_sign_in, with_cookie};
use crate::{
    accounts::{self, UpdateUser},
    identity::{
        client::Client,
        current_session::{self, CurrentSession},
        extract::Visitor,
        known_devices,
        session::SessionScope,
        session_cookie,
    },
    problem::{Error, Result},
    tasks::{self, ListParams, TasksState},
    web::{
        body::{self, Form},
        security_headers,
    },
};

pub const PATH: &str = "/account";

/// Query parameters of the page.
#[derive(Deserialize)]
struct Query {
    done: Option<String>,
    /// Set by a mailed link that was not valid.
    error: Option<String>,
}

/// Everything about the account.
pub async fn page(State(state): State<TasksState>, visitor: Visitor, headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response> {
    let renewed = accounts::renew(&state, &visitor).await?;
    let Some(current) = current_session::find(&state, &visitor).await? else {
        return Ok(to_sign_in(&state, &headers, PATH, query.as_deref()));
    };
    let query: Query = body::parse_form(query.unwrap_or_default().as_bytes())?;
    let done = if query.error.is_some() { Some(Done::LinkRefused) } else { query.done.as_deref().and_then(Done::named) };
    let page = view(&state, current, done).await?;
    let cookie = renewed.and_then(|signed_in| session_cookie::set(&state.config, &signed_in.token, signed_in.keep));
    Ok(with_cookie(cookie, render(page).await))
}

pub async fn view(state: &TasksState, current: CurrentSession, done: Option<Done>) -> Result<AccountPage> {
    let devices = accounts::devices(state, &current).await?;
    Ok(AccountPage { user: current.user, devices, now: state.clock.now(), done, refused: None, typed: String::new() })
}

/// What the forms of the page send: `form` says which one.
#[derive(Deserialize)]
#[serde(tag = "form", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum Change {
    /// Another name.
    Name { name: String },
    /// Another e-mail.
    Email {
        new_email: String,
        #[serde(default)]
        email_password: String,
    },
    /// A link to prove the one there is.
    Confirm {},
    /// Another password.
    Password { current_password: String, new_password: String, revoke_other_sessions: Option<String> },
    /// One device signed out, or all others.
    Devices { device: Option<String> },
    /// The deletion of the account.
    Delete { password: String },
}

impl Change {
    const fn form(&self) -> AccountForm {
        match self {
            Self::Name { .. } => AccountForm::Name,
            Self::Email { .. } => AccountForm::Email,
            Self::Confirm {} => AccountForm::Confirm,
            Self::Password { .. } => AccountForm::Password,
            Self::Devices { .. } => AccountForm::Devices,
            Self::Delete { .. } => AccountForm::Delete,
        }
    }

    /// What the form shows again when it is refused; never a password.
    fn typed(&self) -> String {
        match self {
            Self::Name { name: typed } | Self::Email { new_email: typed, .. } => typed.clone(),
            _ => String::new(),
        }
    }
}

/// Applies a form; then redirects to the page with a notice, or shows the form again with its errors.
pub async fn form(
    State(state): State<TasksState>,
    visitor: Visitor,
    client: Client,
    headers: HeaderMap,
    Form(change): Form<Change>,
) -> Result<Response> {
    let Some(current) = current_session::find(&state, &visitor).await? else { return Ok(to_sign_in(&state, &headers, PATH, None)) };
    let (form, typed) = (change.form(), change.typed());
    let error = match apply(&state, &visitor, &client, &current, change).await {
        Ok(response) => return Ok(response),
        Err(error) => error,
    };
    let page = view(&state, current, None).await?;
    render_refused(error, |error| AccountPage { refused: Some((form, errors(form, error))), typed, ..page }).await
}

async fn apply(state: &TasksState, visitor: &Visitor, client: &Client, current: &CurrentSession, change: Change) -> Result<Response> {
    let say = |done: Done| Redirect::to(&done.path()).into_response();
    Ok(match change {
        Change::Name { name } => {
            let change = UpdateUser { name: Some(name), ..UpdateUser::default() };
            redirect_with(state, &accounts::update_user(state, visitor, client, change).await?, &Done::Name.path())
        }
        Change::Email { new_email, email_password } => {
            accounts::request_email_change(state, client, visitor, &email_password, new_email.trim(), Some(after_link())).await?;
            say(Done::EmailAsked)
        }
        Change::Confirm {} => {
            accounts::request_verification(state, client, &current.user.email, Some(after_link())).await?;
            say(Done::ConfirmAsked)
        }
        Change::Password { current_password, new_password, revoke_other_sessions } => {
            let revokes = revoke_other_sessions.is_some();
            let signed_in = accounts::change_password(state, visitor, client, &current_password, &new_password, revokes).await?;
            redirect_with(state, &signed_in, &Done::Password.path())
        }
        Change::Devices { device } => {
            let which = device.as_deref().map_or(SessionScope::AllBut(&current.session.id), SessionScope::One);
            accounts::end_sessions(state, visitor, client, which).await?;
            say(Done::Devices)
        }
        Change::Delete { password } => {
            accounts::delete_user(state, visitor, client, &password).await?;
            let mut response = with_cookie(session_cookie::clear(&state.config), Redirect::to("/signin?done=deleted").into_response());
            response = with_cookie(known_devices::clear(&state.config), response);
            security_headers::clear_site_data(response.headers_mut());
            response
        }
    })
}

/// The redirect target of mailed links.
fn after_link() -> String {
    format!("{PATH}?done={}", Done::EmailConfirmed.as_str())
}

/// The errors as this form's fields bear them.
fn errors(form: AccountForm, error: &Error) -> Vec<FieldError> {
    let field = match (form, error) {
        (AccountForm::Password, Error::WrongPassword) => "currentPassword",
        (AccountForm::Email, Error::WrongPassword) => "emailPassword",
        (AccountForm::Delete, Error::WrongPassword) => "password",
        _ => return form_errors(&error.document("")),
    };
    vec![FieldError::new(field, error.code(), error.to_string())]
}

/// Tasks of a download in one read.
const DOWNLOADED_AT_ONCE: u16 = 1_000;

/// Deleted tasks in one read: fewer, since they are read whole and may be long.
const DELETED_AT_ONCE: usize = 100;

/// The next part of a download.
enum Next {
    /// The page of tasks that these parameters describe.
    Tasks(ListParams),
    /// Deleted tasks, from after the one of this time and id.
    DeletedTasks((Timestamp, String)),
}

/// A download of all data of the user. The tasks are streamed page by page: at most a thousand are in memory.
pub async fn data(State(state): State<TasksState>, visitor: Visitor, headers: HeaderMap) -> Result<Response> {
    let Some(CurrentSession { user, .. }) = current_session::find(&state, &visitor).await? else {
        return Ok(to_sign_in(&state, &headers, PATH, None));
    };
    let mut sessions = Vec::new();
    for (session, last_seen) in accounts::sessions_with_last_seen(&state, &user.id).await? {
        let mut session = serde_json::to_value(session).map_err(Error::internal)?;
        session["lastSeenAt"] = json!(last_seen);
        sessions.push(session);
    }
    let pending = accounts::pending_emails(&state, &user.id).await?;
    let pending: Vec<_> = pending.into_iter().map(|(email, until)| json!({ "email": email, "expiresAt": until })).collect();
    let head = json!({ "exportedAt": state.clock.now(), "user": user, "sessions": sessions, "pendingEmails": pending }).to_string();
    let head = format!("{},\"tasks\":[", head.strip_suffix('}').unwrap_or_default());
    let params = ListParams { limit: DOWNLOADED_AT_ONCE.into(), ..ListParams::new(ListQuery::default(), Sort::CreatedAt, Day::MIN) };
    let pages = stream::try_unfold((Some(Next::Tasks(params)), head), move |(next, text)| {
        let (state, owner) = (state.clone(), user.id.clone());
        async move {
            match next {
                None => Ok::<_, Error>(None),
                Some(next) => page_of_data(&state, &owner, next, text).await.map(Some),
            }
        }
    });
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_DISPOSITION, "attachment; filename=\"holdfast.json\"")];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// A piece of a download after this text, what comes next, and the text before that.
async fn page_of_data(state: &TasksState, owner: &str, next: Next, mut text: String) -> Result<(Bytes, (Option<Next>, String))> {
    let joined = |rows: Result<Vec<String>, serde_json::Error>| rows.map(|rows| rows.join(",")).map_err(Error::internal);
    let next = match next {
        Next::Tasks(params) => {
            let (tasks, has_more) = tasks::list(&state.db, owner, &params).await?;
            text.push_str(&joined(tasks.iter().map(serde_json::to_string).collect())?);
            let Some(last) = tasks.last().filter(|_| has_more) else {
                text.push_str("],\"deletedTasks\":[");
                return Ok((Bytes::from(text), (Some(Next::DeletedTasks((Timestamp(i64::MIN), String::new()))), String::new())));
            };
            Some(Next::Tasks(ListParams { after: Some(params.place_of(last)), ..params }))
        }
        Next::DeletedTasks(after) => {
            let (deleted, has_more) = tasks::deleted(&state.db, owner, &after, DELETED_AT_ONCE).await?;
            text.push_str(&joined(deleted.iter().map(serde_json::to_string).collect())?);
            deleted.into_iter().last().filter(|_| has_more).map(|last| Next::DeletedTasks((last.deleted_at, last.id)))
        }
    };
    if next.is_none() {
        text.push_str("]}\n");
    }
    Ok((Bytes::from(text), (next, ",".to_owned())))
}
