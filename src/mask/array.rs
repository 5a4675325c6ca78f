//! Arrays: the mask of the elements' type applied to each.

use super::{ColumnMask, Masked};
use crate::value::Format;
use crate::value::array::{map_binary, map_text};

/// Masks each element; NULLs, dimensions and lower bounds stay.
pub(super) struct ArrayMask {
    element: ColumnMask,
    /// What the binary form says.
    named_oid: u32,
    /// The same, domains removed.
    element_oid: u32,
}

impl ArrayMask {
    pub(super) fn new(element: ColumnMask, named_oid: u32, element_oid: u32) -> ArrayMask {
        ArrayMask {
            element,
            named_oid,
            element_oid,
        }
    }

    /// The mask of each element, and their type without domains.
    pub(super) fn element(&self) -> (&ColumnMask, u32) {
        (&self.element, self.element_oid)
    }

    pub(super) fn apply(&self, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let masked = |element: &[u8], out: &mut Vec<u8>| {
            self.element.apply(self.element_oid, format, element, out) == Masked::Value
        };
        match format {
            Format::Text => map_text(value, masked, out),
            Format::Binary => map_binary(value, self.named_oid, self.named_oid, masked, out),
        }
    }
}
