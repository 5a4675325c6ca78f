//! Rows in text and binary form.
//!
//! Sources: `record_out` and `record_send` in PostgreSQL's `rowtypes.c`.

use std::sync::Arc;

use crate::value::Format;

use super::array::{Gathered, Sized, is_space, number, put_sized};
use super::{Bounded, Form, Rewriter, Unfit};

type Fields = Arc<[(Box<str>, Arc<Form>)]>;

/// Rewrites `(…)` as it comes in.
#[derive(Debug)]
pub(super) struct TextRow {
    fields: Fields,
    at: usize,
    place: Place,
    out: Bounded,
}

#[derive(Debug)]
enum Place {
    Before,
    /// At the start of a field; one that ends here is NULL.
    Start,
    Field {
        value: Box<Rewriter>,
        quotes: Quotes,
    },
    End,
}

/// Where quotes are concerned.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Quotes {
    Outside,
    Inside,
    /// Behind a quote that may be the first of two.
    AfterQuote,
    /// Behind a backslash.
    Escaped,
}

impl TextRow {
    pub(super) fn new(fields: &Fields) -> Self {
        TextRow {
            fields: fields.clone(),
            at: 0,
            place: Place::Before,
            out: Bounded::default(),
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Unfit> {
        bytes.iter().try_for_each(|byte| self.byte(*byte))
    }

    pub(super) fn finish(self) -> Result<Bounded, Unfit> {
        match self.place {
            Place::End if self.at == self.fields.len() => Ok(self.out),
            _ => Err(Unfit),
        }
    }

    fn byte(&mut self, byte: u8) -> Result<(), Unfit> {
        match std::mem::replace(&mut self.place, Place::End) {
            Place::Before if byte == b'(' => {
                self.place = Place::Start;
                self.out.push(byte)
            }
            Place::Start => match byte {
                b')' if self.fields.is_empty() => self.out.push(byte),
                b',' | b')' => self.next(byte),
                _ => {
                    let form = &self.fields.get(self.at).ok_or(Unfit)?.1;
                    let value = Box::new(Rewriter::new(form, None, Format::Text));
                    self.field(byte, value, Quotes::Outside)
                }
            },
            Place::Field { value, quotes } => self.field(byte, value, quotes),
            Place::Before | Place::End => Err(Unfit),
        }
    }

    fn field(&mut self, byte: u8, mut value: Box<Rewriter>, quotes: Quotes) -> Result<(), Unfit> {
        let quotes = match (quotes, byte) {
            (Quotes::Outside | Quotes::AfterQuote, b',' | b')') => {
                self.put(*value)?;
                return self.next(byte);
            }
            (Quotes::Outside, b'"') => Quotes::Inside,
            (Quotes::Inside, b'"') => Quotes::AfterQuote,
            (Quotes::Inside, b'\\') => Quotes::Escaped,
            (Quotes::AfterQuote, b'"') | (Quotes::Inside | Quotes::Escaped, _) => {
                value.push(&[byte])?;
                Quotes::Inside
            }
            (Quotes::Outside, b'\\' | b'(') | (Quotes::AfterQuote, _) => return Err(Unfit),
            (Quotes::Outside, _) => {
                value.push(&[byte])?;
                Quotes::Outside
            }
        };
        self.place = Place::Field { value, quotes };
        Ok(())
    }

    fn next(&mut self, byte: u8) -> Result<(), Unfit> {
        self.at += 1;
        self.place = match byte {
            b',' if self.at < self.fields.len() => Place::Start,
            b')' if self.at == self.fields.len() => Place::End,
            _ => return Err(Unfit),
        };
        self.out.push(byte)
    }

    /// Writes a field as `record_out` does.
    fn put(&mut self, value: Rewriter) -> Result<(), Unfit> {
        let mut masked = Vec::new();
        if !value.finish(&mut masked)? {
            return Ok(());
        }
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | b'(' | b')' | b',') || is_space(*byte);
        if !masked.is_empty() && !masked.iter().any(is_special) {
            return self.out.extend(&masked);
        }
        self.out.push(b'"')?;
        for byte in masked {
            if matches!(byte, b'"' | b'\\') {
                self.out.push(byte)?;
            }
            self.out.push(byte)?;
        }
        self.out.push(b'"')
    }
}

/// Rewrites the binary form as it comes in.
#[derive(Debug)]
pub(super) struct BinaryRow {
    fields: Fields,
    at: usize,
    gathered: Gathered,
    stage: Stage,
    out: Bounded,
}

#[derive(Debug)]
enum Stage {
    Count,
    /// Type and length of a field.
    Head,
    Value(Sized),
}

impl BinaryRow {
    pub(super) fn new(fields: &Fields) -> Self {
        BinaryRow {
            fields: fields.clone(),
            at: 0,
            gathered: Gathered::default(),
            stage: Stage::Count,
            out: Bounded::default(),
        }
    }

    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<(), Unfit> {
        while !bytes.is_empty() {
            match &mut self.stage {
                Stage::Count => {
                    let Some(count) = self.gathered.take(&mut bytes, 4) else {
                        break;
                    };
                    if usize::try_from(number(&count)) != Ok(self.fields.len()) {
                        return Err(Unfit);
                    }
                    self.out.extend(&count)?;
                    self.stage = Stage::Head;
                }
                Stage::Head => {
                    let Some(head) = self.gathered.take(&mut bytes, 8) else {
                        break;
                    };
                    self.head(&head)?;
                }
                Stage::Value(value) => {
                    if value.take(&mut bytes)? {
                        self.end()?;
                    }
                }
            }
        }
        Ok(())
    }

    fn head(&mut self, head: &[u8]) -> Result<(), Unfit> {
        let form = &self.fields.get(self.at).ok_or(Unfit)?.1;
        let (type_oid, length) = (number(head).cast_unsigned(), number(&head[4..]));
        self.out.extend(&head[..4])?;
        if length == -1 {
            self.at += 1;
            return self.out.extend(&head[4..]);
        }
        let left = usize::try_from(length).map_err(|_| Unfit)?;
        let value = Rewriter::new(form, Some(type_oid), Format::Binary);
        self.stage = Stage::Value(Sized { value, left });
        if left == 0 { self.end() } else { Ok(()) }
    }

    fn end(&mut self) -> Result<(), Unfit> {
        if let Stage::Value(value) = std::mem::replace(&mut self.stage, Stage::Head) {
            put_sized(value.value, &mut self.out)?;
        }
        self.at += 1;
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Bounded, Unfit> {
        match self.stage {
            Stage::Head if self.at == self.fields.len() => Ok(self.out),
            _ => Err(Unfit),
        }
    }
}
