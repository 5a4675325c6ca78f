-- Everything Postgres can do that is not reading. Run direct and through pgveil with access = "any".

-- DDL
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text NOT NULL, b numeric DEFAULT 1.5, UNIQUE (a));
CREATE TABLE child (id int REFERENCES t ON DELETE CASCADE, note text CHECK (note <> ''));
CREATE INDEX ON t (lower(a));
CREATE VIEW v AS SELECT id, upper(a) AS a FROM t;
CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM t;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE SEQUENCE s START 10;
CREATE SCHEMA other;
CREATE TABLE other.p (k int, v text) PARTITION BY LIST (k);
CREATE TABLE other.p1 PARTITION OF other.p FOR VALUES IN (1, 2);
CREATE TEMPORARY TABLE scratchpad (x int) ON COMMIT DROP;
ALTER TABLE t ADD COLUMN c timestamptz;
ALTER TABLE t RENAME COLUMN c TO changed;
COMMENT ON TABLE t IS 'a comment';
CREATE TABLE t (id int);
CREATE TABLE IF NOT EXISTS t (id int);
DROP TABLE IF EXISTS nothing_like_this;
\d t
\d+ child

-- DML
INSERT INTO t (a) VALUES ('one'), ('two'), ('three') RETURNING id, a;
INSERT INTO t (a) VALUES ('one');
INSERT INTO t (a) VALUES ('one') ON CONFLICT (a) DO UPDATE SET b = 9 RETURNING *;
INSERT INTO t (a) VALUES (NULL);
UPDATE t SET b = b * 2 WHERE id > 1 RETURNING id, b;
INSERT INTO child SELECT id, 'note ' || id FROM t;
INSERT INTO child VALUES (99, 'nobody');
INSERT INTO child VALUES (1, '');
DELETE FROM child WHERE id = 1 RETURNING *;
MERGE INTO t USING (VALUES ('two'), ('four')) AS n (a) ON n.a = t.a
    WHEN MATCHED THEN UPDATE SET b = 0 WHEN NOT MATCHED THEN INSERT (a) VALUES (n.a);
WITH gone AS (DELETE FROM child RETURNING id) SELECT * FROM gone ORDER BY id;
SELECT * FROM v ORDER BY id;
REFRESH MATERIALIZED VIEW m;
TABLE m;
SELECT nextval('s'), currval('s'), setval('s', 100), nextval('s');
TRUNCATE child;
SELECT * INTO kept FROM t;
CREATE TABLE made AS SELECT g FROM generate_series(1, 5) g;

-- COPY both ways
COPY t (a, b) FROM STDIN;
five	5.5
six	\N
with\ttab	7
\.
COPY t (a, b) FROM STDIN (FORMAT csv, HEADER);
a,b
"quoted, with comma",1
"and ""quotes""",2
\.
COPY t (a) FROM STDIN;
one
\.
COPY t (b) FROM STDIN;
not a number
\.
COPY t TO STDOUT;
COPY t TO STDOUT (FORMAT csv, HEADER);

-- transactions
BEGIN;
INSERT INTO t (a) VALUES ('lost');
ROLLBACK;
BEGIN;
INSERT INTO t (a) VALUES ('kept');
SAVEPOINT x;
INSERT INTO t (a) VALUES ('kept');
ROLLBACK TO x;
COMMIT;
SELECT a FROM t WHERE a IN ('lost', 'kept');
BEGIN;
INSERT INTO t (a) VALUES ('in two phases');
PREPARE TRANSACTION 'first';
SELECT gid FROM pg_prepared_xacts;
COMMIT PREPARED 'first';
BEGIN;
DELETE FROM t;
PREPARE TRANSACTION 'second';
ROLLBACK PREPARED 'second';
ROLLBACK PREPARED 'second';
SELECT count(*) FROM t;
BEGIN \; SELECT 1 \; INSERT INTO t (a) VALUES ('implicit') \; SELECT 1 / 0 \; COMMIT;
ROLLBACK;
SELECT 1 \; INSERT INTO t (a) VALUES ('also lost') \; SELECT 1 / 0;
SELECT count(*) FROM t;

-- code
DO $$ BEGIN RAISE NOTICE 'a notice with % in it', 42; RAISE WARNING 'and a warning' USING HINT = 'a hint'; END $$;
DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'P0042', DETAIL = 'a detail'; END $$;
CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * x';
CREATE FUNCTION several() RETURNS SETOF t LANGUAGE sql STABLE AS 'SELECT * FROM t ORDER BY id LIMIT 2';
CREATE PROCEDURE fill(n int) LANGUAGE plpgsql AS $$ BEGIN
    FOR i IN 1..n LOOP INSERT INTO made VALUES (i); COMMIT; END LOOP;
END $$;
SELECT twice(21), several();
SELECT * FROM several();
CALL fill(3);
SELECT count(*) FROM made;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed := '2020-01-01'; RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION stamp();
UPDATE t SET b = 3 WHERE a = 'one' RETURNING changed IS NOT NULL;
CREATE RULE nothing AS ON DELETE TO made DO INSTEAD NOTHING;
DELETE FROM made;

-- large objects
SELECT lo_create(4711);
SELECT lo_put(4711, 0, '\x00010203ff');
SELECT lo_get(4711), lo_get(4711, 2, 2);
\lo_list
BEGIN;
SELECT lo_open(4711, 262144);
SELECT loread(0, 3), lo_lseek(0, 1, 0), loread(0, 10);
SELECT lo_close(0);
COMMIT;
\lo_unlink 4711
SELECT lo_get(4711);

-- settings, roles, locks
SET default_transaction_read_only = off;
SHOW default_transaction_read_only;
CREATE ROLE somebody;
GRANT SELECT ON t TO somebody;
SET ROLE somebody;
SELECT current_user;
INSERT INTO t (a) VALUES ('may not');
RESET ROLE;
DROP OWNED BY somebody;
DROP ROLE somebody;
SET nothing_like_this = 1;
SET app.setting = 'mine';
SHOW app.setting;
SELECT set_config('app.setting', 'yours', false);
SET application_name = 'another name';
SHOW application_name;
BEGIN;
LOCK TABLE t IN ACCESS EXCLUSIVE MODE;
SELECT id FROM t ORDER BY id LIMIT 1 FOR UPDATE;
COMMIT;
SELECT pg_advisory_lock(1), pg_advisory_unlock(1);

-- notifications and maintenance
LISTEN somebody;
NOTIFY somebody, 'heard';
SELECT pg_notify('somebody', 'by function');
BEGIN;
NOTIFY somebody, 'at the end';
SELECT 'not yet';
COMMIT;
UNLISTEN *;
NOTIFY nobody, 'not heard';
VACUUM (ANALYZE) t;
ANALYZE t;
CHECKPOINT;
REINDEX TABLE t;
CLUSTER t USING t_pkey;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) UPDATE t SET b = 4 WHERE id = 1;

-- errors in odd places
\set VERBOSITY verbose
SELECT 1 / 0;
INSERT INTO t (a) VALUES ('one');
DROP TABLE t;
CREATE INDEX CONCURRENTLY ON nowhere (x);
BEGIN;
VACUUM t;
COMMIT;
SET standard_conforming_strings = off;
SELECT 'a\'b';
SELECT 'one\\two';
RESET standard_conforming_strings;
DISCARD ALL;
SELECT 'the end';
