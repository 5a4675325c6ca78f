//! Masks that read other columns of their row, against a server: one masked value everywhere, and nothing by another row.

use std::process::Command;

use pgveil::cluster::{Cluster, run};

use crate::harness::{Output, Proxy, READER, cluster_with, shown};

const DATABASE: &str = "rows";
const RULES: &str = include_str!("row_masks/rules.toml");

struct Stage {
    // First, so that it ends before its upstream.
    proxy: Proxy,
    cluster: Cluster,
}

impl Stage {
    fn set() -> Stage {
        let cluster = cluster_with(&["shop"]);
        cluster.createdb(DATABASE).expect("an empty database");
        cluster
            .psql(DATABASE, include_str!("row_masks/schema.sql"))
            .expect("the schema");
        let grant = format!(
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {READER}"
        );
        cluster.psql(DATABASE, &grant).expect("the reader's rights");
        let proxy = Proxy::start(&cluster, RULES);
        Stage { proxy, cluster }
    }

    fn asked(&self, mut psql: Command, sql: &str) -> Output {
        Output::of(psql.args(["-XAqt", "-v", "ON_ERROR_STOP=1", "-P", "null=(null)", "-c", sql]))
    }

    /// Through the proxy.
    fn live(&self, sql: &str) -> Output {
        self.asked(self.proxy.tool(&self.cluster, "psql", DATABASE), sql)
    }

    /// From another database of the server, or the original.
    fn direct(&self, database: &str, sql: &str) -> String {
        let mut psql = self.cluster.tool("psql").expect("psql");
        psql.args(["-d", database]);
        self.asked(psql, sql).success()
    }

    /// Dumps through the proxy and restores as `database`, every error fatal.
    fn copy(&self, database: &str, args: &[&str]) {
        let path = self.cluster.temp_dir().join(database);
        let mut pg_dump = self.proxy.tool(&self.cluster, "pg_dump", DATABASE);
        run(pg_dump.args(args).arg("--file").arg(&path), "pg_dump").expect("pg_dump through pgveil");
        self.cluster.createdb(database).expect("an empty database");
        let mut psql = self.cluster.tool("psql").expect("psql");
        psql.args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", database, "-f"]);
        run(psql.arg(&path), "psql").expect("the dump to restore");
    }
}

/// Each in one fixed order, by columns that are not protected or keep their order.
const QUERIES: &[&str] = &[
    "TABLE customer",
    "SELECT * FROM rental ORDER BY rental_id",
    "SELECT c.* FROM customer c WHERE filler <> ''",
    "SELECT born, joined, id FROM customer",
    "SELECT filler, id, vip, born FROM customer LIMIT 7 OFFSET 3",
    "SELECT email, first_name AS f, last_name AS l, city AS town, country AS land, id FROM customer",
    "SELECT login, last_name, id FROM customer",
    "SELECT note, vip, country, city, first_name FROM customer",
    "SELECT city, region, nation, country, postal FROM customer",
    "SELECT r.due, r.customer_id, c.born, c.id FROM rental r JOIN customer c ON c.id = r.customer_id ORDER BY r.rental_id",
    "SELECT c.born, c.id, r.rental_id, r.rental_date, r.customer_id FROM rental r LEFT JOIN customer c ON c.id = r.customer_id ORDER BY r.rental_id",
    "SELECT * FROM base_visit ORDER BY tableoid, id",
    "SELECT * FROM ONLY base_visit ORDER BY id",
    "SELECT place, day, customer_id, id FROM old_visit",
    "SELECT birthday, who FROM person",
    "TABLE stay",
    "WITH c AS (SELECT id, born FROM customer WHERE vip) SELECT c.born, c.id FROM c",
    "SELECT s.born, s.id FROM (SELECT id, born FROM customer OFFSET 0) s",
    "SELECT r.rental_id, x.b, x.i FROM rental r JOIN LATERAL (SELECT born AS b, id AS i FROM customer WHERE id = r.customer_id) x ON true ORDER BY 1",
    "SELECT id, born, count(*) OVER () FROM customer",
    "SELECT DISTINCT ON (filler) filler, ctid, id, born FROM customer ORDER BY filler, ctid",
    "SELECT customer_id, rental_date FROM rental WHERE customer_id IS NULL ORDER BY rental_id",
    "SELECT count(*) FROM customer WHERE born IS NOT NULL",
    "COPY customer TO STDOUT",
    "COPY customer (postal, country, city) TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE *)",
    "COPY customer TO STDOUT (FORMAT binary)",
    "COPY (SELECT due, rental_id, customer_id, rental_date FROM rental ORDER BY rental_id) TO STDOUT (FORMAT csv, DELIMITER ';')",
    "BEGIN; DECLARE c CURSOR FOR SELECT * FROM customer; FETCH 5 FROM c; MOVE 5 FROM c; FETCH NEXT FROM c; CLOSE c; COMMIT",
    "BEGIN; DECLARE c BINARY CURSOR FOR SELECT born, joined, id FROM customer; FETCH ALL FROM c; COMMIT",
    "PREPARE p AS SELECT born, id FROM customer WHERE filler = $1; EXECUTE p ('ff'); DEALLOCATE p",
];

#[test]
fn live_and_restored_agree() {
    let stage = Stage::set();
    for (database, args) in [
        ("copied", &["--format=plain"][..]),
        // Without names of columns, pg_dump cannot restore a table whose columns are in another order than its parent's.
        (
            "inserted",
            &["--inserts", "--rows-per-insert=9", "--exclude-table=*_visit"],
        ),
        ("by_columns", &["--column-inserts"]),
    ] {
        stage.copy(database, args);
        let mut differences = Vec::new();
        let excludes = args.contains(&"--exclude-table=*_visit");
        for sql in QUERIES.iter().filter(|sql| !excludes || !sql.contains("_visit")) {
            let (live, restored) = (stage.live(sql), stage.direct(database, sql));
            if live.code != Some(0) || live.stdout != restored {
                differences.push(format!("{sql}\n{}{}", live.stderr, shown(&live.stdout, &restored)));
            }
        }
        assert!(differences.is_empty(), "{database}: {}", differences.join("\n"));
    }
    // What was to stay stays, over tables and types.
    for (what, sql) in [
        (
            "days from birth to rental",
            "SELECT r.due - c.born FROM rental r JOIN customer c ON c.id = r.customer_id ORDER BY rental_id",
        ),
        (
            "time between two rentals of a customer",
            "SELECT date_trunc('second', r.rental_date) - date_trunc('second', s.rental_date) FROM rental r JOIN rental s \
             ON s.customer_id = r.customer_id WHERE r.rental_id > s.rental_id ORDER BY r.rental_id, s.rental_id",
        ),
        (
            "days from birth to a visit",
            "SELECT v.day - c.born FROM base_visit v JOIN customer c ON c.id = v.customer_id ORDER BY v.id",
        ),
        (
            "rows that say one place",
            "SELECT count(*) FROM customer GROUP BY city, nation ORDER BY 1",
        ),
        (
            "notes that are kept",
            "SELECT note FROM customer WHERE filler IN ('', 'f') AND note LIKE 'secret%' ORDER BY ctid",
        ),
    ] {
        let (before, after) = (stage.direct(DATABASE, sql), stage.direct("copied", sql));
        match what {
            "notes that are kept" => {
                let kept =
                    "SELECT note FROM customer WHERE filler IN ('', 'f') AND country = 'JP' AND NOT vip ORDER BY ctid";
                assert_eq!(after, stage.direct(DATABASE, kept));
            }
            "rows that say one place" => assert!(after.lines().count() >= 2, "{after}"),
            _ => assert!(
                before == after && !before.is_empty(),
                "{what}: {}",
                shown(&after, &before)
            ),
        }
    }
    let born = "SELECT born FROM customer ORDER BY ctid";
    let (before, after) = (stage.direct(DATABASE, born), stage.direct("copied", born));
    assert!(before.lines().zip(after.lines()).all(|(before, after)| before != after));
    assert_eq!((before.lines().count(), after.lines().count()), (200, 200));
    let fitting = "SELECT count(*) FROM customer WHERE email <> lower(coalesce(first_name, '') || '.' || last_name || '@' || city || '.example') \
                   AND city ~ '^[A-Za-z]*$' AND first_name ~ '^[A-Za-z]*$' AND last_name ~ '^[A-Za-z]*$'";
    assert_eq!(stage.direct("copied", fitting).trim(), "0");
    let unique = "SELECT count(DISTINCT login) FROM customer";
    assert_eq!(stage.direct("copied", unique).trim(), "200");
}

/// Statements that show a date, a note or a mail apart from what its mask reads, or beside another row's.
const APART: &[&str] = &[
    "SELECT born FROM customer",
    "SELECT birthday FROM person_date",
    "SELECT a.born, b.id FROM customer a JOIN customer b ON b.id = a.id",
    "SELECT a.born, b.id FROM customer a, customer b WHERE a.ctid = b.ctid",
    "SELECT born, id + 0 AS id FROM customer",
    "SELECT born, id::bigint AS id FROM customer",
    "SELECT born, NULL::int AS id FROM customer",
    "SELECT born, (SELECT c.id) AS id FROM customer c",
    "SELECT x.born, y.id FROM (SELECT born FROM customer) x, (SELECT id FROM customer) y LIMIT 5",
    "WITH c AS (SELECT * FROM customer) SELECT a.born, b.id FROM c a, c b LIMIT 5",
    "SELECT c.born, l.id FROM customer c LEFT JOIN LATERAL (SELECT c.id WHERE false) l ON true",
    "SELECT note, l.vip, l.country FROM customer c LEFT JOIN LATERAL (SELECT c.vip, c.country WHERE false) l ON true",
    "SELECT lag(born) OVER (ORDER BY ctid), id FROM customer",
    "SELECT (lag(c) OVER (ORDER BY ctid)).born, id FROM customer c",
    "SELECT (lag(c) OVER (ORDER BY ctid)).* FROM customer c",
    "SELECT c.born, r.customer_id AS id FROM customer c JOIN rental r ON r.customer_id = c.id",
    "SELECT v.day, v.id AS customer_id FROM base_visit v",
    "SELECT born AS id, id AS born FROM (SELECT born, filler AS id FROM customer) c",
    "SELECT email, first_name, last_name, city FROM customer",
    "SELECT note, vip FROM customer",
    "SELECT array_agg(born), min(id) FROM customer GROUP BY id",
    "SELECT c FROM customer c",
    "SELECT to_jsonb(c) FROM customer c",
    "SELECT any_id, born FROM (SELECT born, id AS any_id FROM customer) c (id, any_id), LATERAL (SELECT id) x (born)",
    "SELECT u.* FROM unnest(ARRAY(SELECT c FROM customer c)) u",
    "COPY (SELECT born FROM customer) TO STDOUT",
    "COPY customer (born) TO STDOUT",
];

#[test]
fn values_apart_from_their_row_are_redacted() {
    let stage = Stage::set();
    let originals = stage.direct(DATABASE, "SELECT born FROM customer UNION SELECT day FROM base_visit");
    let masked = stage.live("SELECT born, id FROM customer").success();
    let masked: Vec<&str> = masked.lines().filter_map(|line| line.split('|').next()).collect();
    let originals: Vec<&str> = originals.lines().filter(|date| !masked.contains(date)).collect();
    assert!(originals.len() > 100);
    for sql in APART {
        let found = stage.live(sql);
        let all = found.stdout + &found.stderr;
        for original in originals
            .iter()
            .copied()
            .chain(["secret note", "@corp.example", "login1"])
        {
            assert!(!all.contains(original), "{sql}: {original}\n{all}");
        }
        assert!(
            masked
                .iter()
                .all(|date| !all.contains(date) || date.starts_with("2000-01-01")),
            "{sql}\n{all}"
        );
    }
    for sql in [
        "SELECT DISTINCT born, id FROM customer",
        "SELECT born, id FROM customer ORDER BY born",
        "SELECT born, id FROM customer UNION SELECT due, customer_id FROM rental",
        "SELECT born, id FROM customer GROUP BY ROLLUP (born, id)",
        "SELECT 1 FROM customer c JOIN rental r ON r.due = c.born",
        "SELECT id FROM customer WHERE born = '1950-04-08'",
        "SELECT id FROM customer WHERE note LIKE 'secret%'",
        "SELECT count(DISTINCT email) FROM customer",
    ] {
        let found = stage.live(sql);
        assert!(
            found.code != Some(0) && found.stderr.contains("42501") || found.stderr.contains("pgveil"),
            "{sql}: {}",
            found.stderr
        );
    }
}

#[test]
fn a_sibling_that_is_renamed_is_noticed() {
    let stage = Stage::set();
    assert_eq!(stage.live("SELECT due, customer_id FROM rental LIMIT 1").code, Some(0));
    stage
        .cluster
        .psql(
            DATABASE,
            "ALTER TABLE rental RENAME customer_id TO renter; ALTER TABLE rental ADD customer_id bigint",
        )
        .expect("renamed");
    let originals = stage.direct(DATABASE, "SELECT DISTINCT due FROM rental");
    for sql in [
        "SELECT due, renter FROM rental",
        "TABLE rental",
        "COPY rental TO STDOUT",
        "SELECT due, renter, customer_id FROM rental",
    ] {
        for _ in 0..3 {
            let found = stage.live(sql);
            let shown: Vec<&str> = found.stdout.split(['|', '\t', '\n']).collect();
            let raw = originals.lines().filter(|date| shown.contains(date)).count();
            // Masked ones are dates as well, and some are those of others.
            assert!(raw * 3 < originals.lines().count(), "{sql}: {raw}\n{}", found.stdout);
            std::thread::sleep(std::time::Duration::from_millis(700));
        }
    }
}

#[test]
fn large_rows_are_masked_by_what_they_hold() {
    let stage = Stage::set();
    stage
        .cluster
        .psql(
            DATABASE,
            "CREATE TABLE long (before text, day date, kept text, secret text, who integer, behind text);
             INSERT INTO long VALUES (repeat('b', 300000), '1999-01-02', repeat('k', 3000000), repeat('s', 5000000), 7, repeat('z', 100000)),
                 ('b', '1999-01-02', 'k', 's', 7, 'z'), (NULL, '1999-01-02', NULL, NULL, 7, NULL);
             GRANT SELECT ON long TO pgveil_reader",
        )
        .expect("a table");
    let rules = "[[rule]]\ncolumns = [\"public.long.day\"]\nmask = { kind = \"date_shift\", by = \"who\" }\n\
                 [[rule]]\ncolumns = [\"public.long.secret\"]\nmask = \"hash\"\n";
    let proxy = Proxy::start(&stage.cluster, rules);
    let ask = |sql: &str| {
        let found = stage.asked(proxy.tool(&stage.cluster, "psql", DATABASE), sql);
        found.success()
    };
    let dates = |text: &str, at: usize, by: char| -> Vec<String> {
        text.lines()
            .map(|line| line.split(by).nth(at).unwrap_or_default().to_owned())
            .collect()
    };
    let rows = ask("TABLE long");
    let by_select = dates(&rows, 1, '|');
    assert_eq!(by_select.len(), 3);
    assert!(
        by_select
            .iter()
            .all(|date| *date == by_select[0] && date != "1999-01-02" && date != "2000-01-01"),
        "{by_select:?}"
    );
    assert!(rows.contains("[redacted]") && !rows.contains("ssss"));
    assert!(
        rows.lines()
            .next()
            .is_some_and(|line| line.ends_with(&"z".repeat(100_000)))
    );
    assert_eq!(dates(&ask("COPY long TO STDOUT"), 1, '\t'), by_select);
    assert_eq!(dates(&ask("COPY long TO STDOUT (FORMAT csv)"), 1, ','), by_select);
    assert_eq!(dates(&ask("SELECT who, day FROM long"), 1, '|'), by_select);
}
