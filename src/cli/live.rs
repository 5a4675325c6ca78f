//! Config, rules and the live catalog, for the commands that look at all three.

use std::fmt::{self, Display};
use std::path::Path;

use crate::catalog::Snapshot;
use crate::config::{Access, Config, Problem};
use crate::mask::Keys;
use crate::plan::{Basis, Planner, PlannerMode};
use crate::rules::{Resolved, RuleSet};
use crate::session::upstream_target;
use crate::upstream::{self, Upstream};

/// Everything that a plan is made from.
pub(super) struct Live {
    pub config: Config,
    pub rules: RuleSet,
    pub keys: Keys,
    pub snapshot: Snapshot,
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

/// Logs in to the server that the config names, in another database if one is given.
pub(super) async fn connect(config: &Config, database: Option<&str>) -> Result<Upstream, Problems> {
    let target = upstream_target(config).map_err(problem)?;
    let mut parameters = vec![("application_name".to_owned(), "pgveil".to_owned())];
    parameters.extend(database.map(|name| ("database".to_owned(), name.to_owned())));
    upstream::connect(&target, &parameters).await.map_err(problem)
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
        let snapshot = super::runtime().map_err(problem)?.block_on(async {
            let mut connection = connect(&config, database).await?;
            upstream::load_snapshot(&mut connection).await.map_err(problem)
        })?;
        Ok(Live {
            config,
            rules,
            keys,
            snapshot,
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
        let basis = super::on_parser_stack(|| Basis::new(self.snapshot, resolved.treatments));
        Ok(Planner::new(basis, mode, self.config.policy))
    }
}
