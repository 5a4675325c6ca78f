//! Checking a log: the links of its records, their tree, and the signed checkpoints.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use super::checkpoint::{Checkpoint, NoteProblem, VerifierKey, notes};
use super::file::{CHECKPOINTS_FILE, Directory, KEY_FILE, LOG_FILE};
use super::lines::Lines;
use super::merkle::{Hash, Range, leaf_hash};
use super::record::{Link, NO_RECORD, RECORD_BYTES_MAX};
use super::segments::{Segment, last_leaf, sealed};
use super::verify_error::{Problem, VerifyError};

/// What a whole log looks like. [`verify`] made sure of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// How many records.
    pub records: u64,
    /// How many of them were removed when their time was over; their hashes are still there.
    pub removed: u64,
    /// How many bytes the others have.
    pub bytes: u64,
    /// How many checkpoints were checked, witnesses not counted.
    pub checkpoints: u64,
    /// How many records the last of them speaks of; those behind it are not signed yet.
    pub signed: u64,
    /// Sizes of the witnesses that were checked.
    pub witnessed: Vec<u64>,
    /// The key that signed.
    pub key: VerifierKey,
}

/// Checks the log in `directory` from its first record to its last: that the records follow each other, that they are
/// those of every checkpoint, and of the checkpoints in the files `witnesses` as well, which were kept elsewhere. The
/// checkpoints must be signed with `key`, or else with the key that is stored with the log. The log may be in use. Memory is
/// bounded by the longest record and by the number of checkpoints.
pub fn verify(directory: &Path, key: Option<&VerifierKey>, witnesses: &[PathBuf]) -> Result<VerifyReport, VerifyError> {
    let key = match key {
        Some(key) => key.clone(),
        None => stored_key(directory)?,
    };
    let unreadable = |source| VerifyError::Read {
        path: directory.to_owned(),
        source,
    };
    loop {
        let before = sealed(directory).map_err(unreadable)?;
        let result = verify_segments(directory, &before, &key, witnesses);
        // A segment that is sealed, compressed or removed meanwhile is looked for under its old name in vain.
        if result.is_ok() || sealed(directory).map_err(unreadable)? == before {
            return result;
        }
    }
}

fn verify_segments(
    directory: &Path,
    segments: &[Segment],
    key: &VerifierKey,
    witnesses: &[PathBuf],
) -> Result<VerifyReport, VerifyError> {
    let mut walk = Walk::new();
    let mut witnessed = Vec::new();
    for path in witnesses {
        for checkpoint in Signed::read(path, key)?.checkpoints {
            witnessed.push(checkpoint.size);
            walk.expect(checkpoint, path);
        }
    }
    // Before the records: what they were signed as while this reads on must not be looked for.
    let signed = Signed::read(&directory.join(CHECKPOINTS_FILE), key)?;
    let mut checkpoints = signed.checkpoints.len() as u64;
    let mut removed = 0;
    for segment in segments {
        checkpoints += walk.segment(segment, key)?;
        if segment.records.is_none() {
            removed = walk.tree.end();
        }
    }
    signed.expect_in(&mut walk);
    let path = directory.join(LOG_FILE);
    let first = walk.tree.end();
    if !walk.file(&path)?.is_empty() {
        let line = walk.tree.end() - first + 1;
        let problem = Problem::Torn;
        return Err(VerifyError::Bad { path, line, problem });
    }
    walk.finish()?;
    if removed > walk.told_removed {
        return Err(VerifyError::Removed {
            first: walk.told_removed + 1,
            last: removed,
        });
    }
    Ok(VerifyReport {
        records: walk.tree.end(),
        removed,
        bytes: walk.bytes,
        checkpoints,
        signed: signed.size(),
        witnessed,
        key: key.clone(),
    })
}

/// The public key that is stored with the log in this directory.
pub fn stored_key(directory: &Path) -> Result<VerifierKey, VerifyError> {
    let path = directory.join(KEY_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => text.parse().map_err(|source| VerifyError::Key { path, source }),
        Err(source) => Err(VerifyError::Read { path, source }),
    }
}

/// The checkpoints of a log.
pub(super) struct Signed {
    path: PathBuf,
    pub(super) checkpoints: Vec<Checkpoint>,
    /// Bytes of whole ones in the file.
    pub(super) length: u64,
}

impl Signed {
    /// Reads and checks a file of at least one.
    pub(super) fn read(path: &Path, key: &VerifierKey) -> Result<Self, VerifyError> {
        let (checkpoints, length) = read_notes(path, key)?;
        let disorder = checkpoints.windows(2).position(|pair| pair[0].size >= pair[1].size);
        let path = path.to_owned();
        match disorder {
            Some(at) => Err(VerifyError::Order { path, number: at + 2 }),
            None if checkpoints.is_empty() => Err(VerifyError::Unsigned { path }),
            None => Ok(Signed {
                path,
                checkpoints,
                length,
            }),
        }
    }

    /// Records that the last one speaks of.
    pub(super) fn size(&self) -> u64 {
        self.checkpoints.last().map_or(0, |last| last.size)
    }

    /// Has the walk meet them all.
    pub(super) fn expect_in(&self, walk: &mut Walk) {
        for checkpoint in &self.checkpoints {
            walk.expect(checkpoint.clone(), &self.path);
        }
    }
}

fn read_notes(path: &Path, key: &VerifierKey) -> Result<(Vec<Checkpoint>, u64), VerifyError> {
    let text = fs::read_to_string(path).map_err(|source| VerifyError::Read {
        path: path.to_owned(),
        source,
    })?;
    let bad = |number, problem| VerifyError::Note {
        path: path.to_owned(),
        number,
        problem,
    };
    let (notes, length) = notes(&text).map_err(|found| bad(found + 1, NoteProblem::NotANote))?;
    let checkpoints = notes
        .iter()
        .enumerate()
        .map(|(index, note)| key.open(note).map_err(|problem| bad(index + 1, problem)))
        .collect::<Result<_, _>>()?;
    Ok((checkpoints, length as u64))
}

/// Goes through records and builds their tree.
pub(super) struct Walk {
    pub(super) tree: Range,
    /// Of the last record; none where that was removed.
    pub(super) last_leaf: Option<Hash>,
    /// Of whole records.
    pub(super) bytes: u64,
    /// What is still to be met, by size.
    expected: VecDeque<(Checkpoint, PathBuf)>,
    /// Records up to this one are removed, as the log itself says.
    told_removed: u64,
    /// The day in the stamp of the first record of the last file.
    pub(super) first_day: Option<[u8; 10]>,
    /// Up to where the records are those that were signed, by the file that says so.
    confirmed: HashMap<PathBuf, u64>,
}

impl Walk {
    pub(super) fn new() -> Self {
        Walk {
            tree: Range::new(0),
            last_leaf: Some(NO_RECORD),
            bytes: 0,
            expected: VecDeque::new(),
            told_removed: 0,
            first_day: None,
            confirmed: HashMap::new(),
        }
    }

    /// Stands behind the sealed segments of a log, of which the records are not looked at.
    pub(super) fn over(directory: &Directory) -> Result<Self, VerifyError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| VerifyError::Read { path, source }
        };
        let mut walk = Walk::new();
        let segments = sealed(&directory.path).map_err(unreadable(&directory.path))?;
        for segment in &segments {
            walk.follow(segment)?;
        }
        if let Some(Segment {
            records: Some(records), ..
        }) = segments.last()
        {
            // What the first record of the next file names.
            walk.last_leaf = last_leaf(records).map_err(unreadable(records))?;
        }
        Ok(walk)
    }

    /// Has the tree compared with this checkpoint when it is reached.
    pub(super) fn expect(&mut self, checkpoint: Checkpoint, path: &Path) {
        let at = self
            .expected
            .partition_point(|(before, _)| before.size <= checkpoint.size);
        self.expected.insert(at, (checkpoint, path.to_owned()));
    }

    /// Goes through a sealed segment, or what stands for its records; gives the number of its checkpoints.
    fn segment(&mut self, segment: &Segment, key: &VerifierKey) -> Result<u64, VerifyError> {
        let expected = self.tree.end() + 1;
        if segment.first != expected {
            let found = segment.first;
            return Err(VerifyError::Missing { expected, found });
        }
        let signed = Signed::read(&segment.checkpoints, key)?;
        let path = match &segment.records {
            Some(path) => {
                signed.expect_in(self);
                if !self.file(path)?.is_empty() {
                    return Err(self.bad_end(path, expected));
                }
                path
            }
            // Removed are the oldest: a gap behind records that are there is none of these.
            None if self.bytes == 0 => {
                self.follow(segment)?;
                &segment.subtrees
            }
            None => {
                return Err(VerifyError::Missing {
                    expected,
                    found: signed.size() + 1,
                });
            }
        };
        match signed.checkpoints.last() {
            Some(last) if last.size == self.tree.end() && last.root == self.tree.root() => {}
            _ => {
                return Err(VerifyError::NotSigned {
                    first: expected,
                    last: self.tree.end(),
                    path: path.clone(),
                });
            }
        }
        Ok(signed.checkpoints.len() as u64)
    }

    fn bad_end(&self, path: &Path, first: u64) -> VerifyError {
        VerifyError::Bad {
            path: path.to_owned(),
            line: self.tree.end() + 2 - first,
            problem: Problem::Torn,
        }
    }

    /// Adds the subtrees of a segment.
    pub(super) fn follow(&mut self, segment: &Segment) -> Result<(), VerifyError> {
        let range = segment.range().map_err(|source| VerifyError::Read {
            path: segment.subtrees.clone(),
            source,
        })?;
        self.confirm()?;
        let before = self.tree.end();
        if !self.tree.extend(&range) {
            return Err(VerifyError::Missing {
                expected: before + 1,
                found: segment.first,
            });
        }
        self.last_leaf = None;
        if let Some((checkpoint, path)) = self.expected.front()
            && checkpoint.size < self.tree.end()
        {
            return Err(VerifyError::Gone {
                path: path.clone(),
                size: checkpoint.size,
                removed: self.tree.end(),
            });
        }
        self.confirm()
    }

    /// Goes through a file; gives the torn line at its end.
    pub(super) fn file(&mut self, path: &Path) -> Result<Vec<u8>, VerifyError> {
        let unreadable = |source| VerifyError::Read {
            path: path.to_owned(),
            source,
        };
        let mut lines = Lines::open(path).map_err(unreadable)?;
        let mut number = 0;
        self.confirm()?;
        while let Some(line) = lines.next_line().map_err(unreadable)? {
            number += 1;
            let bad = |line, problem| VerifyError::Bad {
                path: path.to_owned(),
                line,
                problem,
            };
            let Some(whole) = line.strip_suffix(b"\n") else {
                if line.len() < RECORD_BYTES_MAX {
                    return Ok(line.to_owned());
                }
                return Err(bad(number, Problem::TooLong));
            };
            let link = Link::of(whole).ok_or_else(|| bad(number, Problem::NotARecord))?;
            let expected = self.tree.end() + 1;
            if link.n != expected {
                let found = link.n;
                return Err(bad(number, Problem::SequenceGap { expected, found }));
            }
            let leaf = leaf_hash(whole);
            if self.last_leaf.is_some_and(|last_leaf| !link.follows(&last_leaf)) {
                // If the next one follows this, it was the one before that was changed.
                let next = lines.next_line().map_err(unreadable)?;
                let next = next.and_then(|next| Link::of(next.strip_suffix(b"\n")?));
                let is_kept = next.is_none_or(|next| next.follows(&leaf));
                let changed = if is_kept && number > 1 { number - 1 } else { number };
                return Err(bad(changed, Problem::Changed));
            }
            if number == 1 {
                self.first_day = day_of(whole);
            }
            self.bytes += line.len() as u64;
            self.last_leaf = Some(leaf);
            self.told_removed = self.told_removed.max(removed_by(whole).unwrap_or(0));
            self.tree.push(leaf);
            self.confirm()?;
        }
        Ok(Vec::new())
    }

    fn confirm(&mut self) -> Result<(), VerifyError> {
        let size = self.tree.end();
        while let Some((checkpoint, path)) = self.expected.front()
            && checkpoint.size <= size
        {
            if checkpoint.size < size || checkpoint.root != self.tree.root() {
                return Err(VerifyError::NotSigned {
                    first: self.confirmed.get(path).map_or(1, |before| before + 1),
                    last: checkpoint.size,
                    path: path.clone(),
                });
            }
            self.confirmed.insert(path.clone(), size);
            self.expected.pop_front();
        }
        Ok(())
    }

    /// Whether everything that was expected has been met.
    pub(super) fn finish(&mut self) -> Result<(), VerifyError> {
        match self.expected.pop_front() {
            None => Ok(()),
            Some((checkpoint, path)) => Err(VerifyError::Shortened {
                found: self.tree.end(),
                signed: checkpoint.size,
                path,
            }),
        }
    }
}

fn day_of(line: &[u8]) -> Option<[u8; 10]> {
    let mark = b"\"@timestamp\":\"";
    let at = memchr::memmem::find(line.get(..100.min(line.len()))?, mark)?;
    line.get(at + mark.len()..)?.first_chunk().copied()
}

/// The last number that a record tells to be removed. Its marks cannot stand in any text, where quotes are escaped.
fn removed_by(line: &[u8]) -> Option<u64> {
    let head = line.get(..200.min(line.len()))?;
    memchr::memmem::find(head, b",\"event.action\":\"log_removed\",")?;
    let record: serde_json::Value = serde_json::from_slice(line).ok()?;
    record.get("pgveil.segment.last")?.as_u64()
}
