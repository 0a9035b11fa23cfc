//! Every route, with what all requests pass.

mod root_middleware;

use axum::{
    Router,
    extract::{FromRef as _, Request},
    middleware,
    response::IntoResponse as _,
};
use tower::ServiceExt as _;

use self::root_middleware::root_middleware;
use crate::{
    accounts,
    identity::state::IdentityState,
    openapi, pages,
    shared_state::SharedState,
    state::AppState,
    tasks,
    web::{
        assets, cors, health,
        refusals::{method_not_allowed, not_found},
        security_txt,
    },
};

/// The routes of the server.
pub fn router(state: &AppState) -> Router {
    let (shared, identity) = (SharedState::from_ref(state), IdentityState::from_ref(state));
    // The refusal of a method comes before CORS, which answers preflights in its place.
    let api = Router::new()
        .nest("/api/auth", accounts::routes(&identity).with_state(identity.clone()))
        .merge(Router::from(tasks::routes()).with_state(state.tasks.clone()))
        .merge(openapi::routes().with_state(shared.clone()))
        .method_not_allowed_fallback(method_not_allowed);
    let unknown_api = Router::new().fallback(not_found);
    let (api, unknown_api) = match cors::layer(&state.config.trusted_origins) {
        Some(cors) => (api.layer(cors.clone()), unknown_api.layer(cors)),
        None => (api, unknown_api),
    };
    Router::new()
        .merge(api)
        .merge(Router::from(health::routes()).with_state(shared.clone()))
        .merge(accounts::discovery_route().with_state(identity))
        .merge(security_txt::routes().with_state(shared))
        .merge(pages::routes(&state.tasks).with_state(state.tasks.clone()))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(async move |request: Request| {
            if request.uri().path().starts_with("/api/") {
                unknown_api.oneshot(request).await.into_response()
            } else {
                assets::serve(&request)
            }
        })
        .layer(middleware::from_fn_with_state(state.clone(), root_middleware))
}
