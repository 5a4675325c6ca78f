//! Masks that read other columns of their row.

use std::sync::Arc;

use super::*;

/// A column beside the masked one: its name and type, and how it is shown.
fn sibling(attribute: i16, name: &str, type_oid: u32, shown: Shown) -> Sibling {
    Sibling {
        name: name.into(),
        attribute,
        shape: shape(type_oid, -1),
        shown,
        is_unique: name == "id",
    }
}

fn field(attribute: i16, type_oid: u32, value: Option<&str>) -> RowField<'_> {
    RowField {
        attribute,
        type_oid,
        format: Format::Text,
        value: value.map(str::as_bytes),
    }
}

fn compile_beside(rule: &str, column: &ColumnShape, siblings: &[Sibling]) -> Result<ColumnMask, MaskError> {
    let spec = parsed(rule);
    ColumnMask::compile_in_row(&spec, column, siblings, &keys(), spec.name())
}

/// What a value becomes in this row.
fn in_row(mask: &ColumnMask, type_oid: u32, value: &str, fields: &[RowField<'_>]) -> String {
    let mut out = Vec::new();
    match mask.apply_in_row(type_oid, Format::Text, value.as_bytes(), &Row { fields }, &mut out) {
        Masked::Value => String::from_utf8(out).expect("UTF-8"),
        Masked::Null => "NULL".into(),
    }
}

const BY_ID: &str = "{ kind = \"date_shift\", days = 30, by = \"id\" }";

fn by_id(type_oid: u32, id_oid: u32, rule: &str) -> ColumnMask {
    let siblings = [sibling(1, "id", id_oid, Shown::Not)];
    compile_beside(rule, &shape(type_oid, -1), &siblings).expect("dates")
}

/// Days from one date to another.
fn days_between(one: &str, other: &str) -> i64 {
    use crate::value::moment::{Moment, decode_date};
    let days = |text: &str| match decode_date(Format::Text, &text.as_bytes()[..10]) {
        Some(Moment::At(days)) => days,
        _ => panic!("{text}"),
    };
    days(other) - days(one)
}

#[test]
fn dates_of_one_subject_move_alike() {
    let dates = by_id(oid::DATE, oid::INT4, BY_ID);
    let others = by_id(oid::DATE, oid::TEXT, BY_ID);
    let times = by_id(
        oid::TIMESTAMP,
        oid::INT8,
        "{ kind = \"date_shift\", days = 30, by = \"id\", keep_time = true }",
    );
    let mut shifts = std::collections::BTreeSet::new();
    for id in 0..500 {
        let id = id.to_string();
        let row = [field(1, oid::INT4, Some(&id))];
        let moved = |date: &str| in_row(&dates, oid::DATE, date, &row);
        let shift = days_between("2024-03-07", &moved("2024-03-07"));
        assert!((-30..=30).contains(&shift) && shift != 0, "{shift}");
        for date in ["1931-12-31", "2000-02-29", "2030-01-01"] {
            assert_eq!(days_between(date, &moved(date)), shift, "{id}");
        }
        let in_text = [field(1, oid::TEXT, Some(&id))];
        assert_eq!(in_row(&others, oid::DATE, "2024-03-07", &in_text), moved("2024-03-07"));
        let binary: i64 = id.parse().expect("a number");
        let in_binary = [RowField {
            value: Some(&binary.to_be_bytes()),
            format: Format::Binary,
            ..field(1, oid::INT8, None)
        }];
        let time = in_row(&times, oid::TIMESTAMP, "2024-03-07 10:11:12.5", &in_binary);
        assert_eq!(time, format!("{} 10:11:12.5", moved("2024-03-07")));
        shifts.insert(shift);
    }
    assert!(shifts.len() > 50, "{}", shifts.len());
}

#[test]
fn timestamps_of_one_subject_keep_what_lies_between_them() {
    use crate::value::moment::{Moment, decode_timestamp};
    let mask = by_id(oid::TIMESTAMP, oid::INT4, BY_ID);
    let at = |text: &str| match decode_timestamp(Format::Text, false, text.as_bytes()) {
        Some((Moment::At(us), _)) => us,
        _ => panic!("{text}"),
    };
    for id in 0..300 {
        let id = id.to_string();
        let row = [field(1, oid::INT4, Some(&id))];
        let moved = |text: &str| at(&in_row(&mask, oid::TIMESTAMP, text, &row)) - at(text);
        let shift = moved("2024-03-07 10:11:12");
        assert!(shift != 0 && shift.abs() <= 30 * 86_400_000_000);
        assert_eq!(shift % 1_000_000, 0, "a whole second stays whole");
        assert_eq!(moved("1999-12-31 23:59:59"), shift);
        let fraction = moved("2024-03-07 10:11:12.123456");
        assert!((fraction - shift).abs() < 1_000_000);
        assert_eq!(in_row(&mask, oid::TIMESTAMP, "infinity", &row), "infinity");
    }
}

#[test]
fn without_the_row_nothing_is_shown() {
    let mask = by_id(oid::DATE, oid::INT4, BY_ID);
    let neutral = "2000-01-01";
    assert_eq!(text(&mask, oid::DATE, "2024-03-07"), neutral);
    assert_eq!(in_row(&mask, oid::DATE, "2024-03-07", &[]), neutral);
    assert_eq!(
        in_row(&mask, oid::DATE, "2024-03-07", &[field(2, oid::INT4, Some("1"))]),
        neutral
    );
    assert_eq!(
        in_row(&mask, oid::DATE, "2024-03-07", &[field(1, oid::INT4, Some("x"))]),
        neutral
    );
    // Of nobody in particular: it moves by itself, as without a subject.
    let alone = compiled("date_shift", oid::DATE);
    let of_none = in_row(&mask, oid::DATE, "2024-03-07", &[field(1, oid::INT4, None)]);
    assert_ne!(of_none, "2024-03-07");
    assert_ne!(of_none, neutral);
    assert_eq!(alone.reads(), &[] as &[i16]);
    assert_eq!(mask.reads(), [1]);
    assert!(!mask.contract().deterministic && alone.contract().deterministic);
}

fn when(condition: &str, type_oid: u32, then: &str, otherwise: &str) -> Result<ColumnMask, MaskError> {
    let rule = format!("{{ kind = \"when\", column = \"c\", {condition}, then = {then}, else = {otherwise} }}");
    let siblings = [sibling(4, "c", type_oid, Shown::Not)];
    compile_beside(&rule, &shape(oid::TEXT, -1), &siblings)
}

#[test]
fn conditions_choose() {
    for (condition, type_oid, held, holds) in [
        ("equals = \"FR\"", oid::TEXT, Some("FR"), true),
        ("equals = \"FR\"", oid::TEXT, Some("fr"), false),
        ("equals = \"FR\"", oid::TEXT, None, false),
        ("in = [\"FR\", \"DE\"]", oid::TEXT, Some("DE"), true),
        ("in = [1, 2]", oid::INT4, Some("2"), true),
        ("in = [1, 2]", oid::INT8, Some("3"), false),
        ("equals = 1.50", oid::NUMERIC, Some("1.5000"), true),
        ("equals = true", oid::BOOL, Some("t"), true),
        ("equals = true", oid::BOOL, Some("f"), false),
        ("equals = \"DE\"", oid::BPCHAR, Some("DE   "), true),
        ("matches = \"^test-\"", oid::TEXT, Some("test-7"), true),
        ("matches = \"^test-\"", oid::TEXT, Some("a test-7"), false),
        ("matches = \".*\"", oid::TEXT, None, false),
        ("is_null = true", oid::JSON, None, true),
        ("is_null = true", oid::JSON, Some("{}"), false),
        ("is_null = false", oid::JSON, Some("{}"), true),
        ("is_null = false", oid::JSON, None, false),
    ] {
        let mask = when(
            condition,
            type_oid,
            "\"keep\"",
            "{ kind = \"fixed\", value = \"else\" }",
        )
        .expect(condition);
        let shown = in_row(&mask, oid::TEXT, "secret", &[field(4, type_oid, held)]);
        assert_eq!(shown, if holds { "secret" } else { "else" }, "{condition} {held:?}");
        // Where it is not known, neither way is taken.
        assert_eq!(in_row(&mask, oid::TEXT, "secret", &[]), "[redacted]");
        assert!(mask.shows_values() && mask.decides_by_row());
    }
    let mask = when("equals = \"FR\"", oid::TEXT, "\"email\"", "\"redact\"").expect("a mask");
    let email = text(&compile("email", oid::TEXT, -1).expect("texts"), oid::TEXT, "secret");
    let shown = in_row(&mask, oid::TEXT, "secret", &[field(4, oid::TEXT, Some("FR"))]);
    assert!(shown.contains('@') && !mask.shows_values(), "{shown} {email}");
    let large = vec![b'x'; MASKED_FIELD_BYTES_MAX + 1];
    let keep = when("is_null = true", oid::TEXT, "\"keep\"", "\"keep\"").expect("a mask");
    let large = String::from_utf8(large).expect("UTF-8");
    assert_eq!(
        in_row(&keep, oid::TEXT, &large, &[field(4, oid::TEXT, None)]),
        "[redacted]"
    );
}

#[test]
fn ways_make_the_promise() {
    let of = |then: &str, otherwise: &str| {
        *when("is_null = true", oid::TEXT, then, otherwise)
            .expect(then)
            .contract()
    };
    assert!(of("\"keep\"", "\"email\"").keeps_null && !of("\"null\"", "\"email\"").keeps_null);
    assert_eq!(of("\"keep\"", "\"email\"").uniqueness, Uniqueness::Usually);
    assert_eq!(of("\"redact\"", "\"email\"").uniqueness, Uniqueness::Loses);
    for (condition, type_oid, words) in [
        ("equals = 1, in = [1]", oid::INT4, "one condition"),
        ("in = []", oid::INT4, "one condition"),
        ("equals = \"x\"", oid::INT4, "\"x\""),
        ("equals = \"x\"", oid::JSON, "reads column `c`"),
        ("matches = \"(\"", oid::TEXT, "\"(\""),
    ] {
        let error = when(condition, type_oid, "\"email\"", "\"redact\"")
            .expect_err(condition)
            .to_string();
        assert!(error.contains(words), "{error}");
    }
    let inner = "{ kind = \"when\", column = \"c\", equals = 2, then = \"email\" }";
    let nested = when("equals = 1", oid::INT4, "\"first_name\"", inner).expect("nested");
    assert_eq!(
        in_row(&nested, oid::TEXT, "secret", &[field(4, oid::INT4, Some("3"))]),
        "[redacted]"
    );
    assert!(in_row(&nested, oid::TEXT, "secret", &[field(4, oid::INT4, Some("2"))]).contains('@'));
}

#[test]
fn templates_show_what_is_shown() {
    let first_name = Arc::new(compiled("first_name", oid::TEXT));
    let id = Arc::new(compiled("integer", oid::INT4));
    let siblings = [
        sibling(1, "id", oid::INT4, Shown::Masked(Arc::clone(&id))),
        sibling(2, "first", oid::TEXT, Shown::Masked(Arc::clone(&first_name))),
        sibling(3, "city", oid::TEXT, Shown::AsTheyAre),
        sibling(4, "gone", oid::TEXT, Shown::Not),
    ];
    let row = [
        field(1, oid::INT4, Some("7")),
        field(2, oid::TEXT, Some("Mary")),
        field(3, oid::TEXT, Some("São Paulo")),
        field(4, oid::TEXT, Some("secret")),
    ];
    let name = text(&first_name, oid::TEXT, "Mary");
    let number = text(&id, oid::INT4, "7");
    let filled = |template: &str, limit: i32| {
        let rule = format!("{{ kind = \"template\", text = \"{template}\" }}");
        let mask = compile_beside(&rule, &shape(oid::VARCHAR, limit), &siblings).expect(template);
        in_row(&mask, oid::VARCHAR, "mary@corp.com", &row)
    };
    assert_eq!(filled("{first}.{id}@x.org", -1), format!("{name}.{number}@x.org"));
    assert_eq!(
        filled("{city|slug}-{first|upper}{gone}", -1),
        format!("sao-paulo-{}", name.to_uppercase())
    );
    assert_eq!(
        filled("{first|initial|lower}{{}}", -1),
        format!("{}{{}}", name[..1].to_lowercase())
    );
    assert_eq!(filled("{city} and more", 4 + 10), "São Paulo");
    assert_eq!(filled("{gone}", -1), "[redacted]");
    let unknown = compile_beside(
        "{ kind = \"template\", text = \"{first} {city}\" }",
        &shape(oid::TEXT, -1),
        &siblings,
    );
    let unknown = unknown.expect("texts");
    assert_eq!(in_row(&unknown, oid::TEXT, "x", &row[..2]), "[redacted]");
    assert_eq!(in_row(&unknown, oid::TEXT, "", &row), "");
    assert_eq!(unknown.reads(), [2, 3]);
}

#[test]
fn templates_promise_what_they_hold() {
    let id = Arc::new(compiled("integer", oid::INT4));
    let siblings = [
        sibling(1, "id", oid::INT4, Shown::Masked(id)),
        sibling(2, "first", oid::TEXT, Shown::AsTheyAre),
    ];
    for (template, type_modifier, uniqueness) in [
        ("{id}@x.org", -1, Uniqueness::Keeps),
        ("{id}", -1, Uniqueness::Keeps),
        ("{first}.{id}", -1, Uniqueness::Keeps),
        ("{first}.{id}", 4 + 20, Uniqueness::Usually),
        ("{first}{id}", -1, Uniqueness::Usually),
        ("{id}7{first}", -1, Uniqueness::Usually),
        ("{first}.{id}.{first}", -1, Uniqueness::Usually),
        ("{id|initial}@x.org", -1, Uniqueness::Loses),
        ("{first}@x.org", -1, Uniqueness::Loses),
    ] {
        let rule = format!("{{ kind = \"template\", text = \"{template}\" }}");
        let mask = compile_beside(&rule, &shape(oid::VARCHAR, type_modifier), &siblings).expect(template);
        assert_eq!(mask.contract().uniqueness, uniqueness, "{template} {type_modifier}");
    }
}

#[test]
fn parts_of_one_place_fit_each_other() {
    let siblings = [
        sibling(1, "city", oid::TEXT, Shown::Not),
        sibling(2, "country", oid::TEXT, Shown::Not),
    ];
    let lines: Vec<&str> = include_str!("../words/places.txt").lines().collect();
    let mut seen = std::collections::BTreeSet::new();
    for locale in ["mixed", "fr", "ja"] {
        let part = |part: &str, value: &str, row: &[RowField<'_>]| {
            let rule = format!(
                "{{ kind = \"place\", part = \"{part}\", by = [\"city\", \"country\"], locale = \"{locale}\" }}"
            );
            let mask = compile_beside(&rule, &shape(oid::TEXT, -1), &siblings).expect("texts");
            in_row(&mask, oid::TEXT, value, row)
        };
        for number in 0..100 {
            let city = format!("City {number}");
            let row = [field(1, oid::TEXT, Some(&city)), field(2, oid::TEXT, Some("Utopia"))];
            let shown = [
                part("city", &city, &row),
                part("region", "x", &row),
                part("country", "Utopia", &row),
                part("country", "UT", &row),
                part("country", "UTO", &row),
            ];
            let line = lines
                .iter()
                .find(|line| line.contains(&format!(": {}; ", shown.join("; "))));
            let line = line.unwrap_or_else(|| panic!("{shown:?}"));
            assert!(locale == "mixed" || line.starts_with(locale));
            let code = part("postal_code", "12345", &row);
            let form = line.rsplit("; ").next().expect("a form");
            assert_eq!(code.len(), form.len());
            let fits = |(digit, form): (char, char)| form == digit || (form == '#' && digit.is_ascii_digit());
            assert!(code.chars().zip(form.chars()).all(fits), "{code} {form}");
            assert_eq!(part("postal_code", "99999", &row), code);
            seen.insert(shown[0].clone());
            // NULL and an empty name are two places.
            assert_eq!(part("city", "x", &row[..1]), "[redacted]");
        }
    }
    assert!(seen.len() > 60, "{}", seen.len());
}

#[test]
fn arrays_and_masks_within_others_do_not_read_the_row() {
    let array = ColumnShape {
        content: Content::Array(oid::DATE, Box::new(shape(oid::DATE, -1))),
        ..shape(1182, -1)
    };
    let siblings = [sibling(1, "id", oid::INT4, Shown::Not)];
    assert!(matches!(
        compile_beside(BY_ID, &array, &siblings),
        Err(MaskError::Type { .. })
    ));
    let within = format!("{{ kind = \"sometimes_null\", mask = {BY_ID} }}");
    let error = compile_beside(&within, &shape(oid::DATE, -1), &siblings)
        .expect_err("within")
        .to_string();
    assert!(error.contains("from within another mask"), "{error}");
    assert!(matches!(
        compile_beside(BY_ID, &shape(oid::DATE, -1), &[]),
        Err(MaskError::Sibling { .. })
    ));
    let json = [sibling(1, "id", oid::JSON, Shown::Not)];
    assert!(matches!(
        compile_beside(BY_ID, &shape(oid::DATE, -1), &json),
        Err(MaskError::Sibling { .. })
    ));
}
