//! One line of the log: how it is laid out, sealed and taken apart.
//!
//! ```text
//! {"n":7,"time":"…","session":"…","event":"…", … ,"prev":"<64 hex>","hash":"<64 hex>"}
//! ```
//!
//! `hash` is SHA-256 over the exact bytes of the line before `,"hash":"`; `prev` is the `hash` of the line before.
//! Both have a fixed width at the line's end, so a reader needs no JSON parser to check the chain.

use sha2::{Digest, Sha256};

use super::clock::Stamp;
use super::json::{Fields, put_digits, put_number};
use super::{Event, SessionId};

/// Longest record, in bytes, with its newline. A longer one is not written: its statement is refused.
pub const RECORD_BYTES_MAX: usize = 4 << 20;

/// SHA-256 in lower-case hex.
pub(super) type HexHash = [u8; 64];

/// What the first record names as the one before.
pub(super) const NO_RECORD: HexHash = [b'0'; 64];

const HEAD: &[u8] = b"{\"n\":";
const PREV: &[u8] = b",\"prev\":\"";
const HASH: &[u8] = b",\"hash\":\"";

/// Appends one line to `buffer` and gives its hash.
pub(super) fn compose(
    buffer: &mut Vec<u8>,
    n: u64,
    stamp: &Stamp,
    session: SessionId,
    event: &Event<'_>,
    prev: &HexHash,
) -> HexHash {
    let start = buffer.len();
    buffer.extend_from_slice(HEAD);
    put_number(buffer, n);
    buffer.extend_from_slice(b",\"time\":\"");
    buffer.extend_from_slice(stamp);
    buffer.extend_from_slice(b"\",\"session\":\"");
    put_digits(buffer, session.run, 16, 1);
    buffer.push(b'-');
    put_digits(buffer, session.number, 16, 1);
    buffer.push(b'"');
    event.write(&mut Fields(buffer));
    buffer.extend_from_slice(PREV);
    buffer.extend_from_slice(prev);
    buffer.push(b'"');
    let hash = sha256_hex(&buffer[start..]);
    buffer.extend_from_slice(HASH);
    buffer.extend_from_slice(&hash);
    buffer.extend_from_slice(b"\"}\n");
    hash
}

/// SHA-256 of `bytes` in lower-case hex.
pub(super) fn sha256_hex(bytes: &[u8]) -> HexHash {
    let mut hex = NO_RECORD;
    for (pair, byte) in hex.chunks_exact_mut(2).zip(Sha256::digest(bytes)) {
        pair[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
        pair[1] = b"0123456789abcdef"[usize::from(byte & 15)];
    }
    hex
}

/// The parts of a line that make the chain.
#[derive(Debug, PartialEq)]
pub(super) struct Seal<'a> {
    pub(super) n: u64,
    pub(super) prev: &'a [u8],
    pub(super) hash: &'a [u8],
    /// The bytes that `hash` is over.
    pub(super) sealed: &'a [u8],
}

impl<'a> Seal<'a> {
    /// Takes a line apart, given without its newline; `None` if it is not laid out as a record.
    pub(super) fn of(line: &'a [u8]) -> Option<Self> {
        let (sealed, hash) = trailing_hash(line.strip_suffix(b"\"}")?, HASH)?;
        let (_, prev) = trailing_hash(sealed.strip_suffix(b"\"")?, PREV)?;
        let number = sealed.strip_prefix(HEAD)?.split(|byte| *byte == b',').next()?;
        let n = std::str::from_utf8(number).ok()?.parse().ok()?;
        Some(Self { n, prev, hash, sealed })
    }

    /// Whether the line is as it was sealed.
    pub(super) fn holds(&self) -> bool {
        sha256_hex(self.sealed) == self.hash
    }
}

fn trailing_hash<'a>(bytes: &'a [u8], key: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let (before, hash) = bytes.split_at_checked(bytes.len().checked_sub(NO_RECORD.len())?)?;
    Some((before.strip_suffix(key)?, hash))
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
        let hash = compose(
            &mut buffer,
            7,
            &STAMP,
            SessionId { run: 255, number: 2 },
            &event,
            &NO_RECORD,
        );
        assert_eq!(buffer.pop(), Some(b'\n'));
        assert_eq!(Seal::of(&buffer).unwrap().hash, hash);
        buffer
    }

    #[test]
    fn the_layout_is_as_documented() {
        let zeros = "0".repeat(64);
        let sealed = format!(
            "{{\"n\":7,\"time\":\"2025-01-31T23:59:59.123Z\",\"session\":\"ff-2\",\"event\":\"refusal\",\
             \"statement\":1,\"reason\":\"predicate\",\"message\":\"no\",\"prev\":\"{zeros}\""
        );
        let line = String::from_utf8(line("no")).unwrap();
        assert!(line.starts_with(&sealed), "{line}");
        let hash = String::from_utf8(sha256_hex(sealed.as_bytes()).to_vec()).unwrap();
        assert_eq!(&line[sealed.len()..], format!(",\"hash\":\"{hash}\"}}"));
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok());
    }

    #[test]
    fn sha256_is_the_standard_one() {
        // FIPS 180-2, appendix B.1.
        let expected = b"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(&sha256_hex(b"abc"), expected);
    }

    #[test]
    fn names_cannot_inject() {
        let nasty = "a\"},\n{\"n\":8,\"hash\":\"\r\u{1b}[2J\u{7f}\u{9b}2J\u{202e}\u{2028}\u{feff}é漢😀\\";
        let line = line(nasty);
        let text = String::from_utf8(line.clone()).unwrap();
        assert!(!text.contains(is_active), "{text}");
        let parsed: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(parsed["message"], nasty);
        assert_eq!(parsed["n"], 7);
        assert!(text.contains("é漢😀"));
    }

    #[test]
    fn what_is_no_record_is_not_taken_for_one() {
        let good = line("no");
        assert!(Seal::of(&good).is_some_and(|seal| seal.n == 7 && seal.holds() && seal.prev == NO_RECORD));
        for end in 0..good.len() {
            assert_eq!(Seal::of(&good[..end]), None);
        }
        for at in 0..good.len() {
            let mut changed = good.clone();
            changed[at] ^= 1;
            assert!(!Seal::of(&changed).is_some_and(|seal| seal.holds()), "byte {at}");
        }
    }
}
