//! What the members of requests may hold, beside those of a task; checked by the forms and by the server.

use serde::{Deserialize, Deserializer};

use super::FieldError;

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
