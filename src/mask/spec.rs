//! What a rule says about a mask, checked.

use std::fmt;

use toml::Value;

use super::contract::{self, Contract};

/// A mask as a rule names it: its kind and parameters, without key or column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MaskSpec {
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Null,
    Fixed {
        value: String,
    },
    Redact,
    Partial {
        keep_first: usize,
        keep_last: usize,
        mask_char: u8,
    },
    Hash {
        length: usize,
    },
    Email,
    FullName,
    FirstName,
    LastName,
    Phone,
    AddressLine,
    City,
    Company,
    UserName,
    Url,
    FreeText,
    Integer,
    DateShift {
        days: i64,
        keep_time: bool,
    },
    Ip,
    Uuid,
    Json,
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
    /// The mask has no such parameter.
    #[error("mask `{kind}` has no parameter `{parameter}`: did you mean `{nearest}`?")]
    UnknownParameter {
        /// The mask.
        kind: &'static str,
        /// What the rule says.
        parameter: String,
        /// The parameter most like it.
        nearest: &'static str,
    },
    /// The mask takes no parameters at all.
    #[error("mask `{kind}` takes no parameters, yet has `{parameter}`")]
    NoParameters {
        /// The mask.
        kind: &'static str,
        /// What the rule says.
        parameter: String,
    },
    /// A parameter that must be given is not.
    #[error("mask `{kind}` needs the parameter `{parameter}`")]
    MissingParameter {
        /// The mask.
        kind: &'static str,
        /// The parameter.
        parameter: &'static str,
    },
    /// A parameter of a wrong type or out of range.
    #[error("parameter `{parameter}` of mask `{kind}` must be {expected}")]
    BadParameter {
        /// The mask.
        kind: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// What would be right.
        expected: &'static str,
    },
}

/// The most characters that `partial` may show at one end.
const PARTIAL_KEEP_MAX: i64 = 64;
const PARTIAL_KEEP_EXPECTED: &str = "a whole number from 0 to 64";
const HASH_LENGTH_EXPECTED: &str = "a whole number from 8 to 32";
const SHIFT_DAYS_EXPECTED: &str = "a whole number from 1 to 36500";

impl MaskSpec {
    /// Reads a rule's `mask`: a name, or a table of `kind` and parameters.
    pub fn parse(value: &Value) -> Result<MaskSpec, MaskSpecError> {
        let no_parameters = toml::Table::new();
        let (name, table) = match value {
            Value::String(name) => (name, &no_parameters),
            Value::Table(table) => match table.get("kind") {
                Some(Value::String(name)) => (name, table),
                _ => return Err(MaskSpecError::MissingKind),
            },
            _ => return Err(MaskSpecError::NotAMask),
        };
        let Some(contract) = contract::ALL.iter().find(|contract| contract.name == name) else {
            let names = contract::ALL.iter().map(|contract| contract.name);
            return Err(MaskSpecError::UnknownKind {
                name: name.clone(),
                nearest: nearest(name, names),
            });
        };
        let kind = Parameters {
            kind: contract.name,
            table,
        }
        .kind()?;
        Ok(MaskSpec { kind })
    }

    /// The name of the mask in rule files.
    pub fn name(&self) -> &'static str {
        self.contract().name
    }

    /// What it promises, in a column wide enough.
    pub fn contract(&self) -> Contract {
        match self.kind {
            Kind::Null => contract::NULL,
            Kind::Fixed { .. } => contract::FIXED,
            Kind::Redact => contract::REDACT,
            Kind::Partial { .. } => contract::PARTIAL,
            Kind::Hash { .. } => contract::HASH,
            Kind::Email => contract::EMAIL,
            Kind::FullName => contract::FULL_NAME,
            Kind::FirstName => contract::FIRST_NAME,
            Kind::LastName => contract::LAST_NAME,
            Kind::Phone => contract::PHONE,
            Kind::AddressLine => contract::ADDRESS_LINE,
            Kind::City => contract::CITY,
            Kind::Company => contract::COMPANY,
            Kind::UserName => contract::USER_NAME,
            Kind::Url => contract::URL,
            Kind::FreeText => contract::FREE_TEXT,
            Kind::Integer => contract::INTEGER,
            Kind::DateShift { .. } => contract::DATE_SHIFT,
            Kind::Ip => contract::IP,
            Kind::Uuid => contract::UUID,
            Kind::Json => contract::JSON,
        }
    }

    /// Every mask there is.
    pub fn kinds() -> &'static [Contract] {
        &contract::ALL
    }
}

impl fmt::Display for MaskSpec {
    /// As a rule file would say it, with all parameters.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match &self.kind {
            Kind::Fixed { value } => write!(
                formatter,
                "{{ kind = \"{name}\", value = {} }}",
                Value::String(value.clone())
            ),
            Kind::Partial {
                keep_first,
                keep_last,
                mask_char,
            } => write!(
                formatter,
                "{{ kind = \"{name}\", keep_first = {keep_first}, keep_last = {keep_last}, mask_char = {} }}",
                Value::String(char::from(*mask_char).into())
            ),
            Kind::Hash { length } => {
                write!(formatter, "{{ kind = \"{name}\", length = {length} }}")
            }
            Kind::DateShift { days, keep_time } => {
                write!(
                    formatter,
                    "{{ kind = \"{name}\", days = {days}, keep_time = {keep_time} }}"
                )
            }
            _ => formatter.write_str(name),
        }
    }
}

struct Parameters<'a> {
    kind: &'static str,
    table: &'a toml::Table,
}

impl Parameters<'_> {
    fn kind(&self) -> Result<Kind, MaskSpecError> {
        self.known(match self.kind {
            "fixed" => &["value"],
            "partial" => &["keep_first", "keep_last", "mask_char"],
            "hash" => &["length"],
            "date_shift" => &["days", "keep_time"],
            _ => &[],
        })?;
        Ok(match self.kind {
            "null" => Kind::Null,
            "fixed" => Kind::Fixed { value: self.value()? },
            "redact" => Kind::Redact,
            "partial" => Kind::Partial {
                keep_first: self.number("keep_first", 0, 0..=PARTIAL_KEEP_MAX, PARTIAL_KEEP_EXPECTED)? as usize,
                keep_last: self.number("keep_last", 0, 0..=PARTIAL_KEEP_MAX, PARTIAL_KEEP_EXPECTED)? as usize,
                mask_char: self.mask_char()?,
            },
            "hash" => Kind::Hash {
                length: self.number("length", 32, 8..=32, HASH_LENGTH_EXPECTED)? as usize,
            },
            "email" => Kind::Email,
            "full_name" => Kind::FullName,
            "first_name" => Kind::FirstName,
            "last_name" => Kind::LastName,
            "phone" => Kind::Phone,
            "address_line" => Kind::AddressLine,
            "city" => Kind::City,
            "company" => Kind::Company,
            "user_name" => Kind::UserName,
            "url" => Kind::Url,
            "free_text" => Kind::FreeText,
            "integer" => Kind::Integer,
            "date_shift" => Kind::DateShift {
                days: self.number("days", 30, 1..=36_500, SHIFT_DAYS_EXPECTED)?,
                keep_time: self.keep_time()?,
            },
            "ip" => Kind::Ip,
            "uuid" => Kind::Uuid,
            "json" => Kind::Json,
            other => {
                let nearest = nearest(other, contract::ALL.iter().map(|contract| contract.name));
                return Err(MaskSpecError::UnknownKind {
                    name: other.into(),
                    nearest,
                });
            }
        })
    }

    fn known(&self, known: &[&'static str]) -> Result<(), MaskSpecError> {
        for parameter in self.table.keys().filter(|key| *key != "kind") {
            if known.is_empty() {
                return Err(MaskSpecError::NoParameters {
                    kind: self.kind,
                    parameter: parameter.clone(),
                });
            }
            if !known.contains(&parameter.as_str()) {
                let nearest = nearest(parameter, known.iter().copied());
                return Err(MaskSpecError::UnknownParameter {
                    kind: self.kind,
                    parameter: parameter.clone(),
                    nearest,
                });
            }
        }
        Ok(())
    }

    fn bad<T>(&self, parameter: &'static str, expected: &'static str) -> Result<T, MaskSpecError> {
        Err(MaskSpecError::BadParameter {
            kind: self.kind,
            parameter,
            expected,
        })
    }

    fn number(
        &self,
        parameter: &'static str,
        default: i64,
        range: std::ops::RangeInclusive<i64>,
        expected: &'static str,
    ) -> Result<i64, MaskSpecError> {
        match self.table.get(parameter) {
            None => Ok(default),
            Some(Value::Integer(number)) if range.contains(number) => Ok(*number),
            Some(_) => self.bad(parameter, expected),
        }
    }

    fn keep_time(&self) -> Result<bool, MaskSpecError> {
        match self.table.get("keep_time") {
            None => Ok(false),
            Some(Value::Boolean(keep)) => Ok(*keep),
            Some(_) => self.bad("keep_time", "true or false"),
        }
    }

    /// ASCII only: it is the same byte in every client encoding.
    fn mask_char(&self) -> Result<u8, MaskSpecError> {
        match self.table.get("mask_char") {
            None => Ok(b'*'),
            Some(Value::String(text)) if matches!(text.as_bytes(), [b' '..=b'~']) => Ok(text.as_bytes()[0]),
            Some(_) => self.bad("mask_char", "one printable ASCII character"),
        }
    }

    fn value(&self) -> Result<String, MaskSpecError> {
        match self.table.get("value") {
            None => Err(MaskSpecError::MissingParameter {
                kind: self.kind,
                parameter: "value",
            }),
            Some(Value::String(text)) if !text.contains('\0') => Ok(text.clone()),
            Some(Value::Integer(number)) => Ok(number.to_string()),
            Some(Value::Float(number)) => Ok(number.to_string()),
            Some(Value::Boolean(flag)) => Ok(flag.to_string()),
            Some(_) => self.bad("value", "a string without NUL, a number or a boolean"),
        }
    }
}

/// The candidate most like what was written.
fn nearest(written: &str, candidates: impl Iterator<Item = &'static str>) -> &'static str {
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
    fn every_kind_parses_by_name_and_prints_itself() {
        for contract in MaskSpec::kinds() {
            let text = match contract.name {
                "fixed" => "{ kind = \"fixed\", value = \"a \\\"b\\\"\" }".to_string(),
                name => format!("\"{name}\""),
            };
            let spec = parse(&text).expect(contract.name);
            assert_eq!(spec.contract(), *contract);
            let printed = spec.to_string();
            let again = if printed.starts_with('{') {
                printed
            } else {
                format!("\"{printed}\"")
            };
            assert_eq!(parse(&again), Ok(spec));
        }
    }

    #[test]
    fn mistakes_name_the_nearest() {
        for (text, message) in [
            ("\"emial\"", "there is no mask `emial`: did you mean `email`?"),
            (
                "{ kind = \"partial\", keep_lsat = 2 }",
                "mask `partial` has no parameter `keep_lsat`: did you mean `keep_last`?",
            ),
            (
                "{ kind = \"email\", x = 2 }",
                "mask `email` takes no parameters, yet has `x`",
            ),
            ("{ keep_last = 2 }", "the mask does not say its `kind`"),
            ("{ kind = \"fixed\" }", "mask `fixed` needs the parameter `value`"),
            (
                "{ kind = \"hash\", length = 4 }",
                "parameter `length` of mask `hash` must be a whole number from 8 to 32",
            ),
            (
                "{ kind = \"partial\", mask_char = \"••\" }",
                "parameter `mask_char` of mask `partial` must be one printable ASCII character",
            ),
            (
                "{ kind = \"date_shift\", days = \"9\" }",
                "parameter `days` of mask `date_shift` must be a whole number from 1 to 36500",
            ),
        ] {
            assert_eq!(parse(text).expect_err(text).to_string(), message);
        }
        assert_eq!(parse("7"), Err(MaskSpecError::NotAMask));
    }
}
