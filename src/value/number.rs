//! Integers, floating-point numbers and booleans.

use super::{Format, oid};

/// Reads an `int2`, `int4` or `int8`; `None` if the type is another or the value is not one of it.
pub fn decode_integer(type_oid: u32, format: Format, value: &[u8]) -> Option<i64> {
    let number = match (format, type_oid) {
        (Format::Text, _) => decimal(value)?,
        (Format::Binary, oid::INT2) => i16::from_be_bytes(value.try_into().ok()?).into(),
        (Format::Binary, oid::INT4) => i32::from_be_bytes(value.try_into().ok()?).into(),
        (Format::Binary, oid::INT8) => i64::from_be_bytes(value.try_into().ok()?),
        _ => return None,
    };
    fits(type_oid, number).then_some(number)
}

/// Whether an integer type holds this number; false for types that are no integers.
pub fn fits(type_oid: u32, number: i64) -> bool {
    match type_oid {
        oid::INT2 => i16::try_from(number).is_ok(),
        oid::INT4 => i32::try_from(number).is_ok(),
        oid::INT8 => true,
        _ => false,
    }
}

/// Appends an integer; `false`, with nothing appended, if the type does not hold it.
pub fn encode_integer(type_oid: u32, format: Format, number: i64, out: &mut Vec<u8>) -> bool {
    match (format, type_oid) {
        _ if !fits(type_oid, number) => return false,
        (Format::Text, _) => push_decimal(number, out),
        (Format::Binary, oid::INT2) => out.extend_from_slice(&(number as i16).to_be_bytes()),
        (Format::Binary, oid::INT4) => out.extend_from_slice(&(number as i32).to_be_bytes()),
        (Format::Binary, _) => out.extend_from_slice(&number.to_be_bytes()),
    }
    true
}

/// `-?[0-9]+` within 64 bits.
fn decimal(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.split_first()? {
        (b'-', digits) => (true, digits),
        _ => (false, text),
    };
    // 19 digits hold any int8; leading zeros are not written by the server.
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    let mut magnitude: u64 = 0;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        magnitude = magnitude * 10 + u64::from(digit - b'0');
    }
    if negative {
        0i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    }
}

/// Appends the decimal digits of a number.
pub fn push_decimal(number: i64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut start = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[start..]);
}

/// The text of a `float8` as the server writes it: shortest digits that read back the same.
pub fn float8_text(number: f64) -> String {
    float_text(number, format!("{number:e}"), 15)
}

/// The text of a `float4` as the server writes it.
pub fn float4_text(number: f32) -> String {
    float_text(number.into(), format!("{number:e}"), 6)
}

/// `scientific` is the number as `d.ddde±x`; the server switches to it below 1e-4 and from 10^`digits` on.
fn float_text(number: f64, scientific: String, digits: i32) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.into();
    }
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let Ok(exponent) = exponent.parse::<i32>() else {
        return scientific;
    };
    if number == 0.0 || (-4..digits).contains(&exponent) {
        return if digits == 6 {
            format!("{}", number as f32)
        } else {
            format!("{number}")
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// Reads a boolean.
pub fn decode_bool(format: Format, value: &[u8]) -> Option<bool> {
    match (format, value) {
        (Format::Text, b"t") | (Format::Binary, [1]) => Some(true),
        (Format::Text, b"f") | (Format::Binary, [0]) => Some(false),
        _ => None,
    }
}

/// Appends a boolean.
pub fn encode_bool(format: Format, value: bool, out: &mut Vec<u8>) {
    out.push(match format {
        Format::Text if value => b't',
        Format::Text => b'f',
        Format::Binary => u8::from(value),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_round_trip() {
        for (type_oid, number) in [
            (oid::INT2, -32768),
            (oid::INT2, 32767),
            (oid::INT4, i64::from(i32::MIN)),
            (oid::INT4, 0),
            (oid::INT8, i64::MIN),
            (oid::INT8, i64::MAX),
        ] {
            for format in [Format::Text, Format::Binary] {
                let mut out = Vec::new();
                assert!(encode_integer(type_oid, format, number, &mut out));
                assert_eq!(decode_integer(type_oid, format, &out), Some(number));
            }
        }
    }

    #[test]
    fn what_is_no_integer_is_refused() {
        for text in ["", "-", "1a", " 1", "+1", "9223372036854775808", "99999999999999999999"] {
            assert_eq!(decode_integer(oid::INT8, Format::Text, text.as_bytes()), None, "{text}");
        }
        assert_eq!(decode_integer(oid::INT2, Format::Text, b"32768"), None);
        assert_eq!(decode_integer(oid::INT4, Format::Binary, &[0; 8]), None);
        assert!(!encode_integer(oid::INT2, Format::Binary, 40_000, &mut Vec::new()));
    }

    #[test]
    fn floats_read_as_the_server_writes_them() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.5, "1.5"),
            (100_000.0, "100000"),
            (1e15, "1e+15"),
            (123_456_789_012_345.0, "123456789012345"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-2.5e-300, "-2.5e-300"),
            (f64::INFINITY, "Infinity"),
        ] {
            assert_eq!(float8_text(number), text);
        }
        assert_eq!(float4_text(0.1), "0.1");
        assert_eq!(float4_text(1e6), "1e+06");
        assert_eq!(float4_text(123_456.0), "123456");
    }
}
