//! From the server's replies to what the client sees.

use std::sync::Arc;

use crate::plan::witness::{Disagreement, is_seen, reconcile, reconcile_copy};
use crate::plan::{Plan, PlannerMode, RowMask, Verdict};
use crate::sql::StatementKind;
use crate::wire::frame::HEADER_BYTES;
use crate::wire::read::{Malformed, Reader};
use crate::wire::row;
use crate::wire::tag::reply;

use super::expected::Expected;
use super::names::{Portal, Prepared, as_query, is_indirect};
use super::rows::Rows;
use super::runs::SKIPPED_SQLSTATE;
use super::text::name_key;
use super::{Conversation, Run, StatementLog, Violation};

/// What is done with a reply too large to be held.
#[derive(Debug, Clone)]
pub enum LargeReply {
    /// Header and body pass.
    Pass,
    /// The header is dropped; the body goes through [`Conversation::copy_piece`] in pieces.
    CopyPieces,
    /// A DataRow whose fields go through this mask.
    Row(Arc<RowMask>),
}

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
            reply::COMMAND_COMPLETE => {
                self.count_copied(body);
                self.complete(tag, true)?
            }
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
                    Rows::Data(mask) => LargeReply::Row(mask.clone()),
                    _ => return Err(unexpected(tag)),
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

    /// A piece of COPY data that is too large to be held, the last of its frame or not.
    pub fn copy_piece(&mut self, piece: &[u8], ends_frame: bool, out: &mut Vec<u8>) -> Result<(), Violation> {
        self.rows.copy_data(piece, ends_frame, out)
    }

    /// For rows in the extended protocol: the mask of the portal that is being executed.
    fn enter_rows(&mut self) -> Result<(), Violation> {
        if !matches!(
            (&self.rows, self.expected.front()),
            (Rows::None, Some(Expected::Execute { .. }))
        ) {
            return Ok(());
        }
        self.confirm()?;
        if let Some(Expected::Execute { portal, run }) = self.expected.front_mut() {
            let portal = self.names.portals.get_mut(portal);
            let portal = portal.ok_or(unexpected(reply::DATA_ROW))?;
            portal.started = true;
            self.rows = Rows::Data(portal.mask.clone().ok_or(unexpected(reply::DATA_ROW))?);
            run.described = true;
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
        self.rows.copy_data(body, true, out)
    }

    fn parse_complete(&mut self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        match self.expected.pop_front() {
            Some(Expected::Parse { name, prepared }) => {
                self.names.statements.insert(name, prepared);
                out.extend_from_slice(frame);
            }
            Some(Expected::Probe) => {}
            _ => return Err(unexpected(reply::PARSE_COMPLETE)),
        }
        Ok(())
    }

    fn bind_complete(&mut self) -> Result<(), Violation> {
        let Some(Expected::Bind {
            portal,
            statement,
            bound,
        }) = self.expected.pop_front()
        else {
            return Err(unexpected(reply::BIND_COMPLETE));
        };
        let prepared = self
            .names
            .statements
            .get(&statement)
            .ok_or(unexpected(reply::BIND_COMPLETE))?;
        let prepared = prepared.current(&self.planner);
        // Originals went into another statement, or masked values into this one.
        if bound != prepared.parameters() {
            return Err(Violation::NameChangedHands);
        }
        self.names.portals.insert(
            portal,
            Portal {
                plan: prepared.plan().cloned(),
                text: Some(prepared.text.clone()),
                prepared: prepared.number,
                mask: None,
                seen: false,
                started: false,
                hold: false,
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

    /// The mask for a result of `plan` that the server describes with `body`, and whether [`is_seen`].
    fn witness(&mut self, plan: &Arc<Plan>, body: &[u8]) -> Result<(Arc<RowMask>, bool), Violation> {
        let shown = self
            .names
            .shown(plan, &self.planner)?
            .ok_or(Disagreement::NotExpected)?;
        let fields = row::description(body)?;
        Ok((Arc::new(reconcile(&shown, &fields)?), is_seen(&fields)))
    }

    fn row_description(&mut self, frame: &[u8], body: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        let mut hides = false;
        match self.expected.front() {
            Some(Expected::DescribeStatement) => drop(self.expected.pop_front()),
            Some(Expected::DescribePortal { portal, injected }) => {
                hides = *injected;
                let portal = portal.clone();
                self.describe_portal(&portal, body)?;
                self.expected.pop_front();
            }
            Some(Expected::Query { .. }) => {
                self.confirm()?;
                let run = self.front_run().ok_or(unexpected(reply::ROW_DESCRIPTION))?;
                run.described = true;
                let plan = run.plan.clone();
                let (mask, seen) = self.witness(&plan, body)?;
                self.rows = Rows::Data(mask);
                self.front_run().ok_or(unexpected(reply::ROW_DESCRIPTION))?.seen = seen;
            }
            _ => return Err(unexpected(reply::ROW_DESCRIPTION)),
        }
        if !hides {
            out.extend_from_slice(frame);
        }
        Ok(())
    }

    /// What a portal shows is decided when it is first executed, so its mask does not change from then on.
    fn describe_portal(&mut self, portal: &[u8], body: &[u8]) -> Result<(), Violation> {
        let found = self.names.portals.get(portal);
        let found = found.ok_or(unexpected(reply::ROW_DESCRIPTION))?;
        if found.started {
            return Ok(());
        }
        let plan = found.plan.clone().ok_or(unexpected(reply::ROW_DESCRIPTION))?;
        // Described long before it runs, FETCH or EXECUTE may be of a name that pgveil does not know, or not yet.
        let is_early = is_indirect(&plan)
            && matches!(
                self.expected.front(),
                Some(Expected::DescribePortal { injected: false, .. })
            );
        // Of EXPLAIN EXECUTE the server knows the shape without the name; a row of it would come to a portal without a mask.
        if is_early || self.names.shown(&plan, &self.planner)?.is_none() {
            return Ok(());
        }
        let (mask, seen) = self.witness(&plan, body)?;
        if let Some(found) = self.names.portals.get_mut(portal) {
            found.mask = Some(mask);
            found.seen = seen;
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
        self.confirm()?;
        let mut reader = Reader::new(body);
        reader.byte()?;
        let columns = usize::try_from(reader.int16()?).map_err(|_| Malformed("negative column count"))?;
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

    /// The server counts the rows of a COPY; its frames are more where there is a header.
    fn count_copied(&mut self, command_tag: &[u8]) {
        let count = command_tag
            .strip_prefix(b"COPY ")
            .and_then(|rest| rest.strip_suffix(b"\0"));
        let count = count.and_then(|count| std::str::from_utf8(count).ok()?.parse().ok());
        if let Some(run) = self.front_run()
            && let StatementKind::CopyOut(_) = run.plan.kind
            && let Some(rows) = count
        {
            run.rows = rows;
        }
    }

    /// The end of one statement's replies.
    fn complete(&mut self, tag: u8, is_done: bool) -> Result<(), Violation> {
        self.rows = Rows::None;
        self.confirm()?;
        let run = match self.expected.front_mut() {
            Some(Expected::Query { runs }) => runs.pop_front(),
            Some(Expected::Execute { .. }) => match self.expected.pop_front() {
                Some(Expected::Execute { portal, run }) => {
                    if let Some(portal) = self.names.portals.get_mut(&portal) {
                        portal.started = true;
                    }
                    Some(run)
                }
                _ => None,
            },
            _ => None,
        };
        let run = run.ok_or(unexpected(tag))?;
        let is_refused = matches!(run.plan.verdict, Verdict::Refuse(_) | Verdict::Probe(_)) || run.refusal.is_some();
        if is_refused || run.shown.is_none() {
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
                    prepared: None,
                    mask: None,
                    seen: false,
                    started: false,
                    hold: *hold,
                };
                names.portals.insert(name_key(name.as_bytes()).to_vec(), portal);
            }
            StatementKind::Prepare { name } => {
                let prepared = Prepared::by_prepare(&run.plan, run.text.clone().unwrap_or_default());
                names
                    .statements
                    .insert(name_key(name.as_bytes()).to_vec(), Arc::new(prepared));
            }
            kind => names.forget(kind),
        }
    }

    fn ready(&mut self, body: &[u8]) -> Result<(), Violation> {
        self.rows = Rows::None;
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
        let is_idle = self.expected.is_empty();
        self.transaction = body.first().copied().unwrap_or_default();
        if self.transaction == b'I' {
            self.holds_protected = false;
            self.names.end_transaction(is_idle);
        }
        if is_idle {
            self.searches &= self.transaction != b'I';
            self.encodings.settle();
            if std::mem::take(&mut self.names_unsettled) {
                self.names.settle();
            }
        }
        Ok(())
    }
}

pub(super) fn unexpected(tag: u8) -> Violation {
    Violation::Unexpected { tag: char::from(tag) }
}
