//! Where columns whose masked values should agree do not.

use std::collections::{BTreeMap, HashMap};

use crate::catalog::{ColumnId, Snapshot};
use crate::config::{Problem, Severity};
use crate::value::oid;

use super::file::MaskRule;
use super::spread::{How, Protection, foreign_key_pairs};
use super::treatment::ColumnTreatment;

/// What the operator should know of columns that share a domain or a foreign key.
pub(super) fn warnings(
    snapshot: &Snapshot,
    protected: &HashMap<ColumnId, Protection<'_>>,
    columns: &HashMap<ColumnId, ColumnTreatment>,
) -> Vec<Problem> {
    let mut warnings = domain_warnings(snapshot, protected);
    for (from, to) in foreign_key_pairs(snapshot) {
        warnings.extend(width_warning(snapshot, protected, columns, from, to));
    }
    warnings
}

fn rule_of<'r>(protection: &Protection<'r>) -> Option<&'r MaskRule> {
    match protection.how {
        How::Rule(rule) => Some(rule),
        How::Derived => None,
    }
}

/// Rules that name one domain and different masks: whoever names a domain expects its columns to match.
fn domain_warnings(snapshot: &Snapshot, protected: &HashMap<ColumnId, Protection<'_>>) -> Vec<Problem> {
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

/// A foreign key between texts of which one has less room than the mask needs.
fn width_warning(
    snapshot: &Snapshot,
    protected: &HashMap<ColumnId, Protection<'_>>,
    columns: &HashMap<ColumnId, ColumnTreatment>,
    from: ColumnId,
    to: ColumnId,
) -> Option<Problem> {
    let rule = rule_of(protected.get(&from)?)?;
    let other = rule_of(protected.get(&to)?)?;
    let (from_treatment, to_treatment) = (columns.get(&from)?, columns.get(&to)?);
    let agree = rule.spec == other.spec && rule.domain == other.domain && !from_treatment.is_constant;
    if !agree || from_treatment.class == to_treatment.class {
        return None;
    }
    let is_text = |id: ColumnId| {
        let column = snapshot.relations.get(&id.relation)?.column(id.attribute)?;
        let (type_oid, _) = snapshot.base_type(column.type_oid, column.type_modifier);
        Some(matches!(type_oid, oid::TEXT | oid::VARCHAR))
    };
    if !(is_text(from)? && is_text(to)?) {
        return None;
    }
    let message = format!(
        "{} references {}, and they have room for different lengths: mask {} may show one value in two ways",
        snapshot.column_name(from),
        snapshot.column_name(to),
        rule.spec.name(),
    );
    let warning = rule.place.problem(Severity::Warning, message);
    Some(warning.suggest("take a mask that keeps the length, such as `shape`"))
}
