-- The value through another door: errors, catalogs and statistics, functions that read by name, scratch storage, settings.

-- refuse fallible_expression: failed cast to integer [door-errors]
SELECT email::int FROM vault.person;
-- refuse fallible_expression: failed cast to date [door-errors]
SELECT name::date FROM vault.person;
-- refuse fallible_expression: failed cast to uuid [door-errors]
SELECT name::uuid FROM vault.person;
-- refuse fallible_expression: failed cast to an enum [door-errors]
SELECT name::vault.mood FROM vault.person;
-- refuse fallible_expression: failed cast to inet [door-errors]
SELECT name::inet FROM vault.person;
-- refuse fallible_expression: failed cast to json [door-errors]
SELECT name::json FROM vault.person;
-- refuse fallible_expression: failed cast to tsquery [door-errors]
SELECT bio::tsquery FROM vault.person;
-- refuse fallible_expression: name of a relation [door-errors]
SELECT email::regclass FROM vault.person;
-- refuse fallible_expression: failed cast in WHERE [door-errors]
SELECT id FROM vault.person WHERE email::int > 0;
-- refuse fallible_expression: CAST notation [door-errors]
SELECT CAST(email AS numeric) FROM vault.person;
-- refuse fallible_expression: function notation of a cast [door-errors]
SELECT int4(salary) FROM vault.person;
-- refuse fallible_expression: to_date [door-errors]
SELECT to_date(email, 'YYYY') FROM vault.person;
-- refuse fallible_expression: to_number [door-errors]
SELECT to_number(email, '999') FROM vault.person;
-- refuse fallible_expression: pattern from a value [door-errors]
SELECT 'x' ~ bio FROM vault.person;
-- refuse fallible_expression: encoding name from a value [door-errors]
SELECT convert_to('x', email) FROM vault.person;
-- refuse fallible_expression: overflow [door-errors]
SELECT salary::int FROM vault.person;
-- refuse fallible_expression: length limit [door-errors]
SELECT repeat('x', badge) FROM vault.person;
-- refuse fallible_expression: size of a relation named by a value [door-errors]
SELECT pg_relation_size(email) FROM vault.person;
-- refuse fallible_expression: privilege of a table named by a value [door-errors]
SELECT has_table_privilege(email, 'select') FROM vault.person;
-- refuse opaque_function: RAISE NOTICE [door-user-code]
SELECT vault.tell(email) FROM vault.person;
-- refuse opaque_function: RAISE EXCEPTION [door-user-code]
SELECT vault.fail(email) FROM vault.person;
-- refuse statement_not_allowed: unique violation [door-errors]
INSERT INTO vault.person (id, city, joined, active, tags, email) SELECT 99, 'x', '2020-01-01', true, '{}', email FROM vault.person;
-- refuse statement_not_allowed: DO [door-writes]
DO $$ BEGIN RAISE EXCEPTION '%', (SELECT email FROM vault.person WHERE id = 1); END $$;
-- refuse statement_not_allowed: CALL [door-writes]
CALL vault.show('x');

-- redact: pg_stats, values [door-statistics]
SELECT most_common_vals FROM pg_stats WHERE schemaname = 'vault';
-- redact: pg_stats, histogram [door-statistics]
SELECT attname AS id, histogram_bounds FROM pg_catalog.pg_stats WHERE tablename = 'person';
-- redact: pg_stats, elements [door-statistics]
SELECT most_common_elems FROM pg_stats WHERE schemaname = 'vault';
-- redact: pg_stats, width [door-statistics]
SELECT avg_width FROM pg_stats WHERE schemaname = 'vault';
-- pass: pg_stats, everything [door-statistics]
SELECT * FROM pg_stats WHERE schemaname = 'vault';
-- refuse predicate: pg_stats by value [bit-where]
SELECT attname FROM pg_stats WHERE most_common_vals::text LIKE '%zq%';
-- redact: pg_stats as text [door-statistics]
SELECT most_common_vals::text FROM pg_stats WHERE schemaname = 'vault';
-- redact: pg_statistic [door-statistics]
SELECT stavalues1 FROM pg_statistic WHERE starelid = 'vault.person'::regclass;
-- pass: pg_statistic, everything [door-statistics]
SELECT * FROM pg_statistic WHERE starelid = 'vault.visit'::regclass;
-- pass: pg_statistic, whole row [door-statistics]
SELECT s FROM pg_statistic s WHERE starelid = 'vault.visit'::regclass;
-- redact: pg_stats_ext [door-statistics]
SELECT most_common_vals FROM pg_stats_ext;
-- from 14
-- redact: pg_stats_ext_exprs [door-statistics]
SELECT histogram_bounds FROM pg_stats_ext_exprs;
-- from any
-- redact: pg_statistic_ext_data [door-statistics]
SELECT stxdmcv FROM pg_statistic_ext_data;
-- refuse opaque_function: items of an MCV list [door-statistics]
SELECT m.* FROM pg_statistic_ext_data, pg_mcv_list_items(stxdmcv) m;
-- redact: other sessions' statements [door-sessions]
SELECT query FROM pg_stat_activity;
-- pass: pg_stat_activity, everything [door-sessions]
SELECT * FROM pg_stat_activity;
-- refuse predicate: other sessions' statements by value [bit-where]
SELECT pid FROM pg_stat_activity WHERE query LIKE '%zq%';
-- refuse opaque_function: function under pg_stat_activity [door-sessions]
SELECT query FROM pg_stat_get_activity(NULL);
-- refuse opaque_function: statement of one session [door-sessions]
SELECT pg_stat_get_backend_activity(b) FROM pg_stat_get_backend_idset() b;
-- redact: own prepared statements [door-sessions]
PREPARE kept AS SELECT id FROM vault.clean WHERE label = 'x';
SELECT statement FROM pg_prepared_statements;
-- redact: own cursors [door-sessions]
BEGIN;
DECLARE kept CURSOR FOR SELECT id FROM vault.clean;
SELECT statement FROM pg_cursors;
-- refuse opaque_function: function under pg_cursors [door-sessions]
SELECT statement FROM pg_cursor();
-- redact: passwords [door-catalogs]
SELECT rolpassword FROM pg_authid;
-- redact: passwords in a view [door-catalogs]
SELECT passwd FROM pg_shadow;
-- mask: large objects [door-catalogs]
SELECT data FROM pg_largeobject;
-- redact: missing values [door-catalogs]
SELECT attmissingval FROM pg_attribute WHERE attrelid = 'vault.person'::regclass;
-- pass: every column of pg_attribute [door-catalogs]
SELECT * FROM pg_attribute WHERE attrelid = 'vault.person'::regclass;

-- refuse opaque_function: query_to_xml [door-by-name]
SELECT query_to_xml('SELECT email FROM vault.person', true, false, '');
-- refuse opaque_function: query_to_xml_and_xmlschema [door-by-name]
SELECT query_to_xml_and_xmlschema('SELECT email FROM vault.person', true, false, '');
-- refuse opaque_function: table_to_xml [door-by-name]
SELECT table_to_xml('vault.person', true, false, '');
-- refuse opaque_function: schema_to_xml [door-by-name]
SELECT schema_to_xml('vault', true, false, '');
-- refuse opaque_function: database_to_xml [door-by-name]
SELECT database_to_xml(true, false, '');
-- refuse opaque_function: cursor_to_xml [door-by-name]
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM vault.person;
SELECT cursor_to_xml('c', 10, false, false, '');
-- refuse opaque_function: in FROM [door-by-name]
SELECT * FROM query_to_xml('SELECT email FROM vault.person', true, false, '') x;
-- refuse opaque_function: in a default that is never reached [door-by-name]
SELECT CASE WHEN false THEN query_to_xml('SELECT email FROM vault.person', true, false, '') END;
-- refuse opaque_function: quoted and qualified [door-by-name]
SELECT "pg_catalog"."query_to_xml"('SELECT email FROM vault.person', true, false, '');
-- refuse opaque_function: ts_stat [door-by-name]
SELECT word FROM ts_stat('SELECT to_tsvector(''simple'', email) FROM vault.person');
-- refuse opaque_function: ts_rewrite [door-by-name]
SELECT ts_rewrite('a'::tsquery, 'SELECT ''a''::tsquery, plainto_tsquery(email) FROM vault.person');
-- refuse opaque_function: dblink [door-by-name]
SELECT * FROM dblink('dbname=canary', 'SELECT email FROM vault.person') AS t(x text);
-- refuse opaque_function: crosstab [door-by-name]
SELECT * FROM crosstab('SELECT id, ''x'', email FROM vault.person') AS t(a int, b text);
-- refuse opaque_function: connectby [door-by-name]
SELECT * FROM connectby('vault.person', 'email', 'name', 'x', 0) AS t(a text, b text, c int);
-- refuse opaque_function: pageinspect [door-by-name]
SELECT get_raw_page('vault.person', 0);
-- refuse opaque_function: pgstattuple [door-by-name]
SELECT * FROM pgstattuple('vault.person');
-- refuse opaque_function: pg_read_file [door-by-name]
SELECT pg_read_file('PG_VERSION');
-- refuse opaque_function: pg_read_binary_file [door-by-name]
SELECT pg_read_binary_file(pg_relation_filepath('vault.person'));
-- refuse opaque_function: pg_ls_dir [door-by-name]
SELECT pg_ls_dir('.');
-- refuse opaque_function: pg_stat_file [door-by-name]
SELECT size FROM pg_stat_file('PG_VERSION');
-- refuse opaque_function: logical decoding [door-replication]
SELECT * FROM pg_logical_slot_get_changes('s', NULL, NULL);
-- refuse opaque_function: a new slot [door-replication]
SELECT pg_create_logical_replication_slot('s', 'test_decoding');
-- refuse large_object: lo_get [door-by-name]
SELECT lo_get(4711);
-- refuse large_object: loread [door-by-name]
SELECT loread(lo_open(4711, 262144), 100);
-- refuse large_object: lo_export [door-by-name]
SELECT lo_export(4711, '/tmp/x');
-- refuse large_object: lo_from_bytea [door-by-name]
SELECT lo_from_bytea(0, photo) FROM vault.person;
-- refuse opaque_function: SECURITY DEFINER [door-user-code]
SELECT vault.peek(1);
-- refuse opaque_function: function in ORDER BY [bit-order]
SELECT id FROM vault.clean ORDER BY vault.peek(id);
-- refuse opaque_function: function in LIMIT [bit-limit]
SELECT id FROM vault.clean LIMIT length(vault.peek(1));
-- refuse opaque_function: view over a function [door-user-code]
SELECT seen FROM vault.v_function;
-- refuse opaque_function: cursor from a function [door-user-code]
SELECT vault.open_cursor();
-- refuse opaque_function: function in a COPY query [door-user-code]
COPY (SELECT vault.peek(1)) TO STDOUT;
-- refuse opaque_function: function in EXPLAIN [door-explain]
EXPLAIN (VERBOSE) SELECT vault.tell('x');
-- refuse opaque_function: function in arguments of EXECUTE [door-by-name]
PREPARE q(text) AS SELECT $1;
EXECUTE q(vault.peek(1));
-- refuse not_understood: query in arguments of EXECUTE [door-by-name]
PREPARE q(text) AS SELECT $1;
EXECUTE q((SELECT email FROM vault.person WHERE id = 1));

-- refuse opaque_function: function that shadows a built-in one [door-user-code]
SET search_path = shadow, pg_catalog;
SELECT initcap(label::varchar) FROM vault.clean;
-- pass: the built-in one itself [door-user-code]
SET search_path = shadow, pg_catalog;
SELECT pg_catalog.initcap(label) FROM vault.clean;
-- refuse opaque_function: operator that shadows a built-in one [door-user-code]
SET search_path = shadow, pg_catalog;
SELECT 'ab' ^@ label::varchar FROM vault.clean;
-- pass: the built-in operator itself [door-user-code]
SELECT label OPERATOR(pg_catalog.^@) 'l' FROM vault.clean;
-- refuse ambiguous_name: view that shadows a system view [parse-search-path]
SET search_path = shadow, pg_catalog;
SELECT tablename FROM pg_tables;

-- refuse statement_not_allowed: temporary table [door-scratch]
CREATE TEMP TABLE t AS SELECT email FROM vault.person;
-- refuse statement_not_allowed: SELECT INTO [door-writes]
SELECT email INTO TEMP t FROM vault.person;
-- refuse statement_not_allowed: SELECT INTO in a CTE [door-writes]
WITH c AS (SELECT email FROM vault.person) SELECT * INTO t FROM c;
-- refuse statement_not_allowed: temporary view [door-scratch]
CREATE TEMP VIEW t AS SELECT email FROM vault.person;
-- refuse statement_not_allowed: function [door-writes]
CREATE FUNCTION pg_temp.f() RETURNS text LANGUAGE sql AS 'SELECT email FROM vault.person';
-- refuse statement_not_allowed: update of a clean column [door-writes]
UPDATE vault.clean SET label = (SELECT email FROM vault.person WHERE id = 1);
-- refuse statement_not_allowed: DELETE RETURNING [door-writes]
DELETE FROM vault.visit RETURNING note;
-- refuse statement_not_allowed: MERGE [door-writes]
MERGE INTO vault.clean c USING vault.person p ON c.id = p.id WHEN MATCHED THEN UPDATE SET label = p.email;
-- refuse statement_not_allowed: data-modifying CTE [door-writes]
WITH d AS (DELETE FROM vault.visit RETURNING note) SELECT note FROM d;
-- refuse statement_not_allowed: prepared DML [door-writes]
PREPARE q AS UPDATE vault.clean SET label = 'x' RETURNING label;
-- refuse statement_not_allowed: EXPLAIN ANALYZE of DML [door-explain]
EXPLAIN ANALYZE UPDATE vault.clean SET label = 'x';
-- refuse statement_not_allowed: CREATE TABLE AS EXECUTE [door-writes]
CREATE TEMP TABLE t AS EXECUTE q;
-- refuse statement_not_allowed: COPY FROM [door-writes]
COPY vault.clean FROM STDIN;
-- refuse statement_not_allowed: COPY to a file [door-writes]
COPY vault.person TO '/tmp/canary';
-- refuse statement_not_allowed: COPY to a program [door-writes]
COPY vault.person TO PROGRAM 'cat';
-- refuse statement_not_allowed: COPY with RETURNING [door-writes]
COPY (DELETE FROM vault.visit RETURNING note) TO STDOUT;
-- refuse statement_not_allowed: comment [door-writes]
COMMENT ON TABLE vault.clean IS 'x';
-- refuse statement_not_allowed: row locks [bit-lock]
SELECT id FROM vault.person FOR UPDATE;
-- refuse statement_not_allowed: REFRESH [door-writes]
REFRESH MATERIALIZED VIEW vault.m_person;
-- refuse statement_not_allowed: ANALYZE [door-writes]
ANALYZE VERBOSE vault.person;
-- refuse statement_not_allowed: VACUUM [door-writes]
VACUUM VERBOSE vault.person;
-- refuse statement_not_allowed: index [door-writes]
CREATE UNIQUE INDEX ON vault.visit (person_email);
-- refuse statement_not_allowed: LISTEN [door-scratch]
LISTEN gossip;
-- refuse statement_not_allowed: NOTIFY [door-scratch]
NOTIFY gossip, 'x';
-- refuse statement_not_allowed: LOAD [door-settings]
LOAD 'auto_explain';
-- refuse statement_not_allowed: extension [door-writes]
CREATE EXTENSION file_fdw;
-- refuse statement_not_allowed: two-phase commit [door-writes]
BEGIN;
PREPARE TRANSACTION 'x';
-- refuse opaque_function: pg_notify [door-scratch]
SELECT pg_notify('gossip', email) FROM vault.person;
-- refuse opaque_function: advisory lock [door-scratch]
SELECT pg_advisory_lock(account) FROM vault.person;
-- refuse opaque_function: setval [door-scratch]
SELECT setval('x', account) FROM vault.person;
-- refuse opaque_function: setseed [door-scratch]
SELECT setseed(ratio) FROM vault.person;
-- refuse opaque_function: message to the log [door-scratch]
SELECT pg_logical_emit_message(false, 'x', email) FROM vault.person;
-- refuse opaque_function: signal by value [door-scratch]
SELECT pg_cancel_backend(badge) FROM vault.person;

-- refuse setting_not_allowed: setting by value [door-settings]
SELECT set_config('application_name', email, false) FROM vault.person;
-- refuse setting_not_allowed: own setting by value [door-settings]
SELECT set_config('my.scratch', email, false) FROM vault.person;
-- refuse setting_not_allowed: setting named by value [door-settings]
SELECT set_config(email, 'x', false) FROM vault.person;
-- refuse setting_not_allowed: setting by subquery [door-settings]
SELECT set_config('search_path', (SELECT email FROM vault.person WHERE id = 1), false);
-- refuse setting_not_allowed: own setting [door-settings]
SET my.scratch = 'x';
-- refuse setting_not_allowed: printing parse trees [session-settings]
SET debug_print_parse = on;
-- refuse setting_not_allowed: printing plans [session-settings]
SET debug_print_plan = on;
-- refuse setting_not_allowed: messages of all levels [session-settings]
SET client_min_messages = debug5;
-- refuse setting_not_allowed: log messages to the client [session-settings]
SET client_min_messages = log;
-- refuse setting_not_allowed: writable [door-settings]
SET default_transaction_read_only = off;
-- refuse setting_not_allowed: writable by set_config [door-settings]
SELECT set_config('transaction_read_only', 'off', true);
-- refuse statement_not_allowed: writable transaction [door-writes]
BEGIN READ WRITE;
-- refuse statement_not_allowed: writable session [door-writes]
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE;
-- refuse setting_not_allowed: role [session-settings]
SET ROLE postgres;
-- refuse setting_not_allowed: session authorisation [session-settings]
SET SESSION AUTHORIZATION postgres;
-- refuse setting_not_allowed: triggers off [session-settings]
SET session_replication_role = replica;
-- refuse setting_not_allowed: duration and statistics [session-settings]
SET log_statement_stats = on;
-- refuse unsafe_encoding: backslashes in plain strings [parse-quotes]
SET standard_conforming_strings = off;
-- refuse unsafe_encoding: encoding that hides quotes [parse-quotes]
SET client_encoding = 'SJIS';
-- refuse unsafe_encoding: encoding by NAMES [parse-quotes]
SET NAMES 'GBK';
-- refuse setting_not_allowed: backslash_quote [parse-quotes]
SET backslash_quote = on;
-- refuse setting_not_allowed: NULL as a word in arrays [session-settings]
SET array_nulls = off;
-- refuse setting_not_allowed: library [door-settings]
SET local_preload_libraries = 'x';

-- mask: COPY of a table [rows-copy]
COPY vault.person TO STDOUT;
-- mask: COPY of columns [rows-copy]
COPY vault.person (id, email) TO STDOUT;
-- mask: COPY as csv [rows-copy]
COPY vault.person TO STDOUT (FORMAT csv, HEADER);
-- mask: COPY as binary [rows-copy]
COPY vault.person TO STDOUT (FORMAT binary);
-- mask: COPY by the old syntax [rows-copy]
COPY vault.visit (note) TO STDOUT WITH DELIMITER '|' CSV HEADER;
-- mask: COPY with odd csv options [rows-copy]
COPY vault.visit TO STDOUT (FORMAT csv, DELIMITER 'z', QUOTE 'q', ESCAPE 'l', FORCE_QUOTE *);
-- mask: COPY with an odd delimiter in text [rows-copy]
COPY vault.visit TO STDOUT (DELIMITER '@');
-- refuse predicate: COPY with a guess for NULL [rows-copy]
COPY vault.person (email) TO STDOUT (NULL '{email}');
-- mask: COPY with a guess for NULL in csv [rows-copy]
COPY vault.visit (person_email) TO STDOUT (FORMAT csv, NULL '{email}');
-- refuse unsafe_encoding: COPY in a single-byte encoding [rows-copy]
COPY vault.person (email) TO STDOUT (ENCODING 'latin1');
-- refuse unsafe_encoding: COPY in an encoding that hides quotes [rows-copy]
COPY vault.person (email) TO STDOUT (ENCODING 'SJIS');
-- mask: COPY of a partition [rows-copy]
COPY vault.event_2023 TO STDOUT;
-- mask: COPY of a parent [rows-copy]
COPY vault.animal TO STDOUT;
-- error 42809: COPY of a view [rows-copy]
COPY vault.v_person TO STDOUT;
-- refuse predicate: COPY of a query with a predicate [bit-where]
COPY (SELECT id FROM vault.person WHERE email > 'm') TO STDOUT;
-- refuse statement_not_allowed: COPY with WHERE [rows-copy]
COPY vault.person FROM STDIN WHERE email > 'm';
