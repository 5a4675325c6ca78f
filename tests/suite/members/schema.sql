CREATE EXTENSION hstore;
CREATE EXTENSION citext;

CREATE TABLE documents (id int PRIMARY KEY, body jsonb, raw json, note text, doc xml, part xml NOT NULL);
INSERT INTO documents VALUES
    (1, '{"user": {"mail": "mary@corp.test", "age": 41, "vip": true}, "plan": "gold", "log": [{"at": "2024-03-07T10:11:12Z", "by": "Mary"}, {"at": "soon"}]}',
        '{ "mail" : "mary@corp.test",  "mail":"\u004dary", "n": 1.50, "e": 2e3 , "plan": "gold"}', '{"a": ["Mary", 7]}',
        '<person xmlns:c="http://corp.test/c" c:id="zqsecret1"><mail>mary@corp.test</mail><!-- Mary --><plan>gold</plan><c:x a="1"><![CDATA[Mary <& Mill Lane]]></c:x></person>',
        'Mary <b>zqsecret2</b> &amp; &lt;Mill Lane&gt;'),
    (2, '[]', '[]', 'Mary, no document', '<?xml version="1.0" standalone="yes"?><a/>', ''),
    (3, '"Mary"', ' "Mary" ', '', '<a b="&quot;Mary&quot;">&#77;ary</a>', '<!-- Mary --><?mary Mary?>'),
    (4, NULL, NULL, NULL, NULL, '<a/>'),
    (5, '-12345678901234567890.5', '-0.10', '{}', ('<e>' || repeat('<i>', 200) || 'Mary' || repeat('</i>', 200) || '</e>')::xml, repeat('x', 3000)::xml),
    (6, ('{"a": ' || repeat('[', 400) || '"Mary"' || repeat(']', 400) || '}')::jsonb, (repeat('[', 400) || '"Mary"' || repeat(']', 400))::json, repeat('[', 100000),
        NULL, ('<a>' || repeat('Mary ', 300000) || '</a>')::xml);

CREATE DOMAIN facts AS hstore CHECK (VALUE ? 'plan' OR VALUE = '');
CREATE TABLE pairs (id int PRIMARY KEY, facts hstore, more facts NOT NULL, many hstore[]);
INSERT INTO pairs VALUES
    (1, 'mail=>mary@corp.test, plan=>gold, born=>1984-03-07, none=>NULL', 'plan=>gold, who=>Mary', ARRAY['mail=>mary@corp.test'::hstore, NULL, '']),
    (2, '', '', '{}'),
    (3, NULL, hstore(ARRAY['plan', 'a"b\c', E'l\n', 'ключ'], ARRAY['gold', E'Mary "x" \\', E'Mary\n', 'Мэри']), NULL),
    (4, hstore('mail', repeat('Mary ', 300000)), 'plan=>gold', ARRAY[ARRAY['a=>Mary'::hstore, 'b=>Mary'], ARRAY['c=>NULL'::hstore, 'plan=>gold']]);

CREATE TYPE price_range AS RANGE (subtype = float8);
CREATE DOMAIN period AS daterange CHECK (lower(VALUE) > '1900-01-01');
CREATE TABLE spans (id int PRIMARY KEY, days daterange, numbers int4range UNIQUE, prices price_range, money numrange, at tstzrange, period period, list int8range[], square daterange[]);
INSERT INTO spans VALUES
    (1, '[2024-03-07,2024-03-09)', '[10,20)', '[1.5,2.5]', '(1.50,2.5)', '[2024-03-07 10:11:12+00,2024-04-07 10:11:12.5+00)', '[2024-03-07,2024-03-09]', ARRAY['[1,2)'::int8range, 'empty', NULL, '(,7)'], '{{"[2024-03-07,2024-03-09)"},{empty}}'),
    (2, 'empty', 'empty', '(,)', '[NaN,NaN]', '(,2024-03-07 10:11:12+00]', '[2024-03-07,)', '{}', '{}'),
    (3, '(,)', '[-2147483648,2147483647)', '(-Infinity,Infinity)', 'empty', 'empty', 'empty', NULL, NULL),
    (4, '[2024-03-07,infinity)', '(,)', NULL, '[-10,1e20]', '(,)', NULL, ARRAY['[9223372036854775806,9223372036854775807)'::int8range], NULL),
    (5, '[0044-03-15 BC,2024-03-07)', '[7,8)', '[-0,0]', '(0.1,0.10000001]', '[infinity,infinity]', NULL, NULL, NULL),
    (6, '[5874897-12-30,5874897-12-31)', '[2147483646,2147483647)', '(1e-300,2e-300)', '(,5)', NULL, NULL, NULL, NULL);
-- from 14
ALTER TABLE spans ADD stays datemultirange, ADD counts int4multirange, ADD prices_all price_multirange;
UPDATE spans SET stays = '{[2024-03-07,2024-03-09), [2024-03-12,2024-04-20), [2024-06-01,)}', counts = '{[1,3),[10,20),[30,31)}', prices_all = '{(,1.5),[2,3]}' WHERE id = 1;
UPDATE spans SET stays = '{}', counts = '{(,)}', prices_all = '{}' WHERE id = 2;
-- from any

CREATE TYPE home AS (street text, zip varchar(12), since date, rooms int4range);
CREATE DOMAIN tidy_home AS home CHECK ((VALUE).street <> '');
CREATE TYPE person AS (name text, mail citext, "Home" home, homes home[], facts hstore, code char(6));
CREATE TABLE people (id int PRIMARY KEY, home home, tidy tidy_home, homes home[], person person, persons person[] NOT NULL);
INSERT INTO people VALUES
    (1, ROW('1 Mill Lane', 'N1 9XX', '2019-05-03', '[2,5)'), ROW('2 Mill Lane', 'N1 9XX', NULL, 'empty'), ARRAY[ROW('3 Mill Lane', 'N1 9XX', '2020-01-01', NULL)::home, NULL],
        ROW('Mary', 'Mary@Corp.test', ROW('4 Mill Lane', 'N1 9XX', NULL, NULL), ARRAY[ROW('5 "Mill" Lane, (a\b)', 'N1 9XX', '2021-01-01', '[1,2)')::home], 'mail=>mary@corp.test', 'Ma'),
        ARRAY[ROW('Mary', NULL, NULL, NULL, NULL, NULL)::person]),
    (2, ROW(NULL, NULL, NULL, NULL), NULL, '{}', ROW('', '', ROW(NULL, NULL, NULL, NULL), '{}', '', ''), '{}'),
    (3, NULL, ROW(E'a\n"b"', '', '-infinity', '(,)'), ARRAY[ARRAY[ROW('6 Mill Lane', 'N1 9XX', 'infinity', NULL)::home, NULL], ARRAY[NULL, ROW('', NULL, NULL, NULL)::home]], NULL, ARRAY[NULL::person]),
    (4, ROW(repeat('Mary ', 300000), 'N1 9XX', NULL, NULL), NULL, NULL, NULL, ARRAY[]::person[]);
ALTER TYPE home ADD ATTRIBUTE gone text;
ALTER TYPE home DROP ATTRIBUTE gone;

CREATE DOMAIN mail_name AS citext CHECK (VALUE <> '');
CREATE TABLE keys (id int PRIMARY KEY, login mail_name UNIQUE, mail text, names mail_name[], grid text[][], codes varchar(8)[]);
INSERT INTO keys VALUES
    (1, 'Mary@Corp.test', 'mary@corp.test', ARRAY['Mary', 'mary']::mail_name[], ARRAY[ARRAY['Mary', NULL], ARRAY['', 'a,"b" {c}']], '[0:1]={Mary,x}'),
    (2, 'zqsecret@corp.test', NULL, '{}', '{}', ARRAY['null', '']),
    (3, NULL, '', NULL, NULL, NULL);
CREATE TABLE visits (id int PRIMARY KEY, login citext REFERENCES keys (login));
INSERT INTO visits VALUES (1, 'mary@corp.test'), (2, 'MARY@corp.test'), (3, 'ZQSECRET@CORP.TEST'), (4, NULL);
