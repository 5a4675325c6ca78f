-- Ways that not every server has, by the version that brought them. The last column is looked at: masked, or redacted.

-- up to 14
-- mask: a column called as an older server calls a truth value [parse-names]
SELECT (SELECT bool FROM (SELECT true) s) FROM (SELECT email AS "?column?" FROM vault.person) t;
-- mask: and the other name [parse-names]
SELECT (SELECT "?column?" FROM (SELECT true) s) FROM (SELECT email AS "?column?" FROM vault.person) t;
-- refuse keyword_differs: a number that is a label [parse-names]
SELECT (SELECT "?column?" FROM (SELECT 0x1F) s) FROM (SELECT email AS "?column?" FROM vault.person) t;
-- refuse keyword_differs: digits that are a label [parse-names]
SELECT (SELECT "?column?" FROM (SELECT 1_000) s) FROM (SELECT email AS "?column?" FROM vault.person) t;
-- up to 13
-- mask: a column called as an older server calls EXTRACT [parse-names]
SELECT (SELECT "extract" FROM (SELECT EXTRACT(year FROM now())) s) FROM (SELECT email AS "extract" FROM vault.person) t;
-- up to 15
-- refuse keyword_differs: a column called as a newer keyword is [parse-names]
SELECT system_user FROM (SELECT email AS system_user FROM vault.person) s;

-- from 14
-- redact: SEARCH collects what it orders by [bit-order]
WITH RECURSIVE r(n, v) AS (SELECT 1, email FROM vault.person WHERE id = 1 UNION ALL SELECT n + 1, v FROM r WHERE n < 4) SEARCH DEPTH FIRST BY v SET o SELECT o FROM r;
-- redact: SEARCH BREADTH FIRST [bit-order]
WITH RECURSIVE r(n, v) AS (SELECT 1, email FROM vault.person WHERE id = 1 UNION ALL SELECT n + 1, v FROM r WHERE n < 4) SEARCH BREADTH FIRST BY v SET o SELECT o FROM r;
-- redact: CYCLE collects what it compares [rows-forms]
WITH RECURSIVE r(n, v) AS (SELECT 1, email FROM vault.person WHERE id = 1 UNION ALL SELECT n + 1, v FROM r WHERE n < 4) CYCLE v SET again USING path SELECT path FROM r;
-- mask: subscript of a document [rows-forms]
SELECT (jsonb_build_object('0', email))[0] FROM vault.person;
-- redact: SUBSTRING SIMILAR [rows-expressions]
SELECT SUBSTRING(name SIMILAR '%#"z_#"%' ESCAPE '#') FROM vault.person;
-- refuse predicate: string_to_table [rows-pieces]
SELECT string_to_table(bio, ' ') FROM vault.person;
-- redact: multirange of a range [rows-forms]
SELECT multirange(span) FROM vault.person;
-- redact: range_agg [rows-aggregates]
SELECT range_agg(span) FROM vault.person;
-- refuse predicate: unnest of a multirange [bit-ranges]
SELECT unnest(multirange(span)) FROM vault.person;
-- refuse fallible_expression: range_intersect_agg [rows-aggregates]
SELECT range_intersect_agg(span) FROM vault.person WHERE id = 1;
-- refuse fallible_expression: trim_array [rows-forms]
SELECT trim_array(aliases, 1) FROM vault.person;
-- redact: bit_xor [rows-aggregates]
SELECT bit_xor(badge) FROM vault.person WHERE id = 1;
-- refuse fallible_expression: date_bin [rows-expressions]
SELECT date_bin('15 minutes', seen::timestamp, timestamp '2001-01-01') FROM vault.person;
-- mask: alias of a join [rows-plain]
SELECT j.person_email FROM vault.visit v JOIN vault.visit w USING (person_email) AS j;

-- from 16
-- mask: any_value [rows-aggregates]
SELECT any_value(email) FROM vault.person WHERE id = 2;
-- redact: JSON_ARRAY [rows-forms]
SELECT JSON_ARRAY(email, name) FROM vault.person;
-- refuse fallible_expression: JSON_ARRAY of a query [rows-forms]
SELECT JSON_ARRAY(SELECT email FROM vault.person ORDER BY id);
-- mask: JSON_OBJECT [rows-forms]
SELECT JSON_OBJECT('a': email RETURNING text) FROM vault.person;
-- refuse fallible_expression: JSON_OBJECT by a protected key [rows-forms]
SELECT JSON_OBJECT(coalesce(email, 'x') VALUE 1) FROM vault.person;
-- mask: JSON_ARRAYAGG [rows-forms]
SELECT JSON_ARRAYAGG(email ORDER BY id) FROM vault.person;
-- mask: JSON_OBJECTAGG [rows-forms]
SELECT JSON_OBJECTAGG(id VALUE email) FROM vault.person;
-- refuse fallible_expression: system_user joins in [door-errors]
SELECT name || coalesce(system_user, '') FROM vault.person;

-- from 17
-- mask: JSON_SCALAR [rows-forms]
SELECT JSON_SCALAR(email) FROM vault.person;
-- redact: JSON_VALUE [rows-forms]
SELECT JSON_VALUE(profile, '$.phone') FROM vault.person;
-- redact: JSON_QUERY [rows-forms]
SELECT JSON_QUERY(profile, '$.deep') FROM vault.person;
-- refuse fallible_expression: JSON_SERIALIZE [rows-forms]
SELECT JSON_SERIALIZE(notes) FROM vault.person;
-- redact: JSON_EXISTS [rows-forms]
SELECT JSON_EXISTS(profile, '$.phone') FROM vault.person;
-- redact: JSON_VALUE with a type and a default [rows-forms]
SELECT JSON_VALUE(profile, 'lax $."deep"[0].a' RETURNING int NULL ON ERROR), JSON_VALUE(profile, '$.phone' DEFAULT '-' ON EMPTY) FROM vault.person;
-- refuse fallible_expression: JSON_VALUE with an error where there is none [bit-branch-error]
SELECT JSON_VALUE(profile, '$.phone' ERROR ON EMPTY) FROM vault.person;
-- refuse fallible_expression: JSON_QUERY with an error [bit-branch-error]
SELECT JSON_QUERY(profile, '$.*' ERROR ON ERROR) FROM vault.person;
-- refuse fallible_expression: JSON_EXISTS with a filter by time [bit-branch-error]
SELECT JSON_EXISTS(profile, '$.phone ? (@.datetime() < "12:00:00+00".datetime())') FROM vault.person;
-- refuse fallible_expression: JSON_VALUE in strict mode [bit-branch-error]
SELECT JSON_VALUE(profile, 'strict $.phone') FROM vault.person;
-- refuse fallible_expression: JSON_VALUE of text [bit-branch-error]
SELECT JSON_VALUE(profile::text, '$.phone') FROM vault.person;
-- refuse predicate: JSON_VALUE in a condition [bit-where]
SELECT id FROM vault.person WHERE JSON_VALUE(profile, '$.phone') LIKE '+49%';
-- redact: JSON_TABLE [rows-forms]
SELECT t.phone FROM vault.person p, JSON_TABLE(p.profile, '$' COLUMNS (phone text PATH '$.phone')) t;
-- refuse predicate: JSON_TABLE of as many rows as there are members [bit-ranges]
SELECT count(*) FROM vault.person p, JSON_TABLE(p.profile, '$.*' COLUMNS (n FOR ORDINALITY)) t;
-- refuse fallible_expression: JSON_TABLE with an error [bit-branch-error]
SELECT t.phone FROM vault.person p, JSON_TABLE(p.profile, '$' COLUMNS (phone int PATH '$.phone' ERROR ON ERROR)) t;
-- refuse fallible_expression: JSON_TABLE with errors for all columns [bit-branch-error]
SELECT t.phone FROM vault.person p, JSON_TABLE(p.profile, '$' COLUMNS (phone int PATH '$.phone') ERROR ON ERROR) t;
-- refuse predicate: nested JSON_TABLE [bit-ranges]
SELECT t.deep FROM vault.person p, JSON_TABLE(p.profile, '$' COLUMNS (NESTED PATH '$.deep[*]' COLUMNS (deep text PATH '$'))) t;
-- refuse fallible_expression: JSON_VALUE with a protected default [rows-forms]
SELECT JSON_VALUE(jsonb '{}', '$.a' DEFAULT name ON EMPTY) FROM vault.person;
-- refuse fallible_expression: JSON_VALUE with a protected variable [rows-forms]
SELECT JSON_VALUE(jsonb '{"a": 1}', '$x' PASSING name AS x) FROM vault.person;
-- redact: uuid_extract_timestamp [rows-expressions]
SELECT uuid_extract_timestamp(device) FROM vault.person;
-- redact: to_bin [rows-expressions]
SELECT to_bin(badge) FROM vault.person;

-- from 18
-- redact: casefold [rows-expressions]
SELECT casefold(name) FROM vault.person;
-- redact: array_reverse [rows-forms]
SELECT array_reverse(aliases) FROM vault.person;
-- refuse fallible_expression: array_sort [rows-forms]
SELECT array_sort(aliases) FROM vault.person;
-- redact: crc32 [rows-expressions]
SELECT crc32(photo) FROM vault.person;
-- redact: reverse of bytes [rows-expressions]
SELECT reverse(photo) FROM vault.person;
-- redact: a virtual column [rows-relations]
SELECT loud FROM vault.spoken;
-- redact: a virtual column that is asked for twice [rows-relations]
SELECT s.loud || t.loud FROM vault.spoken s JOIN vault.spoken t USING (id);
-- pass: all of a table with a virtual column [rows-relations]
SELECT * FROM vault.spoken;
-- from any
