//! Sixty-odd ways to cheat with a token. Each is 401, in the same words.

use reqwest::Method;
use serde_json::json;

use crate::support::{PREVIOUS, SECRET, Send as _, Server, b64, jwt, signed};

const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Each forgery with what it is.
fn forgeries(user: &str, real: &str, now: i64) -> Vec<(String, String)> {
    let good = json!({ "sub": user, "exp": now + 600 }).to_string();
    let mut all: Vec<(String, String)> = Vec::new();
    let mut add = |what: &str, token: String| all.push((what.to_owned(), token));

    // Algorithms: none, others of the same family with the right key, key confusion, nonsense.
    for algorithm in [
        "none", "None", "NONE", "nOnE", "", "hs256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "EdDSA",
        "HS256 ", "dir",
    ] {
        let header = json!({ "alg": algorithm, "typ": "JWT" }).to_string();
        add(&format!("alg {algorithm:?}, signed"), signed(&header, &good, SECRET.as_bytes()));
        add(&format!("alg {algorithm:?}, no signature"), format!("{}.{}.", b64(&header), b64(&good)));
    }
    for header in [
        r#"{"typ":"JWT"}"#,
        r#"{"alg":null}"#,
        r#"{"alg":256}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"{"alg":"HS256","crit":["exp"]}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"HS256","b64":false}"#,
        r#"{"alg":"HS256","zip":"DEF"}"#,
        r#"{"alg":"HS256","enc":"A128GCM"}"#,
        "[]",
        "null",
        "HS256",
        "",
    ] {
        add(&format!("header {header}"), signed(header, &good, SECRET.as_bytes()));
    }

    // Keys: none, prefixes, encodings of the right one, one that the header brings along.
    for (what, key) in [
        ("an empty key", Vec::new()),
        ("a prefix of the key", SECRET.as_bytes()[..31].to_vec()),
        ("the key and a line end", format!("{SECRET}\n").into_bytes()),
        ("the key in base64url", b64(SECRET).into_bytes()),
        ("the key in lower case", SECRET.to_lowercase().into_bytes()),
        ("zeros", vec![0; 32]),
    ] {
        add(what, signed(HS256, &good, &key));
    }
    let jwk = json!({ "alg": "HS256", "jwk": { "kty": "oct", "k": b64("mine, all mine, and long enough!"), "alg": "HS256" } });
    add("a key in the header", signed(&jwk.to_string(), &good, b"mine, all mine, and long enough!"));
    let file = json!({ "alg": "HS256", "kid": "../../../../dev/null" });
    add("a key file in the header", signed(&file.to_string(), &good, b""));

    // Claims, rightly signed.
    let mut claims = |what: &str, claims: String| add(what, signed(HS256, &claims, SECRET.as_bytes()));
    claims("no exp", json!({ "sub": user }).to_string());
    claims("expired just now", json!({ "sub": user, "exp": now }).to_string());
    claims("expired long ago", json!({ "sub": user, "exp": 0 }).to_string());
    claims("expired before 1970", json!({ "sub": user, "exp": -1 }).to_string());
    claims("exp as text", json!({ "sub": user, "exp": (now + 600).to_string() }).to_string());
    claims("exp null", json!({ "sub": user, "exp": null }).to_string());
    claims("exp true", json!({ "sub": user, "exp": true }).to_string());
    claims("exp in a list", json!({ "sub": user, "exp": [now + 600] }).to_string());
    claims("exp twice", format!(r#"{{"sub":"{user}","exp":1,"exp":{}}}"#, now + 600));
    claims("exp beyond all numbers", format!(r#"{{"sub":"{user}","exp":1e999}}"#));
    claims("not yet valid", json!({ "sub": user, "exp": now + 600, "nbf": now + 60 }).to_string());
    claims("nbf as text", json!({ "sub": user, "exp": now + 600, "nbf": "0" }).to_string());
    claims("no user", json!({ "exp": now + 600 }).to_string());
    claims("an empty user", json!({ "sub": "", "exp": now + 600 }).to_string());
    claims("a user that is no whole number", json!({ "sub": 1.5, "exp": now + 600 }).to_string());
    claims("users in a list", json!({ "sub": [user], "exp": now + 600 }).to_string());
    claims("a user with a NUL", json!({ "sub": format!("{user}\0"), "exp": now + 600 }).to_string());
    claims("a user of 256 characters", json!({ "sub": "x".repeat(256), "exp": now + 600 }).to_string());
    claims("sid that is a number", json!({ "sub": user, "exp": now + 600, "sid": 7 }).to_string());
    claims("claims in a list", format!("[{good}]"));
    claims("no claims", String::new());
    claims("claims that are no JSON", "sub=me".into());
    claims("more than 8 KiB", json!({ "sub": user, "exp": now + 600, "pad": "x".repeat(8200) }).to_string());

    // The text itself.
    let (message, tag) = real.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    for (what, token) in [
        ("no signature", format!("{message}.")),
        ("two parts", message.to_owned()),
        ("one part", header.to_owned()),
        ("four parts", format!("{real}.{tag}")),
        ("five parts, as of an encrypted token", format!("{header}.{payload}.{tag}.{tag}.{tag}")),
        ("a signature cut short", format!("{message}.{}", &tag[..tag.len() - 2])),
        ("a signature with more", format!("{real}AA")),
        ("a signature with padding", format!("{real}=")),
        (
            "the signature of another token",
            format!("{message}.{}", jwt(&json!({ "sub": user, "exp": now + 601 }), SECRET).rsplit_once('.').unwrap().1),
        ),
        ("parts in another order", format!("{payload}.{header}.{tag}")),
        ("dots alone", "..".into()),
        ("quotes around it", format!("\"{real}\"")),
        ("standard base64", format!("{message}.+/{}", &tag[2..])),
    ] {
        add(what, token);
    }
    all
}

#[tokio::test]
async fn a_08_forged_tokens_open_nothing_and_are_not_told_apart() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    ada.add("mine").await;
    let forgeries = forgeries(&ada.id, &ada.token, server.now());
    assert!(forgeries.len() >= 60, "{}", forgeries.len());
    let mut seen = None;
    for (what, token) in forgeries {
        let answer = server.request(Method::GET, &format!("/api/{}/tasks", ada.id)).bearer_auth(&token).answer().await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.text);
        answer.is_problem(401, "INVALID_TOKEN");
        let body = answer.same_for_all();
        assert_eq!(seen.get_or_insert(body.clone()), &body, "{what} is told apart");
    }
    assert_eq!(ada.titles("").await, ["mine"], "the real token still works");
}

#[tokio::test]
async fn a_08_no_single_changed_character_of_a_token_goes_unnoticed() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for at in 0..ada.token.len() {
        let mut bytes = ada.token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(server.state.tokens.verify(&changed).is_none(), "character {at}");
    }
}

#[tokio::test]
async fn a_03_the_previous_secret_verifies_and_never_signs() {
    let server = Server::start().await;
    let old = jwt(&json!({ "sub": "ada", "exp": server.now() + 60 }), PREVIOUS);
    assert_eq!(server.request(Method::GET, "/api/ada/tasks").bearer_auth(&old).answer().await.status, 200);
    let ada = server.person("Ada").await;
    let (message, tag) = ada.token.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let decode =
        |part: &str| String::from_utf8(base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, part).unwrap()).unwrap();
    let again = signed(&decode(header), &decode(payload), SECRET.as_bytes());
    assert_eq!(again.rsplit_once('.').unwrap().1, tag, "signed with the current secret");
}
