//! `/tasks/{id}/edit`, and the form there, which is sent to `/tasks/{id}`.

use app::{
    model::{FieldError, PutTask, Task, Timestamp, one_line},
    routes::{
        edit_task::{EditTaskPage, TaskFields},
        form_errors,
    },
};
use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    render::{render, render_refused, to_sign_in},
    visitor::{shown_name, today},
};
use crate::{
    identity::extract::{CookieSession, Visitor},
    problem::{Error, Result},
    tasks::{self, TaskId, TasksState},
    web::{
        body::{self, Form},
        return_to,
    },
};

/// What the address of the page may say.
#[derive(Deserialize)]
struct Query {
    return_to: Option<String>,
}

/// The form of a task.
pub async fn page(
    State(state): State<TasksState>,
    visitor: Visitor,
    TaskId(id): TaskId,
    uri: Uri,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let Some(claims) = visitor.claims() else { return Ok(to_sign_in(&state, &headers, uri.path(), query.as_deref())) };
    let query: Query = body::parse_form(query.unwrap_or_default().as_bytes())?;
    let task = tasks::get(&state.db, &claims.user_id, &id).await?.ok_or(Error::NotFound)?;
    let page = EditTaskPage {
        shown_name: shown_name(claims),
        base: task.updated_at,
        fields: TaskFields::from(&task),
        return_to: return_to::path(query.return_to.as_deref()),
        errors: Vec::new(),
        changed: None,
        today: today(&headers, state.clock.now()),
        id,
    };
    Ok(render(page).await)
}

/// What the form sends: a field that is absent stays as it is.
#[derive(Deserialize)]
pub struct EditForm {
    title: Option<String>,
    description: Option<String>,
    due_date: Option<String>,
    priority: Option<String>,
    tags: Option<String>,
    base: Option<String>,
    return_to: Option<String>,
}

impl EditForm {
    /// What it changes about the task: nothing that is as it was.
    fn change(&self, task: &Task) -> Result<PutTask> {
        let mut errors = Vec::new();
        let mut refused = |field: &str, message: &str| errors.push(FieldError::new(field, "INVALID_VALUE", message));
        let due_date = self.due_date.as_deref().map(str::trim).and_then(|text| {
            let day = if text.is_empty() { Ok(None) } else { text.parse().map(Some) };
            day.map_err(|message| refused("due_date", message)).ok()
        });
        let priority = self.priority.as_deref().and_then(|text| text.parse().map_err(|message| refused("priority", message)).ok());
        // Forms are sent with CRLF, whatever the text had.
        let description = self.description.as_ref().map(|text| Some(text.replace("\r\n", "\n")).filter(|text| !text.trim().is_empty()));
        let had = task.description.as_ref().map(|text| text.replace("\r\n", "\n"));
        let tags =
            self.tags.as_deref().map(|text| text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect());
        let change = PutTask {
            title: self.title.as_deref().map(one_line).filter(|title| title.trim() != one_line(&task.title).trim()),
            description: description.filter(|description| *description != had),
            due_date: due_date.filter(|due_date| *due_date != task.due_date),
            priority: priority.filter(|priority| *priority != task.priority),
            tags: tags.filter(|tags: &Vec<String>| *tags != task.tags),
            ..PutTask::default()
        };
        match change.validate() {
            Ok(change) if errors.is_empty() => Ok(change),
            Ok(_) => Err(Error::Invalid(errors)),
            Err(more) => Err(Error::Invalid(more.into_iter().chain(errors).collect())),
        }
    }

    /// The fields as they were sent; those that were not, as the task has them.
    fn into_fields(self, task: &Task) -> TaskFields {
        let had = TaskFields::from(task);
        TaskFields {
            title: self.title.unwrap_or(had.title),
            description: self.description.unwrap_or(had.description),
            due_date: self.due_date.unwrap_or(had.due_date),
            priority: self.priority.unwrap_or(had.priority),
            tags: self.tags.unwrap_or(had.tags),
        }
    }
}

/// Saves what the form changes and leads back to the list; or the form again, with what is wrong, or with what the task has
/// become since it was opened.
pub async fn save(
    State(state): State<TasksState>,
    session: CookieSession,
    TaskId(id): TaskId,
    headers: HeaderMap,
    Form(form): Form<EditForm>,
) -> Result<Response> {
    let (visitor, return_to) = (Visitor::from(session), return_to::path(form.return_to.as_deref()));
    let Some(claims) = visitor.still_signed_in(&state) else { return Ok(to_sign_in(&state, &headers, &return_to, None)) };
    let task = tasks::get(&state.db, &claims.user_id, &id).await?.ok_or(Error::NotFound)?;
    let error = match apply(&state, &task, &form).await {
        Ok(()) => return Ok(Redirect::to(&return_to).into_response()),
        Err(error) => error,
    };
    let base = form.base.as_deref().and_then(|base| base.parse().ok()).unwrap_or(task.updated_at);
    let mut page = EditTaskPage {
        shown_name: shown_name(claims),
        base,
        fields: form.into_fields(&task),
        return_to,
        errors: Vec::new(),
        changed: None,
        today: today(&headers, state.clock.now()),
        id,
    };
    if matches!(error, Error::Changed) {
        // Once more: it may have changed, or gone, since it was read above.
        let task = tasks::get(&state.db, &claims.user_id, &page.id).await?.ok_or(Error::NotFound)?;
        page.base = task.updated_at;
        page.changed = Some(task);
    }
    let page = |error: &Error| {
        let errors = if page.changed.is_some() { Vec::new() } else { form_errors(&error.document("")) };
        EditTaskPage { errors, ..page }
    };
    render_refused(error, page).await
}

async fn apply(state: &TasksState, task: &Task, form: &EditForm) -> Result<()> {
    let change = form.change(task)?;
    // Also of a form that is sent a second time.
    if change == PutTask::default() {
        return Ok(());
    }
    let base: Option<Timestamp> = form.base.as_deref().and_then(|base| base.parse().ok());
    let base = base.ok_or_else(|| {
        Error::Invalid(vec![FieldError::new("", "INVALID_VALUE", "The form does not say which state of the task it changes.")])
    })?;
    if base != task.updated_at {
        return Err(Error::Changed);
    }
    let changed = tasks::update(state, &task.user_id, &task.id, &change, Some(base)).await?;
    changed.map(|_| ()).ok_or(Error::Changed)
}
