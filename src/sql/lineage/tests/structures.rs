//! What arrays, rows and documents are known to be made of.

use super::{analysed, columns, lineage, snapshot, tests};
use crate::catalog::Snapshot;
use crate::sql::Structure;

fn shown(snapshot: &Snapshot, structure: &Structure) -> String {
    let inner = |of: &Structure| shown(snapshot, of);
    match structure {
        Structure::Value { lineage: from, .. } => lineage(snapshot, from).replace("customers.", ""),
        Structure::Empty => "empty".to_owned(),
        Structure::Array(of) => format!("array[{}]", inner(of)),
        Structure::List(of) => format!("list[{}]", inner(of)),
        Structure::Map(of) => format!("map{{{}}}", inner(of)),
        Structure::Present(of) => format!("present({})", inner(of)),
        Structure::Picked(by, of) => format!("{} by {}", inner(of), lineage(snapshot, by).replace("customers.", "")),
        Structure::Json(of) => format!("json {}", inner(of)),
        Structure::Jsonb(of) => format!("jsonb {}", inner(of)),
        Structure::Text(of) => format!("text {}", inner(of)),
        Structure::Tuple(parts) => format!("[{}]", parts.iter().map(inner).collect::<Vec<_>>().join(", ")),
        Structure::Row(fields) => {
            let fields = fields.iter().map(|(name, field)| format!("{name}: {}", inner(field)));
            format!("({})", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The structure of the first column; what fails is shown in front.
fn made_of(text: &str) -> String {
    let analysis = analysed(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
    assert_eq!(analysis.unknown_name, None, "{text}");
    let structure = analysis.columns[0].structure.as_ref();
    let structure = structure.map_or_else(|| "unknown".to_owned(), |structure| shown(&snapshot(), structure));
    match analysis.fallible.first() {
        Some(fallible) => format!("{} fails; {structure}", fallible.what),
        None => structure,
    }
}

#[test]
fn arrays() {
    for (text, wanted) in [
        ("SELECT email FROM customers", "unknown"),
        ("SELECT array_agg(email) FROM customers", "array[email]"),
        ("SELECT array_agg(DISTINCT email) FROM customers", "unknown"),
        ("SELECT array_agg(email ORDER BY id) FROM customers", "array[email]"),
        (
            "SELECT array_agg(email ORDER BY salary) FROM customers",
            "array[email] by null!other(salary)",
        ),
        ("SELECT ARRAY[email, NULL, note] FROM customers", "array[email+note]"),
        (
            "SELECT ARRAY[ARRAY[email], ARRAY[note]] FROM customers",
            "array[email+note]",
        ),
        ("SELECT ARRAY[email, 'x'] FROM customers", "array[~email]"),
        (
            "SELECT ARRAY[email, salary::text] FROM customers",
            "array[email~salary*]",
        ),
        ("SELECT ARRAY(SELECT email FROM customers ORDER BY id)", "array[email]"),
        ("SELECT (array_agg(email))[2:3] FROM customers", "array[email]"),
        (
            "SELECT (array_agg(email))[boss:] FROM customers",
            "array[email] by ~boss",
        ),
        (
            "SELECT array_agg(email) || ARRAY[note] FROM customers",
            "array[email+note]",
        ),
        (
            "SELECT array_append(array_agg(email), note) FROM customers",
            "array[email+note]",
        ),
        ("SELECT array_agg(email)::text FROM customers", "text array[email]"),
        (
            "SELECT array_agg(ROW(email, 1)) FROM customers",
            "array[(f1: email, f2: -)]",
        ),
        ("SELECT tags FROM customers", "unknown"),
        ("SELECT coalesce(array_agg(email), '{}') FROM customers", "array[email]"),
        (
            "SELECT coalesce(array_agg(email), ARRAY[]::text[]) FROM customers",
            "array[email]",
        ),
        (
            "SELECT coalesce(array_agg(email)::varchar[], '{}'::text[]) FROM customers",
            "array[email]",
        ),
        (
            "SELECT coalesce(array_agg(email), '{x}'::text[]) FROM customers",
            "unknown",
        ),
        (
            "SELECT array_agg(boss)::text[] FROM customers",
            "cast to text fails; unknown",
        ),
        ("SELECT max(ARRAY[email]) FROM customers", "unknown"),
        ("SELECT greatest(ARRAY[email], ARRAY[note]) FROM customers", "unknown"),
        (
            "SELECT CASE WHEN id > 1 THEN array_agg(email) END FROM customers",
            "array[email] by ~id",
        ),
        (
            "SELECT CASE WHEN email > 'x' THEN ARRAY[id] END FROM customers",
            "array[id] by ~email",
        ),
        (
            "SELECT x FROM (SELECT ARRAY[email] FROM customers UNION ALL SELECT ARRAY[note] FROM customers) q(x)",
            "array[email+note]",
        ),
    ] {
        assert_eq!(made_of(text), wanted, "{text}");
    }
}

#[test]
fn rows() {
    for (text, wanted) in [
        (
            "SELECT ROW(email, 1, ROW(note))  FROM customers",
            "(f1: email, f2: -, f3: (f1: note))",
        ),
        (
            "SELECT q FROM (SELECT id, email AS mail FROM customers) q",
            "(id: id, mail: email)",
        ),
        (
            "SELECT q FROM (SELECT id, email FROM customers) q(a, b)",
            "(a: id, b: email)",
        ),
        (
            "SELECT (SELECT q FROM (SELECT c.email, c.note) q) FROM customers c",
            "(email: email, note: note)",
        ),
        ("SELECT c FROM customers c(a)", "unknown"),
        ("SELECT home FROM customers", "unknown"),
        ("SELECT ROW(email)::text FROM customers", "text (f1: email)"),
        ("SELECT v FROM v_near v", "(id: id, mail: email, uname: ~name)"),
    ] {
        assert_eq!(made_of(text), wanted, "{text}");
    }
}

#[test]
fn documents() {
    for (text, wanted) in [
        ("SELECT to_json(email) FROM customers", "json email"),
        (
            "SELECT row_to_json(q) FROM (SELECT id, email FROM customers) q",
            "json (id: id, email: email)",
        ),
        (
            "SELECT jsonb_agg(q) FROM (SELECT id, email FROM customers) q",
            "jsonb list[(id: id, email: email)]",
        ),
        (
            "SELECT json_build_object('id', id, 'm', email, 'u', upper(email)) FROM customers",
            "json (id: id, m: email, u: ~email)",
        ),
        (
            "SELECT json_build_object('a', email, 'a', note) FROM customers",
            "function json_build_object fails; unknown",
        ),
        (
            "SELECT json_build_object(note, email, id, email) FROM customers",
            "json map{email}",
        ),
        (
            "SELECT json_build_object(note, email, id, name) FROM customers",
            "json map{email+name}",
        ),
        (
            "SELECT json_build_object(email, 1) FROM customers",
            "function json_build_object fails; unknown",
        ),
        (
            "SELECT jsonb_build_object('m', meta, 't', tags) FROM customers",
            "jsonb (m: meta, t: tags)",
        ),
        (
            "SELECT json_build_array(id, email, to_jsonb(note)) FROM customers",
            "json [id, email, note]",
        ),
        ("SELECT json_object_agg(id, email) FROM customers", "json map{email}"),
        (
            "SELECT json_object_agg(email, id) FROM customers",
            "function json_object_agg fails; unknown",
        ),
        (
            "SELECT json_agg(to_json(q)) FROM (SELECT ARRAY[email] AS l FROM customers) q",
            "json list[(l: array[email])]",
        ),
        (
            "SELECT to_json(q) FROM (SELECT to_json(email)::text AS t FROM customers) q",
            "json (t: ~email)",
        ),
        (
            "SELECT row_to_json(q)::jsonb FROM (SELECT id, email FROM customers) q",
            "jsonb (id: id, email: email)",
        ),
        (
            "SELECT row_to_json(q)::text::json FROM (SELECT id, email FROM customers) q",
            "json (id: id, email: email)",
        ),
        (
            "SELECT jsonb_build_object('a', to_json(email))::jsonb FROM customers",
            "jsonb (a: email)",
        ),
        ("SELECT json_agg(email)::varchar(9) FROM customers", "unknown"),
        (
            "SELECT coalesce(json_agg(email), '[]') FROM customers",
            "json list[email]",
        ),
        (
            "SELECT coalesce(json_agg(email), '[]'::json) FROM customers",
            "json list[email]",
        ),
        ("SELECT coalesce(json_agg(email), '[1]') FROM customers", "unknown"),
        ("SELECT coalesce(to_json(email), '{}') FROM customers", "unknown"),
        (
            "SELECT coalesce(json_agg(q), '[]')::character varying FROM (SELECT id, email FROM customers) q",
            "text json list[(id: id, email: email)]",
        ),
        (
            "SELECT CASE WHEN email > 'x' THEN '{}' ELSE json_build_object('a', id) END FROM customers",
            "json (a: id) by ~email",
        ),
        (
            "SELECT json_agg(email ORDER BY salary) FROM customers",
            "json list[email] by null!other(salary)",
        ),
        (
            "SELECT json_strip_nulls(json_agg(email)) FROM customers",
            "json list[email]",
        ),
    ] {
        assert_eq!(made_of(text), wanted, "{text}");
    }
}

#[test]
fn constructors() {
    for (text, wanted) in [
        (
            "SELECT JSON_OBJECT('id' : id, 'm' : email) FROM customers",
            "json (id: id, m: email)",
        ),
        (
            "SELECT JSON_OBJECT('id' VALUE id, 'm' VALUE email ABSENT ON NULL RETURNING jsonb) FROM customers",
            "jsonb (id: present(id), m: present(email))",
        ),
        (
            "SELECT JSON_OBJECT('m' : email RETURNING text) FROM customers",
            "text json (m: email)",
        ),
        (
            "SELECT JSON_OBJECT('m' : email FORMAT JSON) FROM customers",
            "an expression that may fail in one branch fails; unknown",
        ),
        (
            "SELECT JSON_OBJECT('m' : email WITH UNIQUE) FROM customers",
            "json (m: email)",
        ),
        (
            "SELECT JSON_OBJECT(email : 1) FROM customers",
            "a key of JSON fails; unknown",
        ),
        (
            "SELECT JSON_ARRAY(email, email) FROM customers",
            "json list[present(email)]",
        ),
        (
            "SELECT JSON_ARRAY(email, id) FROM customers",
            "json list[present(~id+email)]",
        ),
        (
            "SELECT JSON_ARRAY(id, email NULL ON NULL) FROM customers",
            "json [id, email]",
        ),
        (
            "SELECT JSON_ARRAYAGG(email ORDER BY id) FROM customers",
            "json list[present(email)]",
        ),
        (
            "SELECT JSON_ARRAYAGG(email ORDER BY salary) FROM customers",
            "json list[present(email)] by null!other(salary)",
        ),
        ("SELECT JSON_OBJECTAGG(id : email) FROM customers", "json map{email}"),
        (
            "SELECT JSON_OBJECTAGG(email : id) FROM customers",
            "a key of JSON fails; unknown",
        ),
    ] {
        assert_eq!(made_of(text), wanted, "{text}");
    }
}

#[test]
fn the_text_of_keys_and_empty_documents_matters() {
    let matters = |text| analysed(text).unwrap().constants_matter;
    assert!(matters("SELECT json_build_object('a', email) FROM customers"));
    assert!(matters("SELECT coalesce(json_agg(email), '[]') FROM customers"));
    assert!(matters("SELECT coalesce(json_agg(email), '[1]') FROM customers"));
    assert!(matters(
        "SELECT x FROM customers, LATERAL (VALUES (to_json(email)), ('[]')) v(x)"
    ));
    assert!(!matters("SELECT coalesce(email, '[1]') FROM customers WHERE id = 1"));
}

#[test]
fn parts_of_documents() {
    for (text, wanted) in [
        ("SELECT to_jsonb(c) -> 'email' FROM customers c", "jsonb email"),
        ("SELECT to_jsonb(c) -> 'none' FROM customers c", "jsonb null"),
        ("SELECT to_jsonb(c) -> 0 FROM customers c", "jsonb null"),
        ("SELECT to_jsonb(c) ->> 'boss' FROM customers c", "text boss"),
        ("SELECT to_jsonb(c) ->> 'mood' FROM customers c", "unknown"),
        ("SELECT to_jsonb(c) ->> note FROM customers c", "unknown"),
        (
            "SELECT json_agg(c) -> 0 -> 'email' FROM (SELECT id, email, salary FROM customers) c",
            "json email",
        ),
        (
            "SELECT json_agg(c) -> '0' FROM (SELECT id, email FROM customers) c",
            "json null",
        ),
        (
            "SELECT json_agg(c ORDER BY salary) -> 0 -> 'email' FROM (SELECT id, email, salary FROM customers) c",
            "json email by null!other(salary)",
        ),
        (
            "SELECT json_agg(email) -> boss FROM customers c",
            "operator -> fails; unknown",
        ),
        ("SELECT json_agg(email) -> max(id) FROM customers c", "json email by id"),
        (
            "SELECT json_build_object('a', json_build_array(id, email)) #> '{a,1}' FROM customers",
            "json email",
        ),
        (
            "SELECT json_build_object('a', json_build_array(id, email)) #> '{a,-1}' FROM customers",
            "json email",
        ),
        (
            "SELECT json_build_object('a', json_build_array(id, email)) #> '{a, 1}' FROM customers",
            "operator #> fails; unknown",
        ),
        (
            "SELECT json_build_object('a', json_build_array(id, email)) #>> '{a}' FROM customers",
            "text json [id, email]",
        ),
        ("SELECT json_build_array(id, email) -> -2 FROM customers", "json id"),
        ("SELECT json_build_array(id, email) -> 2 FROM customers", "json null"),
        (
            "SELECT (jsonb_build_object('0', email, 'a', id))[0] FROM customers",
            "jsonb email",
        ),
        (
            "SELECT (jsonb_build_array(id, email))['1'] FROM customers",
            "jsonb email",
        ),
        (
            "SELECT jsonb_build_object('a', id, 'b', email) || jsonb_build_object('a', name) FROM customers",
            "jsonb (b: email, a: name)",
        ),
        (
            "SELECT jsonb_build_object('a', id, 'b', email) - 'b' FROM customers",
            "jsonb (a: id)",
        ),
        (
            "SELECT jsonb_strip_nulls(jsonb_build_object('a', email)) FROM customers",
            "jsonb (a: present(email))",
        ),
        (
            "SELECT jsonb_strip_nulls(jsonb_build_object('a', email)) -> 'a' FROM customers",
            "unknown",
        ),
        ("SELECT boss::text FROM customers", "text boss"),
        (
            "SELECT coalesce(boss::text, '-') FROM customers",
            "~boss by null!null(boss)",
        ),
        (
            "SELECT (CASE WHEN email = 'x' THEN to_jsonb(c) END) -> 'id' FROM customers c",
            "jsonb id by ~email",
        ),
    ] {
        assert_eq!(made_of(text), wanted, "{text}");
    }
}

#[test]
fn members_that_are_a_column() {
    for (text, wanted, told) in [
        (
            "SELECT to_jsonb(c) ->> 'email' FROM customers c",
            "?column?=customers.email",
            "",
        ),
        (
            "SELECT to_jsonb(c) ->> 'id' FROM customers c",
            "?column?=~customers.id",
            "",
        ),
        (
            "SELECT (to_jsonb(c) -> 'email') ->> 0 FROM customers c",
            "?column?=~customers.email",
            "",
        ),
        (
            "SELECT id FROM customers c WHERE to_jsonb(c) ->> 'email' = 'x'",
            "id=customers.id",
            "Where:constant(customers.email)",
        ),
        (
            "SELECT id FROM customers c WHERE to_jsonb(c) ->> 'boss' = '5'",
            "id=customers.id",
            "Where:other(customers.boss)",
        ),
        (
            "SELECT json_build_object('m', m) -> 'm' FROM (SELECT meta::json AS m FROM customers) c",
            "?column?=~customers.meta",
            "fails(cast to json:customers.meta) fails(reading json:customers.meta)",
        ),
    ] {
        let analysis = analysed(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
        assert_eq!(
            (columns(&analysis).as_str(), tests(&analysis).as_str()),
            (wanted, told),
            "{text}"
        );
    }
}
