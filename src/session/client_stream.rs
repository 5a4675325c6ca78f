//! The client's connection, plain or encrypted, as one type.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::server::TlsStream;

use crate::wire::compose;
use crate::wire::error_fields::ErrorFields;

/// A connection from a client.
#[derive(Debug)]
pub enum ClientStream {
    /// TCP, not encrypted.
    Tcp(TcpStream),
    /// A unix socket; never encrypted, as in PostgreSQL.
    Unix(UnixStream),
    /// TLS over TCP; boxed, for its state is far larger than a socket.
    Tls(Box<TlsStream<TcpStream>>),
}

impl ClientStream {
    /// Whether bytes that no read has taken yet are waiting in a plain TCP socket's buffer.
    pub(super) fn plaintext_is_waiting(&self) -> bool {
        let Self::Tcp(socket) = self else {
            return false;
        };
        let mut byte = [std::mem::MaybeUninit::uninit()];
        matches!(socket2::SockRef::from(socket).peek(&mut byte), Ok(1..))
    }
}

/// Calls the same method on whatever the stream is.
macro_rules! on_stream {
    ($self:expr, $stream:ident => $call:expr) => {
        match $self {
            ClientStream::Tcp($stream) => $call,
            ClientStream::Unix($stream) => $call,
            ClientStream::Tls($stream) => $call,
        }
    };
}

impl AsyncRead for ClientStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        on_stream!(self.get_mut(), stream => Pin::new(stream).poll_read(cx, buf))
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        on_stream!(self.get_mut(), stream => Pin::new(stream).poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        on_stream!(self.get_mut(), stream => Pin::new(stream).poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        on_stream!(self, stream => stream.is_write_vectored())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self.get_mut(), stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self.get_mut(), stream => Pin::new(stream).poll_shutdown(cx))
    }
}

/// Tells a client why its connection ends, and ends it. Whether it still listens makes no difference.
pub async fn dismiss<S: AsyncWrite + Unpin>(stream: &mut S, fields: &ErrorFields) {
    let mut out = Vec::new();
    compose::error_response(&mut out, fields);
    let _ = stream.write_all(&out).await;
    let _ = stream.shutdown().await;
}
