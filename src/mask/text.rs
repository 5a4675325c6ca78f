//! Text-like columns: what is one value in them, and how much they hold.

use std::borrow::Cow;

use super::build::TextMask;
use super::{ColumnShape, Content, REDACTED};
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
        if !built_in && shape.content != Content::Citext {
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

    pub(super) fn mask(&self, mask: &dyn TextMask, type_oid: u32, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let canonical = self.canonical(value);
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

    /// Without what has no meaning here: blanks at the end, or case.
    pub(super) fn canonical<'v>(&self, value: &'v [u8]) -> Cow<'v, [u8]> {
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
        canonical
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
