//! PostgreSQL's regression suite, replayed: what changes the database is run, what returns rows is parsed, described
//! and compared.

use std::io::Read;
use std::process::{Command, Stdio};

use pgveil::cluster::Cluster;

use super::ours::Ours;
use super::server::Server;
use super::tally::{Definitions, Tally};

const DATABASE: &str = "regression";

/// Files on which others stand, in order; the rest follows as it comes.
const FIRST: [&str; 16] = [
    "test_setup",
    "copy",
    "insert",
    "create_function_c",
    "create_misc",
    "create_operator",
    "create_procedure",
    "create_table",
    "create_type",
    "create_schema",
    "create_index",
    "create_view",
    "create_aggregate",
    "create_function_sql",
    "create_cast",
    "constraints",
];

/// They end other sessions, wait, or fill the disk; nothing of theirs is about lineage.
const LEFT_OUT: [&str; 6] = [
    "tablespace",
    "infinite_recurse",
    "vacuum_parallel",
    "database",
    "subscription",
    "event_trigger_login",
];

fn statements(path: &str) -> Vec<(String, String)> {
    let mut text = String::new();
    let mut gzip = Command::new("gzip");
    let mut child = gzip.args(["-dcf", path]).stdout(Stdio::piped()).spawn().expect("gzip");
    let mut output = child.stdout.take().expect("its output");
    output.read_to_string(&mut text).expect("the statements");
    child.wait().expect("gzip");
    let parsed = text.lines().map(|line| {
        let value: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let field = |name: &str| value[name].as_str().expect("a text").to_owned();
        (field("f"), field("q"))
    });
    let mut all: Vec<(String, String)> = parsed.filter(|(file, _)| !LEFT_OUT.contains(&file.as_str())).collect();
    // Stable: within a file the order stays.
    all.sort_by_key(|(file, _)| FIRST.iter().position(|first| first == file).unwrap_or(FIRST.len()));
    all
}

struct Replay<'c> {
    cluster: &'c Cluster,
    server: Server,
    ours: Ours,
    definitions: Definitions,
    tally: Tally,
    /// The catalog may have changed since `ours` was loaded.
    is_stale: bool,
    /// Relations of this file that were meant to be temporary.
    made: Vec<String>,
    /// Statements left out because their transaction had changed the catalog where no other session sees it.
    unseen: usize,
}

impl Replay<'_> {
    fn statement(&mut self, text: &str) {
        let word = text
            .trim_start_matches(['(', ' ', '\n', '\t'])
            .split(|c: char| !c.is_alphabetic())
            .next();
        let word = word.unwrap_or_default().to_ascii_lowercase();
        let is_query = ["select", "with", "values", "table"].contains(&word.as_str());
        if is_query && self.server.transaction_status != b'E' {
            self.query(text);
        }
        if ["select", "with"].contains(&word.as_str()) && !text.to_ascii_lowercase().contains(" into ") {
            return;
        }
        // A statement that fails, as many are meant to, changes nothing.
        let permanent = without_temporary(text);
        let done = self.server.run(permanent.as_ref().map_or(text, |(text, _)| text));
        if let Some((_, name)) = permanent.filter(|_| done.is_ok()) {
            self.made.push(name);
        }
        let harmless = [
            "values", "table", "explain", "show", "fetch", "insert", "update", "delete", "copy", "declare", "close",
            "execute", "analyze",
        ];
        self.is_stale |= done.is_ok() && !harmless.contains(&word.as_str()) && !is_settings(&word);
        if is_settings(&word) && word != "begin" {
            self.is_stale |= ["commit", "rollback", "end", "abort"].contains(&word.as_str());
        }
    }

    fn drop_made(&mut self) {
        for name in std::mem::take(&mut self.made) {
            for kind in ["TABLE", "VIEW", "SEQUENCE"] {
                self.is_stale |= self.server.run(&format!("DROP {kind} {name} CASCADE")).is_ok();
            }
        }
    }

    fn query(&mut self, text: &str) {
        if self.is_stale {
            if self.server.transaction_status != b'I' {
                self.unseen += 1;
                return;
            }
            self.ours = Ours::load(self.cluster.port(), DATABASE);
            self.definitions.clear();
            self.is_stale = false;
        }
        let in_transaction = self.server.transaction_status == b'T';
        if in_transaction {
            let _ = self.server.run("SAVEPOINT oracle");
        }
        self.tally
            .judge(&mut self.server, &self.ours, &mut self.definitions, text);
        if in_transaction {
            let _ = self.server.run("ROLLBACK TO oracle; RELEASE oracle");
        }
    }
}

/// CREATE TEMP … without TEMP, and the name of what it makes: pgveil's catalog has no temporary relations, since no
/// session of its can make any.
fn without_temporary(text: &str) -> Option<(String, String)> {
    let is = |word: &str, all: &[&str]| all.iter().any(|one| word.eq_ignore_ascii_case(one));
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().take(5).position(|word| is(word, &["TEMP", "TEMPORARY"]))?;
    let head = words.first().is_some_and(|word| is(word, &["CREATE"]));
    let mut rest = words[at + 1..].iter();
    let kinds = ["TABLE", "VIEW", "SEQUENCE", "RECURSIVE", "IF", "NOT", "EXISTS"];
    let name = rest.find(|word| !is(word, &kinds)).filter(|_| head)?;
    let name = name.split('(').next().unwrap_or_default().trim_end_matches(';');
    let made = text.replacen(words[at], "", 1);
    Some((made, name.to_owned()))
}

fn is_settings(word: &str) -> bool {
    [
        "set",
        "reset",
        "begin",
        "start",
        "commit",
        "rollback",
        "end",
        "abort",
        "savepoint",
        "release",
        "prepare",
        "deallocate",
    ]
    .contains(&word)
}

#[test]
fn the_regression_suite_has_the_lineage_that_the_server_says() {
    let path = std::env::var("PGVEIL_REGRESS_STATEMENTS").ok();
    let Some(path) = path.filter(|_| crate::harness::is_long()) else {
        return;
    };
    super::on_a_deep_stack(move || {
        let cluster = Cluster::start().expect("a throwaway server");
        cluster.createdb(DATABASE).expect("a database");
        let mut replay = Replay {
            server: Server::connect(cluster.port(), DATABASE),
            ours: Ours::load(cluster.port(), DATABASE),
            cluster: &cluster,
            definitions: Definitions::new(),
            tally: Tally::default(),
            is_stale: false,
            made: Vec::new(),
            unseen: 0,
        };
        let only = std::env::var("PGVEIL_REGRESS_FILES").ok();
        let mut current = String::new();
        for (file, text) in statements(&path) {
            let wanted = only.as_ref().is_none_or(|only| only.split(',').any(|one| one == file));
            if !wanted && !FIRST.contains(&file.as_str()) {
                continue;
            }
            if file != current {
                // A file is a session of its own.
                replay.server = Server::connect(cluster.port(), DATABASE);
                replay.drop_made();
                println!("{file}: {} misses so far", replay.tally.misses.len());
                current = file;
            }
            replay.statement(&text);
        }
        println!("{} left out after changes in their own transaction", replay.unseen);
        println!("{}", replay.tally.report("regression", 40));
        let misses = &replay.tally.misses;
        assert!(misses.is_empty(), "\n{}", misses.join("\n"));
    });
}
