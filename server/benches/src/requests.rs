//! The requests, as bytes, and the tokens in them.

use std::{
    fs::File,
    io::{self, Read as _},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;

use crate::{
    client::{Requests, in_turn},
    seeds::{OWNERS_OF_FEW, PASSWORD, USERS},
};

/// How many tasks are asked for one by one; the number has no divisor in common with those of users and tasks.
const READ: usize = 9_973;
/// How far the next one of them is from the last.
const STRIDE: usize = 7_919;

/// What signs the tokens of all servers, for as long as this runs.
#[derive(Clone)]
pub struct Secret(pub String);

impl Secret {
    /// A new one.
    pub fn random() -> io::Result<Self> {
        let mut bytes = [0; 36];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        Ok(Self(BASE64_STANDARD.encode(bytes)))
    }

    /// A token as a sign-in makes it; `serial` makes it another one than those before.
    pub fn token(&self, user: usize, serial: usize) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let claims = json!({
            "sub": name(user), "email": format!("{}@example.com", name(user)), "name": format!("User {user}"),
            "sid": format!("session-{user:06}"), "iat": now, "exp": now + 24 * 3600, "jti": format!("{serial:08}"),
        });
        let text = |json: &str| BASE64_URL_SAFE_NO_PAD.encode(json);
        let signed = format!("{}.{}", text(r#"{"typ":"JWT","alg":"HS256"}"#), text(&claims.to_string()));
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(signed.as_bytes());
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// `GET` with a token.
    pub fn get(&self, user: usize, path: &str) -> Vec<u8> {
        get(path, &format!("authorization: Bearer {}\r\n", self.token(user, 0)))
    }

    /// Lists of 20, of all users who have tasks in turn.
    pub fn lists(&self, tasks: usize) -> Requests {
        in_turn((0..owners(tasks)).map(|user| self.get(user, &list_path(user))).collect())
    }

    /// One task each, from all over the table.
    pub fn reads(&self, tasks: usize) -> Requests {
        let tokens: Vec<_> = (0..owners(tasks)).map(|user| self.token(user, 0)).collect();
        let read = |n: usize| {
            let task = n * STRIDE % tasks;
            let user = task % tokens.len();
            get(&task_path(user, task), &format!("authorization: Bearer {}\r\n", tokens[user]))
        };
        in_turn((0..READ).map(read).collect())
    }

    /// New tasks, of all users in turn.
    pub fn creates(&self) -> Requests {
        let create = |user| {
            let body = json!({ "title": "Bring the books back to the library", "description": "Two novels and an atlas, due by the end of the week." });
            post(&format!("/api/{}/tasks", name(user)), &format!("authorization: Bearer {}\r\n", self.token(user, 0)), &body.to_string())
        };
        in_turn((0..USERS).map(create).collect())
    }

    /// One and the same request for a user's tasks, with a token that was never seen before.
    pub fn never_seen(&self, user: usize, path: &str) -> Requests {
        let (secret, path) = (self.clone(), path.to_owned());
        Arc::new(move |n| get(&path, &format!("authorization: Bearer {}\r\n", secret.token(user, n + 1))).into())
    }
}

/// Who has tasks in a database of so many: enough of them for each list to be full.
pub const fn owners(tasks: usize) -> usize {
    if tasks <= OWNERS_OF_FEW * 20 { OWNERS_OF_FEW } else { USERS }
}

/// The id of user n.
pub fn name(user: usize) -> String {
    format!("user-{user:06}")
}

/// Of a list of 20.
pub fn list_path(user: usize) -> String {
    format!("/api/{}/tasks?limit=20", name(user))
}

/// Of task n, which belongs to this user.
pub fn task_path(user: usize, task: usize) -> String {
    format!("/api/{}/tasks/00000000-0000-4000-8000-{task:012x}", name(user))
}

/// Signs a user in.
pub fn sign_in(user: usize) -> Vec<u8> {
    let body = json!({ "email": format!("{}@example.com", name(user)), "password": PASSWORD });
    post("/api/auth/sign-in/email", "", &body.to_string())
}

/// `GET` with further header fields.
pub fn get(path: &str, fields: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{fields}\r\n").into_bytes()
}

fn post(path: &str, fields: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: localhost\r\n{fields}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into()
}
