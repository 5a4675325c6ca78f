//! Whatever text comes in, the door to the parser and the plan neither panic nor hang: the corpus, what the suite knows
//! of attacks and everyday work, and mutations of all that.
//!
//! `PGVEIL_SEED` chooses the mutations; `PGVEIL_LONG=1` makes many more. `fuzz/` has the same for libFuzzer.

#[path = "../corpus/entry.rs"]
mod entry;
#[path = "../corpus/values.rs"]
mod values;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use pgveil::sql::STACK_BYTES;

use crate::harness::{Random, is_long, seed};

/// Longer than any of these texts may take, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is put in at random: what begins and ends things, and numbers at the edges.
const PIECES: [&str; 32] = [
    "'",
    "\"",
    "$$",
    "$a$",
    "/*",
    "*/",
    "--",
    ";",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    "::",
    ":=",
    "*",
    "$1",
    "E'",
    "U&'",
    "\\",
    "\n",
    "\u{0}",
    "\u{1}",
    "é",
    "2147483648",
    "1e400",
    "0x1F",
    " SELECT ",
    " FROM app.people ",
    " CASE WHEN ",
    " END ",
];

fn corpus() -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/sql");
    let mut paths: Vec<_> = std::fs::read_dir(directory)
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let files = paths.iter().map(|path| std::fs::read(path).expect("a text"));
    let mut texts: Vec<String> = files
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect();
    for known in [
        include_str!("attack/statements.sql"),
        include_str!("canary/ways/values.sql"),
        include_str!("canary/ways/doors.sql"),
        include_str!("canary/everyday_tools.sql"),
        include_str!("../../src/sql/lineage/tests/cases.txt"),
    ] {
        let statements = known
            .lines()
            .filter(|line| !line.starts_with(['-', '#', ' ']) && !line.is_empty());
        texts.extend(statements.map(str::to_owned));
    }
    texts
}

/// A text of the corpus with a few changes.
fn mutation(random: &mut Random, corpus: &[String]) -> String {
    let mut bytes = corpus[random.below(corpus.len())].clone().into_bytes();
    for _ in 0..=random.below(4) {
        let (at, other) = (random.below(bytes.len() + 1), random.below(bytes.len() + 1));
        let (from, to) = (at.min(other), at.max(other));
        match random.below(6) {
            0 => drop(bytes.drain(from..to)),
            1 => {
                let piece = PIECES[random.below(PIECES.len())];
                bytes.splice(at..at, piece.bytes());
            }
            2 => {
                let piece = bytes[from..to].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => {
                let stranger = corpus[random.below(corpus.len())].as_bytes();
                let begin = random.below(stranger.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&stranger[begin..]);
            }
            4 if at < bytes.len() => bytes[at] = (random.below(256)) as u8,
            _ => {
                // Words change places.
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let mut words: Vec<&str> = text.split(' ').collect();
                let (one, two) = (random.below(words.len()), random.below(words.len()));
                words.swap(one, two);
                bytes = words.join(" ").into_bytes();
            }
        }
        bytes.truncate(64 << 10);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn check(text: &str) -> Result<(), String> {
    let started = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        entry::template(text);
        entry::plan(text);
    }));
    if outcome.is_err() {
        return Err(format!("panics: {text:?}"));
    }
    match started.elapsed() > PATIENCE {
        true => Err(format!("takes {:?}: {text:?}", started.elapsed())),
        false => Ok(()),
    }
}

fn on_a_deep_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work);
    if let Err(panic) = thread.expect("a thread").join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn no_text_makes_planning_panic_or_hang() {
    on_a_deep_stack(|| {
        let corpus = corpus();
        assert!(corpus.len() > 1000, "{} texts", corpus.len());
        for text in &corpus {
            check(text).expect("a text of the corpus");
        }
        let (first_seed, count) = (seed(), if is_long() { 1_000_000 } else { 20_000 });
        println!("PGVEIL_SEED={first_seed}");
        for number in 0..count {
            let own_seed = first_seed.wrapping_add(number);
            let text = mutation(&mut Random::new(own_seed), &corpus);
            check(&text).unwrap_or_else(|failure| panic!("PGVEIL_SEED={own_seed} {failure}"));
        }
    });
}

#[test]
fn no_value_makes_masks_of_members_panic_or_hang() {
    let seeds: Vec<String> = values::SEEDS.map(str::to_owned).to_vec();
    let (first_seed, count) = (seed(), if is_long() { 1_000_000 } else { 20_000 });
    println!("PGVEIL_SEED={first_seed}");
    let check = |value: &[u8]| {
        let started = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| values::mask(value)));
        assert!(outcome.is_ok(), "panics: {:?}", String::from_utf8_lossy(value));
        assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    };
    for number in 0..count {
        let own_seed = first_seed.wrapping_add(number);
        println!("PGVEIL_SEED={own_seed}");
        check(mutation(&mut Random::new(own_seed), &seeds).as_bytes());
    }
    for deep in [
        "[", "{\"a\":", "<a>", "(\"(\"\"", "{{", "[[", "\"a\"=>", "&#65;", "<!--", "<a b=\"", "{[1,2),",
    ] {
        check(deep.repeat((1 << 20) / deep.len()).as_bytes());
    }
}

/// Deep and wide texts are refused or planned, and never end the process.
#[test]
fn deep_and_wide_texts() {
    on_a_deep_stack(|| {
        let depth = 2000;
        for text in [
            format!("SELECT {}1{}", "(".repeat(depth), ")".repeat(depth)),
            format!("SELECT {}1", "- ".repeat(depth)),
            format!("SELECT {}", vec!["1"; 5 * depth].join(" + ")),
            format!("SELECT {} FROM app.people", vec!["email"; 5 * depth].join(" || ")),
            format!("SELECT {} FROM app.people", vec!["email"; 1000].join(", ")),
            format!("{}SELECT 1{}", "SELECT * FROM (".repeat(500), ") x".repeat(500)),
            format!(
                "SELECT {}1{}",
                "CASE WHEN true THEN ".repeat(depth),
                " END".repeat(depth)
            ),
            format!("{} SELECT 1", "/*".repeat(depth)),
            vec!["SELECT 1"; 2000].join(";"),
            vec!["SELECT email FROM app.people"; 500].join(" UNION ALL "),
            format!("SELECT x FROM app.people p, {}", vec!["app.clean"; 200].join(", ")),
            format!("SELECT '{}'", "x".repeat(900_000)),
        ] {
            let shown: String = text.chars().take(60).collect();
            check(&text).unwrap_or_else(|failure| panic!("{shown}: {failure:.200}"));
        }
    });
}
