//! Attacks of several messages: names that change hands, portals that outlive what they were described by, encodings.

use super::pair::{Answers, Pair};
use super::people;
use crate::protocol::peer::Script;
use pgveil::wire::compose;

const CLEAN: &str = "SELECT city || '' AS x FROM app.people";
const SECRET: &str = "SELECT upper(email) AS x FROM app.people";

fn script() -> Script {
    Script::new()
}

fn query(text: &str) -> (Script, usize) {
    (script().query(text), 1)
}

fn queries<const COUNT: usize>(texts: [&str; COUNT]) -> Vec<(Script, usize)> {
    texts.iter().map(|text| query(text)).collect()
}

fn latin1(text: &[u8]) -> (Script, usize) {
    (script().message(b'Q', &[text, b"\0"].concat()), 1)
}

/// Runs the steps in one session with each database.
fn run(pair: &Pair, steps: &[(Script, usize)]) -> Vec<Answers> {
    let mut sessions = pair.sessions();
    let mut all = Vec::new();
    for (script, readies) in steps {
        let answers = sessions.ask(script, *readies);
        let is_closed = answers.is_closed();
        all.push(answers);
        if is_closed {
            break;
        }
    }
    all
}

#[test]
fn no_session_tells_the_databases_apart() {
    let failures = leaks(&people());
    assert!(failures.is_empty(), "{} leaks\n{}", failures.len(), failures.join("\n"));
}

/// The attacks that tell the databases apart.
pub fn leaks(pair: &Pair) -> Vec<String> {
    let mut failures = Vec::new();
    for (title, steps) in attacks() {
        for (at, answers) in run(pair, &steps).iter().enumerate() {
            if let Some(difference) = answers.difference() {
                failures.push(format!("{title}, step {}\n{difference}", at + 1));
            }
        }
    }
    failures
}

/// The same ways without an attack in them work.
#[test]
fn everyday_sessions_pass() {
    let pair = people();
    let steps = [
        queries([
            "BEGIN",
            "DECLARE c CURSOR FOR SELECT email, city FROM app.people",
            "FETCH 2 c",
        ]),
        vec![
            (script().extended("FETCH 2 c").sync(), 1),
            (
                script().describe("c").execute_some("c", 1).execute_some("c", 1).sync(),
                1,
            ),
            (script().parse("f", "FETCH 1 c").bind("p", "f").execute("p").sync(), 1),
        ],
        queries([
            "CLOSE c",
            "COMMIT",
            "PREPARE q AS SELECT email FROM app.people WHERE id = $1",
            "EXECUTE q(1)",
            "EXPLAIN EXECUTE q(1)",
            "DEALLOCATE q",
            "DECLARE h CURSOR WITH HOLD FOR SELECT email FROM app.people",
            "FETCH ALL h",
            "CLOSE ALL",
            "DISCARD ALL",
        ]),
    ]
    .concat();
    let answers = run(&pair, &steps);
    assert_eq!(answers.len(), steps.len());
    for (at, answers) in answers.iter().enumerate() {
        assert_eq!(answers.sqlstate(), None, "step {}: {:?}", at + 1, answers.one);
        assert_eq!(answers.difference(), None, "step {}", at + 1);
    }
}

pub type Attack = (&'static str, Vec<(Script, usize)>);

/// Titles, which end in a class of docs/threat-model.md, and what is sent.
pub fn attacks() -> Vec<Attack> {
    [
        portals(),
        names(),
        commits(),
        encodings(),
        traces(),
        parameters(),
        sizes(),
    ]
    .concat()
}

/// A portal runs what it was bound to, or what a name means by then.
fn portals() -> Vec<Attack> {
    let rebound = |secret: &str, clean: &str| {
        vec![
            query("BEGIN"),
            (
                script().parse("sp", secret).parse("sc", clean).bind("p", "sp").sync(),
                1,
            ),
            query("SAVEPOINT a"),
            (
                script()
                    .bind("p", "sc")
                    .sync()
                    .query("ROLLBACK TO a")
                    .execute("p")
                    .sync(),
                3,
            ),
        ]
    };
    let described = |first: [&str; 2], run: &str, second: [&str; 2]| {
        [
            queries(["BEGIN", first[0]]),
            vec![(script().parse("f", run).bind("p", "f").describe("p").sync(), 1)],
            queries([second[0], second[1]]),
            vec![(script().execute("p").sync(), 1)],
            vec![query(first[1])],
        ]
        .concat()
    };
    vec![
        (
            "a Bind over a portal in use fails: COPY [state-portals]",
            rebound("COPY app.people (email) TO STDOUT", "COPY app.people (id) TO STDOUT"),
        ),
        (
            "a Bind over a portal in use fails: DECLARE [state-portals]",
            [
                rebound(
                    &format!("DECLARE c CURSOR FOR {SECRET}"),
                    &format!("DECLARE c CURSOR FOR {CLEAN}"),
                ),
                queries(["FETCH ALL c"]),
            ]
            .concat(),
        ),
        (
            "FETCH described before its cursor is another [state-portals]",
            described(
                ["DECLARE c CURSOR FOR SELECT city AS x FROM app.people", "SELECT 1"],
                "FETCH ALL c",
                ["CLOSE c", "DECLARE c CURSOR FOR SELECT email AS x FROM app.people"],
            ),
        ),
        (
            "EXECUTE described before its statement is another [state-portals]",
            described(
                ["PREPARE s AS SELECT city AS x FROM app.people", "SELECT 1"],
                "EXECUTE s",
                ["DEALLOCATE s", "PREPARE s AS SELECT email AS x FROM app.people"],
            ),
        ),
        (
            "a portal of EXECUTE keeps rows of what the name meant: FETCH [state-portals]",
            [
                queries([&format!("PREPARE s AS {SECRET}"), "BEGIN"]),
                vec![(
                    script()
                        .parse("f", "EXECUTE s")
                        .bind("p", "f")
                        .execute_some("p", 1)
                        .sync(),
                    1,
                )],
                queries(["DEALLOCATE s", &format!("PREPARE s AS {CLEAN}"), "FETCH ALL FROM p"]),
            ]
            .concat(),
        ),
        (
            "a portal of EXECUTE keeps rows of what the name meant: Describe [state-portals]",
            [
                queries([&format!("PREPARE s AS {SECRET}"), "BEGIN"]),
                vec![(
                    script()
                        .parse("f", "EXECUTE s")
                        .bind("p", "f")
                        .execute_some("p", 1)
                        .sync(),
                    1,
                )],
                queries(["DEALLOCATE s", &format!("PREPARE s AS {CLEAN}")]),
                vec![(script().describe("p").execute("p").sync(), 1)],
            ]
            .concat(),
        ),
        (
            "a portal of what PREPARE made names nothing anew [state-names]",
            [
                queries([&format!("PREPARE p AS {CLEAN}"), "BEGIN"]),
                vec![(script().bind("portal", "p").sync(), 1)],
                queries(["DEALLOCATE p", &format!("PREPARE p AS {SECRET}")]),
                vec![(script().execute("portal").sync(), 1)],
                queries(["EXECUTE p"]),
            ]
            .concat(),
        ),
    ]
}

/// Names that come to mean something else unseen.
fn names() -> Vec<Attack> {
    vec![
        (
            "EXECUTE of a DECLARE [state-names]",
            [
                queries(["BEGIN", &format!("DECLARE c CURSOR FOR {CLEAN}"), "ROLLBACK", "BEGIN"]),
                vec![(script().parse("s", &format!("DECLARE c CURSOR FOR {SECRET}")).sync(), 1)],
                queries(["EXECUTE s", "FETCH ALL c"]),
            ]
            .concat(),
        ),
        (
            "EXECUTE of a PREPARE and a DEALLOCATE [state-names]",
            [
                queries([&format!("PREPARE q AS {CLEAN}")]),
                vec![(
                    script()
                        .parse("d", "DEALLOCATE q")
                        .parse("s", &format!("PREPARE q AS {SECRET}"))
                        .sync(),
                    1,
                )],
                queries(["EXECUTE d", "EXECUTE s", "EXECUTE q"]),
            ]
            .concat(),
        ),
        (
            "names cut at 63 bytes [parse-names]",
            queries([
                "BEGIN",
                &format!("DECLARE {}a CURSOR FOR {CLEAN}", "c".repeat(63)),
                &format!("CLOSE {}b", "c".repeat(63)),
                &format!("DECLARE {}c CURSOR FOR {SECRET}", "c".repeat(63)),
                &format!("FETCH ALL {}a", "c".repeat(63)),
            ]),
        ),
        (
            "a statement parsed while a PREPARE of its name fails [state-names]",
            vec![
                (script().parse("s", SECRET).sync(), 1),
                (
                    script()
                        .query(&format!("PREPARE s AS {CLEAN}"))
                        .query("EXECUTE s")
                        .bind("", "s")
                        .execute("")
                        .sync(),
                    3,
                ),
            ],
        ),
        (
            "names of pgveil's own [state-names]",
            vec![
                (script().parse("pgveil_probe", CLEAN).sync(), 1),
                query("SELECT * FROM app.nothing_of_this_name"),
                (script().bind("", "pgveil_probe").execute("").sync(), 1),
                (script().parse("pgveil_refusal", SECRET).sync(), 1),
                query("SELECT email FROM app.people WHERE email > 'a'"),
                (script().bind("", "pgveil_refusal").execute("").sync(), 1),
            ],
        ),
    ]
}

/// A commit that fails behind what has taken effect, and errors that come late.
fn commits() -> Vec<Attack> {
    const FAILS: &str = "DECLARE h CURSOR WITH HOLD FOR SELECT 1 / (n - n) FROM app.clean";
    vec![
        (
            "DEALLOCATE and PREPARE whose commit fails [state-names]",
            queries([
                &format!("PREPARE p AS {CLEAN}"),
                &format!("{FAILS}; DEALLOCATE p"),
                &format!("{FAILS}; PREPARE p AS {SECRET}"),
                "EXECUTE p",
            ]),
        ),
        (
            "a cursor WITH HOLD that fails at the end of a transaction [state-names]",
            queries([
                "DECLARE h CURSOR WITH HOLD FOR SELECT name, 1 / (n - 4) FROM app.people; SELECT 1",
                "BEGIN",
                "DECLARE h CURSOR WITH HOLD FOR SELECT name, 1 / (n - 4) FROM app.people",
                "COMMIT",
            ]),
        ),
    ]
}

/// Encodings that change under way.
fn encodings() -> Vec<Attack> {
    vec![
        (
            "one cursor by two names [parse-names]",
            [
                queries(["BEGIN", "SET client_encoding = LATIN1"]),
                vec![latin1(
                    b"DECLARE \"\xe9\" CURSOR FOR SELECT a || '' AS x FROM app.clean",
                )],
                queries([
                    "SET client_encoding = UTF8",
                    "CLOSE \"é\"",
                    &format!("DECLARE \"é\" CURSOR FOR {SECRET}"),
                    "SET client_encoding = LATIN1",
                ]),
                vec![latin1(b"FETCH ALL \"\xe9\"")],
            ]
            .concat(),
        ),
        (
            "names cut elsewhere, the encoding changed in the same pipeline [parse-names]",
            {
                let stem = "é".repeat(30);
                let text = format!(
                    "WITH \"{stem}A\" AS (SELECT a AS x FROM app.clean) SELECT * FROM \
                     (WITH \"{stem}B\" AS (SELECT upper(email) AS x FROM app.people) SELECT x FROM \"{stem}A\") q"
                );
                vec![
                    (
                        script()
                            .extended("SET client_encoding = LATIN1")
                            .extended(&text)
                            .extended("SET client_encoding = UTF8")
                            .sync(),
                        1,
                    ),
                    (script().query("SET client_encoding = LATIN1").query(&text), 2),
                ]
            },
        ),
        (
            "settings that come back at the end of a transaction [parse-quotes]",
            vec![(
                script()
                    .query("BEGIN")
                    .query("SET standard_conforming_strings = on")
                    .query("ROLLBACK")
                    .query("SELECT '\\', email FROM app.people --'"),
                4,
            )],
        ),
    ]
}

/// What one statement leaves behind for another to see.
fn traces() -> Vec<Attack> {
    let branch = |inner: &str| format!("SELECT CASE WHEN name = 'alice' THEN {inner} END FROM app.people WHERE id = 1");
    vec![
        (
            "locks taken in a branch [bit-lock]",
            queries([
                &branch("pg_advisory_lock(1)"),
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
            ]),
        ),
        (
            "the plan of another constant: split_part [state-plans]",
            queries([
                "SELECT split_part(CASE WHEN name = 'alice' THEN 'a' END, 'x', 1) FROM app.people WHERE id = 1",
                "SELECT split_part(CASE WHEN name = 'alice' THEN 'a' END, 'x', 0) FROM app.people WHERE id = 1",
            ]),
        ),
        (
            "the plan of another constant: substr [state-plans]",
            queries([
                "SELECT substr(CASE WHEN name = 'alice' THEN 'a' END, 1, 2) FROM app.people WHERE id = 1",
                "SELECT substr(CASE WHEN name = 'alice' THEN 'a' END, 999999999, 999999999) FROM app.people WHERE id = 1",
                "SELECT substr(CASE WHEN name = 'alice' THEN 'a' END, 2147483647, 2147483647) FROM app.people WHERE id = 1",
            ]),
        ),
        (
            "the plan of another constant: precision [state-plans]",
            queries([
                "SELECT CASE WHEN name = 'alice' THEN n::numeric(5, 1) END FROM app.people WHERE id = 1",
                "SELECT CASE WHEN name = 'alice' THEN n::numeric(1, 1) END FROM app.people WHERE id = 1",
            ]),
        ),
        (
            "the plan of another constant: casts [state-plans]",
            queries([
                "SELECT CASE WHEN name = 'alice' THEN 1::app.short END FROM app.people WHERE id = 1",
                "SELECT CASE WHEN name = 'alice' THEN 1000::app.short END FROM app.people WHERE id = 1",
                "SELECT CASE WHEN name = 'alice' THEN 1::\"char\" END FROM app.people WHERE id = 1",
                "SELECT CASE WHEN name = 'alice' THEN 1000::\"char\" END FROM app.people WHERE id = 1",
            ]),
        ),
        (
            "the plan of another constant: division [state-plans]",
            queries([
                "SELECT CASE WHEN name = 'alice' THEN n / 1 END FROM app.people WHERE id = 1",
                "SELECT CASE WHEN name = 'alice' THEN n / 0 END FROM app.people WHERE id = 1",
            ]),
        ),
        (
            "the plan of another constant: positions [state-plans]",
            queries([
                "SELECT n, pin FROM app.people ORDER BY 1",
                "SELECT n, pin FROM app.people ORDER BY 2",
                "SELECT count(*), n FROM app.people GROUP BY 2",
                "SELECT n, pin FROM app.people GROUP BY 1, 2",
            ]),
        ),
    ]
}

/// Parse says the types of parameters: operators and functions are other ones then.
fn parameters() -> Vec<Attack> {
    const TEXTS: u32 = 1009;
    const JSON: u32 = 114;
    let attack = |value: &str, type_oid: u32, parameter: &str| {
        let text = format!("SELECT CASE WHEN name = 'alice' THEN {value} END FROM app.people WHERE id = 1");
        let mut typed = script();
        compose::parse(&mut typed.bytes, b"", text.as_bytes(), &[type_oid]);
        let mut bind = vec![0, 0, 0, 0, 0, 1];
        bind.extend_from_slice(&(parameter.len() as u32).to_be_bytes());
        bind.extend_from_slice(parameter.as_bytes());
        bind.extend_from_slice(&[0, 0]);
        vec![(typed.message(b'B', &bind).describe("").execute("").sync(), 1)]
    };
    vec![
        (
            "an array as parameter [bit-branch-error]",
            attack("$1 || city", TEXTS, "{{a,b},{c,d}}"),
        ),
        (
            "json as parameter [bit-branch-error]",
            attack("to_jsonb($1)", JSON, r#""\u0000""#),
        ),
        (
            "json to be compared [bit-branch-error]",
            attack("(SELECT max(x) FROM (VALUES (ARRAY[$1]), (ARRAY[$1])) v(x))", JSON, "1"),
        ),
        (
            "an array of arrays as parameter [bit-branch-error]",
            attack("ARRAY[$1, ARRAY[city]]", TEXTS, "{a,b}"),
        ),
    ]
}

/// Lengths of masked values around every limit: bodies are as long in both databases, frames and fates must be, too.
fn sizes() -> Vec<Attack> {
    let mut attacks: Vec<Attack> = Vec::new();
    for id in [1, 2] {
        let rows = [8_388_594, 8_388_593, 262_134, 262_130, 131_072];
        let steps = rows.map(|size| {
            query(&format!(
                "SELECT repeat('x', {size}), name FROM app.people WHERE id = {id}"
            ))
        });
        attacks.push(("large rows [bit-size]", steps.to_vec()));
    }
    attacks
}

/// What is done with a row must not depend on the length of a masked value in it: the first two names differ in length.
#[test]
fn lengths_of_masked_values_do_not_show() {
    let pair = people();
    for size in [8_388_590, 8_388_594, 262_130, 262_133, 262_135] {
        for text in [
            "SELECT repeat('x', SIZE), name FROM app.people WHERE id = ID",
            "COPY (SELECT repeat('x', SIZE), name FROM app.people WHERE id = ID) TO STDOUT",
        ] {
            let lengths = ["1", "2"].map(|id| {
                let text = text.replace("SIZE", &size.to_string()).replace("ID", id);
                let answers = run(&pair, &[query(&text)]);
                let shape = answers[0].one.iter().map(|message| (message.tag, message.body.len()));
                shape.collect::<Vec<_>>()
            });
            assert_eq!(lengths[0], lengths[1], "{size}: {text}");
        }
    }
}
