//! `JSON_VALUE`, `JSON_QUERY`, `JSON_EXISTS`, `JSON_TABLE`: by a plain path over jsonb they cannot fail, whatever is in it.
//!
//! What goes wrong in them is NULL unless ERROR is asked for (PostgreSQL's `ExecEvalJsonExprPath`). Not so where the
//! document itself is read from text or json, where a type's input function or a domain has a say, or in some methods and
//! comparisons within paths, such as those of dates with and without a time zone.

use std::rc::Rc;

use pg_query::protobuf::{JsonBehaviorType, JsonExprOp, JsonQuotes, JsonTableColumnType, JsonWrapper};

use super::constructors::{has_format, plain_value};
use super::origin::{Origin, fields_of};
use super::row_functions::column_names;
use super::scope::{Scope, Shape};
use super::structures::Document;
use super::{Analyser, Step};
use crate::catalog::Oid;
use crate::sql::Clause;
use crate::sql::tree::Node;
use crate::value::oid;

/// Types that JSON_VALUE turns strings into without failing: theirs are read by functions that report errors softly.
const READ_SOFTLY: [Oid; 13] = [
    oid::TEXT,
    oid::VARCHAR,
    oid::INT2,
    oid::INT4,
    oid::INT8,
    oid::NUMERIC,
    oid::FLOAT4,
    oid::FLOAT8,
    oid::BOOL,
    oid::DATE,
    oid::TIMESTAMP,
    oid::TIMESTAMPTZ,
    oid::UUID,
];
const STRINGS: [Oid; 2] = [oid::TEXT, oid::VARCHAR];

#[derive(Clone, Copy, PartialEq)]
enum Asked {
    Value,
    Query,
    Exists,
}

impl<'a> Analyser<'a> {
    /// What is asked of a document; none where the question is not one that cannot fail.
    pub(super) fn asked(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Option<Origin<'a>>> {
        match node.kind() {
            "JsonFuncExpr" => {}
            "JsonScalarExpr" => return self.scalar(scope, node),
            _ => return Ok(None),
        }
        // The text of the path is what makes it plain or not.
        self.constants_matter = true;
        let asked = match node.int("op") {
            op if op == JsonExprOp::JsonValueOp as i64 => Asked::Value,
            op if op == JsonExprOp::JsonQueryOp as i64 => Asked::Query,
            op if op == JsonExprOp::JsonExistsOp as i64 => Asked::Exists,
            _ => return Ok(None),
        };
        let output = node.node("output");
        let target = match output.map(|output| output.node("type_name")) {
            None => match asked {
                Asked::Value => Some(oid::TEXT),
                Asked::Query => Some(oid::JSONB),
                Asked::Exists => Some(oid::BOOL),
            },
            Some(type_name) => type_name.and_then(|name| self.unlimited(name)),
        };
        let is_plain = node.node("pathspec").is_some_and(is_plain_path)
            && node.list("passing").is_empty()
            && !has_format(output.and_then(|output| output.node("returning")));
        let item = node.node("context_item").and_then(plain_value);
        match (item, target) {
            (Some(item), Some(target)) if is_plain && answers_softly(node, asked, target) => {
                let document = self.value(scope, item)?;
                self.read_document(node, &document);
                Ok(Some(Origin::of_type(document.lineage.tainted(), target, self.snapshot)))
            }
            _ => Ok(None),
        }
    }

    /// `JSON_SCALAR(x)` is `to_json(x)`.
    fn scalar(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Option<Origin<'a>>> {
        let Some(argument) = node.node("expr").filter(|_| node.get("output").is_none()) else {
            return Ok(None);
        };
        let value = self.value(scope, argument)?;
        let content = self.content(&value, Document::Json);
        let mut origin = Origin::of_structure(&Document::Json.of(content));
        origin.lineage = value.lineage.tainted();
        Ok(Some(origin))
    }

    /// JSON_TABLE where it cannot fail: as many rows as the path finds, which is one for `$` unless there is no document.
    pub(super) fn asked_table(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Option<Shape<'a>>> {
        if !node.is("JsonTable") {
            return Ok(None);
        }
        self.constants_matter = true;
        let path = node.node("pathspec").and_then(|path| path.node("string"));
        let is_plain = path.is_some_and(is_plain_path)
            && node.list("passing").is_empty()
            && is_soft(node.node("on_error"), None)
            && node.nodes("columns").all(|column| self.is_soft_column(column));
        let Some(item) = node.node("context_item").and_then(plain_value).filter(|_| is_plain) else {
            return Ok(None);
        };
        let document = self.value(scope, item)?;
        self.read_document(node, &document);
        let is_whole = path.is_some_and(|path| matches!(string(path), Some("$" | "lax $")));
        if is_whole && !node.nodes("columns").any(is_nested) {
            self.null_test(Clause::FunctionArgument, &document);
        } else {
            self.other_influence(Clause::FunctionArgument, &document.lineage);
        }
        let mut names = Vec::new();
        column_names(node, &mut names);
        let fields = fields_of(names.into_iter(), &document.lineage);
        Ok(Some(Shape::Fields(Rc::new(fields))))
    }

    fn is_soft_column(&self, column: &Node) -> bool {
        let path = column.node("pathspec").map(|path| path.node("string"));
        if path.is_some_and(|path| !path.is_some_and(is_plain_path)) {
            return false;
        }
        let asked = match column.int("coltype") {
            kind if kind == JsonTableColumnType::JtcForOrdinality as i64 => return true,
            kind if kind == JsonTableColumnType::JtcNested as i64 => {
                return column.nodes("columns").all(|column| self.is_soft_column(column));
            }
            kind if kind == JsonTableColumnType::JtcExists as i64 => Asked::Exists,
            kind if kind == JsonTableColumnType::JtcRegular as i64 => Asked::Value,
            _ => return false,
        };
        let target = column.node("type_name").and_then(|name| self.unlimited(name));
        // Documents, and what is said of quotes and wrappers, make a column one of JSON_QUERY.
        let is_queried = |target| {
            [oid::JSON, oid::JSONB].contains(&target)
                || column.int("quotes") > JsonQuotes::JsQuotesUnspec as i64
                || column.int("wrapper") > JsonWrapper::JswUnspec as i64
        };
        target.is_some_and(|target| match asked {
            Asked::Value if is_queried(target) => answers_softly(column, Asked::Query, target),
            asked => answers_softly(column, asked, target),
        })
    }

    /// The type of this name, if there is no length or precision to it.
    fn unlimited(&self, type_name: &Node) -> Option<Oid> {
        self.type_named(type_name)
            .filter(|_| type_name.get("typmods").is_none())
    }

    /// Strings and json become jsonb first, which not all of them can.
    fn read_document(&mut self, node: &Node, document: &Origin<'a>) {
        if document.type_oid != Some(oid::JSONB) {
            self.may_fail(|| node.kind().to_owned(), &document.lineage);
        }
    }
}

/// Whether an answer of this type is given or left out, and nothing fails.
fn answers_softly(node: &Node, asked: Asked, target: Oid) -> bool {
    let is_known = match asked {
        Asked::Value => READ_SOFTLY.contains(&target),
        Asked::Query => STRINGS.contains(&target) || [oid::JSON, oid::JSONB].contains(&target),
        Asked::Exists => target == oid::BOOL,
    };
    let is_unquoted = node.int("quotes") == JsonQuotes::JsQuotesOmit as i64;
    is_known
        && !has_format(Some(node))
        && (!is_unquoted || STRINGS.contains(&target))
        && ["on_empty", "on_error"]
            .iter()
            .all(|behaviour| is_soft(node.node(behaviour), Some(target)))
}

/// Whether what is done in place of an answer is no error, and no expression but a string for a string.
fn is_soft(behaviour: Option<&Node>, target: Option<Oid>) -> bool {
    let Some(behaviour) = behaviour else { return true };
    let kind = i32::try_from(behaviour.int("btype")).ok();
    match kind.and_then(|kind| JsonBehaviorType::try_from(kind).ok()) {
        Some(JsonBehaviorType::JsonBehaviorDefault) => {
            target.is_some_and(|target| STRINGS.contains(&target))
                && behaviour.node("expr").is_some_and(|value| string(value).is_some())
        }
        Some(JsonBehaviorType::Undefined | JsonBehaviorType::JsonBehaviorError) | None => false,
        Some(_) => true,
    }
}

fn is_nested(column: &Node) -> bool {
    column.int("coltype") == JsonTableColumnType::JtcNested as i64
}

fn string(node: &Node) -> Option<&str> {
    let value = node.node("val").filter(|val| node.is("AConst") && val.is("String"))?;
    Some(value.str("sval"))
}

fn is_plain_path(path: &Node) -> bool {
    string(path).is_some_and(is_plain)
}

/// Whether a path only goes down by names and places, in lax mode: `$.a."b c"[0][*].*`.
fn is_plain(path: &str) -> bool {
    let text = path.trim_ascii();
    let text = text.strip_prefix("lax ").unwrap_or(text);
    let mut rest = text.strip_prefix('$');
    while let Some(steps) = rest.filter(|steps| !steps.is_empty()) {
        rest = after_step(steps);
    }
    rest.is_some()
}

fn after_step(steps: &str) -> Option<&str> {
    /// More digits may be out of range.
    const DIGITS_MAX: usize = 9;
    if let Some(inside) = steps.strip_prefix('[') {
        let (place, rest) = inside.split_once(']')?;
        let is_number = (1..=DIGITS_MAX).contains(&place.len()) && place.bytes().all(|byte| byte.is_ascii_digit());
        return (place == "*" || place == "last" || is_number).then_some(rest);
    }
    let name = steps.strip_prefix('.')?;
    if let Some(rest) = name.strip_prefix('*') {
        return Some(rest);
    }
    if let Some(quoted) = name.strip_prefix('"') {
        let (inside, rest) = quoted.split_once('"')?;
        return (!inside.contains('\\')).then_some(rest);
    }
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let rest = name.trim_start_matches(is_letter);
    let starts_well = name.starts_with(|letter: char| is_letter(letter) && !letter.is_ascii_digit());
    starts_well.then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_only_go_down_are_plain() {
        for path in [
            "$",
            "lax $",
            " $.a ",
            "$.a_1.b",
            "$[0]",
            "$[*].a",
            "$.*",
            "$[last]",
            "$.\"b c\"[3]",
        ] {
            assert!(is_plain(path), "{path}");
        }
        for path in [
            "",
            "strict $",
            "strict $.a",
            "$x",
            "$$",
            "$.a()",
            "$.datetime()",
            "$.a.size()",
            "$.**",
            "$.**.a",
            "$ ? (@.a > 1)",
            "$.a ? (@ == \"x\")",
            "$.a + 1",
            "-$.a",
            "$[1000000000000]",
            "$[0 to 1]",
            "$[$.a]",
            "$.\"a\\u0000\"",
            "$.\"a",
            "$.a == 1",
            "$[",
            "$.",
            "1",
        ] {
            assert!(!is_plain(path), "{path}");
        }
    }
}
