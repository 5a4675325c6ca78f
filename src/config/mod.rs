//! `pgveil.toml`: what the user wrote, then what was checked.
//!
//! [`Document`] and [`Section`] hold a TOML file as it was written, every key with its place, and collect
//! every [`Problem`]; rule files are read with them too. [`Config`] is what was checked: paths are
//! resolved against the directory of the file, files that are named exist, and no key was left over.

mod document;
mod problem;
mod verifier;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

pub use document::{Document, Located, Place, Section, plain};
pub use problem::{Problem, Severity, did_you_mean};
pub use verifier::{ITERATIONS_MAX, ITERATIONS_MIN, ScramVerifier, VerifierError};

/// A checked `pgveil.toml`.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it was read from.
    pub path: PathBuf,
    /// `[listen]`
    pub listen: Listen,
    /// `[upstream]`
    pub upstream: Upstream,
    /// `[[user]]`: names are unique, and there is at least one.
    pub users: Vec<User>,
    /// `[policy]`
    pub policy: Policy,
    /// `[masking]`
    pub masking: Masking,
    /// `[log]`
    pub log: Log,
    /// What the operator should know, though pgveil goes on.
    pub warnings: Vec<Problem>,
}

/// `[listen]`: where clients come in. At least one of address and socket_dir is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// `host:port`, the host a name or an address; port 0 takes a free one.
    pub address: Option<String>,
    /// Directory of the unix socket; it exists.
    pub socket_dir: Option<PathBuf>,
    /// TLS for clients.
    pub tls: Option<ListenTls>,
}

/// `listen.tls`; the files exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenTls {
    /// Certificate chain, PEM.
    pub certificate: PathBuf,
    /// Private key, PEM.
    pub key: PathBuf,
    /// Clients must show a certificate that one of these authorities signed.
    pub client_ca: Option<PathBuf>,
    /// Refuse TCP clients that do not ask for TLS. True unless the file says otherwise.
    pub required: bool,
}

/// `[upstream]`: the real server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// A libpq connection URL, as written; it holds no password.
    pub url: String,
    /// Databases that clients may ask for.
    pub databases: Databases,
    /// File whose first line is the password.
    pub password_file: Option<PathBuf>,
    /// Environment variable that holds the password.
    pub password_env: Option<String>,
}

/// Databases that clients may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Databases {
    /// Only the one that the URL names.
    OfUrl,
    /// These.
    Named(Vec<String>),
    /// `"*"`: any the server lets the upstream login into.
    Any,
}

/// `[[user]]`: who may log in to pgveil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Login name.
    pub name: String,
    /// What the password is checked against.
    pub verifier: ScramVerifier,
}

/// `[policy]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Policy {
    pub access: Access,
    pub unlisted: Unlisted,
    pub derived: Derived,
    pub predicates: Predicates,
    pub large_objects: LargeObjects,
}

/// `policy.access`: which statements pass at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// What reads, and nothing else.
    ReadOnly,
    /// Everything; accepted only without rules.
    Any,
}

/// `policy.unlisted`: columns that no rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlisted {
    /// Shown as they are.
    Pass,
    /// Redacted by type.
    Mask,
    /// Statements that show them are refused.
    Refuse,
}

/// `policy.derived`: values computed from protected columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    /// Redacted by type.
    Redact,
    /// The statement is refused.
    Refuse,
}

/// `policy.predicates`, and `predicates` of a rule: conditions over protected columns that would tell more than
/// the masked data does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Predicates {
    /// The statement is refused.
    Refuse,
    /// It runs, and the session log records an inference.
    Allow,
}

/// `policy.large_objects`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LargeObjects {
    /// Calls that read them are refused.
    Refuse,
    /// They read as empty.
    Empty,
    /// Shown as they are.
    Pass,
}

/// `[masking]`; the files exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masking {
    /// The masking key; there whenever there are rules.
    pub key_file: Option<PathBuf>,
    /// Rule files, in the order written.
    pub rules: Vec<PathBuf>,
}

/// `[log]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Directory of the session logs.
    pub directory: PathBuf,
}

impl Default for Policy {
    /// What holds where `[policy]` does not say otherwise.
    fn default() -> Self {
        Policy {
            access: Access::ReadOnly,
            unlisted: Unlisted::Pass,
            derived: Derived::Redact,
            predicates: Predicates::Refuse,
            large_objects: LargeObjects::Refuse,
        }
    }
}

impl Config {
    /// Reads and checks a config file.
    ///
    /// # Errors
    /// Every problem of the file at once, in the order of the file.
    pub fn load(path: &Path) -> Result<Config, Vec<Problem>> {
        Config::check(
            &Document::read(path).map_err(|problem| vec![problem])?,
            path,
        )
    }

    fn check(document: &Document, path: &Path) -> Result<Config, Vec<Problem>> {
        let config = document
            .parse()
            .and_then(|table| read_config(document.top(&table), path));
        let (errors, warnings): (Vec<_>, Vec<_>) = document
            .take_problems()
            .into_iter()
            .partition(|problem| problem.severity == Severity::Error);
        match config {
            Some(config) if errors.is_empty() => Ok(Config { warnings, ..config }),
            _ => Err(errors),
        }
    }
}

/// `None` only where a problem was reported.
fn read_config(top: Section<'_>, path: &Path) -> Option<Config> {
    for key in ["listen", "upstream", "log"] {
        top.require(key);
    }
    let listen = top.section("listen").and_then(read_listen);
    let upstream = top.section("upstream").and_then(read_upstream);
    let users = read_users(&top);
    let policy = top.section("policy").map(read_policy).unwrap_or_default();
    let masking = read_masking(&top, policy);
    let log = top.section("log").and_then(|section| {
        let directory = section.required_string("directory");
        section.finish();
        Some(Log {
            directory: top.document().resolve_path(&directory?.value),
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
        let message = format!(
            "listen.address must be \"host:port\", not \"{}\"",
            address.value
        );
        let suggestion = Some("for example \"127.0.0.1:6432\"".to_string());
        document.error_with(address.span.clone(), message, suggestion);
    }
    let socket_dir = section
        .string("socket_dir")
        .and_then(|written| existing(document, &written, "a directory"));
    if section.value("address").is_none() && section.value("socket_dir").is_none() {
        document.error(
            section.span(),
            "[listen] needs an address, a socket_dir or both",
        );
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
        let mut problem = document
            .place(&address.span)
            .problem(Severity::Warning, message);
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
        let suggestion = Some(
            "use upstream.password_file, upstream.password_env, PGPASSWORD or .pgpass".to_string(),
        );
        document.error_with(
            url.span.clone(),
            "upstream.url must not hold a password",
            suggestion,
        );
    }
}

fn read_users(top: &Section<'_>) -> Vec<User> {
    let document = top.document();
    let mut names = HashSet::new();
    let mut users = Vec::new();
    let sections = top.sections("user");
    if sections.is_empty() && top.value("user").is_none() {
        let suggestion = Some("make a verifier with `pgveil user`".to_string());
        document.error_with(
            0..0,
            "there is no [[user]], so that nobody could log in",
            suggestion,
        );
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
            document.error(
                name.span.clone(),
                format!("user \"{}\" is there twice", name.value),
            );
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
        unlisted: section
            .choice("unlisted", &unlisted)
            .unwrap_or(usual.unlisted),
        derived: section.choice("derived", &derived).unwrap_or(usual.derived),
        predicates: section
            .choice("predicates", &Predicates::CHOICES)
            .unwrap_or(usual.predicates),
        large_objects: section
            .choice("large_objects", &large_objects)
            .unwrap_or(usual.large_objects),
    };
    section.finish();
    policy
}

impl Predicates {
    /// The words for it in config and rule files.
    pub const CHOICES: [(&'static str, Predicates); 2] =
        [("refuse", Predicates::Refuse), ("allow", Predicates::Allow)];
}

fn read_masking(top: &Section<'_>, policy: Policy) -> Option<Masking> {
    let document = top.document();
    let Some(section) = top.section("masking") else {
        // Serving everything unmasked has to be asked for in so many words.
        if policy.access == Access::ReadOnly && top.value("masking").is_none() {
            let suggestion =
                Some("an empty list of rules protects nothing: [masking] rules = []".to_string());
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
        .filter_map(|rule| existing(document, rule, "a rule file"))
        .collect();
    Some(Masking { key_file, rules })
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

#[cfg(test)]
mod tests;
