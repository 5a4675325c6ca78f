//! Rules that ship with pgveil: names that mean personal data anywhere, and the tables of frameworks. They are part of the
//! program, so that `rules = ["pack:django"]` needs no file.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::catalog::{ColumnId, Snapshot};
use crate::config::{Document, Place, Problem, Severity, did_you_mean};

use super::file::{Effect, Entry, Origin, RuleSet};
use super::resolve::{base_relations, has_personal_columns};

/// The pack that goes by names alone.
const COMMON: &str = "common";

/// Name and text of every pack.
pub const PACKS: [(&str, &str); 7] = [
    (COMMON, include_str!("../../rules/common.toml")),
    ("django", include_str!("../../rules/django.toml")),
    ("keycloak", include_str!("../../rules/keycloak.toml")),
    ("laravel", include_str!("../../rules/laravel.toml")),
    ("rails", include_str!("../../rules/rails.toml")),
    ("supabase", include_str!("../../rules/supabase.toml")),
    ("wordpress", include_str!("../../rules/wordpress.toml")),
];

/// Rules of law or contract that name kinds of data. A rule carries them as tags, and `pgveil check --require` asks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Regulation {
    /// Personal data: GDPR Art. 4(1).
    Gdpr,
    /// Special categories of personal data: GDPR Art. 9(1).
    GdprSpecial,
    /// The identifiers of 45 CFR 164.514(b)(2)(i).
    Hipaa,
    /// Account data: PCI DSS 4.0.1, "Cardholder Data and Sensitive Authentication Data".
    Pci,
}

impl Regulation {
    /// All of them.
    pub const ALL: [Regulation; 4] = [
        Regulation::Gdpr,
        Regulation::GdprSpecial,
        Regulation::Hipaa,
        Regulation::Pci,
    ];

    /// The tag, and the word for `--require`.
    pub fn tag(self) -> &'static str {
        match self {
            Regulation::Gdpr => "gdpr",
            Regulation::GdprSpecial => "gdpr_special",
            Regulation::Hipaa => "hipaa",
            Regulation::Pci => "pci",
        }
    }
}

/// What the packs know of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Where: `django.toml (pack):12`.
    pub place: String,
    /// The tags of the rule; `None` where a pack says that the column is neither personal nor secret.
    pub tags: Option<Vec<String>>,
}

/// The document of the pack of that name.
pub(super) fn document(name: &str, place: &Place) -> Result<(Document, Origin), Problem> {
    let Some((name, text)) = PACKS.iter().find(|(known, _)| *known == name) else {
        let nearest = did_you_mean(name, PACKS.iter().map(|(known, _)| *known));
        let all: Vec<&str> = PACKS.iter().map(|(known, _)| *known).collect();
        let suggestion = nearest.unwrap_or_else(|| format!("there are {}", all.join(", ")));
        let message = format!("there is no pack \"{name}\"");
        return Err(place.problem(Severity::Error, message).suggest(suggestion));
    };
    let origin = if *name == COMMON { Origin::Common } else { Origin::Pack };
    Ok((Document::new(format!("{name}.toml (pack)"), (*text).to_owned()), origin))
}

/// The rules of all packs. That they hold no problem is tested.
static ALL: LazyLock<RuleSet> = LazyLock::new(|| {
    let mut rules = RuleSet::default();
    for (name, text) in PACKS {
        let origin = if name == COMMON { Origin::Common } else { Origin::Pack };
        rules.add(&Document::new(format!("{name}.toml (pack)"), text.to_owned()), origin);
    }
    rules
});

/// What the packs know of the columns of users' tables, whether a config names the packs or not. Where several packs name a
/// column equally closely, one that masks it counts.
pub fn known_to_packs(snapshot: &Snapshot) -> HashMap<ColumnId, Known> {
    let mut known = HashMap::new();
    for relation in base_relations(snapshot).filter(|relation| has_personal_columns(relation)) {
        let entries: Vec<&Entry> = ALL.entries.iter().filter(|entry| entry.means(relation)).collect();
        for column in &relation.columns {
            let names = |entry: &&&Entry| entry.pattern.matches(&relation.schema, &relation.name, &column.name);
            let masks = |entry: &Entry| matches!(entry.effect, Effect::Mask(_));
            let closest = entries
                .iter()
                .filter(names)
                .max_by_key(|entry| (entry.rank(), masks(entry)));
            let Some(closest) = closest else { continue };
            let id = ColumnId {
                relation: relation.oid,
                attribute: column.number,
            };
            let tags = match &closest.effect {
                Effect::Mask(rule) => Some(rule.tags.clone()),
                Effect::Keep(_) => None,
            };
            let place = closest.place.short();
            known.insert(id, Known { place, tags });
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::SnapshotBuilder;
    use crate::config::{Policy, RuleSource};
    use crate::mask::Keys;

    fn pack(name: &str) -> RuleSource {
        RuleSource::Pack {
            name: name.to_owned(),
            place: Place {
                file: "pgveil.toml".into(),
                line: 3,
                column: 1,
            },
        }
    }

    #[test]
    fn packs_are_sound() {
        for (name, text) in PACKS {
            RuleSet::parse(name, text).unwrap_or_else(|problems| panic!("{problems:?}"));
            RuleSet::load(&[pack(name)]).unwrap_or_else(|problems| panic!("{problems:?}"));
        }
        let problems = RuleSet::load(&[pack("jango")]).unwrap_err();
        assert_eq!(
            problems[0].to_string(),
            "pgveil.toml:3:1: error: there is no pack \"jango\" (did you mean \"django\"?)"
        );
    }

    #[test]
    fn every_mask_of_a_pack_has_tags() {
        for entry in &ALL.entries {
            if let Effect::Mask(rule) = &entry.effect {
                assert!(!rule.tags.is_empty(), "{}", entry.place.full());
            }
        }
    }

    /// An own rule over a pack's where both name a column equally closely, a framework's over `common`, and what names it more
    /// closely over all.
    #[test]
    fn own_rules_hold_over_packs() {
        let columns = [
            ("password", "text"),
            ("email", "text"),
            ("username", "text"),
            ("is_superuser", "bool"),
            ("is_staff", "bool"),
        ];
        let snapshot = SnapshotBuilder::new()
            .table("public.auth_user", &columns)
            .table("public.member", &columns)
            .build();
        let own =
            "[[rule]]\ncolumns = [\"*.auth_user.email\", \"*.*.username\", \"*.*.password\"]\nmask = \"redact\"\n";
        let mut rules = RuleSet::load(&[pack("common"), pack("django")]).unwrap();
        assert!(
            rules
                .add(&Document::new("app.toml", own.to_owned()), Origin::Own)
                .is_empty()
        );
        let keys = Keys::from_content(&[7; 32]).unwrap();
        let resolved = rules.resolve(&snapshot, &keys, &Policy::default()).unwrap();
        let mask = |table: &str, column: &str| {
            let relation = snapshot.relations.values().find(|found| found.name == table).unwrap();
            let number = relation.column_named(column).unwrap().number;
            let id = ColumnId {
                relation: relation.oid,
                attribute: number,
            };
            resolved
                .treatments
                .column(id)
                .map(|found| (found.mask_name, found.rule.clone()))
        };
        let of = |table, column| mask(table, column).unwrap().0;
        assert_eq!(of("auth_user", "email"), "redact");
        assert_eq!(of("auth_user", "username"), "user_name");
        assert_eq!(of("auth_user", "password"), "password_hash");
        assert_eq!(of("member", "password"), "redact");
        assert_eq!(of("member", "username"), "redact");
        assert_eq!(of("member", "email"), "email");
        assert_eq!(mask("auth_user", "is_staff"), None);
        let ours =
            |problem: &Problem| problem.file.to_string_lossy().contains("(pack)") || problem.file.ends_with("app.toml");
        assert!(!resolved.unmatched.iter().any(ours));
    }

    #[test]
    fn columns_beside_tell_tables_of_one_name_apart() {
        let snapshot = SnapshotBuilder::new()
            .table("kc.client", &[("name", "text"), ("surrogate_auth_required", "bool")])
            .table("crm.client", &[("name", "text")])
            .build();
        let known = known_to_packs(&snapshot);
        let tables: Vec<_> = known
            .iter()
            .filter(|(_, known)| known.tags.is_none())
            .map(|(id, _)| snapshot.column_name(*id))
            .collect();
        assert_eq!(tables.len(), 2, "{tables:?}");
        assert!(tables.iter().all(|column| column.starts_with("kc.")), "{tables:?}");
    }
}
