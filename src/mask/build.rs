//! A mask made for one column: what a family is given, and what it gives back.

use super::array::ArrayMask;
use super::constant::Constant;
use super::contract::{Contract, Uniqueness};
use super::nullify::SometimesNull;
use super::options::Settings;
use super::prf::Prf;
use super::range::RangeMask;
use super::row::{Reader, Row, Sibling};
use super::text::TextColumn;
use super::{ColumnMask, ColumnShape, Keys, MaskError, MaskSpec, Masked};
use crate::value::Format;

/// What a family makes a mask from.
pub(super) struct Build<'a> {
    pub(super) name: &'static str,
    pub(super) settings: &'a Settings,
    pub(super) shape: &'a ColumnShape,
    /// Set for text-like columns.
    pub(super) text: Option<&'a TextColumn>,
    pub(super) keys: &'a Keys,
    pub(super) domain: &'a str,
    /// The other columns of the table, as far as the mask reads them.
    pub(super) siblings: &'a [Sibling],
}

impl Build<'_> {
    /// The mask's own function in its domain.
    pub(super) fn prf(&self) -> Prf {
        self.prf_for(self.name)
    }

    /// One for another purpose: two uses of one key would each give the other away.
    pub(super) fn prf_for(&self, purpose: &str) -> Prf {
        self.keys.domain(self.domain).prf(purpose)
    }

    /// Another column of the table.
    pub(super) fn sibling(&self, name: &str) -> Result<&Sibling, Unfit> {
        let found = self.siblings.iter().find(|sibling| sibling.name == name);
        found.ok_or_else(|| Unfit::Sibling(name.to_owned()))
    }

    /// What reads it.
    pub(super) fn reader(&self, name: &str) -> Result<Reader, Unfit> {
        self.sibling(name).map(Reader::new)
    }

    /// A mask in the place of this one, for the same column. It is of this one's domain, if a rule names that.
    pub(super) fn branch(&self, spec: &MaskSpec) -> Result<ColumnMask, Unfit> {
        let domain = if self.domain == self.name {
            spec.name()
        } else {
            self.domain
        };
        ColumnMask::compile_in_row(spec, self.shape, self.siblings, self.keys, domain)
            .map_err(|error| Unfit::Inner(Box::new(error)))
    }

    /// What stands for a mask that a rule does not name.
    pub(super) fn redact(&self) -> Result<MaskSpec, Unfit> {
        MaskSpec::parse(&toml::Value::from("redact")).map_err(|_| Unfit::Type)
    }

    /// A mask within this one, for the same column unless `shape` says otherwise. Its domain is its own name, as if a
    /// rule named it: so a value has one pseudonym, wherever it stands.
    pub(super) fn inner(&self, spec: &MaskSpec, shape: &ColumnShape) -> Result<ColumnMask, Unfit> {
        ColumnMask::compile(spec, shape, self.keys, spec.name()).map_err(|error| Unfit::Inner(Box::new(error)))
    }
}

/// Why a mask cannot serve a column.
#[derive(Debug)]
pub(super) enum Unfit {
    /// It accepts no columns of this type.
    Type,
    /// An option does not fit the column.
    Value(String),
    /// An option names a field that the column's type has not.
    Field { field: String, known: String },
    /// Options do not fit each other.
    Options(&'static str),
    /// It reads a column that there is not, or not of a type that it can read.
    Sibling(String),
    /// A mask within it cannot.
    Inner(Box<MaskError>),
}

/// A mask of strings.
pub(super) trait TextMask: Send + Sync {
    /// Appends what becomes of a value, which is not empty; at most `limit` characters. `None` where it cannot be masked.
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()>;

    /// Whether it is a permutation of the strings that it can mask, which [`TextMask::restore`] undoes.
    fn is_permutation(&self) -> bool {
        false
    }

    /// Whether it is a permutation of strings without blanks at their ends that leaves such blanks as they are.
    fn keeps_blanks(&self) -> bool {
        false
    }

    /// Appends the string that is masked as this one, which is not empty; `None` if there is none, or more than one.
    fn restore(&self, _value: &[u8], _out: &mut Vec<u8>) -> Option<()> {
        None
    }

    /// Uniqueness where a column holds at most `limit` characters.
    fn uniqueness(&self, _limit: usize, at_best: Uniqueness) -> Uniqueness {
        at_best
    }
}

/// A mask of values that are no strings.
pub(super) trait TypedMask: Send + Sync {
    /// Appends what becomes of a value; `None` where it cannot be masked.
    fn apply(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()>;

    /// The type, as an OID, that the server gives a constant without one which the column is compared with; `None` if
    /// masked values do not lead back to originals.
    fn search_type(&self, _column_oid: u32) -> Option<u32> {
        None
    }

    /// Appends, as one of type `to`, the original of a masked value of type `given`.
    fn restore(&self, _given: u32, _format: Format, _value: &[u8], _to: u32, _out: &mut Vec<u8>) -> Option<()> {
        None
    }
}

/// What a mask does.
pub(super) enum Function {
    Null,
    Constant(Constant),
    Text(Box<dyn TextMask>),
    Typed(Box<dyn TypedMask>),
    /// Each element of an array.
    Array(Box<ArrayMask>),
    /// Each bound of a range.
    Range(Box<RangeMask>),
    /// A share of the values becomes NULL.
    Sometimes(Box<SometimesNull>),
    /// By what stands beside the value in its row.
    InRow(Box<dyn RowBound>),
}

/// A mask that reads other columns of the row.
pub(super) trait RowBound: Send + Sync {
    /// Appends what becomes of a value; `None` where it cannot be masked, or the row is not known as far as it must be.
    fn apply(&self, type_oid: u32, format: Format, value: &[u8], row: &Row<'_>, out: &mut Vec<u8>) -> Option<Masked>;

    /// Says what it promises for the column that it was made for.
    fn refine(&self, _contract: &mut Contract) {}

    /// Whether it shows some values as they are.
    fn shows_values(&self) -> bool {
        false
    }

    /// Whether which way it takes tells of what it reads.
    fn decides(&self) -> bool {
        false
    }
}

impl Function {
    pub(super) fn text(mask: impl TextMask + 'static) -> Result<Function, Unfit> {
        Ok(Function::Text(Box::new(mask)))
    }

    pub(super) fn in_row(mask: impl RowBound + 'static) -> Result<Function, Unfit> {
        Ok(Function::InRow(Box::new(mask)))
    }

    pub(super) fn typed(mask: impl TypedMask + 'static) -> Result<Function, Unfit> {
        Ok(Function::Typed(Box::new(mask)))
    }
}
