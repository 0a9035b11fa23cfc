//! Issuer and audience of tokens.

/// What tokens of other services must carry, and ours do (RFC 7519, sections 4.1.1 and 4.1.3).
#[derive(Debug, Clone, Default)]
pub struct Parties {
    /// `iss`, where tokens must have one.
    pub issuer: Option<String>,
    /// `aud`, where tokens must have one.
    pub audience: Option<String>,
}

/// Reads the name of a party.
pub fn party(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().count() > 255 || text.chars().any(char::is_control) {
        return Err("it must be a text of 1 to 255 characters".into());
    }
    Ok(text.to_owned())
}
