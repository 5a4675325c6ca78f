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
    Analysis, ColumnSet, Constant, CopyFormat, Influence, Lineage, OutputColumn, Reason, Refusal, StatementKind, Test,
    Treatment,
};

use super::beside::MaskedByRow;
use super::influence::describe;
use super::search::{Restoring, Searches, restoring};
use super::{Basis, ColumnAction, Leave, Plan, PlannedColumn, PlannedInfluence, Reads, Verdict};

/// Makes the plan of one analysed statement.
pub(super) fn decide(analysis: &Analysis, basis: &Arc<Basis>, derived: Derived, log_text: Arc<str>) -> Plan {
    let mut plan = Plan {
        kind: analysis.kind.clone(),
        verdict: Verdict::Pass,
        columns: Vec::new(),
        fingerprint: crate::sql::fingerprint(&log_text),
        log_text,
        relations: basis.names_of(&analysis.touched),
        protected: Vec::new(),
        inferences: Vec::new(),
        literals: Vec::new(),
        parameters: Vec::new(),
        influences: Vec::new(),
        reads: Arc::new(reads(analysis, basis)),
        basis: basis.clone(),
        filters: Vec::new(),
        filtered: None,
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
        influences: Vec::new(),
        searches: Searches::default(),
    };
    match decision.statement(analysis) {
        Ok(columns) => {
            plan.columns = columns;
            plan.verdict = Verdict::Mask;
            std::mem::take(&mut decision.searches).put_into(&mut plan);
            if plan.translates() {
                // What the server says of the result says nothing of the columns that are searched.
                Arc::make_mut(&mut plan.reads).unseen = true;
            }
        }
        Err(refusal) => plan.verdict = Verdict::Refuse(refusal),
    }
    plan.protected = decision.protected_columns();
    plan.inferences = decision.inferences.into_iter().collect();
    plan.influences = decision.influences;
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
    let calls_users = analysis
        .called
        .iter()
        .any(|name| basis.snapshot.functions.contains_key(name));
    let mut reads = Reads {
        names: Vec::new(),
        functions: Vec::new(),
        unseen: calls_users || matches!(analysis.kind, StatementKind::CopyOut(_)),
        filtered: None,
    };
    for relation in relations {
        // Of a partitioned table, the server names the columns, not the partition that a row comes from.
        reads.unseen |= matches!(
            relation.kind,
            RelationKind::View | RelationKind::MaterializedView | RelationKind::PartitionedTable
        );
        reads.names.push(relation.name.clone());
    }
    reads.names.sort_unstable();
    reads.names.dedup();
    if calls_users || !reads.names.is_empty() {
        reads.functions = analysis.called.iter().cloned().collect();
    }
    reads
}

fn unknown_name(name: &str) -> Refusal {
    Refusal {
        reason: Reason::CatalogChanged,
        message: format!("{name}: the catalog as pgveil knows it holds no such name, or several"),
        hint: "Check how it is written, or qualify it. What was created a moment ago is known in a few seconds.".into(),
    }
}

/// The decision about one statement under way.
pub(super) struct Decision<'a> {
    pub(super) basis: &'a Basis,
    pub(super) derived: Derived,
    inferences: BTreeSet<String>,
    /// Protected columns, each with what is done with it.
    pub(super) uses: BTreeSet<(ColumnId, &'static str)>,
    influences: Vec<PlannedInfluence>,
    searches: Searches,
}

impl<'a> Decision<'a> {
    fn statement(&mut self, analysis: &Analysis) -> Result<Vec<PlannedColumn>, Refusal> {
        for fallible in &analysis.fallible {
            let column = self.protected(&fallible.columns).next();
            let tested = fallible.tests.iter().filter(|test| !self.is_harmless(test));
            let tested = tested.flat_map(|test| test.columns().into_iter().find(|column| self.class(*column) != 0));
            if let Some(column) = column.or_else(|| tested.into_iter().next()) {
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
            let leave = self.influence(influence);
            self.note(influence, *leave.as_ref().unwrap_or(&Leave::Refused));
            leave?;
        }
        self.searches.check(analysis)?;
        let mut columns = Vec::with_capacity(analysis.columns.len());
        for column in &analysis.columns {
            let action = self.column(column, &analysis.columns, &analysis.kind)?;
            columns.push(PlannedColumn {
                label: column.label.clone(),
                action,
            });
        }
        self.copy_null_word(&analysis.kind, &columns)?;
        Ok(columns)
    }

    pub(super) fn class(&self, column: ColumnId) -> u32 {
        self.basis.treatments.class(column)
    }

    pub(super) fn name(&self, column: ColumnId) -> String {
        self.basis.snapshot.column_name(column)
    }

    pub(super) fn protected(&self, columns: &ColumnSet) -> impl Iterator<Item = ColumnId> {
        columns.iter().copied().filter(|column| self.class(*column) != 0)
    }

    pub(super) fn treatment(&self, column: ColumnId) -> Option<&'a ColumnTreatment> {
        self.basis.treatments.column(column)
    }

    /// Whether the masked data shows the same groups and the same equalities.
    fn keeps_equality(&self, column: ColumnId) -> bool {
        self.treatment(column)
            .is_some_and(|found| found.deterministic && found.keeps_uniqueness && found.keeps_null)
    }

    /// Whether the masked data has the same outcome of a test, as it stands.
    fn is_harmless(&self, test: &Test) -> bool {
        let all = |columns: &ColumnSet, promise: &dyn Fn(&ColumnTreatment) -> bool| {
            self.protected(columns)
                .all(|column| self.treatment(column).is_some_and(promise))
        };
        match test {
            Test::Equality(left, right) => {
                let both: ColumnSet = left.union(right).copied().collect();
                self.one_class(&both) && self.protected(&both).all(|column| self.keeps_equality(column))
            }
            Test::Grouping(columns) => {
                self.one_class(columns) && self.protected(columns).all(|column| self.keeps_equality(column))
            }
            Test::NullTest(columns) => all(columns, &|found| found.keeps_null),
            Test::Extreme(columns) => self.one_class(columns) && all(columns, &|found| found.is_constant),
            Test::Constant(columns, _) | Test::Other(columns) => self.protected(columns).next().is_none(),
        }
    }

    /// Whether rules let a test tell more than the masked data does.
    fn is_allowed(&self, test: &Test) -> bool {
        let columns = test.columns();
        self.protected(&columns).all(|column| self.rule_allows(column, test))
    }

    /// By what leave protected columns decide here.
    fn influence(&mut self, influence: &Influence) -> Result<Leave, Refusal> {
        let leave = match &influence.test {
            Test::Constant(columns, constant) if self.search(columns, constant) => Some(Leave::Translated),
            Test::NullTest(_) => self.is_harmless(&influence.test).then_some(Leave::NullTest),
            test => self.is_harmless(test).then_some(Leave::Equality),
        };
        let columns = influence.test.columns();
        let uses: Vec<ColumnId> = self.protected(&columns).collect();
        if let Some(leave) = leave {
            let how = match leave {
                Leave::Translated => "searched",
                _ => "compared",
            };
            self.uses.extend(uses.into_iter().map(|column| (column, how)));
            return Ok(leave);
        }
        for column in uses {
            if !self.rule_allows(column, &influence.test) {
                self.uses.insert((column, "refused"));
                return Err(self.predicate_refusal(column, influence));
            }
            self.inferences.insert(self.name(column));
            self.uses.insert((column, "inferred"));
        }
        if let Test::Constant(_, constant) = &influence.test {
            self.searches.keep(&constant.form);
        }
        Ok(Leave::Rule)
    }

    fn rule_allows(&self, column: ColumnId, test: &Test) -> bool {
        match self.treatment(column).map(|found| found.predicates) {
            Some(Predicates::Allow) => true,
            Some(Predicates::Equality) => matches!(test, Test::Constant(..)),
            Some(Predicates::Refuse) | None => false,
        }
    }

    /// Notes that a constant is to be translated. `false`: it is not, because it cannot be, or because a rule lets
    /// clients search by the values themselves.
    fn search(&mut self, columns: &ColumnSet, constant: &Constant) -> bool {
        let Some(&first) = columns.first() else {
            return false;
        };
        let by_rule = |column: &ColumnId| {
            self.treatment(*column)
                .is_some_and(|found| found.predicates != Predicates::Refuse)
        };
        let Some(found) = self.treatment(first).filter(|_| self.keeps_equality(first)) else {
            return false;
        };
        let Action::Mask(mask) = &found.action else {
            return false;
        };
        if columns.iter().all(by_rule) || !self.one_class(columns) || !self.one_type(columns) {
            return false;
        }
        let Some((given, to)) = restoring(mask, &constant.form, constant.cast) else {
            return false;
        };
        let restoring = Restoring {
            column: self.name(first).into(),
            class: found.class,
            mask: mask.clone(),
            given,
            to,
            is_array: constant.is_array,
        };
        let names: Vec<String> = columns.iter().map(|column| self.name(*column)).collect();
        self.searches.add(&constant.form, restoring, names)
    }

    fn note(&mut self, influence: &Influence, leave: Leave) {
        let columns = influence.test.columns();
        let columns: Vec<String> = self.protected(&columns).map(|column| self.name(column)).collect();
        let (clause, _) = describe(influence.clause);
        let noted = PlannedInfluence { clause, columns, leave };
        if !noted.columns.is_empty() && !self.influences.contains(&noted) {
            self.influences.push(noted);
        }
    }

    fn one_class(&self, columns: &ColumnSet) -> bool {
        let mut classes = columns.iter().map(|column| self.class(*column));
        let first = classes.next();
        classes.all(|class| Some(class) == first)
    }

    fn column(
        &mut self,
        column: &OutputColumn,
        all: &[OutputColumn],
        kind: &StatementKind,
    ) -> Result<ColumnAction, Refusal> {
        let OutputColumn { label, lineage, .. } = column;
        if !self.tells(lineage) {
            self.tested(&lineage.tests);
            return Ok(ColumnAction::Clean);
        }
        let protected = self.columns_of(lineage);
        let Some(&first) = protected.first() else {
            return Ok(ColumnAction::Clean);
        };
        for &column in &protected {
            match self.treatment(column) {
                Some(found) if !matches!(found.action, Action::Refuse) => {}
                found => return Err(self.unlisted_refusal(column, found)),
            }
        }
        let beside = self.beside(column, all);
        if let Some(MaskedByRow {
            column,
            beside: Ok(beside),
        }) = beside
        {
            return Ok(self.masked_in_row(column, beside));
        }
        if let Some(first) = lineage.verbatim.first().copied()
            && let Some(found) = self.treatment(first)
            && let Action::Mask(mask) = &found.action
            && self.is_shown_masked(lineage)
            && (self.one_type(&lineage.verbatim) || !matches!(kind, StatementKind::CopyOut(_)))
        {
            self.tested(&lineage.tests);
            let shown = self.protected(&lineage.verbatim).collect::<Vec<_>>();
            self.uses
                .extend(shown.into_iter().map(|column| (column, found.mask_name)));
            let type_oid = self.base_type(first);
            return Ok(ColumnAction::Mask {
                class: found.class,
                mask: mask.clone(),
                type_oid,
                beside: Vec::new(),
            });
        }
        if let Some(form) = column.structure.as_ref().and_then(|structure| self.form(structure)) {
            return Ok(ColumnAction::Form(form));
        }
        let computed = lineage.computed || self.protected(&lineage.computed_from).next().is_some();
        let unlisted = !computed
            && protected
                .iter()
                .all(|column| matches!(self.treatment(*column).map(|found| &found.action), Some(Action::Redact)));
        if let (Derived::Refuse, Some(found)) = (self.derived, beside)
            && let Err(wanted) = found.beside
        {
            return Err(self.apart(label, found.column, &wanted));
        }
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

    /// Every protected column that a value comes from, or depends on.
    pub(super) fn columns_of(&self, lineage: &Lineage) -> Vec<ColumnId> {
        let mut all: ColumnSet = lineage.verbatim.union(&lineage.computed_from).copied().collect();
        all.extend(lineage.tests.iter().flat_map(Test::columns));
        self.protected(&all).collect()
    }

    /// Whether a value as it is tells more than the masked data does.
    pub(super) fn tells(&self, lineage: &Lineage) -> bool {
        self.protected(&lineage.verbatim).next().is_some()
            || self.protected(&lineage.computed_from).next().is_some()
            || self.tests_tell(lineage)
    }

    fn tests_tell(&self, lineage: &Lineage) -> bool {
        let mut tests = lineage.tests.iter();
        tests.any(|test| !self.is_harmless(test) && !self.is_allowed(test))
    }

    /// Whether a value is one of columns of one mask and domain, so that its mask makes of it what the masked data has.
    pub(super) fn is_shown_masked(&self, lineage: &Lineage) -> bool {
        let is_picked = !lineage.computed && self.protected(&lineage.computed_from).next().is_none();
        let mut protected = self.protected(&lineage.verbatim);
        is_picked
            && !self.tests_tell(lineage)
            && self.one_class(&lineage.verbatim)
            && protected.all(|column| self.reads(column).is_empty())
    }

    /// Records the tests by which a value that is shown was picked or computed.
    pub(super) fn tested(&mut self, tests: &BTreeSet<Test>) {
        for test in tests {
            let columns = test.columns();
            let columns: Vec<ColumnId> = self.protected(&columns).collect();
            let harmless = self.is_harmless(test);
            for column in columns {
                if harmless {
                    self.uses.insert((column, "compared"));
                } else {
                    self.inferences.insert(self.name(column));
                    self.uses.insert((column, "tested by an allowed predicate"));
                }
            }
        }
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

    pub(super) fn base_type(&self, column: ColumnId) -> u32 {
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
