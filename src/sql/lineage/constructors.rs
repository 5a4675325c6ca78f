//! The constructors of SQL/JSON: `JSON_OBJECT`, `JSON_ARRAY`, `JSON_OBJECTAGG`, `JSON_ARRAYAGG`.

use pg_query::protobuf::JsonFormatType;

use super::origin::{Origin, UNKNOWN};
use super::scope::Scope;
use super::structures::{Document, either};
use super::{Analyser, Step};
use crate::sql::tree::Node;
use crate::sql::{Clause, Lineage, Structure};
use crate::value::oid;

impl<'a> Analyser<'a> {
    /// What a constructor makes; none where it is no such constructor, or a form of it that is not known here.
    pub(super) fn constructed(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Option<Origin<'a>>> {
        let collects = node.node("constructor");
        let Some((document, as_text)) = self.returned(collects.unwrap_or(node)) else {
            return Ok(None);
        };
        let members: Vec<&'a Node> = match node.kind() {
            "JsonObjectConstructor" | "JsonArrayConstructor" => node.nodes("exprs").collect(),
            "JsonObjectAgg" | "JsonArrayAgg" => node.node("arg").into_iter().collect(),
            _ => return Ok(None),
        };
        let mut lineage = Lineage::computed();
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for member in members {
            let (key, value) = match member.kind() {
                "JsonKeyValue" => (member.node("key"), member.node("value")),
                _ => (None, Some(member)),
            };
            let Some(value) = value.and_then(plain_value) else {
                return Ok(None);
            };
            if let Some(key) = key {
                keys.push((key, self.value(scope, key)?));
            }
            values.push(self.value(scope, value)?);
        }
        let all = keys.iter().map(|(_, key)| key).chain(&values);
        all.for_each(|value| lineage.absorb(&value.lineage));
        let order = self.collecting(scope, collects)?;
        lineage.absorb(&order);
        for (key, origin) in &keys {
            let is_constant = key.is("AConst") && origin.type_oid == Some(UNKNOWN) && !origin.lineage.is_null();
            if !is_constant || node.bool("unique") {
                self.may_fail(|| "a key of JSON".to_owned(), &origin.lineage);
            }
        }
        let Some(content) = self.constructed_content(node, &keys, &values, document) else {
            let failing: Lineage = lineage.clone();
            self.may_fail(|| node.kind().to_owned(), &failing);
            return Ok(Some(Origin::from(lineage)));
        };
        let structure = document.of(content);
        let mut origin = Origin::of_structure(&match as_text {
            true => Structure::Text(Box::new(structure)),
            false => structure,
        });
        origin.lineage = lineage;
        let order = self.order_tested(&order);
        if self.has_protected(&order) {
            origin.picked_by(&order);
        }
        Ok(Some(origin))
    }

    fn constructed_content(
        &mut self,
        node: &'a Node,
        keys: &[(&'a Node, Origin<'a>)],
        values: &[Origin<'a>],
        document: Document,
    ) -> Option<Structure> {
        let is_absent = node.bool("absent_on_null");
        let mut contents = Vec::new();
        for value in values {
            let content = self.content(value, document);
            contents.push(match is_absent {
                true => Structure::Present(Box::new(content)),
                false => content,
            });
        }
        let one_of_all = |contents: Vec<Structure>| {
            let one = contents
                .into_iter()
                .map(Some)
                .reduce(|left, right| either(left?, right?));
            one.flatten().map(Box::new)
        };
        match node.kind() {
            "JsonObjectConstructor" => self.object_of(keys.iter().map(|(node, key)| (*node, key)).collect(), contents),
            // Where some are left out, nobody knows which.
            "JsonArrayConstructor" if is_absent && !contents.is_empty() => one_of_all(contents).map(Structure::List),
            "JsonArrayConstructor" => Some(Structure::Tuple(contents)),
            "JsonArrayAgg" => one_of_all(contents).map(Structure::List),
            _ => {
                let is_clean = !keys.iter().any(|(_, key)| self.has_protected(&key.lineage));
                one_of_all(contents).filter(|_| is_clean).map(Structure::Map)
            }
        }
    }

    /// What orders the values that an aggregate collects; what it tests is noted.
    fn collecting(&mut self, scope: &Scope<'_, 'a>, collects: Option<&'a Node>) -> Step<Lineage> {
        let mut order = Lineage::default();
        let Some(collects) = collects else {
            return Ok(order);
        };
        if let Some(filter) = collects.node("agg_filter") {
            self.condition(scope, filter, Clause::Filter)?;
        }
        if let Some(window) = collects.node("over") {
            order.absorb(&self.window(scope, window, false)?);
        }
        for item in collects.nodes("agg_order") {
            let key = self.sort_key(scope, item)?;
            order.absorb(&key.lineage);
            self.other_influence(Clause::AggregateOrder, &key.lineage);
        }
        Ok(order)
    }

    /// What RETURNING says: the kind of document, and whether it is shown as a string.
    fn returned(&self, node: &'a Node) -> Option<(Document, bool)> {
        let Some(output) = node.node("output") else {
            return Some((Document::Json, false));
        };
        let type_name = output.node("type_name")?;
        if type_name.get("typmods").is_some() || has_format(output.node("returning")) {
            return None;
        }
        match self.type_named(type_name)? {
            oid::JSON => Some((Document::Json, false)),
            oid::JSONB => Some((Document::Jsonb, false)),
            oid::TEXT | oid::VARCHAR => Some((Document::Json, true)),
            _ => None,
        }
    }
}

/// The expression, if JSON takes its value as it is, and does not read it as JSON.
pub(super) fn plain_value(value: &Node) -> Option<&Node> {
    match value.kind() {
        "JsonValueExpr" if !has_format(Some(value)) => value.node("raw_expr"),
        "JsonValueExpr" => None,
        _ => Some(value),
    }
}

pub(super) fn has_format(node: Option<&Node>) -> bool {
    let format = node.and_then(|node| node.node("format"));
    let kind = format.map_or(0, |format| format.int("format_type"));
    let plain = [JsonFormatType::Undefined as i64, JsonFormatType::JsFormatDefault as i64];
    !plain.contains(&kind)
}
