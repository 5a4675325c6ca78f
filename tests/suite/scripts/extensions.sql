-- Everyday use of extensions over tables without protected columns: as in a direct session.
SELECT id, tag FROM film WHERE tag = 'MUSICAL';
SELECT max(tag), min(tag) FROM film;
SELECT id FROM film WHERE tag ~ 'mus' OR tag LIKE 'S%' ORDER BY tag;
SELECT replace(tag, 'm', 'x'), split_part(tag, 's', 1), strpos(tag, 'S') FROM film ORDER BY id;
SELECT path, nlevel(path), subpath(path, 1), path ~ 'top.*' FROM film ORDER BY path;
SELECT id FROM film WHERE path <@ 'top' ORDER BY id;
SELECT facts -> 'year', facts ? 'year', akeys(facts), hstore_to_jsonb(facts) FROM film ORDER BY id;
SELECT key, value FROM film, each(facts);
SELECT facts || 'a=>1'::hstore FROM film WHERE facts @> 'year=>1978';
SELECT title, public.similarity(title, 'grease'), title % 'greese', show_trgm('ab') FROM film ORDER BY title <-> 'alien';
SELECT show_limit();
SELECT unaccent('Hôtel'), soundex('Ann'), levenshtein('a', 'ab'), metaphone('Thompson', 4), dmetaphone('Gray');
SELECT encode(digest('a', 'sha256'), 'hex'), encode(hmac('a', 'k', 'md5'), 'hex'), crypt('pw', '$1$abcdefgh') <> '';
SELECT pgp_sym_decrypt(pgp_sym_encrypt('text', 'key'), 'key'), length(gen_random_bytes(4)), length(gen_salt('md5'));
SELECT uuid_generate_v5(uuid_ns_url(), 'http://example.org'), uuid_nil(), length(uuid_generate_v4()::text);
SELECT sort(marks), marks & '{1}', idx(marks, 1), icount(marks) FROM film ORDER BY id;
SELECT count(*) FROM normal_rand(10, 5, 3);
SELECT id, row_number() OVER (PARTITION BY tag ORDER BY id) FROM film ORDER BY id;
\d film
\dx
