//! The masking secret and the keys derived from it.
//!
//! secret --HKDF-SHA256--> one key a domain --HKDF-SHA256--> one AES-128 key a purpose (a kind of mask) in that domain.
//! So two kinds of mask never share a key, and no key tells anything about another (RFC 5869).

use std::fmt;
use std::path::Path;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::prf::{BLOCK_BYTES, Prf};

/// Bytes of the masking secret.
const SECRET_BYTES: usize = 32;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The key file cannot be read.
    #[error("cannot read the key file {path}: {source}")]
    Unreadable {
        /// Where it was looked for.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The key file holds something else.
    #[error("the key file {path} must hold 32 raw bytes or 64 hexadecimal digits; make one with `pgveil key`")]
    Malformed {
        /// Which file.
        path: String,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    NoRandomness(getrandom::Error),
}

/// The masking secret: 32 bytes, wiped from memory when dropped, never printed.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Keys {
    secret: [u8; SECRET_BYTES],
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Keys({})", self.key_id())
    }
}

impl Keys {
    /// Reads a key file: 32 raw bytes, or 64 hexadecimal digits and a newline.
    pub fn from_file(path: &Path) -> Result<Keys, KeysError> {
        let content = std::fs::read(path)
            .map(Zeroizing::new)
            .map_err(|source| KeysError::Unreadable {
                path: path.display().to_string(),
                source,
            })?;
        Keys::from_content(&content).ok_or_else(|| KeysError::Malformed {
            path: path.display().to_string(),
        })
    }

    /// Reads the content of a key file.
    pub fn from_content(content: &[u8]) -> Option<Keys> {
        if let Ok(secret) = content.try_into() {
            return Some(Keys { secret });
        }
        let digits = content.trim_ascii_end();
        if digits.len() != SECRET_BYTES * 2 {
            return None;
        }
        let mut keys = Keys {
            secret: [0; SECRET_BYTES],
        };
        for (byte, pair) in keys.secret.iter_mut().zip(digits.as_chunks::<2>().0) {
            let value = |digit: u8| char::from(digit).to_digit(16);
            *byte = (value(pair[0])? << 4 | value(pair[1])?) as u8;
        }
        Some(keys)
    }

    /// The content of a new key file: 64 hexadecimal digits and a newline, from the system's random source.
    pub fn generate() -> Result<Zeroizing<String>, KeysError> {
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        getrandom::fill(&mut *secret).map_err(KeysError::NoRandomness)?;
        // Allocated once, so that no copy is left behind by growing.
        let mut content = Zeroizing::new(String::with_capacity(SECRET_BYTES * 2 + 1));
        for byte in *secret {
            for digit in [byte >> 4, byte & 15] {
                content.extend(char::from_digit(digit.into(), 16));
            }
        }
        content.push('\n');
        Ok(content)
    }

    /// Keys for a process without a key file, which masks nothing.
    pub fn random() -> Result<Keys, KeysError> {
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        getrandom::fill(&mut *secret).map_err(KeysError::NoRandomness)?;
        Ok(Keys { secret: *secret })
    }

    /// A short public identifier of the secret, for logs and manifests: it tells keys apart and nothing about them.
    pub fn key_id(&self) -> String {
        let mut id = [0; 8];
        expand(&self.secret, &[b"pgveil key id v1"], &mut id);
        id.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The seed of the Ed25519 key (RFC 8032) that signs the certificates of dumps.
    pub fn signing_seed(&self) -> Zeroizing<[u8; SECRET_BYTES]> {
        let mut seed = Zeroizing::new([0; SECRET_BYTES]);
        expand(&self.secret, &[b"pgveil dump certificate v1"], &mut *seed);
        seed
    }

    /// The seed of the Ed25519 key (RFC 8032) that signs the checkpoints of the session log.
    pub fn log_signing_seed(&self) -> Zeroizing<[u8; SECRET_BYTES]> {
        let mut seed = Zeroizing::new([0; SECRET_BYTES]);
        expand(&self.secret, &[b"pgveil session log v1"], &mut *seed);
        seed
    }

    /// The key of a domain: columns of one domain get equal masked values for equal values.
    pub fn domain(&self, name: &str) -> DomainKey {
        let mut key = DomainKey { key: [0; SECRET_BYTES] };
        expand(&self.secret, &[b"pgveil domain v1:", name.as_bytes()], &mut key.key);
        key
    }
}

/// The key of one domain.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct DomainKey {
    key: [u8; SECRET_BYTES],
}

impl fmt::Debug for DomainKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DomainKey(..)")
    }
}

impl DomainKey {
    /// The function for one purpose in this domain.
    pub(super) fn prf(&self, purpose: &str) -> Prf {
        let mut key = Zeroizing::new([0; BLOCK_BYTES]);
        expand(&self.key, &[b"pgveil purpose v1:", purpose.as_bytes()], &mut *key);
        Prf::new(&key)
    }
}

fn expand(secret: &[u8], info: &[&[u8]], out: &mut [u8]) {
    // Fails only for more than 255 hashes of output; no caller asks for more than one.
    let expanded = Hkdf::<Sha256>::new(None, secret).expand_multi_info(info, out);
    debug_assert!(expanded.is_ok());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_files_are_raw_or_hexadecimal() {
        let raw = Keys::from_content(&[0xab; 32]).expect("raw");
        let hex = Keys::from_content(format!("{}\n", "aB".repeat(32)).as_bytes()).expect("hex");
        assert_eq!(raw.key_id(), hex.key_id());
        for broken in [&b""[..], &[b'a'; 31], &[b'a'; 63], &[b'g'; 64], &[b'a'; 66]] {
            assert!(Keys::from_content(broken).is_none());
        }
    }

    #[test]
    fn generated_keys_differ_and_read_back() {
        let (one, two) = (Keys::generate().expect("random"), Keys::generate().expect("random"));
        assert_ne!(*one, *two);
        assert_eq!(one.len(), 65);
        assert!(Keys::from_content(one.as_bytes()).is_some());
    }

    #[test]
    fn domains_and_purposes_are_apart() {
        let keys = Keys::from_content(&[1; 32]).expect("raw");
        let tag = |domain: &str, purpose: &str| keys.domain(domain).prf(purpose).tag(b"x");
        assert_ne!(tag("a", "email"), tag("b", "email"));
        assert_ne!(tag("a", "email"), tag("a", "phone"));
        assert_eq!(tag("a", "email"), tag("a", "email"));
    }

    #[test]
    fn nothing_secret_is_printed() {
        let keys = Keys::from_content(&[0x5a; 32]).expect("raw");
        assert!(!format!("{keys:?} {:?}", keys.domain("d")).contains("5a5a"));
    }
}
