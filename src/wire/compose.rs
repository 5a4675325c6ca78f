//! Messages that the proxy itself says, to the client and to the upstream; all append to a buffer.
//!
//! Layouts: PostgreSQL docs, "Message Formats". A string ends at its first NUL, so that no text can smuggle
//! a field or a message behind itself. Callers keep every body under 1 GiB.

use super::error_fields::ErrorFields;

/// Appends one message: tag, length, and the body that `body` writes.
pub fn put_message(out: &mut Vec<u8>, tag: u8, body: impl FnOnce(&mut Vec<u8>)) {
    out.push(tag);
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    body(out);
    let bytes = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&bytes.to_be_bytes());
}

/// Appends `text` up to its first NUL, and a NUL.
pub fn put_string(out: &mut Vec<u8>, text: &[u8]) {
    let end = memchr::memchr(0, text).unwrap_or(text.len());
    out.extend_from_slice(&text[..end]);
    out.push(0);
}

fn put_authentication(out: &mut Vec<u8>, kind: u32, rest: &[u8]) {
    put_message(out, b'R', |out| {
        out.extend_from_slice(&kind.to_be_bytes());
        out.extend_from_slice(rest);
    });
}

/// AuthenticationOk: the client is logged in.
pub fn authentication_ok(out: &mut Vec<u8>) {
    put_authentication(out, 0, &[]);
}

/// AuthenticationSASL: the mechanisms on offer, best first.
pub fn authentication_sasl(out: &mut Vec<u8>, mechanisms: &[&str]) {
    let mut names = Vec::new();
    for mechanism in mechanisms {
        put_string(&mut names, mechanism.as_bytes());
    }
    names.push(0);
    put_authentication(out, 10, &names);
}

/// AuthenticationSASLContinue: a challenge of the mechanism.
pub fn authentication_sasl_continue(out: &mut Vec<u8>, challenge: &[u8]) {
    put_authentication(out, 11, challenge);
}

/// AuthenticationSASLFinal: the outcome of the mechanism.
pub fn authentication_sasl_final(out: &mut Vec<u8>, outcome: &[u8]) {
    put_authentication(out, 12, outcome);
}

/// ParameterStatus: a setting of the session that clients follow.
pub fn parameter_status(out: &mut Vec<u8>, name: &str, value: &str) {
    put_message(out, b'S', |out| {
        put_string(out, name.as_bytes());
        put_string(out, value.as_bytes());
    });
}

/// BackendKeyData: what the client needs to cancel. A secret has four bytes up to protocol 3.0, up to 256 from 3.2 on.
pub fn backend_key_data(out: &mut Vec<u8>, process_id: i32, secret: &[u8]) {
    put_message(out, b'K', |out| {
        out.extend_from_slice(&process_id.to_be_bytes());
        out.extend_from_slice(secret);
    });
}

/// ReadyForQuery; `status` is `I` (idle), `T` (in a transaction) or `E` (in a failed one).
pub fn ready_for_query(out: &mut Vec<u8>, status: u8) {
    put_message(out, b'Z', |out| out.push(status));
}

/// ErrorResponse.
pub fn error_response(out: &mut Vec<u8>, fields: &ErrorFields) {
    put_message(out, b'E', |out| fields.compose(out));
}

/// NoticeResponse.
pub fn notice_response(out: &mut Vec<u8>, fields: &ErrorFields) {
    put_message(out, b'N', |out| fields.compose(out));
}

/// NegotiateProtocolVersion: this minor version of protocol 3 is spoken, and these `_pq_.` options are not known.
pub fn negotiate_protocol_version<'a>(
    out: &mut Vec<u8>,
    minor: u16,
    unknown_options: impl IntoIterator<Item = &'a str>,
) {
    put_message(out, b'v', |out| {
        out.extend_from_slice(&(3u32 << 16 | u32::from(minor)).to_be_bytes());
        let count_at = out.len();
        out.extend_from_slice(&[0; 4]);
        let mut count = 0u32;
        for option in unknown_options {
            put_string(out, option.as_bytes());
            count += 1;
        }
        out[count_at..count_at + 4].copy_from_slice(&count.to_be_bytes());
    });
}

/// Query: a simple query.
pub fn query(out: &mut Vec<u8>, text: &[u8]) {
    put_message(out, b'Q', |out| put_string(out, text));
}

/// Parse: makes the statement `name` of `text`; `parameter_types` may be shorter than its parameters.
pub fn parse(out: &mut Vec<u8>, name: &[u8], text: &[u8], parameter_types: &[u32]) {
    put_message(out, b'P', |out| {
        put_string(out, name);
        put_string(out, text);
        // A statement has at most 65535 parameters; the rest would be left to the server to infer.
        let types = &parameter_types[..parameter_types.len().min(usize::from(u16::MAX))];
        out.extend_from_slice(&(types.len() as u16).to_be_bytes());
        for oid in types {
            out.extend_from_slice(&oid.to_be_bytes());
        }
    });
}

/// Bind: makes the portal `portal` of `statement`, which has no parameters; one entry in `result_formats` a
/// column, or one for all, or none for text (0 text, 1 binary).
pub fn bind(out: &mut Vec<u8>, portal: &[u8], statement: &[u8], result_formats: &[i16]) {
    put_message(out, b'B', |out| {
        put_string(out, portal);
        put_string(out, statement);
        out.extend_from_slice(&[0; 4]);
        let formats = &result_formats[..result_formats.len().min(usize::from(u16::MAX))];
        out.extend_from_slice(&(formats.len() as u16).to_be_bytes());
        for format in formats {
            out.extend_from_slice(&format.to_be_bytes());
        }
    });
}

/// What Describe and Close speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// The prepared statement of this name.
    Statement(&'a [u8]),
    /// The portal of this name.
    Portal(&'a [u8]),
}

fn put_target(out: &mut Vec<u8>, tag: u8, target: Target<'_>) {
    let (kind, name) = match target {
        Target::Statement(name) => (b'S', name),
        Target::Portal(name) => (b'P', name),
    };
    put_message(out, tag, |out| {
        out.push(kind);
        put_string(out, name);
    });
}

/// Describe.
pub fn describe(out: &mut Vec<u8>, target: Target<'_>) {
    put_target(out, b'D', target);
}

/// Close.
pub fn close(out: &mut Vec<u8>, target: Target<'_>) {
    put_target(out, b'C', target);
}

/// Sync: ends a series of extended-protocol messages.
pub fn sync(out: &mut Vec<u8>) {
    put_message(out, b'S', |_| ());
}

/// Flush: asks for the replies that are ready.
pub fn flush(out: &mut Vec<u8>) {
    put_message(out, b'H', |_| ());
}

/// Terminate: the session is over.
pub fn terminate(out: &mut Vec<u8>) {
    put_message(out, b'X', |_| ());
}

#[cfg(test)]
mod tests {
    use super::*;
    use postgres_protocol::message::{backend::Message, frontend};

    fn composed(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out);
        out
    }

    /// What the reference encoder writes; its buffer type is inferred, for its crate is no dependency of ours.
    macro_rules! reference {
        (|$out:ident| $write:expr) => {{
            let mut buffer = Default::default();
            let $out = &mut buffer;
            $write.expect("reference encoder");
            buffer.to_vec()
        }};
    }

    #[test]
    fn requests_are_as_another_implementation_writes_them() {
        assert_eq!(
            composed(|o| query(o, b"select 1")),
            reference!(|o| frontend::query("select 1", o))
        );
        assert_eq!(
            composed(|o| parse(o, b"s", b"select $1", &[23, 25])),
            reference!(|o| frontend::parse("s", "select $1", [23, 25], o))
        );
        assert_eq!(
            composed(|o| describe(o, Target::Portal(b"p"))),
            reference!(|o| frontend::describe(b'P', "p", o))
        );
        assert_eq!(
            composed(|o| close(o, Target::Statement(b"s"))),
            reference!(|o| frontend::close(b'S', "s", o))
        );
        let (formats, values): ([i16; 0], [&str; 0]) = ([], []);
        let no_value = |_: &str, _: &mut _| Ok(postgres_protocol::IsNull::Yes);
        assert_eq!(
            composed(|o| bind(o, b"p", b"s", &[1])),
            reference!(|o| frontend::bind("p", "s", formats, values, no_value, [1], o).map_err(|_| "bind"))
        );
        assert_eq!(composed(sync), b"S\0\0\0\x04");
        assert_eq!(composed(flush), b"H\0\0\0\x04");
        assert_eq!(composed(terminate), b"X\0\0\0\x04");
    }

    #[test]
    fn replies_are_as_another_implementation_reads_them() {
        let replies = composed(|o| {
            authentication_ok(o);
            parameter_status(o, "DateStyle", "ISO, MDY");
            backend_key_data(o, 7, &[0, 0, 0, 9]);
            ready_for_query(o, b'I');
        });
        let mut buffer = From::from(&replies[..]);
        let mut next = || Message::parse(&mut buffer).expect("well-formed").expect("whole");
        assert!(matches!(next(), Message::AuthenticationOk));
        let Message::ParameterStatus(status) = next() else {
            panic!("a ParameterStatus")
        };
        assert_eq!(
            (status.name().ok(), status.value().ok()),
            (Some("DateStyle"), Some("ISO, MDY"))
        );
        let Message::BackendKeyData(key) = next() else {
            panic!("a BackendKeyData")
        };
        assert_eq!((key.process_id(), key.secret_key()), (7, 9));
        assert!(matches!(next(), Message::ReadyForQuery(ready) if ready.status() == b'I'));
    }

    #[test]
    fn the_version_spoken_and_unknown_options_are_named() {
        assert_eq!(
            composed(|o| negotiate_protocol_version(o, 2, ["_pq_.a", "_pq_.b"])),
            b"v\0\0\0\x1a\0\x03\0\x02\0\0\0\x02_pq_.a\0_pq_.b\0"
        );
    }

    #[test]
    fn a_nul_ends_a_string() {
        assert_eq!(
            composed(|o| query(o, b"select 1\0Q\0\0\0\x05")),
            b"Q\0\0\0\x0dselect 1\0"
        );
    }
}
