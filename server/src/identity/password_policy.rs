//! The rules for new passwords (NIST SP 800-63B, section 3.1.1.2): long enough, and not common or guessable.

use std::sync::LazyLock;

use app::model::{FieldError, validate_password};
use unicode_normalization::UnicodeNormalization as _;

use crate::problem::{Error, Result};

/// The 10,000 most common passwords of eight characters or more, in lower case and sorted; from the frequency list of
/// zxcvbn (MIT), which counts those of public leaks.
static COMMON: LazyLock<Vec<&'static str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// Words of this site, which attackers try first. `docs/security/policies.md` lists them too.
const SITE_WORDS: [&str; 8] = ["holdfast", "task", "tasks", "mytasks", "tasklist", "taskmanager", "todo", "todolist"];

/// Whether the letters of a password are one of the site's words, once or several times; digits and signs count for nothing.
fn is_site_word(folded: &str) -> bool {
    let letters: String = folded.chars().filter(|c| c.is_alphabetic()).collect();
    !letters.is_empty()
        && SITE_WORDS.iter().any(|word| letters.len().is_multiple_of(word.len()) && word.repeat(letters.len() / word.len()) == letters)
}

/// Refuses a password that is too short, too long, common, made of the site's own words, or the user's address or name. `field` is
/// the member of the request that the error names.
pub fn check(field: &str, password: &str, email: &str, name: &str) -> Result<(), FieldError> {
    let wrong = |code: &str, message: &str| Err(FieldError::new(field, code, message));
    validate_password(password).map_err(|error| FieldError { field: field.into(), ..error })?;
    let folded = fold(password);
    if COMMON.binary_search(&folded.as_str()).is_ok() || is_site_word(&folded) {
        return wrong("PASSWORD_TOO_COMMON", "That password is one of the most common ones. Choose another.");
    }
    let local = email.split('@').next().unwrap_or_default();
    if [email, local, name].iter().any(|own| !own.trim().is_empty() && fold(own.trim()) == folded.trim()) {
        return wrong("PASSWORD_TOO_PERSONAL", "Don’t use your own e-mail or name as the password.");
    }
    Ok(())
}

/// Refuses a typed password that is longer than any account can have: hashing it would be in vain.
pub fn check_length_of_typed(password: &str) -> Result<()> {
    match validate_password(password) {
        Err(error) if error.code == "PASSWORD_TOO_LONG" => Err(Error::Rejected(error)),
        _ => Ok(()),
    }
}

fn fold(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_folded_and_whole() {
        assert_eq!(COMMON.len(), 10_000);
        assert!(COMMON.is_sorted());
        assert!(COMMON.iter().all(|common| fold(common) == **common && common.chars().count() >= 8));
    }

    #[test]
    fn common_and_personal_passwords_are_refused_in_any_case() {
        let code = |password: &str| check("password", password, "ada.lovelace@example.com", "Countess Ada").err().map(|error| error.code);
        for common in ["password", "PassWord", "12345678", "iloveyou", "\u{ff30}\u{ff21}SSWORD"] {
            assert_eq!(code(common).as_deref(), Some("PASSWORD_TOO_COMMON"), "{common}");
        }
        for own in ["ada.lovelace@example.com", "Ada.Lovelace", "countess ada", " Countess Ada "] {
            assert_eq!(code(own).as_deref(), Some("PASSWORD_TOO_PERSONAL"), "{own}");
        }
        assert_eq!(code("correct horse battery"), None);
    }

    #[test]
    fn passwords_made_of_the_words_of_this_site_alone_are_refused() {
        let code = |password: &str| check("password", password, "ada@example.com", "Ada").err().map(|error| error.code);
        for tried_first in ["holdfast", "Holdfast2026!", "h-o-l-d-f-a-s-t", "123taskmanager", "todotodo", "My Tasks 1"] {
            assert_eq!(code(tried_first).as_deref(), Some("PASSWORD_TOO_COMMON"), "{tried_first}");
        }
        for other in ["holdfast to the rail", "12345 67890 13579", "tasksandmore"] {
            assert_eq!(code(other), None, "{other}");
        }
    }
}
