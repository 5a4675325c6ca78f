//! The cases: a query, its output columns, and what it tests or may fail on.

use super::check;

#[test]
fn plain_columns_stay_what_they_are() {
    check(&[
        ("SELECT email FROM app.customers", "email=customers.email", ""),
        ("SELECT email AS e FROM customers", "e=customers.email", ""),
        ("SELECT c.email FROM app.customers c", "email=customers.email", ""),
        (
            "SELECT app.customers.email FROM app.customers",
            "email=customers.email",
            "",
        ),
        (
            "SELECT shop.app.customers.email FROM app.customers",
            "email=customers.email",
            "",
        ),
        ("SELECT (email) FROM customers", "email=customers.email", ""),
        ("SELECT ((c).email) FROM customers c", "email=customers.email", ""),
        ("SELECT email(c) FROM customers c", "email=customers.email", ""),
        (
            "SELECT c FROM customers c",
            "c=~customers.id+customers.email+customers.name+customers.phone+customers.salary+customers.tags+customers.home+customers.meta+customers.boss+customers.mood+customers.note",
            "",
        ),
        (
            "SELECT x.a, x.b FROM app.customers AS x(a, b)",
            "a=customers.id b=customers.email",
            "",
        ),
        (
            "SELECT note, email FROM customers AS x(a, email)",
            "note=customers.note email=customers.email",
            "",
        ),
        (
            "SELECT email, id FROM customers AS x(email, id)",
            "email=customers.id id=customers.email",
            "",
        ),
        (
            "SELECT * FROM app.plain",
            "id=plain.id a=plain.a b=plain.b n=plain.n r=plain.r",
            "",
        ),
        (
            "SELECT p.*, 1 FROM plain p",
            "id=plain.id a=plain.a b=plain.b n=plain.n r=plain.r ?column?=-",
            "",
        ),
        ("TABLE app.twin", "id=twin.id secret=twin.secret", ""),
        (
            "SELECT ctid, xmin, c.tableoid, email FROM customers c",
            "ctid=- xmin=- tableoid=- email=customers.email",
            "",
        ),
        (
            "SELECT NULL, email FROM customers",
            "?column?=null email=customers.email",
            "",
        ),
        (
            "SELECT $1, 'x', 1.5 FROM customers",
            "?column?=- ?column?=- ?column?=-",
            "",
        ),
        (
            "SELECT phone::text, phone::varchar, email::text FROM customers",
            "phone=customers.phone phone=customers.phone email=customers.email",
            "",
        ),
        (
            "SELECT email::mailbox FROM orders",
            "email=~orders.email",
            "fails(cast to mailbox:orders.email)",
        ),
        (
            "SELECT email::varchar(3), phone::char(4) FROM customers",
            "email=~customers.email phone=~customers.phone",
            "",
        ),
        (
            "SELECT email COLLATE \"C\" FROM customers",
            "email=~customers.email",
            "",
        ),
        (
            "SELECT (home).zip, home FROM customers",
            "zip=~customers.home home=customers.home",
            "",
        ),
        (
            "SELECT (home).* FROM customers",
            "street=~customers.home zip=~customers.home",
            "",
        ),
        (
            "SELECT (c).*, 1 AS one FROM plain c",
            "id=plain.id a=plain.a b=plain.b n=plain.n r=plain.r one=-",
            "",
        ),
        ("SELECT tags[1] FROM customers", "tags=~customers.tags", ""),
        (
            "SELECT only_mine FROM (SELECT email AS only_mine FROM ONLY app.customers) q",
            "only_mine=customers.email",
            "",
        ),
        (
            "SELECT most_common_vals FROM pg_stats",
            "most_common_vals=pg_stats.most_common_vals",
            "",
        ),
    ]);
}

#[test]
fn subqueries_and_ctes_pass_columns_through() {
    check(&[
        (
            "SELECT s FROM (SELECT email AS s FROM customers) q",
            "s=customers.email",
            "",
        ),
        (
            "SELECT q.* FROM (SELECT email, id FROM customers OFFSET 0) q",
            "email=customers.email id=customers.id",
            "",
        ),
        (
            "SELECT s3 FROM (SELECT s2 AS s3 FROM (SELECT email AS s2 FROM customers) a) b",
            "s3=customers.email",
            "",
        ),
        (
            "SELECT x FROM (SELECT email, id FROM customers) q(x)",
            "x=customers.email",
            "",
        ),
        (
            "SELECT email FROM (SELECT email FROM customers)",
            "email=customers.email",
            "",
        ),
        (
            "SELECT (SELECT email FROM customers LIMIT 1)",
            "email=customers.email",
            "",
        ),
        (
            "SELECT (SELECT email FROM customers LIMIT 1)::text",
            "email=customers.email",
            "",
        ),
        (
            "SELECT (q).email FROM (SELECT * FROM customers) q",
            "email=customers.email",
            "",
        ),
        (
            "SELECT (w).email, (w).id FROM (SELECT c AS w FROM customers c) q",
            "email=customers.email id=customers.id",
            "",
        ),
        (
            "SELECT (x).* FROM (SELECT r AS x FROM plain) q",
            "street=~plain.r zip=~plain.r",
            "",
        ),
        (
            "SELECT l.e FROM orders o, LATERAL (SELECT c.email AS e FROM customers c WHERE c.id = o.customer_id) l",
            "e=customers.email",
            "",
        ),
        (
            "SELECT l.e FROM customers c, LATERAL (SELECT c.email AS e) l",
            "e=customers.email",
            "",
        ),
        (
            "SELECT l.e FROM customers c CROSS JOIN LATERAL (SELECT c.email AS e) l",
            "e=customers.email",
            "",
        ),
        (
            "WITH w AS (SELECT email FROM customers) SELECT * FROM w",
            "email=customers.email",
            "",
        ),
        (
            "WITH w AS MATERIALIZED (SELECT email FROM customers) SELECT w.email FROM w",
            "email=customers.email",
            "",
        ),
        (
            "WITH w(z) AS (SELECT email FROM customers) SELECT z FROM w",
            "z=customers.email",
            "",
        ),
        (
            "WITH a AS (SELECT email FROM customers), b AS (SELECT email AS s FROM a) SELECT s FROM b",
            "s=customers.email",
            "",
        ),
        (
            "WITH customers AS (SELECT note AS email FROM app.customers) SELECT email FROM customers",
            "email=customers.note",
            "",
        ),
        (
            "WITH customers AS (SELECT note AS email FROM app.customers) SELECT email FROM app.customers",
            "email=customers.email",
            "",
        ),
        (
            "WITH w AS (SELECT 1 AS a) SELECT * FROM (WITH w AS (SELECT email AS a FROM customers) SELECT a FROM w) q, w",
            "a=customers.email a=-",
            "",
        ),
        (
            "SELECT (WITH w AS (SELECT c.email) SELECT email FROM w) FROM customers c",
            "email=customers.email",
            "",
        ),
        (
            "WITH RECURSIVE w AS (SELECT id, email FROM customers UNION ALL SELECT w.id, o.email FROM orders o JOIN w ON w.id = o.id) SELECT * FROM w",
            "id=customers.id email=customers.email+orders.email",
            "",
        ),
        (
            "WITH RECURSIVE w(a, b) AS (SELECT a, b FROM plain UNION ALL SELECT b, note FROM w, orders) SELECT a, b FROM w",
            "a=orders.note+plain.a+plain.b b=orders.note+plain.b",
            "",
        ),
        (
            "WITH RECURSIVE w(a, b, c) AS (SELECT 'x', 'y', email FROM customers UNION ALL SELECT b, c, a FROM w) SELECT a FROM w",
            "a=customers.email*",
            "",
        ),
        (
            "WITH RECURSIVE b AS (SELECT e FROM a), a AS (SELECT email AS e FROM customers) SELECT e FROM b",
            "e=customers.email",
            "",
        ),
        (
            "WITH RECURSIVE w(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM w WHERE n < 5) SELECT n, email FROM w, customers",
            "n=- email=customers.email",
            "",
        ),
        (
            "WITH RECURSIVE w(e, i) AS (SELECT email, id FROM customers UNION ALL SELECT e, i FROM w) SEARCH DEPTH FIRST BY e SET s SELECT * FROM w",
            "e=customers.email i=customers.id s=~customers.email",
            "",
        ),
        (
            "WITH RECURSIVE w(i) AS (SELECT id FROM plain UNION ALL SELECT i FROM w) CYCLE i SET c USING p SELECT * FROM (SELECT * FROM w) q",
            "i=plain.id",
            "",
        ),
        (
            "WITH RECURSIVE w AS (SELECT * FROM w) SELECT 1",
            "unknown recursive reference to w",
            "",
        ),
        ("WITH w AS (SELECT * FROM w) SELECT 1", "unknown relation w", ""),
    ]);
}

#[test]
fn joins_merge_what_they_join() {
    check(&[
        (
            "SELECT c.email, o.note FROM customers c JOIN orders o ON o.customer_id = c.id",
            "email=customers.email note=orders.note",
            "",
        ),
        (
            "SELECT id FROM customers JOIN plain USING (id)",
            "id=customers.id+plain.id",
            "",
        ),
        (
            "SELECT a FROM plain JOIN (SELECT id, email AS a FROM customers) q USING (id, a)",
            "a=customers.email+plain.a",
            "JoinUsing:eq(plain.a;customers.email)",
        ),
        (
            "SELECT email FROM customers JOIN orders USING (email)",
            "email=customers.email+orders.email",
            "JoinUsing:eq(customers.email;orders.email)",
        ),
        (
            "SELECT email FROM (VALUES ('x')) v(email) JOIN customers USING (email)",
            "email=customers.email*",
            "JoinUsing:other(customers.email)",
        ),
        (
            "SELECT * FROM (SELECT id, email FROM customers) a NATURAL JOIN (SELECT email, note FROM orders) b",
            "email=customers.email+orders.email id=customers.id note=orders.note",
            "JoinUsing:eq(customers.email;orders.email)",
        ),
        (
            "SELECT * FROM (SELECT id, a FROM plain) x FULL JOIN (SELECT id, email FROM customers) y USING (id)",
            "id=customers.id+plain.id a=plain.a email=customers.email",
            "",
        ),
        (
            "SELECT j.* FROM (plain p JOIN customers c USING (id)) AS j(x, y)",
            "x=customers.id+plain.id y=plain.a b=plain.b n=plain.n r=plain.r email=customers.email name=customers.name phone=customers.phone salary=customers.salary tags=customers.tags home=customers.home meta=customers.meta boss=customers.boss mood=customers.mood note=customers.note",
            "",
        ),
        (
            "SELECT c.email FROM (plain p JOIN customers c USING (id)) AS j",
            "unknown relation c",
            "",
        ),
        (
            "SELECT u.id, p.id, c.email FROM plain p JOIN customers c USING (id) AS u",
            "id=customers.id+plain.id id=plain.id email=customers.email",
            "",
        ),
        (
            "SELECT u.a FROM plain p JOIN customers c USING (id) AS u",
            "unknown column a",
            "",
        ),
        (
            "SELECT note FROM customers, orders",
            "unknown ambiguous column note",
            "",
        ),
        (
            "SELECT email FROM customers c JOIN orders o ON true",
            "unknown ambiguous column email",
            "",
        ),
        (
            "SELECT a.email, b.email FROM customers a LEFT JOIN customers b ON a.boss = b.id",
            "email=customers.email email=customers.email",
            "JoinOn:eq(customers.boss;customers.id)",
        ),
        (
            "SELECT 1 FROM customers c JOIN orders o ON c.email = o.email AND c.id = o.customer_id",
            "?column?=-",
            "JoinOn:eq(customers.email;orders.email)",
        ),
        (
            "SELECT 1 FROM customers c JOIN orders o ON lower(c.email) = o.email",
            "?column?=-",
            "JoinOn:other(customers.email+orders.email)",
        ),
        (
            "SELECT id FROM customers JOIN (SELECT n AS id FROM plain) q USING (id)",
            "id=customers.id+plain.n",
            "",
        ),
        (
            "SELECT salary FROM (SELECT id AS salary FROM plain) q JOIN customers USING (salary)",
            "salary=~customers.salary+plain.id",
            "JoinUsing:other(customers.salary)",
        ),
        (
            "SELECT p.a FROM plain p, customers c JOIN orders o ON p.id = o.id",
            "unknown relation p",
            "",
        ),
        (
            "SELECT (SELECT x.a FROM orders o JOIN customers c ON p.id = o.id) FROM plain p",
            "unknown relation x",
            "",
        ),
        ("SELECT x FROM (plain CROSS JOIN customers) AS j(i, x)", "x=plain.a", ""),
        (
            "SELECT * FROM (SELECT 1 AS a) p NATURAL JOIN (SELECT 2 AS b) q, (SELECT email FROM customers) r",
            "a=- b=- email=customers.email",
            "",
        ),
    ]);
}

#[test]
fn set_operations_unite_their_branches() {
    check(&[
        (
            "SELECT email FROM customers UNION ALL SELECT note FROM orders",
            "email=customers.email+orders.note",
            "",
        ),
        (
            "SELECT email FROM customers UNION ALL SELECT 'x'",
            "email=customers.email*",
            "",
        ),
        (
            "SELECT NULL AS n UNION ALL SELECT email FROM customers",
            "n=customers.email",
            "",
        ),
        (
            "SELECT email FROM customers UNION SELECT email FROM orders",
            "email=customers.email+orders.email",
            "SetOperation:eq(customers.email;orders.email)",
        ),
        (
            "SELECT email FROM customers UNION SELECT email FROM customers",
            "email=customers.email",
            "SetOperation:group(customers.email)",
        ),
        (
            "SELECT email FROM customers EXCEPT SELECT email FROM orders",
            "email=customers.email",
            "SetOperation:eq(customers.email;orders.email)",
        ),
        (
            "SELECT email FROM customers INTERSECT ALL SELECT 'guess'",
            "email=customers.email*",
            "SetOperation:other(customers.email)",
        ),
        (
            "SELECT email FROM customers UNION SELECT NULL",
            "email=customers.email",
            "SetOperation:group(customers.email)",
        ),
        (
            "SELECT upper(email) FROM customers UNION ALL SELECT a FROM plain",
            "upper=~customers.email+plain.a",
            "",
        ),
        (
            "SELECT id FROM customers UNION ALL SELECT salary FROM customers",
            "id=~customers.id+customers.salary",
            "",
        ),
        (
            "SELECT salary FROM customers UNION ALL SELECT 1",
            "salary=~customers.salary",
            "",
        ),
        (
            "SELECT id FROM plain UNION ALL SELECT n FROM plain",
            "id=plain.id+plain.n",
            "",
        ),
        (
            "SELECT a, b FROM plain UNION ALL SELECT email FROM customers",
            "unknown column of a branch with another number of columns",
            "",
        ),
        (
            "(SELECT email FROM customers ORDER BY id LIMIT 1) UNION ALL (SELECT a FROM plain) ORDER BY 1",
            "email=customers.email+plain.a",
            "OrderBy:other(customers.email)",
        ),
        (
            "SELECT email AS z FROM customers UNION ALL SELECT a FROM plain ORDER BY z",
            "z=customers.email+plain.a",
            "OrderBy:other(customers.email)",
        ),
        (
            "SELECT x FROM (SELECT email AS x FROM customers UNION ALL SELECT a FROM plain WHERE false) q",
            "x=customers.email+plain.a",
            "",
        ),
        ("VALUES (1, 'x'), (2, NULL)", "column1=- column2=-", ""),
        (
            "SELECT v.a, v.b FROM customers c, LATERAL (VALUES (c.email, 1), (c.note, 2)) v(a, b)",
            "a=customers.email+customers.note b=-",
            "",
        ),
        (
            "SELECT column1 FROM (VALUES ((SELECT email FROM customers LIMIT 1))) v",
            "column1=customers.email",
            "",
        ),
        (
            "WITH w AS (SELECT email FROM customers) SELECT email FROM w UNION ALL SELECT * FROM w",
            "email=customers.email",
            "",
        ),
    ]);
}

#[test]
fn views_are_followed_to_the_bottom() {
    check(&[
        (
            "SELECT * FROM app.v_near",
            "id=customers.id mail=customers.email uname=~customers.name",
            "Where:null(customers.phone)",
        ),
        (
            "SELECT mail, uname FROM app.v_far",
            "mail=customers.email uname=~customers.name",
            "Where:null(customers.phone)",
        ),
        (
            "SELECT v.mail FROM v_far v JOIN v_far w ON true",
            "mail=customers.email",
            "Where:null(customers.phone)",
        ),
        (
            "SELECT id FROM v_tested",
            "id=customers.id",
            "Where:other(customers.salary)",
        ),
        ("SELECT email FROM app.mv", "email=customers.email", ""),
        ("SELECT ctid FROM app.mv", "ctid=-", ""),
        ("SELECT ctid FROM app.v_near", "unknown column ctid", ""),
        (
            "SELECT id FROM v_broken",
            "id=~customers.id+customers.email+customers.name+customers.phone+customers.salary+customers.tags+customers.home+customers.meta+customers.boss+customers.mood+customers.note",
            "Where:other(customers.id+customers.email+customers.name+customers.phone+customers.salary+customers.tags+customers.home+customers.meta+customers.boss+customers.mood+customers.note)",
        ),
        ("SELECT id FROM v_unread", "refused not_understood", ""),
        ("SELECT relname FROM v_class", "relname=pg_class.relname", ""),
        (
            "SELECT a.x FROM app.v_near AS a(y, x)",
            "x=customers.email",
            "Where:null(customers.phone)",
        ),
    ]);
}

#[test]
fn expressions_are_computed_from_all_their_columns() {
    check(&[
        ("SELECT email = 'x' FROM customers", "?column?=~customers.email", ""),
        (
            "SELECT upper(email), lower(name) AS l FROM customers",
            "upper=~customers.email l=~customers.name",
            "",
        ),
        (
            "SELECT email || name FROM customers",
            "?column?=~customers.email+customers.name",
            "",
        ),
        (
            "SELECT coalesce(email, name, 'x') FROM customers",
            "coalesce=~customers.email+customers.name",
            "",
        ),
        (
            "SELECT nullif(email, name) FROM customers",
            "nullif=~customers.email+customers.name",
            "",
        ),
        (
            "SELECT greatest(email, note), least(email, 'x') FROM customers",
            "greatest=~customers.email+customers.note least=~customers.email",
            "",
        ),
        (
            "SELECT CASE WHEN email = 'x' THEN 1 ELSE 0 END FROM customers",
            "case=~customers.email",
            "",
        ),
        (
            "SELECT CASE email WHEN 'x' THEN note END FROM customers",
            "case=~customers.email+customers.note",
            "",
        ),
        (
            "SELECT CASE WHEN email IS NULL THEN 1 ELSE 10 / id END FROM customers",
            "case=~customers.id+customers.email",
            "fails(an expression that may fail in one branch:customers.email)",
        ),
        (
            "SELECT coalesce(email, (1 / id)::text) FROM customers",
            "coalesce=~customers.id+customers.email",
            "fails(an expression that may fail in one branch:customers.email)",
        ),
        (
            "SELECT email = 'x' AND 1 / id = 1 FROM customers",
            "?column?=~customers.id+customers.email",
            "fails(an expression that may fail in one branch:customers.email)",
        ),
        (
            "SELECT 1 / id, email FROM customers",
            "?column?=~customers.id email=customers.email",
            "",
        ),
        (
            "SELECT salary / 2 FROM customers",
            "?column?=~customers.salary",
            "fails(operator /:customers.salary)",
        ),
        (
            "SELECT email::int FROM customers",
            "email=~customers.email",
            "fails(cast to int4:customers.email)",
        ),
        (
            "SELECT boss::bigint, boss::text, salary::numeric(5,2) FROM customers",
            "boss=~customers.boss boss=~customers.boss salary=~customers.salary",
            "fails(cast to numeric:customers.salary)",
        ),
        (
            "SELECT CAST('2020-01-01' AS date), email FROM customers",
            "date=- email=customers.email",
            "",
        ),
        (
            "SELECT email LIKE 'a%', email LIKE 'a\\', email ~ 'x', 'x' ~ email FROM customers",
            "?column?=~customers.email ?column?=~customers.email ?column?=~customers.email ?column?=~customers.email",
            "fails(operator ~~:customers.email) fails(operator ~:customers.email)",
        ),
        (
            "SELECT name ILIKE '%\\' FROM customers",
            "?column?=~customers.name",
            "fails(operator ~~*:customers.name)",
        ),
        (
            "SELECT meta->>'a', meta->'b'->>'c' FROM customers",
            "?column?=~customers.meta ?column?=~customers.meta",
            "fails(operator ->>:customers.meta)",
        ),
        (
            "SELECT row_to_json(c) FROM customers c",
            "row_to_json=~customers.id+customers.email+customers.name+customers.phone+customers.salary+customers.tags+customers.home+customers.meta+customers.boss+customers.mood+customers.note",
            "",
        ),
        (
            "SELECT to_jsonb(c.*) FROM plain c",
            "to_jsonb=~plain.id+plain.a+plain.b+plain.n+plain.r",
            "",
        ),
        ("SELECT ROW(email, 1) FROM customers", "row=~customers.email", ""),
        ("SELECT (ROW(email, id)).f1 FROM customers", "f1=customers.email", ""),
        (
            "SELECT ARRAY[email, name] FROM customers",
            "array=~customers.email+customers.name",
            "",
        ),
        (
            "SELECT ARRAY(SELECT email FROM customers)",
            "array=~customers.email",
            "",
        ),
        ("SELECT EXISTS (SELECT email FROM customers)", "exists=-", ""),
        (
            "SELECT id IN (SELECT boss FROM customers) FROM plain",
            "?column?=~customers.boss+plain.id",
            "",
        ),
        (
            "SELECT (SELECT count(*) FROM orders o WHERE o.email = c.email) FROM customers c",
            "count=-",
            "Where:eq(orders.email;customers.email)",
        ),
        (
            "SELECT (id, note) = (SELECT id, email FROM customers) FROM orders",
            "?column?=~customers.id+customers.email+orders.id+orders.note",
            "",
        ),
        (
            "SELECT c.upper FROM customers c",
            "upper=~customers.id+customers.email+customers.name+customers.phone+customers.salary+customers.tags+customers.home+customers.meta+customers.boss+customers.mood+customers.note",
            "fails(function upper:customers.email+customers.name+customers.phone+customers.salary+customers.tags+customers.home+customers.meta+customers.boss+customers.mood)",
        ),
        ("SELECT c.leak FROM customers c", "refused opaque_function", ""),
        ("SELECT c.nothing FROM customers c", "unknown column nothing", ""),
        (
            "SELECT scalar_fn(email) FROM customers",
            "scalar_fn=~customers.email",
            "fails(function scalar_fn:customers.email)",
        ),
        (
            "SELECT unnest(tags) FROM customers",
            "unnest=~customers.tags",
            "FunctionArgument:other(customers.tags)",
        ),
        (
            "SELECT generate_series(1, boss) FROM customers",
            "generate_series=~customers.boss",
            "FunctionArgument:other(customers.boss) fails(function generate_series:customers.boss)",
        ),
        (
            "SELECT xmlelement(name a, email), xmlforest(note) FROM customers",
            "xmlelement=~customers.email xmlforest=~customers.note",
            "fails(XmlExpr:customers.email)",
        ),
        (
            "SELECT length(email), current_user, now() FROM customers",
            "length=~customers.email current_user=- now=-",
            "",
        ),
        (
            "SELECT email IS NULL, salary IS NOT NULL FROM customers",
            "?column?=~customers.email ?column?=~customers.salary",
            "",
        ),
        (
            "SELECT email FROM customers WHERE nothing = 1",
            "unknown column nothing",
            "",
        ),
        ("SELECT (scalar_fn(id)).* FROM plain", "refused not_understood", ""),
        (
            "SELECT (row_fn(id)).*, (row_fn(1)).zip FROM plain",
            "street=~plain.id zip=~plain.id zip=-",
            "",
        ),
        ("SELECT (NULL::customers).email, NULL::text", "email=- text=null", ""),
        (
            "SELECT has_table_privilege(email, 'x') FROM customers",
            "has_table_privilege=~customers.email",
            "FunctionArgument:other(customers.email) fails(function has_table_privilege:customers.email)",
        ),
    ]);
}

#[test]
fn aggregates_and_windows() {
    check(&[
        ("SELECT count(*), count(id) FROM customers", "count=- count=-", ""),
        (
            "SELECT count(email) FROM customers",
            "count=-",
            "CountArgument:null(customers.email)",
        ),
        (
            "SELECT count(DISTINCT email) FROM customers",
            "count=-",
            "AggregateDistinct:group(customers.email)",
        ),
        (
            "SELECT count(DISTINCT lower(email)) FROM customers",
            "count=-",
            "AggregateDistinct:other(customers.email)",
        ),
        (
            "SELECT count(nullif(email, 'x')) FROM customers",
            "count=-",
            "CountArgument:other(customers.email)",
        ),
        ("SELECT count(c), count(c.*) FROM customers c", "count=- count=-", ""),
        (
            "SELECT count(*) FILTER (WHERE email IS NOT NULL) FROM customers",
            "count=-",
            "Filter:null(customers.email)",
        ),
        (
            "SELECT sum(amount) FILTER (WHERE email = 'x') FROM orders",
            "sum=~orders.amount",
            "Filter:other(orders.email)",
        ),
        (
            "SELECT max(email), min(name) FROM customers",
            "max=~customers.email min=~customers.name",
            "",
        ),
        (
            "SELECT string_agg(email, ',' ORDER BY salary) FROM customers",
            "string_agg=~customers.email+customers.salary",
            "AggregateOrder:other(customers.salary)",
        ),
        (
            "SELECT array_agg(DISTINCT email) FROM customers",
            "array_agg=~customers.email",
            "AggregateDistinct:group(customers.email)",
        ),
        (
            "SELECT mode() WITHIN GROUP (ORDER BY email) FROM customers",
            "mode=~customers.email",
            "",
        ),
        (
            "SELECT sum(salary) FROM customers",
            "sum=~customers.salary",
            "fails(function sum:customers.salary)",
        ),
        (
            "SELECT email, row_number() OVER () FROM customers",
            "email=customers.email row_number=-",
            "",
        ),
        (
            "SELECT rank() OVER (ORDER BY salary) FROM customers",
            "rank=~customers.salary",
            "WindowOrder:other(customers.salary)",
        ),
        (
            "SELECT count(*) OVER (PARTITION BY email) FROM customers",
            "count=-",
            "PartitionBy:group(customers.email)",
        ),
        (
            "SELECT count(*) OVER w FROM customers WINDOW w AS (PARTITION BY email ORDER BY name)",
            "count=~customers.name",
            "PartitionBy:group(customers.email) WindowOrder:other(customers.name)",
        ),
        (
            "SELECT sum(id) OVER (w ROWS BETWEEN boss PRECEDING AND CURRENT ROW) FROM customers WINDOW w AS (ORDER BY id)",
            "sum=~customers.id+customers.boss",
            "WindowFrame:other(customers.boss)",
        ),
        (
            "SELECT lag(email) OVER (ORDER BY id) FROM customers",
            "lag=~customers.id+customers.email",
            "",
        ),
        (
            "SELECT count(*) OVER nowhere FROM customers",
            "unknown window nowhere",
            "",
        ),
        (
            "SELECT grouping(email), email FROM customers GROUP BY ROLLUP (email)",
            "grouping=- email=customers.email",
            "GroupBy:group(customers.email)",
        ),
    ]);
}

#[test]
fn tests_are_told_apart() {
    check(&[
        (
            "SELECT id FROM customers WHERE email = 'x'",
            "id=customers.id",
            "Where:other(customers.email)",
        ),
        (
            "SELECT id FROM customers WHERE email = $1",
            "id=customers.id",
            "Where:other(customers.email)",
        ),
        (
            "SELECT id FROM customers WHERE email LIKE 'a%'",
            "id=customers.id",
            "Where:other(customers.email)",
        ),
        (
            "SELECT id FROM customers WHERE id = 1 AND note <> 'x'",
            "id=customers.id",
            "",
        ),
        (
            "SELECT id FROM customers WHERE email IS NULL OR NOT phone IS NOT NULL",
            "id=customers.id",
            "Where:null(customers.email) Where:null(customers.phone)",
        ),
        ("SELECT id FROM customers WHERE c.email = 'x'", "unknown relation c", ""),
        (
            "SELECT c.id FROM customers c, orders o WHERE c.email = o.email",
            "id=customers.id",
            "Where:eq(customers.email;orders.email)",
        ),
        (
            "SELECT c.id FROM customers c, orders o WHERE c.email <> o.email",
            "id=customers.id",
            "Where:eq(customers.email;orders.email)",
        ),
        (
            "SELECT c.id FROM customers c, orders o WHERE c.email < o.email",
            "id=customers.id",
            "Where:other(customers.email+orders.email)",
        ),
        (
            "SELECT c.id FROM customers c, orders o WHERE c.email = o.note",
            "id=customers.id",
            "Where:eq(customers.email;orders.note)",
        ),
        (
            "SELECT c.id FROM customers c, orders o WHERE c.email = o.code",
            "id=customers.id",
            "Where:other(customers.email)",
        ),
        (
            "SELECT c.id FROM customers c, orders o WHERE (c.email, c.id) = (o.email, o.customer_id)",
            "id=customers.id",
            "Where:eq(customers.email;orders.email)",
        ),
        (
            "SELECT id FROM customers WHERE email IS DISTINCT FROM name",
            "id=customers.id",
            "Where:eq(customers.email;customers.name)",
        ),
        (
            "SELECT id FROM customers WHERE email IS DISTINCT FROM NULL",
            "id=customers.id",
            "Where:null(customers.email)",
        ),
        ("SELECT id FROM customers WHERE email = NULL", "id=customers.id", ""),
        (
            "SELECT id FROM customers WHERE email IN ('a', 'b')",
            "id=customers.id",
            "Where:other(customers.email)",
        ),
        (
            "SELECT id FROM customers WHERE email IN (name, email)",
            "id=customers.id",
            "Where:eq(customers.email;customers.name) Where:eq(customers.email;customers.email)",
        ),
        (
            "SELECT id FROM customers WHERE email IN (SELECT email FROM orders)",
            "id=customers.id",
            "Where:eq(customers.email;orders.email)",
        ),
        (
            "SELECT id FROM customers WHERE email NOT IN (SELECT email FROM orders WHERE amount > 3)",
            "id=customers.id",
            "Where:eq(customers.email;orders.email)",
        ),
        (
            "SELECT id FROM customers WHERE email = ANY (SELECT lower(email) FROM orders)",
            "id=customers.id",
            "Where:other(customers.email+orders.email)",
        ),
        (
            "SELECT id FROM customers WHERE email <> ALL (SELECT email FROM orders)",
            "id=customers.id",
            "Where:eq(customers.email;orders.email)",
        ),
        (
            "SELECT id FROM customers WHERE email > ALL (SELECT email FROM orders)",
            "id=customers.id",
            "Where:other(customers.email+orders.email)",
        ),
        (
            "SELECT id FROM customers WHERE (email, name) IN (SELECT email, note FROM orders)",
            "id=customers.id",
            "Where:eq(customers.email;orders.email) Where:eq(customers.name;orders.note)",
        ),
        (
            "SELECT id FROM customers WHERE email = ANY ('{a,b}')",
            "id=customers.id",
            "Where:other(customers.email)",
        ),
        (
            "SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.email = c.email)",
            "id=customers.id",
            "Where:eq(orders.email;customers.email)",
        ),
        (
            "SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.note = 'x' AND c.salary > 5)",
            "id=customers.id",
            "Where:other(customers.salary)",
        ),
        ("SELECT id FROM customers WHERE (SELECT true)", "id=customers.id", ""),
        (
            "SELECT id FROM customers WHERE CASE WHEN email = 'x' THEN true END",
            "id=customers.id",
            "Where:other(customers.email)",
        ),
        (
            "SELECT id FROM customers WHERE (email = 'x') IS TRUE",
            "id=customers.id",
            "Where:other(customers.email)",
        ),
        (
            "SELECT id FROM customers WHERE coalesce(email, '') = ''",
            "id=customers.id",
            "Where:other(customers.email)",
        ),
        (
            "SELECT id FROM customers c WHERE c IS NULL",
            "id=customers.id",
            "Where:other(customers.email+customers.name+customers.phone+customers.salary+customers.tags+customers.home+customers.meta+customers.boss+customers.mood)",
        ),
        (
            "SELECT id FROM customers a WHERE mood = (SELECT mood FROM customers LIMIT 1)",
            "id=customers.id",
            "Where:eq(customers.mood;customers.mood)",
        ),
        (
            "SELECT id FROM customers WHERE boss = id",
            "id=customers.id",
            "Where:eq(customers.boss;customers.id)",
        ),
        (
            "SELECT id FROM customers WHERE home = home",
            "id=customers.id",
            "Where:other(customers.home)",
        ),
        (
            "SELECT id FROM customers WHERE email OPERATOR(pg_catalog.=) name",
            "id=customers.id",
            "Where:eq(customers.email;customers.name)",
        ),
        (
            "SELECT id FROM customers WHERE email OPERATOR(app.=) name",
            "id=customers.id",
            "Where:other(customers.email+customers.name)",
        ),
    ]);
}

#[test]
fn clauses_that_decide() {
    check(&[
        (
            "SELECT id FROM customers ORDER BY email",
            "id=customers.id",
            "OrderBy:other(customers.email)",
        ),
        (
            "SELECT id, email FROM customers ORDER BY 2",
            "id=customers.id email=customers.email",
            "OrderBy:other(customers.email)",
        ),
        (
            "SELECT id AS email FROM customers ORDER BY email",
            "email=customers.id",
            "",
        ),
        (
            "SELECT email AS id FROM customers ORDER BY id",
            "id=customers.email",
            "OrderBy:other(customers.email)",
        ),
        (
            "SELECT email AS id FROM customers ORDER BY id + 0",
            "id=customers.email",
            "",
        ),
        (
            "SELECT email AS id, count(*) FROM customers GROUP BY id",
            "id=customers.email count=-",
            "",
        ),
        (
            "SELECT email AS z, count(*) FROM customers GROUP BY z",
            "z=customers.email count=-",
            "GroupBy:group(customers.email)",
        ),
        (
            "SELECT email, count(*) FROM customers GROUP BY 1",
            "email=customers.email count=-",
            "GroupBy:group(customers.email)",
        ),
        (
            "SELECT email, name FROM customers GROUP BY GROUPING SETS ((email), (name, id), ())",
            "email=customers.email name=customers.name",
            "GroupBy:group(customers.email) GroupBy:group(customers.name)",
        ),
        (
            "SELECT 1 FROM customers GROUP BY lower(email)",
            "?column?=-",
            "GroupBy:other(customers.email)",
        ),
        ("SELECT id FROM customers ORDER BY 7", "unknown position 7", ""),
        (
            "SELECT DISTINCT email FROM customers",
            "email=customers.email",
            "Distinct:group(customers.email)",
        ),
        (
            "SELECT DISTINCT email, upper(name) FROM customers",
            "email=customers.email upper=~customers.name",
            "Distinct:group(customers.email) Distinct:other(customers.name)",
        ),
        (
            "SELECT DISTINCT ON (email) id FROM customers ORDER BY email, id",
            "id=customers.id",
            "DistinctOn:group(customers.email) OrderBy:other(customers.email)",
        ),
        (
            "SELECT email FROM customers GROUP BY email HAVING count(*) > 1",
            "email=customers.email",
            "GroupBy:group(customers.email)",
        ),
        (
            "SELECT id FROM customers GROUP BY id HAVING max(email) > 'x'",
            "id=customers.id",
            "Having:other(customers.email)",
        ),
        (
            "SELECT id FROM customers LIMIT (SELECT boss FROM customers LIMIT 1)",
            "id=customers.id",
            "LimitOffset:other(customers.boss)",
        ),
        (
            "SELECT id FROM customers OFFSET (SELECT length(email) FROM orders LIMIT 1)",
            "id=customers.id",
            "LimitOffset:other(orders.email)",
        ),
        (
            "SELECT id FROM customers TABLESAMPLE bernoulli ((SELECT salary FROM customers LIMIT 1))",
            "id=customers.id",
            "TableSample:other(customers.salary)",
        ),
        ("SELECT id FROM customers LIMIT 10 OFFSET 3", "id=customers.id", ""),
        ("SELECT id INTO x FROM customers", "refused not_understood", ""),
    ]);
}

#[test]
fn functions_in_from() {
    check(&[
        (
            "SELECT t FROM customers c, unnest(c.tags) t",
            "t=~customers.tags",
            "FunctionArgument:other(customers.tags)",
        ),
        (
            "SELECT u.x, u.ordinality FROM plain, unnest(ARRAY['a', 'b']) WITH ORDINALITY u(x)",
            "x=- ordinality=-",
            "",
        ),
        (
            "SELECT key, value FROM plain p, jsonb_each(to_jsonb(p))",
            "key=~plain.id+plain.a+plain.b+plain.n+plain.r value=~plain.id+plain.a+plain.b+plain.n+plain.r",
            "",
        ),
        (
            "SELECT g, email FROM generate_series(1, 3) g, customers",
            "g=- email=customers.email",
            "",
        ),
        (
            "SELECT generate_series FROM generate_series(1, 3)",
            "generate_series=-",
            "",
        ),
        (
            "SELECT * FROM generate_series(1, 3) g(n), (SELECT email FROM customers) q",
            "n=- email=customers.email",
            "",
        ),
        (
            "SELECT a, b FROM plain p, json_to_record(p.a::json) AS x(b int, c text)",
            "unknown ambiguous column b",
            "",
        ),
        (
            "SELECT r.c FROM customers p, json_to_record(p.email::json) AS r(b int, c text)",
            "c=~customers.email",
            "FunctionArgument:other(customers.email) fails(cast to json:customers.email) fails(function json_to_record:customers.email)",
        ),
        (
            "SELECT * FROM ROWS FROM (generate_series(1, 2), unnest(ARRAY[1])) AS r(a, b)",
            "a=- b=-",
            "",
        ),
        ("SELECT x, y FROM table_fn(3), customers", "x=- y=-", ""),
        ("SELECT zip FROM row_fn(3), customers", "zip=-", ""),
        (
            "SELECT email FROM json_populate_record(NULL::customers, '{}')",
            "email=-",
            "",
        ),
        (
            "SELECT elem FROM customers, unnest(array_agg_of(tags)) elem",
            "elem=~customers.tags",
            "FunctionArgument:other(customers.tags) fails(function array_agg_of:customers.tags)",
        ),
        (
            "SELECT s.scalar_fn FROM customers c, scalar_fn(c.id) s",
            "scalar_fn=~customers.id",
            "",
        ),
        ("SELECT s FROM customers c, scalar_fn(c.id) s", "s=~customers.id", ""),
        ("SELECT * FROM pg_lock_status()", "refused not_understood", ""),
        (
            "SELECT x.v FROM customers, XMLTABLE('/a' PASSING ('<a/>'::xml) COLUMNS v text PATH 'x' DEFAULT email) x",
            "v=~customers.email",
            "FunctionArgument:other(customers.email) fails(RangeTableFuncCol:customers.email)",
        ),
        (
            "SELECT x.* FROM plain, XMLTABLE('/a' PASSING ('<a/>'::xml) COLUMNS o FOR ORDINALITY, v text PATH a) x",
            "o=~plain.a v=~plain.a",
            "",
        ),
        (
            "SELECT s FROM customers, JSON_TABLE(meta, '$' COLUMNS (s text PATH '$.a', NESTED PATH '$.b' COLUMNS (t text))) j",
            "s=~customers.meta",
            "FunctionArgument:other(customers.meta) fails(an expression that may fail in one branch:customers.meta) fails(JsonValueExpr:customers.meta)",
        ),
    ]);
}

#[test]
fn names_are_not_captured() {
    check(&[
        // A subquery in FROM that is not LATERAL sees the outer query, not its siblings.
        (
            "SELECT (SELECT r FROM (SELECT id AS email) x, (SELECT email AS r) y) FROM customers",
            "r=customers.email",
            "",
        ),
        (
            "SELECT (SELECT y.r FROM (SELECT note AS email) x, LATERAL (SELECT email AS r) y) FROM customers",
            "r=customers.note",
            "",
        ),
        (
            "SELECT y.r FROM (SELECT 1 AS email) x, (SELECT email AS r) y",
            "unknown column email",
            "",
        ),
        (
            "SELECT (SELECT y.r FROM (SELECT 1 AS email) x JOIN (SELECT email AS r) y ON true) FROM customers",
            "r=customers.email",
            "",
        ),
        (
            "SELECT (SELECT g.r FROM (SELECT a FROM plain) q JOIN LATERAL (SELECT a AS r) g ON true) FROM customers AS c(a, b)",
            "r=plain.a",
            "",
        ),
        // An inner label decides where an outer reference goes.
        (
            "SELECT upper FROM (SELECT upper(email) FROM customers) q",
            "upper=~customers.email",
            "",
        ),
        (
            "SELECT (SELECT upper FROM (SELECT upper(note)) q) FROM customers",
            "upper=~customers.note",
            "",
        ),
        (
            "SELECT \"case\" FROM (SELECT CASE WHEN true THEN email END FROM customers) q",
            "case=~customers.email",
            "",
        ),
        (
            "SELECT (SELECT email FROM (SELECT note::text) q) FROM customers",
            "email=customers.email",
            "",
        ),
        (
            "SELECT (SELECT email FROM (SELECT (SELECT note AS email)) q) FROM customers",
            "email=customers.note",
            "",
        ),
        (
            "SELECT (SELECT email FROM (SELECT CASE WHEN true THEN 'x' ELSE (SELECT note AS email) END) q) FROM customers",
            "email=~customers.note",
            "",
        ),
        (
            "SELECT (SELECT email FROM (SELECT (r).street AS email FROM plain) q) FROM customers",
            "email=~plain.r",
            "",
        ),
        (
            "SELECT (SELECT int4 FROM (SELECT '1'::int) q) FROM customers",
            "int4=-",
            "",
        ),
        // Columns before relations, inner levels before outer ones.
        ("SELECT email FROM customers email", "email=customers.email", ""),
        (
            "SELECT (SELECT c FROM plain) FROM customers c",
            "c=~customers.id+customers.email+customers.name+customers.phone+customers.salary+customers.tags+customers.home+customers.meta+customers.boss+customers.mood+customers.note",
            "",
        ),
        (
            "SELECT (SELECT email FROM plain AS p(email)) FROM customers",
            "email=plain.id",
            "",
        ),
        ("SELECT (SELECT c.a FROM plain c) FROM customers c", "a=plain.a", ""),
        (
            "SELECT (SELECT c.email FROM plain c) FROM customers c",
            "unknown column email",
            "",
        ),
        (
            "SELECT (SELECT ctid FROM plain JOIN orders USING (id)) FROM customers",
            "ctid=-",
            "",
        ),
        (
            "SELECT (SELECT c.* FROM plain p LIMIT 1) FROM plain c",
            "?column?=~plain.id+plain.a+plain.b+plain.n+plain.r",
            "",
        ),
        (
            "SELECT email FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE email = name)",
            "email=customers.email",
            "Where:eq(orders.email;customers.name)",
        ),
        // ON sees its two sides and the outer query, not what stands left of the join.
        (
            "SELECT (SELECT count(*) FROM plain email, orders o JOIN plain q ON name = o.note) FROM customers",
            "count=-",
            "JoinOn:eq(customers.name;orders.note)",
        ),
        (
            "SELECT (SELECT 1 FROM (SELECT note AS name FROM orders) s, plain p JOIN plain q ON name = 'x') FROM customers",
            "?column?=-",
            "JoinOn:other(customers.name)",
        ),
        // A function of unknown columns may have any name in it.
        (
            "SELECT (SELECT email FROM pg_lock_status()) FROM customers",
            "email=~customers.email",
            "",
        ),
        (
            "SELECT (SELECT nothing FROM pg_lock_status()) FROM customers",
            "nothing=-",
            "",
        ),
        (
            "SELECT email FROM customers, pg_lock_status()",
            "email=customers.email",
            "",
        ),
        // WITH: each sees those before it; a CTE without RECURSIVE does not see itself.
        (
            "WITH plain AS (SELECT email AS a FROM customers), q AS (SELECT a FROM plain) SELECT a FROM q",
            "a=customers.email",
            "",
        ),
        (
            "WITH q AS (SELECT a FROM plain), plain AS (SELECT email AS a FROM customers) SELECT a FROM q",
            "a=plain.a",
            "",
        ),
        (
            "WITH plain AS (SELECT a FROM plain) SELECT a FROM plain",
            "a=plain.a",
            "",
        ),
        (
            "WITH w AS (SELECT note AS e FROM orders) SELECT (WITH w AS (SELECT email AS e FROM customers LIMIT 1) SELECT e FROM w), e FROM w",
            "e=customers.email e=orders.note",
            "",
        ),
        // ORDER BY prefers labels, GROUP BY prefers columns.
        (
            "SELECT note AS email FROM customers GROUP BY email, note",
            "email=customers.note",
            "GroupBy:group(customers.email)",
        ),
        (
            "SELECT (SELECT max(p.a) FROM plain p GROUP BY email) FROM customers",
            "max=~plain.a",
            "GroupBy:group(customers.email)",
        ),
    ]);
}

#[test]
fn names_that_may_mean_several_relations() {
    check(&[
        ("SELECT secret FROM twin", "secret=twin.secret+twin.secret", ""),
        ("SELECT secret FROM odd", "refused ambiguous_name", ""),
        ("SELECT secret FROM app.odd", "secret=odd.secret", ""),
        ("SELECT secret FROM other.odd", "secret=odd.secret", ""),
        ("SELECT a FROM pair", "a=pair.a+pair.a", ""),
        ("SELECT app.pair.a FROM pair", "a=pair.a+pair.a", ""),
        ("SELECT nowhere.pair.a FROM pair", "unknown relation nowhere.pair", ""),
        (
            "SELECT relname FROM pg_class",
            "relname=pg_class.relname+pg_class.relname",
            "",
        ),
        (
            "SELECT 1 FROM elsewhere.app.customers",
            "unknown database elsewhere",
            "",
        ),
        ("SELECT 1 FROM nothing", "unknown relation nothing", ""),
        ("SELECT 1 FROM app.address", "unknown relation address", ""),
        ("SELECT 1 FROM customers c, orders c", "?column?=-", ""),
        (
            "SELECT c.email FROM customers c, orders c",
            "unknown ambiguous relation c",
            "",
        ),
    ]);
}

#[test]
fn copy_of_tables() {
    check(&[
        (
            "COPY app.orders TO STDOUT",
            "id=orders.id customer_id=orders.customer_id email=orders.email amount=orders.amount note=orders.note code=orders.code",
            "",
        ),
        (
            "COPY app.orders (twice, email) TO STDOUT",
            "twice=orders.twice email=orders.email",
            "",
        ),
        ("COPY app.orders (nothing) TO STDOUT", "unknown column nothing", ""),
        ("COPY odd TO STDOUT", "refused ambiguous_name", ""),
    ]);
}
