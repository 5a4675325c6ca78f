//! Constants: what `fixed`, `redact` and `json` put in place of every value.

use super::build::{Function, Unfit};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};
use super::text::TextColumn;
use super::xml;
use super::{ColumnShape, Content};
use crate::value::address::Address;
use crate::value::moment::{decode_date, decode_timestamp, encode_date, encode_timestamp};
use crate::value::number::{self, fits, float4_text, float8_text};
use crate::value::numeric::{Numeric, precision_and_scale};
use crate::value::uuid::{Spelling, decode_text};
use crate::value::{self, Format, composite, oid, range, text};

/// Version byte before the text in jsonb's binary form.
const JSONB_VERSION: u8 = 1;

/// One value in both forms.
pub(super) enum Constant {
    /// Strings: both forms are the same.
    Text(Vec<u8>),
    /// Integers: the form depends on the type at run time.
    Integer(i64),
    /// All others.
    Forms { text: Vec<u8>, binary: Vec<u8> },
}

pub(super) static NULL: Kind = Kind {
    contract: Contract {
        constant: true,
        ..Contract::keyless("null", "Every value becomes NULL.", &[TypeFamily::Nullable], "x")
    },
    build: |_| Ok(Function::Null),
};

pub(super) static FIXED: Kind = Kind {
    contract: Contract {
        constant: true,
        ..Contract::keyless(
            "fixed",
            "Every value becomes the one given.",
            &[
                TypeFamily::Text,
                TypeFamily::Enum,
                TypeFamily::Integer,
                TypeFamily::Numeric,
                TypeFamily::Float,
                TypeFamily::Boolean,
                TypeFamily::Date,
                TypeFamily::Timestamp,
                TypeFamily::Uuid,
                TypeFamily::Network,
                TypeFamily::Json,
                TypeFamily::Bytes,
            ],
            "x",
        )
    }
    .options(
        &[option(
            "value",
            OptionKind::Literal,
            Default::Required,
            "what to put in place",
        )],
        "value = \"7\"",
    ),
    build: |build| {
        let value = build.settings.text("value").unwrap_or_default();
        Ok(Function::Constant(Constant::of(value, build.shape, build.text)?))
    },
};

pub(super) static REDACT: Kind = Kind {
    contract: Contract {
        constant: true,
        ..Contract::keyless(
            "redact",
            "Every value becomes a neutral constant of its type: `[redacted]`, 0, 2000-01-01, {}; NULL for types that have none, and for composite types where it may stand.",
            &[
                TypeFamily::Text,
                TypeFamily::Integer,
                TypeFamily::Numeric,
                TypeFamily::Float,
                TypeFamily::Boolean,
                TypeFamily::Date,
                TypeFamily::Timestamp,
                TypeFamily::Time,
                TypeFamily::Interval,
                TypeFamily::Uuid,
                TypeFamily::Network,
                TypeFamily::MacAddress,
                TypeFamily::Json,
                TypeFamily::Xml,
                TypeFamily::Hstore,
                TypeFamily::Composite,
                TypeFamily::Bytes,
                TypeFamily::Point,
                TypeFamily::TextSearch,
                TypeFamily::Array,
                TypeFamily::Nullable,
            ],
            "x",
        )
    },
    build: |build| {
        let is_composite = matches!(build.shape.content, Content::Composite(_));
        Ok(match Constant::neutral(build.shape, build.text) {
            Some(constant) if build.shape.not_null || !is_composite => Function::Constant(constant),
            _ => Function::Null,
        })
    },
};

fn forms(text: impl Into<Vec<u8>>, binary: impl Into<Vec<u8>>) -> Constant {
    Constant::Forms {
        text: text.into(),
        binary: binary.into(),
    }
}

impl Constant {
    /// The constant that `value` spells in the column's type.
    pub(super) fn of(value: &str, shape: &ColumnShape, column: Option<&TextColumn>) -> Result<Constant, Unfit> {
        if let Some(column) = column {
            let content = if shape.type_oid == oid::BPCHAR {
                text::without_padding(value.as_bytes())
            } else {
                value.as_bytes()
            };
            return if column.fits(content) {
                Ok(Constant::Text(content.to_vec()))
            } else {
                Err(Unfit::Value(value.to_owned()))
            };
        }
        if shape.content == Content::Enum {
            return Ok(forms(value, value));
        }
        let accepted = value::is_integer(shape.type_oid)
            || matches!(
                shape.type_oid,
                oid::NUMERIC
                    | oid::FLOAT4
                    | oid::FLOAT8
                    | oid::BOOL
                    | oid::DATE
                    | oid::TIMESTAMP
                    | oid::TIMESTAMPTZ
                    | oid::UUID
                    | oid::INET
                    | oid::CIDR
                    | oid::JSON
                    | oid::JSONB
                    | oid::BYTEA
            );
        if !accepted {
            return Err(Unfit::Type);
        }
        spelled(value, shape).ok_or_else(|| Unfit::Value(value.to_owned()))
    }

    /// A `bytea`.
    pub(super) fn bytes(content: &[u8]) -> Constant {
        let digits: String = content.iter().map(|byte| format!("{byte:02x}")).collect();
        forms(format!("\\x{digits}"), content)
    }

    /// `{}` of `json` or `jsonb`.
    pub(super) fn empty_object(type_oid: u32) -> Constant {
        let binary: &[u8] = if type_oid == oid::JSONB {
            &[JSONB_VERSION, b'{', b'}']
        } else {
            b"{}"
        };
        forms(*b"{}", binary)
    }

    /// The neutral constant of the column's type; `None` for types that have none.
    pub(super) fn neutral(shape: &ColumnShape, column: Option<&TextColumn>) -> Option<Constant> {
        if let Some(column) = column {
            return Some(Constant::Text(column.marker()));
        }
        match &shape.content {
            // No dimensions, no NULLs, the type of the elements that are not there.
            Content::Array(element_oid, _) => {
                return Some(forms(*b"{}", [[0; 4], [0; 4], element_oid.to_be_bytes()].concat()));
            }
            Content::Range(_) => return Some(both(|format, out| range::encode(format, &range::Range::Empty, out))),
            Content::Multirange(_) => return Some(both(|format, out| range::encode_multi(format, &[], out))),
            // Fields of domains may have constraints, which NULL meets.
            Content::Composite(fields) => {
                let nulls: Vec<_> = fields.iter().map(|field| (field.type_oid, None)).collect();
                return Some(both(|format, out| composite::encode(format, &nulls, out)));
            }
            Content::Hstore => return Some(forms(*b"", [0; 4])),
            Content::Scalar | Content::Citext | Content::Enum => {}
        }
        let zeros = |text: &str, bytes: usize| Some(forms(text, vec![0; bytes]));
        match shape.type_oid {
            oid::MACADDR => zeros("00:00:00:00:00:00", 6),
            oid::MACADDR8 => zeros("00:00:00:00:00:00:00:00", 8),
            oid::TIME => zeros("00:00:00", 8),
            oid::TIMETZ => zeros("00:00:00+00", 12),
            oid::INTERVAL => zeros("00:00:00", 16),
            oid::TSVECTOR => zeros("", 4),
            oid::POINT => zeros("(0,0)", 16),
            oid::NUMERIC | oid::FLOAT4 | oid::FLOAT8 | oid::INT2 | oid::INT4 | oid::INT8 => spelled("0", shape),
            oid::BOOL => spelled("false", shape),
            oid::DATE => spelled("2000-01-01", shape),
            oid::TIMESTAMP => spelled("2000-01-01 00:00:00", shape),
            oid::TIMESTAMPTZ => spelled("2000-01-01 00:00:00+00", shape),
            oid::UUID => spelled("00000000-0000-0000-0000-000000000000", shape),
            oid::INET => spelled("0.0.0.0", shape),
            oid::CIDR => spelled("0.0.0.0/32", shape),
            oid::BYTEA => spelled("\\x", shape),
            oid::JSON | oid::JSONB => spelled("{}", shape),
            oid::XML => Some(forms(xml::REDACTED, xml::REDACTED)),
            _ => None,
        }
    }

    /// Appends the constant; `None` where the type at run time does not hold it.
    pub(super) fn push(&self, type_oid: u32, format: Format, out: &mut Vec<u8>) -> Option<()> {
        match (self, format) {
            (Constant::Text(text), _) | (Constant::Forms { text, .. }, Format::Text) => out.extend_from_slice(text),
            (Constant::Forms { binary, .. }, Format::Binary) => out.extend_from_slice(binary),
            (Constant::Integer(integer), _) => {
                return number::encode_integer(type_oid, format, *integer, out).then_some(());
            }
        }
        Some(())
    }

    /// Length of a string.
    pub(super) fn text_characters(&self) -> usize {
        match self {
            Constant::Text(content) => text::characters(content),
            _ => 0,
        }
    }
}

/// Reads a value as the column's type.
fn spelled(value: &str, shape: &ColumnShape) -> Option<Constant> {
    match shape.type_oid {
        oid::INT2 | oid::INT4 | oid::INT8 => value
            .parse()
            .ok()
            .filter(|&integer| fits(shape.type_oid, integer))
            .map(Constant::Integer),
        oid::NUMERIC => numeric(value, shape.type_modifier),
        oid::FLOAT4 => {
            let float: f32 = value.parse().ok()?;
            Some(forms(float4_text(float), float.to_be_bytes()))
        }
        oid::FLOAT8 => {
            let float: f64 = value.parse().ok()?;
            Some(forms(float8_text(float), float.to_be_bytes()))
        }
        oid::BOOL => {
            let flag = value
                .parse()
                .ok()
                .or_else(|| number::decode_bool(Format::Text, value.as_bytes()))?;
            Some(both(|format, out| number::encode_bool(format, flag, out)))
        }
        oid::DATE => {
            let date = decode_date(Format::Text, value.as_bytes())?;
            Some(both(|format, out| encode_date(format, date, out)))
        }
        oid::TIMESTAMP | oid::TIMESTAMPTZ => {
            let zoned = shape.type_oid == oid::TIMESTAMPTZ;
            let (moment, east_s) = decode_timestamp(Format::Text, zoned, value.as_bytes())?;
            Some(both(|format, out| {
                encode_timestamp(format, moment, zoned.then_some(east_s), out)
            }))
        }
        oid::UUID => {
            let (number, _) = decode_text(value.as_bytes())?;
            Some(both(|format, out| match format {
                Format::Text => value::uuid::encode_text(number, Spelling::default(), out),
                Format::Binary => out.extend_from_slice(&number.to_be_bytes()),
            }))
        }
        oid::INET | oid::CIDR => address(value, shape.type_oid),
        oid::BYTEA => bytes(value),
        oid::JSON => serde_json::from_str::<serde::de::IgnoredAny>(value)
            .ok()
            .map(|_| forms(value, value)),
        oid::JSONB => jsonb(value),
        _ => None,
    }
}

/// Both forms, written by one encoder.
fn both(encode: impl Fn(Format, &mut Vec<u8>)) -> Constant {
    let form = |format| {
        let mut out = Vec::new();
        encode(format, &mut out);
        out
    };
    forms(form(Format::Text), form(Format::Binary))
}

fn numeric(value: &str, type_modifier: i32) -> Option<Constant> {
    let mut numeric = Numeric::decode(Format::Text, value.as_bytes())?;
    if let (Numeric::Number(number), Some((precision, scale))) = (&mut numeric, precision_and_scale(type_modifier)) {
        let scale = usize::try_from(scale).ok()?;
        let integer_digits = if number.integer == [0] { 0 } else { number.integer.len() };
        if number.significant_fraction() > scale || integer_digits + scale > usize::try_from(precision).ok()? {
            return None;
        }
        number.fraction.resize(scale, 0);
    }
    Some(both(|format, out| numeric.encode(format, out)))
}

fn address(value: &str, type_oid: u32) -> Option<Constant> {
    let address = Address::parse(value)?;
    let host_bits = u32::from(address.width() - address.prefix);
    if type_oid == oid::CIDR && host_bits > 0 && address.bits & (u128::MAX >> (128 - host_bits)) != 0 {
        return None;
    }
    Some(both(|format, out| address.encode(type_oid, format, out)))
}

/// `\x` and hexadecimal digits.
fn bytes(value: &str) -> Option<Constant> {
    let (pairs, []) = value.strip_prefix("\\x")?.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let binary: Option<Vec<u8>> = pairs
        .iter()
        .map(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8))
        .collect();
    Some(forms(value.to_ascii_lowercase(), binary?))
}

/// Only documents that jsonb writes as they are here: empty ones, strings, whole numbers, true, false, null.
fn jsonb(value: &str) -> Option<Constant> {
    use serde_json::Value;
    let document: Value = serde_json::from_str(value).ok()?;
    let plain = match &document {
        Value::Object(members) => members.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Number(number) => !number.is_f64(),
        Value::String(_) | Value::Bool(_) | Value::Null => true,
    };
    let text = plain.then(|| document.to_string())?.into_bytes();
    let binary = [&[JSONB_VERSION][..], &text].concat();
    Some(forms(text, binary))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both_forms(value: &str, type_oid: u32, type_modifier: i32) -> Option<(String, Vec<u8>)> {
        let shape = ColumnShape {
            type_oid,
            type_modifier,
            ..ColumnShape::default()
        };
        let constant = Constant::of(value, &shape, TextColumn::of(&shape).as_ref()).ok()?;
        let push = |format| {
            let mut out = Vec::new();
            constant.push(type_oid, format, &mut out).map(|()| out)
        };
        Some((String::from_utf8(push(Format::Text)?).ok()?, push(Format::Binary)?))
    }

    #[test]
    fn values_are_read_as_the_columns_type() {
        for (value, type_oid, type_modifier, text, binary) in [
            ("7", oid::INT4, -1, "7", &[0, 0, 0, 7][..]),
            ("true", oid::BOOL, -1, "t", &[1]),
            (
                "1.5",
                oid::NUMERIC,
                (6 << 16 | 2) + 4,
                "1.50",
                &[0, 2, 0, 0, 0, 0, 0, 2, 0, 1, 19, 136],
            ),
            ("2000-01-02", oid::DATE, -1, "2000-01-02", &[0, 0, 0, 1]),
            ("1.2.3.4", oid::INET, -1, "1.2.3.4", &[2, 32, 0, 4, 1, 2, 3, 4]),
            ("{ }", oid::JSONB, -1, "{}", &[1, b'{', b'}']),
            ("\\x0aFF", oid::BYTEA, -1, "\\x0aff", &[10, 255]),
            ("1e3", oid::FLOAT4, -1, "1000", &[0x44, 0x7a, 0, 0]),
        ] {
            assert_eq!(
                both_forms(value, type_oid, type_modifier),
                Some((text.into(), binary.into())),
                "{value}"
            );
        }
    }

    #[test]
    fn values_that_do_not_fit_are_refused() {
        for (value, type_oid, type_modifier) in [
            ("40000", oid::INT2, -1),
            ("x", oid::INT4, -1),
            ("100", oid::NUMERIC, (4 << 16 | 2) + 4),
            ("0.005", oid::NUMERIC, (4 << 16 | 2) + 4),
            ("abc", oid::VARCHAR, 6),
            ("10.0.0.1/8", oid::CIDR, -1),
            ("{\"a\":1}", oid::JSONB, -1),
            ("{", oid::JSON, -1),
            ("\\x0", oid::BYTEA, -1),
            ("1/1/2000", oid::DATE, -1),
        ] {
            assert_eq!(both_forms(value, type_oid, type_modifier), None, "{value}");
        }
    }
}
