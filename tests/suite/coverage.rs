//! Every class of the threat model has its ways out, counted by what the tests themselves run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::attack::{sessions, statements};
use crate::canary::{ways, wire};

const MODEL: &str = include_str!("../../docs/threat-model.md");

/// One row of the threat model.
struct Class {
    name: &'static str,
    /// Files whose ways are marked with it, and tests of their own, `file::test`.
    shown_by: Vec<&'static str>,
    at_least: usize,
}

fn classes() -> Vec<Class> {
    let rows = MODEL.lines().filter(|line| line.starts_with("| `"));
    let class = |row: &'static str| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, name, _, _, shown_by, at_least, _] = cells.as_slice() else {
            panic!("not five columns: {row}");
        };
        Class {
            name: name.trim_matches('`'),
            shown_by: shown_by.split_whitespace().map(|file| file.trim_matches('`')).collect(),
            at_least: at_least.parse().expect("a number"),
        }
    };
    rows.map(class).collect()
}

/// Every way that the suite runs: the file it stands in, and its title, which ends in `[class]`.
fn marked() -> Vec<(&'static str, String)> {
    let mut marked = Vec::new();
    for (file, text) in ways::FILES {
        let titles = ways::parse(text).into_iter().map(|way| way.title().to_owned());
        marked.extend(titles.map(|title| (file, title)));
    }
    for (file, text) in statements::FILES {
        let titles = statements::parse(text).into_iter().map(|(title, _)| title.to_owned());
        marked.extend(titles.map(|title| (file, title)));
    }
    let by_messages = wire::all()
        .into_iter()
        .map(|(title, _)| ("canary/wire.rs", title.to_owned()));
    let in_sessions = sessions::attacks()
        .into_iter()
        .map(|(title, _)| ("attack/sessions.rs", title.to_owned()));
    marked.extend(by_messages.chain(in_sessions));
    marked
}

fn class_of(title: &str) -> Option<&str> {
    title.strip_suffix(']')?.rsplit_once('[').map(|(_, class)| class)
}

/// Whether there is a test of this name in a file of the suite.
fn is_test(file: &str, name: &str) -> bool {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite").join(file);
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.contains(&format!("#[test]\nfn {name}()"))
}

#[test]
fn every_class_of_the_threat_model_is_shown() {
    let mut files: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    let marked = marked();
    for (file, title) in &marked {
        match class_of(title) {
            None => problems.push(format!("{file}: no class: {title}")),
            Some(class) => {
                files.entry(class.to_owned()).or_default().insert(file);
                *counts.entry(class.to_owned()).or_default() += 1;
            }
        }
    }
    for Class {
        name,
        shown_by,
        at_least,
    } in classes()
    {
        let (tests, stated): (Vec<&str>, Vec<&str>) = shown_by.iter().partition(|file| file.contains("::"));
        let found = files.remove(name).unwrap_or_default();
        if found != stated.into_iter().collect() {
            problems.push(format!("{name}: there are ways in {found:?}"));
        }
        for (file, test) in tests.iter().filter_map(|test| test.split_once("::")) {
            if !is_test(file, test) {
                problems.push(format!("{name}: there is no test {test} in {file}"));
            }
        }
        let count = counts.remove(name).unwrap_or_default() + tests.len();
        println!("{name}: {count}");
        if count < at_least.max(1) {
            problems.push(format!("{name}: {count} ways, {at_least} are stated"));
        }
    }
    problems.extend(files.into_keys().map(|class| format!("no such class: {class}")));
    println!("{} ways", marked.len());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
