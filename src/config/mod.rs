//! `pgveil.toml`: what the user wrote, then what was checked.
//!
//! [`Document`] and [`Section`] hold a TOML file as it was written, every key with its place, and collect
//! every [`Problem`]; rule files are read with them too. [`Config`] is what was checked: paths are
//! resolved against the directory of the file, files that are named exist, and no key was left over.

mod custom_settings;
mod document;
mod problem;
mod read;
mod verifier;

use std::path::{Path, PathBuf};

pub use custom_settings::CustomSettings;
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
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Policy {
    pub access: Access,
    pub unlisted: Unlisted,
    pub derived: Derived,
    pub predicates: Predicates,
    pub large_objects: LargeObjects,
    pub settings: CustomSettings,
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
    /// Comparing with constants by `=` and `IN` runs, and the session log records an inference; all else is refused.
    Equality,
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
    /// Rule files and packs, in the order written.
    pub rules: Vec<RuleSource>,
}

/// One entry of `masking.rules`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleSource {
    /// A file, which exists.
    File(PathBuf),
    /// `pack:NAME`: rules that ship with pgveil. Whether there are any of that name is for who reads them to say.
    Pack {
        /// The name.
        name: String,
        /// Where it is written.
        place: Place,
    },
}

/// `[log]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Directory of the session logs.
    pub directory: PathBuf,
    /// The key that signs it; derived from the masking key where there is none.
    pub signing_key_file: Option<PathBuf>,
    /// When clients see what was recorded.
    pub durability: Durability,
    /// Bytes of one of its files, about, which has the records of one day at most; without a number there is one file only.
    pub segment_bytes: Option<u64>,
    /// Records are removed so many days after their file was sealed; never, if there is no number.
    pub keep_days: Option<u64>,
}

/// When a client may see what a statement gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// When its record is on disk. Sessions that wait at one time wait together.
    #[default]
    Group,
    /// When its record is with the kernel; it is on disk about a second later.
    Async,
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
            settings: CustomSettings::default(),
        }
    }
}

impl Config {
    /// Reads and checks a config file.
    ///
    /// # Errors
    /// Every problem of the file at once, in the order of the file.
    pub fn load(path: &Path) -> Result<Config, Vec<Problem>> {
        Config::check(&Document::read(path).map_err(|problem| vec![problem])?, path)
    }

    fn check(document: &Document, path: &Path) -> Result<Config, Vec<Problem>> {
        let config = document
            .parse()
            .and_then(|table| read::read_config(document.top(&table), path));
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

impl Predicates {
    /// The words for it in config and rule files.
    pub const CHOICES: [(&'static str, Predicates); 3] = [
        ("refuse", Predicates::Refuse),
        ("equality", Predicates::Equality),
        ("allow", Predicates::Allow),
    ];
}

#[cfg(test)]
mod tests;
