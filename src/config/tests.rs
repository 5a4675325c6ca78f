use std::fs;
use std::path::PathBuf;

use super::*;

/// A directory of its own with the files that a full config names.
fn directory(name: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("pgveil-config-{}-{name}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    for file in ["server.pem", "server.key", "clients.pem", "pgveil.key", "app.toml"] {
        fs::write(directory.join(file), "").unwrap();
    }
    directory
}

fn load(name: &str, text: &str) -> Result<Config, Vec<String>> {
    let directory = directory(name);
    let path = directory.join("pgveil.toml");
    fs::write(&path, text).unwrap();
    let loaded = Config::load(&path);
    fs::remove_dir_all(&directory).unwrap();
    loaded.map_err(|problems| {
        let prefix = format!("{}/", directory.display());
        problems
            .iter()
            .map(|problem| problem.to_string().replace(&prefix, ""))
            .collect()
    })
}

fn verifier() -> String {
    postgres_protocol::password::scram_sha_256(b"secret")
}

#[test]
fn the_config_of_the_manual_is_taken() {
    let text = format!(
        r#"
        [listen]
        address = "127.0.0.1:6432"
        tls = {{ certificate = "server.pem", key = "server.key", client_ca = "clients.pem", required = true }}
        [upstream]
        url = "postgres://pgveil_reader@db.internal:5432/app?sslmode=verify-full&sslrootcert=ca.pem"
        databases = ["app", "shop"]
        [[user]]
        name = "ada"
        verifier = "{}"
        [policy]
        access = "read-only"
        unlisted = "mask"
        derived = "refuse"
        predicates = "allow"
        large_objects = "empty"
        settings = ["app.*"]
        [masking]
        key_file = "pgveil.key"
        rules = ["app.toml"]
        [log]
        directory = "sessions"
        durability = "async"
        segment_mb = 16
        keep_days = 400
        signing_key_file = "pgveil.key"
        "#,
        verifier()
    );
    let config = load("manual", &text).unwrap();
    let base = config.path.parent().unwrap().to_path_buf();
    assert_eq!(config.listen.address.as_deref(), Some("127.0.0.1:6432"));
    let tls = config.listen.tls.unwrap();
    assert_eq!((tls.certificate, tls.required), (base.join("server.pem"), true));
    assert_eq!(
        config.upstream.databases,
        Databases::Named(vec!["app".into(), "shop".into()])
    );
    assert_eq!(config.users[0].name, "ada");
    let mut settings = CustomSettings::default();
    settings.add("app.*").unwrap();
    assert_eq!(
        config.policy,
        Policy {
            access: Access::ReadOnly,
            unlisted: Unlisted::Mask,
            derived: Derived::Refuse,
            predicates: Predicates::Allow,
            large_objects: LargeObjects::Empty,
            settings,
        }
    );
    assert_eq!(config.masking.rules, [RuleSource::File(base.join("app.toml"))]);
    assert_eq!(config.log.directory, base.join("sessions"));
    assert_eq!(config.log.segment_bytes, Some(16 << 20));
    assert_eq!(
        (config.log.keep_days, config.log.durability),
        (Some(400), Durability::Async)
    );
    assert_eq!(config.log.signing_key_file, Some(base.join("pgveil.key")));
    assert!(config.warnings.is_empty());
}

#[test]
fn every_problem_is_reported_at_once() {
    let text = r#"[listen]
adress = "127.0.0.1:6432"
[upstream]
url = "postgres://me:secret@db/app"
[[user]]
name = "ada"
verifier = "secret"
[policy]
unlisted = "hide"
[masking]
rules = ["none.toml"]
[log]
directory = 5
"#;
    assert_eq!(
        load("many", text).unwrap_err(),
        [
            "pgveil.toml:1:1: error: [listen] needs an address, a socket_dir or both",
            "pgveil.toml:2:1: error: unknown key \"adress\" in listen (did you mean \"address\"?)",
            "pgveil.toml:4:7: error: upstream.url must not hold a password (use upstream.password_file, \
             upstream.password_env, PGPASSWORD or .pgpass)",
            "pgveil.toml:7:12: error: user.verifier is not of the form \
             SCRAM-SHA-256$iterations:salt$stored_key:server_key (make one with `pgveil user`)",
            "pgveil.toml:9:12: error: policy.unlisted must be \"pass\" or \"mask\" or \"refuse\", not \"hide\"",
            "pgveil.toml:10:1: error: masking.key_file is missing (make one with `pgveil key`)",
            "pgveil.toml:11:10: error: none.toml is not there; it should be a rule file",
            "pgveil.toml:13:13: error: log.directory must be a string, not integer",
        ]
    );
}

#[test]
fn an_empty_file_lists_what_it_needs() {
    let problems = load("empty", "").unwrap_err().join("\n");
    for needed in [
        "listen is missing",
        "upstream is missing",
        "log is missing",
        "no [[user]]",
        "masking is missing",
    ] {
        assert!(problems.contains(needed), "{needed} not in\n{problems}");
    }
}

fn minimal(listen: &str, rest: &str) -> String {
    format!(
        "[listen]\n{listen}\n[upstream]\nurl = \"postgres://db/app\"\n[log]\ndirectory = \"s\"\n\
         [[user]]\nname = \"ada\"\nverifier = \"{}\"\n{rest}",
        verifier()
    )
}

#[test]
fn passing_everything_takes_no_rules() {
    let local = "address = \"127.0.0.1:0\"";
    let any = "[policy]\naccess = \"any\"\n";
    assert!(load("any", &minimal(local, any)).is_ok());
    let with_rules = format!("{any}[masking]\nkey_file = \"pgveil.key\"\nrules = [\"app.toml\"]\n");
    let problems = load("any-rules", &minimal(local, &with_rules)).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("policy.access = \"any\""));
}

#[test]
fn settings_of_the_server_cannot_be_allowed() {
    let policy = "[policy]\nsettings = [\"app.*\", \"work_mem\",\n  \"auto_explain.*\"]\n[masking]\nrules = []\n";
    let problems = load("settings", &minimal("address = \"127.0.0.1:0\"", policy)).unwrap_err();
    assert_eq!(
        problems,
        [
            "pgveil.toml:11:22: error: \"work_mem\" in policy.settings has no dot: settings without one are the server's own; \
             write a name such as \"app.user_id\", or \"app.*\"",
            "pgveil.toml:12:3: error: \"auto_explain.*\" in policy.settings begins with auto_explain, which the server, \
             a module of it or pgveil interprets",
        ]
    );
}

#[test]
fn plain_text_on_the_network_is_a_warning() {
    let rest = "[masking]\nrules = []\n";
    let config = load("network", &minimal("address = \"0.0.0.0:6432\"", rest)).unwrap();
    assert!(config.warnings[0].message.contains("without TLS"));
    let config = load("loopback", &minimal("address = \"[::1]:6432\"", rest)).unwrap();
    assert!(config.warnings.is_empty());
}

#[test]
fn a_missing_config_is_an_error() {
    let problems = Config::load(Path::new("/nonexistent/pgveil.toml")).unwrap_err();
    assert!(
        problems[0]
            .to_string()
            .starts_with("/nonexistent/pgveil.toml: error: cannot read")
    );
}

#[test]
fn the_log_has_numbers_in_their_ranges() {
    let listen = "address = \"127.0.0.1:1\"";
    let config = |lines: &str| {
        load(
            "numbers",
            &minimal(listen, "[masking]\nrules = []\n").replace("[log]\n", &format!("[log]\n{lines}\n")),
        )
    };
    let usual = config("").unwrap().log;
    assert_eq!((usual.segment_bytes, usual.keep_days), (Some(256 << 20), None));
    assert_eq!(usual.durability, Durability::Group);
    for (line, message) in [
        ("segment_mb = 0", "log.segment_mb must be from 1 to 65536"),
        ("segment_mb = 65537", "log.segment_mb must be from 1 to 65536"),
        ("segment_mb = -1", "log.segment_mb must be from 1 to 65536"),
        ("keep_days = 0", "log.keep_days must be from 1 to 36500"),
        ("keep_days = \"7\"", "log.keep_days must be a whole number"),
        (
            "durability = \"never\"",
            "log.durability must be \"group\" or \"async\"",
        ),
        ("signing_key_file = \"none.key\"", "none.key"),
    ] {
        let problems = config(line).unwrap_err();
        assert!(
            problems.iter().any(|problem| problem.contains(message)),
            "{line}: {problems:?}"
        );
    }
}
