//! The columns of a query tree whose values decide about rows: conditions, groups, order, limits.

use pgveil::sql::{ColumnSet, Lineage};

use super::node_tree::Node;
use super::tree_lineage::{Level, TreeReader, branch, sorted_targets, with};

impl<'t> TreeReader<'t> {
    /// Adds the deciding columns of the innermost query and of all within it.
    pub(super) fn deciding(&mut self, level: &Level<'t>, found: &mut ColumnSet) {
        let query = *level.last().expect("a query");
        let mut keys: Vec<&Node> = Vec::new();
        for clause in ["groupClause", "sortClause", "distinctClause"] {
            keys.extend(sorted_targets(query, query.nodes(clause)));
        }
        for window in query.nodes("windowClause") {
            for clause in ["partitionClause", "orderClause"] {
                keys.extend(sorted_targets(query, window.nodes(clause)));
            }
            keys.extend(
                ["startOffset", "endOffset"]
                    .into_iter()
                    .filter_map(|bound| window.node(bound)),
            );
        }
        keys.extend(
            ["havingQual", "limitOffset", "limitCount"]
                .into_iter()
                .filter_map(|field| query.node(field)),
        );
        conditions(query.node("jointree"), &mut keys);
        // AND, OR and NOT one by one.
        while let Some(at) = keys.iter().position(|key| key.is("BOOLEXPR")) {
            let both = keys.swap_remove(at);
            keys.extend(both.nodes("args"));
        }
        keys.retain(|key| !self.compares_with_null(level, key));
        for key in keys {
            self.add(level, key, found);
        }
        if let Some(operation) = query.node("setOperations") {
            self.distinct_branches(level, operation, false, found);
        }
        let mut children = Vec::new();
        query.for_each_child(&mut |child| children.push(child));
        for child in children {
            self.deciding_below(level, child, found);
        }
    }

    /// `a = NULL` and `a = ANY (NULL)` are never true, whatever `a` is.
    fn compares_with_null(&mut self, level: &Level<'t>, node: &'t Node) -> bool {
        let compares = node.is("OPEXPR") || node.is("SCALARARRAYOPEXPR");
        let mut arguments = compares.then(|| node.nodes("args")).into_iter().flatten();
        arguments.any(|argument| self.expression(level, argument) == Lineage::default())
    }

    fn add(&mut self, level: &Level<'t>, node: &'t Node, found: &mut ColumnSet) {
        let lineage = self.expression(level, node);
        found.extend(lineage.verbatim.iter().chain(&lineage.computed_from));
    }

    fn deciding_below(&mut self, level: &Level<'t>, node: &'t Node, found: &mut ColumnSet) {
        match node.kind.as_str() {
            "QUERY" => return self.deciding(&with(level, node), found),
            "AGGREF" => {
                for clause in ["aggorder", "aggdistinct"] {
                    for key in node.nodes(clause) {
                        let reference = key.int("tleSortGroupRef");
                        let mut arguments = node.nodes("args");
                        let argument = arguments.find(|argument| argument.int("ressortgroupref") == reference);
                        // What WITHIN GROUP orders is the value itself.
                        if let Some(argument) = argument.and_then(|argument| argument.node("expr"))
                            && node.str("aggkind") == "n"
                        {
                            self.add(level, argument, found);
                        }
                    }
                }
                node.node("aggfilter")
                    .into_iter()
                    .for_each(|filter| self.add(level, filter, found));
            }
            "WINDOWFUNC" => node
                .node("aggfilter")
                .into_iter()
                .for_each(|filter| self.add(level, filter, found)),
            _ => {}
        }
        let mut children = Vec::new();
        node.for_each_child(&mut |child| children.push(child));
        for child in children {
            self.deciding_below(level, child, found);
        }
    }

    /// Whatever is compared to remove duplicates.
    fn distinct_branches(&mut self, level: &Level<'t>, operation: &'t Node, compared: bool, found: &mut ColumnSet) {
        let query = *level.last().expect("a query");
        if operation.is("RANGETBLREF") {
            let inner = branch(query, operation);
            for target in inner
                .nodes("targetList")
                .filter(|target| compared && !target.bool("resjunk"))
            {
                let lineage = self.target(&with(level, inner), target.int("resno"));
                found.extend(lineage.verbatim.iter().chain(&lineage.computed_from));
            }
            return;
        }
        const UNION: i64 = 1;
        let compared = compared || !operation.bool("all") || operation.int("op") != UNION;
        for side in ["larg", "rarg"].into_iter().filter_map(|side| operation.node(side)) {
            self.distinct_branches(level, side, compared, found);
        }
    }
}

/// ON and WHERE.
fn conditions<'t>(node: Option<&'t Node>, found: &mut Vec<&'t Node>) {
    let Some(node) = node else { return };
    if ["FROMEXPR", "JOINEXPR"].iter().any(|kind| node.is(kind)) {
        found.extend(node.node("quals"));
        node.for_each_child(&mut |child| conditions(Some(child), found));
    }
}
