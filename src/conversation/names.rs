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
        Arc::new(Prepared {
            text: self.text.clone(),
            planned: planner.plan(&self.text),
        })
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

    /// The plan whose rows `plan` shows, by confirmed names: FETCH leads to its cursor, EXECUTE to its statement.
    pub(super) fn shown(&self, plan: &Arc<Plan>, planner: &Planner) -> Result<Option<Arc<Plan>>, Violation> {
        let mut plan = plan.clone();
        for _ in 0..DEPTH_MAX {
            let next = match &plan.kind {
                StatementKind::Fetch { name, .. } => match self.portals.get(name.as_bytes()) {
                    Some(portal) => portal.plan.clone(),
                    None => None,
                },
                StatementKind::Execute { name }
                | StatementKind::Explain {
                    executes: Some(name), ..
                } => {
                    let Some(prepared) = self.statements.get(name.as_bytes()) else {
                        return Ok(None);
                    };
                    let current = prepared.current(planner).plan().cloned();
                    if let Some(Verdict::Refuse(refusal) | Verdict::Probe(refusal)) =
                        current.as_ref().map(|plan| &plan.verdict)
                    {
                        return Err(Violation::Replanned(refusal.message.clone()));
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
