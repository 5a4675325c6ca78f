//! The label of an output column that has no AS: `FigureColname` of PostgreSQL's `parse_target.c`, to the letter.
//!
//! A wrong label inside a subquery would send an outer reference to another column.

use std::borrow::Cow;

use pg_query::protobuf::{AExprKind, JsonExprOp, MinMaxOp, SqlValueFunctionOp, SubLinkType, XmlExprOp};

use crate::sql::older::LABEL;
use crate::sql::tree::Node;

/// How a label was found: a strong one wins over the name of a cast's type, or of CASE.
enum Strength<'a> {
    None,
    Weak(Cow<'a, str>),
    Strong(Cow<'a, str>),
}

/// The label of a target without AS. `sublink_label` gives the label of the first column of a scalar subquery.
pub(super) fn label<'a>(target: &'a Node, sublink_label: &dyn Fn(&'a Node) -> Option<Cow<'a, str>>) -> Cow<'a, str> {
    match figure(target, sublink_label) {
        Strength::Weak(label) | Strength::Strong(label) => label,
        Strength::None => Cow::Borrowed("?column?"),
    }
}

fn figure<'a>(node: &'a Node, sublink_label: &dyn Fn(&'a Node) -> Option<Cow<'a, str>>) -> Strength<'a> {
    let inner = |field: &str| match node.node(field) {
        Some(inner) => figure(inner, sublink_label),
        None => Strength::None,
    };
    let last = |field: &str| node.names(field).last().copied().map(Cow::Borrowed);
    let found = match node.kind() {
        "ColumnRef" => last("fields"),
        "AIndirection" => match last("indirection") {
            Some(name) => Some(name),
            None => return inner("arg"),
        },
        "FuncCall" => last("funcname"),
        "TypeCast" => {
            return match (inner("arg"), node.node("type_name")) {
                (Strength::Strong(name), _) => Strength::Strong(name),
                (weaker, Some(type_name)) => match type_name.names("names").last() {
                    Some(name) => Strength::Weak(Cow::Borrowed(name)),
                    None => weaker,
                },
                (weaker, None) => weaker,
            };
        }
        "CollateClause" => return inner("arg"),
        // Of servers that make a cast of a truth value.
        "AConst" => {
            return match node.str(LABEL) {
                "" => Strength::None,
                label => Strength::Weak(Cow::Borrowed(label)),
            };
        }
        "CaseExpr" => {
            return match inner("defresult") {
                Strength::Strong(name) => Strength::Strong(name),
                _ => Strength::Weak(Cow::Borrowed("case")),
            };
        }
        "SubLink" if node.int("sub_link_type") == SubLinkType::ExprSublink as i64 => sublink_label(node),
        _ => named_construct(node).map(Cow::Borrowed),
    };
    found.map_or(Strength::None, Strength::Strong)
}

/// Constructs that are labelled as if they were functions.
fn named_construct(node: &Node) -> Option<&'static str> {
    let is = |field: &str, number: i32| node.int(field) == i64::from(number);
    Some(match node.kind() {
        "AExpr" if is("kind", AExprKind::AexprNullif as i32) => "nullif",
        "GroupingFunc" => "grouping",
        "MergeSupportFunc" => "merge_action",
        "SubLink" if is("sub_link_type", SubLinkType::ExistsSublink as i32) => "exists",
        "SubLink" if is("sub_link_type", SubLinkType::ArraySublink as i32) => "array",
        "AArrayExpr" => "array",
        "RowExpr" => "row",
        "CoalesceExpr" => "coalesce",
        "MinMaxExpr" if is("op", MinMaxOp::IsGreatest as i32) => "greatest",
        "MinMaxExpr" => "least",
        "SqlValueFunction" => return value_function(node.int("op")),
        "XmlExpr" => return xml_construct(node.int("op")),
        "XmlSerialize" => "xmlserialize",
        "JsonParseExpr" => "json",
        "JsonScalarExpr" => "json_scalar",
        "JsonSerializeExpr" => "json_serialize",
        "JsonObjectConstructor" => "json_object",
        "JsonArrayConstructor" | "JsonArrayQueryConstructor" => "json_array",
        "JsonObjectAgg" => "json_objectagg",
        "JsonArrayAgg" => "json_arrayagg",
        "JsonFuncExpr" if is("op", JsonExprOp::JsonExistsOp as i32) => "json_exists",
        "JsonFuncExpr" if is("op", JsonExprOp::JsonQueryOp as i32) => "json_query",
        "JsonFuncExpr" if is("op", JsonExprOp::JsonValueOp as i32) => "json_value",
        _ => return None,
    })
}

fn value_function(op: i64) -> Option<&'static str> {
    use SqlValueFunctionOp as Op;
    Some(match Op::try_from(i32::try_from(op).ok()?).ok()? {
        Op::SvfopCurrentDate => "current_date",
        Op::SvfopCurrentTime | Op::SvfopCurrentTimeN => "current_time",
        Op::SvfopCurrentTimestamp | Op::SvfopCurrentTimestampN => "current_timestamp",
        Op::SvfopLocaltime | Op::SvfopLocaltimeN => "localtime",
        Op::SvfopLocaltimestamp | Op::SvfopLocaltimestampN => "localtimestamp",
        Op::SvfopCurrentRole => "current_role",
        Op::SvfopCurrentUser => "current_user",
        Op::SvfopUser => "user",
        Op::SvfopSessionUser => "session_user",
        Op::SvfopCurrentCatalog => "current_catalog",
        Op::SvfopCurrentSchema => "current_schema",
        Op::SqlvalueFunctionOpUndefined => return None,
    })
}

fn xml_construct(op: i64) -> Option<&'static str> {
    Some(match XmlExprOp::try_from(i32::try_from(op).ok()?).ok()? {
        XmlExprOp::IsXmlconcat => "xmlconcat",
        XmlExprOp::IsXmlelement => "xmlelement",
        XmlExprOp::IsXmlforest => "xmlforest",
        XmlExprOp::IsXmlparse => "xmlparse",
        XmlExprOp::IsXmlpi => "xmlpi",
        XmlExprOp::IsXmlroot => "xmlroot",
        XmlExprOp::IsXmlserialize => "xmlserialize",
        XmlExprOp::IsDocument | XmlExprOp::Undefined => return None,
    })
}
