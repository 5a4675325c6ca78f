//! How many elements arrays have, of which the tree says how they are put together.

use pgveil::sql::Lineage;

use super::node_tree::Node;
use super::tree_lineage::{ARRAY_AGG, Level, TreeReader, tainted};

/// `array_ndims`, `array_dims`, `array_lower`, `array_upper`, `array_length`, `cardinality`.
const MEASURES: [i64; 6] = [748, 747, 2091, 2092, 2176, 3179];
/// `ARRAY(SELECT …)`.
const ARRAY_SUBLINK: i64 = 6;

/// Whether it is a call that says how large an array is.
pub(super) fn is_measure(node: &Node) -> bool {
    MEASURES.contains(&node.int("funcid"))
}

impl<'t> TreeReader<'t> {
    /// What such a call says.
    pub(super) fn measured(&mut self, level: &Level<'t>, node: &'t Node) -> Lineage {
        let mut arguments = node.nodes("args");
        let mut lineage = tainted(&self.size(level, arguments.next().expect("an array")));
        for dimension in arguments.collect::<Vec<_>>() {
            let dimension = tainted(&self.expression(level, dimension));
            lineage.computed_from.extend(dimension.computed_from);
        }
        lineage
    }

    fn size(&mut self, level: &Level<'t>, node: &'t Node) -> Lineage {
        match node.kind.as_str() {
            "ARRAYEXPR" | "ARRAY" if !node.bool("multidims") => Lineage::default(),
            "AGGREF" if node.int("aggfnoid") == ARRAY_AGG => Lineage::default(),
            "SUBLINK" if node.int("subLinkType") == ARRAY_SUBLINK => Lineage::default(),
            "SUBSCRIPTINGREF" if !node.list("reflowerindexpr").is_empty() => {
                let mut lineage = self.size(level, node.node("refexpr").expect("an array"));
                self.picked_by_subscripts(level, node, &mut lineage);
                lineage
            }
            _ => self.expression(level, node),
        }
    }
}
