//! Logging a client in: the SCRAM exchange over its connection, and later the words of welcome.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

use super::client_stream::dismiss;
use super::failed_logins::FailedLogins;
use super::greeting::TlsSession;
use super::scram::{ClientFirst, Outcome, ScramError, hmac};
use crate::config::{ITERATIONS_MIN, ScramVerifier, User};
use crate::wire::compose;
use crate::wire::error_fields::ErrorFields;

/// Most bytes in one message of the exchange: PostgreSQL's `PG_MAX_SASL_MESSAGE_LENGTH`.
const SASL_MESSAGE_BYTES_MAX: usize = 1024;
/// PostgreSQL's default, for when there is no verifier to take after.
const SALT_BYTES: usize = 16;

/// Who may log in, and who has tried in vain. One for the whole process.
pub struct Logins {
    verifiers: HashMap<String, ScramVerifier>,
    /// Invented verifiers are derived from this, so that an unknown name has the same salt each time, as a known
    /// one has. Drawn anew by each process.
    mock_key: Zeroizing<[u8; 32]>,
    /// What invented verifiers look like: like those of the users there are.
    mock_iterations: u32,
    mock_salt_bytes: usize,
    failed: FailedLogins,
}

impl std::fmt::Debug for Logins {
    /// Names no user and shows no key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Logins")
            .field("users", &self.verifiers.len())
            .finish_non_exhaustive()
    }
}

/// The operating system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("no random bytes for logins: {0}")]
pub struct RandomError(getrandom::Error);

/// Why a client was not let in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The connection broke or was closed: so does a client that has to ask its user for a password first.
    #[error("connection lost during login: {0}")]
    Io(#[from] io::Error),
    /// The deadline has passed.
    #[error("canceling authentication due to timeout")]
    TimedOut,
    /// Something else than a SASL response, or one of a wrong length.
    #[error("expected SASL response")]
    NoResponse,
    /// The exchange broke off.
    #[error(transparent)]
    Scram(#[from] ScramError),
    /// Wrong password, or no such user.
    #[error("password authentication failed for user \"{user}\"")]
    Denied {
        /// The name given.
        user: String,
    },
    /// Too many failures; the password was not looked at.
    #[error("too many failed logins for user \"{user}\"")]
    Throttled {
        /// The name given.
        user: String,
        /// How long until the next try is looked at.
        wait: Duration,
    },
}

impl LoginError {
    /// What the client is told; `None` where it is gone.
    pub fn to_fields(&self) -> Option<ErrorFields> {
        let sqlstate = match self {
            Self::Io(_) => return None,
            Self::TimedOut => "57014",
            Self::NoResponse => "08P01",
            Self::Scram(error) => error.sqlstate(),
            Self::Denied { .. } => "28P01",
            Self::Throttled { .. } => "28000",
        };
        let fields = ErrorFields::fatal(sqlstate, self.to_string());
        Some(match self {
            Self::Throttled { wait, .. } => fields.hint(format!("Try again in {} s.", wait.as_secs() + 1)),
            _ => fields,
        })
    }
}

impl Logins {
    /// Takes the users of the config.
    ///
    /// # Errors
    /// [`RandomError`].
    pub fn new(users: &[User]) -> Result<Self, RandomError> {
        let mut mock_key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut mock_key[..]).map_err(RandomError)?;
        let (mock_iterations, mock_salt_bytes) = match users.first() {
            Some(User { verifier, .. }) => (verifier.iterations, verifier.salt.len().min(mock_key.len())),
            None => (ITERATIONS_MIN, SALT_BYTES),
        };
        let verifiers = users
            .iter()
            .map(|user| (user.name.clone(), user.verifier.clone()))
            .collect();
        Ok(Self {
            verifiers,
            mock_key,
            mock_iterations,
            mock_salt_bytes,
            failed: FailedLogins::default(),
        })
    }

    /// The user's verifier, or an invented one that no proof satisfies: its stored key is the hash of nothing known.
    /// The inventing is done for known users too, so that time does not tell them apart.
    fn verifier(&self, user: &str) -> ScramVerifier {
        let derive = |label: &[u8]| hmac(&self.mock_key[..], &[label, user.as_bytes()]);
        let invented = ScramVerifier {
            iterations: self.mock_iterations,
            salt: derive(b"salt ")[..self.mock_salt_bytes].to_vec(),
            stored_key: derive(b"stored key "),
            server_key: derive(b"server key "),
        };
        self.verifiers.get(user).cloned().unwrap_or(invented)
    }

    /// Has a client prove its password. What the client hears last is the server's own proof; AuthenticationOk is left
    /// to [`welcome`].
    ///
    /// `peer` is `None` for unix sockets, `tls` for connections without it.
    ///
    /// # Errors
    /// Any [`LoginError`]; the client has then been told, and the connection is closed.
    pub async fn authenticate<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut S,
        user: &str,
        peer: Option<IpAddr>,
        tls: Option<&TlsSession>,
        deadline: Instant,
    ) -> Result<(), LoginError> {
        let exchange = timeout_at(deadline, self.exchange(stream, user, peer, tls));
        let outcome = exchange.await.unwrap_or(Err(LoginError::TimedOut));
        if let Some(fields) = outcome.as_ref().err().and_then(LoginError::to_fields) {
            // A client that reads nothing must not hold the connection open for longer.
            let _ = tokio::time::timeout(Duration::from_secs(1), dismiss(stream, &fields)).await;
        }
        outcome
    }

    async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut S,
        user: &str,
        peer: Option<IpAddr>,
        tls: Option<&TlsSession>,
    ) -> Result<(), LoginError> {
        let binding = tls.and_then(|tls| tls.server_end_point.as_deref());
        let first = ClientFirst::new(self.verifier(user), binding)?;
        send(stream, |out| compose::authentication_sasl(out, first.mechanisms())).await?;
        let response = read_response(stream).await?;
        let (mechanism, input) = initial_response(&response).ok_or(LoginError::NoResponse)?;
        let (last, challenge) = first.exchange(mechanism, input)?;
        send(stream, |out| compose::authentication_sasl_continue(out, &challenge)).await?;
        let response = read_response(stream).await?;
        let mut broken = None;
        let prove = || match last.exchange(&response) {
            Ok(Outcome::Proven(proof)) => Some(proof),
            Ok(Outcome::Denied) => None,
            Err(error) => {
                broken = Some(error);
                None
            }
        };
        let attempt = self.failed.attempt(peer, user, Instant::now().into_std(), prove);
        let proof = match (attempt, broken) {
            (Err(wait), _) => {
                return Err(LoginError::Throttled {
                    user: user.to_owned(),
                    wait,
                });
            }
            (Ok(None), Some(error)) => return Err(error.into()),
            (Ok(None), None) => {
                return Err(LoginError::Denied { user: user.to_owned() });
            }
            (Ok(Some(proof)), _) => proof,
        };
        Ok(send(stream, |out| compose::authentication_sasl_final(out, &proof)).await?)
    }
}

async fn send<S: AsyncWrite + Unpin>(stream: &mut S, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
    let mut out = Vec::new();
    write(&mut out);
    stream.write_all(&out).await?;
    stream.flush().await
}

/// Reads the body of one SASLInitialResponse or SASLResponse, and no byte behind it.
async fn read_response<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Vec<u8>, LoginError> {
    let mut header = [0; 5];
    stream.read_exact(&mut header).await?;
    let [tag, length @ ..] = header;
    let bytes = (u32::from_be_bytes(length) as usize)
        .checked_sub(4)
        .ok_or(LoginError::NoResponse)?;
    if tag != b'p' || bytes > SASL_MESSAGE_BYTES_MAX {
        return Err(LoginError::NoResponse);
    }
    let mut body = vec![0; bytes];
    stream.read_exact(&mut body).await?;
    Ok(body)
}

/// Mechanism and first message of a SASLInitialResponse.
fn initial_response(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mechanism, rest) = body.split_at_checked(memchr::memchr(0, body)?)?;
    let (length, message) = rest.get(1..)?.split_first_chunk::<4>()?;
    (usize::try_from(i32::from_be_bytes(*length)).ok()? == message.len()).then_some((mechanism, message))
}

/// Tells a client that it is logged in and the session ready: AuthenticationOk, the settings that clients follow, its
/// cancel key, ReadyForQuery.
///
/// # Errors
/// Whatever the connection says.
pub async fn welcome<S: AsyncWrite + Unpin>(
    stream: &mut S,
    parameters: impl IntoIterator<Item = (&str, &str)>,
    process_id: i32,
    secret: &[u8],
) -> io::Result<()> {
    send(stream, |out| {
        compose::authentication_ok(out);
        for (name, value) in parameters {
            compose::parameter_status(out, name, value);
        }
        compose::backend_key_data(out, process_id, secret);
        compose::ready_for_query(out, b'I');
    })
    .await
}

#[cfg(test)]
mod tests;
