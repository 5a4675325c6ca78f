-- Members of composites, ranges, documents and hstore, each masked by itself. The last column is looked at.

-- mask: a composite, field by field [rows-forms]
SELECT id, home FROM vault.held;
-- mask: an array of composites [rows-forms]
SELECT id, homes FROM vault.held;
-- mask: a composite with a range, an array and an hstore within [rows-forms]
SELECT id, stay FROM vault.held;
-- mask: an array of these [rows-forms]
SELECT stays FROM vault.held;
-- mask: both bounds of a range [rows-forms]
SELECT span FROM vault.held;
-- mask: ranges in an array [rows-forms]
SELECT spans FROM vault.held;
-- mask: XML by path [rows-forms]
SELECT doc FROM vault.held;
-- mask: an hstore by key [rows-forms]
SELECT facts FROM vault.held;
-- mask: jsonb by path [rows-forms]
SELECT profile FROM vault.held;
-- mask: json by path [rows-forms]
SELECT raw FROM vault.held;
-- pass: all together [rows-plain]
TABLE vault.held;
-- mask: picked by place [rows-forms]
SELECT id, lag(span) OVER (ORDER BY id DESC) FROM vault.held;
-- mask: joined to itself [rows-plain]
SELECT a.stay FROM vault.held a JOIN vault.held b ON a.id = b.id;
-- redact: one field of a composite [rows-pieces]
SELECT id, (home).street FROM vault.held;
-- redact: a field that is kept [rows-pieces]
SELECT id, (stay).who FROM vault.held;
-- redact: a field of a field [rows-pieces]
SELECT id, ((stay).homes)[1] FROM vault.held;
-- redact: the lower bound [rows-pieces]
SELECT lower(span) FROM vault.held;
-- redact: a field by name of the row [rows-forms]
SELECT (h.home).zip FROM vault.held h;
-- refuse fallible_expression: an operator of hstore [rows-expressions]
SELECT facts -> 'mail' FROM vault.held;
-- redact: a member of jsonb [rows-expressions]
SELECT profile ->> 'plan' FROM vault.held;
-- redact: text of a composite [rows-expressions]
SELECT home::text FROM vault.held;
-- redact: text of a range [rows-expressions]
SELECT span::text FROM vault.held;
-- redact: XML as text [rows-expressions]
SELECT doc::text FROM vault.held;
-- pass: a row of them as JSON [rows-forms]
SELECT row_to_json(h) FROM vault.held h;
-- pass: composites as JSON [rows-forms]
SELECT to_jsonb(home), to_json(homes), json_build_object('s', stay) FROM vault.held;
-- pass: ranges and hstore as JSON [rows-forms]
SELECT json_build_array(span, spans, facts, doc) FROM vault.held;
-- refuse predicate: elements one by one [rows-forms]
SELECT unnest(homes) FROM vault.held;
-- refuse predicate: elements of ranges one by one [rows-forms]
SELECT s FROM vault.held, unnest(spans) s;
-- refuse not_understood: fields of the elements [rows-forms]
SELECT u.* FROM vault.held h, unnest(h.homes) u;
-- pass: collected [rows-aggregates]
SELECT array_agg(home), array_agg(span), json_agg(doc::text) FROM vault.held;
-- refuse predicate: whether a range holds a value [bit-where]
SELECT id FROM vault.held WHERE span @> 5::bigint;
-- refuse predicate: whether ranges overlap [bit-join]
SELECT a.id FROM vault.held a JOIN vault.clean b ON a.span && int8range(b.id, b.id + 1);
-- refuse predicate: by a field of a composite [bit-where]
SELECT id FROM vault.held WHERE (home).street LIKE 'zq%';
-- refuse fallible_expression: by a key of an hstore [bit-where]
SELECT id FROM vault.held WHERE facts ? 'mail';
-- refuse predicate: whether a composite is all NULL [bit-null]
SELECT id FROM vault.held WHERE home IS NULL;
-- refuse predicate: order of ranges [bit-order]
SELECT id FROM vault.held ORDER BY span;
-- refuse predicate: how many different ranges [bit-group]
SELECT count(*) FROM vault.held GROUP BY span;
