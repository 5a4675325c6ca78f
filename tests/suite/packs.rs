//! The packs against the schemas they are for: `tests/data/packs`, where a word behind a column says that it is personal or a
//! secret, and every such column has values that can be searched for.

use std::collections::{BTreeMap, HashSet};
use std::process::Command;

use pgveil::cluster::{Cluster, run, run_with_input};
use serde_json::Value;

use crate::harness::{Output, Proxy, ProxyOptions, cluster_with, lines};

const PACKS: [(&str, &str); 6] = [
    ("django", include_str!("../data/packs/django.sql")),
    ("keycloak", include_str!("../data/packs/keycloak.sql")),
    ("laravel", include_str!("../data/packs/laravel.sql")),
    ("rails", include_str!("../data/packs/rails.sql")),
    ("supabase", include_str!("../data/packs/supabase.sql")),
    ("wordpress", include_str!("../data/packs/wordpress.sql")),
];

/// Tables by name, each with its columns and whether they are personal or secret, as a person wrote them into the schema.
fn truth(sql: &str) -> BTreeMap<String, BTreeMap<String, bool>> {
    let mut tables = BTreeMap::new();
    let mut table: Option<(String, BTreeMap<String, bool>)> = None;
    for line in sql.lines() {
        if let Some(name) = line.strip_prefix("CREATE TABLE ") {
            let name = name.trim_end_matches(" (").replace('"', "");
            table = Some((name, BTreeMap::new()));
        } else if line == ");" {
            tables.extend(table.take());
        } else if let Some((_, columns)) = &mut table
            && !line.starts_with("    UNIQUE (")
        {
            let name = line.trim().split(' ').next().unwrap_or_default().replace('"', "");
            columns.insert(name, line.contains("  -- "));
        }
    }
    tables
}

/// What must not be in a dump, in lower case: the texts, and their bytes in hexadecimal digits.
fn needles(sql: &str) -> HashSet<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "+.\\".contains(letter);
    let words = sql.split(|letter: char| !is_part(letter)).flat_map(|word| {
        let word = word.trim_start_matches('\\').trim_end_matches('.').to_lowercase();
        let of_text: Vec<String> = word
            .split('.')
            .filter(|part| part.len() == 9 && part.starts_with("cn0") && part.ends_with('q'))
            .map(str::to_owned)
            .collect();
        let marks = ["+99977", "10.77.", "41.77", "cntr", "x636e30"];
        let is_marked = marks.iter().any(|mark| word.starts_with(mark));
        of_text
            .into_iter()
            .chain(is_marked.then(|| word.trim_start_matches('x').to_owned()))
    });
    words.collect()
}

/// A server with the pack's schema in it, and a proxy with nothing but the pack before it.
fn stage(pack: &'static str) -> (Cluster, Proxy) {
    let cluster = cluster_with(&["django", "keycloak", "laravel", "rails", "supabase", "wordpress"]);
    let packs = match pack {
        "django" => &["django"],
        "keycloak" => &["keycloak"],
        "laravel" => &["laravel"],
        "rails" => &["rails"],
        "supabase" => &["supabase"],
        _ => &["wordpress"],
    };
    let options = ProxyOptions {
        packs,
        ..ProxyOptions::default()
    };
    let proxy = Proxy::start_with(&cluster, options);
    (cluster, proxy)
}

fn pgveil(proxy: &Proxy, database: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgveil"));
    command
        .args(&args[..1])
        .arg("--config")
        .arg(proxy.directory.join("pgveil.toml"));
    Output::of(command.args(["--database", database]).args(&args[1..]))
}

fn json(output: Output) -> Value {
    serde_json::from_str(&output.stdout).expect("JSON")
}

fn is_held_to_its_schema(pack: &'static str) {
    let sql = PACKS.iter().find(|(name, _)| *name == pack).expect("a schema").1;
    let (cluster, proxy) = stage(pack);
    let truth = truth(sql);
    let (mut masked, mut kept, mut wrong) = (0, 0, Vec::new());
    for (table, columns) in &truth {
        let preview = json(pgveil(&proxy, pack, &["preview", table, "--all", "--json"]));
        let shown = preview["columns"].as_array().expect("columns");
        assert_eq!(shown.len(), columns.len(), "{table}");
        for column in shown {
            let name = column["column"].as_str().expect("a name");
            let (is_masked, is_kept) = (!column["mask"].is_null(), column["rule"] == "keep");
            match columns[name] {
                true if is_masked => masked += 1,
                false if is_kept => kept += 1,
                personal => wrong.push(format!("{table}.{name}: personal {personal}, {column}")),
            }
            for pair in column["values"]
                .as_array()
                .expect("values")
                .iter()
                .filter(|_| is_masked)
            {
                assert_ne!(pair["before"], pair["after"], "{table}.{name}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(masked > 30 && kept > 50, "{masked} masked, {kept} kept");
    let report = json(pgveil(&proxy, pack, &["check", "--json"]));
    assert_eq!(report["errors"], 0, "{report}");
    let told: Vec<_> = report["findings"].as_array().expect("findings").iter().collect();
    assert!(told.iter().all(|finding| finding["kind"] == "role"), "{told:#?}");
    // Whatever a pack knows of a regulation, its own rules meet.
    let required = json(pgveil(
        &proxy,
        pack,
        &["check", "--json", "--require", "gdpr,gdpr_special,hipaa,pci"],
    ));
    assert_eq!(required["errors"], 0, "{required}");
    let gdpr = &required["requirements"][0];
    assert!(gdpr["masked"].as_u64() > Some(20) && gdpr["missing"] == 0, "{gdpr}");
    assert_eq!(report["coverage"]["percent"], 100, "{report}");
    assert_eq!(report["coverage"]["masked"], masked);
    restores_without_canaries(pack, sql, &cluster, &proxy);
}

fn restores_without_canaries(pack: &str, sql: &str, cluster: &Cluster, proxy: &Proxy) {
    let needles = needles(sql);
    assert!(needles.len() > 50, "{}", needles.len());
    let direct = run(cluster.tool("pg_dump").expect("pg_dump").arg(pack), "pg_dump").expect("a dump");
    let direct = String::from_utf8_lossy(&direct.stdout).to_lowercase();
    let absent: Vec<_> = needles.iter().filter(|needle| !direct.contains(*needle)).collect();
    assert!(absent.is_empty(), "no search for what is not there: {absent:?}");

    let dump = run(&mut proxy.tool(cluster, "pg_dump", pack), "pg_dump").expect("a dump through pgveil");
    let text = String::from_utf8_lossy(&dump.stdout).to_lowercase();
    let found: Vec<_> = needles.iter().filter(|needle| text.contains(*needle)).collect();
    assert!(found.is_empty(), "{found:?}");

    let copy = format!("{pack}_copy");
    cluster.createdb(&copy).expect("an empty database");
    let mut psql = cluster.tool("psql").expect("psql");
    psql.args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", &copy]);
    run_with_input(&mut psql, "psql", &dump.stdout).expect("the dump to restore");
    for table in truth(sql).keys() {
        let count = format!("SELECT count(*) FROM {}", quoted(table));
        assert_eq!(lines(&cluster.psql(&copy, &count).expect("a count")), ["2"], "{table}");
    }
}

fn quoted(table: &str) -> String {
    let (schema, name) = table.split_once('.').expect("a schema");
    format!("\"{schema}\".\"{name}\"")
}

/// The page names every table of every pack, and how many columns are masked.
#[test]
fn the_page_is_up_to_date() {
    let page = include_str!("../../docs/packs.md");
    for (pack, sql) in PACKS {
        let heading = format!(": `pack:{pack}`\n");
        let section = page.split_once(&heading).expect("a section").1;
        let section = section
            .split("\n## ")
            .next()
            .and_then(|text| text.split("\n### ").next())
            .unwrap_or_default();
        let tables = truth(sql);
        for table in tables.keys() {
            let name = table.strip_prefix("public.").unwrap_or(table);
            assert!(section.contains(&format!("`{name}`")), "{pack}: {table}");
        }
        let columns = || tables.values().flat_map(BTreeMap::values);
        let masked = columns().filter(|is_personal| **is_personal).count();
        let count = format!("{masked} of {} columns are masked", columns().count());
        assert!(section.contains(&count), "{pack}: {count}");
    }
}

#[test]
fn django() {
    is_held_to_its_schema("django");
}

#[test]
fn keycloak() {
    is_held_to_its_schema("keycloak");
}

#[test]
fn laravel() {
    is_held_to_its_schema("laravel");
}

#[test]
fn rails() {
    is_held_to_its_schema("rails");
}

#[test]
fn supabase() {
    is_held_to_its_schema("supabase");
}

#[test]
fn wordpress() {
    is_held_to_its_schema("wordpress");
}
