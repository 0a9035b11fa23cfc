//! A user and a session, as the API has them.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// 32 letters and digits.
    pub id: String,
    /// What they want to be called; may be empty.
    pub name: String,
    /// In lower case.
    pub email: String,
    /// Whether they have followed a link that was sent there.
    pub email_verified: bool,
    /// Address of a picture.
    pub image: Option<String>,
    /// When they signed up.
    pub created_at: Timestamp,
    /// When one of these members last changed.
    pub updated_at: Timestamp,
}

impl User {
    /// The name to show: the name, or the e-mail of somebody who gave none.
    pub fn shown_name(&self) -> &str {
        if self.name.trim().is_empty() { &self.email } else { &self.name }
    }
}

/// One signed-in device of one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// 32 letters and digits; the `sid` of its tokens.
    pub id: String,
    /// The same as `id`: Better Auth's name for what `revoke-session` takes. No credential.
    pub token: String,
    /// Whose it is.
    pub user_id: String,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When the user signed in.
    pub created_at: Timestamp,
    /// When it was last renewed.
    pub updated_at: Timestamp,
    /// The client's address at sign-in.
    pub ip_address: Option<String>,
    /// The client's `User-Agent` at sign-in.
    pub user_agent: Option<String>,
}
