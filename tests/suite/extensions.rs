//! Extensions that are widely used go on working, and hide nothing that a rule protects.

use pgveil::cluster::{Cluster, ClusterOptions, SUPERUSER, run};

use crate::harness::{Output, Proxy, ProxyOptions, shown};

const SECRET: &str = "zq81cc0ffee";

const RULES: &str = r#"
[[rule]]
columns = ["public.person.email", "public.person.nick"]
mask = "email"
[[rule]]
columns = ["public.person.facts"]
mask = "redact"
"#;

fn stage(settings: &[(&str, &str)], schema: &str) -> (Cluster, Proxy) {
    let settings = settings.iter();
    let options = ClusterOptions {
        settings: settings
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..ClusterOptions::default()
    };
    let cluster = Cluster::start_with(options).expect("a throwaway server");
    cluster.createdb("shop").expect("an empty database");
    cluster.psql("shop", schema).expect("the schema");
    let options = ProxyOptions {
        rules: RULES.to_owned(),
        role: SUPERUSER.to_owned(),
        ..ProxyOptions::default()
    };
    let proxy = Proxy::start_with(&cluster, options);
    (cluster, proxy)
}

fn through(cluster: &Cluster, proxy: &Proxy, sql: &str) -> Output {
    let mut psql = proxy.tool(cluster, "psql", "shop");
    Output::of(psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql]))
}

#[test]
fn foreign_servers_and_user_mappings_are_dumped_without_their_secrets() {
    let schema = format!(
        "CREATE EXTENSION postgres_fdw;
         CREATE EXTENSION citext; CREATE EXTENSION hstore;
         CREATE TABLE person (id int PRIMARY KEY, email text, nick citext, facts hstore);
         INSERT INTO person VALUES (1, 'mary@{SECRET}.test', 'Mary@{SECRET}.test', 'a=>{SECRET}');
         CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', dbname 'far away');
         CREATE USER MAPPING FOR {SUPERUSER} SERVER far OPTIONS (user 'ada', password '{SECRET}');
         CREATE USER MAPPING FOR PUBLIC SERVER far;
         CREATE FOREIGN TABLE distant (id int OPTIONS (column_name 'key')) SERVER far OPTIONS (table_name 'near');"
    );
    let (cluster, proxy) = stage(&[], &schema);
    let dump = cluster.temp_dir().join("shop.sql");
    run(
        proxy.tool(&cluster, "pg_dump", "shop").arg("--file").arg(&dump),
        "pg_dump",
    )
    .expect("a dump");
    let text = std::fs::read_to_string(&dump).expect("the dump");
    assert!(!text.contains(SECRET), "{text}");
    assert!(
        text.contains("dbname 'far away'") && text.contains("column_name 'key'"),
        "{text}"
    );
    cluster.createdb("copy").expect("an empty database");
    let restored = cluster.tool("psql").map(|mut psql| {
        Output::of(
            psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", "copy", "-f"])
                .arg(&dump),
        )
    });
    restored.expect("psql").success();
    let mappings = "SELECT srvname, usename FROM pg_user_mappings ORDER BY 1, 2";
    let original = cluster.psql("shop", mappings).expect("mappings");
    assert_eq!(original.lines().count(), 2);
    assert_eq!(cluster.psql("copy", mappings).expect("mappings"), original);
    // What the options are cannot be asked in other ways.
    for sql in [
        "SELECT 1 FROM pg_user_mappings WHERE umoptions::text LIKE '%password=z%'",
        "SELECT option_value FROM pg_user_mappings, pg_options_to_table(umoptions) ORDER BY 1",
        "SELECT count(*) FROM pg_user_mappings, pg_options_to_table(umoptions)",
    ] {
        let output = through(&cluster, &proxy, sql);
        assert!(
            output.stderr.contains("42501") || output.stderr.contains("pg_user_mappings"),
            "{sql}: {output:?}"
        );
        assert_eq!(output.code, Some(1), "{sql}: {output:?}");
    }
    proxy.verify_log();
}

#[test]
fn statements_of_others_are_not_shown_by_pg_stat_statements() {
    let schema =
        "CREATE SCHEMA tools; CREATE EXTENSION pg_stat_statements SCHEMA tools; CREATE EXTENSION citext; CREATE EXTENSION hstore;
         CREATE TABLE person (id int PRIMARY KEY, email text, nick citext, facts hstore);
         CREATE VIEW slow AS SELECT query, calls FROM tools.pg_stat_statements;";
    let settings = [
        ("shared_preload_libraries", "pg_stat_statements"),
        ("pg_stat_statements.track_utility", "on"),
    ];
    let (cluster, proxy) = stage(&settings, schema);
    // Constants of utility statements are kept as they are.
    cluster
        .psql("shop", &format!("COMMENT ON TABLE person IS '{SECRET}'"))
        .expect("a comment");
    let direct = cluster
        .psql("shop", "SELECT query FROM tools.pg_stat_statements")
        .expect("statements");
    assert!(direct.contains(SECRET), "{direct}");
    for sql in [
        "SELECT query FROM tools.pg_stat_statements",
        "TABLE tools.pg_stat_statements",
        "SELECT query FROM slow",
    ] {
        let output = through(&cluster, &proxy, sql);
        assert!(
            !output.stdout.contains(SECRET) && !output.stderr.contains(SECRET),
            "{sql}: {output:?}"
        );
        assert!(output.success().lines().count() > 5, "{sql}");
    }
    let counted = through(
        &cluster,
        &proxy,
        "SELECT sum(calls) > 0, max(mean_exec_time) >= 0 FROM tools.pg_stat_statements",
    );
    assert_eq!(counted.success(), "t|t\n");
    for sql in [
        "SELECT * FROM tools.pg_stat_statements(true)",
        "SELECT 1 FROM tools.pg_stat_statements WHERE query LIKE '%zq%'",
    ] {
        assert_eq!(through(&cluster, &proxy, sql).code, Some(1), "{sql}");
    }
    proxy.verify_log();
}

#[test]
fn functions_types_and_operators_of_extensions_work() {
    let extensions =
        "citext hstore ltree pg_trgm uuid-ossp pgcrypto unaccent fuzzystrmatch btree_gin btree_gist intarray tablefunc";
    let create: String = extensions
        .split(' ')
        .map(|name| format!("CREATE EXTENSION \"{name}\";\n"))
        .collect();
    let schema = format!(
        "{create}
         CREATE TABLE person (id int PRIMARY KEY, email text, nick citext, facts hstore);
         INSERT INTO person VALUES (1, 'mary@{SECRET}.test', 'Mary@{SECRET}.test', 'a=>{SECRET}'), (2, NULL, NULL, NULL);
         CREATE TABLE film (id int PRIMARY KEY, title text, tag citext, path ltree, facts hstore, marks int[]);
         INSERT INTO film VALUES (1, 'Grease', 'Musical', 'top.musical', 'year=>1978', '{{3,1}}'), (2, 'Alien', 'sf', 'top.sf', NULL, '{{2}}');
         CREATE SCHEMA other;
         CREATE FUNCTION other.similarity(text, text) RETURNS real LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';"
    );
    let (cluster, proxy) = stage(&[], &schema);
    let clean = include_str!("scripts/extensions.sql");
    let script = cluster.temp_dir().join("extensions.sql");
    std::fs::write(&script, clean).expect("a script");
    let mut direct = cluster.tool("psql").expect("psql");
    let direct = Output::of(direct.args(["-XAq", "-d", "shop", "-f"]).arg(&script));
    let mut psql = proxy.tool(&cluster, "psql", "shop");
    let through_proxy = Output::of(psql.args(["-XAq", "-f"]).arg(&script));
    assert_eq!(direct.stderr, "", "{direct:?}");
    assert!(
        direct.stdout == through_proxy.stdout,
        "{}\n{}",
        shown(&direct.stdout, &through_proxy.stdout),
        through_proxy.stderr
    );
    assert_eq!(direct.stderr, through_proxy.stderr);
    // A text mask takes citext, and equal values stay equal.
    let masked = through(
        &cluster,
        &proxy,
        "SELECT email, nick, facts, max(nick) OVER () = nick FROM person ORDER BY id",
    )
    .success();
    assert!(
        !masked.to_lowercase().contains(SECRET) && masked.contains('@'),
        "{masked}"
    );
    // Each of these is told to be of an extension only where it is.
    for sql in [
        "SELECT similarity('a', 'b')",
        "SELECT set_limit(0.5)",
        "SELECT * FROM crosstab('SELECT email, email, email FROM person') AS t(a text, b text)",
    ] {
        let output = through(&cluster, &proxy, sql);
        assert!(
            output.code == Some(1) && output.stderr.contains("function"),
            "{sql}: {output:?}"
        );
    }
    assert_eq!(
        through(&cluster, &proxy, "SELECT public.similarity('abc', 'abc')").success(),
        "1\n"
    );
    proxy.verify_log();
}

#[test]
fn postgis_works() {
    let available = |cluster: &Cluster| {
        let sql = "SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'";
        cluster.psql("shop", sql).expect("extensions").trim() == "1"
    };
    let schema = "CREATE EXTENSION citext; CREATE EXTENSION hstore;
                  CREATE TABLE person (id int PRIMARY KEY, email text, nick citext, facts hstore)";
    let (cluster, proxy) = stage(&[], schema);
    if !available(&cluster) {
        println!("PostGIS is not installed");
        return;
    }
    let schema = "CREATE EXTENSION postgis;
                  CREATE TABLE place (id int PRIMARY KEY, name text, at geometry(Point, 4326));
                  INSERT INTO place VALUES (1, 'Oslo', ST_SetSRID(ST_MakePoint(10.75, 59.91), 4326)),
                      (2, 'Rome', ST_SetSRID(ST_MakePoint(12.5, 41.9), 4326))";
    cluster.psql("shop", schema).expect("the schema");
    for sql in [
        "SELECT name, ST_AsText(at), round(ST_X(at)::numeric, 2) FROM place WHERE id = 1",
        "SELECT round(ST_Distance(a.at::geography, b.at::geography) / 1000) FROM place a, place b WHERE a.id < b.id",
        "SELECT name FROM place WHERE at && ST_MakeEnvelope(10, 59, 11, 60, 4326)",
        "SELECT name FROM place ORDER BY at <-> ST_SetSRID(ST_MakePoint(12, 42), 4326) LIMIT 1",
        "SELECT ST_AsGeoJSON(at), at FROM place WHERE id = 2",
        "SELECT f_table_name, srid, type FROM geometry_columns",
        "SELECT ST_SRID(ST_Transform(at, 3857)) FROM place WHERE id = 1",
        "SELECT length(ST_AsMVT(t)) > 0 FROM (SELECT id, ST_AsMVTGeom(at, ST_MakeEnvelope(0, 0, 90, 90, 4326)) FROM place) t",
        "SELECT ST_Extent(at), ST_AsText(ST_Collect(at)) FROM place",
        "SELECT postgis_version()",
    ] {
        let direct = cluster.psql("shop", sql).expect(sql);
        assert_ne!(direct, "", "{sql}");
        assert_eq!(through(&cluster, &proxy, sql).success(), direct, "{sql}");
    }
    for sql in [
        "SELECT ST_EstimatedExtent('place', 'at')",
        "SELECT Find_SRID('public', 'place', 'at')",
    ] {
        assert_eq!(through(&cluster, &proxy, sql).code, Some(1), "{sql}");
    }
    proxy.verify_log();
}
