//! TLS to the server, as strict as libpq's `sslmode` says (PostgreSQL docs, "SSL Support").

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use x509_cert::Certificate;
use x509_cert::der::Decode;

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

/// `tls-server-end-point` of RFC 5929 §4.1: the server certificate under the hash of its own signature algorithm,
/// MD5 and SHA-1 replaced by SHA-256. `None` where the algorithm does not name one hash.
pub(super) fn end_point(stream: &TlsStream<TcpStream>) -> Option<Vec<u8>> {
    let certificate = stream.get_ref().1.peer_certificates()?.first()?;
    hash_by_signature_algorithm(certificate)
}

fn hash_by_signature_algorithm(certificate: &[u8]) -> Option<Vec<u8>> {
    let parsed = Certificate::from_der(certificate).ok()?;
    Some(match parsed.signature_algorithm().oid.to_string().as_str() {
        // md5WithRSAEncryption, sha1WithRSAEncryption, sha256WithRSAEncryption, ecdsa-with-SHA1, ecdsa-with-SHA256
        "1.2.840.113549.1.1.4"
        | "1.2.840.113549.1.1.5"
        | "1.2.840.113549.1.1.11"
        | "1.2.840.10045.4.1"
        | "1.2.840.10045.4.3.2" => Sha256::digest(certificate).to_vec(),
        // sha224WithRSAEncryption, ecdsa-with-SHA224
        "1.2.840.113549.1.1.14" | "1.2.840.10045.4.3.1" => Sha224::digest(certificate).to_vec(),
        // sha384WithRSAEncryption, ecdsa-with-SHA384
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Sha384::digest(certificate).to_vec(),
        // sha512WithRSAEncryption, ecdsa-with-SHA512
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => Sha512::digest(certificate).to_vec(),
        _ => return None,
    })
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
    match target.ssl_mode {
        SslMode::VerifyFull => Ok(chain),
        _ => Ok(Arc::new(AnyName(chain))),
    }
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

/// `verify-ca`: the chain counts, the name does not.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self
            .0
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            // The name is looked at last, when the chain has passed.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// `allow`, `prefer` and `require` without root certificates: encrypted, to whom is not known.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, SignatureAlgorithm};

    fn certificate(algorithm: &'static SignatureAlgorithm) -> Vec<u8> {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let params = CertificateParams::new(vec!["db.internal".to_owned()]).unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn the_end_point_hash_is_that_of_the_signature() {
        let p256 = certificate(&rcgen::PKCS_ECDSA_P256_SHA256);
        assert_eq!(hash_by_signature_algorithm(&p256), Some(Sha256::digest(&p256).to_vec()));
        let p384 = certificate(&rcgen::PKCS_ECDSA_P384_SHA384);
        assert_eq!(hash_by_signature_algorithm(&p384), Some(Sha384::digest(&p384).to_vec()));
        assert_eq!(hash_by_signature_algorithm(&certificate(&rcgen::PKCS_ED25519)), None);
        assert_eq!(hash_by_signature_algorithm(b"no certificate"), None);
    }

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
