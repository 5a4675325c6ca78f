//! Non-interference: two databases that differ in protected columns only answer the same bytes with the same bytes.
//!
//! The protected values of one are, but in `shapes`, those of the other with every letter and digit moved up: as long, as unique, in the
//! same places NULL, and in the same order. Masks are constant, but for `email`, whose hashes are compared as names: one
//! for one. So whatever differs tells of a protected value, by whatever channel it comes.
//!
//! In the same order, and without hashing in the server: the order in which rows come where nothing sorts them (DISTINCT,
//! GROUP BY and joins over protected columns, index scans) tells of the order of protected values, and this is known.

mod canaries;
mod generated;
mod generator;
mod pair;
pub mod sessions;
mod shapes;
pub mod statements;

use crate::harness::{ProxyOptions, READER};
use pair::{Making, Pair};

/// The servers of `schema.sql`, with values as long as each other.
fn people() -> Pair {
    people_moved_by(&include_str!("moves.sql").replace("IS_MOVED", "true"))
}

fn people_moved_by(moves: &str) -> Pair {
    let unmoved = include_str!("moves.sql").replace("IS_MOVED", "false");
    let schema = |moves: &str| include_str!("schema.sql").replace("MOVES", moves);
    Pair::set(Making {
        database: "attack",
        before: format!("CREATE ROLE {READER} LOGIN"),
        schemas: [schema(&unmoved), schema(moves)],
        options: ProxyOptions {
            rules: include_str!("rules.toml").to_owned(),
            ..ProxyOptions::default()
        },
        parameters: Vec::new(),
        has_control: false,
    })
}
