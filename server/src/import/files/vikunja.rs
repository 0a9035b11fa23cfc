//! Vikunja's archive of all data: `data.json` in it has the projects with their tasks.

use std::io::{Cursor, Read as _};

use app::model::Priority;
use serde_json::{Map, Value};
use zip::ZipArchive;

use super::{FileOptions, Format, Item, Tasks};
use crate::import::values::{self, Moment};

/// How deep projects may be in each other.
const DEPTH_MAX: usize = 32;

/// Reads a file.
pub fn read(bytes: &[u8], options: &FileOptions<'_>) -> Result<Tasks, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| "the file is no ZIP archive".to_owned())?;
    let data = archive.by_name("data.json").map_err(|_| "the archive is none of Vikunja: it has no data.json".to_owned())?;
    let mut json = Vec::new();
    data.take(options.unpacked_max + 1).read_to_end(&mut json).map_err(|error| format!("the archive is broken: {error}"))?;
    if json.len() as u64 > options.unpacked_max {
        return Err("the archive is larger than a person's tasks can be".into());
    }
    of_json(&json, options)
}

fn of_json(json: &[u8], options: &FileOptions<'_>) -> Result<Tasks, String> {
    let data: Value = serde_json::from_slice(json).map_err(|_| "data.json is no JSON".to_owned())?;
    let mut found = Tasks::default();
    projects(&data, options, &mut found, 0);
    Ok(found)
}

/// The tasks of projects, which are in each other, or in namespaces of older versions.
fn projects(value: &Value, options: &FileOptions<'_>, found: &mut Tasks, depth: usize) {
    let all = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    for project in all.iter().filter_map(Value::as_object) {
        let title = project.get("title").and_then(Value::as_str).unwrap_or_default();
        for value in project.get("tasks").and_then(Value::as_array).into_iter().flatten() {
            if let Some(members) = value.as_object() {
                found.add(task(members, title, options), Format::Vikunja, options);
            }
        }
        for name in ["projects", "lists", "child_projects"] {
            if let Some(inner) = project.get(name).filter(|inner| inner.is_array() && depth < DEPTH_MAX) {
                projects(inner, options, found, depth + 1);
            }
        }
    }
}

fn task(members: &Map<String, Value>, project: &str, options: &FileOptions<'_>) -> Item {
    let value = |name: &str| members.get(name).unwrap_or(&Value::Null);
    let text = |name: &str| value(name).as_str().unwrap_or_default();
    // Go writes a time that is not set as that of the year 1.
    let time = |name: &str| values::moment(value(name)).filter(|_| !text(name).starts_with("0001-"));
    let at = |name: &str| time(name).map(|moment: Moment| moment.at(options.zone));
    let id = value("id").to_string();
    let names = |list: &str, name: &str| -> Vec<String> {
        let all = value(list).as_array().into_iter().flatten();
        all.filter_map(|one| one.get(name)?.as_str()).map(str::to_owned).collect()
    };
    let importance = value("priority").as_i64().unwrap_or(0);
    let mut item = Item {
        place: format!("task {id}"),
        key: id,
        title: text("title").to_owned(),
        description: Some(of_html(text("description"))),
        completed: value("done").as_bool().unwrap_or(false),
        completed_at: at("done_at"),
        created_at: at("created"),
        updated_at: at("updated"),
        priority: match importance {
            0 => Priority::None,
            1 => Priority::Low,
            2 => Priority::Medium,
            _ => Priority::High,
        },
        tags: names("labels", "title"),
        ..Item::default()
    };
    if let Some(due) = time("due_date") {
        item.set_due(due, options.zone);
    }
    if importance > 3 {
        item.extra("priority", if importance == 4 { "urgent" } else { "do now" }, true);
    }
    if project != "Inbox" {
        item.extra("project", project, true);
    }
    for (name, list, member) in
        [("assigned to", "assignees", "username"), ("comment", "comments", "comment"), ("attachment", "attachments", "file_name")]
    {
        for one in names(list, member) {
            item.extra(name, of_html(&one), false);
        }
    }
    for name in ["start_date", "end_date"] {
        item.extra(&name.replace('_', " "), time(name).map(|_| text(name).to_owned()), false);
    }
    let reminders: Vec<_> = names("reminders", "reminder");
    item.extra("reminders", reminders.join(", "), false);
    if value("repeat_after").as_i64().unwrap_or(0) > 0 {
        item.extra("repeats after seconds", value("repeat_after").clone(), false);
    }
    item.extra("percent done", value("percent_done").clone(), false);
    let related = value("related_tasks").as_object().into_iter().flatten();
    for (kind, tasks) in related.filter_map(|(kind, tasks)| Some((kind, tasks.as_array()?))) {
        for title in tasks.iter().filter_map(|task| task.get("title")?.as_str()) {
            item.extra(kind, title, false);
        }
    }
    item
}

/// The text of what Vikunja's editor writes: paragraphs, lists, links. A text that is no HTML stays as it is.
fn of_html(html: &str) -> String {
    if !html.trim_start().starts_with('<') {
        return html.to_owned();
    }
    let (mut text, mut link): (_, Option<String>) = (String::new(), None);
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(&entities(before));
        let Some((tag, after)) = tag.split_once('>') else {
            // No tag at all.
            text.push('<');
            rest = tag;
            continue;
        };
        rest = after;
        match tag.split([' ', '/']).find(|name| !name.is_empty()).unwrap_or_default().to_ascii_lowercase().as_str() {
            "br" => text.push('\n'),
            "li" if !tag.starts_with('/') => text.push_str("- "),
            "p" | "li" | "div" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre" | "blockquote" | "ul" | "ol"
                if tag.starts_with('/') && !text.ends_with('\n') =>
            {
                text.push('\n');
            }
            "a" if tag.starts_with('/') => {
                if let Some(address) = link.take() {
                    text.extend(["](", address.as_str(), ")"]);
                }
            }
            "a" => {
                link = tag.split_once("href=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(address, _)| entities(address));
                if link.is_some() {
                    text.push('[');
                }
            }
            _ => {}
        }
    }
    text.push_str(&entities(rest));
    text.trim_end().to_owned()
}

fn entities(text: &str) -> String {
    let names = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&nbsp;", "\u{a0}"), ("&amp;", "&")];
    names.iter().fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::{
        super::tests::{options, without_place},
        *,
    };

    const DATA: &str = r#"[{"id": 1, "title": "Inbox", "tasks": [
        {"id": 7, "title": "Buy milk", "description": "<p>two &amp; <a href=\"https://a.b/?c=1&amp;d=2\">more</a></p><ul><li><p>oat</p></li></ul>",
         "done": false, "done_at": "0001-01-01T00:00:00Z", "due_date": "2027-01-31T00:00:00Z", "priority": 5, "labels": [{"title": "home"}],
         "created": "2026-01-02T10:00:00Z", "updated": "2026-01-03T10:00:00Z", "repeat_after": 86400, "percent_done": 0.5,
         "related_tasks": {"subtask": [{"title": "Open the fridge"}]}, "comments": [{"comment": "soon"}]}]},
        {"id": 2, "title": "Garden", "child_projects": [{"id": 3, "title": "Roses", "tasks": [
            {"id": 8, "title": "Water", "description": "plain < text", "done": true, "done_at": "2026-02-01T00:00:00Z", "due_date": "0001-01-01T00:00:00Z",
             "priority": 0, "labels": null, "created": "2026-01-02T11:00:00Z", "updated": "2026-02-01T00:00:00Z"}]}]}]"#;

    fn archive(name: &str, data: &str) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, SimpleFileOptions::default()).expect("a file");
        zip.write_all(data.as_bytes()).expect("room");
        zip.finish().expect("an archive").into_inner()
    }

    #[test]
    fn an_archive_of_vikunja_is_read() {
        let found = read(&archive("data.json", DATA), &options("ada", false)).expect("a file");
        let [milk, water] = &found.tasks[..] else { panic!("{found:?}") };
        let (milk, water) = (&milk.task, &water.task);
        assert_eq!(milk.description.as_deref(), Some("two & [more](https://a.b/?c=1&d=2)\n- oat"));
        assert_eq!(
            (milk.priority, &milk.tags[..], milk.due_date.map(|day| day.to_string())),
            (Priority::High, &["home".to_owned()][..], Some("2027-01-31".into()))
        );
        assert_eq!(
            (&*water.title, water.completed, water.due_date, water.description.as_deref()),
            ("Water", true, None, Some("plain < text"))
        );
        assert_eq!(water.completed_at.map(|at| at.to_string()).as_deref(), Some("2026-02-01T00:00:00.000Z"));
        assert_eq!(without_place(&found), ["priority", "comment", "repeats after seconds", "percent done", "subtask", "project"]);
    }

    #[test]
    fn another_file_is_refused() {
        let bomb = archive("data.json", &" ".repeat(2 * 1024 * 1024));
        for file in [bomb, b"".to_vec(), b"no archive".to_vec(), archive("other.json", "[]"), archive("data.json", "no JSON")] {
            assert!(read(&file, &options("ada", false)).is_err());
        }
    }
}
