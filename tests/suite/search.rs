//! Searching by masked values: live through pgveil the rows are those of a restored masked dump, whatever the constant, and
//! no original comes back by any message.

use pgveil::cluster::{Cluster, SUPERUSER, run};

use crate::canary::peer::{self, Cell, Peer, Reply};
use crate::harness::{Proxy, ProxyOptions};

const SCHEMA: &str = "
    CREATE TABLE person (k int PRIMARY KEY, small smallint, id int UNIQUE, big bigint, price numeric(12,2), wide numeric,
        device uuid, address inet, network cidr, phone text, mobile varchar(20), fax char(16), token text, email text, city text);
    INSERT INTO person SELECT n, 3000 + 7 * n, 1234567000 + n, 4611686018427000000 + n, 70000.25 + n,
        123456789012345678901234567890 + n, md5('d' || n)::uuid, ('198.51.100.' || n)::inet, ('203.0.' || n || '.0/24')::cidr,
        '+49 30 55501' || n, '0171 55502' || n, '0228 ' || n || repeat(' 7', n % 4), md5('t' || n)::uuid, 'p' || n || '@example.com', 'city ' || n % 3
    FROM generate_series(10, 29) n;
    UPDATE person SET small = NULL, id = NULL, big = NULL, price = NULL, wide = NULL, device = NULL, address = NULL,
        network = NULL, phone = NULL, mobile = NULL, fax = NULL, token = NULL WHERE k = 29;
    CREATE TABLE visit (v int PRIMARY KEY, person_id int REFERENCES person (id), note text);
    INSERT INTO visit SELECT n, 1234567010 + n % 9, 'note ' || n FROM generate_series(1, 60) n;
    CREATE VIEW caller AS SELECT k AS number, id AS who, phone AS line, big FROM person WHERE city <> 'city 1';
    CREATE VIEW callers AS SELECT number, who, line FROM caller UNION ALL SELECT -v, person_id, NULL FROM visit;";

const RULES: &str = r#"
[[rule]]
columns = ["public.person.small"]
mask = "integer"
domain = "small"

[[rule]]
columns = ["public.person.id", "public.person.big", "public.person.price", "public.person.wide"]
mask = "integer"

[[rule]]
columns = ["public.person.device", "public.person.token"]
mask = "uuid"

[[rule]]
columns = ["public.person.address", "public.person.network"]
mask = "ip"

[[rule]]
columns = ["public.person.phone", "public.person.mobile", "public.person.fax"]
mask = "phone"

[[rule]]
columns = ["public.person.email"]
mask = "email"
"#;

/// Protected columns that can be searched, whether their literals stand bare, and values that are no value of theirs.
const COLUMNS: [(&str, bool, &[&str]); 12] = [
    ("small", true, &["0", "-1", "32767", "70000", "9000000000"]),
    (
        "id",
        true,
        &[
            "0",
            "-1",
            "2147483647",
            "-2147483648",
            "2147483648",
            "9223372036854775807",
        ],
    ),
    ("big", true, &["0", "-1", "4611686018427000011"]),
    (
        "price",
        true,
        &["0", "70010.25", "70010", "-5.5", "99999999999999.999", "1.2345"],
    ),
    ("wide", true, &["0", "123456789012345678901234567900", "5.5"]),
    ("device", false, &["00000000-0000-0000-0000-000000000000"]),
    ("address", false, &["198.51.100.11", "198.51.100.11/24", "::1"]),
    ("network", false, &["203.0.11.0/24", "203.0.11.5", "203.0.0.0/16"]),
    ("phone", false, &["", "+49 30 5550111", "x", "it''s"]),
    (
        "mobile",
        false,
        &["", "0171 5550211", "much longer than the column is wide"],
    ),
    (
        "fax",
        false,
        &["", "0228 10", "0228 12 7 7   ", "much longer than the column"],
    ),
    ("token", false, &["", "00000000-0000-0000-0000-000000000000"]),
];

/// Conditions on one column `c` with constants `a` and `b`.
const QUERIES: &[&str] = &[
    "SELECT k, {c} FROM person WHERE {c} = {a} ORDER BY k",
    "SELECT k FROM person WHERE {a} = {c} ORDER BY k",
    "SELECT k FROM person WHERE {c} <> {a} ORDER BY k",
    "SELECT k FROM person WHERE NOT ({c} = {a} OR {c} = {b}) ORDER BY k",
    "SELECT k FROM person WHERE {c} IN ({a}, {b}) ORDER BY k",
    "SELECT k FROM person WHERE {c} NOT IN ({a}, {b}) ORDER BY k",
    "SELECT k FROM person WHERE {c} IS DISTINCT FROM {a} ORDER BY k",
    "SELECT k FROM person WHERE ({c} = {a}) IS NOT TRUE ORDER BY k",
    "SELECT k FROM person WHERE ({c}, city) = ({a}, 'city 2') OR {c} = {b} ORDER BY k",
    "SELECT p.k, q.k FROM person p LEFT JOIN person q ON q.{c} = {a} AND q.k < 99 ORDER BY 1, 2",
    "SELECT count(*) FILTER (WHERE {c} = {a}), count(*) FROM person",
    "SELECT max(k) FROM person GROUP BY {c} HAVING {c} = {a}",
    "SELECT k FROM person p WHERE EXISTS (SELECT FROM person q WHERE q.{c} = {a} AND q.k = p.k) ORDER BY k",
    "SELECT k FROM person WHERE k IN (SELECT k FROM person WHERE {c} = {b}) ORDER BY k",
    "WITH w (x, y) AS (SELECT k, {c} FROM person) SELECT x, y FROM w WHERE y = {a} ORDER BY x",
    "SELECT s.x FROM (SELECT {c} AS x, k FROM person OFFSET 0) s WHERE s.x = {a} ORDER BY s.k",
    "SELECT k FROM person WHERE k > 12 AND {a} IN (SELECT {c} FROM person WHERE k < 25) ORDER BY k",
    "SELECT k FROM person WHERE {b} NOT IN (SELECT {c} FROM person WHERE {c} IS NOT NULL) OR (1, {a}) IN (SELECT 1, {c} FROM person) ORDER BY k",
    "SELECT x FROM (SELECT {c} AS x FROM person UNION ALL SELECT {c} FROM person) u WHERE x = {b}",
];

struct Stage {
    // First, so that it ends before its upstream.
    proxy: Proxy,
    cluster: Cluster,
}

impl Stage {
    fn set() -> Stage {
        let cluster = Cluster::start().expect("a throwaway server");
        cluster.createdb("live").expect("an empty database");
        cluster.psql("live", SCHEMA).expect("the schema");
        let options = ProxyOptions {
            rules: RULES.to_owned(),
            role: SUPERUSER.to_owned(),
            ..ProxyOptions::default()
        };
        let proxy = Proxy::start_with(&cluster, options);
        let stage = Stage { proxy, cluster };
        let dump = stage.cluster.temp_dir().join("dump");
        let mut pg_dump = stage.proxy.tool(&stage.cluster, "pg_dump", "live");
        run(pg_dump.arg("--file").arg(&dump), "pg_dump").expect("pg_dump through pgveil");
        stage.cluster.createdb("restored").expect("an empty database");
        let mut psql = stage.cluster.tool("psql").expect("psql");
        psql.args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", "restored", "-f"])
            .arg(&dump);
        run(&mut psql, "psql").expect("the dump to restore without an error");
        stage
    }

    fn live(&self) -> Peer {
        Peer::connect(self.proxy.port, SUPERUSER, "live", "")
    }

    fn restored(&self) -> Peer {
        Peer::connect(self.cluster.port(), SUPERUSER, "restored", "")
    }
}

/// One value in text or binary form, as a restored copy or a direct session gives it.
fn value(peer: &mut Peer, column: &str, k: i32, format: i16) -> Vec<u8> {
    let reply = peer.extended(&format!("SELECT {column} FROM person WHERE k = {k}"), format);
    reply.rows()[0][0].clone().expect("no NULL")
}

fn text(peer: &mut Peer, column: &str, k: i32) -> String {
    String::from_utf8(value(peer, column, k, 0)).expect("UTF-8")
}

fn literal(value: &str, is_bare: bool) -> String {
    match is_bare {
        true => value.to_owned(),
        false => format!("'{value}'"),
    }
}

/// What is to agree: rows and SQLSTATE.
fn outcome(reply: &Reply) -> (Vec<Vec<Cell>>, Option<String>) {
    (reply.rows(), reply.error_field(b'C'))
}

#[test]
fn literals_find_what_they_find_on_the_copy() {
    let stage = Stage::set();
    let (mut live, mut copy, mut direct) = (
        stage.live(),
        stage.restored(),
        Peer::connect(stage.cluster.port(), SUPERUSER, "live", ""),
    );
    let mut differences = Vec::new();
    let mut found = 0;
    for (column, is_bare, others) in COLUMNS {
        let mut constants: Vec<String> = [11, 17, 23].iter().map(|k| text(&mut copy, column, *k)).collect();
        // Guesses at originals are masked values like any others.
        constants.extend([11, 20].iter().map(|k| text(&mut direct, column, *k)));
        constants.extend(others.iter().map(|value| (*value).to_owned()));
        for (at, first) in constants.iter().enumerate() {
            let second = literal(&constants[(at + 1) % constants.len()], is_bare);
            for query in QUERIES {
                let sql = query
                    .replace("{c}", column)
                    .replace("{a}", &literal(first, is_bare))
                    .replace("{b}", &second);
                let wanted = outcome(&copy.query(&sql));
                found += usize::from(!wanted.0.is_empty());
                for (how, seen) in [("simple", live.query(&sql)), ("extended", live.extended(&sql, 0))] {
                    if outcome(&seen) != wanted {
                        differences.push(format!(
                            "{how}: {sql}\n    {:?}\n    {wanted:?}",
                            seen.error().or(Some(format!("{:?}", seen.rows())))
                        ));
                    }
                }
            }
        }
    }
    assert!(
        differences.is_empty(),
        "{}:\n{}",
        differences.len(),
        differences[..differences.len().min(20)].join("\n")
    );
    assert!(found > 500, "{found}");
    stage.proxy.verify_log();
    let log = stage.proxy.log();
    assert!(log.contains(r#""how":"searched""#) && !log.contains("1234567"));
}

#[test]
fn parameters_find_what_they_find_on_the_copy() {
    let stage = Stage::set();
    let (mut live, mut copy) = (stage.live(), stage.restored());
    for (column, _, _) in COLUMNS {
        for format in [0, 1] {
            let values: Vec<Vec<u8>> = [11, 17, 29]
                .iter()
                .map(|k| match k {
                    29 => Vec::new(),
                    _ => value(&mut copy, column, *k, format),
                })
                .collect();
            for query in QUERIES {
                let sql = query.replace("{c}", column).replace("{a}", "$1").replace("{b}", "$2");
                let count = 1 + usize::from(sql.contains("$2"));
                let sql = match sql.contains("$1") {
                    true => sql,
                    false => sql.replace("$2", "$1"),
                };
                let count = if sql.contains("$2") { count } else { 1 };
                let messages = |values: &[Vec<u8>]| bound(&sql, format, &values[..count]);
                for pair in [&values[..2], &values[1..]] {
                    let message = messages(pair);
                    let (seen, wanted) = (live.exchange(&message), copy.exchange(&message));
                    assert_eq!(outcome(&seen), outcome(&wanted), "{sql} ({format}): {:?}", seen.error());
                }
            }
            let sql = format!("SELECT k FROM person WHERE {column} = ANY ($1) ORDER BY k");
            let element = match column {
                "network" => "network::inet",
                "mobile" => "mobile::text",
                _ => column,
            };
            let array = format!("SELECT array_agg({element}) FROM person WHERE k IN (12, 13, 29)");
            let array = copy.extended(&array, format).rows()[0][0].clone().expect("an array");
            let message = bound(&sql, format, &[array]);
            let (seen, wanted) = (live.exchange(&message), copy.exchange(&message));
            assert_eq!(outcome(&seen), outcome(&wanted), "{sql} ({format}): {:?}", seen.error());
            assert_eq!(wanted.rows().len(), 2, "{sql}: {:?}", wanted.error());
        }
    }
}

/// Parse, Bind with values in one format, Describe, Execute, Sync. An empty value is NULL.
fn bound(sql: &str, format: i16, values: &[Vec<u8>]) -> Vec<u8> {
    let mut body = b"\0\0".to_vec();
    body.extend([1i16.to_be_bytes(), format.to_be_bytes()].concat());
    body.extend(i16::try_from(values.len()).expect("few").to_be_bytes());
    for value in values {
        match value.is_empty() {
            true => body.extend((-1i32).to_be_bytes()),
            false => {
                body.extend(i32::try_from(value.len()).expect("short").to_be_bytes());
                body.extend(value);
            }
        }
    }
    body.extend(0i16.to_be_bytes());
    [
        peer::parse("", sql),
        peer::framed(b'B', &body),
        peer::describe(b'P', ""),
        peer::execute("", 0),
        peer::sync(),
    ]
    .concat()
}

#[test]
fn views_cursors_prepared_statements_and_copies() {
    let stage = Stage::set();
    let (mut live, mut copy) = (stage.live(), stage.restored());
    let (id, other) = (text(&mut copy, "id", 12), text(&mut copy, "id", 14));
    let phone = text(&mut copy, "phone", 12);
    for sql in [
        "SELECT * FROM caller WHERE who = {id}",
        "SELECT * FROM caller WHERE line = '{phone}' AND who = {id}",
        "SELECT number FROM callers WHERE who IN ({id}, {other}) ORDER BY number",
        "SELECT p.k, v.note FROM person p JOIN visit v ON v.person_id = p.id WHERE p.id = {id} ORDER BY v.v",
        "SELECT v.note FROM visit v JOIN person p ON p.id = v.person_id AND v.person_id = {id} ORDER BY v.v",
        "SELECT k FROM person WHERE id = ANY (ARRAY[{id}, {other}]) ORDER BY k",
        "SELECT k FROM person WHERE id = ANY ('{{id},{other}}') ORDER BY k",
        "SELECT k FROM person WHERE id = ANY (ARRAY['{id}', '{other}', NULL]::int[]) ORDER BY k",
        "SELECT k FROM person WHERE phone <> ALL (ARRAY['{phone}']::text[]) ORDER BY k",
        "SELECT k FROM person WHERE id = '{id}' OR id = {other}::bigint ORDER BY k",
        "SELECT k FROM person WHERE phone = '{phone}'::text OR phone = '{phone}'::varchar",
        "BEGIN; DECLARE c CURSOR FOR SELECT k FROM person WHERE id = {id}; FETCH ALL FROM c; COMMIT",
        "PREPARE p AS SELECT k FROM person WHERE id = {id}; EXECUTE p; EXECUTE p; DEALLOCATE p",
        "SELECT 1; SELECT k FROM person WHERE id = {id}; SELECT k FROM person WHERE id = {other}",
        "COPY (SELECT k, id FROM person WHERE id IN ({id}, {other}) ORDER BY k) TO STDOUT",
        "SELECT number FROM caller WHERE number = {id} OR who = {id}",
    ] {
        let sql = sql
            .replace("{id}", &id)
            .replace("{other}", &other)
            .replace("{phone}", &phone);
        let (seen, wanted) = (live.query(&sql), copy.query(&sql));
        assert_eq!(outcome(&seen), outcome(&wanted), "{sql}: {:?}", seen.error());
        assert_eq!(seen.copied(), wanted.copied(), "{sql}");
        assert!(!wanted.rows().is_empty() || !wanted.copied().is_empty(), "{sql}");
    }
}

/// Where the server writes everything that it does to its client.
const TALKATIVE: &str = "
    ALTER DATABASE live SET session_preload_libraries = 'auto_explain';
    ALTER DATABASE live SET auto_explain.log_min_duration = 0;
    ALTER DATABASE live SET auto_explain.log_level = 'notice';
    ALTER DATABASE live SET auto_explain.log_verbose = on;
    ALTER DATABASE live SET client_min_messages = 'log';
    ALTER DATABASE live SET log_statement = 'all';
    ALTER DATABASE live SET log_duration = on;
    ALTER DATABASE live SET log_min_duration_statement = 0;
    ALTER DATABASE live SET log_parameter_max_length_on_error = -1;";

#[test]
fn no_message_quotes_an_original() {
    let stage = Stage::set();
    stage.cluster.psql("postgres", TALKATIVE).expect("settings");
    let mut copy = stage.restored();
    let id = text(&mut copy, "id", 15);
    let original = "1234567015";
    let search = format!("SELECT k, city FROM person WHERE id = {id}");
    let by_parameter = "SELECT k, city FROM person WHERE id = $1";
    let mut live = stage.live();
    let whole = [
        peer::query(&search),
        peer::query(&format!(
            "BEGIN; {search}; SELECT 1; SELECT query FROM pg_stat_activity"
        )),
        peer::query("SELECT statement FROM pg_prepared_statements; SELECT statement FROM pg_cursors; COMMIT"),
        peer::query(&format!("SELECT city::int FROM person WHERE id = {id}")),
        peer::query(&format!("{search} AND k / (k - k) = 1")),
        peer::query(&format!("SELECT nosuch FROM person WHERE id = {id}")),
        peer::query(&format!("SELECT sum(k, k) FROM person WHERE id = {id} AND k = 'x'")),
        peer::query(&format!("{search} UNION SELECT 1")),
        peer::query(&format!("EXPLAIN {search}")),
        peer::query(&format!("EXPLAIN (ANALYZE, VERBOSE) {search}")),
        peer::query(&format!("SELECT current_query(), k FROM person WHERE id = {id}")),
        peer::query(&format!("{search}; SELECT current_query()")),
        peer::query("BEGIN"),
        peer::query(&format!("DECLARE c CURSOR FOR {search}")),
        peer::query("FETCH 1 FROM c; SELECT * FROM pg_cursors; CLOSE c; COMMIT"),
        peer::query(&format!("PREPARE p AS {search}")),
        peer::query("EXECUTE p; EXPLAIN EXECUTE p"),
        peer::query("SELECT * FROM pg_prepared_statements; EXECUTE p(1); DEALLOCATE p"),
        [peer::parse("s", &search), peer::sync()].concat(),
        [peer::bind("", "s", &[], 0), peer::execute("", 0), peer::sync()].concat(),
        [peer::bind("", "s", &["5"], 0), peer::execute("", 0), peer::sync()].concat(),
        peer::query("EXPLAIN EXECUTE s"),
        peer::query("EXECUTE s"),
        [peer::parse("t", by_parameter), peer::describe(b'S', "t"), peer::sync()].concat(),
        peer::query("BEGIN"),
        [peer::bind("x", "t", &[&id], 0), peer::execute("x", 0), peer::sync()].concat(),
        peer::query("SELECT * FROM pg_cursors; SELECT 1/0"),
        peer::query("ROLLBACK"),
        [peer::bind("", "t", &[&id, &id], 0), peer::execute("", 0), peer::sync()].concat(),
        peer::query("EXECUTE t(5); EXPLAIN EXECUTE t(5)"),
        // Names that change hands: a Parse that fails over a name in use, and a Bind for what it would have been.
        [peer::parse("u", "SELECT $1::int AS shown"), peer::sync()].concat(),
    ];
    for message in whole {
        let reply = live.exchange(&message);
        assert!(!reply.is_closed, "{}", String::from_utf8_lossy(&message));
    }
    let swapped = [
        peer::parse("u", by_parameter),
        peer::sync(),
        peer::bind("", "u", &[&id], 0),
        peer::execute("", 0),
        peer::sync(),
    ]
    .concat();
    live.send(&swapped);
    while live.next().is_some() {}
    let received = String::from_utf8_lossy(&live.received).into_owned();
    assert!(!received.contains(original), "{}", around(&received, original));
    assert!(
        received.contains("LOG") && received.contains("city 0"),
        "the server was to talk, and rows to come"
    );
    let mut other = stage.live();
    other.query("SELECT query FROM pg_stat_activity");
    assert!(!String::from_utf8_lossy(&other.received).contains(original));
    let mut direct = Peer::connect(stage.cluster.port(), SUPERUSER, "live", "");
    direct.query(&format!("SELECT k FROM person WHERE id = {original}"));
    assert!(
        String::from_utf8_lossy(&direct.received).contains("Query Text"),
        "auto_explain was to speak"
    );
}

fn around<'a>(text: &'a str, found: &str) -> &'a str {
    let at = text.find(found).unwrap_or_default();
    let start = text.floor_char_boundary(at.saturating_sub(600));
    &text[start..text.ceil_char_boundary((at + 100).min(text.len()))]
}

#[test]
fn errors_point_into_the_clients_text() {
    let stage = Stage::set();
    let mut copy = stage.restored();
    let mut live = stage.live();
    for k in 10..28 {
        let id = text(&mut copy, "id", k);
        for sql in [
            format!("SELECT 'ä' FROM person WHERE id = {id} AND k = sum(k)"),
            format!("SELECT k FROM person WHERE id IN ({id}, {id}) AND id = '{id}' GROUP BY city"),
        ] {
            let (seen, wanted) = (live.query(&sql), copy.query(&sql));
            for code in [b'C', b'P', b'M'] {
                assert_eq!(seen.error_field(code), wanted.error_field(code), "{sql}");
            }
            assert!(wanted.error_field(b'P').is_some());
        }
    }
}

#[test]
fn collations_that_see_other_bytes_as_equal() {
    let cluster = Cluster::start().expect("a throwaway server");
    cluster.createdb("live").expect("an empty database");
    let schema = "CREATE COLLATION anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TABLE person (k int, phone text COLLATE anycase, mobile text);
        INSERT INTO person VALUES (1, 'x1', 'x1'), (2, 'X1', 'X1');";
    cluster.psql("live", schema).expect("the schema");
    let options = ProxyOptions {
        rules: "[[rule]]\ncolumns = [\"public.person.phone\", \"public.person.mobile\"]\nmask = \"phone\"\n".to_owned(),
        role: SUPERUSER.to_owned(),
        ..ProxyOptions::default()
    };
    let proxy = Proxy::start_with(&cluster, options);
    let mut live = Peer::connect(proxy.port, SUPERUSER, "live", "");
    for (sql, rows) in [
        ("SELECT k FROM person WHERE phone = 'x1'", None),
        ("SELECT count(*) FROM person GROUP BY phone", None),
        ("SELECT 1 FROM person p JOIN person q ON p.phone = q.mobile", None),
        ("SELECT count(*) FROM person GROUP BY mobile", Some(2)),
        ("SELECT 1 FROM person p JOIN person q ON p.mobile = q.mobile", Some(2)),
    ] {
        let reply = live.query(sql);
        let seen = reply.error().is_none().then(|| reply.rows().len());
        assert_eq!(seen, rows, "{sql}: {:?}", reply.error());
    }
}

#[test]
fn rules_may_let_clients_compare_with_originals() {
    let cluster = Cluster::start().expect("a throwaway server");
    cluster.createdb("live").expect("an empty database");
    cluster.psql("live", SCHEMA).expect("the schema");
    let rules = "[[rule]]\ncolumns = [\"public.person.id\"]\nmask = \"integer\"\npredicates = \"equality\"\n";
    let options = ProxyOptions {
        rules: rules.to_owned(),
        role: SUPERUSER.to_owned(),
        ..ProxyOptions::default()
    };
    let proxy = Proxy::start_with(&cluster, options);
    let mut live = Peer::connect(proxy.port, SUPERUSER, "live", "");
    let reply = live.query("SELECT k FROM person WHERE id IN (1234567015, 5)");
    assert_eq!(reply.rows(), [[Some(b"15".to_vec())]], "{:?}", reply.error());
    let reply = live.query("SELECT k FROM person WHERE id > 1234567015");
    assert_eq!(reply.error_field(b'C').as_deref(), Some("42501"));
    assert!(proxy.log().contains(r#""how":"inferred""#));
}
