//! Other columns of the row that a value stands in.
//!
//! A mask that reads them is compiled with their [`Sibling`]s and applied with the [`Row`]. What it reads is what the
//! table holds, however it came: in text or in binary, a sibling's value has one text.

use std::sync::Arc;

use super::text::TextColumn;
use super::{ColumnMask, ColumnShape, Content, MASKED_FIELD_BYTES_MAX, Uniqueness};
use crate::value::moment::{decode_date, decode_timestamp, encode_date, encode_timestamp};
use crate::value::number::{decode_bool, decode_integer, push_decimal};
use crate::value::numeric::Numeric;
use crate::value::{self, Format, address::Address, oid, uuid};

/// A column that a mask reads beside its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Read {
    /// Its name, of the same table.
    pub column: String,
    /// It is read as it is shown, not as the table holds it.
    pub as_shown: bool,
}

/// Another column of the table, for masks that read it.
#[derive(Debug, Clone)]
pub struct Sibling {
    /// Its name.
    pub name: String,
    /// Its number in the table.
    pub attribute: i16,
    /// Its type.
    pub shape: ColumnShape,
    /// How its own values are shown.
    pub shown: Shown,
    /// No two rows hold the same.
    pub is_unique: bool,
}

impl Sibling {
    /// Whether its values differ from row to row, as they are shown.
    pub(super) fn is_shown_unique(&self) -> bool {
        self.is_unique
            && match &self.shown {
                Shown::AsTheyAre => true,
                Shown::Masked(mask) => mask.contract().uniqueness == Uniqueness::Keeps,
                Shown::Not => false,
            }
    }
}

/// How the values of a sibling are shown.
#[derive(Debug, Clone)]
pub enum Shown {
    /// As they are.
    AsTheyAre,
    /// Through this mask.
    Masked(Arc<ColumnMask>),
    /// Not at all.
    Not,
}

/// The fields of one row that masks read, as they came.
#[derive(Debug, Clone, Copy)]
pub struct Row<'r> {
    /// In no order. A field that is not among them is not known, or too large.
    pub fields: &'r [RowField<'r>],
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub struct RowField<'r> {
    /// The column's number in the table.
    pub attribute: i16,
    /// Type at run time.
    pub type_oid: u32,
    /// Text or binary.
    pub format: Format,
    /// `None` for NULL.
    pub value: Option<&'r [u8]>,
}

/// What a sibling holds in one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// NULL.
    Null,
    /// What was appended.
    Value,
}

/// Reads one sibling.
pub(super) struct Reader {
    attribute: i16,
    shape: ColumnShape,
    text: Option<TextColumn>,
}

impl Reader {
    pub(super) fn new(sibling: &Sibling) -> Reader {
        Reader {
            attribute: sibling.attribute,
            text: TextColumn::of(&sibling.shape),
            shape: sibling.shape.clone(),
        }
    }

    pub(super) fn shape(&self) -> &ColumnShape {
        &self.shape
    }

    /// Whether values of its type can be read as text.
    pub(super) fn has_text(&self) -> bool {
        self.text.is_some()
            || self.shape.content == Content::Enum
            || matches!(
                self.shape.type_oid,
                oid::INT2
                    | oid::INT4
                    | oid::INT8
                    | oid::NUMERIC
                    | oid::BOOL
                    | oid::DATE
                    | oid::TIMESTAMP
                    | oid::TIMESTAMPTZ
                    | oid::UUID
                    | oid::INET
                    | oid::CIDR
            )
    }

    fn field<'r>(&self, row: &Row<'r>) -> Option<&'r RowField<'r>> {
        row.fields.iter().find(|field| field.attribute == self.attribute)
    }

    /// Whether the row holds NULL there; `None` where that is not known.
    pub(super) fn is_null(&self, row: &Row<'_>) -> Option<bool> {
        self.field(row).map(|field| field.value.is_none())
    }

    /// Appends the text of the value, which does not depend on format or session. `None` where it is not known, too large
    /// or cannot be read.
    pub(super) fn text(&self, row: &Row<'_>, out: &mut Vec<u8>) -> Option<Held> {
        let field = self.field(row)?;
        let Some(value) = field.value else {
            return Some(Held::Null);
        };
        if value.len() > MASKED_FIELD_BYTES_MAX {
            return None;
        }
        self.push_text(field.type_oid, field.format, value, out)?;
        Some(Held::Value)
    }

    /// As [`Reader::text`], and equal for values that the column takes for equal.
    pub(super) fn key(&self, row: &Row<'_>, out: &mut Vec<u8>) -> Option<Held> {
        let start = out.len();
        let held = self.text(row, out)?;
        if let Some(column) = &self.text {
            let canonical = column.canonical(&out[start..]).into_owned();
            out.truncate(start);
            out.extend_from_slice(&canonical);
        }
        Some(held)
    }

    /// The key of a value that a rule writes; `None` where it is none of the column's type.
    pub(super) fn key_of(&self, written: &str) -> Option<Vec<u8>> {
        let value = match (self.shape.type_oid, written) {
            (oid::BOOL, "true") => "t",
            (oid::BOOL, "false") => "f",
            _ => written,
        };
        let field = RowField {
            attribute: self.attribute,
            type_oid: self.shape.type_oid,
            format: Format::Text,
            value: Some(value.as_bytes()),
        };
        let mut key = Vec::new();
        self.key(&Row { fields: &[field] }, &mut key)?;
        Some(key)
    }

    fn push_text(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        if self.text.is_some() || self.shape.content == Content::Enum {
            let is_own = type_oid == self.shape.type_oid || value::is_text_like(type_oid);
            is_own.then(|| out.extend_from_slice(value))?;
            return Some(());
        }
        let is_alike = value::is_integer(type_oid) && value::is_integer(self.shape.type_oid);
        if type_oid != self.shape.type_oid && !is_alike {
            return None;
        }
        match type_oid {
            oid::INT2 | oid::INT4 | oid::INT8 => push_decimal(decode_integer(type_oid, format, value)?, out),
            oid::NUMERIC => {
                let mut numeric = Numeric::decode(format, value)?;
                if let Numeric::Number(number) = &mut numeric {
                    let significant = number.significant_fraction();
                    number.fraction.truncate(significant);
                }
                numeric.encode(Format::Text, out);
            }
            oid::BOOL => out.extend_from_slice(if decode_bool(format, value)? { b"true" } else { b"false" }),
            oid::DATE => encode_date(Format::Text, decode_date(format, value)?, out),
            oid::TIMESTAMP | oid::TIMESTAMPTZ => {
                let zoned = type_oid == oid::TIMESTAMPTZ;
                let (moment, _) = decode_timestamp(format, zoned, value)?;
                encode_timestamp(Format::Text, moment, zoned.then_some(0), out);
            }
            oid::UUID => {
                let number = match format {
                    Format::Text => uuid::decode_text(value)?.0,
                    Format::Binary => u128::from_be_bytes(value.try_into().ok()?),
                };
                uuid::encode_text(number, uuid::Spelling::default(), out);
            }
            oid::INET | oid::CIDR => Address::decode(format, value)?.encode(type_oid, Format::Text, out),
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(type_oid: u32) -> Reader {
        Reader::new(&Sibling {
            name: "s".into(),
            attribute: 3,
            shape: ColumnShape {
                type_oid,
                type_modifier: -1,
                ..ColumnShape::default()
            },
            shown: Shown::AsTheyAre,
            is_unique: false,
        })
    }

    fn key(reader: &Reader, type_oid: u32, format: Format, value: &[u8]) -> Option<String> {
        let field = RowField {
            attribute: 3,
            type_oid,
            format,
            value: Some(value),
        };
        let mut out = Vec::new();
        reader.key(&Row { fields: &[field] }, &mut out)?;
        String::from_utf8(out).ok()
    }

    #[test]
    fn one_value_has_one_text() {
        for (type_oid, text, binary, expected) in [
            (oid::INT4, &b"7"[..], &[0, 0, 0, 7][..], "7"),
            (oid::BOOL, b"t", &[1], "true"),
            (oid::DATE, b"2000-01-11", &[0, 0, 0, 10], "2000-01-11"),
            (oid::NUMERIC, b"1.50", &[0, 2, 0, 0, 0, 0, 0, 2, 0, 1, 19, 136], "1.5"),
            (
                oid::TIMESTAMPTZ,
                b"2000-01-01 02:00:01+02",
                &1_000_000i64.to_be_bytes(),
                "2000-01-01 00:00:01+00",
            ),
            (
                oid::UUID,
                b"01010101-0101-0101-0101-010101010101",
                &[1; 16],
                "01010101-0101-0101-0101-010101010101",
            ),
            (oid::TEXT, b"Ab ", b"Ab ", "Ab "),
            (oid::BPCHAR, b"Ab ", b"Ab", "Ab"),
        ] {
            let reader = reader(type_oid);
            assert!(reader.has_text());
            assert_eq!(key(&reader, type_oid, Format::Text, text).as_deref(), Some(expected));
            assert_eq!(
                key(&reader, type_oid, Format::Binary, binary).as_deref(),
                Some(expected)
            );
        }
        assert_eq!(
            key(&reader(oid::INT4), oid::INT8, Format::Text, b"7").as_deref(),
            Some("7")
        );
    }

    #[test]
    fn what_is_not_known_is_not_null() {
        let reader = reader(oid::INT4);
        let mut out = Vec::new();
        assert_eq!(reader.text(&Row { fields: &[] }, &mut out), None);
        assert_eq!(reader.is_null(&Row { fields: &[] }), None);
        assert_eq!(key(&reader, oid::INT4, Format::Text, b"x"), None);
        assert_eq!(key(&reader, oid::TEXT, Format::Text, b"7"), None);
        let large = vec![b'7'; MASKED_FIELD_BYTES_MAX + 1];
        assert_eq!(key(&reader, oid::INT4, Format::Text, &large), None);
    }
}
