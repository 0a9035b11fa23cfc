//! `/signin`, `/signup` and `/signout`

use app::{
    model::AuthKind,
    routes::{
        auth::{AuthPage, Notice},
        form_errors,
    },
};
use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::render::{redirect_with, render, render_refused, with_cookie};
use crate::{
    accounts::{self, SignedIn},
    identity::{
        client::Client,
        extract::{CookieSession, Visitor},
        session_cookie,
        state::IdentityState,
    },
    problem::{Error, Result},
    web::{
        body::{self, Form},
        return_to, security_headers,
    },
};

/// What a form for signing in or up sends.
#[derive(Deserialize)]
pub struct Credentials {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    return_to: Option<String>,
}

/// What the address of the two pages may say.
#[derive(Deserialize)]
struct Query {
    return_to: Option<String>,
    expired: Option<String>,
    done: Option<String>,
}

/// The form for signing in.
pub async fn sign_in_page(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response> {
    page(AuthKind::SignIn, &visitor, query.as_deref()).await
}

/// The form for signing up.
pub async fn sign_up_page(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response> {
    page(AuthKind::SignUp, &visitor, query.as_deref()).await
}

async fn page(kind: AuthKind, visitor: &Visitor, query: Option<&str>) -> Result<Response> {
    let query: Query = body::parse_form(query.unwrap_or_default().as_bytes())?;
    let return_to = return_to::path(query.return_to.as_deref());
    if visitor.claims().is_some() {
        return Ok(Redirect::to(&return_to).into_response());
    }
    let notice = match (query.expired, query.done.as_deref()) {
        (Some(_), _) => Some(Notice::Expired),
        (_, Some("reset")) => Some(Notice::PasswordSet),
        (_, Some("deleted")) => Some(Notice::Deleted),
        _ => None,
    };
    Ok(render(AuthPage { kind, return_to, notice, name: String::new(), email: String::new(), errors: Vec::new() }).await)
}

/// Signs in.
pub async fn sign_in(
    State(state): State<IdentityState>,
    client: Client,
    previous: CookieSession,
    Form(form): Form<Credentials>,
) -> Result<Response> {
    let outcome = accounts::sign_in(&state, form.email.trim(), &form.password, true, &client, &previous).await;
    after_form(&state, AuthKind::SignIn, form, outcome).await
}

/// Makes an account and signs it in.
pub async fn sign_up(
    State(state): State<IdentityState>,
    client: Client,
    previous: CookieSession,
    Form(form): Form<Credentials>,
) -> Result<Response> {
    let new =
        accounts::NewAccount { name: form.name.clone(), email: form.email.trim().to_owned(), password: form.password.clone(), image: None };
    let outcome = accounts::sign_up(&state, new, true, &client, &previous).await;
    after_form(&state, AuthKind::SignUp, form, outcome).await
}

/// On to where the visitor wanted to go, or the form again with what is wrong with it; never the password.
async fn after_form(state: &IdentityState, kind: AuthKind, form: Credentials, outcome: Result<SignedIn>) -> Result<Response> {
    let return_to = return_to::path(form.return_to.as_deref());
    match outcome {
        Ok(signed_in) => Ok(redirect_with(state, &signed_in, &return_to)),
        Err(error) => {
            let Credentials { name, email, .. } = form;
            let page = |error: &Error| AuthPage { kind, return_to, notice: None, name, email, errors: form_errors(&error.document("")) };
            render_refused(error, page).await
        }
    }
}

/// Ends the session of this browser.
pub async fn sign_out(State(state): State<IdentityState>, visitor: Visitor, client: Client) -> Result<Response> {
    accounts::sign_out(&state, &visitor, &client).await?;
    let mut response = with_cookie(session_cookie::clear(&state.config), Redirect::to("/signin").into_response());
    security_headers::clear_site_data(response.headers_mut());
    Ok(response)
}
