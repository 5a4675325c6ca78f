//! The rows that are coming in now.

use std::sync::Arc;

use crate::plan::{PlannedColumn, RowMask};
use crate::sql::{CopyFormat, CopyOptions, ForceQuote};
use crate::wire::copy::{BinaryRewriter, CopyRewriter, CsvRewriter, TextRewriter};
use crate::wire::frame;
use crate::wire::row::{self, FieldRewriter};
use crate::wire::tag::reply;

use super::Violation;

/// Bytes of a DataRow that are held at most to rewrite it whole.
pub(super) const ROW_BYTES_MAX: usize = 8 << 20;

/// What is done with them.
#[derive(Debug, Default)]
pub(super) enum Rows {
    /// None are expected.
    #[default]
    None,
    /// DataRows under this mask.
    Data(Arc<RowMask>),
    /// CopyData that passes.
    CopyPass,
    /// CopyData that is rewritten.
    Copy {
        mask: Arc<RowMask>,
        rewriter: Box<CopyRewriter>,
    },
}

impl Rows {
    pub(super) fn for_copy(options: &CopyOptions, columns: &[PlannedColumn], mask: RowMask) -> Self {
        if !mask.rewrites() {
            return Rows::CopyPass;
        }
        let rewriter = match options.format {
            CopyFormat::Text => CopyRewriter::Text(TextRewriter::new(options.delimiter, options.header)),
            CopyFormat::Csv => CopyRewriter::Csv(CsvRewriter::new(
                options.delimiter,
                options.quote,
                options.escape,
                options.null.clone(),
                options.header,
                forced_fields(&options.force_quote, columns),
            )),
            CopyFormat::Binary => CopyRewriter::Binary(BinaryRewriter::new()),
        };
        Rows::Copy {
            mask: Arc::new(mask),
            rewriter: Box::new(rewriter),
        }
    }

    /// One whole DataRow frame.
    pub(super) fn data_row(&self, whole: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        let Rows::Data(mask) = self else {
            return Err(Violation::Unexpected { tag: 'D' });
        };
        if !mask.rewrites() {
            out.extend_from_slice(whole);
            return Ok(());
        }
        let at = frame::start(out, reply::DATA_ROW);
        row::rewrite(&whole[frame::HEADER_BYTES..], &**mask, out)?;
        frame::finish(out, at);
        Ok(())
    }

    /// Bytes of COPY data, one frame in and one out.
    pub(super) fn copy_data(&mut self, body: &[u8], out: &mut Vec<u8>) -> Result<(), Violation> {
        let at = frame::start(out, reply::COPY_DATA);
        match self {
            Rows::CopyPass => out.extend_from_slice(body),
            Rows::Copy { mask, rewriter } => rewriter.push(body, &**mask, out)?,
            Rows::None | Rows::Data(_) => return Err(Violation::Unexpected { tag: 'd' }),
        }
        // A piece of a masked field may have been held back whole.
        if out.len() == at + frame::HEADER_BYTES && !body.is_empty() {
            out.truncate(at);
        } else {
            frame::finish(out, at);
        }
        Ok(())
    }

    /// The head of a DataRow that is too large to be held: what is written, and how many of the bytes that follow are
    /// dropped before the rest passes.
    pub(super) fn large_row(&self, head: &[u8], body_bytes: usize, out: &mut Vec<u8>) -> Result<usize, Violation> {
        let Rows::Data(mask) = self else {
            return Err(Violation::Unexpected { tag: 'D' });
        };
        let mut rewritten = Vec::with_capacity(head.len());
        let cut = row::rewrite_head(head, &**mask, &mut rewritten)?;
        if mask.last_rewritten().is_some_and(|last| last > cut.field) {
            return Err(Violation::RowTooLarge);
        }
        let dropped = if mask.keeps(cut.field) { 0 } else { cut.bytes_to_come };
        let body_bytes = rewritten.len() + (body_bytes - head.len()) - dropped;
        out.push(reply::DATA_ROW);
        let length = u32::try_from(body_bytes + 4).map_err(|_| Violation::RowTooLarge)?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&rewritten);
        Ok(dropped)
    }
}

fn forced_fields(force_quote: &ForceQuote, columns: &[PlannedColumn]) -> Vec<bool> {
    let is_forced = |column: &PlannedColumn| match force_quote {
        ForceQuote::None => false,
        ForceQuote::All => true,
        ForceQuote::Columns(names) => names.contains(&column.label),
    };
    columns.iter().map(is_forced).collect()
}
