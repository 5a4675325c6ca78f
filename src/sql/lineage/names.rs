//! Names in expressions: columns, rows, and `*`.

use super::origin::{Field, Origin};
use super::scope::{Found, Scope};
use super::{Analyser, Step, Stop, not_understood, unknown};
use crate::sql::functions::{self, Class};
use crate::sql::tree::Node;
use crate::sql::{Reason, Refusal};

impl<'a> Analyser<'a> {
    pub(super) fn column_reference(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        let names = node.names("fields");
        let star = node.nodes("fields").last().is_some_and(|last| last.is("AStar"));
        if star {
            // As a value, not a target, `t.*` is the whole row.
            return match self.entry_named(scope, &names)? {
                Some(row) => Ok(row),
                None => Err(unknown("relation", &names.join("."))),
            };
        }
        let Some((column, qualifier)) = names.split_last() else {
            return Err(unknown("column", ""));
        };
        if qualifier.is_empty() {
            return match scope.column(column, self.snapshot) {
                Found::One(origin) => Ok(origin),
                Found::Perhaps(mut lineage) => {
                    if let Some(row) = self.entry_named(scope, &names)? {
                        lineage.absorb(&row.lineage);
                    }
                    if let Some(parameter) = self.parameter(column) {
                        lineage.absorb(&parameter.lineage);
                    }
                    Ok(Origin::from(lineage.tainted()))
                }
                Found::Several => Err(unknown("ambiguous column", column)),
                Found::Nothing => match self.entry_named(scope, &names)? {
                    Some(row) => Ok(row),
                    None => self.parameter(column).ok_or_else(|| unknown("column", column)),
                },
            };
        }
        self.qualified_column(scope, qualifier, column)
    }

    fn qualified_column(&mut self, scope: &Scope<'_, 'a>, qualifier: &[&'a str], column: &'a str) -> Step<Origin<'a>> {
        let Some((schema, table)) = self.qualifier(qualifier) else {
            return Err(unknown("relation", &qualifier.join(".")));
        };
        let entry = match scope.entry(schema, table) {
            Ok(Some(entry)) => entry,
            Ok(None) => {
                let parameter = self.qualified_parameter(qualifier, column);
                return parameter.ok_or_else(|| unknown("relation", &qualifier.join(".")));
            }
            Err(()) => return Err(unknown("ambiguous relation", table)),
        };
        match entry.column(column, self.snapshot) {
            Found::One(origin) => Ok(origin),
            Found::Several => Err(unknown("ambiguous column", column)),
            Found::Perhaps(lineage) => Ok(Origin::from(lineage.tainted())),
            // `t.f` is `f(t)` where t has no column f.
            Found::Nothing => {
                let row = entry.row(self.snapshot);
                self.attribute_call(column, row)
            }
        }
    }

    /// `row.name` where the row has no such column: a call of the function of this name.
    pub(super) fn attribute_call(&mut self, name: &'a str, row: Origin<'a>) -> Step<Origin<'a>> {
        let users = self.snapshot.functions.get(name);
        let builtin = self.snapshot.builtin_functions.contains(name);
        let is_type = self.snapshot.types_by_name.contains_key(name);
        let vouched = users.is_none_or(|found| {
            found
                .iter()
                .all(|one| self.treatment.vouched(&one.schema, &one.name).is_some())
        });
        if users.is_none() && !builtin && !is_type {
            return Err(unknown("column", name));
        }
        if !vouched || (builtin && functions::class(name) == Class::Opaque) {
            return Err(Stop::Refused(Refusal {
                reason: Reason::OpaqueFunction,
                message: format!("{name} is no column but a function that is not known to be harmless"),
                hint: "Vouch for the function with a [[function]] rule.".to_owned(),
            }));
        }
        let lineage = row.lineage.tainted();
        self.may_fail(|| format!("function {name}"), &lineage);
        Ok(Origin::from(lineage))
    }

    /// `schema` and name of a qualified relation name; `None` if it names another database.
    fn qualifier<'n>(&self, names: &[&'n str]) -> Option<(Option<&'n str>, &'n str)> {
        match names {
            [table] => Some((None, table)),
            [schema, table] => Some((Some(schema), table)),
            [database, schema, table] if *database == self.snapshot.database => Some((Some(schema), table)),
            _ => None,
        }
    }

    /// The whole row of the item of FROM of this name.
    fn entry_named(&mut self, scope: &Scope<'_, 'a>, names: &[&'a str]) -> Step<Option<Origin<'a>>> {
        let Some((schema, table)) = self.qualifier(names) else {
            return Ok(None);
        };
        match scope.entry(schema, table) {
            Ok(entry) => Ok(entry.map(|entry| entry.row(self.snapshot))),
            Err(()) => Err(unknown("ambiguous relation", table)),
        }
    }

    /// Whether the expression is the whole row of an item of FROM, which is never NULL but for outer joins.
    pub(super) fn is_whole_row(&self, scope: &Scope<'_, 'a>, node: &'a Node) -> bool {
        let names = node.names("fields");
        let star = node.nodes("fields").any(|field| field.is("AStar"));
        let Some((schema, table)) = self.qualifier(&names).filter(|_| node.is("ColumnRef")) else {
            return false;
        };
        let is_column = !star && (names.len() > 1 || !matches!(scope.column(table, self.snapshot), Found::Nothing));
        !is_column && matches!(scope.entry(schema, table), Ok(Some(_)))
    }

    /// The columns that `*`, `t.*` or `(row).*` in a list of targets stands for; `None` if the target has no star.
    pub(super) fn star(&mut self, scope: &Scope<'_, 'a>, target: &'a Node) -> Step<Option<Vec<Field<'a>>>> {
        let field = match target.kind() {
            "ColumnRef" => "fields",
            "AIndirection" => "indirection",
            _ => return Ok(None),
        };
        if !target.nodes(field).last().is_some_and(|last| last.is("AStar")) {
            return Ok(None);
        }
        if target.is("AIndirection") {
            let row = self.indirection(scope, target)?;
            return match row.fields {
                // The row may be one of another place: `(lag(t) OVER w).*`.
                Some(fields) => Ok(Some(fields.iter().cloned().map(Field::of_no_row).collect())),
                None => Err(not_understood("a row that .* expands")),
            };
        }
        let names = target.names("fields");
        if names.is_empty() {
            let mut fields = Vec::new();
            for entry in scope.entries.iter().filter(|entry| entry.columns_visible) {
                let Some(columns) = entry.star(self.snapshot) else {
                    return Err(not_understood("a function's result"));
                };
                fields.extend(columns);
            }
            return Ok(Some(fields));
        }
        let found = match self.qualifier(&names) {
            Some((schema, table)) => scope.entry(schema, table),
            None => Ok(None),
        };
        match found {
            Ok(Some(entry)) => match entry.star(self.snapshot) {
                Some(fields) => Ok(Some(fields)),
                None => Err(not_understood("a function's result")),
            },
            Ok(None) => Err(unknown("relation", &names.join("."))),
            Err(()) => Err(unknown("ambiguous relation", &names.join("."))),
        }
    }
}
