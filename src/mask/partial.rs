//! Parts of a value shown, the others covered.

use crate::value::text::{characters, end_of_characters};

/// Shows characters at either end.
pub(super) struct PartialMask {
    pub(super) keep_first: usize,
    pub(super) keep_last: usize,
    pub(super) mask_char: u8,
}

impl PartialMask {
    /// Never longer than the value, in characters or bytes.
    pub(super) fn apply(&self, value: &[u8], out: &mut Vec<u8>) {
        let total = characters(value);
        let shown = self.keep_first + self.keep_last;
        // A short value of which most stands open is no masked value.
        if total < shown * 2 {
            return out.resize(out.len() + total, self.mask_char);
        }
        out.extend_from_slice(&value[..end_of_characters(value, self.keep_first)]);
        out.resize(out.len() + total - shown, self.mask_char);
        out.extend_from_slice(&value[end_of_characters(value, total - self.keep_last)..]);
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
            .apply(value.as_bytes(), &mut out);
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
