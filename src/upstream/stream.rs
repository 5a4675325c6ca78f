//! One byte stream to the server, whatever carries it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::client::TlsStream;

/// A connection to the server.
#[derive(Debug)]
pub enum UpstreamStream {
    /// Plain TCP.
    Tcp(TcpStream),
    /// Unix socket.
    Unix(UnixStream),
    /// TLS over TCP.
    Tls(Box<TlsStream<TcpStream>>),
}

impl UpstreamStream {
    /// The TCP socket under it; `None` for unix sockets.
    pub fn tcp(&self) -> Option<&TcpStream> {
        match self {
            UpstreamStream::Tcp(stream) => Some(stream),
            UpstreamStream::Unix(_) => None,
            UpstreamStream::Tls(stream) => Some(stream.get_ref().0),
        }
    }

    /// The socket under it, for options such as `SO_RCVLOWAT`.
    pub fn socket(&self) -> socket2::SockRef<'_> {
        match self {
            UpstreamStream::Tcp(stream) => stream.into(),
            UpstreamStream::Unix(stream) => stream.into(),
            UpstreamStream::Tls(stream) => stream.get_ref().0.into(),
        }
    }

    /// Whether the bytes are encrypted.
    pub fn is_encrypted(&self) -> bool {
        matches!(self, UpstreamStream::Tls(_))
    }
}

impl AsyncRead for UpstreamStream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            UpstreamStream::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            UpstreamStream::Unix(stream) => Pin::new(stream).poll_read(context, buffer),
            UpstreamStream::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for UpstreamStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            UpstreamStream::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            UpstreamStream::Unix(stream) => Pin::new(stream).poll_write(context, bytes),
            UpstreamStream::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            UpstreamStream::Tcp(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            UpstreamStream::Unix(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            UpstreamStream::Tls(stream) => Pin::new(stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            UpstreamStream::Tcp(stream) => stream.is_write_vectored(),
            UpstreamStream::Unix(stream) => stream.is_write_vectored(),
            UpstreamStream::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            UpstreamStream::Tcp(stream) => Pin::new(stream).poll_flush(context),
            UpstreamStream::Unix(stream) => Pin::new(stream).poll_flush(context),
            UpstreamStream::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            UpstreamStream::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            UpstreamStream::Unix(stream) => Pin::new(stream).poll_shutdown(context),
            UpstreamStream::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
