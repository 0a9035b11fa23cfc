//! Signing in: as fast as the cores can hash, and without making others wait.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::task::JoinSet;

use crate::{
    Bench, Result,
    client::{Load, ask, in_turn, per_second},
    measure::tasks::TASKS,
    report::Row,
    requests, runtime, seeds,
    servers::Server,
};

pub const SIGN_INS: [&str; 2] = ["sign-ins", "sign-ins: hashes that the cores can do"];
pub const STORM: [&str; 4] = [
    "storm: reads while 250 sign in at once",
    "storm: longest wait of a sign-in",
    "storm: sign-ins that were let in",
    "storm: peak memory",
];

/// OWASP's parameters, as Holdfast and the peer have them.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How many sign in at once.
const CROWD: usize = 250;

/// Sign-ins per second, and how many passwords the cores can hash when they do nothing else.
pub async fn sign_ins(bench: &Bench) -> Result<Vec<Row>> {
    let before = hashes_per_second(bench.cores, bench.run)?;
    let server = Server::holdfast(bench, &seeds::holdfast(bench, TASKS)?).await?;
    let requests = in_turn((0..seeds::USERS).map(requests::sign_in).collect());
    let measured = Load { connections: 16, ..bench.load(server.address, &requests) }.run().await?;
    drop(server);
    let runs = [before, hashes_per_second(bench.cores, bench.run)?];
    let capacity = f64::midpoint(runs[0], runs[1]);
    let row = Row::of_load(SIGN_INS[0], &measured).must_ratio(0.75, "what the cores can hash", capacity);
    Ok(vec![row, Row::new(SIGN_INS[1], capacity, "/s").runs(&runs).note("argon2id, 19 MiB, t=2, p=1")])
}

/// One thread for each core, each in memory of its own that it keeps.
fn hashes_per_second(cores: usize, time: Duration) -> Result<f64> {
    let begin = Instant::now();
    let threads: Vec<_> = (0..cores)
        .map(|_| {
            thread::spawn(move || {
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(MEMORY_KIB, PASSES, LANES, None)?);
                let mut memory = vec![Block::default(); argon2.params().block_count()];
                let (mut count, mut key) = (0, [0; 32]);
                while begin.elapsed() < time {
                    argon2.hash_password_into_with_memory(seeds::PASSWORD.as_bytes(), b"sixteen bytes of", &mut key, &mut memory)?;
                    count += 1;
                }
                argon2::Result::Ok(count)
            })
        })
        .collect();
    let mut sum = 0;
    for thread in threads {
        sum += thread.join().map_err(|_| "a thread that hashes has panicked")?.map_err(|error| error.to_string())?;
    }
    Ok(per_second(sum, begin.elapsed()))
}

/// What came of a crowd's sign-ins.
struct Crowd {
    statuses: BTreeMap<u16, usize>,
    without_retry_after: usize,
    longest: Duration,
}

/// Reads, while many sign in at the same moment.
pub async fn storm(bench: &Bench) -> Result<Vec<Row>> {
    let server = Server::holdfast(bench, &seeds::holdfast(bench, TASKS)?).await?;
    let load = Load { connections: 8, run: Duration::from_secs(30), runs: 1, ..bench.load(server.address, &bench.secret.lists(TASKS)) };
    let (address, begin, is_over) = (server.address, load.warm_up, load.is_over.clone());
    // On a thread of its own: what the crowd costs the client does not delay its reads.
    let crowd = thread::spawn(move || {
        thread::sleep(begin);
        let crowd = runtime().and_then(|runtime| runtime.block_on(arrive(address)));
        is_over.store(true, Ordering::Relaxed);
        crowd
    });
    let reads = load.run().await?;
    let crowd = crowd.join().map_err(|_| "the thread of the crowd has panicked")??;

    let seconds = crowd.longest.as_secs_f64();
    let statuses: Vec<_> = crowd.statuses.iter().map(|(status, count)| format!("{count} × {status}")).collect();
    let let_in = crowd.statuses.get(&200).copied().unwrap_or(0);
    let is_known = crowd.statuses.keys().all(|status| [200, 429, 503].contains(status));
    let mut answers = Row::new(STORM[2], f64::from(u32::try_from(let_in)?), "of 250").note(&statuses.join(", "));
    answers = answers.must("the others 429 or 503 with Retry-After", is_known && crowd.without_retry_after == 0);
    answers.error = (!is_known).then(|| "answers that nobody should get".into());
    Ok(vec![
        Row::of_load(STORM[0], &reads).must_p99(50.0),
        Row::new(STORM[1], seconds, "s").must("≤ 10 s", seconds <= 10.0),
        answers,
        Row::new(STORM[3], server.memory()?.peak, "MB"),
    ])
}

async fn arrive(address: SocketAddr) -> Result<Crowd> {
    let begin = Instant::now();
    let mut people = JoinSet::new();
    for user in 0..CROWD {
        people.spawn(async move {
            let reply = ask(address, &requests::sign_in(user)).await;
            reply.map(|reply| (reply.status, reply.header("retry-after").is_some(), begin.elapsed()))
        });
    }
    let mut crowd = Crowd { statuses: BTreeMap::new(), without_retry_after: 0, longest: Duration::ZERO };
    while let Some(person) = people.join_next().await {
        let (status, has_retry_after, waited) = person??;
        *crowd.statuses.entry(status).or_default() += 1;
        crowd.without_retry_after += usize::from(status != 200 && !has_retry_after);
        crowd.longest = crowd.longest.max(waited);
    }
    Ok(crowd)
}
