//! [`Client`]: where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::{header, request::Parts},
};

use super::{known_devices::Device, state::IdentityState};
use crate::{
    problem::{Error, Result},
    web::client_address::behind_proxies,
};

/// The client of a request.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its IP address.
    pub address: IpAddr,
    /// Its `User-Agent`, cut to 512 characters.
    pub user_agent: Option<String>,
    /// From its cookies.
    pub device: Device,
}

impl<S: Send + Sync> FromRequestParts<S> for Client
where
    IdentityState: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let state = IdentityState::from_ref(state);
        let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>().ok_or_else(|| Error::internal("no peer address"))?;
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            address: behind_proxies(&state.config.trusted_proxies, peer.ip().to_canonical(), &parts.headers),
            user_agent: user_agent.map(|text| text.chars().take(512).collect()),
            device: state.device_cookies.read(&state.config, &parts.headers),
        })
    }
}
