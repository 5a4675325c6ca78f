//! One line of the log: how it is laid out, linked to the one before, and taken apart.
//!
//! ```text
//! {"event.sequence":7,"@timestamp":"…","session.id":"…","event.action":"…", … ,"pgveil.prev":"<64 hex>"}
//! ```
//!
//! The line without its newline is a leaf of the tree ([`leaf_hash`]); `pgveil.prev` is the leaf hash of the line before. It has
//! a fixed width at the line's end, so that a reader needs no JSON parser to follow it.

use super::clock::Stamp;
use super::json::{Fields, put_digits, put_number};
use super::merkle::{Hash, leaf_hash};
use super::{Event, SessionId};

/// Longest record, in bytes, with its newline. A longer one is not written: its statement is refused.
pub const RECORD_BYTES_MAX: usize = 4 << 20;

/// What the first record names as the hash of the one before.
pub(super) const NO_RECORD: Hash = [0; 32];

const HEAD: &[u8] = b"{\"event.sequence\":";
const PREV: &[u8] = b",\"pgveil.prev\":\"";
const END: &[u8] = b"\"}";
const DIGITS: usize = 2 * size_of::<Hash>();

/// Appends one line to `buffer` and gives its leaf hash.
pub(super) fn compose(
    buffer: &mut Vec<u8>,
    n: u64,
    stamp: &Stamp,
    session: SessionId,
    event: &Event<'_>,
    prev: &Hash,
) -> Hash {
    let start = buffer.len();
    buffer.extend_from_slice(HEAD);
    put_number(buffer, n);
    buffer.extend_from_slice(b",\"@timestamp\":\"");
    buffer.extend_from_slice(stamp);
    buffer.extend_from_slice(b"\",\"session.id\":\"");
    put_digits(buffer, session.run, 16, 1);
    buffer.push(b'-');
    put_digits(buffer, session.number, 16, 1);
    buffer.push(b'"');
    event.write(&mut Fields(buffer));
    buffer.extend_from_slice(PREV);
    put_hexadecimal(buffer, prev);
    buffer.extend_from_slice(END);
    let leaf = leaf_hash(&buffer[start..]);
    buffer.push(b'\n');
    leaf
}

/// In lower-case hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    let mut digits = Vec::with_capacity(2 * bytes.len());
    put_hexadecimal(&mut digits, bytes);
    digits
}

fn put_hexadecimal(out: &mut Vec<u8>, bytes: &[u8]) {
    let digit = |value: u8| b"0123456789abcdef"[usize::from(value)];
    out.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
}

/// The parts of a line that link it to the one before.
#[derive(Debug, PartialEq)]
pub(super) struct Link<'a> {
    pub(super) n: u64,
    prev: &'a [u8],
}

impl<'a> Link<'a> {
    /// Takes a line apart, given without its newline; `None` if it is not laid out as a record.
    pub(super) fn of(line: &'a [u8]) -> Option<Self> {
        let rest = line.strip_suffix(END)?;
        let (before, prev) = rest.split_at_checked(rest.len().checked_sub(DIGITS)?)?;
        before.strip_suffix(PREV)?;
        let number = before.strip_prefix(HEAD)?.split(|byte| *byte == b',').next()?;
        let n = std::str::from_utf8(number).ok()?.parse().ok()?;
        Some(Self { n, prev })
    }

    /// Whether it names the line with this leaf hash as the one before it.
    pub(super) fn follows(&self, leaf: &Hash) -> bool {
        hexadecimal(leaf) == self.prev
    }
}

/// Whether a terminal or an editor would do something other than show this character. All are below U+10000.
pub(crate) fn is_active(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(character, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Refusal;

    const STAMP: Stamp = *b"2025-01-31T23:59:59.123Z";

    fn line(message: &str) -> Vec<u8> {
        let event = Event::Refusal(Refusal {
            statement: Some(1),
            reason: "predicate",
            message,
        });
        let mut buffer = Vec::new();
        let session = SessionId { run: 255, number: 2 };
        let leaf = compose(&mut buffer, 7, &STAMP, session, &event, &NO_RECORD);
        assert_eq!(buffer.pop(), Some(b'\n'));
        assert_eq!(leaf_hash(&buffer), leaf);
        buffer
    }

    #[test]
    fn the_layout_is_as_documented() {
        let expected = format!(
            "{{\"event.sequence\":7,\"@timestamp\":\"2025-01-31T23:59:59.123Z\",\"session.id\":\"ff-2\",\"event.action\":\"refusal\",\
             \"pgveil.statement\":1,\"event.reason\":\"predicate\",\"message\":\"no\",\"pgveil.prev\":\"{}\"}}",
            "0".repeat(64)
        );
        let line = String::from_utf8(line("no")).unwrap();
        assert_eq!(line, expected);
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok());
    }

    #[test]
    fn names_cannot_inject() {
        let nasty =
            "a\"},\n{\"event.sequence\":8,\"pgveil.prev\":\"\r\u{1b}[2J\u{7f}\u{9b}2J\u{202e}\u{2028}\u{feff}é漢😀\\";
        let line = line(nasty);
        let text = String::from_utf8(line.clone()).unwrap();
        assert!(!text.contains(is_active), "{text}");
        let parsed: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(parsed["message"], nasty);
        assert_eq!(parsed["event.sequence"], 7);
        assert!(text.contains("é漢😀"));
    }

    #[test]
    fn what_is_no_record_is_not_taken_for_one() {
        let good = line("no");
        assert!(Link::of(&good).is_some_and(|link| link.n == 7 && link.follows(&NO_RECORD)));
        for end in 0..good.len() {
            assert_eq!(Link::of(&good[..end]), None);
        }
        let leaf = leaf_hash(&good);
        for at in 0..good.len() {
            let mut changed = good.clone();
            changed[at] ^= 1;
            assert_ne!(leaf_hash(&changed), leaf, "byte {at}");
        }
    }
}
