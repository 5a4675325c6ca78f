//! The laws that every mask holds to.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::value::oid;
use crate::value::text::characters;

mod claims;
mod forms;
mod ranges;
mod rows;
mod uniqueness;

const TEXT_TYPES: [u32; 4] = [oid::TEXT, oid::VARCHAR, oid::BPCHAR, oid::NAME];
const TYPES: [u32; 26] = [
    oid::XML,
    contract::SAMPLE_HSTORE,
    oid::BOOL,
    oid::BYTEA,
    oid::NAME,
    oid::INT8,
    oid::INT2,
    oid::INT4,
    oid::TEXT,
    oid::JSON,
    oid::CIDR,
    oid::FLOAT4,
    oid::FLOAT8,
    oid::MACADDR,
    oid::INET,
    oid::BPCHAR,
    oid::VARCHAR,
    oid::DATE,
    oid::TIME,
    oid::TIMESTAMP,
    oid::TIMESTAMPTZ,
    oid::INTERVAL,
    oid::NUMERIC,
    oid::UUID,
    oid::TSVECTOR,
    oid::JSONB,
];
const CITEXT: u32 = 16_500;

pub(super) fn keys() -> Keys {
    Keys::from_content(&[7; 32]).expect("32 bytes")
}

fn spec(name: &str) -> MaskSpec {
    let contract = MaskSpec::kinds().find(|contract| contract.name == name).expect(name);
    let text = match name {
        "partial" => "{ kind = \"partial\", keep_first = 1, keep_last = 2 }".to_string(),
        // By name alone it is `redact` of every field.
        "composite" => contract.example_rule(),
        _ if contract
            .options
            .iter()
            .any(|option| option.default == OptionDefault::Required) =>
        {
            contract.example_rule()
        }
        name => format!("\"{name}\""),
    };
    parsed(&text)
}

/// A mask as a rule file writes it.
pub(super) fn parsed(rule: &str) -> MaskSpec {
    let table: toml::Table = format!("mask = {rule}").parse().expect("TOML");
    MaskSpec::parse(&table["mask"]).expect(rule)
}

/// What a value in text form becomes; `NULL` where it is that.
pub(super) fn masked(spec: &MaskSpec, type_oid: u32, type_modifier: i32, value: &str) -> String {
    let shape = shape(type_oid, type_modifier);
    let mask = beside(spec, &shape, &keys(), spec.name()).expect("an accepted type");
    match apply(&mask, type_oid, Format::Text, value.as_bytes()) {
        Some(masked) => String::from_utf8(masked).expect("UTF-8"),
        None => "NULL".into(),
    }
}

fn shape(type_oid: u32, type_modifier: i32) -> ColumnShape {
    ColumnShape {
        type_modifier,
        name: "c".into(),
        ..example_shape(type_oid)
    }
}

fn compile(name: &str, type_oid: u32, type_modifier: i32) -> Result<ColumnMask, MaskError> {
    beside(&spec(name), &shape(type_oid, type_modifier), &keys(), "d")
}

/// Beside the columns of the mask's example.
fn beside(spec: &MaskSpec, shape: &ColumnShape, keys: &Keys, domain: &str) -> Result<ColumnMask, MaskError> {
    let (siblings, _) = spec.contract().example.row();
    ColumnMask::compile_in_row(spec, shape, &siblings, keys, domain)
}

fn compiled(name: &str, type_oid: u32) -> ColumnMask {
    compile(name, type_oid, -1).expect("an accepted type")
}

/// `None` for NULL.
fn apply(mask: &ColumnMask, type_oid: u32, format: Format, value: &[u8]) -> Option<Vec<u8>> {
    let mut out = b"before".to_vec();
    let (_, fields) = mask.contract().example.row();
    let masked = mask.apply_in_row(type_oid, format, value, &Row { fields: &fields }, &mut out);
    let appended = out.strip_prefix(b"before").expect("only appends").to_vec();
    match masked {
        Masked::Value => Some(appended),
        Masked::Null => {
            assert!(appended.is_empty());
            None
        }
    }
}

fn text(mask: &ColumnMask, type_oid: u32, value: &str) -> String {
    let out = apply(mask, type_oid, Format::Text, value.as_bytes()).expect("no NULL");
    String::from_utf8(out).expect("UTF-8")
}

fn names() -> impl Iterator<Item = &'static str> {
    MaskSpec::kinds().map(|contract| contract.name)
}

/// Masks that make no NULL.
fn valued() -> impl Iterator<Item = &'static str> {
    names().filter(|name| !["null", "sometimes_null"].contains(name))
}

#[test]
fn text_like_types_agree() {
    for name in names() {
        let Ok(mask) = compile(name, oid::TEXT, -1) else {
            continue;
        };
        for value in ["Mary Smith", "1.2.3.4", "x"] {
            let expected = apply(&mask, oid::TEXT, Format::Text, value.as_bytes());
            for type_oid in TEXT_TYPES {
                let other = compile(name, type_oid, if type_oid == oid::NAME { -1 } else { 64 }).expect("text-like");
                assert_eq!(
                    apply(&mask, type_oid, Format::Text, value.as_bytes()),
                    expected,
                    "{name}"
                );
                let masked = apply(&other, oid::TEXT, Format::Text, value.as_bytes());
                if expected.as_ref().is_none_or(|expected| expected.len() <= 60) {
                    assert_eq!(masked, expected, "{name} {type_oid}");
                }
            }
        }
    }
}

#[test]
fn integers_agree_over_types() {
    let mask = compiled("integer", oid::INT4);
    let wide = compiled("integer", oid::INT8);
    assert_eq!(text(&mask, oid::INT4, "42"), text(&wide, oid::INT8, "42"));
    assert_eq!(text(&mask, oid::INT8, "42"), text(&wide, oid::INT4, "42"));
    assert_eq!(
        text(&compiled("integer", oid::NUMERIC), oid::NUMERIC, "42"),
        text(&wide, oid::INT8, "42")
    );
}

#[test]
fn masked_text_fits_its_column() {
    let values = [
        "a",
        "Mary",
        "mary.smith@sakilacustomer.org",
        "+49 (30) 123-4567",
        "ñandú ñandú",
        "192.0.2.7",
        "…",
        "Mary Ann Smith-Jones of Kent",
    ];
    for name in valued() {
        for limit in 1..60 {
            let mask = compile(name, oid::VARCHAR, limit + 4);
            let padded = compile(name, oid::BPCHAR, limit + 4);
            let (Ok(mask), Ok(padded)) = (mask, padded) else {
                continue;
            };
            let limit = limit as usize;
            for value in values.iter().filter(|value| characters(value.as_bytes()) <= limit) {
                let masked = text(&mask, oid::VARCHAR, value);
                assert!(
                    characters(masked.as_bytes()) <= limit,
                    "{name} {limit} {value} {masked}"
                );
                assert!(!masked.is_empty());
                let blank_padded = text(&padded, oid::BPCHAR, value);
                assert_eq!(
                    characters(blank_padded.as_bytes()),
                    limit,
                    "{name} {limit} {value} {blank_padded}"
                );
                assert_eq!(text(&padded, oid::BPCHAR, &format!("{value}  ")), blank_padded);
                assert_eq!(text(&padded, oid::TEXT, value), blank_padded.trim_end_matches(' '));
            }
        }
    }
}

#[test]
fn an_empty_string_stays_empty() {
    for name in names().filter(|name| !["null", "fixed", "redact", "sometimes_null"].contains(name)) {
        let Ok(mask) = compile(name, oid::TEXT, -1) else {
            continue;
        };
        assert_eq!(text(&mask, oid::TEXT, ""), "", "{name}");
    }
}

#[test]
fn keys_and_domains_matter() {
    let other = Keys::from_content(&[8; 32]).expect("32 bytes");
    for contract in MaskSpec::kinds().filter(|contract| contract.needs_key) {
        let column = shape(contract.example.type_oid, -1);
        let masked = |keys: &Keys, domain: &str| {
            let mask = beside(&spec(contract.name), &column, keys, domain).expect("accepted");
            (0..4)
                .map(|index| {
                    let value = contract.example.value.replacen('2', &index.to_string(), 1);
                    apply(&mask, column.type_oid, Format::Text, value.as_bytes())
                })
                .collect::<Vec<_>>()
        };
        assert_ne!(masked(&keys(), "d"), masked(&other, "d"), "{}", contract.name);
        // The masks within it have domains of their own, so that leaves match columns.
        let is_of_others = ["json_leaves", "xml_leaves", "hstore", "composite"].contains(&contract.name);
        assert_eq!(
            masked(&keys(), "d") == masked(&keys(), "e"),
            is_of_others,
            "{}",
            contract.name
        );
        assert_eq!(masked(&keys(), "d"), masked(&keys(), "d"));
    }
}

#[test]
fn citext_is_masked_without_regard_to_case() {
    let shape = ColumnShape {
        content: Content::Citext,
        ..shape(CITEXT, -1)
    };
    let mask = ColumnMask::compile(&spec("email"), &shape, &keys(), "d").expect("text-like");
    assert_eq!(
        text(&mask, CITEXT, "Mary@Corp.com"),
        text(&mask, CITEXT, "mary@corp.com")
    );
    assert_eq!(
        text(&mask, CITEXT, "mary@corp.com"),
        text(&compiled("email", oid::TEXT), oid::TEXT, "mary@corp.com")
    );
}

#[test]
fn what_was_not_compiled_for_is_redacted() {
    let mask = compiled("email", oid::TEXT);
    assert_eq!(apply(&mask, oid::INT4, Format::Text, b"1"), None);
    assert_eq!(apply(&mask, 99_999, Format::Text, b"x"), None);
    assert_eq!(text(&compiled("integer", oid::INT4), oid::TEXT, "1"), "[redacted]");
    assert_eq!(
        apply(&compiled("integer", oid::INT4), oid::INT2, Format::Text, b"1"),
        None
    );
    assert_eq!(text(&compiled("uuid", oid::TEXT), oid::TEXT, "no uuid"), "[redacted]");
    assert_eq!(
        apply(
            &compiled("date_shift", oid::DATE),
            oid::DATE,
            Format::Text,
            b"01/02/2020"
        ),
        Some(b"2000-01-01".to_vec())
    );
    let large = vec![b'x'; MASKED_FIELD_BYTES_MAX + 1];
    assert_eq!(
        apply(&mask, oid::TEXT, Format::Text, &large).as_deref(),
        Some(&b"[redacted]"[..])
    );
    let narrow = compile("email", oid::VARCHAR, 9).expect("accepted");
    assert_eq!(
        apply(&narrow, oid::TEXT, Format::Text, &large).as_deref(),
        Some(&b"*****"[..])
    );
}

#[test]
fn constants_of_every_type() {
    for type_oid in TYPES {
        assert!(
            matches!(compiled("redact", type_oid).function, build::Function::Constant(_)),
            "{type_oid}"
        );
    }
    let array = ColumnShape {
        content: Content::Array(oid::TEXT, Box::new(shape(oid::TEXT, -1))),
        ..shape(1009, -1)
    };
    let mask = ColumnMask::compile(&spec("redact"), &array, &keys(), "d").expect("arrays");
    assert_eq!(apply(&mask, 1009, Format::Text, b"{a}").as_deref(), Some(&b"{}"[..]));
    assert_eq!(
        apply(&mask, 1009, Format::Binary, b"").as_deref(),
        Some(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25][..])
    );
    let odd = ColumnShape {
        not_null: true,
        ..shape(601, -1)
    };
    assert!(matches!(
        ColumnMask::compile(&spec("redact"), &odd, &keys(), "d"),
        Err(MaskError::NotNull { .. })
    ));
}

#[test]
fn mismatches_say_what_would_do() {
    let error = compile("integer", oid::TEXT, -1).expect_err("no integer").to_string();
    assert!(
        error.contains("smallint, integer, bigint, numeric") && error.contains("`c`"),
        "{error}"
    );
    assert!(matches!(compile("email", 1009, -1), Err(MaskError::Type { .. })));
    let shape = ColumnShape {
        not_null: true,
        ..shape(oid::TEXT, -1)
    };
    assert!(matches!(
        ColumnMask::compile(&spec("null"), &shape, &keys(), "d"),
        Err(MaskError::NotNull { .. })
    ));
    assert!(matches!(compile("fixed", oid::DATE, -1), Err(MaskError::Value { .. })));
}

#[test]
fn narrow_columns_lower_the_promise() {
    let of = |name, limit: i32| {
        compile(name, oid::VARCHAR, limit + 4)
            .expect("accepted")
            .contract()
            .uniqueness
    };
    assert_eq!(
        (of("email", 50), of("email", 23), of("email", 22)),
        (Uniqueness::Keeps, Uniqueness::Keeps, Uniqueness::Usually)
    );
    assert_eq!(
        (of("hash", 20), of("hash", 19)),
        (Uniqueness::Keeps, Uniqueness::Usually)
    );
    assert_eq!(
        (of("phone", 3), of("full_name", 50)),
        (Uniqueness::Keeps, Uniqueness::Loses)
    );
}

#[test]
fn few_values_are_told() {
    let numeric = |precision: i32, scale: i32| (precision << 16 | scale) + 4;
    for (name, type_oid, type_modifier, is_small) in [
        ("integer", oid::INT2, -1, true),
        ("integer", oid::INT4, -1, false),
        ("integer", oid::NUMERIC, numeric(4, 2), true),
        ("integer", oid::NUMERIC, numeric(6, 0), false),
        ("integer", oid::NUMERIC, -1, false),
        ("ff1", oid::VARCHAR, 5 + 4, true),
        ("ff1", oid::VARCHAR, 6 + 4, false),
        ("round", oid::INT2, -1, false),
    ] {
        let mask = compile(name, type_oid, type_modifier).expect("accepted");
        assert_eq!(mask.has_small_domain(), is_small, "{name} {type_oid} {type_modifier}");
    }
    let content = |type_oid| {
        [
            Content::Array(type_oid, Box::new(shape(type_oid, -1))),
            Content::Range(Box::new(shape(type_oid, -1))),
        ]
    };
    for (type_oid, is_small) in [(oid::INT2, true), (oid::INT8, false)] {
        for content in content(type_oid) {
            let shape = ColumnShape {
                content,
                ..shape(99_001, -1)
            };
            let mask = ColumnMask::compile(&spec("integer"), &shape, &keys(), "d").expect("accepted");
            assert_eq!(mask.has_small_domain(), is_small, "{shape:?}");
        }
    }
}

#[test]
fn masks_cross_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<ColumnMask>();
    shared::<Keys>();
}

#[test]
fn output_never_changes() {
    // A copy made last year must match one made today: these lines may be added to, never edited.
    let pinned: BTreeMap<&str, &str> = include_str!("pinned.txt")
        .lines()
        .filter_map(|line| line.split_once(": "))
        .collect();
    let mut lines = Vec::new();
    for name in valued() {
        let (type_oid, value) = match name {
            "integer" => (oid::INT4, "42"),
            "date_shift" => (oid::DATE, "2020-02-02"),
            "ip" => (oid::INET, "192.0.2.7"),
            "uuid" => (oid::UUID, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
            "fixed" | "redact" | "partial" | "hash" | "email" | "full_name" | "first_name" | "last_name" | "phone"
            | "address_line" | "city" | "company" | "user_name" | "url" | "free_text" | "json" => {
                (oid::TEXT, "Mary 0123")
            }
            _ => {
                let contract = MaskSpec::kinds().find(|contract| contract.name == name).expect(name);
                (contract.example.type_oid, contract.example.value)
            }
        };
        lines.push(format!("{name}: {}", text(&compiled(name, type_oid), type_oid, value)));
    }
    let now: BTreeMap<&str, &str> = lines.iter().filter_map(|line| line.split_once(": ")).collect();
    assert_eq!(now, pinned, "\n{}", lines.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_bytes_are_masked_or_redacted(value in prop::collection::vec(any::<u8>(), 0..80), binary: bool, typmod in -1i32..100) {
        any_value(&value, binary, typmod);
    }

    #[test]
    fn any_text_is_masked_or_redacted(value in "\\PC{0,40}|[-0-9.:/ +]{0,30}|[0-9a-f:.]{1,20}/[0-9]{1,3}", typmod in -1i32..100) {
        any_value(value.as_bytes(), false, typmod);
    }
}

/// No panic; and what is long and has letters or digits is not passed as it is.
fn any_value(value: &[u8], binary: bool, typmod: i32) {
    let format = if binary { Format::Binary } else { Format::Text };
    for name in names() {
        for type_oid in TYPES {
            let Ok(mask) = compile(name, type_oid, typmod) else {
                continue;
            };
            let masked = apply(&mask, type_oid, format, value);
            let telling = value.iter().filter(|byte| byte.is_ascii_alphanumeric()).count() >= 8;
            if telling && !["partial", "redact", "fixed"].contains(&name) {
                assert_ne!(masked.as_deref(), Some(value), "{name} {type_oid}");
            }
        }
    }
}
