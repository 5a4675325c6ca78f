//! Places on the earth, moved.
//!
//! Only additions, multiplications, divisions and roundings are used, whose results IEEE 754 fixes: a value moves alike on
//! every machine.

use super::build::{Build, Function, TypedMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};
use super::prf::{Draw, Prf};
use crate::value::number::{float4_text, float8_text};
use crate::value::numeric::{Numeric, precision_and_scale};
use crate::value::{Format, oid};

/// Metres of a degree of latitude: a 360th of the mean circumference.
const DEGREE_M: f64 = 111_195.0;
/// Digits behind the point that mean anything.
const FRACTION_MAX: usize = 17;
/// A move is at least this share of the largest one.
const LEAST: f64 = 0.1;

pub(super) static JITTER: Kind = Kind {
    contract: Contract::keyed(
        "jitter",
        "Moves a place by a keyed distance, never by nothing. A point is longitude and latitude; a number is the one that `axis` says. Equal values move alike, and a numeric is rounded to the digits that it has.",
        &[TypeFamily::Float, TypeFamily::Numeric, TypeFamily::Point],
        "(13.3777,52.5163)",
    )
    .options(
        &[
            option("meters", OptionKind::Real(1.0, 1_000_000.0), Default::Real(1000.0), "largest move along each axis"),
            option("axis", OptionKind::Choice(&["latitude", "longitude"]), Default::Text("latitude"), "what a number is"),
        ],
        "meters = 500",
    )
    .example_of(oid::POINT),
    build: |build: &Build<'_>| {
        let mask = Jitter {
            prf: build.prf(),
            degrees: build.settings.real("meters").unwrap_or(1000.0) / DEGREE_M,
            is_longitude: build.settings.text("axis") == Some("longitude"),
            column_oid: build.shape.type_oid,
            precision_and_scale: precision_and_scale(build.shape.type_modifier),
        };
        match build.shape.type_oid {
            oid::FLOAT4 | oid::FLOAT8 | oid::NUMERIC | oid::POINT => Function::typed(mask),
            _ => Err(Unfit::Type),
        }
    },
};

struct Jitter {
    prf: Prf,
    /// Largest move of a latitude.
    degrees: f64,
    is_longitude: bool,
    column_oid: u32,
    /// Precision and scale of `numeric(p, s)`.
    precision_and_scale: Option<(i32, i32)>,
}

/// From -1 to 1, and not near 0.
fn share(draw: &mut Draw) -> f64 {
    let drawn = draw.bits(52) as f64 / (1u64 << 51) as f64 - 1.0;
    let magnitude = LEAST + (1.0 - LEAST) * drawn.abs();
    if drawn < 0.0 { -magnitude } else { magnitude }
}

/// Moved, and turned back where it would leave the range of latitudes.
fn latitude(from: f64, by: f64) -> f64 {
    let moved = from + by;
    if (-90.0..=90.0).contains(&moved) {
        moved
    } else {
        from - by
    }
}

/// Moved, and on around the earth.
fn longitude(from: f64, by: f64) -> f64 {
    let moved = from + by;
    if moved > 180.0 {
        moved - 360.0
    } else if moved < -180.0 {
        moved + 360.0
    } else {
        moved
    }
}

/// How much narrower a degree of longitude is than one of latitude: the cosine by Bhaskara's formula, within 0.2 %; the
/// last degree to the pole is as the one before it.
fn narrowing(latitude: f64) -> f64 {
    let square = latitude.abs().min(89.0) * latitude.abs().min(89.0);
    (32_400.0 - 4.0 * square) / (32_400.0 + square)
}

impl Jitter {
    fn moved(&self, coordinate: f64) -> Option<f64> {
        // What is no coordinate is no place: nothing that could be moved a little.
        let range = if self.is_longitude { 180.0 } else { 90.0 };
        if coordinate.is_nan() || coordinate.abs() > range {
            return None;
        }
        let mut draw = self.prf.draw(&(coordinate + 0.0).to_bits().to_be_bytes());
        let by = self.degrees * share(&mut draw);
        Some(if self.is_longitude {
            longitude(coordinate, by)
        } else {
            latitude(coordinate, by)
        })
    }

    fn moved_point(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        if x.is_nan() || y.is_nan() || x.abs() > 180.0 || y.abs() > 90.0 {
            return None;
        }
        let message = [(x + 0.0).to_bits().to_be_bytes(), (y + 0.0).to_bits().to_be_bytes()].concat();
        let mut draw = self.prf.draw(&message);
        let east = self.degrees * share(&mut draw) / narrowing(y);
        Some((
            longitude(x, east.clamp(-180.0, 180.0)),
            latitude(y, self.degrees * share(&mut draw)),
        ))
    }

    fn point(&self, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let (x, y) = match format {
            Format::Text => {
                let inner = value.strip_prefix(b"(")?.strip_suffix(b")")?;
                let (x, y) = std::str::from_utf8(inner).ok()?.split_once(',')?;
                (x.parse().ok()?, y.parse().ok()?)
            }
            Format::Binary => {
                let (x, y) = value.split_first_chunk::<8>()?;
                (f64::from_be_bytes(*x), f64::from_be_bytes(y.try_into().ok()?))
            }
        };
        let (x, y) = self.moved_point(x, y)?;
        match format {
            Format::Text => out.extend_from_slice(format!("({},{})", float8_text(x), float8_text(y)).as_bytes()),
            Format::Binary => {
                out.extend_from_slice(&x.to_be_bytes());
                out.extend_from_slice(&y.to_be_bytes());
            }
        }
        Some(())
    }

    /// With as many digits behind the point as the value has.
    fn numeric(&self, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let Numeric::Number(decimal) = Numeric::decode(format, value)? else {
            return None;
        };
        let fraction = decimal.fraction.len();
        if fraction > FRACTION_MAX {
            return None;
        }
        let mut text = Vec::new();
        Numeric::Number(decimal).encode(Format::Text, &mut text);
        let from: f64 = std::str::from_utf8(&text).ok()?.parse().ok()?;
        let moved = self.moved(from)?;
        let written = format!("{moved:.fraction$}");
        let Numeric::Number(moved) = Numeric::decode(Format::Text, written.as_bytes())? else {
            return None;
        };
        // 99.99 may become 100.00, for which numeric(4, 2) has no room, and numeric(3, -1) holds tens only.
        if let Some((precision, scale)) = self.precision_and_scale
            && (scale < 0 || moved.integer.len() as i32 > (precision - scale).max(1))
        {
            return None;
        }
        Numeric::Number(moved).encode(format, out);
        Some(())
    }
}

impl TypedMask for Jitter {
    fn apply(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        match type_oid {
            _ if type_oid != self.column_oid => None,
            oid::POINT => self.point(format, value, out),
            oid::NUMERIC => self.numeric(format, value, out),
            oid::FLOAT4 => {
                let from: f32 = match format {
                    Format::Text => std::str::from_utf8(value).ok()?.parse().ok()?,
                    Format::Binary => f32::from_be_bytes(value.try_into().ok()?),
                };
                let moved = self.moved(from.into())? as f32;
                match format {
                    Format::Text => out.extend_from_slice(float4_text(moved).as_bytes()),
                    Format::Binary => out.extend_from_slice(&moved.to_be_bytes()),
                }
                Some(())
            }
            _ => {
                let from = match format {
                    Format::Text => std::str::from_utf8(value).ok()?.parse().ok()?,
                    Format::Binary => f64::from_be_bytes(value.try_into().ok()?),
                };
                let moved = self.moved(from)?;
                match format {
                    Format::Text => out.extend_from_slice(float8_text(moved).as_bytes()),
                    Format::Binary => out.extend_from_slice(&moved.to_be_bytes()),
                }
                Some(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{masked, parsed};
    use super::*;

    #[test]
    fn places_move_and_not_far() {
        let spec = parsed("{ kind = \"jitter\", meters = 500 }");
        for (x, y) in [(13.3777, 52.5163), (-179.999, 0.0), (0.0, 89.9999), (24.9, 60.2)] {
            let shown = masked(&spec, oid::POINT, -1, &format!("({x},{y})"));
            let (east, north) = shown[1..shown.len() - 1].split_once(',').expect("a point");
            let (east, north): (f64, f64) = (east.parse().expect("a number"), north.parse().expect("a number"));
            assert!(
                (-180.0..=180.0).contains(&east) && (-90.0..=90.0).contains(&north),
                "{shown}"
            );
            let meters = (north - y).abs() * DEGREE_M;
            assert!((50.0..=500.0).contains(&meters), "{shown}");
            let around = (east - x).abs().min(360.0 - (east - x).abs());
            assert!(around > 0.0 && around * narrowing(y) * DEGREE_M <= 510.0, "{shown}");
        }
        assert_eq!(masked(&spec, oid::POINT, -1, "(200,0)"), "(0,0)");
    }

    #[test]
    fn coordinates_alone() {
        let spec = parsed("{ kind = \"jitter\", meters = 500, axis = \"longitude\" }");
        for type_oid in [oid::FLOAT8, oid::NUMERIC] {
            let shown = masked(&spec, type_oid, -1, "13.377700");
            let moved: f64 = shown.parse().expect("a number");
            assert!((moved - 13.3777).abs() < 0.0046 && shown != "13.3777", "{shown}");
        }
        assert_eq!(masked(&spec, oid::NUMERIC, -1, "13.377700").len(), 9);
        assert_eq!(masked(&parsed("\"jitter\""), oid::FLOAT8, -1, "91"), "0");
    }

    #[test]
    fn the_cosine_is_near() {
        for degrees in 0..89 {
            let exact = f64::from(degrees).to_radians().cos();
            assert!((narrowing(degrees.into()) - exact).abs() < 0.0017, "{degrees}");
        }
    }
}
