//! Numbers by which a state knows a person.
//!
//! - US social security numbers: area 001 to 899 without 666, group 01 to 99, serial 0001 to 9999 (SSA, "Randomization FAQs").
//! - UK national insurance numbers: two letters, six digits, a suffix A to D (HMRC, NIM39110).
//! - French NIR: sex, year, month, department, commune, order and a key of 97 less the rest modulo 97 (INSEE, décret 82-103).

use super::build::Function;
use super::checked::{CheckedMask, Scheme, Slots};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};

pub(super) static NATIONAL_ID: Kind = Kind {
    contract: Contract::keyed(
        "national_id",
        "Another valid number of the same country's scheme, written the same way. What is not valid becomes something else that is not.",
        &[TypeFamily::Text],
        "078-05-1120",
    )
    .permutation()
    .same_length()
    .options(
        &[option(
            "country",
            OptionKind::Choice(&["us", "uk", "fr"]),
            Default::Required,
            "us: social security number, uk: national insurance number, fr: NIR",
        )],
        "country = \"us\"",
    ),
    build: |build| {
        let country = match build.settings.text("country") {
            Some("us") => Country::Us,
            Some("uk") => Country::Uk,
            _ => Country::France,
        };
        Function::text(CheckedMask::new(
            country,
            build.prf_for(country.purpose()),
            build.prf_for("national_id other"),
        ))
    },
};

#[derive(Debug, Clone, Copy)]
pub(super) enum Country {
    Us,
    Uk,
    France,
}

/// Letters that no prefix has at its first place, its second, and prefixes that are not given out.
const UK_NOT_FIRST: &[u8] = b"DFIQUV";
const UK_NOT_SECOND: &[u8] = b"DFIQUVO";
const UK_UNUSED: [&[u8; 2]; 7] = [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"];

/// Places of the characters that are not blanks or hyphens.
fn places(value: &[u8]) -> ([usize; 16], usize) {
    let (mut places, mut count) = ([0; 16], 0);
    for (at, byte) in value.iter().enumerate() {
        if !matches!(byte, b' ' | b'-') {
            if let Some(place) = places.get_mut(count) {
                *place = at;
            }
            count += 1;
        }
    }
    (places, count)
}

/// Whether blanks or hyphens stand after these characters and nowhere else; or nowhere at all.
fn is_written(value: &[u8], length: usize, groups: &[usize]) -> bool {
    if value.len() == length {
        return true;
    }
    value.len() == length + groups.len()
        && groups.iter().enumerate().all(|(index, after)| {
            matches!(value[after + index], b' ' | b'-') && value[after + index] == value[groups[0]]
        })
}

impl Country {
    fn purpose(self) -> &'static str {
        match self {
            Country::Us => "national_id us",
            Country::Uk => "national_id uk",
            Country::France => "national_id fr",
        }
    }

    fn length(self) -> usize {
        match self {
            Country::Us | Country::Uk => 9,
            Country::France => 15,
        }
    }

    /// After which characters those who write groups begin a new one.
    fn groups(self) -> &'static [usize] {
        match self {
            Country::Us => &[3, 5],
            Country::Uk => &[2, 4, 6, 8],
            Country::France => &[1, 3, 5, 7, 10, 13],
        }
    }

    fn is_valid(self, id: &[u8]) -> bool {
        match self {
            Country::Us => {
                id.iter().all(u8::is_ascii_digit)
                    && !matches!(&id[..3], b"000" | b"666" | [b'9', ..])
                    && &id[3..5] != b"00"
                    && &id[5..] != b"0000"
            }
            Country::Uk => {
                id[..2].iter().chain(&id[8..]).all(u8::is_ascii_uppercase)
                    && id[2..8].iter().all(u8::is_ascii_digit)
                    && !UK_NOT_FIRST.contains(&id[0])
                    && !UK_NOT_SECOND.contains(&id[1])
                    && !UK_UNUSED.iter().any(|unused| unused[..] == id[..2])
                    && id[8] <= b'D'
            }
            Country::France => {
                let month = || two(&id[3..5]);
                id.iter()
                    .enumerate()
                    .all(|(at, byte)| byte.is_ascii_digit() || (at == 6 && matches!(byte, b'A' | b'B')))
                    && matches!(id[0], b'1' | b'2')
                    && (1..=12).contains(&month())
                    && (id[6].is_ascii_digit() || id[5] == b'2')
                    && &id[5..7] != b"00"
                    && &id[7..10] != b"000"
                    && &id[10..13] != b"000"
                    && two(&id[13..]) == key(&id[..13])
            }
        }
    }

    /// Places in the compact form that another character may take. Corsica's departments, 2A and 2B, stay.
    fn free_places(self, id: &[u8]) -> &'static [usize] {
        match self {
            Country::Us => &[0, 1, 2, 3, 4, 5, 6, 7, 8],
            Country::Uk => &[0, 1, 2, 3, 4, 5, 6, 7],
            Country::France if id[6].is_ascii_digit() => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
            Country::France => &[0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12],
        }
    }
}

fn two(digits: &[u8]) -> u64 {
    digits
        .iter()
        .fold(0, |number, digit| number * 10 + u64::from(digit.wrapping_sub(b'0')))
}

/// The key of a NIR: Corsica's 2A counts as 19 and 2B as 18.
fn key(id: &[u8]) -> u64 {
    let number = id.iter().fold(0u64, |number, byte| {
        number * 10 + u64::from(byte.is_ascii_digit()) * u64::from(byte.wrapping_sub(b'0'))
    });
    let number = match id[6] {
        b'A' => number - 1_000_000,
        b'B' => number - 2_000_000,
        _ => number,
    };
    97 - number % 97
}

impl Country {
    fn compact<'b>(self, value: &[u8], buffer: &'b mut [u8; 16]) -> Option<&'b [u8]> {
        let (places, count) = places(value);
        if count != self.length() || !is_written(value, count, self.groups()) {
            return None;
        }
        for (byte, place) in buffer.iter_mut().zip(&places[..count]) {
            *byte = value[*place];
        }
        Some(&buffer[..count])
    }
}

impl Scheme for Country {
    fn free(&self, value: &[u8]) -> Option<Slots> {
        let mut buffer = [0; 16];
        let id = self.compact(value, &mut buffer)?;
        if !self.is_valid(id) {
            return None;
        }
        let (places, _) = places(value);
        let mut slots = Slots::new();
        for &index in self.free_places(id) {
            match (self, index) {
                (Country::France, 0) => slots.push_of(places[0], b'1', 2),
                _ => slots.push(value, places[index]),
            }
        }
        Some(slots)
    }

    fn complete(&self, value: &mut [u8]) {
        let mut buffer = [0; 16];
        if let (Country::France, Some(id)) = (self, self.compact(value, &mut buffer)) {
            let key = key(&id[..13]);
            let (places, _) = places(value);
            value[places[13]] = b'0' + (key / 10) as u8;
            value[places[14]] = b'0' + (key % 10) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::checked::tests::assert_laws;
    use super::*;

    #[test]
    fn social_security_numbers() {
        for (value, valid) in [
            ("078-05-1120", true),
            ("078051120", true),
            ("000-12-3456", false),
            ("666-12-3456", false),
            ("900-12-3456", false),
            ("123-00-4567", false),
            ("123-45-0000", false),
            ("123-456789", false),
            ("12-345-6789", false),
        ] {
            assert_eq!(Country::Us.free(value.as_bytes()).is_some(), valid, "{value}");
        }
        let values =
            (0..4000).map(|number| format!("{:03}-{:02}-{:04}", number / 4, number % 100, number * 3 % 10_000));
        assert_laws(Country::Us, values);
    }

    #[test]
    fn national_insurance_numbers() {
        for (value, valid) in [
            ("AB123456C", true),
            ("AB 12 34 56 C", true),
            ("DA123456C", false),
            ("AO123456C", false),
            ("GB123456C", false),
            ("AB123456E", false),
        ] {
            assert_eq!(Country::Uk.free(value.as_bytes()).is_some(), valid, "{value}");
        }
        assert_laws(Country::Uk, (0..2000).map(|number| format!("AB{number:06}C")));
    }

    #[test]
    fn french_numbers() {
        // INSEE's own example, and one of Corsica.
        for (value, valid) in [
            ("255081416802538", true),
            ("2 55 08 14 168 025 38", true),
            ("255081416802539", false),
            ("255131416802538", false),
        ] {
            assert_eq!(Country::France.free(value.as_bytes()).is_some(), valid, "{value}");
        }
        let values = (1..900).map(|number| {
            let mut value = format!("18412{}{number:03}00700", if number % 2 == 0 { "2A" } else { "75" }).into_bytes();
            Country::France.complete(&mut value);
            String::from_utf8(value).expect("ASCII")
        });
        assert!(
            assert_laws(Country::France, values)
                .iter()
                .all(|masked| Country::France.free(masked.as_bytes()).is_some())
        );
    }
}
