//! SQL-language functions whose bodies can be analysed as views are.
//!
//! A function is read through its body if every statement in it is a plain query, if no type in its signature depends on
//! the call, and if its SET clauses leave it to mean what it says. All others stay opaque.

use std::collections::HashMap;

use super::parser::{self, ParserSettings};
use super::tree::Node;
use super::{StatementKind, encoding, gate, settings};
use crate::catalog::{Function, Oid, Snapshot, SqlBody, TypeKind};
use crate::config::CustomSettings;

/// Deeper trees are not kept: they are let go of on any thread.
const DEPTH_MAX: usize = 300;
/// `pg_type.oid` of record and void, the only pseudo-types that a result may have.
const RECORD: Oid = 2249;
const VOID: Oid = 2278;

/// The bodies that could be read, by the OID of their function.
#[derive(Debug, Clone, Default)]
pub(super) struct FunctionBodies {
    bodies: HashMap<Oid, FunctionBody>,
}

/// The body of one function.
#[derive(Debug, Clone)]
pub(super) struct FunctionBody {
    /// Its queries; the last one gives the result.
    pub statements: Vec<Node>,
    /// For each default of the last input parameters a query that shows it.
    pub defaults: Vec<Node>,
    /// Names without a schema are those of pg_catalog.
    pub system_names_only: bool,
}

impl FunctionBodies {
    /// Reads all bodies; needs a stack of [`parser::STACK_BYTES`].
    pub fn new(snapshot: &Snapshot) -> FunctionBodies {
        let functions = snapshot.functions.values().flatten();
        let read = functions.filter_map(|function| Some((function.oid, read(function, snapshot)?)));
        FunctionBodies { bodies: read.collect() }
    }

    /// The body of a function, if it could be read.
    pub fn get(&self, function: Oid) -> Option<&FunctionBody> {
        self.bodies.get(&function)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (Oid, &FunctionBody)> {
        self.bodies.iter().map(|(oid, body)| (*oid, body))
    }
}

impl FunctionBody {
    /// Everything in it, and whether names without a schema are those of pg_catalog there.
    pub fn trees(&self) -> impl Iterator<Item = (&Node, bool)> {
        let statements = self.statements.iter().map(|tree| (tree, self.system_names_only));
        statements.chain(self.defaults.iter().map(|tree| (tree, true)))
    }
}

fn read(function: &Function, snapshot: &Snapshot) -> Option<FunctionBody> {
    let body = function.body.as_ref().filter(|_| function.extension.is_none())?;
    if function.language != "sql" || !has_plain_types(function, snapshot) || !keeps_its_meaning(body) {
        return None;
    }
    let settings = ParserSettings {
        server_version: snapshot.server_version,
    };
    let queries = |text: &str| -> Option<Vec<Node>> {
        let parsed = parser::parse(text, &settings).ok()?;
        let trees = parsed.into_iter().map(|statement| statement.tree);
        trees.map(|tree| Some(tree).filter(is_plain_query)).collect()
    };
    let single = |text: &str| match queries(text)?.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    };
    let statements = match (body.is_standard, body.text.strip_prefix("RETURN ")) {
        (false, _) => queries(&body.text)?,
        (true, Some(expression)) => vec![single(&format!("SELECT {expression}"))?],
        (true, None) => block(&body.text, &settings)?,
    };
    let defaults: Option<Vec<Node>> = body
        .defaults
        .iter()
        .map(|text| single(&format!("SELECT {text}")))
        .collect();
    Some(FunctionBody {
        statements: Some(statements).filter(|statements| !statements.is_empty())?,
        defaults: defaults?,
        system_names_only: body.is_standard,
    })
}

/// The statements of `BEGIN ATOMIC … END`, which the grammar knows in CREATE FUNCTION only.
fn block(text: &str, settings: &ParserSettings) -> Option<Vec<Node>> {
    let text = format!("CREATE FUNCTION f() RETURNS int LANGUAGE sql {text}");
    let parsed = parser::parse(&text, settings).ok()?;
    let [create] = parsed.as_slice() else { return None };
    let lists = create.tree.node("sql_body")?.nodes("items");
    let statements = lists.flat_map(|list| list.nodes("items")).cloned();
    statements.map(|tree| Some(tree).filter(is_plain_query)).collect()
}

fn is_plain_query(tree: &Node) -> bool {
    let is_query =
        gate::check(tree, true, &CustomSettings::default()).is_ok_and(|passed| passed.kind == StatementKind::Query);
    let mut changes_settings = false;
    tree.walk(&mut |node| {
        changes_settings |= node.is("FuncCall") && node.names("funcname").last() == Some(&"set_config");
        true
    });
    is_query && !changes_settings && encoding::check_cut_names(tree).is_ok() && depth(tree) <= DEPTH_MAX
}

fn depth(tree: &Node) -> usize {
    let mut below = 0;
    tree.for_each_child(&mut |child| below = below.max(depth(child)));
    below + 1
}

/// No polymorphic types: which functions and operators the body means would depend on the call.
fn has_plain_types(function: &Function, snapshot: &Snapshot) -> bool {
    let is_plain = |oid: &Oid| {
        let base = snapshot.base_type(*oid, -1).0;
        let kind = snapshot.types.get(&base).map(|found| found.kind);
        !matches!(kind, Some(TypeKind::Pseudo) | None)
    };
    let result = function.result_type;
    function.argument_types.iter().all(is_plain) && (is_plain(&result) || result == RECORD || result == VOID)
}

/// Whether SET clauses leave the text of the body to mean what it means outside: a search_path does, since names are
/// resolved to all that they may mean.
fn keeps_its_meaning(body: &SqlBody) -> bool {
    body.settings.iter().all(|setting| {
        let known = setting.split_once('=');
        known.is_some_and(|(name, value)| {
            !settings::is_encoding(name) && settings::check(name, value, &CustomSettings::default()).is_ok()
        })
    })
}
