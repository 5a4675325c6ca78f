//! Errors and notices that may quote protected values: severity, SQLSTATE, position and routine pass, texts do not.

use crate::sql::Refusal;
use crate::wire::error_fields::ErrorFields;

/// SQLSTATE of every refusal: insufficient_privilege.
pub const REFUSAL_SQLSTATE: &str = "42501";

/// What is left of an error or notice of a statement over protected columns.
pub fn scrubbed(fields: &ErrorFields) -> ErrorFields {
    ErrorFields {
        severity: fields.severity.clone(),
        severity_nonlocalized: fields.severity_nonlocalized.clone(),
        sqlstate: fields.sqlstate.clone(),
        message: condition(&fields.sqlstate).into(),
        hint: Some(
            "pgveil replaced the text of this message, because the statement reads protected columns and it may quote their values."
                .into(),
        ),
        position: fields.position.clone(),
        file: fields.file.clone(),
        line: fields.line.clone(),
        routine: fields.routine.clone(),
        ..ErrorFields::default()
    }
}

/// A refusal in the words of an error.
pub fn refused(refusal: &Refusal) -> ErrorFields {
    ErrorFields::error(REFUSAL_SQLSTATE, format!("pgveil: {}", refusal.message))
        .detail(format!("Refused by pgveil: {}.", refusal.reason.name()))
        .hint(refusal.hint.clone())
}

/// The condition name of a SQLSTATE, or that of its class. PostgreSQL docs, appendix "PostgreSQL Error Codes".
fn condition(sqlstate: &str) -> String {
    let name = match sqlstate {
        "22000" => "data exception",
        "22001" => "string data right truncation",
        "22003" => "numeric value out of range",
        "22007" => "invalid datetime format",
        "22008" => "datetime field overflow",
        "22012" => "division by zero",
        "22021" => "character not in repertoire",
        "22023" => "invalid parameter value",
        "22025" => "invalid escape sequence",
        "22P02" => "invalid text representation",
        "22P03" => "invalid binary representation",
        "22P05" => "untranslatable character",
        "21000" => "cardinality violation",
        "23502" => "not null violation",
        "23503" => "foreign key violation",
        "23505" => "unique violation",
        "23514" => "check violation",
        "25006" => "read only sql transaction",
        "25P02" => "current transaction is aborted, commands ignored until end of transaction block",
        "34000" => "invalid cursor name",
        "40001" => "serialization failure",
        "40P01" => "deadlock detected",
        "42501" => "insufficient privilege",
        "53100" => "disk full",
        "53200" => "out of memory",
        "53300" => "too many connections",
        "54000" => "program limit exceeded",
        "54001" => "statement too complex",
        "55P03" => "lock not available",
        "57014" => "query canceled",
        "57P01" => "terminating connection due to administrator command",
        "57P02" => "terminating connection because of crash of another server process",
        "XX000" => "internal error",
        _ => return format!("{} ({sqlstate})", class(sqlstate)),
    };
    name.into()
}

fn class(sqlstate: &str) -> &'static str {
    match sqlstate.get(..2).unwrap_or_default() {
        "00" => "successful completion",
        "01" => "warning",
        "02" => "no data",
        "08" => "connection exception",
        "0A" => "feature not supported",
        "22" => "data exception",
        "23" => "integrity constraint violation",
        "24" => "invalid cursor state",
        "25" => "invalid transaction state",
        "26" => "invalid SQL statement name",
        "34" => "invalid cursor name",
        "40" => "transaction rollback",
        "42" => "syntax error or access rule violation",
        "53" => "insufficient resources",
        "54" => "program limit exceeded",
        "55" => "object not in prerequisite state",
        "57" => "operator intervention",
        "58" => "system error",
        "P0" => "error in a function",
        "XX" => "internal error",
        _ => "error",
    }
}
