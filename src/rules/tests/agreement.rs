//! Columns whose masked values should agree.

use super::*;

#[test]
fn small_integers_share_a_domain_if_the_rule_says_so() {
    let catalog = SnapshotBuilder::new()
        .table("public.a", &[("id", "int4")])
        .table("public.b", &[("a_id", "int2")])
        .foreign_key("public.b.a_id", "public.a.id");
    let problems = refused(catalog.clone(), &mask("public.a.id", "integer"));
    assert!(problems.contains("small = true"), "{problems}");
    let rule = "[[rule]]\ncolumns = [\"public.a.id\"]\nmask = { kind = \"integer\", small = true }\n";
    let shop = Shop::new(catalog, rule);
    assert_eq!(shop.class("public.a.id"), shop.class("public.b.a_id"));
    assert_eq!(shop.warnings(), "");
}

#[test]
fn columns_of_composite_keys_are_each_protected_as_what_they_refer_to() {
    let catalog = SnapshotBuilder::new()
        .table("public.a", &[("country", "text"), ("code", "text")])
        .table("public.b", &[("x", "text"), ("y", "text")])
        .composite_foreign_key(&[("public.b.x", "public.a.country"), ("public.b.y", "public.a.code")]);
    let shop = Shop::new(
        catalog,
        &(mask("public.a.country", "country") + &mask("public.a.code", "shape")),
    );
    assert_eq!(shop.mask("public.b.x"), Some("country"));
    assert_eq!(shop.mask("public.b.y"), Some("shape"));
    assert_eq!(shop.class("public.b.y"), shop.class("public.a.code"));
}

#[test]
fn disagreements_within_a_domain_are_told() {
    let catalog = SnapshotBuilder::new().table("public.a", &[("x", "text"), ("y", "text")]);
    let rule = |column: &str, mask: &str| {
        format!("[[rule]]\ncolumns = [\"{column}\"]\nmask = \"{mask}\"\ndomain = \"person\"\n")
    };
    let warnings = Shop::new(
        catalog.clone(),
        &(rule("public.a.x", "email") + &rule("public.a.y", "hash")),
    )
    .warnings();
    assert!(
        warnings.contains("public.a.x and public.a.y are of one domain (\"person\")"),
        "{warnings}"
    );
    let agreeing = rule("public.a.x", "email") + &rule("public.a.y", "email");
    assert_eq!(Shop::new(catalog, &agreeing).warnings(), "");
}
