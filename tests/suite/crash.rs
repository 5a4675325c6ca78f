//! When the proxy, the upstream or the log's disk fails: clients get a clear error, and the log verifies.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pgveil::cluster::{Cluster, Shutdown};

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

/// Stands between pgveil and the disk: while the file `held` is there nothing gets to the disk, while `broken` is there
/// the disk fails.
const DISK: &str = r#"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_there(const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", getenv("PGVEIL_TEST_DISK"), name);
    return access(path, F_OK) == 0;
}

int fdatasync(int file) {
    while (is_there("held"))
        usleep(1000);
    if (is_there("broken")) {
        errno = EIO;
        return -1;
    }
    return syscall(SYS_fdatasync, file);
}
"#;

/// A proxy over such a disk, and the directory of these files.
fn over_a_disk(cluster: &Cluster, log: &str) -> (Proxy, PathBuf) {
    let directory = cluster.temp_dir().join("disk");
    std::fs::create_dir(&directory).expect("a directory");
    let (source, library) = (directory.join("disk.c"), directory.join("disk.so"));
    std::fs::write(&source, DISK).expect("a source file");
    let cc = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .status();
    assert!(cc.expect("cc").success());
    let options = ProxyOptions {
        rules: RULES.to_owned(),
        log: log.to_owned(),
        environment: vec![("LD_PRELOAD", library), ("PGVEIL_TEST_DISK", directory.clone())],
        ..ProxyOptions::default()
    };
    (Proxy::start_with(cluster, options), directory)
}

#[test]
fn no_row_is_shown_before_its_record_is_on_disk() {
    let cluster = cluster_with(&["pagila"]);
    let (mut proxy, disk) = over_a_disk(&cluster, "");
    let held = disk.join("held");
    let asked = [
        QUERY,
        "COPY (SELECT email FROM customer) TO STDOUT",
        "SELECT repeat('x', 1000000)",
        "SELECT 1 / 0",
        "BEGIN",
    ];
    for text in asked {
        std::fs::write(&held, "").expect("the disk held");
        let before = proxy.log().len();
        let mut client = start(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", text]));
        let begun = |log: &str| log[before..].contains("\"event.action\":\"statement\"");
        assert!(wait_for(|| begun(&proxy.log())), "{text}: {}", proxy.log());
        std::thread::sleep(Duration::from_millis(300));
        assert!(
            client.try_wait().expect("a client").is_none(),
            "{text}: it has an answer"
        );
        std::fs::remove_file(&held).expect("the disk let go");
        let output = finish(client);
        assert_eq!(output.code, Some(i32::from(text.contains("/ 0"))), "{text}: {output:?}");
    }
    // A disk that fails: nothing of what waits is shown, and nothing is served any more.
    let broken = disk.join("broken");
    std::fs::write(&broken, "").expect("the disk broken");
    for text in asked {
        let output = Output::of(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", text]));
        assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{output:?}");
        assert!(output.stderr.contains("session log cannot be written"), "{output:?}");
    }
    std::fs::remove_file(&broken).expect("another disk");
    let output = Output::of(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", QUERY]));
    assert_eq!(output.code, Some(2), "what the disk lost is not known: {output:?}");
    proxy.kill();
    proxy.serve();
    let output = Output::of(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", QUERY]));
    assert!(output.success().contains('@'));
    proxy.verify_log();
}

#[test]
fn with_async_durability_nobody_waits_for_the_disk() {
    let cluster = cluster_with(&["pagila"]);
    let (proxy, disk) = over_a_disk(&cluster, "durability = \"async\"");
    std::fs::write(disk.join("held"), "").expect("the disk held");
    let output = Output::of(proxy.tool(&cluster, "psql", "pagila").args(["-XAtq", "-c", QUERY]));
    assert!(output.success().contains('@'));
    std::fs::remove_file(disk.join("held")).expect("the disk let go");
    proxy.verify_log();
}

#[test]
fn killed_at_many_points_all_that_was_shown_is_recorded() {
    let cluster = cluster_with(&["pagila"]);
    let mut proxy = Proxy::start(&cluster, RULES);
    let script = cluster.temp_dir().join("many.sql");
    std::fs::write(&script, format!("{QUERY};\n").repeat(20_000)).expect("a script");
    for round in 0..12 {
        let before = proxy.log().len();
        let mut client = proxy.tool(&cluster, "psql", "pagila");
        let client = start(client.args(["-XAtq", "-f"]).arg(&script));
        std::thread::sleep(Duration::from_millis(60 + 37 * round));
        proxy.kill();
        let shown = finish(client).stdout.lines().count();
        let log = proxy.log();
        // A torn line tells of nothing that was shown.
        let whole = &log[before..log.rfind('\n').map_or(0, |end| end + 1)];
        let recorded = whole.matches("\"event.action\":\"statement\"").count();
        assert!(shown <= recorded, "{shown} rows shown, {recorded} recorded");
        proxy.serve();
        proxy.verify_log();
    }
    assert!(proxy.log().contains("public.customer.email"));
}

#[test]
fn nothing_is_served_where_the_log_cannot_be() {
    let cluster = cluster_with(&["pagila"]);
    let mut proxy = Proxy::start(&cluster, RULES);
    proxy.end();
    let config = proxy.directory.join("pgveil.toml");
    let text = std::fs::read_to_string(&config).expect("the config");
    // Where nobody can make a directory, be it root.
    let elsewhere = text.replace("directory = \"sessions\"", "directory = \"/proc/sessions\"");
    std::fs::write(&config, elsewhere).expect("the config");
    let refused = Output::of(&mut proxy.command());
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("/proc/sessions"), "{refused:?}");
    assert!(refused.stderr.contains("session log"), "{refused:?}");
    // A damaged log is left as it is.
    std::fs::write(&config, text).expect("the config");
    let log = proxy.log_directory().join("sessions.jsonl");
    let damaged = proxy.log().replacen("log_opened", "log_closed", 1);
    std::fs::write(&log, &damaged).expect("the log");
    let refused = Output::of(&mut proxy.command());
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("cannot continue the session log"),
        "{refused:?}"
    );
    assert_eq!(proxy.log(), damaged);
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
