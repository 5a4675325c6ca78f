//! What is done with each field of a row, resolved for the types and formats of one result.

use std::sync::Arc;

use crate::mask::{ColumnMask, MASKED_FIELD_BYTES_MAX, Masked, redaction};
use crate::value::Format;
use crate::wire::row::FieldRewriter;

/// What is done with one field of every row.
#[derive(Debug, Clone)]
pub enum FieldAction {
    /// It passes.
    Keep,
    /// Its column's mask applies.
    Mask {
        /// The mask.
        mask: Arc<ColumnMask>,
        /// Type at run time.
        type_oid: u32,
        /// Text or binary.
        format: Format,
    },
    /// A constant takes its place, NULL or not.
    Redact {
        /// Type at run time; 0 where it is not known, which makes it NULL.
        type_oid: u32,
        /// Text or binary.
        format: Format,
    },
}

/// What is done with the rows of one result.
#[derive(Debug, Clone, Default)]
pub struct RowMask {
    fields: Vec<FieldAction>,
    rewrites: bool,
}

impl RowMask {
    /// From one action a field.
    pub fn new(fields: Vec<FieldAction>) -> Self {
        let rewrites = fields.iter().any(|field| !matches!(field, FieldAction::Keep));
        RowMask { fields, rewrites }
    }

    /// Whether any field changes; if not, rows pass as they are.
    pub fn rewrites(&self) -> bool {
        self.rewrites
    }

    /// The last field that changes.
    pub fn last_rewritten(&self) -> Option<usize> {
        self.fields
            .iter()
            .rposition(|field| !matches!(field, FieldAction::Keep))
    }
}

impl FieldRewriter for RowMask {
    fn field_count(&self) -> usize {
        self.fields.len()
    }

    fn keeps(&self, index: usize) -> bool {
        matches!(self.fields.get(index), Some(FieldAction::Keep))
    }

    fn rewrite(&self, index: usize, value: &[u8], out: &mut Vec<u8>) -> bool {
        match self.fields.get(index) {
            Some(FieldAction::Mask { mask, type_oid, format }) if value.len() <= MASKED_FIELD_BYTES_MAX => {
                matches!(mask.apply(*type_oid, *format, value, out), Masked::Value)
            }
            _ => self.redact(index, out),
        }
    }

    fn redact(&self, index: usize, out: &mut Vec<u8>) -> bool {
        match self.fields.get(index) {
            Some(FieldAction::Mask { type_oid, format, .. } | FieldAction::Redact { type_oid, format }) => {
                matches!(redaction(*type_oid, *format, out), Masked::Value)
            }
            _ => false,
        }
    }

    fn replaces_null(&self, index: usize) -> bool {
        matches!(self.fields.get(index), Some(FieldAction::Redact { .. }))
    }
}
