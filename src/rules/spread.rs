//! Protection that columns get from other columns: through inheritance, foreign keys, generated columns and composite types.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::{Column, ColumnId, Relation, Snapshot, TypeKind};
use crate::config::{Problem, Severity};

use super::file::{Effect, Entry, MaskRule};
use super::resolve::{Winners, base_relations, column_ids};

/// Every protected column, but for those that `[policy] unlisted` protects.
pub(super) struct Spread<'r> {
    pub(super) protected: HashMap<ColumnId, Protection<'r>>,
    pub(super) warnings: Vec<Problem>,
}

/// Why and how a column is protected.
#[derive(Clone)]
pub(super) struct Protection<'r> {
    pub(super) how: How<'r>,
    /// The rule it goes back to: `app.toml:12`.
    pub(super) origin: String,
    /// A rule names this very column without a star: that its mask fits is the author's business.
    pub(super) exact: bool,
}

#[derive(Clone)]
pub(super) enum How<'r> {
    /// The rule's mask.
    Rule(&'r Arc<MaskRule>),
    /// Computed from a protected column: redacted.
    Derived,
}

impl Protection<'_> {
    /// Whether both show equal values as equal values.
    fn agrees(&self, other: &Protection<'_>) -> bool {
        match (&self.how, &other.how) {
            (How::Rule(left), How::Rule(right)) => left.spec == right.spec && left.domain == right.domain,
            (How::Derived, How::Derived) => true,
            _ => false,
        }
    }
}

/// Columns of one inheritance tree that share a name hold the same rows and must be treated alike. Most groups
/// are one column.
struct Groups {
    members: Vec<Vec<ColumnId>>,
    of: HashMap<ColumnId, usize>,
}

pub(super) fn spread<'r>(snapshot: &Snapshot, winners: &Winners<'r>, problems: &mut Vec<Problem>) -> Spread<'r> {
    let groups = Groups::of(snapshot);
    let mut spreading = Spreading {
        snapshot,
        winners,
        protections: vec![None; groups.members.len()],
        groups,
        warnings: Vec::new(),
    };
    spreading.own_rules(problems);
    // Each round protects at least one more group or is the last.
    while spreading.foreign_keys(problems) | spreading.derived_columns() {}
    spreading.foreign_key_warnings();
    spreading.finish()
}

struct Spreading<'a, 'r> {
    snapshot: &'a Snapshot,
    winners: &'a Winners<'r>,
    groups: Groups,
    /// By group.
    protections: Vec<Option<Protection<'r>>>,
    warnings: Vec<Problem>,
}

impl<'r> Spreading<'_, 'r> {
    /// The closest rule of any member holds for the whole group.
    fn own_rules(&mut self, problems: &mut Vec<Problem>) {
        for (group, members) in self.groups.members.iter().enumerate() {
            let mut rules: Vec<_> = members
                .iter()
                .filter_map(|member| Some((*member, *self.winners.get(member)?)))
                .filter_map(|(member, entry)| match &entry.effect {
                    Effect::Mask(rule) => Some((member, entry, rule)),
                    Effect::Keep(_) => None,
                })
                .collect();
            rules.sort_by_key(|(member, entry, _)| (std::cmp::Reverse(entry.rank()), *member));
            let Some((column, entry, rule)) = rules.first() else {
                continue;
            };
            let rival = rules[1..]
                .iter()
                .find(|(_, other, _)| other.rank() == entry.rank() && !other.effect.agrees(&entry.effect));
            if let Some((other_column, other, _)) = rival {
                let message = format!(
                    "{} and {} are one column of one inheritance tree, and \"{}\" ({}) masks it otherwise",
                    self.snapshot.column_name(*other_column),
                    self.snapshot.column_name(*column),
                    entry.pattern,
                    entry.place.short(),
                );
                problems.push(other.place.problem(Severity::Error, message));
            }
            for member in members {
                let overridden = self.winners.get(member).filter(|own| !own.effect.agrees(&entry.effect));
                if let Some(own) = overridden {
                    self.warnings
                        .push(self.overridden(*member, own, *column, entry.place.short()));
                }
            }
            self.protections[group] = Some(Protection {
                how: How::Rule(rule),
                origin: rule.place.short(),
                exact: entry.pattern.is_exact(),
            });
        }
    }

    /// A referencing column without a rule takes the treatment of the referenced one, unless that depends on what stands
    /// beside a value in its row: beside the referencing column stands something else.
    fn foreign_keys(&mut self, problems: &mut Vec<Problem>) -> bool {
        let mut changed = false;
        for (from, to) in foreign_key_pairs(self.snapshot) {
            let (Some(from_group), Some(to_group)) = (self.groups.get(from), self.groups.get(to)) else {
                continue;
            };
            if self.protections[from_group].is_some() {
                continue;
            }
            let Some(protection) = self.protections[to_group].clone() else {
                continue;
            };
            if let How::Rule(rule) = protection.how
                && !rule.spec.reads().is_empty()
            {
                problems.push(self.not_inherited(from, to, rule));
            }
            for member in &self.groups.members[from_group] {
                if let Some(keep) = self.winners.get(member) {
                    self.warnings
                        .push(self.overridden(*member, keep, to, protection.origin.clone()));
                }
            }
            self.protections[from_group] = Some(Protection {
                exact: false,
                ..protection
            });
            changed = true;
        }
        changed
    }

    /// A column made of protected ones is derived, unless a `[[keep]]` names it without a star.
    fn derived_columns(&mut self) -> bool {
        let mut changed = false;
        for relation in base_relations(self.snapshot) {
            for column in &relation.columns {
                let id = ColumnId {
                    relation: relation.oid,
                    attribute: column.number,
                };
                let Some(group) = self.groups.get(id) else { continue };
                if self.protections[group].is_some() {
                    continue;
                }
                let sources = self.made_of(relation, column);
                let mut protections = sources
                    .iter()
                    .filter_map(|source| self.protections[self.groups.get(*source)?].as_ref());
                let Some(origin) = protections.next().map(|protection| protection.origin.clone()) else {
                    continue;
                };
                if let Some(keep) = self.winners.get(&id) {
                    if keep.pattern.is_exact() {
                        continue;
                    }
                    let warning = self.overridden(id, keep, id, origin.clone());
                    self.warnings
                        .push(warning.suggest("name the column without a star to keep it"));
                }
                self.protections[group] = Some(Protection {
                    how: How::Derived,
                    origin,
                    exact: false,
                });
                changed = true;
            }
        }
        changed
    }

    /// What a generated column is computed from, and the fields of a composite type, also inside arrays and domains.
    fn made_of(&self, relation: &Relation, column: &Column) -> Vec<ColumnId> {
        let generated = column.generated_from.iter().flatten();
        let mut sources: Vec<_> = generated
            .map(|source| ColumnId {
                relation: relation.oid,
                attribute: *source,
            })
            .collect();
        let mut type_oid = column.type_oid;
        loop {
            type_oid = match self.snapshot.types.get(&type_oid).map(|found| found.kind) {
                Some(
                    TypeKind::Array(inner)
                    | TypeKind::Domain(inner, _)
                    | TypeKind::Range(inner)
                    | TypeKind::Multirange(inner),
                ) => inner,
                Some(TypeKind::Composite(fields)) => {
                    sources.extend(self.snapshot.relations.get(&fields).into_iter().flat_map(column_ids));
                    return sources;
                }
                _ => return sources,
            }
        }
    }

    fn foreign_key_warnings(&mut self) {
        for (from, to) in foreign_key_pairs(self.snapshot) {
            let (Some(from_group), Some(to_group)) = (self.groups.get(from), self.groups.get(to)) else {
                continue;
            };
            let Some(own) = &self.protections[from_group] else {
                continue;
            };
            let what = match &self.protections[to_group] {
                Some(referenced) if own.agrees(referenced) => continue,
                Some(referenced) => format!("is masked otherwise ({})", referenced.origin),
                None => "is not masked".to_string(),
            };
            let message = format!(
                "{} is masked ({}), and {}, which it references, {what}: masked keys will not match",
                self.snapshot.column_name(from),
                own.origin,
                self.snapshot.column_name(to),
            );
            let place = match (&own.how, self.winners.get(&from)) {
                (_, Some(entry)) => entry.place.clone(),
                (How::Rule(rule), None) => rule.place.clone(),
                (How::Derived, None) => continue,
            };
            self.warnings.push(place.problem(Severity::Warning, message));
        }
    }

    fn not_inherited(&self, from: ColumnId, to: ColumnId, rule: &MaskRule) -> Problem {
        let (from, to) = (self.snapshot.column_name(from), self.snapshot.column_name(to));
        let message = format!(
            "{from} references {to}, and mask {} reads other columns of its row, which do not stand beside {from}: masked keys would not match",
            rule.spec.name()
        );
        let problem = rule.place.problem(Severity::Error, message);
        problem.suggest(format!(
            "give {to} a mask that reads no other column, or {from} a rule of its own"
        ))
    }

    fn overridden(&self, column: ColumnId, entry: &Entry, through: ColumnId, origin: String) -> Problem {
        let message = format!(
            "\"{}\" does not hold for {}: it gets the protection of {} ({origin})",
            entry.pattern,
            self.snapshot.column_name(column),
            if column == through {
                "the values it is made of".to_string()
            } else {
                self.snapshot.column_name(through)
            },
        );
        entry.place.problem(Severity::Warning, message)
    }

    fn finish(self) -> Spread<'r> {
        let mut protected = HashMap::new();
        for (members, protection) in self.groups.members.iter().zip(&self.protections) {
            if let Some(protection) = protection {
                protected.extend(members.iter().map(|member| (*member, protection.clone())));
            }
        }
        Spread {
            protected,
            warnings: self.warnings,
        }
    }
}

/// Every referencing column with the column it references, in a fixed order.
fn foreign_key_pairs(snapshot: &Snapshot) -> Vec<(ColumnId, ColumnId)> {
    let mut pairs: Vec<_> = snapshot
        .foreign_keys
        .iter()
        .flat_map(|key| key.from.iter().copied().zip(key.to.iter().copied()))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

impl Groups {
    fn of(snapshot: &Snapshot) -> Groups {
        let mut groups = Groups {
            members: Vec::new(),
            of: HashMap::new(),
        };
        for relation in base_relations(snapshot) {
            for column in column_ids(relation) {
                groups.of.insert(column, groups.members.len());
                groups.members.push(vec![column]);
            }
        }
        for relation in base_relations(snapshot) {
            for parent in relation
                .parents
                .iter()
                .filter_map(|parent| snapshot.relations.get(parent))
            {
                groups.join_relations(relation, parent);
            }
        }
        groups
    }

    fn get(&self, column: ColumnId) -> Option<usize> {
        self.of.get(&column).copied()
    }

    fn join_relations(&mut self, child: &Relation, parent: &Relation) {
        for column in &child.columns {
            let id = ColumnId {
                relation: child.oid,
                attribute: column.number,
            };
            let inherited = parent.column_named(&column.name);
            let Some(inherited) = inherited else { continue };
            let parent_id = ColumnId {
                relation: parent.oid,
                attribute: inherited.number,
            };
            if let (Some(one), Some(other)) = (self.get(id), self.get(parent_id))
                && one != other
            {
                // The smaller into the larger, so that a table with thousands of partitions stays quick.
                let (from, into) = if self.members[one].len() < self.members[other].len() {
                    (one, other)
                } else {
                    (other, one)
                };
                let moved = std::mem::take(&mut self.members[from]);
                self.of.extend(moved.iter().map(|column| (*column, into)));
                self.members[into].extend(moved);
            }
        }
    }
}
