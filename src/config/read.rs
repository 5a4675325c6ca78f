//! From a parsed document to a [`Config`].

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::*;

/// What names a pack among rule files.
const PACK_PREFIX: &str = "pack:";
/// `[log] segment_mb` where it is not given.
const SEGMENT_MB: u64 = 256;

/// `None` only where a problem was reported.
pub(super) fn read_config(top: Section<'_>, path: &Path) -> Option<Config> {
    for key in ["listen", "upstream", "log"] {
        top.require(key);
    }
    let listen = top.section("listen").and_then(read_listen);
    let upstream = top.section("upstream").and_then(read_upstream);
    let users = read_users(&top);
    let policy = top.section("policy").map(read_policy).unwrap_or_default();
    let masking = read_masking(&top, &policy);
    let log = top.section("log").and_then(|section| {
        let directory = section.required_string("directory");
        let signing_key_file = section
            .string("signing_key_file")
            .and_then(|written| existing(top.document(), &written, "a file made by `pgveil key`"));
        let durability = [("group", Durability::Group), ("async", Durability::Async)];
        let durability = section.choice("durability", &durability).unwrap_or_default();
        let segment_mb = section.number("segment_mb", 1..=65_536).unwrap_or(SEGMENT_MB);
        let keep_days = section.number("keep_days", 1..=36_500);
        section.finish();
        Some(Log {
            directory: top.document().resolve_path(&directory?.value),
            signing_key_file,
            durability,
            segment_bytes: Some(segment_mb << 20),
            keep_days,
        })
    });
    top.finish();
    Some(Config {
        path: path.to_path_buf(),
        listen: listen?,
        upstream: upstream?,
        users,
        policy,
        masking: masking?,
        log: log?,
        warnings: Vec::new(),
    })
}

fn read_listen(section: Section<'_>) -> Option<Listen> {
    let document = section.document();
    let address = section.string("address");
    if let Some(address) = &address
        && !is_host_and_port(&address.value)
    {
        let message = format!("listen.address must be \"host:port\", not \"{}\"", address.value);
        let suggestion = Some("for example \"127.0.0.1:6432\"".to_string());
        document.error_with(address.span.clone(), message, suggestion);
    }
    let socket_dir = section
        .string("socket_dir")
        .and_then(|written| existing(document, &written, "a directory"));
    if section.value("address").is_none() && section.value("socket_dir").is_none() {
        document.error(section.span(), "[listen] needs an address, a socket_dir or both");
    }
    let tls = section.section("tls").map(|tls| {
        let file = |written: Option<Located<String>>| existing(document, &written?, "a file");
        let read = (
            file(tls.required_string("certificate")),
            file(tls.required_string("key")),
            file(tls.string("client_ca")),
            tls.boolean("required").unwrap_or(true),
        );
        tls.finish();
        read
    });
    section.finish();
    let tls = match tls {
        None => None,
        Some((certificate, key, client_ca, required)) => Some(ListenTls {
            certificate: certificate?,
            key: key?,
            client_ca,
            required,
        }),
    };
    if let Some(address) = &address
        && tls.as_ref().is_none_or(|tls| !tls.required)
        && !is_loopback(&address.value)
    {
        let message = "clients may come in over the network without TLS";
        let mut problem = document.place(&address.span).problem(Severity::Warning, message);
        problem.suggestion = Some("set listen.tls".to_string());
        document.report(problem);
    }
    Some(Listen {
        address: address.map(|written| written.value),
        socket_dir,
        tls,
    })
}

fn is_host_and_port(address: &str) -> bool {
    address
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

fn is_loopback(address: &str) -> bool {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let ip = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

fn read_upstream(section: Section<'_>) -> Option<Upstream> {
    let document = section.document();
    let url = section.required_string("url");
    if let Some(url) = &url {
        check_url(document, url);
    }
    let databases = match section.strings("databases") {
        None => Databases::OfUrl,
        Some(names) if names.iter().any(|name| name.value == "*") => Databases::Any,
        Some(names) => Databases::Named(names.into_iter().map(|name| name.value).collect()),
    };
    let password_file = section
        .string("password_file")
        .and_then(|written| existing(document, &written, "a file"));
    let password_env = section.string("password_env");
    if let (Some(_), Some(second)) = (section.value("password_file"), &password_env) {
        document.error(
            second.span.clone(),
            "upstream.password_file and upstream.password_env exclude each other",
        );
    }
    section.finish();
    Some(Upstream {
        url: url?.value,
        databases,
        password_file,
        password_env: password_env.map(|written| written.value),
    })
}

fn check_url(document: &Document, url: &Located<String>) {
    let rest = url
        .value
        .strip_prefix("postgres://")
        .or(url.value.strip_prefix("postgresql://"));
    let Some(rest) = rest else {
        document.error(
            url.span.clone(),
            "upstream.url must begin with postgres:// or postgresql://",
        );
        return;
    };
    let (authority, query) = match rest.split_once('?') {
        Some((before, query)) => (before.split('/').next().unwrap_or(before), query),
        None => (rest.split('/').next().unwrap_or(rest), ""),
    };
    let user_part = authority.rsplit_once('@').map_or("", |(user, _)| user);
    // Config files are read by more people than may know the password, and end up in version control.
    if user_part.contains(':') || query.split('&').any(|pair| pair.starts_with("password=")) {
        let suggestion = Some("use upstream.password_file, upstream.password_env, PGPASSWORD or .pgpass".to_string());
        document.error_with(url.span.clone(), "upstream.url must not hold a password", suggestion);
    }
}

fn read_users(top: &Section<'_>) -> Vec<User> {
    let document = top.document();
    let mut names = HashSet::new();
    let mut users = Vec::new();
    let sections = top.sections("user");
    if sections.is_empty() && top.value("user").is_none() {
        let suggestion = Some("make a verifier with `pgveil user`".to_string());
        document.error_with(0..0, "there is no [[user]], so that nobody could log in", suggestion);
    }
    for section in sections {
        let name = section.required_string("name");
        let verifier = section.required_string("verifier");
        section.finish();
        let parsed = verifier.and_then(|written| match ScramVerifier::parse(&written.value) {
            Ok(verifier) => Some(verifier),
            Err(error) => {
                let suggestion = Some("make one with `pgveil user`".to_string());
                document.error_with(written.span, format!("user.verifier {error}"), suggestion);
                None
            }
        });
        if let Some(name) = &name
            && !names.insert(name.value.clone())
        {
            document.error(name.span.clone(), format!("user \"{}\" is there twice", name.value));
        }
        if let (Some(name), Some(verifier)) = (name, parsed) {
            users.push(User {
                name: name.value,
                verifier,
            });
        }
    }
    users
}

fn read_policy(section: Section<'_>) -> Policy {
    let usual = Policy::default();
    let access = [("read-only", Access::ReadOnly), ("any", Access::Any)];
    let unlisted = [
        ("pass", Unlisted::Pass),
        ("mask", Unlisted::Mask),
        ("refuse", Unlisted::Refuse),
    ];
    let derived = [("redact", Derived::Redact), ("refuse", Derived::Refuse)];
    let large_objects = [
        ("refuse", LargeObjects::Refuse),
        ("empty", LargeObjects::Empty),
        ("pass", LargeObjects::Pass),
    ];
    let policy = Policy {
        access: section.choice("access", &access).unwrap_or(usual.access),
        unlisted: section.choice("unlisted", &unlisted).unwrap_or(usual.unlisted),
        derived: section.choice("derived", &derived).unwrap_or(usual.derived),
        predicates: section
            .choice("predicates", &Predicates::CHOICES)
            .unwrap_or(usual.predicates),
        large_objects: section
            .choice("large_objects", &large_objects)
            .unwrap_or(usual.large_objects),
        settings: read_settings(&section),
    };
    section.finish();
    policy
}

fn read_settings(section: &Section<'_>) -> CustomSettings {
    let mut settings = CustomSettings::default();
    for pattern in section.strings("settings").unwrap_or_default() {
        if let Err(why) = settings.add(&pattern.value) {
            let message = format!("\"{}\" in policy.settings {why}", pattern.value);
            section.document().error(pattern.span, message);
        }
    }
    settings
}

fn read_masking(top: &Section<'_>, policy: &Policy) -> Option<Masking> {
    let document = top.document();
    let Some(section) = top.section("masking") else {
        // Serving everything unmasked has to be asked for in so many words.
        if policy.access == Access::ReadOnly && top.value("masking").is_none() {
            let suggestion = Some("an empty list of rules protects nothing: [masking] rules = []".to_string());
            document.error_with(0..0, "masking is missing", suggestion);
        }
        return (policy.access == Access::Any).then(|| Masking {
            key_file: None,
            rules: Vec::new(),
        });
    };
    section.require("rules");
    let written = section.strings("rules");
    let key = section.string("key_file");
    let key_file = key
        .as_ref()
        .and_then(|written| existing(document, written, "a file made by `pgveil key`"));
    let some_rules = written.as_ref().is_some_and(|rules| !rules.is_empty());
    if some_rules && key.is_none() && section.value("key_file").is_none() {
        let suggestion = Some("make one with `pgveil key`".to_string());
        document.error_with(section.span(), "masking.key_file is missing", suggestion);
    }
    if policy.access == Access::Any && (some_rules || policy.unlisted != Unlisted::Pass) {
        let message = "policy.access = \"any\" protects nothing, so it takes neither rules nor policy.unlisted";
        document.error_with(
            section.span(),
            message,
            Some("access = \"read-only\" or rules = []".to_string()),
        );
    }
    section.finish();
    let rules = written?
        .iter()
        .filter_map(|written| rule_source(document, written))
        .collect();
    Some(Masking { key_file, rules })
}

fn rule_source(document: &Document, written: &Located<String>) -> Option<RuleSource> {
    match written.value.strip_prefix(PACK_PREFIX) {
        Some(name) => Some(RuleSource::Pack {
            name: name.to_owned(),
            place: document.place(&written.span),
        }),
        None => existing(document, written, "a rule file").map(RuleSource::File),
    }
}

/// The path that was written, if something is there.
fn existing(document: &Document, written: &Located<String>, what: &str) -> Option<PathBuf> {
    let path = document.resolve_path(&written.value);
    if path.exists() {
        return Some(path);
    }
    document.error(
        written.span.clone(),
        format!("{} is not there; it should be {what}", path.display()),
    );
    None
}
