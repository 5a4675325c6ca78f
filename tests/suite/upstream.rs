//! Connecting to a real server in every mode, and cancelling.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use pgveil::cluster::{Cluster, ClusterOptions};
use pgveil::upstream::{
    ConnectError, LoginError, PasswordSource, QueryError, TlsError, Upstream, UpstreamTarget, cancel, connect, query,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

const PASSWORD: &str = "pässword: \\ with everything";

const HBA: &str = "\
local   all postgres        trust
host    all postgres    all trust
host    all scram_user  all scram-sha-256
host    all md5_user    all md5
host    all plain_user  all password
hostssl all only_tls    all trust
hostnossl all only_clear all trust
";

struct Server {
    cluster: Cluster,
    /// PEM file of the authority that signed the server's certificate for `localhost`.
    authority: PathBuf,
    /// PEM file of an authority that signed nothing.
    stranger: PathBuf,
    password: PathBuf,
}

fn authority(name: &str) -> (String, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    let pem = params.self_signed(&key).unwrap().pem();
    (pem, Issuer::new(params, key))
}

impl Server {
    fn start() -> Server {
        let (pem, issuer) = authority("authority");
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        Server::with_certificate(pem, certificate.pem(), key.serialize_pem())
    }

    fn with_certificate(pem: String, certificate: String, key: String) -> Server {
        let cluster = Cluster::start_with(ClusterOptions {
            settings: vec![("ssl".to_owned(), "on".to_owned())],
            hba: Some(HBA.to_owned()),
            files: vec![
                ("server.crt".to_owned(), certificate.into_bytes()),
                ("server.key".to_owned(), key.into_bytes()),
            ],
            ..ClusterOptions::default()
        })
        .unwrap();
        let sql = format!(
            "set password_encryption = 'scram-sha-256';
             create role scram_user login password '{PASSWORD}';
             create role plain_user login password '{PASSWORD}';
             set password_encryption = 'md5';
             create role md5_user login password '{PASSWORD}';
             create role only_tls login; create role only_clear login;"
        );
        cluster.psql("postgres", &sql).unwrap();
        let file = |name: &str, content: &str| {
            let path = cluster.temp_dir().join(name);
            std::fs::write(&path, content).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
            path
        };
        let authority_file = file("authority.pem", &pem);
        let stranger = file("stranger.pem", &authority("stranger").0);
        let password = file("password", PASSWORD);
        Server {
            authority: authority_file,
            stranger,
            password,
            cluster,
        }
    }

    fn target(&self, user: &str, host: &str, parameters: &str) -> UpstreamTarget {
        let port = self.cluster.port();
        let url = format!("postgres://{user}@{host}:{port}/postgres?{parameters}");
        let mut target = UpstreamTarget::parse(&url).unwrap();
        target.password = PasswordSource::File(self.password.clone());
        target
    }

    async fn connect(&self, user: &str, parameters: &str) -> Result<Upstream, ConnectError> {
        connect(&self.target(user, "localhost", parameters), &[]).await
    }
}

async fn one(upstream: &mut Upstream, sql: &str) -> String {
    let rows = query(upstream, sql).await.unwrap();
    String::from_utf8(rows[0][0].clone().unwrap()).unwrap()
}

const WHO: &str = "select current_user || ' ' || coalesce(version, 'clear') from pg_stat_ssl \
                   where pid = pg_backend_pid()";

#[tokio::test]
async fn every_way_to_log_in() {
    let server = Server::start();
    for user in ["scram_user", "md5_user", "postgres"] {
        for (mode, shown) in [
            ("disable", "clear"),
            ("allow", "clear"),
            ("prefer", "TLSv1.3"),
            ("require", "TLSv1.3"),
        ] {
            let mut upstream = server.connect(user, &format!("sslmode={mode}")).await.unwrap();
            assert_eq!(one(&mut upstream, WHO).await, format!("{user} {shown}"), "{mode}");
            assert_eq!(upstream.stream.is_encrypted(), shown != "clear");
            assert!(upstream.buffered.is_empty());
        }
    }
    let mut upstream = server.connect("plain_user", "sslmode=require").await.unwrap();
    assert_eq!(one(&mut upstream, WHO).await, "plain_user TLSv1.3");
    let refused = server.connect("plain_user", "sslmode=disable").await.unwrap_err();
    assert!(
        matches!(refused, ConnectError::Login(LoginError::Cleartext)),
        "{refused}"
    );
}

#[tokio::test]
async fn allow_and_prefer_try_the_other_way() {
    let server = Server::start();
    let mut upstream = server.connect("only_tls", "sslmode=allow").await.unwrap();
    assert_eq!(one(&mut upstream, WHO).await, "only_tls TLSv1.3");
    let mut upstream = server.connect("only_clear", "sslmode=prefer").await.unwrap();
    assert_eq!(one(&mut upstream, WHO).await, "only_clear clear");
    for (user, mode) in [("only_tls", "disable"), ("only_clear", "require"), ("nobody", "prefer")] {
        let refused = server.connect(user, &format!("sslmode={mode}")).await.unwrap_err();
        assert!(
            matches!(&refused, ConnectError::Server(error) if error.code() == "28000"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn channel_binding() {
    let server = Server::start();
    let required = "sslmode=require&channel_binding=require";
    let mut upstream = server.connect("scram_user", required).await.unwrap();
    assert_eq!(one(&mut upstream, WHO).await, "scram_user TLSv1.3");
    server
        .connect("scram_user", "sslmode=require&channel_binding=disable")
        .await
        .unwrap();
    for (user, mode) in [
        ("md5_user", "require"),
        ("postgres", "require"),
        ("plain_user", "require"),
        ("scram_user", "disable"),
    ] {
        let parameters = format!("sslmode={mode}&channel_binding=require");
        let refused = server.connect(user, &parameters).await.unwrap_err();
        assert!(
            matches!(refused, ConnectError::Login(LoginError::NoChannelBinding)),
            "{user}: {refused}"
        );
    }
}

#[tokio::test]
async fn certificates_are_verified_as_the_mode_says() {
    let server = Server::start();
    let (good, stranger) = (server.authority.display(), server.stranger.display());
    let accepted = [
        ("localhost", format!("sslmode=verify-full&sslrootcert={good}")),
        ("localhost", format!("sslmode=verify-ca&sslrootcert={good}")),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={good}")),
        ("127.0.0.1", format!("sslmode=require&sslrootcert={good}")),
        ("127.0.0.1", "sslmode=require".to_owned()),
    ];
    for (host, parameters) in accepted {
        let target = server.target("scram_user", host, &parameters);
        let upstream = connect(&target, &[])
            .await
            .unwrap_or_else(|error| panic!("{parameters}: {error}"));
        assert!(upstream.stream.is_encrypted());
    }
    let refused = [
        ("127.0.0.1", format!("sslmode=verify-full&sslrootcert={good}")),
        ("localhost", format!("sslmode=verify-full&sslrootcert={stranger}")),
        ("localhost", format!("sslmode=verify-ca&sslrootcert={stranger}")),
        ("localhost", format!("sslmode=require&sslrootcert={stranger}")),
        ("localhost", format!("sslmode=prefer&sslrootcert={stranger}")),
    ];
    for (host, parameters) in refused {
        let target = server.target("scram_user", host, &parameters);
        let error = connect(&target, &[]).await.map(drop).unwrap_err();
        assert!(
            matches!(error, ConnectError::Tls(TlsError::Handshake(_))),
            "{parameters}: {error}"
        );
    }
}

#[tokio::test]
async fn a_self_signed_certificate_is_its_own_root_and_a_common_name_will_do() {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
    let certificate = params.self_signed(&key).unwrap().pem();
    let server = Server::with_certificate(certificate.clone(), certificate, key.serialize_pem());
    let root = server.authority.display();
    for mode in ["verify-full", "verify-ca", "require"] {
        server
            .connect("scram_user", &format!("sslmode={mode}&sslrootcert={root}"))
            .await
            .unwrap();
    }
    let full = format!("sslmode=verify-full&sslrootcert={root}");
    let refused = connect(&server.target("scram_user", "127.0.0.1", &full), &[])
        .await
        .unwrap_err();
    assert!(
        matches!(refused, ConnectError::Tls(TlsError::Handshake(_))),
        "{refused}"
    );
}

#[tokio::test]
async fn refusals_keep_the_words_of_the_server() {
    let server = Server::start();
    let mut target = server.target("scram_user", "localhost", "");
    std::fs::write(&server.password, "wrong").unwrap();
    let refused = connect(&target, &[]).await.unwrap_err();
    assert!(
        matches!(&refused, ConnectError::Server(error) if error.code() == "28P01"),
        "{refused}"
    );
    target.user = Some("postgres".to_owned());
    let startup = [("database".to_owned(), "nowhere".to_owned())];
    let refused = connect(&target, &startup).await.unwrap_err();
    assert!(matches!(&refused, ConnectError::Server(error)
        if error.code() == "3D000" && error.message() == "database \"nowhere\" does not exist"));
    target.password = PasswordSource::Libpq;
    target.passfile = Some(server.stranger.clone());
    target.user = Some("scram_user".to_owned());
    let refused = connect(&target, &[]).await.unwrap_err();
    assert!(
        matches!(refused, ConnectError::Login(LoginError::NoPassword { .. })),
        "{refused}"
    );
    drop(server);
    let refused = connect(&target, &[]).await.unwrap_err();
    assert!(matches!(refused, ConnectError::Socket { .. }), "{refused}");
}

#[tokio::test]
async fn sessions_are_read_only_and_over_a_socket_too() {
    let server = Server::start();
    let (directory, port) = (server.cluster.socket_dir().display(), server.cluster.port());
    let url = format!("postgres://postgres@/postgres?host={directory}&port={port}&sslmode=require");
    let mut target = UpstreamTarget::parse(&url).unwrap();
    let startup = [
        ("options", "-c default_transaction_read_only=off"),
        ("Default_Transaction_Read_Only", "off"),
    ];
    let startup = startup.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut upstream = connect(&target, &startup).await.unwrap();
    assert!(upstream.stream.tcp().is_none());
    assert!(upstream.parameter("server_version").is_some());
    let refused = query(&mut upstream, "create table t (a int)").await.unwrap_err();
    assert!(
        matches!(&refused, QueryError::Server(error) if error.code() == "25006"),
        "{refused}"
    );
    assert_eq!(one(&mut upstream, "select 1").await, "1");
    target.read_only = false;
    let mut upstream = connect(&target, &[]).await.unwrap();
    query(&mut upstream, "create table t (a int)").await.unwrap();
}

#[tokio::test]
async fn cancel_ends_what_runs() {
    let server = Server::start();
    for parameters in ["sslmode=disable", "sslmode=require"] {
        let target = server.target("scram_user", "localhost", parameters);
        let mut upstream = connect(&target, &[]).await.unwrap();
        let (process_id, key) = (upstream.process_id, upstream.secret_key.clone());
        assert_eq!(key.len(), 4);
        let running = tokio::spawn(async move { query(&mut upstream, "select pg_sleep(60)").await });
        tokio::time::sleep(Duration::from_millis(200)).await;
        let wrong: Vec<u8> = key.iter().map(|byte| !byte).collect();
        cancel(&target, process_id, &wrong).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(!running.is_finished());
        cancel(&target, process_id, &key).await.unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(10), running)
            .await
            .unwrap()
            .unwrap();
        assert!(matches!(&ended, Err(QueryError::Server(error)) if error.code() == "57014"));
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("postgres://u@127.0.0.1:{port}/x?connect_timeout=1");
    let target = UpstreamTarget::parse(&url).unwrap();
    let refused = connect(&target, &[]).await.unwrap_err();
    assert!(matches!(refused, ConnectError::Timeout { .. }), "{refused}");
}

#[tokio::test]
async fn plaintext_behind_the_answer_to_the_tls_request_ends_the_login() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let peer = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0; 8];
        socket.read_exact(&mut request).await.unwrap();
        socket.write_all(b"SR\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").await.unwrap();
        let mut rest = Vec::new();
        let _ = socket.read_to_end(&mut rest).await;
    });
    let url = format!("postgres://u@127.0.0.1:{port}/x?sslmode=require");
    let refused = connect(&UpstreamTarget::parse(&url).unwrap(), &[]).await.unwrap_err();
    assert!(
        matches!(refused, ConnectError::Tls(TlsError::Handshake(_))),
        "{refused}"
    );
    peer.await.unwrap();
}
