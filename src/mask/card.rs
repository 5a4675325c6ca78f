//! Numbers of payment cards (ISO/IEC 7812-1): 12 to 19 digits, the last one Luhn's check digit.

use super::build::Function;
use super::checked::{CheckedMask, Scheme, Slots, luhn};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};

/// Digits of a card number.
const DIGITS_MIN: usize = 12;
const DIGITS_MAX: usize = 19;

pub(super) static CARD: Kind = Kind {
    contract: Contract::keyed(
        "card",
        "Another card number with a valid check digit (Luhn); length and separators stay. Numbers that are no card numbers become others that are none.",
        &[TypeFamily::Text],
        "4111 1111 1111 1111",
    )
    .permutation()
    .same_length()
    .options(
        &[option(
            "keep_issuer",
            OptionKind::Whole(0, 8),
            Default::Whole(0),
            "digits at the beginning that stay; 6 or 8 name the issuer",
        )],
        "keep_issuer = 6",
    ),
    build: |build| {
        let scheme = Card {
            kept: build.settings.whole("keep_issuer") as usize,
        };
        Function::text(CheckedMask::new(scheme, build.prf(), build.prf_for("card other")))
    },
};

pub(super) struct Card {
    /// Digits that stay.
    pub(super) kept: usize,
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.')
}

/// The places of the digits; `None` if there is anything else than single separators between them.
fn digits(value: &[u8]) -> Option<([usize; DIGITS_MAX], usize)> {
    let (mut places, mut count) = ([0; DIGITS_MAX], 0);
    for (at, &byte) in value.iter().enumerate() {
        if byte.is_ascii_digit() {
            *places.get_mut(count)? = at;
            count += 1;
        } else if !is_separator(byte) || at == 0 || at + 1 == value.len() || is_separator(value[at - 1]) {
            return None;
        }
    }
    (count >= DIGITS_MIN).then_some((places, count))
}

fn check_digit(value: &[u8], places: &[usize]) -> u8 {
    let before = &places[..places.len() - 1];
    b'0' + luhn(before.iter().rev().map(|&at| value[at] - b'0'))
}

impl Scheme for Card {
    fn free(&self, value: &[u8]) -> Option<Slots> {
        let (places, count) = digits(value)?;
        let places = &places[..count];
        if value[places[count - 1]] != check_digit(value, places) {
            return None;
        }
        let mut slots = Slots::new();
        for &at in &places[self.kept..count - 1] {
            slots.push(value, at);
        }
        Some(slots)
    }

    fn complete(&self, value: &mut [u8]) {
        if let Some((places, count)) = digits(value) {
            value[places[count - 1]] = check_digit(value, &places[..count]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::checked::tests::assert_laws;
    use super::*;

    #[test]
    fn cards_stay_cards() {
        let values = (0..5000u64).map(|number| format!("4111 1111 {:04} {:04}", number / 100, number % 100 * 7));
        let masked = assert_laws(Card { kept: 0 }, values);
        assert!(
            masked
                .iter()
                .all(|masked| masked.as_bytes()[4] == b' ' && masked.len() == 19)
        );
        assert!(masked.iter().any(|masked| !masked.starts_with("41")));
        let card = Card { kept: 6 };
        let masked = assert_laws(
            Card { kept: 6 },
            ["4111-1111-1111-1111".to_owned(), "378282246310005".to_owned()].into_iter(),
        );
        assert!(
            masked[0].starts_with("4111-11") && masked[1].starts_with("378282"),
            "{masked:?}"
        );
        assert!(masked.iter().all(|masked| card.free(masked.as_bytes()).is_some()));
    }

    #[test]
    fn what_is_no_card() {
        for value in [
            "",
            "4111",
            "41111111111111112",
            "4111  1111 1111 1111",
            " 4111111111111111",
            "4111111111111111-",
            "12345678901234567890",
        ] {
            assert!(Card { kept: 0 }.free(value.as_bytes()).is_none(), "{value}");
        }
    }
}
