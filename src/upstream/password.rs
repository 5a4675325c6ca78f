//! Where the upstream password comes from: environment, file, or libpq's password file
//! (PostgreSQL docs, "The Password File").

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use super::url::{Host, UpstreamTarget};

/// Passwords are far shorter; a larger file is not a password file.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Socket directories that `localhost` in a password file stands for: PostgreSQL's and Debian's default.
const DEFAULT_SOCKET_DIRECTORIES: &[&str] = &["/tmp", "/var/run/postgresql", "/run/postgresql"];

/// Where the password comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PasswordSource {
    /// As libpq: `PGPASSWORD`, else the password file (`passfile`, `PGPASSFILE`, `~/.pgpass`).
    #[default]
    Libpq,
    /// This environment variable; not being set is an error.
    Environment(String),
    /// The first line of this file, which only its owner may read.
    File(PathBuf),
}

/// Why no password could be had from its source.
#[derive(Debug, Error)]
pub enum PasswordError {
    /// The variable is not set, is empty, or is not UTF-8.
    #[error("environment variable {0}, which should hold the upstream password, is not set")]
    NoVariable(String),
    /// The file cannot be read.
    #[error("cannot read password file {path}: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others may read the file.
    #[error("password file {0} can be read by group or others; run: chmod 0600 {0}")]
    Permissions(PathBuf),
    /// Not a regular file, too large, or not UTF-8.
    #[error("{path} is not a password file: {reason}")]
    NotAPasswordFile {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
}

/// The password for this user and database, if its source has one. Read anew for each connection, so that a
/// changed password needs no restart.
pub(super) fn find(
    target: &UpstreamTarget,
    user: &str,
    database: &str,
) -> Result<Option<Zeroizing<String>>, PasswordError> {
    match &target.password {
        PasswordSource::Environment(name) => match variable(name) {
            Some(password) => Ok(Some(password)),
            None => Err(PasswordError::NoVariable(name.clone())),
        },
        PasswordSource::File(path) => {
            let content = read(path)?;
            let line = content.lines().next().unwrap_or_default();
            Ok(Some(Zeroizing::new(line.to_owned())))
        }
        PasswordSource::Libpq => match variable("PGPASSWORD") {
            Some(password) => Ok(Some(password)),
            None => from_passfile(target, user, database),
        },
    }
}

fn variable(name: &str) -> Option<Zeroizing<String>> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.is_empty())
        .map(Zeroizing::new)
}

fn from_passfile(
    target: &UpstreamTarget,
    user: &str,
    database: &str,
) -> Result<Option<Zeroizing<String>>, PasswordError> {
    let named = target
        .passfile
        .clone()
        .or_else(|| std::env::var_os("PGPASSFILE").map(PathBuf::from));
    let default = || {
        std::env::home_dir()
            .map(|home| home.join(".pgpass"))
            .filter(|path| path.exists())
    };
    let Some(path) = named.or_else(default) else {
        return Ok(None);
    };
    let content = read(&path)?;
    let port = target.port.to_string();
    let socket;
    let hosts = match &target.host {
        Host::Tcp(host) => vec![host.as_str()],
        Host::Unix(directory) => {
            socket = directory.to_string_lossy();
            let is_default = DEFAULT_SOCKET_DIRECTORIES.contains(&socket.as_ref());
            if is_default {
                vec![socket.as_ref(), "localhost"]
            } else {
                vec![socket.as_ref()]
            }
        }
    };
    Ok(content.lines().find_map(|line| {
        hosts
            .iter()
            .find_map(|host| password_in(line, [host, &port, database, user]))
    }))
}

/// The password of one line of a password file if its four fields match.
fn password_in(line: &str, wanted: [&str; 4]) -> Option<Zeroizing<String>> {
    if line.starts_with('#') {
        return None;
    }
    let mut rest = line.strip_suffix('\r').unwrap_or(line);
    for wanted in wanted {
        let (field, after, is_bare) = next_field(rest)?;
        let matches = (is_bare && field == "*") || field == wanted;
        if !matches {
            return None;
        }
        rest = after;
    }
    // libpq reads the password to the end of the line or to an unescaped colon.
    let mut password = Zeroizing::new(String::with_capacity(rest.len()));
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        match character {
            ':' => break,
            '\\' => password.extend(characters.next()),
            other => password.push(other),
        }
    }
    Some(password)
}

/// Field up to the next unescaped colon, without its backslashes; what follows; whether nothing was escaped.
fn next_field(text: &str) -> Option<(String, &str, bool)> {
    let (mut field, mut is_bare) = (String::new(), true);
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            ':' => return Some((field, &text[at + 1..], is_bare)),
            '\\' => {
                is_bare = false;
                field.extend(characters.next().map(|(_, escaped)| escaped));
            }
            other => field.push(other),
        }
    }
    None
}

fn read(path: &Path) -> Result<Zeroizing<String>, PasswordError> {
    let failed = |source| PasswordError::Read {
        path: path.to_owned(),
        source,
    };
    let not = |reason| PasswordError::NotAPasswordFile {
        path: path.to_owned(),
        reason,
    };
    // Opened first: what is checked is what is read.
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(not("not a regular file"));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(PasswordError::Permissions(path.to_owned()));
    }
    if metadata.len() > FILE_BYTES_MAX {
        return Err(not("too large"));
    }
    // Sized ahead, so that growing leaves no copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(metadata.len() as usize + 1));
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    String::from_utf8(std::mem::take(&mut *bytes))
        .map(Zeroizing::new)
        .map_err(|error| {
            error.into_bytes().zeroize();
            not("not UTF-8")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Option<String> {
        password_in(line, ["db.internal", "5432", "app", "reader"]).map(|password| password.to_string())
    }

    #[test]
    fn lines_match_by_field_or_star() {
        assert_eq!(found("db.internal:5432:app:reader:s3cret").as_deref(), Some("s3cret"));
        assert_eq!(found("*:*:*:*:s3cret\r").as_deref(), Some("s3cret"));
        assert_eq!(found("other:5432:app:reader:s3cret"), None);
        assert_eq!(found("db.internal:5433:app:reader:s3cret"), None);
        assert_eq!(found("db.internal:5432:app:readers:s3cret"), None);
        assert_eq!(found("# db.internal:5432:app:reader:s3cret"), None);
        assert_eq!(found("db.internal:5432:app"), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn colons_and_backslashes_are_escaped() {
        assert_eq!(found(r"*:*:*:*:a\:b\\c").as_deref(), Some(r"a:b\c"));
        assert_eq!(found(r"*:*:*:*:a:b").as_deref(), Some("a"));
        let line = r"\:\:1:5432:a\\b:reader:s3cret";
        assert_eq!(
            password_in(line, ["::1", "5432", r"a\b", "reader"]).unwrap().as_str(),
            "s3cret"
        );
        assert_eq!(password_in(r"\*:1:d:u:p", ["h", "1", "d", "u"]), None);
        assert_eq!(password_in(r"\*:1:d:u:p", ["*", "1", "d", "u"]).unwrap().as_str(), "p");
    }

    #[test]
    fn only_the_owner_may_read_the_file() {
        let path = std::env::temp_dir().join(format!("pgveil-password-{}", std::process::id()));
        std::fs::write(&path, "first line\nsecond").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        let mut target = UpstreamTarget::parse("postgres://h/x").unwrap();
        target.password = PasswordSource::File(path.clone());
        let refused = find(&target, "u", "d").unwrap_err();
        assert!(refused.to_string().contains("chmod 0600"));
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(find(&target, "u", "d").unwrap().unwrap().as_str(), "first line");
        std::fs::write(&path, "h:5432:d:u:for the socket\n").unwrap();
        (target.password, target.passfile) = (PasswordSource::Libpq, Some(path.clone()));
        if std::env::var_os("PGPASSWORD").is_none() {
            assert_eq!(find(&target, "u", "d").unwrap().unwrap().as_str(), "for the socket");
            assert!(find(&target, "v", "d").unwrap().is_none());
        }
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_missing_source_is_an_error() {
        let mut target = UpstreamTarget::parse("postgres://h/x").unwrap();
        target.password = PasswordSource::Environment("PGVEIL_NO_SUCH_VARIABLE".to_owned());
        assert!(matches!(find(&target, "u", "d"), Err(PasswordError::NoVariable(_))));
        target.password = PasswordSource::File(PathBuf::from("/nonexistent/password"));
        assert!(matches!(find(&target, "u", "d"), Err(PasswordError::Read { .. })));
    }
}
