//! Parts of documents of known structure: `->`, `->>`, `#>`, `#>>`, subscripts; and documents put together, or with
//! parts left out.

use pg_query::protobuf::AExprKind;

use super::Analyser;
use super::calls::{Callee, operator_name};
use super::origin::Origin;
use super::structures::{Document, each_value};
use crate::catalog::Oid;
use crate::sql::tree::Node;
use crate::sql::{Lineage, Structure};
use crate::value::oid;

/// Types whose values have, as strings or numbers of JSON, the text that they have by themselves.
const SAME_TEXT: [Oid; 5] = [oid::INT2, oid::INT4, oid::INT8, oid::NUMERIC, oid::UUID];

/// Where in a document a part is.
enum Place<'k> {
    Key(&'k str),
    /// From 0, or from the end with -1.
    Index(i64),
    /// One step of a path: a key in objects, an index in arrays.
    Path(&'k str),
    /// Clean, but not known.
    Any,
}

impl<'a> Analyser<'a> {
    /// What an operator makes of documents of known structure.
    pub(super) fn document_operator(
        &mut self,
        expression: &'a Node,
        left: &Origin<'a>,
        right: &Origin<'a>,
    ) -> Option<Origin<'a>> {
        let is_plain = expression.int("kind") == AExprKind::AexprOp as i64;
        if !is_plain || self.is_user_operator(&expression.names("name")) {
            return None;
        }
        let (by, content, document) = document_of(left)?;
        let operand = expression.node("rexpr")?;
        // The text of the operand says which part is meant.
        self.constants_matter = true;
        let mut part = match operator_name(expression) {
            "->" => self.part_at(content, document, operand, right, false)?,
            "->>" => self.part_at(content, document, operand, right, true)?,
            name @ ("#>" | "#>>") => {
                let follow = |content: Structure, step| member(&content, &Place::Path(step));
                let found = path(operand)?.into_iter().try_fold(content.clone(), follow)?;
                shown(found, document, name == "#>>")
            }
            "-" if document == Document::Jsonb => shown(without(content, key(operand)?)?, document, false),
            "||" if document == Document::Jsonb => {
                let (right_by, other, Document::Jsonb) = document_of(right)? else {
                    return None;
                };
                let mut joined = shown(merged(content, other)?, document, false);
                right_by.iter().rev().for_each(|by| joined.picked_by(by));
                joined
            }
            _ => return None,
        };
        by.iter().rev().for_each(|by| part.picked_by(by));
        match operator_name(expression) {
            // Of a document that is `null` nothing can be taken away.
            "-" | "||" => self.may_fail(String::new, &Lineage::default()),
            _ => self.reading_may_fail(left, document),
        }
        Some(part)
    }

    fn part_at(
        &self,
        content: &Structure,
        document: Document,
        operand: &Node,
        value: &Origin<'a>,
        as_text: bool,
    ) -> Option<Origin<'a>> {
        let index = operand
            .node("val")
            .filter(|val| operand.is("AConst") && val.is("Integer"));
        let place = match (key(operand), index) {
            (Some(key), _) => Place::Key(key),
            (None, Some(index)) => Place::Index(index.int("ival")),
            _ if self.has_protected(&value.lineage) => return None,
            _ => Place::Any,
        };
        let mut part = shown(member(content, &place)?, document, as_text);
        if let Place::Any = place {
            part.picked_by(&value.lineage);
        }
        Some(part)
    }

    /// `document['key']`, `document[0]`.
    pub(super) fn document_subscript(&mut self, document: &Origin<'a>, step: &'a Node) -> Option<Origin<'a>> {
        let operand = step.node("uidx").filter(|_| !step.bool("is_slice"))?;
        let (by, content, Document::Jsonb) = document_of(document)? else {
            return None;
        };
        self.constants_matter = true;
        let index = operand
            .node("val")
            .filter(|val| operand.is("AConst") && val.is("Integer"));
        let step = match (key(operand), index) {
            (Some(key), _) => key.to_owned(),
            (None, index) => index?.int("ival").to_string(),
        };
        let mut part = shown(member(content, &Place::Path(&step))?, Document::Jsonb, false);
        by.iter().rev().for_each(|by| part.picked_by(by));
        Some(part)
    }

    /// `json_strip_nulls`, `jsonb_strip_nulls`.
    pub(super) fn stripped(&mut self, call: &Node, callee: Callee<'_>, arguments: &[Origin<'a>]) -> Option<Origin<'a>> {
        let [only] = arguments else { return None };
        let is_known = matches!(callee.name, "json_strip_nulls" | "jsonb_strip_nulls") && self.is_builtin(callee);
        if !is_known || call.bool("func_variadic") {
            return None;
        }
        let (by, content, document) = document_of(only)?;
        self.reading_may_fail(only, document);
        let mut stripped = Origin::of_structure(&document.of(without_nulls(content)));
        by.iter().rev().for_each(|by| stripped.picked_by(by));
        Some(stripped)
    }

    /// `json` is read again, with all its strings, and `\u0000` in one is an error. Those made of text hold none.
    fn reading_may_fail(&mut self, value: &Origin<'a>, document: Document) {
        let Some(structure) = value.structure.as_deref().filter(|_| document == Document::Json) else {
            return;
        };
        let mut failing = Lineage::computed();
        let mut may_fail = false;
        each_value(structure, &mut |lineage, type_oid| {
            if type_oid.is_none_or(|oid| !self.is_no_json(oid)) && !lineage.is_null() {
                failing.absorb(lineage);
                may_fail = true;
            }
        });
        if may_fail {
            self.may_fail(|| "reading json".to_owned(), &failing);
        }
    }
}

/// The text of a value in which nothing is known but its text, where a column shows the same: `salary::text`.
pub(super) fn text_of<'a>(value: &Origin<'a>) -> Option<Origin<'a>> {
    let has_text = value.type_oid.is_some_and(|oid| SAME_TEXT.contains(&oid));
    let is_whole = value.structure.is_none() && value.fields.is_none() && !value.lineage.computed;
    (has_text && is_whole && !value.lineage.verbatim.is_empty())
        .then(|| Origin::of_structure(&Structure::Text(Box::new(value.structure()))))
}

/// What a value is picked by, the outermost first; and what is in it, if it is a document.
fn document_of<'s>(value: &'s Origin<'_>) -> Option<(Vec<&'s Lineage>, &'s Structure, Document)> {
    let mut by = Vec::new();
    let mut structure = value.structure.as_deref()?;
    while let Structure::Picked(lineage, of) = structure {
        by.push(lineage);
        structure = of;
    }
    match structure {
        Structure::Json(content) => Some((by, content, Document::Json)),
        Structure::Jsonb(content) => Some((by, content, Document::Jsonb)),
        _ => None,
    }
}

/// A string literal, cast to text or not.
fn key(node: &Node) -> Option<&str> {
    let node = match (node.node("arg"), node.node("type_name")) {
        (Some(argument), Some(name)) if name.names("names").last() == Some(&"text") && !is_array(name) => argument,
        _ => node,
    };
    let value = node.node("val").filter(|val| node.is("AConst") && val.is("String"))?;
    Some(value.str("sval"))
}

/// The steps of a path that is a plain literal: `'{a,0}'`.
fn path(node: &Node) -> Option<Vec<&str>> {
    let node = match (node.node("arg"), node.node("type_name")) {
        (Some(argument), Some(name)) if name.names("names").last() == Some(&"text") && is_array(name) => argument,
        _ => node,
    };
    let value = node.node("val").filter(|val| node.is("AConst") && val.is("String"))?;
    let inside = value.str("sval").strip_prefix('{')?.strip_suffix('}')?;
    let is_plain = |step: &str| {
        let mut letters = step.chars();
        letters.all(|letter| letter.is_alphanumeric() || "_-".contains(letter)) && !step.is_empty()
    };
    let steps: Vec<&str> = inside.split(',').collect();
    let is_word = |step: &&str| is_plain(step) && !step.eq_ignore_ascii_case("null");
    steps.iter().all(is_word).then_some(steps)
}

fn is_array(type_name: &Node) -> bool {
    type_name.get("array_bounds").is_some()
}

fn null() -> Structure {
    Structure::Value {
        lineage: Lineage::default(),
        type_oid: None,
    }
}

/// The part at a place; NULL if there is none, and `None` if it is not known which.
fn member(content: &Structure, place: &Place<'_>) -> Option<Structure> {
    let is_optional = |part: &Structure| matches!(part, Structure::Present(_));
    match (content, place) {
        (Structure::Picked(by, of), place) => Some(Structure::Picked(by.clone(), Box::new(member(of, place)?))),
        (Structure::Row(_) | Structure::Map(_), Place::Index(_)) => Some(null()),
        (Structure::Row(fields), Place::Key(key) | Place::Path(key)) => {
            match fields.iter().find(|(name, _)| name == key) {
                Some((_, field)) => (!is_optional(field)).then(|| field.clone()),
                None => Some(null()),
            }
        }
        (Structure::Map(of), _) => (!is_optional(of)).then(|| (**of).clone()),
        (Structure::Tuple(_) | Structure::List(_), Place::Key(_)) => Some(null()),
        (Structure::Tuple(_) | Structure::List(_), Place::Path(step)) => {
            let index = step.parse().ok().filter(|_| !step.starts_with('+'))?;
            member(content, &Place::Index(index))
        }
        (Structure::Tuple(parts), Place::Index(index)) if !parts.iter().any(is_optional) => {
            let at = match usize::try_from(*index) {
                Ok(at) => Some(at),
                Err(_) => parts.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
            };
            Some(at.and_then(|at| parts.get(at)).cloned().unwrap_or_else(null))
        }
        (Structure::List(of), Place::Index(_) | Place::Any) => (!is_optional(of)).then(|| (**of).clone()),
        _ => None,
    }
}

/// A part of a document as a document, or as `->>` shows it.
fn shown<'a>(part: Structure, document: Document, as_text: bool) -> Origin<'a> {
    match as_text {
        true => unquoted(part, document),
        false => Origin::of_structure(&document.of(part)),
    }
}

/// A part as `->>` shows it: strings without quotes, `null` as NULL.
fn unquoted<'a>(part: Structure, document: Document) -> Origin<'a> {
    match part {
        Structure::Picked(by, of) => {
            let mut origin = unquoted(*of, document);
            origin.picked_by(&by);
            origin
        }
        Structure::Value { lineage, type_oid } => {
            let value = Origin {
                type_oid,
                ..Origin::from(lineage)
            };
            let is_text = matches!(type_oid, Some(oid::TEXT | oid::VARCHAR)) || value.lineage.is_null();
            match (is_text, text_of(&value)) {
                (true, _) => Origin {
                    type_oid: Some(oid::TEXT),
                    ..value
                },
                (false, Some(text)) => text,
                (false, None) => Origin {
                    type_oid: Some(oid::TEXT),
                    ..Origin::from(value.lineage.tainted())
                },
            }
        }
        other => Origin::of_structure(&Structure::Text(Box::new(document.of(other)))),
    }
}

/// An object without this member.
fn without(content: &Structure, key: &str) -> Option<Structure> {
    match content {
        Structure::Picked(by, of) => Some(Structure::Picked(by.clone(), Box::new(without(of, key)?))),
        Structure::Row(fields) => {
            let kept = fields.iter().filter(|(name, _)| name != key);
            Some(Structure::Row(kept.cloned().collect()))
        }
        _ => None,
    }
}

/// Two objects as one: of members with the same key the right one stays.
fn merged(left: &Structure, right: &Structure) -> Option<Structure> {
    match (left, right) {
        (Structure::Picked(by, of), other) => Some(Structure::Picked(by.clone(), Box::new(merged(of, other)?))),
        (one, Structure::Picked(by, of)) => Some(Structure::Picked(by.clone(), Box::new(merged(one, of)?))),
        (Structure::Row(left), Structure::Row(right)) => {
            let is_replaced = |name: &String| right.iter().any(|(other, _)| other == name);
            // One that may not be there leaves the other in its place.
            let may_stay = |name: &String| {
                let mut found = right.iter().filter(|(other, _)| other == name);
                found.any(|(_, field)| matches!(field, Structure::Present(_)))
            };
            if left.iter().any(|(name, _)| may_stay(name)) {
                return None;
            }
            let kept = left.iter().filter(|(name, _)| !is_replaced(name));
            Some(Structure::Row(kept.chain(right).cloned().collect()))
        }
        _ => None,
    }
}

/// Members of objects that are NULL are left out, at any depth; elements of arrays are not.
fn without_nulls(content: &Structure) -> Structure {
    let optional = |member: &Structure| match member {
        Structure::Present(_) => member.clone(),
        other => Structure::Present(Box::new(without_nulls(other))),
    };
    let boxed = |of: &Structure| Box::new(without_nulls(of));
    match content {
        Structure::Picked(by, of) => Structure::Picked(by.clone(), boxed(of)),
        Structure::Row(fields) => {
            let fields = fields.iter().map(|(name, field)| (name.clone(), optional(field)));
            Structure::Row(fields.collect())
        }
        Structure::Map(of) => Structure::Map(Box::new(optional(of))),
        Structure::List(of) => Structure::List(boxed(of)),
        Structure::Array(of) => Structure::Array(boxed(of)),
        Structure::Tuple(parts) => Structure::Tuple(parts.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}
