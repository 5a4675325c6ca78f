//! Elements of arrays of which the tree says what they are.

use pgveil::sql::Lineage;

use super::node_tree::{Node, aliases, rte_kind};
use super::picking::picked_by;
use super::tree_lineage::{
    ARRAY_AGG, Level, TreeReader, branch, common_table, index, output_numbers, tainted, unite, up, with,
};

/// `array_agg(anyarray)`.
const ARRAY_AGG_ARRAY: i64 = 4053;
const ARRAY_APPEND: i64 = 378;
const ARRAY_PREPEND: i64 = 379;
const ARRAY_CAT: i64 = 383;
/// `ARRAY(SELECT …)` and `(SELECT …)`.
const ARRAY_SUBLINK: i64 = 6;
const EXPRESSION_SUBLINK: i64 = 4;

impl<'t> TreeReader<'t> {
    /// `array[…]`
    pub(super) fn subscript(&mut self, level: &Level<'t>, node: &'t Node) -> Lineage {
        let mut lineage = self.element(level, node.node("refexpr").expect("an array"));
        self.picked_by_subscripts(level, node, &mut lineage);
        lineage
    }

    pub(super) fn picked_by_subscripts(&mut self, level: &Level<'t>, node: &'t Node, lineage: &mut Lineage) {
        for subscript in node.nodes("refupperindexpr").collect::<Vec<_>>() {
            picked_by(lineage, &self.expression(level, subscript));
        }
    }

    /// An element of an array, or of an array in it.
    pub(super) fn element(&mut self, level: &Level<'t>, node: &'t Node) -> Lineage {
        let arguments = || node.nodes("args").collect::<Vec<&'t Node>>();
        match node.kind.as_str() {
            "CONST" if node.bool("constisnull") => Lineage::default(),
            "ARRAYEXPR" | "ARRAY" => {
                let mut lineage = Lineage::default();
                for element in node.nodes("elements").collect::<Vec<_>>() {
                    let element = match node.bool("multidims") {
                        true => self.element(level, element),
                        false => self.expression(level, element),
                    };
                    unite(&mut lineage, &element);
                }
                lineage
            }
            "AGGREF" if [ARRAY_AGG, ARRAY_AGG_ARRAY].contains(&node.int("aggfnoid")) => {
                let mut arguments = arguments().into_iter().filter_map(|argument| argument.node("expr"));
                let first = arguments.next().expect("an argument");
                let mut lineage = match node.int("aggfnoid") {
                    ARRAY_AGG => self.expression(level, first),
                    _ => self.element(level, first),
                };
                for key in arguments {
                    picked_by(&mut lineage, &self.expression(level, key));
                }
                lineage
            }
            "OPEXPR" | "FUNCEXPR" if [ARRAY_APPEND, ARRAY_PREPEND, ARRAY_CAT].contains(&function(node)) => {
                let element_at = match function(node) {
                    ARRAY_APPEND => Some(1),
                    ARRAY_PREPEND => Some(0),
                    _ => None,
                };
                let mut lineage = Lineage::default();
                for (at, argument) in arguments().into_iter().enumerate() {
                    let part = match element_at == Some(at) {
                        true => self.expression(level, argument),
                        false => self.element(level, argument),
                    };
                    unite(&mut lineage, &part);
                }
                lineage
            }
            "COALESCEEXPR" | "COALESCE" => {
                let mut lineage = Lineage::default();
                for argument in arguments() {
                    unite(&mut lineage, &self.element(level, argument));
                }
                lineage
            }
            "CASEEXPR" | "CASE" => {
                let results = node.nodes("args").filter_map(|when| when.node("result"));
                let mut lineage = Lineage::default();
                for result in results.chain(node.node("defresult")).collect::<Vec<_>>() {
                    unite(&mut lineage, &self.element(level, result));
                }
                let conditions: Vec<&Node> = node.nodes("args").filter_map(|when| when.node("expr")).collect();
                for condition in conditions.into_iter().chain(node.node("arg")) {
                    picked_by(&mut lineage, &self.expression(level, condition));
                }
                lineage
            }
            "SUBLINK" => {
                let query = node.node("subselect").expect("a subquery");
                let number = output_numbers(query)[0];
                match node.int("subLinkType") {
                    ARRAY_SUBLINK => self.target(&with(level, query), number),
                    EXPRESSION_SUBLINK => self.target_element(&with(level, query), number),
                    _ => tainted(&self.expression(level, node)),
                }
            }
            "VAR" if node.int("varattno") > 0 => self.variable_element(level, node),
            _ => tainted(&self.expression(level, node)),
        }
    }

    fn variable_element(&mut self, level: &Level<'t>, node: &'t Node) -> Lineage {
        let outer = &level[..level.len() - up(node, "varlevelsup")].to_vec();
        let query = *outer.last().expect("a query");
        let entry = query.list("rtable")[index(node.int("varno"))].node().expect("an entry");
        let attribute = node.int("varattno");
        if entry.int("rtekind") == rte_kind::SUBQUERY {
            let inner = entry.node("subquery").expect("a subquery");
            return self.target_element(&with(outer, inner), attribute);
        }
        if let kind @ (rte_kind::JOIN | rte_kind::GROUP) = entry.int("rtekind")
            && let Some(alias) = entry.list(aliases(kind))[index(attribute)].node()
        {
            return self.element(outer, alias);
        }
        if entry.int("rtekind") == rte_kind::CTE {
            let (inner, cte) = common_table(outer, entry);
            if !cte.bool("cterecursive") {
                return self.target_element(&inner, attribute);
            }
        }
        tainted(&self.expression(level, node))
    }

    fn target_element(&mut self, level: &Level<'t>, number: i64) -> Lineage {
        let query = *level.last().expect("a query");
        if let Some(operation) = query.node("setOperations") {
            return self.branch_elements(level, operation, number);
        }
        let found = query.nodes("targetList").find(|one| one.int("resno") == number);
        self.element(level, found.and_then(|one| one.node("expr")).expect("a target"))
    }

    fn branch_elements(&mut self, level: &Level<'t>, operation: &'t Node, number: i64) -> Lineage {
        let query = *level.last().expect("a query");
        if operation.is("RANGETBLREF") {
            return self.target_element(&with(level, branch(query, operation)), number);
        }
        let mut lineage = Lineage::default();
        for side in ["larg", "rarg"].into_iter().filter_map(|side| operation.node(side)) {
            unite(&mut lineage, &self.branch_elements(level, side, number));
        }
        lineage
    }
}

/// The function of a call or operator.
fn function(node: &Node) -> i64 {
    node.int(if node.is("OPEXPR") { "opfuncid" } else { "funcid" })
}
