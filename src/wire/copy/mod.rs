//! COPY … TO STDOUT data as a stream: text, csv and binary.
//!
//! The stream may be cut anywhere: the rewriters keep what they need of a field that is not complete, and no more
//! than [`HELD_BYTES_MAX`] of it. Source: PostgreSQL docs, COPY, "File Formats".

mod binary;
mod csv;
mod held_row;
mod text;

use super::read::Malformed;
use super::row::{FieldRewriter, Piecewise};

pub use binary::BinaryRewriter;
pub use csv::CsvRewriter;
pub use text::TextRewriter;

/// The longest value of a masked field that is held, in bytes as sent; a longer one is rewritten as it comes in, or else
/// redacted whole.
pub const HELD_BYTES_MAX: usize = 2 << 20;

/// How the bytes of a COPY stream are rewritten.
#[derive(Debug)]
pub enum CopyRewriter {
    /// Text format.
    Text(TextRewriter),
    /// CSV format.
    Csv(CsvRewriter),
    /// Binary format.
    Binary(BinaryRewriter),
}

impl CopyRewriter {
    /// Rewrites the next bytes of the stream, wherever it was cut, into `out`.
    pub fn push(&mut self, data: &[u8], fields: &impl FieldRewriter, out: &mut Vec<u8>) -> Result<(), Malformed> {
        match self {
            CopyRewriter::Text(text) => text.push(data, fields, out),
            CopyRewriter::Csv(csv) => csv.push(data, fields, out),
            CopyRewriter::Binary(binary) => binary.push(data, fields, out),
        }
    }

    /// Whole rows seen so far, header lines not counted.
    pub fn rows(&self) -> u64 {
        match self {
            CopyRewriter::Text(text) => text.rows,
            CopyRewriter::Csv(csv) => csv.rows,
            CopyRewriter::Binary(binary) => binary.rows,
        }
    }
}

/// The part of a masked field that has come so far.
#[derive(Debug, Default)]
struct Held {
    bytes: Vec<u8>,
    oversize: bool,
    /// What rewrites a field that is too long to be held. `bytes` is then what it has not taken yet.
    long: Option<Box<dyn Piecewise>>,
}

impl Held {
    /// Adds the next bytes of the field at `index`. `decode` appends the value that some bytes stand for and says how many of
    /// them it has read; those at the end may need what comes next.
    fn add(
        &mut self,
        bytes: &[u8],
        fields: &impl FieldRewriter,
        index: usize,
        decode: impl FnOnce(&[u8], &mut Vec<u8>) -> usize,
    ) {
        if self.oversize {
            return;
        }
        if self.long.is_none() && self.bytes.len() + bytes.len() > HELD_BYTES_MAX {
            self.long = fields.piecewise(index);
            self.oversize = self.long.is_none();
            if self.oversize {
                self.bytes = Vec::new();
                return;
            }
        }
        self.bytes.extend_from_slice(bytes);
        if let Some(long) = &mut self.long {
            let mut value = Vec::with_capacity(self.bytes.len());
            let read = decode(&self.bytes, &mut value);
            self.bytes.drain(..read);
            long.push(&value);
        }
    }

    fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.oversize && self.long.is_none()
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.oversize = false;
        self.long = None;
    }
}

#[cfg(test)]
mod tests;
