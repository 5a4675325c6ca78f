//! What stock pg_dump takes through pgveil restores with no error, and holds no original of a protected column.

use std::collections::{HashMap, HashSet};

use pgveil::cluster::run;

use crate::harness::{Proxy, client_version, cluster_of, cluster_with, is_long, lines, programs};
use crate::pagila::{PROTECTED, Protected, RULES, Stage};

#[test]
fn plain() {
    check(&[]);
}

#[test]
fn custom() {
    check(&["--format=custom"]);
}

#[test]
fn directory_by_two_jobs() {
    check(&["--format=directory", "--jobs=2"]);
}

#[test]
fn inserts() {
    check(&["--inserts"]);
}

#[test]
fn column_inserts() {
    check(&["--column-inserts", "--rows-per-insert=50"]);
}

/// From 18 on, pg_dump can take the planner's statistics along: pgveil shows none of them.
#[test]
fn with_statistics() {
    let old = client_version(&cluster_with(&["pagila"]), "pg_dump") < 18;
    check(if old { &[] } else { &["--statistics"] });
}

/// Each pg_dump from each server that it can read, restored where it belongs: into a server of its own version.
/// `PGVEIL_LONG=1` and `PGVEIL_SERVERS`, made by tests/servers.sh.
#[test]
fn every_pg_dump_takes_every_older_server() {
    let Some(directory) = std::env::var_os("PGVEIL_SERVERS").filter(|_| is_long()) else {
        return;
    };
    for client in 13..=18 {
        let target = cluster_of(programs(directory.as_ref(), client, client), &[]);
        assert_eq!(client_version(&target, "pg_dump"), client);
        for server in 13..=client {
            let cluster = cluster_of(programs(directory.as_ref(), server, client), &["pagila"]);
            let proxy = Proxy::start(&cluster, RULES);
            let stage = Stage { proxy, cluster };
            let dump = stage.dump(&["--format=custom"]);
            let database = format!("from_{server}");
            target.createdb(&database).expect("an empty database");
            let mut pg_restore = target.tool("pg_restore").expect("pg_restore");
            let restored = run(
                pg_restore.args(["--exit-on-error", "-d", &database]).arg(&dump),
                "pg_restore",
            );
            restored.unwrap_or_else(|error| panic!("pg_dump {client} from server {server}: {error}"));
            for sql in [ROW_COUNTS, FOREIGN_KEYS] {
                let original = stage.cluster.psql("pagila", sql).expect("the original");
                let copy = target.psql(&database, sql).expect("the copy");
                assert!(
                    original.lines().count() > 10 && original == copy,
                    "{client} from {server}"
                );
            }
        }
    }
}

fn check(args: &[&str]) {
    let stage = Stage::set();
    let dump = stage.dump(args);
    stage.restore(&dump, "restored");
    same_on_both(&stage, ROW_COUNTS, "row counts");
    same_on_both(&stage, FOREIGN_KEYS, "foreign keys");
    for column in &PROTECTED {
        no_original(&stage, column);
    }
    stage.proxy.verify_log();
}

/// Of every table and partition, exactly.
const ROW_COUNTS: &str = r"
    SELECT format('SELECT %L, count(*) FROM %s', oid::regclass, oid::regclass)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm') ORDER BY relname
    \gexec
";

/// Those that are there and were found to hold.
const FOREIGN_KEYS: &str = "SELECT conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint \
                            WHERE contype = 'f' AND convalidated ORDER BY 1, 2";

fn same_on_both(stage: &Stage, sql: &str, what: &str) {
    let original = stage.cluster.psql("pagila", sql).expect(what);
    let restored = stage.cluster.psql("restored", sql).expect(what);
    assert!(original.lines().count() > 10, "{what}: nothing to compare");
    assert_eq!(original, restored, "{what}");
}

/// An empty value tells nothing, and a drawn one may be an original by chance: those are counted.
fn no_original(stage: &Stage, protected: &Protected) {
    let Protected {
        table,
        key,
        column,
        drawn,
    } = protected;
    let sql = format!("SELECT {key}, {column} FROM {table} WHERE {column}::text <> '' ORDER BY 1");
    let [original, restored] = ["pagila", "restored"].map(|database| values(stage, database, &sql));
    assert!(!original.is_empty(), "{table}.{column} has no values to look for");
    let originals: HashSet<&String> = original.values().collect();
    let by_chance = restored.values().filter(|value| originals.contains(value)).count();
    let unchanged = original
        .iter()
        .filter(|(key, value)| restored.get(*key) == Some(value))
        .count();
    println!(
        "{table}.{column}: {} values, {by_chance} of the masked ones are also originals, {unchanged} in their own row",
        original.len()
    );
    if *drawn {
        // One in twenty, and not less than two, so that a handful of rows may have bad luck.
        let luck = 2 + original.len() / 20;
        assert!(
            unchanged <= luck,
            "{table}.{column}: {unchanged} rows show their own original"
        );
    } else {
        assert_eq!(by_chance, 0, "{table}.{column}: an original value is in the copy");
    }
}

fn values(stage: &Stage, database: &str, sql: &str) -> HashMap<String, String> {
    lines(&stage.cluster.psql(database, sql).expect("values"))
        .into_iter()
        .filter_map(|line| {
            line.split_once('|')
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
        })
        .collect()
}
