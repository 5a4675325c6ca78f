use super::*;
use crate::sql::analysis::{CopyFormat, CopyOptions, ForceQuote};
use crate::sql::parser::{ParserSettings, parse};

fn kind(text: &str) -> Result<StatementKind, Refusal> {
    let parsed = parse(
        text,
        &ParserSettings {
            server_version: 180_004,
        },
    )
    .unwrap_or_else(|_| panic!("{text}"));
    check(&parsed[0].tree, true, &CustomSettings::default()).map(|passed| passed.kind)
}

fn copy(text: &str) -> CopyOptions {
    match kind(text) {
        Ok(StatementKind::CopyOut(options)) => options,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn kinds() {
    use StatementKind::*;
    let name = || "c".to_owned();
    for (text, wanted) in [
        ("SELECT 1", Query),
        ("VALUES (1)", Query),
        ("TABLE t", Query),
        ("WITH w AS (SELECT 1) SELECT * FROM w", Query),
        (
            "DECLARE c BINARY CURSOR WITH HOLD FOR SELECT 1",
            DeclareCursor {
                name: name(),
                binary: true,
                hold: true,
            },
        ),
        (
            "DECLARE c SCROLL CURSOR FOR TABLE t",
            DeclareCursor {
                name: name(),
                binary: false,
                hold: false,
            },
        ),
        (
            "FETCH ALL FROM c",
            Fetch {
                name: name(),
                is_move: false,
            },
        ),
        (
            "MOVE 5 IN c",
            Fetch {
                name: name(),
                is_move: true,
            },
        ),
        ("CLOSE c", CloseCursor(Some(name()))),
        ("CLOSE ALL", CloseCursor(None)),
        ("PREPARE c AS SELECT $1", Prepare { name: name() }),
        ("EXECUTE c(1)", Execute { name: name() }),
        ("DEALLOCATE c", Deallocate(Some(name()))),
        ("DEALLOCATE ALL", Deallocate(None)),
        (
            "EXPLAIN SELECT 1",
            Explain {
                executes: None,
                analyze: false,
            },
        ),
        (
            "EXPLAIN (ANALYZE) SELECT 1",
            Explain {
                executes: None,
                analyze: true,
            },
        ),
        (
            "EXPLAIN (ANALYZE off, COSTS 0) EXECUTE c(1)",
            Explain {
                executes: Some(name()),
                analyze: false,
            },
        ),
        (
            "EXPLAIN ANALYZE DECLARE x CURSOR FOR SELECT 1",
            Explain {
                executes: None,
                analyze: true,
            },
        ),
        ("SHOW ALL", Show),
        ("SET search_path = a, b", Set),
        ("SET SCHEMA 'a'", Set),
        ("SET NAMES 'UTF8'", SetEncoding { utf8: true }),
        ("SET LOCAL Client_Encoding TO LATIN1", SetEncoding { utf8: false }),
        ("RESET client_encoding", SetEncoding { utf8: false }),
        ("SET client_encoding TO DEFAULT", SetEncoding { utf8: false }),
        ("SET TIME ZONE INTERVAL '1' HOUR TO MINUTE", Set),
        ("SET LOCAL statement_timeout TO DEFAULT", Set),
        ("SET SESSION AUTHORIZATION DEFAULT", Set),
        ("RESET ROLE", Set),
        ("RESET ALL", SetEncoding { utf8: false }),
        (
            "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE",
            Transaction(TransactionKind::Begin),
        ),
        ("START TRANSACTION", Transaction(TransactionKind::Begin)),
        ("END AND CHAIN", Transaction(TransactionKind::Commit)),
        ("ABORT", Transaction(TransactionKind::Rollback)),
        ("SAVEPOINT a", Transaction(TransactionKind::Other)),
        ("ROLLBACK TO a", Transaction(TransactionKind::Other)),
        ("RELEASE a", Transaction(TransactionKind::Other)),
        (
            "SET TRANSACTION SNAPSHOT '00000003-00001937-1'",
            Transaction(TransactionKind::Other),
        ),
        (
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            Transaction(TransactionKind::Other),
        ),
        (
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            Transaction(TransactionKind::Other),
        ),
        ("SET CONSTRAINTS ALL DEFERRED", Transaction(TransactionKind::Other)),
        ("LOCK TABLE a, b IN ACCESS SHARE MODE NOWAIT", Lock),
        ("DISCARD ALL", Discard { all: true }),
        ("DISCARD PLANS", Discard { all: false }),
        ("UNLISTEN *", Notification),
        ("SELECT pg_catalog.set_config('search_path', '', false)", Query),
    ] {
        assert_eq!(kind(text), Ok(wanted), "{text}");
    }
}

#[test]
fn copy_options_of_all_syntaxes() {
    let text = CopyOptions {
        format: CopyFormat::Text,
        header: false,
        delimiter: b'\t',
        null: b"\\N".to_vec(),
        quote: b'"',
        escape: b'"',
        force_quote: ForceQuote::None,
    };
    let csv = CopyOptions {
        format: CopyFormat::Csv,
        delimiter: b',',
        null: Vec::new(),
        ..text.clone()
    };
    let binary = CopyOptions {
        format: CopyFormat::Binary,
        ..text.clone()
    };
    assert_eq!(copy("COPY t TO STDOUT"), text);
    assert_eq!(copy("COPY t (a, b) TO stdout;"), text);
    assert_eq!(copy("COPY (SELECT 1) TO STDOUT WITH (FORMAT csv)"), csv);
    assert_eq!(copy("COPY t TO STDOUT CSV"), csv);
    assert_eq!(copy("COPY t TO STDOUT (FORMAT binary)"), binary);
    assert_eq!(copy("COPY BINARY t TO STDOUT"), binary);
    assert_eq!(copy("COPY t TO STDOUT WITH BINARY"), binary);
    let odd = CopyOptions {
        header: true,
        delimiter: b';',
        null: b"NULL".to_vec(),
        quote: b'\'',
        escape: b'\\',
        ..csv.clone()
    };
    assert_eq!(
        copy("COPY t TO STDOUT WITH CSV HEADER DELIMITER ';' NULL AS 'NULL' QUOTE '''' ESCAPE '\\'"),
        odd
    );
    assert_eq!(
        copy(
            "COPY t TO STDOUT (FORMAT csv, HEADER 1, DELIMITER ';', NULL 'NULL', QUOTE '''', ESCAPE '\\', FORCE_QUOTE *)"
        ),
        CopyOptions {
            force_quote: ForceQuote::All,
            ..odd.clone()
        }
    );
    assert_eq!(
        copy("COPY t TO STDOUT WITH CSV FORCE QUOTE a, \"B c\"").force_quote,
        ForceQuote::Columns(vec!["a".into(), "B c".into()])
    );
    assert_eq!(
        copy("COPY t TO STDOUT (FORMAT csv, FORCE_QUOTE (a))").force_quote,
        ForceQuote::Columns(vec!["a".into()])
    );
    assert_eq!(
        copy("COPY t TO STDOUT (FORMAT csv, QUOTE '~')"),
        CopyOptions {
            quote: b'~',
            escape: b'~',
            ..csv
        }
    );
    assert_eq!(copy("COPY t TO STDOUT USING DELIMITERS '|'").delimiter, b'|');
    assert!(!copy("COPY t TO STDOUT (HEADER off, ENCODING 'utf-8')").header);
    for bad in [
        "COPY t TO STDOUT (DELIMITER 'ab')",
        "COPY t TO STDOUT (FORMAT xml)",
        "COPY t TO STDOUT (FORMAT csv, FORMAT text)",
        "COPY t TO STDOUT (HEADER match)",
        "COPY t TO STDOUT (ON_ERROR ignore)",
        "COPY t TO STDOUT (DELIMITER 'ä')",
    ] {
        assert_eq!(kind(bad).unwrap_err().reason, Reason::StatementNotAllowed, "{bad}");
    }
    assert_eq!(
        kind("COPY t TO STDOUT (ENCODING 'SJIS')").unwrap_err().reason,
        Reason::UnsafeEncoding
    );
}

#[test]
fn everything_else_is_refused_by_name() {
    let refusal = kind("CREATE TABLE a AS SELECT * FROM b").unwrap_err();
    assert_eq!(refusal.reason, Reason::StatementNotAllowed);
    assert_eq!(refusal.message, "CREATE TABLE AS does not pass pgveil");
    assert_eq!(
        kind("WITH w AS (DELETE FROM t RETURNING *) SELECT * FROM w")
            .unwrap_err()
            .message,
        "DELETE inside a query does not pass pgveil"
    );
}

#[test]
fn only_the_dump_statement_names_a_setting_by_column() {
    for statement in DUMP_STATEMENTS.split(';') {
        let spaced = statement.replace("FROM", "\n FROM");
        assert_eq!(kind(&spaced), Ok(StatementKind::Query), "{spaced}");
    }
    for text in [
        "SELECT set_config(name, 'view, foreign-table', false) FROM pg_settings WHERE name = 'role'",
        "SELECT set_config(name, ssn, false) FROM customers",
        "SELECT set_config('application_name', ssn, false) FROM customers",
        "SELECT set_config('application_name', $1, false)",
        "SELECT set_config('application_name', 'x', ssn = 'y') FROM customers",
        "SELECT set_config('application_name', NULL, false)",
        "SELECT set_config('role', 'postgres', false)",
        "SELECT set_config('client_encoding', 'UTF8', false)",
        "SELECT 1 WHERE EXISTS (SELECT pg_catalog.set_config('my.x', 'y', true))",
    ] {
        assert_eq!(kind(text).unwrap_err().reason, Reason::SettingNotAllowed, "{text}");
    }
}

#[test]
fn notifications_pass_where_nothing_is_protected() {
    let parsed = parse(
        "LISTEN a",
        &ParserSettings {
            server_version: 180_004,
        },
    )
    .unwrap();
    let custom = CustomSettings::default();
    assert_eq!(
        check(&parsed[0].tree, false, &custom).unwrap().kind,
        StatementKind::Notification
    );
    assert!(check(&parsed[0].tree, true, &custom).is_err());
}
