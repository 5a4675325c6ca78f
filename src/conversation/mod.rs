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

mod expected;
mod function_calls;
mod names;
mod open;
mod replies;
mod requests;
mod rows;
pub mod scrub;
mod text;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use crate::journal::Protocol;
use crate::plan::{Plan, Planner};
use crate::sql::{Reason, Refusal};
use crate::wire::read::Malformed;

use expected::Expected;
use names::Names;
use rows::Rows;

pub use replies::LargeReply;
pub use requests::BindFate;

/// Outstanding replies of one session; a client that pipelines more waits.
pub const EXPECTED_MAX: usize = 16 * 1024;

/// What has been decided about a statement, on its way to the session log.
#[derive(Debug, Clone)]
pub struct Begun<'a> {
    /// Counts the session's statements from 1.
    pub statement: u64,
    /// How it came in.
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
    /// A row over the stated size with a masked column behind a column that is too large to look past.
    #[error(
        "a row of more than {} bytes has a masked column behind a large one",
        rows::ROW_BYTES_MAX
    )]
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
    /// The plan whose columns are shown, as the session log has it.
    logged: Option<Arc<Plan>>,
    statement: u64,
    started: Instant,
    rows: u64,
    bytes: u64,
    /// Rows may come: from here on errors may quote values.
    described: bool,
    /// It was refused, and the server was sent a statement that fails.
    refusal: Option<Refusal>,
    /// The statement's own text, kept for PREPARE, which may have to be planned again.
    text: Option<Arc<str>>,
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
    statements: u64,
    /// What is done with the rows that are coming in now.
    rows: Rows,
    /// A cursor WITH HOLD over protected columns was declared in the transaction under way: the commit, which runs it,
    /// may fail with its values.
    holds_protected: bool,
    /// The server reports a setting under which it would read other statements than pgveil.
    unsafe_setting: Option<&'static str>,
    reads_utf8: bool,
    /// At some time it did not: it may be back to that before the server has reported it.
    may_leave_utf8: bool,
    /// COPY FROM STDIN is under way, with `access = "any"` only.
    copies_in: bool,
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
            rows: Rows::default(),
            holds_protected: false,
            unsafe_setting: None,
            reads_utf8: true,
            may_leave_utf8: false,
            copies_in: false,
        }
    }

    /// The planner in use.
    pub fn planner(&self) -> &Arc<Planner> {
        &self.planner
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
        self.expected.len() >= EXPECTED_MAX
    }

    /// Whether every reply has come.
    pub fn is_idle(&self) -> bool {
        self.expected.is_empty()
    }

    /// The server reported a setting (ParameterStatus). What it says counts, never what the client asked for.
    pub fn parameter_status(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"standard_conforming_strings" => self.set_unsafe("standard_conforming_strings is off", value != b"on"),
            b"client_encoding" => {
                let is = |name: &&str| value.eq_ignore_ascii_case(name.as_bytes());
                self.reads_utf8 = ["UTF8", "SQL_ASCII"].iter().any(is);
                self.may_leave_utf8 |= !self.reads_utf8;
                let hides_quotes = ["SJIS", "BIG5", "GBK", "UHC", "GB18030", "JOHAB", "SHIFT_JIS_2004"];
                self.set_unsafe(
                    "client_encoding can hide quotes inside characters",
                    hides_quotes.iter().any(is),
                );
            }
            _ => {}
        }
    }

    fn set_unsafe(&mut self, what: &'static str, is_unsafe: bool) {
        if is_unsafe {
            self.unsafe_setting = Some(what);
        } else if self.unsafe_setting == Some(what) {
            self.unsafe_setting = None;
        }
    }

    /// Whether the server reads texts as UTF-8; if not, bytes over 127 mean characters that pgveil cannot tell.
    pub fn reads_utf8(&self) -> bool {
        self.reads_utf8
    }

    fn unsafe_refusal(&self) -> Option<Refusal> {
        self.unsafe_setting.map(|what| Refusal {
            reason: Reason::UnsafeEncoding,
            message: format!("{what}, so pgveil and the server could read different statements"),
            hint: "Connect with client_encoding UTF8 and standard_conforming_strings on.".into(),
        })
    }
}
