//! Every mask over ranges of every type of bounds that it accepts.

use std::collections::HashSet;

use proptest::prelude::Rng;

use super::claims::{binary, rng};
use super::forms::as_text;
use super::*;
use crate::value::range::{Bound, Range, decode, encode};
use crate::value::rank::Rank;

/// Types of ranges and of their bounds; those above 90,000 are a user's own.
const RANGES: [(u32, u32); 10] = [
    (3904, oid::INT4),
    (3926, oid::INT8),
    (3906, oid::NUMERIC),
    (3912, oid::DATE),
    (3908, oid::TIMESTAMP),
    (3910, oid::TIMESTAMPTZ),
    (90_001, oid::INT2),
    (90_002, oid::FLOAT8),
    (90_003, oid::UUID),
    (90_004, oid::FLOAT4),
];
/// Ranges a mask and type.
const VALUES: usize = 100;

fn shape_of(type_oid: u32, bound_oid: u32) -> ColumnShape {
    ColumnShape {
        content: Content::Range(Box::new(shape(bound_oid, -1))),
        ..shape(type_oid, -1)
    }
}

/// A random range in both formats, written as the server writes it.
fn range(bound_oid: u32, is_discrete: bool, rng: &mut proptest::test_runner::TestRng) -> Option<[Vec<u8>; 2]> {
    let mut bounds = [binary(bound_oid, rng)?, binary(bound_oid, rng)?];
    let rank = |value: &Vec<u8>| Rank::of(bound_oid, Format::Binary, value).expect("a rank");
    bounds.sort_by_key(rank);
    if rank(&bounds[0]) == rank(&bounds[1]) {
        return None;
    }
    let drawn = rng.next_u32();
    let inclusive = match is_discrete {
        true => [true, false],
        false => [drawn & 1 == 1, drawn & 2 == 2],
    };
    let of = |format: Format| {
        let bound = |index: usize| Bound {
            value: (drawn >> 2 & 15 != index as u32).then(|| match format {
                Format::Text => as_text(bound_oid, &bounds[index]).into(),
                Format::Binary => bounds[index].clone().into(),
            }),
            inclusive: inclusive[index] && (drawn >> 2 & 15 != index as u32),
        };
        let mut out = Vec::new();
        encode(format, &Range::Bounded(bound(0), bound(1)), &mut out);
        out
    };
    Some([of(Format::Text), of(Format::Binary)])
}

#[test]
fn ranges_are_masked_bound_by_bound() {
    let mut checked = 0;
    for contract in MaskSpec::kinds() {
        for (type_oid, bound_oid) in RANGES {
            let bound = compile(contract.name, bound_oid, -1);
            let mask = ColumnMask::compile(&spec(contract.name), &shape_of(type_oid, bound_oid), &keys(), "d");
            let (Ok(mask), Ok(bound)) = (mask, bound) else { continue };
            if !mask.is_of_bounds() {
                continue;
            }
            let mut rng = rng();
            let (mut given, mut shown) = (HashSet::new(), HashSet::new());
            for _ in 0..VALUES {
                let Some([text, binary]) = range(bound_oid, type_oid < 90_000 && bound_oid != oid::NUMERIC, &mut rng)
                else {
                    continue;
                };
                let what = format!("{} on {type_oid}: {}", contract.name, String::from_utf8_lossy(&text));
                let in_text = apply(&mask, type_oid, Format::Text, &text).expect("no NULL");
                let in_binary = apply(&mask, type_oid, Format::Binary, &binary).expect("no NULL");
                assert_valid(bound_oid, &in_text, &in_binary, &what);
                assert_bounds(&bound, bound_oid, &binary, &in_binary, &what);
                given.insert(text);
                shown.insert(in_text);
                checked += 1;
            }
            if mask.contract().uniqueness == Uniqueness::Keeps {
                assert_eq!(given.len(), shown.len(), "{} on {type_oid}", contract.name);
            }
        }
    }
    assert!(checked > 20 * VALUES, "{checked}");
}

/// Both forms are one range, in order, and not empty.
fn assert_valid(bound_oid: u32, in_text: &[u8], in_binary: &[u8], what: &str) {
    let text = decode(Format::Text, in_text).expect(what);
    let binary = decode(Format::Binary, in_binary).expect(what);
    match (text, binary) {
        (Range::Bounded(lower, upper), Range::Bounded(from, to)) => {
            for (text, binary) in [(&lower, &from), (&upper, &to)] {
                let binary_as_text = binary.value.as_ref().map(|value| as_text(bound_oid, value));
                assert_eq!(text.value.as_deref(), binary_as_text.as_deref(), "{what}");
                assert_eq!(text.inclusive, binary.inclusive, "{what}");
            }
            let rank =
                |bound: &Bound<'_>| Some(Rank::of(bound_oid, Format::Text, bound.value.as_deref()?).expect(what));
            if let (Some(one), Some(other)) = (rank(&lower), rank(&upper)) {
                assert!(
                    one < other || (one == other && lower.inclusive && upper.inclusive),
                    "{what}"
                );
            }
        }
        (text, binary) => assert_eq!((text, binary), (Range::Empty, Range::Empty), "{what}"),
    }
}

/// The bounds are what the mask makes of them in a column of their own; one of them may have made room.
fn assert_bounds(mask: &ColumnMask, bound_oid: u32, given: &[u8], shown: &[u8], what: &str) {
    let values = |range: &[u8]| match decode(Format::Binary, range).expect(what) {
        Range::Bounded(lower, upper) => [lower.value, upper.value].map(|value| value.map(|value| value.to_vec())),
        Range::Empty => [None, None],
    };
    let shown = values(shown);
    let masked = values(given).map(|value| apply(mask, bound_oid, Format::Binary, &value?));
    let found = masked
        .iter()
        .flatten()
        .filter(|bound| shown.contains(&Some(bound.to_vec())));
    let is_empty = shown == [None, None];
    assert!(
        is_empty || found.count() >= masked.iter().flatten().count().min(1),
        "{what}"
    );
}

#[test]
fn a_million_ranges_stay_different() {
    let mask = ColumnMask::compile(&spec("integer"), &shape_of(3926, oid::INT8), &keys(), "d").expect("accepted");
    assert_eq!(mask.contract().uniqueness, Uniqueness::Keeps);
    let fingerprint = prf::Prf::new(&[1; 16]);
    let mut seen: Vec<u128> = (0..1_000_000i64)
        .map(|number| {
            let range = format!("[{},{})", number / 4, number / 4 + 1 + number % 4);
            fingerprint.tag(&apply(&mask, 3926, Format::Text, range.as_bytes()).expect("no NULL"))
        })
        .collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 1_000_000);
}
