//! One line on standard error that says how far the dump is; nothing where that is no terminal.

use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::time::{Duration, Instant};

use super::follow::Follower;
use crate::cli::terminal::{columns, fit};

/// Often enough to be seen to move.
const REDRAW: Duration = Duration::from_millis(200);
const BAR_CELLS: usize = 20;
/// Return to the first column and clear the line (ECMA-48 CR and EL).
const CLEAR: &str = "\r\x1b[K";

/// The line.
pub(super) struct Progress {
    is_shown: bool,
    started: Instant,
    drawn: Option<Instant>,
    /// About how many tables there will be.
    tables: usize,
}

impl Progress {
    pub(super) fn new(tables: usize) -> Progress {
        Progress {
            is_shown: std::io::stderr().is_terminal(),
            started: Instant::now(),
            drawn: None,
            tables,
        }
    }

    /// Draws it, if it is time to. `written`: bytes of the dump so far, where that can be told.
    pub(super) fn draw(&mut self, follower: &Follower, written: Option<u64>) {
        if !self.is_shown || self.drawn.is_some_and(|drawn| drawn.elapsed() < REDRAW) {
            return;
        }
        self.drawn = Some(Instant::now());
        let line = line(
            follower.rows.len().saturating_sub(1),
            self.tables,
            follower.rows.values().sum(),
            written.unwrap_or(follower.bytes),
            follower.table.as_deref().unwrap_or("reading the catalog"),
            self.started.elapsed(),
        );
        let mut stderr = std::io::stderr().lock();
        let _ = write!(stderr, "{CLEAR}{}", fit(&line, columns().saturating_sub(1)));
        let _ = stderr.flush();
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        if self.drawn.is_some() {
            eprint!("{CLEAR}");
        }
    }
}

fn line(done: usize, tables: usize, rows: u64, bytes: u64, table: &str, time: Duration) -> String {
    let tables = tables.max(done).max(1);
    let cells = done * BAR_CELLS / tables;
    let bar = "█".repeat(cells) + &"░".repeat(BAR_CELLS - cells);
    let seconds = time.as_secs();
    format!(
        "{bar} {done}/{tables} tables, {rows} rows, {} MB, {}:{:02}, {table}",
        bytes / 1_000_000,
        seconds / 60,
        seconds % 60
    )
}

/// Passes on what pg_dump says, line by line, so that it does not run into the progress line.
pub(super) fn relay_errors(pipe: std::io::PipeReader) -> std::thread::JoinHandle<()> {
    let clear = if std::io::stderr().is_terminal() { CLEAR } else { "" };
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            eprintln!("{clear}{}", String::from_utf8_lossy(&line));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_never_overflows() {
        let start = line(0, 0, 0, 0, "t", Duration::ZERO);
        assert!(start.starts_with(&"░".repeat(BAR_CELLS)), "{start}");
        let full = line(9, 3, 5, 2_500_000, "public.t", Duration::from_secs(61));
        assert!(full.starts_with(&"█".repeat(BAR_CELLS)), "{full}");
        assert!(full.ends_with("9/9 tables, 5 rows, 2 MB, 1:01, public.t"), "{full}");
    }
}
