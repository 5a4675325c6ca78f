//! Encodings: what could make proxy and server read different names.
//!
//! The text comes in the client's encoding, and the server reads it in its database's; names are compared and cut there.
//! Which encoding the client uses is known by ParameterStatus only, which may come late or, if it is changed back in the
//! same pipeline, never.

use super::analysis::{Reason, Refusal, StatementKind};
use super::gate::set_values;
use super::tree::{Node, Value};

/// The server cuts names to 63 bytes (NAMEDATALEN - 1) at a character's end; no character has more than four bytes.
const CUT_NAME_BYTES: usize = 60;

/// Whether a statement with these bytes is the same text in every encoding that is served.
pub fn is_same_in_all(text: &[u8]) -> bool {
    text.is_ascii()
}

/// Refuses to leave UTF-8 within a session. One that started in another encoding may stay in it.
///
/// # Errors
/// [`Reason::UnsafeEncoding`].
pub(super) fn check_stays(tree: &Node) -> Result<(), Refusal> {
    let mut leaves = false;
    tree.walk(&mut |node| {
        if let Some((name, value)) = set_values(node)
            && name.eq_ignore_ascii_case("client_encoding")
        {
            let letters = value.bytes().filter(u8::is_ascii_alphanumeric);
            let plain: Vec<u8> = letters.map(|letter| letter.to_ascii_lowercase()).collect();
            leaves |= !matches!(plain.as_slice(), b"utf8" | b"unicode" | b"sqlascii");
        }
        !leaves
    });
    match leaves {
        false => Ok(()),
        true => Err(refusal(
            "client_encoding can be other than UTF8 only from the start of a session",
            "Connect with it, for example by PGCLIENTENCODING; protected columns are shown in UTF8 only.",
        )),
    }
}

/// Refuses names of statements and cursors that are not the same in all encodings.
///
/// # Errors
/// [`Reason::UnsafeEncoding`].
pub(super) fn check_made_name(kind: &StatementKind) -> Result<(), Refusal> {
    let name = match kind {
        StatementKind::DeclareCursor { name, .. }
        | StatementKind::Fetch { name, .. }
        | StatementKind::Prepare { name }
        | StatementKind::Execute { name }
        | StatementKind::CloseCursor(Some(name))
        | StatementKind::Deallocate(Some(name))
        | StatementKind::Explain {
            executes: Some(name), ..
        } => name,
        _ => return Ok(()),
    };
    match is_same_in_all(name.as_bytes()) {
        true => Ok(()),
        false => Err(made_name_refusal()),
    }
}

/// The refusal of a name of a statement, portal or cursor that is not the same in all encodings.
pub fn made_name_refusal() -> Refusal {
    refusal(
        "names of prepared statements, portals and cursors pass in ASCII only",
        "Choose another name.",
    )
}

/// Refuses names that the server may have cut elsewhere than the parser: in a database that is not in UTF-8, two names
/// may be one there and two here.
///
/// # Errors
/// [`Reason::UnsafeEncoding`].
pub(super) fn check_cut_names(tree: &Node) -> Result<(), Refusal> {
    let mut long = false;
    tree.walk(&mut |node| {
        let mut visit = |value: &Value| {
            if let Value::Str(text) = value {
                long |= text.len() >= CUT_NAME_BYTES && !text.is_ascii();
            }
        };
        for (_, value) in node.fields() {
            visit(value);
        }
        !long && !node.is("AConst")
    });
    match long {
        false => Ok(()),
        true => Err(refusal(
            "a name of 60 bytes or more with letters outside ASCII may be cut differently by the server",
            "Choose a shorter alias.",
        )),
    }
}

fn refusal(message: &str, hint: &str) -> Refusal {
    Refusal {
        reason: Reason::UnsafeEncoding,
        message: message.to_owned(),
        hint: hint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::parser::{ParserSettings, parse};

    fn tree(text: &str) -> Node {
        let settings = ParserSettings {
            server_version: 180_000,
        };
        parse(text, &settings).unwrap().remove(0).tree
    }

    #[test]
    fn utf8_is_not_left() {
        for text in [
            "SET client_encoding = 'utf-8'",
            "SET NAMES 'UTF8'",
            "RESET client_encoding",
            "SET DateStyle = 'ISO'",
            "SELECT set_config('client_encoding', 'SQL_ASCII', false)",
        ] {
            assert!(check_stays(&tree(text)).is_ok(), "{text}");
        }
        for text in [
            "SET client_encoding = LATIN1",
            "SET LOCAL CLIENT_ENCODING TO 'win1252'",
            "SET NAMES 'LATIN1'",
            "SELECT pg_catalog.set_config('Client_Encoding', 'LATIN1', true)",
        ] {
            assert!(check_stays(&tree(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn long_names_only() {
        let name = "é".repeat(32);
        assert!(check_cut_names(&tree(&format!("SELECT a AS \"{name}\" FROM t"))).is_err());
        assert!(check_cut_names(&tree(&format!("WITH \"{name}\" AS (SELECT 1) SELECT 1"))).is_err());
        assert!(check_cut_names(&tree(&format!("SELECT * FROM t AS \"{name}\""))).is_err());
        assert!(check_cut_names(&tree(&format!("SELECT a AS \"größe\" FROM t WHERE b = '{name}'"))).is_ok());
    }
}
