//! What servers older than the grammar read in another way.
//!
//! The grammar is PostgreSQL 18's. A text that an older server accepts too, but takes for something else, is refused
//! ([`check`]); where only the trees differ, ours is made what theirs is ([`adapt`]). Lists of keywords and the rules of
//! lexer and grammar of 13 to 18 were compared: nothing else differs in a text that both accept.

use pg_query::protobuf::{CoercionForm, ScanToken, Token};

use super::analysis::{Reason, Refusal};
use super::parser::Unread;
use super::tree::{Node, Value};

/// The field of a constant that holds the label of its column, where that is not the usual one.
pub(super) const LABEL: &str = "label";

const VERSION_14: u32 = 140_000;
const VERSION_15: u32 = 150_000;
const VERSION_16: u32 = 160_000;
const VERSION_17: u32 = 170_000;

/// Refuses what a server of this version (`server_version_num`) would take for something else:
///
/// - keywords of newer grammars. What is `pg_catalog.system_user()` here was a column there, and `json_value(…)` was a
///   function of anybody's. All but `system_user` are read as columns and types as before; only before a parenthesis do
///   they differ;
/// - numbers of newer lexers: before 15, `0x1F` was the number 0 with the label `x1f`, and `1_000` was 1 called `_000`.
///
/// # Errors
/// [`Unread`].
pub(super) fn check(text: &str, server_version: u32) -> Result<(), Unread> {
    let keywords = server_version < VERSION_17 && may_hold_keyword(text, server_version);
    let numbers = server_version < VERSION_15 && may_hold_number(text);
    if !keywords && !numbers {
        return Ok(());
    }
    let tokens = pg_query::scan_tokens(text).map_err(|_| Unread::Unparsable)?;
    let tokens: Vec<&ScanToken> = tokens.iter().filter(|token| !is_comment(token.token)).collect();
    for (index, token) in tokens.iter().enumerate() {
        let Ok(kind) = Token::try_from(token.token) else {
            continue;
        };
        if server_version < VERSION_15 && matches!(kind, Token::Iconst | Token::Fconst) {
            check_number(text, token)?;
        }
        let differs = match first_version(kind) {
            Some(first) if server_version >= first => false,
            Some(_) if kind == Token::SystemUser => true,
            Some(_) => is_called(&tokens, index),
            None => false,
        };
        if differs {
            let name = kind.as_str_name().to_lowercase();
            return Err(refused(
                format!("\"{name}\" means something else on this server than in newer ones"),
                "write the name in double quotes, or qualify the function with its schema",
            ));
        }
    }
    Ok(())
}

/// Makes a tree what a server of this version would have made of its text:
///
/// - up to 14, the constants `true` and `false` are casts to `bool`, by which their column is labelled;
/// - up to 13, `EXTRACT(…)` is the function `date_part`, and labelled so.
pub(super) fn adapt(tree: &mut Node, server_version: u32) {
    if server_version >= VERSION_15 {
        return;
    }
    tree.walk_mut(&mut |node| {
        if node.is("AConst") && node.node("val").is_some_and(|value| value.is("Boolean")) {
            node.set(LABEL, Value::Str("bool".to_owned()));
        }
        let is_extract = server_version < VERSION_14
            && node.is("FuncCall")
            && node.int("funcformat") == CoercionForm::CoerceSqlSyntax as i64
            && node.names("funcname") == ["pg_catalog", "extract"];
        if is_extract {
            node.rename("funcname", "date_part");
        }
    });
}

fn refused(message: String, hint: &str) -> Unread {
    Unread::Refused(Refusal {
        reason: Reason::KeywordDiffers,
        message,
        hint: hint.to_owned(),
    })
}

/// A word followed by a parenthesis, and not qualified.
fn is_called(tokens: &[&ScanToken], index: usize) -> bool {
    let is = |at: Option<usize>, token: Token| {
        at.and_then(|at| tokens.get(at))
            .is_some_and(|found| found.token == token as i32)
    };
    is(Some(index + 1), Token::Ascii40) && !is(index.checked_sub(1), Token::Ascii46)
}

fn check_number(text: &str, token: &ScanToken) -> Result<(), Unread> {
    let span = usize::try_from(token.start).ok().zip(usize::try_from(token.end).ok());
    let number = span.and_then(|(start, end)| text.get(start..end));
    let number = number.ok_or(Unread::Unparsable)?;
    let as_before = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    if number.bytes().all(as_before) {
        return Ok(());
    }
    Err(refused(
        format!("\"{number}\" is another number on this server than in newer ones"),
        "write the number in plain decimal digits",
    ))
}

/// Scanning costs a fifth of parsing, so look at the bytes first.
fn may_hold_keyword(text: &str, server_version: u32) -> bool {
    let bytes = text.as_bytes();
    let holds = |word: &[u8]| {
        bytes
            .windows(word.len())
            .any(|window| window.eq_ignore_ascii_case(word))
    };
    holds(b"json") || holds(b"merge_action") || (server_version < VERSION_16 && holds(b"system_user"))
}

/// A digit with a letter of another base, or an underscore, behind it.
fn may_hold_number(text: &str) -> bool {
    text.as_bytes()
        .windows(2)
        .any(|pair| pair[0].is_ascii_digit() && matches!(pair[1] | 0x20, b'x' | b'o' | b'b' | 0x7f))
}

fn is_comment(token: i32) -> bool {
    token == Token::SqlComment as i32 || token == Token::CComment as i32
}

/// The first version whose grammar has the keyword; none for keywords that are older than 13, or that no version reads
/// in another way.
fn first_version(token: Token) -> Option<u32> {
    use Token as T;
    match token {
        T::SystemUser | T::JsonArray | T::JsonArrayagg | T::JsonObject | T::JsonObjectagg => Some(VERSION_16),
        T::Json | T::JsonExists | T::JsonQuery | T::JsonScalar => Some(VERSION_17),
        T::JsonSerialize | T::JsonTable | T::JsonValue | T::MergeAction => Some(VERSION_17),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::gate;
    use super::super::parser::{Parsed, ParserSettings, parse};
    use super::*;

    fn read(text: &str, server_version: u32) -> Result<Vec<Parsed>, Unread> {
        parse(text, &ParserSettings { server_version })
    }

    fn is_refused(text: &str, server_version: u32) -> bool {
        match read(text, server_version) {
            Err(Unread::Refused(refusal)) => refusal.reason == Reason::KeywordDiffers,
            Err(Unread::Unparsable) => panic!("{text}"),
            Ok(_) => false,
        }
    }

    #[test]
    fn keywords_are_refused_where_they_are_none() {
        for (text, first) in [
            ("SELECT upper(system_user) FROM t", VERSION_16),
            ("SELECT json_array(1)", VERSION_16),
            ("SELECT JSON_OBJECTAGG /* x */ (a : b) FROM t", VERSION_16),
            ("SELECT json_value(a, b) FROM t", VERSION_17),
            ("SELECT JSON /* x */ ('1')", VERSION_17),
        ] {
            for version in [130_023, 140_019, 150_018, 160_014, 170_010, 180_004] {
                assert_eq!(is_refused(text, version), version < first, "{version}: {text}");
            }
        }
        for text in [
            "SELECT a::json, json, t.json_value, \"system_user\" FROM t",
            "SELECT CAST(a AS json) FROM t WHERE b = 'system_user'",
            "SELECT app.json_value(a) -- json_value(b)\n FROM t",
            "SELECT json_build_object('a', 1)",
        ] {
            assert!(read(text, 130_023).is_ok(), "{text}");
        }
    }

    #[test]
    fn numbers_are_refused_where_they_are_labels() {
        for text in [
            "SELECT 0x1F",
            "SELECT 1_000",
            "SELECT 0B1",
            "SELECT 1.5_5e1",
            "SELECT 0o7",
        ] {
            for version in [130_023, 140_019, 150_018, 180_004] {
                assert_eq!(is_refused(text, version), version < VERSION_15, "{version}: {text}");
            }
        }
        let text = "SELECT a1_000, '0x1F', 1.5e-7, .5, 5., X'1F', B'101' FROM t -- 1_000";
        assert!(!is_refused(text, 130_023));
    }

    #[test]
    fn what_pg_dump_sends_passes_everywhere() {
        let text = "SELECT set_config(name, 'view, foreign-table', false) FROM pg_settings \
                    WHERE name = 'restrict_nonsystem_relation_kind'";
        for version in [130_023, 140_019, 150_018, 180_004] {
            let parsed = read(text, version).expect("a statement");
            assert!(
                gate::check(&parsed[0].tree, true, &Default::default()).is_ok(),
                "{version}"
            );
        }
    }

    #[test]
    fn trees_are_those_of_the_server() {
        let holds = |version: u32, wanted: &dyn Fn(&Node) -> bool| {
            let parsed = read("SELECT true, extract(year FROM a)", version).expect("a statement");
            let mut found = false;
            parsed[0].tree.walk(&mut |node| {
                found |= wanted(node);
                true
            });
            found
        };
        let labelled = |node: &Node| node.is("AConst") && node.str(LABEL) == "bool";
        let called = |name: &'static str| move |node: &Node| node.names("funcname").last() == Some(&name);
        for version in [130_023, 140_019, 150_018, 180_004] {
            assert_eq!(holds(version, &labelled), version < VERSION_15, "{version}");
            assert_eq!(holds(version, &called("date_part")), version < VERSION_14, "{version}");
            assert_eq!(holds(version, &called("extract")), version >= VERSION_14, "{version}");
        }
    }
}
