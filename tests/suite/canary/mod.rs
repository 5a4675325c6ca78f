//! No byte of a protected column reaches a client, by any of the known ways out; and everyday work goes on.
//!
//! Every protected cell of `schema.sql` holds a token that stands nowhere else. Whatever comes back, be it rows, COPY data,
//! errors, notices or settings, is searched for all of them, in every form they could have. The proxy's login upstream
//! is the server's superuser, so that nothing rests on the server's own privileges.

pub mod everyday;
pub mod needles;
pub mod peer;
pub mod ways;
pub mod wire;

use pgveil::cluster::{Cluster, SUPERUSER};

use crate::harness::{Proxy, ProxyOptions, for_version, server_version};
use needles::Needles;
use peer::Peer;

pub const DATABASE: &str = "canary";
pub const OPTIONS: &str = "-c search_path=vault,public";

/// Every column that the rules protect, with what inherits their protection.
const PROTECTED: [(&str, &str); 9] = [
    (
        "vault.person",
        "email name badge account salary ratio born seen device address mac profile notes photo aliases codes code home \
         span doc pin bits nick bio shout words",
    ),
    ("vault.visit", "person_email badge phone note"),
    ("vault.event", "secret"),
    ("vault.animal", "label"),
    ("vault.dog", "collar"),
    ("vault.boxed", "who"),
    ("vault.held", "home homes stay stays span spans doc facts profile raw"),
    ("vault.guest", "given mail memo arrived"),
    ("vault.spoken", "word loud"),
];

/// The first server that has a table.
fn first_version(table: &str) -> u32 {
    if table == "vault.spoken" { 18 } else { 13 }
}

struct Stage {
    cluster: Cluster,
    proxy: Proxy,
    needles: Needles,
    /// The server's major version.
    version: u32,
}

impl Stage {
    fn set() -> Stage {
        let cluster = Cluster::start().expect("a throwaway server");
        cluster.createdb(DATABASE).expect("an empty database");
        let version = server_version(&cluster);
        let schema = for_version(include_str!("schema.sql"), version);
        cluster.psql(DATABASE, &schema).expect("the schema");
        cluster
            .psql(DATABASE, include_str!("functions.sql"))
            .expect("functions");
        let options = ProxyOptions {
            rules: include_str!("rules.toml").to_owned(),
            role: SUPERUSER.to_owned(),
            ..ProxyOptions::default()
        };
        let proxy = Proxy::start_with(&cluster, options);
        let needles = needles(&mut Peer::connect(cluster.port(), SUPERUSER, DATABASE, ""), version);
        Stage {
            cluster,
            proxy,
            needles,
            version,
        }
    }

    /// A session through the proxy.
    fn through(&self) -> Peer {
        Peer::connect(self.proxy.port, SUPERUSER, DATABASE, OPTIONS)
    }

    /// What of the protected values this client has received.
    fn search(&self, peer: &Peer) -> Result<(), String> {
        match self.needles.found_in(&peer.received) {
            Some(found) => Err(format!("LEAK of {found}")),
            None => Ok(()),
        }
    }

    /// A session with the server itself.
    fn direct(&self) -> Peer {
        Peer::connect(self.cluster.port(), SUPERUSER, DATABASE, OPTIONS)
    }
}

/// All protected values, as the server gives them.
fn needles(direct: &mut Peer, version: u32) -> Needles {
    let mut needles = Needles::default();
    for (table, columns) in PROTECTED
        .into_iter()
        .filter(|(table, _)| first_version(table) <= version)
    {
        for column in columns.split_whitespace() {
            let sql = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL");
            for format in [0, 1] {
                let reply = direct.extended(&sql, format);
                assert!(reply.error().is_none(), "{sql}: {:?}", reply.error());
                for cell in reply.rows().into_iter().flatten().flatten() {
                    let what = format!("{table}.{column}");
                    match format {
                        0 => needles.add_text(&what, &cell),
                        _ => needles.add_binary(&what, &cell),
                    }
                }
            }
        }
    }
    assert!(needles.count() > 1000);
    needles
}

/// How many ways out are run at least.
const WAYS_MIN: usize = 150;

#[test]
fn no_canary_leaves() {
    let stage = Stage::set();
    let email = stage.direct().query("SELECT email FROM person WHERE id = 1").rows();
    let email = String::from_utf8(email[0][0].clone().expect("an address")).expect("UTF-8");
    // What the client sees of somebody, and what it may guess.
    let cell = |peer: &mut Peer, column: &str| {
        let rows = peer.query(&format!("SELECT {column} FROM person WHERE id = 2")).rows();
        String::from_utf8(rows[0][0].clone().expect("a value")).expect("UTF-8")
    };
    let (badge, device) = (
        cell(&mut stage.through(), "badge"),
        cell(&mut stage.through(), "device"),
    );
    let guess = cell(&mut stage.direct(), "badge");
    // Somebody else's statement holds a protected value.
    let mut other = stage.direct();
    other.query(&format!("SELECT '{email}'"));
    let mut count = 0;
    let mut failures = Vec::new();
    for (_, text) in ways::FILES {
        let text = for_version(text, stage.version)
            .replace("{email}", &email)
            .replace("{guess}", &guess);
        let ways = ways::parse(&text.replace("{badge}", &badge).replace("{device}", &device));
        count += ways.len();
        failures.extend(ways::run(&ways, &|| stage.through(), &stage.needles));
    }
    assert!(count >= WAYS_MIN, "only {count} ways");
    let values = ways::parse(&for_version(include_str!("ways/values.sql"), stage.version));
    let open = ways::leaking(&values, &mut stage.direct(), &stage.needles);
    assert!(
        open > values.len() / 2,
        "directly, only {open} of {} leak",
        values.len()
    );
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
    stage.proxy.verify_log();
    for file in std::fs::read_dir(stage.proxy.log_directory()).expect("the log's directory") {
        let path = file.expect("a file").path();
        let content = std::fs::read(&path).expect("a file of the log");
        let found = stage.needles.found_in(&without_hashes(&content));
        assert_eq!(found, None, "{}", path.display());
    }
}

/// Hashes hold every short number in hex by chance, when there are enough of them.
fn without_hashes(content: &[u8]) -> Vec<u8> {
    const HASH: usize = 64;
    const START: &[u8] = b"\"pgveil.prev\":\"";
    let mut kept = Vec::with_capacity(content.len());
    let mut rest = content;
    while let Some(at) = memchr::memmem::find(rest, START) {
        let hash = rest[at + START.len()..]
            .iter()
            .take(HASH)
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        kept.extend_from_slice(&rest[..at]);
        rest = &rest[at + START.len() + hash..];
    }
    kept.extend_from_slice(rest);
    kept
}
