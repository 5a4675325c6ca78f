//! From the client's requests to what is sent upstream.

use std::sync::Arc;

use crate::journal::Protocol;
use crate::plan::search::Rewriting;
use crate::plan::{Plan, PlannedText, Verdict};
use crate::wire::compose;
use crate::wire::tag::request;

use super::expected::Expected;
use super::names::{LatestPortal, Prepared, is_indirect};
use super::runs::{refusal_of, refusal_or_probe};
use super::text::{FAILING_STATEMENT, PROBE_NAME, REFUSAL_NAME, name_key, original};
use super::{Conversation, Run, StatementLog};

/// What becomes of a Bind message, of which only the names are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindFate {
    /// Send it on as it is.
    Forward,
    /// Drop it: something else was written in its place.
    Drop,
}

impl<L: StatementLog> Conversation<L> {
    /// A Query message with this text, planned. `frame` is the message as it came.
    pub fn query(&mut self, frame: &[u8], text: &str, planned: &Arc<PlannedText>, out: &mut Vec<u8>) {
        if self.skips_to_sync {
            return; // the server would skip it too
        }
        if let Some((filtered, moment)) = self.filtered(planned) {
            return self.query_filtered(&filtered, &moment, out);
        }
        let refusal = self.encodings.refusal();
        if planned.statements.len() == 1
            && refusal.is_none()
            && let Verdict::Probe(refusal) = &planned.statements[0].verdict
        {
            let run = self.begin(&planned.statements[0], Protocol::Simple, Some(refusal.clone()));
            if self.has_failed_transaction() {
                out.extend_from_slice(frame);
                self.expected.push_back(Expected::Query { runs: [run].into() });
                return;
            }
            compose::parse(out, PROBE_NAME, original(frame, text, text.len()), &[]);
            self.probe(PROBE_NAME, run, out);
            compose::sync(out);
            self.expected.push_back(Expected::Sync);
            return;
        }
        let mut runs = std::collections::VecDeque::with_capacity(planned.statements.len());
        let mut rewriting = Rewriting::new(text);
        let mut sent_to = None;
        for (index, plan) in planned.statements.iter().enumerate() {
            let refused = refusal.clone().or_else(|| self.early_refusal(plan));
            let refused = refused.or_else(|| self.search(&mut rewriting, plan, frame, text));
            let run = self.begin(plan, Protocol::Simple, refused);
            let is_refused = run.refusal.is_some();
            let run = Run {
                text: self.own_text(plan, planned.spans.get(index), text),
                ..run
            };
            if !is_refused {
                self.note_request(&run);
            }
            runs.push_back(run);
            if is_refused {
                sent_to = Some(planned.spans.get(index).map_or(0, |span| span.start));
                break;
            }
        }
        let searched = rewriting.finish(sent_to.unwrap_or(text.len()));
        if let Some((_, shifts)) = &searched {
            runs.iter_mut()
                .for_each(|run: &mut Run| run.shifts = Some(shifts.clone()));
        }
        let failing = |before: &[u8]| [before, FAILING_STATEMENT.as_bytes()].concat();
        match (sent_to, searched) {
            (None, None) => out.extend_from_slice(frame),
            (None, Some((sent, _))) => compose::query(out, sent.as_bytes()),
            (Some(end), None) => compose::query(out, &failing(original(frame, text, end))),
            (Some(_), Some((sent, _))) => compose::query(out, &failing(sent.as_bytes())),
        }
        self.expected.push_back(Expected::Query { runs });
    }

    /// A message that cannot be read, by the server neither: an error comes of it, and nothing else.
    pub fn malformed(&mut self, tag: u8, frame: &[u8], out: &mut Vec<u8>) {
        if self.skips_to_sync {
            return;
        }
        self.expected.push_back(match tag {
            request::QUERY => Expected::Query { runs: [].into() },
            _ => Expected::Malformed,
        });
        out.extend_from_slice(frame);
    }

    /// A Query message that must not be read as a statement, refused as a whole.
    pub fn refuse_query(&mut self, plan: Plan, out: &mut Vec<u8>) {
        if self.skips_to_sync {
            return;
        }
        let plan = Arc::new(plan);
        let refusal = refusal_of(&plan);
        let run = self.begin(&plan, Protocol::Simple, refusal);
        self.stand_in(run, out);
    }

    /// In the place of a refused message of the simple protocol: a statement that fails.
    pub(super) fn stand_in(&mut self, run: Run, out: &mut Vec<u8>) {
        compose::query(out, FAILING_STATEMENT.as_bytes());
        self.expected.push_back(Expected::Query { runs: [run].into() });
    }

    /// A statement is shown to the server without running it, by the Parse message under this name that is in `out`: the
    /// server's own error is passed on; if it finds none, the name is free again, and ours follows.
    fn probe(&mut self, name: &[u8], mut run: Run, out: &mut Vec<u8>) {
        let Some(refusal) = run.refusal.take() else { return };
        self.expected.push_back(Expected::Probe);
        compose::close(out, compose::Target::Statement(name));
        self.expected.push_back(Expected::Close {
            target: b'S',
            name: name.to_vec(),
            injected: true,
        });
        compose::parse(out, REFUSAL_NAME, FAILING_STATEMENT.as_bytes(), &[]);
        self.expected.push_back(Expected::Refused {
            refusal,
            run: Some(run),
        });
    }

    /// A Parse message.
    pub fn parse(&mut self, frame: &[u8], name: &[u8], text: &str, planned: &Arc<PlannedText>, out: &mut Vec<u8>) {
        if self.skips_to_sync {
            return;
        }
        self.parses += 1;
        let mut refusal = self.encodings.refusal();
        let mut refused_plan = None;
        for plan in &planned.statements {
            refusal = refusal.or_else(|| refusal_of(plan));
            if refusal.is_some() {
                refused_plan = Some(plan);
                break;
            }
        }
        if let (Some(refusal), Some(plan)) = (refusal, refused_plan) {
            let run = self.begin(plan, Protocol::Extended(Some(self.parses)), Some(refusal));
            return self.refuse_extended(run, out);
        }
        if self.refuses_name(name, out) {
            return;
        }
        let mut message = Vec::new();
        let sent = match self.searched_parse(frame, text, planned, &mut message) {
            Ok(sent) => sent,
            Err(refusal) => {
                let run = self.begin(
                    &planned.statements[0],
                    Protocol::Extended(Some(self.parses)),
                    Some(refusal),
                );
                return self.refuse_extended(run, out);
            }
        };
        let name = name_key(name);
        if let [plan] = planned.statements.as_slice()
            && let Verdict::Probe(refusal) = &plan.verdict
        {
            let run = self.begin(plan, Protocol::Extended(Some(self.parses)), Some(refusal.clone()));
            out.extend_from_slice(frame);
            return self.probe(name, run, out);
        }
        if let Some(refusal) = self.room_refusal(name, text.len()) {
            let plan = Arc::new(self.planner.nothing());
            let run = self.begin(&plan, Protocol::Extended(Some(self.parses)), Some(refusal));
            return self.refuse_extended(run, out);
        }
        out.extend_from_slice(if sent.is_some() { &message } else { frame });
        let prepared = Arc::new(Prepared {
            text: text.into(),
            planned: planned.clone(),
            by_prepare: false,
            sent,
            number: Some(self.parses),
        });
        self.names.latest_statements.insert(name.to_vec(), prepared.clone());
        self.expected.push_back(Expected::Parse {
            name: name.to_vec(),
            prepared,
        });
    }

    /// A Parse message that must not be read, refused as a whole.
    pub fn refuse_parse(&mut self, plan: Plan, out: &mut Vec<u8>) {
        if self.skips_to_sync {
            return;
        }
        self.parses += 1;
        let plan = Arc::new(plan);
        let refusal = refusal_of(&plan);
        let run = self.begin(&plan, Protocol::Extended(Some(self.parses)), refusal);
        self.refuse_extended(run, out);
    }

    /// In a refused request's place: a Parse that fails, so that the server skips to Sync by itself.
    fn refuse_extended(&mut self, mut run: Run, out: &mut Vec<u8>) {
        let Some(refusal) = run.refusal.take() else { return };
        compose::parse(out, REFUSAL_NAME, FAILING_STATEMENT.as_bytes(), &[]);
        self.expected.push_back(Expected::Refused {
            refusal,
            run: Some(run),
        });
    }

    /// Refuses a message because of a name in it.
    fn refuses_name(&mut self, name: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(refusal) = self.name_refusal(name) else {
            return false;
        };
        let plan = Arc::new(self.planner.nothing());
        let run = self.begin(&plan, Protocol::Extended(None), Some(refusal));
        self.refuse_extended(run, out);
        true
    }

    /// The names in a Bind message; the message itself is sent on unread if this says so. Where
    /// [`Conversation::reads_bind`] says so its whole body comes too, unless it is too large to be held.
    pub fn bind(&mut self, portal: &[u8], statement: &[u8], body: Option<&[u8]>, out: &mut Vec<u8>) -> BindFate {
        if self.skips_to_sync {
            return BindFate::Drop;
        }
        if self.refuses_name(portal, out) || self.refuses_name(statement, out) {
            return BindFate::Drop;
        }
        let (portal, statement) = (name_key(portal), name_key(statement));
        let prepared = self
            .names
            .latest_statements
            .get(statement)
            .map(|found| found.current(&self.planner));
        let plan = prepared.as_ref().and_then(|prepared| prepared.plan().cloned());
        let number = prepared.as_ref().and_then(|prepared| prepared.number);
        let protocol = Protocol::Extended(number);
        if let Some(plan) = &plan
            && let Some(refusal) = refusal_or_probe(plan)
        {
            let run = self.begin(plan, protocol, Some(refusal));
            self.refuse_extended(run, out);
            return BindFate::Drop;
        }
        if let Some(refusal) = self.room_refusal(portal, 0) {
            let plan = plan.unwrap_or_else(|| Arc::new(self.planner.nothing()));
            let run = self.begin(&plan, protocol, Some(refusal));
            self.refuse_extended(run, out);
            return BindFate::Drop;
        }
        let bound = prepared
            .as_ref()
            .map_or_else(Vec::new, |prepared| prepared.parameters().to_vec());
        if let Some(prepared) = prepared.as_ref().filter(|_| !bound.is_empty())
            && let Err(refusal) = self.searched_bind(prepared, body, out)
        {
            let plan = plan.unwrap_or_else(|| Arc::new(self.planner.nothing()));
            let run = self.begin(&plan, protocol, Some(refusal));
            self.refuse_extended(run, out);
            return BindFate::Drop;
        }
        if plan.as_deref().is_some_and(Plan::translates) {
            self.note_search();
        }
        let fate = if bound.is_empty() {
            BindFate::Forward
        } else {
            BindFate::Drop
        };
        let text = prepared.map(|prepared| prepared.text.clone());
        self.names.latest_portals.insert(
            portal.to_vec(),
            LatestPortal {
                plan,
                text,
                prepared: number,
                is_described: false,
            },
        );
        self.expected.push_back(Expected::Bind {
            portal: portal.to_vec(),
            statement: statement.to_vec(),
            bound,
        });
        fate
    }

    /// A Describe message.
    pub fn describe(&mut self, frame: &[u8], target: u8, name: &[u8], out: &mut Vec<u8>) {
        if self.skips_to_sync || self.refuses_name(name, out) {
            return;
        }
        if target == b'P' {
            let portal = name_key(name).to_vec();
            if let Some(latest) = self.names.latest_portals.get_mut(&portal) {
                // What FETCH and EXECUTE show is decided when they run: they are described again then.
                latest.is_described |= !latest.plan.as_deref().is_some_and(is_indirect);
            }
            self.expected.push_back(Expected::DescribePortal {
                portal,
                injected: false,
            });
        } else {
            self.expected.push_back(Expected::DescribeStatement);
        }
        out.extend_from_slice(frame);
    }

    /// An Execute message. A portal that was not described is described first, and the answer swallowed.
    pub fn execute(&mut self, frame: &[u8], portal: &[u8], out: &mut Vec<u8>) {
        if self.skips_to_sync || self.refuses_name(portal, out) {
            return;
        }
        let portal = name_key(portal);
        let latest = self.names.latest_portals.get(portal).cloned();
        let latest_text = latest.as_ref().and_then(|latest| latest.text.clone());
        let plan = match latest.as_ref().and_then(|latest| latest.plan.clone()) {
            Some(plan) => plan,
            // An empty statement, or a portal that does not exist: either way no rows can come of it.
            None => Arc::new(self.planner.nothing()),
        };
        let refused = self.encodings.refusal().or_else(|| self.early_refusal(&plan));
        let prepared = latest.as_ref().and_then(|latest| latest.prepared);
        let run = self.begin(&plan, Protocol::Extended(prepared), refused);
        if run.refusal.is_some() {
            return self.refuse_extended(run, out);
        }
        // An error that is still to come may keep alive what requests have closed.
        let may_live_on = self.names.portals.contains_key(portal);
        if latest.map_or(may_live_on, |latest| !latest.is_described) {
            compose::describe(out, compose::Target::Portal(portal));
            self.expected.push_back(Expected::DescribePortal {
                portal: portal.to_vec(),
                injected: true,
            });
            if let Some(latest) = self.names.latest_portals.get_mut(portal) {
                latest.is_described = true;
            }
        }
        let run = Run {
            text: latest_text,
            ..run
        };
        self.note_request(&run);
        self.expected.push_back(Expected::Execute {
            portal: portal.to_vec(),
            run,
        });
        out.extend_from_slice(frame);
    }

    /// A Close message.
    pub fn close(&mut self, frame: &[u8], target: u8, name: &[u8], out: &mut Vec<u8>) {
        if self.skips_to_sync || self.refuses_name(name, out) {
            return;
        }
        let name = name_key(name);
        match target {
            b'S' => drop(self.names.latest_statements.remove(name)),
            _ => drop(self.names.latest_portals.remove(name)),
        }
        self.expected.push_back(Expected::Close {
            target,
            name: name.to_vec(),
            injected: false,
        });
        out.extend_from_slice(frame);
    }

    /// A Sync message.
    pub fn sync(&mut self, frame: &[u8], out: &mut Vec<u8>) {
        self.skips_to_sync = false;
        self.expected.push_back(Expected::Sync);
        out.extend_from_slice(frame);
    }
}
