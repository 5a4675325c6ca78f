//! The order of values of a type, as the server's default operator class has it.

use super::moment::{Moment, decode_date, decode_timestamp};
use super::number::decode_integer;
use super::numeric::{Decimal, Numeric};
use super::{Format, oid, uuid};

/// Where a value stands among those of its type. Ranks of different types do not compare to anything meaningful.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Integers.
    Integer(i64),
    /// Numerics.
    Numeric(NumericRank),
    /// Floats: their bits, in order.
    Float(i64),
    /// Days or microseconds; the infinities are the least and the greatest.
    Moment(i64),
    /// UUIDs.
    Uuid(u128),
}

/// Where a numeric stands: NaN is greater than all others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum NumericRank {
    /// `-Infinity`
    NegativeInfinity,
    /// Below zero: the larger its magnitude, the less it is.
    Negative(std::cmp::Reverse<Magnitude>),
    /// Zero and above.
    NonNegative(Magnitude),
    /// `Infinity`
    Infinity,
    /// `NaN`
    NotANumber,
}

/// A decimal number without sign.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Magnitude {
    /// How many digits there are before the point.
    length: usize,
    integer: Vec<u8>,
    /// Without zeros at the end.
    fraction: Vec<u8>,
}

/// Whether values of a type have ranks.
pub fn is_ranked(type_oid: u32) -> bool {
    matches!(
        type_oid,
        oid::INT2
            | oid::INT4
            | oid::INT8
            | oid::NUMERIC
            | oid::FLOAT4
            | oid::FLOAT8
            | oid::DATE
            | oid::TIMESTAMP
            | oid::TIMESTAMPTZ
            | oid::UUID
    )
}

impl Rank {
    /// The rank of a value; `None` if it cannot be read, or its type has none.
    pub fn of(type_oid: u32, format: Format, value: &[u8]) -> Option<Rank> {
        Some(match type_oid {
            oid::INT2 | oid::INT4 | oid::INT8 => Rank::Integer(decode_integer(type_oid, format, value)?),
            oid::NUMERIC => Rank::Numeric(numeric(Numeric::decode(format, value)?)),
            oid::FLOAT4 => Rank::Float(float(
                match format {
                    Format::Text => parse::<f32>(value)?,
                    Format::Binary => f32::from_be_bytes(value.try_into().ok()?),
                }
                .into(),
            )),
            oid::FLOAT8 => Rank::Float(float(match format {
                Format::Text => parse::<f64>(value)?,
                Format::Binary => f64::from_be_bytes(value.try_into().ok()?),
            })),
            oid::DATE => Rank::Moment(moment(decode_date(format, value)?)),
            oid::TIMESTAMP | oid::TIMESTAMPTZ => {
                let zoned = type_oid == oid::TIMESTAMPTZ;
                Rank::Moment(moment(decode_timestamp(format, zoned, value)?.0))
            }
            oid::UUID => Rank::Uuid(match format {
                Format::Text => uuid::decode_text(value)?.0,
                Format::Binary => u128::from_be_bytes(value.try_into().ok()?),
            }),
            _ => return None,
        })
    }
}

fn parse<T: std::str::FromStr>(value: &[u8]) -> Option<T> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn moment(moment: Moment) -> i64 {
    match moment {
        Moment::Before => i64::MIN,
        Moment::At(at) => at,
        Moment::After => i64::MAX,
    }
}

/// Numbers in the order of the floats: both zeros are one, and NaN is greater than all others.
fn float(number: f64) -> i64 {
    if number.is_nan() {
        return i64::MAX;
    }
    let bits = (number + 0.0).to_bits().cast_signed();
    if bits < 0 { i64::MIN - bits } else { bits }
}

fn numeric(number: Numeric) -> NumericRank {
    match number {
        Numeric::NotANumber => NumericRank::NotANumber,
        Numeric::Infinity => NumericRank::Infinity,
        Numeric::NegativeInfinity => NumericRank::NegativeInfinity,
        Numeric::Number(decimal) => {
            let significant = decimal.significant_fraction();
            let Decimal {
                negative,
                integer,
                mut fraction,
            } = decimal;
            fraction.truncate(significant);
            let magnitude = Magnitude {
                length: integer.len(),
                integer,
                fraction,
            };
            match negative {
                true => NumericRank::Negative(std::cmp::Reverse(magnitude)),
                false => NumericRank::NonNegative(magnitude),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_the_servers_order() {
        for (type_oid, ascending) in [
            (oid::INT4, &["-2147483648", "-1", "0", "10", "2147483647"][..]),
            (
                oid::NUMERIC,
                &[
                    "-Infinity",
                    "-100",
                    "-20.5",
                    "-20.25",
                    "-1",
                    "0",
                    "0.05",
                    "0.5",
                    "1",
                    "9",
                    "10.01",
                    "10.1",
                    "Infinity",
                    "NaN",
                ],
            ),
            (
                oid::FLOAT8,
                &[
                    "-Infinity",
                    "-1e300",
                    "-2",
                    "-1e-9",
                    "0",
                    "1e-9",
                    "3",
                    "Infinity",
                    "NaN",
                ],
            ),
            (
                oid::DATE,
                &["-infinity", "0044-03-15 BC", "1999-12-31", "2024-02-29", "infinity"],
            ),
            (
                oid::TIMESTAMPTZ,
                &[
                    "2024-01-01 00:00:00+02",
                    "2024-01-01 00:00:00+00",
                    "2024-01-01 00:00:00-05",
                ],
            ),
        ] {
            let ranks: Vec<Rank> = ascending
                .iter()
                .map(|value| Rank::of(type_oid, Format::Text, value.as_bytes()).expect(value))
                .collect();
            assert!(ranks.is_sorted_by(|one, other| one < other), "{ascending:?}");
        }
        let of = |type_oid, value: &str| Rank::of(type_oid, Format::Text, value.as_bytes());
        assert_eq!(of(oid::NUMERIC, "1.50"), of(oid::NUMERIC, "1.5"));
        assert_eq!(of(oid::FLOAT8, "-0"), of(oid::FLOAT8, "0"));
        assert_eq!((of(oid::TEXT, "a"), of(oid::INT4, "x")), (None, None));
    }
}
