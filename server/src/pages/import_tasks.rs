//! `POST /account/import`: the tasks of a file become the visitor's.

use app::{
    model::FieldError,
    routes::{
        account::{AccountForm, AccountPage, Done},
        form_errors,
    },
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect, Response},
};
use clap::ValueEnum as _;
use tokio::sync::Semaphore;

use super::{
    account,
    render::{render_refused, to_sign_in},
};
use crate::{
    identity::{current_session, extract::Visitor},
    import::{
        Counts, Owner, Writer, Zone,
        files::{self, FileOptions, Format, Tasks},
        place,
        report::Report,
    },
    problem::{Error, Result},
    tasks::{self, TasksState},
    web::{blocking::run_blocking, body, multipart},
};

/// Largest file, in bytes.
const FILE_MAX: usize = 5 * 1024 * 1024;
/// What else the form has, in bytes.
const FORM_MAX: usize = 64 * 1024;
/// Most bytes that are unpacked from an archive.
const UNPACKED_MAX: u64 = 32 * 1024 * 1024;
/// Most tasks of one file.
const TASKS_MAX: usize = 10_000;
/// Tasks that are written in one transaction: some milliseconds, since other users wait for it on SQLite.
const TASKS_AT_ONCE: usize = 200;
/// How many files are read at once: each is in memory.
static UPLOADS: Semaphore = Semaphore::const_new(4);

/// Adds the tasks, then redirects to the page with a notice; or shows the page with what was not taken.
pub async fn upload(State(state): State<TasksState>, visitor: Visitor, headers: HeaderMap, request: Request) -> Result<Response> {
    let Some(current) = current_session::find(&state, &visitor).await? else {
        return Ok(to_sign_in(&state, &headers, account::PATH, None));
    };
    let error = match add(&state, &visitor, &current.user.id, request).await {
        Ok(()) => return Ok(Redirect::to(&Done::Imported.path()).into_response()),
        Err(error) => error,
    };
    let page = account::view(&state, current, None).await?;
    let errors = |error: &Error| form_errors(&error.document(""));
    render_refused(error, |error| AccountPage { refused: Some((AccountForm::Import, errors(error))), ..page }).await
}

async fn add(state: &TasksState, visitor: &Visitor, owner: &String, request: Request) -> Result<()> {
    state.throttle_write(owner)?;
    let _turn = UPLOADS.try_acquire().map_err(|_| Error::Unavailable("too many files are read at once".into()))?;
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let boundary = multipart::boundary(&content_type).ok_or(Error::WrongMediaType)?;
    let body = match body::read_large(request, FILE_MAX + FORM_MAX, state.limits.body).await {
        Err(Error::BodyTooLarge) => return Err(refused("TOO_LARGE", "The file is larger than 5 MB.")),
        body => body?,
    };
    // The body may have taken longer than the session lasted.
    if visitor.still_signed_in(state).is_none() {
        return Err(Error::SignedOut);
    }
    let members = multipart::members(&body, boundary).ok_or(Error::Ambiguous)?;
    let value = |name: &str| members.iter().find(|member| member.name == name).map(|member| member.value);
    let format = value("format").and_then(|format| Format::from_str(std::str::from_utf8(format).ok()?, false).ok());
    let format = format.ok_or_else(|| refused("INVALID_VALUE", "Choose what wrote the file."))?;
    let file = value("file").filter(|file| !file.is_empty()).ok_or_else(|| refused("REQUIRED", "Choose a file."))?;
    if file.len() > FILE_MAX {
        return Err(refused("TOO_LARGE", "The file is larger than 5 MB."));
    }
    let now = state.clock.now();
    let known_ids = tasks::known_ids(&mut state.db.begin().await?, owner).await?;
    let options = FileOptions { owner, zone: Zone::UTC, keep_extra: true, now, known_ids, unpacked_max: UNPACKED_MAX };
    let found = run_blocking(|| files::read(format, file, &options)).map_err(|why| refused("NOT_READABLE", &sentence(&why)))?;
    if found.tasks.len() > TASKS_MAX {
        return Err(refused("TOO_MANY", &format!("The file has more than {TASKS_MAX} tasks. Split it.")));
    }
    write(state, owner, found).await
}

async fn write(state: &TasksState, owner: &str, found: Tasks) -> Result<()> {
    let Tasks { mut tasks, entries, .. } = found;
    let mut writer = Writer {
        db: &state.db,
        dry_run: false,
        now: state.clock.now(),
        session_max_age: state.config.session_max_age,
        quota: Some(state.config.quotas.max_tasks),
        counts: Counts::default(),
        report: Report::new(None),
    };
    writer.report.extend(entries).map_err(Error::internal)?;
    place(&mut tasks);
    while !tasks.is_empty() {
        let rest = tasks.split_off(tasks.len().min(TASKS_AT_ONCE));
        writer.write(Owner::Id(owner), std::mem::replace(&mut tasks, rest), Vec::new()).await?;
    }
    state.search_backlog.note();
    if writer.report.losses() == 0 {
        return Ok(());
    }
    let taken = writer.counts.tasks.taken + writer.counts.tasks.there;
    let losses: Vec<_> = writer.report.losses_in_words().collect();
    Err(Error::Invalid(vec![FieldError::new(
        "",
        "NOT_TAKEN",
        format!("{taken} tasks are in your list. Not taken: {}.", losses.join("; ")),
    )]))
}

fn refused(code: &str, message: &str) -> Error {
    Error::Invalid(vec![FieldError::new("file", code, message)])
}

/// A reason as a sentence.
fn sentence(why: &str) -> String {
    let mut letters = why.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
