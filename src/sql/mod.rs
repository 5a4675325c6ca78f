//! The only door to the SQL parser: statement kinds, touch set, scopes, lineage.
//!
//! Text goes in, an [`Analysis`] per statement comes out. Nothing here knows of masks; which columns
//! are protected comes in through [`Treatment`].

mod analysis;
mod copy_options;
pub mod functions;
pub mod gate;
mod log_text;
pub mod operators;
pub mod parser;
pub mod settings;
pub mod template;
#[cfg(test)]
mod test_catalog;
pub mod touch;
pub mod tree;

pub use analysis::*;
pub use log_text::log_text;
pub use parser::STACK_BYTES;
pub use template::template;

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

/// The lineage of every view's columns, found by analysing its definition.
#[derive(Debug, Clone, Default)]
pub struct ViewLineages {}
