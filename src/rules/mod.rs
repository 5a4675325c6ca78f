//! Rule files, checked, and resolved against a catalog to one treatment a column.
//!
//! [`RuleSet::load`] reads the files and reports every problem; [`RuleSet::resolve`] makes of them and a
//! [`Snapshot`](crate::catalog::Snapshot) the [`Treatments`] of one database. For one column:
//!
//! 1. The closest pattern wins ([`Specificity`]), among equally close ones the user's own over a pack's; two that differ are
//!    an error.
//! 2. Protection spreads through inheritance and partitions (both ways), from a referenced column to the ones
//!    that reference it, and to generated columns and columns of composite types. Protection that comes this way outweighs a `[[keep]]`.
//! 3. What is left falls under `[policy] unlisted`; columns of the server's own relations pass.
//!
//! Which rows of which tables dumps hold is a matter of its own: [`Filters`].

mod agreement;
mod compile;
mod file;
mod filters;
mod packs;
mod pattern;
mod resolve;
mod spread;
#[cfg(test)]
mod tests;
mod treatment;

pub use file::{RuleSet, RuleTest};
pub use filters::{Filters, FoundFilter, RowCondition};
pub use packs::{Known, PACKS, Regulation, known_to_packs};
pub use pattern::{ColumnPattern, PatternError, Specificity};
pub use resolve::has_personal_columns;
pub use treatment::{Action, ColumnTreatment, Kept, Resolved, Treatments};
