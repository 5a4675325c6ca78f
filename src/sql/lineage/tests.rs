//! Queries and what the analysis must say of them.

mod cases;
mod schema;

use std::fmt::Write as _;

use schema::{Classes, snapshot};

use super::{QueryAnalysis, analyse_copy_table, analyse_query, resolve_views};
use crate::catalog::{ColumnId, Snapshot};
use crate::sql::tree::Node;
use crate::sql::{ColumnSet, Context, Lineage, Refusal, Test, ViewTouches};

fn parsed(text: &str) -> Node {
    let parsed = pg_query::parse(text, 0).unwrap_or_else(|error| panic!("{text}: {error}"));
    Node::from_parser(&parsed.protobuf.stmts[0].stmt).unwrap().unwrap()
}

fn analysed(text: &str) -> Result<QueryAnalysis, Refusal> {
    let snapshot = snapshot();
    let treatment = Classes(&snapshot);
    let views = resolve_views(&snapshot, &treatment);
    let touches = ViewTouches::new(&snapshot);
    let context = Context {
        snapshot: &snapshot,
        treatment: &treatment,
        views: &views,
        touches: &touches,
        large_objects: false,
    };
    let node = parsed(text);
    match node.kind() {
        "CopyStmt" => {
            let columns: Vec<String> = node.names("attlist").into_iter().map(str::to_owned).collect();
            let columns = Some(columns.as_slice()).filter(|columns| !columns.is_empty());
            analyse_copy_table(node.node("relation").unwrap(), columns, &context)
        }
        _ => analyse_query(&node, &context),
    }
}

/// `label=table.column+table.column`, `label=~computed.from`, `label=-` for clean, `label=null`; `*` where values of
/// other origin are among the verbatim ones.
fn columns(analysis: &QueryAnalysis) -> String {
    let snapshot = snapshot();
    let shown = analysis
        .columns
        .iter()
        .map(|column| format!("{}={}", column.label, lineage(&snapshot, &column.lineage)));
    shown.collect::<Vec<_>>().join(" ")
}

fn set(snapshot: &Snapshot, columns: &ColumnSet) -> String {
    let name = |column: &ColumnId| {
        let name = snapshot.column_name(*column);
        name.split_once('.').unwrap().1.to_owned()
    };
    columns.iter().map(name).collect::<Vec<_>>().join("+")
}

fn lineage(snapshot: &Snapshot, lineage: &Lineage) -> String {
    let mut shown = set(snapshot, &lineage.verbatim);
    if !lineage.computed_from.is_empty() {
        write!(shown, "~{}", set(snapshot, &lineage.computed_from)).unwrap();
    }
    match (shown.is_empty(), lineage.computed) {
        (true, true) => "-".to_owned(),
        (true, false) => "null".to_owned(),
        (false, computed) => {
            if computed && !lineage.verbatim.is_empty() {
                shown.push('*');
            }
            shown
        }
    }
}

/// `Where:eq(a;b)`, `GroupBy:group(a)`, `Where:null(a)`, `OrderBy:other(a)`; then `fails(what:a)`.
fn tests(analysis: &QueryAnalysis) -> String {
    let snapshot = snapshot();
    let set = |columns: &ColumnSet| set(&snapshot, columns);
    let mut shown: Vec<String> = Vec::new();
    for influence in &analysis.influences {
        let test = match &influence.test {
            Test::Equality(left, right) => format!("eq({};{})", set(left), set(right)),
            Test::Grouping(columns) => format!("group({})", set(columns)),
            Test::NullTest(columns) => format!("null({})", set(columns)),
            Test::Other(columns) => format!("other({})", set(columns)),
        };
        shown.push(format!("{:?}:{test}", influence.clause));
    }
    for fallible in &analysis.fallible {
        shown.push(format!("fails({}:{})", fallible.what, set(&fallible.columns)));
    }
    shown.join(" ")
}

/// Runs every case of a table: query, columns, tests.
fn check(cases: &[(&str, &str, &str)]) {
    let mut wrong = String::new();
    for (text, expected_columns, expected_tests) in cases {
        let (found_columns, found_tests) = match analysed(text) {
            Err(refusal) => (format!("refused {}", refusal.reason.name()), String::new()),
            Ok(analysis) => match &analysis.unknown_name {
                Some(name) => (format!("unknown {name}"), String::new()),
                None => (columns(&analysis), tests(&analysis)),
            },
        };
        if found_columns != *expected_columns || found_tests != *expected_tests {
            writeln!(wrong, "\n{text}\n  is  {found_columns}  [{found_tests}]").unwrap();
            writeln!(wrong, "  not {expected_columns}  [{expected_tests}]").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
