//! Tables and the foreign keys between them, as the filters need them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::catalog::{Oid, RelationKind, Snapshot};
use crate::sql::{qualified, quoted};

use super::{FoundFilter, is_filtered};

/// Servers from this version on can hash row identifiers.
const HASHES_ROW_IDENTIFIERS: u32 = 140_000;

/// A table, or all partitions of one partitioned table.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    /// What stands in FROM.
    pub(super) source: String,
    /// Its rows are of several tables.
    pub(super) is_tree: bool,
    /// The relations that are read.
    pub(super) relations: BTreeSet<Oid>,
    /// Columns of foreign keys, quoted, each with a number.
    pub(super) columns: BTreeMap<String, usize>,
    pub(super) conditions: Vec<Condition>,
}

/// Rows of a node that are kept.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    /// It is about these partitions only.
    pub(super) leaves: Leaves,
    /// In parentheses.
    pub(super) keep: String,
    /// `keep` is false.
    pub(super) is_skip: bool,
    /// Where it stands.
    pub(super) rule: String,
}

/// Some partitions of a node; `None`: all there is.
pub(super) type Leaves = Option<BTreeSet<Oid>>;

/// A foreign key.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) child: usize,
    pub(super) parent: usize,
    pub(super) child_leaves: Leaves,
    pub(super) parent_leaves: Leaves,
    /// Referencing column, referenced column, and what stands between them where they are compared.
    pub(super) columns: Vec<(String, String, String)>,
    /// No referencing column may be NULL.
    pub(super) is_required: bool,
}

/// Where a subset begins.
#[derive(Debug, Clone)]
pub(super) struct Start {
    pub(super) node: usize,
    pub(super) condition: Condition,
    /// Nodes whose rows may refer to those of `node`, over others.
    pub(super) below: BTreeSet<usize>,
    /// These, and all that their rows may refer to.
    pub(super) included: BTreeSet<usize>,
    /// What foreign keys connect with `node`, both ways.
    pub(super) connected: BTreeSet<usize>,
}

/// Nodes, edges, and what filters say of them.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// Of each table, the node that it is, or is a partition in.
    pub(super) node_of: HashMap<Oid, usize>,
    /// Of each node, the number of its strongly connected component.
    pub(super) component: Vec<usize>,
    /// Nodes from which a filter takes rows, be it by cascade.
    pub(super) affected: BTreeSet<usize>,
    pub(super) start: Option<Start>,
    /// Row identifiers are compared as texts.
    pub(super) identifies_by_text: bool,
}

/// The tables of a catalog: what is a partition of what.
struct Tables<'s> {
    snapshot: &'s Snapshot,
    /// Partitions, by the partitioned table.
    below: HashMap<Oid, Vec<Oid>>,
    /// Partitioned tables with a foreign table among their partitions, which has no row identifiers: each of their
    /// partitions is a node of its own. No foreign key can be of such a table as a whole.
    mixed: BTreeSet<Oid>,
}

impl<'s> Tables<'s> {
    fn of(snapshot: &'s Snapshot) -> Self {
        let mut tables = Tables {
            snapshot,
            below: HashMap::new(),
            mixed: BTreeSet::new(),
        };
        for relation in snapshot.relations.values() {
            if let Some(parent) = tables.partitioned(relation.oid) {
                tables.below.entry(parent).or_default().push(relation.oid);
            }
        }
        for relation in snapshot.relations.values() {
            if relation.kind == RelationKind::ForeignTable {
                tables.mixed.insert(tables.top(relation.oid));
            }
        }
        tables
    }

    /// What it is a partition of.
    fn partitioned(&self, oid: Oid) -> Option<Oid> {
        let parents = &self.snapshot.relations.get(&oid)?.parents;
        let mut parents = parents.iter().filter_map(|parent| self.snapshot.relations.get(parent));
        let parent = parents.find(|parent| parent.kind == RelationKind::PartitionedTable)?;
        Some(parent.oid)
    }

    fn top(&self, oid: Oid) -> Oid {
        let mut top = oid;
        while let Some(parent) = self.partitioned(top) {
            top = parent;
        }
        top
    }

    /// The relation that is the node of this one; `None` where there is no node of the whole.
    fn root(&self, oid: Oid) -> Option<Oid> {
        let top = self.top(oid);
        let holds_rows = self.snapshot.relations.get(&oid)?.kind == RelationKind::Table;
        match (self.mixed.contains(&top), holds_rows) {
            (false, _) => Some(top),
            (true, holds_rows) => holds_rows.then_some(oid),
        }
    }

    /// Itself, or the partitions under it that hold rows.
    fn leaves(&self, oid: Oid) -> BTreeSet<Oid> {
        let (mut leaves, mut open) = (BTreeSet::new(), vec![oid]);
        while let Some(next) = open.pop() {
            let kind = self.snapshot.relations.get(&next).map(|relation| relation.kind);
            match kind {
                Some(RelationKind::Table) => drop(leaves.insert(next)),
                _ => open.extend(self.below.get(&next).into_iter().flatten()),
            }
        }
        leaves
    }
}

impl Graph {
    pub(super) fn new(snapshot: &Snapshot, filters: &[FoundFilter]) -> Graph {
        let tables = Tables::of(snapshot);
        let mut graph = Graph {
            identifies_by_text: snapshot.server_version < HASHES_ROW_IDENTIFIERS,
            ..Graph::default()
        };
        graph.add_nodes(&tables);
        graph.add_edges(&tables);
        graph.component = graph.components();
        for filter in filters {
            let condition = |leaves| Condition {
                leaves,
                keep: filter.condition.clone(),
                is_skip: filter.kind == "skip",
                rule: filter.place.short(),
            };
            for (node, leaves) in graph.places(&tables, filter.relation) {
                if filter.kind == "subset" {
                    graph.start = Some(graph.start_at(node, condition(leaves)));
                } else {
                    graph.nodes[node].conditions.push(condition(leaves));
                }
            }
        }
        let filtered = graph
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| !node.conditions.is_empty());
        let filtered: BTreeSet<usize> = filtered.map(|(index, _)| index).collect();
        graph.affected = graph.closure(&filtered, |edge, from| (edge.parent == from).then_some(edge.child));
        graph
    }

    fn add_nodes(&mut self, tables: &Tables<'_>) {
        let mut relations: Vec<_> = tables
            .snapshot
            .relations
            .values()
            .filter(|relation| is_filtered(relation))
            .collect();
        relations.sort_unstable_by_key(|relation| relation.oid);
        for relation in relations {
            let root = tables.root(relation.oid);
            let Some(found) = root.and_then(|root| tables.snapshot.relations.get(&root)) else {
                continue;
            };
            let is_tree = found.kind == RelationKind::PartitionedTable;
            let nodes = &mut self.nodes;
            let index = *self.node_of.entry(found.oid).or_insert_with(|| {
                nodes.push(Node {
                    source: format!("{}{}", if is_tree { "" } else { "ONLY " }, qualified(found)),
                    is_tree,
                    ..Node::default()
                });
                nodes.len() - 1
            });
            self.node_of.insert(relation.oid, index);
            self.nodes[index].relations.insert(relation.oid);
        }
    }

    /// The nodes that a relation is, or is in; with its partitions, where it is but a part.
    fn places(&self, tables: &Tables<'_>, oid: Oid) -> Vec<(usize, Leaves)> {
        if tables.root(oid) == Some(oid)
            && let Some(node) = self.node_of.get(&oid)
        {
            return vec![(*node, None)];
        }
        let leaves = tables.leaves(oid);
        let mut places: BTreeMap<usize, BTreeSet<Oid>> = BTreeMap::new();
        for leaf in leaves {
            if let Some(node) = self.node_of.get(&leaf) {
                places.entry(*node).or_default().insert(leaf);
            }
        }
        let places = places.into_iter();
        places
            .map(|(node, leaves)| (node, self.nodes[node].is_tree.then_some(leaves)))
            .collect()
    }

    fn add_edges(&mut self, tables: &Tables<'_>) {
        for key in tables.snapshot.foreign_keys.iter().filter(|key| !key.is_part) {
            let ends = key.from.first().zip(key.to.first());
            let relations = &tables.snapshot.relations;
            let Some((child, parent)) =
                ends.and_then(|(from, to)| Some((relations.get(&from.relation)?, relations.get(&to.relation)?)))
            else {
                continue;
            };
            let columns = key
                .from
                .iter()
                .zip(&key.to)
                .zip(&key.comparisons)
                .map(|((from, to), comparison)| {
                    let from = &child.column(from.attribute)?.name;
                    let to = &parent.column(to.attribute)?.name;
                    Some((quoted(from), quoted(to), comparison.clone()))
                });
            let Some(columns) = columns.collect::<Option<Vec<_>>>() else {
                continue;
            };
            let is_required = key.from.iter().all(|from| {
                child
                    .column(from.attribute)
                    .is_some_and(|column| tables.snapshot.forbids_null(column))
            });
            let parents = self.places(tables, parent.oid);
            for (child_node, child_leaves) in self.places(tables, child.oid) {
                for &(parent_node, ref parent_leaves) in &parents {
                    for (from, to, _) in &columns {
                        self.nodes[child_node].carry(from);
                        self.nodes[parent_node].carry(to);
                    }
                    self.edges.push(Edge {
                        child: child_node,
                        parent: parent_node,
                        child_leaves: child_leaves.clone(),
                        parent_leaves: parent_leaves.clone(),
                        columns: columns.clone(),
                        is_required,
                    });
                }
            }
        }
    }

    fn start_at(&self, node: usize, condition: Condition) -> Start {
        let only = BTreeSet::from([node]);
        let below = self.closure(&only, |edge, from| (edge.parent == from).then_some(edge.child));
        let included = self.closure(&below, |edge, from| (edge.child == from).then_some(edge.parent));
        let connected = self.closure(&only, |edge, from| match from {
            _ if edge.parent == from => Some(edge.child),
            _ if edge.child == from => Some(edge.parent),
            _ => None,
        });
        Start {
            node,
            condition,
            below,
            included,
            connected,
        }
    }

    /// All nodes that `step` leads to, over any number of edges, and those it begins with.
    fn closure(&self, from: &BTreeSet<usize>, step: impl Fn(&Edge, usize) -> Option<usize>) -> BTreeSet<usize> {
        let mut touching: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (index, edge) in self.edges.iter().enumerate() {
            touching[edge.child].push(index);
            touching[edge.parent].push(index);
        }
        let mut found = from.clone();
        let mut open: Vec<usize> = from.iter().copied().collect();
        while let Some(node) = open.pop() {
            for edge in &touching[node] {
                if let Some(next) = step(&self.edges[*edge], node)
                    && found.insert(next)
                {
                    open.push(next);
                }
            }
        }
        found
    }

    /// Numbers the strongly connected components: nodes of one number reach each other by foreign keys.
    fn components(&self) -> Vec<usize> {
        // Kosaraju's algorithm: in the order in which a search along the edges leaves the nodes, last first, what a
        // search against them finds is a component.
        let order = {
            let mut left = Vec::new();
            let mut seen = vec![false; self.nodes.len()];
            let next = self.neighbours(|edge| (edge.child, edge.parent));
            for node in 0..self.nodes.len() {
                leave(node, &next, &mut seen, &mut left);
            }
            left
        };
        let back = self.neighbours(|edge| (edge.parent, edge.child));
        let mut seen = vec![false; self.nodes.len()];
        let mut component = vec![0; self.nodes.len()];
        for &node in order.iter().rev() {
            let mut members = Vec::new();
            leave(node, &back, &mut seen, &mut members);
            for member in members {
                component[member] = node;
            }
        }
        component
    }

    fn neighbours(&self, ends: impl Fn(&Edge) -> (usize, usize)) -> Vec<Vec<usize>> {
        let mut next = vec![Vec::new(); self.nodes.len()];
        for edge in &self.edges {
            let (from, to) = ends(edge);
            next[from].push(to);
        }
        next
    }

    /// The nodes that reach this one and are reached by it, itself among them.
    pub(super) fn cycle(&self, node: usize) -> Vec<usize> {
        let own = self.component[node];
        (0..self.nodes.len())
            .filter(|other| self.component[*other] == own)
            .collect()
    }

    /// Whether rows of a node may refer to each other, be it over others.
    pub(super) fn is_cyclic(&self, node: usize) -> bool {
        let own = self.component[node];
        let inner = |edge: &Edge| edge.child == node && self.component[edge.parent] == own;
        self.edges.iter().any(inner)
    }

    pub(super) fn emptied(&self) -> BTreeSet<Oid> {
        let skipped = |node: &Node| {
            node.conditions
                .iter()
                .any(|condition| condition.is_skip && condition.leaves.is_none())
        };
        let skipped = (0..self.nodes.len())
            .filter(|node| skipped(&self.nodes[*node]))
            .collect();
        let emptied = self.closure(&skipped, |edge, from| {
            (edge.parent == from && edge.is_required && edge.child_leaves.is_none() && edge.parent_leaves.is_none())
                .then_some(edge.child)
        });
        let relations = emptied
            .into_iter()
            .flat_map(|node| self.nodes[node].relations.iter().copied());
        relations.collect()
    }
}

impl Node {
    fn carry(&mut self, column: &str) {
        let number = self.columns.len();
        self.columns.entry(column.to_owned()).or_insert(number);
    }
}

/// A search in depth from a node: appends the nodes it finds in the order in which it leaves them.
fn leave(start: usize, next: &[Vec<usize>], seen: &mut [bool], left: &mut Vec<usize>) {
    if std::mem::replace(&mut seen[start], true) {
        return;
    }
    let mut path = vec![(start, 0)];
    while let Some((node, at)) = path.last_mut() {
        match next[*node].get(*at) {
            Some(&neighbour) => {
                *at += 1;
                if !std::mem::replace(&mut seen[neighbour], true) {
                    path.push((neighbour, 0));
                }
            }
            None => {
                left.push(*node);
                path.pop();
            }
        }
    }
}
