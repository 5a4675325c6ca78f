//! The protocol state of one session, without IO.
//!
//! Requests go in one side ([`Conversation::query`] and its siblings) and come out as bytes for the upstream server, the
//! same or others; replies go in the other side ([`Conversation::reply`]) and come out as bytes for the client. Between
//! the two stands a queue of expected replies: each request pushes what it expects *before* it is sent on.
//!
//! Two laws keep it safe:
//! - **Names change hands only when the server confirms.** What a statement, portal or cursor name means is decided where
//!   ParseComplete, BindComplete or CommandComplete comes in. What requests were told earlier is used for early refusals
//!   and for the log only.
//! - **A refusal is an error of the server's own.** In the refused statement's place the server gets one that fails, and
//!   the fields of its error are replaced. So order, skipping up to Sync and transaction status stay the server's.

mod drift;
mod encodings;
mod expected;
mod failures;
mod filtered;
mod function_calls;
mod names;
mod open;
mod replies;
mod requests;
mod rows;
mod runs;
pub mod scrub;
mod search;
#[cfg(test)]
mod tests;
mod text;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use crate::journal::Protocol;
use crate::plan::search::Shifts;
use crate::plan::{Plan, Planner};
use crate::sql::Refusal;
use crate::wire::read::Malformed;

use encodings::Encodings;
use expected::Expected;
use names::Names;
use rows::Rows;

pub use drift::Look;
pub use replies::LargeReply;
pub use requests::BindFate;
pub use rows::KEPT_BYTES_MAX;

/// Outstanding replies of one session, and outstanding statements; a client that pipelines more waits.
pub const EXPECTED_MAX: usize = 16 * 1024;

/// What has been decided about a statement, on its way to the session log.
#[derive(Debug, Clone)]
pub struct Begun<'a> {
    /// Counts the session's statements from 1.
    pub statement: u64,
    /// How it came in, and by which Parse.
    pub protocol: Protocol,
    /// Its plan; for FETCH and EXECUTE, the plan of what they run, if known.
    pub plan: &'a Plan,
    /// The plan whose columns are shown.
    pub shown: &'a Plan,
}

/// What became of a statement.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// As in [`Begun::statement`].
    pub statement: u64,
    /// Rows sent to the client.
    pub rows: u64,
    /// Bytes of rows or COPY data sent to the client.
    pub bytes: u64,
    /// SQLSTATE of its error.
    pub sqlstate: Option<[u8; 5]>,
    /// When its request came in.
    pub started: Instant,
}

/// A record that is not on the session log. The reason has been reported to the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotWritten;

/// The session log as the conversation needs it. A statement whose record is [`NotWritten`] is refused.
pub trait StatementLog {
    /// Before a statement is sent on.
    fn begin(&mut self, begun: &Begun<'_>) -> Result<(), NotWritten>;
    /// When its reply has ended.
    fn end(&mut self, ended: Ended);
    /// Something that must not happen.
    fn alarm(&mut self, statement: Option<u64>, name: &'static str, message: &str);
}

/// Why a session cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Violation {
    /// The server's answer does not fit what was asked.
    #[error("the server sent message {tag:?} where it was not expected")]
    Unexpected {
        /// Its tag.
        tag: char,
    },
    /// A body that does not hold what its tag says.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The server describes other columns than the plan expects: the catalog changed, or the analysis is wrong.
    #[error("{0}")]
    Witness(#[from] crate::plan::witness::Disagreement),
    /// A prepared statement may no longer run as it was planned.
    #[error("the catalog changed under a prepared statement, which may no longer run: {0}")]
    Replanned(String),
    /// FETCH or EXECUTE of something that is no query.
    #[error("{}", names::NO_QUERY)]
    NoQuery,
    /// What was planned is not what the server has, or nobody could tell.
    #[error("the catalog changed while the statement was on its way, or could not be looked at")]
    Drifted,
    /// What runs is not what was expected to run, and cannot be followed.
    #[error("a name means something else to the server than was asked for: a statement before it failed")]
    NameChangedHands,
    /// What runs cannot be put on the session log.
    #[error("the session log cannot be written, so nothing is served")]
    Unrecorded,
    /// A row with a masked column behind more kept bytes than may be held.
    #[error("a row has a masked column behind more than {KEPT_BYTES_MAX} bytes of others")]
    RowTooLarge,
    /// A message over the stated size.
    #[error("message {tag:?} of {bytes} bytes is over the limit")]
    TooLarge {
        /// Its tag.
        tag: char,
        /// Bytes of its body.
        bytes: usize,
    },
}

/// One statement on its way: what was decided, and what has come back so far.
#[derive(Debug)]
struct Run {
    plan: Arc<Plan>,
    /// The plan whose rows it shows: its own, that of the cursor it fetches from, or of the statement it executes.
    shown: Option<Arc<Plan>>,
    /// Plan and text are those that the server confirmed, not only those that were asked for.
    confirmed: bool,
    statement: u64,
    started: Instant,
    rows: u64,
    bytes: u64,
    /// Rows may come: from here on errors may quote values.
    described: bool,
    /// Every column of its result is one of a table, as the server says. In the extended protocol the portal knows.
    seen: bool,
    /// The catalog was looked at since it ran, or need not be.
    looked: bool,
    /// The catalog was looked at for the notice that comes now.
    looked_for_notice: bool,
    /// It was refused, and the server was sent a statement that fails.
    refusal: Option<Refusal>,
    /// The statement's own text, kept for PREPARE, which may have to be planned again.
    text: Option<Arc<str>>,
    /// Where the text that was sent differs from the client's: errors point into it.
    shifts: Option<Arc<Shifts>>,
    /// Of an error that has come, where the reply goes on behind it.
    sqlstate: Option<[u8; 5]>,
}

/// The state of one session.
pub struct Conversation<L> {
    expected: VecDeque<Expected>,
    /// An extended-protocol error came in and no Sync was waiting: the server skips requests until one comes.
    skips_to_sync: bool,
    names: Names,
    /// An error came in: what requests were told may be wrong.
    names_unsettled: bool,
    planner: Arc<Planner>,
    log: L,
    /// Statements so far, for their numbers.
    statements: u64,
    /// Parse messages so far, for theirs.
    parses: u64,
    /// Statements that have begun and not ended.
    running: usize,
    /// What is done with the rows that are coming in now.
    rows: Rows,
    /// A cursor WITH HOLD over protected columns was declared: COMMIT, which runs it, may fail with its values.
    holds_protected: bool,
    encodings: Encodings,
    /// What the last ReadyForQuery said of the transaction.
    transaction: u8,
    /// The catalog could not be looked at.
    is_stale: bool,
    /// COPY FROM STDIN is under way, with `access = "any"` only.
    copies_in: bool,
    /// Originals were sent to the server in this transaction: what it reports of statements may quote them, whatever
    /// it is answering then.
    searches: bool,
    /// Prepared statements hold originals in their texts: places in them tell how long these are.
    has_searched: bool,
    /// In a session of pg_dump's: the present, as SQL.
    dump_moment: Option<Arc<str>>,
}

impl<L: StatementLog> Conversation<L> {
    /// A session that has just logged in.
    pub fn new(planner: Arc<Planner>, log: L) -> Self {
        Conversation {
            expected: VecDeque::new(),
            skips_to_sync: false,
            names: Names::default(),
            names_unsettled: false,
            planner,
            log,
            statements: 0,
            parses: 0,
            running: 0,
            rows: Rows::default(),
            holds_protected: false,
            encodings: Encodings::default(),
            transaction: b'I',
            is_stale: false,
            copies_in: false,
            searches: false,
            has_searched: false,
            dump_moment: None,
        }
    }

    /// The planner in use.
    pub fn planner(&self) -> &Arc<Planner> {
        &self.planner
    }

    /// Whether the catalog could not be looked at, so that plans may be of another catalog than the server's.
    pub fn set_stale(&mut self, is_stale: bool) {
        self.is_stale = is_stale;
    }

    /// The catalog was reloaded: statements from now on are planned anew.
    pub fn set_planner(&mut self, planner: Arc<Planner>) {
        self.planner = planner;
    }

    /// The session log.
    pub fn log(&mut self) -> &mut L {
        &mut self.log
    }

    /// Whether more requests must wait for replies.
    pub fn is_full(&self) -> bool {
        self.expected.len() >= EXPECTED_MAX || self.running >= EXPECTED_MAX
    }

    /// Whether every reply has come.
    pub fn is_idle(&self) -> bool {
        self.expected.is_empty()
    }

    /// Whether the server will run nothing that is sent now, but for the end of the transaction.
    fn has_failed_transaction(&self) -> bool {
        self.transaction == b'E' && self.is_idle()
    }

    /// The server reported a setting (ParameterStatus). What it says counts, never what the client asked for.
    pub fn parameter_status(&mut self, name: &[u8], value: &[u8]) {
        self.encodings.reported(name, value);
    }

    /// Whether the server reads texts as UTF-8; if not, bytes over 127 mean characters that pgveil cannot tell.
    pub fn reads_utf8(&self) -> bool {
        self.encodings.reads_utf8()
    }
}
