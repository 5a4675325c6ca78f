-- Protected: name, email, born, seen, salary, pin, note, tags, doc, shape of people; what refers to email follows.
CREATE SCHEMA app;
-- Functions app.moved, of moves.sql or shapes.sql.
MOVES
CREATE TABLE app.people (
    id int PRIMARY KEY, name text, email text UNIQUE, born date, seen timestamptz, salary numeric(10, 2), pin int, note text,
    tags text[], doc jsonb, shape circle, city text, n int, ok bool, nums int[]
);
CREATE TABLE app.orders (
    id int PRIMARY KEY, person int REFERENCES app.people, email text REFERENCES app.people (email), item text, qty int
);
-- Guesses: clean, and the same in both.
CREATE TABLE app.guess (id int, x text, n int);
INSERT INTO app.guess SELECT i, name || '@x.org', 1 FROM unnest(ARRAY['zoe', 'bob', 'alice']) WITH ORDINALITY g(name, i);
CREATE TABLE app.clean (id int PRIMARY KEY, a text, b text, n int);
INSERT INTO app.clean SELECT i, 'a' || i, 'b' || i % 3, i * 10 FROM generate_series(1, 8) i;
CREATE VIEW app.shown AS SELECT id, email, upper(name) AS uname, city FROM app.people;
CREATE VIEW app.counted AS SELECT city, count(*) AS people FROM app.people GROUP BY city;
CREATE MATERIALIZED VIEW app.kept AS SELECT id, name, city FROM app.people WHERE n > 2 WITH NO DATA;
CREATE DOMAIN app.short AS text CHECK (length(VALUE) < 3);
CREATE DOMAIN app.required AS text NOT NULL;
-- Equal are strings of other bytes, where the server has ICU.
DO $$
BEGIN
    CREATE COLLATION app.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
EXCEPTION WHEN feature_not_supported THEN
    CREATE COLLATION app.loose FROM "C";
END $$;
CREATE TABLE app.loose (id int, x text COLLATE app.loose);
CREATE TABLE app.collated (id int, c text COLLATE "C", d text COLLATE "POSIX");
INSERT INTO app.collated VALUES (1, 'x', 'y');
INSERT INTO app.loose VALUES (1, 'x');
-- Behind all that is created: large values use up OIDs.
INSERT INTO app.people
SELECT
    i, app.moved(name), left(app.moved(name), 80) || '@x.org', app.moved(date '1980-01-01' + i * 100),
    app.moved(timestamptz '1990-06-01 12:00+00' + i * 20 * interval '1 day'), 1000 + app.moved(i), app.moved(10 * i),
    CASE WHEN i <> 3 THEN app.moved('secret of ' || name) END, app.moved(ARRAY[name, 't' || i]),
    app.moved(jsonb_build_object('k', name)), circle(point(0, 0), abs(app.moved(i))),
    'city' || i % 3, i, i % 2 = 0, ARRAY[i, i + 1]
FROM unnest(ARRAY['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'josé']) WITH ORDINALITY x(name, ordinal),
    LATERAL (SELECT ordinal::int AS i) y;
INSERT INTO app.orders SELECT p.id * 10 + k, p.id, p.email, 'item' || k, p.id * k
FROM app.people p, generate_series(1, 2) k WHERE p.id <> 5;
REFRESH MATERIALIZED VIEW app.kept;
GRANT USAGE ON SCHEMA app TO pgveil_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA app TO pgveil_reader;
ANALYZE;
