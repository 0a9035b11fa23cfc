//! `/verify-email` and `/cancel-email-change`: what mailed links open. Opening one changes nothing, since scanners of mails open
//! them too; the button of the page does.

use app::routes::email_link::{EmailLink, EmailLinkPage};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};

use super::render::render;
use crate::{
    accounts::{
        self,
        verify_email::{self, Effect, Link},
    },
    identity::{client::Client, state::IdentityState},
    problem::{Error, Result},
    web::body::{self, Form},
};

/// Shows what the button will do. A link that is not valid redirects to its target at once, if it has one.
pub async fn confirm_page(State(state): State<IdentityState>, RawQuery(query): RawQuery) -> Result<Response> {
    let (token, callback_url) = body::parse_form::<Link>(query.unwrap_or_default().as_bytes())?.checked(&state)?;
    let link = match verify_email::link_effect(&state, &token).await {
        Ok(Effect::Confirm(email)) => EmailLink::Confirm { token, email, callback_url },
        Ok(Effect::Change(email)) => EmailLink::Change { token, email, callback_url },
        Err(error) => return refuse(error, callback_url.as_deref()).await,
    };
    Ok(render(EmailLinkPage::Ask(link)).await)
}

/// Does it.
pub async fn confirm(State(state): State<IdentityState>, client: Client, Form(link): Form<Link>) -> Result<Response> {
    let (token, target) = link.checked(&state)?;
    match (verify_email::follow_link(&state, &client, &token).await, target) {
        (Ok(()), Some(target)) => Ok(Redirect::to(&target).into_response()),
        (Ok(()), None) => Ok(render(EmailLinkPage::Confirmed).await),
        (Err(error), target) => refuse(error, target.as_deref()).await,
    }
}

/// Asks whether the change is to be cancelled.
pub async fn cancel_page(State(state): State<IdentityState>, RawQuery(query): RawQuery) -> Result<Response> {
    let (token, _) = body::parse_form::<Link>(query.unwrap_or_default().as_bytes())?.checked(&state)?;
    match verify_email::address_to_keep(&state, &token).await {
        Ok(email) => Ok(render(EmailLinkPage::Ask(EmailLink::CancelChange { token, email })).await),
        Err(error) => refuse(error, None).await,
    }
}

/// Cancels it.
pub async fn cancel(State(state): State<IdentityState>, client: Client, Form(link): Form<Link>) -> Result<Response> {
    let (token, _) = link.checked(&state)?;
    match verify_email::cancel_change(&state, &client, &token).await {
        Ok(()) => Ok(render(EmailLinkPage::Cancelled).await),
        Err(error) => refuse(error, None).await,
    }
}

/// The error page of a link that is not valid, or a redirect to its target.
async fn refuse(error: Error, target: Option<&str>) -> Result<Response> {
    match (error, target) {
        (Error::BadVerification, Some(target)) => Ok(Redirect::to(&accounts::refused_target(target)).into_response()),
        (Error::BadVerification, None) => {
            let mut response = render(EmailLinkPage::Refused).await;
            *response.status_mut() = StatusCode::BAD_REQUEST;
            Ok(response)
        }
        (error, _) => Err(error),
    }
}
