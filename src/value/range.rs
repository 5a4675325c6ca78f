//! Ranges and multiranges, bound by bound.
//!
//! Text forms: PostgreSQL docs, "Range Types", written as `range_out` and `multirange_out` write them; binary forms:
//! `range_send` and `multirange_send`.

use std::borrow::Cow;

use super::Format;

/// Flags of the binary form (`src/include/utils/rangetypes.h`).
const EMPTY: u8 = 0x01;
const LOWER_INCLUSIVE: u8 = 0x02;
const UPPER_INCLUSIVE: u8 = 0x04;
const LOWER_INFINITE: u8 = 0x08;
const UPPER_INFINITE: u8 = 0x10;

/// A range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range<'v> {
    /// It holds nothing.
    Empty,
    /// From one bound to the other.
    Bounded(Bound<'v>, Bound<'v>),
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound<'v> {
    /// In the format of the range; `None` where the range is unbounded.
    pub value: Option<Cow<'v, [u8]>>,
    /// The value itself is in the range.
    pub inclusive: bool,
}

/// Reads a range that fills `value`.
pub fn decode(format: Format, value: &[u8]) -> Option<Range<'_>> {
    let (range, rest) = match format {
        Format::Text => take_text(value)?,
        Format::Binary => take_binary(value)?,
    };
    rest.is_empty().then_some(range)
}

/// Appends a range.
pub fn encode(format: Format, range: &Range<'_>, out: &mut Vec<u8>) {
    match format {
        Format::Text => push_text(range, out),
        Format::Binary => push_binary(range, out),
    }
}

/// Reads the ranges of a multirange.
pub fn decode_multi(format: Format, value: &[u8]) -> Option<Vec<Range<'_>>> {
    let mut ranges = Vec::new();
    match format {
        Format::Text => {
            let mut rest = value.strip_prefix(b"{")?.strip_suffix(b"}")?;
            while !rest.is_empty() {
                if !ranges.is_empty() {
                    rest = rest.strip_prefix(b",")?;
                }
                let (range, behind) = take_text(rest)?;
                ranges.push(range);
                rest = behind;
            }
        }
        Format::Binary => {
            let (count, mut rest) = value.split_first_chunk::<4>()?;
            for _ in 0..u32::from_be_bytes(*count) {
                let (range, behind) = take_sized(rest)?;
                ranges.push(decode(Format::Binary, range)?);
                rest = behind;
            }
            rest.is_empty().then_some(())?;
        }
    }
    Some(ranges)
}

/// Appends a multirange.
pub fn encode_multi(format: Format, ranges: &[Range<'_>], out: &mut Vec<u8>) {
    match format {
        Format::Text => {
            out.push(b'{');
            for (index, range) in ranges.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                push_text(range, out);
            }
            out.push(b'}');
        }
        Format::Binary => {
            // No more ranges than bytes that they were read from.
            out.extend_from_slice(&(ranges.len() as u32).to_be_bytes());
            for range in ranges {
                push_sized(out, |out| push_binary(range, out));
            }
        }
    }
}

fn take_text(text: &[u8]) -> Option<(Range<'_>, &[u8])> {
    if let Some(rest) = text.strip_prefix(b"empty") {
        return Some((Range::Empty, rest));
    }
    let (open, rest) = text.split_first()?;
    let lower_inclusive = match open {
        b'[' => true,
        b'(' => false,
        _ => return None,
    };
    let (lower, rest) = take_bound(rest, b",")?;
    let (upper, rest) = take_bound(rest.strip_prefix(b",")?, b")]")?;
    let (close, rest) = rest.split_first()?;
    let lower = Bound {
        value: lower,
        inclusive: lower_inclusive,
    };
    let upper = Bound {
        value: upper,
        inclusive: *close == b']',
    };
    Some((Range::Bounded(lower, upper), rest))
}

/// A bound's value, `None` if it is unbounded, and what follows it.
type Taken<'v> = (Option<Cow<'v, [u8]>>, &'v [u8]);

/// A bound as it is written, up to one of `ends`.
fn take_bound<'v>(text: &'v [u8], ends: &[u8]) -> Option<Taken<'v>> {
    if !text.starts_with(b"\"") {
        let end = text.iter().position(|byte| ends.contains(byte))?;
        let (bare, rest) = text.split_at(end);
        let is_plain = !bare.iter().any(|byte| is_special(*byte));
        return is_plain.then_some(((!bare.is_empty()).then_some(Cow::Borrowed(bare)), rest));
    }
    let mut value = Vec::new();
    let mut rest = &text[1..];
    loop {
        let (byte, behind) = rest.split_first()?;
        match (byte, behind.split_first()) {
            (b'"', Some((b'"', behind))) => {
                value.push(b'"');
                rest = behind;
            }
            (b'\\', Some((escaped, behind))) => {
                value.push(*escaped);
                rest = behind;
            }
            (b'"', Some((end, _))) if ends.contains(end) => return Some((Some(Cow::Owned(value)), behind)),
            (b'"' | b'\\', _) => return None,
            (plain, _) => {
                value.push(*plain);
                rest = behind;
            }
        }
    }
}

/// Whether a bound in which this byte stands is quoted.
fn is_special(byte: u8) -> bool {
    matches!(
        byte,
        b'"' | b'\\' | b'(' | b')' | b'[' | b']' | b',' | b' ' | b'\t'..=b'\r'
    )
}

fn push_text(range: &Range<'_>, out: &mut Vec<u8>) {
    let Range::Bounded(lower, upper) = range else {
        return out.extend_from_slice(b"empty");
    };
    out.push(if lower.inclusive { b'[' } else { b'(' });
    push_bound(lower, out);
    out.push(b',');
    push_bound(upper, out);
    out.push(if upper.inclusive { b']' } else { b')' });
}

fn push_bound(bound: &Bound<'_>, out: &mut Vec<u8>) {
    let Some(value) = &bound.value else { return };
    if !value.is_empty() && !value.iter().any(|byte| is_special(*byte)) {
        return out.extend_from_slice(value);
    }
    out.push(b'"');
    for &byte in value.iter() {
        if matches!(byte, b'"' | b'\\') {
            out.push(byte);
        }
        out.push(byte);
    }
    out.push(b'"');
}

fn take_binary(bytes: &[u8]) -> Option<(Range<'_>, &[u8])> {
    let (&flags, mut rest) = bytes.split_first()?;
    if flags & EMPTY != 0 {
        return Some((Range::Empty, rest));
    }
    let mut bound = |inclusive: u8, infinite: u8| {
        let mut value = None;
        if flags & infinite == 0 {
            let (taken, behind) = take_sized(rest)?;
            rest = behind;
            value = Some(Cow::Borrowed(taken));
        }
        let inclusive = flags & inclusive != 0;
        Some(Bound { value, inclusive })
    };
    let lower = bound(LOWER_INCLUSIVE, LOWER_INFINITE)?;
    let upper = bound(UPPER_INCLUSIVE, UPPER_INFINITE)?;
    Some((Range::Bounded(lower, upper), rest))
}

fn push_binary(range: &Range<'_>, out: &mut Vec<u8>) {
    let Range::Bounded(lower, upper) = range else {
        return out.push(EMPTY);
    };
    let flag = |set: bool, flag: u8| if set { flag } else { 0 };
    out.push(
        flag(lower.inclusive, LOWER_INCLUSIVE)
            | flag(upper.inclusive, UPPER_INCLUSIVE)
            | flag(lower.value.is_none(), LOWER_INFINITE)
            | flag(upper.value.is_none(), UPPER_INFINITE),
    );
    for value in [&lower.value, &upper.value].into_iter().flatten() {
        push_sized(out, |out| out.extend_from_slice(value));
    }
}

/// What stands behind its length in four bytes, and what follows.
fn take_sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(i32::from_be_bytes(*length)).ok()?)
}

fn push_sized(out: &mut Vec<u8>, push: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    push(out);
    // Values are at most some megabytes long.
    let length = (out.len() - at - 4) as u32;
    out[at..at + 4].copy_from_slice(&length.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_read_and_written() {
        for text in [
            "empty",
            "[1,5)",
            "(,)",
            "(,5]",
            "[\"2024-01-01 00:00:00\",\"2024-02-01 00:00:00\")",
            "[\"a\"\"b\\\\c\",\"\"]",
        ] {
            let range = decode(Format::Text, text.as_bytes()).expect(text);
            let mut written = Vec::new();
            encode(Format::Text, &range, &mut written);
            assert_eq!(String::from_utf8_lossy(&written), text);
            let mut binary = Vec::new();
            encode(Format::Binary, &range, &mut binary);
            assert_eq!(decode(Format::Binary, &binary), Some(range), "{text}");
        }
        let mut binary = Vec::new();
        encode(
            Format::Binary,
            &decode(Format::Text, b"[1,)").expect("a range"),
            &mut binary,
        );
        assert_eq!(binary, [0x12, 0, 0, 0, 1, b'1']);
        for broken in [
            "",
            "[1,5",
            "1,5)",
            "[1)",
            "[1,5)x",
            "[a b,c)",
            "[\"a,5)",
            "[\"a\"x,5)",
            "{[1,5)}",
        ] {
            assert_eq!(decode(Format::Text, broken.as_bytes()), None, "{broken}");
        }
    }

    #[test]
    fn multiranges_read_and_written() {
        for text in ["{}", "{[1,3)}", "{(,3),[5,7),(9,)}", "{[\"a,b\",\"c}\"]}"] {
            let ranges = decode_multi(Format::Text, text.as_bytes()).expect(text);
            let mut written = Vec::new();
            encode_multi(Format::Text, &ranges, &mut written);
            assert_eq!(String::from_utf8_lossy(&written), text.replace("\"c}\"", "c}"));
            let mut binary = Vec::new();
            encode_multi(Format::Binary, &ranges, &mut binary);
            assert_eq!(decode_multi(Format::Binary, &binary), Some(ranges), "{text}");
        }
        for broken in ["", "{", "[1,3)", "{,}", "{[1,3),}", "{[1,3)[5,7)}"] {
            assert_eq!(decode_multi(Format::Text, broken.as_bytes()), None, "{broken}");
        }
        assert_eq!(decode_multi(Format::Binary, &[0xff; 4]), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(value in prop::collection::vec(any::<u8>(), 0..60), text in "[\\[({\"a,1\\\\]{0,20}[)\\]}\",]{0,4}") {
            for format in [Format::Text, Format::Binary] {
                for value in [&value[..], text.as_bytes()] {
                    let _ = decode(format, value);
                    let _ = decode_multi(format, value);
                }
            }
        }
    }
}
