//! The session log: who asked what, how it was judged, and how it ended, without any value.
//!
//! One file of JSON Lines, appended to across restarts; each record names the SHA-256 of the one before, so that a
//! change, a gap or another order shows. `docs/session-log.md` has every event and how to check the chain by hand.
//!
//! A record is written before what it tells of: [`Journal::append`] returns only when the whole line is with the
//! kernel, so it outlives the death of pgveil at any moment. It outlives the death of the machine once
//! [`Journal::sync`] has returned.

mod clock;
mod event;
mod file;
mod json;
mod lines;
mod record;
mod verify;

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

pub use clock::rfc_3339;
pub use event::*;
pub use file::LOG_FILE;
pub use lines::Lines;
pub use record::RECORD_BYTES_MAX;
pub(crate) use record::is_active;
pub use verify::{Problem, VerifyError, VerifyReport, verify};

use clock::Clock;
use file::{LogFile, Storage, Tail};
use record::HexHash;

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
    /// The chain cannot be continued.
    #[error("cannot continue the session log {}: {what}; move it aside to start a new one", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Nothing was written; the next attempt may succeed.
    #[error("cannot write the session log: {0}")]
    Write(#[from] io::Error),
    /// The file was removed, replaced, shortened or written to by someone else.
    #[error("the session log was changed by someone else while in use; restart pgveil after looking into it")]
    Interfered,
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
    chain: Mutex<Chain>,
    run: u64,
    sessions: AtomicU64,
    /// The same file once more, so that syncing keeps nobody waiting for the chain.
    synced: Option<File>,
}

struct Chain {
    storage: Box<dyn Storage>,
    clock: Clock,
    /// Records of the append under way; kept to spare the allocation.
    buffer: Vec<u8>,
    n: u64,
    head: HexHash,
    /// Bytes of whole records in the file.
    length: u64,
    /// Something may stand behind `length`.
    unclean: bool,
}

impl Journal {
    /// Opens the log in `directory` and continues its chain, or starts one. The directory is made (0700) if need be.
    /// A record that a killed process left half-written is cut off, and the new `log_opened` record says so.
    pub fn open(directory: &Path) -> Result<Self, JournalError> {
        let file = LogFile::open(directory)?;
        let synced = file.try_clone()?;
        let tail = file.tail()?;
        Self::resume(Box::new(file), tail, Some(synced))
    }

    fn resume(mut storage: Box<dyn Storage>, tail: Tail, synced: Option<File>) -> Result<Self, JournalError> {
        if !tail.torn.is_empty() {
            storage.cut_to(tail.length)?;
        }
        let Tail { n, head, length, torn } = tail;
        let chain = Chain {
            storage,
            clock: Clock::new(),
            buffer: Vec::new(),
            n,
            head,
            length,
            unclean: false,
        };
        let run = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis() as u64;
        let journal = Self {
            chain: Mutex::new(chain),
            run,
            sessions: AtomicU64::new(0),
            synced,
        };

        let torn_hash = record::sha256_hex(&torn);
        let cut = (!torn.is_empty()).then(|| Cut {
            bytes: torn.len() as u64,
            sha256: std::str::from_utf8(&torn_hash).unwrap_or_default(),
        });
        let opened = LogOpened {
            version: env!("CARGO_PKG_VERSION"),
            pid: std::process::id(),
            cut,
        };
        journal.append(journal.process(), &Event::LogOpened(opened))?;
        journal.sync()?;
        Ok(journal)
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
    pub fn append(&self, session: SessionId, event: &Event<'_>) -> Result<(), JournalError> {
        self.append_all(&[(session, event)])
    }

    /// Writes these records, in this order and with one system call, or none of them. After an error the log is as it
    /// was before, and what the records tell of may not happen; the next call tries anew.
    pub fn append_all(&self, events: &[(SessionId, &Event<'_>)]) -> Result<(), JournalError> {
        self.chain.lock().map_err(|_| JournalError::Poisoned)?.append(events)
    }

    /// Has the kernel bring all that was written so far to the disk. Takes as long as the disk does: not for the
    /// threads that serve sessions.
    pub fn sync(&self) -> Result<(), JournalError> {
        match &self.synced {
            Some(file) => Ok(file.sync_data()?),
            None => Ok(()),
        }
    }
}

impl Chain {
    fn append(&mut self, events: &[(SessionId, &Event<'_>)]) -> Result<(), JournalError> {
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
        let (mut n, mut head) = (self.n, self.head);
        for (session, event) in events {
            let start = self.buffer.len();
            n += 1;
            head = record::compose(&mut self.buffer, n, stamp, *session, event, &head);
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
        (self.n, self.head) = (n, head);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
