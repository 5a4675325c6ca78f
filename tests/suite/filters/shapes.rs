//! Foreign keys of every shape: cycles, references to the own table, several columns, NULLs, partitions, heirs, names that
//! need quotes, keys that are not valid, operators and collations that differ.

use super::model::Filters;
use super::{FORMATS, Filtered};
use crate::harness::{cluster_with, for_version, server_version};

const SCHEMA: &str = include_str!("shapes.sql");

/// From where a subset of it may start.
const STARTS: [(&str, &str); 12] = [
    ("a.tree", "id % 7 = 1"),
    ("a.region", "id = 'c'"),
    ("a.p", "id = 3"),
    ("a.q", "id > 9"),
    ("a.comp", "x = 2"),
    ("a.comp_child", "id % 5 = 0"),
    ("a.event", "id % 10 = 4"),
    ("a.event_2", "id % 4 = 1"),
    ("a.event_3", "id < 25"),
    ("a.base", "id < 4"),
    ("\"B b\".\"Tä\"\"ble\"", "\"r\" < 6 AND \"k0 ö\" IS NOT NULL"),
    ("a.loose", "tree = 5"),
];

/// Filters that go with them.
fn filters(number: usize) -> Vec<(&'static str, Option<&'static str>)> {
    let all = [
        ("a.tree", Some("id <> 2")),
        ("a.p", Some("id % 4 <> 0")),
        ("a.event", Some("at < '2024-05-20'")),
        ("a.event_1", None),
        ("a.region", Some("id < 'e'")),
        ("a.heir", Some("id <> 6")),
        ("a.comp_child", Some("note IS NULL OR note NOT LIKE '%1%'")),
        ("\"B b\".x0", Some("\"a0\" <> 3")),
        ("a.mixed_1", Some("id % 3 > 0")),
    ];
    let chosen = all
        .into_iter()
        .enumerate()
        .filter(|(index, _)| (number >> (index % 4)) & 1 == 1);
    chosen.map(|(_, filter)| filter).collect()
}

fn stage(rules: &str) -> Filtered {
    let cluster = cluster_with(&[]);
    cluster.createdb("shapes").expect("a database");
    let schema = for_version(SCHEMA, server_version(&cluster));
    cluster.psql("shapes", &schema).expect("the schema");
    Filtered::before(cluster, rules)
}

fn check(all: &[Filters], formats: &[&[&str]]) {
    let mut filtered = stage(&all[0].rules());
    for filters in all {
        std::fs::write(filtered.proxy.directory.join("rules.toml"), filters.rules()).expect("the rules");
        filtered.proxy.kill();
        filtered.proxy.serve();
        filtered.check("shapes", filters, formats);
        filtered.proxy.verify_log();
    }
}

#[test]
fn subsets_from_everywhere() {
    let all: Vec<Filters> = STARTS.iter().map(|start| Filters::of(&[], Some(*start))).collect();
    check(&all, &FORMATS[1..2]);
}

#[test]
fn filters_of_everything() {
    let all: Vec<Filters> = (1..16).map(|number| Filters::of(&filters(number), None)).collect();
    check(&all, &FORMATS[2..3]);
}

#[test]
fn both_together() {
    let both = STARTS
        .iter()
        .zip(1..)
        .map(|(start, number)| Filters::of(&filters(number), Some(*start)));
    check(&both.collect::<Vec<_>>(), &FORMATS[1..2]);
}

#[test]
fn by_every_format() {
    check(&[Filters::of(&filters(5), Some(STARTS[0]))], &FORMATS);
}
