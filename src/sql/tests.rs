//! The whole way of a statement, and the corpora.

use std::collections::BTreeSet;

use super::test_catalog::{Rules, add, add_type, catalog};
use super::*;

/// Runs a test with the stack that analysis needs.
fn with_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(test)
        .unwrap()
        .join()
        .unwrap();
}

fn corpus(lines: &str) -> Vec<String> {
    let entries = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    entries.map(|entry| entry["sql"].as_str().unwrap().to_owned()).collect()
}

/// A catalog with every relation that the statements name, all clean.
fn catalog_for(statements: &[String]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let (mut named, mut types) = (BTreeSet::new(), BTreeSet::new());
    for text in statements {
        for parsed in parser::parse(
            text,
            &ParserSettings {
                server_version: 180_004,
            },
        )
        .unwrap()
        {
            parsed.tree.walk(&mut |node| {
                if node.is("RangeVar") {
                    let schema = Some(node.str("schemaname")).filter(|schema| !schema.is_empty());
                    named.insert((
                        schema.unwrap_or("pg_catalog").to_owned(),
                        node.str("relname").to_owned(),
                    ));
                }
                true
            });
        }
    }
    for (oid, (schema, name)) in (20_000..).zip(named) {
        add(&mut snapshot, oid, &schema, &name, &["oid"], None);
    }
    for (oid, name) in (16..).zip(types) {
        add_type(&mut snapshot, oid, "pg_catalog", &name);
    }
    snapshot
}

#[test]
fn what_pg_dump_and_psql_send_passes() {
    with_stack(|| {
        let mut statements = corpus(include_str!("../../tests/corpus/pg_dump-statements.jsonl"));
        statements.extend(corpus(include_str!("../../tests/corpus/psql-statements.jsonl")));
        statements.retain(|text| !text.starts_with("FunctionCall"));
        assert!(statements.len() > 700);
        let mut snapshot = catalog_for(&statements);
        let views = resolve_views(&snapshot, &Rules::default());
        let touches = ViewTouches::new(&snapshot);
        for version in [150_018, 160_014, 170_010, 180_004] {
            snapshot.server_version = version;
            let context = Context {
                snapshot: &snapshot,
                treatment: &Rules::default(),
                views: &views,
                touches: &touches,
                large_objects: false,
            custom_settings: &Default::default(),
            };
            let mut failures = Vec::new();
            for text in &statements {
                match analyse(text, &context) {
                    Ok(analyses) => failures.extend(analyses.into_iter().filter_map(|analysis| match analysis {
                        Ok(Analysis { unknown_name: None, .. }) => None,
                        Ok(Analysis {
                            unknown_name: Some(name),
                            ..
                        }) => Some(format!("{name} unknown: {text}")),
                        Err((_, refusal)) => Some(format!("{refusal:?}: {text}")),
                    })),
                    Err(refusal) => failures.push(format!("{refusal:?}: {text}")),
                }
            }
            assert!(
                failures.is_empty(),
                "{version}: {} refused:\n{}",
                failures.len(),
                failures.join("\n")
            );
        }
    });
}

/// Ways out from the threat model that fall before lineage is asked. `c` is `app.customers`, whose email and ssn are protected.
const REFUSED: &[(Reason, &[&str])] = &[
    (
        Reason::StatementNotAllowed,
        &[
            "INSERT INTO app.orders SELECT 1",
            "UPDATE app.orders SET id = 1",
            "DELETE FROM app.orders",
            "MERGE INTO app.orders o USING app.customers c ON o.id = c.id WHEN MATCHED THEN DELETE",
            "TRUNCATE app.orders",
            "WITH w AS (INSERT INTO app.orders SELECT 1 RETURNING *) SELECT * FROM w",
            "WITH w AS (UPDATE app.customers SET id = id RETURNING ssn) SELECT * FROM w",
            "SELECT * FROM (WITH w AS (DELETE FROM app.customers RETURNING ssn) SELECT * FROM w) x",
            "SELECT ssn INTO scratch FROM app.customers",
            "SELECT ssn INTO TEMP scratch FROM app.customers",
            "SELECT 1 FROM app.orders FOR UPDATE",
            "SELECT 1 FROM (SELECT 1 FROM app.orders FOR SHARE) x",
            "DECLARE c CURSOR FOR SELECT 1 FROM app.orders FOR UPDATE",
            "CREATE TABLE a AS SELECT ssn FROM app.customers",
            "CREATE TEMP TABLE a AS SELECT ssn FROM app.customers",
            "CREATE TABLE a AS EXECUTE q",
            "CREATE VIEW v AS SELECT ssn FROM app.customers",
            "CREATE TEMP VIEW v AS SELECT ssn FROM app.customers",
            "CREATE MATERIALIZED VIEW v AS SELECT 1",
            "REFRESH MATERIALIZED VIEW v",
            "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ssn FROM app.customers'",
            "CREATE FUNCTION pg_temp.f(app.customers) RETURNS text LANGUAGE sql AS 'SELECT $1.ssn'",
            "DO $$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM app.customers LIMIT 1); END $$",
            "CALL app.proc()",
            "COPY app.customers FROM STDIN",
            "COPY app.customers TO '/tmp/x'",
            "COPY app.customers TO PROGRAM 'cat'",
            "COPY (SELECT ssn FROM app.customers) TO '/tmp/x'",
            "COPY (DELETE FROM app.customers RETURNING ssn) TO STDOUT",
            "COPY (SELECT 1 FROM app.orders FOR UPDATE) TO STDOUT",
            "PREPARE q AS INSERT INTO app.orders SELECT 1",
            "PREPARE q AS DELETE FROM app.orders",
            "EXPLAIN ANALYZE DELETE FROM app.orders",
            "EXPLAIN CREATE TABLE a AS SELECT ssn FROM app.customers",
            "LISTEN x",
            "NOTIFY x, 'payload'",
            "LOCK TABLE app.customers",
            "LOCK TABLE app.customers IN SHARE MODE",
            "BEGIN READ WRITE",
            "START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ WRITE",
            "SET TRANSACTION READ WRITE",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
            "PREPARE TRANSACTION 'x'",
            "COMMIT PREPARED 'x'",
            "ROLLBACK PREPARED 'x'",
            "VACUUM app.customers",
            "ANALYZE VERBOSE app.customers",
            "CLUSTER app.customers",
            "REINDEX TABLE app.customers",
            "CHECKPOINT",
            "LOAD 'auto_explain'",
            "COMMENT ON TABLE app.customers IS 'x'",
            "ALTER TABLE app.customers RENAME ssn TO city",
            "DROP TABLE app.customers",
            "GRANT SELECT ON app.customers TO public",
            "ALTER ROLE me SET search_path = x",
            "CREATE ROLE x",
            "SECURITY LABEL ON TABLE app.customers IS 'x'",
            "CREATE PUBLICATION p FOR TABLE app.customers",
            "IMPORT FOREIGN SCHEMA s FROM SERVER x INTO y",
            "CREATE STATISTICS s ON email, ssn FROM app.customers",
            "ALTER SYSTEM SET log_statement = 'all'",
        ],
    ),
    (
        Reason::SettingNotAllowed,
        &[
            "SET ROLE postgres",
            "SET SESSION AUTHORIZATION postgres",
            "SET session_replication_role = replica",
            "SET client_min_messages = debug5",
            "SET client_min_messages TO log",
            "SET debug_print_rewritten = on",
            "SET default_transaction_read_only = off",
            "SET transaction_read_only = off",
            "RESET transaction_read_only",
            "SET default_transaction_read_only TO DEFAULT",
            "SET LOCAL my.scratch = 'x'",
            "SET log_statement_stats = on",
            "SET auto_explain.log_level = notice",
            "SET local_preload_libraries = 'auto_explain'",
            "SELECT set_config('my.scratch', ssn, false) FROM app.customers",
            "SELECT set_config('application_name', ssn, false) FROM app.customers",
            "SELECT pg_catalog.set_config('client_min_messages', 'debug5', false)",
            "PREPARE q AS SELECT set_config('application_name', $1, false)",
            "EXECUTE q(set_config('role', 'postgres', false))",
        ],
    ),
    (
        Reason::UnsafeEncoding,
        &[
            "SET standard_conforming_strings = off",
            "SET client_encoding = 'SJIS'",
            "SET NAMES 'GB18030'",
            "SELECT set_config('client_encoding', 'BIG5', false)",
            "COPY app.orders TO STDOUT (ENCODING 'JOHAB')",
        ],
    ),
    (
        Reason::OpaqueFunction,
        &[
            "SELECT query_to_xml('SELECT ssn FROM app.customers', true, true, '')",
            "SELECT table_to_xml('app.customers', true, true, '')",
            "SELECT cursor_to_xml('c', 1, true, true, '')",
            "SELECT database_to_xml(true, true, '')",
            "SELECT schema_to_xml('app', true, true, '')",
            "SELECT * FROM ts_stat('SELECT to_tsvector(ssn) FROM app.customers')",
            "SELECT ts_rewrite('a'::tsquery, 'SELECT ssn::tsquery, ssn::tsquery FROM app.customers')",
            "SELECT pg_read_file('/etc/passwd')",
            "SELECT pg_ls_dir('.')",
            "SELECT pg_notify('x', ssn) FROM app.customers",
            "SELECT pg_advisory_lock(1)",
            "SELECT setval('s', 1), nextval('s')",
            "SELECT pg_logical_slot_get_changes('s', NULL, NULL)",
            "SELECT * FROM pg_stat_get_activity(NULL)",
            "SELECT pg_terminate_backend(1)",
            "SELECT app.leak(1)",
            "SELECT leak(o) FROM app.orders o",
            "SELECT o.leak FROM app.orders o",
            "SELECT 1 |+| 2",
            "SELECT 'x'::app.mood",
            "EXPLAIN SELECT app.leak(1)",
            "DECLARE c CURSOR FOR SELECT app.leak(1)",
            "COPY (SELECT app.leak(1)) TO STDOUT",
        ],
    ),
    (
        Reason::LargeObject,
        &[
            "SELECT lo_get(1)",
            "SELECT loread(lo_open(1, 262144), 10)",
            "SELECT lo_import('/etc/passwd')",
        ],
    ),
    (
        Reason::KeywordDiffers,
        &[
            "SELECT system_user FROM app.customers",
            "SELECT json_value(ssn, 'x') FROM app.customers",
        ],
    ),
    (
        Reason::Unparsable,
        &["SELEC 1", "SELECT 'open", "SELECT (", "SELECT * FROM"],
    ),
];

#[test]
fn ways_out_are_refused_with_their_reason() {
    with_stack(|| {
        let snapshot = catalog();
        let views = resolve_views(&snapshot, &Rules::default());
        let touches = ViewTouches::new(&snapshot);
        let context = Context {
            snapshot: &snapshot,
            treatment: &Rules::default(),
            views: &views,
            touches: &touches,
            large_objects: false,
            custom_settings: &Default::default(),
        };
        let mut count = 0;
        for (reason, statements) in REFUSED {
            for text in *statements {
                let refusal = match analyse(text, &context) {
                    Err(refusal) => refusal,
                    Ok(mut analyses) => analyses.remove(0).map_err(|(_, refusal)| refusal).expect_err(text),
                };
                assert_eq!(refusal.reason, *reason, "{text}: {refusal:?}");
                assert!(!refusal.message.is_empty() && !refusal.hint.is_empty(), "{text}");
                count += 1;
            }
        }
        assert!(count > 100);
    });
}

#[test]
fn one_refused_statement_leaves_the_others() {
    with_stack(|| {
        let snapshot = catalog();
        let views = resolve_views(&snapshot, &Rules::default());
        let touches = ViewTouches::new(&snapshot);
        let context = Context {
            snapshot: &snapshot,
            treatment: &Rules::default(),
            views: &views,
            touches: &touches,
            large_objects: false,
            custom_settings: &Default::default(),
        };
        let text = "SELECT id FROM app.orders ORDER BY 1; DROP TABLE app.orders; SELECT * FROM nosuch";
        let analyses = analyse(text, &context).unwrap();
        let first = analyses[0].as_ref().unwrap();
        assert_eq!(
            (&text[first.span.clone()], first.constants_matter),
            ("SELECT id FROM app.orders ORDER BY 1", true)
        );
        assert!(!first.touches_protected && first.touched.len() == 1);
        let (span, refusal) = analyses[1].as_ref().unwrap_err();
        assert_eq!(
            (&text[span.clone()], refusal.reason),
            ("DROP TABLE app.orders", Reason::StatementNotAllowed)
        );
        assert_eq!(analyses[2].as_ref().unwrap().unknown_name.as_deref(), Some("nosuch"));
    });
}
