//! The conditions as SQL, for schemas of all shapes. What they select is tested on servers, in `tests/suite`.

use std::collections::BTreeSet;

use super::*;
use crate::catalog::SnapshotBuilder;
use crate::config::Policy;
use crate::mask::Keys;

const SKIP: &str = "[[table]]\nname = \"app.customer\"\nskip = true\n";

fn resolve(snapshot: &Snapshot, rules: &str) -> Result<(Filters, Vec<String>), Vec<String>> {
    let shown = |problems: Vec<Problem>| problems.iter().map(Problem::to_string).collect::<Vec<_>>();
    let rules = RuleSet::parse("a.toml", rules).map_err(shown)?;
    let keys = Keys::from_content(&[1; 32]).expect("a key");
    let resolved = rules.resolve(snapshot, &keys, &Policy::default()).map_err(shown)?;
    Ok((resolved.filters, shown(resolved.unmatched)))
}

/// Countries of customers, their orders with items, a tree of customers, and a log.
fn shop() -> Snapshot {
    SnapshotBuilder::new()
        .table("app.country", &[("code", "text")])
        .table(
            "app.customer",
            &[("id", "int4"), ("country", "text"), ("seen", "timestamptz")],
        )
        .table("app.order", &[("id", "int4"), ("customer", "int4 not null")])
        .table("app.item", &[("order", "int4"), ("no", "int4")])
        .table("app.node", &[("id", "int4"), ("up", "int4"), ("customer", "int4")])
        .table("app.log", &[("text", "text")])
        .view("app.v", &[("id", "int4")], "SELECT id FROM app.customer")
        .foreign_key("app.customer.country", "app.country.code")
        .foreign_key("app.order.customer", "app.customer.id")
        .foreign_key("app.item.order", "app.order.id")
        .foreign_key("app.node.up", "app.node.id")
        .foreign_key("app.node.customer", "app.customer.id")
        .build()
}

fn condition(snapshot: &Snapshot, rules: &str, table: &str) -> Option<RowCondition> {
    let (filters, unmatched) = resolve(snapshot, rules).expect("rules");
    assert_eq!(unmatched, [""; 0]);
    let found = snapshot.candidates(Some("app"), table);
    filters.condition(found[0].oid)
}

#[test]
fn tables_without_a_filter_above_them_are_whole() {
    for rules in [SKIP, "[[table]]\nname = \"app.customer\"\nwhere = \"id > 5\"\n"] {
        for table in ["country", "log"] {
            assert_eq!(condition(&shop(), rules, table), None, "{table}");
        }
    }
    assert_eq!(condition(&shop(), "", "customer"), None);
}

#[test]
fn a_filter_decides_of_its_table_and_of_what_refers_to_it() {
    let rules = "[[table]]\nname = \"APP.Customer\"\nwhere = \"seen > now()\"\n";
    let found = condition(&shop(), rules, "customer").expect("a condition");
    assert_eq!(
        (found.with.as_str(), found.condition.as_str()),
        ("", "(\nseen > (\0)\n)")
    );
    assert_eq!(found.rules, BTreeSet::from(["a.toml:1".to_owned()]));
    let found = condition(&shop(), rules, "order").expect("a condition");
    assert_eq!(
        found.with,
        "WITH RECURSIVE x1 AS (SELECT r.tableoid AS o, r.ctid AS i, r.\"country\" AS a0, r.\"id\" AS a1 \
         FROM ONLY \"app\".\"customer\" AS r WHERE (\nseen > (\0)\n) IS NOT TRUE) "
    );
    assert_eq!(
        found.condition,
        "NOT EXISTS (SELECT FROM x1 AS s WHERE s.a1 OPERATOR(pg_catalog.=) r.\"customer\")"
    );
    let item = condition(&shop(), rules, "item").expect("a condition");
    assert!(item.with.contains("x2 AS (") && item.reads.len() == 3, "{item:?}");
    let node = condition(&shop(), rules, "node").expect("a condition");
    assert!(
        node.condition.contains("UNION (WITH w AS (SELECT * FROM yx"),
        "{node:?}"
    );
}

#[test]
fn what_is_skipped_needs_no_query() {
    let found = condition(&shop(), SKIP, "customer").expect("a condition");
    assert_eq!((found.with.as_str(), found.condition.as_str()), ("", "false"));
    let snapshot = shop();
    let (filters, _) = resolve(&snapshot, SKIP).expect("rules");
    let emptied = filters.emptied();
    let names: BTreeSet<&str> = emptied
        .iter()
        .map(|oid| snapshot.relations[oid].name.as_str())
        .collect();
    assert_eq!(names, BTreeSet::from(["customer", "order"]));
}

#[test]
fn a_subset_goes_down_and_up() {
    let rules = "[subset]\nstart = \"app.order\"\nwhere = \"id < 5\"\n";
    let sets = |table: &str| {
        let found = condition(&shop(), rules, table)?;
        let names = ["d1", "d2", "d3", "k0", "k1", "k2", "k3"];
        let written = names
            .into_iter()
            .filter(|name| found.condition.contains(&format!("{name} AS (")));
        assert_eq!(found.with, "");
        Some((written.collect::<Vec<_>>().join(" "), found.condition))
    };
    for table in ["item", "order", "country"] {
        assert_eq!(sets(table).expect("a condition").0, "d2 d3 k0 k1 k2 k3");
    }
    assert_eq!(sets("node").expect("a condition"), (String::new(), "false".to_owned()));
    assert_eq!(sets("log"), None);
}

#[test]
fn partitions_are_one_with_their_table() {
    let snapshot = SnapshotBuilder::new()
        .partitioned_table("app.event", &[("id", "int4"), ("at", "date")], &["at"])
        .table("app.event_1", &[("id", "int4"), ("at", "date")])
        .table("app.event_2", &[("id", "int4"), ("at", "date")])
        .inherits("app.event_1", "app.event")
        .inherits("app.event_2", "app.event")
        .table("app.note", &[("event", "int4")])
        .foreign_key("app.note.event", "app.event_2.id")
        .build();
    let all = "[[table]]\nname = \"app.event\"\nwhere = \"id > 5\"\n";
    for table in ["event_1", "event_2"] {
        let found = condition(&snapshot, all, table).expect("a condition");
        assert_eq!((found.with.as_str(), found.condition.as_str()), ("", "(\nid > 5\n)"));
    }
    let one = "[[table]]\nname = \"app.event_1\"\nwhere = \"id > 5\"\n";
    assert_eq!(condition(&snapshot, one, "event_2"), None);
    let note = condition(&snapshot, all, "note").expect("a condition");
    let leaf = snapshot.candidates(Some("app"), "event_2")[0].oid;
    assert!(note.with.contains("FROM \"app\".\"event\" AS r"), "{note:?}");
    let only = format!("s.o OPERATOR(pg_catalog.=) ANY ('{{{leaf}}}'::pg_catalog.oid[])");
    assert!(note.condition.contains(&only), "{note:?}");
}

#[test]
fn what_cannot_be_filtered_is_told() {
    for (rules, wanted) in [
        ("[[table]]\nname = \"app.v\"\nskip = true\n", "\"app.v\" is a view"),
        ("[[table]]\nname = \"app.*\"\nskip = true\n", "without *"),
        ("[[table]]\nname = \"app.log\"\n", "needs either"),
        ("[[table]]\nname = \"app.log\"\nskip = false\n", "needs either"),
        (
            "[[table]]\nname = \"app.log\"\nskip = true\nwhere = \"true\"\n",
            "needs either",
        ),
        (
            "[[table]]\nname = \"app.log\"\nwhere = \"random() < 1\"\n",
            "a.toml:3:9: error: where holds the function random",
        ),
        (
            "[[table]]\nname = \"app.log\"\nwhere = \"a b\"\n",
            "is not one SQL expression",
        ),
        ("[subset]\nstart = \"app.log\"\n", "subset.where is missing"),
        (&format!("{SKIP}{SKIP}"), "has a [[table]] already, at a.toml:1"),
    ] {
        let problems = resolve(&shop(), rules).expect_err(rules);
        assert!(
            problems.iter().any(|problem| problem.contains(wanted)),
            "{rules}: {problems:?}"
        );
    }
    let (filters, unmatched) = resolve(&shop(), "[[table]]\nname = \"app.custmer\"\nskip = true\n").expect("rules");
    assert!(filters.is_empty());
    assert!(unmatched[0].contains("did you mean \"app.customer\""), "{unmatched:?}");
}
