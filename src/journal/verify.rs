//! Checking a log: the links of its records, their tree, and the signed checkpoints.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::checkpoint::{Checkpoint, NotAKey, NoteProblem, VerifierKey, notes};
use super::file::{CHECKPOINTS_FILE, KEY_FILE, LOG_FILE};
use super::lines::Lines;
use super::merkle::{Hash, Range, leaf_hash};
use super::record::{Link, NO_RECORD, RECORD_BYTES_MAX};

/// What a whole log looks like. [`verify`] made sure of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// How many records.
    pub records: u64,
    /// How many bytes they have.
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

/// Why a log is not whole.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no public key.
    #[error("{}: {source}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        source: NotAKey,
    },
    /// The first record that is not as it should be.
    #[error("{}, line {line}: {problem}", path.display())]
    Bad {
        /// The file.
        path: PathBuf,
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        problem: Problem,
    },
    /// A checkpoint that is none, or of something else.
    #[error("{}, checkpoint {number}: {problem}", path.display())]
    Note {
        /// The file.
        path: PathBuf,
        /// Which one, from 1.
        number: usize,
        /// What is wrong with it.
        problem: NoteProblem,
    },
    /// There is no checkpoint, not even the one of the empty log.
    #[error("{} holds no checkpoint", path.display())]
    Unsigned {
        /// The file.
        path: PathBuf,
    },
    /// A checkpoint stands behind one of as many records or more: it was put there, or the log written anew behind it.
    #[error("{}, checkpoint {number}: the one before it has as many records or more", path.display())]
    Order {
        /// The file.
        path: PathBuf,
        /// Which one, from 1.
        number: usize,
    },
    /// The records are whole among themselves, but not those that were signed.
    #[error("records {first} to {last} are not those that were signed: {} has another root for {last} records", path.display())]
    NotSigned {
        /// The first that may be another.
        first: u64,
        /// The last.
        last: u64,
        /// Where the checkpoint is.
        path: PathBuf,
    },
    /// There are fewer records than were signed.
    #[error("the log was cut: it has {found} records, and {} has a checkpoint of {signed}", path.display())]
    Shortened {
        /// So many are there.
        found: u64,
        /// So many there were.
        signed: u64,
        /// Where the checkpoint is.
        path: PathBuf,
    },
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It has no newline: its end is missing.
    #[error("the line is torn (a killed process leaves this; the next start of pgveil cuts it off and says so)")]
    Torn,
    /// It is longer than a record may be.
    #[error("the line is longer than {RECORD_BYTES_MAX} bytes, so it is no record")]
    TooLong,
    /// It is not laid out as a record.
    #[error("the line is not a record")]
    NotARecord,
    /// The record after it was written behind other bytes than these.
    #[error("the record was changed after it was written")]
    Changed,
    /// Its number is not the one that follows.
    #[error("sequence gap: record {expected} should stand here, found {found}")]
    SequenceGap {
        /// The number that follows.
        expected: u64,
        /// The number it has.
        found: u64,
    },
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
    // Before the records: what they were signed as while this reads on must not be looked for.
    let signed = Signed::read(&directory.join(CHECKPOINTS_FILE), &key)?;
    let mut walk = Walk::new();
    let mut witnessed = Vec::new();
    for path in witnesses {
        for checkpoint in Signed::read(path, &key)?.checkpoints {
            witnessed.push(checkpoint.size);
            walk.expect(checkpoint, path);
        }
    }
    signed.expect_in(&mut walk);
    let path = directory.join(LOG_FILE);
    if !walk.file(&path)?.is_empty() {
        let line = walk.tree.end() + 1;
        let problem = Problem::Torn;
        return Err(VerifyError::Bad { path, line, problem });
    }
    walk.finish()?;
    Ok(VerifyReport {
        records: walk.tree.end(),
        bytes: walk.bytes,
        checkpoints: signed.checkpoints.len() as u64,
        signed: signed.size(),
        witnessed,
        key,
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
    pub(super) last_leaf: Hash,
    /// Of whole records.
    pub(super) bytes: u64,
    /// What is still to be met, by size.
    expected: VecDeque<(Checkpoint, PathBuf)>,
    /// Up to where the records are those that were signed, by the file that says so.
    confirmed: HashMap<PathBuf, u64>,
}

impl Walk {
    pub(super) fn new() -> Self {
        Walk {
            tree: Range::new(0),
            last_leaf: NO_RECORD,
            bytes: 0,
            expected: VecDeque::new(),
            confirmed: HashMap::new(),
        }
    }

    /// Has the tree compared with this checkpoint when it is reached.
    pub(super) fn expect(&mut self, checkpoint: Checkpoint, path: &Path) {
        let at = self
            .expected
            .partition_point(|(before, _)| before.size <= checkpoint.size);
        self.expected.insert(at, (checkpoint, path.to_owned()));
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
            if !link.follows(&self.last_leaf) {
                // If the next one follows this, it was the one before that was changed.
                let next = lines.next_line().map_err(unreadable)?;
                let next = next.and_then(|next| Link::of(next.strip_suffix(b"\n")?));
                let is_kept = next.is_none_or(|next| next.follows(&leaf));
                let changed = if is_kept && number > 1 { number - 1 } else { number };
                return Err(bad(changed, Problem::Changed));
            }
            self.bytes += line.len() as u64;
            self.last_leaf = leaf;
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
