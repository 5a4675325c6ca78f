//! Filters are for pg_dump: other sessions see all rows, whatever they have in common with it. What fails tells nothing.

use super::Filtered;
use crate::harness::{Output, cluster_with};
use crate::pagila::RULES;

const FILTER: &str = "[[table]]\nname = 'public.customer'\nwhere = 'customer_id <= 10'\n";
const COPY: &str = "COPY public.customer (customer_id, email) TO stdout;";

fn copied(filtered: &Filtered, application: &str, sql: &str) -> Output {
    let mut psql = filtered.proxy.tool(&filtered.cluster, "psql", "pagila");
    Output::of(psql.env("PGAPPNAME", application).args(["-XAtq", "-c", sql]))
}

/// One text, one plan cache, two kinds of sessions.
#[test]
fn the_same_text_in_other_sessions() {
    let filtered = Filtered::before(cluster_with(&["pagila"]), &format!("{RULES}{FILTER}"));
    let rows = |application: &str, sql: &str| copied(&filtered, application, sql).success().lines().count();
    for _ in 0..2 {
        assert_eq!(rows("psql", COPY), 599);
        assert_eq!(rows("pg_dump", COPY), 10);
    }
    for other in [
        "COPY public.customer (customer_id) TO stdout (FORMAT text)",
        "COPY (SELECT customer_id FROM public.customer) TO stdout",
        "SELECT customer_id FROM ONLY public.customer",
        "SET search_path = pg_catalog, public; COPY customer (customer_id) TO stdout",
    ] {
        assert_eq!(rows("pg_dump", other), 599, "{other}");
    }
    let spread = "COPY\n  public . \"customer\"\n(customer_id\n)\nTO STDOUT";
    assert_eq!((rows("pg_dump", spread), rows("psql", spread)), (10, 599));
    // psql before 15 shows only what the last statement gives.
    let cursor = "BEGIN; DECLARE _pg_dump_cursor CURSOR FOR SELECT customer_id, email FROM ONLY public.customer; FETCH ALL FROM _pg_dump_cursor";
    assert_eq!(rows("psql", cursor), 599);
    let emails = copied(&filtered, "pg_dump", COPY).success();
    let original = filtered
        .cluster
        .psql("pagila", "SELECT email FROM customer")
        .expect("e-mails");
    assert!(original.lines().all(|email| !emails.contains(email)), "{emails}");
    filtered.proxy.verify_log();
}

/// What another session means by a name does not matter: all names are the catalog's.
#[test]
fn other_names_in_the_way() {
    let cluster = cluster_with(&["pagila"]);
    let trap =
        "CREATE SCHEMA trap; CREATE TABLE trap.x1 (a1 int, a0 int); CREATE TABLE trap.customer (customer_id int);
        CREATE FUNCTION trap.eq(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT false';
        CREATE OPERATOR trap.= (FUNCTION = trap.eq, LEFTARG = int, RIGHTARG = int);
        GRANT USAGE ON SCHEMA trap TO pgveil_reader; GRANT SELECT ON ALL TABLES IN SCHEMA trap TO pgveil_reader;";
    cluster.psql("pagila", trap).expect("the trap");
    let filtered = Filtered::before(cluster, FILTER);
    let count = |setting: &str| {
        let sql = format!("{setting} COPY public.rental (rental_id) TO stdout");
        let mut psql = filtered.proxy.tool(&filtered.cluster, "psql", "pagila");
        let parts = sql.split_inclusive(';').flat_map(|part| ["-c", part]);
        Output::of(psql.env("PGAPPNAME", "pg_dump").arg("-XAtq").args(parts))
            .success()
            .lines()
            .count()
    };
    let plain = count("");
    assert!((1..16044).contains(&plain), "{plain}");
    assert_eq!(count("SET search_path = trap, pg_catalog;"), plain);
}

#[test]
fn a_condition_that_fails_tells_no_value() {
    let cluster = cluster_with(&["pagila"]);
    let secret = cluster
        .psql("pagila", "SELECT lower(email) FROM customer ORDER BY 1 LIMIT 1")
        .expect("an e-mail");
    for (condition, said) in [
        ("email::int > 5", "invalid text representation"),
        ("10 / (customer_id - 5) > 0", "division by zero"),
        ("emial = 'x'", "column \"emial\" does not exist"),
        ("customer_id > 'mary@example.org'", "invalid text representation"),
    ] {
        let rules = format!("{RULES}[[table]]\nname = 'public.customer'\nwhere = \"{condition}\"\n");
        let filtered = Filtered::before(cluster_with(&["pagila"]), &rules);
        for format in ["--format=custom", "--inserts"] {
            for table in ["customer", "rental"] {
                let mut pg_dump = filtered.proxy.tool(&filtered.cluster, "pg_dump", "pagila");
                let failed = Output::of(pg_dump.args([format, "--table", table, "--data-only"]));
                assert_eq!(failed.code, Some(1), "{condition}: {failed:?}");
                let text = failed.stderr.to_lowercase();
                assert!(text.contains(said), "{condition}: {text}");
                assert!(
                    text.contains("rules.toml:") || format == "--inserts",
                    "{condition}: {text}"
                );
                let leaks = [secret.trim(), "@sakila", "@example"];
                assert!(leaks.iter().all(|leak| !text.contains(leak)), "{condition}: {text}");
            }
        }
    }
}

/// A foreign key that is made while the proxy runs is followed by the next dump.
#[test]
fn a_new_foreign_key_counts_at_once() {
    let cluster = cluster_with(&[]);
    cluster.createdb("growing").expect("a database");
    let schema = "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a SELECT generate_series(1, 20);
        CREATE TABLE b (id int PRIMARY KEY, a int); INSERT INTO b SELECT i, i FROM generate_series(1, 20) i;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO pgveil_reader";
    cluster.psql("growing", schema).expect("the schema");
    let filtered = Filtered::before(cluster, "[[table]]\nname = 'public.a'\nwhere = 'id < 6'\n");
    let count = |copy: &str| {
        let dump = filtered.dump("growing", &["--format=custom"]);
        filtered.restore(&dump, &["--format=custom"], copy);
        std::fs::remove_file(dump).expect("no dump");
        filtered
            .cluster
            .psql(copy, "SELECT count(*) FROM b")
            .expect("a count")
            .trim()
            .to_owned()
    };
    assert_eq!(count("before"), "20");
    filtered
        .cluster
        .psql("growing", "ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a")
        .expect("a key");
    assert_eq!(count("after"), "5");
    filtered
        .cluster
        .psql("growing", "ALTER TABLE b DROP CONSTRAINT b_a_fkey")
        .expect("no key");
    assert_eq!(count("again"), "20");
}
