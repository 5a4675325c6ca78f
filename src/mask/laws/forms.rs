//! Text and binary form of a value are masked alike.

use proptest::prelude::*;

use super::*;
use crate::mask::contract::{SAMPLE_COMPOSITE, SAMPLE_HSTORE};

/// Value of a type in text, and in binary.
fn samples(type_oid: u32) -> Vec<(&'static str, Vec<u8>)> {
    let plain = |text: &'static str| (text, text.as_bytes().to_vec());
    match type_oid {
        oid::BOOL => vec![("t", vec![1])],
        oid::INT2 => vec![("-5", vec![255, 251]), ("300", vec![1, 44])],
        oid::INT4 => vec![("300", vec![0, 0, 1, 44])],
        oid::INT8 => vec![("300", vec![0, 0, 0, 0, 0, 0, 1, 44]), ("-1", vec![255; 8])],
        oid::NUMERIC => vec![
            ("300", vec![0, 1, 0, 0, 0, 0, 0, 0, 1, 44]),
            ("-1.50", vec![0, 2, 0, 0, 64, 0, 0, 2, 0, 1, 19, 136]),
        ],
        oid::DATE => vec![("2000-01-11", vec![0, 0, 0, 10])],
        oid::TIMESTAMP => vec![("2000-01-01 00:00:01.5", 1_500_000i64.to_be_bytes().to_vec())],
        oid::TIMESTAMPTZ => vec![("2000-01-01 00:00:01+00", 1_000_000i64.to_be_bytes().to_vec())],
        oid::UUID => vec![("01010101-0101-0101-0101-010101010101", vec![1; 16])],
        oid::INET => vec![("1.2.3.4", vec![2, 32, 0, 4, 1, 2, 3, 4])],
        oid::CIDR => vec![("1.2.0.0/16", vec![2, 16, 1, 4, 1, 2, 0, 0])],
        oid::JSONB => vec![("[1]", b"\x01[1]".to_vec())],
        oid::BYTEA => vec![("\\x01", vec![1])],
        _ => vec![plain("Mary Smith"), plain("1.2.3.4"), plain("x")],
    }
}

/// The text of a value in binary, by the decoders of [`crate::value`].
pub(super) fn as_text(type_oid: u32, binary: &[u8]) -> Vec<u8> {
    use crate::value::{address, composite, hstore, moment, number, numeric, uuid};
    let mut out = Vec::new();
    match type_oid {
        oid::BOOL => number::encode_bool(
            Format::Text,
            number::decode_bool(Format::Binary, binary).expect("bool"),
            &mut out,
        ),
        oid::INT2 | oid::INT4 | oid::INT8 => {
            number::push_decimal(
                number::decode_integer(type_oid, Format::Binary, binary).expect("integer"),
                &mut out,
            );
        }
        oid::NUMERIC => numeric::Numeric::decode(Format::Binary, binary)
            .expect("numeric")
            .encode(Format::Text, &mut out),
        oid::DATE => moment::encode_date(
            Format::Text,
            moment::decode_date(Format::Binary, binary).expect("date"),
            &mut out,
        ),
        oid::TIMESTAMP | oid::TIMESTAMPTZ => {
            let zoned = type_oid == oid::TIMESTAMPTZ;
            let (moment, east_s) = moment::decode_timestamp(Format::Binary, zoned, binary).expect("timestamp");
            moment::encode_timestamp(Format::Text, moment, zoned.then_some(east_s), &mut out);
        }
        oid::UUID => {
            let number = u128::from_be_bytes(binary.try_into().expect("16 bytes"));
            uuid::encode_text(number, uuid::Spelling::default(), &mut out);
        }
        oid::INET | oid::CIDR => {
            address::Address::decode(Format::Binary, binary)
                .expect("address")
                .encode(type_oid, Format::Text, &mut out);
        }
        oid::JSONB => out.extend_from_slice(binary.strip_prefix(&[1]).expect("version 1")),
        oid::BYTEA => {
            out.extend_from_slice(b"\\x");
            out.extend(binary.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()));
        }
        oid::FLOAT4 => {
            let float = f32::from_be_bytes(binary.try_into().expect("4 bytes"));
            out.extend_from_slice(number::float4_text(float).as_bytes());
        }
        oid::FLOAT8 => out.extend_from_slice(float8(binary).as_bytes()),
        oid::POINT => {
            let (x, y) = binary.split_at(8);
            out.extend_from_slice(format!("({},{})", float8(x), float8(y)).as_bytes());
        }
        oid::MACADDR | oid::MACADDR8 => {
            let pairs: Vec<_> = binary.iter().map(|byte| format!("{byte:02x}")).collect();
            out.extend_from_slice(pairs.join(":").as_bytes());
        }
        SAMPLE_COMPOSITE => {
            let mut fields = Vec::new();
            let types = [oid::TEXT, oid::TEXT, oid::DATE];
            let mut at = 4;
            for type_oid in types {
                let length = i32::from_be_bytes(binary[at + 4..at + 8].try_into().expect("4 bytes"));
                let end = at + 8 + usize::try_from(length).unwrap_or(0);
                fields.push((type_oid, (length >= 0).then(|| as_text(type_oid, &binary[at + 8..end]))));
                at = end;
            }
            composite::encode(Format::Text, &fields, &mut out);
        }
        SAMPLE_HSTORE => {
            let mut pairs = Vec::new();
            let pair = |key: &[u8], value: &[u8], _: &mut Vec<u8>| {
                let quoted = |text: &[u8]| {
                    let text = String::from_utf8_lossy(text);
                    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
                };
                pairs.push(format!("{}=>{}", quoted(key), quoted(value)));
                Some(false)
            };
            hstore::map_values(Format::Binary, binary, pair, &mut Vec::new()).expect("an hstore");
            out.extend_from_slice(pairs.join(", ").as_bytes());
        }
        _ => out.extend_from_slice(binary),
    }
    out
}

fn float8(binary: &[u8]) -> String {
    crate::value::number::float8_text(f64::from_be_bytes(binary.try_into().expect("8 bytes")))
}

#[test]
fn text_and_binary_agree() {
    let mut pairs = 0;
    for name in valued() {
        for type_oid in TYPES {
            let Ok(mask) = compile(name, type_oid, -1) else {
                continue;
            };
            if matches!(
                type_oid,
                oid::FLOAT4 | oid::FLOAT8 | oid::MACADDR | oid::TIME | oid::INTERVAL | oid::TSVECTOR
            ) {
                // Constants only, tested with the constants.
                continue;
            }
            for (value, binary) in samples(type_oid) {
                let in_text = apply(&mask, type_oid, Format::Text, value.as_bytes());
                let in_binary = apply(&mask, type_oid, Format::Binary, &binary);
                assert!(in_text.is_some(), "{name} {type_oid} {value}");
                assert_eq!(
                    in_text,
                    in_binary.map(|binary| as_text(type_oid, &binary)),
                    "{name} {type_oid} {value}"
                );
                pairs += 1;
            }
        }
    }
    assert!(pairs > 200, "{pairs}");
}

proptest! {
    #[test]
    fn any_numeric_agrees_over_forms(value in "-?[1-9][0-9]{0,25}(\\.[0-9]{1,8})?") {
        let mask = compiled("integer", oid::NUMERIC);
        let mut binary = Vec::new();
        crate::value::numeric::Numeric::decode(Format::Text, value.as_bytes()).expect("a number").encode(Format::Binary, &mut binary);
        let masked = apply(&mask, oid::NUMERIC, Format::Binary, &binary).expect("no NULL");
        prop_assert_eq!(text(&mask, oid::NUMERIC, &value).into_bytes(), as_text(oid::NUMERIC, &masked));
    }
}
