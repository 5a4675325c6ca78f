//! Calls of SQL-language functions, analysed through their bodies.
//!
//! The body is read as if it stood where the call stands: what it tests is noted, and its parameters are the values of
//! the arguments.

use std::borrow::Cow;
use std::rc::Rc;

use super::calls::Callee;
use super::origin::{Field, Origin, UNKNOWN, same_form};
use super::scope::Scope;
use super::{Analyser, Step, Stop, unknown};
use crate::catalog::{ColumnId, Function, Oid, TypeKind};
use crate::sql::bodies::FunctionBody;
use crate::sql::functions::{self, Class};
use crate::sql::tree::Node;
use crate::sql::{Clause, Lineage, Reason, Refusal, callees};

/// Functions within functions are followed so far.
const DEPTH_MAX: usize = 8;
/// `pg_type.oid` of void.
const VOID: Oid = 2278;
/// Every value that the server lets in without being asked to cast fits into these: boolean, text, varchar, char, name,
/// bytea, uuid, json.
const ALL_FIT: [Oid; 8] = [16, 25, 1043, 1042, 19, 17, 2950, 114];

/// The function whose body is being read.
pub(super) struct Frame<'a> {
    function: &'a Function,
    /// Of its parameters, in order.
    values: Vec<Origin<'a>>,
}

/// What a call gives.
pub(super) struct Inlined<'a> {
    /// Its columns; one for a plain value, whose name is empty unless it is that of an OUT parameter.
    pub columns: Vec<Field<'a>>,
    /// It is a row, be it of one column.
    pub is_row: bool,
}

impl<'a> Inlined<'a> {
    /// As a value.
    pub fn value(self) -> Origin<'a> {
        let mut columns = self.columns;
        if !self.is_row
            && let Some(only) = columns.pop()
        {
            return only.origin;
        }
        let mut lineage = Lineage::computed();
        columns.iter().for_each(|column| lineage.absorb(&column.origin.lineage));
        Origin {
            fields: Some(Rc::new(columns)),
            ..Origin::from(lineage)
        }
    }
}

/// An argument: its name, if it is passed by name, and its value.
type Argument<'a> = (Option<&'a str>, Origin<'a>);

impl<'a> Analyser<'a> {
    /// What a call gives, if it can only mean functions whose bodies are known.
    pub(super) fn inlined(
        &mut self,
        scope: &Scope<'_, 'a>,
        call: &'a Node,
        callee: Callee<'a>,
    ) -> Step<Option<Inlined<'a>>> {
        let (snapshot, treatment, views) = (self.snapshot, self.treatment, self.views);
        let schema = callee.schema.or(self.system_names_only.then_some("pg_catalog"));
        let all: Vec<&'a Function> = callees::named(snapshot, schema, callee.name).collect();
        let mut own = all.clone();
        own.retain(|one| {
            let is_vouched = treatment.vouched(&one.schema, &one.name).is_some();
            !is_vouched && callees::of_user(one, one.argument_types.len()).class == Class::Opaque
        });
        let read: Vec<_> = own
            .iter()
            .filter_map(|one| Some((*one, views.bodies.get(one.oid)?)))
            .collect();
        if read.is_empty() || read.len() < own.len() {
            return Ok(None);
        }
        let may_be_builtin = schema.is_none_or(|schema| schema == "pg_catalog")
            && (snapshot.builtin_functions.contains(callee.name) || functions::is_listed(callee.name));
        if may_be_builtin || all.len() > own.len() {
            return Err(refused(callee.name, "is not the only function of its name"));
        }
        let mut arguments: Vec<Argument<'a>> = Vec::new();
        for argument in call.nodes("args") {
            let named = argument.node("arg").filter(|_| argument.is("NamedArgExpr"));
            let name = named.is_some().then(|| argument.str("name"));
            arguments.push((name, self.value(scope, named.unwrap_or(argument))?));
        }
        let mut results = Vec::new();
        for (function, body) in read {
            if fits(function, body, arguments.len()) {
                results.push(self.result(function, body, &arguments, call.bool("func_variadic"))?);
            }
        }
        let mut results = results.into_iter();
        match (results.next(), results.next()) {
            (Some(only), None) => Ok(Some(only)),
            (None, _) => Err(unknown("function", callee.name)),
            (Some(_), Some(_)) => Err(refused(callee.name, "is not the only function of its name")),
        }
    }

    /// The value of a parameter of the function whose body is being read, by its name.
    pub(super) fn parameter(&self, name: &str) -> Option<Origin<'a>> {
        let frame = self.frames.last()?;
        let names = &frame.function.body.as_ref()?.parameter_names;
        let at = names.iter().position(|known| known == name)?;
        frame.values.get(at).cloned()
    }

    /// As [`Analyser::parameter`], by `function.parameter`, or `parameter.field`.
    pub(super) fn qualified_parameter(&self, qualifier: &[&str], name: &str) -> Option<Origin<'a>> {
        let function = self.frames.last()?.function.name.as_str();
        let field = |row: Origin<'a>| {
            let fields = row.fields?;
            let mut named = fields.iter().filter(|field| field.name == name);
            named.next().map(|field| field.origin.clone())
        };
        match qualifier {
            [first] if *first == function => self.parameter(name),
            [row] => field(self.parameter(row)?),
            [first, row] if *first == function => field(self.parameter(row)?),
            _ => None,
        }
    }

    /// The value of `$n`: a parameter of the function whose body is being read, or of the statement.
    pub(super) fn numbered_parameter(&self, node: &Node) -> Step<Origin<'a>> {
        let Some(frame) = self.frames.last() else {
            return Ok(Origin::computed());
        };
        let number = usize::try_from(node.int("number")).unwrap_or_default();
        let value = number.checked_sub(1).and_then(|at| frame.values.get(at));
        value.cloned().ok_or_else(|| unknown("parameter", &number.to_string()))
    }

    fn result(
        &mut self,
        function: &'a Function,
        body: &'a FunctionBody,
        arguments: &[Argument<'a>],
        array_given: bool,
    ) -> Step<Inlined<'a>> {
        let is_open = self.frames.iter().any(|frame| frame.function.oid == function.oid);
        if is_open || self.frames.len() >= DEPTH_MAX {
            return Err(refused(
                &function.name,
                "calls itself, or functions within functions too deep",
            ));
        }
        let values = self.parameters(function, body, arguments, array_given)?;
        let mut decided = Lineage::default();
        if function.body.as_ref().is_some_and(|body| body.is_strict) {
            for value in values
                .iter()
                .filter(|value| self.has_protected(&value.lineage))
                .cloned()
                .collect::<Vec<_>>()
            {
                decided.picked_by(&self.null_tested(&value));
                if function.returns_set {
                    self.null_test(Clause::FunctionArgument, &value);
                }
            }
        }
        let frame = Frame { function, values };
        let columns = self.within(frame, body.system_names_only, |analyser| {
            let mut columns = Vec::new();
            for statement in &body.statements {
                columns = analyser.query(statement, None)?;
            }
            Ok(columns)
        })?;
        let mut result = self.declared(function, columns)?;
        for column in &mut result.columns {
            column.origin.picked_by(&decided);
        }
        Ok(result)
    }

    /// Reads part of a function, where its parameters are in sight and nothing of the query around the call.
    fn within<T>(
        &mut self,
        frame: Frame<'a>,
        system_names_only: bool,
        read: impl FnOnce(&mut Self) -> Step<T>,
    ) -> Step<T> {
        let name = frame.function.name.as_str();
        let before = (self.system_names_only, self.constants_matter);
        self.system_names_only = system_names_only;
        self.frames.push(Rc::new(frame));
        let result = read(self);
        self.frames.pop();
        (self.system_names_only, self.constants_matter) = before;
        result.map_err(|stop| match stop {
            Stop::Unknown(what) => refused(name, &format!("has a body that names the {what}, which is not known")),
            refusal @ Stop::Refused(_) => refusal,
        })
    }

    /// The value of each parameter.
    fn parameters(
        &mut self,
        function: &'a Function,
        body: &'a FunctionBody,
        arguments: &[Argument<'a>],
        array_given: bool,
    ) -> Step<Vec<Origin<'a>>> {
        let types = &function.argument_types;
        let Some(known) = &function.body else {
            return Err(unknown("function", &function.name));
        };
        let mut values: Vec<Option<Origin<'a>>> = vec![None; types.len()];
        for (at, (name, value)) in arguments.iter().enumerate() {
            let collects = known.is_variadic && !array_given && name.is_none() && at + 1 >= types.len();
            let slot = match name {
                Some(name) => known.parameter_names.iter().position(|known| known == name),
                None if collects => types.len().checked_sub(1),
                None => Some(at),
            };
            let place = slot.and_then(|slot| Some((values.get_mut(slot)?, types.get(slot)?)));
            let Some((place, type_oid)) = place else {
                return Err(unknown("function", &function.name));
            };
            if collects {
                let mut lineage = place.take().unwrap_or_default().lineage.tainted();
                lineage.absorb(&value.lineage);
                *place = Some(Origin::of_type(lineage, *type_oid, self.snapshot));
            } else {
                *place = Some(self.coerced(value.clone(), *type_oid));
            }
        }
        let first_default = types.len().saturating_sub(body.defaults.len());
        let mut complete = Vec::new();
        for (at, value) in values.into_iter().enumerate() {
            let default = at.checked_sub(first_default).and_then(|at| body.defaults.get(at));
            complete.push(match (value, default) {
                (Some(value), _) => value,
                (None, Some(default)) => self.default_value(function, default, types[at])?,
                (None, None) => return Err(unknown("function", &function.name)),
            });
        }
        Ok(complete)
    }

    fn default_value(&mut self, function: &'a Function, default: &'a Node, type_oid: Oid) -> Step<Origin<'a>> {
        let frame = Frame {
            function,
            values: Vec::new(),
        };
        let mut columns = self.within(frame, true, |analyser| analyser.query(default, None))?;
        let value = columns.pop().map(|column| column.origin).unwrap_or_default();
        Ok(self.coerced(value, type_oid))
    }

    /// The columns of the body's last query as the function declares them.
    fn declared(&mut self, function: &'a Function, mut columns: Vec<Field<'a>>) -> Step<Inlined<'a>> {
        if function.result_type == VOID {
            return Ok(single(Origin::default()));
        }
        let Some(declared) = self.declared_columns(function) else {
            // A record: what its columns are called and cast to is known to whoever calls.
            let mut lineage = Lineage::computed();
            columns.iter().for_each(|column| lineage.absorb(&column.origin.lineage));
            return Ok(single(Origin::from(lineage)));
        };
        let is_row = declared.len() != 1
            || declared.iter().any(|(name, _)| !name.is_empty()) && function.output_names.is_empty();
        let only = match columns.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        // A query of one column may show the row itself. That of a child table is made one of its parent by name, in
        // another order perhaps: it is taken column by column only where the names are the same.
        let is_the_same = |row: &Field<'a>| {
            let fields = row.origin.fields.iter().flat_map(|fields| fields.iter());
            fields
                .map(|field| field.name.as_ref())
                .eq(declared.iter().map(|(name, _)| *name))
        };
        if is_row
            && let Some(row) = &only
            && is_the_same(row)
        {
            columns = row.origin.fields.as_deref().cloned().unwrap_or_default();
        }
        if columns.len() != declared.len() {
            let Some(row) = only else {
                return Err(refused(
                    &function.name,
                    "has a body with other columns than it declares",
                ));
            };
            let origin = Origin::from(row.origin.lineage.tainted());
            columns = vec![
                Field {
                    name: Cow::Borrowed(""),
                    origin
                };
                declared.len()
            ];
        }
        let named = columns
            .into_iter()
            .zip(declared)
            .map(|(column, (name, type_oid))| Field {
                name: Cow::Borrowed(name),
                origin: self.coerced(column.origin, type_oid),
            });
        Ok(Inlined {
            columns: named.collect(),
            is_row,
        })
    }

    /// Names and types of the columns that a function declares; one without a name for a plain value; `None` for a record.
    fn declared_columns(&self, function: &'a Function) -> Option<Vec<(&'a str, Oid)>> {
        let known = function.body.as_ref()?;
        if !function.output_names.is_empty() {
            let names = function.output_names.iter().map(String::as_str);
            return Some(names.zip(known.output_types.iter().copied()).collect());
        }
        let base = self.snapshot.base_type(function.result_type, -1).0;
        match self.snapshot.types.get(&base).map(|found| found.kind)? {
            TypeKind::Composite(relation) => {
                let columns = self.snapshot.relations.get(&relation)?.columns.iter();
                Some(columns.map(|column| (column.name.as_str(), column.type_oid)).collect())
            }
            TypeKind::Pseudo => None,
            _ => Some(vec![("", function.result_type)]),
        }
    }

    /// Whether it is one of columns of just this type.
    fn is_of_type(&self, value: &Origin<'a>, type_oid: Oid) -> bool {
        let of_type = |column: &ColumnId| {
            let relation = self.snapshot.relations.get(&column.relation);
            let found = relation.and_then(|relation| relation.column(column.attribute));
            found.is_some_and(|found| found.type_oid == type_oid)
        };
        !value.lineage.computed && value.lineage.verbatim.iter().all(of_type)
    }

    /// A value as one of another type, by the cast that the server puts in between.
    fn coerced(&mut self, value: Origin<'a>, type_oid: Oid) -> Origin<'a> {
        let base = self.snapshot.base_type(type_oid, -1).0;
        // Into a domain with a check, which may not hold.
        let is_domain = base != type_oid && !self.is_of_type(&value, type_oid);
        if value.type_oid == Some(base) || same_form(value.type_oid, Some(base)) {
            if is_domain || narrows(value.type_oid, base) {
                self.may_fail(
                    || "the type of a function's parameter or result".to_owned(),
                    &value.lineage,
                );
            }
            return Origin {
                type_oid: Some(base),
                ..value
            };
        }
        if value.lineage.is_null() {
            return Origin {
                lineage: Lineage::default(),
                ..Origin::of_type(Lineage::default(), type_oid, self.snapshot)
            };
        }
        if let Some(row) = self.coerced_row(&value, base) {
            return row;
        }
        if is_domain || value.type_oid != Some(UNKNOWN) && !ALL_FIT.contains(&base) {
            self.may_fail(
                || "the type of a function's parameter or result".to_owned(),
                &value.lineage,
            );
        }
        Origin::of_type(value.lineage.tainted(), type_oid, self.snapshot)
    }

    /// A row of known fields as one of a composite type, field by field.
    fn coerced_row(&mut self, value: &Origin<'a>, type_oid: Oid) -> Option<Origin<'a>> {
        let kind = self.snapshot.types.get(&type_oid).map(|found| found.kind);
        let Some(TypeKind::Composite(relation)) = kind else {
            return None;
        };
        let columns = &self.snapshot.relations.get(&relation)?.columns;
        // A row of a child table becomes one of its parent by name, in another order perhaps.
        let names = columns.iter().map(|column| column.name.as_str());
        let is_the_same =
            |fields: &&Rc<Vec<Field<'a>>>| fields.iter().map(|field| field.name.as_ref()).eq(names.clone());
        let fields = value.fields.as_ref().filter(is_the_same)?;
        let mut row = Vec::new();
        for (field, column) in fields.iter().zip(columns) {
            row.push(Field {
                name: Cow::Borrowed(column.name.as_str()),
                origin: self.coerced(field.origin.clone(), column.type_oid),
            });
        }
        Some(Origin {
            fields: Some(Rc::new(row)),
            ..Origin::from(value.lineage.tainted())
        })
    }
}

/// A plain value without a name of its own.
fn single(origin: Origin<'_>) -> Inlined<'_> {
    let name = Cow::Borrowed("");
    Inlined {
        columns: vec![Field { name, origin }],
        is_row: false,
    }
}

/// From an integer to a shorter one.
fn narrows(from: Option<Oid>, to: Oid) -> bool {
    const INTEGERS: [Oid; 3] = [21, 23, 20];
    let place = |oid| INTEGERS.iter().position(|integer| *integer == oid);
    from.and_then(place) > place(to)
}

/// Whether a call with so many arguments can mean this function.
fn fits(function: &Function, body: &FunctionBody, given: usize) -> bool {
    let most = function.argument_types.len();
    let is_variadic = function.body.as_ref().is_some_and(|known| known.is_variadic);
    given + body.defaults.len() >= most && (given <= most || is_variadic)
}

fn refused(function: &str, why: &str) -> Stop {
    Stop::Refused(Refusal {
        reason: Reason::OpaqueFunction,
        message: format!("what the function {function} reads is not known: it {why}"),
        hint: "qualify its name, or vouch for it with a [[function]] rule".to_owned(),
    })
}
