//! Random queries over domains, composites, partitions, views, arrays, windows and subqueries, through the proxy: no
//! protected value comes back, and what is answered without anything computed is what the masked copy says.
//!
//! `PGVEIL_SEED` chooses the queries; `PGVEIL_LONG=1` draws many more, from a seed of its own unless one is given.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use pgveil::cluster::{Cluster, SUPERUSER, run};

use crate::canary::needles::Needles;
use crate::canary::peer::{Cell, Peer, Reply};
use crate::harness::{Proxy, ProxyOptions, client_version, is_long, seed};
use crate::oracle::{SCHEMA, generate};

const DATABASE: &str = "shop";
const COPY: &str = "masked";
/// Recursion may have no end.
const OPTIONS: &str = "-c search_path=app,public -c statement_timeout=2s";
const PROTECTED: [(&str, &str); 4] = [
    ("customers", "email name phone salary tags home meta"),
    ("events", "who"),
    ("twin", "secret"),
    ("vips", "email name phone salary"),
];

struct Stage {
    proxy: Proxy,
    cluster: Cluster,
}

impl Stage {
    fn set() -> Stage {
        let cluster = Cluster::start().expect("a throwaway server");
        cluster.createdb(DATABASE).expect("an empty database");
        cluster.psql(DATABASE, SCHEMA).expect("the schema");
        cluster.psql(DATABASE, include_str!("data.sql")).expect("the data");
        // Up to 13, pg_dump names no schema for the catalog's own: a table of the same name elsewhere might be meant.
        if client_version(&cluster, "pg_dump") < 14 {
            cluster
                .psql(DATABASE, "DROP TABLE other.pg_class")
                .expect("no such table");
        }
        let options = ProxyOptions {
            rules: include_str!("rules.toml").to_owned(),
            role: SUPERUSER.to_owned(),
            ..ProxyOptions::default()
        };
        let proxy = Proxy::start_with(&cluster, options);
        Stage { proxy, cluster }
    }

    fn through(&self) -> Peer {
        Peer::connect(self.proxy.port, SUPERUSER, DATABASE, OPTIONS)
    }

    fn needles(&self) -> Needles {
        let mut direct = Peer::connect(self.cluster.port(), SUPERUSER, DATABASE, OPTIONS);
        let mut needles = Needles::default();
        for (table, columns) in PROTECTED {
            for column in columns.split(' ') {
                let sql = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL");
                for format in [0, 1] {
                    for cell in direct.extended(&sql, format).rows().into_iter().flatten().flatten() {
                        match format {
                            0 => needles.add_text(column, &cell),
                            _ => needles.add_binary(column, &cell),
                        }
                    }
                }
            }
        }
        assert!(needles.count() > 300, "{}", needles.count());
        needles
    }

    /// Whether the same queries show protected values where nothing stands in between.
    fn leaks_directly(&self, needles: &Needles, first_seed: u64) -> bool {
        let mut direct = Peer::connect(self.cluster.port(), SUPERUSER, DATABASE, OPTIONS);
        (0..500).any(|number| {
            direct.query(&query(first_seed, number).1);
            let found = needles.found_in(&direct.received).is_some();
            direct.forget();
            found
        })
    }

    /// Restores a dump that is taken through the proxy.
    fn copy(&self) -> Peer {
        let dump = self.cluster.temp_dir().join("shop.dump");
        let mut pg_dump = self.proxy.tool(&self.cluster, "pg_dump", DATABASE);
        run(pg_dump.args(["--format=custom", "--file"]).arg(&dump), "pg_dump").expect("a dump");
        self.cluster.createdb(COPY).expect("an empty database");
        let mut pg_restore = self.cluster.tool("pg_restore").expect("pg_restore");
        run(
            pg_restore.args(["--exit-on-error", "-d", COPY]).arg(&dump),
            "pg_restore",
        )
        .expect("a copy");
        self.cluster.psql(COPY, "ANALYZE").expect("ANALYZE");
        Peer::connect(self.cluster.port(), SUPERUSER, COPY, OPTIONS)
    }
}

/// The query of a number, and its seed.
fn query(first_seed: u64, number: u64) -> (u64, String) {
    let own_seed = first_seed.wrapping_add(number);
    (own_seed, generate::query(own_seed))
}

fn fate(reply: &Reply) -> String {
    match reply.error_field(b'C') {
        None => "answered".to_owned(),
        Some(code) if code == "42501" => reply.error_field(b'D').unwrap_or_default(),
        Some(code) => code,
    }
}

#[test]
fn no_canary_leaves_by_random_queries() {
    let stage = Stage::set();
    let needles = stage.needles();
    let (first_seed, count) = (seed(), if is_long() { 40_000 } else { 3_000 });
    println!("PGVEIL_SEED={first_seed}");
    let mut peer = stage.through();
    let mut fates: BTreeMap<String, usize> = BTreeMap::new();
    for number in 0..count {
        let (own_seed, text) = query(first_seed, number);
        let reply = match own_seed % 4 {
            0 => peer.query(&text),
            1 => peer.extended(&text, 0),
            2 => peer.extended(&text, 1),
            _ => peer.query(&format!("COPY ({text}) TO STDOUT (FORMAT csv)")),
        };
        let found = needles.found_in(&peer.received);
        assert!(found.is_none(), "LEAK of {found:?}: PGVEIL_SEED={own_seed}\n{text}");
        assert!(!reply.is_closed, "{:?}: PGVEIL_SEED={own_seed}\n{text}", reply.error());
        *fates.entry(fate(&reply)).or_default() += 1;
        peer.forget();
    }
    println!("{count} queries: {fates:#?}");
    assert!(fates["answered"] as u64 * 10 > count, "{fates:#?}");
    assert!(stage.leaks_directly(&needles, first_seed), "the search finds nothing");
    stage.proxy.verify_log();
}

/// Whether the same rows could come otherwise on another server: by the order in which rows are read, or by the order of
/// values, which masks do not keep.
fn depends_on_order(text: &str) -> bool {
    ["LIMIT", "rank()", "ARRAY(", "SEARCH", "ctid"]
        .iter()
        .any(|word| text.contains(word))
}

fn sorted(reply: &Reply) -> Vec<Vec<Cell>> {
    let mut rows = reply.rows();
    rows.sort();
    rows
}

/// What was written to the session log since the last time.
struct Tail(std::fs::File);

impl Tail {
    fn of(proxy: &Proxy) -> Tail {
        let mut file = std::fs::File::open(proxy.log_directory().join("sessions.jsonl")).expect("the log");
        file.seek(SeekFrom::End(0)).expect("its end");
        Tail(file)
    }

    fn next(&mut self) -> String {
        let mut text = String::new();
        self.0.read_to_string(&mut text).expect("records");
        text
    }
}

#[test]
fn random_queries_answer_as_the_masked_copy_does() {
    let stage = Stage::set();
    let mut copy = stage.copy();
    let mut peer = stage.through();
    let (first_seed, count) = (seed(), if is_long() { 40_000 } else { 3_000 });
    println!("PGVEIL_SEED={first_seed}");
    let mut log = Tail::of(&stage.proxy);
    let (mut compared, mut masked, mut differences) = (0, 0, Vec::new());
    for number in 0..count {
        let (own_seed, text) = query(first_seed, number);
        if depends_on_order(&text) {
            continue;
        }
        let live = peer.query(&text);
        peer.forget();
        let record = log.next();
        assert!(record.contains("\"event.action\":\"statement\""), "{record}");
        if live.error().is_some() || record.contains("\"how\":\"redacted\"") {
            continue;
        }
        let restored = copy.query(&text);
        copy.forget();
        compared += 1;
        masked += u64::from(record.contains("\"how\":"));
        if restored.error() != live.error() || sorted(&restored) != sorted(&live) {
            differences.push(format!(
                "PGVEIL_SEED={own_seed}\n{text}\n    live {:.400?}\n    copy {:.400?} {:?}",
                sorted(&live),
                sorted(&restored),
                restored.error()
            ));
        }
    }
    println!("{count} queries, {compared} compared, {masked} of them over protected columns");
    assert!(masked * 40 > count, "only {masked}");
    differences.truncate(20);
    assert!(
        differences.is_empty(),
        "{} differ\n{}",
        differences.len(),
        differences.join("\n")
    );
}
