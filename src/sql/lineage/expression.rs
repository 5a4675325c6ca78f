//! Values of expressions.

use std::borrow::Cow;
use std::rc::Rc;

use pg_query::protobuf::SubLinkType;

use super::documents::text_of;
use super::failure::{has_constants_only, is_read_at_once, is_total_cast};
use super::origin::{ArraySize, Field, Origin, UNKNOWN, array_of, fields_of};
use super::scope::Scope;
use super::{Analyser, Step, unknown};
use crate::catalog::{Oid, Relation, Type, TypeKind};
use crate::sql::tree::Node;
use crate::sql::{Clause, Lineage, Structure};

impl<'a> Analyser<'a> {
    /// Where the value of an expression comes from.
    pub(super) fn value(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        self.step()?;
        let value = self.value_of(scope, node)?;
        if matches!(node.kind(), "AExpr" | "FuncCall" | "MinMaxExpr" | "CaseExpr") {
            self.collation_effects(&value);
        }
        Ok(value)
    }

    fn value_of(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        match node.kind() {
            "ColumnRef" => self.column_reference(scope, node),
            "AConst" => {
                let constant = constant(node);
                // A plan in which it is empty is not one for other texts.
                self.constants_matter |= constant.structure.is_some();
                Ok(constant)
            }
            "ParamRef" => self.numbered_parameter(node),
            "SqlValueFunction" | "GroupingFunc" => Ok(Origin::computed()),
            "AIndirection" => self.indirection(scope, node),
            "FuncCall" => self.function(scope, node),
            "AExpr" => self.operator(scope, node),
            "TypeCast" => self.cast(scope, node),
            "SubLink" => self.sublink(scope, node),
            "RowExpr" => self.row(scope, node),
            "WindowDef" => Ok(Origin::from(self.window(scope, node, false)?)),
            "SelectStmt" => {
                let fields = self.query(node, Some(scope))?;
                Ok(Origin::from(united_fields(&fields)))
            }
            "CaseExpr" | "CoalesceExpr" | "BoolExpr" => self.conditional(scope, node),
            "AArrayExpr" => self.array(scope, node),
            "MinMaxExpr" => self.greatest(scope, node),
            "NullTest" => match node.node("arg") {
                Some(argument) => {
                    let value = self.value(scope, argument)?;
                    Ok(Origin::from(self.null_tested(&value)))
                }
                None => self.generic(scope, node),
            },
            "List" => self.list(scope, node),
            "CollateClause" => {
                let name = node.names("collname").last().copied().unwrap_or_default();
                if name != "default" {
                    self.collations.insert(name.to_owned());
                }
                self.generic(scope, node)
            }
            "BooleanTest" | "AIndices" | "NamedArgExpr" | "ResTarget" | "SortBy" => self.generic(scope, node),
            "String" | "Integer" | "Float" | "Boolean" | "BitString" | "TypeName" | "AStar" => Ok(Origin::computed()),
            "JsonFuncExpr" | "JsonScalarExpr" => match self.asked(scope, node)? {
                Some(origin) => Ok(origin),
                None => self.unfamiliar(scope, node),
            },
            _ => match self.constructed(scope, node)? {
                Some(origin) => Ok(origin),
                None => self.unfamiliar(scope, node),
            },
        }
    }

    /// Computed from everything under the node.
    pub(super) fn generic(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        let mut lineage = Lineage::computed();
        let mut children = Vec::new();
        node.for_each_child(&mut |child| children.push(child));
        for child in children {
            lineage.absorb(&self.value(scope, child)?.lineage);
        }
        Ok(Origin::from(lineage))
    }

    /// Fields of rows and elements of arrays: `(x).a`, `x[1]`. A `.*` at the end leaves the row as it is.
    pub(super) fn indirection(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        let mut value = match node.node("arg") {
            Some(argument) => self.value(scope, argument)?,
            None => Origin::computed(),
        };
        let is_slice = node.nodes("indirection").any(|step| step.bool("is_slice"));
        let steps: Vec<&'a Node> = node.nodes("indirection").collect();
        let mut of_array = false;
        for (at, step) in steps.iter().copied().enumerate() {
            match step.kind() {
                "String" => value = self.field(&value, step.str("sval"))?,
                "AStar" => {}
                _ => {
                    let before = (self.clean_fallible, self.sublinks);
                    let subscript = self.value(scope, step)?;
                    // It is not evaluated where there is nothing to take from.
                    if (self.clean_fallible, self.sublinks) > before {
                        self.may_fail_unless_null(&|| "a subscript".to_owned(), &[&value]);
                    }
                    let place = (at > 0).then(|| steps[at - 1]).filter(|before| before.is("AIndices"));
                    if place.is_some() && of_array {
                        // A further dimension of the same array.
                        value.picked_by(&subscript.lineage);
                        continue;
                    }
                    if let Some(part) = self.document_subscript(&value, step) {
                        value = part;
                        of_array = false;
                        continue;
                    }
                    of_array = self.is_array(&value);
                    if let Some(element) = self.element(&value) {
                        value = match is_slice {
                            true => Origin {
                                size: value.size.of_slice(),
                                ..value
                            },
                            false => element,
                        };
                        value.picked_by(&subscript.lineage);
                        continue;
                    }
                    let mut lineage = value.lineage.tainted();
                    lineage.absorb(&subscript.lineage);
                    // jsonb and other types with subscripts of their own may fail on a bad one.
                    if self.has_protected(&subscript.lineage) || !has_constants_only(step) {
                        self.may_fail(|| "a subscript".to_owned(), &subscript.lineage);
                    }
                    value = match value.type_oid.and_then(|oid| self.snapshot.types.get(&oid)) {
                        Some(Type {
                            kind: TypeKind::Array(element),
                            ..
                        }) if !is_slice => Origin::of_type(lineage, *element, self.snapshot),
                        _ => Origin::from(lineage),
                    };
                }
            }
        }
        Ok(value)
    }

    pub(super) fn field(&mut self, row: &Origin<'a>, name: &'a str) -> Step<Origin<'a>> {
        let Some(fields) = &row.fields else {
            return Ok(Origin::from(row.lineage.tainted()));
        };
        let mut matching = fields.iter().filter(|field| field.name == name);
        match (matching.next(), matching.next()) {
            (Some(field), None) => Ok(field.origin.clone()),
            (Some(_), Some(_)) => Err(unknown("ambiguous field", name)),
            (None, _) => self.attribute_call(name, row.clone()),
        }
    }

    fn row(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        let mut lineage = Lineage::computed();
        let mut fields = Vec::new();
        for argument in node.nodes("args") {
            let expanded = match self.star(scope, argument)? {
                Some(expanded) => expanded,
                None => vec![Field {
                    name: Cow::Borrowed(""),
                    origin: self.value(scope, argument)?,
                }],
            };
            fields.extend(expanded);
        }
        for (at, field) in fields.iter_mut().enumerate() {
            field.name = Cow::Owned(format!("f{}", at + 1));
            lineage.absorb(&field.origin.lineage);
        }
        Ok(Origin {
            lineage,
            fields: Some(Rc::new(fields)),
            type_oid: None,
            structure: None,
            computed_follows_null: false,
            size: ArraySize::Unknown,
            cell: None,
        })
    }

    fn sublink(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        let before = (self.clean_fallible, self.sublinks);
        let kind = node.int("sub_link_type");
        let (fields, decided) = match node.node("subselect") {
            Some(subselect) => {
                let never_fails = kind != SubLinkType::ExprSublink as i64 || self.has_one_row(subselect);
                self.contained(never_fails, |analyser| analyser.query(subselect, Some(scope)))?
            }
            None => Default::default(),
        };
        let within = (self.clean_fallible, self.sublinks);
        self.sublinks += 1;
        if kind == SubLinkType::ExistsSublink as i64 {
            let mut exists = Lineage::computed();
            exists.picked_by(&decided);
            return Ok(Origin::from(exists));
        }
        // One with several columns is a side of a row comparison: `(a, b) = (SELECT …)`.
        if kind == SubLinkType::ExprSublink as i64 && fields.len() < 2 {
            let Some(field) = fields.into_iter().next() else {
                return Err(unknown("column", "of a scalar subquery"));
            };
            self.sublink_labels.insert(std::ptr::from_ref(node), field.name);
            let mut origin = field.origin;
            origin.picked_by(&decided);
            return Ok(origin);
        }
        let mut lineage = united_fields(&fields);
        lineage.picked_by(&decided);
        if kind == SubLinkType::ArraySublink as i64 {
            let is_sized = |origin: &Origin<'a>| matches!(origin.size, ArraySize::Elements(_));
            if fields
                .iter()
                .any(|field| self.may_be_array(&field.origin) && !is_sized(&field.origin))
            {
                self.may_fail(|| "an array of arrays".to_owned(), &lineage);
            }
            let elements: Vec<Origin<'a>> = fields.into_iter().take(1).map(|field| field.origin).collect();
            let element = elements.first().and_then(|element| element.type_oid);
            return Ok(Origin {
                type_oid: element.and_then(|element| array_of(element, self.snapshot)),
                structure: self.array_of_all(&elements),
                size: match elements.iter().any(|element| self.may_be_array(element)) {
                    true => ArraySize::Unknown,
                    false => ArraySize::OneDimension,
                },
                ..Origin::from(lineage)
            });
        }
        if let Some(test) = node.node("testexpr") {
            let test = self.value(scope, test)?;
            lineage.absorb(&test.lineage);
            // It ends with the first row that decides: how many rows it read is told by EXPLAIN ANALYZE.
            match fields.as_slice() {
                [field] if self.is_membership(node) => self.equality(Clause::Sublink, &test, &field.origin),
                _ => self.other_influence(Clause::Sublink, &lineage),
            }
        }
        if within > before {
            self.branch_effects(before, &[Origin::from(lineage.clone())], false);
        }
        if let Some(operator) = node.names("oper_name").last()
            && !crate::sql::operators::is_total(operator, None, None)
        {
            self.may_fail(|| format!("operator {operator}"), &lineage);
        }
        Ok(Origin::from(lineage))
    }

    fn cast(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        let Some((argument, type_name)) = node.node("arg").zip(node.node("type_name")) else {
            return self.generic(scope, node);
        };
        let value = self.value(scope, argument)?;
        let target = self.type_named(type_name);
        let is_domain = target.is_some_and(|oid| self.snapshot.base_type(oid, -1).0 != oid);
        if value.lineage.is_null() {
            if is_domain {
                self.may_fail(|| "the constraint of a domain".to_owned(), &value.lineage);
            }
            return Ok(self.cast_null(target));
        }
        if let Some(structured) = self.structured_cast(&value, type_name, target) {
            return Ok(structured);
        }
        let plain_text = target == Some(25) || target == Some(1043);
        let same = plain_text && type_name.get("typmods").is_none();
        if same && self.is_picked(&value.lineage) && value.type_oid.is_some_and(is_string) {
            return Ok(Origin {
                type_oid: target,
                ..value
            });
        }
        let computed_follows_null = value.follows_null();
        if let Some(text) = text_of(&value).filter(|_| same) {
            return Ok(Origin {
                type_oid: target,
                computed_follows_null,
                ..text
            });
        }
        let lineage = value.lineage.tainted();
        let has_limits = type_name.get("typmods").is_some();
        let total = target.is_some_and(|target| is_total_cast(value.type_oid, target, has_limits));
        let is_array = type_name.get("array_bounds").is_some();
        if !total && (is_domain || !is_read_at_once(argument, target, is_array)) {
            let name = type_name.names("names").last().copied().unwrap_or_default();
            self.may_fail(|| format!("cast to {name}"), &lineage);
        }
        Ok(match target {
            Some(target) => Origin {
                computed_follows_null,
                ..Origin::of_type(lineage, target, self.snapshot)
            },
            None => Origin {
                fields: self.named_row(type_name).map(|relation| {
                    let names = relation.columns.iter().map(|column| column.name.as_str());
                    Rc::new(fields_of(names.map(Cow::Borrowed), &lineage))
                }),
                lineage,
                type_oid: None,
                structure: None,
                computed_follows_null: false,
                size: ArraySize::Unknown,
                cell: None,
            },
        })
    }

    fn cast_null(&self, target: Option<Oid>) -> Origin<'a> {
        match target {
            Some(target) => Origin {
                lineage: Lineage::default(),
                ..Origin::of_type(Lineage::default(), target, self.snapshot)
            },
            None => Origin::default(),
        }
    }

    /// The type that a name means, if there is only one of this name.
    pub(super) fn type_named(&self, type_name: &Node) -> Option<Oid> {
        self.element_named(type_name)
            .filter(|_| type_name.get("array_bounds").is_none())
    }

    /// The same, and for an array the type of its elements.
    pub(super) fn element_named(&self, type_name: &Node) -> Option<Oid> {
        if type_name.bool("setof") || type_name.bool("pct_type") {
            return None;
        }
        let names = type_name.names("names");
        let (name, schema) = names.split_last()?;
        let schema = match (schema.last(), self.system_names_only) {
            (None, true) => Some("pg_catalog"),
            (schema, _) => schema.copied(),
        };
        let found = self.snapshot.types_by_name.get(*name)?;
        let mut found = found
            .iter()
            .filter_map(|oid| self.snapshot.types.get(oid))
            .filter(|one| schema.is_none_or(|schema| one.schema == schema));
        match (found.next(), found.next()) {
            (Some(one), None) => Some(one.oid),
            _ => None,
        }
    }

    /// The relation whose row type a name means, if there is only one of this name.
    pub(super) fn named_row(&self, type_name: &Node) -> Option<&'a Relation> {
        let names = type_name.names("names");
        let (name, schema) = names.split_last()?;
        if type_name.get("array_bounds").is_some() {
            return None;
        }
        match self.snapshot.candidates(schema.last().copied(), name).as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Whether equality of these values is equality of their bytes as far as the server's own types go; a type of
    /// a user's own, citext for one, may see it otherwise, and so may a collation that is not deterministic.
    pub(super) fn has_plain_equality(&self, value: &Origin<'a>) -> bool {
        let mut columns = value.lineage.verbatim.iter();
        let is_bytewise = columns.all(|column| !self.snapshot.nondeterministic_columns.contains(column));
        is_bytewise && value.type_oid.is_some_and(|oid| self.is_plain_type(oid))
    }

    /// Whether it is a base type, and no array, domain or the like.
    pub(super) fn is_base_type(&self, oid: Oid) -> bool {
        let kind = self.snapshot.types.get(&oid).map(|found| found.kind);
        kind == Some(TypeKind::Base)
    }

    fn is_plain_type(&self, oid: Oid) -> bool {
        /// `FirstNormalObjectId`: everything below is the server's own.
        const FIRST_USER_OID: Oid = 16_384;
        match self.snapshot.types.get(&oid).map(|found| found.kind) {
            Some(TypeKind::Enum) => true,
            Some(TypeKind::Array(element)) => self.is_plain_type(element),
            Some(TypeKind::Base) | None => oid < FIRST_USER_OID,
            Some(_) => false,
        }
    }
}

fn is_string(oid: Oid) -> bool {
    oid == 25 || oid == 1043
}

fn constant<'a>(node: &'a Node) -> Origin<'a> {
    let type_oid = match node.node("val").map(Node::kind) {
        Some("Integer") => Some(23),
        Some("String") => Some(UNKNOWN),
        Some("Boolean") => Some(16),
        None if node.bool("isnull") => Some(UNKNOWN),
        _ => None,
    };
    let is_empty = node
        .node("val")
        .is_some_and(|val| matches!(val.str("sval"), "[]" | "{}"));
    let lineage = match node.bool("isnull") {
        true => Lineage::default(),
        false => Lineage::computed(),
    };
    Origin {
        type_oid,
        structure: is_empty.then(|| Rc::new(Structure::Empty)),
        ..Origin::from(lineage)
    }
}

/// Everything in these columns, as one lineage.
pub(super) fn united_fields(fields: &[Field<'_>]) -> Lineage {
    let mut lineage = Lineage::computed();
    for field in fields {
        lineage.absorb(&field.origin.lineage);
    }
    lineage
}
