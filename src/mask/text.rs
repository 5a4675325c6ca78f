//! Text-like columns and the masks that turn one string into another.

use std::borrow::Cow;

use super::contract::Uniqueness;
use super::ip::IpMask;
use super::partial::PartialMask;
use super::prf::Prf;
use super::spec::Kind;
use super::words::{WORDS, Words};
use super::{ColumnShape, REDACTED, identifier, phone, wording};
use crate::value::{self, oid, text};

/// Longest value of type `name`, in bytes.
const NAME_BYTES_MAX: usize = 63;

/// A column that holds strings.
pub(super) struct TextColumn {
    /// Most characters; `usize::MAX` where there is no limit.
    pub(super) limit: usize,
    /// `bpchar`: trailing blanks have no meaning, and values are padded to the limit.
    blank_padded: bool,
    /// `citext`: values that differ in case only are equal, so they must be masked alike.
    folds_case: bool,
    /// `name`: its limit is in bytes.
    is_name: bool,
}

impl TextColumn {
    /// `None` for columns of other types.
    pub(super) fn of(shape: &ColumnShape) -> Option<TextColumn> {
        let built_in = value::is_text_like(shape.type_oid);
        if !built_in && !shape.text_like {
            return None;
        }
        let limit = match shape.type_oid {
            oid::VARCHAR | oid::BPCHAR => text::length_limit(shape.type_modifier).unwrap_or(usize::MAX),
            oid::NAME => NAME_BYTES_MAX,
            _ => usize::MAX,
        };
        Some(TextColumn {
            limit,
            blank_padded: shape.type_oid == oid::BPCHAR,
            folds_case: !built_in,
            is_name: shape.type_oid == oid::NAME,
        })
    }

    /// Whether a value fits as it is.
    pub(super) fn fits(&self, value: &[u8]) -> bool {
        text::characters(value) <= self.limit && (!self.is_name || value.len() <= NAME_BYTES_MAX)
    }

    pub(super) fn mask(&self, mask: &TextMask, type_oid: u32, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let mut canonical = Cow::Borrowed(value);
        if self.blank_padded {
            canonical = Cow::Borrowed(text::without_padding(value));
        }
        if self.folds_case {
            canonical = Cow::Owned(match std::str::from_utf8(&canonical) {
                Ok(text) => text.to_lowercase().into_bytes(),
                Err(_) => canonical.to_ascii_lowercase(),
            });
        }
        let start = out.len();
        if !canonical.is_empty() {
            mask.apply(&canonical, self.limit, out)?;
        }
        if self.blank_padded {
            let characters = text::characters(&out[start..]);
            self.pad(type_oid, characters, out);
        }
        Some(())
    }

    /// Fills a value of so many characters up with blanks, where values of this column have them.
    pub(super) fn pad(&self, type_oid: u32, characters: usize, out: &mut Vec<u8>) {
        if self.blank_padded && type_oid == oid::BPCHAR && self.limit != usize::MAX {
            out.resize(out.len() + self.limit.saturating_sub(characters), b' ');
        }
    }

    /// Appends the marker, or as many asterisks as a narrower column holds.
    pub(super) fn push_redacted(&self, type_oid: u32, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&self.marker());
        self.pad(type_oid, out.len() - start, out);
    }

    /// The marker that fits.
    pub(super) fn marker(&self) -> Vec<u8> {
        if REDACTED.len() <= self.limit {
            REDACTED.to_vec()
        } else {
            vec![b'*'; self.limit]
        }
    }
}

/// A mask of strings.
pub(super) struct TextMask {
    function: TextFunction,
    words: &'static Words,
}

enum TextFunction {
    Partial(PartialMask),
    Json,
    Ip(IpMask),
    Uuid(Prf),
    Phone(Prf),
    Hash(Prf, usize),
    Identifier(Prf, identifier::Form),
    Wording(Prf, wording::Form),
}

impl TextMask {
    /// `None` for kinds that mask no strings.
    pub(super) fn new(kind: &Kind, prf: impl FnOnce() -> Prf) -> Option<TextMask> {
        use TextFunction::{Hash, Identifier, Ip, Json, Partial, Phone, Uuid, Wording};
        let function = match kind {
            Kind::Partial {
                keep_first,
                keep_last,
                mask_char,
            } => Partial(PartialMask {
                keep_first: *keep_first,
                keep_last: *keep_last,
                mask_char: *mask_char,
            }),
            Kind::Json => Json,
            Kind::Ip => Ip(IpMask::new(prf())),
            Kind::Uuid => Uuid(prf()),
            Kind::Phone => Phone(prf()),
            Kind::Hash { length } => Hash(prf(), *length),
            Kind::Email => Identifier(prf(), identifier::Form::Email),
            Kind::UserName => Identifier(prf(), identifier::Form::UserName),
            Kind::Url => Identifier(prf(), identifier::Form::Url),
            Kind::FullName => Wording(prf(), wording::Form::FullName),
            Kind::FirstName => Wording(prf(), wording::Form::FirstName),
            Kind::LastName => Wording(prf(), wording::Form::LastName),
            Kind::AddressLine => Wording(prf(), wording::Form::AddressLine),
            Kind::City => Wording(prf(), wording::Form::City),
            Kind::Company => Wording(prf(), wording::Form::Company),
            Kind::FreeText => Wording(prf(), wording::Form::FreeText),
            Kind::Null | Kind::Redact | Kind::Fixed { .. } | Kind::Integer | Kind::DateShift { .. } => return None,
        };
        Some(TextMask {
            function,
            words: &WORDS,
        })
    }

    /// `value` is not empty; at most `limit` characters are appended.
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        match &self.function {
            TextFunction::Partial(mask) => mask.apply(value, out),
            TextFunction::Json if limit >= 2 => out.extend_from_slice(b"{}"),
            TextFunction::Json => return None,
            TextFunction::Ip(mask) => return mask.apply_text(value, limit, out),
            TextFunction::Uuid(prf) => return identifier::uuid_in_text(prf, value, out),
            TextFunction::Phone(prf) => phone::mask(prf, value, out),
            TextFunction::Hash(prf, length) => identifier::hash(prf.tag(value), (*length).min(limit), out),
            TextFunction::Identifier(prf, form) => form.push(prf.draw(value), self.words, value, limit, out),
            TextFunction::Wording(prf, form) => form.push(prf.draw(value), self.words, value, limit, out),
        }
        Some(())
    }

    /// Whether it is a permutation of the strings that it can mask.
    pub(super) fn is_permutation(&self) -> bool {
        matches!(self.function, TextFunction::Phone(_) | TextFunction::Uuid(_))
    }

    /// Whether it is a permutation of strings without blanks at their ends that leaves such blanks as they are.
    pub(super) fn keeps_blanks(&self) -> bool {
        matches!(self.function, TextFunction::Phone(_))
    }

    /// Appends the string that is masked as this one; `None` if there is none, or more than one.
    pub(super) fn restore(&self, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        match &self.function {
            _ if value.is_empty() => {}
            TextFunction::Phone(prf) => phone::restore(prf, value, out),
            TextFunction::Uuid(prf) => return identifier::restore_uuid_in_text(prf, value, out),
            _ => return None,
        }
        Some(())
    }

    /// Uniqueness where a column holds at most `limit` characters.
    pub(super) fn uniqueness(&self, limit: usize, at_best: Uniqueness) -> Uniqueness {
        match &self.function {
            TextFunction::Hash(_, length) => identifier::uniqueness_of_bits((*length).min(limit) * 4),
            TextFunction::Identifier(_, form) => identifier::uniqueness_of_bits(form.bits(limit)),
            // One address, or one UUID, can be written in more than one way.
            TextFunction::Ip(_) => Uniqueness::Usually,
            _ => at_best,
        }
    }
}
