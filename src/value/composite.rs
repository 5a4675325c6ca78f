//! Composite values, field by field.
//!
//! Text form: PostgreSQL docs, "Composite Value Input", written as `record_out` writes it; binary form: `record_send`.

use super::Format;

/// Appends a composite value with each field as `field` rewrites it: it is given the field's index, appends the new
/// value and says whether there is one (`Some(false)`: NULL), or that it could not be rewritten (`None`). NULLs stay. The value must have as many fields as `types`,
/// which the binary form names. `None` if it cannot be read.
pub fn map_fields(
    format: Format,
    value: &[u8],
    types: &[u32],
    mut field: impl FnMut(usize, &[u8], &mut Vec<u8>) -> Option<bool>,
    out: &mut Vec<u8>,
) -> Option<()> {
    match format {
        Format::Text => map_text(value, types.len(), &mut field, out),
        Format::Binary => map_binary(value, types, &mut field, out),
    }
}

/// Appends a composite value of these fields; `None` is NULL.
pub fn encode(format: Format, fields: &[(u32, Option<Vec<u8>>)], out: &mut Vec<u8>) {
    match format {
        Format::Text => {
            out.push(b'(');
            for (index, (_, value)) in fields.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                if let Some(value) = value {
                    push_field(value, out);
                }
            }
            out.push(b')');
        }
        Format::Binary => {
            // A type has at most 1,600 fields.
            out.extend_from_slice(&(fields.len() as u32).to_be_bytes());
            for (type_oid, value) in fields {
                out.extend_from_slice(&type_oid.to_be_bytes());
                match value {
                    Some(value) => {
                        out.extend_from_slice(&(value.len() as u32).to_be_bytes());
                        out.extend_from_slice(value);
                    }
                    None => out.extend_from_slice(&(-1i32).to_be_bytes()),
                }
            }
        }
    }
}

fn map_text(
    value: &[u8],
    count: usize,
    field: &mut impl FnMut(usize, &[u8], &mut Vec<u8>) -> Option<bool>,
    out: &mut Vec<u8>,
) -> Option<()> {
    let mut rest = value.strip_prefix(b"(")?;
    out.push(b'(');
    for index in 0..count {
        if index > 0 {
            rest = rest.strip_prefix(b",")?;
            out.push(b',');
        }
        let (written, behind) = take_field(rest)?;
        rest = behind;
        if let Some(written) = written {
            let mut masked = Vec::new();
            if field(index, &written, &mut masked)? {
                push_field(&masked, out);
            }
        }
    }
    out.push(b')');
    (rest == b")").then_some(())
}

/// The first field, `None` for NULL, and what follows it, the comma or parenthesis first.
fn take_field(text: &[u8]) -> Option<(Option<Vec<u8>>, &[u8])> {
    let mut value = Vec::new();
    let mut rest = text;
    let mut in_quotes = false;
    loop {
        let (byte, behind) = rest.split_first()?;
        match (byte, in_quotes) {
            (b',' | b')', false) => {
                // Nothing at all is NULL, two quotes are an empty string.
                let is_null = rest.len() == text.len();
                return Some(((!is_null).then_some(value), rest));
            }
            (b'"', true) if behind.first() == Some(&b'"') => {
                value.push(b'"');
                rest = &behind[1..];
                continue;
            }
            (b'"', _) => in_quotes = !in_quotes,
            (b'\\', true) => {
                let (escaped, behind) = behind.split_first()?;
                value.push(*escaped);
                rest = behind;
                continue;
            }
            (b'\\' | b'(', false) => return None,
            (plain, _) => value.push(*plain),
        }
        rest = behind;
    }
}

/// Quoted only where it has to be, as the server does.
fn push_field(value: &[u8], out: &mut Vec<u8>) {
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | b'(' | b')' | b',' | b' ' | b'\t'..=b'\r');
    if !value.is_empty() && !value.iter().any(is_special) {
        return out.extend_from_slice(value);
    }
    out.push(b'"');
    for &byte in value {
        if matches!(byte, b'"' | b'\\') {
            out.push(byte);
        }
        out.push(byte);
    }
    out.push(b'"');
}

fn map_binary(
    value: &[u8],
    types: &[u32],
    field: &mut impl FnMut(usize, &[u8], &mut Vec<u8>) -> Option<bool>,
    out: &mut Vec<u8>,
) -> Option<()> {
    let (count, mut rest) = value.split_first_chunk::<4>()?;
    if usize::try_from(u32::from_be_bytes(*count)) != Ok(types.len()) {
        return None;
    }
    out.extend_from_slice(count);
    for (index, type_oid) in types.iter().enumerate() {
        let (head, behind) = rest.split_first_chunk::<8>()?;
        let [oid, length] = [&head[..4], &head[4..]];
        (oid == type_oid.to_be_bytes()).then_some(())?;
        out.extend_from_slice(oid);
        let at = out.len();
        out.extend_from_slice(&(-1i32).to_be_bytes());
        let Ok(length) = usize::try_from(i32::from_be_bytes(length.try_into().ok()?)) else {
            rest = behind;
            continue;
        };
        let (written, behind) = behind.split_at_checked(length)?;
        rest = behind;
        if field(index, written, out)? {
            let length = u32::try_from(out.len() - at - 4).ok()?;
            out[at..at + 4].copy_from_slice(&length.to_be_bytes());
        }
    }
    rest.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Doubles each field; `null` becomes NULL, and `bad` cannot be rewritten.
    fn doubled(_: usize, value: &[u8], out: &mut Vec<u8>) -> Option<bool> {
        if value == b"null" {
            return Some(false);
        }
        out.extend_from_slice(&[value, value].concat());
        (value != b"bad").then_some(true)
    }

    fn text(value: &str, count: usize) -> Option<String> {
        let mut out = Vec::new();
        map_fields(Format::Text, value.as_bytes(), &vec![25; count], doubled, &mut out)?;
        String::from_utf8(out).ok()
    }

    #[test]
    fn fields_in_text() {
        for (value, count, wanted) in [
            ("(a,b)", 2, "(aa,bb)"),
            ("(,\"\",null)", 3, "(,\"\",)"),
            (
                "(\"a b\",\"c\"\"d\",\"e\\\\f\")",
                3,
                "(\"a ba b\",\"c\"\"dc\"\"d\",\"e\\\\fe\\\\f\")",
            ),
            ("(\"(1,2)\")", 1, "(\"(1,2)(1,2)\")"),
            ("()", 1, "()"),
        ] {
            assert_eq!(text(value, count).as_deref(), Some(wanted));
        }
        for (broken, count) in [
            ("", 1),
            ("(a", 1),
            ("(a)", 2),
            ("(a,b)", 1),
            ("(a)x", 1),
            ("(\"a)", 1),
            ("(bad)", 1),
            ("a)", 1),
        ] {
            assert_eq!(text(broken, count), None, "{broken}");
        }
    }

    #[test]
    fn fields_in_binary() {
        let given = [(25, Some(b"a".to_vec())), (23, None), (25, Some(b"null".to_vec()))];
        let (mut binary, mut out, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
        encode(Format::Binary, &given, &mut binary);
        encode(
            Format::Binary,
            &[(25, Some(b"aa".to_vec())), (23, None), (25, None)],
            &mut wanted,
        );
        map_fields(Format::Binary, &binary, &[25, 23, 25], doubled, &mut out).expect("three fields");
        assert_eq!(out, wanted);
        for types in [&[25, 23][..], &[25, 25, 25]] {
            assert_eq!(
                map_fields(Format::Binary, &binary, types, doubled, &mut Vec::new()),
                None
            );
        }
        for end in 0..binary.len() {
            assert_eq!(
                map_fields(Format::Binary, &binary[..end], &[25, 23, 25], doubled, &mut Vec::new()),
                None
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(value in prop::collection::vec(any::<u8>(), 0..40), text in "\\(?[a,\"\\\\()]{0,12}") {
            for format in [Format::Text, Format::Binary] {
                for value in [&value[..], text.as_bytes()] {
                    let _ = map_fields(format, value, &[25, 25], doubled, &mut Vec::new());
                }
            }
        }
    }
}
