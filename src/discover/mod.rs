//! Finds columns that hold personal data, by their names, types, comments and sampled values, and drafts rules for them.
//!
//! Nothing here decides for anybody: a finding carries its evidence, and a person reviews the draft. Evidence never quotes
//! a value.

mod draft;
mod judge;
mod kind;
mod labels;
mod names;
mod values;

pub use draft::{Draft, draft};
pub use judge::judge;
pub use kind::{Family, Kind};
pub use labels::{Imported, imported};
pub use values::personal_text;

use serde::Serialize;

/// One column as it is found.
#[derive(Debug, Clone, Default)]
pub struct Candidate {
    /// Schema name.
    pub schema: String,
    /// Relation name.
    pub table: String,
    /// Column name.
    pub name: String,
    /// What its values are.
    pub family: Family,
    /// Its comment, if it has one.
    pub comment: Option<String>,
    /// Sampled values as text, without NULL; elements, for an array.
    pub samples: Vec<String>,
    /// Whether the values could be sampled at all.
    pub is_sampled: bool,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Worth a look: one weak sign.
    Possible,
    /// One strong sign, or several weak ones.
    Likely,
    /// Name and values agree, or the values prove it.
    Certain,
}

/// What was found out about a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `schema.table.column`, quoted where a rule file needs it.
    pub column: String,
    /// What it seems to hold; `None`: nothing personal.
    pub kind: Option<Kind>,
    /// How sure that is.
    pub confidence: Option<Confidence>,
    /// Why, in words; never with a value in it.
    pub evidence: Vec<String>,
    /// The mask of the drafted rule, as TOML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<String>,
}
