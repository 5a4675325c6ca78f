//! The life of one statement: on the session log before it is sent on, confirmed by the first of its reply, and ended
//! with the last.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use crate::journal::Protocol;
use crate::plan::{Plan, Verdict};
use crate::sql::{Reason, Refusal, StatementKind};

use super::expected::Expected;
use super::names::{Latest, LatestPortal, NAMES_MAX, NO_QUERY, Prepared, TEXTS_BYTES_MAX, as_query};
use super::search::indirect_search_refusal;
use super::text::name_key;
use super::{Begun, Conversation, Ended, NotWritten, Run, StatementLog, Violation};

/// SQLSTATE in the log for a statement that the server skipped because one before it failed.
pub(super) const SKIPPED_SQLSTATE: [u8; 5] = *b"25P02";

impl<L: StatementLog> Conversation<L> {
    /// Records a statement before it is sent on. If the record cannot be written, the statement is refused.
    pub(super) fn begin(&mut self, plan: &Arc<Plan>, protocol: Protocol, refusal: Option<Refusal>) -> Run {
        let shown = match self.names.latest_shown(plan) {
            Latest::Shows(shown) => Some(shown),
            Latest::Unknown | Latest::NoQuery => None,
        };
        if refusal.is_none() && (plan.translates() || shown.as_deref().is_some_and(Plan::translates)) {
            self.note_search();
        }
        let refused = refusal.as_ref().map(|refusal| {
            let mut judged = Plan::clone(plan);
            judged.verdict = Verdict::Refuse(refusal.clone());
            judged
        });
        let judged = refused.as_ref().unwrap_or(plan);
        let statement = self.record(judged, shown.as_deref(), protocol);
        let refusal = refusal.or_else(|| {
            statement.is_err().then(|| Refusal {
                reason: Reason::SessionLog,
                message: "the session log cannot be written, so nothing is served".into(),
                hint: "Tell whoever runs pgveil: its log directory may be full or read-only.".into(),
            })
        });
        self.running += 1;
        Run {
            plan: plan.clone(),
            shown,
            confirmed: false,
            statement: self.statements,
            started: Instant::now(),
            rows: 0,
            bytes: 0,
            described: false,
            seen: false,
            looked: false,
            looked_for_notice: false,
            refusal,
            text: None,
            shifts: None,
            sqlstate: None,
        }
    }

    fn record(&mut self, plan: &Plan, shown: Option<&Plan>, protocol: Protocol) -> Result<(), NotWritten> {
        self.statements += 1;
        self.log.begin(&Begun {
            statement: self.statements,
            protocol,
            plan,
            shown: shown.unwrap_or(plan),
        })
    }

    /// The first of a statement's reply is in, so names mean what they meant when it ran: what runs is taken from what
    /// the server confirmed. Where that is not what was recorded (a Parse before it failed over a name in use), it is
    /// recorded now.
    pub(super) fn confirm(&mut self) -> Result<(), Violation> {
        let (portal, run) = match self.expected.front() {
            Some(Expected::Execute { portal, run }) => (Some(portal), run),
            Some(Expected::Query { runs }) => match runs.front() {
                Some(run) => (None, run),
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        if run.confirmed || run.refusal.is_some() {
            return Ok(());
        }
        let bound = portal.and_then(|portal| self.names.portals.get(portal));
        let protocol = match portal {
            Some(_) => Protocol::Extended(bound.and_then(|bound| bound.prepared)),
            None => Protocol::Simple,
        };
        let (plan, text) = match bound {
            Some(portal) => (portal.plan.clone(), portal.text.clone()),
            None => (Some(run.plan.clone()), run.text.clone()),
        };
        let plan = plan.unwrap_or_else(|| Arc::new(self.planner.nothing()));
        let runs_other = !is_same(&plan, &run.plan);
        if runs_other && matches!(plan.kind, StatementKind::SetEncoding { .. }) {
            return Err(Violation::NameChangedHands);
        }
        let shown = self.names.shown(&plan, &self.planner)?;
        let shows_other = shown
            .as_ref()
            .is_some_and(|shown| run.shown.as_ref().is_none_or(|before| !is_same(shown, before)));
        if runs_other || shows_other {
            self.log.end(Ended {
                statement: run.statement,
                rows: 0,
                bytes: 0,
                sqlstate: Some(SKIPPED_SQLSTATE),
                started: run.started,
            });
            self.record(&plan, shown.as_deref(), protocol)
                .map_err(|NotWritten| Violation::Unrecorded)?;
        }
        let recorded = (runs_other || shows_other).then_some(self.statements);
        if let Some(run) = self.front_run() {
            run.confirmed = true;
            run.plan = plan;
            run.shown = shown;
            run.text = text;
            run.statement = recorded.unwrap_or(run.statement);
        }
        Ok(())
    }

    /// The statement whose reply is coming in.
    pub(super) fn front_run(&mut self) -> Option<&mut Run> {
        match self.expected.front_mut()? {
            Expected::Execute { run, .. } | Expected::FunctionCall { run, .. } | Expected::Anything { run } => {
                Some(run)
            }
            Expected::Query { runs } => runs.front_mut(),
            _ => None,
        }
    }

    pub(super) fn end(&mut self, run: Run, sqlstate: Option<[u8; 5]>) {
        self.running = self.running.saturating_sub(1);
        self.log.end(Ended {
            statement: run.statement,
            rows: run.rows,
            bytes: run.bytes,
            sqlstate,
            started: run.started,
        });
    }

    /// Why a statement is refused before it is sent on, by what names were told to mean last.
    pub(super) fn early_refusal(&self, plan: &Arc<Plan>) -> Option<Refusal> {
        if let Some(refusal) = refusal_or_probe(plan).or_else(|| self.stale_refusal(plan)) {
            return Some(refusal);
        }
        let name = name_in(&plan.kind).unwrap_or_default().as_bytes();
        if let Some(refusal) = self.name_refusal(name) {
            return Some(refusal);
        }
        if matches!(
            plan.kind,
            StatementKind::Prepare { .. } | StatementKind::DeclareCursor { .. }
        ) && let Some(refusal) = self.room_refusal(name, plan.log_text.len())
        {
            return Some(refusal);
        }
        let shown = match self.names.latest_shown(plan) {
            Latest::Shows(shown) => shown,
            Latest::Unknown => return None,
            Latest::NoQuery => {
                return Some(Refusal {
                    reason: Reason::NotUnderstood,
                    message: NO_QUERY.into(),
                    hint: "Send the statement itself.".into(),
                });
            }
        };
        refusal_or_probe(&shown).or_else(|| {
            indirect_search_refusal(plan, &shown)
        }).or_else(|| {
            (shown.scrubs() && !self.reads_utf8()).then(|| Refusal {
                reason: Reason::UnsafeEncoding,
                message: "protected columns are masked in UTF-8 only: in another client_encoding equal values would get other masks".into(),
                hint: "SET client_encoding = 'UTF8'.".into(),
            })
        })
    }

    /// Why nothing is read while the catalog cannot be looked at.
    fn stale_refusal(&self, plan: &Plan) -> Option<Refusal> {
        let reads = !matches!(
            plan.kind,
            StatementKind::Transaction(_) | StatementKind::Set | StatementKind::Show
        );
        (self.is_stale && reads && self.planner.protects_anything()).then(|| Refusal {
            reason: Reason::CatalogChanged,
            message: "pgveil could not read the catalog a moment ago, or its rules do not fit it any more: it cannot tell what is protected now"
                .into(),
            hint: "Try again in a few seconds; whoever runs pgveil finds the reason in its output.".into(),
        })
    }

    /// Why a name of a statement, portal or cursor is not taken: the server converts names to its own encoding and then
    /// cuts them at 63 bytes, so that two names may be one, or one name two.
    pub(super) fn name_refusal(&self, name: &[u8]) -> Option<Refusal> {
        (!name.is_ascii() && self.planner.protects_anything()).then(|| Refusal {
            reason: Reason::UnsafeEncoding,
            message: "names of prepared statements, portals and cursors pass in ASCII only".into(),
            hint: "Choose another name.".into(),
        })
    }

    /// Why there is no room for one name more.
    pub(super) fn room_refusal(&self, name: &[u8], text_bytes: usize) -> Option<Refusal> {
        (!self.names.has_room(name, text_bytes)).then(|| Refusal {
            reason: Reason::TooLarge,
            message: format!(
                "a session may have {NAMES_MAX} prepared statements and {NAMES_MAX} portals, and {TEXTS_BYTES_MAX} bytes of text in them"
            ),
            hint: "DEALLOCATE or close what is not needed any more.".into(),
        })
    }

    /// The text of one statement, for PREPARE.
    pub(super) fn own_text(&self, plan: &Plan, span: Option<&Range<usize>>, text: &str) -> Option<Arc<str>> {
        matches!(plan.kind, StatementKind::Prepare { .. })
            .then(|| span.and_then(|span| text.get(span.clone())).unwrap_or(text).into())
    }

    /// A statement is being sent on: what names and bytes will mean if the server confirms, for the requests that follow.
    pub(super) fn note_request(&mut self, run: &Run) {
        let names = &mut self.names;
        match &run.plan.kind {
            StatementKind::DeclareCursor { name, .. } => {
                let latest = LatestPortal {
                    plan: Some(as_query(&run.plan)),
                    text: None,
                    prepared: None,
                    is_described: false,
                };
                names.latest_portals.insert(name_key(name.as_bytes()).to_vec(), latest);
            }
            StatementKind::Prepare { name } => {
                let prepared = Prepared::by_prepare(&run.plan, run.text.clone().unwrap_or_default());
                names
                    .latest_statements
                    .insert(name_key(name.as_bytes()).to_vec(), Arc::new(prepared));
            }
            StatementKind::Deallocate(Some(name)) => drop(names.latest_statements.remove(name.as_bytes())),
            StatementKind::Deallocate(None) => names.latest_statements.clear(),
            StatementKind::CloseCursor(Some(name)) => drop(names.latest_portals.remove(name.as_bytes())),
            StatementKind::CloseCursor(None) => names.latest_portals.clear(),
            StatementKind::Discard { all: true } => {
                names.latest_statements.clear();
                names.latest_portals.clear();
            }
            _ => {}
        }
        self.encodings.requested(&run.plan.kind);
    }
}

/// Whether two plans read the same on the session log.
fn is_same(one: &Arc<Plan>, other: &Arc<Plan>) -> bool {
    Arc::ptr_eq(one, other)
        || (one.log_text == other.log_text && one.verdict == other.verdict && one.protected == other.protected)
}

/// The name of a statement or cursor that a statement makes, uses or ends.
fn name_in(kind: &StatementKind) -> Option<&str> {
    match kind {
        StatementKind::DeclareCursor { name, .. }
        | StatementKind::Fetch { name, .. }
        | StatementKind::CloseCursor(Some(name))
        | StatementKind::Prepare { name }
        | StatementKind::Execute { name }
        | StatementKind::Deallocate(Some(name)) => Some(name),
        StatementKind::Explain { executes, .. } => executes.as_deref(),
        _ => None,
    }
}

pub(super) fn refusal_of(plan: &Plan) -> Option<Refusal> {
    match &plan.verdict {
        Verdict::Refuse(refusal) => Some(refusal.clone()),
        _ => None,
    }
}

pub(super) fn refusal_or_probe(plan: &Plan) -> Option<Refusal> {
    match &plan.verdict {
        Verdict::Refuse(refusal) | Verdict::Probe(refusal) => Some(refusal.clone()),
        _ => None,
    }
}
