//! Which output columns show cells of one row.

use super::*;

/// For each output column the row, lettered in order, and the column of it; `-` where that is not known.
fn cells(text: &str) -> String {
    let analysis = analysed(text).unwrap_or_else(|refusal| panic!("{text}: {}", refusal.message));
    assert_eq!(analysis.unknown_name, None, "{text}");
    let snapshot = snapshot();
    let mut rows = Vec::new();
    let shown = analysis.columns.iter().map(|column| {
        let Some(cell) = column.cell else {
            return "-".to_owned();
        };
        let at = rows.iter().position(|row| *row == cell.row).unwrap_or(rows.len());
        if at == rows.len() {
            rows.push(cell.row);
        }
        let name = snapshot.column_name(cell.column);
        format!("{}.{}", char::from(b'A' + at as u8), name.rsplit('.').next().unwrap())
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn cells_of_one_row_are_known() {
    for (text, expected) in [
        ("SELECT id, email FROM app.customers", "A.id A.email"),
        ("SELECT email, id, email FROM customers", "A.email A.id A.email"),
        (
            "TABLE app.orders",
            "A.id A.customer_id A.email A.amount A.note A.code A.twice",
        ),
        ("SELECT c.email, c.id FROM customers c", "A.email A.id"),
        (
            "SELECT * FROM customers AS x(a, b, c)",
            "A.id A.email A.name A.phone A.salary A.tags A.home A.meta A.boss A.mood A.note",
        ),
        ("COPY orders (email, id) TO STDOUT", "A.email A.id"),
        // Another item of FROM is another row, of the same table or not.
        (
            "SELECT a.id, b.email, a.email, b.id FROM customers a, customers b",
            "A.id B.email A.email B.id",
        ),
        (
            "SELECT c.email, o.id, c.id FROM customers c JOIN orders o ON o.customer_id = c.id",
            "A.email B.id A.id",
        ),
        (
            "SELECT c.email, o.id, c.id FROM orders o LEFT JOIN customers c ON true",
            "A.email B.id A.id",
        ),
        // Through subqueries, CTEs and views.
        (
            "SELECT s.e, s.i FROM (SELECT id AS i, email AS e FROM customers OFFSET 0) s",
            "A.email A.id",
        ),
        (
            "SELECT * FROM (SELECT a.id, b.email, a.email AS own FROM customers a, customers b) s",
            "A.id B.email A.email",
        ),
        (
            "WITH c AS (SELECT * FROM customers) SELECT c.email, c.id FROM c",
            "A.email A.id",
        ),
        (
            "WITH c AS (SELECT * FROM customers) SELECT x.email, y.id FROM c x, c y",
            "A.email B.id",
        ),
        (
            "WITH c AS MATERIALIZED (SELECT id, email FROM customers) SELECT x.email, y.id, x.id FROM c x JOIN c y USING (id)",
            "A.email B.id A.id",
        ),
        ("SELECT mail, id FROM app.v_near", "A.email A.id"),
        (
            "SELECT a.mail, b.id, a.id FROM app.v_near a, app.v_near b",
            "A.email B.id A.id",
        ),
        ("SELECT mail, uname FROM app.v_far", "A.email -"),
        (
            "SELECT c.email, v.id, v.mail FROM customers c, v_near v",
            "A.email B.id B.email",
        ),
        // A subquery in FROM shows the row around it as one of its own.
        (
            "SELECT c.email, l.id, l.email FROM customers c LEFT JOIN LATERAL (SELECT c.id, c.email WHERE false) l ON true",
            "A.email B.id B.email",
        ),
        (
            "SELECT c.email, l.id FROM customers c, LATERAL (WITH w AS (SELECT c.id) SELECT * FROM w) l",
            "A.email B.id",
        ),
        // Of merged columns, the one that stands there.
        (
            "SELECT * FROM (SELECT id, email FROM customers) c JOIN (SELECT id, a FROM plain) p USING (id)",
            "A.id A.email B.a",
        ),
        (
            "SELECT id, email, a FROM plain RIGHT JOIN customers USING (id)",
            "A.id A.email B.a",
        ),
        (
            "SELECT id, email, a FROM plain LEFT JOIN customers USING (id)",
            "A.id B.email A.a",
        ),
        (
            "SELECT id, email, a FROM plain FULL JOIN customers USING (id)",
            "- A.email B.a",
        ),
        (
            "SELECT id, email FROM customers JOIN (SELECT n AS id FROM plain) p USING (id)",
            "- A.email",
        ),
        // Groups of whole rows.
        ("SELECT id, email FROM customers GROUP BY id, email", "A.id A.email"),
        (
            "SELECT DISTINCT ON (id) id, email FROM customers ORDER BY id, note",
            "A.id A.email",
        ),
        ("SELECT id, email, count(*) OVER () FROM customers", "A.id A.email -"),
    ] {
        assert_eq!(cells(text), expected, "{text}");
    }
}

#[test]
fn what_may_be_of_another_row_is_not() {
    for text in [
        "SELECT id FROM customers UNION ALL SELECT id FROM customers",
        "SELECT id FROM customers EXCEPT SELECT id FROM customers",
        "SELECT id FROM customers INTERSECT SELECT id FROM customers",
        "SELECT NULL UNION ALL SELECT email FROM customers",
        "SELECT id FROM customers GROUP BY ROLLUP (id)",
        "SELECT email FROM customers GROUP BY GROUPING SETS ((email), ())",
        "SELECT max(id) FROM customers",
        "SELECT any_value(email) FROM customers",
        "SELECT lag(email) OVER (ORDER BY id) FROM customers",
        "SELECT first_value(email) OVER () FROM customers",
        "SELECT (lag(c) OVER (ORDER BY id)).email FROM customers c",
        "SELECT (lag(c) OVER (ORDER BY id)).* FROM customers c",
        "SELECT CASE WHEN id = 1 THEN email END FROM customers",
        "SELECT coalesce(email, NULL) FROM customers",
        "SELECT email::text FROM customers",
        "SELECT (SELECT email FROM customers LIMIT 1)",
        "SELECT (c).email FROM customers c",
        "SELECT email(c) FROM customers c",
        "SELECT (ARRAY[email])[1] FROM customers",
        "SELECT u FROM unnest(ARRAY(SELECT email FROM customers)) u",
        "SELECT u.email FROM unnest((SELECT array_agg(c) FROM customers c)) u",
        "SELECT v FROM customers c, LATERAL (VALUES (c.email)) t(v)",
        "WITH RECURSIVE r AS (SELECT email FROM customers UNION ALL SELECT email FROM r) SELECT email FROM r",
        "SELECT c FROM customers c",
    ] {
        let found = cells(text);
        assert!(found.split(' ').all(|cell| cell == "-"), "{text}: {found}");
    }
}
