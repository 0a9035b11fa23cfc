//! Bodies of the account endpoints.

use app::model::FieldError;
use axum::extract::{FromRef, FromRequest, Request};
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

use crate::{
    problem::{Error, Result},
    shared_state::SharedState,
    web::body,
};

/// A body in JSON or as a form. A member that is missing or of the wrong type is a validation error.
pub struct Body<T>(pub T);

impl<S, T> FromRequest<S> for Body<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
    SharedState: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let media_type = body::media_type(request.headers());
        let bytes = body::read(request, state).await?;
        let parsed = if media_type.is_empty() && bytes.is_empty() {
            // No body: the members that are missing are named.
            body::parse(b"{}")
        } else if media_type == body::FORM {
            body::parse_form(&bytes)
        } else if body::is_json(&media_type) {
            body::parse(&bytes)
        } else {
            return Err(Error::WrongMediaType);
        };
        parsed.map(Self).map_err(|error| match error {
            Error::WrongType(field) => Error::InvalidAccount(vec![field]),
            Error::BadJson => Error::InvalidAccount(vec![FieldError::new("body", "INVALID_JSON", "The body is not JSON.")]),
            other => other,
        })
    }
}

/// The answer when there is nothing to say.
#[derive(Serialize, ToSchema)]
pub struct Done {
    status: bool,
}

/// See [`Done`].
pub const DONE: Done = Done { status: true };

/// The answer of Better Auth's endpoints that say `success`.
#[derive(Serialize, ToSchema)]
pub struct Success {
    /// Always `true`
    pub success: bool,
}

/// A required member.
pub fn required<T>(field: &str, member: Option<T>) -> Result<T> {
    member.ok_or_else(|| Error::InvalidAccount(vec![FieldError::new(field, "REQUIRED", format!("The {field} is missing."))]))
}
