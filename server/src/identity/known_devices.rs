//! Devices on which a user has signed in (OWASP Authentication Cheat Sheet, "device cookies"): wrong passwords that others try
//! do not hold them back, and their passwords are hashed first. Each has a cookie that outlives its sessions and opens
//! nothing. It is signed, so that a made-up one costs no query. Programs that keep no cookies get none.

use std::time::Duration;

use app::model::Timestamp;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::ids::random_id;
use crate::{
    config::{Config, secret::Secret},
    db::{Db, Transaction},
    problem::{Error, Result},
    sql,
    web::cookies::cookie,
};

/// How long after its last sign-in a device is known.
const KEPT_FOR: Duration = Duration::from_hours(24 * 180);
/// Most devices of one user; the one that was used the longest ago is forgotten first.
const MOST: i64 = 20;
/// Prefix of what is signed, so that the signature cannot be used for anything else.
const PURPOSE: &str = "holdfast known device ";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Signs and verifies the cookies.
pub struct DeviceCookies {
    /// The current key and perhaps the one before it.
    keys: Vec<Hmac<Sha256>>,
}

/// What a request says of the device that sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// The id in its cookie, whose signature is valid. Whether it is a known device of a user is a query ([`is_known`]).
    pub id: Option<String>,
    /// Whether it keeps cookies: it is a browser, or sends some.
    keeps_cookies: bool,
}

impl DeviceCookies {
    /// With these keys, of which the first one signs.
    pub fn new(secret: &Secret, previous: Option<&Secret>) -> Result<Self> {
        let keys = [secret].into_iter().chain(previous).map(|secret| Hmac::new_from_slice(secret.as_bytes()).map_err(Error::internal));
        Ok(Self { keys: keys.collect::<Result<_>>()? })
    }

    /// The device that sends these headers.
    pub fn read(&self, config: &Config, headers: &HeaderMap) -> Device {
        let keeps_cookies = [header::COOKIE, header::ORIGIN, SEC_FETCH_SITE].iter().any(|name| headers.contains_key(name));
        Device { id: cookie(headers, name(config.is_https())).and_then(|value| self.verify(value)), keeps_cookies }
    }

    fn verify(&self, value: &str) -> Option<String> {
        let (id, tag) = value.split_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        let is_good = |key: &Hmac<Sha256>| key.clone().chain_update(PURPOSE).chain_update(id).verify_slice(&tag).is_ok();
        self.keys.iter().any(is_good).then(|| id.to_owned())
    }

    /// The `Set-Cookie` that makes a device known.
    pub fn set(&self, config: &Config, id: &str) -> Option<HeaderValue> {
        let tag = self.keys.first()?.clone().chain_update(PURPOSE).chain_update(id).finalize().into_bytes();
        written(config, &format!("{id}.{}", URL_SAFE_NO_PAD.encode(tag)), KEPT_FOR)
    }
}

/// The `Set-Cookie` that makes a device unknown.
pub fn clear(config: &Config) -> Option<HeaderValue> {
    written(config, "", Duration::ZERO)
}

/// On https with the prefix that makes the browser insist on `Secure`, this host alone and `Path=/`.
const fn name(is_https: bool) -> &'static str {
    if is_https { "__Host-holdfast_device" } else { "holdfast_device" }
}

fn written(config: &Config, value: &str, age: Duration) -> Option<HeaderValue> {
    let secure = if config.is_https() { "; Secure" } else { "" };
    let (name, same_site) = (name(config.is_https()), config.cookies.cookie_same_site.as_str());
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}; Max-Age={}", age.as_secs());
    HeaderValue::from_str(&text).ok()
}

/// Whether the user has signed in on this device.
pub async fn is_known(db: &Db, user_id: &str, device: &Device, now: Timestamp) -> Result<bool> {
    let Some(id) = &device.id else { return Ok(false) };
    let sql = "SELECT EXISTS (SELECT 1 FROM known_devices WHERE user_id = $1 AND id = $2 AND expires_at > $3)";
    Ok(sql!(scalar db.read(), sql, user_id, id, now.0)?)
}

/// Makes this device known to the user and returns the id for its cookie; `None` for one that keeps no cookies. An id that is not
/// known to the user gets replaced: an attacker could have planted the cookie.
pub async fn remember(transaction: &mut Transaction, user_id: &str, device: &Device, now: Timestamp) -> Result<Option<String>> {
    if !device.keeps_cookies {
        return Ok(None);
    }
    let until = now + KEPT_FOR;
    if let Some(id) = &device.id {
        let sql = "UPDATE known_devices SET expires_at = $3 WHERE user_id = $1 AND id = $2 AND expires_at > $4";
        if sql!(execute transaction.on(), sql, user_id, id, until.0, now.0)? > 0 {
            return Ok(Some(id.clone()));
        }
    }
    let id = random_id();
    let sql = "INSERT INTO known_devices (user_id, id, expires_at) VALUES ($1, $2, $3)";
    sql!(execute transaction.on(), sql, user_id, &id, until.0)?;
    let sql = "DELETE FROM known_devices WHERE user_id = $1
               AND id NOT IN (SELECT id FROM known_devices WHERE user_id = $1 ORDER BY expires_at DESC, id LIMIT $2)";
    sql!(execute transaction.on(), sql, user_id, MOST)?;
    Ok(Some(id))
}

/// Forgets the user's devices within a transaction, but for one.
pub async fn forget(transaction: &mut Transaction, user_id: &str, but: Option<&str>) -> Result<()> {
    let sql = "DELETE FROM known_devices WHERE user_id = $1 AND ($2 IS NULL OR id <> $2)";
    sql!(execute transaction.on(), sql, user_id, but)?;
    Ok(())
}
