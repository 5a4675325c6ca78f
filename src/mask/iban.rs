//! International bank account numbers (ISO 13616): country, two check digits, the country's own account number.

use super::build::Function;
use super::checked::{CheckedMask, Scheme, Slots};
use super::contract::{Contract, Kind, TypeFamily};

pub(super) static IBAN: Kind = Kind {
    contract: Contract::keyed(
        "iban",
        "Another IBAN of the same country with valid check digits (ISO 13616), written the same way. What is no IBAN becomes something else that is none.",
        &[TypeFamily::Text],
        "DE89 3704 0044 0532 0130 00",
    )
    .permutation()
    .same_length(),
    build: |build| Function::text(CheckedMask::new(Iban, build.prf(), build.prf_for("iban other"))),
};

/// How long the IBANs of a country are (SWIFT IBAN Registry, release 99).
#[rustfmt::skip]
const LENGTHS: [([u8; 2], u8); 89] = [
    (*b"AD", 24), (*b"AE", 23), (*b"AL", 28), (*b"AT", 20), (*b"AZ", 28), (*b"BA", 20), (*b"BE", 16), (*b"BG", 22),
    (*b"BH", 22), (*b"BI", 27), (*b"BR", 29), (*b"BY", 28), (*b"CH", 21), (*b"CR", 22), (*b"CY", 28), (*b"CZ", 24),
    (*b"DE", 22), (*b"DJ", 27), (*b"DK", 18), (*b"DO", 28), (*b"EE", 20), (*b"EG", 29), (*b"ES", 24), (*b"FI", 18),
    (*b"FK", 18), (*b"FO", 18), (*b"FR", 27), (*b"GB", 22), (*b"GE", 22), (*b"GI", 23), (*b"GL", 18), (*b"GR", 27),
    (*b"GT", 28), (*b"HN", 28), (*b"HR", 21), (*b"HU", 28), (*b"IE", 22), (*b"IL", 23), (*b"IQ", 23), (*b"IS", 26),
    (*b"IT", 27), (*b"JO", 30), (*b"KW", 30), (*b"KZ", 20), (*b"LB", 28), (*b"LC", 32), (*b"LI", 21), (*b"LT", 20),
    (*b"LU", 20), (*b"LV", 21), (*b"LY", 25), (*b"MC", 27), (*b"MD", 24), (*b"ME", 22), (*b"MK", 19), (*b"MN", 20),
    (*b"MR", 27), (*b"MT", 31), (*b"MU", 30), (*b"NI", 28), (*b"NL", 18), (*b"NO", 15), (*b"OM", 23), (*b"PK", 24),
    (*b"PL", 28), (*b"PS", 29), (*b"PT", 25), (*b"QA", 29), (*b"RO", 24), (*b"RS", 22), (*b"RU", 33), (*b"SA", 24),
    (*b"SC", 31), (*b"SD", 18), (*b"SE", 24), (*b"SI", 19), (*b"SK", 24), (*b"SM", 27), (*b"SO", 23), (*b"ST", 25),
    (*b"SV", 28), (*b"TL", 23), (*b"TN", 24), (*b"TR", 26), (*b"UA", 29), (*b"VA", 22), (*b"VG", 24), (*b"XK", 20),
    (*b"YE", 30),
];

pub(super) struct Iban;

/// The remainder modulo 97 of an IBAN with its first four characters moved behind the others and each letter written as
/// two digits, A being 10 (ISO/IEC 7064 MOD 97-10).
fn remainder(compact: impl Iterator<Item = u8>) -> u64 {
    // Below this there is room for two more digits, so that few divisions are needed.
    const ROOM: u64 = 1 << 56;
    let number = compact.fold(0u64, |number, byte| {
        let number = if number < ROOM { number } else { number % 97 };
        match byte {
            b'0'..=b'9' => number * 10 + u64::from(byte - b'0'),
            _ => number * 100 + u64::from(byte.wrapping_sub(b'A')) + 10,
        }
    });
    number % 97
}

fn compact(value: &[u8]) -> impl Iterator<Item = u8> + Clone {
    value.iter().copied().filter(|byte| *byte != b' ')
}

fn rotated(value: &[u8]) -> impl Iterator<Item = u8> {
    compact(value).skip(4).chain(compact(value).take(4))
}

/// Whether it is written in one of the two usual ways, in capitals: without blanks, or in groups of four.
fn is_written_as_iban(value: &[u8]) -> bool {
    let in_groups = value.contains(&b' ');
    let fits = |(at, byte): (usize, &u8)| match byte {
        b' ' => at % 5 == 4 && at + 1 < value.len(),
        _ => (byte.is_ascii_digit() || byte.is_ascii_uppercase()) && !(in_groups && at % 5 == 4),
    };
    value.iter().enumerate().all(fits)
}

impl Scheme for Iban {
    fn free(&self, value: &[u8]) -> Option<Slots> {
        let country = [*value.first()?, *value.get(1)?];
        let (_, length) = LENGTHS.iter().find(|(known, _)| *known == country)?;
        let numbered = value.get(2..4)?.iter().all(u8::is_ascii_digit);
        if !numbered || !is_written_as_iban(value) || compact(value).count() != usize::from(*length) {
            return None;
        }
        // 01 and 99 have the remainders of 98 and 02, which are written instead.
        if remainder(rotated(value)) != 1 || matches!(&value[2..4], b"00" | b"01" | b"99") {
            return None;
        }
        let mut slots = Slots::new();
        for at in 4..value.len() {
            slots.push(value, at);
        }
        Some(slots)
    }

    fn complete(&self, value: &mut [u8]) {
        value[2..4].copy_from_slice(b"00");
        let check = 98 - remainder(rotated(value));
        value[2..4].copy_from_slice(&[b'0' + (check / 10) as u8, b'0' + (check % 10) as u8]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::checked::tests::assert_laws;
    use super::*;

    /// Examples of the registry.
    const KNOWN: [&str; 8] = [
        "DE89370400440532013000",
        "GB29NWBK60161331926819",
        "FR1420041010050500013M02606",
        "NL91ABNA0417164300",
        "ES9121000418450200051332",
        "CH9300762011623852957",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
    ];

    #[test]
    fn ibans_stay_ibans() {
        let grouped = "GB29 NWBK 6016 1331 9268 19";
        let values = KNOWN
            .iter()
            .copied()
            .chain([grouped, "GB29NWBK60161331926818", "no iban", ""]);
        let masked = assert_laws(Iban, values.filter(|value| !value.is_empty()).map(str::to_owned));
        for (value, masked) in KNOWN.iter().zip(&masked) {
            assert!(Iban.free(value.as_bytes()).is_some(), "{value}");
            assert!(Iban.free(masked.as_bytes()).is_some(), "{masked}");
            assert_eq!((&masked[..2], masked.len()), (&value[..2], value.len()));
            assert_ne!(masked, value);
        }
        assert_eq!(masked[8].matches(' ').count(), 5);
    }

    #[test]
    fn many_accounts_of_one_bank() {
        let values = (0..3000).map(|number| {
            let mut value = format!("DE0037040044{number:010}").into_bytes();
            Iban.complete(&mut value);
            String::from_utf8(value).expect("ASCII")
        });
        assert_laws(Iban, values);
    }
}
