//! What a rule says about a mask, checked.

use std::fmt;
use std::hash::{Hash, Hasher};

use toml::Value;

use super::catalogue;
use super::contract::{Contract, Kind};
use super::options::Settings;
use super::row::Read;

/// A mask as a rule names it: its kind and options, without key or column.
#[derive(Clone)]
pub struct MaskSpec {
    pub(super) kind: &'static Kind,
    pub(super) settings: Settings,
}

impl PartialEq for MaskSpec {
    fn eq(&self, other: &MaskSpec) -> bool {
        self.name() == other.name() && self.settings == other.settings
    }
}

// No number of an option is NaN.
impl Eq for MaskSpec {}

impl Hash for MaskSpec {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_string().hash(state);
    }
}

impl fmt::Debug for MaskSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MaskSpec({self})")
    }
}

/// What is wrong with a mask in a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaskSpecError {
    /// Neither a string nor a table.
    #[error("a mask is a name such as \"email\" or a table such as {{ kind = \"partial\", keep_last = 2 }}")]
    NotAMask,
    /// A table without a kind.
    #[error("the mask does not say its `kind`")]
    MissingKind,
    /// No mask of this name.
    #[error("there is no mask `{name}`: did you mean `{nearest}`?")]
    UnknownKind {
        /// What the rule says.
        name: String,
        /// The mask most like it.
        nearest: &'static str,
    },
    /// The mask has no such option.
    #[error("mask `{kind}` has no option `{option}`: did you mean `{nearest}`?")]
    UnknownOption {
        /// The mask.
        kind: &'static str,
        /// What the rule says.
        option: String,
        /// The option most like it.
        nearest: &'static str,
    },
    /// The mask takes no options at all.
    #[error("mask `{kind}` takes no options, yet has `{option}`")]
    NoOptions {
        /// The mask.
        kind: &'static str,
        /// What the rule says.
        option: String,
    },
    /// An option that must be given is not.
    #[error("mask `{kind}` needs the option `{option}`")]
    MissingOption {
        /// The mask.
        kind: &'static str,
        /// The option.
        option: &'static str,
    },
    /// An option of a wrong type or out of range.
    #[error("option `{option}` of mask `{kind}` must be {expected}")]
    BadOption {
        /// The mask.
        kind: &'static str,
        /// The option.
        option: &'static str,
        /// What would be right.
        expected: String,
    },
}

impl MaskSpec {
    /// Reads a rule's `mask`: a name, or a table of `kind` and options.
    pub fn parse(value: &Value) -> Result<MaskSpec, MaskSpecError> {
        MaskSpec::parse_within(value, 0)
    }

    /// The same of a mask that so many others are around.
    pub(super) fn parse_within(value: &Value, depth: usize) -> Result<MaskSpec, MaskSpecError> {
        let no_options = toml::Table::new();
        let (name, table) = match value {
            Value::String(name) => (name, &no_options),
            Value::Table(table) => match table.get("kind") {
                Some(Value::String(name)) => (name, table),
                _ => return Err(MaskSpecError::MissingKind),
            },
            _ => return Err(MaskSpecError::NotAMask),
        };
        let Some(kind) = catalogue::kind(name) else {
            return Err(MaskSpecError::UnknownKind {
                name: name.clone(),
                nearest: nearest(name, MaskSpec::kinds().map(|contract| contract.name)),
            });
        };
        let settings = Settings::read(kind.contract.name, kind.contract.options, table, depth)?;
        Ok(MaskSpec { kind, settings })
    }

    /// The name of the mask in rule files.
    pub fn name(&self) -> &'static str {
        self.kind.contract.name
    }

    /// Whether a number is masked alike in integer columns of all widths that hold it.
    pub fn spans_integer_widths(&self) -> bool {
        self.name() == "integer" && self.settings.flag("small")
    }

    /// The columns of the same table that it reads, each once.
    pub fn reads(&self) -> Vec<Read> {
        let mut reads = self.settings.reads();
        let mut seen = std::collections::HashSet::new();
        reads.retain(|read| seen.insert(read.clone()));
        reads
    }

    /// What it promises, in a column wide enough.
    pub fn contract(&self) -> Contract {
        self.kind.contract
    }

    /// Every mask there is, in the order of the reference.
    pub fn kinds() -> impl Iterator<Item = &'static Contract> {
        catalogue::ALL.iter().map(|kind| &kind.contract)
    }

    /// As a value of a rule file.
    pub(super) fn written(&self) -> String {
        let printed = self.to_string();
        if printed.starts_with('{') {
            printed
        } else {
            format!("\"{printed}\"")
        }
    }
}

impl fmt::Display for MaskSpec {
    /// As a rule file would say it, with all options; a mask without any stands alone, without quotes.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.settings.iter().next().is_none() {
            return formatter.write_str(self.name());
        }
        write!(formatter, "{{ kind = \"{}\"", self.name())?;
        for (name, setting) in self.settings.iter() {
            write!(formatter, ", {name} = {setting}")?;
        }
        formatter.write_str(" }")
    }
}

/// The candidate most like what was written.
pub(super) fn nearest(written: &str, candidates: impl Iterator<Item = &'static str>) -> &'static str {
    candidates
        .max_by(|left, right| strsim::jaro_winkler(written, left).total_cmp(&strsim::jaro_winkler(written, right)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<MaskSpec, MaskSpecError> {
        let table: toml::Table = format!("mask = {text}").parse().expect("TOML");
        MaskSpec::parse(&table["mask"])
    }

    #[test]
    fn every_kind_parses_as_its_example_and_prints_itself() {
        for contract in MaskSpec::kinds() {
            let spec = parse(&contract.example_rule()).expect(contract.name);
            assert_eq!(spec.contract(), *contract);
            assert_eq!(parse(&spec.written()), Ok(spec));
        }
    }

    #[test]
    fn mistakes_name_the_nearest() {
        for (text, message) in [
            ("\"emial\"", "there is no mask `emial`: did you mean `email`?"),
            (
                "{ kind = \"partial\", keep_lsat = 2 }",
                "mask `partial` has no option `keep_lsat`: did you mean `keep_last`?",
            ),
            (
                "{ kind = \"email\", x = 2 }",
                "mask `email` takes no options, yet has `x`",
            ),
            ("{ keep_last = 2 }", "the mask does not say its `kind`"),
            ("{ kind = \"fixed\" }", "mask `fixed` needs the option `value`"),
            (
                "{ kind = \"hash\", length = 4 }",
                "option `length` of mask `hash` must be a whole number from 8 to 32",
            ),
            (
                "{ kind = \"partial\", mask_char = \"••\" }",
                "option `mask_char` of mask `partial` must be one printable ASCII character",
            ),
            (
                "{ kind = \"date_shift\", days = \"9\" }",
                "option `days` of mask `date_shift` must be a whole number from 1 to 36500",
            ),
        ] {
            assert_eq!(parse(text).expect_err(text).to_string(), message);
        }
        assert_eq!(parse("7"), Err(MaskSpecError::NotAMask));
    }
}
