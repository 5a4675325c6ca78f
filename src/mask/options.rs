//! Options of masks: what there is to say, and what a rule says.

use std::fmt;

use toml::Value;

use super::row::Read;
use super::spec::{MaskSpec, MaskSpecError, nearest};
use super::template;

/// One option of a mask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OptionSpec {
    /// Its name in rule files.
    pub name: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What it may be.
    pub kind: OptionKind,
    /// What holds where a rule does not say.
    pub default: Default,
}

/// What an option may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OptionKind {
    /// A whole number of this range.
    Whole(i64, i64),
    /// A number of this range.
    Real(f64, f64),
    /// true or false.
    Flag,
    /// One printable ASCII character: it is the same byte in every client encoding.
    Character,
    /// A string, number or boolean, as the column's type writes it.
    Literal,
    /// Text.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Several texts.
    Texts,
    /// Several strings, numbers or booleans, as a column's type writes them.
    Literals,
    /// A column of the same table, whose values the mask reads.
    Column,
    /// Several of them.
    Columns,
    /// Text with columns of the same table in braces, which the mask reads as they are shown.
    Template,
    /// Another mask, or that the value is shown as it is.
    Branch,
    /// Several numbers, ascending.
    Reals,
    /// Another mask.
    Mask,
    /// A table from texts to masks.
    Masks,
}

/// What holds where a rule does not set an option.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Default {
    /// A rule must.
    Required,
    /// Nothing.
    Absent,
    /// A whole number.
    Whole(i64),
    /// A number.
    Real(f64),
    /// true or false.
    Flag(bool),
    /// Text.
    Text(&'static str),
}

/// Makes an option.
pub(super) const fn option(
    name: &'static str,
    kind: OptionKind,
    default: Default,
    summary: &'static str,
) -> OptionSpec {
    OptionSpec {
        name,
        summary,
        kind,
        default,
    }
}

impl fmt::Display for OptionKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OptionKind::Whole(least, most) => write!(formatter, "a whole number from {least} to {most}"),
            OptionKind::Real(least, most) => write!(formatter, "a number from {least} to {most}"),
            OptionKind::Flag => formatter.write_str("true or false"),
            OptionKind::Character => formatter.write_str("one printable ASCII character"),
            OptionKind::Literal => formatter.write_str("a string without NUL, a number or a boolean"),
            OptionKind::Text => formatter.write_str("a string without NUL, of at most 4096 bytes"),
            OptionKind::Choice(words) => {
                for (index, word) in words.iter().enumerate() {
                    let separator = match index {
                        0 => "",
                        _ if index + 1 == words.len() => " or ",
                        _ => ", ",
                    };
                    write!(formatter, "{separator}\"{word}\"")?;
                }
                Ok(())
            }
            OptionKind::Texts => formatter.write_str("a list of strings"),
            OptionKind::Literals => formatter.write_str("a list of strings without NUL, numbers or booleans"),
            OptionKind::Column => formatter.write_str("a column of the same table"),
            OptionKind::Columns => formatter.write_str("a list of columns of the same table"),
            OptionKind::Template => formatter.write_str("a string that names columns of the same table in braces"),
            OptionKind::Branch => formatter.write_str("a mask, or \"keep\""),
            OptionKind::Reals => formatter.write_str("a list of numbers, each larger than the one before"),
            OptionKind::Mask => formatter.write_str("a mask"),
            OptionKind::Masks => formatter.write_str("a table of masks"),
        }
    }
}

/// What a rule says of an option, or what holds where it says nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Setting {
    Absent,
    Whole(i64),
    Real(f64),
    Flag(bool),
    Text(String),
    Texts(Vec<String>),
    Reals(Vec<f64>),
    Mask(Box<MaskSpec>),
    /// The value is shown as it is.
    Keep,
    Masks(Vec<(String, MaskSpec)>),
}

/// The longest text of an option, in bytes.
const TEXT_BYTES_MAX: usize = 4096;
/// What a rule says where a value is to be shown as it is.
const KEEP: &str = "keep";
/// How deep masks may stand in masks.
const DEPTH_MAX: usize = 4;

impl Setting {
    fn of_default(default: Default) -> Option<Setting> {
        Some(match default {
            Default::Required => return None,
            Default::Absent => Setting::Absent,
            Default::Whole(number) => Setting::Whole(number),
            Default::Real(number) => Setting::Real(number),
            Default::Flag(flag) => Setting::Flag(flag),
            Default::Text(text) => Setting::Text(text.into()),
        })
    }

    /// The setting of an option from a rule's table.
    pub(super) fn read(
        kind: &'static str,
        option: &OptionSpec,
        table: &toml::Table,
        depth: usize,
    ) -> Result<Setting, MaskSpecError> {
        let Some(written) = table.get(option.name) else {
            return Setting::of_default(option.default).ok_or(MaskSpecError::MissingOption {
                kind,
                option: option.name,
            });
        };
        let bad = || MaskSpecError::BadOption {
            kind,
            option: option.name,
            expected: option.kind.to_string(),
        };
        let setting = match option.kind {
            OptionKind::Branch if written.as_str() == Some(KEEP) => Some(Setting::Keep),
            OptionKind::Mask | OptionKind::Branch if depth < DEPTH_MAX => {
                Some(Setting::Mask(Box::new(MaskSpec::parse_within(written, depth + 1)?)))
            }
            OptionKind::Masks if depth < DEPTH_MAX => match written {
                Value::Table(masks) => {
                    let masks = masks
                        .iter()
                        .map(|(name, mask)| Ok((name.clone(), MaskSpec::parse_within(mask, depth + 1)?)));
                    Some(Setting::Masks(masks.collect::<Result<_, MaskSpecError>>()?))
                }
                _ => None,
            },
            kind => Setting::plain(kind, written),
        };
        setting.ok_or_else(bad)
    }

    fn plain(kind: OptionKind, written: &Value) -> Option<Setting> {
        Some(match (kind, written) {
            (OptionKind::Whole(least, most), Value::Integer(number)) if (least..=most).contains(number) => {
                Setting::Whole(*number)
            }
            (OptionKind::Real(least, most), _) => {
                Setting::Real(real(written).filter(|number| (least..=most).contains(number))?)
            }
            (OptionKind::Flag, Value::Boolean(flag)) => Setting::Flag(*flag),
            (OptionKind::Character, Value::String(text)) if matches!(text.as_bytes(), [b' '..=b'~']) => {
                Setting::Text(text.clone())
            }
            (OptionKind::Literal, Value::String(text)) if !text.contains('\0') => Setting::Text(text.clone()),
            (OptionKind::Literal, Value::Integer(number)) => Setting::Text(number.to_string()),
            (OptionKind::Literal, Value::Float(number)) => Setting::Text(number.to_string()),
            (OptionKind::Literal, Value::Boolean(flag)) => Setting::Text(flag.to_string()),
            (OptionKind::Text, text) => Setting::Text(self::text(text)?),
            (OptionKind::Choice(words), Value::String(word)) if words.contains(&word.as_str()) => {
                Setting::Text(word.clone())
            }
            (OptionKind::Literals, Value::Array(literals)) => {
                let mut texts = Vec::new();
                for literal in literals {
                    match Setting::plain(OptionKind::Literal, literal)? {
                        Setting::Text(text) => texts.push(text),
                        _ => return None,
                    }
                }
                Setting::Texts(texts)
            }
            (OptionKind::Column, name) => Setting::Text(text(name).filter(|name| !name.is_empty())?),
            (OptionKind::Columns, Value::Array(names)) if !names.is_empty() => {
                let names = names.iter().map(|name| text(name).filter(|name| !name.is_empty()));
                Setting::Texts(names.collect::<Option<_>>()?)
            }
            (OptionKind::Template, written) => {
                Setting::Text(text(written).filter(|text| template::columns(text).is_some())?)
            }
            (OptionKind::Texts, Value::Array(texts)) => Setting::Texts(texts.iter().map(text).collect::<Option<_>>()?),
            (OptionKind::Reals, Value::Array(numbers)) => {
                let numbers: Vec<f64> = numbers.iter().map(real).collect::<Option<_>>()?;
                let ascends = numbers.windows(2).all(|pair| pair[0] < pair[1]);
                (ascends && !numbers.is_empty()).then_some(Setting::Reals(numbers))?
            }
            _ => return None,
        })
    }
}

fn text(written: &Value) -> Option<String> {
    let text = written.as_str()?;
    (!text.contains('\0') && text.len() <= TEXT_BYTES_MAX).then(|| text.to_owned())
}

fn real(written: &Value) -> Option<f64> {
    match written {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) if number.is_finite() => Some(*number),
        _ => None,
    }
}

impl fmt::Display for Setting {
    /// As a rule file would say it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &String| Value::String(text.clone()).to_string();
        match self {
            Setting::Absent => Ok(()),
            Setting::Whole(number) => write!(formatter, "{number}"),
            Setting::Real(number) => write!(formatter, "{number:?}"),
            Setting::Flag(flag) => write!(formatter, "{flag}"),
            Setting::Text(text) => formatter.write_str(&quoted(text)),
            Setting::Texts(texts) => {
                write!(
                    formatter,
                    "[{}]",
                    texts.iter().map(quoted).collect::<Vec<_>>().join(", ")
                )
            }
            Setting::Reals(numbers) => write!(formatter, "{numbers:?}"),
            Setting::Keep => formatter.write_str(&quoted(&KEEP.to_owned())),
            Setting::Mask(mask) => formatter.write_str(&mask.written()),
            Setting::Masks(masks) => {
                let members: Vec<_> = masks
                    .iter()
                    .map(|(name, mask)| format!("{} = {}", quoted(name), mask.written()))
                    .collect();
                write!(formatter, "{{ {} }}", members.join(", "))
            }
        }
    }
}

/// What a rule says of one of two ways.
pub(super) enum Branch<'a> {
    /// The value is shown as it is.
    Keep,
    /// Through this mask.
    Mask(&'a MaskSpec),
    /// Nothing.
    Unset,
}

/// The options of a mask in one rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settings {
    known: &'static [OptionSpec],
    /// One an option, in their order.
    set: Vec<Setting>,
}

impl Settings {
    /// Reads a rule's table; `kind` in it is the mask's name.
    pub(super) fn read(
        kind: &'static str,
        known: &'static [OptionSpec],
        table: &toml::Table,
        depth: usize,
    ) -> Result<Settings, MaskSpecError> {
        for written in table.keys().filter(|key| *key != "kind") {
            if known.is_empty() {
                return Err(MaskSpecError::NoOptions {
                    kind,
                    option: written.clone(),
                });
            }
            if !known.iter().any(|option| option.name == written) {
                return Err(MaskSpecError::UnknownOption {
                    kind,
                    option: written.clone(),
                    nearest: nearest(written, known.iter().map(|option| option.name)),
                });
            }
        }
        let set = known.iter().map(|option| Setting::read(kind, option, table, depth));
        Ok(Settings {
            known,
            set: set.collect::<Result<_, _>>()?,
        })
    }

    /// Those that are set, and their names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &Setting)> {
        let pairs = self.known.iter().map(|option| option.name).zip(&self.set);
        pairs.filter(|(_, setting)| **setting != Setting::Absent)
    }

    /// The columns that the mask reads beside its own, and those that masks within it read.
    pub(super) fn reads(&self) -> Vec<Read> {
        let read = |as_shown: bool| {
            move |column: &String| Read {
                column: column.clone(),
                as_shown,
            }
        };
        let mut reads = Vec::new();
        for (option, setting) in self.known.iter().zip(&self.set) {
            match (option.kind, setting) {
                (OptionKind::Column, Setting::Text(name)) => reads.push(read(false)(name)),
                (OptionKind::Columns, Setting::Texts(names)) => reads.extend(names.iter().map(read(false))),
                (OptionKind::Template, Setting::Text(text)) => {
                    reads.extend(template::columns(text).unwrap_or_default().iter().map(read(true)));
                }
                (_, Setting::Mask(mask)) => reads.extend(mask.reads()),
                (_, Setting::Masks(masks)) => masks.iter().for_each(|(_, mask)| reads.extend(mask.reads())),
                _ => {}
            }
        }
        reads
    }

    fn get(&self, name: &str) -> &Setting {
        let found = self.known.iter().position(|option| option.name == name);
        debug_assert!(found.is_some(), "no option {name}");
        found.and_then(|index| self.set.get(index)).unwrap_or(&Setting::Absent)
    }

    pub(super) fn whole(&self, name: &str) -> i64 {
        match self.get(name) {
            Setting::Whole(number) => *number,
            _ => 0,
        }
    }

    pub(super) fn real(&self, name: &str) -> Option<f64> {
        match self.get(name) {
            Setting::Real(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Setting::Flag(true))
    }

    /// `None` where a rule does not say.
    pub(super) fn flag_if_set(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Setting::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    pub(super) fn branch(&self, name: &str) -> Branch<'_> {
        match self.get(name) {
            Setting::Keep => Branch::Keep,
            Setting::Mask(mask) => Branch::Mask(mask),
            _ => Branch::Unset,
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Setting::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn texts(&self, name: &str) -> &[String] {
        match self.get(name) {
            Setting::Texts(texts) => texts,
            _ => &[],
        }
    }

    pub(super) fn reals(&self, name: &str) -> &[f64] {
        match self.get(name) {
            Setting::Reals(numbers) => numbers,
            _ => &[],
        }
    }

    pub(super) fn mask(&self, name: &str) -> Option<&MaskSpec> {
        match self.get(name) {
            Setting::Mask(mask) => Some(mask),
            _ => None,
        }
    }

    pub(super) fn masks(&self, name: &str) -> &[(String, MaskSpec)] {
        match self.get(name) {
            Setting::Masks(masks) => masks,
            _ => &[],
        }
    }
}
