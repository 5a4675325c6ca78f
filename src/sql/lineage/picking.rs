//! Values that are one of several: CASE, COALESCE, NULLIF, extremes, and functions that pick by position.
//!
//! What is picked stays what it is. By what it is picked goes into its lineage: clean columns, and tests of protected ones.

use super::calls::Callee;
use super::origin::{Origin, UNKNOWN, same_form, united};
use super::scope::Scope;
use super::{Analyser, Step};
use crate::catalog::{Function, Oid, TypeKind};
use crate::sql::functions::Class;
use crate::sql::tree::Node;
use crate::sql::{Lineage, Test, callees};

impl<'a> Analyser<'a> {
    /// CASE, COALESCE, AND, OR and NOT: parts are evaluated or not according to the values of those before them.
    pub(super) fn conditional(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        match node.kind() {
            "CaseExpr" => self.case(scope, node),
            "CoalesceExpr" => self.coalesce(scope, node),
            _ => {
                let mut lineage = Lineage::computed();
                let mut deciding = Vec::new();
                for argument in node.nodes("args") {
                    let value = self.branch(scope, argument, &deciding, false)?;
                    lineage.absorb(&value.lineage);
                    deciding.push(value);
                }
                Ok(Origin::from(lineage))
            }
        }
    }

    /// The value of a part that is evaluated according to those in `deciding`.
    fn branch(
        &mut self,
        scope: &Scope<'_, 'a>,
        part: &'a Node,
        deciding: &[Origin<'a>],
        by_null: bool,
    ) -> Step<Origin<'a>> {
        let before = (self.clean_fallible, self.sublinks);
        let value = self.value(scope, part)?;
        self.branch_effects(before, deciding, by_null);
        Ok(value)
    }

    fn case(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        let mut deciding = Vec::new();
        let subject = match node.node("arg") {
            Some(subject) => Some(self.value(scope, subject)?),
            None => None,
        };
        deciding.extend(subject.clone());
        let mut by = Lineage::default();
        let mut results = Vec::new();
        for when in node.nodes("args") {
            if let Some(condition) = when.node("expr") {
                let condition = self.branch(scope, condition, &deciding, false)?;
                by.picked_by(&match &subject {
                    Some(subject) => self.compared(subject, &condition),
                    None => condition.lineage.clone(),
                });
                deciding.push(condition);
            }
            if let Some(result) = when.node("result") {
                results.push(self.branch(scope, result, &deciding, false)?);
            }
        }
        results.push(match node.node("defresult") {
            Some(result) => self.branch(scope, result, &deciding, false)?,
            None => null(),
        });
        if subject.is_some() {
            self.case_comparison(node, &deciding);
        }
        self.constants_in(&results);
        Ok(one_of(results, &by))
    }

    fn coalesce(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        let mut by = Lineage::default();
        let mut values: Vec<Origin<'a>> = Vec::new();
        for argument in node.nodes("args") {
            let value = self.branch(scope, argument, &values, true)?;
            if let Some(before) = values.last() {
                by.picked_by(&self.nullness(before));
            }
            values.push(value);
        }
        self.constants_in(&values);
        Ok(one_of(values, &by))
    }

    /// `nullif(a, b)`: a, or NULL where they are equal.
    pub(super) fn null_if(&self, left: &Origin<'a>, right: &Origin<'a>) -> Origin<'a> {
        let keeps_type =
            right.lineage.is_null() || right.type_oid == Some(UNKNOWN) || same_form(left.type_oid, right.type_oid);
        let by = self.compared(left, right);
        if keeps_type {
            return one_of(vec![left.clone()], &by);
        }
        let mut lineage = left.lineage.tainted();
        lineage.absorb(&by);
        Origin::from(lineage)
    }

    /// `greatest` and `least`.
    pub(super) fn greatest(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        let mut values = Vec::new();
        for argument in node.nodes("args") {
            values.push(self.value(scope, argument)?);
        }
        Ok(self.extreme(one_of(values, &Lineage::default())))
    }

    /// One of these values, by its place in their order.
    fn extreme(&self, mut value: Origin<'a>) -> Origin<'a> {
        if value.structure.is_some() || value.fields.is_some() {
            // Compared part by part: what is shown of them would tell of their order.
            return Origin {
                type_oid: value.type_oid,
                ..Origin::from(value.lineage.tainted())
            };
        }
        let columns: Vec<_> = value.lineage.verbatim.iter().copied().collect();
        let protected = columns.into_iter().filter(|column| self.is_protected(*column));
        let protected: std::collections::BTreeSet<_> = protected.collect();
        if !protected.is_empty() {
            let by = Lineage {
                tests: [Test::Extreme(protected)].into(),
                ..Lineage::default()
            };
            value.picked_by(&by);
        }
        value
    }

    /// The value of a call that shows one of the values that it is given. `by` is what orders the rows of its window, or
    /// those that it collects; `sorted` are the values of WITHIN GROUP.
    pub(super) fn picked_by_call(
        &self,
        call: &Node,
        callee: Callee<'_>,
        arguments: &[Origin<'a>],
        sorted: &[Origin<'a>],
        by: &Lineage,
    ) -> Option<Origin<'a>> {
        if !self.is_builtin(callee) && self.is_vouched_picking(callee) {
            return Some(self.picked_by_place(arguments, by));
        }
        if !self.is_builtin(callee) || call.bool("func_variadic") {
            return None;
        }
        let in_group = call.bool("agg_within_group");
        let mut picked = match (callee.name, arguments, sorted) {
            ("min" | "max", [only], _) if self.has_extremes(only) => self.extreme(only.clone()),
            ("any_value" | "first_value" | "last_value", [only], _) => only.clone(),
            ("nth_value" | "lag" | "lead", [value], _) => value.clone(),
            ("nth_value" | "lag" | "lead", [value, place], _) => one_of(vec![value.clone()], &place.lineage),
            ("lag" | "lead", [value, place, other], _) => one_of(vec![value.clone(), other.clone()], &place.lineage),
            ("mode", [], [only]) if in_group => self.extreme(only.clone()),
            ("percentile_disc", [place], [only]) if in_group && is_number(call) => {
                one_of(vec![self.extreme(only.clone())], &place.lineage)
            }
            _ => return None,
        };
        picked.picked_by(&self.order_tested(by));
        Some(picked)
    }

    /// Whether a person vouched for every function that the call may mean: that it shows one of its arguments, by their
    /// places or by which are NULL.
    fn is_vouched_picking(&self, callee: Callee<'_>) -> bool {
        let mut found = callees::named(self.snapshot, callee.schema, callee.name).peekable();
        let is_vouched = |one: &Function| self.treatment.vouched(&one.schema, &one.name) == Some(Class::Picking);
        let is_known = found.peek().is_some() && !self.snapshot.builtin_functions.contains(callee.name);
        is_known && found.all(is_vouched)
    }

    fn picked_by_place(&self, arguments: &[Origin<'a>], by: &Lineage) -> Origin<'a> {
        let mut nullness = Lineage::default();
        arguments
            .iter()
            .for_each(|argument| nullness.picked_by(&self.nullness(argument)));
        let mut picked = one_of(arguments.to_vec(), &nullness);
        picked.picked_by(&self.order_tested(by));
        picked
    }

    /// What is picked by an order tells of it: clean columns as such, the others as a test that only a rule can allow.
    pub(super) fn order_tested(&self, by: &Lineage) -> Lineage {
        let mut tested = Lineage {
            tests: by.tests.clone(),
            ..Lineage::default()
        };
        let protected = self.protected(by);
        let columns = by.verbatim.iter().chain(&by.computed_from);
        tested
            .computed_from
            .extend(columns.copied().filter(|column| !protected.contains(column)));
        if !protected.is_empty() {
            tested.tests.insert(Test::Other(protected));
        }
        tested
    }

    /// Whether `min` and `max` of these give one of the values as it is. Of `name` and `cidr`, which have none of their
    /// own, they are those of `text` and `inet`.
    fn has_extremes(&self, value: &Origin<'a>) -> bool {
        const CAST: [Oid; 2] = [19, 650];
        value.type_oid.is_some_and(|oid| {
            let kind = self.snapshot.types.get(&oid).map(|found| found.kind);
            !CAST.contains(&oid) && matches!(kind, Some(TypeKind::Base | TypeKind::Enum | TypeKind::Array(_)))
        })
    }

    /// By what it is decided whether a value is NULL, for COALESCE: a row of NULLs is not.
    fn nullness(&self, value: &Origin<'a>) -> Lineage {
        match &value.structure {
            Some(structure) => structure.nullness(&|lineage| self.null_tested(&Origin::from(lineage.clone()))),
            None => self.null_tested(value),
        }
    }

    /// The outcome of a test for NULL, as a value.
    pub(super) fn null_tested(&self, value: &Origin<'a>) -> Lineage {
        match self.null_outcome(value) {
            Some(test) if self.has_protected(&value.lineage) => self.outcome(test, &[value]),
            _ => value.lineage.tainted(),
        }
    }

    /// The outcome of a test for equality, as a value.
    pub(super) fn compared(&self, left: &Origin<'a>, right: &Origin<'a>) -> Lineage {
        let sides = [left, right];
        let is_protected = sides.iter().any(|side| self.has_protected(&side.lineage));
        match self.equality_outcome(left, right) {
            Some(test) if is_protected => self.outcome(test, &sides),
            _ if left.lineage.is_null() || right.lineage.is_null() => Lineage::computed(),
            _ => {
                let mut lineage = left.lineage.tainted();
                lineage.absorb(&right.lineage);
                lineage
            }
        }
    }

    fn outcome(&self, test: Test, values: &[&Origin<'a>]) -> Lineage {
        let mut lineage = Lineage::computed();
        for value in values {
            lineage.computed_from.extend(&value.lineage.computed_from);
            lineage.tests.extend(value.lineage.tests.iter().cloned());
        }
        lineage.tests.insert(test);
        lineage
    }
}

/// NULL, of any type.
fn null<'a>() -> Origin<'a> {
    Origin {
        type_oid: Some(UNKNOWN),
        ..Origin::default()
    }
}

/// One of these values, picked by `by`.
fn one_of<'a>(values: Vec<Origin<'a>>, by: &Lineage) -> Origin<'a> {
    let one = values.into_iter().reduce(|all, next| united(&all, &next));
    let mut one = one.unwrap_or_default();
    one.picked_by(by);
    one
}

/// Whether the direct argument is a number, and not an array of them.
fn is_number(call: &Node) -> bool {
    let mut arguments = call.nodes("args");
    let constant = arguments.next().filter(|argument| argument.is("AConst"));
    let kind = constant.and_then(|constant| constant.node("val")).map(Node::kind);
    matches!(kind, Some("Integer" | "Float"))
}
