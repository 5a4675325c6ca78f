//! Reading a log line by line in bounded memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::thread;
use std::time::Duration;

use flate2::read::MultiGzDecoder;

use super::record::RECORD_BYTES_MAX;

/// How long a reader waits for the rest of a line that may be in the middle of being written.
const REST_WAIT: Duration = Duration::from_millis(20);

/// The lines of a log.
pub struct Lines {
    reader: Box<dyn BufRead + Send>,
    line: Vec<u8>,
}

impl Lines {
    /// Opens the log file at `path`, compressed where its name ends in `gz`.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let is_compressed = path.extension().is_some_and(|end| end == "gz");
        Ok(Self {
            reader: match is_compressed {
                true => Box::new(BufReader::with_capacity(128 << 10, MultiGzDecoder::new(file))),
                false => Box::new(BufReader::with_capacity(128 << 10, file)),
            },
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
