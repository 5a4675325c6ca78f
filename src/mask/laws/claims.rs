//! Every claim of every contract, over every type that it accepts, in both formats, with random values.

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

use super::forms::as_text;
use super::*;
use crate::mask::contract::{SAMPLE_COMPOSITE, SAMPLE_HSTORE};
use crate::value::address::Address;
use crate::value::composite;
use crate::value::moment::{DATE_DAYS_MAX, DATE_DAYS_MIN, DAY_US};
use crate::value::numeric::Numeric;

/// Values a mask, type and run.
const VALUES: usize = 200;

/// A value in both formats.
struct Pair {
    text: Vec<u8>,
    binary: Vec<u8>,
}

pub(super) fn rng() -> TestRng {
    TestRng::from_seed(RngAlgorithm::ChaCha, &[5; 32])
}

/// A string like this one: other digits, other letters now and then, sometimes something else altogether.
fn like(sample: &str, rng: &mut TestRng) -> String {
    if rng.next_u32().is_multiple_of(8) {
        let pieces = [
            "Ada", "ñandú ", "7", " ", "-", "@x.org", "+49", "日本", "O'Neil", "12.5", "/", "\\", "\"", "{}",
        ];
        let count = 1 + rng.next_u32() % 5;
        return (0..count)
            .map(|_| pieces[rng.next_u32() as usize % pieces.len()])
            .collect();
    }
    let other = |character: char| {
        let drawn = rng.next_u32();
        let of = |first: u8, count: u32| char::from(first + (drawn / 4 % count) as u8);
        match character {
            '0'..='9' => of(b'0', 10),
            'a'..='z' if drawn.is_multiple_of(4) => of(b'a', 26),
            'A'..='Z' if drawn.is_multiple_of(4) => of(b'A', 26),
            same => same,
        }
    };
    sample.chars().map(other).collect()
}

/// A random value of a type, binary; `None` for types without a generator: only constants take their place.
pub(super) fn binary(type_oid: u32, rng: &mut TestRng) -> Option<Vec<u8>> {
    let number = rng.next_u64();
    // All magnitudes alike.
    let signed = number as i64 >> (rng.next_u32() % 64);
    Some(match type_oid {
        oid::BOOL => vec![(number & 1) as u8],
        oid::INT2 => (signed as i16).to_be_bytes().to_vec(),
        oid::INT4 => (signed as i32).to_be_bytes().to_vec(),
        oid::INT8 => signed.to_be_bytes().to_vec(),
        oid::FLOAT4 => (signed as f32 / 64.0).to_be_bytes().to_vec(),
        oid::FLOAT8 => (signed as f64 / 64.0).to_be_bytes().to_vec(),
        oid::NUMERIC => {
            let fraction = ["", ".5", ".25", ".1234567", ".00"][rng.next_u32() as usize % 5];
            let mut out = Vec::new();
            Numeric::decode(Format::Text, format!("{signed}{fraction}").as_bytes())?.encode(Format::Binary, &mut out);
            out
        }
        oid::DATE => {
            let days = i64::from(rng.next_u32() % 40_000) - 20_000;
            let days = if rng.next_u32().is_multiple_of(16) {
                signed.clamp(DATE_DAYS_MIN, DATE_DAYS_MAX)
            } else {
                days
            };
            (days as i32).to_be_bytes().to_vec()
        }
        oid::TIMESTAMP | oid::TIMESTAMPTZ => {
            let us = (signed % (20_000 * DAY_US)) / [1, 1_000_000][rng.next_u32() as usize % 2];
            us.to_be_bytes().to_vec()
        }
        oid::UUID => [number.to_be_bytes(), rng.next_u64().to_be_bytes()].concat(),
        oid::INET | oid::CIDR => {
            let v6 = number & 1 == 1;
            let width = if v6 { 128 } else { 32 };
            let mut address = Address {
                bits: u128::from(rng.next_u64()) << 64 | u128::from(number),
                v6,
                prefix: (rng.next_u32() % (width + 1)) as u8,
            };
            address.bits >>= 128 - width;
            let host = width - u32::from(address.prefix);
            if type_oid == oid::CIDR {
                address.bits = address
                    .bits
                    .checked_shr(host)
                    .unwrap_or(0)
                    .checked_shl(host)
                    .unwrap_or(0);
            }
            let mut out = Vec::new();
            address.encode(type_oid, Format::Binary, &mut out);
            out
        }
        oid::MACADDR => number.to_be_bytes()[..6].to_vec(),
        oid::MACADDR8 => number.to_be_bytes().to_vec(),
        oid::POINT => {
            let coordinate = |number: u32| (f64::from(number) / f64::from(u32::MAX) * 180.0 - 90.0).to_be_bytes();
            [coordinate(rng.next_u32()), coordinate(rng.next_u32())].concat()
        }
        oid::BYTEA => number.to_be_bytes()[..1 + number as usize % 8].to_vec(),
        SAMPLE_COMPOSITE => {
            let field = |type_oid: u32, value: Vec<u8>, is_null: bool| (type_oid, (!is_null).then_some(value));
            let mut out = Vec::new();
            let fields = [
                field(
                    oid::TEXT,
                    like("23 Mill \"Lane\", (x)", rng).into_bytes(),
                    number & 3 == 0,
                ),
                field(oid::TEXT, like("SW1A 1AA", rng).into_bytes(), number & 12 == 0),
                field(oid::DATE, binary(oid::DATE, rng)?, number & 48 == 0),
            ];
            composite::encode(Format::Binary, &fields, &mut out);
            out
        }
        SAMPLE_HSTORE => {
            let mut out = 2u32.to_be_bytes().to_vec();
            for (key, value) in [("mail", like("mary@corp.com", rng)), ("n\"=>1", like("k\\\"v", rng))] {
                for part in [key, &value] {
                    out.extend_from_slice(&(part.len() as u32).to_be_bytes());
                    out.extend_from_slice(part.as_bytes());
                }
            }
            out
        }
        _ => return None,
    })
}

fn pair(contract: &Contract, type_oid: u32, rng: &mut TestRng) -> Option<Pair> {
    if value::is_text_like(type_oid) {
        let text = like(contract.example.value, rng);
        let text = text.trim_end_matches(' ').as_bytes().to_vec();
        return (!text.is_empty() && text.len() < 64).then(|| Pair {
            binary: text.clone(),
            text,
        });
    }
    if matches!(type_oid, oid::JSON | oid::JSONB) {
        let documents = [
            r#"{"a": 1}"#,
            r#"{"name": "Mary", "tags": ["x", 2.5, null, true]}"#,
            "[]",
            "\"x\"",
            "7",
        ];
        let text = documents[rng.next_u32() as usize % documents.len()].as_bytes().to_vec();
        let version: &[u8] = if type_oid == oid::JSONB { &[1] } else { &[] };
        return Some(Pair {
            binary: [version, &text].concat(),
            text,
        });
    }
    if type_oid == oid::XML {
        let text = like(r#"<a id="7"><mail>mary@corp.com</mail>x &amp; y<b/></a>"#, rng).into_bytes();
        return (!text.is_empty()).then(|| Pair {
            binary: text.clone(),
            text,
        });
    }
    let binary = binary(type_oid, rng)?;
    Some(Pair {
        text: as_text(type_oid, &binary),
        binary,
    })
}

fn accepted(contract: &Contract) -> impl Iterator<Item = u32> {
    let is_nullable = contract.accepts.contains(&TypeFamily::Nullable);
    let families = TypeFamily::ALL.into_iter();
    families
        .filter(move |family| is_nullable || contract.accepts.contains(family))
        .flat_map(oids)
}

/// The types of a family, and one for each family whose types have no fixed OIDs.
fn oids(family: TypeFamily) -> impl Iterator<Item = u32> {
    let sample = match family {
        TypeFamily::Composite => Some(SAMPLE_COMPOSITE),
        TypeFamily::Hstore => Some(SAMPLE_HSTORE),
        _ => None,
    };
    family.oids().iter().copied().chain(sample)
}

#[test]
fn masks_accept_the_types_that_they_declare_and_no_others() {
    for contract in MaskSpec::kinds() {
        let accepted: Vec<u32> = accepted(contract).collect();
        // A mask around another takes what both do.
        let is_around_another = contract
            .options
            .iter()
            .any(|option| matches!(option.kind, OptionKind::Mask | OptionKind::Branch));
        for type_oid in TypeFamily::ALL.into_iter().flat_map(oids) {
            let compiled = compile(contract.name, type_oid, -1);
            match compiled {
                Ok(_) => assert!(accepted.contains(&type_oid), "{} takes {type_oid}", contract.name),
                Err(MaskError::Type { .. }) => {
                    assert!(
                        is_around_another || !accepted.contains(&type_oid),
                        "{} does not take {type_oid}",
                        contract.name
                    );
                }
                // A constant may not be one of every type.
                Err(error) => assert!(contract.name == "fixed", "{error}"),
            }
        }
    }
}

#[test]
fn every_claim_holds_over_every_type_and_format() {
    let mut checked = 0;
    for contract in MaskSpec::kinds() {
        for type_oid in accepted(contract) {
            let Ok(mask) = compile(contract.name, type_oid, -1) else {
                continue;
            };
            let mut rng = rng();
            for _ in 0..VALUES {
                let Some(pair) = pair(contract, type_oid, &mut rng) else {
                    continue;
                };
                check(contract, &mask, type_oid, &pair);
                checked += 1;
            }
            assert!(
                contract.reversible || mask.search_type().is_none(),
                "{} on {type_oid}",
                contract.name
            );
        }
    }
    assert!(checked > 40 * VALUES, "{checked}");
}

fn check(contract: &Contract, mask: &ColumnMask, type_oid: u32, pair: &Pair) {
    let what = || {
        format!(
            "{} on {type_oid}: {}",
            contract.name,
            String::from_utf8_lossy(&pair.text)
        )
    };
    let in_text = apply(mask, type_oid, Format::Text, &pair.text);
    let in_binary = apply(mask, type_oid, Format::Binary, &pair.binary);
    assert_eq!(
        in_text,
        apply(mask, type_oid, Format::Text, &pair.text),
        "deterministic: {}",
        what()
    );
    assert_eq!(
        in_text.as_ref().map(|text| String::from_utf8_lossy(text).into_owned()),
        in_binary.map(|binary| String::from_utf8_lossy(&as_text(type_oid, &binary)).into_owned()),
        "text and binary: {}",
        what()
    );
    let Some(masked) = in_text else {
        let is_redacted = contract.name == "redact" && type_oid == SAMPLE_COMPOSITE;
        assert!(
            !contract.keeps_null || contract.name == "null" || is_redacted,
            "NULL: {}",
            what()
        );
        return;
    };
    let is_marker = masked == REDACTED;
    if contract.keeps_length && !is_marker && value::is_text_like(type_oid) {
        assert_eq!(characters(&masked), characters(&pair.text), "length: {}", what());
    }
    if contract.constant {
        assert_eq!(
            Some(masked),
            apply(mask, type_oid, Format::Text, b"x"),
            "constant: {}",
            what()
        );
    } else if let Some(given) = mask.search_type()
        && !is_marker
    {
        let to = mask.restored_type(given).expect("its own type");
        for (format, masked) in [
            (Format::Text, &masked),
            (
                Format::Binary,
                &apply(mask, type_oid, Format::Binary, &pair.binary).expect("no NULL"),
            ),
        ] {
            let mut original = Vec::new();
            assert!(
                mask.restore(given, format, masked, to, &mut original),
                "leads back: {}",
                what()
            );
            let original = if format == Format::Text {
                original
            } else {
                as_text(given, &original)
            };
            let text = if type_oid == oid::CIDR {
                as_inet(&pair.text)
            } else {
                pair.text.clone()
            };
            assert_eq!(
                String::from_utf8_lossy(&original),
                String::from_utf8_lossy(&text),
                "leads back: {}",
                what()
            );
        }
    }
}

/// A network as `inet` writes it.
fn as_inet(cidr: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Address::decode(Format::Text, cidr)
        .expect("a network")
        .encode(oid::INET, Format::Text, &mut out);
    out
}

#[test]
fn arrays_are_masked_element_by_element() {
    for contract in MaskSpec::kinds() {
        let whole = [TypeFamily::Array, TypeFamily::Nullable]
            .iter()
            .any(|family| contract.accepts.contains(family));
        for element_oid in accepted(contract) {
            let Ok(element) = compile(contract.name, element_oid, -1) else {
                continue;
            };
            let array = ColumnShape {
                content: Content::Array(element_oid, Box::new(shape(element_oid, -1))),
                ..shape(99_001, -1)
            };
            let mut rng = rng();
            let (Ok(mask), Some(pair)) = (
                ColumnMask::compile(&spec(contract.name), &array, &keys(), "d"),
                pair(contract, element_oid, &mut rng),
            ) else {
                continue;
            };
            if whole {
                continue;
            }
            let word = |number: i32| number.to_be_bytes();
            let mut given = [
                word(1),
                word(1),
                word(element_oid as i32),
                word(2),
                word(1),
                word(pair.binary.len() as i32),
            ]
            .concat();
            given.extend_from_slice(&pair.binary);
            given.extend_from_slice(&word(-1));
            let expected = apply(&element, element_oid, Format::Binary, &pair.binary).expect("no NULL");
            let masked = apply(&mask, 99_001, Format::Binary, &given).expect("no NULL");
            assert_eq!(
                masked[24..24 + expected.len()],
                expected[..],
                "{} {element_oid}",
                contract.name
            );
            assert!(masked.ends_with(&word(-1)));
            let in_text = apply(&mask, 99_001, Format::Text, b"{{NULL},{NULL}}").expect("no NULL");
            assert_eq!(in_text, b"{{NULL},{NULL}}");
        }
    }
}
