//! FROM: relations, subqueries, functions, joins.

use std::borrow::Cow;
use std::rc::Rc;

use super::builtins::{self, Columns};
use super::calls::Callee;
use super::labels::label;
use super::origin::{Field, Origin, fields_of, united};
use super::query::rename;
use super::scope::{Entry, Found, Join, Scope, Shape, has_system_columns};
use super::{Analyser, Step, Stop, not_understood, unknown};
use crate::catalog::{Relation, RelationKind, TypeKind};
use crate::sql::tree::Node;
use crate::sql::{Clause, Lineage, Reason, Refusal};

/// One item of FROM.
struct Item<'a> {
    /// What a join over it joins.
    shape: Shape<'a>,
    /// What can be named in it.
    entries: Vec<Entry<'a>>,
}

impl<'a> Item<'a> {
    fn single(entry: Entry<'a>) -> Self {
        Item {
            shape: entry.shape.clone(),
            entries: vec![entry],
        }
    }
}

impl<'a> Analyser<'a> {
    /// Reads the FROM clause into the scope.
    pub(super) fn from_clause(&mut self, scope: &mut Scope<'_, 'a>, query: &'a Node) -> Step<()> {
        scope.in_from = true;
        for node in query.nodes("from_clause") {
            let item = self.from_item(scope, node)?;
            scope.entries.extend(item.entries);
        }
        scope.in_from = false;
        Ok(())
    }

    fn from_item(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Item<'a>> {
        self.step()?;
        match node.kind() {
            "RangeVar" => Ok(Item::single(self.relation_entry(scope, node)?)),
            "RangeSubselect" => {
                let Some(subquery) = node.node("subquery") else {
                    return Err(not_understood("a subquery"));
                };
                let fields = self.lateral(scope, node.bool("lateral"), |analyser| {
                    analyser.query(subquery, Some(scope))
                })?;
                let shape = Shape::Fields(Rc::new(fields));
                Ok(Item::single(self.aliased(node, shape)?))
            }
            "RangeTableSample" => {
                let Some(relation) = node.node("relation") else {
                    return Err(not_understood("TABLESAMPLE"));
                };
                let item = self.from_item(scope, relation)?;
                for argument in node.nodes("args").chain(node.node("repeatable")) {
                    let value = self.value(scope, argument)?;
                    self.other_influence(Clause::TableSample, &value.lineage);
                }
                Ok(item)
            }
            "RangeFunction" => {
                let shape = self.lateral(scope, true, |analyser| analyser.function_item(scope, node))?;
                Ok(Item::single(self.aliased(node, shape)?))
            }
            "RangeTableFunc" | "JsonTable" => {
                let shape = self.lateral(scope, true, |analyser| analyser.table_function(scope, node))?;
                Ok(Item::single(self.aliased(node, shape)?))
            }
            "JoinExpr" => self.join(scope, node),
            _ => Err(not_understood("this item of FROM")),
        }
    }

    /// Runs `read` with the items of FROM to the left in sight, or not.
    fn lateral<T>(&mut self, scope: &Scope<'_, 'a>, lateral: bool, read: impl FnOnce(&mut Self) -> Step<T>) -> Step<T> {
        let before = scope.lateral.replace(lateral);
        let result = read(self);
        scope.lateral.set(before);
        result
    }

    /// The columns under the names of an alias list.
    fn renamed(&self, shape: Shape<'a>, names: &[&'a str]) -> Step<Shape<'a>> {
        if names.is_empty() {
            return Ok(shape);
        }
        let Some(mut fields) = shape.fields(self.snapshot) else {
            // The names of the first columns are known, the others are not: any name may be one of them.
            return Ok(shape);
        };
        rename(&mut fields, names)?;
        Ok(Shape::Fields(Rc::new(fields)))
    }

    fn aliased(&self, node: &'a Node, shape: Shape<'a>) -> Step<Entry<'a>> {
        let Some(alias) = node.node("alias") else {
            // A function is known by its name; a subquery without an alias by none.
            return Ok(Entry::new(own_name(node), shape));
        };
        let shape = self.renamed(shape, &alias.names("colnames"))?;
        Ok(Entry::new(Some(Cow::Borrowed(alias.str("aliasname"))), shape))
    }

    fn relation_entry(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Entry<'a>> {
        let mut entry = match self.cte_entry(scope, node)? {
            Some(entry) => entry,
            None => self.catalog_entry(node)?,
        };
        if let Some(alias) = node.node("alias") {
            entry.name = Some(Cow::Borrowed(alias.str("aliasname")));
            entry.schemas = Rc::from([]);
            entry.shape = self.renamed(entry.shape, &alias.names("colnames"))?;
        }
        Ok(entry)
    }

    fn cte_entry(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Option<Entry<'a>>> {
        let name = node.str("relname");
        let mut level = Some(scope).filter(|_| node.str("schemaname").is_empty());
        let mut is_inner = false;
        while let Some(here) = level {
            if let Some(cte) = here.ctes.iter().find(|cte| cte.name == name) {
                let fields = self.cte(here, cte)?;
                let mut entry = Entry::new(Some(Cow::Borrowed(name)), Shape::Fields(fields));
                // Queries within the one that has the WITH clause do not see them by `*`.
                entry.hidden = if is_inner { cte.added } else { 0 };
                return Ok(Some(entry));
            }
            level = here.parent;
            is_inner = true;
        }
        Ok(None)
    }

    fn catalog_entry(&mut self, node: &'a Node) -> Step<Entry<'a>> {
        let name = node.str("relname");
        let candidates = self.relations(node)?;
        let mut shapes = Vec::new();
        for relation in &candidates {
            shapes.push(self.relation_shape(relation)?);
        }
        let Some(first) = candidates.first() else {
            return Err(unknown("relation", name));
        };
        let shape = self.same_for_all(name, &candidates, shapes)?;
        let mut entry = Entry::new(Some(Cow::Borrowed(name)), shape);
        entry.schemas = candidates.iter().map(|relation| relation.schema.as_str()).collect();
        entry.system_columns = has_system_columns(first);
        Ok(entry)
    }

    /// The relations that a `RangeVar` may mean.
    pub(super) fn relations(&self, node: &'a Node) -> Step<Vec<&'a Relation>> {
        let (database, schema, name) = (node.str("catalogname"), node.str("schemaname"), node.str("relname"));
        if !database.is_empty() && database != self.snapshot.database {
            return Err(unknown("database", database));
        }
        let schema = match schema {
            "" if self.system_names_only => Some("pg_catalog"),
            "" => None,
            schema => Some(schema),
        };
        let mut candidates = self.snapshot.candidates(schema, name);
        candidates.retain(|relation| relation.kind != RelationKind::CompositeType);
        match candidates.is_empty() {
            true => Err(unknown("relation", name)),
            false => Ok(candidates),
        }
    }

    /// The columns of one relation; a view brings what its definition tests.
    pub(super) fn relation_shape(&mut self, relation: &'a Relation) -> Step<Shape<'a>> {
        let is_view = matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView);
        if !is_view || relation.is_system() {
            return Ok(Shape::Relation(relation));
        }
        let views = self.views;
        let Some(view) = views.get(relation.oid) else {
            return Err(not_understood(&format!("view {}.{}", relation.schema, relation.name)));
        };
        if view.columns.len() != relation.columns.len() {
            return Err(not_understood(&format!("view {}.{}", relation.schema, relation.name)));
        }
        if self.views_seen.insert(relation.oid) && relation.kind == RelationKind::View {
            self.influences.extend(view.influences.iter().cloned());
            self.fallible.extend(view.fallible.iter().cloned());
        }
        Ok(Shape::View(relation, &view.columns))
    }

    /// One shape for a name that may mean several relations, if it makes no difference which.
    fn same_for_all(&self, name: &str, candidates: &[&'a Relation], mut shapes: Vec<Shape<'a>>) -> Step<Shape<'a>> {
        if shapes.len() == 1 {
            return shapes.pop().ok_or_else(|| unknown("relation", name));
        }
        let mut all: Option<Vec<Field<'a>>> = None;
        let mut alike = true;
        for shape in &shapes {
            let fields = shape.fields(self.snapshot).unwrap_or_default();
            match &mut all {
                None => all = Some(fields),
                Some(all) => {
                    alike &= all.len() == fields.len();
                    for (one, other) in all.iter_mut().zip(&fields) {
                        alike &= one.name == other.name
                            && self.classes(&one.origin.lineage) == self.classes(&other.origin.lineage);
                        one.origin = united(&one.origin, &other.origin);
                    }
                }
            }
        }
        let kinds_alike = candidates.iter().all(|one| {
            candidates
                .first()
                .is_some_and(|first| has_system_columns(first) == has_system_columns(one))
        });
        match all {
            Some(all) if alike && kinds_alike => Ok(Shape::Fields(Rc::new(all))),
            _ => Err(ambiguous(name, candidates)),
        }
    }

    /// How the columns of a lineage are treated.
    fn classes(&self, lineage: &Lineage) -> (Vec<u32>, Vec<u32>) {
        let classes = |columns: &crate::sql::ColumnSet| {
            let mut classes: Vec<u32> = columns
                .iter()
                .map(|column| self.treatment.class(*column))
                .filter(|class| *class != 0)
                .collect();
            classes.sort_unstable();
            classes.dedup();
            classes
        };
        (classes(&lineage.verbatim), classes(&lineage.computed_from))
    }

    fn join(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Item<'a>> {
        let (Some(left), Some(right)) = (node.node("larg"), node.node("rarg")) else {
            return Err(not_understood("a join"));
        };
        let left = self.from_item(scope, left)?;
        let right = {
            let mut in_sight = scope.entries.clone();
            in_sight.extend(left.entries.iter().cloned());
            let inner = scope.with_entries(in_sight, true);
            self.from_item(&inner, right)?
        };
        let mut entries = left.entries;
        entries.extend(right.entries);
        let merged = self.merged(node, &left.shape, &right.shape)?;
        if let Some(condition) = node.node("quals") {
            // Only the two sides are in sight, not what stands left of the join.
            let sides = scope.with_entries(entries, false);
            self.condition(&sides, condition, Clause::JoinOn)?;
            entries = sides.entries;
        }
        let using_alias = node.node("join_using_alias").map(|alias| {
            let shape = Shape::Fields(Rc::new(merged.clone()));
            let mut entry = Entry::new(Some(Cow::Borrowed(alias.str("aliasname"))), shape);
            entry.columns_visible = false;
            entry
        });
        let mut shape = Shape::Join(Rc::new(Join {
            merged,
            left: left.shape,
            right: right.shape,
        }));
        let mut name = None;
        if let Some(alias) = node.node("alias") {
            entries.clear();
            name = Some(Cow::Borrowed(alias.str("aliasname")));
            shape = self.renamed(shape, &alias.names("colnames"))?;
        }
        for entry in &mut entries {
            entry.columns_visible = false;
        }
        entries.extend(using_alias);
        entries.push(Entry::new(name, shape.clone()));
        Ok(Item { shape, entries })
    }

    /// The columns that USING or NATURAL merges: values of both sides.
    fn merged(&mut self, node: &'a Node, left: &Shape<'a>, right: &Shape<'a>) -> Step<Vec<Field<'a>>> {
        let mut names: Vec<Cow<'a, str>> = node.names("using_clause").into_iter().map(Cow::Borrowed).collect();
        if node.bool("is_natural") {
            let (Some(lefts), Some(rights)) = (left.fields(self.snapshot), right.fields(self.snapshot)) else {
                return Err(not_understood("a function's result in a NATURAL join"));
            };
            for field in lefts {
                if rights.iter().any(|other| other.name == field.name) {
                    names.push(field.name);
                }
            }
        }
        let mut merged: Vec<Field<'a>> = Vec::new();
        for name in names {
            let side = |shape: &Shape<'a>| match shape.column(&name, self.snapshot) {
                Found::One(origin) => Ok(origin),
                Found::Perhaps(lineage) => Ok(Origin::from(lineage.tainted())),
                Found::Nothing => Err(unknown("column", &name)),
                Found::Several => Err(unknown("ambiguous column", &name)),
            };
            let (left, right) = (side(left)?, side(right)?);
            self.equality(Clause::JoinUsing, &left, &right);
            merged.push(Field {
                origin: united(&left, &right),
                name,
            });
        }
        Ok(merged)
    }

    /// Functions in FROM: one, or several by ROWS FROM.
    fn function_item(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Shape<'a>> {
        let functions: Vec<&'a Node> = node.nodes("functions").collect();
        let alias = node.node("alias").map(|alias| alias.str("aliasname"));
        let alias = alias.filter(|_| functions.len() == 1);
        let mut all = Vec::new();
        let mut unknown_columns: Option<Lineage> = None;
        for function in functions {
            let mut parts = function.nodes("items");
            let Some(call) = parts.next() else {
                return Err(not_understood("a function in FROM"));
            };
            let definitions = parts.next().map(|list| list.nodes("items"));
            let mut definitions: Vec<&'a Node> = definitions.into_iter().flatten().collect();
            if definitions.is_empty() {
                definitions = node.nodes("coldeflist").collect();
            }
            match self.function_columns(scope, call, &definitions, alias)? {
                Shape::Fields(fields) => all.extend(fields.iter().cloned()),
                other => unknown_columns
                    .get_or_insert_default()
                    .absorb(&other.everything(self.snapshot)),
            }
        }
        if node.bool("ordinality") {
            all.push(Field {
                name: Cow::Borrowed("ordinality"),
                origin: Origin::computed(),
            });
        }
        match unknown_columns {
            Some(mut lineage) => {
                all.iter().for_each(|field| lineage.absorb(&field.origin.lineage));
                Ok(Shape::Unknown(lineage))
            }
            None => Ok(Shape::Fields(Rc::new(all))),
        }
    }

    fn function_columns(
        &mut self,
        scope: &Scope<'_, 'a>,
        call: &'a Node,
        definitions: &[&'a Node],
        alias: Option<&'a str>,
    ) -> Step<Shape<'a>> {
        let mut arguments = Vec::new();
        let callee = Callee::of(call).filter(|_| call.is("FuncCall"));
        if callee.is_some() {
            for argument in call.nodes("args") {
                arguments.push(self.value(scope, argument)?);
            }
        }
        let value = self.value(scope, call)?;
        // How many rows there are may tell of the arguments.
        self.other_influence(Clause::FunctionArgument, &value.lineage);
        let named = |names: Vec<Cow<'a, str>>| Shape::Fields(Rc::new(fields_of(names.into_iter(), &value.lineage)));
        if !definitions.is_empty() {
            let names = definitions.iter().map(|column| Cow::Borrowed(column.str("colname")));
            return Ok(named(names.collect()));
        }
        let single = || match alias {
            Some(alias) => Cow::Borrowed(alias),
            None => label(call, &|_| None),
        };
        let Some(callee) = callee else {
            return Ok(named(vec![single()]));
        };
        if let Some(names) = self.row_names(callee, &arguments) {
            return Ok(named(names));
        }
        let is_scalar = match self.is_builtin(callee) {
            true => builtins::columns(callee.name) == Columns::Scalar,
            false => self.returns_scalar(callee),
        };
        if is_scalar {
            return Ok(named(vec![single()]));
        }
        let elements = builtins::columns(callee.name) == Columns::Elements;
        if elements && self.is_builtin(callee) && !arguments.is_empty() {
            return Ok(self.unnested(call, &arguments, &single));
        }
        Ok(Shape::Unknown(value.lineage))
    }

    /// The columns of unnest, if no element can be a row.
    fn unnested(&self, call: &'a Node, arguments: &[Origin<'a>], single: &dyn Fn() -> Cow<'a, str>) -> Shape<'a> {
        let mut everything = Lineage::computed();
        arguments
            .iter()
            .for_each(|argument| everything.absorb(&argument.lineage));
        let mut fields = Vec::new();
        for (node, argument) in call.nodes("args").zip(arguments) {
            if !self.has_plain_elements(node, argument) {
                return Shape::Unknown(everything);
            }
            fields.extend(fields_of(std::iter::once(Cow::Borrowed("unnest")), &argument.lineage));
        }
        if let [only] = fields.as_mut_slice() {
            only.name = single();
        }
        Shape::Fields(Rc::new(fields))
    }

    /// Whether the elements of this array are certainly no rows.
    fn has_plain_elements(&self, node: &'a Node, array: &Origin<'a>) -> bool {
        let kind = |oid| self.snapshot.types.get(&oid).map(|found| found.kind);
        if let Some(TypeKind::Array(element)) = array.type_oid.and_then(kind) {
            let base = self.snapshot.base_type(element, -1).0;
            return !matches!(kind(base), Some(TypeKind::Composite(_)) | None);
        }
        match node.kind() {
            "TypeCast" => node
                .node("type_name")
                .is_some_and(|type_name| type_name.get("array_bounds").is_some() && self.is_plain_name(type_name)),
            "AArrayExpr" => node.nodes("elements").all(|element| element.is("AConst")),
            _ => false,
        }
    }

    fn is_plain_name(&self, type_name: &Node) -> bool {
        let names = type_name.names("names");
        let name = names.last().copied().unwrap_or_default();
        let types = self.snapshot.types_by_name.get(name);
        types.is_some_and(|types| {
            types.iter().all(|oid| {
                let base = self.snapshot.base_type(*oid, -1).0;
                let kind = self.snapshot.types.get(&base).map(|found| found.kind);
                !matches!(kind, Some(TypeKind::Composite(_)) | None)
            })
        })
    }

    fn returns_scalar(&self, callee: Callee<'_>) -> bool {
        let Some(found) = self.snapshot.functions.get(callee.name) else {
            return false;
        };
        found.iter().all(|one| {
            let base = self.snapshot.base_type(one.result_type, -1).0;
            let kind = self.snapshot.types.get(&base).map(|found| found.kind);
            one.output_names.is_empty()
                && matches!(
                    kind,
                    Some(TypeKind::Base | TypeKind::Array(_) | TypeKind::Enum | TypeKind::Range(_))
                )
        })
    }

    /// The names of the columns of a call's result, if it is a row and they are known.
    pub(super) fn row_names(&self, callee: Callee<'_>, arguments: &[Origin<'a>]) -> Option<Vec<Cow<'a, str>>> {
        if self.is_builtin(callee) {
            return match builtins::columns(callee.name) {
                Columns::Named(names) => Some(names.iter().map(|name| Cow::Borrowed(*name)).collect()),
                Columns::FirstArgument => {
                    let fields = arguments.first()?.fields.as_ref()?;
                    Some(fields.iter().map(|field| field.name.clone()).collect())
                }
                Columns::Scalar | Columns::Elements | Columns::Unknown => None,
            };
        }
        let mut shapes = self.snapshot.functions.get(callee.name)?.iter().map(|one| {
            if !one.output_names.is_empty() {
                return Some(
                    one.output_names
                        .iter()
                        .map(|name| Cow::Borrowed(name.as_str()))
                        .collect(),
                );
            }
            let base = self.snapshot.base_type(one.result_type, -1).0;
            let Some(TypeKind::Composite(relation)) = self.snapshot.types.get(&base).map(|found| found.kind) else {
                return None;
            };
            let relation = self.snapshot.relations.get(&relation)?;
            Some(
                relation
                    .columns
                    .iter()
                    .map(|column| Cow::Borrowed(column.name.as_str()))
                    .collect::<Vec<_>>(),
            )
        });
        let first = shapes.next()??;
        shapes.all(|shape| shape.as_ref() == Some(&first)).then_some(first)
    }

    /// XMLTABLE and JSON_TABLE: every column is computed from everything in it.
    fn table_function(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Shape<'a>> {
        let mut lineage = Lineage::computed();
        let mut children = Vec::new();
        node.for_each_child(&mut |child| children.push(child));
        for child in children {
            if !child.is("Alias") {
                lineage.absorb(&self.value(scope, child)?.lineage);
            }
        }
        self.other_influence(Clause::FunctionArgument, &lineage);
        let mut names = Vec::new();
        column_names(node, &mut names);
        Ok(Shape::Fields(Rc::new(fields_of(names.into_iter(), &lineage))))
    }

    /// The columns of COPY of a table.
    pub(super) fn copied(&mut self, relation: &'a Node, columns: Option<&[String]>) -> Step<Vec<Field<'a>>> {
        let candidates = self.relations(relation)?;
        let entry = self.catalog_entry(relation)?;
        let field = |name: &'a str| match entry.shape.column(name, self.snapshot) {
            Found::One(origin) => Ok(Field {
                name: Cow::Borrowed(name),
                origin,
            }),
            _ => Err(unknown("column", name)),
        };
        let Some(first) = candidates.first() else {
            return Err(unknown("relation", relation.str("relname")));
        };
        let plain = |relation: &Relation| {
            let plain = relation.columns.iter().filter(|column| column.generated_from.is_none());
            plain.map(|column| column.name.clone()).collect::<Vec<_>>()
        };
        if candidates.iter().any(|other| plain(other) != plain(first)) {
            return Err(ambiguous(relation.str("relname"), &candidates));
        }
        let wanted = |column: &str| columns.is_some_and(|columns| columns.iter().any(|name| name == column));
        match columns {
            None => {
                let columns = first.columns.iter().filter(|column| column.generated_from.is_none());
                columns.map(|column| field(&column.name)).collect()
            }
            Some(columns) => {
                if let Some(missing) = columns.iter().find(|name| first.column_named(name).is_none()) {
                    return Err(unknown("column", missing));
                }
                let named = columns.iter().filter_map(|name| first.column_named(name));
                named
                    .filter(|column| wanted(&column.name))
                    .map(|column| field(&column.name))
                    .collect()
            }
        }
    }
}

/// The name of an item of FROM that has no alias.
fn own_name(node: &Node) -> Option<Cow<'_, str>> {
    match node.kind() {
        "RangeFunction" => {
            let function = node.nodes("functions").next()?;
            let call = function.nodes("items").next()?;
            Some(label(call, &|_| None))
        }
        "RangeTableFunc" => Some(Cow::Borrowed("xmltable")),
        "JsonTable" => Some(Cow::Borrowed("json_table")),
        _ => None,
    }
}

/// The columns that XMLTABLE or JSON_TABLE defines; nested ones come after all of their parent.
fn column_names<'a>(node: &'a Node, names: &mut Vec<Cow<'a, str>>) {
    let (nested, plain): (Vec<&Node>, Vec<&Node>) = node
        .nodes("columns")
        .partition(|column| column.get("columns").is_some());
    for column in plain {
        names.push(Cow::Borrowed(match column.kind() {
            "RangeTableFuncCol" => column.str("colname"),
            _ => column.str("name"),
        }));
    }
    for column in nested {
        column_names(column, names);
    }
}

fn ambiguous(name: &str, candidates: &[&Relation]) -> Stop {
    let schemas: Vec<&str> = candidates.iter().map(|relation| relation.schema.as_str()).collect();
    let first = schemas.first().copied().unwrap_or_default();
    Stop::Refused(Refusal {
        reason: Reason::AmbiguousName,
        message: format!(
            "{name} may mean a relation of schema {}, and pgveil treats them differently",
            schemas.join(" or ")
        ),
        hint: format!("Write the schema, for example {first}.{name}."),
    })
}
