//! What shows one of several values: CASE, and functions that pick.

use pgveil::sql::Lineage;

use super::node_tree::Node;
use super::tree_lineage::{Level, TreeReader, all_tainted, computed, sorted_targets, unite};

impl<'t> TreeReader<'t> {
    /// One of the results, picked by the conditions.
    pub(super) fn case(&mut self, level: &Level<'t>, node: &'t Node) -> Lineage {
        let results: Vec<&Node> = node.nodes("args").filter_map(|when| when.node("result")).collect();
        let mut lineage = self.any_of(level, results.into_iter().chain(node.node("defresult")));
        let conditions: Vec<&Node> = node.nodes("args").filter_map(|when| when.node("expr")).collect();
        for condition in conditions.into_iter().chain(node.node("arg")) {
            picked_by(&mut lineage, &self.expression(level, condition));
        }
        lineage
    }

    pub(super) fn aggregate(&mut self, level: &Level<'t>, node: &'t Node) -> Lineage {
        // count(any), count(*)
        if [2147, 2803].contains(&node.int("aggfnoid")) {
            return computed();
        }
        let parts = ["aggdirectargs", "args"];
        let parts: Vec<&Node> = parts.into_iter().flat_map(|part| node.nodes(part)).collect();
        let values: Vec<Lineage> = parts.into_iter().map(|part| self.under_entry(level, part)).collect();
        if is_picking_aggregate(node.int("aggfnoid")) {
            let picked = node.nodes("aggdirectargs").count();
            return picked_from(&values, picked);
        }
        all_tainted(&values)
    }

    /// The arguments, and what orders the window.
    pub(super) fn window_function(&mut self, level: &Level<'t>, node: &'t Node) -> Lineage {
        let query = *level.last().expect("a query");
        let mut values = Vec::new();
        if ![2147, 2803].contains(&node.int("winfnoid")) {
            values.extend(node.nodes("args").map(|argument| self.expression(level, argument)));
        }
        let windows = query.nodes("windowClause");
        for window in windows.filter(|window| window.int("winref") == node.int("winref")) {
            for key in sorted_targets(query, window.nodes("orderClause")) {
                values.push(self.expression(level, key));
            }
            for bound in ["startOffset", "endOffset"]
                .into_iter()
                .filter_map(|bound| window.node(bound))
            {
                values.push(self.expression(level, bound));
            }
        }
        match node.int("winfnoid") {
            // lag and lead with a value for where there is none: one of the two.
            LAG_OR_ELSE | LEAD_OR_ELSE => {
                let other = values.remove(2);
                unite(&mut values[0], &other);
                picked_from(&values, 0)
            }
            function if PICKING_WINDOW_FUNCTIONS.contains(&function) || is_picking_aggregate(function) => {
                picked_from(&values, 0)
            }
            _ => all_tainted(&values),
        }
    }
}

/// `lag(anycompatible, integer, anycompatible)`.
const LAG_OR_ELSE: i64 = 3108;
/// `lead(anycompatible, integer, anycompatible)`.
const LEAD_OR_ELSE: i64 = 3111;
/// lag, lead, first_value, last_value, nth_value, by OID.
const PICKING_WINDOW_FUNCTIONS: [i64; 7] = [3106, 3107, 3109, 3110, 3112, 3113, 3114];

/// max and min of every type (`pg_proc.dat`), mode, percentile_disc, any_value.
fn is_picking_aggregate(function: i64) -> bool {
    /// `max`, and `min` behind it.
    const MAX: [i64; 9] = [2050, 2244, 2797, 3526, 3564, 4189, 5099, 6373, 6395];
    let is_extreme = MAX.iter().any(|max| (0..2).contains(&(function - max)));
    is_extreme || matches!(function, 8 | 2115..=2146 | 3972 | 3984 | 6291)
}

/// The value at `picked`, picked by the others.
fn picked_from(values: &[Lineage], picked: usize) -> Lineage {
    let mut lineage = values.get(picked).cloned().unwrap_or_default();
    for (at, other) in values.iter().enumerate() {
        if at != picked {
            picked_by(&mut lineage, other);
        }
    }
    lineage
}

pub(super) fn picked_by(lineage: &mut Lineage, other: &Lineage) {
    lineage
        .computed_from
        .extend(other.verbatim.iter().chain(&other.computed_from));
}
