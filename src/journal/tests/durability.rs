//! What is on disk when, and what happens when a disk is full or breaks.

use std::sync::atomic::AtomicBool;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use super::super::file::LogFile;
use super::*;

/// A disk with so much room, which may also fail to take back what it wrote, and to keep it.
struct SmallDisk {
    file: LogFile,
    room: Arc<AtomicU64>,
    stuck: Arc<AtomicU64>,
    platter: Arc<Platter>,
}

/// Takes its time.
struct Platter {
    /// Of the log file, to see what was there when it was brought to disk.
    path: PathBuf,
    /// Bytes that are on it.
    reached: AtomicU64,
    syncs: AtomicU64,
    /// Nothing gets on it before this says so.
    gate: Mutex<bool>,
    opened: Condvar,
    is_broken: AtomicBool,
}

impl Disk for Arc<Platter> {
    fn sync(&self) -> io::Result<()> {
        let bytes = fs::metadata(&self.path)?.len();
        let gate = self.gate.lock().unwrap();
        drop(self.opened.wait_while(gate, |is_open| !*is_open).unwrap());
        if self.is_broken.load(Ordering::SeqCst) {
            return Err(io::Error::other("broken"));
        }
        self.syncs.fetch_add(1, Ordering::SeqCst);
        self.reached.fetch_max(bytes, Ordering::SeqCst);
        Ok(())
    }
}

impl Platter {
    fn set_gate(&self, is_open: bool) {
        *self.gate.lock().unwrap() = is_open;
        self.opened.notify_all();
    }
}

impl Storage for SmallDisk {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let room = self.room.load(Ordering::Relaxed);
        let taken = bytes.len().min(room as usize);
        self.room.store(room - taken as u64, Ordering::Relaxed);
        self.file.append(&bytes[..taken])?;
        if taken < bytes.len() {
            Err(io::ErrorKind::StorageFull.into())
        } else {
            Ok(())
        }
    }

    fn cut_to(&mut self, length: u64) -> io::Result<()> {
        if self.stuck.load(Ordering::Relaxed) > 0 {
            self.stuck.fetch_sub(1, Ordering::Relaxed);
            return Err(io::ErrorKind::Other.into());
        }
        self.file.cut_to(length)
    }

    fn is_intact(&self, length: u64) -> io::Result<bool> {
        self.file.is_intact(length)
    }

    fn disk(&self) -> io::Result<Arc<dyn Disk>> {
        Ok(Arc::new(self.platter.clone()))
    }
}

/// A log on such a disk, with all its room.
fn small(directory: &TestDirectory, is_group: bool) -> (Journal, Arc<AtomicU64>, Arc<AtomicU64>, Arc<Platter>) {
    let (room, stuck) = (Arc::new(AtomicU64::new(1 << 20)), Arc::new(AtomicU64::new(0)));
    let platter = Arc::new(Platter {
        path: directory.log(),
        reached: AtomicU64::new(0),
        syncs: AtomicU64::new(0),
        gate: Mutex::new(true),
        opened: Condvar::new(),
        is_broken: AtomicBool::new(false),
    });
    let files = Directory::open(&directory.0).unwrap();
    let disk = SmallDisk {
        file: files.append_to(LOG_FILE).unwrap(),
        room: room.clone(),
        stuck: stuck.clone(),
        platter: platter.clone(),
    };
    let journal = Journal::resume(files, Box::new(disk), &SEED, is_group, None).unwrap();
    (journal, room, stuck, platter)
}

#[test]
fn a_full_disk_leaves_whole_records_and_service_resumes() {
    for stuck_times in [0, 2] {
        for room_bytes in [0, 1, 100, 500] {
            let directory = TestDirectory::new();
            let (journal, room, stuck, _) = small(&directory, false);
            let session = journal.new_session();
            journal.append(session, &statement(1)).unwrap();

            room.store(room_bytes, Ordering::Relaxed);
            stuck.store(stuck_times, Ordering::Relaxed);
            for _ in 0..3 {
                let both = journal.append_all(&[(session, &statement_end(1)), (session, &statement(2))]);
                assert!(matches!(both, Err(JournalError::Write(_))), "{both:?}");
            }
            assert_eq!(directory.verify().unwrap().records, 2);
            room.store(1 << 20, Ordering::Relaxed);
            journal
                .append_all(&[(session, &statement_end(1)), (session, &statement(2))])
                .unwrap();
            assert_eq!(directory.verify().unwrap().records, 4);
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    let builder = tokio::runtime::Builder::new_multi_thread().enable_time().build();
    builder.unwrap()
}

#[test]
fn what_a_record_tells_of_waits_for_the_disk() {
    let directory = TestDirectory::new();
    let (journal, _, _, platter) = small(&directory, true);
    platter.set_gate(false);
    let record = journal.append(journal.new_session(), &statement(1)).unwrap();
    journal.hasten(record);
    let bytes = fs::metadata(directory.log()).unwrap().len();
    runtime().block_on(async {
        let early = tokio::time::timeout(Duration::from_millis(100), journal.durable(record)).await;
        assert!(early.is_err(), "it does not wait for the disk");
        assert!(platter.reached.load(Ordering::SeqCst) < bytes);
        platter.set_gate(true);
        journal.durable(record).await.unwrap();
        assert!(platter.reached.load(Ordering::SeqCst) >= bytes);
        // And is asked for once.
        journal.durable(record).await.unwrap();
    });
}

#[test]
fn many_wait_for_the_disk_together() {
    let directory = TestDirectory::new();
    let (journal, _, _, platter) = small(&directory, true);
    let journal = Arc::new(journal);
    let before = platter.syncs.load(Ordering::SeqCst);
    platter.set_gate(false);
    runtime().block_on(async {
        let mut waiting = Vec::new();
        for number in 1..=50 {
            let journal = journal.clone();
            waiting.push(tokio::spawn(async move {
                let record = journal.append(journal.new_session(), &statement(number)).unwrap();
                journal.hasten(record);
                journal.durable(record).await.unwrap();
            }));
        }
        while directory.lines().len() < 51 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        platter.set_gate(true);
        for waiting in waiting {
            waiting.await.unwrap();
        }
    });
    let syncs = platter.syncs.load(Ordering::SeqCst) - before;
    assert!(syncs <= 3, "{syncs} for 50 sessions");
}

#[test]
fn nobody_waits_unless_it_is_wanted() {
    let directory = TestDirectory::new();
    let (journal, _, _, platter) = small(&directory, false);
    platter.set_gate(false);
    let record = journal.append(journal.new_session(), &statement(1)).unwrap();
    journal.hasten(record);
    runtime().block_on(journal.durable(record)).unwrap();
    platter.set_gate(true);
    drop(journal);
    let bytes = fs::metadata(directory.log()).unwrap().len();
    assert_eq!(platter.reached.load(Ordering::SeqCst), bytes, "closed, it is on disk");
}

#[test]
fn a_broken_disk_ends_service() {
    let directory = TestDirectory::new();
    let (journal, _, _, platter) = small(&directory, true);
    let session = journal.new_session();
    platter.is_broken.store(true, Ordering::SeqCst);
    let record = journal.append(session, &statement(1)).unwrap();
    journal.hasten(record);
    let waited = runtime().block_on(journal.durable(record));
    assert!(matches!(waited, Err(JournalError::Lost)), "{waited:?}");
    // A later sync that succeeds says nothing of what was lost before.
    platter.is_broken.store(false, Ordering::SeqCst);
    let refused = journal.append(session, &statement(2));
    assert!(matches!(refused, Err(JournalError::Lost)), "{refused:?}");
    drop(journal);
    assert_eq!(directory.verify().unwrap().signed, 1, "what may be lost is not signed");
}
