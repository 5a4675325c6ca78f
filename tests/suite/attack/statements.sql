-- char fn
SELECT pg_catalog."char"(CASE WHEN name='alice' THEN 1000 ELSE 1 END) FROM app.people WHERE id=1

-- out fn
SELECT pg_catalog.anyelement_out(CASE WHEN name='alice' THEN 1 END) FROM app.people WHERE id=1

-- length enc
SELECT length('\xff'::bytea, (CASE WHEN name='alice' THEN 'UTF8' ELSE 'LATIN1' END)::name) FROM app.people WHERE id=1

-- circle eq
SELECT (CASE WHEN name='alice' THEN circle '<(1,1),1e308>' END) = circle '<(0,0),1>' FROM app.people WHERE id=1

-- circle case
SELECT CASE circle '<(0,0),1>' WHEN (CASE WHEN name='alice' THEN circle '<(1,1),1e308>' END) THEN 1 END FROM app.people WHERE id=1

-- circle nullif
SELECT nullif((CASE WHEN name='alice' THEN circle '<(1,1),1e308>' END), circle '<(0,0),1>') FROM app.people WHERE id=1

-- circle any
SELECT (CASE WHEN name='alice' THEN circle '<(1,1),1e308>' END) = ANY (ARRAY[circle '<(0,0),1>']) FROM app.people WHERE id=1

-- record eq
SELECT (CASE WHEN name='alice' THEN ROW(n) END) = (SELECT ROW('a'::text)) FROM app.people WHERE id=1

-- json array eq
SELECT (CASE WHEN name='alice' THEN ARRAY[json '1'] END) = ARRAY[json '1'] FROM app.people WHERE id=1

-- json array max
SELECT max(CASE WHEN name='alice' THEN ARRAY[json '1'] END) FROM app.people, app.guess

-- to jsonb
SELECT to_jsonb(CASE WHEN name='alice' THEN '{"a":"\u0000"}'::json END) FROM app.people WHERE id=1

-- bpchar fn
SELECT pg_catalog.bpchar((CASE WHEN name='alice' THEN 'a' END)::bpchar, 2147483647, true) FROM app.people WHERE id=1

-- varchar fn
SELECT pg_catalog.varchar(name, 8, false) FROM app.people WHERE id=1

-- varchar fn2
SELECT pg_catalog.varchar((CASE WHEN name='alice' THEN 'abcdefghijkl' END)::varchar, 8, false) FROM app.people WHERE id=1

-- like fn
SELECT textlike(name, 'alice\') FROM app.people WHERE id=1

-- array prepend
SELECT city || (CASE WHEN name='alice' THEN ARRAY[['a']] ELSE ARRAY['a'] END) FROM app.people WHERE id=1

-- explain any
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT email = ANY (SELECT g.x FROM app.guess g WHERE g.n+p.n>0) FROM app.people p

-- explain case
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT CASE WHEN email='alice@x.org' THEN (SELECT count(*) FROM app.guess g WHERE g.n+p.n>0) END FROM app.people p

-- explain cte
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) WITH c AS MATERIALIZED (SELECT id FROM app.guess) SELECT coalesce(nullif(name,'alice'), (SELECT min(id) FROM c)::text) FROM app.people p WHERE id=1

-- explain srf
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT email = ANY (ARRAY(SELECT x FROM app.guess)) FROM app.people

-- in list
SELECT email IN (g.x, (g.n/(g.n-1))::text) FROM app.people p, app.guess g WHERE p.id=1 AND g.id=1

-- between
SELECT email BETWEEN 'alica@x.orga' AND (1/(n-n))::text FROM app.people WHERE id=1

-- rowcmp
SELECT (email, 1) = ('alice@x.org', n/(n-n)) FROM app.people WHERE id=1

-- rowlt
SELECT (email, 1) < ('alice@x.org', n/(n-n)) FROM app.people WHERE id=1

-- rowdistinct
SELECT (email, 1) IS DISTINCT FROM ('alice@x.org', n/(n-n)) FROM app.people WHERE id=1

-- any sub
SELECT email = ANY (SELECT CASE WHEN g.n=1 THEN 'alice@x.org' ELSE (1/(p.n-p.n))::text END FROM (VALUES (1),(2)) g(n) WHERE g.n+p.n>0) FROM app.people p WHERE id=1

-- plainto
SELECT plainto_tsquery('english', CASE WHEN name='alice' THEN 'the' ELSE 'foo' END) FROM app.people WHERE id=1

-- strict substr
SELECT substr(CASE WHEN name='alice' THEN 'a' END, 1, -5) FROM app.people WHERE id=1

-- strict regex
SELECT (CASE WHEN name='alice' THEN 'a' END) ~ '(' FROM app.people WHERE id=1

-- strict like
SELECT (CASE WHEN name='alice' THEN 'a' END) LIKE 'a\' FROM app.people WHERE id=1

-- subscript
SELECT (CASE WHEN name='alice' THEN nums END)[1/(n-n)] FROM app.people WHERE id=1

-- sublink card
SELECT CASE WHEN name='alice' THEN (SELECT n FROM app.clean) END FROM app.people WHERE id=1

-- array dims
SELECT ARRAY[ARRAY[n], CASE WHEN name='alice' THEN ARRAY[1,2] ELSE ARRAY[1] END] FROM app.people WHERE id=1

-- array agg
SELECT array_agg(CASE WHEN name='alice' THEN ARRAY[1,2] ELSE ARRAY[1] END) FROM app.people

-- tablesample
SELECT CASE WHEN name='alice' THEN (SELECT max(c.n) FROM app.clean c TABLESAMPLE bernoulli(p.n-100)) END FROM app.people p WHERE id=1

-- limit neg
SELECT CASE WHEN name='alice' THEN (SELECT max(c.n) FROM app.clean c LIMIT p.n-100) END FROM app.people p WHERE id=1

-- coalesce
SELECT coalesce(nullif(name,'alice'), (1/(n-n))::text) FROM app.people WHERE id=1

-- nullstrict
SELECT substr(note,1,-5) FROM app.people WHERE id=1

-- json agg null
SELECT json_object_agg(nullif(name,'alice'), n) FROM app.people

-- set config branch
SELECT CASE WHEN name='alice' THEN set_config('application_name','hit',false) END FROM app.people WHERE id=1

-- domain
SELECT name::name FROM app.people

-- jsonb path
SELECT jsonb_path_exists(doc, '$.k ? (@ like_regex "a")') FROM app.people WHERE id=1

-- overlay
SELECT xmlelement(name x, name) FROM app.people WHERE id=1

-- srf target
SELECT id, regexp_split_to_table(name,'a') FROM app.people

-- srf keys
SELECT id, jsonb_object_keys(doc) FROM app.people

-- txid
SELECT CASE WHEN name='alice' THEN pg_current_xact_id() END FROM app.people WHERE id=1

-- equality by NATURAL JOIN with guesses
SELECT g.n FROM app.people p NATURAL JOIN (VALUES ('alice@x.org', 1)) g(email, k), app.guess n2 WHERE p.id = 1

-- equality by USING with guesses
SELECT p.id FROM app.people p JOIN (VALUES ('alice@x.org')) g(email) USING (email)

-- USING, not shown
SELECT count(*) FROM app.people p JOIN (SELECT x AS email FROM app.guess) g USING (email)

-- INTERSECT with constants
SELECT email FROM app.people INTERSECT SELECT 'alice@x.org'

-- EXCEPT with constants
SELECT email FROM app.people EXCEPT SELECT x FROM app.guess

-- EXCEPT the other way
SELECT x FROM app.guess EXCEPT SELECT email FROM app.people

-- UNION with constants
SELECT email FROM app.people UNION SELECT x FROM app.guess

-- UNION ALL, counted
SELECT count(DISTINCT e) FROM (SELECT email AS e FROM app.people UNION ALL SELECT x FROM app.guess) q

-- row comparison
SELECT id FROM app.people WHERE (email, id) = ('alice@x.org', 1)

-- row comparison, less than
SELECT id FROM app.people WHERE (name, 1) < ('b', 2)

-- IN list
SELECT id FROM app.people WHERE email IN ('alice@x.org', 'x')

-- ANY of an array
SELECT id FROM app.people WHERE email = ANY (ARRAY['alice@x.org'])

-- ANY of a parameter array by string
SELECT id FROM app.people WHERE email = ANY ('{alice@x.org}')

-- IS NOT DISTINCT FROM
SELECT id FROM app.people WHERE name IS NOT DISTINCT FROM 'alice'

-- IS DISTINCT FROM NULL, as a value
SELECT id, nullif(name, 'alice') IS NULL FROM app.people

-- a test of NULL against a test
SELECT id FROM app.people WHERE (name IS NULL) = (note IS NULL)

-- a test for NULL of a null mask
SELECT id FROM app.people WHERE note IS NULL

-- count of a null mask
SELECT count(note) FROM app.people

-- num_nulls
SELECT id, num_nulls(note, city) FROM app.people

-- overlaps
SELECT id FROM app.people WHERE (born, born) OVERLAPS (date '1980-04-20', date '1980-05-01')

-- DISTINCT ON
SELECT DISTINCT ON (substr(name, 1, 1)) id FROM app.people ORDER BY substr(name, 1, 1)

-- DISTINCT ON with ORDER BY
SELECT DISTINCT ON (city) id FROM app.people ORDER BY city, name

-- grouping sets
SELECT count(*) FROM app.people GROUP BY GROUPING SETS ((name), ())

-- grouping by an expression
SELECT count(*) FROM app.people GROUP BY left(email, 1)

-- FILTER
SELECT count(*) FILTER (WHERE name = 'alice') FROM app.people

-- window frame by value
SELECT id, count(*) OVER (ORDER BY id RANGE BETWEEN pin PRECEDING AND CURRENT ROW) FROM app.people

-- window ordered by name
SELECT id, row_number() OVER (ORDER BY name) FROM app.people

-- LIMIT by subquery
SELECT id FROM app.clean ORDER BY id LIMIT (SELECT pin FROM app.people WHERE id = 1)

-- OFFSET by subquery
SELECT id FROM app.clean ORDER BY id OFFSET (SELECT pin / 10 FROM app.people WHERE id = 1)

-- a lateral list of guesses
SELECT g.x FROM app.people p, LATERAL (SELECT x FROM app.guess WHERE x = p.email) g

-- a recursive test
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < (SELECT pin FROM app.people WHERE id = 1)) SELECT count(*) FROM r

-- a recursive test in the second round
WITH RECURSIVE r(x, n) AS (SELECT email, 1 FROM app.people UNION ALL SELECT nullif(x, 'alice@x.org'), n + 1 FROM r WHERE x IS NOT NULL AND n < 3) SELECT n, count(*) FROM r GROUP BY n

-- CASE that shows clean values
SELECT CASE WHEN name = 'alice' THEN city END FROM app.people

-- order by alias
SELECT id, upper(name) AS u FROM app.people ORDER BY u

-- order by position
SELECT id, name FROM app.people ORDER BY 2

-- order by a derived expression
SELECT id FROM app.people ORDER BY length(name), id

-- order of an aggregate
SELECT string_agg(city, ',' ORDER BY name) FROM app.people

-- order in WITHIN GROUP
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY pin) FROM app.people

-- the row of the greatest
SELECT (max(ROW(name, id))).f2 FROM app.people

-- the row of the greatest, as text
SELECT max(ARRAY[name, id::text]) FROM app.people

-- sum of CASE
SELECT sum(CASE WHEN name = 'alice' THEN 1 ELSE 0 END) FROM app.people

-- bool_or
SELECT bool_or(name = 'alice') FROM app.people

-- EXISTS over a window
SELECT EXISTS (SELECT rank() OVER (ORDER BY name) FROM app.people OFFSET 1)

-- EXISTS HAVING
SELECT EXISTS (SELECT 1 FROM app.people HAVING max(name) > 'm')

-- EXISTS over rows of a value
SELECT id, EXISTS (SELECT generate_series(1, pin - 100)) FROM app.people

-- rows of a value
SELECT id, generate_series(1, pin % 3) FROM app.people

-- rows of a value in FROM
SELECT p.id FROM app.people p, generate_series(1, p.pin) g

-- rows of an array
SELECT p.id FROM app.people p, unnest(p.tags) WITH ORDINALITY

-- rows of json
SELECT p.id FROM app.people p, jsonb_each(p.doc)

-- TABLESAMPLE by value
SELECT count(*) FROM app.clean TABLESAMPLE bernoulli ((SELECT pin FROM app.people WHERE id = 1))

-- an operator by its schema
SELECT id FROM app.people WHERE name OPERATOR(pg_catalog.=) 'alice'

-- an operator by its schema, as a value
SELECT id, name OPERATOR(pg_catalog.~~) 'a%' FROM app.people

-- quoted and escaped names
SELECT U&"\006eame" FROM app."people"

-- escaped, as condition
SELECT id FROM app.people WHERE U&"n\0061me" = 'alice'

-- whole row
SELECT p FROM app.people p

-- whole row as text
SELECT p::text FROM app.people p

-- whole row, compared
SELECT id FROM app.people p WHERE p::text LIKE '%alice%'

-- whole row is a row
SELECT id FROM app.people p WHERE p IS NOT NULL

-- functional notation
SELECT name(p), upper(p.name) FROM app.people p

-- a field of a row
SELECT (ROW(p.*)).f2 FROM app.people p

-- a field of a row in a subquery
SELECT (s.r).name FROM (SELECT p AS r FROM app.people p) s

-- json of the row
SELECT row_to_json(p) FROM app.people p

-- columns renamed by alias list
SELECT b, c FROM app.people AS p(a, b, c)

-- a subquery that captures a name
SELECT (SELECT name FROM (SELECT id AS q FROM app.clean WHERE id = 1) s) FROM app.people

-- siblings are not in sight
SELECT (SELECT r FROM (SELECT name AS x) s, (SELECT 'y' AS r) t) FROM app.people

-- a CTE that hides a table
WITH clean AS (SELECT name AS a FROM app.people) SELECT a FROM clean

-- a CTE of a CTE, recursive
WITH RECURSIVE a AS (SELECT name AS x FROM app.people UNION SELECT x FROM a) SELECT x FROM a

-- a view that computes
SELECT uname FROM app.shown

-- a view that computes, tested
SELECT id FROM app.shown WHERE uname = 'ALICE'

-- a materialised view
SELECT name FROM app.kept

-- COPY with another word for NULL
COPY (SELECT id, name FROM app.people) TO STDOUT (NULL 'alice')

-- COPY csv with another word for NULL
COPY (SELECT id, name FROM app.people) TO STDOUT (FORMAT csv, NULL 'alice')

-- COPY csv with odd quotes
COPY (SELECT id, name, email FROM app.people) TO STDOUT (FORMAT csv, QUOTE 'N', ESCAPE 'M', DELIMITER 'z', FORCE_QUOTE *, HEADER)

-- COPY csv, quote and delimiter inside values
COPY (SELECT name, email, note FROM app.people) TO STDOUT (FORMAT csv, QUOTE '@', DELIMITER '.', ESCAPE '.')

-- COPY text with a delimiter inside values
COPY (SELECT email, note, id FROM app.people) TO STDOUT (DELIMITER '@')

-- COPY with a header of odd labels
COPY (SELECT email AS "a
b", id AS "x,""y" FROM app.people) TO STDOUT (FORMAT csv, HEADER)

-- COPY binary
COPY app.people (id, name, email, pin, salary, born, note, doc, tags) TO STDOUT (FORMAT binary)

-- COPY of everything
COPY app.people TO STDOUT

-- EXPLAIN with constants
EXPLAIN (VERBOSE) SELECT name, upper(name) FROM app.people WHERE id = 1

-- EXPLAIN ANALYZE of a join of keys
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT 1 FROM app.people p JOIN app.orders o USING (email)

-- EXPLAIN ANALYZE of a predicate
EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) SELECT 1 FROM app.people WHERE name < 'c'

-- EXPLAIN in JSON with buffers
EXPLAIN (ANALYZE, BUFFERS, FORMAT json, TIMING OFF, SUMMARY OFF) SELECT name FROM app.people

-- EXPLAIN of a group
EXPLAIN SELECT email, count(*) FROM app.people GROUP BY email

-- statistics
SELECT * FROM pg_stats WHERE tablename = 'people' AND schemaname = 'app' ORDER BY attname

-- statistics, compared
SELECT attname FROM pg_stats WHERE most_common_vals::text LIKE '%alice%' OR histogram_bounds::text LIKE '%alice%'

-- statistics, counted
SELECT attname, n_distinct, correlation, avg_width FROM pg_stats WHERE schemaname = 'app' ORDER BY tablename, attname

-- statistics of the server
SELECT stawidth, stavalues1 FROM pg_statistic

-- statistics of tables
SELECT relname, n_live_tup, seq_scan > -1 FROM pg_stat_user_tables ORDER BY relname

-- physical places
SELECT ctid, tableoid::regclass, id FROM app.people ORDER BY ctid

-- sizes of columns
SELECT id, pg_column_size(name) FROM app.people

-- a function that reads by name
SELECT query_to_xml('SELECT name FROM app.people', true, false, '')

-- table as XML
SELECT table_to_xml('app.people', true, false, '')

-- XML of a value
SELECT xmlforest(name) FROM app.people

-- XMLTABLE
SELECT x.* FROM app.people p, XMLTABLE('/a' PASSING xmlparse(CONTENT '<a>' || p.name || '</a>') COLUMNS n text PATH '.') x

-- text search
SELECT id, to_tsvector('english', name) @@ to_tsquery('english', 'alice') FROM app.people

-- a ranking
SELECT ts_rank(to_tsvector(name), 'alice') FROM app.people

-- regular expressions
SELECT id, regexp_match(name, '^(a)') FROM app.people

-- a pattern from a protected value
SELECT id, 'alice' ~ name FROM app.people

-- LIKE with a protected pattern
SELECT id FROM app.guess, app.people WHERE x LIKE name || '%'

-- division by a protected number
SELECT 1 / (pin - 10) FROM app.people

-- cast that fails by value
SELECT name::int FROM app.people

-- cast to an enumeration of names
SELECT name::regclass FROM app.people

-- conversion that fails
SELECT convert_to(name, 'LATIN1') FROM app.people

-- date out of range
SELECT born + pin * 100000 FROM app.people

-- to_char of a pattern
SELECT to_char(n, name) FROM app.people

-- array by a protected index
SELECT nums[pin - 9] FROM app.people

-- array positions
SELECT array_position(ARRAY['alice', 'bob'], name) FROM app.people

-- width_bucket
SELECT width_bucket(salary, 1000, 1010, 5) FROM app.people

-- settings by a protected value
SELECT set_config('application_name', name, false) FROM app.people

-- notifications
SELECT pg_notify('x', name) FROM app.people

-- advisory locks
SELECT pg_try_advisory_lock(pin) FROM app.people

-- sleeping by a protected value
SELECT CASE WHEN name = 'zoe' THEN pg_sleep(1) END FROM app.people

-- sleeping for a protected time
SELECT pg_sleep(pin - pin) FROM app.people

-- a random draw by a protected seed
SELECT setseed(pin / 1000.0) FROM app.people

-- equality of a group with guesses
SELECT email FROM app.people GROUP BY email HAVING email = 'alice@x.org'

-- HAVING of an aggregate
SELECT city FROM app.people GROUP BY city HAVING min(name) < 'b'

-- merged column of a FULL JOIN
SELECT email, g.n FROM app.people FULL JOIN (SELECT x AS email, n FROM app.guess) g USING (email)

-- keys of one domain, joined
SELECT p.id, o.id, email FROM app.people p JOIN app.orders o USING (email) ORDER BY p.id, o.id

-- keys of one domain, by IN
SELECT id FROM app.people WHERE email IN (SELECT email FROM app.orders WHERE qty > 4) ORDER BY id

-- keys of one domain, grouped
SELECT count(*), email FROM app.orders GROUP BY email ORDER BY 1

-- keys of one domain, apart
SELECT p.id FROM app.people p WHERE NOT EXISTS (SELECT FROM app.orders o WHERE o.email = p.email)

-- keys of one domain, by window
SELECT o.id, count(*) OVER (PARTITION BY email) FROM app.orders o ORDER BY id

-- lag over a partition
SELECT id, lag(qty) OVER (PARTITION BY email ORDER BY id) FROM app.orders ORDER BY id

-- a merged column with a clean one of another type
SELECT id FROM app.people JOIN (SELECT 11 AS pin) x USING (pin)

-- greatest of a protected value and a guess
SELECT greatest(name, 'bob') FROM app.people

-- greatest, compared
SELECT greatest(name, 'bob') = 'bob' FROM app.people

-- a domain's own error
SELECT name::information_schema.cardinal_number FROM app.people

-- constants from a protected column in a VALUES list
VALUES ((SELECT name FROM app.people WHERE id = 1)), ('x')

-- an array of a subquery
SELECT ARRAY(SELECT name FROM app.people ORDER BY id)

-- a subquery of several rows
SELECT (SELECT name FROM app.people WHERE n > 1)

-- an unreferenced CTE that tests
WITH x AS MATERIALIZED (SELECT 1 / (SELECT pin - 10 FROM app.people WHERE id = 1) AS y) SELECT 1

-- an unreferenced subquery column that fails
SELECT id FROM (SELECT id, 1 / (pin - 10) AS y FROM app.people OFFSET 0) s

-- lateral rows by a test
SELECT p.id, l.n FROM app.people p LEFT JOIN LATERAL (SELECT 1 AS n WHERE p.name = 'alice') l ON true

-- join on a test
SELECT p.id, g.id FROM app.people p LEFT JOIN app.guess g ON g.x = p.email

-- join on a false test
SELECT p.id, g.id FROM app.people p JOIN app.guess g ON p.id = g.id AND p.name > 'b'

-- an empty string
SELECT id, name = '' FROM app.people

-- hash of a value
SELECT id, hashtext(name) % 2 FROM app.people

-- digest of a value
SELECT md5(name), sha256(name::bytea) FROM app.people

-- is it normal
SELECT id, name IS NORMALIZED FROM app.people

-- a protected circle
SELECT id, shape = circle '<(0,0),1>' FROM app.people

-- a protected circle, contained
SELECT id FROM app.people WHERE shape @> point '(0,1)'

-- cursors over a test
DECLARE c CURSOR WITH HOLD FOR SELECT id FROM app.people WHERE name = 'alice'

-- a lock by a test
SELECT id FROM app.people WHERE name = 'alice' FOR UPDATE
