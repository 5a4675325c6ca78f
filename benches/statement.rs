//! What pgveil itself does with statements and rows, without sockets: planning, masking rows and COPY data, logging.
//!
//! `cargo bench --bench statement`. Rows are those of `benches/compare.sh`; `keep` is the same work without any mask, so
//! that the difference is the masks' share.

use std::cell::RefCell;
use std::sync::Arc;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use pgveil::catalog::{ColumnId, Snapshot, SnapshotBuilder};
use pgveil::config::Policy;
use pgveil::conversation::{Begun, Conversation, Ended, NotWritten, StatementLog};
use pgveil::journal::{Alarm, Event, Journal, Protocol, Statement, StatementEnd, Verdict};
use pgveil::mask::Keys;
use pgveil::plan::search::Rewriting;
use pgveil::plan::{Basis, Planner, PlannerMode};
use pgveil::rules::RuleSet;
use pgveil::sql;
use pgveil::wire::tag::reply;
use pgveil::wire::{compose, frame};

const ROWS: usize = 1000;

const RULES: &str = r#"
rule = [
    { columns = ["public.customer.email"], mask = "email" },
    { columns = ["public.customer.full_name"], mask = "full_name" },
    { columns = ["public.customer.phone"], mask = "phone" },
    { columns = ["public.customer.street"], mask = "address_line" },
    { columns = ["public.customer.born"], mask = "date_shift" },
]
"#;

/// Name, type, type's OID, and a value; `{n}` is the row's number.
const COLUMNS: [(&str, &str, u32, &str); 10] = [
    ("id", "bigint", 20, "{n}"),
    ("email", "text", 25, "person{n}@example17.org"),
    ("full_name", "text", 25, "Dalia 3fd4ac{n}"),
    ("phone", "text", 25, "+49 30 1{n}"),
    ("street", "text", 25, "{n} 7d1c2a0b44fe Street"),
    ("born", "date", 1082, "1970-03-07"),
    ("country", "text", 25, "DE"),
    ("balance", "numeric(12,2)", 1700, "{n}.50"),
    (
        "note",
        "text",
        25,
        "ordered 17 times; 9e107d9d372bb6826bd81d3542a419d6 is the reference of the last one, kept for ten years",
    ),
    ("changed", "timestamptz", 1184, "2024-03-07 10:11:12+00"),
];

fn main() {
    // The parser needs its stack.
    let benches = std::thread::Builder::new()
        .stack_size(sql::STACK_BYTES)
        .spawn(divan::main);
    benches.expect("a thread").join().expect("benches run");
}

fn planner(rules: &str) -> Planner {
    let columns = COLUMNS.map(|(name, type_name, ..)| (name, type_name));
    let snapshot = SnapshotBuilder::new()
        .table("public.customer", &columns)
        .table(
            "public.pgbench_accounts",
            &[("aid", "integer not null"), ("abalance", "integer")],
        )
        .build();
    let policy = Policy::default();
    let keys = Keys::from_content(&[7; 32]).expect("32 bytes");
    let rules = RuleSet::parse("bench.toml", rules).expect("rules");
    let resolved = rules.resolve(&snapshot, &keys, &policy).expect("rules that fit");
    Planner::new(Basis::new(snapshot, resolved.treatments), PlannerMode::Guarded, policy)
}

const SELECT: &str = "SELECT abalance FROM pgbench_accounts WHERE aid = 123456;";
const JOIN: &str = "SELECT c.id, c.email, a.abalance, upper(c.country) FROM customer c \
    JOIN pgbench_accounts a ON a.aid = c.id WHERE a.abalance > 100 ORDER BY a.abalance LIMIT 10";

fn text(name: &str) -> &'static str {
    if name == "join" { JOIN } else { SELECT }
}

#[divan::bench(args = ["select", "join"])]
fn template(bencher: Bencher, name: &str) {
    let text = text(name);
    bencher.bench_local(|| sql::template(black_box(text)).len());
}

#[divan::bench(args = ["select", "join"])]
fn plan_cached(bencher: Bencher, name: &str) {
    let text = text(name);
    let planner = planner(RULES);
    bencher.bench_local(|| planner.plan(black_box(text)));
}

#[divan::bench(args = ["select", "join"])]
fn plan_cold(bencher: Bencher, name: &str) {
    let text = text(name);
    let planner = planner(RULES);
    let number = RefCell::new(0);
    // Another label each time: nothing of it is in the cache.
    let fresh = || {
        *number.borrow_mut() += 1;
        text.replacen("abalance", &format!("abalance AS a{}", number.borrow()), 1)
    };
    bencher
        .with_inputs(fresh)
        .bench_local_values(|text| planner.plan(&text));
}

/// One session, statement after statement: `group` waits until the record is on disk.
#[divan::bench(args = ["async", "group"])]
fn log_begin_and_end(bencher: Bencher, durability: &str) {
    let directory = log_directory();
    let journal = Journal::open(&directory, &[7; 32], durability == "group", None).expect("a log");
    let session = journal.new_session();
    let end = Event::StatementEnd(StatementEnd {
        statement: 1,
        rows: 1,
        bytes: 17,
        sqlstate: None,
        duration_ns: 77_000,
    });
    let begin = Event::Statement(Statement {
        statement: 2,
        protocol: Protocol::Simple,
        kind: "query",
        text: "SELECT abalance FROM pgbench_accounts WHERE aid = $1",
        fingerprint: 0x0123_4567_89ab_cdef,
        verdict: Verdict::Pass,
        reason: None,
        protected: &[],
        filters: &[],
        relations: &["public.pgbench_accounts".to_owned()],
        catalog_generation: 1,
    });
    let runtime = runtime();
    bencher.bench_local(|| {
        let record = journal.append_all(&[(session, &end), (session, &begin)])?;
        journal.hasten(record);
        match durability {
            "group" => runtime.block_on(journal.durable(record)),
            _ => Ok(()),
        }
    });
    drop(journal);
    std::fs::remove_dir_all(directory).expect("gone");
}

/// So many sessions at one time, one statement each.
#[divan::bench(args = [1, 8, 64])]
fn log_group_commit(bencher: Bencher, sessions: usize) {
    let directory = log_directory();
    let journal = Arc::new(Journal::open(&directory, &[7; 32], true, None).expect("a log"));
    let runtime = runtime();
    bencher.counter(ItemsCount::new(sessions)).bench_local(|| {
        let waiting: Vec<_> = (0..sessions)
            .map(|_| {
                let journal = journal.clone();
                runtime.spawn(async move {
                    let end = Event::Alarm(Alarm {
                        statement: None,
                        alarm: "bench",
                        message: "",
                    });
                    let record = journal.append(journal.process(), &end)?;
                    journal.hasten(record);
                    journal.durable(record).await
                })
            })
            .collect();
        for session in waiting {
            runtime.block_on(session).expect("a task").expect("a record");
        }
    });
    drop(journal);
    std::fs::remove_dir_all(directory).expect("gone");
}

fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
    runtime.expect("a runtime")
}

fn log_directory() -> std::path::PathBuf {
    std::env::temp_dir().join(format!("pgveil-bench-{}", std::process::id()))
}

/// What a search by masked values adds to its cached plan: a phone number, and an integer in a list of ten.
#[divan::bench(args = ["phone", "numbers"])]
fn search(bencher: Bencher, name: &str) {
    let text = match name {
        "phone" => "SELECT id FROM customer WHERE phone = '+49 30 1234567'",
        _ => "SELECT country FROM customer WHERE id IN (1, 22, 333, 4444, 55555, 666666, 7777777, 88888888, 9, 10)",
    };
    let rules = RULES.replace(
        "rule = [",
        "rule = [{ columns = [\"public.customer.id\"], mask = \"integer\" },",
    );
    let planner = planner(if name == "phone" { RULES } else { &rules });
    let planned = planner.plan(text);
    bencher.bench_local(|| {
        let mut rewriting = Rewriting::new(black_box(text));
        let translated = rewriting.add(&planned.statements[0]);
        assert!(translated.is_ok());
        rewriting.finish(text.len()).map(|(sent, _)| sent.len())
    });
}

struct NoLog;

impl StatementLog for NoLog {
    fn begin(&mut self, _: &Begun<'_>) -> Result<(), NotWritten> {
        Ok(())
    }
    fn end(&mut self, _: Ended) {}
    fn alarm(&mut self, _: Option<u64>, _: &'static str, _: &str) {}
}

/// A statement's whole way, one row of one column coming back.
#[divan::bench]
fn select_round_trip(bencher: Bencher) {
    let planner = Arc::new(planner(RULES));
    let mut conversation = Conversation::new(planner.clone(), NoLog);
    let mut request = Vec::new();
    compose::query(&mut request, SELECT.as_bytes());
    let snapshot = planner.basis().snapshot.clone();
    let mut replies = Vec::new();
    describe(
        &mut replies,
        &[("abalance", column(&snapshot, "pgbench_accounts", "abalance"), 23)],
    );
    compose::put_message(&mut replies, reply::DATA_ROW, |out| {
        out.extend_from_slice(b"\0\x01\0\0\0\x010")
    });
    compose::put_message(&mut replies, reply::COMMAND_COMPLETE, |out| {
        out.extend_from_slice(b"SELECT 1\0")
    });
    compose::ready_for_query(&mut replies, b'I');
    let mut out = Vec::new();
    bencher.bench_local(|| {
        out.clear();
        let planned = planner.plan(black_box(SELECT));
        conversation.query(&request, SELECT, &planned, &mut out);
        relay(&mut conversation, &replies, &mut out);
    });
}

#[divan::bench(args = ["keep", "mask", "beside"])]
fn data_rows(bencher: Bencher, rules: &str) {
    let planner = Arc::new(planner(&rules_of(rules)));
    let snapshot = planner.basis().snapshot.clone();
    let columns = COLUMNS.map(|(name, _, type_oid, _)| (name, column(&snapshot, "customer", name), type_oid));
    let mut head = Vec::new();
    describe(&mut head, &columns);
    let rows = rows(|out, row| {
        compose::put_message(out, reply::DATA_ROW, |out| {
            out.extend_from_slice(&[0, COLUMNS.len() as u8]);
            for value in row {
                out.extend_from_slice(&u32::try_from(value.len()).unwrap_or(0).to_be_bytes());
                out.extend_from_slice(value.as_bytes());
            }
        });
    });
    relay_rows(bencher, &planner, "SELECT * FROM customer", &head, &rows);
}

#[divan::bench(args = ["keep", "mask", "beside"])]
fn copy_text(bencher: Bencher, rules: &str) {
    let planner = Arc::new(planner(&rules_of(rules)));
    let mut head = Vec::new();
    compose::put_message(&mut head, reply::COPY_OUT_RESPONSE, |out| {
        out.extend_from_slice(&[0, 0, COLUMNS.len() as u8]);
        out.extend_from_slice(&[0; 2 * COLUMNS.len()]);
    });
    let rows = rows(|out, row| {
        compose::put_message(out, reply::COPY_DATA, |out| {
            out.extend_from_slice(row.join("\t").as_bytes());
            out.push(b'\n');
        });
    });
    relay_rows(bencher, &planner, "COPY customer TO STDOUT", &head, &rows);
}

/// `beside`: as `mask`, and the date moves by what stands beside it.
fn rules_of(name: &str) -> String {
    match name {
        "mask" => RULES.to_owned(),
        "beside" => RULES.replace("mask = \"date_shift\"", "mask = { kind = \"date_shift\", by = \"id\" }"),
        _ => String::new(),
    }
}

fn relay_rows(bencher: Bencher, planner: &Arc<Planner>, text: &str, head: &[u8], rows: &[u8]) {
    let mut conversation = Conversation::new(planner.clone(), NoLog);
    let mut out = Vec::new();
    conversation.query(b"", text, &planner.plan(text), &mut out);
    relay(&mut conversation, head, &mut out);
    bencher
        .counter(BytesCount::new(rows.len()))
        .counter(ItemsCount::new(ROWS))
        .bench_local(|| {
            out.clear();
            relay(&mut conversation, black_box(rows), &mut out);
        });
}

fn relay(conversation: &mut Conversation<NoLog>, mut replies: &[u8], out: &mut Vec<u8>) {
    while let Ok(Some(header)) = frame::header(replies) {
        let (whole, rest) = replies.split_at(header.frame_bytes());
        conversation.reply(header.tag, whole, out).expect("replies that fit");
        replies = rest;
    }
}

fn rows(put: impl Fn(&mut Vec<u8>, &[String])) -> Vec<u8> {
    let mut out = Vec::new();
    for number in 100_000..100_000 + ROWS {
        put(
            &mut out,
            &COLUMNS.map(|(.., value)| value.replace("{n}", &number.to_string())),
        );
    }
    out
}

fn column(snapshot: &Snapshot, table: &str, name: &str) -> ColumnId {
    let relation = snapshot.candidates(Some("public"), table)[0];
    ColumnId {
        relation: relation.oid,
        attribute: relation.column_named(name).expect("a column").number,
    }
}

fn describe(out: &mut Vec<u8>, fields: &[(&str, ColumnId, u32)]) {
    compose::put_message(out, reply::ROW_DESCRIPTION, |out| {
        out.extend_from_slice(&[0, fields.len() as u8]);
        for (label, column, type_oid) in fields {
            compose::put_string(out, label.as_bytes());
            out.extend_from_slice(&column.relation.to_be_bytes());
            out.extend_from_slice(&column.attribute.to_be_bytes());
            out.extend_from_slice(&type_oid.to_be_bytes());
            out.extend_from_slice(&[0xff; 6]);
            out.extend_from_slice(&[0; 2]);
        }
    });
}
