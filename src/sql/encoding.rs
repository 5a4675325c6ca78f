//! Encodings: what could make proxy and server read different names.
//!
//! The text comes in the client's encoding, and the server reads it in its database's; names are compared and cut there.

use std::ops::RangeInclusive;

use super::analysis::{Reason, Refusal};
use super::tree::{Node, Value};

/// The server cuts names to 63 bytes (NAMEDATALEN - 1) at a character's end; no character has more than four bytes.
const CUT_NAME_BYTES: usize = 60;

/// Letters of which each has one code in every encoding for East Asian languages, and no other letter has it: kana, Han
/// characters and Hangul. Of signs and of wide and narrow forms, two can have the same code.
const ONE_FOR_ONE: [RangeInclusive<char>; 3] = [
    '\u{3041}'..='\u{30FE}',
    '\u{4E00}'..='\u{9FA5}',
    '\u{AC00}'..='\u{D7A3}',
];

/// Refuses names that the server may have cut elsewhere than the parser, and those that may be another there: in a
/// database that is not in UTF-8, two names may be one there and two here.
///
/// # Errors
/// [`Reason::UnsafeEncoding`].
pub(super) fn check_names(tree: &Node, server_encoding: &str) -> Result<(), Refusal> {
    if any_name(tree, |name| is_changed(name, server_encoding)) {
        return Err(refusal(
            "a name with letters outside ASCII may be another in the encoding of the database",
            "Choose an alias in ASCII or in small letters.",
        ));
    }
    check_cut_names(tree)
}

/// Refuses names that the server may have cut elsewhere than the parser.
///
/// # Errors
/// [`Reason::UnsafeEncoding`].
pub(super) fn check_cut_names(tree: &Node) -> Result<(), Refusal> {
    match any_name(tree, |name| name.len() >= CUT_NAME_BYTES && !name.is_ascii()) {
        false => Ok(()),
        true => Err(refusal(
            "a name of 60 bytes or more with letters outside ASCII may be cut differently by the server",
            "Choose a shorter alias.",
        )),
    }
}

/// Whether this holds of any name in a tree. Other texts than names may be looked at, too, but no constants.
fn any_name(tree: &Node, holds: impl Fn(&str) -> bool) -> bool {
    let mut found = false;
    tree.walk(&mut |node| {
        for (_, value) in node.fields() {
            if let Value::Str(text) = value {
                found |= holds(text);
            }
        }
        !found && !node.is("AConst")
    });
    found
}

/// Whether the server may read another name than the parser (`downcase_identifier` in scansup.c, and the conversion tables
/// of src/backend/utils/mb).
fn is_changed(name: &str, server_encoding: &str) -> bool {
    let mut letters = name.chars().filter(|letter| !letter.is_ascii());
    match server_encoding {
        "UTF8" => false,
        // Every byte is a letter there, and by its locale may have a small one.
        "SQL_ASCII" => letters.next().is_some(),
        // Letters that are not quoted become small, by the locale.
        _ if is_single_byte(server_encoding) => letters.any(|letter| !letter.to_lowercase().eq([letter])),
        _ => letters.any(|letter| !ONE_FOR_ONE.iter().any(|range| range.contains(&letter))),
    }
}

fn is_single_byte(server_encoding: &str) -> bool {
    let prefixes = ["LATIN", "ISO_8859_", "WIN", "KOI8"];
    prefixes.iter().any(|prefix| server_encoding.starts_with(prefix))
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
    fn names_that_are_others_in_the_database() {
        for (name, encoding, is_safe) in [
            ("É", "UTF8", true),
            ("é", "LATIN1", true),
            ("É", "LATIN1", false),
            ("имя", "WIN1251", true),
            ("Имя", "KOI8R", false),
            ("é", "SQL_ASCII", false),
            ("e", "SQL_ASCII", true),
            ("名前", "EUC_JP", true),
            ("〜", "EUC_JP", false),
            // Both are 8F A2 C3 there.
            ("¦", "EUC_JP", false),
            ("￤", "EUC_JP", false),
            ("이름", "EUC_KR", true),
            ("ａ", "EUC_CN", false),
        ] {
            let tree = tree(&format!("SELECT a AS \"{name}\" FROM t WHERE b = 'É'"));
            assert_eq!(check_names(&tree, encoding).is_ok(), is_safe, "{name} in {encoding}");
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
