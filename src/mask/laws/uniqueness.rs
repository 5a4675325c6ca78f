//! Different values stay different.

use std::collections::HashSet;

use super::*;

fn assert_distinct(mask: &ColumnMask, type_oid: u32, values: impl Iterator<Item = String>) {
    let mut seen = HashSet::new();
    let mut count = 0;
    for value in values {
        let masked = apply(mask, type_oid, Format::Text, value.as_bytes()).expect("no NULL");
        assert!(seen.insert(masked.into_boxed_slice()), "{value} collides");
        count += 1;
    }
    assert_eq!(count, 1_000_000);
    assert_eq!(mask.contract().uniqueness, Uniqueness::Keeps);
}

#[test]
fn a_million_emails_stay_different() {
    let values = (0..1_000_000).map(|number| format!("user{number}@corp.com"));
    assert_distinct(
        &compile("email", oid::VARCHAR, 54).expect("accepted"),
        oid::VARCHAR,
        values,
    );
}

#[test]
fn a_million_user_names_stay_different() {
    let values = (0..1_000_000).map(|number| format!("u{number}"));
    assert_distinct(
        &compile("user_name", oid::VARCHAR, 20).expect("accepted"),
        oid::VARCHAR,
        values,
    );
}

#[test]
fn a_million_phones_stay_different() {
    assert_distinct(
        &compiled("phone", oid::TEXT),
        oid::TEXT,
        (0..1_000_000).map(|number| format!("+1 ({:03}) {:03}", number / 1000, number % 1000)),
    );
}

#[test]
fn a_million_integers_stay_different() {
    assert_distinct(
        &compiled("integer", oid::INT4),
        oid::INT4,
        (-500_000..500_000).map(|number: i32| number.to_string()),
    );
}

#[test]
fn a_million_uuids_stay_different() {
    let values = (0..1_000_000).map(|number| format!("00000000-0000-4000-8000-{number:012}"));
    assert_distinct(&compiled("uuid", oid::UUID), oid::UUID, values);
}
