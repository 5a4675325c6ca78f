//! The masks: what each accepts and promises, and the keyed derivation under them.
//!
//! A [`MaskSpec`] is what a rule says; compiled for a [`ColumnShape`] under [`Keys`] and a domain name it is a [`ColumnMask`],
//! which masks values without knowing where they come from.
//!
//! What all masks hold to:
//! - equal values in one domain get equal masked values, in text and binary form and in all text-like types alike, today and next year
//!   (a test pins the output: word lists and formats must not change);
//! - a masked value fits its column: characters of `varchar(n)`, precision of `numeric(p, s)`, range of a type;
//! - a value that cannot be read, is too large, or is of a type the mask was not compiled for is redacted, never passed;
//! - NULL never reaches a mask, and an empty string stays empty: neither is personal data.

mod constant;
mod contract;
mod identifier;
mod integer;
mod ip;
mod keys;
mod partial;
mod permutation;
mod phone;
mod prf;
mod search;
mod shift;
mod spec;
mod text;
mod wording;
mod words;

pub use contract::{Contract, Uniqueness};
pub use keys::{DomainKey, Keys, KeysError};
pub use search::SEARCHED_BYTES_MAX;
pub use spec::{MaskSpec, MaskSpecError};

use crate::value::{self, Format, oid};
use constant::{Constant, Unfit};
use integer::{IntegerMask, NumericMask};
use ip::IpMask;
use prf::Prf;
use shift::ShiftMask;
use spec::Kind;
use text::{TextColumn, TextMask};

/// The largest value that is masked, in bytes; a larger one is redacted, so that memory stays bounded. Masks that do not
/// look at the value have no limit.
pub const MASKED_FIELD_BYTES_MAX: usize = 1 << 20;

/// What stands in place of text that may not be shown.
const REDACTED: &[u8] = b"[redacted]";

/// What a mask must know of the column that it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnShape {
    /// The column's type, domains removed.
    pub type_oid: u32,
    /// `atttypmod` (or the domain's `typtypmod`); -1 where none.
    pub type_modifier: i32,
    /// NULL is not allowed, by column or domain.
    pub not_null: bool,
    /// For an array: the type of its elements.
    pub array_element: Option<u32>,
    /// The column's name, for messages.
    pub name: String,
    /// A string type without a fixed OID that compares without regard to case: `citext`.
    pub text_like: bool,
    /// An enum.
    pub is_enum: bool,
    /// Integer columns of its domain are smallint and wider ones, so that numbers which fit smallint must be masked by such.
    pub agrees_with_smallint: bool,
}

/// Why a mask cannot serve a column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// The column's type is none that the mask accepts.
    #[error("mask `{mask}` does not accept the type of column `{column}` (type OID {type_oid}); it accepts {accepts}")]
    Type {
        /// The mask.
        mask: &'static str,
        /// The column.
        column: String,
        /// Its type.
        type_oid: u32,
        /// What the mask accepts.
        accepts: &'static str,
    },
    /// The mask makes NULL, the column must not hold it.
    #[error("mask `{mask}` makes NULL, and column `{column}` is NOT NULL; use `fixed` or another mask")]
    NotNull {
        /// The mask.
        mask: &'static str,
        /// The column.
        column: String,
    },
    /// The value of `fixed` is none of the column's type, or too large for it.
    #[error("the value {value:?} of mask `fixed` does not fit column `{column}`")]
    Value {
        /// The value.
        value: String,
        /// The column.
        column: String,
    },
}

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Masked {
    /// The masked value was appended.
    Value,
    /// Nothing was appended: the field becomes NULL.
    Null,
}

/// A mask compiled for one column.
pub struct ColumnMask {
    contract: Contract,
    type_oid: u32,
    /// Set for text-like columns.
    text: Option<TextColumn>,
    function: Function,
}

enum Function {
    Null,
    Constant(Constant),
    Text(TextMask),
    Integer(IntegerMask),
    Numeric(Box<NumericMask>),
    Shift(ShiftMask),
    Ip(IpMask),
    Uuid(Prf),
}

impl std::fmt::Debug for ColumnMask {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "ColumnMask({} on type {})",
            self.contract.name, self.type_oid
        )
    }
}

impl ColumnMask {
    /// Prepares a mask for a column: derives its key, checks that it accepts the column.
    ///
    /// `domain` names the columns whose equal values get equal masked values.
    pub fn compile(spec: &MaskSpec, shape: &ColumnShape, keys: &Keys, domain: &str) -> Result<ColumnMask, MaskError> {
        let contract = spec.contract();
        let text = TextColumn::of(shape);
        let prf = || keys.domain(domain).prf(contract.name);
        let wrong_type = || MaskError::Type {
            mask: contract.name,
            column: shape.name.clone(),
            type_oid: shape.type_oid,
            accepts: contract.accepts,
        };
        let function = match (&spec.kind, shape.type_oid) {
            (Kind::Null, _) => Function::Null,
            (Kind::Redact, _) => match Constant::neutral(shape, text.as_ref()) {
                Some(constant) => Function::Constant(constant),
                None => Function::Null,
            },
            (Kind::Fixed { value }, _) => match Constant::of(value, shape, text.as_ref()) {
                Ok(constant) => Function::Constant(constant),
                Err(Unfit::Type) => return Err(wrong_type()),
                Err(Unfit::Value) => {
                    return Err(MaskError::Value {
                        value: value.clone(),
                        column: shape.name.clone(),
                    });
                }
            },
            (Kind::Json, oid::JSON | oid::JSONB) => Function::Constant(Constant::empty_object(shape.type_oid)),
            (Kind::Integer, oid::INT2 | oid::INT4 | oid::INT8) => {
                Function::Integer(IntegerMask::new(prf(), shape.type_oid, shape.agrees_with_smallint))
            }
            (Kind::Integer, oid::NUMERIC) => {
                let digits = keys.domain(domain).prf("integer digits");
                Function::Numeric(Box::new(NumericMask::new(prf(), digits, shape)))
            }
            (Kind::DateShift { days, keep_time }, oid::DATE | oid::TIMESTAMP | oid::TIMESTAMPTZ) => {
                Function::Shift(ShiftMask::new(prf(), *days, *keep_time, shape))
            }
            (Kind::Ip, oid::INET | oid::CIDR) => Function::Ip(IpMask::new(prf())),
            (Kind::Uuid, oid::UUID) => Function::Uuid(prf()),
            _ if text.is_some() => Function::Text(TextMask::new(&spec.kind, prf).ok_or_else(wrong_type)?),
            _ => return Err(wrong_type()),
        };
        if shape.not_null && matches!(function, Function::Null) {
            return Err(MaskError::NotNull {
                mask: contract.name,
                column: shape.name.clone(),
            });
        }
        let mut mask = ColumnMask {
            contract,
            type_oid: shape.type_oid,
            text,
            function,
        };
        if let (Function::Text(function), Some(column)) = (&mask.function, &mask.text) {
            mask.contract.uniqueness = function.uniqueness(column.limit, contract.uniqueness);
        }
        Ok(mask)
    }

    /// Masks one value that is not NULL, appending to `out`.
    ///
    /// `type_oid` is the value's type at run time. It may be another of the column's family (text-like types, or integers);
    /// any other type is redacted.
    pub fn apply(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Masked {
        let value = Some(value).filter(|value| value.len() <= MASKED_FIELD_BYTES_MAX);
        self.masked(type_oid, format, value, out)
    }

    /// As [`ColumnMask::apply`], for a value that is longer than [`MASKED_FIELD_BYTES_MAX`].
    pub fn apply_to_long(&self, type_oid: u32, format: Format, out: &mut Vec<u8>) -> Masked {
        self.masked(type_oid, format, None, out)
    }

    /// `value`: `None` if it is too long.
    fn masked(&self, type_oid: u32, format: Format, value: Option<&[u8]>, out: &mut Vec<u8>) -> Masked {
        if matches!(self.function, Function::Null) {
            return Masked::Null;
        }
        let start = out.len();
        if self.accepts(type_oid) && self.run(type_oid, format, value, out).is_some() {
            return Masked::Value;
        }
        out.truncate(start);
        match &self.text {
            Some(column) if self.accepts(type_oid) => {
                column.push_redacted(type_oid, out);
                Masked::Value
            }
            _ => redaction(type_oid, format, out),
        }
    }

    fn accepts(&self, type_oid: u32) -> bool {
        type_oid == self.type_oid
            || (self.text.is_some() && value::is_text_like(type_oid))
            || (value::is_integer(self.type_oid) && value::is_integer(type_oid))
    }

    /// `None` where the value cannot be masked; what was appended by then is void.
    fn run(&self, type_oid: u32, format: Format, value: Option<&[u8]>, out: &mut Vec<u8>) -> Option<()> {
        if let Function::Constant(constant) = &self.function {
            constant.push(type_oid, format, out)?;
            if let Some(column) = &self.text {
                column.pad(type_oid, constant.text_characters(), out);
            }
            return Some(());
        }
        let value = value?;
        match &self.function {
            Function::Null | Function::Constant(_) => None,
            Function::Text(mask) => self.text.as_ref()?.mask(mask, type_oid, value, out),
            Function::Integer(mask) => mask.apply(type_oid, format, value, out),
            Function::Numeric(mask) => mask.apply(format, value, out),
            Function::Shift(mask) => mask.apply(type_oid, format, value, out),
            Function::Ip(mask) => mask.apply(type_oid, format, value, out),
            Function::Uuid(prf) => identifier::uuid(prf, format, value, out),
        }
    }

    /// What this mask promises for this column.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }
}

/// What stands in place of a value that was computed from protected ones: a marker for text, NULL for all else.
/// It depends on nothing but the type.
pub fn redaction(type_oid: u32, _format: Format, out: &mut Vec<u8>) -> Masked {
    if !value::is_text_like(type_oid) {
        return Masked::Null;
    }
    out.extend_from_slice(REDACTED);
    Masked::Value
}

#[cfg(test)]
mod laws;
