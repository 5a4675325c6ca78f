//! `--require`: whether every column that falls under a regulation has a mask under its tag, or is kept for a stated reason.
//!
//! What falls under it: columns that a pack or the pack `common` masks under the tag, whether the config names the packs or
//! not; and those that no pack knows and whose name says so. Tables are not read.

use std::collections::HashMap;

use serde::Serialize;

use crate::catalog::{ColumnId, Snapshot};
use crate::rules::{Known, Regulation, Resolved, has_personal_columns, known_to_packs};

use super::coverage::own_columns;
use super::{Finding, Kind};
use crate::cli::discover::judged_by_name;

/// One regulation, held against a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// Its tag.
    pub regulation: &'static str,
    /// Columns with a mask under the tag.
    pub masked: usize,
    /// Columns that a `[[keep]]` with a reason names.
    pub kept: usize,
    /// Columns with neither.
    pub missing: usize,
    /// All of them, by name.
    pub columns: Vec<Required>,
}

/// A column that falls under a regulation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Required {
    /// `schema.table.column`.
    pub column: String,
    /// Why it falls under it.
    pub because: String,
    /// What was found.
    pub state: State,
    /// The rule or `[[keep]]`, as in `app.toml:12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Kind of mask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<&'static str>,
    /// Why it is kept, in the words of whoever wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whether a requirement is met for one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A rule with the tag masks it.
    Masked,
    /// Kept, and it is said why.
    Kept,
    /// Neither.
    Missing,
}

/// Holds the regulations against the rules of one database: what was found, and an error for each column that is missing.
pub(super) fn requirements(
    regulations: &[Regulation],
    resolved: &Resolved,
    snapshot: &Snapshot,
) -> (Vec<Requirement>, Vec<Finding>) {
    if regulations.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let known = known_to_packs(snapshot);
    let mut columns: Vec<(String, ColumnId, Vec<Regulation>, String)> = Vec::new();
    for relation in snapshot
        .relations
        .values()
        .filter(|relation| has_personal_columns(relation))
    {
        for attribute in own_columns(snapshot, relation) {
            let id = ColumnId {
                relation: relation.oid,
                attribute,
            };
            if let Some((under, because)) = falls_under(snapshot, &known, id) {
                columns.push((snapshot.column_name(id), id, under, because));
            }
        }
    }
    columns.sort();
    let (mut all, mut findings) = (Vec::new(), Vec::new());
    for regulation in regulations {
        let tag = regulation.tag();
        let of_it = columns.iter().filter(|(.., under, _)| under.contains(regulation));
        let mut requirement = Requirement {
            regulation: tag,
            masked: 0,
            kept: 0,
            missing: 0,
            columns: Vec::new(),
        };
        for (name, id, _, because) in of_it {
            let (required, finding) = judge(*regulation, name, *id, because, resolved);
            match required.state {
                State::Masked => requirement.masked += 1,
                State::Kept => requirement.kept += 1,
                State::Missing => requirement.missing += 1,
            }
            requirement.columns.push(required);
            findings.extend(finding);
        }
        all.push(requirement);
    }
    (all, findings)
}

/// The regulations that a column falls under, and why. What a generated column is computed from is asked for itself.
fn falls_under(
    snapshot: &Snapshot,
    known: &HashMap<ColumnId, Known>,
    id: ColumnId,
) -> Option<(Vec<Regulation>, String)> {
    let relation = snapshot.relations.get(&id.relation)?;
    if relation.column(id.attribute)?.generated_from.is_some() {
        return None;
    }
    let (under, because): (Vec<_>, _) = match known.get(&id) {
        Some(Known { tags, place }) => {
            let tags = tags.as_deref()?;
            let has = |regulation: &Regulation| tags.iter().any(|tag| tag == regulation.tag());
            (Regulation::ALL.into_iter().filter(has).collect(), place.clone())
        }
        None => {
            let kind = judged_by_name(snapshot, id)?;
            (
                kind.regulations().to_vec(),
                format!("its name speaks of {}", kind.wording()),
            )
        }
    };
    (!under.is_empty()).then_some((under, because))
}

fn judge(
    regulation: Regulation,
    name: &str,
    id: ColumnId,
    because: &str,
    resolved: &Resolved,
) -> (Required, Option<Finding>) {
    let tag = regulation.tag();
    let mut required = Required {
        column: name.to_owned(),
        because: because.to_owned(),
        state: State::Missing,
        rule: None,
        mask: None,
        reason: None,
    };
    let treatment = resolved.treatments.column(id).filter(|found| !found.is_unlisted());
    let (message, suggestion) = if let Some(treatment) = treatment {
        required.rule = Some(treatment.rule.clone());
        required.mask = Some(treatment.mask_name);
        if treatment.tags.iter().any(|found| found == tag) {
            required.state = State::Masked;
        }
        (
            format!(
                "is masked by {}, which does not carry the tag \"{tag}\"",
                treatment.rule
            ),
            format!("if that mask is meant for it, add the tag to the rule: tags = [\"{tag}\"]"),
        )
    } else if let Some(kept) = resolved.treatments.kept(id) {
        required.rule = Some(kept.rule.clone());
        required.reason = kept.reason.clone();
        if required.reason.is_some() {
            required.state = State::Kept;
        }
        (
            format!("is kept by {} without a reason", kept.rule),
            "mask it, or say why not: reason = \"…\" in the [[keep]]".to_owned(),
        )
    } else {
        (
            "is named by no rule".to_owned(),
            format!("mask it under the tag \"{tag}\", or [[keep]] it with a reason"),
        )
    };
    let finding = (required.state == State::Missing).then(|| Finding {
        severity: "error",
        kind: Kind::Require,
        subject: name.to_owned(),
        message: format!("falls under {tag} ({because}), and {message}"),
        suggestion: Some(suggestion),
    });
    (required, finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::SnapshotBuilder;
    use crate::config::Policy;
    use crate::mask::Keys;
    use crate::rules::RuleSet;

    fn required(rules: &str, regulations: &[Regulation]) -> (Vec<Requirement>, Vec<Finding>) {
        let columns = [
            ("id", "int4"),
            ("email", "text"),
            ("religion", "text"),
            ("geburtsdatum", "date"),
            ("pan", "text"),
            ("colour", "text"),
        ];
        let snapshot = SnapshotBuilder::new().table("public.customer", &columns).build();
        let rules = RuleSet::parse("app.toml", rules).unwrap();
        let keys = Keys::from_content(&[7; 32]).unwrap();
        let resolved = rules.resolve(&snapshot, &keys, &Policy::default()).unwrap();
        requirements(regulations, &resolved, &snapshot)
    }

    fn states(requirement: &Requirement) -> Vec<(&str, State)> {
        let column = |required: &'_ Required| required.state;
        let names = requirement.columns.iter().map(|found| found.column.as_str());
        names.zip(requirement.columns.iter().map(column)).collect()
    }

    #[test]
    fn masks_need_the_tag_and_keeps_a_reason() {
        let rules = "[[rule]]\ncolumns = [\"public.customer.email\"]\nmask = \"email\"\ntags = [\"gdpr\"]\n\
            [[rule]]\ncolumns = [\"public.customer.pan\"]\nmask = \"card\"\n\
            [[keep]]\ncolumns = [\"public.customer.religion\"]\nreason = \"all of one parish\"\n\
            [[keep]]\ncolumns = [\"public.customer.geburtsdatum\", \"public.customer.id\"]\n";
        let (found, findings) = required(rules, &[Regulation::Gdpr, Regulation::GdprSpecial, Regulation::Pci]);
        assert_eq!(
            states(&found[0]),
            [
                ("public.customer.email", State::Masked),
                ("public.customer.geburtsdatum", State::Missing),
                ("public.customer.pan", State::Missing),
                ("public.customer.religion", State::Kept),
            ]
        );
        assert_eq!((found[0].masked, found[0].kept, found[0].missing), (1, 1, 2));
        assert_eq!(states(&found[1]), [("public.customer.religion", State::Kept)]);
        assert_eq!(found[1].columns[0].reason.as_deref(), Some("all of one parish"));
        assert_eq!(states(&found[2]), [("public.customer.pan", State::Missing)]);
        let messages: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages.len(), 3, "{messages:?}");
        assert!(
            messages[0].ends_with("is kept by app.toml:12 without a reason"),
            "{messages:?}"
        );
        assert!(
            messages[0].contains("its name speaks of dates of birth"),
            "{messages:?}"
        );
        assert!(
            messages[1].contains("which does not carry the tag \"gdpr\""),
            "{messages:?}"
        );
    }

    #[test]
    fn what_nobody_named_is_missing() {
        let (found, findings) = required("", &[Regulation::Hipaa]);
        assert_eq!((found[0].missing, found[0].masked + found[0].kept), (3, 0));
        assert!(findings.iter().all(|finding| finding.severity == "error"));
        assert_eq!(required("", &[]), (Vec::new(), Vec::new()));
    }
}
