//! What can be said in the session log: one struct an event, each field documented in `docs/session-log.md`.
//!
//! No field holds a value of a row, a literal of a statement or a bind parameter. Whatever a client can choose
//! (names, application names) is escaped by the record writer and cut here at a stated length.

use serde::{Serialize, Serializer};

/// Longest name on the log, in bytes. `schema.table.column` of three 63-byte names fits.
pub const NAME_BYTES_MAX: usize = 256;
/// Longest statement text on the log, in bytes.
pub const TEXT_BYTES_MAX: usize = 64 << 10;
/// Longest message on the log, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 1024;

/// One event.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event<'a> {
    /// pgveil opened the log; written by [`Journal::open`](super::Journal::open) alone.
    LogOpened(LogOpened<'a>),
    /// A client logged in and its upstream connection stands.
    SessionStart(SessionStart<'a>),
    /// A client did not get in.
    LoginFailure(LoginFailure<'a>),
    /// A statement was judged; written before it runs.
    Statement(Statement<'a>),
    /// A statement ended, well or not.
    StatementEnd(StatementEnd<'a>),
    /// Something was refused.
    Refusal(Refusal<'a>),
    /// Something that should not happen did; a person should look.
    Alarm(Alarm<'a>),
    /// A cancel request came in.
    Cancel(Cancel<'a>),
    /// The session is over.
    SessionEnd(SessionEnd<'a>),
}

/// See [`Event::LogOpened`].
#[derive(Debug, Clone, Serialize)]
pub struct LogOpened<'a> {
    /// Version of pgveil.
    pub version: &'a str,
    /// Process id of pgveil.
    pub pid: u32,
    /// What stood after the last whole record and was cut off.
    pub cut: Option<Cut<'a>>,
}

/// The remains of a record that a killed process left half-written.
#[derive(Debug, Clone, Serialize)]
pub struct Cut<'a> {
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of these bytes, in hex.
    pub sha256: &'a str,
}

/// See [`Event::SessionStart`].
#[derive(Debug, Clone, Serialize)]
pub struct SessionStart<'a> {
    /// The name that logged in at pgveil.
    #[serde(serialize_with = "name")]
    pub user: &'a str,
    /// The client's `address:port`, or `unix`.
    #[serde(serialize_with = "name")]
    pub client: &'a str,
    /// What the client calls itself.
    #[serde(serialize_with = "name")]
    pub application_name: &'a str,
    /// TLS version between client and pgveil.
    #[serde(serialize_with = "optional_name")]
    pub tls: Option<&'a str>,
    /// Database.
    #[serde(serialize_with = "name")]
    pub database: &'a str,
    /// The role pgveil uses upstream.
    #[serde(serialize_with = "name")]
    pub upstream_role: &'a str,
    /// Hash of the rule set in force.
    #[serde(serialize_with = "name")]
    pub rule_set: &'a str,
    /// Id of the masking key; tells nothing of the key itself.
    #[serde(serialize_with = "name")]
    pub key_id: &'a str,
    /// Process id of the server's backend.
    pub backend_pid: i32,
}

/// See [`Event::LoginFailure`].
#[derive(Debug, Clone, Serialize)]
pub struct LoginFailure<'a> {
    /// The name that was tried.
    #[serde(serialize_with = "name")]
    pub user: &'a str,
    /// The database asked for.
    #[serde(serialize_with = "name")]
    pub database: &'a str,
    /// The client's `address:port`, or `unix`.
    #[serde(serialize_with = "name")]
    pub client: &'a str,
    /// What the client calls itself.
    #[serde(serialize_with = "name")]
    pub application_name: &'a str,
    /// Why not.
    #[serde(serialize_with = "message")]
    pub reason: &'a str,
}

/// How a statement came in. PostgreSQL docs, "Message Flow".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Query message.
    Simple,
    /// Parse, Bind, Execute.
    Extended,
}

/// What is done with a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Runs; nothing in its result is protected.
    Pass,
    /// Runs; some columns are masked or redacted.
    Mask,
    /// Does not run.
    Refuse,
}

/// A protected column of a statement, and what is done to it. Plans hold these ready-made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProtectedColumn {
    /// `schema.table.column`.
    #[serde(serialize_with = "name")]
    pub column: String,
    /// Name of the mask, or `redacted`.
    #[serde(serialize_with = "name")]
    pub how: String,
}

/// See [`Event::Statement`].
#[derive(Debug, Clone, Serialize)]
pub struct Statement<'a> {
    /// Counts the session's statements from 1; [`StatementEnd`] and [`Refusal`] name it.
    pub statement: u64,
    /// How it came in.
    pub protocol: Protocol,
    /// What kind of statement it is: `query`, `copy_out`, …
    #[serde(serialize_with = "name")]
    pub kind: &'a str,
    /// The statement with every literal replaced. The caller sees to that; the journal cannot.
    #[serde(serialize_with = "text")]
    pub text: &'a str,
    /// What is done with it.
    pub verdict: Verdict,
    /// The refusal's stable name.
    #[serde(serialize_with = "optional_name")]
    pub reason: Option<&'a str>,
    /// The protected columns it reads.
    pub protected: &'a [ProtectedColumn],
    /// The catalog generation it was judged under.
    pub catalog_generation: u64,
}

/// See [`Event::StatementEnd`].
#[derive(Debug, Clone, Serialize)]
pub struct StatementEnd<'a> {
    /// The number of its [`Statement`] record.
    pub statement: u64,
    /// Rows sent to the client.
    pub rows: u64,
    /// Bytes of rows or COPY data sent to the client.
    pub bytes: u64,
    /// SQLSTATE if it failed.
    #[serde(serialize_with = "optional_name")]
    pub sqlstate: Option<&'a str>,
    /// From the request's arrival to the reply's end, in microseconds.
    pub duration_us: u64,
}

/// See [`Event::Refusal`].
#[derive(Debug, Clone, Serialize)]
pub struct Refusal<'a> {
    /// The number of its [`Statement`] record; none for what is no statement (a wire message, say).
    pub statement: Option<u64>,
    /// The stable name.
    #[serde(serialize_with = "name")]
    pub reason: &'a str,
    /// The sentence the client got; without values.
    #[serde(serialize_with = "message")]
    pub message: &'a str,
}

/// See [`Event::Alarm`].
#[derive(Debug, Clone, Serialize)]
pub struct Alarm<'a> {
    /// The statement under which it happened.
    pub statement: Option<u64>,
    /// A stable name: `witnesses_disagree`, …
    #[serde(serialize_with = "name")]
    pub alarm: &'a str,
    /// What was seen; without values.
    #[serde(serialize_with = "message")]
    pub message: &'a str,
}

/// See [`Event::Cancel`].
#[derive(Debug, Clone, Serialize)]
pub struct Cancel<'a> {
    /// Where the request came from: `address:port`, or `unix`.
    #[serde(serialize_with = "name")]
    pub client: &'a str,
    /// Whether its key was this session's, so that it was sent on.
    pub accepted: bool,
}

/// See [`Event::SessionEnd`].
#[derive(Debug, Clone, Serialize)]
pub struct SessionEnd<'a> {
    /// Why it ended: `terminated`, `client_gone`, …
    #[serde(serialize_with = "message")]
    pub reason: &'a str,
    /// Statements judged.
    pub statements: u64,
    /// Statements and messages refused.
    pub refusals: u64,
    /// Rows sent to the client.
    pub rows: u64,
    /// Bytes of rows and COPY data sent to the client.
    pub bytes: u64,
    /// From login to end, in milliseconds.
    pub duration_ms: u64,
}

fn name<S: Serializer>(text: impl AsRef<str>, serializer: S) -> Result<S::Ok, S::Error> {
    limited(text.as_ref(), NAME_BYTES_MAX, serializer)
}

fn optional_name<S: Serializer>(text: &Option<&str>, serializer: S) -> Result<S::Ok, S::Error> {
    match text {
        Some(text) => name(text, serializer),
        None => serializer.serialize_none(),
    }
}

fn message<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    limited(text, MESSAGE_BYTES_MAX, serializer)
}

fn text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    limited(text, TEXT_BYTES_MAX, serializer)
}

/// Cuts after a whole character, and says so.
fn limited<S: Serializer>(text: &str, bytes_max: usize, serializer: S) -> Result<S::Ok, S::Error> {
    if text.len() <= bytes_max {
        return serializer.serialize_str(text);
    }
    let kept = text.floor_char_boundary(bytes_max);
    serializer.collect_str(&format_args!("{}… [cut, {} bytes in all]", &text[..kept], text.len()))
}
