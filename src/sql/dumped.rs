//! The statements by which pg_dump takes a table's rows (PostgreSQL sources, `src/bin/pg_dump/pg_dump.c`:
//! `dumpTableData_copy`, `dumpTableData_insert`), recognised by their exact form.

use crate::catalog::{Oid, Relation, RelationKind, Snapshot};

use super::tree::Node;

/// The cursor of `--inserts`.
const CURSOR: &str = "_pg_dump_cursor";
/// CURSOR_OPT_FAST_PLAN, which the grammar sets, and no other option (nodes/parsenodes.h).
const PLAIN_CURSOR: i64 = 0x0100;

/// All rows of one table, taken in the way of pg_dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpedTable {
    /// The table.
    pub relation: Oid,
    /// Names of the columns, in order; `None` for NULL in place of a generated one.
    pub columns: Vec<Option<String>>,
    /// By the cursor of `--inserts`; otherwise by COPY.
    pub by_cursor: bool,
}

impl DumpedTable {
    /// The statement with only those rows that meet `condition`, in which the row is called `r`. `with` is put where WITH
    /// stands.
    pub fn filtered(&self, relation: &Relation, with: &str, condition: &str) -> String {
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|column| column.as_deref().map_or_else(|| "NULL".to_owned(), quoted))
            .collect();
        let query = format!(
            "{with}SELECT {} FROM ONLY {} AS r WHERE {condition}",
            columns.join(", "),
            qualified(relation)
        );
        match self.by_cursor {
            true => format!("DECLARE {CURSOR} CURSOR FOR {query}"),
            false => format!("COPY ({query}) TO stdout"),
        }
    }
}

/// `"schema"."name"`, as SQL.
pub fn qualified(relation: &Relation) -> String {
    format!("{}.{}", quoted(&relation.schema), quoted(&relation.name))
}

/// A name as an identifier in quotes.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What a statement dumps, if it is one of pg_dump's for a table.
pub(super) fn dumped_table(tree: &Node, snapshot: &Snapshot) -> Option<DumpedTable> {
    match tree.kind() {
        "CopyStmt" => by_copy(tree, snapshot),
        "DeclareCursorStmt" => by_cursor(tree, snapshot),
        _ => None,
    }
}

/// `COPY schema.table (column, …) TO stdout`; without the list for a table that has no column to be copied.
fn by_copy(tree: &Node, snapshot: &Snapshot) -> Option<DumpedTable> {
    if !only_has(tree, &["relation", "attlist"]) {
        return None;
    }
    let relation = table(tree.node("relation")?, true, snapshot)?;
    let columns: Vec<Option<String>> = tree
        .names("attlist")
        .into_iter()
        .map(|name| Some(name.to_owned()))
        .collect();
    let copied = relation.columns.iter().filter(|column| column.generated_from.is_none());
    if columns.is_empty() && copied.count() > 0 {
        return None;
    }
    Some(DumpedTable {
        relation: relation.oid,
        columns,
        by_cursor: false,
    })
}

/// `DECLARE _pg_dump_cursor CURSOR FOR SELECT column, … FROM ONLY schema.table`.
fn by_cursor(tree: &Node, snapshot: &Snapshot) -> Option<DumpedTable> {
    let query = tree.node("query")?;
    let is_plain = tree.str("portalname") == CURSOR && tree.int("options") == PLAIN_CURSOR;
    if !is_plain || !only_has(query, &["target_list", "from_clause", "limit_option", "op"]) {
        return None;
    }
    let mut from = query.nodes("from_clause");
    let (Some(from), None) = (from.next(), from.next()) else {
        return None;
    };
    let relation = table(from, false, snapshot)?;
    let columns = query.nodes("target_list").map(|target| {
        let value = target.node("val").filter(|_| only_has(target, &["val", "location"]))?;
        match (value.kind(), value.names("fields").as_slice()) {
            ("ColumnRef", [name]) if value.list("fields").len() == 1 => Some(Some((*name).to_owned())),
            ("AConst", _) if value.bool("isnull") => Some(None),
            _ => None,
        }
    });
    Some(DumpedTable {
        relation: relation.oid,
        columns: columns.collect::<Option<_>>()?,
        by_cursor: true,
    })
}

/// The one table of a qualified name without alias. `inherits`: without ONLY.
fn table<'s>(named: &Node, inherits: bool, snapshot: &'s Snapshot) -> Option<&'s Relation> {
    let is_plain = only_has(named, &["schemaname", "relname", "inh", "relpersistence", "location"]);
    let schema = named.str("schemaname");
    if !named.is("RangeVar") || !is_plain || schema.is_empty() || named.bool("inh") != inherits {
        return None;
    }
    match snapshot.candidates(Some(schema), named.str("relname")).as_slice() {
        [relation] if relation.kind == RelationKind::Table => Some(relation),
        _ => None,
    }
}

/// Whether no other field of the node is set.
fn only_has(node: &Node, fields: &[&str]) -> bool {
    node.fields().iter().all(|(name, _)| fields.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::SnapshotBuilder;
    use crate::sql::parser::{ParserSettings, parse};

    fn snapshot() -> Snapshot {
        SnapshotBuilder::new()
            .table("app.t", &[("id", "int4"), ("Na me", "text"), ("twice", "int4")])
            .generated("app.t.twice", &["id"])
            .table("app.none", &[])
            .view("app.v", &[("id", "int4")], "SELECT id FROM app.t")
            .build()
    }

    fn dumped(text: &str) -> Option<String> {
        let snapshot = snapshot();
        let settings = ParserSettings {
            server_version: 180_000,
        };
        let parsed = parse(text, &settings).expect("a statement");
        let found = dumped_table(&parsed[0].tree, &snapshot)?;
        Some(found.filtered(&snapshot.relations[&found.relation], "WITH w ", "true"))
    }

    #[test]
    fn statements_of_pg_dump_are_known() {
        for (text, wanted) in [
            (
                "COPY app.t (id, \"Na me\") TO stdout;",
                "COPY (WITH w SELECT \"id\", \"Na me\" FROM ONLY \"app\".\"t\" AS r WHERE true) TO stdout",
            ),
            (
                "copy app.t(id)\n to STDOUT",
                "COPY (WITH w SELECT \"id\" FROM ONLY \"app\".\"t\" AS r WHERE true) TO stdout",
            ),
            (
                "COPY app.none  TO stdout;",
                "COPY (WITH w SELECT  FROM ONLY \"app\".\"none\" AS r WHERE true) TO stdout",
            ),
            (
                "DECLARE _pg_dump_cursor CURSOR FOR SELECT id, \"Na me\", NULL FROM ONLY app.t",
                "DECLARE _pg_dump_cursor CURSOR FOR WITH w SELECT \"id\", \"Na me\", NULL FROM ONLY \"app\".\"t\" AS r WHERE true",
            ),
        ] {
            assert_eq!(dumped(text).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn others_are_not() {
        for text in [
            "COPY t (id) TO stdout",
            "COPY app.t TO stdout",
            "COPY app.v (id) TO stdout",
            "COPY app.other (id) TO stdout",
            "COPY app.t (id) TO stdout (FORMAT binary)",
            "COPY app.t (id) TO stdout WITH CSV",
            "COPY app.t (id) FROM stdin",
            "COPY app.t (id) TO '/tmp/x'",
            "COPY (SELECT id FROM app.t) TO stdout",
            "DECLARE c CURSOR FOR SELECT id FROM ONLY app.t",
            "DECLARE _pg_dump_cursor CURSOR WITH HOLD FOR SELECT id FROM ONLY app.t",
            "DECLARE _pg_dump_cursor CURSOR FOR SELECT id FROM app.t",
            "DECLARE _pg_dump_cursor CURSOR FOR SELECT id FROM ONLY app.t x",
            "DECLARE _pg_dump_cursor CURSOR FOR SELECT id FROM ONLY app.t WHERE true",
            "DECLARE _pg_dump_cursor CURSOR FOR SELECT id + 1 FROM ONLY app.t",
            "DECLARE _pg_dump_cursor CURSOR FOR SELECT id AS i FROM ONLY app.t",
            "DECLARE _pg_dump_cursor CURSOR FOR SELECT id FROM ONLY app.t ORDER BY id",
            "SELECT id FROM ONLY app.t",
        ] {
            assert_eq!(dumped(text), None, "{text}");
        }
    }
}
