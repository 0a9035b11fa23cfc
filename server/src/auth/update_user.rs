//! `POST /api/auth/update-user`

use app::model::{IMAGE_MAX, NAME_MAX, present, validate_text};
use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Visitor, get_session::require, reply::Body, user};
use crate::{
    AppState,
    problem::{Error, Result},
};

#[derive(Deserialize)]
pub struct UpdateUser {
    name: Option<String>,
    /// Absent it stays; `null` removes it.
    #[serde(default, deserialize_with = "present")]
    image: Option<Option<String>>,
}

/// Changes the name, the picture, or both.
pub async fn update_user(State(state): State<AppState>, visitor: Visitor, Body(body): Body<UpdateUser>) -> Result<Json<Value>> {
    let name = body.name.map(|name| name.trim().to_owned());
    let image = body.image.map(|image| image.filter(|image| !image.is_empty()));
    let wrong = name.as_deref().map(|name| validate_text("name", name, NAME_MAX));
    let ugly = image.as_ref().and_then(Option::as_deref).map(|image| validate_text("image", image, IMAGE_MAX));
    let errors: Vec<_> = [wrong, ugly].into_iter().flatten().filter_map(std::result::Result::err).collect();
    if !errors.is_empty() {
        return Err(Error::InvalidAccount(errors));
    }
    let current = require(&state, &visitor).await?;
    user::update(state.db.write(), &current.user.id, name.as_deref(), image.as_ref().map(Option::as_deref), state.clock.now()).await?;
    Ok(Json(json!({ "status": true })))
}
