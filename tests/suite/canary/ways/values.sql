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
-- mask: ARRAY of a subquery
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
-- mask: whole row
SELECT p FROM vault.person p;
-- mask: whole row as text
SELECT p::text FROM vault.person p;
-- mask: ROW
SELECT ROW(p.*) FROM vault.person p;
-- mask: ROW of two columns
SELECT ROW(id, email) FROM vault.person;
-- refuse fallible_expression: whole row out of a view
SELECT p FROM vault.v_whole;
-- mask: whole row of a view
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
-- mask: cast of a number to text
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
-- mask: NULLIF of one domain
SELECT nullif(email, person_email) FROM vault.person, vault.visit;
-- mask: COALESCE with NULL
SELECT coalesce(email, NULL) FROM vault.person;
-- mask: COALESCE of one domain
SELECT coalesce(p.email, v.person_email) FROM vault.person p JOIN vault.visit v ON v.id = p.id;
-- redact: COALESCE of a clean column and a protected one
SELECT coalesce(p.city, p.email) FROM vault.person p;
-- mask: CASE on a clean condition
SELECT CASE WHEN active THEN email END FROM vault.person;
-- mask: CASE on a clean subject, several results
SELECT CASE city WHEN 'Oslo' THEN p.email WHEN 'Rome' THEN v.person_email END FROM vault.person p JOIN vault.visit v ON v.id = p.id;
-- redact: CASE with a constant result
SELECT CASE WHEN active THEN email ELSE 'none' END FROM vault.person;
-- redact: CASE with a guess among the results
SELECT CASE WHEN active THEN email ELSE 'a guess' END FROM vault.person;
-- redact: CASE with a result of another mask
SELECT CASE WHEN active THEN email ELSE name END FROM vault.person;
-- redact: CASE on a protected condition, showing the column
SELECT CASE WHEN email > 'm' THEN email END FROM vault.person;
-- redact: CASE by equality with a guess, showing the column
SELECT CASE WHEN email = 'a guess' THEN email END FROM vault.person;
-- redact: CASE with a protected subject
SELECT CASE email WHEN 'a guess' THEN city END FROM vault.person;
-- mask: CASE by equality in one domain
SELECT CASE WHEN p.email = v.person_email THEN v.person_email END FROM vault.person p, vault.visit v;
-- redact: CASE by equality under a mask that loses uniqueness
SELECT CASE WHEN a.name = b.name THEN 1 ELSE 2 END FROM vault.person a, vault.person b WHERE a.id <> b.id;
-- refuse predicate: a picked value in a condition
SELECT id FROM vault.person WHERE CASE WHEN active THEN email END > 'm';
-- refuse predicate: a picked value in an order
SELECT id FROM vault.person ORDER BY CASE WHEN active THEN badge END;
-- redact: a picked value computed on
SELECT upper(CASE WHEN active THEN email END) FROM vault.person;
-- redact: greatest of one domain
SELECT greatest(p.email, v.person_email) FROM vault.person p JOIN vault.visit v ON v.id = p.id;
-- redact: least value
SELECT min(email) FROM vault.person;
-- redact: greatest number
SELECT max(badge) FROM vault.person;
-- redact: greatest array
SELECT max(ARRAY[email]) FROM vault.person;
-- redact: greatest of arrays
SELECT greatest(ARRAY[p.email], ARRAY[v.person_email]) FROM vault.person p JOIN vault.visit v ON v.id = p.id;
-- redact: most frequent array
SELECT mode() WITHIN GROUP (ORDER BY ARRAY[person_email]) FROM vault.visit;
-- redact: most frequent value
SELECT mode() WITHIN GROUP (ORDER BY person_email) FROM vault.visit;
-- redact: median value
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY badge) FROM vault.person;
-- mask: greatest value under a constant mask
SELECT max(ratio) FROM vault.person;
-- mask: lead over a clean order
SELECT lead(email, 2) OVER (ORDER BY id) FROM vault.person;
-- redact: lag with a constant where there is none
SELECT lag(email, 1, 'a guess') OVER (ORDER BY id) FROM vault.person;
-- redact: lag by a protected distance
SELECT lag(city, badge) OVER (ORDER BY id) FROM vault.person;
-- mask: nth_value
SELECT nth_value(email, 3) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM vault.person;
-- refuse predicate: first value in a protected order
SELECT first_value(city) OVER (ORDER BY salary) FROM vault.person;
-- redact: COALESCE of two masks
SELECT coalesce(email, name) FROM vault.person;
-- redact: COALESCE with a constant
SELECT coalesce(email, 'none') FROM vault.person;
-- redact: greatest
SELECT greatest(email, name) FROM vault.person;
-- mask: row as JSON
SELECT row_to_json(p) FROM vault.person p;
-- refuse fallible_expression: row as jsonb, which a json column makes fail on some values
SELECT to_jsonb(p) FROM vault.person p;
-- mask: row of a view as jsonb
SELECT to_jsonb(v) FROM vault.v_person v;
-- redact: length as JSON
SELECT to_jsonb(length(email)) FROM vault.person;
-- refuse fallible_expression: place as JSON, which for all that is known may be json
SELECT to_jsonb(strpos(email, 'x')) FROM vault.person;
-- redact: a computed value as an object of JSON
SELECT jsonb_build_object('m', upper(email))->'m' FROM vault.person;
-- pass: a computed value among others in JSON
SELECT json_build_object('id', id, 'm', upper(email), 'n', email LIKE 'z%') FROM vault.person;
-- mask: JSON object under a clean key
SELECT json_build_object(city, email) FROM vault.person;
-- refuse fallible_expression: JSON object under a protected key
SELECT json_object_agg(email, id) FROM vault.person WHERE email IS NOT NULL AND false;
-- mask: JSON array of several
SELECT json_build_array(id, email, name, badge, salary, born, seen, device, address) FROM vault.person;
-- mask: JSON object of many types
SELECT jsonb_build_object('n', badge, 's', salary, 'b', born, 't', seen, 'd', device, 'a', address, 'm', mac, 'p', profile, 'x', aliases, 'r', ratio, 'c', code, 'k', nick, 'pin', pin) FROM vault.person;
-- mask: JSON arrays of arrays
SELECT to_json(ARRAY[ARRAY[email, email], ARRAY[email, NULL]]) FROM vault.person;
-- mask: JSON within JSON
SELECT jsonb_agg(json_build_object('p', row_to_json(v), 'l', json_build_array(v.phone))) FROM vault.visit v;
-- mask: JSON as text
SELECT row_to_json(p)::text FROM vault.person p;
-- mask: text of JSON as jsonb
SELECT json_build_object('email', email)::text::jsonb FROM vault.person;
-- redact: text of JSON within JSON
SELECT jsonb_build_object('t', json_build_object('email', email)::text) -> 't' FROM vault.person;
-- redact: JSON where a computed key is a constant one
SELECT json_build_object(lower('B'), email, 'b', id) FROM vault.person;
-- redact: JSON where a constant key is a computed one
SELECT jsonb_build_object('b', id, lower('B'), email) FROM vault.person;
-- redact: JSON of a row with one name twice
SELECT row_to_json(q) FROM (SELECT id AS a, email AS a FROM vault.person) q;
-- redact: jsonb of a row with one name twice
SELECT to_jsonb(q) FROM (SELECT email AS a, id AS a FROM vault.person) q;
-- refuse fallible_expression: JSON with one key twice
SELECT json_build_object('a', email, 'a', city) FROM vault.person;
-- redact: JSON that is there by a protected condition
SELECT CASE WHEN email > 'm' THEN json_build_object('id', id) END FROM vault.person;
-- redact: one of two JSON objects by a protected condition
SELECT CASE WHEN email > 'm' THEN json_build_array(id) ELSE json_build_array() END FROM vault.person;
-- redact: JSON in place of what is missing by a protected condition
SELECT coalesce(CASE WHEN email > 'm' THEN json_agg(id) END, '[]') FROM vault.person GROUP BY email;
-- redact: JSON beside a guess
SELECT coalesce(json_agg(email), '["a guess"]') FROM vault.person;
-- redact: JSON beside a parameter
SELECT coalesce(json_agg(email), to_json(ARRAY['a guess'])) FROM vault.person;
-- mask: JSON or an empty array
SELECT coalesce(json_agg(p), '[]')::character varying FROM (SELECT id, email FROM vault.person) p;
-- redact: JSON of distinct values, which come in their own order
SELECT jsonb_agg(DISTINCT email) FROM vault.person;
-- refuse predicate: JSON in a protected order
SELECT json_agg(id ORDER BY email) FROM vault.person;
-- mask: JSON without NULLs
SELECT json_strip_nulls(json_build_object('m', email)) FROM vault.person;
-- mask: a member of JSON
SELECT jsonb_build_object('m', email) -> 'm' FROM vault.person;
-- refuse predicate: JSON in a condition
SELECT id FROM vault.person WHERE jsonb_build_object('m', email) = '{"m": "a guess"}';
-- mask: JSON of more than is held at once
SELECT json_agg(bio) FROM vault.person, generate_series(1, 90);
-- mask: array of more than is held at once
SELECT array_agg(bio) FROM vault.person, generate_series(1, 90);
-- mask: row of more than is held at once
SELECT ROW(id, r) FROM (SELECT id, array_agg(bio) AS r FROM vault.person, generate_series(1, 800) GROUP BY id) q WHERE id = 1;
-- redact: more JSON than is shown
SELECT json_build_object('pad', repeat('x', 1100000), 'email', email) FROM vault.person;
-- mask: array of columns
SELECT ARRAY[email, email] FROM vault.person;
-- mask: array with NULL
SELECT ARRAY[email, NULL] FROM vault.person;
-- redact: array with a guess
SELECT ARRAY[email, 'a guess'] FROM vault.person;
-- redact: array of two masks
SELECT ARRAY[email, name] FROM vault.person;
-- mask: array of numbers
SELECT array_agg(badge) FROM vault.person;
-- mask: array of dates
SELECT array_agg(seen ORDER BY id) FROM vault.person;
-- redact: distinct array, which comes in its own order
SELECT array_agg(DISTINCT email) FROM vault.person;
-- mask: array as text
SELECT array_agg(email)::text FROM vault.person;
-- redact: array as a string
SELECT array_to_string(array_agg(email), ',') FROM vault.person;
-- mask: array of arrays
SELECT array_agg(ARRAY[email]) FROM vault.person WHERE id < 6;
-- mask: array of rows
SELECT array_agg(v) FROM vault.visit v;
-- mask: array in a row in an array
SELECT array_agg(r) FROM (SELECT id, ARRAY[email, NULL] AS mails, ROW(name, city) AS both FROM vault.person) r;
-- mask: joined arrays
SELECT array_agg(email) || array_agg(email) FROM vault.person;
-- mask: array with an element at the end
SELECT array_append(ARRAY[email], email) FROM vault.person;
-- mask: array or an empty one
SELECT coalesce(array_agg(email), ARRAY[]::text[]) FROM vault.person;
-- redact: array with a guess at the end
SELECT array_append(ARRAY[email], 'a guess') FROM vault.person;
-- mask: element of an array of columns
SELECT (ARRAY[email, NULL])[1] FROM vault.person;
-- redact: element of an array at a protected place
SELECT (ARRAY['a', 'b', city])[badge] FROM vault.person;
-- mask: slice of an array of columns
SELECT (array_agg(email))[2:3] FROM vault.person;
-- mask: unnested array
SELECT unnest(ARRAY[email, NULL]) FROM vault.person;
-- mask: unnested in FROM
SELECT u FROM unnest(ARRAY(SELECT email FROM vault.person)) u;
-- redact: unnested with a guess
SELECT u FROM vault.person, unnest(ARRAY[email, 'a guess']) u;
-- refuse predicate: unnested with a condition
SELECT u FROM vault.person, unnest(ARRAY[email]) u WHERE u > 'm';
-- mask: row of rows
SELECT ROW(id, ROW(email, city), ARRAY[name]) FROM vault.person;
-- mask: row with quotes and NULLs
SELECT ROW('a "b" \ (c), d', NULL, '', email, ' ') FROM vault.person;
-- redact: row of computed values
SELECT ROW(upper(email), length(name)) FROM vault.person;
-- redact: row that is there by a protected condition
SELECT CASE WHEN email > 'm' THEN ROW(id, city) END FROM vault.person;
-- mask: value as JSON
SELECT to_json(email) FROM vault.person;
-- mask: object of JSON
SELECT json_build_object('m', email) FROM vault.person;
-- mask: rows collected as JSON
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
-- mask: array_agg
SELECT array_agg(email) FROM vault.person;
-- mask: jsonb_agg
SELECT jsonb_agg(email) FROM vault.person;
-- refuse predicate: string_agg in its own order
SELECT string_agg(city, ',' ORDER BY email) FROM vault.person;
-- redact: max
SELECT max(upper(email)) FROM vault.person;
-- redact: sum
SELECT sum(badge) FROM vault.person WHERE false;
-- refuse opaque_function: user's aggregate
SELECT vault.glue(email) FROM vault.person;
-- refuse opaque_function: user's operator
SELECT email OPERATOR(vault.<+>) 'x' FROM vault.person;
-- refuse opaque_function: user's operator, found by the path
SELECT email <+> 'x' FROM vault.person;
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
-- mask: lag over a clean order
SELECT id, lag(email) OVER (ORDER BY id) FROM vault.person;
-- mask: first_value over a clean order
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
-- mask: member of a document
SELECT to_jsonb(v) -> 'phone' FROM vault.visit v;
-- mask: text of a member of a document
SELECT to_jsonb(v) ->> 'person_email' FROM vault.visit v;
-- mask: number in a document, as text
SELECT row_to_json(v) ->> 'badge' FROM vault.visit v;
-- mask: member of an element of a document
SELECT json_agg(v) -> 3 ->> 'note' FROM vault.visit v;
-- mask: path into a document
SELECT json_build_object('p', json_build_array(id, email)) #>> '{p,1}' FROM vault.person;
-- mask: subscript of a document
SELECT (jsonb_build_object('0', email))[0] FROM vault.person;
-- mask: two documents as one
SELECT jsonb_build_object('id', id, 'x', city) || jsonb_build_object('x', email) FROM vault.person;
-- mask: document without a member
SELECT to_jsonb(v) - 'note' - 'phone' FROM vault.visit v;
-- mask: document without NULLs
SELECT jsonb_strip_nulls(jsonb_build_object('id', id, 'email', email, 'born', born)) FROM vault.person;
-- redact: document without what a guess makes NULL
SELECT jsonb_strip_nulls(jsonb_build_object('n', CASE WHEN email > 'm' THEN jsonb_build_array(id) END)) FROM vault.person;
-- redact: document without NULLs that a mask makes
SELECT jsonb_strip_nulls(jsonb_build_object('id', id, 'home', home)) FROM vault.person;
-- redact: member of a protected document
SELECT jsonb_build_object('p', profile) -> 'p' ->> 'phone' FROM vault.person;
-- refuse fallible_expression: member beside a protected document
SELECT json_build_object('n', notes, 'id', id) ->> 'id' FROM vault.person;
-- redact: member by a protected key
SELECT to_jsonb(v) ->> v.note FROM vault.visit v;
-- redact: member that a guess picks
SELECT (CASE WHEN name > 'm' THEN jsonb_build_object('id', id) END) ->> 'id' FROM vault.person;
-- redact: element at a protected place
SELECT (jsonb_build_array('a', 'b', 'c') -> v.badge) FROM vault.visit v;
-- mask: number as text
SELECT id, badge::text, account::varchar FROM vault.person;
-- mask: uuid as text
SELECT device::text FROM vault.person;
-- mask: array of numbers as text
SELECT array_agg(badge::text) FROM vault.person;
-- redact: part of a number as text
SELECT left(badge::text, 3) FROM vault.person;
