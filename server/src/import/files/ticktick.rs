//! `TickTick`'s CSV of a backup: some lines about the file, then `Folder Name, List Name, Title, Kind, Tags, Content, …`.

use std::collections::HashMap;

use app::model::{Day, Priority};
use csv::ReaderBuilder;

use super::{FileOptions, Format, Item, Tasks, text_of};
use crate::import::values::{self, Moment, key};

/// Half a day in milliseconds.
const HALF_A_DAY: i64 = 43_200_000;

/// Reads a file.
pub fn read(bytes: &[u8], options: &FileOptions<'_>) -> Result<Tasks, String> {
    let mut reader = ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text_of(bytes)?.as_bytes());
    let mut columns: Option<HashMap<String, usize>> = None;
    let (mut items, mut titles) = (Vec::new(), HashMap::new());
    for record in reader.records() {
        let record = record.map_err(|error| format!("the file is no CSV: {error}"))?;
        let Some(columns) = &columns else {
            let names: HashMap<String, usize> = record.iter().enumerate().map(|(at, name)| (key(name), at)).collect();
            columns = (names.contains_key("listname") && names.contains_key("title")).then_some(names);
            continue;
        };
        let cell = |name: &str| columns.get(name).and_then(|at| record.get(*at)).unwrap_or_default().trim();
        let line = record.position().map_or(0, csv::Position::line);
        let item = task(&cell, line, options);
        titles.insert(cell("taskid").to_owned(), item.title.clone());
        items.push((item, cell("parentid").to_owned()));
    }
    if columns.is_none() {
        return Err("the file is no backup of TickTick: it has no columns List Name and Title".into());
    }
    let mut found = Tasks::default();
    for (mut item, parent) in items {
        if !parent.is_empty() {
            item.extra("subtask of", titles.get(&parent).cloned().unwrap_or(parent), false);
        }
        found.add(item, Format::TickTick, options);
    }
    Ok(found)
}

fn task<'a>(cell: &impl Fn(&str) -> &'a str, line: u64, options: &FileOptions<'_>) -> Item {
    let time = |name: &str| values::moment(&cell(name).into());
    let at = |name: &str| time(name).map(|moment| moment.at(options.zone));
    let created_at = at("createdtime");
    let id = cell("taskid");
    let mut item = Item {
        key: if id.is_empty() { [cell("createdtime"), cell("title"), cell("listname")].join("\n") } else { id.to_owned() },
        place: format!("line {line}"),
        title: cell("title").to_owned(),
        description: Some(cell("content").to_owned()),
        // 2 is that of one that was archived after it was done.
        completed: matches!(cell("status"), "1" | "2"),
        completed_at: at("completedtime"),
        created_at,
        priority: match cell("priority") {
            "1" => Priority::Low,
            "3" => Priority::Medium,
            "5" => Priority::High,
            _ => Priority::None,
        },
        tags: values::words(&cell("tags").into()).unwrap_or_default(),
        ..Item::default()
    };
    match (time("duedate"), values::truth(&cell("isallday").into())) {
        // It is midnight where the user was, within half a day of the one in UTC.
        (Some(Moment::At(at)), Some(true)) => item.due = Some(Day::of_millis(at.0 + HALF_A_DAY)),
        (Some(moment), _) => item.set_due(moment, options.zone),
        (None, _) => item.extra("due date", cell("duedate"), false),
    }
    if cell("startdate") != cell("duedate") {
        item.extra("start date", cell("startdate"), false);
    }
    for (name, column, is_word) in [
        ("folder", "foldername", true),
        ("list", "listname", true),
        ("column", "columnname", true),
        ("repeat", "repeat", false),
        ("reminder", "reminder", false),
    ] {
        if cell(column) != "Inbox" {
            item.extra(name, cell(column), is_word);
        }
    }
    item
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{options, without_place},
        *,
    };

    const FILE: &str = "\u{feff}\"Date: 2026-01-31+0000\"\n\"Version: 7.1\"\n\"Status: \n0 Normal\n1 Completed\n2 Archived\"\n\
        \"Folder Name\",\"List Name\",\"Title\",\"Kind\",\"Tags\",\"Content\",\"Is Check list\",\"Start Date\",\"Due Date\",\"Reminder\",\"Repeat\",\"Priority\",\"Status\",\"Created Time\",\"Completed Time\",\"Order\",\"Timezone\",\"Is All Day\",\"Is Floating\",\"Column Name\",\"Column Order\",\"View Mode\",\"taskId\",\"parentId\"\n\
        \"\",\"Inbox\",\"Buy milk\",\"TEXT\",\"home, shop\",\"two\",\"N\",\"2027-01-30T23:00:00+0000\",\"2027-01-30T23:00:00+0000\",\"\",\"\",\"5\",\"0\",\"2026-01-02T10:00:00+0000\",\"\",\"-1\",\"Europe/Berlin\",\"true\",\"false\",\"\",\"\",\"list\",\"1\",\"\"\n\
        \"Private\",\"Garden\",\"Water\",\"TEXT\",\"\",\"\",\"N\",\"\",\"2027-01-31T17:30:00+0000\",\"P0DT9H0M0S\",\"FREQ=DAILY\",\"1\",\"1\",\"2026-01-03T10:00:00+0000\",\"2026-02-03T10:00:00+0000\",\"-2\",\"Europe/Berlin\",\"false\",\"false\",\"\",\"\",\"list\",\"2\",\"1\"\n";

    #[test]
    fn a_backup_of_ticktick_is_read() {
        let found = read(FILE.as_bytes(), &options("ada", false)).expect("a file");
        let [milk, water] = &found.tasks[..] else { panic!("{found:?}") };
        let (milk, water) = (&milk.task, &water.task);
        assert_eq!(
            (&*milk.title, milk.priority, &milk.tags[..]),
            ("Buy milk", Priority::High, &["home".to_owned(), "shop".to_owned()][..])
        );
        assert_eq!(milk.due_date.map(|day| day.to_string()).as_deref(), Some("2027-01-31"), "midnight in Berlin");
        assert_eq!(milk.created_at.to_string(), "2026-01-02T10:00:00.000Z");
        assert_eq!((water.completed, water.completed_at.map(|at| at.to_string())), (true, Some("2026-02-03T10:00:00.000Z".into())));
        assert_eq!(water.due_date.map(|day| day.to_string()).as_deref(), Some("2027-01-31"));
        assert_eq!(without_place(&found), ["due time", "folder", "list", "repeat", "reminder", "subtask of"]);
        let kept = read(FILE.as_bytes(), &options("ada", true)).expect("a file");
        assert_eq!(kept.tasks[1].task.tags, ["Private", "Garden"]);
        assert!(kept.tasks[1].task.description.as_deref().is_some_and(|text| text.contains("subtask of: Buy milk")));
    }

    #[test]
    fn another_file_is_refused() {
        for file in ["", "a,b\n1,2\n", "TYPE,CONTENT\ntask,x\n"] {
            assert!(read(file.as_bytes(), &options("ada", false)).is_err(), "{file}");
        }
    }
}
