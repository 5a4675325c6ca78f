//! Documents of type `json` and `jsonb`.
//!
//! What is between the masked members passes byte by byte: the server's own spaces, numbers and order of keys.

use std::sync::Arc;

use crate::mask::{ColumnMask, MASKED_FIELD_BYTES_MAX};
use crate::value::json::unescape;

use super::scalar::mask_scalar;
use super::{Bounded, Form, Unfit};

/// The version byte before the text in jsonb's binary form.
const JSONB_VERSION: u8 = 1;

/// Rewrites one document as it comes in.
#[derive(Debug)]
pub(super) struct DocumentRewriter {
    open: Vec<Open>,
    state: State,
    out: Bounded,
}

/// An array or object that is not closed yet.
#[derive(Debug)]
struct Open {
    form: Arc<Form>,
    is_object: bool,
    /// Members that have ended.
    ended: usize,
}

#[derive(Debug)]
enum State {
    Version {
        form: Arc<Form>,
    },
    /// A value is next.
    Value {
        form: Arc<Form>,
    },
    /// Within a value that is not looked into.
    Inside {
        value: Whole,
        depth: usize,
        in_string: bool,
        is_escaped: bool,
    },
    Key,
    InKey {
        raw: Vec<u8>,
        is_escaped: bool,
    },
    Colon {
        form: Arc<Form>,
    },
    /// A value has ended.
    After,
}

/// What becomes of a value that is not looked into.
#[derive(Debug)]
enum Whole {
    Keep,
    /// It becomes null.
    Null,
    /// Only null is expected here: an array or object that is not there.
    Nothing(Vec<u8>),
    Mask {
        mask: Arc<ColumnMask>,
        type_oid: u32,
        raw: Vec<u8>,
        is_too_long: bool,
    },
}

impl DocumentRewriter {
    pub(super) fn new(form: &Arc<Form>, has_version: bool) -> Self {
        let form = form.clone();
        DocumentRewriter {
            open: Vec::new(),
            state: match has_version {
                true => State::Version { form },
                false => State::Value { form },
            },
            out: Bounded::default(),
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Unfit> {
        bytes.iter().try_for_each(|byte| self.byte(*byte))
    }

    pub(super) fn finish(mut self) -> Result<Bounded, Unfit> {
        // A number, or another word, ends with the document.
        if matches!(
            self.state,
            State::Inside {
                depth: 0,
                in_string: false,
                ..
            }
        ) {
            self.end_whole()?;
        }
        match self.state {
            State::After if self.open.is_empty() => Ok(self.out),
            _ => Err(Unfit),
        }
    }

    fn byte(&mut self, byte: u8) -> Result<(), Unfit> {
        let is_space = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        match std::mem::replace(&mut self.state, State::After) {
            State::Version { form } => {
                self.state = State::Value { form };
                match byte {
                    JSONB_VERSION => self.out.push(byte),
                    _ => Err(Unfit),
                }
            }
            inside @ State::Inside { .. } => {
                self.state = inside;
                self.inside(byte)
            }
            State::InKey { raw, is_escaped } => self.in_key(byte, raw, is_escaped),
            same if is_space => {
                self.state = same;
                self.out.push(byte)
            }
            State::Value { form } => self.begin(byte, form),
            State::Key => match byte {
                b'"' => {
                    let raw = vec![byte];
                    self.state = State::InKey { raw, is_escaped: false };
                    self.out.push(byte)
                }
                b'}' if self.is_empty() => self.close(byte),
                _ => Err(Unfit),
            },
            State::Colon { form } if byte == b':' => {
                self.state = State::Value { form };
                self.out.push(byte)
            }
            State::Colon { .. } => Err(Unfit),
            State::After => self.after(byte),
        }
    }

    /// The first byte of a value.
    fn begin(&mut self, byte: u8, form: Arc<Form>) -> Result<(), Unfit> {
        if byte == b']' && self.open.last().is_some_and(|open| !open.is_object && open.ended == 0) {
            return self.close(byte);
        }
        let whole = match &*form {
            Form::Keep => Whole::Keep,
            Form::Null => Whole::Null,
            Form::Mask { .. } if byte == b'[' && self.is_in_dimensions() => {
                // A further dimension of an array.
                let form = Arc::new(Form::Array(form));
                return self.enter(byte, form, false);
            }
            Form::Mask { mask, type_oid, .. } => Whole::Mask {
                mask: mask.clone(),
                type_oid: *type_oid,
                raw: Vec::new(),
                is_too_long: false,
            },
            Form::Row(_) | Form::Map(_) if byte == b'{' => return self.enter(byte, form, true),
            Form::Row(_) if byte == b'[' && self.is_in_dimensions() => {
                let form = Arc::new(Form::Array(form));
                return self.enter(byte, form, false);
            }
            Form::List(_) | Form::Tuple(_) | Form::Array(_) if byte == b'[' => return self.enter(byte, form, false),
            // `'{}'` where rows are missing, or `'[]'`: nothing may be in it.
            _ if byte == b'{' => return self.enter(byte, Arc::new(Form::Row(Arc::from([]))), true),
            _ if byte == b'[' => return self.enter(byte, Arc::new(Form::Tuple(Arc::from([]))), false),
            _ => Whole::Nothing(Vec::new()),
        };
        self.state = State::Inside {
            value: whole,
            depth: 0,
            in_string: false,
            is_escaped: false,
        };
        self.inside(byte)
    }

    fn is_empty(&self) -> bool {
        self.open.last().is_some_and(|open| open.ended == 0)
    }

    /// Whether the innermost array may have arrays for further dimensions.
    fn is_in_dimensions(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| matches!(*open.form, Form::Array(_)))
    }

    fn enter(&mut self, byte: u8, form: Arc<Form>, is_object: bool) -> Result<(), Unfit> {
        self.open.push(Open {
            form,
            is_object,
            ended: 0,
        });
        self.state = match is_object {
            true => State::Key,
            false => self.element(),
        };
        self.out.push(byte)
    }

    /// The next element of the innermost array. Where there is none, its end is expected; a value is not.
    fn element(&self) -> State {
        let Some(open) = self.open.last() else {
            return State::After;
        };
        let form = match &*open.form {
            Form::List(element) | Form::Array(element) => element.clone(),
            Form::Tuple(elements) => match elements.get(open.ended) {
                Some(element) => element.clone(),
                None => Arc::new(Form::Tuple(Arc::from([]))),
            },
            _ => Arc::new(Form::Null),
        };
        State::Value { form }
    }

    fn close(&mut self, byte: u8) -> Result<(), Unfit> {
        self.open.pop();
        self.ended();
        self.out.push(byte)
    }

    fn ended(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.ended += 1;
        }
        self.state = State::After;
    }

    fn after(&mut self, byte: u8) -> Result<(), Unfit> {
        let open = self.open.last().ok_or(Unfit)?;
        match (byte, open.is_object) {
            (b',', true) => self.state = State::Key,
            (b',', false) => {
                if matches!(&*open.form, Form::Tuple(elements) if open.ended >= elements.len()) {
                    return Err(Unfit);
                }
                self.state = self.element();
            }
            (b'}', true) | (b']', false) => return self.close(byte),
            _ => return Err(Unfit),
        }
        self.out.push(byte)
    }

    fn in_key(&mut self, byte: u8, mut raw: Vec<u8>, is_escaped: bool) -> Result<(), Unfit> {
        raw.push(byte);
        self.out.push(byte)?;
        if byte != b'"' || is_escaped {
            let is_escaped = byte == b'\\' && !is_escaped;
            self.state = State::InKey { raw, is_escaped };
            return Ok(());
        }
        let open = self.open.last().ok_or(Unfit)?;
        let form = match &*open.form {
            Form::Map(member) => member.clone(),
            Form::Row(members) => {
                let mut name = Vec::new();
                if !unescape(&raw, &mut name) {
                    return Err(Unfit);
                }
                // Mostly they come in order.
                let expected = members.get(open.ended).into_iter();
                let mut known = expected.chain(members.iter());
                let found = known.find(|(known, _)| known.as_bytes() == name);
                found.ok_or(Unfit)?.1.clone()
            }
            _ => return Err(Unfit),
        };
        self.state = State::Colon { form };
        Ok(())
    }

    /// A byte of a value that is not looked into.
    fn inside(&mut self, byte: u8) -> Result<(), Unfit> {
        let State::Inside {
            value,
            depth,
            in_string,
            is_escaped,
        } = &mut self.state
        else {
            return Err(Unfit);
        };
        let is_space = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        if *depth == 0 && !*in_string && (is_space || matches!(byte, b',' | b']' | b'}')) {
            // It was a number or a word, and ended before.
            self.end_whole()?;
            return self.byte(byte);
        }
        let mut ends = false;
        if *in_string {
            ends = byte == b'"' && !*is_escaped;
            *is_escaped = byte == b'\\' && !*is_escaped;
            *in_string = !ends;
        } else {
            match byte {
                b'"' => *in_string = true,
                b'{' | b'[' => *depth += 1,
                b'}' | b']' => {
                    *depth -= 1;
                    ends = true;
                }
                _ => {}
            }
        }
        let ends = ends && *depth == 0;
        match value {
            Whole::Keep => self.out.push(byte)?,
            Whole::Null => {}
            Whole::Nothing(raw) => {
                raw.push(byte);
                if !b"null".starts_with(raw) {
                    return Err(Unfit);
                }
            }
            Whole::Mask { raw, is_too_long, .. } => {
                *is_too_long |= raw.len() > MASKED_FIELD_BYTES_MAX;
                if !*is_too_long {
                    raw.push(byte);
                }
            }
        }
        if ends { self.end_whole() } else { Ok(()) }
    }

    fn end_whole(&mut self) -> Result<(), Unfit> {
        let State::Inside { value, .. } = std::mem::replace(&mut self.state, State::After) else {
            return Err(Unfit);
        };
        self.ended();
        let mut masked = Vec::new();
        match value {
            Whole::Keep => return Ok(()),
            Whole::Nothing(raw) if raw != b"null" => return Err(Unfit),
            Whole::Null | Whole::Nothing(_) => masked.extend_from_slice(b"null"),
            Whole::Mask {
                mask,
                type_oid,
                raw,
                is_too_long,
            } => mask_scalar(&mask, type_oid, &raw, is_too_long, &mut masked)?,
        }
        self.out.extend(&masked)
    }
}
