//! Whoever watches sees what happens to their tasks: all of it, in order, and nobody else's.

use std::time::{Duration, Instant};

use app::model::Day;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use server::{db::On, sql};
use sqlx::AssertSqlSafe;
use tokio::time::timeout;

use crate::support::{PASSWORD, Person, SECRET, Send as _, Server, eventually, jwt};

/// What a client that was cut off sends.
const LAST_EVENT_ID: &str = "last-event-id";

/// A server that listens to others, if its database can tell of any: before, what it tells may come twice.
async fn start() -> Server {
    let server = Server::start().await;
    listen(&server, 1).await;
    server
}

/// Waits until so many processes on this server's database listen.
pub(super) async fn listen(server: &Server, count: i64) {
    let On::Postgres(pool) = server.state.db.read() else { return };
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    eventually(async || sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await.unwrap() == count).await;
}

pub(super) fn events(server: &Server, person: &Person<'_>) -> RequestBuilder {
    server.request(Method::GET, &format!("/api/{}/events", person.id)).bearer_auth(&person.token)
}

/// One event, as it arrived.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) id: i64,
    kind: String,
    pub(super) data: Value,
}

impl Event {
    fn parse(text: &str) -> Option<Self> {
        // Comments keep the connection alive.
        let lines: Vec<_> = text.lines().filter(|line| !line.starts_with(':')).collect();
        if lines.is_empty() {
            return None;
        }
        let found = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let field = |name: &str| found(name).unwrap();
        // Counts are nothing to go on from.
        Some(Self {
            id: found("id").map_or(0, |id| id.parse().unwrap()),
            kind: field("event").into(),
            data: serde_json::from_str(field("data")).unwrap(),
        })
    }

    /// Its kind, with the title of a task that was saved or the id of one that was deleted.
    pub(super) fn shown(&self) -> String {
        let about = self.data["title"].as_str().or(self.data["id"].as_str()).unwrap_or_default();
        format!("{} {about}", self.kind).trim().to_owned()
    }
}

/// An open stream.
pub(super) struct Stream {
    response: Response,
    read: Vec<u8>,
}

impl Stream {
    /// Opens one, up to the `ready` with which each begins; its id too.
    pub(super) async fn begin(request: RequestBuilder) -> (Self, i64) {
        let response = request.send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (200, &"text/event-stream; charset=utf-8".parse().unwrap())
        );
        let mut stream = Self { response, read: Vec::new() };
        let first = stream.next().await.unwrap();
        assert_eq!((first.kind.as_str(), &first.data), ("ready", &json!({})));
        (stream, first.id)
    }

    pub(super) async fn of(person: &Person<'_>) -> Self {
        Self::begin(events(person.server, person)).await.0
    }

    /// One that goes on from an event.
    async fn after(person: &Person<'_>, id: impl ToString) -> Self {
        Self::begin(events(person.server, person).header(LAST_EVENT_ID, id.to_string())).await.0
    }

    /// The next event; `None` where the stream was ended in order.
    pub(super) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.read.windows(2).position(|pair| pair == b"\n\n") {
                let text: Vec<_> = self.read.drain(..end + 2).collect();
                match Event::parse(std::str::from_utf8(&text).unwrap()) {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            let chunk = timeout(Duration::from_secs(10), self.response.chunk()).await.expect("something happens");
            match chunk.expect("the stream is not cut") {
                Some(chunk) => self.read.extend(chunk),
                None => return None,
            }
        }
    }

    pub(super) async fn shows(&mut self) -> String {
        self.next().await.expect("the stream goes on").shown()
    }

    /// Whether it ends; what is on its way may arrive before.
    pub(super) async fn ends(&mut self) {
        while self.next().await.is_some() {}
    }

    /// Reads on until there was an event like this.
    pub(super) async fn goes_on_to(&mut self, shown: &str) {
        while self.shows().await != shown {}
    }
}

pub(super) async fn delete(person: &Person<'_>, id: &str) {
    assert_eq!(person.request(Method::DELETE, &format!("/{id}")).answer().await.status, 204);
}

/// Makes tasks without telling anybody, as another process would that cannot tell.
pub(super) async fn add_in_silence(server: &Server, person: &Person<'_>, name: &str, count: usize) {
    let (user, now) = (&person.id, server.state.clock.now().0);
    let sql = format!(
        "INSERT INTO tasks (id, user_id, title, title_key, completed, created_at, updated_at)
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
         SELECT '{user} {name} ' || n, '{user}', '{name} ' || n, '{name} ' || n, FALSE, {now}, {now} FROM numbers"
    );
    assert_eq!(sql!(execute server.state.db.write(), AssertSqlSafe(sql)).unwrap(), count as u64);
}

#[tokio::test]
async fn what_happens_to_a_task_arrives_as_it_happens() {
    let server = start().await;
    let ada = server.person("Ada").await;
    let answer = events(&server, &ada).send().await.unwrap();
    assert_eq!(
        (answer.headers()["cache-control"].to_str().unwrap(), &answer.headers()["x-accel-buffering"]),
        ("no-store", &"no".parse().unwrap())
    );
    assert!(!answer.headers()["x-request-id"].is_empty());
    let (mut stream, ready) = Stream::begin(events(&server, &ada)).await;
    assert_eq!(ready, server.state.clock.now().0);

    let body =
        json!({ "title": "data: 🦀", "description": "data: x\n\nevent: y\r\nid: 1\r\u{2028}", "due_date": "2027-01-31", "tags": ["a"] });
    let made = ada.call(Method::POST, "", &body).await;
    let path = format!("/{}", made.json["id"].as_str().unwrap());
    let mut last = ready;
    let mut arrives = async |kind: &str, data: &Value| {
        let event = stream.next().await.unwrap();
        assert_eq!((event.kind.as_str(), &event.data), (kind, data));
        assert!(event.id >= last, "{} after {last}", event.id);
        last = event.id;
    };
    arrives("saved", &made.json).await;
    for (method, rest, body) in [
        (Method::PUT, "", json!({ "title": "changed", "priority": "high" })),
        (Method::PUT, "", json!({ "position": "m" })),
        (Method::PATCH, "/complete", json!({ "completed": true })),
        (Method::PATCH, "/complete", json!({})),
    ] {
        let changed = ada.call(method, &format!("{path}{rest}"), &body).await;
        arrives("saved", &changed.json).await;
    }
    server.advance(Duration::from_secs(1));
    delete(&ada, &path[1..]).await;
    arrives("deleted", &json!({ "id": path[1..] })).await;
    let back = ada.request(Method::POST, &format!("{path}/restore")).answer().await;
    arrives("saved", &back.json).await;
}

#[tokio::test]
async fn what_did_not_happen_is_not_told() {
    let server = start().await;
    let ada = server.person("Ada").await;
    let create = async || {
        let request = ada.request(Method::POST, "").header("idempotency-key", "k").json(&json!({ "title": "once" }));
        assert_eq!(request.answer().await.status, 201);
    };
    create().await;
    let id = ada.add("one").await;
    let path = format!("/{id}");
    let mut stream = Stream::of(&ada).await;
    create().await;
    ada.call(Method::POST, "", &json!({ "title": "" })).await.is_problem(422, "VALIDATION_ERROR");
    ada.call(Method::PUT, &path, &json!({ "title": "x", "tags": [""] })).await.is_problem(422, "VALIDATION_ERROR");
    for (method, body) in [(Method::PUT, json!({ "title": "x" })), (Method::DELETE, Value::Null)] {
        let refused = ada.request(method, &path).header("if-match", "\"x\"").json(&body).answer().await;
        refused.is_problem(412, "PRECONDITION_FAILED");
    }
    assert_eq!(ada.request(Method::POST, &format!("{path}/restore")).answer().await.status, 200);
    ada.add("told").await;
    assert_eq!(stream.shows().await, "saved told");
}

#[tokio::test]
async fn nobody_hears_of_somebody_elses_tasks() {
    let server = start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let begun = server.state.clock.now().0;
    let mut live = Stream::of(&bob).await;
    server.advance(Duration::from_mins(1));
    let (hers, _) = (ada.add("hers").await, ada.add("hers too").await);
    ada.call(Method::PUT, &format!("/{hers}"), &json!({ "title": "still hers" })).await;
    delete(&ada, &hers).await;
    bob.add("his").await;
    assert_eq!(live.shows().await, "saved his");
    let mut resumed = Stream::after(&bob, begun).await;
    assert_eq!(resumed.shows().await, "saved his");
    bob.add("his too").await;
    for stream in [&mut live, &mut resumed] {
        assert_eq!(stream.shows().await, "saved his too");
    }
}

#[tokio::test]
async fn who_proves_nothing_hears_nothing() {
    let server = start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let path = format!("/api/{}/events", ada.id);
    let request = || server.request(Method::GET, &path);
    request().answer().await.is_problem(401, "UNAUTHORIZED");
    request().header("cookie", &ada.cookie).answer().await.is_problem(401, "UNAUTHORIZED");
    request().bearer_auth("x").answer().await.is_problem(401, "INVALID_TOKEN");
    request().bearer_auth(&bob.token).answer().await.is_problem(403, "FORBIDDEN");
    request().header("authorization", "Bearer").answer().await.is_problem(400, "INVALID_REQUEST");
    // What may be a token in the address of other services is none here.
    server.get(&format!("{path}?access_token={0}&token={0}", ada.token)).await.is_problem(401, "UNAUTHORIZED");
    server.request(Method::POST, &path).bearer_auth(&ada.token).answer().await.is_problem(405, "METHOD_NOT_ALLOWED");
}

#[tokio::test]
async fn who_was_away_gets_what_was_missed_and_goes_on_from_there() {
    let server = start().await;
    let ada = server.person("Ada").await;
    let mut ids = Vec::new();
    for title in ["changed", "deleted", "put back", "deleted for good", "stays"] {
        ids.push(ada.add(title).await);
    }
    server.advance(Duration::from_mins(1));
    let mut before = Stream::of(&ada).await;
    let seen = ada.add("seen").await;
    let last = before.next().await.unwrap();
    assert_eq!(last.data["id"], seen.as_str());
    drop(before);
    let step = || server.advance(Duration::from_secs(10));
    step();
    ada.call(Method::PUT, &format!("/{}", ids[0]), &json!({ "title": "changed first" })).await;
    step();
    delete(&ada, &ids[1]).await;
    delete(&ada, &ids[2]).await;
    step();
    ada.add("new").await;
    step();
    ada.request(Method::POST, &format!("/{}/restore", ids[2])).answer().await;
    step();
    ada.call(Method::PUT, &format!("/{}", ids[0]), &json!({ "title": "changed again" })).await;
    step();
    delete(&ada, &ids[3]).await;
    step();

    // What happened just before is told again: it may have been written later than its time says.
    let missed = [
        "saved seen",
        &format!("deleted {}", ids[1]),
        "saved new",
        "saved put back",
        "saved changed again",
        &format!("deleted {}", ids[3]),
    ];
    let (mut stream, ready) = Stream::begin(events(&server, &ada).header(LAST_EVENT_ID, last.id)).await;
    let mut latest = last.id;
    for shown in missed {
        let event = stream.next().await.unwrap();
        assert_eq!(event.shown(), shown);
        assert!(event.id >= latest, "the oldest first");
        latest = event.id;
    }
    ada.add("live").await;
    assert_eq!(stream.shows().await, "saved live");

    // Cut off before the first of them arrived, or after some.
    let mut again = Stream::after(&ada, ready).await;
    for shown in missed {
        assert_eq!(again.shows().await, shown);
    }
    let mut rest = Stream::after(&ada, latest).await;
    assert_eq!(rest.shows().await, missed[5]);
    assert_eq!(rest.shows().await, "saved live");
    // With nothing missed, from now on.
    server.advance(Duration::from_mins(1));
    let now = server.state.clock.now().0;
    let (mut nothing, ready) = Stream::begin(events(&server, &ada).header(LAST_EVENT_ID, now + 60_000)).await;
    assert_eq!(ready, now);
    ada.add("later").await;
    assert_eq!(nothing.shows().await, "saved later");
}

#[tokio::test]
async fn who_missed_too_much_is_told_to_read_it_all_again() {
    let server = start().await;
    let ada = server.person("Ada").await;
    let begun = server.state.clock.now().0;
    server.advance(Duration::from_mins(1));
    add_in_silence(&server, &ada, "many", 1000).await;
    let mut stream = Stream::after(&ada, begun).await;
    let mut titles = Vec::new();
    for _ in 0..1000 {
        titles.push(stream.shows().await);
    }
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), 1000, "so many are told one by one");
    let last = ada.add("one more").await;
    assert_eq!(stream.shows().await, "saved one more");
    let is_reset = async |id: &str| {
        let mut stream = Stream::after(&ada, id).await;
        let reset = stream.next().await.unwrap();
        assert_eq!((reset.shown(), reset.id), ("reset".into(), server.state.clock.now().0), "{id}");
        let change = ada.call(Method::PUT, &format!("/{last}"), &json!({})).await;
        assert_eq!(stream.next().await.unwrap().data, change.json, "{id}: and then it goes on");
    };
    is_reset(&begun.to_string()).await;
    server.advance(Duration::from_mins(1));
    for nonsense in ["0", "-1", "x", "", "1.5", &i64::MIN.to_string(), "99999999999999999999"] {
        is_reset(nonsense).await;
    }
    // Who was away for longer than a day reads it all again, also where the trash is kept for longer.
    let then = server.state.clock.now().0;
    server.advance(Duration::from_hours(24));
    is_reset(&then.to_string()).await;
}

#[tokio::test]
async fn who_is_too_slow_is_told_what_they_are_behind_with_and_keeps_their_place() {
    let server = start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("one").await;
    let task = serde_json::from_value(ada.get(&format!("/{id}")).await.json).unwrap();
    // As many as there may be, so that nobody could come back who had to go.
    let mut streams = Vec::new();
    for _ in 0..32 {
        streams.push(Stream::of(&ada).await);
    }
    add_in_silence(&server, &ada, "quiet", 5).await;
    // No stream gets a turn until this is over.
    for _ in 0..300 {
        server.state.events.saved(&task);
    }
    ada.add("last").await;
    for stream in &mut streams {
        for n in 1..=5 {
            stream.goes_on_to(&format!("saved quiet {n}")).await;
        }
        stream.goes_on_to("saved last").await;
    }
}

#[tokio::test]
async fn a_word_that_comes_late_does_not_undo_a_later_one() {
    let server = start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("old").await;
    let old = serde_json::from_value(ada.get(&format!("/{id}")).await.json).unwrap();
    let mut stream = Stream::of(&ada).await;
    ada.call(Method::PUT, &format!("/{id}"), &json!({ "title": "new" })).await;
    server.state.events.saved(&old);
    delete(&ada, &id).await;
    server.state.events.saved(&old);
    ada.add("other").await;
    for shown in ["saved new", &format!("deleted {id}"), "saved other"] {
        assert_eq!(stream.shows().await, shown);
    }
}

#[tokio::test]
async fn one_more_stream_than_there_may_be_is_429_until_another_ends() {
    let server = start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let mut streams = Vec::new();
    for _ in 0..32 {
        streams.push(Stream::of(&ada).await);
    }
    let refused = events(&server, &ada).answer().await;
    refused.is_problem(429, "TOO_MANY_REQUESTS");
    assert_eq!((refused.header("retry-after"), refused.header("x-retry-after")), ("60", "60"));
    Stream::of(&bob).await;
    ada.add("for all").await;
    for stream in &mut streams {
        assert_eq!(stream.shows().await, "saved for all");
    }
    streams.pop();
    eventually(async || events(&server, &ada).send().await.unwrap().status() == 200).await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_no_other() {
    let server = start().await;
    let ada = server.person("Ada").await;
    let phone = server.sign_in("ada@example.com").await;
    let (mut stream, mut of_phone) = (Stream::of(&ada).await, Stream::of(&phone).await);
    let sign_out = server.request(Method::POST, "/api/auth/sign-out").bearer_auth(&phone.token).json(&json!({}));
    assert_eq!(sign_out.answer().await.status, 200);
    ada.add("after").await;
    assert!(of_phone.next().await.is_none(), "not a word more");
    events(&server, &phone).answer().await.is_problem(401, "INVALID_TOKEN");
    assert_eq!(stream.shows().await, "saved after");
}

#[tokio::test]
async fn a_stream_ends_when_its_token_does() {
    let server = start().await;
    let token = jwt(&json!({ "sub": "ada", "exp": server.now() + 3600 }), SECRET);
    let ada = Person { token, ..server.stranger("ada") };
    let mut stream = Stream::of(&ada).await;
    server.advance(Duration::from_secs(3590));
    ada.add("in time").await;
    assert_eq!(stream.shows().await, "saved in time");
    server.advance(Duration::from_secs(10));
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_stream_ends_with_its_user() {
    let server = start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let (mut hers, mut foreign, mut his) = (Stream::of(&ada).await, Stream::of(&server.stranger(&ada.id)).await, Stream::of(&bob).await);
    let gone = server.request(Method::POST, "/api/auth/delete-user").bearer_auth(&ada.token).json(&json!({ "password": PASSWORD }));
    assert_eq!(gone.answer().await.status, 200);
    hers.ends().await;
    foreign.ends().await;
    bob.add("goes on").await;
    assert_eq!(his.shows().await, "saved goes on");
}

#[tokio::test]
async fn at_the_end_streams_end_in_order_and_hold_nothing_up() {
    let mut server = start().await;
    let mut streams = Vec::new();
    for name in ["ada", "bob"] {
        let person = server.stranger(name);
        streams.push(Stream::of(&person).await);
        person.add("last").await;
    }
    let called = Instant::now();
    server.stop().await;
    assert!(called.elapsed() < Duration::from_secs(5), "{:?}", called.elapsed());
    for stream in &mut streams {
        stream.ends().await;
    }
}

#[tokio::test]
async fn who_says_where_they_are_is_told_how_many_tasks_there_are() {
    let server = start().await;
    // 90 minutes before midnight in UTC, it is tomorrow already two hours to the east.
    let late = 86_400_000 - server.state.clock.now().0.rem_euclid(86_400_000) - 90 * 60_000;
    server.advance(Duration::from_millis(late.rem_euclid(86_400_000).try_into().unwrap()));
    let ada = server.person("Ada").await;
    let tomorrow = Day::of_millis(server.state.clock.now().0).plus(1).to_string();
    let east = server.request(Method::GET, &format!("/api/{}/events?utc_offset=120", ada.id)).bearer_auth(&ada.token);
    let (mut east, _) = Stream::begin(east).await;
    let west = server.request(Method::GET, &format!("/api/{}/events?utc_offset=-120", ada.id)).bearer_auth(&ada.token);
    let (mut west, _) = Stream::begin(west).await;
    let counts = |total: i64, pending: i64, today: i64, upcoming: i64| json!({ "total": total, "pending": pending, "today": today, "upcoming": upcoming });
    for stream in [&mut east, &mut west] {
        assert_eq!(stream.next().await.unwrap().data, counts(0, 0, 0, 0));
    }
    ada.call(Method::POST, "", &json!({ "title": "one", "due_date": tomorrow })).await;
    for (stream, told) in [(&mut east, counts(1, 1, 1, 0)), (&mut west, counts(1, 1, 0, 1))] {
        assert_eq!(stream.shows().await, "saved one");
        let event = stream.next().await.unwrap();
        assert_eq!((event.kind.as_str(), event.data), ("counts", told));
    }
    for wrong in ["", "x", "1441", "-1441", "1e2"] {
        let answer =
            server.request(Method::GET, &format!("/api/{}/events?utc_offset={wrong}", ada.id)).bearer_auth(&ada.token).answer().await;
        answer.is_problem(422, "VALIDATION_ERROR");
        assert_eq!(answer.fields(), ["utc_offset"]);
    }
}
