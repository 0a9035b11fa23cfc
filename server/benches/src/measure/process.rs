//! What the process costs when it does little: memory, and the time to start.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{
    Bench, Result,
    client::{Load, ask, median},
    measure::tasks::TASKS,
    report::Row,
    requests::{get, list_path},
    seeds,
    servers::{Server, free_port},
};

pub const MEMORY: [&str; 2] = ["memory: idle", "memory: at 256 connections"];
pub const START: [&str; 1] = ["start to first 200"];

/// How often it is started.
const STARTS: usize = 5;

/// What it holds after one request and a second of rest, and while many ask.
pub async fn memory(bench: &Bench) -> Result<Vec<Row>> {
    let server = Server::holdfast(bench, &seeds::holdfast(bench, TASKS)?).await?;
    ask(server.address, &bench.secret.get(0, &list_path(0))).await?.expect(200)?;
    sleep(Duration::from_secs(1)).await;
    let idle = server.memory()?.now;

    let load = Load { connections: 256, runs: 1, ..bench.load(server.address, &bench.secret.lists(TASKS)) };
    let measured = load.run().await?;
    let peak = server.memory()?.peak;
    let busy = Row { value: peak, unit: "MB".into(), runs: Vec::new(), ..Row::of_load(MEMORY[1], &measured) };
    let busy = busy.must("≤ 60 MB", peak <= 60.0).note(&format!("lists of 20, {:.0}/s", measured.rate()));
    Ok(vec![Row::new(MEMORY[0], idle, "MB").must("≤ 15 MB", idle <= 15.0), busy])
}

/// From the start of the process until it says that it is ready, on a database that is there.
#[allow(clippy::unused_async, reason = "all measures are alike")]
pub async fn start(bench: &Bench) -> Result<Vec<Row>> {
    let starts: Vec<f64> = (0..STARTS).map(|_| start_once(bench)).collect::<Result<_>>()?;
    let middle = median(&starts);
    Ok(vec![Row::new(START[0], middle, "ms").must("≤ 50 ms", middle <= 50.0).runs(&starts)])
}

fn start_once(bench: &Bench) -> Result<f64> {
    let address = free_port()?;
    let mut command = bench.serve(&seeds::holdfast(bench, TASKS)?, address.port())?;
    let begin = Instant::now();
    let mut child = Started(command.stdout(Stdio::null()).spawn()?);
    while !is_ready(address) {
        if let Some(status) = child.0.try_wait()? {
            return Err(format!("holdfast ended at its start: {status}").into());
        }
        if begin.elapsed() > Duration::from_secs(30) {
            return Err("holdfast does not become ready".into());
        }
        thread::sleep(Duration::from_micros(100));
    }
    Ok(begin.elapsed().as_secs_f64() * 1000.0)
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(&get("/health/ready", "connection: close\r\n"))?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map(|_| answer.starts_with("HTTP/1.1 200 "))
    };
    ask().unwrap_or(false)
}

/// A process that ends with this.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}
