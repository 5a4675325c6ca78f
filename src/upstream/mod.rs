//! The real server: where it is, connecting and logging in, cancelling, and reading its catalog.

mod cancel;
mod catalog;
mod certificate;
mod connect;
mod login;
mod messages;
mod password;
mod query;
mod stream;
mod tls;
mod url;

pub use cancel::cancel;
pub use catalog::{LoadError, fingerprint, load_snapshot};
pub use connect::{CONNECT_TIMEOUT, ConnectError, Upstream, connect};
pub use login::LoginError;
pub use messages::{MessageError, ServerError};
pub use password::{PasswordError, PasswordSource};
pub use query::{QueryError, RESULT_BYTES_MAX, Row, query};
pub use stream::UpstreamStream;
pub use tls::TlsError;
pub use url::{ChannelBinding, Host, SslMode, UpstreamTarget, UrlError};
