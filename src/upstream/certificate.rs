//! Checking the server's certificate, and naming it for channel binding.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use x509_cert::certificate::Version;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::{Certificate, TbsCertificate};

/// `tls-server-end-point` of RFC 5929 §4.1: the certificate under the hash of its own signature algorithm, MD5 and
/// SHA-1 replaced by SHA-256. `None` where the algorithm does not name one hash, and for certificates whose
/// handshake signature [`Unverified`] cannot check: bound to those, a login would prove nothing.
pub(super) fn end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    let parsed = Certificate::from_der(certificate).ok()?;
    if parsed.tbs_certificate().version() == Version::V1 {
        return None;
    }
    Some(match parsed.signature_algorithm().oid.to_string().as_str() {
        // md5WithRSAEncryption, sha1WithRSAEncryption, sha256WithRSAEncryption
        "1.2.840.113549.1.1.4" | "1.2.840.113549.1.1.5" | "1.2.840.113549.1.1.11"
        // ecdsa-with-SHA1, ecdsa-with-SHA256
        | "1.2.840.10045.4.1" | "1.2.840.10045.4.3.2" => Sha256::digest(certificate).to_vec(),
        // sha224WithRSAEncryption, ecdsa-with-SHA224
        "1.2.840.113549.1.1.14" | "1.2.840.10045.4.3.1" => Sha224::digest(certificate).to_vec(),
        // sha384WithRSAEncryption, ecdsa-with-SHA384
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Sha384::digest(certificate).to_vec(),
        // sha512WithRSAEncryption, ecdsa-with-SHA512
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => Sha512::digest(certificate).to_vec(),
        _ => return None,
    })
}

/// webpki checks certificates of version 3 only.
const VERSION_1: &str = "the server's certificate is of X.509 version 1 and cannot be verified; \
    issue it with extensions, such as subjectAltName";

/// The chain must come from a trusted root; the name counts for `verify-full` only.
#[derive(Debug)]
pub(super) struct Verified {
    pub(super) chain: Arc<WebPkiServerVerifier>,
    pub(super) roots: Vec<CertificateDer<'static>>,
    pub(super) checks_name: bool,
}

impl ServerCertVerifier for Verified {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if parsed(end_entity)?.version() == Version::V1 {
            return Err(rustls::Error::General(VERSION_1.to_owned()));
        }
        let verified = match self.roots.contains(end_entity) {
            // A self-signed certificate that is trusted itself, which webpki refuses if it is marked as an authority.
            true => verify_dates(end_entity, now)
                .and_then(|()| verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name))
                .map(|()| ServerCertVerified::assertion()),
            false => {
                let chain = &self.chain;
                chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
        };
        match verified {
            // Both look at the name last, when all else has passed.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.checks_name || common_name_matches(end_entity, server_name) => {
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chain.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chain.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

fn verify_dates(certificate: &[u8], now: UnixTime) -> Result<(), rustls::Error> {
    let validity = parsed(certificate)?;
    let validity = validity.validity();
    let now = now.as_secs();
    if now < validity.not_before.to_unix_duration().as_secs() {
        return Err(CertificateError::NotValidYet.into());
    }
    if now > validity.not_after.to_unix_duration().as_secs() {
        return Err(CertificateError::Expired.into());
    }
    Ok(())
}

fn parsed(certificate: &[u8]) -> Result<TbsCertificate, rustls::Error> {
    let parsed = Certificate::from_der(certificate).map_err(|_| CertificateError::BadEncoding)?;
    Ok(parsed.tbs_certificate().clone())
}

/// As libpq: a certificate without any alternative name is taken by its common name, in which a leading `*` stands
/// for one label.
fn common_name_matches(certificate: &[u8], server_name: &ServerName<'_>) -> bool {
    let Ok(certificate) = parsed(certificate) else {
        return false;
    };
    if !matches!(certificate.get_extension::<SubjectAltName>(), Ok(None)) {
        return false;
    }
    let Ok(Some(common_name)) = certificate.subject().common_name() else {
        return false;
    };
    let pattern = common_name.value().to_ascii_lowercase();
    let host = server_name.to_str().to_ascii_lowercase();
    match (pattern.strip_prefix("*."), host.split_once('.')) {
        (Some(domain), Some((label, rest))) => !label.is_empty() && domain.contains('.') && domain == rest,
        (Some(_), None) => false,
        (None, _) => pattern == host,
    }
}

/// `allow`, `prefer` and `require` without root certificates: encrypted, to whom is not known.
#[derive(Debug)]
pub(super) struct Unverified(pub(super) Arc<CryptoProvider>);

impl Unverified {
    /// webpki does not read X.509 version 1, which `openssl x509 -req` makes; since nobody asks who the server is,
    /// nothing is lost but [`end_point`].
    fn unless_version_1(
        certificate: &[u8],
        verify: impl FnOnce() -> Result<HandshakeSignatureValid, rustls::Error>,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        match parsed(certificate)?.version() {
            Version::V1 => Ok(HandshakeSignatureValid::assertion()),
            _ => verify(),
        }
    }
}

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
        let verify = || verify_tls12_signature(message, certificate, signed, algorithms);
        Unverified::unless_version_1(certificate, verify)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        let verify = || verify_tls13_signature(message, certificate, signed, algorithms);
        Unverified::unless_version_1(certificate, verify)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair, SignatureAlgorithm};

    fn certificate(algorithm: &'static SignatureAlgorithm) -> Vec<u8> {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let params = CertificateParams::new(vec!["db.internal".to_owned()]).unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn the_end_point_hash_is_that_of_the_signature() {
        let p256 = certificate(&rcgen::PKCS_ECDSA_P256_SHA256);
        assert_eq!(end_point(&p256), Some(Sha256::digest(&p256).to_vec()));
        let p384 = certificate(&rcgen::PKCS_ECDSA_P384_SHA384);
        assert_eq!(end_point(&p384), Some(Sha384::digest(&p384).to_vec()));
        assert_eq!(end_point(&certificate(&rcgen::PKCS_ED25519)), None);
        assert_eq!(end_point(b"no certificate"), None);
    }

    #[test]
    fn a_common_name_counts_where_there_is_no_alternative_name() {
        let named = |common_name: &str, alternative: Vec<String>| {
            let mut params = CertificateParams::new(alternative).unwrap();
            params.distinguished_name.push(DnType::CommonName, common_name);
            params
                .self_signed(&KeyPair::generate().unwrap())
                .unwrap()
                .der()
                .to_vec()
        };
        let matches = |certificate: &[u8], host: &str| {
            common_name_matches(certificate, &ServerName::try_from(host.to_owned()).unwrap())
        };
        let exact = named("DB.internal", vec![]);
        assert!(matches(&exact, "db.Internal") && !matches(&exact, "db2.internal"));
        let wild = named("*.example.org", vec![]);
        assert!(matches(&wild, "db.example.org"));
        assert!(!matches(&wild, "a.db.example.org") && !matches(&wild, "example.org"));
        assert!(!matches(&named("*.org", vec![]), "example.org"));
        assert!(!matches(&named("db.internal", vec!["other".to_owned()]), "db.internal"));
    }

    #[test]
    fn dates_are_checked() {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let at = |seconds| {
            let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
            verify_dates(certificate.der(), now)
        };
        assert!(at(1_590_000_000).is_ok());
        assert!(at(1_570_000_000).is_err());
        assert!(at(1_620_000_000).is_err());
    }
}
