//! The threads that serve requests: as many as there are cores, so whatever is long must not be done as if it were short.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Does something that may take long without holding up those whose requests this thread serves too.
pub fn at_length<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        // A thread alone has nobody to go on with them.
        _ => work(),
    }
}
