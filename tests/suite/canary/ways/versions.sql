-- Ways that not every server has, by the version that brought them. The last column is looked at: masked, or redacted.

-- up to 14
-- mask: a column called as an older server calls a truth value
SELECT (SELECT bool FROM (SELECT true) s) FROM (SELECT email AS "?column?" FROM vault.person) t;
-- mask: and the other name
SELECT (SELECT "?column?" FROM (SELECT true) s) FROM (SELECT email AS "?column?" FROM vault.person) t;
-- refuse keyword_differs: a number that is a label
SELECT (SELECT "?column?" FROM (SELECT 0x1F) s) FROM (SELECT email AS "?column?" FROM vault.person) t;
-- refuse keyword_differs: digits that are a label
SELECT (SELECT "?column?" FROM (SELECT 1_000) s) FROM (SELECT email AS "?column?" FROM vault.person) t;
-- up to 13
-- mask: a column called as an older server calls EXTRACT
SELECT (SELECT "extract" FROM (SELECT EXTRACT(year FROM now())) s) FROM (SELECT email AS "extract" FROM vault.person) t;
-- up to 15
-- refuse keyword_differs: a column called as a newer keyword is
SELECT system_user FROM (SELECT email AS system_user FROM vault.person) s;

-- from 14
-- redact: SEARCH collects what it orders by
WITH RECURSIVE r(n, v) AS (SELECT 1, email FROM vault.person WHERE id = 1 UNION ALL SELECT n + 1, v FROM r WHERE n < 4) SEARCH DEPTH FIRST BY v SET o SELECT o FROM r;
-- redact: SEARCH BREADTH FIRST
WITH RECURSIVE r(n, v) AS (SELECT 1, email FROM vault.person WHERE id = 1 UNION ALL SELECT n + 1, v FROM r WHERE n < 4) SEARCH BREADTH FIRST BY v SET o SELECT o FROM r;
-- redact: CYCLE collects what it compares
WITH RECURSIVE r(n, v) AS (SELECT 1, email FROM vault.person WHERE id = 1 UNION ALL SELECT n + 1, v FROM r WHERE n < 4) CYCLE v SET again USING path SELECT path FROM r;
-- redact: SUBSTRING SIMILAR
SELECT SUBSTRING(name SIMILAR '%#"z_#"%' ESCAPE '#') FROM vault.person;
-- refuse predicate: string_to_table
SELECT string_to_table(bio, ' ') FROM vault.person;
-- redact: multirange of a range
SELECT multirange(span) FROM vault.person;
-- redact: range_agg
SELECT range_agg(span) FROM vault.person;
-- refuse predicate: unnest of a multirange
SELECT unnest(multirange(span)) FROM vault.person;
-- refuse fallible_expression: range_intersect_agg
SELECT range_intersect_agg(span) FROM vault.person WHERE id = 1;
-- refuse fallible_expression: trim_array
SELECT trim_array(aliases, 1) FROM vault.person;
-- redact: bit_xor
SELECT bit_xor(badge) FROM vault.person WHERE id = 1;
-- refuse fallible_expression: date_bin
SELECT date_bin('15 minutes', seen::timestamp, timestamp '2001-01-01') FROM vault.person;
-- mask: alias of a join
SELECT j.person_email FROM vault.visit v JOIN vault.visit w USING (person_email) AS j;

-- from 16
-- mask: any_value
SELECT any_value(email) FROM vault.person WHERE id = 2;
-- redact: JSON_ARRAY
SELECT JSON_ARRAY(email, name) FROM vault.person;
-- refuse fallible_expression: JSON_ARRAY of a query
SELECT JSON_ARRAY(SELECT email FROM vault.person ORDER BY id);
-- mask: JSON_OBJECT
SELECT JSON_OBJECT('a': email RETURNING text) FROM vault.person;
-- refuse fallible_expression: JSON_OBJECT by a protected key
SELECT JSON_OBJECT(coalesce(email, 'x') VALUE 1) FROM vault.person;
-- mask: JSON_ARRAYAGG
SELECT JSON_ARRAYAGG(email ORDER BY id) FROM vault.person;
-- mask: JSON_OBJECTAGG
SELECT JSON_OBJECTAGG(id VALUE email) FROM vault.person;
-- refuse fallible_expression: system_user joins in
SELECT name || coalesce(system_user, '') FROM vault.person;

-- from 17
-- refuse fallible_expression: JSON_SCALAR
SELECT JSON_SCALAR(email) FROM vault.person;
-- refuse fallible_expression: JSON_VALUE
SELECT JSON_VALUE(profile, '$.phone') FROM vault.person;
-- refuse fallible_expression: JSON_QUERY
SELECT JSON_QUERY(profile, '$.deep') FROM vault.person;
-- refuse fallible_expression: JSON_SERIALIZE
SELECT JSON_SERIALIZE(notes) FROM vault.person;
-- refuse fallible_expression: JSON_TABLE
SELECT t.phone FROM vault.person p, JSON_TABLE(p.profile, '$' COLUMNS (phone text PATH '$.phone')) t;
-- refuse fallible_expression: nested JSON_TABLE
SELECT t.deep FROM vault.person p, JSON_TABLE(p.profile, '$' COLUMNS (NESTED PATH '$.deep[*]' COLUMNS (deep text PATH '$'))) t;
-- refuse fallible_expression: JSON_VALUE with a protected default
SELECT JSON_VALUE(jsonb '{}', '$.a' DEFAULT name ON EMPTY) FROM vault.person;
-- refuse fallible_expression: JSON_VALUE with a protected variable
SELECT JSON_VALUE(jsonb '{"a": 1}', '$x' PASSING name AS x) FROM vault.person;
-- redact: uuid_extract_timestamp
SELECT uuid_extract_timestamp(device) FROM vault.person;
-- redact: to_bin
SELECT to_bin(badge) FROM vault.person;

-- from 18
-- redact: casefold
SELECT casefold(name) FROM vault.person;
-- redact: array_reverse
SELECT array_reverse(aliases) FROM vault.person;
-- refuse fallible_expression: array_sort
SELECT array_sort(aliases) FROM vault.person;
-- redact: crc32
SELECT crc32(photo) FROM vault.person;
-- redact: reverse of bytes
SELECT reverse(photo) FROM vault.person;
-- redact: a virtual column
SELECT loud FROM vault.spoken;
-- redact: a virtual column that is asked for twice
SELECT s.loud || t.loud FROM vault.spoken s JOIN vault.spoken t USING (id);
-- pass: all of a table with a virtual column
SELECT * FROM vault.spoken;
-- from any
