//! What a session leaves on the session log, held against the schema that is published.

use serde_json::Value;

use super::peer::{packet, startup};
use super::*;
use crate::harness::{READER, cluster_with};

const RECORDED: &str = r#"
[[rule]]
columns = ["public.customer.email"]
mask = "email"
predicates = "allow"
"#;

fn records(proxy: &Proxy) -> Vec<Value> {
    let log = proxy.log();
    log.lines()
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect()
}

/// A session that does everything that a session can be recorded for, but for what must never happen.
fn recorded() -> (pgveil::cluster::Cluster, Vec<Value>) {
    let cluster = cluster_with(&["pagila"]);
    let mut proxy = Proxy::start(&cluster, RECORDED);
    let mut peer = Peer::through(&proxy, "pagila");
    peer.values("SELECT count(*)::text FROM customer WHERE email = 'MARY.SMITH@sakilacustomer.org'");
    peer.ask(Script::new().query("SELECT name FROM city_names"));
    peer.ask(Script::new().query("SELECT pg_read_file('/etc/passwd')"));
    peer.ask(Script::new().query("COPY (SELECT city FROM city LIMIT 7) TO STDOUT (FORMAT csv, HEADER)"));
    peer.ask(Script::new().query("COPY (SELECT email FROM customer LIMIT 5) TO STDOUT (FORMAT binary)"));
    peer.ask(
        Script::new()
            .parse("one", "SELECT email FROM customer WHERE customer_id = $1")
            .sync(),
    );
    peer.ask(Script::new().parse("two", "SELECT city FROM city LIMIT 3").sync());
    for name in ["two", "two"] {
        peer.ask(Script::new().bind("", name).execute("").sync());
    }
    peer.ask(Script::new().extended("SELECT 1 / 0").sync());
    let mut cancel = Peer::connect(proxy.port);
    cancel.send(&packet(&[&80_877_102u32.to_be_bytes()[..], &peer.key].concat()));
    cancel.until_end();
    peer.send(b"X\0\0\0\x04");
    peer.until_end();
    let mut stranger = Peer::connect(proxy.port);
    stranger.send(&startup(0x0003_0000, READER, "template0", &[]));
    assert!(stranger.try_authenticate().is_err());
    proxy.end();
    (cluster, records(&proxy))
}

#[test]
fn what_is_recorded_is_as_the_schema_says() {
    let (_cluster, records) = recorded();
    let schema = include_str!("../../../docs/session-log.schema.json");
    let schema = serde_json::from_str(schema).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for record in &records {
        let problems: Vec<String> = validator.iter_errors(record).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{record}\n{}", problems.join("\n"));
    }
    let is_there = |kind: &str| records.iter().any(|record| record["event.action"] == kind);
    for kind in schema["properties"]["event.action"]["enum"].as_array().expect("kinds") {
        let kind = kind.as_str().expect("a kind");
        let is_seldom = ["alarm", "log_rotated", "log_removed"].contains(&kind);
        assert!(is_there(kind) || is_seldom, "{kind}");
    }
}

#[test]
fn records_tell_what_belongs_together() {
    let (_cluster, records) = recorded();
    let of = |kind: &'static str| records.iter().filter(move |record| record["event.action"] == kind);
    let begun = |text: &'static str| {
        of("statement").filter(move |record| record["db.query.text"].as_str().expect("a text").contains(text))
    };
    let ended = |statement: &Value| {
        of("statement_end")
            .find(|end| end["pgveil.statement"] == statement["pgveil.statement"])
            .unwrap_or_else(|| panic!("no end of {statement}"))
    };
    // What was prepared once.
    let executed: Vec<_> = begun("SELECT city FROM city LIMIT ?")
        .filter(|one| !one["pgveil.prepared"].is_null())
        .collect();
    assert_eq!(executed.len(), 2);
    for one in &executed {
        assert_eq!(one["pgveil.prepared"], 2);
        assert_eq!(one["pgveil.fingerprint"], executed[0]["pgveil.fingerprint"]);
        assert_eq!(ended(one)["db.response.returned_rows"], 3);
        assert_eq!(one["pgveil.relations"], serde_json::json!(["public.city"]));
        assert_eq!(one["pgveil.protected"], serde_json::json!([]));
    }
    // Rows of COPY, not its frames.
    let copied = |text| begun(text).next().expect("a COPY");
    assert_eq!(ended(copied("HEADER"))["db.response.returned_rows"], 7);
    let masked = copied("binary");
    assert_eq!(ended(masked)["db.response.returned_rows"], 5);
    assert_eq!(masked["pgveil.protected"][0]["column"], "public.customer.email");
    // What a rule let a condition tell.
    let inference = of("inference").next().expect("an inference");
    assert_eq!(
        inference["pgveil.inferred"],
        serde_json::json!(["public.customer.email"])
    );
    let statement = of("statement").find(|one| one["pgveil.statement"] == inference["pgveil.statement"]);
    let statement = statement.expect("its statement");
    assert!(
        !statement["db.query.text"].as_str().expect("a text").contains("MARY"),
        "{statement}"
    );
    let failed = begun("? / ?").next().expect("a failure");
    assert_eq!(ended(failed)["db.response.status_code"], "22012");
    let end = of("session_end").next().expect("the end");
    assert_eq!(end["pgveil.statements"], of("statement").count());
    assert_eq!(of("cancel").next().expect("a cancel")["event.outcome"], "success");
}
