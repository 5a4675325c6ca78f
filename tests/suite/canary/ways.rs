//! Ways out written as SQL: each is run in every form in which a client can send it.

use super::needles::Needles;
use super::peer::{Cell, Peer, Reply};

/// All ways, by the name of their file.
pub const FILES: [(&str, &str); 8] = [
    ("canary/ways/values.sql", include_str!("ways/values.sql")),
    ("canary/ways/members.sql", include_str!("ways/members.sql")),
    ("canary/ways/bits.sql", include_str!("ways/bits.sql")),
    ("canary/ways/doors.sql", include_str!("ways/doors.sql")),
    ("canary/ways/sessions.sql", include_str!("ways/sessions.sql")),
    ("canary/ways/functions.sql", include_str!("ways/functions.sql")),
    ("canary/ways/beside.sql", include_str!("ways/beside.sql")),
    ("canary/ways/versions.sql", include_str!("ways/versions.sql")),
];

/// What stands in place of a computed text.
pub(super) const MARKER: &[u8] = b"[redacted]";

/// One way out.
#[derive(Debug)]
pub struct Way {
    title: String,
    expectation: Expectation,
    /// Sent one after the other in one session; what is expected is expected of the last.
    statements: Vec<String>,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expectation {
    /// Rows come, and nothing in them is protected.
    Pass,
    /// Rows come, and the last column holds masked values.
    Mask,
    /// Rows come, and the last column says the same of every row: nothing.
    Redact,
    /// Rows come of a search by masked values, and nothing in them is protected; EXPLAIN of it is refused.
    Search,
    /// 42501, with this reason.
    Refuse(String),
    /// The server's own error, by SQLSTATE.
    Error(String),
}

/// How a statement is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    Simple,
    Extended,
    ExtendedBinary,
    Cursor,
    HeldBinaryCursor,
    Prepared,
    Subquery,
    WithQuery,
    CopyText,
    CopyCsv,
    CopyBinary,
    ExplainAnalyze,
}

pub const FORMS: [Form; 12] = [
    Form::Simple,
    Form::Extended,
    Form::ExtendedBinary,
    Form::Cursor,
    Form::HeldBinaryCursor,
    Form::Prepared,
    Form::Subquery,
    Form::WithQuery,
    Form::CopyText,
    Form::CopyCsv,
    Form::CopyBinary,
    Form::ExplainAnalyze,
];

/// Reads a file of ways: `-- expectation: title [class]` lines, the class one of docs/threat-model.md, each followed by statements that end in `;` at a line's end.
pub fn parse(text: &str) -> Vec<Way> {
    let mut ways: Vec<Way> = Vec::new();
    let mut statement = String::new();
    for line in text.lines() {
        if let Some((expectation, title)) = line.strip_prefix("-- ").and_then(header) {
            ways.push(Way {
                title: title.to_owned(),
                expectation,
                statements: Vec::new(),
            });
        } else if !line.starts_with("-- ") && !line.is_empty() {
            statement += line;
            statement.push('\n');
            if line.ends_with(';') {
                let whole = std::mem::take(&mut statement);
                let way = ways.last_mut().expect("an expectation before the first statement");
                way.statements.push(whole.trim_end().trim_end_matches(';').to_owned());
            }
        }
    }
    assert!(statement.is_empty(), "a statement without its end: {statement}");
    ways
}

fn header(line: &str) -> Option<(Expectation, &str)> {
    let (expectation, title) = line.split_once(": ")?;
    let expectation = match expectation.split_once(' ') {
        None => match expectation {
            "pass" => Expectation::Pass,
            "search" => Expectation::Search,
            "mask" => Expectation::Mask,
            "redact" => Expectation::Redact,
            _ => return None,
        },
        Some(("refuse", reason)) => Expectation::Refuse(reason.to_owned()),
        Some(("error", sqlstate)) => Expectation::Error(sqlstate.to_owned()),
        Some(_) => return None,
    };
    Some((expectation, title))
}

/// Runs every way in every form; returns what went wrong.
pub fn run(ways: &[Way], connect: &dyn Fn() -> Peer, needles: &Needles) -> Vec<String> {
    let mut failures = Vec::new();
    let mut peer = connect();
    for way in ways {
        for form in FORMS {
            let Some(statements) = form.statements(&way.statements) else {
                continue;
            };
            let result = way.run(form, &statements, &mut peer, needles);
            let alive = reset(&mut peer);
            if let Err(failure) = result.and(alive.clone()) {
                failures.push(format!(
                    "{} ({form:?}): {failure}\n    {}",
                    way.title,
                    statements.join("; ")
                ));
            }
            if alive.is_err() {
                peer = connect();
            }
        }
    }
    failures
}

/// How many ways let a protected value out where nothing stands in between: the search finds what it is to find.
pub fn leaking(ways: &[Way], direct: &mut Peer, needles: &Needles) -> usize {
    let mut leaks = |way: &&Way| {
        way.statements
            .iter()
            .for_each(|statement| drop(direct.query(statement)));
        let found = needles.found_in(&direct.received).is_some();
        direct.forget();
        found
    };
    ways.iter().filter(|way| leaks(way)).count()
}

impl Form {
    /// Sends one of them.
    pub(super) fn send(self, statement: &str, peer: &mut Peer) -> Reply {
        match self {
            Form::Extended => peer.extended(statement, 0),
            Form::ExtendedBinary => peer.extended(statement, 1),
            _ => peer.query(statement),
        }
    }

    /// What is sent; `None` if the form is not for such a way.
    pub fn statements(self, original: &[String]) -> Option<Vec<String>> {
        if matches!(self, Form::Simple | Form::Extended | Form::ExtendedBinary) {
            return Some(original.to_vec());
        }
        let [query] = original else { return None };
        let is_query = ["SELECT", "WITH", "TABLE", "VALUES", "("];
        if !is_query.iter().any(|word| query.starts_with(word)) {
            return None;
        }
        let wrapped: &[String] = &match self {
            Form::Cursor => vec![
                "BEGIN".to_owned(),
                format!("DECLARE w CURSOR FOR {query}"),
                "FETCH ALL FROM w".to_owned(),
            ],
            Form::HeldBinaryCursor => vec![
                format!("DECLARE w BINARY CURSOR WITH HOLD FOR {query}"),
                "FETCH ALL FROM w".to_owned(),
            ],
            Form::Prepared => vec![format!("PREPARE w AS {query}"), "EXECUTE w".to_owned()],
            Form::Subquery => vec![format!("SELECT * FROM ({query}) AS w")],
            Form::WithQuery => vec![format!("WITH w AS ({query}) TABLE w")],
            Form::CopyText => vec![format!("COPY ({query}) TO STDOUT")],
            Form::CopyCsv => vec![format!("COPY ({query}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)")],
            Form::CopyBinary => vec![format!("COPY ({query}) TO STDOUT (FORMAT binary)")],
            _ => vec![format!("EXPLAIN (ANALYZE, VERBOSE, TIMING OFF, SUMMARY OFF) {query}")],
        };
        Some(wrapped.to_vec())
    }
}

impl Way {
    /// What it is called.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What is sent, one after the other.
    pub fn statements(&self) -> &[String] {
        &self.statements
    }

    fn run(&self, form: Form, statements: &[String], peer: &mut Peer, needles: &Needles) -> Result<(), String> {
        let mut reply = Reply::default();
        let mut failed = false;
        for statement in statements {
            if failed {
                return Err(format!(
                    "an earlier statement fails: {}",
                    reply.error().unwrap_or_default()
                ));
            }
            reply = form.send(statement, peer);
            failed = reply.error().is_some() || reply.is_closed;
            // A wrapped query may be refused where it is wrapped.
            if failed && matches!(self.expectation, Expectation::Refuse(_)) {
                break;
            }
        }
        if let Some(found) = needles.found_in(&peer.received) {
            return Err(format!("LEAK of {found}"));
        }
        match (&self.expectation, form) {
            (Expectation::Search, Form::ExplainAnalyze) => {
                Expectation::Refuse("predicate".to_owned()).check(form, &reply)
            }
            (expectation, _) => expectation.check(form, &reply),
        }
    }
}

impl Expectation {
    pub(super) fn check(&self, form: Form, reply: &Reply) -> Result<(), String> {
        if reply.is_closed {
            return Err(format!("the session ended: {:?}", reply.error()));
        }
        let rows = reply.rows();
        match self {
            Expectation::Refuse(reason) => {
                let sqlstate = reply.error_field(b'C').unwrap_or_default();
                let detail = reply.error_field(b'D').unwrap_or_default();
                if !rows.is_empty() || !reply.copied().is_empty() {
                    return Err("data came".to_owned());
                }
                if sqlstate == "42501" && detail == format!("Refused by pgveil: {reason}.") {
                    return Ok(());
                }
                Err(format!("not refused for {reason}: {:?}", reply.error()))
            }
            Expectation::Error(wanted) => match reply.error_field(b'C') {
                Some(sqlstate) if sqlstate == *wanted => Ok(()),
                _ => Err(format!("not {wanted}: {:?}", reply.error())),
            },
            _ if lacks_binary_form(form, reply) => Ok(()),
            Expectation::Pass | Expectation::Search | Expectation::Mask | Expectation::Redact => {
                if let Some(error) = reply.error() {
                    return Err(error);
                }
                let copies = reply.bodies(b'H').next().is_some();
                if rows.is_empty() && reply.copied().is_empty() {
                    return Err("no rows".to_owned());
                }
                if copies || form == Form::ExplainAnalyze {
                    return Ok(());
                }
                self.check_last_column(&rows)
            }
        }
    }

    fn check_last_column(&self, rows: &[Vec<Cell>]) -> Result<(), String> {
        let values: Vec<&Cell> = rows.iter().filter_map(|row| row.last()).collect();
        let says_nothing = |cell: &Cell| cell.as_ref().is_none_or(|bytes| bytes == MARKER);
        let shown = || match values.iter().find(|cell| !says_nothing(cell)) {
            Some(Some(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
            _ => "NULL or marker".to_owned(),
        };
        match self {
            Expectation::Mask if values.iter().all(|cell| says_nothing(cell)) => Err("redacted".to_owned()),
            Expectation::Redact if !values.iter().all(|cell| says_nothing(cell)) => {
                Err(format!("not redacted: {}", shown()))
            }
            Expectation::Redact if values.iter().any(|cell| cell != &values[0]) => Err("rows differ".to_owned()),
            _ => Ok(()),
        }
    }
}

/// Some types have no binary form: the server says so before any row.
pub(super) fn lacks_binary_form(form: Form, reply: &Reply) -> bool {
    matches!(form, Form::ExtendedBinary | Form::HeldBinaryCursor | Form::CopyBinary)
        && reply.error_field(b'C').as_deref() == Some("42883")
}

/// The session goes on, and is as it was.
pub(super) fn reset(peer: &mut Peer) -> Result<(), String> {
    let mut reply = peer.query("ROLLBACK");
    if !reply.is_closed {
        reply = peer.query("CLOSE ALL; DEALLOCATE ALL; RESET ALL; SELECT 1");
    }
    peer.forget();
    match (reply.rows().as_slice(), reply.status()) {
        ([row], Some(b'I')) if *row == [Some(b"1".to_vec())] => Ok(()),
        _ => Err(format!("the session does not go on: {:?}", reply.error())),
    }
}
