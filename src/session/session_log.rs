//! A session's records on the session log.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::conversation::{Begun, Ended, NotWritten, StatementLog};
use crate::journal::{Alarm, Event, Inference, Journal, Refusal, SessionId, Statement, StatementEnd, Verdict};
use crate::plan;
use crate::sql::StatementKind;

/// Sums over a session.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Totals {
    pub statements: u64,
    pub refusals: u64,
    pub rows: u64,
    pub bytes: u64,
}

/// Writes a session's records. The end of a statement is kept until the next record or [`SessionLog::flush`], so that
/// both go out in one write.
pub(super) struct SessionLog {
    journal: Arc<Journal>,
    session: SessionId,
    /// The end that waits, and since when.
    ended: Option<(Ended, Instant)>,
    /// Number of the last record that a client's waiting depends on.
    recorded: u64,
    totals: Totals,
}

impl SessionLog {
    pub(super) fn new(journal: Arc<Journal>, session: SessionId) -> Self {
        SessionLog {
            journal,
            session,
            ended: None,
            recorded: 0,
            totals: Totals::default(),
        }
    }

    pub(super) fn totals(&self) -> Totals {
        self.totals
    }

    /// The number of the record that must be on disk before more is shown.
    pub(super) fn recorded(&self) -> u64 {
        self.recorded
    }

    /// Whether a record waits to be written.
    pub(super) fn is_pending(&self) -> bool {
        self.ended.is_some()
    }

    /// Writes what has waited for at least this long; if it has not yet, tells when it will have.
    pub(super) fn flush_older(&mut self, delay: Duration) -> Option<Instant> {
        let (_, since) = self.ended.as_ref()?;
        if since.elapsed() < delay {
            return Some(*since + delay);
        }
        self.flush();
        None
    }

    /// Writes what waits.
    pub(super) fn flush(&mut self) {
        // Its statement is on the log already, which is what the promise is about; the end record is lost if this fails.
        let _ = self.write(&[]);
    }

    /// Writes what must be on disk before the client sees what it tells of.
    fn record(&mut self, events: &[Event<'_>]) -> Result<(), NotWritten> {
        self.recorded = self.write(events)?;
        self.journal.hasten(self.recorded);
        Ok(())
    }

    fn write(&mut self, events: &[Event<'_>]) -> Result<u64, NotWritten> {
        let end = self.ended.take();
        let sqlstate = end.and_then(|(ended, _)| ended.sqlstate);
        let end = end.map(|(ended, at)| {
            Event::StatementEnd(StatementEnd {
                statement: ended.statement,
                rows: ended.rows,
                bytes: ended.bytes,
                sqlstate: sqlstate
                    .as_ref()
                    .map(|state| std::str::from_utf8(state).unwrap_or("XX000")),
                duration_ns: nanoseconds(at - ended.started),
            })
        });
        let mut records = [const { None }; 3];
        for (record, event) in records.iter_mut().zip(end.iter().chain(events)) {
            *record = Some((self.session, event));
        }
        let written = match records {
            [Some(first), None, _] => self.journal.append_all(&[first]),
            [Some(first), Some(second), None] => self.journal.append_all(&[first, second]),
            [Some(first), Some(second), Some(third)] => self.journal.append_all(&[first, second, third]),
            _ => return Ok(self.recorded),
        };
        written.map_err(|error| {
            eprintln!("pgveil: {error}");
            NotWritten
        })
    }
}

impl StatementLog for SessionLog {
    fn begin(&mut self, begun: &Begun<'_>) -> Result<(), NotWritten> {
        self.totals.statements += 1;
        let refusal = match &begun.plan.verdict {
            plan::Verdict::Refuse(refusal) => Some(refusal),
            _ => None,
        };
        let verdict = match (&begun.plan.verdict, &begun.shown.verdict) {
            (plan::Verdict::Refuse(_), _) => Verdict::Refuse,
            (plan::Verdict::Pass, plan::Verdict::Pass) => Verdict::Pass,
            _ => Verdict::Mask,
        };
        let statement = Event::Statement(Statement {
            statement: begun.statement,
            protocol: begun.protocol,
            kind: kind_name(&begun.plan.kind),
            text: &begun.plan.log_text,
            fingerprint: begun.plan.fingerprint,
            verdict,
            reason: refusal.map(|refusal| refusal.reason.name()),
            protected: &begun.shown.protected,
            filters: &begun.shown.filters,
            relations: &begun.shown.relations,
            catalog_generation: begun.plan.basis.snapshot.generation,
        });
        let Some(refusal) = refusal else {
            if begun.shown.inferences.is_empty() {
                return self.record(&[statement]);
            }
            let inference = Event::Inference(Inference {
                statement: begun.statement,
                columns: &begun.shown.inferences,
            });
            return self.record(&[statement, inference]);
        };
        self.totals.refusals += 1;
        let record = Event::Refusal(Refusal {
            statement: Some(begun.statement),
            reason: refusal.reason.name(),
            message: &refusal.message,
        });
        self.record(&[statement, record])
    }

    fn end(&mut self, ended: Ended) {
        self.totals.rows += ended.rows;
        self.totals.bytes += ended.bytes;
        if self.ended.is_some() {
            self.flush();
        }
        self.ended = Some((ended, Instant::now()));
    }

    fn alarm(&mut self, statement: Option<u64>, name: &'static str, message: &str) {
        let _ = self.write(&[Event::Alarm(Alarm {
            statement,
            alarm: name,
            message,
        })]);
    }
}

pub(super) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn kind_name(kind: &StatementKind) -> &'static str {
    match kind {
        StatementKind::Query => "query",
        StatementKind::CopyOut(_) => "copy_out",
        StatementKind::DeclareCursor { .. } => "declare_cursor",
        StatementKind::Fetch { .. } => "fetch",
        StatementKind::CloseCursor(_) => "close_cursor",
        StatementKind::Prepare { .. } => "prepare",
        StatementKind::Execute { .. } => "execute",
        StatementKind::Deallocate(_) => "deallocate",
        StatementKind::Explain { .. } => "explain",
        StatementKind::Show => "show",
        StatementKind::Set | StatementKind::SetEncoding { .. } => "set",
        StatementKind::Transaction(_) => "transaction",
        StatementKind::Discard { .. } => "discard",
        StatementKind::Lock => "lock",
        StatementKind::Notification => "notification",
        StatementKind::Other => "other",
    }
}
