//! The schema changes under a session: nothing is shown under a plan that was made before.

use pgveil::cluster::Cluster;

use super::*;
use crate::harness::cluster_with;

const SECRET: &str = "Secret71c7";

const SCHEMA: &str = "
    CREATE TABLE person (id int PRIMARY KEY, email text NOT NULL, note text NOT NULL);
    INSERT INTO person SELECT n, 'Secret71c7-' || n, 'plain-' || n FROM generate_series(1, 3) AS n;
    CREATE VIEW card AS SELECT id, note AS info FROM person;
    CREATE MATERIALIZED VIEW digest AS SELECT id, note FROM person;
    CREATE TABLE notice (id int PRIMARY KEY, note text NOT NULL);
    INSERT INTO notice VALUES (1, 'plain-1');
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO pgveil_reader";

const PERSON_RULES: &str = "[[rule]]\ncolumns = [\"public.person.email\"]\nmask = \"email\"\n";

fn database() -> (Cluster, Proxy) {
    let cluster = cluster_with(&["pagila"]);
    cluster.psql("pagila", SCHEMA).expect("a schema");
    let proxy = Proxy::start(&cluster, PERSON_RULES);
    (cluster, proxy)
}

/// A change upstream, undone afterwards, and the ways to read what it changed.
struct Change {
    change: &'static str,
    undo: &'static str,
    ways: &'static [&'static str],
}

const CHANGES: [Change; 4] = [
    Change {
        change: "CREATE OR REPLACE VIEW card AS SELECT id, email AS info FROM person",
        undo: "CREATE OR REPLACE VIEW card AS SELECT id, note AS info FROM person",
        ways: &[
            "SELECT * FROM card",
            "SELECT upper(info) FROM card",
            "SELECT count(*) FROM card WHERE info LIKE 'Secret%'",
            "SELECT info::int FROM card",
            "COPY (SELECT info FROM card) TO STDOUT",
            "EXECUTE cards",
            "FETCH ALL FROM open_cards",
        ],
    },
    Change {
        change: "ALTER TABLE person RENAME note TO swapped; ALTER TABLE person RENAME email TO note;
                 ALTER TABLE person RENAME swapped TO email",
        undo: "ALTER TABLE person RENAME note TO swapped; ALTER TABLE person RENAME email TO note;
               ALTER TABLE person RENAME swapped TO email",
        ways: &[
            "SELECT note FROM person",
            "SELECT note || '' FROM person",
            "COPY person (id, note) TO STDOUT",
            "SELECT max(note) FROM person",
        ],
    },
    Change {
        change: "ALTER TABLE notice RENAME TO gone; ALTER TABLE person RENAME TO notice;
                 ALTER TABLE notice RENAME note TO swapped; ALTER TABLE notice RENAME email TO note",
        undo: "ALTER TABLE notice RENAME note TO email; ALTER TABLE notice RENAME swapped TO note;
               ALTER TABLE notice RENAME TO person; ALTER TABLE gone RENAME TO notice",
        ways: &[
            "SELECT note FROM notice",
            "SELECT lower(note) FROM notice",
            "COPY notice (note) TO STDOUT",
        ],
    },
    Change {
        change: "CREATE SCHEMA pgveil_reader; CREATE TABLE pgveil_reader.notice AS SELECT id, email AS note FROM person;
                 GRANT USAGE ON SCHEMA pgveil_reader TO pgveil_reader; GRANT SELECT ON pgveil_reader.notice TO pgveil_reader",
        undo: "DROP SCHEMA pgveil_reader CASCADE",
        ways: &["SELECT lower(note) FROM notice", "COPY notice (note) TO STDOUT"],
    },
];

/// A session in which a statement has been planned, parsed by name, and where that takes no lock run. The change before
/// may have ended one or two.
fn planned(proxy: &Proxy, way: &str) -> Peer {
    for _ in 0..10 {
        let mut peer = Peer::through(proxy, "pagila");
        let mut messages = peer.ask(Script::new().query("PREPARE cards AS SELECT info FROM card"));
        let script = match way.split(' ').next() {
            Some("FETCH") => Script::new().parse(
                "declare",
                "DECLARE open_cards CURSOR WITH HOLD FOR SELECT info FROM card",
            ),
            Some("EXECUTE") => Script::new().parse("named", way),
            _ => Script::new().query(way).parse("named", way),
        };
        peer.try_send(&script.sync().bytes);
        messages.extend(peer.until_ready());
        if !way.starts_with("FETCH") && !way.starts_with("EXECUTE") {
            messages.extend(peer.until_ready());
        }
        if messages.last().is_some_and(|message| message.tag == b'Z') {
            return peer;
        }
    }
    panic!("no session in which {way} can be planned");
}

#[test]
fn an_old_plan_shows_nothing() {
    let (cluster, proxy) = database();
    for change in CHANGES {
        for way in change.ways {
            let mut peer = planned(&proxy, way);
            cluster.psql("pagila", change.change).expect("a change");
            let first = match way.starts_with("FETCH") {
                true => Script::new().bind("", "declare").execute("").sync(),
                false => Script::new().query(way),
            };
            peer.send(&first.bytes);
            let mut messages = peer.until_ready();
            // Where the session was not ended, once more by what was parsed before.
            if messages.last().is_some_and(|message| message.tag == b'Z') {
                let script = match way.starts_with("FETCH") {
                    true => Script::new().query(way),
                    false => Script::new().bind("", "named").execute("").sync(),
                };
                peer.send(&script.bytes);
                messages.extend(peer.until_ready());
            }
            for message in &messages {
                let shown = String::from_utf8_lossy(&message.body).to_lowercase();
                assert!(
                    !shown.contains(&SECRET.to_lowercase()),
                    "{way} after {}: {shown}",
                    change.change
                );
            }
            let counted = messages
                .iter()
                .filter(|message| message.tag == b'D' && way.contains("count(*)"));
            assert!(
                counted.clone().all(|row| row.body.ends_with(b"0")),
                "{way} counts what it may not"
            );
            cluster.psql("pagila", change.undo).expect("undone");
        }
    }
    proxy.verify_log();
}

/// What changes nothing that matters ends no session and refuses nothing.
#[test]
fn harmless_changes_are_not_felt() {
    let (cluster, proxy) = database();
    let mut peer = Peer::through(&proxy, "pagila");
    for change in [
        "GRANT SELECT ON person TO public",
        "REFRESH MATERIALIZED VIEW digest",
        "CREATE INDEX ON person (note)",
        "ALTER TABLE person ALTER note SET STATISTICS 200",
        "VACUUM FULL person",
        "CREATE TABLE unrelated (person int)",
        "CREATE OR REPLACE VIEW card AS SELECT id, note AS info FROM person",
        "CREATE SCHEMA tenant; CREATE TABLE tenant.other (id int)",
    ] {
        cluster.psql("pagila", change).expect("a change");
        for way in [
            "SELECT upper(info) FROM card WHERE id = 1",
            "SELECT note || '' FROM digest WHERE id = 1",
            "COPY (SELECT note FROM person WHERE id = 1) TO STDOUT",
        ] {
            let messages = peer.ask(Script::new().query(way));
            let shown = messages.iter().any(|message| {
                String::from_utf8_lossy(&message.body)
                    .to_lowercase()
                    .contains("plain-1")
            });
            assert!(shown, "{way} after {change}: {messages:?}");
        }
    }
    proxy.verify_log();
}
