//! Strings of a fixed form with check digits or ranges that nothing lies in: a valid one becomes another valid one.
//!
//! Why different inputs do not collide: what is free in a valid string (all but the check digits and what the mask
//! keeps) goes through a keyed permutation, repeated until the result is valid again: cycle walking, which permutes the
//! valid strings that share what is kept. A string that is not valid goes through a permutation of the strings of its
//! shape, repeated until the result is again not valid. So the two never meet, and both can be undone.

use super::build::TextMask;
use super::permutation::{Letter, permute_letters, restore_letters};
use super::prf::Prf;
use super::shape;

/// The longest valid string of any scheme, in bytes.
pub(super) const LENGTH_MAX: usize = 64;

/// One character that is free.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slot {
    /// Its place in the string.
    pub(super) at: u8,
    /// The first character of its alphabet.
    pub(super) first: u8,
    /// How many characters the alphabet has.
    pub(super) count: u8,
}

/// What is free in a string.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slots {
    slots: [Slot; LENGTH_MAX],
    length: usize,
}

impl Slots {
    pub(super) fn new() -> Slots {
        Slots {
            slots: [Slot::default(); LENGTH_MAX],
            length: 0,
        }
    }

    /// Adds the character at a place: a digit or a letter, which another of its kind may replace.
    pub(super) fn push(&mut self, value: &[u8], at: usize) {
        let (first, count) = match value[at] {
            b'0'..=b'9' => (b'0', 10),
            b'a'..=b'z' => (b'a', 26),
            b'A'..=b'Z' => (b'A', 26),
            _ => return,
        };
        self.push_of(at, first, count);
    }

    /// Adds the character at a place, one of `count` from `first` on.
    pub(super) fn push_of(&mut self, at: usize, first: u8, count: u8) {
        if self.length < LENGTH_MAX {
            let at = at as u8;
            self.slots[self.length] = Slot { at, first, count };
            self.length += 1;
        }
    }
}

/// What strings are valid.
pub(super) trait Scheme: Send + Sync {
    /// What is free in a valid string of at most [`LENGTH_MAX`] bytes; `None` for one that is not valid. It is the same
    /// for all valid strings that differ in what is free and in check digits only.
    fn free(&self, value: &[u8]) -> Option<Slots>;

    /// Sets the check digits of a string that differs from a valid one in what is free.
    fn complete(&self, value: &mut [u8]);
}

/// Masks strings of a scheme.
pub(super) struct CheckedMask<S> {
    scheme: S,
    valid: Prf,
    /// For strings that are not valid.
    other: Prf,
}

impl<S: Scheme> CheckedMask<S> {
    /// The two functions must serve this purpose alone, each its own.
    pub(super) fn new(scheme: S, valid: Prf, other: Prf) -> CheckedMask<S> {
        CheckedMask { scheme, valid, other }
    }

    fn walk(
        &self,
        value: &[u8],
        step: fn(&Prf, &mut [Letter]),
        other: fn(&Prf, &[u8], &mut Vec<u8>),
        out: &mut Vec<u8>,
    ) {
        let start = out.len();
        let Some(free) = self.free(value) else {
            other(&self.other, value, out);
            while self.free(&out[start..]).is_some() {
                let from = out.split_off(start);
                other(&self.other, &from, out);
            }
            return;
        };
        out.extend_from_slice(value);
        let slots = &free.slots[..free.length];
        let mut letters = [Letter::default(); LENGTH_MAX];
        let letters = &mut letters[..slots.len()];
        for (letter, slot) in letters.iter_mut().zip(slots) {
            *letter = Letter {
                place: value[usize::from(slot.at)].wrapping_sub(slot.first).into(),
                alphabet: slot.count.into(),
            };
        }
        let masked = &mut out[start..];
        loop {
            step(&self.valid, letters);
            for (letter, slot) in letters.iter().zip(slots) {
                masked[usize::from(slot.at)] = slot.first + letter.place as u8;
            }
            self.scheme.complete(masked);
            if self.free(masked).is_some() {
                return;
            }
        }
    }

    fn free(&self, value: &[u8]) -> Option<Slots> {
        (value.len() <= LENGTH_MAX && value.is_ascii())
            .then(|| self.scheme.free(value))
            .flatten()
    }
}

impl<S: Scheme> TextMask for CheckedMask<S> {
    fn apply(&self, value: &[u8], _limit: usize, out: &mut Vec<u8>) -> Option<()> {
        self.walk(value, permute_letters, shape::mask, out);
        Some(())
    }

    fn is_permutation(&self) -> bool {
        true
    }

    fn restore(&self, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        self.walk(value, restore_letters, shape::restore, out);
        Some(())
    }
}

/// The check digit of Luhn's formula (ISO/IEC 7812-1 annex B) for digits without it, the last one first.
pub(super) fn luhn(digits_from_last: impl Iterator<Item = u8>) -> u8 {
    let sum: u32 = digits_from_last
        .enumerate()
        .map(|(index, digit)| match (index % 2, u32::from(digit)) {
            (0, digit) if digit > 4 => digit * 2 - 9,
            (0, digit) => digit * 2,
            (_, digit) => digit,
        })
        .sum();
    ((10 - sum % 10) % 10) as u8
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Runs a scheme over values: valid ones stay valid and the others not, no two meet, and all come back.
    pub(in crate::mask) fn assert_laws<S: Scheme>(scheme: S, values: impl Iterator<Item = String>) -> Vec<String> {
        let mask = CheckedMask::new(scheme, Prf::new(&[1; 16]), Prf::new(&[2; 16]));
        let mut seen = HashSet::new();
        values
            .map(|value| {
                let mut masked = Vec::new();
                mask.apply(value.as_bytes(), usize::MAX, &mut masked).expect("any text");
                assert_eq!(
                    mask.free(&masked).is_some(),
                    mask.free(value.as_bytes()).is_some(),
                    "{value}"
                );
                let mut restored = Vec::new();
                mask.restore(&masked, &mut restored).expect("any text");
                assert_eq!(restored, value.as_bytes());
                let masked = String::from_utf8(masked).expect("UTF-8");
                assert!(seen.insert(masked.clone()), "{value} collides");
                masked
            })
            .collect()
    }

    #[test]
    fn luhn_of_known_numbers() {
        for number in ["79927398713", "4111111111111111", "378282246310005", "0"] {
            let (digits, check) = number.split_at(number.len() - 1);
            assert_eq!(luhn(digits.bytes().rev().map(|digit| digit - b'0')).to_string(), check);
        }
    }
}
