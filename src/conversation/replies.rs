//! From the server's replies to what the client sees.

use std::sync::Arc;

use crate::plan::witness::{Disagreement, reconcile, reconcile_copy};
use crate::plan::{Plan, PlannerMode, RowMask, Verdict};
use crate::sql::StatementKind;
use crate::wire::compose;
use crate::wire::error_fields::ErrorFields;
use crate::wire::frame::HEADER_BYTES;
use crate::wire::read::{Malformed, Reader};
use crate::wire::row;
use crate::wire::tag::reply;

use super::expected::Expected;
use super::names::{Portal, as_query, leads_on, prepared_from};
use super::rows::Rows;
use super::scrub::{REFUSAL_SQLSTATE, refused, scrubbed};
use super::text::{FAILING_SQLSTATE, name_key};
use super::{Conversation, Ended, Run, StatementLog, Violation};

/// What is done with a reply too large to be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LargeReply {
    /// Header and body pass.
    Pass,
    /// The header is dropped; the body goes through [`Conversation::copy_piece`] in pieces.
    CopyPieces,
    /// The first [`Self::ROW_HEAD_BYTES`] of the body go to [`Conversation::large_row`].
    RowHead,
}

impl LargeReply {
    /// Bytes of a DataRow that are looked at before the rest of it passes unread.
    pub const ROW_HEAD_BYTES: usize = super::rows::ROW_BYTES_MAX;
}

/// SQLSTATE in the log for a statement that the server skipped because one before it failed.
const SKIPPED_SQLSTATE: [u8; 5] = *b"25P02";

impl<L: StatementLog> Conversation<L> {
    /// One whole reply frame. What the client is to see of it is appended to `out`.
    pub fn reply(&mut self, tag: u8, frame: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        let body = frame.get(HEADER_BYTES..).unwrap_or_default();
        let is_open = self.planner.mode() == PlannerMode::Open;
        match tag {
            reply::DATA_ROW => return self.data_row(frame, out),
            reply::COPY_DATA => return self.copy_data(frame, body, out),
            reply::ERROR_RESPONSE => return self.error(frame, body, out),
            reply::NOTICE_RESPONSE => return self.notice(frame, out),
            reply::PARAMETER_STATUS => {
                let mut reader = Reader::new(body);
                let (name, value) = (reader.string()?, reader.string()?);
                self.parameter_status(name, value);
            }
            reply::NOTIFICATION_RESPONSE if self.planner.protects_anything() => return Ok(()),
            reply::NOTIFICATION_RESPONSE => {}
            reply::READY_FOR_QUERY if is_open => self.open_ready(),
            _ if is_open => self.open_reply(tag),
            reply::READY_FOR_QUERY => self.ready(body)?,
            reply::PARSE_COMPLETE => return self.parse_complete(frame, out),
            reply::BIND_COMPLETE => self.bind_complete()?,
            reply::CLOSE_COMPLETE => return self.close_complete(frame, out),
            reply::PARAMETER_DESCRIPTION => match self.expected.front() {
                Some(Expected::DescribeStatement) => {}
                _ => return Err(unexpected(tag)),
            },
            reply::ROW_DESCRIPTION => return self.row_description(frame, body, out),
            reply::NO_DATA => return self.no_data(frame, out),
            reply::COMMAND_COMPLETE => self.complete(tag, true)?,
            reply::PORTAL_SUSPENDED => self.complete(tag, false)?,
            reply::EMPTY_QUERY_RESPONSE => match self.expected.front() {
                Some(Expected::Query { .. }) => {}
                _ => self.complete(tag, false)?,
            },
            reply::COPY_OUT_RESPONSE => self.copy_out(body)?,
            reply::COPY_DONE => match std::mem::take(&mut self.rows) {
                Rows::Copy { .. } | Rows::CopyPass => {}
                _ => return Err(unexpected(tag)),
            },
            reply::FUNCTION_CALL_RESPONSE => match self.expected.front_mut() {
                Some(Expected::FunctionCall { answered, .. }) if !*answered => *answered = true,
                _ => return Err(unexpected(tag)),
            },
            _ => return Err(unexpected(tag)),
        }
        out.extend_from_slice(frame);
        Ok(())
    }

    /// Whether a reply of this size is held whole all the same, because its fields are rewritten.
    pub fn holds_large(&mut self, tag: u8, body_bytes: usize) -> Result<bool, Violation> {
        if tag != reply::DATA_ROW || self.planner.mode() == PlannerMode::Open {
            return Ok(false);
        }
        self.enter_rows()?;
        let rewrites = matches!(&self.rows, Rows::Data(mask) if mask.rewrites());
        Ok(rewrites && body_bytes <= LargeReply::ROW_HEAD_BYTES)
    }

    /// What to do with a reply of this size, which is too large to be held.
    pub fn large_reply(&mut self, tag: u8, body_bytes: usize) -> Result<LargeReply, Violation> {
        let is_open = self.planner.mode() == PlannerMode::Open;
        let fate = match (tag, &self.rows) {
            (reply::COPY_DATA, Rows::Copy { .. }) => LargeReply::CopyPieces,
            (reply::COPY_DATA, Rows::CopyPass) => LargeReply::Pass,
            (reply::COPY_DATA | reply::DATA_ROW, _) if is_open => LargeReply::Pass,
            (reply::DATA_ROW, _) => {
                self.enter_rows()?;
                match &self.rows {
                    Rows::Data(mask) if !mask.rewrites() => LargeReply::Pass,
                    _ => LargeReply::RowHead,
                }
            }
            (reply::FUNCTION_CALL_RESPONSE, _) => match self.expected.front_mut() {
                Some(Expected::FunctionCall { answered, .. }) if !*answered => {
                    *answered = true;
                    LargeReply::Pass
                }
                _ if is_open => LargeReply::Pass,
                _ => return Err(unexpected(tag)),
            },
            _ => {
                return Err(Violation::TooLarge {
                    tag: char::from(tag),
                    bytes: body_bytes,
                });
            }
        };
        if let Some(run) = self.front_run() {
            run.rows += 1;
            run.bytes += body_bytes as u64;
        }
        Ok(fate)
    }

    /// A piece of COPY data that is too large to be held.
    pub fn copy_piece(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        self.rows.copy_data(piece, out)
    }

    /// The head of a large row. Returns how many of the bytes that follow are dropped before the rest passes.
    pub fn large_row(&mut self, head: &[u8], body_bytes: usize, out: &mut Vec<u8>) -> Result<usize, Violation> {
        self.rows.large_row(head, body_bytes, out)
    }

    fn front_run(&mut self) -> Option<&mut Run> {
        match self.expected.front_mut()? {
            Expected::Execute { run, .. } | Expected::FunctionCall { run, .. } | Expected::Anything { run } => {
                Some(run)
            }
            Expected::Query { runs } => runs.front_mut(),
            _ => None,
        }
    }

    /// For rows in the extended protocol: the mask of the portal that is being executed.
    fn enter_rows(&mut self) -> Result<(), Violation> {
        if !matches!(self.rows, Rows::None) {
            return Ok(());
        }
        self.confirm_run()?;
        if let Some(Expected::Execute { portal, run }) = self.expected.front_mut() {
            let portal = self.names.portals.get(portal).ok_or(unexpected(reply::DATA_ROW))?;
            if leads_on(&run.plan) {
                let shown = self.names.shown(&run.plan, &self.planner)?;
                check_same(portal.shown.as_ref(), shown.as_ref())?;
                check_logged(run, portal.shown.as_ref())?;
            }
            let mask = portal.mask.clone().ok_or(unexpected(reply::DATA_ROW))?;
            self.rows = Rows::Data(mask);
            run.described = true;
        }
        Ok(())
    }

    /// What an Execute runs is what the server bound to the portal, whatever its request was told: a Bind in between
    /// may have failed.
    fn confirm_run(&mut self) -> Result<(), Violation> {
        let Some(Expected::Execute { portal, run }) = self.expected.front_mut() else {
            return Ok(());
        };
        let portal = self.names.portals.get(portal).ok_or(Disagreement::NotExpected)?;
        let Some(plan) = &portal.plan else { return Ok(()) };
        if Arc::ptr_eq(plan, &run.plan) {
            return Ok(());
        }
        // Planned again in between, under a new catalog: the same statement. Any other is not on the session log.
        if plan.kind != run.plan.kind || plan.log_text != run.plan.log_text {
            return Err(Disagreement::NotExpected.into());
        }
        run.plan = plan.clone();
        if matches!(plan.kind, StatementKind::Prepare { .. }) {
            run.text = portal.text.clone();
        }
        Ok(())
    }

    fn data_row(&mut self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        if let Some(run) = self.front_run() {
            run.rows += 1;
            run.bytes += frame.len() as u64;
        }
        if self.planner.mode() == PlannerMode::Open {
            out.extend_from_slice(frame);
            return Ok(());
        }
        self.enter_rows()?;
        self.rows.data_row(frame, out)
    }

    fn copy_data(&mut self, frame: &[u8], body: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        if let Some(run) = self.front_run() {
            run.rows += 1;
            run.bytes += frame.len() as u64;
        }
        if self.planner.mode() == PlannerMode::Open || matches!(self.rows, Rows::CopyPass) {
            out.extend_from_slice(frame);
            return Ok(());
        }
        self.rows.copy_data(body, out)
    }

    fn parse_complete(&mut self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        let Some(Expected::Parse {
            name,
            prepared,
            injected,
        }) = self.expected.pop_front()
        else {
            return Err(unexpected(reply::PARSE_COMPLETE));
        };
        if !injected {
            let names = &mut self.names;
            // A DISCARD ALL confirmed in between has taken it away.
            names
                .latest_statements
                .entry(name.clone())
                .or_insert_with(|| prepared.clone());
            names.statements.insert(name, prepared);
            out.extend_from_slice(frame);
        }
        Ok(())
    }

    fn bind_complete(&mut self) -> Result<(), Violation> {
        let Some(Expected::Bind { portal, statement }) = self.expected.pop_front() else {
            return Err(unexpected(reply::BIND_COMPLETE));
        };
        let prepared = self
            .names
            .statements
            .get(&statement)
            .ok_or(unexpected(reply::BIND_COMPLETE))?;
        let prepared = prepared.current(&self.planner);
        self.names.portals.insert(
            portal,
            Portal {
                plan: prepared.plan().cloned(),
                text: Some(prepared.text.clone()),
                mask: None,
                shown: None,
            },
        );
        Ok(())
    }

    fn close_complete(&mut self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        let Some(Expected::Close { target, name, injected }) = self.expected.pop_front() else {
            return Err(unexpected(reply::CLOSE_COMPLETE));
        };
        match target {
            b'S' => drop(self.names.statements.remove(&name)),
            _ => drop(self.names.portals.remove(&name)),
        }
        if !injected {
            out.extend_from_slice(frame);
        }
        Ok(())
    }

    /// The mask for a result of `plan` that the server describes with `body`, and the plan it is made from.
    fn witness(&self, plan: &Arc<Plan>, body: &[u8]) -> Result<(RowMask, Arc<Plan>), Violation> {
        let shown = self
            .names
            .shown(plan, &self.planner)?
            .ok_or(Disagreement::NotExpected)?;
        Ok((reconcile(&shown, &row::description(body)?)?, shown))
    }

    fn row_description(&mut self, frame: &[u8], body: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        let mut hides = false;
        match self.expected.front() {
            Some(Expected::DescribeStatement) => drop(self.expected.pop_front()),
            Some(Expected::DescribePortal { portal, injected }) => {
                hides = *injected;
                let portal = portal.clone();
                let found = self
                    .names
                    .portals
                    .get(&portal)
                    .ok_or(unexpected(reply::ROW_DESCRIPTION))?;
                let plan = found.plan.clone().ok_or(unexpected(reply::ROW_DESCRIPTION))?;
                let (mask, shown) = self.witness(&plan, body)?;
                if let Some(found) = self.names.portals.get_mut(&portal) {
                    if found.shown.is_some() {
                        check_same(found.shown.as_ref(), Some(&shown))?;
                    }
                    found.mask = Some(Arc::new(mask));
                    found.shown = Some(shown);
                }
                self.expected.pop_front();
            }
            Some(Expected::Query { runs }) => {
                let run = runs.front().ok_or(unexpected(reply::ROW_DESCRIPTION))?;
                let (mask, shown) = self.witness(&run.plan, body)?;
                check_logged(run, Some(&shown))?;
                self.rows = Rows::Data(Arc::new(mask));
                if let Some(run) = self.front_run() {
                    run.described = true;
                }
            }
            _ => return Err(unexpected(reply::ROW_DESCRIPTION)),
        }
        if !hides {
            out.extend_from_slice(frame);
        }
        Ok(())
    }

    fn no_data(&mut self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        match self.expected.pop_front() {
            Some(Expected::DescribeStatement) | Some(Expected::DescribePortal { injected: false, .. }) => {
                out.extend_from_slice(frame);
                Ok(())
            }
            Some(Expected::DescribePortal { injected: true, .. }) => Ok(()),
            _ => Err(unexpected(reply::NO_DATA)),
        }
    }

    fn copy_out(&mut self, body: &[u8]) -> Result<(), Violation> {
        let mut reader = Reader::new(body);
        reader.byte()?;
        let columns = usize::try_from(reader.int16()?).map_err(|_| Malformed("negative column count"))?;
        self.confirm_run()?;
        let run = self.front_run().ok_or(unexpected(reply::COPY_OUT_RESPONSE))?;
        run.described = true;
        let StatementKind::CopyOut(options) = &run.plan.kind else {
            return Err(unexpected(reply::COPY_OUT_RESPONSE));
        };
        self.rows = Rows::for_copy(
            options,
            &run.plan.columns,
            reconcile_copy(&run.plan, options.format, columns)?,
        );
        Ok(())
    }

    /// The end of one statement's replies.
    fn complete(&mut self, tag: u8, is_done: bool) -> Result<(), Violation> {
        self.rows = Rows::None;
        self.confirm_run()?;
        let run = match self.expected.front_mut() {
            Some(Expected::Query { runs }) => runs.pop_front(),
            Some(Expected::Execute { .. }) => match self.expected.pop_front() {
                Some(Expected::Execute { run, .. }) => Some(run),
                _ => None,
            },
            _ => None,
        };
        let run = run.ok_or(unexpected(tag))?;
        if matches!(run.plan.verdict, Verdict::Refuse(_) | Verdict::Probe(_)) || run.refusal.is_some() {
            return Err(Disagreement::NotExpected.into());
        }
        let executes = matches!(
            run.plan.kind,
            StatementKind::Execute { .. } | StatementKind::Explain { executes: Some(_), .. }
        );
        if executes && self.names.shown(&run.plan, &self.planner)?.is_none() {
            return Err(Disagreement::NotExpected.into());
        }
        if is_done {
            self.take_effect(&run);
        }
        self.end(run, None);
        Ok(())
    }

    /// Names change hands now that the server has confirmed.
    fn take_effect(&mut self, run: &Run) {
        let names = &mut self.names;
        match &run.plan.kind {
            StatementKind::DeclareCursor { name, hold, .. } => {
                self.holds_protected |= *hold && run.plan.scrubs();
                let portal = Portal {
                    plan: Some(as_query(&run.plan)),
                    text: None,
                    mask: None,
                    shown: None,
                };
                names.portals.insert(name_key(name.as_bytes()).to_vec(), portal);
            }
            StatementKind::Prepare { name } => {
                let prepared = Arc::new(prepared_from(&run.plan, run.text.as_deref().unwrap_or_default()));
                let name = name_key(name.as_bytes()).to_vec();
                names
                    .latest_statements
                    .entry(name.clone())
                    .or_insert_with(|| prepared.clone());
                names.statements.insert(name, prepared);
            }
            _ => names.forget(&run.plan.kind),
        }
    }

    /// DEALLOCATE, CLOSE and DISCARD take effect at once, and may fail all the same: where the commit that follows does.
    /// A name that the server has forgotten must not be known here, since it may come to mean something else unseen.
    fn forget_failed(&mut self, sqlstate: &[u8]) {
        /// in_failed_sql_transaction, invalid_sql_statement_name, invalid_cursor_name.
        const WITHOUT_EFFECT: [&[u8]; 3] = [b"25P02", b"26000", b"34000"];
        if !WITHOUT_EFFECT.contains(&sqlstate)
            && let Some(run) = self.front_run()
        {
            let kind = run.plan.kind.clone();
            self.names.forget(&kind);
        }
    }

    fn ready(&mut self, body: &[u8]) -> Result<(), Violation> {
        self.rows = Rows::None;
        if body == b"I" {
            self.holds_protected = false;
        }
        match self.expected.pop_front() {
            Some(Expected::Sync) => {}
            Some(Expected::Query { runs }) => {
                for run in runs {
                    self.end(run, Some(SKIPPED_SQLSTATE));
                }
            }
            Some(Expected::FunctionCall { run, .. } | Expected::Anything { run }) => {
                let sqlstate = run.sqlstate;
                self.end(run, sqlstate);
            }
            _ => return Err(unexpected(reply::READY_FOR_QUERY)),
        }
        if self.expected.is_empty() && std::mem::take(&mut self.names_unsettled) {
            self.names.settle();
        }
        Ok(())
    }

    pub(super) fn end(&mut self, run: Run, sqlstate: Option<[u8; 5]>) {
        self.log.end(Ended {
            statement: run.statement,
            rows: run.rows,
            bytes: run.bytes,
            sqlstate,
            started: run.started,
        });
    }

    fn notice(&mut self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        // Not scrubbed but dropped: that a value gives rise to a notice tells of it.
        if !self.front_scrubs(true) {
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
                    .is_none_or(|plan| !plan.inferences.is_empty())
            }
            Some(Expected::Sync) => self.holds_protected,
            _ => false,
        }
    }

    fn run_scrubs(&self, run: &Run, any_phase: bool) -> bool {
        let plan = &run.plan;
        let (scrubs, runs_at_once) = match &plan.kind {
            StatementKind::Fetch { name, .. } => {
                let portal = self.names.portals.get(name.as_bytes());
                (
                    portal
                        .and_then(|portal| portal.plan.as_ref())
                        .is_none_or(|plan| plan.scrubs()),
                    true,
                )
            }
            StatementKind::Execute { name }
            | StatementKind::Explain {
                executes: Some(name), ..
            } => {
                let prepared = self.names.statements.get(name.as_bytes());
                (
                    prepared
                        .and_then(|prepared| prepared.plan())
                        .is_none_or(|plan| plan.scrubs()),
                    true,
                )
            }
            StatementKind::Explain { analyze, .. } => (plan.scrubs(), *analyze),
            // Outside a transaction it runs at once.
            StatementKind::DeclareCursor { hold, .. } => (plan.scrubs(), *hold),
            StatementKind::Query
            | StatementKind::CopyOut(_)
            | StatementKind::Prepare { .. } => (plan.scrubs(), false),
            _ => (plan.scrubs(), true),
        };
        // Before rows are described, the server has parsed and planned: nothing was read, unless an allowed
        // predicate let the planner try it on statistics.
        scrubs
            && self.planner.protects_anything()
            && (runs_at_once || any_phase || run.described || !plan.inferences.is_empty())
    }

    fn error(&mut self, frame: &[u8], body: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        self.rows = Rows::None;
        let fields = ErrorFields::parse(body).map_err(|_| Malformed("error"))?;
        let scrubs = self.front_scrubs(false);
        let refusal = match self.expected.front() {
            Some(Expected::Refused { refusal, .. }) => Some(refusal.clone()),
            Some(Expected::Query { runs }) => runs.front().and_then(|run| run.refusal.clone()),
            _ => None,
        };
        let refusal = refusal.filter(|_| fields.sqlstate == FAILING_SQLSTATE);
        match &refusal {
            Some(refusal) => compose::error_response(out, &refused(refusal)),
            None if scrubs => compose::error_response(out, &scrubbed(&fields)),
            None => out.extend_from_slice(frame),
        }
        let sqlstate = if refusal.is_some() {
            REFUSAL_SQLSTATE
        } else {
            fields.sqlstate.as_str()
        };
        let sqlstate = sqlstate.as_bytes().first_chunk::<5>().copied().unwrap_or(*b"XX000");
        self.forget_failed(&sqlstate);
        self.fail(sqlstate);
        Ok(())
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

/// What FETCH and EXECUTE show must be what the session log says that they show.
fn check_logged(run: &Run, shown: Option<&Arc<Plan>>) -> Result<(), Violation> {
    let is_logged = match (&run.logged, shown) {
        (_, Some(shown)) if !leads_on(&run.plan) || shown.protected.is_empty() => true,
        (Some(logged), Some(shown)) => logged.log_text == shown.log_text && logged.protected == shown.protected,
        _ => false,
    };
    is_logged.then_some(()).ok_or(Disagreement::NotExpected.into())
}

/// A mask serves what it was made for.
fn check_same(one: Option<&Arc<Plan>>, other: Option<&Arc<Plan>>) -> Result<(), Violation> {
    match (one, other) {
        (Some(one), Some(other)) if Arc::ptr_eq(one, other) => Ok(()),
        _ => Err(Disagreement::NotExpected.into()),
    }
}

fn unexpected(tag: u8) -> Violation {
    Violation::Unexpected { tag: char::from(tag) }
}
