//! `pgveil key`: makes a masking key, and tells the public part of one.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::dump::certificate::Signer;
use crate::mask::{Keys, KeysError};

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Overwriting a key would change every masked value for good.
    #[error("{0} is there already, and a key is never overwritten: values masked under it could not be matched again")]
    Exists(PathBuf),
    /// The file could not be written.
    #[error("cannot write {0}: {1}")]
    Write(PathBuf, io::Error),
    /// No randomness.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// Arguments of `pgveil key`.
#[derive(Debug, clap::Args)]
pub struct KeyArgs {
    /// The key file to make.
    #[arg(value_name = "FILE", default_value = "pgveil.key")]
    pub path: PathBuf,
    /// Make nothing: print the public key, with which anyone can verify the certificates of dumps.
    #[arg(long)]
    pub public: bool,
}

/// Makes a key and prints its public identifier. Exit code 1: no key was made.
pub fn run(args: &KeyArgs) -> ExitCode {
    if args.public {
        return match public(&args.path) {
            Ok(public_key) => {
                println!("{public_key}");
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("pgveil: {error}");
                ExitCode::FAILURE
            }
        };
    }
    match make(&args.path) {
        Ok(id) => {
            println!(
                "{}: key {id}; keep a copy in a safe place: without it, values cannot be masked the same way again",
                args.path.display()
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("pgveil: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The public key of the certificates that are signed under an existing masking key.
fn public(path: &Path) -> Result<String, String> {
    let keys = Keys::from_file(path).map_err(|error| error.to_string())?;
    Ok(Signer::of(&keys)?.public_key())
}

/// Writes a new key file that its owner alone may read; returns the key's public identifier.
///
/// # Errors
/// If the file is there already, cannot be written, or the system gives no randomness.
pub fn make(path: &Path) -> Result<String, KeyError> {
    let content = Keys::generate()?;
    let cannot = |error| KeyError::Write(path.to_path_buf(), error);
    // create_new: checked and created in one step, so that nothing can slip in between.
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => KeyError::Exists(path.to_path_buf()),
            _ => cannot(error),
        })?;
    file.write_all(content.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(cannot)?;
    Ok(Keys::from_file(path)?.key_id())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_private_and_never_overwritten() {
        let path = std::env::temp_dir().join(format!("pgveil-key-{}", std::process::id()));
        let id = make(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(matches!(make(&path), Err(KeyError::Exists(_))));
        assert_eq!(Keys::from_file(&path).unwrap().key_id(), id);
        fs::remove_file(&path).unwrap();
    }
}
