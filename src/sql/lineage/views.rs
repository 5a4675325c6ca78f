//! The lineage of every view, found beforehand from its definition.

use std::collections::{HashMap, HashSet};

use super::{Analyser, QueryAnalysis};
use crate::catalog::{ColumnId, Oid, Relation, RelationKind, Snapshot};
use crate::sql::bodies::{FunctionBodies, FunctionBody};
use crate::sql::parser::{self, ParserSettings};
use crate::sql::tree::Node;
use crate::sql::{Clause, ColumnSet, Fallible, Influence, Lineage, OutputColumn, RowCell, Structure, Test, Treatment};

/// What a view's definition says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ViewLineage {
    /// Lineage of each column, in order, in columns of relations that are no views.
    pub columns: Vec<Lineage>,
    /// What the values of each column are made of, as [`crate::sql::OutputColumn::structure`].
    pub structures: Vec<Option<Structure>>,
    /// Whose cells each column shows, with rows numbered from 0.
    pub cells: Vec<Option<RowCell>>,
    /// What its clauses test. None for a materialised view: its content is stored.
    pub influences: Vec<Influence>,
    /// What in it may fail by value. None for a materialised view.
    pub fallible: Vec<Fallible>,
}

/// The lineage of the columns of every view and materialised view outside the system's schemas.
#[derive(Debug, Clone, Default)]
pub struct ViewLineages {
    views: HashMap<Oid, ViewLineage>,
    /// Of SQL-language functions, which are analysed where they are called.
    pub(super) bodies: FunctionBodies,
}

impl ViewLineage {
    /// How many rows of other relations stand in one of its own.
    pub(super) fn rows(&self) -> u64 {
        let last = self.cells.iter().flatten().map(|cell| cell.row).max();
        last.map_or(0, |last| last.saturating_add(1))
    }
}

fn numbered_from_0(columns: &[OutputColumn]) -> Vec<Option<RowCell>> {
    let mut seen = Vec::new();
    let cells = columns.iter().map(|column| {
        let cell = column.cell?;
        let at = seen.iter().position(|row| *row == cell.row).unwrap_or(seen.len());
        if at == seen.len() {
            seen.push(cell.row);
        }
        Some(RowCell {
            row: u64::try_from(at).ok()?,
            ..cell
        })
    });
    cells.collect()
}

impl ViewLineages {
    /// Whose cell a view's column shows.
    pub fn cell(&self, column: ColumnId) -> Option<RowCell> {
        let index = usize::try_from(column.attribute).ok()?.checked_sub(1)?;
        self.views.get(&column.relation)?.cells.get(index).copied().flatten()
    }

    /// The lineage of a view; `None` if it is none, or if nothing is known of its definition: it must not be read then.
    pub fn get(&self, view: Oid) -> Option<&ViewLineage> {
        self.views.get(&view)
    }

    /// The lineage of a view's column, whose numbers have no gaps; `None` if nothing is known of it.
    pub fn column(&self, column: ColumnId) -> Option<&Lineage> {
        let index = usize::try_from(column.attribute).ok()?.checked_sub(1)?;
        self.views.get(&column.relation)?.columns.get(index)
    }
}

/// Analyses the definition of every view of a snapshot.
///
/// A view that cannot be analysed has all its columns computed from every column of every relation that it names;
/// one whose text is no query that the parser knows is left out.
pub fn resolve_views(snapshot: &Snapshot, treatment: &dyn Treatment) -> ViewLineages {
    let mut resolver = Resolver {
        snapshot,
        treatment,
        lineages: ViewLineages {
            views: HashMap::new(),
            bodies: FunctionBodies::new(snapshot),
        },
        under_way: HashSet::new(),
    };
    let mut oids: Vec<Oid> = snapshot.relations.keys().copied().collect();
    oids.sort_unstable();
    for oid in oids {
        resolver.resolve(oid);
    }
    resolver.lineages
}

struct Resolver<'a> {
    snapshot: &'a Snapshot,
    treatment: &'a dyn Treatment,
    lineages: ViewLineages,
    under_way: HashSet<Oid>,
}

impl Resolver<'_> {
    fn resolve(&mut self, oid: Oid) {
        let Some(view) = self
            .snapshot
            .relations
            .get(&oid)
            .filter(|relation| is_expanded(relation))
        else {
            return;
        };
        if self.lineages.views.contains_key(&oid) || !self.under_way.insert(oid) {
            return;
        }
        let Some(query) = view.definition.as_deref().and_then(|text| parsed(text, self.snapshot)) else {
            return;
        };
        let named = self.named_relations(&query);
        for relation in &named {
            self.resolve(*relation);
        }
        let width = view.columns.len();
        let mut lineage = match self.analysed(&query) {
            Some(analysis) if analysis.columns.len() == width => {
                let cells = numbered_from_0(&analysis.columns);
                let columns = analysis.columns.into_iter();
                let (columns, structures) = columns.map(|column| (column.lineage, column.structure)).unzip();
                ViewLineage {
                    columns,
                    structures,
                    cells,
                    influences: analysis.influences,
                    fallible: analysis.fallible,
                }
            }
            _ => match self.everything(&named) {
                // What functions in it read is not among the relations that it names.
                Some(_) if self.called_bodies(&query).next().is_some() => return,
                Some(everything) => self.not_analysed(everything, width),
                None => return,
            },
        };
        if view.kind == RelationKind::MaterializedView {
            lineage.influences.clear();
            lineage.fallible.clear();
        }
        self.lineages.views.insert(oid, lineage);
    }

    fn analysed(&self, query: &Node) -> Option<QueryAnalysis> {
        let mut analyser = Analyser::new(self.snapshot, self.treatment, &self.lineages);
        analyser.system_names_only = true;
        let result = analyser.query(query, None);
        let analysis = analyser.finish(result).ok()?;
        Some(analysis).filter(|analysis| analysis.unknown_name.is_none())
    }

    /// A view of which only the relations are known: any of their columns may be in any of its own, and may decide.
    fn not_analysed(&self, everything: Lineage, width: usize) -> ViewLineage {
        let columns: ColumnSet = everything.computed_from.iter().copied().collect();
        let is_protected = columns.iter().any(|column| self.treatment.class(*column) != 0);
        let other = Influence {
            clause: Clause::Where,
            test: Test::Other(columns),
        };
        ViewLineage {
            columns: vec![everything; width],
            structures: vec![None; width],
            cells: vec![None; width],
            influences: is_protected.then_some(other).into_iter().collect(),
            fallible: Vec::new(),
        }
    }

    /// The relations that a definition names, itself or in the bodies of functions; the names of CTEs are among the names,
    /// but name none.
    fn named_relations(&self, query: &Node) -> Vec<Oid> {
        let mut named = Vec::new();
        let mut functions = HashSet::new();
        let mut open = vec![(query, true)];
        while let Some((tree, system_names_only)) = open.pop() {
            tree.walk(&mut |node| {
                if node.is("RangeVar") {
                    let schema = match node.str("schemaname") {
                        "" => system_names_only.then_some("pg_catalog"),
                        schema => Some(schema),
                    };
                    let candidates = self.snapshot.candidates(schema, node.str("relname"));
                    named.extend(candidates.iter().map(|relation| relation.oid));
                }
                true
            });
            for (oid, body) in self.called_bodies(tree) {
                if functions.insert(oid) {
                    open.extend(body.trees());
                }
            }
        }
        named
    }

    /// The bodies of the functions that are called anywhere in a tree.
    fn called_bodies<'t>(&'t self, tree: &'t Node) -> impl Iterator<Item = (Oid, &'t FunctionBody)> {
        let mut called = Vec::new();
        tree.walk(&mut |node| {
            if node.is("FuncCall")
                && let Some(name) = node.names("funcname").last()
            {
                called.extend(self.snapshot.functions.get(*name).into_iter().flatten());
            }
            true
        });
        let bodies = &self.lineages.bodies;
        called
            .into_iter()
            .filter_map(|function| Some((function.oid, bodies.get(function.oid)?)))
    }

    /// Computed from every column of these relations; `None` if one of them is a view of which nothing is known.
    fn everything(&self, named: &[Oid]) -> Option<Lineage> {
        let mut all = Lineage::computed();
        for relation in named.iter().filter_map(|oid| self.snapshot.relations.get(oid)) {
            if is_expanded(relation) {
                for column in &self.lineages.get(relation.oid)?.columns {
                    all.absorb(column);
                }
            } else {
                let columns = relation.columns.iter().map(|column| crate::catalog::ColumnId {
                    relation: relation.oid,
                    attribute: column.number,
                });
                all.computed_from.extend(columns);
            }
        }
        Some(all)
    }
}

fn is_expanded(relation: &Relation) -> bool {
    let is_view = matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView);
    is_view && !relation.is_system()
}

/// Definitions are read as statements are: a keyword that the server reads in another way makes them unknown.
fn parsed(definition: &str, snapshot: &Snapshot) -> Option<Node> {
    let settings = ParserSettings {
        server_version: snapshot.server_version,
    };
    let mut statements = parser::parse(definition, &settings).ok()?;
    let last = statements.pop().filter(|_| statements.is_empty());
    last.map(|statement| statement.tree)
}
