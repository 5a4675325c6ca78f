//! Arrays, element by element.
//!
//! Text form: PostgreSQL docs, "Array Input and Output Syntax", written as `array_out` writes it; binary form: `array_send`.

/// Most dimensions of an array (`MAXDIM`).
const DIMENSIONS_MAX: usize = 6;

/// Appends the text form of an array with each element as `element` rewrites it, which appends the new one and says
/// whether it could. NULLs, dimensions and lower bounds stay. `None` if the array cannot be read, or an element could
/// not be rewritten.
pub fn map_text(array: &[u8], mut element: impl FnMut(&[u8], &mut Vec<u8>) -> bool, out: &mut Vec<u8>) -> Option<()> {
    let mut rest = array.trim_ascii();
    if rest.starts_with(b"[") {
        let bounds = rest.iter().position(|&byte| byte == b'=')?;
        let is_bound = |byte: &u8| matches!(byte, b'[' | b']' | b':' | b'-' | b'+' | b'0'..=b'9');
        if !rest[..bounds].iter().all(is_bound) {
            return None;
        }
        out.extend_from_slice(&rest[..=bounds]);
        rest = &rest[bounds + 1..];
    }
    let rest = map_dimension(rest.strip_prefix(b"{")?, 1, &mut element, out)?;
    rest.is_empty().then_some(())
}

/// Rewrites what is behind an opening brace, and the closing one; returns what follows.
fn map_dimension<'a>(
    inner: &'a [u8],
    depth: usize,
    element: &mut impl FnMut(&[u8], &mut Vec<u8>) -> bool,
    out: &mut Vec<u8>,
) -> Option<&'a [u8]> {
    out.push(b'{');
    let mut rest = inner.trim_ascii_start();
    if let Some(after) = rest.strip_prefix(b"}") {
        out.push(b'}');
        return Some(after);
    }
    loop {
        if let Some(inner) = rest.strip_prefix(b"{") {
            if depth == DIMENSIONS_MAX {
                return None;
            }
            rest = map_dimension(inner, depth + 1, element, out)?.trim_ascii_start();
        } else {
            let (value, after) = next_element(rest)?;
            match value {
                None => out.extend_from_slice(b"NULL"),
                Some(value) => {
                    let mut rewritten = Vec::new();
                    if !element(&value, &mut rewritten) {
                        return None;
                    }
                    push_element(&rewritten, out);
                }
            }
            rest = after;
        }
        match rest.split_first() {
            Some((b',', after)) => {
                out.push(b',');
                rest = after.trim_ascii_start();
            }
            Some((b'}', after)) => {
                out.push(b'}');
                return Some(after);
            }
            _ => return None,
        }
    }
}

/// The first element, `None` for NULL, and what follows it, the comma or brace first.
fn next_element(text: &[u8]) -> Option<(Option<Vec<u8>>, &[u8])> {
    let mut value = Vec::new();
    let mut rest = text;
    let is_quoted = rest.first() == Some(&b'"');
    if is_quoted {
        rest = &rest[1..];
    }
    loop {
        match (rest.split_first(), is_quoted) {
            (Some((b'"', after)), true) => {
                rest = after.trim_ascii_start();
                break;
            }
            (Some((b'\\', after)), true) => {
                let (escaped, after) = after.split_first()?;
                value.push(*escaped);
                rest = after;
            }
            (Some((b',' | b'}', _)), false) => break,
            // Escapes outside quotes are written by nothing.
            (None, _) | (Some((b'{' | b'"' | b'\\', _)), false) => return None,
            (Some((byte, after)), _) => {
                value.push(*byte);
                rest = after;
            }
        }
    }
    if is_quoted {
        return Some((Some(value), rest));
    }
    let bare = value.trim_ascii();
    match bare {
        b"" => None,
        _ if bare.eq_ignore_ascii_case(b"NULL") => Some((None, rest)),
        _ => Some((Some(bare.to_vec()), rest)),
    }
}

/// Quoted only where it has to be, as the server does.
fn push_element(value: &[u8], out: &mut Vec<u8>) {
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | b'{' | b'}' | b',' | b' ' | b'\t'..=b'\r');
    if !value.is_empty() && !value.iter().any(is_special) && !value.eq_ignore_ascii_case(b"NULL") {
        return out.extend_from_slice(value);
    }
    out.push(b'"');
    for &byte in value {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// The same for the binary form; `element_oid` is the type of the elements that are appended. The type of those that
/// are there must be the one that `is_of` expects.
pub fn map_binary(
    array: &[u8],
    is_of: u32,
    element_oid: u32,
    mut element: impl FnMut(&[u8], &mut Vec<u8>) -> bool,
    out: &mut Vec<u8>,
) -> Option<()> {
    let (header, mut rest) = array.split_first_chunk::<12>()?;
    let word = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    if word(8) != is_of {
        return None;
    }
    out.extend_from_slice(&header[..8]);
    out.extend_from_slice(&element_oid.to_be_bytes());
    let dimensions = usize::try_from(word(0)).ok().filter(|count| *count <= DIMENSIONS_MAX)?;
    let mut count = u64::from(dimensions > 0);
    for _ in 0..dimensions {
        let (dimension, after) = rest.split_first_chunk::<8>()?;
        rest = after;
        out.extend_from_slice(dimension);
        let length = u32::from_be_bytes([dimension[0], dimension[1], dimension[2], dimension[3]]);
        count = count.checked_mul(length.into())?;
    }
    for _ in 0..count {
        let (length, after) = rest.split_first_chunk::<4>()?;
        rest = after;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            out.extend_from_slice(&(-1i32).to_be_bytes());
            continue;
        };
        let (value, after) = rest.split_at_checked(length)?;
        rest = after;
        let at = out.len();
        out.extend_from_slice(&[0; 4]);
        if !element(value, out) {
            return None;
        }
        let length = u32::try_from(out.len() - at - 4).ok()?;
        out[at..at + 4].copy_from_slice(&length.to_be_bytes());
    }
    rest.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubled(value: &[u8], out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(value);
        out.extend_from_slice(value);
        value != b"bad"
    }

    fn text(array: &str) -> Option<String> {
        let mut out = Vec::new();
        map_text(array.as_bytes(), doubled, &mut out)?;
        String::from_utf8(out).ok()
    }

    #[test]
    fn elements_in_text() {
        for (array, wanted) in [
            ("{}", "{}"),
            (" { } ", "{}"),
            ("{1,2}", "{11,22}"),
            ("{ 1 , null, NULL }", "{11,NULL,NULL}"),
            ("{{1, 2},{3,NULL}}", "{{11,22},{33,NULL}}"),
            ("[2:3]={1,2}", "[2:3]={11,22}"),
            ("{a b}", r#"{"a ba b"}"#),
            (
                r#"{"a,b", "NULL","c\"d","e\\f",""}"#,
                r#"{"a,ba,b",NULLNULL,"c\"dc\"d","e\\fe\\f",""}"#,
            ),
        ] {
            assert_eq!(text(array).as_deref(), Some(wanted), "{array}");
        }
    }

    #[test]
    fn what_is_no_array() {
        for array in [
            "",
            "1",
            "{",
            "{1,}",
            "{,1}",
            "{{1}",
            "{{{{{{{1}}}}}}}",
            "[x]={1}",
            "[2:3]",
            r#"{"a}"#,
            r#"{"a"b}"#,
            r"{a\,b}",
            "{1}}",
            "{bad}",
        ] {
            assert_eq!(text(array), None, "{array}");
        }
    }

    fn binary(parts: &[&[u8]]) -> Vec<u8> {
        parts.concat()
    }

    #[test]
    fn elements_in_binary() {
        let word = |number: i32| number.to_be_bytes();
        let array = |oid: i32, elements: &[&[u8]]| {
            let head = [word(1), word(1), word(oid), word(3), word(1)].concat();
            binary(&[&[&head[..]], elements].concat())
        };
        let given = array(23, &[&word(1), b"a", &word(-1), &word(2), b"bc"]);
        let wanted = array(20, &[&word(2), b"aa", &word(-1), &word(4), b"bcbc"]);
        let mut out = Vec::new();
        map_binary(&given, 23, 20, doubled, &mut out).expect("an array");
        assert_eq!(out, wanted);
        let empty = [word(0), word(0), word(23)].concat();
        let mut out = Vec::new();
        map_binary(&empty, 23, 23, doubled, &mut out).expect("an array");
        assert_eq!(out, empty);
        let square = [
            [word(2), word(0), word(23), word(2), word(1), word(1), word(1)].concat(),
            [word(1), word(7), word(-1)].concat(),
        ]
        .concat();
        assert_eq!(map_binary(&square, 23, 23, doubled, &mut Vec::new()), None);
        let mut square = [word(2), word(0), word(23), word(2), word(1), word(1), word(1)].concat();
        square.extend_from_slice(&[&word(1)[..], b"a", &word(-1)].concat());
        let mut out = Vec::new();
        map_binary(&square, 23, 23, doubled, &mut out).expect("an array");
        assert!(out.ends_with(&[&word(2)[..], b"aa", &word(-1)].concat()));
        for broken in [&given[..given.len() - 1], &given[..11], &[&given[..], b"x"].concat()] {
            assert_eq!(map_binary(broken, 23, 20, doubled, &mut Vec::new()), None);
        }
        assert_eq!(map_binary(&given, 20, 20, doubled, &mut Vec::new()), None);
    }
}
