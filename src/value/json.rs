//! Strings and numbers of JSON.

use std::borrow::Cow;

/// Appends a JSON string as `escape_json` of PostgreSQL's `json.c` writes it.
pub fn escape(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in text {
        match byte {
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0..b' ' => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            plain => out.push(plain),
        }
    }
    out.push(b'"');
}

/// Appends the text of a JSON string, quotes included in `raw`; `false` if it is none.
pub fn unescape(raw: &[u8], out: &mut Vec<u8>) -> bool {
    let Some(inside) = raw.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else {
        return false;
    };
    let mut rest = inside;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\\' => match escaped(&mut rest, out) {
                Some(()) => {}
                None => return false,
            },
            b'"' => return false,
            plain => out.push(plain),
        }
    }
    true
}

fn escaped(rest: &mut &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (&letter, after) = rest.split_first()?;
    *rest = after;
    out.push(match letter {
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'"' | b'\\' | b'/' => letter,
        b'u' => {
            let mut unit = code_unit(rest)?;
            if (0xd800..0xdc00).contains(&unit) {
                *rest = rest.strip_prefix(b"\\u")?;
                let low = code_unit(rest)?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                unit = 0x1_0000 + ((unit - 0xd800) << 10) + low;
            }
            let character = char::from_u32(unit)?;
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            return Some(());
        }
        _ => return None,
    });
    Some(())
}

fn code_unit(rest: &mut &[u8]) -> Option<u32> {
    let (digits, after) = rest.split_at_checked(4)?;
    *rest = after;
    let digits = std::str::from_utf8(digits).ok()?;
    // from_str_radix would take a sign.
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
    u32::from_str_radix(digits, 16).ok()
}

/// Whether this is a number as JSON writes it (RFC 8259, section 6).
pub fn is_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(text);
    if whole == 0 || (whole > 1 && text[0] == b'0') {
        return false;
    }
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        let exponent = exponent
            .strip_prefix(b"+")
            .or_else(|| exponent.strip_prefix(b"-"))
            .unwrap_or(exponent);
        let count = digits(exponent);
        return count > 0 && count == exponent.len();
    }
    rest.is_empty()
}

/// Exponents whose numbers are written out.
const EXPONENT_MAX: i32 = 400;

/// A number without an exponent, as `jsonb` has it; as it is if it has none, or one that is too large.
pub fn plain_number(text: &[u8]) -> Cow<'_, [u8]> {
    written_out(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn written_out(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: i32 = exponent.parse().ok()?;
    if !(-EXPONENT_MAX..=EXPONENT_MAX).contains(&exponent) {
        return None;
    }
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", mantissa),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let moved = exponent.unsigned_abs() as usize;
    let (whole, fraction) = if exponent < 0 {
        let padded = format!("{}{whole}", "0".repeat(moved));
        let (whole, moved) = padded.split_at(padded.len() - moved);
        (whole.to_owned(), format!("{moved}{fraction}"))
    } else {
        let padded = format!("{fraction}{}", "0".repeat(moved.saturating_sub(fraction.len())));
        let (moved, fraction) = padded.split_at(moved);
        (format!("{whole}{moved}"), fraction.to_owned())
    };
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_as_the_server_writes_them() {
        for (text, written) in [
            ("plain", r#""plain""#),
            ("a\"b\\c/d", r#""a\"b\\c/d""#),
            ("\u{8}\u{c}\n\r\t\u{1}\u{1f}", r#""\b\f\n\r\t\u0001\u001f""#),
            ("häß €\u{7f}", "\"häß €\u{7f}\""),
            ("", r#""""#),
        ] {
            let mut out = Vec::new();
            escape(text.as_bytes(), &mut out);
            assert_eq!(String::from_utf8(out.clone()).unwrap(), written);
            let mut back = Vec::new();
            assert!(unescape(&out, &mut back));
            assert_eq!(back, text.as_bytes());
        }
    }

    #[test]
    fn escapes_of_others_are_read() {
        let read = |raw: &str| {
            let mut out = Vec::new();
            unescape(raw.as_bytes(), &mut out).then(|| String::from_utf8(out).unwrap())
        };
        assert_eq!(read(r#""\u00e9\ud83d\ude00\/""#).as_deref(), Some("é😀/"));
        for bad in [
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\u+123""#,
            r#""\x""#,
            r#""a"#,
            r#"a"#,
            r#""a"b""#,
            r#""\""#,
            "\"",
            "",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn numbers() {
        for good in ["0", "-0", "10", "1.50", "-1e5", "1E+20", "0.1e-7"] {
            assert!(is_number(good.as_bytes()), "{good}");
        }
        for bad in [
            "", "-", "01", "1.", ".5", "+1", "NaN", "Infinity", "1e", "1e+", "1x", "1.5.1",
        ] {
            assert!(!is_number(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn exponents_are_written_out() {
        for (number, plain) in [
            ("1e5", "100000"),
            ("-1.50E+1", "-15.0"),
            ("1.234e2", "123.4"),
            ("12e-3", "0.012"),
            ("-0.5e-1", "-0.05"),
            ("0e9", "0"),
            ("7", "7"),
            ("1e9999", "1e9999"),
        ] {
            assert_eq!(plain_number(number.as_bytes()), plain.as_bytes(), "{number}");
        }
    }
}
