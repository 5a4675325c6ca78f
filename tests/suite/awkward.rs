//! `tests/data/awkward.sql`, a schema of everything that makes a dump hard to restore: dumped through pgveil in every way
//! that pg_dump knows, and restored with every error fatal.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pgveil::cluster::{Cluster, run};

use crate::equivalence::tables_agree;
use crate::harness::{Output, Proxy, ProxyOptions, client_version, cluster_with};

/// Most columns of it are masked.
const RULES: &str = r#"
[[rule]]
columns = ["public.person.email", "public.person.work", "public.person.nick"]
mask = "email"
[[rule]]
columns = ["public.person.others", "public.person.home", "public.person.secret", "public.person.salary", "public.session.cookie"]
mask = "redact"
[[rule]]
columns = ["public.person.first_name"]
mask = "first_name"
[[rule]]
columns = ["public.person.last_name", "*.*.mayor", "*.*.holder", "*.*.visitor", "*.*.sender", "*.*.who"]
mask = "full_name"
[[rule]]
columns = ["public.person.initials", "public.walled.text", "public.queue.name", "Odd Schema.*.日本"]
mask = "partial"
[[rule]]
columns = ["public.person.zip_code", "public.person.phone"]
mask = "phone"
[[rule]]
columns = ["public.person.age"]
mask = { kind = "fixed", value = 30 }
[[rule]]
columns = ["public.person.mood"]
mask = { kind = "fixed", value = "it's \"so-so\"" }
[[rule]]
columns = ["public.person.born"]
mask = { kind = "date_shift", days = 90 }
[[rule]]
columns = ["public.account.login"]
mask = "user_name"
[[rule]]
columns = ["public.account.number", "public.wide.c*"]
mask = "integer"
[[rule]]
columns = ["public.badge.number"]
mask = { kind = "integer", small = true }
domain = "badge"
[[rule]]
columns = ["public.session.id"]
mask = "uuid"
[[rule]]
columns = ["public.session.address"]
mask = "ip"
[[rule]]
columns = ["public.city.name", "public.booking.guest", "Odd Schema.*.back\\slash"]
mask = "hash"
[[rule]]
columns = ["*.*.note", "Odd Schema.\"Größe \"\"in\"\" 厘米\".\"naïve 'name'\""]
mask = "free_text"
[[rule]]
columns = ["public.full_address.street", "public.typed.street"]
mask = "address_line"
[[keep]]
columns = ["public.wide.c1"]
"#;

/// A server with the schema, a proxy before it, and what may not stand in any dump.
struct Stage {
    proxy: Proxy,
    cluster: Cluster,
    originals: Vec<Vec<u8>>,
}

impl Stage {
    fn set() -> Stage {
        let cluster = cluster_with(&["awkward"]);
        let proxy = Proxy::start(&cluster, RULES);
        let mut originals = vec![b"zqx".to_vec(), b"Zqx".to_vec(), b"7a7178".to_vec()];
        let numbers = cluster.psql("awkward", NUMBERS).expect("masked numbers");
        originals.extend(numbers.lines().map(|line| line.as_bytes().to_vec()));
        assert!(originals.len() > 20);
        Stage {
            proxy,
            cluster,
            originals,
        }
    }

    fn dump(&self, name: &str, args: &[&str]) -> PathBuf {
        let path = self.cluster.temp_dir().join(name);
        let mut pg_dump = self.proxy.tool(&self.cluster, "pg_dump", "awkward");
        run(pg_dump.args(args).arg("--file").arg(&path), name).expect("pg_dump through pgveil");
        self.no_original(&path, name);
        path
    }

    /// Dumps were not compressed: each byte of them stands as it is.
    fn no_original(&self, dump: &Path, name: &str) {
        let files: Vec<PathBuf> = match dump.is_dir() {
            true => std::fs::read_dir(dump)
                .expect("a directory")
                .map(|entry| entry.expect("a file").path())
                .collect(),
            false => vec![dump.to_owned()],
        };
        for file in files {
            let content = std::fs::read(&file).expect("a dump");
            for original in &self.originals {
                let found = content.windows(original.len()).position(|window| window == original);
                let shown = found.map(|at| {
                    let around = &content[at.saturating_sub(80)..content.len().min(at + 80)];
                    String::from_utf8_lossy(around).into_owned()
                });
                assert_eq!(shown, None, "{name}: an original value");
            }
        }
    }

    fn restore(&self, dump: &Path, database: &str, more: &[&str]) {
        let plain = dump.extension().is_some_and(|extension| extension == "sql");
        let program = if plain { "psql" } else { "pg_restore" };
        let mut command: Command = self.cluster.tool(program).expect(program);
        match plain {
            true => command.args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", database, "-f"]),
            false => command.args(["--exit-on-error", "-d", database]).args(more),
        };
        run(command.arg(dump), database).expect("the dump to restore without an error");
    }

    fn restored(&self, name: &str, file: &str, args: &[&str]) {
        let dump = self.dump(file, args);
        self.cluster.createdb(name).expect("an empty database");
        self.restore(&dump, name, &[]);
        self.same(name, &[ROW_COUNTS, CONSTRAINTS, MATERIALIZED, SEQUENCES, COMMENTS]);
        self.cluster.psql(name, REFERENCES).expect("foreign keys that hold");
    }

    /// A smallint and the integer that it refers to are one class: pgveil joins and searches them as the copy does.
    fn answers_as(&self, copy: &str) {
        let shown = self.cluster.psql(copy, "SELECT badge FROM door WHERE id = 1");
        let shown = shown.expect("a masked number").trim().to_owned();
        for sql in [
            "SELECT d.id, d.badge, b.number FROM door d JOIN badge b ON d.badge = b.number ORDER BY d.id",
            "SELECT id FROM door WHERE badge NOT IN (SELECT number FROM badge WHERE holder IS NULL) ORDER BY id",
            "SELECT count(DISTINCT x) FROM (SELECT badge FROM door UNION SELECT number FROM badge) AS u (x)",
            &format!("SELECT id FROM door WHERE badge = {shown} ORDER BY id"),
            &format!("SELECT count(*) FROM badge WHERE number = {shown}"),
        ] {
            let mut live = self.proxy.tool(&self.cluster, "psql", "awkward");
            let live = Output::of(live.args(["-XqAt", "-c", sql]));
            assert_eq!(live.success(), self.cluster.psql(copy, sql).expect("rows"), "{sql}");
        }
    }

    fn same(&self, database: &str, statements: &[&str]) {
        for sql in statements {
            let original = self.cluster.psql("awkward", sql).expect("the original");
            let copy = self.cluster.psql(database, sql).expect("the copy");
            assert!(original.lines().count() > 1, "nothing to compare: {sql}");
            assert_eq!(original, copy, "{database}");
        }
    }
}

/// Numbers that are masked, as far as they are long enough to be told from others.
const NUMBERS: &str = "SELECT number FROM account UNION SELECT c2 FROM wide";

/// Of every table, exactly.
const ROW_COUNTS: &str = r#"
    SELECT format('SELECT %L, count(*) FROM %s', oid::regclass, oid::regclass)
    FROM pg_class WHERE relnamespace IN ('public'::regnamespace, '"Odd Schema"'::regnamespace) AND relkind IN ('r', 'p')
    ORDER BY relname
    \gexec
"#;

const CONSTRAINTS: &str = "
    SELECT conrelid::regclass::text, conname, convalidated, condeferrable, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE conrelid <> 0 AND connamespace <> 'pg_catalog'::regnamespace
    UNION ALL
    SELECT indrelid::regclass::text, indexrelid::regclass::text, indisvalid, indisunique, pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indexrelid >= 16384 AND indrelid::regclass::text !~ '^pg_toast'
    UNION ALL
    SELECT tgrelid::regclass::text, tgname, tgenabled = 'O', tgdeferrable, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE NOT tgisinternal
    UNION ALL
    SELECT polrelid::regclass::text, polname, polpermissive, true, pg_get_expr(polqual, polrelid) FROM pg_policy
    ORDER BY 1, 2, 5";

const MATERIALIZED: &str = "
    SELECT matviewname, ispopulated FROM pg_matviews ORDER BY 1;
    SELECT count(*) FROM roll; SELECT * FROM roll_size";

const SEQUENCES: &str =
    "SELECT schemaname, sequencename, last_value, increment_by, cycle FROM pg_sequences ORDER BY 1, 2";

const COMMENTS: &str = "SELECT description FROM pg_description WHERE objoid >= 16384 AND classoid IN \
                        ('pg_class'::regclass, 'pg_namespace'::regclass) ORDER BY 1";

/// What pg_restore has checked is marked as valid; checks again, each reference of each row.
const REFERENCES: &str = "
    ALTER TABLE session DROP CONSTRAINT session_login_fkey, ADD FOREIGN KEY (login) REFERENCES account;
    ALTER TABLE door DROP CONSTRAINT door_badge_fkey, ADD FOREIGN KEY (badge) REFERENCES badge;
    ALTER TABLE team DROP CONSTRAINT team_lead_fkey, ADD FOREIGN KEY (lead) REFERENCES person (email);
    ALTER TABLE branch DROP CONSTRAINT branch_country_city_fkey, ADD FOREIGN KEY (country, city) REFERENCES city MATCH FULL;
    REINDEX TABLE person;
    REFRESH MATERIALIZED VIEW CONCURRENTLY roll";

#[test]
fn every_format_restores() {
    let stage = Stage::set();
    stage.restored("plain", "plain.sql", &[]);
    stage.restored("custom", "custom", &["-Fc", "-Z0"]);
    stage.answers_as("custom");
    tables_agree(&stage.cluster, &stage.proxy, "awkward", "custom");
    stage.restored("directory", "directory", &["-Fd", "-Z0", "-j2"]);
    stage.restored("tar", "tar", &["-Ft"]);
    stage.restored("root", "root", &["-Fc", "-Z0", "--load-via-partition-root"]);
    stage.proxy.verify_log();
}

#[test]
fn every_kind_of_insert_restores() {
    let stage = Stage::set();
    stage.restored("inserts", "inserts.sql", &["--inserts"]);
    stage.restored(
        "columns",
        "columns.sql",
        &["--column-inserts", "--quote-all-identifiers"],
    );
    // Up to 13 the server takes no DEFAULT for a generated column in a row that is not the only one.
    let old = client_version(&stage.cluster, "pg_dump") < 14;
    let kind = if old { "--column-inserts" } else { "--inserts" };
    stage.restored(
        "rows",
        "rows.sql",
        &[kind, "--rows-per-insert=7", "--on-conflict-do-nothing"],
    );
    stage.proxy.verify_log();
}

#[test]
fn parts_restore() {
    let stage = Stage::set();
    // First the definitions, then the data, in an order in which references do not hold until the end.
    let schema = stage.dump("schema.sql", &["--schema-only"]);
    let data = stage.dump("data.sql", &["--data-only", "--disable-triggers"]);
    stage.cluster.createdb("halves").expect("an empty database");
    stage.restore(&schema, "halves", &[]);
    stage.restore(&data, "halves", &[]);
    stage.same("halves", &[ROW_COUNTS, CONSTRAINTS, SEQUENCES, COMMENTS]);
    let refresh = "REFRESH MATERIALIZED VIEW roll; REFRESH MATERIALIZED VIEW roll_size";
    stage.cluster.psql("halves", refresh).expect("materialised views");
    stage
        .cluster
        .psql("halves", REFERENCES)
        .expect("foreign keys that hold");
    // Single tables and schemas.
    for (name, args, tables) in [
        ("one", &["-t", "public.b*", "-t", "city"][..], 4),
        ("other", &["-T", "public.wide", "-T", "ruled", "-N", "Odd*"], 0),
        (
            "hollow",
            &["--exclude-table-data=public.counter*", "--exclude-table-data=wide"],
            0,
        ),
        ("odd", &["-n", "\"Odd Schema\"", "--no-comments", "-O", "-x"], 2),
    ] {
        let dump = stage.dump(name, &[&["-Fc", "-Z0"], args].concat());
        let mut list = stage.cluster.tool("pg_restore").expect("pg_restore");
        let list = Output::of(list.arg("--list").arg(&dump)).success();
        let found = list.lines().filter(|line| line.contains(" TABLE DATA ")).count();
        assert!(found == tables || tables == 0 && found > 20, "{name}: {list}");
        stage.cluster.createdb(name).expect("an empty database");
        stage.restore(&dump, name, &[]);
    }
    if client_version(&stage.cluster, "pg_dump") >= 17 {
        let filter = stage.cluster.temp_dir().join("filter");
        std::fs::write(&filter, "include table city\ninclude table branch\n").expect("a filter");
        let filter = format!("--filter={}", filter.display());
        stage.cluster.createdb("filtered").expect("an empty database");
        let dump = stage.dump("filtered.sql", &[&filter]);
        stage.restore(&dump, "filtered", &[]);
    }
    stage.proxy.verify_log();
}

/// A snapshot that another session of the proxy holds open: rows that come later are not in the dump.
#[test]
fn an_exported_snapshot_is_dumped() {
    let stage = Stage::set();
    let mut psql = stage.proxy.tool(&stage.cluster, "psql", "awkward");
    let mut holder = psql
        .args(["-XqAt"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("psql");
    let mut input = holder.stdin.take().expect("its input");
    let text = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\nSELECT pg_export_snapshot();\n";
    input.write_all(text.as_bytes()).expect("a statement");
    let mut line = String::new();
    let output = holder.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut line).expect("a snapshot");
    let later = "INSERT INTO counter VALUES (31, 'later')";
    stage.cluster.psql("awkward", later).expect("a later row");
    let snapshot = format!("--snapshot={}", line.trim());
    let dump = stage.dump("snapshot", &["-Fd", "-Z0", "-j2", &snapshot]);
    drop(input);
    assert!(holder.wait().expect("psql ends").success());
    stage.cluster.createdb("snapshot").expect("an empty database");
    stage.restore(&dump, "snapshot", &["-j2"]);
    let counted = stage
        .cluster
        .psql("snapshot", "SELECT count(*) FROM counter")
        .expect("a count");
    assert_eq!(counted.trim(), "30");
    stage.proxy.verify_log();
}

/// Roles without their passwords, and every database, into another cluster.
#[test]
fn pg_dumpall_restores_elsewhere() {
    let stage = Stage::set();
    let path = stage.cluster.temp_dir().join("all.sql");
    let mut pg_dumpall = stage.proxy.tool(&stage.cluster, "pg_dumpall", "postgres");
    run(
        pg_dumpall.args(["--no-role-passwords", "--file"]).arg(&path),
        "pg_dumpall",
    )
    .expect("pg_dumpall");
    stage.no_original(&path, "pg_dumpall");
    let text = std::fs::read_to_string(&path).expect("a dump");
    assert!(text.contains("CREATE ROLE awkward_clerk;") && !text.contains("SCRAM-SHA-256"));
    // Who may read the hashes upstream is shown none either.
    let options = ProxyOptions {
        rules: RULES.to_owned(),
        role: "postgres".to_owned(),
        ..ProxyOptions::default()
    };
    let admin = Proxy::start_with(&stage.cluster, options);
    let mut with_passwords = admin.tool(&stage.cluster, "pg_dumpall", "postgres");
    let globals = Output::of(with_passwords.arg("--globals-only")).success();
    assert!(globals.contains("ALTER ROLE awkward_clerk WITH") && !globals.contains("SCRAM-SHA-256"));

    let target = Cluster::start().expect("another cluster");
    // The superuser is there already; nothing else may fail.
    let text: String = text
        .lines()
        .filter(|line| *line != "CREATE ROLE postgres;")
        .flat_map(|line| [line, "\n"])
        .collect();
    let whole = target.temp_dir().join("all.sql");
    std::fs::write(&whole, text).expect("a script");
    let mut psql = target.tool("psql").expect("psql");
    psql.args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-f"])
        .arg(&whole);
    run(&mut psql, "psql").expect("no error");
    let original = stage.cluster.psql("awkward", ROW_COUNTS).expect("the original");
    assert_eq!(original, target.psql("awkward", ROW_COUNTS).expect("the copy"));
    target.psql("awkward", REFERENCES).expect("foreign keys that hold");
}

/// What would not restore is told before anybody dumps it.
#[test]
fn check_finds_what_may_not_restore() {
    let partition_keys = r#"
[[rule]]
columns = ["public.event.at"]
mask = { kind = "date_shift", days = 400 }
[[rule]]
columns = ["public.event.region"]
mask = "city"
[[rule]]
columns = ["public.counter.id"]
mask = "integer"
"#;
    let cluster = cluster_with(&["awkward"]);
    let proxy = Proxy::start(&cluster, &(RULES.to_owned() + partition_keys));
    let mut check = Command::new(env!("CARGO_BIN_EXE_pgveil"));
    check.args(["check", "--json", "--database", "awkward", "--config"]);
    check.arg(proxy.directory.join("pgveil.toml"));
    let tried = Output::of(&mut check).stdout;
    let tried: serde_json::Value = serde_json::from_str(&tried).expect("JSON");
    // Under these masks the rows that are there meet every CHECK of table and domain; partitions are left.
    let kinds: Vec<_> = tried["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|found| &found["kind"])
        .collect();
    assert!(
        !kinds.iter().any(|kind| *kind == "check" || *kind == "length"),
        "{tried:#}"
    );
    let moved = tried
        .to_string()
        .matches("belong to another partition, and a plain dump does not restore them")
        .count();
    assert_eq!(moved, 2, "{tried:#}");

    let report = Output::of(check.args(["--sample", "0"])).stdout;
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    for (kind, subject, word) in [
        ("unique", "public.person.email", "UNIQUE key"),
        ("unique", "public.person.phone", "person_phone"),
        ("unique", "public.event.region", "UNIQUE key"),
        ("check", "public.person.age", "person_age_check"),
        ("check", "public.person.work", "mail_address"),
        ("check", "public.person.zip_code", "domain public.zip"),
        ("foreign_key", "public.session.login", "public.account.login"),
        ("partition_key", "public.event.at", "--load-via-partition-root"),
        ("partition_key", "public.event_2020.region", "--load-via-partition-root"),
        ("partition_key", "public.counter.id", "--load-via-partition-root"),
    ] {
        let is_it = |finding: &&serde_json::Value| {
            finding["kind"] == kind && finding["subject"] == subject && finding.to_string().contains(word)
        };
        let found = findings.iter().filter(is_it).count();
        // Email keeps uniqueness: nothing to tell.
        let wanted = usize::from(subject != "public.person.email");
        assert_eq!(found, wanted, "{kind} {subject}: {report:#}");
    }
}
