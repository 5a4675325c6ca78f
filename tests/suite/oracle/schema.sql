-- A small database with something of everything that names and columns can be.
CREATE EXTENSION citext;
CREATE SCHEMA app;
CREATE SCHEMA other;
SET search_path = app, public;

CREATE DOMAIN mailbox AS text CHECK (VALUE <> '');
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE address AS (street text, zip text);
CREATE TYPE nested AS (place address, n int);

CREATE TABLE customers (
    id int PRIMARY KEY, email text, name text, phone varchar, salary numeric, tags text[], home address, meta jsonb,
    boss int, mood mood, note text);
CREATE TABLE orders (
    id int PRIMARY KEY, customer_id int REFERENCES customers, email mailbox, amount numeric, note text, code citext,
    twice numeric GENERATED ALWAYS AS (amount * 2) STORED);
CREATE TABLE plain (id int, a text, b text, n bigint, r address);
CREATE TABLE twin (id int, secret text);
CREATE TABLE other.twin (id int, secret text);
CREATE TABLE odd (id int, secret text);
CREATE TABLE other.odd (id int, secret text);
CREATE TABLE pair (id int, a text);
CREATE TABLE other.pair (id int, a text);
CREATE TABLE other.pg_class (oid oid, relname name);
CREATE TABLE gaps (gone1 int, id int, gone2 text, email text, n nested, homes address[]);
ALTER TABLE gaps DROP COLUMN gone1, DROP COLUMN gone2;
CREATE TABLE "Odd Names" ("Id" int, "e mail" text, "select" text, "*" text, "x""y" text, "ctid2" tid);
CREATE TABLE wide (smallint_c smallint, int_c int, big_c bigint, num_c numeric, float_c float8, text_c text,
    varchar_c varchar(20), char_c char(5), name_c name, date_c date, stamp_c timestamptz, bool_c bool, json_c json,
    jsonb_c jsonb, xml_c xml, uuid_c uuid, bytea_c bytea, range_c int4range, ints_c int[], mail_c mailbox);
CREATE TABLE upper (id int, lower text, email text);

CREATE TABLE events (id int, at date, who text, note text) PARTITION BY RANGE (at);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
CREATE TABLE events_new (note text, who text, id int, at date);
ALTER TABLE events ATTACH PARTITION events_new FOR VALUES FROM ('2020-01-01') TO ('2040-01-01');
CREATE TABLE vips (level int) INHERITS (customers);
CREATE SEQUENCE counter;

CREATE VIEW v_near AS SELECT c.id, c.email AS mail, upper(c.name) AS uname FROM customers c WHERE c.phone IS NOT NULL;
CREATE VIEW v_far AS SELECT mail, uname FROM v_near;
CREATE VIEW v_tested AS SELECT id FROM customers WHERE salary > 10;
CREATE VIEW v_class AS SELECT relname FROM pg_class;
CREATE VIEW v_wide AS
    SELECT c.id, c.email, p.a, sum(o.amount) OVER (PARTITION BY c.id) AS total
    FROM customers c LEFT JOIN orders o ON o.customer_id = c.id JOIN plain p ON p.id = c.id;
CREATE VIEW v_union AS
    SELECT id, email FROM customers UNION ALL SELECT id, email FROM orders UNION ALL SELECT id, a FROM plain;
CREATE RECURSIVE VIEW v_tree (id, path, email) AS
    SELECT id, name, email FROM customers WHERE boss IS NULL
    UNION ALL SELECT c.id, t.path || '/' || c.name, c.email FROM customers c JOIN v_tree t ON c.boss = t.id;
CREATE VIEW v_row AS SELECT c AS whole, (c.home).zip AS zip, ARRAY(SELECT o.email FROM orders o WHERE o.id = c.id) AS mails
    FROM customers c;
CREATE VIEW v_lateral AS
    SELECT c.id, l.note, l.mixed FROM customers c, LATERAL (SELECT o.note, o.note || c.name AS mixed FROM orders o) l;
CREATE VIEW v_using AS SELECT id, email, c.note, o.note AS remark FROM customers c JOIN orders o USING (id, email);
CREATE VIEW v_full AS SELECT id, email FROM customers FULL JOIN orders USING (id, email);
CREATE MATERIALIZED VIEW mv AS SELECT email FROM customers WHERE salary > 10;
CREATE MATERIALIZED VIEW mv_far AS SELECT v.mail AS mail, m.email || v.uname AS mixed FROM v_near v, mv m;
CREATE VIEW v_of_mv AS SELECT mixed AS it FROM mv_far;

CREATE FUNCTION scalar_fn(int) RETURNS text LANGUAGE plpgsql AS 'begin return ''x''; end';
CREATE FUNCTION table_fn(int) RETURNS TABLE (x text, y text) LANGUAGE plpgsql AS 'begin return; end';
CREATE FUNCTION row_fn(int) RETURNS address LANGUAGE plpgsql AS 'begin return null; end';
CREATE FUNCTION rows_fn(text) RETURNS SETOF customers LANGUAGE sql AS 'select * from app.customers where email = $1';
CREATE FUNCTION full_name(customers) RETURNS text LANGUAGE sql AS 'select $1.name || $1.email';
CREATE FUNCTION any_record() RETURNS SETOF record LANGUAGE sql AS 'select 1, ''x''::text';
CREATE FUNCTION leak(int) RETURNS text LANGUAGE sql AS 'select email from app.customers where id = $1';
CREATE FUNCTION gap_rows() RETURNS SETOF gaps LANGUAGE sql AS 'select * from app.gaps';
CREATE FUNCTION one_out(int, OUT x text) LANGUAGE plpgsql AS 'begin x := 1; end';
