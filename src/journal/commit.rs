//! Bringing records to disk, for all sessions at once, and signing them.
//!
//! One thread does it: while it waits for the disk more records come in, and the next round brings all of them
//! (group commit). It also signs a checkpoint from time to time; only records that are on disk are signed.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::checkpoint::{Checkpoint, Signer};
use super::file::{Disk, LogFile, Storage};
use super::{Chain, JournalError};

/// Records are on disk after this long, even if nobody asks for it.
const SYNC_INTERVAL: Duration = Duration::from_secs(1);
/// A checkpoint is signed when there are so many records that none speaks of…
const CHECKPOINT_RECORDS: u64 = 10_000;
/// …or any, and this long after the last one.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(60);

/// The records, and how far they are on disk and signed.
pub(super) struct Commit {
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
    pub(super) fn new(chain: Chain, seals: Seals) -> Self {
        Commit {
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
            if let Err(error) = self.commit(false) {
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
        match root {
            Some(root) if record > seals.size => Ok(seals.add(&Checkpoint { size: record, root })?),
            _ => Ok(()),
        }
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

    fn add(&mut self, checkpoint: &Checkpoint) -> io::Result<()> {
        self.tried = Instant::now();
        let note = self.signer.sign(checkpoint);
        // What a failed write has left.
        self.file.cut_to(self.length)?;
        self.file.append(note.as_bytes())?;
        self.file.disk()?.sync()?;
        self.length += note.len() as u64;
        self.size = checkpoint.size;
        Ok(())
    }
}
