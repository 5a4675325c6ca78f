-- Each protected cell holds a token that stands nowhere else. Row 7 and 8 of person hold NULLs.
-- With canary.moved = on every token is another one: as long, as unique, and in the same order.
CREATE SCHEMA vault;
CREATE EXTENSION citext;
CREATE EXTENSION dblink;
CREATE EXTENSION tablefunc;
CREATE EXTENSION pgstattuple;
CREATE EXTENSION pageinspect;
CREATE EXTENSION hstore;

CREATE FUNCTION vault.moved() RETURNS int LANGUAGE sql STABLE
    AS $$ SELECT CASE WHEN current_setting('canary.moved', true) = 'on' THEN 1 ELSE 0 END $$;
CREATE FUNCTION vault.letters(hex text) RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT CASE vault.moved() WHEN 1 THEN translate(hex, '0123456789abcdef', '3456789abcdefghi') ELSE hex END $$;
CREATE FUNCTION vault.token(what text, n int) RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT 'zq' || vault.letters(substr(md5(what || n), 1, 14)) $$;
CREATE FUNCTION vault.number(what text, n int) RETURNS bigint LANGUAGE sql STABLE
    AS $$ SELECT ('x' || substr(md5(what || n), 1, 8))::bit(32)::bigint + 80 * vault.moved() $$;
CREATE FUNCTION vault.hex(what text, n int) RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT CASE vault.moved() WHEN 1 THEN left(hex, 24) || reverse(right(hex, 8)) ELSE hex END FROM md5(what || n) hex $$;

CREATE DOMAIN vault.code AS text CHECK (VALUE <> '');
CREATE TYPE vault.mood AS ENUM ('calm', 'cross');
CREATE TYPE vault.home AS (street text, zip text);

CREATE TABLE vault.person (
    id int PRIMARY KEY, city text NOT NULL, joined date NOT NULL, score int, active boolean NOT NULL, tags text[] NOT NULL,
    email text UNIQUE, name varchar(40), badge int UNIQUE, account bigint, salary numeric(30,4), ratio float8, born date,
    seen timestamptz, device uuid, address inet, mac macaddr, profile jsonb, notes json, photo bytea, aliases text[],
    codes int[], code vault.code, mood vault.mood, home vault.home, span int8range, doc xml, pin char(12),
    bits bit varying, nick citext, bio text,
    shout text GENERATED ALWAYS AS (upper(name)) STORED,
    words tsvector GENERATED ALWAYS AS (to_tsvector('simple', left(bio, 60))) STORED);
INSERT INTO vault.person
SELECT n, (ARRAY['Oslo', 'Rome', 'Lima'])[1 + n % 3], date '2020-01-01' + 30 * n, CASE WHEN n <> 5 THEN n * 10 END, n % 2 = 0,
    ARRAY['tag' || n, 'all'],
    CASE WHEN n < 8 THEN vault.token('email', n) || '@canary.test' END, vault.token('name', n),
    CASE WHEN n < 7 THEN 1000000000 + vault.number('badge', n) / 8 END, 4000000000000000000 + 400000007 * vault.number('account', n),
    (7000000000000000000000::numeric + 900000011 * vault.number('salary', n)) + 0.1357,
    vault.number('ratio', n) / 7.0 + 1e10, date '70123-01-17' + 937 * n + vault.moved(), timestamptz '27123-03-04 05:06:07.891011+00' + n * interval '411 days' + vault.moved() * interval '1 day',
    vault.hex('device', n)::uuid, ('203.1' || n || '3.24' || n || '.' || 19 - vault.moved() || n)::inet, ('8e:d' || n || ':c4:b7:a' || n || CASE vault.moved() WHEN 1 THEN ':e5' ELSE ':f5' END)::macaddr,
    jsonb_build_object('phone', vault.token('json phone', n), 'deep', jsonb_build_array(vault.token('json deep', n), vault.number('json number', n) + 10000000000)),
    json_build_object('iban', vault.token('json iban', n)), decode(vault.hex('photo', n), 'hex'),
    ARRAY[vault.token('alias a', n), vault.token('alias b', n)], ARRAY[1000000000 + vault.number('codes', n) / 8, 1900000000 + n],
    vault.token('code', n), (ARRAY['calm', 'cross'])[1 + (n + vault.moved()) % 2]::vault.mood, ROW(vault.token('street', n), vault.token('zip', n))::vault.home,
    int8range(5000000000000 + 3 * vault.number('span', n), 6000000000000 + 3 * vault.number('span', n)),
    xmlparse(content '<p a="' || vault.token('xml a', n) || '">' || vault.token('xml p', n) || '</p>'),
    substr(vault.token('pin', n), 3, 12), ('x' || vault.hex('bits', n))::bit(128)::varbit,
    vault.token('nick', n), vault.token('bio', n) || ' ' || (SELECT string_agg(vault.letters(md5('bio' || n || g)), ' ') FROM generate_series(1, 120) g)
FROM generate_series(1, 8) n;
UPDATE vault.person SET email = NULL, profile = NULL, born = NULL, device = NULL WHERE id = 7;

CREATE TABLE vault.visit (
    id int PRIMARY KEY, person_email text REFERENCES vault.person (email), badge int REFERENCES vault.person (badge), place text,
    at timestamp, amount numeric(10,2), phone text, note text);
INSERT INTO vault.visit
SELECT n, vault.token('email', 1 + n % 6) || '@canary.test', 1000000000 + vault.number('badge', 1 + n % 6) / 8, 'place ' || n % 4,
    timestamp '2024-01-01' + n * interval '7 hours', n * 1.5, vault.token('phone', n), vault.token('note', n)
FROM generate_series(1, 40) n;
CREATE INDEX ON vault.visit (lower(note));
CREATE STATISTICS vault.visit_mcv (mcv, ndistinct, dependencies) ON person_email, place FROM vault.visit;
-- from 14
CREATE STATISTICS vault.visit_expression ON (upper(phone)) FROM vault.visit;
-- from any

CREATE TABLE vault.event (id int, day date, kind text, secret text) PARTITION BY RANGE (day);
CREATE TABLE vault.event_2023 PARTITION OF vault.event FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE vault.event_2024 PARTITION OF vault.event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO vault.event SELECT n, date '2023-06-01' + 100 * n, 'kind ' || n % 2, vault.token('event', n) FROM generate_series(1, 5) n;
CREATE TABLE vault.animal (id int, label text);
CREATE TABLE vault.dog (collar text) INHERITS (vault.animal);
INSERT INTO vault.animal VALUES (1, vault.token('animal', 1));
INSERT INTO vault.dog VALUES (2, vault.token('dog', 2), vault.token('collar', 2));
CREATE TABLE vault.boxed (id int, who vault.visit);
INSERT INTO vault.boxed SELECT id, v FROM vault.visit v WHERE id < 3;
CREATE TABLE vault.clean (id int PRIMARY KEY, label text, payload jsonb);
INSERT INTO vault.clean SELECT n, 'label ' || n, jsonb_build_object('n', n) FROM generate_series(1, 5) n;

CREATE TYPE vault.stay AS (who text, span int8range, homes vault.home[], facts hstore);
CREATE TABLE vault.held (
    id int PRIMARY KEY, home vault.home, homes vault.home[], stay vault.stay, stays vault.stay[], span int8range, spans int8range[], doc xml, facts hstore,
    profile jsonb, raw json);
INSERT INTO vault.held
SELECT n, h, ARRAY[ROW(vault.token('held homes a', n), vault.token('held homes b', n))::vault.home, NULL], s, ARRAY[s, NULL], r, ARRAY[r, NULL, 'empty'],
    xmlparse(content '<p a="' || vault.token('held a', n) || '">' || vault.token('held p', n) || '<plan>gold</plan><!-- ' || vault.token('held c', n) || ' --></p>'),
    hstore(ARRAY['mail', 'plan'], ARRAY[vault.token('held mail', n), 'gold']), d, d::json
FROM generate_series(1, 4) n,
    LATERAL (SELECT ROW(vault.token('held street', n), vault.token('held zip', n))::vault.home AS h,
        int8range(7000000000000 + 3 * vault.number('held', n), 8000000000000 + 3 * vault.number('held', n)) AS r) a,
    LATERAL (SELECT ROW(vault.token('held who', n), r, ARRAY[h], hstore('k', vault.token('held k', n)))::vault.stay AS s,
        jsonb_build_object('plan', 'gold', 'mail', vault.token('held json', n), 'list', jsonb_build_array(vault.token('held list', n), vault.number('held n', n) + 10000000000)) AS d) b;
CREATE VIEW vault.v_person AS SELECT id, city, email, name, badge FROM vault.person;
CREATE VIEW vault.v_mail AS SELECT id AS number, email AS mail FROM vault.v_person WHERE city <> '';
CREATE VIEW vault.v_expression AS SELECT id, city, upper(email) AS loud, email || name AS both FROM vault.person;
CREATE VIEW vault.v_union AS SELECT id, email AS value FROM vault.person UNION ALL SELECT id, note FROM vault.visit;
CREATE VIEW vault.v_whole AS SELECT id, p FROM vault.person p;
CREATE MATERIALIZED VIEW vault.m_person AS SELECT id, city, email, length(email) AS size, md5(name) AS digest FROM vault.person;

CREATE FUNCTION vault.read_email(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM vault.person WHERE id = $1';
CREATE FUNCTION vault.find(int) RETURNS SETOF vault.person LANGUAGE sql STABLE AS 'SELECT * FROM vault.person WHERE id = $1';
CREATE FUNCTION vault.peek(int) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    AS 'BEGIN RETURN (SELECT email FROM vault.person WHERE id = $1); END';
CREATE FUNCTION vault.tell(text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RAISE NOTICE ''%'', $1; RETURN 1; END';
CREATE FUNCTION vault.fail(text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RAISE EXCEPTION ''%'', $1 USING COLUMN = $1; END';
CREATE FUNCTION vault.open_cursor() RETURNS refcursor LANGUAGE plpgsql
    AS 'DECLARE c refcursor := ''hidden''; BEGIN OPEN c FOR SELECT email FROM vault.person; RETURN c; END';
CREATE FUNCTION vault.face(vault.person) RETURNS text LANGUAGE sql STABLE AS 'SELECT $1.email';
CREATE TYPE vault.card AS (number text);
CREATE FUNCTION vault.card_text(vault.card) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM vault.person WHERE id = 1';
CREATE CAST (vault.card AS text) WITH FUNCTION vault.card_text(vault.card);
CREATE TABLE vault.wallet AS SELECT 1 AS id, ROW('clean')::vault.card AS card;
CREATE FUNCTION vault.join_texts(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1 || $2';
CREATE OPERATOR vault.<+> (FUNCTION = vault.join_texts, LEFTARG = text, RIGHTARG = text);
CREATE AGGREGATE vault.glue(text) (SFUNC = textcat, STYPE = text);
CREATE PROCEDURE vault.show(INOUT v text) LANGUAGE plpgsql AS 'BEGIN SELECT email INTO v FROM vault.person WHERE id = 1; END';
CREATE VIEW vault.v_function AS SELECT vault.peek(1) AS seen;

-- What has the name of something built in.
CREATE SCHEMA shadow;
CREATE FUNCTION shadow.initcap(varchar) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM vault.person WHERE id = 1';
CREATE FUNCTION shadow.starts(text, varchar) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM vault.person WHERE id = 1';
CREATE OPERATOR shadow.^@ (FUNCTION = shadow.starts, LEFTARG = text, RIGHTARG = varchar);
CREATE VIEW shadow.pg_tables AS SELECT email AS tablename FROM vault.person;

-- Masked by what stands beside them.
CREATE TABLE vault.guest (id int PRIMARY KEY, owner int, land text, given text, mail text, memo text, arrived date);
INSERT INTO vault.guest
SELECT n, 1 + n % 4, (ARRAY['FR', 'DE'])[1 + (n + vault.moved()) % 2], vault.token('given', n), vault.token('mail', n) || '@canary.test',
    vault.token('memo', n), date '80123-01-17' + 1931 * n + vault.moved()
FROM generate_series(1, 12) n;
CREATE VIEW vault.v_guest AS SELECT g.id AS number, g.owner AS host, g.arrived AS since, g.given, g.mail FROM vault.guest g;
CREATE VIEW vault.v_arrival AS SELECT arrived FROM vault.guest;

SELECT lo_from_bytea(4711, convert_to(vault.token('email', 1), 'UTF8'));
ANALYZE;
-- from 18
CREATE TABLE vault.spoken (id int PRIMARY KEY, word text, loud text GENERATED ALWAYS AS (upper(word)) VIRTUAL);
INSERT INTO vault.spoken SELECT n, vault.token('spoken', n) FROM generate_series(1, 4) n;
-- from any
