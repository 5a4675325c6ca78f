//! The statements that pgveil itself sends, and how names are cut.

use crate::wire::frame::HEADER_BYTES;

/// Fails in parse analysis whatever the database holds: there is no FROM, so no column.
/// In a failed transaction the server says so instead, as it would to any statement.
pub(super) const FAILING_STATEMENT: &str = "SELECT \"pgveil refused this statement\"";

/// SQLSTATE of its error: undefined_column.
pub(super) const FAILING_SQLSTATE: &str = "42703";

/// Statement name under which the failing statement is parsed; it never comes into being.
pub(super) const REFUSAL_NAME: &[u8] = b"pgveil_refusal";

/// Statement name under which a statement is shown to the server without being run.
pub(super) const PROBE_NAME: &[u8] = b"pgveil_probe";

/// The bytes of a Query message's text that stand for the first `end` of `text`. Where the text is not UTF-8, each byte
/// over 127 was read as a character of its own.
pub(super) fn original<'f>(frame: &'f [u8], text: &str, end: usize) -> &'f [u8] {
    let body = frame.get(HEADER_BYTES..).unwrap_or_default();
    let end = match body.starts_with(text.as_bytes()) {
        true => end,
        false => text.get(..end).unwrap_or_default().chars().count(),
    };
    body.get(..end).unwrap_or_default()
}

/// The server keeps 63 bytes of a statement or portal name (NAMEDATALEN - 1) and finds it by these: two longer names
/// that agree so far are one.
pub(super) fn name_key(name: &[u8]) -> &[u8] {
    &name[..name.len().min(63)]
}
