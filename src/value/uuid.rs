//! UUIDs (RFC 9562).

/// Reads 36 characters `8-4-4-4-12`, or 32 without hyphens; digits of one case only, because both cases of
/// one UUID are different values in a text column.
pub fn decode_text(text: &[u8]) -> Option<(u128, Spelling)> {
    let spelling = Spelling {
        hyphens: text.len() == 36,
        upper: text.iter().any(u8::is_ascii_uppercase),
    };
    if text.len() != 32 && text.len() != 36 {
        return None;
    }
    let mut number: u128 = 0;
    for (position, &byte) in text.iter().enumerate() {
        if spelling.hyphens && matches!(position, 8 | 13 | 18 | 23) {
            if byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' if !spelling.upper => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            _ => return None,
        };
        number = number << 4 | u128::from(digit);
    }
    Some((number, spelling))
}

/// How a UUID is spelled; the default is the server's own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spelling {
    /// With hyphens.
    pub hyphens: bool,
    /// With upper-case digits.
    pub upper: bool,
}

impl Default for Spelling {
    fn default() -> Spelling {
        Spelling {
            hyphens: true,
            upper: false,
        }
    }
}

/// Appends the text of a UUID.
pub fn encode_text(number: u128, spelling: Spelling, out: &mut Vec<u8>) {
    let digits = if spelling.upper {
        b"0123456789ABCDEF"
    } else {
        b"0123456789abcdef"
    };
    for (position, byte) in number.to_be_bytes().into_iter().enumerate() {
        if spelling.hyphens && matches!(position, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.extend_from_slice(&[digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_spelling_round_trips() {
        for text in [
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6",
            "f81d4fae7dec11d0a76500a0c91e6bf6",
        ] {
            let (number, spelling) = decode_text(text.as_bytes()).expect("a UUID");
            assert_eq!(number, 0xf81d_4fae_7dec_11d0_a765_00a0_c91e_6bf6);
            let mut out = Vec::new();
            encode_text(number, spelling, &mut out);
            assert_eq!(out, text.as_bytes());
        }
    }

    #[test]
    fn mixed_case_and_stray_hyphens_are_refused() {
        for text in [
            "f81d4fae-7dec-11d0-a765-00a0c91e6bF6",
            "f81d4fae7-dec-11d0-a765-00a0c91e6bf6",
            "{f81d4fae-7dec-11d0-a765-00a0c91e6b}",
            "",
        ] {
            assert_eq!(decode_text(text.as_bytes()), None, "{text}");
        }
    }
}
