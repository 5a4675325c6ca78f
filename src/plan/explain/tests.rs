use crate::catalog::SnapshotBuilder;
use crate::config::Policy;
use crate::mask::Keys;
use crate::plan::{Basis, Planner, PlannerMode};
use crate::rules::RuleSet;

use super::Explanation;

fn explained(text: &str) -> Vec<Explanation> {
    let rules = r#"
        [[rule]]
        columns = ["public.person.id"]
        mask = "integer"
        [[rule]]
        columns = ["public.person.email"]
        mask = "email"
        [[rule]]
        columns = ["public.person.born"]
        mask = "date_shift"
        predicates = "equality"
        [[rule]]
        columns = ["public.person.pay"]
        mask = "integer"
        predicates = "allow"
    "#;
    let columns = [
        ("id", "int4"),
        ("email", "text"),
        ("city", "text"),
        ("born", "date"),
        ("pay", "int8"),
    ];
    let snapshot = SnapshotBuilder::new().table("public.person", &columns).build();
    let keys = Keys::from_content(&[7; 32]).expect("a key");
    let rules = RuleSet::parse("rules.toml", rules).expect("rules");
    let policy = Policy::default();
    let resolved = rules.resolve(&snapshot, &keys, &policy).expect("rules that fit");
    Planner::new(Basis::new(snapshot, resolved.treatments), PlannerMode::Guarded, policy).explain(text)
}

/// `verdict`, then clause and leave of each influence, then constants that are translated.
fn said(text: &str) -> String {
    let found = explained(text).remove(0);
    let influences = found
        .influences
        .iter()
        .map(|found| format!("{} {:?}", found.clause, found.leave));
    let translated = found
        .translated
        .iter()
        .map(|found| format!("{}={}", found.column, found.constant));
    let all: Vec<String> = influences.chain(translated).collect();
    format!("{}: {}", found.verdict, all.join("; "))
}

#[test]
fn every_clause_has_its_leave() {
    for (text, wanted) in [
        (
            "SELECT id FROM person WHERE id = 5",
            "mask: WHERE Translated; public.person.id=literal",
        ),
        (
            "SELECT city FROM person WHERE id IN ($1, 7)",
            "mask: WHERE Translated; public.person.id=literal; public.person.id=$1",
        ),
        (
            "SELECT p.id FROM person p JOIN person q ON p.email = q.email",
            "mask: JOIN … ON Equality",
        ),
        (
            "SELECT 1 FROM person p JOIN person q USING (email)",
            "mask: JOIN … USING Equality",
        ),
        (
            "SELECT count(email) FROM person GROUP BY email",
            "mask: count() NullTest; GROUP BY Equality",
        ),
        ("SELECT 1 FROM person WHERE email IS NULL", "mask: WHERE NullTest"),
        ("SELECT 1 FROM person WHERE born = '2000-01-01'", "mask: WHERE Rule"),
        (
            "SELECT 1 FROM person WHERE born > '2000-01-01'",
            "refuse: WHERE Refused",
        ),
        (
            "SELECT 1 FROM person WHERE pay > 5 ORDER BY pay",
            "mask: WHERE Rule; ORDER BY Rule",
        ),
        ("SELECT 1 FROM person WHERE email = 'x'", "refuse: WHERE Refused"),
        (
            "SELECT 1 FROM person GROUP BY id HAVING max(email) > 'm'",
            "refuse: GROUP BY Equality; HAVING Refused",
        ),
        ("SELECT 1 FROM person ORDER BY email", "refuse: ORDER BY Refused"),
        (
            "SELECT DISTINCT ON (born) city FROM person",
            "refuse: DISTINCT ON Refused",
        ),
        (
            "SELECT count(*) FILTER (WHERE email LIKE 'a%') FROM person",
            "refuse: FILTER Refused",
        ),
        (
            "SELECT rank() OVER (ORDER BY email) FROM person",
            "refuse: a window's ORDER BY Refused",
        ),
        (
            "SELECT 1 FROM person WHERE 5 > (SELECT length(email) FROM person LIMIT 1)",
            "refuse: WHERE Refused",
        ),
        (
            "SELECT 1 FROM person LIMIT (SELECT length(email) FROM person)",
            "refuse: LIMIT or OFFSET Refused",
        ),
        ("SELECT city FROM person WHERE city = 'x'", "mask: "),
    ] {
        assert_eq!(said(text), wanted, "{text}");
    }
}

#[test]
fn columns_tell_where_they_come_from() {
    let found = explained("SELECT city, id AS who, upper(email) FROM person").remove(0);
    let said: Vec<String> = found
        .columns
        .iter()
        .map(|column| {
            let action = column.action.unwrap_or_default();
            format!(
                "{} {} {action} {:?} {:?}",
                column.label, column.class, column.shows, column.computed_from
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            r#"city clean pass ["public.person.city"] []"#,
            r#"who column mask ["public.person.id"] []"#,
            r#"upper derived redact [] ["public.person.email"]"#,
        ]
    );
}

#[test]
fn a_refusal_names_its_clause_and_the_lineage_is_shown_all_the_same() {
    let found = explained("SELECT id, email FROM person WHERE email = 'x'; SELECT 1").remove(0);
    assert_eq!((found.reason, found.clause), (Some("predicate"), Some("WHERE")));
    assert_eq!(found.columns[1].class, "column");
    assert_eq!(found.columns[1].action, None);
    let text = found.to_text();
    assert!(
        text.contains("REFUSE  (predicate, in WHERE)") && text.contains("shows public.person.email"),
        "{text}"
    );
    let json = serde_json::to_value(&found).expect("JSON");
    assert_eq!(json["influences"][0]["leave"], "refused");
    assert_eq!(json["columns"][0]["shows"][0], "public.person.id");
}
