//! Reading a few rows of each table, and what is written about columns in the catalog.

use std::collections::HashMap;

use crate::catalog::{ColumnId, Oid, Relation, RelationKind, Snapshot, TypeKind};
use crate::discover::Family;
use crate::upstream::{self, QueryError, Row, Upstream};

/// Characters read of a text, and the longest document that is read at all.
const TEXT_CHARACTERS_MAX: u32 = 4_000;
const DOCUMENT_CHARACTERS_MAX: u32 = 20_000;
/// Tables of more rows than this are read in random places.
const ROWS_IN_ORDER_MAX: f64 = 20_000.0;
/// Between the elements of an array: unit separator, which no text that people write has.
const SEPARATOR: char = '\u{1f}';

/// Nothing is written, and no table is waited for long.
const SETTINGS: &str = "SET default_transaction_read_only = on; SET statement_timeout = '30s'; SET lock_timeout = '2s'";
const COMMENTS: &str = "SELECT objoid, objsubid, description FROM pg_catalog.pg_description \
    WHERE classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND objsubid > 0";
const LABELS: &str = "SELECT objoid, objsubid, label FROM pg_catalog.pg_seclabel \
    WHERE classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND objsubid > 0 AND provider = 'anon'";
const SIZES: &str = "SELECT oid, reltuples FROM pg_catalog.pg_class WHERE relkind = 'r'";

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Samples {
    /// Values that are not NULL; elements, for arrays. Columns that could not be read are absent.
    pub values: HashMap<ColumnId, Vec<String>>,
    pub comments: HashMap<ColumnId, String>,
    /// Labels for anon.
    pub labels: HashMap<ColumnId, String>,
    /// Tables that could not be read, and why.
    pub notes: Vec<String>,
}

impl Samples {
    /// Reads `rows` rows of each relation, of the columns that are `wanted`.
    pub(super) async fn take(
        upstream: &mut Upstream,
        snapshot: &Snapshot,
        relations: &[&Relation],
        rows: u32,
        wanted: &impl Fn(ColumnId) -> bool,
    ) -> Result<Samples, QueryError> {
        upstream::query(upstream, SETTINGS).await?;
        let mut samples = Samples {
            comments: written(&upstream::query(upstream, COMMENTS).await?),
            labels: written(&upstream::query(upstream, LABELS).await?),
            ..Samples::default()
        };
        let sizes = upstream::query(upstream, SIZES).await?;
        let sizes: HashMap<Oid, f64> = sizes
            .iter()
            .filter_map(|row| Some((number(row, 0)?, number(row, 1)?)))
            .collect();
        for relation in relations.iter().filter(|_| rows > 0) {
            let columns: Vec<i16> = super::columns(snapshot, relation);
            let id = |attribute| ColumnId {
                relation: relation.oid,
                attribute,
            };
            let columns: Vec<_> = columns.into_iter().filter(|column| wanted(id(*column))).collect();
            if columns.is_empty() {
                continue;
            }
            let sql = select(snapshot, relation, &columns, rows, sizes.get(&relation.oid).copied());
            match upstream::query(upstream, &sql).await {
                Ok(found) => samples.keep(relation.oid, &columns, &found),
                Err(QueryError::Server(error)) => {
                    let name = format!("{}.{}", relation.schema, relation.name);
                    samples
                        .notes
                        .push(format!("{name} was judged by names alone: {}", error.message()));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(samples)
    }

    fn keep(&mut self, relation: Oid, columns: &[i16], rows: &[Row]) {
        for (at, attribute) in columns.iter().enumerate() {
            let cells = rows.iter().filter_map(|row| row.get(at)?.as_deref());
            let values = cells
                .map(String::from_utf8_lossy)
                .flat_map(|cell| cell.split(SEPARATOR).map(str::to_owned).collect::<Vec<_>>())
                .filter(|value| !value.trim().is_empty());
            let id = ColumnId {
                relation,
                attribute: *attribute,
            };
            self.values.insert(id, values.collect());
        }
    }
}

fn number<T: std::str::FromStr>(row: &Row, at: usize) -> Option<T> {
    std::str::from_utf8(row.get(at)?.as_deref()?).ok()?.parse().ok()
}

fn written(rows: &[Row]) -> HashMap<ColumnId, String> {
    let entry = |row: &Row| {
        let id = ColumnId {
            relation: number(row, 0)?,
            attribute: number(row, 1)?,
        };
        Some((id, String::from_utf8_lossy(row.get(2)?.as_deref()?).into_owned()))
    };
    rows.iter().filter_map(entry).collect()
}

fn select(snapshot: &Snapshot, relation: &Relation, columns: &[i16], rows: u32, size: Option<f64>) -> String {
    let expressions: Vec<String> = columns
        .iter()
        .filter_map(|number| relation.column(*number))
        .map(|column| expression(snapshot, column.type_oid, &identifier(&column.name)))
        .collect();
    let table = format!("{}.{}", identifier(&relation.schema), identifier(&relation.name));
    let is_table = matches!(relation.kind, RelationKind::Table);
    let places = match size {
        // Three times what is wanted, since blocks hold different numbers of rows.
        Some(size) if is_table && size > ROWS_IN_ORDER_MAX => {
            let percent = (f64::from(rows) * 300.0 / size).clamp(0.001, 100.0);
            format!(" TABLESAMPLE SYSTEM ({percent}) REPEATABLE (1)")
        }
        _ => String::new(),
    };
    format!("SELECT {} FROM {table}{places} LIMIT {rows}", expressions.join(", "))
}

fn expression(snapshot: &Snapshot, type_oid: Oid, name: &str) -> String {
    let (base, _) = snapshot.base_type(type_oid, -1);
    let is_array = matches!(
        snapshot.types.get(&base).map(|found| found.kind),
        Some(TypeKind::Array(_))
    );
    match super::family(snapshot, type_oid) {
        Family::Bytes | Family::Other | Family::Truth | Family::Uuid | Family::Date => "NULL".to_owned(),
        Family::Json if !is_array => {
            format!(
                "CASE WHEN pg_catalog.length({name}::pg_catalog.text) <= {DOCUMENT_CHARACTERS_MAX} THEN {name}::pg_catalog.text END"
            )
        }
        _ if is_array => {
            let separator = u32::from(SEPARATOR);
            format!(
                "pg_catalog.\"left\"(pg_catalog.array_to_string({name}, pg_catalog.chr({separator})), {TEXT_CHARACTERS_MAX})"
            )
        }
        _ => format!("pg_catalog.\"left\"({name}::pg_catalog.text, {TEXT_CHARACTERS_MAX})"),
    }
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
