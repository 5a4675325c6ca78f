-- One bit at a time.

-- refuse predicate: equality with a guess
SELECT id FROM vault.person WHERE email = '{email}';
-- refuse predicate: inequality
SELECT id FROM vault.person WHERE email <> '{email}';
-- refuse predicate: LIKE
SELECT id FROM vault.person WHERE email LIKE 'zq%';
-- refuse predicate: count by LIKE
SELECT count(*) FROM vault.person WHERE email LIKE 'zqa%';
-- refuse predicate: regular expression
SELECT id FROM vault.person WHERE email ~ '^zq';
-- refuse predicate: IN of guesses
SELECT id FROM vault.person WHERE email IN ('a', '{email}');
-- refuse predicate: ANY of guesses
SELECT id FROM vault.person WHERE email = ANY ('{a,b}');
-- refuse predicate: range
SELECT id FROM vault.person WHERE badge BETWEEN 1 AND 1200000000;
-- refuse predicate: number
SELECT id FROM vault.person WHERE badge > 1200000000;
-- refuse predicate: date
SELECT id FROM vault.person WHERE born < date '72000-01-01';
-- refuse predicate: through a view
SELECT number FROM vault.v_mail WHERE mail > 'm';
-- refuse predicate: computed column of a view
SELECT id FROM vault.v_expression WHERE loud > 'M';
-- refuse predicate: through a materialised view
SELECT id FROM vault.m_person WHERE size > 3;
-- refuse predicate: through a partition
SELECT id FROM vault.event_2024 WHERE secret < 'm';
-- refuse predicate: through a CTE
WITH c AS (SELECT id, email AS e FROM vault.person) SELECT id FROM c WHERE e < 'm';
-- refuse predicate: generated column
SELECT id FROM vault.person WHERE shout < 'M';
-- refuse predicate: foreign key
SELECT id FROM vault.visit WHERE person_email = '{email}';
-- refuse predicate: field of JSON
SELECT id FROM vault.person WHERE profile ->> 'phone' = 'x';
-- refuse predicate: containment of JSON
SELECT id FROM vault.person WHERE profile @> '{"a":1}';
-- refuse predicate: key of JSON
SELECT id FROM vault.person WHERE profile ? 'phone';
-- refuse predicate: text search
SELECT id FROM vault.person WHERE words @@ to_tsquery('simple', 'zqa');
-- refuse predicate: length
SELECT id FROM vault.person WHERE length(email) > 3;
-- refuse predicate: whole row
SELECT id FROM vault.visit v WHERE v.*::text LIKE '%zq%';
-- refuse predicate: row comparison
SELECT id FROM vault.person WHERE (id, email) > (0, 'm');
-- refuse predicate: join with guesses
SELECT v.x FROM (VALUES ('{email}')) v(x) JOIN vault.person ON email = x;
-- refuse predicate: USING with guesses
SELECT email FROM (VALUES ('{email}')) v(email) JOIN vault.person USING (email);
-- refuse predicate: join with numbers
SELECT g FROM generate_series(1000000000, 1000000010) g JOIN vault.person ON badge = g;
-- refuse predicate: join of two domains
SELECT p.id FROM vault.person p JOIN vault.visit v ON p.name = v.note;
-- refuse predicate: INTERSECT with guesses
SELECT email FROM vault.person INTERSECT VALUES ('{email}');
-- refuse predicate: EXCEPT with guesses
SELECT '{email}' EXCEPT SELECT email FROM vault.person;
-- refuse predicate: UNION with guesses
SELECT count(*) FROM (SELECT email FROM vault.person UNION SELECT '{email}') u;
-- refuse predicate: EXISTS
SELECT EXISTS (SELECT 1 FROM vault.person WHERE email < 'm');
-- refuse predicate: IN a subselect of guesses
SELECT id FROM vault.person WHERE email IN (SELECT 'x' || g FROM generate_series(1, 3) g);
-- refuse predicate: guess IN a subselect
SELECT id FROM vault.clean WHERE label IN (SELECT email FROM vault.person);
-- refuse predicate: guess compared with a scalar subselect
SELECT id FROM vault.clean WHERE label < (SELECT max(email) FROM vault.person);
-- refuse predicate: ALL
SELECT id FROM vault.clean WHERE label > ALL (SELECT email FROM vault.person);
-- refuse predicate: ORDER BY
SELECT id FROM vault.person ORDER BY email;
-- refuse predicate: ORDER BY position
SELECT id, email FROM vault.person ORDER BY 2;
-- refuse predicate: ORDER BY label
SELECT id, salary AS s FROM vault.person ORDER BY s DESC LIMIT 1;
-- refuse predicate: ORDER BY USING
SELECT id FROM vault.person ORDER BY badge USING >;
-- refuse predicate: ORDER BY an expression
SELECT id FROM vault.person ORDER BY length(email);
-- refuse predicate: DISTINCT ON
SELECT DISTINCT ON (name) id FROM vault.person;
-- refuse predicate: DISTINCT under a mask that loses uniqueness
SELECT DISTINCT name FROM vault.person;
-- refuse predicate: GROUP BY under a mask that loses uniqueness
SELECT count(*) FROM vault.person GROUP BY name;
-- refuse predicate: GROUP BY an expression
SELECT count(*) FROM vault.person GROUP BY left(email, 3);
-- refuse predicate: GROUPING SETS
SELECT count(*) FROM vault.person GROUP BY ROLLUP (city, name);
-- refuse predicate: HAVING
SELECT city FROM vault.person GROUP BY city HAVING max(email) > 'm';
-- refuse predicate: HAVING over a sum
SELECT city FROM vault.person GROUP BY city HAVING sum(salary) > 1;
-- refuse predicate: FILTER
SELECT count(*) FILTER (WHERE email > 'm') FROM vault.person;
-- refuse predicate: COUNT DISTINCT under a mask that loses uniqueness
SELECT count(DISTINCT name) FROM vault.person;
-- redact: CASE with clean results
SELECT CASE WHEN badge > 1100000000 THEN city ELSE 'x' END FROM vault.person;
-- refuse fallible_expression: division by zero in a branch
SELECT CASE WHEN email < 'm' THEN 1 / (id - id) ELSE 0 END FROM vault.person;
-- refuse fallible_expression: division by a value
SELECT 1 / (badge - 1000000000) FROM vault.person;
-- refuse predicate: LIMIT by a subquery
SELECT id FROM vault.clean LIMIT (SELECT length(email) FROM vault.person WHERE id = 1);
-- refuse predicate: OFFSET by a subquery
SELECT id FROM vault.clean OFFSET (SELECT badge FROM vault.person WHERE id = 1);
-- refuse fallible_expression: generate_series by value
SELECT g FROM vault.person, generate_series(1, ascii(email)) g;
-- refuse fallible_expression: repeat by value
SELECT generate_series(1, length(email)) FROM vault.person;
-- refuse predicate: window order
SELECT id, rank() OVER (ORDER BY email) FROM vault.person;
-- refuse predicate: named window
SELECT id, row_number() OVER w FROM vault.person WINDOW w AS (ORDER BY salary);
-- refuse predicate: partition of a window under a mask that loses uniqueness
SELECT id, count(*) OVER (PARTITION BY name) FROM vault.person;
-- refuse predicate: aggregate order
SELECT array_agg(id ORDER BY email) FROM vault.person;
-- refuse predicate: percentile order
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY city), count(*) FILTER (WHERE salary > 5) FROM vault.person;
-- refuse predicate: hypothetical rank
SELECT id FROM vault.clean WHERE id < (SELECT rank('m') WITHIN GROUP (ORDER BY email) FROM vault.person);
-- redact: hypothetical rank as a value
SELECT rank('m') WITHIN GROUP (ORDER BY email) FROM vault.person;
-- refuse fallible_expression: array position
SELECT id FROM vault.person WHERE array_position(aliases, 'x') = 1;
-- refuse predicate: overlap of arrays
SELECT id FROM vault.person WHERE aliases && ARRAY['x'];
-- refuse predicate: network containment
SELECT id FROM vault.person WHERE address << '203.0.0.0/8';
-- refuse predicate: overlap of ranges
SELECT id FROM vault.person WHERE span @> 5000000000001;
-- refuse fallible_expression: sleep in a branch
SELECT CASE WHEN email < 'm' THEN pg_sleep(1) END FROM vault.person;
-- refuse fallible_expression: TABLESAMPLE by a subquery
SELECT id FROM vault.clean TABLESAMPLE BERNOULLI ((SELECT badge / 20000000 FROM vault.person WHERE id = 1));
-- refuse predicate: EXPLAIN of a predicate
EXPLAIN SELECT id FROM vault.person WHERE email = '{email}';
-- refuse predicate: EXPLAIN ANALYZE of a predicate
EXPLAIN (ANALYZE, FORMAT JSON) SELECT id FROM vault.person WHERE badge > 5;
-- refuse predicate: EXPLAIN of a cursor
EXPLAIN DECLARE c CURSOR FOR SELECT id FROM vault.person WHERE badge > 5;
-- refuse predicate: JOIN ON with a constant
SELECT c.id FROM vault.clean c LEFT JOIN vault.person p ON p.id = c.id AND p.email > 'm';
-- refuse predicate: semi-join condition in LATERAL
SELECT c.id FROM vault.clean c, LATERAL (SELECT 1 FROM vault.person p WHERE p.email > c.label) l;
-- refuse predicate: recursive CTE by value
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < (SELECT length(email) FROM vault.person WHERE id = 1)) SELECT n FROM r;
-- refuse predicate: cycle by value
WITH RECURSIVE r(n, v) AS (SELECT id, name FROM vault.person WHERE id = 1 UNION ALL SELECT n + 1, v FROM r WHERE n < 3) CYCLE v SET is_cycle USING path SELECT n FROM r;
-- refuse predicate: boolean column by comparison
SELECT id FROM vault.person WHERE (email < 'm') IS TRUE;
-- refuse predicate: NULL test of an expression
SELECT id FROM vault.person WHERE nullif(email, '{email}') IS NULL;
-- refuse predicate: NULL test of a row
SELECT id FROM vault.person p WHERE ROW(p.email, p.name) IS NULL;
-- refuse predicate: count of an expression
SELECT count(nullif(email, '{email}')) FROM vault.person;
-- refuse predicate: IS DISTINCT FROM a guess
SELECT id FROM vault.person WHERE email IS DISTINCT FROM '{email}';
-- refuse predicate: SIMILAR TO
SELECT id FROM vault.person WHERE email SIMILAR TO 'zq%';
-- refuse predicate: FETCH FIRST WITH TIES
SELECT id FROM vault.person ORDER BY email FETCH FIRST 1 ROW WITH TIES;
-- refuse predicate: subquery that runs in one branch
SELECT CASE WHEN email < 'm' THEN (SELECT count(*) FROM vault.clean c WHERE c.id = p.id) END FROM vault.person p;
-- refuse predicate: subquery behind AND
SELECT email < 'm' AND EXISTS (SELECT 1 FROM vault.clean c WHERE c.id = p.id) FROM vault.person p;
-- refuse predicate: subquery behind COALESCE
SELECT coalesce(nullif(email, 'a guess'), (SELECT label FROM vault.clean c WHERE c.id = p.id)) FROM vault.person p;
-- refuse predicate: subquery in one branch, counted by EXPLAIN
EXPLAIN (ANALYZE, TIMING OFF) SELECT CASE WHEN badge > 1200000000 THEN (SELECT count(*) FROM vault.clean) END FROM vault.person p;
-- refuse fallible_expression: rows of a function in one branch
SELECT CASE WHEN email < 'm' THEN (SELECT count(*) FROM generate_series(1, 10)) END FROM vault.person p;

-- search: by the masked value that was seen
SELECT id, badge FROM vault.person WHERE badge = {badge};
-- search: by masked values in a list, negated
SELECT id, badge FROM vault.person WHERE badge NOT IN ({badge}, 17);
-- search: a foreign key by its masked value
SELECT v.id, v.badge FROM vault.visit v JOIN vault.person p ON p.badge = v.badge AND p.badge = '{badge}';
-- search: a UUID
SELECT id, device FROM vault.person WHERE device = '{device}';
-- search: a guess at the original is a masked value like any other
SELECT count(*) FROM vault.person WHERE badge = {guess};
-- search: a guess, and its negation
SELECT count(*) FROM vault.person WHERE badge IS DISTINCT FROM {guess} AND NOT badge <> ALL ('{{guess},{badge}}');
-- refuse predicate: a constant for a protected column and a clean one
SELECT id FROM vault.person WHERE {badge} IN (badge, score);
-- refuse predicate: a range from a constant
SELECT id FROM vault.person WHERE badge >= {badge} AND badge <= {badge};
-- refuse predicate: a constant that is computed
SELECT id FROM vault.person WHERE badge = {guess} + 0;
-- refuse predicate: a constant that a function makes
SELECT id FROM vault.person WHERE badge = abs({guess});
-- refuse predicate: a constant in another spelling
SELECT id FROM vault.person WHERE badge = E'{guess}';
-- refuse predicate: a constant in a sublink
SELECT id FROM vault.person WHERE badge = (SELECT {guess});
-- refuse predicate: constants in VALUES
SELECT id FROM vault.person JOIN (VALUES ({guess})) v(x) ON badge = x;
-- refuse opaque_function: the text that was sent
SELECT current_query() FROM vault.person WHERE badge = {badge};
-- refuse predicate: a parameter of PREPARE
PREPARE w AS SELECT id FROM vault.person WHERE badge = $1;
-- refuse predicate: the plan of a prepared search
PREPARE w AS SELECT id FROM vault.person WHERE badge = {badge};
EXPLAIN (ANALYZE, VERBOSE) EXECUTE w;
-- redact: an array with it as an element
SELECT id, ARRAY[badge, {badge}] FROM vault.person;
-- redact: the comparison itself
SELECT id, (badge = {badge})::text FROM vault.person;
-- refuse predicate: size of an array within another
SELECT p.id, (SELECT count(*) FROM unnest(ARRAY[p.aliases]) u) FROM vault.person p;
-- refuse predicate: size of an array within another, from a subquery
SELECT s.id, u IS NULL FROM (SELECT id, ARRAY[codes] AS a FROM vault.person) s, unnest(s.a) u;
-- redact: elements of an array within another
SELECT ARRAY[aliases] FROM vault.person;
-- refuse fallible_expression: arrays of unequal sizes
SELECT ARRAY[(ARRAY[1, 2])[1:badge], ARRAY[1, 2]] FROM vault.person;
-- refuse fallible_expression: array that may be NULL among arrays
SELECT array_agg(nullif(ARRAY[1, 2], ARRAY[badge, 2])) FROM vault.person;
-- redact: length of a slice
SELECT array_length((ARRAY[1, 2])[1:badge], 1) FROM vault.person;
-- redact: sum
SELECT city, sum(badge), avg(salary), avg(account) FROM vault.person GROUP BY city;
-- redact: deviation
SELECT variance(badge), stddev_pop(salary) FROM vault.person;
-- redact: bits of all
SELECT bit_and(badge), bit_or(account) FROM vault.person;
-- refuse fallible_expression: sum that overflows for a guess
SELECT sum(CASE WHEN email = '{email}' THEN 9e131071 ELSE 0 END) FROM vault.person;
-- refuse fallible_expression: sum of floating-point numbers
SELECT sum(ratio) FROM vault.person;
-- redact: containment in an array
SELECT id, aliases @> '{x}', codes && '{1,2}' FROM vault.person;
-- redact: containment in a document
SELECT id, profile @> '{"phone": "x"}' FROM vault.person;
-- redact: match of a search vector
SELECT id, words @@ to_tsquery('simple', 'x') FROM vault.person;
-- redact: network that holds an address
SELECT id, address << '203.0.0.0/8', address && '203.0.0.0/8' FROM vault.person;
-- refuse predicate: containment in WHERE
SELECT id FROM vault.person WHERE aliases @> '{x}';
-- refuse predicate: match in WHERE
SELECT id FROM vault.person WHERE words @@ to_tsquery('simple', 'x');
-- redact: deep in a document
SELECT id, profile -> 'deep' -> 0 ->> 1 FROM vault.person;
-- search: a constant in a subquery's rows
SELECT id FROM vault.person WHERE {badge} IN (SELECT badge FROM vault.visit);
-- search: a constant that is not there
SELECT count(*) FROM vault.person WHERE {guess} NOT IN (SELECT badge FROM vault.person WHERE badge IS NOT NULL);
-- refuse fallible_expression: a constant in a subquery's computed rows
SELECT id FROM vault.person WHERE {badge} IN (SELECT badge + 0::bigint - 0 FROM vault.visit);
-- mask: a function that picks
SELECT id, vault.prefer(email, email) FROM vault.person;
-- redact: a function that picks a value or a constant
SELECT id, vault.prefer(email, 'nobody') FROM vault.person;
-- redact: a function that picks among two masks
SELECT id, vault.prefer(email, name) FROM vault.person;
