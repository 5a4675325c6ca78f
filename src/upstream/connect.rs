//! From nothing to a logged-in connection (PostgreSQL docs, "Message Flow", "Start-up").

use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::login::{Login, LoginError, State, Step};
use super::messages::{Exchange, MessageError, ServerError};
use super::password::{self, PasswordError};
use super::stream::UpstreamStream;
use super::tls::{self, TlsError};
use super::url::{Host, SslMode, UpstreamTarget};
use crate::wire::read::{Malformed, Reader};
use crate::wire::tag::reply;

/// Limit on connecting and logging in together, where the URL gives none.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Protocol 3.0.
const PROTOCOL_VERSION: i32 = 3 << 16;
/// Request code of SSLRequest.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
/// Nothing that belongs to a login is larger.
const LOGIN_MESSAGE_BYTES_MAX: usize = 1 << 20;
/// ParameterStatus, notices and the like before ReadyForQuery; a server sends some twenty.
const LOGIN_MESSAGES_MAX: usize = 1000;
/// A dead peer is noticed after about idle + 5 × interval.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(60);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_RETRIES: u32 = 5;
/// SQLSTATE of "no pg_hba.conf entry": the one refusal that another mode of encryption may cure.
const INVALID_AUTHORIZATION: &str = "28000";

/// Why there is no connection to the server.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// No socket.
    #[error("cannot connect to {address}: {source}")]
    Socket {
        /// Host and port, or socket path.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// It took too long.
    #[error("no connection to {address} within {limit:?}")]
    Timeout {
        /// Host and port, or socket path.
        address: String,
        /// The limit.
        limit: Duration,
    },
    /// sslmode asks for TLS and the server has none.
    #[error("the server does not support TLS, but sslmode requires it")]
    NoTls,
    /// TLS failed.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The password source failed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The login failed on this side.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The server refused.
    #[error("the server refused the connection: {0}")]
    Server(ServerError),
    /// The exchange of messages broke off.
    #[error("while logging in to the server: {0}")]
    Message(#[from] MessageError),
    /// Neither the URL nor the startup parameters name a user.
    #[error("no database user: neither the connection URL nor the startup parameters name one")]
    NoUser,
    /// The server sends messages without ever becoming ready.
    #[error("the server does not become ready for queries")]
    NeverReady,
    /// A startup parameter is empty or holds a zero byte.
    #[error("startup parameter {0:?} is empty or holds a zero byte")]
    BadParameter(String),
}

impl From<Malformed> for ConnectError {
    fn from(error: Malformed) -> Self {
        ConnectError::Message(error.into())
    }
}

/// A connection that is logged in and idle.
#[derive(Debug)]
pub struct Upstream {
    /// The bytes.
    pub stream: UpstreamStream,
    /// ParameterStatus as of login, in the order sent.
    pub parameters: Vec<(String, String)>,
    /// From BackendKeyData, for [`super::cancel`]; 0 if the server sent none.
    pub process_id: i32,
    /// From BackendKeyData; four bytes in protocol 3.0.
    pub secret_key: Vec<u8>,
    /// Bytes read beyond the last message used: the first the next reader must take. As a rule none.
    pub buffered: Vec<u8>,
    /// Notices of the login, such as a warning about the collation version.
    pub notices: Vec<ServerError>,
}

impl Upstream {
    /// What a relay needs: the connection, and the bytes that its next reader must take first.
    pub fn into_stream(self) -> (UpstreamStream, Vec<u8>) {
        (self.stream, self.buffered)
    }

    /// The value of a reported parameter as of login.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|found| found.0 == name)
            .map(|found| found.1.as_str())
    }
}

/// Connects and logs in.
///
/// `startup` holds the startup parameters. The user of the URL wins over `user` in `startup`; `database`,
/// `application_name` and all other parameters of `startup` win over the URL, whose `options` come before those of
/// `startup`. `default_transaction_read_only=on` is set last, unless [`UpstreamTarget::read_only`] is off: nothing
/// in `startup` can take it back.
pub async fn connect(target: &UpstreamTarget, startup: &[(String, String)]) -> Result<Upstream, ConnectError> {
    let limit = target.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
    match timeout(limit, attempts(target, startup)).await {
        Ok(connected) => connected,
        Err(_) => Err(ConnectError::Timeout {
            address: target.address(),
            limit,
        }),
    }
}

/// The modes in which libpq tries: `allow` falls back to TLS and `prefer` to none when the server has no
/// `pg_hba.conf` entry for the first.
async fn attempts(target: &UpstreamTarget, startup: &[(String, String)]) -> Result<Upstream, ConnectError> {
    let (first, second) = match target.ssl_mode {
        SslMode::Allow => (SslMode::Disable, Some(SslMode::Require)),
        SslMode::Prefer => (SslMode::Prefer, Some(SslMode::Disable)),
        mode => (mode, None),
    };
    let stream = open(target, first).await?;
    let was_encrypted = stream.is_encrypted();
    match (log_in(target, startup, stream).await, second) {
        (Err(ConnectError::Server(error)), Some(second))
            if error.code() == INVALID_AUTHORIZATION
                && was_encrypted == (second == SslMode::Disable)
                && matches!(target.host, Host::Tcp(_)) =>
        {
            let again = match open(target, second).await {
                Ok(stream) => log_in(target, startup, stream).await,
                Err(error) => Err(error),
            };
            // The server's first answer says more than "no TLS" does.
            again.map_err(|later| match later {
                ConnectError::NoTls => ConnectError::Server(error),
                later => later,
            })
        }
        (connected, _) => connected,
    }
}

/// Opens the socket, and TLS as the mode says.
pub(super) async fn open(target: &UpstreamTarget, mode: SslMode) -> Result<UpstreamStream, ConnectError> {
    let failed = |source| ConnectError::Socket {
        address: target.address(),
        source,
    };
    let host = match &target.host {
        Host::Unix(directory) => {
            let stream = UnixStream::connect(target.socket_path(directory)).await;
            return Ok(UpstreamStream::Unix(stream.map_err(failed)?));
        }
        Host::Tcp(host) => host.as_str(),
    };
    let mut stream = TcpStream::connect((host, target.port)).await.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_IDLE)
        .with_interval(KEEPALIVE_INTERVAL)
        .with_retries(KEEPALIVE_RETRIES);
    SockRef::from(&stream).set_tcp_keepalive(&keepalive).map_err(failed)?;
    if mode == SslMode::Disable {
        return Ok(UpstreamStream::Tcp(stream));
    }
    stream.write_all(&SSL_REQUEST).await.map_err(failed)?;
    // Exactly one byte: what follows must not be taken for part of the handshake when it came before it.
    match stream.read_u8().await.map_err(failed)? {
        b'S' => {
            let tls = tls::wrap(stream, target, host).await?;
            Ok(UpstreamStream::Tls(Box::new(tls)))
        }
        b'N' if mode <= SslMode::Prefer => Ok(UpstreamStream::Tcp(stream)),
        b'N' => Err(ConnectError::NoTls),
        // An error text here came unencrypted and from anybody; it is not shown.
        other => Err(MessageError::Unexpected(char::from(other)).into()),
    }
}

async fn log_in(
    target: &UpstreamTarget,
    startup: &[(String, String)],
    stream: UpstreamStream,
) -> Result<Upstream, ConnectError> {
    let parameters = startup_parameters(target, startup)?;
    let user = value(&parameters, "user").unwrap_or_default().to_owned();
    let database = value(&parameters, "database").unwrap_or(&user);
    let mut login = Login {
        password: password::find(target, &user, database)?,
        user,
        is_encrypted: stream.is_encrypted(),
        end_point: match &stream {
            UpstreamStream::Tls(tls) => tls::end_point(tls),
            _ => None,
        },
        channel_binding: target.channel_binding,
        state: State::Start,
    };
    let mut upstream = Upstream {
        stream,
        parameters: Vec::new(),
        process_id: 0,
        secret_key: Vec::new(),
        buffered: Vec::new(),
        notices: Vec::new(),
    };
    let mut buffered = Vec::new();
    let mut exchange = Exchange::new(&mut upstream.stream, &mut buffered, LOGIN_MESSAGE_BYTES_MAX);
    exchange.send(&startup_message(&parameters)).await?;
    authenticate(&mut exchange, &mut login).await?;
    for _ in 0..LOGIN_MESSAGES_MAX {
        let (tag, body) = exchange.next().await?;
        let mut reader = Reader::new(body);
        match tag {
            reply::PARAMETER_STATUS => {
                let name = String::from_utf8_lossy(reader.string()?).into_owned();
                let value = String::from_utf8_lossy(reader.string()?).into_owned();
                upstream.parameters.push((name, value));
            }
            reply::BACKEND_KEY_DATA => {
                upstream.process_id = reader.int32()?;
                upstream.secret_key = reader.rest().to_vec();
            }
            reply::NOTICE_RESPONSE => upstream.notices.push(ServerError::read(body)?),
            reply::ERROR_RESPONSE => return Err(ConnectError::Server(ServerError::read(body)?)),
            reply::READY_FOR_QUERY => {
                drop(exchange);
                upstream.buffered = buffered;
                return Ok(upstream);
            }
            other => return Err(MessageError::Unexpected(char::from(other)).into()),
        }
    }
    Err(ConnectError::NeverReady)
}

async fn authenticate(exchange: &mut Exchange<'_>, login: &mut Login) -> Result<(), ConnectError> {
    for _ in 0..LOGIN_MESSAGES_MAX {
        let (tag, body) = exchange.next().await?;
        let step = match tag {
            reply::AUTHENTICATION => login.step(body)?,
            reply::ERROR_RESPONSE => return Err(ConnectError::Server(ServerError::read(body)?)),
            reply::NOTICE_RESPONSE => continue,
            other => return Err(MessageError::Unexpected(char::from(other)).into()),
        };
        match step {
            Step::Send(bytes) => exchange.send(&bytes).await?,
            Step::Wait => {}
            Step::Done => return Ok(()),
        }
    }
    Err(LoginError::OutOfOrder.into())
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters
        .iter()
        .find(|found| found.0 == name)
        .map(|found| found.1.as_str())
}

/// What goes into the startup message, each name once.
fn startup_parameters(
    target: &UpstreamTarget,
    startup: &[(String, String)],
) -> Result<Vec<(String, String)>, ConnectError> {
    const READ_ONLY: &str = "default_transaction_read_only";
    let user = target.user.as_deref().or_else(|| value(startup, "user"));
    let mut parameters = vec![("user".to_owned(), user.ok_or(ConnectError::NoUser)?.to_owned())];
    let options = [target.options.as_deref(), value(startup, "options")];
    let options: Vec<&str> = options.into_iter().flatten().collect();
    if !options.is_empty() {
        parameters.push(("options".to_owned(), options.join(" ")));
    }
    for (name, value) in startup {
        // The server folds the case of settings.
        let is_ours = target.read_only && name.eq_ignore_ascii_case(READ_ONLY);
        if !is_ours && name != "user" && name != "options" {
            parameters.push((name.clone(), value.clone()));
        }
    }
    let defaults = [
        ("database", &target.database),
        ("application_name", &target.application_name),
    ];
    for (name, default) in defaults {
        if let (None, Some(default)) = (value(&parameters, name), default) {
            parameters.push((name.to_owned(), default.clone()));
        }
    }
    // The server applies these after `options`, so the last word is ours.
    if target.read_only {
        parameters.push((READ_ONLY.to_owned(), "on".to_owned()));
    }
    match parameters
        .iter()
        .find(|(name, value)| name.is_empty() || name.contains('\0') || value.contains('\0'))
    {
        Some((name, _)) => Err(ConnectError::BadParameter(name.clone())),
        None => Ok(parameters),
    }
}

fn startup_message(parameters: &[(String, String)]) -> Vec<u8> {
    let mut out = vec![0; 4];
    out.extend_from_slice(&PROTOCOL_VERSION.to_be_bytes());
    for text in parameters.iter().flat_map(|(name, value)| [name, value]) {
        out.extend_from_slice(text.as_bytes());
        out.push(0);
    }
    out.push(0);
    let length = u32::try_from(out.len()).unwrap_or(u32::MAX);
    out[..4].copy_from_slice(&length.to_be_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn the_url_decides_the_user_and_the_client_the_rest() {
        let url = "postgres://reader@h/app?application_name=pgveil&options=-c%20geqo%3Doff";
        let target = UpstreamTarget::parse(url).unwrap();
        let client = pairs(&[
            ("user", "ada"),
            ("database", "shop"),
            ("options", "-c work_mem=1MB"),
            ("Default_Transaction_Read_Only", "off"),
            ("DateStyle", "ISO"),
        ]);
        let expected = pairs(&[
            ("user", "reader"),
            ("options", "-c geqo=off -c work_mem=1MB"),
            ("database", "shop"),
            ("DateStyle", "ISO"),
            ("application_name", "pgveil"),
            ("default_transaction_read_only", "on"),
        ]);
        assert_eq!(startup_parameters(&target, &client).unwrap(), expected);
    }

    #[test]
    fn without_a_user_in_the_url_the_client_names_it() {
        let mut target = UpstreamTarget::parse("postgres://h/app").unwrap();
        target.read_only = false;
        let expected = pairs(&[("user", "ada"), ("database", "app")]);
        assert_eq!(
            startup_parameters(&target, &pairs(&[("user", "ada")])).unwrap(),
            expected
        );
        assert!(matches!(startup_parameters(&target, &[]), Err(ConnectError::NoUser)));
        let zero = pairs(&[("user", "a\0database\0b")]);
        assert!(matches!(
            startup_parameters(&target, &zero),
            Err(ConnectError::BadParameter(_))
        ));
    }

    #[test]
    fn the_startup_message_counts_itself() {
        let message = startup_message(&pairs(&[("user", "ada")]));
        assert_eq!(message, b"\0\0\0\x12\0\x03\0\0user\0ada\0\0");
    }
}
