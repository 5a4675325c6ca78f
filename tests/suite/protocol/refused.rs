//! A refusal is an error like any of the server's: order, skipping and transaction status stay its own.

use super::*;
use crate::harness::cluster_with;

const REFUSED: &str = "SELECT customer_id FROM customer WHERE email LIKE 'm%'";

/// Tags, with the SQLSTATE of errors and the status of ReadyForQuery.
fn outline(messages: &[Message]) -> String {
    let word = |message: &Message| match message.tag {
        b'E' => format!("E{}", message.error().0),
        b'Z' => format!("Z{}", char::from(message.body[0])),
        tag => char::from(tag).to_string(),
    };
    messages.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// What a session of this script comes to.
fn outcome(mut peer: Peer, script: Script) -> String {
    peer.send(&script.bytes);
    peer.hang_up();
    outline(&peer.messages_to_end())
}

#[test]
fn the_session_goes_on_as_after_any_error() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let script = Script::new;
    // The refused statement's place is taken by one that fails at the server, for comparison.
    type Case = fn(Script, &str) -> Script;
    let cases: [Case; 9] = [
        |script, text| script.query(text).query("SELECT 1"),
        |script, text| {
            script
                .query("BEGIN")
                .query(text)
                .query("SELECT 1")
                .query("ROLLBACK")
                .query("SELECT 1")
        },
        |script, text| script.query(&format!("SELECT 1; {text}; SELECT 2")),
        |script, text| {
            script
                .query(&format!("BEGIN; SELECT 1; {text}"))
                .query("SELECT 2")
                .query("END")
        },
        |script, text| script.extended(text).sync().extended("SELECT 1").sync(),
        |script, text| {
            script
                .extended("SELECT 1")
                .extended(text)
                .extended("SELECT 2")
                .sync()
                .query("SELECT 3")
        },
        |script, text| {
            script
                .query("BEGIN")
                .extended(text)
                .sync()
                .extended("SELECT 1")
                .sync()
                .query("ROLLBACK")
        },
        |script, text| {
            script
                .extended("BEGIN")
                .extended(text)
                .query("SELECT 1")
                .sync()
                .query("COMMIT")
        },
        |script, text| {
            script
                .query("BEGIN; SAVEPOINT s")
                .query(text)
                .query("ROLLBACK TO s; SELECT 1")
                .query("COMMIT")
        },
    ];
    for (number, case) in cases.into_iter().enumerate() {
        let refused = outcome(Peer::through(&proxy, "pagila"), case(script(), REFUSED));
        let failed = outcome(Peer::direct(&cluster, "pagila"), case(script(), "SELECT nothing"));
        assert!(refused.contains("E42501"), "case {number}: {refused}");
        assert_eq!(refused.replace("E42501", "E42703"), failed, "case {number}");
    }
    proxy.verify_log();
}

#[test]
fn the_status_after_a_refusal() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let mut peer = Peer::through(&proxy, "pagila");
    assert_eq!(outline(&peer.ask(Script::new().query(REFUSED))), "E42501 ZI");
    assert_eq!(outline(&peer.ask(Script::new().query("BEGIN"))), "C ZT");
    assert_eq!(outline(&peer.ask(Script::new().extended(REFUSED).sync())), "E42501 ZE");
    assert_eq!(outline(&peer.ask(Script::new().query(REFUSED))), "E25P02 ZE");
    assert_eq!(outline(&peer.ask(Script::new().query("COMMIT"))), "C ZI");
    let fields = peer.ask(Script::new().query(REFUSED))[0].fields();
    let text = String::from_utf8_lossy(&fields.message).into_owned();
    assert!(
        text.contains("public.customer.email") && text.contains("rules.toml"),
        "{text}"
    );
    assert!(fields.hint.is_some() && fields.position.is_none() && fields.file.is_none());
}

#[test]
fn messages_and_statements_that_are_not_relayed() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let mut peer = Peer::through(&proxy, "pagila");
    // pg_backend_pid() by FunctionCall: no arguments, result as text.
    let call = [&2026u32.to_be_bytes()[..], &[0; 6]].concat();
    assert_eq!(outline(&peer.ask(Script::new().message(b'F', &call))), "E42501 ZI");
    assert_eq!(
        outline(&peer.ask(Script::new().query("BEGIN").message(b'F', &call))),
        "C ZT"
    );
    assert_eq!(outline(&peer.until_ready()), "E42501 ZE");
    assert_eq!(outline(&peer.ask(Script::new().query("ROLLBACK"))), "C ZI");
    for text in [
        "COPY city FROM STDIN",
        "CREATE TABLE t ()",
        "LISTEN a",
        "DO 'BEGIN END'",
        "VACUUM",
    ] {
        assert_eq!(outline(&peer.ask(Script::new().query(text))), "E42501 ZI", "{text}");
        assert_eq!(
            outline(&peer.ask(Script::new().extended(text).sync())),
            "E42501 ZI",
            "{text}"
        );
    }
    // The client of a refused COPY FROM STDIN may send its data all the same.
    let script = Script::new()
        .query("COPY city FROM STDIN")
        .message(b'd', b"1\n")
        .message(b'c', b"");
    assert_eq!(outline(&peer.ask(script)), "E42501 ZI");
    assert_eq!(peer.values("SELECT 1"), ["1"]);
    proxy.verify_log();
}

#[test]
fn statements_over_the_limit() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let mut peer = Peer::through(&proxy, "pagila");
    let of_bytes = |bytes: usize| format!("SELECT '{}'", "x".repeat(bytes - 9));
    let fits = of_bytes(1 << 20);
    assert_eq!(outline(&peer.ask(Script::new().query(&fits))), "T D C ZI");
    assert_eq!(outline(&peer.ask(Script::new().extended(&fits).sync())), "1 2 T D C ZI");
    for bytes in [(1 << 20) + 1, 2 << 20, 50 << 20] {
        let text = of_bytes(bytes);
        let refused = peer.ask(Script::new().query(&text));
        assert_eq!(outline(&refused), "E42501 ZI", "{bytes}");
        assert!(refused[0].error().1.contains("1048576"), "{refused:?}");
        let script = Script::new().extended(&text).sync();
        assert_eq!(outline(&peer.ask(script)), "E42501 ZI", "{bytes}");
    }
    // Parameters may be as long as they like.
    let value = vec![b'x'; 5 << 20];
    let mut bind = b"\0\0\0\0\0\x01".to_vec();
    bind.extend_from_slice(&(value.len() as u32).to_be_bytes());
    bind.extend_from_slice(&value);
    bind.extend_from_slice(&[0; 2]);
    let script = Script::new()
        .parse("", "SELECT length($1)")
        .message(b'B', &bind)
        .execute("")
        .sync();
    let answer = peer.ask(script);
    assert_eq!(outline(&answer), "1 2 D C ZI");
    assert!(answer[2].body.ends_with(b"5242880"));
    proxy.verify_log();
}
