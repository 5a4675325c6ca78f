//! What pgveil knows of one database: relations, columns, types, functions, as of one moment.
//!
//! A [`Snapshot`] is immutable and carries a [`Snapshot::generation`]; plans name the generation they
//! were made under. Nothing here does IO: the rows come from [`crate::upstream`].

mod builder;
mod builtin;
mod load;
mod model;
mod queries;

pub use builder::SnapshotBuilder;
pub use load::{CatalogRow, Loader, RowError};
pub use model::*;
pub use queries::{CatalogQuery, FINGERPRINT, FUNCTION_VERSIONS, IDENTITY, RELATION_VERSIONS, queries};
