//! Greetings over real sockets, by raw peers that say exactly what a test wants.

use std::io::ErrorKind;

use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::{TcpListener, UnixStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use super::*;
use crate::config::ListenTls;

const SSL_REQUEST: &[u8] = b"\0\0\0\x08\x04\xd2\x16\x2f";
const GSS_REQUEST: &[u8] = b"\0\0\0\x08\x04\xd2\x16\x30";
const CANCEL_REQUEST: &[u8] = b"\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\x07\0\0\0\x09";

fn startup(version: u32, body: &[u8]) -> Vec<u8> {
    let bytes = (8 + body.len()) as u32;
    [&bytes.to_be_bytes(), &version.to_be_bytes(), body].concat()
}

fn ada() -> Vec<u8> {
    startup(3 << 16, b"user\0ada\0application_name\0psql\0\0")
}

fn known(name: &str, _: &str) -> Result<(), String> {
    if name == "application_name" {
        Ok(())
    } else {
        Err("unknown".to_owned())
    }
}

/// A directory of a certificate for `localhost`, its key and their PEM; removed when dropped.
struct Certificate {
    directory: std::path::PathBuf,
    der: CertificateDer<'static>,
}

impl Certificate {
    fn new(test: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("pgveil-greeting-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("directory");
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("certificate");
        std::fs::write(directory.join("server.pem"), made.cert.pem()).expect("certificate file");
        std::fs::write(directory.join("server.key"), made.signing_key.serialize_pem()).expect("key file");
        Self {
            directory,
            der: made.cert.der().clone(),
        }
    }

    fn listener(&self, required: bool, client_ca: bool) -> ListenerTls {
        let certificate = self.directory.join("server.pem");
        ListenerTls::load(&ListenTls {
            client_ca: client_ca.then(|| certificate.clone()),
            certificate,
            key: self.directory.join("server.key"),
            required,
        })
        .expect("TLS")
    }

    fn connector(&self, alpn: &[&[u8]]) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).expect("root");
        let mut config =
            rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("versions")
                .with_root_certificates(roots)
                .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        TlsConnector::from(Arc::new(config))
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn localhost() -> ServerName<'static> {
    ServerName::try_from("localhost").expect("name")
}

type Greeted = JoinHandle<Result<Greeting, GreetingError>>;

/// A client's socket, and the greeting at the other end. What `first` holds is in the socket before greeting begins.
async fn connect(tls: Option<ListenerTls>, first: &[u8]) -> (TcpStream, Greeted) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mut client = TcpStream::connect(listener.local_addr().expect("address"))
        .await
        .expect("connection");
    client.write_all(first).await.expect("first bytes");
    let (socket, _) = listener.accept().await.expect("a client");
    // On loopback a write has arrived when it returns; the peek makes the runtime see it too.
    if !first.is_empty() {
        socket.peek(&mut [0]).await.expect("bytes");
    }
    let deadline = Instant::now() + Duration::from_secs(10);
    let greeted = tokio::spawn(async move { greet(ClientStream::Tcp(socket), tls.as_ref(), &known, deadline).await });
    (client, greeted)
}

async fn finish(greeted: Greeted) -> Result<Greeting, GreetingError> {
    greeted.await.expect("greeting does not panic")
}

/// The fields of the one ErrorResponse that the client got before the connection was closed.
async fn error_of(mut client: impl tokio::io::AsyncRead + Unpin) -> ErrorFields {
    let mut reply = Vec::new();
    client.read_to_end(&mut reply).await.expect("a reply");
    assert_eq!(reply.first(), Some(&b'E'), "{}", reply.escape_ascii());
    ErrorFields::parse(&reply[5..]).expect("well-formed")
}

async fn answer(client: &mut TcpStream) -> u8 {
    client.read_u8().await.expect("an answer")
}

#[tokio::test]
async fn a_plain_startup_message_is_taken() {
    let (_client, greeted) = connect(None, &ada()).await;
    let Ok(Greeting::Startup { startup, tls, .. }) = finish(greeted).await else {
        panic!("a session")
    };
    assert_eq!((startup.user.as_str(), startup.database.as_str()), ("ada", "ada"));
    assert_eq!(startup.settings, [("application_name".to_owned(), "psql".to_owned())]);
    assert!(tls.is_none());
}

#[tokio::test]
async fn each_kind_of_encryption_is_answered_once() {
    let (mut client, greeted) = connect(None, GSS_REQUEST).await;
    assert_eq!(answer(&mut client).await, b'N');
    client.write_all(SSL_REQUEST).await.expect("request");
    assert_eq!(answer(&mut client).await, b'N');
    client.write_all(SSL_REQUEST).await.expect("request");
    assert_eq!(error_of(client).await.sqlstate, "08P01");
    assert!(matches!(finish(greeted).await, Err(GreetingError::RepeatedRequest)));
}

#[tokio::test]
async fn bytes_behind_a_startup_message_are_left_to_the_session() {
    let (_client, greeted) = connect(None, &[&ada()[..], b"p\0\0\0\x04"].concat()).await;
    let Ok(Greeting::Startup { mut stream, .. }) = finish(greeted).await else {
        panic!("a session")
    };
    let mut next = [0; 5];
    stream.read_exact(&mut next).await.expect("the next message");
    assert_eq!(&next, b"p\0\0\0\x04");
}

#[tokio::test]
async fn tls_is_negotiated_and_the_session_runs_inside() {
    let certificate = Certificate::new("negotiated");
    for alpn in [&[][..], &[ALPN]] {
        let (mut client, greeted) = connect(Some(certificate.listener(true, false)), SSL_REQUEST).await;
        assert_eq!(answer(&mut client).await, b'S');
        let mut client = certificate
            .connector(alpn)
            .connect(localhost(), client)
            .await
            .expect("TLS");
        client.write_all(&ada()).await.expect("startup message");
        let Ok(Greeting::Startup { mut stream, tls, .. }) = finish(greeted).await else {
            panic!("a session")
        };
        let tls = tls.expect("TLS");
        assert_eq!(tls.version, "TLSv1.3");
        let expected = sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(&certificate.der));
        assert_eq!(tls.server_end_point.as_deref(), Some(&expected[..]));
        stream.write_all(b"hello").await.expect("write");
        stream.flush().await.expect("flush");
        let mut word = [0; 5];
        client.read_exact(&mut word).await.expect("read");
        assert_eq!(&word, b"hello");
    }
}

#[tokio::test]
async fn inside_tls_nothing_is_upgraded_again() {
    let certificate = Certificate::new("again");
    for request in [SSL_REQUEST, GSS_REQUEST] {
        let (mut client, greeted) = connect(Some(certificate.listener(true, false)), SSL_REQUEST).await;
        assert_eq!(answer(&mut client).await, b'S');
        let mut client = certificate
            .connector(&[])
            .connect(localhost(), client)
            .await
            .expect("TLS");
        client.write_all(request).await.expect("request");
        assert_eq!(error_of(client).await.sqlstate, "08P01");
        assert!(matches!(finish(greeted).await, Err(GreetingError::RepeatedRequest)));
    }
}

#[tokio::test]
async fn plaintext_behind_the_request_ends_the_connection() {
    let certificate = Certificate::new("plaintext");
    let (client, greeted) = connect(
        Some(certificate.listener(false, false)),
        &[SSL_REQUEST, &ada()].concat(),
    )
    .await;
    assert!(matches!(
        finish(greeted).await,
        Err(GreetingError::PlaintextBehindRequest)
    ));
    drop(client);
}

#[tokio::test]
async fn plaintext_between_answer_and_handshake_never_counts_as_encrypted() {
    let certificate = Certificate::new("between");
    let (mut client, greeted) = connect(Some(certificate.listener(false, false)), SSL_REQUEST).await;
    assert_eq!(answer(&mut client).await, b'S');
    client.write_all(&ada()).await.expect("injected bytes");
    // The client goes on with TLS, as the victim of an injection would.
    let handshake = certificate.connector(&[]).connect(localhost(), client).await;
    assert!(handshake.is_err());
    assert!(matches!(finish(greeted).await, Err(GreetingError::Io(error)) if error.kind() == ErrorKind::InvalidData));
}

#[tokio::test]
async fn direct_tls_needs_the_protocol_name() {
    let certificate = Certificate::new("direct");
    let greeted = async |alpn: &[&[u8]]| {
        let (client, greeted) = connect(Some(certificate.listener(true, false)), b"").await;
        if let Ok(mut client) = certificate.connector(alpn).connect(localhost(), client).await {
            let _ = client.write_all(&ada()).await;
        }
        finish(greeted).await
    };
    assert!(matches!(
        greeted(&[ALPN]).await,
        Ok(Greeting::Startup { tls: Some(_), .. })
    ));
    assert!(matches!(greeted(&[]).await, Err(GreetingError::Alpn)));
    assert!(matches!(greeted(&[b"h2"]).await, Err(GreetingError::Io(_))));
    let (_client, greeted) = connect(None, b"\x16\x03\x01").await;
    assert!(matches!(finish(greeted).await, Err(GreetingError::NoTls)));
}

#[tokio::test]
async fn required_tls_and_client_certificates_are_required() {
    let certificate = Certificate::new("required");
    let (client, greeted) = connect(Some(certificate.listener(true, false)), &ada()).await;
    assert_eq!(error_of(client).await.sqlstate, "28000");
    assert!(matches!(finish(greeted).await, Err(GreetingError::TlsRequired)));

    let (mut client, greeted) = connect(Some(certificate.listener(true, true)), SSL_REQUEST).await;
    assert_eq!(answer(&mut client).await, b'S');
    // In TLS 1.3 a client learns of the refusal only after its own handshake is done.
    if let Ok(mut client) = certificate.connector(&[]).connect(localhost(), client).await {
        let _ = client.write_all(&ada()).await;
    }
    assert!(matches!(finish(greeted).await, Err(GreetingError::Io(_))));
}

#[tokio::test]
async fn a_unix_socket_has_no_tls_and_needs_none() {
    let certificate = Certificate::new("unix");
    let (mut client, server) = UnixStream::pair().expect("sockets");
    client.write_all(SSL_REQUEST).await.expect("request");
    client.write_all(&ada()).await.expect("startup message");
    let listener = certificate.listener(true, false);
    let deadline = Instant::now() + Duration::from_secs(10);
    let greeting = greet(ClientStream::Unix(server), Some(&listener), &known, deadline).await;
    assert!(matches!(greeting, Ok(Greeting::Startup { tls: None, .. })));
    assert_eq!(client.read_u8().await.expect("an answer"), b'N');
}

#[tokio::test]
async fn cancel_requests_are_taken_with_and_without_tls() {
    let certificate = Certificate::new("cancel");
    let (mut client, greeted) = connect(Some(certificate.listener(true, false)), CANCEL_REQUEST).await;
    let Ok(Greeting::Cancel { process_id, secret }) = finish(greeted).await else {
        panic!("a cancel request")
    };
    assert_eq!((process_id, &secret[..]), (7, &[0, 0, 0, 9][..]));
    assert_eq!(client.read(&mut [0]).await.expect("end"), 0);

    let (mut client, greeted) = connect(Some(certificate.listener(true, false)), SSL_REQUEST).await;
    assert_eq!(answer(&mut client).await, b'S');
    let mut client = certificate
        .connector(&[])
        .connect(localhost(), client)
        .await
        .expect("TLS");
    client.write_all(CANCEL_REQUEST).await.expect("request");
    assert!(matches!(
        finish(greeted).await,
        Ok(Greeting::Cancel { process_id: 7, .. })
    ));
}

#[tokio::test]
async fn newer_protocols_are_negotiated_down_and_others_refused() {
    for (asked, options, spoken, answer) in [
        (0, &b""[..], 0, &b""[..]),
        (2, b"", 2, b""),
        (9999, b"", 2, b"v\0\0\0\x0c\0\x03\0\x02\0\0\0\0"),
        (
            0,
            b"_pq_.report\0x\0",
            0,
            b"v\0\0\0\x18\0\x03\0\0\0\0\0\x01_pq_.report\0",
        ),
        (
            2,
            b"_pq_.report\0x\0",
            2,
            b"v\0\0\0\x18\0\x03\0\x02\0\0\0\x01_pq_.report\0",
        ),
    ] {
        let newer = startup(3 << 16 | asked, &[&b"user\0ada\0"[..], options, b"\0"].concat());
        let (mut client, greeted) = connect(None, &newer).await;
        let Ok(Greeting::Startup { startup, .. }) = finish(greeted).await else {
            panic!("a session of 3.{asked}")
        };
        assert_eq!(startup.protocol_minor, spoken, "3.{asked}");
        let mut reply = Vec::new();
        client.read_to_end(&mut reply).await.expect("a reply");
        assert_eq!(reply, answer, "3.{asked}");
    }

    let (client, greeted) = connect(None, &startup(2 << 16, b"user\0ada\0\0")).await;
    let fields = error_of(client).await;
    assert_eq!(fields.sqlstate, "0A000");
    assert_eq!(
        fields.message,
        b"unsupported frontend protocol 2.0: server supports 3.0 to 3.2"
    );
    assert!(finish(greeted).await.is_err());
}

#[tokio::test]
async fn parameters_that_are_not_allowed_are_named() {
    let (client, greeted) = connect(None, &startup(3 << 16, b"user\0ada\0log_statement\0all\0\0")).await;
    let fields = error_of(client).await;
    assert_eq!(fields.sqlstate, "42501");
    assert_eq!(
        fields.message,
        b"parameter \"log_statement\" cannot be set when connecting: unknown"
    );
    assert!(matches!(finish(greeted).await, Err(GreetingError::Parameter(_))));
}

#[tokio::test]
async fn lying_lengths_and_silence_end_the_connection() {
    for lie in [&b"\0\0\0\x03"[..], b"\x7f\xff\xff\xff", b"GET / HT"] {
        let (_client, greeted) = connect(None, lie).await;
        assert!(matches!(
            finish(greeted).await,
            Err(GreetingError::Packet(StartupError::Length))
        ));
    }
    let (_client, server) = UnixStream::pair().expect("sockets");
    let soon = Instant::now() + Duration::from_millis(20);
    let greeting = greet(ClientStream::Unix(server), None, &known, soon).await;
    assert!(matches!(greeting, Err(GreetingError::TimedOut)));
}
