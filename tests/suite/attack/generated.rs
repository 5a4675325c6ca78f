//! Queries drawn at random: name capture, nesting, and whatever hand-written lists miss.
//!
//! `PGVEIL_SEED` chooses them; `PGVEIL_LONG=1` draws many more, from a seed of its own unless one is given.

use std::collections::BTreeMap;

use super::generator::Generator;
use super::pair::{Answers, Pair, Sessions};
use super::people;
use crate::harness::{is_long, seed};
use crate::protocol::peer::Script;

/// What became of the queries.
#[derive(Default)]
struct Fates {
    counts: BTreeMap<String, usize>,
    closed: Vec<String>,
}

impl Fates {
    fn count(&mut self, answers: &Answers) {
        let fate = match (answers.refusal(), answers.sqlstate()) {
            (Some(reason), _) => format!("refused: {reason}"),
            (None, Some(sqlstate)) => format!("error: {sqlstate}"),
            (None, None) => "passed".to_owned(),
        };
        *self.counts.entry(fate).or_default() += 1;
    }
}

/// Each in one of three forms, by turns.
fn script(text: &str, own_seed: u64) -> Script {
    match own_seed % 3 {
        0 => Script::new().query(text),
        1 => Script::new().extended(text).sync(),
        _ => Script::new()
            .parse("", text)
            .bind_binary("", "")
            .describe("")
            .execute("")
            .sync(),
    }
}

fn ask(sessions: &mut Sessions, pair: &Pair, own_seed: u64, fates: &mut Fates) {
    let text = Generator::new(own_seed).query();
    let answers = sessions.ask(&script(&text, own_seed), 1);
    fates.count(&answers);
    if let Some(difference) = answers.difference() {
        panic!("PGVEIL_SEED={own_seed}\n{text}\n{difference}");
    }
    if answers.is_closed() {
        let last = answers.one.last();
        fates
            .closed
            .push(format!("PGVEIL_SEED={own_seed}: {text}\n    {last:?}"));
        *sessions = opened(pair);
    }
}

/// Sorts in memory: otherwise the order of rows that a sort leaves open would follow their size.
fn opened(pair: &Pair) -> Sessions {
    let mut sessions = pair.sessions();
    let answers = sessions.ask(&Script::new().query("SET work_mem = '1GB'"), 1);
    assert_eq!(answers.sqlstate(), None);
    sessions
}

#[test]
fn no_generated_query_tells_the_databases_apart() {
    draw(&people(), if is_long() { 60_000 } else { 3_000 });
}

/// Draws so many queries, and fails with the first that tells the databases apart.
pub fn draw(pair: &Pair, count: u64) {
    let first_seed = seed();
    println!("PGVEIL_SEED={first_seed}");
    let mut sessions = opened(pair);
    let mut fates = Fates::default();
    for number in 0..count {
        // Each query has a seed of its own, so that one can be replayed alone.
        ask(&mut sessions, pair, first_seed.wrapping_add(number), &mut fates);
    }
    println!("{count} queries: {:#?}", fates.counts);
    let passed = fates.counts.get("passed").copied().unwrap_or_default();
    assert!(passed as u64 * 10 > count, "only {passed} pass");
    assert!(
        fates.closed.is_empty(),
        "{} closed\n{}",
        fates.closed.len(),
        fates.closed.join("\n")
    );
}
