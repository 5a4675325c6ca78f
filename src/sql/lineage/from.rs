//! FROM: relations, subqueries, functions, joins.

use std::borrow::Cow;
use std::rc::Rc;

use pg_query::protobuf::JoinType;

use super::labels::label;
use super::origin::{Field, Origin, united};
use super::query::rename;
use super::scope::{Entry, Found, Join, Scope, Shape, has_system_columns};
use super::{Analyser, Step, Stop, not_understood, unknown};
use crate::catalog::{Relation, RelationKind};
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
    pub(super) fn read_from(&mut self, scope: &mut Scope<'_, 'a>, query: &'a Node) -> Step<()> {
        scope.in_from = true;
        for node in query.nodes("from_clause") {
            let item = self.read_item(scope, node)?;
            scope.entries.extend(item.entries);
        }
        scope.in_from = false;
        Ok(())
    }

    fn read_item(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Item<'a>> {
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
                let shape = Shape::Fields(Rc::new(self.beside_each_other(fields)));
                Ok(Item::single(self.aliased(node, shape)?))
            }
            "RangeTableSample" => {
                let Some(relation) = node.node("relation") else {
                    return Err(not_understood("TABLESAMPLE"));
                };
                let item = self.read_item(scope, relation)?;
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

    /// So many numbers of rows that were not given before: the first of them.
    fn new_rows(&mut self, count: u64) -> u64 {
        let first = self.rows;
        self.rows = self.rows.saturating_add(count);
        first
    }

    /// The columns of one item of FROM. They stand beside each other only: another item may show the same rows in another
    /// order, and an outer join may find nothing for one and something for the other.
    fn beside_each_other(&mut self, mut fields: Vec<Field<'a>>) -> Vec<Field<'a>> {
        let mut renamed: Vec<(u64, u64)> = Vec::new();
        for cell in fields.iter_mut().filter_map(|field| field.origin.cell.as_mut()) {
            let known = renamed.iter().find(|(before, _)| *before == cell.row);
            cell.row = match known {
                Some((_, row)) => *row,
                None => {
                    let row = self.new_rows(1);
                    renamed.push((cell.row, row));
                    row
                }
            };
        }
        fields
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
        let names = alias.names("colnames");
        let shape = self.renamed(shape, &names)?;
        let mut entry = Entry::new(Some(Cow::Borrowed(alias.str("aliasname"))), shape);
        entry.renames_type = !names.is_empty() && node.is("RangeFunction");
        Ok(entry)
    }

    fn relation_entry(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Entry<'a>> {
        let (mut entry, has_type) = match self.cte_entry(scope, node)? {
            Some(entry) => (entry, false),
            None => (self.catalog_entry(node)?, true),
        };
        if let Some(alias) = node.node("alias") {
            entry.name = Some(Cow::Borrowed(alias.str("aliasname")));
            entry.schemas = Rc::from([]);
            let names = alias.names("colnames");
            entry.renames_type = has_type && !names.is_empty();
            entry.shape = self.renamed(entry.shape, &names)?;
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
                let fields = self.beside_each_other(fields.to_vec());
                let mut entry = Entry::new(Some(Cow::Borrowed(name)), Shape::Fields(Rc::new(fields)));
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
            return Ok(Shape::Relation(relation, self.new_rows(1)));
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
        Ok(Shape::View(relation, view, self.new_rows(view.rows())))
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
        let left = self.read_item(scope, left)?;
        let right = {
            let mut in_sight = scope.entries.clone();
            in_sight.extend(left.entries.iter().cloned());
            let inner = scope.with_entries(in_sight, true);
            self.read_item(&inner, right)?
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
        let mut using_alias = node.node("join_using_alias").map(|alias| {
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
            // It hides the sides, and the alias of USING with them.
            entries.clear();
            using_alias = None;
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
            let cell = match node.int("jointype") {
                // Both sides are cast, or one of them stands in where the other is missing.
                _ if left.type_oid != right.type_oid || left.type_oid.is_none() => None,
                kind if [JoinType::JoinInner as i64, JoinType::JoinLeft as i64].contains(&kind) => left.cell,
                kind if kind == JoinType::JoinRight as i64 => right.cell,
                _ => None,
            };
            merged.push(Field {
                origin: Origin {
                    cell,
                    ..united(&left, &right)
                },
                name,
            });
        }
        Ok(merged)
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
