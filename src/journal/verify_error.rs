//! What may be wrong with a log.

use std::io;
use std::path::PathBuf;

use super::checkpoint::{NotAKey, NoteProblem};
use super::record::RECORD_BYTES_MAX;

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
    /// Records were removed, and no record says that their time was over.
    #[error("records {first} to {last} were removed by somebody else: the log does not say that their time was over")]
    Removed {
        /// The first.
        first: u64,
        /// The last.
        last: u64,
    },
    /// A segment does not begin where the one before it ends.
    #[error("records {expected} to {} are missing, with all that stood for them", found.saturating_sub(1))]
    Missing {
        /// The number that follows.
        expected: u64,
        /// The number with which the next segment begins.
        found: u64,
    },
    /// A checkpoint speaks of so many records that its last one stands among removed ones.
    #[error("{}: its checkpoint of {size} records cannot be compared any more: records up to {removed} were removed", path.display())]
    Gone {
        /// Where the checkpoint is.
        path: PathBuf,
        /// Records it speaks of.
        size: u64,
        /// Records that are gone.
        removed: u64,
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
