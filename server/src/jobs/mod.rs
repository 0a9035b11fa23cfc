//! Jobs beside the requests, each a future that runs until [`serve`](crate::serve::serve) drops it.

pub mod checkpointer;
pub mod clock_sync;
pub mod housekeeping;
pub mod last_seen;
pub mod pg_listener;
pub mod revocation_reader;
pub mod search_indexer;
pub mod trusted_key_reader;
