//! What the names of statements, portals and cursors mean.

use std::collections::HashMap;
use std::sync::Arc;

use crate::plan::{Plan, PlannedText, Planner, RowMask, Verdict};
use crate::sql::{Reason, Refusal, StatementKind};

use super::Violation;
use super::search::{Sent, indirect_search_refusal};

/// Why FETCH and EXECUTE lead to queries only: what they run is then decided at one place, where its name is looked up.
pub(super) const NO_QUERY: &str = "FETCH, MOVE and EXECUTE pass only where the name is that of a query";

/// Prepared statements of one session, and portals.
pub(super) const NAMES_MAX: usize = 10_000;
/// Bytes of all their texts.
pub(super) const TEXTS_BYTES_MAX: usize = 32 << 20;
/// So many statements have room whatever their texts are, which are of 1 MiB at most.
const ROOMY: usize = TEXTS_BYTES_MAX >> 20;

/// A prepared statement.
#[derive(Debug)]
pub(super) struct Prepared {
    pub text: Arc<str>,
    pub planned: Arc<PlannedText>,
    /// The text is that of a PREPARE, not of the statement itself.
    pub by_prepare: bool,
    /// What was sent instead of it.
    pub sent: Option<Arc<Sent>>,
    /// The number of its Parse message in the session.
    pub number: Option<u64>,
}

impl Prepared {
    /// What PREPARE with this plan and text makes.
    pub(super) fn by_prepare(plan: &Arc<Plan>, text: Arc<str>) -> Self {
        let planned = PlannedText {
            statements: vec![as_query(plan)],
            spans: Vec::new(),
            generation: plan.basis.snapshot.generation,
        };
        Prepared {
            text,
            planned: Arc::new(planned),
            by_prepare: true,
            sent: None,
            number: None,
        }
    }

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
        let Some(sent) = self.sent_for(&planned) else {
            return Arc::new(self.outdated(planner));
        };
        Arc::new(match (planned.statements.first(), self.by_prepare) {
            (Some(plan), true) => Prepared::by_prepare(plan, self.text.clone()),
            _ => Prepared {
                text: self.text.clone(),
                planned,
                by_prepare: false,
                sent,
                number: self.number,
            },
        })
    }

    /// What was sent stands for other values now.
    fn outdated(&self, planner: &Planner) -> Self {
        let refusal = Refusal {
            reason: Reason::CatalogChanged,
            message: "the catalog changed under a prepared statement that searches by masked values".into(),
            hint: "Prepare it again.".into(),
        };
        let planned = PlannedText {
            statements: vec![Arc::new(planner.refused("<outdated>", refusal))],
            spans: Vec::new(),
            generation: planner.generation(),
        };
        Prepared {
            text: self.text.clone(),
            planned: Arc::new(planned),
            by_prepare: self.by_prepare,
            sent: None,
            number: self.number,
        }
    }
}

/// The plan of the query in a PREPARE or DECLARE.
pub(super) fn as_query(plan: &Plan) -> Arc<Plan> {
    let mut query = plan.clone();
    query.kind = StatementKind::Query;
    Arc::new(query)
}

/// A portal or cursor.
#[derive(Debug, Clone)]
pub(super) struct Portal {
    /// None for an empty statement.
    pub plan: Option<Arc<Plan>>,
    /// Text of the statement it was bound from.
    pub text: Option<Arc<str>>,
    /// [`Prepared::number`] of that statement.
    pub prepared: Option<u64>,
    /// What is done with its rows, once the server has described it. Cursors are described by each FETCH.
    pub mask: Option<Arc<RowMask>>,
    /// Every column of its result is one of a table, as the server says.
    pub seen: bool,
    /// It has been executed: what it shows is decided, whatever names mean from then on.
    pub started: bool,
    /// WITH HOLD: it outlives its transaction.
    pub hold: bool,
}

/// A portal as far as requests go.
#[derive(Debug, Clone)]
pub(super) struct LatestPortal {
    pub plan: Option<Arc<Plan>>,
    /// Text of the statement it was bound from.
    pub text: Option<Arc<str>>,
    /// [`Prepared::number`] of that statement.
    pub prepared: Option<u64>,
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

/// What a plan leads to: what it runs is told by a name.
enum Leads<'a> {
    Nowhere,
    ToPortal(&'a str),
    ToStatement(&'a str),
}

fn leads(kind: &StatementKind) -> Leads<'_> {
    match kind {
        StatementKind::Fetch { name, .. } => Leads::ToPortal(name),
        StatementKind::Execute { name }
        | StatementKind::Explain {
            executes: Some(name), ..
        } => Leads::ToStatement(name),
        _ => Leads::Nowhere,
    }
}

/// Whether what a plan shows depends on what a name means when it runs.
pub(super) fn is_indirect(plan: &Plan) -> bool {
    !matches!(leads(&plan.kind), Leads::Nowhere)
}

impl Names {
    /// After an error, once nothing is outstanding: what requests were told is what the server confirmed.
    pub(super) fn settle(&mut self) {
        self.latest_statements = self.statements.clone();
        self.latest_portals = self
            .portals
            .iter()
            .map(|(name, portal)| {
                let is_indirect = portal.plan.as_deref().is_some_and(is_indirect);
                let latest = LatestPortal {
                    plan: portal.plan.clone(),
                    text: portal.text.clone(),
                    prepared: portal.prepared,
                    is_described: portal.mask.is_some() && (portal.started || !is_indirect),
                };
                (name.clone(), latest)
            })
            .collect();
    }

    /// What DEALLOCATE, CLOSE and DISCARD do away with.
    pub(super) fn forget(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Deallocate(Some(name)) => drop(self.statements.remove(name.as_bytes())),
            StatementKind::Deallocate(None) => self.statements.clear(),
            StatementKind::CloseCursor(Some(name)) => drop(self.portals.remove(name.as_bytes())),
            StatementKind::CloseCursor(None) => self.portals.clear(),
            StatementKind::Discard { all: true } => {
                self.statements.clear();
                self.portals.clear();
            }
            _ => {}
        }
    }

    /// Whether a statement or portal of this name and size of text finds room.
    pub(super) fn has_room(&self, name: &[u8], text_bytes: usize) -> bool {
        let statements = &self.latest_statements;
        if statements.len() < ROOMY && self.latest_portals.len() < ROOMY {
            return true;
        }
        let texts: usize = statements.values().map(|prepared| prepared.text.len()).sum();
        texts + text_bytes <= TEXTS_BYTES_MAX
            && (statements.len() < NAMES_MAX || statements.contains_key(name))
            && (self.latest_portals.len() < NAMES_MAX || self.latest_portals.contains_key(name))
    }

    /// The server is in no transaction: every portal is gone but the cursors WITH HOLD.
    pub(super) fn end_transaction(&mut self, is_idle: bool) {
        self.portals.retain(|_, portal| portal.hold);
        if is_idle {
            self.latest_portals.retain(|name, _| self.portals.contains_key(name));
        }
    }

    /// The plan whose rows `plan` shows, by confirmed names: FETCH leads to its cursor, EXECUTE to its statement.
    /// None if the name is not known.
    pub(super) fn shown(&self, plan: &Arc<Plan>, planner: &Planner) -> Result<Option<Arc<Plan>>, Violation> {
        let found = match leads(&plan.kind) {
            Leads::Nowhere => return Ok(Some(plan.clone())),
            Leads::ToPortal(name) => {
                let portal = self.portals.get(name.as_bytes());
                portal.and_then(|portal| portal.plan.clone())
            }
            Leads::ToStatement(name) => {
                let prepared = self.statements.get(name.as_bytes());
                prepared.and_then(|prepared| prepared.current(planner).plan().cloned())
            }
        };
        let Some(found) = found else { return Ok(None) };
        if let Verdict::Refuse(refusal) | Verdict::Probe(refusal) = &found.verdict {
            return Err(Violation::Replanned(refusal.message.clone()));
        }
        if !may_be_led_to(&plan.kind, &found.kind) {
            return Err(Violation::NoQuery);
        }
        if let Some(refusal) = indirect_search_refusal(plan, &found) {
            return Err(Violation::Replanned(refusal.message));
        }
        // The report of EXPLAIN is text of its own.
        let is_explain = matches!(plan.kind, StatementKind::Explain { .. });
        Ok(Some(if is_explain { plan.clone() } else { found }))
    }

    /// The same by what requests were told last, for early refusals and the log.
    pub(super) fn latest_shown(&self, plan: &Arc<Plan>) -> Latest {
        let found = match leads(&plan.kind) {
            Leads::Nowhere => return Latest::Shows(plan.clone()),
            Leads::ToPortal(name) => {
                let portal = self.latest_portals.get(name.as_bytes());
                portal.and_then(|portal| portal.plan.clone())
            }
            Leads::ToStatement(name) => {
                let prepared = self.latest_statements.get(name.as_bytes());
                prepared.and_then(|prepared| prepared.plan().cloned())
            }
        };
        match found {
            None => Latest::Unknown,
            Some(found) if may_be_led_to(&plan.kind, &found.kind) => Latest::Shows(found),
            Some(_) => Latest::NoQuery,
        }
    }
}

/// Whether a FETCH, MOVE or EXECUTE may lead to a statement of this kind. From the portal of a statement without rows the
/// server fetches nothing and runs nothing: it answers with an error of its own (`PORTAL_MULTI_QUERY`).
fn may_be_led_to(from: &StatementKind, to: &StatementKind) -> bool {
    match to {
        StatementKind::Query => true,
        StatementKind::Fetch { .. } | StatementKind::Execute { .. } | StatementKind::Explain { .. } => false,
        _ => matches!(leads(from), Leads::ToPortal(_)),
    }
}

/// Where a plan leads by what requests were told last.
pub(super) enum Latest {
    /// To the rows of this plan.
    Shows(Arc<Plan>),
    /// To a name that pgveil does not know.
    Unknown,
    /// To something that may not be led to.
    NoQuery,
}
