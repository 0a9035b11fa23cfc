//! `/.well-known/security.txt` (RFC 9116): where to report a weakness of this installation.

use std::time::Duration;

use app::model::Timestamp;
use server::config::Config;

use crate::support::{Answer, Server};

fn fields<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    let start = format!("{name}: ");
    answer.text.lines().filter_map(|line| line.strip_prefix(&start)).collect()
}

fn with_contacts(config: &mut Config) {
    config.security_contact = ["mailto:security@example.com", "https://example.com/report"].map(|text| text.parse().unwrap()).to_vec();
}

#[tokio::test]
async fn without_a_contact_there_is_no_security_txt() {
    let server = Server::start().await;
    assert_eq!(server.get("/.well-known/security.txt").await.status, 404);
}

#[tokio::test]
async fn security_txt_names_the_contacts_and_expires_within_a_year_of_the_servers_clock() {
    let server = Server::configured(with_contacts).await;
    for _ in 0..2 {
        let answer = server.get("/.well-known/security.txt").await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/plain; charset=utf-8"));
        assert_eq!(fields(&answer, "Contact"), ["mailto:security@example.com", "https://example.com/report"]);
        let expires: Timestamp = serde_json::from_value(fields(&answer, "Expires")[0].into()).unwrap();
        let left = expires.0 - server.state.clock.now().0;
        assert!((1..365 * 24 * 3_600_000).contains(&left), "{}", answer.text);
        assert_eq!(fields(&answer, "Expires").len(), 1);
        // The address of a request is nobody's word for what the site's address is.
        assert!(fields(&answer, "Canonical").is_empty(), "{}", answer.text);
        server.advance(Duration::from_hours(24 * 400));
    }
}

#[tokio::test]
async fn security_txt_says_its_own_address_where_the_site_knows_it() {
    let server = Server::configured(|config| {
        with_contacts(config);
        config.base_url = Some(url::Url::parse("https://tasks.example.com").unwrap().origin());
    })
    .await;
    let answer = server.get("/.well-known/security.txt").await;
    assert_eq!(fields(&answer, "Canonical"), ["https://tasks.example.com/.well-known/security.txt"]);
}
