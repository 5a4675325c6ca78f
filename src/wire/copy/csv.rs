//! CSV format: a value that equals the NULL word, or holds a delimiter, quote or line end, stands in quotes.

use super::super::read::Malformed;
use super::super::row::FieldRewriter;
use super::Held;
use super::held_row::{self, Delimited, FieldFormat, HeldRow};

/// Rewrites COPY csv.
#[derive(Debug)]
pub struct CsvRewriter {
    delimiter: u8,
    quote: u8,
    escape: u8,
    null: Vec<u8>,
    /// Fields whose values stand in quotes whatever they hold.
    force_quote: Vec<bool>,
    in_header: bool,
    field: usize,
    in_quotes: bool,
    /// The previous byte inside quotes was the escape character.
    escaped: bool,
    held: Held,
    /// Of a field that is too long to be held: what has been read of it ends inside quotes.
    unquoting: bool,
    value: Vec<u8>,
    masked: Vec<u8>,
    pub(super) rows: u64,
    /// Of a row whose fields are rewritten by others.
    row: HeldRow,
}

impl CsvRewriter {
    /// For these options of COPY.
    pub fn new(delimiter: u8, quote: u8, escape: u8, null: Vec<u8>, header: bool, force_quote: Vec<bool>) -> Self {
        CsvRewriter {
            delimiter,
            quote,
            escape,
            null,
            force_quote,
            in_header: header,
            field: 0,
            in_quotes: false,
            escaped: false,
            held: Held::default(),
            unquoting: false,
            value: Vec::new(),
            masked: Vec::new(),
            rows: 0,
            row: HeldRow::default(),
        }
    }

    /// Position of the byte that ends the field at `from`.
    fn field_end(&mut self, data: &[u8], from: usize) -> Option<usize> {
        for (offset, &byte) in data[from..].iter().enumerate() {
            if self.in_quotes {
                if self.escaped {
                    self.escaped = false;
                } else if byte == self.escape && self.escape != self.quote {
                    self.escaped = true;
                } else if byte == self.quote {
                    // A doubled quote closes and opens again, which comes to the same.
                    self.in_quotes = false;
                }
            } else if byte == self.quote {
                self.in_quotes = true;
            } else if byte == self.delimiter || byte == b'\n' {
                return Some(from + offset);
            }
        }
        None
    }

    pub(super) fn push(
        &mut self,
        data: &[u8],
        fields: &impl FieldRewriter,
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        if fields.reads_row() {
            return held_row::push(self, data, fields, out);
        }
        let mut copied = 0;
        let mut at = 0;
        while at < data.len() {
            let masks = !self.in_header && self.field < fields.field_count() && !fields.keeps(self.field);
            let Some(end) = self.field_end(data, at) else {
                if masks {
                    out.extend_from_slice(&data[copied..at]);
                    self.hold(&data[at..], fields);
                    copied = data.len();
                }
                break;
            };
            if masks {
                out.extend_from_slice(&data[copied..at]);
                self.masked_field(&data[at..end], fields, out);
                copied = end;
            }
            self.end_field(data[end] == b'\n', fields.field_count())?;
            at = end + 1;
        }
        out.extend_from_slice(&data[copied..]);
        Ok(())
    }

    fn end_field(&mut self, ends_row: bool, count: usize) -> Result<(), Malformed> {
        self.field += 1;
        if !ends_row {
            return if self.field < count {
                Ok(())
            } else {
                Err(Malformed("COPY row with more fields than planned"))
            };
        }
        if self.field != count.max(1) {
            return Err(Malformed("COPY row with fewer fields than planned"));
        }
        self.field = 0;
        if !std::mem::take(&mut self.in_header) {
            self.rows += 1;
        }
        Ok(())
    }

    fn masked_field(&mut self, last: &[u8], fields: &impl FieldRewriter, out: &mut Vec<u8>) {
        let raw = if self.held.is_empty() {
            last
        } else {
            self.hold(last, fields);
            &self.held.bytes
        };
        self.masked.clear();
        let is_value = if let Some(mut long) = self.held.long.take() {
            self.value.clear();
            unquote(
                &self.held.bytes,
                self.quote,
                self.escape,
                &mut self.unquoting,
                &mut self.value,
            );
            long.push(&self.value);
            long.finish(&mut self.masked)
        } else if self.held.oversize {
            fields.redact(self.field, &mut self.masked)
        } else if raw == self.null {
            fields.replaces_null(self.field) && fields.redact(self.field, &mut self.masked)
        } else {
            self.value.clear();
            unquote(raw, self.quote, self.escape, &mut false, &mut self.value);
            fields.rewrite(self.field, &self.value, &mut self.masked)
        };
        if !is_value {
            out.extend_from_slice(&self.null);
        } else if self.needs_quotes(fields.field_count()) {
            quote(&self.masked, self.quote, self.escape, out);
        } else {
            out.extend_from_slice(&self.masked);
        }
        self.held.clear();
        self.unquoting = false;
    }

    fn hold(&mut self, bytes: &[u8], fields: &impl FieldRewriter) {
        let (quote, escape, in_quotes) = (self.quote, self.escape, &mut self.unquoting);
        self.held.add(bytes, fields, self.field, |raw, value| {
            // The last byte may be the first of two.
            let whole = raw.len().saturating_sub(1);
            unquote_some(raw, whole, (quote, escape), in_quotes, value)
        });
    }

    /// As `CopyAttributeOutCSV` in copyto.c decides. Whether the *original* stood in quotes is not looked at, because it
    /// tells whether it held a special character.
    fn needs_quotes(&self, field_count: usize) -> bool {
        self.force_quote.get(self.field) == Some(&true)
            || self.masked == self.null
            || (field_count == 1 && self.masked == b"\\.")
            || self
                .masked
                .iter()
                .any(|&byte| byte == self.delimiter || byte == self.quote || byte == b'\n' || byte == b'\r')
    }
}

impl FieldFormat for CsvRewriter {
    const SEPARATOR_BYTES: usize = 1;

    fn put<F: FieldRewriter>(&mut self, index: usize, raw: &[u8], is_large: bool, fields: &F, out: &mut Vec<u8>) {
        let field = std::mem::replace(&mut self.field, index);
        self.held.oversize = is_large;
        self.masked_field(raw, fields, out);
        self.field = field;
    }
}

impl Delimited for CsvRewriter {
    fn field_end(&mut self, data: &[u8], from: usize) -> Option<usize> {
        CsvRewriter::field_end(self, data, from)
    }

    fn end_field(&mut self, ends_row: bool, count: usize) -> Result<(), Malformed> {
        CsvRewriter::end_field(self, ends_row, count)
    }

    fn field(&self) -> Option<usize> {
        (!self.in_header).then_some(self.field)
    }

    fn row(&mut self) -> &mut HeldRow {
        &mut self.row
    }
}

fn unquote(raw: &[u8], quote: u8, escape: u8, in_quotes: &mut bool, value: &mut Vec<u8>) {
    unquote_some(raw, raw.len(), (quote, escape), in_quotes, value);
}

/// Reads up to `end`, or one byte further where two belong together; how far it has read.
fn unquote_some(raw: &[u8], end: usize, (quote, escape): (u8, u8), in_quotes: &mut bool, value: &mut Vec<u8>) -> usize {
    let mut at = 0;
    while at < end {
        let byte = raw[at];
        let next = raw.get(at + 1).filter(|next| **next == quote || **next == escape);
        match next {
            Some(next) if *in_quotes && byte == escape => {
                value.push(*next);
                at += 1;
            }
            _ if byte == quote => *in_quotes = !*in_quotes,
            _ => value.push(byte),
        }
        at += 1;
    }
    at
}

fn quote(value: &[u8], quote: u8, escape: u8, out: &mut Vec<u8>) {
    out.push(quote);
    for &byte in value {
        if byte == quote || byte == escape {
            out.push(escape);
        }
        out.push(byte);
    }
    out.push(quote);
}
