//! What is around every page, and the pages for everybody: the first one, the API, what there is not.

use crate::model::Priority;

/// The name of all this.
pub const BRAND: &str = "Holdfast";
/// What search engines say about it.
pub const SITE_DESCRIPTION: &str = "A quiet task list for you and the programs you write. One binary that is yours to host.";
/// Past the top of the page, for who uses the keyboard.
pub const SKIP: &str = "Skip to the content";

/// The title of the tab with the first page.
pub const HOME_TITLE: &str = "Holdfast: a quiet list of what you have to do";
/// Its heading.
pub const HOME_HEADING: &str = "A quiet list of what you have to do";
/// The sentence below: what it is, and for whom.
pub const HOME_LEAD: &str =
    "For you, and for the programs you write. Type a line, and Holdfast reads the day, the tags and the priority out of it.";
/// What the list shows that stands there.
pub const SAMPLE_NAME: &str = "An example: a line is typed, and becomes a task with its day, tag and priority in a list of others.";
/// What is typed there, word by word, and whether it is understood as more than a word. The style times it by their lengths.
pub const SAMPLE_LINE: [(&str, bool); 6] =
    [("Call", false), ("the", false), ("bank", false), ("tomorrow", true), ("#money", true), ("!high", true)];
/// The button beside it.
pub const SAMPLE_ADD: &str = "Add";

/// A task of the list that is shown there.
#[derive(Debug, Clone, Copy)]
pub struct SampleTask {
    /// What is to be done.
    pub title: &'static str,
    /// More of it; may be empty.
    pub note: &'static str,
    /// How much it matters.
    pub priority: Priority,
    /// When it is due; may be empty.
    pub due: &'static str,
    /// Its tag; may be empty.
    pub tag: &'static str,
    /// Whether it is done.
    pub is_done: bool,
}

/// The list, what was typed first.
pub const SAMPLE: [SampleTask; 5] = [
    SampleTask { title: "Call the bank", note: "", priority: Priority::High, due: "Tomorrow", tag: "#money", is_done: false },
    SampleTask {
        title: "Ask Nadia about the lease",
        note: "She is back today",
        priority: Priority::None,
        due: "Today",
        tag: "",
        is_done: false,
    },
    SampleTask { title: "Book the train to Porto", note: "", priority: Priority::Medium, due: "Friday", tag: "#travel", is_done: false },
    SampleTask { title: "Order paper, A4 and A5", note: "", priority: Priority::None, due: "", tag: "#office", is_done: false },
    SampleTask { title: "Send the photos to Grandpa", note: "", priority: Priority::None, due: "", tag: "#family", is_done: true },
];
/// What the claims are.
pub const CLAIMS_NAME: &str = "What you can count on";
/// Each with its heading.
pub const CLAIMS: [(&str, &str); 3] = [
    ("Yours to host", "One binary holds the pages, the accounts and the database. Start it, and nothing else has to be installed."),
    (
        "Opens before scripts",
        "Your list is in the page when it arrives. Adding, ticking and signing in work before a script has run, or without one. This page has none.",
    ),
    ("Leaves with you", "All your tasks, and all that is kept about you, are one JSON file. Take it whenever you like."),
];
/// Who may want to know of the API.
pub const FOR_PROGRAMS: &str = "For the programs you write: ";
/// What leads to it.
pub const API_LINK: &str = "the API, with every route and every error";

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
