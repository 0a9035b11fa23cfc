//! `holdfast healthcheck`: for containers, which have nothing else to ask with.

use std::{
    error::Error,
    io::{self, Write as _},
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::config::Config;

const TIMEOUT: Duration = Duration::from_secs(3);

/// Asks the server on this machine whether it is ready; status 1 when it is not.
pub async fn run(config: &Config) -> Result<(), Box<dyn Error>> {
    let address = reachable(config.listen);
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET /health/ready HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(64 * 1024).read_to_end(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = timeout(TIMEOUT, ask).await.map_err(|_| format!("{address} does not answer"))?;
    let answer = answer.map_err(|error| format!("{address}: {error}"))?;
    let status = answer.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    if status != b"200" {
        return Err(format!("{address} is not ready: {}", String::from_utf8_lossy(status)).into());
    }
    writeln!(io::stdout(), "ready")?;
    Ok(())
}

/// An address that means all of the machine's is reached by the one that means itself.
fn reachable(listen: SocketAddr) -> SocketAddr {
    if !listen.ip().is_unspecified() {
        return listen;
    }
    let own = if listen.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
    SocketAddr::new(own, listen.port())
}
