//! Numbers that identify somebody: account numbers, customer numbers, keys.
//!
//! Why different inputs do not collide: every number goes through a permutation of the range it is in, and ranges do not overlap.
//!
//! | range | in columns of |
//! |---|---|
//! | \[0, 2^15) | smallint, alone |
//! | \[0, 2^31) | integer, bigint, numeric of 10 integer digits or more |
//! | \[2^31, 2^53) | bigint, numeric of 16 or more: exact in JSON before and after |
//! | \[2^53, 2^63) | bigint, numeric of 19 or more |
//!
//! With `small`, the numbers of the first range are one in all types, and the second begins where it ends.
//!
//! A negative number n is the mirror of -1 - n. Numerics that are too narrow or too large for these, or have a fraction, keep the
//! number of their digits before and after the point (trailing zeros of the fraction apart) and go through a permutation of the
//! numbers that have as many. So one number has one pseudonym in columns of integer, bigint and wide numeric: foreign keys hold.

use super::build::{Function, TypedMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};
use super::permutation::{Letter, permute_bits, permute_letters, restore_bits, restore_letters};
use super::prf::Prf;
use crate::value::number::{decode_integer, encode_integer, push_decimal};
use crate::value::numeric::{Decimal, Numeric, precision_and_scale};
use crate::value::{Format, is_integer, oid};

const SMALL_BITS: u32 = 15;
/// Each range ends at two to this power and begins where the one before ends.
const RANGE_BITS: [u32; 3] = [31, 53, 63];
/// Integer digits that a numeric must hold for a range to be used.
const RANGE_DIGITS: [i32; 3] = [10, 16, 19];

pub(super) static INTEGER: Kind = Kind {
    contract: Contract::keyed(
        "integer",
        "Another number of the same type and magnitude: a keyed permutation.",
        &[TypeFamily::Integer, TypeFamily::Numeric],
        "42",
    )
    .permutation()
    .options(
        &[option(
            "small",
            OptionKind::Flag,
            Default::Flag(false),
            "numbers that fit a smallint stay such, in all types: for keys that smallint columns refer to",
        )],
        "",
    )
    .example_of(oid::INT4),
    build: |build| {
        let ranges = Ranges {
            prf: build.prf(),
            begin_small: build.settings.flag("small"),
        };
        match build.shape.type_oid {
            oid::INT2 | oid::INT4 | oid::INT8 => Function::typed(IntegerMask::new(ranges, build.shape.type_oid)),
            oid::NUMERIC => {
                let digits = build.prf_for("integer digits");
                Function::typed(NumericMask::new(ranges, digits, build.shape.type_modifier))
            }
            _ => Err(Unfit::Type),
        }
    },
};

/// The permutation of each range.
struct Ranges {
    prf: Prf,
    /// The first range is that of smallint.
    begin_small: bool,
}

impl Ranges {
    /// Permutes within the range of a number.
    fn permute(&self, number: i64) -> i64 {
        self.within_range(number, |bits, magnitude| permute_bits(&self.prf, bits, magnitude))
    }

    /// Undoes [`Ranges::permute`].
    fn restore(&self, number: i64) -> i64 {
        self.within_range(number, |bits, magnitude| restore_bits(&self.prf, bits, magnitude))
    }

    #[inline(always)]
    fn within_range(&self, number: i64, step: impl Fn(u32, u128) -> u128) -> i64 {
        let magnitude = mirrored(number);
        let mut start = 0;
        let small = self.begin_small.then_some(SMALL_BITS);
        for bits in small.into_iter().chain(RANGE_BITS) {
            if magnitude >> bits == 0 {
                let walked = walk(|at| step(bits, at), start, magnitude);
                return if number < 0 { !walked } else { walked };
            }
            start = 1 << bits;
        }
        // Not reached: a magnitude has 63 bits.
        number
    }
}

/// The number itself, or -1 - number below zero: 63 bits either way.
fn mirrored(number: i64) -> i64 {
    if number < 0 { !number } else { number }
}

/// Cycle walking: a permutation of a whole power of two, repeated until it comes back into the range from `start` on, permutes
/// that range. The inverse of the permutation walks back.
#[inline(always)]
fn walk(step: impl Fn(u128) -> u128, start: i64, magnitude: i64) -> i64 {
    let mut walked = magnitude;
    loop {
        walked = step(walked as u128) as i64;
        if walked >= start {
            return walked;
        }
    }
}

/// Masks integers.
struct IntegerMask {
    ranges: Ranges,
    /// Of a smallint column.
    small: bool,
}

impl IntegerMask {
    fn new(ranges: Ranges, type_oid: u32) -> IntegerMask {
        IntegerMask {
            ranges,
            small: type_oid == oid::INT2,
        }
    }

    /// The number that is shown as this one. One that no value of the column can be shown as stays as it is: no value
    /// of the column equals it either.
    fn restored(&self, number: i64) -> i64 {
        if !self.small {
            return self.ranges.restore(number);
        }
        if i16::try_from(number).is_err() {
            return number;
        }
        let restored = walk(|at| restore_bits(&self.ranges.prf, SMALL_BITS, at), 0, mirrored(number));
        if number < 0 { !restored } else { restored }
    }
}

impl TypedMask for IntegerMask {
    fn apply(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let number = decode_integer(type_oid, format, value)?;
        let masked = if self.small {
            i16::try_from(number).ok()?;
            let masked = walk(|at| permute_bits(&self.ranges.prf, SMALL_BITS, at), 0, mirrored(number));
            if number < 0 { !masked } else { masked }
        } else {
            self.ranges.permute(number)
        };
        encode_integer(type_oid, format, masked, out).then_some(())
    }

    fn search_type(&self, column_oid: u32) -> Option<u32> {
        Some(column_oid)
    }

    fn restore(&self, given: u32, format: Format, value: &[u8], to: u32, out: &mut Vec<u8>) -> Option<()> {
        let number = decode_integer(given, format, value)?;
        encode_integer(to, format, self.restored(number), out).then_some(())
    }
}

/// Masks numerics.
struct NumericMask {
    integers: Ranges,
    digits: Prf,
    /// Numbers without fraction below this, mirrored, are masked as integers.
    integers_end: u128,
    /// Precision and scale, where the column has them.
    precision_and_scale: Option<(i32, i32)>,
}

impl NumericMask {
    /// `digits` is a function of its own: permutations of numbers and of strings must not share a key.
    fn new(integers: Ranges, digits: Prf, type_modifier: i32) -> NumericMask {
        let precision_and_scale = precision_and_scale(type_modifier);
        let integer_digits = match precision_and_scale {
            None => i32::MAX,
            // Only multiples of a power of ten: no room for all numbers of a range.
            Some((_, scale)) if scale < 0 => 0,
            Some((precision, scale)) => precision - scale,
        };
        let usable = RANGE_DIGITS
            .iter()
            .take_while(|&&digits| digits <= integer_digits)
            .count();
        let integers_end = usable.checked_sub(1).map_or(0, |last| 1 << RANGE_BITS[last]);
        NumericMask {
            integers,
            digits,
            integers_end,
            precision_and_scale,
        }
    }

    /// A number that is masked as an integer.
    fn as_integer(&self, number: &Decimal) -> Option<i64> {
        if number.significant_fraction() > 0 || number.integer.len() > RANGE_DIGITS[2] as usize {
            return None;
        }
        let magnitude = number
            .integer
            .iter()
            .fold(0u128, |sum, &digit| sum * 10 + u128::from(digit));
        if magnitude.checked_sub(u128::from(number.negative))? >= self.integers_end {
            return None;
        }
        let signed = if number.negative {
            -(magnitude as i128)
        } else {
            magnitude as i128
        };
        i64::try_from(signed).ok()
    }

    /// Cycle walking over strings of digits, until they are again a number of this kind.
    fn walk_digits(&self, number: &mut Decimal, step: fn(&Prf, &mut [Letter])) {
        let (precision, scale) = self.precision_and_scale.unwrap_or((i32::MAX, 0));
        let places = |count: i32| usize::try_from(count).unwrap_or(0);
        // numeric(5, -2) ends in two zeros that must stay; numeric(2, 5) begins with three behind the point.
        let integer_end = if precision <= scale {
            0
        } else {
            number.integer.len().saturating_sub(places(-scale))
        };
        let fraction_end = number.significant_fraction();
        let fraction_start = places(scale.saturating_sub(precision)).min(fraction_end);
        let mut letters: Vec<Letter> = number.integer[..integer_end]
            .iter()
            .chain(&number.fraction[fraction_start..fraction_end])
            .map(|&digit| Letter {
                place: digit.into(),
                alphabet: 10,
            })
            .collect();
        loop {
            step(&self.digits, &mut letters);
            let places = number.integer[..integer_end]
                .iter_mut()
                .chain(&mut number.fraction[fraction_start..fraction_end]);
            for (place, letter) in places.zip(&letters) {
                *place = letter.place as u8;
            }
            let same_length = number.integer.len() == 1 || number.integer[0] != 0;
            let same_sign = !number.negative || !number.is_zero();
            if same_length
                && same_sign
                && number.significant_fraction() == fraction_end
                && self.as_integer(number).is_none()
            {
                return;
            }
        }
    }
}

impl TypedMask for NumericMask {
    /// NaN and the infinities stay: they count nothing and name nobody.
    fn apply(&self, _type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let mut numeric = Numeric::decode(format, value)?;
        if let Numeric::Number(number) = &mut numeric {
            match self.as_integer(number) {
                Some(integer) => set_integer(number, self.integers.permute(integer)),
                None => self.walk_digits(number, permute_letters),
            }
        }
        numeric.encode(format, out);
        Some(())
    }

    fn search_type(&self, column_oid: u32) -> Option<u32> {
        Some(column_oid)
    }

    /// One that the column cannot hold has an original that it cannot hold.
    fn restore(&self, given: u32, format: Format, value: &[u8], _to: u32, out: &mut Vec<u8>) -> Option<()> {
        let mut numeric = if is_integer(given) {
            let mut digits = Vec::new();
            push_decimal(decode_integer(given, format, value)?, &mut digits);
            Numeric::decode(Format::Text, &digits)?
        } else {
            Numeric::decode(format, value)?
        };
        if let Numeric::Number(number) = &mut numeric {
            match self.as_integer(number) {
                Some(integer) => set_integer(number, self.integers.restore(integer)),
                None => self.walk_digits(number, restore_letters),
            }
        }
        numeric.encode(format, out);
        Some(())
    }
}

/// Sets the digits before the point; those behind it are zeros already.
fn set_integer(number: &mut Decimal, integer: i64) {
    number.negative = integer < 0;
    number.integer = integer
        .unsigned_abs()
        .to_string()
        .bytes()
        .map(|digit| digit - b'0')
        .collect();
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn ranges() -> Ranges {
        Ranges {
            prf: Prf::new(&[4; 16]),
            begin_small: false,
        }
    }

    fn permute(number: i64) -> i64 {
        ranges().permute(number)
    }

    fn numeric(modifier: Option<(i32, i32)>, value: &str) -> String {
        let type_modifier = modifier.map_or(-1, |(precision, scale)| (precision << 16 | (scale & 0x7FF)) + 4);
        let mask = NumericMask::new(ranges(), Prf::new(&[5; 16]), type_modifier);
        let mut out = Vec::new();
        mask.apply(oid::NUMERIC, Format::Text, value.as_bytes(), &mut out)
            .expect(value);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn all_smallints_are_permuted() {
        let mask = IntegerMask::new(ranges(), oid::INT2);
        let seen: HashSet<Vec<u8>> = (i16::MIN..=i16::MAX)
            .map(|number| {
                let mut out = Vec::new();
                mask.apply(oid::INT2, Format::Binary, &number.to_be_bytes(), &mut out)
                    .expect("masked");
                assert_eq!(out[0] >> 7 == 1, number < 0);
                out
            })
            .collect();
        assert_eq!(seen.len(), 1 << 16);
    }

    #[test]
    fn small_numbers_stay_small_in_all_types_if_asked() {
        use super::super::laws::{masked, parsed};
        let spec = parsed("{ kind = \"integer\", small = true }");
        for number in [0, 1, 7, 32_767, -1, -32_768] {
            let shown = masked(&spec, oid::INT2, -1, &number.to_string());
            assert_eq!(
                shown,
                masked(&parsed("\"integer\""), oid::INT2, -1, &number.to_string())
            );
            for type_oid in [oid::INT4, oid::INT8, oid::NUMERIC] {
                assert_eq!(masked(&spec, type_oid, -1, &number.to_string()), shown);
            }
        }
        for number in [32_768, i32::MAX, -32_769] {
            let shown: i32 = masked(&spec, oid::INT4, -1, &number.to_string())
                .parse()
                .expect("a number");
            assert!(i16::try_from(shown).is_err(), "{shown}");
        }
    }

    #[test]
    fn ranges_are_kept() {
        for (number, least, most) in [
            (0, 0, (1 << 31) - 1),
            ((1 << 31) - 1, 0, (1 << 31) - 1),
            (1 << 31, 1 << 31, (1 << 53) - 1),
            (1 << 53, 1 << 53, i64::MAX),
            (i64::MAX, 1 << 53, i64::MAX),
            (-1, -(1 << 31), -1),
            (i64::MIN, i64::MIN, -(1 << 53) - 1),
        ] {
            assert!((least..=most).contains(&permute(number)), "{number}");
        }
    }

    #[test]
    fn one_number_has_one_pseudonym_in_all_wide_types() {
        for number in [0, 1, -1, 42, 2_147_483_647, -2_147_483_648] {
            let masked = permute(number).to_string();
            for modifier in [None, Some((10, 0)), Some((30, 0))] {
                assert_eq!(numeric(modifier, &number.to_string()), masked);
            }
            assert_eq!(numeric(Some((12, 2)), &format!("{number}.00")), format!("{masked}.00"));
        }
        for number in [2_147_483_648, -9_007_199_254_740_993, i64::MIN, i64::MAX] {
            assert_eq!(numeric(None, &number.to_string()), permute(number).to_string());
        }
    }

    #[test]
    fn narrow_numerics_are_permuted_exhaustively() {
        let seen: HashSet<String> = (-9999..=9999)
            .map(|number: i32| {
                let sign = if number < 0 { "-" } else { "" };
                let value = format!("{sign}{}.{:02}", number.abs() / 100, number.abs() % 100);
                let masked = numeric(Some((4, 2)), &value);
                assert_eq!(masked.len(), value.len());
                masked
            })
            .collect();
        assert_eq!(seen.len(), 19_999);
    }

    #[test]
    fn odd_scales_keep_their_zeros() {
        assert!(numeric(Some((2, 5)), "0.00012").starts_with("0.000"));
        assert!(numeric(Some((3, -2)), "12300").ends_with("00"));
        assert_eq!(numeric(Some((3, -2)), "0"), "0");
        assert!(numeric(Some((3, 3)), "-0.125").starts_with("-0."));
        assert_eq!(numeric(None, "NaN"), "NaN");
    }

    #[test]
    fn large_numerics_stay_clear_of_the_integers() {
        for value in [
            "9223372036854775808",
            "-9223372036854775809",
            "9999999999999999999",
            "123456789012345678901234567890.50",
        ] {
            let masked = numeric(None, value);
            assert_eq!(masked.len(), value.len());
            assert!(masked.parse::<i64>().is_err(), "{masked}");
        }
        let masked: u64 = numeric(Some((10, 0)), "3000000000").parse().expect("digits");
        assert!(masked >= 1 << 31);
    }
}
