//! From the analysis of a statement to its plan.
//!
//! The security definition: a client may learn only what it could compute from the masked database.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::{ColumnId, RelationKind};
use crate::config::{Derived, Predicates};
use crate::journal::ProtectedColumn;
use crate::rules::{Action, ColumnTreatment};
use crate::sql::{
    Analysis, Clause, ColumnSet, CopyFormat, Influence, Lineage, Reason, Refusal, StatementKind, Test, Treatment,
};

use super::{Basis, ColumnAction, Plan, PlannedColumn, Reads, Verdict};

/// Makes the plan of one analysed statement.
pub(super) fn decide(analysis: Analysis, basis: &Arc<Basis>, derived: Derived, log_text: Arc<str>) -> Plan {
    let mut plan = Plan {
        kind: analysis.kind.clone(),
        verdict: Verdict::Pass,
        columns: Vec::new(),
        log_text,
        protected: Vec::new(),
        inferences: Vec::new(),
        reads: Arc::new(reads(&analysis, basis)),
        basis: basis.clone(),
    };
    if let Some(name) = &analysis.unknown_name {
        plan.verdict = Verdict::Probe(unknown_name(name));
        return plan;
    }
    if !analysis.touches_protected {
        return plan;
    }
    let mut decision = Decision {
        basis,
        derived,
        inferences: BTreeSet::new(),
        uses: BTreeSet::new(),
    };
    match decision.statement(&analysis) {
        Ok(columns) => {
            plan.columns = columns;
            plan.verdict = Verdict::Mask;
        }
        Err(refusal) => plan.verdict = Verdict::Refuse(refusal),
    }
    plan.protected = decision.protected_columns();
    plan.inferences = decision.inferences.into_iter().collect();
    plan
}

/// What the statement reads that may change under its plan.
fn reads(analysis: &Analysis, basis: &Basis) -> Reads {
    let shows = matches!(
        &analysis.kind,
        StatementKind::Query
            | StatementKind::DeclareCursor { .. }
            | StatementKind::Prepare { .. }
            | StatementKind::CopyOut(_)
            | StatementKind::Explain { .. }
    );
    if !shows || !basis.treatments.protects_anything() {
        return Reads::default();
    }
    let relations = analysis
        .touched
        .iter()
        .filter_map(|oid| basis.snapshot.relations.get(oid))
        .filter(|relation| !relation.is_system());
    let mut reads = Reads {
        names: Vec::new(),
        unseen: matches!(analysis.kind, StatementKind::CopyOut(_)),
    };
    for relation in relations {
        reads.unseen |= matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView);
        reads.names.push(relation.name.clone());
    }
    reads.names.sort_unstable();
    reads.names.dedup();
    reads
}

fn unknown_name(name: &str) -> Refusal {
    Refusal {
        reason: Reason::CatalogChanged,
        message: format!("{name} is not in the catalog as pgveil knows it"),
        hint: "It may have been created a moment ago: try again in a few seconds.".into(),
    }
}

struct Decision<'a> {
    basis: &'a Basis,
    derived: Derived,
    inferences: BTreeSet<String>,
    uses: BTreeSet<(ColumnId, &'static str)>,
}

impl<'a> Decision<'a> {
    fn statement(&mut self, analysis: &Analysis) -> Result<Vec<PlannedColumn>, Refusal> {
        for fallible in &analysis.fallible {
            let column = self.protected(&fallible.columns).next();
            if let Some(column) = column {
                self.uses.insert((column, "refused"));
                return Err(Refusal {
                    reason: Reason::FallibleExpression,
                    message: format!(
                        "{} over the protected column {} fails on some values and not on others, so that the error itself would tell",
                        fallible.what,
                        self.name(column)
                    ),
                    hint: "Select the column itself: its masked values have the column's own type.".into(),
                });
            }
        }
        for influence in &analysis.influences {
            self.influence(influence)?;
        }
        let mut columns = Vec::with_capacity(analysis.columns.len());
        for column in &analysis.columns {
            let action = self.column(&column.label, &column.lineage, &analysis.kind)?;
            columns.push(PlannedColumn {
                label: column.label.clone(),
                action,
            });
        }
        self.copy_null_word(&analysis.kind, &columns)?;
        Ok(columns)
    }

    fn class(&self, column: ColumnId) -> u32 {
        self.basis.treatments.class(column)
    }

    fn name(&self, column: ColumnId) -> String {
        self.basis.snapshot.column_name(column)
    }

    fn protected(&self, columns: &ColumnSet) -> impl Iterator<Item = ColumnId> {
        columns.iter().copied().filter(|column| self.class(*column) != 0)
    }

    fn treatment(&self, column: ColumnId) -> Option<&'a ColumnTreatment> {
        self.basis.treatments.column(column)
    }

    /// Whether the masked data shows the same groups and the same equalities.
    fn keeps_equality(&self, column: ColumnId) -> bool {
        self.treatment(column)
            .is_some_and(|found| found.deterministic && found.keeps_uniqueness && found.keeps_null)
    }

    fn influence(&mut self, influence: &Influence) -> Result<(), Refusal> {
        let harmless = match &influence.test {
            Test::Equality(left, right) => {
                let all: ColumnSet = left.union(right).copied().collect();
                self.one_class(&all)
                    && all
                        .iter()
                        .all(|column| self.class(*column) == 0 || self.keeps_equality(*column))
            }
            Test::Grouping(columns) => {
                self.one_class(columns) && self.protected(columns).all(|column| self.keeps_equality(column))
            }
            Test::NullTest(columns) => self
                .protected(columns)
                .all(|column| self.treatment(column).is_some_and(|found| found.keeps_null)),
            Test::Other(columns) => self.protected(columns).next().is_none(),
        };
        let columns = influence.test.columns();
        let uses: Vec<ColumnId> = self.protected(&columns).collect();
        if harmless {
            self.uses.extend(uses.into_iter().map(|column| (column, "compared")));
            return Ok(());
        }
        for column in uses {
            let allowed = self
                .treatment(column)
                .is_some_and(|found| found.predicates == Predicates::Allow);
            if !allowed {
                self.uses.insert((column, "refused"));
                return Err(self.predicate_refusal(column, influence));
            }
            self.inferences.insert(self.name(column));
            self.uses.insert((column, "tested by an allowed predicate"));
        }
        Ok(())
    }

    fn one_class(&self, columns: &ColumnSet) -> bool {
        let mut classes = columns.iter().map(|column| self.class(*column));
        let first = classes.next();
        classes.all(|class| Some(class) == first)
    }

    fn predicate_refusal(&self, column: ColumnId, influence: &Influence) -> Refusal {
        let rule = self.treatment(column).map_or("", |found| found.rule.as_str());
        let (clause, hint) = describe(influence.clause);
        Refusal {
            reason: Reason::Predicate,
            message: format!(
                "the protected column {} in {clause} would tell more about its values than the masked data does (rule at {rule})",
                self.name(column)
            ),
            hint: hint.into(),
        }
    }

    fn column(&mut self, label: &str, lineage: &Lineage, kind: &StatementKind) -> Result<ColumnAction, Refusal> {
        let all: ColumnSet = lineage.verbatim.union(&lineage.computed_from).copied().collect();
        let protected: Vec<ColumnId> = self.protected(&all).collect();
        let Some(&first) = protected.first() else {
            return Ok(ColumnAction::Clean);
        };
        for &column in &protected {
            match self.treatment(column) {
                Some(found) if !matches!(found.action, Action::Refuse) => {}
                found => return Err(self.unlisted_refusal(column, found)),
            }
        }
        let computed = lineage.computed || protected.iter().any(|column| lineage.computed_from.contains(column));
        if let Some(found) = self.treatment(first)
            && let Action::Mask(mask) = &found.action
            && !computed
            && self.one_class(&lineage.verbatim)
            && (self.one_type(&lineage.verbatim) || !matches!(kind, StatementKind::CopyOut(_)))
        {
            self.uses
                .extend(protected.iter().map(|column| (*column, found.mask_name)));
            let type_oid = self.base_type(first);
            return Ok(ColumnAction::Mask {
                class: found.class,
                mask: mask.clone(),
                type_oid,
            });
        }
        let unlisted = !computed
            && protected
                .iter()
                .all(|column| matches!(self.treatment(*column).map(|found| &found.action), Some(Action::Redact)));
        if self.derived == Derived::Refuse && !unlisted {
            return Err(Refusal {
                reason: Reason::DerivedColumn,
                message: format!(
                    "the output column \"{label}\" is computed from the protected column {}",
                    self.name(first)
                ),
                hint: "Select the column itself, or set [policy] derived = \"redact\".".into(),
            });
        }
        self.uses.extend(protected.iter().map(|column| (*column, "redacted")));
        // What comes of columns that always show NULL is NULL too, where functions are strict; it tells nothing either
        // way, and a word in its place would make pg_dump write it into definitions.
        let shows_null = |column: &ColumnId| self.treatment(*column).is_some_and(|found| found.mask_name == "null");
        Ok(if protected.iter().all(shows_null) {
            ColumnAction::Null
        } else {
            ColumnAction::Redact
        })
    }

    fn unlisted_refusal(&self, column: ColumnId, treatment: Option<&ColumnTreatment>) -> Refusal {
        let name = self.name(column);
        let message = match treatment {
            Some(found) if !found.is_unlisted() => format!(
                "no rule names the column {name} any more, which had another name when one did ({})",
                found.rule
            ),
            _ => format!("no rule names the column {name}, and the policy is to refuse such columns"),
        };
        Refusal {
            reason: Reason::UnlistedColumn,
            message,
            hint: "Add a [[rule]] or a [[keep]] for it, or leave it out of the statement.".into(),
        }
    }

    fn base_type(&self, column: ColumnId) -> u32 {
        let snapshot = &self.basis.snapshot;
        let found = snapshot
            .relations
            .get(&column.relation)
            .and_then(|relation| relation.column(column.attribute));
        found.map_or(0, |found| snapshot.base_type(found.type_oid, found.type_modifier).0)
    }

    fn one_type(&self, columns: &ColumnSet) -> bool {
        let mut types = columns.iter().map(|column| self.base_type(*column));
        let first = types.next();
        types.all(|type_oid| Some(type_oid) == first)
    }

    /// In text format a value that equals the word for NULL cannot be told from NULL: with a word of the client's
    /// choosing, the rows in which it comes back unmasked would answer a guess.
    fn copy_null_word(&self, kind: &StatementKind, columns: &[PlannedColumn]) -> Result<(), Refusal> {
        let StatementKind::CopyOut(options) = kind else {
            return Ok(());
        };
        let masks = columns
            .iter()
            .any(|column| !matches!(column.action, ColumnAction::Clean));
        if !masks || options.format != CopyFormat::Text || options.null == b"\\N" {
            return Ok(());
        }
        Err(Refusal {
            reason: Reason::Predicate,
            message: "COPY in text format with another word for NULL than \\N over protected columns would tell which values equal that word".into(),
            hint: "Leave out the NULL option, or use FORMAT csv, where NULL and a value are told apart by quotes.".into(),
        })
    }

    fn protected_columns(&self) -> Vec<ProtectedColumn> {
        let uses = self.uses.iter();
        uses.map(|(column, how)| ProtectedColumn {
            column: self.name(*column),
            how: (*how).into(),
        })
        .collect()
    }
}

fn describe(clause: Clause) -> (&'static str, &'static str) {
    const SELECT_IT: &str = "Select the column and compare its masked values, join it with a column of the same domain, \
        or have a rule with predicates = \"allow\" (the session log then records the inference).";
    const NO_SORT: &str = "Sort by another column, or sort the masked values on your side.";
    const NO_GROUP: &str = "Group by a column whose mask keeps uniqueness (check says which), or by another column.";
    match clause {
        Clause::Where => ("WHERE", SELECT_IT),
        Clause::JoinOn => ("JOIN … ON", SELECT_IT),
        Clause::JoinUsing => ("JOIN … USING", SELECT_IT),
        Clause::Having => ("HAVING", SELECT_IT),
        Clause::Filter => ("FILTER", SELECT_IT),
        Clause::CaseCondition => ("a CASE condition", SELECT_IT),
        Clause::Sublink => ("a subquery test", SELECT_IT),
        Clause::OrderBy => ("ORDER BY", NO_SORT),
        Clause::WindowOrder => ("a window's ORDER BY", NO_SORT),
        Clause::AggregateOrder => ("an aggregate's ORDER BY", NO_SORT),
        Clause::GroupBy => ("GROUP BY", NO_GROUP),
        Clause::Distinct => ("DISTINCT", NO_GROUP),
        Clause::DistinctOn => ("DISTINCT ON", NO_GROUP),
        Clause::AggregateDistinct => ("an aggregate's DISTINCT", NO_GROUP),
        Clause::PartitionBy => ("PARTITION BY", NO_GROUP),
        Clause::SetOperation => (
            "a set operation",
            "Use UNION ALL, or columns whose mask keeps uniqueness.",
        ),
        Clause::LimitOffset => ("LIMIT or OFFSET", "Use a number."),
        Clause::WindowFrame => ("a window frame", "Use numbers."),
        Clause::TableSample => ("TABLESAMPLE", "Use a number."),
        Clause::FunctionArgument => (
            "a function's argument",
            "Call the function on the masked values on your side.",
        ),
        Clause::CountArgument => ("count()", "Use count(*)."),
    }
}
