//! Bringing records to disk, for all sessions at once, and signing them.
//!
//! One thread does it: while it waits for the disk more records come in, and the next round brings all of them
//! (group commit). It also signs a checkpoint from time to time; only records that are on disk are signed.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::checkpoint::{Checkpoint, Signer};
use super::file::{CHECKPOINTS_FILE, Directory, Disk, LOG_FILE, LogFile, Storage};
use super::segments::Rotation;
use super::{Chain, Event, JournalError, Segment, SessionId};

/// Records are on disk after this long, even if nobody asks for it.
const SYNC_INTERVAL: Duration = Duration::from_secs(1);
/// A checkpoint is signed when there are so many records that none speaks of…
const CHECKPOINT_RECORDS: u64 = 10_000;
/// …or any, and this long after the last one.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(60);

/// The records, and how far they are on disk and signed.
pub(super) struct Commit {
    directory: Directory,
    rotation: Option<Rotation>,
    process: SessionId,
    pub(super) chain: Mutex<Chain>,
    seals: Mutex<Seals>,
    wanted: Mutex<Wanted>,
    bell: Condvar,
    reached: watch::Sender<Reached>,
}

/// What is on disk.
#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    /// The number of the last record that is.
    record: u64,
    /// The disk failed: nobody knows what of the rest is there, and no later attempt could tell.
    lost: bool,
}

#[derive(Debug, Default)]
struct Wanted {
    record: u64,
    stop: bool,
}

/// The file of checkpoints.
pub(super) struct Seals {
    pub(super) signer: Signer,
    pub(super) file: LogFile,
    /// Bytes of whole ones in it.
    pub(super) length: u64,
    /// Records that the last one speaks of.
    pub(super) size: u64,
    /// When the last one was signed, or could not be.
    pub(super) tried: Instant,
}

impl Commit {
    pub(super) fn new(
        directory: Directory,
        rotation: Option<Rotation>,
        process: SessionId,
        chain: Chain,
        seals: Seals,
    ) -> Self {
        Commit {
            directory,
            rotation,
            process,
            chain: Mutex::new(chain),
            seals: Mutex::new(seals),
            wanted: Mutex::default(),
            bell: Condvar::new(),
            reached: watch::Sender::default(),
        }
    }

    pub(super) fn chain(&self) -> Result<MutexGuard<'_, Chain>, JournalError> {
        self.chain.lock().map_err(|_| JournalError::Poisoned)
    }

    /// Does the thread's work until [`Commit::stop`].
    pub(super) fn run(&self) {
        loop {
            let deadline = Instant::now() + SYNC_INTERVAL;
            let mut wanted = self.wanted();
            while !wanted.stop && wanted.record <= self.reached.borrow().record {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                let woken = self.bell.wait_timeout(wanted, left);
                wanted = woken.unwrap_or_else(PoisonError::into_inner).0;
            }
            let stop = wanted.stop;
            drop(wanted);
            if stop {
                return;
            }
            if let Err(error) = self.commit(false).and_then(|()| self.rotate()) {
                eprintln!("pgveil: {error}");
                if self.reached.borrow().lost {
                    return;
                }
            }
        }
    }

    pub(super) fn stop(&self) {
        self.wanted().stop = true;
        self.bell.notify_all();
    }

    /// Has this record, and all before it, brought to disk without waiting for others.
    pub(super) fn hasten(&self, record: u64) {
        let mut wanted = self.wanted();
        if wanted.record < record {
            wanted.record = record;
            self.bell.notify_one();
        }
    }

    /// Waits until this record, and all before it, is on disk.
    pub(super) async fn reached(&self, record: u64) -> Result<(), JournalError> {
        let mut receiver = self.reached.subscribe();
        let reached = receiver
            .wait_for(|reached| reached.lost || reached.record >= record)
            .await;
        match reached {
            Ok(reached) if reached.record >= record => Ok(()),
            _ => Err(JournalError::Lost),
        }
    }

    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings to disk what was written so far, and signs it if that is due, or is asked for by `seal`.
    pub(super) fn commit(&self, seal: bool) -> Result<(), JournalError> {
        let mut seals = self.seals.lock().map_err(|_| JournalError::Poisoned)?;
        let (record, disk, root) = {
            let chain = self.chain()?;
            let record = chain.tree.end();
            let root = (seals.is_due(record) || seal).then(|| chain.tree.root());
            (record, Arc::clone(&chain.disk), root)
        };
        if record > self.reached.borrow().record {
            self.sync(record, &*disk)?;
        }
        if let Some(root) = root.filter(|_| record > seals.size) {
            seals.add(&Checkpoint { size: record, root })?;
        }
        Ok(())
    }

    /// Seals the segment if its time has come, and sees to those that are sealed.
    fn rotate(&self) -> Result<(), JournalError> {
        {
            let mut seals = self.seals.lock().map_err(|_| JournalError::Poisoned)?;
            let mut chain = self.chain()?;
            if !self.rotation.is_some_and(|rotation| chain.is_due(rotation.bytes_max)) {
                return Ok(());
            }
            self.seal(&mut seals, &mut chain)?;
        }
        self.tend()
    }

    fn seal(&self, seals: &mut Seals, chain: &mut Chain) -> Result<(), JournalError> {
        let first = chain.first;
        let last = chain.tree.end() + 1;
        let event = Event::LogRotated(Segment { first, last });
        chain.append(&[(self.process, &event)])?;
        if let Err(source) = chain.disk.sync() {
            chain.is_lost = true;
            self.reached.send_modify(|reached| reached.lost = true);
            return Err(JournalError::Sync(source));
        }
        self.reached.send_modify(|reached| reached.record = last);
        let root = chain.tree.root();
        let note = seals.add(&Checkpoint { size: last, root })?;
        let opened = self
            .directory
            .seal(first, &note)
            .map_err(JournalError::Sync)
            .and_then(|()| {
                let storage = self.directory.append_to(LOG_FILE)?;
                chain.disk = storage.disk()?;
                chain.storage = Box::new(storage);
                seals.file = self.directory.append_to(CHECKPOINTS_FILE)?;
                seals.length = note.len() as u64;
                Ok(())
            });
        if opened.is_err() {
            // Half of the names are new: the next start sorts it out.
            chain.is_lost = true;
        }
        chain.begin_segment();
        opened
    }

    /// Has sealed segments compressed, and removes those whose time is over.
    pub(super) fn tend(&self) -> Result<(), JournalError> {
        self.directory.write_subtrees()?;
        self.directory.compress()?;
        let Some(keep) = self.rotation.and_then(|rotation| rotation.keep) else {
            return Ok(());
        };
        while let Some((segment, last)) = self.directory.expired(keep)? {
            let first = segment.first;
            let event = Event::LogRemoved(Segment { first, last });
            self.chain()?.append(&[(self.process, &event)])?;
            // Nothing goes before it is said, and signed.
            self.commit(true)?;
            self.directory.remove(&segment)?;
        }
        Ok(())
    }

    fn sync(&self, record: u64, disk: &dyn Disk) -> Result<(), JournalError> {
        let synced = disk.sync();
        self.reached.send_modify(|reached| match synced {
            Ok(()) => reached.record = reached.record.max(record),
            // The kernel may have dropped what it could not write, and the next sync would succeed without it.
            Err(_) => reached.lost = true,
        });
        synced.map_err(|source| {
            if let Ok(mut chain) = self.chain() {
                chain.is_lost = true;
            }
            JournalError::Sync(source)
        })
    }
}

impl Seals {
    fn is_due(&self, record: u64) -> bool {
        record >= self.size + CHECKPOINT_RECORDS || record > self.size && self.tried.elapsed() >= CHECKPOINT_INTERVAL
    }

    /// Gives the note that was added.
    fn add(&mut self, checkpoint: &Checkpoint) -> io::Result<String> {
        self.tried = Instant::now();
        let note = self.signer.sign(checkpoint);
        // What a failed write has left.
        self.file.cut_to(self.length)?;
        self.file.append(note.as_bytes())?;
        self.file.disk()?.sync()?;
        self.length += note.len() as u64;
        self.size = checkpoint.size;
        Ok(note)
    }
}
