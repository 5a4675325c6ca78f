//! Messages between pgveil and the server outside the relay: read whole, within limits.

use std::fmt;
use std::io;

use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::stream::UpstreamStream;
use crate::wire::frame::{self, FrameError, HEADER_BYTES};
use crate::wire::read::{Malformed, Reader};

/// Bytes asked of the socket at once.
const READ_BYTES: usize = 64 << 10;

/// Why the exchange of messages with the server broke off.
#[derive(Debug, Error)]
pub enum MessageError {
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The server closed the connection.
    #[error("the server closed the connection")]
    Closed,
    /// The frame cannot be one.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The body does not hold what the tag says.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Larger than anything the server has reason to send here.
    #[error("message {tag:?} of {bytes} bytes is larger than expected here")]
    TooLarge {
        /// Tag.
        tag: char,
        /// Bytes of the body.
        bytes: usize,
    },
    /// A message that has no place here.
    #[error("unexpected message {0:?}")]
    Unexpected(char),
}

/// A stream with what was read from it and not yet used.
#[derive(Debug)]
pub(super) struct Exchange<'a> {
    stream: &'a mut UpstreamStream,
    buffer: &'a mut Vec<u8>,
    /// Bytes of `buffer` that are used up.
    used: usize,
    /// Largest body accepted.
    body_bytes_max: usize,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(stream: &'a mut UpstreamStream, buffer: &'a mut Vec<u8>, body_bytes_max: usize) -> Self {
        Exchange {
            stream,
            buffer,
            used: 0,
            body_bytes_max,
        }
    }

    /// The next message: tag and body.
    pub(super) async fn next(&mut self) -> Result<(u8, &[u8]), MessageError> {
        let head = loop {
            let unused = &self.buffer[self.used..];
            if let Some(head) = frame::header(unused)? {
                if head.body_bytes > self.body_bytes_max {
                    let tag = char::from(head.tag);
                    return Err(MessageError::TooLarge {
                        tag,
                        bytes: head.body_bytes,
                    });
                }
                if unused.len() >= head.frame_bytes() {
                    break head;
                }
            }
            self.fill().await?;
        };
        let start = self.used + HEADER_BYTES;
        self.used += head.frame_bytes();
        Ok((head.tag, &self.buffer[start..self.used]))
    }

    /// Sends bytes that are whole messages.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), MessageError> {
        self.stream.write_all(bytes).await?;
        Ok(self.stream.flush().await?)
    }

    async fn fill(&mut self) -> Result<(), MessageError> {
        self.buffer.drain(..self.used);
        self.used = 0;
        self.buffer.reserve(READ_BYTES);
        match self.stream.read_buf(self.buffer).await? {
            0 => Err(MessageError::Closed),
            _ => Ok(()),
        }
    }
}

impl Drop for Exchange<'_> {
    /// What is left in the buffer is what the next reader starts with.
    fn drop(&mut self) {
        self.buffer.drain(..self.used);
    }
}

/// An ErrorResponse or NoticeResponse (PostgreSQL docs, "Error and Notice Message Fields").
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerError {
    /// Field codes and their texts, in the order sent.
    pub fields: Vec<(u8, String)>,
}

impl ServerError {
    /// Reads a message body. A text that is not UTF-8 keeps what can be read: before login the server does not
    /// know the client's encoding.
    pub(super) fn read(body: &[u8]) -> Result<ServerError, Malformed> {
        let mut reader = Reader::new(body);
        let mut fields = Vec::new();
        loop {
            match reader.byte()? {
                0 => break,
                code => {
                    let text = String::from_utf8_lossy(reader.string()?).into_owned();
                    fields.push((code, text));
                }
            }
        }
        Ok(ServerError { fields })
    }

    /// The text of a field.
    pub fn field(&self, code: u8) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.0 == code)
            .map(|field| field.1.as_str())
    }

    /// SQLSTATE; empty if the server sent none.
    pub fn code(&self) -> &str {
        self.field(b'C').unwrap_or_default()
    }

    /// Primary message; empty if the server sent none.
    pub fn message(&self) -> &str {
        self.field(b'M').unwrap_or_default()
    }

    /// Severity, not translated where the server sends it so.
    pub fn severity(&self) -> &str {
        self.field(b'V').or_else(|| self.field(b'S')).unwrap_or_default()
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {} ({})", self.severity(), self.message(), self.code())
    }
}

impl std::error::Error for ServerError {}

/// A message with this tag and body.
pub(super) fn message(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    // Sized ahead: a body may be a password, and growing would leave copies of it behind.
    let mut out = Vec::with_capacity(HEADER_BYTES + parts.iter().map(|part| part.len()).sum::<usize>());
    let at = frame::start(&mut out, tag);
    parts.iter().for_each(|part| out.extend_from_slice(part));
    frame::finish(&mut out, at);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_fields_are_read_and_shown() {
        let body = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"ada\"\0R?\0\0";
        let error = ServerError::read(body).unwrap();
        assert_eq!((error.code(), error.severity()), ("28P01", "FATAL"));
        assert_eq!(
            error.to_string(),
            "FATAL: password authentication failed for user \"ada\" (28P01)"
        );
        assert!(ServerError::read(b"SFATAL\0").is_err());
        assert!(ServerError::read(b"SFATAL").is_err());
        assert_eq!(ServerError::read(b"\0").unwrap().code(), "");
    }

    #[tokio::test]
    async fn messages_come_whole_and_the_rest_is_kept() {
        let (near, far) = tokio::net::UnixStream::pair().unwrap();
        let (mut near, mut far) = (UpstreamStream::Unix(near), UpstreamStream::Unix(far));
        let mut buffer = Vec::new();
        let sent = [message(b'S', &[b"a\0b\0"]), message(b'Z', &[b"I"]), b"K\0\0".to_vec()].concat();
        far.write_all(&sent).await.unwrap();
        let mut exchange = Exchange::new(&mut near, &mut buffer, 100);
        assert_eq!(exchange.next().await.unwrap(), (b'S', &b"a\0b\0"[..]));
        assert_eq!(exchange.next().await.unwrap(), (b'Z', &b"I"[..]));
        drop(exchange);
        assert_eq!(buffer, b"K\0\0");
        far.write_all(b"\0\xff").await.unwrap();
        let refused = Exchange::new(&mut near, &mut buffer, 100).next().await.unwrap_err();
        assert!(
            matches!(refused, MessageError::TooLarge { tag: 'K', bytes: 251 }),
            "{refused}"
        );
        buffer.clear();
        drop(far);
        let closed = Exchange::new(&mut near, &mut buffer, 100).next().await.unwrap_err();
        assert!(matches!(closed, MessageError::Closed));
    }
}
