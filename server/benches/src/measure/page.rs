//! The page of somebody's tasks, as the server renders it, beside the same rows rendered by Next.js.

use std::fs;

use crate::{
    Bench, Result,
    client::{Load, ask, in_turn},
    measure::tasks::{CONNECTIONS, TASKS},
    report::Row,
    requests::{get, name, sign_in},
    seeds,
    servers::Server,
};

pub const PAGE: [&str; 2] = ["page of 100 tasks", "page of 100 tasks: Next.js"];

/// How many people look at theirs.
const PEOPLE: usize = 32;
/// Pages per second.
const BUDGET: f64 = 2_500.0;

/// `/tasks` with 100 tasks that have dates, priorities and tags, as it is without compression.
pub async fn page(bench: &Bench) -> Result<Vec<Row>> {
    let database = seeds::holdfast(bench, TASKS)?;
    seeds::add_details(&database)?;
    let server = Server::holdfast(bench, &database).await?;
    let mut pages = Vec::new();
    for user in 0..PEOPLE {
        let reply = ask(server.address, &sign_in(user)).await?.expect(200)?;
        let cookie = reply.header("set-cookie").and_then(|cookie| cookie.split(';').next()).ok_or("a sign-in sets no cookie")?;
        pages.push(get("/tasks?status=all", &format!("accept: text/html\r\ncookie: {cookie}\r\n")));
    }
    let page = ask(server.address, &pages[0]).await?.expect(200)?.body;
    expect_rows(&page, "class=\"title\"")?;
    let tasks = ask(server.address, &bench.secret.get(0, &format!("/api/{}/tasks?limit=100", name(0)))).await?.expect(200)?.body;
    let ours = Load { connections: CONNECTIONS, ..bench.load(server.address, &in_turn(pages)) }.run().await?;
    drop(server);

    let file = database.with_file_name("tasks.json");
    fs::write(&file, tasks)?;
    let server = Server::next_js(&file).await?;
    let request = get("/tasks", "accept: text/html\r\n");
    let next_page = ask(server.address, &request).await?.expect(200)?.body;
    expect_rows(&next_page, "class=\"title\"")?;
    let next = Load { connections: CONNECTIONS, ..bench.load(server.address, &in_turn(vec![request])) }.run().await?;

    let bytes = |page: &[u8]| format!("{} bytes of HTML", page.len());
    let row = Row::of_load(PAGE[0], &ours).must("≥ 2,500/s", ours.rate() >= BUDGET).must_p99(25.0);
    let note = format!("{}, {:.1} × Next.js", bytes(&page), ours.rate() / next.rate());
    Ok(vec![row.note(&note), Row::of_load(PAGE[1], &next).note(&bytes(&next_page))])
}

fn expect_rows(page: &[u8], mark: &str) -> Result<()> {
    let rows = String::from_utf8_lossy(page).matches(mark).count();
    if rows == 100 { Ok(()) } else { Err(format!("the page has {rows} rows instead of 100").into()) }
}
