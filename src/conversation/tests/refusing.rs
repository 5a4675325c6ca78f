//! Refusals: errors of the server's own with other words.

use super::*;

const REFUSED: &str = "SELECT id FROM customer WHERE email = 'a'";
const STAND_IN: &str = "SELECT \"pgveil refused this statement\"";

fn is_refusal(line: &str) -> bool {
    line.starts_with("E 42501 pgveil: the protected column public.customer.email in WHERE")
}

#[test]
fn a_simple_statement() {
    let mut stage = Stage::new();
    assert_eq!(stage.query(REFUSED), [format!("Query {STAND_IN}")]);
    let seen = stage.seen(&[failing(), ready(b'I')]);
    assert!(is_refusal(&seen[0]) && seen[1] == "Z I", "{seen:?}");
    assert_eq!(stage.log()[0], "1 predicate: SELECT id FROM customer WHERE email = ?");
}

/// In a failed transaction the server answers so to any statement.
#[test]
fn in_a_failed_transaction_the_server_speaks() {
    let mut stage = Stage::new();
    stage.query(REFUSED);
    let seen = stage.seen(&[error("25P02", "current transaction is aborted"), ready(b'E')]);
    assert_eq!(seen, ["E 25P02 current transaction is aborted", "Z E"]);
}

#[test]
fn the_first_the_middle_or_the_last_of_a_query() {
    const A: &str = "SELECT 1 AS a";
    const B: &str = "SELECT 2 AS b";
    for (text, before) in [
        (format!("{REFUSED}; {A}; {B}"), 0),
        (format!("{A}; {REFUSED}; {B}"), 1),
        (format!("{A}; {B}; {REFUSED};"), 2),
    ] {
        let mut stage = Stage::new();
        let sent = stage.query(&text);
        let prefix = text.split(REFUSED).next().unwrap_or_default().trim_end();
        assert_eq!(sent.len(), 1);
        assert!(
            sent[0].starts_with(&format!("Query {prefix}")) && sent[0].ends_with(STAND_IN),
            "{sent:?}"
        );
        let mut replies: Vec<Vec<u8>> = ["a", "b"][..before]
            .iter()
            .flat_map(|label| [described(label, 0, 0), row(&["1"]), complete("SELECT 1")])
            .collect();
        replies.extend([failing(), ready(b'I')]);
        let seen = stage.seen(&replies);
        assert_eq!(seen.len(), 3 * before + 2);
        assert!(is_refusal(&seen[3 * before]), "{seen:?}");
        assert_eq!(
            stage.log().len(),
            2 * (before + 1),
            "what stands behind it is not recorded"
        );
    }
}

#[test]
fn the_first_the_middle_or_the_last_of_a_pipeline() {
    for place in 0..3 {
        let mut stage = Stage::new();
        let mut replies = Vec::new();
        for number in 0..3 {
            let text = if number == place {
                REFUSED
            } else {
                "SELECT name FROM city"
            };
            let sent = stage.parse("", text);
            if number == place {
                assert_eq!(sent, [format!("Parse pgveil_refusal: {STAND_IN}")]);
            }
            stage.bind("", "");
            stage.describe("");
            stage.execute("");
            if number < place {
                let description = described("name", oid("city"), 1);
                replies.extend([parsed(), bound(), description, row(&["Paris"]), complete("SELECT 1")]);
            }
        }
        stage.sync();
        replies.extend([failing(), ready(b'I')]);
        let seen = stage.seen(&replies);
        assert_eq!(seen.len(), 5 * place + 2, "the server skips to Sync");
        assert!(is_refusal(&seen[5 * place]), "{seen:?}");
        assert!(stage.conversation.is_idle());
        stage.query("SELECT 1 AS a");
        assert_eq!(
            stage.seen(&[described("a", 0, 0), row(&["1"])])[1],
            "D 1",
            "the session goes on"
        );
    }
}

#[test]
fn what_stands_behind_it_in_the_pipeline_is_skipped() {
    let mut stage = Stage::new();
    stage.parse("", REFUSED);
    stage.seen(&[failing()]);
    // The server skips all this, so it is not sent.
    assert_eq!(stage.bind("", ""), [""; 0]);
    assert_eq!(stage.execute(""), [""; 0]);
    assert_eq!(stage.query("SELECT 1"), [""; 0]);
    assert_eq!(stage.sync(), ["Sync"]);
    assert_eq!(stage.seen(&[ready(b'I')]), ["Z I"]);
    assert_eq!(stage.query("SELECT 1"), ["Query SELECT 1"]);
}

#[test]
fn a_statement_that_runs_though_it_was_refused_ends_the_session() {
    let mut stage = Stage::new();
    stage.query(REFUSED);
    assert!(stage.replies(&[described("id", oid("customer"), 1)]).is_err());
    let mut stage = Stage::new();
    stage.query(REFUSED);
    assert!(stage.replies(&[complete("SELECT 0")]).is_err());
    let mut stage = Stage::new();
    stage.parse("", REFUSED);
    assert!(stage.replies(&[parsed()]).is_err());
}

#[test]
fn an_unknown_name_is_shown_to_the_server_without_being_run() {
    let mut stage = Stage::new();
    let sent = stage.query("SELECT a FROM nowhere");
    assert_eq!(
        sent,
        [
            "Parse pgveil_probe: SELECT a FROM nowhere",
            "Close Spgveil_probe",
            &format!("Parse pgveil_refusal: {STAND_IN}"),
            "Sync",
        ]
    );
    let unknown = error("42P01", "relation \"nowhere\" does not exist");
    let seen = stage.seen(&[unknown, ready(b'I')]);
    assert_eq!(seen, ["E 42P01 relation \"nowhere\" does not exist", "Z I"]);
    stage.query("SELECT a FROM nowhere");
    let seen = stage.seen(&[parsed(), closed(), failing(), ready(b'I')]);
    assert!(seen[0].starts_with("E 42501") && seen[1] == "Z I", "{seen:?}");
    let sent = stage.parse("s", "SELECT a FROM nowhere");
    assert_eq!(sent[..2], ["Parse s: SELECT a FROM nowhere", "Close Ss"]);
    stage.sync();
    let seen = stage.seen(&[parsed(), closed(), failing(), ready(b'I')]);
    assert!(seen[0].starts_with("E 42501") && seen[1] == "Z I", "{seen:?}");
}

#[test]
fn no_log_no_service() {
    let mut stage = Stage::new();
    stage.parse("s", "SELECT name FROM city");
    stage.sync();
    stage.seen(&[parsed(), ready(b'I')]);
    stage.conversation.log().is_full = true;
    assert_eq!(stage.query("SELECT name FROM city"), [format!("Query {STAND_IN}")]);
    let told = "E 42501 pgveil: the session log cannot be written, so nothing is served";
    assert_eq!(stage.seen(&[failing(), ready(b'I')]), [told, "Z I"]);
    stage.bind("", "s");
    assert_eq!(stage.execute(""), [format!("Parse pgveil_refusal: {STAND_IN}")]);
    stage.sync();
    assert_eq!(stage.seen(&[bound(), failing(), ready(b'I')]), ["2", told, "Z I"]);
    assert!(!stage.function_call(65));
    assert_eq!(stage.seen(&[failing(), ready(b'I')]).len(), 2);
    stage.conversation.log().is_full = false;
    assert_eq!(stage.query("SELECT name FROM city"), ["Query SELECT name FROM city"]);
}

/// What runs in place of what was recorded is recorded too, or nothing is shown.
#[test]
fn no_log_when_names_have_changed_hands() {
    let mut stage = Stage::new();
    stage.parse("s", "SELECT email FROM customer");
    stage.sync();
    stage.seen(&[parsed(), ready(b'I')]);
    stage.parse("s", "SELECT name FROM city");
    stage.sync();
    stage.bind("", "s");
    stage.execute("");
    stage.sync();
    stage.conversation.log().is_full = true;
    stage.seen(&[
        error("42P05", "in use"),
        ready(b'I'),
        bound(),
        described("email", oid("customer"), 2),
    ]);
    assert!(stage.violation(&[row(&["a@b"])]).contains("session log"));
}

#[test]
fn function_calls() {
    let mut stage = Stage::new();
    assert!(!stage.function_call(954));
    let seen = stage.seen(&[failing(), ready(b'I')]);
    assert!(
        seen[0].starts_with("E 42501 pgveil: the FunctionCall message"),
        "{seen:?}"
    );
    let mut open = Stage::with(planner_of(snapshot(1).build(), ""));
    assert!(open.function_call(954));
    assert_eq!(open.seen(&[bare(b'V'), ready(b'I')]), ["V", "Z I"]);
    assert!(open.function_call(954));
    assert!(open.replies(&[bare(b'V'), bare(b'V')]).is_err());
}

/// What stands before a refused statement is sent in the bytes that it came in.
#[test]
fn a_text_in_another_encoding() {
    let mut stage = Stage::new();
    stage.seen(&[status("client_encoding", "LATIN1")]);
    let text = "SELECT '\u{f7e9}'; SELECT email FROM customer";
    let planned = stage.conversation.planner().plan(text);
    let mut out = Vec::new();
    stage.conversation.query(
        b"Q\0\0\0\x2eSELECT '\xe9'; SELECT email FROM customer\0",
        text,
        &planned,
        &mut out,
    );
    assert_eq!(&out[5..], b"SELECT '\xe9'; SELECT \"pgveil refused this statement\"\0");
}

#[test]
fn names_without_end() {
    let mut stage = Stage::new();
    let long = format!("SELECT '{}'", "x".repeat(1_000_000));
    let mut count = 0;
    while !stage.parse(&format!("s{count}"), &long)[0].contains("pgveil refused") {
        stage.seen(&[parsed()]);
        count += 1;
        assert!(count < 40);
    }
    assert!(count >= 32);
    stage.sync();
    stage.seen(&[failing(), ready(b'I')]);
    stage.close(b'S', "s0");
    assert_eq!(stage.parse("s", &long)[0].len(), "Parse s: ".len() + long.len());
    let mut stage = Stage::new();
    stage.parse("s", "SELECT 1");
    let refused = (0..20_000).find(|number| stage.bind(&format!("p{number}"), "s")[0].contains("pgveil refused"));
    assert_eq!(refused, Some(10_000));
}
