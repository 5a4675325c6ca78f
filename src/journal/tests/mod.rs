use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::thread;

use serde_json::Value;

use super::*;

mod durability;
mod rotation;
mod schema;
mod tampering;

const SEED: [u8; 32] = [7; 32];

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
        verify(&self.0, None, &[])
    }

    fn copy(&self) -> Self {
        let copy = Self::new();
        fs::create_dir(&copy.0).unwrap();
        for file in fs::read_dir(&self.0).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), copy.0.join(file.file_name())).unwrap();
        }
        copy
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

fn open(directory: &TestDirectory) -> Result<Journal, JournalError> {
    Journal::open(&directory.0, &SEED, false, None)
}

fn statement(number: u64) -> Event<'static> {
    Event::Statement(Statement {
        statement: number,
        protocol: Protocol::Simple,
        kind: "query",
        text: "SELECT abalance FROM pgbench_accounts WHERE aid = $1",
        fingerprint: 7,
        verdict: Verdict::Pass,
        reason: None,
        protected: &[],
        filters: &[],
        relations: &[],
        catalog_generation: 3,
    })
}

fn statement_end(number: u64) -> Event<'static> {
    Event::StatementEnd(StatementEnd {
        statement: number,
        rows: 1,
        bytes: 12,
        sqlstate: None,
        duration_ns: 80_000,
    })
}

/// A log of `log_opened`, ten statements and `log_closed`.
fn sample() -> TestDirectory {
    let directory = TestDirectory::new();
    let journal = open(&directory).unwrap();
    let session = journal.new_session();
    for number in 1..=10 {
        journal.append(session, &statement(number)).unwrap();
    }
    directory
}

#[test]
fn records_say_what_happened_in_order() {
    let directory = TestDirectory::new();
    let journal = open(&directory).unwrap();
    let session = journal.new_session();
    let protected = [ProtectedColumn {
        column: "public.customer.email".into(),
        how: "email".into(),
    }];
    let start = SessionStart {
        user: "ada",
        client: Client {
            address: "127.0.0.1",
            port: Some(50000),
        },
        application_name: "psql",
        tls: Some("1.3"),
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
    let events: Vec<_> = records
        .iter()
        .map(|record| record["event.action"].as_str().unwrap())
        .collect();
    assert_eq!(
        events,
        ["log_opened", "session_start", "statement", "statement_end", "statement"]
    );
    assert_eq!(records[0]["pgveil.cut"], Value::Null);
    assert_eq!(records[0]["session.id"], journal.process().to_string());
    assert_eq!(records[1]["session.id"], session.to_string());
    assert_eq!(records[1]["tls.protocol.version"], "1.3");
    assert_eq!(records[2]["pgveil.verdict"], "mask");
    assert_eq!(records[2]["pgveil.protected"][0]["column"], "public.customer.email");
    assert_eq!(records[2]["pgveil.protected"][0]["how"], "email");
    assert_eq!(records[3]["event.duration"], 80_000);
    assert_eq!(records[0]["pgveil.prev"], "0".repeat(64));
    for (line, next) in directory.lines().iter().zip(&records[1..]) {
        let leaf = record::hexadecimal(&merkle::leaf_hash(line.strip_suffix(b"\n").unwrap()));
        assert_eq!(next["pgveil.prev"].as_str().unwrap().as_bytes(), leaf);
    }
    // Not all of it is signed while it is open.
    let report = directory.verify().unwrap();
    assert_eq!((report.records, report.signed), (5, 1));
    drop(journal);
    assert_eq!(directory.records()[5]["event.action"], "log_closed");
    let report = directory.verify().unwrap();
    assert_eq!((report.records, report.signed, report.checkpoints), (6, 6, 3));
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
    for file in fs::read_dir(&directory.0).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
    fs::set_permissions(&directory.0, fs::Permissions::from_mode(0o770)).unwrap();
    assert!(matches!(open(&directory), Err(JournalError::WritableByOthers { .. })));
}

#[test]
fn one_process_writes_a_log() {
    let directory = TestDirectory::new();
    let journal = open(&directory).unwrap();
    assert!(matches!(open(&directory), Err(JournalError::Locked { .. })));
    drop(journal);
    assert!(open(&directory).is_ok());
}

#[test]
fn a_restart_continues_the_chain() {
    let directory = sample();
    drop(open(&directory).unwrap());
    let report = directory.verify().unwrap();
    assert_eq!((report.records, report.signed), (14, 14));
    assert_eq!(directory.records()[12]["event.action"], "log_opened");
}

/// As a process leaves it that is killed behind the last checkpoint.
fn killed() -> TestDirectory {
    let directory = TestDirectory::new();
    drop(open(&directory).unwrap());
    let journal = open(&directory).unwrap();
    let session = journal.new_session();
    for number in 1..=8 {
        journal.append(session, &statement(number)).unwrap();
    }
    directory.copy()
}

#[test]
fn a_torn_record_is_cut_and_told_of() {
    let whole = killed().lines();
    for kept in [1, 20, whole[10].len() - 1] {
        let directory = killed();
        let mut lines = directory.lines();
        lines[10].truncate(kept);
        directory.write(&lines);
        assert_eq!(directory.bad(), (11, Problem::Torn));
        drop(open(&directory).unwrap());
        let cut = directory.records()[10]["pgveil.cut"].clone();
        assert_eq!(cut["bytes"], kept);
        assert_eq!(
            cut["sha256"].as_str().unwrap().as_bytes(),
            record::hexadecimal(&Sha256::digest(&lines[10]))
        );
        let report = directory.verify().unwrap();
        assert_eq!((report.records, report.signed), (12, 12));
    }
}

#[test]
fn a_log_that_ends_anywhere_behind_its_last_checkpoint_goes_on() {
    let original = killed();
    let whole = fs::read(original.log()).unwrap();
    let signed = original.lines()[..3].concat().len();
    for end in (signed..=whole.len()).step_by(97) {
        let directory = original.copy();
        fs::write(directory.log(), &whole[..end]).unwrap();
        drop(open(&directory).unwrap());
        let report = directory.verify().unwrap();
        assert_eq!(report.records, report.signed);
        let whole_lines = whole[..end].iter().filter(|byte| **byte == b'\n').count();
        let opened = &directory.records()[whole_lines];
        assert_eq!(opened["event.action"], "log_opened", "{end}");
        assert_eq!(opened["pgveil.cut"].is_null(), whole[end - 1] == b'\n', "{end}");
    }
}

#[test]
fn a_torn_checkpoint_is_written_over() {
    let original = killed();
    let notes = fs::read(original.0.join(CHECKPOINTS_FILE)).unwrap();
    for cut in [1, 30, 100] {
        let directory = original.copy();
        let path = directory.0.join(CHECKPOINTS_FILE);
        fs::write(&path, &notes[..notes.len() - cut]).unwrap();
        assert_eq!(directory.verify().unwrap().signed, 2);
        drop(open(&directory).unwrap());
        assert_eq!(directory.verify().unwrap().signed, 13);
    }
}

#[test]
fn a_damaged_log_is_not_continued() {
    let damage: [fn(&mut Vec<Vec<u8>>); 6] = [
        |lines| lines[0][40] ^= 1,
        |lines| lines[9][40] ^= 1,
        |lines| lines.push(b"not a record\n".to_vec()),
        |lines| *lines = vec![vec![b'x'; RECORD_BYTES_MAX + 1]],
        |lines| lines.truncate(2),
        |lines| lines.clear(),
    ];
    for damage in damage {
        let directory = killed();
        let mut lines = directory.lines();
        damage(&mut lines);
        directory.write(&lines);
        let before = fs::read(directory.log()).unwrap();
        assert!(matches!(open(&directory), Err(JournalError::Damaged { .. })));
        assert!(fs::read(directory.log()).unwrap() == before);
    }
}

#[test]
fn a_log_belongs_to_one_key() {
    let directory = sample();
    let other = Journal::open(&directory.0, &[8; 32], false, None);
    assert!(matches!(other, Err(JournalError::OtherKey { .. })));
    let key = directory.0.join(KEY_FILE);
    let stored = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    assert!(matches!(open(&directory), Err(JournalError::Keyless { .. })));
    fs::write(&key, "nonsense").unwrap();
    assert!(matches!(
        open(&directory),
        Err(JournalError::Damaged(VerifyError::Key { .. }))
    ));
    fs::write(&key, stored).unwrap();
    assert!(open(&directory).is_ok());
    let names: HashSet<_> = (0..3)
        .map(|_| stored_key(&sample().0).unwrap().name().to_owned())
        .collect();
    assert_eq!(names.len(), 3, "no two logs have one name");
}

#[test]
fn threads_share_one_chain() {
    let directory = TestDirectory::new();
    let journal = Arc::new(open(&directory).unwrap());
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
    drop(journal);
    let report = directory.verify().unwrap();
    assert_eq!((report.records, report.signed), (4002, 4002));
    let records = directory.records();
    let sessions: HashSet<_> = records[1..4001]
        .iter()
        .map(|record| record["session.id"].as_str().unwrap())
        .collect();
    assert_eq!(sessions.len(), 4);
    // Records of one call stand together.
    for pair in records[1..4001].chunks(2) {
        assert_eq!(pair[0]["session.id"], pair[1]["session.id"]);
        assert_eq!(pair[0]["pgveil.statement"], pair[1]["pgveil.statement"]);
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
        let journal = open(&directory).unwrap();
        interfere(&directory.log());
        for _ in 0..2 {
            journal.commit.chain().unwrap().clock.forget();
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
    let journal = open(&directory).unwrap();
    let session = journal.new_session();
    let long = "é".repeat(100_000);
    let failure = LoginFailure {
        user: &long,
        database: &long,
        client: Client {
            address: &long,
            port: None,
        },
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
    assert_eq!(
        records[1]["user.name"],
        format!("{}{mark}", "é".repeat(NAME_BYTES_MAX / 2))
    );
    assert_eq!(
        records[2]["db.query.text"],
        format!("{}{mark}", "é".repeat(TEXT_BYTES_MAX / 2))
    );
    assert!(directory.lines()[1].len() < 4 * NAME_BYTES_MAX + MESSAGE_BYTES_MAX + 600);
}

#[test]
fn a_record_over_the_limit_is_an_error_and_leaves_nothing() {
    let directory = TestDirectory::new();
    let journal = open(&directory).unwrap();
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
