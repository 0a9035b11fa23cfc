//! The page of the account.

use super::format::counted;
use crate::model::{Density, Theme};

/// Its title, and the text of links to it.
pub const YOUR_ACCOUNT: &str = "Your account";

/// The accessible name of the link in the header.
pub fn account_of(name: &str) -> String {
    format!("Your account: {name}")
}

/// The name was saved.
pub const NAME_SAVED: &str = "Your name is saved.";
/// A link to a new e-mail was sent.
pub const EMAIL_ASKED: &str = "We have sent a link to the new address. It is yours here once you open that, within an hour.";
/// A link that confirms the e-mail was sent.
pub const CONFIRM_ASKED: &str = "We have sent you a link. Open it within an hour.";
/// A mailed link confirmed the e-mail.
pub const EMAIL_CONFIRMED: &str = "Your e-mail is confirmed.";
/// A mailed link was wrong, used or too old.
pub const LINK_NOT_VALID: &str = "That link is not valid, or not any more. Ask for a new one.";
/// The password was changed.
pub const PASSWORD_CHANGED: &str = "Your password is changed.";
/// Sessions were ended.
pub const DEVICES_SIGNED_OUT: &str = "Signed out.";
/// The tasks of a file were added.
pub const TASKS_IMPORTED: &str = "The tasks of the file are in your list.";

/// The link back to the list.
pub const BACK_TO_TASKS: &str = "Back to your tasks";
/// What the name is for.
pub const NAME_LEAD: &str = "What the top of every page calls you. It may stay empty.";
/// What the e-mail is for.
pub const EMAIL_LEAD: &str = "You sign in with it, and a link for a new password goes there.";
/// What the password is for.
pub const PASSWORD_LEAD: &str = "Change it when somebody may know it.";
/// The heading of theme and density.
pub const APPEARANCE: &str = "Appearance";
/// What it is for.
pub const APPEARANCE_LEAD: &str = "How Holdfast looks in this browser.";
/// The label of the theme.
pub const THEME: &str = "Theme";
/// The label of the density.
pub const DENSITY: &str = "Density";

/// The choices of the theme.
pub const fn theme(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "System",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    }
}

/// The choices of the density.
pub const fn density(density: Density) -> &'static str {
    match density {
        Density::Automatic => "Automatic: compact where the window is wide",
        Density::Comfortable => "Comfortable: with a line of each note",
        Density::Compact => "Compact: a note is an icon",
    }
}

/// The button that saves the name.
pub const SAVE_NAME: &str = "Save the name";

/// Whether the e-mail is verified.
pub const fn confirmed(is_confirmed: bool) -> &'static str {
    if is_confirmed { "(confirmed)" } else { "(not confirmed yet)" }
}

/// The button that mails a link to verify it.
pub const CONFIRM_EMAIL: &str = "Send me a link to confirm it";
/// The label of the new e-mail.
pub const NEW_EMAIL: &str = "New e-mail";
/// The hint below it.
pub const NEW_EMAIL_HINT: &str = "We send a link there. Until you open it, nothing changes.";
/// The label of the password that a change of the e-mail needs.
pub const ACCOUNT_PASSWORD: &str = "Account password";
/// The button that asks for the change.
pub const CHANGE_EMAIL: &str = "Change the e-mail";
/// The label of the present password.
pub const CURRENT_PASSWORD: &str = "Current password";
/// The box that ends the other sessions with the change.
pub const SIGN_OUT_MY_OTHERS: &str = "Sign out my other devices";
/// The button that changes the password.
pub const CHANGE_PASSWORD: &str = "Change the password";
/// The heading of the sessions.
pub const DEVICES: &str = "Devices";
/// What the list of them is for.
pub const DEVICES_LEAD: &str = "Where you are signed in. Sign out what you don’t use any more.";
/// Marks the session that shows the page.
pub const THIS_DEVICE: &str = "This device";
/// Followed by how long ago.
pub const LAST_SEEN: &str = "Last seen ";
/// The button that ends a session.
pub const SIGN_OUT: &str = "Sign out";
/// The button that signs out although the server cannot be reached or changes would be lost.
pub const SIGN_OUT_ANYWAY: &str = "Sign out on this device anyway";
/// Signed out in this browser while the server does not know yet.
pub const SIGNED_OUT_HERE: &str =
    "You are signed out on this device, and it keeps nothing of yours. Your session ends as soon as Holdfast can be reached.";

/// Signing out failed: why, or how many changes would be lost.
pub fn not_signed_out(why: &str, unsent: usize) -> String {
    let lost = match unsent {
        0 => return format!("You are not signed out. {why}"),
        1 => "it",
        _ => "them",
    };
    format!("You are not signed out. {} not saved yet, and signing out now would lose {lost}.", counted(unsent, "change is", "changes are"))
}

/// Ends all but the one that shows the page.
pub const SIGN_OUT_OTHERS: &str = "Sign out all other devices";

/// A device by its browser and its operating system.
pub fn device(browser: Option<String>, system: Option<String>) -> String {
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "Unknown device".into(),
    }
}

/// Ends the session of one device.
pub fn sign_out_device(device: &str) -> String {
    format!("Sign out: {device}")
}

/// The heading of the export.
pub const YOUR_DATA: &str = "Your data";
/// What is in it.
pub const YOUR_DATA_LEAD: &str = "Everything that is kept about you, and all your tasks, in one JSON file.";
/// The link that downloads it.
pub const DOWNLOAD_DATA: &str = "Download my data";
/// The heading of the import.
pub const IMPORT: &str = "Bring tasks in";
/// What it does.
pub const IMPORT_LEAD: &str = "From a file of another task manager, or from a download of this page. What is here stays as it is.";
/// The label of the program that wrote the file.
pub const IMPORT_FORMAT: &str = "Written by";
/// The choices of the program, each with its value in the form.
pub const IMPORT_FORMATS: [(&str, &str); 4] = [
    ("todoist", "Todoist: a project as CSV"),
    ("ticktick", "TickTick: a backup as CSV"),
    ("vikunja", "Vikunja: all data as ZIP"),
    ("json", "Holdfast: a download of this page"),
];
/// The label of the file.
pub const IMPORT_FILE: &str = "File";
/// The limit of the size, and what becomes of data that tasks have no field for.
pub const IMPORT_FILE_HINT: &str =
    "At most 5 MB. What has no place here, such as a list or a reminder, becomes a tag or a line of the note.";
/// The button that imports the file.
pub const IMPORT_TASKS: &str = "Add these tasks to mine";
/// The heading of deleting the account.
pub const DELETE_ACCOUNT: &str = "Delete the account";
/// What it means.
pub const DELETE_ACCOUNT_LEAD: &str = "Your account and all your tasks are removed at once, for good.";
/// The label of the password that deleting needs.
pub const YOUR_PASSWORD: &str = "Your password";
/// Its button.
pub const DELETE_MY_ACCOUNT: &str = "Delete my account";

/// The title of the page behind a link that confirms an e-mail.
pub const CONFIRM_YOUR_EMAIL: &str = "Confirm your e-mail";
/// What the link does that confirms the account's address.
pub fn confirm_lead(email: &str) -> String {
    format!("Confirm that {email} is your address.")
}
/// Its button.
pub const CONFIRM_THIS_EMAIL: &str = "Confirm this e-mail";
/// What the link does that gives the account a new address.
pub fn change_lead(email: &str) -> String {
    format!("Your account will use {email} from now on. You sign in with it.")
}
/// Its button.
pub const USE_THIS_EMAIL: &str = "Use this e-mail";
/// The title of the page behind a link that cancels a change of the e-mail.
pub const CANCEL_EMAIL_CHANGE: &str = "Keep your e-mail";
/// What the link does.
pub fn cancel_lead(email: &str) -> String {
    format!("Another address was asked for in place of {email}. If that wasn’t you, cancel it.")
}
/// Its button.
pub const KEEP_MY_EMAIL: &str = "Cancel the change";
/// What the page says then.
pub const EMAIL_CHANGE_CANCELLED: &str =
    "Your e-mail stays as it is. If you didn’t ask for the change, somebody may know your password: set a new one.";
