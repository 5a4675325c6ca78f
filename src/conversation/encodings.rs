//! Which characters the bytes of a request mean to the server, and whether both read the same statement.
//!
//! What the server reports counts, never what the client asked for; but requests that come before the report are read
//! too, so from the moment that a change was asked for until every reply is in, nothing is certain.

use crate::sql::{Reason, Refusal, StatementKind};

/// Encodings in whose multi-byte characters a byte can look like a quote or a backslash.
const HIDING_QUOTES: [&str; 7] = ["SJIS", "BIG5", "GBK", "UHC", "GB18030", "JOHAB", "SHIFT_JIS_2004"];

/// What the server has reported of its settings.
#[derive(Debug)]
pub(super) struct Encodings {
    client: Encoding,
    server: Encoding,
    hides_quotes: bool,
    standard_strings: bool,
    /// The client asked for another encoding in this session, so the end of a transaction may change it too.
    touched: bool,
    /// A change was asked for, and not every reply is in.
    pending: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    /// SQL_ASCII: bytes are not looked at.
    Bytes,
    Other,
}

impl Encoding {
    fn named(name: &[u8]) -> Self {
        if name.eq_ignore_ascii_case(b"UTF8") {
            Encoding::Utf8
        } else if name.eq_ignore_ascii_case(b"SQL_ASCII") {
            Encoding::Bytes
        } else {
            Encoding::Other
        }
    }
}

impl Default for Encodings {
    fn default() -> Self {
        Encodings {
            client: Encoding::Utf8,
            server: Encoding::Utf8,
            hides_quotes: false,
            standard_strings: true,
            touched: false,
            pending: false,
        }
    }
}

impl Encodings {
    /// The server reported a setting (ParameterStatus).
    pub(super) fn reported(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"standard_conforming_strings" => self.standard_strings = value == b"on",
            b"server_encoding" => self.server = Encoding::named(value),
            b"client_encoding" => {
                self.client = Encoding::named(value);
                self.hides_quotes = HIDING_QUOTES
                    .iter()
                    .any(|name| value.eq_ignore_ascii_case(name.as_bytes()));
            }
            _ => {}
        }
    }

    /// A statement of this kind is being sent on.
    pub(super) fn requested(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::SetEncoding { utf8: true } if self.client == Encoding::Utf8 && !self.pending => {}
            StatementKind::SetEncoding { .. } => {
                self.touched = true;
                self.pending = true;
            }
            StatementKind::Transaction(_) | StatementKind::Discard { .. } => self.pending |= self.touched,
            _ => {}
        }
    }

    /// Every reply is in, and with them every report.
    pub(super) fn settle(&mut self) {
        self.pending = false;
    }

    /// Whether the server reads texts as UTF-8; if not, bytes over 127 mean characters that pgveil cannot tell.
    pub(super) fn reads_utf8(&self) -> bool {
        !self.pending
            && match self.client {
                Encoding::Utf8 => true,
                Encoding::Bytes => self.server != Encoding::Other,
                Encoding::Other => false,
            }
    }

    /// Why no statement at all can be read.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        let what = if !self.standard_strings {
            "standard_conforming_strings is off"
        } else if self.hides_quotes {
            "client_encoding can hide quotes inside characters"
        } else {
            return None;
        };
        Some(Refusal {
            reason: Reason::UnsafeEncoding,
            message: format!("{what}, so pgveil and the server could read different statements"),
            hint: "Connect with client_encoding UTF8 and standard_conforming_strings on.".into(),
        })
    }
}
