//! One form for each value, whatever the format in which it came.

use super::moment::{Moment, decode_date, decode_timestamp};
use super::number::{decode_bool, decode_integer, push_decimal};
use super::numeric::Numeric;
use super::{Format, address, oid, uuid};

/// Appends a form that equal values of a type share, in text and binary, over all integer types, and whatever the scale of
/// a numeric. `None` for other types than numbers, booleans, dates, timestamps, UUIDs and network addresses, and for
/// what cannot be read.
pub fn canonical(type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    match type_oid {
        oid::INT2 | oid::INT4 | oid::INT8 => push_decimal(decode_integer(type_oid, format, value)?, out),
        oid::NUMERIC => {
            let mut numeric = Numeric::decode(format, value)?;
            if let Numeric::Number(number) = &mut numeric {
                let significant = number.significant_fraction();
                number.fraction.truncate(significant);
            }
            numeric.encode(Format::Text, out);
        }
        oid::FLOAT4 => {
            let number: f32 = match format {
                Format::Text => parse(value)?,
                Format::Binary => f32::from_be_bytes(value.try_into().ok()?),
            };
            out.extend_from_slice(&(number + 0.0).to_bits().to_be_bytes());
        }
        oid::FLOAT8 => {
            let number: f64 = match format {
                Format::Text => parse(value)?,
                Format::Binary => f64::from_be_bytes(value.try_into().ok()?),
            };
            out.extend_from_slice(&(number + 0.0).to_bits().to_be_bytes());
        }
        oid::BOOL => out.push(u8::from(decode_bool(format, value)?)),
        oid::DATE => push_moment(decode_date(format, value)?, out),
        oid::TIMESTAMP | oid::TIMESTAMPTZ => {
            push_moment(decode_timestamp(format, type_oid == oid::TIMESTAMPTZ, value)?.0, out);
        }
        oid::UUID => {
            let number = match format {
                Format::Text => uuid::decode_text(value)?.0,
                Format::Binary => u128::from_be_bytes(value.try_into().ok()?),
            };
            out.extend_from_slice(&number.to_be_bytes());
        }
        oid::INET | oid::CIDR => address::Address::decode(format, value)?.encode(oid::INET, Format::Binary, out),
        _ => return None,
    }
    Some(())
}

fn parse<T: std::str::FromStr>(value: &[u8]) -> Option<T> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn push_moment(moment: Moment, out: &mut Vec<u8>) {
    match moment {
        Moment::Before => out.push(b'-'),
        Moment::At(at) => out.extend_from_slice(&at.to_be_bytes()),
        Moment::After => out.push(b'+'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_form() {
        for (type_oid, one, other) in [
            (oid::NUMERIC, "1.50", "1.5"),
            (oid::FLOAT8, "-0", "0"),
            (oid::TIMESTAMPTZ, "2024-01-01 00:00:00+00", "2024-01-01 02:00:00+02"),
            (
                oid::UUID,
                "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6",
                "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            ),
            (oid::INET, "192.0.2.7", "192.0.2.7/32"),
        ] {
            let of = |value: &str| {
                let mut out = Vec::new();
                canonical(type_oid, Format::Text, value.as_bytes(), &mut out).map(|()| out)
            };
            assert!(of(one).is_some(), "{one}");
            assert_eq!(of(one), of(other), "{one}");
        }
        let mut out = Vec::new();
        canonical(oid::INT2, Format::Binary, &[0, 7], &mut out).expect("an integer");
        assert_eq!(out, b"7");
        assert_eq!(canonical(oid::INTERVAL, Format::Text, b"1 day", &mut out), None);
        assert_eq!(canonical(oid::INT4, Format::Text, b"x", &mut out), None);
    }
}
