//! How cookies are named, and which sites' pages send them.

use clap::ValueEnum;

/// The session's cookie and the device's.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Cookies {
    /// What the session's cookie is called: `better-auth` is for front ends whose middleware looks for it with `getSessionCookie()`
    #[arg(long, env, global = true, value_enum, default_value = "holdfast")]
    pub auth_cookie: AuthCookie,

    /// Whose pages send the cookies: `none` is for front ends on another site, and needs an https `--base-url`
    #[arg(long, env, global = true, value_enum, default_value = "lax")]
    pub cookie_same_site: SameSite,
}

/// What the session's cookie is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AuthCookie {
    /// `holdfast_session`, on https `__Host-holdfast_session`
    Holdfast,
    /// `better-auth.session_token`, on https `__Secure-better-auth.session_token`
    BetterAuth,
}

/// The `SameSite` attribute of the cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SameSite {
    /// Pages of this site, and links to it
    Lax,
    /// Pages of every site, of which only those of `--trusted-origins` may change anything
    None,
}

impl SameSite {
    /// As it is written in a cookie.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }
}
