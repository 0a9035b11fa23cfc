//! Lists, single tasks and new ones, beside what the peer does, and axum with nothing behind it.

use std::net::SocketAddr;

use serde_json::Value;

use crate::{
    Bench, Result,
    client::{Load, Measured, Requests, ask, in_turn},
    report::Row,
    requests::{get, list_path, task_path},
    seeds,
    servers::Server,
};

pub const LIST: [&str; 3] = ["list of 20", "list of 20: the peer", "list of 20: bare axum"];
pub const ONE: [&str; 3] = ["one task", "one task: the peer", "one task: bare axum"];
pub const CREATE: [&str; 2] = ["creates", "creates: the peer"];

/// How many tasks there are.
pub const TASKS: usize = 100_000;
/// How many clients there are.
pub const CONNECTIONS: usize = 32;

/// Lists of 20.
pub async fn list(bench: &Bench) -> Result<Vec<Row>> {
    let requests = bench.secret.lists(TASKS);
    let (ours, peers) = both(bench, &requests, 200).await?;
    let bare = bare(bench, "/list").await?;
    let row = Row::of_load(LIST[0], &ours).must_ratio(20.0, "the peer", peers.rate()).must_p99(10.0);
    Ok(vec![row, Row::of_load(LIST[1], &peers), share(LIST[2], &ours, &bare)])
}

/// One task by its id.
pub async fn one(bench: &Bench) -> Result<Vec<Row>> {
    let requests = bench.secret.reads(TASKS);
    let (ours, peers) = both(bench, &requests, 200).await?;
    let bare = bare(bench, "/task").await?;
    let row = Row::of_load(ONE[0], &ours).must_ratio(18.0, "the peer", peers.rate());
    Ok(vec![row, Row::of_load(ONE[1], &peers), share(ONE[2], &ours, &bare)])
}

/// New tasks, each of which is on the disk when it is acknowledged.
pub async fn create(bench: &Bench) -> Result<Vec<Row>> {
    let requests = bench.secret.creates();
    let (ours, peers) = both(bench, &requests, 201).await?;
    let row = Row::of_load(CREATE[0], &ours).must_ratio(10.0, "the peer", peers.rate());
    Ok(vec![row, Row::of_load(CREATE[1], &peers)])
}

/// What of the bare server's speed is left once something is behind it.
fn share(name: &str, ours: &Measured, bare: &Measured) -> Row {
    let share = ours.rate() / bare.rate();
    Row::of_load(name, bare).must(&format!("Holdfast ≥ 25 % of it (is {:.0} %)", share * 100.0), share >= 0.25)
}

/// The same requests, to Holdfast and then to the peer.
async fn both(bench: &Bench, requests: &Requests, status: u16) -> Result<(Measured, Measured)> {
    let server = Server::holdfast(bench, &seeds::holdfast(bench, TASKS)?).await?;
    is_full(bench, server.address).await?;
    let ours = load(bench, server.address, requests, status).await?;
    drop(server);
    let server = Server::peer(bench, &seeds::peer(bench, TASKS)?).await?;
    is_full(bench, server.address).await?;
    let peers = load(bench, server.address, requests, status).await?;
    Ok((ours, peers))
}

async fn bare(bench: &Bench, path: &str) -> Result<Measured> {
    let server = Server::holdfast(bench, &seeds::holdfast(bench, TASKS)?).await?;
    let list = ask(server.address, &bench.secret.get(0, &list_path(0))).await?.expect(200)?;
    let task = ask(server.address, &bench.secret.get(0, &task_path(0, 0))).await?.expect(200)?;
    drop(server);
    let server = Server::bare(&list.body, &task.body).await?;
    // As long as those to the others.
    let token = format!("authorization: Bearer {}\r\n", bench.secret.token(0, 0));
    load(bench, server.address, &in_turn(vec![get(path, &token)]), 200).await
}

async fn load(bench: &Bench, address: SocketAddr, requests: &Requests, expected: u16) -> Result<Measured> {
    Load { connections: CONNECTIONS, expected, ..bench.load(address, requests) }.run().await
}

/// What is compared should be the same: 20 tasks a list.
async fn is_full(bench: &Bench, address: SocketAddr) -> Result<()> {
    let reply = ask(address, &bench.secret.get(7, &list_path(7))).await?.expect(200)?;
    let tasks: Vec<Value> = serde_json::from_slice(&reply.body)?;
    if tasks.len() == 20 { Ok(()) } else { Err(format!("a list of 20 has {} tasks", tasks.len()).into()) }
}
