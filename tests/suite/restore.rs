//! What stock pg_dump takes through pgveil restores with no error, and holds no original of a protected column.

use std::collections::{HashMap, HashSet};

use crate::harness::lines;
use crate::pagila::{PROTECTED, Protected, Stage};

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
