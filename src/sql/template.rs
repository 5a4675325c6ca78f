//! The plan cache's key: a statement's text without its integers.
//!
//! `… WHERE id = 17` and `… WHERE id = 4711` have one plan, so they have one key. Only integer literals of up to nine
//! digits are taken out: they cannot change how anything else is read. Strings stay: they may hold names
//! (`'t'::regclass`), times, settings.
//!
//! This runs for every statement before anything else, so it is a lexer written by hand. It must agree with the server's
//! on where strings, comments and quoted names begin and end (PostgreSQL, parser/scan.l): two texts with one key are
//! then read by the server in the same way but for the integers. Offsets into the texts differ, of course.

use std::borrow::Cow;

/// Stands for an integer. It occurs in no statement outside strings, comments and quoted names; a question mark, an
/// operator, would.
pub const MARKER: char = '\u{1}';

/// Integers of more digits may not fit 32 bits, and are then of another type.
const DIGITS_MAX: usize = 9;

/// What a token may start with this byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Word,
    Digit,
    Quote,
    DoubleQuote,
    Dollar,
    Dash,
    Slash,
    /// White space and the opening parenthesis: `float ( 24 )`.
    Blank,
    Other,
}

const STARTS: [Start; 256] = {
    let mut starts = [Start::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        starts[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => Start::Word,
            b'0'..=b'9' => Start::Digit,
            b'\'' => Start::Quote,
            b'"' => Start::DoubleQuote,
            b'$' => Start::Dollar,
            b'-' => Start::Dash,
            b'/' => Start::Slash,
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | b'(' => Start::Blank,
            _ => Start::Other,
        };
        byte += 1;
    }
    starts
};

/// The text with [`MARKER`] in place of each integer literal of up to nine digits that stands alone.
pub fn template(text: &str) -> Cow<'_, str> {
    let mut lexer = Lexer {
        bytes: text.as_bytes(),
        at: 0,
        after_float: false,
    };
    let mut template = String::new();
    let mut copied = 0;
    while let Some((start, end)) = lexer.next_integer() {
        if template.is_empty() {
            template.reserve(text.len());
        }
        // Both ends are ASCII digits' own, so these are character boundaries.
        template.push_str(text.get(copied..start).unwrap_or_default());
        template.push(MARKER);
        copied = end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    template.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(template)
}

/// The integers that [`template()`] takes out of one text: what leads from places of the template to places of the text.
#[derive(Debug, Clone)]
pub struct Integers {
    /// Start and end of each, in bytes of the text.
    spans: Vec<(usize, usize)>,
}

impl Integers {
    /// Those of this text.
    pub fn of(text: &str) -> Self {
        let mut lexer = Lexer {
            bytes: text.as_bytes(),
            at: 0,
            after_float: false,
        };
        Integers {
            spans: std::iter::from_fn(|| lexer.next_integer()).collect(),
        }
    }

    /// Where in the template a place of the text is which is not inside an integer.
    pub fn in_template(&self, place: usize) -> usize {
        let before = self.spans.iter().take_while(|(_, end)| *end <= place);
        place
            - before
                .map(|(start, end)| end - start - MARKER.len_utf8())
                .sum::<usize>()
    }

    /// The places of the text for places of the template, which come in order.
    pub fn in_text(&self, places: impl Iterator<Item = usize>) -> impl Iterator<Item = usize> {
        let mut spans = self.spans.iter().peekable();
        let mut longer = 0;
        places.map(move |place| {
            while let Some((start, end)) = spans.next_if(|(start, _)| start - longer < place) {
                longer += end - start - MARKER.len_utf8();
            }
            place + longer
        })
    }
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The last word was `float`, with nothing but blanks and comments since: `float(24)` and `float(25)` are different types.
    after_float: bool,
}

impl Lexer<'_> {
    /// Start and end of the next integer to be replaced.
    fn next_integer(&mut self) -> Option<(usize, usize)> {
        while let Some(&byte) = self.bytes.get(self.at) {
            match STARTS[usize::from(byte)] {
                Start::Blank => self.at += 1,
                Start::Word => self.word(),
                Start::Digit => {
                    let start = self.at;
                    let after_float = std::mem::take(&mut self.after_float);
                    if self.number() && !after_float {
                        return Some((start, self.at));
                    }
                }
                Start::Dash if self.peek(1) == Some(b'-') => self.past_line(),
                Start::Slash if self.peek(1) == Some(b'*') => self.comment(),
                other => {
                    self.after_float = false;
                    match other {
                        Start::Quote => self.past(b'\''),
                        Start::DoubleQuote => self.past(b'"'),
                        Start::Dollar => self.dollar(),
                        _ => self.at += 1,
                    }
                }
            }
        }
        None
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Moves on while bytes satisfy the test.
    fn skip_while(&mut self, test: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|byte| test(*byte)) {
            self.at += 1;
        }
    }

    fn word(&mut self) {
        let start = self.at;
        self.skip_while(|byte| continues_word(byte) || byte == b'$');
        let word = self.bytes.get(start..self.at).unwrap_or_default();
        self.after_float = word.len() == 5 && word.eq_ignore_ascii_case(b"float");
        if word.len() == 1 && word.eq_ignore_ascii_case(b"e") && self.peek(0) == Some(b'\'') {
            self.escape_string();
        }
    }

    /// Moves past a number; whether it is an integer to be replaced.
    fn number(&mut self) -> bool {
        let start = self.at;
        self.skip_while(|byte| byte.is_ascii_digit());
        let digits = self.at - start;
        let after_point = start > 0 && self.bytes.get(start - 1) == Some(&b'.');
        let Some(next) = self.peek(0) else {
            return !after_point && digits <= DIGITS_MAX;
        };
        if !continues_word(next) && next != b'.' {
            return !after_point && digits <= DIGITS_MAX && next != b'$';
        }
        loop {
            self.skip_while(|byte| continues_word(byte) || byte == b'.');
            // 1e-5, or 0x1e-1e-5: whatever may be an exponent stays.
            let ends_in_e = self
                .bytes
                .get(self.at - 1)
                .is_some_and(|byte| byte.eq_ignore_ascii_case(&b'e'));
            let signed = matches!(self.peek(0), Some(b'+' | b'-')) && self.peek(1).is_some_and(|b| b.is_ascii_digit());
            if !(ends_in_e && signed) {
                return false;
            }
            self.at += 1;
        }
    }

    /// Moves past a quoted thing without escapes, from its opening quote. A doubled quote reads as two such things.
    fn past(&mut self, quote: u8) {
        self.at += 1;
        self.at += memchr::memchr(quote, self.rest()).map_or(self.rest().len(), |found| found + 1);
    }

    /// `E'…'`, from the quote; also its continuation on another line, in which backslashes escape as well.
    fn escape_string(&mut self) {
        self.at += 1;
        loop {
            match memchr::memchr2(b'\'', b'\\', self.rest()) {
                None => return self.at = self.bytes.len(),
                Some(found) => self.at += found,
            }
            if self.peek(0) == Some(b'\\') || self.peek(1) == Some(b'\'') {
                self.at = (self.at + 2).min(self.bytes.len());
                continue;
            }
            self.at += 1;
            if !self.continued() {
                return;
            }
        }
    }

    /// After a closing quote: blanks with a line break among them, then another quote, continue the string. If so, moves
    /// past that quote; comments to the end of a line count as blanks.
    fn continued(&mut self) -> bool {
        let (end, mut broken) = (self.at, false);
        loop {
            match self.peek(0) {
                Some(b'\n' | b'\r') => {
                    broken = true;
                    self.at += 1;
                }
                Some(b' ' | b'\t' | 0x0b | 0x0c) => self.at += 1,
                Some(b'-') if self.peek(1) == Some(b'-') => self.past_line(),
                Some(b'\'') if broken => {
                    self.at += 1;
                    return true;
                }
                _ => {
                    self.at = end;
                    return false;
                }
            }
        }
    }

    fn past_line(&mut self) {
        self.at += memchr::memchr2(b'\n', b'\r', self.rest()).unwrap_or(self.rest().len());
    }

    /// `/* … */`, nested.
    fn comment(&mut self) {
        self.at += 2;
        let mut depth = 1_usize;
        while depth > 0 {
            match memchr::memchr2(b'*', b'/', self.rest()) {
                None => return self.at = self.bytes.len(),
                Some(found) => self.at += found,
            }
            match (self.peek(0), self.peek(1)) {
                (Some(b'*'), Some(b'/')) => depth -= 1,
                (Some(b'/'), Some(b'*')) => depth += 1,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
        }
    }

    /// `$1`, `$tag$ … $tag$`, or a dollar on its own.
    fn dollar(&mut self) {
        let start = self.at;
        self.at += 1;
        if self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
            return self.skip_while(|byte| byte.is_ascii_digit());
        }
        self.skip_while(continues_word);
        if self.peek(0) != Some(b'$') {
            return self.at = start + 1;
        }
        self.at += 1;
        let tag = self.bytes.get(start..self.at).unwrap_or_default();
        self.at += memchr::memmem::find(self.rest(), tag).map_or(self.rest().len(), |found| found + tag.len());
    }
}

fn continues_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
