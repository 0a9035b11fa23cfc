//! Sessions that were taken over from Better Auth. Its cookie holds `<token>.<signature>`, percent-encoded: the signature is
//! HMAC-SHA-256 of the token in base64, by `BETTER_AUTH_SECRET`. It goes on working where that secret is the same, until the
//! session ends or is renewed; then the browser gets a cookie of ours.

use app::model::Timestamp;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};
use sqlx::FromRow;

use super::{ids, token::Claims};
use crate::{
    config::secret::Secret,
    db::{Db, Transaction},
    problem::Result,
    sql,
};

/// Longest cookie that is looked at, in bytes: Better Auth's are 77 to 90.
const MAX_BYTES: usize = 512;

/// Checks the signatures of Better Auth's cookies.
pub struct SignedCookies(Vec<Hmac<Sha256>>);

impl SignedCookies {
    /// By these secrets.
    pub fn new(secret: &Secret, previous: Option<&Secret>) -> Self {
        let keys = [Some(secret), previous].into_iter().flatten();
        Self(keys.filter_map(|key| Hmac::new_from_slice(key.as_bytes()).ok()).collect())
    }

    /// The token in a cookie that one of the secrets has signed. The comparison takes the same time wherever they differ.
    pub fn token(&self, cookie: &str) -> Option<String> {
        if cookie.len() > MAX_BYTES {
            return None;
        }
        let text = percent_decode_str(cookie).decode_utf8().ok()?;
        let (token, signature) = text.rsplit_once('.')?;
        let signature = STANDARD.decode(signature).ok()?;
        let is_signed = |key: &Hmac<Sha256>| key.clone().chain_update(token).verify_slice(&signature).is_ok();
        (!token.is_empty() && self.0.iter().any(is_signed)).then(|| token.to_owned())
    }
}

/// The hash by which a token is kept.
fn hash_of(token: &str) -> String {
    Sha256::digest(token).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[derive(FromRow)]
struct Row {
    id: String,
    user_id: String,
    created_at: i64,
    expires_at: i64,
    name: String,
    email: String,
}

/// What a token of ours would say of the session that has this token of Better Auth, and when the session ends; `None` when it has
/// ended, by time or by a sign-out.
pub async fn claims(db: &Db, token: &str, now: Timestamp) -> Result<Option<(Claims, Timestamp)>> {
    let row: Option<Row> = sql!(
        optional db.read(),
        "SELECT sessions.id, sessions.user_id, sessions.created_at, sessions.expires_at, users.name, users.email
         FROM imported_sessions JOIN sessions ON sessions.id = session_id JOIN users ON users.id = sessions.user_id
         WHERE token_hash = $1 AND sessions.expires_at > $2",
        hash_of(token),
        now.0
    )?;
    Ok(row.map(|row| {
        let claims = Claims {
            user_id: row.user_id,
            session_id: Some(row.id),
            issued_at: Timestamp(row.created_at),
            name: row.name,
            email: row.email,
        };
        (claims, Timestamp(row.expires_at))
    }))
}

/// A session of another system as it is kept here.
#[derive(Debug, Clone, Copy)]
pub struct Imported<'a> {
    /// Its token there.
    pub token: &'a str,
    /// Whose it is.
    pub user_id: &'a str,
    /// Whether the cookie outlives the browser.
    pub remember: bool,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When the user signed in.
    pub created_at: Timestamp,
    /// When it was last renewed.
    pub updated_at: Timestamp,
    /// The client's address at sign-in.
    pub ip_address: Option<&'a str>,
    /// The client's `User-Agent` at sign-in.
    pub user_agent: Option<&'a str>,
}

/// Takes a session over; `false` where its token was taken over before, also if it has been ended here since.
pub async fn insert(transaction: &mut Transaction, session: &Imported<'_>) -> Result<bool> {
    let id = ids::new_session_id(session.user_id);
    let added = sql!(
        execute transaction.on(),
        "INSERT INTO imported_sessions (token_hash, session_id, expires_at) VALUES ($1, $2, $3) ON CONFLICT (token_hash) DO NOTHING",
        hash_of(session.token),
        &id,
        session.expires_at.0
    )?;
    if added == 0 {
        return Ok(false);
    }
    sql!(
        execute transaction.on(),
        "INSERT INTO sessions (id, user_id, remember, expires_at, created_at, updated_at, ip_address, user_agent, last_seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $6)",
        id,
        session.user_id,
        session.remember,
        session.expires_at.0,
        session.created_at.0,
        session.updated_at.0,
        session.ip_address,
        session.user_agent
    )?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_if_one_of_the_secrets_signed_it() {
        let secret = |text: &str| Secret::new(text).expect("a secret");
        let (ours, previous) = (secret("0uYq7Vg2kXo4Rz9bT1mWn5cJ8dLs3eHfA6pQ"), secret("Zx8Kc3Vb6Nm1Qw4Er7Ty0Ui5Op2As9DfGh"));
        let signed = |token: &str, key: &Secret| {
            let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key").chain_update(token);
            let text = format!("{token}.{}", STANDARD.encode(mac.finalize().into_bytes()));
            percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        let cookies = SignedCookies::new(&ours, Some(&previous));
        for key in [&ours, &previous] {
            assert_eq!(cookies.token(&signed("fQ3kWq9", key)).as_deref(), Some("fQ3kWq9"));
        }
        let good = signed("fQ3kWq9", &ours);
        for bad in [
            "",
            ".",
            "fQ3kWq9",
            "fQ3kWq9.",
            "fQ3kWq9.AAAA",
            &good[1..],
            &format!("x{good}"),
            &signed("", &ours),
            &"x".repeat(MAX_BYTES + 1),
        ] {
            assert_eq!(cookies.token(bad), None, "{bad}");
        }
        assert_eq!(SignedCookies::new(&ours, None).token(&signed("fQ3kWq9", &previous)), None);
    }
}
