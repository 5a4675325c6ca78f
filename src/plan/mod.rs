//! What is done with one statement: lineage, rules and catalog make a plan.
//!
//! A plan is immutable, cached by text and catalog generation, and printable ([`explain`]). [`witness`] checks it
//! against what the server itself says of the result before a row is shown. [`form`] masks arrays, rows and documents.

mod beside;
mod cache;
mod decide;
#[cfg(test)]
mod decide_tests;
pub mod explain;
mod filtered;
pub mod form;
mod influence;
mod members;
mod plan_text;
mod planner;
mod row_mask;
pub mod search;
pub mod witness;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::catalog::{ColumnId, Oid, Snapshot};
use crate::journal::ProtectedColumn;
use crate::mask::ColumnMask;
use crate::rules::{Filters, Treatments};
use crate::sql::{self, Refusal, StatementKind, ViewLineages, ViewTouches};

pub use filtered::Filtered;
pub use form::Form;
pub use influence::{Leave, PlannedInfluence};
pub use planner::{Planner, PlannerMode};
pub use row_mask::{FieldAction, FieldBeside, RowMask};
use search::{SearchedLiteral, SearchedParameter};

/// What plans are made from: one catalog generation under one rule set.
pub struct Basis {
    /// The catalog.
    pub snapshot: Arc<Snapshot>,
    /// What is done with each column.
    pub treatments: Treatments,
    /// Lineage of the views' columns.
    pub views: ViewLineages,
    /// What the views name.
    pub touches: ViewTouches,
    /// Which rows dumps hold.
    pub filters: Filters,
}

impl Basis {
    /// Analyses the views of a catalog under what the rules say of its columns.
    pub fn new(snapshot: Snapshot, treatments: Treatments) -> Self {
        let views = sql::resolve_views(&snapshot, &treatments);
        let touches = ViewTouches::new(&snapshot);
        Basis {
            snapshot: Arc::new(snapshot),
            treatments,
            views,
            touches,
            filters: Filters::default(),
        }
    }

    /// With filters for dumps.
    #[must_use]
    pub fn with_filters(mut self, filters: Filters) -> Self {
        self.filters = filters;
        self
    }
}

impl Basis {
    /// Whether what is read is the same here and there, and shown alike.
    pub fn agrees(&self, other: &Basis, reads: &Reads) -> bool {
        let same_function = |name: &String| self.snapshot.functions.get(name) == other.snapshot.functions.get(name);
        let oids = |basis: &Basis, name: &String| basis.snapshot.relations_by_name.get(name).cloned();
        let same_filter = |oid: Oid| self.filters.condition(oid) == other.filters.condition(oid);
        reads.functions.iter().all(same_function)
            && reads.filtered.is_none_or(same_filter)
            && reads.names.iter().all(|name| {
                let found = oids(self, name);
                let relations = found.iter().flatten().map(|oid| self.snapshot.relations.get(oid));
                found == oids(other, name)
                    && relations.flatten().all(|relation| {
                        other.snapshot.relations.get(&relation.oid) == Some(relation)
                            && relation.columns.iter().all(|column| {
                                let id = ColumnId {
                                    relation: relation.oid,
                                    attribute: column.number,
                                };
                                self.treatments.shows_as(&other.treatments, id)
                                    && self.views.column(id) == other.views.column(id)
                                    && self.views.cell(id) == other.views.cell(id)
                            })
                    })
            })
    }
}

impl Basis {
    /// What a reviewer is told that a statement reads.
    fn names_of(&self, relations: &BTreeSet<Oid>) -> Vec<String> {
        let relations = relations.iter().filter_map(|oid| self.snapshot.relations.get(oid));
        let mut names: Vec<String> = relations
            .filter(|relation| !relation.is_in_system_schema())
            .map(|relation| format!("{}.{}", relation.schema, relation.name))
            .collect();
        names.sort_unstable();
        names
    }
}

impl fmt::Debug for Basis {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Basis(generation {})", self.snapshot.generation)
    }
}

/// The plans of all statements in one text.
#[derive(Debug, Clone)]
pub struct PlannedText {
    /// One plan a statement, in order.
    pub statements: Vec<Arc<Plan>>,
    /// Where each stands in the text; empty for plans shared between texts that differ in constants, which are always
    /// of one statement.
    pub spans: Vec<Range<usize>>,
    /// The catalog generation the plans were made under.
    pub generation: u64,
}

/// What is done with one statement.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What it does.
    pub kind: StatementKind,
    /// Whether it runs.
    pub verdict: Verdict,
    /// Output columns, in order. Empty for [`Verdict::Pass`], where the witness alone decides.
    pub columns: Vec<PlannedColumn>,
    /// The statement with literals replaced, for the session log.
    pub log_text: Arc<str>,
    /// [`sql::fingerprint`] of it.
    pub fingerprint: u64,
    /// The relations it reads but for the server's own, views followed to the bottom, for the session log:
    /// `schema.relation`, in the order of their names.
    pub relations: Vec<String>,
    /// Protected columns it shows or uses, for the session log.
    pub protected: Vec<ProtectedColumn>,
    /// A rule's `predicates` was needed, so the statement tells something about these columns.
    pub inferences: Vec<String>,
    /// The constants of the text that are replaced by originals, in order.
    pub literals: Vec<SearchedLiteral>,
    /// The parameters whose values are.
    pub parameters: Vec<SearchedParameter>,
    /// Which protected columns decide where, and by what leave.
    pub influences: Vec<PlannedInfluence>,
    /// What it reads, as far as it can change.
    pub reads: Arc<Reads>,
    /// What it was made from.
    pub basis: Arc<Basis>,
    /// Where the filters stand that leave out rows of it: `rules.toml:12`.
    pub filters: Vec<String>,
    /// In a session of pg_dump's, what takes the place of this plan and of the text.
    pub filtered: Option<Arc<Filtered>>,
}

/// The relations and functions under a plan that may be others by the time it runs, or may have been changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Names of relations without schema, views followed to the bottom; those of the server itself, which do not change,
    /// are left out. Empty where nothing is protected.
    pub names: Vec<String>,
    /// Names of the functions that are called, without schema, those of the server among them: a user's own may come to
    /// hide one. Empty where neither a relation is read nor a user's function called.
    pub functions: Vec<String>,
    /// Not even a result whose columns all come from tables, as the server describes it, tells that they are what the
    /// plan takes them for: there are views, partitioned tables or users' functions among them, or what is shown is
    /// described by no one.
    pub unseen: bool,
    /// The table whose rows are filtered, with what its filters depend on.
    pub filtered: Option<Oid>,
}

impl Reads {
    /// Whether nothing can change.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.functions.is_empty()
    }
}

/// Whether a statement runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing that it touches is protected: bytes pass as they are.
    Pass,
    /// Something that it touches is protected: rows are rewritten, errors are scrubbed.
    Mask,
    /// It does not run.
    Refuse(Refusal),
    /// pgveil does not know a name in it, or cannot parse it, so the server is expected to report an error. It is shown
    /// to the server without being run; if the server accepts it after all, it is refused in these words.
    Probe(Refusal),
}

/// What is done with one output column.
#[derive(Debug, Clone)]
pub struct PlannedColumn {
    /// The label it will carry.
    pub label: String,
    /// What is done.
    pub action: ColumnAction,
}

/// An output column that shows, in every row of the result, a column of the row that a masked value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside {
    /// The column.
    pub column: ColumnId,
    /// Which output column shows it, from 0.
    pub field: usize,
    /// Its type under all domains.
    pub type_oid: u32,
}

/// What is done with the values of one output column.
#[derive(Debug, Clone)]
pub enum ColumnAction {
    /// They pass.
    Clean,
    /// They are verbatim values of protected columns of this class.
    Mask {
        /// [`crate::sql::Treatment::class`].
        class: u32,
        /// The compiled mask.
        mask: Arc<ColumnMask>,
        /// Type of the column under all domains; COPY, which carries no types, uses it.
        type_oid: u32,
        /// What stands beside it in its row, for a mask that reads it.
        beside: Vec<Beside>,
    },
    /// They are made of several values, of which each passes, is masked, or becomes NULL.
    Form(Arc<Form>),
    /// They are computed from protected columns, or of columns that no rule names.
    Redact,
    /// They are computed from protected columns that show nothing but NULL.
    Null,
}

impl Plan {
    /// Whether originals stand in the text or the parameters that are sent.
    pub fn translates(&self) -> bool {
        !self.literals.is_empty() || !self.parameters.is_empty()
    }

    /// Whether errors and notices of its run may hold protected values.
    pub fn scrubs(&self) -> bool {
        self.verdict != Verdict::Pass
    }
}
