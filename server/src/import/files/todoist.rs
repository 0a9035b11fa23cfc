//! Todoist's CSV of a project: `TYPE, CONTENT, DESCRIPTION, PRIORITY, INDENT, AUTHOR, RESPONSIBLE, DATE, DATE_LANG, TIMEZONE …`
//! (todoist.com/help, "Import or export a project as a CSV file"). It has the tasks that are not done, without their ids.

use std::collections::HashMap;

use app::model::{Day, Priority};
use csv::{ReaderBuilder, StringRecord};

use super::{FileOptions, Format, Item, Tasks, text_of};
use crate::import::values::{self, Moment, key};

/// Reads a file.
pub fn read(bytes: &[u8], options: &FileOptions<'_>) -> Result<Tasks, String> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text_of(bytes)?.as_bytes());
    let broken = |error: csv::Error| format!("the file is no CSV: {error}");
    let columns: HashMap<String, usize> = reader.headers().map_err(broken)?.iter().enumerate().map(|(at, name)| (key(name), at)).collect();
    if !columns.contains_key("type") || !columns.contains_key("content") {
        return Err("the file is no CSV of Todoist: it has no columns TYPE and CONTENT".into());
    }
    let mut found = Tasks::default();
    let mut section = String::new();
    // The titles of the tasks above, by their indent.
    let mut parents: Vec<String> = Vec::new();
    // Tasks that are alike in everything are told apart by their number.
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut item: Option<Item> = None;
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |name: &str| columns.get(name).and_then(|at| record.get(*at)).unwrap_or_default().trim();
        match cell("type").to_lowercase().as_str() {
            "task" => {
                found.extend(item.take(), options);
                let indent = cell("indent").parse().unwrap_or(1_usize).clamp(1, parents.len() + 1);
                parents.truncate(indent - 1);
                let next = task(&record, &columns, &section, parents.last(), options);
                parents.push(next.title.clone());
                let number = seen.entry(next.key.clone()).or_default();
                *number += 1;
                item = Some(Item { key: format!("{}\n{number}", next.key), place: format!("line {line}"), ..next });
            }
            "section" => cell("content").clone_into(&mut section),
            "note" => match &mut item {
                Some(item) => item.extra("comment", cell("content"), false),
                None => found.unread(format!("line {line}"), "note", cell("content")),
            },
            // Empty lines, and how the project is shown.
            "" | "meta" => {}
            other => found.unread(format!("line {line}"), other, cell("content")),
        }
    }
    found.extend(item, options);
    Ok(found)
}

impl Tasks {
    fn extend(&mut self, item: Option<Item>, options: &FileOptions<'_>) {
        if let Some(item) = item {
            self.add(item, Format::Todoist, options);
        }
    }
}

fn task(
    record: &StringRecord,
    columns: &HashMap<String, usize>,
    section: &str,
    parent: Option<&String>,
    options: &FileOptions<'_>,
) -> Item {
    let cell = |name: &str| columns.get(name).and_then(|at| record.get(*at)).unwrap_or_default().trim();
    let (title, tags) = labels(cell("content"));
    let mut item = Item {
        key: [cell("content"), cell("description"), section, parent.map_or("", |parent| parent)].join("\n"),
        title,
        description: Some(cell("description").to_owned()),
        priority: match cell("priority") {
            "1" => Priority::High,
            "2" => Priority::Medium,
            "3" => Priority::Low,
            _ => Priority::None,
        },
        tags,
        ..Item::default()
    };
    for (name, other) in [("date", "deadline"), ("deadline", "deadline")] {
        let text = cell(name);
        match date(text) {
            Some(moment) if item.due.is_none() => item.set_due(moment, options.zone),
            _ => item.extra(if name == "date" { "date" } else { other }, text, false),
        }
    }
    item.extra("section", section, true);
    item.extra("subtask of", parent.cloned(), false);
    item.extra("responsible", cell("responsible"), false);
    item.extra("duration", format!("{} {}", cell("duration"), cell("durationunit")).trim(), false);
    item
}

/// A title without the labels at its end, and these.
fn labels(content: &str) -> (String, Vec<String>) {
    let mut words: Vec<&str> = content.split(' ').collect();
    let mut tags = Vec::new();
    while words.len() > 1
        && let Some(label) = words.last().and_then(|word| word.strip_prefix('@')).filter(|label| !label.is_empty())
    {
        tags.insert(0, label.to_owned());
        words.pop();
    }
    (words.join(" "), tags)
}

/// How the names of the months begin.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A date with its year: as a number, or as `31 Jan 2027` and `Jan 31 2027`. A date that comes again is none.
fn date(text: &str) -> Option<Moment> {
    if let Some(moment) = values::moment(&text.into()) {
        return Some(moment);
    }
    let text = text.to_lowercase().replace(',', " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let [one, two, year] = words[..] else { return None };
    let month_of = |word: &str| MONTHS.iter().position(|month| word.len() >= 3 && word.starts_with(month));
    let (month, day) = month_of(one).map(|month| (month, two)).or_else(|| month_of(two).map(|month| (month, one)))?;
    let year: i32 = year.parse().ok().filter(|year| *year > 999)?;
    Day::of_civil(year, i32::try_from(month).ok()? + 1, day.parse().ok()?).map(Moment::Day)
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{options, without_place},
        *,
    };

    const FILE: &str = "\u{feff}TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE,DURATION,DURATION_UNIT,DEADLINE,DEADLINE_LANG\n\
        meta,view_style=list,,,,,,,,,,,,\n\
        task,Buy milk @home @shop,\"two, or\nthree\",1,1,Ada (1),,2027-01-31,en,UTC,,,,\n\
        note,Oat milk,,,,Ada (1),,,,,,,,\n\
        ,,,,,,,,,,,,,\n\
        section,Garden,,,,,,,,,,,,\n\
        task,Water,,4,1,Ada (1),Bob (2),every day,en,UTC,15,minute,,\n\
        task,mail @ada about it,,3,2,Ada (1),,31 Jan 2027,en,UTC,,,2027-02-01,en\n\
        task,mail @ada about it,,3,2,Ada (1),,31 Jan 2027,en,UTC,,,2027-02-01,en\n\
        task,,,1,1,,,,,,,,,\n";

    #[test]
    fn a_project_of_todoist_is_read() {
        let found = read(FILE.as_bytes(), &options("ada", false)).expect("a file");
        let titles: Vec<_> = found.tasks.iter().map(|task| &*task.task.title).collect();
        assert_eq!(titles, ["Buy milk", "Water", "mail @ada about it", "mail @ada about it"]);
        assert_eq!((found.read, found.refused.len()), (5, 1), "one has no title");
        let milk = &found.tasks[0].task;
        assert_eq!((&milk.tags[..], milk.description.as_deref()), (&["home".to_owned(), "shop".to_owned()][..], Some("two, or\nthree")));
        assert_eq!((milk.priority, milk.due_date.map(|day| day.to_string())), (Priority::High, Some("2027-01-31".into())));
        assert_eq!(found.tasks[2].task.due_date.map(|day| day.to_string()), Some("2027-01-31".into()));
        assert_eq!(without_place(&found)[..5], ["comment", "date", "section", "responsible", "duration"]);
        let ids: std::collections::BTreeSet<_> = found.tasks.iter().map(|task| task.task.id.clone()).collect();
        assert_eq!(ids.len(), 4, "those that are alike are two");
        let again = read(FILE.as_bytes(), &options("ada", false)).expect("a file");
        assert!(again.tasks.iter().all(|task| ids.contains(&task.task.id)));
    }

    #[test]
    fn what_has_no_place_is_kept_where_that_is_asked_for() {
        let found = read(FILE.as_bytes(), &options("ada", true)).expect("a file");
        assert_eq!(found.tasks[0].task.description.as_deref(), Some("two, or\nthree\n\ncomment: Oat milk"));
        let water = &found.tasks[1].task;
        assert_eq!(water.tags, ["Garden"]);
        assert_eq!(water.description.as_deref(), Some("date: every day\nresponsible: Bob (2)\nduration: 15 minute"));
        assert!(found.tasks[2].task.description.as_deref().is_some_and(|text| text.contains("subtask of: Water")));
    }

    #[test]
    fn another_file_is_refused() {
        for file in ["", "a,b\n1,2\n", "{}"] {
            assert!(read(file.as_bytes(), &options("ada", false)).is_err(), "{file}");
        }
        assert!(read(&[0xff, 0xfe, 0], &options("ada", false)).is_err());
    }
}
