use super::*;

fn shop() -> Snapshot {
    SnapshotBuilder::new()
        .domain("public.email_address", "varchar(60)")
        .table(
            "public.customer",
            &[
                ("id", "int4 not null"),
                ("email", "public.email_address"),
                ("tags", "text[]"),
                ("shout", "text"),
                ("credit", "numeric(10,2)"),
            ],
        )
        .table("sales.rental", &[("id", "int8"), ("customer_id", "integer")])
        .view(
            "public.emails",
            &[("email", "varchar")],
            " SELECT customer.email FROM public.customer;",
        )
        .table("public.customer_old", &[("id", "int4")])
        .inherits("public.customer_old", "public.customer")
        .foreign_key("sales.rental.customer_id", "public.customer.id")
        .unique("public.customer", &["id"])
        .check("public.customer", "email_or_tags", &["email", "tags"])
        .generated("public.customer.shout", &["email"])
        .function("public.inventory_in_stock", &["int4"], "setof bool")
        .build()
}

#[test]
fn relations_columns_and_types_are_found_by_name() {
    let shop = shop();
    let customer = shop.candidates(None, "customer")[0];
    assert!(customer.oid >= FIRST_USER_OID);
    let email = customer.column_named("email").unwrap();
    assert_eq!(shop.base_type(email.type_oid, email.type_modifier), (1043, 64));
    assert!(customer.column_named("id").unwrap().not_null);
    let tags = customer.column_named("tags").unwrap();
    assert_eq!(shop.types[&tags.type_oid].kind, TypeKind::Array(25));
    assert_eq!(
        customer.column_named("credit").unwrap().type_modifier,
        (10 << 16 | 2) + 4
    );
    assert_eq!(shop.types[&customer.row_type].kind, TypeKind::Composite(customer.oid));
    assert!(shop.candidates(Some("sales"), "customer").is_empty());
    for name in ["email", "customer", "sales", "lower", "int4", "inventory_in_stock"] {
        assert!(shop.knows_name(name), "{name}");
    }
    assert!(!shop.knows_name("mary"));
}

#[test]
fn constraints_name_columns_by_number() {
    let shop = shop();
    let customer = shop.candidates(Some("public"), "customer")[0];
    let rental = shop.candidates(Some("sales"), "rental")[0];
    assert_eq!(customer.unique_keys, [[1]]);
    assert_eq!(customer.checks, [("email_or_tags".to_owned(), vec![2, 3])]);
    assert_eq!(customer.column(4).unwrap().generated_from, Some(vec![2]));
    assert_eq!(
        shop.foreign_keys[0].from,
        [ColumnId {
            relation: rental.oid,
            attribute: 2
        }]
    );
    assert_eq!(
        shop.foreign_keys[0].to,
        [ColumnId {
            relation: customer.oid,
            attribute: 1
        }]
    );
    let old = shop.candidates(None, "customer_old")[0];
    assert_eq!(old.parents, [customer.oid]);
    assert!(shop.functions["inventory_in_stock"][0].returns_set);
}

#[test]
#[should_panic(expected = "unknown type geometry")]
fn an_unknown_type_is_a_mistake_of_the_test() {
    SnapshotBuilder::new().table("public.place", &[("where", "geometry")]);
}
