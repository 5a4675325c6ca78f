-- char fn [bit-branch-error]
SELECT pg_catalog."char"(CASE WHEN name='alice' THEN 1000 ELSE 1 END) FROM app.people WHERE id=1

-- out fn [bit-branch-error]
SELECT pg_catalog.anyelement_out(CASE WHEN name='alice' THEN 1 END) FROM app.people WHERE id=1

-- length enc [bit-branch-error]
SELECT length('\xff'::bytea, (CASE WHEN name='alice' THEN 'UTF8' ELSE 'LATIN1' END)::name) FROM app.people WHERE id=1

-- circle eq [bit-branch-error]
SELECT (CASE WHEN name='alice' THEN circle '<(1,1),1e308>' END) = circle '<(0,0),1>' FROM app.people WHERE id=1

-- circle case [bit-branch-error]
SELECT CASE circle '<(0,0),1>' WHEN (CASE WHEN name='alice' THEN circle '<(1,1),1e308>' END) THEN 1 END FROM app.people WHERE id=1

-- circle nullif [bit-branch-error]
SELECT nullif((CASE WHEN name='alice' THEN circle '<(1,1),1e308>' END), circle '<(0,0),1>') FROM app.people WHERE id=1

-- circle any [bit-branch-error]
SELECT (CASE WHEN name='alice' THEN circle '<(1,1),1e308>' END) = ANY (ARRAY[circle '<(0,0),1>']) FROM app.people WHERE id=1

-- record eq [bit-branch-error]
SELECT (CASE WHEN name='alice' THEN ROW(n) END) = (SELECT ROW('a'::text)) FROM app.people WHERE id=1

-- json array eq [bit-branch-error]
SELECT (CASE WHEN name='alice' THEN ARRAY[json '1'] END) = ARRAY[json '1'] FROM app.people WHERE id=1

-- json array max [bit-picking]
SELECT max(CASE WHEN name='alice' THEN ARRAY[json '1'] END) FROM app.people, app.guess

-- to jsonb [bit-branch-error]
SELECT to_jsonb(CASE WHEN name='alice' THEN '{"a":"\u0000"}'::json END) FROM app.people WHERE id=1

-- bpchar fn [bit-branch-error]
SELECT pg_catalog.bpchar((CASE WHEN name='alice' THEN 'a' END)::bpchar, 2147483647, true) FROM app.people WHERE id=1

-- varchar fn [bit-branch-error]
SELECT pg_catalog.varchar(name, 8, false) FROM app.people WHERE id=1

-- varchar fn2 [bit-branch-error]
SELECT pg_catalog.varchar((CASE WHEN name='alice' THEN 'abcdefghijkl' END)::varchar, 8, false) FROM app.people WHERE id=1

-- like fn [bit-branch-error]
SELECT textlike(name, 'alice\') FROM app.people WHERE id=1

-- array prepend [bit-branch-error]
SELECT city || (CASE WHEN name='alice' THEN ARRAY[['a']] ELSE ARRAY['a'] END) FROM app.people WHERE id=1

-- explain any [door-explain]
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT email = ANY (SELECT g.x FROM app.guess g WHERE g.n+p.n>0) FROM app.people p

-- explain case [door-explain]
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT CASE WHEN email='alice@x.org' THEN (SELECT count(*) FROM app.guess g WHERE g.n+p.n>0) END FROM app.people p

-- explain cte [door-explain]
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) WITH c AS MATERIALIZED (SELECT id FROM app.guess) SELECT coalesce(nullif(name,'alice'), (SELECT min(id) FROM c)::text) FROM app.people p WHERE id=1

-- explain srf [door-explain]
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT email = ANY (ARRAY(SELECT x FROM app.guess)) FROM app.people

-- in list [bit-branch-error]
SELECT email IN (g.x, (g.n/(g.n-1))::text) FROM app.people p, app.guess g WHERE p.id=1 AND g.id=1

-- between [bit-branch-error]
SELECT email BETWEEN 'alica@x.orga' AND (1/(n-n))::text FROM app.people WHERE id=1

-- rowcmp [bit-branch-error]
SELECT (email, 1) = ('alice@x.org', n/(n-n)) FROM app.people WHERE id=1

-- rowlt [bit-branch-error]
SELECT (email, 1) < ('alice@x.org', n/(n-n)) FROM app.people WHERE id=1

-- rowdistinct [bit-branch-error]
SELECT (email, 1) IS DISTINCT FROM ('alice@x.org', n/(n-n)) FROM app.people WHERE id=1

-- any sub [bit-branch-error]
SELECT email = ANY (SELECT CASE WHEN g.n=1 THEN 'alice@x.org' ELSE (1/(p.n-p.n))::text END FROM (VALUES (1),(2)) g(n) WHERE g.n+p.n>0) FROM app.people p WHERE id=1

-- plainto [bit-branch-error]
SELECT plainto_tsquery('english', CASE WHEN name='alice' THEN 'the' ELSE 'foo' END) FROM app.people WHERE id=1

-- strict substr [bit-branch-error]
SELECT substr(CASE WHEN name='alice' THEN 'a' END, 1, -5) FROM app.people WHERE id=1

-- strict regex [bit-branch-error]
SELECT (CASE WHEN name='alice' THEN 'a' END) ~ '(' FROM app.people WHERE id=1

-- strict like [bit-branch-error]
SELECT (CASE WHEN name='alice' THEN 'a' END) LIKE 'a\' FROM app.people WHERE id=1

-- subscript [bit-array-position]
SELECT (CASE WHEN name='alice' THEN nums END)[1/(n-n)] FROM app.people WHERE id=1

-- sublink card [bit-branch-error]
SELECT CASE WHEN name='alice' THEN (SELECT n FROM app.clean) END FROM app.people WHERE id=1

-- array dims [bit-branch-error]
SELECT ARRAY[ARRAY[n], CASE WHEN name='alice' THEN ARRAY[1,2] ELSE ARRAY[1] END] FROM app.people WHERE id=1

-- array agg [bit-branch-error]
SELECT array_agg(CASE WHEN name='alice' THEN ARRAY[1,2] ELSE ARRAY[1] END) FROM app.people

-- tablesample [bit-limit]
SELECT CASE WHEN name='alice' THEN (SELECT max(c.n) FROM app.clean c TABLESAMPLE bernoulli(p.n-100)) END FROM app.people p WHERE id=1

-- limit neg [bit-limit]
SELECT CASE WHEN name='alice' THEN (SELECT max(c.n) FROM app.clean c LIMIT p.n-100) END FROM app.people p WHERE id=1

-- coalesce [bit-branch-error]
SELECT coalesce(nullif(name,'alice'), (1/(n-n))::text) FROM app.people WHERE id=1

-- nullstrict [bit-branch-error]
SELECT substr(note,1,-5) FROM app.people WHERE id=1

-- json agg null [bit-branch-error]
SELECT json_object_agg(nullif(name,'alice'), n) FROM app.people

-- set config branch [door-settings]
SELECT CASE WHEN name='alice' THEN set_config('application_name','hit',false) END FROM app.people WHERE id=1

-- domain [door-errors]
SELECT name::name FROM app.people

-- jsonb path [door-errors]
SELECT jsonb_path_exists(doc, '$.k ? (@ like_regex "a")') FROM app.people WHERE id=1

-- overlay [door-errors]
SELECT xmlelement(name x, name) FROM app.people WHERE id=1

-- srf target [bit-ranges]
SELECT id, regexp_split_to_table(name,'a') FROM app.people

-- srf keys [bit-ranges]
SELECT id, jsonb_object_keys(doc) FROM app.people

-- txid [door-scratch]
SELECT CASE WHEN name='alice' THEN pg_current_xact_id() END FROM app.people WHERE id=1

-- equality by NATURAL JOIN with guesses [bit-join]
SELECT g.n FROM app.people p NATURAL JOIN (VALUES ('alice@x.org', 1)) g(email, k), app.guess n2 WHERE p.id = 1

-- equality by USING with guesses [bit-join]
SELECT p.id FROM app.people p JOIN (VALUES ('alice@x.org')) g(email) USING (email)

-- USING, not shown [bit-join]
SELECT count(*) FROM app.people p JOIN (SELECT x AS email FROM app.guess) g USING (email)

-- INTERSECT with constants [bit-values]
SELECT email FROM app.people INTERSECT SELECT 'alice@x.org'

-- EXCEPT with constants [bit-values]
SELECT email FROM app.people EXCEPT SELECT x FROM app.guess

-- EXCEPT the other way [bit-values]
SELECT x FROM app.guess EXCEPT SELECT email FROM app.people

-- UNION with constants [bit-values]
SELECT email FROM app.people UNION SELECT x FROM app.guess

-- UNION ALL, counted [bit-count]
SELECT count(DISTINCT e) FROM (SELECT email AS e FROM app.people UNION ALL SELECT x FROM app.guess) q

-- row comparison [bit-where]
SELECT id FROM app.people WHERE (email, id) = ('alice@x.org', 1)

-- row comparison, less than [bit-where]
SELECT id FROM app.people WHERE (name, 1) < ('b', 2)

-- IN list [bit-where]
SELECT id FROM app.people WHERE email IN ('alice@x.org', 'x')

-- ANY of an array [bit-where]
SELECT id FROM app.people WHERE email = ANY (ARRAY['alice@x.org'])

-- ANY of a parameter array by string [bit-where]
SELECT id FROM app.people WHERE email = ANY ('{alice@x.org}')

-- IS NOT DISTINCT FROM [bit-where]
SELECT id FROM app.people WHERE name IS NOT DISTINCT FROM 'alice'

-- IS DISTINCT FROM NULL, as a value [bit-null]
SELECT id, nullif(name, 'alice') IS NULL FROM app.people

-- a test of NULL against a test [bit-null]
SELECT id FROM app.people WHERE (name IS NULL) = (note IS NULL)

-- a test for NULL of a null mask [bit-null]
SELECT id FROM app.people WHERE note IS NULL

-- count of a null mask [bit-count]
SELECT count(note) FROM app.people

-- num_nulls [bit-null]
SELECT id, num_nulls(note, city) FROM app.people

-- overlaps [bit-ranges]
SELECT id FROM app.people WHERE (born, born) OVERLAPS (date '1980-04-20', date '1980-05-01')

-- DISTINCT ON [bit-distinct-on]
SELECT DISTINCT ON (substr(name, 1, 1)) id FROM app.people ORDER BY substr(name, 1, 1)

-- DISTINCT ON with ORDER BY [bit-distinct-on]
SELECT DISTINCT ON (city) id FROM app.people ORDER BY city, name

-- grouping sets [bit-group]
SELECT count(*) FROM app.people GROUP BY GROUPING SETS ((name), ())

-- grouping by an expression [bit-group]
SELECT count(*) FROM app.people GROUP BY left(email, 1)

-- FILTER [bit-filter]
SELECT count(*) FILTER (WHERE name = 'alice') FROM app.people

-- window frame by value [bit-window]
SELECT id, count(*) OVER (ORDER BY id RANGE BETWEEN pin PRECEDING AND CURRENT ROW) FROM app.people

-- window ordered by name [bit-window]
SELECT id, row_number() OVER (ORDER BY name) FROM app.people

-- LIMIT by subquery [bit-limit]
SELECT id FROM app.clean ORDER BY id LIMIT (SELECT pin FROM app.people WHERE id = 1)

-- OFFSET by subquery [bit-limit]
SELECT id FROM app.clean ORDER BY id OFFSET (SELECT pin / 10 FROM app.people WHERE id = 1)

-- a lateral list of guesses [bit-join]
SELECT g.x FROM app.people p, LATERAL (SELECT x FROM app.guess WHERE x = p.email) g

-- a recursive test [bit-ranges]
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < (SELECT pin FROM app.people WHERE id = 1)) SELECT count(*) FROM r

-- a recursive test in the second round [bit-ranges]
WITH RECURSIVE r(x, n) AS (SELECT email, 1 FROM app.people UNION ALL SELECT nullif(x, 'alice@x.org'), n + 1 FROM r WHERE x IS NOT NULL AND n < 3) SELECT n, count(*) FROM r GROUP BY n

-- CASE that shows clean values [bit-case]
SELECT CASE WHEN name = 'alice' THEN city END FROM app.people

-- order by alias [bit-order]
SELECT id, upper(name) AS u FROM app.people ORDER BY u

-- order by position [bit-order]
SELECT id, name FROM app.people ORDER BY 2

-- order by a derived expression [bit-order]
SELECT id FROM app.people ORDER BY length(name), id

-- order of an aggregate [bit-order]
SELECT string_agg(city, ',' ORDER BY name) FROM app.people

-- order in WITHIN GROUP [bit-order]
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY pin) FROM app.people

-- the row of the greatest [bit-picking]
SELECT (max(ROW(name, id))).f2 FROM app.people

-- the row of the greatest, as text [bit-picking]
SELECT max(ARRAY[name, id::text]) FROM app.people

-- sum of CASE [bit-case]
SELECT sum(CASE WHEN name = 'alice' THEN 1 ELSE 0 END) FROM app.people

-- bool_or [bit-count]
SELECT bool_or(name = 'alice') FROM app.people

-- EXISTS over a window [bit-exists]
SELECT EXISTS (SELECT rank() OVER (ORDER BY name) FROM app.people OFFSET 1)

-- EXISTS HAVING [bit-having]
SELECT EXISTS (SELECT 1 FROM app.people HAVING max(name) > 'm')

-- EXISTS over rows of a value [bit-exists]
SELECT id, EXISTS (SELECT generate_series(1, pin - 100)) FROM app.people

-- rows of a value [bit-ranges]
SELECT id, generate_series(1, pin % 3) FROM app.people

-- rows of a value in FROM [bit-ranges]
SELECT p.id FROM app.people p, generate_series(1, p.pin) g

-- rows of an array [bit-ranges]
SELECT p.id FROM app.people p, unnest(p.tags) WITH ORDINALITY

-- rows of json [bit-ranges]
SELECT p.id FROM app.people p, jsonb_each(p.doc)

-- TABLESAMPLE by value [bit-limit]
SELECT count(*) FROM app.clean TABLESAMPLE bernoulli ((SELECT pin FROM app.people WHERE id = 1))

-- an operator by its schema [bit-where]
SELECT id FROM app.people WHERE name OPERATOR(pg_catalog.=) 'alice'

-- an operator by its schema, as a value [bit-case]
SELECT id, name OPERATOR(pg_catalog.~~) 'a%' FROM app.people

-- quoted and escaped names [parse-quotes]
SELECT U&"\006eame" FROM app."people"

-- escaped, as condition [parse-quotes]
SELECT id FROM app.people WHERE U&"n\0061me" = 'alice'

-- whole row [rows-forms]
SELECT p FROM app.people p

-- whole row as text [rows-forms]
SELECT p::text FROM app.people p

-- whole row, compared [bit-where]
SELECT id FROM app.people p WHERE p::text LIKE '%alice%'

-- whole row is a row [bit-null]
SELECT id FROM app.people p WHERE p IS NOT NULL

-- functional notation [rows-forms]
SELECT name(p), upper(p.name) FROM app.people p

-- a field of a row [rows-forms]
SELECT (ROW(p.*)).f2 FROM app.people p

-- a field of a row in a subquery [rows-forms]
SELECT (s.r).name FROM (SELECT p AS r FROM app.people p) s

-- json of the row [rows-forms]
SELECT row_to_json(p) FROM app.people p

-- columns renamed by alias list [rows-plain]
SELECT b, c FROM app.people AS p(a, b, c)

-- a subquery that captures a name [rows-plain]
SELECT (SELECT name FROM (SELECT id AS q FROM app.clean WHERE id = 1) s) FROM app.people

-- siblings are not in sight [rows-plain]
SELECT (SELECT r FROM (SELECT name AS x) s, (SELECT 'y' AS r) t) FROM app.people

-- a CTE that hides a table [rows-plain]
WITH clean AS (SELECT name AS a FROM app.people) SELECT a FROM clean

-- a CTE of a CTE, recursive [rows-plain]
WITH RECURSIVE a AS (SELECT name AS x FROM app.people UNION SELECT x FROM a) SELECT x FROM a

-- a view that computes [rows-relations]
SELECT uname FROM app.shown

-- a view that computes, tested [bit-where]
SELECT id FROM app.shown WHERE uname = 'ALICE'

-- a materialised view [rows-relations]
SELECT name FROM app.kept

-- COPY with another word for NULL [rows-copy]
COPY (SELECT id, name FROM app.people) TO STDOUT (NULL 'alice')

-- COPY csv with another word for NULL [rows-copy]
COPY (SELECT id, name FROM app.people) TO STDOUT (FORMAT csv, NULL 'alice')

-- COPY csv with odd quotes [rows-copy]
COPY (SELECT id, name, email FROM app.people) TO STDOUT (FORMAT csv, QUOTE 'N', ESCAPE 'M', DELIMITER 'z', FORCE_QUOTE *, HEADER)

-- COPY csv, quote and delimiter inside values [rows-copy]
COPY (SELECT name, email, note FROM app.people) TO STDOUT (FORMAT csv, QUOTE '@', DELIMITER '.', ESCAPE '.')

-- COPY text with a delimiter inside values [rows-copy]
COPY (SELECT email, note, id FROM app.people) TO STDOUT (DELIMITER '@')

-- COPY with a header of odd labels [rows-copy]
COPY (SELECT email AS "a
b", id AS "x,""y" FROM app.people) TO STDOUT (FORMAT csv, HEADER)

-- COPY binary [rows-copy]
COPY app.people (id, name, email, pin, salary, born, note, doc, tags) TO STDOUT (FORMAT binary)

-- COPY of everything [rows-copy]
COPY app.people TO STDOUT

-- EXPLAIN with constants [door-explain]
EXPLAIN (VERBOSE) SELECT name, upper(name) FROM app.people WHERE id = 1

-- EXPLAIN ANALYZE of a join of keys [bit-equality]
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT 1 FROM app.people p JOIN app.orders o USING (email)

-- EXPLAIN ANALYZE of a predicate [door-explain]
EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) SELECT 1 FROM app.people WHERE name < 'c'

-- EXPLAIN in JSON with buffers [door-explain]
EXPLAIN (ANALYZE, BUFFERS, FORMAT json, TIMING OFF, SUMMARY OFF) SELECT name FROM app.people

-- EXPLAIN of a group [door-explain]
EXPLAIN SELECT email, count(*) FROM app.people GROUP BY email

-- statistics [door-statistics]
SELECT * FROM pg_stats WHERE tablename = 'people' AND schemaname = 'app' ORDER BY attname

-- statistics, compared [door-statistics]
SELECT attname FROM pg_stats WHERE most_common_vals::text LIKE '%alice%' OR histogram_bounds::text LIKE '%alice%'

-- statistics, counted [door-statistics]
SELECT attname, n_distinct, correlation, avg_width FROM pg_stats WHERE schemaname = 'app' ORDER BY tablename, attname

-- statistics of the server [door-statistics]
SELECT stawidth, stavalues1 FROM pg_statistic

-- statistics of tables [door-statistics]
SELECT relname, n_live_tup >= 0, seq_scan > -1 FROM pg_stat_user_tables ORDER BY relname

-- physical places [bit-size]
SELECT ctid, tableoid::regclass, id FROM app.people ORDER BY ctid

-- sizes of columns [bit-size]
SELECT id, pg_column_size(name) FROM app.people

-- a function that reads by name [door-by-name]
SELECT query_to_xml('SELECT name FROM app.people', true, false, '')

-- table as XML [door-by-name]
SELECT table_to_xml('app.people', true, false, '')

-- XML of a value [rows-expressions]
SELECT xmlforest(name) FROM app.people

-- XMLTABLE [rows-expressions]
SELECT x.* FROM app.people p, XMLTABLE('/a' PASSING xmlparse(CONTENT '<a>' || p.name || '</a>') COLUMNS n text PATH '.') x

-- text search [rows-expressions]
SELECT id, to_tsvector('english', name) @@ to_tsquery('english', 'alice') FROM app.people

-- a ranking [rows-expressions]
SELECT ts_rank(to_tsvector(name), 'alice') FROM app.people

-- regular expressions [bit-where]
SELECT id, regexp_match(name, '^(a)') FROM app.people

-- a pattern from a protected value [bit-where]
SELECT id, 'alice' ~ name FROM app.people

-- LIKE with a protected pattern [bit-where]
SELECT id FROM app.guess, app.people WHERE x LIKE name || '%'

-- division by a protected number [door-errors]
SELECT 1 / (pin - 10) FROM app.people

-- cast that fails by value [door-errors]
SELECT name::int FROM app.people

-- cast to an enumeration of names [door-errors]
SELECT name::regclass FROM app.people

-- conversion that fails [door-errors]
SELECT convert_to(name, 'LATIN1') FROM app.people

-- date out of range [door-errors]
SELECT born + pin * 100000 FROM app.people

-- to_char of a pattern [door-errors]
SELECT to_char(n, name) FROM app.people

-- array by a protected index [bit-array-position]
SELECT nums[pin - 9] FROM app.people

-- array positions [bit-array-position]
SELECT array_position(ARRAY['alice', 'bob'], name) FROM app.people

-- width_bucket [bit-branch-error]
SELECT width_bucket(salary, 1000, 1010, 5) FROM app.people

-- settings by a protected value [door-settings]
SELECT set_config('application_name', name, false) FROM app.people

-- notifications [door-scratch]
SELECT pg_notify('x', name) FROM app.people

-- advisory locks [door-scratch]
SELECT pg_try_advisory_lock(pin) FROM app.people

-- sleeping by a protected value [bit-sleep]
SELECT CASE WHEN name = 'zoe' THEN pg_sleep(1) END FROM app.people

-- sleeping for a protected time [bit-sleep]
SELECT pg_sleep(pin - pin) FROM app.people

-- a random draw by a protected seed [door-scratch]
SELECT setseed(pin / 1000.0) FROM app.people

-- equality of a group with guesses [bit-having]
SELECT email FROM app.people GROUP BY email HAVING email = 'alice@x.org'

-- HAVING of an aggregate [bit-having]
SELECT city FROM app.people GROUP BY city HAVING min(name) < 'b'

-- merged column of a FULL JOIN [bit-join]
SELECT email, g.n FROM app.people FULL JOIN (SELECT x AS email, n FROM app.guess) g USING (email)

-- keys of one domain, joined [bit-equality]
SELECT p.id, o.id, email FROM app.people p JOIN app.orders o USING (email) ORDER BY p.id, o.id

-- keys of one domain, by IN [bit-equality]
SELECT id FROM app.people WHERE email IN (SELECT email FROM app.orders WHERE qty > 4) ORDER BY id

-- keys of one domain, grouped [bit-equality]
SELECT count(*), email FROM app.orders GROUP BY email ORDER BY 1

-- keys of one domain, apart [bit-equality]
SELECT p.id FROM app.people p WHERE NOT EXISTS (SELECT FROM app.orders o WHERE o.email = p.email)

-- keys of one domain, by window [bit-equality]
SELECT o.id, count(*) OVER (PARTITION BY email) FROM app.orders o ORDER BY id

-- lag over a partition [rows-plain]
SELECT id, lag(qty) OVER (PARTITION BY email ORDER BY id) FROM app.orders ORDER BY id

-- a merged column with a clean one of another type [bit-join]
SELECT id FROM app.people JOIN (SELECT 11 AS pin) x USING (pin)

-- greatest of a protected value and a guess [bit-picking]
SELECT greatest(name, 'bob') FROM app.people

-- greatest, compared [bit-picking]
SELECT greatest(name, 'bob') = 'bob' FROM app.people

-- a domain's own error [bit-branch-error]
SELECT name::information_schema.cardinal_number FROM app.people

-- constants from a protected column in a VALUES list [bit-values]
VALUES ((SELECT name FROM app.people WHERE id = 1)), ('x')

-- an array of a subquery [bit-where]
SELECT ARRAY(SELECT name FROM app.people ORDER BY id)

-- a subquery of several rows [bit-branch-error]
SELECT (SELECT name FROM app.people WHERE n > 1)

-- an unreferenced CTE that tests [bit-exists]
WITH x AS MATERIALIZED (SELECT 1 / (SELECT pin - 10 FROM app.people WHERE id = 1) AS y) SELECT 1

-- an unreferenced subquery column that fails [bit-exists]
SELECT id FROM (SELECT id, 1 / (pin - 10) AS y FROM app.people OFFSET 0) s

-- lateral rows by a test [bit-join]
SELECT p.id, l.n FROM app.people p LEFT JOIN LATERAL (SELECT 1 AS n WHERE p.name = 'alice') l ON true

-- join on a test [bit-join]
SELECT p.id, g.id FROM app.people p LEFT JOIN app.guess g ON g.x = p.email

-- join on a false test [bit-join]
SELECT p.id, g.id FROM app.people p JOIN app.guess g ON p.id = g.id AND p.name > 'b'

-- an empty string [bit-where]
SELECT id, name = '' FROM app.people

-- hash of a value [rows-expressions]
SELECT id, hashtext(name) % 2 FROM app.people

-- digest of a value [rows-expressions]
SELECT md5(name), sha256(name::bytea) FROM app.people

-- is it normal [rows-expressions]
SELECT id, name IS NORMALIZED FROM app.people

-- a protected circle [rows-forms]
SELECT id, shape = circle '<(0,0),1>' FROM app.people

-- a protected circle, contained [rows-forms]
SELECT id FROM app.people WHERE shape @> point '(0,1)'

-- cursors over a test [state-names]
DECLARE c CURSOR WITH HOLD FOR SELECT id FROM app.people WHERE name = 'alice'

-- a lock by a test [bit-lock]
SELECT id FROM app.people WHERE name = 'alice' FOR UPDATE

-- money by a stable cast [door-errors]
SELECT CASE WHEN name='alice' THEN 9223372036854775807::money END FROM app.people WHERE id=1

-- regclass by number [door-errors]
SELECT CASE WHEN name='alice' THEN 4000000000::regclass END FROM app.people WHERE id=1

-- constraint of a domain [bit-branch-error]
SELECT CASE WHEN name='alice' THEN 'long'::app.short END FROM app.people WHERE id=1

-- constraint of a built-in domain [bit-branch-error]
SELECT CASE WHEN name='alice' THEN '-1'::information_schema.cardinal_number END FROM app.people WHERE id=1

-- constraint of a domain that takes no NULL [bit-branch-error]
SELECT CASE WHEN name='alice' THEN NULL::app.required END FROM app.people WHERE id=1

-- constraint of a built-in domain, by number [bit-branch-error]
SELECT CASE WHEN name='alice' THEN (-1)::information_schema.cardinal_number END FROM app.people WHERE id=1

-- constraint of a domain by function notation [bit-branch-error]
SELECT CASE WHEN name='alice' THEN app.short(city) END FROM app.people WHERE id=1

-- collations that differ [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN c.d < c.c END FROM app.people p, app.collated c WHERE p.id=1

-- collations that differ, name [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN d.d < c.relname END FROM app.people p, app.collated d, (SELECT relname FROM pg_class LIMIT 1) c WHERE p.id=1

-- collations that differ, in a function [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN upper(c.d || c.c) END FROM app.people p, app.collated c WHERE p.id=1

-- collations that differ, by COLLATE in a subquery [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN c.d = c.b END FROM app.people p, (SELECT b COLLATE "C" AS b, b COLLATE "POSIX" AS d FROM app.clean) c WHERE p.id=1

-- collations that differ, LIKE [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN (c.d || c.c) LIKE 'x' END FROM app.people p, app.collated c WHERE p.id=1

-- collations that differ, IN [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN c.d IN (c.c, 'x') END FROM app.people p, app.collated c WHERE p.id=1

-- collations that differ, greatest [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN greatest(c.d, c.c) END FROM app.people p, app.collated c WHERE p.id=1

-- collations that differ, nullif [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN nullif(c.d, c.c) END FROM app.people p, app.collated c WHERE p.id=1

-- collations that differ, case [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN CASE c.d WHEN c.c THEN 1 END END FROM app.people p, app.collated c WHERE p.id=1

-- collations that differ, row [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN (c.d, 1) < (c.c, 1) END FROM app.people p, app.collated c WHERE p.id=1

-- exotic spellings of zero [bit-branch-error]
SELECT split_part(CASE WHEN name='alice' THEN 'a' END, 'x', 0) FROM app.people WHERE id=1

-- COPY in an encoding that does not have all letters [rows-copy]
COPY (SELECT name FROM app.people WHERE id = 7) TO STDOUT (ENCODING 'LATIN1')

-- COPY in an encoding, everything [rows-copy]
COPY app.people TO STDOUT (ENCODING 'SQL_ASCII')

-- conversion that fails by letters [door-errors]
SELECT convert_to(name, 'LATIN1') FROM app.people WHERE id = 7

-- to_ascii fails by encoding [door-errors]
SELECT to_ascii(name) FROM app.people WHERE id = 7

-- unistr [bit-branch-error]
SELECT unistr(CASE WHEN name='alice' THEN '\zzzz' END) FROM app.people WHERE id=1

-- normalize [bit-branch-error]
SELECT normalize(name, NFC) IS NORMALIZED FROM app.people WHERE id=1

-- rows of a set-returning function [bit-ranges]
SELECT id, unnest(tags) FROM app.people

-- rows of a function in a branch of a select list [bit-ranges]
SELECT generate_series(1, CASE WHEN name='alice' THEN 3 ELSE 2 END) FROM app.people WHERE id=1

-- rows of string_to_table [bit-ranges]
SELECT string_to_table(name, 'a') FROM app.people WHERE id=1

-- rows of jsonb_each [bit-ranges]
SELECT p.id FROM app.people p, jsonb_each(p.doc)

-- rows of jsonb_array_elements of a branch [bit-ranges]
SELECT p.id FROM app.people p, jsonb_array_elements(CASE WHEN p.name='alice' THEN '[1,2]'::jsonb ELSE '[1]' END)

-- rows of unnest of a branch [bit-ranges]
SELECT p.id FROM app.people p, unnest(CASE WHEN p.name='alice' THEN nums END)

-- rows of generate_subscripts [bit-ranges]
SELECT p.id FROM app.people p, generate_subscripts(CASE WHEN p.name='alice' THEN nums END, 1)

-- rows of unnest of two arrays [bit-ranges]
SELECT p.id FROM app.people p, unnest(p.nums, p.tags)

-- rows of ROWS FROM [bit-ranges]
SELECT p.id FROM app.people p, ROWS FROM (unnest(p.nums), unnest(p.tags)) WITH ORDINALITY

-- window frame bounds by a value [bit-window]
SELECT id, sum(n) OVER (ORDER BY id ROWS (SELECT max(pin) FROM app.people) PRECEDING) FROM app.people

-- ntile by a value [bit-window]
SELECT id, ntile(CASE WHEN name='alice' THEN 0 ELSE 1 END) OVER (ORDER BY id) FROM app.people

-- nth_value by a value [bit-window]
SELECT nth_value(city, CASE WHEN name='alice' THEN 0 ELSE 1 END) OVER (ORDER BY id) FROM app.people

-- lag by a value [bit-window]
SELECT lag(city, CASE WHEN name='alice' THEN 2000000000 ELSE 1 END) OVER (ORDER BY id) FROM app.people

-- picking from branches [bit-picking]
SELECT max(CASE WHEN name='alice' THEN city END) FROM app.people

-- first_value by a protected order [bit-window]
SELECT first_value(city) OVER (ORDER BY pin DESC) FROM app.people

-- array_agg order [bit-order]
SELECT array_agg(id ORDER BY salary) FROM app.people

-- percentile with a protected fraction [bit-limit]
SELECT percentile_disc((SELECT pin / 1000.0 FROM app.people WHERE id=1)) WITHIN GROUP (ORDER BY n) FROM app.people

-- statistics aggregate [bit-count]
SELECT regr_slope(pin, n), corr(pin, n) FROM app.people

-- bit aggregate [bit-count]
SELECT bit_and(pin), bit_or(pin) FROM app.people

-- array comparison of clean with protected [bit-where]
SELECT id FROM app.people WHERE nums > ARRAY[pin]

-- ANY over a protected array [bit-where]
SELECT 'alice' = ANY (tags) FROM app.people

-- jsonb containment [bit-where]
SELECT doc @> '{"k": "alice"}' FROM app.people

-- distance [rows-expressions]
SELECT shape <-> point(0,0) FROM app.people

-- row number of equal groups [bit-group]
SELECT email, dense_rank() OVER (ORDER BY email) FROM app.people

-- equality with an expression of the same column [bit-equality]
SELECT p.id, o.id FROM app.people p JOIN app.orders o ON lower(p.email) = lower(o.email)

-- equality with itself moved [bit-join]
SELECT p.id FROM app.people p JOIN app.people q ON p.email = q.email || ''

-- GROUP BY with a constant that is a guess [bit-group]
SELECT count(*) FROM (SELECT email FROM app.people UNION ALL SELECT 'alice@x.org') u GROUP BY email

-- IN with a guess among columns [bit-values]
SELECT id FROM app.people WHERE email IN (SELECT email FROM app.orders UNION ALL SELECT x FROM app.guess)

-- USING, three tables [bit-join]
SELECT count(*) FROM app.people p JOIN app.orders o USING (email) JOIN (SELECT x AS email FROM app.guess) g USING (email)

-- anti join with guesses [bit-exists]
SELECT g.id FROM app.guess g WHERE NOT EXISTS (SELECT FROM app.people p WHERE p.email = g.x)

-- LATERAL with guesses [bit-exists]
SELECT g.id, l.c FROM app.guess g, LATERAL (SELECT count(*) AS c FROM app.people p WHERE p.email = g.x) l

-- guess through a values list in a CTE [bit-join]
WITH g(x) AS (VALUES ('alice@x.org')) SELECT count(*) FROM g, app.orders o WHERE o.email = g.x

-- min of a union with a guess [bit-values]
SELECT min(email) FROM (SELECT email FROM app.people UNION ALL SELECT 'b') u

-- clean column beside max of a protected one [bit-picking]
SELECT city FROM app.people ORDER BY (SELECT max(p.pin) FROM app.people p WHERE p.city = people.city)

-- TABLESAMPLE with a seed of a value [bit-limit]
SELECT id FROM app.clean TABLESAMPLE bernoulli (50) REPEATABLE ((SELECT pin FROM app.people WHERE id = 1))

-- LIMIT by a value in a CTE [bit-limit]
WITH l AS (SELECT pin FROM app.people WHERE id = 1) SELECT id FROM app.clean LIMIT (SELECT pin / 10 FROM l)

-- xmltable over a value [rows-expressions]
SELECT x.* FROM app.people, XMLTABLE('/a' PASSING xmlelement(name a, name) COLUMNS v text PATH '.') x

-- query plan sizes [door-explain]
EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) SELECT DISTINCT email FROM app.people

-- query plan of a sort with long values [door-explain]
EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS) SELECT * FROM (SELECT repeat('x', 1000) || name AS x, city FROM app.people, generate_series(1, 200)) s ORDER BY city

-- query plan of materialising [door-explain]
EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, FORMAT json) WITH c AS MATERIALIZED (SELECT name FROM app.people) SELECT * FROM c, app.clean

-- system columns [bit-size]
SELECT ctid, xmin, tableoid::regclass, name FROM app.people

-- storage [bit-size]
SELECT pg_column_size(name), pg_column_compression(name) FROM app.people

-- table sizes [door-sizes]
SELECT pg_relation_size('app.people'), pg_total_relation_size('app.people'), pg_indexes_size('app.people')

-- what the server counts [door-sizes]
SELECT relname, relpages, reltuples FROM pg_class WHERE relname LIKE 'people%'

-- widths and counts of statistics [door-statistics]
SELECT attname, null_frac, avg_width, n_distinct, correlation FROM pg_stats WHERE schemaname = 'app'

-- user function of the catalog over a value [door-by-name]
SELECT pg_get_userbyid(pin::oid) FROM app.people

-- format [rows-expressions]
SELECT format('%s %I %L', name, email, pin) FROM app.people

-- format by a protected format [bit-branch-error]
SELECT format(name, 1) FROM app.people

-- quote_ident of a branch [bit-branch-error]
SELECT quote_ident(CASE WHEN name='alice' THEN 'a"' ELSE 'b' END) FROM app.people WHERE id=1

-- make_date in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN make_date(2020, 13, n) END FROM app.people WHERE id=1

-- to_timestamp in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN to_timestamp(city, 'YYYY') END FROM app.people WHERE id=1

-- interval overflow in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN date '2020-01-01' + n * interval '200000 years' END FROM app.people WHERE id=1

-- integer overflow in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN n + 2147483647 END FROM app.people WHERE id=1

-- negation overflow in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN -(n - 2147483648)::int END FROM app.people WHERE id=1

-- factorial and power in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN power(n + 10.0, 100000) END FROM app.people WHERE id=1

-- square root in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN sqrt(n - 5.0) END FROM app.people WHERE id=1

-- chr in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN chr(n - 1) END FROM app.people WHERE id=1

-- set bits in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN set_byte('x'::bytea, n + 5, 1) END FROM app.people WHERE id=1

-- get bits in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN get_bit(B'101', n + 5) END FROM app.people WHERE id=1

-- array index null in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN array_fill(n, ARRAY[NULL]::int[]) END FROM app.people WHERE id=1

-- array position of many dimensions in a branch [bit-array-position]
SELECT CASE WHEN name='alice' THEN array_position(ARRAY[[1,2]], n) END FROM app.people WHERE id=1

-- array_remove of many dimensions in a branch [bit-array-position]
SELECT CASE WHEN name='alice' THEN array_remove(ARRAY[[1,2]], n) END FROM app.people WHERE id=1

-- width_bucket in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN width_bucket(n, 1, 1, 0) END FROM app.people WHERE id=1

-- trunc of a macaddr in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN date_trunc(city, now()) END FROM app.people WHERE id=1

-- extract in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN date_part(city, now()) END FROM app.people WHERE id=1

-- time zone in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN now() AT TIME ZONE city END FROM app.people WHERE id=1

-- range bounds in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN int4range(n, n - 1) END FROM app.people WHERE id=1

-- range union in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN int4range(n, n + 1) + int4range(n + 5, n + 6) END FROM app.people WHERE id=1

-- JSON path in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN jsonb_path_query_first(to_jsonb(n), 'strict $.a') END FROM app.people WHERE id=1

-- JSON set in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN jsonb_set('1'::jsonb, '{a}', to_jsonb(n)) END FROM app.people WHERE id=1

-- JSON delete in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN to_jsonb(n) - 'a' END FROM app.people WHERE id=1

-- JSON object keys in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN json_object(ARRAY[city]) END FROM app.people WHERE id=1

-- JSON build object of a null key in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN json_build_object(nullif(n, n), 1) END FROM app.people WHERE id=1

-- JSON record in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN (SELECT x FROM jsonb_to_record('{"x":"a"}') AS r(x int)) END FROM app.people WHERE id=1

-- text search configuration in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN to_tsvector('nothing'::text::regconfig, city) END FROM app.people WHERE id=1

-- text search query in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN to_tsquery(city || ' &') END FROM app.people WHERE id=1

-- encode and decode in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN decode(city, 'hex') END FROM app.people WHERE id=1

-- inet in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN inet '255.255.255.255' + n END FROM app.people WHERE id=1

-- bit strings of unequal lengths in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN n::bit(3) & B'1' END FROM app.people WHERE id=1

-- point of infinity in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN path '((0,0),(1,1))' + path '[(0,0),(1,1)]' END FROM app.people WHERE id=1

-- xml in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN xmlparse(document city) END FROM app.people WHERE id=1

-- xml comment in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN xmlcomment(city || '--') END FROM app.people WHERE id=1

-- xml processing instruction in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN xmlpi(name x, city || '?>') END FROM app.people WHERE id=1

-- uuid in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN city::uuid END FROM app.people WHERE id=1

-- enum range in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN enum_first(NULL::text::anyenum) END FROM app.people WHERE id=1

-- privilege functions in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN has_table_privilege(city, 'select') END FROM app.people WHERE id=1

-- catalog functions in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN pg_get_viewdef(city) END FROM app.people WHERE id=1

-- settings in a branch [door-settings]
SELECT CASE WHEN name='alice' THEN current_setting(city) END FROM app.people WHERE id=1

-- random numbers in a branch [door-scratch]
SELECT setseed(0.5), CASE WHEN name='alice' THEN random() END FROM app.people WHERE id=1

-- random numbers in a branch, and after [door-scratch]
SELECT random() < 2, setseed(0.5), CASE WHEN name='alice' THEN random() END FROM app.people WHERE id=1

-- locks in a branch [bit-lock]
SELECT CASE WHEN name='alice' THEN pg_try_advisory_lock(4711) END FROM app.people WHERE id=1

-- transaction numbers in a branch [door-scratch]
SELECT CASE WHEN name='alice' THEN txid_current() END FROM app.people WHERE id=1

-- nothing but a whole row test [bit-null]
SELECT p IS NULL, p IS NOT NULL FROM app.people p

-- NULL test of a row with clean columns [bit-null]
SELECT id FROM app.people p WHERE (p.*) IS NOT NULL

-- count of rows [bit-null]
SELECT count(p) FROM app.people p

-- count of a branch [bit-count]
SELECT count(CASE WHEN name='alice' THEN 1 END) FROM app.people

-- num_nulls [bit-null]
SELECT num_nulls(note, nullif(name, 'alice')) FROM app.people

-- boolean tests [bit-branch-error]
SELECT (name = 'alice') IS NOT UNKNOWN, (name = 'alice') IS TRUE FROM app.people

-- bool_or in HAVING [bit-having]
SELECT city FROM app.people GROUP BY city HAVING bool_or(name = 'alice')

-- every in ORDER BY [bit-order]
SELECT city FROM app.people GROUP BY city ORDER BY every(pin > 20)

-- grouping sets [bit-group]
SELECT city, grouping(city, email), count(*) FROM app.people GROUP BY CUBE (city, email) ORDER BY 1, 2

-- recursion over equals [bit-ranges]
WITH RECURSIVE r AS (SELECT email, 1 AS n FROM app.people WHERE id = 1 UNION SELECT o.email, n + 1 FROM r JOIN app.orders o ON o.email = r.email WHERE n < 3) SELECT n FROM r

-- recursion that stops by duplicates of protected values [bit-ranges]
WITH RECURSIVE r AS (SELECT name, 0 AS k FROM app.people UNION SELECT 'alice', 0 FROM r) SELECT count(*) FROM r

-- SEARCH by a value [bit-order]
WITH RECURSIVE r(i, v) AS (SELECT id, name FROM app.people WHERE id < 3 UNION ALL SELECT i + 10, v FROM r WHERE i < 10) SEARCH BREADTH FIRST BY v SET o SELECT i FROM r ORDER BY o

-- merge of views [bit-join]
SELECT s.id FROM app.shown s JOIN app.kept k ON s.uname = upper(k.name)

-- FETCH FIRST WITH TIES over a value [bit-order]
SELECT id FROM app.people ORDER BY pin FETCH FIRST 2 ROWS WITH TIES

-- DISTINCT ON an expression [bit-distinct-on]
SELECT DISTINCT ON (left(name, 1)) id FROM app.people ORDER BY left(name, 1), id

-- EXCEPT ALL with guesses [bit-values]
SELECT x FROM app.guess EXCEPT ALL SELECT email FROM app.people

-- CASE with an operand [bit-case]
SELECT CASE name WHEN 'alice' THEN 1 ELSE 0 END FROM app.people

-- array subscripts by a value [bit-array-position]
SELECT nums[pin] FROM app.people

-- slices by a value [bit-array-position]
SELECT nums[1:pin / 10] FROM app.people

-- composite comparison with a subquery [bit-values]
SELECT (id, name) IN (SELECT id, 'alice' FROM app.guess) FROM app.people

-- NOT IN with NULLs [bit-values]
SELECT id FROM app.clean WHERE 'x' NOT IN (SELECT nullif(name, 'alice') FROM app.people)

-- ALL over a protected subquery [bit-values]
SELECT 'm' > ALL (SELECT name FROM app.people)

-- regular expression with a protected pattern [bit-where]
SELECT 'alice' ~ name FROM app.people

-- long pattern in a branch [bit-branch-error]
SELECT CASE WHEN name='alice' THEN city ~ 'PATTERN' END FROM app.people WHERE id=1

-- sizes of arrays that are put together [bit-size]
SELECT ARRAY[(ARRAY[1,2,3,4,5,6,7,8,9,10,11,12])[1:pin], ARRAY[1,2,3,4,5,6,7,8,9,10]] FROM app.people WHERE id = 1

-- collected sizes [bit-size]
SELECT array_agg((ARRAY[1,2,3,4,5,6,7,8,9,10,11,12])[1:pin]) FROM app.people, app.guess WHERE people.id = 1

-- NULL for an array [bit-branch-error]
SELECT array_agg(nullif(ARRAY[1, 2], ARRAY[pin - 9, 2])) FROM app.people WHERE people.id = 1

-- NULL for an array, by a comparison that cannot fail [bit-branch-error]
SELECT array_agg(CASE WHEN pin = 10 THEN ARRAY[1, 2] END) FROM app.people WHERE people.id = 1

-- elements by a slice [bit-size]
SELECT cardinality((ARRAY[1,2,3,4,5,6,7,8,9,10,11,12])[1:pin]), array_upper((ARRAY[1,2,3,4,5,6,7,8,9,10,11,12])[pin:], 1) FROM app.people

-- sum that overflows by a guess [bit-branch-error]
SELECT sum(CASE WHEN name = 'alice' THEN 9e131071 ELSE 9e131071 - 1 END) FROM app.people

-- sums and averages [rows-aggregates]
SELECT city, sum(pin), avg(salary), stddev(pin), variance(salary), bit_or(pin) FROM app.people GROUP BY city ORDER BY city

-- moving sums [bit-window]
SELECT id, sum(pin) OVER w, avg(salary) OVER w FROM app.people WINDOW w AS (ORDER BY id ROWS 2 PRECEDING) ORDER BY id

-- containment and overlap [rows-expressions]
SELECT id, tags @> '{alice}', tags && ARRAY['bob'], doc @> '{"k": "alice"}', tags <@ '{alice,t1}' FROM app.people ORDER BY id

-- containment by sums [rows-aggregates]
SELECT bool_or(tags @> '{alice}'), count(*) FILTER (WHERE n > 2) FROM app.people

-- containment by a protected array [bit-where]
SELECT id FROM app.people WHERE '{alice,t1}' @> tags

-- containment in a branch that fails [bit-branch-error]
SELECT CASE WHEN tags @> '{alice}' THEN 1 / (n - n) END FROM app.people

-- constant in a subquery [bit-search]
SELECT id FROM app.guess WHERE 'alice@x.org' IN (SELECT email FROM app.people)

-- constant in a subquery of a picked value [bit-values]
SELECT id FROM app.guess WHERE 'alice' IN (SELECT CASE WHEN n > 1 THEN name END FROM app.people)

-- parameter behind a value [rows-expressions]
SELECT id, name || $1 FROM app.people ORDER BY id

-- deep in a document [rows-forms]
SELECT id, doc -> 'k' ->> 0, doc #> '{k}' #>> '{}' FROM app.people ORDER BY id

-- members of documents [rows-forms]
SELECT id, to_jsonb(p) ->> 'name', row_to_json(p) -> 'email', to_jsonb(p) #>> '{doc,k}', to_jsonb(p) -> 'tags' -> 0, to_jsonb(p) -> 'note' FROM app.people p ORDER BY id

-- members of collected documents [rows-forms]
SELECT json_agg(p ORDER BY id) -> 1 ->> 'pin', jsonb_agg(p ORDER BY name) -> 0 ->> 'id' FROM app.people p

-- member that a value picks [rows-forms]
SELECT id, (CASE WHEN name = 'alice' THEN jsonb_build_object('id', id) END) ->> 'id' FROM app.people ORDER BY id

-- place that a value picks [bit-array-position]
SELECT id, json_build_array(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) -> pin, jsonb_build_object('alice', 1) -> name FROM app.people ORDER BY id

-- documents without NULLs [bit-null]
SELECT id, jsonb_strip_nulls(to_jsonb(p)), json_strip_nulls(json_build_object('a', nullif(name, 'alice'), 'n', n)) FROM app.people p ORDER BY id

-- documents without arrays that a value makes NULL [bit-null]
SELECT id, jsonb_strip_nulls(jsonb_build_object('a', CASE WHEN name = 'alice' THEN jsonb_build_array(id) END)) FROM app.people p ORDER BY id

-- documents put together by a value [rows-forms]
SELECT id, jsonb_build_object('a', 1) || CASE WHEN name = 'alice' THEN jsonb_build_object('b', 2) ELSE jsonb_build_object('b', 3) END FROM app.people ORDER BY id

-- document of NULL by a value, put together [bit-null]
SELECT id, jsonb_build_object('a', 1) || CASE WHEN name = 'alice' THEN jsonb_build_object('b', 2) END, (jsonb_build_object('a', 1) - name) FROM app.people ORDER BY id

-- comparison with a member [bit-where]
SELECT id FROM app.people p WHERE to_jsonb(p) ->> 'name' = 'alice'

-- order by a member [bit-order]
SELECT id FROM app.people p ORDER BY to_jsonb(p) ->> 'name'

-- length of a member [rows-expressions]
SELECT length(to_jsonb(p) ->> 'pin'), length(pin::text) FROM app.people p

-- numbers as text [rows-forms]
SELECT id, pin::text, salary::text, salary::varchar(3), pin::text || 'x' FROM app.people ORDER BY id

-- lengths summed up [rows-aggregates]
SELECT city, avg(length(name)), sum(length(name)::bigint), sum(CASE WHEN name = 'alice' THEN 2147483647 ELSE 0 END) FROM app.people GROUP BY city ORDER BY city

-- lengths that overflow [bit-branch-error]
SELECT sum(length(name) * 400000000) FROM app.people

-- from 14

-- cycle over a name [bit-ranges]
WITH RECURSIVE r(i, v) AS (SELECT 1, name FROM app.people UNION ALL SELECT i + 1, (SELECT x FROM app.guess WHERE id = 1) FROM r WHERE i < 4) CYCLE v SET again USING path SELECT count(*) FILTER (WHERE again) FROM r

-- search order by a name [bit-order]
WITH RECURSIVE r(i, v) AS (SELECT id, name FROM app.people UNION ALL SELECT i + 1, v FROM r WHERE i < 3) SEARCH BREADTH FIRST BY v SET o SELECT i FROM r ORDER BY o LIMIT 1

-- date_bin that fails [door-errors]
SELECT date_bin(CASE WHEN name = 'alice' THEN interval '0' ELSE interval '1 day' END, timestamp '2001-01-01', timestamp '2000-01-01') FROM app.people

-- trim_array that fails [bit-branch-error]
SELECT trim_array(tags, CASE WHEN name = 'alice' THEN 9 ELSE 1 END) FROM app.people

-- from 16

-- input error [door-errors]
SELECT pg_input_is_valid(name, 'int'), (pg_input_error_info(name, 'int')).message FROM app.people

-- json of a name [rows-forms]
SELECT name IS JSON, JSON_ARRAY(name), JSON_OBJECT(name: 1) FROM app.people

-- unique keys [door-errors]
SELECT JSON_OBJECT('alice': 1, name: 2 WITH UNIQUE KEYS) FROM app.people WHERE id = 1

-- from 17

-- json value that fails [door-errors]
SELECT JSON_VALUE(doc, '$.k' RETURNING int ERROR ON ERROR) FROM app.people

-- json value in a condition [bit-where]
SELECT count(*) FROM app.people WHERE JSON_VALUE(doc, '$.k') = 'alice'

-- json exists [rows-expressions]
SELECT JSON_EXISTS(doc, '$ ? (@.k == "alice")') FROM app.people

-- json value by a plain path, of every type [rows-expressions]
SELECT id, JSON_VALUE(doc, '$.k'), JSON_VALUE(doc, 'lax $.k' RETURNING int), JSON_VALUE(doc, '$."k"' RETURNING date), JSON_VALUE(doc, '$[*]' DEFAULT 'none' ON EMPTY DEFAULT 'bad' ON ERROR) FROM app.people

-- json query and json exists by a plain path [rows-expressions]
SELECT id, JSON_QUERY(doc, '$' WITH WRAPPER), JSON_QUERY(doc, '$.k' RETURNING text OMIT QUOTES), JSON_QUERY(doc, '$.*' EMPTY ARRAY ON EMPTY), JSON_EXISTS(doc, '$.k'), JSON_EXISTS(doc, '$.k[3]' UNKNOWN ON ERROR) FROM app.people

-- whether a member is there decides [bit-where]
SELECT id FROM app.people WHERE JSON_EXISTS(doc, '$.k')

-- json table of one row each [rows-expressions]
SELECT p.id, t.* FROM app.people p, JSON_TABLE(p.doc, '$' COLUMNS (n FOR ORDINALITY, k text PATH '$.k', i int PATH '$.k', e bool EXISTS PATH '$.k', d jsonb PATH '$.k')) t

-- json table of many rows, counted [bit-ranges]
SELECT count(*) FROM app.people p LEFT JOIN LATERAL JSON_TABLE(p.doc, '$.*' COLUMNS (k text PATH '$')) t ON true

-- json table in a branch [bit-branch-error]
SELECT id, CASE WHEN JSON_EXISTS(doc, '$.k') THEN 1 / (id - id) END FROM app.people

-- json value with an error where there is none [bit-branch-error]
SELECT JSON_VALUE(doc, '$.k.l' ERROR ON EMPTY) FROM app.people

-- json path that compares times [bit-branch-error]
SELECT JSON_EXISTS(doc, '$.k ? (@.datetime() < "12:00:00+00".datetime())') FROM app.people

-- the same text but for the path [bit-branch-error]
SELECT JSON_QUERY(doc, 'strict $.x' ERROR ON ERROR) FROM app.people

-- json scalar [rows-forms]
SELECT id, JSON_SCALAR(name), JSON_SCALAR(pin), JSON_SCALAR(doc) FROM app.people

-- json table rows [bit-ranges]
SELECT count(*) FROM app.people, JSON_TABLE(doc, '$[*] ? (@.k == "alice")' COLUMNS (k text PATH '$.k')) t

-- json passing [rows-expressions]
SELECT JSON_EXISTS(jsonb '["alice"]', '$[*] ? (@ == $x)' PASSING name AS x) FROM app.people

-- from 18

-- sorted arrays [rows-expressions]
SELECT array_sort(tags) = ARRAY['alice', 't1'], casefold(name) = 'alice' FROM app.people

-- from any
