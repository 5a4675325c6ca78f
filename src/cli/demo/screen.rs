//! What the tour looks like: headings, commands, and two results side by side.

use std::io::{IsTerminal, Write};

use super::DemoError;
use super::records::Records;

/// Two of these and the names of the columns fit a terminal of 100 columns.
const CELL_WIDTH: usize = 36;

/// Where the tour is printed; colours only if that is a terminal.
pub(super) struct Screen {
    out: Box<dyn Write>,
    coloured: bool,
}

/// SGR parameters (ECMA-48).
#[derive(Clone, Copy)]
enum Ink {
    Heading = 1,
    Faint = 2,
    Changed = 32,
    Command = 36,
}

impl Screen {
    pub(super) fn stdout() -> Screen {
        let stdout = std::io::stdout();
        // https://no-color.org
        let coloured = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        Screen {
            out: Box::new(stdout),
            coloured,
        }
    }

    /// A section's title.
    pub(super) fn heading(&mut self, text: &str) -> Result<(), DemoError> {
        let line = self.paint(Ink::Heading, text);
        self.print(&format!("\n{line}\n\n"))
    }

    /// A plain paragraph.
    pub(super) fn text(&mut self, text: &str) -> Result<(), DemoError> {
        self.print(&format!("{text}\n"))
    }

    /// What is going on, for the impatient.
    pub(super) fn note(&mut self, text: &str) -> Result<(), DemoError> {
        let line = self.paint(Ink::Faint, text);
        self.print(&format!("{line}\n"))
    }

    /// A command as one would type it.
    pub(super) fn command(&mut self, text: &str) -> Result<(), DemoError> {
        let line = self.paint(Ink::Command, &format!("$ {text}"));
        self.print(&format!("{line}\n"))
    }

    /// The output of a command.
    pub(super) fn output(&mut self, text: &str) -> Result<(), DemoError> {
        for line in text.lines() {
            self.print(&format!("  {line}\n"))?;
        }
        Ok(())
    }

    /// Two results of one query, record by record; what differs stands out on the right.
    pub(super) fn side_by_side(&mut self, left: &Records, right: &Records) -> Result<(), DemoError> {
        let name_width = left.columns.iter().map(|name| width(name)).max().unwrap_or(0);
        let titles = format!("{}  {}  through pgveil", pad("", name_width), pad("direct", CELL_WIDTH));
        let titles = self.paint(Ink::Faint, &titles);
        self.print(&format!("\n  {titles}\n"))?;
        for (left_row, right_row) in left.rows.iter().zip(&right.rows) {
            for (name, (before, after)) in left.columns.iter().zip(left_row.iter().zip(right_row)) {
                let name = self.paint(Ink::Faint, &pad(name, name_width));
                let shown = fit(after);
                let after_text = if before == after {
                    shown
                } else {
                    self.paint(Ink::Changed, &shown)
                };
                let before_text = pad(&fit(before), CELL_WIDTH);
                self.print(&format!("  {name}  {before_text}  {after_text}\n"))?;
            }
            self.print("\n")?;
        }
        Ok(())
    }

    fn paint(&self, ink: Ink, text: &str) -> String {
        if self.coloured {
            format!("\x1b[{}m{text}\x1b[0m", ink as u8)
        } else {
            text.to_owned()
        }
    }

    fn print(&mut self, text: &str) -> Result<(), DemoError> {
        self.out
            .write_all(text.as_bytes())
            .and_then(|()| self.out.flush())
            .map_err(DemoError::io("writing to the terminal"))
    }
}

/// The value on one line of at most [`CELL_WIDTH`].
fn fit(value: &Option<String>) -> String {
    let Some(value) = value else {
        return "NULL".to_owned();
    };
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if width(&line) <= CELL_WIDTH {
        return line;
    }
    let mut shown = String::new();
    for letter in line.chars() {
        if width(&shown) + letter_width(letter) >= CELL_WIDTH {
            break;
        }
        shown.push(letter);
    }
    shown + "…"
}

fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

fn width(text: &str) -> usize {
    text.chars().map(letter_width).sum()
}

/// Terminal columns of a letter, near enough for names: wide East Asian scripts take two, combining marks none.
fn letter_width(letter: char) -> usize {
    match letter {
        '\u{300}'..='\u{36f}' => 0,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{ff00}'..='\u{ff60}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_to_the_cell() {
        let shown = fit(&Some("word ".repeat(20)));
        assert_eq!(width(&shown), CELL_WIDTH);
        assert!(shown.ends_with('…'));
        assert_eq!(fit(&Some("two\n\tlines".to_owned())), "two lines");
        assert_eq!(fit(&None), "NULL");
    }

    #[test]
    fn wide_letters_count_twice() {
        assert_eq!(width("陽子"), 4);
        assert_eq!(pad("陽子", 6), "陽子  ");
    }
}
