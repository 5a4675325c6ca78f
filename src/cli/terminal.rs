//! Text on a terminal: how wide it is, and how it is made to fit.

use std::io::IsTerminal;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::journal::is_active;

/// Columns where nothing says how wide the reader's terminal is.
const COLUMNS_UNKNOWN: usize = 100;

/// SGR parameters (ECMA-48).
#[derive(Debug, Clone, Copy)]
pub(super) enum Ink {
    Heading = 1,
    Faint = 2,
    Changed = 32,
    Command = 36,
}

impl Ink {
    /// The text in this colour, if there are to be colours.
    pub(super) fn paint(self, text: &str, is_coloured: bool) -> String {
        if is_coloured {
            format!("\x1b[{}m{text}\x1b[0m", self as u8)
        } else {
            text.to_owned()
        }
    }
}

/// Whether standard output takes colours: a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
pub(super) fn is_coloured() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty())
}

/// How many columns the terminal has; `COLUMNS` says so where there is none.
pub(super) fn columns() -> usize {
    let said = || {
        std::env::var("COLUMNS")
            .ok()?
            .parse()
            .ok()
            .filter(|columns| *columns > 0)
    };
    let found = terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0));
    found.or_else(said).unwrap_or(COLUMNS_UNKNOWN)
}

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The value on one line of at most `columns`, with nothing in it that a terminal would act upon.
pub(super) fn fit(value: &str, columns: usize) -> String {
    let mut line = String::new();
    let mut space = "";
    for word in value.split_whitespace() {
        line.push_str(space);
        space = " ";
        for letter in word.chars() {
            match is_active(letter) {
                true => line.extend(letter.escape_default()),
                false => line.push(letter),
            }
        }
        // Enough to know that it is too long.
        if line.len() > 8 * columns {
            break;
        }
    }
    if width(&line) <= columns {
        return line;
    }
    let (mut shown, mut taken) = (String::new(), 0);
    for letter in line.chars() {
        taken += letter.width().unwrap_or(0);
        if taken >= columns {
            break;
        }
        shown.push(letter);
    }
    shown + "…"
}

/// The text, and blanks up to so many columns.
pub(super) fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_to_the_cell() {
        let shown = fit(&"word ".repeat(20), 36);
        assert_eq!(width(&shown), 36);
        assert!(shown.ends_with('…'));
        assert_eq!(fit("two\n\tlines", 36), "two lines");
        assert_eq!(fit("word", 4), "word");
        assert!(width(&fit(&"陽子".repeat(20), 9)) <= 9);
    }

    #[test]
    fn wide_letters_count_twice() {
        assert_eq!(width("陽子"), 4);
        assert_eq!(pad("陽子", 6), "陽子  ");
        assert_eq!(width("e\u{301}"), 1);
    }

    #[test]
    fn no_value_draws_on_the_terminal() {
        let shown = fit("a\u{1b}[31mb\u{202e}c", 80);
        assert!(!shown.chars().any(is_active), "{shown}");
    }
}
