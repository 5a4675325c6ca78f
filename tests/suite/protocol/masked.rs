//! Over protected columns: the same mask by every way, and no way around it by names that change hands.

use super::*;
use crate::harness::cluster_with;

const EMAILS: &str = "SELECT customer_id, email FROM customer ORDER BY customer_id LIMIT 6";

/// The values of the second column.
fn second(messages: &[Message]) -> Vec<String> {
    let rows = messages.iter().filter(|message| message.tag == b'D');
    rows.map(|row| {
        let first = u32::from_be_bytes(row.body[2..6].try_into().expect("a length")) as usize;
        String::from_utf8_lossy(&row.body[6 + first + 4..]).into_owned()
    })
    .collect()
}

#[test]
fn suspended_portals_in_text_and_binary() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let original = second(&Peer::direct(&cluster, "pagila").ask(Script::new().query(EMAILS)));
    let mut peer = Peer::through(&proxy, "pagila");
    let whole = second(&peer.ask(Script::new().query(EMAILS)));
    assert_eq!(whole.len(), 6);
    assert!(
        whole
            .iter()
            .all(|email| email.contains('@') && !original.contains(email)),
        "{whole:?}"
    );
    for binary in [false, true] {
        for described in [false, true] {
            let script = Script::new().query("BEGIN").parse("", EMAILS);
            let script = if binary {
                script.bind_binary("p", "")
            } else {
                script.bind("p", "")
            };
            let script = if described { script.describe("p") } else { script };
            peer.ask(script.execute_some("p", 2).sync());
            let mut messages = peer.until_ready();
            messages.extend(peer.ask(Script::new().execute_some("p", 3).flush().execute_some("p", 3).sync()));
            assert_eq!(second(&messages), whole, "binary {binary}, described {described}");
            let ends: Vec<u8> = messages
                .iter()
                .map(|message| message.tag)
                .filter(|tag| b"sC".contains(tag))
                .collect();
            assert_eq!(ends, b"ssC", "suspended twice");
            peer.ask(Script::new().query("ROLLBACK"));
        }
    }
    proxy.verify_log();
}

/// Where masked rows are larger than the server's own, what has come is more than what has gone.
#[test]
fn results_that_grow() {
    let cluster = cluster_with(&["pagila"]);
    let rules = format!(
        "[[rule]]\ncolumns = [\"public.customer.first_name\"]\nmask = {{ kind = \"fixed\", value = \"{}\" }}\n",
        "long".repeat(100)
    );
    let proxy = Proxy::start(&cluster, &rules);
    let mut peer = Peer::through(&proxy, "pagila");
    for rows in [10_000, 20_000, 100_000] {
        let query =
            format!("SELECT first_name FROM customer JOIN generate_series(1, {rows}) g ON customer_id = 1 + g % 599");
        let seen = peer.ask(Script::new().query(&query));
        assert_eq!(seen.iter().filter(|message| message.tag == b'D').count(), rows);
        let seen = peer.ask(Script::new().query(&format!("COPY ({query}) TO STDOUT")));
        assert_eq!(seen.iter().filter(|message| message.tag == b'd').count(), rows);
    }
}

#[test]
fn names_that_change_hands() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let shout = "SELECT upper(email) AS shout FROM customer";
    let clean = "SELECT 'clean' AS shout";
    let script = Script::new;
    let long = "n".repeat(63);
    let ways = [
        // A failed Parse over a live name.
        script()
            .parse("s", shout)
            .sync()
            .parse("s", clean)
            .sync()
            .bind("", "s")
            .execute("")
            .sync(),
        script()
            .parse("s", "COPY customer (email) TO STDOUT")
            .sync()
            .parse("s", "COPY city (city) TO STDOUT")
            .sync()
            .bind("", "s")
            .execute("")
            .sync(),
        // Names that share 63 bytes.
        script()
            .parse(&format!("{long}1"), shout)
            .parse("c", clean)
            .bind(&format!("{long}2"), &format!("{long}3"))
            .execute(&long)
            .sync(),
        // FETCH and EXECUTE of what has changed since they were described.
        script()
            .query(&format!("BEGIN; DECLARE c CURSOR FOR {clean}"))
            .parse("", "FETCH c")
            .bind("p", "")
            .describe("p")
            .query(&format!("CLOSE c; DECLARE c CURSOR FOR {shout}"))
            .execute("p")
            .sync(),
        script()
            .query(&format!("BEGIN; PREPARE c AS {clean}"))
            .parse("", "EXECUTE c")
            .bind("p", "")
            .describe("p")
            .query(&format!("DEALLOCATE c; PREPARE c AS {shout}"))
            .execute("p")
            .sync(),
        // What a portal has begun to show it shows to the end.
        script()
            .query(&format!("BEGIN; DECLARE c CURSOR FOR {shout}"))
            .parse("", "FETCH 3 c")
            .bind("p", "")
            .execute_some("p", 1)
            .query(&format!("CLOSE c; DECLARE c CURSOR FOR {clean}"))
            .describe("p")
            .execute_some("p", 1)
            .sync(),
        // A cursor made by EXECUTE, over a name that was once a clean one.
        script()
            .query(&format!("BEGIN; DECLARE c CURSOR FOR {clean}; COMMIT"))
            .parse("s", &format!("DECLARE c CURSOR FOR {shout}"))
            .query("BEGIN")
            .query("EXECUTE s")
            .query("FETCH ALL c"),
        script()
            .parse("s", &format!("DECLARE c CURSOR FOR {shout}"))
            .sync()
            .parse("s", &format!("DECLARE c CURSOR FOR {clean}"))
            .sync()
            .query("BEGIN")
            .query("EXECUTE s")
            .query("FETCH ALL c"),
        // The same bytes in two encodings are two names, and one name is two strings of bytes.
        script()
            .parse("\u{e9}", shout)
            .sync()
            .query("SET client_encoding = 'LATIN1'")
            .parse("\u{e9}", clean)
            .sync()
            .query("SET client_encoding = 'UTF8'")
            .bind("", "\u{e9}")
            .execute("")
            .sync(),
    ];
    let original = Peer::direct(&cluster, "pagila").values("SELECT email FROM customer");
    assert!(original.len() > 500);
    for (number, way) in ways.into_iter().enumerate() {
        let mut peer = Peer::through(&proxy, "pagila");
        peer.send(&way.bytes);
        peer.hang_up();
        let seen = String::from_utf8_lossy(&peer.until_end()).to_lowercase();
        let shown = original.iter().find(|email| seen.contains(&email.to_lowercase()));
        assert_eq!(shown, None, "way {number}: {seen}");
    }
    let mut direct = Peer::direct(&cluster, "pagila");
    let seen = direct.ask(Script::new().extended(shout).sync());
    assert!(seen.len() > 500, "the ways lead somewhere");
    proxy.verify_log();
}

#[test]
fn two_users_at_once() {
    let cluster = cluster_with(&["pagila"]);
    cluster
        .psql("postgres", "CREATE ROLE bob LOGIN IN ROLE pgveil_reader")
        .expect("a role");
    let port = pgveil::cluster::free_port().expect("a free port");
    let verifier = postgres_protocol::password::scram_sha_256(crate::harness::PASSWORD.as_bytes());
    let users: String = ["ada", "bob"]
        .map(|name| format!("[[user]]\nname = \"{name}\"\nverifier = \"{verifier}\"\n"))
        .concat();
    let config = format!(
        "[listen]\naddress = \"127.0.0.1:{port}\"\n\
         [upstream]\nurl = \"postgres://{}@127.0.0.1:{}/pagila?sslmode=disable\"\n{users}\
         [masking]\nkey_file = \"pgveil.key\"\nrules = [\"rules.toml\"]\n[log]\ndirectory = \"sessions\"\n",
        crate::harness::READER,
        cluster.port(),
    );
    let proxy = Proxy::start_by_hand(&cluster, port, &config, RULES);
    let threads = ["ada", "bob", "ada", "bob"].map(|user| {
        std::thread::spawn(move || {
            let mut peer = Peer::log_in(port, user, "pagila", &[("application_name", user)]);
            let name = format!("name of {user}");
            let text = format!(
                "SELECT customer_id, email FROM customer WHERE customer_id = {}",
                user.len()
            );
            peer.ask(Script::new().query(&format!("PREPARE \"{name}\" AS {text}")));
            let mut seen = Vec::new();
            for _ in 0..50 {
                seen.extend(second(&peer.ask(Script::new().query(&format!("EXECUTE \"{name}\"")))));
                seen.extend(second(&peer.ask(Script::new().extended(&text).sync())));
                assert_eq!(peer.values("SHOW application_name"), [user]);
            }
            seen
        })
    });
    let seen = threads.map(|thread| thread.join().expect("a client"));
    for one in &seen {
        assert_eq!(one.len(), 100);
        assert_eq!(one, &seen[0], "one value, one mask, for everyone");
    }
    let original = Peer::direct(&cluster, "pagila").values("SELECT email FROM customer WHERE customer_id = 3");
    assert_ne!(original[0], seen[0][0]);
    proxy.verify_log();
    for user in ["ada", "bob"] {
        assert_eq!(
            proxy.log().matches(&format!("\"user.name\":\"{user}\"")).count(),
            2,
            "{user}"
        );
    }
}
