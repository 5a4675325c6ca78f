//! The drift gate: before anything of a result is shown, the relations and functions under it are looked at as the server
//! has them now.
//!
//! The look comes after the server has planned the statement. Whatever it finds unchanged since the snapshot was so when
//! the server planned, so no lock is needed and no moment is left between the two. Where the server's description of the
//! result names a table's column behind each output column, that is as good, and there is no look.

use std::sync::Arc;

use crate::plan::{Basis, Reads};
use crate::sql::StatementKind;
use crate::wire::tag::reply;

use super::expected::Expected;
use super::{Conversation, StatementLog, Violation};

/// What must still be as it was planned.
#[derive(Debug, Clone)]
pub struct Look {
    /// What the plan was made from.
    pub basis: Arc<Basis>,
    /// What it reads.
    pub reads: Arc<Reads>,
}

impl<L: StatementLog> Conversation<L> {
    /// What to look at before [`Conversation::reply`] is given the reply with this tag. Asked for once a statement: who
    /// asks must look, and end the session if the answer is no.
    pub fn wants_look(&mut self, tag: u8) -> Result<Option<Look>, Violation> {
        let ends_or_shows = matches!(
            tag,
            reply::DATA_ROW | reply::COPY_OUT_RESPONSE | reply::COMMAND_COMPLETE | reply::PORTAL_SUSPENDED
        );
        let quotes = matches!(tag, reply::ERROR_RESPONSE | reply::NOTICE_RESPONSE);
        if !(ends_or_shows || quotes) {
            return Ok(None);
        }
        match self.front_run() {
            Some(run) if !run.looked && run.refusal.is_none() => {}
            _ => return Ok(None),
        }
        if ends_or_shows {
            self.confirm()?;
        }
        let portal_seen = match self.expected.front() {
            Some(Expected::Execute { portal, .. }) => self.names.portals.get(portal).is_some_and(|portal| portal.seen),
            _ => false,
        };
        let Some(run) = self.front_run() else {
            return Ok(None);
        };
        // A notice may come before the server has planned: it has a look of its own, and only one.
        if tag == reply::NOTICE_RESPONSE {
            run.looked_for_notice = !run.looked_for_notice;
            if !run.looked_for_notice {
                return Ok(None);
            }
        } else {
            run.looked = true;
        }
        let declares_filtered =
            matches!(run.plan.kind, StatementKind::DeclareCursor { .. }) && run.plan.reads.filtered.is_some();
        let reads_now = declares_filtered
            || matches!(
                run.plan.kind,
                StatementKind::Query
                    | StatementKind::CopyOut(_)
                    | StatementKind::Explain { .. }
                    | StatementKind::Fetch { .. }
                    | StatementKind::Execute { .. }
            );
        let Some(shown) = run.shown.as_ref().filter(|_| reads_now) else {
            return Ok(None);
        };
        let is_seen = (run.seen || portal_seen) && !shown.reads.unseen;
        Ok((!is_seen && !shown.reads.is_empty()).then(|| Look {
            basis: shown.basis.clone(),
            reads: shown.reads.clone(),
        }))
    }
}
