//! The statements that pgveil itself sends, and how names are cut.

/// Fails in parse analysis whatever the database holds: there is no FROM, so no column.
/// In a failed transaction the server says so instead, as it would to any statement.
pub(super) const FAILING_STATEMENT: &str = "SELECT \"pgveil refused this statement\"";

/// SQLSTATE of its error: undefined_column.
pub(super) const FAILING_SQLSTATE: &str = "42703";

/// Statement name under which the failing statement is parsed; it never comes into being.
pub(super) const REFUSAL_NAME: &[u8] = b"pgveil_refusal";

/// Statement name under which a statement is shown to the server without being run.
pub(super) const PROBE_NAME: &[u8] = b"pgveil_probe";

/// What is sent for a text whose statement behind `before` is refused: those before it run, as they would have.
pub(super) fn failing_text(before: &str) -> String {
    format!("{before}{FAILING_STATEMENT}")
}

/// The server keeps 63 bytes of a statement or portal name (NAMEDATALEN - 1) and finds it by these: two longer names
/// that agree so far are one.
pub(super) fn name_key(name: &[u8]) -> &[u8] {
    &name[..name.len().min(63)]
}
