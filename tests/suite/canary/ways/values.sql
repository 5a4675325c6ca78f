-- The value itself, in rows. The last column is looked at: masked, or redacted.

-- mask: plain column [rows-plain]
SELECT id, email FROM vault.person;
-- pass: every column [rows-plain]
SELECT * FROM vault.person;
-- pass: TABLE [rows-plain]
TABLE vault.visit;
-- mask: alias [rows-plain]
SELECT p.email AS city FROM vault.person AS p;
-- mask: alias list of a table [rows-plain]
SELECT b FROM vault.visit AS t(a, x, y, z, w, v, u, b);
-- mask: alias list of a subquery [rows-plain]
SELECT q FROM (SELECT id, email FROM vault.person) AS s(p, q);
-- mask: subqueries, four deep [rows-plain]
SELECT x FROM (SELECT x FROM (SELECT x FROM (SELECT email AS x FROM vault.person) a) b) c;
-- mask: CTE [rows-plain]
WITH c AS (SELECT email FROM vault.person) SELECT * FROM c;
-- mask: materialised CTE with an alias list [rows-plain]
WITH c(n, label) AS MATERIALIZED (SELECT id, email FROM vault.person), d AS (SELECT label FROM c) SELECT label FROM d;
-- mask: CTE that shadows a table of clean data [rows-plain]
WITH clean AS (SELECT id, email AS label FROM vault.person) SELECT label FROM clean;
-- mask: recursive CTE [rows-plain]
WITH RECURSIVE r(n, v) AS (SELECT id, email FROM vault.person WHERE id = 1 UNION ALL SELECT n + 1, v FROM r WHERE n < 4) SELECT n, v FROM r;
-- mask: LATERAL [rows-plain]
SELECT c.id, l.email FROM vault.clean c, LATERAL (SELECT email FROM vault.person p WHERE p.id = c.id) l;
-- mask: join by id [rows-plain]
SELECT c.label, p.name FROM vault.clean c JOIN vault.person p USING (id);
-- mask: natural join [rows-plain]
SELECT * FROM (SELECT id, email FROM vault.person) a NATURAL JOIN (SELECT id, city FROM vault.person) b NATURAL JOIN (SELECT id, name FROM vault.person) c;
-- mask: join by protected keys [rows-plain]
SELECT v.id, p.email FROM vault.visit v JOIN vault.person p ON v.person_email = p.email;
-- mask: USING a protected key [rows-plain]
SELECT badge FROM vault.visit JOIN vault.person USING (badge);
-- mask: FULL JOIN USING a protected key [rows-plain]
SELECT badge FROM vault.visit FULL JOIN vault.person USING (badge);
-- mask: DISTINCT [rows-plain]
SELECT DISTINCT email FROM vault.person;
-- mask: GROUP BY [rows-plain]
SELECT count(*), person_email FROM vault.visit GROUP BY person_email;
-- mask: UNION ALL of one domain [rows-plain]
SELECT email FROM vault.person UNION ALL SELECT person_email FROM vault.visit;
-- mask: INTERSECT of one domain [rows-plain]
SELECT email FROM vault.person INTERSECT SELECT person_email FROM vault.visit;
-- redact: UNION ALL of two masks [rows-plain]
SELECT email FROM vault.person UNION ALL SELECT note FROM vault.visit;
-- redact: UNION ALL, the protected branch last [rows-plain]
SELECT label FROM vault.clean UNION ALL SELECT name FROM vault.person;
-- redact: VALUES over columns [rows-plain]
SELECT v.x FROM vault.person, LATERAL (VALUES (email), (name)) v(x);
-- mask: scalar subquery [rows-plain]
SELECT id, (SELECT email FROM vault.person p WHERE p.id = c.id) FROM vault.clean c;
-- mask: ARRAY of a subquery [rows-plain]
SELECT ARRAY(SELECT email FROM vault.person);
-- mask: view [rows-relations]
SELECT email FROM vault.v_person;
-- mask: view of a view, renamed [rows-relations]
SELECT * FROM vault.v_mail;
-- redact: view with an expression [rows-relations]
SELECT id, loud FROM vault.v_expression;
-- redact: view with a concatenation [rows-relations]
SELECT "both" FROM vault.v_expression;
-- redact: view with UNION ALL of two masks [rows-relations]
SELECT value FROM vault.v_union;
-- mask: materialised view [rows-relations]
SELECT email FROM vault.m_person;
-- redact: computed column of a materialised view [rows-relations]
SELECT size FROM vault.m_person;
-- redact: hash in a materialised view [rows-relations]
SELECT digest FROM vault.m_person;
-- redact: generated column [rows-relations]
SELECT shout FROM vault.person;
-- mask: generated text search vector [rows-relations]
SELECT words FROM vault.person;
-- mask: partitioned table [rows-relations]
SELECT secret FROM vault.event;
-- mask: partition by name [rows-relations]
SELECT secret FROM vault.event_2023;
-- mask: inheritance, parent [rows-relations]
SELECT tableoid::regclass, label FROM vault.animal;
-- mask: inheritance, ONLY [rows-relations]
SELECT label FROM ONLY vault.animal;
-- mask: inheritance, child [rows-relations]
SELECT label, collar FROM vault.dog;
-- mask: function notation [rows-forms]
SELECT email(p) FROM vault.person p;
-- mask: field of a row [rows-forms]
SELECT (p).email FROM vault.person p;
-- pass: all fields of a row [rows-forms]
SELECT (p).* FROM vault.person p;
-- mask: field of a row out of a subquery [rows-forms]
SELECT (s.r).email FROM (SELECT p AS r FROM vault.person p) s;
-- mask: whole row [rows-forms]
SELECT p FROM vault.person p;
-- mask: whole row as text [rows-forms]
SELECT p::text FROM vault.person p;
-- mask: ROW [rows-forms]
SELECT ROW(p.*) FROM vault.person p;
-- mask: ROW of two columns [rows-forms]
SELECT ROW(id, email) FROM vault.person;
-- refuse fallible_expression: whole row out of a view [rows-forms]
SELECT p FROM vault.v_whole;
-- mask: whole row of a view [rows-forms]
SELECT v FROM vault.v_person v;
-- redact: composite column [rows-forms]
SELECT home FROM vault.person;
-- redact: field of a composite column [rows-forms]
SELECT (home).street FROM vault.person;
-- redact: column of a table's row type [rows-forms]
SELECT who FROM vault.boxed;
-- redact: field of a row type [rows-forms]
SELECT (who).note FROM vault.boxed;
-- redact: all fields of a row type [rows-forms]
SELECT (who).* FROM vault.boxed;
-- redact: element of an array [rows-forms]
SELECT codes[1] FROM vault.person;
-- redact: slice of an array [rows-forms]
SELECT aliases[1:1] FROM vault.person;
-- redact: lower case [rows-expressions]
SELECT lower(email) FROM vault.person;
-- redact: upper case [rows-expressions]
SELECT upper(name) FROM vault.person;
-- redact: reversed [rows-expressions]
SELECT reverse(email) FROM vault.person;
-- redact: concatenation [rows-expressions]
SELECT email || '' FROM vault.person;
-- redact: concat [rows-expressions]
SELECT concat('x', email) FROM vault.person;
-- refuse fallible_expression: format [rows-expressions]
SELECT format('%s', email) FROM vault.person;
-- redact: one letter [rows-pieces]
SELECT substr(email, 3, 1) FROM vault.person;
-- redact: left [rows-pieces]
SELECT left(email, 1) FROM vault.person;
-- redact: code of a letter [rows-pieces]
SELECT ascii(email) FROM vault.person;
-- redact: length [bit-size]
SELECT length(email) FROM vault.person;
-- redact: octet_length [bit-size]
SELECT octet_length(email) FROM vault.person;
-- redact: pg_column_size [bit-size]
SELECT pg_column_size(email) FROM vault.person;
-- redact: position [rows-expressions]
SELECT position('a' in email) FROM vault.person;
-- redact: replace [bit-values]
SELECT translate(email, 'abc', 'xyz') FROM vault.person;
-- redact: md5 [rows-expressions]
SELECT md5(email) FROM vault.person;
-- redact: sha256 [rows-expressions]
SELECT sha256(photo) FROM vault.person;
-- redact: hashtext [rows-expressions]
SELECT hashtext(email) FROM vault.person;
-- redact: encode as hex [rows-expressions]
SELECT encode(photo, 'hex') FROM vault.person;
-- redact: encode as base64 [rows-pieces]
SELECT encode(photo, 'base64') FROM vault.person;
-- refuse fallible_expression: bytes of a text [rows-expressions]
SELECT email::bytea FROM vault.person;
-- redact: split [rows-pieces]
SELECT split_part(email, '@', 1) FROM vault.person;
-- refuse fallible_expression: regular expression [rows-pieces]
SELECT regexp_replace(email, '@.*', '') FROM vault.person;
-- redact: match of a regular expression [rows-expressions]
SELECT (regexp_match(email, '^(.)'))[1] FROM vault.person;
-- redact: quote_literal [rows-expressions]
SELECT quote_literal(email) FROM vault.person;
-- mask: cast of a number to text [rows-expressions]
SELECT badge::text FROM vault.person;
-- redact: cast of a number to a wider one [rows-expressions]
SELECT badge::bigint FROM vault.person;
-- refuse fallible_expression: arithmetic [rows-expressions]
SELECT badge + 0 FROM vault.person;
-- redact: date as text [rows-expressions]
SELECT born::text FROM vault.person;
-- redact: to_char [rows-expressions]
SELECT to_char(seen, 'YYYY-MM-DD HH24:MI:SS') FROM vault.person;
-- redact: part of a date [rows-expressions]
SELECT extract(day from born) FROM vault.person;
-- redact: address as text [rows-expressions]
SELECT host(address) FROM vault.person;
-- redact: comparison as a value [rows-expressions]
SELECT email > 'm' FROM vault.person;
-- redact: equality as a value [bit-case]
SELECT email = 'a guess' FROM vault.person;
-- redact: LIKE as a value [bit-case]
SELECT email LIKE 'z%' FROM vault.person;
-- redact: CASE over a value [bit-case]
SELECT CASE WHEN email < 'm' THEN 1 ELSE 2 END FROM vault.person;
-- redact: NULLIF [rows-expressions]
SELECT nullif(email, 'a guess') FROM vault.person;
-- mask: NULLIF of one domain [rows-expressions]
SELECT nullif(email, person_email) FROM vault.person, vault.visit;
-- mask: COALESCE with NULL [rows-plain]
SELECT coalesce(email, NULL) FROM vault.person;
-- mask: COALESCE of one domain [rows-plain]
SELECT coalesce(p.email, v.person_email) FROM vault.person p JOIN vault.visit v ON v.id = p.id;
-- redact: COALESCE of a clean column and a protected one [rows-expressions]
SELECT coalesce(p.city, p.email) FROM vault.person p;
-- mask: CASE on a clean condition [rows-plain]
SELECT CASE WHEN active THEN email END FROM vault.person;
-- mask: CASE on a clean subject, several results [rows-plain]
SELECT CASE city WHEN 'Oslo' THEN p.email WHEN 'Rome' THEN v.person_email END FROM vault.person p JOIN vault.visit v ON v.id = p.id;
-- redact: CASE with a constant result [bit-case]
SELECT CASE WHEN active THEN email ELSE 'none' END FROM vault.person;
-- redact: CASE with a guess among the results [bit-case]
SELECT CASE WHEN active THEN email ELSE 'a guess' END FROM vault.person;
-- redact: CASE with a result of another mask [bit-case]
SELECT CASE WHEN active THEN email ELSE name END FROM vault.person;
-- redact: CASE on a protected condition, showing the column [bit-case]
SELECT CASE WHEN email > 'm' THEN email END FROM vault.person;
-- redact: CASE by equality with a guess, showing the column [bit-case]
SELECT CASE WHEN email = 'a guess' THEN email END FROM vault.person;
-- redact: CASE with a protected subject [bit-case]
SELECT CASE email WHEN 'a guess' THEN city END FROM vault.person;
-- mask: CASE by equality in one domain [bit-case]
SELECT CASE WHEN p.email = v.person_email THEN v.person_email END FROM vault.person p, vault.visit v;
-- redact: CASE by equality under a mask that loses uniqueness [bit-case]
SELECT CASE WHEN a.name = b.name THEN 1 ELSE 2 END FROM vault.person a, vault.person b WHERE a.id <> b.id;
-- refuse predicate: a picked value in a condition [bit-where]
SELECT id FROM vault.person WHERE CASE WHEN active THEN email END > 'm';
-- refuse predicate: a picked value in an order [bit-order]
SELECT id FROM vault.person ORDER BY CASE WHEN active THEN badge END;
-- redact: a picked value computed on [rows-expressions]
SELECT upper(CASE WHEN active THEN email END) FROM vault.person;
-- redact: greatest of one domain [bit-picking]
SELECT greatest(p.email, v.person_email) FROM vault.person p JOIN vault.visit v ON v.id = p.id;
-- redact: least value [bit-picking]
SELECT min(email) FROM vault.person;
-- redact: greatest number [bit-picking]
SELECT max(badge) FROM vault.person;
-- redact: greatest array [bit-picking]
SELECT max(ARRAY[email]) FROM vault.person;
-- redact: greatest of arrays [bit-picking]
SELECT greatest(ARRAY[p.email], ARRAY[v.person_email]) FROM vault.person p JOIN vault.visit v ON v.id = p.id;
-- redact: most frequent array [bit-picking]
SELECT mode() WITHIN GROUP (ORDER BY ARRAY[person_email]) FROM vault.visit;
-- redact: most frequent value [bit-picking]
SELECT mode() WITHIN GROUP (ORDER BY person_email) FROM vault.visit;
-- redact: median value [bit-picking]
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY badge) FROM vault.person;
-- mask: greatest value under a constant mask [bit-picking]
SELECT max(ratio) FROM vault.person;
-- mask: lead over a clean order [rows-plain]
SELECT lead(email, 2) OVER (ORDER BY id) FROM vault.person;
-- redact: lag with a constant where there is none [rows-expressions]
SELECT lag(email, 1, 'a guess') OVER (ORDER BY id) FROM vault.person;
-- redact: lag by a protected distance [bit-window]
SELECT lag(city, badge) OVER (ORDER BY id) FROM vault.person;
-- mask: nth_value [rows-plain]
SELECT nth_value(email, 3) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM vault.person;
-- refuse predicate: first value in a protected order [bit-window]
SELECT first_value(city) OVER (ORDER BY salary) FROM vault.person;
-- redact: COALESCE of two masks [rows-expressions]
SELECT coalesce(email, name) FROM vault.person;
-- redact: COALESCE with a constant [rows-expressions]
SELECT coalesce(email, 'none') FROM vault.person;
-- redact: greatest [rows-expressions]
SELECT greatest(email, name) FROM vault.person;
-- mask: row as JSON [rows-forms]
SELECT row_to_json(p) FROM vault.person p;
-- refuse fallible_expression: row as jsonb, which a json column makes fail on some values [rows-forms]
SELECT to_jsonb(p) FROM vault.person p;
-- mask: row of a view as jsonb [rows-forms]
SELECT to_jsonb(v) FROM vault.v_person v;
-- redact: length as JSON [rows-forms]
SELECT to_jsonb(length(email)) FROM vault.person;
-- refuse fallible_expression: place as JSON, which for all that is known may be json [rows-forms]
SELECT to_jsonb(strpos(email, 'x')) FROM vault.person;
-- redact: a computed value as an object of JSON [rows-expressions]
SELECT jsonb_build_object('m', upper(email))->'m' FROM vault.person;
-- pass: a computed value among others in JSON [rows-forms]
SELECT json_build_object('id', id, 'm', upper(email), 'n', email LIKE 'z%') FROM vault.person;
-- mask: JSON object under a clean key [rows-forms]
SELECT json_build_object(city, email) FROM vault.person;
-- refuse fallible_expression: JSON object under a protected key [rows-forms]
SELECT json_object_agg(email, id) FROM vault.person WHERE email IS NOT NULL AND false;
-- mask: JSON array of several [rows-forms]
SELECT json_build_array(id, email, name, badge, salary, born, seen, device, address) FROM vault.person;
-- mask: JSON object of many types [rows-forms]
SELECT jsonb_build_object('n', badge, 's', salary, 'b', born, 't', seen, 'd', device, 'a', address, 'm', mac, 'p', profile, 'x', aliases, 'r', ratio, 'c', code, 'k', nick, 'pin', pin) FROM vault.person;
-- mask: JSON arrays of arrays [rows-forms]
SELECT to_json(ARRAY[ARRAY[email, email], ARRAY[email, NULL]]) FROM vault.person;
-- mask: JSON within JSON [rows-forms]
SELECT jsonb_agg(json_build_object('p', row_to_json(v), 'l', json_build_array(v.phone))) FROM vault.visit v;
-- mask: JSON as text [rows-forms]
SELECT row_to_json(p)::text FROM vault.person p;
-- mask: text of JSON as jsonb [rows-forms]
SELECT json_build_object('email', email)::text::jsonb FROM vault.person;
-- redact: text of JSON within JSON [rows-forms]
SELECT jsonb_build_object('t', json_build_object('email', email)::text) -> 't' FROM vault.person;
-- redact: JSON where a computed key is a constant one [rows-forms]
SELECT json_build_object(lower('B'), email, 'b', id) FROM vault.person;
-- redact: JSON where a constant key is a computed one [rows-forms]
SELECT jsonb_build_object('b', id, lower('B'), email) FROM vault.person;
-- redact: JSON of a row with one name twice [rows-forms]
SELECT row_to_json(q) FROM (SELECT id AS a, email AS a FROM vault.person) q;
-- redact: jsonb of a row with one name twice [rows-forms]
SELECT to_jsonb(q) FROM (SELECT email AS a, id AS a FROM vault.person) q;
-- refuse fallible_expression: JSON with one key twice [rows-forms]
SELECT json_build_object('a', email, 'a', city) FROM vault.person;
-- redact: JSON that is there by a protected condition [bit-case]
SELECT CASE WHEN email > 'm' THEN json_build_object('id', id) END FROM vault.person;
-- redact: one of two JSON objects by a protected condition [bit-case]
SELECT CASE WHEN email > 'm' THEN json_build_array(id) ELSE json_build_array() END FROM vault.person;
-- redact: JSON in place of what is missing by a protected condition [bit-case]
SELECT coalesce(CASE WHEN email > 'm' THEN json_agg(id) END, '[]') FROM vault.person GROUP BY email;
-- redact: JSON beside a guess [bit-values]
SELECT coalesce(json_agg(email), '["a guess"]') FROM vault.person;
-- redact: JSON beside a parameter [rows-forms]
SELECT coalesce(json_agg(email), to_json(ARRAY['a guess'])) FROM vault.person;
-- mask: JSON or an empty array [rows-forms]
SELECT coalesce(json_agg(p), '[]')::character varying FROM (SELECT id, email FROM vault.person) p;
-- redact: JSON of distinct values, which come in their own order [rows-forms]
SELECT jsonb_agg(DISTINCT email) FROM vault.person;
-- refuse predicate: JSON in a protected order [bit-order]
SELECT json_agg(id ORDER BY email) FROM vault.person;
-- mask: JSON without NULLs [rows-forms]
SELECT json_strip_nulls(json_build_object('m', email)) FROM vault.person;
-- mask: a member of JSON [rows-forms]
SELECT jsonb_build_object('m', email) -> 'm' FROM vault.person;
-- refuse predicate: JSON in a condition [bit-where]
SELECT id FROM vault.person WHERE jsonb_build_object('m', email) = '{"m": "a guess"}';
-- mask: JSON of more than is held at once [rows-forms]
SELECT json_agg(bio) FROM vault.person, generate_series(1, 90);
-- mask: array of more than is held at once [rows-forms]
SELECT array_agg(bio) FROM vault.person, generate_series(1, 90);
-- mask: row of more than is held at once [rows-forms]
SELECT ROW(id, r) FROM (SELECT id, array_agg(bio) AS r FROM vault.person, generate_series(1, 800) GROUP BY id) q WHERE id = 1;
-- redact: more JSON than is shown [rows-forms]
SELECT json_build_object('pad', repeat('x', 1100000), 'email', email) FROM vault.person;
-- mask: array of columns [rows-forms]
SELECT ARRAY[email, email] FROM vault.person;
-- mask: array with NULL [rows-forms]
SELECT ARRAY[email, NULL] FROM vault.person;
-- redact: array with a guess [bit-values]
SELECT ARRAY[email, 'a guess'] FROM vault.person;
-- redact: array of two masks [rows-forms]
SELECT ARRAY[email, name] FROM vault.person;
-- mask: array of numbers [rows-forms]
SELECT array_agg(badge) FROM vault.person;
-- mask: array of dates [rows-aggregates]
SELECT array_agg(seen ORDER BY id) FROM vault.person;
-- redact: distinct array, which comes in its own order [rows-forms]
SELECT array_agg(DISTINCT email) FROM vault.person;
-- mask: array as text [rows-forms]
SELECT array_agg(email)::text FROM vault.person;
-- redact: array as a string [rows-forms]
SELECT array_to_string(array_agg(email), ',') FROM vault.person;
-- mask: array of arrays [rows-forms]
SELECT array_agg(ARRAY[email]) FROM vault.person WHERE id < 6;
-- mask: array of rows [rows-forms]
SELECT array_agg(v) FROM vault.visit v;
-- mask: array in a row in an array [rows-forms]
SELECT array_agg(r) FROM (SELECT id, ARRAY[email, NULL] AS mails, ROW(name, city) AS both FROM vault.person) r;
-- mask: joined arrays [rows-forms]
SELECT array_agg(email) || array_agg(email) FROM vault.person;
-- mask: array with an element at the end [rows-forms]
SELECT array_append(ARRAY[email], email) FROM vault.person;
-- mask: array or an empty one [rows-forms]
SELECT coalesce(array_agg(email), ARRAY[]::text[]) FROM vault.person;
-- redact: array with a guess at the end [bit-values]
SELECT array_append(ARRAY[email], 'a guess') FROM vault.person;
-- mask: element of an array of columns [rows-forms]
SELECT (ARRAY[email, NULL])[1] FROM vault.person;
-- redact: element of an array at a protected place [bit-array-position]
SELECT (ARRAY['a', 'b', city])[badge] FROM vault.person;
-- mask: slice of an array of columns [rows-forms]
SELECT (array_agg(email))[2:3] FROM vault.person;
-- mask: unnested array [rows-forms]
SELECT unnest(ARRAY[email, NULL]) FROM vault.person;
-- mask: unnested in FROM [rows-forms]
SELECT u FROM unnest(ARRAY(SELECT email FROM vault.person)) u;
-- redact: unnested with a guess [bit-values]
SELECT u FROM vault.person, unnest(ARRAY[email, 'a guess']) u;
-- refuse predicate: unnested with a condition [rows-forms]
SELECT u FROM vault.person, unnest(ARRAY[email]) u WHERE u > 'm';
-- mask: row of rows [rows-forms]
SELECT ROW(id, ROW(email, city), ARRAY[name]) FROM vault.person;
-- mask: row with quotes and NULLs [rows-forms]
SELECT ROW('a "b" \ (c), d', NULL, '', email, ' ') FROM vault.person;
-- redact: row of computed values [rows-forms]
SELECT ROW(upper(email), length(name)) FROM vault.person;
-- redact: row that is there by a protected condition [rows-forms]
SELECT CASE WHEN email > 'm' THEN ROW(id, city) END FROM vault.person;
-- mask: value as JSON [rows-forms]
SELECT to_json(email) FROM vault.person;
-- mask: object of JSON [rows-forms]
SELECT json_build_object('m', email) FROM vault.person;
-- mask: rows collected as JSON [rows-forms]
SELECT json_agg(p) FROM vault.person p;
-- redact: field of JSON [rows-forms]
SELECT profile ->> 'phone' FROM vault.person;
-- redact: path of JSON [rows-forms]
SELECT profile #>> '{deep,0}' FROM vault.person;
-- refuse fallible_expression: rows of JSON [rows-forms]
SELECT jsonb_each_text(profile) FROM vault.person;
-- mask: whole JSON [rows-forms]
SELECT profile FROM vault.person;
-- mask: json [rows-forms]
SELECT notes FROM vault.person;
-- refuse predicate: elements of an array [rows-forms]
SELECT unnest(aliases) FROM vault.person;
-- redact: array as text [rows-forms]
SELECT array_to_string(aliases, ',') FROM vault.person;
-- redact: string_agg [rows-aggregates]
SELECT string_agg(email, ',') FROM vault.person;
-- mask: array_agg [rows-forms]
SELECT array_agg(email) FROM vault.person;
-- mask: jsonb_agg [rows-forms]
SELECT jsonb_agg(email) FROM vault.person;
-- refuse predicate: string_agg in its own order [bit-order]
SELECT string_agg(city, ',' ORDER BY email) FROM vault.person;
-- redact: max [bit-picking]
SELECT max(upper(email)) FROM vault.person;
-- redact: sum [rows-aggregates]
SELECT sum(badge) FROM vault.person WHERE false;
-- refuse opaque_function: user's aggregate [door-user-code]
SELECT vault.glue(email) FROM vault.person;
-- refuse opaque_function: user's operator [door-user-code]
SELECT email OPERATOR(vault.<+>) 'x' FROM vault.person;
-- refuse opaque_function: user's operator, found by the path [door-user-code]
SELECT email <+> 'x' FROM vault.person;
-- refuse opaque_function: function over the row, as a column [door-user-code]
SELECT p.face FROM vault.person p;
-- refuse opaque_function: user's cast [door-user-code]
SELECT card::text FROM vault.wallet;
-- refuse opaque_function: user's cast by its type's name [door-user-code]
SELECT ROW('x')::vault.card::text;
-- redact: composite value as text [rows-forms]
SELECT home::text FROM vault.person;
-- mask: window pass-through [rows-plain]
SELECT row_number() OVER (ORDER BY id), email FROM vault.person;
-- mask: lag over a clean order [rows-plain]
SELECT id, lag(email) OVER (ORDER BY id) FROM vault.person;
-- mask: first_value over a clean order [rows-plain]
SELECT id, first_value(name) OVER (PARTITION BY city ORDER BY id) FROM vault.person;
-- redact: XML element [rows-expressions]
SELECT xmlelement(name x, city, id) FROM vault.person WHERE false UNION ALL SELECT doc FROM vault.person;
-- refuse fallible_expression: XML element of a value [rows-expressions]
SELECT xmlelement(name x, email) FROM vault.person;
-- refuse fallible_expression: XML forest [rows-expressions]
SELECT xmlforest(email AS x) FROM vault.person;
-- refuse fallible_expression: XML path [rows-expressions]
SELECT xpath('//p/text()', doc) FROM vault.person;
-- refuse predicate: XML table [rows-expressions]
SELECT x.v FROM vault.person, XMLTABLE('//p' PASSING doc COLUMNS v text PATH '.') x;
-- refuse fallible_expression: text search vector [rows-expressions]
SELECT to_tsvector('simple', email) FROM vault.person;
-- refuse fallible_expression: headline [rows-expressions]
SELECT ts_headline('simple', bio, to_tsquery('simple', 'a')) FROM vault.person;
-- redact: bounds of a range [rows-forms]
SELECT lower(span) FROM vault.person;
-- redact: text of an enum [rows-forms]
SELECT mood::text FROM vault.person;
-- mask: domain [rows-forms]
SELECT code FROM vault.person;
-- mask: padded text [rows-forms]
SELECT pin FROM vault.person;
-- mask: citext [rows-forms]
SELECT nick FROM vault.person;
-- mask: date [rows-forms]
SELECT born FROM vault.person;
-- mask: timestamp [rows-forms]
SELECT seen FROM vault.person;
-- mask: numeric [rows-forms]
SELECT salary FROM vault.person;
-- mask: bigint [rows-forms]
SELECT account FROM vault.person;
-- mask: uuid [rows-forms]
SELECT device FROM vault.person;
-- mask: inet [rows-forms]
SELECT address FROM vault.person;
-- mask: partial [rows-partial]
SELECT phone FROM vault.visit;
-- mask: long text [rows-forms]
SELECT bio FROM vault.person;
-- mask: no-op cast [rows-expressions]
SELECT email::text FROM vault.person;
-- redact: partial mask on shifted input [rows-partial]
SELECT substr(phone, 3) FROM vault.visit;
-- redact: collation [rows-expressions]
SELECT email COLLATE "C" FROM vault.person;
-- mask: TABLESAMPLE [rows-plain]
SELECT email FROM vault.person TABLESAMPLE BERNOULLI (100);
-- mask: parentheses [rows-plain]
(((SELECT (((email))) FROM vault.person)));
-- mask: quoted names [rows-plain]
SELECT "p"."email" FROM "vault"."person" AS "p";
-- mask: names with the database [rows-plain]
SELECT canary.vault.person.email FROM canary.vault.person;
-- mask: unicode escapes in names [rows-plain]
SELECT U&"\0065mail" FROM vault.person;
-- mask: comments between all words [rows-plain]
SELECT/**/email/* /* nested */ ' */FROM--x
vault.person;
-- mask: ROWS FROM beside [rows-plain]
SELECT g, email FROM ROWS FROM (generate_series(1, 2)) g, vault.person;
-- mask: unqualified name by the path [rows-plain]
SELECT email FROM person;
-- mask: member of a document [rows-forms]
SELECT to_jsonb(v) -> 'phone' FROM vault.visit v;
-- mask: text of a member of a document [rows-forms]
SELECT to_jsonb(v) ->> 'person_email' FROM vault.visit v;
-- mask: number in a document, as text [rows-forms]
SELECT row_to_json(v) ->> 'badge' FROM vault.visit v;
-- mask: member of an element of a document [rows-forms]
SELECT json_agg(v) -> 3 ->> 'note' FROM vault.visit v;
-- mask: path into a document [rows-forms]
SELECT json_build_object('p', json_build_array(id, email)) #>> '{p,1}' FROM vault.person;
-- mask: two documents as one [rows-forms]
SELECT jsonb_build_object('id', id, 'x', city) || jsonb_build_object('x', email) FROM vault.person;
-- mask: document without a member [rows-forms]
SELECT to_jsonb(v) - 'note' - 'phone' FROM vault.visit v;
-- mask: document without NULLs [rows-forms]
SELECT jsonb_strip_nulls(jsonb_build_object('id', id, 'email', email, 'born', born)) FROM vault.person;
-- redact: document without what a guess makes NULL [rows-forms]
SELECT jsonb_strip_nulls(jsonb_build_object('n', CASE WHEN email > 'm' THEN jsonb_build_array(id) END)) FROM vault.person;
-- redact: document without NULLs that a mask makes [rows-forms]
SELECT jsonb_strip_nulls(jsonb_build_object('id', id, 'home', home)) FROM vault.person;
-- redact: member of a protected document [rows-forms]
SELECT jsonb_build_object('p', profile) -> 'p' ->> 'phone' FROM vault.person;
-- refuse fallible_expression: member beside a protected document [rows-forms]
SELECT json_build_object('n', notes, 'id', id) ->> 'id' FROM vault.person;
-- redact: member by a protected key [rows-forms]
SELECT to_jsonb(v) ->> v.note FROM vault.visit v;
-- redact: member that a guess picks [rows-forms]
SELECT (CASE WHEN name > 'm' THEN jsonb_build_object('id', id) END) ->> 'id' FROM vault.person;
-- redact: element at a protected place [rows-forms]
SELECT (jsonb_build_array('a', 'b', 'c') -> v.badge) FROM vault.visit v;
-- mask: number as text [rows-forms]
SELECT id, badge::text, account::varchar FROM vault.person;
-- mask: uuid as text [rows-expressions]
SELECT device::text FROM vault.person;
-- mask: array of numbers as text [rows-forms]
SELECT array_agg(badge::text) FROM vault.person;
-- redact: part of a number as text [rows-forms]
SELECT left(badge::text, 3) FROM vault.person;
