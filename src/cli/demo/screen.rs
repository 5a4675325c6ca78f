//! What the tour looks like: headings, commands, and two results side by side.

use std::io::Write;

use super::DemoError;
use super::records::Records;
use crate::cli::terminal::{Ink, fit, is_coloured, pad, width};

/// Two of these and the names of the columns fit a terminal of 100 columns.
const CELL_WIDTH: usize = 36;

/// Where the tour is printed; colours only if that is a terminal.
pub(super) struct Screen {
    out: Box<dyn Write>,
    coloured: bool,
}

impl Screen {
    pub(super) fn stdout() -> Screen {
        Screen {
            out: Box::new(std::io::stdout()),
            coloured: is_coloured(),
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
                let shown = cell(after);
                let after_text = if before == after {
                    shown
                } else {
                    self.paint(Ink::Changed, &shown)
                };
                let before_text = pad(&cell(before), CELL_WIDTH);
                self.print(&format!("  {name}  {before_text}  {after_text}\n"))?;
            }
            self.print("\n")?;
        }
        Ok(())
    }

    fn paint(&self, ink: Ink, text: &str) -> String {
        ink.paint(text, self.coloured)
    }

    fn print(&mut self, text: &str) -> Result<(), DemoError> {
        self.out
            .write_all(text.as_bytes())
            .and_then(|()| self.out.flush())
            .map_err(DemoError::io("writing to the terminal"))
    }
}

/// The value on one line of at most [`CELL_WIDTH`].
fn cell(value: &Option<String>) -> String {
    value
        .as_ref()
        .map_or_else(|| "NULL".to_owned(), |value| fit(value, CELL_WIDTH))
}
