-- Functions in SQL and of extensions, to be called by the ways out.
SET search_path = vault, public;
CREATE EXTENSION pg_trgm SCHEMA public;
CREATE EXTENSION pgcrypto SCHEMA public;
CREATE EXTENSION unaccent SCHEMA public;
CREATE EXTENSION fuzzystrmatch SCHEMA public;
CREATE EXTENSION "uuid-ossp" SCHEMA public;
CREATE EXTENSION isn SCHEMA public;

CREATE FUNCTION guess(text) RETURNS int LANGUAGE sql STABLE AS 'SELECT count(*)::int FROM vault.person WHERE email LIKE $1';
CREATE FUNCTION starting(text) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM vault.person WHERE left(email, 2) = $1';
CREATE FUNCTION holder(text) RETURNS int LANGUAGE sql STABLE AS 'SELECT id FROM vault.person WHERE email = $1';
CREATE FUNCTION loud(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT upper(email) FROM vault.person WHERE id = $1';
CREATE FUNCTION echo(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION named(value text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT named.value';
CREATE FUNCTION twice(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT vault.echo(vault.echo($1))';
CREATE FUNCTION hidden(email text, n int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM vault.person WHERE id = n';
CREATE FUNCTION defaulted(a text DEFAULT vault.read_email(1)) RETURNS text LANGUAGE sql STABLE AS 'SELECT a';
CREATE FUNCTION known(text) RETURNS int LANGUAGE sql STRICT IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION pathed() RETURNS text LANGUAGE sql STABLE SET search_path = shadow, pg_catalog
    AS 'SELECT tablename::text FROM pg_tables LIMIT 1';
CREATE FUNCTION endless(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT NULL::text';
CREATE OR REPLACE FUNCTION endless(int) RETURNS text LANGUAGE sql STABLE
    AS 'SELECT CASE WHEN $1 > 0 THEN vault.endless($1 - 1) ELSE (SELECT email FROM vault.person WHERE id = 1) END';
CREATE FUNCTION several(text) RETURNS int LANGUAGE sql STABLE
    AS 'SELECT 1 / (SELECT count(*) FROM vault.person WHERE email LIKE $1); SELECT 1';
CREATE SEQUENCE numbers;
CREATE FUNCTION writes() RETURNS bigint LANGUAGE sql AS 'SELECT setval(''vault.numbers'', 1); SELECT 1::bigint';
CREATE FUNCTION quoted() RETURNS text LANGUAGE sql STABLE SET standard_conforming_strings = off AS 'SELECT email FROM vault.person';
CREATE FUNCTION same(anyelement) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION contact(int, OUT number int, OUT mail text) LANGUAGE sql STABLE
    AS 'SELECT id, email FROM vault.person WHERE id = $1';
CREATE FUNCTION mails() RETURNS TABLE (number int, mail text) LANGUAGE sql STABLE AS 'SELECT id, email FROM vault.person';
CREATE FUNCTION mail_of(who int) RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT email FROM vault.person WHERE id = who';
CREATE FUNCTION records() RETURNS SETOF record LANGUAGE sql STABLE AS 'SELECT id, email FROM vault.person';
CREATE FUNCTION persons() RETURNS SETOF vault.person LANGUAGE sql STABLE AS 'SELECT p FROM vault.person p';
CREATE FUNCTION spread(VARIADIC text[]) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1[1]';
CREATE FUNCTION richest() RETURNS int LANGUAGE sql STABLE AS 'SELECT id FROM vault.person ORDER BY salary DESC LIMIT 1';
CREATE FUNCTION is_x(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN $1 LIKE '%7%' THEN 'yes' ELSE 'no' END $$;
CREATE FUNCTION half(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 10 / $1';
CREATE FUNCTION to_small(bigint) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1::int';
CREATE FUNCTION coded(vault.code) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''x''';
CREATE FUNCTION overloaded(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION overloaded(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM vault.person WHERE id = $1';
CREATE FUNCTION of_plpgsql() RETURNS text LANGUAGE sql STABLE AS 'SELECT vault.peek(1)';
CREATE FUNCTION similarity(text, text) RETURNS real LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''%'', $1; RETURN 1; END';
CREATE FUNCTION labels() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT label FROM vault.clean ORDER BY id';
-- A row of a partition becomes one of its parent by name, not by place.
CREATE TABLE event_2022 (secret text, kind text, day date, id int);
ALTER TABLE event ATTACH PARTITION event_2022 FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
INSERT INTO event VALUES (9, '2022-05-05', 'kind 9', token('event', 9));
CREATE FUNCTION secret_of(event) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.secret';
CREATE FUNCTION kind_of(event) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.kind';
CREATE FUNCTION events_2022() RETURNS SETOF event LANGUAGE sql STABLE AS 'SELECT e FROM vault.event_2022 e';
-- Casts that nobody asks for, and that JSON is made by.
CREATE FUNCTION card_json(card) RETURNS json LANGUAGE sql STABLE AS 'SELECT to_json(email) FROM vault.person WHERE id = 1';
CREATE CAST (card AS json) WITH FUNCTION card_json(card);
CREATE TYPE coin AS (worth int);
CREATE FUNCTION coin_text(coin) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM vault.person WHERE id = 1';
CREATE CAST (coin AS text) WITH FUNCTION coin_text(coin) AS IMPLICIT;
CREATE TABLE purse AS SELECT 1 AS id, ROW(7)::coin AS coin;
CREATE VIEW v_called AS SELECT id, vault.read_email(id) AS seen FROM vault.clean;
CREATE VIEW v_mails AS SELECT m.number, m.mail FROM vault.mails() m;

-- From version 14 on in the notation of the standard.
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 140000 THEN
        EXECUTE 'CREATE FUNCTION vault.atomic(n int) RETURNS text LANGUAGE sql
            BEGIN ATOMIC SELECT 1; SELECT p.email FROM vault.person p WHERE p.id = n; END';
        EXECUTE 'CREATE FUNCTION vault.returned(n int) RETURNS text LANGUAGE sql
            RETURN (SELECT upper(email) FROM vault.person WHERE id = n)';
    ELSE
        EXECUTE 'CREATE FUNCTION vault.atomic(n int) RETURNS text LANGUAGE sql
            AS ''SELECT email FROM vault.person WHERE id = n''';
        EXECUTE 'CREATE FUNCTION vault.returned(n int) RETURNS text LANGUAGE sql
            AS ''SELECT upper(email) FROM vault.person WHERE id = n''';
    END IF;
END $$;
-- One that a rule vouches for.
CREATE FUNCTION vault.prefer(text, text) RETURNS text LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN IF $1 IS NULL THEN RETURN $2; END IF; RETURN $1; END';
