//! A small database to analyse queries against.

use crate::catalog::{Column, ColumnId, Function, Oid, Relation, RelationKind, Snapshot, Type, TypeKind};
use crate::sql::Treatment;
use crate::sql::functions::Class;

/// Protected columns and their classes.
const PROTECTED: [(&str, &str, u32); 12] = [
    ("customers", "email", 1),
    ("customers", "name", 2),
    ("customers", "phone", 3),
    ("customers", "salary", 4),
    ("customers", "tags", 5),
    ("customers", "home", 6),
    ("customers", "meta", 7),
    ("customers", "boss", 8),
    ("customers", "mood", 9),
    ("orders", "email", 1),
    ("twin", "secret", 1),
    ("odd", "secret", 1),
];

pub struct Classes<'a>(pub &'a Snapshot);

impl Treatment for Classes<'_> {
    fn class(&self, column: ColumnId) -> u32 {
        let relation = &self.0.relations[&column.relation];
        let Some(found) = relation.column(column.attribute) else {
            return 0;
        };
        let in_play = relation.schema != "other" || relation.name == "twin";
        let listed = PROTECTED
            .iter()
            .find(|(table, name, _)| *table == relation.name && *name == found.name);
        listed.filter(|_| in_play).map_or(0, |(_, _, class)| *class)
    }
    fn vouched(&self, _: &str, name: &str) -> Option<Class> {
        match name {
            "leak" => None,
            "prefer" => Some(Class::Picking),
            _ => Some(Class::Fallible),
        }
    }
    fn protects_anything(&self) -> bool {
        true
    }
}

const TYPES: [(Oid, &str, TypeKind); 22] = [
    (16, "bool", TypeKind::Base),
    (19, "name", TypeKind::Base),
    (20, "int8", TypeKind::Base),
    (21, "int2", TypeKind::Base),
    (23, "int4", TypeKind::Base),
    (25, "text", TypeKind::Base),
    (26, "oid", TypeKind::Base),
    (114, "json", TypeKind::Base),
    (142, "xml", TypeKind::Base),
    (701, "float8", TypeKind::Base),
    (1009, "_text", TypeKind::Array(25)),
    (1042, "bpchar", TypeKind::Base),
    (1043, "varchar", TypeKind::Base),
    (1082, "date", TypeKind::Base),
    (1700, "numeric", TypeKind::Base),
    (2249, "record", TypeKind::Pseudo),
    (3802, "jsonb", TypeKind::Base),
    (50_001, "citext", TypeKind::Base),
    (50_002, "address", TypeKind::Composite(60_002)),
    (50_003, "mailbox", TypeKind::Domain(25, -1)),
    (50_004, "customers", TypeKind::Composite(100)),
    (50_005, "mood", TypeKind::Enum),
];

fn type_oid(name: &str) -> Oid {
    TYPES.iter().find(|(_, found, _)| *found == name).unwrap().0
}

fn relation(oid: Oid, schema: &str, name: &str, kind: RelationKind, columns: &str) -> Relation {
    let columns = columns.split_whitespace().enumerate().map(|(at, column)| {
        let (name, type_name) = column.split_once(':').unwrap();
        Column {
            number: i16::try_from(at + 1).unwrap(),
            name: name.to_owned(),
            type_oid: type_oid(type_name.trim_end_matches('!')),
            type_modifier: -1,
            not_null: false,
            collation: 0,
            generated_from: type_name.ends_with('!').then(|| vec![1]),
        }
    });
    Relation {
        oid,
        schema: schema.to_owned(),
        name: name.to_owned(),
        kind,
        row_type: 0,
        columns: columns.collect(),
        definition: None,
        has_dml_rules: false,
        extension: None,
        parents: Vec::new(),
        unique_keys: Vec::new(),
        unique_expressions: Vec::new(),
        checks: Vec::new(),
        partition_key: Vec::new(),
    }
}

fn view(oid: Oid, name: &str, columns: &str, definition: &str) -> Relation {
    Relation {
        definition: Some(definition.to_owned()),
        ..relation(oid, "app", name, RelationKind::View, columns)
    }
}

fn relations() -> Vec<Relation> {
    use RelationKind::{CompositeType, MaterializedView, Table, View};
    vec![
        relation(
            100,
            "app",
            "customers",
            Table,
            "id:int4 email:text name:text phone:varchar salary:numeric tags:_text home:address meta:jsonb \
             boss:int4 mood:mood note:text",
        ),
        relation(
            101,
            "app",
            "orders",
            Table,
            "id:int4 customer_id:int4 email:mailbox amount:numeric note:text code:citext twice:numeric!",
        ),
        relation(102, "app", "plain", Table, "id:int4 a:text b:text n:int8 r:address"),
        relation(110, "app", "twin", Table, "id:int4 secret:text"),
        relation(111, "other", "twin", Table, "id:int4 secret:text"),
        relation(112, "app", "odd", Table, "id:int4 secret:text"),
        relation(113, "other", "odd", Table, "id:int4 secret:text"),
        relation(114, "app", "pair", Table, "id:int4 a:text"),
        relation(115, "other", "pair", Table, "id:int4 a:text"),
        // Views are defined before what they read, to show that the order does not matter.
        view(
            90,
            "v_far",
            "mail:text uname:text",
            "SELECT mail, uname FROM app.v_near",
        ),
        view(
            91,
            "v_near",
            "id:int4 mail:text uname:text",
            "SELECT c.id, c.email AS mail, upper(c.name) AS uname FROM app.customers c WHERE c.phone IS NOT NULL",
        ),
        view(
            92,
            "v_tested",
            "id:int4",
            "SELECT id FROM app.customers WHERE salary > 10",
        ),
        view(93, "v_broken", "id:int4", "SELECT nonsense FROM app.customers"),
        view(94, "v_unread", "id:int4", "SELECT FROM WHERE"),
        view(95, "v_class", "relname:name", "SELECT relname FROM pg_class"),
        Relation {
            definition: Some("SELECT email FROM app.customers WHERE salary > 10".to_owned()),
            ..relation(96, "app", "mv", MaterializedView, "email:text")
        },
        relation(1259, "pg_catalog", "pg_class", Table, "oid:oid relname:name"),
        relation(
            1260,
            "pg_catalog",
            "pg_stats",
            View,
            "tablename:name most_common_vals:text",
        ),
        relation(120, "other", "pg_class", Table, "oid:oid relname:name"),
        relation(60_002, "app", "address", CompositeType, "street:text zip:text"),
    ]
}

fn function(name: &str, result_type: Oid, returns_set: bool, output_names: &[&str]) -> Function {
    Function {
        oid: 70_000,
        schema: "app".to_owned(),
        name: name.to_owned(),
        language: "plpgsql".to_owned(),
        extension: None,
        argument_types: vec![23],
        result_type,
        returns_set,
        output_names: output_names.iter().map(|name| (*name).to_owned()).collect(),
        body: None,
    }
}

pub fn snapshot() -> Snapshot {
    let mut snapshot = Snapshot {
        database: "shop".to_owned(),
        server_version: 150_018,
        ..Snapshot::default()
    };
    for relation in relations() {
        snapshot
            .relations_by_name
            .entry(relation.name.clone())
            .or_default()
            .push(relation.oid);
        snapshot.relations.insert(relation.oid, relation);
    }
    for oids in snapshot.relations_by_name.values_mut() {
        oids.sort_unstable();
    }
    for (oid, name, kind) in TYPES {
        let schema = if oid < 16_384 { "pg_catalog" } else { "app" };
        snapshot.types_by_name.entry(name.to_owned()).or_default().push(oid);
        let found = Type {
            oid,
            schema: schema.to_owned(),
            name: name.to_owned(),
            kind,
        };
        snapshot.types.insert(oid, found);
    }
    for found in [
        function("scalar_fn", 25, false, &[]),
        function("table_fn", 2249, true, &["x", "y"]),
        function("row_fn", 50_002, false, &[]),
        function("leak", 25, false, &[]),
        function("prefer", 25, false, &[]),
    ] {
        snapshot.functions.insert(found.name.clone(), vec![found]);
    }
    for name in "lower upper count max min sum unnest generate_series cardinality array_length avg array_agg jsonb_each to_jsonb length row_to_json".split(' ')
    {
        snapshot.builtin_functions.insert(name.to_owned());
    }
    snapshot
}
