//! What breaks under a session: the proxy, the server, the log's disk.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use pgveil::cluster::{Cluster, Shutdown};
use serde_json::Value;

use super::*;
use crate::harness::{PASSWORD, ProxyOptions, READER, cluster_with};

/// Two hundred million rows, from the first moment on.
const ENDLESS: &str = "COPY (SELECT a.email, b.email, c.customer_id FROM customer a CROSS JOIN customer b \
    CROSS JOIN customer c) TO STDOUT";

/// Reads until this many rows have come.
fn some_rows(peer: &mut Peer, rows: usize) {
    let mut seen = 0;
    while seen < rows {
        let message = peer.message().expect("rows");
        seen += usize::from(message.tag == b'd');
    }
}

/// Asks again and again for twenty seconds.
#[track_caller]
fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn records(log: &str) -> Vec<Value> {
    log.lines()
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect()
}

fn count(cluster: &Cluster, condition: &str) -> usize {
    let query = format!("SELECT count(*) FROM pg_stat_activity WHERE usename = '{READER}' AND {condition}");
    let shown = cluster.psql("postgres", &query).expect("a count");
    shown.trim().parse().expect("a number")
}

#[test]
fn the_proxy_killed_during_copy() {
    let cluster = cluster_with(&["pagila"]);
    let mut proxy = Proxy::start(&cluster, RULES);
    for round in 1..=3 {
        let mut peers: Vec<Peer> = (0..3).map(|_| Peer::through(&proxy, "pagila")).collect();
        for peer in &mut peers {
            peer.send(&Script::new().query(ENDLESS).bytes);
        }
        for peer in &mut peers {
            some_rows(peer, 1000 * round);
        }
        proxy.kill();
        for mut peer in peers {
            let rest = peer.until_end();
            assert!(
                !rest.windows(15).any(|window| window == b"sakilacustomer"),
                "unmasked rows"
            );
        }
        proxy.verify_log();
        let copies = proxy.log().matches("\"pgveil.kind\":\"copy_out\"").count();
        assert_eq!(copies, 3 * round, "each is on the log that showed rows");
        wait_until("the server's side ends", || count(&cluster, "query LIKE 'COPY%'") == 0);
        proxy.serve();
        assert_eq!(Peer::through(&proxy, "pagila").values("SELECT 1"), ["1"]);
        proxy.verify_log();
    }
}

#[test]
fn the_server_killed_during_copy() {
    let mut cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let mut peer = Peer::through(&proxy, "pagila");
    let mut idle = Peer::through(&proxy, "pagila");
    peer.send(&Script::new().query(ENDLESS).bytes);
    some_rows(&mut peer, 1000);
    cluster.shut_down(Shutdown::Crash);
    for peer in [&mut peer, &mut idle] {
        let messages = peer.messages_to_end();
        let last = messages.last().expect("an error");
        let (sqlstate, text) = last.error();
        assert!(
            ["57P02", "57P01", "08006"].contains(&sqlstate.as_str()),
            "{sqlstate} {text}"
        );
    }
    wait_until("both ends are on the log", || {
        proxy.log().matches("upstream_gone").count() == 2
    });
    let mut refused = Peer::connect(proxy.port);
    refused.send(&peer::startup(0x0003_0000, READER, "pagila", &[]));
    cluster.restart().expect("the server to come again");
    assert_eq!(Peer::through(&proxy, "pagila").values("SELECT 1"), ["1"]);
    proxy.verify_log();
}

/// The server's own last words reach the client.
#[test]
fn one_backend_terminated() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let terminate = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{READER}' AND query LIKE 'SELECT%sleep%'"
    );
    let mut answers = [Peer::direct(&cluster, "pagila"), Peer::through(&proxy, "pagila")].map(|mut peer| {
        peer.send(&Script::new().query("SELECT 1").query("SELECT pg_sleep(100)").bytes);
        peer.until_ready();
        wait_until("it sleeps", || count(&cluster, "wait_event = 'PgSleep'") == 1);
        cluster.psql("postgres", &terminate).expect("its end");
        peer.messages_to_end()
    });
    assert_eq!(answers[0], answers[1]);
    let last = answers[1].pop().expect("last words");
    assert_eq!(last.error().0, "57P01");
    wait_until("the end is on the log", || proxy.log().contains("upstream_gone"));
    proxy.verify_log();
}

/// A client that is gone takes its session with it, and what the server runs for it.
#[test]
fn clients_that_vanish() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    for _ in 0..5 {
        let mut peer = Peer::through(&proxy, "pagila");
        peer.send(&Script::new().query(ENDLESS).bytes);
        some_rows(&mut peer, 100);
        drop(peer);
        let mut in_transaction = Peer::through(&proxy, "pagila");
        in_transaction.ask(Script::new().query("BEGIN; DECLARE c CURSOR FOR SELECT email FROM customer"));
    }
    let sessions = "application_name <> 'pgveil catalog'";
    wait_until("the server's sessions end", || count(&cluster, sessions) == 0);
    wait_until("the ends are on the log", || {
        proxy.log().matches("\"session_end\"").count() == 10
    });
    assert_eq!(proxy.log().matches("\"client_gone\"").count(), 10);
    proxy.verify_log();
}

/// Something that takes the room of the log, and gives it back.
trait Disk {
    fn fill(&self);
    fn empty(&self);
}

/// A size limit on the proxy's files: works anywhere.
struct Limit<'a>(&'a Proxy);

impl Limit<'_> {
    fn set(&self, limit: &str) {
        let mut prlimit = Command::new("prlimit");
        prlimit
            .arg(format!("--pid={}", self.0.id()))
            .arg(format!("--fsize={limit}:"));
        assert!(prlimit.status().expect("prlimit").success());
    }
}

impl Disk for Limit<'_> {
    fn fill(&self) {
        self.set(&(self.0.log().len() + 2000).to_string());
    }

    fn empty(&self) {
        self.set("unlimited");
    }
}

/// A file system of half a megabyte, where mounting is permitted.
struct Small(PathBuf);

impl Small {
    fn mount(directory: &Path) -> Option<Small> {
        std::fs::create_dir(directory).expect("a directory");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=512k,mode=700", "pgveil-test"])
            .arg(directory);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then(|| Small(directory.to_owned()))
    }
}

impl Disk for Small {
    fn fill(&self) {
        // Up to the last page but one.
        let ballast = std::fs::File::create(self.0.join("ballast")).expect("a file");
        let mut bytes = vec![0; 4096];
        while std::io::Write::write_all(&mut &ballast, &bytes).is_ok() {}
        let length = ballast.metadata().expect("its length").len();
        ballast.set_len(length.saturating_sub(4096)).expect("some room");
        bytes.clear();
    }

    fn empty(&self) {
        std::fs::remove_file(self.0.join("ballast")).expect("room");
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_limit_on_the_log() {
    let cluster = cluster_with(&["pagila"]);
    let options = ProxyOptions {
        rules: RULES.to_owned(),
        // Has the harness catch SIGXFSZ.
        file_bytes_max: Some(1 << 30),
        ..ProxyOptions::default()
    };
    let proxy = Proxy::start_with(&cluster, options);
    full_and_empty(&proxy, &Limit(&proxy), &proxy.log_directory());
}

#[test]
fn a_full_disk_under_the_log() {
    let cluster = cluster_with(&["pagila"]);
    let directory = cluster.temp_dir().join("small");
    let Some(disk) = Small::mount(&directory) else {
        println!("not run: mounting is not permitted here");
        return;
    };
    let port = pgveil::cluster::free_port().expect("a free port");
    let config = format!(
        "[listen]\naddress = \"127.0.0.1:{port}\"\n\
         [upstream]\nurl = \"postgres://{READER}@127.0.0.1:{}/pagila?sslmode=disable\"\n\
         [[user]]\nname = \"{READER}\"\nverifier = \"{}\"\n\
         [masking]\nkey_file = \"pgveil.key\"\nrules = [\"rules.toml\"]\n[log]\ndirectory = \"{}\"\n",
        cluster.port(),
        postgres_protocol::password::scram_sha_256(PASSWORD.as_bytes()),
        directory.join("sessions").display(),
    );
    let proxy = Proxy::start_by_hand(&cluster, port, &config, RULES);
    full_and_empty(&proxy, &disk, &directory.join("sessions"));
}

/// Statements one after the other while the disk fills up and is emptied again: what is answered is what is recorded.
fn full_and_empty(proxy: &Proxy, disk: &dyn Disk, directory: &Path) {
    let log = || std::fs::read_to_string(directory.join("sessions.jsonl")).expect("the log");
    let mut peer = Peer::through(proxy, "pagila");
    let mut copying = Peer::through(proxy, "pagila");
    let mut answered = BTreeSet::new();
    let mut number = 0;
    let mut ask = |peer: &mut Peer, answered: &mut BTreeSet<u64>| {
        number += 1;
        let messages = peer.ask(
            Script::new()
                .extended("SELECT email FROM customer ORDER BY customer_id LIMIT 1")
                .sync(),
        );
        assert_eq!(
            messages.last().map(|message| message.body.clone()),
            Some(b"I".to_vec()),
            "the session goes on"
        );
        if messages.iter().any(|message| message.tag == b'D') {
            answered.insert(number);
            return true;
        }
        let error = messages
            .iter()
            .find(|message| message.tag == b'E')
            .expect("an error")
            .error();
        assert!(error.1.contains("session log cannot be written"), "{error:?}");
        false
    };
    for _ in 0..10 {
        assert!(ask(&mut peer, &mut answered));
    }
    copying.send(&Script::new().query(ENDLESS).bytes);
    some_rows(&mut copying, 100);
    disk.fill();
    let mut asked = 0;
    while ask(&mut peer, &mut answered) {
        asked += 1;
        assert!(asked < 1000, "the disk is never full");
    }
    let before = log();
    for _ in 0..5 {
        assert!(!ask(&mut peer, &mut answered));
        assert_eq!(log(), before, "what is not written whole is taken back");
    }
    some_rows(&mut copying, 10_000); // on the log before it was full
    // The record of a session is shorter than those of a statement: one or two may still find room.
    let told = (0..5).find_map(|_| {
        let mut newcomer = Peer::connect(proxy.port);
        newcomer.send(&peer::startup(0x0003_0000, READER, "pagila", &[]));
        newcomer.try_authenticate().err()
    });
    let told = told.expect("no session without a record");
    assert_eq!(told.error().0, "58030", "{told:?}");
    verify(directory);

    disk.empty();
    for _ in 0..10 {
        assert!(ask(&mut peer, &mut answered), "service goes on when there is room");
    }
    assert_eq!(Peer::through(proxy, "pagila").values("SELECT 1"), ["1"]);
    verify(directory);
    let records = records(&log());
    let session = records
        .iter()
        .find(|record| record["event.action"] == "session_start")
        .expect("a session");
    let recorded: BTreeSet<u64> = records
        .iter()
        .filter(|record| record["session.id"] == session["session.id"] && record["event.action"] == "statement")
        .map(|record| record["pgveil.statement"].as_u64().expect("a number"))
        .collect();
    assert_eq!(answered, recorded, "what was answered is what was recorded");
}

fn verify(directory: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgveil"));
    let output = command
        .args(["log", "verify"])
        .arg(directory)
        .output()
        .expect("pgveil log verify");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
