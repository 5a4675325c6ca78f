//! Where PostgreSQL's programs are.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::ClusterError;

/// The directories that PostgreSQL's programs are taken from: the server's own first, so that client programs
/// match the server where both are installed.
#[derive(Clone, Debug)]
pub struct Binaries {
    directories: Vec<PathBuf>,
}

impl Binaries {
    /// Looks in `PGVEIL_PG_BIN` (a list like PATH), where `pg_config` points, in Debian's versioned directories
    /// newest first, and in PATH. The first directory with `initdb` and `postgres` is the server's.
    pub fn find() -> Result<Binaries, ClusterError> {
        let mut directories = path_list("PGVEIL_PG_BIN");
        directories.extend(pg_config());
        directories.extend(versioned(Path::new("/usr/lib/postgresql")));
        directories.extend(path_list("PATH"));
        Binaries::among(directories)
    }

    /// As [`Binaries::find`], in these directories only.
    pub fn among(mut directories: Vec<PathBuf>) -> Result<Binaries, ClusterError> {
        let server = directories
            .iter()
            .position(|dir| dir.join("initdb").is_file() && dir.join("postgres").is_file())
            .ok_or_else(|| ClusterError::NotInstalled {
                program: "initdb".to_owned(),
            })?;
        let server = directories.remove(server);
        directories.insert(0, server);
        Ok(Binaries { directories })
    }

    /// The directory of the server's programs.
    pub fn server_dir(&self) -> &Path {
        &self.directories[0]
    }

    /// The full path of one program.
    pub fn path(&self, program: &str) -> Result<PathBuf, ClusterError> {
        self.directories
            .iter()
            .map(|dir| dir.join(program))
            .find(|path| path.is_file())
            .ok_or_else(|| ClusterError::NotInstalled {
                program: program.to_owned(),
            })
    }
}

fn path_list(variable: &str) -> Vec<PathBuf> {
    std::env::var_os(variable)
        .map(|list| std::env::split_paths(&list).filter(|dir| dir.is_absolute()).collect())
        .unwrap_or_default()
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let dir = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(dir.trim_end()))
}

/// `root/15/bin` and its neighbours, the newest version first.
fn versioned(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root) else {
        return Vec::new();
    };
    let mut versions: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, dir)| dir).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_says_what_to_install() {
        let error = Binaries::among(vec![PathBuf::from("/nonexistent")]).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("initdb") && text.contains("apt-get install"), "{text}");
    }

    #[test]
    fn versions_are_ordered_as_numbers() {
        let dir = std::env::temp_dir().join(format!("pgveil-versions-{}", std::process::id()));
        for version in ["9", "15", "17", "common"] {
            std::fs::create_dir_all(dir.join(version)).unwrap();
        }
        let found = versioned(&dir);
        std::fs::remove_dir_all(&dir).unwrap();
        let expected: Vec<PathBuf> = ["17", "15", "9"]
            .iter()
            .map(|version| dir.join(version).join("bin"))
            .collect();
        assert_eq!(found, expected);
    }
}
