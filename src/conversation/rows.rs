//! The rows that are coming in now.

use std::sync::Arc;

use crate::plan::{PlannedColumn, RowMask};
use crate::sql::{CopyFormat, CopyOptions, ForceQuote};
use crate::wire::copy::{BinaryRewriter, CopyRewriter, CsvRewriter, TextRewriter};
use crate::wire::frame;
use crate::wire::row::{self, FieldRewriter};
use crate::wire::tag::reply;

use super::Violation;

/// Bytes of kept fields before the last masked one that are held at most: the length of a row stands before it.
pub const KEPT_BYTES_MAX: usize = 8 << 20;
/// Rewritten COPY data goes out in frames of at most this size.
const COPY_FRAME_BYTES_MAX: usize = 256 << 10;

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
        /// What has not gone out yet of the frame that is coming in.
        pending: Vec<u8>,
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
            pending: Vec::new(),
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
        let body = &whole[frame::HEADER_BYTES..];
        match mask.reads_row() {
            true => row::rewrite_in_row(body, &**mask, out)?,
            false => row::rewrite(body, &**mask, out)?,
        }
        frame::finish(out, at);
        Ok(())
    }

    /// Bytes of COPY data, of one frame or a piece of it. Where the frames that go out end is decided by what stands in
    /// them, never by the frames that came in: their length tells of masked values.
    pub(super) fn copy_data(&mut self, bytes: &[u8], ends_frame: bool, out: &mut Vec<u8>) -> Result<(), Violation> {
        let Rows::Copy {
            mask,
            rewriter,
            pending,
        } = self
        else {
            return Err(Violation::Unexpected { tag: 'd' });
        };
        rewriter.push(bytes, &**mask, pending)?;
        let whole = pending.chunks_exact(COPY_FRAME_BYTES_MAX);
        let rest = whole.remainder().len();
        whole.for_each(|piece| put_copy_data(piece, out));
        pending.drain(..pending.len() - rest);
        if ends_frame && !pending.is_empty() {
            put_copy_data(pending, out);
            pending.clear();
        }
        Ok(())
    }
}

fn put_copy_data(piece: &[u8], out: &mut Vec<u8>) {
    let at = frame::start(out, reply::COPY_DATA);
    out.extend_from_slice(piece);
    frame::finish(out, at);
}

fn forced_fields(force_quote: &ForceQuote, columns: &[PlannedColumn]) -> Vec<bool> {
    let is_forced = |column: &PlannedColumn| match force_quote {
        ForceQuote::None => false,
        ForceQuote::All => true,
        ForceQuote::Columns(names) => names.contains(&column.label),
    };
    columns.iter().map(is_forced).collect()
}
