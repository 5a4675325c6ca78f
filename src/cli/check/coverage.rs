//! How much of a database the rules speak of.

use serde::Serialize;

use crate::catalog::{ColumnId, Relation, Snapshot};
use crate::rules::{Resolved, has_personal_columns};

/// Columns of users' tables, each counted once: partitions and children have those of their parents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Protected by a rule, of their own or through another column.
    pub masked: usize,
    /// Named by a `[[keep]]`.
    pub kept: usize,
    /// Named by neither.
    pub unlisted: usize,
}

impl Coverage {
    /// Counts the columns of one database.
    pub fn of(resolved: &Resolved, snapshot: &Snapshot) -> Coverage {
        let mut coverage = Coverage::default();
        for relation in snapshot
            .relations
            .values()
            .filter(|relation| has_personal_columns(relation))
        {
            for attribute in own_columns(snapshot, relation) {
                let column = ColumnId {
                    relation: relation.oid,
                    attribute,
                };
                let treatment = resolved.treatments.column(column);
                match treatment.is_some_and(|treatment| !treatment.is_unlisted()) {
                    true => coverage.masked += 1,
                    false if resolved.treatments.is_kept(column) => coverage.kept += 1,
                    false => coverage.unlisted += 1,
                }
            }
        }
        coverage
    }

    /// Columns that a rule or a `[[keep]]` names, in percent, rounded down; 100 where there are none.
    pub fn percent(&self) -> usize {
        let listed = self.masked + self.kept;
        (listed * 100).checked_div(listed + self.unlisted).unwrap_or(100)
    }
}

/// The columns that a relation does not have from a parent.
pub(super) fn own_columns<'a>(snapshot: &'a Snapshot, relation: &'a Relation) -> impl Iterator<Item = i16> + 'a {
    let is_inherited = move |name: &str| {
        let mut parents = relation
            .parents
            .iter()
            .filter_map(|parent| snapshot.relations.get(parent));
        parents.any(|parent| parent.column_named(name).is_some())
    };
    let own = relation
        .columns
        .iter()
        .filter(move |column| !is_inherited(&column.name));
    own.map(|column| column.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::SnapshotBuilder;
    use crate::config::Policy;
    use crate::mask::Keys;
    use crate::rules::RuleSet;

    #[test]
    fn each_column_counts_once() {
        let columns = [("id", "int4"), ("email", "text"), ("note", "text")];
        let snapshot = SnapshotBuilder::new()
            .table("public.customer", &columns)
            .table(
                "public.vip",
                &[("id", "int4"), ("email", "text"), ("note", "text"), ("level", "int4")],
            )
            .inherits("public.vip", "public.customer")
            .build();
        let rules = "[[rule]]\ncolumns = [\"*.*.email\"]\nmask = \"email\"\n[[keep]]\ncolumns = [\"*.*.id\"]\n";
        let rules = RuleSet::parse("app.toml", rules).unwrap();
        let keys = Keys::from_content(&[7; 32]).unwrap();
        let resolved = rules.resolve(&snapshot, &keys, &Policy::default()).unwrap();
        let coverage = Coverage::of(&resolved, &snapshot);
        let expected = Coverage {
            masked: 1,
            kept: 1,
            unlisted: 2,
        };
        assert_eq!((coverage, coverage.percent()), (expected, 50));
        assert_eq!(Coverage::default().percent(), 100);
    }
}
