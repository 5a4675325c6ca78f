//! What tests tell: equality, presence, or more.

use pg_query::protobuf::{AExprKind, SubLinkType};

use super::origin::{Origin, same_form, united};
use super::scope::Scope;
use super::{Analyser, Step};
use crate::sql::tree::Node;
use crate::sql::{Clause, ColumnSet, Constant, ConstantForm, Test};

impl<'a> Analyser<'a> {
    /// Notes what a condition tests. AND, OR and NOT of tests that the masked data can answer can be
    /// answered from the masked data too.
    pub(super) fn condition(&mut self, scope: &Scope<'_, 'a>, node: &'a Node, clause: Clause) -> Step<()> {
        match node.kind() {
            "BoolExpr" => {
                for argument in node.nodes("args") {
                    self.condition(scope, argument, clause)?;
                }
                Ok(())
            }
            "NullTest" => {
                let Some(argument) = node.node("arg") else {
                    return Ok(());
                };
                let value = self.value(scope, argument)?;
                self.null_test(clause, &value);
                Ok(())
            }
            // IS TRUE and its like say of a test no more than the test does.
            "BooleanTest" => match node.node("arg") {
                Some(argument) => self.condition(scope, argument, clause),
                None => Ok(()),
            },
            "AExpr" if self.is_equality(node) => self.comparison(scope, node, clause),
            "SubLink" if self.is_membership(node) => self.membership(scope, node, clause),
            _ => {
                let value = self.value(scope, node)?;
                self.other_influence(clause, &value.lineage);
                Ok(())
            }
        }
    }

    /// Notes a test for NULL.
    pub(super) fn null_test(&mut self, clause: Clause, value: &Origin<'a>) {
        if !self.has_protected(&value.lineage) {
            return;
        }
        match self.null_outcome(value) {
            Some(test) => {
                self.influence(clause, test);
                self.test_influences(clause, &value.lineage);
            }
            None => self.other_influence(clause, &value.lineage),
        }
    }

    /// What a test for NULL is, if NULL stands for NULL in the masked data.
    pub(super) fn null_outcome(&self, value: &Origin<'a>) -> Option<Test> {
        // A row IS NULL where all its fields are: that reads the fields.
        let is_plain = self.is_picked(&value.lineage) && value.fields.is_none();
        is_plain.then(|| Test::NullTest(value.lineage.verbatim.clone()))
    }

    pub(super) fn is_equality(&self, node: &Node) -> bool {
        let kind = AExprKind::try_from(i32::try_from(node.int("kind")).unwrap_or_default());
        let by_name = || self.is_equality_operator(&node.names("name"));
        match kind {
            Ok(AExprKind::AexprOp) => by_name() && node.get("lexpr").is_some(),
            Ok(AExprKind::AexprOpAny | AExprKind::AexprOpAll) => by_name() && self.array_of_constants(node).is_some(),
            Ok(AExprKind::AexprDistinct | AExprKind::AexprNotDistinct | AExprKind::AexprIn) => by_name(),
            _ => false,
        }
    }

    /// `=` or `<>`. Over types of the server's own these are pg_catalog's: an operator of a user's own that shadows
    /// them is an opaque function, and refused as such.
    fn is_equality_operator(&self, names: &[&str]) -> bool {
        match names {
            [name] | ["pg_catalog", name] => matches!(*name, "=" | "<>"),
            _ => false,
        }
    }

    /// The elements of the array in `a = ANY (array)`: those of `ARRAY[…]`, cast or not, or the constant array itself.
    fn array_of_constants(&self, node: &'a Node) -> Option<Vec<&'a Node>> {
        let right = node.node("rexpr")?;
        let array = if right.is("TypeCast") {
            right.node("arg")?
        } else {
            right
        };
        match array.kind() {
            "AArrayExpr" => Some(array.nodes("elements").collect()),
            "AConst" | "ParamRef" => Some(vec![right]),
            _ => None,
        }
    }

    /// `a = b`, `(a, b) = (c, d)`, `a IN (b, c)`, `a = ANY (array)`, `a IS DISTINCT FROM b`.
    fn comparison(&mut self, scope: &Scope<'_, 'a>, node: &'a Node, clause: Clause) -> Step<()> {
        let Some((left, right)) = node.node("lexpr").zip(node.node("rexpr")) else {
            return Ok(());
        };
        let nulls_tell = node.int("kind") == AExprKind::AexprDistinct as i64
            || node.int("kind") == AExprKind::AexprNotDistinct as i64;
        let kind = node.int("kind");
        let in_array = kind == AExprKind::AexprOpAny as i64 || kind == AExprKind::AexprOpAll as i64;
        let array = if in_array { self.array_of_constants(node) } else { None };
        let elements = right.is("AArrayExpr") || right.node("arg").is_some_and(|array| array.is("AArrayExpr"));
        let shape = Shape {
            is_array: in_array && !elements,
            cast: right.node("type_name").filter(|_| in_array && elements),
        };
        let rights: Vec<&'a Node> = match right.kind() {
            _ if in_array => array.unwrap_or_default(),
            "List" => right.nodes("items").collect(),
            _ => vec![right],
        };
        let count = rights.len();
        for right in rights {
            for (left, right) in paired(left, right) {
                let nodes = (left, right);
                let left = self.value(scope, left)?;
                let right = self.value(scope, right)?;
                // A literal on the left of a list is compared with all of it.
                let sides = ((nodes.0, &left), (nodes.1, &right));
                if let Some(test) = self.constant_test(sides, count == 1 && !in_array, shape) {
                    self.influence(clause, test);
                    continue;
                }
                let right = match shape.cast {
                    // What the cast makes of it is another value.
                    Some(_) if !right.lineage.is_null() => Origin::from(right.lineage.tainted()),
                    _ => right,
                };
                self.equality(clause, &left, &right);
                if nulls_tell && right.lineage.is_null() {
                    self.null_test(clause, &left);
                }
                if nulls_tell && left.lineage.is_null() {
                    self.null_test(clause, &right);
                }
            }
        }
        Ok(())
    }

    /// The test of a protected column against a constant that the client gave: on the right, or `on_either_side`.
    fn constant_test(
        &self,
        sides: (Side<'_, 'a>, Side<'_, 'a>),
        on_either_side: bool,
        shape: Shape<'a>,
    ) -> Option<Test> {
        // What a view's definition compares with is its owner's, not the client's.
        if self.system_names_only {
            return None;
        }
        let (left, right) = sides;
        let test = |(_, column): Side<'_, 'a>, (node, _): Side<'_, 'a>| {
            let is_column =
                column.lineage.is_verbatim() && self.has_protected(&column.lineage) && self.has_plain_equality(column);
            let constant = self.constant_given(node, shape).filter(|_| is_column)?;
            Some(Test::Constant(column.lineage.verbatim.clone(), constant))
        };
        test(left, right).or_else(|| test(right, left).filter(|_| on_either_side))
    }

    /// A literal or parameter, cast or not.
    fn constant_given(&self, node: &Node, shape: Shape<'_>) -> Option<Constant> {
        let own = match (node.kind(), node.node("arg"), node.node("type_name")) {
            ("TypeCast", Some(argument), Some(name)) => Some((argument, name)),
            _ => None,
        };
        let is_plain = |name: &Node, is_array: bool| {
            // A type with limits cuts or rounds, and a domain may refuse.
            name.get("typmods").is_none() && name.get("array_bounds").is_some() == is_array
        };
        let cast = match (own, shape.cast) {
            (Some((_, name)), None) if is_plain(name, shape.is_array) => Some(name),
            // Elements of an array that is cast are read as of its type.
            (None, Some(name)) if is_plain(name, true) => Some(name),
            (None, None) => None,
            _ => return None,
        };
        let cast = match cast {
            Some(name) => Some(self.element_named(name).filter(|oid| self.is_base_type(*oid))?),
            None => None,
        };
        let node = own.map_or(node, |(argument, _)| argument);
        let location = usize::try_from(node.int("location")).ok()?;
        let form = match (node.kind(), node.node("val").map(Node::kind)) {
            ("AConst", Some("Integer" | "Float" | "String")) => ConstantForm::Literal { location },
            ("ParamRef", _) => ConstantForm::Parameter {
                number: u16::try_from(node.int("number")).ok().filter(|number| *number > 0)?,
                location,
            },
            _ => return None,
        };
        let is_array = shape.is_array;
        Some(Constant { form, cast, is_array })
    }

    /// Notes that two values are compared for equality.
    pub(super) fn equality(&mut self, clause: Clause, left: &Origin<'a>, right: &Origin<'a>) {
        if !self.has_protected(&left.lineage) && !self.has_protected(&right.lineage) {
            return;
        }
        if left.lineage.is_null() || right.lineage.is_null() {
            // Comparing with NULL is never true; where IS DISTINCT FROM asks, the tests for NULL are noted.
            return;
        }
        match self.equality_outcome(left, right) {
            Some(test) => self.influence(clause, test),
            None => {
                let mut columns: ColumnSet = self.protected(&left.lineage);
                columns.extend(self.protected(&right.lineage));
                if !columns.is_empty() {
                    self.influence(clause, Test::Other(columns));
                }
            }
        }
        self.test_influences(clause, &left.lineage);
        self.test_influences(clause, &right.lineage);
    }

    /// What a test for equality is, if equal values are equal in the masked data.
    pub(super) fn equality_outcome(&self, left: &Origin<'a>, right: &Origin<'a>) -> Option<Test> {
        let plain = self.is_picked(&left.lineage)
            && self.is_picked(&right.lineage)
            && self.has_plain_equality(left)
            && self.has_plain_equality(right)
            && same_form(left.type_oid, right.type_oid);
        plain.then(|| Test::Equality(left.lineage.verbatim.clone(), right.lineage.verbatim.clone()))
    }

    /// IN, NOT IN, `= ANY`, `<> ALL` of a subquery; EXISTS, which tests nothing but what its query tests.
    pub(super) fn is_membership(&self, node: &Node) -> bool {
        let kind = SubLinkType::try_from(i32::try_from(node.int("sub_link_type")).unwrap_or_default());
        let names = node.names("oper_name");
        match kind {
            Ok(SubLinkType::AnySublink | SubLinkType::AllSublink) => {
                names.is_empty() || self.is_equality_operator(&names)
            }
            _ => false,
        }
    }

    fn membership(&mut self, scope: &Scope<'_, 'a>, node: &'a Node, clause: Clause) -> Step<()> {
        let Some((test, subselect)) = node.node("testexpr").zip(node.node("subselect")) else {
            return Ok(());
        };
        let fields = self.query(subselect, Some(scope))?;
        let lefts: Vec<&'a Node> = match test.kind() {
            "RowExpr" => test.nodes("args").collect(),
            _ => vec![test],
        };
        if lefts.len() != fields.len() {
            // A row against a row: compared field by field, but which is which is not known here.
            let mut all = self.value(scope, test)?.lineage.tainted();
            for field in &fields {
                all.absorb(&field.origin.lineage);
            }
            self.other_influence(clause, &all);
            return Ok(());
        }
        for (node, field) in lefts.into_iter().zip(&fields) {
            let left = self.value(scope, node)?;
            let sides = ((subselect, &field.origin), (node, &left));
            match self.constant_test(sides, false, Shape::default()) {
                Some(test) => self.influence(clause, test),
                None => self.equality(clause, &left, &field.origin),
            }
        }
        Ok(())
    }

    /// What a part that is evaluated according to other values tells of them: that it failed, even on clean values; and
    /// that a subquery ran, by the time that it took and in what EXPLAIN ANALYZE counts.
    pub(super) fn branch_effects(&mut self, before: (usize, usize), deciding: &[Origin<'a>], by_null: bool) {
        let may_fail = self.clean_fallible > before.0;
        let has_subquery = self.sublinks > before.1;
        for value in deciding {
            if may_fail && self.has_protected(&value.lineage) {
                self.may_fail(
                    || "an expression that may fail in one branch".to_owned(),
                    &value.lineage,
                );
            }
            if has_subquery && by_null {
                self.null_test(Clause::CaseCondition, value);
            } else if has_subquery {
                self.other_influence(Clause::CaseCondition, &value.lineage);
            }
        }
    }

    /// SQL/JSON, XML and whatever a newer grammar brings: nothing is known of the order of its parts.
    pub(super) fn unfamiliar(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        let before = (self.clean_fallible, self.sublinks);
        let value = self.generic(scope, node)?;
        self.branch_effects(before, std::slice::from_ref(&value), false);
        self.may_fail(|| node.kind().to_owned(), &value.lineage);
        Ok(value)
    }

    /// Notes what a set operation that removes duplicates tells of one position of its two branches.
    pub(super) fn distinct_branches(&mut self, left: &Origin<'a>, right: &Origin<'a>) {
        if left.lineage.verbatim == right.lineage.verbatim || left.lineage.is_null() || right.lineage.is_null() {
            self.grouping(Clause::SetOperation, &united(left, right));
        } else {
            self.equality(Clause::SetOperation, left, right);
        }
    }
}

/// How a constant stands in a comparison.
#[derive(Clone, Copy, Default)]
struct Shape<'a> {
    /// It is an array, whose elements are compared.
    is_array: bool,
    /// It is an element of `ARRAY[…]`, which is cast to this type as a whole.
    cast: Option<&'a Node>,
}

/// One side of a comparison.
type Side<'s, 'a> = (&'a Node, &'s Origin<'a>);

/// The values that an equality of two sides compares.
fn paired<'a>(left: &'a Node, right: &'a Node) -> Vec<(&'a Node, &'a Node)> {
    let (lefts, rights) = (left.list("args").len(), right.list("args").len());
    if left.is("RowExpr") && right.is("RowExpr") && lefts == rights {
        left.nodes("args").zip(right.nodes("args")).collect()
    } else {
        vec![(left, right)]
    }
}
