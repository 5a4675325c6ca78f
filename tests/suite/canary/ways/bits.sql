-- One bit at a time.

-- refuse predicate: equality with a guess [bit-where]
SELECT id FROM vault.person WHERE email = '{email}';
-- refuse predicate: inequality [bit-where]
SELECT id FROM vault.person WHERE email <> '{email}';
-- refuse predicate: LIKE [bit-where]
SELECT id FROM vault.person WHERE email LIKE 'zq%';
-- refuse predicate: count by LIKE [bit-count]
SELECT count(*) FROM vault.person WHERE email LIKE 'zqa%';
-- refuse predicate: regular expression [bit-where]
SELECT id FROM vault.person WHERE email ~ '^zq';
-- refuse predicate: IN of guesses [bit-where]
SELECT id FROM vault.person WHERE email IN ('a', '{email}');
-- refuse predicate: ANY of guesses [bit-where]
SELECT id FROM vault.person WHERE email = ANY ('{a,b}');
-- refuse predicate: range [bit-ranges]
SELECT id FROM vault.person WHERE badge BETWEEN 1 AND 1200000000;
-- refuse predicate: number [bit-ranges]
SELECT id FROM vault.person WHERE badge > 1200000000;
-- refuse predicate: date [bit-ranges]
SELECT id FROM vault.person WHERE born < date '72000-01-01';
-- refuse predicate: through a view [bit-where]
SELECT number FROM vault.v_mail WHERE mail > 'm';
-- refuse predicate: computed column of a view [bit-where]
SELECT id FROM vault.v_expression WHERE loud > 'M';
-- refuse predicate: through a materialised view [bit-where]
SELECT id FROM vault.m_person WHERE size > 3;
-- refuse predicate: through a partition [bit-where]
SELECT id FROM vault.event_2024 WHERE secret < 'm';
-- refuse predicate: through a CTE [bit-where]
WITH c AS (SELECT id, email AS e FROM vault.person) SELECT id FROM c WHERE e < 'm';
-- refuse predicate: generated column [bit-where]
SELECT id FROM vault.person WHERE shout < 'M';
-- refuse predicate: foreign key [bit-where]
SELECT id FROM vault.visit WHERE person_email = '{email}';
-- refuse predicate: field of JSON [bit-where]
SELECT id FROM vault.person WHERE profile ->> 'phone' = 'x';
-- refuse predicate: containment of JSON [bit-where]
SELECT id FROM vault.person WHERE profile @> '{"a":1}';
-- refuse predicate: key of JSON [bit-where]
SELECT id FROM vault.person WHERE profile ? 'phone';
-- refuse predicate: text search [bit-where]
SELECT id FROM vault.person WHERE words @@ to_tsquery('simple', 'zqa');
-- refuse predicate: length [bit-where]
SELECT id FROM vault.person WHERE length(email) > 3;
-- refuse predicate: whole row [bit-where]
SELECT id FROM vault.visit v WHERE v.*::text LIKE '%zq%';
-- refuse predicate: row comparison [bit-where]
SELECT id FROM vault.person WHERE (id, email) > (0, 'm');
-- refuse predicate: join with guesses [bit-join]
SELECT v.x FROM (VALUES ('{email}')) v(x) JOIN vault.person ON email = x;
-- refuse predicate: USING with guesses [bit-join]
SELECT email FROM (VALUES ('{email}')) v(email) JOIN vault.person USING (email);
-- refuse predicate: join with numbers [bit-join]
SELECT g FROM generate_series(1000000000, 1000000010) g JOIN vault.person ON badge = g;
-- refuse predicate: join of two domains [bit-join]
SELECT p.id FROM vault.person p JOIN vault.visit v ON p.name = v.note;
-- refuse predicate: INTERSECT with guesses [bit-values]
SELECT email FROM vault.person INTERSECT VALUES ('{email}');
-- refuse predicate: EXCEPT with guesses [bit-values]
SELECT '{email}' EXCEPT SELECT email FROM vault.person;
-- refuse predicate: UNION with guesses [bit-values]
SELECT count(*) FROM (SELECT email FROM vault.person UNION SELECT '{email}') u;
-- refuse predicate: EXISTS [bit-exists]
SELECT EXISTS (SELECT 1 FROM vault.person WHERE email < 'm');
-- refuse predicate: IN a subselect of guesses [bit-values]
SELECT id FROM vault.person WHERE email IN (SELECT 'x' || g FROM generate_series(1, 3) g);
-- refuse predicate: guess IN a subselect [bit-values]
SELECT id FROM vault.clean WHERE label IN (SELECT email FROM vault.person);
-- refuse predicate: guess compared with a scalar subselect [bit-values]
SELECT id FROM vault.clean WHERE label < (SELECT max(email) FROM vault.person);
-- refuse predicate: ALL [bit-values]
SELECT id FROM vault.clean WHERE label > ALL (SELECT email FROM vault.person);
-- refuse predicate: ORDER BY [bit-order]
SELECT id FROM vault.person ORDER BY email;
-- refuse predicate: ORDER BY position [bit-order]
SELECT id, email FROM vault.person ORDER BY 2;
-- refuse predicate: ORDER BY label [bit-order]
SELECT id, salary AS s FROM vault.person ORDER BY s DESC LIMIT 1;
-- refuse predicate: ORDER BY USING [bit-order]
SELECT id FROM vault.person ORDER BY badge USING >;
-- refuse predicate: ORDER BY an expression [bit-order]
SELECT id FROM vault.person ORDER BY length(email);
-- refuse predicate: DISTINCT ON [bit-distinct-on]
SELECT DISTINCT ON (name) id FROM vault.person;
-- refuse predicate: DISTINCT under a mask that loses uniqueness [bit-distinct-on]
SELECT DISTINCT name FROM vault.person;
-- refuse predicate: GROUP BY under a mask that loses uniqueness [bit-group]
SELECT count(*) FROM vault.person GROUP BY name;
-- refuse predicate: GROUP BY an expression [bit-group]
SELECT count(*) FROM vault.person GROUP BY left(email, 3);
-- refuse predicate: scales of equal numbers told apart by their texts [bit-group]
SELECT count(*) FROM vault.person GROUP BY salary::text;
-- refuse predicate: scales of equal numbers told apart by members of documents [bit-group]
SELECT count(*) FROM vault.person GROUP BY jsonb_build_object('s', salary) ->> 's';
-- refuse predicate: scales of equal numbers counted in a window [bit-window]
SELECT count(*) OVER (PARTITION BY salary::text) FROM vault.person;
-- refuse predicate: GROUPING SETS [bit-group]
SELECT count(*) FROM vault.person GROUP BY ROLLUP (city, name);
-- refuse predicate: HAVING [bit-having]
SELECT city FROM vault.person GROUP BY city HAVING max(email) > 'm';
-- refuse predicate: HAVING over a sum [bit-having]
SELECT city FROM vault.person GROUP BY city HAVING sum(salary) > 1;
-- refuse predicate: FILTER [bit-filter]
SELECT count(*) FILTER (WHERE email > 'm') FROM vault.person;
-- refuse predicate: COUNT DISTINCT under a mask that loses uniqueness [bit-count]
SELECT count(DISTINCT name) FROM vault.person;
-- redact: CASE with clean results [bit-case]
SELECT CASE WHEN badge > 1100000000 THEN city ELSE 'x' END FROM vault.person;
-- refuse fallible_expression: division by zero in a branch [bit-branch-error]
SELECT CASE WHEN email < 'm' THEN 1 / (id - id) ELSE 0 END FROM vault.person;
-- refuse fallible_expression: division by a value [bit-branch-error]
SELECT 1 / (badge - 1000000000) FROM vault.person;
-- refuse predicate: LIMIT by a subquery [bit-limit]
SELECT id FROM vault.clean LIMIT (SELECT length(email) FROM vault.person WHERE id = 1);
-- refuse predicate: OFFSET by a subquery [bit-limit]
SELECT id FROM vault.clean OFFSET (SELECT badge FROM vault.person WHERE id = 1);
-- refuse fallible_expression: generate_series by value [bit-ranges]
SELECT g FROM vault.person, generate_series(1, ascii(email)) g;
-- refuse fallible_expression: repeat by value [bit-ranges]
SELECT generate_series(1, length(email)) FROM vault.person;
-- refuse predicate: window order [bit-window]
SELECT id, rank() OVER (ORDER BY email) FROM vault.person;
-- refuse predicate: named window [bit-window]
SELECT id, row_number() OVER w FROM vault.person WINDOW w AS (ORDER BY salary);
-- refuse predicate: partition of a window under a mask that loses uniqueness [bit-window]
SELECT id, count(*) OVER (PARTITION BY name) FROM vault.person;
-- refuse predicate: aggregate order [bit-order]
SELECT array_agg(id ORDER BY email) FROM vault.person;
-- refuse predicate: percentile order [bit-order]
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY city), count(*) FILTER (WHERE salary > 5) FROM vault.person;
-- refuse predicate: hypothetical rank [bit-picking]
SELECT id FROM vault.clean WHERE id < (SELECT rank('m') WITHIN GROUP (ORDER BY email) FROM vault.person);
-- redact: hypothetical rank as a value [bit-picking]
SELECT rank('m') WITHIN GROUP (ORDER BY email) FROM vault.person;
-- refuse fallible_expression: array position [bit-array-position]
SELECT id FROM vault.person WHERE array_position(aliases, 'x') = 1;
-- refuse predicate: overlap of arrays [bit-array-position]
SELECT id FROM vault.person WHERE aliases && ARRAY['x'];
-- refuse predicate: network containment [bit-where]
SELECT id FROM vault.person WHERE address << '203.0.0.0/8';
-- refuse predicate: overlap of ranges [bit-ranges]
SELECT id FROM vault.person WHERE span @> 5000000000001;
-- refuse fallible_expression: sleep in a branch [bit-sleep]
SELECT CASE WHEN email < 'm' THEN pg_sleep(1) END FROM vault.person;
-- refuse fallible_expression: TABLESAMPLE by a subquery [bit-limit]
SELECT id FROM vault.clean TABLESAMPLE BERNOULLI ((SELECT badge / 20000000 FROM vault.person WHERE id = 1));
-- refuse predicate: EXPLAIN of a predicate [door-explain]
EXPLAIN SELECT id FROM vault.person WHERE email = '{email}';
-- refuse predicate: EXPLAIN ANALYZE of a predicate [door-explain]
EXPLAIN (ANALYZE, FORMAT JSON) SELECT id FROM vault.person WHERE badge > 5;
-- refuse predicate: EXPLAIN of a cursor [door-explain]
EXPLAIN DECLARE c CURSOR FOR SELECT id FROM vault.person WHERE badge > 5;
-- refuse predicate: JOIN ON with a constant [bit-join]
SELECT c.id FROM vault.clean c LEFT JOIN vault.person p ON p.id = c.id AND p.email > 'm';
-- refuse predicate: semi-join condition in LATERAL [bit-exists]
SELECT c.id FROM vault.clean c, LATERAL (SELECT 1 FROM vault.person p WHERE p.email > c.label) l;
-- refuse predicate: recursive CTE by value [bit-ranges]
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < (SELECT length(email) FROM vault.person WHERE id = 1)) SELECT n FROM r;
-- refuse predicate: cycle by value [bit-ranges]
WITH RECURSIVE r(n, v) AS (SELECT id, name FROM vault.person WHERE id = 1 UNION ALL SELECT n + 1, v FROM r WHERE n < 3) CYCLE v SET is_cycle USING path SELECT n FROM r;
-- refuse predicate: boolean column by comparison [bit-where]
SELECT id FROM vault.person WHERE (email < 'm') IS TRUE;
-- refuse predicate: NULL test of an expression [bit-null]
SELECT id FROM vault.person WHERE nullif(email, '{email}') IS NULL;
-- refuse predicate: NULL test of a row [bit-null]
SELECT id FROM vault.person p WHERE ROW(p.email, p.name) IS NULL;
-- refuse predicate: count of an expression [bit-count]
SELECT count(nullif(email, '{email}')) FROM vault.person;
-- refuse predicate: IS DISTINCT FROM a guess [bit-where]
SELECT id FROM vault.person WHERE email IS DISTINCT FROM '{email}';
-- refuse predicate: SIMILAR TO [bit-where]
SELECT id FROM vault.person WHERE email SIMILAR TO 'zq%';
-- refuse predicate: FETCH FIRST WITH TIES [bit-order]
SELECT id FROM vault.person ORDER BY email FETCH FIRST 1 ROW WITH TIES;
-- refuse predicate: subquery that runs in one branch [bit-case]
SELECT CASE WHEN email < 'm' THEN (SELECT count(*) FROM vault.clean c WHERE c.id = p.id) END FROM vault.person p;
-- refuse predicate: subquery behind AND [bit-case]
SELECT email < 'm' AND EXISTS (SELECT 1 FROM vault.clean c WHERE c.id = p.id) FROM vault.person p;
-- refuse predicate: subquery behind COALESCE [bit-case]
SELECT coalesce(nullif(email, 'a guess'), (SELECT label FROM vault.clean c WHERE c.id = p.id)) FROM vault.person p;
-- refuse predicate: subquery in one branch, counted by EXPLAIN [door-explain]
EXPLAIN (ANALYZE, TIMING OFF) SELECT CASE WHEN badge > 1200000000 THEN (SELECT count(*) FROM vault.clean) END FROM vault.person p;
-- refuse fallible_expression: rows of a function in one branch [bit-ranges]
SELECT CASE WHEN email < 'm' THEN (SELECT count(*) FROM generate_series(1, 10)) END FROM vault.person p;

-- search: by the masked value that was seen [bit-search]
SELECT id, badge FROM vault.person WHERE badge = {badge};
-- search: by masked values in a list, negated [bit-search]
SELECT id, badge FROM vault.person WHERE badge NOT IN ({badge}, 17);
-- search: a foreign key by its masked value [bit-search]
SELECT v.id, v.badge FROM vault.visit v JOIN vault.person p ON p.badge = v.badge AND p.badge = '{badge}';
-- search: a UUID [bit-search]
SELECT id, device FROM vault.person WHERE device = '{device}';
-- search: a guess at the original is a masked value like any other [bit-search]
SELECT count(*) FROM vault.person WHERE badge = {guess};
-- search: a guess, and its negation [bit-search]
SELECT count(*) FROM vault.person WHERE badge IS DISTINCT FROM {guess} AND NOT badge <> ALL ('{{guess},{badge}}');
-- refuse predicate: a constant for a protected column and a clean one [bit-values]
SELECT id FROM vault.person WHERE {badge} IN (badge, score);
-- refuse predicate: a range from a constant [bit-search]
SELECT id FROM vault.person WHERE badge >= {badge} AND badge <= {badge};
-- refuse predicate: a constant that is computed [bit-search]
SELECT id FROM vault.person WHERE badge = {guess} + 0;
-- refuse predicate: a constant that a function makes [bit-search]
SELECT id FROM vault.person WHERE badge = abs({guess});
-- refuse predicate: a constant in another spelling [bit-search]
SELECT id FROM vault.person WHERE badge = E'{guess}';
-- refuse predicate: a constant in a sublink [bit-values]
SELECT id FROM vault.person WHERE badge = (SELECT {guess});
-- refuse predicate: constants in VALUES [bit-values]
SELECT id FROM vault.person JOIN (VALUES ({guess})) v(x) ON badge = x;
-- refuse opaque_function: the text that was sent [bit-search]
SELECT current_query() FROM vault.person WHERE badge = {badge};
-- refuse predicate: a parameter of PREPARE [bit-search]
PREPARE w AS SELECT id FROM vault.person WHERE badge = $1;
-- refuse predicate: the plan of a prepared search [door-explain]
PREPARE w AS SELECT id FROM vault.person WHERE badge = {badge};
EXPLAIN (ANALYZE, VERBOSE) EXECUTE w;
-- redact: an array with it as an element [bit-values]
SELECT id, ARRAY[badge, {badge}] FROM vault.person;
-- redact: the comparison itself [bit-search]
SELECT id, (badge = {badge})::text FROM vault.person;
-- refuse predicate: size of an array within another [bit-size]
SELECT p.id, (SELECT count(*) FROM unnest(ARRAY[p.aliases]) u) FROM vault.person p;
-- refuse predicate: size of an array within another, from a subquery [bit-size]
SELECT s.id, u IS NULL FROM (SELECT id, ARRAY[codes] AS a FROM vault.person) s, unnest(s.a) u;
-- redact: elements of an array within another [bit-size]
SELECT ARRAY[aliases] FROM vault.person;
-- refuse fallible_expression: arrays of unequal sizes [bit-branch-error]
SELECT ARRAY[(ARRAY[1, 2])[1:badge], ARRAY[1, 2]] FROM vault.person;
-- refuse fallible_expression: array that may be NULL among arrays [bit-branch-error]
SELECT array_agg(nullif(ARRAY[1, 2], ARRAY[badge, 2])) FROM vault.person;
-- redact: length of a slice [bit-size]
SELECT array_length((ARRAY[1, 2])[1:badge], 1) FROM vault.person;
-- redact: sum [rows-aggregates]
SELECT city, sum(badge), avg(salary), avg(account) FROM vault.person GROUP BY city;
-- redact: deviation [rows-aggregates]
SELECT variance(badge), stddev_pop(salary) FROM vault.person;
-- redact: bits of all [rows-aggregates]
SELECT bit_and(badge), bit_or(account) FROM vault.person;
-- refuse fallible_expression: sum that overflows for a guess [bit-branch-error]
SELECT sum(CASE WHEN email = '{email}' THEN 9e131071 ELSE 0 END) FROM vault.person;
-- refuse fallible_expression: sum of floating-point numbers [bit-branch-error]
SELECT sum(ratio) FROM vault.person;
-- redact: containment in an array [rows-expressions]
SELECT id, aliases @> '{x}', codes && '{1,2}' FROM vault.person;
-- redact: containment in a document [rows-expressions]
SELECT id, profile @> '{"phone": "x"}' FROM vault.person;
-- redact: match of a search vector [rows-expressions]
SELECT id, words @@ to_tsquery('simple', 'x') FROM vault.person;
-- redact: network that holds an address [rows-expressions]
SELECT id, address << '203.0.0.0/8', address && '203.0.0.0/8' FROM vault.person;
-- refuse predicate: containment in WHERE [bit-where]
SELECT id FROM vault.person WHERE aliases @> '{x}';
-- refuse predicate: match in WHERE [bit-where]
SELECT id FROM vault.person WHERE words @@ to_tsquery('simple', 'x');
-- redact: deep in a document [rows-forms]
SELECT id, profile -> 'deep' -> 0 ->> 1 FROM vault.person;
-- search: a constant in a subquery's rows [bit-search]
SELECT id FROM vault.person WHERE {badge} IN (SELECT badge FROM vault.visit);
-- search: a constant that is not there [bit-search]
SELECT count(*) FROM vault.person WHERE {guess} NOT IN (SELECT badge FROM vault.person WHERE badge IS NOT NULL);
-- refuse fallible_expression: a constant in a subquery's computed rows [bit-values]
SELECT id FROM vault.person WHERE {badge} IN (SELECT badge + 0::bigint - 0 FROM vault.visit);
-- mask: a function that picks [rows-expressions]
SELECT id, vault.prefer(email, email) FROM vault.person;
-- redact: a function that picks a value or a constant [rows-expressions]
SELECT id, vault.prefer(email, 'nobody') FROM vault.person;
-- redact: a function that picks among two masks [rows-expressions]
SELECT id, vault.prefer(email, name) FROM vault.person;
