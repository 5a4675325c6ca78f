//! What the tests stand on: a throwaway server with sample databases in it, and `pgveil serve` before it.

mod long;
mod proxy;
mod random;
mod samples;
mod table;
mod versions;

pub use long::{is_long, seed};
pub use proxy::{PASSWORD, Proxy, ProxyOptions};
pub use random::Random;
pub use samples::{READER, cluster_of, cluster_with};
pub use table::{Output, lines, shown};
pub use versions::{client_version, for_version, programs, server_version};
