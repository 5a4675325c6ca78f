//! The bodies of ErrorResponse and NoticeResponse (PostgreSQL docs, "Error and Notice Message Fields").

/// The fields of one error or notice.
///
/// Texts are bytes in the client's encoding, which need not be UTF-8; the SQLSTATE is always five ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ErrorFields {
    /// `S`: ERROR, FATAL, NOTICE…, possibly in the server's language.
    pub severity: Vec<u8>,
    /// `V`: the same, never translated (since PostgreSQL 9.6).
    pub severity_nonlocalized: Option<Vec<u8>>,
    /// `C`: five digits or upper-case letters.
    pub sqlstate: String,
    /// `M`: the primary text.
    pub message: Vec<u8>,
    /// `D`: a second text with more about the problem.
    pub detail: Option<Vec<u8>>,
    /// `H`: what to do about it.
    pub hint: Option<Vec<u8>>,
    /// `W`: call stack of functions and internal queries.
    pub context: Option<Vec<u8>>,
    /// `s`: schema of the object concerned.
    pub schema: Option<Vec<u8>>,
    /// `t`: table concerned.
    pub table: Option<Vec<u8>>,
    /// `c`: column concerned.
    pub column: Option<Vec<u8>>,
    /// `d`: data type concerned.
    pub data_type: Option<Vec<u8>>,
    /// `n`: constraint concerned.
    pub constraint: Option<Vec<u8>>,
    /// `P`: cursor position in the statement, in characters from 1.
    pub position: Option<Vec<u8>>,
    /// `p`: cursor position in [`Self::internal_query`].
    pub internal_position: Option<Vec<u8>>,
    /// `q`: text of a failed statement that the server made itself.
    pub internal_query: Option<Vec<u8>>,
    /// `F`: source file.
    pub file: Option<Vec<u8>>,
    /// `L`: line of the source file.
    pub line: Option<Vec<u8>>,
    /// `R`: source routine.
    pub routine: Option<Vec<u8>>,
    /// Fields of other codes, in the order sent.
    pub others: Vec<(u8, Vec<u8>)>,
}

/// Why the body of an error or notice cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ErrorFieldsError {
    /// A field or the terminator is missing, or bytes follow it.
    #[error("error message of the server is cut off or overlong")]
    Layout,
    /// A field comes twice.
    #[error("error message of the server has field '{}' twice", char::from(*.0))]
    Duplicate(u8),
    /// Severity, SQLSTATE or message is missing.
    #[error("error message of the server lacks severity, SQLSTATE or text")]
    Missing,
    /// The SQLSTATE is not five digits or upper-case letters.
    #[error("error message of the server has a malformed SQLSTATE")]
    SqlState,
}

impl ErrorFields {
    /// An error after which the session lives on.
    pub fn error(sqlstate: &str, message: impl Into<Vec<u8>>) -> Self {
        Self::with_severity("ERROR", sqlstate, message.into())
    }

    /// An error that ends the session.
    pub fn fatal(sqlstate: &str, message: impl Into<Vec<u8>>) -> Self {
        Self::with_severity("FATAL", sqlstate, message.into())
    }

    fn with_severity(severity: &str, sqlstate: &str, message: Vec<u8>) -> Self {
        Self {
            severity: severity.into(),
            severity_nonlocalized: Some(severity.into()),
            sqlstate: sqlstate.to_owned(),
            message,
            ..Self::default()
        }
    }

    /// The same with a detail.
    #[must_use]
    pub fn detail(self, detail: impl Into<Vec<u8>>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..self
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<Vec<u8>>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// Reads the body of an ErrorResponse or NoticeResponse.
    ///
    /// # Errors
    /// Any [`ErrorFieldsError`]; never panics, whatever the bytes.
    pub fn parse(mut body: &[u8]) -> Result<Self, ErrorFieldsError> {
        let mut fields = Self::default();
        let (mut severity, mut sqlstate, mut message) = (None, None, None);
        loop {
            let (&code, rest) = body.split_first().ok_or(ErrorFieldsError::Layout)?;
            if code == 0 {
                body = rest;
                break;
            }
            let end = memchr::memchr(0, rest).ok_or(ErrorFieldsError::Layout)?;
            let text = rest[..end].to_vec();
            body = &rest[end + 1..];
            let slot = match code {
                b'S' => &mut severity,
                b'C' => &mut sqlstate,
                b'M' => &mut message,
                code => match fields.slot(code) {
                    Some(slot) => slot,
                    None => {
                        fields.others.push((code, text));
                        continue;
                    }
                },
            };
            if slot.replace(text).is_some() {
                return Err(ErrorFieldsError::Duplicate(code));
            }
        }
        if !body.is_empty() {
            return Err(ErrorFieldsError::Layout);
        }
        fields.severity = severity.ok_or(ErrorFieldsError::Missing)?;
        fields.message = message.ok_or(ErrorFieldsError::Missing)?;
        fields.sqlstate = sqlstate_text(sqlstate.ok_or(ErrorFieldsError::Missing)?)?;
        Ok(fields)
    }

    /// Appends the body, fields in the order PostgreSQL sends them. A text ends at its first NUL.
    pub fn compose(&self, out: &mut Vec<u8>) {
        let mut put = |code: u8, text: Option<&[u8]>| {
            if let Some(text) = text {
                out.push(code);
                super::compose::put_string(out, text);
            }
        };
        put(b'S', Some(&self.severity));
        put(b'V', self.severity_nonlocalized.as_deref());
        put(b'C', Some(self.sqlstate.as_bytes()));
        put(b'M', Some(&self.message));
        put(b'D', self.detail.as_deref());
        put(b'H', self.hint.as_deref());
        put(b'W', self.context.as_deref());
        put(b's', self.schema.as_deref());
        put(b't', self.table.as_deref());
        put(b'c', self.column.as_deref());
        put(b'd', self.data_type.as_deref());
        put(b'n', self.constraint.as_deref());
        put(b'P', self.position.as_deref());
        put(b'p', self.internal_position.as_deref());
        put(b'q', self.internal_query.as_deref());
        put(b'F', self.file.as_deref());
        put(b'L', self.line.as_deref());
        put(b'R', self.routine.as_deref());
        for (code, text) in &self.others {
            put(*code, Some(text));
        }
        out.push(0);
    }

    /// The optional field of this code.
    fn slot(&mut self, code: u8) -> Option<&mut Option<Vec<u8>>> {
        Some(match code {
            b'V' => &mut self.severity_nonlocalized,
            b'D' => &mut self.detail,
            b'H' => &mut self.hint,
            b'W' => &mut self.context,
            b's' => &mut self.schema,
            b't' => &mut self.table,
            b'c' => &mut self.column,
            b'd' => &mut self.data_type,
            b'n' => &mut self.constraint,
            b'P' => &mut self.position,
            b'p' => &mut self.internal_position,
            b'q' => &mut self.internal_query,
            b'F' => &mut self.file,
            b'L' => &mut self.line,
            b'R' => &mut self.routine,
            _ => return None,
        })
    }
}

fn sqlstate_text(bytes: Vec<u8>) -> Result<String, ErrorFieldsError> {
    let well_formed = bytes.len() == 5 && bytes.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    String::from_utf8(bytes)
        .ok()
        .filter(|_| well_formed)
        .ok_or(ErrorFieldsError::SqlState)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Recorded from PostgreSQL 15.
    const REAL: [&[u8]; 4] = [
        b"SERROR\0VERROR\0C23502\0Mnull value in column \"b\" of relation \"t\" violates not-null constraint\0\
          DFailing row contains (2, null).\0spg_temp_3\0tt\0cb\0FexecMain.c\0L2023\0RExecConstraints\0\0",
        b"SERROR\0VERROR\0C42703\0Mcolumn \"nope\" does not exist\0\
          WPL/pgSQL function inline_code_block line 1 at EXECUTE\0p8\0qselect nope\0\
          Fparse_relation.c\0L3665\0RerrorMissingColumn\0\0",
        b"SERROR\0VERROR\0CZZ123\0Mm\0Dd\0Hh\0WPL/pgSQL function inline_code_block line 1 at RAISE\0\
          ss\0tt\0cc\0ddt\0nk\0Fpl_exec.c\0L3891\0Rexec_stmt_raise\0\0",
        b"SERROR\0VERROR\0C42601\0Msyntax error at or near \"selec\"\0P1\0Fscan.l\0L1188\0Rscanner_yyerror\0\0",
    ];

    #[test]
    fn messages_of_the_server_survive_byte_for_byte() {
        for body in REAL {
            let mut out = Vec::new();
            ErrorFields::parse(body).expect("well-formed").compose(&mut out);
            assert_eq!(out, body);
        }
    }

    #[test]
    fn unknown_fields_and_foreign_encodings_are_kept() {
        let body = b"SFEHLER\0C42601\0Mf\xfcnf\0Znew\0\0";
        let fields = ErrorFields::parse(body).expect("well-formed");
        assert_eq!(fields.others, [(b'Z', b"new".to_vec())]);
        assert_eq!(fields.message, b"f\xfcnf");
    }

    #[test]
    fn malformed_bodies_are_told_apart() {
        let parse = |body: &[u8]| ErrorFields::parse(body).expect_err("malformed");
        assert_eq!(parse(b""), ErrorFieldsError::Layout);
        assert_eq!(parse(b"SERROR\0C42601\0Mx\0"), ErrorFieldsError::Layout);
        assert_eq!(parse(b"SERROR\0C42601\0Mx\0\0more"), ErrorFieldsError::Layout);
        assert_eq!(parse(b"SERROR\0C42601\0Mx\0My\0\0"), ErrorFieldsError::Duplicate(b'M'));
        assert_eq!(parse(b"SERROR\0Mx\0\0"), ErrorFieldsError::Missing);
        assert_eq!(parse(b"SERROR\0C4260\0Mx\0\0"), ErrorFieldsError::SqlState);
    }

    #[test]
    fn a_nul_cannot_smuggle_fields() {
        let mut out = Vec::new();
        ErrorFields::error("42501", "no\0Dmore").compose(&mut out);
        assert_eq!(out, b"SERROR\0VERROR\0C42501\0Mno\0\0");
    }

    proptest! {
        #[test]
        fn any_bytes_parse_or_fail(body: Vec<u8>) {
            if let Ok(fields) = ErrorFields::parse(&body) {
                let mut out = Vec::new();
                fields.compose(&mut out);
                prop_assert_eq!(ErrorFields::parse(&out), Ok(fields));
            }
        }
    }
}
