//! Values of function calls, aggregates, window functions and operators.

use std::rc::Rc;

use pg_query::protobuf::AExprKind;

use super::origin::{ArraySize, Field, Origin, UNKNOWN, array_of, fields_of};
use super::scope::Scope;
use super::{Analyser, Step, builtins, failure, unknown};
use crate::catalog::{ColumnId, Function, Oid, Relation};
use crate::sql::functions::{self, Behaviour, Class};
use crate::sql::tree::{Node, Value};
use crate::sql::{Clause, Lineage, Test, callees, operators};
use crate::value::oid;

/// A function as a call names it.
#[derive(Clone, Copy)]
pub(super) struct Callee<'a> {
    pub schema: Option<&'a str>,
    pub name: &'a str,
}

impl<'a> Callee<'a> {
    pub fn of(call: &'a Node) -> Option<Callee<'a>> {
        match call.names("funcname").as_slice() {
            [name] => Some(Callee { schema: None, name }),
            [.., schema, name] => Some(Callee {
                schema: Some(schema),
                name,
            }),
            [] => None,
        }
    }
}

impl<'a> Analyser<'a> {
    /// Whether the call can only mean functions of pg_catalog, or those by which an extension overloads them for
    /// types of its own: citext has a `max` and a `split_part` that do the same.
    pub(super) fn is_builtin(&self, callee: Callee<'_>) -> bool {
        let overloads = |one: &Function| {
            let is_known = callees::of_user(one, one.argument_types.len()).class != Class::Opaque;
            is_known && self.snapshot.builtin_functions.contains(callee.name)
        };
        match callee.schema {
            Some("pg_catalog") => true,
            Some(_) => false,
            None => self.system_names_only || callees::named(self.snapshot, None, callee.name).all(overloads),
        }
    }

    /// What the call does, whichever function is meant.
    pub(super) fn behaviour(&self, callee: Callee<'_>, arguments: usize) -> Behaviour {
        let schema = callee.schema.or(self.system_names_only.then_some("pg_catalog"));
        callees::behaviour(self.snapshot, self.treatment, schema, callee.name, arguments)
    }

    /// What operators of this name outside pg_catalog do, if there are any. Those of an extension that overload one of
    /// the server's, like citext's `=`, are as total as that one.
    fn user_operators(&self, names: &[&str]) -> Option<Behaviour> {
        if self.system_names_only || names.first() == Some(&"pg_catalog") {
            return None;
        }
        let functions = self.snapshot.user_operators.get(*names.last()?)?.iter();
        let behaviour = |function: &String| callees::behaviour(self.snapshot, self.treatment, None, function, 2);
        functions.map(behaviour).reduce(Behaviour::or)
    }

    /// Whether the operator may run code that can fail, or a user's own.
    pub(super) fn is_user_operator(&self, names: &[&str]) -> bool {
        let users = self.user_operators(names);
        users.is_some_and(|users| users.class != Class::Pure)
    }

    /// The value of a function call.
    pub(super) fn function(&mut self, scope: &Scope<'_, 'a>, call: &'a Node) -> Step<Origin<'a>> {
        let Some(callee) = Callee::of(call) else {
            return self.generic(scope, call);
        };
        if let Some(result) = self.inlined(scope, call, callee)? {
            return Ok(result.value());
        }
        if let Some(filter) = call.node("agg_filter") {
            self.condition(scope, filter, Clause::Filter)?;
        }
        let mut order = match call.node("over") {
            Some(window) => self.window(scope, window, false)?,
            None => Lineage::computed(),
        };
        let mut lineage = order.clone();
        if callee.name == "count" && self.is_builtin(callee) {
            self.count(scope, call)?;
            return Ok(Origin::from(lineage));
        }
        let mut arguments = Vec::new();
        for argument in call.nodes("args") {
            arguments.push(self.value(scope, argument)?);
        }
        if let Some(field) = self.projected(call, callee, &arguments) {
            return Ok(field);
        }
        for argument in &arguments {
            lineage.absorb(&argument.lineage);
            if call.bool("agg_distinct") {
                self.grouping(Clause::AggregateDistinct, argument);
            }
        }
        let mut sorted = Vec::new();
        for item in call.nodes("agg_order") {
            let key = self.sort_key(scope, item)?;
            lineage.absorb(&key.lineage);
            if call.bool("agg_within_group") {
                sorted.push(key);
            } else {
                order.absorb(&key.lineage);
                self.other_influence(Clause::AggregateOrder, &key.lineage);
            }
        }
        if self.is_builtin(callee) && self.sizes_may_differ(callee.name, &arguments) {
            self.may_fail(|| format!("function {}", callee.name), &lineage);
        }
        if let Some(mut structured) = self.structured_call(call, callee, &arguments, &lineage, &order) {
            if callee.name == "array_agg" && !arguments.iter().any(|one| self.may_be_array(one)) {
                structured.size = ArraySize::OneDimension;
            }
            return Ok(structured);
        }
        let measured = self.measured(call, callee, &arguments);
        if let Some(known) = measured.or_else(|| self.stripped(call, callee, &arguments)) {
            return Ok(known);
        }
        self.call_effects(callee, Some(call), &arguments, &lineage);
        if let Some(picked) = self.picked_by_call(call, callee, &arguments, &sorted, &order) {
            return Ok(picked);
        }
        let follows_null = |argument: &Origin<'a>| argument.follows_null() || !self.has_protected(&argument.lineage);
        Ok(Origin {
            fields: self.result_fields(callee, &arguments, &lineage),
            type_oid: self.result_type(callee, &arguments),
            structure: None,
            size: ArraySize::Unknown,
            cell: None,
            computed_follows_null: self.is_builtin(callee)
                && failure::gives_null_for_null_only(callee.name)
                && arguments.iter().all(follows_null),
            lineage,
        })
    }

    /// What a call tells beside its value: that it failed, how many rows it gave.
    pub(super) fn call_effects(
        &mut self,
        callee: Callee<'_>,
        call: Option<&Node>,
        arguments: &[Origin<'a>],
        lineage: &Lineage,
    ) {
        let mut users = callees::named(self.snapshot, callee.schema, callee.name);
        let is_builtin = self.is_builtin(callee);
        if users.any(|one| one.returns_set) || is_builtin && builtins::returns_set(callee.name) {
            self.other_influence(Clause::FunctionArgument, lineage);
        }
        let what = || format!("function {}", callee.name);
        let behaviour = self.behaviour(callee, arguments.len());
        match behaviour.class {
            Class::Fallible if is_builtin && self.aggregates_totally(callee.name, arguments) => {}
            Class::Pure | Class::Picking => {
                let failing = is_builtin.then(|| self.fails_by_type(callee.name, arguments)).flatten();
                if let Some(failing) = failing {
                    self.may_fail(what, &failing);
                }
            }
            Class::Counting => {}
            Class::Fallible => {
                let mut failing = Lineage::computed();
                // Aggregated values (WITHIN GROUP) come after the direct arguments, and are not among these.
                for (at, argument) in arguments.iter().enumerate() {
                    if behaviour.fails_by(at) && !self.is_from_catalog(callee, argument) {
                        failing.absorb(&argument.lineage);
                    }
                }
                if arguments.is_empty() {
                    failing.absorb(lineage);
                }
                let from_catalog = |argument| self.is_from_catalog(callee, argument);
                if arguments.is_empty() || !arguments.iter().all(from_catalog) {
                    self.may_fail(what, &failing);
                    if call.is_some_and(|call| failure::has_safe_constants(callee.name, call)) {
                        self.constants_matter = true;
                    } else if !self.has_protected(&failing) {
                        self.may_fail_unless_null(&what, &arguments.iter().collect::<Vec<_>>());
                    }
                }
            }
            // Known to be harmless with clean arguments only.
            Class::System | Class::Opaque => {
                if failure::leaves_a_trace(callee.name) {
                    self.may_fail(what, &Lineage::computed());
                }
                if self.has_protected(lineage) {
                    self.other_influence(Clause::FunctionArgument, lineage);
                }
                self.may_fail(what, lineage);
            }
        }
    }

    /// Whether an argument is what the server's catalogs hold for this function: options of foreign objects are always
    /// whole. pg_dump reads them so.
    fn is_from_catalog(&self, callee: Callee<'_>, argument: &Origin<'a>) -> bool {
        let of_catalog = |column: &ColumnId| {
            let relation = self.snapshot.relations.get(&column.relation);
            relation.is_some_and(Relation::is_in_system_schema)
        };
        callee.name == "pg_options_to_table"
            && argument.lineage.is_verbatim()
            && argument.lineage.verbatim.iter().all(of_catalog)
    }

    fn count(&mut self, scope: &Scope<'_, 'a>, call: &'a Node) -> Step<()> {
        let distinct = call.bool("agg_distinct");
        for argument in call.nodes("args") {
            let value = self.value(scope, argument)?;
            if distinct {
                self.grouping(Clause::AggregateDistinct, &value);
            } else if !self.is_whole_row(scope, argument) {
                self.null_test(Clause::CountArgument, &value);
            }
        }
        for item in call.nodes("agg_order") {
            let key = self.sort_key(scope, item)?;
            self.other_influence(Clause::AggregateOrder, &key.lineage);
        }
        Ok(())
    }

    /// `column(row)`: a field of the row where no function has this name.
    fn projected(&mut self, call: &Node, callee: Callee<'_>, arguments: &[Origin<'a>]) -> Option<Origin<'a>> {
        let [row] = arguments else { return None };
        let fields = row.fields.as_ref()?;
        let is_function = self.snapshot.builtin_functions.contains(callee.name)
            || self.snapshot.functions.contains_key(callee.name)
            || functions::class(callee.name) != Class::Opaque;
        let is_plain = callee.schema.is_none()
            && call.get("over").is_none()
            && call.get("agg_order").is_none()
            && call.get("agg_filter").is_none()
            && !call.bool("agg_distinct")
            && !call.bool("func_variadic");
        let mut matching = fields.iter().filter(|field| field.name == callee.name);
        match (matching.next(), matching.next()) {
            (Some(field), None) if is_plain && !is_function => Some(field.origin.clone()),
            _ => None,
        }
    }

    /// The type of a function's result where it matters and is known: text, which no concatenation fails with, arrays, and
    /// the lengths of texts, which no sum overflows with.
    fn result_type(&self, callee: Callee<'_>, arguments: &[Origin<'a>]) -> Option<Oid> {
        const TEXT: Oid = 25;
        const VARCHAR: Oid = 1043;
        let first = arguments.first().and_then(|argument| argument.type_oid);
        // Of ranges, lower and upper are the bounds.
        let of_text = || matches!(callee.name, "lower" | "upper") && matches!(first, Some(TEXT | VARCHAR));
        if !self.is_builtin(callee) {
            return None;
        }
        if functions::class(callee.name) == Class::Picking {
            return first.filter(|oid| *oid != UNKNOWN);
        }
        if callee.name == "array_agg" && arguments.len() == 1 {
            return array_of(first.filter(|oid| *oid != UNKNOWN)?, self.snapshot);
        }
        let is_of_text = matches!(first, Some(TEXT | VARCHAR));
        if is_of_text && arguments.len() == 1 && builtins::measures_text(callee.name) {
            return Some(oid::INT4);
        }
        (builtins::returns_text(callee.name) || of_text()).then_some(TEXT)
    }

    /// The fields of a function's result, if it is a row and they are known.
    fn result_fields(
        &self,
        callee: Callee<'_>,
        arguments: &[Origin<'a>],
        lineage: &Lineage,
    ) -> Option<Rc<Vec<Field<'a>>>> {
        let names = self.row_names(callee, arguments)?;
        Some(Rc::new(fields_of(names.into_iter(), lineage)))
    }

    /// The lineage of a window: what orders its rows. What it groups by is noted.
    pub(super) fn window(&mut self, scope: &Scope<'_, 'a>, window: &'a Node, is_definition: bool) -> Step<Lineage> {
        let mut lineage = Lineage::computed();
        // In the WINDOW clause `name` is what is being defined; in OVER it is what is meant.
        let meant = if is_definition { "" } else { window.str("name") };
        for name in [meant, window.str("refname")] {
            if !name.is_empty() {
                match scope.window(name) {
                    Some(ordered_by) => lineage.absorb(ordered_by),
                    None => return Err(unknown("window", name)),
                }
            }
        }
        for item in window.nodes("partition_clause") {
            let key = self.value(scope, item)?;
            if !key.lineage.is_verbatim() {
                lineage.absorb(&key.lineage);
            }
            self.grouping(Clause::PartitionBy, &key);
        }
        for item in window.nodes("order_clause") {
            let key = self.sort_key(scope, item)?;
            lineage.absorb(&key.lineage);
            self.other_influence(Clause::WindowOrder, &key.lineage);
        }
        for bound in ["start_offset", "end_offset"] {
            if let Some(bound) = window.node(bound) {
                let value = self.value(scope, bound)?;
                lineage.absorb(&value.lineage);
                self.other_influence(Clause::WindowFrame, &value.lineage);
            }
        }
        Ok(lineage)
    }

    /// The value that a `SortBy` sorts by.
    pub(super) fn sort_key(&mut self, scope: &Scope<'_, 'a>, item: &'a Node) -> Step<Origin<'a>> {
        match item.node("node") {
            Some(node) if item.is("SortBy") => self.value(scope, node),
            _ => self.value(scope, item),
        }
    }

    /// The value of an operator.
    pub(super) fn operator(&mut self, scope: &Scope<'_, 'a>, expression: &'a Node) -> Step<Origin<'a>> {
        let before = (self.clean_fallible, self.sublinks);
        let mut sides = Vec::new();
        for side in ["lexpr", "rexpr"] {
            sides.push(match expression.get(side) {
                Some(Value::Node(node)) => Some(self.value(scope, node)?),
                _ => None,
            });
        }
        if let [Some(left), Some(right)] = sides.as_slice()
            && let Some(array) = self.concatenated(expression, left, right)
        {
            return Ok(array);
        }
        if let [Some(left), Some(right)] = sides.as_slice()
            && let Some(part) = self.document_operator(expression, left, right)
        {
            return Ok(part);
        }
        let mut lineage = Lineage::computed();
        for side in sides.iter().flatten() {
            lineage.absorb(&side.lineage);
        }
        let computed = Origin::from(lineage);
        if failure::stops_early(expression) {
            self.branch_effects(before, std::slice::from_ref(&computed), false);
        }
        let name = operator_name(expression);
        if let Some(failing) = self.failing_side(expression, &sides) {
            let what = || format!("operator {name}");
            self.may_fail(what, &failing);
            if !self.has_protected(&failing) {
                self.may_fail_unless_null(&what, &sides.iter().flatten().collect::<Vec<_>>());
            }
        }
        if let [Some(left), Some(right)] = sides.as_slice() {
            if expression.int("kind") == AExprKind::AexprNullif as i64 {
                return Ok(self.null_if(left, right));
            }
            if self.is_equality(expression) {
                return Ok(Origin::from(self.equal(expression, left, right)));
            }
        }
        let (type_oid, computed_follows_null) = match sides.as_slice() {
            [Some(left), Some(right)] if name == "||" && self.concatenates_texts(left, right) => {
                let follows = |side: &Origin<'a>| side.follows_null() || !self.has_protected(&side.lineage);
                (Some(failure::TEXT), follows(left) && follows(right))
            }
            [Some(_), Some(_)] if name == "||" && self.appends_parameter(expression, &sides) => {
                self.may_fail(String::new, &Lineage::default());
                (Some(failure::TEXT), false)
            }
            _ if matches!(name, "->>" | "#>>") => (Some(failure::TEXT), false),
            // A part of a document is one of the same kind.
            [Some(left), _] if matches!(name, "->" | "#>") => (
                left.type_oid.filter(|oid| matches!(*oid, oid::JSON | oid::JSONB)),
                false,
            ),
            _ => (None, false),
        };
        Ok(Origin {
            type_oid,
            computed_follows_null,
            ..computed
        })
    }

    /// The outcome of `a = b`, `a <> b`, `a IS DISTINCT FROM b` and their like, as a value.
    fn equal(&self, expression: &Node, left: &Origin<'a>, right: &Origin<'a>) -> Lineage {
        let nulls_tell = expression.int("kind") != AExprKind::AexprOp as i64;
        match (left.lineage.is_null(), right.lineage.is_null()) {
            (false, true) if nulls_tell => self.null_tested(left),
            (true, false) if nulls_tell => self.null_tested(right),
            _ => self.compared(left, right),
        }
    }

    /// The operands by whose values an operator can fail; none if it cannot.
    fn failing_side(&self, expression: &Node, sides: &[Option<Origin<'a>>]) -> Option<Lineage> {
        let type_of = |at: usize| {
            let side: Option<&Origin<'a>> = sides.get(at).and_then(Option::as_ref);
            side.and_then(|side| side.type_oid).filter(|oid| *oid != UNKNOWN)
        };
        let name = operator_name(expression);
        let users = self.user_operators(&expression.names("name"));
        let is_like = name.ends_with("~~") || name.ends_with("~~*");
        // Those of extensions read patterns alike.
        let reads_safe_pattern = is_like && is_safe_pattern(expression);
        let users_fail_by = |at: usize| !reads_safe_pattern && users.is_some_and(|users| users.fails_by(at));
        let kind = AExprKind::try_from(i32::try_from(expression.int("kind")).unwrap_or_default()).unwrap_or_default();
        let total = match kind {
            AExprKind::AexprDistinct
            | AExprKind::AexprNotDistinct
            | AExprKind::AexprNullif
            | AExprKind::AexprIn
            | AExprKind::AexprBetween
            | AExprKind::AexprNotBetween
            | AExprKind::AexprBetweenSym
            | AExprKind::AexprNotBetweenSym => self.compares_totally(expression, sides),
            AExprKind::AexprLike | AExprKind::AexprIlike if is_safe_pattern(expression) => true,
            _ if operators::is_total_in_left(name) && is_plain_pattern(expression) => true,
            _ if operators::is_comparison(name) => self.compares_totally(expression, sides),
            _ if name == "||" => match sides {
                [Some(left), Some(right)] => {
                    self.concatenates_texts(left, right) || self.appends_parameter(expression, sides)
                }
                _ => false,
            },
            _ => operators::is_total(name, type_of(0), type_of(1)) || self.contains_totally(name, sides),
        };
        if total && !users_fail_by(0) && !users_fail_by(1) {
            return None;
        }
        let mut failing = Lineage::computed();
        let in_left = !operators::is_total_in_left(name) || users_fail_by(0) || is_like && !is_safe_pattern(expression);
        for (at, side) in sides.iter().enumerate() {
            match side {
                Some(side) if at > 0 || in_left => failing.absorb(&side.lineage),
                _ => {}
            }
        }
        Some(failing)
    }

    /// Notes that values are grouped or made distinct.
    pub(super) fn grouping(&mut self, clause: Clause, value: &Origin<'a>) {
        if !self.has_protected(&value.lineage) {
            return;
        }
        if self.is_picked(&value.lineage) && self.has_plain_equality(value) {
            let columns = value.lineage.verbatim.clone();
            self.influence(clause, Test::Grouping(columns));
            self.test_influences(clause, &value.lineage);
        } else {
            self.other_influence(clause, &value.lineage);
        }
    }
}

/// The operator without its schema.
pub(super) fn operator_name(expression: &Node) -> &str {
    expression.names("name").last().copied().unwrap_or_default()
}

/// Longer patterns may be too complex for the server, which takes some hundred thousand letters.
const PATTERN_BYTES_MAX: usize = 1000;

/// A regular expression without anything that could be wrong in it.
fn is_plain_pattern(expression: &Node) -> bool {
    let constant = expression.node("rexpr").filter(|node| node.is("AConst"));
    let text = constant.and_then(|node| node.node("val")).map(|val| val.str("sval"));
    text.filter(|text| text.len() <= PATTERN_BYTES_MAX).is_some_and(|text| {
        text.chars()
            .all(|letter| letter.is_alphanumeric() || " _@.-^$,;:'%#".contains(letter))
    })
}

/// A pattern that ends in a lone backslash fails, but only on values that match what stands before it.
fn is_safe_pattern(expression: &Node) -> bool {
    let constant = expression.node("rexpr").filter(|node| node.is("AConst"));
    let text = constant.and_then(|node| node.node("val")).map(|val| val.str("sval"));
    text.is_some_and(|text| !text.ends_with('\\'))
}
