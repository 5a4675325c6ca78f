//! Signed checkpoints: how many records there are and the root of their Merkle tree, under a signature.
//!
//! The text is a checkpoint (C2SP, tlog-checkpoint), the signature that of a signed note (C2SP, signed-note) with
//! Ed25519, so that tools for transparency logs can read, keep and cosign what pgveil signs. The log's name is both the
//! checkpoint's origin and the key's name.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use super::merkle::Hash;
use super::record::hexadecimal;

/// Signature type of Ed25519 (C2SP, signed-note, "Signatures").
const ED25519_TYPE: u8 = 1;
/// What a signature line begins with: an em dash and a blank.
const SIGNATURE_MARK: &str = "\u{2014} ";

/// Signs the checkpoints of one log.
pub struct Signer {
    pair: Ed25519KeyPair,
    key: VerifierKey,
}

/// The public key of a log's checkpoints, with the log's name. As text: `<name>+<key id>+<key>`, C2SP's vkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    public_key: [u8; 32],
}

/// A text that is no [`VerifierKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no verifier key for Ed25519: <name>+<8 hexadecimal digits>+<base64>, as in the log's sessions.vkey")]
pub struct NotAKey;

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many records.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
}

/// Why a note is not a checkpoint of this log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteProblem {
    /// It is not laid out as one.
    #[error("it is not a signed checkpoint")]
    NotANote,
    /// Of another log.
    #[error("it is of another log, {0:?}")]
    OtherLog(String),
    /// Nobody signed it with this key.
    #[error("it is not signed with the key of this log")]
    OtherKey,
    /// The signature is not that of the text.
    #[error("its signature is not that of its text: it was forged or changed")]
    Signature,
}

impl Signer {
    /// From the secret key (RFC 8032, section 5.1.5). The name has neither blanks nor `+`.
    pub fn new(name: &str, seed: &[u8; 32]) -> Option<Signer> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        let public_key = pair.public_key().as_ref().try_into().ok()?;
        let name = checked_name(name)?.to_owned();
        Some(Signer {
            pair,
            key: VerifierKey { name, public_key },
        })
    }

    /// The public half.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// The checkpoint as a signed note.
    pub fn sign(&self, checkpoint: &Checkpoint) -> String {
        let root = BASE64.encode(checkpoint.root);
        self.sign_text(&format!("{}\n{}\n{root}\n", self.key.name, checkpoint.size))
    }

    fn sign_text(&self, text: &str) -> String {
        let mut signature = self.key.key_id().to_vec();
        signature.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        format!(
            "{text}\n{SIGNATURE_MARK}{} {}\n",
            self.key.name,
            BASE64.encode(signature)
        )
    }
}

impl VerifierKey {
    /// The log's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', ED25519_TYPE])
            .chain_update(self.public_key)
            .finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// What a signed note says, if it is a checkpoint of this log. Signatures of others beside the log's own are theirs.
    pub fn open(&self, note: &Note<'_>) -> Result<Checkpoint, NoteProblem> {
        self.check_signature(note)?;
        let mut lines = note.text.lines();
        let mut line = || lines.next().ok_or(NoteProblem::NotANote);
        let (origin, size, root) = (line()?, line()?, line()?);
        if origin != self.name {
            return Err(NoteProblem::OtherLog(origin.to_owned()));
        }
        let number: u64 = size.parse().map_err(|_| NoteProblem::NotANote)?;
        let root = BASE64.decode(root).ok().and_then(|root| root.try_into().ok());
        match root {
            Some(root) if number.to_string() == size => Ok(Checkpoint { size: number, root }),
            _ => Err(NoteProblem::NotANote),
        }
    }

    fn check_signature(&self, note: &Note<'_>) -> Result<(), NoteProblem> {
        let mut is_signed = false;
        for line in note.signatures.lines() {
            let line = line.strip_prefix(SIGNATURE_MARK).ok_or(NoteProblem::NotANote)?;
            let (name, signature) = line.split_once(' ').ok_or(NoteProblem::NotANote)?;
            let signature = BASE64.decode(signature).map_err(|_| NoteProblem::NotANote)?;
            let (id, signature) = signature.split_at_checked(4).ok_or(NoteProblem::NotANote)?;
            if name == self.name && id == self.key_id() {
                UnparsedPublicKey::new(&ED25519, self.public_key)
                    .verify(note.text.as_bytes(), signature)
                    .map_err(|_| NoteProblem::Signature)?;
                is_signed = true;
            }
        }
        match (is_signed, note.text.lines().next()) {
            (true, _) => Ok(()),
            (false, Some(origin)) if origin != self.name => Err(NoteProblem::OtherLog(origin.to_owned())),
            (false, _) => Err(NoteProblem::OtherKey),
        }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519_TYPE];
        key.extend_from_slice(&self.public_key);
        let id = hexadecimal(&self.key_id());
        let id = String::from_utf8_lossy(&id);
        write!(out, "{}+{id}+{}", self.name, BASE64.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let text = text.trim();
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NotAKey);
        };
        let name = checked_name(name).ok_or(NotAKey)?.to_owned();
        let key = BASE64.decode(key).map_err(|_| NotAKey)?;
        let (&ED25519_TYPE, public_key) = key.split_first().ok_or(NotAKey)? else {
            return Err(NotAKey);
        };
        let public_key = public_key.try_into().map_err(|_| NotAKey)?;
        let key = VerifierKey { name, public_key };
        // The id, too, is as it should be.
        if key.to_string() == text { Ok(key) } else { Err(NotAKey) }
    }
}

fn checked_name(name: &str) -> Option<&str> {
    let is_wrong = |character: char| character.is_whitespace() || character == '+';
    (!name.is_empty() && !name.contains(is_wrong)).then_some(name)
}

/// A signed note, not yet looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note<'a> {
    /// What is signed: lines, the last with its newline.
    text: &'a str,
    /// The lines of signatures.
    signatures: &'a str,
}

/// The notes that a file holds one after the other, and how many bytes of whole ones there are. Behind them stands at
/// most the beginning of one whose writing was cut off.
///
/// # Errors
/// How many notes stand before something that is none.
pub fn notes(file: &str) -> Result<(Vec<Note<'_>>, usize), usize> {
    let (mut notes, mut at) = (Vec::new(), 0);
    while at < file.len() {
        let rest = &file[at..];
        let Some(end) = rest.find("\n\n") else { break };
        let (text, signatures) = (&rest[..=end], &rest[end + 2..]);
        let mut bytes = 0;
        for line in signatures.split_inclusive('\n') {
            if !line.starts_with(SIGNATURE_MARK) || !line.ends_with('\n') {
                break;
            }
            bytes += line.len();
        }
        if bytes == 0 {
            let is_torn = SIGNATURE_MARK.starts_with(signatures) || !signatures.contains('\n');
            return if is_torn { Ok((notes, at)) } else { Err(notes.len()) };
        }
        notes.push(Note {
            text,
            signatures: &signatures[..bytes],
        });
        at += end + 2 + bytes;
    }
    Ok((notes, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(text: &str) -> Note<'_> {
        let (notes, bytes) = notes(text).unwrap();
        assert_eq!(bytes, text.len());
        notes[0]
    }

    #[test]
    fn notes_are_those_of_the_published_examples() {
        // golang.org/x/mod, sumdb/note, and C2SP, signed-note.
        let examples = [
            (
                "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "If you think cryptography is the answer to your problem,\n\
                 then you don't know what your problem is.\n\n\
                 \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
            ),
            (
                "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                "This is an example message.\n\n\
                 \u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
            ),
        ];
        for (key, text) in examples {
            let key: VerifierKey = key.parse().unwrap();
            key.check_signature(&note(text)).unwrap();
            let changed = text.replacen("i", "1", 1);
            assert_eq!(key.check_signature(&note(&changed)), Err(NoteProblem::Signature));
        }
        // The private key of the first: the same bytes come out. Ed25519 is deterministic.
        let secret = BASE64.decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz").unwrap();
        let signer = Signer::new("PeterNeumann", secret[1..].try_into().unwrap()).unwrap();
        assert_eq!(signer.key().to_string(), examples[0].0);
        let (text, _) = examples[0].1.split_at(examples[0].1.find("\n\n").unwrap() + 1);
        assert_eq!(signer.sign_text(text), examples[0].1);
    }

    #[test]
    fn a_checkpoint_is_laid_out_as_its_specification_says() {
        let signer = Signer::new("pgveil-1", &[1; 32]).unwrap();
        let checkpoint = Checkpoint {
            size: 20_852_163,
            root: [7; 32],
        };
        let text = signer.sign(&checkpoint);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..2], ["pgveil-1", "20852163"]);
        assert_eq!(lines[2], BASE64.encode([7; 32]));
        assert_eq!(lines[3], "");
        assert!(lines[4].starts_with("\u{2014} pgveil-1 "));
        assert_eq!(lines.len(), 5);
        assert_eq!(signer.key().open(&note(&text)), Ok(checkpoint));

        let other = |name, seed| Signer::new(name, &[seed; 32]).unwrap();
        let open = |signer: Signer| signer.key().open(&note(&text));
        assert_eq!(open(other("pgveil-1", 2)), Err(NoteProblem::OtherKey));
        assert_eq!(
            open(other("pgveil-2", 1)),
            Err(NoteProblem::OtherLog("pgveil-1".into()))
        );
        // Others may sign as well.
        let cosigned = format!("{text}{}", other("witness", 3).sign_text("x\n").split_off(3));
        assert!(signer.key().open(&note(&cosigned)).is_ok());
    }

    #[test]
    fn no_byte_of_a_note_can_be_changed() {
        let signer = Signer::new("pgveil-1", &[1; 32]).unwrap();
        let text = signer.sign(&Checkpoint { size: 9, root: [7; 32] });
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1;
            let Ok(changed) = String::from_utf8(changed) else {
                continue;
            };
            if let Ok((notes, _)) = notes(&changed)
                && let Some(note) = notes.first()
            {
                assert!(signer.key().open(note).is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn whole_notes_are_found_before_a_torn_one() {
        let signer = Signer::new("pgveil-1", &[1; 32]).unwrap();
        let one = signer.sign(&Checkpoint { size: 9, root: [7; 32] });
        let two = one.repeat(2);
        for end in one.len()..two.len() {
            let Some(torn) = two.get(..end) else { continue };
            let (notes, bytes) = notes(torn).unwrap();
            assert_eq!((notes.len(), bytes), (1, one.len()), "{end}");
        }
        assert_eq!(notes(&two).unwrap().0.len(), 2);
        assert_eq!(notes(&format!("{one}some\n\ntext\nof mine\n")), Err(1));
    }

    #[test]
    fn what_is_no_key_is_not_taken_for_one() {
        let good = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert!(good.parse::<VerifierKey>().is_ok());
        for wrong in [
            "",
            "PeterNeumann",
            &good.replace("c74f20a3", "c74f20a4"),
            &good.replace("ARpc", "ARpd"),
            &good.replace("PeterNeumann", "Peter Neumann"),
            &good.replace("ARpc", "Arpc"),
            &good[..good.len() - 4],
        ] {
            assert_eq!(wrong.parse::<VerifierKey>(), Err(NotAKey), "{wrong}");
        }
    }
}
