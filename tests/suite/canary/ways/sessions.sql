-- Several messages in one session: cursors, prepared statements, transactions, names that change their meaning.

-- mask: FETCH in pieces [state-names]
BEGIN;
DECLARE c CURSOR FOR SELECT id, email FROM vault.person;
FETCH 2 FROM c;
MOVE 1 FROM c;
FETCH ALL FROM c;
-- mask: scrollable cursor, backwards [state-names]
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT email FROM vault.person;
FETCH LAST FROM c;
FETCH BACKWARD 3 FROM c;
FETCH ABSOLUTE 2 FROM c;
-- mask: binary cursor [rows-binary]
BEGIN;
DECLARE c BINARY CURSOR FOR SELECT email, badge, device FROM vault.person;
FETCH ALL FROM c;
-- mask: cursor WITH HOLD [state-names]
DECLARE c CURSOR WITH HOLD FOR SELECT email FROM vault.person;
FETCH 3 FROM c;
FETCH ALL IN c;
-- mask: cursor held over a commit [state-names]
BEGIN;
DECLARE c NO SCROLL CURSOR WITH HOLD FOR SELECT badge FROM vault.person;
COMMIT;
FETCH FORWARD ALL FROM c;
-- mask: cursor declared again under the name of a clean one [state-names]
BEGIN;
DECLARE c CURSOR FOR SELECT label FROM vault.clean;
FETCH 1 FROM c;
CLOSE c;
DECLARE c CURSOR FOR SELECT email FROM vault.person;
FETCH 1 FROM c;
-- mask: cursor declared in a savepoint that is rolled back [state-names]
BEGIN;
DECLARE c CURSOR FOR SELECT email FROM vault.person;
SAVEPOINT s;
CLOSE c;
ROLLBACK TO s;
COMMIT;
DECLARE c CURSOR WITH HOLD FOR SELECT email FROM vault.person;
FETCH 1 FROM c;
-- error 34000: cursor of a transaction that has ended [state-names]
BEGIN;
DECLARE c CURSOR FOR SELECT email FROM vault.person;
ROLLBACK;
FETCH ALL FROM c;
-- error 34000: cursor that was never declared [state-names]
FETCH ALL FROM hidden;
-- mask: PREPARE and EXECUTE [state-names]
PREPARE q AS SELECT email FROM vault.person;
EXECUTE q;
EXECUTE q;
-- mask: PREPARE with a parameter over a clean column [state-names]
PREPARE q(int) AS SELECT email FROM vault.person WHERE id = $1;
EXECUTE q(2);
-- refuse predicate: PREPARE with a parameter over a protected column [state-names]
PREPARE q(text) AS SELECT id FROM vault.person WHERE email = $1;
-- mask: name of a prepared statement used again [state-names]
PREPARE q AS SELECT label FROM vault.clean;
EXECUTE q;
DEALLOCATE q;
PREPARE q AS SELECT email FROM vault.person;
EXECUTE q;
-- mask: prepared in a transaction that is rolled back [state-names]
BEGIN;
PREPARE q AS SELECT email FROM vault.person;
ROLLBACK;
EXECUTE q;
-- mask: DEALLOCATE rolled back does not come back [state-names]
PREPARE q AS SELECT label FROM vault.clean;
BEGIN;
DEALLOCATE q;
PREPARE q AS SELECT email FROM vault.person;
ROLLBACK;
EXECUTE q;
-- error 26000: EXECUTE after DISCARD [state-names]
PREPARE q AS SELECT email FROM vault.person;
DISCARD ALL;
EXECUTE q;
-- pass: EXPLAIN EXECUTE [door-explain]
PREPARE q AS SELECT email FROM vault.person;
EXPLAIN (VERBOSE) EXECUTE q;
-- pass: EXPLAIN ANALYZE EXECUTE [door-explain]
PREPARE q AS SELECT email FROM vault.person;
EXPLAIN (ANALYZE, VERBOSE, FORMAT YAML) EXECUTE q;
-- mask: path changed between PREPARE and EXECUTE [parse-search-path]
SET search_path = vault;
PREPARE q AS SELECT email FROM person;
SET search_path = public;
SET search_path = vault;
EXECUTE q;
-- mask: path of the transaction only [parse-search-path]
BEGIN;
SET LOCAL search_path = vault;
SELECT email FROM person;
-- mask: failed transaction, then a good one [session-settings]
BEGIN;
ROLLBACK;
SELECT email FROM vault.person;
-- pass: dates in another style [session-settings]
SET DateStyle = 'German';
SELECT born FROM vault.person;
-- pass: timestamps in another zone and style [session-settings]
SET DateStyle = 'SQL, DMY';
SET TimeZone = 'Asia/Tokyo';
SELECT seen FROM vault.person;
-- mask: bytes as escapes [session-settings]
SET bytea_output = 'escape';
SELECT photo, email FROM vault.person;
-- refuse unsafe_encoding: another encoding [parse-quotes]
SET client_encoding = 'latin1';
SELECT email FROM vault.person;
-- mask: read-only transaction with a snapshot [session-settings]
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SELECT email FROM vault.person;
-- pass: EXPLAIN of a plain column [door-explain]
EXPLAIN (VERBOSE, COSTS OFF) SELECT email FROM vault.person WHERE id = 1;
-- pass: EXPLAIN ANALYZE of a plain column [door-explain]
EXPLAIN (ANALYZE, BUFFERS, FORMAT XML) SELECT email FROM vault.person;
-- pass: SHOW ALL [door-settings]
SHOW ALL;
-- pass: settings [door-settings]
SELECT name, setting FROM pg_settings;
-- pass: view definitions [door-catalogs]
SELECT pg_get_viewdef('vault.v_expression'::regclass), pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'vault.visit'::regclass;
-- pass: locks [door-scratch]
SELECT * FROM pg_locks;
-- pass: activity on tables [door-statistics]
SELECT * FROM pg_stat_all_tables WHERE schemaname = 'vault';
