//! The texts of e-mails.

use super::mailer::Email;

/// The link for a new password.
pub fn reset(to: &str, link: &str) -> Email {
    email(
        to,
        "Set a new password",
        &format!(
            "Somebody, we hope you, asked for a new password for your Holdfast account.\n\nSet it here, within an hour:\n\n{link}\n\n\
             If that wasn't you, do nothing: your password stays as it is."
        ),
    )
}

/// The link that proves the account's address.
pub fn verify(to: &str, link: &str) -> Email {
    email(to, "Confirm your e-mail", &format!("Confirm that this address is yours, within an hour:\n\n{link}"))
}

/// The link that proves a new address.
pub fn change(to: &str, link: &str) -> Email {
    email(
        to,
        "Confirm your new e-mail",
        &format!(
            "Somebody, we hope you, wants to use this address for their Holdfast account.\n\nConfirm it here, within an hour:\n\n{link}\n\n\
             If that wasn't you, do nothing."
        ),
    )
}

/// A note to the address that an account has when another one was asked for, with a link that cancels the change.
pub fn change_asked(to: &str, new: &str, cancel_link: &str) -> Email {
    email(
        to,
        "Your e-mail is about to change",
        &format!(
            "Your Holdfast account is to use {new} from now on. It will, once the link that we sent there is opened.\n\n\
             If that wasn't you, cancel it here, and set a new password:\n\n{cancel_link}"
        ),
    )
}

/// A note that an account is gone.
pub fn account_deleted(to: &str) -> Email {
    email(
        to,
        "Your account was deleted",
        "Your Holdfast account and everything in it was just deleted.\n\nIf that wasn't you, tell the operator of this Holdfast.",
    )
}

/// A note to the owner of an account whose password is another now.
pub fn password_changed(to: &str) -> Email {
    email(
        to,
        "Your password was changed",
        "The password of your Holdfast account was just changed.\n\nIf that wasn't you, set a new one with \"Forgot your password?\" on the sign-in page.",
    )
}

/// A note to the owner of an account for which so many wrong passwords were tried that new devices are held back.
pub fn unknown_devices_held_back(to: &str, base_url: &str) -> Email {
    email(
        to,
        "Wrong passwords for your account",
        &format!(
            "A hundred wrong passwords in a row were tried for your Holdfast account, on devices on which you have not signed in.\n\n\
             Nobody can sign in on such a device until you sign in on one of yours, or set a new password here:\n\n\
             {base_url}/forgot-password\n\n\
             Your password was not found out, and the devices on which you are signed in stay so."
        ),
    )
}

/// A note to the address that an account had until now.
pub fn email_changed(to: &str, new: &str) -> Email {
    email(
        to,
        "Your e-mail was changed",
        &format!("Your Holdfast account now uses {new}.\n\nIf that wasn't you, answer to whoever runs this Holdfast at once."),
    )
}

fn email(to: &str, subject: &'static str, text: &str) -> Email {
    Email { to: to.to_owned(), subject, text: format!("{text}\n\nHoldfast\n") }
}
