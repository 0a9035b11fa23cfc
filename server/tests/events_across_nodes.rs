//! Whoever watches one of several processes on one PostgreSQL sees what happens on the others.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use server::db::On;
use sqlx::{Postgres, pool::PoolConnection};
use tokio::net::TcpStream;

use crate::{
    events::{Stream, add_in_silence, delete, listen},
    support::{Person, Send as _, Server, eventually},
};

/// Two servers on one database.
async fn two() -> [Server; 2] {
    let first = Server::on_postgres().await;
    let second = first.beside().await;
    listen(&first, 2).await;
    [first, second]
}

/// Somebody on another node.
fn at<'a>(node: &'a Server, person: &Person<'_>) -> Person<'a> {
    Person { server: node, id: person.id.clone(), token: person.token.clone(), cookie: String::new() }
}

async fn cut_notifications(node: &Server) -> i64 {
    let On::Postgres(pool) = node.state.db.read() else { panic!("no PostgreSQL") };
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    sqlx::query_scalar(cut).fetch_one(pool).await.unwrap()
}

/// Takes every connection of a node: nothing that it does comes to the database.
async fn all_connections(node: &Server) -> Vec<PoolConnection<Postgres>> {
    let On::Postgres(pool) = node.state.db.write() else { panic!("no PostgreSQL") };
    let mut held = Vec::new();
    while held.len() < pool.options().get_max_connections() as usize {
        // Its own jobs let go of theirs in a moment.
        held.extend(pool.acquire().await.ok());
    }
    held
}

#[tokio::test]
async fn what_one_node_does_is_seen_on_the_others_once() {
    let nodes = two().await;
    let here = nodes[0].person("Ada").await;
    let there = at(&nodes[1], &here);
    let bob = nodes[1].person("Bob").await;
    let mut streams = [Stream::of(&here).await, Stream::of(&there).await];
    let mut others = Stream::of(&at(&nodes[0], &bob)).await;
    for (person, round) in [(&here, "here"), (&there, "there")] {
        let id = person.add(round).await;
        let path = format!("/{id}");
        for stream in &mut streams {
            assert_eq!(stream.shows().await, format!("saved {round}"));
        }
        let changed = person.call(Method::PUT, &path, &json!({ "title": "🦀", "tags": ["x"] })).await;
        for stream in &mut streams {
            assert_eq!(stream.next().await.unwrap().data, changed.json);
        }
        nodes[0].advance(Duration::from_secs(1));
        delete(person, &id).await;
        let mut at = None;
        for stream in &mut streams {
            let event = stream.next().await.unwrap();
            assert_eq!(event.shown(), format!("deleted {id}"));
            assert_eq!(*at.get_or_insert(event.id), event.id, "the same event has the same id on every node");
        }
        let back = person.request(Method::POST, &format!("{path}/restore")).answer().await;
        for stream in &mut streams {
            assert_eq!(stream.next().await.unwrap().data, back.json);
        }
    }
    bob.add("his").await;
    assert_eq!(others.shows().await, "saved his");
}

#[tokio::test]
async fn a_hundred_changes_at_once_are_all_seen_on_the_other_node() {
    let nodes = two().await;
    let ada = nodes[0].person("Ada").await;
    let mut stream = Stream::of(&at(&nodes[1], &ada)).await;
    let added: Vec<_> = (0..100).map(|n| format!("saved {n}")).collect();
    futures_util::future::join_all((0..100).map(async |n: usize| ada.add(&n.to_string()).await)).await;
    let mut seen = Vec::new();
    while seen.len() < 100 {
        let shown = stream.shows().await;
        assert!(!seen.contains(&shown), "{shown} came twice");
        seen.push(shown);
    }
    assert!(added.iter().all(|title| seen.contains(title)));
}

#[tokio::test]
async fn nothing_is_missed_though_the_notifications_were_cut() {
    let nodes = two().await;
    let ada = nodes[0].person("Ada").await;
    let there = at(&nodes[1], &ada);
    let mut stream = Stream::of(&ada).await;
    for round in 0..3 {
        listen(&nodes[0], 2).await;
        // So that it is not the time before that is read again anyway.
        nodes[0].advance(Duration::from_mins(1));
        let id = there.add(&format!("deleted {round}")).await;
        stream.goes_on_to(&format!("saved deleted {round}")).await;
        nodes[0].advance(Duration::from_mins(1));
        assert_eq!(cut_notifications(&nodes[0]).await, 2);
        there.add(&format!("added {round}")).await;
        delete(&there, &id).await;
        let mut missed = vec![format!("saved added {round}"), format!("deleted {id}")];
        while !missed.is_empty() {
            let shown = stream.shows().await;
            assert_ne!(shown, "reset");
            missed.retain(|other| *other != shown);
        }
    }
}

#[tokio::test]
async fn nothing_is_missed_on_a_node_whose_clock_is_ten_seconds_off() {
    for off in [10_000, -10_000] {
        let place = Server::place_on_postgres().await;
        let nodes = [Server::at_with_clock_off(&place, 0).await, Server::at_with_clock_off(&place, off).await];
        listen(&nodes[0], 2).await;
        let ada = nodes[0].person("Ada").await;
        for (watching, changing) in [(0, 1), (1, 0)] {
            let (watcher, changer) = (at(&nodes[watching], &ada), at(&nodes[changing], &ada));
            let id = changer.add("before").await;
            // The last that it saw is of this moment by the clock of its own node.
            let mut stream = Stream::of(&watcher).await;
            watcher.add("seen").await;
            stream.goes_on_to("saved seen").await;
            cut_notifications(&nodes[0]).await;
            changer.add("added").await;
            delete(&changer, &id).await;
            let mut missed = vec!["saved added".to_owned(), format!("deleted {id}")];
            while !missed.is_empty() {
                let shown = stream.shows().await;
                assert_ne!(shown, "reset");
                missed.retain(|other| *other != shown);
            }
            listen(&nodes[0], 2).await;
        }
    }
}

#[tokio::test]
async fn what_a_node_did_last_is_seen_on_the_others() {
    let mut nodes = two().await;
    let ada = nodes[0].person("Ada").await;
    add_in_silence(&nodes[0], &ada, "last", 1).await;
    let task = serde_json::from_value(ada.get("").await.json[0].clone()).unwrap();
    let mut stream = Stream::of(&ada).await;
    // It comes to its end before it comes to tell.
    let held = all_connections(&nodes[1]).await;
    nodes[1].state.events.saved(&task);
    let address = nodes[1].url.strip_prefix("http://").unwrap().to_owned();
    nodes[1].call_stop();
    eventually(async || TcpStream::connect(&address).await.is_err()).await;
    drop(held);
    nodes[1].stopped().await;
    assert_eq!(stream.shows().await, "saved last 1");
}

#[tokio::test]
async fn a_change_that_could_not_be_told_at_once_is_told_later() {
    let nodes = two().await;
    let ada = nodes[0].person("Ada").await;
    add_in_silence(&nodes[0], &ada, "kept", 1).await;
    let task = serde_json::from_value(ada.get("").await.json[0].clone()).unwrap();
    let mut stream = Stream::of(&ada).await;
    let held = all_connections(&nodes[1]).await;
    nodes[1].state.events.saved(&task);
    // Whoever asked before has been refused by then.
    for _ in 0..2 {
        assert!(nodes[1].state.db.begin().await.is_err());
    }
    drop(held);
    assert_eq!(stream.shows().await, "saved kept 1");
}

#[tokio::test]
async fn a_stream_ends_with_a_session_that_ends_on_another_node() {
    let nodes = two().await;
    let ada = nodes[0].person("Ada").await;
    let phone = nodes[0].sign_in("ada@example.com").await;
    let (mut stream, mut of_phone) = (Stream::of(&ada).await, Stream::of(&phone).await);
    let sign_out = nodes[1].request(Method::POST, "/api/auth/sign-out").bearer_auth(&phone.token).json(&json!({}));
    assert_eq!(sign_out.answer().await.status, 200);
    of_phone.ends().await;
    ada.add("goes on").await;
    stream.goes_on_to("saved goes on").await;
}
