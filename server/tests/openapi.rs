//! The contract for machines is what the program says that it is, and what is checked in.

use std::{fs, path::Path};

use reqwest::Method;
use serde_json::Value;

use crate::{
    support::{Send as _, Server},
    trusted_keys::key_file,
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

#[tokio::test]
async fn the_document_is_the_one_that_is_checked_in() {
    let server = Server::start().await;
    let answer = server.get("/api/openapi.json").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.json["openapi"], "3.1.0");
    let text = format!("{}\n", serde_json::to_string_pretty(&answer.json).unwrap());
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(FILE, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(FILE).unwrap_or_default(), text, "UPDATE_OPENAPI=1 cargo test -p server writes it anew");
}

#[tokio::test]
async fn the_cookie_is_named_as_the_server_sets_it() {
    for (base_url, name) in [("http://127.0.0.1:3000", "holdfast_session"), ("https://tasks.example", "__Host-holdfast_session")] {
        let server = Server::configured(|config| config.base_url = Some(url::Url::parse(base_url).unwrap().origin())).await;
        let document = server.get("/api/openapi.json").await.json;
        assert_eq!(document["components"]["securitySchemes"]["cookie"]["name"], name);
        let ada = server.person("Ada").await;
        assert!(ada.cookie.starts_with(&format!("{name}=")), "{}", ada.cookie);
    }
}

/// Everything that refers to a schema refers to one that is there, and no schema is empty.
fn walk(document: &Value, value: &Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let pointer = reference.strip_prefix('#').expect("a reference into the document");
                assert!(document.pointer(pointer).is_some(), "{reference}");
            }
            if let Some(schema) = members.get("schema") {
                assert!(schema.as_object().is_some_and(|schema| !schema.is_empty()), "{value}");
            }
            members.values().for_each(|member| walk(document, member));
        }
        Value::Array(items) => items.iter().for_each(|item| walk(document, item)),
        _ => {}
    }
}

#[tokio::test]
async fn every_documented_operation_is_answered_as_documented_and_every_reference_leads_somewhere() {
    let key = key_file();
    let server = Server::configured(|config| config.jwt_signing_key = Some(key.path().into())).await;
    let ada = server.person("Ada").await;
    let id = ada.add("one").await;
    let document = server.get("/api/openapi.json").await.json;
    walk(&document, &document);
    let mut count = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            count += 1;
            let real = path.replace("{user_id}", &ada.id).replace("{id}", &id);
            let answer = server.request(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &real).answer().await;
            assert!(!matches!(answer.status.as_u16(), 404 | 405 | 500), "{method} {path}: {}", answer.status);
            let documented = &document["paths"][path][method]["responses"];
            assert!(documented.get(answer.status.as_str()).is_some(), "{method} {path}: {} is not documented", answer.status);
        }
    }
    assert_eq!(count, 11 + 22 + 2);
}

#[tokio::test]
async fn every_method_that_a_documented_path_answers_is_documented() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("one").await;
    let document = server.get("/api/openapi.json").await.json;
    for (path, methods) in document["paths"].as_object().unwrap() {
        let real = path.replace("{user_id}", &ada.id).replace("{id}", &id);
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if methods.get(method.as_str().to_lowercase()).is_none() {
                let answer = server.request(method.clone(), &real).bearer_auth(&ada.token).answer().await;
                // Under `/api/auth` a wrong method is as unknown as a wrong path.
                assert!(matches!(answer.status.as_u16(), 404 | 405), "{method} {path}: {}", answer.status);
            }
        }
    }
}

/// The routes outside of the pages that have no description: what is under `/.well-known` (`PATH` is `security.txt`), the document
/// itself, the metrics (of a listener of their own), and the refusal of unknown paths under `/api/auth`.
const UNDESCRIBED: [&str; 5] = ["/.well-known/openid-configuration", "/api/openapi.json", "/metrics", "/{*unknown}", "PATH"];

/// axum does not list its routes. Those of `OpenApiRouter::routes` come with their descriptions; this finds all others.
#[test]
fn every_route_of_the_api_is_made_together_with_its_description() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut undescribed, mut folders) = (Vec::new(), vec![source.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let is_page = path.starts_with(source.join("pages"));
            let text = fs::read_to_string(&path).unwrap_or_default();
            for call in [".route(", ".route_service(", ".nest_service("] {
                let routes = text.split(call).skip(1).map(|rest| rest.split(',').next().unwrap_or_default().trim().trim_matches('"'));
                let is_of_api = |route: &&str| !is_page || ["/api", "/health"].iter().any(|root| route.starts_with(root));
                undescribed.extend(routes.filter(is_of_api).map(str::to_owned));
            }
        }
    }
    undescribed.sort();
    assert_eq!(undescribed, UNDESCRIBED);
}

#[tokio::test]
async fn the_docs_are_a_page_of_this_site_alone() {
    let server = Server::start().await;
    let page = server.get("/api/docs").await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    for words in ["/api/{user_id}/tasks", "Adds a task", "/api/auth/change-password", "openapi.json", "idempotency-key"] {
        assert!(page.text.contains(words), "{words}");
    }
    assert!(!page.text.contains("https://") && !page.text.contains("//cdn"), "nothing from another host");
}
