//! Lineage: which columns of which relations each output column's values come from, and which columns decide about rows.
//!
//! - `query` reads SELECT statements: WITH, set operations, targets, clauses;
//! - `from` reads FROM items into `scope`s, where names are resolved; `row_functions` tells the columns
//!   of functions there, `builtins` those of built-in ones;
//! - `expression` follows values, `names` what they name, `calls` through functions and operators; `condition` reads tests, `picking` what shows one
//!   of several values;
//! - `contained` reads queries whose outcome is one value;
//! - `inlined` reads the bodies of SQL-language functions where they are called;
//! - `structures` knows what arrays, rows and JSON are made of, `constructors` what those of SQL/JSON make, `documents` what parts of
//!   documents are;
//! - `sizes` knows what the sizes of arrays tell;
//! - `failure` asks what failing tells, `totality` what cannot fail for some types;
//! - `labels` names output columns as the server does;
//! - `views` does all this beforehand for every view.
//!
//! What has no code of its own is walked generically: its value is computed from every column under it.

mod builtins;
mod calls;
mod condition;
mod constructors;
mod contained;
mod documents;
mod expression;
mod failure;
mod from;
mod inlined;
mod json_paths;
mod labels;
mod names;
mod origin;
mod picking;
mod query;
mod row_functions;
mod scope;
mod sizes;
mod structures;
#[cfg(test)]
mod tests;
mod totality;
mod views;

#[cfg(test)]
pub(super) use builtins::returns_set;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use inlined::Frame;
use origin::Field;
pub use views::{ViewLineage, ViewLineages, resolve_views};

use super::tree::Node;
use super::{Clause, ColumnSet, Fallible, Influence, Lineage, OutputColumn, Reason, Refusal, Test};
use super::{Context, Treatment};
use crate::catalog::{ColumnId, Oid, Snapshot};

/// What the analysis of one query says. The fields are those of [`super::Analysis`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QueryAnalysis {
    /// Output columns, in order.
    pub columns: Vec<OutputColumn>,
    /// Deciding uses of protected columns.
    pub influences: Vec<Influence>,
    /// Uses of protected columns that may fail by value.
    pub fallible: Vec<Fallible>,
    /// Constants of the text decided what it means.
    pub constants_matter: bool,
    /// A name that cannot be resolved; everything else is empty then.
    pub unknown_name: Option<String>,
}

/// The lineage of a query (a `SelectStmt`).
///
/// # Errors
/// A [`Refusal`] where a name may mean things that are treated differently, or where the shape of a row cannot be told.
pub fn analyse_query(query: &Node, context: &Context<'_>) -> Result<QueryAnalysis, Refusal> {
    let mut analyser = Analyser::new(context.snapshot, context.treatment, context.views);
    let result = analyser.query(query, None);
    analyser.finish(result)
}

/// The lineage of COPY of a table (a `RangeVar`): the columns named, or all that are not generated, in order.
///
/// # Errors
/// As for [`analyse_query`].
pub fn analyse_copy_table(
    relation: &Node,
    columns: Option<&[String]>,
    context: &Context<'_>,
) -> Result<QueryAnalysis, Refusal> {
    let mut analyser = Analyser::new(context.snapshot, context.treatment, context.views);
    let result = analyser.copied(relation, columns);
    analyser.finish(result)
}

/// Why the analysis of a statement ends early.
#[derive(Debug)]
enum Stop {
    Refused(Refusal),
    /// The server will report an error: no such name, or an ambiguous one.
    Unknown(String),
}

type Step<T> = Result<T, Stop>;

/// The analysis of one statement under way.
struct Analyser<'a> {
    snapshot: &'a Snapshot,
    treatment: &'a dyn Treatment,
    views: &'a ViewLineages,
    /// Unqualified names are the system's: the texts of views are written so.
    system_names_only: bool,
    influences: Vec<Influence>,
    fallible: Vec<Fallible>,
    constants_matter: bool,
    views_seen: HashSet<Oid>,
    /// Calls met that may fail on clean values; within a branch, whether they do tells of the branch's condition.
    clean_fallible: usize,
    /// Names in COLLATE clauses met, but for the default one.
    collations: HashSet<String>,
    /// Subqueries met within expressions.
    sublinks: usize,
    sublink_labels: HashMap<*const Node, Cow<'a, str>>,
    /// Functions whose bodies are being read, the innermost last.
    frames: Vec<Rc<Frame<'a>>>,
    /// Numbers given to rows of items of FROM.
    rows: u64,
    steps: u32,
}

impl<'a> Analyser<'a> {
    fn new(snapshot: &'a Snapshot, treatment: &'a dyn Treatment, views: &'a ViewLineages) -> Analyser<'a> {
        Analyser {
            snapshot,
            treatment,
            views,
            system_names_only: false,
            influences: Vec::new(),
            fallible: Vec::new(),
            constants_matter: false,
            views_seen: HashSet::new(),
            clean_fallible: 0,
            collations: HashSet::new(),
            sublinks: 0,
            sublink_labels: HashMap::new(),
            frames: Vec::new(),
            rows: 0,
            steps: 0,
        }
    }

    fn finish(self, result: Step<Vec<Field<'_>>>) -> Result<QueryAnalysis, Refusal> {
        match result {
            Ok(fields) => Ok(QueryAnalysis {
                columns: fields
                    .into_iter()
                    .map(|field| OutputColumn {
                        structure: field.origin.known_structure(),
                        cell: field.origin.cell,
                        label: field.name.into_owned(),
                        lineage: field.origin.lineage,
                    })
                    .collect(),
                influences: self.influences,
                fallible: self.fallible,
                constants_matter: self.constants_matter,
                unknown_name: None,
            }),
            Err(Stop::Unknown(name)) => Ok(QueryAnalysis {
                unknown_name: Some(name),
                ..QueryAnalysis::default()
            }),
            Err(Stop::Refused(refusal)) => Err(refusal),
        }
    }

    /// Counts the work, which nested recursive queries could drive up without end.
    fn step(&mut self) -> Step<()> {
        const STEPS_MAX: u32 = 3_000_000;
        self.steps += 1;
        if self.steps <= STEPS_MAX {
            return Ok(());
        }
        Err(Stop::Refused(Refusal {
            reason: Reason::TooLarge,
            message: "the statement is too intricate to be analysed".to_owned(),
            hint: "Split it into several.".to_owned(),
        }))
    }

    fn is_protected(&self, column: ColumnId) -> bool {
        self.treatment.class(column) != 0
    }

    /// The protected ones among the columns that a value comes from, but for those that are only tested.
    fn protected(&self, lineage: &Lineage) -> ColumnSet {
        let columns = lineage.verbatim.iter().chain(&lineage.computed_from);
        columns.copied().filter(|column| self.is_protected(*column)).collect()
    }

    fn has_protected(&self, lineage: &Lineage) -> bool {
        let mut columns = lineage.verbatim.iter().chain(&lineage.computed_from);
        !lineage.tests.is_empty() || columns.any(|column| self.is_protected(*column))
    }

    /// Whether values are those of columns, or NULL, and which of them it is tells nothing of protected columns but what
    /// the tests say.
    fn is_picked(&self, lineage: &Lineage) -> bool {
        !lineage.computed && !lineage.computed_from.iter().any(|column| self.is_protected(*column))
    }

    /// Notes a deciding use. One that was just noted, as in each round over a recursive query, is not noted twice.
    fn influence(&mut self, clause: Clause, test: Test) {
        const LOOK_BACK: usize = 64;
        let influence = Influence { clause, test };
        if !self
            .influences
            .iter()
            .rev()
            .take(LOOK_BACK)
            .any(|seen| *seen == influence)
        {
            self.influences.push(influence);
        }
    }

    /// Notes that a value decides, in a way that no masked value could stand in for.
    fn other_influence(&mut self, clause: Clause, lineage: &Lineage) {
        let columns = self.protected(lineage);
        if !columns.is_empty() {
            self.influence(clause, Test::Other(columns));
        }
        self.test_influences(clause, lineage);
    }

    /// Notes that the outcome of the tests behind a value decides.
    fn test_influences(&mut self, clause: Clause, lineage: &Lineage) {
        for test in &lineage.tests {
            self.influence(clause, test.clone());
        }
    }

    /// Notes a use that fails on some values of what it reads.
    fn may_fail(&mut self, what: impl FnOnce() -> String, lineage: &Lineage) {
        const LOOK_BACK: usize = 64;
        let columns = self.protected(lineage);
        if columns.is_empty() && lineage.tests.is_empty() {
            self.clean_fallible += 1;
            return;
        }
        let fallible = Fallible {
            what: what(),
            columns,
            tests: lineage.tests.clone(),
        };
        if !self.fallible.iter().rev().take(LOOK_BACK).any(|seen| *seen == fallible) {
            self.fallible.push(fallible);
        }
    }
}

/// A construct whose row shape or meaning cannot be told.
fn not_understood(what: &str) -> Stop {
    Stop::Refused(Refusal {
        reason: Reason::NotUnderstood,
        message: format!("pgveil cannot tell the columns of {what}"),
        hint: "Name the columns one by one.".to_owned(),
    })
}

fn unknown(what: &str, name: &str) -> Stop {
    Stop::Unknown(format!("{what} {name}"))
}
