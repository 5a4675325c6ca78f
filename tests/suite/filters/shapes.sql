CREATE SCHEMA a;
CREATE SCHEMA "B b";
CREATE DOMAIN a.code AS text CHECK (VALUE <> '');

CREATE TABLE a.region (id text COLLATE "C" PRIMARY KEY);
INSERT INTO a.region SELECT chr(97 + i) FROM generate_series(0, 9) i;

-- To itself, and to another by a domain of another collation.
CREATE TABLE a.tree (id int8 PRIMARY KEY, up int4 REFERENCES a.tree, region a.code COLLATE "POSIX" REFERENCES a.region,
    twice int8 GENERATED ALWAYS AS (id * 2) STORED, gone int);
ALTER TABLE a.tree DROP COLUMN gone;
INSERT INTO a.tree (id, up, region) SELECT i, nullif(i / 3, 0), CASE WHEN i % 4 > 0 THEN chr(97 + i % 10) END
FROM generate_series(1, 60) i;

-- A cycle of two, and one row that refers to itself.
CREATE TABLE a.p (id int PRIMARY KEY, q int, tree int REFERENCES a.tree);
CREATE TABLE a.q (id int PRIMARY KEY, p int REFERENCES a.p DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE a.p ADD FOREIGN KEY (q) REFERENCES a.q DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO a.p SELECT i, CASE WHEN i % 3 > 0 THEN (i * 5) % 15 + 1 END, CASE WHEN i % 2 = 0 THEN i END FROM generate_series(1, 15) i;
INSERT INTO a.q SELECT i, CASE WHEN i % 4 > 0 THEN (i * 7) % 15 + 1 END FROM generate_series(1, 15) i;
COMMIT;

-- Two columns, some of them NULL; MATCH FULL; to itself by two columns; to a key that is not the primary one.
CREATE TABLE a.comp (x int, y text, PRIMARY KEY (x, y), z int UNIQUE, up_x int, up_y text, FOREIGN KEY (up_x, up_y) REFERENCES a.comp);
INSERT INTO a.comp SELECT i % 6, 'y' || i, i, CASE WHEN i > 6 THEN (i - 6) % 6 END, CASE WHEN i > 3 THEN 'y' || (i - 6) END
FROM generate_series(1, 24) i WHERE i > 6 OR true;
CREATE TABLE a.comp_child (id int PRIMARY KEY, x int, y varchar(20), note text, FOREIGN KEY (x, y) REFERENCES a.comp,
    fx int, fy text, FOREIGN KEY (fx, fy) REFERENCES a.comp MATCH FULL, z int REFERENCES a.comp (z));
INSERT INTO a.comp_child SELECT i, CASE WHEN i % 5 > 0 THEN i % 24 % 6 END, 'y' || i % 24, CASE WHEN i % 2 = 0 THEN 'note ' || i END,
    CASE WHEN i % 3 = 0 THEN i % 24 % 6 END, CASE WHEN i % 3 = 0 THEN 'y' || i % 24 END, nullif(i % 9, 0)
FROM generate_series(1, 40) i WHERE i % 24 > 0;

-- Partitions and partitions of partitions, with a key of the whole and one of a part, referred to as a whole and in part.
CREATE TABLE a.event (id int, at date, tree int8 NOT NULL REFERENCES a.tree, p int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE a.event_1 PARTITION OF a.event FOR VALUES FROM ('2024-01-01') TO ('2024-03-01');
CREATE TABLE a.event_2 (p int, at date NOT NULL, tree int8 NOT NULL, id int NOT NULL);
ALTER TABLE a.event ATTACH PARTITION a.event_2 FOR VALUES FROM ('2024-03-01') TO ('2024-05-01');
CREATE TABLE a.event_3 PARTITION OF a.event FOR VALUES FROM ('2024-05-01') TO ('2024-07-01') PARTITION BY LIST (id);
CREATE TABLE a.event_3a PARTITION OF a.event_3 FOR VALUES IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20);
CREATE TABLE a.event_3b PARTITION OF a.event_3 DEFAULT;
ALTER TABLE a.event_2 ADD FOREIGN KEY (p) REFERENCES a.p;
ALTER TABLE a.event_3 ADD FOREIGN KEY (p) REFERENCES a.q;
INSERT INTO a.event SELECT i, '2024-01-01'::date + (i * 4), 1 + i % 30, CASE WHEN i % 3 > 0 THEN 1 + i % 15 END
FROM generate_series(1, 40) i;
CREATE TABLE a.remark (event int, at date, FOREIGN KEY (event, at) REFERENCES a.event ON DELETE CASCADE, text text);
INSERT INTO a.remark SELECT id, at, 'on ' || id FROM a.event WHERE id % 2 = 0;
INSERT INTO a.remark VALUES (NULL, '2024-01-01', 'half'), (NULL, NULL, 'none');
CREATE TABLE a.of_2 (event int, at date, FOREIGN KEY (event, at) REFERENCES a.event_2);
INSERT INTO a.of_2 SELECT id, at FROM a.event_2 WHERE id % 3 = 0;

-- Heirs: keys are not inherited, neither way.
CREATE TABLE a.base (id int PRIMARY KEY, tree int8 REFERENCES a.tree);
CREATE TABLE a.heir (extra text, PRIMARY KEY (id), FOREIGN KEY (tree) REFERENCES a.tree) INHERITS (a.base);
CREATE TABLE a.other_heir () INHERITS (a.base);
INSERT INTO a.base SELECT i, i FROM generate_series(1, 8) i;
INSERT INTO a.heir SELECT i, i + 1, 'x' FROM generate_series(5, 12) i;
INSERT INTO a.other_heir SELECT i, i FROM generate_series(1, 20) i;
CREATE TABLE a.of_base (base int REFERENCES a.base, heir int REFERENCES a.heir);
INSERT INTO a.of_base SELECT 1 + i % 8, 5 + i % 8 FROM generate_series(1, 20) i;

-- Names.
CREATE TABLE "B b"."Tä""ble" ("r" int PRIMARY KEY, "x1" text, "k0 ö" int8 REFERENCES a.tree, "i" int REFERENCES "B b"."Tä""ble",
    "WHERE" text, "%s'\" text);
INSERT INTO "B b"."Tä""ble" SELECT i, E'line\nbreak\t' || i, nullif(i % 10, 0), nullif(i / 2, 0), '\.', NULL FROM generate_series(1, 12) i;
CREATE TABLE "B b"."x0" ("o" int, "a0" int REFERENCES "B b"."Tä""ble", w int, n int, y text, s int, q int, p int, c int, b int);
INSERT INTO "B b"."x0" SELECT i, 1 + i % 12 FROM generate_series(1, 30) i;
CREATE TABLE "B b".tree (id int PRIMARY KEY, up int REFERENCES "B b".tree);
INSERT INTO "B b".tree SELECT i, nullif(i - 1, 0) FROM generate_series(1, 12) i;

-- Without a key, with rows that are the same, and with a key that some rows do not meet.
CREATE TABLE a.loose (tree int8, text text);
INSERT INTO a.loose SELECT 1 + i % 8, 'same' FROM generate_series(1, 40) i;
INSERT INTO a.loose VALUES (999, 'of nothing');
ALTER TABLE a.loose ADD FOREIGN KEY (tree) REFERENCES a.tree NOT VALID;

-- Two keys to one table; a row may be kept by one and lost by the other.
CREATE TABLE a.pair (one int8 REFERENCES a.tree, other int8 REFERENCES a.tree);
INSERT INTO a.pair SELECT 1 + i % 11, 1 + i % 13 FROM generate_series(1, 60) i;

-- Partitions of which one is elsewhere and cannot be read.
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
CREATE TABLE a.mixed (id int, at int, tree int8) PARTITION BY LIST (at);
CREATE TABLE a.mixed_1 PARTITION OF a.mixed FOR VALUES IN (1);
CREATE FOREIGN TABLE a.mixed_2 PARTITION OF a.mixed FOR VALUES IN (2) SERVER far;
ALTER TABLE a.mixed_1 ADD FOREIGN KEY (tree) REFERENCES a.tree;
INSERT INTO a.mixed_1 SELECT i, 1, i FROM generate_series(1, 20) i;

-- from 18
CREATE TABLE a.price (article int4range, valid daterange, PRIMARY KEY (article, valid WITHOUT OVERLAPS));
INSERT INTO a.price SELECT int4range(i, i + 1), daterange('2024-01-01', '2024-02-01') FROM generate_series(1, 9) i;
CREATE TABLE a.sold (article int4range, valid daterange, FOREIGN KEY (article, PERIOD valid) REFERENCES a.price (article, PERIOD valid));
INSERT INTO a.sold SELECT article, valid FROM a.price WHERE lower(article) < 8;
-- from any

CREATE TABLE a.alone (id int);
INSERT INTO a.alone SELECT generate_series(1, 5);
CREATE TABLE a.nothing ();
INSERT INTO a.nothing DEFAULT VALUES;
INSERT INTO a.nothing DEFAULT VALUES;
CREATE MATERIALIZED VIEW a.counted AS SELECT count(*) FROM a.tree;
CREATE VIEW a.seen AS SELECT id FROM a.tree;

GRANT USAGE ON SCHEMA a, "B b" TO pgveil_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA a, "B b" TO pgveil_reader;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA a, "B b" TO pgveil_reader;
