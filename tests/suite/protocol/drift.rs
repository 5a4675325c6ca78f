//! The schema changes under a session: nothing is shown under a plan that was made before.

use std::time::{Duration, Instant};

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
    CREATE FUNCTION told(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT note FROM person WHERE id = $1';
    CREATE FUNCTION retold(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT told($1)';
    CREATE FUNCTION known(int) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT $1 < 0';
    CREATE FUNCTION plain(int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'plain' $$;
    CREATE SCHEMA live; CREATE TABLE live.info AS SELECT id, note FROM person;
    CREATE SCHEMA staged; CREATE TABLE staged.info AS SELECT id, email AS note FROM person;
    CREATE TABLE part (id int, note text) PARTITION BY RANGE (id);
    CREATE TABLE part_a PARTITION OF part FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (id);
    CREATE TABLE loose AS SELECT id, email AS note FROM person;
    GRANT USAGE ON SCHEMA live, staged TO pgveil_reader;
    GRANT SELECT ON ALL TABLES IN SCHEMA live, staged TO pgveil_reader;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO pgveil_reader";

const PERSON_RULES: &str =
    "[[rule]]\ncolumns = [\"public.person.email\", \"staged.info.note\", \"public.loose.note\"]\nmask = \"email\"\n";

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

const CHANGES: [Change; 9] = [
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
    Change {
        change: "CREATE OR REPLACE FUNCTION told(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM person WHERE id = $1'",
        undo: "CREATE OR REPLACE FUNCTION told(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT note FROM person WHERE id = $1'",
        ways: &[
            "SELECT told(1)",
            "SELECT * FROM told(2)",
            "SELECT upper(retold(1)) FROM notice",
            "COPY (SELECT told(3)) TO STDOUT",
        ],
    },
    Change {
        change: "CREATE OR REPLACE FUNCTION plain(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM person WHERE id = $1'",
        undo: "CREATE OR REPLACE FUNCTION plain(int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'plain' $$",
        ways: &["SELECT plain(1)", "SELECT plain(id) FROM notice"],
    },
    Change {
        change: "CREATE FUNCTION initcap(varchar) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM person WHERE id = 1'",
        undo: "DROP FUNCTION initcap(varchar)",
        ways: &["SELECT initcap(note::varchar) FROM notice"],
    },
    Change {
        change: "ALTER SCHEMA live RENAME TO gone; ALTER SCHEMA staged RENAME TO live",
        undo: "ALTER SCHEMA live RENAME TO staged; ALTER SCHEMA gone RENAME TO live",
        ways: &["SELECT lower(note) FROM live.info", "COPY live.info (note) TO STDOUT"],
    },
    Change {
        change: "ALTER TABLE part_a ATTACH PARTITION loose FOR VALUES FROM (0) TO (10)",
        undo: "ALTER TABLE part_a DETACH PARTITION loose",
        ways: &[
            "SELECT note FROM part",
            "SELECT lower(note) FROM part",
            "COPY (SELECT note FROM part) TO STDOUT",
        ],
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

/// A function that only a condition calls tells by the rows that come.
#[test]
fn what_a_function_has_become_tells_nothing() {
    let (cluster, proxy) = database();
    for way in [
        "SELECT note FROM notice WHERE known(id)",
        "SELECT note FROM notice ORDER BY known(id) LIMIT 1 OFFSET 1",
    ] {
        let mut peer = planned(&proxy, way);
        cluster
            .psql(
                "pagila",
                "CREATE OR REPLACE FUNCTION known(int) RETURNS boolean LANGUAGE sql STABLE
                 AS $$ SELECT EXISTS (SELECT FROM person WHERE id = $1 AND email LIKE 'Secret%') $$;
                 INSERT INTO notice VALUES (2, 'plain-2')",
            )
            .expect("a change");
        peer.send(&Script::new().query(way).bytes);
        let messages = peer.until_ready();
        assert!(
            messages.iter().all(|message| message.tag != b'D'),
            "{way}: {messages:?}"
        );
        let undo = "CREATE OR REPLACE FUNCTION known(int) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT $1 < 0';
             DELETE FROM notice WHERE id = 2";
        cluster.psql("pagila", undo).expect("undone");
    }
    proxy.verify_log();
}

/// While a portal is suspended, what its rows are made by becomes something else. Relations are locked until it is closed;
/// a function that no row has called yet is not.
#[test]
fn a_suspended_portal_shows_nothing_new() {
    let (cluster, proxy) = database();
    let way = "SELECT CASE WHEN id > 1 THEN told(id) || '' END FROM generate_series(1, 3) AS id";
    for finish in [
        Script::new().execute("p").sync(),
        Script::new().execute_some("p", 1).execute_some("p", 1).sync(),
        Script::new().query("FETCH ALL FROM p"),
    ] {
        let mut peer = planned(&proxy, way);
        let begin = Script::new()
            .query("BEGIN")
            .parse("s", way)
            .bind("p", "s")
            .execute_some("p", 1)
            .sync();
        peer.send(&begin.bytes);
        let first = [peer.until_ready(), peer.until_ready()].concat();
        assert_eq!(
            first.iter().filter(|message| message.tag == b'D').count(),
            1,
            "{first:?}"
        );
        let change = "CREATE OR REPLACE FUNCTION told(int) RETURNS text LANGUAGE sql STABLE
             AS 'SELECT email FROM person WHERE id = $1'";
        cluster.psql("pagila", change).expect("a change");
        peer.send(&finish.bytes);
        for message in peer.until_ready() {
            let shown = String::from_utf8_lossy(&message.body).to_lowercase();
            assert!(!shown.contains(&SECRET.to_lowercase()), "{shown}");
        }
        let undo = "CREATE OR REPLACE FUNCTION told(int) RETURNS text LANGUAGE sql STABLE
             AS 'SELECT note FROM person WHERE id = $1'";
        cluster.psql("pagila", undo).expect("undone");
    }
    proxy.verify_log();
}

/// Operators and casts, and names that only conditions use, are not under the gate: how long they may go unseen is stated.
#[test]
fn what_is_polled_is_noticed_in_time() {
    /// What docs/how-it-works.md states, and what a busy machine adds.
    const BOUND: Duration = Duration::from_secs(2);
    const SLACK: Duration = Duration::from_secs(6);
    let (cluster, proxy) = database();
    cluster
        .psql(
            "pagila",
            "CREATE OPERATOR <+> (FUNCTION = textcat, LEFTARG = text, RIGHTARG = text);
             CREATE TYPE card_number AS (number text); CREATE TABLE wallet AS SELECT 1 AS id, ROW('clean')::card_number AS card;
             CREATE FUNCTION secret_of(card_number) RETURNS text LANGUAGE plpgsql STABLE
                 AS $$ BEGIN RETURN (SELECT email FROM person WHERE id = 1); END $$;
             CREATE FUNCTION secret_of(text, text) RETURNS text LANGUAGE plpgsql STABLE
                 AS $$ BEGIN RETURN (SELECT email FROM person WHERE id = 1); END $$;
             GRANT SELECT ON wallet TO pgveil_reader; CREATE TABLE mark AS SELECT 1",
        )
        .expect("a schema");
    for (way, change) in [
        (
            "SELECT id FROM notice WHERE note <+> 'x' > 'q'",
            "DROP OPERATOR <+> (text, text);
             CREATE OPERATOR <+> (FUNCTION = secret_of, LEFTARG = text, RIGHTARG = text)",
        ),
        (
            "SELECT id FROM wallet WHERE card::text > 'q'",
            "CREATE CAST (card_number AS text) WITH FUNCTION secret_of(card_number)",
        ),
        (
            "SELECT id FROM person WHERE note = 'Secret71c7-1'",
            "ALTER TABLE person RENAME note TO swapped; ALTER TABLE person RENAME email TO note;
             ALTER TABLE person RENAME swapped TO email",
        ),
    ] {
        let is_refused = || {
            let messages = Peer::through(&proxy, "pagila").ask(Script::new().query(way));
            messages.iter().any(|message| message.tag == b'E')
        };
        let begun = Instant::now();
        while is_refused() {
            assert!(begun.elapsed() < BOUND + SLACK, "{way} is refused before the change");
        }
        cluster.psql("pagila", change).expect("a change");
        let changed = Instant::now();
        while !is_refused() {
            assert!(changed.elapsed() < BOUND + SLACK, "{way} runs on under an old plan");
            std::thread::sleep(Duration::from_millis(50));
        }
        println!("{way}: noticed after {:?}", changed.elapsed());
    }
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
        "GRANT EXECUTE ON FUNCTION told(int) TO pgveil_reader",
        "CREATE FUNCTION unrelated() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ] {
        cluster.psql("pagila", change).expect("a change");
        for way in [
            "SELECT upper(info) FROM card WHERE id = 1",
            "SELECT note || '' FROM digest WHERE id = 1",
            "COPY (SELECT note FROM person WHERE id = 1) TO STDOUT",
            "SELECT told(1)",
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
