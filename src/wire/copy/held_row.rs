//! Rows that are held back until all is known of them that their fields are rewritten by.

use std::cell::RefCell;

use super::super::read::Malformed;
use super::super::row::{FieldRewriter, InRow, RowValues};
use super::HELD_BYTES_MAX;

/// Bytes of kept fields of one row that are held at most. Of a larger row, fields that are rewritten by others are redacted.
/// Fields that are rewritten do not count: what becomes of a row must not tell of their size.
const KEPT_BYTES_MAX: usize = 8 << 20;

/// A row, as far as it has come.
#[derive(Debug, Default)]
pub(super) struct HeldRow {
    bytes: Vec<u8>,
    /// Of the fields that are whole: where each ends in `bytes`, its separator with it, and whether it is too large to be
    /// looked at.
    fields: Vec<(usize, bool)>,
    /// Fields of the row that have gone out already.
    gone: usize,
    /// The field that is coming in is too large to be looked at.
    is_large: bool,
    kept: usize,
}

/// How one field is written.
pub(super) trait FieldFormat {
    /// Bytes behind each field that do not belong to it.
    const SEPARATOR_BYTES: usize;

    /// Appends what becomes of a field that is rewritten, without what separates it from the next.
    fn put<F: FieldRewriter>(&mut self, index: usize, raw: &[u8], is_large: bool, fields: &F, out: &mut Vec<u8>);
}

impl HeldRow {
    /// Adds the next bytes of the field that is coming in.
    pub(super) fn add(&mut self, bytes: &[u8], keeps: bool) {
        let start = self.fields.last().map_or(0, |(end, _)| *end);
        if keeps {
            self.kept += bytes.len();
        } else if self.is_large || self.bytes.len() - start + bytes.len() > HELD_BYTES_MAX {
            self.is_large = true;
            self.bytes.truncate(start);
            return;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The field is whole.
    pub(super) fn end_field(&mut self, separator: &[u8]) {
        self.bytes.extend_from_slice(separator);
        self.fields.push((self.bytes.len(), std::mem::take(&mut self.is_large)));
    }

    /// The row is whole.
    pub(super) fn put_row<T: FieldFormat>(&mut self, format: &mut T, fields: &impl FieldRewriter, out: &mut Vec<u8>) {
        if self.gone > 0 {
            self.put_fields(format, fields, out);
        } else {
            let values = self.values(format, fields);
            let mut row = RowValues::default();
            values
                .iter()
                .for_each(|(index, value)| row.add(*index, value.as_deref()));
            self.put_fields(format, &InRow { fields, row: &row }, out);
        }
        self.gone = 0;
        self.kept = 0;
    }

    /// Lets go what is held of a row that is too large, the kept field that is coming in with it.
    pub(super) fn relieve<T: FieldFormat>(
        &mut self,
        format: &mut T,
        keeps: bool,
        fields: &impl FieldRewriter,
        out: &mut Vec<u8>,
    ) {
        if self.kept <= KEPT_BYTES_MAX {
            return;
        }
        let whole = self.fields.last().map_or(0, |(end, _)| *end);
        let coming = self.bytes.split_off(whole);
        self.put_fields(format, fields, out);
        match keeps {
            true => out.extend_from_slice(&coming),
            false => self.bytes = coming,
        }
    }

    fn put_fields<T: FieldFormat>(&mut self, format: &mut T, fields: &impl FieldRewriter, out: &mut Vec<u8>) {
        let mut start = 0;
        for (end, is_large) in self.fields.drain(..) {
            let (raw, separator) = self.bytes[start..end].split_at(end - start - T::SEPARATOR_BYTES);
            match fields.keeps(self.gone) {
                true => out.extend_from_slice(raw),
                false => format.put(self.gone, raw, is_large, fields, out),
            }
            out.extend_from_slice(separator);
            self.gone += 1;
            start = end;
        }
        self.bytes.clear();
    }

    /// What is read of the row. Fields that are too large are left out.
    fn values<T: FieldFormat>(&self, format: &mut T, fields: &impl FieldRewriter) -> Vec<(usize, Option<Vec<u8>>)> {
        let (mut values, mut start, mut unused) = (Vec::new(), 0, Vec::new());
        for (index, (end, is_large)) in self.fields.iter().enumerate() {
            if fields.is_read(index) && !is_large {
                let reader = FieldReader::default();
                let raw = &self.bytes[start..end - T::SEPARATOR_BYTES];
                format.put(index, raw, false, &reader, &mut unused);
                values.push((index, reader.value.into_inner()));
                unused.clear();
            }
            start = *end;
        }
        values
    }
}

/// Rewrites nothing, and remembers what it was shown; nothing for NULL.
#[derive(Default)]
struct FieldReader {
    value: RefCell<Option<Vec<u8>>>,
}

impl FieldRewriter for FieldReader {
    fn field_count(&self) -> usize {
        1
    }

    fn keeps(&self, _index: usize) -> bool {
        false
    }

    fn rewrite(&self, _index: usize, value: &[u8], _out: &mut Vec<u8>) -> bool {
        self.value.replace(Some(value.to_vec()));
        false
    }

    fn redact(&self, _index: usize, _out: &mut Vec<u8>) -> bool {
        false
    }

    fn replaces_null(&self, _index: usize) -> bool {
        false
    }
}

/// A format whose fields and rows end at a byte.
pub(super) trait Delimited: FieldFormat {
    /// Position of the byte that ends the field at `from`.
    fn field_end(&mut self, data: &[u8], from: usize) -> Option<usize>;

    /// Goes on to the next field, or row.
    fn end_field(&mut self, ends_row: bool, count: usize) -> Result<(), Malformed>;

    /// The field that is coming in; none in a header.
    fn field(&self) -> Option<usize>;

    /// What is held of the row.
    fn row(&mut self) -> &mut HeldRow;
}

/// Rewrites fields by others of their row.
pub(super) fn push<T: Delimited>(
    format: &mut T,
    data: &[u8],
    fields: &impl FieldRewriter,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let mut row = std::mem::take(format.row());
    let mut at = 0;
    while at < data.len() {
        let field = format.field();
        let keeps = field.is_none_or(|field| field >= fields.field_count() || fields.keeps(field));
        let end = format.field_end(data, at);
        let piece = &data[at..end.unwrap_or(data.len())];
        at += piece.len() + 1;
        if field.is_none() {
            out.extend_from_slice(piece);
        } else {
            row.add(piece, keeps);
        }
        let Some(end) = end else {
            row.relieve(format, keeps, fields, out);
            break;
        };
        let ends_row = data[end] == b'\n';
        format.end_field(ends_row, fields.field_count())?;
        if field.is_none() {
            out.push(data[end]);
            continue;
        }
        row.end_field(&data[end..=end]);
        match ends_row {
            true => row.put_row(format, fields, out),
            false => row.relieve(format, keeps, fields, out),
        }
    }
    *format.row() = row;
    Ok(())
}
