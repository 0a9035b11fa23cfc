//! No request costs more than a few milliseconds beside hashing, whatever its 64 KiB are. Counted in allocations, which are
//! most of what reading a request costs; times are printed for those who look.

use std::{fmt::Write as _, net::SocketAddr, time::Instant};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode},
};
use serde_json::json;
use tower::ServiceExt as _;

use crate::support::{PASSWORD, Send as _, Server};

/// All but the largest body that is read, and the longest address that HTTP libraries take.
const SIZE: usize = 65_530;
/// Most allocations of one request: at 100 ns each, two milliseconds.
const ALLOCATIONS_MAX: u64 = 20_000;
/// Most memory that one request allocates in all, in bytes.
const BYTES_MAX: u64 = 4 * 1024 * 1024;
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

struct Attack {
    name: &'static str,
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
    /// What it must be answered.
    status: StatusCode,
}

/// `start`, as many of `piece` (where `#` is its number) as there is room for, and `end`.
fn filled(start: &str, piece: &str, end: &str) -> String {
    let mut text = start.to_owned();
    for number in 0.. {
        let piece = piece.replace('#', &format!("{number:x}"));
        if text.len() + piece.len() + end.len() > SIZE {
            break;
        }
        text.push_str(&piece);
    }
    text + end
}

/// A list in JSON.
fn listed(start: &str, piece: &str, end: &str) -> String {
    filled(start, &format!("{piece},"), end).replace(&format!(",{end}"), end)
}

fn attacks(owner: &str, task: &str) -> Vec<Attack> {
    let tasks = format!("/api/{owner}/tasks");
    let one = format!("{tasks}/{task}");
    let mut attacks = Vec::new();
    let mut add = |name, method, path: &str, kind: &str, body: String, status: u16| {
        let headers = vec![("content-type", kind.to_owned())];
        attacks.push(Attack { name, method, path: path.to_owned(), headers, body, status: StatusCode::from_u16(status).unwrap() });
    };
    let (post, put, patch) = (Method::POST, Method::PUT, Method::PATCH);

    add("tags, all different", post.clone(), &tasks, JSON, listed(r#"{"title":"a","tags":["#, r##""#""##, "]}"), 422);
    add("tags, all the same", post.clone(), &tasks, JSON, listed(r#"{"title":"a","tags":["#, r#""a""#, "]}"), 422);
    let tag = format!(r##""#{}""##, "İ".repeat(40));
    add(
        "long tags that change their length in lower case",
        post.clone(),
        &tasks,
        JSON,
        listed(r#"{"title":"a","tags":["#, &tag, "]}"),
        422,
    );
    add("tags of a change", put.clone(), &one, JSON, listed(r#"{"tags":["#, r##""#""##, "]}"), 422);
    add("empty tags", put.clone(), &one, JSON, listed(r#"{"tags":["#, r#""""#, "]}"), 422);
    add("a title of combining marks", post.clone(), &tasks, JSON, filled(r#"{"title":"a"#, "\u{301}\u{323}", r#""}"#), 422);
    add("a title of escapes", post.clone(), &tasks, JSON, filled(r#"{"title":""#, "\\u00e4", r#""}"#), 422);
    add("a title of spaces", post.clone(), &tasks, JSON, filled(r#"{"title":""#, "\u{3000}", r#""}"#), 422);
    let largest = filled(r#"{"title":"a","description":""#, "\u{fdfa}", "");
    let largest: String = largest.chars().take(28 + 5_000).collect();
    add("the longest description, of what is long when it is decomposed", put.clone(), &one, JSON, format!(r#"{largest}"}}"#), 200);
    add("a description that is too long", post.clone(), &tasks, JSON, filled(r#"{"title":"a","description":""#, "ﬃ", r#""}"#), 422);
    add("members that nobody knows", post.clone(), &tasks, JSON, listed(r#"{"title":"a","#, r##""#":0"##, "}"), 201);
    add("a member again and again", post.clone(), &tasks, JSON, listed("{", r#""title":"a""#, "}"), 400);
    add("lists in lists", post.clone(), &tasks, JSON, filled(r#"{"title":"a","x":"#, "[", ""), 400);
    add("objects in objects", post.clone(), &tasks, JSON, filled(r#"{"title":"a","x":"#, r#"{"a":"#, ""), 400);
    add("lists in tags", post.clone(), &tasks, JSON, filled(r#"{"title":"a","tags":"#, "[", ""), 400);
    add("a list in place of an object", post.clone(), &tasks, JSON, listed("[", "0", "]"), 400);
    add("spaces", post.clone(), &tasks, JSON, " ".repeat(SIZE), 400);
    add("a number of many digits", patch.clone(), &format!("{one}/complete"), JSON, filled(r#"{"completed":1"#, "7", "}"), 400);
    add("a number of many decimals", patch, &format!("{one}/complete"), JSON, filled(r#"{"completed":0."#, "7", "e-9999}"), 400);
    add("a long position", put.clone(), &one, JSON, filled(r#"{"position":""#, "z", r#""}"#), 422);
    add("a long day", put, &one, JSON, filled(r#"{"due_date":""#, "2", r#""}"#), 422);

    let sign_in = "/api/auth/sign-in/email";
    let password = filled(r#"{"email":"ada@example.com","password":""#, "\u{fdfa}", r#""}"#);
    add("a password that is long when it is composed", post.clone(), sign_in, JSON, password, 400);
    let password = filled(r#"{"email":"ada@example.com","password":"a"#, "\u{301}\u{323}", r#""}"#);
    add("a password of combining marks", post.clone(), sign_in, JSON, password, 400);
    add("an e-mail of dots", post.clone(), sign_in, JSON, filled(r#"{"password":"a","email":""#, "a.", r#"a@b.co"}"#), 400);
    let sign_up = "/api/auth/sign-up/email";
    let start = format!(r#"{{"email":"a@b.co","password":"{PASSWORD}","name":""#);
    add("a name that is long when it is composed", post.clone(), sign_up, JSON, filled(&start, "\u{fdfa}", r#""}"#), 400);
    add("members of a form", post.clone(), sign_up, FORM, filled("email=a", "&#", ""), 400);
    add("the same member of a form", post.clone(), sign_up, FORM, filled("email=a", "&name=", ""), 400);
    let reset = "/api/auth/request-password-reset";
    let start = r#"{"email":"ada@example.com","redirectTo":"https://"#;
    add("an address of one long label", post.clone(), reset, JSON, filled(start, "ä", r#".example"}"#), 403);
    add("an address of many labels", post.clone(), reset, JSON, filled(start, "ä.", r#"example"}"#), 403);
    add("an address of many steps up", post.clone(), reset, JSON, filled(&format!("{start}a.example"), "/a/..", r#""}"#), 403);
    add("a picture", post.clone(), "/api/auth/update-user", JSON, filled(r#"{"image":"https://a.example/"#, "ä", r#""}"#), 400);

    add("a line of one tag again and again", post.clone(), "/tasks", FORM, filled("title=Milk", "+%23a", ""), 422);
    add("a line of different tags", post.clone(), "/tasks", FORM, filled("title=Milk", "+%23#", ""), 422);
    add("a line of backslashes", post.clone(), "/tasks", FORM, filled("title=Milk", "+%5C", ""), 422);
    add("a line of spaces", post.clone(), "/tasks", FORM, filled("title=Milk", "+", "today"), 422);
    add("members of a page's form", post.clone(), "/account", FORM, filled("form=name&name=Ada", "&#", ""), 400);
    add("an e-mail that the page shows again", post.clone(), "/signin", FORM, filled("password=a&email=", "%3C", ""), 400);

    let head = |name, path: String, headers, status| Attack {
        name,
        method: Method::GET,
        path,
        headers,
        body: String::new(),
        status: StatusCode::from_u16(status).unwrap(),
    };
    attacks.push(head("a wrong parameter again and again", filled(&format!("{tasks}?limit=0"), "&limit=", ""), vec![], 422));
    attacks.push(head("a parameter that nobody knows", filled(&format!("{tasks}?limit=1"), "&#", ""), vec![], 422));
    attacks.push(head("a search of many words", filled(&format!("{tasks}?q=a"), "+#", ""), vec![], 422));
    attacks.push(head("many searches", filled(&format!("{tasks}?q=a"), "&q=a", ""), vec![], 422));
    attacks.push(head("a long cursor", filled(&format!("{tasks}?cursor="), "WzEs", ""), vec![], 422));
    attacks.push(head("parameters of a page", filled("/signin?return_to=/", "&#", ""), vec![], 400));
    attacks.push(head("where to go on", filled("/signin?return_to=/", "a/../", ""), vec![], 200));
    let if_none_match = vec![("if-none-match", filled("\"a\"", ",", ""))];
    attacks.push(head("tags of what is held", tasks.clone(), if_none_match, 200));
    attacks.push(head("codings", "/".into(), vec![("accept-encoding", filled("gzip", ",br;q=0", ""))], 200));
    attacks.push(head("cookies", "/".into(), vec![("cookie", filled("a=b", ";theme", ""))], 200));
    attacks.push(head("addresses on the way", "/".into(), vec![("x-forwarded-for", filled("::1", ",::1", ""))], 200));
    let mut bound = head("tags of what is to be changed", one, vec![("if-match", filled("\"a\"", ",\"\"", ""))], 412);
    bound.method = Method::DELETE;
    attacks.push(bound);
    attacks
}

#[test]
fn no_request_of_64_kib_costs_more_than_some_thousand_allocations() {
    // All on one thread, which is the one that is counted.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Server::configured(|config| {
        config.rate_limit = server::config::RateLimit::Off;
        config.hash_cost.argon2_memory = 64;
    }));
    let (ada, task) = runtime.block_on(async {
        let ada = server.person("Ada").await;
        let task = ada.add("Milk").await;
        (ada, task)
    });
    let router = server::router(&server.state);
    let send = |attack: &Attack| {
        let mut request = Request::builder().method(attack.method.clone()).uri(&attack.path);
        // The API takes the token alone, the pages the cookie.
        request = if attack.path.starts_with("/api") {
            request.header("authorization", format!("Bearer {}", ada.token))
        } else if attack.path.starts_with("/tasks") || attack.path.starts_with("/account") {
            request.header("cookie", &ada.cookie).header("sec-fetch-site", "same-origin")
        } else {
            request
        };
        for (name, value) in &attack.headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(Body::from(attack.body.clone())).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
        let router = router.clone();
        let mut answer = None;
        let mut took = None;
        let counted = allocation_counter::measure(|| {
            let started = Instant::now();
            answer = Some(runtime.block_on(router.oneshot(request)).unwrap());
            took = Some(started.elapsed());
        });
        (answer.unwrap(), counted, took.unwrap())
    };
    let attacks = attacks(&ada.id, &task);
    assert!(attacks.len() >= 20);
    let mut costly = String::new();
    for attack in &attacks {
        let size = attack.body.len().max(attack.path.len()).max(attack.headers.iter().map(|(_, value)| value.len()).max().unwrap_or(0));
        assert!((10_000..=SIZE).contains(&size), "{}: {size} bytes", attack.name);
        // What is made at the first request of a kind is no cost of the second.
        send(attack);
        let (answer, counted, took) = send(attack);
        let (count, bytes) = (counted.count_total, counted.bytes_total);
        println!("{count:6} allocations {bytes:9} bytes {took:10.1?} {} {}", answer.status(), attack.name);
        if count > ALLOCATIONS_MAX || bytes > BYTES_MAX {
            let _ = writeln!(costly, "{}: {count} allocations, {bytes} bytes", attack.name);
        }
        if answer.status() != attack.status {
            let _ = writeln!(costly, "{}: answered {} and not {}", attack.name, answer.status(), attack.status);
        }
    }
    assert!(costly.is_empty(), "{costly}");
}

#[tokio::test]
async fn more_tags_than_a_task_can_have_are_refused_by_name_even_if_some_are_alike() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for tags in [vec!["a"; 21], (0..21).map(|_| "").collect()] {
        let refused = ada.call(Method::POST, "", &json!({ "title": "x", "tags": tags })).await;
        refused.is_problem(422, "VALIDATION_ERROR");
        assert_eq!(refused.json["errors"], json!([{ "field": "tags", "code": "TOO_MANY", "message": "A task can have at most 20 tags." }]));
    }
    let kept = ada.call(Method::POST, "", &json!({ "title": "x", "tags": vec!["a"; 20] })).await;
    assert_eq!(kept.json["tags"], json!(["a"]));
    // One error for each parameter, however often it is given.
    let refused = ada.get("?limit=0&limit=x&sort=x&limit=y").await;
    assert_eq!(refused.fields(), ["limit", "sort"]);
    let refused = ada.get(&format!("?{}", "a&".repeat(101))).await;
    assert_eq!(refused.fields(), ["query"]);
    let form = server.request(Method::POST, "/api/auth/sign-up/email").header("content-type", FORM).body("a&".repeat(100)).answer().await;
    form.is_problem(400, "VALIDATION_ERROR");
    assert_eq!(form.fields(), ["body"]);
}
