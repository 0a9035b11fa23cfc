//! The download of the account page: one JSON object with the user and the tasks. The list that the API answers is read too.

use app::model::Task;
use serde_json::Value;

use super::{FileOptions, Format, Tasks, id_of, text_of};
use crate::import::{
    model::SourceTask,
    read::Draft,
    report::{Entry, Kind, Reason},
};

/// Reads a file.
pub fn read(bytes: &[u8], options: &FileOptions<'_>) -> Result<Tasks, String> {
    let data: Value = serde_json::from_str(text_of(bytes)?).map_err(|_| "the file is no JSON".to_owned())?;
    let all = data.get("tasks").unwrap_or(&data).as_array().ok_or("the file is no download of an account: it has no tasks")?;
    let mut found = Tasks::default();
    for (at, value) in all.iter().enumerate() {
        found.read += 1;
        let place = value.get("id").and_then(Value::as_str).map_or_else(|| format!("task {}", at + 1), str::to_owned);
        let Ok(task) = serde_json::from_value::<Task>(value.clone()) else {
            found.refuse(Entry::new(Kind::Task, place, Reason::NotReadable).of(options.owner));
            continue;
        };
        // All others get ids of their own: theirs may be those of another user's tasks, and whether they are is not to be learned.
        let is_own = options.known_ids.contains_key(&task.id);
        let id = if is_own { task.id.clone() } else { id_of(Format::Json, options.owner, &task.id) };
        let mut taken = Task { id, user_id: options.owner.to_owned(), title: String::new(), description: None, tags: Vec::new(), ..task };
        let mut draft = Draft { entries: Vec::new(), extras: Vec::new(), keep_extra: options.keep_extra, id: &place, owner: options.owner };
        match draft.finish(&mut taken, &task.title, task.description, task.tags) {
            Ok(()) => {
                found.entries.extend(draft.entries);
                found.tasks.push(SourceTask { task: taken, is_dated: true, order: None });
            }
            Err(entry) => found.refuse(entry),
        }
    }
    let deleted = data.get("deletedTasks").and_then(Value::as_array).into_iter().flatten();
    for id in deleted.filter_map(|deleted| deleted.get("task")?.get("id")?.as_str()) {
        found.read += 1;
        found.refuse(Entry::new(Kind::Task, id, Reason::DeletedThere).of(options.owner));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use app::model::Priority;
    use serde_json::json;

    use super::{super::tests::options, *};

    fn file() -> Value {
        let task = |id: &str, title: &str| {
            json!({ "id": id, "user_id": "ada", "title": title, "description": "two\n", "completed": true, "due_date": "2027-01-31",
                    "priority": "low", "tags": ["home"], "position": "a1", "completed_at": "2026-01-03T10:00:00.000Z",
                    "created_at": "2026-01-02T10:00:00.000Z", "updated_at": "2026-01-03T10:00:00.000Z" })
        };
        json!({
            "exportedAt": "2026-01-04T10:00:00.000Z", "user": { "id": "ada" }, "tasks": [task("x", "Buy milk"), task("y", ""), { "id": "z" }],
            "deletedTasks": [{ "deletedAt": "2026-01-04T10:00:00.000Z", "task": task("w", "gone") }],
        })
    }

    #[test]
    fn a_download_of_an_account_is_read_with_everything_in_it() {
        let found = read(file().to_string().as_bytes(), &options("ada", false)).expect("a file");
        assert_eq!((found.read, found.tasks.len()), (4, 1));
        assert_eq!(found.refused, [Reason::NotReadable, Reason::NotReadable, Reason::DeletedThere]);
        let expected: Task = serde_json::from_value(file()["tasks"][0].clone()).expect("a task");
        assert_eq!((&found.tasks[0].task, expected.priority), (&expected, Priority::Low));
    }

    #[test]
    fn tasks_of_another_account_get_ids_of_their_own() {
        let found = read(file()["tasks"].to_string().as_bytes(), &options("bob", false)).expect("a file");
        let task = &found.tasks[0].task;
        assert_eq!((task.user_id.as_str(), task.id.len()), ("bob", 36));
    }

    #[test]
    fn another_file_is_refused() {
        for file in ["", "{}", "{\"tasks\": 3}", "3", "no JSON"] {
            assert!(read(file.as_bytes(), &options("ada", false)).is_err(), "{file}");
        }
    }
}
