//! What looking at a token costs: the difference between requests that have one and such that have none, or have one that
//! was seen before. None of them but the last pair asks the database.

use crate::{
    Bench, Result,
    client::{Load, Measured, Requests, in_turn, median},
    measure::tasks::TASKS,
    report::Row,
    requests::{get, task_path},
    seeds,
    servers::Server,
};

pub const TOKEN: [&str; 2] = ["token check", "token check: new token against a known one"];

/// How often each is measured, in turn.
const ROUNDS: usize = 3;

/// Refusing somebody else's token takes its check and nothing more; refusing who has none, not even that.
pub async fn check(bench: &Bench) -> Result<Vec<Row>> {
    let server = Server::holdfast(bench, &seeds::holdfast(bench, TASKS)?).await?;
    let (own, foreign) = (task_path(0, 0), task_path(1, 1));
    let kinds: [(Requests, u16); 4] = [
        (in_turn(vec![get(&foreign, "")]), 401),
        (bench.secret.never_seen(0, &foreign), 403),
        (in_turn(vec![bench.secret.get(0, &own)]), 200),
        (bench.secret.never_seen(0, &own), 200),
    ];
    let (mut differences, mut errors) = ([Vec::new(), Vec::new()], Vec::new());
    for _ in 0..ROUNDS {
        let mut middles = Vec::new();
        for (requests, expected) in &kinds {
            let load = Load {
                connections: 1,
                expected: *expected,
                warm_up: bench.run / 10,
                run: bench.run / 3,
                runs: 1,
                ..bench.load(server.address, requests)
            };
            let measured: Measured = load.run().await?;
            errors.extend(measured.errors());
            middles.push(measured.percentile(50) * 1000.0);
        }
        differences[0].push(middles[1] - middles[0]);
        differences[1].push(middles[3] - middles[2]);
    }
    let error = (!errors.is_empty()).then(|| errors.join(", "));
    let row = |name, micros: &[f64]| Row { error: error.clone(), ..Row::new(name, median(micros), "µs").runs(micros) };
    let [checked, new] = differences;
    let is_met = median(&checked) <= 50.0;
    Ok(vec![row(TOKEN[0], &checked).must("≤ 50 µs", is_met).note("a token of somebody else against none"), row(TOKEN[1], &new)])
}
