//! What is done with each column of one database.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::{ColumnId, Snapshot};
use crate::config::{Predicates, Problem};
use crate::mask::ColumnMask;
use crate::sql::Treatment;
use crate::sql::functions::Class;

use super::filters::Filters;

/// A rule set resolved against one snapshot.
#[derive(Debug)]
pub struct Resolved {
    /// What is done with each column.
    pub treatments: Treatments,
    /// What the operator should know, though pgveil goes on.
    pub warnings: Vec<Problem>,
    /// Entries that match nothing in this database. Another database of the same server may have what they name,
    /// so serving goes on; `check` counts them as errors.
    pub unmatched: Vec<Problem>,
    /// Which rows of which tables dumps hold.
    pub filters: Filters,
}

/// What is done with each column of one database. Columns that are not in it are clean.
#[derive(Debug, Default)]
pub struct Treatments {
    pub(super) columns: HashMap<ColumnId, ColumnTreatment>,
    pub(super) kept: HashMap<ColumnId, Kept>,
    pub(super) vouched: HashMap<(String, String), Class>,
}

/// A column that a `[[keep]]` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Where, as in `app.toml:12`.
    pub rule: String,
    /// Why, in the words of whoever wrote it.
    pub reason: Option<String>,
}

/// What is done with one protected column.
#[derive(Debug, Clone)]
pub struct ColumnTreatment {
    /// Never 0. Equal for columns whose equal values are shown as equal values: one mask, one domain, one shape.
    pub class: u32,
    /// How its values are shown.
    pub action: Action,
    /// Conditions over it that tell more than the masked data does.
    pub predicates: Predicates,
    /// Which rule, as in `app.toml:12`; `policy.unlisted` where none names the column.
    pub rule: String,
    /// Kind of mask: `email`; `redact` or `refuse` where the action is that.
    pub mask_name: &'static str,
    /// NULL is shown as NULL, and nothing else is.
    pub keeps_null: bool,
    /// Different values are always shown as different values.
    pub keeps_uniqueness: bool,
    /// Equal values are always shown as equal values.
    pub deterministic: bool,
    /// All values are shown as one and the same.
    pub is_constant: bool,
    /// The rule's tags, for reports.
    pub tags: Vec<String>,
}

/// What [`ColumnTreatment::rule`] says where `[policy] unlisted` protects.
pub(super) const UNLISTED: &str = "policy.unlisted";

impl ColumnTreatment {
    /// Whether no rule names the column, and `[policy] unlisted` protects it.
    pub fn is_unlisted(&self) -> bool {
        self.rule == UNLISTED
    }
}

/// How the values of a protected column are shown.
#[derive(Debug, Clone)]
pub enum Action {
    /// Through this mask.
    Mask(Arc<ColumnMask>),
    /// Not at all: NULL or a marker, by type.
    Redact,
    /// Statements that would show them are refused.
    Refuse,
}

impl Treatments {
    /// Whether a column is shown as it is under `other`, which the same rules made of another look at the catalog.
    pub fn shows_as(&self, other: &Treatments, column: ColumnId) -> bool {
        match (self.column(column), other.column(column)) {
            (None, None) => true,
            (Some(one), Some(other)) => {
                one.rule == other.rule
                    && one.mask_name == other.mask_name
                    && std::mem::discriminant(&one.action) == std::mem::discriminant(&other.action)
            }
            _ => false,
        }
    }

    /// What is done with a column; `None` if it is clean.
    pub fn column(&self, column: ColumnId) -> Option<&ColumnTreatment> {
        self.columns.get(&column)
    }

    /// Every protected column, in no order.
    pub fn protected(&self) -> impl Iterator<Item = (ColumnId, &ColumnTreatment)> {
        self.columns.iter().map(|(column, treatment)| (*column, treatment))
    }

    /// Goes on protecting what an earlier catalog had under another name: columns that are still there, that `before`
    /// protected by a rule, and that no rule and no `[[keep]]` names any more. They are refused until one does.
    /// Returns them.
    pub fn hold_on(&mut self, before: &Treatments, snapshot: &Snapshot) -> Vec<ColumnId> {
        let exists = |id: ColumnId| {
            let relation = snapshot.relations.get(&id.relation);
            relation.is_some_and(|relation| relation.column(id.attribute).is_some())
        };
        let mut lost: Vec<ColumnId> = before
            .protected()
            .filter(|(id, found)| !found.is_unlisted() && exists(*id))
            .map(|(id, _)| id)
            .filter(|id| !self.columns.contains_key(id) && !self.kept.contains_key(id))
            .collect();
        lost.sort_unstable();
        let class = self.columns.values().map(|found| found.class).max().unwrap_or(0) + 1;
        for id in &lost {
            let treatment = ColumnTreatment {
                class,
                action: Action::Refuse,
                mask_name: "refuse",
                predicates: Predicates::Refuse,
                keeps_null: false,
                keeps_uniqueness: false,
                ..before.columns[id].clone()
            };
            self.columns.insert(*id, treatment);
        }
        lost
    }

    /// Whether a `[[keep]]` says that the column was looked at and is not personal.
    pub fn is_kept(&self, column: ColumnId) -> bool {
        self.kept.contains_key(&column)
    }

    /// The `[[keep]]` that names a column, if it is not protected besides.
    pub fn kept(&self, column: ColumnId) -> Option<&Kept> {
        self.kept.get(&column)
    }
}

impl Treatment for Treatments {
    fn class(&self, column: ColumnId) -> u32 {
        self.columns.get(&column).map_or(0, |treatment| treatment.class)
    }

    fn vouched(&self, schema: &str, name: &str) -> Option<Class> {
        // Looked up by pair, so the map is keyed by owned strings; this runs once a function name and plan.
        self.vouched.get(&(schema.to_string(), name.to_string())).copied()
    }

    fn protects_anything(&self) -> bool {
        !self.columns.is_empty()
    }
}
