//! A few rows of a table as a restore would have them.

use std::fmt::Write as _;

use crate::catalog::{Column, ColumnId, Relation, RelationKind, Snapshot};
use crate::rules::Resolved;
use crate::upstream::{self, QueryError, Row, Upstream};
use crate::value::oid;

use super::claims::{Claim, Test};
use crate::cli::check::inspect::error;
use crate::cli::check::{Finding, Kind};
use crate::cli::shown_row::ShownColumns;

/// The column that says which partition a row stands in.
pub(super) const PLACE: &str = "pgveil_place";
/// How many columns say where a row stands, and whether it is short enough.
const PLACE_COLUMNS: usize = 3;
/// Masked values are sent up to this much a table: rows beyond it are left out.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Rows with more in their masked columns are left out.
const ROW_BYTES_MAX: usize = 64 << 10;

/// Rows by their places, with the masked values.
pub(super) struct Sample<'a> {
    relation: &'a Relation,
    /// Masked columns that are stored, with the type to read their masked texts by.
    columns: Vec<(&'a Column, String)>,
    /// Table, place in it, and a masked value a column.
    rows: Vec<(String, String, Vec<Option<String>>)>,
    is_whole: bool,
}

impl<'a> Sample<'a> {
    /// Reads and masks; the inner error says why the table could not be read.
    pub(super) async fn take(
        upstream: &mut Upstream,
        (resolved, snapshot): (&Resolved, &'a Snapshot),
        relation: &'a Relation,
        limit: u32,
    ) -> Result<Result<Sample<'a>, String>, QueryError> {
        let masked = |column: &&Column| resolved.treatments.column(id(relation, column)).is_some();
        let stored = |column: &&Column| column.generated_from.is_none();
        let columns: Vec<&Column> = relation.columns.iter().filter(masked).filter(stored).collect();
        let types = types(upstream, snapshot, &columns).await?;
        let shown = ShownColumns::new(snapshot, &resolved.treatments, relation, &columns);
        let sql = format!("SAVEPOINT claim; {}", select(relation, &shown.read, limit));
        let found = match upstream::query(upstream, &sql).await {
            Ok(found) => found,
            Err(QueryError::Server(error)) => {
                upstream::query(upstream, "ROLLBACK TO SAVEPOINT claim").await?;
                return Ok(Err(format!("its rows could not be read ({})", error.code())));
            }
            Err(error) => return Err(error),
        };
        let (mut rows, mut bytes) = (Vec::new(), 0);
        for row in found.iter().filter(|row| cell(row, 2) == "t") {
            let values: Row = row.iter().skip(PLACE_COLUMNS).cloned().collect();
            let masked = (0..columns.len()).map(|at| shown.shown(&values, at));
            let masked: Vec<Option<String>> = masked
                .map(|value| value.map(|value| String::from_utf8_lossy(&value).into_owned()))
                .collect();
            bytes += masked.iter().flatten().map(String::len).sum::<usize>();
            if bytes > TEXT_BYTES_MAX {
                break;
            }
            rows.push((cell(row, 0), cell(row, 1), masked));
        }
        let is_whole = rows.len() == found.len() && found.len() < usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(Ok(Sample {
            relation,
            columns: columns.into_iter().zip(types).collect(),
            rows,
            is_whole,
        }))
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the table has no other rows.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Masked values that no restore takes, whatever else the table promises: NULL, and too long.
    pub(super) fn unfit(&self, snapshot: &Snapshot) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, (column, _)) in self.columns.iter().enumerate() {
            let values = || self.rows.iter().map(|(.., values)| values[at].as_deref());
            let name = snapshot.column_name(id(self.relation, column));
            let of = self.len();
            let nulls = values().filter(Option::is_none).count();
            if nulls > 0 && snapshot.forbids_null(column) {
                let message = format!("is NOT NULL, and {nulls} of {of} masked rows have NULL there");
                findings.push(error(Kind::NotNull, &name, message));
            }
            let room = room(snapshot, column);
            let long = values()
                .flatten()
                .filter(|value| room.is_some_and(|room| value.trim_end().chars().count() > room));
            match long.count() {
                0 => {}
                long => {
                    let message = format!("{long} of {of} masked values are longer than the column allows");
                    findings.push(error(Kind::Length, &name, message));
                }
            }
        }
        findings
    }

    /// The rows as an item of FROM under the table's own name, so that its expressions read as they are printed.
    pub(super) fn rows(&self, generated: &[(String, String)], claim: &Claim) -> String {
        let domain = match &claim.test {
            Test::Domain { column, .. } => self
                .columns
                .iter()
                .position(|(found, _)| found.number == column.attribute),
            _ => None,
        };
        let values = self.values();
        let name = identifier(&self.relation.name);
        if let Some(at) = domain {
            let kind = &self.columns[at].1;
            return format!("(SELECT CAST(v.m{at} AS {kind}) AS value FROM {values}) AS found");
        }
        let mut columns = vec![format!("v.place AS {PLACE}")];
        let is_generated = matches!(claim.test, Test::Generated { .. });
        let is_computed = |column: &&Column| !generated.iter().any(|(name, _)| *name == column.name);
        for column in self.relation.columns.iter().filter(is_computed) {
            let own = identifier(&column.name);
            columns.push(
                match self.columns.iter().position(|(found, _)| found.number == column.number) {
                    Some(at) => format!("CAST(v.m{at} AS {}) AS {own}", self.columns[at].1),
                    None => format!("t.{own}"),
                },
            );
        }
        let stored = format!(
            "(SELECT {} FROM {} AS t JOIN {values} ON t.ctid = v.ctid AND t.tableoid = v.place) AS {name}",
            columns.join(", "),
            from(self.relation)
        );
        // What a generated column holds is computed anew by a restore; its own claim asks whether that fails.
        if generated.is_empty() || is_generated {
            return stored;
        }
        let computed: Vec<String> = generated
            .iter()
            .map(|(column, expression)| format!("({expression}) AS {}", identifier(column)))
            .collect();
        format!("(SELECT {name}.*, {} FROM {stored}) AS {name}", computed.join(", "))
    }

    fn values(&self) -> String {
        let mut text = "(VALUES ".to_owned();
        for (at, (table, place, values)) in self.rows.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            let _ = write!(text, "{comma}({table}::pg_catalog.oid, '{place}'::pg_catalog.tid");
            for value in values {
                match value {
                    Some(value) => {
                        let _ = write!(text, ", '{}'::pg_catalog.text", value.replace('\'', "''"));
                    }
                    None => text.push_str(", NULL::pg_catalog.text"),
                }
            }
            text.push(')');
        }
        text.push_str(") AS v (place, ctid");
        for at in 0..self.columns.len() {
            let _ = write!(text, ", m{at}");
        }
        text + ")"
    }
}

/// The types under all domains, as the server writes them.
async fn types(upstream: &mut Upstream, snapshot: &Snapshot, columns: &[&Column]) -> Result<Vec<String>, QueryError> {
    let names = columns.iter().map(|column| {
        let (base, modifier) = snapshot.base_type(column.type_oid, column.type_modifier);
        let modifier = if modifier < 0 {
            "NULL".to_owned()
        } else {
            modifier.to_string()
        };
        format!("pg_catalog.format_type({base}, {modifier})")
    });
    let sql = format!("SELECT {}", names.collect::<Vec<_>>().join(", "));
    let answer = upstream::query(upstream, &sql).await?;
    let row = answer.into_iter().next().unwrap_or_default();
    Ok((0..columns.len()).map(|at| cell(&row, at)).collect())
}

/// Place, whether the row is short enough to be looked at, and the values if it is.
fn select(relation: &Relation, columns: &[&Column], limit: u32) -> String {
    let (mut values, mut stored, mut bytes) = (String::new(), String::new(), String::new());
    for (at, column) in columns.iter().enumerate() {
        let name = identifier(&column.name);
        // Writing to a String cannot fail.
        let _ = write!(values, ", CASE WHEN f.fits THEN f.m{at} END");
        let _ = write!(stored, ", {name} AS m{at}");
        let _ = write!(
            bytes,
            "coalesce(pg_catalog.octet_length({name}::pg_catalog.text), 0) + "
        );
    }
    format!(
        "SELECT f.place, f.ctid, f.fits{values} FROM (SELECT tableoid::pg_catalog.oid AS place, ctid{stored}, \
         {bytes}0 <= {ROW_BYTES_MAX} AS fits FROM {} LIMIT {limit}) AS f",
        from(relation)
    )
}

/// Characters that a column of characters has room for.
fn room(snapshot: &Snapshot, column: &Column) -> Option<usize> {
    match snapshot.base_type(column.type_oid, column.type_modifier) {
        // The modifier counts the four bytes of a length, too.
        (oid::VARCHAR | oid::BPCHAR, modifier) => usize::try_from(modifier - 4).ok(),
        _ => None,
    }
}

/// Rows of other tables that inherit from it are looked at there.
fn from(relation: &Relation) -> String {
    let only = match relation.kind {
        RelationKind::PartitionedTable => "",
        _ => "ONLY ",
    };
    format!("{only}{}.{}", identifier(&relation.schema), identifier(&relation.name))
}

fn id(relation: &Relation, column: &Column) -> ColumnId {
    ColumnId {
        relation: relation.oid,
        attribute: column.number,
    }
}

fn cell(row: &Row, at: usize) -> String {
    let cell = row.get(at).and_then(Option::as_deref).unwrap_or_default();
    String::from_utf8_lossy(cell).into_owned()
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::SnapshotBuilder;

    #[test]
    fn long_rows_are_not_read() {
        let snapshot = SnapshotBuilder::new()
            .table("public.t", &[("id", "int4"), ("email", "text")])
            .build();
        let relation = snapshot.relations.values().find(|found| found.name == "t").unwrap();
        let email = relation.column_named("email").unwrap();
        let expected = "SELECT f.place, f.ctid, f.fits, CASE WHEN f.fits THEN f.m0 END FROM (SELECT tableoid::pg_catalog.oid AS place, \
             ctid, \"email\" AS m0, coalesce(pg_catalog.octet_length(\"email\"::pg_catalog.text), 0) + 0 <= 65536 AS fits \
             FROM ONLY \"public\".\"t\" LIMIT 5) AS f";
        assert_eq!(select(relation, &[email], 5), expected);
    }

    #[test]
    fn only_places_and_masked_values_are_sent() {
        let snapshot = SnapshotBuilder::new()
            .table("public.o'dd", &[("id", "int4"), ("email", "text"), ("note", "text")])
            .build();
        let relation = snapshot.relations.values().find(|found| found.name == "o'dd").unwrap();
        let email = relation.column_named("email").unwrap();
        let sample = Sample {
            relation,
            columns: vec![(email, "text".to_owned())],
            rows: vec![
                ("7".to_owned(), "(0,1)".to_owned(), vec![Some("it's".to_owned())]),
                ("7".to_owned(), "(0,2)".to_owned(), vec![None]),
            ],
            is_whole: true,
        };
        let claim = Claim {
            name: "check".to_owned(),
            test: Test::Check("email <> note".to_owned()),
        };
        let expected = "SELECT pg_catalog.count(*) FROM (SELECT v.place AS pgveil_place, t.\"id\", CAST(v.m0 AS text) AS \"email\", \
             t.\"note\" FROM ONLY \"public\".\"o'dd\" AS t JOIN (VALUES (7::pg_catalog.oid, '(0,1)'::pg_catalog.tid, \
             'it''s'::pg_catalog.text), (7::pg_catalog.oid, '(0,2)'::pg_catalog.tid, NULL::pg_catalog.text)) \
             AS v (place, ctid, m0) ON t.ctid = v.ctid AND t.tableoid = v.place) AS \"o'dd\" WHERE NOT (email <> note)";
        assert_eq!(claim.sql(&sample.rows(&[], &claim)), expected);
    }
}
