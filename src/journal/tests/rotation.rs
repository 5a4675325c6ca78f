//! Segments: sealed, compressed, removed, and what proves of them.

use std::time::Duration;

use super::super::segments::sealed;
use super::*;

fn rotating(directory: &TestDirectory, keep: Option<Duration>) -> Journal {
    let rotation = Rotation {
        bytes_max: 1 << 12,
        keep,
    };
    Journal::open(&directory.0, &SEED, true, Some(rotation)).unwrap()
}

/// Writes until so many segments are sealed and compressed.
fn fill(directory: &TestDirectory, journal: &Journal, segments: usize) {
    let session = journal.new_session();
    let mut number = 0;
    let names = || {
        fs::read_dir(&directory.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
    };
    while sealed(&directory.0).unwrap().len() < segments || names().any(|name| name.ends_with(".new")) {
        number += 1;
        let record = journal.append(session, &statement(number)).unwrap();
        journal.hasten(record);
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// A log of four sealed segments.
fn segmented() -> TestDirectory {
    let directory = TestDirectory::new();
    let journal = rotating(&directory, None);
    fill(&directory, &journal, 4);
    drop(journal);
    // And what the last was too late for.
    drop(open(&directory).unwrap());
    directory
}

fn file(directory: &TestDirectory, index: usize, end: &str) -> PathBuf {
    let segment = &sealed(&directory.0).unwrap()[index];
    segment.checkpoints.with_extension(end)
}

fn lines_of(directory: &TestDirectory) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for path in record_files(&directory.0).unwrap() {
        let mut lines = Lines::open(&path).unwrap();
        while let Some(line) = lines.next_line().unwrap() {
            found.push(line.to_owned());
        }
    }
    found
}

#[test]
fn segments_follow_each_other() {
    let directory = segmented();
    let records: Vec<Value> = lines_of(&directory)
        .iter()
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    for (index, record) in records.iter().enumerate() {
        assert_eq!(record["event.sequence"], index as u64 + 1);
    }
    let segments = sealed(&directory.0).unwrap();
    assert!(segments.len() >= 4);
    let rotated: Vec<_> = records
        .iter()
        .filter(|record| record["event.action"] == "log_rotated")
        .collect();
    assert_eq!(rotated.len(), segments.len());
    for (segment, rotated) in segments.iter().zip(rotated) {
        assert_eq!(rotated["pgveil.segment.first"], segment.first);
        assert_eq!(rotated["pgveil.segment.last"], rotated["event.sequence"]);
        assert!(
            segment
                .records
                .as_ref()
                .is_some_and(|path| path.extension().unwrap() == "gz"),
            "{segment:?}"
        );
    }
    let report = directory.verify().unwrap();
    assert_eq!(
        (report.records, report.signed, report.removed),
        (records.len() as u64, report.records, 0)
    );
    // It goes on, one file or several.
    drop(open(&directory).unwrap());
    drop(rotating(&directory, None));
    assert_eq!(directory.verify().unwrap().records, report.records + 4);
}

#[test]
fn a_day_has_its_own_segment() {
    let directory = sample();
    // As if its first record were of an earlier day.
    let rotation = Rotation {
        bytes_max: 1 << 30,
        keep: None,
    };
    let journal = Journal::open(&directory.0, &SEED, true, Some(rotation)).unwrap();
    journal.commit.chain().unwrap().day = Some(*b"2001-01-01");
    let record = journal.append(journal.new_session(), &statement(1)).unwrap();
    journal.hasten(record);
    let began = Instant::now();
    while sealed(&directory.0).unwrap().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(30), "the day does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(journal);
    assert_eq!(sealed(&directory.0).unwrap().len(), 1, "the new day has not ended");
    assert!(directory.verify().is_ok());
}

#[test]
fn segments_that_are_touched_show() {
    let original = segmented();
    let gone = |end: &'static str, index| {
        let directory = original.copy();
        fs::remove_file(file(&directory, index, end)).unwrap();
        directory
    };
    let first = sealed(&original.0).unwrap()[1].first;
    // In the middle; the first, which is no retention unless the log says so; what stands for records is not needed while they are there.
    assert!(matches!(gone("jsonl.gz", 1).verify(), Err(VerifyError::Missing { expected, .. }) if expected == first));
    assert!(matches!(gone("jsonl.gz", 0).verify(), Err(VerifyError::Removed { first: 1, last }) if last == first - 1));
    assert!(matches!(gone("checkpoints", 1).verify(), Err(VerifyError::Read { .. })));
    assert!(gone("subtrees", 1).verify().is_ok());
    // All of one, as if it had never been.
    for index in [0, 1] {
        let directory = original.copy();
        let files: Vec<_> = ["jsonl.gz", "checkpoints", "subtrees"]
            .map(|end| file(&directory, index, end))
            .into();
        files.iter().for_each(|path| fs::remove_file(path).unwrap());
        assert!(
            matches!(directory.verify(), Err(VerifyError::Missing { .. })),
            "{index}"
        );
        assert!(open(&directory).is_err(), "{index}");
    }
    // A record changed, and the file compressed again.
    let directory = original.copy();
    let path = file(&directory, 1, "jsonl.gz");
    let mut text = String::new();
    io::Read::read_to_string(
        &mut flate2::read::GzDecoder::new(fs::File::open(&path).unwrap()),
        &mut text,
    )
    .unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(
        file(&directory, 1, "jsonl"),
        text.replacen("pgbench_accounts", "harmless", 1),
    )
    .unwrap();
    assert!(matches!(
        directory.verify(),
        Err(VerifyError::Bad {
            problem: Problem::Changed,
            ..
        })
    ));
    // Cut at a record's end.
    let kept: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(file(&directory, 1, "jsonl"), kept[..kept.len() - 1].concat()).unwrap();
    assert!(matches!(directory.verify(), Err(VerifyError::NotSigned { .. })));
    // Bytes behind the compressed ones.
    let directory = original.copy();
    let path = file(&directory, 1, "jsonl.gz");
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend_from_slice(b"more");
    fs::write(&path, bytes).unwrap();
    assert!(matches!(directory.verify(), Err(VerifyError::Read { .. })));
    assert!(original.verify().is_ok());
}

#[test]
fn what_was_removed_in_time_still_proves() {
    let directory = TestDirectory::new();
    let journal = rotating(&directory, None);
    fill(&directory, &journal, 3);
    drop(journal);
    let kept = fs::read_to_string(directory.0.join(CHECKPOINTS_FILE)).unwrap();
    let witness = directory.0.join("witness");
    fs::write(&witness, kept).unwrap();
    let records = directory.verify().unwrap().records;
    // Everything that is sealed is old enough; the newest stays until there is another.
    drop(rotating(&directory, Some(Duration::ZERO)));
    let segments = sealed(&directory.0).unwrap();
    assert!(segments.iter().all(|segment| segment.records.is_none()), "{segments:?}");
    let check = || verify(&directory.0, None, std::slice::from_ref(&witness));
    let report = check().unwrap();
    assert!(report.removed > 0 && report.records > records, "{report:?}");
    assert!(!report.witnessed.is_empty());
    assert!(lines_of(&directory).len() as u64 == report.records - report.removed);
    // It goes on and rotates again.
    let journal = rotating(&directory, None);
    fill(&directory, &journal, segments.len() + 1);
    drop(journal);
    assert!(check().is_ok());
    // What stands for the removed ones is signed as they were.
    let path = file(&directory, 0, "subtrees");
    let text = fs::read_to_string(&path).unwrap();
    let changed = match text.find(" 0") {
        Some(at) => [&text[..at], " 1", &text[at + 2..]].concat(),
        None => [&text[..2], "0", &text[3..]].concat(),
    };
    fs::write(&path, changed).unwrap();
    assert!(matches!(
        directory.verify(),
        Err(VerifyError::NotSigned { .. } | VerifyError::Missing { .. })
    ));
    assert!(open(&directory).is_err());
    fs::remove_file(&path).unwrap();
    assert!(matches!(directory.verify(), Err(VerifyError::Read { .. })));
}

#[test]
fn killed_while_it_seals_a_log_goes_on() {
    let original = sample();
    let records = original.verify().unwrap().records;
    let name = |end: &str| format!("sessions-000000000001.{end}");
    // The steps of sealing, up to each of which it may have come.
    let steps: [fn(&Path, &str); 4] = [
        |_, _| {},
        |at, note| fs::write(at.join("sessions.checkpoints.next"), note).unwrap(),
        |at, _| fs::rename(at.join(CHECKPOINTS_FILE), at.join("sessions-000000000001.checkpoints")).unwrap(),
        |at, _| fs::rename(at.join(LOG_FILE), at.join("sessions-000000000001.jsonl")).unwrap(),
    ];
    for come in 1..=steps.len() {
        let directory = original.copy();
        let notes = fs::read_to_string(directory.0.join(CHECKPOINTS_FILE)).unwrap();
        let lines: Vec<&str> = notes.split_inclusive('\n').collect();
        let last = lines[lines.len() - 5..].concat();
        steps[..come].iter().for_each(|step| step(&directory.0, &last));
        drop(rotating(&directory, None));
        let report = directory.verify().unwrap();
        assert_eq!(report.records, records + 2, "{come}");
        assert_eq!(directory.0.join(name("jsonl.gz")).exists(), come >= 3, "{come}");
    }
}
