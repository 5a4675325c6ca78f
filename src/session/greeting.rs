//! The first words of a connection: encryption, cancel, or a startup message.
//!
//! Every read takes exactly one packet and no byte more, so nothing that was sent in plain text can later count as
//! sent inside TLS. Bytes found waiting behind an SSLRequest end the connection, as in PostgreSQL; bytes that arrive
//! after that look are still in the socket, where the TLS handshake takes them for its own and fails.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::client_stream::{ClientStream, dismiss};
use super::startup_parameters::{self, ParameterError, SettingsCheck, Startup};
use super::tls::{ALPN, ListenerTls};
use crate::wire::compose;
use crate::wire::error_fields::ErrorFields;
use crate::wire::startup::{self, MINOR_VERSION_MAX, StartupError, StartupMessage, StartupPacket};

/// How long a client may take from connecting until it is logged in: PostgreSQL's default `authentication_timeout`.
pub const LOGIN_TIMEOUT: Duration = Duration::from_secs(60);

/// First byte of a TLS handshake record (RFC 8446 section 5.1); no first packet of PostgreSQL begins so.
const TLS_HANDSHAKE: u8 = 0x16;

/// What a client wants.
#[derive(Debug)]
pub enum Greeting {
    /// To begin a session.
    Startup {
        /// The connection, encrypted by now if it ever will be.
        stream: ClientStream,
        /// What it asks for, all of it allowed.
        startup: Startup,
        /// How it is encrypted, if it is.
        tls: Option<TlsSession>,
    },
    /// To cancel what a session runs. The connection is closed already: there is no answer.
    Cancel {
        /// Process id that the session was told.
        process_id: i32,
        /// Secret that the session was told.
        secret: Vec<u8>,
    },
}

/// How a connection is encrypted.
#[derive(Debug, Clone)]
pub struct TlsSession {
    /// As PostgreSQL names it: `TLSv1.2`, `TLSv1.3`.
    pub version: &'static str,
    /// Channel binding data of our certificate, see [`ListenerTls::server_end_point`].
    pub server_end_point: Option<Arc<[u8]>>,
}

/// Why a connection ended before login. The client's fault, but for [`GreetingError::Io`].
#[derive(Debug, thiserror::Error)]
pub enum GreetingError {
    /// The connection broke or was closed, the TLS handshake included.
    #[error("connection lost while greeting: {0}")]
    Io(#[from] io::Error),
    /// [`LOGIN_TIMEOUT`] or whatever deadline was given has passed.
    #[error("client took too long to greet")]
    TimedOut,
    /// TLS without a request, and without offering the protocol name `postgresql` by ALPN.
    #[error("direct TLS connection without the ALPN protocol name \"postgresql\"")]
    Alpn,
    /// Direct TLS where there is none.
    #[error("direct TLS connection where TLS is not available")]
    NoTls,
    /// A malformed packet.
    #[error(transparent)]
    Packet(#[from] StartupError),
    /// Someone put bytes between request and encryption.
    #[error("received unencrypted data after SSL request")]
    PlaintextBehindRequest,
    /// A second request for encryption of the same kind, or one inside TLS.
    #[error("encryption was asked for twice")]
    RepeatedRequest,
    /// The listener takes only TLS.
    #[error("connections without TLS are not allowed")]
    TlsRequired,
    /// A startup parameter is not allowed.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
}

impl GreetingError {
    /// What the client is told; `None` where nothing can be said in a way that it would understand.
    pub fn to_fields(&self) -> Option<ErrorFields> {
        let sqlstate = match self {
            Self::Io(_) | Self::TimedOut | Self::Alpn | Self::NoTls => return None,
            Self::Packet(error) => error.sqlstate(),
            Self::Parameter(error) => error.sqlstate(),
            Self::PlaintextBehindRequest | Self::RepeatedRequest => "08P01",
            Self::TlsRequired => "28000",
        };
        let fields = ErrorFields::fatal(sqlstate, self.to_string());
        Some(match self {
            Self::PlaintextBehindRequest => fields.detail(
                "This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.",
            ),
            Self::TlsRequired => fields.hint("Connect with sslmode=require or stronger."),
            _ => fields,
        })
    }
}

/// Greets a client: answers its requests for encryption, and checks its startup message with `allowed`.
///
/// `tls` is `None` on listeners without it; unix sockets never have it. A CancelRequest is taken without TLS even
/// where TLS is required, because clients send it so and it carries nothing but the key.
///
/// # Errors
/// Any [`GreetingError`]; the client has then been told, and the connection is closed.
pub async fn greet(
    stream: ClientStream,
    tls: Option<&ListenerTls>,
    allowed: SettingsCheck<'_>,
    deadline: Instant,
) -> Result<Greeting, GreetingError> {
    let tls = tls.filter(|_| matches!(stream, ClientStream::Tcp(_)));
    timeout_at(deadline, converse(stream, tls, allowed))
        .await
        .map_err(|_| GreetingError::TimedOut)?
}

async fn converse(
    stream: ClientStream,
    tls: Option<&ListenerTls>,
    allowed: SettingsCheck<'_>,
) -> Result<Greeting, GreetingError> {
    let mut stream = accept_direct_tls(stream, tls).await?;
    let mut requests = Requests::default();
    loop {
        let packet = read_packet(&mut stream).await;
        match packet.and_then(|packet| requests.answer(packet, &stream, tls)) {
            Ok(Answer::Upgrade(listener)) => {
                stream.write_all(b"S").await?;
                stream = upgrade(stream, listener).await?;
            }
            Ok(Answer::Decline) => stream.write_all(b"N").await?,
            Ok(Answer::Cancel { process_id, secret }) => {
                return Ok(Greeting::Cancel { process_id, secret });
            }
            Ok(Answer::Start(message)) => match startup_parameters::check(&message, allowed) {
                Ok(startup) => {
                    negotiate_version(&mut stream, &message).await?;
                    let tls = tls.and_then(|listener| tls_session(&stream, listener));
                    return Ok(Greeting::Startup { stream, startup, tls });
                }
                Err(error) => return Err(say(stream, error.into()).await),
            },
            Err(error) => return Err(say(stream, error).await),
        }
    }
}

/// Tells the client why, and closes.
async fn say(mut stream: ClientStream, error: GreetingError) -> GreetingError {
    if let Some(fields) = error.to_fields() {
        dismiss(&mut stream, &fields).await;
    }
    error
}

/// Which requests for encryption were made; each is answered once.
#[derive(Default)]
struct Requests {
    tls: bool,
    gss: bool,
}

/// What to do about one packet.
enum Answer<'a> {
    Upgrade(&'a ListenerTls),
    Decline,
    Cancel { process_id: i32, secret: Vec<u8> },
    Start(StartupMessage),
}

impl Requests {
    fn answer<'a>(
        &mut self,
        packet: StartupPacket,
        stream: &ClientStream,
        tls: Option<&'a ListenerTls>,
    ) -> Result<Answer<'a>, GreetingError> {
        let encrypted = matches!(stream, ClientStream::Tls(_));
        match packet {
            StartupPacket::Cancel { process_id, secret } => Ok(Answer::Cancel { process_id, secret }),
            StartupPacket::SslRequest if encrypted || std::mem::replace(&mut self.tls, true) => {
                Err(GreetingError::RepeatedRequest)
            }
            StartupPacket::GssEncRequest if encrypted || std::mem::replace(&mut self.gss, true) => {
                Err(GreetingError::RepeatedRequest)
            }
            StartupPacket::SslRequest => match tls {
                None => Ok(Answer::Decline),
                Some(_) if stream.plaintext_is_waiting() => Err(GreetingError::PlaintextBehindRequest),
                Some(listener) => Ok(Answer::Upgrade(listener)),
            },
            StartupPacket::GssEncRequest => Ok(Answer::Decline),
            StartupPacket::Startup(_) if !encrypted && tls.is_some_and(|listener| listener.required) => {
                Err(GreetingError::TlsRequired)
            }
            StartupPacket::Startup(message) => Ok(Answer::Start(message)),
        }
    }
}

/// Reads one packet and no byte behind it.
async fn read_packet(stream: &mut ClientStream) -> Result<StartupPacket, GreetingError> {
    let mut header = [0; 4];
    stream.read_exact(&mut header).await?;
    let mut body = vec![0; startup::body_bytes(header)?];
    stream.read_exact(&mut body).await?;
    Ok(startup::parse(&body)?)
}

/// Begins TLS at once if the client did (PostgreSQL 17's `sslnegotiation=direct`).
async fn accept_direct_tls(stream: ClientStream, tls: Option<&ListenerTls>) -> Result<ClientStream, GreetingError> {
    let ClientStream::Tcp(socket) = &stream else {
        return Ok(stream);
    };
    let mut first = [0];
    if socket.peek(&mut first).await? == 0 || first[0] != TLS_HANDSHAKE {
        return Ok(stream);
    }
    let stream = upgrade(stream, tls.ok_or(GreetingError::NoTls)?).await?;
    match &stream {
        ClientStream::Tls(encrypted) if encrypted.get_ref().1.alpn_protocol() == Some(ALPN) => Ok(stream),
        _ => Err(GreetingError::Alpn),
    }
}

async fn upgrade(stream: ClientStream, listener: &ListenerTls) -> Result<ClientStream, GreetingError> {
    let socket: TcpStream = match stream {
        ClientStream::Tcp(socket) => socket,
        ClientStream::Unix(_) | ClientStream::Tls(_) => return Err(GreetingError::RepeatedRequest),
    };
    let encrypted = tokio_rustls::TlsAcceptor::from(Arc::clone(&listener.config))
        .accept(socket)
        .await?;
    Ok(ClientStream::Tls(Box::new(encrypted)))
}

fn tls_session(stream: &ClientStream, listener: &ListenerTls) -> Option<TlsSession> {
    let ClientStream::Tls(encrypted) = stream else {
        return None;
    };
    let version = match encrypted.get_ref().1.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
        _ => "TLS",
    };
    Some(TlsSession {
        version,
        server_end_point: listener.server_end_point.clone(),
    })
}

/// Says what is spoken here, to a client that asked for more.
async fn negotiate_version(stream: &mut ClientStream, message: &StartupMessage) -> io::Result<()> {
    let names = message.parameters.iter().map(|(name, _)| name.as_str());
    let unknown: Vec<&str> = names.filter(|name| name.starts_with("_pq_.")).collect();
    if message.minor <= MINOR_VERSION_MAX && unknown.is_empty() {
        return Ok(());
    }
    let mut out = Vec::new();
    compose::negotiate_protocol_version(&mut out, message.minor.min(MINOR_VERSION_MAX), unknown);
    stream.write_all(&out).await?;
    stream.flush().await
}

#[cfg(test)]
mod tests;
