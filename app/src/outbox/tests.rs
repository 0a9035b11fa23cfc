//! What the outbox promises: sentences about single rules, then any interleaving of changes, answers, events and reloads.

use super::*;

const DAY: i64 = 24 * 60 * 60 * 1000;

fn task(id: &str, title: &str, version: i64) -> Task {
    Task { id: id.into(), title: title.into(), position: format!("P{id}"), updated_at: Timestamp(version), ..Task::default() }
}

fn create(title: &str, position: &str) -> Change {
    Change::Create { task: NewTask { title: title.into(), position: Some(position.into()), ..NewTask::default() } }
}

fn title(title: &str) -> PutTask {
    PutTask { title: Some(title.into()), ..PutTask::default() }
}

fn description(text: &str) -> PutTask {
    PutTask { description: Some(Some(text.into())), ..PutTask::default() }
}

fn done() -> PutTask {
    PutTask { completed: Some(true), ..PutTask::default() }
}

/// A change typed over what is displayed.
fn typed(outbox: &Outbox, id: &str, changes: PutTask) -> Change {
    let base = PutTask::of(&outbox.displayed(id).expect("displayed"), &changes);
    Change::Update { changes, base, is_guarded: true }
}

/// A click.
fn clicked(outbox: &Outbox, id: &str, changes: PutTask) -> Change {
    let base = PutTask::of(&outbox.displayed(id).expect("displayed"), &changes);
    Change::Update { changes, base, is_guarded: false }
}

fn title_of(outbox: &Outbox, id: &str) -> Option<String> {
    outbox.displayed(id).map(|task| task.title)
}

fn keys(requests: &[Request]) -> Vec<&str> {
    requests.iter().map(|request| request.key.as_str()).collect()
}

fn take(outbox: &mut Outbox) -> Vec<Request> {
    outbox.take_sendable(5, 0).0
}

fn conflict_in(effects: &[Effect]) -> Option<(&[Field], Option<&Task>)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Conflict { fields, theirs, .. } => Some((fields.as_slice(), theirs.as_ref())),
        _ => None,
    })
}

#[test]
fn a_change_is_displayed_at_once_and_kept_until_it_is_confirmed() {
    let mut outbox = Outbox::new(vec![task("a", "Milk", 1)]);
    let change = typed(&outbox, "a", title("Bread"));
    let effects = outbox.push("k".into(), "a", change, 10);
    assert!(matches!(&effects[..], [Effect::Keep(entry), Effect::Show(id)] if entry.key == "k" && id == "a"));
    assert_eq!(title_of(&outbox, "a").as_deref(), Some("Bread"));
    assert_eq!(outbox.server("a").map(|task| task.title.as_str()), Some("Milk"));
    assert!(outbox.is_pending("a") && outbox.has_unsent() && outbox.waiting() == 1);

    let (requests, effects) = outbox.take_sendable(5, 10);
    assert_eq!(requests[0].if_match, Some(Timestamp(1)));
    assert!(matches!(&effects[..], [Effect::Keep(entry)] if entry.was_sent));
    assert!(!outbox.has_unsent() && outbox.waiting() == 0 && !outbox.is_empty());
    let effects = outbox.confirm("k", Some(task("a", "Bread", 2)));
    assert_eq!(effects[..2], [Effect::Forget("k".into()), Effect::Show("a".into())]);
    assert!(outbox.is_empty() && outbox.server("a").is_some_and(|task| task.updated_at == Timestamp(2)));
}

#[test]
fn changes_of_one_task_are_sent_one_after_the_other_and_no_more_than_the_limit_at_once() {
    let mut outbox = Outbox::new(vec![task("a", "A", 1), task("b", "B", 1), task("c", "C", 1)]);
    for (key, id) in [("1", "a"), ("2", "a"), ("3", "b"), ("4", "c")] {
        let change = clicked(&outbox, id, done());
        outbox.push(key.into(), id, change, 0);
    }
    assert_eq!(keys(&outbox.take_sendable(2, 0).0), ["1", "3"]);
    assert!(outbox.take_sendable(2, 0).0.is_empty());
    outbox.postpone("1");
    assert_eq!(keys(&outbox.take_sendable(2, 0).0), ["1"], "it is still the first of its task");
    outbox.confirm("1", Some(task("a", "A", 2)));
    assert_eq!(keys(&outbox.take_sendable(5, 0).0), ["2", "4"]);
}

#[test]
fn what_is_changed_in_a_task_that_is_being_created_goes_along_to_its_id() {
    let mut outbox = Outbox::default();
    outbox.push("1".into(), "new-1", create(" Milk ", "V"), 5);
    assert_eq!(outbox.displayed("new-1").map(|task| task.created_at), Some(Timestamp(5)));
    let change = typed(&outbox, "new-1", title("Bread"));
    outbox.push("2".into(), "new-1", change, 5);
    assert_eq!(keys(&take(&mut outbox)), ["1"]);

    let made = Task { position: "V".into(), ..task("a", "Milk", 1) };
    let effects = outbox.confirm("1", Some(made));
    assert!(effects.contains(&Effect::Rename { from: "new-1".into(), to: "a".into() }));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Keep(entry) if entry.key == "2" && entry.task_id == "a")));
    assert_eq!((title_of(&outbox, "new-1"), title_of(&outbox, "a").as_deref()), (None, Some("Bread")));
    let (requests, effects) = outbox.take_sendable(5, 0);
    assert_eq!((requests[0].task_id.as_str(), requests[0].if_match), ("a", Some(Timestamp(1))));
    assert_eq!(conflict_in(&effects), None, "the server trimmed the title: no one else changed it");
    // A handler that was bound to the row before.
    outbox.push("3".into(), "new-1", Change::Delete, 6);
    assert_eq!(outbox.displayed("a"), None);
}

#[test]
fn a_restore_takes_back_a_deletion_that_was_never_sent() {
    let mut outbox = Outbox::new(vec![task("a", "Milk", 1)]);
    outbox.push("1".into(), "a", Change::Delete, 0);
    assert_eq!(outbox.displayed("a"), None);
    let effects = outbox.push("2".into(), "a", Change::Restore, 0);
    assert_eq!(effects, [Effect::Forget("1".into()), Effect::Show("a".into())]);
    assert!(outbox.is_empty() && outbox.displayed("a").is_some());

    outbox.push("3".into(), "a", Change::Delete, 0);
    assert_eq!(keys(&take(&mut outbox)), ["3"]);
    outbox.postpone("3");
    outbox.push("4".into(), "a", Change::Restore, 0);
    assert!(outbox.displayed("a").is_some());
    assert_eq!(outbox.entries().len(), 2, "the server may have deleted it");
    assert_eq!(keys(&take(&mut outbox)), ["3"]);
    outbox.deleted("a");
    outbox.confirm("3", None);
    assert!(outbox.displayed("a").is_some(), "being restored");
    assert_eq!(keys(&take(&mut outbox)), ["4"]);
    outbox.confirm("4", Some(task("a", "Milk", 3)));
    assert_eq!(outbox.server("a").map(|task| task.updated_at), Some(Timestamp(3)));
}

#[test]
fn others_may_change_other_fields_meanwhile() {
    let mut outbox = Outbox::new(vec![task("a", "Milk", 1)]);
    let change = typed(&outbox, "a", title("Bread"));
    outbox.push("1".into(), "a", change, 0);
    take(&mut outbox);
    let theirs = Task { completed: true, ..task("a", "Milk", 2) };
    let effects = outbox.conflict("1", Some(theirs.clone()));
    assert!(matches!(&effects[..], [Effect::Keep(_), Effect::Show(_)]), "{effects:?}");
    assert_eq!(take(&mut outbox)[0].if_match, Some(Timestamp(2)));
    // The same by an event, before it is sent again.
    outbox.postpone("1");
    outbox.saved(Task { priority: crate::model::Priority::High, updated_at: Timestamp(3), ..theirs });
    let (requests, effects) = outbox.take_sendable(5, 0);
    assert_eq!((requests[0].if_match, effects), (Some(Timestamp(3)), vec![]));
}

#[test]
fn a_conflict_is_only_what_was_changed_in_both_and_is_handed_back_whole() {
    let mut outbox = Outbox::new(vec![task("a", "Milk", 1)]);
    let change = typed(&outbox, "a", PutTask { priority: Some(crate::model::Priority::Low), ..title("Bread") });
    outbox.push("1".into(), "a", change.clone(), 0);
    take(&mut outbox);
    let effects = outbox.conflict("1", Some(task("a", "Cheese", 2)));
    let Some(Effect::Conflict { entry, fields, theirs }) = effects.last() else { panic!("{effects:?}") };
    assert_eq!((&entry.change, &fields[..], theirs.as_ref()), (&change, &[Field::Title][..], Some(&task("a", "Cheese", 2))));
    assert_eq!(effects[0], Effect::Forget("1".into()));
    assert_eq!(title_of(&outbox, "a").as_deref(), Some("Cheese"));
    // Known before it is sent: no request is needed.
    let change = typed(&outbox, "a", title("Butter"));
    outbox.push("2".into(), "a", change, 0);
    outbox.saved(task("a", "Eggs", 3));
    let (requests, effects) = outbox.take_sendable(5, 0);
    assert!(requests.is_empty() && conflict_in(&effects).is_some_and(|(fields, _)| fields == [Field::Title]), "{effects:?}");
    assert!(outbox.is_empty());
}

#[test]
fn a_change_whose_answer_was_lost_is_confirmed_by_what_the_task_has() {
    let mut outbox = Outbox::new(vec![task("a", "Milk", 1)]);
    let change = typed(&outbox, "a", title("Bread "));
    outbox.push("1".into(), "a", change, 0);
    let change = typed(&outbox, "a", title("Butter"));
    outbox.push("2".into(), "a", change, 0);
    take(&mut outbox);
    let effects = outbox.conflict("1", Some(task("a", "Bread", 2)));
    assert!(matches!(effects.last(), Some(Effect::Confirmed { .. })), "{effects:?}");
    let (requests, effects) = outbox.take_sendable(5, 0);
    assert_eq!((requests[0].if_match, conflict_in(&effects)), (Some(Timestamp(2)), None));
}

#[test]
fn a_click_overwrites_what_others_did_and_is_sent_without_a_version() {
    let mut outbox = Outbox::new(vec![task("a", "Milk", 1)]);
    let change = clicked(&outbox, "a", done());
    outbox.push("1".into(), "a", change, 7);
    outbox.saved(Task { completed: true, ..task("a", "Milk", 2) });
    outbox.saved(task("a", "Milk", 3));
    assert_eq!(outbox.displayed("a").and_then(|task| task.completed_at), Some(Timestamp(7)));
    let (requests, effects) = outbox.take_sendable(5, 0);
    assert_eq!((requests[0].if_match, conflict_in(&effects)), (None, None));
}

#[test]
fn line_ends_are_no_difference() {
    let server = Task { description: Some("one\r\ntwo".into()), ..task("a", "Milk", 1) };
    let mut outbox = Outbox::new(vec![server.clone()]);
    let change = Change::Update { changes: description("one\ntwo\nthree"), base: description("one\ntwo"), is_guarded: true };
    outbox.push("1".into(), "a", change, 0);
    let (requests, effects) = outbox.take_sendable(5, 0);
    assert_eq!((requests.len(), conflict_in(&effects)), (1, None));
    let effects = outbox.conflict("1", Some(Task { completed: true, updated_at: Timestamp(2), ..server }));
    assert_eq!(conflict_in(&effects), None);
}

#[test]
fn what_was_typed_into_a_task_that_is_deleted_meanwhile_is_handed_back() {
    let mut outbox = Outbox::new(vec![task("a", "Milk", 1)]);
    let change = typed(&outbox, "a", title("Bread"));
    outbox.push("1".into(), "a", change, 0);
    assert_eq!(outbox.deleted("a"), [Effect::Show("a".into())]);
    assert_eq!(outbox.displayed("a"), None);
    take(&mut outbox);
    assert_eq!(conflict_in(&outbox.conflict("1", None)), Some((&[Field::Title][..], None)));
    // A deletion of what is gone is done.
    outbox.push("2".into(), "a", Change::Delete, 0);
    assert!(matches!(outbox.conflict("2", None).last(), Some(Effect::Confirmed { .. })));
}

#[test]
fn a_change_of_a_task_that_the_page_does_not_know_is_compared_before_it_is_written() {
    let mut outbox = Outbox::default();
    let entry = Entry {
        key: "1".into(),
        task_id: "a".into(),
        change: Change::Update { changes: title("Bread"), base: title("Milk"), is_guarded: true },
        made_at: 0,
        was_sent: false,
        in_flight: true,
    };
    assert_eq!(outbox.adopt(vec![entry]), [Effect::Show("a".into())]);
    assert_eq!(take(&mut outbox)[0].if_match, Some(NO_VERSION), "never the version of a task: the answer is 412");
    outbox.conflict("1", Some(task("a", "Milk", 4)));
    assert_eq!(take(&mut outbox)[0].if_match, Some(Timestamp(4)));
}

#[test]
fn a_task_that_is_being_created_is_displayed_once_whatever_is_told_of_it() {
    let mut outbox = Outbox::default();
    outbox.push("1".into(), "new-1", create("Milk", "V"), 0);
    take(&mut outbox);
    let made = Task { position: "V".into(), ..task("a", "Milk", 1) };
    assert_eq!(outbox.saved(made.clone()), []);
    assert_eq!(outbox.load(vec![made.clone()]), []);
    // Others change it before the answer is here, even its place.
    assert_eq!(outbox.saved(Task { position: "W".into(), ..task("a", "Cheese", 2) }), []);
    assert_eq!((outbox.displayed("a"), outbox.displayed("new-1").is_some()), (None, true));
    outbox.confirm("1", Some(made));
    assert_eq!((title_of(&outbox, "a").as_deref(), outbox.displayed("new-1")), (Some("Cheese"), None));
    // One at the same place that turns out to be another is displayed after all.
    outbox.push("2".into(), "new-2", create("Bread", "W"), 0);
    take(&mut outbox);
    outbox.saved(Task { position: "W".into(), ..task("b", "Theirs", 1) });
    assert_eq!(outbox.displayed("b"), None);
    let effects = outbox.confirm("2", Some(Task { position: "W".into(), ..task("c", "Bread", 2) }));
    assert!(effects.contains(&Effect::Show("b".into())) && outbox.displayed("b").is_some());
}

#[test]
fn what_arrives_late_does_not_bring_a_deleted_task_back() {
    let mut outbox = Outbox::new(vec![task("a", "Milk", 1), task("b", "Bread", 1)]);
    let change = clicked(&outbox, "a", done());
    outbox.push("1".into(), "a", change, 0);
    take(&mut outbox);
    outbox.saved(task("a", "Milk", 2));
    outbox.deleted("a");
    outbox.confirm("1", Some(task("a", "Milk", 2)));
    assert_eq!(outbox.displayed("a"), None, "the answer is of the time before");
    outbox.deleted("z");
    outbox.load(vec![task("a", "Milk", 2), task("z", "Never seen", 1)]);
    assert_eq!((outbox.displayed("a"), outbox.displayed("z")), (None, None), "the page was read before");
    assert_eq!(outbox.saved(task("a", "Milk", 4)), [Effect::Show("a".into())], "restored");
    // An own deletion, before the events of what came before it.
    outbox.push("2".into(), "b", Change::Delete, 0);
    take(&mut outbox);
    outbox.confirm("2", None);
    assert_eq!(outbox.saved(task("b", "Bread", 1)), []);
}

#[test]
fn a_task_restored_by_others_before_the_answer_to_its_deletion_stays() {
    let mut outbox = Outbox::new(vec![task("a", "Milk", 1)]);
    outbox.push("1".into(), "a", Change::Delete, 0);
    take(&mut outbox);
    outbox.deleted("a");
    outbox.saved(task("a", "Milk", 3));
    outbox.confirm("1", None);
    assert!(outbox.displayed("a").is_some());
}

#[test]
fn events_after_that_of_a_deletion_are_newer_than_it() {
    let mut outbox = Outbox::new(vec![task("a", "Milk", 1)]);
    outbox.push("1".into(), "a", Change::Delete, 0);
    take(&mut outbox);
    outbox.confirm("1", None);
    outbox.push("2".into(), "a", Change::Restore, 0);
    take(&mut outbox);
    outbox.confirm("2", Some(task("a", "Milk", 3)));
    // Both events come after both answers.
    outbox.deleted("a");
    outbox.saved(task("a", "Milk", 3));
    assert!(outbox.displayed("a").is_some());
}

#[test]
fn a_create_older_than_the_kept_keys_is_looked_for_before_it_is_sent_again() {
    let mut outbox = Outbox::default();
    outbox.push("1".into(), "new-1", create("Milk", "V"), 0);
    assert!(!outbox.take_sendable(5, 2 * DAY).0[0].must_check, "it was never sent");
    outbox.postpone("1");
    assert!(!outbox.take_sendable(5, DAY / 2).0[0].must_check);
    outbox.postpone("1");
    assert!(outbox.take_sendable(5, DAY).0[0].must_check);
}

#[test]
fn a_refused_change_is_taken_back_and_with_a_create_all_that_was_typed_into_it() {
    let mut outbox = Outbox::new(vec![task("a", "Milk", 1)]);
    for (key, text) in [("1", "Bread"), ("2", "Butter")] {
        let change = typed(&outbox, "a", title(text));
        outbox.push(key.into(), "a", change, 0);
    }
    take(&mut outbox);
    let effects = outbox.reject("1", Problem::default());
    assert!(matches!(effects.last(), Some(Effect::Rejected { entry, .. }) if entry.key == "1"));
    let (requests, effects) = outbox.take_sendable(5, 0);
    assert_eq!((keys(&requests), conflict_in(&effects)), (vec!["2"], None), "it was made over one's own");

    outbox.push("3".into(), "new-1", create("Eggs", "V"), 0);
    let change = typed(&outbox, "new-1", description("Six"));
    outbox.push("4".into(), "new-1", change, 0);
    let rejected = |effects: Vec<Effect>| effects.into_iter().filter(|effect| matches!(effect, Effect::Rejected { .. })).count();
    assert_eq!(rejected(outbox.reject("3", Problem::default())), 2);
    assert_eq!(outbox.displayed("new-1"), None);
}

#[test]
fn entries_outlive_the_page_in_their_order() {
    let mut outbox = Outbox::default();
    outbox.push("b".into(), "new-1", create("Milk", "V"), 5);
    outbox.push("a".into(), "new-1", Change::Update { changes: title("Bread"), base: title("Milk"), is_guarded: true }, 5);
    let clear = PutTask { description: Some(None), due_date: Some(None), ..PutTask::default() };
    outbox.push("c".into(), "x", Change::Update { changes: clear.clone(), base: clear, is_guarded: false }, 4);
    outbox.push("d".into(), "y", Change::Delete, 4);
    outbox.push("e".into(), "y", Change::Restore, 4);
    take(&mut outbox);
    let mut kept: Vec<_> = outbox.entries().iter().map(|entry| serde_json::to_string(entry).expect("JSON")).collect();
    assert!(kept[0].contains(r#""change":{"create":{"task":{"title":"Milk""#), "{}", kept[0]);
    kept.reverse();
    let mut next = Outbox::default();
    next.adopt(kept.iter().map(|json| serde_json::from_str(json).expect("an entry")).collect());
    let expected: Vec<_> = outbox.entries().iter().map(|entry| Entry { in_flight: false, ..entry.clone() }).collect();
    assert_eq!(next.entries(), expected);
    assert_eq!(next.adopt(expected), [], "they are there already");
}

#[test]
fn a_replaced_list_forgets_what_is_not_in_it_but_for_pending_changes() {
    let mut outbox = Outbox::new(vec![task("a", "Milk", 3), task("b", "Bread", 1), task("c", "Eggs", 1)]);
    let change = clicked(&outbox, "b", done());
    outbox.push("1".into(), "b", change, 0);
    outbox.forget_all_but(|id| id == "a");
    outbox.load(vec![task("a", "Older", 2)]);
    assert_eq!(title_of(&outbox, "a").as_deref(), Some("Milk"));
    assert_eq!((outbox.displayed("b").is_some(), outbox.displayed("c")), (true, None));
    assert_eq!(outbox.ids().collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn an_answer_of_the_time_before_a_deletion_is_known_as_such_after_the_list_was_replaced() {
    let mut outbox = Outbox::default();
    outbox.push("1".into(), "new-1", create("Milk", "V"), 0);
    take(&mut outbox);
    let made = Task { position: "V".into(), ..task("a", "Milk", 1) };
    outbox.saved(made.clone());
    outbox.forget_all_but(|_| false);
    outbox.deleted("a");
    outbox.forget_all_but(|_| false);
    outbox.confirm("1", Some(made));
    assert_eq!(outbox.displayed("a"), None);
}

#[test]
fn what_is_typed_over_a_task_that_an_event_deleted_is_not_sent_with_the_version_of_another_text() {
    let mut outbox = Outbox::new(vec![task("a", "Milk", 1)]);
    let change = typed(&outbox, "a", title("Bread"));
    outbox.push("1".into(), "a", change, 0);
    outbox.saved(task("a", "Cheese", 2));
    outbox.deleted("a");
    assert_eq!(take(&mut outbox)[0].if_match, Some(NO_VERSION));
}

mod any_interleaving {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::model::Priority;

    /// How many interleavings are tried: a few seconds. It has held for 20,000.
    const SEEDS: u64 = 200;

    /// The same pseudo-random numbers for each seed.
    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 >> 33).unwrap_or(0) % limit
        }

        fn one_in(&mut self, count: usize) -> bool {
            self.below(count) == 0
        }

        fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
            (!from.is_empty()).then(|| from[self.below(from.len())].clone())
        }
    }

    #[derive(Clone)]
    enum Event {
        Saved(Task),
        Deleted(String),
    }

    #[derive(Clone)]
    enum Answer {
        Done(Option<Task>),
        Changed,
        Missing,
        Invalid,
        /// What a read found after [`Self::Changed`].
        Read(Option<Task>),
    }

    /// The texts of a change that cannot be had again: each is typed once.
    fn texts(change: &Change) -> Vec<String> {
        let (title, description) = match change {
            Change::Create { task } => (Some(&task.title), None),
            Change::Update { changes, .. } => (changes.title.as_ref(), changes.description.as_ref().and_then(Option::as_ref)),
            Change::Delete | Change::Restore => (None, None),
        };
        let first_word = |text: &String| text.split_whitespace().next().unwrap_or_default().to_owned();
        title.into_iter().chain(description).map(first_word).collect()
    }

    /// What the contract says of the server.
    #[derive(Default)]
    struct Server {
        now: i64,
        tasks: BTreeMap<String, Task>,
        trash: BTreeMap<String, Task>,
        /// By idempotency key: the answer, and when it was given.
        answers: BTreeMap<String, (Task, i64)>,
        /// How many tasks were made with each key.
        made: BTreeMap<String, usize>,
        events: Vec<Event>,
        /// All that was ever written.
        written: BTreeSet<String>,
    }

    impl Server {
        fn save(&mut self, task: Task) -> Answer {
            self.tasks.insert(task.id.clone(), task.clone());
            self.events.push(Event::Saved(task.clone()));
            Answer::Done(Some(task))
        }

        fn handle(&mut self, request: &Request) -> Answer {
            self.now += 1;
            let now = Timestamp(self.now);
            if texts(&request.change).iter().any(|text| text.starts_with("bad")) {
                return Answer::Invalid;
            }
            match &request.change {
                Change::Create { task: new } => {
                    if let Some((task, at)) = self.answers.get(&request.key)
                        && self.now - at < DAY
                    {
                        return Answer::Done(Some(task.clone()));
                    }
                    let new = new.clone().validate().expect("valid");
                    let task = Task {
                        id: format!("task-{}", self.now),
                        user_id: "user".into(),
                        title: new.title,
                        position: new.position.expect("a position"),
                        created_at: now,
                        updated_at: now,
                        ..Task::default()
                    };
                    self.written.extend(texts(&request.change));
                    self.answers.insert(request.key.clone(), (task.clone(), self.now));
                    *self.made.entry(request.key.clone()).or_default() += 1;
                    self.save(task)
                }
                Change::Update { changes, base, .. } => {
                    let Some(mut task) = self.tasks.get(&request.task_id).cloned() else { return Answer::Missing };
                    if request.if_match.is_some_and(|version| version != task.updated_at) {
                        return Answer::Changed;
                    }
                    if request.if_match.is_some() {
                        let current = PutTask::of(&task, changes);
                        for field in changes.fields() {
                            let is_seen = is_same(base, &current, field) || is_same(changes, &current, field);
                            assert!(is_seen, "overwrites what was not seen: {request:?} {task:?}");
                        }
                    }
                    changes.clone().validate().expect("valid").apply(&mut task);
                    task.completed_at = task.completed.then(|| task.completed_at.unwrap_or(now));
                    self.written.extend(texts(&request.change));
                    self.save(Task { updated_at: now, ..task })
                }
                Change::Delete => {
                    let Some(task) = self.tasks.remove(&request.task_id) else { return Answer::Missing };
                    self.trash.insert(task.id.clone(), task);
                    self.events.push(Event::Deleted(request.task_id.clone()));
                    Answer::Done(None)
                }
                Change::Restore => match (self.trash.remove(&request.task_id), self.tasks.get(&request.task_id)) {
                    (Some(task), _) => self.save(Task { updated_at: now, ..task }),
                    (None, Some(task)) => Answer::Done(Some(task.clone())),
                    (None, None) => Answer::Missing,
                },
            }
        }
    }

    struct World {
        random: Random,
        server: Server,
        outbox: Outbox,
        /// What the browser stores, by key.
        storage: BTreeMap<String, String>,
        /// What the page shows: drawn again only when an effect says so.
        shown: BTreeMap<String, Task>,
        /// Requests of this page, and their answers.
        in_flight: Vec<(Request, Option<Answer>)>,
        /// Requests that were given up and may still arrive.
        late: Vec<Request>,
        /// How many events this page has read.
        read: usize,
        /// Pages of the list on their way.
        pages: Vec<Vec<Task>>,
        /// Keys of creates that an earlier page sent.
        sent_before: BTreeSet<String>,
        typed: BTreeSet<String>,
        handed_back: BTreeSet<String>,
        number: usize,
        may_forget: bool,
    }

    impl World {
        fn new(seed: u64) -> Self {
            Self {
                random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
                server: Server { now: 1_000, ..Server::default() },
                outbox: Outbox::default(),
                storage: BTreeMap::new(),
                shown: BTreeMap::new(),
                in_flight: Vec::new(),
                late: Vec::new(),
                read: 0,
                pages: Vec::new(),
                sent_before: BTreeSet::new(),
                typed: BTreeSet::new(),
                handed_back: BTreeSet::new(),
                number: 0,
                may_forget: seed.is_multiple_of(3),
            }
        }

        fn next(&mut self, name: &str) -> String {
            self.number += 1;
            format!("{name}{}", self.number)
        }

        /// A new text; some the server refuses.
        fn text(&mut self) -> String {
            let name = if self.random.one_in(12) { "bad" } else { "text" };
            let word = self.next(name);
            // As people type: the server trims titles, and HTML changes line ends.
            if self.random.one_in(3) { format!(" {word} \r\n") } else { word }
        }

        fn perform(&mut self, effects: Vec<Effect>) {
            for effect in effects {
                match effect {
                    Effect::Keep(entry) => drop(self.storage.insert(entry.key.clone(), serde_json::to_string(&entry).expect("JSON"))),
                    Effect::Forget(key) => assert!(self.storage.remove(&key).is_some(), "{key} was not kept"),
                    Effect::Show(id) => match self.outbox.displayed(&id) {
                        Some(task) => drop(self.shown.insert(id, task)),
                        None => drop(self.shown.remove(&id)),
                    },
                    Effect::Rename { from, .. } => drop(self.shown.remove(&from)),
                    Effect::Confirmed { .. } => {}
                    Effect::Rejected { entry, .. } | Effect::Conflict { entry, .. } => self.handed_back.extend(texts(&entry.change)),
                }
            }
        }

        /// What holds after each step.
        fn check(&self) {
            let displayed = self.displayed();
            assert_eq!(self.shown, displayed, "not everything was shown");
            let kept: BTreeMap<_, _> =
                self.outbox.entries().iter().map(|entry| (entry.key.clone(), serde_json::to_string(entry).expect("JSON"))).collect();
            assert_eq!(self.storage, kept, "not everything was kept");
            for entry in self.outbox.entries() {
                let (Change::Create { task: new }, Some((made, _))) = (&entry.change, self.server.answers.get(&entry.key)) else {
                    continue;
                };
                let is_shown = |task: &Task| Some(&task.position) == new.position.as_ref();
                assert!(!displayed.get(&made.id).is_some_and(is_shown), "a task that is being created is shown twice");
            }
        }

        fn displayed(&self) -> BTreeMap<String, Task> {
            let ids: Vec<_> = self.outbox.ids().collect();
            assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{ids:?}");
            ids.into_iter().filter_map(|id| Some((id.to_owned(), self.outbox.displayed(id)?))).collect()
        }

        fn push(&mut self, task_id: &str, change: Change) {
            self.typed.extend(texts(&change));
            let key = self.next("key");
            let effects = self.outbox.push(key, task_id, change, self.server.now);
            self.perform(effects);
        }

        fn fields(&mut self) -> (PutTask, bool) {
            let text = self.text();
            let position = self.next("P");
            let mut changes = match self.random.below(6) {
                0 | 1 => title(&text),
                2 => description(&text),
                3 => PutTask { completed: Some(self.random.one_in(2)), ..PutTask::default() },
                4 => PutTask { priority: Some(Priority::High), ..PutTask::default() },
                _ => PutTask { position: Some(position), ..PutTask::default() },
            };
            if self.random.one_in(4) {
                changes.priority = self.random.pick(Priority::EACH);
            }
            let is_guarded = changes.title.is_some() || changes.description.is_some();
            (changes, is_guarded)
        }

        /// A person at this page.
        fn act(&mut self) {
            let ids: Vec<_> = self.shown.keys().cloned().collect();
            match self.random.below(8) {
                0..3 => {
                    let (title, position, id) = (self.text(), self.next("N"), self.next("new-"));
                    self.push(&id, create(&title, &position));
                }
                3..6 => {
                    let Some(id) = self.random.pick(&ids) else { return };
                    let (changes, is_guarded) = self.fields();
                    let mut base = PutTask::of(&self.shown[&id], &changes);
                    // As HTML has it.
                    if let Some(Some(text)) = &mut base.description {
                        *text = text.replace("\r\n", "\n");
                    }
                    self.push(&id, Change::Update { changes, base, is_guarded });
                }
                6 => {
                    let Some(id) = self.random.pick(&ids) else { return };
                    self.push(&id, Change::Delete);
                }
                _ => {
                    let deleted: Vec<_> = self.server.trash.keys().cloned().collect();
                    let pending = self.outbox.entries().iter().filter(|entry| entry.change == Change::Delete);
                    let pending: Vec<_> = pending.map(|entry| entry.task_id.clone()).collect();
                    let from = if self.random.one_in(2) { deleted } else { pending };
                    let Some(id) = self.random.pick(&from) else { return };
                    self.push(&id, Change::Restore);
                }
            }
        }

        /// Another client.
        fn others_act(&mut self) {
            let ids: Vec<_> = self.server.tasks.keys().cloned().collect();
            let deleted: Vec<_> = self.server.trash.keys().cloned().collect();
            let (task_id, change) = match self.random.below(8) {
                0 => {
                    // Two offline devices may have chosen the same place.
                    let position = |entry: &Entry| match &entry.change {
                        Change::Create { task } => task.position.clone(),
                        _ => None,
                    };
                    let pending: Vec<_> = self.outbox.entries().iter().filter_map(position).collect();
                    let same = self.random.pick(&pending).filter(|_| self.random.one_in(3));
                    let position = same.unwrap_or_else(|| self.next("N"));
                    let title = self.next("theirs");
                    (Some(String::new()), create(&title, &position))
                }
                1 => (self.random.pick(&ids), Change::Delete),
                2 => (self.random.pick(&deleted), Change::Restore),
                3 => {
                    if let Some(id) = self.random.pick(&deleted) {
                        self.server.trash.remove(&id);
                    }
                    return;
                }
                _ => {
                    let changes = self.fields().0;
                    (self.random.pick(&ids), Change::Update { changes, base: PutTask::default(), is_guarded: false })
                }
            };
            let Some(task_id) = task_id else { return };
            let request = Request { key: self.next("other"), task_id, change, if_match: None, must_check: false };
            self.server.handle(&request);
        }

        fn send(&mut self) {
            let (requests, effects) = self.outbox.take_sendable(1 + self.random.below(5), self.server.now);
            self.perform(effects);
            for request in requests {
                let found = self.server.answers.get(&request.key).map(|(made, _)| made.clone()).filter(|_| request.must_check);
                if let Some(made) = found {
                    let task = self.server.tasks.get(&made.id).cloned().unwrap_or(made);
                    self.confirm(&request.key, Some(task));
                } else {
                    self.in_flight.push((request, None));
                }
            }
        }

        /// After a create that an earlier page sent, the task is read: it may have been deleted before this page was drawn, and
        /// then the answer is still that of the first time, and no event tells.
        fn confirm(&mut self, key: &str, task: Option<Task>) {
            let made = task.as_ref().map(|task| task.id.clone()).filter(|_| self.sent_before.contains(key));
            let effects = self.outbox.confirm(key, task);
            self.perform(effects);
            if let Some(id) = made.filter(|id| !self.server.tasks.contains_key(id)) {
                let effects = self.outbox.deleted(&id);
                self.perform(effects);
            }
        }

        /// A request arrives, once or twice.
        fn arrive(&mut self) {
            let waiting: Vec<_> = (0..self.in_flight.len()).filter(|&at| self.in_flight[at].1.is_none()).collect();
            let Some(at) = self.random.pick(&waiting) else { return };
            let request = self.in_flight[at].0.clone();
            let first = self.server.handle(&request);
            let second = self.random.one_in(4).then(|| self.server.handle(&request));
            self.in_flight[at].1 = Some(second.filter(|_| self.random.one_in(2)).unwrap_or(first));
        }

        fn answer(&mut self) {
            let answered: Vec<_> = (0..self.in_flight.len()).filter(|&at| self.in_flight[at].1.is_some()).collect();
            let Some(at) = self.random.pick(&answered) else { return };
            let (request, answer) = self.in_flight.remove(at);
            let key = &request.key;
            let problem = |status| Problem { status, ..Problem::default() };
            let is_deletion = request.change == Change::Delete;
            let effects = match answer.expect("it is answered") {
                Answer::Changed => {
                    let read = self.server.tasks.get(&request.task_id).cloned();
                    self.in_flight.push((request, Some(Answer::Read(read))));
                    return;
                }
                Answer::Done(task) => return self.confirm(key, task),
                Answer::Read(theirs) => self.outbox.conflict(key, theirs),
                Answer::Missing if is_deletion || matches!(request.change, Change::Update { .. }) => self.outbox.conflict(key, None),
                Answer::Missing => self.outbox.reject(key, problem(404)),
                Answer::Invalid => self.outbox.reject(key, problem(422)),
            };
            self.perform(effects);
        }

        /// The connection breaks: no answer comes, whether or not the request arrived or will.
        fn lose(&mut self) {
            if self.in_flight.is_empty() {
                return;
            }
            let at = self.random.below(self.in_flight.len());
            let (request, answer) = self.in_flight.remove(at);
            self.outbox.postpone(&request.key);
            if answer.is_none() && self.random.one_in(2) {
                self.late.push(request);
            }
        }

        fn read_event(&mut self) {
            let Some(event) = self.server.events.get(self.read).cloned() else { return };
            self.read += 1;
            let effects = match event {
                Event::Saved(task) => self.outbox.saved(task),
                Event::Deleted(id) => self.outbox.deleted(&id),
            };
            self.perform(effects);
        }

        fn list(&self) -> Vec<Task> {
            self.server.tasks.values().cloned().collect()
        }

        /// The page is opened again: what was in flight may have arrived, or still will.
        fn reload(&mut self) {
            for (request, answer) in std::mem::take(&mut self.in_flight) {
                if answer.is_none() && self.random.one_in(2) {
                    self.late.push(request);
                }
            }
            self.pages.clear();
            self.read = self.server.events.len().saturating_sub(self.random.below(6));
            let sent = |entry: &&Entry| entry.was_sent && matches!(entry.change, Change::Create { .. });
            self.sent_before.extend(self.outbox.entries().iter().filter(sent).map(|entry| entry.key.clone()));
            self.outbox = Outbox::new(self.list());
            self.outbox.adopt(self.storage.values().map(|json| serde_json::from_str(json).expect("an entry")).collect());
            self.shown = self.displayed();
        }

        fn step(&mut self) {
            match self.random.below(40) {
                0..7 => self.act(),
                7..12 => self.others_act(),
                12..18 => self.send(),
                18..23 => self.arrive(),
                23..28 => self.answer(),
                28 | 29 => self.lose(),
                30..35 => self.read_event(),
                // The stream is read again from an earlier place.
                35 => self.read = self.read.saturating_sub(self.random.below(6)),
                36 => {
                    let late = if self.late.is_empty() { return } else { self.late.remove(0) };
                    self.server.handle(&late);
                }
                37 if self.may_forget && self.random.one_in(2) => {
                    let list: Vec<_> = self.list().into_iter().filter(|_| !self.random.one_in(3)).collect();
                    self.pages.clear();
                    self.outbox.forget_all_but(|id| list.iter().any(|task| task.id == id));
                    let effects = self.outbox.load(list);
                    self.shown = self.displayed();
                    self.perform(effects);
                }
                37 => self.pages.push(self.list()),
                38 => {
                    if let Some(page) = self.pages.pop() {
                        let effects = self.outbox.load(page);
                        self.perform(effects);
                    }
                }
                _ if self.random.one_in(3) => self.reload(),
                _ if self.random.one_in(4) => {
                    // A day passes. No request takes that long.
                    self.late.clear();
                    while !self.in_flight.is_empty() {
                        self.lose();
                    }
                    self.late.clear();
                    self.server.now += DAY + 1;
                }
                _ => {}
            }
        }

        /// Everything that is on its way arrives.
        fn settle(&mut self) {
            for request in std::mem::take(&mut self.late) {
                self.server.handle(&request);
            }
            while let Some(page) = self.pages.pop() {
                let effects = self.outbox.load(page);
                self.perform(effects);
            }
            for _ in 0..10_000 {
                self.send();
                self.arrive();
                self.answer();
                self.read_event();
                self.check();
                if self.outbox.is_empty() && self.read == self.server.events.len() {
                    break;
                }
            }
            if self.may_forget {
                let effects = self.outbox.load(self.list());
                self.perform(effects);
            }
        }
    }

    #[test]
    fn of_changes_answers_events_and_reloads_ends_as_the_server_has_it_and_loses_no_text() {
        let (mut conflicts, mut checked) = (0, 0);
        for seed in 1..=SEEDS {
            let mut world = World::new(seed);
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                for _ in 0..120 {
                    world.step();
                    world.check();
                }
                world.settle();
                assert!(world.outbox.is_empty(), "left: {:?}", world.outbox.entries());
                assert_eq!(world.displayed(), world.server.tasks);
                assert_eq!(world.shown, world.server.tasks);
                for text in &world.typed {
                    assert!(world.server.written.contains(text) || world.handed_back.contains(text), "{text} is lost");
                }
                assert!(world.server.made.values().all(|&count| count == 1), "{:?}", world.server.made);
            }));
            assert!(outcome.is_ok(), "seed {seed}");
            conflicts += world.handed_back.iter().filter(|text| text.starts_with("text")).count();
            checked += world.typed.len();
        }
        // That the model does what the test is about.
        assert!(checked > 2_000 && conflicts > 100, "{checked} {conflicts}");
    }
}
