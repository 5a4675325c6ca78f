//! Text format: fields end at the delimiter, rows at a newline, a backslash escapes.

use super::super::read::Malformed;
use super::super::row::FieldRewriter;
use super::Held;
use super::held_row::{self, Delimited, FieldFormat, HeldRow};

/// Rewrites COPY text. NULL is `\N`: with another word for NULL a value could not be told from NULL, so the plan
/// refuses that over protected columns.
#[derive(Debug)]
pub struct TextRewriter {
    delimiter: u8,
    in_header: bool,
    field: usize,
    held: Held,
    /// The last byte of the previous piece was a backslash that escapes the next byte.
    escaped: bool,
    value: Vec<u8>,
    pub(super) rows: u64,
    /// Of a row whose fields are rewritten by others.
    row: HeldRow,
}

impl TextRewriter {
    /// For these options of COPY.
    pub fn new(delimiter: u8, header: bool) -> Self {
        TextRewriter {
            delimiter,
            in_header: header,
            field: 0,
            held: Held::default(),
            escaped: false,
            value: Vec::new(),
            rows: 0,
            row: HeldRow::default(),
        }
    }

    /// Position of the byte that ends the field at `from`.
    fn field_end(&mut self, data: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        if std::mem::take(&mut self.escaped) {
            at += 1;
        }
        while let Some(found) = data
            .get(at..)
            .and_then(|rest| memchr::memchr3(self.delimiter, b'\n', b'\\', rest))
        {
            at += found;
            if data[at] != b'\\' {
                return Some(at);
            }
            at += 2;
        }
        self.escaped = at > data.len();
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
                    self.held.add(&data[at..], fields, self.field, unescape_whole);
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
            self.held.add(last, fields, self.field, unescape_whole);
            &self.held.bytes
        };
        let at = out.len();
        let is_value = if let Some(mut long) = self.held.long.take() {
            self.value.clear();
            unescape(&self.held.bytes, &mut self.value);
            long.push(&self.value);
            long.finish(out)
        } else if self.held.oversize {
            fields.redact(self.field, out)
        } else if raw == b"\\N" {
            fields.replaces_null(self.field) && fields.redact(self.field, out)
        } else if memchr::memchr(b'\\', raw).is_none() {
            fields.rewrite(self.field, raw, out)
        } else {
            self.value.clear();
            unescape(raw, &mut self.value);
            fields.rewrite(self.field, &self.value, out)
        };
        if is_value {
            escape_from(at, self.delimiter, out);
        } else {
            out.truncate(at);
            out.extend_from_slice(b"\\N");
        }
        self.held.clear();
    }
}

impl FieldFormat for TextRewriter {
    const SEPARATOR_BYTES: usize = 1;

    fn put<F: FieldRewriter>(&mut self, index: usize, raw: &[u8], is_large: bool, fields: &F, out: &mut Vec<u8>) {
        let field = std::mem::replace(&mut self.field, index);
        self.held.oversize = is_large;
        self.masked_field(raw, fields, out);
        self.field = field;
    }
}

impl Delimited for TextRewriter {
    fn field_end(&mut self, data: &[u8], from: usize) -> Option<usize> {
        TextRewriter::field_end(self, data, from)
    }

    fn end_field(&mut self, ends_row: bool, count: usize) -> Result<(), Malformed> {
        TextRewriter::end_field(self, ends_row, count)
    }

    fn field(&self) -> Option<usize> {
        (!self.in_header).then_some(self.field)
    }

    fn row(&mut self) -> &mut HeldRow {
        &mut self.row
    }
}

/// Undoes the escapes of all but a backslash at the end, which may escape what comes next; how many bytes that is.
fn unescape_whole(raw: &[u8], value: &mut Vec<u8>) -> usize {
    let backslashes = raw.iter().rev().take_while(|byte| **byte == b'\\').count();
    let whole = raw.len() - backslashes % 2;
    unescape(&raw[..whole], value);
    whole
}

/// Undoes the escapes that COPY TO writes (`CopyAttributeOutText` in copyto.c): a letter for a control character,
/// otherwise the byte itself behind a backslash.
fn unescape(raw: &[u8], value: &mut Vec<u8>) {
    let mut bytes = raw.iter();
    while let Some(&byte) = bytes.next() {
        value.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'b') => 0x08,
                Some(b'f') => 0x0c,
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'v') => 0x0b,
                Some(&other) => other,
                None => b'\\',
            },
            plain => plain,
        });
    }
}

/// Escapes what stands in `out` from `at` on. Masks hardly ever write what needs it, so the value is looked over first and
/// stays where it is: copying it byte by byte took a quarter of the time of a masked row.
fn escape_from(at: usize, delimiter: u8, out: &mut Vec<u8>) {
    let needs = |byte: u8| (byte < b' ') | (byte == b'\\') | (byte == delimiter);
    if !out[at..].iter().fold(false, |found, byte| found | needs(*byte)) {
        return;
    }
    let value = out.split_off(at);
    for byte in value {
        let letter = match byte {
            0x08 => b'b',
            0x0c => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x0b => b'v',
            b'\\' => b'\\',
            _ if byte == delimiter => delimiter,
            plain => {
                out.push(plain);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', letter]);
    }
}
