//! The data of the page, beside the board. Not among the props of the island: in an attribute they would be escaped, and a third
//! longer. They stand in a `<script type="application/json">`, which the browser reads when it hydrates.

use leptos::{prelude::*, tachys::html::InertElement};

use crate::model::TaskPage;

/// The id of the element that holds the page's data.
const DATA: &str = "task-page";

/// JSON as it can stand in a `<script>`: nothing in it ends or begins an element (HTML, section 4.12.1.3).
fn json_in_html(page: &TaskPage) -> String {
    serde_json::to_string(page).unwrap_or_default().replace('<', "\\u003c")
}

/// The element that holds the data of the page.
pub fn data_script(page: &TaskPage) -> InertElement {
    InertElement::new(format!(r#"<script type="application/json" id="{DATA}">{}</script>"#, json_in_html(page)))
}

/// The data of the page: on the server from the context.
#[cfg(feature = "ssr")]
pub fn task_page() -> Option<TaskPage> {
    use_context()
}

/// The data of the page: in the browser from the document.
#[cfg(not(feature = "ssr"))]
pub fn task_page() -> Option<TaskPage> {
    serde_json::from_str(&document().get_element_by_id(DATA)?.text_content()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Counts, Day, ListQuery, Task, Timestamp, UtcOffset};

    #[test]
    fn what_a_task_says_ends_no_script() {
        let task = Task { title: "</script><script>alert(1)<!--".into(), ..Task::default() };
        let page = TaskPage {
            user_id: String::new(),
            shown_name: String::new(),
            query: ListQuery::default(),
            today: Day::MIN,
            utc_offset: UtcOffset::default(),
            now: Timestamp(0),
            tasks: vec![task],
            next: None,
            counts: Counts::default(),
        };
        let json = json_in_html(&page);
        assert!(!json.contains('<'), "{json}");
        let read: TaskPage = serde_json::from_str(&json).expect("the same page");
        assert_eq!(read.tasks, page.tasks);
    }
}
