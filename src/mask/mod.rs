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

mod array;
mod build;
mod bytes;
mod card;
mod catalogue;
mod checked;
mod composite;
mod constant;
mod contract;
mod error;
mod ff1;
mod generalise;
mod geo;
mod hstore;
mod iban;
mod identifier;
mod integer;
mod ip;
mod json;
mod json_path;
mod keys;
mod leaf;
mod locale;
mod mac;
mod national_id;
mod noise;
mod nullify;
mod options;
mod partial;
mod path;
mod permutation;
mod place;
mod prefix;
mod prf;
mod range;
mod recognise;
mod reference;
mod regexp;
mod row;
mod scrub;
mod search;
mod secret;
mod shape;
mod shift;
mod spec;
mod template;
mod text;
mod vocabulary;
mod web;
mod when;
mod wording;
mod words;
mod xml;
mod xml_path;

use std::borrow::Cow;
use std::sync::Arc;

pub use contract::{Contract, Example, TypeFamily, Uniqueness, example_shape};
pub use error::MaskError;
pub use keys::{DomainKey, Keys, KeysError};
pub use options::{Default as OptionDefault, OptionKind, OptionSpec};
pub use recognise::{Recognised, is_first_name, is_last_name, recognise};
pub use reference::{example_result, markdown};
pub use row::{Read, Row, RowField, Shown, Sibling};
pub use search::SEARCHED_BYTES_MAX;
pub use spec::{MaskSpec, MaskSpecError};

use crate::value::numeric::precision_and_scale;
use crate::value::rank::is_ranked;
use crate::value::{self, Format, oid};
use array::ArrayMask;
use build::{Build, Function, Unfit};
use constant::Constant;
use range::RangeMask;
use text::TextColumn;

/// The largest value that is masked, in bytes; a larger one is redacted, so that memory stays bounded. Masks that do not
/// look at the value have no limit.
pub const MASKED_FIELD_BYTES_MAX: usize = 1 << 20;

/// Digits of which there are a million strings.
const DIGITS_OF_A_MILLION: usize = 6;

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
    /// The column's name, for messages.
    pub name: String,
    /// What its values are made of.
    pub content: Content,
}

/// What values of a type are made of, where its OID does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Content {
    /// One value.
    #[default]
    Scalar,
    /// A string that compares without regard to case: `citext`.
    Citext,
    /// A word of a fixed list.
    Enum,
    /// The extension hstore.
    Hstore,
    /// Elements: their type as the array names it, which may be a domain, and their shape.
    Array(u32, Box<ColumnShape>),
    /// Two bounds of this shape.
    Range(Box<ColumnShape>),
    /// Ranges with bounds of this shape.
    Multirange(Box<ColumnShape>),
    /// Fields, in their order.
    Composite(Arc<[Field]>),
}

/// One field of a composite type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type as the composite type names it, which may be a domain.
    pub type_oid: u32,
    /// Its shape.
    pub shape: ColumnShape,
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
    /// A column of this type holds fewer than a million values that a mask of the same length tells apart.
    holds_few_values: bool,
    /// What stands for a value that cannot be masked, where the type has such a value: NULL would say of it that there is none.
    neutral: Option<Constant>,
    function: Function,
    /// Numbers of the columns that it reads beside its own.
    reads: Vec<i16>,
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
        ColumnMask::compile_in_row(spec, shape, &[], keys, domain)
    }

    /// As [`ColumnMask::compile`], for a mask that reads other columns of the row ([`MaskSpec::reads`]): these.
    pub fn compile_in_row(
        spec: &MaskSpec,
        shape: &ColumnShape,
        siblings: &[Sibling],
        keys: &Keys,
        domain: &str,
    ) -> Result<ColumnMask, MaskError> {
        let contract = spec.contract();
        let text = TextColumn::of(shape);
        let build = Build {
            name: contract.name,
            settings: &spec.settings,
            shape,
            text: text.as_ref(),
            keys,
            domain,
            siblings,
        };
        let function = function(spec, &build).map_err(|unfit| unfit.told(contract, shape))?;
        if shape.not_null && matches!(function, Function::Null | Function::Sometimes(_)) {
            return Err(MaskError::NotNull {
                mask: contract.name,
                column: shape.name.clone(),
            });
        }
        let mut mask = ColumnMask {
            contract,
            type_oid: shape.type_oid,
            neutral: Constant::neutral(shape, text.as_ref()),
            holds_few_values: holds_few_values(shape, text.as_ref().filter(|_| contract.keeps_length)),
            text,
            function,
            reads: read_by(spec, siblings),
        };
        match (&mask.function, &mask.text) {
            (Function::Text(function), Some(column)) => {
                mask.contract.uniqueness = function.uniqueness(column.limit, contract.uniqueness);
            }
            (Function::Array(array), _) => {
                mask.contract = Contract {
                    // Arrays of as many elements as before are not one and the same.
                    constant: false,
                    ..*array.element().0.contract()
                };
            }
            (Function::Range(range), _) => {
                let bound = range.bound().contract();
                mask.contract = Contract {
                    constant: false,
                    // Ranges of one value that come to meet become one.
                    uniqueness: match range.is_multi() {
                        true => Uniqueness::Loses,
                        false => bound.uniqueness,
                    },
                    ..*bound
                };
            }
            (Function::InRow(function), _) => {
                mask.contract.deterministic = false;
                function.refine(&mut mask.contract);
            }
            _ => {}
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
        let function = match (&self.function, value) {
            (Function::Null, _) | (Function::Sometimes(_), None) => return Masked::Null,
            (Function::Sometimes(mask), Some(value)) => return mask.apply(type_oid, format, value, out),
            (function, _) => function,
        };
        let start = out.len();
        if self.accepts(type_oid) && self.run(function, type_oid, format, value, out).is_some() {
            return Masked::Value;
        }
        out.truncate(start);
        self.redacted(type_oid, format, out)
    }

    /// As [`ColumnMask::apply`], of a value that stands in this row. Masks that read other columns need it: without, or
    /// where the row is not known as far as they read it, they redact.
    pub fn apply_in_row(
        &self,
        type_oid: u32,
        format: Format,
        value: &[u8],
        row: &Row<'_>,
        out: &mut Vec<u8>,
    ) -> Masked {
        let Function::InRow(function) = &self.function else {
            return self.apply(type_oid, format, value, out);
        };
        let start = out.len();
        if self.accepts(type_oid)
            && value.len() <= MASKED_FIELD_BYTES_MAX
            && let Some(masked) = function.apply(type_oid, format, value, row, out)
        {
            return masked;
        }
        out.truncate(start);
        self.redacted(type_oid, format, out)
    }

    fn redacted(&self, type_oid: u32, format: Format, out: &mut Vec<u8>) -> Masked {
        match (&self.text, &self.neutral) {
            (Some(column), _) if self.accepts(type_oid) => {
                column.push_redacted(type_oid, out);
                Masked::Value
            }
            (None, Some(neutral)) if type_oid == self.type_oid && neutral.push(type_oid, format, out).is_some() => {
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
    fn run(
        &self,
        function: &Function,
        type_oid: u32,
        format: Format,
        value: Option<&[u8]>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        if let Function::Constant(constant) = function {
            constant.push(type_oid, format, out)?;
            if let Some(column) = &self.text {
                column.pad(type_oid, constant.text_characters(), out);
            }
            return Some(());
        }
        let value = value?;
        match function {
            Function::Text(mask) => self.text.as_ref()?.mask(&**mask, type_oid, value, out),
            Function::Typed(mask) => mask.apply(type_oid, format, value, out),
            Function::Array(mask) => mask.apply(format, value, out),
            Function::Range(mask) => mask.apply(format, value, out),
            Function::Null | Function::Constant(_) | Function::Sometimes(_) | Function::InRow(_) => None,
        }
    }

    /// A text as this column compares it: without what has no meaning in it. `None` in columns that hold none.
    fn canonical_text<'v>(&self, value: &'v [u8]) -> Option<Cow<'v, [u8]>> {
        self.text.as_ref().map(|column| column.canonical(value))
    }

    /// For an array that is masked element by element: the mask of the elements, and their type without domains.
    pub fn element(&self) -> Option<(&ColumnMask, u32)> {
        match &self.function {
            Function::Array(array) => Some(array.element()),
            _ => None,
        }
    }

    /// Whether it is one of ranges, bound by bound: masked ranges may overlap where the originals did not.
    pub fn is_of_bounds(&self) -> bool {
        matches!(self.function, Function::Range(_))
    }

    /// Whether there are so few different values that whoever sees enough of them can undo the mask: fewer than a million,
    /// and each has its own masked value.
    pub fn has_small_domain(&self) -> bool {
        match &self.function {
            Function::Array(array) => array.element().0.has_small_domain(),
            Function::Range(range) => range.bound().has_small_domain(),
            _ => self.contract.uniqueness == Uniqueness::Keeps && self.holds_few_values,
        }
    }

    /// The numbers of the columns that it reads beside its own, in the row that a value stands in; those that are read for
    /// what is shown of them bring what their masks read.
    pub fn reads(&self) -> &[i16] {
        &self.reads
    }

    /// Whether some values are shown as they are, because a rule says so of the rows that they stand in.
    pub fn shows_values(&self) -> bool {
        matches!(&self.function, Function::InRow(mask) if mask.shows_values())
    }

    /// Whether it is one mask or another by what it reads, so that what is shown tells which.
    pub fn decides_by_row(&self) -> bool {
        matches!(&self.function, Function::InRow(mask) if mask.decides())
    }

    /// Whether it makes NULL of values.
    fn makes_null(&self) -> bool {
        matches!(self.function, Function::Null | Function::Sometimes(_))
    }

    /// What this mask promises for this column.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }
}

/// What the mask does to values of a column; to each element where it is an array, unless the mask is one of whole values.
fn function(spec: &MaskSpec, build: &Build<'_>) -> Result<Function, Unfit> {
    let contract = &spec.kind.contract;
    let is_whole = |family: &TypeFamily| matches!(family, TypeFamily::Array | TypeFamily::Nullable);
    if !contract.accepts.iter().any(is_whole)
        && let Some(function) = of_members(spec, build)?
    {
        return Ok(function);
    }
    match (spec.kind.build)(build)? {
        Function::Text(_) if build.text.is_none() => Err(Unfit::Type),
        function => Ok(function),
    }
}

/// Whether a column holds fewer than a million values. `text` is set for strings as long as their masked ones.
fn holds_few_values(shape: &ColumnShape, text: Option<&TextColumn>) -> bool {
    match shape.type_oid {
        oid::INT2 => true,
        oid::NUMERIC => precision_and_scale(shape.type_modifier)
            .is_some_and(|(precision, _)| usize::try_from(precision).is_ok_and(|digits| digits < DIGITS_OF_A_MILLION)),
        _ => text.is_some_and(|column| column.limit < DIGITS_OF_A_MILLION),
    }
}

/// The mask applied to each element of an array, or bound of a range; `None` for columns of other types.
fn of_members(spec: &MaskSpec, build: &Build<'_>) -> Result<Option<Function>, Unfit> {
    let shape = build.shape;
    let (Content::Array(_, member) | Content::Range(member) | Content::Multirange(member)) = &shape.content else {
        return Ok(None);
    };
    if !spec.reads().is_empty() {
        return Err(Unfit::Type);
    }
    let member = ColumnShape {
        name: shape.name.clone(),
        not_null: true,
        ..(**member).clone()
    };
    let mask = ColumnMask::compile(spec, &member, build.keys, build.domain).map_err(|error| match error {
        MaskError::Type { .. } => Unfit::Type,
        other => Unfit::Inner(Box::new(other)),
    })?;
    if let Content::Array(element_oid, _) = shape.content {
        let array = ArrayMask::new(mask, element_oid, member.type_oid);
        return Ok(Some(Function::Array(Box::new(array))));
    }
    if !is_ranked(member.type_oid) {
        return Err(Unfit::Type);
    }
    let is_multi = matches!(shape.content, Content::Multirange(_));
    let range = RangeMask::new(mask, member.type_oid, shape.type_oid, is_multi);
    Ok(Some(Function::Range(Box::new(range))))
}

/// The numbers of the columns that a mask reads, and of those that the masks of shown ones read.
fn read_by(spec: &MaskSpec, siblings: &[Sibling]) -> Vec<i16> {
    let mut numbers = Vec::new();
    for read in spec.reads() {
        let found = siblings.iter().find(|sibling| sibling.name == read.column);
        numbers.extend(found.map(|sibling| sibling.attribute));
        if let Some(Shown::Masked(mask)) = found.map(|sibling| &sibling.shown).filter(|_| read.as_shown) {
            numbers.extend_from_slice(mask.reads());
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
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
