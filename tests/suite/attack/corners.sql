-- operator of another schema spelled in full [bit-where]
SELECT id FROM app.people WHERE name OPERATOR(pg_catalog.~) '^a'

-- row of OPERATOR over two columns [bit-where]
SELECT id FROM app.people WHERE (name, pin) OPERATOR(pg_catalog.<) ('b', 1)

-- ANY by OPERATOR [bit-where]
SELECT id FROM app.people WHERE pin OPERATOR(pg_catalog.>=) ANY (ARRAY[n])

-- rows of an ordered aggregate with FILTER [bit-filter]
SELECT city, array_agg(id ORDER BY id) FILTER (WHERE pin > 30) FROM app.people GROUP BY city ORDER BY city

-- FILTER in a window [bit-filter]
SELECT id, count(*) FILTER (WHERE name < 'c') OVER (ORDER BY id) FROM app.people

-- FILTER of a hypothetical set [bit-filter]
SELECT rank(3) WITHIN GROUP (ORDER BY n) FILTER (WHERE pin > 20) FROM app.people

-- FILTER by a subquery [bit-filter]
SELECT count(*) FILTER (WHERE EXISTS (SELECT FROM app.people p WHERE p.name LIKE c.a || '%')) FROM app.clean c

-- WITHIN GROUP by a protected order, clean values [bit-order]
SELECT percentile_disc(ARRAY[0.1, 0.9]) WITHIN GROUP (ORDER BY salary) FROM app.people

-- mode over groups of protected values [bit-picking]
SELECT mode() WITHIN GROUP (ORDER BY pin % 2) FROM app.people

-- frame by RANGE of a protected distance [bit-window]
SELECT id, sum(n) OVER (ORDER BY n RANGE BETWEEN pin PRECEDING AND pin FOLLOWING) FROM app.people

-- frame by GROUPS over a protected order [bit-window]
SELECT id, sum(n) OVER (ORDER BY salary GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM app.people

-- frame by a date range [bit-window]
SELECT id, count(*) OVER (ORDER BY born RANGE BETWEEN '100 days' PRECEDING AND CURRENT ROW) FROM app.people

-- EXCLUDE GROUP [bit-window]
SELECT id, count(*) OVER (PARTITION BY city ORDER BY pin ROWS UNBOUNDED PRECEDING EXCLUDE GROUP) FROM app.people

-- last_value over all, in a protected order [bit-window]
SELECT DISTINCT last_value(id) OVER (ORDER BY pin ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM app.people

-- GROUPING SETS over an expression [bit-group]
SELECT grouping(left(name, 1)), count(*) FROM app.people GROUP BY GROUPING SETS ((left(name, 1)), ()) ORDER BY 1, 2

-- GROUP BY DISTINCT [bit-group]
SELECT count(*) FROM app.people GROUP BY DISTINCT ROLLUP (city, pin), CUBE (pin) ORDER BY 1

-- GROUP BY the whole row [bit-group]
SELECT count(*) FROM app.people p GROUP BY p

-- DISTINCT ON a row [bit-distinct-on]
SELECT DISTINCT ON (ROW(name, pin)) id FROM app.people

-- DISTINCT ON, ordered by what is protected last [bit-distinct-on]
SELECT DISTINCT ON (n % 2) id FROM app.people ORDER BY n % 2, name DESC

-- DISTINCT of an expression [bit-distinct-on]
SELECT DISTINCT pin > 30 FROM app.people

-- a recursive query in breadth-first order [bit-order]
WITH RECURSIVE r AS (SELECT id, name FROM app.people WHERE id = 1 UNION ALL SELECT r.id + 1, p.name FROM r JOIN app.people p ON p.id = r.id + 1 WHERE r.id < 6) SEARCH BREADTH FIRST BY name SET o SELECT id FROM r ORDER BY o

-- a recursive query, depth first [bit-order]
WITH RECURSIVE r AS (SELECT id, pin FROM app.people WHERE id < 3 UNION ALL SELECT r.id + 2, p.pin FROM r JOIN app.people p ON p.id = r.id + 2 WHERE r.id < 5) SEARCH DEPTH FIRST BY pin SET o SELECT id, o FROM r ORDER BY o

-- a cycle by a protected value [bit-ranges]
WITH RECURSIVE r AS (SELECT id, pin % 2 AS p FROM app.people WHERE id = 1 UNION ALL SELECT r.id, 1 - r.p FROM r) CYCLE p SET c TO 'y' DEFAULT 'n' USING path SELECT count(*) FROM r

-- the path of a cycle [rows-forms]
WITH RECURSIVE r AS (SELECT id, name FROM app.people WHERE id = 1 UNION ALL SELECT r.id + 1, r.name FROM r WHERE r.id < 3) CYCLE id SET c USING path SELECT path, c FROM r

-- the path of a cycle over protected values, that is shown [rows-forms]
WITH RECURSIVE r AS (SELECT name, 1 AS k FROM app.people WHERE id = 1 UNION ALL SELECT r.name, k + 1 FROM r WHERE k < 3) CYCLE name SET c USING path SELECT path FROM r

-- TABLESAMPLE by SYSTEM with a seed of a value [bit-limit]
SELECT count(*) FROM app.clean TABLESAMPLE SYSTEM (50) REPEATABLE ((SELECT pin FROM app.people WHERE id = 2))

-- LIMIT ALL, OFFSET by a count [bit-limit]
SELECT id FROM app.clean ORDER BY id OFFSET (SELECT count(*) FROM app.people WHERE pin > 30)

-- FETCH FIRST by a value [bit-limit]
SELECT id FROM app.clean ORDER BY id FETCH FIRST (SELECT length(name) FROM app.people WHERE id = 2) ROWS ONLY

-- LATERAL with LIMIT by a value [bit-limit]
SELECT p.id, l.id FROM app.people p, LATERAL (SELECT id FROM app.clean ORDER BY id LIMIT p.pin / 10) l

-- LATERAL, outer join on a value [bit-where]
SELECT p.id, l.x FROM app.people p LEFT JOIN LATERAL (SELECT 1 AS x WHERE p.pin > 20) l ON true

-- LATERAL VALUES [bit-where]
SELECT p.id FROM app.people p CROSS JOIN LATERAL (VALUES (p.name), ('x')) v(x) WHERE v.x < 'c'

-- a row function over the parent's row [rows-forms]
SELECT (p).name, (p.*).pin, (ROW(p.name, p.pin)).f1 FROM app.people p

-- a row within a row [rows-forms]
SELECT ((q.r).p).name FROM (SELECT ROW(p) AS r, p FROM app.people p) q

-- the row of a subquery as a column [rows-forms]
SELECT q FROM (SELECT name, n FROM app.people) q

-- fields of an anonymous record [rows-forms]
SELECT to_jsonb(q) -> 'name' FROM (SELECT name, n FROM app.people) q

-- json_populate_record with a row [rows-forms]
SELECT jsonb_populate_record(p, '{}') FROM app.people p

-- json_populate_record picks a field [rows-forms]
SELECT (jsonb_populate_record(p, '{"id": 9}')).name FROM app.people p

-- jsonb_to_record of a row [rows-forms]
SELECT x.* FROM app.people p, jsonb_to_record(to_jsonb(p)) AS x(name text, id int)

-- json_each_text of a row [rows-forms]
SELECT e.key, e.value FROM app.people p, json_each_text(row_to_json(p)) e WHERE p.id = 1

-- jsonb subscripts [rows-forms]
SELECT doc['k'], to_jsonb(p)['name'] FROM app.people p

-- jsonb path with variables [bit-where]
SELECT id FROM app.people WHERE jsonb_path_exists(to_jsonb(n), '$ ? (@ < $m)', jsonb_build_object('m', pin))

-- jsonb path operators [bit-where]
SELECT id FROM app.people WHERE doc @@ '$.k == "alice"' OR doc @? '$.k ? (@ like_regex "^a")'

-- array slices and dimensions [rows-pieces]
SELECT tags[1:1], array_length(tags, 1), cardinality(tags), array_dims(tags) FROM app.people

-- array_to_json [rows-forms]
SELECT array_to_json(tags), to_json(tags) FROM app.people

-- unnest beside a clean set [bit-ranges]
SELECT p.id, t FROM app.people p, LATERAL unnest(p.tags) t

-- generate_subscripts of a protected array [bit-ranges]
SELECT id, generate_subscripts(tags, 1) FROM app.people

-- series between dates [bit-ranges]
SELECT count(*) FROM app.people, generate_series(born, born + 3, interval '1 day')

-- string_to_array of a value, unnested [bit-ranges]
SELECT id, u FROM app.people, unnest(string_to_array(name, 'o')) u

-- regexp_matches [bit-ranges]
SELECT id, regexp_matches(name, '(.)', 'g') FROM app.people

-- ts_parse [bit-ranges]
SELECT t.* FROM app.people, ts_parse('default', name) t

-- pg_input_is_valid [door-errors]
SELECT pg_input_is_valid(name, 'integer') FROM app.people

-- pg_input_error_info [door-errors]
SELECT e.message FROM app.people, pg_input_error_info(name, 'integer') e

-- cast by a domain over an array [door-errors]
SELECT tags::int[] FROM app.people

-- cast of a row [door-errors]
SELECT ROW(name, 1)::app.clean FROM app.people

-- error position behind a protected value [door-errors]
SELECT name::text::int FROM app.people WHERE id = 1

-- a constraint's error on the way to JSON [door-errors]
SELECT json_object(ARRAY[name, NULL]) , json_object(ARRAY[name], ARRAY[note]) FROM app.people

-- json_object_agg with unique keys [door-errors]
SELECT json_object_agg(name, id) FROM app.people

-- to_regclass of a value [door-by-name]
SELECT to_regclass(name), to_regtype(name), to_regproc(name), to_regrole(name) FROM app.people

-- privileges by a value [door-by-name]
SELECT has_schema_privilege(name, 'usage'), has_database_privilege(name, 'connect') FROM app.people

-- names by number [door-by-name]
SELECT pin::oid::regclass, pin::oid::regtype, pin::oid::regrole FROM app.people

-- pg_describe_object by value [door-by-name]
SELECT pg_describe_object(1259, pin::oid, 0), format_type(pin::oid, NULL) FROM app.people

-- pg_get_expr of a value [door-by-name]
SELECT pg_get_expr(name::pg_node_tree, 0) FROM app.people

-- definition of a view by value [door-by-name]
SELECT pg_get_viewdef(pin::oid), obj_description(pin::oid, 'pg_class') FROM app.people

-- collation for a value [rows-expressions]
SELECT collation for (name), pg_typeof(name), pg_column_size(name), pg_collation_for(name) FROM app.people

-- money, xml and points [rows-expressions]
SELECT salary::money, point(pin, pin), tsvector(name), xmlcomment(name) FROM app.people

-- xml predicates [rows-expressions]
SELECT name IS DOCUMENT FROM (SELECT name::xml FROM app.people) q

-- xmlserialize [rows-expressions]
SELECT xmlserialize(CONTENT xmlelement(NAME x, pin) AS text) FROM app.people

-- xmlagg in a protected order [bit-order]
SELECT xmlagg(xmlelement(NAME x, id) ORDER BY name) FROM app.people

-- xmlexists [bit-where]
SELECT id FROM app.people WHERE xmlexists('//x' PASSING xmlelement(NAME a, note))

-- nullif chains [rows-expressions]
SELECT coalesce(nullif(nullif(name, 'alice'), 'bob'), 'neither') FROM app.people

-- greatest over sign and magnitude [bit-picking]
SELECT greatest(pin, 0), least(salary, 1000000), abs(pin), sign(pin) FROM app.people

-- range of values [bit-picking]
SELECT range_agg(int4range(pin, pin + 1)) FROM app.people

-- numeric scale and precision [rows-expressions]
SELECT scale(salary), min_scale(salary), trim_scale(salary), salary % 7, div(salary, 7) FROM app.people

-- age and parts of dates [rows-expressions]
SELECT age(born), extract(epoch FROM seen), date_trunc('year', seen), isfinite(born), justify_days(seen - '2000-01-01') FROM app.people

-- overlaps of dates [bit-where]
SELECT id FROM app.people WHERE (born, born + 1) OVERLAPS ('1980-04-01', '1980-06-01')

-- bits of numbers [rows-pieces]
SELECT pin & 1, pin # 5, pin::bit(32), get_bit(pin::bit(32), 31) FROM app.people

-- bytes of letters [rows-pieces]
SELECT convert_to(name, 'UTF8'), ascii(name), name ^@ 'a', starts_with(name, 'a'), strpos(name, 'l') FROM app.people

-- statistics of numbers [rows-aggregates]
SELECT stddev(pin), var_pop(salary), covar_pop(pin, n), regr_count(pin, n) FROM app.people

-- sums and averages [rows-aggregates]
SELECT sum(pin), avg(salary) FROM app.people

-- and, or, xor of all [rows-aggregates]
SELECT bit_xor(pin), bool_and(pin > 0), every(name > '') FROM app.people

-- texts put together [rows-aggregates]
SELECT string_agg(name, NULL ORDER BY id), string_agg(note, email ORDER BY id) FROM app.people

-- arrays of arrays, which must be alike [rows-aggregates]
SELECT array_agg(tags) FROM app.people

-- JSON objects by value [rows-aggregates]
SELECT jsonb_object_agg(id, name), jsonb_object_agg(name, id) FROM app.people

-- any_value and first of groups [rows-aggregates]
SELECT city, min(name), max(pin), count(DISTINCT pin) FROM app.people GROUP BY city ORDER BY city

-- hypothetical sets [rows-aggregates]
SELECT percent_rank(30) WITHIN GROUP (ORDER BY pin), cume_dist('c') WITHIN GROUP (ORDER BY name) FROM app.people

-- EXPLAIN with memory and serialising [door-explain]
EXPLAIN (ANALYZE, SERIALIZE TEXT, MEMORY, TIMING OFF, SUMMARY OFF, BUFFERS OFF) SELECT name, note FROM app.people

-- EXPLAIN with serialising in JSON [door-explain]
EXPLAIN (ANALYZE, SERIALIZE BINARY, TIMING OFF, SUMMARY OFF, BUFFERS OFF, FORMAT JSON) SELECT name, note FROM app.people

-- EXPLAIN of a generic plan [door-explain]
EXPLAIN (GENERIC_PLAN) SELECT name FROM app.people WHERE id = $1

-- EXPLAIN with WAL and settings [door-explain]
EXPLAIN (ANALYZE, WAL, SETTINGS, TIMING OFF, SUMMARY OFF, BUFFERS OFF, FORMAT YAML) SELECT note FROM app.people ORDER BY id

-- EXPLAIN in XML [door-explain]
EXPLAIN (ANALYZE, VERBOSE, TIMING OFF, SUMMARY OFF, FORMAT XML) SELECT name, tags FROM app.people ORDER BY id

-- EXPLAIN of widths [door-explain]
EXPLAIN SELECT name, note, tags FROM app.people ORDER BY id

-- EXPLAIN of a sort by clean columns, with its memory [door-explain]
EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF, COSTS OFF) SELECT name, note FROM app.people ORDER BY city, id

-- EXPLAIN of a hash, with its memory [door-explain]
EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF, COSTS OFF) SELECT p.note, c.a FROM app.clean c LEFT JOIN app.people p ON p.n = c.n

-- EXPLAIN of a window, with its storage [door-explain]
EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF, COSTS OFF) SELECT note, count(*) OVER (ORDER BY id) FROM app.people

-- EXPLAIN of joined statistics [door-explain]
EXPLAIN SELECT 1 FROM app.people p JOIN app.orders o USING (email)

-- EXPLAIN of statistics of groups [door-explain]
EXPLAIN SELECT count(*) FROM app.people GROUP BY email

-- other sessions by value [door-sessions]
SELECT count(*) FROM pg_stat_activity a JOIN app.people p ON a.query LIKE '%' || p.name || '%'

-- own statement with a value that was fetched [door-sessions]
SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()

-- progress and waits [door-sessions]
SELECT count(*) FROM pg_stat_progress_copy UNION ALL SELECT count(*) FROM pg_stat_ssl WHERE pid = 0

-- definitions with constants [door-catalogs]
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'app'::regnamespace ORDER BY conname

-- missing values of columns [door-catalogs]
SELECT attmissingval, attoptions FROM pg_attribute WHERE attrelid = 'app.people'::regclass AND attnum > 0 ORDER BY attnum

-- bounds and defaults [door-catalogs]
SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef ORDER BY oid

-- extended statistics [door-catalogs]
SELECT stxname, pg_get_statisticsobjdef(oid) FROM pg_statistic_ext

-- xmin, cmin and places, ordered [bit-size]
SELECT id, ctid FROM app.orders ORDER BY ctid

-- COPY with FORCE_QUOTE of one column [rows-copy]
COPY (SELECT id, note FROM app.people) TO STDOUT (FORMAT csv, FORCE_QUOTE (note), NULL 'nothing', DELIMITER E'\t')

-- COPY with a NULL that is what the mask gives [rows-copy]
COPY (SELECT id, name FROM app.people) TO STDOUT (FORMAT csv, NULL 'NAME')

-- COPY of columns of other sizes [rows-copy]
COPY (SELECT note, name, tags, doc, born, pin FROM app.people) TO STDOUT

-- COPY binary of columns of other sizes [rows-copy]
COPY (SELECT note, name, tags, doc, born, pin, seen FROM app.people) TO STDOUT (FORMAT binary)

-- COPY of a view by query [rows-copy]
COPY (TABLE app.shown) TO STDOUT (FORMAT csv, HEADER)

-- COPY of a materialised view [rows-copy]
COPY app.kept TO STDOUT

-- COPY with options of a newer server [rows-copy]
COPY app.people TO STDOUT (FORMAT csv, FORCE_QUOTE *, ENCODING 'UTF8', HEADER match)

-- every type in binary [rows-binary]
SELECT name, email, born, seen, salary, pin, note, tags, doc, shape FROM app.people

-- binary cursor over other sizes [rows-binary]
DECLARE w BINARY CURSOR WITH HOLD FOR SELECT note, tags, doc, born, seen, salary FROM app.people; FETCH ALL w; CLOSE w

-- forms in binary [rows-binary]
SELECT ROW(name, pin), ARRAY[born], array_agg(seen) OVER (ORDER BY id) FROM app.people

-- MOVE counts what a cursor holds [state-names]
DECLARE m CURSOR WITH HOLD FOR SELECT id FROM app.people WHERE pin > 30; MOVE ALL m; CLOSE m

-- scrolling back over values [state-names]
DECLARE m SCROLL CURSOR WITH HOLD FOR SELECT name FROM app.people; FETCH LAST m; FETCH ABSOLUTE 2 m; FETCH RELATIVE -1 m; CLOSE m

-- settings of output, one after the other [session-settings]
SET bytea_output = 'escape'; SET extra_float_digits = -15; SET IntervalStyle = 'sql_standard'; SET DateStyle = 'German'; SELECT name, born, seen, salary FROM app.people; RESET ALL

-- settings of arrays and XML [session-settings]
SET array_nulls = off; SET xmlbinary = 'hex'; SELECT tags, ARRAY[note, NULL], '{NULL}'::text[] FROM app.people; RESET ALL

-- time zones [session-settings]
SET TimeZone = 'Pacific/Kiritimati'; SELECT born, seen, seen::date, seen AT TIME ZONE 'UTC' FROM app.people; RESET ALL

-- a time zone by a value [door-settings]
SELECT set_config('TimeZone', name, false) FROM app.people

-- a setting in a CASE [door-settings]
SELECT CASE WHEN pin > 20 THEN set_config('DateStyle', 'German', false) END FROM app.people

-- locale of money [session-settings]
SET lc_monetary = 'C'; SELECT salary::numeric::money FROM app.people; RESET ALL

-- statement_timeout in a branch [bit-sleep]
SELECT CASE WHEN pin > 20 THEN pg_sleep_for('1 ms') END, CASE WHEN pin > 20 THEN pg_sleep_until(now()) END FROM app.people

-- advisory locks by value, tried [bit-lock]
SELECT pg_try_advisory_xact_lock(pin), pg_advisory_unlock_all() FROM app.people

-- rows locked by a condition [bit-lock]
SELECT id FROM app.people WHERE id < 3 FOR UPDATE SKIP LOCKED

-- large objects by value [door-scratch]
SELECT lo_get(pin::oid), lo_creat(-1), lo_open(pin::oid, 262144) FROM app.people

-- sequences by value [door-scratch]
SELECT nextval(name::regclass), lastval() FROM app.people

-- random numbers by a seed [door-scratch]
SELECT setseed(pin / 100.0), random() FROM app.people

-- notifications by value [door-scratch]
SELECT pg_notify(name, note), pg_listening_channels() FROM app.people

-- equality of one domain, in every spelling [bit-equality]
SELECT count(*) FROM app.people p, app.orders o WHERE p.email = o.email AND p.email IS NOT DISTINCT FROM o.email AND NOT p.email <> o.email AND o.email = ANY (ARRAY[p.email])

-- equality of one domain with OR [bit-equality]
SELECT p.id, o.id FROM app.people p, app.orders o WHERE p.email = o.email OR p.id = o.id ORDER BY 1, 2

-- inequality within one domain [bit-where]
SELECT count(*) FROM app.people p JOIN app.orders o ON p.email < o.email

-- equality in HAVING [bit-having]
SELECT city FROM app.people GROUP BY city HAVING count(DISTINCT left(name, 1)) > 1

-- HAVING without GROUP BY [bit-having]
SELECT 1 FROM app.people HAVING sum(pin) > 100

-- conditions in a function's default [bit-where]
SELECT id FROM app.people WHERE position('a' IN name) > 0 AND overlay(name PLACING 'x' FROM 1) <> '' AND trim(BOTH 'a' FROM name) = 'x'

-- text in a dollar quote within a dollar quote [parse-quotes]
SELECT $a$ $b$ ' -- $b$ $a$, name FROM app.people WHERE $$'$$ <> name

-- nested comments with quotes [parse-quotes]
SELECT /* ' /* " */ $$ */ name /* -- */ FROM app.people -- ' OR true

-- continued literals [parse-quotes]
SELECT 'a'
  'b', name, E'\''
  ' FROM app.clean --' FROM app.people

-- unicode escapes with another escape [parse-quotes]
SELECT U&"n!0061me" UESCAPE '!', U&'\0041' FROM app.people

-- backslashes in plain literals [parse-quotes]
SELECT '\', name, '\' FROM app.people -- '

-- byte and bit literals [parse-quotes]
SELECT B'01', X'1F', E'\\x41', N'x', name FROM app.people

-- numbers of a newer grammar [parse-quotes]
SELECT 0x1F, 1_000, name FROM app.people ORDER BY id

-- a parameter next to a letter [parse-quotes]
SELECT 1a, name FROM app.people

-- an operator that ends in a comment [parse-quotes]
SELECT 1 +-- name
  pin FROM app.people

-- an operator that ends in a comment of blocks [parse-quotes]
SELECT pin */* + 1 */ 1 FROM app.people

-- names of other case [parse-names]
SELECT NAME, "name", NaMe, Ｎame FROM app.people

-- names folded beyond ASCII [parse-names]
SELECT É FROM (SELECT name AS é FROM app.people) q

-- names cut within a letter [parse-names]
SELECT "ééééééééééééééééééééééééééééééééa" FROM (SELECT name AS "éééééééééééééééééééééééééééééééé" FROM app.people) q

-- names that are the same after the cut [parse-names]
SELECT aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa FROM (SELECT name AS aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbb FROM app.people) q

-- two schemas by the path [parse-search-path]
SET search_path = app, pg_catalog; SELECT name FROM people; RESET search_path

-- pg_catalog behind another schema [parse-search-path]
SET search_path = app, pg_catalog; SELECT length(name), upper(city) FROM people; RESET search_path

-- pg_temp in the path [parse-search-path]
SET search_path = pg_temp, app; SELECT name FROM people; RESET search_path

-- the path by set_config, within a statement [parse-search-path]
SELECT set_config('search_path', 'app', true), name FROM app.people

-- deep parentheses [wire-malformed]
SELECT DEEP(name) FROM app.people

-- NOT, many times [wire-malformed]
SELECT id FROM app.people WHERE NOTS name > 'b'

-- many conditions [wire-malformed]
SELECT name FROM app.people WHERE id > 0 ANDS

-- many branches [wire-malformed]
SELECT name FROM app.people UNIONS

-- JSON_TABLE over a document [rows-forms]
SELECT j.* FROM app.people p, JSON_TABLE(p.doc, '$.k' COLUMNS (k text PATH '$', n FOR ORDINALITY)) j

-- JSON_TABLE over the row [rows-forms]
SELECT j.* FROM app.people p, JSON_TABLE(to_jsonb(p), '$' COLUMNS (name text PATH '$.name', id int PATH '$.id')) j

-- JSON_TABLE with a path by value [bit-ranges]
SELECT count(*) FROM app.people p, JSON_TABLE('[1,2,3,40,50]'::jsonb, '$[*] ? (@ < $m)' PASSING p.pin AS m COLUMNS (v int PATH '$')) j

-- JSON_VALUE, JSON_QUERY, JSON_EXISTS [rows-expressions]
SELECT JSON_VALUE(doc, '$.k'), JSON_QUERY(doc, '$'), JSON_EXISTS(doc, '$.k ? (@ == "alice")') FROM app.people

-- JSON_VALUE with an error [door-errors]
SELECT JSON_VALUE(doc, 'strict $.k' RETURNING int ERROR ON ERROR) FROM app.people

-- JSON_SCALAR and its like [rows-forms]
SELECT JSON_SCALAR(name), JSON_SERIALIZE(doc), JSON(name), JSON_OBJECT('a': name), JSON_ARRAY(name, pin) FROM app.people

-- JSON aggregates of the standard [rows-forms]
SELECT JSON_OBJECTAGG(id: name), JSON_ARRAYAGG(name ORDER BY id) FROM app.people

-- JSON aggregates in a protected order, without NULLs [bit-order]
SELECT JSON_ARRAYAGG(id ORDER BY pin), JSON_ARRAYAGG(note ABSENT ON NULL) FROM app.people

-- JSON objects with unique keys by value [door-errors]
SELECT JSON_OBJECT(name: 1, note: 2 WITH UNIQUE KEYS) FROM app.people

-- is it JSON [bit-where]
SELECT id FROM app.people WHERE name IS JSON OR note IS NOT JSON OBJECT

-- sorted arrays [rows-expressions]
SELECT array_sort(tags), array_reverse(tags), array_sample(tags, 1), array_shuffle(tags), trim_array(tags, 1) FROM app.people

-- functions of newer servers [rows-expressions]
SELECT casefold(name), crc32(name::bytea), reverse(note::bytea), gamma(pin), to_bin(pin), random(0, pin) FROM app.people

-- any_value over groups [rows-aggregates]
SELECT city, any_value(name), any_value(pin) FROM app.people GROUP BY city ORDER BY city

-- merge of unions of columns with literals between [rows-plain]
SELECT name FROM app.people UNION ALL SELECT NULL UNION ALL SELECT name FROM app.kept

-- a join alias [rows-plain]
SELECT j.name, j.x FROM (app.people p JOIN app.guess g ON p.id = g.id) AS j (id, name, email, born, seen, salary, pin, note, tags, doc, shape, city, n, ok, nums, gid, x)

-- alias of merged columns [bit-where]
SELECT u.email FROM app.people p JOIN app.orders o USING (email) AS u WHERE u.email > 'b'

-- an aggregate of the outer query within a subquery [bit-having]
SELECT city, (SELECT max(p.name)) FROM app.people p GROUP BY city ORDER BY city

-- a condition on an outer aggregate [bit-having]
SELECT city FROM app.people p GROUP BY city HAVING EXISTS (SELECT 1 WHERE max(p.pin) > 40)

-- a row of VALUES in a row comparison [bit-where]
SELECT id FROM app.people WHERE (name, pin) IN (VALUES ('alice', 10), ('bob', 21))

-- array comparison with a row constructor [bit-where]
SELECT id FROM app.people WHERE ARRAY[name, city] @> ARRAY['alice']

-- a whole row compared to a row [bit-where]
SELECT p.id FROM app.people p, app.people q WHERE p = q AND p.id < q.id + 1

-- a whole row of a subquery, distinct [bit-group]
SELECT count(DISTINCT q) FROM (SELECT left(name, 1) FROM app.people) q

-- order by the row [bit-order]
SELECT id FROM app.people p ORDER BY p

-- order by USING an operator [bit-order]
SELECT id FROM app.people ORDER BY pin USING OPERATOR(pg_catalog.>)

-- windows over windows [bit-window]
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY salary) AS r FROM app.people) q WHERE r < 3 ORDER BY id

-- a named window that inherits [bit-window]
SELECT id, first_value(id) OVER w2 FROM app.people WINDOW w AS (PARTITION BY ok), w2 AS (w ORDER BY pin)

-- ntile and percent by a protected order [bit-window]
SELECT id, ntile(3) OVER (ORDER BY name), percent_rank() OVER (ORDER BY born) FROM app.people

-- sum of a window in a filter [bit-filter]
SELECT count(*) FILTER (WHERE s > 50) FROM (SELECT sum(pin) OVER (ORDER BY id) AS s FROM app.people) q

-- a CTE that is used twice, once compared [bit-where]
WITH c AS MATERIALIZED (SELECT id, name FROM app.people) SELECT a.id FROM c a, c b WHERE a.name < b.name

-- EXISTS in a select list, ordered by [bit-order]
SELECT id FROM app.people p ORDER BY EXISTS (SELECT 1 FROM app.guess g WHERE g.x = p.email), id

-- CASE in GROUP BY [bit-group]
SELECT CASE WHEN pin > 30 THEN 'a' ELSE 'b' END AS k, count(*) FROM app.people GROUP BY k

-- COALESCE over a failing subquery [bit-branch-error]
SELECT coalesce(note, (SELECT a FROM app.clean)) FROM app.people

-- errors of a strict function by NULL [bit-branch-error]
SELECT CASE WHEN note IS NULL THEN 1 / (n - n) END FROM app.people

-- a subscript beyond its type [bit-branch-error]
SELECT nums[pin::bigint * 1000000000] FROM app.people

-- interval by value [bit-branch-error]
SELECT make_interval(secs => pin), make_date(pin, 1, 1), make_timestamp(2000, pin % 12, 1, 0, 0, 0) FROM app.people

-- a format by value [bit-branch-error]
SELECT to_char(pin, name), to_char(born, note), quote_nullable(name), format('%1$s %2$s', name, note) FROM app.people

-- text search by value [bit-branch-error]
SELECT ts_headline(note, plainto_tsquery(name)), setweight(to_tsvector(name), 'A'), websearch_to_tsquery(note) FROM app.people

-- convert between encodings by value [bit-branch-error]
SELECT convert_from(convert_to(name, 'UTF8'), 'UTF8'), encode(note::bytea, 'base64'), decode(name, 'hex') FROM app.people

-- dates beyond their range [bit-branch-error]
SELECT born - interval '1 day', born::timestamp, seen::date, extract(year FROM born), born + pin FROM app.people

-- numbers beyond their range [bit-branch-error]
SELECT pin::smallint, salary::int, pin * pin, -pin, salary::float4, salary ^ 2, sqrt(pin), ln(salary) FROM app.people

-- a collation that is not deterministic, in a branch: strpos [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN strpos(l.x, 'x') END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: position [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN position('x' IN l.x) END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: starts_with [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN starts_with(l.x, 'x') END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: operator [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN l.x ^@ 'x' END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: LIKE [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN l.x LIKE 'x%' END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: split_part [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN split_part(l.x, 'x', 1) END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: replace [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN replace(l.x, 'x', 'y') END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: string_to_array [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN string_to_array(l.x, 'x') END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: collate by clause [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN strpos(p.city COLLATE app.loose, 'x') END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: regexp [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN l.x ~ 'x' END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: pattern operators [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN l.x ~<~ 'x' END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: substring [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN substring(l.x, 'x') END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: trim [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN btrim(l.x, 'x') END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: translate [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN translate(l.x, 'x', 'y') END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: greatest [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN greatest(l.x, 'x') END FROM app.people p, app.loose l WHERE p.id=1

-- a collation that is not deterministic, in a branch: lower [bit-branch-error]
SELECT CASE WHEN p.name='alice' THEN lower(l.x) = 'x' END FROM app.people p, app.loose l WHERE p.id=1
