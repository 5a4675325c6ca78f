//! Row filters and subsets, as the server takes them.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::catalog::{Oid, Relation, RelationKind, Snapshot};
use crate::journal::rfc_3339;
use crate::rules::{Filters, FoundFilter};
use crate::sql::{MOMENT, qualified};
use crate::upstream::{self, QueryError, Row, Upstream};

use super::{FilteredRows, Finding, Kind};

/// As pg_dump's sessions are: names are looked for in pg_catalog alone, and all is of one moment.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = ''";

/// The filters of one database.
pub(super) struct Filtered<'a> {
    snapshot: &'a Snapshot,
    filters: &'a Filters,
    /// The present, as SQL.
    moment: String,
}

impl<'a> Filtered<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, filters: &'a Filters) -> Self {
        Filtered {
            snapshot,
            filters,
            moment: format!("'{}'::pg_catalog.timestamptz", rfc_3339(SystemTime::now())),
        }
    }

    /// Has the server plan each filter and what follows from it for each table; with `counts`, run it.
    ///
    /// # Errors
    /// If the server cannot be asked at all.
    pub(super) async fn examine(
        &self,
        upstream: &mut Upstream,
        counts: bool,
    ) -> Result<(Vec<Finding>, Vec<FilteredRows>), QueryError> {
        if self.filters.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let mut findings = self.emptied();
        for filter in self.filters.found() {
            if let Some(relation) = self.snapshot.relations.get(&filter.relation) {
                let sql = format!(
                    "EXPLAIN SELECT FROM {} AS r WHERE {}",
                    qualified(relation),
                    filter.condition
                );
                let refused = self.ask(upstream, &sql).await?.err();
                findings.extend(refused.map(|message| rejected(filter, relation, &message)));
            }
        }
        let mut rows = Vec::new();
        if findings.iter().any(|finding| finding.severity == "error") {
            return Ok((findings, rows));
        }
        // In one transaction: what is found for one table serves the others.
        upstream::query(upstream, BEGIN).await?;
        for (name, relation) in self.tables() {
            let Some(condition) = self.filters.condition(relation.oid) else {
                continue;
            };
            let from = format!("FROM ONLY {} AS r", qualified(relation));
            let kept = format!(
                "{}SELECT pg_catalog.count(*) {from} WHERE {}",
                condition.with, condition.condition
            );
            let sql = match counts {
                true => format!("SELECT ({kept}), (SELECT pg_catalog.count(*) {from})"),
                false => format!("EXPLAIN {kept}"),
            };
            match self.answer(upstream, &sql).await? {
                Err(message) => {
                    let rules: Vec<&str> = condition.rules.iter().map(String::as_str).collect();
                    findings.push(Finding {
                        severity: "error",
                        kind: Kind::Filter,
                        subject: rules.join(", "),
                        message: format!("the server does not run the filter of {name}: {message}"),
                        suggestion: None,
                    });
                    break;
                }
                Ok(found) if counts => {
                    let found = found.first().map(numbers).unwrap_or_default();
                    if let [kept, all] = found[..] {
                        rows.push(FilteredRows { table: name, kept, all });
                    }
                }
                Ok(_) => {}
            }
        }
        upstream::query(upstream, "ROLLBACK").await?;
        Ok((findings, rows))
    }

    /// A query in a transaction of its own. The inner error is the server's answer to it.
    async fn ask(&self, upstream: &mut Upstream, sql: &str) -> Result<Result<Vec<Row>, String>, QueryError> {
        upstream::query(upstream, BEGIN).await?;
        let answer = self.answer(upstream, sql).await?;
        upstream::query(upstream, "ROLLBACK").await?;
        Ok(answer)
    }

    /// The same within a transaction.
    async fn answer(&self, upstream: &mut Upstream, sql: &str) -> Result<Result<Vec<Row>, String>, QueryError> {
        match upstream::query(upstream, &sql.replace(MOMENT, &self.moment)).await {
            Ok(rows) => Ok(Ok(rows)),
            Err(error @ QueryError::Server(_)) => Ok(Err(error.to_string())),
            Err(error) => Err(error),
        }
    }

    /// Tables that hold rows, by name.
    fn tables(&self) -> BTreeMap<String, &'a Relation> {
        let tables = self.snapshot.relations.values();
        let tables = tables.filter(|relation| relation.kind == RelationKind::Table && !relation.is_system());
        tables.map(|relation| (name(relation), relation)).collect()
    }

    /// Tables that have to be without rows because others are, and are not skipped themselves.
    fn emptied(&self) -> Vec<Finding> {
        let filters = self.filters.found();
        let skipped = |oid: Oid| {
            filters
                .iter()
                .any(|filter| filter.kind == "skip" && filter.relation == oid)
        };
        let is_part = |relation: &Relation| {
            let parents = relation
                .parents
                .iter()
                .filter_map(|parent| self.snapshot.relations.get(parent));
            parents
                .into_iter()
                .any(|parent| parent.kind == RelationKind::PartitionedTable)
        };
        let emptied = self.filters.emptied().into_iter().filter(|oid| !skipped(*oid));
        let emptied = emptied.filter_map(|oid| self.snapshot.relations.get(&oid));
        let emptied = emptied.filter(|relation| !is_part(relation)).map(|relation| Finding {
            severity: "warning",
            kind: Kind::Filter,
            subject: name(relation),
            message: "will be without rows, for each of them refers to a table that is skipped".to_owned(),
            suggestion: Some("skip it too, so that the rules say so".to_owned()),
        });
        emptied.collect()
    }
}

fn name(relation: &Relation) -> String {
    format!("{}.{}", relation.schema, relation.name)
}

fn rejected(filter: &FoundFilter, relation: &Relation, message: &str) -> Finding {
    Finding {
        severity: "error",
        kind: Kind::Filter,
        subject: filter.place.short(),
        message: format!("the server does not take the condition for {}: {message}", name(relation)),
        suggestion: Some(
            "names are looked for in pg_catalog alone, as in pg_dump's sessions: qualify others, as in OPERATOR(public.=)".to_owned(),
        ),
    }
}

/// The counts in a row.
fn numbers(row: &Row) -> Vec<u64> {
    let cells = row
        .iter()
        .filter_map(|cell| std::str::from_utf8(cell.as_deref()?).ok()?.parse().ok());
    cells.collect()
}
