//! Searches by masked values: originals go to the server, and nothing of them comes back.

use std::sync::{Arc, OnceLock};

use crate::conversation::BindFate;
use crate::mask::Masked;
use crate::plan::Planner;
use crate::rules::Action;
use crate::sql::Reason;
use crate::value::Format;
use crate::wire::compose;
use crate::wire::error_fields::ErrorFields;
use crate::wire::frame;

use super::stage::*;

const RULES: &str = r#"
[[rule]]
columns = ["public.customer.id"]
mask = "integer"

[[rule]]
columns = ["public.customer.email"]
mask = { kind = "fixed", value = "masked" }

[[rule]]
columns = ["public.customer.city"]
mask = "phone"
"#;

fn planner() -> Arc<Planner> {
    static PLANNER: OnceLock<Arc<Planner>> = OnceLock::new();
    PLANNER.get_or_init(|| planner_of(snapshot(1).build(), RULES)).clone()
}

/// What a value of `customer.id` or `customer.city` is shown as.
fn masked(column: &str, value: &str) -> String {
    let planner = planner();
    let basis = planner.basis();
    let relation = basis.snapshot.candidates(Some("public"), "customer")[0];
    let found = relation.column_named(column).expect("a column");
    let id = crate::catalog::ColumnId {
        relation: relation.oid,
        attribute: found.number,
    };
    let treatment = basis.treatments.column(id).expect("protected");
    let Action::Mask(mask) = &treatment.action else {
        panic!("no mask")
    };
    let mut out = Vec::new();
    assert_eq!(
        mask.apply(found.type_oid, Format::Text, value.as_bytes(), &mut out),
        Masked::Value
    );
    String::from_utf8(out).expect("text")
}

fn stage() -> Stage {
    Stage::with(planner())
}

fn sent(text: &str) -> String {
    let mut stage = stage();
    let sent = stage.query(text).join("\n");
    dense(sent.strip_prefix("Query ").expect("a query"))
}

/// Without blanks, of which there are more behind an original.
fn dense(text: &str) -> String {
    text.replace(' ', "")
}

#[test]
fn the_length_of_what_is_sent_tells_nothing() {
    let lengths = |column: &str, quote: &str, values: &[&str]| {
        let lengths = values.iter().map(|value| {
            let constant = masked(column, value);
            let text = format!("SELECT 1 FROM customer WHERE {column} = {quote}{constant}{quote}");
            stage().query(&text)[0].len() - constant.len()
        });
        let mut lengths: Vec<usize> = lengths.collect();
        lengths.dedup();
        lengths.len()
    };
    assert_eq!(lengths("id", "", &["1", "-1", "1234567890", "-2147483648"]), 1);
    assert_eq!(lengths("id", "'", &["1", "-1", "1234567890", "-2147483648"]), 1);
    assert_eq!(lengths("city", "'", &["Bonn", "Kiel", "Aachen-West"]), 1);
}

#[test]
fn originals_take_the_place_of_constants() {
    let (id, other, city) = (masked("id", "42"), masked("id", "-7"), masked("city", "Bonn's"));
    let quoted = city.replace('\'', "''");
    for (text, wanted) in [
        (
            "SELECT 1 FROM customer WHERE id = {id}",
            "SELECT 1 FROM customer WHERE id = 42 ",
        ),
        (
            "SELECT 1 FROM customer WHERE {id}=id;",
            "SELECT 1 FROM customer WHERE 42 =id;",
        ),
        (
            "SELECT 1 FROM customer WHERE id <> {other}",
            "SELECT 1 FROM customer WHERE id <> -7 ",
        ),
        (
            "SELECT 1 FROM customer WHERE NOT (id = '{id}')",
            "SELECT 1 FROM customer WHERE NOT (id = '42')",
        ),
        (
            "SELECT 1 FROM customer WHERE id IN ({id}, {other}) AND 5 = 5",
            "SELECT 1 FROM customer WHERE id IN ( 42 , -7 ) AND 5 = 5",
        ),
        (
            "SELECT {id} FROM customer WHERE id = {id}::bigint",
            "SELECT {id} FROM customer WHERE id = 42 ::bigint",
        ),
        (
            "SELECT 1 FROM customer WHERE id = ANY ('{{id},{other}}')",
            "SELECT 1 FROM customer WHERE id = ANY ('{42,-7}')",
        ),
        (
            "SELECT 1 FROM customer WHERE id = ANY (ARRAY[{id},{other}])",
            "SELECT 1 FROM customer WHERE id = ANY (ARRAY[ 42 , -7 ])",
        ),
        (
            "SELECT 1 FROM customer WHERE (id, city) = ({id}, '{city}')",
            "SELECT 1 FROM customer WHERE (id, city) = ( 42 , 'Bonn''s')",
        ),
        (
            "SELECT 'ü' FROM customer c JOIN city ON c.city = '{city}' AND c.id IS DISTINCT FROM {id}",
            "SELECT 'ü' FROM customer c JOIN city ON c.city = 'Bonn''s' AND c.id IS DISTINCT FROM 42 ",
        ),
        (
            "WITH w AS (SELECT id AS i FROM customer) SELECT 3 FROM w WHERE i = {id} GROUP BY i HAVING i = {id}",
            "WITH w AS (SELECT id AS i FROM customer) SELECT 3 FROM w WHERE i = 42  GROUP BY i HAVING i = 42 ",
        ),
        (
            "SELECT 7; SELECT 1 FROM customer WHERE id = {id}; SELECT 8 FROM customer WHERE (id = {other}) IS TRUE",
            "SELECT 7; SELECT 1 FROM customer WHERE id = 42 ; SELECT 8 FROM customer WHERE (id = -7 ) IS TRUE",
        ),
        (
            "SELECT 1 FROM customer WHERE EXISTS (SELECT FROM customer c WHERE c.id = {id})",
            "SELECT 1 FROM customer WHERE EXISTS (SELECT FROM customer c WHERE c.id = 42 )",
        ),
        (
            "SELECT count(*) FILTER (WHERE id = {id}) FROM customer",
            "SELECT count(*) FILTER (WHERE id = 42 ) FROM customer",
        ),
        (
            "DECLARE c CURSOR FOR SELECT 1 FROM customer WHERE id = {id}",
            "DECLARE c CURSOR FOR SELECT 1 FROM customer WHERE id = 42 ",
        ),
        (
            "PREPARE p AS SELECT 1 FROM customer WHERE id = {id}",
            "PREPARE p AS SELECT 1 FROM customer WHERE id = 42 ",
        ),
        (
            "COPY (SELECT 1 FROM customer WHERE id = {id}) TO STDOUT",
            "COPY (SELECT 1 FROM customer WHERE id = 42 ) TO STDOUT",
        ),
    ] {
        let fill = |text: &str| {
            text.replace("{id}", &id)
                .replace("{other}", &other)
                .replace("{city}", &quoted)
        };
        assert_eq!(sent(&fill(text)), dense(&fill(wanted)), "{text}");
    }
}

#[test]
fn plans_from_the_cache_find_constants_in_other_places() {
    for original in ["1", "23", "456789"] {
        let text = |id: &str| format!("SELECT {original}, 17 FROM customer WHERE id = {id} AND 3 = 3");
        assert_eq!(sent(&text(&masked("id", original))), dense(&text(original)));
    }
}

#[test]
fn what_cannot_be_translated_is_refused() {
    for (text, reason) in [
        ("SELECT 1 FROM customer WHERE email = 'x'", Reason::Predicate),
        ("SELECT 1 FROM customer WHERE id > 5", Reason::Predicate),
        ("SELECT 1 FROM customer WHERE id = 5.5", Reason::Predicate),
        ("SELECT 1 FROM customer WHERE id = 5::smallint", Reason::Predicate),
        ("SELECT 1 FROM customer WHERE id = '0x1F'", Reason::Predicate),
        ("SELECT 1 FROM customer WHERE id = '99999999999'", Reason::Predicate),
        ("SELECT 1 FROM customer WHERE id = E'5'", Reason::Predicate),
        ("SELECT 1 FROM customer WHERE id = 1 + 4", Reason::Predicate),
        (
            "SELECT 1 FROM customer WHERE 5 IN (id, length(city))",
            Reason::Predicate,
        ),
        (
            "SELECT 1 FROM customer, city WHERE 'x' IN (customer.city, city.name)",
            Reason::Predicate,
        ),
        ("SELECT 1 FROM customer WHERE city = 'x'::varchar(3)", Reason::Predicate),
        ("SELECT 1 FROM customer WHERE city LIKE 'x'", Reason::Predicate),
        ("EXPLAIN SELECT 1 FROM customer WHERE id = 5", Reason::Predicate),
        ("PREPARE p AS SELECT 1 FROM customer WHERE id = $1", Reason::Predicate),
        (
            "SELECT current_query() FROM customer WHERE id = 5",
            Reason::OpaqueFunction,
        ),
        (
            "SELECT 1 FROM customer WHERE id = 5; SELECT current_query()",
            Reason::OpaqueFunction,
        ),
    ] {
        let mut stage = stage();
        let sent = stage.query(text).join(" ");
        assert!(sent.contains("pgveil refused this statement"), "{text}: {sent}");
        assert!(stage.log().iter().any(|line| line.contains(reason.name())), "{text}");
    }
}

#[test]
fn places_in_the_text_are_the_clients() {
    let text = format!(
        "SELECT 'ü' FROM customer WHERE id = {} AND city IS NULL",
        masked("id", "42")
    );
    let mut stage = stage();
    let sent = stage.query(&text).remove(0);
    let place = |text: &str| 1 + text.chars().count() - text.split_once("city").expect("it").1.chars().count() - 4;
    let mut error = Vec::new();
    let fields = ErrorFields {
        position: Some(place(sent.strip_prefix("Query ").expect("a query")).to_string().into()),
        ..ErrorFields::error("42703", "column \"city\" does not exist")
    };
    compose::error_response(&mut error, &fields);
    let mut out = Vec::new();
    stage.conversation.reply(b'E', &error, &mut out).expect("an error");
    let shown = ErrorFields::parse(&out[frame::HEADER_BYTES..]).expect("fields");
    assert_eq!(shown.position, Some(place(&text).to_string().into()));
    assert_eq!(shown.message, b"column \"city\" does not exist");
}

#[test]
fn texts_of_errors_are_the_servers_only_where_they_quote_names() {
    for (sqlstate, message, wanted) in [
        (
            "42P01",
            "relation \"x\" does not exist",
            "E 42P01 relation \"x\" does not exist",
        ),
        (
            "42601",
            "syntax error at or near \"42\"",
            "E 42601 syntax error or access rule violation (42601)",
        ),
        (
            "22003",
            "value \"42\" is out of range",
            "E 22003 numeric value out of range",
        ),
    ] {
        let mut stage = stage();
        stage.query(&format!(
            "SELECT 1; SELECT 1 FROM customer WHERE id = {}",
            masked("id", "42")
        ));
        assert_eq!(stage.replies(&[error(sqlstate, message)]).expect("an error"), [wanted]);
    }
}

#[test]
fn a_notice_is_looked_behind_once() {
    let mut stage = stage();
    stage.query(&format!("SELECT 1 FROM customer WHERE id = {}", masked("id", "42")));
    let mut looks = |tag| stage.conversation.wants_look(tag).expect("no violation").is_some();
    assert_eq!(
        [b'N', b'N', b'N', b'N', b'D', b'D'].map(&mut looks),
        [true, false, true, false, true, false]
    );
}

#[test]
fn notices_are_dropped_until_the_transaction_ends() {
    let mut stage = stage();
    stage.query(&format!("SELECT 1 FROM customer WHERE id = {}", masked("id", "42")));
    let seen = stage.replies(&[
        notice("duration: 42"),
        described("?column?", 0, 0),
        complete("SELECT 0"),
        ready(b'T'),
    ]);
    assert_eq!(seen.expect("replies")[0], "T ?column?");
    stage.query("SELECT 1");
    let seen = stage.replies(&[
        notice("plan: id = 42"),
        described("?column?", 0, 0),
        complete("SELECT 0"),
        ready(b'I'),
    ]);
    assert_eq!(seen.expect("replies")[0], "T ?column?");
    stage.query("SELECT 1");
    assert_eq!(stage.replies(&[notice("hello")]).expect("replies"), ["N 00000 hello"]);
}

/// Parses `text` and binds one value; what goes to the server for the Bind, and the types that went with the Parse.
fn bound(stage: &mut Stage, text: &str, types: &[u32], format: i16, value: &[u8]) -> (Vec<u32>, Vec<Vec<u8>>) {
    let (mut message, mut out) = (Vec::new(), Vec::new());
    compose::parse(&mut message, b"s", text.as_bytes(), types);
    let planned = stage.conversation.planner().plan(text);
    stage.conversation.parse(&message, b"s", text, &planned, &mut out);
    let count = usize::from(out[out.len() - 2 - 4]) + usize::from(out[out.len() - 1 - 4]);
    let types = match count {
        1 => vec![u32::from_be_bytes(*out.last_chunk().expect("a type"))],
        _ => Vec::new(),
    };
    let mut message = Vec::new();
    compose::put_message(&mut message, b'B', |out| {
        compose::put_string(out, b"");
        compose::put_string(out, b"s");
        for number in [1, format, 1] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.extend_from_slice(&(value.len() as u32).to_be_bytes());
        out.extend_from_slice(value);
        out.extend_from_slice(&0i16.to_be_bytes());
    });
    let mut out = Vec::new();
    let body = &message[frame::HEADER_BYTES..];
    assert!(stage.conversation.reads_bind(b"s"));
    let fate = stage.conversation.bind(b"", b"s", Some(body), &mut out);
    assert_eq!(fate, BindFate::Drop);
    if out[0] != b'B' {
        return (types, Vec::new());
    }
    let values = &out[frame::HEADER_BYTES + 1 + 2 + 6..out.len() - 2];
    (types, vec![values[4..].to_vec()])
}

#[test]
fn values_that_are_bound_are_translated() {
    const INT2: u32 = 21;
    const INT4: u32 = 23;
    const INT8: u32 = 20;
    let id: i32 = masked("id", "42").parse().expect("a number");
    let text = "SELECT 1 FROM customer WHERE id = $1";
    for (types, format, value, wanted) in [
        (&[][..], 0, id.to_string().into_bytes(), b"42".to_vec()),
        (&[INT4], 0, id.to_string().into_bytes(), b"42".to_vec()),
        (&[], 1, id.to_be_bytes().to_vec(), 42i32.to_be_bytes().to_vec()),
        (
            &[INT8],
            1,
            i64::from(id).to_be_bytes().to_vec(),
            42i64.to_be_bytes().to_vec(),
        ),
    ] {
        let (sent, values) = bound(&mut stage(), text, types, format, &value);
        assert_eq!(sent, [types.first().copied().unwrap_or(INT4)]);
        assert_eq!(values, [wanted]);
    }
    // A narrow type does not hold every original.
    let (sent, values) = bound(&mut stage(), text, &[INT2], 1, &5i16.to_be_bytes());
    assert_eq!((sent, values[0].len()), (vec![INT4], 4));
    let (_, values) = bound(&mut stage(), text, &[], 0, b"no number");
    assert!(values.is_empty());
    let text = "SELECT 1 FROM customer WHERE id = ANY ($1)";
    let array = format!("{{{id},NULL}}");
    let (sent, values) = bound(&mut stage(), text, &[], 0, array.as_bytes());
    assert_eq!((sent, values), (vec![1007], vec![b"{42,NULL}".to_vec()]));
}

#[test]
fn a_parameter_serves_one_purpose() {
    for text in [
        "SELECT $1::int FROM customer WHERE id = $1",
        "SELECT 1 FROM customer WHERE id = $1 OR length(city) = $1",
        "SELECT 1 FROM customer WHERE id = $1 OR city = $1",
    ] {
        let sent = stage().parse("s", text).join(" ");
        assert!(sent.contains("pgveil_refusal"), "{text}: {sent}");
    }
    let sent = stage().parse("s", "SELECT 1 FROM customer WHERE id = $1 OR id = $1");
    assert_eq!(sent, ["Parse s: SELECT 1 FROM customer WHERE id = $1 OR id = $1"]);
}

#[test]
fn a_value_for_another_statement_than_the_servers_ends_the_session() {
    let mut stage = stage();
    let value = masked("id", "42");
    // The server keeps this one, because the next Parse fails over its name.
    stage.parse("s", "SELECT $1::int");
    stage.sync();
    stage.replies(&[parsed(), ready(b'I')]).expect("replies");
    let (_, values) = bound(
        &mut stage,
        "SELECT 1 FROM customer WHERE id = $1",
        &[],
        0,
        value.as_bytes(),
    );
    assert_eq!(values, [b"42"]);
    assert!(
        stage.replies(&[bare(b'2')]).is_err(),
        "BindComplete without ParseComplete"
    );
}

#[test]
fn masked_values_for_a_statement_that_searches_end_the_session() {
    let mut stage = stage();
    stage.parse("s", "SELECT 1 FROM customer WHERE id = $1");
    stage.sync();
    stage.parse("s", "SELECT $1::int");
    stage.sync();
    stage.bind("", "s");
    stage.sync();
    let seen = stage.replies(&[parsed(), ready(b'I'), error("42P05", "exists"), ready(b'I'), bare(b'2')]);
    assert!(seen.is_err());
}

#[test]
fn prepared_searches_take_no_other_way() {
    let mut stage = stage();
    stage.parse("s", "SELECT 1 FROM customer WHERE id = $1");
    stage.sync();
    stage.replies(&[parsed(), ready(b'I')]).expect("replies");
    for text in ["EXECUTE s(5)", "EXPLAIN EXECUTE s(5)"] {
        let sent = stage.query(text).join(" ");
        assert!(sent.contains("pgveil refused this statement"), "{text}: {sent}");
        stage.replies(&[failing(), ready(b'I')]).expect("replies");
    }
    stage.query(&format!(
        "PREPARE p AS SELECT 1 FROM customer WHERE id = {}",
        masked("id", "42")
    ));
    stage.replies(&[complete("PREPARE"), ready(b'I')]).expect("replies");
    let sent = stage.query("EXPLAIN EXECUTE p").join(" ");
    assert!(sent.contains("pgveil refused this statement"), "{sent}");
    stage.replies(&[failing(), ready(b'I')]).expect("replies");
    assert_eq!(stage.query("EXECUTE p"), ["Query EXECUTE p"]);
}

#[test]
fn a_new_catalog_outdates_what_was_sent() {
    let mut stage = stage();
    stage.parse(
        "s",
        &format!("SELECT 1 FROM customer WHERE id = {}", masked("id", "42")),
    );
    stage.parse("p", "SELECT 1 FROM customer WHERE id = $1");
    stage.sync();
    stage.replies(&[parsed(), parsed(), ready(b'I')]).expect("replies");
    stage.conversation.set_planner(planner_of(snapshot(2).build(), RULES));
    assert!(stage.bind("", "s").join(" ").contains("pgveil_refusal"));
    assert!(stage.conversation.reads_bind(b"p"));
}
