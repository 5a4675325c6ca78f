//! Arrays of one dimension, element by element.
//!
//! Text form: PostgreSQL docs, "Array Input and Output Syntax"; binary form: `array_send`.

/// Appends the text form of an array with each element as `element` rewrites it, which appends the new one and says
/// whether it could. NULL stays. `None` if the array cannot be read, or an element could not be rewritten.
pub fn map_text(array: &[u8], mut element: impl FnMut(&[u8], &mut Vec<u8>) -> bool, out: &mut Vec<u8>) -> Option<()> {
    let inner = array.trim_ascii().strip_prefix(b"{")?.strip_suffix(b"}")?;
    out.push(b'{');
    let mut rest = inner.trim_ascii();
    let mut is_first = true;
    while !is_first || !rest.is_empty() {
        let (value, after) = next_element(rest)?;
        if !is_first {
            out.push(b',');
        }
        is_first = false;
        match value {
            None => out.extend_from_slice(b"NULL"),
            Some(value) => {
                let mut rewritten = Vec::new();
                if !element(&value, &mut rewritten) {
                    return None;
                }
                push_quoted(&rewritten, out);
            }
        }
        match after.split_first() {
            None => break,
            Some((b',', after)) => rest = after.trim_ascii_start(),
            Some(_) => return None,
        }
    }
    out.push(b'}');
    Some(())
}

/// The first element, `None` for NULL, and what follows it, up to and with the comma.
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
            (None | Some((b',', _)), false) => break,
            // Nested arrays, and escapes outside quotes, which nothing writes.
            (None, true) | (Some((b'{' | b'}' | b'"' | b'\\', _)), false) => return None,
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
    let count = match word(0) {
        0 => 0,
        1 => {
            let (dimension, after) = rest.split_first_chunk::<8>()?;
            rest = after;
            out.extend_from_slice(dimension);
            i32::from_be_bytes([dimension[0], dimension[1], dimension[2], dimension[3]])
        }
        _ => return None,
    };
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
            ("{1,2}", r#"{"11","22"}"#),
            ("{ 1 , null, NULL }", r#"{"11",NULL,NULL}"#),
            (
                r#"{"a,b", "NULL","c\"d","e\\f",""}"#,
                r#"{"a,ba,b","NULLNULL","c\"dc\"d","e\\fe\\f",""}"#,
            ),
        ] {
            assert_eq!(text(array).as_deref(), Some(wanted), "{array}");
        }
    }

    #[test]
    fn what_is_no_array_of_one_dimension() {
        for array in [
            "",
            "1",
            "{",
            "{1,}",
            "{,1}",
            "{{1}}",
            "[2:3]={1,2}",
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
        for broken in [&given[..given.len() - 1], &given[..11], &[&given[..], b"x"].concat()] {
            assert_eq!(map_binary(broken, 23, 20, doubled, &mut Vec::new()), None);
        }
        assert_eq!(map_binary(&given, 20, 20, doubled, &mut Vec::new()), None);
    }
}
