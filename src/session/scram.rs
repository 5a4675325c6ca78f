//! The server's side of SCRAM-SHA-256, without IO (RFC 5802, RFC 7677; PostgreSQL docs, "SASL Authentication").
//!
//! Each state is a value named for what it waits for: [`ClientFirst`], then [`ClientFinal`]. Texts of errors and
//! their SQLSTATEs are PostgreSQL's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::ScramVerifier;

/// The mechanism without channel binding.
pub const SCRAM_SHA_256: &str = "SCRAM-SHA-256";
/// The mechanism with channel binding, offered inside TLS only.
pub const SCRAM_SHA_256_PLUS: &str = "SCRAM-SHA-256-PLUS";

/// The one kind of channel binding, as in PostgreSQL (RFC 5929 section 4).
const END_POINT_FLAG: &str = "p=tls-server-end-point";
/// Random bytes in the server's part of the nonce, as in PostgreSQL.
const NONCE_BYTES: usize = 18;

/// Why an exchange ends without a login. The client's fault, but for [`ScramError::Random`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScramError {
    /// A message does not follow the grammar.
    #[error("malformed SCRAM message")]
    Malformed,
    /// A mechanism that was not offered.
    #[error("client selected an invalid SASL authentication mechanism")]
    Mechanism,
    /// The client wants to act as someone else.
    #[error("client uses authorization identity, but it is not supported")]
    AuthorizationIdentity,
    /// A mandatory extension.
    #[error("client requires an unsupported SCRAM extension")]
    Extension,
    /// Mechanism and flag of the message disagree on channel binding.
    #[error("SCRAM mechanism and channel-binding flag do not fit together")]
    BindingFlag,
    /// A kind of channel binding other than `tls-server-end-point`.
    #[error("unsupported SCRAM channel-binding type")]
    BindingType,
    /// The client was led to believe that no channel binding was offered: someone took it off the list.
    #[error(
        "The client supports SCRAM channel binding but thinks the server does not. \
         However, this server does support channel binding."
    )]
    Downgrade,
    /// The client sees another certificate than ours, or took another flag than before.
    #[error("SCRAM channel binding check failed")]
    Binding,
    /// The nonce is not the one of this exchange.
    #[error("invalid SCRAM response")]
    Nonce,
    /// The operating system gives no random bytes.
    #[error("could not generate random nonce")]
    Random,
}

impl ScramError {
    /// The SQLSTATE to answer with.
    pub fn sqlstate(&self) -> &'static str {
        match self {
            Self::AuthorizationIdentity | Self::Extension => "0A000",
            Self::Downgrade | Self::Binding => "28000",
            Self::Random => "XX000",
            _ => "08P01",
        }
    }
}

/// The exchange has begun: the client chooses a mechanism and sends its first message.
#[derive(Debug)]
pub struct ClientFirst<'a> {
    verifier: ScramVerifier,
    /// Channel binding data of the connection; with it the mechanism with channel binding is on offer.
    binding: Option<&'a [u8]>,
    server_nonce: String,
}

/// The challenge is out: the client sends its proof.
#[derive(Debug)]
pub struct ClientFinal {
    verifier: ScramVerifier,
    /// What the client must repeat: its first message's header, and the channel binding data if it binds.
    bound: Vec<u8>,
    /// Both parts of the nonce.
    nonce: String,
    /// The client's first message without header, and the challenge, each followed by a comma.
    transcript: String,
}

/// What a proof was worth.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The client knows the password; this is the server's own proof, for SASLFinal.
    Proven(Vec<u8>),
    /// It does not.
    Denied,
}

impl<'a> ClientFirst<'a> {
    /// Begins an exchange for whoever the verifier is of, or seems to be of.
    ///
    /// # Errors
    /// [`ScramError::Random`].
    pub fn new(verifier: ScramVerifier, binding: Option<&'a [u8]>) -> Result<Self, ScramError> {
        let mut random = [0; NONCE_BYTES];
        getrandom::fill(&mut random).map_err(|_| ScramError::Random)?;
        Ok(Self {
            verifier,
            binding,
            server_nonce: BASE64.encode(random),
        })
    }

    /// The mechanisms to offer, best first.
    pub fn mechanisms(&self) -> &'static [&'static str] {
        if self.binding.is_some() {
            &[SCRAM_SHA_256_PLUS, SCRAM_SHA_256]
        } else {
            &[SCRAM_SHA_256]
        }
    }

    /// Takes the client's choice and its first message; gives the challenge, and waits for the proof.
    ///
    /// The name in the message is ignored, as in PostgreSQL: the startup message has named the user.
    ///
    /// # Errors
    /// Any [`ScramError`].
    pub fn exchange(self, mechanism: &[u8], input: &[u8]) -> Result<(ClientFinal, Vec<u8>), ScramError> {
        let plus = match std::str::from_utf8(mechanism) {
            Ok(SCRAM_SHA_256) => false,
            Ok(SCRAM_SHA_256_PLUS) if self.binding.is_some() => true,
            _ => return Err(ScramError::Mechanism),
        };
        let input = std::str::from_utf8(input).map_err(|_| ScramError::Malformed)?;
        let (flag, rest) = input.split_once(',').ok_or(ScramError::Malformed)?;
        let (identity, bare) = rest.split_once(',').ok_or(ScramError::Malformed)?;
        let header = &input[..input.len() - bare.len()];
        let bound = match flag {
            "n" | "y" if plus => return Err(ScramError::BindingFlag),
            "y" if self.binding.is_some() => return Err(ScramError::Downgrade),
            "n" | "y" => header.as_bytes().to_vec(),
            _ if !flag.starts_with("p=") => return Err(ScramError::Malformed),
            _ if !plus => return Err(ScramError::BindingFlag),
            END_POINT_FLAG => [header.as_bytes(), self.binding.unwrap_or_default()].concat(),
            _ => return Err(ScramError::BindingType),
        };
        if !identity.is_empty() {
            return Err(ScramError::AuthorizationIdentity);
        }
        let client_nonce = client_nonce(bare)?;
        let nonce = format!("{client_nonce}{}", self.server_nonce);
        let salt = BASE64.encode(&self.verifier.salt);
        let challenge = format!("r={nonce},s={salt},i={}", self.verifier.iterations);
        let transcript = format!("{bare},{challenge},");
        Ok((
            ClientFinal {
                verifier: self.verifier,
                bound,
                nonce,
                transcript,
            },
            challenge.into_bytes(),
        ))
    }
}

/// The nonce of a first message without header: `n=name,r=nonce` and optional extensions.
fn client_nonce(bare: &str) -> Result<&str, ScramError> {
    let mut attributes = bare.split(',');
    match attributes.next() {
        Some(name) if name.starts_with("n=") => {}
        Some(extension) if extension.starts_with("m=") => return Err(ScramError::Extension),
        _ => return Err(ScramError::Malformed),
    }
    let nonce = attributes
        .next()
        .and_then(|attribute| attribute.strip_prefix("r="))
        .ok_or(ScramError::Malformed)?;
    let printable = !nonce.is_empty() && nonce.bytes().all(|byte| byte.is_ascii_graphic());
    if printable && attributes.all(is_attribute) {
        Ok(nonce)
    } else {
        Err(ScramError::Malformed)
    }
}

/// Whether this is a letter, an equals sign and a value.
fn is_attribute(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b'=', ..] if letter.is_ascii_alphabetic())
}

impl ClientFinal {
    /// Takes the client's final message and checks its proof in constant time.
    ///
    /// # Errors
    /// Any [`ScramError`] for a message that is wrong whatever the password.
    pub fn exchange(self, input: &[u8]) -> Result<Outcome, ScramError> {
        let input = std::str::from_utf8(input).map_err(|_| ScramError::Malformed)?;
        let (without_proof, proof) = input.rsplit_once(",p=").ok_or(ScramError::Malformed)?;
        let proof: [u8; 32] = BASE64
            .decode(proof)
            .ok()
            .and_then(|proof| proof.try_into().ok())
            .ok_or(ScramError::Malformed)?;
        let mut attributes = without_proof.split(',');
        let mut value_of = |prefix| attributes.next().and_then(|attribute| attribute.strip_prefix(prefix));
        let bound = value_of("c=")
            .and_then(|text| BASE64.decode(text).ok())
            .ok_or(ScramError::Malformed)?;
        let nonce = value_of("r=").ok_or(ScramError::Malformed)?;
        if !attributes.all(is_attribute) {
            return Err(ScramError::Malformed);
        }
        if bound != self.bound {
            return Err(ScramError::Binding);
        }
        if nonce != self.nonce {
            return Err(ScramError::Nonce);
        }
        let transcript = format!("{}{without_proof}", self.transcript);
        let mut client_key = hmac(&self.verifier.stored_key, &[transcript.as_bytes()]);
        for (key, proof) in client_key.iter_mut().zip(proof) {
            *key ^= proof;
        }
        let hashed: [u8; 32] = Sha256::digest(client_key).into();
        if !bool::from(hashed.ct_eq(&self.verifier.stored_key)) {
            return Ok(Outcome::Denied);
        }
        let signature = BASE64.encode(hmac(&self.verifier.server_key, &[transcript.as_bytes()]));
        Ok(Outcome::Proven(format!("v={signature}").into_bytes()))
    }
}

/// HMAC-SHA-256 over the parts, one behind the other.
pub(super) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests;
