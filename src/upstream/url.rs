//! Connection URLs as libpq reads them (PostgreSQL docs, "Connection Strings", "Parameter Key Words").

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use super::password::PasswordSource;

/// `DEF_PGPORT`.
const DEFAULT_PORT: u16 = 5432;

/// Parameters that are read; the rest is an error.
const PARAMETERS: &[&str] = &[
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "gssencmode",
    "host",
    "options",
    "passfile",
    "port",
    "ssl",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

/// Why a connection URL cannot be used. Nothing of a password stands in the text.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum UrlError {
    /// Not `postgres://` or `postgresql://`.
    #[error("the connection URL must begin with postgres:// or postgresql://")]
    Scheme,
    /// A password where other people can read it.
    #[error(
        "the connection URL holds a password ({0}); give it by PGPASSWORD, by ~/.pgpass (or PGPASSFILE), \
         or by a password file or environment variable named in the configuration"
    )]
    Password(&'static str),
    /// A `%` without two hexadecimal digits, a zero byte, or bytes that are not UTF-8.
    #[error("bad percent-encoding in {0} of the connection URL")]
    PercentEncoding(String),
    /// A parameter that is not known, with the nearest that is.
    #[error("unknown connection parameter {name:?}; did you mean {nearest:?}?")]
    UnknownParameter {
        /// As written.
        name: String,
        /// The nearest known one.
        nearest: &'static str,
    },
    /// A parameter without `=`, or twice.
    #[error("connection parameter {0:?} {1}")]
    BadParameter(String, &'static str),
    /// A value that the parameter does not take.
    #[error("{name}={value}: {expected}")]
    BadValue {
        /// Parameter.
        name: &'static str,
        /// As written.
        value: String,
        /// What would work.
        expected: &'static str,
    },
    /// No host.
    #[error("the connection URL names no host; for a unix socket write ?host=/var/run/postgresql")]
    NoHost,
    /// More than one host.
    #[error("the connection URL names several hosts; one is supported")]
    SeveralHosts,
}

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// Host name or IP address.
    Tcp(String),
    /// Directory of the unix socket.
    Unix(PathBuf),
}

/// How TLS is used (PostgreSQL docs, "SSL Support", "Protection Provided in Different Modes").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SslMode {
    /// Never.
    Disable,
    /// Only if the server refuses a connection without.
    Allow,
    /// If the server offers it.
    Prefer,
    /// Always; the certificate is only checked if root certificates are given.
    Require,
    /// Always; the certificate must come from a trusted root.
    VerifyCa,
    /// Always; the certificate must come from a trusted root and name the host.
    VerifyFull,
}

/// Whether a SCRAM login is bound to the TLS connection (libpq `channel_binding`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelBinding {
    /// Never.
    Disable,
    /// If the server offers it.
    Prefer,
    /// Nothing but SCRAM-SHA-256-PLUS is accepted.
    Require,
}

/// The upstream server and how to log in to it.
#[derive(Debug, Clone)]
pub struct UpstreamTarget {
    /// Where.
    pub host: Host,
    /// TCP port, or the number in the name of the unix socket.
    pub port: u16,
    /// Database user. `None`: as the `user` startup parameter of each connection says.
    pub user: Option<String>,
    /// Database for connections whose startup parameters name none.
    pub database: Option<String>,
    /// TLS; ignored for unix sockets, as by libpq.
    pub ssl_mode: SslMode,
    /// PEM file of trusted root certificates, or the word `system` for those of the operating system.
    /// `None`: `~/.postgresql/root.crt`.
    pub ssl_root_cert: Option<PathBuf>,
    /// PEM file of the client certificate. `None`: `~/.postgresql/postgresql.crt` if there.
    pub ssl_cert: Option<PathBuf>,
    /// PEM file of the client key. `None`: `~/.postgresql/postgresql.key`.
    pub ssl_key: Option<PathBuf>,
    /// Channel binding.
    pub channel_binding: ChannelBinding,
    /// `application_name` for connections whose startup parameters name none.
    pub application_name: Option<String>,
    /// `options`, put before those of each connection.
    pub options: Option<String>,
    /// Limit on connecting and logging in together. `None`: [`super::CONNECT_TIMEOUT`].
    pub connect_timeout: Option<Duration>,
    /// Where the password comes from.
    pub password: PasswordSource,
    /// Password file that takes the place of `PGPASSFILE` and `~/.pgpass`.
    pub passfile: Option<PathBuf>,
    /// Sends `default_transaction_read_only=on` at startup. On unless someone turns it off.
    pub read_only: bool,
}

impl UpstreamTarget {
    /// Reads a connection URL.
    pub fn parse(url: &str) -> Result<UpstreamTarget, UrlError> {
        let parts = Parts::split(url)?;
        let mut target = UpstreamTarget {
            host: Host::Tcp(String::new()),
            port: DEFAULT_PORT,
            user: parts.user,
            database: parts.database,
            ssl_mode: SslMode::Prefer,
            ssl_root_cert: None,
            ssl_cert: None,
            ssl_key: None,
            channel_binding: ChannelBinding::Prefer,
            application_name: None,
            options: None,
            connect_timeout: None,
            password: PasswordSource::Libpq,
            passfile: None,
            read_only: true,
        };
        let (mut host, mut port, mut ssl_mode) = (parts.host, parts.port, None);
        for (name, value) in parts.parameters {
            match name {
                "host" => host = Some(value),
                "port" => port = Some(value),
                "sslmode" => ssl_mode = Some(value.parse()?),
                // What JDBC writes; libpq takes it too.
                "ssl" => match value.as_str() {
                    "true" => ssl_mode = Some(SslMode::Require),
                    _ => return Err(bad_value("ssl", value, "only true is known; see sslmode")),
                },
                _ => target.set(name, value)?,
            }
        }
        if let Some(port) = port.filter(|port| !port.is_empty()) {
            let number = port.parse::<u16>().ok().filter(|&number| number > 0);
            target.port = number.ok_or_else(|| bad_value("port", port, "a number from 1 to 65535"))?;
        }
        target.host = read_host(host)?;
        target.ssl_mode = target.checked_ssl_mode(ssl_mode)?;
        Ok(target)
    }

    /// `host:port`, or the path of the socket, for messages.
    pub fn address(&self) -> String {
        match &self.host {
            Host::Tcp(host) if host.contains(':') => format!("[{host}]:{}", self.port),
            Host::Tcp(host) => format!("{host}:{}", self.port),
            Host::Unix(directory) => self.socket_path(directory).display().to_string(),
        }
    }

    /// Path of the socket in its directory.
    pub(super) fn socket_path(&self, directory: &Path) -> PathBuf {
        directory.join(format!(".s.PGSQL.{}", self.port))
    }

    fn set(&mut self, name: &'static str, value: String) -> Result<(), UrlError> {
        match name {
            "user" => self.user = Some(value),
            "dbname" => self.database = Some(value),
            "application_name" => self.application_name = Some(value),
            "options" => self.options = Some(value),
            "passfile" => self.passfile = Some(PathBuf::from(value)),
            "sslcert" => self.ssl_cert = Some(PathBuf::from(value)),
            "sslkey" => self.ssl_key = Some(PathBuf::from(value)),
            "sslrootcert" => self.ssl_root_cert = Some(PathBuf::from(value)),
            "channel_binding" => {
                self.channel_binding = match value.as_str() {
                    "disable" => ChannelBinding::Disable,
                    "prefer" => ChannelBinding::Prefer,
                    "require" => ChannelBinding::Require,
                    _ => return Err(bad_value(name, value, "disable, prefer or require")),
                };
            }
            "connect_timeout" => {
                let seconds = value.parse::<u64>().ok();
                let seconds = seconds.ok_or_else(|| bad_value(name, value, "a number of seconds"))?;
                // Zero is libpq's word for no limit; here every wait has one.
                self.connect_timeout = (seconds > 0).then(|| Duration::from_secs(seconds));
            }
            "gssencmode" if value == "require" => {
                return Err(bad_value(name, value, "GSSAPI encryption is not supported"));
            }
            _ => {}
        }
        Ok(())
    }

    /// `sslrootcert=system` trusts every public certificate, so only checking the name protects then.
    fn checked_ssl_mode(&self, given: Option<SslMode>) -> Result<SslMode, UrlError> {
        let is_system = self.ssl_root_cert.as_deref() == Some(Path::new("system"));
        match given {
            None if is_system => Ok(SslMode::VerifyFull),
            Some(mode) if is_system && mode != SslMode::VerifyFull => Err(bad_value(
                "sslrootcert",
                "system".to_owned(),
                "only together with sslmode=verify-full",
            )),
            given => Ok(given.unwrap_or(SslMode::Prefer)),
        }
    }
}

impl FromStr for SslMode {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<SslMode, UrlError> {
        Ok(match text {
            "disable" => SslMode::Disable,
            "allow" => SslMode::Allow,
            "prefer" => SslMode::Prefer,
            "require" => SslMode::Require,
            "verify-ca" => SslMode::VerifyCa,
            "verify-full" => SslMode::VerifyFull,
            _ => {
                let expected = "disable, allow, prefer, require, verify-ca or verify-full";
                return Err(bad_value("sslmode", text.to_owned(), expected));
            }
        })
    }
}

/// A URL taken apart and decoded.
struct Parts {
    user: Option<String>,
    host: Option<String>,
    port: Option<String>,
    database: Option<String>,
    parameters: Vec<(&'static str, String)>,
}

impl Parts {
    fn split(url: &str) -> Result<Parts, UrlError> {
        let rest = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"));
        let rest = rest.ok_or(UrlError::Scheme)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, address) = match authority.rsplit_once('@') {
            Some((user, _)) if user.contains(':') => {
                return Err(UrlError::Password("user:password@"));
            }
            Some((user, address)) => (user, address),
            None => ("", authority),
        };
        let (host, port) = split_address(address)?;
        Ok(Parts {
            user: filled(decode(user, "the user")?),
            host: filled(decode(host, "the host")?),
            port: filled(decode(port, "the port")?),
            database: filled(decode(database, "the database")?),
            parameters: read_parameters(query)?,
        })
    }
}

/// Host and port; IPv6 addresses stand in brackets.
fn split_address(address: &str) -> Result<(&str, &str), UrlError> {
    if address.contains(',') {
        return Err(UrlError::SeveralHosts);
    }
    if let Some(inside) = address.strip_prefix('[') {
        let bad = || bad_value("host", address.to_owned(), "an IPv6 address in brackets");
        let (host, rest) = inside.split_once(']').ok_or_else(bad)?;
        let port = if rest.is_empty() {
            ""
        } else {
            rest.strip_prefix(':').ok_or_else(bad)?
        };
        return Ok((host, port));
    }
    Ok(address.split_once(':').unwrap_or((address, "")))
}

fn read_parameters(query: &str) -> Result<Vec<(&'static str, String)>, UrlError> {
    let mut parameters: Vec<(&'static str, String)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| UrlError::BadParameter(pair.to_owned(), "has no value"))?;
        let name = decode(name, "a parameter name")?;
        match name.as_str() {
            "password" => return Err(UrlError::Password("password=")),
            "sslpassword" => return Err(UrlError::Password("sslpassword=")),
            _ => {}
        }
        let Some(&known) = PARAMETERS.iter().find(|&&known| known == name) else {
            let distance = |known: &&&str| strsim::damerau_levenshtein(known, &name);
            let nearest = PARAMETERS.iter().min_by_key(distance).copied().unwrap_or_default();
            return Err(UrlError::UnknownParameter { name, nearest });
        };
        if parameters.iter().any(|(earlier, _)| *earlier == known) {
            return Err(UrlError::BadParameter(name, "is given twice"));
        }
        parameters.push((known, decode(value, known)?));
    }
    Ok(parameters)
}

fn read_host(host: Option<String>) -> Result<Host, UrlError> {
    match host {
        None => Err(UrlError::NoHost),
        Some(host) if host.is_empty() => Err(UrlError::NoHost),
        Some(host) if host.contains(',') => Err(UrlError::SeveralHosts),
        Some(host) if host.starts_with('/') => Ok(Host::Unix(PathBuf::from(host))),
        Some(host) => Ok(Host::Tcp(host)),
    }
}

/// Percent-decoding; `+` stays a plus, as in libpq.
fn decode(text: &str, place: &str) -> Result<String, UrlError> {
    let bad = || UrlError::PercentEncoding(place.to_owned());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit().ok_or_else(bad)?, digit().ok_or_else(bad)?);
        bytes.push((high * 16 + low) as u8);
    }
    if bytes.contains(&0) {
        return Err(bad());
    }
    String::from_utf8(bytes).map_err(|_| bad())
}

fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn bad_value(name: &'static str, value: String, expected: &'static str) -> UrlError {
    UrlError::BadValue { name, value, expected }
}

#[cfg(test)]
mod tests;
