//! Tokens of services whose key sets are trusted (`--trusted-jwks`), and our own key set (`--jwt-signing-key`).

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use reqwest::Method;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use server::config::trusted_jwks::trusted_jwks;

use crate::support::{Answer, SECRET, Send as _, Server, b64, eventually, jwt, signed};

/// Another service that publishes a key set.
#[derive(Clone, Default)]
struct Issuer {
    url: String,
    set: Arc<Mutex<Option<Value>>>,
    asked: Arc<AtomicUsize>,
}

impl Issuer {
    async fn start(keys: &[&Value]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = Self { url: format!("http://{}/jwks", listener.local_addr().unwrap()), ..Self::default() };
        issuer.publish(keys);
        let router = Router::new().route("/jwks", get(Self::answer)).with_state(issuer.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        issuer
    }

    #[allow(clippy::unused_async, reason = "a handler of axum is a future")]
    async fn answer(State(issuer): State<Self>) -> axum::response::Response {
        issuer.asked.fetch_add(1, Ordering::SeqCst);
        let set = issuer.set.lock().unwrap().clone();
        set.map_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response(), |set| axum::Json(set).into_response())
    }

    fn publish(&self, keys: &[&Value]) {
        *self.set.lock().unwrap() = Some(json!({ "keys": keys }));
    }

    fn fail(&self) {
        *self.set.lock().unwrap() = None;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// A server that trusts it, once it has read the set.
    async fn trusted(&self, more: &str) -> Server {
        let source = trusted_jwks(&format!("{}{more}", self.url)).unwrap();
        let server = Server::configured(|config| config.trusted_jwks = vec![source]).await;
        eventually(async || self.asked() > 0).await;
        server
    }
}

struct Ed25519(Ed25519KeyPair, &'static str);

impl Ed25519 {
    fn new(id: &'static str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap(), id)
    }

    fn jwk(&self) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": self.1, "x": b64(self.0.public_key()) })
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
        format!("{message}.{}", b64(self.0.sign(message.as_bytes())))
    }

    fn token(&self, claims: &Value) -> String {
        self.sign(&json!({ "alg": "EdDSA", "kid": self.1 }), claims)
    }
}

async fn list(server: &Server, user: &str, token: &str) -> Answer {
    server.request(Method::GET, &format!("/api/{user}/tasks")).bearer_auth(token).answer().await
}

async fn status(server: &Server, user: &str, token: &str) -> u16 {
    list(server, user, token).await.status.as_u16()
}

#[tokio::test]
async fn a_token_of_better_auths_jwt_plugin_opens_the_tasks_of_its_user() {
    let key = Ed25519::new("one");
    let issuer = Issuer::start(&[&key.jwk()]).await;
    let server = issuer.trusted("").await;
    let now = server.now();
    // Its payload is the user, with the claims beside it.
    let claims = json!({
        "iat": now, "name": "Ada", "email": "ada@example.com", "emailVerified": true, "image": null, "id": "Kx1",
        "sub": "Kx1", "exp": now + 900, "iss": "http://localhost:3000", "aud": "http://localhost:3000"
    });
    let token = key.token(&claims);
    assert_eq!(status(&server, "Kx1", &token).await, 200);
    list(&server, "Kx2", &token).await.is_problem(403, "FORBIDDEN");
    assert_eq!(issuer.asked(), 1, "the set is kept");
    server.advance(Duration::from_secs(901));
    list(&server, "Kx1", &token).await.is_problem(401, "INVALID_TOKEN");
}

#[tokio::test]
async fn es256_is_verified_by_its_own_kind_of_key() {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap();
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let jwk = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": "p", "x": b64(x), "y": b64(y) });
    let server = Issuer::start(&[&jwk]).await.trusted("").await;
    let message = format!("{}.{}", b64(r#"{"alg":"ES256","kid":"p"}"#), b64(json!({ "sub": "u1", "exp": server.now() + 60 }).to_string()));
    let token = format!("{message}.{}", b64(pair.sign(&random, message.as_bytes()).unwrap()));
    assert_eq!(status(&server, "u1", &token).await, 200);
}

#[tokio::test]
async fn no_header_takes_a_public_key_for_a_secret_or_a_secret_for_a_public_key() {
    let key = Ed25519::new("one");
    let server = Issuer::start(&[&key.jwk(), &json!({ "kty": "oct", "kid": "shared", "k": b64(SECRET) })]).await.trusted("").await;
    let claims = json!({ "sub": "u1", "exp": server.now() + 60 });
    let public = key.0.public_key().as_ref();
    let forged = [
        ("HMAC with the public key", signed(r#"{"alg":"HS256","kid":"one"}"#, &claims.to_string(), public)),
        ("HMAC with its text", signed(r#"{"alg":"HS256","kid":"one"}"#, &claims.to_string(), b64(public).as_bytes())),
        ("EdDSA by name, HMAC by deed", signed(r#"{"alg":"EdDSA","kid":"one"}"#, &claims.to_string(), public)),
        ("another algorithm for the key", key.sign(&json!({ "alg": "ES256", "kid": "one" }), &claims)),
        ("none", format!("{}.{}.", b64(r#"{"alg":"none","kid":"one"}"#), b64(claims.to_string()))),
        ("no key id", key.sign(&json!({ "alg": "EdDSA" }), &claims)),
        ("another key under its id", Ed25519::new("one").token(&claims)),
        ("a key in the header", key.sign(&json!({ "alg": "EdDSA", "kid": "mine", "jwk": key.jwk() }), &claims)),
        ("a set in the header", key.sign(&json!({ "alg": "EdDSA", "kid": "mine", "jku": "http://127.0.0.1/jwks" }), &claims)),
        ("a secret in the set", signed(r#"{"alg":"HS512","kid":"shared"}"#, &claims.to_string(), SECRET.as_bytes())),
    ];
    for (what, token) in forged {
        assert_eq!(status(&server, "u1", &token).await, 401, "{what}");
    }
    assert_eq!(status(&server, "u1", &key.token(&claims)).await, 200);
    assert_eq!(status(&server, "u1", &jwt(&claims, SECRET)).await, 200, "the shared secret goes on working");
}

#[tokio::test]
async fn keys_for_encryption_or_of_other_algorithms_verify_nothing() {
    let key = Ed25519::new("one");
    let with = |name: &str, value: &str| {
        let mut jwk = key.jwk();
        jwk[name] = value.into();
        jwk
    };
    for jwk in [with("use", "enc"), with("alg", "ES256"), with("crv", "X25519"), with("x", "AAAA"), json!({ "kty": "new", "kid": "one" })] {
        let server = Issuer::start(&[&jwk]).await.trusted("").await;
        let token = key.token(&json!({ "sub": "u1", "exp": server.now() + 60 }));
        assert_eq!(status(&server, "u1", &token).await, 401, "{jwk}");
    }
}

#[tokio::test]
async fn issuer_and_audience_are_demanded_where_they_are_configured() {
    let key = Ed25519::new("one");
    let issuer = Issuer::start(&[&key.jwk()]).await;
    let server = issuer.trusted(",issuer=https://app.example.com,audience=tasks").await;
    let exp = server.now() + 60;
    let token = |iss: &str, aud: Value| key.token(&json!({ "sub": "u1", "exp": exp, "iss": iss, "aud": aud }));
    assert_eq!(status(&server, "u1", &token("https://app.example.com", json!("tasks"))).await, 200);
    assert_eq!(status(&server, "u1", &token("https://app.example.com", json!(["other", "tasks"]))).await, 200);
    assert_eq!(status(&server, "u1", &token("https://app.example.com", json!("other"))).await, 401);
    assert_eq!(status(&server, "u1", &token("https://evil.example.com", json!("tasks"))).await, 401);
    assert_eq!(status(&server, "u1", &key.token(&json!({ "sub": "u1", "exp": exp }))).await, 401);
    // Those of the shared secret have their own flags.
    assert_eq!(status(&server, "u1", &jwt(&json!({ "sub": "u1", "exp": exp }), SECRET)).await, 200);
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_at_most_once_a_minute() {
    let (old, new) = (Ed25519::new("old"), Ed25519::new("new"));
    let issuer = Issuer::start(&[&old.jwk()]).await;
    let server = issuer.trusted("").await;
    let claims = json!({ "sub": "u1", "exp": server.now() + 3600 });
    let asked = issuer.asked();
    for n in 0..20 {
        let forged = old.sign(&json!({ "alg": "EdDSA", "kid": format!("made up {n}") }), &claims);
        assert_eq!(status(&server, "u1", &forged).await, 401);
    }
    assert_eq!(issuer.asked(), asked + 1);
    issuer.publish(&[&old.jwk(), &new.jwk()]);
    server.advance(Duration::from_secs(61));
    assert_eq!(status(&server, "u1", &new.token(&claims)).await, 200);
    assert_eq!(status(&server, "u1", &old.token(&claims)).await, 200);
    assert_eq!(issuer.asked(), asked + 2);
}

#[tokio::test]
async fn keys_are_kept_while_their_service_is_away_and_end_their_tokens_when_it_withdraws_them() {
    let (old, new) = (Ed25519::new("old"), Ed25519::new("new"));
    let issuer = Issuer::start(&[&old.jwk()]).await;
    let server = issuer.trusted("").await;
    let claims = json!({ "sub": "u1", "exp": server.now() + 3600 });
    assert_eq!(status(&server, "u1", &old.token(&claims)).await, 200);
    issuer.fail();
    assert_eq!(status(&server, "u1", &new.token(&claims)).await, 401, "it makes us read the set, which fails");
    assert_eq!(status(&server, "u1", &old.token(&claims)).await, 200);
    issuer.publish(&[&new.jwk()]);
    server.advance(Duration::from_secs(61));
    assert_eq!(status(&server, "u1", &new.token(&claims)).await, 200);
    assert_eq!(status(&server, "u1", &old.token(&claims)).await, 401, "verified before, and its key is gone");
    issuer.publish(&[&new.jwk(), &old.jwk()]);
    server.advance(Duration::from_secs(61));
    assert_eq!(status(&server, "u1", &Ed25519::new("third").token(&claims)).await, 401);
    assert_eq!(status(&server, "u1", &old.token(&claims)).await, 200, "it is back");
}

#[tokio::test]
async fn before_the_set_was_ever_had_nobody_is_told_that_their_token_is_bad() {
    let key = Ed25519::new("one");
    let issuer = Issuer::start(&[]).await;
    issuer.fail();
    let server = issuer.trusted("").await;
    let token = key.token(&json!({ "sub": "u1", "exp": server.now() + 3600 }));
    list(&server, "u1", &token).await.is_problem(503, "SERVICE_UNAVAILABLE");
    issuer.publish(&[&key.jwk()]);
    server.advance(Duration::from_secs(61));
    assert_eq!(status(&server, "u1", &token).await, 200);
}

#[tokio::test]
async fn a_sign_out_everywhere_ends_tokens_of_trusted_services_too() {
    let key = Ed25519::new("one");
    let server = Issuer::start(&[&key.jwk()]).await.trusted("").await;
    let person = server.person("Ada").await;
    let token = key.token(&json!({ "sub": person.id, "iat": server.now(), "exp": server.now() + 900 }));
    assert_eq!(status(&server, &person.id, &token).await, 200);
    let ended = server.request(Method::POST, "/api/auth/revoke-sessions").bearer_auth(&person.token).json(&json!({})).answer().await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    assert_eq!(status(&server, &person.id, &token).await, 401);
}

#[tokio::test]
async fn user_id_in_camel_case_and_whole_numbers_name_a_user() {
    let server = Server::start().await;
    let exp = server.now() + 60;
    for (claims, user) in [
        (json!({ "userId": "u1", "exp": exp }), "u1"),
        (json!({ "sub": 42, "exp": exp }), "42"),
        (json!({ "user_id": 7, "exp": exp }), "7"),
        (json!({ "sub": "u1", "userId": "u2", "exp": exp }), "u1"),
    ] {
        assert_eq!(status(&server, user, &jwt(&claims, SECRET)).await, 200, "{claims}");
    }
    for claims in [json!({ "sub": 4.5, "exp": exp }), json!({ "sub": true, "exp": exp }), json!({ "sub": [1], "exp": exp })] {
        assert_eq!(status(&server, "4.5", &jwt(&claims, SECRET)).await, 401, "{claims}");
    }
}

#[tokio::test]
async fn a_key_set_is_at_an_address_that_nobody_can_change_on_the_way() {
    for good in ["https://app.example.com/api/auth/jwks", "http://127.0.0.1:3001/jwks", "http://localhost/jwks,issuer=a,audience=b"] {
        assert!(trusted_jwks(good).is_ok(), "{good}");
    }
    for bad in [
        "http://app.example.com/jwks",
        "ftp://localhost/jwks",
        "jwks",
        "https://u:p@a.example.com/",
        "https://a.example.com/,issuer=",
        "https://a.example.com/,issuer=a,issuer=b",
        "https://a.example.com/,key=a",
    ] {
        assert!(trusted_jwks(bad).is_err(), "{bad}");
    }
}

/// A file with an Ed25519 key in PEM, as `openssl genpkey` writes it.
pub fn key_file() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, pkcs8.as_ref());
    std::fs::write(file.path(), format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")).unwrap();
    file
}

#[tokio::test]
async fn without_a_signing_key_there_is_no_key_set_and_no_eddsa() {
    let server = Server::start().await;
    let person = server.person("Ada").await;
    server.get("/api/auth/jwks").await.is_problem(404, "NOT_FOUND");
    assert_eq!(server.get("/.well-known/openid-configuration").await.status, 404);
    let asked = server.request(Method::GET, "/api/auth/token?alg=EdDSA").bearer_auth(&person.token).answer().await;
    asked.is_problem(400, "UNSUPPORTED_ALGORITHM");
}

#[tokio::test]
async fn a_service_without_the_secret_verifies_our_tokens_by_our_key_set() {
    let file = key_file();
    let ours = Server::configured(|config| config.jwt_signing_key = Some(file.path().into())).await;
    let person = ours.person("Ada").await;
    let token = async |query: &str| ours.request(Method::GET, &format!("/api/auth/token{query}")).bearer_auth(&person.token).answer().await;
    let hs256 = token("").await.json["token"].as_str().unwrap().to_owned();
    let eddsa = token("?alg=EdDSA").await.json["token"].as_str().unwrap().to_owned();
    token("?alg=RS256").await.is_problem(400, "UNSUPPORTED_ALGORITHM");
    assert_eq!(jsonwebtoken::decode_header(&hs256).unwrap().alg, jsonwebtoken::Algorithm::HS256);

    // Another Holdfast stands for the service: it trusts our key set and has another secret of its own.
    let configuration = ours.get("/.well-known/openid-configuration").await.json;
    assert_eq!(configuration["jwks_uri"], format!("{}/api/auth/jwks", ours.url));
    assert_eq!(configuration["issuer"], ours.url);
    let source = format!("{}/api/auth/jwks,issuer={},audience={}", ours.url, ours.url, ours.url);
    let other = Server::configured(|config| config.trusted_jwks = vec![trusted_jwks(&source).unwrap()]).await;
    assert_eq!(status(&other, &person.id, &eddsa).await, 200);
    // It opens our own tasks too, until the session ends.
    assert_eq!(status(&ours, &person.id, &eddsa).await, 200);
    let ended = ours.request(Method::POST, "/api/auth/sign-out").bearer_auth(&person.token).json(&json!({})).answer().await;
    assert_eq!(ended.status, 200);
    assert_eq!(status(&ours, &person.id, &eddsa).await, 401);
    other.advance(Duration::from_secs(901));
    assert_eq!(status(&other, &person.id, &eddsa).await, 401, "a service that learns of no sign-out trusts it for 15 minutes");
}

#[tokio::test]
async fn the_key_set_holds_the_public_half_alone() {
    let file = key_file();
    let server = Server::configured(|config| config.jwt_signing_key = Some(file.path().into())).await;
    let set = server.get("/api/auth/jwks").await;
    let keys = set.json["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    let mut members: Vec<_> = keys[0].as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
}
