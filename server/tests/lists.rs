//! Parameters of the list: each alone, together, and wrong.

use std::{collections::HashSet, time::Duration};

use reqwest::Method;
use serde_json::json;

use crate::support::{Person, Send as _, Server};

/// The titles of all pages, one after the other.
pub async fn pages(person: &Person<'_>, query: &str) -> Vec<Vec<String>> {
    let (mut pages, mut query) = (Vec::new(), query.to_owned());
    loop {
        let answer = person.get(&query).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        pages.push(answer.json.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect());
        let Some((url, rel)) = answer.header("link").split_once('>') else { return pages };
        assert_eq!(rel, "; rel=\"next\"");
        query = format!("?{}", url.split_once('?').unwrap().1);
    }
}

#[tokio::test]
async fn a_11_status_filters() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for (title, completed) in [("a", true), ("b", false), ("c", true)] {
        ada.call(Method::POST, "", &json!({ "title": title, "completed": completed })).await;
    }
    assert_eq!(ada.titles("?status=all").await, ["c", "b", "a"]);
    assert_eq!(ada.titles("?status=pending").await, ["b"]);
    assert_eq!(ada.titles("?status=completed").await, ["c", "a"]);
}

#[tokio::test]
async fn a_11_q_searches_title_and_description_in_any_case_and_takes_no_wildcards() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for (title, description) in [("Über München", ""), ("100% sure", "snake_case"), ("back\\slash", ""), ("ordinary", "ÜBER text")] {
        ada.call(Method::POST, "", &json!({ "title": title, "description": description })).await;
    }
    for (search, found) in [
        ("über", vec!["ordinary", "Über München"]),
        ("MÜNCH", vec!["Über München"]),
        ("%25", vec!["100% sure"]),
        ("_", vec!["100% sure"]),
        ("%5C", vec!["back\\slash"]),
        ("E_C", vec!["100% sure"]),
        ("%20%20", vec!["ordinary", "back\\slash", "100% sure", "Über München"]),
        ("nothing", vec![]),
        ("'%20OR%20'1'='1", vec![]),
    ] {
        assert_eq!(ada.titles(&format!("?q={search}")).await, found, "{search}");
    }
}

#[tokio::test]
async fn a_11_sort_and_order_go_together_and_have_defaults() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let mut ids = Vec::new();
    for title in ["banana", "Apple", "cherry"] {
        ids.push(ada.add(title).await);
        server.advance(Duration::from_secs(1));
    }
    ada.call(Method::PUT, &format!("/{}", ids[0]), &json!({ "completed": true })).await;
    for (query, expected) in [
        ("?sort=created_at", ["cherry", "Apple", "banana"]),
        ("?sort=created_at&order=asc", ["banana", "Apple", "cherry"]),
        ("?sort=updated_at", ["banana", "cherry", "Apple"]),
        ("?sort=updated_at&order=asc", ["Apple", "cherry", "banana"]),
        ("?sort=title", ["Apple", "banana", "cherry"]),
        ("?order=desc&sort=title", ["cherry", "banana", "Apple"]),
        ("?order=asc", ["banana", "Apple", "cherry"]),
    ] {
        assert_eq!(ada.titles(query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_11_pages_follow_each_other_without_a_gap_or_a_double_in_every_order() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    // Equal times and equal titles, so that the id decides.
    for n in 0..23 {
        if n % 4 == 0 {
            server.advance(Duration::from_millis(1));
        }
        ada.call(Method::POST, "", &json!({ "title": format!("t{}", n % 5), "completed": n % 3 == 0 })).await;
    }
    for sort in ["created_at", "updated_at", "title"] {
        for order in ["asc", "desc"] {
            let whole: Vec<_> = ada.get(&format!("?sort={sort}&order={order}&limit=1000")).await.json.as_array().unwrap().clone();
            assert_eq!(whole.len(), 23);
            let pages = pages(&ada, &format!("?sort={sort}&order={order}&limit=5")).await;
            assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 5, 5, 3]);
            let expected: Vec<_> = whole.iter().map(|task| task["title"].as_str().unwrap()).collect();
            assert_eq!(pages.concat(), expected, "{sort} {order}");
        }
    }
    let filtered = pages(&ada, "?status=completed&q=t&limit=3").await;
    assert_eq!(filtered.concat().len(), 8, "the filter holds on every page");
    assert_eq!(pages(&ada, "?limit=23").await.len(), 1, "a full last page names no next one");
}

#[tokio::test]
async fn a_11_tasks_added_while_paging_disturb_nothing() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for n in 0..6 {
        ada.add(&n.to_string()).await;
    }
    let first = ada.get("?limit=3").await;
    ada.add("new").await;
    let next = first.header("link").split_once('?').unwrap().1.split_once('>').unwrap().0.to_owned();
    assert_eq!(ada.titles(&format!("?{next}")).await, ["2", "1", "0"]);
}

#[tokio::test]
async fn a_11_a_wrong_parameter_is_422_and_named() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let long = format!("q={}", "x".repeat(201));
    let foreign = ada.add("x").await;
    ada.add("y").await;
    let link = ada.get("?limit=1&sort=title").await.header("link").to_owned();
    let cursor = link.split_once("cursor=").unwrap().1.split_once('>').unwrap().0;
    for (query, fields) in [
        ("status=open", vec!["status"]),
        ("status=", vec!["status"]),
        ("sort=id", vec!["sort"]),
        ("order=up", vec!["order"]),
        ("limit=0", vec!["limit"]),
        ("limit=1001", vec!["limit"]),
        ("limit=-1", vec!["limit"]),
        ("limit=+5", vec!["limit"]),
        ("limit=ten", vec!["limit"]),
        ("limit=99999999999999999999", vec!["limit"]),
        ("q=%00", vec!["q"]),
        (&long, vec!["q"]),
        ("q=1+2+3+4+5+6+7+8+9+10+11", vec!["q"]),
        ("cursor=x", vec!["cursor"]),
        ("cursor=", vec!["cursor"]),
        (&format!("cursor={foreign}"), vec!["cursor"]),
        (&format!("sort=created_at&cursor={cursor}"), vec!["cursor"]),
        (&format!("sort=title&order=desc&cursor={cursor}"), vec!["cursor"]),
        ("limit=0&sort=x&status=y", vec!["limit", "sort", "status"]),
    ] {
        let refused = ada.get(&format!("?{query}")).await;
        refused.is_problem(422, "VALIDATION_ERROR");
        assert_eq!(refused.fields(), fields, "{query}");
    }
    assert_eq!(ada.get("?limit=1&unknown=1&limit=1000").await.status, 200);
    let list = ada.get("?limit=1000").await.json;
    let ids: HashSet<_> = list.as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ada.request(Method::HEAD, "").answer().await.status, 200);
}
