//! Values that are made of several: documents, hstore, ranges, composites, arrays of these and domains over them. A dump
//! through pgveil restores, and what is shown live is what the restored copy holds, in text and in binary.

use pgveil::cluster::{Cluster, run};

use crate::harness::{Output, Proxy, READER, for_version, server_version, shown};

const SCHEMA: &str = include_str!("members/schema.sql");
const RULES: &str = include_str!("members/rules.toml");

const TABLES: [&str; 6] = ["documents", "pairs", "spans", "people", "keys", "visits"];

struct Stage {
    // First, so that it ends before its upstream.
    proxy: Proxy,
    cluster: Cluster,
    version: u32,
}

impl Stage {
    fn set() -> Stage {
        let cluster = Cluster::start().expect("a throwaway server");
        cluster.createdb("shop").expect("an empty database");
        let version = server_version(&cluster);
        cluster.psql("shop", &for_version(SCHEMA, version)).expect("the schema");
        let reader = format!("CREATE ROLE {READER} LOGIN; GRANT pg_read_all_data TO {READER};");
        let reader = match version {
            13 => format!("CREATE ROLE {READER} LOGIN SUPERUSER"),
            _ => reader,
        };
        cluster.psql("shop", &reader).expect("the reader");
        // The binary forms of arrays and composites name types by OIDs, which are others in a database made anew.
        cluster
            .psql("postgres", "CREATE DATABASE by_data TEMPLATE shop")
            .expect("a copy");
        cluster
            .psql("by_data", &format!("TRUNCATE {}", TABLES.join(", ")))
            .expect("no rows");
        let proxy = Proxy::start(&cluster, RULES);
        Stage {
            proxy,
            cluster,
            version,
        }
    }

    fn live(&self, sql: &str) -> Output {
        let mut psql = self.proxy.tool(&self.cluster, "psql", "shop");
        Output::of(psql.args(["-XAq", "-v", "ON_ERROR_STOP=1", "-P", "null=(null)", "-c", sql]))
    }

    fn restored(&self, database: &str, sql: &str) -> Output {
        let mut psql = self.cluster.tool("psql").expect("psql");
        Output::of(psql.args([
            "-XAq",
            "-v",
            "ON_ERROR_STOP=1",
            "-P",
            "null=(null)",
            "-d",
            database,
            "-c",
            sql,
        ]))
    }

    /// Dumps through the proxy and restores, every error fatal.
    fn copy(&self, database: &str, args: &[&str]) {
        let path = self.cluster.temp_dir().join(format!("{database}.sql"));
        let mut pg_dump = self.proxy.tool(&self.cluster, "pg_dump", "shop");
        run(pg_dump.args(args).arg("--file").arg(&path), "pg_dump").expect("a dump through pgveil");
        let mut psql = self.cluster.tool("psql").expect("psql");
        let psql = psql.args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", database, "-f"]);
        run(psql.arg(&path), "psql").expect("the dump to restore without an error");
    }
}

#[test]
fn members_are_masked_alike_live_and_restored() {
    let stage = Stage::set();
    for database in ["by_copy", "by_inserts"] {
        stage.cluster.createdb(database).expect("an empty database");
    }
    stage.copy("by_copy", &[]);
    stage.copy("by_inserts", &["--inserts"]);
    stage.copy("by_data", &["--data-only"]);
    let mut differences = Vec::new();
    for table in TABLES {
        let queries = [
            format!("SELECT * FROM {table} ORDER BY id"),
            format!("COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT"),
            format!("COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT (FORMAT csv)"),
            format!("COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT (FORMAT binary)"),
        ];
        for sql in queries {
            let live = stage.live(&sql);
            for database in ["by_copy", "by_inserts", "by_data"] {
                if sql.contains("binary") && database != "by_data" {
                    continue;
                }
                let restored = stage.restored(database, &sql);
                assert_eq!(restored.code, Some(0), "{sql}\n{}", restored.stderr);
                if live.code != Some(0) || live.stdout != restored.stdout {
                    let shown = shown(&live.stdout, &restored.stdout);
                    differences.push(format!("{database}: {sql}\n{}{shown}", live.stderr));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    let all: String = TABLES
        .iter()
        .map(|table| stage.live(&format!("TABLE {table}")).stdout)
        .collect();
    for secret in ["Mary", "mary", "zqsecret", "Mill Lane"] {
        let around = all.find(secret).map(|at| {
            let line = all[..at].rfind('\n').map_or(0, |end| end + 1);
            all[line..].lines().next().unwrap_or_default()
        });
        assert_eq!(around, None, "{secret}");
    }
    for kept in ["gold", "N1 9XX"] {
        assert!(all.contains(kept), "{kept}");
    }
    assert_facts(&stage);
    stage.proxy.verify_log();
}

/// What holds of the masked values, whatever they are, as the server sees it.
fn assert_facts(stage: &Stage) {
    let all = |sql: &str| stage.restored("by_copy", sql).success();
    // Nothing became empty that was not, and the other way round.
    let empty = "SELECT string_agg(id || ':' || isempty(days), ' ' ORDER BY id) FROM spans";
    assert_eq!(all(empty), stage.restored("shop", empty).success());
    // The same person has one e-mail address wherever it stands.
    let one = "SELECT count(DISTINCT m) FROM (SELECT body #>> '{user,mail}' AS m FROM documents WHERE id = 1 \
               UNION SELECT facts -> 'mail' FROM pairs WHERE id = 1 \
               UNION SELECT (person).mail FROM people WHERE id = 1 UNION SELECT mail FROM keys WHERE id = 1 \
               UNION SELECT (xpath('//mail/text()', doc))[1]::text FROM documents WHERE id = 1) s";
    assert_eq!(all(one).lines().nth(1), Some("1"), "{}", all(one));
    let joined = "SELECT count(*) FROM visits JOIN keys USING (login)";
    assert_eq!(all(joined), stage.restored("shop", joined).success());
    if stage.version >= 14 {
        let meeting = "SELECT count(*) FROM spans WHERE stays IS NOT NULL AND NOT isempty(stays)";
        assert_eq!(all(meeting), stage.restored("shop", meeting).success());
    }
}
