//! From a rule set and a snapshot to the treatment of each column.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::catalog::{ColumnId, Oid, Relation, RelationKind, Snapshot};
use crate::config::{Policy, Problem, Severity, did_you_mean};
use crate::mask::Keys;

use super::agreement;
use super::compile::Compiler;
use super::file::{Effect, Entry, RuleSet};
use super::spread::{Spread, spread};
use super::treatment::{Kept, Resolved, Treatments};

/// The entry that names a column most closely.
pub(super) type Winners<'r> = HashMap<ColumnId, &'r Entry>;

impl RuleSet {
    /// Decides about every column of a database.
    ///
    /// # Errors
    /// Rules that contradict each other, name columns of views, or have masks that do not take their columns' types.
    pub fn resolve(&self, snapshot: &Snapshot, keys: &Keys, policy: &Policy) -> Result<Resolved, Vec<Problem>> {
        self.resolved(snapshot, keys, policy, None)
    }

    /// Decides again about a database that changed while it was served: columns that their masks do not take any more, or
    /// whose masks read columns that are gone, are redacted, and the others stay in use. Adds to `unfit` what the operator
    /// should know of it.
    ///
    /// # Errors
    /// Rules that contradict each other, or name columns of views.
    pub fn resolve_again(
        &self,
        snapshot: &Snapshot,
        keys: &Keys,
        policy: &Policy,
        unfit: &mut Vec<Problem>,
    ) -> Result<Resolved, Vec<Problem>> {
        self.resolved(snapshot, keys, policy, Some(unfit))
    }

    fn resolved(
        &self,
        snapshot: &Snapshot,
        keys: &Keys,
        policy: &Policy,
        unfit: Option<&mut Vec<Problem>>,
    ) -> Result<Resolved, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut matched = vec![false; self.entries.len()];
        let winners = self.winners(snapshot, &mut matched, &mut problems);
        let Spread {
            protected,
            mut warnings,
        } = spread(snapshot, &winners, &mut problems);
        let rules = (&protected, &winners);
        let compiler = Compiler::new(snapshot, keys, policy, &mut problems, &mut warnings, rules);
        let mut compiler = compiler.redacting(unfit);
        let personal = base_relations(snapshot).filter(|relation| has_personal_columns(relation));
        let ids: Vec<ColumnId> = BTreeMap::from_iter(&protected)
            .into_keys()
            .copied()
            .chain(personal.flat_map(column_ids))
            .collect();
        let mut columns = HashMap::new();
        for column in ids {
            columns.extend(compiler.treatment(column).map(|treatment| (column, treatment)));
        }
        let mut unmatched = self.unmatched(snapshot, &matched);
        let filters = self.filters(snapshot, &mut problems);
        unmatched.extend_from_slice(filters.missing());
        if !problems.is_empty() {
            return Err(problems);
        }
        warnings.extend(agreement::warnings(snapshot, &protected));
        let kept = winners
            .iter()
            .filter(|(column, _)| !columns.contains_key(column))
            .filter_map(|(column, entry)| match &entry.effect {
                Effect::Keep(reason) => Some((
                    *column,
                    Kept {
                        rule: entry.place.short(),
                        reason: reason.clone(),
                    },
                )),
                Effect::Mask(_) => None,
            })
            .collect();
        let vouched = self
            .functions
            .iter()
            .map(|function| ((function.schema.clone(), function.name.clone()), function.class));
        Ok(Resolved {
            treatments: Treatments {
                columns,
                kept,
                vouched: vouched.collect(),
            },
            warnings,
            unmatched,
            filters,
        })
    }

    /// For each base column the entry that names it most closely; marks every entry that matches anything.
    fn winners(&self, snapshot: &Snapshot, matched: &mut [bool], problems: &mut Vec<Problem>) -> Winners<'_> {
        let mut winners = Winners::new();
        let mut ties = HashSet::new();
        for relation in sorted_relations(snapshot) {
            let candidates: Vec<_> = self.candidates(relation).collect();
            for column in &relation.columns {
                let id = ColumnId {
                    relation: relation.oid,
                    attribute: column.number,
                };
                for (index, entry) in &candidates {
                    if !entry.pattern.matches(&relation.schema, &relation.name, &column.name) {
                        continue;
                    }
                    matched[*index] = true;
                    if !is_base(relation) {
                        problems.extend(view_problem(entry, relation));
                        continue;
                    }
                    let Some(best) = winners.get(&id) else {
                        winners.insert(id, entry);
                        continue;
                    };
                    let (new, old) = (entry.rank(), best.rank());
                    if new > old {
                        winners.insert(id, entry);
                        ties.remove(&id);
                    } else if new == old && !entry.effect.agrees(&best.effect) {
                        ties.insert(id);
                    }
                }
            }
        }
        problems.extend(self.tie_problems(snapshot, &winners, ties));
        winners
    }

    /// Entries that could match in this relation.
    fn candidates(&self, relation: &Relation) -> impl Iterator<Item = (usize, &Entry)> {
        let is_system = relation.is_in_system_schema();
        self.entries
            .iter()
            .enumerate()
            .filter(move |(_, entry)| !is_system || entry.pattern.names_schema())
            .filter(|(_, entry)| entry.means(relation))
    }

    fn tie_problems(&self, snapshot: &Snapshot, winners: &Winners<'_>, ties: HashSet<ColumnId>) -> Vec<Problem> {
        let mut ties: Vec<_> = ties.into_iter().collect();
        ties.sort_unstable();
        let mut problems = Vec::new();
        for column in ties {
            let (Some(relation), Some(best)) = (snapshot.relations.get(&column.relation), winners.get(&column)) else {
                continue;
            };
            let Some(name) = relation.column(column.attribute).map(|found| &found.name) else {
                continue;
            };
            let other = self.candidates(relation).map(|(_, entry)| entry).find(|entry| {
                entry.pattern.matches(&relation.schema, &relation.name, name)
                    && entry.rank() == best.rank()
                    && !entry.effect.agrees(&best.effect)
            });
            let Some(other) = other else { continue };
            let message = format!(
                "\"{}\" and \"{}\" ({}) name {} equally closely and say different things",
                other.pattern,
                best.pattern,
                best.place.short(),
                snapshot.column_name(column),
            );
            problems.push(
                other
                    .place
                    .problem(Severity::Error, message)
                    .suggest(format!("add a rule for \"{}\" alone", snapshot.column_name(column))),
            );
        }
        problems
    }

    /// Entries and functions that this database does not have.
    fn unmatched(&self, snapshot: &Snapshot, matched: &[bool]) -> Vec<Problem> {
        let mut unmatched = Vec::new();
        for (entry, matched) in self.entries.iter().zip(matched) {
            if *matched || entry.optional {
                continue;
            }
            let severity = if entry.pattern.is_exact() {
                Severity::Error
            } else {
                Severity::Warning
            };
            let message = format!(
                "\"{}\" matches no column of database {}",
                entry.pattern, snapshot.database
            );
            let mut problem = entry.place.problem(severity, message);
            if entry.pattern.is_exact() {
                let names: Vec<_> = base_relations(snapshot)
                    .filter(|relation| !relation.is_system())
                    .flat_map(column_ids)
                    .map(|column| snapshot.column_name(column))
                    .collect();
                problem.suggestion = did_you_mean(&entry.pattern.to_string(), names.iter().map(String::as_str));
            }
            unmatched.push(problem);
        }
        for function in &self.functions {
            let known = snapshot.functions.get(&function.name);
            if !known.is_some_and(|overloads| overloads.iter().any(|found| found.schema == function.schema)) {
                let name = format!("{}.{}", function.schema, function.name);
                let message = format!("there is no function {name} in database {}", snapshot.database);
                unmatched.push(function.place.problem(Severity::Error, message));
            }
        }
        unmatched
    }
}

/// An exact rule for a view's column would be believed and do nothing: protection comes from the columns below.
fn view_problem(entry: &Entry, relation: &Relation) -> Option<Problem> {
    let kind = match relation.kind {
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialised view",
        _ => return None,
    };
    if !entry.pattern.is_exact() {
        return None;
    }
    let message = format!(
        "\"{}\" is a column of a {kind}; rules are for the columns that it reads",
        entry.pattern
    );
    Some(
        entry
            .place
            .problem(Severity::Error, message)
            .suggest("its columns are protected through those"),
    )
}

/// Whether rules are for its columns: it stores values, is the shape of values that others store, or is one of the server's
/// own views, whose definitions are not analysed.
pub(super) fn is_base(relation: &Relation) -> bool {
    match relation.kind {
        RelationKind::View | RelationKind::MaterializedView => relation.is_system(),
        RelationKind::Table
        | RelationKind::PartitionedTable
        | RelationKind::ForeignTable
        | RelationKind::Sequence
        | RelationKind::CompositeType
        | RelationKind::Other => true,
    }
}

/// Whether `[policy] unlisted` is for its columns: not the server's own, not the counters of sequences, and not the fields of
/// composite types, which are looked at as a whole.
pub fn has_personal_columns(relation: &Relation) -> bool {
    let counts = !matches!(relation.kind, RelationKind::Sequence | RelationKind::CompositeType);
    is_base(relation) && !relation.is_system() && counts
}

fn sorted_relations(snapshot: &Snapshot) -> impl Iterator<Item = &Relation> {
    // In OID order, so that the same rules give the same messages and class numbers.
    BTreeMap::<&Oid, &Relation>::from_iter(&snapshot.relations).into_values()
}

pub(super) fn base_relations(snapshot: &Snapshot) -> impl Iterator<Item = &Relation> {
    sorted_relations(snapshot).filter(|relation| is_base(relation))
}

pub(super) fn column_ids(relation: &Relation) -> impl Iterator<Item = ColumnId> {
    let oid = relation.oid;
    relation.columns.iter().map(move |column| ColumnId {
        relation: oid,
        attribute: column.number,
    })
}
