//! What can be said in the session log: one struct an event, each field documented in `docs/session-log.md` and
//! `docs/session-log.schema.json`.
//!
//! Names are those of the OpenTelemetry semantic conventions and of the Elastic Common Schema where these have one, with
//! their meaning and unit; what only pgveil has is below `pgveil.`.
//!
//! No field holds a value of a row, a literal of a statement or a bind parameter. Whatever a client can choose
//! (names, application names) is escaped by the record writer and cut here at a stated length.

use serde::Serialize;

use super::json::Fields;

/// What the first record of a run says of the schema: another number, other fields.
pub const SCHEMA_VERSION: u64 = 1;
/// Longest name on the log, in bytes. `schema.table.column` of three 63-byte names fits.
pub const NAME_BYTES_MAX: usize = 256;
/// Longest statement text on the log, in bytes.
pub const TEXT_BYTES_MAX: usize = 64 << 10;
/// Longest message on the log, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 1024;

/// One event.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// pgveil opened the log; written by [`Journal::open`](super::Journal::open) alone.
    LogOpened(LogOpened<'a>),
    /// pgveil ended and closed the log; written when the [`Journal`](super::Journal) is dropped.
    LogClosed,
    /// The last record of a segment; the next one is in a new file.
    LogRotated(Segment),
    /// The records of a sealed segment are about to be removed, their time being over.
    LogRemoved(Segment),
    /// A client logged in and its upstream connection stands.
    SessionStart(SessionStart<'a>),
    /// A client did not get in.
    LoginFailure(LoginFailure<'a>),
    /// A statement was judged; written before it runs.
    Statement(Statement<'a>),
    /// A rule let a condition tell more than the masked data does; written with the [`Event::Statement`].
    Inference(Inference<'a>),
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

/// See [`Event::LogRotated`] and [`Event::LogRemoved`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Number of its first record.
    pub first: u64,
    /// Number of its last record.
    pub last: u64,
}

/// See [`Event::LogOpened`].
#[derive(Debug, Clone)]
pub struct LogOpened<'a> {
    /// Version of pgveil.
    pub version: &'a str,
    /// Process id of pgveil.
    pub pid: u32,
    /// What stood after the last whole record and was cut off.
    pub cut: Option<Cut<'a>>,
}

/// The remains of a record that a killed process left half-written.
#[derive(Debug, Clone)]
pub struct Cut<'a> {
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of these bytes, in hex.
    pub sha256: &'a str,
}

/// Where a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client<'a> {
    /// Its address, or `unix`.
    pub address: &'a str,
    /// Its TCP port.
    pub port: Option<u16>,
}

/// See [`Event::SessionStart`].
#[derive(Debug, Clone)]
pub struct SessionStart<'a> {
    /// The name that logged in at pgveil.
    pub user: &'a str,
    /// Where the client is.
    pub client: Client<'a>,
    /// What the client calls itself.
    pub application_name: &'a str,
    /// TLS version between client and pgveil, such as `1.3`.
    pub tls: Option<&'a str>,
    /// Database.
    pub database: &'a str,
    /// The role pgveil uses upstream.
    pub upstream_role: &'a str,
    /// Hash of the rule set in force.
    pub rule_set: &'a str,
    /// Id of the masking key; tells nothing of the key itself.
    pub key_id: &'a str,
    /// Process id of the server's backend.
    pub backend_pid: i32,
}

/// See [`Event::LoginFailure`].
#[derive(Debug, Clone)]
pub struct LoginFailure<'a> {
    /// The name that was tried.
    pub user: &'a str,
    /// The database asked for.
    pub database: &'a str,
    /// Where the client is.
    pub client: Client<'a>,
    /// What the client calls itself.
    pub application_name: &'a str,
    /// Why not.
    pub reason: &'a str,
}

/// How a statement came in. PostgreSQL docs, "Message Flow".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Query message.
    Simple,
    /// Parse, Bind, Execute. Counts the session's Parse messages from 1: which of them prepared the statement, if any is known.
    Extended(Option<u64>),
}

/// What is done with a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    pub column: String,
    /// Name of the mask, or `redacted`.
    pub how: String,
}

/// See [`Event::Statement`].
#[derive(Debug, Clone)]
pub struct Statement<'a> {
    /// Counts the session's statements from 1; [`StatementEnd`] and [`Refusal`] name it.
    pub statement: u64,
    /// How it came in.
    pub protocol: Protocol,
    /// What kind of statement it is: `query`, `copy_out`, …
    pub kind: &'a str,
    /// The statement with every literal replaced. The caller sees to that; the journal cannot.
    pub text: &'a str,
    /// The same for statements that differ in literals, letter case and white space only.
    pub fingerprint: u64,
    /// What is done with it.
    pub verdict: Verdict,
    /// The refusal's stable name.
    pub reason: Option<&'a str>,
    /// The protected columns it reads.
    pub protected: &'a [ProtectedColumn],
    /// Where the filters stand that leave out rows of it.
    pub filters: &'a [String],
    /// The relations it reads, as `schema.relation`; views followed to the bottom.
    pub relations: &'a [String],
    /// The catalog generation it was judged under.
    pub catalog_generation: u64,
}

/// See [`Event::Inference`].
#[derive(Debug, Clone)]
pub struct Inference<'a> {
    /// The number of its [`Statement`] record.
    pub statement: u64,
    /// The columns it tells something about, as `schema.table.column`.
    pub columns: &'a [String],
}

/// See [`Event::StatementEnd`].
#[derive(Debug, Clone)]
pub struct StatementEnd<'a> {
    /// The number of its [`Statement`] record.
    pub statement: u64,
    /// Rows sent to the client.
    pub rows: u64,
    /// Bytes of rows or COPY data sent to the client.
    pub bytes: u64,
    /// SQLSTATE if it failed.
    pub sqlstate: Option<&'a str>,
    /// From the request's arrival to the reply's end, in nanoseconds.
    pub duration_ns: u64,
}

/// See [`Event::Refusal`].
#[derive(Debug, Clone)]
pub struct Refusal<'a> {
    /// The number of its [`Statement`] record; none for what is no statement (a wire message, say).
    pub statement: Option<u64>,
    /// The stable name.
    pub reason: &'a str,
    /// The sentence the client got; without values.
    pub message: &'a str,
}

/// See [`Event::Alarm`].
#[derive(Debug, Clone)]
pub struct Alarm<'a> {
    /// The statement under which it happened.
    pub statement: Option<u64>,
    /// A stable name: `witnesses_disagree`, …
    pub alarm: &'a str,
    /// What was seen; without values.
    pub message: &'a str,
}

/// See [`Event::Cancel`].
#[derive(Debug, Clone)]
pub struct Cancel<'a> {
    /// Where the request came from.
    pub client: Client<'a>,
    /// Whether its key was this session's, so that it was sent on.
    pub accepted: bool,
}

/// See [`Event::SessionEnd`].
#[derive(Debug, Clone)]
pub struct SessionEnd<'a> {
    /// Why it ended: `terminated`, `client_gone`, …
    pub reason: &'a str,
    /// Statements judged.
    pub statements: u64,
    /// Statements and messages refused.
    pub refusals: u64,
    /// Rows sent to the client.
    pub rows: u64,
    /// Bytes of rows and COPY data sent to the client.
    pub bytes: u64,
    /// From login to end, in nanoseconds.
    pub duration_ns: u64,
}

impl Protocol {
    fn name(self) -> &'static str {
        match self {
            Protocol::Simple => "simple",
            Protocol::Extended(_) => "extended",
        }
    }
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Mask => "mask",
            Verdict::Refuse => "refuse",
        }
    }
}

impl Event<'_> {
    fn name(&self) -> &'static str {
        match self {
            Event::LogOpened(_) => "log_opened",
            Event::LogClosed => "log_closed",
            Event::LogRotated(_) => "log_rotated",
            Event::LogRemoved(_) => "log_removed",
            Event::SessionStart(_) => "session_start",
            Event::LoginFailure(_) => "login_failure",
            Event::Statement(_) => "statement",
            Event::Inference(_) => "inference",
            Event::StatementEnd(_) => "statement_end",
            Event::Refusal(_) => "refusal",
            Event::Alarm(_) => "alarm",
            Event::Cancel(_) => "cancel",
            Event::SessionEnd(_) => "session_end",
        }
    }

    /// Writes the event's name and fields, in the order of their documentation.
    pub(super) fn write(&self, fields: &mut Fields<'_>) {
        fields.text("event.action", self.name(), NAME_BYTES_MAX);
        match self {
            Event::LogOpened(event) => event.write(fields),
            Event::LogClosed => {}
            Event::LogRotated(event) | Event::LogRemoved(event) => event.write(fields),
            Event::SessionStart(event) => event.write(fields),
            Event::LoginFailure(event) => event.write(fields),
            Event::Statement(event) => event.write(fields),
            Event::Inference(event) => event.write(fields),
            Event::StatementEnd(event) => event.write(fields),
            Event::Refusal(event) => event.write(fields),
            Event::Alarm(event) => event.write(fields),
            Event::Cancel(event) => event.write(fields),
            Event::SessionEnd(event) => event.write(fields),
        }
    }
}

impl LogOpened<'_> {
    fn write(&self, fields: &mut Fields<'_>) {
        fields.number("pgveil.schema", SCHEMA_VERSION);
        fields.text("service.version", self.version, NAME_BYTES_MAX);
        fields.number("process.pid", self.pid.into());
        fields.optional_object("pgveil.cut", self.cut.as_ref(), |fields, cut| {
            fields.number("bytes", cut.bytes);
            fields.text("sha256", cut.sha256, NAME_BYTES_MAX);
        });
    }
}

impl Segment {
    fn write(self, fields: &mut Fields<'_>) {
        fields.number("pgveil.segment.first", self.first);
        fields.number("pgveil.segment.last", self.last);
    }
}

impl Client<'_> {
    fn write(&self, fields: &mut Fields<'_>) {
        fields.text("client.address", self.address, NAME_BYTES_MAX);
        fields.optional_number("client.port", self.port.map(u64::from));
    }
}

impl SessionStart<'_> {
    fn write(&self, fields: &mut Fields<'_>) {
        fields.text("user.name", self.user, NAME_BYTES_MAX);
        self.client.write(fields);
        fields.text("pgveil.application_name", self.application_name, NAME_BYTES_MAX);
        fields.optional_text("tls.protocol.version", self.tls, NAME_BYTES_MAX);
        fields.text("db.namespace", self.database, NAME_BYTES_MAX);
        fields.text("pgveil.upstream.user", self.upstream_role, NAME_BYTES_MAX);
        fields.signed_number("pgveil.upstream.pid", self.backend_pid.into());
        fields.text("pgveil.rules", self.rule_set, NAME_BYTES_MAX);
        fields.text("pgveil.key", self.key_id, NAME_BYTES_MAX);
    }
}

impl LoginFailure<'_> {
    fn write(&self, fields: &mut Fields<'_>) {
        fields.text("user.name", self.user, NAME_BYTES_MAX);
        self.client.write(fields);
        fields.text("pgveil.application_name", self.application_name, NAME_BYTES_MAX);
        fields.text("db.namespace", self.database, NAME_BYTES_MAX);
        fields.text("event.reason", self.reason, MESSAGE_BYTES_MAX);
    }
}

impl Statement<'_> {
    fn write(&self, fields: &mut Fields<'_>) {
        fields.number("pgveil.statement", self.statement);
        fields.text("pgveil.protocol", self.protocol.name(), NAME_BYTES_MAX);
        let prepared = match self.protocol {
            Protocol::Extended(prepared) => prepared,
            Protocol::Simple => None,
        };
        fields.optional_number("pgveil.prepared", prepared);
        fields.text("pgveil.kind", self.kind, NAME_BYTES_MAX);
        fields.text("db.query.text", self.text, TEXT_BYTES_MAX);
        fields.digest("pgveil.fingerprint", self.fingerprint);
        fields.text("pgveil.verdict", self.verdict.name(), NAME_BYTES_MAX);
        fields.optional_text("event.reason", self.reason, NAME_BYTES_MAX);
        fields.objects("pgveil.protected", self.protected, |fields, protected| {
            fields.text("column", &protected.column, NAME_BYTES_MAX);
            fields.text("how", &protected.how, NAME_BYTES_MAX);
        });
        fields.texts("pgveil.relations", self.relations, NAME_BYTES_MAX);
        if !self.filters.is_empty() {
            fields.texts("pgveil.filters", self.filters, NAME_BYTES_MAX);
        }
        fields.number("pgveil.catalog_generation", self.catalog_generation);
    }
}

impl Inference<'_> {
    fn write(&self, fields: &mut Fields<'_>) {
        fields.number("pgveil.statement", self.statement);
        fields.texts("pgveil.inferred", self.columns, NAME_BYTES_MAX);
    }
}

impl StatementEnd<'_> {
    fn write(&self, fields: &mut Fields<'_>) {
        fields.number("pgveil.statement", self.statement);
        fields.number("db.response.returned_rows", self.rows);
        fields.number("pgveil.response.bytes", self.bytes);
        fields.optional_text("db.response.status_code", self.sqlstate, NAME_BYTES_MAX);
        fields.number("event.duration", self.duration_ns);
    }
}

impl Refusal<'_> {
    fn write(&self, fields: &mut Fields<'_>) {
        fields.optional_number("pgveil.statement", self.statement);
        fields.text("event.reason", self.reason, NAME_BYTES_MAX);
        fields.text("message", self.message, MESSAGE_BYTES_MAX);
    }
}

impl Alarm<'_> {
    fn write(&self, fields: &mut Fields<'_>) {
        fields.optional_number("pgveil.statement", self.statement);
        fields.text("event.reason", self.alarm, NAME_BYTES_MAX);
        fields.text("message", self.message, MESSAGE_BYTES_MAX);
    }
}

impl Cancel<'_> {
    fn write(&self, fields: &mut Fields<'_>) {
        self.client.write(fields);
        fields.text(
            "event.outcome",
            if self.accepted { "success" } else { "failure" },
            NAME_BYTES_MAX,
        );
    }
}

impl SessionEnd<'_> {
    fn write(&self, fields: &mut Fields<'_>) {
        fields.text("event.reason", self.reason, MESSAGE_BYTES_MAX);
        fields.number("pgveil.statements", self.statements);
        fields.number("pgveil.refusals", self.refusals);
        fields.number("db.response.returned_rows", self.rows);
        fields.number("pgveil.response.bytes", self.bytes);
        fields.number("event.duration", self.duration_ns);
    }
}
