//! Constraints under trial: real rows, masked, and the server's word on whether they still hold.
//!
//! What is sent: where the rows stand (`ctid`) and the masked values. The columns that are shown as they are the server adds
//! itself, so that no original value stands in a statement, nor in a log of the server's. What comes back are counts.

mod claims;
mod sample;

use std::collections::HashMap;

use crate::catalog::{ColumnId, Oid, Relation, RelationKind, Snapshot};
use crate::rules::{Action, Resolved, has_personal_columns};
use crate::upstream::{self, QueryError, Upstream};

use super::inspect::error;
use super::{Finding, Kind};
use claims::{Claim, Claims, Test};
use sample::Sample;

/// One snapshot for what is read and what is asked, nothing written, no table waited for long, and every name that the
/// server prints qualified. Rows are looked up by their places, not by a scan of the table.
const SETTINGS: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '30s'; \
    SET LOCAL lock_timeout = '2s'; SET LOCAL search_path = ''; SET LOCAL standard_conforming_strings = on; \
    SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

/// What became of one constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// No masked row breaks it. `whole`: there are no other rows.
    Holds { whole: bool },
    /// So many of so many masked rows break it.
    Breaks { rows: usize, of: usize },
    /// It fails on a masked value, with this SQLSTATE.
    Fails(String),
    /// It could not be tried, and why.
    Untried(String),
}

/// Where masked rows of a partitioned table belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Routes {
    /// To another partition than the original.
    pub moved: usize,
    /// To none.
    pub homeless: usize,
    /// Rows looked at.
    pub of: usize,
}

/// The outcomes in one database; empty where no rows were to be read.
#[derive(Debug, Default)]
pub(super) struct Trials {
    /// By relation, and name of the constraint or index.
    named: HashMap<(Oid, String), Outcome>,
    /// By column, and name of the domain's constraint.
    domains: HashMap<(ColumnId, String), Outcome>,
    /// By partitioned table.
    routes: HashMap<Oid, Routes>,
    /// What masked values are wrong by themselves.
    pub findings: Vec<Finding>,
}

impl Trials {
    /// Reads and masks `rows` rows of every table that is masked and has something to hold, and asks.
    ///
    /// # Errors
    /// If the server cannot be asked. What it refuses for one table is an outcome.
    pub(super) async fn run(
        upstream: &mut Upstream,
        resolved: &Resolved,
        snapshot: &Snapshot,
        rows: u32,
    ) -> Result<Trials, QueryError> {
        let mut trials = Trials::default();
        if rows == 0 {
            return Ok(trials);
        }
        upstream::query(upstream, SETTINGS).await?;
        let claims = Claims::read(upstream).await?;
        let mut relations: Vec<&Relation> = snapshot
            .relations
            .values()
            .filter(|found| is_tried(resolved, found))
            .collect();
        relations.sort_by_key(|relation| relation.oid);
        for relation in relations {
            let of_it = claims.of(snapshot, resolved, relation);
            trials
                .try_relation(upstream, (resolved, snapshot), relation, of_it, rows)
                .await?;
        }
        upstream::query(upstream, "COMMIT").await?;
        Ok(trials)
    }

    async fn try_relation(
        &mut self,
        upstream: &mut Upstream,
        (resolved, snapshot): (&Resolved, &Snapshot),
        relation: &Relation,
        claims: Vec<Claim>,
        rows: u32,
    ) -> Result<(), QueryError> {
        let sample = match Sample::take(upstream, (resolved, snapshot), relation, rows).await? {
            Ok(sample) if sample.len() > 0 => sample,
            Ok(_) => return self.untried(relation, claims, "the table has no rows"),
            Err(why) => return self.untried(relation, claims, &why),
        };
        self.findings.extend(sample.unfit(snapshot));
        let generated = claims.iter().filter_map(|claim| match &claim.test {
            Test::Generated { column, expression } => Some((column.clone(), expression.clone())),
            _ => None,
        });
        let generated: Vec<(String, String)> = generated.collect();
        for claim in claims {
            let sql = claim.sql(&sample.rows(&generated, &claim));
            let answer = match upstream::query(upstream, &format!("SAVEPOINT claim; {sql}")).await {
                Ok(rows) => Ok(rows),
                Err(QueryError::Server(error)) => {
                    upstream::query(upstream, "ROLLBACK TO SAVEPOINT claim").await?;
                    Err(error.code().to_owned())
                }
                Err(error) => return Err(error),
            };
            self.keep(relation, claim, answer, &sample);
        }
        Ok(())
    }

    fn keep(
        &mut self,
        relation: &Relation,
        claim: Claim,
        answer: Result<Vec<upstream::Row>, String>,
        sample: &Sample<'_>,
    ) {
        let count = |answer: &[upstream::Row], at: usize| -> usize {
            let cell = answer.first().and_then(|row| row.get(at)?.as_deref());
            cell.and_then(|cell| std::str::from_utf8(cell).ok()?.parse().ok())
                .unwrap_or(0)
        };
        if let (Test::Partitions { .. }, Ok(answer)) = (&claim.test, &answer) {
            let routes = Routes {
                moved: count(answer, 0),
                homeless: count(answer, 1),
                of: sample.len(),
            };
            self.routes.insert(relation.oid, routes);
            return;
        }
        let outcome = match answer {
            Ok(answer) => match count(&answer, 0) {
                0 => Outcome::Holds {
                    whole: sample.is_whole(),
                },
                rows => Outcome::Breaks { rows, of: sample.len() },
            },
            // Of values, and of constraints within types: a restore would meet the same.
            Err(code) if code.starts_with("22") || code.starts_with("23") => Outcome::Fails(code),
            Err(code) => Outcome::Untried(format!("the server answers {code}")),
        };
        self.tell(relation, &claim, &outcome);
        match claim.test {
            Test::Domain { column, .. } => self.domains.insert((column, claim.name), outcome),
            _ => self.named.insert((relation.oid, claim.name), outcome),
        };
    }

    /// What only a trial finds. Constraints that are looked at without one are told where they are.
    fn tell(&mut self, relation: &Relation, claim: &Claim, outcome: &Outcome) {
        let table = format!("{}.{}", relation.schema, relation.name);
        let name = &claim.name;
        let (kind, what) = match &claim.test {
            Test::Unique { .. } => (Kind::Unique, format!("unique index {name}")),
            Test::Exclusion { .. } => (Kind::Unique, format!("exclusion constraint {name}")),
            Test::Expressions(_) => (Kind::Check, format!("an expression of index {name}")),
            Test::Generated { .. } => (Kind::Check, format!("the expression of generated column {name}")),
            Test::Check(_) | Test::Domain { .. } | Test::Partitions(_) => return,
        };
        let message = match outcome {
            Outcome::Breaks { rows, of } => format!("{rows} of {of} masked rows meet another under {what}"),
            Outcome::Fails(code) => format!("{what} fails on masked values (SQLSTATE {code})"),
            Outcome::Holds { .. } | Outcome::Untried(_) => return,
        };
        self.findings.push(error(kind, table, message));
    }

    fn untried(&mut self, relation: &Relation, claims: Vec<Claim>, why: &str) -> Result<(), QueryError> {
        for claim in claims {
            let outcome = Outcome::Untried(why.to_owned());
            match claim.test {
                Test::Domain { column, .. } => self.domains.insert((column, claim.name), outcome),
                _ => self.named.insert((relation.oid, claim.name), outcome),
            };
        }
        Ok(())
    }

    /// What became of a constraint or index; of one that a partition has from above, `None`, for it is told there.
    pub(super) fn named(&self, relation: &Relation, name: &str) -> Option<&Outcome> {
        self.named.get(&(relation.oid, name.to_owned()))
    }

    /// What became of a domain's constraint in one column.
    pub(super) fn domain(&self, column: ColumnId, name: &str) -> Option<&Outcome> {
        self.domains.get(&(column, name.to_owned()))
    }

    /// Where the masked rows of a partitioned table belong.
    pub(super) fn routes(&self, relation: Oid) -> Option<Routes> {
        self.routes.get(&relation).copied()
    }

    /// Whether rows were read at all.
    pub(super) fn were_held(&self) -> bool {
        !(self.named.is_empty() && self.domains.is_empty() && self.routes.is_empty())
    }
}

/// Whether it stores rows, has a masked column, and all that is masked can be shown.
fn is_tried(resolved: &Resolved, relation: &Relation) -> bool {
    let stores = matches!(relation.kind, RelationKind::Table | RelationKind::PartitionedTable);
    let actions: Vec<&Action> = relation
        .columns
        .iter()
        .filter_map(|column| {
            let id = ColumnId {
                relation: relation.oid,
                attribute: column.number,
            };
            Some(&resolved.treatments.column(id)?.action)
        })
        .collect();
    let is_refused = actions.iter().any(|action| matches!(action, Action::Refuse));
    stores && has_personal_columns(relation) && !actions.is_empty() && !is_refused
}
