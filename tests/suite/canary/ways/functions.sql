-- Functions in SQL are read through their bodies; those of extensions are known.

-- mask: SQL function [door-user-code]
SELECT vault.read_email(1);
-- mask: SQL function of each row [door-user-code]
SELECT id, vault.read_email(id) FROM vault.clean;
-- mask: set-returning function [door-user-code]
SELECT email FROM vault.find(1);
-- mask: field of a function's row [door-user-code]
SELECT (vault.find(1)).email;
-- mask: OUT parameter [door-user-code]
SELECT mail FROM vault.contact(1);
-- mask: field of OUT parameters [door-user-code]
SELECT (vault.contact(1)).mail;
-- mask: LATERAL function [door-user-code]
SELECT c.id, m.mail FROM vault.clean c, vault.contact(c.id) m;
-- mask: RETURNS TABLE [door-user-code]
SELECT number, mail FROM vault.mails();
-- mask: renamed columns of a function [door-user-code]
SELECT b FROM vault.mails() AS t(a, b);
-- mask: rows of one column [door-user-code]
SELECT x FROM vault.mail_of(1) AS x;
-- mask: rows by name of the argument [door-user-code]
SELECT mail_of FROM vault.mail_of(who => 1);
-- mask: whole rows [door-user-code]
SELECT email FROM vault.persons();
-- redact: rows of a record [door-user-code]
SELECT m FROM vault.records() AS t(n int, m text);
-- mask: parameter by number [door-user-code]
SELECT vault.echo(email) FROM vault.person;
-- mask: parameter by name [door-user-code]
SELECT vault.named(email) FROM vault.person;
-- mask: functions within functions [door-user-code]
SELECT vault.twice(email) FROM vault.person;
-- mask: a column that a parameter's name hides [door-user-code]
SELECT vault.hidden('x', 1);
-- mask: arguments by name [door-user-code]
SELECT vault.hidden(n => 1, email => 'x');
-- mask: default of a parameter [door-user-code]
SELECT vault.defaulted();
-- pass: default of a parameter that is given [door-user-code]
SELECT vault.defaulted('x');
-- mask: field of a row argument [door-user-code]
SELECT vault.face(p) FROM vault.person p;
-- refuse fallible_expression: row of a partition with another order of columns [door-user-code]
SELECT vault.secret_of(e) FROM vault.event_2022 e;
-- refuse fallible_expression: the same, another column [door-user-code]
SELECT vault.kind_of(e) FROM vault.event_2022 e;
-- refuse fallible_expression: the same as a result [door-user-code]
SELECT secret FROM vault.events_2022();
-- mask: row of the parent [door-user-code]
SELECT vault.secret_of(e) FROM vault.event e;
-- refuse fallible_expression: row with other names [door-user-code]
SELECT vault.face(p) FROM vault.person p(email, id);
-- mask: view over SQL functions [door-user-code]
SELECT seen FROM vault.v_called;
-- mask: view over rows of a function [door-user-code]
SELECT mail FROM vault.v_mails;
-- mask: SQL-standard body [door-user-code]
SELECT vault.atomic(1);
-- redact: SQL-standard body that computes [door-user-code]
SELECT vault.returned(1);
-- redact: computed in a body [door-user-code]
SELECT vault.loud(1);
-- redact: operator in a body [door-user-code]
SELECT vault.join_texts(email, 'x') FROM vault.person;
-- redact: array of the rest [door-user-code]
SELECT vault.spread(email, name) FROM vault.person;
-- redact: array given [door-user-code]
SELECT vault.spread(VARIADIC ARRAY[email, 'x']) FROM vault.person;
-- redact: test in a body [door-user-code]
SELECT vault.is_x(email) FROM vault.person;
-- mask: function in COPY [rows-copy]
COPY (SELECT vault.read_email(1)) TO STDOUT;
-- pass: rows of clean columns [door-user-code]
SELECT labels FROM vault.labels();

-- refuse predicate: part of a value in a body [bit-where]
SELECT vault.starting('zq');
-- refuse fallible_expression: guess in a body [bit-where]
SELECT vault.guess('zq%');
-- refuse predicate: equality in a body [bit-where]
SELECT vault.holder('{email}');
-- refuse predicate: order in a body [bit-order]
SELECT vault.richest();
-- refuse predicate: function in WHERE [bit-where]
SELECT id FROM vault.person WHERE vault.echo(email) = '{email}';
-- refuse predicate: function in ORDER BY [bit-order]
SELECT id FROM vault.clean ORDER BY vault.read_email(id);
-- refuse predicate: rows of a function by argument [bit-where]
SELECT count(*) FROM vault.person p, vault.mail_of(p.badge);
-- refuse fallible_expression: a statement before the last [door-errors]
SELECT vault.several('zq%');
-- refuse fallible_expression: division in a body [bit-branch-error]
SELECT vault.half(badge) FROM vault.person;
-- refuse fallible_expression: cast in a body [door-errors]
SELECT vault.to_small(account) FROM vault.person;
-- refuse fallible_expression: check of a parameter's type [door-errors]
SELECT vault.coded(email) FROM vault.person;
-- refuse ambiguous_name: search_path of a function [parse-search-path]
SELECT vault.pathed();
-- refuse opaque_function: recursion [door-user-code]
SELECT vault.endless(3);
-- refuse opaque_function: side effect in a body [door-user-code]
SELECT vault.writes();
-- refuse opaque_function: string syntax of a function's own [parse-quotes]
SELECT vault.quoted();
-- refuse opaque_function: polymorphic function [door-user-code]
SELECT vault.same(email) FROM vault.person;
-- refuse opaque_function: one of two functions [door-user-code]
SELECT vault.overloaded(1);
-- refuse opaque_function: PL/pgSQL within SQL [door-user-code]
SELECT vault.of_plpgsql();
-- refuse opaque_function: SQL function as a column [door-user-code]
SELECT p.face FROM vault.person p;
-- refuse opaque_function: function of an extension's name [door-user-code]
SELECT similarity(email, 'x') FROM vault.person;

-- redact: trigrams [rows-expressions]
SELECT show_trgm(email)::text FROM vault.person;
-- redact: sound [rows-expressions]
SELECT soundex(name) FROM vault.person;
-- redact: without accents [rows-expressions]
SELECT unaccent(name) FROM vault.person;
-- redact: digest of an extension [rows-expressions]
SELECT encode(digest(email, 'sha256'), 'hex') FROM vault.person;
-- redact: keyed digest of an extension [rows-expressions]
SELECT encode(hmac(email, 'key', 'sha256'), 'hex') FROM vault.person;
-- redact: name-based UUID [rows-expressions]
SELECT uuid_generate_v5(uuid_nil(), email)::text FROM vault.person;
-- refuse fallible_expression: levenshtein [rows-expressions]
SELECT levenshtein(email, 'x') FROM vault.person;
-- refuse fallible_expression: similarity operator [rows-expressions]
SELECT id FROM vault.person WHERE email % '{email}';
-- refuse fallible_expression: distance [rows-expressions]
SELECT id FROM vault.person ORDER BY email <-> '{email}';
-- refuse opaque_function: threshold by value [door-settings]
SELECT set_limit(score / 100.0) FROM vault.person;
-- refuse opaque_function: weak mode by value [door-settings]
SELECT isn_weak(email LIKE 'a%') FROM vault.person;
-- refuse fallible_expression: length of bytes by encoding [rows-expressions]
SELECT length(photo, 'UTF8') FROM vault.person;
-- refuse fallible_expression: text cut at a length [rows-expressions]
SELECT pg_catalog."varchar"(name, 14, false) FROM vault.person;

-- pass: type with casts of a user's own, as it is [door-user-code]
SELECT id, card FROM vault.wallet;
-- refuse opaque_function: JSON by a user's cast [door-user-code]
SELECT to_json(card) FROM vault.wallet;
-- refuse opaque_function: JSON of a row by a user's cast [door-user-code]
SELECT row_to_json(w) FROM vault.wallet w;
-- refuse opaque_function: JSON array by a user's cast [door-user-code]
SELECT jsonb_agg(card) FROM vault.wallet;
-- refuse opaque_function: JSON object by a user's cast [door-user-code]
SELECT json_build_object('c', card) FROM vault.wallet;
-- refuse opaque_function: implicit cast, argument [door-user-code]
SELECT upper(coin) FROM vault.purse;
-- refuse opaque_function: implicit cast, operand [door-user-code]
SELECT coin || 'x' FROM vault.purse;
-- refuse opaque_function: implicit cast in a condition [door-user-code]
SELECT id FROM vault.purse WHERE coin LIKE 'zq%';
-- refuse opaque_function: implicit cast of branches [door-user-code]
SELECT coalesce(coin, 'x'::text) FROM vault.purse;
