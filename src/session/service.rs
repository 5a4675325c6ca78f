//! What all sessions share.

use std::collections::HashMap;
use std::fs::{DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::config::{Access, Config, Databases, Durability, Problem};
use crate::journal::{Cancel, Event, Journal, JournalError, Rotation};
use crate::mask::{Keys, KeysError};
use crate::rules::RuleSet;
use crate::upstream::{self, PasswordSource, UpstreamTarget, UrlError};

use super::Peer;
use super::cancel::CancelRegistry;
use super::database::{CatalogError, Database};
use super::login::{Logins, RandomError};
use super::tls::{ListenerTls, TlsError};

/// The key that signs the session log where the config names none, in the log's directory.
const LOG_KEY_FILE: &str = "sessions.key";

/// Everything that sessions share: made once, from a checked config.
pub struct Service {
    /// The config.
    pub config: Config,
    /// Who may log in.
    pub logins: Logins,
    /// TLS for clients.
    pub tls: Option<ListenerTls>,
    /// Where the real server is.
    pub target: UpstreamTarget,
    /// The rules.
    pub rules: RuleSet,
    /// The masking key.
    pub keys: Keys,
    /// The session log.
    pub journal: Arc<Journal>,
    /// Cancel keys of the running sessions.
    pub cancels: Arc<CancelRegistry<Arc<CancelHandle>>>,
    /// Names the rule set in the session log.
    pub rule_set_hash: String,
    /// Names the masking key in the session log.
    pub key_id: String,
    databases: tokio::sync::Mutex<HashMap<String, Arc<Database>>>,
}

/// What cancels a session's statement upstream.
#[derive(Debug)]
pub struct CancelHandle {
    /// The backend.
    pub process_id: i32,
    /// Its secret.
    pub secret_key: Vec<u8>,
}

/// Why the service cannot start: the operator's to mend.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// `[upstream] url`.
    #[error("[upstream] url: {0}")]
    Url(#[from] UrlError),
    /// `[listen] tls`.
    #[error("[listen] tls: {0}")]
    Tls(#[from] TlsError),
    /// No random bytes for logins.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// `[masking] key_file`.
    #[error("[masking] key_file: {0}")]
    Key(#[from] KeysError),
    /// `[log] signing_key_file`, or the key that is made where there is none.
    #[error("the key that signs the session log: {0}")]
    LogKey(#[from] LogKeyError),
    /// Rule files, every problem of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Rules(Vec<Problem>),
    /// `[log]`.
    #[error("[log]: {0}")]
    Journal(#[from] JournalError),
}

impl Service {
    /// From a checked config. Opens the session log.
    pub fn new(config: Config) -> Result<Self, ServiceError> {
        let mut target = upstream_target(&config)?;
        target.read_only = config.policy.access != Access::Any;
        let tls = match &config.listen.tls {
            Some(tls) => Some(ListenerTls::load(tls)?),
            None => None,
        };
        let logins = Logins::new(&config.users)?;
        let keys = match &config.masking.key_file {
            Some(path) => Keys::from_file(path)?,
            None => Keys::random()?,
        };
        let rules = RuleSet::load(&config.masking.rules).map_err(ServiceError::Rules)?;
        let seed = log_signing_seed(&config)?;
        let rotation = config.log.segment_bytes.map(|bytes_max| Rotation {
            bytes_max,
            keep: config.log.keep_days.map(|days| Duration::from_secs(days * 86_400)),
        });
        let is_group = config.log.durability == Durability::Group;
        let journal = Arc::new(Journal::open(&config.log.directory, &seed, is_group, rotation)?);
        let (rule_set_hash, key_id) = (rules.hash(), keys.key_id());
        let databases = tokio::sync::Mutex::default();
        let cancels = Arc::default();
        Ok(Service {
            config,
            logins,
            tls,
            target,
            rules,
            keys,
            journal,
            cancels,
            rule_set_hash,
            key_id,
            databases,
        })
    }

    /// Whether `[upstream] databases` allows it.
    pub fn allows_database(&self, name: &str) -> bool {
        match &self.config.upstream.databases {
            Databases::OfUrl => match &self.target.database {
                Some(database) => name == database,
                None => self.target.user.as_deref() == Some(name),
            },
            Databases::Named(names) => names.iter().any(|allowed| allowed == name),
            Databases::Any => true,
        }
    }

    /// The catalog of a database, loaded at its first use.
    pub(super) async fn database(self: &Arc<Self>, name: &str) -> Result<Arc<Database>, CatalogError> {
        let mut databases = self.databases.lock().await;
        if let Some(found) = databases.get(name) {
            return Ok(found.clone());
        }
        let database = Arc::new(Database::open(self, name).await?);
        databases.insert(name.to_owned(), database.clone());
        Ok(database)
    }

    /// Looks for catalog changes in every database that is in use.
    pub async fn refresh_catalogs(&self) {
        let databases: Vec<_> = self.databases.lock().await.values().cloned().collect();
        for database in databases {
            if database.is_in_use() {
                database.refresh(self, std::time::Duration::ZERO).await;
            } else {
                database.close_idle().await;
            }
        }
    }

    /// Passes a CancelRequest on if its key is that of a running session. There is no answer either way.
    pub async fn cancel(&self, process_id: i32, secret: &[u8], peer: Peer) {
        let handle = self.cancels.find(process_id, secret);
        let address = peer.address();
        let record = Event::Cancel(Cancel {
            client: peer.client(&address),
            accepted: handle.is_some(),
        });
        if let Err(error) = self.journal.append(self.journal.process(), &record) {
            eprintln!("pgveil: {error}");
        }
        if let Some(handle) = handle
            && let Err(error) = upstream::cancel(&self.target, handle.process_id, &handle.secret_key).await
        {
            eprintln!("pgveil: cancel: {error}");
        }
    }
}

/// Why there is no key to sign the session log with.
#[derive(Debug, Error)]
pub enum LogKeyError {
    /// The file is none.
    #[error(transparent)]
    Keys(KeysError),
    /// It could not be made.
    #[error("cannot make {}: {source}", path.display())]
    Make {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The secret key that signs the session log: that of `[log] signing_key_file`, else one derived from the masking key, else one
/// that is kept with the log and made with it.
fn log_signing_seed(config: &Config) -> Result<Zeroizing<[u8; 32]>, LogKeyError> {
    let named = config
        .log
        .signing_key_file
        .as_ref()
        .or(config.masking.key_file.as_ref());
    let path = match named {
        Some(path) => path.clone(),
        None => config.log.directory.join(LOG_KEY_FILE),
    };
    if named.is_none() && !path.exists() {
        let content = Keys::generate().map_err(LogKeyError::Keys)?;
        let make = || {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&config.log.directory)?;
            let mut file = File::options().write(true).create_new(true).mode(0o600).open(&path)?;
            file.write_all(content.as_bytes())?;
            file.sync_all()
        };
        make().map_err(|source| LogKeyError::Make {
            path: path.clone(),
            source,
        })?;
    }
    let keys = Keys::from_file(&path).map_err(LogKeyError::Keys)?;
    Ok(keys.log_signing_seed())
}

/// The upstream that a config names.
pub fn upstream_target(config: &Config) -> Result<UpstreamTarget, UrlError> {
    let mut target = UpstreamTarget::parse(&config.upstream.url)?;
    if let Some(file) = &config.upstream.password_file {
        target.password = PasswordSource::File(file.clone());
    } else if let Some(variable) = &config.upstream.password_env {
        target.password = PasswordSource::Environment(variable.clone());
    }
    Ok(target)
}
