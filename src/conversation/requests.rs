//! From the client's requests to what is sent upstream.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use crate::journal::Protocol;
use crate::plan::{Plan, PlannedText, Verdict};
use crate::sql::{Reason, Refusal, StatementKind, encoding};
use crate::wire::compose;

use super::expected::Expected;
use super::names::{LatestPortal, Prepared, as_query, prepared_from};
use super::text::{FAILING_STATEMENT, PROBE_NAME, REFUSAL_NAME, failing_text, name_key};
use super::{Begun, Conversation, Run, StatementLog};

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
        let refusal = self.unsafe_refusal();
        if planned.statements.len() == 1
            && refusal.is_none()
            && let Verdict::Probe(refusal) = &planned.statements[0].verdict
        {
            let run = self.begin(&planned.statements[0], Protocol::Simple, Some(refusal.clone()));
            return self.probe(text, run, out);
        }
        let mut runs = std::collections::VecDeque::with_capacity(planned.statements.len());
        let mut sent_to = None;
        for (index, plan) in planned.statements.iter().enumerate() {
            let refused = refusal
                .clone()
                .or_else(|| self.text_refusal(plan, text))
                .or_else(|| self.early_refusal(plan));
            let run = self.begin(plan, Protocol::Simple, refused);
            let is_refused = run.refusal.is_some();
            let run = Run {
                text: self.own_text(plan, planned.spans.get(index), text),
                ..run
            };
            self.note_names(&run);
            runs.push_back(run);
            if is_refused {
                sent_to = Some(planned.spans.get(index).map_or(0, |span| span.start));
                break;
            }
        }
        match sent_to {
            None => out.extend_from_slice(frame),
            Some(end) => compose::query(out, failing_text(text.get(..end).unwrap_or_default()).as_bytes()),
        }
        self.expected.push_back(Expected::Query { runs });
    }

    /// A Query message that must not be read as a statement, refused as a whole.
    pub fn refuse_query(&mut self, plan: Plan, out: &mut Vec<u8>) {
        if self.skips_to_sync {
            return;
        }
        let plan = Arc::new(plan);
        let refusal = refusal_of(&plan);
        let run = self.begin(&plan, Protocol::Simple, refusal);
        compose::query(out, FAILING_STATEMENT.as_bytes());
        self.expected.push_back(Expected::Query { runs: [run].into() });
    }

    /// Shows a statement to the server without running it: its own error is passed on; if it finds none, ours follows.
    fn probe(&mut self, text: &str, run: Run, out: &mut Vec<u8>) {
        compose::close(out, compose::Target::Statement(PROBE_NAME));
        self.expected.push_back(Expected::Close {
            target: b'S',
            name: PROBE_NAME.to_vec(),
            injected: true,
        });
        compose::parse(out, PROBE_NAME, text.as_bytes(), &[]);
        let planned = Arc::new(PlannedText {
            statements: vec![run.plan.clone()],
            spans: vec![],
            generation: 0,
        });
        let prepared = Arc::new(Prepared {
            text: text.into(),
            planned,
            by_prepare: false,
        });
        self.expected.push_back(Expected::Parse {
            name: PROBE_NAME.to_vec(),
            prepared,
            injected: true,
        });
        let refusal = run.refusal.clone();
        if let Some(refusal) = refusal {
            compose::parse(out, REFUSAL_NAME, FAILING_STATEMENT.as_bytes(), &[]);
            self.expected.push_back(Expected::Refused {
                refusal,
                run: Some(run),
            });
        }
        compose::sync(out);
        self.expected.push_back(Expected::Sync);
    }

    /// A Parse message.
    pub fn parse(&mut self, frame: &[u8], name: &[u8], text: &str, planned: &Arc<PlannedText>, out: &mut Vec<u8>) {
        if self.skips_to_sync {
            return;
        }
        let mut refusal = self.unsafe_refusal();
        let mut refused_plan = None;
        for plan in &planned.statements {
            refusal = refusal
                .or_else(|| refusal_of(plan))
                .or_else(|| self.text_refusal(plan, text))
                .or_else(|| self.name_refusal(name));
            if refusal.is_some() {
                refused_plan = Some(plan);
                break;
            }
        }
        if let (Some(refusal), Some(plan)) = (refusal, refused_plan) {
            let run = self.begin(plan, Protocol::Extended, Some(refusal));
            return self.refuse_extended(run, out);
        }
        let name = name_key(name);
        let prepared = Arc::new(Prepared {
            text: text.into(),
            planned: planned.clone(),
            by_prepare: false,
        });
        self.names.latest_statements.insert(name.to_vec(), prepared.clone());
        self.expected.push_back(Expected::Parse {
            name: name.to_vec(),
            prepared,
            injected: false,
        });
        out.extend_from_slice(frame);
    }

    /// A Parse message that must not be read, refused as a whole.
    pub fn refuse_parse(&mut self, plan: Plan, out: &mut Vec<u8>) {
        if self.skips_to_sync {
            return;
        }
        let plan = Arc::new(plan);
        let refusal = refusal_of(&plan);
        let run = self.begin(&plan, Protocol::Extended, refusal);
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

    /// The names in a Bind message; the message itself is sent on unread if this says so.
    pub fn bind(&mut self, portal: &[u8], statement: &[u8], out: &mut Vec<u8>) -> BindFate {
        if self.skips_to_sync {
            return BindFate::Drop;
        }
        let (portal, statement) = (name_key(portal), name_key(statement));
        let prepared = self
            .names
            .latest_statements
            .get(statement)
            .map(|found| found.current(&self.planner));
        let plan = prepared.as_ref().and_then(|prepared| prepared.plan().cloned());
        if let Some(plan) = &plan
            && let Some(refusal) = refusal_or_probe(plan)
        {
            let run = self.begin(plan, Protocol::Extended, Some(refusal));
            self.refuse_extended(run, out);
            return BindFate::Drop;
        }
        if let Some(refusal) = self.name_refusal(portal).or_else(|| self.name_refusal(statement)) {
            let plan = plan.unwrap_or_else(|| Arc::new(self.planner.nothing()));
            let run = self.begin(&plan, Protocol::Extended, Some(refusal));
            self.refuse_extended(run, out);
            return BindFate::Drop;
        }
        let text = prepared.map(|prepared| prepared.text.clone());
        self.names.latest_portals.insert(
            portal.to_vec(),
            LatestPortal {
                plan,
                text,
                is_described: false,
            },
        );
        self.expected.push_back(Expected::Bind {
            portal: portal.to_vec(),
            statement: statement.to_vec(),
        });
        BindFate::Forward
    }

    /// A Describe message.
    pub fn describe(&mut self, frame: &[u8], target: u8, name: &[u8], out: &mut Vec<u8>) {
        if self.skips_to_sync {
            return;
        }
        if target == b'P' {
            let portal = name_key(name).to_vec();
            if let Some(latest) = self.names.latest_portals.get_mut(&portal) {
                latest.is_described = true;
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
        if self.skips_to_sync {
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
        let refused = self.unsafe_refusal().or_else(|| self.early_refusal(&plan));
        let run = self.begin(&plan, Protocol::Extended, refused);
        if run.refusal.is_some() {
            return self.refuse_extended(run, out);
        }
        if latest.is_none_or(|latest| !latest.is_described) {
            compose::describe(out, compose::Target::Portal(portal));
            self.expected.push_back(Expected::DescribePortal {
                portal: portal.to_vec(),
                injected: true,
            });
            if let Some(latest) = self.names.latest_portals.get_mut(portal) {
                latest.is_described = true;
            }
        }
        let text = match &plan.kind {
            StatementKind::Prepare { .. } => latest_text,
            _ => None,
        };
        let run = Run { text, ..run };
        self.note_names(&run);
        self.expected.push_back(Expected::Execute {
            portal: portal.to_vec(),
            run,
        });
        out.extend_from_slice(frame);
    }

    /// A Close message.
    pub fn close(&mut self, frame: &[u8], target: u8, name: &[u8], out: &mut Vec<u8>) {
        if self.skips_to_sync {
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

    /// A name in another encoding may be another's here and the same on the server.
    fn name_refusal(&self, name: &[u8]) -> Option<Refusal> {
        (self.planner.protects_anything() && !encoding::is_same_in_all(name)).then(encoding::made_name_refusal)
    }

    /// A text that the server may read in another encoding than it is read in here.
    fn text_refusal(&self, plan: &Plan, text: &str) -> Option<Refusal> {
        (self.may_leave_utf8 && plan.scrubs() && !encoding::is_same_in_all(text.as_bytes())).then(|| Refusal {
            reason: Reason::UnsafeEncoding,
            message: "in a session that has had another client_encoding than UTF8, statements over protected columns pass in ASCII only".into(),
            hint: "Connect with client_encoding UTF8.".into(),
        })
    }

    fn early_refusal(&self, plan: &Arc<Plan>) -> Option<Refusal> {
        if let Some(refusal) = refusal_or_probe(plan) {
            return Some(refusal);
        }
        let shown = self.names.latest_shown(plan)?;
        let executes = matches!(
            plan.kind,
            StatementKind::Execute { .. } | StatementKind::Explain { executes: Some(_), .. }
        );
        if executes && shown.kind != StatementKind::Query {
            return Some(Refusal {
                reason: Reason::StatementNotAllowed,
                message: "EXECUTE of a statement that is no query does not pass pgveil".into(),
                hint: "Send the statement itself.".into(),
            });
        }
        refusal_or_probe(&shown).or_else(|| {
            (shown.scrubs() && !self.reads_utf8).then(|| Refusal {
                reason: Reason::UnsafeEncoding,
                message: "protected columns are masked in UTF-8 only: in another client_encoding equal values would get other masks".into(),
                hint: "SET client_encoding = 'UTF8'.".into(),
            })
        })
    }

    /// Records a statement before it is sent on. If the record cannot be written, the statement is refused.
    pub(super) fn begin(&mut self, plan: &Arc<Plan>, protocol: Protocol, refusal: Option<Refusal>) -> Run {
        self.statements += 1;
        let statement = self.statements;
        let shown = self.names.latest_shown(plan);
        let mut run = Run {
            plan: plan.clone(),
            logged: shown.clone(),
            statement,
            started: Instant::now(),
            rows: 0,
            bytes: 0,
            described: false,
            refusal: None,
            text: None,
            sqlstate: None,
        };
        let judged = match refusal {
            Some(refusal) => {
                let mut judged = Plan::clone(plan);
                judged.verdict = Verdict::Refuse(refusal.clone());
                run.refusal = Some(refusal);
                Some(judged)
            }
            None => None,
        };
        let judged = judged.as_ref().unwrap_or(plan);
        let begun = Begun {
            statement,
            protocol,
            plan: judged,
            shown: shown.as_deref().unwrap_or(judged),
        };
        if self.log.begin(&begun).is_err() && run.refusal.is_none() {
            run.refusal = Some(Refusal {
                reason: Reason::SessionLog,
                message: "the session log cannot be written, so nothing is served".into(),
                hint: "Tell whoever runs pgveil: its log directory may be full or read-only.".into(),
            });
        }
        run
    }

    /// The text of one statement, for PREPARE.
    fn own_text(&self, plan: &Plan, span: Option<&Range<usize>>, text: &str) -> Option<Arc<str>> {
        matches!(plan.kind, StatementKind::Prepare { .. })
            .then(|| span.and_then(|span| text.get(span.clone())).unwrap_or(text).into())
    }

    /// What the names will mean if the server confirms, for the requests that follow.
    fn note_names(&mut self, run: &Run) {
        let names = &mut self.names;
        match &run.plan.kind {
            StatementKind::DeclareCursor { name, .. } => {
                let latest = LatestPortal {
                    plan: Some(as_query(&run.plan)),
                    text: None,
                    is_described: false,
                };
                names.latest_portals.insert(name_key(name.as_bytes()).to_vec(), latest);
            }
            StatementKind::Prepare { name } => {
                let prepared = prepared_from(&run.plan, run.text.as_deref().unwrap_or_default());
                names
                    .latest_statements
                    .insert(name_key(name.as_bytes()).to_vec(), Arc::new(prepared));
            }
            _ => {}
        }
    }
}

fn refusal_of(plan: &Plan) -> Option<Refusal> {
    match &plan.verdict {
        Verdict::Refuse(refusal) => Some(refusal.clone()),
        _ => None,
    }
}

fn refusal_or_probe(plan: &Plan) -> Option<Refusal> {
    match &plan.verdict {
        Verdict::Refuse(refusal) | Verdict::Probe(refusal) => Some(refusal.clone()),
        _ => None,
    }
}
