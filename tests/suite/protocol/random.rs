//! Scripts that nobody thought of: drawn at random, and made small where they find something.
//!
//! `PGVEIL_SEED` chooses them, `PGVEIL_LONG=1` draws many more; what they find is printed as a script.

use std::cell::Cell;
use std::time::{Duration, Instant};

use pgveil::cluster::Cluster;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use super::*;
use crate::harness::{READER, cluster_with, is_long, seed};

#[derive(Debug, Clone)]
enum Step {
    Query(Vec<&'static str>),
    Parse(&'static str, &'static str),
    Bind(&'static str, &'static str, bool),
    DescribePortal(&'static str),
    DescribeStatement(&'static str),
    Execute(&'static str, u32),
    Close(u8, &'static str),
    Sync,
    Flush,
    Garbage(u8),
}

const STATEMENTS: [&str; 3] = ["", "s", "t"];
const PORTALS: [&str; 4] = ["", "p", "q", "c"];

fn step(texts: &'static [&'static str]) -> impl Strategy<Value = Step> {
    let text = || prop::sample::select(texts);
    let statement = || prop::sample::select(&STATEMENTS[..]);
    let portal = || prop::sample::select(&PORTALS[..]);
    prop_oneof![
        6 => prop::collection::vec(text(), 1..4).prop_map(Step::Query),
        6 => (statement(), text()).prop_map(|(name, text)| Step::Parse(name, text)),
        6 => (portal(), statement(), any::<bool>()).prop_map(|(portal, name, binary)| Step::Bind(portal, name, binary)),
        2 => portal().prop_map(Step::DescribePortal),
        1 => statement().prop_map(Step::DescribeStatement),
        8 => (portal(), 0..3u32).prop_map(|(portal, rows)| Step::Execute(portal, rows)),
        1 => statement().prop_map(|name| Step::Close(b'S', name)),
        1 => portal().prop_map(|name| Step::Close(b'P', name)),
        4 => Just(Step::Sync),
        1 => Just(Step::Flush),
        1 => prop::sample::select(&b"PBDECHSdcf"[..]).prop_map(Step::Garbage),
    ]
}

fn script(steps: &[Step]) -> Script {
    let script = steps.iter().fold(Script::new(), |script, step| match step {
        Step::Query(texts) => script.query(&texts.join("; ")),
        Step::Parse(name, text) => script.parse(name, text),
        Step::Bind(portal, name, false) => script.bind(portal, name),
        Step::Bind(portal, name, true) => script.bind_binary(portal, name),
        Step::DescribePortal(name) => script.describe(name),
        Step::DescribeStatement(name) => script.describe_statement(name),
        Step::Execute(portal, rows) => script.execute_some(portal, *rows),
        Step::Close(target, name) => script.close(*target, name),
        Step::Sync => script.sync(),
        Step::Flush => script.flush(),
        Step::Garbage(tag) => script.message(*tag, b"?"),
    });
    script.sync()
}

/// Runs cases until one fails, and then smaller ones.
fn check(texts: &'static [&'static str], test: impl Fn(&[Step]) -> Result<(), TestCaseError>) {
    let config = Config {
        cases: if is_long() { 10_000 } else { 150 },
        max_shrink_iters: 500,
        failure_persistence: None,
        ..Config::default()
    };
    let steps = prop::collection::vec(step(texts), 1..25);
    let seed = seed();
    println!("PGVEIL_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let outcome = TestRunner::new_with_rng(config, random).run(&steps, |steps| test(&steps));
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

fn answer(mut peer: Peer, script: &Script) -> Vec<Message> {
    peer.try_send(&script.bytes);
    peer.hang_up();
    peer.messages_to_end()
}

/// Errors without the place in the server's source: where a portal is gone, Describe may be the first to say so.
fn without_source(mut messages: Vec<Message>) -> Vec<Message> {
    for message in messages.iter_mut().filter(|message| message.tag == b'E') {
        let mut fields = message.fields();
        (fields.file, fields.line, fields.routine) = (None, None, None);
        message.body.clear();
        fields.compose(&mut message.body);
    }
    messages
}

/// What is prepared by Parse is not run by EXECUTE here, which leads to queries only.
const CLEAN: &[&str] = &[
    "SELECT 'x' AS shout",
    "SELECT city AS shout FROM city ORDER BY city_id LIMIT 4",
    "SELECT 1/0 AS shout",
    "SELECT nothing",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT a",
    "ROLLBACK TO a",
    "DECLARE c CURSOR FOR SELECT city AS shout FROM city ORDER BY city_id LIMIT 9",
    "DECLARE c CURSOR WITH HOLD FOR SELECT 'x' AS shout",
    "FETCH 2 c",
    "MOVE c",
    "CLOSE c",
    "CLOSE ALL",
    "PREPARE u AS SELECT 'u' AS shout",
    "PREPARE u AS SELECT city AS shout FROM city ORDER BY city_id LIMIT 3",
    "EXECUTE u",
    "EXPLAIN (COSTS OFF) EXECUTE u",
    "DEALLOCATE u",
    "DEALLOCATE ALL",
    "DISCARD ALL",
    "SHOW datestyle",
    "SET datestyle = 'German'",
    "COPY language TO STDOUT",
    "COPY (SELECT 1/(2 - city_id) FROM city ORDER BY city_id) TO STDOUT (FORMAT binary)",
    "",
];

#[test]
fn over_clean_data_the_answer_is_the_servers_own() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let read_only = [("default_transaction_read_only", "on")];
    let (compared, refused) = (Cell::new(0), Cell::new(0));
    check(CLEAN, |steps| {
        let script = script(steps);
        let direct = Peer::log_in(cluster.port(), READER, "pagila", &read_only);
        let direct = without_source(answer(direct, &script));
        if is_cut_off(steps, &direct) {
            // Executing what is left of an unnamed portal in a failed transaction ends a server 15 by a segmentation fault.
            wait_until_recovered(&cluster);
            return Ok(());
        }
        let through = without_source(answer(Peer::through(&proxy, "pagila"), &script));
        // FETCH that leads to a portal of FETCH, EXECUTE or EXPLAIN, and EXECUTE that leads to anything but a query.
        if format!("{through:?}").contains("pass only where the name is that of a query") {
            refused.set(refused.get() + 1);
            return Ok(());
        }
        compared.set(compared.get() + 1);
        prop_assert_eq!(direct, through);
        Ok(())
    });
    let (compared, refused): (u32, u32) = (compared.get(), refused.get());
    assert!(compared > 10 * refused, "{compared} compared, {refused} refused");
    proxy.verify_log();
}

/// Whether replies are missing without a word of why: the server's process died.
fn is_cut_off(steps: &[Step], answer: &[Message]) -> bool {
    let asked = steps
        .iter()
        .filter(|step| matches!(step, Step::Query(_) | Step::Sync))
        .count()
        + 1;
    let ready = answer.iter().filter(|message| message.tag == b'Z').count();
    let is_told = |message: &Message| message.tag == b'E' && message.fields().severity == b"FATAL";
    ready < asked && !answer.last().is_some_and(is_told)
}

fn wait_until_recovered(cluster: &Cluster) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while cluster.psql("pagila", "SELECT 1").is_err() {
        assert!(Instant::now() < deadline, "{}", cluster.log_tail());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Clean and protected statements that look alike to a client, under names that they share.
const PROTECTED: &[&str] = &[
    "SELECT 'x' AS shout",
    "SELECT upper(email) AS shout FROM customer LIMIT 3",
    "SELECT email AS shout FROM customer LIMIT 3",
    "SELECT nothing",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "DECLARE c CURSOR FOR SELECT 'x' AS shout FROM city",
    "DECLARE c CURSOR FOR SELECT upper(email) AS shout FROM customer",
    "DECLARE c CURSOR WITH HOLD FOR SELECT upper(email) AS shout FROM customer LIMIT 3",
    "FETCH 2 c",
    "FETCH p",
    "FETCH q",
    "MOVE c",
    "MOVE p",
    "CLOSE c",
    "CLOSE p",
    "CLOSE ALL",
    "PREPARE s AS SELECT 'x' AS shout",
    "PREPARE s AS SELECT upper(email) AS shout FROM customer LIMIT 3",
    "PREPARE t AS SELECT email AS shout FROM customer LIMIT 3",
    "EXECUTE s",
    "EXECUTE t",
    "EXPLAIN ANALYZE EXECUTE s",
    "DEALLOCATE s",
    "DEALLOCATE ALL",
    "DISCARD ALL",
    "COPY (SELECT 'x' AS shout) TO STDOUT",
    "COPY (SELECT upper(email) AS shout FROM customer) TO STDOUT",
    "COPY customer (email) TO STDOUT (FORMAT binary)",
    "SELECT city_id AS shout FROM city WHERE city = (SELECT email FROM customer LIMIT 1)",
    "SELECT email::int AS shout FROM customer",
];

#[test]
fn over_protected_data_nothing_is_shown() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    check(PROTECTED, |steps| {
        let seen = shown(&proxy, steps);
        prop_assert!(!seen.contains("sakilacustomer"), "{}", seen);
        Ok(())
    });
    assert!(shown_directly(&cluster).contains("sakilacustomer"));
    proxy.verify_log();
}

fn shown(proxy: &Proxy, steps: &[Step]) -> String {
    let mut peer = Peer::through(proxy, "pagila");
    peer.try_send(&script(steps).bytes);
    peer.hang_up();
    String::from_utf8_lossy(&peer.until_end()).to_lowercase()
}

fn shown_directly(cluster: &Cluster) -> String {
    let mut peer = Peer::direct(cluster, "pagila");
    peer.send(&script(&[Step::Query(vec![PROTECTED[1]])]).bytes);
    peer.hang_up();
    String::from_utf8_lossy(&peer.until_end()).to_lowercase()
}
