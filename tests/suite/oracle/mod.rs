//! Lineage against the server's own query trees (`debug_print_rewritten`): every base column that the server's tree
//! contains for an output column must be in pgveil's lineage of it.
//!
//! The corpus of this directory and generated queries run always. `PGVEIL_SEED` chooses what is generated;
//! `PGVEIL_LONG=1` generates many more, and replays PostgreSQL's regression suite from the file that
//! `PGVEIL_REGRESS_STATEMENTS` names (JSON lines with `f`, the test file, and `q`, a statement; may be gzipped).

mod deciding;
mod elements;
pub mod generate;
mod keywords;
mod node_tree;
mod ours;
mod picking;
mod replay;
mod server;
mod sizes;
mod tally;
mod tree_lineage;

use std::time::Instant;

use pgveil::cluster::Cluster;
use pgveil::sql::STACK_BYTES;

use crate::harness::{for_version, is_long, seed, server_version};
use ours::Ours;
use server::{Server, ServerError};
use tally::{Definitions, Tally};

pub const SCHEMA: &str = include_str!("schema.sql");
const STATEMENTS: &str = include_str!("statements.sql");
const CASES: &str = include_str!("../../../src/sql/lineage/tests/cases.txt");
const DATABASE: &str = "shop";

/// Runs on a thread with a stack that parsing and analysing need.
fn on_a_deep_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    let joined = thread.spawn(work).expect("a thread").join();
    if let Err(panic) = joined {
        std::panic::resume_unwind(panic);
    }
}

/// The statements of the corpus: separated by a semicolon at the end of a line.
fn corpus(version: u32) -> Vec<String> {
    let statements = for_version(STATEMENTS, version);
    let lines = statements.lines().filter(|line| !line.starts_with("--"));
    let text = lines.collect::<Vec<_>>().join("\n");
    let statements = text.split(";\n").map(|one| one.trim().trim_end_matches(';').to_owned());
    let cases = CASES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with(['#', ' ']));
    statements
        .filter(|one| !one.is_empty())
        .chain(cases.map(str::to_owned))
        .collect()
}

fn shop() -> (Cluster, Server, Ours) {
    let cluster = Cluster::start().expect("a throwaway server");
    cluster.createdb(DATABASE).expect("a database");
    cluster.psql(DATABASE, SCHEMA).expect("the schema");
    let mut server = Server::connect(cluster.port(), DATABASE);
    server.run("SET search_path = app, public").expect("a search_path");
    let ours = Ours::load(cluster.port(), DATABASE);
    (cluster, server, ours)
}

/// Judges; with `PGVEIL_REJECTED` it prints what the server rejects.
fn judged(tally: &mut Tally, server: &mut Server, ours: &Ours, definitions: &mut Definitions, statement: &str) {
    let before = tally.rejected;
    tally.judge(server, ours, definitions, statement);
    if tally.rejected > before
        && std::env::var_os("PGVEIL_REJECTED").is_some()
        && let Err(ServerError(code, message)) = server.describe(statement)
    {
        println!("rejected: {statement}\n    {code} {message}");
    }
}

#[test]
fn the_corpus_has_the_lineage_that_the_server_says() {
    on_a_deep_stack(|| {
        let (cluster, mut server, ours) = shop();
        let (mut tally, mut definitions) = (Tally::default(), Definitions::new());
        for statement in corpus(server_version(&cluster)) {
            judged(&mut tally, &mut server, &ours, &mut definitions, &statement);
        }
        println!("{}", tally.report("corpus", 10));
        assert!(tally.misses.is_empty(), "\n{}", tally.misses.join("\n"));
        assert!(tally.analysed > 400, "{}", tally.analysed);
    });
}

#[test]
fn generated_queries_have_the_lineage_that_the_server_says() {
    on_a_deep_stack(|| {
        let (_cluster, mut server, ours) = shop();
        let (mut tally, mut definitions) = (Tally::default(), Definitions::new());
        let (seed, statements): (u64, u64) = (seed(), if is_long() { 200_000 } else { 10_000 });
        println!("PGVEIL_SEED={seed}");
        let started = Instant::now();
        for number in 0..statements {
            let statement = generate::query(seed.wrapping_add(number.wrapping_mul(0x1_0000_0001)));
            judged(&mut tally, &mut server, &ours, &mut definitions, &statement);
        }
        println!("{:?}", started.elapsed());
        println!("{}", tally.report("generated", 10));
        assert!(
            tally.misses.is_empty(),
            "\n{}",
            tally.misses[..tally.misses.len().min(20)].join("\n")
        );
    });
}
