//! Where nothing is protected the proxy is invisible: one script, direct and through, byte for byte.

use std::path::Path;

use pgveil::cluster::{Cluster, SUPERUSER, run_with_input};

use crate::harness::{Output, Proxy, ProxyOptions, READER, cluster_with, shown};

#[test]
fn everyday_sql_and_psql_commands() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, "");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/scripts/everyday.sql");
    let direct = direct(&cluster, READER, "pagila", &script);
    let through = through(&cluster, &proxy, "pagila", &script);
    assert!(
        direct.stdout.lines().count() > 1000,
        "the script came to its end: {direct:?}"
    );
    assert_same(&direct, &through);
    proxy.verify_log();
}

/// Everything else that Postgres can do, each way in a fresh database of the same name.
#[test]
fn anything_with_access_any() {
    let cluster = cluster_with(&["pagila"]);
    let options = ProxyOptions {
        policy: "access = \"any\"".to_owned(),
        role: SUPERUSER.to_owned(),
        ..ProxyOptions::default()
    };
    let proxy = Proxy::start_with(&cluster, options);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/scripts/anything.sql");
    cluster.createdb("scratch").expect("an empty database");
    let direct = direct(&cluster, SUPERUSER, "scratch", &script);
    cluster.run_tool("dropdb", ["scratch"]).expect("dropdb");
    cluster.createdb("scratch").expect("an empty database");
    let through = through(&cluster, &proxy, "scratch", &script);
    assert!(
        direct.stdout.contains("the end"),
        "the script came to its end: {direct:?}"
    );
    assert_same(&direct, &through);
    proxy.verify_log();
}

/// Bytes in, bytes out: a dump loaded through the proxy is the dump.
#[test]
fn copy_both_ways_of_a_whole_database() {
    let cluster = cluster_with(&["pagila"]);
    let options = ProxyOptions {
        policy: "access = \"any\"".to_owned(),
        role: SUPERUSER.to_owned(),
        ..ProxyOptions::default()
    };
    let proxy = Proxy::start_with(&cluster, options);
    let pg_dump = || cluster.tool("pg_dump").expect("pg_dump");
    let direct = without_token(&Output::of(pg_dump().arg("pagila")).success());
    let dumped = Output::of(&mut proxy.tool(&cluster, "pg_dump", "pagila")).success();
    let same = without_token(&dumped);
    assert!(direct == same, "{}", shown(&direct, &same));
    cluster.createdb("copy").expect("an empty database");
    let mut psql = proxy.tool(&cluster, "psql", "copy");
    psql.args(["-Xq", "-v", "ON_ERROR_STOP=1"]);
    run_with_input(&mut psql, "psql", dumped.as_bytes()).expect("the dump to load through pgveil");
    let copy = without_token(&Output::of(pg_dump().arg("copy")).success());
    assert!(direct == copy, "{}", shown(&direct, &copy));
}

/// pg_dump writes a token of its own drawing into each plain dump.
fn without_token(dump: &str) -> String {
    let token = |line: &&str| !line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict ");
    dump.lines().filter(token).map(|line| line.to_owned() + "\n").collect()
}

fn direct(cluster: &Cluster, role: &str, database: &str, script: &Path) -> Output {
    let mut psql = cluster.tool("psql").expect("psql");
    // By TCP as through the proxy, so that what says where the client is reads the same.
    psql.env("PGHOST", "127.0.0.1")
        .env("PGUSER", role)
        .env("PGDATABASE", database);
    Output::of(psql.args(["-X", "-a", "-f"]).arg(script))
}

fn through(cluster: &Cluster, proxy: &Proxy, database: &str, script: &Path) -> Output {
    Output::of(
        proxy
            .tool(cluster, "psql", database)
            .args(["-X", "-a", "-f"])
            .arg(script),
    )
}

fn assert_same(direct: &Output, through: &Output) {
    let direct = &without_pids(direct);
    let through = &without_pids(through);
    assert!(
        direct.stdout == through.stdout,
        "stdout: {}",
        shown(&direct.stdout, &through.stdout)
    );
    assert!(
        direct.stderr == through.stderr,
        "stderr: {}",
        shown(&direct.stderr, &through.stderr)
    );
    assert_eq!(direct.code, through.code);
}

/// psql says which server process a notification came from: another one in every session.
fn without_pids(output: &Output) -> Output {
    let blank = |text: &str| -> String {
        let mut parts = text.split("server process with PID ");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            text + "server process" + part.trim_start_matches(|c: char| c.is_ascii_digit())
        })
    };
    Output {
        stdout: blank(&output.stdout),
        stderr: blank(&output.stderr),
        code: output.code,
    }
}
