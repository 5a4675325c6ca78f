//! Before a session begins.

use std::io::{Read, Write};
use std::sync::Arc;

use pgveil::cluster::Cluster;

use super::peer::{packet, startup};
use super::*;
use crate::harness::{PASSWORD, READER, cluster_with, server_version};

const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
const GSS_ENC_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 48];

/// A proxy with a certificate of its own.
fn with_tls(cluster: &Cluster) -> Proxy {
    let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let directory = cluster.temp_dir();
    std::fs::write(directory.join("server.pem"), certificate.cert.pem()).expect("a certificate");
    std::fs::write(directory.join("server.key"), certificate.signing_key.serialize_pem()).expect("a key");
    let port = pgveil::cluster::free_port().expect("a free port");
    let config = format!(
        "[listen]\naddress = \"127.0.0.1:{port}\"\n\
         tls = {{ certificate = \"{0}/server.pem\", key = \"{0}/server.key\" }}\n\
         [upstream]\nurl = \"postgres://{READER}@127.0.0.1:{1}/pagila?sslmode=disable\"\n\
         [[user]]\nname = \"{READER}\"\nverifier = \"{2}\"\n\
         [masking]\nkey_file = \"pgveil.key\"\nrules = [\"rules.toml\"]\n[log]\ndirectory = \"sessions\"\n",
        directory.display(),
        cluster.port(),
        postgres_protocol::password::scram_sha_256(PASSWORD.as_bytes()),
    );
    Proxy::start_by_hand(cluster, port, &config, RULES)
}

fn one_byte(peer: &mut Peer) -> u8 {
    let mut byte = [0];
    peer.stream().read_exact(&mut byte).expect("an answer");
    byte[0]
}

#[test]
fn requests_for_encryption() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    for requests in [
        vec![GSS_ENC_REQUEST],
        vec![SSL_REQUEST],
        vec![GSS_ENC_REQUEST, SSL_REQUEST],
        vec![SSL_REQUEST, GSS_ENC_REQUEST],
    ] {
        let mut peer = Peer::connect(proxy.port);
        for request in &requests {
            peer.send(request);
            assert_eq!(one_byte(&mut peer), b'N');
        }
        peer.send(&startup(0x0003_0000, READER, "pagila", &[]));
        peer.authenticate();
        assert_eq!(peer.values("SELECT 1"), ["1"]);
    }
    let mut twice = Peer::connect(proxy.port);
    twice.send(&GSS_ENC_REQUEST);
    assert_eq!(one_byte(&mut twice), b'N');
    twice.send(&GSS_ENC_REQUEST);
    assert_eq!(twice.messages_to_end()[0].error().0, "08P01");
}

/// What is sent in plain text behind a request for TLS is never taken as sent inside it.
#[test]
fn plaintext_behind_a_request_for_tls() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = with_tls(&cluster);
    let mut at_once = Peer::connect(proxy.port);
    let smuggled = startup(0x0003_0000, READER, "pagila", &[("application_name", "smuggled")]);
    at_once.send(&[&SSL_REQUEST[..], &smuggled].concat());
    let messages = at_once.messages_to_end();
    let (sqlstate, text) = messages.last().expect("an answer").error();
    assert_eq!(sqlstate, "08P01");
    assert!(text.contains("unencrypted data after SSL request"), "{text}");
    // A moment later it is in the way of the handshake.
    let mut later = Peer::connect(proxy.port);
    later.send(&SSL_REQUEST);
    assert_eq!(one_byte(&mut later), b'S');
    later.try_send(&smuggled);
    let answer = later.until_end();
    assert!(!answer.starts_with(b"R"), "no login goes on: {}", answer.escape_ascii());
    assert!(!proxy.log().contains("smuggled"));
    let mut client = tls_client(proxy.port);
    client
        .write_all(&startup(0x0003_0000, READER, "pagila", &[]))
        .expect("a startup message");
    let mut first = [0; 1];
    client.read_exact(&mut first).expect("an answer inside TLS");
    assert_eq!(&first, b"R");
}

/// A client inside TLS that believes any certificate.
fn tls_client(port: u16) -> rustls::StreamOwned<rustls::ClientConnection, std::net::TcpStream> {
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Credulous))
        .with_no_client_auth();
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    stream.write_all(&SSL_REQUEST).expect("a request");
    let mut answer = [0];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"S");
    let name = "localhost".try_into().expect("a name");
    let client = rustls::ClientConnection::new(Arc::new(config), name).expect("a client");
    rustls::StreamOwned::new(client, stream)
}

#[derive(Debug)]
struct Credulous;

impl rustls::client::danger::ServerCertVerifier for Credulous {
    fn verify_server_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        rustls::crypto::ring::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[test]
fn newer_protocols_are_negotiated_down() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let speaks_3_2 = server_version(&cluster) >= 18;
    let parameters = [("_pq_.compression", "on"), ("application_name", "new")];
    for (version, key_bytes) in [(0x0003_0000, 4), (0x0003_0002, 32), (0x0003_270f, 32)] {
        let packet = startup(version, READER, "pagila", &parameters);
        let mut through = Peer::connect(proxy.port);
        through.send(&packet);
        let negotiated = through.message();
        through.authenticate();
        assert_eq!(through.key.len(), 4 + key_bytes, "{version:x}");
        assert_eq!(through.values("SHOW application_name"), ["new"]);
        // Towards the client pgveil is as new as PostgreSQL 18, whatever the server is.
        if speaks_3_2 || version == 0x0003_0000 {
            let mut direct = Peer::connect(cluster.port());
            direct.send(&packet);
            assert_eq!(direct.message(), negotiated, "NegotiateProtocolVersion {version:x}");
            direct.authenticate();
            assert_eq!(direct.key.len(), through.key.len(), "{version:x}");
        }
    }
    for version in [0x0002_0000, 0x0004_0000, 0x0001_0000] {
        let mut peer = Peer::connect(proxy.port);
        peer.send(&startup(version, READER, "pagila", &[]));
        assert_eq!(peer.messages_to_end()[0].error().0, "0A000", "{version:x}");
    }
}

#[test]
fn the_session_begins_as_at_the_server() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let parameters = [
        ("client_encoding", "UTF8"),
        ("options", "-c work_mem=5MB --datestyle=German"),
        ("TimeZone", "Asia/Tokyo"),
        ("default_transaction_read_only", "on"),
    ];
    let begin = |port: u16| {
        let mut peer = Peer::connect(port);
        peer.send(&startup(0x0003_0000, READER, "pagila", &parameters));
        let mut came = peer.authenticate();
        came.sort_by(|one, other| one.body.cmp(&other.body));
        (came, peer)
    };
    let (direct, _) = begin(cluster.port());
    let (through, mut peer) = begin(proxy.port);
    assert_eq!(direct, through);
    assert_eq!(peer.values("SHOW work_mem"), ["5MB"]);
    assert_eq!(peer.values("SHOW datestyle"), ["German, DMY"]);
}

#[test]
fn startup_messages_that_are_refused() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    for (parameters, sqlstate) in [
        ([("replication", "true")], "42501"),
        ([("replication", "database")], "42501"),
        ([("Replication", "on")], "42501"),
        ([("options", "-c role=postgres")], "42501"),
        ([("options", "-c default_transaction_read_only=off")], "42501"),
        ([("options", "-cstandard_conforming_strings=off")], "42501"),
        ([("options", "--client-encoding=SJIS")], "42501"),
        ([("options", "-d 5")], "42601"),
        ([("options", "-E")], "42601"),
        ([("session_preload_libraries", "auto_explain")], "42501"),
        ([("debug_print_plan", "on")], "42501"),
        ([("client_min_messages", "debug5")], "42501"),
        ([("client_encoding", "GBK")], "42501"),
    ] {
        let mut peer = Peer::connect(proxy.port);
        peer.send(&startup(0x0003_0000, READER, "pagila", &parameters));
        let messages = peer.messages_to_end();
        assert_eq!(messages.len(), 1, "{parameters:?}: {messages:?}");
        assert_eq!(messages[0].error().0, sqlstate, "{parameters:?}");
    }
}

#[test]
fn first_packets_that_lie() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let body = &startup(0x0003_0000, READER, "pagila", &[])[4..];
    let mut lies: Vec<Vec<u8>> = [0u32, 1, 3, 4, 7, 10_005, 0x7fff_ffff, u32::MAX]
        .map(|length| [&length.to_be_bytes()[..], body].concat())
        .into();
    lies.push(packet(&body[..body.len() - 1]));
    lies.push(packet(&[body, b"more"].concat()));
    lies.push(packet(b"\0\x03\0\0\0"));
    lies.push(b"GET / HTTP/1.1\r\n\r\n".to_vec());
    lies.push([SSL_REQUEST, SSL_REQUEST].concat());
    for lie in lies {
        let mut peer = Peer::connect(proxy.port);
        peer.try_send(&lie);
        peer.hang_up();
        let answer = peer.until_end();
        assert!(
            !answer.contains(&b'R'),
            "{}: {}",
            lie.escape_ascii(),
            answer.escape_ascii()
        );
    }
    for cut in 0..body.len() {
        let mut peer = Peer::connect(proxy.port);
        peer.send(&packet(body)[..cut + 4]);
        peer.hang_up();
        assert!(peer.until_end().is_empty(), "cut at {cut}");
    }
    assert_eq!(Peer::through(&proxy, "pagila").values("SELECT 1"), ["1"]);
    proxy.verify_log();
}
