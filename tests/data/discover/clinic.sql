-- Names that say little or mislead, other languages, values inside documents, arrays and texts.
CREATE SCHEMA "Praxis";
CREATE DOMAIN mailbox AS text;
CREATE TABLE "Praxis"."Patienten" (
    id bigint PRIMARY KEY, "Nachname" text, "Vorname" text, geburtsdatum date, f1 text, f2 mailbox, f3 text, f4 text,
    f5 inet, f6 text[], data jsonb, diagnosis text, religion text, gehalt numeric, bild bytea, avatar bytea,
    latitude float8, longitude float8, email_verified boolean, phone_confirmed_at timestamptz, remark text);
INSERT INTO "Praxis"."Patienten"
SELECT n, 'Keller', 'Ana', date '1960-01-01' + n::int * 97, '+49 30 ' || 1000000 + n, 'p' || n || '@example.de',
       'DE' || lpad((98 - mod((lpad(n::text, 18, '370400440') || '131400')::numeric, 97))::text, 2, '0') || lpad(n::text, 18, '370400440'),
       '$2b$12$' || repeat('abcdefghijklmnopqrstuvwxyz', 2), '10.1.2.3',
       ARRAY['q' || n || '@example.de', 'r' || n || '@example.de'],
       jsonb_build_object('kontakt', jsonb_build_object('email', 'd' || n || '@example.de'), 'n', n),
       'J45', 'none', 3000 + n, '\x00', '\x00', 52.5, 13.4, true, now(),
       CASE WHEN n % 5 = 0 THEN 'asked to be called at +4930123456' || n % 10 || ' in the evening' ELSE 'came on time and was in good spirits' END
FROM generate_series(1, 40) n;
CREATE TABLE stock (id int, name text, address_id int, ip_rating text, version text, card_type text, token_count int,
    created_on date, notes text, hotel text, description text, email_template text);
INSERT INTO stock SELECT n, 'Bolt M' || n, n, 'IP' || n, '1.2.' || n, 'visa', n, now(), 'keep it in a dry place please',
    'none', 'a bolt of steel for wooden frames', 'welcome' FROM generate_series(1, 40) n;
COMMENT ON COLUMN stock.hotel IS 'where the telephone number of the seller was';
