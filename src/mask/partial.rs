//! Parts of a value shown, the others covered.

use super::build::{Function, TextMask};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};
use crate::value::text::{characters, end_of_characters};

pub(super) static PARTIAL: Kind = Kind {
    contract: Contract::keyless(
        "partial",
        "Keeps some characters at either end and covers the others; covers all where fewer would be covered than shown.",
        &[TypeFamily::Text],
        "555-0142",
    )
    .same_length()
    .options(
        &[
            option("keep_first", OptionKind::Whole(0, 64), Default::Whole(0), "characters shown at the beginning"),
            option("keep_last", OptionKind::Whole(0, 64), Default::Whole(0), "characters shown at the end"),
            option("mask_char", OptionKind::Character, Default::Text("*"), "what covers the others"),
        ],
        "keep_last = 2",
    ),
    build: |build| {
        Function::text(PartialMask {
            keep_first: build.settings.whole("keep_first") as usize,
            keep_last: build.settings.whole("keep_last") as usize,
            mask_char: build.settings.text("mask_char").and_then(|text| text.bytes().next()).unwrap_or(b'*'),
        })
    },
};

/// Shows characters at either end.
struct PartialMask {
    keep_first: usize,
    keep_last: usize,
    mask_char: u8,
}

impl TextMask for PartialMask {
    /// Never longer than the value, in characters or bytes.
    fn apply(&self, value: &[u8], _limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let total = characters(value);
        let shown = self.keep_first + self.keep_last;
        // A short value of which most stands open is no masked value.
        if total < shown * 2 {
            out.resize(out.len() + total, self.mask_char);
            return Some(());
        }
        out.extend_from_slice(&value[..end_of_characters(value, self.keep_first)]);
        out.resize(out.len() + total - shown, self.mask_char);
        out.extend_from_slice(&value[end_of_characters(value, total - self.keep_last)..]);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_all_but_the_ends() {
        let mask = |keep_first, keep_last, value: &str| {
            let mut out = Vec::new();
            PartialMask {
                keep_first,
                keep_last,
                mask_char: b'*',
            }
            .apply(value.as_bytes(), usize::MAX, &mut out)
            .expect("any text");
            String::from_utf8(out).expect("UTF-8")
        };
        assert_eq!(mask(0, 2, "555-0142"), "******42");
        assert_eq!(mask(1, 1, "ñandú"), "ñ***ú");
        assert_eq!(mask(0, 2, "abc"), "***");
        assert_eq!(mask(0, 2, "abcd"), "**cd");
        assert_eq!(mask(0, 0, "abc"), "***");
        assert_eq!(mask(64, 64, "abc"), "***");
    }
}
