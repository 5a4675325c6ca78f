//! Where protected columns decide about rows rather than being shown, and by what leave.

use serde::Serialize;

use crate::catalog::ColumnId;
use crate::rules::Action;
use crate::sql::{Clause, Influence, Reason, Refusal, Test};

use super::decide::Decision;

/// Protected columns in one clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedInfluence {
    /// The clause as SQL has it: `WHERE`, `ORDER BY`.
    pub clause: &'static str,
    /// `schema.table.column`.
    pub columns: Vec<String>,
    /// By what leave.
    pub leave: Leave,
}

/// Why protected columns may decide about rows, or that they may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Leave {
    /// Values of one domain are compared, or grouped: the masked data show the same.
    Equality,
    /// Tests for NULL, which masks keep.
    NullTest,
    /// A constant is read as a masked value and translated.
    Translated,
    /// A rule's `predicates`.
    Rule,
    /// None: the statement is refused.
    Refused,
}

impl Leave {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Leave::Equality => "allowed: the masked data show the same",
            Leave::NullTest => "allowed: masks keep NULL",
            Leave::Translated => "allowed: a masked value is translated",
            Leave::Rule => "allowed by a rule, recorded as an inference",
            Leave::Refused => "refused",
        }
    }
}

const NO_SEARCH: &str = "Search by a column that is not protected, or by one whose mask is a permutation (integer, uuid, ip, phone); \
    or have a rule with predicates = \"equality\" (the session log then records the inference).";

/// The clause as SQL has it, and what would work in its place.
pub(super) fn describe(clause: Clause) -> (&'static str, &'static str) {
    const SELECT_IT: &str = "Select the column and compare its masked values, join it with a column of the same domain, \
        or have a rule with predicates = \"allow\" (the session log then records the inference).";
    const NO_SORT: &str = "Sort and page by another column, or sort the masked values on your side.";
    const NO_GROUP: &str = "Group by a column whose mask keeps uniqueness (check says which), or by another column.";
    match clause {
        Clause::Where => ("WHERE", SELECT_IT),
        Clause::JoinOn => ("JOIN … ON", SELECT_IT),
        Clause::JoinUsing => ("JOIN … USING", SELECT_IT),
        Clause::Having => ("HAVING", SELECT_IT),
        Clause::Filter => ("FILTER", SELECT_IT),
        Clause::CaseCondition => ("a CASE condition", SELECT_IT),
        Clause::Sublink => ("a subquery test", SELECT_IT),
        Clause::OrderBy => ("ORDER BY", NO_SORT),
        Clause::WindowOrder => ("a window's ORDER BY", NO_SORT),
        Clause::AggregateOrder => ("an aggregate's ORDER BY", NO_SORT),
        Clause::GroupBy => ("GROUP BY", NO_GROUP),
        Clause::Distinct => ("DISTINCT", NO_GROUP),
        Clause::DistinctOn => ("DISTINCT ON", NO_GROUP),
        Clause::AggregateDistinct => ("an aggregate's DISTINCT", NO_GROUP),
        Clause::PartitionBy => ("PARTITION BY", NO_GROUP),
        Clause::SetOperation => (
            "a set operation",
            "Use UNION ALL, or columns whose mask keeps uniqueness.",
        ),
        Clause::LimitOffset => ("LIMIT or OFFSET", "Use a number."),
        Clause::WindowFrame => ("a window frame", "Use numbers."),
        Clause::TableSample => ("TABLESAMPLE", "Use a number."),
        Clause::FunctionArgument => (
            "a function's argument",
            "Call the function on the masked values on your side.",
        ),
        Clause::CountArgument => ("count()", "Use count(*)."),
    }
}

impl Decision<'_> {
    pub(super) fn predicate_refusal(&self, column: ColumnId, influence: &Influence) -> Refusal {
        let treatment = self.treatment(column);
        let rule = treatment.map_or("", |found| found.rule.as_str());
        let (clause, hint) = describe(influence.clause);
        let name = self.name(column);
        let (message, hint) = match &influence.test {
            Test::Constant(..) => (
                format!(
                    "the protected column {name} in {clause} is compared with a constant, which would tell whether a guess is right: {} (rule at {rule})",
                    self.why_not_translated(column)
                ),
                NO_SEARCH,
            ),
            _ => (
                format!(
                    "the protected column {name} in {clause} would tell more about its values than the masked data does (rule at {rule})"
                ),
                hint,
            ),
        };
        Refusal {
            reason: Reason::Predicate,
            message,
            hint: hint.into(),
        }
    }

    /// Why a constant that a column is compared with cannot be read as a masked value.
    fn why_not_translated(&self, column: ColumnId) -> String {
        let treatment = self.treatment(column);
        let mask = treatment.map_or("redact", |found| found.mask_name);
        match treatment.map(|found| &found.action) {
            Some(Action::Mask(found)) if found.search_type().is_some() => {
                "the constant is written, or of a type, so that it cannot be translated from a masked value".to_owned()
            }
            _ => format!(
                "its mask {mask} does not lead back to originals, so that a masked value cannot be searched for"
            ),
        }
    }
}
