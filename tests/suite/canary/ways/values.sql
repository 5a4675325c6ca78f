-- The value itself, in rows. The last column is looked at: masked, or redacted.

-- mask: plain column
SELECT id, email FROM vault.person;
-- pass: every column
SELECT * FROM vault.person;
-- pass: TABLE
TABLE vault.visit;
-- mask: alias
SELECT p.email AS city FROM vault.person AS p;
-- mask: alias list of a table
SELECT b FROM vault.visit AS t(a, x, y, z, w, v, u, b);
-- mask: alias list of a subquery
SELECT q FROM (SELECT id, email FROM vault.person) AS s(p, q);
-- mask: subqueries, four deep
SELECT x FROM (SELECT x FROM (SELECT x FROM (SELECT email AS x FROM vault.person) a) b) c;
-- mask: CTE
WITH c AS (SELECT email FROM vault.person) SELECT * FROM c;
-- mask: materialised CTE with an alias list
WITH c(n, label) AS MATERIALIZED (SELECT id, email FROM vault.person), d AS (SELECT label FROM c) SELECT label FROM d;
-- mask: CTE that shadows a table of clean data
WITH clean AS (SELECT id, email AS label FROM vault.person) SELECT label FROM clean;
-- mask: recursive CTE
WITH RECURSIVE r(n, v) AS (SELECT id, email FROM vault.person WHERE id = 1 UNION ALL SELECT n + 1, v FROM r WHERE n < 4) SELECT n, v FROM r;
-- mask: LATERAL
SELECT c.id, l.email FROM vault.clean c, LATERAL (SELECT email FROM vault.person p WHERE p.id = c.id) l;
-- mask: join by id
SELECT c.label, p.name FROM vault.clean c JOIN vault.person p USING (id);
-- mask: natural join
SELECT * FROM (SELECT id, email FROM vault.person) a NATURAL JOIN (SELECT id, city FROM vault.person) b NATURAL JOIN (SELECT id, name FROM vault.person) c;
-- mask: join by protected keys
SELECT v.id, p.email FROM vault.visit v JOIN vault.person p ON v.person_email = p.email;
-- mask: USING a protected key
SELECT badge FROM vault.visit JOIN vault.person USING (badge);
-- mask: FULL JOIN USING a protected key
SELECT badge FROM vault.visit FULL JOIN vault.person USING (badge);
-- mask: DISTINCT
SELECT DISTINCT email FROM vault.person;
-- mask: GROUP BY
SELECT count(*), person_email FROM vault.visit GROUP BY person_email;
-- mask: UNION ALL of one domain
SELECT email FROM vault.person UNION ALL SELECT person_email FROM vault.visit;
-- mask: INTERSECT of one domain
SELECT email FROM vault.person INTERSECT SELECT person_email FROM vault.visit;
-- redact: UNION ALL of two masks
SELECT email FROM vault.person UNION ALL SELECT note FROM vault.visit;
-- redact: UNION ALL, the protected branch last
SELECT label FROM vault.clean UNION ALL SELECT name FROM vault.person;
-- redact: VALUES over columns
SELECT v.x FROM vault.person, LATERAL (VALUES (email), (name)) v(x);
-- mask: scalar subquery
SELECT id, (SELECT email FROM vault.person p WHERE p.id = c.id) FROM vault.clean c;
-- redact: ARRAY of a subquery
SELECT ARRAY(SELECT email FROM vault.person);
-- mask: view
SELECT email FROM vault.v_person;
-- mask: view of a view, renamed
SELECT * FROM vault.v_mail;
-- redact: view with an expression
SELECT id, loud FROM vault.v_expression;
-- redact: view with a concatenation
SELECT "both" FROM vault.v_expression;
-- redact: view with UNION ALL of two masks
SELECT value FROM vault.v_union;
-- mask: materialised view
SELECT email FROM vault.m_person;
-- redact: computed column of a materialised view
SELECT size FROM vault.m_person;
-- redact: hash in a materialised view
SELECT digest FROM vault.m_person;
-- redact: generated column
SELECT shout FROM vault.person;
-- mask: generated text search vector
SELECT words FROM vault.person;
-- mask: partitioned table
SELECT secret FROM vault.event;
-- mask: partition by name
SELECT secret FROM vault.event_2023;
-- mask: inheritance, parent
SELECT tableoid::regclass, label FROM vault.animal;
-- mask: inheritance, ONLY
SELECT label FROM ONLY vault.animal;
-- mask: inheritance, child
SELECT label, collar FROM vault.dog;
-- mask: function notation
SELECT email(p) FROM vault.person p;
-- mask: field of a row
SELECT (p).email FROM vault.person p;
-- pass: all fields of a row
SELECT (p).* FROM vault.person p;
-- mask: field of a row out of a subquery
SELECT (s.r).email FROM (SELECT p AS r FROM vault.person p) s;
-- redact: whole row
SELECT p FROM vault.person p;
-- redact: whole row as text
SELECT p::text FROM vault.person p;
-- redact: ROW
SELECT ROW(p.*) FROM vault.person p;
-- redact: ROW of two columns
SELECT ROW(id, email) FROM vault.person;
-- refuse fallible_expression: whole row out of a view
SELECT p FROM vault.v_whole;
-- redact: whole row of a view
SELECT v FROM vault.v_person v;
-- redact: composite column
SELECT home FROM vault.person;
-- redact: field of a composite column
SELECT (home).street FROM vault.person;
-- redact: column of a table's row type
SELECT who FROM vault.boxed;
-- redact: field of a row type
SELECT (who).note FROM vault.boxed;
-- redact: all fields of a row type
SELECT (who).* FROM vault.boxed;
-- redact: element of an array
SELECT codes[1] FROM vault.person;
-- redact: slice of an array
SELECT aliases[1:1] FROM vault.person;
-- redact: lower case
SELECT lower(email) FROM vault.person;
-- redact: upper case
SELECT upper(name) FROM vault.person;
-- redact: reversed
SELECT reverse(email) FROM vault.person;
-- redact: concatenation
SELECT email || '' FROM vault.person;
-- redact: concat
SELECT concat('x', email) FROM vault.person;
-- refuse fallible_expression: format
SELECT format('%s', email) FROM vault.person;
-- redact: one letter
SELECT substr(email, 3, 1) FROM vault.person;
-- redact: left
SELECT left(email, 1) FROM vault.person;
-- redact: code of a letter
SELECT ascii(email) FROM vault.person;
-- redact: length
SELECT length(email) FROM vault.person;
-- redact: octet_length
SELECT octet_length(email) FROM vault.person;
-- redact: pg_column_size
SELECT pg_column_size(email) FROM vault.person;
-- redact: position
SELECT position('a' in email) FROM vault.person;
-- redact: replace
SELECT translate(email, 'abc', 'xyz') FROM vault.person;
-- redact: md5
SELECT md5(email) FROM vault.person;
-- redact: sha256
SELECT sha256(photo) FROM vault.person;
-- redact: hashtext
SELECT hashtext(email) FROM vault.person;
-- redact: encode as hex
SELECT encode(photo, 'hex') FROM vault.person;
-- redact: encode as base64
SELECT encode(photo, 'base64') FROM vault.person;
-- refuse fallible_expression: bytes of a text
SELECT email::bytea FROM vault.person;
-- redact: split
SELECT split_part(email, '@', 1) FROM vault.person;
-- refuse fallible_expression: regular expression
SELECT regexp_replace(email, '@.*', '') FROM vault.person;
-- redact: match of a regular expression
SELECT (regexp_match(email, '^(.)'))[1] FROM vault.person;
-- redact: quote_literal
SELECT quote_literal(email) FROM vault.person;
-- redact: cast of a number to text
SELECT badge::text FROM vault.person;
-- redact: cast of a number to a wider one
SELECT badge::bigint FROM vault.person;
-- refuse fallible_expression: arithmetic
SELECT badge + 0 FROM vault.person;
-- redact: date as text
SELECT born::text FROM vault.person;
-- redact: to_char
SELECT to_char(seen, 'YYYY-MM-DD HH24:MI:SS') FROM vault.person;
-- redact: part of a date
SELECT extract(day from born) FROM vault.person;
-- redact: address as text
SELECT host(address) FROM vault.person;
-- redact: uuid as text
SELECT device::text FROM vault.person;
-- redact: comparison as a value
SELECT email > 'm' FROM vault.person;
-- redact: equality as a value
SELECT email = 'a guess' FROM vault.person;
-- redact: LIKE as a value
SELECT email LIKE 'z%' FROM vault.person;
-- redact: CASE over a value
SELECT CASE WHEN email < 'm' THEN 1 ELSE 2 END FROM vault.person;
-- redact: NULLIF
SELECT nullif(email, 'a guess') FROM vault.person;
-- redact: COALESCE with NULL
SELECT coalesce(email, NULL) FROM vault.person;
-- redact: COALESCE of two masks
SELECT coalesce(email, name) FROM vault.person;
-- redact: COALESCE with a constant
SELECT coalesce(email, 'none') FROM vault.person;
-- redact: greatest
SELECT greatest(email, name) FROM vault.person;
-- redact: row as JSON
SELECT row_to_json(p) FROM vault.person p;
-- refuse fallible_expression: row as jsonb, with json in it
SELECT to_jsonb(p) FROM vault.person p;
-- redact: row as jsonb
SELECT to_jsonb(v) FROM vault.visit v;
-- redact: value as JSON
SELECT to_json(email) FROM vault.person;
-- refuse fallible_expression: object of JSON
SELECT json_build_object('m', email) FROM vault.person;
-- redact: rows collected as JSON
SELECT json_agg(p) FROM vault.person p;
-- redact: field of JSON
SELECT profile ->> 'phone' FROM vault.person;
-- redact: path of JSON
SELECT profile #>> '{deep,0}' FROM vault.person;
-- refuse fallible_expression: rows of JSON
SELECT jsonb_each_text(profile) FROM vault.person;
-- mask: whole JSON
SELECT profile FROM vault.person;
-- mask: json
SELECT notes FROM vault.person;
-- refuse predicate: elements of an array
SELECT unnest(aliases) FROM vault.person;
-- redact: array as text
SELECT array_to_string(aliases, ',') FROM vault.person;
-- redact: string_agg
SELECT string_agg(email, ',') FROM vault.person;
-- redact: array_agg
SELECT array_agg(email) FROM vault.person;
-- redact: jsonb_agg
SELECT jsonb_agg(email) FROM vault.person;
-- refuse predicate: string_agg in its own order
SELECT string_agg(city, ',' ORDER BY email) FROM vault.person;
-- redact: max
SELECT max(upper(email)) FROM vault.person;
-- refuse fallible_expression: sum
SELECT sum(badge) FROM vault.person WHERE false;
-- refuse opaque_function: user's aggregate
SELECT vault.glue(email) FROM vault.person;
-- refuse opaque_function: user's operator
SELECT email OPERATOR(vault.<+>) 'x' FROM vault.person;
-- refuse opaque_function: user's operator, found by the path
SELECT email <+> 'x' FROM vault.person;
-- refuse opaque_function: user's function
SELECT vault.join_texts(email, '') FROM vault.person;
-- refuse opaque_function: function over the row, as a column
SELECT p.face FROM vault.person p;
-- refuse opaque_function: user's cast
SELECT card::text FROM vault.wallet;
-- refuse opaque_function: user's cast by its type's name
SELECT ROW('x')::vault.card::text;
-- redact: composite value as text
SELECT home::text FROM vault.person;
-- mask: window pass-through
SELECT row_number() OVER (ORDER BY id), email FROM vault.person;
-- redact: lag over a clean order
SELECT id, lag(email) OVER (ORDER BY id) FROM vault.person;
-- redact: first_value over a clean order
SELECT id, first_value(name) OVER (PARTITION BY city ORDER BY id) FROM vault.person;
-- redact: XML element
SELECT xmlelement(name x, city, id) FROM vault.person WHERE false UNION ALL SELECT doc FROM vault.person;
-- refuse fallible_expression: XML element of a value
SELECT xmlelement(name x, email) FROM vault.person;
-- refuse fallible_expression: XML forest
SELECT xmlforest(email AS x) FROM vault.person;
-- refuse fallible_expression: XML path
SELECT xpath('//p/text()', doc) FROM vault.person;
-- refuse predicate: XML table
SELECT x.v FROM vault.person, XMLTABLE('//p' PASSING doc COLUMNS v text PATH '.') x;
-- refuse fallible_expression: text search vector
SELECT to_tsvector('simple', email) FROM vault.person;
-- refuse fallible_expression: headline
SELECT ts_headline('simple', bio, to_tsquery('simple', 'a')) FROM vault.person;
-- redact: bounds of a range
SELECT lower(span) FROM vault.person;
-- redact: text of an enum
SELECT mood::text FROM vault.person;
-- mask: domain
SELECT code FROM vault.person;
-- mask: padded text
SELECT pin FROM vault.person;
-- mask: citext
SELECT nick FROM vault.person;
-- mask: date
SELECT born FROM vault.person;
-- mask: timestamp
SELECT seen FROM vault.person;
-- mask: numeric
SELECT salary FROM vault.person;
-- mask: bigint
SELECT account FROM vault.person;
-- mask: uuid
SELECT device FROM vault.person;
-- mask: inet
SELECT address FROM vault.person;
-- mask: partial
SELECT phone FROM vault.visit;
-- mask: long text
SELECT bio FROM vault.person;
-- mask: no-op cast
SELECT email::text FROM vault.person;
-- redact: partial mask on shifted input
SELECT substr(phone, 3) FROM vault.visit;
-- redact: collation
SELECT email COLLATE "C" FROM vault.person;
-- mask: TABLESAMPLE
SELECT email FROM vault.person TABLESAMPLE BERNOULLI (100);
-- mask: parentheses
(((SELECT (((email))) FROM vault.person)));
-- mask: quoted names
SELECT "p"."email" FROM "vault"."person" AS "p";
-- mask: names with the database
SELECT canary.vault.person.email FROM canary.vault.person;
-- mask: unicode escapes in names
SELECT U&"\0065mail" FROM vault.person;
-- mask: comments between all words
SELECT/**/email/* /* nested */ ' */FROM--x
vault.person;
-- mask: ROWS FROM beside
SELECT g, email FROM ROWS FROM (generate_series(1, 2)) g, vault.person;
-- mask: unqualified name by the path
SELECT email FROM person;
