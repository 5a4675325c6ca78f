//! What pgveil knows of one database: relations, columns, types, functions, as of one moment.
//!
//! A [`Snapshot`] is immutable and carries a [`Snapshot::generation`]; plans name the generation they
//! were made under. Nothing here does IO: the rows come from [`crate::upstream`].

mod builder;
mod model;

pub use builder::SnapshotBuilder;
pub use model::*;
