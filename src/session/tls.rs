//! The listener's TLS: certificate, key, and which clients' certificates are asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::der::Decode;

use crate::config::ListenTls;

/// ALPN name of PostgreSQL's protocol (PostgreSQL docs, "SSL Session Encryption").
pub const ALPN: &[u8] = b"postgresql";

/// What a listener needs to speak TLS.
#[derive(Debug)]
pub struct ListenerTls {
    /// Given to every handshake.
    pub config: Arc<ServerConfig>,
    /// Channel binding data `tls-server-end-point` (RFC 5929 section 4): the hash of our certificate. `None` where
    /// the RFC leaves the hash undefined for the certificate's signature, as for Ed25519.
    pub server_end_point: Option<Arc<[u8]>>,
    /// Whether sessions without TLS are refused. Unix sockets are exempt.
    pub required: bool,
}

/// What is wrong with the files that `[listen] tls` names; the operator's fault.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is not PEM.
    #[error("{}: {source}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: rustls::pki_types::pem::Error,
    },
    /// A file holds no certificate.
    #[error("{}: holds no certificate", .0.display())]
    NoCertificate(PathBuf),
    /// The authorities for client certificates are not usable.
    #[error("{}: {reason}", path.display())]
    ClientCa {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Certificate and key do not fit together or are not supported.
    #[error("certificate {}: {source}", path.display())]
    Certificate {
        /// The certificate's file.
        path: PathBuf,
        /// What is wrong.
        source: rustls::Error,
    },
}

impl ListenerTls {
    /// Reads the PEM files: the chain with our own certificate first, its key, and, where clients must show a
    /// certificate, the authorities that may have signed it.
    ///
    /// # Errors
    /// Any [`TlsError`].
    pub fn load(files: &ListenTls) -> Result<Self, TlsError> {
        let ListenTls {
            certificate,
            key,
            client_ca,
            required,
        } = files;
        let chain = certificates(certificate)?;
        let key_der = PrivateKeyDer::from_pem_file(key).map_err(|source| TlsError::Pem {
            path: key.clone(),
            source,
        })?;
        let server_end_point = server_end_point(&chain[0]).map(Arc::from);
        let unusable = |source| TlsError::Certificate {
            path: certificate.clone(),
            source,
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(unusable)?;
        let builder = match client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let refused = |reason: String| TlsError::ClientCa {
                    path: path.to_owned(),
                    reason,
                };
                let mut roots = RootCertStore::empty();
                for authority in certificates(path)? {
                    roots.add(authority).map_err(|error| refused(error.to_string()))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                    .build()
                    .map_err(|error| refused(error.to_string()))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder.with_single_cert(chain, key_der).map_err(unusable)?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Self {
            config: Arc::new(config),
            server_end_point,
            required: *required,
        })
    }
}

/// The certificates of a PEM file, at least one.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain = CertificateDer::pem_file_iter(path)
        .and_then(|pems| pems.collect::<Result<Vec<_>, _>>())
        .map_err(|source| TlsError::Pem {
            path: path.to_owned(),
            source,
        })?;
    if chain.is_empty() {
        Err(TlsError::NoCertificate(path.to_owned()))
    } else {
        Ok(chain)
    }
}

/// The certificate hashed as RFC 5929 section 4.1 says: by the hash of its own signature, MD5 and SHA-1 raised to SHA-256.
fn server_end_point(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let parsed = x509_cert::Certificate::from_der(certificate).ok()?;
    match parsed.signature_algorithm().oid.to_string().as_str() {
        // RSA (PKCS #1 v1.5) with MD5, SHA-1, SHA-256; ECDSA with SHA-1, SHA-256.
        "1.2.840.113549.1.1.4"
        | "1.2.840.113549.1.1.5"
        | "1.2.840.113549.1.1.11"
        | "1.2.840.10045.4.1"
        | "1.2.840.10045.4.3.2" => Some(Sha256::digest(certificate).to_vec()),
        // RSA, ECDSA with SHA-384.
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Some(Sha384::digest(certificate).to_vec()),
        // RSA, ECDSA with SHA-512.
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => Some(Sha512::digest(certificate).to_vec()),
        _ => None,
    }
}
