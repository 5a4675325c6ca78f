//! The wire itself: raw peers with scripted bytes, before a real server.

mod cancel;
mod clean;
mod drift;
mod faults;
mod greeting;
mod limits;
mod masked;
pub mod peer;
mod random;
mod records;
mod refused;

use peer::{Message, Peer, Script};

use crate::harness::Proxy;

/// The rules of the proxies here: `city` and `film` stay clean.
const RULES: &str = r#"
[[rule]]
columns = ["public.customer.email"]
mask = "email"

[[rule]]
columns = ["public.customer.first_name"]
mask = { kind = "fixed", value = "masked" }
"#;
