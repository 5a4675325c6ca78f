//! The rules of one database under inspection.

use crate::catalog::{ColumnId, Relation, Snapshot};
use crate::mask::{Masked, Uniqueness};
use crate::rules::{Action, ColumnTreatment, Resolved, RuleSet, RuleTest, has_personal_columns};
use crate::value::Format;

use super::{Coverage, Finding, Kind, Report, of_problem};

/// Looks at the rules of one database.
pub fn report(rules: &RuleSet, resolved: &Resolved, snapshot: &Snapshot) -> Report {
    let mut findings: Vec<_> = resolved
        .warnings
        .iter()
        .map(|problem| of_problem(Kind::Rules, problem))
        .collect();
    findings.extend(
        resolved
            .unmatched
            .iter()
            .map(|problem| of_problem(Kind::Unmatched, problem)),
    );
    findings.extend(
        rules
            .tests()
            .iter()
            .filter_map(|test| run_test(test, resolved, snapshot)),
    );
    for relation in snapshot
        .relations
        .values()
        .filter(|relation| has_personal_columns(relation))
    {
        let look = Look {
            relation,
            resolved,
            snapshot,
        };
        look.unique_keys(&mut findings);
        look.unique_expressions(&mut findings);
        look.columns(&mut findings);
        look.checks(&mut findings);
        look.partition_key(&mut findings);
        look.unlisted(&mut findings);
    }
    findings.extend(foreign_keys(resolved, snapshot));
    let is_personal = |column: ColumnId| {
        snapshot
            .relations
            .get(&column.relation)
            .is_some_and(has_personal_columns)
    };
    let columns_protected = resolved
        .treatments
        .protected()
        .filter(|(column, _)| is_personal(*column))
        .count();
    Report {
        database: snapshot.database.clone(),
        columns_protected,
        coverage: Some(Coverage::of(resolved, snapshot)),
        rows: Vec::new(),
        findings,
    }
    .sorted()
}

fn error(kind: Kind, subject: impl Into<String>, message: impl Into<String>) -> Finding {
    Finding {
        severity: "error",
        kind,
        subject: subject.into(),
        message: message.into(),
        suggestion: None,
    }
}

fn warning(kind: Kind, subject: impl Into<String>, message: impl Into<String>) -> Finding {
    Finding {
        severity: "warning",
        ..error(kind, subject, message)
    }
}

/// Runs a rule's own test; `None` if it passes.
fn run_test(test: &RuleTest, resolved: &Resolved, snapshot: &Snapshot) -> Option<Finding> {
    let fail = |message: String| Some(error(Kind::Test, test.place.full(), message));
    let found = snapshot.relations.values().find_map(|relation| {
        let matches = |name: &str| test.column.matches(&relation.schema, &relation.name, name);
        Some((relation, relation.columns.iter().find(|column| matches(&column.name))?))
    });
    let Some((relation, column)) = found else {
        return fail(format!(
            "there is no column {} to test in database {}",
            test.column, snapshot.database
        ));
    };
    let id = ColumnId {
        relation: relation.oid,
        attribute: column.number,
    };
    let Some(treatment) = resolved.treatments.column(id) else {
        return fail(format!("{} is shown as it is", test.column));
    };
    let Action::Mask(mask) = &treatment.action else {
        return None;
    };
    let (type_oid, _) = snapshot.base_type(column.type_oid, column.type_modifier);
    let mut shown = Vec::new();
    if mask.apply(type_oid, Format::Text, test.value.as_bytes(), &mut shown) == Masked::Null {
        return None;
    }
    let shown = String::from_utf8_lossy(&shown).to_lowercase();
    let word = test
        .never_shows
        .iter()
        .find(|word| shown.contains(&word.to_lowercase()))?;
    fail(format!(
        "mask {} of {} shows \"{word}\"",
        treatment.mask_name, test.column
    ))
}

/// Foreign keys over which the rules agree, and the columns do not. Where the rules do not, resolving them has said so.
fn foreign_keys(resolved: &Resolved, snapshot: &Snapshot) -> Vec<Finding> {
    let pairs = snapshot
        .foreign_keys
        .iter()
        .flat_map(|key| key.from.iter().zip(&key.to));
    let finding = |(from, to): (&ColumnId, &ColumnId)| {
        let treatments = [from, to].map(|column| resolved.treatments.column(*column));
        let [Some(own), Some(referenced)] = treatments else {
            return None;
        };
        let agree = own.class == referenced.class || own.is_constant;
        if agree || own.rule != referenced.rule {
            return None;
        }
        let message = format!(
            "is of another type than {}, which it references, or has other room: what mask {} ({}) shows of one key may differ",
            snapshot.column_name(*to),
            own.mask_name,
            own.rule
        );
        Some(Finding {
            suggestion: Some("give both one type, or take a mask that keeps the length".to_string()),
            ..warning(Kind::ForeignKey, snapshot.column_name(*from), message)
        })
    };
    pairs.filter_map(finding).collect()
}

/// One relation under inspection.
struct Look<'a> {
    relation: &'a Relation,
    resolved: &'a Resolved,
    snapshot: &'a Snapshot,
}

impl Look<'_> {
    fn id(&self, attribute: i16) -> ColumnId {
        ColumnId {
            relation: self.relation.oid,
            attribute,
        }
    }

    fn treatment(&self, attribute: i16) -> Option<&ColumnTreatment> {
        self.resolved.treatments.column(self.id(attribute))
    }

    fn name(&self, attribute: i16) -> String {
        self.snapshot.column_name(self.id(attribute))
    }

    fn table(&self) -> String {
        format!("{}.{}", self.relation.schema, self.relation.name)
    }

    fn unique_keys(&self, findings: &mut Vec<Finding>) {
        for key in &self.relation.unique_keys {
            for attribute in key {
                let Some(treatment) = self.treatment(*attribute) else {
                    continue;
                };
                let uniqueness = match &treatment.action {
                    Action::Mask(mask) => mask.contract().uniqueness,
                    Action::Redact => Uniqueness::Loses,
                    // Not shown, so never restored either.
                    Action::Refuse => continue,
                };
                let may = match uniqueness {
                    Uniqueness::Keeps => continue,
                    Uniqueness::Usually => "may in rare cases make",
                    Uniqueness::Loses => "makes",
                };
                let message = format!(
                    "is under a UNIQUE key or an exclusion constraint, and mask {} ({}) {may} different values equal",
                    treatment.mask_name, treatment.rule
                );
                // Other columns of the key may still tell the rows apart.
                let sure = key.len() == 1 && uniqueness == Uniqueness::Loses;
                let make = if sure { error } else { warning };
                findings.push(Finding {
                    suggestion: Some("take a mask that keeps uniqueness".to_string()),
                    ..make(Kind::Unique, self.name(*attribute), message)
                });
            }
        }
    }

    fn columns(&self, findings: &mut Vec<Finding>) {
        for column in &self.relation.columns {
            let Some(treatment) = self.treatment(column.number) else {
                continue;
            };
            let name = self.name(column.number);
            if self.snapshot.forbids_null(column)
                && column.generated_from.is_none()
                && matches!(treatment.action, Action::Redact)
            {
                let message = format!(
                    "is NOT NULL, and there is no redacted value of its type ({})",
                    treatment.rule
                );
                findings.push(warning(Kind::NotNull, &name, message));
            }
            if matches!(&treatment.action, Action::Mask(mask) if mask.has_small_domain()) {
                let message = "has so few possible values that whoever sees enough of them can undo the mask";
                findings.push(warning(Kind::SmallDomain, name, message));
            }
        }
    }

    fn checks(&self, findings: &mut Vec<Finding>) {
        for (constraint, columns) in &self.relation.checks {
            let masked: Vec<_> = columns
                .iter()
                .filter(|column| self.treatment(**column).is_some())
                .collect();
            for attribute in masked {
                let message = format!(
                    "masked values may not meet CHECK constraint {constraint} of {}",
                    self.table()
                );
                findings.push(warning(Kind::Check, self.name(*attribute), message));
            }
        }
        for column in &self.relation.columns {
            // NULL meets what a domain CHECKs, or the column could not hold it.
            let masked = |treatment: &&ColumnTreatment| treatment.mask_name != "null";
            if self.treatment(column.number).filter(masked).is_none() {
                continue;
            }
            for (domain, constraints) in self.snapshot.domains_of(column.type_oid) {
                for constraint in &constraints.checks {
                    let message = format!(
                        "masked values may not meet CHECK constraint {constraint} of domain {}.{}",
                        domain.schema, domain.name
                    );
                    findings.push(warning(Kind::Check, self.name(column.number), message));
                }
            }
        }
    }

    /// What a mask keeps apart may be equal after an expression, and come under a condition that the original did not meet.
    fn unique_expressions(&self, findings: &mut Vec<Finding>) {
        for (index, columns) in &self.relation.unique_expressions {
            for attribute in columns {
                let Some(treatment) = self.treatment(*attribute) else {
                    continue;
                };
                let name = self.name(*attribute);
                let is_reported = |finding: &Finding| finding.kind == Kind::Unique && finding.subject == name;
                if matches!(treatment.action, Action::Refuse) || findings.iter().any(is_reported) {
                    continue;
                }
                let message = format!(
                    "stands in an expression or the condition of unique index {index}: under mask {} ({}) rows may come to agree there",
                    treatment.mask_name, treatment.rule
                );
                findings.push(warning(Kind::Unique, name, message));
            }
        }
    }

    fn partition_key(&self, findings: &mut Vec<Finding>) {
        for attribute in &self.relation.partition_key {
            if self.treatment(*attribute).is_some() {
                let message = "is a partition key: masked rows may belong to another partition, and the bounds stand in the catalog";
                findings.push(Finding {
                    suggestion: Some(
                        "if each masked value has a partition, dump with --load-via-partition-root".to_string(),
                    ),
                    ..warning(Kind::PartitionKey, self.name(*attribute), message)
                });
            }
        }
    }

    fn unlisted(&self, findings: &mut Vec<Finding>) {
        let is_unlisted = |attribute: i16| match self.treatment(attribute) {
            Some(treatment) => treatment.is_unlisted(),
            None => !self.resolved.treatments.is_kept(self.id(attribute)),
        };
        // Partitions have the columns of the table above them, where they are told once.
        let parents = || {
            self.relation
                .parents
                .iter()
                .filter_map(|parent| self.snapshot.relations.get(parent))
        };
        let inherited = |name: &str| parents().any(|parent| parent.column_named(name).is_some());
        let columns = self.relation.columns.iter();
        let columns = columns.filter(|column| is_unlisted(column.number) && !inherited(&column.name));
        let names: Vec<_> = columns.map(|column| column.name.as_str()).collect();
        if !names.is_empty() {
            let message = format!("no rule names {}", names.join(", "));
            findings.push(Finding {
                suggestion: Some("mask or [[keep]] them".to_string()),
                ..warning(Kind::Unlisted, self.table(), message)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::SnapshotBuilder;
    use crate::config::Policy;
    use crate::mask::Keys;

    fn check(text: &str, snapshot: &Snapshot) -> Report {
        let rules = RuleSet::parse("app.toml", text).unwrap();
        let keys = Keys::from_content(&[7; 32]).unwrap();
        let resolved = rules.resolve(snapshot, &keys, &Policy::default()).unwrap();
        report(&rules, &resolved, snapshot)
    }

    fn shop() -> Snapshot {
        let columns = [
            ("id", "int4"),
            ("email", "text"),
            ("name", "text"),
            ("age", "int2"),
            ("note", "text"),
        ];
        SnapshotBuilder::new()
            .partitioned_table("public.customer", &columns, &["name"])
            .unique("public.customer", &["email"])
            .unique("public.customer", &["id", "name"])
            .check("public.customer", "age_is_sane", &["age"])
            .build()
    }

    fn rule(column: &str, mask: &str) -> String {
        format!("[[rule]]\ncolumns = [\"public.customer.{column}\"]\nmask = \"{mask}\"\n")
    }

    fn found(report: &Report) -> Vec<(&str, Kind, &str)> {
        report
            .findings
            .iter()
            .map(|finding| (finding.severity, finding.kind, finding.subject.as_str()))
            .collect()
    }

    #[test]
    fn what_may_go_wrong_is_found() {
        let text = rule("email", "first_name")
            + &rule("name", "full_name")
            + &rule("age", "integer")
            + &rule("phone", "phone");
        let report = check(&text, &shop());
        assert_eq!(
            found(&report),
            [
                ("error", Kind::Unmatched, "app.toml:11:12"),
                ("error", Kind::Unique, "public.customer.email"),
                ("warning", Kind::Unique, "public.customer.name"),
                ("warning", Kind::Check, "public.customer.age"),
                ("warning", Kind::PartitionKey, "public.customer.name"),
                ("warning", Kind::SmallDomain, "public.customer.age"),
                ("warning", Kind::Unlisted, "public.customer"),
            ]
        );
        assert!(report.findings[6].message.ends_with("id, note"));
        assert_eq!((report.exit_code(false), report.exit_code(true)), (2, 2));
        assert!(
            report
                .to_text()
                .contains("database test: 3 columns protected, 2 errors, 5 warnings\n")
        );
        let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
        assert_eq!(json["errors"], 2);
        assert_eq!(json["findings"][5]["kind"], "small_domain");
    }

    #[test]
    fn what_a_restore_would_refuse_is_found() {
        let columns = [
            ("login", "text"),
            ("short", "varchar(5) not null"),
            ("zip", "zip"),
            ("gone", "text"),
        ];
        let shop = SnapshotBuilder::new()
            .domain("public.digits", "text")
            .domain_constraints("public.digits", true, &["digits_check"])
            .domain("public.zip", "public.digits")
            .domain_constraints("public.zip", false, &[])
            .table("public.customer", &columns)
            .table("public.visit", &[("login", "varchar(10)")])
            .foreign_key("public.visit.login", "public.customer.login")
            .unique("public.customer", &["short"])
            .unique_expression("public.customer", "customer_by_gone", &["gone"])
            .build();
        let keep = "[[keep]]\ncolumns = [\"public.customer.*\"]\n";
        let of = |text: String| check(&(text + keep), &shop);
        let all = rule("login", "user_name") + &rule("short", "email") + &rule("zip", "phone") + &rule("gone", "url");
        assert_eq!(
            found(&of(all)),
            [
                ("warning", Kind::Unique, "public.customer.gone"),
                ("warning", Kind::Unique, "public.customer.short"),
                ("warning", Kind::Check, "public.customer.zip"),
                ("warning", Kind::ForeignKey, "public.visit.login"),
            ]
        );
        // NULL is refused by the domain under the domain.
        let rules = RuleSet::parse("app.toml", &rule("zip", "null")).unwrap();
        let keys = Keys::from_content(&[7; 32]).unwrap();
        let problems = rules.resolve(&shop, &keys, &Policy::default()).unwrap_err();
        assert!(problems[0].message.contains("public.customer.zip"), "{problems:?}");
    }

    #[test]
    fn a_listed_and_sound_database_is_fine() {
        let keep = "[[keep]]\ncolumns = [\"public.customer.*\"]\n";
        let report = check(&(rule("email", "email") + keep), &shop());
        assert_eq!(found(&report), []);
        assert_eq!(report.exit_code(true), 0);
        let report = check(&rule("email", "email"), &shop());
        assert_eq!((report.exit_code(false), report.exit_code(true)), (0, 1));
    }

    #[test]
    fn rules_are_held_to_their_tests() {
        let test = |column: &str, word: &str| {
            format!("[[test]]\ncolumn = \"public.customer.{column}\"\nvalue = \"Mary\"\nnever_shows = [\"{word}\"]\n")
        };
        let partial = "[[rule]]\ncolumns = [\"public.customer.name\"]\nmask = { kind = \"partial\", keep_last = 1 }\n";
        let keep = "[[keep]]\ncolumns = [\"public.customer.*\"]\n";
        let text = [
            partial,
            keep,
            &test("name", "Y"),
            &test("name", "mar"),
            &test("note", "x"),
            &test("fax", "x"),
        ]
        .concat();
        let report = check(&text, &shop());
        let failed: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| finding.kind == Kind::Test)
            .collect();
        assert_eq!(failed.len(), 3);
        assert!(
            failed
                .iter()
                .any(|finding| finding.message == "mask partial of public.customer.name shows \"Y\"")
        );
        assert!(
            failed
                .iter()
                .any(|finding| finding.message == "public.customer.note is shown as it is")
        );
        assert!(
            failed
                .iter()
                .any(|finding| finding.message.starts_with("there is no column public.customer.fax"))
        );
    }
}
