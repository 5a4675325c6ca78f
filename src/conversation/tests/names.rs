//! What names of statements, portals and cursors mean is what the server confirmed.

use crate::catalog::SnapshotBuilder;

use super::*;

const CLEAN: &str = "SELECT 'x' AS shout";
/// Nothing in its RowDescription tells that it comes from a protected column.
const DERIVED: &str = "SELECT upper(email) AS shout FROM customer";
const SECRET: &str = "ADA@EXAMPLE.ORG";

fn shout() -> Vec<u8> {
    described("shout", 0, 0)
}

/// Prepares by Parse, up to ReadyForQuery.
fn prepare(stage: &mut Stage, name: &str, text: &str) {
    stage.parse(name, text);
    stage.sync();
    assert_eq!(stage.seen(&[parsed(), ready(b'I')]), ["1", "Z I"]);
}

/// A simple statement without rows, up to ReadyForQuery.
fn run(stage: &mut Stage, text: &str, tag: &str) {
    stage.query(text);
    assert_eq!(stage.seen(&[complete(tag), ready(b'T')]).len(), 2);
}

#[test]
fn a_failed_parse_leaves_the_old_plan() {
    let mut stage = Stage::new();
    prepare(&mut stage, "s", DERIVED);
    stage.log();
    // All of it is sent before the server has answered: s is still in use, so Parse fails and skips to Sync.
    stage.parse("s", CLEAN);
    stage.sync();
    stage.bind("", "s");
    assert_eq!(stage.execute(""), ["Describe P", "Execute "]);
    stage.sync();
    let taken = error("42P05", "prepared statement \"s\" already exists");
    assert_eq!(stage.seen(&[taken, ready(b'I')])[1], "Z I");
    let seen = stage.seen(&[bound(), shout(), row(&[SECRET]), complete("SELECT 1"), ready(b'I')]);
    assert_eq!(seen, ["2", "D [redacted]", "C SELECT 1", "Z I"]);
    // What was recorded first is not what ran; what ran was recorded before its first row.
    assert_eq!(
        stage.log(),
        [
            "1 pass: SELECT ? AS shout",
            "1 25P02 0",
            "2 mask: SELECT upper(email) AS shout FROM customer",
            "2 ok 1",
        ]
    );
}

#[test]
fn a_failed_parse_leaves_the_old_copy() {
    let mut stage = Stage::new();
    prepare(&mut stage, "s", "COPY customer (email) TO STDOUT");
    stage.parse("s", "COPY city TO STDOUT");
    stage.sync();
    stage.bind("", "s");
    stage.execute("");
    stage.sync();
    stage.seen(&[error("42P05", "in use"), ready(b'I')]);
    let seen = stage.seen(&[
        bound(),
        no_data(),
        copy_out(1),
        copy_data("ada@example.org\n"),
        bare(b'c'),
        complete("COPY 1"),
        ready(b'I'),
    ]);
    assert_eq!(seen, ["2", "H", "d masked\n", "c", "C COPY 1", "Z I"]);
}

#[test]
fn a_failed_parse_leaves_the_old_declare() {
    let mut stage = Stage::new();
    prepare(&mut stage, "s", &format!("DECLARE c CURSOR FOR {DERIVED}"));
    run(&mut stage, "BEGIN", "BEGIN");
    stage.parse("s", &format!("DECLARE c CURSOR FOR {CLEAN}"));
    stage.sync();
    stage.bind("", "s");
    stage.execute("");
    stage.sync();
    stage.seen(&[error("42P05", "in use"), ready(b'T')]);
    stage.seen(&[bound(), no_data(), complete("DECLARE CURSOR"), ready(b'T')]);
    stage.query("FETCH c");
    let seen = stage.seen(&[shout(), row(&[SECRET]), complete("FETCH 1"), ready(b'T')]);
    assert_eq!(seen[1], "D [redacted]");
}

#[test]
fn a_parse_that_succeeds_changes_the_plan() {
    let mut stage = Stage::new();
    prepare(&mut stage, "s", CLEAN);
    stage.close(b'S', "s");
    stage.parse("s", DERIVED);
    stage.bind("", "s");
    stage.execute("");
    stage.sync();
    let replies = [
        closed(),
        parsed(),
        bound(),
        shout(),
        row(&[SECRET]),
        complete("SELECT 1"),
    ];
    assert_eq!(stage.seen(&replies)[3], "D [redacted]");
}

#[test]
fn the_server_cuts_names_at_63_bytes() {
    let shared = "n".repeat(63);
    let mut stage = Stage::new();
    prepare(&mut stage, &format!("{shared}one"), DERIVED);
    stage.parse("", CLEAN);
    stage.bind(&format!("{shared}portal one"), &format!("{shared}two"));
    stage.execute(&format!("{shared}portal two"));
    stage.sync();
    let seen = stage.seen(&[parsed(), bound(), shout(), row(&[SECRET]), complete("SELECT 1")]);
    assert_eq!(seen[2], "D [redacted]");
}

#[test]
fn prepare_execute_deallocate() {
    let mut stage = Stage::new();
    run(&mut stage, &format!("PREPARE s AS {DERIVED}"), "PREPARE");
    stage.query("EXECUTE s");
    let seen = stage.seen(&[shout(), row(&[SECRET]), complete("SELECT 1"), ready(b'I')]);
    assert_eq!(seen[1], "D [redacted]");
    stage.query(&format!("PREPARE s AS {CLEAN}"));
    stage.seen(&[error("42P05", "in use"), ready(b'I')]);
    stage.query("EXECUTE s");
    let seen = stage.seen(&[shout(), row(&[SECRET]), complete("SELECT 1"), ready(b'I')]);
    assert_eq!(seen[1], "D [redacted]");
    run(&mut stage, "DEALLOCATE s", "DEALLOCATE");
    run(&mut stage, &format!("PREPARE s AS {CLEAN}"), "PREPARE");
    stage.query("EXECUTE s");
    let seen = stage.seen(&[shout(), row(&["x"]), complete("SELECT 1"), ready(b'I')]);
    assert_eq!(seen[1], "D x");
    run(&mut stage, "DEALLOCATE ALL", "DEALLOCATE ALL");
    stage.query("EXECUTE s");
    let seen = stage.seen(&[error("26000", "prepared statement \"s\" does not exist"), ready(b'I')]);
    assert_eq!(seen[0], "E 26000 prepared statement \"s\" does not exist");
}

#[test]
fn a_deallocate_in_a_pipeline_does_not_take_the_name_that_comes_after() {
    let mut stage = Stage::new();
    prepare(&mut stage, "s", CLEAN);
    stage.query("DEALLOCATE s");
    stage.parse("s", DERIVED);
    stage.bind("", "s");
    stage.execute("");
    stage.sync();
    stage.log();
    stage.seen(&[complete("DEALLOCATE"), ready(b'I'), parsed(), bound(), shout()]);
    assert_eq!(
        stage.seen(&[row(&[SECRET]), complete("SELECT 1"), ready(b'I')])[0],
        "D [redacted]"
    );
    assert_eq!(stage.log(), ["1 ok 0", "2 ok 1"]);
}

#[test]
fn cursors_are_declared_fetched_closed_and_declared_again() {
    let mut stage = Stage::new();
    run(&mut stage, "BEGIN", "BEGIN");
    run(&mut stage, &format!("DECLARE c CURSOR FOR {CLEAN}"), "DECLARE CURSOR");
    stage.query("FETCH c");
    assert_eq!(
        stage.seen(&[shout(), row(&["x"]), complete("FETCH 1"), ready(b'T')])[1],
        "D x"
    );
    run(&mut stage, "CLOSE c", "CLOSE CURSOR");
    run(&mut stage, &format!("DECLARE c CURSOR FOR {DERIVED}"), "DECLARE CURSOR");
    run(&mut stage, "MOVE c", "MOVE 1");
    stage.query("FETCH c");
    let seen = stage.seen(&[shout(), row(&[SECRET]), complete("FETCH 1"), ready(b'T')]);
    assert_eq!(seen[1], "D [redacted]");
    stage.query(&format!("DECLARE c CURSOR FOR {CLEAN}"));
    stage.seen(&[error("42P03", "cursor \"c\" already exists"), ready(b'E')]);
    stage.query("FETCH c");
    let seen = stage.seen(&[shout(), row(&[SECRET]), complete("FETCH 1"), ready(b'T')]);
    assert_eq!(seen[1], "D [redacted]");
}

#[test]
fn a_cursor_as_portal() {
    let mut stage = Stage::new();
    run(&mut stage, "BEGIN", "BEGIN");
    run(&mut stage, &format!("DECLARE c CURSOR FOR {DERIVED}"), "DECLARE CURSOR");
    assert_eq!(stage.execute("c"), ["Describe Pc", "Execute c"]);
    stage.sync();
    let seen = stage.seen(&[shout(), row(&[SECRET]), suspended(), ready(b'T')]);
    assert_eq!(seen, ["D [redacted]", "s", "Z T"]);
    assert_eq!(stage.execute("c"), ["Execute c"]);
    assert_eq!(stage.seen(&[row(&[SECRET]), complete("SELECT 1")])[0], "D [redacted]");
}

#[test]
fn the_end_of_a_transaction_ends_its_portals() {
    let mut stage = Stage::new();
    run(&mut stage, "BEGIN", "BEGIN");
    run(&mut stage, &format!("DECLARE c CURSOR FOR {CLEAN}"), "DECLARE CURSOR");
    run(
        &mut stage,
        &format!("DECLARE h CURSOR WITH HOLD FOR {DERIVED}"),
        "DECLARE CURSOR",
    );
    stage.query("COMMIT");
    stage.seen(&[complete("COMMIT"), ready(b'I')]);
    stage.query("FETCH h");
    let seen = stage.seen(&[shout(), row(&[SECRET]), complete("FETCH 1"), ready(b'I')]);
    assert_eq!(seen[1], "D [redacted]");
    // Only a cursor that pgveil knows of is shown.
    stage.query("FETCH c");
    assert!(stage.violation(&[shout()]).contains("does not know"));
}

/// What FETCH and EXECUTE show is what their name means when they run, not when they were bound or described.
#[test]
fn a_name_that_changes_between_describe_and_execute() {
    for (use_it, clean, derived, drop) in [
        (
            "FETCH c",
            format!("DECLARE c CURSOR FOR {CLEAN}"),
            format!("DECLARE c CURSOR FOR {DERIVED}"),
            "CLOSE c",
        ),
        (
            "EXECUTE c",
            format!("PREPARE c AS {CLEAN}"),
            format!("PREPARE c AS {DERIVED}"),
            "DEALLOCATE c",
        ),
    ] {
        let mut stage = Stage::new();
        run(&mut stage, "BEGIN", "BEGIN");
        run(&mut stage, &clean, "DONE");
        stage.parse("", use_it);
        stage.bind("p", "");
        stage.describe("p");
        stage.sync();
        let seen = stage.seen(&[parsed(), bound(), shout(), ready(b'T')]);
        assert_eq!(seen, ["1", "2", "T shout", "Z T"]);
        run(&mut stage, drop, "DONE");
        run(&mut stage, &derived, "DONE");
        assert_eq!(stage.execute("p"), ["Describe Pp", "Execute p"]);
        stage.sync();
        let seen = stage.seen(&[shout(), row(&[SECRET]), suspended(), ready(b'T')]);
        assert_eq!(seen, ["D [redacted]", "s", "Z T"], "{use_it}");
        // It has its rows now, whatever the name means later.
        run(&mut stage, drop, "DONE");
        run(&mut stage, &clean, "DONE");
        stage.describe("p");
        assert_eq!(stage.execute("p"), ["Execute p"]);
        stage.sync();
        let seen = stage.seen(&[shout(), row(&[SECRET]), complete("DONE"), ready(b'T')]);
        assert_eq!(seen, ["T shout", "D [redacted]", "C DONE", "Z T"], "{use_it}");
    }
}

/// Statements that make names are followed only where they are sent themselves.
#[test]
fn execute_and_fetch_lead_to_queries_only() {
    let declare = format!("DECLARE c CURSOR FOR {DERIVED}");
    let prepare_it = format!("PREPARE c AS {DERIVED}");
    for text in [
        &declare,
        &prepare_it,
        "COPY city TO STDOUT",
        "DEALLOCATE c",
        "EXECUTE other",
        "FETCH other",
    ] {
        let mut stage = Stage::new();
        prepare(&mut stage, "s", text);
        let sent = stage.query("EXECUTE s");
        assert_eq!(sent, ["Query SELECT \"pgveil refused this statement\""], "{text}");
        let seen = stage.seen(&[failing(), ready(b'I')]);
        assert!(seen[0].starts_with("E 42501"), "{text}: {seen:?}");
    }
    let mut stage = Stage::new();
    prepare(&mut stage, "s", "EXECUTE other");
    run(&mut stage, "BEGIN", "BEGIN");
    stage.bind("p", "s");
    stage.sync();
    stage.seen(&[bound(), ready(b'T')]);
    assert!(stage.query("MOVE p")[0].contains("pgveil refused"));
}

/// The same where only the server knows what the name means.
#[test]
fn execute_of_a_declare_behind_a_failed_parse() {
    let mut stage = Stage::new();
    prepare(&mut stage, "s", &format!("DECLARE c CURSOR FOR {DERIVED}"));
    stage.parse("s", CLEAN);
    stage.sync();
    assert_eq!(stage.query("EXECUTE s"), ["Query EXECUTE s"]);
    stage.seen(&[error("42P05", "in use"), ready(b'I')]);
    assert!(
        stage
            .violation(&[complete("DECLARE CURSOR")])
            .contains("name is that of a query")
    );
}

#[test]
fn a_new_generation_between_parse_and_bind() {
    let mut stage = Stage::new();
    prepare(&mut stage, "s", "SELECT email FROM customer");
    let kept =
        "[[keep]]\ncolumns = [\"public.customer.*\"]\n[[rule]]\ncolumns = [\"public.city.name\"]\nmask = \"city\"\n";
    let snapshot = snapshot(2).build();
    let email = snapshot.candidates(None, "customer")[0].oid;
    stage.conversation.set_planner(planner_of(snapshot, kept));
    stage.bind("", "s");
    stage.execute("");
    stage.sync();
    let seen = stage.seen(&[
        bound(),
        described("email", email, 2),
        row(&["a@b"]),
        complete("SELECT 1"),
    ]);
    assert_eq!(seen, ["2", "D a@b", "C SELECT 1"]);
}

#[test]
fn a_statement_that_may_no_longer_run() {
    let mut stage = Stage::new();
    prepare(&mut stage, "s", "SELECT email AS shout FROM customer");
    run(
        &mut stage,
        "PREPARE t AS SELECT email AS shout FROM customer",
        "PREPARE",
    );
    let without = SnapshotBuilder::new()
        .generation(2)
        .table("public.city", &[("name", "text")])
        .build();
    let rules = "[[rule]]\ncolumns = [\"public.city.name\"]\nmask = \"city\"\n";
    stage.conversation.set_planner(planner_of(without, rules));
    let sent = stage.bind("", "s");
    assert_eq!(sent, ["Parse pgveil_refusal: SELECT \"pgveil refused this statement\""]);
    stage.sync();
    assert!(stage.seen(&[failing(), ready(b'I')])[0].starts_with("E 42501"));
    stage.query("EXECUTE t");
    assert!(stage.violation(&[shout()]).contains("may no longer run"));
}
