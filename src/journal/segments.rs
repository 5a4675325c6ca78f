//! The files of a log: segments that were sealed, and the one that is written.
//!
//! A sealed segment has the number of its first record in its names: `sessions-000000000001.jsonl.gz`, with its checkpoints
//! and the subtree hashes of its records (see [`Range`]). The last two stay when the records are removed, so that the rest
//! still proves.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::file::{CHECKPOINTS_FILE, Directory, LOG_FILE, private};
use super::lines::Lines;
use super::merkle::{Hash, Range, leaf_hash};

/// Digits of the number in a name, so that names sort as numbers.
const DIGITS: usize = 12;

/// When a segment ends and how long it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// A segment that has so many bytes is sealed, and one on which a day (UTC) has ended.
    pub bytes_max: u64,
    /// Records are removed so long after they were sealed; never, if there is no such time.
    pub keep: Option<Duration>,
}

/// A sealed segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// Number of its first record.
    pub(super) first: u64,
    /// Its records, compressed or not; none if they were removed.
    pub(super) records: Option<PathBuf>,
    pub(super) checkpoints: PathBuf,
    pub(super) subtrees: PathBuf,
}

impl Segment {
    fn of(directory: &Path, first: u64) -> Self {
        let file = |kind: &str| directory.join(format!("sessions-{first:0DIGITS$}.{kind}"));
        let records = [file("jsonl"), file("jsonl.gz")];
        Segment {
            first,
            records: records.into_iter().find(|path| path.exists()),
            checkpoints: file("checkpoints"),
            subtrees: file("subtrees"),
        }
    }

    /// What stands for its records.
    pub(super) fn range(&self) -> io::Result<Range> {
        let text = fs::read_to_string(&self.subtrees)?;
        let not = || io::Error::new(io::ErrorKind::InvalidData, "these are no subtree hashes");
        Range::parse(self.first - 1, &text).ok_or_else(not)
    }

    /// Whether it was sealed so long ago.
    fn is_older(&self, than: Duration) -> bool {
        let sealed = fs::metadata(&self.subtrees).and_then(|file| file.modified());
        sealed.is_ok_and(|sealed| SystemTime::now().duration_since(sealed).is_ok_and(|age| age >= than))
    }
}

/// The sealed segments of a log, from the first on.
pub(super) fn sealed(directory: &Path) -> io::Result<Vec<Segment>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        let name = name.to_str().and_then(|name| name.strip_prefix("sessions-"));
        // Any file of it: a segment of which some are gone is still looked for.
        let number = name.and_then(|name| name.split_once('.')?.0.parse::<u64>().ok());
        numbers.extend(number.filter(|number| *number > 0));
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers.into_iter().map(|first| Segment::of(directory, first)).collect())
}

/// The files with the records of a log, in order; the last is the one that is written.
pub fn record_files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = sealed(directory)?
        .into_iter()
        .filter_map(|segment| segment.records)
        .collect();
    files.push(directory.join(LOG_FILE));
    Ok(files)
}

impl Directory {
    /// Puts the log and its checkpoints aside under the names of a sealed segment, and leaves a new file of checkpoints
    /// that begins with `note`. Killed in between, [`Directory::finish_sealing`] does the rest.
    pub(super) fn seal(&self, first: u64, note: &str) -> io::Result<()> {
        let segment = Segment::of(&self.path, first);
        write_private(&self.next_checkpoints(), note.as_bytes())?;
        fs::rename(self.file(CHECKPOINTS_FILE), &segment.checkpoints)?;
        self.finish_sealing()
    }

    fn next_checkpoints(&self) -> PathBuf {
        self.file(&format!("{CHECKPOINTS_FILE}.next"))
    }

    /// Goes on with a sealing that was begun. Its last step is the new file of checkpoints.
    pub(super) fn finish_sealing(&self) -> io::Result<()> {
        if !self.next_checkpoints().exists() || self.file(CHECKPOINTS_FILE).exists() {
            return Ok(());
        }
        if let Some(last) = sealed(&self.path)?.pop()
            && last.records.is_none()
            && self.file(LOG_FILE).exists()
        {
            fs::rename(self.file(LOG_FILE), last.checkpoints.with_extension("jsonl"))?;
        }
        fs::rename(self.next_checkpoints(), self.file(CHECKPOINTS_FILE))?;
        self.sync_names()
    }

    /// Writes what will stand for the records of sealed segments, where it is not there yet.
    pub(super) fn write_subtrees(&self) -> io::Result<()> {
        for segment in sealed(&self.path)? {
            if let Some(records) = &segment.records
                && !segment.subtrees.exists()
            {
                let mut range = Range::new(segment.first - 1);
                leaves(records, |leaf| range.push(leaf))?;
                let new = segment.subtrees.with_extension("new");
                write_private(&new, range.to_string().as_bytes())?;
                fs::rename(new, &segment.subtrees)?;
            }
        }
        Ok(())
    }

    /// Compresses what is sealed and not yet compressed.
    pub(super) fn compress(&self) -> io::Result<()> {
        for segment in sealed(&self.path)? {
            let Some(plain) = segment
                .records
                .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
            else {
                continue;
            };
            let compressed = plain.with_extension("jsonl.gz");
            let new = compressed.with_extension("gz.new");
            let mut encoder = GzEncoder::new(
                private().write(true).create(true).truncate(true).open(&new)?,
                Compression::default(),
            );
            io::copy(&mut File::open(&plain)?, &mut encoder)?;
            encoder.finish()?.sync_all()?;
            fs::rename(&new, &compressed)?;
            self.sync_names()?;
            fs::remove_file(&plain)?;
        }
        Ok(())
    }

    /// The oldest segment with records, if its time is over, and the number of its last record.
    pub(super) fn expired(&self, keep: Duration) -> io::Result<Option<(Segment, u64)>> {
        let oldest = sealed(&self.path)?
            .into_iter()
            .find(|segment| segment.records.is_some());
        match oldest.filter(|segment| segment.is_older(keep)) {
            Some(segment) => {
                let last = segment.range()?.end();
                Ok(Some((segment, last)))
            }
            None => Ok(None),
        }
    }

    /// Removes the records of a segment.
    pub(super) fn remove(&self, segment: &Segment) -> io::Result<()> {
        if let Some(records) = &segment.records {
            fs::remove_file(records)?;
        }
        self.sync_names()
    }
}

/// The hash of the last record of a segment, if it has any.
pub(super) fn last_leaf(records: &Path) -> io::Result<Option<Hash>> {
    let mut last = None;
    leaves(records, |leaf| last = Some(leaf))?;
    Ok(last)
}

fn leaves(records: &Path, mut take: impl FnMut(Hash)) -> io::Result<()> {
    let mut lines = Lines::open(records)?;
    while let Some(line) = lines.next_line()? {
        take(leaf_hash(line.strip_suffix(b"\n").unwrap_or(line)));
    }
    Ok(())
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = private().write(true).create(true).truncate(true).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}
