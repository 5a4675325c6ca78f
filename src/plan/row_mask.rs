//! What is done with each field of a row, resolved for the types and formats of one result.

use std::sync::Arc;

use crate::mask::{ColumnMask, Masked, Row, RowField, redaction};
use crate::value::Format;
use crate::wire::row::{FieldRewriter, Piecewise, RowValues};

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
    /// Its column's mask applies, and reads other fields of the row.
    MaskInRow {
        /// The mask.
        mask: Arc<ColumnMask>,
        /// Type at run time.
        type_oid: u32,
        /// Text or binary.
        format: Format,
        /// Where it finds them.
        beside: Arc<[FieldBeside]>,
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

/// A field that a mask of another reads.
#[derive(Debug, Clone, Copy)]
pub struct FieldBeside {
    /// The number of its column in the table.
    pub attribute: i16,
    /// Its place in the row, from 0.
    pub field: usize,
    /// Type at run time.
    pub type_oid: u32,
    /// Text or binary.
    pub format: Format,
}

/// What is done with the rows of one result.
#[derive(Debug, Clone, Default)]
pub struct RowMask {
    fields: Vec<FieldAction>,
    rewrites: bool,
    /// For each field whether masks of others read it; empty where none is read.
    read: Vec<bool>,
}

impl RowMask {
    /// From one action a field.
    pub fn new(fields: Vec<FieldAction>) -> Self {
        let rewrites = fields.iter().any(|field| !matches!(field, FieldAction::Keep));
        let mut read = Vec::new();
        for field in &fields {
            if let FieldAction::MaskInRow { beside, .. } = field {
                read.resize(fields.len(), false);
                for beside in beside.iter() {
                    if let Some(read) = read.get_mut(beside.field) {
                        *read = true;
                    }
                }
            }
        }
        RowMask { fields, rewrites, read }
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

    fn reads_row(&self) -> bool {
        !self.read.is_empty()
    }

    fn is_read(&self, index: usize) -> bool {
        self.read.get(index) == Some(&true)
    }

    fn rewrite_in_row(&self, index: usize, value: &[u8], row: &RowValues<'_>, out: &mut Vec<u8>) -> bool {
        let Some(FieldAction::MaskInRow {
            mask,
            type_oid,
            format,
            beside,
        }) = self.fields.get(index)
        else {
            return self.rewrite(index, value, out);
        };
        let known = beside.iter().filter_map(|beside| {
            Some(RowField {
                attribute: beside.attribute,
                type_oid: beside.type_oid,
                format: beside.format,
                value: row.value(beside.field)?,
            })
        });
        let fields: Vec<RowField<'_>> = known.collect();
        matches!(
            mask.apply_in_row(*type_oid, *format, value, &Row { fields: &fields }, out),
            Masked::Value
        )
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
            Some(
                FieldAction::Mask { mask, type_oid, format }
                | FieldAction::MaskInRow {
                    mask, type_oid, format, ..
                },
            ) => {
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
