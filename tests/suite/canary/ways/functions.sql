-- Functions in SQL are read through their bodies; those of extensions are known.

-- mask: SQL function
SELECT vault.read_email(1);
-- mask: SQL function of each row
SELECT id, vault.read_email(id) FROM vault.clean;
-- mask: set-returning function
SELECT email FROM vault.find(1);
-- mask: field of a function's row
SELECT (vault.find(1)).email;
-- mask: OUT parameter
SELECT mail FROM vault.contact(1);
-- mask: field of OUT parameters
SELECT (vault.contact(1)).mail;
-- mask: LATERAL function
SELECT c.id, m.mail FROM vault.clean c, vault.contact(c.id) m;
-- mask: RETURNS TABLE
SELECT number, mail FROM vault.mails();
-- mask: renamed columns of a function
SELECT b FROM vault.mails() AS t(a, b);
-- mask: rows of one column
SELECT x FROM vault.mail_of(1) AS x;
-- mask: rows by name of the argument
SELECT mail_of FROM vault.mail_of(who => 1);
-- mask: whole rows
SELECT email FROM vault.persons();
-- redact: rows of a record
SELECT m FROM vault.records() AS t(n int, m text);
-- mask: parameter by number
SELECT vault.echo(email) FROM vault.person;
-- mask: parameter by name
SELECT vault.named(email) FROM vault.person;
-- mask: functions within functions
SELECT vault.twice(email) FROM vault.person;
-- mask: a column that a parameter's name hides
SELECT vault.hidden('x', 1);
-- mask: arguments by name
SELECT vault.hidden(n => 1, email => 'x');
-- mask: default of a parameter
SELECT vault.defaulted();
-- pass: default of a parameter that is given
SELECT vault.defaulted('x');
-- mask: field of a row argument
SELECT vault.face(p) FROM vault.person p;
-- refuse fallible_expression: row of a partition with another order of columns
SELECT vault.secret_of(e) FROM vault.event_2022 e;
-- refuse fallible_expression: the same, another column
SELECT vault.kind_of(e) FROM vault.event_2022 e;
-- refuse fallible_expression: the same as a result
SELECT secret FROM vault.events_2022();
-- mask: row of the parent
SELECT vault.secret_of(e) FROM vault.event e;
-- refuse fallible_expression: row with other names
SELECT vault.face(p) FROM vault.person p(email, id);
-- mask: view over SQL functions
SELECT seen FROM vault.v_called;
-- mask: view over rows of a function
SELECT mail FROM vault.v_mails;
-- mask: SQL-standard body
SELECT vault.atomic(1);
-- redact: SQL-standard body that computes
SELECT vault.returned(1);
-- redact: computed in a body
SELECT vault.loud(1);
-- redact: operator in a body
SELECT vault.join_texts(email, 'x') FROM vault.person;
-- redact: array of the rest
SELECT vault.spread(email, name) FROM vault.person;
-- redact: array given
SELECT vault.spread(VARIADIC ARRAY[email, 'x']) FROM vault.person;
-- redact: test in a body
SELECT vault.is_x(email) FROM vault.person;
-- mask: function in COPY
COPY (SELECT vault.read_email(1)) TO STDOUT;
-- pass: rows of clean columns
SELECT labels FROM vault.labels();

-- refuse predicate: part of a value in a body
SELECT vault.starting('zq');
-- refuse fallible_expression: guess in a body
SELECT vault.guess('zq%');
-- refuse predicate: equality in a body
SELECT vault.holder('{email}');
-- refuse predicate: order in a body
SELECT vault.richest();
-- refuse predicate: function in WHERE
SELECT id FROM vault.person WHERE vault.echo(email) = '{email}';
-- refuse predicate: function in ORDER BY
SELECT id FROM vault.clean ORDER BY vault.read_email(id);
-- refuse predicate: rows of a function by argument
SELECT count(*) FROM vault.person p, vault.mail_of(p.badge);
-- refuse fallible_expression: a statement before the last
SELECT vault.several('zq%');
-- refuse fallible_expression: division in a body
SELECT vault.half(badge) FROM vault.person;
-- refuse fallible_expression: cast in a body
SELECT vault.to_small(account) FROM vault.person;
-- refuse fallible_expression: check of a parameter's type
SELECT vault.coded(email) FROM vault.person;
-- refuse ambiguous_name: search_path of a function
SELECT vault.pathed();
-- refuse opaque_function: recursion
SELECT vault.endless(3);
-- refuse opaque_function: side effect in a body
SELECT vault.writes();
-- refuse opaque_function: string syntax of a function's own
SELECT vault.quoted();
-- refuse opaque_function: polymorphic function
SELECT vault.same(email) FROM vault.person;
-- refuse opaque_function: one of two functions
SELECT vault.overloaded(1);
-- refuse opaque_function: PL/pgSQL within SQL
SELECT vault.of_plpgsql();
-- refuse opaque_function: SQL function as a column
SELECT p.face FROM vault.person p;
-- refuse opaque_function: function of an extension's name
SELECT similarity(email, 'x') FROM vault.person;

-- redact: trigrams
SELECT show_trgm(email)::text FROM vault.person;
-- redact: sound
SELECT soundex(name) FROM vault.person;
-- redact: without accents
SELECT unaccent(name) FROM vault.person;
-- redact: digest of an extension
SELECT encode(digest(email, 'sha256'), 'hex') FROM vault.person;
-- redact: keyed digest of an extension
SELECT encode(hmac(email, 'key', 'sha256'), 'hex') FROM vault.person;
-- redact: name-based UUID
SELECT uuid_generate_v5(uuid_nil(), email)::text FROM vault.person;
-- refuse fallible_expression: levenshtein
SELECT levenshtein(email, 'x') FROM vault.person;
-- refuse fallible_expression: similarity operator
SELECT id FROM vault.person WHERE email % '{email}';
-- refuse fallible_expression: distance
SELECT id FROM vault.person ORDER BY email <-> '{email}';
-- refuse opaque_function: threshold by value
SELECT set_limit(score / 100.0) FROM vault.person;
-- refuse opaque_function: weak mode by value
SELECT isn_weak(email LIKE 'a%') FROM vault.person;
-- refuse fallible_expression: length of bytes by encoding
SELECT length(photo, 'UTF8') FROM vault.person;
-- refuse fallible_expression: text cut at a length
SELECT pg_catalog."varchar"(name, 14, false) FROM vault.person;
