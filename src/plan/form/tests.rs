//! Values rewritten whole and in pieces.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Form, MASKED_FORM_BYTES_MAX, Rewriter, Unfit};
use crate::mask::{ColumnMask, ColumnShape, Content, Keys, MaskSpec};
use crate::value::{Format, oid};

fn mask(spec: &str, type_oid: u32) -> Arc<Form> {
    let table: toml::Table = format!("mask = {spec}").parse().unwrap();
    let shape = ColumnShape {
        type_oid,
        type_modifier: -1,
        ..ColumnShape::default()
    };
    let keys = Keys::from_content(&[7; 32]).unwrap();
    let mask = ColumnMask::compile(&MaskSpec::parse(&table["mask"]).unwrap(), &shape, &keys, "d").unwrap();
    Arc::new(Form::Mask {
        class: 1,
        mask: Arc::new(mask),
        type_oid,
    })
}

/// Covers all but the first letter.
fn covered() -> Arc<Form> {
    mask("{ kind = \"partial\", keep_first = 1 }", oid::TEXT)
}

fn keep() -> Arc<Form> {
    Arc::new(Form::Keep)
}

fn row(fields: &[(&str, &Arc<Form>)]) -> Arc<Form> {
    let fields = fields.iter().map(|(name, form)| ((*name).into(), Arc::clone(form)));
    Arc::new(Form::Row(fields.collect()))
}

fn json(content: &Arc<Form>) -> Arc<Form> {
    Arc::new(Form::Json(content.clone()))
}

/// Rewrites a value in pieces of every size up to that of the whole; all must come to the same.
fn rewritten(form: &Arc<Form>, format: Format, value: &[u8]) -> Result<Option<Vec<u8>>, Unfit> {
    let in_pieces = |size: usize| {
        let mut rewriter = Rewriter::new(form, None, format);
        let mut out = Vec::new();
        value.chunks(size).try_for_each(|piece| rewriter.push(piece))?;
        Ok(rewriter.finish(&mut out)?.then_some(out))
    };
    let whole = in_pieces(value.len().max(1));
    for size in 1..value.len().min(20) {
        assert_eq!(in_pieces(size), whole, "in pieces of {size}");
    }
    whole
}

fn text(form: &Arc<Form>, value: &str) -> String {
    match rewritten(form, Format::Text, value.as_bytes()) {
        Ok(Some(out)) => String::from_utf8(out).unwrap(),
        Ok(None) => "NULL".to_owned(),
        Err(Unfit) => "unfit".to_owned(),
    }
}

#[test]
fn arrays_in_text() {
    let form = Arc::new(Form::Array(covered()));
    for (value, wanted) in [
        ("{}", "{}"),
        ("{mary,NULL,\"NULL\",null}", "{m***,NULL,N***,NULL}"),
        (r#"{"a b","c\"d\\e","",x}"#, r#"{a**,c****,"",*}"#),
        ("{{mary,anna},{tom,NULL}}", "{{m***,a***},{t**,NULL}}"),
        (
            "[0:1][-1:0]={{mary,anna},{tom,bo}}",
            "[0:1][-1:0]={{m***,a***},{t**,b*}}",
        ),
        ("{ab}x", "unfit"),
        ("{ab", "unfit"),
        ("{a,}", "unfit"),
        ("(a)", "unfit"),
        ("", "unfit"),
    ] {
        assert_eq!(text(&form, value), wanted, "{value}");
    }
    let quoted = Arc::new(Form::Array(mask(
        "{ kind = \"fixed\", value = \"a \\\"b\\\\\" }",
        oid::TEXT,
    )));
    assert_eq!(text(&quoted, "{x,NULL}"), r#"{"a \"b\\",NULL}"#);
    let word = Arc::new(Form::Array(mask("{ kind = \"fixed\", value = \"null\" }", oid::TEXT)));
    assert_eq!(text(&word, "{x}"), r#"{"null"}"#);
    assert_eq!(
        text(&Arc::new(Form::Array(mask("\"null\"", oid::TEXT))), "{x,\"y z\"}"),
        "{NULL,NULL}"
    );
}

#[test]
fn rows_in_text() {
    let form = row(&[
        ("id", &keep()),
        ("name", &covered()),
        ("gone", &Arc::new(Form::Null)),
        ("city", &keep()),
    ]);
    for (value, wanted) in [
        ("(1,mary,x,Rome)", "(1,m***,,Rome)"),
        ("(,,,)", "(,,,)"),
        (
            r#"(1,"a ""b"" \\ c","(,)","New ""York"" \\")"#,
            r#"(1,a********,,"New ""York"" \\")"#,
        ),
        (r#"("","",x,"")"#, r#"("","",,"")"#),
        ("(1,mary,x)", "unfit"),
        ("(1,mary,x,Rome,more)", "unfit"),
        ("(1,mary,x,Rome", "unfit"),
        ("{1}", "unfit"),
    ] {
        assert_eq!(text(&form, value), wanted, "{value}");
    }
    let nested = row(&[
        ("id", &keep()),
        ("inner", &row(&[("name", &covered())])),
        ("all", &Arc::new(Form::Array(covered()))),
    ]);
    assert_eq!(
        text(&nested, r#"(1,"(""mary x"")","{tom,""a b"",NULL}")"#),
        r#"(1,"(m*****)","{t**,a**,NULL}")"#
    );
}

#[test]
fn documents() {
    let form = json(&row(&[
        ("id", &keep()),
        ("email", &covered()),
        ("n", &mask("{ kind = \"fixed\", value = \"7\" }", oid::INT4)),
        ("x", &Arc::new(Form::Null)),
    ]));
    for (value, wanted) in [
        (
            r#"{"id":1,"email":"mary","n":42,"x":[1,{"a":"}"}]}"#,
            r#"{"id":1,"email":"m***","n":7,"x":null}"#,
        ),
        (
            r#"{ "x" : true , "email" : "a\"b\u0001" }"#,
            r#"{ "x" : null , "email" : "a***" }"#,
        ),
        (
            r#"{"id":{"email":"kept, \"}"},"email":null,"n":null}"#,
            r#"{"id":{"email":"kept, \"}"},"email":null,"n":null}"#,
        ),
        (r#"{"email":"a","email":"bc"}"#, r#"{"email":"*","email":"b*"}"#),
        ("{}", "{}"),
        ("[]", "[]"),
        (" null ", " null "),
        (r#"{"other":1}"#, "unfit"),
        (r#"["mary"]"#, "unfit"),
        (r#""mary""#, "unfit"),
        ("12", "unfit"),
        (r#"{"email":"mary""#, "unfit"),
        (r#"{"email":["mary"]}"#, "unfit"),
        (r#"{"email":12}"#, "unfit"),
        (r#"{"id":1}{"id":2}"#, "unfit"),
        ("", "unfit"),
    ] {
        assert_eq!(text(&form, value), wanted, "{value}");
    }
}

#[test]
fn lists_and_dimensions() {
    let list = json(&Arc::new(Form::List(row(&[("e", &covered())]))));
    assert_eq!(
        text(&list, "[{\"e\":\"mary\"}, \n {\"e\":null}, \n null]"),
        "[{\"e\":\"m***\"}, \n {\"e\":null}, \n null]"
    );
    assert_eq!(text(&list, "{}"), "{}");
    assert_eq!(text(&list, "{\"e\":1}"), "unfit");
    let array = json(&Arc::new(Form::Array(covered())));
    assert_eq!(
        text(&array, r#"[["mary","tom"],["a",null]]"#),
        r#"[["m***","t**"],["*",null]]"#
    );
    assert_eq!(text(&json(&Arc::new(Form::List(covered()))), r#"[["mary"]]"#), "unfit");
    let tuple = json(&Arc::new(Form::Tuple(Arc::from([keep(), covered()]))));
    assert_eq!(text(&tuple, r#"[1, "mary"]"#), r#"[1, "m***"]"#);
    assert_eq!(text(&tuple, r#"[1]"#), "[1]");
    assert_eq!(text(&tuple, r#"[1, "mary", 2]"#), "unfit");
    let map = json(&Arc::new(Form::Map(covered())));
    assert_eq!(text(&map, r#"{"a\"":"mary","b":"tom"}"#), r#"{"a\"":"m***","b":"t**"}"#);
}

#[test]
fn values_of_types_as_json_has_them() {
    let masked =
        |spec: &str, type_oid: u32, value: &str| text(&json(&Arc::new(Form::List(mask(spec, type_oid)))), value);
    assert_eq!(masked("\"redact\"", oid::BOOL, "[true]"), "[false]");
    assert_eq!(masked("\"redact\"", oid::BYTEA, r#"["\\x01ff"]"#), r#"["\\x"]"#);
    assert_eq!(masked("\"redact\"", oid::JSONB, r#"[{"a": [1]}]"#), "[{}]");
    assert_eq!(masked("\"redact\"", oid::NUMERIC, r#"["NaN", 1.50]"#), "[0, 0]");
    assert_eq!(
        masked("{ kind = \"fixed\", value = \"NaN\" }", oid::FLOAT8, "[1e+20]"),
        r#"["NaN"]"#
    );
    assert_eq!(masked("\"null\"", oid::DATE, r#"["2020-01-01"]"#), "[null]");
    let shifted = masked(
        "{ kind = \"date_shift\", days = 3, keep_time = true }",
        oid::TIMESTAMPTZ,
        r#"["2020-03-04T05:06:07.89+02:00"]"#,
    );
    assert!(
        shifted.contains("T03:06:07.89+00:00") && !shifted.contains("03-04"),
        "{shifted}"
    );
    let shifted = masked(
        "{ kind = \"date_shift\", days = 3 }",
        oid::TIMESTAMP,
        r#"["0044-03-15T00:00:00 BC"]"#,
    );
    assert!(shifted.contains("T") && shifted.ends_with(" BC\"]"), "{shifted}");
    assert_eq!(
        masked("{ kind = \"date_shift\", days = 3 }", oid::TIMESTAMP, r#"["infinity"]"#),
        r#"["infinity"]"#
    );
}

#[test]
fn jsonb_in_binary_form_has_a_version() {
    let form = Arc::new(Form::Jsonb(Arc::new(Form::List(covered()))));
    assert_eq!(
        rewritten(&form, Format::Binary, b"\x01[\"mary\"]"),
        Ok(Some(b"\x01[\"m***\"]".to_vec()))
    );
    assert_eq!(rewritten(&form, Format::Binary, b"[\"mary\"]"), Err(Unfit));
    assert_eq!(
        rewritten(&form, Format::Text, b"[\"mary\"]"),
        Ok(Some(b"[\"m***\"]".to_vec()))
    );
}

fn sized(values: &[Option<&[u8]>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for value in values {
        let length = value.map_or(-1, |value| i32::try_from(value.len()).unwrap());
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(value.unwrap_or_default());
    }
    bytes
}

fn numbers(numbers: &[i32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

#[test]
fn arrays_in_binary() {
    let form = Arc::new(Form::Array(covered()));
    let array = |flag, dimensions: &[i32], values: &[Option<&[u8]>]| {
        let count = i32::try_from(dimensions.len() / 2).unwrap();
        [numbers(&[count, flag, 25]), numbers(dimensions), sized(values)].concat()
    };
    let value = array(1, &[2, 1, 2, -3], &[Some(b"mary"), None, Some(b""), Some(b"tom")]);
    let wanted = array(1, &[2, 1, 2, -3], &[Some(b"m***"), None, Some(b""), Some(b"t**")]);
    assert_eq!(rewritten(&form, Format::Binary, &value), Ok(Some(wanted)));
    assert_eq!(
        rewritten(&form, Format::Binary, &array(0, &[], &[])),
        Ok(Some(array(0, &[], &[])))
    );
    let nulls = Arc::new(Form::Array(mask("\"null\"", oid::TEXT)));
    let value = array(0, &[1, 1], &[Some(b"mary")]);
    assert_eq!(
        rewritten(&nulls, Format::Binary, &value),
        Ok(Some(array(1, &[1, 1], &[None])))
    );
    for cut in 0..value.len() {
        assert_eq!(rewritten(&form, Format::Binary, &value[..cut]), Err(Unfit), "{cut}");
    }
    for bad in [
        array(0, &[-1, 1], &[]),
        array(0, &[1; 14], &[]),
        [value.clone(), vec![0]].concat(),
        array(0, &[i32::MAX; 12], &[]),
    ] {
        assert_eq!(rewritten(&form, Format::Binary, &bad), Err(Unfit));
    }
}

#[test]
fn rows_in_binary() {
    let form = row(&[("id", &keep()), ("name", &covered()), ("gone", &Arc::new(Form::Null))]);
    let value = |fields: &[Option<&[u8]>]| {
        let mut bytes = numbers(&[i32::try_from(fields.len()).unwrap()]);
        for field in fields {
            bytes.extend_from_slice(&numbers(&[25]));
            bytes.extend_from_slice(&sized(&[*field]));
        }
        bytes
    };
    let wanted = value(&[Some(b"1"), Some(b"m***"), None]);
    assert_eq!(
        rewritten(&form, Format::Binary, &value(&[Some(b"1"), Some(b"mary"), Some(b"x")])),
        Ok(Some(wanted))
    );
    let nothing = value(&[None, None, None]);
    assert_eq!(rewritten(&form, Format::Binary, &nothing), Ok(Some(nothing.clone())));
    assert_eq!(
        rewritten(&form, Format::Binary, &value(&[Some(b"1"), Some(b"mary")])),
        Err(Unfit)
    );
    for cut in 0..nothing.len() {
        assert_eq!(rewritten(&form, Format::Binary, &nothing[..cut]), Err(Unfit), "{cut}");
    }
}

#[test]
fn a_field_of_another_type_than_the_mask_takes_is_redacted() {
    let form = row(&[("n", &mask("\"integer\"", oid::INT4))]);
    let value = [numbers(&[1, 701, 8]), vec![1; 8]].concat();
    assert_eq!(
        rewritten(&form, Format::Binary, &value),
        Ok(Some(numbers(&[1, 701, -1])))
    );
}

#[test]
fn what_becomes_of_a_value_depends_on_the_masked_one_only() {
    let form = json(&Arc::new(Form::List(mask(
        "{ kind = \"fixed\", value = \"x\" }",
        oid::TEXT,
    ))));
    let long = format!(
        "[\"{}\", \"{}\"]",
        "a".repeat(MASKED_FORM_BYTES_MAX - 9),
        "b".repeat(MASKED_FORM_BYTES_MAX - 9)
    );
    let mut rewriter = Rewriter::new(&form, None, Format::Text);
    rewriter.push(long.as_bytes()).unwrap();
    let mut out = Vec::new();
    assert_eq!(rewriter.finish(&mut out), Ok(true));
    assert_eq!(out, b"[\"x\", \"x\"]");
    let kept = json(&Arc::new(Form::Tuple(Arc::from([keep(), covered()]))));
    let mut rewriter = Rewriter::new(&kept, None, Format::Text);
    assert_eq!(
        rewriter.push(format!("[\"{}\",", "a".repeat(MASKED_FORM_BYTES_MAX)).as_bytes()),
        Err(Unfit)
    );
}

proptest! {
    #[test]
    fn nothing_panics(value in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"{}[](),\"\\:n\0".to_vec())], 0..60)) {
        let inner = row(&[("a", &covered()), ("b", &keep())]);
        for form in [
            Arc::new(Form::Array(inner.clone())),
            json(&Arc::new(Form::List(inner.clone()))),
            Arc::new(Form::Jsonb(inner.clone())),
            row(&[("a", &json(&inner)), ("b", &Arc::new(Form::Array(covered())))]),
        ] {
            for format in [Format::Text, Format::Binary] {
                let _ = rewritten(&form, format, &value);
            }
        }
    }
}

#[test]
fn array_columns_in_documents_are_masked_as_in_rows() {
    let table: toml::Table = "mask = { kind = \"partial\", keep_first = 1 }".parse().unwrap();
    let element = ColumnShape {
        type_oid: oid::TEXT,
        type_modifier: -1,
        ..ColumnShape::default()
    };
    let shape = ColumnShape {
        type_oid: 1009,
        type_modifier: -1,
        content: Content::Array(oid::TEXT, Box::new(element)),
        ..ColumnShape::default()
    };
    let keys = Keys::from_content(&[7; 32]).unwrap();
    let mask = ColumnMask::compile(&MaskSpec::parse(&table["mask"]).unwrap(), &shape, &keys, "d").unwrap();
    let form = Arc::new(Form::Mask {
        class: 1,
        mask: Arc::new(mask),
        type_oid: 1009,
    });
    let documents = json(&row(&[("names", &form)]));
    assert_eq!(
        text(&documents, "{\"names\":[[\"mary\",null],[\"a\\\"b\",\"x\"]]}"),
        "{\"names\":[[\"m***\",null],[\"a**\",\"*\"]]}"
    );
    assert_eq!(text(&documents, "{\"names\":[]}"), "{\"names\":[]}");
    assert_eq!(
        text(&row(&[("names", &form)]), "(\"{mary,anna}\")"),
        "(\"{m***,a***}\")"
    );
}
