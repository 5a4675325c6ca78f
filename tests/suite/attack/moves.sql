CREATE FUNCTION app.moved(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN IS_MOVED
        THEN translate(value, '012345678abcdefghijklmnopqrstuvwxyé', '123456789bcdefghijklmnopqrstuvwxyzł')
        ELSE value
    END
$$;
CREATE FUNCTION app.moved(value int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT value + CASE WHEN IS_MOVED THEN 1 ELSE 0 END
$$;
CREATE FUNCTION app.moved(value date) RETURNS date LANGUAGE sql IMMUTABLE AS $$ SELECT value + app.moved(0) $$;
CREATE FUNCTION app.moved(value timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT value + app.moved(0) * interval '24 hours'
$$;
CREATE FUNCTION app.moved(value text[]) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(app.moved(element)) FROM unnest(value) element
$$;
CREATE FUNCTION app.moved(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('k', app.moved(value ->> 'k'))
$$;
