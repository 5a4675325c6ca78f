//! From the graph to the SQL condition of one table.
//!
//! Sets of rows are common table expressions, made on demand, each from those it depends on. Of the node `n` there are:
//! `xn`, the rows that filters leave out; `dn`, those that a subset takes on the way down, from rows that are referred to
//! to those that refer; `kn`, those that it keeps in the end. Each has the row's table and identifier (`o`, `i`: tableoid,
//! ctid), which tell rows apart in every table, keys or not, within one statement; and the columns of foreign keys (`a0`, `a1`, …).
//!
//! Where foreign keys form a cycle, one recursive expression finds the rows of all its nodes (`y…(n, o, i)`). PostgreSQL
//! lets a recursive expression name itself once, so that one reference is a WITH of its own, which may be named often.
//!
//! Names: tables are always qualified, so none can be taken for a set; a condition of the operator's stands where only its
//! own table is in FROM.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::catalog::Oid;

use super::RowCondition;
use super::graph::{Condition, Edge, Graph, Leaves, Start};

/// The three sets of each node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Set {
    /// Rows that filters leave out.
    Dropped,
    /// Rows that a subset takes on the way down.
    Down,
    /// Rows that a subset keeps.
    Kept,
}

impl Set {
    fn letter(self) -> char {
        match self {
            Set::Dropped => 'x',
            Set::Down => 'd',
            Set::Kept => 'k',
        }
    }
}

/// How columns of a node are written.
#[derive(Debug, Clone, Copy)]
enum Row<'a> {
    /// Of the table itself, under this alias.
    Table(&'a str),
    /// Of one of its sets, under this alias.
    Member(&'a str),
}

/// The condition of a table, if there is one.
pub(super) fn of(graph: &Graph, relation: Oid) -> Option<RowCondition> {
    let &node = graph.node_of.get(&relation)?;
    let mut writer = Writer::of(graph);
    writer.reads.insert(relation);
    let start = graph.start.as_ref().filter(|start| start.connected.contains(&node));
    let condition = match start {
        Some(start) => writer.in_subset(start, node, relation),
        None => writer.unfiltered(node, relation)?,
    };
    let (with, condition) = match (start, writer.written.is_empty()) {
        (_, true) => (String::new(), condition),
        (Some(_), false) => (
            String::new(),
            format!("EXISTS {}", found_once(graph, Set::Kept, relation)),
        ),
        (None, false) if writer.is_recursive => (
            String::new(),
            format!("NOT EXISTS {}", found_once(graph, Set::Dropped, relation)),
        ),
        (None, false) => (format!("WITH RECURSIVE {} ", writer.written.join(", ")), condition),
    };
    Some(RowCondition {
        with,
        condition,
        rules: writer.rules,
        reads: writer.reads,
    })
}

/// The row `r` among those of its table in a set, all sets of this kind being found once in a snapshot: what follows many
/// keys, or recursion, is not repeated for each table.
///
/// The rows' identifiers are kept where a transaction that only reads can keep something: in settings of the session, one a
/// table, which end with the transaction. Another names the snapshot for which they hold. Their names come of the text of the
/// query, so that other foreign keys, conditions or moments have others.
fn found_once(graph: &Graph, set: Set, relation: Oid) -> String {
    let mut writer = Writer::of(graph);
    let nodes: Vec<usize> = (0..graph.nodes.len()).filter(|node| writer.has(set, *node)).collect();
    let mut members = Vec::new();
    for node in nodes {
        writer.need(set, node);
        members.push(format!("SELECT o, i FROM {}", writer.name(set, node)));
    }
    let all = format!(
        "WITH RECURSIVE {} SELECT g.o, pg_catalog.array_agg(g.i)::pg_catalog.text AS ids FROM \
         (SELECT DISTINCT m.o, m.i FROM ({}) AS m) AS g GROUP BY g.o",
        writer.written.join(", "),
        members.join(" UNION ALL ")
    );
    let mut hasher = DefaultHasher::new();
    all.hash(&mut hasher);
    let name = format!("pgveil.rows_{:016x}", hasher.finish());
    let own = format!("pg_catalog.current_setting('{name}_{relation}', true)");
    let snapshot = "pg_catalog.pg_current_snapshot()::pg_catalog.text";
    let identifier = if graph.identifies_by_text { "text" } else { "tid" };
    format!(
        "(SELECT FROM pg_catalog.unnest((SELECT CASE \
         WHEN pg_catalog.current_setting('{name}', true) OPERATOR(pg_catalog.=) {snapshot} \
         THEN CASE WHEN pg_catalog.length({own}) OPERATOR(pg_catalog.>) 0 THEN {own} ELSE '{{}}' END \
         ELSE (SELECT CASE WHEN pg_catalog.set_config('{name}', {snapshot}, true) IS NOT NULL THEN \
         coalesce(pg_catalog.max(CASE WHEN s.o OPERATOR(pg_catalog.=) {relation}::pg_catalog.oid THEN s.ids END), '{{}}') END \
         FROM (SELECT a.o, pg_catalog.set_config(pg_catalog.concat('{name}_', a.o), a.ids, true) AS ids \
         FROM ({all}) AS a OFFSET 0) AS s) \
         END)::pg_catalog.{identifier}[]) AS q(i) WHERE q.i OPERATOR(pg_catalog.=) {})",
        writer.identifier("r")
    )
}

struct Writer<'g> {
    graph: &'g Graph,
    /// `name AS (…)`, each behind those it depends on.
    written: Vec<String>,
    done: HashSet<(Set, usize)>,
    is_recursive: bool,
    rules: BTreeSet<String>,
    reads: BTreeSet<Oid>,
}

impl<'g> Writer<'g> {
    fn of(graph: &'g Graph) -> Self {
        Writer {
            graph,
            written: Vec::new(),
            done: HashSet::new(),
            is_recursive: false,
            rules: BTreeSet::new(),
            reads: BTreeSet::new(),
        }
    }

    /// The row `r` is one that the subset keeps.
    fn in_subset(&mut self, start: &'g Start, node: usize, relation: Oid) -> String {
        self.rules.insert(start.condition.rule.clone());
        if !start.included.contains(&node) || self.is_skipped(node, relation) {
            return "false".to_owned();
        }
        self.need(Set::Kept, node);
        self.is_in(Set::Kept, node, "r")
    }

    /// The row `r` is not left out. `None`: no row of its table is.
    fn unfiltered(&mut self, node: usize, relation: Oid) -> Option<String> {
        let graph = self.graph;
        if !graph.affected.contains(&node) {
            return None;
        }
        if self.is_skipped(node, relation) {
            return Some("false".to_owned());
        }
        if graph.is_cyclic(node) {
            self.need(Set::Dropped, node);
            return Some(self.is_alive(node, "r"));
        }
        let mut conditions = Vec::new();
        for condition in self.graph.nodes[node].conditions.iter() {
            if covers(&condition.leaves, relation) {
                self.rules.insert(condition.rule.clone());
                conditions.push(condition.keep.clone());
            }
        }
        for edge in self.edges_up(node) {
            if covers(&edge.child_leaves, relation) && graph.affected.contains(&edge.parent) {
                self.need(Set::Dropped, edge.parent);
                let set = self.name(Set::Dropped, edge.parent);
                let joined = self.joined(edge, Row::Member("s"), Row::Table("r"));
                conditions.push(format!("NOT EXISTS (SELECT FROM {set} AS s WHERE {joined})"));
            }
        }
        (!conditions.is_empty()).then(|| conditions.join(" AND "))
    }

    /// No row at all is taken, which needs no query to find out.
    fn is_skipped(&mut self, node: usize, relation: Oid) -> bool {
        let mut conditions = self.graph.nodes[node].conditions.iter();
        let skip = conditions.find(|condition| condition.is_skip && covers(&condition.leaves, relation));
        self.rules.extend(skip.map(|condition| condition.rule.clone()));
        skip.is_some()
    }

    /// The foreign keys of a node.
    fn edges_up(&self, node: usize) -> impl Iterator<Item = &'g Edge> + use<'g> {
        self.graph.edges.iter().filter(move |edge| edge.child == node)
    }

    /// The foreign keys that refer to a node.
    fn edges_down(&self, node: usize) -> impl Iterator<Item = &'g Edge> + use<'g> {
        self.graph.edges.iter().filter(move |edge| edge.parent == node)
    }

    fn name(&self, set: Set, node: usize) -> String {
        format!("{}{node}", set.letter())
    }

    /// Writes a set, after those it depends on.
    fn need(&mut self, set: Set, node: usize) {
        if self.done.contains(&(set, node)) {
            return;
        }
        let members: Vec<usize> = match self.graph.is_cyclic(node) {
            false => vec![node],
            true => {
                let members = self.graph.cycle(node).into_iter();
                members.filter(|member| self.has(set, *member)).collect()
            }
        };
        for &member in &members {
            self.done.insert((set, member));
            self.reads.extend(&self.graph.nodes[member].relations);
        }
        if !self.graph.is_cyclic(node) {
            let branches = self.branches(set, node, &[]);
            let written = format!("{} AS ({})", self.name(set, node), branches.join(" UNION ALL "));
            self.written.push(written);
            return;
        }
        self.is_recursive = true;
        let mut first = Vec::new();
        for &member in &members {
            for branch in self.branches(set, member, &members) {
                first.push(format!("SELECT {member}, b.o, b.i FROM ({branch}) AS b"));
            }
        }
        let cycle = format!("y{}{}", set.letter(), self.graph.component[node]);
        let steps = self.steps(set, &members);
        self.written.push(format!(
            "{cycle}(n, o, i) AS (({}) UNION (WITH w AS (SELECT * FROM {cycle}) {}))",
            first.join(" UNION ALL "),
            steps.join(" UNION ALL ")
        ));
        for &member in &members {
            let same = self.same_row(member, "w", "r");
            let select = self.select(
                member,
                &format!("{cycle} AS w JOIN "),
                &format!(" ON w.n OPERATOR(pg_catalog.=) {member} AND {same}"),
            );
            let written = format!("{} AS ({select})", self.name(set, member));
            self.written.push(written);
        }
    }

    /// Whether a node has such a set that is not empty by itself.
    fn has(&self, set: Set, node: usize) -> bool {
        match (set, &self.graph.start) {
            (Set::Dropped, _) => self.graph.affected.contains(&node),
            (Set::Down, Some(start)) => start.below.contains(&node),
            (Set::Kept, Some(start)) => start.included.contains(&node),
            (_, None) => false,
        }
    }

    /// The queries that together give a set, but for what comes of rows of `cycle`.
    fn branches(&mut self, set: Set, node: usize, cycle: &[usize]) -> Vec<String> {
        let mut branches = Vec::new();
        match set {
            Set::Dropped => {
                for condition in self.graph.nodes[node].conditions.iter() {
                    self.rules.insert(condition.rule.clone());
                    let fails = format!(
                        "{}{} IS NOT TRUE",
                        of_leaves(&condition.leaves, "r.tableoid"),
                        condition.keep
                    );
                    branches.push(self.select(node, "", &format!(" WHERE {fails}")));
                }
            }
            Set::Down => {
                if let Some(condition) = self.start_condition(node) {
                    let alive = self.and_alive(node, "r");
                    let meets = format!("{}{}", of_leaves(&condition.leaves, "r.tableoid"), condition.keep);
                    branches.push(self.select(node, "", &format!(" WHERE {meets}{alive}")));
                }
            }
            Set::Kept => {
                if self.has(Set::Down, node) {
                    self.need(Set::Down, node);
                    branches.push(format!("SELECT s.* FROM {} AS s", self.name(Set::Down, node)));
                }
            }
        }
        let edges: Vec<&Edge> = match set {
            Set::Kept => self.edges_down(node).collect(),
            Set::Dropped | Set::Down => self.edges_up(node).collect(),
        };
        for edge in edges {
            let (other, joined) = match set {
                Set::Kept => (edge.child, self.joined(edge, Row::Table("r"), Row::Member("s"))),
                Set::Dropped | Set::Down => (edge.parent, self.joined(edge, Row::Member("s"), Row::Table("r"))),
            };
            if cycle.contains(&other) || !self.has(set, other) {
                continue;
            }
            self.need(set, other);
            let alive = match set {
                Set::Down => self.and_alive(node, "r"),
                Set::Dropped | Set::Kept => String::new(),
            };
            let exists = format!("EXISTS (SELECT FROM {} AS s WHERE {joined})", self.name(set, other));
            branches.push(self.select(node, "", &format!(" WHERE {exists}{alive}")));
        }
        branches
    }

    fn start_condition(&self, node: usize) -> Option<&'g Condition> {
        let start = self.graph.start.as_ref()?;
        (start.node == node).then_some(&start.condition)
    }

    /// Of rows in a cycle, those that come next: one query for each foreign key within it.
    fn steps(&mut self, set: Set, members: &[usize]) -> Vec<String> {
        let graph = self.graph;
        let inner = |edge: &&Edge| members.contains(&edge.child) && members.contains(&edge.parent);
        let mut steps = Vec::new();
        for edge in graph.edges.iter().filter(inner) {
            let joined = self.joined(edge, Row::Table("p"), Row::Table("c"));
            let (from, from_alias, to, to_alias) = match set {
                Set::Kept => (edge.child, "c", edge.parent, "p"),
                Set::Dropped | Set::Down => (edge.parent, "p", edge.child, "c"),
            };
            let alive = match set {
                Set::Down => self.and_alive(to, to_alias),
                Set::Dropped | Set::Kept => String::new(),
            };
            steps.push(format!(
                "SELECT {to}, {to_alias}.tableoid, {} FROM w JOIN {} AS {from_alias} ON w.n OPERATOR(pg_catalog.=) {from} AND {} JOIN {} AS {to_alias} ON {joined}{alive}",
                self.identifier(to_alias),
                graph.nodes[from].source,
                self.same_row(from, "w", from_alias),
                graph.nodes[to].source,
            ));
        }
        steps
    }

    /// Rows of a node, called `r`, with all that a set has of them.
    fn select(&self, node: usize, before: &str, after: &str) -> String {
        let found = &self.graph.nodes[node];
        let mut columns = format!("r.tableoid AS o, {} AS i", self.identifier("r"));
        for (column, number) in &found.columns {
            // Writing to a String cannot fail.
            let _ = write!(columns, ", r.{column} AS a{number}");
        }
        format!("SELECT {columns} FROM {before}{} AS r{after}", found.source)
    }

    fn identifier(&self, alias: &str) -> String {
        match self.graph.identifies_by_text {
            true => format!("{alias}.ctid::pg_catalog.text"),
            false => format!("{alias}.ctid"),
        }
    }

    /// A member of a set and a row of the node are the same row.
    fn same_row(&self, node: usize, member: &str, row: &str) -> String {
        let tables = match self.graph.nodes[node].is_tree {
            true => format!(" AND {member}.o OPERATOR(pg_catalog.=) {row}.tableoid"),
            false => String::new(),
        };
        format!("{member}.i OPERATOR(pg_catalog.=) {}{tables}", self.identifier(row))
    }

    fn is_in(&self, set: Set, node: usize, row: &str) -> String {
        let (name, same) = (self.name(set, node), self.same_row(node, "q", row));
        format!("EXISTS (SELECT FROM {name} AS q WHERE {same})")
    }

    /// Filters do not leave out this row of an affected node.
    fn is_alive(&self, node: usize, row: &str) -> String {
        format!("NOT {}", self.is_in(Set::Dropped, node, row))
    }

    /// The same for any node, behind other conditions.
    fn and_alive(&mut self, node: usize, row: &str) -> String {
        if !self.graph.affected.contains(&node) {
            return String::new();
        }
        self.need(Set::Dropped, node);
        format!(" AND {}", self.is_alive(node, row))
    }

    /// One row refers to the other.
    fn joined(&self, edge: &Edge, parent: Row<'_>, child: Row<'_>) -> String {
        let column = |node: usize, row: Row<'_>, column: &str| match row {
            Row::Table(alias) => format!("{alias}.{column}"),
            Row::Member(alias) => format!("{alias}.a{}", self.graph.nodes[node].columns[column]),
        };
        let table = |row: Row<'_>| match row {
            Row::Table(alias) => format!("{alias}.tableoid"),
            Row::Member(alias) => format!("{alias}.o"),
        };
        let pairs = edge.columns.iter().map(|(from, to, comparison)| {
            let (to, from) = (column(edge.parent, parent, to), column(edge.child, child, from));
            format!("{to}{comparison}{from}")
        });
        let pairs: Vec<String> = pairs.collect();
        format!(
            "{}{}{}",
            of_leaves(&edge.parent_leaves, &table(parent)),
            of_leaves(&edge.child_leaves, &table(child)),
            pairs.join(" AND ")
        )
    }
}

/// Whether a table is meant.
fn covers(leaves: &Leaves, relation: Oid) -> bool {
    leaves.as_ref().is_none_or(|leaves| leaves.contains(&relation))
}

/// The row is of one of these partitions, before other conditions.
fn of_leaves(leaves: &Leaves, table: &str) -> String {
    match leaves {
        None => String::new(),
        Some(leaves) => {
            let leaves: Vec<String> = leaves.iter().map(ToString::to_string).collect();
            let leaves = leaves.join(",");
            format!("{table} OPERATOR(pg_catalog.=) ANY ('{{{leaves}}}'::pg_catalog.oid[]) AND ")
        }
    }
}
