//! Every way to change a log behind pgveil's back, with and without its key.

use super::super::checkpoint::{Checkpoint, Signer};
use super::super::merkle::{Range, leaf_hash};
use super::*;

fn tampered(change: impl FnOnce(&mut Vec<Vec<u8>>)) -> TestDirectory {
    let directory = sample();
    let mut lines = directory.lines();
    change(&mut lines);
    directory.write(&lines);
    directory
}

#[test]
fn tampering_is_named_with_its_line() {
    let bad = |change: fn(&mut Vec<Vec<u8>>)| tampered(change).bad();
    let gap = |expected, found| Problem::SequenceGap { expected, found };
    assert_eq!(bad(|lines| lines[4][60] ^= 1), (5, Problem::Changed));
    assert_eq!(bad(|lines| lines[10][60] ^= 1), (11, Problem::Changed));
    // The hash of the one before.
    let at = |lines: &[Vec<u8>]| lines[4].len() - 10;
    assert_eq!(
        tampered(|lines| {
            let at = at(lines);
            lines[4][at] ^= 1;
        })
        .bad(),
        (5, Problem::Changed)
    );
    assert_eq!(bad(|lines| drop(lines.remove(4))), (5, gap(5, 6)));
    assert_eq!(bad(|lines| drop(lines.remove(0))), (1, gap(1, 2)));
    assert_eq!(bad(|lines| lines.swap(4, 5)), (5, gap(5, 6)));
    assert_eq!(bad(|lines| lines.insert(5, lines[4].clone())), (6, gap(6, 5)));
    assert_eq!(bad(|lines| lines.insert(5, b"{}\n".to_vec())), (6, Problem::NotARecord));
    assert_eq!(bad(|lines| lines.insert(5, b"\n".to_vec())), (6, Problem::NotARecord));
    // What is left of the line runs into the next one.
    assert_eq!(bad(|lines| lines[4].truncate(30)), (5, Problem::Changed));
    assert_eq!(bad(|lines| lines[11].truncate(30)), (12, Problem::Torn));
    assert_eq!(
        bad(|lines| lines.insert(5, vec![b'x'; RECORD_BYTES_MAX + 9])),
        (6, Problem::TooLong)
    );
}

/// All records from this one on, with what links them made anew, as someone does who knows how the log is written.
fn relinked(lines: &mut [Vec<u8>], from: usize) {
    for at in from.max(1)..lines.len() {
        let leaf = leaf_hash(lines[at - 1].strip_suffix(b"\n").unwrap());
        let place = lines[at].len() - 67;
        lines[at][place..place + 64].copy_from_slice(&record::hexadecimal(&leaf));
    }
}

fn not_signed(directory: &TestDirectory) -> (u64, u64) {
    match directory.verify() {
        Err(VerifyError::NotSigned { first, last, .. }) => (first, last),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_written_anew_is_not_what_was_signed() {
    let forged = tampered(|lines| {
        let text = String::from_utf8(lines[4].clone()).unwrap();
        lines[4] = text.replace("pgbench_accounts", "harmless").into_bytes();
        relinked(lines, 5);
    });
    assert_eq!(not_signed(&forged), (2, 12), "the first record was signed by itself");
    assert_eq!(not_signed(&tampered(|lines| lines[0][60] ^= 1)), (1, 1));
    // Nothing names the hash of the last one but the checkpoint.
    assert_eq!(not_signed(&tampered(|lines| lines[11][60] ^= 1)), (2, 12));
    // And a restart does not sign it.
    assert!(matches!(
        open(&forged),
        Err(JournalError::Damaged(VerifyError::NotSigned { .. }))
    ));
}

#[test]
fn a_log_that_was_cut_shows() {
    for kept in [0, 1, 5, 11] {
        let directory = tampered(|lines| lines.truncate(kept));
        match directory.verify() {
            Err(VerifyError::Shortened { found, signed, .. }) => {
                assert_eq!((found, signed), (kept as u64, if kept == 0 { 1 } else { 12 }))
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The file of checkpoints, note by note.
fn notes_of(directory: &TestDirectory) -> Vec<String> {
    let text = fs::read_to_string(directory.0.join(CHECKPOINTS_FILE)).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.chunks(5).map(<[&str]>::concat).collect()
}

fn with_notes(directory: &TestDirectory, notes: &[String]) -> VerifyError {
    fs::write(directory.0.join(CHECKPOINTS_FILE), notes.concat()).unwrap();
    directory.verify().unwrap_err()
}

#[test]
fn checkpoints_that_are_not_the_logs_own_show() {
    use super::super::checkpoint::NoteProblem::{NotANote, OtherKey, OtherLog, Signature};
    let directory = sample();
    let notes = notes_of(&directory);
    assert_eq!(notes.len(), 3);
    let at = |error, wanted| match error {
        VerifyError::Note { number, problem, .. } => assert_eq!((number, problem), wanted),
        other => panic!("{other:?}"),
    };
    let replaced = |by: String| [notes[0].clone(), notes[1].clone(), by];
    // Of another log under the same key.
    let other = sample();
    let name = stored_key(&other.0).unwrap().name().to_owned();
    at(
        with_notes(&directory, &replaced(notes_of(&other)[2].clone())),
        (3, OtherLog(name)),
    );
    // By another key under the same name.
    let name = stored_key(&directory.0).unwrap().name().to_owned();
    let forger = Signer::new(&name, &[8; 32]).unwrap();
    let forged = forger.sign(&Checkpoint {
        size: 12,
        root: [0; 32],
    });
    at(with_notes(&directory, &replaced(forged)), (3, OtherKey));
    // The text changed, the signature kept.
    at(
        with_notes(&directory, &replaced(notes[2].replacen("12\n", "11\n", 1))),
        (3, Signature),
    );
    at(
        with_notes(&directory, &replaced("any\n\nthing\n".into())),
        (3, NotANote),
    );
    // Replayed.
    for at in 0..3 {
        let replayed = [&notes[..], &notes[at..=at]].concat();
        let error = with_notes(&directory, &replayed);
        assert!(matches!(error, VerifyError::Order { number: 4, .. }), "{error:?}");
    }
    // Taken away.
    let error = with_notes(&directory, &[]);
    assert!(matches!(error, VerifyError::Unsigned { .. }), "{error:?}");
    assert!(matches!(
        open(&directory),
        Err(JournalError::Damaged(VerifyError::Unsigned { .. }))
    ));
    fs::remove_file(directory.0.join(CHECKPOINTS_FILE)).unwrap();
    assert!(matches!(directory.verify(), Err(VerifyError::Read { .. })));
    assert!(matches!(
        open(&directory),
        Err(JournalError::Damaged(VerifyError::Read { .. }))
    ));
}

/// Cuts the log and its checkpoints back to the first record, as whoever may write the directory can.
fn cut_back(directory: &TestDirectory) {
    let (lines, notes) = (directory.lines(), notes_of(directory));
    directory.write(&lines[..1]);
    fs::write(directory.0.join(CHECKPOINTS_FILE), notes[..2].concat()).unwrap();
}

#[test]
fn a_witness_shows_what_was_cut_or_written_anew() {
    let directory = sample();
    let elsewhere = TestDirectory::new();
    fs::create_dir(&elsewhere.0).unwrap();
    let witness = elsewhere.0.join("monday");
    fs::write(&witness, &notes_of(&directory)[2]).unwrap();
    let check = || verify(&directory.0, None, std::slice::from_ref(&witness));
    assert_eq!(check().unwrap().witnessed, [12]);

    cut_back(&directory);
    assert!(directory.verify().is_ok(), "by itself the rest is whole");
    match check() {
        Err(VerifyError::Shortened { found, signed, .. }) => assert_eq!((found, signed), (1, 12)),
        other => panic!("{other:?}"),
    }
    // pgveil goes on from there, and signs, what the witness still contradicts.
    let journal = open(&directory).unwrap();
    let session = journal.new_session();
    for number in 1..=20 {
        journal.append(session, &statement(number)).unwrap();
    }
    drop(journal);
    assert!(directory.verify().is_ok());
    assert!(matches!(
        check(),
        Err(VerifyError::NotSigned { first: 1, last: 12, .. })
    ));

    // A log in its place that was begun anew has another name.
    let other = sample();
    let moved = verify(&other.0, None, std::slice::from_ref(&witness));
    assert!(matches!(moved, Err(VerifyError::Note { .. })), "{moved:?}");
    fs::write(&witness, "").unwrap();
    assert!(
        matches!(check(), Err(VerifyError::Unsigned { .. })),
        "an empty witness is none"
    );
}

#[test]
fn with_the_public_key_kept_elsewhere_a_forged_log_shows() {
    let directory = sample();
    let key = stored_key(&directory.0).unwrap();
    // All of it made anew, under the same name with another key.
    let forger = Signer::new(key.name(), &[8; 32]).unwrap();
    let mut lines = directory.lines();
    lines.remove(4);
    for (at, line) in lines.iter_mut().enumerate() {
        let text = String::from_utf8(line.clone()).unwrap();
        let (_, rest) = text.split_once(',').unwrap();
        *line = format!("{{\"event.sequence\":{},{rest}", at + 1).into_bytes();
    }
    relinked(&mut lines, 1);
    directory.write(&lines);
    let mut tree = Range::new(0);
    let mut notes = forger.sign(&Checkpoint {
        size: 0,
        root: tree.root(),
    });
    lines
        .iter()
        .for_each(|line| tree.push(leaf_hash(line.strip_suffix(b"\n").unwrap())));
    notes += &forger.sign(&Checkpoint {
        size: 11,
        root: tree.root(),
    });
    fs::write(directory.0.join(CHECKPOINTS_FILE), notes).unwrap();
    fs::write(directory.0.join(KEY_FILE), forger.key().to_string()).unwrap();
    assert!(directory.verify().is_ok(), "nothing with the log contradicts it");
    assert!(matches!(
        verify(&directory.0, Some(&key), &[]),
        Err(VerifyError::Note {
            problem: super::super::checkpoint::NoteProblem::OtherKey,
            ..
        })
    ));
    assert!(matches!(open(&directory), Err(JournalError::OtherKey { .. })));
}

/// With `PGVEIL_LONG=1`: a log of ten million records, in bounded memory.
#[test]
fn a_large_log_verifies_in_bounded_memory() {
    let is_long = std::env::var("PGVEIL_LONG").is_ok_and(|value| value == "1");
    let count = if is_long { 10_000_000 } else { 100_000 };
    let directory = TestDirectory::new();
    let journal = open(&directory).unwrap();
    let session = journal.new_session();
    let (begin, end) = (statement(1), statement_end(1));
    for _ in 0..count / 2 {
        journal.append_all(&[(session, &begin), (session, &end)]).unwrap();
    }
    drop(journal);
    let peak = || {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
    };
    let (before, began) = (peak(), Instant::now());
    let report = directory.verify().unwrap();
    println!(
        "{} records, {} bytes: {:?}",
        report.records,
        report.bytes,
        began.elapsed()
    );
    assert_eq!((report.records, report.signed), (count + 2, count + 2));
    assert!(peak() - before < 8 << 10, "{} KiB more", peak() - before);
}
