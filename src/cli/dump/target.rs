//! Where a dump goes: never into a git work tree, never over something else, and for its owner's eyes only.

use std::fs::{DirBuilder, File, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::arguments::DumpFormat;
use super::certificate;
use super::content::Content;
use crate::journal::rfc_3339;

/// Why nothing is written there.
#[derive(Debug, thiserror::Error)]
pub(super) enum TargetError {
    /// What is there would be committed sooner or later.
    #[error(
        "{} is inside the git work tree {}, where dumps get committed; take a place outside of it, or leave --output away",
        path.display(), work_tree.display()
    )]
    WorkTree { path: PathBuf, work_tree: PathBuf },
    /// Nothing is overwritten.
    #[error("{0} is there already, and is not overwritten")]
    Exists(PathBuf),
    /// No file name.
    #[error("{0} names no file to write")]
    NoName(PathBuf),
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl TargetError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> TargetError {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::AlreadyExists => TargetError::Exists(path),
            _ => TargetError::Io { path, source },
        }
    }
}

/// The name of a dump that nobody gave one: in the system's temporary directory.
pub(super) fn dated(database: &str, format: DumpFormat, now: SystemTime) -> PathBuf {
    let plain = |letter: char| match letter {
        '-' | '_' => letter,
        letter if letter.is_alphanumeric() => letter,
        _ => '_',
    };
    let database: String = database.chars().map(plain).take(63).collect();
    let stamp: String = rfc_3339(now).chars().filter(|letter| !"-:".contains(*letter)).collect();
    // 20250131T235959.123Z
    let second = stamp.split('.').next().unwrap_or(&stamp).to_owned() + "Z";
    std::env::temp_dir().join(format!("pgveil-{database}-{second}{}", format.suffix()))
}

/// The path with every symbolic link in its directory followed, if a dump may be written there.
pub(super) fn allowed(path: &Path) -> Result<PathBuf, TargetError> {
    let name = path.file_name().ok_or_else(|| TargetError::NoName(path.to_owned()))?;
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let parent = parent.canonicalize().map_err(TargetError::at(parent))?;
    if let Some(work_tree) = work_tree(&parent)? {
        return Err(TargetError::WorkTree {
            path: path.to_owned(),
            work_tree,
        });
    }
    let path = parent.join(name);
    for taken in [&path, &certificate::path_of(&path)] {
        match taken.symlink_metadata() {
            Ok(_) => return Err(TargetError::Exists(taken.clone())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(TargetError::at(taken)(error)),
        }
    }
    Ok(path)
}

/// The git work tree that a directory is in: one with a `.git`, be it a directory, a file (worktrees, submodules) or a link.
fn work_tree(directory: &Path) -> Result<Option<PathBuf>, TargetError> {
    for above in directory.ancestors() {
        let git = above.join(".git");
        match git.symlink_metadata() {
            Ok(_) => return Ok(Some(above.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // A directory that may be entered but not looked into may be a work tree.
            Err(error) => return Err(TargetError::at(&git)(error)),
        }
    }
    Ok(None)
}

/// A file or directory that was written, as it can be known again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    pub(super) path: PathBuf,
    device: u64,
    inode: u64,
    /// Nanoseconds after 1970, where the file system tells: an inode's number is used again when its file is gone.
    created: Option<u64>,
    /// Once it is complete.
    pub(super) sha256: Option<String>,
}

/// What is now where something was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Same,
    Gone,
    Other,
}

impl Written {
    pub(super) fn new(path: &Path, metadata: &Metadata) -> Written {
        Written {
            path: path.to_owned(),
            device: metadata.dev(),
            inode: metadata.ino(),
            created: created(metadata),
            sha256: None,
        }
    }

    /// Whether it is still there. Symbolic links are not followed.
    pub(super) fn presence(&self) -> io::Result<Presence> {
        let found = match self.path.symlink_metadata() {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Presence::Gone),
            Err(error) => return Err(error),
        };
        if (found.dev(), found.ino()) != (self.device, self.inode) {
            return Ok(Presence::Other);
        }
        let is_same = match (self.created, created(&found), &self.sha256) {
            (Some(one), Some(other), _) => one == other,
            (_, _, Some(sha256)) => Content::of(&self.path)?.sha256 == *sha256,
            _ => false,
        };
        Ok(if is_same { Presence::Same } else { Presence::Other })
    }

    /// Removes it if it is still what was written.
    pub(super) fn remove(&self) -> io::Result<Presence> {
        let presence = self.presence()?;
        if presence == Presence::Same {
            match self.path.symlink_metadata()?.is_dir() {
                true => std::fs::remove_dir_all(&self.path)?,
                false => std::fs::remove_file(&self.path)?,
            }
        }
        Ok(presence)
    }
}

fn created(metadata: &Metadata) -> Option<u64> {
    let since = metadata.created().ok()?.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}

/// A dump in the making: removed on drop, unless it is kept.
#[derive(Debug)]
pub(super) struct Unfinished {
    written: Written,
    is_kept: bool,
}

impl Unfinished {
    /// A new file, 0600.
    pub(super) fn file(path: &Path) -> Result<(Unfinished, File), TargetError> {
        let file = File::options().write(true).create_new(true).mode(0o600).open(path);
        let file = file.map_err(TargetError::at(path))?;
        let metadata = file.metadata().map_err(TargetError::at(path))?;
        Ok((Unfinished::of(Written::new(path, &metadata)), file))
    }

    /// A new directory, 0700.
    pub(super) fn directory(path: &Path) -> Result<Unfinished, TargetError> {
        DirBuilder::new()
            .mode(0o700)
            .create(path)
            .map_err(TargetError::at(path))?;
        let metadata = path.symlink_metadata().map_err(TargetError::at(path))?;
        Ok(Unfinished::of(Written::new(path, &metadata)))
    }

    pub(super) fn of(written: Written) -> Unfinished {
        Unfinished {
            written,
            is_kept: false,
        }
    }

    pub(super) fn written(&self) -> &Written {
        &self.written
    }

    /// Takes the modes of a directory's files back to 0600, has the disk hold it, and says what it holds.
    pub(super) fn complete(&mut self) -> Result<Content, TargetError> {
        let path = self.written.path.clone();
        if path.is_dir() {
            for entry in std::fs::read_dir(&path).map_err(TargetError::at(&path))? {
                let file = entry.map_err(TargetError::at(&path))?.path();
                std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600))
                    .and_then(|()| File::open(&file)?.sync_all())
                    .map_err(TargetError::at(&file))?;
            }
        }
        File::open(&path)
            .and_then(|file| file.sync_all())
            .map_err(TargetError::at(&path))?;
        let content = Content::of(&path).map_err(TargetError::at(&path))?;
        self.written.sha256 = Some(content.sha256.clone());
        Ok(content)
    }

    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.is_kept
            && let Err(error) = self.remove()
        {
            eprintln!("pgveil: {} could not be removed: {error}", self.written.path.display());
        }
    }
}

impl Unfinished {
    /// This process made it a moment ago, so its number tells enough.
    fn remove(&self) -> io::Result<()> {
        let found = self.written.path.symlink_metadata()?;
        if (found.dev(), found.ino()) != (self.written.device, self.written.inode) {
            return Err(io::Error::other("something else is there"));
        }
        match found.is_dir() {
            true => std::fs::remove_dir_all(&self.written.path),
            false => std::fs::remove_file(&self.written.path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_has_database_date_and_time() {
        let now = UNIX_EPOCH + std::time::Duration::from_secs(1_738_367_999);
        let path = dated("my/shop", DumpFormat::Custom, now);
        assert_eq!(path, std::env::temp_dir().join("pgveil-my_shop-20250131T235959Z.dump"));
    }

    #[test]
    fn a_work_tree_is_found_from_below_and_through_links() {
        let root = std::env::temp_dir().join(format!("pgveil-target-{}", std::process::id()));
        let tree = root.join("tree");
        std::fs::create_dir_all(tree.join("deep/er")).unwrap();
        std::fs::write(tree.join(".git"), "gitdir: elsewhere\n").unwrap();
        std::os::unix::fs::symlink(tree.join("deep"), root.join("link")).unwrap();
        for inside in ["tree/x", "tree/deep/er/x", "link/x", "link/er/../x"] {
            let error = allowed(&root.join(inside)).unwrap_err();
            let TargetError::WorkTree { work_tree, .. } = error else {
                panic!("{inside}: {error}");
            };
            assert_eq!(work_tree, tree.canonicalize().unwrap());
        }
        let path = allowed(&root.join("x")).unwrap();
        std::os::unix::fs::symlink("/nonexistent", &path).unwrap();
        assert!(matches!(allowed(&path), Err(TargetError::Exists(_))));
        assert!(matches!(Unfinished::file(&path), Err(TargetError::Exists(_))));
        assert!(matches!(allowed(&root.join("..")), Err(TargetError::NoName(_))));
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn what_was_written_is_known_again() {
        let path = std::env::temp_dir().join(format!("pgveil-written-{}", std::process::id()));
        let (unfinished, _) = Unfinished::file(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let written = unfinished.written().clone();
        assert_eq!(written.presence().unwrap(), Presence::Same);
        drop(unfinished);
        assert_eq!(written.remove().unwrap(), Presence::Gone);
        std::fs::write(&path, "another's").unwrap();
        assert_eq!(written.remove().unwrap(), Presence::Other);
        assert!(path.exists());
        std::fs::remove_file(path).unwrap();
    }
}
