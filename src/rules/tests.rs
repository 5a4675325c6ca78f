use std::collections::{BTreeMap, BTreeSet};

mod agreement;
mod rows;

use super::*;
use crate::catalog::{ColumnId, RelationKind, Snapshot, SnapshotBuilder};
use crate::config::{Policy, Predicates, Problem, Unlisted};
use crate::mask::Keys;
use crate::sql::Treatment;
use crate::sql::functions::Class;

fn keys() -> Keys {
    Keys::from_content(&[7; 32]).unwrap()
}

fn rules(text: &str) -> RuleSet {
    RuleSet::parse("app.toml", text).unwrap_or_else(|problems| panic!("{}", lines(&problems)))
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

fn mask(columns: &str, mask: &str) -> String {
    format!("[[rule]]\ncolumns = [\"{columns}\"]\nmask = \"{mask}\"\n")
}

fn keep(columns: &str) -> String {
    format!("[[keep]]\ncolumns = [\"{columns}\"]\n")
}

fn id(snapshot: &Snapshot, name: &str) -> ColumnId {
    let parts: Vec<_> = name.split('.').collect();
    let relation = snapshot.candidates(Some(parts[0]), parts[1])[0];
    ColumnId {
        relation: relation.oid,
        attribute: relation.column_named(parts[2]).unwrap().number,
    }
}

/// A catalog with its treatments, asked by name.
struct Shop {
    catalog: Snapshot,
    resolved: Resolved,
}

impl Shop {
    fn new(builder: SnapshotBuilder, text: &str) -> Shop {
        Shop::under(builder, text, Policy::default())
    }

    fn under(builder: SnapshotBuilder, text: &str, policy: Policy) -> Shop {
        let catalog = builder.build();
        let resolved = rules(text).resolve(&catalog, &keys(), &policy);
        let resolved = resolved.unwrap_or_else(|problems| panic!("{}", lines(&problems)));
        Shop { catalog, resolved }
    }

    fn treatment(&self, name: &str) -> Option<&ColumnTreatment> {
        self.resolved.treatments.column(id(&self.catalog, name))
    }

    fn mask(&self, name: &str) -> Option<&str> {
        self.treatment(name).map(|treatment| treatment.mask_name)
    }

    fn class(&self, name: &str) -> u32 {
        self.resolved.treatments.class(id(&self.catalog, name))
    }

    fn warnings(&self) -> String {
        lines(&self.resolved.warnings)
    }
}

fn refused(builder: SnapshotBuilder, text: &str) -> String {
    lines(
        &rules(text)
            .resolve(&builder.build(), &keys(), &Policy::default())
            .unwrap_err(),
    )
}

#[test]
fn a_rule_file_reports_everything_at_once() {
    let text = r#"[[rule]]
columns = ["email", "*.*.email"]
mask = "emial"
[[rule]]
colums = []
mask = 5
predicates = "sometimes"
[[keep]]
columns = []
[[function]]
name = "f"
reads = "much"
[[test]]
column = "*.*.email"
value = "x"
never_shows = [""]
[[exempt]]
"#;
    let problems = lines(&RuleSet::parse("app.toml", text).unwrap_err());
    for expected in [
        "app.toml:2:12: error: column pattern \"email\" needs 3 parts, schema.table.column, and has 1",
        "app.toml:3:8: error: there is no mask `emial`: did you mean `email`?",
        "app.toml:4:1: error: rule.columns is missing",
        "app.toml:5:1: error: unknown key \"colums\" in rule (did you mean \"columns\"?)",
        "app.toml:6:8: error: a mask is a name",
        "app.toml:7:14: error: rule.predicates must be \"refuse\" or \"equality\" or \"allow\", not \"sometimes\"",
        "app.toml:8:1: error: columns is empty",
        "app.toml:11:8: error: function.name \"f\" needs 2 parts, schema.name, and has 1",
        "app.toml:12:9: error: function.reads must be \"nothing protected\", not \"much\"",
        "app.toml:14:10: error: test.column must name one column, without *",
        "app.toml:16:16: error: test.never_shows holds an empty text",
        "app.toml:17:3: error: unknown key \"exempt\"",
    ] {
        assert!(problems.contains(expected), "{expected}\nis not in\n{problems}");
    }
    assert_eq!(problems.lines().count(), 12, "{problems}");
}

#[test]
fn the_closest_rule_wins() {
    let catalog = SnapshotBuilder::new()
        .table(
            "public.customer",
            &[("id", "int4"), ("email", "text"), ("note", "text")],
        )
        .table("public.supplier", &[("email", "text")]);
    let text = mask("*.*.email", "email") + &mask("public.customer.email", "hash") + &keep("public.supplier.email");
    let shop = Shop::new(catalog, &text);
    assert_eq!(shop.mask("public.customer.email"), Some("hash"));
    assert_eq!(shop.mask("public.customer.note"), None);
    assert_eq!(shop.mask("public.supplier.email"), None);
    assert!(
        shop.resolved
            .treatments
            .is_kept(id(&shop.catalog, "public.supplier.email"))
    );
    let treatment = shop.treatment("public.customer.email").unwrap();
    assert_eq!(
        (treatment.rule.as_str(), treatment.predicates),
        ("app.toml:4", Predicates::Refuse)
    );
    assert!(matches!(treatment.action, Action::Mask(_)) && treatment.keeps_uniqueness);
}

#[test]
fn equally_close_rules_that_differ_are_an_error() {
    let catalog = SnapshotBuilder::new().table("public.customer", &[("email", "text")]);
    let text = mask("*.*.email", "email") + &mask("*.*.email", "hash");
    let problems = refused(catalog.clone(), &text);
    let expected = "app.toml:5:12: error: \"*.*.email\" and \"*.*.email\" (app.toml:2) name public.customer.email";
    assert!(problems.starts_with(expected), "{problems}");
    // Closer than both: no question is left.
    Shop::new(catalog.clone(), &(text + &mask("public.customer.*", "redact")));
    Shop::new(catalog, &(mask("*.*.email", "email") + &mask("*.*.email", "email")));
}

#[test]
fn what_matches_nothing_is_told() {
    let catalog = SnapshotBuilder::new().table("public.customer", &[("email", "text")]);
    let optional = "[[rule]]\ncolumns = [\"a.b.c\"]\nmask = \"null\"\noptional = true\n";
    let function = "[[function]]\nname = \"public.f\"\nreads = \"nothing protected\"\n";
    let text = mask("public.custmer.email", "email") + &mask("*.*.phone", "phone") + optional + function;
    assert_eq!(
        lines(&Shop::new(catalog, &text).resolved.unmatched),
        "app.toml:2:12: error: \"public.custmer.email\" matches no column of database test \
         (did you mean \"public.customer.email\"?)\n\
         app.toml:5:12: warning: \"*.*.phone\" matches no column of database test\n\
         app.toml:12:8: error: there is no function public.f in database test"
    );
}

#[test]
fn inheritance_trees_are_masked_as_one() {
    let catalog = SnapshotBuilder::new()
        .partitioned_table("public.event", &[("who", "text"), ("at", "int4")], &["at"])
        .table("public.event_1", &[("at", "int4"), ("who", "text")])
        .table("public.event_2", &[("who", "text"), ("at", "int4")])
        .inherits("public.event_1", "public.event")
        .inherits("public.event_2", "public.event");
    let shop = Shop::new(
        catalog.clone(),
        &(mask("public.event_1.who", "email") + &keep("*.*.who")),
    );
    for table in ["event", "event_1", "event_2"] {
        assert_eq!(shop.mask(&format!("public.{table}.who")), Some("email"));
    }
    assert_eq!(shop.mask("public.event.at"), None);
    assert!(
        shop.warnings()
            .contains("\"*.*.who\" does not hold for public.event.who")
    );
    let rivals = mask("public.event_1.who", "email") + &mask("public.event_2.who", "hash");
    assert!(refused(catalog, &rivals).contains("one column of one inheritance tree"));
}

#[test]
fn foreign_keys_take_the_mask_of_what_they_reference() {
    let catalog = SnapshotBuilder::new()
        .table("public.line", &[("customer", "int4")])
        .table("public.orders", &[("customer", "int4")])
        .table("public.customer", &[("id", "int4")])
        .foreign_key("public.line.customer", "public.orders.customer")
        .foreign_key("public.orders.customer", "public.customer.id");
    let integer =
        "[[rule]]\ncolumns = [\"public.customer.id\"]\nmask = \"integer\"\ndomain = \"customer\"\n".to_string();
    let shop = Shop::new(catalog.clone(), &(integer.clone() + &keep("public.line.*")));
    let class = shop.class("public.customer.id");
    assert!(class > 0);
    assert_eq!(
        (shop.class("public.orders.customer"), shop.class("public.line.customer")),
        (class, class)
    );
    assert!(
        shop.warnings()
            .contains("\"public.line.*\" does not hold for public.line.customer")
    );
    let shop = Shop::new(catalog.clone(), &(integer + &mask("public.line.customer", "integer")));
    assert_ne!(shop.class("public.line.customer"), shop.class("public.customer.id"));
    assert!(shop.warnings().contains("masked keys will not match"));
    let shop = Shop::new(catalog, &mask("public.line.customer", "integer"));
    assert!(shop.warnings().contains("which it references, is not masked"));
}

#[test]
fn generated_columns_are_redacted() {
    let catalog = SnapshotBuilder::new()
        .table(
            "public.customer",
            &[("name", "text"), ("initial", "text"), ("size", "int4")],
        )
        .generated("public.customer.initial", &["name"])
        .generated("public.customer.size", &["name"]);
    let text = mask("public.customer.name", "full_name") + &keep("public.customer.size") + &keep("*.*.initial");
    let shop = Shop::new(catalog, &text);
    assert_eq!(shop.mask("public.customer.initial"), Some("redact"));
    assert_eq!(shop.mask("public.customer.size"), None);
}

#[test]
fn columns_of_composite_types_are_redacted_with_their_fields() {
    let catalog = SnapshotBuilder::new()
        .composite("public.contact", &[("email", "text"), ("kind", "text")])
        .table("public.customer", &[("id", "int4"), ("contacts", "public.contact[]")])
        .table("public.backup", &[("old", "public.customer")]);
    let shop = Shop::new(catalog, &mask("*.*.email", "email"));
    assert_eq!(shop.mask("public.customer.contacts"), Some("redact"));
    assert_eq!(shop.mask("public.backup.old"), Some("redact"));
    assert_eq!(shop.mask("public.customer.id"), None);
}

#[test]
fn views_have_no_rules_of_their_own_but_the_servers_have() {
    let catalog = SnapshotBuilder::new()
        .table("public.customer", &[("email", "text")])
        .view(
            "public.recent",
            &[("email", "text")],
            "SELECT email FROM public.customer",
        )
        .relation(
            "pg_catalog.pg_stat_activity",
            RelationKind::View,
            &[("query", "text"), ("email", "text")],
            None,
        );
    let text = mask("*.*.email", "email") + &mask("pg_catalog.*.query", "null");
    let shop = Shop::new(catalog.clone(), &text);
    assert_eq!(shop.mask("public.customer.email"), Some("email"));
    assert_eq!(shop.mask("public.recent.email"), None);
    assert_eq!(shop.mask("pg_catalog.pg_stat_activity.query"), Some("null"));
    assert_eq!(shop.mask("pg_catalog.pg_stat_activity.email"), None);
    assert!(refused(catalog, &mask("public.recent.email", "email")).contains("is a column of a view"));
}

#[test]
fn unlisted_columns_follow_the_policy() {
    let catalog = SnapshotBuilder::new()
        .table(
            "public.customer",
            &[("email", "text"), ("city", "text"), ("score", "int4")],
        )
        .table("pg_catalog.pg_class", &[("relname", "name")])
        .relation(
            "public.customer_seq",
            RelationKind::Sequence,
            &[("last_value", "int8")],
            None,
        );
    let text = mask("*.*.email", "email") + &keep("public.customer.score");
    for (unlisted, expected) in [(Unlisted::Mask, "redact"), (Unlisted::Refuse, "refuse")] {
        let shop = Shop::under(
            catalog.clone(),
            &text,
            Policy {
                unlisted,
                ..Policy::default()
            },
        );
        assert_eq!(shop.mask("public.customer.email"), Some("email"));
        assert_eq!(shop.mask("public.customer.city"), Some(expected));
        assert!(shop.treatment("public.customer.city").unwrap().is_unlisted());
        for passed in [
            "public.customer.score",
            "pg_catalog.pg_class.relname",
            "public.customer_seq.last_value",
        ] {
            assert_eq!(shop.mask(passed), None);
        }
    }
    assert_eq!(Shop::new(catalog, &text).mask("public.customer.city"), None);
}

#[test]
fn a_mask_that_does_not_fit_is_an_error_where_it_was_meant_and_redacts_where_a_star_caught_it() {
    let catalog = SnapshotBuilder::new().table("public.customer", &[("email", "int4 not null")]);
    let problems = refused(catalog.clone(), &mask("public.customer.email", "email"));
    assert!(
        problems.starts_with("app.toml:1:1: error: mask `email` does not accept"),
        "{problems}"
    );
    let shop = Shop::new(catalog, &mask("*.*.email", "email"));
    assert_eq!(shop.mask("public.customer.email"), Some("redact"));
    assert_eq!(shop.resolved.warnings.len(), 1);
}

#[test]
fn integers_of_two_widths_cannot_share_a_domain() {
    let catalog = SnapshotBuilder::new().table("public.a", &[("small", "int2"), ("usual", "int4"), ("large", "int8")]);
    let problems = refused(catalog.clone(), &mask("public.a.*", "integer"));
    assert!(
        problems.contains("public.a.small is smallint and public.a.usual"),
        "{problems}"
    );
    let shop = Shop::new(
        catalog,
        &(mask("public.a.usual", "integer") + &mask("public.a.large", "integer")),
    );
    assert_eq!(shop.class("public.a.usual"), shop.class("public.a.large"));
}

#[test]
fn classes_are_equal_where_values_agree() {
    let columns = [
        ("x", "text"),
        ("y", "varchar(300)"),
        ("z", "text"),
        ("short", "varchar(20)"),
        ("none", "text"),
    ];
    let catalog = SnapshotBuilder::new().table("public.a", &columns);
    let other = "[[rule]]\ncolumns = [\"public.a.z\"]\nmask = \"email\"\ndomain = \"other\"\n";
    let rule = "[[rule]]\ncolumns = [\"public.a.x\", \"public.a.y\", \"public.a.short\"]\nmask = \"email\"\n";
    let shop = Shop::new(catalog, &[rule, other].concat());
    assert_eq!(shop.class("public.a.x"), shop.class("public.a.y"));
    assert_ne!(shop.class("public.a.x"), shop.class("public.a.z"));
    assert_ne!(shop.class("public.a.x"), shop.class("public.a.short"));
    assert_eq!(shop.class("public.a.none"), 0);
}

#[test]
fn what_becomes_null_does_not_keep_null() {
    let catalog = SnapshotBuilder::new().table("public.a", &[("x", "text"), ("y", "text"), ("z", "varbit")]);
    let text = mask("public.a.x", "null") + &mask("public.a.y", "redact") + &mask("public.a.z", "redact");
    let shop = Shop::new(catalog, &text);
    let keeps = |name| shop.treatment(name).unwrap().keeps_null;
    assert_eq!(
        [keeps("public.a.x"), keeps("public.a.y"), keeps("public.a.z")],
        [false, true, false]
    );
}

#[test]
fn a_renamed_column_stays_protected() {
    let text = mask("public.a.x", "email");
    let before = Shop::new(
        SnapshotBuilder::new().table("public.a", &[("x", "text"), ("y", "text")]),
        &text,
    );
    let mut after = Shop::new(
        SnapshotBuilder::new().table("public.a", &[("z", "text"), ("y", "text")]),
        &text,
    );
    assert_eq!(after.class("public.a.z"), 0);
    let lost = after
        .resolved
        .treatments
        .hold_on(&before.resolved.treatments, &after.catalog);
    assert_eq!(lost, [id(&after.catalog, "public.a.z")]);
    assert!(matches!(after.treatment("public.a.z").unwrap().action, Action::Refuse));
    assert_eq!(after.class("public.a.y"), 0);
}

#[test]
fn statements_of_others_are_hidden_in_whichever_schema_the_extension_is() {
    let text =
        include_str!("../../rules/postgres.toml").to_owned() + "[[rule]]\ncolumns = [\"*.*.name\"]\nmask = \"null\"\n";
    let columns = [("query", "text"), ("calls", "bigint"), ("name", "text")];
    let catalog = SnapshotBuilder::new()
        .view(
            "tools.pg_stat_statements",
            &columns,
            "SELECT * FROM tools.pg_stat_statements(true)",
        )
        .extension_relation("tools.pg_stat_statements", "pg_stat_statements")
        .view("mine.pg_stat_statements", &columns, "SELECT 1");
    let shop = Shop::new(catalog, &text);
    assert_eq!(shop.mask("tools.pg_stat_statements.query"), Some("null"));
    assert_eq!(shop.mask("tools.pg_stat_statements.calls"), None);
    // A view of somebody's own is what it reads.
    assert_eq!(shop.mask("mine.pg_stat_statements.query"), None);
}

#[test]
fn vouching_is_for_one_function() {
    let text = "[[function]]\nname = \"public.In_Stock\"\nreads = \"nothing protected\"\n";
    let treatments = Shop::new(SnapshotBuilder::new(), text).resolved.treatments;
    assert_eq!(treatments.vouched("public", "in_stock"), Some(Class::Fallible));
    assert_eq!(treatments.vouched("public", "other"), None);
    assert_eq!(treatments.vouched("app", "in_stock"), None);
    assert!(!treatments.protects_anything());
}

#[test]
fn vouching_says_what_a_function_does_in_one_way() {
    for (said, class) in [
        ("pure", Class::Pure),
        ("fallible", Class::Fallible),
        ("picking", Class::Picking),
    ] {
        let text = format!("[[function]]\nname = \"public.f\"\nclass = \"{said}\"\n");
        let treatments = Shop::new(SnapshotBuilder::new(), &text).resolved.treatments;
        assert_eq!(treatments.vouched("public", "f"), Some(class));
    }
    for rest in [
        "",
        "class = \"opaque\"",
        "reads = \"everything\"",
        "reads = \"nothing protected\"\nclass = \"pure\"",
    ] {
        let text = format!("[[function]]\nname = \"public.f\"\n{rest}\n");
        let problems = RuleSet::parse("app.toml", &text).unwrap_err();
        assert!(lines(&problems).contains("function"), "{rest}");
    }
}

#[test]
fn the_packs_that_ship_never_say_two_things_about_one_column() {
    let both = concat!(
        include_str!("../../rules/common.toml"),
        include_str!("../../rules/postgres.toml")
    );
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in &rules(both).entries {
        let name = entry.pattern.to_string().replace('*', "x");
        let (table, column) = name.rsplit_once('.').unwrap();
        tables.entry(table.to_string()).or_default().insert(column.to_string());
    }
    let catalog = tables.iter().fold(SnapshotBuilder::new(), |catalog, (table, columns)| {
        let columns: Vec<_> = columns.iter().map(|column| (column.as_str(), "text")).collect();
        catalog.table(table, &columns)
    });
    let shop = Shop::new(catalog, both);
    assert_eq!(shop.mask("pg_catalog.pg_authid.rolpassword"), Some("null"));
    assert_eq!(shop.mask("pg_catalog.pg_statistic_ext_data.stxdinherit"), None);
    assert_eq!(shop.mask("x.x.email_address"), Some("email"));
    assert_eq!(shop.mask("x.x.ip_address"), Some("ip"));
    assert_eq!(lines(&shop.resolved.unmatched), "");
}
