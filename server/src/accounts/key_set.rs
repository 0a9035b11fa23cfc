//! `GET /api/auth/jwks` and `/.well-known/openid-configuration`: the public half of `--jwt-signing-key`, for services that verify
//! our tokens without the shared secret.

use axum::{Json, Router, extract::State, routing::get};
use serde_json::{Value, json};

use crate::{
    identity::state::IdentityState,
    problem::{Error, Result},
    web::described::NotFound,
};

/// Lists the keys that verify our `EdDSA` tokens
///
/// A JSON Web Key Set (RFC 7517); 404 where the server has no key of its own.
#[utoipa::path(
    get,
    path = "/jwks",
    operation_id = "jwks",
    tag = "Accounts",
    responses((status = 200, description = "The keys.", body = Object), NotFound)
)]
pub async fn jwks(State(state): State<IdentityState>) -> Result<Json<Value>> {
    let key = state.tokens.signing_key().ok_or(Error::NotFound)?;
    Ok(Json(key.public_set()))
}

/// `/.well-known/openid-configuration`.
pub fn discovery_route() -> Router<IdentityState> {
    Router::new().route("/.well-known/openid-configuration", get(discovery))
}

/// Where the key set is, as `OpenID` Connect Discovery 1.0 names it, for libraries that look there. Holdfast is no `OpenID` provider:
/// what a provider must have and we have not is left out.
async fn discovery(State(state): State<IdentityState>) -> Result<Json<Value>> {
    state.tokens.signing_key().ok_or(Error::NotFound)?;
    let site = state.base_url();
    let issuer = state.config.jwt_issuer.as_ref().unwrap_or(&site);
    Ok(Json(json!({
        "issuer": issuer,
        "jwks_uri": format!("{site}/api/auth/jwks"),
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "subject_types_supported": ["public"],
        "claims_supported": ["sub", "email", "name", "iss", "aud", "iat", "exp"],
    })))
}
