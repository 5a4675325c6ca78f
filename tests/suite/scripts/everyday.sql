-- What people type into psql over a day. Run direct and through pgveil; not one byte may differ.

-- psql's own questions to the catalog
\l
\dn+
\dt
\dt+ public.*
\d
\d customer
\d+ film
\d+ payment
\d+ payment_p2022_01
\d+ customer_list
\d+ rental_by_category
\di
\ds
\dv
\dm
\df public.*
\df+ inventory_in_stock
\da public.*
\dT
\dT+ mpaa_rating
\dD
\du
\dp customer
\ddp
\dx
\dy
\dRp
\des
\dL
\dO
\do =
\dc pg_catalog.utf*
\dC
\db
\dconfig work_mem
\drds
\dF
\dA
\sf inventory_in_stock
\sv customer_list
\dt nothing_like_this
\z actor

-- rows of every kind
SELECT 1;
SELECT 1 AS one, 'two' AS two, NULL AS nothing, true, 1.50::numeric, 'x'::char(5), now() IS NOT NULL AS clock;
SELECT * FROM customer ORDER BY customer_id LIMIT 10;
SELECT * FROM film ORDER BY film_id LIMIT 5;
SELECT * FROM film WHERE film_id = 1 \gx
TABLE language;
VALUES (1, 'a'), (2, 'b'), (3, NULL);
SELECT customer_id, first_name || ' ' || last_name AS name, length(email) FROM customer WHERE email LIKE 'MARY%';
SELECT rating, count(*), avg(length)::numeric(6, 2), min(title), max(title) FROM film GROUP BY rating ORDER BY rating;
SELECT c.city, count(*) FROM address a JOIN city c USING (city_id) GROUP BY c.city HAVING count(*) > 1 ORDER BY 1;
SELECT title, rank() OVER (PARTITION BY rating ORDER BY length DESC, title) FROM film ORDER BY title LIMIT 20;
SELECT name FROM category UNION SELECT name FROM language ORDER BY name;
SELECT name FROM category EXCEPT SELECT 'Action' INTERSECT SELECT 'Drama' ORDER BY name;
WITH RECURSIVE t (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 100) SELECT sum(n) FROM t;
SELECT special_features, special_features[1], cardinality(special_features) FROM film ORDER BY film_id LIMIT 5;
SELECT fulltext FROM film WHERE fulltext @@ to_tsquery('fate & india') ORDER BY film_id;
SELECT row_to_json(a), to_jsonb(a) FROM actor a ORDER BY actor_id LIMIT 3;
SELECT jsonb_build_object('a', 1, 'b', ARRAY[1, 2, 3]) -> 'b' -> 0, '{"x": {"y": "z"}}'::jsonb #>> '{x,y}';
SELECT a, (a).first_name FROM actor a ORDER BY actor_id LIMIT 3;
SELECT date_trunc('month', payment_date) AS month, sum(amount) FROM payment GROUP BY 1 ORDER BY 1;
SELECT customer_id, sum(amount) FROM payment GROUP BY GROUPING SETS ((customer_id), ()) ORDER BY 2 DESC LIMIT 5;
SELECT count(*) FILTER (WHERE amount > 5), percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FROM payment;
SELECT * FROM rental_by_category ORDER BY category;
SELECT * FROM customer_list ORDER BY id LIMIT 5;
SELECT inventory_in_stock(1), film_in_stock(1, 1);
SELECT regexp_replace('Łódź, 東京, Ωmega', '(\w+)', '<\1>', 'g'), E'tab\tand\\', U&'\0441\043B\043E\043D', $q$it's$q$;
SELECT '\xdeadbeef'::bytea, 'infinity'::timestamptz, interval '1 mon 2 days', '10.0.0.0/8'::cidr, '{1,NULL,3}'::int[];
SELECT generate_series(1, 3) AS g, unnest(ARRAY['a', 'b']) AS u;
SELECT current_user, session_user, current_database(), current_schema, current_setting('server_encoding');
SELECT string_agg(x::text, '') FROM generate_series(1, 2000) AS x;
SELECT;
;
SELECT 1 \; SELECT 2 \; SELECT 3;

-- variables, conditions, formats
\set id 5
SELECT title FROM film WHERE film_id = :id;
SELECT 'a' AS first, 'b' AS second \gset
\echo :first :second
\if true
SELECT 'in the branch';
\else
SELECT 'not here';
\endif
\pset format csv
SELECT * FROM category ORDER BY category_id;
\pset format html
SELECT 1 AS "<tag>", '&';
\pset format aligned
\x on
SELECT * FROM store ORDER BY store_id;
\x off
\t on
SELECT count(*) FROM film;
\t off
SELECT title, rating FROM film WHERE film_id < 4 \crosstabview title rating film_id
SELECT rating, store_id, count(*) FROM film JOIN inventory USING (film_id) GROUP BY 1, 2 ORDER BY 1, 2 \crosstabview
SELECT 'SELECT ' || i FROM generate_series(1, 3) i \gexec
SELECT first_name, email FROM customer \gdesc
\set FETCH_COUNT 7
SELECT actor_id, last_name FROM actor ORDER BY actor_id LIMIT 30;
\unset FETCH_COUNT

-- transactions, savepoints, cursors, prepared statements
BEGIN;
SELECT count(*) FROM store;
SAVEPOINT a;
SELECT 1 / 0;
SELECT 'ignored until the rollback';
ROLLBACK TO a;
SELECT 'well again';
RELEASE a;
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SHOW transaction_isolation;
DECLARE c SCROLL CURSOR FOR SELECT film_id, title FROM film ORDER BY film_id;
FETCH 3 FROM c;
FETCH BACKWARD 1 FROM c;
MOVE FORWARD 10 IN c;
FETCH ABSOLUTE 100 FROM c;
FETCH LAST FROM c;
CLOSE c;
ROLLBACK;
COMMIT;
ROLLBACK;
START TRANSACTION;
ABORT;
PREPARE byid (int) AS SELECT title FROM film WHERE film_id = $1;
EXECUTE byid (3);
EXECUTE byid (NULL);
EXECUTE byid ('x');
EXECUTE nothing (1);
DEALLOCATE byid;
DEALLOCATE ALL;

-- COPY out
COPY category TO STDOUT;
COPY category (category_id, name) TO STDOUT (FORMAT csv, HEADER, QUOTE '''', FORCE_QUOTE (name));
COPY (SELECT film_id, title, rental_rate FROM film ORDER BY 1 LIMIT 10) TO STDOUT WITH (DELIMITER '|', NULL 'nil');
\copy (SELECT store_id FROM store ORDER BY 1) TO STDOUT

-- settings
SHOW server_encoding;
SHOW standard_conforming_strings;
SET statement_timeout = '30s';
SHOW statement_timeout;
SET DateStyle = 'German, DMY';
SELECT date '2022-02-03', timestamp '2022-02-03 04:05:06';
RESET DateStyle;
SET TIME ZONE 'Asia/Tokyo';
SELECT timestamptz '2022-02-03 04:05:06+00';
RESET TIME ZONE;
SET LOCAL work_mem = '8MB';
SET client_encoding = 'LATIN1';
SELECT 'é' AS latin;
SELECT 'こ' AS impossible;
SET client_encoding = 'UTF8';
SET work_mem = 'lots';

-- plans
EXPLAIN (COSTS OFF) SELECT * FROM film WHERE film_id = 1;
EXPLAIN (COSTS OFF, FORMAT json) SELECT count(*) FROM payment WHERE payment_date < '2022-02-01';
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) SELECT count(*) FROM actor;

-- errors, with every field
\set VERBOSITY verbose
SELECT * FROM nowhere;
SELECT nothing FROM film;
SELECT 1 / 0;
SELEC 1;
SELECT 'unfinished;
';
SELECT 'x'::int;
SELECT to_date('2022-99-99', 'YYYY-MM-DD');
SELECT nofunction(1);
SELECT title FROM film WHERE film_id = ANY (ARRAY['a']);
SELECT '{"a":'::json;
SELECT (SELECT actor_id FROM actor);
\errverbose
\set VERBOSITY sqlstate
SELECT * FROM nowhere;
\set VERBOSITY default
LOCK TABLE film IN ACCESS SHARE MODE;
DISCARD ALL;
SELECT 'done' AS everyday;
