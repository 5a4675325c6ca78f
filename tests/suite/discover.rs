//! `pgveil discover` against what a person found in real databases, and against names that mislead.

use std::collections::BTreeMap;
use std::process::Command;

use pgveil::cluster::Cluster;
use serde_json::Value;

use crate::harness::{Output, Proxy, READER, cluster_with};

/// What is personal in each database, by hand: `column kind` a line, `?` before what can be argued about.
const TRUTHS: [(&str, &str); 4] = [
    ("pagila", include_str!("../data/discover/pagila.txt")),
    ("northwind", include_str!("../data/discover/northwind.txt")),
    ("chinook", include_str!("../data/discover/chinook.txt")),
    ("clinic", include_str!("../data/discover/clinic.txt")),
];
const CLINIC: &str = include_str!("../data/discover/clinic.sql");

fn cluster() -> Cluster {
    let cluster = cluster_with(&["pagila", "northwind", "chinook"]);
    cluster.createdb("clinic").expect("a database");
    cluster.psql("clinic", CLINIC).expect("the schema");
    let grants = format!(
        "GRANT USAGE ON SCHEMA \"Praxis\" TO {READER}; GRANT SELECT ON ALL TABLES IN SCHEMA public, \"Praxis\" TO {READER}"
    );
    cluster.psql("clinic", &grants).expect("rights");
    cluster
}

fn discover(proxy: &Proxy, database: &str, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgveil"));
    command
        .args(["discover", "--config"])
        .arg(proxy.directory.join("pgveil.toml"));
    Output::of(command.args(["--database", database]).args(more))
}

/// Column, kind and confidence of each finding.
fn findings(proxy: &Proxy, database: &str) -> BTreeMap<String, (String, String)> {
    let json = discover(proxy, database, &["--json"]).success();
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = json["findings"].as_array().expect("findings");
    findings
        .iter()
        .map(|finding| {
            (
                text(&finding["column"]),
                (text(&finding["kind"]), text(&finding["confidence"])),
            )
        })
        .collect()
}

#[test]
fn what_people_find_it_finds_and_little_else() {
    let cluster = cluster();
    let proxy = Proxy::start(&cluster, "");
    let mut wrong = Vec::new();
    let (mut found, mut missed, mut invented, mut mistaken) = (0, 0, 0, 0);
    for (database, truth) in TRUTHS {
        let lines = truth.lines().filter(|line| !line.starts_with('#'));
        let truth: BTreeMap<&str, Option<&str>> = lines
            .map(|line| match line.strip_prefix("? ") {
                Some(arguable) => (arguable.split(' ').next().expect("a column"), None),
                None => line
                    .rsplit_once(' ')
                    .map(|(column, kind)| (column, Some(kind)))
                    .expect("a kind"),
            })
            .collect();
        let findings = findings(&proxy, database);
        for (column, kind) in &truth {
            let finding = findings
                .get(*column)
                .unwrap_or_else(|| panic!("{database}: no finding for {column}"));
            let is_sure = matches!(finding.1.as_str(), "certain" | "likely");
            match kind {
                Some(kind) if is_sure && finding.0 == *kind => found += 1,
                Some(kind) if is_sure => {
                    mistaken += 1;
                    wrong.push(format!("{database}: {column} is {kind}, not {finding:?}"));
                }
                Some(kind) => {
                    missed += 1;
                    wrong.push(format!("{database}: {column} is {kind}, missed: {finding:?}"));
                }
                None => {}
            }
        }
        for (column, finding) in findings {
            if !truth.contains_key(column.as_str()) && matches!(finding.1.as_str(), "certain" | "likely") {
                invented += 1;
                wrong.push(format!("{database}: {column} is nothing, not {finding:?}"));
            }
        }
    }
    println!(
        "{found} found, {mistaken} found as another kind, {missed} missed, {invented} invented\n{}",
        wrong.join("\n")
    );
    let personal = found + mistaken + missed;
    assert!(personal > 70, "{personal}");
    assert!(
        (found + mistaken) * 100 >= personal * 97,
        "recall\n{}",
        wrong.join("\n")
    );
    assert!(invented * 100 <= personal * 3, "precision\n{}", wrong.join("\n"));
    assert!(mistaken * 100 <= personal * 3, "kinds\n{}", wrong.join("\n"));
}

#[test]
fn the_draft_is_checked_and_what_it_names_is_not_drafted_again() {
    let cluster = cluster();
    let proxy = Proxy::start(&cluster, "");
    let path = proxy.directory.join("drafted.toml");
    for (database, _) in TRUTHS {
        let _ = std::fs::remove_file(&path);
        let draft = ["--output", path.to_str().expect("a path")];
        discover(&proxy, database, &draft).success();
        let again = discover(&proxy, database, &draft);
        assert!(
            again.code == Some(2) && again.stderr.contains("cannot write"),
            "{}",
            again.stderr
        );
        let config = std::fs::read_to_string(proxy.directory.join("pgveil.toml")).expect("the config");
        let with_draft = format!(
            "{}\n",
            config.replace(
                "rules = []",
                "key_file = \"pgveil.key\"
rules = [\"drafted.toml\"]"
            )
        );
        let config = proxy.directory.join("with-draft.toml");
        std::fs::write(&config, with_draft).expect("a config");
        let run = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_pgveil"));
            let (name, rest) = arguments.split_first().expect("a command");
            command
                .arg(name)
                .arg("--config")
                .arg(&config)
                .args(["--database", database])
                .args(rest);
            Output::of(&mut command)
        };
        let checked = run(&["check"]);
        assert_eq!(checked.code, Some(0), "{checked:?}");
        let found: Value = serde_json::from_str(&run(&["discover", "--json"]).success()).expect("JSON");
        let still = found["findings"].as_array().expect("findings");
        let is_possible = |finding: &Value| finding["confidence"] == "possible";
        assert!(still.iter().all(is_possible), "{database}: {still:?}");
    }
}

#[test]
fn labels_of_another_tool_are_taken_over() {
    let cluster = cluster_with(&["pagila"]);
    let labels = "SET allow_system_table_mods = on;
        INSERT INTO pg_seclabel (objoid, classoid, objsubid, provider, label)
        SELECT attrelid, 'pg_class'::regclass, attnum, 'anon', 'MASKED WITH FUNCTION anon.partial(district, 1, $$*$$, 2)'
        FROM pg_attribute WHERE attrelid = 'address'::regclass AND attname = 'district'";
    cluster.psql("pagila", labels).expect("a label");
    let proxy = Proxy::start(&cluster, "");
    let draft = discover(&proxy, "pagila", &[]).success();
    let rule = "columns = [\"public.address.district\"]\nmask = { kind = \"partial\", keep_first = 1, keep_last = 2 }";
    assert!(draft.contains(rule), "{draft}");
}

/// The draft is for files and tickets: it quotes no value.
#[test]
fn no_value_stands_in_a_draft() {
    let cluster = cluster();
    let proxy = Proxy::start(&cluster, "");
    for (database, values) in [
        ("pagila", ["MARY", "sakilacustomer", "SMITH"]),
        ("clinic", ["Keller", "example.de", "J45"]),
    ] {
        let draft = discover(&proxy, database, &["--all"]).success();
        assert!(values.iter().all(|value| !draft.contains(value)), "{draft}");
        let named_only = discover(&proxy, database, &["--sample", "0"]).success();
        assert!(named_only.contains("values could not be read"), "{named_only}");
    }
}
