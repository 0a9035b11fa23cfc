//! The page of somebody's tasks, as the server renders it.

use crate::{
    Bench, Result,
    client::{Load, ask, in_turn},
    measure::tasks::{CONNECTIONS, TASKS},
    report::Row,
    requests::{get, sign_in},
    seeds,
    servers::Server,
};

pub const PAGE: [&str; 1] = ["page of 100 tasks"];

/// How many people look at theirs.
const PEOPLE: usize = 32;
/// Pages per second.
const BUDGET: f64 = 5_000.0;

/// `/tasks` with 100 tasks, as it is without compression.
pub async fn page(bench: &Bench) -> Result<Vec<Row>> {
    let server = Server::holdfast(bench, &seeds::holdfast(bench, TASKS)?).await?;
    let mut pages = Vec::new();
    for user in 0..PEOPLE {
        let reply = ask(server.address, &sign_in(user)).await?.expect(200)?;
        let cookie = reply.header("set-cookie").and_then(|cookie| cookie.split(';').next()).ok_or("a sign-in sets no cookie")?;
        pages.push(get("/tasks", &format!("accept: text/html\r\ncookie: {cookie}\r\n")));
    }
    let page = ask(server.address, &pages[0]).await?.expect(200)?.body;
    let rows = String::from_utf8_lossy(&page).matches("data-id=\"00000000-").count();
    if rows != 100 {
        return Err(format!("the page has {rows} rows instead of 100").into());
    }
    let measured = Load { connections: CONNECTIONS, ..bench.load(server.address, &in_turn(pages)) }.run().await?;
    let row = Row::of_load(PAGE[0], &measured).must("≥ 5,000/s", measured.rate() >= BUDGET).must_p99(15.0);
    Ok(vec![row.note(&format!("{} bytes of HTML", page.len()))])
}
