//! Errors and notices: what the client sees of them, and what the server will not answer any more.

use crate::plan::PlannerMode;
use crate::sql::StatementKind;
use crate::wire::compose;
use crate::wire::error_fields::ErrorFields;
use crate::wire::read::Malformed;
use crate::wire::tag::reply;

use super::expected::Expected;
use super::replies::unexpected;
use super::rows::Rows;
use super::runs::SKIPPED_SQLSTATE;
use super::scrub::{REFUSAL_SQLSTATE, refused, scrubbed};
use super::text::FAILING_SQLSTATE;
use super::{Conversation, Run, StatementLog, Violation};

impl<L: StatementLog> Conversation<L> {
    /// Where its text may quote protected values it is not scrubbed but dropped: that there is one tells of them too.
    pub(super) fn notice(&mut self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        self.confirm()?;
        if !(self.searches || self.front_scrubs(true)) {
            out.extend_from_slice(frame);
        }
        Ok(())
    }

    /// Whether an error that comes now may quote protected values. `any_phase`: also before rows were read.
    fn front_scrubs(&self, any_phase: bool) -> bool {
        match self.expected.front() {
            Some(Expected::Execute { run, .. }) => self.holds_protected || self.run_scrubs(run, true),
            Some(Expected::Query { runs }) => {
                self.holds_protected || runs.front().is_some_and(|run| self.run_scrubs(run, any_phase))
            }
            Some(Expected::Bind { statement, .. }) => {
                let prepared = self.names.statements.get(statement);
                prepared
                    .and_then(|prepared| prepared.plan())
                    .is_some_and(|plan| !plan.inferences.is_empty() || plan.translates())
            }
            Some(Expected::Sync) => self.holds_protected,
            _ => false,
        }
    }

    fn run_scrubs(&self, run: &Run, any_phase: bool) -> bool {
        if run.refusal.is_some() {
            return false; // it does not run
        }
        let plan = &run.plan;
        let shown_scrubs = || run.shown.as_ref().is_none_or(|shown| shown.scrubs());
        let (scrubs, runs_at_once) = match &plan.kind {
            StatementKind::Explain {
                executes: Some(name), ..
            } => {
                let prepared = self.names.statements.get(name.as_bytes());
                let executed = prepared.and_then(|prepared| prepared.plan());
                (executed.is_none_or(|plan| plan.scrubs()), true)
            }
            StatementKind::Explain { analyze, .. } => (plan.scrubs(), *analyze),
            // In a transaction of its own a cursor WITH HOLD is run to its end.
            StatementKind::DeclareCursor { hold, .. } => (plan.scrubs(), *hold),
            StatementKind::Query | StatementKind::CopyOut(_) | StatementKind::Prepare { .. } => (plan.scrubs(), false),
            _ => (shown_scrubs(), true),
        };
        // Before rows are described, the server has parsed and planned: nothing was read, unless an allowed
        // predicate let the planner try it on statistics.
        scrubs
            && self.planner.protects_anything()
            && (runs_at_once || any_phase || run.described || !plan.inferences.is_empty())
    }

    pub(super) fn error(&mut self, frame: &[u8], body: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        self.rows = Rows::None;
        let mut fields = ErrorFields::parse(body).map_err(|_| Malformed("error"))?;
        let scrubs = match self.confirm() {
            Ok(()) if self.error_quotes_search(&fields) => true,
            Ok(()) => self.front_scrubs(false) && !self.is_unknown_name(&fields.sqlstate),
            Err(_) => true,
        };
        fields.position = fields.position.and_then(|place| self.corrected_position(&place));
        let refusal = match self.expected.front() {
            Some(Expected::Refused { refusal, .. }) => Some(refusal.clone()),
            Some(Expected::Query { runs }) => runs.front().and_then(|run| run.refusal.clone()),
            // Nothing was asked, so it cannot be told what the server does next.
            None if self.planner.mode() == PlannerMode::Guarded && !is_fatal(&fields) => {
                return Err(unexpected(reply::ERROR_RESPONSE));
            }
            _ => None,
        };
        let refusal = refusal.filter(|_| fields.sqlstate == FAILING_SQLSTATE);
        let mut shown = match scrubs {
            true => scrubbed(&fields),
            false => fields.clone(),
        };
        let is_filtered = self.point_to_filters(&mut shown);
        match &refusal {
            Some(refusal) => compose::error_response(out, &refused(refusal)),
            None if scrubs || is_filtered => compose::error_response(out, &shown),
            None if self.has_searched => compose::error_response(out, &fields),
            None => out.extend_from_slice(frame),
        }
        let sqlstate = if refusal.is_some() {
            REFUSAL_SQLSTATE
        } else {
            fields.sqlstate.as_str()
        };
        let sqlstate = sqlstate.as_bytes().first_chunk::<5>().copied().unwrap_or(*b"XX000");
        self.forget_failed(sqlstate);
        self.fail(sqlstate);
        Ok(())
    }

    /// DEALLOCATE, CLOSE and DISCARD take effect at once, and may fail all the same: where the commit that follows does.
    /// A name that the server has forgotten must not be known here, since it may come to mean something else unseen.
    fn forget_failed(&mut self, sqlstate: [u8; 5]) {
        /// in_failed_sql_transaction, invalid_sql_statement_name, invalid_cursor_name.
        const WITHOUT_EFFECT: [[u8; 5]; 3] = [*b"25P02", *b"26000", *b"34000"];
        /// active_sql_transaction: DISCARD ALL runs in a transaction of its own, or not at all.
        const IN_TRANSACTION: [u8; 5] = *b"25001";
        if WITHOUT_EFFECT.contains(&sqlstate) {
            return;
        }
        let Some(run) = self.front_run() else { return };
        let kind = run.plan.kind.clone();
        if sqlstate != IN_TRANSACTION || !matches!(kind, StatementKind::Discard { .. }) {
            self.names.forget(&kind);
        }
    }

    /// Of FETCH or EXECUTE of a name that pgveil does not know either, so that nothing ran: invalid_cursor_name,
    /// invalid_sql_statement_name, in_failed_sql_transaction.
    fn is_unknown_name(&self, sqlstate: &str) -> bool {
        let run = match self.expected.front() {
            Some(Expected::Execute { run, .. }) => Some(run),
            Some(Expected::Query { runs }) => runs.front(),
            _ => None,
        };
        matches!(sqlstate, "34000" | "26000" | "25P02") && run.is_some_and(|run| run.shown.is_none())
    }

    /// Drops what the server will not answer any more.
    fn fail(&mut self, sqlstate: [u8; 5]) {
        self.names_unsettled = true;
        match self.expected.front_mut() {
            None => {}
            Some(Expected::Query { runs }) => {
                let mut state = sqlstate;
                for run in std::mem::take(runs) {
                    self.end(run, Some(std::mem::replace(&mut state, SKIPPED_SQLSTATE)));
                }
            }
            Some(Expected::FunctionCall { run, .. } | Expected::Anything { run }) => run.sqlstate = Some(sqlstate),
            Some(front) if front.is_extended() => self.skip_to_sync(sqlstate),
            Some(_) => {}
        }
    }

    fn skip_to_sync(&mut self, sqlstate: [u8; 5]) {
        let mut state = sqlstate;
        while let Some(expected) = self.expected.pop_front() {
            if expected.ends_skipping() {
                self.expected.push_front(expected);
                return;
            }
            match expected {
                Expected::Execute { run, .. }
                | Expected::Refused { run: Some(run), .. }
                | Expected::FunctionCall { run, .. }
                | Expected::Anything { run } => self.end(run, Some(std::mem::replace(&mut state, SKIPPED_SQLSTATE))),
                Expected::Query { runs } => {
                    for run in runs {
                        self.end(run, Some(SKIPPED_SQLSTATE));
                    }
                }
                _ => {}
            }
        }
        self.skips_to_sync = true;
    }
}

/// Whether the server ends the session with it.
fn is_fatal(fields: &ErrorFields) -> bool {
    let severity = fields.severity_nonlocalized.as_ref().unwrap_or(&fields.severity);
    matches!(severity.as_slice(), b"FATAL" | b"PANIC")
}
