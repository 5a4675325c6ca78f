//! What `pgveil check` finds by holding masked rows against the constraints of a real server, and that no original is sent.

use std::process::Command;

use pgveil::cluster::Cluster;
use serde_json::Value;

use crate::harness::{Output, Proxy, cluster_with};

/// Originals hold `zqorig`, or are numbers from 4242000 on.
const SCHEMA: &str = "
    CREATE DOMAIN public.short_mail AS text CHECK (length(VALUE) < 16);
    CREATE DOMAIN public.digits AS text CHECK (VALUE ~ '^[0-9]+$');
    CREATE TABLE public.person (
        id int PRIMARY KEY, kept text NOT NULL,
        email text CONSTRAINT corporate CHECK (email LIKE '%@corp.test'),
        phone text CONSTRAINT dialled CHECK (phone ~ '^[0-9-]+$'),
        pair text CONSTRAINT unlike CHECK (pair <> kept),
        alias public.short_mail, code public.digits,
        score int CONSTRAINT low CHECK (score < 5000000),
        amount text, tenfold int GENERATED ALWAYS AS (amount::int * 10) STORED,
        login text, guest text, short varchar(12),
        EXCLUDE USING hash (guest WITH =));
    CREATE UNIQUE INDEX person_login ON public.person (lower(login)) WHERE id > 0;
    CREATE INDEX person_amount ON public.person ((amount::int + 1));
    INSERT INTO public.person (id, kept, email, phone, pair, alias, code, score, amount, login, guest, short)
    SELECT i, '[redacted]', 'zqorig' || i || '@corp.test', '555-0' || i, 'zqorig' || i, 'zqorig' || i, (4242000 + i)::text,
        4242000 + i, (4242000 + i)::text, 'Zqorig' || i, 'zqorig guest ' || i, 'zqorig' || i
    FROM generate_series(1, 30) AS i;
    CREATE TABLE public.event (id int, region text) PARTITION BY LIST (region);
    CREATE TABLE public.event_eu PARTITION OF public.event FOR VALUES IN ('eu', 'uk');
    CREATE TABLE public.event_us PARTITION OF public.event FOR VALUES IN ('us');
    INSERT INTO public.event SELECT i, CASE i % 2 WHEN 0 THEN 'eu' ELSE 'us' END FROM generate_series(1, 10) AS i;
    CREATE TABLE public.visit (id int, region text) PARTITION BY LIST (region);
    CREATE TABLE public.visit_eu PARTITION OF public.visit FOR VALUES IN ('eu');
    INSERT INTO public.visit VALUES (1, 'eu');
    CREATE TABLE public.empty (id int, email text CONSTRAINT never CHECK (email <> ''));
    CREATE TABLE public.shut (id int, email text CONSTRAINT closed CHECK (email <> ''));
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO pgveil_reader;
    REVOKE SELECT ON public.shut FROM pgveil_reader;
    ANALYZE";
const RULES: &str = r#"
[[rule]]
columns = ["public.person.email", "public.person.alias", "public.empty.email", "public.shut.email"]
mask = "email"
[[rule]]
columns = ["public.person.phone", "public.person.code"]
mask = "phone"
[[rule]]
columns = ["public.person.pair"]
mask = "redact"
[[rule]]
columns = ["public.person.score"]
mask = "integer"
[[rule]]
columns = ["public.person.amount"]
mask = "hash"
[[rule]]
columns = ["public.person.login", "public.person.guest"]
mask = { kind = "fixed", value = "one" }
[[rule]]
columns = ["public.person.short"]
mask = "shape"
[[rule]]
columns = ["public.event.region"]
mask = { kind = "fixed", value = "eu" }
[[rule]]
columns = ["public.visit.region"]
mask = "hash"
[[keep]]
columns = ["public.*.id", "public.person.kept"]
"#;

fn check(proxy: &Proxy, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgveil"));
    command
        .args(["check", "--config"])
        .arg(proxy.directory.join("pgveil.toml"));
    Output::of(command.args(["--database", "held"]).args(more))
}

fn stage() -> (Cluster, Proxy) {
    let cluster = cluster_with(&["pagila"]);
    cluster.createdb("held").expect("a database");
    cluster.psql("held", SCHEMA).expect("the schema");
    // The worst case for what is sent.
    cluster
        .psql("held", "ALTER SYSTEM SET log_statement = 'all'")
        .expect("a setting");
    cluster
        .psql("held", "ALTER SYSTEM SET log_parameter_max_length = -1")
        .expect("a setting");
    cluster.psql("held", "SELECT pg_reload_conf()").expect("a reload");
    let proxy = Proxy::start(&cluster, RULES);
    (cluster, proxy)
}

/// Severity, subject and message of what was found of these kinds.
fn found(report: &Value, kinds: &[&str]) -> Vec<String> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().expect("findings").iter();
    let of_kinds = findings.filter(|finding| kinds.contains(&text(finding, "kind").as_str()));
    let mut lines: Vec<String> = of_kinds
        .map(|finding| {
            ["severity", "subject", "message"]
                .map(|key| text(finding, key))
                .join(" | ")
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn masked_rows_are_held_against_every_constraint() {
    let (cluster, proxy) = stage();
    let output = check(&proxy, &["--json"]);
    assert_eq!(output.code, Some(2), "{output:?}");
    let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(
        found(&report, &["check"]),
        [
            "error | public.person | an expression of index public.person_amount fails on masked values (SQLSTATE 22P02)",
            "error | public.person | the expression of generated column tenfold fails on masked values (SQLSTATE 22P02)",
            "error | public.person.alias | 30 of 30 masked rows break CHECK constraint short_mail_check of domain public.short_mail",
            "error | public.person.email | 30 of 30 masked rows break CHECK constraint corporate of public.person",
            "error | public.person.pair | 30 of 30 masked rows break CHECK constraint unlike of public.person",
            "error | public.person.score | 30 of 30 masked rows break CHECK constraint low of public.person",
            "warning | public.empty.email | masked values may not meet CHECK constraint never of public.empty: untried, the table has no rows",
            "warning | public.shut.email | masked values may not meet CHECK constraint closed of public.shut: untried, its rows could not be read (42501)",
        ]
    );
    let unique = found(&report, &["unique"]);
    let told = |words: &str| unique.iter().any(|line| line.contains(words));
    assert!(
        told("29 of 30 masked rows meet another under unique index public.person_login"),
        "{unique:#?}"
    );
    assert!(
        told("29 of 30 masked rows meet another under exclusion constraint public.person_guest_excl"),
        "{unique:#?}"
    );
    assert_eq!(
        found(&report, &["partition_key"]),
        [
            "error | public.visit.region | is a partition key: 1 of 1 masked rows have no partition, and no dump restores them",
            "warning | public.event.region | is a partition key: 5 of 10 masked rows belong to another partition, and a plain dump does not restore them",
        ]
    );
    for text in [&output.stdout, &output.stderr] {
        assert!(
            !text.to_lowercase().contains("zqorig") && !text.contains("4242"),
            "{text}"
        );
    }
    // Without reading: what cannot be known is a warning, as without rows.
    let unread: Value = serde_json::from_str(&check(&proxy, &["--json", "--sample", "0"]).stdout).expect("JSON");
    assert!(
        found(&unread, &["check"])
            .iter()
            .all(|line| line.starts_with("warning")),
        "{unread}"
    );
    assert_eq!(found(&unread, &["check"]).len(), 8, "{unread}");

    let log = std::fs::read_to_string(cluster.log_path())
        .expect("the server's log")
        .to_lowercase();
    let begin = "begin isolation level repeatable read read only";
    let (_, sent) = log.split_once(begin).expect("the statements are logged");
    assert!(sent.contains("savepoint claim; select"), "the questions are logged");
    assert!(
        !sent.contains("zqorig") && !sent.contains("'4242"),
        "an original was sent"
    );
}

/// With masks that fit, the same constraints are no findings at all.
#[test]
fn what_holds_is_not_told() {
    let (cluster, _) = stage();
    let fitting = RULES
        .replace(
            "mask = \"email\"",
            "mask = { kind = \"fixed\", value = \"x@corp.test\" }",
        )
        .replace("mask = \"integer\"", "mask = { kind = \"fixed\", value = 7 }")
        .replace("mask = \"hash\"", "mask = \"shape\"")
        .replace("mask = \"redact\"", "mask = \"hash\"")
        .replace("mask = { kind = \"fixed\", value = \"one\" }", "mask = \"user_name\"");
    let proxy = Proxy::start(&cluster, &fitting);
    let report: Value = serde_json::from_str(&check(&proxy, &["--json"]).stdout).expect("JSON");
    let checks = found(&report, &["check", "length", "not_null"]);
    let untried = checks.iter().filter(|line| line.contains("untried")).count();
    assert_eq!((checks.len(), untried), (2, 2), "{checks:#?}");
    assert_eq!(found(&report, &["unique"]), [""; 0]);
}
