//! The log as files: the directory, the lock, the public key, writing and taking back.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::JournalError;
use super::checkpoint::{Checkpoint, Signer};
use super::merkle::Range;
use super::segments::sealed;
use super::verify::stored_key;

/// Name of the log inside its directory.
pub const LOG_FILE: &str = "sessions.jsonl";
/// Name of the file of its signed checkpoints.
pub const CHECKPOINTS_FILE: &str = "sessions.checkpoints";
/// Name of the file of its public key.
pub const KEY_FILE: &str = "sessions.vkey";

const LOCK_FILE: &str = "sessions.lock";

/// What the journal needs of a file; a trait so that tests can fill the disk.
pub(super) trait Storage: Send {
    /// Appends all, with one write(2) where the system takes it whole.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Takes back what stands after the first `length` bytes.
    fn cut_to(&mut self, length: u64) -> io::Result<()>;
    /// Whether the path still leads to this file, and it is `length` bytes long.
    fn is_intact(&self, length: u64) -> io::Result<bool>;
    /// What brings this file to disk; it keeps nobody waiting who appends.
    fn disk(&self) -> io::Result<Arc<dyn Disk>>;
}

/// Brings what was appended so far to disk.
pub(super) trait Disk: Send + Sync {
    /// Returns when it is there.
    fn sync(&self) -> io::Result<()>;
}

impl Disk for File {
    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

/// The directory of a log, which nobody else writes. It holds the lock as long as it lives.
pub(super) struct Directory {
    pub(super) path: PathBuf,
    _lock: File,
}

impl Directory {
    /// Makes it if it is not there.
    pub(super) fn open(path: &Path) -> Result<Self, JournalError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| JournalError::Open { path, source }
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(failed(path))?;
        let mode = fs::metadata(path).map_err(failed(path))?.mode();
        if mode & 0o022 != 0 {
            return Err(JournalError::WritableByOthers { path: path.to_owned() });
        }
        let lock_path = path.join(LOCK_FILE);
        let lock = private()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock_path)
            .map_err(failed(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(&lock_path)(source)),
        }
        Ok(Directory {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Opens or makes a file that is appended to.
    pub(super) fn append_to(&self, name: &str) -> Result<LogFile, JournalError> {
        let path = self.file(name);
        let open = || {
            let file = private().read(true).append(true).create(true).open(&path)?;
            self.sync_names()?;
            Ok(file)
        };
        match open() {
            Ok(file) => Ok(LogFile { path, file }),
            Err(source) => Err(JournalError::Open { path, source }),
        }
    }

    /// So that the names in it, too, outlive a power cut.
    pub(super) fn sync_names(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    /// Who signs the log with this secret key. A new log gets a name that no other log has, its public key, and the
    /// checkpoint of no record, so that from then on a log without checkpoints is one from which they were taken.
    pub(super) fn signer(&self, seed: &[u8; 32]) -> Result<Signer, JournalError> {
        let path = self.file(KEY_FILE);
        let no_key = |path| JournalError::OtherKey { path };
        if path.try_exists().unwrap_or(true) {
            let key = stored_key(&self.path)?;
            return match Signer::new(key.name(), seed) {
                Some(signer) if *signer.key() == key => Ok(signer),
                _ => Err(no_key(path)),
            };
        }
        let has_records = fs::metadata(self.file(LOG_FILE)).is_ok_and(|log| log.len() > 0);
        if has_records || sealed(&self.path).is_ok_and(|segments| !segments.is_empty()) {
            return Err(JournalError::Keyless { path });
        }
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| JournalError::Write(io::Error::other(error)))?;
        let name = format!("pgveil-{:016x}", u64::from_be_bytes(random));
        let signer = Signer::new(&name, seed).ok_or_else(|| no_key(path.clone()))?;
        let nothing = Checkpoint {
            size: 0,
            root: Range::new(0).root(),
        };
        let make = || {
            // The key last: it is there once all of it is.
            for (name, text) in [
                (CHECKPOINTS_FILE, signer.sign(&nothing)),
                (KEY_FILE, format!("{}\n", signer.key())),
            ] {
                let new = self.file(&format!("{name}.new"));
                let mut file = private().write(true).create(true).truncate(true).open(&new)?;
                file.write_all(text.as_bytes())?;
                file.sync_all()?;
                fs::rename(&new, self.file(name))?;
            }
            self.sync_names()
        };
        make().map_err(|source| JournalError::Open { path, source })?;
        Ok(signer)
    }
}

/// One of its files.
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
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

    fn disk(&self) -> io::Result<Arc<dyn Disk>> {
        Ok(Arc::new(self.file.try_clone()?))
    }
}

pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}
