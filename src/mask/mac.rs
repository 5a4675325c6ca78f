//! Hardware addresses of 48 and 64 bits.
//!
//! Why different inputs do not collide: the bits that are free go through a permutation of their number. The two lowest
//! bits of the first byte, which say whether the address is one device's and who gave it, stay.

use super::build::{Build, Function, TextMask, TypedMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily, Uniqueness};
use super::options::{Default, OptionKind, option};
use super::permutation::{permute_bits, restore_bits};
use super::prf::Prf;
use crate::value::{Format, oid};

pub(super) static MAC: Kind = Kind {
    contract: Contract::keyed(
        "mac",
        "Another hardware address: a keyed permutation. In text, addresses keep their way of writing.",
        &[TypeFamily::MacAddress, TypeFamily::Text],
        "08:00:2b:01:02:03",
    )
    .permutation()
    .same_length()
    .options(
        &[option(
            "keep_vendor",
            OptionKind::Flag,
            Default::Flag(false),
            "leave the first three bytes, which name the maker",
        )],
        "",
    )
    .example_of(oid::MACADDR),
    build: |build: &Build<'_>| {
        let mask = MacMask {
            prf: build.prf(),
            keeps_vendor: build.settings.flag("keep_vendor"),
        };
        match build.shape.type_oid {
            oid::MACADDR | oid::MACADDR8 => Function::typed(mask),
            _ if build.text.is_some() => Function::text(mask),
            _ => Err(Unfit::Type),
        }
    },
};

struct MacMask {
    prf: Prf,
    keeps_vendor: bool,
}

/// The most bytes of an address.
const BYTES_MAX: usize = 8;

impl MacMask {
    /// Changes an address of 6 or 8 bytes.
    fn change(&self, bytes: &mut [u8], step: fn(&Prf, u32, u128) -> u128) {
        let width = bytes.len() as u32 * 8;
        let number = bytes.iter().fold(0u128, |number, byte| number << 8 | u128::from(*byte));
        let changed = if self.keeps_vendor {
            let free = width - 24;
            let low = (1u128 << free) - 1;
            number & !low | step(&self.prf, free, number & low)
        } else {
            // The six high bits of the first byte, then all behind it.
            let (first, rest) = (number >> (width - 8), number & ((1u128 << (width - 8)) - 1));
            let free = step(&self.prf, width - 2, first >> 2 << (width - 8) | rest);
            let first = free >> (width - 8) << 2 | first & 3;
            first << (width - 8) | free & ((1u128 << (width - 8)) - 1)
        };
        for (index, byte) in bytes.iter_mut().rev().enumerate() {
            *byte = (changed >> (8 * index)) as u8;
        }
    }

    /// Changes an address in text, where it stands.
    fn change_text(&self, text: &[u8], step: fn(&Prf, u32, u128) -> u128, out: &mut Vec<u8>) -> Option<()> {
        let is_upper = text.iter().any(u8::is_ascii_uppercase);
        if is_upper && text.iter().any(u8::is_ascii_lowercase) {
            return None;
        }
        let (mut bytes, mut digits) = ([0u8; BYTES_MAX], 0);
        for &byte in text {
            if matches!(byte, b':' | b'-' | b'.') {
                continue;
            }
            let digit = char::from(byte).to_digit(16)? as u8;
            let place = bytes.get_mut(digits / 2)?;
            *place = *place << 4 | digit;
            digits += 1;
        }
        if digits != 12 && digits != 16 {
            return None;
        }
        let bytes = &mut bytes[..digits / 2];
        self.change(bytes, step);
        let mut digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        for &byte in text {
            let digit = |digit: u8| char::from_digit(digit.into(), 16).map_or(b'0', |digit| digit as u8);
            out.push(match byte {
                b':' | b'-' | b'.' => byte,
                _ if is_upper => digit(digits.next()?).to_ascii_uppercase(),
                _ => digit(digits.next()?),
            });
        }
        Some(())
    }

    fn change_value(
        &self,
        format: Format,
        value: &[u8],
        step: fn(&Prf, u32, u128) -> u128,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        match format {
            Format::Text => self.change_text(value, step, out),
            Format::Binary if matches!(value.len(), 6 | 8) => {
                let start = out.len();
                out.extend_from_slice(value);
                self.change(&mut out[start..], step);
                Some(())
            }
            Format::Binary => None,
        }
    }
}

impl TypedMask for MacMask {
    fn apply(&self, _type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        self.change_value(format, value, permute_bits, out)
    }

    fn search_type(&self, column_oid: u32) -> Option<u32> {
        Some(column_oid)
    }

    /// In text an address can be written in ways of which only the server's own stands for itself.
    fn restore(&self, given: u32, format: Format, value: &[u8], _to: u32, out: &mut Vec<u8>) -> Option<()> {
        let length = if given == oid::MACADDR { 17 } else { 23 };
        if format == Format::Text
            && (value.len() != length || !value.iter().skip(2).step_by(3).all(|byte| *byte == b':'))
        {
            return None;
        }
        self.change_value(format, value, restore_bits, out)
    }
}

impl TextMask for MacMask {
    fn apply(&self, value: &[u8], _limit: usize, out: &mut Vec<u8>) -> Option<()> {
        self.change_text(value, permute_bits, out)
    }

    /// One address can be written in more than one way.
    fn uniqueness(&self, _limit: usize, _at_best: Uniqueness) -> Uniqueness {
        Uniqueness::Usually
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{masked, parsed};
    use super::*;

    #[test]
    fn what_stays() {
        let vendor = parsed("{ kind = \"mac\", keep_vendor = true }");
        assert!(masked(&vendor, oid::MACADDR, -1, "08:00:2b:01:02:03").starts_with("08:00:2b:"));
        for value in ["08:00:2b:01:02:03", "02-00-5E-10-00-00", "0800.2b01.0203"] {
            let shown = masked(&parsed("\"mac\""), oid::TEXT, -1, value);
            assert_ne!(shown, value);
            assert_eq!(shown.len(), value.len());
            let low = |text: &str| u8::from_str_radix(&text[..2], 16).expect("hexadecimal") & 3;
            assert_eq!(low(&shown), low(value));
        }
        assert_eq!(masked(&parsed("\"mac\""), oid::TEXT, -1, "08:00:2b"), "[redacted]");
    }
}
