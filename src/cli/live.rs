//! Config, rules and the live catalog, for the commands that look at all three.

use std::fmt::{self, Display};
use std::path::Path;

use crate::catalog::Snapshot;
use crate::config::{Access, Config, Problem};
use crate::mask::Keys;
use crate::plan::{Basis, Planner, PlannerMode};
use crate::rules::{Resolved, RuleSet};
use crate::session::upstream_target;
use crate::upstream::{self, Row, Upstream, UpstreamTarget};

/// Everything that a plan is made from.
pub(super) struct Live {
    pub config: Config,
    pub rules: RuleSet,
    pub keys: Keys,
    pub snapshot: Snapshot,
    target: UpstreamTarget,
}

/// Why there is none: every problem found, one a line.
#[derive(Debug)]
pub(super) struct Problems(Vec<String>);

impl Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.join("\n"))
    }
}

impl From<Vec<Problem>> for Problems {
    fn from(problems: Vec<Problem>) -> Self {
        Problems(problems.iter().map(ToString::to_string).collect())
    }
}

/// A single problem, in its own words.
pub(super) fn problem(error: impl Display) -> Problems {
    Problems(vec![format!("pgveil: {error}")])
}

/// A connection of pgveil's own, which reads and nothing else.
async fn connect(target: &UpstreamTarget, database: Option<&str>) -> Result<Upstream, Problems> {
    let mut parameters = vec![
        ("application_name".to_owned(), "pgveil".to_owned()),
        ("client_encoding".to_owned(), "UTF8".to_owned()),
    ];
    parameters.extend(database.map(|name| ("database".to_owned(), name.to_owned())));
    upstream::connect(target, &parameters).await.map_err(problem)
}

impl Live {
    /// Reads the config and its rules, and the catalog from the server.
    pub(super) fn load(path: &Path, database: Option<&str>) -> Result<Live, Problems> {
        let config = Config::load(path)?;
        let rules = RuleSet::load(&config.masking.rules)?;
        let keys = match &config.masking.key_file {
            Some(path) => Keys::from_file(path).map_err(problem)?,
            None => Keys::random().map_err(problem)?,
        };
        let target = upstream_target(&config).map_err(problem)?;
        let snapshot = super::runtime().map_err(problem)?.block_on(async {
            let mut connection = connect(&target, database).await?;
            upstream::load_snapshot(&mut connection).await.map_err(problem)
        })?;
        Ok(Live {
            config,
            rules,
            keys,
            snapshot,
            target,
        })
    }

    /// Whether the config's URL names the role on the server.
    pub(super) fn names_role(&self) -> bool {
        self.target.user.is_some()
    }

    /// Another connection to the same database.
    pub(super) async fn connect(&self) -> Result<Upstream, Problems> {
        connect(&self.target, Some(&self.snapshot.database)).await
    }

    /// The answer of the server itself, unmasked, to a statement that reads.
    pub(super) fn ask(&self, sql: &str) -> Result<Vec<Row>, Problems> {
        super::runtime().map_err(problem)?.block_on(async {
            let mut connection = self.connect().await?;
            upstream::query(&mut connection, sql).await.map_err(problem)
        })
    }

    /// The rules, resolved against the catalog.
    pub(super) fn resolve(&self) -> Result<Resolved, Problems> {
        Ok(self.rules.resolve(&self.snapshot, &self.keys, &self.config.policy)?)
    }

    /// A planner, as a session would have it.
    pub(super) fn planner(self) -> Result<Planner, Problems> {
        let resolved = self.resolve()?;
        let mode = if self.config.policy.access == Access::Any {
            PlannerMode::Open
        } else {
            PlannerMode::Guarded
        };
        let basis =
            super::on_parser_stack(|| Basis::new(self.snapshot, resolved.treatments).with_filters(resolved.filters));
        Ok(Planner::new(basis, mode, self.config.policy))
    }
}
