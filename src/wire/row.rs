//! RowDescription and DataRow.

use std::fmt::Debug;

use super::read::{Malformed, Reader};

/// One field of a RowDescription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Output label.
    pub label: &'a [u8],
    /// OID of the relation whose plain column this is; 0 for anything computed.
    pub table_oid: u32,
    /// `attnum` in that relation; 0 for a whole row.
    pub attribute: i16,
    /// Type of the values.
    pub type_oid: u32,
    /// 0 text, 1 binary. Always 0 when a statement rather than a portal is described.
    pub format: i16,
}

/// Reads the body of a RowDescription.
pub fn description(body: &[u8]) -> Result<Vec<Field<'_>>, Malformed> {
    let mut reader = Reader::new(body);
    let count = reader.int16()?;
    let mut fields = Vec::with_capacity(usize::try_from(count).map_err(|_| Malformed("negative field count"))?);
    for _ in 0..count {
        let label = reader.string()?;
        let table_oid = reader.int32()?.cast_unsigned();
        let attribute = reader.int16()?;
        let type_oid = reader.int32()?.cast_unsigned();
        reader.bytes(6)?; // type size, type modifier
        let format = reader.int16()?;
        fields.push(Field {
            label,
            table_oid,
            attribute,
            type_oid,
            format,
        });
    }
    reader.end()?;
    Ok(fields)
}

/// What happens to one field of each row.
pub trait FieldRewriter {
    /// How many fields a row must have.
    fn field_count(&self) -> usize;
    /// Whether field `index` is passed on unchanged.
    fn keeps(&self, index: usize) -> bool;
    /// Appends the replacement of a value that is not NULL. Returns `false` if the field becomes NULL.
    fn rewrite(&self, index: usize, value: &[u8], out: &mut Vec<u8>) -> bool;
    /// Whether values of some fields are rewritten by others of the row, see [`FieldRewriter::rewrite_in_row`].
    fn reads_row(&self) -> bool {
        false
    }
    /// Whether others are rewritten by this one.
    fn is_read(&self, _index: usize) -> bool {
        false
    }
    /// As [`FieldRewriter::rewrite`], with what is read of the row.
    fn rewrite_in_row(&self, index: usize, value: &[u8], _row: &RowValues<'_>, out: &mut Vec<u8>) -> bool {
        self.rewrite(index, value, out)
    }
    /// For a field that is rewritten as it comes in, however large it is: what does so. It has no limit of its own on what
    /// comes in; others are redacted where they are too large.
    fn piecewise(&self, _index: usize) -> Option<Box<dyn Piecewise>> {
        None
    }
    /// Appends what stands in for a value too large to be looked at. Returns `false` if the field becomes NULL.
    fn redact(&self, index: usize, out: &mut Vec<u8>) -> bool;
    /// Whether NULL is replaced too, by [`FieldRewriter::redact`]: whether a computed value is NULL can tell as much as the value.
    fn replaces_null(&self, index: usize) -> bool;
}

/// The fields of one row that others are rewritten by, as they came.
#[derive(Debug, Clone, Default)]
pub struct RowValues<'a> {
    values: Vec<(usize, Option<&'a [u8]>)>,
}

impl<'a> RowValues<'a> {
    /// Adds a field; `None` for NULL.
    pub fn add(&mut self, index: usize, value: Option<&'a [u8]>) {
        self.values.push((index, value));
    }

    /// The value of a field, or NULL; `None` if it is not known.
    pub fn value(&self, index: usize) -> Option<Option<&'a [u8]>> {
        let mut values = self.values.iter();
        values.find(|(at, _)| *at == index).map(|(_, value)| *value)
    }
}

/// A rewriter with a row in sight.
pub struct InRow<'a, F> {
    /// What happens to the fields.
    pub fields: &'a F,
    /// What is read of the row.
    pub row: &'a RowValues<'a>,
}

impl<F: FieldRewriter> FieldRewriter for InRow<'_, F> {
    fn field_count(&self) -> usize {
        self.fields.field_count()
    }

    fn keeps(&self, index: usize) -> bool {
        self.fields.keeps(index)
    }

    fn rewrite(&self, index: usize, value: &[u8], out: &mut Vec<u8>) -> bool {
        self.fields.rewrite_in_row(index, value, self.row, out)
    }

    fn redact(&self, index: usize, out: &mut Vec<u8>) -> bool {
        self.fields.redact(index, out)
    }

    fn replaces_null(&self, index: usize) -> bool {
        self.fields.replaces_null(index)
    }
}

/// As [`rewrite`], where [`FieldRewriter::reads_row`] says that fields are rewritten by others.
pub fn rewrite_in_row(body: &[u8], fields: &impl FieldRewriter, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let mut reader = Reader::new(body);
    reader.int16()?;
    let mut row = RowValues::default();
    for index in 0..fields.field_count() {
        let length = reader.int32()?;
        let value = match usize::try_from(length) {
            Ok(length) => Some(reader.bytes(length)?),
            Err(_) => None,
        };
        if fields.is_read(index) {
            row.add(index, value);
        }
    }
    rewrite(body, &InRow { fields, row: &row }, out)
}

/// Rewrites one value that comes in pieces.
pub trait Piecewise: Debug + Send {
    /// Takes the next piece.
    fn push(&mut self, bytes: &[u8]);
    /// Appends the replacement of the whole value. Returns `false` if the field becomes NULL.
    fn finish(self: Box<Self>, out: &mut Vec<u8>) -> bool;
}

/// Rewrites the body of a DataRow into `out` (body only).
///
/// The row is walked, not decoded: spans of kept fields are copied in one piece.
pub fn rewrite(body: &[u8], fields: &impl FieldRewriter, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let count = Reader::new(body).int16()?;
    if usize::try_from(count) != Ok(fields.field_count()) {
        return Err(Malformed("row with another number of fields than described"));
    }
    let mut copied = 0; // everything before it is in `out`
    let mut at = 2;
    for index in 0..fields.field_count() {
        let Some(head) = body.get(at..).and_then(|rest| rest.first_chunk::<4>()) else {
            return Err(Malformed("row too short"));
        };
        let length = i32::from_be_bytes(*head);
        let value_at = at + 4;
        if length < 0 {
            if !fields.keeps(index) && fields.replaces_null(index) {
                out.extend_from_slice(&body[copied..at]);
                put_redacted(fields, index, out);
                copied = value_at;
            }
            at = value_at;
            continue;
        }
        let next = value_at + usize::try_from(length).map_err(|_| Malformed("field length"))?;
        let value = body.get(value_at..next).ok_or(Malformed("field longer than its row"))?;
        if !fields.keeps(index) {
            out.extend_from_slice(&body[copied..at]);
            put_field(fields, index, value, out);
            copied = next;
        }
        at = next;
    }
    if at != body.len() {
        return Err(Malformed("bytes behind the last field"));
    }
    out.extend_from_slice(&body[copied..]);
    Ok(())
}

/// Appends the length word and the rewritten value of one field.
pub fn put_field(fields: &impl FieldRewriter, index: usize, value: &[u8], out: &mut Vec<u8>) {
    put_prefixed(out, |out| fields.rewrite(index, value, out));
}

/// Appends the length word and the value that has come in pieces.
pub fn put_finished(field: Box<dyn Piecewise>, out: &mut Vec<u8>) {
    put_prefixed(out, |out| field.finish(out));
}

/// Appends the length word and the redaction of one field.
pub fn put_redacted(fields: &impl FieldRewriter, index: usize, out: &mut Vec<u8>) {
    put_prefixed(out, |out| fields.redact(index, out));
}

fn put_prefixed(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> bool) {
    let length_at = out.len();
    out.extend_from_slice(&[0; 4]);
    if write(out) {
        let length = i32::try_from(out.len() - length_at - 4).unwrap_or(i32::MAX);
        out[length_at..length_at + 4].copy_from_slice(&length.to_be_bytes());
    } else {
        out.truncate(length_at);
        out.extend_from_slice(&(-1i32).to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Second;
    impl FieldRewriter for Second {
        fn field_count(&self) -> usize {
            3
        }
        fn keeps(&self, index: usize) -> bool {
            index != 1
        }
        fn rewrite(&self, _: usize, value: &[u8], out: &mut Vec<u8>) -> bool {
            if value == b"null me" {
                return false;
            }
            out.extend_from_slice(b"mask");
            true
        }
        fn redact(&self, _: usize, _: &mut Vec<u8>) -> bool {
            false
        }
        fn replaces_null(&self, _: usize) -> bool {
            false
        }
    }

    fn row(fields: &[Option<&[u8]>]) -> Vec<u8> {
        let mut body = i16::try_from(fields.len()).unwrap().to_be_bytes().to_vec();
        for field in fields {
            match field {
                Some(value) => {
                    body.extend_from_slice(&i32::try_from(value.len()).unwrap().to_be_bytes());
                    body.extend_from_slice(value);
                }
                None => body.extend_from_slice(&(-1i32).to_be_bytes()),
            }
        }
        body
    }

    #[test]
    fn only_the_named_field_changes() {
        let mut out = Vec::new();
        rewrite(&row(&[Some(b"a"), Some(b"secret"), None]), &Second, &mut out).unwrap();
        assert_eq!(out, row(&[Some(b"a"), Some(b"mask"), None]));
        out.clear();
        rewrite(&row(&[Some(b"a"), Some(b"null me"), Some(b"z")]), &Second, &mut out).unwrap();
        assert_eq!(out, row(&[Some(b"a"), None, Some(b"z")]));
        out.clear();
        rewrite(&row(&[None, None, None]), &Second, &mut out).unwrap();
        assert_eq!(out, row(&[None, None, None]));
    }

    #[test]
    fn rows_that_lie_are_errors() {
        let good = row(&[Some(b"a"), Some(b"secret"), None]);
        for cut in 0..good.len() {
            assert!(rewrite(&good[..cut], &Second, &mut Vec::new()).is_err(), "cut at {cut}");
        }
        let mut long = good.clone();
        long.push(0);
        assert!(rewrite(&long, &Second, &mut Vec::new()).is_err());
        assert!(rewrite(&row(&[Some(b"a"), Some(b"b")]), &Second, &mut Vec::new()).is_err());
    }
}
