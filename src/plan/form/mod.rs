//! Values that are made of several: arrays, rows and documents, masked member by member.
//!
//! A [`Form`] says what becomes of each part. [`Rewriter`] follows a value in its text or binary form as it comes in, piece by
//! piece, so that what becomes of it depends on the masked values only, never on how long the originals are. What does
//! not have the form that the plan expects is [`Unfit`], and redacted as a whole.

mod array;
mod document;
mod row;
mod scalar;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::mask::{ColumnMask, MASKED_FIELD_BYTES_MAX, Masked};
use crate::value::{Format, is_text_like, oid};

use array::{BinaryArray, TextArray};
use document::DocumentRewriter;
use row::{BinaryRow, TextRow};

/// The longest masked value that is made of several, in bytes; a longer one is redacted as a whole.
pub const MASKED_FORM_BYTES_MAX: usize = MASKED_FIELD_BYTES_MAX;

/// What becomes of a value and of its parts.
#[derive(Debug, Clone)]
pub enum Form {
    /// It passes.
    Keep,
    /// It becomes NULL.
    Null,
    /// The mask applies.
    Mask {
        /// [`crate::sql::Treatment::class`].
        class: u32,
        /// The mask.
        mask: Arc<ColumnMask>,
        /// Type of its values, where they do not come with their own.
        type_oid: u32,
    },
    /// All elements of an array.
    Array(Arc<Form>),
    /// The fields of a row, or the members of a JSON object.
    Row(Arc<[(Box<str>, Arc<Form>)]>),
    /// All elements of a JSON array.
    List(Arc<Form>),
    /// The elements of a JSON array, one by one.
    Tuple(Arc<[Arc<Form>]>),
    /// All members of a JSON object.
    Map(Arc<Form>),
    /// A document of type `json`.
    Json(Arc<Form>),
    /// A document of type `jsonb`.
    Jsonb(Arc<Form>),
    /// The text form of what is inside.
    Text(Arc<Form>),
}

/// A value that does not have the form that was expected of it, or too large a one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfit;

impl Form {
    /// Whether a result of this type can have this form.
    pub fn is_of_type(&self, type_oid: u32) -> bool {
        match self {
            Form::Json(_) => type_oid == oid::JSON,
            Form::Jsonb(_) => type_oid == oid::JSONB,
            Form::Text(_) => is_text_like(type_oid),
            // Types of users' own, and of arrays of them, have no fixed numbers; their values say what they are.
            Form::Array(_) | Form::Row(_) => !matches!(type_oid, oid::JSON | oid::JSONB) && !is_text_like(type_oid),
            _ => false,
        }
    }

    /// Whether nothing in it changes.
    pub fn keeps_all(&self) -> bool {
        match self {
            Form::Keep => true,
            Form::Null | Form::Mask { .. } => false,
            Form::Row(fields) => fields.iter().all(|(_, field)| field.keeps_all()),
            Form::Tuple(parts) => parts.iter().all(|part| part.keeps_all()),
            Form::Array(of) | Form::List(of) | Form::Map(of) | Form::Json(of) | Form::Jsonb(of) | Form::Text(of) => {
                of.keeps_all()
            }
        }
    }

    /// Calls `visit` with every part that is no row, array or document itself.
    pub fn for_each_leaf<'a>(&'a self, visit: &mut dyn FnMut(&'a Form)) {
        match self {
            Form::Keep | Form::Null | Form::Mask { .. } => visit(self),
            Form::Row(fields) => fields.iter().for_each(|(_, field)| field.for_each_leaf(visit)),
            Form::Tuple(parts) => parts.iter().for_each(|part| part.for_each_leaf(visit)),
            Form::Array(of) | Form::List(of) | Form::Map(of) | Form::Json(of) | Form::Jsonb(of) | Form::Text(of) => {
                of.for_each_leaf(visit);
            }
        }
    }
}

/// Rewrites one value as it comes in.
#[derive(Debug)]
pub struct Rewriter(Kind);

#[derive(Debug)]
enum Kind {
    Keep(Bounded),
    Null,
    Mask(Leaf),
    TextArray(Box<TextArray>),
    BinaryArray(Box<BinaryArray>),
    TextRow(Box<TextRow>),
    BinaryRow(Box<BinaryRow>),
    Document(Box<DocumentRewriter>),
}

impl Rewriter {
    /// For a value of this form. Where the value comes with its type, as in the binary forms, that counts.
    pub fn new(form: &Arc<Form>, type_oid: Option<u32>, format: Format) -> Rewriter {
        Rewriter(match (&**form, format) {
            (Form::Keep, _) => Kind::Keep(Bounded::default()),
            (
                Form::Mask {
                    mask, type_oid: own, ..
                },
                _,
            ) => Kind::Mask(Leaf::new(mask, type_oid.unwrap_or(*own), format)),
            (Form::Array(element), Format::Text) => Kind::TextArray(Box::new(TextArray::new(element))),
            (Form::Array(element), Format::Binary) => Kind::BinaryArray(Box::new(BinaryArray::new(element))),
            (Form::Row(fields), Format::Text) => Kind::TextRow(Box::new(TextRow::new(fields))),
            (Form::Row(fields), Format::Binary) => Kind::BinaryRow(Box::new(BinaryRow::new(fields))),
            (Form::Json(content), _) => Kind::Document(Box::new(DocumentRewriter::new(content, false))),
            (Form::Jsonb(content), _) => {
                Kind::Document(Box::new(DocumentRewriter::new(content, format == Format::Binary)))
            }
            (Form::Text(of), _) => return Rewriter::new(of, None, Format::Text),
            // Parts of documents have no form of their own.
            (Form::Null | Form::List(_) | Form::Tuple(_) | Form::Map(_), _) => Kind::Null,
        })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Unfit`]: nothing of the value may be shown.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Unfit> {
        match &mut self.0 {
            Kind::Keep(kept) => kept.extend(bytes),
            Kind::Null => Ok(()),
            Kind::Mask(leaf) => {
                leaf.push(bytes);
                Ok(())
            }
            Kind::TextArray(array) => array.push(bytes),
            Kind::BinaryArray(array) => array.push(bytes),
            Kind::TextRow(row) => row.push(bytes),
            Kind::BinaryRow(row) => row.push(bytes),
            Kind::Document(document) => document.push(bytes),
        }
    }

    /// Appends the rewritten value; `false` if it is NULL, and nothing was appended.
    ///
    /// # Errors
    /// [`Unfit`]: the value ends too early.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<bool, Unfit> {
        let whole = match self.0 {
            Kind::Keep(kept) => kept,
            Kind::Null => return Ok(false),
            Kind::Mask(leaf) => return Ok(leaf.finish(out)),
            Kind::TextArray(array) => array.finish()?,
            Kind::BinaryArray(array) => array.finish()?,
            Kind::TextRow(row) => row.finish()?,
            Kind::BinaryRow(row) => row.finish()?,
            Kind::Document(document) => document.finish()?,
        };
        out.extend_from_slice(&whole.0);
        Ok(true)
    }
}

/// A value to mask, as far as it has come.
#[derive(Debug)]
struct Leaf {
    mask: Arc<ColumnMask>,
    type_oid: u32,
    format: Format,
    bytes: Vec<u8>,
    is_too_long: bool,
}

impl Leaf {
    fn new(mask: &Arc<ColumnMask>, type_oid: u32, format: Format) -> Self {
        Leaf {
            mask: mask.clone(),
            type_oid,
            format,
            bytes: Vec::new(),
            is_too_long: false,
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.is_too_long |= self.bytes.len() + bytes.len() > MASKED_FIELD_BYTES_MAX;
        if self.is_too_long {
            self.bytes = Vec::new();
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn finish(&self, out: &mut Vec<u8>) -> bool {
        let masked = match self.is_too_long {
            true => self.mask.apply_to_long(self.type_oid, self.format, out),
            false => self.mask.apply(self.type_oid, self.format, &self.bytes, out),
        };
        masked == Masked::Value
    }
}

/// What is written so far.
#[derive(Debug, Default)]
struct Bounded(Vec<u8>);

impl Bounded {
    fn extend(&mut self, bytes: &[u8]) -> Result<(), Unfit> {
        if self.0.len() + bytes.len() > MASKED_FORM_BYTES_MAX {
            return Err(Unfit);
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn push(&mut self, byte: u8) -> Result<(), Unfit> {
        self.extend(&[byte])
    }
}
