//! Text put together from other columns of the row, as they are shown.

use super::build::{Build, Function, RowBound, TextMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily, Uniqueness};
use super::options::{Default, OptionKind, option};
use super::row::{Held, Reader, Row, Shown};
use super::text::TextColumn;
use super::{ColumnShape, Masked};
use crate::value::text::{end_of_characters, without_padding};
use crate::value::{Format, is_integer, oid};

pub(super) static TEMPLATE: Kind = Kind {
    contract: Contract::keyless(
        "template",
        "Text put together from other columns of the same row, as they are shown: masked ones masked, kept ones as they are. `{column}` stands for a column, `{column|slug}` for one that went through a filter (`lower`, `upper`, `slug`, `initial`), `{{` and `}}` for braces. NULL stands for nothing.",
        &[TypeFamily::Text],
        "mary@corp.com",
    )
    .growing()
    .of_row()
    .options(
        &[option("text", OptionKind::Template, Default::Required, "what to write")],
        "text = \"{first_name|slug}.{last_name|slug}@example.org\"",
    )
    .beside(&[("first_name", oid::TEXT, "Ann Lee"), ("last_name", oid::TEXT, "O'Neil")]),
    build: |build| {
        if build.text.is_none() {
            return Err(Unfit::Type);
        }
        Function::in_row(Template::new(build)?)
    },
};

/// A piece of a template as it is written.
#[derive(Debug, PartialEq, Eq)]
enum Written {
    Text(String),
    Column { name: String, filters: Vec<Filter> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    Lower,
    Upper,
    Slug,
    Initial,
}

/// The pieces of a template; `None` if it is none, or names no column.
fn parse(template: &str) -> Option<Vec<Written>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = template.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '{' | '}' if rest.next_if_eq(&character).is_some() => text.push(character),
            '{' => {
                if !text.is_empty() {
                    pieces.push(Written::Text(std::mem::take(&mut text)));
                }
                let mut inside = String::new();
                loop {
                    match rest.next()? {
                        '}' => break,
                        '{' => return None,
                        other => inside.push(other),
                    }
                }
                pieces.push(placeholder(&inside)?);
            }
            '}' => return None,
            other => text.push(other),
        }
    }
    if !text.is_empty() {
        pieces.push(Written::Text(text));
    }
    let names_one = pieces.iter().any(|piece| matches!(piece, Written::Column { .. }));
    names_one.then_some(pieces)
}

fn placeholder(inside: &str) -> Option<Written> {
    let mut parts = inside.split('|');
    let name = parts.next().filter(|name| !name.is_empty())?.to_owned();
    let filter = |word: &str| {
        Some(match word {
            "lower" => Filter::Lower,
            "upper" => Filter::Upper,
            "slug" => Filter::Slug,
            "initial" => Filter::Initial,
            _ => return None,
        })
    };
    let filters = parts.map(filter).collect::<Option<_>>()?;
    Some(Written::Column { name, filters })
}

/// The columns that a template names, in order; `None` if it is no template.
pub(super) fn columns(template: &str) -> Option<Vec<String>> {
    let pieces = parse(template)?.into_iter();
    let names = pieces.filter_map(|piece| match piece {
        Written::Text(_) => None,
        Written::Column { name, .. } => Some(name),
    });
    Some(names.collect())
}

struct Template {
    column: TextColumn,
    pieces: Vec<Piece>,
}

enum Piece {
    Text(String),
    Column {
        reader: Reader,
        shown: Shown,
        filters: Vec<Filter>,
        /// Its values differ from row to row, as they are shown.
        is_unique: bool,
    },
}

impl Template {
    fn new(build: &Build<'_>) -> Result<Template, Unfit> {
        let written = build.settings.text("text").unwrap_or_default();
        let pieces = parse(written).ok_or_else(|| Unfit::Value(written.to_owned()))?;
        let pieces = pieces.into_iter().map(|piece| match piece {
            Written::Text(text) => Ok(Piece::Text(text)),
            Written::Column { name, filters } => {
                let sibling = build.sibling(&name)?;
                let reader = build.reader(&name)?;
                if !reader.has_text() {
                    return Err(Unfit::Sibling(name));
                }
                Ok(Piece::Column {
                    reader,
                    is_unique: sibling.is_shown_unique(),
                    shown: sibling.shown.clone(),
                    filters,
                })
            }
        });
        Ok(Template {
            column: TextColumn::of(build.shape).ok_or(Unfit::Type)?,
            pieces: pieces.collect::<Result<_, _>>()?,
        })
    }

    /// `None` where a column is not known.
    fn fill(&self, row: &Row<'_>) -> Option<Vec<u8>> {
        let mut filled = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.extend_from_slice(text.as_bytes()),
                Piece::Column {
                    reader, shown, filters, ..
                } => {
                    let mut value = shown_text(reader, shown, row)?;
                    for filter in filters {
                        value = filter.apply(&value)?;
                    }
                    filled.extend_from_slice(&value);
                }
            }
        }
        Some(filled)
    }
}

/// The text of a sibling as a client sees it; nothing for NULL.
fn shown_text(reader: &Reader, shown: &Shown, row: &Row<'_>) -> Option<Vec<u8>> {
    let mut held = Vec::new();
    if reader.text(row, &mut held)? == Held::Null {
        return Some(Vec::new());
    }
    let ColumnShape { type_oid, .. } = *reader.shape();
    let text = match shown {
        Shown::AsTheyAre => held,
        Shown::Not => Vec::new(),
        Shown::Masked(mask) => {
            let mut out = Vec::new();
            match mask.apply_in_row(type_oid, Format::Text, &held, row, &mut out) {
                Masked::Value => out,
                Masked::Null => Vec::new(),
            }
        }
    };
    Some(match type_oid {
        oid::BPCHAR => without_padding(&text).to_vec(),
        _ => text,
    })
}

impl Filter {
    fn apply(self, value: &[u8]) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(value).ok()?;
        Some(match self {
            Filter::Lower => text.to_lowercase().into_bytes(),
            Filter::Upper => text.to_uppercase().into_bytes(),
            Filter::Slug => slug(text).into_bytes(),
            Filter::Initial => text.chars().take(1).collect::<String>().into_bytes(),
        })
    }
}

/// Small ASCII letters and digits, with a hyphen for what stands between words. Letters with accents lose them; what has no
/// such form is left out.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    let mut is_between = false;
    for character in text.chars().flat_map(char::to_lowercase) {
        let Some(letters) = plain(character) else {
            let joins = matches!(character, '\'' | '’' | '\u{300}'..='\u{36f}');
            is_between |= !character.is_alphanumeric() && !joins;
            continue;
        };
        if std::mem::take(&mut is_between) && !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(letters.encode_utf8(&mut [0; 4]));
    }
    slug
}

/// The letter without its accent.
fn plain(character: char) -> Option<char> {
    Some(match character {
        'a'..='z' | '0'..='9' => character,
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'æ' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'œ' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' | 'ß' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        _ => return None,
    })
}

/// What was put together, as a mask of any value.
struct Filled(Vec<u8>);

impl TextMask for Filled {
    fn apply(&self, _value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let cut = &self.0[..end_of_characters(&self.0, limit)];
        // A trailing blank would be lost in `bpchar` and kept in `varchar`; and an empty string says that there was none.
        let cut = without_padding(cut);
        (!cut.is_empty()).then(|| out.extend_from_slice(cut))
    }
}

impl RowBound for Template {
    fn apply(&self, type_oid: u32, _format: Format, value: &[u8], row: &Row<'_>, out: &mut Vec<u8>) -> Option<Masked> {
        let filled = Filled(self.fill(row)?);
        self.column.mask(&filled, type_oid, value, out)?;
        Some(Masked::Value)
    }

    /// A unique column in it keeps values apart, if it can be read back: a number or UUID at an end of the text, bounded by
    /// a character that is none of its own, in a column without a limit.
    fn refine(&self, contract: &mut Contract) {
        if !self.pieces.iter().any(Piece::is_unique) {
            return;
        }
        let [first, .., last] = self.pieces.as_slice() else {
            contract.uniqueness = self.uniqueness(self.pieces.first().is_some_and(Piece::is_bare));
            return;
        };
        let behind = self.pieces.get(1);
        let before = self.pieces.iter().rev().nth(1);
        let is_bounded = |piece: Option<&Piece>, end: fn(&str) -> Option<char>| match piece {
            Some(Piece::Text(text)) => end(text).is_some_and(|edge| !edge.is_alphanumeric() && edge != '-'),
            _ => false,
        };
        let can_be_read = (first.is_bare() && is_bounded(behind, |text| text.chars().next()))
            || (last.is_bare() && is_bounded(before, |text| text.chars().next_back()));
        contract.uniqueness = self.uniqueness(can_be_read);
    }
}

impl Template {
    fn uniqueness(&self, can_be_read: bool) -> Uniqueness {
        match can_be_read && self.column.limit == usize::MAX {
            true => Uniqueness::Keeps,
            false => Uniqueness::Usually,
        }
    }
}

impl Piece {
    fn is_unique(&self) -> bool {
        matches!(self, Piece::Column { is_unique: true, filters, .. } if filters.is_empty())
    }

    /// A unique number or UUID.
    fn is_bare(&self) -> bool {
        let Piece::Column { reader, .. } = self else {
            return false;
        };
        let type_oid = reader.shape().type_oid;
        self.is_unique() && (is_integer(type_oid) || type_oid == oid::UUID)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_read() {
        assert_eq!(columns("{a}.{b|slug|upper}@{{x}}"), Some(vec!["a".into(), "b".into()]));
        for text in ["", "plain", "{", "{}", "}", "{a", "{a|b}", "{a{b}}"] {
            assert_eq!(columns(text), None, "{text}");
        }
    }

    #[test]
    fn slugs_are_plain() {
        for (text, expected) in [
            ("Ann Lee", "ann-lee"),
            ("O'Neil", "oneil"),
            (" Ñandú--Çelik ", "nandu-celik"),
            ("日本", ""),
            ("İstanbul", "istanbul"),
        ] {
            assert_eq!(slug(text), expected);
        }
    }
}
