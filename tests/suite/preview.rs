//! `pgveil preview` shows what a client would see.

use std::process::Command;

use serde_json::Value;

use crate::harness::Output;
use crate::pagila::Stage;

fn preview(stage: &Stage, args: &[&str]) -> Output {
    let config = stage.proxy.directory.join("pgveil.toml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgveil"));
    command
        .arg("preview")
        .args(args)
        .args(["--database", "pagila", "--config"]);
    Output::of(command.arg(config).env("COLUMNS", "60"))
}

/// Before: what the server has. After: what a client of the proxy gets.
#[test]
fn both_sides_are_true() {
    let stage = Stage::set();
    for table in ["customer", "staff", "address"] {
        let shown = preview(&stage, &[table, "--rows", "3", "--all", "--json"]).success();
        let shown: Value = serde_json::from_str(&shown).expect("JSON");
        let columns = shown["columns"].as_array().expect("columns");
        let names: Vec<_> = columns
            .iter()
            .map(|column| column["column"].as_str().expect("a name"))
            .collect();
        let sql = format!("SELECT {} FROM {table} LIMIT 3", names.join(", "));
        for (side, direct) in [("before", true), ("after", false)] {
            let mut psql = match direct {
                true => stage.cluster.tool("psql").expect("psql"),
                false => stage.proxy.tool(&stage.cluster, "psql", "pagila"),
            };
            let rows = Output::of(psql.args(["-XAtq", "-d", "pagila", "-P", "null=NULL", "-c", &sql])).success();
            let value = |column: &Value, row: usize| match &column["values"][row][side] {
                Value::Null => "NULL".to_owned(),
                text => text.as_str().expect("a text").to_owned(),
            };
            let count = rows.lines().count();
            let ours = (0..count).map(|row| {
                columns
                    .iter()
                    .map(|column| value(column, row))
                    .collect::<Vec<_>>()
                    .join("|")
            });
            assert_eq!(
                ours.collect::<Vec<_>>(),
                rows.lines().collect::<Vec<_>>(),
                "{table} {side}"
            );
        }
        assert!(columns.iter().any(|column| column["mask"].is_null()));
    }
}

#[test]
fn lines_fit_and_say_which_rule() {
    let stage = Stage::set();
    let shown = preview(&stage, &["public.customer"]).success();
    assert!(shown.starts_with("public.customer: 3 of "), "{shown}");
    assert!(shown.contains("email  email (rules.toml:"), "{shown}");
    assert!(!shown.contains("customer_id") && !shown.contains('\u{1b}'), "{shown}");
    for line in shown.lines() {
        assert!(line.chars().count() <= 60, "{line}");
    }
}

#[test]
fn what_cannot_be_shown_is_said() {
    let stage = Stage::set();
    for (table, said) in [
        ("custommer", "did you mean"),
        ("customer_list", "is a view"),
        ("nowhere", "no table"),
    ] {
        let output = preview(&stage, &[table]);
        assert_eq!(output.code, Some(2), "{output:?}");
        assert!(output.stderr.contains(said), "{output:?}");
    }
}
