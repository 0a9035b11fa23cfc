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

/// The question and the link below the form that lead to the other form.
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

/// The label of the display name.
pub const NAME: &str = "Name";
/// The hint below it.
pub const NAME_HINT: &str = "What should we call you? You can leave it empty.";
/// The label of the e-mail.
pub const EMAIL: &str = "E-mail";
/// The label of the password.
pub const PASSWORD: &str = "Password";
/// Signing up with an e-mail that has an account.
pub const EMAIL_TAKEN: &str = "That e-mail already has an account. Sign in instead?";
/// A wrong password, or an e-mail without an account.
pub const WRONG_CREDENTIALS: &str = "The e-mail and the password don’t belong together. Check both and try again.";
/// Signing in without a password.
pub const PASSWORD_MISSING: &str = "Enter your password.";
/// The hint below a new password.
pub const PASSWORD_HINT: &str = "At least 8 characters. A few words are easier to remember than symbols.";
/// The accessible name of the button that shows a password.
pub const SHOW_PASSWORD: &str = "Show the password";
/// The accessible name of the button that hides it.
pub const HIDE_PASSWORD: &str = "Hide the password";
/// The text of the button that shows a password.
pub const SHOW: &str = "Show";
/// The text of the button that hides it.
pub const HIDE: &str = "Hide";

/// The title of the page that asks for a link, and what leads to it.
pub const FORGOT_PASSWORD: &str = "Forgot your password?";
/// What it is for.
pub const FORGOT_LEAD: &str = "Tell us your e-mail, and we send you a link to set a new one.";
/// Its button.
pub const SEND_LINK: &str = "Send the link";
/// The answer to it, the same for an e-mail without an account.
pub const LINK_SENT: &str = "If that e-mail has an account, a link is on its way to it. Open it within an hour.";
/// The link back to signing in.
pub const BACK_TO_SIGN_IN: &str = "Back to sign in";
/// The title of the page behind the link.
pub const SET_NEW_PASSWORD: &str = "Set a new password";
/// Its field, and that of the account page.
pub const NEW_PASSWORD: &str = "New password";
/// The hint above its button.
pub const SET_PASSWORD_HINT: &str = "Every device that is signed in will be signed out.";
/// Its button.
pub const SET_PASSWORD: &str = "Set the password";
/// In place of the form: the link is wrong, used or too old.
pub const LINK_REFUSED: &str = "That link is not valid, or not any more.";
/// The link that asks for another mail.
pub const SEND_NEW_LINK: &str = "Send me a new one";
