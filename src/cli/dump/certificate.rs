//! The certificate beside a dump: what was masked, by which rules, out of what; signed.
//!
//! The signed text is the certificate without its `signature`, as JSON without white space and with the names of every
//! object in the order of their bytes (RFC 8785, for the strings, integers and objects that stand in it). Ed25519: RFC 8032.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde_json::{Map, Value, json};

use crate::mask::Keys;

use super::content::{Content, hexadecimal};

/// What [`Value`] of `format` stands for this form.
const FORMAT: &str = "pgveil dump certificate 1";
/// A certificate names every masked column; 100,000 of them have about 15 MB.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Why a dump and a certificate do not belong together, or cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub(super) enum VerifyError {
    /// Something cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// The key that was given is none.
    #[error("{0:?} is no public key: 64 hexadecimal digits, as `pgveil key --public` prints them")]
    NoPublicKey(String),
    /// The certificate is not as pgveil writes them.
    #[error("the certificate {} was changed, or is none: {what}", path.display())]
    NotACertificate { path: PathBuf, what: &'static str },
    /// The signature is not that of the text.
    #[error("the certificate {} was changed: its signature is not that of its content", path.display())]
    Signature { path: PathBuf },
    /// Somebody else signed.
    #[error("the certificate {} is signed by another key ({found}), not by {wanted}", path.display())]
    OtherKey {
        path: PathBuf,
        found: String,
        wanted: String,
    },
    /// The dump is not the one that was certified.
    #[error("{} is not the dump that its certificate describes: it has {found}, and should have {wanted}", path.display())]
    OtherDump {
        path: PathBuf,
        found: Content,
        wanted: Content,
    },
}

impl VerifyError {
    /// Whether the answer is no; otherwise there is none.
    pub(super) fn is_mismatch(&self) -> bool {
        !matches!(self, VerifyError::Read { .. } | VerifyError::NoPublicKey(_))
    }
}

/// Where the certificate of a dump is, unless somebody says otherwise.
pub(super) fn path_of(dump: &Path) -> PathBuf {
    let mut name = dump.as_os_str().to_owned();
    name.push(".certificate.json");
    name.into()
}

/// The key that signs, made of the masking key.
pub(in crate::cli) struct Signer(Ed25519KeyPair);

impl Signer {
    pub(in crate::cli) fn of(keys: &Keys) -> Result<Signer, String> {
        Ed25519KeyPair::from_seed_unchecked(&*keys.signing_seed())
            .map(Signer)
            .map_err(|error| format!("no signing key: {error}"))
    }

    /// In hexadecimal digits.
    pub(in crate::cli) fn public_key(&self) -> String {
        hexadecimal(self.0.public_key().as_ref())
    }

    /// The certificate as it is written: the fields, what they are about, and the signature.
    pub(super) fn sign(&self, mut fields: Map<String, Value>) -> String {
        fields.insert("format".to_owned(), FORMAT.into());
        let signed = Value::Object(fields.clone()).to_string();
        let signature = self.0.sign(signed.as_bytes());
        let signature = json!({
            "algorithm": "Ed25519",
            "public_key": self.public_key(),
            "value": hexadecimal(signature.as_ref()),
        });
        fields.insert("signature".to_owned(), signature);
        written(&Value::Object(fields))
    }
}

/// One text for one certificate.
fn written(certificate: &Value) -> String {
    format!("{certificate:#}\n")
}

/// Writes a certificate that only its owner may read, where nothing is yet.
pub(super) fn write(path: &Path, text: &str) -> std::io::Result<File> {
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all())?;
    Ok(file)
}

/// Looks at a dump and its certificate; gives what the certificate says. `public_key`: who must have signed.
pub(super) fn verify(dump: &Path, certificate: &Path, public_key: Option<&str>) -> Result<Value, VerifyError> {
    let public_key = public_key.map(str::to_ascii_lowercase);
    if let Some(key) = public_key
        .as_ref()
        .filter(|key| bytes(key).is_none_or(|bytes| bytes.len() != 32))
    {
        return Err(VerifyError::NoPublicKey(key.clone()));
    }
    let value = read(certificate, public_key.as_deref())?;
    let wanted = || {
        let sha256 = value.get("sha256")?.as_str()?.to_owned();
        let bytes = value.get("bytes")?.as_u64()?;
        Some(Content { sha256, bytes })
    };
    let wanted = wanted().ok_or_else(|| VerifyError::NotACertificate {
        path: certificate.to_owned(),
        what: "it names no hash",
    })?;
    let found = Content::of(dump).map_err(|source| VerifyError::Read {
        path: dump.to_owned(),
        source,
    })?;
    if found == wanted {
        return Ok(value);
    }
    Err(VerifyError::OtherDump {
        path: dump.to_owned(),
        found,
        wanted,
    })
}

/// Reads a certificate and checks its signature.
fn read(path: &Path, public_key: Option<&str>) -> Result<Value, VerifyError> {
    let unreadable = |source| VerifyError::Read {
        path: path.to_owned(),
        source,
    };
    let not = |what| VerifyError::NotACertificate {
        path: path.to_owned(),
        what,
    };
    if std::fs::metadata(path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(not("it is too large"));
    }
    let content = std::fs::read(path).map_err(unreadable)?;
    let value: Value = serde_json::from_slice(&content).map_err(|_| not("it is not JSON"))?;
    // Two readers might make two things of a name that stands twice.
    if written(&value).as_bytes() != content {
        return Err(not("it is not as pgveil writes it"));
    }
    let Value::Object(mut fields) = value.clone() else {
        return Err(not("it is no object"));
    };
    if fields.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(not("it is of no form that this pgveil knows"));
    }
    let signature = fields.remove("signature").unwrap_or_default();
    let field = |name: &str| signature.get(name).and_then(Value::as_str);
    let (Some("Ed25519"), Some(signer), Some(signed)) = (field("algorithm"), field("public_key"), field("value"))
    else {
        return Err(not("it is not signed"));
    };
    if let Some(wanted) = public_key.filter(|wanted| *wanted != signer) {
        return Err(VerifyError::OtherKey {
            path: path.to_owned(),
            found: signer.to_owned(),
            wanted: wanted.to_owned(),
        });
    }
    let (Some(key), Some(signature)) = (bytes(signer), bytes(signed)) else {
        return Err(not("its signature is not in hexadecimal digits"));
    };
    UnparsedPublicKey::new(&ED25519, key)
        .verify(Value::Object(fields).to_string().as_bytes(), &signature)
        .map_err(|_| VerifyError::Signature { path: path.to_owned() })?;
    Ok(value)
}

/// The bytes that hexadecimal digits stand for; small ones only, so that each text has one form.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let digit = |digit: u8| char::from(digit).to_digit(16).filter(|_| !digit.is_ascii_uppercase());
    pairs
        .iter()
        .map(|pair| u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(secret: u8) -> Signer {
        Signer::of(&Keys::from_content(&[secret; 32]).unwrap()).unwrap()
    }

    #[test]
    fn no_byte_of_a_certificate_can_be_changed() {
        let path = std::env::temp_dir().join(format!("pgveil-certificate-{}", std::process::id()));
        let fields = json!({"database": "shop \u{1f}é", "bytes": 12, "coverage": {"masked": 3, "kept": 1}});
        let Value::Object(fields) = fields else {
            panic!("an object");
        };
        let text = signer(1).sign(fields);
        std::fs::write(&path, &text).unwrap();
        let key = signer(1).public_key();
        assert_eq!(read(&path, Some(&key)).unwrap()["bytes"], 12);
        let other = signer(2).public_key();
        assert!(matches!(read(&path, Some(&other)), Err(VerifyError::OtherKey { .. })));
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            // The second makes capitals of small letters.
            for bit in [1, 0x20] {
                changed[at] = text.as_bytes()[at] ^ bit;
                std::fs::write(&path, &changed).unwrap();
                let error = read(&path, None).expect_err("a changed certificate");
                assert!(error.is_mismatch(), "byte {at}: {error}");
            }
        }
        std::fs::write(&path, text.replacen('{', "{ ", 1)).unwrap();
        assert!(matches!(read(&path, None), Err(VerifyError::NotACertificate { .. })));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_public_key_has_64_digits() {
        for wrong in ["", "ab", "zz", &"a".repeat(63), &"g".repeat(64)] {
            let error = verify(Path::new("/nonexistent"), Path::new("/nonexistent"), Some(wrong)).unwrap_err();
            assert!(matches!(error, VerifyError::NoPublicKey(_)), "{wrong}: {error}");
        }
    }
}
