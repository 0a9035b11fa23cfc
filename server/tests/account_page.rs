//! `/account`, `/forgot-password` and `/reset-password` as forms alone use them.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use server::sql;

use crate::support::{Answer, Letter, PASSWORD, Person, Send as _, Server};

const NEW: &str = "another good password";

async fn open(server: &Server, path: &str, cookie: &str) -> Answer {
    server.request(Method::GET, path).header("cookie", cookie).answer().await
}

async fn send(person: &Person<'_>, form: &[(&str, &str)]) -> Answer {
    let request = person.server.request(Method::POST, "/account").header("cookie", &person.cookie);
    request.header("origin", &person.server.url).form(form).answer().await
}

async fn post(server: &Server, path: &str, form: &[(&str, &str)]) -> Answer {
    server.request(Method::POST, path).form(form).answer().await
}

/// Where an answer leads on to.
fn location(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.header("location"))
}

fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

async fn sign_in(server: &Server, password: &str) -> u16 {
    server.post("/api/auth/sign-in/email", &json!({ "email": "ada@example.com", "password": password })).await.status.as_u16()
}

#[tokio::test]
async fn b_25_the_account_page_is_for_who_is_signed_in() {
    let server = Server::start().await;
    for path in ["/account", "/account/data"] {
        assert_eq!(location(&server.get(path).await), (303, "/signin?return_to=%2Faccount"), "{path}");
    }
    let ada = server.person("Ada").await;
    server.post("/api/auth/sign-out", &json!({})).await;
    let page = open(&server, "/account", &ada.cookie).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("ada@example.com") && page.text.contains("Delete my account"), "{}", page.text);
}

#[tokio::test]
async fn a_device_that_was_signed_out_elsewhere_is_told_at_its_next_action() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let laptop = server.sign_in("ada@example.com").await;
    let id = open(&server, "/account", &laptop.cookie).await.text;
    let id = id.split("name=\"device\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(location(&send(&laptop, &[("form", "devices"), ("device", &id)]).await), (303, "/account?done=devices#devices-section"));
    let told = send(&ada, &[("form", "name"), ("name", "Eve")]).await;
    assert_eq!(location(&told), (303, "/signin?return_to=%2Faccount&expired=1"));
    assert!(server.get(told.header("location")).await.text.contains("Your session has expired"));
    assert!(open(&server, "/account", &laptop.cookie).await.text.contains("value=\"Ada\""));
}

#[tokio::test]
async fn a_name_is_saved_and_shown_at_once() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let saved = send(&ada, &[("form", "name"), ("name", " Countess <Ada> ")]).await;
    assert_eq!(location(&saved), (303, "/account?done=name#name-section"));
    let page = open(&server, "/account?done=name", &cookie_of(&saved)).await;
    assert!(page.text.contains("Your name is saved.") && page.text.contains("value=\"Countess &lt;Ada&gt;\""), "{}", page.text);
    assert!(open(&server, "/tasks", &cookie_of(&saved)).await.text.contains("Countess &lt;Ada&gt;"));

    let long = "x".repeat(256);
    let refused = send(&ada, &[("form", "name"), ("name", &long)]).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("at most 255") && refused.text.contains(&format!("value=\"{long}\"")));
}

/// Presses the button of the page that a mailed link opens.
async fn press(server: &Server, letter: &Letter) -> Answer {
    let url = reqwest::Url::parse(letter.link()).unwrap();
    let members: Vec<_> = url.query_pairs().into_owned().collect();
    server.request(Method::POST, url.path()).form(&members).answer().await
}

#[tokio::test]
async fn an_email_changes_by_the_link_that_the_form_asks_for() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let refused = send(&ada, &[("form", "email"), ("newEmail", "nope")]).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("Enter an e-mail address") && refused.text.contains("value=\"nope\""), "{}", refused.text);
    assert!(refused.text.contains("id=\"newEmail\"") && refused.text.contains("autofocus"), "the focus is on the field");

    for (password, words) in [("", "not your current password"), ("wrong password", "not your current password")] {
        let refused = send(&ada, &[("form", "email"), ("newEmail", "new@example.com"), ("emailPassword", password)]).await;
        assert_eq!(refused.status, 400);
        assert!(refused.text.contains(words) && refused.text.contains("value=\"new@example.com\""), "{}", refused.text);
    }
    let asked = send(&ada, &[("form", "email"), ("newEmail", " new@example.com "), ("emailPassword", PASSWORD)]).await;
    assert_eq!(location(&asked), (303, "/account?done=email-asked#email-section"));
    let letter = server.letters(2).await.into_iter().find(|letter| letter.to == "new@example.com").unwrap();
    let opened = server.get(letter.link().strip_prefix(&server.url).unwrap()).await;
    assert!(opened.status == 200 && opened.text.contains("new@example.com") && opened.text.contains("Use this e-mail"), "{}", opened.text);
    let followed = press(&server, &letter).await;
    assert_eq!(location(&followed), (303, "/account?done=email-confirmed"));
    let page = open(&server, followed.header("location"), &ada.cookie).await;
    assert!(page.text.contains("Your e-mail is confirmed.") && page.text.contains("new@example.com"), "{}", page.text);
    let again = press(&server, &letter).await;
    let page = open(&server, again.header("location"), &ada.cookie).await;
    assert!(page.text.contains("That link is not valid") && !page.text.contains("is confirmed."), "{}", page.text);
}

#[tokio::test]
async fn an_email_is_confirmed_by_the_link_that_the_form_asks_for() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    assert!(open(&server, "/account", &ada.cookie).await.text.contains("not confirmed yet"));
    assert_eq!(location(&send(&ada, &[("form", "confirm")]).await), (303, "/account?done=confirm-asked#email-section"));
    let letter = server.letters(1).await.remove(0);
    press(&server, &letter).await;
    let page = open(&server, "/account", &ada.cookie).await;
    assert!(!page.text.contains("not confirmed yet") && !page.text.contains("Send me a link"), "{}", page.text);
}

#[tokio::test]
async fn a_password_changes_and_the_other_devices_end_if_that_is_wanted() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let phone = server.sign_in("ada@example.com").await;
    for (current, new, field) in
        [("wrong password", NEW, "currentPassword"), (PASSWORD, "short", "newPassword"), (PASSWORD, "iloveyou", "newPassword")]
    {
        let refused = send(&ada, &[("form", "password"), ("currentPassword", current), ("newPassword", new)]).await;
        assert_eq!(refused.status, 400);
        let input = refused.text.split("<input").find(|input| input.contains(&format!("id=\"{field}\""))).unwrap();
        assert!(input.contains("aria-invalid=\"true\"") && input.contains("autofocus"), "{field}: {input}");
        assert!(!refused.text.contains(current) && !refused.text.contains(&format!("\"{new}\"")), "no password comes back");
    }
    let form = [("form", "password"), ("currentPassword", PASSWORD), ("newPassword", NEW)];
    assert_eq!(location(&send(&ada, &form).await), (303, "/account?done=password#password-section"));
    assert_eq!((sign_in(&server, PASSWORD).await, sign_in(&server, NEW).await), (401, 200));
    assert_eq!(phone.get("").await.status, 200);

    let form = [("form", "password"), ("currentPassword", NEW), ("newPassword", PASSWORD), ("revokeOtherSessions", "on")];
    let changed = send(&ada, &form).await;
    assert_eq!(open(&server, "/account", &cookie_of(&changed)).await.status, 200);
    assert_eq!(phone.get("").await.status, 401);
}

#[tokio::test]
async fn devices_are_listed_with_what_tells_them_apart() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, cookie) = (ada.id.clone(), ada.cookie.clone());
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let firefox = server.request(Method::POST, "/api/auth/sign-in/email").header("user-agent", agent).json(&body).answer().await;
    server.advance(Duration::from_mins(5));
    let page = open(&server, "/account", &cookie).await.text;
    let devices: Vec<_> = page.split("<li class=\"device\">").skip(1).collect();
    assert_eq!(devices.len(), 2);
    assert!(devices[0].contains("This device") && devices[0].contains("just now"), "{}", devices[0]);
    assert!(
        devices[1].contains("Firefox on Linux") && devices[1].contains("127.0.0.1") && devices[1].contains("5 minutes ago"),
        "{}",
        devices[1]
    );
    assert!(!devices[1].contains("This device"));

    // A call of the API is a sign of life, and is known after a restart too.
    let token = firefox.json["token"].as_str().unwrap();
    server.request(Method::GET, &format!("/api/{id}/tasks")).bearer_auth(token).answer().await;
    server.advance(Duration::from_mins(2));
    let server = server.restart().await;
    let page = open(&server, "/account", &cookie).await.text;
    assert!(page.contains("2 minutes ago"), "{page}");

    let gone = server.request(Method::POST, "/account").header("cookie", &cookie).header("origin", &server.url);
    assert_eq!(location(&gone.form(&[("form", "devices")]).answer().await), (303, "/account?done=devices#devices-section"));
    let page = open(&server, "/account", &cookie).await.text;
    assert_eq!(page.split("<li class=\"device\">").count(), 2);
    assert!(!page.contains("Sign out all other devices"));
}

#[tokio::test]
async fn nobody_signs_out_somebody_elses_device() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let session = server.request(Method::GET, "/api/auth/get-session").bearer_auth(&bob.token).answer().await;
    let id = session.json["session"]["id"].as_str().unwrap();
    assert_eq!(send(&ada, &[("form", "devices"), ("device", id)]).await.status, 303);
    assert_eq!(bob.get("").await.status, 200);
}

#[tokio::test]
async fn all_data_of_one_person_are_in_the_download_and_nothing_secret() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    bob.add("Of Bob").await;
    let empty = open(&server, "/account/data", &ada.cookie).await;
    assert_eq!(empty.json["tasks"], json!([]), "{}", empty.text);
    // More than the pages that it is read by.
    let mut transaction = server.state.db.begin().await.unwrap();
    for number in 0..2001 {
        sql!(
            execute transaction.on(),
            "INSERT INTO tasks (id, user_id, title, title_key, completed, created_at, updated_at) VALUES ($1, $2, $3, $3, FALSE, $4, $4)",
            format!("{number:08}"),
            &ada.id,
            format!("task {number}"),
            i64::from(number)
        )
        .unwrap();
    }
    transaction.commit().await.unwrap();
    let data = open(&server, "/account/data", &ada.cookie).await;
    assert_eq!(data.header("content-disposition"), "attachment; filename=\"holdfast.json\"");
    assert_eq!(data.header("content-type"), "application/json");
    assert_eq!(data.json["user"]["email"], "ada@example.com");
    assert_eq!(data.json["sessions"].as_array().unwrap().len(), 1);
    let titles: std::collections::HashSet<_> =
        data.json["tasks"].as_array().unwrap().iter().map(|task| task["title"].to_string()).collect();
    assert_eq!(titles.len(), 2001);
    assert!(!data.text.contains("argon2") && !data.text.contains("Of Bob") && !data.text.contains(&ada.token));
}

#[tokio::test]
async fn the_download_has_deleted_tasks_pending_addresses_and_when_devices_were_seen_too() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    for (person, name) in [(&ada, "of ada"), (&bob, "of bob")] {
        let id = person.add(name).await;
        assert_eq!(person.request(Method::DELETE, &format!("/{id}")).answer().await.status, 204);
    }
    let insert = "INSERT INTO mail_tokens (hash, purpose, user_id, email, expires_at) VALUES ($1, $2, $3, $4, $5)";
    let until = server.state.clock.now().0 + 3_600_000;
    for (hash, purpose, user, email, until) in [
        ("h1", "change", &ada.id, "new@example.com", until),
        ("h2", "change", &ada.id, "too.late@example.com", 1),
        ("h3", "reset", &ada.id, "ada@example.com", until),
        ("h4", "change", &bob.id, "bobs.new@example.com", until),
    ] {
        sql!(execute server.state.db.write(), insert, hash, purpose, user, email, until).unwrap();
    }
    let data = open(&server, "/account/data", &ada.cookie).await;
    let trash = data.json["deletedTasks"].as_array().unwrap();
    assert_eq!((trash.len(), &trash[0]["task"]["title"]), (1, &json!("of ada")), "{}", data.text);
    assert!(trash[0]["deletedAt"].as_str().unwrap().ends_with('Z'));
    let pending = data.json["pendingEmails"].as_array().unwrap();
    assert_eq!((pending.len(), &pending[0]["email"]), (1, &json!("new@example.com")));
    assert!(pending[0]["expiresAt"].as_str().unwrap().ends_with('Z'));
    assert!(data.json["sessions"][0]["lastSeenAt"].as_str().unwrap().ends_with('Z'), "{}", data.text);
    assert_eq!(data.json["tasks"], json!([]));
    assert!(!data.text.contains("of bob") && !data.text.contains("bobs.new") && !data.text.contains("\"h1\""));
}

#[tokio::test]
async fn all_deleted_tasks_are_in_the_download_however_many_there_are() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let mut transaction = server.state.db.begin().await.unwrap();
    for number in 0..2_001 {
        let sql = "INSERT INTO deleted_tasks (user_id, id, task, deleted_at) VALUES ($1, $2, $3, $4)";
        let (id, task) = (format!("{number:08}"), json!({ "title": format!("task {number}") }).to_string());
        sql!(execute transaction.on(), sql, &ada.id, id, task, i64::from(number / 3)).unwrap();
    }
    transaction.commit().await.unwrap();
    let data = open(&server, "/account/data", &ada.cookie).await;
    let trash = data.json["deletedTasks"].as_array().unwrap();
    let titles: std::collections::HashSet<_> = trash.iter().map(|deleted| deleted["task"]["title"].to_string()).collect();
    assert_eq!((trash.len(), titles.len()), (2_001, 2_001));
}

#[tokio::test]
async fn an_account_is_deleted_with_its_password_alone() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    ada.add("one").await;
    let refused = send(&ada, &[("form", "delete"), ("password", "wrong password")]).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("That is not your current password."), "{}", refused.text);
    assert_eq!(ada.titles("").await, ["one"]);
    let gone = send(&ada, &[("form", "delete"), ("password", PASSWORD)]).await;
    assert_eq!((location(&gone), gone.header("clear-site-data")), ((303, "/signin?done=deleted"), "\"storage\""));
    assert!(gone.header("set-cookie").contains("Max-Age=0"));
    assert!(server.get("/signin?done=deleted").await.text.contains("is gone"));
    assert_eq!((ada.get("").await.status.as_u16(), sign_in(&server, PASSWORD).await), (401, 401));
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_forms_alone() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    assert!(server.get("/signin").await.text.contains("href=\"/forgot-password\""));
    let refused = post(&server, "/forgot-password", &[("email", "nope")]).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("Enter an e-mail address") && refused.text.contains("value=\"nope\""));
    let unknown = post(&server, "/forgot-password", &[("email", "nobody@example.com")]).await;
    let known = post(&server, "/forgot-password", &[("email", " ada@example.com ")]).await;
    assert_eq!((location(&known), &known.text), (location(&unknown), &unknown.text));
    assert!(server.get(known.headers["location"].to_str().unwrap()).await.text.contains("a link is on its way"));

    let letter = server.letters(1).await.remove(0);
    let page = server.get(letter.link().strip_prefix(&server.url).unwrap()).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("value=\"ada@example.com\"") && page.text.contains("autocomplete=\"new-password\""), "{}", page.text);
    assert_eq!(page.header("referrer-policy"), "same-origin");
    let token = letter.token();
    let refused = post(&server, "/reset-password", &[("token", &token), ("newPassword", "password")]).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("most common") && refused.text.contains(&token), "{}", refused.text);
    let set = post(&server, "/reset-password", &[("token", &token), ("newPassword", NEW)]).await;
    assert_eq!(location(&set), (303, "/signin?done=reset"));
    assert!(server.get("/signin?done=reset").await.text.contains("Your new password is set"));
    assert_eq!((sign_in(&server, NEW).await, ada.get("").await.status.as_u16()), (200, 401));

    for used in [
        post(&server, "/reset-password", &[("token", &token), ("newPassword", NEW)]).await,
        server.get(&format!("/reset-password?token={token}")).await,
        server.get("/reset-password").await,
    ] {
        assert_eq!(used.status, 400);
        assert!(used.text.contains("not valid, or not any more") && used.text.contains("href=\"/forgot-password\""), "{}", used.text);
    }
}

#[tokio::test]
async fn forms_are_counted_like_the_api() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let mut last = None;
    for _ in 0..11 {
        last = Some(send(&ada, &[("form", "delete"), ("password", "wrong password")]).await);
    }
    let last = last.unwrap();
    assert_eq!(last.status, 429);
    assert!(last.text.contains("That was too often") && !last.header("retry-after").is_empty(), "{}", last.text);
    assert_eq!(send(&ada, &[("form", "delete"), ("password", PASSWORD)]).await.status, 429, "a right one waits too");
}

#[tokio::test]
async fn odd_forms_are_refused() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for form in [vec![], vec![("form", "nothing")], vec![("form", "password")], vec![("form", "delete")], vec![("form", "name")]] {
        let answer = send(&ada, &form).await;
        assert_eq!(answer.status, 400, "{form:?}");
        assert!(answer.header("content-type").starts_with("text/html"));
    }
}

#[tokio::test]
async fn password_managers_find_the_page_to_change_a_password() {
    let server = Server::start().await;
    assert_eq!(location(&server.get("/.well-known/change-password").await), (303, "/account#password-section"));
    assert_eq!(server.get("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200").await.status, 404);
}

/// Sends a file by the page's form.
async fn send_file(person: &Person<'_>, format: &str, file: &[u8]) -> Answer {
    let head = format!(
        "--b0undary\r\nContent-Disposition: form-data; name=\"format\"\r\n\r\n{format}\r\n--b0undary\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\nContent-Type: text/csv\r\n\r\n"
    );
    let body = [head.as_bytes(), file, b"\r\n--b0undary--\r\n"].concat();
    let request =
        person.server.request(Method::POST, "/account/import").header("cookie", &person.cookie).header("origin", &person.server.url);
    request.header("content-type", "multipart/form-data; boundary=b0undary").body(body).answer().await
}

#[tokio::test]
async fn the_tasks_of_a_file_are_added_by_a_form_and_twice_doubles_nothing() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    assert!(open(&server, "/account", &ada.cookie).await.text.contains("multipart/form-data"));
    let todoist = "TYPE,CONTENT,PRIORITY\nsection,Garden,\ntask,Water @roses,1\ntask,Mow,4\n";
    for _ in 0..2 {
        let sent = send_file(&ada, "todoist", todoist.as_bytes()).await;
        assert_eq!(location(&sent), (303, "/account?done=imported#import-section"), "{}", sent.text);
        assert_eq!(ada.titles("?sort=title").await, ["Mow", "Water"]);
    }
    assert_eq!(ada.get("?q=water").await.json[0]["tags"], json!(["roses", "Garden"]));
    let page = open(&server, "/account?done=imported", &ada.cookie).await.text;
    assert!(page.contains("The tasks of the file are in your list."), "{page}");
    // What cannot be taken is said; the rest is there.
    let long = format!("TYPE,CONTENT,DESCRIPTION\ntask,Rake,\ntask,Dig,{}\n", "x".repeat(5001));
    let sent = send_file(&ada, "todoist", long.as_bytes()).await;
    assert_eq!(sent.status, 422);
    assert!(sent.text.contains("1 tasks are in your list. Not taken: 1 × task, description: is too long."), "{}", sent.text);
    assert_eq!(ada.titles("?sort=title").await, ["Mow", "Rake", "Water"]);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_in_words() {
    let server = Server::configured(|config| config.quotas.max_tasks = 2).await;
    let ada = server.person("Ada").await;
    let large = vec![b'x'; 5 * 1024 * 1024 + 1];
    for (format, file, words) in [
        ("todoist", &b"a,b\n1,2\n"[..], "The file is no CSV of Todoist"),
        ("todoist", b"", "Choose a file."),
        ("paper", b"TYPE,CONTENT\n", "Choose what wrote the file."),
        ("vikunja", b"no archive", "The file is no ZIP archive."),
        ("json", &large, "The file is larger than 5 MB."),
        (
            "todoist",
            b"TYPE,CONTENT\ntask,a\ntask,b\ntask,c\n",
            "2 tasks are in your list. Not taken: 1 \u{d7} task, title: is more than one user may have.",
        ),
    ] {
        let sent = send_file(&ada, format, file).await;
        assert_eq!(sent.status, 422, "{words}");
        assert!(sent.text.contains(words), "{words}: {}", sent.text);
    }
    let broken = server.request(Method::POST, "/account/import").header("cookie", &ada.cookie).header("origin", &server.url);
    assert_eq!(broken.header("content-type", "multipart/form-data; boundary=x").body("--x\r\nbroken").answer().await.status, 400);
    let plain = server.request(Method::POST, "/account/import").header("cookie", &ada.cookie).header("origin", &server.url);
    assert_eq!(plain.form(&[("format", "todoist")]).answer().await.status, 415);
    let foreign = server.request(Method::POST, "/account/import").header("cookie", &ada.cookie).header("origin", "https://evil.example");
    assert_eq!(foreign.header("content-type", "multipart/form-data; boundary=x").body("--x--").answer().await.status, 403);
    let nobody = server.request(Method::POST, "/account/import").header("origin", &server.url);
    assert_eq!(location(&nobody.header("content-type", "multipart/form-data; boundary=x").body("--x--").answer().await).0, 303);
}

#[tokio::test]
async fn a_download_that_was_written_by_hand_takes_no_id_and_tells_none() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let (of_ada, own) = (ada.add("Of Ada").await, bob.add("Of Bob").await);
    let task = |id: &str, title: &str| {
        json!({ "id": id, "user_id": bob.id, "title": title, "description": null, "completed": false, "due_date": null, "priority": "none",
                "tags": [], "position": "m", "completed_at": null, "created_at": "2026-01-02T10:00:00.000Z", "updated_at": "2026-01-02T10:00:00.000Z" })
    };
    let mut kept = bob.get("").await.json[0].clone();
    kept["title"] = "Of Bob, changed in the file".into();
    let file = json!({ "tasks": [task(&of_ada, "With the id of Ada's"), task("free", "With an id that is free"), task("a\0", "With a NUL"), kept] });
    for _ in 0..2 {
        let sent = send_file(&bob, "json", file.to_string().as_bytes()).await;
        assert_eq!(sent.status, 303, "the answer is the same whether an id is taken: {}", sent.text);
        let titles = ["Of Bob", "With a NUL", "With an id that is free", "With the id of Ada's"];
        assert_eq!(bob.titles("?sort=title").await, titles);
    }
    let ids: Vec<_> = bob.get("").await.json.as_array().unwrap().iter().map(|task| task["id"].clone()).collect();
    assert!(ids.contains(&json!(own)) && !ids.contains(&json!(of_ada)) && !ids.contains(&json!("free")), "{ids:?}");
    assert_eq!(ada.titles("").await, ["Of Ada"]);
}
