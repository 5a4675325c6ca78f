CREATE TABLE customer (
    id integer PRIMARY KEY,
    born date,
    joined timestamptz NOT NULL,
    first_name text,
    last_name varchar(40),
    email varchar(50),
    login text UNIQUE NOT NULL,
    country char(2),
    city text,
    region text,
    nation text,
    postal varchar(12),
    vip boolean,
    note text,
    history date[],
    filler text
);
INSERT INTO customer
SELECT n, '1950-01-01'::date + n * 97, '2020-01-01 00:00:00+00'::timestamptz + n * interval '7 hours 13 minutes 1.5 seconds',
    (ARRAY['Ada', 'Grace', 'Jean-Luc', 'Åsa', NULL])[1 + n % 5], 'Nachname' || n % 50, 'person' || n || '@corp.example', 'login' || n,
    (ARRAY['FR', 'DE', 'JP', NULL])[1 + n % 4], (ARRAY['Paris', 'Berlin', 'Sasebo', 'Paris'])[1 + n % 4],
    'Region ' || n % 4, (ARRAY['France', 'Germany', 'Japan', 'Texas'])[1 + n % 4], '1000' || n % 4,
    n % 3 = 0, 'secret note of ' || n, ARRAY['2001-02-03'::date], repeat('f', n % 7)
FROM generate_series(1, 200) n;

CREATE TABLE rental (
    rental_id serial PRIMARY KEY,
    customer_id bigint REFERENCES customer (id),
    rental_date timestamp(3),
    due date
);
INSERT INTO rental (customer_id, rental_date, due)
SELECT nullif(1 + n % 201, 201), c.born + n * interval '1 hour 1.25 seconds', c.born + n
FROM generate_series(1, 600) n LEFT JOIN customer c ON c.id = nullif(1 + n % 201, 201);

-- Inherits, with its columns in another order.
CREATE TABLE base_visit (id integer, customer_id integer, day date);
CREATE TABLE old_visit (place text, day date, customer_id integer, id integer) ;
ALTER TABLE old_visit INHERIT base_visit;
INSERT INTO base_visit SELECT n, 1 + n % 200, c.born FROM generate_series(1, 100) n JOIN customer c ON c.id = 1 + n % 200;
INSERT INTO old_visit SELECT 'x', c.born + 1, 1 + n % 200, n FROM generate_series(101, 200) n JOIN customer c ON c.id = 1 + n % 200;

CREATE VIEW person AS SELECT c.id AS who, c.born AS birthday, c.email, c.first_name, c.last_name FROM customer c WHERE c.filler <> '';
CREATE VIEW person_date AS SELECT born AS birthday FROM customer;
CREATE MATERIALIZED VIEW stay AS SELECT r.due, r.customer_id, c.born, c.id FROM rental r JOIN customer c ON c.id = r.customer_id;
