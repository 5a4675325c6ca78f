//! Logins by tokio-postgres over loopback, and by raw peers over pipes.

use std::sync::Arc;

use postgres_protocol::authentication::sasl::{ChannelBinding, ScramSha256};
use postgres_protocol::message::frontend;
use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

use super::*;
use crate::session::client_stream::ClientStream;
use crate::session::greeting::{Greeting, greet};

fn ada() -> User {
    let stored = postgres_protocol::password::scram_sha_256("gehéim".as_bytes());
    User {
        name: "ada".to_owned(),
        verifier: ScramVerifier::parse(&stored).expect("a verifier"),
    }
}

fn logins() -> Arc<Logins> {
    Arc::new(Logins::new(&[ada()]).expect("random bytes"))
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

/// A server that greets, logs in and welcomes one client, and then holds the connection open.
async fn serve_one(logins: Arc<Logins>) -> (u16, JoinHandle<Result<ClientStream, LoginError>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("address").port();
    let server = tokio::spawn(async move {
        let (socket, peer) = listener.accept().await.expect("a client");
        let greeting = greet(ClientStream::Tcp(socket), None, &|_, _| Ok(()), soon()).await;
        let Ok(Greeting::Startup {
            mut stream,
            startup,
            tls,
        }) = greeting
        else {
            panic!("a session")
        };
        logins
            .authenticate(&mut stream, &startup.user, Some(peer.ip()), tls.as_ref(), soon())
            .await?;
        welcome(
            &mut stream,
            [("server_version", "15.20"), ("client_encoding", "UTF8")],
            7,
            &[1, 2, 3, 4],
        )
        .await?;
        Ok(stream)
    });
    (port, server)
}

async fn log_in(user: &str, password: &str) -> (Result<(), tokio_postgres::Error>, Result<(), LoginError>) {
    let (port, server) = serve_one(logins()).await;
    let mut config = tokio_postgres::Config::new();
    config
        .host("127.0.0.1")
        .port(port)
        .user(user)
        .password(password)
        .dbname("shop")
        .application_name("test");
    let connected = config.connect(NoTls).await;
    let outcome = server.await.expect("the server does not panic");
    if let Ok((_, connection)) = &connected {
        assert_eq!(connection.parameter("server_version"), Some("15.20"));
    }
    (connected.map(drop), outcome.map(drop))
}

#[tokio::test]
async fn the_right_password_lets_in() {
    let (client, server) = log_in("ada", "gehéim").await;
    client.expect("logged in");
    server.expect("logged in");
}

#[tokio::test]
async fn wrong_passwords_and_unknown_users_hear_the_same() {
    for user in ["ada", "eve"] {
        let (client, server) = log_in(user, "falsch").await;
        let error = client.expect_err("refused");
        let error = error.as_db_error().expect("an ErrorResponse");
        assert_eq!(error.code(), &SqlState::INVALID_PASSWORD);
        assert_eq!(
            error.message(),
            format!("password authentication failed for user \"{user}\"")
        );
        assert!(matches!(server, Err(LoginError::Denied { .. })));
    }
}

/// Takes one message and gives its tag and body.
async fn receive(client: &mut DuplexStream) -> (u8, Vec<u8>) {
    let tag = client.read_u8().await.expect("a tag");
    let bytes = client.read_u32().await.expect("a length") as usize;
    let mut body = vec![0; bytes - 4];
    client.read_exact(&mut body).await.expect("a body");
    (tag, body)
}

/// Takes an authentication request of this kind.
async fn receive_authentication(client: &mut DuplexStream, kind: u32) -> Vec<u8> {
    let (tag, body) = receive(client).await;
    assert_eq!(
        (tag, &body[..4]),
        (b'R', &kind.to_be_bytes()[..]),
        "{}",
        body.escape_ascii()
    );
    body[4..].to_vec()
}

/// The sending half of a raw client.
async fn send_initial(client: &mut DuplexStream, mechanism: &str, message: &[u8]) {
    let mut out = Default::default();
    frontend::sasl_initial_response(mechanism, message, &mut out).expect("encoded");
    client.write_all(&out).await.expect("sent");
}

struct Raw {
    client: DuplexStream,
    outcome: JoinHandle<(Result<(), LoginError>, DuplexStream)>,
}

impl Raw {
    fn new(logins: &Arc<Logins>, user: &'static str, tls: Option<TlsSession>) -> Self {
        let (client, mut server) = tokio::io::duplex(4096);
        let logins = Arc::clone(logins);
        let outcome = tokio::spawn(async move {
            (
                logins.authenticate(&mut server, user, None, tls.as_ref(), soon()).await,
                server,
            )
        });
        Self { client, outcome }
    }

    /// Plays the exchange up to the proof, then sends `behind` after it.
    async fn prove(&mut self, mechanism: &str, binding: ChannelBinding, password: &str, behind: &[u8]) {
        let mut scram = ScramSha256::new(password.as_bytes(), binding);
        receive_authentication(&mut self.client, 10).await;
        send_initial(&mut self.client, mechanism, scram.message()).await;
        scram
            .update(&receive_authentication(&mut self.client, 11).await)
            .expect("challenge");
        let mut out = Default::default();
        frontend::sasl_response(scram.message(), &mut out).expect("encoded");
        self.client.write_all(&[&out[..], behind].concat()).await.expect("sent");
    }

    async fn finish(self) -> (DuplexStream, Result<(), LoginError>, DuplexStream) {
        let (outcome, server) = self.outcome.await.expect("the server does not panic");
        (self.client, outcome, server)
    }

    async fn error(self) -> LoginError {
        self.finish().await.1.expect_err("refused")
    }
}

#[tokio::test]
async fn an_unknown_user_is_challenged_like_a_known_one() {
    let logins = logins();
    let mut challenges = Vec::new();
    for user in ["ada", "ada", "eve", "eve", "bob"] {
        let mut raw = Raw::new(&logins, user, None);
        assert_eq!(receive_authentication(&mut raw.client, 10).await, b"SCRAM-SHA-256\0\0");
        send_initial(&mut raw.client, "SCRAM-SHA-256", b"n,,n=,r=x").await;
        let challenge = receive_authentication(&mut raw.client, 11).await;
        let text = String::from_utf8(challenge).expect("text");
        challenges.push(text.split_once(",s=").expect("a salt").1.to_owned());
    }
    assert_eq!(challenges[0], challenges[1]);
    assert_eq!(challenges[2], challenges[3]);
    assert_ne!(challenges[2], challenges[4]);
    assert!(
        challenges
            .iter()
            .all(|challenge| challenge.len() == challenges[0].len())
    );
}

#[tokio::test]
async fn authentication_ok_waits_for_the_welcome_and_nothing_is_read_ahead() {
    let mut raw = Raw::new(&logins(), "ada", None);
    raw.prove(SCRAM, ChannelBinding::unsupported(), "gehéim", b"Q\0\0\0\x05\0")
        .await;
    let (mut client, outcome, mut server) = raw.finish().await;
    outcome.expect("logged in");
    receive_authentication(&mut client, 12).await;
    let mut next = [0; 6];
    server.read_exact(&mut next).await.expect("the next request");
    assert_eq!(&next, b"Q\0\0\0\x05\0");
    welcome(&mut server, [("TimeZone", "UTC")], 7, &[1, 2, 3, 4])
        .await
        .expect("welcome");
    assert_eq!(receive(&mut client).await, (b'R', vec![0; 4]));
    assert_eq!(receive(&mut client).await, (b'S', b"TimeZone\0UTC\0".to_vec()));
    assert_eq!(receive(&mut client).await, (b'K', vec![0, 0, 0, 7, 1, 2, 3, 4]));
    assert_eq!(receive(&mut client).await, (b'Z', b"I".to_vec()));
}

const SCRAM: &str = "SCRAM-SHA-256";

#[tokio::test]
async fn channel_binding_is_offered_inside_tls() {
    let tls = || {
        Some(TlsSession {
            version: "TLSv1.3",
            server_end_point: Some(Arc::from(&b"hash"[..])),
        })
    };
    let bound = |data: &[u8]| ChannelBinding::tls_server_end_point(data.to_vec());
    let logins = logins();

    let mut raw = Raw::new(&logins, "ada", tls());
    raw.prove("SCRAM-SHA-256-PLUS", bound(b"hash"), "gehéim", b"").await;
    raw.finish().await.1.expect("logged in");

    let mut raw = Raw::new(&logins, "ada", tls());
    raw.prove("SCRAM-SHA-256-PLUS", bound(b"of another certificate"), "gehéim", b"")
        .await;
    assert!(matches!(raw.error().await, LoginError::Scram(ScramError::Binding)));

    let mut raw = Raw::new(&logins, "ada", tls());
    assert_eq!(
        receive_authentication(&mut raw.client, 10).await,
        b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"
    );
    send_initial(&mut raw.client, SCRAM, b"y,,n=,r=x").await;
    assert!(matches!(raw.error().await, LoginError::Scram(ScramError::Downgrade)));
}

#[tokio::test]
async fn guessing_is_slowed_down_for_known_and_unknown_users_alike() {
    for user in ["ada", "eve"] {
        let logins = logins();
        for _ in 0..crate::session::failed_logins::FREE_FAILURES {
            let mut raw = Raw::new(&logins, user, None);
            raw.prove(SCRAM, ChannelBinding::unsupported(), "falsch", b"").await;
            assert!(matches!(raw.error().await, LoginError::Denied { .. }));
        }
        let mut raw = Raw::new(&logins, user, None);
        raw.prove(SCRAM, ChannelBinding::unsupported(), "gehéim", b"").await;
        assert!(matches!(raw.error().await, LoginError::Throttled { .. }));
    }
}

#[tokio::test]
async fn what_is_no_sasl_response_ends_the_connection() {
    for bytes in [
        &b"Q\0\0\0\x05\0"[..],
        b"p\0\0\0\x03",
        b"p\0\0\x10\0",
        b"p\0\0\0\x0bgeheim\0",
        b"p\0\0\0\x14SCRAM-SHA-256\0\xff\xff",
        b"p\0\0\0\x16SCRAM-SHA-256\0\xff\xff\xff\xff",
        b"p\0\0\0\x16SCRAM-SHA-256\0\x7f\xff\xff\xff",
    ] {
        let mut raw = Raw::new(&logins(), "ada", None);
        raw.client.write_all(bytes).await.expect("sent");
        receive_authentication(&mut raw.client, 10).await;
        let (tag, body) = receive(&mut raw.client).await;
        assert_eq!(tag, b'E');
        assert_eq!(ErrorFields::parse(&body).expect("well-formed").sqlstate, "08P01");
        assert!(matches!(raw.error().await, LoginError::NoResponse));
    }
}

#[tokio::test]
async fn silence_ends_the_connection_at_the_deadline() {
    let (mut client, mut server) = tokio::io::duplex(4096);
    let deadline = Instant::now() + Duration::from_millis(20);
    let outcome = logins().authenticate(&mut server, "ada", None, None, deadline).await;
    assert!(matches!(outcome, Err(LoginError::TimedOut)));
    receive_authentication(&mut client, 10).await;
    let (_, body) = receive(&mut client).await;
    assert_eq!(ErrorFields::parse(&body).expect("well-formed").sqlstate, "57014");
}

#[test]
fn logins_show_no_secret() {
    assert_eq!(format!("{:?}", logins()), "Logins { users: 1, .. }");
}
