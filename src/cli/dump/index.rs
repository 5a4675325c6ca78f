//! What dumps there are, and until when: JSON Lines under the user's state directory
//! (XDG Base Directory Specification: `$XDG_STATE_HOME`, or `~/.local/state`).

use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::target::{Presence, Written};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Why the index cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum IndexError {
    /// No home directory.
    #[error("neither XDG_STATE_HOME nor HOME says where the index of dumps is")]
    NoPlace,
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// A line that pgveil did not write.
    #[error("{}:{line}: {source}; mend or remove that line", path.display())]
    Line {
        path: PathBuf,
        line: usize,
        source: serde_json::Error,
    },
}

/// One dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) dump: Written,
    /// None while the dump is being written.
    pub(super) certificate: Option<Written>,
    pub(super) database: String,
    /// Bytes; 0 while it is being written.
    pub(super) bytes: u64,
    /// RFC 3339.
    pub(super) made: String,
    /// Seconds after 1970 when it must be gone.
    pub(super) due: u64,
}

impl Entry {
    pub(super) fn new(dump: Written, database: &str, now: SystemTime, keep_days: u8) -> Entry {
        Entry {
            dump,
            certificate: None,
            database: database.to_owned(),
            bytes: 0,
            made: crate::journal::rfc_3339(now),
            due: seconds(now + DAY * keep_days.into()),
        }
    }

    /// When it must be gone, in RFC 3339.
    pub(super) fn until(&self) -> String {
        crate::journal::rfc_3339(UNIX_EPOCH + Duration::from_secs(self.due))
    }

    pub(super) fn is_due(&self, now: SystemTime) -> bool {
        self.due <= seconds(now)
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The index, locked: one process at a time reads and writes it.
#[derive(Debug)]
pub(super) struct Index {
    path: PathBuf,
    _lock: File,
    pub(super) entries: Vec<Entry>,
}

impl Index {
    /// Waits for its turn, and reads it; none yet is an empty one.
    pub(super) fn open() -> Result<Index, IndexError> {
        Index::open_in(&directory()?)
    }

    fn open_in(directory: &Path) -> Result<Index, IndexError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
        made.map_err(at(directory))?;
        let lock_path = directory.join("dumps.lock");
        let lock = File::options().create(true).append(true).mode(0o600).open(&lock_path);
        let lock = lock.map_err(at(&lock_path))?;
        lock.lock().map_err(at(&lock_path))?;
        let path = directory.join("dumps.jsonl");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(at(&path)(error)),
        };
        let entries = text.lines().enumerate().map(|(number, line)| {
            serde_json::from_str(line).map_err(|source| IndexError::Line {
                path: path.clone(),
                line: number + 1,
                source,
            })
        });
        Ok(Index {
            entries: entries.collect::<Result<_, _>>()?,
            path,
            _lock: lock,
        })
    }

    /// Sets the entry of a dump, or takes it out.
    pub(super) fn set(dump: &Written, entry: Option<Entry>) -> Result<(), IndexError> {
        let mut index = Index::open()?;
        index.entries.retain(|found| found.dump.path != dump.path);
        index.entries.extend(entry);
        index.save()
    }

    /// Writes it anew, whole or not at all.
    pub(super) fn save(&self) -> Result<(), IndexError> {
        let new = self.path.with_extension("new");
        let write = || {
            let mut text = String::new();
            for entry in &self.entries {
                text += &serde_json::to_string(entry)?;
                text.push('\n');
            }
            // Left over from a process that was killed; whoever holds the lock may remove it.
            match std::fs::remove_file(&new) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = File::options().write(true).create_new(true).mode(0o600).open(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&new, &self.path)
        };
        write().map_err(at(&self.path))
    }

    /// Removes what is due, and forgets what is there no more. Gives each dump it looked at, and what became of it.
    pub(super) fn sweep(&mut self, now: SystemTime) -> Vec<(Entry, io::Result<Presence>)> {
        let (due, kept) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|entry| entry.is_due(now));
        self.entries = kept;
        let mut swept: Vec<(Entry, io::Result<Presence>)> = Vec::new();
        for entry in due {
            let removed = entry.dump.remove().and_then(|presence| {
                // A certificate holds no data; it goes with its dump.
                entry.certificate.as_ref().map(Written::remove).transpose()?;
                Ok(presence)
            });
            if removed.is_err() {
                self.entries.push(entry.clone());
            }
            swept.push((entry, removed));
        }
        swept
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> IndexError {
    let path = path.to_owned();
    move |source| IndexError::Io { path, source }
}

fn directory() -> Result<PathBuf, IndexError> {
    // A relative path is to be ignored, says the specification.
    let named = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let state = named.filter(|path| path.is_absolute());
    let state = state.or_else(|| Some(std::env::home_dir()?.join(".local/state")));
    state.map(|state| state.join("pgveil")).ok_or(IndexError::NoPlace)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::target::Unfinished;
    use super::*;

    #[test]
    fn only_what_is_due_and_still_the_same_is_removed() {
        let directory = std::env::temp_dir().join(format!("pgveil-index-{}", std::process::id()));
        let now = SystemTime::now();
        let mut index = Index::open_in(&directory).unwrap();
        let mut add = |name: &str, days| {
            let (file, _) = Unfinished::file(&directory.join(name)).unwrap();
            index
                .entries
                .push(Entry::new(file.written().clone(), "shop", now, days));
            file.keep();
        };
        for name in ["due", "gone", "replaced", "linked"] {
            add(name, 1);
        }
        add("later", 3);
        index.save().unwrap();
        drop(index);
        let mode = std::fs::metadata(directory.join("dumps.jsonl"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);

        std::fs::remove_file(directory.join("gone")).unwrap();
        // Held open, so that its number is not used again at once.
        let _held = File::open(directory.join("replaced")).unwrap();
        std::fs::remove_file(directory.join("replaced")).unwrap();
        std::fs::write(directory.join("replaced"), "another's").unwrap();
        std::fs::rename(directory.join("linked"), directory.join("moved")).unwrap();
        std::os::unix::fs::symlink(directory.join("moved"), directory.join("linked")).unwrap();

        let mut index = Index::open_in(&directory).unwrap();
        assert_eq!(index.entries.len(), 5);
        assert!(index.sweep(now).is_empty());
        let swept = index.sweep(now + DAY);
        let found: Vec<_> = swept.iter().map(|(_, presence)| *presence.as_ref().unwrap()).collect();
        assert_eq!(
            found,
            [Presence::Same, Presence::Gone, Presence::Other, Presence::Other]
        );
        assert!(!directory.join("due").exists());
        assert!(directory.join("moved").exists() && directory.join("later").exists());
        assert_eq!(std::fs::read(directory.join("replaced")).unwrap(), b"another's");
        assert_eq!(index.entries.len(), 1);
        std::fs::remove_dir_all(directory).unwrap();
    }
}
