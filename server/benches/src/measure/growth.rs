//! Whether a request takes longer where there are more tasks.

use crate::{
    Bench, Result,
    client::{Load, Measured, Requests, median},
    report::Row,
    seeds,
    servers::Server,
};

pub const GROWTH: [&str; 6] = [
    "growth: list of 20 among 1,000 tasks",
    "growth: list of 20 among 100,000",
    "growth: list of 20 among 1,000,000",
    "growth: creates among 1,000 tasks",
    "growth: creates among 100,000",
    "growth: creates among 1,000,000",
];

const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];
const CONNECTIONS: usize = 8;

/// Lists and creates in databases of three sizes, in turn, so that what else the machine does concerns all alike.
pub async fn growth(bench: &Bench) -> Result<Vec<Row>> {
    let mut servers = Vec::new();
    for tasks in SIZES {
        servers.push(Server::holdfast(bench, &seeds::holdfast(bench, tasks)?).await?);
    }
    let lists: Vec<_> = SIZES.iter().map(|tasks| (bench.secret.lists(*tasks), 200)).collect();
    let creates: Vec<_> = SIZES.iter().map(|_| (bench.secret.creates(), 201)).collect();
    let mut rows = in_turns(bench, &servers, &lists, &GROWTH[..3]).await?;
    rows.extend(in_turns(bench, &servers, &creates, &GROWTH[3..]).await?);
    Ok(rows)
}

async fn in_turns(bench: &Bench, servers: &[Server], kinds: &[(Requests, u16)], names: &[&str]) -> Result<Vec<Row>> {
    let mut runs: Vec<Vec<Measured>> = servers.iter().map(|_| Vec::new()).collect();
    for _ in 0..bench.runs {
        for ((server, (requests, expected)), runs) in servers.iter().zip(kinds).zip(&mut runs) {
            let load = Load {
                connections: CONNECTIONS,
                expected: *expected,
                runs: 1,
                warm_up: bench.run / 6,
                ..bench.load(server.address, requests)
            };
            runs.push(load.run().await?);
        }
    }
    let mut rows: Vec<Row> = names.iter().zip(&runs).map(|(name, runs)| row(name, runs)).collect();
    let few = rows.first().and_then(|row| row.p99_ms).unwrap_or(f64::NAN);
    if let Some(row) = rows.pop() {
        let ratio = row.p99_ms.unwrap_or(f64::NAN) / few;
        rows.push(row.must(&format!("p99 ≤ 2 × that among 1,000 (is {ratio:.1} ×)"), ratio <= 2.0));
    }
    Ok(rows)
}

/// The run in the middle: one bad moment of the machine is not what is looked for.
fn row(name: &str, runs: &[Measured]) -> Row {
    let middle = |of: &dyn Fn(&Measured) -> f64| median(&runs.iter().map(of).collect::<Vec<_>>());
    let rates: Vec<_> = runs.iter().map(Measured::rate).collect();
    Row {
        p50_ms: Some(middle(&|run| run.percentile(50))),
        p99_ms: Some(middle(&|run| run.percentile(99))),
        error: runs.iter().find_map(Measured::errors),
        ..Row::new(name, median(&rates), "/s").runs(&rates)
    }
}
