//! pgveil: a PostgreSQL wire-protocol proxy that masks personal data on the fly.
//!
//! # The map, in reading order
//!
//! Modules import only from lower floors; `tests/style.rs` enforces it.
//!
//! Floor 0, no module of ours below:
//! - [`wire`]: frames, tags, checked reads, rows, COPY streams, startup packets, and what the proxy itself says.
//! - [`value`]: Postgres values in text and binary form, by type.
//! - [`config`]: `pgveil.toml`: what the user wrote, then what was checked.
//! - [`journal`]: the session log: events, Merkle tree, signed checkpoints, writer, verifier.
//! - [`catalog`]: what pgveil knows of a database: relations, columns, types, functions; a snapshot with a generation.
//! - [`cluster`]: throwaway Postgres servers for the demo and the tests.
//!
//! Floor 1:
//! - [`mask`]: the masks, one family a file, and the keyed derivation under them.
//! - [`sql`]: the only door to the SQL parser: statement kinds, touch set, scopes, lineage.
//! - [`upstream`]: connecting and logging in to the real server; reading its catalog; cancel.
//!
//! Floor 2: [`rules`]: rule files, checked, and resolved against a catalog to one treatment a column, and to the rows that dumps hold.
//!
//! Floor 3:
//! - [`plan`]: lineage, rules and catalog make a plan; the plan cache; explain.
//! - [`discover`]: finds columns that hold personal data, and drafts rules for them.
//!
//! Floor 4: [`conversation`]: the protocol state of one session, without IO.
//!
//! Floor 5: [`session`]: one client from greeting to goodbye: TLS, login, relay.
//!
//! Floor 6: [`server`]: listeners, limits, cancel keys, catalogs kept fresh.
//!
//! Floor 7: [`cli`]: one file a command.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod catalog;
pub mod cli;
pub mod cluster;
pub mod config;
pub mod conversation;
pub mod discover;
pub mod journal;
pub mod mask;
pub mod plan;
pub mod rules;
pub mod server;
pub mod session;
pub mod sql;
pub mod upstream;
pub mod value;
pub mod wire;
