//! The client that loads every server: HTTP/1.1 on kept connections, one thread, and as little work as can be. It shares
//! the cores with the server; since it is always this one, what it costs is the same in all that is compared.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::Result;

/// How long any answer may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(40);

/// The bytes of the request with this number.
pub type Requests = Arc<dyn Fn(usize) -> Arc<[u8]> + Send + Sync>;

/// Requests that are made beforehand, in turn.
pub fn in_turn(made: Vec<Vec<u8>>) -> Requests {
    let made: Vec<Arc<[u8]>> = made.into_iter().map(Arc::from).collect();
    Arc::new(move |n| made[n % made.len()].clone())
}

/// One connection, and what was last read from it.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

/// Where an answer stands in the buffer.
#[derive(Clone, Copy)]
struct Answer {
    status: u16,
    head: usize,
    end: usize,
    is_chunked: bool,
}

/// One answer, for those who read it.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// The status line and the header fields.
    pub head: String,
    /// The body, without what chunks put around it.
    pub body: Vec<u8>,
}

impl Reply {
    /// The first header field of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    /// The same, if it has this status.
    pub fn expect(self, status: u16) -> Result<Self> {
        if self.status == status {
            return Ok(self);
        }
        let body: String = String::from_utf8_lossy(&self.body).chars().take(500).collect();
        Err(format!("answered {} instead of {status}: {body}", self.status).into())
    }
}

/// Sends one request on a connection of its own.
pub async fn ask(address: SocketAddr, request: &[u8]) -> Result<Reply> {
    let asked = async {
        let mut connection = Connection::open(address).await?;
        let answer = connection.exchange(request).await?;
        io::Result::Ok(connection.reply(answer))
    };
    Ok(timeout(PATIENCE, asked).await.map_err(|_| "no answer")??)
}

impl Connection {
    async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 16 * 1024], filled: 0 })
    }

    /// Sends a request and reads the whole answer.
    async fn exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.filled = 0;
        self.stream.write_all(request).await?;
        let mut looked = 0;
        let head = loop {
            self.fill().await?;
            if let Some(at) = find(&self.buffer[looked..self.filled], b"\r\n\r\n") {
                break looked + at + 4;
            }
            looked = self.filled.saturating_sub(3);
        };
        let text = str::from_utf8(&self.buffer[..head]).map_err(|_| malformed("a head"))?;
        let status = text.get(9..12).and_then(|status| status.parse().ok()).ok_or_else(|| malformed("a status"))?;
        let length = header(text, "content-length").map(|length| length.parse().map_err(|_| malformed("a length"))).transpose()?;
        let is_chunked = length.is_none() && header(text, "transfer-encoding").is_some();
        let end = if is_chunked { self.last_chunk(head).await? } else { head + length.unwrap_or(0) };
        while self.filled < end {
            self.fill().await?;
        }
        Ok(Answer { status, head, end, is_chunked })
    }

    /// Reads until the last chunk, and says where it ends.
    async fn last_chunk(&mut self, mut at: usize) -> io::Result<usize> {
        loop {
            let (size, data) = loop {
                match chunk(&self.buffer[at.min(self.filled)..self.filled])? {
                    Some((size, data)) => break (size, at + data),
                    None => self.fill().await?,
                }
            };
            at = data + size + 2;
            if size == 0 {
                return Ok(at);
            }
        }
    }

    async fn fill(&mut self) -> io::Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.filled * 2, 0);
        }
        let count = self.stream.read(&mut self.buffer[self.filled..]).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.filled += count;
        Ok(())
    }

    fn reply(&self, answer: Answer) -> Reply {
        let mut rest = &self.buffer[answer.head..answer.end];
        let mut body = Vec::new();
        if answer.is_chunked {
            while let Ok(Some((size, data))) = chunk(rest) {
                body.extend_from_slice(&rest[data..data + size]);
                rest = rest.get(data + size + 2..).unwrap_or_default();
            }
        } else {
            body.extend_from_slice(rest);
        }
        Reply { status: answer.status, head: String::from_utf8_lossy(&self.buffer[..answer.head]).into_owned(), body }
    }
}

/// The size of the chunk that begins here and where its data does, if that has been read.
fn chunk(bytes: &[u8]) -> io::Result<Option<(usize, usize)>> {
    let Some(line) = find(bytes, b"\r\n") else { return Ok(None) };
    let size = str::from_utf8(&bytes[..line]).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
    size.map(|size| Some((size, line + 2))).ok_or_else(|| malformed("a chunk"))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let fields = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    fields.into_iter().find(|(named, _)| named.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} that cannot be read"))
}

/// Requests on many connections at once, each sending the next as soon as it has an answer.
#[derive(Clone)]
pub struct Load {
    /// Where to.
    pub address: SocketAddr,
    /// How many connections.
    pub connections: usize,
    /// What to send.
    pub requests: Requests,
    /// The status of every answer; any other is an error.
    pub expected: u16,
    /// How long to go on before anything counts.
    pub warm_up: Duration,
    /// How long a run is.
    pub run: Duration,
    /// How many runs there are, one after the other without a pause.
    pub runs: usize,
    /// Ends it before its time.
    pub is_over: Arc<AtomicBool>,
}

/// What came of it.
#[derive(Default)]
pub struct Measured {
    /// Answers per second of each run.
    pub rates: Vec<f64>,
    /// How long each answer took, in nanoseconds, the shortest first.
    pub waits: Vec<u64>,
    /// What went wrong, and how often.
    pub wrong: BTreeMap<String, usize>,
}

/// What one connection has seen.
#[derive(Default)]
struct Tally {
    counts: Vec<usize>,
    waits: Vec<u64>,
    wrong: BTreeMap<String, usize>,
}

impl Load {
    /// Runs it to its end.
    pub async fn run(&self) -> Result<Measured> {
        let begin = Instant::now() + self.warm_up;
        let next = Arc::new(AtomicUsize::new(0));
        let mut workers = JoinSet::new();
        for n in 0..self.connections {
            let (load, next) = (self.clone(), next.clone());
            // One after the other, while the earlier ones work: a peer of several processes shares them out evenly.
            let delay = self.warm_up / 2 * u32::try_from(n)? / u32::try_from(self.connections)?;
            workers.spawn(async move {
                sleep(delay).await;
                load.work(begin, &next).await
            });
        }
        let (mut counts, mut all) = (vec![0; self.runs], Measured::default());
        while let Some(tally) = workers.join_next().await {
            let tally = tally?;
            counts.iter_mut().zip(tally.counts).for_each(|(sum, count)| *sum += count);
            all.waits.extend(tally.waits);
            tally.wrong.into_iter().for_each(|(what, count)| *all.wrong.entry(what).or_default() += count);
        }
        let run = if self.is_over.load(Ordering::Relaxed) { begin.elapsed().min(self.run) } else { self.run };
        all.rates = counts.into_iter().map(|count: usize| per_second(count, run)).collect();
        all.waits.sort_unstable();
        if all.waits.is_empty() && all.wrong.is_empty() {
            return Err("nothing was answered in time".into());
        }
        Ok(all)
    }

    async fn work(&self, begin: Instant, next: &AtomicUsize) -> Tally {
        let mut tally = Tally { counts: vec![0; self.runs], ..Tally::default() };
        if let Err(error) = self.send(begin, next, &mut tally).await {
            *tally.wrong.entry(error.to_string()).or_default() += 1;
        }
        tally
    }

    async fn send(&self, begin: Instant, next: &AtomicUsize, tally: &mut Tally) -> Result<()> {
        let mut connection = Connection::open(self.address).await?;
        let end = begin + self.run * u32::try_from(self.runs)?;
        while !self.is_over.load(Ordering::Relaxed) && Instant::now() < end {
            let request = (self.requests)(next.fetch_add(1, Ordering::Relaxed));
            let sent = Instant::now();
            let answer = timeout(PATIENCE, connection.exchange(&request)).await.map_err(|_| "no answer")??;
            let done = Instant::now();
            if answer.status != self.expected {
                *tally.wrong.entry(format!("status {}", answer.status)).or_default() += 1;
                continue;
            }
            let Some(since) = done.checked_duration_since(begin) else { continue };
            let run = usize::try_from(since.as_nanos() / self.run.as_nanos().max(1))?;
            if let Some(count) = tally.counts.get_mut(run) {
                *count += 1;
                tally.waits.push(u64::try_from((done - sent).as_nanos())?);
            }
        }
        Ok(())
    }
}

impl Measured {
    /// Answers per second: the run in the middle.
    pub fn rate(&self) -> f64 {
        median(&self.rates)
    }

    /// How long the answer in this place of a hundred took, in milliseconds.
    pub fn percentile(&self, hundredth: usize) -> f64 {
        let at = (self.waits.len() * hundredth / 100).min(self.waits.len().saturating_sub(1));
        self.waits.get(at).map_or(f64::NAN, |nanos| Duration::from_nanos(*nanos).as_secs_f64() * 1000.0)
    }

    /// What went wrong, as one line.
    pub fn errors(&self) -> Option<String> {
        let lines: Vec<_> = self.wrong.iter().map(|(what, count)| format!("{count} × {what}")).collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    }
}

/// How many of these there are in a second.
pub fn per_second(count: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / time.as_secs_f64()
}

/// The one in the middle.
pub fn median(numbers: &[f64]) -> f64 {
    let mut numbers = numbers.to_vec();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
