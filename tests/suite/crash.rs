//! When the proxy, the upstream or the log's disk fails: clients get a clear error, and the log verifies.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pgveil::cluster::Shutdown;

use crate::harness::{Output, Proxy, ProxyOptions, cluster_with};

const RULES: &str = "[[rule]]\ncolumns = [\"public.customer.email\"]\nmask = \"email\"\n";
const QUERY: &str = "SELECT email FROM customer ORDER BY customer_id LIMIT 1";

#[test]
fn the_proxy_killed_while_a_statement_runs() {
    let cluster = cluster_with(&["pagila"]);
    let mut proxy = Proxy::start(&cluster, RULES);
    let marker = "SELECT count(*) FROM generate_series(1, 100000000000) AS endless";
    let client = start(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", marker]));
    let logged = wait_for(|| proxy.log().contains("endless"));
    assert!(logged, "a running statement is on the log: {}", proxy.log());
    proxy.kill();
    let output = finish(client);
    assert_ne!(output.code, Some(0));
    assert!(output.stderr.contains("closed the connection"), "{output:?}");
    proxy.verify_log();
    let idle = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%endless%' AND pid <> pg_backend_pid()";
    let ended = wait_for(|| cluster.psql("postgres", idle).is_ok_and(|count| count.trim() == "0"));
    // The server looks for a lost client only when it writes, or at its client_connection_check_interval.
    if !ended {
        let cancel = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%endless%' \
                      AND pid <> pg_backend_pid()";
        cluster
            .psql("postgres", cancel)
            .expect("the left-over statement to end");
    }
    proxy.serve();
    let again = Output::of(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", QUERY]));
    assert!(again.success().contains('@'));
    proxy.verify_log();
}

#[test]
fn the_upstream_killed_and_back() {
    let mut cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let sleep = "SELECT pg_sleep(60)";
    let client = start(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", sleep]));
    assert!(wait_for(|| proxy.log().contains("pg_sleep")), "{}", proxy.log());
    cluster.shut_down(Shutdown::Crash);
    let output = finish(client);
    assert_ne!(output.code, Some(0));
    assert!(!output.stderr.is_empty(), "{output:?}");
    let refused = Output::of(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", QUERY]));
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused.stderr.contains("FATAL:"),
        "a login without an upstream says so: {refused:?}"
    );
    cluster.restart().expect("the upstream to come again");
    let again = Output::of(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", QUERY]));
    assert!(again.success().contains('@'));
    proxy.verify_log();
}

#[test]
fn a_full_disk_refuses_and_shows_nothing() {
    let cluster = cluster_with(&["pagila"]);
    let options = ProxyOptions {
        rules: RULES.to_owned(),
        file_bytes_max: Some(16 << 10),
        ..ProxyOptions::default()
    };
    let proxy = Proxy::start_with(&cluster, options);
    let mut served = 0;
    let refused = loop {
        assert!(served < 200, "the disk is never full: {}", proxy.log().len());
        let output = Output::of(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", QUERY]));
        match output.code {
            Some(0) => served += 1,
            _ => break output,
        }
    };
    assert!(served > 0, "the log has room at first: {refused:?}");
    assert_eq!(refused.stdout, "", "no row leaves without a record");
    assert!(refused.stderr.contains("log"), "the error says why: {refused:?}");
    // Whatever a failed write left at the end is cut off by the next start, and said in its record.
    drop(proxy);
}

#[test]
fn a_log_taken_away_stops_service() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let psql = || Output::of(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", QUERY]));
    assert!(psql().success().contains('@'));
    let log = proxy.log_directory().join("sessions.jsonl");
    let aside = proxy.log_directory().join("aside.jsonl");
    std::fs::rename(&log, &aside).expect("the log moved away");
    let stopped = wait_for(|| psql().code != Some(0));
    assert!(stopped, "service goes on without a log");
    let refused = psql();
    assert_eq!(refused.stdout, "");
    assert!(refused.stderr.contains("log"), "the error says why: {refused:?}");
    std::fs::rename(&aside, &log).expect("the log put back");
    proxy.verify_log();
}

fn start(command: &mut Command) -> Child {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a client")
}

fn finish(client: Child) -> Output {
    let output = client.wait_with_output().expect("the client to end");
    Output {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code(),
    }
}

/// Asks again and again for ten seconds.
fn wait_for(mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        if condition() {
            return true;
        }
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
