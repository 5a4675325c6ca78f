//! What a string is, by its form and its check digits: for whoever looks for columns to mask.

use super::card::Card;
use super::checked::Scheme;
use super::iban::Iban;
use super::national_id::Country;
use super::words::WORDS;

/// A string that its check digits, or the ranges that its scheme leaves out, show to be what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognised {
    /// A payment card number with a valid check digit, of an industry that issues them to people: it begins with 2 to 6
    /// (ISO/IEC 7812-1).
    Card,
    /// An international bank account number.
    Iban,
    /// A number of this country's scheme: `us`, `uk` or `fr`, as the mask `national_id` calls them.
    NationalId(&'static str),
}

/// Recognises one value. One card-like number in ten is none, so one value alone proves nothing.
pub fn recognise(text: &str) -> Option<Recognised> {
    let value = text.trim().as_bytes();
    if Iban.free(value).is_some() {
        return Some(Recognised::Iban);
    }
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits >= 13 && matches!(value[0], b'2'..=b'6') && (Card { kept: 0 }).free(value).is_some() {
        return Some(Recognised::Card);
    }
    // Nine digits in a row may be anything.
    let is_grouped = digits < value.len();
    let countries = [
        (Country::Us, "us", is_grouped && digits == 9),
        (Country::Uk, "uk", true),
        (Country::France, "fr", true),
    ];
    countries
        .into_iter()
        .find(|(country, _, counts)| *counts && country.free(value).is_some())
        .map(|(_, name, _)| Recognised::NationalId(name))
}

/// Whether a word is a first name that the masks know. Others are, too.
pub fn is_first_name(word: &str) -> bool {
    WORDS.first_names.iter().any(|name| name.eq_ignore_ascii_case(word))
}

/// Whether a word is a last name that the masks know.
pub fn is_last_name(word: &str) -> bool {
    WORDS.last_names.iter().any(|name| name.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_check_digits_and_ranges() {
        let cases = [
            ("4111 1111 1111 1111", Some(Recognised::Card)),
            ("4111 1111 1111 1112", None),
            ("1111111111111117", None),
            ("GB82 WEST 1234 5698 7654 32", Some(Recognised::Iban)),
            ("GB82 WEST 1234 5698 7654 33", None),
            ("078-05-1120", Some(Recognised::NationalId("us"))),
            ("078051120", None),
            ("666-05-1120", None),
            ("AB 12 34 56 C", Some(Recognised::NationalId("uk"))),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(recognise(text), expected, "{text}");
        }
        assert!(is_first_name("ana") && is_last_name("Geiger") && !is_first_name("table"));
    }
}
