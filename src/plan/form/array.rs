//! Arrays in text and binary form.
//!
//! Sources: `array_out` and `array_send` in PostgreSQL's `arrayfuncs.c`.

use std::sync::Arc;

use crate::value::Format;

use super::{Bounded, Form, Rewriter, Unfit};

/// Rewrites `{…}` as it comes in.
#[derive(Debug)]
pub(super) struct TextArray {
    element: Arc<Form>,
    place: Place,
    depth: usize,
    out: Bounded,
}

#[derive(Debug)]
enum Place {
    /// Lower bounds, if there are any: `[0:1]=`.
    Before,
    /// At the start of an element, or of an array in the array.
    Start,
    /// Within an element without quotes: at most NULL may stand for itself.
    Plain {
        raw: Vec<u8>,
        value: Box<Rewriter>,
    },
    Quoted {
        value: Box<Rewriter>,
        is_escaped: bool,
    },
    After,
    End,
}

impl TextArray {
    pub(super) fn new(element: &Arc<Form>) -> Self {
        TextArray {
            element: element.clone(),
            place: Place::Before,
            depth: 0,
            out: Bounded::default(),
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Unfit> {
        bytes.iter().try_for_each(|byte| self.byte(*byte))
    }

    pub(super) fn finish(self) -> Result<Bounded, Unfit> {
        match self.place {
            Place::End => Ok(self.out),
            _ => Err(Unfit),
        }
    }

    fn byte(&mut self, byte: u8) -> Result<(), Unfit> {
        match std::mem::replace(&mut self.place, Place::After) {
            Place::Before => match byte {
                b'{' => self.open(),
                b'[' | b']' | b':' | b'=' | b'-' | b'+' | b'0'..=b'9' => {
                    self.place = Place::Before;
                    self.out.push(byte)
                }
                _ => Err(Unfit),
            },
            Place::Start => match byte {
                b'{' => self.open(),
                b'}' if self.out.0.last() == Some(&b'{') => self.close(),
                b'"' => {
                    let value = self.rewriter();
                    self.place = Place::Quoted {
                        value,
                        is_escaped: false,
                    };
                    Ok(())
                }
                b'}' | b',' => Err(Unfit),
                _ => {
                    let value = self.rewriter();
                    self.plain(byte, Vec::new(), value)
                }
            },
            Place::Plain { raw, value } => match byte {
                b',' | b'}' => {
                    match raw.eq_ignore_ascii_case(b"NULL") {
                        true => self.out.extend(b"NULL")?,
                        false => self.element(*value)?,
                    }
                    self.after(byte)
                }
                _ => self.plain(byte, raw, value),
            },
            Place::Quoted { mut value, is_escaped } => {
                match byte {
                    b'\\' if !is_escaped => {}
                    b'"' if !is_escaped => return self.element(*value),
                    _ => value.push(&[byte])?,
                }
                self.place = Place::Quoted {
                    value,
                    is_escaped: byte == b'\\' && !is_escaped,
                };
                Ok(())
            }
            Place::After => self.after(byte),
            Place::End => Err(Unfit),
        }
    }

    fn rewriter(&self) -> Box<Rewriter> {
        Box::new(Rewriter::new(&self.element, None, Format::Text))
    }

    fn plain(&mut self, byte: u8, mut raw: Vec<u8>, mut value: Box<Rewriter>) -> Result<(), Unfit> {
        const NULL_BYTES: usize = 4;
        if raw.len() <= NULL_BYTES {
            raw.push(byte);
        }
        value.push(&[byte])?;
        self.place = Place::Plain { raw, value };
        Ok(())
    }

    fn open(&mut self) -> Result<(), Unfit> {
        self.depth += 1;
        self.place = Place::Start;
        self.out.push(b'{')
    }

    fn close(&mut self) -> Result<(), Unfit> {
        self.depth -= 1;
        self.place = if self.depth == 0 { Place::End } else { Place::After };
        self.out.push(b'}')
    }

    fn after(&mut self, byte: u8) -> Result<(), Unfit> {
        match byte {
            b',' => {
                self.place = Place::Start;
                self.out.push(byte)
            }
            b'}' => self.close(),
            _ => Err(Unfit),
        }
    }

    /// Writes an element as `array_out` does.
    fn element(&mut self, value: Rewriter) -> Result<(), Unfit> {
        let mut masked = Vec::new();
        if !value.finish(&mut masked)? {
            return self.out.extend(b"NULL");
        }
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | b'{' | b'}' | b',') || is_space(*byte);
        if !masked.is_empty() && !masked.eq_ignore_ascii_case(b"NULL") && !masked.iter().any(is_special) {
            return self.out.extend(&masked);
        }
        self.out.push(b'"')?;
        for byte in masked {
            if matches!(byte, b'"' | b'\\') {
                self.out.push(b'\\')?;
            }
            self.out.push(byte)?;
        }
        self.out.push(b'"')
    }
}

/// `array_isspace`, and what `isspace` takes for one of ASCII.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// Collects so many bytes.
#[derive(Debug, Default)]
pub(super) struct Gathered(Vec<u8>);

impl Gathered {
    /// Takes bytes off the front until there are `count`, which then start anew.
    pub(super) fn take(&mut self, bytes: &mut &[u8], count: usize) -> Option<Vec<u8>> {
        let missing = count.saturating_sub(self.0.len()).min(bytes.len());
        let (now, later) = bytes.split_at(missing);
        self.0.extend_from_slice(now);
        *bytes = later;
        (self.0.len() == count).then(|| std::mem::take(&mut self.0))
    }
}

/// The number of four bytes.
pub(super) fn number(bytes: &[u8]) -> i32 {
    bytes.first_chunk::<4>().map_or(-2, |bytes| i32::from_be_bytes(*bytes))
}

/// A value with its length before it, as it comes in.
#[derive(Debug)]
pub(super) struct Sized {
    pub(super) value: Rewriter,
    pub(super) left: usize,
}

impl Sized {
    /// Takes what is there; `true` when the value is whole.
    pub(super) fn take(&mut self, bytes: &mut &[u8]) -> Result<bool, Unfit> {
        let (now, later) = bytes.split_at(self.left.min(bytes.len()));
        self.value.push(now)?;
        *bytes = later;
        self.left -= now.len();
        Ok(self.left == 0)
    }
}

/// Appends a value with its length; `true` if it is NULL.
pub(super) fn put_sized(value: Rewriter, out: &mut Bounded) -> Result<bool, Unfit> {
    let mut masked = Vec::new();
    if !value.finish(&mut masked)? {
        out.extend(&(-1i32).to_be_bytes())?;
        return Ok(true);
    }
    let length = i32::try_from(masked.len()).map_err(|_| Unfit)?;
    out.extend(&length.to_be_bytes())?;
    out.extend(&masked)?;
    Ok(false)
}

/// Rewrites the binary form as it comes in.
#[derive(Debug)]
pub(super) struct BinaryArray {
    element: Arc<Form>,
    gathered: Gathered,
    stage: Stage,
    has_null: bool,
    type_oid: u32,
    out: Bounded,
}

#[derive(Debug)]
enum Stage {
    Header,
    Dimensions { count: usize },
    Length { left: u64 },
    Value { left: u64, value: Sized },
}

/// Bytes of the header: number of dimensions, whether there are NULLs, type of the elements.
const HEADER_BYTES: usize = 12;
/// `MAXDIM` of `c.h`.
const DIMENSIONS_MAX: usize = 6;

impl BinaryArray {
    pub(super) fn new(element: &Arc<Form>) -> Self {
        BinaryArray {
            element: element.clone(),
            gathered: Gathered::default(),
            stage: Stage::Header,
            has_null: false,
            type_oid: 0,
            out: Bounded::default(),
        }
    }

    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<(), Unfit> {
        while !bytes.is_empty() {
            match &mut self.stage {
                Stage::Header => {
                    let Some(header) = self.gathered.take(&mut bytes, HEADER_BYTES) else {
                        break;
                    };
                    let count = usize::try_from(number(&header)).map_err(|_| Unfit)?;
                    self.type_oid = number(&header[8..]).cast_unsigned();
                    self.out.extend(&header)?;
                    self.stage = match count {
                        0 => Stage::Length { left: 0 },
                        1..=DIMENSIONS_MAX => Stage::Dimensions { count },
                        _ => return Err(Unfit),
                    };
                }
                Stage::Dimensions { count } => {
                    let Some(dimensions) = self.gathered.take(&mut bytes, *count * 8) else {
                        break;
                    };
                    let sizes = dimensions.chunks_exact(8).map(|one| u64::try_from(number(one)));
                    let left = sizes.map(Result::ok).try_fold(1u64, |all, size| all.checked_mul(size?));
                    self.out.extend(&dimensions)?;
                    self.stage = Stage::Length {
                        left: left.ok_or(Unfit)?,
                    };
                }
                Stage::Length { left: 0 } => return Err(Unfit),
                Stage::Length { left } => {
                    let left = *left - 1;
                    let Some(length) = self.gathered.take(&mut bytes, 4) else {
                        break;
                    };
                    self.length(number(&length), left)?;
                }
                Stage::Value { left, value } => {
                    let left = *left;
                    if value.take(&mut bytes)? {
                        self.end(left)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn length(&mut self, length: i32, left: u64) -> Result<(), Unfit> {
        if length == -1 {
            self.has_null = true;
            self.stage = Stage::Length { left };
            return self.out.extend(&length.to_be_bytes());
        }
        let value = Sized {
            value: Rewriter::new(&self.element, Some(self.type_oid), Format::Binary),
            left: usize::try_from(length).map_err(|_| Unfit)?,
        };
        let is_empty = value.left == 0;
        self.stage = Stage::Value { left, value };
        if is_empty { self.end(left) } else { Ok(()) }
    }

    fn end(&mut self, left: u64) -> Result<(), Unfit> {
        if let Stage::Value { value, .. } = std::mem::replace(&mut self.stage, Stage::Length { left }) {
            self.has_null |= put_sized(value.value, &mut self.out)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Bounded, Unfit> {
        match self.stage {
            Stage::Length { left: 0 } if self.gathered.0.is_empty() => {
                if let (true, Some(flag)) = (self.has_null, self.out.0.get_mut(4..8)) {
                    flag.copy_from_slice(&1i32.to_be_bytes());
                }
                Ok(self.out)
            }
            _ => Err(Unfit),
        }
    }
}
