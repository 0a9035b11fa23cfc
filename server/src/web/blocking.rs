//! Work that takes long, on the threads that serve requests: there are as many as cores.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Runs work that may take long without holding up the other requests of this thread.
pub fn run_blocking<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        // In a test's runtime, no other thread could go on with the other requests.
        _ => work(),
    }
}
