//! What is around every page, and the pages for everybody: the first one, the API, what there is not.

/// The name of all this.
pub const BRAND: &str = "Holdfast";
/// What search engines say about it.
pub const SITE_DESCRIPTION: &str = "A quiet task list for you and everybody you work with. Nobody sees yours but you.";
/// Past the top of the page, for who uses the keyboard.
pub const SKIP: &str = "Skip to the content";

/// The title of the tab with the first page.
pub const HOME_TITLE: &str = "Holdfast: a quiet list of what you have to do";
/// Its heading.
pub const HOME_HEADING: &str = "A quiet list of what you have to do";
/// The sentence below.
pub const HOME_LEAD: &str = "Write it down, tick it off, get on with your day. Holdfast keeps the rest.";
/// What the list shows that stands there.
pub const SAMPLE_NAME: &str = "An example of a task list";
/// Its tasks: title, note, whether it is done.
pub const SAMPLE: [(&str, &str, bool); 4] = [
    ("Ask Nadia about the lease", "She is back on Tuesday", false),
    ("Book the train to Porto", "", false),
    ("Order paper, A4 and A5", "", false),
    ("Send the photos to Grandpa", "", true),
];
/// What the claims are.
pub const CLAIMS_NAME: &str = "What you can count on";
/// Each with its heading.
pub const CLAIMS: [(&str, &str); 3] = [
    ("Yours alone", "Every task belongs to one person. Nobody else can see it, change it, or learn that it exists."),
    ("There before you look", "The list is in the page when it arrives. Signing in works before any script has run, and without one."),
    ("Nothing gets lost", "What you save is on the disk before we say so. What you are typing waits when the connection is gone."),
];

/// The title of the tab with a page that there is not.
pub const NOT_FOUND: &str = "Not found";
/// The title of the tab with a page that cannot be shown.
pub const NOT_POSSIBLE: &str = "Not possible now";
/// What there is to say about an address that leads nowhere.
pub const NO_SUCH_PAGE: &str = "The address may be mistyped, or the page is gone.";
/// A way on from there.
pub const GO_TO_YOUR_TASKS: &str = "Go to your tasks";

/// The heading in place of a page's own, by the HTTP status.
pub const fn refusal(status: u16) -> &'static str {
    match status {
        404 => "There is no page here",
        400..500 => "That can’t be done",
        _ => "Holdfast can’t answer now",
    }
}

/// The title of the tab with the contract.
pub const THE_API: &str = "The API";
/// The heading there; the version comes after it.
pub const API_OF_HOLDFAST: &str = "The API of Holdfast ";
/// Who the file is for that is named after it.
pub const FOR_MACHINES: &str = "For machines: ";
/// The file.
pub const OPENAPI_FILE: &str = "openapi.json";
/// What to know before reading on.
pub const API_LEAD: &str = " (OpenAPI 3.1). Every error is a problem document (RFC 9457) with a stable code.";
/// What an operation wants to see comes after it.
pub const NEEDS: &str = "Needs: ";
/// The schema of what an operation takes comes after it.
pub const BODY: &str = "Body:";
/// The statuses of an operation's errors come after it.
pub const ERRORS: &str = "Errors: ";
