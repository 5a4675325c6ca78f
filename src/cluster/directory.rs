//! The temporary directory of one cluster.

use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::ClusterError;
use super::account::Account;

/// A fresh directory, removed on drop, that belongs to the user the server runs as.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) path: PathBuf,
    /// The user to become, when this process is root.
    pub(super) account: Option<Account>,
}

impl Directory {
    pub(super) fn create() -> Result<Directory, ClusterError> {
        let path = fresh(&std::env::temp_dir())?;
        // What root creates belongs to uid 0: the way to ask without a call into libc.
        let owner = std::fs::metadata(&path).map_err(ClusterError::at(&path))?.uid();
        let mut directory = Directory { path, account: None };
        if owner == 0 {
            let account = Account::unprivileged()?;
            directory.account = Some(account);
            directory.own(&directory.path)?;
        }
        Ok(directory)
    }

    /// A subdirectory that only the server's user may enter, as PostgreSQL demands of its data directory.
    pub(super) fn subdirectory(&self, name: &str) -> Result<PathBuf, ClusterError> {
        let path = self.path.join(name);
        private_dir(&path).map_err(ClusterError::at(&path))?;
        self.own(&path)?;
        Ok(path)
    }

    /// Writes a file that only the server's user may read.
    pub(super) fn write(&self, path: &Path, content: &[u8]) -> Result<(), ClusterError> {
        std::fs::write(path, content).map_err(ClusterError::at(path))?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(ClusterError::at(path))?;
        self.own(path)
    }

    /// Copies a data directory, giving every part of it to the server's user.
    pub(super) fn copy_tree(&self, from: &Path, to: &Path) -> Result<(), ClusterError> {
        private_dir(to).map_err(ClusterError::at(to))?;
        self.own(to)?;
        for entry in std::fs::read_dir(from).map_err(ClusterError::at(from))? {
            let entry = entry.map_err(ClusterError::at(from))?;
            let target = to.join(entry.file_name());
            if entry.file_type().map_err(ClusterError::at(from))?.is_dir() {
                self.copy_tree(&entry.path(), &target)?;
            } else {
                std::fs::copy(entry.path(), &target).map_err(ClusterError::at(&target))?;
                self.own(&target)?;
            }
        }
        Ok(())
    }

    fn own(&self, path: &Path) -> Result<(), ClusterError> {
        match self.account {
            Some(Account { uid, gid }) => chown(path, Some(uid), Some(gid)).map_err(ClusterError::at(path)),
            None => Ok(()),
        }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // The watchdog may have been quicker; what neither can remove is the temporary directory's to keep.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

fn private_dir(path: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

/// Creates a directory, for its owner alone, of a name nobody can foresee; never takes what is already there.
pub fn fresh(parent: &Path) -> Result<PathBuf, ClusterError> {
    loop {
        let mut random = [0; 6];
        getrandom::fill(&mut random).map_err(|error| ClusterError::Io {
            what: "drawing a random name".to_owned(),
            source: error.into(),
        })?;
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = parent.join(format!("pgveil-{name}"));
        match private_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(ClusterError::at(&path)(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_private_and_gone_after_drop() {
        let directory = Directory::create().unwrap();
        let path = directory.path.clone();
        let data = directory.subdirectory("data").unwrap();
        directory.write(&data.join("PG_VERSION"), b"15\n").unwrap();
        directory.copy_tree(&data, &path.join("copy")).unwrap();
        let mode = std::fs::metadata(path.join("copy")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert_eq!(std::fs::read(path.join("copy/PG_VERSION")).unwrap(), b"15\n");
        drop(directory);
        assert!(!path.exists());
    }
}
