//! Rows as the tour compares and shows them.

use std::process::Command;

use super::DemoError;
use crate::cluster;

/// ASCII's own separators: no value of the shop holds them, while many hold line ends and bars.
const FIELD: char = '\u{1f}';
const RECORD: char = '\u{1e}';

/// A query's result as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Records {
    pub(super) columns: Vec<String>,
    /// None is NULL.
    pub(super) rows: Vec<Vec<Option<String>>>,
}

/// What psql prints for NULL here; no value of the shop is this.
const NULL: &str = "\u{1}";

impl Records {
    /// Runs the query by this psql, which is ready to connect.
    pub(super) fn query(psql: &mut Command, sql: &str) -> Result<Records, DemoError> {
        psql.args(["-XAq", "-v", "ON_ERROR_STOP=1", "-P", "footer=off"])
            .args(["-P", &format!("fieldsep={FIELD}"), "-P", &format!("recordsep={RECORD}")])
            .args(["-P", &format!("null={NULL}"), "-c", sql]);
        let output = cluster::run(psql, "psql")?;
        Ok(Records::parse(&String::from_utf8_lossy(&output.stdout)))
    }

    fn parse(text: &str) -> Records {
        let mut lines = text.trim_end_matches('\n').split(RECORD).map(|line| line.split(FIELD));
        let columns = lines.next().into_iter().flatten().map(str::to_owned).collect();
        let cell = |value: &str| (value != NULL).then(|| value.to_owned());
        let rows = lines.map(|line| line.map(cell).collect()).collect();
        Records { columns, rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_null_from_empty_and_keeps_line_ends() {
        let records = Records::parse("id\u{1f}note\u{1e}1\u{1f}a\nb\u{1e}2\u{1f}\u{1}\u{1e}3\u{1f}\n");
        assert_eq!(records.columns, ["id", "note"]);
        let cell = |text: &str| Some(text.to_owned());
        assert_eq!(records.rows[0], [cell("1"), cell("a\nb")]);
        assert_eq!(records.rows[1], [cell("2"), None]);
        assert_eq!(records.rows[2], [cell("3"), cell("")]);
    }
}
