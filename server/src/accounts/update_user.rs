//! `POST /api/auth/update-user`

use app::model::{FieldError, NAME_MAX, present, schemas, validate_image, validate_text};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    body::{Body, DONE, Done},
    signed_in::{self, SignedIn},
};
use crate::{
    identity::{
        client::Client,
        current_session::{CurrentSession, require},
        extract::Visitor,
        state::IdentityState,
        user,
    },
    problem::{Error, Result},
    web::described::{BodyErrors, Forbidden, Unauthorized, WriteErrors},
};

/// The body of `update-user`.
#[derive(Default, Deserialize, ToSchema)]
pub struct UpdateUser {
    /// The new name, if there is one.
    #[schema(schema_with = schemas::new_name)]
    pub name: Option<String>,
    /// The new picture. Absent it stays; `null` removes it.
    #[serde(default, deserialize_with = "present")]
    #[schema(schema_with = schemas::image)]
    pub image: Option<Option<String>>,
    /// Not changed here: `change-email` asks the new address first.
    #[serde(default)]
    #[schema(ignore)]
    pub email: Option<Value>,
}

/// Changes name and picture
#[utoipa::path(
    post,
    path = "/update-user",
    operation_id = "update_user",
    tag = "Accounts",
    request_body = UpdateUser,
    responses(
        (status = 200, description = "They are changed.", body = Done, headers(("set-auth-token"), ("set-cookie"))),
        BodyErrors,
        Unauthorized,
        Forbidden,
        WriteErrors,
    ),
    security(("bearer" = []), ("cookie" = []))
)]
pub async fn update_user(
    State(state): State<IdentityState>,
    visitor: Visitor,
    client: Client,
    Body(body): Body<UpdateUser>,
) -> Result<Response> {
    if body.email.as_ref().is_some_and(|email| !email.is_null() && email != "") {
        let words = "The e-mail is not changed here, but with a link that is mailed to the new address.";
        return Err(Error::Rejected(FieldError::new("email", "EMAIL_CAN_NOT_BE_UPDATED", words)));
    }
    if body.name.is_none() && body.image.is_none() {
        return Err(Error::InvalidAccount(vec![FieldError::new("body", "REQUIRED", "Give a name or an image to change.")]));
    }
    let signed_in = change(&state, &visitor, &client, body).await?;
    Ok(signed_in::respond(&state, &signed_in, DONE))
}

/// Changes the name, the picture, or both.
pub async fn change(state: &IdentityState, visitor: &Visitor, client: &Client, change: UpdateUser) -> Result<SignedIn> {
    let name = change.name.map(|name| name.trim().to_owned());
    let image = change.image.map(|image| image.filter(|image| !image.is_empty()));
    let wrong_name = name.as_deref().map(|name| validate_text("name", name, NAME_MAX));
    let wrong_image = image.as_ref().and_then(Option::as_deref).map(validate_image);
    let errors: Vec<_> = [wrong_name, wrong_image].into_iter().flatten().filter_map(std::result::Result::err).collect();
    if !errors.is_empty() {
        return Err(Error::InvalidAccount(errors));
    }
    let CurrentSession { user, session, remember, .. } = require(state, visitor).await?;
    let image = image.as_ref().map(Option::as_deref);
    let user = user::update(&state.db, &user.id, name.as_deref(), image, state.clock.now()).await?.ok_or(Error::SignedOut)?;
    tracing::info!(user_id = user.id, address = %client.address, "user updated");
    SignedIn::new(state, user, &session, remember)
}
