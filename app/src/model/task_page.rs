//! The data of the page `/tasks`.

use serde::{Deserialize, Serialize};

use super::{Counts, Day, ListQuery, Task, Timestamp, UtcOffset};

/// What the page of the tasks shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaskPage {
    /// Whose list it is.
    pub user_id: String,
    /// Their name or e-mail.
    pub shown_name: String,
    /// Which tasks it holds, in which order.
    pub query: ListQuery,
    /// What day it is where the person is, as far as the server knows.
    pub today: Day,
    /// How far the clock is ahead of UTC there, as far as the server knows.
    pub utc_offset: UtcOffset,
    /// When all this was read.
    pub now: Timestamp,
    /// The first of them.
    pub tasks: Vec<Task>,
    /// Query string of the API's next page, if there are more.
    pub next: Option<String>,
    /// How many tasks there are, in this list or not.
    pub counts: Counts,
}
