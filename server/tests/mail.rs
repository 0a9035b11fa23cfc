//! Mail by SMTP (RFC 5321), and what happens when its server does not want to.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use crate::support::{Letter, Server};

/// A mail that the sink took: its envelope and itself.
struct Taken {
    from: String,
    to: String,
    letter: Letter,
}

/// A mail server on a port of its own that refuses the first so many mails for the time being. Its URL, and what it takes.
async fn sink(mut refusals: usize) -> (String, mpsc::UnboundedReceiver<Taken>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let (taken, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let refuse = refusals > 0;
            refusals = refusals.saturating_sub(1);
            tokio::spawn(converse(stream, refuse, taken.clone()));
        }
    });
    (url, receiver)
}

async fn converse(stream: TcpStream, refuse: bool, taken: mpsc::UnboundedSender<Taken>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 sink\r\n").await?;
    let (mut from, mut to) = (String::new(), String::new());
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let address = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => stream.write_all(b"250-sink\r\n250 8BITMIME\r\n").await?,
            "MAIL" if refuse => stream.write_all(b"451 later\r\n").await?,
            "MAIL" => {
                from = address();
                stream.write_all(b"250 ok\r\n").await?;
            }
            "RCPT" => {
                to = address();
                stream.write_all(b"250 ok\r\n").await?;
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut text = String::new();
                while !text.ends_with("\r\n.\r\n") {
                    stream.read_line(&mut text).await?;
                }
                let letter = Letter::parse(text.trim_end_matches(".\r\n"));
                let _ = taken.send(Taken { from: from.clone(), to: to.clone(), letter });
                stream.write_all(b"250 taken\r\n").await?;
            }
            "QUIT" => return stream.write_all(b"221 bye\r\n").await,
            _ => stream.write_all(b"502 what\r\n").await?,
        }
    }
}

async fn ask(server: &Server) {
    let answer = server.post("/api/auth/request-password-reset", &json!({ "email": "ada@example.com" })).await;
    assert_eq!(answer.status, 200);
}

async fn take(mails: &mut mpsc::UnboundedReceiver<Taken>) -> Taken {
    tokio::time::timeout(Duration::from_secs(20), mails.recv()).await.expect("no mail came").unwrap()
}

#[tokio::test]
async fn mail_goes_to_the_configured_server() {
    let (url, mut mails) = sink(0).await;
    let server = Server::mailing(&url).await;
    server.person("Ada").await;
    ask(&server).await;
    let Taken { from, to, letter } = take(&mut mails).await;
    assert_eq!((&*from, &*to), ("holdfast@localhost", "ada@example.com"));
    assert_eq!((&*letter.from, &*letter.to), ("Holdfast <holdfast@localhost>", "ada@example.com"));
    let body = json!({ "token": letter.token(), "newPassword": "another good password" });
    assert_eq!(server.post("/api/auth/reset-password", &body).await.status, 200);
    assert_eq!(take(&mut mails).await.letter.subject, "Your password was changed");
}

#[tokio::test]
async fn a_server_that_wants_it_later_gets_it_later() {
    let (url, mut mails) = sink(2).await;
    let server = Server::mailing(&url).await;
    server.person("Ada").await;
    ask(&server).await;
    assert_eq!(take(&mut mails).await.letter.subject, "Set a new password");
}

#[tokio::test]
async fn mails_under_way_are_sent_before_the_program_ends() {
    let (url, mut mails) = sink(0).await;
    let mut server = Server::mailing(&url).await;
    server.person("Ada").await;
    ask(&server).await;
    server.stop().await;
    assert_eq!(mails.try_recv().expect("it has been sent").to, "ada@example.com");
}

#[tokio::test]
async fn a_mail_server_that_says_nothing_keeps_nobody_waiting() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut server = Server::mailing(&format!("smtp://{}", silent.local_addr().unwrap())).await;
    server.person("Ada").await;
    let began = Instant::now();
    for _ in 0..5 {
        ask(&server).await;
    }
    server.stop().await;
    // The client's patience with a mail server is 20 s: nothing here has waited for that.
    assert!(began.elapsed() < Duration::from_secs(15));
}
