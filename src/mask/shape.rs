//! Strings that keep their shape, such as telephone numbers: digits become other digits, letters other letters.
//!
//! Why different inputs do not collide: each character belongs to one alphabet (digits; small letters; capitals; all other
//! characters of so many bytes) and the string goes through a permutation of the strings over the same alphabets at the
//! same places. ASCII punctuation and blanks stay.

use super::build::{Function, TextMask};
use super::checked::{CheckedMask, Scheme, Slots};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};
use super::permutation::{Letter, permute_letters, restore_letters};
use super::prf::Prf;

pub(super) static PHONE: Kind = Kind {
    contract: Contract::keyed(
        "phone",
        "Digits become other digits and letters other letters; punctuation and length stay.",
        &[TypeFamily::Text],
        "+49 30 1234567",
    )
    .permutation()
    .same_length()
    .options(
        &[option(
            "keep_country",
            OptionKind::Flag,
            Default::Flag(false),
            "E.164 numbers (+, country, at most 15 digits) stay such, of the same country; in North America area and exchange stay valid",
        )],
        "keep_country = true",
    ),
    build: |build| {
        if build.settings.flag("keep_country") {
            let (valid, other) = (build.prf_for("phone by country"), build.prf_for("phone other"));
            return Function::text(CheckedMask::new(E164, valid, other));
        }
        Function::text(Shape(build.prf()))
    },
};

const fn shaped(name: &'static str, summary: &'static str, example: &'static str) -> Contract {
    Contract::keyed(name, summary, &[TypeFamily::Text], example)
        .permutation()
        .same_length()
}

pub(super) static SHAPE: Kind = Kind {
    contract: shaped(
        "shape",
        "Digits become other digits, small letters other small letters, capitals other capitals; punctuation and length stay.",
        "Kd-4711/b",
    ),
    build: |build| Function::text(Shape(build.prf())),
};

pub(super) static POSTAL_CODE: Kind = Kind {
    contract: shaped(
        "postal_code",
        "Another postal code of the same shape, in any country's way of writing.",
        "SW1A 1AA",
    )
    .options(
        &[option(
            "keep_first",
            OptionKind::Whole(0, 5),
            Default::Whole(0),
            "letters and digits at the beginning that stay, and with them the region",
        )],
        "keep_first = 2",
    ),
    build: |build| {
        let kept = build.settings.whole("keep_first") as usize;
        if kept == 0 {
            return Function::text(Shape(build.prf()));
        }
        let (valid, other) = (build.prf(), build.prf_for("postal_code other"));
        Function::text(CheckedMask::new(Prefixed { kept }, valid, other))
    },
};

pub(super) static LICENCE_PLATE: Kind = Kind {
    contract: shaped("licence_plate", "Another plate of the same shape.", "B-MW 2342"),
    build: |build| Function::text(Shape(build.prf())),
};

/// Letters and digits of which the first stay; what has no more than those, or others, is no such string.
struct Prefixed {
    kept: usize,
}

impl Scheme for Prefixed {
    fn free(&self, value: &[u8]) -> Option<Slots> {
        let mut slots = Slots::new();
        let places = (0..value.len()).filter(|&at| value[at].is_ascii_alphanumeric());
        // Twice as many: a code that stands open for the most part is none that is masked.
        if places.clone().count() < self.kept * 2 {
            return None;
        }
        places.skip(self.kept).for_each(|at| slots.push(value, at));
        Some(slots)
    }

    fn complete(&self, _value: &mut [u8]) {}
}

/// International numbers (ITU-T E.164): a plus, a country code and the national number.
struct E164;

/// Fewest and most digits behind the plus.
const E164_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Country codes of one and of two digits; all others have three (ITU-T E.164, list of assigned codes).
const CODES_OF_ONE: &[u8] = b"17";
const CODES_OF_TWO: [&[u8; 2]; 44] = [
    b"20", b"27", b"30", b"31", b"32", b"33", b"34", b"36", b"39", b"40", b"41", b"43", b"44", b"45", b"46", b"47",
    b"48", b"49", b"51", b"52", b"53", b"54", b"55", b"56", b"57", b"58", b"60", b"61", b"62", b"63", b"64", b"65",
    b"66", b"81", b"82", b"84", b"86", b"90", b"91", b"92", b"93", b"94", b"95", b"98",
];

impl Scheme for E164 {
    fn free(&self, value: &[u8]) -> Option<Slots> {
        let is_separator = |byte: &u8| matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/');
        let (plus, number) = value.split_first()?;
        if *plus != b'+' || !number.iter().all(|byte| byte.is_ascii_digit() || is_separator(byte)) {
            return None;
        }
        let mut places = [0; 15];
        let mut count = 0;
        for at in (1..value.len()).filter(|&at| value[at].is_ascii_digit()) {
            *places.get_mut(count)? = at;
            count += 1;
        }
        let places = &places[..count];
        let digit = |index: usize| value[places[index]];
        if !E164_DIGITS.contains(&count) || digit(0) == b'0' {
            return None;
        }
        let code = match [digit(0), digit(1)] {
            [first, _] if CODES_OF_ONE.contains(&first) => 1,
            two if CODES_OF_TWO.iter().any(|code| **code == two) => 2,
            _ => 3,
        };
        // North America: area and exchange begin with 2 to 9, and neither ends in 11.
        if digit(0) == b'1' {
            let is_part = |at: usize| digit(at) >= b'2' && [digit(at + 1), digit(at + 2)] != *b"11";
            if count != 11 || !is_part(1) || !is_part(4) {
                return None;
            }
        }
        let mut slots = Slots::new();
        for (index, &at) in places.iter().enumerate().skip(code) {
            // A leading zero of the national number, where one is written, is no part of it; else it has none.
            match (index == code, value[at]) {
                (true, b'0') => {}
                (true, _) => slots.push_of(at, b'1', 9),
                (false, _) => slots.push(value, at),
            }
        }
        Some(slots)
    }

    fn complete(&self, _value: &mut [u8]) {}
}

/// Permutes the strings of one shape.
struct Shape(Prf);

impl TextMask for Shape {
    fn apply(&self, value: &[u8], _limit: usize, out: &mut Vec<u8>) -> Option<()> {
        mask(&self.0, value, out);
        Some(())
    }

    fn keeps_blanks(&self) -> bool {
        true
    }

    fn is_permutation(&self) -> bool {
        true
    }

    fn restore(&self, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        restore(&self.0, value, out);
        Some(())
    }
}

/// First scalar value of each length in UTF-8 above ASCII, and how many there are.
const TWO_BYTES: (u32, u32) = (0x80, 0x780);
const THREE_BYTES: (u32, u32) = (0x800, 0xF000);
const FOUR_BYTES: (u32, u32) = (0x1_0000, 0x10_0000);
/// Surrogates, which are no characters, lie within the three-byte ones.
const SURROGATES: (u32, u32) = (0xD800, 0x800);

/// Letters of a value that is masked without allocating.
const SHORT: usize = 32;

pub(super) fn mask(prf: &Prf, value: &[u8], out: &mut Vec<u8>) {
    walk(value, |letters| permute_letters(prf, letters), out);
}

/// The number that is shown as this one.
pub(super) fn restore(prf: &Prf, value: &[u8], out: &mut Vec<u8>) {
    walk(value, |letters| restore_letters(prf, letters), out);
}

fn walk(value: &[u8], step: impl Fn(&mut [Letter]), out: &mut Vec<u8>) {
    let start = out.len();
    let text = std::str::from_utf8(value).ok().filter(|text| !text.is_ascii());
    let mut short = [Letter::default(); SHORT];
    let mut long: Vec<Letter>;
    let letters = match text {
        None if value.len() <= SHORT => {
            let mut count = 0;
            for letter in value.iter().filter_map(|&byte| byte_letter(byte)) {
                short[count] = letter;
                count += 1;
            }
            &mut short[..count]
        }
        None => {
            long = value.iter().filter_map(|&byte| byte_letter(byte)).collect();
            &mut long[..]
        }
        Some(text) => {
            long = text.chars().filter_map(|character| letter(character.into())).collect();
            &mut long[..]
        }
    };
    loop {
        step(letters);
        let mut masked = letters.iter();
        match text {
            Some(text) => push_text(text, &mut masked, out),
            None => push_bytes(value, &mut masked, out),
        }
        // Bytes that are no UTF-8 must stay so, lest they meet the mask of something that is: walk the cycle on.
        let was_text = text.is_some() || value.is_ascii();
        if was_text || std::str::from_utf8(&out[start..]).is_err() {
            return;
        }
        out.truncate(start);
    }
}

fn push_text<'a>(text: &str, masked: &mut impl Iterator<Item = &'a Letter>, out: &mut Vec<u8>) {
    for original in text.chars() {
        let character = match letter(original.into()) {
            Some(_) => masked
                .next()
                .and_then(|letter| char::from_u32(scalar(original.into(), letter.place)))
                .unwrap_or('0'),
            None => original,
        };
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

fn push_bytes<'a>(value: &[u8], masked: &mut impl Iterator<Item = &'a Letter>, out: &mut Vec<u8>) {
    for &byte in value {
        out.push(match byte_letter(byte) {
            Some(original) => masked
                .next()
                .map_or(b'0', |letter| byte - original.place as u8 + letter.place as u8),
            None => byte,
        });
    }
}

/// Of a string in a single-byte encoding; those beyond ASCII are one alphabet.
fn byte_letter(byte: u8) -> Option<Letter> {
    let (first, alphabet) = match byte {
        b'0'..=b'9' => (b'0', 10),
        b'a'..=b'z' => (b'a', 26),
        b'A'..=b'Z' => (b'A', 26),
        0x80.. => (0x80, 128),
        _ => return None,
    };
    Some(Letter {
        place: (byte - first).into(),
        alphabet,
    })
}

/// Of a character; `None` for ASCII punctuation.
fn letter(character: u32) -> Option<Letter> {
    if character < 0x80 {
        return byte_letter(character as u8);
    }
    let (first, alphabet) = range(character);
    let skipped = if alphabet == THREE_BYTES.1 && character >= SURROGATES.0 {
        SURROGATES.1
    } else {
        0
    };
    Some(Letter {
        place: character - first - skipped,
        alphabet,
    })
}

/// The character at a place of the alphabet that `original` is of.
fn scalar(original: u32, place: u32) -> u32 {
    match original {
        0x00..0x80 => byte_letter(original as u8).map_or(original, |letter| original - letter.place + place),
        _ => {
            let (first, alphabet) = range(original);
            let character = first + place;
            if alphabet == THREE_BYTES.1 && character >= SURROGATES.0 {
                character + SURROGATES.1
            } else {
                character
            }
        }
    }
}

fn range(character: u32) -> (u32, u32) {
    match character {
        0x80..0x800 => TWO_BYTES,
        0x800..0x1_0000 => THREE_BYTES,
        _ => FOUR_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn masked(value: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        mask(&Prf::new(&[2; 16]), value, &mut out);
        out
    }

    #[test]
    fn punctuation_and_length_stay() {
        let out = String::from_utf8(masked(b"+49 (30) 123-4567 x8")).expect("ASCII");
        let shape = |text: &str| -> String {
            text.chars()
                .map(|c| {
                    if c.is_ascii_digit() {
                        '9'
                    } else if c.is_ascii_lowercase() {
                        'a'
                    } else {
                        c
                    }
                })
                .collect()
        };
        assert_eq!(shape(&out), shape("+49 (30) 123-4567 x8"));
        assert_ne!(out, "+49 (30) 123-4567 x8");
        assert_eq!(masked(b"-- --"), b"-- --");
    }

    #[test]
    fn international_numbers_keep_their_country() {
        use super::super::checked::tests::assert_laws;
        let values = [
            "+1 212 555 0142",
            "+49 30 1234567",
            "+358401234567",
            "+1 112 555 0142",
            "030 1234567",
            "+44 (0)20 7946 0958",
        ];
        let masked = assert_laws(E164, values.into_iter().map(str::to_owned));
        for (masked, code) in masked.iter().zip(["+1 ", "+49 ", "+358", "+", "", "+44 (0)"]) {
            assert!(masked.starts_with(code), "{masked}");
        }
        assert_laws(E164, (0..3000).map(|number| format!("+1212555{number:04}")));
    }

    #[test]
    fn regions_stay_if_asked() {
        use super::super::checked::tests::assert_laws;
        let values = ["SW1A 1AA", "10115", "10115-1234", "AB", "-"];
        let masked = assert_laws(Prefixed { kept: 2 }, values.into_iter().map(str::to_owned));
        assert!(masked[0].starts_with("SW") && masked[1].starts_with("10"), "{masked:?}");
        assert_ne!(masked[3], "AB");
    }

    #[test]
    fn all_numbers_of_four_digits_are_permuted() {
        let seen: HashSet<Vec<u8>> = (0..10_000)
            .map(|number| masked(format!("{number:04}").as_bytes()))
            .collect();
        assert_eq!(seen.len(), 10_000);
    }

    #[test]
    fn every_character_has_one_place_and_back() {
        for character in (0..=0x10_FFFF).filter_map(char::from_u32).map(u32::from) {
            if let Some(letter) = letter(character) {
                assert!(letter.place < letter.alphabet);
                assert_eq!(scalar(character, letter.place), character);
            }
        }
        assert!(char::from_u32(scalar(0x800, THREE_BYTES.1 - 1)).is_some());
    }

    #[test]
    fn other_scripts_and_encodings_are_masked_too() {
        let arabic = "٠١٢٣ Müller".as_bytes();
        let out = masked(arabic);
        assert_eq!(out.len(), arabic.len());
        assert!(std::str::from_utf8(&out).is_ok());
        assert_ne!(out[..8], arabic[..8]);
        let latin1 = masked(b"M\xfcller");
        assert!(std::str::from_utf8(&latin1).is_err());
    }
}
