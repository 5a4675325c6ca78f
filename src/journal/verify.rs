//! Checking the chain.

use std::io;
use std::path::{Path, PathBuf};

use super::lines::Lines;
use super::record::{NO_RECORD, RECORD_BYTES_MAX, Seal};

/// What a whole chain looks like. [`verify`] made sure of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// How many records.
    pub records: u64,
    /// How many bytes.
    pub bytes: u64,
    /// The last record's hash in hex; all zeros for an empty log. Kept elsewhere, it proves later that the log still
    /// holds everything up to here.
    pub head: String,
    /// The line with the hash that was looked for.
    pub anchor_line: Option<u64>,
}

/// Why a chain is not whole.
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
    /// The first line that is not as it should be.
    #[error("{}, line {line}: {problem}", path.display())]
    Bad {
        /// The file.
        path: PathBuf,
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        problem: Problem,
    },
    /// All that is there is whole, but the hash that was looked for is not in it.
    #[error("{}: no record has the hash {anchor}: the log was cut short or replaced", path.display())]
    AnchorMissing {
        /// The file.
        path: PathBuf,
        /// The hash.
        anchor: String,
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
    /// Its bytes are not those its hash was made of.
    #[error("hash mismatch: the record was changed after it was written")]
    HashMismatch,
    /// Its number is not the one that follows.
    #[error("sequence gap: record {expected} should stand here, found {found}")]
    SequenceGap {
        /// The number that follows.
        expected: u64,
        /// The number it has.
        found: u64,
    },
    /// It names another record than the one before it.
    #[error("chain broken: the record does not name the hash of the record before it")]
    ChainBroken,
}

/// Checks the log file at `path` from its first record to its last, and that a record with the hash `anchor` is among
/// them. It may be in use. Memory is bounded by the longest record.
pub fn verify(path: &Path, anchor: Option<&str>) -> Result<VerifyReport, VerifyError> {
    let unreadable = |source| VerifyError::Read {
        path: path.to_owned(),
        source,
    };
    let mut lines = Lines::open(path).map_err(unreadable)?;
    let mut head = NO_RECORD;
    let (mut records, mut bytes, mut anchor_line) = (0, 0, None);
    while let Some(line) = lines.next_line().map_err(unreadable)? {
        records += 1;
        bytes += line.len() as u64;
        let seal = check(line, records, &head).map_err(|problem| VerifyError::Bad {
            path: path.to_owned(),
            line: records,
            problem,
        })?;
        head.copy_from_slice(seal.hash);
        if anchor.is_some_and(|anchor| anchor.as_bytes() == seal.hash) {
            anchor_line = Some(records);
        }
    }
    match anchor {
        Some(anchor) if anchor_line.is_none() => Err(VerifyError::AnchorMissing {
            path: path.to_owned(),
            anchor: anchor.to_owned(),
        }),
        _ => Ok(VerifyReport {
            records,
            bytes,
            head: String::from_utf8_lossy(&head).into_owned(),
            anchor_line,
        }),
    }
}

fn check<'a>(line: &'a [u8], expected: u64, prev: &[u8]) -> Result<Seal<'a>, Problem> {
    let Some(whole) = line.strip_suffix(b"\n") else {
        return Err(if line.len() < RECORD_BYTES_MAX {
            Problem::Torn
        } else {
            Problem::TooLong
        });
    };
    let seal = Seal::of(whole).ok_or(Problem::NotARecord)?;
    if !seal.holds() {
        Err(Problem::HashMismatch)
    } else if seal.n != expected {
        Err(Problem::SequenceGap {
            expected,
            found: seal.n,
        })
    } else if seal.prev != prev {
        Err(Problem::ChainBroken)
    } else {
        Ok(seal)
    }
}
