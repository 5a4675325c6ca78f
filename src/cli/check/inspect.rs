//! The rules of one database under inspection.

use crate::catalog::{ColumnId, Oid, Relation, RelationKind, Snapshot};
use crate::mask::{ColumnMask, Uniqueness};
use crate::rules::{Action, ColumnTreatment, Resolved, RuleSet, has_personal_columns};

use super::rule_test::run_test;
use super::trial::{Outcome, Trials};
use super::{Coverage, Finding, Kind, Report, of_problem};

/// Looks at the rules of one database, by its catalog alone.
pub fn report(rules: &RuleSet, resolved: &Resolved, snapshot: &Snapshot) -> Report {
    report_with(rules, resolved, snapshot, &Trials::default())
}

/// The same, knowing what became of masked rows under its constraints.
pub(super) fn report_with(rules: &RuleSet, resolved: &Resolved, snapshot: &Snapshot, trials: &Trials) -> Report {
    let mut findings: Vec<_> = resolved
        .warnings
        .iter()
        .map(|problem| of_problem(Kind::Rules, problem))
        .collect();
    findings.extend(
        resolved
            .unmatched
            .iter()
            .map(|problem| of_problem(Kind::Unmatched, problem)),
    );
    findings.extend(
        rules
            .tests()
            .iter()
            .filter_map(|test| run_test(test, resolved, snapshot)),
    );
    for relation in snapshot
        .relations
        .values()
        .filter(|relation| has_personal_columns(relation))
    {
        let look = Look {
            relation,
            resolved,
            snapshot,
            trials,
        };
        look.unique_keys(&mut findings);
        look.unique_expressions(&mut findings);
        look.columns(&mut findings);
        look.checks(&mut findings);
        look.partition_key(&mut findings);
        look.unlisted(&mut findings);
    }
    findings.extend(foreign_keys(resolved, snapshot));
    Report {
        database: snapshot.database.clone(),
        coverage: Some(Coverage::of(resolved, snapshot)),
        requirements: Vec::new(),
        rows: Vec::new(),
        findings,
    }
    .sorted()
}

pub(super) fn error(kind: Kind, subject: impl Into<String>, message: impl Into<String>) -> Finding {
    Finding {
        severity: "error",
        kind,
        subject: subject.into(),
        message: message.into(),
        suggestion: None,
    }
}

fn warning(kind: Kind, subject: impl Into<String>, message: impl Into<String>) -> Finding {
    Finding {
        severity: "warning",
        ..error(kind, subject, message)
    }
}

/// Foreign keys over which the rules agree, and the columns do not. Where the rules do not, resolving them has said so.
fn foreign_keys(resolved: &Resolved, snapshot: &Snapshot) -> Vec<Finding> {
    let pairs = snapshot
        .foreign_keys
        .iter()
        .flat_map(|key| key.from.iter().zip(&key.to));
    let finding = |(from, to): (&ColumnId, &ColumnId)| {
        let treatments = [from, to].map(|column| resolved.treatments.column(*column));
        let [Some(own), Some(referenced)] = treatments else {
            return None;
        };
        let agree = own.class == referenced.class || own.is_constant;
        if agree || own.rule != referenced.rule {
            return None;
        }
        let message = format!(
            "is of another type than {}, which it references, or has other room: what mask {} ({}) shows of one key may differ",
            snapshot.column_name(*to),
            own.mask_name,
            own.rule
        );
        Some(Finding {
            suggestion: Some("give both one type, or take a mask that keeps the length".to_string()),
            ..warning(Kind::ForeignKey, snapshot.column_name(*from), message)
        })
    };
    pairs.filter_map(finding).collect()
}

/// What is told of a constraint over masked columns.
fn unmet(columns: &[String], what: &str, outcome: Option<&Outcome>) -> Vec<Finding> {
    let Some(first) = columns.first() else {
        return Vec::new();
    };
    let may = |why: &str| {
        let message = format!("masked values may not meet {what}{why}");
        columns
            .iter()
            .map(|column| warning(Kind::Check, column, &message))
            .collect()
    };
    match outcome {
        Some(Outcome::Holds { .. }) => Vec::new(),
        Some(Outcome::Breaks { rows, of }) => {
            let message = format!("{rows} of {of} masked rows break {what}");
            vec![error(Kind::Check, first, message)]
        }
        Some(Outcome::Fails(code)) => {
            let message = format!("{what} fails on masked values (SQLSTATE {code})");
            vec![error(Kind::Check, first, message)]
        }
        Some(Outcome::Untried(why)) => may(&format!(": untried, {why}")),
        None => may(""),
    }
}

/// One relation under inspection.
struct Look<'a> {
    relation: &'a Relation,
    resolved: &'a Resolved,
    snapshot: &'a Snapshot,
    trials: &'a Trials,
}

impl Look<'_> {
    fn id(&self, attribute: i16) -> ColumnId {
        ColumnId {
            relation: self.relation.oid,
            attribute,
        }
    }

    fn treatment(&self, attribute: i16) -> Option<&ColumnTreatment> {
        self.resolved.treatments.column(self.id(attribute))
    }

    fn name(&self, attribute: i16) -> String {
        self.snapshot.column_name(self.id(attribute))
    }

    fn table(&self) -> String {
        format!("{}.{}", self.relation.schema, self.relation.name)
    }

    /// Whether a partition has this key from the table above it, where it is told once.
    fn is_key_above(&self, key: &[i16]) -> bool {
        let names = |relation: &Relation, key: &[i16]| -> Vec<String> {
            let name = |number: &i16| relation.column(*number).map(|column| column.name.clone());
            let mut names: Vec<String> = key.iter().filter_map(name).collect();
            names.sort_unstable();
            names
        };
        let own = names(self.relation, key);
        let has = |parent: &Relation| parent.unique_keys.iter().any(|key| names(parent, key) == own);
        self.parent().is_some_and(has)
    }

    fn unique_keys(&self, findings: &mut Vec<Finding>) {
        for key in self.relation.unique_keys.iter().filter(|key| !self.is_key_above(key)) {
            for attribute in key {
                let Some(treatment) = self.treatment(*attribute) else {
                    continue;
                };
                let uniqueness = match &treatment.action {
                    Action::Mask(mask) if mask.is_of_bounds() => {
                        findings.push(self.overlapping(*attribute, treatment));
                        continue;
                    }
                    Action::Mask(mask) => mask.contract().uniqueness,
                    Action::Redact => Uniqueness::Loses,
                    // Not shown, so never restored either.
                    Action::Refuse => continue,
                };
                let may = match uniqueness {
                    Uniqueness::Keeps => continue,
                    Uniqueness::Usually => "may in rare cases make",
                    Uniqueness::Loses => "makes",
                };
                let message = format!(
                    "is under a UNIQUE key or an exclusion constraint, and mask {} ({}) {may} different values equal",
                    treatment.mask_name, treatment.rule
                );
                // Other columns of the key may still tell the rows apart.
                let sure = key.len() == 1 && uniqueness == Uniqueness::Loses;
                let make = if sure { error } else { warning };
                findings.push(Finding {
                    suggestion: Some("take a mask that keeps uniqueness".to_string()),
                    ..make(Kind::Unique, self.name(*attribute), message)
                });
            }
        }
    }

    /// What a mask makes of bounds keeps their order within a range at most, never between ranges.
    fn overlapping(&self, attribute: i16, treatment: &ColumnTreatment) -> Finding {
        let message = format!(
            "is under an exclusion constraint or a UNIQUE key, and ranges that do not overlap may do so under mask {} ({})",
            treatment.mask_name, treatment.rule
        );
        Finding {
            suggestion: Some("take `null`, or restore without an exclusion constraint over it".to_string()),
            ..warning(Kind::Unique, self.name(attribute), message)
        }
    }

    fn columns(&self, findings: &mut Vec<Finding>) {
        for column in &self.relation.columns {
            let Some(treatment) = self.treatment(column.number) else {
                continue;
            };
            let name = self.name(column.number);
            if self.snapshot.forbids_null(column)
                && column.generated_from.is_none()
                && matches!(treatment.action, Action::Redact)
            {
                let message = format!(
                    "is NOT NULL, and there is no redacted value of its type ({})",
                    treatment.rule
                );
                findings.push(warning(Kind::NotNull, &name, message));
            }
            if let Action::Mask(mask) = &treatment.action {
                self.row(mask, &name, treatment, findings);
            }
            if matches!(&treatment.action, Action::Mask(mask) if mask.has_small_domain()) {
                let message = "has so few possible values that whoever sees enough of them can undo the mask";
                findings.push(warning(Kind::SmallDomain, name, message));
            }
        }
    }

    /// What a mask that reads other columns tells.
    fn row(&self, mask: &ColumnMask, name: &str, treatment: &ColumnTreatment, findings: &mut Vec<Finding>) {
        let (kind, rule) = (treatment.mask_name, treatment.rule.as_str());
        if mask.shows_values() {
            let message = format!("is shown as it is in the rows that mask {kind} ({rule}) keeps");
            findings.push(warning(Kind::Row, name, message));
        }
        if !mask.decides_by_row() {
            return;
        }
        let read = mask
            .reads()
            .iter()
            .filter(|attribute| self.treatment(**attribute).is_some());
        for attribute in read {
            let message = format!(
                "is masked in one way or another by the protected column {}: which it was tells whether that meets the condition ({rule})",
                self.name(*attribute)
            );
            findings.push(warning(Kind::Row, name, message));
        }
    }

    fn checks(&self, findings: &mut Vec<Finding>) {
        for (constraint, columns) in &self.relation.checks {
            let masked = columns.iter().filter(|column| self.treatment(**column).is_some());
            let masked: Vec<String> = masked.map(|attribute| self.name(*attribute)).collect();
            let what = format!("CHECK constraint {constraint} of {}", self.table());
            match self.trials.named(self.relation, constraint) {
                None if self.is_told_above(constraint) => {}
                outcome => findings.extend(unmet(&masked, &what, outcome)),
            }
        }
        for column in &self.relation.columns {
            // NULL meets what a domain CHECKs, or the column could not hold it.
            let masked = |treatment: &&ColumnTreatment| treatment.mask_name != "null";
            let Some(treatment) = self.treatment(column.number).filter(masked) else {
                continue;
            };
            // A constant of the whole has nothing in it.
            let domains = match treatment.is_constant {
                true => self.snapshot.domains_of(column.type_oid).collect(),
                false => self.snapshot.domains_within(column.type_oid),
            };
            let name = [self.name(column.number)];
            for (domain, constraints) in domains {
                for constraint in &constraints.checks {
                    let what = format!(
                        "CHECK constraint {constraint} of domain {}.{}",
                        domain.schema, domain.name
                    );
                    match self.trials.domain(self.id(column.number), constraint) {
                        None if self.trials.were_held() && self.parent().is_some() => {}
                        outcome => findings.extend(unmet(&name, &what, outcome)),
                    }
                }
            }
        }
    }

    /// The table that this one is a partition of.
    fn parent(&self) -> Option<&Relation> {
        let parents = self.relation.parents.iter();
        let mut parents = parents.filter_map(|parent| self.snapshot.relations.get(parent));
        parents.find(|parent| parent.kind == RelationKind::PartitionedTable)
    }

    /// Whether a partition has this constraint from the table above it, whose rows were tried.
    fn is_told_above(&self, constraint: &str) -> bool {
        let has = |parent: &Relation| parent.checks.iter().any(|(name, _)| name == constraint);
        self.trials.were_held() && self.parent().is_some_and(has)
    }

    /// What a mask keeps apart may be equal after an expression, and come under a condition that the original did not meet.
    fn unique_expressions(&self, findings: &mut Vec<Finding>) {
        for (index, columns) in &self.relation.unique_expressions {
            for attribute in columns {
                let Some(treatment) = self.treatment(*attribute) else {
                    continue;
                };
                let name = self.name(*attribute);
                let is_reported = |finding: &Finding| finding.kind == Kind::Unique && finding.subject == name;
                // Breaking it is told where it was tried.
                let outcome = self.trials.named(self.relation, index);
                let is_settled = matches!(
                    outcome,
                    Some(Outcome::Holds { whole: true } | Outcome::Breaks { .. } | Outcome::Fails(_))
                );
                if matches!(treatment.action, Action::Refuse) || findings.iter().any(is_reported) || is_settled {
                    continue;
                }
                let message = format!(
                    "stands in an expression or the condition of unique index {index}: under mask {} ({}) rows may come to agree there",
                    treatment.mask_name, treatment.rule
                );
                findings.push(warning(Kind::Unique, name, message));
            }
        }
    }

    fn partition_key(&self, findings: &mut Vec<Finding>) {
        let masked = self
            .relation
            .partition_key
            .iter()
            .filter(|column| self.treatment(**column).is_some());
        for name in masked.map(|attribute| self.name(*attribute)) {
            let root = |oid: &Oid| self.trials.routes(*oid);
            // Bounds of every level are looked at from the table at the top.
            if self.relation.parents.iter().any(|parent| root(parent).is_some()) {
                continue;
            }
            let through = "dump with --load-via-partition-root, and each row finds its partition";
            findings.push(match self.trials.routes(self.relation.oid) {
                None => Finding {
                    suggestion: Some("if each masked value has a partition, dump with --load-via-partition-root".to_string()),
                    ..warning(
                        Kind::PartitionKey,
                        name,
                        "is a partition key: masked rows may belong to another partition, and the bounds stand in the catalog",
                    )
                },
                Some(routes) if routes.homeless > 0 => error(
                    Kind::PartitionKey,
                    name,
                    format!(
                        "is a partition key: {} of {} masked rows have no partition, and no dump restores them",
                        routes.homeless, routes.of
                    ),
                ),
                Some(routes) if routes.moved > 0 => Finding {
                    suggestion: Some(through.to_string()),
                    ..warning(
                        Kind::PartitionKey,
                        name,
                        format!(
                            "is a partition key: {} of {} masked rows belong to another partition, and a plain dump does not restore them",
                            routes.moved, routes.of
                        ),
                    )
                },
                Some(routes) => Finding {
                    suggestion: Some(through.to_string()),
                    ..warning(
                        Kind::PartitionKey,
                        name,
                        format!(
                            "is a partition key: {} masked rows stay where they were, others may not, and the bounds stand in the catalog",
                            routes.of
                        ),
                    )
                },
            });
        }
    }

    fn unlisted(&self, findings: &mut Vec<Finding>) {
        let is_unlisted = |attribute: i16| match self.treatment(attribute) {
            Some(treatment) => treatment.is_unlisted(),
            None => !self.resolved.treatments.is_kept(self.id(attribute)),
        };
        // Partitions have the columns of the table above them, where they are told once.
        let parents = || {
            self.relation
                .parents
                .iter()
                .filter_map(|parent| self.snapshot.relations.get(parent))
        };
        let inherited = |name: &str| parents().any(|parent| parent.column_named(name).is_some());
        let columns = self.relation.columns.iter();
        let columns = columns.filter(|column| is_unlisted(column.number) && !inherited(&column.name));
        let names: Vec<_> = columns.map(|column| column.name.as_str()).collect();
        if !names.is_empty() {
            let message = format!("no rule names {}", names.join(", "));
            findings.push(Finding {
                suggestion: Some("mask or [[keep]] them".to_string()),
                ..warning(Kind::Unlisted, self.table(), message)
            });
        }
    }
}

#[cfg(test)]
mod tests;
