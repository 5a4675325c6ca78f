-- What people and programs send all day. None of it may be refused: columns are as in a direct session, but for those
-- that are said to be masked (NULL where the original is, other values otherwise) or redacted (the same in every row).

-- table; masks email name badge account salary born seen device address mac profile notes photo aliases codes code home span doc pin bits nick bio shout words ratio mood
SELECT * FROM vault.person ORDER BY id;
-- columns; masks email
SELECT id, city, email FROM vault.person ORDER BY id;
-- unqualified names; masks name
SELECT id, name FROM person ORDER BY id;
-- count
SELECT count(*) FROM vault.person;
-- count of a protected column
SELECT count(email), count(born) FROM vault.person;
-- count distinct
SELECT count(DISTINCT email), count(DISTINCT city) FROM vault.person;
-- aggregates
SELECT city, count(*), sum(score), avg(score), min(joined), max(joined), bool_or(active) FROM vault.person GROUP BY city ORDER BY city;
-- grouping by an expression
SELECT date_trunc('month', joined) AS month, count(*) FROM vault.person GROUP BY 1 ORDER BY 1;
-- having
SELECT city FROM vault.person GROUP BY city HAVING count(*) > 2 ORDER BY city;
-- rollup
SELECT city, active, count(*) FROM vault.person GROUP BY ROLLUP (city, active) ORDER BY 1 NULLS LAST, 2 NULLS LAST;
-- filter
SELECT count(*) FILTER (WHERE active) AS actives, count(*) FILTER (WHERE email IS NULL) AS silent FROM vault.person;
-- order and limit; masks email
SELECT id, email FROM vault.person ORDER BY joined DESC LIMIT 3 OFFSET 1;
-- fetch first; masks name
SELECT id, name FROM vault.person ORDER BY id FETCH FIRST 2 ROWS ONLY;
-- keyset paging; masks name
SELECT id, name FROM vault.person WHERE (joined, id) > (date '2020-03-01', 2) ORDER BY joined, id LIMIT 3;
-- distinct
SELECT DISTINCT city FROM vault.person ORDER BY city;
-- distinct on; masks email
SELECT DISTINCT ON (city) city, id, email FROM vault.person ORDER BY city, id;
-- filter by a list; masks email
SELECT id, email FROM vault.person WHERE city IN ('Oslo', 'Lima') AND id = ANY ('{1,2,3,4}') ORDER BY id;
-- pattern over a clean column; masks name
SELECT id, name FROM vault.person WHERE city ILIKE 'o%' OR city ~ '^R' ORDER BY id;
-- between; masks name
SELECT id, name FROM vault.person WHERE joined BETWEEN '2020-02-01' AND '2020-06-01' ORDER BY id;
-- null tests on a protected column
SELECT id FROM vault.person WHERE email IS NULL OR born IS NOT NULL ORDER BY id;
-- null test as a value
SELECT id, CASE WHEN score IS NULL THEN 'none' ELSE 'some' END AS has FROM vault.person ORDER BY id;
-- join by a protected key; masks name
SELECT v.id, p.id AS person, p.name FROM vault.visit v JOIN vault.person p ON p.email = v.person_email ORDER BY v.id;
-- join by a protected number; masks phone
SELECT v.id, p.id AS person, v.phone FROM vault.visit v JOIN vault.person p USING (badge) ORDER BY v.id;
-- left join, who is missing
SELECT p.id FROM vault.person p LEFT JOIN vault.visit v ON v.person_email = p.email WHERE v.id IS NULL ORDER BY p.id;
-- group by a protected key; masks person_email
SELECT person_email, count(*), sum(amount), min(at) FROM vault.visit GROUP BY person_email ORDER BY min(at);
-- top customers; masks email
SELECT p.id, p.email, sum(v.amount) AS total FROM vault.person p JOIN vault.visit v ON v.badge = p.badge GROUP BY p.id, p.email ORDER BY total DESC, p.id LIMIT 3;
-- group by the primary key; masks name email
SELECT p.id, p.name, p.email, count(v.id) FROM vault.person p LEFT JOIN vault.visit v ON v.badge = p.badge GROUP BY p.id ORDER BY p.id;
-- exists
SELECT p.id FROM vault.person p WHERE EXISTS (SELECT 1 FROM vault.visit v WHERE v.person_email = p.email AND v.amount > 50) ORDER BY p.id;
-- not exists
SELECT p.id FROM vault.person p WHERE NOT EXISTS (SELECT FROM vault.visit v WHERE v.badge = p.badge) ORDER BY p.id;
-- in a subselect of keys
SELECT id FROM vault.person WHERE email IN (SELECT person_email FROM vault.visit WHERE place = 'place 1') ORDER BY id;
-- scalar subquery; masks first
SELECT c.id, (SELECT p.name FROM vault.person p WHERE p.id = c.id) AS first FROM vault.clean c ORDER BY c.id;
-- lateral, latest visit; masks name note
SELECT p.id, p.name, l.note, l.at FROM vault.person p LEFT JOIN LATERAL (SELECT note, at FROM vault.visit v WHERE v.badge = p.badge ORDER BY at DESC LIMIT 1) l ON true ORDER BY p.id;
-- common table expressions; masks email
WITH recent AS (SELECT badge, max(at) AS last FROM vault.visit GROUP BY badge), busy AS (SELECT badge FROM recent WHERE last > '2024-01-05') SELECT p.id, p.email FROM vault.person p JOIN busy USING (badge) ORDER BY p.id;
-- recursive
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i, c.label FROM n JOIN vault.clean c ON c.id = i ORDER BY i;
-- windows; masks name
SELECT id, name, row_number() OVER (ORDER BY joined), sum(score) OVER (PARTITION BY city ORDER BY id) FROM vault.person ORDER BY id;
-- window over a protected key; masks person_email
SELECT id, person_email, count(*) OVER (PARTITION BY person_email), lag(amount) OVER (PARTITION BY badge ORDER BY at) FROM vault.visit ORDER BY id;
-- ranking
SELECT id, rank() OVER w, ntile(3) OVER w FROM vault.person WINDOW w AS (ORDER BY score DESC NULLS LAST, id) ORDER BY id;
-- case
SELECT id, CASE WHEN score > 50 THEN 'high' WHEN score > 20 THEN 'middle' ELSE 'low' END AS level FROM vault.person ORDER BY id;
-- case over a protected column; masks contact
SELECT id, CASE WHEN active THEN email END AS contact FROM vault.person ORDER BY id;
-- whether a protected column has a value
SELECT id, email IS NOT NULL AS has_email, CASE WHEN born IS NULL THEN 'unknown' ELSE 'known' END AS birth FROM vault.person ORDER BY email IS NULL, id;
-- sum over tests for NULL
SELECT city, bool_or(email IS NULL) AS silent FROM vault.person GROUP BY city ORDER BY city;
-- first and previous by a clean order; masks first previous
SELECT id, first_value(name) OVER (PARTITION BY city ORDER BY joined) AS first, lag(email) OVER (ORDER BY id) AS previous FROM vault.person ORDER BY id;
-- either of one domain; masks mail
SELECT v.id, coalesce(p.email, v.person_email) AS mail FROM vault.visit v LEFT JOIN vault.person p ON p.email = v.person_email ORDER BY v.id;
-- case in order by
SELECT id FROM vault.person ORDER BY CASE city WHEN 'Rome' THEN 0 ELSE 1 END, id;
-- dates
SELECT id, joined + 7 AS later, age(date '2024-01-01', joined), extract(year FROM joined) AS year, to_char(joined, 'YYYY-MM') FROM vault.person ORDER BY id;
-- date series
SELECT d::date, count(v.id) FROM generate_series(date '2024-01-01', date '2024-01-04', '1 day') d LEFT JOIN vault.visit v ON v.at::date = d::date GROUP BY d ORDER BY d;
-- text functions
SELECT id, upper(city), length(city), city || '!' AS loud, replace(city, 'o', '0'), substring(city FROM 1 FOR 2), split_part(city, 'o', 1) FROM vault.person ORDER BY id;
-- numbers
SELECT id, score * 2 AS twice, round(score / 3.0, 2), coalesce(score, 0), greatest(score, 30) FROM vault.person ORDER BY id;
-- arrays
SELECT id, tags, tags[1], array_length(tags, 1), 'tag2' = ANY (tags) AS two FROM vault.person WHERE tags @> '{all}' ORDER BY id;
-- unnest
SELECT t, count(*) FROM vault.person, unnest(tags) t GROUP BY t ORDER BY t;
-- array of clean values
SELECT city, array_agg(id ORDER BY id), string_agg(id::text, ',' ORDER BY id) FROM vault.person GROUP BY city ORDER BY city;
-- json of clean values
SELECT json_build_object('id', id, 'city', city) AS j, to_jsonb(tags) FROM vault.person ORDER BY id;
-- json rows
SELECT json_agg(json_build_object('id', id) ORDER BY id), jsonb_object_agg(id, city) FROM vault.person;
-- json of rows; masks row
SELECT id, row_to_json(v) AS row FROM vault.v_person v ORDER BY id;
-- json objects with masked members; masks card
SELECT id, json_build_object('id', id, 'email', email, 'name', name, 'born', born) AS card FROM vault.person ORDER BY id;
-- json page of rows, as text; masks body
SELECT coalesce(json_agg(_postgrest_t), '[]')::character varying AS body FROM (SELECT id, email, city FROM vault.person ORDER BY id LIMIT 3) _postgrest_t;
-- json of rows that are not there
SELECT coalesce(json_agg(q), '[]') AS body FROM (SELECT id, email FROM vault.person WHERE false) q;
-- json of rows within rows; masks visits
SELECT p.id, (SELECT coalesce(json_agg(json_build_object('id', v.id, 'phone', v.phone) ORDER BY v.id), '[]') FROM vault.visit v WHERE v.badge = p.badge) AS visits FROM vault.person p WHERE id < 6 ORDER BY id;
-- Hasura, rows with rows of another table; masks root
SELECT coalesce(json_agg("root"), '[]') AS "root" FROM (SELECT row_to_json((SELECT "_e" FROM (SELECT "_root.base"."id" AS "id", "_root.base"."email" AS "email") AS "_e")) AS "root" FROM (SELECT * FROM "vault"."person" WHERE ('true') ORDER BY "id") AS "_root.base") AS "_root";
-- arrays of a protected column; masks names mails
SELECT city, array_agg(name ORDER BY id) AS names, ARRAY(SELECT p.email FROM vault.person p WHERE p.city = c.city AND p.email IS NOT NULL ORDER BY p.id) AS mails FROM vault.person c GROUP BY city ORDER BY city;
-- elements of arrays; masks mail
SELECT u.mail FROM unnest(ARRAY(SELECT email FROM vault.person ORDER BY id)) AS u(mail);
-- whole rows; masks visit
SELECT v.id, v AS visit FROM vault.visit v ORDER BY id;
-- json operators
SELECT id, payload ->> 'n' AS n, payload @> '{"n": 2}' AS two FROM vault.clean WHERE payload ? 'n' ORDER BY (payload ->> 'n')::int;
-- union of clean columns
SELECT id, city FROM vault.person WHERE id < 3 UNION SELECT id, label FROM vault.clean ORDER BY 1, 2;
-- union all of one domain; masks email
SELECT 1 AS source, id, email FROM vault.person UNION ALL SELECT 2, id, person_email FROM vault.visit ORDER BY 1, 2;
-- view; masks email name badge
SELECT * FROM vault.v_person ORDER BY id;
-- view of a view; masks mail
SELECT number, mail FROM vault.v_mail WHERE number > 2 ORDER BY number;
-- view with expressions; redacts loud both
SELECT * FROM vault.v_expression ORDER BY id;
-- materialised view; masks email
SELECT id, city, email FROM vault.m_person ORDER BY id;
-- partitioned table; masks secret
SELECT id, day, secret FROM vault.event WHERE day >= '2023-09-01' ORDER BY id;
-- one partition; masks secret
SELECT * FROM vault.event_2023 ORDER BY id;
-- inheritance; masks label
SELECT tableoid::regclass AS of, id, label FROM vault.animal ORDER BY id;
-- values
VALUES (1, 'one'), (2, 'two');
-- derived values; redacts domain initials
SELECT id, 'x' || lower(email) AS domain, left(name, 1) AS initials FROM vault.person WHERE id < 7 ORDER BY id;
-- system columns; masks email
SELECT id, email FROM vault.person WHERE ctid IS NOT NULL ORDER BY id;
-- casts of clean columns
SELECT id::text, score::numeric(10,2), joined::timestamp, active::int FROM vault.person ORDER BY person.id;
-- session
SELECT current_user, current_database(), current_schema();
-- version
SELECT version(), current_setting('server_version_num')::int;
-- a setting
SHOW server_version;
-- aliases in quotes; masks Kontakt
SELECT id AS "Nummer", email AS "Kontakt" FROM vault.person ORDER BY "Nummer";
-- Rails, columns of a table
SELECT a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid), a.attnotnull, a.atttypid, a.atttypmod, c.collname, col_description(a.attrelid, a.attnum) AS comment, attidentity AS identity, attgenerated as attgenerated FROM pg_attribute a LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum LEFT JOIN pg_type t ON a.atttypid = t.oid LEFT JOIN pg_collation c ON a.attcollation = c.oid AND a.attcollation <> t.typcollation WHERE a.attrelid = '"vault"."person"'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;
-- Rails, indexes
SELECT distinct i.relname, d.indisunique, d.indkey, pg_get_indexdef(d.indexrelid), t.oid, pg_catalog.obj_description(i.oid, 'pg_class') AS comment FROM pg_class t INNER JOIN pg_index d ON t.oid = d.indrelid INNER JOIN pg_class i ON d.indexrelid = i.oid LEFT JOIN pg_namespace n ON n.oid = t.relnamespace WHERE i.relkind IN ('i', 'I') AND d.indisprimary = 'f' AND t.relname = 'person' AND n.nspname = ANY (current_schemas(false)) ORDER BY i.relname;
-- Rails, first record; masks email
SELECT "person"."id", "person"."email" FROM "vault"."person" WHERE "person"."id" = 1 LIMIT 1;
-- Rails, exists
SELECT 1 AS one FROM "vault"."person" WHERE "person"."city" = 'Oslo' LIMIT 1;
-- Django, related rows; masks email note
SELECT "v"."id", "v"."note", T2."email" FROM "vault"."visit" "v" INNER JOIN "vault"."person" T2 ON ("v"."badge" = T2."badge") WHERE (T2."city" = 'Oslo' AND "v"."amount" > 10) ORDER BY "v"."id" ASC LIMIT 21;
-- Django, tables
SELECT c.relname, CASE WHEN c.relispartition THEN 'p' WHEN c.relkind IN ('m', 'v') THEN 'v' ELSE 't' END, obj_description(c.oid, 'pg_class') FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v') AND n.nspname NOT IN ('pg_catalog', 'pg_toast') AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1;
-- Hibernate, aliases; masks name2_0_ email3_0_
select person0_.id as id1_0_, person0_.name as name2_0_, person0_.email as email3_0_ from vault.person person0_ where person0_.city='Oslo' order by person0_.id asc limit 2;
-- JDBC, primary keys
SELECT NULL AS TABLE_CAT, n.nspname AS TABLE_SCHEM, ct.relname AS TABLE_NAME, a.attname AS COLUMN_NAME, (information_schema._pg_expandarray(i.indkey)).n AS KEY_SEQ, ci.relname AS PK_NAME FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_attribute a ON (ct.oid = a.attrelid) JOIN pg_catalog.pg_namespace n ON (ct.relnamespace = n.oid) JOIN pg_catalog.pg_index i ON (a.attrelid = i.indrelid) JOIN pg_catalog.pg_class ci ON (ci.oid = i.indexrelid) WHERE n.nspname = 'vault' AND ct.relname = 'visit' AND i.indisprimary AND a.attnum = 1 ORDER BY 3, 5;
-- information_schema, columns
SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_schema = 'vault' ORDER BY table_name, ordinal_position;
-- information_schema, tables
SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema NOT LIKE 'pg\_%' ORDER BY 1, 2;
-- information_schema, keys
SELECT tc.constraint_name, kcu.column_name, ccu.table_name, ccu.column_name FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage kcu USING (constraint_name, table_schema) JOIN information_schema.constraint_column_usage ccu USING (constraint_name, table_schema) WHERE tc.constraint_type = 'FOREIGN KEY' AND tc.table_schema = 'vault' ORDER BY 1, 2;
-- PostgREST, a page of rows; masks email
WITH pgrst_source AS (SELECT "vault"."person"."id", "vault"."person"."email" FROM "vault"."person" WHERE "vault"."person"."city" = 'Oslo' LIMIT 2 OFFSET 0) SELECT * FROM pgrst_source;
-- PostgREST, json of clean columns
WITH pgrst_source AS (SELECT "id", "city" FROM "vault"."person" ORDER BY "id" LIMIT 2) SELECT null::bigint AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total, coalesce(json_agg(_postgrest_t), '[]') AS body FROM (SELECT * FROM pgrst_source) _postgrest_t;
-- tool, row estimate
SELECT reltuples::bigint FROM pg_class WHERE oid = 'vault.person'::regclass;
-- tool, sizes
SELECT relname, pg_total_relation_size(c.oid) > 0 AS has FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'vault' AND relkind = 'r' ORDER BY 1;
-- tool, types
SELECT t.oid, t.typname, t.typtype FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = 'vault' ORDER BY 1;
-- tool, functions
SELECT p.proname, pg_get_function_arguments(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'vault' ORDER BY 1;
-- Metabase, sample; masks email name
SELECT "source"."id" AS "id", "source"."email" AS "email", "source"."name" AS "name" FROM (SELECT * FROM "vault"."person") AS "source" ORDER BY "source"."id" ASC LIMIT 5;
-- Metabase, by month
SELECT DATE_TRUNC('month', "vault"."visit"."at") AS "at", COUNT(*) AS "count", SUM("vault"."visit"."amount") AS "sum" FROM "vault"."visit" WHERE "vault"."visit"."at" >= timestamp '2024-01-01' GROUP BY DATE_TRUNC('month', "vault"."visit"."at") ORDER BY 1 ASC;
-- tablesample; masks email
SELECT id, email FROM vault.person TABLESAMPLE SYSTEM (100) ORDER BY id;
-- comment before; masks email
/* app:orders,action:index */ SELECT id, email FROM vault.person ORDER BY id -- trailing
;

-- SQL function over clean columns
SELECT labels FROM labels() WHERE labels <> '';
-- SQL function of each row; masks mail
SELECT c.id, m.mail FROM clean c JOIN mails() m ON m.number = c.id;
-- strict SQL function of a masked value
SELECT id, known(email) FROM person;
-- trigram similarity
SELECT id, label % 'label' AS alike FROM clean ORDER BY label <-> 'label 2', id;
-- counters of a table
SELECT pg_stat_get_live_tuples('clean'::regclass) >= 0 AS counted;

-- from 14
-- multiranges
SELECT range_agg(int4range(id, id + 2)) FROM vault.person;
-- date_bin
SELECT date_bin('1 day', at, timestamp '2024-01-01') AS day, count(*) FROM vault.visit GROUP BY 1 ORDER BY 1;
-- depth first
WITH RECURSIVE t(n, up) AS (SELECT 1, 0 UNION ALL SELECT n + 1, n FROM t WHERE n < 4) SEARCH DEPTH FIRST BY n SET o SELECT n FROM t ORDER BY o;
-- no cycles; masks email
WITH RECURSIVE t(n, email) AS (SELECT id, email FROM vault.person WHERE id = 1 UNION ALL SELECT n % 3 + 1, email FROM t) CYCLE n SET again USING path SELECT n, email FROM t ORDER BY n, again;
-- string_to_table
SELECT id, t.* FROM vault.clean, string_to_table(label, ' ') WITH ORDINALITY t(word, n) ORDER BY id, n;
-- substring similar; unistr
SELECT SUBSTRING('abcdef' SIMILAR '%#"b_d#"%' ESCAPE '#'), unistr('d\0061ta');
-- alias of a join; masks person_email
SELECT j.person_email, v.place FROM vault.visit v JOIN vault.visit w USING (person_email, id) AS j ORDER BY v.id;
-- grouping by distinct sets
SELECT city, active, count(*) FROM vault.person GROUP BY DISTINCT ROLLUP (city), ROLLUP (active) ORDER BY 1, 2, 3;
-- from 16
-- any_value; masks name
SELECT city, any_value(name) AS name FROM vault.person WHERE id < 4 GROUP BY city ORDER BY city;
-- JSON constructors
SELECT JSON_OBJECT('id': id, 'city' VALUE city), JSON_ARRAY(id, city), city IS JSON FROM vault.person ORDER BY id;
-- JSON aggregates
SELECT JSON_ARRAYAGG(city ORDER BY id), JSON_OBJECTAGG(id VALUE city) FROM vault.person WHERE id < 4;
-- JSON of a protected column; masks j
SELECT id, JSON_OBJECT('email': email RETURNING text) AS j FROM vault.person WHERE id < 7 ORDER BY id;
-- soft errors of input
SELECT pg_input_is_valid('x', 'int'), message FROM pg_input_error_info('x', 'int');
-- from 17
-- JSON_TABLE
SELECT t.* FROM JSON_TABLE(jsonb '[{"a": 1, "b": "x"}, {"a": 2}]', '$[*]' COLUMNS (n FOR ORDINALITY, a int PATH '$.a', b text PATH '$.b' DEFAULT '-' ON EMPTY)) t;
-- JSON queries
SELECT JSON_VALUE(jsonb '{"a": [1, 2]}', '$.a[1]' RETURNING int), JSON_QUERY(jsonb '{"a": [1, 2]}', '$.a'), JSON_EXISTS(jsonb '{}', '$.a'), JSON_SCALAR(1), JSON('{}'), JSON_SERIALIZE('{}');
-- AT LOCAL
SELECT at AT LOCAL FROM vault.visit ORDER BY id;
-- from 18
-- casefold and sorted arrays
SELECT casefold(city), array_sort(tags), array_reverse(tags) FROM vault.person ORDER BY id;
-- uuids with times in them
SELECT uuid_extract_version(uuidv7()), length(uuidv7()::text);
-- virtual column; masks word; redacts loud
SELECT * FROM vault.spoken ORDER BY id;
-- from any
