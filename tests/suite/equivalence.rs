//! The masked view: a query through pgveil gives the rows that it gives on a restored dump taken through pgveil.

use pgveil::cluster::Cluster;

use crate::harness::{Output, Proxy, for_version, server_version, shown};
use crate::pagila::Stage;

/// Each in one fixed order, by columns that are not protected. None computes anything from a protected value: what
/// pgveil redacts, a copy would compute from the masked one. `for_version` takes those that not every server has.
const QUERIES: &[&str] = &[
    // Plain columns, in every place they can come from.
    "SELECT * FROM customer ORDER BY customer_id",
    "SELECT * FROM staff ORDER BY staff_id",
    "SELECT * FROM address ORDER BY address_id",
    "SELECT * FROM actor ORDER BY actor_id",
    "TABLE country",
    "SELECT customer_id, email FROM customer WHERE store_id = 2 ORDER BY customer_id DESC LIMIT 20 OFFSET 5",
    "SELECT c.first_name AS given, c.last_name AS family FROM customer c ORDER BY c.customer_id",
    "SELECT public.customer.email FROM public.customer ORDER BY public.customer.customer_id",
    "SELECT (c).email FROM customer c ORDER BY (c).customer_id",
    "SELECT a, b FROM (SELECT email, phone FROM customer JOIN address USING (address_id) ORDER BY customer_id) AS t (a, b)",
    "SELECT s.mail FROM (SELECT customer_id AS id, email AS mail FROM customer OFFSET 0) s ORDER BY s.id",
    "SELECT first_name, 'Mrs' AS title, 1 + 1 AS two, customer_id * 2 AS twice FROM customer ORDER BY customer_id",
    // Joins.
    "SELECT c.email, a.phone FROM customer c JOIN address a ON a.address_id = c.address_id ORDER BY c.customer_id",
    "SELECT * FROM customer NATURAL JOIN store ORDER BY customer_id",
    "SELECT * FROM customer JOIN address USING (address_id) ORDER BY customer_id",
    "SELECT s.email, st.store_id FROM staff s LEFT JOIN store st ON st.manager_staff_id = s.staff_id ORDER BY s.staff_id",
    "SELECT c.email, f.title FROM customer c RIGHT JOIN rental r USING (customer_id) JOIN inventory i USING (inventory_id) \
     JOIN film f USING (film_id) ORDER BY r.rental_id LIMIT 200",
    "SELECT c.last_name, r.rental_id FROM customer c FULL JOIN rental r ON r.customer_id = c.customer_id \
     ORDER BY r.rental_id NULLS LAST, c.customer_id LIMIT 100",
    "SELECT a.first_name, f.title FROM actor a CROSS JOIN film f WHERE a.actor_id < 4 AND f.film_id < 4 \
     ORDER BY a.actor_id, f.film_id",
    "SELECT c.email, last.rental_date FROM customer c CROSS JOIN LATERAL \
     (SELECT rental_date FROM rental r WHERE r.customer_id = c.customer_id ORDER BY rental_id DESC LIMIT 1) last \
     ORDER BY c.customer_id",
    // Equality of values in one pseudonym domain, which the masked copy shows too.
    "SELECT count(*) FROM customer a JOIN customer b ON a.email = b.email",
    "SELECT count(DISTINCT email) FROM customer",
    "SELECT count(*) FROM customer WHERE email IN (SELECT email FROM customer WHERE store_id = 1)",
    "SELECT count(email), count(*) FROM customer",
    "SELECT count(*) FROM customer WHERE email IS NOT NULL",
    "SELECT count(*) FROM staff WHERE username IS NULL",
    "SELECT count(*) AS n FROM address GROUP BY phone ORDER BY n",
    // WITH.
    "WITH c AS (SELECT * FROM customer WHERE active = 1) SELECT customer_id, email FROM c ORDER BY customer_id",
    "WITH c (i, e) AS MATERIALIZED (SELECT customer_id, email FROM customer) SELECT e FROM c ORDER BY i",
    "WITH a AS (SELECT customer_id, first_name FROM customer), b AS (SELECT * FROM a WHERE customer_id < 50) \
     SELECT * FROM b ORDER BY customer_id",
    "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 10) \
     SELECT i, email FROM n JOIN customer ON customer_id = i ORDER BY i",
    // Set operations.
    "SELECT id, name FROM (SELECT customer_id AS id, first_name AS name FROM customer UNION ALL \
     SELECT actor_id + 10000, first_name FROM actor) p ORDER BY id",
    "SELECT id, email FROM (SELECT customer_id AS id, email FROM customer UNION ALL \
     SELECT staff_id + 10000, email FROM staff) p ORDER BY id",
    // Subqueries.
    "SELECT customer_id, (SELECT count(*) FROM rental r WHERE r.customer_id = c.customer_id), email FROM customer c \
     ORDER BY customer_id",
    "SELECT email FROM customer c WHERE EXISTS (SELECT 1 FROM payment p WHERE p.customer_id = c.customer_id \
     AND p.amount > 10) ORDER BY customer_id",
    "SELECT last_name FROM actor WHERE actor_id IN (SELECT actor_id FROM film_actor WHERE film_id = 1) ORDER BY actor_id",
    // One of several values, by what is clean or what the masked data tells too.
    "SELECT customer_id, CASE WHEN active = 1 THEN email END, email IS NULL, first_name IS NOT NULL FROM customer ORDER BY customer_id",
    "SELECT customer_id, CASE store_id WHEN 1 THEN c.email WHEN 2 THEN s.email END FROM customer c JOIN staff s USING (store_id) \
     ORDER BY customer_id",
    "SELECT a.customer_id, CASE WHEN a.email = b.email THEN b.email END, nullif(a.email, b.email), coalesce(a.email, b.email) \
     FROM customer a JOIN customer b ON b.customer_id = a.customer_id / 2 * 2 ORDER BY a.customer_id",
    "SELECT customer_id, lag(email) OVER w, lead(first_name, 2) OVER w, first_value(last_name) OVER w, nth_value(email, 2) OVER w \
     FROM customer WINDOW w AS (PARTITION BY store_id ORDER BY customer_id) ORDER BY customer_id",
    // Arrays, rows and documents, member by member.
    "SELECT store_id, array_agg(email ORDER BY customer_id) FROM customer GROUP BY store_id ORDER BY store_id",
    "SELECT ARRAY(SELECT last_name FROM actor ORDER BY actor_id LIMIT 7), (ARRAY(SELECT last_name FROM actor ORDER BY actor_id))[3:5]",
    "SELECT customer_id, ARRAY[email, NULL, email], ARRAY[ARRAY[first_name, first_name]], (ARRAY[email, email])[2] FROM customer ORDER BY 1",
    "SELECT u FROM unnest(ARRAY(SELECT email FROM customer ORDER BY customer_id)) WITH ORDINALITY AS t (u, n) ORDER BY n",
    "SELECT c FROM customer c ORDER BY customer_id",
    "SELECT a, a::text, ROW(a.phone, 'x, \"y\"', NULL, ROW(a.address_id, a.phone)) FROM address a ORDER BY address_id",
    "SELECT array_agg(a ORDER BY actor_id) FROM actor a WHERE actor_id < 20",
    "SELECT row_to_json(c), to_jsonb(c) FROM customer c ORDER BY customer_id",
    "SELECT json_agg(s ORDER BY staff_id), jsonb_agg(s ORDER BY staff_id) FROM staff s",
    "SELECT json_build_object('id', customer_id, 'email', email, 'name', json_build_array(first_name, last_name), 'since', create_date) \
     FROM customer ORDER BY customer_id",
    "SELECT jsonb_build_object('name', first_name, 'e', email, 'ée \"x', active, 'nothing', NULL::text) FROM customer ORDER BY customer_id",
    "SELECT json_object_agg(customer_id, email ORDER BY customer_id), jsonb_object_agg(customer_id, email) FROM customer WHERE customer_id < 30",
    "SELECT row_to_json(s, true), to_json(ARRAY[ARRAY[s.email, s.email]]) FROM staff s ORDER BY staff_id",
    "SELECT to_jsonb(c) -> 'email', to_jsonb(c) ->> 'email', row_to_json(c) ->> 'active', to_jsonb(c) ->> 'none', to_jsonb(c) -> 'none' \
     FROM customer c ORDER BY customer_id",
    "SELECT json_agg(s ORDER BY staff_id) -> 1 ->> 'email', jsonb_agg(s ORDER BY staff_id) #>> '{0,email}', json_agg(s ORDER BY staff_id) -> 7 FROM staff s",
    "SELECT to_jsonb(c) - 'create_date' - 'none', jsonb_build_object('a', c.email, 'b', c.first_name) || jsonb_build_object('b', c.last_name, 'c', c.active), \
     jsonb_strip_nulls(jsonb_build_object('e', nullif(c.email, d.email), 'id', c.customer_id)) \
     FROM customer c LEFT JOIN customer d ON d.customer_id = c.customer_id AND d.store_id = 1 ORDER BY c.customer_id",
    "-- from 14\nSELECT customer_id, (jsonb_build_array(email, 1))[0], (jsonb_build_array(email, 1))[1] FROM customer ORDER BY 1",
    "SELECT json_build_object('c', json_build_object('e', email, 'l', json_build_array(phone, NULL))) #>> '{c,l}', \
     json_build_object('c', json_build_object('e', email))->'c'->>'e' FROM customer JOIN address USING (address_id) ORDER BY customer_id",
    // PostgREST: a page of rows, with rows of another table within.
    "WITH pgrst_source AS (SELECT customer.customer_id, customer.email, coalesce(customer_rental.customer_rental, '[]') AS rentals, \
     row_to_json(customer_address.*) AS address FROM customer \
     LEFT JOIN LATERAL (SELECT json_agg(customer_rental) AS customer_rental FROM (SELECT r.rental_id, r.rental_date FROM rental r \
     WHERE r.customer_id = customer.customer_id ORDER BY r.rental_id LIMIT 2) AS customer_rental) AS customer_rental ON TRUE \
     LEFT JOIN LATERAL (SELECT a.address, a.phone FROM address a WHERE a.address_id = customer.address_id) AS customer_address ON TRUE \
     ORDER BY customer.customer_id LIMIT 30 OFFSET 3) \
     SELECT null::bigint AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total, \
     coalesce(json_agg(_postgrest_t), '[]')::character varying AS body, nullif(current_setting('response.headers', true), '') AS response_headers \
     FROM (SELECT * FROM pgrst_source) _postgrest_t",
    // Hasura: an object a row, collected.
    "SELECT coalesce(json_agg(\"root\"), '[]') AS \"root\" FROM (SELECT row_to_json((SELECT \"_e\" FROM (SELECT \"_root.base\".\"customer_id\" \
     AS \"customer_id\", \"_root.base\".\"email\" AS \"email\", \"_root.or.address\".\"address\" AS \"address\") AS \"_e\")) AS \"root\" \
     FROM (SELECT * FROM \"public\".\"customer\" WHERE ('true') ORDER BY customer_id LIMIT 12) AS \"_root.base\" LEFT OUTER JOIN LATERAL \
     (SELECT row_to_json((SELECT \"_e\" FROM (SELECT \"_address.base\".\"phone\" AS \"phone\") AS \"_e\")) AS \"address\" FROM \
     (SELECT * FROM \"public\".\"address\" WHERE (\"_root.base\".\"address_id\") = (\"address_id\") LIMIT 1) AS \"_address.base\") \
     AS \"_root.or.address\" ON ('true')) AS \"_root\"",
    "COPY (SELECT customer_id, c, row_to_json(c), ARRAY[email, email] FROM customer c WHERE customer_id < 4 ORDER BY 1) TO STDOUT (FORMAT csv)",
    // The same in binary form.
    "COPY (SELECT customer_id, email, ROW(email, active, NULL, create_date), ARRAY[email, NULL], ARRAY[ARRAY[first_name, first_name], \
     ARRAY[NULL, first_name]] FROM customer ORDER BY 1) TO STDOUT (FORMAT binary)",
    "COPY (SELECT to_jsonb(c), json_build_object('e', email, 'n', first_name), array_agg(email) OVER (ORDER BY customer_id ROWS 2 PRECEDING) \
     FROM customer c ORDER BY customer_id) TO STDOUT (FORMAT binary)",
    // Ordering, windows and aggregates over what is not protected.
    "SELECT email, row_number() OVER (ORDER BY customer_id) FROM customer ORDER BY customer_id",
    "SELECT c.customer_id, c.email, sum(p.amount) FROM customer c JOIN payment p USING (customer_id) \
     GROUP BY c.customer_id ORDER BY c.customer_id",
    "SELECT DISTINCT ON (store_id) store_id, email FROM customer ORDER BY store_id, customer_id",
    "SELECT store_id, count(*), max(customer_id) FROM customer GROUP BY store_id ORDER BY store_id",
    "SELECT rating, avg(length), string_agg(title, ',' ORDER BY title) FROM film GROUP BY rating ORDER BY rating",
    "SELECT grouping(store_id), store_id, count(*) FROM customer GROUP BY ROLLUP (store_id) ORDER BY 1, 2",
    // Partitions, views, a materialised view.
    "SELECT count(*), sum(amount) FROM payment",
    "SELECT * FROM payment_p2022_03 ORDER BY payment_id, payment_date LIMIT 100",
    "SELECT * FROM rental_by_category ORDER BY category",
    "SELECT * FROM sales_by_film_category ORDER BY total_sales DESC, category",
    "SELECT id, address, phone, city, country, sid FROM customer_list ORDER BY id",
    "SELECT id, phone FROM staff_list ORDER BY id",
    // COPY, cursors and prepared statements.
    "COPY actor TO STDOUT",
    "COPY customer (customer_id, email) TO STDOUT (FORMAT csv, HEADER)",
    "COPY (SELECT email, first_name FROM customer ORDER BY customer_id) TO STDOUT (FORMAT csv, DELIMITER ';', FORCE_QUOTE *)",
    "BEGIN; DECLARE c CURSOR FOR SELECT email FROM customer ORDER BY customer_id; FETCH 5 FROM c; MOVE 5 FROM c; \
     FETCH NEXT FROM c; CLOSE c; COMMIT",
    "PREPARE p (int) AS SELECT email FROM customer WHERE customer_id = $1; EXECUTE p (7); EXECUTE p (8); DEALLOCATE p",
    "EXPLAIN (COSTS OFF) SELECT email FROM customer WHERE customer_id = 1",
];

#[test]
fn live_and_restored_agree() {
    let stage = Stage::set();
    let dump = stage.dump(&["--format=custom"]);
    stage.restore(&dump, "restored");
    // Plans depend on statistics, which a restored database does not have yet.
    stage.cluster.psql("restored", "ANALYZE").expect("ANALYZE");
    let version = server_version(&stage.cluster);
    let mut differences = Vec::new();
    for sql in QUERIES.iter().map(|sql| for_version(sql, version)) {
        let sql = sql.trim_end();
        if sql.is_empty() {
            continue;
        }
        let args = ["-XAq", "-v", "ON_ERROR_STOP=1", "-P", "null=(null)", "-c", sql];
        let live = Output::of(stage.proxy.tool(&stage.cluster, "psql", "pagila").args(args));
        let mut psql = stage.cluster.tool("psql").expect("psql");
        let restored = Output::of(psql.args(["-d", "restored"]).args(args));
        assert_eq!(restored.code, Some(0), "{sql}\n{}", restored.stderr);
        if live.code != Some(0) {
            differences.push(format!("{sql}\n{}", live.stderr));
        } else if live.stdout != restored.stdout {
            differences.push(format!("{sql}\n{}", shown(&live.stdout, &restored.stdout)));
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {}:\n{}",
        differences.len(),
        QUERIES.len(),
        differences.join("\n")
    );
}

/// Queries for all rows of users' tables. Columns that the server computes are left out: pgveil redacts what the copy computes
/// from masked values.
const TABLES: &str = "SELECT format('COPY (SELECT %s FROM ONLY %s) TO STDOUT', string_agg(quote_ident(attname), ', ' ORDER BY attnum), \
                      attrelid::regclass) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid \
                      WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped AND attgenerated = '' \
                      AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)' GROUP BY attrelid ORDER BY attrelid";

/// Every row of every table: read through pgveil, and on a copy that a dump through pgveil made.
pub fn tables_agree(cluster: &Cluster, proxy: &Proxy, database: &str, copy: &str) {
    let queries = cluster.psql(database, TABLES).expect("tables");
    let queries: Vec<&str> = queries.lines().collect();
    assert!(queries.len() > 5, "{queries:?}");
    let commands: Vec<&str> = queries
        .iter()
        .flat_map(|query| ["-c", "\\echo == a table", "-c", query])
        .collect();
    let args = ["-XAq", "-v", "ON_ERROR_STOP=1"];
    let live = Output::of(proxy.tool(cluster, "psql", database).args(args).args(&commands)).success();
    let mut psql = cluster.tool("psql").expect("psql");
    let restored = Output::of(psql.args(["-d", copy]).args(args).args(&commands)).success();
    let (live, restored) = (sorted_tables(&live), sorted_tables(&restored));
    assert_eq!((live.len(), restored.len()), (queries.len(), queries.len()));
    for ((live, restored), query) in live.iter().zip(&restored).zip(queries) {
        assert_eq!(live, restored, "{copy}: {query}\n{}", shown(live, restored));
    }
}

/// The rows of each table in an order of their own.
fn sorted_tables(output: &str) -> Vec<String> {
    let tables = output.split("== a table\n").skip(1).map(|table| {
        let mut lines: Vec<&str> = table.lines().collect();
        lines.sort_unstable();
        lines.join("\n")
    });
    tables.collect()
}
