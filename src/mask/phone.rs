//! Telephone numbers: digits become other digits, letters other letters.
//!
//! Why different inputs do not collide: each character belongs to one alphabet (digits; small letters; capitals; all other
//! characters of so many bytes) and the string goes through a permutation of the strings over the same alphabets at the
//! same places. ASCII punctuation and blanks stay.

use super::permutation::{Letter, permute_letters, restore_letters};
use super::prf::Prf;

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
