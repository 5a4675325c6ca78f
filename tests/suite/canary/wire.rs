//! Ways out below SQL: messages in odd orders, names that change hands, function calls, startup parameters.

use std::time::Duration;

use super::Stage;
use super::peer::{Peer, bind, close, describe, execute, framed, parse, query, sync};
use super::ways::{Expectation, Form, reset};

const SECRET: &str = "SELECT id, email FROM vault.person";
const CLEAN: &str = "SELECT id, label FROM vault.clean";

/// Batches of messages, each of which the server answers up to ReadyForQuery.
type Batches = Vec<Vec<Vec<u8>>>;

/// Titles and batches of all ways by messages.
pub fn all() -> Vec<(&'static str, Batches)> {
    let ways = [names_change_hands(), odd_orders(), function_calls()].concat();
    ways.into_iter().map(|(title, _, batches)| (title, batches)).collect()
}

#[test]
fn no_canary_leaves_by_messages() {
    let stage = Stage::set();
    let mut failures = Vec::new();
    for (title, expectation, batches) in names_change_hands()
        .into_iter()
        .chain(odd_orders())
        .chain(function_calls())
    {
        // Names of statements live on in a session.
        let mut peer = stage.through();
        let replies: Vec<_> = batches.iter().map(|batch| peer.exchange(&batch.concat())).collect();
        let reply = replies.last().expect("a batch");
        let searched = stage.search(&peer);
        for failure in [searched, expectation.check(Form::Simple, reply), reset(&mut peer)] {
            if let Err(failure) = failure {
                failures.push(format!("{title}: {failure}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn refuse(reason: &str) -> Expectation {
    Expectation::Refuse(reason.to_owned())
}

fn error(sqlstate: &str) -> Expectation {
    Expectation::Error(sqlstate.to_owned())
}

/// Bind and Execute of the unnamed portal, and Sync.
fn run(statement: &str) -> Vec<u8> {
    [bind("", statement, &[], 0), execute("", 0), sync()].concat()
}

fn names_change_hands() -> Vec<(&'static str, Expectation, Batches)> {
    let p = parse;
    let open = |portal, statement| bind(portal, statement, &[], 0);
    vec![
        (
            "a name used again after Close [state-names]",
            Expectation::Mask,
            vec![vec![
                p("s", CLEAN),
                open("", "s"),
                close(b'S', "s"),
                p("s", SECRET),
                run("s"),
            ]],
        ),
        (
            "Parse over a live name fails, in a pipeline [state-names]",
            error("42P05"),
            vec![vec![p("s", SECRET), p("s", CLEAN), run("s")]],
        ),
        (
            "after Parse over a live name has failed, the old statement runs [state-names]",
            Expectation::Mask,
            vec![
                vec![p("s", SECRET), sync()],
                vec![p("s", CLEAN), sync()],
                vec![run("s")],
            ],
        ),
        (
            "PREPARE over a live name fails, and Bind means the old one [state-names]",
            Expectation::Mask,
            vec![
                vec![p("s", SECRET), sync()],
                vec![query(&format!("PREPARE s AS {CLEAN}"))],
                vec![run("s")],
            ],
        ),
        (
            "a statement of PREPARE, run by Bind [state-names]",
            Expectation::Mask,
            vec![vec![query(&format!("PREPARE s AS {SECRET}"))], vec![run("s")]],
        ),
        (
            "a statement of Parse, run by EXECUTE [state-names]",
            Expectation::Mask,
            vec![vec![p("s", SECRET), sync()], vec![query("EXECUTE s")]],
        ),
        (
            "Bind over a live portal fails [state-names]",
            error("42P03"),
            vec![vec![
                p("s", SECRET),
                p("c", CLEAN),
                open("p", "s"),
                open("p", "c"),
                execute("p", 0),
                sync(),
            ]],
        ),
        (
            "the unnamed statement after a failed one [state-names]",
            error("26000"),
            vec![
                vec![p("", CLEAN), sync()],
                vec![p("", "SELECT 1 FROM vault.clean WHERE nothing"), sync()],
                vec![run("")],
            ],
        ),
        (
            "a portal outlives its statement's name [state-names]",
            Expectation::Mask,
            vec![
                vec![query("BEGIN")],
                vec![p("s", SECRET), open("p", "s"), close(b'S', "s"), p("s", CLEAN), sync()],
                vec![execute("p", 0), sync()],
            ],
        ),
        (
            "a portal read by FETCH [state-names]",
            Expectation::Mask,
            vec![
                vec![query("BEGIN")],
                vec![p("", SECRET), open("p", ""), sync()],
                vec![query("FETCH ALL FROM p")],
            ],
        ),
        (
            "a cursor read by Execute [state-names]",
            Expectation::Mask,
            vec![
                vec![query(&format!("BEGIN; DECLARE c CURSOR FOR {SECRET}"))],
                vec![execute("c", 0), sync()],
            ],
        ),
        (
            "a cursor declared by the extended protocol [state-names]",
            Expectation::Mask,
            vec![
                vec![query("BEGIN")],
                vec![p("", &format!("DECLARE c BINARY CURSOR FOR {SECRET}")), run("")],
                vec![p("", "FETCH 3 FROM c"), run("")],
            ],
        ),
        (
            "the name of a cursor goes to a portal [state-names]",
            Expectation::Mask,
            vec![
                vec![query(&format!("BEGIN; DECLARE c CURSOR FOR {CLEAN}; CLOSE c"))],
                vec![p("", SECRET), open("c", ""), sync()],
                vec![query("FETCH ALL FROM c")],
            ],
        ),
    ]
}

fn odd_orders() -> Vec<(&'static str, Expectation, Batches)> {
    let p = parse;
    let open = |portal, statement| bind(portal, statement, &[], 0);
    let several = format!("SELECT 1, 2; {CLEAN}; {SECRET}");
    vec![
        (
            "several statements in one message [state-pipelines]",
            Expectation::Mask,
            vec![vec![query(&several)]],
        ),
        (
            "one of several statements is refused [state-pipelines]",
            refuse("opaque_function"),
            vec![vec![query("SELECT vault.peek(1); SELECT 1")]],
        ),
        (
            "a transaction in one message [state-pipelines]",
            Expectation::Mask,
            vec![vec![query(&format!("BEGIN; {SECRET}"))]],
        ),
        (
            "Execute without Describe [state-portals]",
            Expectation::Mask,
            vec![vec![p("", SECRET), run("")]],
        ),
        (
            "row limits and suspended portals [state-portals]",
            Expectation::Mask,
            vec![vec![
                p("", SECRET),
                bind("", "", &[], 1),
                execute("", 2),
                execute("", 1),
                execute("", 0),
                sync(),
            ]],
        ),
        (
            "Describe of another portal than is executed [state-portals]",
            Expectation::Mask,
            vec![vec![
                p("s", SECRET),
                p("c", CLEAN),
                open("a", "c"),
                open("b", "s"),
                describe(b'P', "a"),
                execute("b", 0),
                sync(),
            ]],
        ),
        (
            "Describe of a statement, Execute of another's portal [state-portals]",
            Expectation::Mask,
            vec![vec![p("s", SECRET), p("c", CLEAN), describe(b'S', "c"), run("s")]],
        ),
        (
            "portals by turns [state-portals]",
            Expectation::Mask,
            vec![vec![
                p("s", SECRET),
                p("c", CLEAN),
                open("a", "c"),
                open("b", "s"),
                execute("a", 1),
                execute("b", 1),
                execute("a", 1),
                execute("b", 0),
                sync(),
            ]],
        ),
        (
            "a statement that fails in a pipeline, and one behind it [state-pipelines]",
            error("22012"),
            vec![vec![
                p("", "SELECT 1 / 0"),
                open("", ""),
                execute("", 0),
                p("", SECRET),
                run(""),
            ]],
        ),
        (
            "a refusal in a pipeline, and statements behind it [state-pipelines]",
            refuse("opaque_function"),
            vec![vec![
                p("", "SELECT vault.peek(1)"),
                open("", ""),
                execute("", 0),
                p("", SECRET),
                run(""),
            ]],
        ),
        (
            "a parameter over a clean column [rows-plain]",
            Expectation::Mask,
            vec![vec![
                p("", "SELECT email FROM vault.person WHERE id = $1"),
                bind("", "", &["2"], 1),
                execute("", 0),
                sync(),
            ]],
        ),
        (
            "a parameter over a protected column [bit-where]",
            refuse("predicate"),
            vec![vec![
                p("", "SELECT id FROM vault.person WHERE email = $1"),
                bind("", "", &["x"], 0),
                execute("", 0),
                sync(),
            ]],
        ),
        (
            "a parameter in a branch [bit-case]",
            Expectation::Redact,
            vec![vec![
                p(
                    "",
                    "SELECT CASE WHEN email < $1 THEN 'a' ELSE 'b' END FROM vault.person",
                ),
                bind("", "", &["m"], 0),
                execute("", 0),
                sync(),
            ]],
        ),
        (
            "COPY by the extended protocol [rows-copy]",
            Expectation::Mask,
            vec![vec![p("", "COPY vault.visit TO STDOUT"), run("")]],
        ),
        (
            "COPY among other statements [state-pipelines]",
            Expectation::Mask,
            vec![vec![query(
                "SELECT 1; COPY vault.visit TO STDOUT; COPY vault.person TO STDOUT (FORMAT binary)",
            )]],
        ),
    ]
}

/// By the OIDs of pg_proc.dat.
fn function_calls() -> Vec<(&'static str, Expectation, Batches)> {
    let call = |oid: i32, arguments: &[&[u8]]| {
        let count = |count: usize| i16::try_from(count).expect("few").to_be_bytes();
        let mut body = [&oid.to_be_bytes()[..], &[0, 0], &count(arguments.len())].concat();
        for argument in arguments {
            body.extend(i32::try_from(argument.len()).expect("short").to_be_bytes());
            body.extend_from_slice(argument);
        }
        body.extend([0, 0]);
        vec![vec![framed(b'F', &body)]]
    };
    let refused = || refuse("message_not_allowed");
    vec![
        (
            "FunctionCall of query_to_xml [door-function-call]",
            refused(),
            call(2925, &[b"SELECT email FROM vault.person", b"t", b"f", b""]),
        ),
        (
            "FunctionCall of pg_read_file [door-function-call]",
            refused(),
            call(6208, &[b"PG_VERSION"]),
        ),
        (
            "FunctionCall of lo_get [door-function-call]",
            refused(),
            call(3458, &[b"4711"]),
        ),
        (
            "FunctionCall of lower [door-function-call]",
            refused(),
            call(870, &[b"X"]),
        ),
        (
            "FunctionCall of lo_open [door-function-call]",
            refuse("large_object"),
            call(952, &[b"4711", b"262144"]),
        ),
        (
            "FunctionCall of loread [door-function-call]",
            refuse("large_object"),
            call(954, &[b"0", b"100"]),
        ),
    ]
}

/// What a client asks for when it connects is held against the same lists.
#[test]
fn no_canary_leaves_by_startup() {
    let stage = Stage::set();
    for parameters in [
        [("replication", "true")],
        [("replication", "database")],
        [("options", "-c client_min_messages=debug5")],
        [("options", "-c debug_print_plan=on")],
        [("options", "-c default_transaction_read_only=off")],
        [("options", "-c my.scratch=x")],
        [("options", "-c session_preload_libraries=auto_explain")],
        [("role", "postgres")],
        [("standard_conforming_strings", "off")],
        [("client_encoding", "SJIS")],
        [("nonsense", "x")],
    ] {
        let (peer, reply) = Peer::start(
            stage.proxy.port,
            pgveil::cluster::SUPERUSER,
            super::DATABASE,
            &parameters,
        );
        assert!(reply.is_closed, "{parameters:?} are let in");
        assert!(reply.error().is_some(), "{parameters:?}: no error");
        stage.search(&peer).expect("nothing of a column");
    }
}

/// The catalog changes under prepared statements.
#[test]
fn no_canary_leaves_by_changes_of_the_catalog() {
    let stage = Stage::set();
    let mut owner = stage.direct();
    owner.query(
        "CREATE TABLE vault.swap AS SELECT id, label AS value FROM vault.clean;
         CREATE VIEW vault.v_swap AS SELECT id, label AS value FROM vault.clean; CREATE TABLE vault.mark_0 AS SELECT 1",
    );
    await_reload(&stage, "vault.mark_0");
    let mut peer = stage.through();
    for name in ["swap", "v_swap"] {
        let select = format!("SELECT value FROM vault.{name}");
        let prepared = peer.query(&format!("PREPARE {name} AS {select}; EXECUTE {name}"));
        Expectation::Pass.check(Form::Simple, &prepared).expect("clean values");
        peer.exchange(&[parse(&format!("p_{name}"), &select), sync()].concat());
    }
    // Another table under the same name is seen at once, by what the server says of its columns.
    owner.query(
        "ALTER TABLE vault.swap RENAME TO gone; ALTER TABLE vault.visit RENAME TO swap;
         ALTER TABLE vault.swap RENAME COLUMN note TO value",
    );
    run_prepared(&stage, &mut peer, "swap", "SELECT value FROM vault.swap");
    // Another definition of a view is seen when the catalog is read again.
    let mut peer = stage.through();
    peer.query("PREPARE v_swap AS SELECT value FROM vault.v_swap");
    peer.exchange(&[parse("p_v_swap", "SELECT value FROM vault.v_swap"), sync()].concat());
    owner.query(
        "CREATE OR REPLACE VIEW vault.v_swap AS SELECT id, email AS value FROM vault.person;
         CREATE TABLE vault.mark_1 AS SELECT 1",
    );
    await_reload(&stage, "vault.mark_1");
    run_prepared(&stage, &mut peer, "v_swap", "COPY (TABLE vault.v_swap) TO STDOUT");
    run_prepared(&stage, &mut peer, "v_swap", "COPY vault.swap (value) TO STDOUT");
}

/// Runs what was prepared before a change, and one statement more.
fn run_prepared(stage: &Stage, peer: &mut Peer, name: &str, statement: &str) {
    for message in [
        run(&format!("p_{name}")),
        query(&format!("EXECUTE {name}")),
        query(statement),
    ] {
        peer.exchange(&message);
        stage
            .search(peer)
            .unwrap_or_else(|found| panic!("{name}, {statement}: {found}"));
        if peer.query("ROLLBACK").is_closed {
            *peer = stage.through();
        }
    }
}

/// Until the catalog has been read again, a new relation is refused.
fn await_reload(stage: &Stage, relation: &str) {
    let mut peer = stage.through();
    let known = (0..400).any(|_| {
        std::thread::sleep(Duration::from_millis(25));
        peer.query(&format!("TABLE {relation}")).error().is_none()
    });
    assert!(known, "{relation} never becomes known");
}

#[test]
fn no_canary_leaves_by_notifications() {
    let stage = Stage::set();
    let mut peer = stage.through();
    let reply = peer.query("LISTEN gossip");
    refuse("statement_not_allowed")
        .check(Form::Simple, &reply)
        .expect("no listening");
    stage
        .direct()
        .query("SELECT pg_notify('gossip', email) FROM vault.person WHERE id = 1");
    peer.query("SELECT 1");
    stage.search(&peer).expect("nothing heard");
}
