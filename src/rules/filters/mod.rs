//! Row filters and subsets: which rows of which tables dumps hold.
//!
//! [`RowFilter`] and [`Subset`] are what a rule file says; [`Filters`] is that, found in one database, with the foreign keys
//! between its tables. [`Filters::condition`] gives for one table the condition that its rows must meet, as SQL that the
//! server itself evaluates in the snapshot of the dump. Nothing is remembered from one table to the next: each condition
//! follows the foreign keys anew, as far as they matter for its table.
//!
//! What is kept is whole, whatever the filters say:
//!
//! 1. A row that a `where` or `skip` leaves out takes with it each row that refers to it, as `ON DELETE CASCADE` would.
//! 2. Of what is left, a subset takes the rows of `start`, all rows that refer to a row so taken, and then each row that
//!    any of these refers to. Tables that no foreign key connects with `start`, over whatever others, stay whole.
//!
//! So every row that a kept row refers to is kept. A reference to nothing (NULL, or under a constraint NOT VALID) stays.

mod condition;
mod graph;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::catalog::{Oid, Relation, RelationKind, Snapshot};
use crate::config::{Place, Problem, Severity, did_you_mean};

use super::file::RuleSet;
use super::pattern::TableName;
use graph::Graph;

/// A `[[table]]` of a rule file.
#[derive(Debug, Clone)]
pub(super) struct RowFilter {
    pub(super) name: TableName,
    /// Checked, in parentheses; `None`: no row at all.
    pub(super) condition: Option<String>,
    pub(super) place: Place,
}

/// The `[subset]` of the rule files.
#[derive(Debug, Clone)]
pub(super) struct Subset {
    pub(super) start: TableName,
    /// Checked, in parentheses.
    pub(super) condition: String,
    pub(super) place: Place,
}

/// What the rows of one table must meet to be in a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowCondition {
    /// What stands before SELECT: `WITH RECURSIVE … `, or nothing. With [`crate::sql::MOMENT`] in it.
    pub with: String,
    /// What stands behind WHERE, where the row is called `r`. With [`crate::sql::MOMENT`] in it.
    pub condition: String,
    /// Where the filters stand that decide: `rules.toml:12`.
    pub rules: BTreeSet<String>,
    /// The relations that are read.
    pub reads: BTreeSet<Oid>,
}

/// A filter as it was found in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFilter {
    /// The table, or the root or branch of partitions.
    pub relation: Oid,
    /// What it does: `where`, `skip` or `subset`.
    pub kind: &'static str,
    /// The condition under which rows are taken, with [`crate::sql::MOMENT`] in it.
    pub condition: String,
    /// Where it stands.
    pub place: Place,
}

/// The filters of one database.
#[derive(Debug, Default)]
pub struct Filters {
    found: Vec<FoundFilter>,
    missing: Vec<Problem>,
    graph: Graph,
}

impl Filters {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What was found, in the order of the files; a subset last.
    pub fn found(&self) -> &[FoundFilter] {
        &self.found
    }

    /// Filters of tables that this database does not have: nothing is filtered by them.
    pub fn missing(&self) -> &[Problem] {
        &self.missing
    }

    /// What the rows of a table must meet; `None`: all are taken.
    pub fn condition(&self, relation: Oid) -> Option<RowCondition> {
        condition::of(&self.graph, relation)
    }

    /// Tables that some filter leaves no row: those that are skipped, and those whose rows must refer to one such.
    pub fn emptied(&self) -> BTreeSet<Oid> {
        self.graph.emptied()
    }
}

impl RuleSet {
    /// Whether dumps are to be filtered.
    pub fn has_filters(&self) -> bool {
        !self.filters.is_empty() || self.subset.is_some()
    }

    /// Finds the tables that filters name. What cannot be filtered is added to `problems`.
    pub(super) fn filters(&self, snapshot: &Snapshot, problems: &mut Vec<Problem>) -> Filters {
        if !self.has_filters() {
            return Filters::default();
        }
        let (mut found, mut missing) = (Vec::<FoundFilter>::new(), Vec::new());
        let named = self.filters.iter().map(|filter| {
            let kind = if filter.condition.is_some() { "where" } else { "skip" };
            let condition = filter.condition.clone().unwrap_or_else(|| "(false)".to_owned());
            (&filter.name, kind, condition, &filter.place)
        });
        let start = self
            .subset
            .iter()
            .map(|subset| (&subset.start, "subset", subset.condition.clone(), &subset.place));
        for (name, kind, condition, place) in named.chain(start) {
            let relation = match find(name, snapshot) {
                Ok(relation) => relation.oid,
                Err(NotFound::Unknown(message, suggestion)) => {
                    let mut problem = place.problem(Severity::Error, message);
                    problem.suggestion = suggestion;
                    missing.push(problem);
                    continue;
                }
                Err(NotFound::NoTable(message, suggestion)) => {
                    problems.push(place.problem(Severity::Error, message).suggest(suggestion));
                    continue;
                }
            };
            let other = found
                .iter()
                .find(|other| other.relation == relation && kind != "subset");
            if let Some(other) = other {
                let message = format!("\"{name}\" has a [[table]] already, at {}", other.place.short());
                problems.push(
                    place
                        .problem(Severity::Error, message)
                        .suggest("put both conditions into one"),
                );
                continue;
            }
            found.push(FoundFilter {
                relation,
                kind,
                condition,
                place: place.clone(),
            });
        }
        let graph = Graph::new(snapshot, &found);
        Filters { found, missing, graph }
    }
}

/// Why a name means no table whose rows can be filtered.
enum NotFound {
    /// This database has no such table; another may have. With a suggestion.
    Unknown(String, Option<String>),
    /// It cannot be filtered. With what can be done instead.
    NoTable(String, &'static str),
}

fn find<'s>(name: &TableName, snapshot: &'s Snapshot) -> Result<&'s Relation, NotFound> {
    let named: Vec<&Relation> = snapshot
        .relations
        .values()
        .filter(|relation| name.matches(&relation.schema, &relation.name))
        .collect();
    let relation = match named.as_slice() {
        [relation] => *relation,
        [] => {
            let tables = snapshot.relations.values().filter(|relation| is_filtered(relation));
            let tables: Vec<String> = tables
                .map(|relation| format!("{}.{}", relation.schema, relation.name))
                .collect();
            let suggestion = did_you_mean(&name.to_string(), tables.iter().map(String::as_str));
            let message = format!("there is no table \"{name}\" in database {}", snapshot.database);
            return Err(NotFound::Unknown(message, suggestion));
        }
        _ => {
            let message = format!("\"{name}\" means {} tables that differ in capital letters", named.len());
            return Err(NotFound::NoTable(message, "write the name in double quotes"));
        }
    };
    let (what, instead) = match relation.kind {
        _ if relation.is_system() => ("one of the server's own relations", "its rows are in no dump"),
        _ if relation.extension.is_some() => ("a table of an extension", "pg_dump takes what the extension says"),
        RelationKind::Table | RelationKind::PartitionedTable => return Ok(relation),
        RelationKind::View => ("a view", "filter the tables that it reads"),
        RelationKind::MaterializedView => (
            "a materialised view, which is computed when a dump is restored",
            "filter the tables that it reads",
        ),
        RelationKind::ForeignTable => (
            "a foreign table",
            "pg_dump takes its rows only with --include-foreign-data",
        ),
        RelationKind::Sequence => ("a sequence", "a sequence has no rows to leave out"),
        RelationKind::CompositeType | RelationKind::Other => ("no table", "name a table"),
    };
    Err(NotFound::NoTable(format!("\"{name}\" is {what}"), instead))
}

/// Whether its rows are among those that filters are about.
fn is_filtered(relation: &Relation) -> bool {
    matches!(relation.kind, RelationKind::Table | RelationKind::PartitionedTable)
        && !relation.is_system()
        && relation.extension.is_none()
}
