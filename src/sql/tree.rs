//! The parse result as one generic tree.
//!
//! PostgreSQL has some 270 node types. An analysis with code for each would forget one; here every node is a
//! [`Node`] with named fields, so that a construct without code of its own is still walked, and what it names is found.
//!
//! Node kinds are `pg_query`'s struct names (`SelectStmt`, `ColumnRef`, `AConst`, `AExpr`…), fields its field names
//! (`target_list`, `from_clause`…). Protocol buffers cannot tell "absent" from zero, false or empty, so such fields are
//! left out, and the accessors give the default for them. Enums are integers, as in `pg_query::protobuf`.

use std::fmt;

use serde::ser::{self, Impossible, Serialize};

/// One node of a parse tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    kind: &'static str,
    fields: Vec<(&'static str, Value)>,
}

/// What a field or a list element holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A node.
    Node(Box<Node>),
    /// A list; elements may be [`Value::None`] (`SELECT DISTINCT` has a list of one such element).
    List(Vec<Value>),
    /// A string.
    Str(String),
    /// An integer, or an enum's number.
    Int(i64),
    /// A floating-point number (planner costs; never in a raw parse tree).
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A null pointer in a list.
    None,
}

impl Node {
    /// The tree of a statement, or of any part of one.
    ///
    /// # Errors
    /// [`TreeError`] if the parser's types hold something that a tree has no form for. Its present types do not.
    pub fn from_parser<T: Serialize>(part: &T) -> Result<Option<Node>, TreeError> {
        match part.serialize(Builder)? {
            Value::Node(node) => Ok(Some(*node)),
            _ => Ok(None),
        }
    }

    /// The struct name, for example `ColumnRef`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// A field, unless it is absent, zero, false or empty.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.fields
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, value)| value)
    }

    /// All fields that are set, in the parser's order.
    pub fn fields(&self) -> &[(&'static str, Value)] {
        &self.fields
    }

    /// A field that holds a node.
    pub fn node(&self, field: &str) -> Option<&Node> {
        self.get(field).and_then(Value::as_node)
    }

    /// The elements of a list field; none if it is absent.
    pub fn list(&self, field: &str) -> &[Value] {
        match self.get(field) {
            Some(Value::List(elements)) => elements,
            _ => &[],
        }
    }

    /// The nodes among the elements of a list field.
    pub fn nodes<'a>(&'a self, field: &str) -> impl Iterator<Item = &'a Node> + use<'a> {
        self.list(field).iter().filter_map(Value::as_node)
    }

    /// A string field; empty if it is absent.
    pub fn str(&self, field: &str) -> &str {
        match self.get(field) {
            Some(Value::Str(text)) => text,
            _ => "",
        }
    }

    /// An integer or enum field; 0 if it is absent.
    pub fn int(&self, field: &str) -> i64 {
        match self.get(field) {
            Some(Value::Int(number)) => *number,
            _ => 0,
        }
    }

    /// A truth value; false if it is absent.
    pub fn bool(&self, field: &str) -> bool {
        matches!(self.get(field), Some(Value::Bool(true)))
    }

    /// The strings of a list of `String` nodes, such as a qualified name.
    pub fn names(&self, field: &str) -> Vec<&str> {
        self.nodes(field)
            .filter(|node| node.is("String"))
            .map(|node| node.str("sval"))
            .collect()
    }

    /// Calls `visit` with every direct child node, whatever field it stands in.
    pub fn for_each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        for (_, value) in &self.fields {
            value.for_each_node(visit);
        }
    }

    /// Calls `visit` with this node and everything under it, parents first. Where `visit` answers
    /// false, the children of that node are left out.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Node) -> bool) {
        if visit(self) {
            self.for_each_child(&mut |child| child.walk(visit));
        }
    }

    /// Calls `visit` with this node and everything under it, parents first, to be changed.
    pub fn walk_mut(&mut self, visit: &mut dyn FnMut(&mut Node)) {
        visit(self);
        for (_, value) in &mut self.fields {
            value.for_each_node_mut(&mut |child| child.walk_mut(visit));
        }
    }

    /// Gives the last name of a list of names another one.
    pub fn rename(&mut self, field: &str, name: &str) {
        let found = self.fields.iter_mut().find(|(own, _)| *own == field);
        if let Some((_, Value::List(names))) = found
            && let Some(Value::Node(last)) = names.last_mut()
        {
            last.set("sval", Value::Str(name.to_owned()));
        }
    }

    /// Gives a field another value.
    pub fn set(&mut self, field: &'static str, value: Value) {
        self.fields.retain(|(name, _)| *name != field);
        self.fields.push((field, value));
    }
}

impl Value {
    fn for_each_node_mut(&mut self, visit: &mut dyn FnMut(&mut Node)) {
        match self {
            Value::Node(node) => visit(node),
            Value::List(elements) => elements.iter_mut().for_each(|element| element.for_each_node_mut(visit)),
            Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::None => {}
        }
    }

    /// The node, if it is one.
    pub fn as_node(&self) -> Option<&Node> {
        match self {
            Value::Node(node) => Some(node),
            _ => None,
        }
    }

    /// Calls `visit` with the node it is, or with every node that the list, or lists in it, hold.
    pub fn for_each_node<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        match self {
            Value::Node(node) => visit(node),
            Value::List(elements) => elements.iter().for_each(|element| element.for_each_node(visit)),
            Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::None => {}
        }
    }

    fn is_default(&self) -> bool {
        match self {
            Value::Node(_) => false,
            Value::List(elements) => elements.is_empty(),
            Value::Str(text) => text.is_empty(),
            Value::Int(number) => *number == 0,
            Value::Float(number) => *number == 0.0,
            Value::Bool(truth) => !truth,
            Value::None => true,
        }
    }
}

/// The parser's types hold something that a tree has no form for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parse tree: {0}")]
pub struct TreeError(String);

impl ser::Error for TreeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        TreeError(message.to_string())
    }
}

/// The serde back end that builds values.
struct Builder;

fn unsupported<T>(what: &str) -> Result<T, TreeError> {
    Err(TreeError(format!("no form for {what}")))
}

macro_rules! integers {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, number: $type) -> Result<Value, TreeError> {
            Ok(Value::Int(i64::from(number)))
        })*
    };
}

impl ser::Serializer for Builder {
    type Ok = Value;
    type Error = TreeError;
    type SerializeSeq = ListBuilder;
    type SerializeTuple = Impossible<Value, TreeError>;
    type SerializeTupleStruct = Impossible<Value, TreeError>;
    type SerializeTupleVariant = Impossible<Value, TreeError>;
    type SerializeMap = Impossible<Value, TreeError>;
    type SerializeStruct = NodeBuilder;
    type SerializeStructVariant = Impossible<Value, TreeError>;

    integers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32);

    fn serialize_u64(self, number: u64) -> Result<Value, TreeError> {
        i64::try_from(number)
            .map(Value::Int)
            .or_else(|_| unsupported("a number over 2^63"))
    }

    fn serialize_bool(self, truth: bool) -> Result<Value, TreeError> {
        Ok(Value::Bool(truth))
    }

    fn serialize_f32(self, number: f32) -> Result<Value, TreeError> {
        Ok(Value::Float(f64::from(number)))
    }

    fn serialize_f64(self, number: f64) -> Result<Value, TreeError> {
        Ok(Value::Float(number))
    }

    fn serialize_char(self, letter: char) -> Result<Value, TreeError> {
        Ok(Value::Str(letter.to_string()))
    }

    fn serialize_str(self, text: &str) -> Result<Value, TreeError> {
        Ok(Value::Str(text.to_owned()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Value, TreeError> {
        unsupported("bytes")
    }

    fn serialize_none(self) -> Result<Value, TreeError> {
        Ok(Value::None)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, TreeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, TreeError> {
        Ok(Value::None)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, TreeError> {
        Ok(Value::None)
    }

    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result<Value, TreeError> {
        Ok(Value::Int(i64::from(index)))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Value, TreeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<Value, TreeError> {
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<ListBuilder, TreeError> {
        Ok(ListBuilder(Vec::with_capacity(length.unwrap_or_default())))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, TreeError> {
        unsupported("a tuple")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, TreeError> {
        unsupported("a tuple")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, TreeError> {
        unsupported("a tuple")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, TreeError> {
        unsupported("a map")
    }

    fn serialize_struct(self, kind: &'static str, _: usize) -> Result<NodeBuilder, TreeError> {
        Ok(NodeBuilder {
            kind,
            fields: Vec::new(),
        })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, TreeError> {
        unsupported("a struct variant")
    }
}

/// Builds a list.
struct ListBuilder(Vec<Value>);

impl ser::SerializeSeq for ListBuilder {
    type Ok = Value;
    type Error = TreeError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), TreeError> {
        self.0.push(value.serialize(Builder)?);
        Ok(())
    }

    fn end(self) -> Result<Value, TreeError> {
        Ok(Value::List(self.0))
    }
}

/// Builds a node.
struct NodeBuilder {
    kind: &'static str,
    fields: Vec<(&'static str, Value)>,
}

impl ser::SerializeStruct for NodeBuilder {
    type Ok = Value;
    type Error = TreeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), TreeError> {
        let value = value.serialize(Builder)?;
        if !value.is_default() {
            self.fields.push((name, value));
        }
        Ok(())
    }

    fn end(self) -> Result<Value, TreeError> {
        // `Node` is only the parser's envelope around the node itself.
        if self.kind == "Node" {
            return Ok(self.fields.into_iter().next().map_or(Value::None, |(_, value)| value));
        }
        Ok(Value::Node(Box::new(Node {
            kind: self.kind,
            fields: self.fields,
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Node {
        let parsed = pg_query::parse(text, 0).unwrap();
        Node::from_parser(&parsed.protobuf.stmts[0].stmt).unwrap().unwrap()
    }

    #[test]
    fn envelopes_are_gone_and_fields_are_found() {
        let select = tree("SELECT a.b AS c, 1 FROM s.t a WHERE x = 'it' LIMIT 0");
        assert_eq!(select.kind(), "SelectStmt");
        let targets: Vec<_> = select.nodes("target_list").collect();
        assert_eq!(targets[0].str("name"), "c");
        let column = targets[0].node("val").unwrap();
        assert_eq!((column.kind(), column.names("fields")), ("ColumnRef", vec!["a", "b"]));
        assert_eq!(targets[1].node("val").unwrap().node("val").unwrap().int("ival"), 1);
        let table = select.nodes("from_clause").next().unwrap();
        assert_eq!(
            (table.kind(), table.str("schemaname"), table.str("relname")),
            ("RangeVar", "s", "t")
        );
        assert_eq!(table.node("alias").unwrap().str("aliasname"), "a");
        assert!(select.node("where_clause").is_some());
        let limit = select.node("limit_count").unwrap();
        assert_eq!((limit.kind(), limit.node("val").unwrap().int("ival")), ("AConst", 0));
    }

    #[test]
    fn a_null_list_element_keeps_its_place() {
        assert_eq!(tree("SELECT DISTINCT a FROM t").list("distinct_clause"), &[Value::None]);
        assert_eq!(tree("SELECT DISTINCT ON (b) a FROM t").list("distinct_clause").len(), 1);
        assert!(tree("SELECT a FROM t").list("distinct_clause").is_empty());
    }

    #[test]
    fn the_walk_reaches_every_relation() {
        let text = "WITH w AS (SELECT 1 FROM a) SELECT (SELECT max(x) FROM b), CASE WHEN EXISTS (TABLE c) THEN 1 END
            FROM w, LATERAL (SELECT * FROM d) q JOIN e USING (x) WHERE x IN (SELECT y FROM f)
            GROUP BY GROUPING SETS ((z), ((SELECT 1 FROM g))) HAVING (SELECT true FROM h) WINDOW o AS (ORDER BY (SELECT 1 FROM i))
            ORDER BY (SELECT 1 FROM j) LIMIT (SELECT 1 FROM k)";
        let mut found = Vec::new();
        let select = tree(text);
        select.walk(&mut |node| {
            if node.is("RangeVar") {
                found.push(node.str("relname").to_owned());
            }
            true
        });
        found.sort();
        assert_eq!(found.join(""), "abcdefghijkw");
    }
}
