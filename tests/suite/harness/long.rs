//! Short runs and long ones, and seeds that replay.

use std::time::{SystemTime, UNIX_EPOCH};

/// `PGVEIL_LONG=1`: tests that draw at random draw many more.
pub fn is_long() -> bool {
    std::env::var("PGVEIL_LONG").is_ok_and(|value| value == "1")
}

/// `PGVEIL_SEED`; without it, always the same in short runs and another each time in long ones.
pub fn seed() -> u64 {
    let given = std::env::var("PGVEIL_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| match is_long() {
        true => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            now.map_or(1, |now| now.as_secs())
        }
        false => 1,
    })
}
