//! Snapshots written by hand, for the tests of the modules above.

use std::collections::HashSet;

use super::builtin::{BUILTIN_FUNCTIONS, BUILTIN_TYPES, PSEUDO_TYPES, RANGE_TYPES, TYPE_ALIASES};
use super::{
    Column, ColumnId, DomainConstraints, ForeignKey, Function, Oid, Relation, RelationKind, Snapshot, SqlBody, Type,
    TypeKind,
};

/// `FirstNormalObjectId`: OIDs below it belong to objects that initdb made.
const FIRST_USER_OID: Oid = 16384;

/// Builds a [`Snapshot`] by hand. It starts with the schemas `pg_catalog`, `information_schema` and `public`,
/// the common built-in types and built-in function names, and server version 15.
///
/// Columns are written `("name", "type")`; a type may carry a modifier (`varchar(20)`, `numeric(10,2)`), array
/// brackets and `not null`. Relations are named `schema.relation`, columns `schema.relation.column`.
///
/// Every method panics on a name it does not know: a snapshot that is not what the test meant proves nothing.
#[derive(Debug, Clone)]
pub struct SnapshotBuilder {
    snapshot: Snapshot,
    next_oid: Oid,
}

impl Default for SnapshotBuilder {
    fn default() -> Self {
        SnapshotBuilder::new()
    }
}

impl SnapshotBuilder {
    /// A database without user objects.
    pub fn new() -> Self {
        let snapshot = Snapshot {
            generation: 1,
            server_version: 150_018,
            database: "test".to_owned(),
            encoding: "UTF8".to_owned(),
            builtin_functions: BUILTIN_FUNCTIONS.split_whitespace().map(str::to_owned).collect(),
            schemas: ["pg_catalog", "information_schema", "public"].map(str::to_owned).into(),
            ..Snapshot::default()
        };
        let mut builder = SnapshotBuilder {
            snapshot,
            next_oid: FIRST_USER_OID,
        };
        for &(name, oid, array) in BUILTIN_TYPES {
            builder.add_type(oid, "pg_catalog", name, TypeKind::Base);
            builder.add_type(array, "pg_catalog", &format!("_{name}"), TypeKind::Array(oid));
        }
        for &(name, oid, array, subtype) in RANGE_TYPES {
            builder.add_type(oid, "pg_catalog", name, TypeKind::Range(subtype));
            builder.add_type(array, "pg_catalog", &format!("_{name}"), TypeKind::Array(oid));
        }
        for &(name, oid) in PSEUDO_TYPES {
            builder.add_type(oid, "pg_catalog", name, TypeKind::Pseudo);
        }
        builder
    }

    /// Sets `server_version_num`.
    pub fn server_version(mut self, version: u32) -> Self {
        self.snapshot.server_version = version;
        self
    }

    /// Sets the generation.
    pub fn generation(mut self, generation: u64) -> Self {
        self.snapshot.generation = generation;
        self
    }

    /// Adds an ordinary table.
    pub fn table(self, name: &str, columns: &[(&str, &str)]) -> Self {
        self.relation(name, RelationKind::Table, columns, None)
    }

    /// Adds a partitioned table whose key is these columns. Partitions are tables that [`Self::inherits`] from it.
    pub fn partitioned_table(self, name: &str, columns: &[(&str, &str)], key: &[&str]) -> Self {
        let mut builder = self.relation(name, RelationKind::PartitionedTable, columns, None);
        let numbers = builder.numbers(name, key);
        builder.relation_mut(name).partition_key = numbers;
        builder
    }

    /// Adds a foreign table.
    pub fn foreign_table(self, name: &str, columns: &[(&str, &str)]) -> Self {
        self.relation(name, RelationKind::ForeignTable, columns, None)
    }

    /// Adds a view with its definition as `pg_get_viewdef` gives it.
    pub fn view(self, name: &str, columns: &[(&str, &str)], definition: &str) -> Self {
        self.relation(name, RelationKind::View, columns, Some(definition))
    }

    /// Adds a materialised view with its definition.
    pub fn materialized_view(self, name: &str, columns: &[(&str, &str)], definition: &str) -> Self {
        self.relation(name, RelationKind::MaterializedView, columns, Some(definition))
    }

    /// Adds a composite type.
    pub fn composite(self, name: &str, columns: &[(&str, &str)]) -> Self {
        self.relation(name, RelationKind::CompositeType, columns, None)
    }

    /// Adds a domain over a type.
    pub fn domain(mut self, name: &str, base: &str) -> Self {
        let (oid, modifier, _) = self.resolve_type(base);
        self.add_named_type(name, TypeKind::Domain(oid, modifier));
        self
    }

    /// Adds an enum.
    pub fn enumeration(mut self, name: &str) -> Self {
        self.add_named_type(name, TypeKind::Enum);
        self
    }

    /// Adds a base type, such as one of an extension.
    pub fn base_type(mut self, name: &str) -> Self {
        self.add_named_type(name, TypeKind::Base);
        self
    }

    /// Says that a type calls a user's function ([`Snapshot::types_with_user_code`]).
    pub fn user_code_in_type(mut self, name: &str) -> Self {
        let (oid, _, _) = self.resolve_type(name);
        self.snapshot.types_with_user_code.insert(oid);
        self
    }

    /// Makes `child` inherit from, or be a partition of, `parent`.
    pub fn inherits(mut self, child: &str, parent: &str) -> Self {
        let parent = self.relation_mut(parent).oid;
        self.relation_mut(child).parents.push(parent);
        self
    }

    /// Adds a foreign key from one column to another.
    pub fn foreign_key(self, from: &str, to: &str) -> Self {
        self.composite_foreign_key(&[(from, to)])
    }

    /// Adds a foreign key from each of some columns to another.
    pub fn composite_foreign_key(mut self, columns: &[(&str, &str)]) -> Self {
        let from: Vec<_> = columns.iter().map(|(from, _)| self.column(from)).collect();
        let to = columns.iter().map(|(_, to)| self.column(to)).collect();
        let name = from
            .iter()
            .map(|column| format!("{}_{}", column.relation, column.attribute));
        self.snapshot.foreign_keys.push(ForeignKey {
            name: format!("fkey_{}", name.collect::<Vec<_>>().join("_")),
            comparisons: vec![" OPERATOR(pg_catalog.=) ".to_owned(); columns.len()],
            is_part: false,
            from,
            to,
        });
        self
    }

    /// Adds a unique key over columns of a relation.
    pub fn unique(mut self, relation: &str, columns: &[&str]) -> Self {
        let numbers = self.numbers(relation, columns);
        self.relation_mut(relation).unique_keys.push(numbers);
        self
    }

    /// Says of a domain what it demands.
    pub fn domain_constraints(mut self, name: &str, not_null: bool, checks: &[&str]) -> Self {
        let (oid, _, _) = self.resolve_type(name);
        let checks = checks.iter().map(|check| (*check).to_owned()).collect();
        self.snapshot
            .domains
            .insert(oid, DomainConstraints { not_null, checks });
        self
    }

    /// Adds a unique index with expressions or a condition over columns that are no part of its key.
    pub fn unique_expression(mut self, relation: &str, index: &str, columns: &[&str]) -> Self {
        let numbers = self.numbers(relation, columns);
        let expressions = &mut self.relation_mut(relation).unique_expressions;
        expressions.push((index.to_owned(), numbers));
        self
    }

    /// Adds a CHECK constraint that names these columns of a relation.
    pub fn check(mut self, relation: &str, constraint: &str, columns: &[&str]) -> Self {
        let numbers = self.numbers(relation, columns);
        self.relation_mut(relation)
            .checks
            .push((constraint.to_owned(), numbers));
        self
    }

    /// Makes a column a generated one, computed from these columns of its relation.
    pub fn generated(mut self, column: &str, from: &[&str]) -> Self {
        let id = self.column(column);
        let (relation, _) = column.rsplit_once('.').expect("column() has checked the name");
        let numbers = self.numbers(relation, from);
        let columns = &mut self.relation_mut(relation).columns;
        let found = columns.iter_mut().find(|found| found.number == id.attribute);
        found.expect("column() has found it").generated_from = Some(numbers);
        self
    }

    /// Gives a relation rules other than a view's SELECT rule.
    pub fn dml_rules(mut self, relation: &str) -> Self {
        self.relation_mut(relation).has_dml_rules = true;
        self
    }

    /// Makes a relation a part of an extension.
    pub fn extension_relation(mut self, relation: &str, extension: &str) -> Self {
        self.relation_mut(relation).extension = Some(extension.to_owned());
        self
    }

    /// Adds a function in plpgsql.
    pub fn function(self, name: &str, arguments: &[&str], result: &str) -> Self {
        self.add_function(name, arguments, result, "plpgsql", None, None)
    }

    /// Adds a function in SQL.
    pub fn sql_function(self, name: &str, arguments: &[&str], result: &str, body: &str) -> Self {
        self.add_function(name, arguments, result, "sql", None, Some(body))
    }

    /// Adds a C function that belongs to an extension.
    pub fn extension_function(self, extension: &str, name: &str, arguments: &[&str], result: &str) -> Self {
        self.add_function(name, arguments, result, "c", Some(extension), None)
    }

    /// Adds names of functions in pg_catalog.
    pub fn builtin_functions(mut self, names: &[&str]) -> Self {
        self.snapshot
            .builtin_functions
            .extend(names.iter().map(|&name| name.to_owned()));
        self
    }

    /// Adds an operator outside pg_catalog with the function under it.
    pub fn operator(mut self, operator: &str, function: &str) -> Self {
        let functions = self.snapshot.user_operators.entry(operator.to_owned()).or_default();
        functions.push(function.to_owned());
        self
    }

    /// The snapshot.
    pub fn build(self) -> Snapshot {
        self.snapshot
    }

    /// Adds a relation of any kind, with its row type and the array over it.
    pub fn relation(
        mut self,
        name: &str,
        kind: RelationKind,
        columns: &[(&str, &str)],
        definition: Option<&str>,
    ) -> Self {
        let (schema, relation) = split(name);
        let columns = columns.iter().zip(1i16..).map(|(&(name, spelled), number)| {
            let (type_oid, type_modifier, not_null) = self.resolve_type(spelled);
            let name = name.to_owned();
            Column {
                number,
                name,
                type_oid,
                type_modifier,
                not_null,
                collation: 0,
                generated_from: None,
            }
        });
        let columns: Vec<Column> = columns.collect();
        let distinct: HashSet<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(distinct.len(), columns.len(), "{name} has a column twice");
        // The server takes three OIDs in this order for each table.
        let (oid, array, row_type) = (self.next_oid, self.next_oid + 1, self.next_oid + 2);
        self.next_oid += 3;
        self.snapshot
            .column_names
            .extend(columns.iter().map(|column| column.name.clone()));
        self.add_type(row_type, schema, relation, TypeKind::Composite(oid));
        self.add_type(array, schema, &format!("_{relation}"), TypeKind::Array(row_type));
        let added = Relation {
            oid,
            schema: schema.to_owned(),
            name: relation.to_owned(),
            kind,
            row_type,
            columns,
            definition: definition.map(str::to_owned),
            has_dml_rules: false,
            extension: None,
            parents: Vec::new(),
            unique_keys: Vec::new(),
            unique_expressions: Vec::new(),
            checks: Vec::new(),
            partition_key: Vec::new(),
        };
        self.snapshot.schemas.insert(schema.to_owned());
        self.snapshot
            .relations_by_name
            .entry(relation.to_owned())
            .or_default()
            .push(oid);
        self.snapshot.relations.insert(oid, added);
        self
    }

    fn add_function(
        mut self,
        name: &str,
        arguments: &[&str],
        result: &str,
        language: &str,
        extension: Option<&str>,
        body: Option<&str>,
    ) -> Self {
        let (schema, function) = split(name);
        let (returns_set, result) = match result.strip_prefix("setof ") {
            Some(result) => (true, result),
            None => (false, result),
        };
        let added = Function {
            oid: self.next_oid,
            schema: schema.to_owned(),
            name: function.to_owned(),
            language: language.to_owned(),
            extension: extension.map(str::to_owned),
            argument_types: arguments.iter().map(|spelled| self.resolve_type(spelled).0).collect(),
            result_type: self.resolve_type(result).0,
            returns_set,
            output_names: Vec::new(),
            body: body.map(|text| SqlBody {
                text: text.to_owned(),
                parameter_names: arguments.iter().map(|_| String::new()).collect(),
                ..SqlBody::default()
            }),
        };
        self.next_oid += 1;
        self.snapshot.schemas.insert(schema.to_owned());
        self.snapshot
            .functions
            .entry(function.to_owned())
            .or_default()
            .push(added);
        self
    }

    fn add_named_type(&mut self, name: &str, kind: TypeKind) {
        let (schema, bare) = split(name);
        let (array, oid) = (self.next_oid, self.next_oid + 1);
        self.next_oid += 2;
        self.add_type(oid, schema, bare, kind);
        self.add_type(array, schema, &format!("_{bare}"), TypeKind::Array(oid));
        self.snapshot.schemas.insert(schema.to_owned());
    }

    fn add_type(&mut self, oid: Oid, schema: &str, name: &str, kind: TypeKind) {
        let added = Type {
            oid,
            schema: schema.to_owned(),
            name: name.to_owned(),
            kind,
        };
        self.snapshot.types.insert(oid, added);
        self.snapshot
            .types_by_name
            .entry(name.to_owned())
            .or_default()
            .push(oid);
    }

    /// OID, type modifier and NOT NULL of a type as written.
    fn resolve_type(&self, spelled: &str) -> (Oid, i32, bool) {
        let (text, not_null) = match spelled.strip_suffix(" not null") {
            Some(text) => (text, true),
            None => (spelled, false),
        };
        let (text, is_array) = match text.strip_suffix("[]") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let (name, modifiers) = match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            Some((name, inside)) => {
                let parsed = inside.split(',').map(|number| number.trim().parse::<i32>());
                (
                    name,
                    parsed
                        .collect::<Result<Vec<_>, _>>()
                        .expect("type modifiers are numbers"),
                )
            }
            None => (text, Vec::new()),
        };
        let name = TYPE_ALIASES
            .iter()
            .find(|alias| alias.0 == name)
            .map_or(name, |alias| alias.1);
        let (schema, bare) = match name.split_once('.') {
            Some((schema, bare)) => (Some(schema), bare),
            None => (None, name),
        };
        let bare = if is_array { format!("_{bare}") } else { bare.to_owned() };
        let oids = self.snapshot.types_by_name.get(&bare);
        let oid = oids
            .into_iter()
            .flatten()
            .copied()
            .find(|oid| schema.is_none_or(|schema| self.snapshot.types[oid].schema == schema));
        let oid = oid.unwrap_or_else(|| panic!("unknown type {spelled}"));
        (oid, type_modifier(name, &modifiers), not_null)
    }

    fn relation_mut(&mut self, name: &str) -> &mut Relation {
        let oid = self.relation_oid(name);
        self.snapshot
            .relations
            .get_mut(&oid)
            .expect("relation_oid has found it")
    }

    fn relation_oid(&self, name: &str) -> Oid {
        let (schema, relation) = split(name);
        let found = self.snapshot.candidates(Some(schema), relation);
        found.first().unwrap_or_else(|| panic!("unknown relation {name}")).oid
    }

    fn column(&self, name: &str) -> ColumnId {
        let (relation, column) = name.rsplit_once('.').expect("a column is schema.relation.column");
        let numbers = self.numbers(relation, &[column]);
        ColumnId {
            relation: self.relation_oid(relation),
            attribute: numbers[0],
        }
    }

    fn numbers(&self, relation: &str, columns: &[&str]) -> Vec<i16> {
        let found = &self.snapshot.relations[&self.relation_oid(relation)];
        let number = |name: &&str| match found.column_named(name) {
            Some(column) => column.number,
            None => panic!("unknown column {relation}.{name}"),
        };
        columns.iter().map(number).collect()
    }
}

/// `schema.name`.
fn split(name: &str) -> (&str, &str) {
    name.split_once('.')
        .unwrap_or_else(|| panic!("{name} is not schema.name"))
}

/// `atttypmod` as the type's own typmodin function makes it.
fn type_modifier(name: &str, modifiers: &[i32]) -> i32 {
    const HEADER_BYTES: i32 = 4;
    match (name, modifiers) {
        (_, []) => -1,
        ("varchar" | "bpchar", &[length]) => length + HEADER_BYTES,
        ("numeric", &[precision]) => (precision << 16) + HEADER_BYTES,
        ("numeric", &[precision, scale]) => ((precision << 16) | (scale & 0x7ff)) + HEADER_BYTES,
        (_, &[modifier]) => modifier,
        _ => panic!("{name} takes no such modifiers"),
    }
}

#[cfg(test)]
mod tests;
