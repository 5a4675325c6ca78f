// What fuzzing enters: the door to the parser, the template of the plan cache, the analysis and the plan. Shared by the
// suite, which runs the corpus and mutations of it, and by the targets of `fuzz/`.

use std::sync::LazyLock;

use pgveil::catalog::SnapshotBuilder;
use pgveil::config::Policy;
use pgveil::mask::Keys;
use pgveil::plan::{Basis, Planner, PlannerMode};
use pgveil::rules::RuleSet;
use pgveil::sql;

const RULES: &str = r#"
rule = [
    { columns = ["app.people.email"], mask = "email" },
    { columns = ["app.people.name"], mask = "full_name" },
    { columns = ["app.people.pin"], mask = "integer" },
    { columns = ["app.people.born"], mask = "date_shift" },
    { columns = ["app.people.tags", "app.people.doc"], mask = "redact" },
]
"#;

static PLANNER: LazyLock<Planner> = LazyLock::new(|| {
    let snapshot = SnapshotBuilder::new()
        .table(
            "app.people",
            &[
                ("id", "integer not null"),
                ("name", "text"),
                ("email", "text"),
                ("born", "date"),
                ("pin", "integer"),
                ("tags", "text[]"),
                ("doc", "jsonb"),
                ("city", "text"),
                ("n", "integer"),
            ],
        )
        .table(
            "app.orders",
            &[
                ("id", "integer not null"),
                ("person", "integer"),
                ("email", "text"),
                ("item", "text"),
            ],
        )
        .table(
            "app.clean",
            &[
                ("id", "integer not null"),
                ("a", "text"),
                ("b", "text"),
                ("n", "integer"),
            ],
        )
        .build();
    let policy = Policy::default();
    let keys = Keys::from_content(&[7; 32]).expect("32 bytes");
    let rules = RuleSet::parse("fuzz.toml", RULES).expect("rules");
    let resolved = rules.resolve(&snapshot, &keys, &policy).expect("rules that fit");
    Planner::new(Basis::new(snapshot, resolved.treatments), PlannerMode::Guarded, policy)
});

/// Plans a text, and checks what must hold of every plan. Needs a stack of `STACK_BYTES`.
pub fn plan(text: &str) {
    let planned = PLANNER.plan(text);
    for span in &planned.spans {
        assert!(text.get(span.clone()).is_some(), "{span:?} is no part of the text");
    }
    let again = PLANNER.plan(text);
    assert_eq!(planned.statements.len(), again.statements.len());
    for (first, second) in planned.statements.iter().zip(&again.statements) {
        assert_eq!(first.verdict, second.verdict, "the cache changes a verdict");
        assert_eq!(first.columns.len(), second.columns.len(), "the cache changes columns");
    }
}

/// Takes the template of a text, and checks that it is one.
pub fn template(text: &str) {
    let template = sql::template(text);
    assert!(template.len() <= text.len(), "a template is no longer than its text");
    assert_eq!(sql::template(&template), template, "a template of a template");
}
