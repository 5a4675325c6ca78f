//! Everyday work that may not be refused: what is not protected is as in a direct session.

use super::Stage;
use super::peer::{Cell, Peer, Reply};
use super::ways::{FORMS, Form, MARKER, lacks_binary_form, reset};
use crate::harness::{Output, for_version, shown};
use pgveil::cluster::SUPERUSER;

/// How many everyday queries are run at least.
const QUERIES_MIN: usize = 200;
/// Columns whose mask is NULL.
const NULLED: [&str; 5] = ["home", "span", "doc", "bits", "mood"];

pub struct Query {
    pub title: String,
    pub sql: String,
    /// Labels of masked columns.
    masks: Vec<String>,
    /// Labels of computed columns.
    redacts: Vec<String>,
}

#[test]
fn everyday_queries_work() {
    let stage = Stage::set();
    let queries = all(stage.version);
    assert!(queries.len() >= QUERIES_MIN, "only {} queries", queries.len());
    let (mut direct, mut through) = (stage.direct(), stage.through());
    let mut failures = Vec::new();
    for query in &queries {
        for form in FORMS.into_iter().filter(|form| *form != Form::ExplainAnalyze) {
            let Some(statements) = form.statements(std::slice::from_ref(&query.sql)) else {
                continue;
            };
            let expected = last_reply(form, &statements, &mut direct);
            let actual = last_reply(form, &statements, &mut through);
            let compared = query.compare(form, &expected, &actual);
            let searched = stage.search(&through);
            for failure in [compared, searched, reset(&mut through), reset(&mut direct)] {
                if let Err(failure) = failure {
                    failures.push(format!(
                        "{} ({form:?}): {failure}\n    {}",
                        query.title,
                        statements.join("; ")
                    ));
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn psql_commands_read_as_in_a_direct_session() {
    let stage = Stage::set();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/canary/everyday.psql");
    let mut psql = stage.cluster.tool("psql").expect("psql");
    psql.env("PGHOST", "127.0.0.1")
        .env("PGUSER", SUPERUSER)
        .env("PGDATABASE", super::DATABASE);
    let direct = Output::of(psql.args(["-X", "-a", "-f", script]));
    let mut psql = stage.proxy.tool(&stage.cluster, "psql", super::DATABASE);
    let through = Output::of(psql.args(["-X", "-a", "-f", script]));
    assert!(direct.stdout.contains("the end"), "{direct:?}");
    assert!(
        direct.stdout == through.stdout,
        "{}",
        shown(&direct.stdout, &through.stdout)
    );
    assert_eq!(direct.stderr, through.stderr);
}

/// What people and programs send to a server of this version.
pub fn all(version: u32) -> Vec<Query> {
    let texts = [include_str!("everyday.sql"), include_str!("everyday_tools.sql")];
    let texts = texts.into_iter().map(|text| for_version(text, version));
    texts.flat_map(|text| parse(&text)).collect()
}

/// Reads `-- title; masks label …; redacts label …` lines, each followed by one statement.
fn parse(text: &str) -> Vec<Query> {
    let mut queries: Vec<Query> = Vec::new();
    let mut lines = text.lines().skip_while(|line| !line.is_empty());
    while let Some(line) = lines.next() {
        let Some(header) = line.strip_prefix("-- ") else {
            continue;
        };
        let list = |name: &str| -> Vec<String> {
            let found = header.split("; ").find_map(|part| part.strip_prefix(name));
            found
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect()
        };
        let mut sql = String::new();
        for line in lines.by_ref() {
            sql += line;
            sql.push('\n');
            if line.ends_with(';') {
                break;
            }
        }
        queries.push(Query {
            title: header.to_owned(),
            sql: sql.trim_end().trim_end_matches(';').to_owned(),
            masks: list("masks "),
            redacts: list("redacts "),
        });
    }
    queries
}

fn last_reply(form: Form, statements: &[String], peer: &mut Peer) -> Reply {
    let mut reply = Reply::default();
    for statement in statements {
        reply = form.send(statement, peer);
        if reply.error().is_some() {
            break;
        }
    }
    reply
}

impl Query {
    fn compare(&self, form: Form, expected: &Reply, actual: &Reply) -> Result<(), String> {
        if lacks_binary_form(form, expected) && actual.error_field(b'C') == expected.error_field(b'C') {
            return Ok(());
        }
        if let Some(error) = expected.error() {
            return Err(format!("fails directly: {error}"));
        }
        if let Some(error) = actual.error() {
            return Err(error);
        }
        if expected.labels() != actual.labels() {
            return Err(format!("labels {:?}, not {:?}", actual.labels(), expected.labels()));
        }
        let (expected_rows, actual_rows) = (expected.rows(), actual.rows());
        let copied = |reply: &Reply| reply.bodies(b'd').count();
        if expected_rows.len() != actual_rows.len() || copied(expected) != copied(actual) {
            return Err(format!("{} rows, not {}", actual_rows.len(), expected_rows.len()));
        }
        if self.masks.is_empty() && self.redacts.is_empty() && expected.copied() != actual.copied() {
            return Err("other COPY data".to_owned());
        }
        for (at, label) in expected.labels().iter().enumerate() {
            let pairs = expected_rows
                .iter()
                .zip(&actual_rows)
                .map(|(one, other)| (&one[at], &other[at]));
            self.compare_column(label, &pairs.collect::<Vec<_>>())
                .map_err(|failure| format!("column {label}: {failure}"))?;
        }
        Ok(())
    }

    fn compare_column(&self, label: &String, pairs: &[(&Cell, &Cell)]) -> Result<(), String> {
        let shown = |cell: &Cell| match cell {
            Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            None => "NULL".to_owned(),
        };
        for (expected, actual) in pairs {
            let fits = if self.redacts.contains(label) {
                actual.as_ref().is_none_or(|bytes| bytes == MARKER)
            } else if self.masks.contains(label) {
                match (expected, actual) {
                    (None, None) => true,
                    (Some(_), None) => NULLED.contains(&label.as_str()),
                    _ => expected != actual,
                }
            } else {
                expected == actual
            };
            if !fits {
                return Err(format!("{} for {}", shown(actual), shown(expected)));
            }
        }
        Ok(())
    }
}
