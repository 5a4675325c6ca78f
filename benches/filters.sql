-- 50 tables of 20,000 rows, each with foreign keys to two others; every tenth refers to itself; some form a cycle.
-- What docs/performance.md tells of row filters was measured on it: psql -f benches/filters.sql.
DO $$
DECLARE i int; refs text; j int;
BEGIN
  FOR i IN 0..49 LOOP
    refs := '';
    IF i > 0 THEN
      FOR j IN 1..least(i, 2) LOOP
        refs := refs || format(', f%s int REFERENCES t%s', j, (i * 7 + j * 13) % i);
      END LOOP;
    END IF;
    IF i % 10 = 3 THEN refs := refs || format(', up int REFERENCES t%s', i); END IF;
    EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, name text, at timestamptz, amount numeric%s)', i, refs);
    EXECUTE format('INSERT INTO t%s SELECT g, md5(g::text), now() - g * interval ''1 minute'', g * 1.5 %s %s FROM generate_series(1, 20000) g', i,
      CASE WHEN i = 0 THEN '' WHEN i = 1 THEN ', 1 + (g * 31) % 20000' ELSE ', 1 + (g * 31) % 20000, nullif(1 + (g * 17) % 20001, 20001)' END,
      CASE WHEN i % 10 = 3 THEN ', nullif(g / 4, 0)' ELSE '' END);
  END LOOP;
END $$;
-- A cycle.
ALTER TABLE t2 ADD back int REFERENCES t9;
UPDATE t2 SET back = id % 100 + 1;
ANALYZE;
