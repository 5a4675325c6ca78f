//! Where columns whose masked values should agree do not.

use std::collections::{BTreeMap, HashMap};

use crate::catalog::{ColumnId, Snapshot};
use crate::config::{Problem, Severity};

use super::file::MaskRule;
use super::spread::{How, Protection};

fn rule_of<'r>(protection: &Protection<'r>) -> Option<&'r MaskRule> {
    match protection.how {
        How::Rule(rule) => Some(rule),
        How::Derived => None,
    }
}

/// Rules that name one domain and different masks: whoever names a domain expects its columns to match.
pub(super) fn warnings(snapshot: &Snapshot, protected: &HashMap<ColumnId, Protection<'_>>) -> Vec<Problem> {
    let mut first: BTreeMap<&str, (&MaskRule, ColumnId)> = BTreeMap::new();
    let mut told = Vec::new();
    let mut warnings = Vec::new();
    for (column, protection) in BTreeMap::from_iter(protected) {
        let Some(rule) = rule_of(protection).filter(|rule| rule.domain != rule.spec.name()) else {
            continue;
        };
        let (other, other_column) = *first.entry(&rule.domain).or_insert((rule, *column));
        if rule.spec == other.spec || told.contains(&(rule.place.full(), &rule.domain)) {
            continue;
        }
        told.push((rule.place.full(), &rule.domain));
        let message = format!(
            "{} and {} are of one domain (\"{}\"), and their masks differ ({}; {}): equal values will not match",
            snapshot.column_name(other_column),
            snapshot.column_name(*column),
            rule.domain,
            other.spec,
            rule.spec,
        );
        warnings.push(rule.place.problem(Severity::Warning, message));
    }
    warnings
}
