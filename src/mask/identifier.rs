//! Identifiers: e-mail addresses, user names, addresses of pages, hashes, UUIDs.
//!
//! Why different inputs do not collide: UUIDs go through AES itself, a permutation. All others carry output of the keyed function
//! in base 32: 85 bits beside the two names (19 more) in the long form, 100 bits in the short one. Among n = 10^9 rows two
//! collide with a probability of at most n²/2^101 < 10^-12; and where a narrow column leaves room for only 16 digits
//! (80 bits), n²/2^81 < 10^-6. Below that the mask says that it keeps uniqueness only usually. Only small letters and digits
//! carry it, so values stay different where case is ignored. The forms cannot be mistaken for one another: the long one has
//! dots before its digits, the short ones have not.

use super::contract::Uniqueness;
use super::prf::{Draw, Prf};
use super::words::{Words, pick};
use crate::value::Format;
use crate::value::uuid::{Spelling, decode_text, encode_text};

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Digits beside two names.
const DIGITS_LONG_FORM: usize = 17;
/// Digits where they stand alone.
const DIGITS_SHORT_FORM: usize = 20;
const BITS_PER_DIGIT: usize = 5;
/// Second-level names that RFC 2606 reserves: mail to them reaches nobody.
const HOSTS: [&str; 3] = ["example.com", "example.net", "example.org"];
const SHORT_HOST: &str = "@example.org";
/// Under the top-level name that RFC 2606 reserves for tests.
const SHORTEST_HOST: &str = "@x.test";
const PAGE: &str = "https://example.org/";
const SHORTEST_PAGE: &str = "http://x.test/";

/// From how many bits on different values are held never to collide.
const UNIQUE_BITS: usize = 80;

pub(super) fn uniqueness_of_bits(bits: usize) -> Uniqueness {
    if bits >= UNIQUE_BITS {
        Uniqueness::Keeps
    } else {
        Uniqueness::Usually
    }
}

/// What kind of identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Email,
    UserName,
    Url,
}

impl Form {
    /// Appends an identifier of at most `limit` characters: the most believable form that fits.
    pub(super) fn push(self, draw: Draw, words: &Words, original: &[u8], limit: usize, out: &mut Vec<u8>) {
        let start = out.len();
        if self != Form::Url {
            self.push_long(draw, words, original, out);
            if out.len() - start <= limit {
                return;
            }
            out.truncate(start);
        }
        let (before, digits, after) = self.short(limit);
        out.extend_from_slice(before.as_bytes());
        push_digits(draw.rest(), digits, out);
        out.extend_from_slice(after.as_bytes());
    }

    fn push_long(self, mut draw: Draw, words: &Words, original: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        for (names, bits) in [(&words.first_names, 9), (&words.last_names, 10)] {
            out.extend_from_slice(pick(names, draw.bits(bits) as usize, original).as_bytes());
            out.push(b'.');
        }
        out[start..].make_ascii_lowercase();
        push_digits(draw.rest(), DIGITS_LONG_FORM, out);
        if self == Form::Email {
            draw.bits((DIGITS_LONG_FORM * BITS_PER_DIGIT) as u32 - 64);
            draw.bits(64);
            out.push(b'@');
            out.extend_from_slice(HOSTS[draw.below(HOSTS.len())].as_bytes());
        }
    }

    /// What stands before and after the digits in the short form, and how many digits there is room for.
    fn short(self, limit: usize) -> (&'static str, usize, &'static str) {
        let (before, after) = match self {
            Form::Email if limit >= DIGITS_SHORT_FORM + SHORT_HOST.len() => ("", SHORT_HOST),
            Form::Email if limit > SHORTEST_HOST.len() => ("", SHORTEST_HOST),
            Form::Url if limit >= PAGE.len() + DIGITS_SHORT_FORM => (PAGE, ""),
            Form::Url if limit > SHORTEST_PAGE.len() => (SHORTEST_PAGE, ""),
            _ => ("", ""),
        };
        (
            before,
            (limit - before.len() - after.len()).min(DIGITS_SHORT_FORM),
            after,
        )
    }

    /// Bits of the keyed function in the output, at least.
    pub(super) fn bits(self, limit: usize) -> usize {
        self.short(limit).1 * BITS_PER_DIGIT
    }
}

fn push_digits(bits: u128, count: usize, out: &mut Vec<u8>) {
    let mut rest = bits;
    for _ in 0..count {
        out.push(BASE32[(rest & 31) as usize]);
        rest >>= BITS_PER_DIGIT;
    }
}

/// Appends the first `length` hexadecimal digits of a tag.
pub(super) fn hash(tag: u128, length: usize, out: &mut Vec<u8>) {
    let start = out.len();
    encode_text(
        tag,
        Spelling {
            hyphens: false,
            upper: false,
        },
        out,
    );
    out.truncate(start + length);
}

/// Masks a value of type `uuid`.
pub(super) fn uuid(prf: &Prf, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    match format {
        Format::Text => uuid_in_text(prf, value, out),
        Format::Binary => {
            let number = u128::from_be_bytes(value.try_into().ok()?);
            out.extend_from_slice(&prf.block(number).to_be_bytes());
            Some(())
        }
    }
}

/// Masks a UUID in text, in the spelling it has.
pub(super) fn uuid_in_text(prf: &Prf, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (number, spelling) = decode_text(value)?;
    encode_text(prf.block(number), spelling, out);
    Some(())
}

/// The UUID that is shown as this one, in its spelling.
pub(super) fn restore_uuid_in_text(prf: &Prf, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (number, spelling) = decode_text(value)?;
    encode_text(prf.restored_block(number), spelling, out);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::words::WORDS;

    fn push(form: Form, value: &str, limit: usize) -> String {
        let prf = Prf::new(&[5; 16]);
        let mut out = Vec::new();
        form.push(prf.draw(value.as_bytes()), &WORDS, value.as_bytes(), limit, &mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn the_long_form_fits_fifty_characters() {
        for number in 0..2000 {
            let email = push(Form::Email, &number.to_string(), 50);
            assert!(email.contains('.') && email.contains("@example."), "{email}");
            assert_eq!(email, push(Form::Email, &number.to_string(), usize::MAX));
        }
    }

    #[test]
    fn narrow_columns_get_the_best_form_that_fits() {
        for form in [Form::Email, Form::UserName, Form::Url] {
            for limit in 1..60 {
                let value = push(form, "mary", limit);
                assert!(!value.is_empty() && value.len() <= limit, "{value}");
                assert_eq!(form == Form::Email && limit >= 8, value.contains('@'));
            }
        }
        assert_eq!(uniqueness_of_bits(Form::Email.bits(23)), Uniqueness::Keeps);
        assert_eq!(uniqueness_of_bits(Form::Email.bits(22)), Uniqueness::Usually);
        assert_eq!(uniqueness_of_bits(Form::UserName.bits(16)), Uniqueness::Keeps);
    }
}
