-- Rows for the schema of the oracle. Each protected cell holds a token that stands nowhere else.
SET search_path = app, public;
CREATE FUNCTION pg_temp.token(what text, n int) RETURNS text LANGUAGE sql AS $$ SELECT 'zq' || substr(md5(what || n), 1, 14) $$;
INSERT INTO customers SELECT n, pg_temp.token('email', n) || '@canary.test', pg_temp.token('name', n), CASE WHEN n <> 3 THEN pg_temp.token('phone', n) END,
    7000000000000 + 400000007::bigint * n, ARRAY[pg_temp.token('tag', n), pg_temp.token('tag', n + 100)],
    ROW(pg_temp.token('street', n), pg_temp.token('zip', n))::address, jsonb_build_object('k', pg_temp.token('meta', n)),
    nullif(n - 1, 0), 'good', 'note ' || n % 2
FROM generate_series(1, 3) n;
INSERT INTO orders SELECT n, 1 + n % 3, pg_temp.token('email', 1 + n % 3) || '@canary.test', 10 * n, 'note ' || n, 'c' || n FROM generate_series(1, 4) n;
INSERT INTO plain SELECT n, 'a' || n, 'note ' || n, n, ROW('s' || n, 'z')::address FROM generate_series(1, 3) n;
INSERT INTO twin SELECT n, pg_temp.token('twin', n) FROM generate_series(1, 2) n;
INSERT INTO events SELECT n, date '2018-01-01' + 400 * n, pg_temp.token('name', n), 'note ' || n FROM generate_series(1, 4) n;
INSERT INTO vips SELECT n, pg_temp.token('email', n) || '@canary.test', pg_temp.token('name', n), pg_temp.token('phone', n),
    7000000000000 + 400000007::bigint * n, NULL, NULL, NULL, 1, 'bad', 'note', n
FROM generate_series(11, 12) n;
REFRESH MATERIALIZED VIEW mv;
REFRESH MATERIALIZED VIEW mv_far;
ANALYZE;
