//! The touch set: every relation, function, operator and type that a statement names anywhere, views and SQL-language
//! functions followed to the bottom.
//!
//! It errs to the safe side: an unqualified name means every object of that name, and the name of a WITH query also
//! means a relation of that name. If nothing in the touch set is protected, the statement needs no lineage.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::analysis::{Refusal, Treatment};
use super::bodies::FunctionBodies;
use super::callees;
use super::functions::{self, Class};
use super::parser::{self, ParserSettings};
use super::suspect::{Suspect, opaque, unreadable};
use super::tree::Node;
use crate::catalog::{ColumnId, Function, Oid, Relation, RelationKind, Snapshot, TypeKind};

/// What a statement touches.
#[derive(Debug, Clone, Default)]
pub struct Touch {
    /// Relations, views followed to the bottom.
    pub relations: BTreeSet<Oid>,
    /// SQL-language functions that are called, and whose bodies may be known.
    functions: BTreeSet<Oid>,
    /// Names, without schema, of all functions that are called.
    pub called: BTreeSet<String>,
    /// What may run code that reads by name.
    suspects: BTreeSet<Suspect>,
    /// A name that the snapshot does not have.
    pub unknown_name: Option<String>,
    /// Positions in ORDER BY or GROUP BY: the numbers in the text matter.
    pub constants_matter: bool,
}

/// What each view and each SQL-language function of a snapshot touches. Made once a snapshot, on a thread with a stack
/// of [`parser::STACK_BYTES`].
#[derive(Debug, Clone, Default)]
pub struct ViewTouches {
    views: HashMap<Oid, Touch>,
    functions: HashMap<Oid, Touch>,
}

impl ViewTouches {
    /// Parses the definitions of all views, and the bodies of functions.
    pub fn new(snapshot: &Snapshot) -> ViewTouches {
        let settings = ParserSettings {
            server_version: snapshot.server_version,
        };
        let views = snapshot
            .relations
            .values()
            .filter(|relation| is_view(relation))
            .map(|view| {
                let touch = view
                    .definition
                    .as_deref()
                    .and_then(|text| parser::parse(text, &settings).ok());
                let touch = match touch.as_deref() {
                    Some([parsed]) => collect(&parsed.tree, snapshot, true),
                    _ => Touch {
                        suspects: BTreeSet::from([unreadable(view)]),
                        ..Touch::default()
                    },
                };
                // A definition that names what the snapshot lacks is not understood.
                let suspect = touch.unknown_name.is_some().then(|| unreadable(view));
                (
                    view.oid,
                    Touch {
                        suspects: touch.suspects.into_iter().chain(suspect).collect(),
                        ..touch
                    },
                )
            });
        let bodies = FunctionBodies::new(snapshot);
        let functions = bodies.iter().filter_map(|(oid, body)| {
            let mut touch = Touch::default();
            for (tree, system_names_only) in body.trees() {
                touch.add(collect(tree, snapshot, system_names_only));
            }
            // One that names what the snapshot lacks is not understood.
            touch.unknown_name.is_none().then_some((oid, touch))
        });
        ViewTouches {
            views: views.collect(),
            functions: functions.collect(),
        }
    }

    /// Adds what the views and functions that `touch` names read, those within them followed. What a person vouched for is
    /// not looked into.
    fn follow(&self, touch: &mut Touch, snapshot: &Snapshot, treatment: &dyn Treatment) {
        let mut relations: Vec<Oid> = touch.relations.iter().copied().collect();
        let mut functions: Vec<Oid> = touch.functions.iter().copied().collect();
        loop {
            let found = if let Some(oid) = relations.pop() {
                let unread = snapshot.relations.get(&oid).filter(|relation| is_view(relation));
                (self.views.get(&oid), unread.map(unreadable))
            } else if let Some(oid) = functions.pop() {
                let unread =
                    user_function(snapshot, oid).filter(|one| treatment.vouched(&one.schema, &one.name).is_none());
                (
                    self.functions.get(&oid).filter(|_| unread.is_some()),
                    unread.map(opaque),
                )
            } else {
                return;
            };
            let named = match found {
                (Some(named), _) => named,
                (None, suspect) => {
                    touch.suspects.extend(suspect);
                    continue;
                }
            };
            touch.suspects.extend(named.suspects.iter().cloned());
            touch.called.extend(named.called.iter().cloned());
            relations.extend(named.relations.iter().filter(|inner| touch.relations.insert(**inner)));
            functions.extend(named.functions.iter().filter(|inner| touch.functions.insert(**inner)));
        }
    }
}

fn user_function(snapshot: &Snapshot, oid: Oid) -> Option<&Function> {
    snapshot
        .functions
        .values()
        .flatten()
        .find(|function| function.oid == oid)
}

/// System views are taken as they are: their columns have rules of their own.
fn is_view(relation: &Relation) -> bool {
    matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView) && !relation.is_system()
}

/// The touch set of a statement.
pub fn touch(tree: &Node, snapshot: &Snapshot, views: &ViewTouches, treatment: &dyn Treatment) -> Touch {
    let mut touch = collect(tree, snapshot, false);
    views.follow(&mut touch, snapshot, treatment);
    touch
}

impl Touch {
    fn add(&mut self, other: Touch) {
        self.relations.extend(other.relations);
        self.functions.extend(other.functions);
        self.called.extend(other.called);
        self.suspects.extend(other.suspects);
        self.unknown_name = self.unknown_name.take().or(other.unknown_name);
        self.constants_matter |= other.constants_matter;
    }

    /// Refuses what may read by name, unless nothing is protected or a person vouched for it.
    ///
    /// # Errors
    /// `OpaqueFunction`, `LargeObject` or `NotUnderstood`.
    pub fn check(&self, treatment: &dyn Treatment, large_objects: bool) -> Result<(), Refusal> {
        if !treatment.protects_anything() {
            return Ok(());
        }
        let refused = self.suspects.iter().find(|suspect| match suspect {
            Suspect::Builtin(name) => !(large_objects && functions::reads_large_objects(name)),
            Suspect::Function { schema, name } | Suspect::Type { schema, name } => treatment
                .vouched(schema, name)
                .is_none_or(|class| class == Class::Opaque),
            Suspect::View { .. } => true,
        });
        refused.map_or(Ok(()), |suspect| Err(suspect.refusal()))
    }

    /// Whether any relation has a protected column.
    pub fn is_protected(&self, snapshot: &Snapshot, treatment: &dyn Treatment) -> bool {
        let mut relations = self.relations.iter().filter_map(|oid| snapshot.relations.get(oid));
        relations.any(|relation| {
            relation.columns.iter().any(|column| {
                let id = ColumnId {
                    relation: relation.oid,
                    attribute: column.number,
                };
                treatment.class(id) != 0
            })
        })
    }
}

/// Everything named in one tree. `system_names_only`: names without a schema are those of pg_catalog, as in the
/// texts of views.
fn collect(tree: &Node, snapshot: &Snapshot, system_names_only: bool) -> Touch {
    let mut collector = Collector {
        snapshot,
        system_names_only,
        with_names: HashSet::new(),
        columns_called: Vec::new(),
        casts: false,
        coerces: false,
        touch: Touch::default(),
    };
    tree.walk(&mut |node| {
        if node.is("CommonTableExpr") {
            collector.with_names.insert(node.str("ctename"));
        }
        true
    });
    tree.walk(&mut |node| {
        collector.node(node);
        true
    });
    collector.finish()
}

struct Collector<'a> {
    snapshot: &'a Snapshot,
    system_names_only: bool,
    with_names: HashSet<&'a str>,
    /// Called with one argument, and no function: columns of rows?
    columns_called: Vec<String>,
    /// Something that is no constant is cast, or becomes JSON: a column of a type with a cast of a user's own?
    casts: bool,
    /// A column may be cast without being asked to.
    coerces: bool,
    touch: Touch,
}

impl<'a> Collector<'a> {
    fn node(&mut self, node: &'a Node) {
        self.coerces |= may_coerce(node);
        // Casts to json are taken for what a value is in JSON.
        self.casts |= node.kind().starts_with("Json");
        match node.kind() {
            "RangeVar" => self.relation(node),
            "FuncCall" => {
                let names = node.names("funcname");
                self.casts |= names.last().is_some_and(|name| name.contains("json"));
                self.function(&names, node.list("args").len());
            }
            "TypeName" => self.type_named(&node.names("names")),
            "TypeCast" => self.casts |= !node.node("arg").is_some_and(|argument| argument.is("AConst")),
            "AExpr" => self.operator(&node.names("name")),
            "SubLink" => {
                self.operator(&node.names("oper_name"));
                self.operator(&["="]);
            }
            "CaseExpr" if node.get("arg").is_some() => self.operator(&["="]),
            "JoinExpr" if node.bool("is_natural") || !node.list("using_clause").is_empty() => self.operator(&["="]),
            "SortBy" => {
                self.operator(&node.names("use_op"));
                self.touch.constants_matter |= node.node("node").is_some_and(|key| key.is("AConst"));
            }
            "SelectStmt" => {
                let mut keys = node.nodes("group_clause").chain(node.nodes("distinct_clause"));
                self.touch.constants_matter |= keys.any(holds_constant);
            }
            "RangeTableSample" => self.sampling(&node.names("method")),
            "ColumnRef" => {
                // What stands before the last name says whose column it is.
                let star = node.nodes("fields").any(|field| field.is("AStar"));
                if let [_, .., name] = node.names("fields").as_slice()
                    && !star
                {
                    self.attributes(&[name]);
                }
            }
            "AIndirection" => self.attributes(&node.names("indirection")),
            _ => {}
        }
    }

    fn finish(mut self) -> Touch {
        let relations = self
            .touch
            .relations
            .iter()
            .filter_map(|oid| self.snapshot.relations.get(oid));
        let columns: HashSet<&str> = match self.columns_called.is_empty() {
            true => HashSet::new(),
            false => relations
                .flat_map(|relation| &relation.columns)
                .map(|column| column.name.as_str())
                .collect(),
        };
        if self.casts {
            self.casts_of_columns(&self.snapshot.types_with_user_code);
        }
        if self.coerces {
            self.casts_of_columns(&self.snapshot.types_with_implicit_casts);
        }
        if let Some(unknown) = self.columns_called.iter().find(|name| !columns.contains(name.as_str())) {
            self.touch.unknown_name.get_or_insert(unknown.clone());
        }
        self.touch
    }

    /// `column::text` calls the cast of the column's type, which the text does not name.
    fn casts_of_columns(&mut self, types_with_casts: &HashSet<Oid>) {
        let relations = self.touch.relations.iter();
        let columns = relations
            .filter_map(|oid| self.snapshot.relations.get(oid))
            .flat_map(|relation| &relation.columns);
        let types = columns
            .filter(|column| types_with_casts.contains(&column.type_oid))
            .filter_map(|column| self.snapshot.types.get(&column.type_oid));
        let suspects = types.map(|found| Suspect::Type {
            schema: found.schema.clone(),
            name: found.name.clone(),
        });
        self.touch.suspects.extend(suspects);
    }

    fn relation(&mut self, node: &Node) {
        let name = node.str("relname");
        let schema = Some(node.str("schemaname")).filter(|schema| !schema.is_empty());
        let wanted = schema.or(self.system_names_only.then_some("pg_catalog"));
        let found = self.snapshot.candidates(wanted, name);
        if found.is_empty() && !(schema.is_none() && self.with_names.contains(name)) {
            self.unknown(schema, name);
        }
        self.touch.relations.extend(found.iter().map(|relation| relation.oid));
    }

    fn unknown(&mut self, schema: Option<&str>, name: &str) {
        let full = schema.map_or_else(|| name.to_owned(), |schema| format!("{schema}.{name}"));
        self.touch.unknown_name.get_or_insert(full);
    }

    fn function(&mut self, names: &[&str], arguments: usize) {
        let Some((schema, name)) = qualified(names) else { return };
        self.touch.called.insert(name.to_owned());
        let schema = schema.or(self.system_names_only.then_some("pg_catalog"));
        let users = self.users_functions(schema, name);
        for function in &users {
            match function.body {
                Some(_) if !is_known(function) => drop(self.touch.functions.insert(function.oid)),
                _ => self.users_function(function),
            }
        }
        let may_be_builtin = schema.is_none_or(|schema| schema == "pg_catalog");
        let is_builtin =
            may_be_builtin && (self.snapshot.builtin_functions.contains(name) || functions::is_listed(name));
        if is_builtin {
            // `set_config` is the gate's.
            if functions::class(name) == Class::Opaque && name != "set_config" {
                self.touch.suspects.insert(Suspect::Builtin(name.to_owned()));
            }
        } else if users.is_empty() && schema != Some("information_schema") {
            // `type(x)` is a cast, `column(row)` a column.
            match names {
                _ if arguments == 1 && self.snapshot.types_by_name.contains_key(name) => self.type_named(names),
                [column] if arguments == 1 => self.columns_called.push(column.to_string()),
                _ => self.unknown(schema, name),
            }
        }
    }

    fn users_functions(&self, schema: Option<&str>, name: &str) -> Vec<&'a Function> {
        let found = self.snapshot.functions.get(name).map(Vec::as_slice).unwrap_or_default();
        found
            .iter()
            .filter(|function| schema.is_none_or(|schema| function.schema == schema))
            .collect()
    }

    fn users_function(&mut self, function: &Function) {
        if !is_known(function) {
            self.touch.suspects.insert(opaque(function));
        }
    }

    fn type_named(&mut self, names: &[&str]) {
        let Some((schema, name)) = qualified(names) else { return };
        let schema = schema.or(self.system_names_only.then_some("pg_catalog"));
        let oids = self
            .snapshot
            .types_by_name
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let named = oids.iter().filter_map(|oid| self.snapshot.types.get(oid));
        let meant: Vec<_> = named
            .filter(|found| schema.is_none_or(|schema| schema == found.schema))
            .collect();
        if meant.is_empty() {
            self.unknown(schema, name);
        }
        for found in meant {
            if self.snapshot.types_with_user_code.contains(&found.oid) {
                let (schema, name) = (found.schema.clone(), found.name.clone());
                self.touch.suspects.insert(Suspect::Type { schema, name });
            }
        }
    }

    fn operator(&mut self, names: &[&str]) {
        let Some((schema, name)) = qualified(names) else { return };
        if self.snapshot.user_operators.is_empty() || self.system_names_only && schema.is_none() {
            return;
        }
        if schema == Some("pg_catalog") {
            return;
        }
        let symbols: &[&str] = if name.contains("BETWEEN") {
            &["<=", ">="]
        } else {
            &[name]
        };
        for symbol in symbols {
            for function in self.snapshot.user_operators.get(*symbol).into_iter().flatten() {
                self.touch.called.insert(function.clone());
                let users = self.users_functions(None, function);
                // Compiled code of an extension, which an administrator installed, works on its operands.
                let is_compiled = |found: &&&Function| found.extension.is_some() && found.language == "c";
                for found in users.iter().filter(|found| !is_compiled(found)) {
                    self.users_function(found);
                }
                if users.is_empty() && functions::class(function) == Class::Opaque {
                    self.touch.suspects.insert(Suspect::Builtin(function.clone()));
                }
            }
        }
    }

    /// `row.function`: a function of one row argument can be written like a column.
    fn attributes(&mut self, names: &[&str]) {
        for name in names {
            for function in self.users_functions(None, name) {
                if let [argument] = function.argument_types.as_slice()
                    && self.may_be_row(*argument)
                {
                    self.users_function(function);
                }
            }
        }
    }

    fn may_be_row(&self, type_oid: Oid) -> bool {
        let (base, _) = self.snapshot.base_type(type_oid, -1);
        let kind = self.snapshot.types.get(&base).map(|found| found.kind);
        !matches!(
            kind,
            Some(TypeKind::Base | TypeKind::Array(_) | TypeKind::Enum | TypeKind::Range(_) | TypeKind::Multirange(_))
        )
    }

    fn sampling(&mut self, names: &[&str]) {
        match qualified(names) {
            Some((_, "system" | "bernoulli")) | None => {}
            Some((_, name)) => {
                self.touch.suspects.insert(Suspect::Builtin(name.to_owned()));
            }
        }
    }
}

/// Whether values may become others of another type here, or be taken for true or false. Where columns are only shown,
/// grouped and put in order, they are not.
fn may_coerce(node: &Node) -> bool {
    match node.kind() {
        "FuncCall" | "AExpr" | "BoolExpr" | "BooleanTest" | "CaseExpr" | "CoalesceExpr" | "MinMaxExpr" | "SubLink"
        | "AArrayExpr" | "AIndirection" | "XmlExpr" | "XmlSerialize" | "CollateClause" => true,
        "JoinExpr" => ["quals", "using_clause"].iter().any(|part| node.get(part).is_some()) || node.bool("is_natural"),
        "SelectStmt" => ["where_clause", "having_clause", "larg"]
            .iter()
            .any(|part| node.get(part).is_some()),
        kind => kind.starts_with("Json"),
    }
}

/// Whether a function outside pg_catalog is known to read nothing by name.
fn is_known(function: &Function) -> bool {
    callees::of_user(function, function.argument_types.len()).class != Class::Opaque
}

/// Schema, if any, and name; a database name before them is left out.
fn qualified<'a>(names: &[&'a str]) -> Option<(Option<&'a str>, &'a str)> {
    match names {
        [] => None,
        [name] => Some((None, name)),
        [.., schema, name] => Some((Some(schema), name)),
    }
}

/// A key by position, also within ROLLUP and GROUPING SETS.
fn holds_constant(key: &Node) -> bool {
    key.is("AConst") || key.is("GroupingSet") && key.nodes("content").any(holds_constant)
}

#[cfg(test)]
#[path = "touch_tests.rs"]
mod tests;
