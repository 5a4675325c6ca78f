use super::super::analysis::Reason;
use super::*;
use crate::sql::test_catalog::{Rules, catalog};

fn touched(text: &str, snapshot: &Snapshot) -> Touch {
    let parsed = parser::parse(
        text,
        &ParserSettings {
            server_version: 150_018,
        },
    )
    .unwrap();
    touch(
        &parsed[0].tree,
        snapshot,
        &ViewTouches::new(snapshot),
        &Rules::default(),
    )
}

fn names(touch: &Touch, snapshot: &Snapshot) -> Vec<String> {
    let mut names: Vec<_> = touch
        .relations
        .iter()
        .map(|oid| snapshot.relations[oid].name.clone())
        .collect();
    names.sort();
    names
}

#[test]
fn views_are_followed_and_ambiguous_names_mean_all() {
    let snapshot = catalog();
    for (text, wanted) in [
        ("SELECT 1", &[][..]),
        ("SELECT * FROM app.orders", &["orders"]),
        (
            "SELECT 1 FROM pg_class WHERE EXISTS (TABLE app.customers)",
            &["customers", "pg_class"],
        ),
        (
            "SELECT * FROM app.top_view",
            &["customer_view", "customers", "top_view"],
        ),
        ("WITH orders AS (SELECT 1) SELECT * FROM orders", &["orders", "orders"]),
        ("WITH w AS (SELECT 1) SELECT * FROM w", &[]),
        ("COPY app.customers TO STDOUT", &["customers"]),
        (
            "LOCK TABLE app.orders, app.customers IN ACCESS SHARE MODE",
            &["customers", "orders"],
        ),
    ] {
        let touch = touched(text, &snapshot);
        assert_eq!(names(&touch, &snapshot), wanted, "{text}");
        assert_eq!(touch.unknown_name, None, "{text}");
        let is_protected = wanted.contains(&"customers");
        assert_eq!(touch.is_protected(&snapshot, &Rules::default()), is_protected, "{text}");
    }
}

#[test]
fn unknown_names() {
    let snapshot = catalog();
    for (text, wanted) in [
        ("SELECT * FROM nosuch", "nosuch"),
        ("SELECT * FROM other.customers", "other.customers"),
        ("WITH w AS (SELECT 1) SELECT * FROM app.w", "app.w"),
        ("SELECT nosuch(1, 2)", "nosuch"),
        ("SELECT app.upper('x')", "app.upper"),
        ("SELECT pg_temp.f(1)", "pg_temp.f"),
        ("SELECT made_since(1) FROM app.orders", "made_since"),
        ("SELECT 1::made_since", "made_since"),
    ] {
        assert_eq!(touched(text, &snapshot).unknown_name.as_deref(), Some(wanted), "{text}");
    }
    assert_eq!(
        touched("SELECT email(c) FROM app.customers c", &snapshot).unknown_name,
        None
    );
}

#[test]
fn code_of_users_is_refused_unless_vouched_for() {
    let snapshot = catalog();
    let vouched = Rules {
        vouched: vec!["leak", "lower", "plus", "mood"],
        ..Rules::default()
    };
    for text in [
        "SELECT app.leak(1)",
        "SELECT leak(1)",
        "SELECT lower('shadowed')",
        "SELECT * FROM app.orders ORDER BY (SELECT app.leak(1))",
        "SELECT 1 |+| 2",
        "SELECT 1 OPERATOR(app.|+|) 2",
        "SELECT 'x'::app.mood",
        "SELECT mood('x')",
        "SELECT o.leak FROM app.orders o",
        "SELECT (o).leak FROM app.orders o",
        "EXECUTE q(app.leak(1))",
    ] {
        let touch = touched(text, &snapshot);
        let refusal = touch.check(&Rules::default(), false).expect_err(text);
        assert_eq!(refusal.reason, Reason::OpaqueFunction, "{text}");
        assert_eq!(touch.check(&vouched, false), Ok(()), "{text}");
        assert_eq!(
            touch.check(
                &Rules {
                    nothing: true,
                    ..Rules::default()
                },
                false
            ),
            Ok(()),
            "{text}"
        );
    }
    for text in [
        "SELECT pg_catalog.lower('x')",
        "SELECT upper('x'), count(*), now(), 1 + 2",
        "SELECT 1 OPERATOR(pg_catalog.|+|) 2",
        "SELECT citext_eq('a', 'b')",
        "SELECT o.total FROM app.orders o",
        "SELECT leak.total, app.leak.id, leak.* FROM app.orders leak",
        "SELECT leak FROM app.orders leak",
    ] {
        assert_eq!(
            touched(text, &snapshot).check(&Rules::default(), false),
            Ok(()),
            "{text}"
        );
    }
}

#[test]
fn opaque_builtins_and_large_objects() {
    let snapshot = catalog();
    for text in [
        "SELECT query_to_xml('TABLE c', true, true, '')",
        "SELECT * FROM app.orders TABLESAMPLE tsm(1)",
    ] {
        let touch = touched(text, &snapshot);
        assert_eq!(
            touch.check(&Rules::default(), true).unwrap_err().reason,
            Reason::OpaqueFunction,
            "{text}"
        );
    }
    let touch = touched("SELECT lo_get(1)", &snapshot);
    assert_eq!(
        touch.check(&Rules::default(), false).unwrap_err().reason,
        Reason::LargeObject
    );
    assert_eq!(touch.check(&Rules::default(), true), Ok(()));
    assert!(
        touched("SELECT lo_unlink(1)", &snapshot)
            .check(&Rules::default(), true)
            .is_err()
    );
}

#[test]
fn a_view_that_cannot_be_read_is_refused() {
    let mut snapshot = catalog();
    for (definition, reason) in [
        (None, Reason::NotUnderstood),
        (Some(" SELECT nonsense FROM;"), Reason::NotUnderstood),
        (Some(" SELECT system_user AS x FROM app.orders;"), Reason::NotUnderstood),
        (
            Some(" SELECT app.leak(orders.id) AS x FROM app.orders;"),
            Reason::OpaqueFunction,
        ),
        (Some(" SELECT 1 FROM app.dropped;"), Reason::NotUnderstood),
    ] {
        let view = snapshot
            .relations
            .values_mut()
            .find(|relation| relation.name == "customer_view")
            .unwrap();
        view.definition = definition.map(str::to_owned);
        let touch = touched("SELECT * FROM app.top_view", &snapshot);
        assert_eq!(
            touch.check(&Rules::default(), false).unwrap_err().reason,
            reason,
            "{definition:?}"
        );
    }
}

#[test]
fn positions_are_constants_that_matter() {
    let snapshot = catalog();
    for (text, wanted) in [
        ("SELECT id FROM app.orders ORDER BY 1", true),
        ("SELECT id FROM app.orders GROUP BY ROLLUP (1)", true),
        ("SELECT DISTINCT ON (1) id FROM app.orders", true),
        ("SELECT id FROM app.orders WHERE id = 1 ORDER BY id LIMIT 5", false),
    ] {
        assert_eq!(touched(text, &snapshot).constants_matter, wanted, "{text}");
    }
}
