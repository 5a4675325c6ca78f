//! Arrays, rows and JSON: what calls, constructors and casts make of the values that they are given.

use std::rc::Rc;

use super::calls::{Callee, operator_name};
use super::origin::{ArraySize, Origin, UNKNOWN, array_of, united};
use super::scope::Scope;
use super::{Analyser, Step};
use crate::catalog::TypeKind;
use crate::sql::Lineage;
use crate::sql::Structure;
use crate::sql::functions::{self, Class};
use crate::sql::tree::Node;
use crate::value::oid;

/// The two document types.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Document {
    Json,
    Jsonb,
}

impl Document {
    pub(super) fn of(self, content: Structure) -> Structure {
        match self {
            Document::Json => Structure::Json(Box::new(content)),
            Document::Jsonb => Structure::Jsonb(Box::new(content)),
        }
    }
}

impl<'a> Analyser<'a> {
    /// `ARRAY[…]`. Its type is known where all elements but literals are of one type.
    pub(super) fn array(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        let mut lineage = Lineage::computed();
        let mut children = Vec::new();
        node.for_each_child(&mut |child| children.push(child));
        let mut elements = Vec::new();
        for child in children {
            let element = self.value(scope, child)?;
            lineage.absorb(&element.lineage);
            elements.push(element);
        }
        self.array_effects(&elements, &lineage);
        let mut types: Vec<_> = elements.iter().map(|element| element.type_oid).collect();
        types.retain(|oid| *oid != Some(UNKNOWN));
        types.dedup();
        let type_oid = match types.as_slice() {
            [Some(element)] => array_of(*element, self.snapshot),
            _ => None,
        };
        Ok(Origin {
            type_oid,
            structure: self.array_of_all(&elements),
            size: match elements.iter().any(|element| self.may_be_array(element)) {
                true => ArraySize::Unknown,
                false => ArraySize::Elements(elements.len()),
            },
            ..Origin::from(lineage)
        })
    }

    /// What a call makes of known structure; none where that is not known. `lineage` is that of all that the call is given,
    /// `by` what orders it.
    pub(super) fn structured_call(
        &mut self,
        call: &'a Node,
        callee: Callee<'_>,
        arguments: &[Origin<'a>],
        lineage: &Lineage,
        by: &Lineage,
    ) -> Option<Origin<'a>> {
        // The elements of a distinct array come in their own order.
        if !self.is_builtin(callee) || call.bool("func_variadic") || call.bool("agg_distinct") {
            return None;
        }
        let structure = match (callee.name, arguments) {
            ("array_agg", [one]) => self.array_of(one.structure()),
            ("array_append", [array, one]) => self.joined(array, &self.as_element(one))?,
            ("array_prepend", [one, array]) => self.joined(&self.as_element(one), array)?,
            ("array_cat", [left, right]) => self.joined(left, right)?,
            ("unnest", [array]) if self.is_array(array) => {
                self.rows_tell(Some(callee), arguments, lineage);
                return self.element(array);
            }
            ("to_json" | "row_to_json" | "array_to_json", [one, ..]) => {
                Document::Json.of(self.content(one, Document::Json))
            }
            ("to_jsonb", [one]) => Document::Jsonb.of(self.content(one, Document::Jsonb)),
            ("json_agg", [one]) => Document::Json.of(Structure::List(Box::new(self.content(one, Document::Json)))),
            ("jsonb_agg", [one]) => Document::Jsonb.of(Structure::List(Box::new(self.content(one, Document::Jsonb)))),
            ("json_agg_strict", [one]) => Document::Json.of(self.present_list(one, Document::Json)),
            ("jsonb_agg_strict", [one]) => Document::Jsonb.of(self.present_list(one, Document::Jsonb)),
            ("json_build_array", parts) => Document::Json.of(self.tuple(parts, Document::Json)),
            ("jsonb_build_array", parts) => Document::Jsonb.of(self.tuple(parts, Document::Jsonb)),
            ("json_build_object", parts) => Document::Json.of(self.object(call, parts, Document::Json)?),
            ("jsonb_build_object", parts) => Document::Jsonb.of(self.object(call, parts, Document::Jsonb)?),
            ("json_object_agg" | "json_object_agg_unique", [key, one]) => {
                Document::Json.of(self.map(key, one, Document::Json)?)
            }
            ("jsonb_object_agg" | "jsonb_object_agg_unique", [key, one]) => {
                Document::Jsonb.of(self.map(key, one, Document::Jsonb)?)
            }
            _ => return None,
        };
        let mut origin = Origin::of_structure(&structure);
        origin.lineage = lineage.clone();
        if callee.name == "array_agg" {
            let element = arguments.first().and_then(|argument| argument.type_oid);
            origin.type_oid = element.and_then(|element| array_of(element, self.snapshot));
        }
        self.keys_may_fail(callee, arguments);
        let order = self.order_tested(by);
        if self.has_protected(&order) {
            origin.picked_by(&order);
        }
        Some(origin)
    }

    /// Functions that build objects fail where a key is NULL, those that join arrays where the dimensions do not fit; none
    /// by any other value.
    fn keys_may_fail(&mut self, callee: Callee<'_>, arguments: &[Origin<'a>]) {
        let is_constant = |key: &Origin<'a>| key.type_oid == Some(UNKNOWN) && !key.lineage.is_null();
        let has_keys = callee.name.contains("_object");
        for (at, key) in arguments.iter().enumerate() {
            if has_keys && at % 2 == 0 && !is_constant(key) {
                self.may_fail(|| format!("function {}", callee.name), &key.lineage);
            }
        }
        if !has_keys && functions::class(callee.name) == Class::Fallible {
            self.may_fail(String::new, &Lineage::default());
        }
    }

    /// As many dimensions as there are: an array of arrays is one array. Of an array whose elements are not known it is
    /// not known how many there are, and they are not masked one by one.
    pub(super) fn array_of(&self, element: Structure) -> Structure {
        match element {
            Structure::Array(_) => element,
            element if self.may_be_array_value(&element) => Structure::Value {
                lineage: element.lineage(),
                type_oid: None,
            },
            element => Structure::Array(Box::new(element)),
        }
    }

    /// Whether it is one value that may be an array.
    fn may_be_array_value(&self, structure: &Structure) -> bool {
        match structure {
            Structure::Value { lineage, type_oid } => {
                let is_constant = lineage.verbatim.is_empty() && lineage.computed_from.is_empty();
                !(is_constant && lineage.tests.is_empty())
                    && self.may_be_array(&Origin {
                        type_oid: *type_oid,
                        ..Origin::default()
                    })
            }
            Structure::Picked(_, of) => self.may_be_array_value(of),
            _ => false,
        }
    }

    /// The structure of an array of these.
    pub(super) fn array_of_all(&mut self, elements: &[Origin<'a>]) -> Option<Rc<Structure>> {
        self.constants_in(elements);
        if elements.is_empty() {
            return Some(Rc::new(Structure::Empty));
        }
        let arrays = elements.iter().map(|element| self.as_element(element));
        arrays.reduce(|left, right| united(&left, &right))?.structure
    }

    fn as_element(&self, one: &Origin<'a>) -> Origin<'a> {
        Origin {
            type_oid: one.type_oid.and_then(|element| array_of(element, self.snapshot)),
            structure: Some(Rc::new(self.array_of(one.structure()))),
            ..Origin::from(one.lineage.tainted())
        }
    }

    /// Two arrays, one behind the other.
    pub(super) fn joined(&self, left: &Origin<'a>, right: &Origin<'a>) -> Option<Structure> {
        match (self.is_array(left), self.is_array(right)) {
            (true, true) => united(left, right).structure.map(|structure| (*structure).clone()),
            _ => None,
        }
    }

    /// `a || b` of arrays, or of an array and an element.
    pub(super) fn concatenated(
        &mut self,
        expression: &Node,
        left: &Origin<'a>,
        right: &Origin<'a>,
    ) -> Option<Origin<'a>> {
        let is_element = |one: &Origin<'a>| {
            let kind = one
                .type_oid
                .and_then(|oid| self.snapshot.types.get(&oid))
                .map(|found| found.kind);
            one.type_oid != Some(UNKNOWN) && matches!(kind, Some(TypeKind::Base | TypeKind::Enum))
        };
        let structure = match (self.is_array(left), self.is_array(right)) {
            _ if operator_name(expression) != "||" || self.is_user_operator(&expression.names("name")) => None,
            (true, true) => self.joined(left, right),
            (true, false) if is_element(right) => self.joined(left, &self.as_element(right)),
            (false, true) if is_element(left) => self.joined(&self.as_element(left), right),
            _ => None,
        };
        let mut origin = Origin::of_structure(&structure?);
        if self.may_not_fit(left, right) {
            let mut lineage = left.lineage.tainted();
            lineage.absorb(&right.lineage);
            self.may_fail(|| "operator ||".to_owned(), &lineage);
        } else {
            origin.size = ArraySize::OneDimension;
        }
        origin.type_oid = left.type_oid.filter(|_| left.type_oid == right.type_oid);
        self.may_fail(String::new, &Lineage::default());
        Some(origin)
    }

    /// Whether it is known to be an array, and of what.
    pub(super) fn is_array(&self, value: &Origin<'a>) -> bool {
        let mut structure = value.structure.as_deref();
        while let Some(Structure::Picked(_, of)) = structure {
            structure = Some(of);
        }
        matches!(structure, Some(Structure::Array(_)))
    }

    /// One element of an array whose elements are known.
    pub(super) fn element(&self, array: &Origin<'a>) -> Option<Origin<'a>> {
        fn of<'a>(structure: &Structure) -> Option<Origin<'a>> {
            match structure {
                Structure::Array(element) => Some(Origin::of_structure(element)),
                Structure::Picked(by, array) => {
                    let mut element = of(array)?;
                    element.picked_by(by);
                    Some(element)
                }
                _ => None,
            }
        }
        of(array.structure.as_deref()?)
    }

    /// A value as JSON has it.
    pub(super) fn content(&mut self, value: &Origin<'a>, document: Document) -> Structure {
        let structure = value.structure();
        self.document_may_fail(&structure, document);
        content(structure)
    }

    /// `jsonb` takes no `\u0000`, which `json` may hold.
    fn document_may_fail(&mut self, structure: &Structure, document: Document) {
        if document == Document::Json {
            return;
        }
        let mut failing = Lineage::computed();
        let mut is_json = false;
        each_value(structure, &mut |lineage, type_oid| {
            if type_oid.is_none_or(|found| !self.is_no_json(found)) {
                failing.absorb(lineage);
                is_json = true;
            }
        });
        if is_json {
            self.may_fail(|| "json as jsonb".to_owned(), &failing);
        }
    }

    fn present_list(&mut self, one: &Origin<'a>, document: Document) -> Structure {
        let content = self.content(one, document);
        Structure::List(Box::new(Structure::Present(Box::new(content))))
    }

    fn tuple(&mut self, parts: &[Origin<'a>], document: Document) -> Structure {
        Structure::Tuple(parts.iter().map(|part| self.content(part, document)).collect())
    }

    fn object(&mut self, call: &'a Node, parts: &[Origin<'a>], document: Document) -> Option<Structure> {
        if !parts.len().is_multiple_of(2) {
            return None;
        }
        let keys = call.nodes("args").step_by(2).zip(parts.iter().step_by(2)).collect();
        let values = parts.iter().skip(1).step_by(2);
        let values = values.map(|part| self.content(part, document)).collect();
        self.object_of(keys, values)
    }

    /// Keys that are literals make members that are known by name; other keys may be any, if they are clean.
    pub(super) fn object_of(
        &mut self,
        keys: Vec<(&'a Node, &Origin<'a>)>,
        values: Vec<Structure>,
    ) -> Option<Structure> {
        self.constants_matter = true;
        let names: Vec<Option<&str>> = keys.iter().map(|(key, _)| literal(key)).collect();
        if names.iter().all(Option::is_some) {
            let members = names.into_iter().flatten().map(str::to_owned).zip(values);
            return row(members.collect());
        }
        if keys.iter().any(|(_, key)| self.has_protected(&key.lineage)) {
            return None;
        }
        let one = values.into_iter().map(Some).reduce(|left, right| either(left?, right?));
        one.flatten().map(|one| Structure::Map(Box::new(one)))
    }

    fn map(&mut self, key: &Origin<'a>, one: &Origin<'a>, document: Document) -> Option<Structure> {
        let one = self.content(one, document);
        (!self.has_protected(&key.lineage)).then(|| Structure::Map(Box::new(one)))
    }

    /// What a cast makes of known structure: its text, the other kind of document, an array of the other type of strings.
    pub(super) fn structured_cast(
        &mut self,
        value: &Origin<'a>,
        type_name: &Node,
        target: Option<u32>,
    ) -> Option<Origin<'a>> {
        let is_known = value.structure.is_some() || value.fields.is_some();
        if type_name.get("typmods").is_some() || !value.lineage.computed || !is_known {
            return None;
        }
        if type_name.get("array_bounds").is_some() {
            return self.array_cast(value, type_name);
        }
        let mut by = Vec::new();
        let mut structure = value.structure();
        while let Structure::Picked(lineage, of) = structure {
            by.push(lineage);
            structure = *of;
        }
        let cast = match (structure, target?) {
            (Structure::Empty, oid::TEXT | oid::VARCHAR | oid::JSON | oid::JSONB) => Structure::Empty,
            (text @ Structure::Text(_), oid::TEXT | oid::VARCHAR) => text,
            (Structure::Text(of), target @ (oid::JSON | oid::JSONB)) => match *of {
                Structure::Json(content) | Structure::Jsonb(content) => self.document(*content, target),
                _ => return None,
            },
            (Structure::Json(content) | Structure::Jsonb(content), target @ (oid::JSON | oid::JSONB)) => {
                self.document(*content, target)
            }
            (
                structure @ (Structure::Json(_) | Structure::Jsonb(_) | Structure::Array(_) | Structure::Row(_)),
                oid::TEXT | oid::VARCHAR,
            ) => Structure::Text(Box::new(structure)),
            _ => return None,
        };
        let mut origin = Origin::of_structure(&cast);
        origin.lineage.absorb(&value.lineage);
        origin.type_oid = target;
        by.iter().rev().for_each(|by| origin.picked_by(by));
        Some(origin)
    }

    fn array_cast(&self, value: &Origin<'a>, type_name: &Node) -> Option<Origin<'a>> {
        let is_string = |oid: &u32| matches!(*oid, oid::TEXT | oid::VARCHAR);
        let named = type_name.names("names");
        let named = self.snapshot.types_by_name.get(*named.last()?)?;
        let keeps = match (value.structure.as_deref()?, named.as_slice()) {
            (Structure::Empty, _) => true,
            (Structure::Array(element), [one]) if is_string(one) => match &**element {
                Structure::Value { lineage, type_oid } => lineage.is_null() || type_oid.as_ref().is_some_and(is_string),
                _ => false,
            },
            _ => false,
        };
        keeps.then(|| Origin {
            type_oid: named.first().and_then(|element| array_of(*element, self.snapshot)),
            ..value.clone()
        })
    }

    fn document(&mut self, content: Structure, target: u32) -> Structure {
        let document = match target {
            oid::JSONB => Document::Jsonb,
            _ => Document::Json,
        };
        self.document_may_fail(&content, document);
        document.of(content)
    }

    /// Whether several values are one of known structure, so that the text of constants among them matters.
    pub(super) fn constants_in(&mut self, values: &[Origin<'a>]) {
        let is_known = |value: &Origin<'a>| value.structure.as_deref().is_some_and(|one| *one != Structure::Empty);
        self.constants_matter |= values.iter().any(is_known);
    }
}

/// A structure as part of a document. What has no form there that is known is one computed value.
fn content(structure: Structure) -> Structure {
    match structure {
        Structure::Value { .. } => structure,
        Structure::Empty => Structure::Value {
            lineage: Lineage::computed(),
            type_oid: Some(oid::TEXT),
        },
        Structure::Json(content) | Structure::Jsonb(content) => *content,
        Structure::Picked(by, of) => Structure::Picked(by, Box::new(content(*of))),
        Structure::Array(element) => match content(*element) {
            // Elements that are arrays themselves could not be told from further dimensions.
            Structure::Value { lineage, type_oid } if is_array_like(type_oid) => Structure::Value {
                lineage: lineage.tainted(),
                type_oid: None,
            },
            element @ (Structure::Value { .. } | Structure::Row(_) | Structure::Map(_)) => {
                Structure::Array(Box::new(element))
            }
            other => Structure::Value {
                lineage: other.lineage(),
                type_oid: None,
            },
        },
        Structure::Row(fields) => {
            let fields = fields.into_iter().map(|(name, field)| (name, content(field)));
            let fields: Vec<(String, Structure)> = fields.collect();
            let lineage = Structure::Tuple(fields.iter().map(|(_, field)| field.clone()).collect()).lineage();
            row(fields).unwrap_or(Structure::Value {
                lineage,
                type_oid: None,
            })
        }
        other => Structure::Value {
            lineage: other.lineage(),
            type_oid: Some(oid::TEXT),
        },
    }
}

/// Documents may be arrays, and so may values of types that are not known.
fn is_array_like(type_oid: Option<u32>) -> bool {
    matches!(type_oid, None | Some(oid::JSON | oid::JSONB))
}

/// An object with these members. Of two under one key, `jsonb` keeps the last; which is which is not known then.
fn row(members: Vec<(String, Structure)>) -> Option<Structure> {
    for (at, (name, member)) in members.iter().enumerate() {
        let mut before = members.iter().take(at);
        if before.any(|(other, one)| other == name && one != member) {
            return None;
        }
    }
    Some(Structure::Row(members))
}

/// One structure for members that are not told apart; none if they are of different ones.
pub(super) fn either(left: Structure, right: Structure) -> Option<Structure> {
    let unite = |left: Structure, right: Structure| {
        let united = united(&Origin::of_structure(&left), &Origin::of_structure(&right));
        united.structure()
    };
    match (&left, &right) {
        (Structure::Value { .. }, Structure::Value { .. }) => Some(unite(left, right)),
        (Structure::Present(one), Structure::Present(other)) => {
            let one = either((**one).clone(), (**other).clone())?;
            Some(Structure::Present(Box::new(one)))
        }
        _ => (left == right).then_some(left),
    }
}

/// The text of a literal key.
fn literal(node: &Node) -> Option<&str> {
    let value = node.node("val").filter(|_| node.is("AConst"))?;
    value.is("String").then(|| value.str("sval"))
}

pub(super) fn each_value(structure: &Structure, visit: &mut dyn FnMut(&Lineage, Option<u32>)) {
    match structure {
        Structure::Value { lineage, type_oid } => visit(lineage, *type_oid),
        other => other.for_each_part(&mut |part| each_value(part, visit)),
    }
}
