//! Values of the extension hstore: pairs of key and value.
//!
//! Text form: PostgreSQL docs, "hstore", written as `hstore_out` writes it; binary form: `hstore_send`.

use super::Format;

/// Appends an hstore with each value as `value` rewrites it: it is given the key, appends the new value and says whether
/// there is one (`Some(false)`: NULL), or that it could not be rewritten (`None`). Keys stay, and with them the order;
/// NULLs stay. `None` if it cannot be read.
pub fn map_values(
    format: Format,
    pairs: &[u8],
    value: impl FnMut(&[u8], &[u8], &mut Vec<u8>) -> Option<bool>,
    out: &mut Vec<u8>,
) -> Option<()> {
    match format {
        Format::Text => map_text(pairs, value, out),
        Format::Binary => map_binary(pairs, value, out),
    }
}

fn map_text(
    pairs: &[u8],
    mut value: impl FnMut(&[u8], &[u8], &mut Vec<u8>) -> Option<bool>,
    out: &mut Vec<u8>,
) -> Option<()> {
    let mut rest = pairs;
    while !rest.is_empty() {
        if rest.len() < pairs.len() {
            rest = rest.strip_prefix(b", ")?;
            out.extend_from_slice(b", ");
        }
        let (key, behind) = take_quoted(rest)?;
        out.extend_from_slice(&rest[..rest.len() - behind.len()]);
        rest = behind.strip_prefix(b"=>")?;
        out.extend_from_slice(b"=>");
        if let Some(behind) = rest.strip_prefix(b"NULL") {
            rest = behind;
            out.extend_from_slice(b"NULL");
            continue;
        }
        let (written, behind) = take_quoted(rest)?;
        rest = behind;
        let mut masked = Vec::new();
        match value(&key, &written, &mut masked)? {
            true => push_quoted(&masked, out),
            false => out.extend_from_slice(b"NULL"),
        }
    }
    Some(())
}

/// A string in quotes, and what follows.
fn take_quoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut value = Vec::new();
    loop {
        let (byte, behind) = rest.split_first()?;
        rest = behind;
        match byte {
            b'"' => return Some((value, rest)),
            b'\\' => {
                let (escaped, behind) = rest.split_first()?;
                value.push(*escaped);
                rest = behind;
            }
            plain => value.push(*plain),
        }
    }
}

fn push_quoted(value: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in value {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}

fn map_binary(
    pairs: &[u8],
    mut value: impl FnMut(&[u8], &[u8], &mut Vec<u8>) -> Option<bool>,
    out: &mut Vec<u8>,
) -> Option<()> {
    let (count, mut rest) = pairs.split_first_chunk::<4>()?;
    out.extend_from_slice(count);
    for _ in 0..u32::from_be_bytes(*count) {
        let (length, behind) = rest.split_first_chunk::<4>()?;
        let (key, behind) = behind.split_at_checked(usize::try_from(i32::from_be_bytes(*length)).ok()?)?;
        out.extend_from_slice(length);
        out.extend_from_slice(key);
        let (length, behind) = behind.split_first_chunk::<4>()?;
        rest = behind;
        let at = out.len();
        out.extend_from_slice(&(-1i32).to_be_bytes());
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            continue;
        };
        let (written, behind) = rest.split_at_checked(length)?;
        rest = behind;
        if value(key, written, out)? {
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

    fn masked(key: &[u8], value: &[u8], out: &mut Vec<u8>) -> Option<bool> {
        match key {
            b"gone" => return Some(false),
            b"keep" => out.extend_from_slice(value),
            _ => out.extend_from_slice(b"x\"y"),
        }
        Some(true)
    }

    #[test]
    fn values_in_text() {
        let text = |pairs: &str| {
            let mut out = Vec::new();
            map_values(Format::Text, pairs.as_bytes(), masked, &mut out)?;
            String::from_utf8(out).ok()
        };
        for (pairs, wanted) in [
            ("", ""),
            (r#""a"=>"1", "keep"=>"2""#, r#""a"=>"x\"y", "keep"=>"2""#),
            (
                r#""gone"=>"1", "b\"c"=>NULL, "keep"=>"d\\e\"f""#,
                r#""gone"=>NULL, "b\"c"=>NULL, "keep"=>"d\\e\"f""#,
            ),
        ] {
            assert_eq!(text(pairs).as_deref(), Some(wanted));
        }
        for broken in [
            "a=>1",
            "\"a\"",
            "\"a\"=>",
            "\"a\"=>1",
            "\"a\"=>\"1",
            "\"a\"=>\"1\",",
            "\"a\"=>\"1\" \"b\"=>\"2\"",
            "\"a\"=>null",
        ] {
            assert_eq!(text(broken), None, "{broken}");
        }
    }

    #[test]
    fn values_in_binary() {
        let word = |number: i32| number.to_be_bytes();
        let given = [
            &word(3)[..],
            &word(4),
            b"keep",
            &word(1),
            b"1",
            &word(4),
            b"gone",
            &word(1),
            b"2",
            &word(1),
            b"n",
            &word(-1),
        ]
        .concat();
        let wanted = [
            &word(3)[..],
            &word(4),
            b"keep",
            &word(1),
            b"1",
            &word(4),
            b"gone",
            &word(-1),
            &word(1),
            b"n",
            &word(-1),
        ]
        .concat();
        let mut out = Vec::new();
        map_values(Format::Binary, &given, masked, &mut out).expect("three pairs");
        assert_eq!(out, wanted);
        for end in 0..given.len() {
            assert_eq!(map_values(Format::Binary, &given[..end], masked, &mut Vec::new()), None);
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(pairs in prop::collection::vec(any::<u8>(), 0..40), text in "[a\"=>, \\\\NUL]{0,20}") {
            for format in [Format::Text, Format::Binary] {
                for pairs in [&pairs[..], text.as_bytes()] {
                    let _ = map_values(format, pairs, masked, &mut Vec::new());
                }
            }
        }
    }
}
