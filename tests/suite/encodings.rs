//! Databases in other encodings: a name that is two here may be one there.

use pgveil::cluster::Cluster;

use crate::harness::{Proxy, ProxyOptions, READER};
use crate::protocol::peer::{Message, Peer, Script};

const SECRET: &str = "Secret71c7";

const RULES: &str = "[[rule]]\ncolumns = [\"public.person.email\"]\nmask = \"email\"\n";

fn database(cluster: &Cluster, encoding: &str) -> String {
    let name = format!("db_{}", encoding.to_lowercase());
    let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'");
    cluster.psql("postgres", &create).expect("a database");
    let schema = format!(
        "CREATE TABLE person AS SELECT n AS id, '{SECRET}-' || n AS email FROM generate_series(1, 3) AS n;
         CREATE TABLE clean AS SELECT n AS id, 'plain-' || n AS a FROM generate_series(1, 3) AS n;
         GRANT SELECT ON person, clean TO {READER}"
    );
    cluster.psql(&name, &schema).expect("a schema");
    name
}

fn holds_secret(message: &Message) -> bool {
    String::from_utf8_lossy(&message.body).contains(SECRET)
}

/// The columns of the inner query and of the outer one have names that are two here; where they are one to the server, it
/// takes the inner.
fn captured(inner: &str, outer: &str) -> String {
    format!(
        "SELECT (SELECT {outer} FROM (SELECT email AS {inner} FROM person LIMIT 1) i) FROM (SELECT a AS {outer} FROM clean) o"
    )
}

#[test]
fn no_encoding_of_a_database_shows_anything() {
    let cluster = Cluster::start().expect("a throwaway server");
    cluster
        .psql("postgres", &format!("CREATE ROLE {READER} LOGIN"))
        .expect("a role");
    let mut captures = 0;
    let names = [
        ("\"〜\"", "\"～\""),
        ("\"é\"", "É"),
        ("é", "\"É\""),
        ("\"¦\"", "\"￤\""),
        ("\"я\"", "Я"),
        ("\"a\"", "\"ａ\""),
    ];
    for encoding in [
        "UTF8",
        "SQL_ASCII",
        "LATIN1",
        "WIN1251",
        "KOI8R",
        "EUC_JP",
        "EUC_KR",
        "EUC_CN",
        "EUC_JIS_2004",
    ] {
        let database = database(&cluster, encoding);
        let proxy = Proxy::start_with(
            &cluster,
            ProxyOptions {
                rules: RULES.to_owned(),
                ..ProxyOptions::default()
            },
        );
        let mut direct = Peer::log_in(cluster.port(), READER, &database, &[("client_encoding", "UTF8")]);
        let messages = names
            .iter()
            .flat_map(|(inner, outer)| direct.ask(Script::new().query(&captured(inner, outer))));
        captures += messages.filter(holds_secret).count();
        for client in ["UTF8", "SQL_ASCII"] {
            for (inner, outer) in names {
                for text in [captured(inner, outer), captured(outer, inner)] {
                    let mut peer = Peer::log_in(proxy.port, READER, &database, &[("client_encoding", client)]);
                    peer.send(&Script::new().query(&text).bytes);
                    for message in peer.until_ready() {
                        let shown = String::from_utf8_lossy(&message.body);
                        assert!(
                            !shown.contains(SECRET),
                            "{encoding}, {client}, {inner} {outer}: {shown}"
                        );
                    }
                }
            }
        }
        let mut peer = Peer::log_in(proxy.port, READER, &database, &[("client_encoding", "UTF8")]);
        let shown = peer.ask(Script::new().query("SELECT email AS mail FROM person"));
        assert!(shown.iter().any(|message| message.tag == b'D'), "{encoding}: {shown:?}");
    }
    assert!(captures > 0, "no two names are one to any server");
}

/// What is read under the server's own defaults, set for a role or a database.
#[test]
fn defaults_of_the_server_are_seen() {
    let cluster = Cluster::start().expect("a throwaway server");
    cluster
        .psql("postgres", &format!("CREATE ROLE {READER} LOGIN"))
        .expect("a role");
    let database = database(&cluster, "UTF8");
    let hidden = "SELECT '\\', email, ' FROM clean --' FROM person -- '";
    for (setting, is_role) in [
        ("standard_conforming_strings = off", true),
        ("standard_conforming_strings = off", false),
        ("client_encoding = SJIS", true),
        ("client_encoding = BIG5", false),
        ("backslash_quote = on", true),
        ("search_path = pg_temp, public", true),
    ] {
        let of = match is_role {
            true => format!("ROLE {READER}"),
            false => format!("DATABASE {database}"),
        };
        cluster
            .psql("postgres", &format!("ALTER {of} SET {setting}"))
            .expect("a setting");
        let proxy = Proxy::start_with(
            &cluster,
            ProxyOptions {
                rules: RULES.to_owned(),
                ..ProxyOptions::default()
            },
        );
        let parameters: [&[(&str, &str)]; 3] = [
            &[],
            &[("client_encoding", "UTF8")],
            &[("options", "-c standard_conforming_strings=on")],
        ];
        for parameters in parameters {
            for first in [
                "SELECT 1",
                "SET standard_conforming_strings = on",
                "RESET standard_conforming_strings",
                "SET client_encoding TO DEFAULT",
                "RESET ALL",
                "DISCARD ALL",
                "BEGIN; SET LOCAL standard_conforming_strings = on",
            ] {
                let mut peer = Peer::log_in(proxy.port, READER, &database, parameters);
                let script = Script::new().query(first).query(hidden).query("ROLLBACK").query(hidden);
                peer.send(&script.bytes);
                let messages = (0..4).flat_map(|_| peer.until_ready());
                for message in messages {
                    assert!(
                        !holds_secret(&message),
                        "{setting}, {parameters:?}, {first}: {message:?}"
                    );
                }
            }
        }
        let name = setting.split(' ').next().unwrap_or_default();
        cluster
            .psql("postgres", &format!("ALTER {of} RESET {name}"))
            .expect("undone");
    }
}
