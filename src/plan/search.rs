//! Translated search: a client searches by the masked value that it saw, and the server by the original.
//!
//! The masked data would answer such a search in the same way, so it tells nothing more. What a plan holds is where the
//! constants stand and which masks lead back; the constants themselves are each statement's own.
//!
//! The text that is sent then holds originals. What the server says of it must not reach the client as it is: errors
//! point into it ([`Shifts`] corrects that), `EXPLAIN` would print it (and is refused).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::mask::ColumnMask;
use crate::sql::{Analysis, ConstantForm, Integers, Reason, Refusal, StatementKind, number_end, string_end};
use crate::value::{Format, array, is_text_like, oid};

use super::Plan;

/// How the constants that one column is compared with become originals.
#[derive(Debug, Clone)]
pub struct Restoring {
    /// `schema.table.column`, for messages.
    pub column: Arc<str>,
    /// The treatment class of the column: equal numbers mean the same mask.
    pub class: u32,
    /// What leads back.
    pub mask: Arc<ColumnMask>,
    /// Type of the constant, or of its elements.
    pub given: u32,
    /// Type of what takes its place.
    pub to: u32,
    /// It is an array of them.
    pub is_array: bool,
}

impl PartialEq for Restoring {
    fn eq(&self, other: &Self) -> bool {
        let what = |one: &Restoring| (one.class, one.given, one.to, one.is_array);
        what(self) == what(other) && Arc::ptr_eq(&self.mask, &other.mask)
    }
}

impl Restoring {
    /// Appends the original of a constant; `false`: it cannot be read, and what was appended is void.
    pub fn restore(&self, format: Format, value: &[u8], out: &mut Vec<u8>) -> bool {
        let element = |value: &[u8], out: &mut Vec<u8>| self.mask.restore(self.given, format, value, self.to, out);
        match (self.is_array, format) {
            (false, _) => element(value, out),
            (true, Format::Text) => array::map_text(value, element, out).is_some(),
            (true, Format::Binary) => array::map_binary(value, self.given, self.to, element, out).is_some(),
        }
    }

    /// Why a constant is refused.
    pub fn unreadable(&self) -> Refusal {
        Refusal {
            reason: Reason::Predicate,
            message: format!(
                "the constant that the protected column {} is compared with cannot be read as one of its masked values",
                self.column
            ),
            hint: "Search by a masked value as pgveil shows it, in its plainest spelling.".into(),
        }
    }
}

/// A literal of the text.
#[derive(Debug, Clone)]
pub struct SearchedLiteral {
    /// Where it starts in the text's template, in bytes.
    pub(super) place: usize,
    /// In quotes.
    pub(super) is_string: bool,
    pub(super) restoring: Restoring,
}

/// A parameter, all of whose uses are searches.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchedParameter {
    /// From 1.
    pub number: u16,
    /// With the types that hold where the client declares none.
    pub restoring: Restoring,
}

impl SearchedParameter {
    /// The same for a type that the client declares (0: none), and the type to declare to the server instead. `None`
    /// where that type and the column's do not go together.
    pub fn declared(&self, type_oid: u32) -> Option<(Restoring, u32)> {
        let mut restoring = self.restoring.clone();
        if type_oid != 0 {
            restoring.given = match restoring.is_array {
                true => ARRAYS.iter().find(|(array, _)| *array == type_oid)?.1,
                false => type_oid,
            };
            restoring.to = restoring.mask.restored_type(restoring.given)?;
        }
        let to = restoring.to;
        let sent = match restoring.is_array {
            true => ARRAYS.iter().find(|(_, element)| *element == to)?.0,
            false => to,
        };
        Some((restoring, sent))
    }
}

/// Array types and those of their elements (`pg_type.dat`).
const ARRAYS: [(u32, u32); 10] = [
    (1005, oid::INT2),
    (1007, oid::INT4),
    (1016, oid::INT8),
    (1231, oid::NUMERIC),
    (2951, oid::UUID),
    (1041, oid::INET),
    (651, oid::CIDR),
    (1009, oid::TEXT),
    (1015, oid::VARCHAR),
    (1014, oid::BPCHAR),
];

/// What is searched for in one statement, while its plan is made.
#[derive(Debug, Default)]
pub(super) struct Searches {
    /// Columns that are searched.
    pub(super) columns: BTreeSet<String>,
    literals: BTreeMap<usize, SearchedLiteral>,
    parameters: BTreeMap<usize, SearchedParameter>,
    /// Where literals stand that a rule lets through as they are.
    kept: BTreeSet<usize>,
}

impl Searches {
    /// Notes that a constant stays as it is.
    pub(super) fn keep(&mut self, form: &ConstantForm) {
        if let ConstantForm::Number { span, .. } | ConstantForm::String { span } = form {
            self.kept.insert(span.0);
        }
    }

    /// Notes a constant that `columns` are compared with. `false`: it is compared with something else too.
    pub(super) fn add(&mut self, form: &ConstantForm, restoring: Restoring, columns: Vec<String>) -> bool {
        self.columns.extend(columns);
        match form {
            ConstantForm::Number { span, .. } | ConstantForm::String { span } => {
                let literal = SearchedLiteral {
                    place: span.0,
                    is_string: matches!(form, ConstantForm::String { .. }),
                    restoring,
                };
                let known = self.literals.entry(span.0).or_insert_with(|| literal.clone());
                known.restoring == literal.restoring
            }
            ConstantForm::Parameter { number, location } => {
                let parameter = SearchedParameter {
                    number: *number,
                    restoring,
                };
                let known = self.parameters.entry(*location).or_insert_with(|| parameter.clone());
                *known == parameter
            }
            ConstantForm::Literal { .. } => false,
        }
    }

    /// Whether the statement as a whole can be sent with originals in it.
    pub(super) fn check(&self, analysis: &Analysis) -> Result<(), Refusal> {
        let Some(first) = self.columns.first() else {
            return Ok(());
        };
        let refused = |message: String, hint: &str| {
            Err(Refusal {
                reason: Reason::Predicate,
                message,
                hint: hint.into(),
            })
        };
        if self.kept.iter().any(|place| self.literals.contains_key(place)) {
            return refused(
                format!("a constant is compared with the protected column {first} and with another column too"),
                "Write the conditions apart.",
            );
        }
        if matches!(analysis.kind, StatementKind::Explain { .. }) {
            return refused(
                format!(
                    "EXPLAIN would print the original that a masked value of the protected column {first} stands for"
                ),
                "Explain the statement with a condition on another column, or with `column = column` in its place.",
            );
        }
        if matches!(analysis.kind, StatementKind::Prepare { .. }) && !self.parameters.is_empty() {
            return refused(
                format!(
                    "a parameter of PREPARE is compared with the protected column {first}: pgveil translates parameters of the extended protocol only"
                ),
                "Send the statement itself, or let the driver bind its parameters.",
            );
        }
        for parameter in self.parameters.values() {
            let alike = |(number, location): &(u16, usize)| {
                *number != parameter.number || self.parameters.get(location) == Some(parameter)
            };
            if !analysis.parameters.iter().all(alike) {
                return refused(
                    format!(
                        "the parameter ${} is compared with the protected column {} and used in another way too",
                        parameter.number, parameter.restoring.column
                    ),
                    "Give each use a parameter of its own.",
                );
            }
        }
        Ok(())
    }

    /// Gives a plan what is searched for.
    pub(super) fn put_into(self, plan: &mut Plan) {
        plan.literals = self.literals.into_values().collect();
        plan.parameters = self.parameters.into_values().collect();
        plan.parameters.sort_by_key(|parameter| parameter.number);
        plan.parameters.dedup_by_key(|parameter| parameter.number);
    }
}

/// How a constant of this form, cast to `cast`, is compared with a column under this mask; `None` if it cannot be
/// translated.
pub(super) fn restoring(mask: &Arc<ColumnMask>, form: &ConstantForm, cast: Option<u32>) -> Option<(u32, u32)> {
    let own = mask.search_type()?;
    let is_number = matches!(form, ConstantForm::Number { .. });
    let given = match (cast, form) {
        // The server takes the narrowest type that holds the number, and the original is of the same width.
        (None, ConstantForm::Number { is_integral, .. }) => match own {
            oid::NUMERIC => oid::NUMERIC,
            oid::INT2 | oid::INT4 | oid::INT8 if *is_integral => return Some((oid::INT8, oid::INT8)),
            _ => return None,
        },
        (Some(cast), ConstantForm::Number { is_integral, .. }) if *is_integral || cast == oid::NUMERIC => cast,
        (Some(_), ConstantForm::Number { .. }) => return None,
        (cast, _) => cast.unwrap_or(own),
    };
    let is_text = is_text_like(given);
    // The original must fit where the constant stood.
    (mask.restored_type(given) == Some(given) && !(is_number && is_text)).then_some((given, given))
}

/// A text under way from the client to the server.
pub struct Rewriting<'t> {
    text: &'t str,
    integers: Option<Integers>,
    sent: String,
    /// Bytes of the text that are in `sent`.
    copied: usize,
    sent_characters: usize,
    copied_characters: usize,
    shifts: Vec<Shift>,
}

impl<'t> Rewriting<'t> {
    /// Of this text, which nothing was changed in yet.
    pub fn new(text: &'t str) -> Self {
        Rewriting {
            text,
            integers: None,
            sent: String::new(),
            copied: 0,
            sent_characters: 0,
            copied_characters: 0,
            shifts: Vec::new(),
        }
    }

    /// Puts originals in place of the constants of one statement; statements come in order.
    ///
    /// # Errors
    /// The refusal of this statement, if a constant cannot be read.
    pub fn add(&mut self, plan: &Plan) -> Result<(), Refusal> {
        if plan.literals.is_empty() {
            return Ok(());
        }
        let text = self.text;
        let integers = self.integers.get_or_insert_with(|| Integers::of(text));
        let starts: Vec<usize> = integers
            .in_text(plan.literals.iter().map(|literal| literal.place))
            .collect();
        let mut originals = Vec::with_capacity(starts.len());
        for (literal, start) in plan.literals.iter().zip(starts) {
            let replaced = literal.replaced(text, start);
            let (end, original) = replaced.ok_or_else(|| literal.restoring.unreadable())?;
            originals.push((start, end, original));
        }
        for (start, end, original) in originals {
            self.put(start, end, &original);
        }
        Ok(())
    }

    fn put(&mut self, start: usize, end: usize, original: &str) {
        self.copy(start);
        let replaced = self.text.get(start..end).unwrap_or_default().chars().count();
        let length = original.chars().count();
        self.shifts.push(Shift {
            sent_at: self.sent_characters,
            sent: length,
            at: self.copied_characters,
            replaced,
        });
        self.sent.push_str(original);
        self.sent_characters += length;
        self.copied_characters += replaced;
        self.copied = end;
    }

    fn copy(&mut self, end: usize) {
        let between = self.text.get(self.copied..end).unwrap_or_default();
        let characters = between.chars().count();
        self.sent.push_str(between);
        self.sent_characters += characters;
        self.copied_characters += characters;
        self.copied = end;
    }

    /// The text up to `end`, in bytes of the client's, with originals in it; `None` if there are none.
    pub fn finish(mut self, end: usize) -> Option<(String, Arc<Shifts>)> {
        if self.shifts.is_empty() {
            return None;
        }
        self.copy(end.max(self.copied));
        Some((self.sent, Arc::new(Shifts(self.shifts))))
    }
}

impl SearchedLiteral {
    /// The end of the literal that starts here, and what takes its place.
    fn replaced(&self, text: &str, start: usize) -> Option<(usize, String)> {
        let mut original = Vec::new();
        if self.is_string {
            let end = string_end(text, start)?;
            let value = text.get(start + 1..end - 1)?.replace("''", "'");
            self.restoring
                .restore(Format::Text, value.as_bytes(), &mut original)
                .then_some(())?;
            let original = String::from_utf8(original).ok()?;
            let quoted = format!("'{}'", original.replace('\'', "''"));
            return Some((end, padded(quoted, text.get(start..end)?)));
        }
        let end = number_end(text, start)?;
        let mut value = text.get(start..end)?.to_owned();
        value.retain(|letter| !letter.is_ascii_whitespace());
        self.restoring
            .restore(Format::Text, value.as_bytes(), &mut original)
            .then_some(())?;
        // It stands apart from what is around it, as the other did.
        let original = format!(" {} ", String::from_utf8(original).ok()?);
        Some((end, padded(original, text.get(start..end)?)))
    }
}

/// Blanks behind an original, so that the length of what is sent tells nothing: the server shows its clients how much
/// memory their prepared statements take.
fn padded(original: String, literal: &str) -> String {
    /// No number, UUID or address, in quotes within an array, is longer; strings are as long as their masks.
    const ELEMENT_BYTES_MAX: usize = 48;
    let elements = 1 + literal.bytes().filter(|byte| *byte == b',').count();
    let width = literal.len() + elements * ELEMENT_BYTES_MAX;
    let blanks = width.saturating_sub(original.len());
    original + &" ".repeat(blanks)
}

/// Where the text that was sent differs from the client's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shifts(Vec<Shift>);

/// One literal, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shift {
    sent_at: usize,
    sent: usize,
    at: usize,
    replaced: usize,
}

impl Shifts {
    /// The place in the client's text, in characters from 1, for one in the text that was sent.
    pub fn position(&self, sent: usize) -> usize {
        let place = sent.saturating_sub(1);
        let before = self.0.iter().take_while(|shift| shift.sent_at <= place).last();
        1 + match before {
            None => place,
            Some(shift) if place < shift.sent_at + shift.sent => shift.at,
            Some(shift) => place - (shift.sent_at + shift.sent) + shift.at + shift.replaced,
        }
    }
}
