//! Signing in and up, and a password that was forgotten.

use crate::model::AuthKind;

/// Leads to the sign-in page, and is its title.
pub const SIGN_IN: &str = "Sign in";
/// The title of the sign-up page, and what leads to it from the first one.
pub const CREATE_YOUR_ACCOUNT: &str = "Create your account";

/// The heading of a page for signing in or up.
pub const fn auth_title(kind: AuthKind) -> &'static str {
    match kind {
        AuthKind::SignIn => SIGN_IN,
        AuthKind::SignUp => CREATE_YOUR_ACCOUNT,
    }
}

/// The button of its form.
pub const fn auth_button(kind: AuthKind) -> &'static str {
    match kind {
        AuthKind::SignIn => SIGN_IN,
        AuthKind::SignUp => "Create account",
    }
}

/// Who is on the wrong one of the two, and what leads to the other.
pub const fn auth_other(kind: AuthKind) -> (&'static str, &'static str) {
    match kind {
        AuthKind::SignIn => ("New here?", "Create an account"),
        AuthKind::SignUp => ("Have an account already?", SIGN_IN),
    }
}

/// A session ended that the visitor did not end.
pub const SESSION_ENDED: &str = "Your session has expired. Sign in again to go on where you were.";
/// A new password was set.
pub const PASSWORD_IS_SET: &str = "Your new password is set. Sign in with it.";
/// The account was deleted.
pub const ACCOUNT_DELETED: &str = "Your account and everything in it is gone.";

/// What somebody wants to be called.
pub const NAME: &str = "Name";
/// What to know before saying it.
pub const NAME_HINT: &str = "What should we call you? You can leave it empty.";
/// The address that one signs in with.
pub const EMAIL: &str = "E-mail";
/// What one signs in with, too.
pub const PASSWORD: &str = "Password";
/// Signing up with an address that is known.
pub const EMAIL_TAKEN: &str = "That e-mail already has an account. Sign in instead?";
/// Signing in with what does not belong together.
pub const WRONG_CREDENTIALS: &str = "The e-mail and the password don’t belong together. Check both and try again.";
/// Signing in without a password.
pub const PASSWORD_MISSING: &str = "Enter your password.";
/// What to know before choosing a password.
pub const PASSWORD_HINT: &str = "At least 8 characters. A few words are easier to remember than symbols.";
/// Makes a password readable.
pub const SHOW_PASSWORD: &str = "Show the password";
/// The opposite.
pub const HIDE_PASSWORD: &str = "Hide the password";
/// What the button says that makes a password readable.
pub const SHOW: &str = "Show";
/// What it says then.
pub const HIDE: &str = "Hide";

/// The title of the page that asks for a link, and what leads to it.
pub const FORGOT_PASSWORD: &str = "Forgot your password?";
/// What it is for.
pub const FORGOT_LEAD: &str = "Tell us your e-mail, and we send you a link to set a new one.";
/// Its button.
pub const SEND_LINK: &str = "Send the link";
/// What it says then, whoever has that address.
pub const LINK_SENT: &str = "If that e-mail has an account, a link is on its way to it. Open it within an hour.";
/// The way back.
pub const BACK_TO_SIGN_IN: &str = "Back to sign in";
/// The title of the page behind the link.
pub const SET_NEW_PASSWORD: &str = "Set a new password";
/// Its field, and that of the account page.
pub const NEW_PASSWORD: &str = "New password";
/// What else its button does.
pub const SET_PASSWORD_HINT: &str = "Every device that is signed in will be signed out.";
/// Its button.
pub const SET_PASSWORD: &str = "Set the password";
/// What it says in place of the form when the link is good for nothing.
pub const LINK_REFUSED: &str = "That link is not valid, or not any more.";
/// What leads to another link.
pub const SEND_NEW_LINK: &str = "Send me a new one";
