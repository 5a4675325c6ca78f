//! What pg_dump is doing, read from the session log as it grows: tables, rows, bytes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::journal::{LOG_FILE, Lines};

/// What the log has told so far.
pub(super) struct Follower {
    lines: Lines,
    /// Rows of each table that was begun.
    pub(super) rows: BTreeMap<String, u64>,
    /// The table that was begun last.
    pub(super) table: Option<String>,
    /// Of rows, as they went to pg_dump; tables that are done.
    pub(super) bytes: u64,
    /// `rule_set` and `key_id` of every session.
    pub(super) masked_by: BTreeSet<(String, String)>,
    /// The role that pgveil has on the server.
    pub(super) upstream_role: Option<String>,
    open_sessions: usize,
    /// By session: the table whose rows come next.
    cursors: HashMap<String, String>,
    /// By session and number of the statement.
    running: HashMap<(String, u64), String>,
}

impl Follower {
    /// Of the log in a directory.
    pub(super) fn of(directory: &Path) -> io::Result<Follower> {
        Ok(Follower {
            lines: Lines::open(&directory.join(LOG_FILE))?,
            rows: BTreeMap::new(),
            table: None,
            bytes: 0,
            masked_by: BTreeSet::new(),
            upstream_role: None,
            open_sessions: 0,
            cursors: HashMap::new(),
            running: HashMap::new(),
        })
    }

    /// Whether sessions have begun that have not ended.
    pub(super) fn has_open_sessions(&self) -> bool {
        self.open_sessions > 0
    }

    /// Reads what is new.
    pub(super) fn catch_up(&mut self) -> io::Result<()> {
        while let Some(line) = self.lines.next_line()? {
            let Ok(record) = serde_json::from_slice::<Value>(line) else {
                return Err(io::Error::other("the session log holds a line that is no record"));
            };
            self.read(&record);
        }
        Ok(())
    }

    fn read(&mut self, record: &Value) {
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let number = |name: &str| record.get(name).and_then(Value::as_u64).unwrap_or(0);
        let session = text("session.id").to_owned();
        match text("event.action") {
            "session_start" => {
                self.open_sessions += 1;
                self.masked_by
                    .insert((text("pgveil.rules").to_owned(), text("pgveil.key").to_owned()));
                self.upstream_role = Some(text("pgveil.upstream.user").to_owned());
            }
            "session_end" => self.open_sessions = self.open_sessions.saturating_sub(1),
            "statement" => {
                let Some(table) = self.table_of(&session, text("db.query.text")) else {
                    return;
                };
                self.rows.entry(table.clone()).or_default();
                self.table = Some(table.clone());
                self.running.insert((session, number("pgveil.statement")), table);
            }
            "statement_end" => {
                if let Some(table) = self.running.remove(&(session, number("pgveil.statement"))) {
                    *self.rows.entry(table).or_default() += number("db.response.returned_rows");
                    self.bytes += number("pgveil.response.bytes");
                }
            }
            _ => {}
        }
    }

    /// The table whose rows a statement of pg_dump's takes: by COPY, or by the cursor of `--inserts`.
    fn table_of(&mut self, session: &str, text: &str) -> Option<String> {
        if let Some(rest) = text.strip_prefix("COPY ") {
            return name(rest);
        }
        if text.starts_with("DECLARE _pg_dump_cursor ") {
            let table = text.split_once(" FROM ONLY ").and_then(|(_, rest)| name(rest))?;
            self.cursors.insert(session.to_owned(), table);
            return None;
        }
        if text.starts_with("FETCH ") {
            return self.cursors.get(session).cloned();
        }
        None
    }
}

/// The qualified name that a text begins with; `None` for a query in parentheses.
fn name(text: &str) -> Option<String> {
    let mut is_quoted = false;
    let ends = |letter: char| {
        is_quoted ^= letter == '"';
        !is_quoted && matches!(letter, ' ' | '(' | ';' | '\n')
    };
    let name = text.split(ends).next().unwrap_or_default();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_pg_dump_writes_them() {
        assert_eq!(
            name("public.customer (id, email) TO stdout;").as_deref(),
            Some("public.customer")
        );
        assert_eq!(name("\"a b\".\"c (d)\" (id)").as_deref(), Some("\"a b\".\"c (d)\""));
        assert_eq!(name("(SELECT 1) TO stdout;"), None);
        assert_eq!(name(""), None);
    }
}
