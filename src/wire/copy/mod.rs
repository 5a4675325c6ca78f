//! COPY … TO STDOUT data as a stream: text, csv and binary.
//!
//! The stream may be cut anywhere: the rewriters keep what they need of a field that is not complete, and no more
//! than [`HELD_BYTES_MAX`] of it. Source: PostgreSQL docs, COPY, "File Formats".

mod binary;
mod csv;
mod text;

use super::read::Malformed;
use super::row::FieldRewriter;

pub use binary::BinaryRewriter;
pub use csv::CsvRewriter;
pub use text::TextRewriter;

/// The longest value of a masked field that is looked at, in bytes as sent; a longer one is redacted whole.
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
}

impl Held {
    fn add(&mut self, bytes: &[u8]) {
        if self.bytes.len() + bytes.len() > HELD_BYTES_MAX {
            self.oversize = true;
            self.bytes = Vec::new();
        }
        if !self.oversize {
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.oversize
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.oversize = false;
    }
}

#[cfg(test)]
mod tests;
