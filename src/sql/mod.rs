//! The only door to the SQL parser: statement kinds, touch set, scopes, lineage.
//!
//! Text goes in, an [`Analysis`] per statement comes out. Nothing here knows of masks; which columns
//! are protected comes in through [`Treatment`].

mod analysis;
pub mod functions;
mod lineage;
pub mod operators;
pub mod tree;

pub use analysis::*;
pub use lineage::{
    QueryAnalysis, ViewLineage, ViewLineages, analyse_copy_table, analyse_query, resolve_views,
};

use crate::catalog::Snapshot;

/// Everything outside the text that decides what a statement means and whether it may run.
pub struct Context<'a> {
    /// The catalog.
    pub snapshot: &'a Snapshot,
    /// Which columns are protected.
    pub treatment: &'a dyn Treatment,
    /// Lineage of the views of this snapshot under this treatment.
    pub views: &'a ViewLineages,
    /// Large objects may be read (`[policy] large_objects` other than refuse).
    pub large_objects: bool,
}
