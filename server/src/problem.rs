//! The API's one error type, and how it becomes a response.
//!
//! An [`Error`] travels in the response's extensions to `router::root_middleware`, which knows the request's id and
//! path, logs what the client must not see, and writes the body: a problem document under `/api`, a page elsewhere.

use std::borrow::Cow;

use app::model::{FieldError, Problem};
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// What handlers return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// `Retry-After` while the database is away, in seconds.
const RETRY_AFTER_S: &str = "1";
/// `Retry-After` of a locked account, in seconds: waiting does not unlock it, so it is long.
const GUESSES_RETRY_AFTER_S: u64 = 3600;
const X_RETRY_AFTER: HeaderName = HeaderName::from_static("x-retry-after");

/// Everything that can go wrong with a request.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// 401: no token was sent.
    #[error("Sign in first: this needs an `Authorization: Bearer` header with a token.")]
    NoToken,
    /// 401: the token is not valid; the reason (expired, revoked, forged) is not told.
    #[error("The token is not valid, or not any more. Sign in again.")]
    BadToken,
    /// 400: the `Authorization` header is not `Bearer` and one token.
    #[error("The Authorization header must be `Bearer` and one token.")]
    BadAuthorization,
    /// 403: the path names another user than the token.
    #[error("The token is of another user than the path.")]
    WrongUser,
    /// 401 of the account endpoints.
    #[error("You are signed out.")]
    SignedOut,
    /// 403: a change that another site's page may have asked for.
    #[error("The request comes from a page of another site.")]
    ForeignOrigin,
    /// 403: `redirectTo` is not on a trusted site.
    #[error("The redirect address is not one of a trusted site.")]
    ForeignRedirect,
    /// 403: `callbackURL` is not on a trusted site.
    #[error("The callback address is not one of a trusted site.")]
    ForeignCallback,
    /// 400: a link for a new password that is wrong, used or too old.
    #[error("That link is not valid, or not any more. Ask for a new one.")]
    BadLink,
    /// 401: a link that confirms an address and is wrong, used or too old.
    #[error("That link is not valid, or not any more. Ask for a new one.")]
    BadVerification,
    /// 400: a request that two servers in a row could read as different ones.
    #[error("The request's head is not clear HTTP.")]
    Ambiguous,
    /// 404, also for what belongs to another user.
    #[error("There is nothing here.")]
    NotFound,
    /// 405; the router adds `Allow`.
    #[error("This address does not take that method.")]
    MethodNotAllowed,
    /// 408: the body did not arrive in time.
    #[error("The request took too long to arrive.")]
    BodyTooSlow,
    /// 408: the client left while its request waited. For the log alone.
    #[error("The client left.")]
    ClientLeft,
    /// 413.
    #[error("The body is larger than 64 KiB.")]
    BodyTooLarge,
    /// 415.
    #[error("The body's content type is not one that this address takes: JSON is application/json.")]
    WrongMediaType,
    /// 400: the body broke off or is no JSON.
    #[error("The body is not JSON.")]
    BadJson,
    /// 400: a member of the body has the wrong type.
    #[error("The body's members are not of the right types.")]
    WrongType(FieldError),
    /// 422 on the task API: every member that breaks a rule.
    #[error("{}", first_message(.0))]
    Invalid(Vec<FieldError>),
    /// 400 on the account API: every member that is missing, mistyped or breaks a rule.
    #[error("{}", first_message(.0))]
    InvalidAccount(Vec<FieldError>),
    /// 400 of the account API with a code of its own, which is the field error's.
    #[error("{}", .0.message)]
    Rejected(FieldError),
    /// 412: the resource has another entity tag than `If-Match`.
    #[error("That was changed meanwhile. Read it again before you change it.")]
    Changed,
    /// 422: the idempotency key was used for something else.
    #[error("That Idempotency-Key was used with another body.")]
    KeyReused,
    /// 401: e-mail and password do not belong together.
    #[error("Invalid email or password")]
    WrongCredentials,
    /// 400: the password that was asked for again is another.
    #[error("That is not your current password.")]
    WrongPassword,
    /// 403: a change of the e-mail needs the password, or a session that is younger than 10 minutes.
    #[error("Give your password, or sign in again: you signed in longer than 10 minutes ago.")]
    SessionNotFresh,
    /// 422: the e-mail has an account already.
    #[error("User already exists. Use another email.")]
    EmailTaken,
    /// 422: the user has `--max-tasks` tasks.
    #[error("You have as many tasks as one user may have: {0}. Delete some, then try again.")]
    QuotaExceeded(u32),
    /// 429, with the seconds after which to try again.
    #[error("That was too often. Try again in {}.", wait_in_words(*.0))]
    TooManyTries(u64),
    /// 429: the account is locked for unknown devices after too many wrong passwords.
    #[error("Too many wrong passwords were tried. Sign in on a device that you have used before, or set a new password by e-mail.")]
    TooManyGuesses,
    /// 503: the database is away.
    #[error("Holdfast is busy or its database is away. Try again in a moment.")]
    Unavailable(Cow<'static, str>),
    /// 507: the database has no room for what is new.
    #[error("There is no room left to save that. What is saved already is safe; try again later.")]
    StorageFull(Cow<'static, str>),
    /// 500; the text goes to the log alone.
    #[error("Something went wrong on our side.")]
    Internal(Cow<'static, str>),
}

fn first_message(errors: &[FieldError]) -> &str {
    errors.first().map_or("The request is not valid.", |error| &error.message)
}

fn retry_after(seconds: u64) -> HeaderMap {
    HeaderMap::from_iter([header::RETRY_AFTER, X_RETRY_AFTER].map(|name| (name, HeaderValue::from(seconds))))
}

fn wait_in_words(seconds: u64) -> String {
    match seconds {
        0..=1 => "a second".into(),
        2..60 => format!("{seconds} seconds"),
        60..=90 => "a minute".into(),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

impl Error {
    /// 500; `error` goes to the log alone.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        Self::Internal(error.to_string().into())
    }

    /// The HTTP status.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::BadToken | Self::SignedOut | Self::WrongCredentials | Self::BadVerification => StatusCode::UNAUTHORIZED,
            Self::BadAuthorization
            | Self::Ambiguous
            | Self::BadJson
            | Self::WrongType(_)
            | Self::InvalidAccount(_)
            | Self::Rejected(_)
            | Self::WrongPassword
            | Self::BadLink => StatusCode::BAD_REQUEST,
            Self::WrongUser | Self::ForeignOrigin | Self::ForeignRedirect | Self::ForeignCallback | Self::SessionNotFresh => {
                StatusCode::FORBIDDEN
            }
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooSlow | Self::ClientLeft => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) | Self::EmailTaken | Self::KeyReused | Self::QuotaExceeded(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Changed => StatusCode::PRECONDITION_FAILED,
            Self::TooManyTries(_) | Self::TooManyGuesses => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::StorageFull(_) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stable code of the contract.
    pub fn code(&self) -> &str {
        match self {
            Self::NoToken | Self::SignedOut => "UNAUTHORIZED",
            Self::BadToken | Self::BadLink | Self::BadVerification => "INVALID_TOKEN",
            Self::ForeignRedirect => "INVALID_REDIRECT_URL",
            Self::ForeignCallback => "INVALID_CALLBACK_URL",
            Self::BadAuthorization | Self::Ambiguous => "INVALID_REQUEST",
            Self::WrongUser => "FORBIDDEN",
            Self::ForeignOrigin => "INVALID_ORIGIN",
            Self::NotFound => "NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::BodyTooSlow | Self::ClientLeft => "REQUEST_TIMEOUT",
            Self::BodyTooLarge => "PAYLOAD_TOO_LARGE",
            Self::WrongMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::BadJson | Self::WrongType(_) => "INVALID_JSON",
            Self::Invalid(_) | Self::InvalidAccount(_) => "VALIDATION_ERROR",
            Self::Rejected(error) => &error.code,
            Self::Changed => "PRECONDITION_FAILED",
            Self::KeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::QuotaExceeded(_) => "QUOTA_EXCEEDED",
            Self::WrongCredentials => "INVALID_EMAIL_OR_PASSWORD",
            Self::WrongPassword => "INVALID_PASSWORD",
            Self::SessionNotFresh => "SESSION_NOT_FRESH",
            Self::EmailTaken => "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
            Self::TooManyTries(_) | Self::TooManyGuesses => "TOO_MANY_REQUESTS",
            Self::Unavailable(_) => "SERVICE_UNAVAILABLE",
            Self::StorageFull(_) => "STORAGE_FULL",
            Self::Internal(_) => "INTERNAL_ERROR",
        }
    }

    /// The cause, for the log alone.
    pub fn secret_cause(&self) -> Option<&str> {
        match self {
            Self::Unavailable(cause) | Self::StorageFull(cause) | Self::Internal(cause) => Some(cause),
            _ => None,
        }
    }

    /// The fields that are wrong.
    pub fn field_errors(&self) -> &[FieldError] {
        match self {
            Self::Invalid(errors) | Self::InvalidAccount(errors) => errors,
            Self::WrongType(error) | Self::Rejected(error) => std::slice::from_ref(error),
            _ => &[],
        }
    }

    /// The problem document (RFC 9457).
    pub fn document(&self, request_id: &str) -> Problem {
        let (status, detail) = (self.status(), self.to_string());
        Problem {
            kind: "about:blank".into(),
            title: status.canonical_reason().unwrap_or_default().into(),
            status: status.as_u16(),
            code: self.code().into(),
            message: detail.clone(),
            detail,
            request_id: request_id.into(),
            errors: self.field_errors().to_vec(),
        }
    }

    /// Headers of the answer: `WWW-Authenticate`, `Retry-After`.
    pub fn headers(&self) -> HeaderMap {
        let fixed = |name: HeaderName, value| HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
        // RFC 6750, section 3: a request that names nobody gets no error code.
        match self {
            Self::NoToken => fixed(header::WWW_AUTHENTICATE, r#"Bearer realm="holdfast""#),
            Self::BadToken => fixed(header::WWW_AUTHENTICATE, r#"Bearer realm="holdfast", error="invalid_token""#),
            Self::BadAuthorization => fixed(header::WWW_AUTHENTICATE, r#"Bearer realm="holdfast", error="invalid_request""#),
            Self::WrongUser => fixed(header::WWW_AUTHENTICATE, r#"Bearer realm="holdfast", error="insufficient_scope""#),
            // Where the next request on this connection begins is ambiguous too.
            Self::Ambiguous => fixed(header::CONNECTION, "close"),
            Self::Unavailable(_) | Self::StorageFull(_) => fixed(header::RETRY_AFTER, RETRY_AFTER_S),
            // The second is where Better Auth's client looks.
            Self::TooManyTries(seconds) => retry_after(*seconds),
            Self::TooManyGuesses => retry_after(GUESSES_RETRY_AFTER_S),
            _ => HeaderMap::new(),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = (self.status(), self.headers()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let cause = || error.to_string().into();
        match &error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::WorkerCrashed => Self::Unavailable(cause()),
            sqlx::Error::Database(database) => match database.code().as_deref().map(state_of_database) {
                Some(DatabaseState::Full) => Self::StorageFull(cause()),
                Some(DatabaseState::Away) => Self::Unavailable(cause()),
                Some(DatabaseState::RefusesOwner) => Self::BadToken,
                _ => Self::internal(error),
            },
            _ => Self::internal(error),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error().map(|error| state_of_file(error.extended_code)) {
            Some(DatabaseState::Full) => Self::StorageFull(error.to_string().into()),
            Some(DatabaseState::Away) => Self::Unavailable(error.to_string().into()),
            Some(DatabaseState::RefusesOwner) => Self::BadToken,
            _ => Self::internal(error),
        }
    }
}

/// The state of the database that an error code tells of.
enum DatabaseState {
    /// It has no room left.
    Full,
    /// It cannot be used now.
    Away,
    /// It works; a trigger refused to write for a deleted user.
    RefusesOwner,
    /// It works: the statement is at fault.
    Well,
}

fn state_of_database(code: &str) -> DatabaseState {
    // PostgreSQL's codes have five characters, SQLite's are numbers of up to four digits.
    if code.len() == 5 {
        return match (code, &code[..2]) {
            // disk_full; the rest of its class is memory and connections.
            ("53100", _) => DatabaseState::Full,
            // Our own, of the trigger `tasks_of_deleted_users`.
            ("HF001", _) => DatabaseState::RefusesOwner,
            // Connections, resources, the operator's doing, system errors; a server that only reads; a lost race.
            (_, "08" | "53" | "57" | "58") | ("25006" | "40001" | "40P01", _) => DatabaseState::Away,
            _ => DatabaseState::Well,
        };
    }
    code.parse().map_or(DatabaseState::Well, state_of_file)
}

/// What an error code of SQLite says, whose last byte is its kind.
const fn state_of_file(code: i32) -> DatabaseState {
    // SQLITE_CONSTRAINT_TRIGGER: `tasks_of_deleted_users` is the only trigger that raises.
    if code == 1811 {
        return DatabaseState::RefusesOwner;
    }
    match code & 0xff {
        // SQLITE_FULL
        13 => DatabaseState::Full,
        // BUSY, LOCKED, READONLY, IOERR, CANTOPEN: the file, not the statement.
        5 | 6 | 8 | 10 | 14 => DatabaseState::Away,
        _ => DatabaseState::Well,
    }
}
