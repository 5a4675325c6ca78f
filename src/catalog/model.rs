//! The shape of a catalog snapshot.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

/// An object identifier, as in `pg_class.oid`.
pub type Oid = u32;

/// One column of one relation: `(pg_attribute.attrelid, pg_attribute.attnum)`.
/// System columns (`ctid`, `xmin`, …) have negative numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId {
    /// `pg_class.oid` of the relation.
    pub relation: Oid,
    /// `pg_attribute.attnum`.
    pub attribute: i16,
}

/// `pg_class.relkind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationKind {
    /// `r`
    Table,
    /// `p`
    PartitionedTable,
    /// `v`
    View,
    /// `m`
    MaterializedView,
    /// `f`
    ForeignTable,
    /// `S`
    Sequence,
    /// `c`: the row shape of a composite type.
    CompositeType,
    /// Anything else that can be named in FROM (indexes cannot; TOAST tables can).
    Other,
}

/// A relation with its live columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// `pg_class.oid`
    pub oid: Oid,
    /// Schema name.
    pub schema: String,
    /// Relation name.
    pub name: String,
    /// `pg_class.relkind`
    pub kind: RelationKind,
    /// `pg_class.reltype`: the composite type of its rows; 0 if none.
    pub row_type: Oid,
    /// Live user columns in `attnum` order; dropped columns are absent, so numbers may have gaps.
    pub columns: Vec<Column>,
    /// `pg_get_viewdef(oid)` under an empty search_path, for views and materialised views
    /// outside pg_catalog and information_schema.
    pub definition: Option<String>,
    /// Has rules other than the SELECT rule of a view.
    pub has_dml_rules: bool,
    /// Extension it belongs to, if any.
    pub extension: Option<String>,
    /// Direct inheritance or partition parents (`pg_inherits.inhparent`).
    pub parents: Vec<Oid>,
    /// Column sets that a UNIQUE or PRIMARY KEY index or an exclusion constraint covers (expression and partial indexes
    /// included, with the plain columns they name).
    pub unique_keys: Vec<Vec<i16>>,
    /// Such indexes over expressions or with a condition: name and the columns that stand in these.
    pub unique_expressions: Vec<(String, Vec<i16>)>,
    /// CHECK constraints: name and the columns each names.
    pub checks: Vec<(String, Vec<i16>)>,
    /// Columns that make up the partition key, for partitioned tables.
    pub partition_key: Vec<i16>,
}

/// A live column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// `attnum`
    pub number: i16,
    /// `attname`
    pub name: String,
    /// `atttypid`
    pub type_oid: Oid,
    /// `atttypmod`; -1 where none.
    pub type_modifier: i32,
    /// NOT NULL, by the column itself: see [`Snapshot::forbids_null`].
    pub not_null: bool,
    /// `attcollation`; 0 where the type has none.
    pub collation: Oid,
    /// For a generated column (stored or virtual): the columns its expression names.
    pub generated_from: Option<Vec<i16>>,
}

/// `pg_type.typtype`, with what matters of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeKind {
    /// A base type that is not an array.
    Base,
    /// An array over this element type.
    Array(Oid),
    /// A composite type: the relation that gives its fields.
    Composite(Oid),
    /// A domain over this type, with `typtypmod`.
    Domain(Oid, i32),
    /// An enum.
    Enum,
    /// A range over this subtype.
    Range(Oid),
    /// A multirange over this subtype.
    Multirange(Oid),
    /// A pseudo-type such as `record` or `void`.
    Pseudo,
}

/// What a domain demands of its values, beyond those under it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DomainConstraints {
    /// NOT NULL.
    pub not_null: bool,
    /// Names of its CHECK constraints.
    pub checks: Vec<String>,
}

/// A data type.
#[derive(Debug, Clone, PartialEq)]
pub struct Type {
    /// `pg_type.oid`
    pub oid: Oid,
    /// Schema name.
    pub schema: String,
    /// `typname`, for example `int4`.
    pub name: String,
    /// Kind.
    pub kind: TypeKind,
}

/// A function, aggregate or procedure outside pg_catalog. Those inside are known by name only: [`Snapshot::builtin_functions`].
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// `pg_proc.oid`
    pub oid: Oid,
    /// Schema name.
    pub schema: String,
    /// Function name.
    pub name: String,
    /// `pg_language.lanname`
    pub language: String,
    /// Extension it belongs to, if any.
    pub extension: Option<String>,
    /// Argument types in order (input arguments only).
    pub argument_types: Vec<Oid>,
    /// `prorettype`
    pub result_type: Oid,
    /// `proretset`
    pub returns_set: bool,
    /// Names of OUT, INOUT and TABLE columns, in order.
    pub output_names: Vec<String>,
    /// For SQL-language functions that belong to no extension: how they compute.
    pub body: Option<SqlBody>,
}

/// What is known of an SQL-language function beyond its types.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct SqlBody {
    /// `prosrc`, or the SQL-standard body as `pg_get_function_sqlbody` writes it under an empty search_path.
    pub text: String,
    /// It is an SQL-standard body (`RETURN …`, `BEGIN ATOMIC … END`): names in it were resolved when it was made.
    pub is_standard: bool,
    /// Names of the input parameters, in order; empty where they have none.
    pub parameter_names: Vec<String>,
    /// Defaults of the last input parameters, as expressions under an empty search_path.
    pub defaults: Vec<String>,
    /// Types of the OUT, INOUT and TABLE columns, in order.
    pub output_types: Vec<Oid>,
    /// The last input parameter takes all further arguments as one array.
    pub is_variadic: bool,
    /// The result is NULL, or has no rows, where any argument is NULL.
    pub is_strict: bool,
    /// `name=value` of its SET clauses.
    pub settings: Vec<String>,
}

/// A foreign key: `from[i]` references `to[i]`.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignKey {
    /// Constraint name.
    pub name: String,
    /// Referencing columns.
    pub from: Vec<ColumnId>,
    /// Referenced columns.
    pub to: Vec<ColumnId>,
    /// For each pair of columns, what stands in SQL between the referenced and the referencing one where the two are
    /// compared: ` OPERATOR(schema.=) `, after ` COLLATE schema.name` where the collations differ.
    pub comparisons: Vec<String>,
    /// It belongs to one between partitioned tables, for one partition of either.
    pub is_part: bool,
}

/// Everything, as of one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// Grows by one with each reload in which something changed; plans name it.
    pub generation: u64,
    /// `server_version_num`, for example 150018.
    pub server_version: u32,
    /// Name of the database.
    pub database: String,
    /// Its encoding, as in `server_encoding`.
    pub encoding: String,
    /// Relations by OID.
    pub relations: HashMap<Oid, Relation>,
    /// Relation name, without schema, to every relation of that name (sorted by OID).
    pub relations_by_name: HashMap<String, Vec<Oid>>,
    /// Names of all columns of all relations.
    pub column_names: HashSet<String>,
    /// Types by OID.
    pub types: HashMap<Oid, Type>,
    /// What domains demand, by the OID of the domain.
    pub domains: HashMap<Oid, DomainConstraints>,
    /// Type name, without schema, to every type of that name.
    pub types_by_name: HashMap<String, Vec<Oid>>,
    /// Functions outside pg_catalog, by name.
    pub functions: HashMap<String, Vec<Function>>,
    /// Names of functions in pg_catalog.
    pub builtin_functions: HashSet<String>,
    /// Names of operators outside pg_catalog, each with the name of the function under it.
    pub user_operators: HashMap<String, Vec<String>>,
    /// Types outside pg_catalog that have a cast, an input function or a range constructor of a user's own
    /// (such a type in a statement calls a user's function).
    pub types_with_user_code: HashSet<Oid>,
    /// Those of them that are cast by a user's function without being asked to.
    pub types_with_implicit_casts: HashSet<Oid>,
    /// Columns whose collation is not deterministic: strings of other bytes may be equal there.
    pub nondeterministic_columns: HashSet<ColumnId>,
    /// Names, without schema, of all such collations.
    pub nondeterministic_collations: HashSet<String>,
    /// Schema names.
    pub schemas: HashSet<String>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Of each relation outside the server's own schemas, a text that changes whenever its definition does:
    /// [`RELATION_VERSIONS`](super::RELATION_VERSIONS).
    pub versions: HashMap<Oid, String>,
    /// The same of each function in [`Snapshot::functions`]: [`FUNCTION_VERSIONS`](super::FUNCTION_VERSIONS).
    pub function_versions: HashMap<Oid, String>,
}

impl Snapshot {
    /// The relations that `schema.name`, or any `schema` if `None`, may mean, by OID.
    pub fn candidates(&self, schema: Option<&str>, name: &str) -> Vec<&Relation> {
        let oids = self.relations_by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        oids.iter()
            .filter_map(|oid| self.relations.get(oid))
            .filter(|relation| schema.is_none_or(|schema| relation.schema == schema))
            .collect()
    }

    /// Whether anything in the database has this name: such a name in a statement's text is no secret.
    pub fn knows_name(&self, name: &str) -> bool {
        self.column_names.contains(name)
            || self.relations_by_name.contains_key(name)
            || self.types_by_name.contains_key(name)
            || self.functions.contains_key(name)
            || self.builtin_functions.contains(name)
            || self.schemas.contains(name)
    }

    /// `schema.table.column` for messages and logs.
    pub fn column_name(&self, column: ColumnId) -> String {
        match self.relations.get(&column.relation) {
            Some(relation) => match relation.column(column.attribute) {
                Some(found) => format!("{}.{}.{}", relation.schema, relation.name, found.name),
                None => format!("{}.{}.#{}", relation.schema, relation.name, column.attribute),
            },
            None => format!("#{}.#{}", column.relation, column.attribute),
        }
    }

    /// `attcollation` of a column.
    pub fn collation(&self, column: ColumnId) -> Option<Oid> {
        let relation = self.relations.get(&column.relation)?;
        relation.column(column.attribute).map(|found| found.collation)
    }

    /// The domain and those under it, with what each demands; nothing for a type that is none.
    pub fn domains_of(&self, type_oid: Oid) -> impl Iterator<Item = (&Type, &DomainConstraints)> {
        let domain = |oid: Oid| Some((self.types.get(&oid)?, self.domains.get(&oid)?));
        std::iter::successors(domain(type_oid), move |(found, _)| match found.kind {
            TypeKind::Domain(base, _) => domain(base),
            _ => None,
        })
    }

    /// The domains of a type and of all that its values are made of: elements, bounds and fields.
    pub fn domains_within(&self, type_oid: Oid) -> Vec<(&Type, &DomainConstraints)> {
        let mut found: Vec<_> = self.domains_of(type_oid).collect();
        let (base, _) = self.base_type(type_oid, -1);
        match self.types.get(&base).map(|found| found.kind) {
            Some(TypeKind::Array(inner) | TypeKind::Range(inner) | TypeKind::Multirange(inner)) if inner != base => {
                found.extend(self.domains_within(inner));
            }
            Some(TypeKind::Composite(relation)) => {
                let columns = self
                    .relations
                    .get(&relation)
                    .into_iter()
                    .flat_map(|relation| &relation.columns);
                found.extend(columns.flat_map(|column| self.domains_within(column.type_oid)));
            }
            _ => {}
        }
        found
    }

    /// Whether NULL is not allowed in a column: by itself or by a domain.
    pub fn forbids_null(&self, column: &Column) -> bool {
        column.not_null || self.domains_of(column.type_oid).any(|(_, domain)| domain.not_null)
    }

    /// The type under all domains, with the type modifier that applies.
    pub fn base_type(&self, type_oid: Oid, type_modifier: i32) -> (Oid, i32) {
        let (mut oid, mut modifier) = (type_oid, type_modifier);
        while let Some(TypeKind::Domain(base, domain_modifier)) = self.types.get(&oid).map(|found| found.kind) {
            oid = base;
            if domain_modifier >= 0 {
                modifier = domain_modifier;
            }
        }
        (oid, modifier)
    }
}

impl Relation {
    /// The live column of this number.
    pub fn column(&self, number: i16) -> Option<&Column> {
        self.columns.iter().find(|column| column.number == number)
    }

    /// The live column of this name.
    pub fn column_named(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether it belongs to the server itself, or is as a part of it: its views are not looked into, their columns have
    /// rules of their own.
    pub fn is_system(&self) -> bool {
        self.is_in_system_schema() || self.extension.as_deref() == Some("pg_stat_statements")
    }

    /// Whether it is in one of the server's own schemas.
    pub fn is_in_system_schema(&self) -> bool {
        self.schema == "pg_catalog" || self.schema == "information_schema" || self.schema == "pg_toast"
    }
}
