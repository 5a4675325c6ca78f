//! The untyped first packets of a connection, parsed without IO.
//!
//! Before a session begins, a client sends packets that have a length but no tag: requests for encryption,
//! a request to cancel, or the startup message itself (PostgreSQL docs, "Message Formats" and "Message Flow").

/// Most bytes of a first packet after its length word: PostgreSQL's `MAX_STARTUP_PACKET_LENGTH`.
pub const STARTUP_PACKET_BYTES_MAX: usize = 10_000;

/// Bytes of a cancel key: 4 up to protocol 3.0, up to 256 since 3.2.
pub const CANCEL_SECRET_BYTES: std::ops::RangeInclusive<usize> = 4..=256;

/// The newest minor version of protocol 3 that is spoken: 3.2, as by PostgreSQL 18. It differs from 3.0 in nothing but
/// longer cancel keys.
pub const MINOR_VERSION_MAX: u16 = 2;

const SSL_REQUEST: u32 = 80_877_103;
const GSS_ENC_REQUEST: u32 = 80_877_104;
const CANCEL_REQUEST: u32 = 80_877_102;

/// What a client may say first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartupPacket {
    /// The client asks for TLS.
    SslRequest,
    /// The client asks for GSSAPI encryption.
    GssEncRequest,
    /// The client asks to cancel what another session runs.
    Cancel {
        /// Process id that the other session was told.
        process_id: i32,
        /// Secret that the other session was told; as long as [`CANCEL_SECRET_BYTES`] allows.
        secret: Vec<u8>,
    },
    /// The client begins a session.
    Startup(StartupMessage),
}

/// A startup message of protocol 3, as it was sent: names and values are not checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartupMessage {
    /// Minor protocol version asked for: 0 for 3.0, 2 for 3.2; what is spoken is at most [`MINOR_VERSION_MAX`].
    pub minor: u16,
    /// Names and values in the order sent. No name is empty, none comes twice, and `user` is there.
    pub parameters: Vec<(String, String)>,
}

impl StartupMessage {
    /// The value of the parameter called exactly `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.parameters.iter().find(|(n, _)| n == name)?;
        Some(value)
    }
}

/// Why a first packet is refused. The texts are PostgreSQL's own where it has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartupError {
    /// The length word is shorter than a packet or longer than [`STARTUP_PACKET_BYTES_MAX`].
    #[error("invalid length of startup packet")]
    Length,
    /// The body is not name, value, …, terminator.
    #[error("invalid startup packet layout: expected terminator as last byte")]
    Layout,
    /// Bytes after a request that has none, or a cancel key of a length that does not exist.
    #[error("invalid length of request packet")]
    RequestLength,
    /// A name or value is not UTF-8.
    #[error("startup parameters must be valid UTF-8")]
    Encoding,
    /// A parameter comes twice; names are compared without case, as settings are.
    #[error("startup parameter \"{0}\" is given twice")]
    Duplicate(String),
    /// No `user`, or an empty one.
    #[error("no PostgreSQL user name specified in startup packet")]
    NoUser,
    /// Not protocol 3.
    #[error("unsupported frontend protocol {major}.{minor}: server supports 3.0 to 3.{MINOR_VERSION_MAX}")]
    Version {
        /// Major version asked for.
        major: u16,
        /// Minor version asked for.
        minor: u16,
    },
}

impl StartupError {
    /// The SQLSTATE to answer with.
    pub fn sqlstate(&self) -> &'static str {
        match self {
            Self::Version { .. } => "0A000",
            Self::NoUser => "28000",
            _ => "08P01",
        }
    }
}

/// How many bytes follow the length word `header` of a first packet.
///
/// # Errors
/// [`StartupError::Length`] outside 4 to [`STARTUP_PACKET_BYTES_MAX`].
pub fn body_bytes(header: [u8; 4]) -> Result<usize, StartupError> {
    let bytes = u32::from_be_bytes(header).checked_sub(4).ok_or(StartupError::Length)? as usize;
    if (4..=STARTUP_PACKET_BYTES_MAX).contains(&bytes) {
        Ok(bytes)
    } else {
        Err(StartupError::Length)
    }
}

/// Parses what follows the length word.
///
/// # Errors
/// Any [`StartupError`]; never panics, whatever the bytes.
pub fn parse(body: &[u8]) -> Result<StartupPacket, StartupError> {
    let (code, rest) = body.split_first_chunk::<4>().ok_or(StartupError::Length)?;
    match u32::from_be_bytes(*code) {
        SSL_REQUEST => without_body(rest, StartupPacket::SslRequest),
        GSS_ENC_REQUEST => without_body(rest, StartupPacket::GssEncRequest),
        CANCEL_REQUEST => parse_cancel(rest),
        version => {
            let (major, minor) = ((version >> 16) as u16, version as u16);
            if major != 3 {
                return Err(StartupError::Version { major, minor });
            }
            let parameters = parse_parameters(rest)?;
            Ok(StartupPacket::Startup(StartupMessage { minor, parameters }))
        }
    }
}

fn without_body(rest: &[u8], packet: StartupPacket) -> Result<StartupPacket, StartupError> {
    if rest.is_empty() {
        Ok(packet)
    } else {
        Err(StartupError::RequestLength)
    }
}

fn parse_cancel(rest: &[u8]) -> Result<StartupPacket, StartupError> {
    let (process_id, secret) = rest.split_first_chunk::<4>().ok_or(StartupError::RequestLength)?;
    if !CANCEL_SECRET_BYTES.contains(&secret.len()) {
        return Err(StartupError::RequestLength);
    }
    Ok(StartupPacket::Cancel {
        process_id: i32::from_be_bytes(*process_id),
        secret: secret.to_vec(),
    })
}

fn parse_parameters(mut rest: &[u8]) -> Result<Vec<(String, String)>, StartupError> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    loop {
        let name = take_string(&mut rest)?;
        if name.is_empty() {
            break;
        }
        let value = take_string(&mut rest)?;
        if parameters.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            return Err(StartupError::Duplicate(name.to_owned()));
        }
        parameters.push((name.to_owned(), value.to_owned()));
    }
    if !rest.is_empty() {
        return Err(StartupError::Layout);
    }
    if !parameters
        .iter()
        .any(|(name, value)| name == "user" && !value.is_empty())
    {
        return Err(StartupError::NoUser);
    }
    Ok(parameters)
}

/// Takes one NUL-terminated string off the front.
fn take_string<'a>(rest: &mut &'a [u8]) -> Result<&'a str, StartupError> {
    let end = memchr::memchr(0, rest).ok_or(StartupError::Layout)?;
    let text = std::str::from_utf8(&rest[..end]).map_err(|_| StartupError::Encoding)?;
    *rest = &rest[end + 1..];
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn startup(version: u32, body: &[u8]) -> Vec<u8> {
        [&version.to_be_bytes(), body].concat()
    }

    #[test]
    fn requests_are_told_apart_by_code() {
        assert_eq!(parse(&80_877_103u32.to_be_bytes()), Ok(StartupPacket::SslRequest));
        assert_eq!(parse(&80_877_104u32.to_be_bytes()), Ok(StartupPacket::GssEncRequest));
        assert_eq!(parse(&startup(80_877_103, b"x")), Err(StartupError::RequestLength));
    }

    #[test]
    fn cancel_keys_may_be_long_but_not_endless() {
        let cancel = |bytes: usize| {
            let mut body = startup(80_877_102, &7i32.to_be_bytes());
            body.resize(8 + bytes, 9);
            parse(&body)
        };
        assert_eq!(
            cancel(4),
            Ok(StartupPacket::Cancel {
                process_id: 7,
                secret: vec![9; 4]
            })
        );
        assert_eq!(
            cancel(256),
            Ok(StartupPacket::Cancel {
                process_id: 7,
                secret: vec![9; 256]
            })
        );
        for bytes in [0, 3, 257] {
            assert_eq!(cancel(bytes), Err(StartupError::RequestLength));
        }
        assert_eq!(parse(&startup(80_877_102, &[1, 2])), Err(StartupError::RequestLength));
    }

    #[test]
    fn malformed_startup_messages_are_refused() {
        let v3 = |body: &[u8]| parse(&startup(196_608, body));
        assert!(v3(b"user\0ada\0\0").is_ok());
        assert_eq!(v3(b"user\0ada\0"), Err(StartupError::Layout));
        assert_eq!(v3(b"user\0ada\0\0\0"), Err(StartupError::Layout));
        assert_eq!(v3(b"user\0ada"), Err(StartupError::Layout));
        assert_eq!(v3(b"\0"), Err(StartupError::NoUser));
        assert_eq!(v3(b"user\0\0\0"), Err(StartupError::NoUser));
        assert_eq!(v3(b"user\0\xff\0\0"), Err(StartupError::Encoding));
        assert_eq!(v3(b"user\0a\0User\0b\0\0"), Err(StartupError::Duplicate("User".into())));
        let old = parse(&startup(2 << 16, b"user\0ada\0\0"));
        assert_eq!(old, Err(StartupError::Version { major: 2, minor: 0 }));
    }

    #[test]
    fn lengths_are_bounded() {
        assert_eq!(body_bytes(8u32.to_be_bytes()), Ok(4));
        assert_eq!(body_bytes(10_004u32.to_be_bytes()), Ok(10_000));
        for lie in [0, 3, 4, 7, 10_005, u32::MAX] {
            assert_eq!(body_bytes(lie.to_be_bytes()), Err(StartupError::Length));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_parse_or_fail(body: Vec<u8>, code in prop::sample::select(vec![
            SSL_REQUEST, GSS_ENC_REQUEST, CANCEL_REQUEST, 196_608, 196_610,
        ])) {
            let _ = parse(&body);
            let _ = parse(&startup(code, &body));
        }

        #[test]
        fn what_was_sent_is_what_is_read(
            values in prop::collection::btree_map("[a-z_.]{1,12}", "[^\0]{0,20}", 0..8),
            minor: u16,
        ) {
            let mut parameters = vec![("user".to_owned(), "ada".to_owned())];
            parameters.extend(values.into_iter().filter(|(name, _)| name != "user"));
            let mut body = (3u32 << 16 | u32::from(minor)).to_be_bytes().to_vec();
            for text in parameters.iter().flat_map(|(name, value)| [name, value]) {
                body.extend_from_slice(text.as_bytes());
                body.push(0);
            }
            body.push(0);
            prop_assert_eq!(parse(&body), Ok(StartupPacket::Startup(StartupMessage { minor, parameters })));
        }
    }
}
