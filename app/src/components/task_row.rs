//! One task of the list. The server writes those of the first page; in the browser, new rows are copies of one that stands
//! in a `<template>`, filled in by `islands::board::row`.

use std::borrow::Cow;

use leptos::{prelude::*, tachys::html::InertElement};

use crate::{
    components::icon::Icon,
    model::{Day, ListQuery, Priority, Task},
    words,
};

/// How many rows stand in one group: the browser passes over groups that are out of sight.
pub const GROUP: usize = 25;

/// The rows in their groups, of which there is always one.
pub fn groups(tasks: &[Task], today: Day) -> impl IntoView + use<> {
    let groups = tasks.chunks(GROUP).chain(tasks.is_empty().then_some(tasks));
    groups
        .map(|tasks| {
            let mut html = String::with_capacity(tasks.len() * 1_536);
            html.push_str(r#"<ul aria-labelledby="heading">"#);
            for task in tasks {
                write(&mut html, task, today);
            }
            html.push_str("</ul>");
            InertElement::new(html)
        })
        .collect_view()
}

/// A row that a new task can be filled into.
pub fn blank() -> impl IntoView {
    let mut html = String::new();
    write(&mut html, &Task::default(), Day::MIN);
    InertElement::new(html)
}

/// Writes the row. Not as a view: of all that the server renders, this is what there are a hundred of on a page.
fn write(html: &mut String, task: &Task, today: Day) {
    let title = escaped(&task.title);
    let due = task.due_date.map(|day| format!(r#" datetime="{day}""#)).unwrap_or_default();
    let is_late = task.due_date.is_some_and(|day| day < today) && !task.completed;
    let has_meta = task.due_date.is_some() || task.priority != Priority::None || !task.tags.is_empty();
    let hidden = |is_hidden: bool| if is_hidden { " hidden" } else { "" };
    html.extend([
        r#"<li class="row"#,
        if task.completed { " done" } else { "" },
        r#"" data-id=""#,
        &escaped(&task.id),
        r#"" data-at=""#,
        &task.updated_at.0.to_string(),
        r#"" data-created=""#,
        &task.created_at.0.to_string(),
        r#"" data-position=""#,
        &escaped(&task.position),
        r#"" data-priority=""#,
        task.priority.as_str(),
        r#"" data-tags=""#,
        &escaped(&task.tags.join(",")),
        r#""><span class="grip" data-do="grip">"#,
        Icon::Grip.html(),
        r#"</span><label class="check"><input type="checkbox" autocomplete="off" aria-label=""#,
        &words::completed_box(&title),
        if task.completed { r#"" checked>"# } else { r#"">"# },
        r#"<span class="box">"#,
        Icon::Check.html(),
        r#"</span></label><div class="words"><span class="title" dir="auto">"#,
        &title,
        r#"</span><span class="note" dir="auto""#,
        hidden(task.description.is_none()),
        ">",
        &escaped(task.description.as_deref().unwrap_or_default()),
        r#"</span><span class="meta""#,
        hidden(!has_meta),
        r#"><span class="priority""#,
        hidden(task.priority == Priority::None),
        ">",
        words::priority(task.priority),
        r#"</span><time class="due"#,
        if is_late { " late" } else { "" },
        r#"""#,
        &due,
        hidden(task.due_date.is_none()),
        ">",
        &task.due_date.map(|day| words::due(day, today, task.completed)).unwrap_or_default(),
        r#"</time><span class="tags">"#,
    ]);
    for tag in &task.tags {
        html.extend([r#"<a class="tag" dir="auto" href=""#, &escaped(&tag_href(tag)), r#"">#"#, &escaped(tag), "</a>"]);
    }
    html.extend([
        r#"</span></span></div><div class="actions"><button class="bare" data-do="edit" aria-label=""#,
        &words::edit(&title),
        r#"">"#,
        Icon::Edit.html(),
        r#"</button><button class="bare" data-do="delete" aria-label=""#,
        &words::delete(&title),
        r#"">"#,
        Icon::Delete.html(),
        "</button></div></li>",
    ]);
}

/// A text as it stands in HTML, between tags or quotes.
fn escaped(text: &str) -> Cow<'_, str> {
    let special = |text: &str| text.bytes().position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"'));
    let Some(mut at) = special(text) else { return text.into() };
    let (mut html, mut rest) = (String::with_capacity(text.len() + 16), text);
    loop {
        let (before, after) = rest.split_at(at);
        html.push_str(before);
        let mut chars = after.chars();
        match chars.next() {
            Some('&') => html.push_str("&amp;"),
            Some('<') => html.push_str("&lt;"),
            Some('>') => html.push_str("&gt;"),
            Some(_) => html.push_str("&quot;"),
            None => return html.into(),
        }
        rest = chars.as_str();
        at = special(rest).unwrap_or(rest.len());
    }
}

/// The list of all tasks with a tag.
pub fn tag_href(tag: &str) -> String {
    format!("/tasks?{}", ListQuery { tag: Some(tag.to_owned()), ..ListQuery::default() }.to_query())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_typed_is_no_markup() {
        assert_eq!(escaped("plain – ü"), "plain – ü");
        assert_eq!(escaped(r#"<a b="c">&amp;'"#), "&lt;a b=&quot;c&quot;&gt;&amp;amp;'");
        assert_eq!(escaped("<"), "&lt;");
        let task = Task {
            title: "<i>".into(),
            description: Some("\"><script>".into()),
            tags: vec!["<b>".into(), "a&\"b".into()],
            ..Task::default()
        };
        let mut html = String::new();
        write(&mut html, &task, Day::MIN);
        for markup in ["<i>", "<script>", "<b>", "a&\"b"] {
            assert!(!html.contains(markup), "{markup} in {html}");
        }
        assert_eq!(html.matches("&lt;i&gt;").count(), 4, "{html}");
    }
}
