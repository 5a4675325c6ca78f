//! What the tests stand on: a throwaway server with sample databases in it, and `pgveil serve` before it.

mod proxy;
mod samples;
mod table;

pub use proxy::{PASSWORD, Proxy, ProxyOptions};
pub use samples::{READER, cluster_with};
pub use table::{Output, lines, shown};
