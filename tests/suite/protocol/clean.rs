//! Over clean data every byte is the server's own, in odd places of the protocol too.

use pgveil::cluster::Cluster;

use super::*;
use crate::harness::cluster_with;

const CITIES: &str = "SELECT city_id, city FROM city ORDER BY city_id LIMIT 7";

/// Scripts, each in a session of its own that is hung up behind it.
fn cases() -> Vec<(&'static str, Script)> {
    let mut cases = statements();
    cases.extend(pipelines());
    cases.extend(malformed());
    cases
}

fn statements() -> Vec<(&'static str, Script)> {
    let script = Script::new;
    vec![
        ("nothing at all", script()),
        ("a query", script().query(CITIES)),
        (
            "empty queries",
            script().query("").query(";;").query("-- nothing").query(" "),
        ),
        (
            "several statements",
            script().query("SELECT 1; SHOW work_mem; TABLE language; SELECT 'last'"),
        ),
        (
            "an error in the middle",
            script().query("SELECT 1; SELECT 1/0; SELECT 3").query("SELECT 4"),
        ),
        (
            "a syntax error",
            script().query("SELEC 1").query("SELECT 1;; SELEC 2").query(CITIES),
        ),
        (
            "a name that is not there",
            script()
                .query("SELECT * FROM nowhere")
                .query("SELECT nothing FROM city"),
        ),
        (
            "a failed transaction",
            script()
                .query("BEGIN")
                .query("SELECT 1/0")
                .query(CITIES)
                .query("COMMIT")
                .query("SELECT 2"),
        ),
        (
            "savepoints",
            script()
                .query("BEGIN; SAVEPOINT a")
                .query("SELECT 1/0")
                .query("ROLLBACK TO a; SELECT 1")
                .query("END"),
        ),
        (
            "cursors",
            script()
                .query("FETCH c")
                .query("DECLARE c CURSOR FOR SELECT city FROM city ORDER BY 1")
                .query("BEGIN")
                .query("DECLARE c SCROLL CURSOR FOR SELECT city FROM city ORDER BY 1")
                .query("FETCH 2 c; MOVE 3 c; FETCH PRIOR c")
                .query("CLOSE c; DECLARE c BINARY CURSOR FOR SELECT city_id FROM city ORDER BY 1; FETCH 2 c")
                .query("DECLARE c CURSOR FOR SELECT 1")
                .query("ROLLBACK")
                .query("FETCH c"),
        ),
        (
            "a cursor with hold",
            script()
                .query("DECLARE h CURSOR WITH HOLD FOR SELECT city FROM city ORDER BY 1")
                .query("FETCH 1 h")
                .execute_some("h", 2)
                .sync()
                .query("CLOSE h; FETCH h"),
        ),
        (
            "PREPARE and EXECUTE",
            script()
                .query("EXECUTE p")
                .query("PREPARE p (int) AS SELECT city FROM city WHERE city_id = $1")
                .query("EXECUTE p (5); EXECUTE p (6)")
                .query("PREPARE p AS SELECT 1")
                .query("EXPLAIN (COSTS OFF) EXECUTE p (1)")
                .query("DEALLOCATE p; EXECUTE p (5)")
                .query("DEALLOCATE ALL; DISCARD ALL"),
        ),
        (
            "COPY out",
            script()
                .query("COPY language TO STDOUT")
                .query("COPY language (name) TO STDOUT (FORMAT csv, HEADER); SELECT 1")
                .query("COPY (SELECT city_id FROM city ORDER BY 1 LIMIT 3) TO STDOUT (FORMAT binary)")
                .query("COPY (SELECT 1/(3 - city_id) FROM city ORDER BY city_id) TO STDOUT"),
        ),
        (
            "notices and settings",
            script()
                .query("SET application_name = 'peer'")
                .query("SET timezone = 'Europe/Berlin'; SET datestyle = 'German'; SELECT last_update FROM city LIMIT 1")
                .query("COMMIT")
                .query("SET client_encoding = 'LATIN1'")
                .query("SELECT 'ok'")
                .query("RESET ALL"),
        ),
        (
            "invalid UTF-8",
            script().message(b'Q', b"SELECT '\xff\xfe'\0").query("SELECT 1"),
        ),
        ("a very deep statement", script().query(&deep(5_000)).query("SELECT 1")),
        (
            "a statement without end",
            script().query(&deep(100_000)).query("SELECT 1"),
        ),
    ]
}

fn deep(parentheses: usize) -> String {
    format!("SELECT {}1{}", "(".repeat(parentheses), ")".repeat(parentheses))
}

fn pipelines() -> Vec<(&'static str, Script)> {
    let script = Script::new;
    vec![
        ("one", script().extended(CITIES).sync()),
        (
            "two batches",
            script().extended(CITIES).sync().extended("SELECT 2").sync(),
        ),
        (
            "no Describe",
            script()
                .parse("", CITIES)
                .bind("", "")
                .execute("")
                .sync()
                .bind("", "")
                .execute("")
                .sync(),
        ),
        (
            "an error in Parse",
            script()
                .extended(CITIES)
                .parse("", "SELECT nothing")
                .bind("", "")
                .execute("")
                .sync()
                .extended("SELECT 1")
                .sync(),
        ),
        (
            "an error in Bind",
            script()
                .parse("s", "SELECT $1::int")
                .bind("", "s")
                .execute("")
                .sync()
                .close(b'S', "s")
                .sync(),
        ),
        (
            "an error in Execute",
            script()
                .extended("SELECT 1/(3 - city_id) FROM city ORDER BY city_id")
                .extended("SELECT 1")
                .query("SELECT 'skipped'")
                .sync()
                .query("SELECT 'not skipped'"),
        ),
        (
            "a failed Parse over a live name",
            script()
                .parse("s", "SELECT 'first'")
                .sync()
                .parse("s", "SELECT 'second'")
                .sync()
                .bind("", "s")
                .execute("")
                .sync(),
        ),
        (
            "names that are not there",
            script()
                .describe_statement("s")
                .sync()
                .describe("p")
                .sync()
                .execute("p")
                .sync()
                .bind("", "s")
                .sync()
                .close(b'S', "s")
                .close(b'P', "p")
                .sync(),
        ),
        (
            "portals and row limits",
            script()
                .query("BEGIN")
                .parse("s", CITIES)
                .describe_statement("s")
                .bind("p", "s")
                .bind("q", "s")
                .execute_some("p", 3)
                .execute_some("q", 1)
                .sync()
                .execute_some("p", 3)
                .execute_some("p", 3)
                .execute_some("p", 3)
                .describe("q")
                .close(b'P', "p")
                .execute_some("p", 3)
                .sync()
                .query("ROLLBACK"),
        ),
        (
            "binary",
            script()
                .parse("", CITIES)
                .bind_binary("", "")
                .describe("")
                .execute("")
                .sync(),
        ),
        (
            "utilities",
            script()
                .extended("BEGIN")
                .extended("DECLARE c CURSOR FOR SELECT city FROM city ORDER BY 1")
                .extended("FETCH 2 c")
                .extended("SHOW datestyle")
                .extended("EXPLAIN (COSTS OFF) SELECT 1")
                .extended("COPY language TO STDOUT")
                .extended("")
                .extended("COMMIT")
                .sync(),
        ),
        (
            "FETCH in pieces",
            script()
                .query("BEGIN; DECLARE c CURSOR FOR SELECT city FROM city ORDER BY 1")
                .parse("", "FETCH 5 c")
                .bind("f", "")
                .describe("f")
                .execute_some("f", 2)
                .execute_some("f", 2)
                .execute_some("f", 2)
                .sync(),
        ),
        (
            "several statements in a Parse",
            script().extended("SELECT 1; SELECT 2").sync().query("SELECT 3"),
        ),
        (
            "a query in a pipeline",
            script()
                .extended("SELECT 1")
                .query("SELECT 2")
                .extended("SELECT 3")
                .sync(),
        ),
        (
            "Flush",
            script()
                .extended("SELECT 1")
                .flush()
                .extended("SELECT 2")
                .flush()
                .flush()
                .sync(),
        ),
        ("no Sync", script().extended("SELECT 1").flush()),
        ("Sync alone", script().sync().sync().flush().sync()),
        ("long names", {
            let long = "n".repeat(70);
            script()
                .parse(&long, "SELECT 1")
                .bind(&long, &long[..65])
                .execute(&long[..63])
                .parse(&long[..64], "SELECT 2")
                .sync()
        }),
    ]
}

fn malformed() -> Vec<(&'static str, Script)> {
    let script = Script::new;
    vec![
        (
            "NUL in a query",
            script().message(b'Q', b"SELECT 1\0, 2\0").query("SELECT 3"),
        ),
        (
            "a query without end",
            script().message(b'Q', b"SELECT 1").query("SELECT 3"),
        ),
        (
            "a Parse without end",
            script().message(b'P', b"\0SELECT 1").sync().query("SELECT 3"),
        ),
        (
            "a Parse with more behind",
            script().message(b'P', b"\0SELECT 1\0\0\0more").sync().query("SELECT 3"),
        ),
        (
            "a Bind without names",
            script().message(b'B', b"no end").bind("", "").sync().query("SELECT 3"),
        ),
        (
            "a Bind that is too short",
            script()
                .parse("", CITIES)
                .message(b'B', b"\0\0\0\x01")
                .sync()
                .query("SELECT 3"),
        ),
        (
            "a Describe of something else",
            script().message(b'D', b"Xname\0").sync().query("SELECT 3"),
        ),
        (
            "a Describe of nothing",
            script().message(b'D', b"").sync().query("SELECT 3"),
        ),
        (
            "a Close of something else",
            script().message(b'C', b"Xname\0").sync().query("SELECT 3"),
        ),
        (
            "an Execute without end",
            script()
                .parse("", CITIES)
                .message(b'E', b"abc")
                .sync()
                .query("SELECT 3"),
        ),
        (
            "an Execute with more behind",
            script()
                .extended(CITIES)
                .message(b'E', b"\0\0\0\0\0\0")
                .sync()
                .query("SELECT 3"),
        ),
        (
            "a Sync with a body",
            script().message(b'S', b"body").sync().query("SELECT 3"),
        ),
        (
            "a Flush with a body",
            script()
                .message(b'H', b"body")
                .query("SELECT 'skipped'")
                .extended("SELECT 2")
                .sync()
                .query("SELECT 3"),
        ),
        (
            "COPY data that nobody asked for",
            script()
                .message(b'd', b"data")
                .message(b'c', b"")
                .message(b'f', b"why\0")
                .query("SELECT 1")
                .extended("SELECT 2")
                .message(b'd', &vec![b'x'; 300_000])
                .sync(),
        ),
        (
            "half a message",
            script().query("SELECT 1").raw(b"Q\0\0\0\x20SELECT").clone(),
        ),
        ("half a header", script().query("SELECT 1").raw(b"Q\0\0")),
        ("half a Bind", script().parse("", CITIES).raw(b"B\0\x01\0\0\0\0\0\0")),
    ]
}

fn answer(mut peer: Peer, script: &Script) -> Vec<Message> {
    peer.try_send(&script.bytes);
    peer.hang_up();
    peer.messages_to_end()
}

#[test]
fn every_byte_is_the_servers_own() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let mut different = Vec::new();
    for (name, script) in cases() {
        let direct = answer(read_only(&cluster), &script);
        let through = answer(Peer::through(&proxy, "pagila"), &script);
        if direct != through {
            different.push(format!("{name}:\n  direct  {direct:#?}\n  through {through:#?}"));
        }
    }
    assert!(
        different.is_empty(),
        "{} differ: {}",
        different.len(),
        different.join("\n")
    );
    proxy.verify_log();
}

/// As the proxy logs in.
fn read_only(cluster: &Cluster) -> Peer {
    let parameters = [("default_transaction_read_only", "on")];
    Peer::log_in(cluster.port(), crate::harness::READER, "pagila", &parameters)
}

#[test]
fn unknown_names_in_a_failed_transaction() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let [direct, through] = [Peer::direct(&cluster, "pagila"), Peer::through(&proxy, "pagila")].map(|mut peer| {
        let texts = [
            "BEGIN",
            "SELECT 1/0",
            "SELECT * FROM nowhere",
            "SELEC 1",
            "COMMIT",
            "SELECT 1",
        ];
        texts.map(|text| peer.ask(Script::new().query(text)))
    });
    assert_eq!(direct, through);
}

/// A session that sends one byte at a time gets the same.
#[test]
fn byte_by_byte() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let script = Script::new()
        .query("SELECT 1")
        .extended("SELECT city FROM city WHERE city_id = 1")
        .sync();
    let direct = answer(Peer::direct(&cluster, "pagila"), &script);
    let mut peer = Peer::through(&proxy, "pagila");
    for byte in &script.bytes {
        peer.send(&[*byte]);
        std::thread::yield_now();
    }
    peer.hang_up();
    assert_eq!(direct, peer.messages_to_end());
}

/// Broken frames end the session, and the server's with it.
#[test]
fn lengths_that_lie() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    for length in [0i32, 1, 3, -1, i32::MIN] {
        for tag in *b"QPBDECSHFXdcfp" {
            let mut peer = Peer::through(&proxy, "pagila");
            peer.send(&[&[tag][..], &length.to_be_bytes(), b"more of it"].concat());
            let messages = peer.messages_to_end();
            let (sqlstate, text) = messages[0].error();
            assert_eq!((messages.len(), sqlstate.as_str()), (1, "08P01"), "{text}");
            assert!(text.contains("impossible length"), "{text}");
        }
    }
    // A length that is only large may be true: nothing happens until the bytes come, or end.
    for tag in *b"QPBdF" {
        let mut peer = Peer::through(&proxy, "pagila");
        peer.send(&[&[tag][..], &i32::MAX.to_be_bytes(), b"\0\0\0\0\0\0"].concat());
        peer.hang_up();
        assert!(peer.messages_to_end().iter().all(|message| message.tag != b'D'));
    }
    for tag in *b"DECSH" {
        let mut peer = Peer::through(&proxy, "pagila");
        peer.send(&[&[tag][..], &i32::MAX.to_be_bytes(), b"S\0\0\0\0\0"].concat());
        let (sqlstate, text) = peer.messages_to_end()[0].error();
        assert_eq!(sqlstate, "08P01", "{text}");
    }
    assert_eq!(
        Peer::through(&proxy, "pagila").values("SELECT 1"),
        ["1"],
        "the service goes on"
    );
    wait_for_sessions_to_end(&cluster);
    proxy.verify_log();
}

#[test]
fn unknown_tags() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    for tag in (0..=255u8).filter(|tag| !b"QPBDECSHFXdcf".contains(tag)) {
        let script = Script::new()
            .query("SELECT 1")
            .message(tag, b"\0\0\0\0")
            .query("SELECT 2");
        let direct = answer(Peer::direct(&cluster, "pagila"), &script);
        let through = answer(Peer::through(&proxy, "pagila"), &script);
        assert_eq!(direct.len(), through.len(), "{tag}: {direct:?} {through:?}");
        let (direct, through) = (direct.last().expect("an error"), through.last().expect("an error"));
        assert_eq!(direct.error(), through.error());
    }
    wait_for_sessions_to_end(&cluster);
}

fn wait_for_sessions_to_end(cluster: &Cluster) {
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'pgveil_reader' AND application_name <> 'pgveil catalog'";
    for _ in 0..500 {
        if cluster.psql("postgres", sessions).expect("a count").trim() == "0" {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("sessions are left over at the server");
}
