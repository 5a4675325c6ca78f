-- Values of other lengths, sizes, magnitudes and signs, in the same order and as unique.
CREATE FUNCTION app.moved(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE value
        WHEN 'alice' THEN 'alice' || repeat('ö', 300)
        WHEN 'bob' THEN 'b'
        WHEN 'carol' THEN 'carol' || repeat(' 字', 3000)
        WHEN 'dave' THEN 'dave' || repeat('x', 1200000)
        WHEN 'frank' THEN 'frank' || (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 2000) n)
        WHEN 'josé' THEN 'jose'
        WHEN 'secret of alice' THEN ''
        WHEN 'secret of bob' THEN (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 20000) n)
        WHEN 'secret of dave' THEN E'\t\n\\N "quoted", ''and'' \u2028 \U0001F600'
        ELSE value || ' '
    END
$$;
CREATE FUNCTION app.moved(value int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT value * 10000019 - 50000000 $$;
CREATE FUNCTION app.moved(value date) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN value < '1980-05-01' THEN '-infinity'
        WHEN value < '1980-08-01' THEN date '4000-01-01 BC'
        WHEN value > '1981-11-01' THEN 'infinity'
        ELSE value + 300000
    END
$$;
CREATE FUNCTION app.moved(value timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN value < '1990-06-25' THEN timestamptz '4000-01-01 00:00:00.000001+00 BC'
        WHEN value > '1990-10-10' THEN 'infinity'
        ELSE value + interval '12345 hours 1 microsecond'
    END
$$;
CREATE FUNCTION app.moved(value text[]) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT value || value || ARRAY[NULL, '', 'a "b", {c}']
$$;
CREATE FUNCTION app.moved(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_array(value, 1e30, repeat('x', 5000))
$$;
