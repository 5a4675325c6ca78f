//! `pgveil check`: config and rules against the live catalog, before anybody relies on them.
//!
//! Exit codes: 0 nothing to say (or only warnings), 1 warnings under `--strict`, 2 errors.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use crate::catalog::{ColumnId, Relation, Snapshot};
use crate::config::{Problem, Severity};
use crate::mask::{Masked, Uniqueness};
use crate::rules::{Action, ColumnTreatment, Resolved, RuleSet, RuleTest, has_personal_columns};
use crate::value::{Format, oid};

use super::live::Live;

/// What was found in one database.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its name; empty for what was found before a database was looked at.
    pub database: String,
    /// Columns with a mask, by a rule or by policy.
    pub columns_protected: usize,
    /// What was found, errors first.
    pub findings: Vec<Finding>,
}

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// What kind of thing it is; the names are stable.
    pub kind: Kind,
    /// The rule, as in `rules/app.toml:12:3`, or the column.
    pub subject: String,
    /// What was found.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// Kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A config or rule file, or rules that contradict each other or the catalog.
    Rules,
    /// A rule that matches nothing.
    Unmatched,
    /// A `[[test]]` that failed.
    Test,
    /// A mask under a UNIQUE or PRIMARY KEY that may make values equal.
    Unique,
    /// A column that may not be NULL and would be shown as NULL.
    NotNull,
    /// A CHECK constraint that masked values may not meet.
    Check,
    /// A masked partition key: masked rows may belong to other partitions.
    PartitionKey,
    /// So few possible values that a pseudonym can be undone by anyone.
    SmallDomain,
    /// Columns that no rule names.
    Unlisted,
}

/// Arguments of `pgveil check`.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// The config file.
    #[arg(long, value_name = "FILE", default_value = "pgveil.toml")]
    pub config: PathBuf,
    /// The database to check; by default the one that the config's URL names.
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
    /// Exit with 1 if there are warnings.
    #[arg(long)]
    pub strict: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Checks config and rules against the live catalog. Exit code 0: fine; 1: warnings, with `--strict`; 2: errors.
pub fn run(args: &CheckArgs) -> ExitCode {
    let report = match Live::load(&args.config, args.database.as_deref()) {
        Ok(live) => match live.rules.resolve(&live.snapshot, &live.keys, &live.config.policy) {
            Ok(resolved) => report(&live.rules, &resolved, &live.snapshot),
            Err(problems) => Report::of_problems(&problems),
        },
        Err(problems) => {
            eprintln!("{problems}");
            return ExitCode::from(2);
        }
    };
    print!(
        "{}",
        if args.json {
            report.to_json() + "\n"
        } else {
            report.to_text()
        }
    );
    ExitCode::from(report.exit_code(args.strict))
}

impl Report {
    /// What was found before any catalog was read.
    pub fn of_problems(problems: &[Problem]) -> Report {
        let findings = problems
            .iter()
            .map(|problem| of_problem(Kind::Rules, problem))
            .collect();
        Report {
            database: String::new(),
            columns_protected: 0,
            findings,
        }
        .sorted()
    }

    /// 0, 1 or 2; see above.
    pub fn exit_code(&self, strict: bool) -> u8 {
        match (self.count("error"), self.count("warning")) {
            (0, 0) => 0,
            (0, _) => u8::from(strict),
            _ => 2,
        }
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            // Writing to a String cannot fail.
            let _ = write!(text, "{}: {}: {}", finding.subject, finding.severity, finding.message);
            let _ = match &finding.suggestion {
                Some(suggestion) => writeln!(text, " ({suggestion})"),
                None => writeln!(text),
            };
        }
        let what = if self.database.is_empty() {
            String::new()
        } else {
            format!("database {}: ", self.database)
        };
        let (errors, warnings) = (self.count("error"), self.count("warning"));
        let _ = writeln!(
            text,
            "{what}{} columns protected, {errors} errors, {warnings} warnings",
            self.columns_protected
        );
        text
    }

    /// For machines.
    pub fn to_json(&self) -> String {
        let mut value = serde_json::json!(self);
        value["errors"] = self.count("error").into();
        value["warnings"] = self.count("warning").into();
        value.to_string()
    }

    fn count(&self, severity: &str) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }

    fn sorted(mut self) -> Report {
        self.findings.sort_by(|left, right| {
            (left.severity, left.kind, &left.subject).cmp(&(right.severity, right.kind, &right.subject))
        });
        self
    }
}

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
        look.columns(&mut findings);
        look.checks(&mut findings);
        look.partition_key(&mut findings);
        look.unlisted(&mut findings);
    }
    let columns_protected = resolved.treatments.protected().count();
    Report {
        database: snapshot.database.clone(),
        columns_protected,
        findings,
    }
    .sorted()
}

fn of_problem(kind: Kind, problem: &Problem) -> Finding {
    let file = problem.file.display();
    Finding {
        severity: match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        kind,
        subject: match problem.line {
            0 => file.to_string(),
            line => format!("{file}:{line}:{}", problem.column),
        },
        message: problem.message.clone(),
        suggestion: problem.suggestion.clone(),
    }
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
                    "is under a UNIQUE key, and mask {} ({}) {may} different values equal",
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
            if column.not_null && column.generated_from.is_none() && matches!(treatment.action, Action::Redact) {
                let message = format!(
                    "is NOT NULL, and there is no redacted value of its type ({})",
                    treatment.rule
                );
                findings.push(warning(Kind::NotNull, &name, message));
            }
            let (type_oid, _) = self.snapshot.base_type(column.type_oid, column.type_modifier);
            if treatment.keeps_uniqueness && type_oid == oid::INT2 {
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
    }

    fn partition_key(&self, findings: &mut Vec<Finding>) {
        for attribute in &self.relation.partition_key {
            if self.treatment(*attribute).is_some() {
                let message = "is a partition key: masked rows may belong to another partition, and the bounds stand in the catalog";
                findings.push(warning(Kind::PartitionKey, self.name(*attribute), message));
            }
        }
    }

    fn unlisted(&self, findings: &mut Vec<Finding>) {
        let is_unlisted = |attribute: i16| match self.treatment(attribute) {
            Some(treatment) => treatment.is_unlisted(),
            None => !self.resolved.treatments.is_kept(self.id(attribute)),
        };
        let columns = self.relation.columns.iter().filter(|column| is_unlisted(column.number));
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
                .ends_with("database test: 3 columns protected, 2 errors, 5 warnings\n")
        );
        let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
        assert_eq!(json["errors"], 2);
        assert_eq!(json["findings"][5]["kind"], "small_domain");
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
