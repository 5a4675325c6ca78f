//! What is done with each field of a row, resolved for the types and formats of one result.

use std::sync::Arc;

use crate::mask::{ColumnMask, Masked, redaction};
use crate::value::Format;
use crate::wire::row::{FieldRewriter, Piecewise};

use super::form::{Form, Rewriter, Unfit};
use super::plan_text;

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
    /// What it is made of passes, is masked or becomes NULL, each by itself.
    Form {
        /// What becomes of its parts.
        form: Arc<Form>,
        /// Type at run time; 0 where it is not known.
        type_oid: u32,
        /// Text or binary.
        format: Format,
    },
    /// A line or document of EXPLAIN: what it says of the size of values is blanked.
    PlanText,
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
            Some(FieldAction::PlanText) => {
                plan_text::without_sizes(value, out);
                true
            }
            Some(FieldAction::Mask { mask, type_oid, format }) => {
                matches!(mask.apply(*type_oid, *format, value, out), Masked::Value)
            }
            Some(FieldAction::Form { .. }) => match self.piecewise(index) {
                Some(mut field) => {
                    field.push(value);
                    field.finish(out)
                }
                None => self.redact(index, out),
            },
            _ => self.redact(index, out),
        }
    }

    fn piecewise(&self, index: usize) -> Option<Box<dyn Piecewise>> {
        match self.fields.get(index) {
            Some(FieldAction::Form { form, type_oid, format }) => Some(Box::new(FormField {
                rewriter: Ok(Rewriter::new(form, None, *format)),
                type_oid: *type_oid,
                format: *format,
            })),
            _ => None,
        }
    }

    fn redact(&self, index: usize, out: &mut Vec<u8>) -> bool {
        match self.fields.get(index) {
            Some(FieldAction::Mask { mask, type_oid, format }) => {
                matches!(mask.apply_to_long(*type_oid, *format, out), Masked::Value)
            }
            Some(FieldAction::Form { type_oid, format, .. } | FieldAction::Redact { type_oid, format }) => {
                matches!(redaction(*type_oid, *format, out), Masked::Value)
            }
            _ => false,
        }
    }

    fn replaces_null(&self, index: usize) -> bool {
        matches!(self.fields.get(index), Some(FieldAction::Redact { .. }))
    }
}

/// A field that is made of several values.
#[derive(Debug)]
struct FormField {
    rewriter: Result<Rewriter, Unfit>,
    type_oid: u32,
    format: Format,
}

impl Piecewise for FormField {
    fn push(&mut self, bytes: &[u8]) {
        if let Ok(rewriter) = &mut self.rewriter
            && let Err(unfit) = rewriter.push(bytes)
        {
            self.rewriter = Err(unfit);
        }
    }

    fn finish(self: Box<Self>, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let finished = self.rewriter.and_then(|rewriter| rewriter.finish(out));
        finished.unwrap_or_else(|Unfit| {
            out.truncate(start);
            redaction(self.type_oid, self.format, out) == Masked::Value
        })
    }
}
