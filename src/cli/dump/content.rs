//! What a dump holds, as a hash: of a file its SHA-256; of a directory the SHA-256 of what
//! `sha256sum` prints of its files in the order of their names.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

/// Hash and size of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    /// 64 hexadecimal digits.
    pub(super) sha256: String,
    /// Of all files together.
    pub(super) bytes: u64,
}

impl fmt::Display for Content {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} bytes of SHA-256 {}", self.bytes, self.sha256)
    }
}

/// Hashes what goes by.
#[derive(Debug, Clone, Default)]
pub(super) struct Hasher {
    digest: Sha256,
    bytes: u64,
}

impl Hasher {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    pub(super) fn finish(self) -> Content {
        let digest: [u8; 32] = self.digest.finalize().into();
        Content {
            sha256: hexadecimal(&digest),
            bytes: self.bytes,
        }
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Content {
    /// Of a file, or of the files of a directory.
    ///
    /// # Errors
    /// If it cannot be read, is neither, or is a directory that holds anything but files: pg_dump writes none such.
    pub(super) fn of(path: &Path) -> io::Result<Content> {
        let kind = std::fs::metadata(path)?;
        if kind.is_dir() {
            Content::of_directory(path)
        } else if kind.is_file() {
            Content::of_file(path)
        } else {
            Err(io::Error::other("it is neither a file nor a directory"))
        }
    }

    fn of_file(path: &Path) -> io::Result<Content> {
        let mut file = File::open(path)?;
        let mut hasher = Hasher::default();
        let mut buffer = vec![0; 256 << 10];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(hasher.finish()),
                length => hasher.update(&buffer[..length]),
            }
        }
    }

    fn of_directory(path: &Path) -> io::Result<Content> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let name = entry.file_name().into_string();
            match name {
                Ok(name) if entry.file_type()?.is_file() => files.push(name),
                Ok(name) => return Err(io::Error::other(format!("{name} in it is no file"))),
                Err(_) => return Err(io::Error::other("a file in it has a name that is not UTF-8")),
            }
        }
        files.sort_unstable();
        let (mut list, mut bytes) = (Hasher::default(), 0);
        for name in files {
            let file = Content::of_file(&path.join(&name))?;
            list.update(format!("{}  {name}\n", file.sha256).as_bytes());
            bytes += file.bytes;
        }
        Ok(Content { bytes, ..list.finish() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_its_files_and_their_names() {
        let directory = std::env::temp_dir().join(format!("pgveil-content-{}", std::process::id()));
        std::fs::create_dir(&directory).unwrap();
        std::fs::write(directory.join("b"), "two").unwrap();
        std::fs::write(directory.join("a"), "one").unwrap();
        let content = Content::of(&directory).unwrap();
        assert_eq!(content.bytes, 6);
        std::fs::rename(directory.join("b"), directory.join("c")).unwrap();
        assert_ne!(Content::of(&directory).unwrap(), content);
        std::fs::create_dir(directory.join("d")).unwrap();
        assert!(Content::of(&directory).is_err());
        // FIPS 180-2, appendix B.1.
        std::fs::write(directory.join("a"), "abc").unwrap();
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Content::of(&directory.join("a")).unwrap().sha256, abc);
        std::fs::remove_dir_all(directory).unwrap();
    }
}
