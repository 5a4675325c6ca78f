//! Statements that search by masked values: originals in what is sent, and nothing of them in what comes back.

use std::sync::Arc;

use crate::plan::search::{Restoring, Rewriting, Shifts};
use crate::plan::{Plan, PlannedText};
use crate::sql::{Reason, Refusal, StatementKind};
use crate::value::Format;
use crate::wire::compose;
use crate::wire::error_fields::ErrorFields;
use crate::wire::frame::HEADER_BYTES;
use crate::wire::read::{Malformed, Reader};
use crate::wire::tag::request;

use super::expected::Expected;
use super::names::{Prepared, is_indirect};
use super::{Conversation, Run, StatementLog};

/// What was sent of a prepared statement instead of what the client gave.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Where its text differs.
    pub shifts: Option<Arc<Shifts>>,
    pub parameters: Vec<BoundParameter>,
}

/// A parameter whose values are replaced by originals.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BoundParameter {
    /// From 0.
    index: usize,
    /// The type that the client declared; 0 for none.
    declared: u32,
    /// The type that was declared to the server.
    sent: u32,
    restoring: Restoring,
}

/// SQLSTATEs of errors whose texts quote nothing but names and types: undefined_column, ambiguous_column,
/// undefined_table, undefined_function, ambiguous_function, grouping_error, duplicate_alias.
const NAMES_ONLY: [&str; 7] = ["42703", "42702", "42P01", "42883", "42725", "42803", "42712"];

impl<L: StatementLog> Conversation<L> {
    /// Puts originals into a statement of a Query message; `Some`: it is refused.
    pub(super) fn search(
        &mut self,
        rewriting: &mut Rewriting<'_>,
        plan: &Plan,
        frame: &[u8],
        text: &str,
    ) -> Option<Refusal> {
        if plan.literals.is_empty() {
            return None;
        }
        // Bytes that are no UTF-8 were read as other characters.
        let body = frame.get(HEADER_BYTES..).unwrap_or_default();
        if body.strip_suffix(b"\0") != Some(text.as_bytes()) {
            return Some(unread_bytes());
        }
        rewriting.add(plan).err()
    }

    /// Originals are being sent, or something is being run that holds them.
    pub(super) fn note_search(&mut self) {
        self.searches = true;
        self.has_searched = true;
    }

    /// A Parse message of a statement that searches: what is sent for it, and what is remembered of that.
    pub(super) fn searched_parse(
        &mut self,
        frame: &[u8],
        text: &str,
        planned: &PlannedText,
        out: &mut Vec<u8>,
    ) -> Result<Option<Arc<Sent>>, Refusal> {
        if !planned.statements.iter().any(|plan| plan.translates()) {
            return Ok(None);
        }
        let body = frame.get(HEADER_BYTES..).unwrap_or_default();
        let message = parse_body(body).map_err(|Malformed(_)| malformed())?;
        let mut types = message.types;
        if !self.reads_utf8() || message.text != text.as_bytes() {
            return Err(unread_bytes());
        }
        let mut rewriting = Rewriting::new(text);
        let mut parameters = Vec::new();
        for plan in &planned.statements {
            rewriting.add(plan)?;
            for parameter in &plan.parameters {
                let index = usize::from(parameter.number).saturating_sub(1);
                if types.len() <= index {
                    types.resize(index + 1, 0);
                }
                let declared = types[index];
                let (restoring, sent) = parameter
                    .declared(declared)
                    .ok_or_else(|| wrong_type(parameter.number))?;
                types[index] = sent;
                parameters.push(BoundParameter {
                    index,
                    declared,
                    sent,
                    restoring,
                });
            }
        }
        self.note_search();
        let (sent, shifts) = match rewriting.finish(text.len()) {
            Some((sent, shifts)) => (sent, Some(shifts)),
            None => (text.to_owned(), None),
        };
        compose::parse(out, message.name, sent.as_bytes(), &types);
        Ok(Some(Arc::new(Sent { shifts, parameters })))
    }

    /// Whether the whole of a Bind message of this statement must be read.
    pub fn reads_bind(&self, statement: &[u8]) -> bool {
        let latest = self.names.latest_statements.get(super::text::name_key(statement));
        latest.is_some_and(|prepared| !prepared.current(&self.planner).parameters().is_empty())
    }

    /// A Bind message with originals in place of the values that are searched by. `body` is `None` for one that is too
    /// large to be read.
    pub(super) fn searched_bind(
        &mut self,
        prepared: &Prepared,
        body: Option<&[u8]>,
        out: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        let body = body.ok_or_else(|| Refusal {
            reason: Reason::TooLarge,
            message: "the parameters of a search by masked values are over the limit on what is read".into(),
            hint: "Send fewer values at once.".into(),
        })?;
        if !self.reads_utf8() {
            return Err(unread_bytes());
        }
        self.note_search();
        let start = out.len();
        let written = put_bind(body, prepared.parameters(), out);
        if !matches!(written, Ok(Ok(()))) {
            out.truncate(start);
        }
        written.map_err(|Malformed(_)| malformed())?
    }

    /// Whether the text of an error may quote an original, or a constant of a filter, although no row was read yet.
    pub(super) fn error_quotes_search(&self, fields: &ErrorFields) -> bool {
        let quotes = match self.expected.front() {
            Some(Expected::Query { runs }) => {
                self.front_filtered().is_some() || runs.front().is_some_and(|run| run.shifts.is_some())
            }
            Some(Expected::Parse { prepared, .. }) => prepared.sent.is_some(),
            Some(Expected::Bind { bound, statement, .. }) => {
                let prepared = self.names.statements.get(statement);
                !bound.is_empty() || prepared.is_some_and(|prepared| prepared.sent.is_some())
            }
            Some(Expected::DescribeStatement | Expected::DescribePortal { .. } | Expected::Sync) => self.searches,
            _ => false,
        };
        let quotes_names = NAMES_ONLY.contains(&fields.sqlstate.as_str())
            && fields.context.is_none()
            && fields.internal_query.is_none()
            && !matches!(self.expected.front(), Some(Expected::Bind { .. } | Expected::Sync));
        quotes && !quotes_names
    }

    /// The place that an error points to, as a place in the client's text; `None` where that cannot be told.
    pub(super) fn corrected_position(&self, position: &[u8]) -> Option<Vec<u8>> {
        if !self.has_searched {
            return Some(position.to_vec());
        }
        let (shifts, is_own_text) = match self.expected.front() {
            Some(Expected::Query { runs }) => match runs.front() {
                Some(Run { shifts, plan, .. }) => (shifts.as_ref(), !is_indirect(plan)),
                None => (None, true),
            },
            Some(Expected::Parse { prepared, .. }) => {
                (prepared.sent.as_ref().and_then(|sent| sent.shifts.as_ref()), true)
            }
            _ => (None, false),
        };
        match shifts {
            _ if !is_own_text => None,
            None => Some(position.to_vec()),
            Some(shifts) => {
                let place: usize = std::str::from_utf8(position).ok()?.parse().ok()?;
                Some(shifts.position(place).to_string().into_bytes())
            }
        }
    }
}

impl Prepared {
    /// The parameters whose values are replaced.
    pub(super) fn parameters(&self) -> &[BoundParameter] {
        self.sent.as_ref().map_or(&[], |sent| &sent.parameters)
    }

    /// What was sent, if it is right under plans of another generation too.
    pub(super) fn sent_for(&self, planned: &PlannedText) -> Option<Option<Arc<Sent>>> {
        let searches = |planned: &PlannedText| planned.statements.iter().any(|plan| plan.translates());
        if !searches(&self.planned) && !searches(planned) {
            return Some(None);
        }
        let has_literals = |planned: &PlannedText| planned.statements.iter().any(|plan| !plan.literals.is_empty());
        if has_literals(&self.planned) || has_literals(planned) {
            return None;
        }
        let known = self.parameters();
        let wanted: Vec<_> = planned.statements.iter().flat_map(|plan| &plan.parameters).collect();
        if known.len() != wanted.len() {
            return None;
        }
        let parameters = wanted.iter().zip(known).map(|(parameter, known)| {
            let (restoring, sent) = parameter.declared(known.declared)?;
            let is_same = usize::from(parameter.number) == known.index + 1 && sent == known.sent;
            is_same.then(|| BoundParameter {
                restoring,
                ..known.clone()
            })
        });
        let parameters = parameters.collect::<Option<Vec<_>>>()?;
        Some(Some(Arc::new(Sent {
            shifts: None,
            parameters,
        })))
    }
}

/// Why EXECUTE or EXPLAIN EXECUTE of a statement that searches is refused.
pub(super) fn indirect_search_refusal(plan: &Plan, executed: &Plan) -> Option<Refusal> {
    let (message, hint) = match &plan.kind {
        StatementKind::Explain { executes: Some(_), .. } if executed.translates() => (
            "EXPLAIN would print the original that a masked value in the prepared statement stands for",
            "Explain a statement with a condition on another column.",
        ),
        StatementKind::Execute { .. } if !executed.parameters.is_empty() => (
            "parameters that a protected column is compared with are translated in the extended protocol only",
            "Bind them with a Bind message, as drivers do, or send the statement itself.",
        ),
        _ => return None,
    };
    Some(Refusal {
        reason: Reason::Predicate,
        message: message.into(),
        hint: hint.into(),
    })
}

/// A Parse message.
struct Parse<'a> {
    name: &'a [u8],
    text: &'a [u8],
    types: Vec<u32>,
}

fn parse_body(body: &[u8]) -> Result<Parse<'_>, Malformed> {
    let mut reader = Reader::new(body);
    let (name, text) = (reader.string()?, reader.string()?);
    // A count, without sign.
    let count = reader.int16()? as u16;
    let mut types = Vec::with_capacity(count.into());
    for _ in 0..count {
        types.push(reader.int32()? as u32);
    }
    reader.end()?;
    Ok(Parse { name, text, types })
}

/// Writes a Bind message anew. The outer error: it cannot be read; the inner one: a value in it cannot.
fn put_bind(body: &[u8], parameters: &[BoundParameter], out: &mut Vec<u8>) -> Result<Result<(), Refusal>, Malformed> {
    let mut reader = Reader::new(body);
    let (portal, statement) = (reader.string()?, reader.string()?);
    let mut formats = Vec::new();
    for _ in 0..reader.int16()? as u16 {
        formats.push(reader.int16()?);
    }
    let count = reader.int16()? as u16;
    if formats.len() > 1 && formats.len() != usize::from(count) {
        return Err(Malformed("another number of formats than of values"));
    }
    let mut refusal = None;
    let mut values = Vec::new();
    for index in 0..usize::from(count) {
        let length = reader.int32()?;
        let at = values.len();
        values.extend_from_slice(&length.to_be_bytes());
        let Ok(length) = usize::try_from(length) else {
            continue; // NULL
        };
        let value = reader.bytes(length)?;
        let Some(parameter) = parameters.iter().find(|parameter| parameter.index == index) else {
            values.extend_from_slice(value);
            continue;
        };
        let format = formats.get(index).or(formats.first()).copied().unwrap_or_default();
        let format = Format::from_code(format).ok_or(Malformed("unknown format"))?;
        if !parameter.restoring.restore(format, value, &mut values) {
            refusal = Some(parameter.restoring.unreadable());
        }
        let length = (values.len() - at - 4) as u32;
        values[at..at + 4].copy_from_slice(&length.to_be_bytes());
    }
    if let Some(refusal) = refusal {
        return Ok(Err(refusal));
    }
    compose::put_message(out, request::BIND, |out| {
        compose::put_string(out, portal);
        compose::put_string(out, statement);
        out.extend_from_slice(&(formats.len() as u16).to_be_bytes());
        formats
            .iter()
            .for_each(|format| out.extend_from_slice(&format.to_be_bytes()));
        out.extend_from_slice(&count.to_be_bytes());
        out.extend_from_slice(&values);
        out.extend_from_slice(reader.rest());
    });
    Ok(Ok(()))
}

fn malformed() -> Refusal {
    Refusal {
        reason: Reason::MessageNotAllowed,
        message: "a message that searches by masked values cannot be read".into(),
        hint: "It breaks the protocol.".into(),
    }
}

fn unread_bytes() -> Refusal {
    Refusal {
        reason: Reason::UnsafeEncoding,
        message: "masked values are searched for in UTF-8 only".into(),
        hint: "SET client_encoding = 'UTF8'.".into(),
    }
}

fn wrong_type(number: u16) -> Refusal {
    Refusal {
        reason: Reason::Predicate,
        message: format!(
            "the parameter ${number}, which a protected column is compared with, is declared with a type that is not the column's"
        ),
        hint: "Declare it with the column's own type, or leave its type open.".into(),
    }
}
