//! SELECT, VALUES, set operations and WITH.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use pg_query::protobuf::SetOperation;

use super::labels::label;
use super::origin::{Field, Origin, fields_of, united};
use super::scope::{Cte, CteState, Entry, Found, Scope, Shape};
use super::{Analyser, Step, not_understood, unknown};
use crate::sql::tree::{Node, Value};
use crate::sql::{Clause, Lineage};

impl<'a> Analyser<'a> {
    /// The columns of a query.
    pub(super) fn query(&mut self, query: &'a Node, parent: Option<&Scope<'_, 'a>>) -> Step<Vec<Field<'a>>> {
        self.step()?;
        if !query.is("SelectStmt") || query.get("into_clause").is_some() {
            return Err(not_understood("a statement that is not a plain query"));
        }
        let ctes = match query.node("with_clause") {
            Some(with) => self.with(with, parent)?,
            None => Rc::new(Vec::new()),
        };
        let is_set = !matches!(query.int("op"), 0) && query.int("op") != SetOperation::SetopNone as i64;
        if is_set {
            return self.set_operation(query, parent, ctes);
        }
        if query.get("values_lists").is_some() {
            return self.values(query, parent, ctes);
        }
        self.select(query, parent, ctes)
    }

    fn select(
        &mut self,
        query: &'a Node,
        parent: Option<&Scope<'_, 'a>>,
        ctes: Rc<Vec<Cte<'a>>>,
    ) -> Step<Vec<Field<'a>>> {
        let mut scope = Scope::new(parent, ctes);
        self.read_from(&mut scope, query)?;
        for window in query.nodes("window_clause") {
            let lineage = self.window(&scope, window, true)?;
            scope.windows.push((window.str("name"), lineage));
        }
        let mut fields = self.targets(&scope, query)?;
        if query.nodes("group_clause").any(|item| item.is("GroupingSet")) {
            // What is not in the set is NULL, and what stands beside it is not.
            fields = fields.into_iter().map(Field::of_no_row).collect();
        }
        if let Some(condition) = query.node("where_clause") {
            self.condition(&scope, condition, Clause::Where)?;
        }
        for item in query.nodes("group_clause") {
            self.group_by(&scope, item, &fields)?;
        }
        if let Some(condition) = query.node("having_clause") {
            self.condition(&scope, condition, Clause::Having)?;
        }
        self.distinct(&scope, query, &fields)?;
        self.order_by(&scope, query, &fields)?;
        self.limit(&scope, query)?;
        Ok(fields)
    }

    fn targets(&mut self, scope: &Scope<'_, 'a>, query: &'a Node) -> Step<Vec<Field<'a>>> {
        let mut fields = Vec::new();
        for target in query.nodes("target_list") {
            let Some(expression) = target.node("val") else {
                return Err(not_understood("a target without a value"));
            };
            if let Some(expanded) = self.star(scope, expression)? {
                fields.extend(expanded);
                continue;
            }
            let mut origin = self.value(scope, expression)?;
            if !expression.is("ColumnRef") {
                origin = origin.of_no_row();
            }
            let name = match target.str("name") {
                "" => label(expression, &|sublink| {
                    self.sublink_labels.get(&std::ptr::from_ref(sublink)).cloned()
                }),
                name => Cow::Borrowed(name),
            };
            fields.push(Field { name, origin });
        }
        Ok(fields)
    }

    fn distinct(&mut self, scope: &Scope<'_, 'a>, query: &'a Node, fields: &[Field<'a>]) -> Step<()> {
        let items = query.list("distinct_clause");
        if items.iter().all(|item| matches!(item, Value::None)) {
            if !items.is_empty() {
                for field in fields {
                    self.grouping(Clause::Distinct, &field.origin);
                }
            }
            return Ok(());
        }
        for item in query.nodes("distinct_clause") {
            let key = self.sort_value(scope, item, fields)?;
            self.grouping(Clause::DistinctOn, &key);
        }
        Ok(())
    }

    fn order_by(&mut self, scope: &Scope<'_, 'a>, query: &'a Node, fields: &[Field<'a>]) -> Step<()> {
        for item in query.nodes("sort_clause") {
            let Some(node) = item.node("node") else {
                continue;
            };
            let key = self.sort_value(scope, node, fields)?;
            self.other_influence(Clause::OrderBy, &key.lineage);
        }
        Ok(())
    }

    fn limit(&mut self, scope: &Scope<'_, 'a>, query: &'a Node) -> Step<()> {
        for field in ["limit_count", "limit_offset"] {
            if let Some(limit) = query.node(field) {
                let value = self.value(scope, limit)?;
                self.other_influence(Clause::LimitOffset, &value.lineage);
            }
        }
        Ok(())
    }

    /// What ORDER BY or DISTINCT ON means: a position, an output label, else an expression (SQL-92 before SQL:1999).
    fn sort_value(&mut self, scope: &Scope<'_, 'a>, item: &'a Node, fields: &[Field<'a>]) -> Step<Origin<'a>> {
        if let Some(origin) = self.position(item, fields)? {
            return Ok(origin);
        }
        if let Some(name) = bare_name(item) {
            let mut labelled = fields.iter().filter(|field| field.name == name);
            if let Some(first) = labelled.next() {
                // Several columns of one label are ambiguous unless they are the same: take all.
                return Ok(labelled.fold(first.origin.clone(), |all, next| united(&all, &next.origin)));
            }
        }
        self.value(scope, item)
    }

    /// What a GROUP BY item means: a position, a column of FROM, an output label, else an expression.
    fn group_by(&mut self, scope: &Scope<'_, 'a>, item: &'a Node, fields: &[Field<'a>]) -> Step<()> {
        let parts = match item.kind() {
            "GroupingSet" => "content",
            "RowExpr" => "args",
            _ => {
                let key = self.group_value(scope, item, fields)?;
                self.grouping(Clause::GroupBy, &key);
                return Ok(());
            }
        };
        for part in item.nodes(parts) {
            self.group_by(scope, part, fields)?;
        }
        Ok(())
    }

    fn group_value(&mut self, scope: &Scope<'_, 'a>, item: &'a Node, fields: &[Field<'a>]) -> Step<Origin<'a>> {
        if let Some(origin) = self.position(item, fields)? {
            return Ok(origin);
        }
        if let Some(name) = bare_name(item) {
            let here = scope.column_here(name, self.snapshot);
            if !matches!(here, Found::One(_) | Found::Several) {
                let labelled = fields.iter().filter(|field| field.name == name);
                let labelled = labelled.map(|field| field.origin.clone());
                let labelled = labelled.reduce(|all, next| united(&all, &next));
                match (labelled, here) {
                    (Some(origin), Found::Perhaps(lineage)) => {
                        let mut either = lineage.tainted();
                        either.absorb(&origin.lineage);
                        return Ok(Origin::from(either));
                    }
                    (Some(origin), _) => return Ok(origin),
                    (None, _) => {}
                }
            }
        }
        self.value(scope, item)
    }

    /// The output column that an integer constant in ORDER BY or GROUP BY stands for.
    fn position(&mut self, item: &'a Node, fields: &[Field<'a>]) -> Step<Option<Origin<'a>>> {
        let constant = item.node("val").filter(|_| item.is("AConst"));
        let Some(integer) = constant.filter(|val| val.is("Integer")) else {
            return Ok(None);
        };
        self.constants_matter = true;
        let position = usize::try_from(integer.int("ival")).unwrap_or_default();
        match position.checked_sub(1).and_then(|at| fields.get(at)) {
            Some(field) => Ok(Some(field.origin.clone())),
            None => Err(unknown("position", &position.to_string())),
        }
    }

    fn values(
        &mut self,
        query: &'a Node,
        parent: Option<&Scope<'_, 'a>>,
        ctes: Rc<Vec<Cte<'a>>>,
    ) -> Step<Vec<Field<'a>>> {
        let scope = Scope::new(parent, ctes);
        let mut columns: Vec<Origin<'a>> = Vec::new();
        for (at, row) in query.nodes("values_lists").enumerate() {
            let mut values = Vec::new();
            for item in row.nodes("items") {
                match self.star(&scope, item)? {
                    Some(expanded) => values.extend(expanded.into_iter().map(|field| field.origin)),
                    None => values.push(self.value(&scope, item)?),
                }
            }
            if at == 0 {
                columns = values;
            } else if columns.len() == values.len() {
                for (column, value) in columns.iter_mut().zip(&values) {
                    *column = united(column, value);
                }
            } else {
                return Err(unknown("column", "of a VALUES list of another length"));
            }
        }
        let fields: Vec<Field<'a>> = columns
            .into_iter()
            .enumerate()
            .map(|(at, origin)| Field {
                name: Cow::Owned(format!("column{}", at + 1)),
                origin: origin.of_no_row(),
            })
            .collect();
        self.order_by(&scope, query, &fields)?;
        self.limit(&scope, query)?;
        Ok(fields)
    }

    fn set_operation(
        &mut self,
        query: &'a Node,
        parent: Option<&Scope<'_, 'a>>,
        ctes: Rc<Vec<Cte<'a>>>,
    ) -> Step<Vec<Field<'a>>> {
        let has_ctes = !ctes.is_empty();
        let mut scope = Scope::new(parent, ctes);
        let arms = if has_ctes { Some(&scope) } else { parent };
        let (Some(left), Some(right)) = (query.node("larg"), query.node("rarg")) else {
            return Err(not_understood("a set operation without two branches"));
        };
        let left = self.query(left, arms)?;
        let right = self.query(right, arms)?;
        let fields = self.branches(query, left, &right)?;
        // ORDER BY sees the output columns only.
        scope.entries = vec![Entry::new(None, Shape::Fields(Rc::new(fields.clone())))];
        self.order_by(&scope, query, &fields)?;
        scope.entries.clear();
        self.limit(&scope, query)?;
        Ok(fields)
    }

    /// Two branches as one.
    pub(super) fn branches(&mut self, query: &Node, left: Vec<Field<'a>>, right: &[Field<'a>]) -> Step<Vec<Field<'a>>> {
        if left.len() != right.len() {
            return Err(unknown("column", "of a branch with another number of columns"));
        }
        if !query.bool("all") || query.int("op") != SetOperation::SetopUnion as i64 {
            for (left, right) in left.iter().zip(right) {
                self.distinct_branches(&left.origin, &right.origin);
            }
        }
        let is_except = query.int("op") == SetOperation::SetopExcept as i64;
        for (left, right) in left.iter().zip(right) {
            self.constants_in(&[left.origin.clone(), right.origin.clone()]);
        }
        let fields = left.into_iter().zip(right).map(|(left, right)| {
            let either = united(&left.origin, &right.origin);
            // EXCEPT shows the left branch only; the right one matters where it makes for a cast.
            let origin = match is_except && either.lineage.is_verbatim() {
                true => Origin {
                    type_oid: either.type_oid,
                    ..left.origin
                },
                false => either,
            };
            Field {
                name: left.name,
                origin: origin.of_no_row(),
            }
        });
        Ok(fields.collect())
    }

    fn with(&mut self, with: &'a Node, parent: Option<&Scope<'_, 'a>>) -> Step<Rc<Vec<Cte<'a>>>> {
        let pending = with.nodes("ctes").map(|definition| Cte {
            name: definition.str("ctename"),
            definition,
            state: RefCell::new(CteState::Pending),
            added: added_columns(definition),
            asked: Cell::new(false),
        });
        if with.bool("recursive") {
            let ctes = Rc::new(pending.collect::<Vec<_>>());
            let scope = Scope::new(parent, Rc::clone(&ctes));
            for cte in ctes.iter() {
                self.cte(&scope, cte)?;
            }
            return Ok(ctes);
        }
        let mut ctes: Vec<Cte<'a>> = Vec::new();
        for cte in pending {
            // Each sees those before it.
            let scope = Scope::new(parent, Rc::new(ctes.clone()));
            self.cte(&scope, &cte)?;
            ctes.push(cte);
        }
        Ok(Rc::new(ctes))
    }

    /// The columns of a CTE, found when they are first asked for. `scope` is that of its WITH clause.
    pub(super) fn cte(&mut self, scope: &Scope<'_, 'a>, cte: &Cte<'a>) -> Step<Rc<Vec<Field<'a>>>> {
        match &*cte.state.borrow() {
            CteState::Pending => {}
            CteState::Started => return Err(unknown("recursive reference to", cte.name)),
            CteState::Known(fields) => {
                cte.asked.set(true);
                return Ok(Rc::clone(fields));
            }
        }
        let Some(query) = cte.definition.node("ctequery") else {
            return Err(not_understood("a WITH query"));
        };
        cte.state.replace(CteState::Started);
        let first = query.node("larg");
        let known = match (first, query.node("with_clause")) {
            (Some(first), Some(with)) => {
                let inner = Scope::new(Some(scope), self.with(with, Some(scope))?);
                self.query(first, Some(&inner))?
            }
            (first, _) => self.query(first.unwrap_or(query), Some(scope))?,
        };
        let mut known = Rc::new(self.finished_cte(cte, known)?);
        let mut settled = first.is_none();
        if !settled {
            without_structure(&mut known);
        }
        cte.state.replace(CteState::Known(Rc::clone(&known)));
        // Each further round adds columns to the lineage of some column, so that it ends.
        while !settled {
            cte.asked.set(false);
            let next = self.query(query, Some(scope))?;
            let next = self.finished_cte(cte, next)?;
            settled = !cte.asked.get() || same_lineage(&known, &next);
            known = Rc::new(next);
            if cte.asked.get() {
                without_structure(&mut known);
            }
            cte.state.replace(CteState::Known(Rc::clone(&known)));
        }
        Ok(known)
    }

    /// Names from the alias list, and the columns of SEARCH and CYCLE.
    fn finished_cte(&mut self, cte: &Cte<'a>, mut fields: Vec<Field<'a>>) -> Step<Vec<Field<'a>>> {
        rename(&mut fields, &cte.definition.names("aliascolnames"))?;
        let from = |fields: &[Field<'a>], names: Vec<&str>| {
            let mut lineage = Lineage::computed();
            for field in fields.iter().filter(|field| names.contains(&field.name.as_ref())) {
                lineage.absorb(&field.origin.lineage);
            }
            lineage
        };
        let width = fields.len();
        if let Some(search) = cte.definition.node("search_clause") {
            let lineage = from(&fields[..width], search.names("search_col_list"));
            let name = Cow::Borrowed(search.str("search_seq_column"));
            fields.extend(fields_of(std::iter::once(name), &lineage));
        }
        if let Some(cycle) = cte.definition.node("cycle_clause") {
            let columns = cycle.names("cycle_col_list");
            for field in &fields[..width] {
                if columns.contains(&field.name.as_ref()) {
                    self.grouping(Clause::SetOperation, &field.origin.clone());
                }
            }
            let lineage = from(&fields[..width], columns);
            let names = ["cycle_mark_column", "cycle_path_column"].map(|field| Cow::Borrowed(cycle.str(field)));
            fields.extend(fields_of(names.into_iter(), &lineage));
        }
        Ok(fields)
    }
}

/// What recursion makes of arrays and documents could go on without end.
fn without_structure(fields: &mut Rc<Vec<Field<'_>>>) {
    for field in Rc::make_mut(fields) {
        field.origin.structure = None;
    }
}

fn same_lineage(left: &[Field<'_>], right: &[Field<'_>]) -> bool {
    let mut pairs = left.iter().zip(right);
    left.len() == right.len() && pairs.all(|(left, right)| left.origin.lineage == right.origin.lineage)
}

/// How many columns SEARCH and CYCLE add to a CTE.
fn added_columns(definition: &Node) -> usize {
    let search = usize::from(definition.get("search_clause").is_some());
    let cycle = usize::from(definition.get("cycle_clause").is_some());
    search + 2 * cycle
}

/// Gives the first columns the names of an alias list.
pub(super) fn rename<'a>(fields: &mut [Field<'a>], names: &[&'a str]) -> Step<()> {
    if names.len() > fields.len() {
        return Err(unknown("column", names.get(fields.len()).copied().unwrap_or_default()));
    }
    for (field, name) in fields.iter_mut().zip(names) {
        field.name = Cow::Borrowed(name);
    }
    Ok(())
}

/// The name, if the expression is an unqualified name and nothing else.
fn bare_name(node: &Node) -> Option<&str> {
    match (
        node.is("ColumnRef"),
        node.list("fields").len(),
        node.names("fields").as_slice(),
    ) {
        (true, 1, [name]) => Some(name),
        _ => None,
    }
}
