//! From statement text to plans, through the cache.

use std::sync::Arc;

use crate::config::{LargeObjects, Policy};
use crate::sql::{self, Context, Judged, Reason, Refusal, StatementKind, Treatment};

use super::cache::{Cached, PlanCache};
use super::decide::decide;
use super::explain::{Explanation, explain};
use super::filtered::Filtered;
use super::{Basis, Plan, PlannedText, Verdict};

/// Whether statements are judged at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlannerMode {
    /// `access = "read-only"`: each statement is judged.
    Guarded,
    /// `access = "any"`: nothing is protected, everything passes and is logged.
    Open,
}

/// Makes the plans of one catalog generation.
#[derive(Debug)]
pub struct Planner {
    basis: Arc<Basis>,
    mode: PlannerMode,
    policy: Policy,
    cache: PlanCache,
}

impl Planner {
    /// For one catalog generation under one rule set.
    pub fn new(basis: Basis, mode: PlannerMode, policy: Policy) -> Self {
        Planner {
            basis: Arc::new(basis),
            mode,
            policy,
            cache: PlanCache::default(),
        }
    }

    /// What plans are made from.
    pub fn basis(&self) -> &Arc<Basis> {
        &self.basis
    }

    /// The catalog generation.
    pub fn generation(&self) -> u64 {
        self.basis.snapshot.generation
    }

    /// Whether statements are judged.
    pub fn mode(&self) -> PlannerMode {
        self.mode
    }

    /// What `[policy]` says of large objects.
    pub fn large_objects(&self) -> LargeObjects {
        self.policy.large_objects
    }

    /// Whether anything is protected in this database.
    pub fn protects_anything(&self) -> bool {
        self.basis.treatments.protects_anything()
    }

    /// The plans of every statement in `text`.
    ///
    /// Runs the parser: call it on a thread with a stack of [`sql::STACK_BYTES`].
    pub fn plan(&self, text: &str) -> Arc<PlannedText> {
        let template = sql::template(text);
        match self.cache.get(template.as_bytes()) {
            Some(Cached::Plans(found)) => return found,
            Some(Cached::ConstantsMatter) => {
                if let Some(Cached::Plans(found)) = self.cache.get(&exact_key(text)) {
                    return found;
                }
            }
            None => {}
        }
        let (mut planned, constants_matter) = match self.mode {
            PlannerMode::Guarded => self.plan_guarded(text),
            PlannerMode::Open => (self.plan_open(text), false),
        };
        if constants_matter || planned.statements.len() != 1 {
            let planned = Arc::new(planned);
            self.cache.put(template.as_bytes(), Cached::ConstantsMatter);
            self.cache.put(&exact_key(text), Cached::Plans(planned.clone()));
            return planned;
        }
        planned.spans.clear();
        let planned = Arc::new(planned);
        self.cache.put(template.as_bytes(), Cached::Plans(planned.clone()));
        planned
    }

    fn analyse(&self, text: &str) -> Result<Vec<Judged>, Refusal> {
        let context = Context {
            snapshot: &self.basis.snapshot,
            treatment: &self.basis.treatments,
            views: &self.basis.views,
            touches: &self.basis.touches,
            large_objects: self.policy.large_objects == LargeObjects::Pass,
            custom_settings: &self.policy.settings,
        };
        sql::analyse(text, &context)
    }

    /// What the plans of every statement are made from, too. As [`Planner::plan`], but not from the cache.
    pub fn explain(&self, text: &str) -> Vec<Explanation> {
        let planned = match self.mode {
            PlannerMode::Guarded => self.plan_guarded(text).0,
            PlannerMode::Open => self.plan_open(text),
        };
        let analyses = match self.mode {
            PlannerMode::Guarded => self.analyse(text).unwrap_or_default(),
            PlannerMode::Open => Vec::new(),
        };
        let mut analyses = analyses.iter().map(|judged| judged.as_ref().ok());
        let plans = planned.statements.iter();
        plans.map(|plan| explain(plan, analyses.next().flatten())).collect()
    }

    fn plan_guarded(&self, text: &str) -> (PlannedText, bool) {
        let mut planned = PlannedText {
            statements: Vec::new(),
            spans: Vec::new(),
            generation: self.generation(),
        };
        let mut constants_matter = false;
        match self.analyse(text) {
            Ok(statements) => {
                for statement in statements {
                    let (span, plan) = match statement {
                        Ok(analysis) => {
                            constants_matter |= analysis.constants_matter;
                            let span = analysis.span.clone();
                            let log_text = self.log_text(text.get(span.clone()).unwrap_or_default());
                            let mut plan = decide(&analysis, &self.basis, self.policy.derived, log_text);
                            if !plan.literals.is_empty() {
                                let integers = sql::Integers::of(text);
                                for literal in &mut plan.literals {
                                    literal.place = integers.in_template(literal.place);
                                }
                            }
                            plan.filtered = analysis.dumped.as_ref().and_then(|table| Filtered::of(&plan, table));
                            (span, plan)
                        }
                        Err((span, refusal)) => {
                            constants_matter = true;
                            let log_text = self.log_text(text.get(span.clone()).unwrap_or_default());
                            (
                                span,
                                self.without_columns(StatementKind::Other, Verdict::Refuse(refusal), log_text),
                            )
                        }
                    };
                    planned.statements.push(Arc::new(plan));
                    planned.spans.push(span);
                }
            }
            Err(refusal) => {
                constants_matter = true;
                let verdict = match refusal.reason {
                    Reason::Unparsable => Verdict::Probe(refusal),
                    _ => Verdict::Refuse(refusal),
                };
                let plan = self.without_columns(StatementKind::Other, verdict, self.log_text(text));
                planned.statements.push(Arc::new(plan));
                planned.spans.push(0..text.len());
            }
        }
        (planned, constants_matter)
    }

    fn plan_open(&self, text: &str) -> PlannedText {
        let plan = self.without_columns(StatementKind::Other, Verdict::Pass, self.log_text(text));
        PlannedText {
            statements: vec![Arc::new(plan)],
            spans: Vec::new(),
            generation: self.generation(),
        }
    }

    /// The plan of something that is refused before it is even a statement, such as a wire message.
    pub fn refused(&self, log_text: &str, refusal: Refusal) -> Plan {
        self.without_columns(StatementKind::Other, Verdict::Refuse(refusal), log_text.into())
    }

    /// The plan of something harmless that is no statement, for the session log.
    pub fn passed(&self, log_text: &str) -> Plan {
        self.without_columns(StatementKind::Other, Verdict::Pass, log_text.into())
    }

    /// The plan of an empty statement.
    pub fn nothing(&self) -> Plan {
        self.passed("")
    }

    fn without_columns(&self, kind: StatementKind, verdict: Verdict, log_text: Arc<str>) -> Plan {
        Plan {
            kind,
            verdict,
            columns: Vec::new(),
            fingerprint: sql::fingerprint(&log_text),
            log_text,
            relations: Vec::new(),
            protected: Vec::new(),
            inferences: Vec::new(),
            literals: Vec::new(),
            parameters: Vec::new(),
            influences: Vec::new(),
            reads: Arc::default(),
            basis: self.basis.clone(),
            filters: Vec::new(),
            filtered: None,
        }
    }

    fn log_text(&self, text: &str) -> Arc<str> {
        let snapshot = &self.basis.snapshot;
        sql::log_text(text, &|name| snapshot.knows_name(name)).into()
    }
}

/// Templates never hold a NUL, so the keys of exact texts cannot meet them.
fn exact_key(text: &str) -> Vec<u8> {
    [b"\0", text.as_bytes()].concat()
}
