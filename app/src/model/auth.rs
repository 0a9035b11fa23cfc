//! The two ways to get a session.

use serde::{Deserialize, Serialize};

/// The two ways to get a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthKind {
    /// With an account that exists.
    SignIn,
    /// With a new account.
    SignUp,
}

impl AuthKind {
    /// The page's path, to which the form is sent.
    pub const fn path(self) -> &'static str {
        match self {
            Self::SignIn => "/signin",
            Self::SignUp => "/signup",
        }
    }

    /// The path of the API's endpoint.
    pub const fn endpoint(self) -> &'static str {
        match self {
            Self::SignIn => "/api/auth/sign-in/email",
            Self::SignUp => "/api/auth/sign-up/email",
        }
    }
}
