//! Errors and notices of the server.

use crate::wire::compose;
use crate::wire::error_fields::ErrorFields;

use super::*;

const QUOTES: &str = "invalid input syntax for type integer: \"ada@example.org\"";
const SCRUBBED: &str = "E 22P02 invalid text representation";

#[test]
fn over_clean_statements_they_pass() {
    let mut stage = Stage::new();
    stage.query("SELECT name FROM city");
    let seen = stage.seen(&[notice("be aware"), error("22P02", QUOTES), ready(b'I')]);
    assert_eq!(seen, ["N 00000 be aware", &format!("E 22P02 {QUOTES}"), "Z I"]);
    stage.parse("", "SELECT name FROM city");
    stage.bind("", "");
    stage.execute("");
    stage.sync();
    let description = described("name", oid("city"), 1);
    let seen = stage.seen(&[
        parsed(),
        bound(),
        description,
        notice("be aware"),
        error("22P02", QUOTES),
    ]);
    assert_eq!(seen[2..], ["N 00000 be aware", &format!("E 22P02 {QUOTES}")]);
}

#[test]
fn over_protected_statements_they_are_scrubbed_once_rows_may_come() {
    let email = || described("email", oid("customer"), 2);
    let mut stage = Stage::new();
    stage.query("SELECT email FROM customer");
    let seen = stage.seen(&[
        email(),
        row(&["a@b"]),
        notice("ada"),
        error("22P02", QUOTES),
        ready(b'I'),
    ]);
    // That there is a notice may tell as much as its text.
    assert_eq!(seen[2..], [SCRUBBED, "Z I"]);
    // Parse analysis has read no row, and its errors are worth reading.
    stage.query("SELECT email FROM customer");
    let seen = stage.seen(&[error("42883", "operator does not exist"), ready(b'I')]);
    assert_eq!(seen[0], "E 42883 operator does not exist");
    stage.parse("", "SELECT email FROM customer");
    stage.sync();
    assert_eq!(
        stage.seen(&[error("42883", "no operator"), ready(b'I')])[0],
        "E 42883 no operator"
    );
    stage.parse("", "SELECT email FROM customer");
    stage.bind("", "");
    stage.execute("");
    stage.sync();
    let seen = stage.seen(&[
        parsed(),
        bound(),
        email(),
        notice("ada"),
        error("22P02", QUOTES),
        ready(b'I'),
    ]);
    assert_eq!(seen[2..], [SCRUBBED, "Z I"]);
    stage.query("COPY customer (email) TO STDOUT");
    let seen = stage.seen(&[copy_out(1), copy_data("a@b\n"), error("22P02", QUOTES), ready(b'I')]);
    assert_eq!(seen[2], SCRUBBED);
}

#[test]
fn of_what_a_name_leads_to() {
    let mut stage = Stage::new();
    stage.query("PREPARE p AS SELECT email FROM customer; PREPARE c AS SELECT name FROM city");
    stage.seen(&[complete("PREPARE"), complete("PREPARE"), ready(b'I')]);
    for (text, scrubbed) in [
        ("EXECUTE p", true),
        ("EXECUTE c", false),
        ("EXPLAIN ANALYZE EXECUTE p", true),
        ("EXPLAIN ANALYZE EXECUTE c", false),
        ("EXPLAIN ANALYZE SELECT email FROM customer", true),
    ] {
        stage.query(text);
        let seen = stage.seen(&[error("22P02", QUOTES), ready(b'I')]);
        assert_eq!(seen[0] == SCRUBBED, scrubbed, "{text}: {seen:?}");
    }
    stage.query("FETCH nowhere");
    let seen = stage.seen(&[error("34000", "cursor \"nowhere\" does not exist"), ready(b'I')]);
    assert_eq!(seen[0], "E 34000 cursor \"nowhere\" does not exist");
    stage.query("FETCH nowhere");
    assert_eq!(stage.seen(&[error("22P02", QUOTES), ready(b'I')])[0], SCRUBBED);
}

/// COMMIT runs cursors WITH HOLD to their end; without a transaction, DECLARE itself does.
#[test]
fn of_cursors_with_hold() {
    let declare = "DECLARE c CURSOR WITH HOLD FOR SELECT email FROM customer";
    let mut stage = Stage::new();
    stage.query(declare);
    assert_eq!(stage.seen(&[error("22P02", QUOTES), ready(b'I')])[0], SCRUBBED);
    stage.query("BEGIN");
    stage.query(declare);
    stage.query("COMMIT");
    stage.seen(&[complete("BEGIN"), ready(b'T'), complete("DECLARE CURSOR"), ready(b'T')]);
    assert_eq!(stage.seen(&[error("22P02", QUOTES), ready(b'I')])[0], SCRUBBED);
    let mut stage = Stage::new();
    stage.parse("", declare);
    stage.bind("", "");
    stage.execute("");
    stage.sync();
    stage.seen(&[parsed(), bound(), no_data(), complete("DECLARE CURSOR")]);
    assert_eq!(stage.seen(&[error("22P02", QUOTES), ready(b'I')])[0], SCRUBBED);
}

#[test]
fn an_error_in_a_pipeline_skips_to_sync() {
    let mut stage = Stage::new();
    for text in ["SELECT name FROM city", "SELECT email FROM customer"] {
        stage.parse("", text);
        stage.bind("", "");
        stage.describe("");
        stage.execute("");
    }
    stage.sync();
    stage.query("SELECT name FROM city");
    let name = || described("name", oid("city"), 1);
    let seen = stage.seen(&[
        parsed(),
        bound(),
        name(),
        error("22012", "division by zero"),
        ready(b'I'),
    ]);
    assert_eq!(seen[3..], ["E 22012 division by zero", "Z I"]);
    assert_eq!(
        stage.seen(&[name(), row(&["Paris"]), complete("SELECT 1"), ready(b'I')])[1],
        "D Paris"
    );
    assert_eq!(
        stage.log(),
        [
            "1 pass: SELECT name FROM city",
            "2 mask: SELECT email FROM customer",
            "3 pass: SELECT name FROM city",
            "1 22012 0",
            "2 25P02 0",
            "3 ok 1",
        ]
    );
}

#[test]
fn an_error_in_a_query_ends_that_query_alone() {
    let mut stage = Stage::new();
    stage.query("SELECT name FROM city; SELECT email FROM customer");
    stage.query("SELECT name FROM city");
    let name = || described("name", oid("city"), 1);
    stage.seen(&[name(), error("22012", "division by zero"), ready(b'I')]);
    let seen = stage.seen(&[name(), row(&["Paris"]), complete("SELECT 1"), ready(b'I')]);
    assert_eq!(seen[1], "D Paris");
}

#[test]
fn a_message_that_cannot_be_read() {
    let mut stage = Stage::new();
    let mut out = Vec::new();
    let bad = b"E\0\0\0\x06ab";
    stage.conversation.malformed(b'E', bad, &mut out);
    assert_eq!(out, bad);
    stage.sync();
    let seen = stage.seen(&[error("08P01", "invalid string in message"), ready(b'I')]);
    assert_eq!(seen, ["E 08P01 invalid string in message", "Z I"]);
    stage.conversation.malformed(b'Q', b"Q\0\0\0\x06ab", &mut out);
    let seen = stage.seen(&[error("08P01", "invalid string in message"), ready(b'I')]);
    assert_eq!(seen.len(), 2);
    stage.conversation.malformed(b'Q', b"Q\0\0\0\x06ab", &mut out);
    assert!(stage.replies(&[complete("SELECT 1")]).is_err());
    let mut stage = Stage::new();
    stage.conversation.malformed(b'E', bad, &mut out);
    assert!(stage.replies(&[complete("SELECT 1")]).is_err());
}

#[test]
fn last_words_pass_at_any_time() {
    let mut stage = Stage::new();
    let mut fatal = Vec::new();
    let fields = ErrorFields::fatal("57P01", "terminating connection due to administrator command");
    compose::error_response(&mut fatal, &fields);
    let seen = stage.seen(&[fatal]);
    assert_eq!(seen, ["E 57P01 terminating connection due to administrator command"]);
}
