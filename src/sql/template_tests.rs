use pg_query::protobuf::Token;
use proptest::prelude::*;

use super::*;
use crate::sql::tree::{Node, Value};

fn shown(text: &str) -> String {
    template(text).replace(MARKER, "#")
}

#[test]
fn integers_that_stand_alone() {
    for (text, wanted) in [
        ("SELECT 1", "SELECT #"),
        (
            "SELECT a FROM t WHERE id=17 AND b IN (1,2 , 345)",
            "SELECT a FROM t WHERE id=# AND b IN (#,# , #)",
        ),
        ("a[1:2] -3+4::int8", "a[#:#] -#+#::int8"),
        ("LIMIT 10;", "LIMIT #;"),
        ("0x1e-1e-1 - 2", "0x1e-1e-1 - #"),
        ("1234567890 123456789", "1234567890 #"),
        ("t1 a_1 é1 x$1 $1 $12", "t1 a_1 é1 x$1 $1 $12"),
        (
            "1.5 .5 5. 1e5 1e-5 1E+5 1_000 0x1F 0b1 1..2",
            "1.5 .5 5. 1e5 1e-5 1E+5 1_000 0x1F 0b1 1..2",
        ),
        ("'1' '2''3' E'4\\'5' 6", "'1' '2''3' E'4\\'5' #"),
        ("'4\\' 5", "'4\\' #"),
        ("E'a'\n  'b\\' 1' 2", "E'a'\n  'b\\' 1' #"),
        ("E'a' -- c 1\n 'b\\' 1' 2", "E'a' -- c 1\n 'b\\' 1' #"),
        ("e'' 'b\\' 1", "e'' 'b\\' #"),
        ("U&'1' n'2' b'01' x'1F' 3", "U&'1' n'2' b'01' x'1F' #"),
        ("type'1' 2", "type'1' #"),
        ("\"1\" \"2\"\"3\" U&\"4\" 5", "\"1\" \"2\"\"3\" U&\"4\" #"),
        ("$$ 1 $$ 2 $a$ 3 $b$ 4 $a$ 5", "$$ 1 $$ # $a$ 3 $b$ 4 $a$ #"),
        ("a$$ 1", "a$$ #"),
        (
            "-- 1\n2 /* 3 /* 4 */ 5 */ 6 /**/7/*/ 8 */9",
            "-- 1\n# /* 3 /* 4 */ 5 */ # /**/#/*/ 8 */#",
        ),
        (
            "float(24) FLOAT /* ( */ ( 25 ) afloat(26)",
            "float(24) FLOAT /* ( */ ( 25 ) afloat(#)",
        ),
        ("'open 1", "'open 1"),
        ("E'open \\", "E'open \\"),
        ("/* open 1", "/* open 1"),
        ("$a$ open 1", "$a$ open 1"),
        ("1", "#"),
        ("", ""),
    ] {
        assert_eq!(shown(text), wanted, "{text}");
    }
}

/// The integers that the server's own scanner sees, as far as they stand alone.
fn scanned(text: &str) -> Option<Vec<(usize, usize)>> {
    let tokens = pg_query::scan_tokens(text).ok()?;
    let spans = tokens
        .iter()
        .filter(|token| token.token == Token::Iconst as i32)
        .map(|token| {
            let start = usize::try_from(token.start).unwrap_or(0);
            (start, usize::try_from(token.end).unwrap_or(0))
        });
    Some(spans.collect())
}

fn replaced(text: &str) -> Vec<(usize, usize)> {
    let mut lexer = Lexer {
        bytes: text.as_bytes(),
        at: 0,
        after_float: false,
    };
    std::iter::from_fn(|| lexer.next_integer()).collect()
}

fn same_but_for_integers(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Node(one), Value::Node(other)) => same_nodes(one, other),
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| same_but_for_integers(one, other))
        }
        _ => one == other,
    }
}

fn same_nodes(one: &Node, other: &Node) -> bool {
    let free = |name: &str| {
        name.ends_with("location")
            || name.ends_with("list_start")
            || name.ends_with("list_end")
            || name == "ival"
            || name == "how_many"
    };
    one.kind() == other.kind()
        && one.fields().len() == other.fields().len()
        && one
            .fields()
            .iter()
            .zip(other.fields())
            .all(|((name, value), (other_name, other_value))| {
                name == other_name && (free(name) || same_but_for_integers(value, other_value))
            })
}

fn trees(text: &str) -> Option<Vec<Node>> {
    let parsed = pg_query::parse(text, 0).ok()?;
    parsed
        .protobuf
        .stmts
        .iter()
        .map(|raw| Node::from_parser(&raw.stmt).ok().flatten())
        .collect()
}

#[test]
fn one_key_is_one_tree() {
    let corpus = concat!(
        include_str!("../../tests/corpus/pg_dump-statements.jsonl"),
        include_str!("../../tests/corpus/psql-statements.jsonl")
    );
    let more = [
        "SELECT a, -1, 2.5, '3', x'4', t1.c1[5], $6 FROM t1 TABLESAMPLE SYSTEM (7) REPEATABLE (8)",
        "SELECT CAST(a AS numeric(10, 2)), b::varchar(30), c::float(24), d::interval second(3) FROM s2.t2 LIMIT 9",
        "FETCH BACKWARD 5 FROM c; MOVE ABSOLUTE -3 IN c",
        "SELECT a FROM t ORDER BY 1, 2 OFFSET 3 ROWS FETCH FIRST 4 ROWS ONLY",
        "VALUES (1, E'2\\'3'), (4, $$5$$)",
    ];
    let statements = corpus.lines().map(|line| {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        entry["sql"].as_str().unwrap().to_owned()
    });
    let mut compared = 0;
    for text in statements.chain(more.map(str::to_owned)) {
        let Some(before) = trees(&text) else { continue };
        let other = template(&text).replace(MARKER, "987654321");
        assert_eq!(template(&text), template(&other), "{text}");
        // An integer of zero has no field in the tree; a one has.
        let ones = template(&text).replace(MARKER, "1");
        let (one, many) = (trees(&ones).unwrap(), trees(&other).unwrap());
        assert_eq!(before.len(), many.len(), "{text}");
        assert!(one.iter().zip(&many).all(|(one, many)| same_nodes(one, many)), "{text}");
        compared += 1;
    }
    assert!(compared > 700);
}

/// Pieces that texts are made of, chosen for how lexers trip over them.
const PIECES: &[&str] = &[
    "1",
    "23",
    "456789012",
    "1234567890",
    " ",
    "\n",
    "'",
    "''",
    "\"",
    "E'",
    "e'",
    "U&'",
    "U&\"",
    "n'",
    "x'",
    "b'",
    "\\",
    "\\'",
    "$",
    "$$",
    "$a$",
    "$1",
    "--",
    "/*",
    "*/",
    "/",
    "*",
    "-",
    "+",
    ".",
    "..",
    "a",
    "e",
    "E",
    "é",
    "_",
    "float",
    "(",
    ")",
    "[",
    "]",
    ":",
    "::",
    "=",
    "<",
    "?",
    "@",
    ",",
    ";",
    "SELECT ",
    " AS ",
    "\t",
    "\r",
    "0x",
    "1e5",
    "1e-",
    "0b",
    "\u{b}",
    "\u{c}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is replaced is an integer to the server's own scanner. (Where that reports an error, so will the server.)
    #[test]
    fn only_integers_are_replaced(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..16)) {
        let text = pieces.concat();
        let ours = replaced(&text);
        if let Some(theirs) = scanned(&text) {
            for span in ours {
                prop_assert!(theirs.contains(&span), "{:?} in {:?}", span, text);
            }
        }
    }

    /// Whatever comes in, the text is kept but for the integers.
    #[test]
    fn any_text_is_survived(text in "\\PC{0,40}") {
        let again = template(&text).replace(MARKER, "1");
        prop_assert_eq!(template(&again), template(&text));
    }
}

/// `cargo nextest run --cargo-profile suite --run-ignored only --no-capture template::tests::speed`
#[test]
#[ignore = "prints a speed, which on a loaded machine says nothing: to be looked at, not to pass or fail"]
fn speed() {
    let text = "SELECT abalance FROM pgbench_accounts WHERE aid = 4711_x + 12;".replace("_x", "");
    let started = std::time::Instant::now();
    for _ in 0..1_000_000 {
        std::hint::black_box(template(std::hint::black_box(&text)));
    }
    println!("{} ns", started.elapsed().as_nanos() / 1_000_000);
}
