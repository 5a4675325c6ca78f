//! The session log: who asked what, how it was judged, and how it ended, without any value.
//!
//! One file of JSON Lines, appended to across restarts. The records are the leaves of a Merkle tree (`merkle`), whose
//! root is signed from time to time ([`checkpoint`]), so that a change, a gap or another order shows; each also names the hash of
//! the one before, so that it shows where. `docs/session-log.md` has every event and how to check it all by hand.
//!
//! A record is written before what it tells of: [`Journal::append`] returns only when the whole line is with the
//! kernel, so it outlives the death of pgveil at any moment. It outlives the death of the machine once
//! [`Journal::durable`] has returned, for which one thread works for all sessions (`commit`).

pub mod checkpoint;
mod clock;
mod commit;
mod event;
mod file;
mod json;
mod lines;
mod merkle;
mod record;
mod segments;
mod verify;
mod verify_error;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

pub use clock::rfc_3339;
pub use event::*;
pub use file::{CHECKPOINTS_FILE, KEY_FILE, LOG_FILE};
pub use lines::Lines;
pub use record::RECORD_BYTES_MAX;
pub(crate) use record::is_active;
pub use segments::{Rotation, record_files};
pub use verify::{VerifyReport, stored_key, verify};
pub use verify_error::{Problem, VerifyError};

use sha2::{Digest, Sha256};

use clock::Clock;
use commit::{Commit, Seals};
use file::{Directory, Disk, Storage};
use merkle::{Hash, Range};
use record::NO_RECORD;
use verify::{Signed, Walk};

/// Bytes of the day in a stamp: `2025-01-31`.
const DAY_BYTES: usize = 10;
/// A buffer that grew over this for a long statement is not kept.
const IDLE_BUFFER_BYTES_MAX: usize = 256 << 10;

/// Why the log cannot be opened or written. All of it is the operator's to mend.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The directory or a file in it cannot be made, opened or read.
    #[error("cannot open the session log: {}: {source}", path.display())]
    Open {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// People other than its owner may write in the directory.
    #[error("the session log's directory {} can be written by others: run chmod 700 on it", path.display())]
    WritableByOthers {
        /// The directory.
        path: PathBuf,
    },
    /// Another process writes there.
    #[error("the session log in {} is in use by another process", path.display())]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// It cannot be continued.
    #[error("cannot continue the session log: {0}; move all its files aside to start a new one")]
    Damaged(#[from] VerifyError),
    /// The log was signed by somebody else so far.
    #[error(
        "the session log was signed with another key so far, that of {}: give that key back, or move all files of the log aside to start a new one",
        path.display()
    )]
    OtherKey {
        /// The file of the public key.
        path: PathBuf,
    },
    /// There are records but no public key.
    #[error("the session log has lost its public key {}: put it back, or move all files of the log aside to start a new one", path.display())]
    Keyless {
        /// Where it should be.
        path: PathBuf,
    },
    /// Nothing was written; the next attempt may succeed.
    #[error("cannot write the session log: {0}")]
    Write(#[from] io::Error),
    /// The file was removed, replaced, shortened or written to by someone else.
    #[error("the session log was changed by someone else while in use; restart pgveil after looking into it")]
    Interfered,
    /// What was written may not be on disk.
    #[error("cannot bring the session log to disk: {0}; restart pgveil after looking into it")]
    Sync(io::Error),
    /// The same, told again.
    #[error("the session log could not be brought to disk before; restart pgveil after looking into it")]
    Lost,
    /// The record would be longer than [`RECORD_BYTES_MAX`].
    #[error("a record of {bytes} bytes is too long for the session log")]
    RecordTooLong {
        /// Its length.
        bytes: usize,
    },
    /// A thread died while it wrote.
    #[error("the session log was left in an unknown state")]
    Poisoned,
}

/// A session's name on the log, unique on it: `<milliseconds since 1970 when the log was opened>-<number>`, in hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId {
    run: u64,
    number: u64,
}

impl fmt::Display for SessionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:x}-{:x}", self.run, self.number)
    }
}

/// The open session log. Shared by all sessions.
pub struct Journal {
    commit: Arc<Commit>,
    is_group: bool,
    run: u64,
    sessions: AtomicU64,
    thread: Option<JoinHandle<()>>,
}

struct Chain {
    storage: Box<dyn Storage>,
    disk: Arc<dyn Disk>,
    clock: Clock,
    /// Records of the append under way; kept to spare the allocation.
    buffer: Vec<u8>,
    /// Their hashes.
    leaves: Vec<Hash>,
    tree: Range,
    last_leaf: Hash,
    /// Number of the first record of the segment.
    first: u64,
    /// The day of it, as in its stamp.
    day: Option<[u8; DAY_BYTES]>,
    /// Bytes of whole records in the file.
    length: u64,
    /// Something may stand behind `length`.
    unclean: bool,
    /// The disk failed.
    is_lost: bool,
}

impl Journal {
    /// Opens the log in `directory` and continues it, or starts one. The directory is made (0700) if need be. The log is
    /// checked first; a record that a killed process left half-written is cut off, and the new `log_opened` record says so.
    /// `seed` is the secret key that signs it. `is_group`: [`Journal::durable`] waits for the disk. `rotation`: when another
    /// file is begun; never, without it.
    pub fn open(
        directory: &Path,
        seed: &[u8; 32],
        is_group: bool,
        rotation: Option<Rotation>,
    ) -> Result<Self, JournalError> {
        let directory = Directory::open(directory)?;
        directory.finish_sealing()?;
        let storage = directory.append_to(LOG_FILE)?;
        Self::resume(directory, Box::new(storage), seed, is_group, rotation)
    }

    fn resume(
        directory: Directory,
        mut storage: Box<dyn Storage>,
        seed: &[u8; 32],
        is_group: bool,
        rotation: Option<Rotation>,
    ) -> Result<Self, JournalError> {
        let signer = directory.signer(seed)?;
        let signed = Signed::read(&directory.file(CHECKPOINTS_FILE), signer.key())?;
        directory.write_subtrees()?;
        let mut walk = Walk::over(&directory)?;
        let first = walk.tree.end() + 1;
        signed.expect_in(&mut walk);
        let torn = walk.file(&directory.file(LOG_FILE))?;
        walk.finish()?;
        if !torn.is_empty() {
            storage.cut_to(walk.bytes)?;
        }
        let seals = Seals {
            signer,
            file: directory.append_to(CHECKPOINTS_FILE)?,
            length: signed.length,
            size: signed.size(),
            tried: Instant::now(),
        };
        let chain = Chain {
            disk: storage.disk()?,
            storage,
            clock: Clock::new(),
            buffer: Vec::new(),
            leaves: Vec::new(),
            tree: walk.tree,
            last_leaf: walk.last_leaf.unwrap_or(NO_RECORD),
            first,
            day: walk.first_day,
            length: walk.bytes,
            unclean: false,
            is_lost: false,
        };
        let run = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis() as u64;
        let mut journal = Self {
            commit: Arc::new(Commit::new(
                directory,
                rotation,
                SessionId { run, number: 0 },
                chain,
                seals,
            )),
            is_group,
            run,
            sessions: AtomicU64::new(0),
            thread: None,
        };
        journal.begin(&torn)?;
        Ok(journal)
    }

    /// Says that the log was opened, and has records brought to disk from now on.
    fn begin(&mut self, torn: &[u8]) -> Result<(), JournalError> {
        let torn_hash = record::hexadecimal(&Sha256::digest(torn));
        let cut = (!torn.is_empty()).then(|| Cut {
            bytes: torn.len() as u64,
            sha256: std::str::from_utf8(&torn_hash).unwrap_or_default(),
        });
        let opened = LogOpened {
            version: env!("CARGO_PKG_VERSION"),
            pid: std::process::id(),
            cut,
        };
        self.append(self.process(), &Event::LogOpened(opened))?;
        self.commit.commit(true)?;
        self.commit.tend()?;
        let commit = Arc::clone(&self.commit);
        let thread = std::thread::Builder::new().name("session log".into());
        self.thread = Some(thread.spawn(move || commit.run())?);
        Ok(())
    }

    /// The name of what belongs to no session.
    pub fn process(&self) -> SessionId {
        SessionId {
            run: self.run,
            number: 0,
        }
    }

    /// A name for the next session.
    pub fn new_session(&self) -> SessionId {
        SessionId {
            run: self.run,
            number: self.sessions.fetch_add(1, Ordering::Relaxed) + 1,
        }
    }

    /// Writes one record; see [`Journal::append_all`].
    pub fn append(&self, session: SessionId, event: &Event<'_>) -> Result<u64, JournalError> {
        self.append_all(&[(session, event)])
    }

    /// Writes these records, in this order and with one system call, or none of them; gives the number of the last. After an
    /// error the log is as it was before, and what the records tell of may not happen; the next call tries anew.
    pub fn append_all(&self, events: &[(SessionId, &Event<'_>)]) -> Result<u64, JournalError> {
        self.commit.chain()?.append(events)
    }

    /// Has a record brought to disk at once, if anybody will wait for it; does not wait itself.
    pub fn hasten(&self, record: u64) {
        if self.is_group {
            self.commit.hasten(record);
        }
    }

    /// Returns once what this record tells of may be seen: under group commit when it is on disk, and all before it.
    /// [`Journal::hasten`] is to be called first.
    pub async fn durable(&self, record: u64) -> Result<(), JournalError> {
        match self.is_group {
            true => self.commit.reached(record).await,
            false => Ok(()),
        }
    }

    /// Closes the log: says so in its last record, and signs it.
    fn close(&mut self) -> Result<(), JournalError> {
        self.append(self.process(), &Event::LogClosed)?;
        self.commit.commit(true)
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // Without a thread it was never open.
        let Some(thread) = self.thread.take() else { return };
        self.commit.stop();
        let _ = thread.join();
        if let Err(error) = self.close() {
            eprintln!("pgveil: {error}");
        }
    }
}

impl Chain {
    /// Whether the segment has had its time.
    fn is_due(&self, bytes_max: u64) -> bool {
        // Not the clock that tells when the file is to be looked at.
        let mut clock = Clock::new();
        let today = clock.now().0.first_chunk();
        let is_yesterdays = self.day.as_ref().is_some_and(|day| Some(day) != today);
        self.day.is_some() && (self.length >= bytes_max || is_yesterdays)
    }

    /// What is written from now on is in a new file.
    fn begin_segment(&mut self) {
        self.first = self.tree.end() + 1;
        self.length = 0;
        self.day = None;
    }

    fn append(&mut self, events: &[(SessionId, &Event<'_>)]) -> Result<u64, JournalError> {
        if self.is_lost {
            return Err(JournalError::Lost);
        }
        if self.unclean {
            self.storage.cut_to(self.length)?;
            self.unclean = false;
        }
        let (stamp, second_turned) = self.clock.now();
        // Once a second, not each time: it costs as much as all the rest.
        if second_turned && !self.storage.is_intact(self.length).unwrap_or(false) {
            self.clock.forget();
            return Err(JournalError::Interfered);
        }
        self.buffer.clear();
        self.buffer.shrink_to(IDLE_BUFFER_BYTES_MAX);
        self.leaves.clear();
        let mut last_leaf = self.last_leaf;
        for (session, event) in events {
            let start = self.buffer.len();
            let n = self.tree.end() + self.leaves.len() as u64 + 1;
            last_leaf = record::compose(&mut self.buffer, n, stamp, *session, event, &last_leaf);
            self.leaves.push(last_leaf);
            let bytes = self.buffer.len() - start;
            if bytes > RECORD_BYTES_MAX {
                return Err(JournalError::RecordTooLong { bytes });
            }
        }
        if let Err(error) = self.storage.append(&self.buffer) {
            self.unclean = self.storage.cut_to(self.length).is_err();
            return Err(error.into());
        }
        self.length += self.buffer.len() as u64;
        if self.day.is_none() {
            self.day = stamp.first_chunk().copied();
        }
        self.last_leaf = last_leaf;
        self.leaves.drain(..).for_each(|leaf| self.tree.push(leaf));
        Ok(self.tree.end())
    }
}

#[cfg(test)]
mod tests;
