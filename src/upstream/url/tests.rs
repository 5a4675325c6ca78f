use super::*;

fn parse(url: &str) -> UpstreamTarget {
    UpstreamTarget::parse(url).unwrap()
}

#[test]
fn all_parts_are_read() {
    let target = parse(
        "postgresql://veil%40reader@db.internal:6543/app%2Fone?sslmode=verify-full&sslrootcert=ca.pem\
         &sslcert=me.pem&sslkey=me.key&application_name=pg%20veil&connect_timeout=3&options=-c%20geqo%3Doff",
    );
    assert_eq!(target.host, Host::Tcp("db.internal".to_owned()));
    assert_eq!(target.port, 6543);
    assert_eq!(target.user.as_deref(), Some("veil@reader"));
    assert_eq!(target.database.as_deref(), Some("app/one"));
    assert_eq!(target.ssl_mode, SslMode::VerifyFull);
    assert_eq!(target.ssl_root_cert, Some(PathBuf::from("ca.pem")));
    assert_eq!(target.ssl_cert, Some(PathBuf::from("me.pem")));
    assert_eq!(target.ssl_key, Some(PathBuf::from("me.key")));
    assert_eq!(target.application_name.as_deref(), Some("pg veil"));
    assert_eq!(target.connect_timeout, Some(Duration::from_secs(3)));
    assert_eq!(target.options.as_deref(), Some("-c geqo=off"));
    assert!(target.read_only);
}

#[test]
fn defaults_are_those_of_libpq() {
    let target = parse("postgres://localhost");
    assert_eq!((target.port, target.ssl_mode), (5432, SslMode::Prefer));
    assert_eq!((target.user, target.database), (None, None));
    assert_eq!(target.channel_binding, ChannelBinding::Prefer);
    assert_eq!(parse("postgres://h?connect_timeout=0").connect_timeout, None);
}

#[test]
fn hosts_of_every_kind() {
    assert_eq!(parse("postgres://[::1]:99/x").host, Host::Tcp("::1".to_owned()));
    assert_eq!(parse("postgres://[::1]:99/x").address(), "[::1]:99");
    for url in [
        "postgres:///x?host=/run/pg",
        "postgres://%2Frun%2Fpg/x",
        "postgres://u@/x?host=/run/pg",
    ] {
        assert_eq!(parse(url).host, Host::Unix(PathBuf::from("/run/pg")), "{url}");
        assert_eq!(parse(url).address(), "/run/pg/.s.PGSQL.5432");
    }
    assert_eq!(parse("postgres://a:1/x?host=b&port=2").address(), "b:2");
    assert_eq!(UpstreamTarget::parse("postgres:///x").unwrap_err(), UrlError::NoHost);
    assert_eq!(
        UpstreamTarget::parse("postgres://a,b/x").unwrap_err(),
        UrlError::SeveralHosts
    );
    assert_eq!(
        UpstreamTarget::parse("postgres:///x?host=a,b").unwrap_err(),
        UrlError::SeveralHosts
    );
}

#[test]
fn a_password_is_refused_and_never_repeated() {
    for url in [
        "postgres://u:secret@h/x",
        "postgres://u:se@cret@h/x",
        "postgres://h/x?password=secret",
        "postgres://h/x?sslpassword=secret",
        "postgres://h/x?pass%77ord=secret",
    ] {
        let error = UpstreamTarget::parse(url).unwrap_err();
        assert!(matches!(error, UrlError::Password(_)), "{url}: {error}");
        let text = format!("{error} {error:?}");
        assert!(text.contains("PGPASSWORD") && !text.contains("secret") && !text.contains("se@cret"));
    }
}

#[test]
fn mistakes_are_named() {
    let text = |url: &str| UpstreamTarget::parse(url).unwrap_err().to_string();
    assert!(text("postgres://h/x?sslmod=require").contains("did you mean \"sslmode\""));
    assert!(text("postgres://h/x?sslmode=on").contains("verify-full"));
    assert!(text("postgres://h:0/x").contains("65535"));
    assert!(text("postgres://h:70000/x").contains("65535"));
    assert!(text("postgres://h/x?host=a&host=b").contains("twice"));
    assert!(text("postgres://h/x?host").contains("no value"));
    assert!(text("postgres://h/x%zz").contains("percent"));
    assert!(text("postgres://h/x%00").contains("percent"));
    assert!(text("postgres://[::1/x").contains("brackets"));
    assert!(text("mysql://h/x").contains("postgres://"));
    assert!(text("postgres://h/x?gssencmode=require").contains("GSSAPI"));
    assert!(text("postgres://h/x?sslrootcert=system&sslmode=require").contains("verify-full"));
}

#[test]
fn system_roots_mean_full_verification() {
    assert_eq!(parse("postgres://h/x?sslrootcert=system").ssl_mode, SslMode::VerifyFull);
}
