//! What is told of filters: on the session log, by `pgveil check`, and in certificates.

use std::process::Command;

use serde_json::{Value, json};

use super::Filtered;
use crate::harness::{Output, cluster_with};
use crate::pagila::RULES;

const FILTERS: &str = "[[table]]\nname = 'public.inventory'\nskip = true\n\
                       [[table]]\nname = 'public.customer'\nwhere = \"customer_id <= 10 and last_name <> 'Nobody'\"\n";

fn check(filtered: &Filtered, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgveil"));
    command.args(["check", "--database", "pagila", "--config"]);
    Output::of(command.arg(filtered.proxy.directory.join("pgveil.toml")).args(more))
}

fn set(filters: &str) -> Filtered {
    Filtered::before(cluster_with(&["pagila"]), &format!("{RULES}{filters}"))
}

#[test]
fn the_log_names_the_filters() {
    let filtered = set(FILTERS);
    filtered.dump("pagila", &["--format=custom"]);
    let log = filtered.proxy.log();
    let statement = |table: &str| {
        let start = format!("COPY public.{table} (");
        let records = log
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("a record"));
        let mut found = records.filter(|record| {
            record["db.query.text"]
                .as_str()
                .is_some_and(|text| text.starts_with(&start))
        });
        found.next().expect("a record")
    };
    let line = 1 + format!("{RULES}{FILTERS}")
        .find("[[table]]\nname = 'public.customer'")
        .map_or(0, |at| format!("{RULES}{FILTERS}")[..at].matches('\n').count());
    let filters = |table: &str| statement(table)["pgveil.filters"].clone();
    assert_eq!(filters("customer"), json!([format!("rules.toml:{line}")]));
    assert_eq!(
        filters("rental"),
        json!([format!("rules.toml:{}", line - 3), format!("rules.toml:{line}")])
    );
    assert_eq!(filters("country"), Value::Null);
    assert!(!log.contains("Nobody"), "the condition stands on the log");
    filtered.proxy.verify_log();
}

#[test]
fn check_counts_and_warns() {
    let filtered = set(FILTERS);
    let text = check(&filtered, &["--rows"]).success();
    assert!(text.contains("public.customer: 10 of 599 rows are kept"), "{text}");
    assert!(text.contains("public.inventory: 0 of 4581 rows are kept"), "{text}");
    assert!(text.contains("public.rental: warning: will be without rows"), "{text}");
    assert!(!text.contains("public.inventory: warning: will be"), "{text}");
    assert!(!check(&filtered, &[]).success().contains("rows are kept"));
}

#[test]
fn check_tells_what_the_server_does_not_take() {
    for (filters, said) in [
        (
            "[[table]]\nname = 'public.customer'\nwhere = 'emial is null'\n",
            "column \"emial\" does not exist",
        ),
        (
            "[[table]]\nname = 'public.customer'\nwhere = 'customer_id'\n",
            "must be type boolean",
        ),
        (
            "[subset]\nstart = 'public.customer'\nwhere = 'email > 5'\n",
            "operator does not exist",
        ),
        (
            "[subset]\nstart = 'public.custmer'\nwhere = 'true'\n",
            "did you mean \"public.customer\"",
        ),
        ("[[table]]\nname = 'public.customer_list'\nskip = true\n", "is a view"),
    ] {
        let filtered = set(filters);
        let output = check(&filtered, &[]);
        assert_eq!(output.code, Some(2), "{output:?}");
        assert!(
            output.stdout.contains(said) && output.stdout.contains("rules.toml:"),
            "{output:?}"
        );
    }
}

#[test]
fn certificates_name_filters_and_rows() {
    let subset = "[subset]\nstart = 'public.customer'\nwhere = \"customer_id < 100\"\n";
    let filtered = set(&format!("{FILTERS}{subset}"));
    let place = filtered.cluster.temp_dir().join("dumps");
    std::fs::create_dir(&place).expect("a place for dumps");
    let dump = |name: &str, config: &Filtered| {
        let target = place.join(name);
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgveil"));
        command
            .args(["dump", "--database", "pagila", "--config"])
            .arg(config.proxy.directory.join("pgveil.toml"))
            .arg("--pg-dump")
            .arg(config.cluster.binaries().path("pg_dump").expect("pg_dump"))
            .arg("--output")
            .arg(&target)
            .args(["--", "--format=directory", "--jobs=2"])
            .env("XDG_STATE_HOME", place.join("state"))
            .env("PGAPPNAME", "mine");
        (Output::of(&mut command), target)
    };
    let (taken, target) = dump("dump", &filtered);
    taken.success();
    let certificate =
        std::fs::read_to_string(format!("{}.certificate.json", target.display())).expect("the certificate");
    let value: Value = serde_json::from_str(&certificate).expect("JSON");
    let filters = value["filters"].as_array().expect("filters");
    let told: Vec<_> = filters
        .iter()
        .map(|filter| (filter["table"].as_str(), filter["kind"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Some("public.inventory"), Some("skip")),
            (Some("public.customer"), Some("where")),
            (Some("public.customer"), Some("subset")),
        ]
    );
    assert!(!certificate.contains("Nobody"), "{certificate}");
    assert_eq!(
        (&value["rows"]["public.customer"], &value["rows"]["public.inventory"]),
        (&10.into(), &0.into())
    );
    filtered.restore(&target, &["--format=directory"], "restored");
    assert_eq!(
        filtered
            .cluster
            .psql("restored", "SELECT count(*) FROM customer")
            .expect("a count")
            .trim(),
        "10"
    );

    let mistaken = set("[subset]\nstart = 'public.custmer'\nwhere = 'true'\n");
    let (refused, target) = dump("other", &mistaken);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("custmer") && !target.exists(), "{refused:?}");
}
