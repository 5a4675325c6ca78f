//! What README tells people to do works.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use postgres_protocol::password::scram_sha_256;

use crate::harness::{Output, PASSWORD, Proxy, READER, cluster_with};

const README: &str = include_str!("../../README.md");

/// The rules and the config of README mask Pagila, served as written but for addresses and secrets.
#[test]
fn the_config_by_hand_serves() {
    let cluster = cluster_with(&["pagila"]);
    let [rules, config]: [&str; 2] = blocks("toml").try_into().expect("rules.toml and pgveil.toml");
    let port = pgveil::cluster::free_port().expect("a free port");
    let verifier = scram_sha_256(PASSWORD.as_bytes());
    let upstream = format!("{READER}@127.0.0.1:{}/pagila?sslmode=disable", cluster.port());
    let config = config
        .replace("127.0.0.1:6432", &format!("127.0.0.1:{port}"))
        .replace("pgveil_reader@db.internal:5432/pagila?sslmode=verify-full", &upstream)
        .replace("SCRAM-SHA-256$4096:…", &verifier);
    let proxy = Proxy::start_by_hand(&cluster, port, &config, rules);
    let mut psql = proxy.tool(&cluster, "psql", "pagila");
    psql.env("PGUSER", "ada").args(["-XAtq", "-c"]);
    let customer = "SELECT email, first_name, last_name FROM customer WHERE customer_id = 1";
    let row = Output::of(psql.arg(customer)).success();
    assert!(row.trim_end().ends_with("|SMITH") && !row.contains("MARY"), "{row}");
    let mut check = Command::new(env!("CARGO_BIN_EXE_pgveil"));
    check.env("PGVEIL_UPSTREAM_PASSWORD", "unused");
    let config = proxy.directory.join("pgveil.toml");
    Output::of(check.args(["check", "--config"]).arg(config)).success();
}

#[test]
fn every_command_it_names_is_there() {
    let help = Output::of(Command::new(env!("CARGO_BIN_EXE_pgveil")).arg("--help")).success();
    let in_text = README.split("`pgveil ").skip(1);
    let in_blocks = blocks("sh")
        .into_iter()
        .flat_map(|block| block.lines().filter_map(|line| line.strip_prefix("pgveil ")));
    let named: BTreeSet<&str> = in_text
        .chain(in_blocks)
        .map(|rest| &rest[..rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len())])
        .collect();
    assert!(named.contains("serve") && named.contains("demo"), "{named:?}");
    for command in named {
        let listed = help.lines().any(|line| line.split_whitespace().next() == Some(command));
        assert!(listed, "`pgveil {command}` is in README, and not in --help:\n{help}");
    }
}

#[test]
fn every_make_target_and_page_it_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let makefile = std::fs::read_to_string(root.join("Makefile")).expect("the Makefile");
    for block in blocks("sh") {
        for target in block.lines().filter_map(|line| line.strip_prefix("make ")) {
            let target = target.split_whitespace().next().expect("a target");
            assert!(makefile.contains(&format!("\n{target}:")), "make {target}");
        }
    }
    let links = README.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    for link in links.filter(|link| !link.starts_with("http")) {
        assert!(root.join(link).exists(), "README links to {link}");
    }
}

/// The fenced blocks of one language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README
        .split(fence.as_str())
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect()
}
