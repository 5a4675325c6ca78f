//! What becomes of output columns, under rules of several kinds.

use crate::catalog::SnapshotBuilder;
use crate::config::{Derived, Policy};
use crate::mask::Keys;
use crate::rules::RuleSet;

use super::{Basis, ColumnAction, Form, Plan, Planner, PlannerMode, Verdict};

const RULES: &str = r#"
[[rule]]
columns = ["public.person.email", "public.visit.email"]
mask = "email"

[[rule]]
columns = ["public.person.badge"]
mask = "integer"
predicates = "allow"

[[rule]]
columns = ["public.person.ssn"]
mask = { kind = "fixed", value = "none" }

[[rule]]
columns = ["public.person.gone"]
mask = "null"

[[rule]]
columns = ["public.person.name"]
mask = "full_name"
"#;

fn planner(derived: Derived) -> Planner {
    let snapshot = SnapshotBuilder::new()
        .table(
            "public.person",
            &[
                ("id", "int4"),
                ("city", "text"),
                ("email", "text"),
                ("badge", "int4"),
                ("ssn", "text"),
                ("gone", "text"),
                ("name", "text"),
            ],
        )
        .table("public.visit", &[("id", "int4"), ("email", "text")])
        .builtin_functions(&[
            "max",
            "json_agg",
            "jsonb_agg_strict",
            "json_agg_strict",
            "upper",
            "first_value",
            "row_to_json",
        ])
        .build();
    let policy = Policy {
        derived,
        ..Policy::default()
    };
    let keys = Keys::from_content(&[7; 32]).unwrap();
    let rules = RuleSet::parse("rules.toml", RULES).unwrap_or_else(|problems| panic!("{problems:?}"));
    let resolved = rules.resolve(&snapshot, &keys, &policy);
    let resolved = resolved.unwrap_or_else(|problems| panic!("{problems:?}"));
    Planner::new(Basis::new(snapshot, resolved.treatments), PlannerMode::Guarded, policy)
}

fn form(form: &Form) -> String {
    match form {
        Form::Keep => "keep".to_owned(),
        Form::Null => "null".to_owned(),
        Form::Mask { mask, .. } => mask.contract().name.to_owned(),
        Form::Array(of) => format!("array {}", self::form(of)),
        Form::List(of) => format!("list {}", self::form(of)),
        Form::Map(of) => format!("map {}", self::form(of)),
        Form::Json(of) => format!("json {}", self::form(of)),
        Form::Jsonb(of) => format!("jsonb {}", self::form(of)),
        Form::Text(of) => format!("text {}", self::form(of)),
        Form::Tuple(parts) => parts.iter().map(|part| self::form(part)).collect::<Vec<_>>().join(","),
        Form::Row(fields) => fields
            .iter()
            .map(|(_, field)| self::form(field))
            .collect::<Vec<_>>()
            .join(","),
    }
}

/// What becomes of the first column, and of what the statement tells something.
fn shown(plan: &Plan) -> String {
    let action = match (&plan.verdict, plan.columns.first().map(|column| &column.action)) {
        (Verdict::Refuse(refusal), _) => format!("refused {}", refusal.reason.name()),
        (_, Some(ColumnAction::Clean)) => "clean".to_owned(),
        (_, Some(ColumnAction::Mask { mask, .. })) => mask.contract().name.to_owned(),
        (_, Some(ColumnAction::Form(of))) => form(of),
        (_, Some(ColumnAction::Redact)) => "redact".to_owned(),
        (_, Some(ColumnAction::Null)) => "null".to_owned(),
        (_, None) => "pass".to_owned(),
    };
    match plan.inferences.is_empty() {
        true => action,
        false => format!("{action}, telling of {}", plan.inferences.join(" ")),
    }
}

fn decided(planner: &Planner, text: &str) -> String {
    shown(&planner.plan(text).statements[0])
}

#[test]
fn what_is_picked_keeps_its_mask_where_the_masked_data_picks_the_same() {
    let planner = planner(Derived::Redact);
    for (text, wanted) in [
        ("SELECT CASE WHEN id > 1 THEN email END FROM person", "email"),
        ("SELECT CASE WHEN id > 1 THEN email ELSE 'x' END FROM person", "redact"),
        ("SELECT CASE WHEN id > 1 THEN email ELSE city END FROM person", "redact"),
        ("SELECT coalesce(p.email, v.email) FROM person p, visit v", "email"),
        ("SELECT coalesce(p.gone, p.gone) FROM person p", "null"),
        ("SELECT email IS NULL FROM person", "clean"),
        // NULL is not told from other values by a mask that shows nothing else.
        ("SELECT gone IS NULL FROM person", "null"),
        ("SELECT p.email = v.email FROM person p, visit v", "clean"),
        ("SELECT p.email = 'x' FROM person p", "redact"),
        ("SELECT a.name = b.name FROM person a, person b", "redact"),
        ("SELECT max(email) FROM person", "redact"),
        ("SELECT max(ssn) FROM person", "fixed"),
        ("SELECT greatest(ssn, city) FROM person", "redact"),
        (
            "SELECT max(badge) FROM person",
            "integer, telling of public.person.badge",
        ),
        (
            "SELECT first_value(email) OVER (ORDER BY badge) FROM person",
            "email, telling of public.person.badge",
        ),
        (
            "SELECT first_value(email) OVER (ORDER BY email) FROM person",
            "refused predicate",
        ),
        ("SELECT id FROM person ORDER BY email IS NULL", "clean"),
        (
            "SELECT id FROM person WHERE city = (SELECT max(email) FROM person)",
            "refused predicate",
        ),
    ] {
        assert_eq!(decided(&planner, text), wanted, "{text}");
    }
}

#[test]
fn members_are_masked_each_by_itself() {
    let planner = planner(Derived::Redact);
    for (text, wanted) in [
        (
            "SELECT row_to_json(p) FROM person p",
            "json keep,keep,email,integer,fixed,null,full_name",
        ),
        ("SELECT row_to_json(p) FROM (SELECT id, city FROM person) p", "clean"),
        (
            "SELECT row_to_json(p) FROM (SELECT id, upper(email) AS u FROM person) p",
            "json keep,null",
        ),
        ("SELECT json_agg(upper(email)) FROM person", "redact"),
        ("SELECT json_agg_strict(email) FROM person", "json list email"),
        // Whether there is a member at all would tell whether the value is NULL.
        ("SELECT json_agg_strict(gone) FROM person", "null"),
        ("SELECT jsonb_agg_strict(upper(email)) FROM person", "redact"),
        (
            "SELECT ROW(id, CASE WHEN email > 'm' THEN ROW(id) END, city) FROM person",
            "keep,null,keep",
        ),
        ("SELECT CASE WHEN email > 'm' THEN ROW(id) END FROM person", "redact"),
        (
            "SELECT CASE WHEN email IS NULL THEN ROW(id, email) END FROM person",
            "keep,email",
        ),
        ("SELECT ARRAY[p.email, v.email] FROM person p, visit v", "array email"),
        ("SELECT ARRAY[email, name] FROM person", "redact"),
    ] {
        assert_eq!(decided(&planner, text), wanted, "{text}");
    }
}

#[test]
fn where_computed_values_are_refused_so_are_members() {
    let planner = planner(Derived::Refuse);
    for (text, wanted) in [
        (
            "SELECT row_to_json(p) FROM (SELECT id, email FROM person) p",
            "json keep,email",
        ),
        (
            "SELECT row_to_json(p) FROM (SELECT id, upper(email) AS u FROM person) p",
            "refused derived_column",
        ),
        (
            "SELECT CASE WHEN id > 1 THEN email ELSE 'x' END FROM person",
            "refused derived_column",
        ),
    ] {
        assert_eq!(decided(&planner, text), wanted, "{text}");
    }
}

/// Masks that read other columns of the row.
const ROW_RULES: &str = r#"
[[rule]]
columns = ["public.person.born", "public.visit.day"]
mask = { kind = "date_shift", by = "id" }

[[rule]]
columns = ["public.person.email"]
mask = { kind = "template", text = "{name|slug}@example.org" }

[[rule]]
columns = ["public.person.name"]
mask = { kind = "when", column = "city", equals = "Rome", then = "keep", else = "first_name" }

[[rule]]
columns = ["public.person.id", "public.visit.person"]
mask = "integer"
"#;

fn row_planner(derived: Derived) -> Planner {
    let snapshot = SnapshotBuilder::new()
        .table(
            "public.person",
            &[
                ("id", "int4"),
                ("city", "text"),
                ("name", "text"),
                ("email", "text"),
                ("born", "date"),
            ],
        )
        .table("public.visit", &[("id", "int4"), ("person", "int4"), ("day", "date")])
        .view(
            "public.guests",
            &[("who", "int4"), ("since", "date")],
            "SELECT p.id AS who, p.born AS since FROM public.person p",
        )
        .builtin_functions(&["max", "array_agg", "row_to_json"])
        .build();
    let policy = Policy {
        derived,
        ..Policy::default()
    };
    let keys = Keys::from_content(&[7; 32]).unwrap();
    let rules = RuleSet::parse("rules.toml", ROW_RULES).unwrap_or_else(|problems| panic!("{problems:?}"));
    let resolved = rules.resolve(&snapshot, &keys, &policy);
    let resolved = resolved.unwrap_or_else(|problems| panic!("{problems:?}"));
    Planner::new(Basis::new(snapshot, resolved.treatments), PlannerMode::Guarded, policy)
}

/// What becomes of the first column, and the output columns that its mask reads.
fn beside(planner: &Planner, text: &str) -> String {
    let planned = planner.plan(text);
    let plan = &planned.statements[0];
    let fields = match plan.columns.first().map(|column| &column.action) {
        Some(ColumnAction::Mask { beside, .. }) => beside.iter().map(|beside| beside.field.to_string()).collect(),
        _ => Vec::new(),
    };
    [vec![shown(plan)], fields].concat().join(" ")
}

#[test]
fn values_are_masked_by_their_own_row() {
    let planner = row_planner(Derived::Redact);
    for (text, expected) in [
        ("SELECT born, id FROM person", "date_shift 1"),
        ("SELECT born, city, id AS i FROM person", "date_shift 2"),
        ("COPY person (born, id) TO STDOUT", "date_shift 1"),
        ("SELECT since, who FROM guests", "date_shift 1"),
        (
            "SELECT a.born, b.id, a.id FROM person a JOIN person b ON a.id = b.id",
            "date_shift 2",
        ),
        ("SELECT email, name, city FROM person", "template 2 1"),
        ("SELECT name, city FROM person", "when 1"),
        // Of no row, or of another's.
        ("SELECT born FROM person", "redact"),
        ("SELECT a.born, b.id FROM person a, person b", "redact"),
        ("SELECT born, id::text FROM person", "redact"),
        ("SELECT day, person AS id FROM visit", "redact"),
        ("SELECT email, name FROM person", "redact"),
        ("SELECT email, city FROM person", "redact"),
        ("SELECT max(born), 1 AS id FROM person", "redact"),
        (
            "SELECT born, id FROM person UNION ALL SELECT born, id FROM person",
            "redact",
        ),
        ("SELECT DISTINCT born, id FROM person", "refused predicate"),
        (
            "SELECT born, id FROM person WHERE born = '2000-01-01'",
            "refused predicate",
        ),
        ("SELECT born, id FROM person ORDER BY born", "refused predicate"),
        (
            "SELECT 1 FROM person p JOIN visit v ON p.born = v.day",
            "refused predicate",
        ),
        ("SELECT born, id FROM person WHERE born IS NOT NULL", "date_shift 1"),
        // Parts of rows and arrays are not masked by what stands beside them.
        ("SELECT p FROM person p", "mask_of_row"),
        ("SELECT array_agg(born) FROM person", "redact"),
    ] {
        let expected = match expected {
            "mask_of_row" => "integer,keep,null,null,null",
            other => other,
        };
        let found = beside(&planner, text);
        assert_eq!(
            found,
            expected,
            "{text}: {:?}",
            planner.plan(text).statements[0].verdict
        );
    }
    let planner = row_planner(Derived::Refuse);
    let planned = planner.plan("SELECT born, city FROM person");
    let Verdict::Refuse(refusal) = &planned.statements[0].verdict else {
        panic!("{:?}", planned.statements[0].verdict);
    };
    assert!(
        refusal.message.contains("reads public.person.id of the same row"),
        "{}",
        refusal.message
    );
    assert!(
        refusal.hint.starts_with("Select public.person.id as well"),
        "{}",
        refusal.hint
    );
    let story = planner.explain("SELECT born, id FROM person")[0].to_text();
    assert!(
        story.contains("mask date_shift  by public.person.id (column 2)"),
        "{story}"
    );
}
