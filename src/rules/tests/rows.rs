//! Masks that read other columns of the row.

use super::*;

fn shop() -> SnapshotBuilder {
    SnapshotBuilder::new()
        .table(
            "public.customer",
            &[
                ("id", "int4"),
                ("born", "date"),
                ("name", "text"),
                ("email", "text"),
                ("home", "json"),
            ],
        )
        .table("public.rental", &[("customer_id", "int4"), ("day", "date")])
}

fn rule(columns: &str, mask: &str) -> String {
    format!("[[rule]]\ncolumns = [\"{columns}\"]\nmask = {mask}\n")
}

#[test]
fn a_mask_reads_columns_of_its_own_table() {
    let by_id = rule("public.customer.born", "{ kind = \"date_shift\", by = \"id\" }");
    let shop_of = |text: &str| Shop::new(shop(), text);
    let found = shop_of(&by_id);
    let treatment = found.treatment("public.customer.born").unwrap();
    assert!(!treatment.deterministic && !treatment.keeps_uniqueness && treatment.keeps_null);
    for (mask, words) in [
        (
            "{ kind = \"date_shift\", by = \"customer_id\" }",
            "reads column `customer_id`",
        ),
        ("{ kind = \"date_shift\", by = \"home\" }", "reads column `home`"),
        (
            "{ kind = \"sometimes_null\", mask = { kind = \"date_shift\", by = \"id\" } }",
            "from within another mask",
        ),
    ] {
        let problems = refused(shop(), &rule("public.customer.born", mask));
        assert!(
            problems.starts_with("app.toml:1:") && problems.contains(words),
            "{problems}"
        );
    }
    // A star may have caught more than was meant: redacted, with a warning.
    let found = shop_of(&rule("*.*.day", "{ kind = \"date_shift\", by = \"id\" }"));
    assert_eq!(found.mask("public.rental.day"), Some("redact"));
    assert!(found.warnings().contains("reads column `id`"), "{}", found.warnings());
}

#[test]
fn each_column_has_a_class_of_its_own() {
    let text = rule("public.customer.born", "{ kind = \"date_shift\", by = \"id\" }")
        + &rule("public.rental.day", "{ kind = \"date_shift\", by = \"customer_id\" }");
    let found = Shop::new(shop(), &text);
    assert_ne!(found.class("public.customer.born"), found.class("public.rental.day"));
}

#[test]
fn templates_show_no_circles() {
    let text = rule(
        "public.customer.email",
        "{ kind = \"template\", text = \"{name}@x.org\" }",
    );
    let name = |mask: &str| text.clone() + &rule("public.customer.name", mask);
    let found = Shop::new(shop(), &name("\"first_name\""));
    assert_eq!(found.mask("public.customer.email"), Some("template"));
    for mask in [
        "{ kind = \"template\", text = \"{email}\" }",
        "{ kind = \"when\", column = \"id\", is_null = true, then = { kind = \"template\", text = \"{email}\" } }",
    ] {
        let problems = refused(shop(), &name(mask));
        assert!(problems.contains("in turn"), "{problems}");
    }
    let own = rule("public.customer.email", "{ kind = \"template\", text = \"{email}\" }");
    assert!(refused(shop(), &own).contains("in turn"));
    // What is read as the table holds it makes none.
    let found = Shop::new(
        shop(),
        &name("{ kind = \"when\", column = \"email\", matches = \"x\", then = \"first_name\" }"),
    );
    assert_eq!(found.mask("public.customer.name"), Some("when"));
}

#[test]
fn a_template_shows_nothing_of_what_is_not_shown() {
    let policy = Policy {
        unlisted: Unlisted::Refuse,
        ..Policy::default()
    };
    let text = rule(
        "public.customer.email",
        "{ kind = \"template\", text = \"{name}@x.org\" }",
    );
    let found = Shop::under(shop(), &text, policy);
    let Some(Action::Mask(mask)) = found.treatment("public.customer.email").map(|found| &found.action) else {
        panic!("no mask");
    };
    let field = crate::mask::RowField {
        attribute: 3,
        type_oid: 25,
        format: crate::value::Format::Text,
        value: Some(b"Mary"),
    };
    let mut out = Vec::new();
    mask.apply_in_row(
        25,
        crate::value::Format::Text,
        b"m@y.org",
        &crate::mask::Row { fields: &[field] },
        &mut out,
    );
    assert_eq!(out, b"@x.org");
}

#[test]
fn keys_do_not_inherit_what_their_rows_do_not_hold() {
    let builder = || {
        SnapshotBuilder::new()
            .table("public.customer", &[("id", "int4"), ("login", "text")])
            .table("public.visit", &[("login", "text")])
            .foreign_key("public.visit.login", "public.customer.login")
    };
    let text = rule("public.customer.login", "{ kind = \"template\", text = \"user{id}\" }");
    let problems = refused(builder(), &text);
    assert!(
        problems.starts_with("app.toml:1:") && problems.contains("public.visit.login references public.customer.login"),
        "{problems}"
    );
    let own = text + &rule("public.visit.login", "\"user_name\"");
    assert!(
        Shop::new(builder(), &own)
            .warnings()
            .contains("masked keys will not match")
    );
}

#[test]
fn columns_of_one_inheritance_tree_read_their_own() {
    let builder = SnapshotBuilder::new()
        .partitioned_table("public.visit", &[("who", "int4"), ("day", "date")], &["day"])
        .table("public.visit_2024", &[("day", "date"), ("who", "int4")])
        .inherits("public.visit_2024", "public.visit");
    let found = Shop::new(
        builder,
        &rule("public.visit.day", "{ kind = \"date_shift\", by = \"who\" }"),
    );
    let reads = |name: &str| match found.treatment(name).map(|found| &found.action) {
        Some(Action::Mask(mask)) => mask.reads().to_vec(),
        _ => Vec::new(),
    };
    assert_eq!(reads("public.visit.day"), [1]);
    assert_eq!(reads("public.visit_2024.day"), [2]);
}

#[test]
fn a_mask_that_fits_no_more_leaves_its_column_redacted_and_the_others_as_they_are() {
    let text = mask("public.a.born", "date_shift")
        + &mask("public.a.mail", "email")
        + "[[rule]]\ncolumns = [\"public.a.at\"]\nmask = { kind = \"date_shift\", by = \"who\" }\n";
    let columns = |own: &'static str, read: &'static str| {
        let columns = [("born", own), ("mail", "text"), ("at", "date"), (read, "int4")];
        SnapshotBuilder::new().table("public.a", &columns)
    };
    for (catalog, column, why) in [
        (columns("text", "who"), "public.a.born", "does not accept the type"),
        (columns("date", "whose"), "public.a.at", "reads column `who`"),
    ] {
        assert!(refused(catalog.clone(), &text).contains(why));
        let (catalog, mut unfit) = (catalog.build(), Vec::new());
        let resolved = rules(&text).resolve_again(&catalog, &keys(), &Policy::default(), &mut unfit);
        let resolved = resolved.unwrap_or_else(|problems| panic!("{}", lines(&problems)));
        let shop = Shop { catalog, resolved };
        assert_eq!(
            [shop.mask(column), shop.mask("public.a.mail")],
            [Some("redact"), Some("email")]
        );
        let told = lines(&unfit);
        assert!(told.contains(why) && told.lines().count() == 1, "{told}");
    }
    let mut unfit = Vec::new();
    let catalog = columns("date", "who").build();
    assert!(
        rules(&text)
            .resolve_again(&catalog, &keys(), &Policy::default(), &mut unfit)
            .is_ok()
    );
    assert!(unfit.is_empty());
}
