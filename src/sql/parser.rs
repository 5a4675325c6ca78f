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

use super::analysis::{Reason, Refusal};
use super::older;
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
    older::check(text, settings.server_version)?;
    let parsed = pg_query::parse(text, 0).map_err(|_| Unread::Unparsable)?;
    let statements = parsed.protobuf.stmts.iter().map(|raw| {
        let mut tree = Node::from_parser(&raw.stmt).ok().flatten().ok_or(Unread::Unparsable)?;
        older::adapt(&mut tree, settings.server_version);
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

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: ParserSettings = ParserSettings {
        server_version: 180_004,
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
