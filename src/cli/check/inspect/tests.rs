//! Findings by the catalog alone.

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
    let text =
        rule("email", "first_name") + &rule("name", "full_name") + &rule("age", "integer") + &rule("phone", "phone");
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
    assert!(report.to_text().contains("database test: 2 errors, 5 warnings\n"));
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
fn masked_ranges_under_an_exclusion_constraint_are_told() {
    let rooms = SnapshotBuilder::new()
        .table(
            "public.customer",
            &[("room", "int4"), ("stay", "daterange"), ("gone", "daterange")],
        )
        .unique("public.customer", &["room", "stay"])
        .build();
    let keep = "[[keep]]\ncolumns = [\"public.customer.*\"]\n";
    let report = check(
        &(rule("stay", "date_shift") + &rule("gone", "date_shift") + keep),
        &rooms,
    );
    assert_eq!(found(&report), [("warning", Kind::Unique, "public.customer.stay")]);
    assert!(report.findings[0].message.contains("overlap"));
}

#[test]
fn domains_within_arrays_and_composites_are_told() {
    let shop = SnapshotBuilder::new()
        .domain("public.zip", "text")
        .domain_constraints("public.zip", false, &["zip_check"])
        .composite("public.home", &[("street", "text"), ("zip", "public.zip")])
        .table(
            "public.customer",
            &[
                ("zips", "public.zip[]"),
                ("home", "public.home"),
                ("old", "public.home"),
            ],
        )
        .build();
    let composite = "[[rule]]\ncolumns = [\"public.customer.home\"]\nmask = { kind = \"composite\", fields = { zip = \"shape\" } }\n";
    let report = check(&(rule("zips", "shape") + &rule("old", "redact") + composite), &shop);
    assert_eq!(
        found(&report),
        [
            ("warning", Kind::Check, "public.customer.home"),
            ("warning", Kind::Check, "public.customer.zips")
        ]
    );
    let wrong = composite.replace("zip =", "zpi =");
    let rules = RuleSet::parse("app.toml", &wrong).unwrap();
    let keys = Keys::from_content(&[7; 32]).unwrap();
    let problems = rules.resolve(&shop, &keys, &Policy::default()).unwrap_err();
    assert!(
        problems[0].to_string().contains("app.toml:1") && problems[0].message.contains("its fields are street, zip"),
        "{problems:?}"
    );
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
fn what_a_mask_tells_of_the_row_is_found() {
    let when = "[[rule]]\ncolumns = [\"public.customer.note\"]\n\
        mask = { kind = \"when\", column = \"email\", is_null = true, then = \"keep\" }\n";
    let test = |row: &str| {
        format!("[[test]]\ncolumn = \"public.customer.note\"\nvalue = \"Mary\"\nnever_shows = [\"mary\"]\n{row}\n")
    };
    let keep = "[[keep]]\ncolumns = [\"public.customer.*\"]\n";
    let text = |row: &str| [when, &rule("email", "email"), keep, &test(row)].concat();
    let report = check(&text("row = { email = \"m@x.org\" }"), &shop());
    assert_eq!(found(&report), [("warning", Kind::Row, "public.customer.note"); 2]);
    assert!(
        report.findings[0].message.contains("as it is") && report.findings[1].message.contains("public.customer.email")
    );
    for (row, words) in [
        ("", "reads email of the same row"),
        ("row = { emial = \"x\" }", "there is no column emial"),
    ] {
        let report = check(&text(row), &shop());
        assert!(
            report.findings[0].message.contains(words),
            "{}",
            report.findings[0].message
        );
    }
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
