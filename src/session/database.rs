//! One database's catalog, kept fresh.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use thiserror::Error;

use crate::config::{Access, Policy, Problem};
use crate::conversation::Look;
use crate::journal::rfc_3339;
use crate::plan::{Basis, Planner, PlannerMode};
use crate::upstream::{self, ConnectError, LoadError, QueryError, Upstream};
use crate::wire::error_fields::ErrorFields;

use super::gate::Gate;
use super::service::Service;

/// How often the catalogs in use are looked at for changes. What the drift gate does not see is noticed within this time.
pub const CATALOG_POLL: Duration = Duration::from_secs(2);

/// A database that clients use: its planner, and a connection of pgveil's own on which changes are watched.
pub(super) struct Database {
    name: String,
    planner: RwLock<Arc<Planner>>,
    watch: tokio::sync::Mutex<Watch>,
    gate: Gate,
    sessions: AtomicUsize,
    is_stale: AtomicBool,
    dumps: Mutex<Dumps>,
}

struct Watch {
    connection: Option<Upstream>,
    fingerprint: String,
    checked: Instant,
}

/// Why there is no catalog.
#[derive(Debug, Error)]
pub enum CatalogError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A catalog query failed.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The catalog cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The rules do not fit the catalog.
    #[error("the rules do not fit: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Rules(Vec<Problem>),
}

impl CatalogError {
    /// What a client is told. The rules' own words name columns, not values, but they are the operator's.
    pub(super) fn to_fields(&self) -> ErrorFields {
        match self {
            CatalogError::Rules(_) => ErrorFields::fatal("58000", "pgveil's rules do not fit this database")
                .hint("Whoever runs pgveil finds the reasons with `pgveil check`."),
            _ => ErrorFields::fatal("58000", "pgveil cannot read the catalog of this database")
                .hint("Whoever runs pgveil finds the reason in its output."),
        }
    }
}

/// Counts a session as using its database while it lives.
pub(super) struct UseGuard<'a>(&'a Database);

impl Drop for UseGuard<'_> {
    fn drop(&mut self) {
        self.0.sessions.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A session of pg_dump's while it lives, and the moment that it takes for the present.
pub(super) struct DumpGuard<'a> {
    database: &'a Database,
    moment: Arc<str>,
}

impl DumpGuard<'_> {
    /// In RFC 3339.
    pub(super) fn moment(&self) -> &str {
        &self.moment
    }
}

impl Drop for DumpGuard<'_> {
    fn drop(&mut self) {
        let mut dumps = self.database.dumps.lock().unwrap_or_else(PoisonError::into_inner);
        dumps.sessions = dumps.sessions.saturating_sub(1);
    }
}

/// The sessions of pg_dump's. A parallel dump has several, each with transactions of its own: what `now()` is for their
/// filters is what it was when the first of them began. Dumps that overlap share it.
#[derive(Default)]
pub(super) struct Dumps {
    sessions: usize,
    moment: Arc<str>,
}

impl Database {
    pub(super) async fn open(service: &Service, name: &str) -> Result<Self, CatalogError> {
        let mut connection = connect(service, name).await?;
        let (planner, fingerprint) = load(service, &mut connection, None).await?;
        let watch = Watch {
            connection: Some(connection),
            fingerprint,
            checked: Instant::now(),
        };
        Ok(Database {
            name: name.to_owned(),
            planner: RwLock::new(Arc::new(planner)),
            watch: tokio::sync::Mutex::new(watch),
            gate: Gate::default(),
            sessions: AtomicUsize::new(0),
            is_stale: AtomicBool::new(false),
            dumps: Mutex::default(),
        })
    }

    /// A session of pg_dump's begins.
    pub(super) fn dump(&self) -> DumpGuard<'_> {
        let mut dumps = self.dumps.lock().unwrap_or_else(PoisonError::into_inner);
        if dumps.sessions == 0 {
            dumps.moment = rfc_3339(SystemTime::now()).into();
        }
        dumps.sessions += 1;
        DumpGuard {
            database: self,
            moment: dumps.moment.clone(),
        }
    }

    pub(super) fn use_guard(&self) -> UseGuard<'_> {
        self.sessions.fetch_add(1, Ordering::Relaxed);
        UseGuard(self)
    }

    pub(super) fn is_in_use(&self) -> bool {
        self.sessions.load(Ordering::Relaxed) > 0
    }

    pub(super) fn planner(&self) -> Arc<Planner> {
        self.planner.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the last look failed, so that the catalog may have changed unseen.
    pub(super) fn is_stale(&self) -> bool {
        self.is_stale.load(Ordering::Relaxed)
    }

    /// Nobody uses it: the watching connection need not stay open.
    pub(super) async fn close_idle(&self) {
        self.watch.lock().await.connection = None;
        self.gate.close().await;
    }

    /// Whether the server has what a plan reads as the plan has it: unchanged, or changed in nothing that matters.
    pub(super) async fn is_current(&self, service: &Service, look: &Look) -> bool {
        let Some(now) = self.gate.look(&look.reads, service, &self.name).await else {
            return false;
        };
        if !now.are_those_of(&self.planner().basis().snapshot, &look.reads) {
            self.refresh(service, Duration::ZERO).await;
        }
        let planner = self.planner();
        let basis = planner.basis();
        now.are_those_of(&basis.snapshot, &look.reads)
            && (Arc::ptr_eq(basis, &look.basis) || look.basis.agrees(basis, &look.reads))
    }

    /// Reloads the catalog if it changed, unless it was looked at within `age`.
    ///
    /// If that fails, the old snapshot stays, statements that read are refused until a look succeeds, and the error is
    /// reported.
    pub(super) async fn refresh(&self, service: &Service, age: Duration) {
        let mut watch = self.watch.lock().await;
        if watch.checked.elapsed() < age {
            return;
        }
        let checked = self.check(service, &mut watch).await;
        self.is_stale.store(checked.is_err(), Ordering::Relaxed);
        if let Err(error) = checked {
            eprintln!("pgveil: catalog of database {:?}: {error}", self.name);
            watch.connection = None;
        }
        watch.checked = Instant::now();
    }

    async fn check(&self, service: &Service, watch: &mut Watch) -> Result<(), CatalogError> {
        if watch.connection.is_none() {
            watch.connection = Some(connect(service, &self.name).await?);
        }
        let Some(connection) = &mut watch.connection else {
            return Ok(());
        };
        if upstream::fingerprint(connection).await? == watch.fingerprint {
            return Ok(());
        }
        let (planner, fingerprint) = load(service, connection, Some(&self.planner())).await?;
        *self.planner.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(planner);
        watch.fingerprint = fingerprint;
        Ok(())
    }
}

pub(super) async fn connect(service: &Service, name: &str) -> Result<Upstream, ConnectError> {
    let parameters = [
        ("database", name),
        ("application_name", "pgveil catalog"),
        ("client_encoding", "UTF8"),
    ];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
    upstream::connect(&service.target, &parameters).await
}

/// The fingerprint is taken before the snapshot: a change between the two is noticed at the next look.
async fn load(
    service: &Service,
    connection: &mut Upstream,
    before: Option<&Planner>,
) -> Result<(Planner, String), CatalogError> {
    let fingerprint = upstream::fingerprint(connection).await?;
    let mut snapshot = upstream::load_snapshot(connection).await?;
    snapshot.generation = before.map_or(0, Planner::generation) + 1;
    let policy: &Policy = &service.config.policy;
    let (rules, mut unfit) = (&service.rules, Vec::new());
    let resolved = match before {
        None => rules.resolve(&snapshot, &service.keys, policy),
        Some(_) => rules.resolve_again(&snapshot, &service.keys, policy, &mut unfit),
    };
    let mut resolved = resolved.map_err(CatalogError::Rules)?;
    for problem in unfit {
        eprintln!("pgveil: {problem}");
    }
    let mode = if policy.access == Access::Any {
        PlannerMode::Open
    } else {
        PlannerMode::Guarded
    };
    if let Some(before) = before {
        for column in resolved.treatments.hold_on(&before.basis().treatments, &snapshot) {
            let name = snapshot.column_name(column);
            eprintln!("pgveil: no rule names the column {name} any more, which had another name: it is refused");
        }
    } else {
        for problem in &resolved.unmatched {
            eprintln!("pgveil: {problem}");
        }
    }
    let basis = Basis::new(snapshot, resolved.treatments).with_filters(resolved.filters);
    Ok((Planner::new(basis, mode, policy.clone()), fingerprint))
}
