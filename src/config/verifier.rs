//! SCRAM-SHA-256 verifiers as Postgres stores them in `pg_authid.rolpassword`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Fewest iterations taken: what RFC 7677 section 4 asks for.
pub const ITERATIONS_MIN: u32 = 4096;
/// Most iterations taken, so that a slip in the config cannot make each login cost minutes.
pub const ITERATIONS_MAX: u32 = 10_000_000;

/// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>` (PostgreSQL docs, `pg_authid`; RFC 5803).
#[derive(Clone, PartialEq, Eq)]
pub struct ScramVerifier {
    /// PBKDF2 iterations, [`ITERATIONS_MIN`] to [`ITERATIONS_MAX`].
    pub iterations: u32,
    /// Salt, at least one byte.
    pub salt: Vec<u8>,
    /// H(HMAC(SaltedPassword, "Client Key")).
    pub stored_key: [u8; 32],
    /// HMAC(SaltedPassword, "Server Key").
    pub server_key: [u8; 32],
}

/// Why a text is no verifier. Never quotes the text: it may be a password written in the wrong place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifierError {
    /// The shape as a whole.
    #[error("is not of the form SCRAM-SHA-256$iterations:salt$stored_key:server_key")]
    Form,
    /// Iterations.
    #[error("needs {ITERATIONS_MIN} to {ITERATIONS_MAX} iterations")]
    Iterations,
    /// Salt.
    #[error("has a salt that is not base64 or is empty")]
    Salt,
    /// One of the keys.
    #[error("has a key that is not 32 bytes in base64")]
    Key,
}

impl ScramVerifier {
    /// Parses the stored form.
    pub fn parse(text: &str) -> Result<Self, VerifierError> {
        let rest = text.strip_prefix("SCRAM-SHA-256$").ok_or(VerifierError::Form)?;
        let (head, keys) = rest.split_once('$').ok_or(VerifierError::Form)?;
        let (iterations, salt) = head.split_once(':').ok_or(VerifierError::Form)?;
        let (stored_key, server_key) = keys.split_once(':').ok_or(VerifierError::Form)?;
        let iterations = iterations.parse().map_err(|_| VerifierError::Iterations)?;
        if !(ITERATIONS_MIN..=ITERATIONS_MAX).contains(&iterations) {
            return Err(VerifierError::Iterations);
        }
        let salt = STANDARD.decode(salt).map_err(|_| VerifierError::Salt)?;
        if salt.is_empty() {
            return Err(VerifierError::Salt);
        }
        let key = |text: &str| -> Result<[u8; 32], VerifierError> {
            let bytes = STANDARD.decode(text).map_err(|_| VerifierError::Key)?;
            bytes.try_into().map_err(|_| VerifierError::Key)
        };
        Ok(ScramVerifier {
            iterations,
            salt,
            stored_key: key(stored_key)?,
            server_key: key(server_key)?,
        })
    }
}

impl fmt::Debug for ScramVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A verifier is good for an offline guess at the password: it stays out of logs.
        write!(formatter, "ScramVerifier({} iterations)", self.iterations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_postgres_stores_is_taken() {
        let text = postgres_protocol::password::scram_sha_256(b"secret");
        let verifier = ScramVerifier::parse(&text).unwrap();
        assert_eq!(verifier.iterations, 4096);
        assert_eq!(verifier.salt.len(), 16);
        assert_eq!(format!("{verifier:?}"), "ScramVerifier(4096 iterations)");
    }

    #[test]
    fn anything_else_is_refused() {
        let text = postgres_protocol::password::scram_sha_256(b"secret");
        for (broken, error) in [
            ("secret".to_string(), VerifierError::Form),
            (text.replace("$4096:", "$10:"), VerifierError::Iterations),
            (text.replace("$4096:", "$x:"), VerifierError::Iterations),
            (text.replace("$4096:", "$4096:!"), VerifierError::Salt),
            (text[..text.len() - 4].to_string(), VerifierError::Key),
            (format!("{text}AAAA"), VerifierError::Key),
        ] {
            assert_eq!(ScramVerifier::parse(&broken), Err(error));
        }
    }
}
