//! Identifiers: e-mail addresses, user names, addresses of pages, hashes, UUIDs.
//!
//! Why different inputs do not collide: UUIDs go through AES itself, a permutation. All others carry output of the keyed function
//! in base 32: 85 bits beside the two names (19 more) in the long form, 100 bits in the short one. Among n = 10^9 rows two
//! collide with a probability of at most n²/2^101 < 10^-12; and where a narrow column leaves room for only 16 digits
//! (80 bits), n²/2^81 < 10^-6. Below that the mask says that it keeps uniqueness only usually. Only small letters and digits
//! carry it, so values stay different where case is ignored. The forms cannot be mistaken for one another: the long one has
//! dots before its digits, the short ones have not.

use super::build::{Function, TextMask, TypedMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily, Uniqueness};
use super::options::{Default, OptionKind, option};
use super::prf::{Draw, Prf};
use super::words::{WORDS, Words, pick};
use crate::value::uuid::{Spelling, decode_text, encode_text};
use crate::value::{Format, oid};

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

const fn identifier(name: &'static str, summary: &'static str, example: &'static str) -> Contract {
    Contract::keyed(name, summary, &[TypeFamily::Text], example).unique(Uniqueness::Keeps)
}

pub(super) static HASH: Kind = Kind {
    contract: identifier("hash", "A keyed hash in hexadecimal digits.", "x").options(
        &[option(
            "length",
            OptionKind::Whole(8, 32),
            Default::Whole(32),
            "hexadecimal digits",
        )],
        "",
    ),
    build: |build| {
        Function::text(Hash {
            prf: build.prf(),
            length: build.settings.whole("length") as usize,
        })
    },
};

pub(super) static EMAIL: Kind = Kind {
    contract: identifier(
        "email",
        "A believable address in a reserved domain (RFC 2606): mail to it reaches nobody.",
        "mary@corp.com",
    ),
    build: |build| Function::text(Identifier(build.prf(), Form::Email)),
};

pub(super) static USER_NAME: Kind = Kind {
    contract: identifier("user_name", "A believable user name.", "msmith"),
    build: |build| Function::text(Identifier(build.prf(), Form::UserName)),
};

pub(super) static URL: Kind = Kind {
    contract: identifier(
        "url",
        "An address in a reserved domain (RFC 2606).",
        "https://mary.blog/me",
    ),
    build: |build| Function::text(Identifier(build.prf(), Form::Url)),
};

pub(super) static UUID: Kind = Kind {
    contract: Contract::keyed(
        "uuid",
        "Another UUID: a keyed permutation. In text, UUIDs keep their spelling.",
        &[TypeFamily::Uuid, TypeFamily::Text],
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    )
    .permutation()
    .same_length()
    .example_of(oid::UUID),
    build: |build| match build.shape.type_oid {
        oid::UUID => Function::typed(Uuid(build.prf())),
        _ if build.text.is_some() => Function::text(Uuid(build.prf())),
        _ => Err(Unfit::Type),
    },
};

struct Hash {
    prf: Prf,
    length: usize,
}

impl TextMask for Hash {
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        hash(self.prf.tag(value), self.length.min(limit), out);
        Some(())
    }

    fn uniqueness(&self, limit: usize, _at_best: Uniqueness) -> Uniqueness {
        uniqueness_of_bits(self.length.min(limit) * 4)
    }
}

struct Identifier(Prf, Form);

impl TextMask for Identifier {
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        self.1.push(self.0.draw(value), &WORDS, value, limit, out);
        Some(())
    }

    fn uniqueness(&self, limit: usize, _at_best: Uniqueness) -> Uniqueness {
        uniqueness_of_bits(self.1.bits(limit))
    }
}

struct Uuid(Prf);

impl TextMask for Uuid {
    fn apply(&self, value: &[u8], _limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let (number, spelling) = decode_text(value)?;
        encode_text(self.0.block(number), spelling, out);
        Some(())
    }

    fn is_permutation(&self) -> bool {
        true
    }

    fn restore(&self, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let (number, spelling) = decode_text(value)?;
        encode_text(self.0.restored_block(number), spelling, out);
        Some(())
    }
}

impl TypedMask for Uuid {
    fn apply(&self, _type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        match format {
            Format::Text => TextMask::apply(self, value, usize::MAX, out)?,
            Format::Binary => {
                let number = u128::from_be_bytes(value.try_into().ok()?);
                out.extend_from_slice(&self.0.block(number).to_be_bytes());
            }
        }
        Some(())
    }

    fn search_type(&self, column_oid: u32) -> Option<u32> {
        Some(column_oid)
    }

    fn restore(&self, _given: u32, format: Format, value: &[u8], _to: u32, out: &mut Vec<u8>) -> Option<()> {
        match format {
            Format::Text => TextMask::restore(self, value, out)?,
            Format::Binary => {
                let number = u128::from_be_bytes(value.try_into().ok()?);
                out.extend_from_slice(&self.0.restored_block(number).to_be_bytes());
            }
        }
        Some(())
    }
}

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
enum Form {
    Email,
    UserName,
    Url,
}

impl Form {
    /// Appends an identifier of at most `limit` characters: the most believable form that fits.
    fn push(self, draw: Draw, words: &Words, original: &[u8], limit: usize, out: &mut Vec<u8>) {
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
    fn bits(self, limit: usize) -> usize {
        self.short(limit).1 * BITS_PER_DIGIT
    }
}

pub(super) fn push_digits(bits: u128, count: usize, out: &mut Vec<u8>) {
    let mut rest = bits;
    for _ in 0..count {
        out.push(BASE32[(rest & 31) as usize]);
        rest >>= BITS_PER_DIGIT;
    }
}

/// Appends the first `length` hexadecimal digits of a tag.
fn hash(tag: u128, length: usize, out: &mut Vec<u8>) {
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

#[cfg(test)]
mod tests {
    use super::*;

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
