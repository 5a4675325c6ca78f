//! From text to trees, by PostgreSQL's own grammar (`pg_query`: PostgreSQL 18).
//!
//! # Stack
//! The parser's protocol buffers are decoded without a recursion limit, and trees are walked and dropped recursively:
//! call everything of this module, and let go of its trees, on threads with a stack of [`STACK_BYTES`].
//! The grammar itself refuses nesting that would not fit.
//!
//! # Settings of the server
//! `standard_conforming_strings = on` is assumed; sessions where it is off are refused elsewhere.

use std::ops::Range;

use pg_query::protobuf::{ScanToken, Token};

use super::analysis::{Reason, Refusal};
use super::tree::Node;

/// Statement texts over this size, in bytes, are refused before they are parsed: a million list elements take 2 s and
/// 800 MB.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// The stack, in bytes, that threads need which parse and analyse.
pub const STACK_BYTES: usize = 64 * 1024 * 1024;

/// What of the server decides how a text is read.
#[derive(Debug, Clone, Copy)]
pub struct ParserSettings {
    /// `server_version_num`, for example 150018.
    pub server_version: u32,
}

/// One statement of a text.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// Bytes of the text it stands in, without the semicolon and without leading white space.
    pub span: Range<usize>,
    /// Its tree, for example a `SelectStmt`.
    pub tree: Node,
}

/// A text that gives no trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// The parser does not accept it. Very likely neither does the server, whose own error is the better one.
    Unparsable,
    /// pgveil does not try.
    Refused(Refusal),
}

/// Parses a text of any number of statements; an empty one has none.
///
/// # Errors
/// [`Unread`].
pub fn parse(text: &str, settings: &ParserSettings) -> Result<Vec<Parsed>, Unread> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Unread::Refused(Refusal {
            reason: Reason::TooLarge,
            message: format!(
                "the statement has {} bytes; pgveil reads at most {TEXT_BYTES_MAX}",
                text.len()
            ),
            hint: "send long lists of values as parameters".to_owned(),
        }));
    }
    check_keywords(text, settings)?;
    let parsed = pg_query::parse(text, 0).map_err(|_| Unread::Unparsable)?;
    let statements = parsed.protobuf.stmts.iter().map(|raw| {
        let tree = Node::from_parser(&raw.stmt).ok().flatten().ok_or(Unread::Unparsable)?;
        Ok(Parsed {
            span: span(text, raw.stmt_location, raw.stmt_len)?,
            tree,
        })
    });
    statements.collect()
}

/// A length of 0 means up to the end of the text.
fn span(text: &str, location: i32, length: i32) -> Result<Range<usize>, Unread> {
    let start = usize::try_from(location).map_err(|_| Unread::Unparsable)?;
    let length = usize::try_from(length).map_err(|_| Unread::Unparsable)?;
    let end = if length == 0 { text.len() } else { start + length };
    let statement = text.get(start..end).ok_or(Unread::Unparsable)?;
    let leading = statement.len() - statement.trim_ascii_start().len();
    Ok(start + leading..end)
}

/// Keywords that this grammar reads in another way than an older server: what is `pg_catalog.system_user()` here was a
/// column there, and `json_value(…)` was a function of anybody's. All but `system_user` are read as columns and
/// types as before; only before a parenthesis do they differ.
fn check_keywords(text: &str, settings: &ParserSettings) -> Result<(), Unread> {
    if settings.server_version >= 170_000 || !may_hold_keyword(text, settings) {
        return Ok(());
    }
    let tokens = pg_query::scan_tokens(text).map_err(|_| Unread::Unparsable)?;
    let tokens: Vec<&ScanToken> = tokens.iter().filter(|token| !is_comment(token.token)).collect();
    for (index, token) in tokens.iter().enumerate() {
        let name = match Token::try_from(token.token) {
            Ok(Token::SystemUser) if settings.server_version < 160_000 => "system_user",
            Ok(found) if is_json_keyword(found) => {
                let before = index.checked_sub(1).and_then(|before| tokens.get(before));
                let called = tokens
                    .get(index + 1)
                    .is_some_and(|next| next.token == Token::Ascii40 as i32);
                if !called || before.is_some_and(|before| before.token == Token::Ascii46 as i32) {
                    continue;
                }
                found.as_str_name()
            }
            _ => continue,
        };
        return Err(Unread::Refused(Refusal {
            reason: Reason::KeywordDiffers,
            message: format!(
                "\"{}\" means something else on this server than in newer ones",
                name.to_lowercase()
            ),
            hint: "write the name in double quotes, or qualify the function with its schema".to_owned(),
        }));
    }
    Ok(())
}

/// Scanning costs a fifth of parsing, so look at the bytes first.
fn may_hold_keyword(text: &str, settings: &ParserSettings) -> bool {
    let bytes = text.as_bytes();
    let holds = |word: &[u8]| {
        bytes
            .windows(word.len())
            .any(|window| window.eq_ignore_ascii_case(word))
    };
    holds(b"json") || holds(b"merge_action") || (settings.server_version < 160_000 && holds(b"system_user"))
}

fn is_comment(token: i32) -> bool {
    token == Token::SqlComment as i32 || token == Token::CComment as i32
}

fn is_json_keyword(token: Token) -> bool {
    use Token::*;
    matches!(
        token,
        Json | JsonArray
            | JsonArrayagg
            | JsonExists
            | JsonObject
            | JsonObjectagg
            | JsonQuery
            | JsonScalar
            | JsonSerialize
            | JsonTable
            | JsonValue
            | MergeAction
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: ParserSettings = ParserSettings {
        server_version: 180_004,
    };
    const OLD: ParserSettings = ParserSettings {
        server_version: 150_018,
    };

    fn reason(text: &str, settings: &ParserSettings) -> Option<Reason> {
        match parse(text, settings) {
            Err(Unread::Refused(refusal)) => Some(refusal.reason),
            _ => None,
        }
    }

    #[test]
    fn spans_cut_the_text() {
        let text = "SELECT 1;\n  -- two\n SELECT 'ä;' ; ";
        let spans: Vec<_> = parse(text, &NEW)
            .unwrap()
            .into_iter()
            .map(|parsed| &text[parsed.span])
            .collect();
        assert_eq!(spans, ["SELECT 1", "SELECT 'ä;' "]);
        assert!(parse(" ;; ", &NEW).unwrap().is_empty());
        assert!(parse("", &NEW).unwrap().is_empty());
    }

    #[test]
    fn bad_and_big_texts() {
        assert_eq!(parse("SELEC 1", &NEW).unwrap_err(), Unread::Unparsable);
        assert_eq!(parse("SELECT 'open", &NEW).unwrap_err(), Unread::Unparsable);
        assert_eq!(parse("SELECT 1\0", &NEW).unwrap_err(), Unread::Unparsable);
        let big = format!("SELECT '{}'", "x".repeat(TEXT_BYTES_MAX));
        assert_eq!(reason(&big, &NEW), Some(Reason::TooLarge));
    }

    #[test]
    fn keywords_of_newer_grammars() {
        for text in [
            "SELECT upper(system_user) FROM t",
            "SELECT json_value(a, b) FROM t",
            "SELECT JSON /* x */ ('1')",
        ] {
            assert_eq!(reason(text, &OLD), Some(Reason::KeywordDiffers), "{text}");
            assert_eq!(reason(text, &NEW), None, "{text}");
        }
        let version_16 = ParserSettings {
            server_version: 160_014,
        };
        assert_eq!(reason("SELECT system_user", &version_16), None);
        assert_eq!(
            reason("SELECT json_array(1)", &version_16),
            Some(Reason::KeywordDiffers)
        );
        for text in [
            "SELECT a::json, json, t.json_value, \"system_user\" FROM t",
            "SELECT CAST(a AS json) FROM t WHERE b = 'system_user'",
            "SELECT app.json_value(a) -- json_value(b)\n FROM t",
            "SELECT json_build_object('a', 1)",
        ] {
            assert!(parse(text, &OLD).is_ok(), "{text}");
        }
    }

    #[test]
    fn deep_nesting_does_not_crash() {
        let deep = || {
            let chains = |depth: usize| {
                [
                    format!("SELECT {}1{}", "(".repeat(depth), ")".repeat(depth)),
                    format!("SELECT {}", vec!["a"; depth].join(" + ")),
                    format!("SELECT {}", vec!["a"; depth].join(" || ")),
                    format!("SELECT 1{}", "::int".repeat(depth)),
                    format!("SELECT {}1{}", "f(".repeat(depth), ")".repeat(depth)),
                    format!("SELECT {}1{}", "ARRAY[".repeat(depth), "]".repeat(depth)),
                    format!("SELECT {} true", "NOT ".repeat(depth)),
                    vec!["SELECT 1"; depth].join(" UNION ALL "),
                    format!("SELECT 1 FROM {}", vec!["a"; depth].join(" NATURAL JOIN ")),
                    format!("{}SELECT 1{}", "SELECT (".repeat(depth), ")".repeat(depth)),
                    format!(
                        "SELECT {}1{}",
                        "CASE WHEN true THEN ".repeat(depth),
                        " END".repeat(depth)
                    ),
                ]
            };
            for depth in [300, 5_000, 100_000] {
                for text in chains(depth) {
                    if let Ok(parsed) = parse(&text, &NEW) {
                        let mut nodes = 0;
                        parsed[0].tree.walk(&mut |_| {
                            nodes += 1;
                            true
                        });
                        assert!(nodes > 1);
                    }
                }
            }
        };
        std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn(deep)
            .unwrap()
            .join()
            .unwrap();
    }
}
