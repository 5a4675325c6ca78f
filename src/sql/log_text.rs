//! Statement texts for the session log: no value stands in them.

use pg_query::protobuf::{ScanToken, Token};
use sha2::{Digest, Sha256};

use super::parser::TEXT_BYTES_MAX;

/// The text with `?` for every literal, without comments, and with single blanks. A name in double quotes stays only if
/// `known` knows it, or if it would need no quotes; an unquoted one only if it is known or plain: a client could write a
/// value into a name of its own. A text that cannot be scanned gives `<unparsable, N bytes>`.
pub fn log_text(text: &str, known: &dyn Fn(&str) -> bool) -> String {
    let unparsable = || format!("<unparsable, {} bytes>", text.len());
    if text.len() > TEXT_BYTES_MAX {
        return unparsable();
    }
    let Ok(tokens) = pg_query::scan_tokens(text) else {
        return unparsable();
    };
    let mut shown = String::with_capacity(text.len().min(4_096));
    let mut end_before = 0;
    for token in &tokens {
        let (Ok(start), Ok(end)) = (usize::try_from(token.start), usize::try_from(token.end)) else {
            return unparsable();
        };
        let Some(source) = text.get(start..end) else {
            return unparsable();
        };
        let kind = Token::try_from(token.token).unwrap_or(Token::Nul);
        if matches!(kind, Token::SqlComment | Token::CComment) {
            // What follows is set apart, as white space would.
            end_before = start.min(end_before);
            continue;
        }
        if start > end_before && !shown.is_empty() {
            shown.push(' ');
        }
        end_before = end;
        push_token(&mut shown, token, kind, source, known);
    }
    shown
}

/// Tells the statements of a log apart by their texts as [`log_text`] gives them: the same for those that differ in letter
/// case, white space and the lengths of lists of literals only. The first 8 bytes of SHA-256 of that text without white
/// space, in lower case, with `?` for every `?,?,…`.
pub fn fingerprint(log_text: &str) -> u64 {
    let mut canonical = Vec::with_capacity(log_text.len());
    for byte in log_text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        if byte == b'?' && canonical.ends_with(b"?,") {
            canonical.pop();
            continue;
        }
        canonical.push(byte.to_ascii_lowercase());
    }
    let hash = Sha256::digest(&canonical);
    hash.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

fn push_token(shown: &mut String, token: &ScanToken, kind: Token, source: &str, known: &dyn Fn(&str) -> bool) {
    match kind {
        Token::Sconst | Token::Usconst | Token::Bconst | Token::Xconst | Token::Iconst | Token::Fconst => {
            shown.push('?')
        }
        Token::Uident => shown.push_str("\"?\""),
        Token::Ident => match source.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) if is_plain(inner) || known(&inner.replace("\"\"", "\"")) => shown.push_str(source),
            None if is_plain(&source.to_ascii_lowercase()) || known(source) => shown.push_str(source),
            _ => shown.push_str("\"?\""),
        },
        // Keywords, parameters and operators are the grammar's own.
        _ if token.keyword_kind != 0 || source.is_ascii() => shown.push_str(source),
        _ => shown.push('?'),
    }
}

/// `[a-z_][a-z0-9_$]*`
fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'$')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        log_text(text, &|name| name == "Kunde" || name == "größe" || name == "a\"b")
    }

    #[test]
    fn fingerprints_tell_statements_apart() {
        let of = |text: &str| fingerprint(&log_text(text, &|_| true));
        let one = of("SELECT email FROM customer WHERE id IN (1, 2)");
        assert_eq!(one, of("select  email from customer\nwhere id in (17,4,3)"));
        assert_eq!(one, of("SELECT email /* all */ FROM customer WHERE id IN ('x')"));
        assert_ne!(one, of("SELECT email FROM customer WHERE id NOT IN (1, 2)"));
        assert_ne!(one, of("SELECT phone FROM customer WHERE id IN (1, 2)"));
        assert_ne!(of("SELECT f(1, a)"), of("SELECT f(a, 1)"));
    }

    #[test]
    fn literals_and_comments_are_gone() {
        for (text, wanted) in [
            ("SELECT 1,  'it''s' ,\n-- secret\n 2.5e3", "SELECT ?, ? , ?"),
            (
                "SELECT E'a\\'b', U&'\\0041', $$x$$, $t$y$t$, b'01', x'1F', n'z'",
                "SELECT ?, ?, ?, ?, ?, ?, n?",
            ),
            ("SELECT a/* secret */FROM t", "SELECT a FROM t"),
            ("  SELECT $1 ; ", "SELECT $1 ;"),
            (
                "SELECT a.b FROM \"Kunde\" WHERE \"größe\"=-5",
                "SELECT a.b FROM \"Kunde\" WHERE \"größe\"=-?",
            ),
            (
                "SELECT \"plain\", \"a\"\"b\", \"Erika Mustermann\"",
                "SELECT \"plain\", \"a\"\"b\", \"?\"",
            ),
            ("SELECT U&\"\\0045rika\", größe, müller", "SELECT \"?\", größe, \"?\""),
            ("SELECT 'a'\n'b'", "SELECT ?"),
            (
                "SELECT ARRAY[1,2]::int8[], x->>'k', a IS NOT NULL",
                "SELECT ARRAY[?,?]::int8[], x->>?, a IS NOT NULL",
            ),
            ("SELECT 'open", "<unparsable, 12 bytes>"),
            ("", ""),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }
}
