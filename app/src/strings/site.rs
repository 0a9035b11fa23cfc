//! The frame of every page, and the public pages: the front page, the API documentation, errors.

use crate::model::Priority;

/// The name of the product.
pub const BRAND: &str = "Holdfast";
/// The description for search engines.
pub const SITE_DESCRIPTION: &str = "A quiet task list for you and the programs you write. One binary that is yours to host.";
/// The link that skips the header for keyboard users.
pub const SKIP: &str = "Skip to the content";

/// The title of the tab with the first page.
pub const HOME_TITLE: &str = "Holdfast: a quiet list of what you have to do";
/// Its heading.
pub const HOME_HEADING: &str = "A quiet list of what you have to do";
/// The sentence below: what it is, and for whom.
pub const HOME_LEAD: &str =
    "For you, and for the programs you write. Type a line, and Holdfast reads the day, the tags and the priority out of it.";
/// The accessible description of the sample list.
pub const SAMPLE_NAME: &str = "An example: a line is typed, and becomes a task with its day, tag and priority in a list of others.";
/// The line that types itself there: each word, and whether it is a token. The animation in the style depends on their lengths.
pub const SAMPLE_LINE: [(&str, bool); 6] =
    [("Call", false), ("the", false), ("bank", false), ("tomorrow", true), ("#money", true), ("!high", true)];
/// The button beside the line.
pub const SAMPLE_ADD: &str = "Add";

/// A task of the sample list.
#[derive(Debug, Clone, Copy)]
pub struct SampleTask {
    /// The title.
    pub title: &'static str,
    /// The note; may be empty.
    pub note: &'static str,
    /// The priority.
    pub priority: Priority,
    /// The due date; may be empty.
    pub due: &'static str,
    /// Its tag; may be empty.
    pub tag: &'static str,
    /// Whether it is done.
    pub is_done: bool,
}

/// The sample list; the first task is the one that was typed.
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
/// The accessible name of the claims.
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
/// Before the link to the API.
pub const FOR_PROGRAMS: &str = "For the programs you write: ";
/// The link to the API.
pub const API_LINK: &str = "the API, with every route and every error";

/// The title of the page for 404.
pub const NOT_FOUND: &str = "Not found";
/// The title of the page for other errors.
pub const NOT_POSSIBLE: &str = "Not possible now";
/// The text of the page for 404.
pub const NO_SUCH_PAGE: &str = "The address may be mistyped, or the page is gone.";
/// The link to the list.
pub const GO_TO_YOUR_TASKS: &str = "Go to your tasks";

/// The heading of an error page, by the HTTP status.
pub const fn error_heading(status: u16) -> &'static str {
    match status {
        404 => "There is no page here",
        400..500 => "That can’t be done",
        _ => "Holdfast can’t answer now",
    }
}

/// The title of the API documentation.
pub const THE_API: &str = "The API";
/// The heading there, followed by the version.
pub const API_OF_HOLDFAST: &str = "The API of Holdfast ";
/// Before the link to the OpenAPI file.
pub const FOR_MACHINES: &str = "For machines: ";
/// The link to it.
pub const OPENAPI_FILE: &str = "openapi.json";
/// After the link.
pub const API_LEAD: &str = " (OpenAPI 3.1). Every error is a problem document (RFC 9457) with a stable code.";
/// Followed by the authentication that an operation needs.
pub const NEEDS: &str = "Needs: ";
/// Followed by the schema of the request body.
pub const BODY: &str = "Body:";
/// Followed by the statuses of the errors.
pub const ERRORS: &str = "Errors: ";
