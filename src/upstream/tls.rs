//! TLS to the server, as strict as libpq's `sslmode` says (PostgreSQL docs, "SSL Support").

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::certificate::{self, Unverified, Verified};
use super::url::{SslMode, UpstreamTarget};

/// Where operating systems keep their bundle of root certificates (Debian, Red Hat, Alpine and BSD).
const SYSTEM_ROOTS: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// Why TLS could not be set up.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file of certificates or keys cannot be read.
    #[error("cannot read {what} {path}: {reason}")]
    File {
        /// Which kind of file.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// sslmode asks for verification and there is nothing to verify against.
    #[error("sslmode=verify-ca and verify-full need root certificates: set sslrootcert, or put them into {0}")]
    NoRoots(PathBuf),
    /// The key file can be read by others.
    #[error("client key {0} can be read by group or others; run: chmod 0600 {0}")]
    KeyPermissions(PathBuf),
    /// The host cannot be a TLS server name.
    #[error("{0:?} is not a host name that a certificate can be checked against")]
    HostName(String),
    /// The certificates and keys do not make a configuration.
    #[error("TLS configuration: {0}")]
    Configuration(#[from] rustls::Error),
    /// The handshake failed; a certificate that did not verify is among the reasons.
    #[error("TLS handshake with the server failed: {0}")]
    Handshake(io::Error),
}

/// Does the handshake.
pub(super) async fn wrap(
    stream: TcpStream,
    target: &UpstreamTarget,
    host: &str,
) -> Result<TlsStream<TcpStream>, TlsError> {
    let config = client_config(target)?;
    let name = ServerName::try_from(host.to_owned());
    let name = name.map_err(|_| TlsError::HostName(host.to_owned()))?;
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.map_err(TlsError::Handshake)
}

/// What a login over this connection is bound to.
pub(super) fn end_point(stream: &TlsStream<TcpStream>) -> Option<Vec<u8>> {
    let certificates = stream.get_ref().1.peer_certificates()?;
    certificate::end_point(certificates.first()?)
}

/// Read anew for each connection, so that renewed certificates need no restart.
fn client_config(target: &UpstreamTarget) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let verifier = verifier(target, &provider)?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    Ok(match client_identity(target)? {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key)?,
        None => builder.with_no_client_auth(),
    })
}

fn verifier(target: &UpstreamTarget, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    let roots = match root_certificates(target)? {
        Some(roots) => roots,
        None => return Ok(Arc::new(Unverified(provider.clone()))),
    };
    let mut store = RootCertStore::empty();
    for root in &roots {
        store.add(root.clone())?;
    }
    let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider.clone())
        .build()
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    let checks_name = target.ssl_mode == SslMode::VerifyFull;
    Ok(Arc::new(Verified {
        chain,
        roots,
        checks_name,
    }))
}

/// The root certificates that the mode asks for. `None`: nothing is verified. As in libpq a root file that is there
/// is used in every mode.
fn root_certificates(target: &UpstreamTarget) -> Result<Option<Vec<CertificateDer<'static>>>, TlsError> {
    if let Some(path) = &target.ssl_root_cert {
        if path != Path::new("system") {
            return read_certificates("root certificates", path).map(Some);
        }
        let found = SYSTEM_ROOTS.iter().map(Path::new).find(|path| path.exists());
        let path = found.unwrap_or(Path::new(SYSTEM_ROOTS[0]));
        return read_certificates("root certificates of the system", path).map(Some);
    }
    match in_home("root.crt") {
        Some(path) if path.exists() => read_certificates("root certificates", &path).map(Some),
        missing if target.ssl_mode >= SslMode::VerifyCa => Err(TlsError::NoRoots(
            missing.unwrap_or_else(|| "~/.postgresql/root.crt".into()),
        )),
        _ => Ok(None),
    }
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn client_identity(target: &UpstreamTarget) -> Result<Option<Identity>, TlsError> {
    let default = |name| in_home(name).filter(|path| path.exists());
    let Some(certificate) = target.ssl_cert.clone().or_else(|| default("postgresql.crt")) else {
        return Ok(None);
    };
    let key = target.ssl_key.clone().or_else(|| in_home("postgresql.key"));
    let key = key.unwrap_or_else(|| "~/.postgresql/postgresql.key".into());
    let chain = read_certificates("client certificate", &certificate)?;
    let failed = |reason: String| TlsError::File {
        what: "client key",
        path: key.clone(),
        reason,
    };
    let metadata = std::fs::metadata(&key).map_err(|error| failed(error.to_string()))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(TlsError::KeyPermissions(key));
    }
    let private = PrivateKeyDer::from_pem_file(&key).map_err(|error| failed(error.to_string()))?;
    Ok(Some((chain, private)))
}

fn in_home(name: &str) -> Option<PathBuf> {
    std::env::home_dir().map(|home| home.join(".postgresql").join(name))
}

fn read_certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let failed = |reason: String| TlsError::File {
        what,
        path: path.to_owned(),
        reason,
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(|found| found.collect::<Result<Vec<_>, _>>())
        .map_err(|error| failed(error.to_string()))?;
    match certificates.is_empty() {
        true => Err(failed("no certificate in it".to_owned())),
        false => Ok(certificates),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_file_that_is_missing_is_an_error_in_every_mode() {
        for mode in ["prefer", "require", "verify-ca", "verify-full"] {
            let url = format!("postgres://h/x?sslmode={mode}&sslrootcert=/nonexistent/ca.pem");
            let error = client_config(&UpstreamTarget::parse(&url).unwrap()).unwrap_err();
            assert!(error.to_string().contains("/nonexistent/ca.pem"), "{error}");
        }
        let url = "postgres://h/x?sslmode=require&sslcert=/nonexistent/me.pem";
        assert!(client_config(&UpstreamTarget::parse(url).unwrap()).is_err());
    }
}
