//! A small catalog and rules for the tests of this module.

use crate::catalog::*;
use crate::sql::Treatment;
use crate::sql::functions::Class;

/// Every column named email or ssn is protected, unless `nothing` is.
#[derive(Default)]
pub(crate) struct Rules {
    /// Names of functions and types vouched for.
    pub vouched: Vec<&'static str>,
    /// Nothing is protected.
    pub nothing: bool,
}

/// `attnum` of the protected columns of `customers`.
const PROTECTED: std::ops::RangeInclusive<i16> = 2..=3;
const CUSTOMERS: Oid = 16_001;

impl Treatment for Rules {
    fn class(&self, column: ColumnId) -> u32 {
        u32::from(!self.nothing && column.relation == CUSTOMERS && PROTECTED.contains(&column.attribute))
    }

    fn vouched(&self, _: &str, name: &str) -> Option<Class> {
        self.vouched.contains(&name).then_some(Class::Fallible)
    }

    fn protects_anything(&self) -> bool {
        !self.nothing
    }
}

/// `app.customers (id, email, ssn, city)`, `app.orders`, `archive.orders`, views over them, `pg_class` and other
/// system relations, and functions, operators and types of users' own.
pub(crate) fn catalog() -> Snapshot {
    let mut snapshot = Snapshot {
        server_version: 150_018,
        ..Snapshot::default()
    };
    add(
        &mut snapshot,
        CUSTOMERS,
        "app",
        "customers",
        &["id", "email", "ssn", "city"],
        None,
    );
    add(
        &mut snapshot,
        16_002,
        "app",
        "orders",
        &["id", "customer_id", "total"],
        None,
    );
    add(&mut snapshot, 16_003, "archive", "orders", &["id"], None);
    let view = " SELECT customers.id,\n    customers.email\n   FROM app.customers;";
    add(
        &mut snapshot,
        16_004,
        "app",
        "customer_view",
        &["id", "email"],
        Some(view),
    );
    let view = " SELECT v.id FROM app.customer_view v;";
    add(&mut snapshot, 16_005, "app", "top_view", &["id"], Some(view));
    for (number, name) in ["pg_class", "pg_settings", "pg_stats"].into_iter().enumerate() {
        add(
            &mut snapshot,
            1_259 + u32::try_from(number).unwrap_or(0),
            "pg_catalog",
            name,
            &["oid"],
            None,
        );
    }
    for (name, schema, extension, argument) in [
        ("leak", "app", None, 16_102),
        ("lower", "app", None, 25),
        ("plus", "app", None, 23),
        ("citext_eq", "public", Some("citext"), 16_900),
    ] {
        let function = Function {
            oid: 16_200,
            schema: schema.to_owned(),
            name: name.to_owned(),
            language: "sql".to_owned(),
            extension: extension.map(str::to_owned),
            argument_types: vec![argument],
            result_type: 25,
            returns_set: false,
            output_names: Vec::new(),
            body: None,
        };
        snapshot.functions.entry(name.to_owned()).or_default().push(function);
    }
    snapshot
        .user_operators
        .insert("|+|".to_owned(), vec!["plus".to_owned()]);
    snapshot
        .user_operators
        .insert("=".to_owned(), vec!["citext_eq".to_owned()]);
    let mood = Type {
        oid: 16_300,
        schema: "app".to_owned(),
        name: "mood".to_owned(),
        kind: TypeKind::Enum,
    };
    snapshot.types.insert(mood.oid, mood);
    let row = Type {
        oid: 16_102,
        schema: "app".to_owned(),
        name: "orders".to_owned(),
        kind: TypeKind::Composite(16_002),
    };
    snapshot.types.insert(row.oid, row);
    for (oid, name) in (16..).zip(["int4", "text", "bool", "xml", "tsquery", "name", "regclass"]) {
        add_type(&mut snapshot, oid, "pg_catalog", name);
    }
    snapshot.types_by_name.insert("mood".to_owned(), vec![16_300]);
    snapshot.types_with_user_code.insert(16_300);
    snapshot
}

/// Adds a table, or a view if it has a definition.
pub(crate) fn add(
    snapshot: &mut Snapshot,
    oid: Oid,
    schema: &str,
    name: &str,
    columns: &[&str],
    definition: Option<&str>,
) {
    let columns = (1..).zip(columns).map(|(number, name)| Column {
        number,
        name: (*name).to_owned(),
        type_oid: 25,
        type_modifier: -1,
        not_null: false,
        collation: 0,
        generated_from: None,
    });
    let relation = Relation {
        oid,
        schema: schema.to_owned(),
        name: name.to_owned(),
        kind: if definition.is_some() {
            RelationKind::View
        } else {
            RelationKind::Table
        },
        row_type: 0,
        columns: columns.collect(),
        definition: definition.map(str::to_owned),
        has_dml_rules: false,
        extension: None,
        parents: Vec::new(),
        unique_keys: Vec::new(),
        unique_expressions: Vec::new(),
        checks: Vec::new(),
        partition_key: Vec::new(),
    };
    snapshot.relations_by_name.entry(name.to_owned()).or_default().push(oid);
    snapshot.relations.insert(oid, relation);
}

/// Adds a type of no special kind.
pub(crate) fn add_type(snapshot: &mut Snapshot, oid: Oid, schema: &str, name: &str) {
    let (schema, name) = (schema.to_owned(), name.to_owned());
    snapshot.types_by_name.entry(name.clone()).or_default().push(oid);
    snapshot.types.insert(
        oid,
        Type {
            oid,
            schema,
            name,
            kind: TypeKind::Base,
        },
    );
}
