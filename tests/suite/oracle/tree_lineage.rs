//! Lineage as the server's own query tree tells it: no names are resolved here, the server has done that.

use std::collections::{HashMap, HashSet};

use pgveil::catalog::{ColumnId, Oid, Snapshot};
use pgveil::sql::{ColumnSet, Lineage};

use super::node_tree::{Node, Value, aliases, rte_kind};
use super::picking::picked_by;
use super::sizes;

/// What the tree of one statement says.
#[derive(Debug, Default)]
pub struct Truth {
    /// Lineage of each output column.
    pub columns: Vec<Lineage>,
    /// Columns whose values decide about rows or their order.
    pub deciding: ColumnSet,
}

/// A query and those around it, outermost first.
pub(super) type Level<'t> = Vec<&'t Node>;

/// Reads the trees of one statement.
pub struct TreeReader<'t> {
    pub(super) snapshot: &'t Snapshot,
    /// The queries of views and materialised views that trees name as relations.
    definitions: &'t HashMap<Oid, Node>,
    /// What is known so far of the columns of recursive CTEs.
    recursive: HashMap<(*const Node, i64), Lineage>,
    visited: HashSet<(*const Node, i64)>,
    changed: bool,
}

impl<'t> TreeReader<'t> {
    pub fn new(snapshot: &'t Snapshot, definitions: &'t HashMap<Oid, Node>) -> Self {
        TreeReader {
            snapshot,
            definitions,
            recursive: HashMap::new(),
            visited: HashSet::new(),
            changed: false,
        }
    }

    pub fn truth(&mut self, query: &'t Node) -> Truth {
        let level = vec![query];
        // Recursive CTEs are followed until nothing is added.
        loop {
            self.visited.clear();
            self.changed = false;
            let targets = query.nodes("targetList").filter(|target| !target.bool("resjunk"));
            let columns = targets.map(|target| self.target(&level, target.int("resno"))).collect();
            let mut deciding = ColumnSet::new();
            self.deciding(&level, &mut deciding);
            if !self.changed {
                return Truth { columns, deciding };
            }
        }
    }

    /// The value of an output column of the innermost query.
    pub(super) fn target(&mut self, level: &Level<'t>, number: i64) -> Lineage {
        let query = *level.last().expect("a query");
        if let Some(operation) = query.node("setOperations") {
            return self.set_operation(level, operation, number).0;
        }
        match query.nodes("targetList").find(|target| target.int("resno") == number) {
            Some(target) => self.expression(level, target.node("expr").expect("an expression")),
            None => panic!("no target {number}"),
        }
    }

    /// A column of a set operation with its type.
    fn set_operation(&mut self, level: &Level<'t>, operation: &'t Node, number: i64) -> (Lineage, Oid) {
        let query = *level.last().expect("a query");
        if operation.is("RANGETBLREF") {
            let inner = with(level, branch(query, operation));
            return (self.target(&inner, number), self.target_type(&inner, number));
        }
        const EXCEPT: i64 = 3;
        let type_oid = oid(&operation.list("colTypes")[index(number)]);
        let mut all = Lineage::default();
        for side in ["larg", "rarg"] {
            let side = operation.node(side).expect("a branch");
            let (lineage, from) = self.set_operation(level, side, number);
            unite(&mut all, &self.coerced(lineage, from, type_oid));
            if operation.int("op") == EXCEPT {
                break;
            }
        }
        (all, type_oid)
    }

    fn target_type(&self, level: &Level<'t>, number: i64) -> Oid {
        let query = *level.last().expect("a query");
        if let Some(operation) = query.node("setOperations") {
            return oid(&operation.list("colTypes")[index(number)]);
        }
        let target = query.nodes("targetList").find(|target| target.int("resno") == number);
        let expression = target.and_then(|target| target.node("expr")).expect("a target");
        type_of(expression).unwrap_or(0)
    }

    /// A value taken as one of another type: strings and integers keep their text, others are converted.
    fn coerced(&self, lineage: Lineage, from: Oid, to: Oid) -> Lineage {
        match self.same_text(from, to) || lineage == Lineage::default() {
            true => lineage,
            false => tainted(&lineage),
        }
    }

    fn same_text(&self, from: Oid, to: Oid) -> bool {
        let base = |oid| self.snapshot.base_type(oid, -1).0;
        let (from, to) = (base(from), base(to));
        [&[25, 1043][..], &[20, 21, 23][..]]
            .iter()
            .any(|family| family.contains(&from) && family.contains(&to))
            || from == to
    }

    /// The value of an expression of the innermost query.
    pub(super) fn expression(&mut self, level: &Level<'t>, node: &'t Node) -> Lineage {
        match node.kind.as_str() {
            "VAR" => self.variable(level, node),
            "CONST" if node.bool("constisnull") => Lineage::default(),
            "RELABELTYPE" => {
                let argument = node.node("arg").expect("an argument");
                let lineage = self.expression(level, argument);
                self.coerced(lineage, type_of(argument).unwrap_or(0), type_of(node).unwrap_or(0))
            }
            "FUNCEXPR" if node.int("funcid") == UNNEST => {
                let array = node.nodes("args").next().expect("an array");
                self.element(level, array)
            }
            "SUBSCRIPTINGREF" if node.list("reflowerindexpr").is_empty() => self.subscript(level, node),
            "FUNCEXPR" if sizes::is_measure(node) => self.measured(level, node),
            "FUNCEXPR" if is_widening(node) => self.any_of(level, node.nodes("args")),
            "COALESCEEXPR" | "COALESCE" => self.any_of(level, node.nodes("args")),
            "CASEEXPR" | "CASE" => self.case(level, node),
            "MINMAXEXPR" | "MINMAX" => self.any_of(level, node.nodes("args")),
            "NULLIFEXPR" => {
                let sides: Vec<Lineage> = node.nodes("args").map(|side| self.expression(level, side)).collect();
                let mut lineage = sides[0].clone();
                // Nothing equals NULL.
                if sides[1] != Lineage::default() {
                    sides.iter().for_each(|side| picked_by(&mut lineage, side));
                }
                lineage
            }
            "FIELDSELECT" => {
                let argument = node.node("arg").expect("an argument");
                self.field(level, argument, node.int("fieldnum"))
            }
            "SUBLINK" => self.sublink(level, node),
            "AGGREF" => self.aggregate(level, node),
            "WINDOWFUNC" => self.window_function(level, node),
            "GROUPINGFUNC" => computed(),
            "QUERY" => {
                let inner = with(level, node);
                let numbers = output_numbers(node);
                let columns: Vec<Lineage> = numbers.into_iter().map(|number| self.target(&inner, number)).collect();
                all_tainted(&columns)
            }
            _ => self.under(level, node),
        }
    }

    pub(super) fn any_of(&mut self, level: &Level<'t>, nodes: impl Iterator<Item = &'t Node>) -> Lineage {
        let mut all = Lineage::default();
        for node in nodes {
            unite(&mut all, &self.expression(level, node));
        }
        all
    }

    /// Computed from everything under the node.
    fn under(&mut self, level: &Level<'t>, node: &'t Node) -> Lineage {
        let mut children = Vec::new();
        node.for_each_child(&mut |child| children.push(child));
        let values: Vec<Lineage> = children
            .into_iter()
            .map(|child| self.expression(level, child))
            .collect();
        all_tainted(&values)
    }

    fn sublink(&mut self, level: &Level<'t>, node: &'t Node) -> Lineage {
        const EXISTS: i64 = 0;
        const EXPRESSION: i64 = 4;
        let query = node.node("subselect").expect("a subquery");
        match node.int("subLinkType") {
            EXISTS => computed(),
            EXPRESSION => {
                let number = output_numbers(query)[0];
                self.target(&with(level, query), number)
            }
            _ => self.under(level, node),
        }
    }

    /// An argument, which in an aggregate is a target.
    pub(super) fn under_entry(&mut self, level: &Level<'t>, node: &'t Node) -> Lineage {
        let expression = node.is("TARGETENTRY").then(|| node.node("expr")).flatten();
        self.expression(level, expression.unwrap_or(node))
    }

    fn variable(&mut self, level: &Level<'t>, node: &'t Node) -> Lineage {
        let level = &level[..level.len() - up(node, "varlevelsup")].to_vec();
        self.column(level, node.int("varno"), node.int("varattno"))
    }

    /// A column, or with 0 the whole row, of an item of the innermost query's range table.
    fn column(&mut self, level: &Level<'t>, number: i64, attribute: i64) -> Lineage {
        let query = *level.last().expect("a query");
        let entry = query.list("rtable")[index(number)].node().expect("an entry");
        if attribute < 0 {
            return computed();
        }
        if attribute == 0 {
            let columns: Vec<Lineage> = self
                .attributes(level, entry)
                .into_iter()
                .map(|attribute| self.column(level, number, attribute))
                .collect();
            return all_tainted(&columns);
        }
        match entry.int("rtekind") {
            rte_kind::RELATION => self.relation_column(oid(entry.get("relid")), attribute),
            rte_kind::SUBQUERY => {
                let inner = with(level, entry.node("subquery").expect("a subquery"));
                self.target(&inner, attribute)
            }
            kind @ (rte_kind::JOIN | rte_kind::GROUP) => match entry.list(aliases(kind))[index(attribute)].node() {
                Some(alias) => self.expression(level, alias),
                None => computed(),
            },
            rte_kind::VALUES => {
                let rows = entry.list("values_lists").iter();
                let values = rows.filter_map(|row| row.list()[index(attribute)].node());
                self.any_of(level, values)
            }
            rte_kind::CTE => {
                let (inner, cte) = common_table(level, entry);
                self.cte_column(&inner, cte, attribute)
            }
            rte_kind::FUNCTION => match function_of(entry, attribute) {
                Some(function) if function.is("FUNCEXPR") && function.int("funcid") == UNNEST => {
                    let array = function.nodes("args").next().expect("an array");
                    self.element(level, array)
                }
                Some(function) => tainted(&self.expression(level, function)),
                None => computed(),
            },
            rte_kind::TABLE_FUNCTION => self.under(level, entry.node("tablefunc").expect("a table function")),
            kind => panic!("RTE kind {kind}"),
        }
    }

    fn relation_column(&mut self, relation: Oid, attribute: i64) -> Lineage {
        if let Some(definition) = self.definitions.get(&relation) {
            return self.target(&vec![definition], attribute);
        }
        let attribute = i16::try_from(attribute).expect("an attribute number");
        Lineage {
            verbatim: ColumnSet::from([ColumnId { relation, attribute }]),
            ..Lineage::default()
        }
    }

    fn cte_column(&mut self, level: &Level<'t>, cte: &'t Node, number: i64) -> Lineage {
        if !cte.bool("cterecursive") {
            return self.target(level, number);
        }
        let key = (std::ptr::from_ref(cte), number);
        if !self.visited.insert(key) {
            return self.recursive.get(&key).cloned().unwrap_or_default();
        }
        let mut found = self.target(level, number);
        let known = self.recursive.entry(key).or_default();
        unite(&mut found, known);
        self.changed |= found != *known;
        known.clone_from(&found);
        found
    }

    /// The numbers of all columns of a range table entry.
    fn attributes(&self, level: &Level<'t>, entry: &'t Node) -> Vec<i64> {
        let count = |width: usize| (1..=i64::try_from(width).expect("a width")).collect();
        match entry.int("rtekind") {
            rte_kind::RELATION => match self.snapshot.relations.get(&oid(entry.get("relid"))) {
                Some(relation) => relation.columns.iter().map(|column| i64::from(column.number)).collect(),
                None => Vec::new(),
            },
            rte_kind::SUBQUERY => output_numbers(entry.node("subquery").expect("a subquery")),
            rte_kind::CTE => {
                let (inner, _) = common_table(level, entry);
                output_numbers(inner.last().expect("a query"))
            }
            _ => count(entry.node("eref").expect("names").list("colnames").len()),
        }
    }

    /// A field of a value that is a row.
    fn field(&mut self, level: &Level<'t>, node: &'t Node, number: i64) -> Lineage {
        match node.kind.as_str() {
            "CONST" if node.bool("constisnull") => Lineage::default(),
            "ROW" | "ROWEXPR" => match node.nodes("args").nth(index(number)) {
                Some(argument) => self.expression(level, argument),
                None => computed(),
            },
            "SUBLINK" if node.int("subLinkType") == 4 => {
                let query = node.node("subselect").expect("a subquery");
                self.target_field(&with(level, query), output_numbers(query)[0], number)
            }
            "VAR" => {
                let level = &level[..level.len() - up(node, "varlevelsup")].to_vec();
                let (entry_number, attribute) = (node.int("varno"), node.int("varattno"));
                let query = *level.last().expect("a query");
                let entry = query.list("rtable")[index(entry_number)].node().expect("an entry");
                if attribute == 0 {
                    return self.column(level, entry_number, number);
                }
                match entry.int("rtekind") {
                    rte_kind::SUBQUERY => {
                        let inner = with(level, entry.node("subquery").expect("a subquery"));
                        self.target_field(&inner, attribute, number)
                    }
                    kind @ (rte_kind::JOIN | rte_kind::GROUP) => {
                        match entry.list(aliases(kind))[index(attribute)].node() {
                            Some(alias) => self.field(level, alias, number),
                            None => computed(),
                        }
                    }
                    rte_kind::CTE => match common_table(level, entry) {
                        (inner, cte) if !cte.bool("cterecursive") => self.target_field(&inner, attribute, number),
                        _ => tainted(&self.column(level, entry_number, attribute)),
                    },
                    _ => tainted(&self.column(level, entry_number, attribute)),
                }
            }
            "SUBSCRIPTINGREF" if node.list("reflowerindexpr").is_empty() => {
                let array = node.node("refexpr").expect("an array");
                let is_collected = array.is("AGGREF") && array.int("aggfnoid") == ARRAY_AGG;
                let element = is_collected.then(|| array.nodes("args").next()).flatten();
                match element.and_then(|argument| argument.node("expr")) {
                    Some(element) => {
                        let mut lineage = self.field(level, element, number);
                        self.picked_by_subscripts(level, node, &mut lineage);
                        lineage
                    }
                    None => tainted(&self.expression(level, node)),
                }
            }
            "CASEEXPR" | "CASE" => {
                let mut lineage = Lineage::default();
                let results = node.nodes("args").filter_map(|when| when.node("result"));
                for result in results.chain(node.node("defresult")).collect::<Vec<_>>() {
                    unite(&mut lineage, &self.field(level, result, number));
                }
                let conditions: Vec<&Node> = node.nodes("args").filter_map(|when| when.node("expr")).collect();
                for condition in conditions.into_iter().chain(node.node("arg")) {
                    picked_by(&mut lineage, &self.expression(level, condition));
                }
                lineage
            }
            _ => tainted(&self.expression(level, node)),
        }
    }

    fn target_field(&mut self, level: &Level<'t>, target: i64, number: i64) -> Lineage {
        let query = *level.last().expect("a query");
        if query.node("setOperations").is_some() {
            return tainted(&self.target(level, target));
        }
        let found = query.nodes("targetList").find(|one| one.int("resno") == target);
        self.field(level, found.and_then(|one| one.node("expr")).expect("a target"), number)
    }
}

/// `unnest(anyarray)`.
pub(super) const UNNEST: i64 = 2331;
/// `array_agg(anynonarray)`.
pub(super) const ARRAY_AGG: i64 = 2335;
/// The leaf of a set operation.
pub(super) fn branch<'t>(query: &'t Node, reference: &'t Node) -> &'t Node {
    let entry = query.list("rtable")[index(reference.int("rtindex"))].node();
    entry.and_then(|entry| entry.node("subquery")).expect("a branch")
}

/// The query of a CTE at its own level.
pub(super) fn common_table<'t>(level: &Level<'t>, entry: &'t Node) -> (Level<'t>, &'t Node) {
    let up = up(entry, "ctelevelsup");
    let level = level[..level.len() - up].to_vec();
    let query = *level.last().expect("a query");
    let mut ctes = query.nodes("cteList");
    let cte = ctes
        .find(|cte| cte.str("ctename") == entry.str("ctename"))
        .expect("a CTE");
    (with(&level, cte.node("ctequery").expect("a query")), cte)
}

/// The function of ROWS FROM that gives a column; none gives the ordinality.
fn function_of(entry: &Node, attribute: i64) -> Option<&Node> {
    let mut left = attribute;
    for function in entry.nodes("functions") {
        if left <= function.int("funccolcount") {
            return function.node("funcexpr");
        }
        left -= function.int("funccolcount");
    }
    None
}

/// The targets that sort or group clauses refer to.
pub(super) fn sorted_targets<'t>(query: &'t Node, clauses: impl Iterator<Item = &'t Node>) -> Vec<&'t Node> {
    let found = clauses.filter_map(|clause| {
        let reference = clause.int("tleSortGroupRef");
        let mut targets = query.nodes("targetList");
        targets
            .find(|target| target.int("ressortgroupref") == reference)?
            .node("expr")
    });
    found.collect()
}

/// An implicit cast of an integer to a wider one: int8(int4), int8(int2), int4(int2).
fn is_widening(node: &Node) -> bool {
    const IMPLICIT: i64 = 2;
    node.int("funcformat") == IMPLICIT && [481, 754, 313].contains(&node.int("funcid"))
}

fn type_of(node: &Node) -> Option<Oid> {
    let field = match node.kind.as_str() {
        "VAR" => "vartype",
        "CONST" => "consttype",
        "RELABELTYPE" | "FIELDSELECT" | "COERCETODOMAIN" => "resulttype",
        "FUNCEXPR" => "funcresulttype",
        "COALESCEEXPR" | "COALESCE" => "coalescetype",
        "CASEEXPR" | "CASE" => "casetype",
        "MINMAXEXPR" | "MINMAX" => "minmaxtype",
        "AGGREF" => "aggtype",
        "WINDOWFUNC" => "wintype",
        "NULLIFEXPR" => "opresulttype",
        "SUBLINK" if node.int("subLinkType") == 4 => {
            let query = node.node("subselect")?;
            return query.nodes("targetList").next()?.node("expr").and_then(type_of);
        }
        _ => return None,
    };
    Some(oid(node.get(field)))
}

pub(super) fn output_numbers(query: &Node) -> Vec<i64> {
    let targets = query.nodes("targetList").filter(|target| !target.bool("resjunk"));
    targets.map(|target| target.int("resno")).collect()
}

pub(super) fn with<'t>(level: &Level<'t>, query: &'t Node) -> Level<'t> {
    level.iter().copied().chain([query]).collect()
}

/// How many queries lie between this one and the one that is meant.
pub(super) fn up(node: &Node, field: &str) -> usize {
    usize::try_from(node.int(field)).expect("a number of levels")
}

/// The index of a number that counts from 1.
pub(super) fn index(number: i64) -> usize {
    usize::try_from(number - 1).expect("a number from 1")
}

fn oid(value: &Value) -> Oid {
    Oid::try_from(value.int()).expect("an OID")
}

pub(super) fn computed() -> Lineage {
    Lineage {
        computed: true,
        ..Lineage::default()
    }
}

pub(super) fn tainted(lineage: &Lineage) -> Lineage {
    all_tainted(std::slice::from_ref(lineage))
}

pub(super) fn all_tainted(lineages: &[Lineage]) -> Lineage {
    let mut all = computed();
    for lineage in lineages {
        all.computed_from
            .extend(lineage.verbatim.iter().chain(&lineage.computed_from));
    }
    all
}

pub(super) fn unite(all: &mut Lineage, other: &Lineage) {
    all.verbatim.extend(&other.verbatim);
    all.computed_from.extend(&other.computed_from);
    all.computed |= other.computed;
}
