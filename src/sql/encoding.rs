//! Encodings: what could make proxy and server read different names.
//!
//! The text comes in the client's encoding, and the server reads it in its database's; names are compared and cut there.

use super::analysis::{Reason, Refusal};
use super::tree::{Node, Value};

/// The server cuts names to 63 bytes (NAMEDATALEN - 1) at a character's end; no character has more than four bytes.
const CUT_NAME_BYTES: usize = 60;

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
    fn long_names_only() {
        let name = "é".repeat(32);
        assert!(check_cut_names(&tree(&format!("SELECT a AS \"{name}\" FROM t"))).is_err());
        assert!(check_cut_names(&tree(&format!("WITH \"{name}\" AS (SELECT 1) SELECT 1"))).is_err());
        assert!(check_cut_names(&tree(&format!("SELECT * FROM t AS \"{name}\""))).is_err());
        assert!(check_cut_names(&tree(&format!("SELECT a AS \"größe\" FROM t WHERE b = '{name}'"))).is_ok());
    }
}
