//! `Idempotency-Key` on `POST …/tasks` (draft-ietf-httpapi-idempotency-key-header): a create that is retried, since its answer was
//! lost, makes no second task.

use std::time::Duration;

use app::model::{FieldError, NewTask, Task, Timestamp, schemas};
use axum::{
    extract::FromRequestParts,
    http::{HeaderName, request::Parts},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use crate::{
    db::Transaction,
    problem::{Error, Result},
    sql,
    web::described::parameter,
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longest key, in bytes.
const MAX_BYTES: usize = 255;
/// How long an answer is given again.
pub const KEPT_FOR: Duration = Duration::from_hours(24);

/// The key of the request, if it has one.
pub struct IdempotencyKey(pub Option<String>);

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = schemas::from_json(json!({ "type": "string", "minLength": 1, "maxLength": MAX_BYTES }));
        let words = "The same answer again for 24 h; 422 with another body.";
        vec![parameter(ParameterIn::Header, IDEMPOTENCY_KEY.as_str(), words, schema)]
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let key =
            value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= MAX_BYTES && !key.contains(' ') && values.next().is_none());
        let words = "Idempotency-Key is one header of 1 to 255 printable ASCII characters without spaces.";
        key.map(|key| Self(Some(key.to_owned())))
            .ok_or_else(|| Error::Invalid(vec![FieldError::new("Idempotency-Key", "INVALID_HEADER", words)]))
    }
}

/// Claims a key for a task that is about to be made: `None` when it is ours, else the task that was made with it before.
/// The same key with another body is an error.
pub async fn claim(transaction: &mut Transaction, key: &str, new: &NewTask, task: &Task, now: Timestamp) -> Result<Option<Task>> {
    let body = serde_json::to_vec(new).map_err(Error::internal)?;
    let body_hash = URL_SAFE_NO_PAD.encode(Sha256::digest(&body));
    let answer = serde_json::to_string(task).map_err(Error::internal)?;
    let too_old = now.0 - i64::try_from(KEPT_FOR.as_millis()).unwrap_or(0);
    // Waits for another request that uses the key at this moment.
    let claimed = sql!(
        execute transaction.on(),
        "INSERT INTO idempotency_keys (user_id, key, body_hash, answer, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, key) DO UPDATE SET body_hash = excluded.body_hash, answer = excluded.answer, created_at = excluded.created_at
         WHERE idempotency_keys.created_at <= $6",
        &task.user_id,
        key,
        &body_hash,
        answer,
        now.0,
        too_old
    )?;
    if claimed > 0 {
        return Ok(None);
    }
    let sql = "SELECT body_hash, answer FROM idempotency_keys WHERE user_id = $1 AND key = $2";
    let (known_hash, answer): (String, String) = sql!(one transaction.on(), sql, &task.user_id, key)?;
    if known_hash != body_hash {
        return Err(Error::KeyReused);
    }
    serde_json::from_str(&answer).map(Some).map_err(Error::internal)
}
