//! Listeners, limits, and catalogs kept fresh.

use std::future::Future;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Config;
use crate::session::client_stream::ClientStream;
use crate::session::{self, CATALOG_POLL, Peer, Service, ServiceError};

/// Connections at a time, logged in or not; more wait to be accepted.
pub const CONNECTIONS_MAX: usize = 10_000;
/// Accepting failed for want of something, such as file descriptors: wait before trying again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why the server does not run.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The config leads nowhere.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// `[listen] address`.
    #[error("cannot listen on {address}: {source}")]
    Address {
        /// As configured.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// `[listen] socket_dir`.
    #[error("cannot listen on {}: {source}", path.display())]
    Socket {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Serves until `shutdown` is done. `ready` is called with the TCP port once clients can connect.
pub async fn run(
    config: Config,
    shutdown: impl Future<Output = ()>,
    ready: impl FnOnce(Option<u16>),
) -> Result<(), ServerError> {
    let service = Arc::new(Service::new(config)?);
    let tcp = match &service.config.listen.address {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let port = tcp
        .as_ref()
        .and_then(|listener| listener.local_addr().ok())
        .map(|address| address.port());
    let unix = match &service.config.listen.socket_dir {
        Some(directory) => Some(UnixSocket::bind(directory, port.unwrap_or(5432))?),
        None => None,
    };
    ready(port);
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    tokio::select! {
        () = accept_tcp(&service, tcp, &room) => {}
        () = accept_unix(&service, unix.as_ref(), &room) => {}
        () = watch_catalogs(&service) => {}
        () = shutdown => {}
    }
    Ok(())
}

async fn listen(address: &str) -> Result<TcpListener, ServerError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|source| ServerError::Address {
        address: address.to_owned(),
        source,
    })
}

/// A listening unix socket, named as PostgreSQL names it; removed when dropped.
struct UnixSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl UnixSocket {
    fn bind(directory: &Path, port: u16) -> Result<Self, ServerError> {
        let path = directory.join(format!(".s.PGSQL.{port}"));
        let bind = || {
            // A socket that nobody listens on any more is left over from a killed process.
            let is_socket = std::fs::symlink_metadata(&path).is_ok_and(|found| found.file_type().is_socket());
            if is_socket && std::os::unix::net::UnixStream::connect(&path).is_err() {
                std::fs::remove_file(&path)?;
            }
            let listener = UnixListener::bind(&path)?;
            // As in PostgreSQL (unix_socket_permissions): the login decides who comes in.
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777))?;
            Ok(listener)
        };
        match bind() {
            Ok(listener) => Ok(UnixSocket { listener, path }),
            Err(source) => Err(ServerError::Socket { path, source }),
        }
    }
}

impl Drop for UnixSocket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn accept_tcp(service: &Arc<Service>, listener: Option<TcpListener>, room: &Arc<Semaphore>) {
    let Some(listener) = listener else {
        return std::future::pending().await;
    };
    loop {
        let Some(permit) = permit(room).await else { return };
        match listener.accept().await {
            Ok((stream, address)) => {
                let _ = stream.set_nodelay(true);
                let keepalive = socket2::TcpKeepalive::new().with_time(Duration::from_secs(60));
                let _ = socket2::SockRef::from(&stream).set_tcp_keepalive(&keepalive);
                spawn(service, ClientStream::Tcp(stream), Peer::Tcp(address), permit);
            }
            Err(error) => pause(&error).await,
        }
    }
}

async fn accept_unix(service: &Arc<Service>, socket: Option<&UnixSocket>, room: &Arc<Semaphore>) {
    let Some(socket) = socket else {
        return std::future::pending().await;
    };
    loop {
        let Some(permit) = permit(room).await else { return };
        match socket.listener.accept().await {
            Ok((stream, _)) => spawn(service, ClientStream::Unix(stream), Peer::Unix, permit),
            Err(error) => pause(&error).await,
        }
    }
}

async fn permit(room: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    room.clone().acquire_owned().await.ok()
}

fn spawn(service: &Arc<Service>, stream: ClientStream, peer: Peer, permit: OwnedSemaphorePermit) {
    let service = service.clone();
    tokio::spawn(async move {
        session::serve(service, stream, peer).await;
        drop(permit);
    });
}

async fn pause(error: &io::Error) {
    eprintln!("pgveil: accepting a connection: {error}");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

async fn watch_catalogs(service: &Arc<Service>) {
    loop {
        tokio::time::sleep(CATALOG_POLL).await;
        service.refresh_catalogs().await;
    }
}
