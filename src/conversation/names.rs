//! What the names of statements, portals and cursors mean.

use std::collections::HashMap;
use std::sync::Arc;

use crate::plan::{Plan, PlannedText, Planner, RowMask, Verdict};
use crate::sql::StatementKind;

use super::Violation;

/// How deep EXECUTE and FETCH may lead to each other.
const DEPTH_MAX: usize = 8;

/// A prepared statement.
#[derive(Debug)]
pub(super) struct Prepared {
    pub text: Arc<str>,
    pub planned: Arc<PlannedText>,
    /// Made by PREPARE: the text is PREPARE's own, the plan that of its query.
    pub by_prepare: bool,
}

impl Prepared {
    /// The plan of its only statement; none for an empty text.
    pub(super) fn plan(&self) -> Option<&Arc<Plan>> {
        self.planned.statements.first()
    }

    /// The same under the planner's generation; plans of an old one are not executed.
    pub(super) fn current(self: &Arc<Self>, planner: &Planner) -> Arc<Self> {
        if self.planned.generation == planner.generation() {
            return self.clone();
        }
        let planned = planner.plan(&self.text);
        match (self.by_prepare, planned.statements.first()) {
            (true, Some(plan)) => Arc::new(prepared_from(plan, &self.text)),
            _ => Arc::new(Prepared {
                text: self.text.clone(),
                planned,
                by_prepare: false,
            }),
        }
    }
}

/// The statement that PREPARE makes. Its text is PREPARE's own, so that it can be planned again.
pub(super) fn prepared_from(plan: &Arc<Plan>, text: &str) -> Prepared {
    let planned = PlannedText {
        statements: vec![as_query(plan)],
        spans: Vec::new(),
        generation: plan.basis.snapshot.generation,
    };
    Prepared {
        text: text.into(),
        planned: Arc::new(planned),
        by_prepare: true,
    }
}

/// Whether names decide what the plan's rows are.
pub(super) fn leads_on(plan: &Plan) -> bool {
    matches!(plan.kind, StatementKind::Fetch { .. } | StatementKind::Execute { .. })
}

/// The query of a PREPARE or DECLARE. To run it makes no name.
pub(super) fn as_query(plan: &Arc<Plan>) -> Arc<Plan> {
    match plan.kind {
        StatementKind::Prepare { .. } | StatementKind::DeclareCursor { .. } => Arc::new(Plan {
            kind: StatementKind::Query,
            ..Plan::clone(plan)
        }),
        _ => plan.clone(),
    }
}

/// A portal or cursor.
#[derive(Debug, Clone)]
pub(super) struct Portal {
    /// None for an empty statement.
    pub plan: Option<Arc<Plan>>,
    /// Text of the statement it was bound from.
    pub text: Option<Arc<str>>,
    /// What is done with its rows, once the server has described it. Cursors are described by each FETCH.
    pub mask: Option<Arc<RowMask>>,
    /// The plan that the mask was made from: for FETCH and EXECUTE, that of what they ran then.
    pub shown: Option<Arc<Plan>>,
}

/// A portal as far as requests go.
#[derive(Debug, Clone)]
pub(super) struct LatestPortal {
    pub plan: Option<Arc<Plan>>,
    /// Text of the statement it was bound from.
    pub text: Option<Arc<str>>,
    pub is_described: bool,
}

/// Two layers: what the server confirmed, and what requests were told last.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub statements: HashMap<Vec<u8>, Arc<Prepared>>,
    pub portals: HashMap<Vec<u8>, Portal>,
    pub latest_statements: HashMap<Vec<u8>, Arc<Prepared>>,
    pub latest_portals: HashMap<Vec<u8>, LatestPortal>,
}

impl Names {
    /// After an error, once nothing is outstanding: what requests were told is what the server confirmed.
    pub(super) fn settle(&mut self) {
        self.latest_statements = self.statements.clone();
        self.latest_portals = self
            .portals
            .iter()
            .map(|(name, portal)| {
                let latest = LatestPortal {
                    plan: portal.plan.clone(),
                    text: portal.text.clone(),
                    is_described: portal.mask.is_some(),
                };
                (name.clone(), latest)
            })
            .collect();
    }

    /// What DEALLOCATE, CLOSE and DISCARD do away with.
    pub(super) fn forget(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Deallocate(Some(name)) => {
                self.statements.remove(name.as_bytes());
                self.latest_statements.remove(name.as_bytes());
            }
            StatementKind::Deallocate(None) => {
                self.statements.clear();
                self.latest_statements.clear();
            }
            StatementKind::CloseCursor(Some(name)) => {
                self.portals.remove(name.as_bytes());
                self.latest_portals.remove(name.as_bytes());
            }
            StatementKind::CloseCursor(None) => {
                self.portals.clear();
                self.latest_portals.clear();
            }
            StatementKind::Discard { all: true } => *self = Names::default(),
            _ => {}
        }
    }

    /// The plan whose rows `plan` shows, by confirmed names: FETCH leads to its cursor, EXECUTE to its statement.
    pub(super) fn shown(&self, plan: &Arc<Plan>, planner: &Planner) -> Result<Option<Arc<Plan>>, Violation> {
        let mut plan = plan.clone();
        for _ in 0..DEPTH_MAX {
            let next = match &plan.kind {
                StatementKind::Fetch { name, .. } => {
                    let portal = self.portals.get(name.as_bytes());
                    // A portal of FETCH or EXECUTE keeps the rows of what the name meant when it first ran.
                    portal
                        .and_then(|portal| portal.plan.clone())
                        .filter(|plan| !leads_on(plan))
                }
                StatementKind::Execute { name }
                | StatementKind::Explain {
                    executes: Some(name), ..
                } => {
                    let Some(prepared) = self.statements.get(name.as_bytes()) else {
                        return Ok(None);
                    };
                    let current = prepared.current(planner).plan().cloned();
                    if let Some(current) = &current {
                        if let Verdict::Refuse(refusal) | Verdict::Probe(refusal) = &current.verdict {
                            return Err(Violation::Replanned(refusal.message.clone()));
                        }
                        if current.kind != StatementKind::Query {
                            return Ok(None);
                        }
                    }
                    match plan.kind {
                        // The report is text of its own; only whether errors are scrubbed comes from the statement.
                        StatementKind::Explain { .. } => return Ok(Some(plan)),
                        _ => current,
                    }
                }
                _ => return Ok(Some(plan)),
            };
            match next {
                Some(next) => plan = next,
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The same by what requests were told last, for early refusals and the log.
    pub(super) fn latest_shown(&self, plan: &Arc<Plan>) -> Option<Arc<Plan>> {
        let mut plan = plan.clone();
        for _ in 0..DEPTH_MAX {
            plan = match &plan.kind {
                StatementKind::Fetch { name, .. } => self.latest_portals.get(name.as_bytes())?.plan.clone()?,
                StatementKind::Execute { name }
                | StatementKind::Explain {
                    executes: Some(name), ..
                } => self.latest_statements.get(name.as_bytes())?.plan()?.clone(),
                _ => return Some(plan),
            };
        }
        None
    }
}
