//! Bytes that mean other characters to the server than to pgveil.

use super::*;

#[test]
fn settings_under_which_the_server_reads_other_statements() {
    let mut stage = Stage::new();
    stage.seen(&[
        status("standard_conforming_strings", "off"),
        status("client_encoding", "SJIS"),
    ]);
    assert!(stage.query("SELECT 1")[0].contains("pgveil refused"));
    stage.seen(&[failing(), ready(b'I')]);
    // One of the two is not enough.
    stage.seen(&[status("client_encoding", "UTF8")]);
    assert!(stage.query("SELECT 1")[0].contains("pgveil refused"));
    stage.seen(&[failing(), ready(b'I')]);
    assert!(stage.parse("", "SELECT 1")[0].contains("pgveil refused"));
    stage.sync();
    stage.seen(&[failing(), ready(b'I'), status("standard_conforming_strings", "on")]);
    assert_eq!(stage.query("SELECT 1"), ["Query SELECT 1"]);
}

#[test]
fn protected_columns_are_masked_in_utf8_only() {
    let mut stage = Stage::new();
    assert_eq!(stage.seen(&[status("client_encoding", "LATIN1")]), ["S"]);
    assert!(!stage.conversation.reads_utf8());
    assert!(stage.query("SELECT email FROM customer")[0].contains("pgveil refused"));
    assert!(stage.seen(&[failing(), ready(b'I')])[0].contains("masked in UTF-8 only"));
    assert_eq!(stage.query("SELECT name FROM city"), ["Query SELECT name FROM city"]);
}

/// The report of another encoding comes late; what is sent behind the request is read with doubt at once.
#[test]
fn an_encoding_that_is_being_changed() {
    let mut stage = Stage::new();
    stage.query("SET client_encoding = LATIN1");
    assert!(!stage.conversation.reads_utf8());
    stage.seen(&[complete("SET"), status("client_encoding", "LATIN1"), ready(b'I')]);
    stage.query("SET client_encoding = 'utf-8'");
    assert!(!stage.conversation.reads_utf8());
    stage.seen(&[complete("SET"), status("client_encoding", "UTF8"), ready(b'I')]);
    assert!(stage.conversation.reads_utf8());
    stage.query("RESET client_encoding");
    assert!(!stage.conversation.reads_utf8());
    assert!(stage.query("SELECT email FROM customer")[0].contains("pgveil refused"));
    stage.query("SET client_encoding = UTF8");
    assert!(!stage.conversation.reads_utf8());
    stage.seen(&[
        complete("RESET"),
        ready(b'I'),
        failing(),
        ready(b'I'),
        complete("SET"),
        ready(b'I'),
    ]);
    assert!(stage.conversation.reads_utf8());
    // From now on the end of a transaction may bring another encoding.
    stage.query("ROLLBACK");
    assert!(!stage.conversation.reads_utf8());
    stage.seen(&[complete("ROLLBACK"), ready(b'I')]);
    assert!(stage.conversation.reads_utf8());
}

#[test]
fn utf8_for_utf8_changes_nothing() {
    let mut stage = Stage::new();
    stage.query("SET client_encoding = 'UTF8'; SELECT email FROM customer");
    assert!(stage.conversation.reads_utf8());
    let email = described("email", oid("customer"), 2);
    assert_eq!(stage.seen(&[complete("SET"), email, row(&["a@b"])])[2], "D masked");
}

#[test]
fn a_failed_parse_over_a_change_of_encoding_ends_the_session() {
    let mut stage = Stage::new();
    stage.parse("s", "RESET client_encoding");
    stage.sync();
    stage.seen(&[parsed(), ready(b'I')]);
    stage.parse("s", "SELECT 1");
    stage.sync();
    stage.bind("", "s");
    stage.execute("");
    stage.sync();
    stage.seen(&[error("42P05", "in use"), ready(b'I'), bound(), no_data()]);
    assert!(stage.violation(&[complete("RESET")]).contains("means something else"));
}

/// Two names in one encoding may be one in another, and the server cuts them in its own.
#[test]
fn names_are_ascii_where_something_is_protected() {
    let is_refused = |sent: Vec<String>| sent.iter().any(|line| line.contains("pgveil refused"));
    let mut stage = Stage::new();
    for sent in [
        stage.parse("é", "SELECT 1"),
        stage.bind("é", ""),
        stage.bind("", "é"),
        stage.describe("é"),
        stage.execute("é"),
        stage.close(b'S', "é"),
        stage.query("PREPARE é AS SELECT 1"),
        stage.query("FETCH é"),
        stage.query("EXPLAIN EXECUTE é"),
    ] {
        assert!(is_refused(sent.clone()), "{sent:?}");
    }
    assert_eq!(stage.parse("e", "SELECT 1"), ["Parse e: SELECT 1"]);
    let mut nothing_protected = Stage::with(planner_of(snapshot(1).build(), ""));
    assert_eq!(nothing_protected.parse("é", "SELECT 1"), ["Parse é: SELECT 1"]);
    assert_eq!(nothing_protected.query("EXECUTE é"), ["Query EXECUTE é"]);
}
