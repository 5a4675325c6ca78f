//! What tests tell: equality, presence, or more.

use pg_query::protobuf::{AExprKind, SubLinkType};

use super::failure::common_type;
use super::origin::{Origin, same_form, united};
use super::scope::Scope;
use super::{Analyser, Step};
use crate::sql::tree::Node;
use crate::sql::{Clause, ColumnSet, Lineage, Test};

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
        // A row IS NULL where all its fields are: that reads the fields.
        if value.lineage.is_verbatim() && value.fields.is_none() {
            let columns = value.lineage.verbatim.clone();
            self.influence(clause, Test::NullTest(columns));
        } else {
            self.other_influence(clause, &value.lineage);
        }
    }

    fn is_equality(&self, node: &Node) -> bool {
        let kind = AExprKind::try_from(i32::try_from(node.int("kind")).unwrap_or_default());
        let by_name = || self.is_equality_operator(&node.names("name"));
        match kind {
            Ok(AExprKind::AexprOp) => by_name() && node.get("lexpr").is_some(),
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

    /// `a = b`, `(a, b) = (c, d)`, `a IN (b, c)`, `a IS DISTINCT FROM b`.
    fn comparison(&mut self, scope: &Scope<'_, 'a>, node: &'a Node, clause: Clause) -> Step<()> {
        let Some((left, right)) = node.node("lexpr").zip(node.node("rexpr")) else {
            return Ok(());
        };
        let nulls_tell = node.int("kind") == AExprKind::AexprDistinct as i64
            || node.int("kind") == AExprKind::AexprNotDistinct as i64;
        let rights: Vec<&'a Node> = match right.kind() {
            "List" => right.nodes("items").collect(),
            _ => vec![right],
        };
        for right in rights {
            for (left, right) in paired(left, right) {
                let left = self.value(scope, left)?;
                let right = self.value(scope, right)?;
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

    /// Notes that two values are compared for equality.
    pub(super) fn equality(&mut self, clause: Clause, left: &Origin<'a>, right: &Origin<'a>) {
        if !self.has_protected(&left.lineage) && !self.has_protected(&right.lineage) {
            return;
        }
        if left.lineage.is_null() || right.lineage.is_null() {
            // Comparing with NULL is never true; where IS DISTINCT FROM asks, the tests for NULL are noted.
            return;
        }
        let plain = left.lineage.is_verbatim()
            && right.lineage.is_verbatim()
            && self.has_plain_equality(left)
            && self.has_plain_equality(right)
            && same_form(left.type_oid, right.type_oid);
        if plain {
            let test = Test::Equality(left.lineage.verbatim.clone(), right.lineage.verbatim.clone());
            self.influence(clause, test);
        } else {
            let mut columns: ColumnSet = self.protected(&left.lineage);
            columns.extend(self.protected(&right.lineage));
            self.influence(clause, Test::Other(columns));
        }
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
        for (left, field) in lefts.into_iter().zip(&fields) {
            let left = self.value(scope, left)?;
            self.equality(clause, &left, &field.origin);
        }
        Ok(())
    }

    /// As generic, where parts are evaluated or not according to the values of those before them.
    pub(super) fn conditional(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        let mut lineage = Lineage::computed();
        let mut deciding = Vec::new();
        let mut types = Vec::new();
        for part in parts(node) {
            let before = (self.clean_fallible, self.sublinks);
            let value = self.value(scope, part.node)?;
            self.branch_effects(before, &deciding, node.is("CoalesceExpr"));
            lineage.absorb(&value.lineage);
            if !part.decides || node.is("CoalesceExpr") {
                types.push(value.type_oid);
            }
            if part.decides {
                deciding.push(value);
            }
        }
        self.case_comparison(node, &deciding);
        Ok(Origin {
            type_oid: common_type(&types),
            ..Origin::from(lineage)
        })
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

/// A part of an expression in which not all parts are evaluated.
struct Part<'a> {
    node: &'a Node,
    /// Later parts are evaluated according to its value.
    decides: bool,
}

/// The parts of CASE, COALESCE, AND, OR and NOT in the order of their evaluation.
fn parts(node: &Node) -> Vec<Part<'_>> {
    let decides = |node| Part { node, decides: true };
    let shown = |node| Part { node, decides: false };
    if !node.is("CaseExpr") {
        return node.nodes("args").map(decides).collect();
    }
    let mut parts: Vec<Part<'_>> = node.node("arg").map(decides).into_iter().collect();
    for when in node.nodes("args") {
        parts.extend(when.node("expr").map(decides));
        parts.extend(when.node("result").map(shown));
    }
    parts.extend(node.node("defresult").map(shown));
    parts
}

/// The values that an equality of two sides compares.
fn paired<'a>(left: &'a Node, right: &'a Node) -> Vec<(&'a Node, &'a Node)> {
    let (lefts, rights) = (left.list("args").len(), right.list("args").len());
    if left.is("RowExpr") && right.is("RowExpr") && lefts == rights {
        left.nodes("args").zip(right.nodes("args")).collect()
    } else {
        vec![(left, right)]
    }
}
