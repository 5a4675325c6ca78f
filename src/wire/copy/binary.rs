//! Binary format: a header, then tuples of length-prefixed fields, then a trailer.

use super::super::read::Malformed;
use super::super::row::{FieldRewriter, put_field, put_finished, put_redacted};
use super::Held;
use super::held_row::{FieldFormat, HeldRow};

const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";

/// Rewrites COPY binary.
#[derive(Debug)]
pub struct BinaryRewriter {
    state: State,
    /// Bytes of the fixed-size piece that is being read.
    piece: Vec<u8>,
    held: Held,
    /// Of a row whose fields are rewritten by others.
    row: HeldRow,
    pub(super) rows: u64,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Header,
    Extension { left: usize },
    Tuple,
    Length { field: usize },
    Keep { field: usize, left: usize },
    Mask { field: usize, left: usize },
    Trailer,
}

impl BinaryRewriter {
    /// At the start of a stream.
    pub fn new() -> Self {
        BinaryRewriter {
            state: State::Header,
            piece: Vec::new(),
            held: Held::default(),
            row: HeldRow::default(),
            rows: 0,
        }
    }

    /// Takes bytes until `piece` holds `wanted`; `false` if the data ran out before.
    fn gather(&mut self, data: &mut &[u8], wanted: usize) -> bool {
        let take = wanted.saturating_sub(self.piece.len()).min(data.len());
        self.piece.extend_from_slice(&data[..take]);
        *data = &data[take..];
        self.piece.len() == wanted
    }

    pub(super) fn push(
        &mut self,
        mut data: &[u8],
        fields: &impl FieldRewriter,
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        while !data.is_empty() {
            self.state = match self.state {
                State::Header => match self.gather(&mut data, 19) {
                    true => self.header(out)?,
                    false => State::Header,
                },
                State::Extension { left } => {
                    let take = left.min(data.len());
                    out.extend_from_slice(&data[..take]);
                    data = &data[take..];
                    if take == left {
                        State::Tuple
                    } else {
                        State::Extension { left: left - take }
                    }
                }
                State::Tuple => match self.gather(&mut data, 2) {
                    true => self.tuple(fields, out)?,
                    false => State::Tuple,
                },
                State::Length { field } => match self.gather(&mut data, 4) {
                    true => self.length(field, fields, out)?,
                    false => State::Length { field },
                },
                State::Keep { field, left } => {
                    let take = left.min(data.len());
                    match fields.reads_row() {
                        true => self.hold(&data[..take], true, fields, out),
                        false => out.extend_from_slice(&data[..take]),
                    }
                    data = &data[take..];
                    if take == left {
                        self.next(field, fields, out)
                    } else {
                        State::Keep {
                            field,
                            left: left - take,
                        }
                    }
                }
                State::Mask { field, left } => {
                    let take = left.min(data.len());
                    match fields.reads_row() {
                        true => self.hold(&data[..take], false, fields, out),
                        false => self.held.add(&data[..take], fields, field, as_it_is),
                    }
                    data = &data[take..];
                    if take == left {
                        if !fields.reads_row() {
                            self.masked_field(field, fields, out);
                        }
                        self.next(field, fields, out)
                    } else {
                        State::Mask {
                            field,
                            left: left - take,
                        }
                    }
                }
                State::Trailer => return Err(Malformed("COPY data behind the trailer")),
            };
        }
        Ok(())
    }

    fn header(&mut self, out: &mut Vec<u8>) -> Result<State, Malformed> {
        let extension = read_int32(&self.piece[15..]);
        if !self.piece.starts_with(SIGNATURE) || self.piece[11..15] != [0; 4] {
            return Err(Malformed("COPY binary header"));
        }
        let left = usize::try_from(extension).map_err(|_| Malformed("COPY binary header extension"))?;
        out.append(&mut self.piece);
        Ok(if left == 0 {
            State::Tuple
        } else {
            State::Extension { left }
        })
    }

    fn tuple(&mut self, fields: &impl FieldRewriter, out: &mut Vec<u8>) -> Result<State, Malformed> {
        let count = i16::from_be_bytes([self.piece[0], self.piece[1]]);
        out.append(&mut self.piece);
        if count == -1 {
            return Ok(State::Trailer);
        }
        if usize::try_from(count) != Ok(fields.field_count()) {
            return Err(Malformed("COPY row with another number of fields than planned"));
        }
        if count == 0 {
            self.rows += 1;
            return Ok(State::Tuple);
        }
        Ok(State::Length { field: 0 })
    }

    fn length(&mut self, field: usize, fields: &impl FieldRewriter, out: &mut Vec<u8>) -> Result<State, Malformed> {
        let length = read_int32(&self.piece);
        let masks = !fields.keeps(field);
        if fields.reads_row() {
            let piece = std::mem::take(&mut self.piece);
            self.hold(&piece, !masks, fields, out);
            let left = match length {
                -1 => 0,
                length => usize::try_from(length).map_err(|_| Malformed("COPY field length"))?,
            };
            return Ok(match (masks, left) {
                (_, 0) => self.next(field, fields, out),
                (false, _) => State::Keep { field, left },
                (true, _) => State::Mask { field, left },
            });
        }
        if length == -1 && masks && fields.replaces_null(field) {
            put_redacted(fields, field, out);
        } else if !masks || length < 0 {
            out.extend_from_slice(&self.piece);
        }
        self.piece.clear();
        if length == -1 {
            return Ok(self.next(field, fields, out));
        }
        let left = usize::try_from(length).map_err(|_| Malformed("COPY field length"))?;
        Ok(match (masks, left) {
            (false, 0) => self.next(field, fields, out),
            (true, 0) => {
                self.masked_field(field, fields, out);
                self.next(field, fields, out)
            }
            (false, _) => State::Keep { field, left },
            (true, _) => State::Mask { field, left },
        })
    }

    fn masked_field(&mut self, field: usize, fields: &impl FieldRewriter, out: &mut Vec<u8>) {
        if let Some(long) = self.held.long.take() {
            put_finished(long, out);
        } else if self.held.oversize {
            put_redacted(fields, field, out);
        } else {
            put_field(fields, field, &self.held.bytes, out);
        }
        self.held.clear();
    }

    /// Holds bytes of a row whose fields are rewritten by others.
    fn hold(&mut self, bytes: &[u8], keeps: bool, fields: &impl FieldRewriter, out: &mut Vec<u8>) {
        let mut row = std::mem::take(&mut self.row);
        row.add(bytes, keeps);
        row.relieve(self, keeps, fields, out);
        self.row = row;
    }

    fn next(&mut self, field: usize, fields: &impl FieldRewriter, out: &mut Vec<u8>) -> State {
        let is_last = field + 1 >= fields.field_count();
        if fields.reads_row() {
            let mut row = std::mem::take(&mut self.row);
            row.end_field(&[]);
            if is_last {
                row.put_row(self, fields, out);
            }
            self.row = row;
        }
        if !is_last {
            return State::Length { field: field + 1 };
        }
        self.rows += 1;
        State::Tuple
    }
}

/// With its length before it.
impl FieldFormat for BinaryRewriter {
    const SEPARATOR_BYTES: usize = 0;

    fn put<F: FieldRewriter>(&mut self, index: usize, raw: &[u8], is_large: bool, fields: &F, out: &mut Vec<u8>) {
        match raw.split_first_chunk::<4>() {
            _ if is_large => put_redacted(fields, index, out),
            Some((head, value)) if i32::from_be_bytes(*head) >= 0 => put_field(fields, index, value, out),
            _ if fields.replaces_null(index) => put_redacted(fields, index, out),
            _ => out.extend_from_slice(&(-1i32).to_be_bytes()),
        }
    }
}

impl Default for BinaryRewriter {
    fn default() -> Self {
        Self::new()
    }
}

fn as_it_is(raw: &[u8], value: &mut Vec<u8>) -> usize {
    value.extend_from_slice(raw);
    raw.len()
}

fn read_int32(bytes: &[u8]) -> i32 {
    bytes.first_chunk::<4>().map_or(-2, |head| i32::from_be_bytes(*head))
}
