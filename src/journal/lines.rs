//! Reading a log line by line in bounded memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::record::RECORD_BYTES_MAX;

/// How long a reader waits for the rest of a line that may be in the middle of being written.
const REST_WAIT: Duration = Duration::from_millis(20);

/// The lines of a log.
pub struct Lines {
    reader: BufReader<File>,
    line: Vec<u8>,
}

impl Lines {
    /// Opens the log file at `path`.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            reader: BufReader::with_capacity(128 << 10, File::open(path)?),
            line: Vec::new(),
        })
    }

    /// The next line, with its newline; without one if it is the torn last line or longer than a record may be.
    pub fn next_line(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        self.read_on()?;
        if !self.line.is_empty() && self.line.last() != Some(&b'\n') {
            thread::sleep(REST_WAIT);
            self.read_on()?;
        }
        Ok((!self.line.is_empty()).then_some(&self.line))
    }

    fn read_on(&mut self) -> io::Result<()> {
        let room = RECORD_BYTES_MAX.saturating_sub(self.line.len());
        self.reader
            .by_ref()
            .take(room as u64)
            .read_until(b'\n', &mut self.line)?;
        Ok(())
    }
}
