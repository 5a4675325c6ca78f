//! The server's side of SCRAM-SHA-256, without IO (RFC 5802, RFC 7677; PostgreSQL docs, "SASL Authentication").
//!
//! Each state is a value named for what it waits for: [`ClientFirst`], then [`ClientFinal`]. Texts of errors and
//! their SQLSTATEs are PostgreSQL's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::ZeroizeOnDrop;

/// The mechanism without channel binding.
pub const SCRAM_SHA_256: &str = "SCRAM-SHA-256";
/// The mechanism with channel binding, offered inside TLS only.
pub const SCRAM_SHA_256_PLUS: &str = "SCRAM-SHA-256-PLUS";

/// The one kind of channel binding, as in PostgreSQL (RFC 5929 section 4).
const END_POINT_FLAG: &str = "p=tls-server-end-point";
/// Random bytes in the server's part of the nonce, as in PostgreSQL.
const NONCE_BYTES: usize = 18;

/// What a server keeps of a password: enough to check a proof, not enough to make one.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Verifier {
    /// Rounds of PBKDF2, at least 1.
    pub(super) iterations: u32,
    /// Salt of PBKDF2.
    pub(super) salt: Vec<u8>,
    /// Hash of the client's key.
    pub(super) stored_key: [u8; 32],
    /// Key of the server's own proof.
    pub(super) server_key: [u8; 32],
}

/// The text is not `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`. Does not quote the text: it is a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a verifier of the form SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey")]
pub struct VerifierError;

impl std::str::FromStr for Verifier {
    type Err = VerifierError;

    fn from_str(text: &str) -> Result<Self, VerifierError> {
        let read = || -> Option<Self> {
            let (salted, keys) = text.strip_prefix("SCRAM-SHA-256$")?.split_once('$')?;
            let (iterations, salt) = salted.split_once(':')?;
            let (stored_key, server_key) = keys.split_once(':')?;
            let key = |text| BASE64.decode(text).ok()?.try_into().ok();
            Some(Self {
                iterations: iterations
                    .parse()
                    .ok()
                    .filter(|rounds| (1..=i32::MAX as u32).contains(rounds))?,
                salt: BASE64.decode(salt).ok().filter(|salt| !salt.is_empty())?,
                stored_key: key(stored_key)?,
                server_key: key(server_key)?,
            })
        };
        read().ok_or(VerifierError)
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("iterations", &self.iterations)
            .finish_non_exhaustive()
    }
}

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
    verifier: Verifier,
    /// Channel binding data of the connection; with it the mechanism with channel binding is on offer.
    binding: Option<&'a [u8]>,
    server_nonce: String,
}

/// The challenge is out: the client sends its proof.
#[derive(Debug)]
pub struct ClientFinal {
    verifier: Verifier,
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
    pub fn new(verifier: Verifier, binding: Option<&'a [u8]>) -> Result<Self, ScramError> {
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
    pub fn exchange(
        self,
        mechanism: &[u8],
        input: &[u8],
    ) -> Result<(ClientFinal, Vec<u8>), ScramError> {
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
        let mut value_of = |prefix| {
            attributes
                .next()
                .and_then(|attribute| attribute.strip_prefix(prefix))
        };
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
mod tests {
    use super::*;
    use postgres_protocol::authentication::sasl::{ChannelBinding, ScramSha256};
    use proptest::prelude::*;

    /// The verifier of a password under a salt (RFC 5802 section 3).
    fn verifier(password: &str, salt: &[u8], iterations: u32) -> Verifier {
        let mut block = hmac(password.as_bytes(), &[salt, &1u32.to_be_bytes()]);
        let mut salted = block;
        for _ in 1..iterations {
            block = hmac(password.as_bytes(), &[&block]);
            salted
                .iter_mut()
                .zip(block)
                .for_each(|(sum, byte)| *sum ^= byte);
        }
        let stored_key = Sha256::digest(hmac(&salted, &[b"Client Key"])).into();
        Verifier {
            iterations,
            salt: salt.to_vec(),
            stored_key,
            server_key: hmac(&salted, &[b"Server Key"]),
        }
    }

    /// The exchange of RFC 7677 section 3, up to the challenge.
    fn rfc_7677() -> (ClientFinal, Vec<u8>) {
        let salt = BASE64.decode("W22ZaJ0SNY7soEsUEjb6gQ==").expect("base64");
        let first = ClientFirst {
            verifier: verifier("pencil", &salt, 4096),
            binding: None,
            server_nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0".to_owned(),
        };
        first
            .exchange(b"SCRAM-SHA-256", b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
            .expect("well-formed")
    }

    const RFC_7677_FINAL: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    #[test]
    fn the_test_vector_of_rfc_7677_holds() {
        let (state, challenge) = rfc_7677();
        assert_eq!(
            challenge,
            b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        );
        let outcome = state.exchange(RFC_7677_FINAL.as_bytes());
        assert_eq!(
            outcome,
            Ok(Outcome::Proven(
                b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".to_vec()
            ))
        );
    }

    #[test]
    fn verifiers_are_read_as_another_implementation_writes_them() {
        let text = postgres_protocol::password::scram_sha_256(b"geheim");
        let read: Verifier = text.parse().expect("a verifier");
        assert_eq!(read, verifier("geheim", &read.salt, read.iterations));
        for bad in [
            "",
            "md5abc",
            "SCRAM-SHA-256$0:AA==$x:y",
            &text[..text.len() - 1],
            &format!("{text}x"),
        ] {
            assert_eq!(bad.parse::<Verifier>(), Err(VerifierError), "{bad}");
        }
        assert!(!format!("{read:?}").contains("key"));
    }

    /// Logs in as another implementation does, with the password `geheim`.
    fn log_in(
        mechanism: &str,
        client: ChannelBinding,
        binding: Option<&[u8]>,
        password: &str,
    ) -> Result<Outcome, ScramError> {
        let mut client = ScramSha256::new(password.as_bytes(), client);
        let first = ClientFirst::new(verifier("geheim", b"salt", 4096), binding)?;
        let (state, challenge) = first.exchange(mechanism.as_bytes(), client.message())?;
        client
            .update(&challenge)
            .expect("the client accepts the challenge");
        let outcome = state.exchange(client.message())?;
        if let Outcome::Proven(proof) = &outcome {
            client
                .finish(proof)
                .expect("the client accepts the server's proof");
        }
        Ok(outcome)
    }

    #[test]
    fn another_implementation_logs_in_with_the_right_password_only() {
        let plain = |password| log_in(SCRAM_SHA_256, ChannelBinding::unsupported(), None, password);
        assert!(matches!(plain("geheim"), Ok(Outcome::Proven(_))));
        assert_eq!(plain("geheimer"), Ok(Outcome::Denied));
    }

    #[test]
    fn channel_binding_is_checked_and_cannot_be_talked_away() {
        let ours = Some(&b"hash of our certificate"[..]);
        let bound = |data: &[u8]| ChannelBinding::tls_server_end_point(data.to_vec());
        let log_in = |mechanism, client, ours| log_in(mechanism, client, ours, "geheim");
        let proven = |outcome| matches!(outcome, Ok(Outcome::Proven(_)));
        assert!(proven(log_in(
            SCRAM_SHA_256_PLUS,
            bound(b"hash of our certificate"),
            ours
        )));
        assert_eq!(
            log_in(SCRAM_SHA_256_PLUS, bound(b"of another"), ours),
            Err(ScramError::Binding)
        );
        // The flag "y": able to bind, but told that the server is not.
        assert_eq!(
            log_in(SCRAM_SHA_256, ChannelBinding::unrequested(), ours),
            Err(ScramError::Downgrade)
        );
        assert!(proven(log_in(
            SCRAM_SHA_256,
            ChannelBinding::unrequested(),
            None
        )));
        // The flag "n": not able to bind.
        assert!(proven(log_in(
            SCRAM_SHA_256,
            ChannelBinding::unsupported(),
            ours
        )));
        assert_eq!(
            log_in(SCRAM_SHA_256_PLUS, ChannelBinding::unsupported(), ours),
            Err(ScramError::BindingFlag)
        );
        assert_eq!(
            log_in(SCRAM_SHA_256_PLUS, bound(b"x"), None),
            Err(ScramError::Mechanism)
        );
        assert_eq!(
            log_in(SCRAM_SHA_256, bound(b"x"), ours),
            Err(ScramError::BindingFlag)
        );
    }

    #[test]
    fn first_messages_out_of_the_grammar_are_refused() {
        let first = |mechanism: &str, input: &[u8]| {
            let state =
                ClientFirst::new(verifier("x", b"salt", 1), Some(b"hash")).expect("random bytes");
            state
                .exchange(mechanism.as_bytes(), input)
                .map(|_| ())
                .expect_err("refused")
        };
        let cases: [(&str, &[u8], ScramError); 9] = [
            (
                SCRAM_SHA_256,
                b"n,a=root,n=,r=x",
                ScramError::AuthorizationIdentity,
            ),
            (SCRAM_SHA_256, b"n,,m=x,n=,r=x", ScramError::Extension),
            (SCRAM_SHA_256, b"n,,r=x", ScramError::Malformed),
            (SCRAM_SHA_256, b"n,,n=,r=", ScramError::Malformed),
            (SCRAM_SHA_256, b"n,,n=,r=\x07", ScramError::Malformed),
            (SCRAM_SHA_256, b"n,,n=,r=x,junk", ScramError::Malformed),
            (SCRAM_SHA_256, b"x,,n=,r=x", ScramError::Malformed),
            (
                SCRAM_SHA_256_PLUS,
                b"p=tls-unique,,n=,r=x",
                ScramError::BindingType,
            ),
            ("PLAIN", b"n,,n=,r=x", ScramError::Mechanism),
        ];
        for (mechanism, input, error) in cases {
            assert_eq!(first(mechanism, input), error, "{}", input.escape_ascii());
        }
    }

    #[test]
    fn final_messages_out_of_this_exchange_are_refused() {
        let last = |text: &str| rfc_7677().0.exchange(text.as_bytes());
        assert_eq!(
            last(&RFC_7677_FINAL.replace("c=biws", "c=eSws")),
            Err(ScramError::Binding)
        );
        assert_eq!(
            last(&RFC_7677_FINAL.replace("$k0", "$k1")),
            Err(ScramError::Nonce)
        );
        assert_eq!(
            last(&RFC_7677_FINAL.replace("p=dHz", "p=eHz")),
            Ok(Outcome::Denied)
        );
        assert_eq!(
            last(&RFC_7677_FINAL.replace("dVQ=", "")),
            Err(ScramError::Malformed)
        );
        assert_eq!(
            last(&RFC_7677_FINAL.replace(",p=", ",q=")),
            Err(ScramError::Malformed)
        );
        // An extension is part of what is signed.
        assert_eq!(
            last(&RFC_7677_FINAL.replace(",p=", ",x=y,p=")),
            Ok(Outcome::Denied)
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(first: Vec<u8>, last: Vec<u8>, text in "[a-z=,]{0,40}") {
            for input in [&first[..], text.as_bytes()] {
                let state = ClientFirst::new(verifier("x", b"salt", 1), Some(b"binding")).expect("random bytes");
                let _ = state.exchange(SCRAM_SHA_256.as_bytes(), input);
            }
            let (state, _) = ClientFirst::new(verifier("x", b"salt", 1), None)
                .and_then(|state| state.exchange(SCRAM_SHA_256.as_bytes(), b"n,,n=,r=x"))
                .expect("well-formed");
            prop_assert!(!matches!(state.exchange(&last), Ok(Outcome::Proven(_))));
        }
    }
}
