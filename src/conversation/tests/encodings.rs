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
    stage.parse("s", "SET client_encoding = LATIN1");
    stage.sync();
    stage.seen(&[parsed(), ready(b'I')]);
    stage.parse("s", "SELECT 1");
    stage.sync();
    stage.bind("", "s");
    stage.execute("");
    stage.sync();
    stage.seen(&[error("42P05", "in use"), ready(b'I'), bound(), no_data()]);
    assert!(stage.violation(&[complete("SET")]).contains("means something else"));
}

/// Two names in one encoding may be one in another, and the server cuts them in its own.
#[test]
fn names_beyond_ascii() {
    let refused = |stage: &mut Stage| {
        let is_refused = |sent: Vec<String>| sent.iter().any(|line| line.contains("pgveil refused"));
        is_refused(stage.parse("é", "SELECT 1"))
            && is_refused(stage.bind("é", ""))
            && is_refused(stage.bind("", "é"))
            && is_refused(stage.describe("é"))
            && is_refused(stage.execute("é"))
            && is_refused(stage.close(b'S', "é"))
            && is_refused(stage.query("PREPARE é AS SELECT 1"))
            && is_refused(stage.query("FETCH é"))
            && is_refused(stage.query("EXPLAIN EXECUTE é"))
    };
    let mut exact = Stage::new();
    assert_eq!(exact.parse("é", "SELECT 1"), ["Parse é: SELECT 1"]);
    assert_eq!(exact.query("EXECUTE é"), ["Query EXECUTE é"]);
    let mut latin = Stage::new();
    latin.seen(&[status("client_encoding", "LATIN1")]);
    assert!(refused(&mut latin));
    let mut latin_server = Stage::new();
    latin_server.seen(&[status("server_encoding", "LATIN1")]);
    assert!(refused(&mut latin_server));
    let mut changed = Stage::new();
    changed.query("RESET ALL");
    assert!(refused(&mut changed));
    assert_eq!(changed.parse("e", "SELECT 1"), ["Parse e: SELECT 1"]);
    let mut nothing_protected = Stage::with(planner_of(snapshot(1).build(), ""));
    nothing_protected.seen(&[status("client_encoding", "LATIN1")]);
    assert_eq!(nothing_protected.parse("é", "SELECT 1"), ["Parse é: SELECT 1"]);
}
