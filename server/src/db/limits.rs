//! Time limits of statements and connections, and the size of SQLite's log.

use std::time::Duration;

/// How long SQLite's log grows before a commit empties it, in pages of 4 KiB.
pub const LOG_PAGES: &str = "32768";
/// How long a statement waits for a lock of another process on a SQLite file.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a request waits for a connection; then it is 503.
pub const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a statement may take, also when the server is away without closing the connection. With it, any answer comes within
/// 3 seconds.
pub const STATEMENT_TIMEOUT: Duration = Duration::from_millis(2500);
