//! Constants of a statement's text: where their tokens stand, and how far they reach.

use std::ops::Range;

use pg_query::protobuf::{ScanToken, Token};

use super::tree::Node;
use super::{ConstantForm, Influence, Test};

/// The tokens of a text, scanned when they are first asked for.
pub(super) struct Tokens<'a> {
    text: &'a str,
    scanned: Option<Vec<ScanToken>>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Tokens { text, scanned: None }
    }

    /// Finds the tokens of the constants in these tests. A test whose constant is written in a way that is not known here
    /// may tell anything.
    pub(super) fn find_constants(&mut self, influences: &mut [Influence]) {
        for influence in influences {
            let Test::Constant(columns, constant) = &mut influence.test else {
                continue;
            };
            let ConstantForm::Literal { location } = constant.form else {
                continue;
            };
            match self.literal(location) {
                Some(found) => constant.form = found,
                None => influence.test = Test::Other(std::mem::take(columns)),
            }
        }
    }

    fn literal(&mut self, location: usize) -> Option<ConstantForm> {
        let text = self.text;
        let tokens = self
            .scanned
            .get_or_insert_with(|| pg_query::scan_tokens(text).unwrap_or_default());
        let at = tokens.binary_search_by_key(&location, |token| span(token).start).ok()?;
        let first = tokens.get(at)?;
        let is_negative = first.token == Token::Ascii45 as i32;
        let last = if is_negative { tokens.get(at + 1)? } else { first };
        let whole = span(first).start..span(last).end;
        match Token::try_from(last.token).ok()? {
            Token::Sconst if !is_negative => {
                (string_end(text, whole.start) == Some(whole.end)).then_some(ConstantForm::String {
                    span: (whole.start, whole.end),
                })
            }
            Token::Iconst | Token::Fconst => {
                let found = number_end(text, whole.start)?;
                (found == whole.end).then(|| ConstantForm::Number {
                    is_integral: !text[whole.clone()].contains('.'),
                    span: (whole.start, whole.end),
                })
            }
            _ => None,
        }
    }
}

fn span(token: &ScanToken) -> Range<usize> {
    // Never negative: offsets in a text of less than 2 GiB.
    let place = |offset: i32| usize::try_from(offset).unwrap_or_default();
    place(token.start)..place(token.end)
}

/// The end of the number that starts here: `-?`, blanks after a sign, digits, and perhaps a point with digits on both sides.
pub fn number_end(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let digits = rest.strip_prefix('-').map_or(rest, str::trim_ascii_start);
    let count = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (integer, after) = digits.split_at(count(digits));
    if integer.is_empty() {
        return None;
    }
    let after = match after.strip_prefix('.') {
        Some(fraction) if count(fraction) > 0 => &fraction[count(fraction)..],
        Some(_) => return None,
        None => after,
    };
    Some(text.len() - after.len())
}

/// The end of the string that starts here with a quote, in which only quotes are escaped, by doubling them.
pub fn string_end(text: &str, start: usize) -> Option<usize> {
    let mut rest = text.get(start..)?.strip_prefix('\'')?;
    loop {
        let (_, after) = rest.split_once('\'')?;
        match after.strip_prefix('\'') {
            Some(more) => rest = more,
            None => return Some(text.len() - after.len()),
        }
    }
}

/// Every `$n` of a statement, with its offset in the text.
pub(super) fn parameters(tree: &Node) -> Vec<(u16, usize)> {
    let mut found = Vec::new();
    tree.walk(&mut |node| {
        if node.is("ParamRef") {
            found.push((
                u16::try_from(node.int("number")).unwrap_or_default(),
                usize::try_from(node.int("location")).unwrap_or_default(),
            ));
        }
        true
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Option<(bool, &str)> {
        let location = text.find('=').expect("an equals sign") + 1;
        let location = location + text[location..].find(|letter: char| letter != ' ').expect("a constant");
        match Tokens::new(text).literal(location)? {
            ConstantForm::Number { span, .. } => Some((true, &text[span.0..span.1])),
            ConstantForm::String { span } => Some((false, &text[span.0..span.1])),
            ConstantForm::Literal { .. } | ConstantForm::Parameter { .. } => None,
        }
    }

    #[test]
    fn literals_are_found() {
        for (text, wanted) in [
            ("SELECT a = 17 FROM t", (true, "17")),
            ("SELECT a = -17)", (true, "-17")),
            ("SELECT ä = -  17, 4", (true, "-  17")),
            ("SELECT a = 5.25::numeric", (true, "5.25")),
            ("SELECT a = 99999999999", (true, "99999999999")),
            ("SELECT a ='it''s' AND", (false, "'it''s'")),
            ("SELECT a = ''", (false, "''")),
        ] {
            assert_eq!(form(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn odd_spellings_are_not() {
        for text in [
            "SELECT a = E'x'",
            "SELECT a = U&'x'",
            "SELECT a = $$x$$",
            "SELECT a = 'x'\n'y'",
            "SELECT a = 1e5",
            "SELECT a = .5",
            "SELECT a = 5.",
            "SELECT a = 0x1F",
            "SELECT a = 1_000",
            "SELECT a = -(5)",
            "SELECT a = - -5",
            "SELECT a = -/* */5",
            "SELECT a = x'1F'",
        ] {
            assert_eq!(form(text), None, "{text}");
        }
    }
}
