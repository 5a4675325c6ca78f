//! Statements that run: rows, portals, pipelines.

use super::*;

#[test]
fn clean_rows_pass_and_protected_ones_are_masked() {
    let mut stage = Stage::new();
    assert_eq!(
        stage.query("SELECT id, email FROM customer"),
        ["Query SELECT id, email FROM customer"]
    );
    let description = describes(&[("id", oid("customer"), 1), ("email", oid("customer"), 2)]);
    let seen = stage.seen(&[description, row(&["1", "a@b"]), complete("SELECT 1"), ready(b'I')]);
    assert_eq!(seen, ["T id,email", "D 1|masked", "C SELECT 1", "Z I"]);
    stage.query("SELECT id FROM customer");
    let seen = stage.seen(&[
        described("id", oid("customer"), 1),
        row(&["1"]),
        complete("SELECT 1"),
        ready(b'I'),
    ]);
    assert_eq!(seen[1], "D 1");
    assert_eq!(
        stage.log(),
        [
            "1 mask: SELECT id, email FROM customer",
            "1 ok 1",
            "2 mask: SELECT id FROM customer",
            "2 ok 1",
        ]
    );
}

#[test]
fn execute_without_describe() {
    let mut stage = Stage::new();
    stage.parse("", "SELECT email FROM customer");
    stage.bind("", "");
    assert_eq!(stage.execute(""), ["Describe P", "Execute "]);
    stage.sync();
    let seen = stage.seen(&[
        parsed(),
        bound(),
        described("email", oid("customer"), 2),
        row(&["a@b"]),
        complete("SELECT 1"),
        ready(b'I'),
    ]);
    assert_eq!(seen, ["1", "2", "D masked", "C SELECT 1", "Z I"]);
}

#[test]
fn execute_behind_describe() {
    let mut stage = Stage::new();
    stage.parse("", "SELECT email FROM customer");
    stage.bind("", "");
    stage.describe("");
    assert_eq!(stage.execute(""), ["Execute "]);
    stage.sync();
    let seen = stage.seen(&[parsed(), bound(), described("email", oid("customer"), 2), row(&["a@b"])]);
    assert_eq!(seen, ["1", "2", "T email", "D masked"]);
}

#[test]
fn execute_of_a_portal_that_nobody_knows() {
    let mut stage = Stage::new();
    // Not described, so that the error is that of Execute itself.
    assert_eq!(stage.execute("nowhere"), ["Execute nowhere"]);
    stage.sync();
    let seen = stage.seen(&[error("34000", "portal \"nowhere\" does not exist"), ready(b'I')]);
    assert_eq!(seen, ["E 34000 portal \"nowhere\" does not exist", "Z I"]);
    stage.execute("nowhere");
    assert!(stage.violation(&[row(&["secret"])]).contains("not expected"));
}

#[test]
fn portals_are_suspended_and_resumed() {
    let mut stage = Stage::new();
    stage.query("BEGIN");
    stage.seen(&[complete("BEGIN"), ready(b'T')]);
    stage.parse("", "SELECT email FROM customer");
    stage.bind("p", "");
    stage.execute("p");
    stage.sync();
    stage.log();
    let email = || described("email", oid("customer"), 2);
    let seen = stage.seen(&[parsed(), bound(), email(), row(&["a@b"]), suspended(), ready(b'T')]);
    assert_eq!(seen, ["1", "2", "D masked", "s", "Z T"]);
    for _ in 0..2 {
        assert_eq!(stage.execute("p"), ["Execute p"]);
        stage.sync();
        let seen = stage.seen(&[row(&["c@d"]), suspended(), ready(b'T')]);
        assert_eq!(seen, ["D masked", "s", "Z T"]);
    }
    stage.execute("p");
    stage.close(b'P', "p");
    stage.sync();
    assert_eq!(
        stage.seen(&[complete("SELECT 0"), closed(), ready(b'T')]),
        ["C SELECT 0", "3", "Z T"]
    );
    stage.execute("p");
    let gone = error("34000", "portal \"p\" does not exist");
    assert_eq!(stage.seen(&[gone])[0], "E 34000 portal \"p\" does not exist");
    assert_eq!(
        stage
            .log()
            .iter()
            .filter(|line| line.contains("mask: SELECT email"))
            .count(),
        3
    );
}

#[test]
fn two_batches_in_one_go() {
    let mut stage = Stage::new();
    for text in ["SELECT email FROM customer", "SELECT city FROM customer"] {
        stage.parse("", text);
        stage.bind("", "");
        stage.describe("");
        stage.execute("");
        stage.sync();
    }
    let first = [
        parsed(),
        bound(),
        described("email", oid("customer"), 2),
        row(&["a@b"]),
        complete("SELECT 1"),
    ];
    let second = [
        parsed(),
        bound(),
        described("city", oid("customer"), 3),
        row(&["Paris"]),
        complete("SELECT 1"),
    ];
    assert_eq!(stage.seen(&first)[3], "D masked");
    assert_eq!(stage.seen(&[ready(b'I')]), ["Z I"]);
    assert_eq!(stage.seen(&second)[3], "D Paris");
    assert_eq!(stage.seen(&[ready(b'I')]), ["Z I"]);
    assert!(stage.conversation.is_idle());
}

#[test]
fn several_statements_in_one_query() {
    let mut stage = Stage::new();
    stage.query("SELECT city FROM customer; SELECT email FROM customer; SHOW work_mem");
    let seen = stage.seen(&[
        described("city", oid("customer"), 3),
        row(&["Paris"]),
        complete("SELECT 1"),
        described("email", oid("customer"), 2),
        row(&["a@b"]),
        complete("SELECT 1"),
        described("work_mem", 0, 0),
        row(&["4MB"]),
        complete("SHOW"),
        ready(b'I'),
    ]);
    assert_eq!(
        seen.iter().filter(|line| line.starts_with('D')).collect::<Vec<_>>(),
        ["D Paris", "D masked", "D 4MB"]
    );
}

#[test]
fn nothing_at_all() {
    let mut stage = Stage::new();
    stage.query("");
    assert_eq!(stage.seen(&[bare(b'I'), ready(b'I')]), ["I", "Z I"]);
    stage.query(" ;; -- nothing");
    assert_eq!(stage.seen(&[bare(b'I'), ready(b'I')]), ["I", "Z I"]);
    stage.parse("", "");
    stage.bind("", "");
    stage.execute("");
    stage.sync();
    let seen = stage.seen(&[parsed(), bound(), no_data(), bare(b'I'), ready(b'I')]);
    assert_eq!(seen, ["1", "2", "I", "Z I"]);
    stage.describe("");
    stage.sync();
    stage.seen(&[error("34000", "portal \"\" does not exist"), ready(b'I')]);
    stage.parse("", "BEGIN");
    stage.bind("", "");
    stage.describe("");
    stage.execute("");
    stage.sync();
    let seen = stage.seen(&[parsed(), bound(), no_data(), complete("BEGIN"), ready(b'T')]);
    assert_eq!(seen, ["1", "2", "n", "C BEGIN", "Z T"]);
}

#[test]
fn a_description_that_disagrees_ends_the_session() {
    let customer = oid("customer");
    for (text, description, why) in [
        (
            "SELECT city FROM customer",
            described("city", customer, 2),
            "comes from public.customer.email",
        ),
        (
            "SELECT name FROM city",
            described("name", customer, 2),
            "comes from public.customer.email",
        ),
        ("SELECT name FROM city", described("name", 4711, 1), "does not know yet"),
        (
            "SELECT email FROM customer",
            described("mail", customer, 2),
            "another label",
        ),
        (
            "SELECT email FROM customer",
            describes(&[]),
            "0 columns, the plan has 1",
        ),
        (
            "SELECT email FROM customer",
            describes(&[("email", customer, 2), ("email", customer, 2)]),
            "2 columns, the plan has 1",
        ),
    ] {
        let mut stage = Stage::new();
        stage.query(text);
        let violation = stage.violation(std::slice::from_ref(&description));
        assert!(violation.contains(why), "{text}: {violation}");
        let mut stage = Stage::new();
        stage.parse("", text);
        stage.bind("", "");
        stage.execute("");
        stage.sync();
        let violation = stage.violation(&[parsed(), bound(), description]);
        assert!(violation.contains(why), "{text}: {violation}");
    }
}

#[test]
fn replies_that_nobody_asked_for_end_the_session() {
    for reply in [
        row(&["secret"]),
        copy_data("secret"),
        described("a", 0, 0),
        complete("SELECT 1"),
        ready(b'I'),
        parsed(),
        bound(),
        closed(),
        no_data(),
        suspended(),
        bare(b'V'),
        bare(b'W'),
        bare(b'G'),
        bare(b'R'),
        bare(b'?'),
        bare(b'c'),
        copy_out(1),
        error("XX000", "out of the blue"),
    ] {
        let shown = char::from(reply[0]);
        let mut idle = Stage::new();
        assert!(idle.replies(std::slice::from_ref(&reply)).is_err(), "{shown} when idle");
        let mut stage = Stage::new();
        stage.parse("", "SELECT name FROM city");
        if !matches!(reply[0], b'1' | b'E') {
            assert!(stage.replies(&[reply]).is_err(), "{shown} for ParseComplete");
        }
    }
    let mut stage = Stage::new();
    stage.query("SELECT name FROM city");
    assert!(stage.violation(&[row(&["undescribed"])]).contains("not expected"));
}

#[test]
fn notifications_are_kept_back_where_something_is_protected() {
    let notification = || vec![b'A', 0, 0, 0, 10, 0, 0, 0, 1, 0, 0];
    assert_eq!(Stage::new().seen(&[notification()]), [""; 0]);
    let mut open = Stage::with(planner_of(snapshot(1).build(), ""));
    assert_eq!(open.seen(&[notification()]), ["A"]);
}

#[test]
fn a_client_that_runs_ahead_waits() {
    let mut stage = Stage::new();
    for _ in 0..crate::conversation::EXPECTED_MAX {
        assert!(!stage.conversation.is_full());
        stage.sync();
    }
    assert!(stage.conversation.is_full());
    stage.seen(&[ready(b'I')]);
    assert!(!stage.conversation.is_full());
    let mut stage = Stage::new();
    stage.query(&"SHOW work_mem;".repeat(crate::conversation::EXPECTED_MAX));
    assert!(stage.conversation.is_full());
    stage.seen(&[error("57014", "canceling statement due to user request"), ready(b'I')]);
    assert!(!stage.conversation.is_full());
}
