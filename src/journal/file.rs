//! The log as a file: the directory, the lock, what a killed process left, writing and taking back.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::JournalError;
use super::record::{HexHash, NO_RECORD, RECORD_BYTES_MAX, Seal};

/// Name of the log inside its directory.
pub const LOG_FILE: &str = "sessions.jsonl";

const LOCK_FILE: &str = "sessions.lock";

/// What the journal needs of a file; a trait so that tests can fill the disk.
pub(super) trait Storage: Send {
    /// Appends all, with one write(2) where the system takes it whole.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Takes back what stands after the first `length` bytes.
    fn cut_to(&mut self, length: u64) -> io::Result<()>;
    /// Whether the path still leads to this file, and it is `length` bytes long.
    fn is_intact(&self, length: u64) -> io::Result<bool>;
}

/// The real one. It holds the lock as long as it lives.
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
    _lock: File,
}

impl LogFile {
    /// Opens or makes the log in `directory`, which is made if it is not there.
    pub(super) fn open(directory: &Path) -> Result<Self, JournalError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| JournalError::Open { path, source }
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(failed(directory))?;
        let mode = fs::metadata(directory).map_err(failed(directory))?.mode();
        if mode & 0o022 != 0 {
            return Err(JournalError::WritableByOthers {
                path: directory.to_owned(),
            });
        }
        let lock_path = directory.join(LOCK_FILE);
        let lock = private()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock_path)
            .map_err(failed(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(JournalError::Locked {
                    path: directory.to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(&lock_path)(source)),
        }
        let path = directory.join(LOG_FILE);
        let file = private()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(failed(&path))?;
        // So that the name, too, outlives a power cut.
        File::open(directory)
            .and_then(|opened| opened.sync_all())
            .map_err(failed(directory))?;
        Ok(Self {
            path,
            file,
            _lock: lock,
        })
    }

    pub(super) fn try_clone(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Where the chain stands.
    pub(super) fn tail(&self) -> Result<Tail, JournalError> {
        let failed = |source| JournalError::Open {
            path: self.path.clone(),
            source,
        };
        let damaged = |what| JournalError::Damaged {
            path: self.path.clone(),
            what,
        };
        let length = self.file.metadata().map_err(failed)?.len();
        // Room for a torn record, a whole one, and the newline before it.
        let window_bytes = length.min(2 * RECORD_BYTES_MAX as u64 + 1);
        let mut window = vec![0; window_bytes as usize];
        let window_start = length - window_bytes;
        self.file.read_exact_at(&mut window, window_start).map_err(failed)?;

        let Some(newline) = window.iter().rposition(|byte| *byte == b'\n') else {
            if window_start > 0 || window.len() > RECORD_BYTES_MAX {
                return Err(damaged("its end is no record"));
            }
            return Ok(Tail {
                n: 0,
                head: NO_RECORD,
                length: 0,
                torn: window,
            });
        };
        let line_start = match window[..newline].iter().rposition(|byte| *byte == b'\n') {
            Some(before) => before + 1,
            None if window_start == 0 => 0,
            None => return Err(damaged("its last line is too long for a record")),
        };
        let seal = Seal::of(&window[line_start..newline]).ok_or_else(|| damaged("its last line is no record"))?;
        if !seal.holds() {
            return Err(damaged("its last record does not match its hash"));
        }
        let mut head = NO_RECORD;
        head.copy_from_slice(seal.hash);
        let n = seal.n;
        let torn = window.split_off(newline + 1);
        Ok(Tail {
            n,
            head,
            length: length - torn.len() as u64,
            torn,
        })
    }
}

/// The end of the chain.
#[derive(Debug)]
pub(super) struct Tail {
    /// Number of the last whole record, 0 if there is none.
    pub(super) n: u64,
    /// Its hash.
    pub(super) head: HexHash,
    /// Bytes up to its end.
    pub(super) length: u64,
    /// What stands behind it.
    pub(super) torn: Vec<u8>,
}

impl Storage for LogFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn cut_to(&mut self, length: u64) -> io::Result<()> {
        // Never longer: a file that someone else shortened is not to be filled up with zeros.
        if self.file.metadata()?.len() > length {
            self.file.set_len(length)?;
        }
        Ok(())
    }

    fn is_intact(&self, length: u64) -> io::Result<bool> {
        let ours = self.file.metadata()?;
        let found = match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            other => other?,
        };
        Ok(ours.len() == length && (ours.dev(), ours.ino()) == (found.dev(), found.ino()))
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}
