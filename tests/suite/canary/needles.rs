//! Searching bytes for protected values in every form a client could read them back from.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Bytes that all needles have at least, and by which they are found.
const PREFIX_BYTES: usize = 4;
/// Shorter words say too little to be unmistakable.
const WORD_BYTES_MIN: usize = 9;

/// Protected values in all their forms.
#[derive(Default)]
pub struct Needles {
    by_prefix: HashMap<[u8; PREFIX_BYTES], Vec<Needle>>,
    count: usize,
}

struct Needle {
    /// In lower case.
    bytes: Vec<u8>,
    what: String,
}

impl Needles {
    /// Adds a value in its text form, and each unmistakable word in it.
    pub fn add_text(&mut self, what: &str, text: &[u8]) {
        let words = text.split(|byte| !byte.is_ascii_alphanumeric());
        let long = words.filter(|word| word.len() >= WORD_BYTES_MIN);
        for word in [text].into_iter().chain(long).take(8) {
            self.add_encoded(what, word);
            self.add(&format!("{what}, reversed"), word.iter().rev().copied().collect());
        }
    }

    /// Adds a value in its binary form.
    pub fn add_binary(&mut self, what: &str, binary: &[u8]) {
        self.add_encoded(&format!("{what}, binary"), binary);
    }

    fn add_encoded(&mut self, what: &str, bytes: &[u8]) {
        // The start of a very long value says all.
        let bytes = &bytes[..bytes.len().min(64)];
        self.add(what, bytes.to_vec());
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.add(&format!("{what}, in hex"), hex.into_bytes());
        for shift in 0..3 {
            // What stands before and after it changes the letters at either end.
            let encoded = STANDARD.encode([&b"xx"[..shift], bytes].concat());
            let end = encoded.len().saturating_sub(4);
            if let Some(inside) = encoded.get(4..end).filter(|inside| inside.len() >= 8) {
                self.add(&format!("{what}, in base64"), inside.as_bytes().to_vec());
            }
        }
    }

    fn add(&mut self, what: &str, mut bytes: Vec<u8>) {
        bytes.make_ascii_lowercase();
        let Some(prefix) = bytes.first_chunk() else { return };
        let same_prefix = self.by_prefix.entry(*prefix).or_default();
        if !same_prefix.iter().any(|known| known.bytes == bytes) {
            same_prefix.push(Needle {
                bytes,
                what: what.to_owned(),
            });
            self.count += 1;
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// What of them stands in these bytes, upper and lower case alike.
    pub fn found_in(&self, bytes: &[u8]) -> Option<&str> {
        let bytes = bytes.to_ascii_lowercase();
        (0..bytes.len()).find_map(|at| {
            let rest = &bytes[at..];
            let same_prefix = self.by_prefix.get(rest.first_chunk::<PREFIX_BYTES>()?)?;
            let found = same_prefix.iter().find(|needle| rest.starts_with(&needle.bytes));
            found.map(|needle| needle.what.as_str())
        })
    }
}

#[test]
fn every_form_is_found() {
    let mut needles = Needles::default();
    needles.add_text("token", b"mail Zq3f9k2LmX77@x");
    for leaked in ["..ZQ3F9K2LMX77..", "77XmL2k9f3qZ", "\\x5A713366396B324C6D583737"] {
        assert!(needles.found_in(leaked.as_bytes()).is_some(), "{leaked}");
    }
    for before in ["", "a", "ab", "abc"] {
        let encoded = STANDARD.encode(format!("{before}mail Zq3f9k2LmX77@x and more"));
        assert!(needles.found_in(encoded.as_bytes()).is_some(), "{before}");
    }
    assert!(needles.found_in(b"mail Zq3f").is_none());
}
