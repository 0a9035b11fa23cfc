//! The words that both halves speak: what the server sends, the client reads and the forms check.

/// An enum that is a word on the wire: its variants, the words, and what is said of one that is none of them.
macro_rules! string_enum {
    ($(#[$meta:meta])* $name:ident, $complaint:literal { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every one, in order.
            pub const EACH: &[Self] = &[$(Self::$variant),+];

            /// As it is on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::str::FromStr for $name {
            /// What to say about another word.
            type Err = &'static str;

            fn from_str(word: &str) -> Result<Self, &'static str> {
                match word { $($word => Ok(Self::$variant),)+ _ => Err($complaint) }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

mod query;
#[cfg(feature = "ssr")]
pub mod schemas;
mod search;
mod section;
mod task;

use serde::{Deserialize, Deserializer, Serialize};

pub use self::{
    query::{Due, ListQuery, Order, Sort, Status},
    search::{SEARCH_MAX, Search, WORDS_MAX, folded, pieces},
    section::Section,
    task::{
        DESCRIPTION_MAX, Field, NewTask, Priority, PutTask, SetCompleted, TAG_MAX, TAGS_MAX, TITLE_MAX, Task, TrashedTask, etag_of,
        one_line, validate_description, validate_tags, validate_title,
    },
};
pub use crate::{
    day::Day,
    time::{Timestamp, UtcOffset},
};

string_enum! {
    /// The colours of every page.
    #[derive(Default)]
    Theme, "theme is system, light or dark." {
        /// As the system has it.
        #[default]
        System = "system",
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }
}

string_enum! {
    /// How much room a task has in a list.
    #[derive(Default)]
    Density, "density is automatic, comfortable or compact." {
        /// Compact where the window is wide.
        #[default]
        Automatic = "automatic",
        /// With a line of its note.
        Comfortable = "comfortable",
        /// As many tasks as fit.
        Compact = "compact",
    }
}

/// How this browser shows every page, whoever is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Appearance {
    /// The colours.
    pub theme: Theme,
    /// The room of a task.
    pub density: Density,
}

impl Theme {
    /// As the document says it: nothing, where the system decides.
    pub fn chosen(self) -> Option<&'static str> {
        (self != Self::default()).then_some(self.as_str())
    }

    /// The cookie that keeps it.
    pub const COOKIE: &str = "theme";
}

impl Density {
    /// As the document says it: nothing, where the width of the window decides.
    pub fn chosen(self) -> Option<&'static str> {
        (self != Self::default()).then_some(self.as_str())
    }

    /// The cookie that keeps it.
    pub const COOKIE: &str = "density";
}

/// Longest e-mail address, in bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
pub const EMAIL_MAX: usize = 254;
/// Longest display name, in Unicode characters.
pub const NAME_MAX: usize = 255;
/// Longest address of a picture, in Unicode characters.
pub const IMAGE_MAX: usize = 2048;
/// Shortest password, in Unicode characters.
pub const PASSWORD_MIN: usize = 8;
/// Longest password, in Unicode characters.
pub const PASSWORD_MAX: usize = 128;

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

/// One thing wrong with one member of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The member's name.
    pub field: String,
    /// Stable, upper snake case.
    pub code: String,
    /// For a person, in one sentence.
    pub message: String,
}

impl FieldError {
    /// An error of one field.
    pub fn new(field: &str, code: &str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into() }
    }
}

/// The body of every error under `/api`: RFC 9457, with `code` and `message` for clients of Better Auth.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `about:blank`: the status says it all (RFC 9457, section 4.2.1).
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The status in words.
    #[serde(default)]
    pub title: String,
    /// The HTTP status; 0 where no answer came.
    pub status: u16,
    /// For a person.
    #[serde(default)]
    pub detail: String,
    /// Stable, upper snake case.
    pub code: String,
    /// The same text as `detail`.
    #[serde(default)]
    pub message: String,
    /// Finds the request in the server's log.
    #[serde(default)]
    pub request_id: String,
    /// What is wrong, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// In lower case, in any script. In the browser its own tables do it, which the WASM would have to bring along.
pub fn lower(text: &str) -> String {
    #[cfg(target_arch = "wasm32")]
    return js_sys::JsString::from(text).to_lower_case().into();
    #[cfg(not(target_arch = "wasm32"))]
    return text.to_lowercase();
}

/// Refuses what no text column takes: a NUL, or more than `max` characters.
pub fn validate_text(field: &str, text: &str, max: usize) -> Result<(), FieldError> {
    if text.contains('\0') {
        return Err(FieldError::new(field, "INVALID_CHARACTER", format!("The {field} must not contain a NUL character.")));
    }
    if text.chars().count() > max {
        return Err(FieldError::new(field, "TOO_LONG", format!("The {field} can have at most {max} characters.")));
    }
    Ok(())
}

/// A picture's address: `https:`, or `data:` of an image, in the characters of RFC 3986.
pub const IMAGE_PATTERN: &str = r"^((https:/|data:image)/[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+)?$";

/// Checks a picture's address; the empty one is that of no picture. The same as [`IMAGE_PATTERN`], and no longer than
/// [`IMAGE_MAX`].
pub fn validate_image(image: &str) -> Result<(), FieldError> {
    validate_text("image", image, IMAGE_MAX)?;
    let is_of_url = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let rest = ["https://", "data:image/"].iter().find_map(|start| image.strip_prefix(start));
    if image.is_empty() || rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_of_url)) {
        return Ok(());
    }
    Err(FieldError::new("image", "INVALID_IMAGE", "The image must be an https: address or a data: address of an image."))
}

/// An address as it is kept, in lower case: `local@domain.tld` in ASCII, at most [`EMAIL_MAX`] bytes.
pub fn validate_email(email: &str) -> Result<String, FieldError> {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_address = email.len() <= EMAIL_MAX
        && email.split_once('@').is_some_and(|(local, domain)| {
            let atoms = local
                .split('.')
                .all(|atom| !atom.is_empty() && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b)));
            atoms && local.len() <= 64 && domain.contains('.') && domain.split('.').all(is_label)
        });
    if is_address {
        Ok(email.to_ascii_lowercase())
    } else {
        Err(FieldError::new("email", "INVALID_EMAIL", "Enter an e-mail address like name@example.com."))
    }
}

/// Refuses a password that is too short or too long, counted in characters as it was typed.
pub fn validate_password(password: &str) -> Result<(), FieldError> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        return Err(FieldError::new("password", "PASSWORD_TOO_SHORT", format!("Use at least {PASSWORD_MIN} characters.")));
    }
    if length > PASSWORD_MAX {
        return Err(FieldError::new("password", "PASSWORD_TOO_LONG", format!("Use at most {PASSWORD_MAX} characters.")));
    }
    Ok(())
}

/// For members that may be absent but, when there, must have their type: `null` only where `T` takes it.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b_02_an_address_is_told_from_what_is_none() {
        for good in ["a@b.co", "First.Last+tag@sub.example.org", "o'brien@x-y.ie"] {
            assert_eq!(validate_email(good), Ok(good.to_lowercase()), "{good}");
        }
        let long = format!("{}@{}.com", "a".repeat(64), "b".repeat(190));
        for bad in [
            "", "a", "@b.co", "a@", "a@b", "a@b..co", ".a@b.co", "a b@c.de", "a@b@c.de", "a@-b.co", "ä@b.co", "a@b.co\n", "a\0@b.co", &long,
        ] {
            assert!(validate_email(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn b_03_a_password_has_8_to_128_characters() {
        assert!(validate_password("🔑🔑🔑🔑🔑🔑🔑").is_err());
        assert!(validate_password("🔑🔑🔑🔑🔑🔑🔑🔑").is_ok());
        assert!(validate_password(&"x".repeat(128)).is_ok());
        assert!(validate_password(&"x".repeat(129)).is_err());
    }
}
