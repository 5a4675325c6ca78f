//! FunctionCall messages, which libpq sends for large objects.

use std::sync::Arc;

use crate::config::LargeObjects;
use crate::journal::Protocol;
use crate::sql::{Reason, Refusal};
use crate::wire::frame;
use crate::wire::read::{Malformed, Reader};
use crate::wire::tag::request;

use super::expected::Expected;
use super::{Conversation, StatementLog};

/// `lo_open(oid, integer)`. OIDs of pg_proc.dat, which do not change.
const LO_OPEN: u32 = 952;
/// `lo_close(integer)`
const LO_CLOSE: u32 = 953;
/// `loread(integer, integer)`
const LO_READ: u32 = 954;

impl<L: StatementLog> Conversation<L> {
    /// A FunctionCall message. `true`: send it on as it is.
    ///
    /// Where something is protected, only what reads a large object passes, as the policy says. With
    /// `large_objects = "empty"` the number of bytes to read is made zero, so that the answer is the server's own.
    pub fn function_call(&mut self, body: &[u8], out: &mut Vec<u8>) -> Result<bool, Malformed> {
        if self.skips_to_sync {
            return Ok(false);
        }
        let function = Reader::new(body).int32()?.cast_unsigned();
        let policy = self.planner.large_objects();
        let reads = matches!(function, LO_OPEN | LO_CLOSE | LO_READ);
        if self.planner.protects_anything() && !(reads && policy != LargeObjects::Refuse) {
            let plan = self.planner.refused(&log_text(function), refusal(function, reads));
            self.refuse_query(plan, out);
            return Ok(false);
        }
        let empties = self.planner.protects_anything() && function == LO_READ && policy == LargeObjects::Empty;
        let emptied = if empties { Some(reading_nothing(body)?) } else { None };
        let plan = Arc::new(self.planner.passed(&log_text(function)));
        let run = self.begin(&plan, Protocol::Simple, None);
        if run.refusal.is_some() {
            self.stand_in(run, out);
            return Ok(false);
        }
        self.expected.push_back(Expected::FunctionCall { run, answered: false });
        let Some(body) = emptied else { return Ok(true) };
        let at = frame::start(out, request::FUNCTION_CALL);
        out.extend_from_slice(&body);
        frame::finish(out, at);
        Ok(false)
    }
}

fn log_text(function: u32) -> String {
    match function {
        LO_OPEN => "function call lo_open".into(),
        LO_CLOSE => "function call lo_close".into(),
        LO_READ => "function call loread".into(),
        _ => format!("function call {function}"),
    }
}

fn refusal(function: u32, reads: bool) -> Refusal {
    Refusal {
        reason: if reads {
            Reason::LargeObject
        } else {
            Reason::MessageNotAllowed
        },
        message: format!(
            "the FunctionCall message ({}) is not relayed: its result cannot be masked",
            log_text(function)
        ),
        hint: match reads {
            true => "Set [policy] large_objects to \"empty\", or to \"pass\" if they hold nothing personal.".into(),
            false => "Call the function in a SELECT.".into(),
        },
    }
}

/// The body of a call of `loread` with its second argument, the number of bytes, made zero in the format it has.
/// PostgreSQL docs, "Message Formats", FunctionCall.
fn reading_nothing(body: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut reader = Reader::new(body);
    reader.int32()?;
    let formats = reader.int16()?;
    let mut codes = Vec::new();
    for _ in 0..formats {
        codes.push(reader.int16()?);
    }
    if reader.int16()? != 2 {
        return Err(Malformed("call of loread without two arguments"));
    }
    let first = usize::try_from(reader.int32()?).map_err(|_| Malformed("NULL argument of loread"))?;
    reader.bytes(first)?;
    let head = body.len() - reader.rest().len();
    let length = usize::try_from(reader.int32()?).map_err(|_| Malformed("NULL argument of loread"))?;
    reader.bytes(length)?;
    let is_binary = match codes.as_slice() {
        [] => false,
        [code] | [_, code] => *code == 1,
        _ => return Err(Malformed("call of loread with more formats than arguments")),
    };
    let zero: &[u8] = if is_binary { &[0; 4] } else { b"0" };
    let mut emptied = body[..head].to_vec();
    emptied.extend_from_slice(&u32::try_from(zero.len()).unwrap_or(0).to_be_bytes());
    emptied.extend_from_slice(zero);
    emptied.extend_from_slice(reader.rest());
    Ok(emptied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_nothing_changes_the_length_alone() {
        let binary = b"\0\0\x03\xba\0\x01\0\x01\0\x02\0\0\0\x04\0\0\0\x07\0\0\0\x04\0\0\x40\0\0\x01";
        let wanted = b"\0\0\x03\xba\0\x01\0\x01\0\x02\0\0\0\x04\0\0\0\x07\0\0\0\x04\0\0\0\0\0\x01";
        assert_eq!(reading_nothing(binary).unwrap(), wanted);
        let text = b"\0\0\x03\xba\0\0\0\x02\0\0\0\x01\x37\0\0\0\x0516384\0\0";
        assert_eq!(
            reading_nothing(text).unwrap(),
            b"\0\0\x03\xba\0\0\0\x02\0\0\0\x01\x37\0\0\0\x010\0\0"
        );
        for cut in 0..binary.len() - 2 {
            assert!(reading_nothing(&binary[..cut]).is_err(), "{cut}");
        }
    }
}
