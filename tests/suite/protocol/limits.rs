//! Results of any size, and fields of any size, pass through little memory.
//!
//! With `PGVEIL_LONG=1` in the environment the results have their full size.

use std::collections::BTreeMap;

use pgveil::cluster::Cluster;

use super::peer::Skimmed;
use super::*;
use crate::harness::{cluster_with, is_long};

/// What the proxy may need at most, whatever passes through it.
const MEMORY_BYTES_MAX: u64 = 64 << 20;
/// Of the large fields.
const FIELD_BYTES: usize = 100 << 20;

/// `large (id, before, giant, behind, secret)`: two giant columns, of which one is protected, and small protected ones
/// before and behind them.
const LARGE: &str = "
    CREATE TABLE large (id int, before text, giant text, behind text, secret text);
    GRANT SELECT ON large TO pgveil_reader;
    INSERT INTO large VALUES (1, 'before@secret.example', 'start' || repeat('x', 104857600 - 8) || 'end',
        'behind@secret.example', 'secret' || repeat('x', 104857600 - 6));";

const LARGE_RULES: &str = r#"
[[rule]]
columns = ["public.large.before", "public.large.behind", "public.large.secret"]
mask = { kind = "fixed", value = "masked" }
"#;

/// Numbers of messages by tag, and bytes of rows and COPY data.
#[derive(Default, Debug)]
struct Tally {
    messages: BTreeMap<char, u64>,
    bytes: u64,
    sqlstate: String,
}

fn tally(peer: &mut Peer, script: Script, mut see: impl FnMut(&Skimmed<'_>)) -> Tally {
    peer.send(&script.bytes);
    let mut tally = Tally::default();
    peer.skim(|message| {
        *tally.messages.entry(char::from(message.tag)).or_default() += 1;
        match message.tag {
            b'D' | b'd' => tally.bytes += message.bytes as u64,
            b'E' => {
                let message = Message {
                    tag: b'E',
                    body: message.body.to_vec(),
                };
                tally.sqlstate = message.error().0;
            }
            _ => {}
        }
        see(&message);
    });
    tally
}

#[track_caller]
fn assert_little_memory(proxy: &Proxy) {
    let peak = proxy.peak_memory();
    assert!(peak < MEMORY_BYTES_MAX, "the proxy needed {} MB", peak >> 20);
    println!("peak {} MB", peak >> 20);
}

#[test]
fn a_large_result() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let rows = if is_long() { 5_000_000 } else { 1_000_000 };
    let query = |rows: u32| {
        format!(
            "SELECT g, c.email, c.first_name, repeat('x', 160) FROM generate_series(1, {rows}) g \
             JOIN customer c ON c.customer_id = 1 + g % 599"
        )
    };
    let mut peer = Peer::through(&proxy, "pagila");
    for (options, rows, least) in [
        ("", rows, 200 * u64::from(rows)),
        ("(FORMAT csv, HEADER)", rows / 5, 40 * u64::from(rows)),
        ("(FORMAT binary)", rows / 5, 40 * u64::from(rows)),
    ] {
        let copy = Script::new().query(&format!("COPY ({}) TO STDOUT {options}", query(rows)));
        let seen = tally(&mut peer, copy, |message| {
            if message.tag == b'd' && message.bytes > 100 {
                assert!(message.shows(b"masked") && !message.shows(b"sakilacustomer"));
            }
        });
        assert!(
            seen.messages[&'d'] >= u64::from(rows) && seen.bytes >= least,
            "{options}: {seen:?}"
        );
        assert_eq!(seen.messages[&'C'], 1);
    }
    let select = Script::new().query(&query(rows / 5));
    let seen = tally(&mut peer, select, |message| {
        assert!(message.tag != b'D' || (message.shows(b"masked") && !message.shows(b"sakilacustomer")));
    });
    assert_eq!(seen.messages[&'D'], u64::from(rows / 5));
    assert_little_memory(&proxy);
    proxy.verify_log();
}

fn large() -> (Cluster, Proxy) {
    let cluster = cluster_with(&["pagila"]);
    cluster.psql("pagila", LARGE).expect("a table with large fields");
    let proxy = Proxy::start(&cluster, LARGE_RULES);
    (cluster, proxy)
}

#[test]
fn a_large_field_in_a_row() {
    let (_cluster, proxy) = large();
    let mut peer = Peer::through(&proxy, "pagila");
    for (columns, least, most) in [
        ("giant", FIELD_BYTES, FIELD_BYTES + 6),
        ("before, giant", FIELD_BYTES + 6, FIELD_BYTES + 16),
        ("id, before, giant, id", FIELD_BYTES + 8, FIELD_BYTES + 50),
        ("secret", 6, 40),
        ("before, secret, id", 10, 60),
        ("secret, before, id", 10, 60),
        ("id, before, giant, giant, giant", 3 * FIELD_BYTES, 3 * FIELD_BYTES + 50),
    ] {
        for binary in [false, true] {
            let script = Script::new().parse("", &format!("SELECT {columns} FROM large"));
            let script = if binary {
                script.bind_binary("", "")
            } else {
                script.bind("", "")
            };
            let seen = tally(&mut peer, script.execute("").sync(), |message| {
                assert!(!message.shows(b"secret"), "{columns}");
                if message.tag == b'D' {
                    // A constant takes the place of any value, however long.
                    let is_masked = ["before", "secret"].iter().any(|column| columns.contains(column));
                    assert_eq!(message.shows(b"masked"), is_masked, "{columns}");
                    assert_eq!(message.shows(b"start"), columns.contains("giant"), "{columns}");
                    assert!((least..=most).contains(&message.bytes), "{columns}: {}", message.bytes);
                }
            });
            assert_eq!(
                (seen.messages[&'D'], seen.messages[&'Z']),
                (1, 1),
                "{columns}: {seen:?}"
            );
        }
    }
    assert_little_memory(&proxy);
    proxy.verify_log();
}

/// What stands behind so large a field is not looked for: the session ends before anything is shown.
#[test]
fn a_protected_column_behind_a_large_field_in_a_row() {
    let (_cluster, proxy) = large();
    for columns in ["giant, behind", "id, before, giant, behind, id", "giant, secret"] {
        let mut peer = Peer::through(&proxy, "pagila");
        let seen = tally(
            &mut peer,
            Script::new().query(&format!("SELECT {columns} FROM large")),
            |_| {},
        );
        assert_eq!(seen.sqlstate, "54000", "{columns}: {seen:?}");
        assert!(
            !seen.messages.contains_key(&'D') && !seen.messages.contains_key(&'Z'),
            "{columns}: {seen:?}"
        );
    }
    // Up to a few megabytes a row is rewritten whole.
    let mut peer = Peer::through(&proxy, "pagila");
    let query = "SELECT before, left(giant, 7 << 20), behind FROM large";
    let seen = tally(&mut peer, Script::new().query(query), |message| {
        assert!(message.tag != b'D' || (message.bytes > 7 << 20 && message.body.ends_with(b"masked")));
    });
    assert_eq!(seen.messages[&'D'], 1, "{seen:?}");
    assert_little_memory(&proxy);
    proxy.verify_log();
}

#[test]
fn a_large_field_in_copy() {
    let (_cluster, proxy) = large();
    let mut peer = Peer::through(&proxy, "pagila");
    for options in ["", "(FORMAT csv)", "(FORMAT binary)", "(FORMAT csv, FORCE_QUOTE *)"] {
        for columns in [
            "giant",
            "before, giant, behind",
            "secret, giant, behind, before",
            "secret",
            "id, giant, secret",
        ] {
            let copy = Script::new().query(&format!("COPY large ({columns}) TO STDOUT {options}"));
            let seen = tally(&mut peer, copy, |message| {
                assert!(!message.shows(b"secret"), "{columns} {options}");
            });
            assert!(
                seen.messages.contains_key(&'Z'),
                "{columns} {options}: {seen:?}\n{}",
                proxy.log()
            );
            let giants = columns.matches("giant").count() * FIELD_BYTES;
            assert!(
                (giants..giants + 120).contains(&(seen.bytes as usize)),
                "{columns} {options}: {seen:?}"
            );
        }
    }
    assert_little_memory(&proxy);
    proxy.verify_log();
}

#[test]
fn many_sessions_at_once() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let mut peers: Vec<Peer> = (0..20).map(|_| Peer::through(&proxy, "pagila")).collect();
    let script = Script::new().query(
        "COPY (SELECT g, c.email FROM generate_series(1, 20000) g JOIN customer c ON c.customer_id = 1 + g % 599) TO STDOUT",
    );
    for peer in &mut peers {
        peer.send(&script.bytes);
    }
    for peer in &mut peers {
        let seen = tally(peer, Script::new(), |message| {
            assert!(!message.shows(b"sakilacustomer"))
        });
        assert!(seen.bytes > 20_000 * 20);
    }
    assert_little_memory(&proxy);
    proxy.verify_log();
}
