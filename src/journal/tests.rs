use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::thread;

use serde_json::Value;

use super::record::Seal;
use super::*;

/// A directory of its own that goes away with the test.
struct TestDirectory(PathBuf);

impl TestDirectory {
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("pgveil-journal-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn log(&self) -> PathBuf {
        self.0.join(LOG_FILE)
    }

    fn lines(&self) -> Vec<Vec<u8>> {
        let bytes = fs::read(self.log()).unwrap();
        bytes
            .split_inclusive(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect()
    }

    fn records(&self) -> Vec<Value> {
        self.lines()
            .iter()
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }

    fn write(&self, lines: &[Vec<u8>]) {
        fs::write(self.log(), lines.concat()).unwrap();
    }

    fn verify(&self) -> Result<VerifyReport, VerifyError> {
        verify(&self.log(), None)
    }

    fn bad(&self) -> (u64, Problem) {
        match self.verify() {
            Err(VerifyError::Bad { line, problem, .. }) => (line, problem),
            other => panic!("{other:?}"),
        }
    }
}

impl Drop for TestDirectory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn statement(number: u64) -> Event<'static> {
    Event::Statement(Statement {
        statement: number,
        protocol: Protocol::Simple,
        kind: "query",
        text: "SELECT abalance FROM pgbench_accounts WHERE aid = $1",
        verdict: Verdict::Pass,
        reason: None,
        protected: &[],
        filters: &[],
        catalog_generation: 3,
    })
}

fn statement_end(number: u64) -> Event<'static> {
    Event::StatementEnd(StatementEnd {
        statement: number,
        rows: 1,
        bytes: 12,
        sqlstate: None,
        duration_us: 80,
    })
}

/// A log of `log_opened` and ten statements.
fn sample() -> TestDirectory {
    let directory = TestDirectory::new();
    let journal = Journal::open(&directory.0).unwrap();
    let session = journal.new_session();
    for number in 1..=10 {
        journal.append(session, &statement(number)).unwrap();
    }
    directory
}

#[test]
fn records_say_what_happened_in_order() {
    let directory = TestDirectory::new();
    let journal = Journal::open(&directory.0).unwrap();
    let session = journal.new_session();
    let protected = [ProtectedColumn {
        column: "public.customer.email".into(),
        how: "email".into(),
    }];
    let start = SessionStart {
        user: "ada",
        client: "127.0.0.1:50000",
        application_name: "psql",
        tls: Some("TLSv1.3"),
        database: "shop",
        upstream_role: "reader",
        rule_set: "abc",
        key_id: "k1",
        backend_pid: 4711,
    };
    let masked = Statement {
        verdict: Verdict::Mask,
        protected: &protected,
        ..inner(statement(1))
    };
    journal.append(session, &Event::SessionStart(start)).unwrap();
    journal.append(session, &Event::Statement(masked)).unwrap();
    journal
        .append_all(&[(session, &statement_end(1)), (session, &statement(2))])
        .unwrap();

    let records = directory.records();
    let events: Vec<_> = records.iter().map(|record| record["event"].as_str().unwrap()).collect();
    assert_eq!(
        events,
        ["log_opened", "session_start", "statement", "statement_end", "statement"]
    );
    assert_eq!(records[0]["cut"], Value::Null);
    assert_eq!(records[0]["session"], journal.process().to_string());
    assert_eq!(records[1]["session"], session.to_string());
    assert_eq!(records[1]["tls"], "TLSv1.3");
    assert_eq!(records[2]["verdict"], "mask");
    assert_eq!(records[2]["protected"][0]["column"], "public.customer.email");
    assert_eq!(records[2]["protected"][0]["how"], "email");
    assert_eq!(records[3]["duration_us"], 80);
    let report = directory.verify().unwrap();
    assert_eq!(
        (report.records, report.head.as_str()),
        (5, records[4]["hash"].as_str().unwrap())
    );
}

fn inner(event: Event<'static>) -> Statement<'static> {
    match event {
        Event::Statement(statement) => statement,
        other => panic!("{other:?}"),
    }
}

#[test]
fn directory_and_files_are_private() {
    let directory = sample();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory.0), 0o700);
    assert_eq!(mode(&directory.log()), 0o600);
    fs::set_permissions(&directory.0, fs::Permissions::from_mode(0o770)).unwrap();
    assert!(matches!(
        Journal::open(&directory.0),
        Err(JournalError::WritableByOthers { .. })
    ));
}

#[test]
fn one_process_writes_a_log() {
    let directory = TestDirectory::new();
    let journal = Journal::open(&directory.0).unwrap();
    assert!(matches!(Journal::open(&directory.0), Err(JournalError::Locked { .. })));
    drop(journal);
    assert!(Journal::open(&directory.0).is_ok());
}

#[test]
fn a_restart_continues_the_chain() {
    let directory = sample();
    drop(Journal::open(&directory.0).unwrap());
    assert_eq!(directory.verify().unwrap().records, 12);
    assert_eq!(directory.records()[11]["event"], "log_opened");
}

#[test]
fn a_torn_record_is_cut_and_told_of() {
    let whole = sample().lines();
    for kept in [1, 20, whole[10].len() - 1] {
        let directory = sample();
        let mut lines = directory.lines();
        lines[10].truncate(kept);
        directory.write(&lines);
        assert_eq!(directory.bad(), (11, Problem::Torn));
        drop(Journal::open(&directory.0).unwrap());
        let cut = directory.records()[10]["cut"].clone();
        assert_eq!(cut["bytes"], kept);
        assert_eq!(
            cut["sha256"].as_str().unwrap().as_bytes(),
            record::sha256_hex(&lines[10])
        );
        assert_eq!(directory.verify().unwrap().records, 11);
    }
    let directory = sample();
    fs::write(directory.log(), "{\"n\":1,\"ti").unwrap();
    drop(Journal::open(&directory.0).unwrap());
    assert_eq!(directory.records()[0]["cut"]["bytes"], 10);
    assert_eq!(directory.verify().unwrap().records, 1);
}

#[test]
fn a_damaged_end_is_not_continued() {
    let damage: [fn(&mut Vec<Vec<u8>>); 3] = [
        |lines| lines[10][40] ^= 1,
        |lines| lines.push(b"not a record\n".to_vec()),
        |lines| *lines = vec![vec![b'x'; RECORD_BYTES_MAX + 1]],
    ];
    for damage in damage {
        let directory = sample();
        let mut lines = directory.lines();
        damage(&mut lines);
        directory.write(&lines);
        let before = fs::read(directory.log()).unwrap();
        assert!(matches!(Journal::open(&directory.0), Err(JournalError::Damaged { .. })));
        assert!(fs::read(directory.log()).unwrap() == before);
    }
}

#[test]
fn tampering_is_named_with_its_line() {
    let tampered = |change: fn(&mut Vec<Vec<u8>>)| {
        let directory = sample();
        let mut lines = directory.lines();
        change(&mut lines);
        directory.write(&lines);
        directory.bad()
    };
    let gap = |expected, found| Problem::SequenceGap { expected, found };
    assert_eq!(tampered(|lines| lines[4][60] ^= 1), (5, Problem::HashMismatch));
    assert_eq!(tampered(|lines| lines[10][60] ^= 1), (11, Problem::HashMismatch));
    assert_eq!(tampered(|lines| drop(lines.remove(4))), (5, gap(5, 6)));
    assert_eq!(tampered(|lines| drop(lines.remove(0))), (1, gap(1, 2)));
    assert_eq!(tampered(|lines| lines.swap(4, 5)), (5, gap(5, 6)));
    assert_eq!(tampered(|lines| lines.insert(5, lines[4].clone())), (6, gap(6, 5)));
    assert_eq!(
        tampered(|lines| lines.insert(5, b"{}\n".to_vec())),
        (6, Problem::NotARecord)
    );
    assert_eq!(
        tampered(|lines| lines.insert(5, b"\n".to_vec())),
        (6, Problem::NotARecord)
    );
    // What is left of the line runs into the next one.
    assert_eq!(tampered(|lines| lines[4].truncate(30)), (5, Problem::HashMismatch));
    assert_eq!(tampered(|lines| lines[10].truncate(30)), (11, Problem::Torn));
    assert_eq!(
        tampered(|lines| lines.insert(5, vec![b'x'; RECORD_BYTES_MAX + 9])),
        (6, Problem::TooLong)
    );
}

#[test]
fn a_change_with_its_hash_made_anew_breaks_the_chain() {
    let directory = sample();
    let mut lines = directory.lines();
    let seal = Seal::of(lines[4].strip_suffix(b"\n").unwrap()).unwrap();
    let mut forged = String::from_utf8(seal.sealed.to_vec())
        .unwrap()
        .replace("pgbench_accounts", "harmless")
        .into_bytes();
    let hash = record::sha256_hex(&forged);
    forged.extend_from_slice(b",\"hash\":\"");
    forged.extend_from_slice(&hash);
    forged.extend_from_slice(b"\"}\n");
    lines[4] = forged;
    directory.write(&lines);
    assert_eq!(directory.bad(), (6, Problem::ChainBroken));
}

#[test]
fn an_anchor_shows_a_shortened_log() {
    let directory = sample();
    let head = directory.verify().unwrap().head;
    assert_eq!(verify(&directory.log(), Some(&head)).unwrap().anchor_line, Some(11));
    let lines = directory.lines();
    directory.write(&lines[..9]);
    assert_eq!(directory.verify().unwrap().records, 9);
    assert!(matches!(
        verify(&directory.log(), Some(&head)),
        Err(VerifyError::AnchorMissing { .. })
    ));
}

#[test]
fn threads_share_one_chain() {
    let directory = TestDirectory::new();
    let journal = Arc::new(Journal::open(&directory.0).unwrap());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let journal = Arc::clone(&journal);
            thread::spawn(move || {
                let session = journal.new_session();
                for number in 1..=500 {
                    journal
                        .append_all(&[(session, &statement(number)), (session, &statement_end(number))])
                        .unwrap();
                }
            })
        })
        .collect();
    // A reader beside the writers sees a whole chain at any time.
    for _ in 0..20 {
        directory.verify().unwrap();
    }
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(directory.verify().unwrap().records, 4001);
    let records = directory.records();
    let sessions: HashSet<_> = records[1..]
        .iter()
        .map(|record| record["session"].as_str().unwrap())
        .collect();
    assert_eq!(sessions.len(), 4);
    // Records of one call stand together.
    for pair in records[1..].chunks(2) {
        assert_eq!(pair[0]["session"], pair[1]["session"]);
        assert_eq!(pair[0]["statement"], pair[1]["statement"]);
    }
}

/// A disk with so much room, which may also fail to take back what it wrote.
struct SmallDisk {
    file: LogFile,
    room: Arc<AtomicU64>,
    stuck: Arc<AtomicU64>,
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
}

#[test]
fn a_full_disk_leaves_whole_records_and_service_resumes() {
    for stuck_times in [0, 2] {
        for room_bytes in [0, 1, 100, 700] {
            let directory = TestDirectory::new();
            let (room, stuck) = (Arc::new(AtomicU64::new(1 << 20)), Arc::new(AtomicU64::new(0)));
            let file = LogFile::open(&directory.0).unwrap();
            let tail = file.tail().unwrap();
            let disk = SmallDisk {
                file,
                room: Arc::clone(&room),
                stuck: Arc::clone(&stuck),
            };
            let journal = Journal::resume(Box::new(disk), tail, None).unwrap();
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

#[test]
fn a_log_that_someone_else_touches_is_not_written_on() {
    let interferences: [fn(&Path); 4] = [
        |log| fs::remove_file(log).unwrap(),
        |log| fs::rename(log, log.with_extension("old")).unwrap(),
        |log| OpenOptions::new().write(true).open(log).unwrap().set_len(10).unwrap(),
        |log| {
            OpenOptions::new()
                .append(true)
                .open(log)
                .unwrap()
                .write_all(b"{}\n")
                .unwrap()
        },
    ];
    for interfere in interferences {
        let directory = TestDirectory::new();
        let journal = Journal::open(&directory.0).unwrap();
        interfere(&directory.log());
        for _ in 0..2 {
            journal.chain.lock().unwrap().clock.forget();
            let refused = journal.append(journal.new_session(), &statement(1));
            assert!(matches!(refused, Err(JournalError::Interfered)), "{refused:?}");
            // And at once, not only when the next second begins.
            let refused = journal.append(journal.new_session(), &statement(1));
            assert!(matches!(refused, Err(JournalError::Interfered)), "{refused:?}");
        }
    }
}

#[test]
fn long_names_and_texts_are_cut() {
    let directory = TestDirectory::new();
    let journal = Journal::open(&directory.0).unwrap();
    let session = journal.new_session();
    let long = "é".repeat(100_000);
    let failure = LoginFailure {
        user: &long,
        database: &long,
        client: &long,
        application_name: &long,
        reason: &long,
    };
    journal.append(session, &Event::LoginFailure(failure)).unwrap();
    journal
        .append(
            session,
            &Event::Statement(Statement {
                text: &long,
                ..inner(statement(1))
            }),
        )
        .unwrap();
    let records = directory.records();
    let mark = "… [cut, 200000 bytes in all]";
    assert_eq!(records[1]["user"], format!("{}{mark}", "é".repeat(NAME_BYTES_MAX / 2)));
    assert_eq!(records[2]["text"], format!("{}{mark}", "é".repeat(TEXT_BYTES_MAX / 2)));
    assert!(directory.lines()[1].len() < 4 * NAME_BYTES_MAX + MESSAGE_BYTES_MAX + 600);
}

#[test]
fn a_record_over_the_limit_is_an_error_and_leaves_nothing() {
    let directory = TestDirectory::new();
    let journal = Journal::open(&directory.0).unwrap();
    let session = journal.new_session();
    let wide = ProtectedColumn {
        column: "\u{1}".repeat(NAME_BYTES_MAX),
        how: "redacted".into(),
    };
    let protected = vec![wide; RECORD_BYTES_MAX / NAME_BYTES_MAX / 6];
    let event = Event::Statement(Statement {
        protected: &protected,
        ..inner(statement(1))
    });
    assert!(matches!(
        journal.append(session, &event),
        Err(JournalError::RecordTooLong { .. })
    ));
    journal.append(session, &statement(2)).unwrap();
    assert_eq!(directory.verify().unwrap().records, 2);
}
