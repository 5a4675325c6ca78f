//! `access = "any"`: nothing is protected, everything passes; statements are followed for the session log alone.
//!
//! So nothing here may fail: what does not fit is passed on without a record of its end.

use std::sync::Arc;

use crate::journal::Protocol;
use crate::plan::PlannedText;
use crate::wire::read::Reader;
use crate::wire::tag::{reply, request};

use super::expected::Expected;
use super::names::{LatestPortal, Prepared};
use super::{Conversation, Run, StatementLog};

impl<L: StatementLog> Conversation<L> {
    /// A request that passes. Query and Parse come with their plan, which holds the text for the log.
    ///
    /// `false`: the session log cannot be written, and nothing may be served.
    pub fn open_request(&mut self, tag: u8, body: &[u8], planned: Option<&Arc<PlannedText>>) -> bool {
        match tag {
            request::QUERY | request::FUNCTION_CALL => {
                let plan = match planned.and_then(|planned| planned.statements.first()) {
                    Some(plan) => plan.clone(),
                    None => Arc::new(self.planner.passed("function call")),
                };
                let run = self.begin(&plan, Protocol::Simple, None);
                let recorded = run.refusal.is_none();
                self.expected.push_back(Expected::Anything { run });
                return recorded;
            }
            request::PARSE => self.open_parse(body, planned),
            request::BIND => self.open_bind(body),
            request::EXECUTE => {
                let portal = Reader::new(body).string().unwrap_or_default().to_vec();
                let latest = self.names.latest_portals.get(&portal);
                let prepared = latest.and_then(|latest| latest.prepared);
                let plan = latest.and_then(|latest| latest.plan.clone());
                let plan = plan.unwrap_or_else(|| Arc::new(self.planner.nothing()));
                let run = self.begin(&plan, Protocol::Extended(prepared), None);
                let recorded = run.refusal.is_none();
                self.expected.push_back(Expected::Execute { portal, run });
                return recorded;
            }
            request::COPY_DONE | request::COPY_FAIL => self.copies_in = false,
            // The server ignores Sync while it reads COPY data.
            request::SYNC if !self.copies_in => self.expected.push_back(Expected::Sync),
            _ => {}
        }
        true
    }

    fn open_parse(&mut self, body: &[u8], planned: Option<&Arc<PlannedText>>) {
        self.parses += 1;
        if let (Ok(name), Some(planned)) = (Reader::new(body).string(), planned) {
            let prepared = Prepared {
                text: "".into(),
                planned: planned.clone(),
                by_prepare: false,
                sent: None,
                number: Some(self.parses),
            };
            self.names.latest_statements.insert(name.to_vec(), Arc::new(prepared));
        }
    }

    fn open_bind(&mut self, body: &[u8]) {
        let mut reader = Reader::new(body);
        if let (Ok(portal), Ok(statement)) = (reader.string(), reader.string()) {
            let prepared = self.names.latest_statements.get(statement);
            let latest = LatestPortal {
                plan: prepared.and_then(|prepared| prepared.plan().cloned()),
                text: None,
                prepared: prepared.and_then(|prepared| prepared.number),
                is_described: true,
            };
            self.names.latest_portals.insert(portal.to_vec(), latest);
        }
    }

    pub(super) fn open_reply(&mut self, tag: u8) {
        match tag {
            reply::COMMAND_COMPLETE | reply::PORTAL_SUSPENDED | reply::EMPTY_QUERY_RESPONSE => {
                if let Some(Expected::Execute { .. }) = self.expected.front()
                    && let Some(Expected::Execute { run, .. }) = self.expected.pop_front()
                {
                    self.end(run, None);
                }
            }
            reply::COPY_IN_RESPONSE => {
                self.copies_in = true;
                if let Some(Expected::Execute { .. }) = self.expected.front()
                    && let Some(at) = self
                        .expected
                        .iter()
                        .position(|expected| matches!(expected, Expected::Sync))
                {
                    self.expected.remove(at);
                }
            }
            _ => {}
        }
    }

    pub(super) fn open_ready(&mut self) {
        self.copies_in = false;
        while let Some(expected) = self.expected.pop_front() {
            match expected {
                Expected::Sync | Expected::Query { .. } => return,
                Expected::Anything { run } => return self.open_end(run),
                Expected::Execute { run, .. } => self.open_end(run),
                _ => {}
            }
        }
    }

    fn open_end(&mut self, run: Run) {
        let sqlstate = run.sqlstate;
        self.end(run, sqlstate);
    }
}
