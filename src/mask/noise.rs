//! Numbers that measure: moved a little, or rounded.

use super::build::{Build, Function, TypedMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};
use super::prf::Prf;
use crate::value::number::{decode_integer, encode_integer, float4_text, float8_text};
use crate::value::numeric::{Decimal, Numeric, precision_and_scale};
use crate::value::{Format, oid};

const NUMBERS: &[TypeFamily] = &[TypeFamily::Integer, TypeFamily::Numeric, TypeFamily::Float];

pub(super) static NOISE: Kind = Kind {
    contract: Contract::keyed(
        "noise",
        "Moves a number by a keyed share of itself, up or down, and by one in its last digit where that share is less; 0 stays. Equal numbers move alike.",
        NUMBERS,
        "4200.00",
    )
    .options(
        &[option("percent", OptionKind::Real(0.1, 100.0), Default::Real(10.0), "largest move either way, in percent of the number")],
        "percent = 5",
    )
    .example_of(oid::NUMERIC),
    build: |build| {
        let share = build.settings.real("percent").unwrap_or(10.0) / 100.0;
        numbers(build, Change::Noise { prf: Box::new(build.prf()), share })
    },
};

pub(super) static ROUND: Kind = Kind {
    contract: Contract::keyless(
        "round",
        "Rounds a number to the nearest multiple of `to`, halves away from 0.",
        NUMBERS,
        "4217.35",
    )
    .options(
        &[option(
            "to",
            OptionKind::Real(0.000_001, 1e15),
            Default::Real(10.0),
            "what the result is a multiple of",
        )],
        "to = 100",
    )
    .example_of(oid::NUMERIC),
    build: |build| {
        let to = build.settings.real("to").unwrap_or(10.0);
        numbers(build, Change::Round { to })
    },
};

pub(super) static BUCKET: Kind = Kind {
    contract: Contract::keyless(
        "bucket",
        "A number becomes the lower end of the range that it is in. Without `bounds`, ranges are `width` wide and one begins at 0; below the first bound everything becomes the first bound.",
        NUMBERS,
        "37",
    )
    .options(
        &[
            option("width", OptionKind::Real(0.000_001, 1e15), Default::Real(10.0), "how wide each range is"),
            option("bounds", OptionKind::Reals, Default::Absent, "where ranges begin, instead of `width`"),
        ],
        "bounds = [0, 18, 30, 45, 65]",
    )
    .example_of(oid::INT4),
    build: |build| {
        let bounds = build.settings.reals("bounds");
        let change = match bounds {
            [] => Change::Floor { to: build.settings.real("width").unwrap_or(10.0) },
            bounds => Change::Bounds(bounds.into()),
        };
        numbers(build, change)
    },
};

fn numbers(build: &Build<'_>, change: Change) -> Result<Function, Unfit> {
    match build.shape.type_oid {
        oid::INT2 | oid::INT4 | oid::INT8 => Function::typed(IntegerChange {
            change,
            column_oid: build.shape.type_oid,
        }),
        oid::NUMERIC => Function::typed(NumericChange {
            change,
            precision_and_scale: precision_and_scale(build.shape.type_modifier),
        }),
        oid::FLOAT4 | oid::FLOAT8 => Function::typed(FloatChange {
            change,
            column_oid: build.shape.type_oid,
        }),
        _ => Err(Unfit::Type),
    }
}

/// What becomes of a number.
enum Change {
    Noise { prf: Box<Prf>, share: f64 },
    Round { to: f64 },
    Floor { to: f64 },
    Bounds(Box<[f64]>),
}

impl Change {
    /// As 64-bit floating point, which is exact for whole numbers up to 2^53: a change need not be exact beyond.
    fn of(&self, number: f64) -> f64 {
        match self {
            Change::Noise { prf, share } => {
                // Of the number, not of how its type writes it: 4200 and 4200.00 move alike.
                let drawn = prf.draw(&number.to_bits().to_be_bytes()).bits(52) as f64 / (1u64 << 51) as f64 - 1.0;
                number * (1.0 + share * drawn)
            }
            Change::Round { to } => multiple((number / to).round(), *to),
            Change::Floor { to } => multiple((number / to).floor(), *to),
            Change::Bounds(bounds) => {
                let below = bounds.partition_point(|bound| *bound <= number);
                bounds[below.saturating_sub(1)]
            }
        }
    }
}

impl Change {
    /// By how many units of its last digit a number moves that noise would leave as it is.
    fn nudge(&self, number: f64) -> i64 {
        match self {
            Change::Noise { prf, .. } if number != 0.0 && number.is_finite() => {
                1 - 2 * prf.draw(&number.to_bits().to_be_bytes()).bits(1) as i64
            }
            _ => 0,
        }
    }
}

/// `count` times `to`; as a quotient where that is a whole number, since 0.1 is not exact but 1/10 is its nearest.
fn multiple(count: f64, to: f64) -> f64 {
    let parts = (1.0 / to).round();
    if to < 1.0 && (parts * to - 1.0).abs() < 1e-12 {
        count / parts
    } else {
        count * to
    }
}

struct IntegerChange {
    change: Change,
    column_oid: u32,
}

impl TypedMask for IntegerChange {
    fn apply(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let number = decode_integer(type_oid, format, value)?;
        let (least, most) = match self.column_oid {
            oid::INT2 => (i16::MIN.into(), i16::MAX.into()),
            oid::INT4 => (i32::MIN.into(), i32::MAX.into()),
            _ => (i64::MIN, i64::MAX),
        };
        // Out of range saturates.
        let mut masked = (self.change.of(number as f64).round() as i64).clamp(least, most);
        if masked == number {
            masked = number
                .saturating_add(self.change.nudge(number as f64))
                .clamp(least, most);
        }
        encode_integer(type_oid, format, masked, out).then_some(())
    }
}

struct FloatChange {
    change: Change,
    column_oid: u32,
}

impl TypedMask for FloatChange {
    /// NaN and the infinities stay: they measure nothing.
    fn apply(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        if type_oid != self.column_oid {
            return None;
        }
        let is_single = type_oid == oid::FLOAT4;
        let number = match format {
            Format::Text if is_single => f64::from(parse::<f32>(value)?),
            Format::Text => parse::<f64>(value)?,
            Format::Binary if is_single => f32::from_be_bytes(value.try_into().ok()?).into(),
            Format::Binary => f64::from_be_bytes(value.try_into().ok()?),
        };
        let changed = self.change.of(number);
        let masked = if number.is_finite() {
            changed.clamp(f64::MIN, f64::MAX)
        } else {
            number
        };
        if is_single {
            let masked = match masked as f32 {
                single if single.is_infinite() && number.is_finite() => f32::MAX.copysign(single),
                single => single,
            };
            match format {
                Format::Text => out.extend_from_slice(float4_text(masked).as_bytes()),
                Format::Binary => out.extend_from_slice(&masked.to_be_bytes()),
            }
        } else {
            match format {
                Format::Text => out.extend_from_slice(float8_text(masked).as_bytes()),
                Format::Binary => out.extend_from_slice(&masked.to_be_bytes()),
            }
        }
        Some(())
    }
}

fn parse<T: std::str::FromStr>(value: &[u8]) -> Option<T> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

struct NumericChange {
    change: Change,
    precision_and_scale: Option<(i32, i32)>,
}

impl TypedMask for NumericChange {
    /// NaN and the infinities stay. The result has as many digits behind the point as the value.
    fn apply(&self, _type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let mut numeric = Numeric::decode(format, value)?;
        if let Numeric::Number(decimal) = &mut numeric {
            let mut text = Vec::new();
            Numeric::Number(decimal.clone()).encode(Format::Text, &mut text);
            let number = parse(&text)?;
            let scale = decimal.fraction.len();
            let mut masked = self.fitted(self.change.of(number), scale)?;
            if masked == *decimal && scale <= FRACTION_MAX {
                let unit: f64 = parse(format!("1e-{scale}").as_bytes())?;
                masked = self.fitted(number + self.change.nudge(number) as f64 * unit, scale)?;
            }
            *decimal = masked;
        }
        numeric.encode(format, out);
        Some(())
    }
}

/// Digits behind the point beyond which a double has none to tell apart.
const FRACTION_MAX: usize = 17;

impl NumericChange {
    fn fitted(&self, number: f64, scale: usize) -> Option<Decimal> {
        let written = format!("{number:.*}", scale.min(FRACTION_MAX));
        let Numeric::Number(mut decimal) = Numeric::decode(Format::Text, written.as_bytes())? else {
            return None;
        };
        decimal.fraction.resize(scale, 0);
        let Some((precision, scale)) = self.precision_and_scale else {
            return Some(decimal);
        };
        let places = |count: i32| usize::try_from(count).unwrap_or(0);
        // numeric(5, -2) ends in two zeros.
        let zeros = places(-scale).min(decimal.integer.len());
        let end = decimal.integer.len() - zeros;
        decimal.integer[end..].fill(0);
        let is_zero = decimal.integer == [0];
        if !is_zero && decimal.integer.len() > places(precision - scale) {
            // As large as the column holds.
            decimal.integer = vec![9; places(precision - scale).max(1)];
            let end = decimal.integer.len() - zeros.min(decimal.integer.len());
            decimal.integer[end..].fill(0);
            if precision <= scale {
                decimal.integer = vec![0];
            }
            let hidden = places(scale - precision).min(decimal.fraction.len());
            decimal.fraction[hidden..].fill(9);
        }
        Some(decimal)
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{masked, parsed};
    use super::*;

    fn shown(rule: &str, type_oid: u32, type_modifier: i32, value: &str) -> String {
        masked(&parsed(rule), type_oid, type_modifier, value)
    }

    #[test]
    fn noise_stays_within_its_share() {
        let rule = "{ kind = \"noise\", percent = 5 }";
        for number in 1..500 {
            let value: f64 = shown(rule, oid::NUMERIC, -1, &format!("{number}00.00"))
                .parse()
                .expect("a number");
            let original = f64::from(number) * 100.0;
            assert!((value - original).abs() <= original * 0.05 + 0.01, "{number} {value}");
        }
        assert_eq!(shown(rule, oid::INT4, -1, "0"), "0");
        assert!(shown(rule, oid::INT4, -1, "-1000").starts_with('-'));
        assert_eq!(shown(rule, oid::INT4, -1, "4200"), shown(rule, oid::INT8, -1, "4200"));
        for value in ["420000", "1", "-7", "0.01", "-0.5"] {
            assert_ne!(shown(rule, oid::NUMERIC, -1, value), value);
        }
        assert_ne!(shown(rule, oid::INT2, -1, "3"), "3");
    }

    #[test]
    fn columns_are_never_overrun() {
        let narrow = (4 << 16 | 2) + 4;
        let rule = "{ kind = \"round\", to = 100 }";
        assert_eq!(shown(rule, oid::NUMERIC, narrow, "99.00"), "99.99");
        assert_eq!(shown(rule, oid::NUMERIC, narrow, "-99.00"), "-99.99");
        assert_eq!(shown(rule, oid::INT2, -1, "32767"), "32767");
        assert_eq!(shown("{ kind = \"round\", to = 0.1 }", oid::FLOAT8, -1, "0.34"), "0.3");
        assert_eq!(
            shown("{ kind = \"round\", to = 0.5 }", oid::NUMERIC, -1, "0.34"),
            "0.50"
        );
    }

    #[test]
    fn buckets() {
        let ages = "{ kind = \"bucket\", bounds = [0, 18, 30, 45, 65] }";
        for (value, expected) in [("37", "30"), ("-3", "0"), ("65", "65"), ("120", "65"), ("17", "0")] {
            assert_eq!(shown(ages, oid::INT4, -1, value), expected);
        }
        let tens = "{ kind = \"bucket\", width = 10 }";
        for (value, expected) in [("37", "30"), ("-3", "-10"), ("40", "40")] {
            assert_eq!(shown(tens, oid::INT4, -1, value), expected);
        }
        assert_eq!(shown(tens, oid::NUMERIC, -1, "37.50"), "30.00");
        assert_eq!(shown(tens, oid::NUMERIC, -1, "NaN"), "NaN");
    }
}
