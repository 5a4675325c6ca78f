//! One statement's two lineages side by side, and the sums over many.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use pgveil::catalog::{ColumnId, Oid};
use pgveil::sql::{Analysis, ColumnSet, Lineage, Test};

use super::node_tree::{self, Node, Value};
use super::ours::Ours;
use super::server::{Described, Server};
use super::tree_lineage::{TreeReader, Truth};

/// What was found over a corpus.
#[derive(Default)]
pub struct Tally {
    /// Statements with rows that the server accepts.
    pub statements: usize,
    /// Of these, analysed to the end.
    pub analysed: usize,
    pub columns: usize,
    pub exact: usize,
    pub deciding_exact: usize,
    /// Statements that the server does not accept.
    pub rejected: usize,
    /// Refused, or a name that is not known: count and examples by reason.
    pub refused: BTreeMap<String, (usize, Vec<String>)>,
    /// Columns with more in them than the server says: examples.
    pub over: Vec<String>,
    /// What must not be.
    pub misses: Vec<String>,
}

/// The queries of views that trees name as relations, by OID; kept until the catalog changes.
pub type Definitions = HashMap<Oid, Node>;

impl Tally {
    /// Compares the two lineages of a statement.
    pub fn judge(&mut self, server: &mut Server, ours: &Ours, definitions: &mut Definitions, text: &str) {
        let described = match server.describe(text) {
            Ok(Some(described)) => described,
            Ok(None) => return,
            Err(_) => {
                self.rejected += 1;
                return;
            }
        };
        self.statements += 1;
        let tree = node_tree::read(&described.tree);
        let Some(query) = tree.list().first().and_then(Value::node) else {
            return;
        };
        if query.int("commandType") != 1 {
            // EXPLAIN, SHOW, EXECUTE and the like: no query of their own.
            self.statements -= 1;
            return;
        }
        let analysis = match ours.analyse(text) {
            Ok(analysis) if analysis.unknown_name.is_some() => {
                let name = analysis.unknown_name.unwrap_or_default();
                let what = name.split(' ').next().unwrap_or_default();
                return self.refuse(&format!("unknown {what}"), &format!("{text}\n      -- {name}"));
            }
            Ok(analysis) => analysis,
            Err(refusal) => {
                let text = format!("{text}\n      -- {}", refusal.message);
                return self.refuse(refusal.reason.name(), &text);
            }
        };
        define(server, query, definitions);
        let truth = TreeReader::new(&ours.snapshot, definitions).truth(query);
        self.analysed += 1;
        self.compare(ours, text, &described, &analysis, &truth);
    }

    fn refuse(&mut self, reason: &str, text: &str) {
        const EXAMPLES_MAX: usize = 40;
        let (count, examples) = self.refused.entry(reason.to_owned()).or_default();
        *count += 1;
        if examples.len() < EXAMPLES_MAX {
            examples.push(text.to_owned());
        }
    }

    fn compare(&mut self, ours: &Ours, text: &str, described: &Described, analysis: &Analysis, truth: &Truth) {
        self.columns += truth.columns.len();
        let clean = Lineage {
            computed: true,
            ..Lineage::default()
        };
        if analysis.touches_protected && analysis.columns.len() != truth.columns.len() {
            self.misses.push(format!(
                "{text}\n    {} columns instead of {}",
                analysis.columns.len(),
                truth.columns.len()
            ));
            return;
        }
        let mut noted = ColumnSet::new();
        analysis
            .influences
            .iter()
            .for_each(|influence| noted.extend(influence.test.columns()));
        noted.retain(|column| ours.is_protected(*column));
        for (at, truth) in truth.columns.iter().enumerate() {
            let truth = protected_only(ours, truth);
            let found = analysis.columns.get(at);
            let label = &described.columns[at].0;
            if let Some(found) = found.filter(|found| found.label != *label) {
                self.misses
                    .push(format!("{text}\n    label {} instead of {label}", found.label));
            }
            if let Some(structure) = found.and_then(|found| found.structure.as_ref()) {
                let parts = all(&protected_only(ours, &structure.lineage()));
                let missing: ColumnSet = all(&truth).difference(&parts).copied().collect();
                let missing = missing.difference(&noted).copied().collect();
                if missing != ColumnSet::new() {
                    self.misses
                        .push(format!("{text}\n    {label}: no part of it: {}", names(ours, &missing)));
                }
            }
            let lineage = protected_only(ours, found.map_or(&clean, |found| &found.lineage));
            let shown = || {
                format!(
                    "{text}\n    {label}: {} instead of {}",
                    shown(ours, &lineage),
                    shown(ours, &truth)
                )
            };
            if is_sound(&lineage, &truth) {
                if all(&lineage) == all(&truth) {
                    self.exact += 1;
                } else {
                    self.over.push(shown());
                }
            } else {
                self.misses.push(shown());
            }
        }
        let deciding: ColumnSet = truth
            .deciding
            .iter()
            .copied()
            .filter(|one| ours.is_protected(*one))
            .collect();
        self.deciding_exact += usize::from(noted == deciding);
        if !deciding.is_subset(&noted) {
            let missing: ColumnSet = deciding.difference(&noted).copied().collect();
            self.misses
                .push(format!("{text}\n    deciding, not noted: {}", names(ours, &missing)));
        }
    }

    /// The report; `over` and refusals with so many examples each.
    pub fn report(&self, title: &str, examples: usize) -> String {
        let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        let mut lines = vec![format!(
            "{title}: {} statements ({} rejected by the server), {} analysed ({:.2} %), {} columns, {} exact ({:.2} %), \
             {} over, deciding columns exact in {:.2} % of statements, {} misses",
            self.statements,
            self.rejected,
            self.analysed,
            percent(self.analysed, self.statements),
            self.columns,
            self.exact,
            percent(self.exact, self.columns),
            self.over.len(),
            percent(self.deciding_exact, self.analysed),
            self.misses.len()
        )];
        for (reason, (count, found)) in &self.refused {
            lines.push(format!("  {reason}: {count}"));
            lines.extend(found.iter().take(examples).map(|example| format!("    {example}")));
        }
        let step = self.over.len() / examples.max(1) + 1;
        lines.extend(
            self.over
                .iter()
                .step_by(step)
                .map(|example| format!("  over: {example}")),
        );
        lines.join("\n")
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report("lineage", 0))
    }
}

/// Loads the definitions of the views that a tree names as relations.
fn define(server: &mut Server, node: &Node, definitions: &mut Definitions) {
    // The name changed with 15.
    let is_entry = node.is("RANGETBLENTRY") || node.is("RTE");
    if is_entry && node.int("rtekind") == 0 && ["v", "m"].contains(&node.str("relkind")) {
        let relation = node.int("relid");
        let key = Oid::try_from(relation).expect("an OID");
        // A view's own tree names itself, twice, for the rules of old.
        if let Entry::Vacant(place) = definitions.entry(key) {
            let sql = format!(
                "SELECT ev_action::text FROM pg_catalog.pg_rewrite \
                 WHERE ev_class = {relation} AND ev_type = '1'"
            );
            let rows = server.run(&sql).expect("a definition");
            let text = rows.into_iter().flatten().flatten().next().expect("a definition");
            let tree = node_tree::read(&text);
            let query = tree.list().first().and_then(Value::node).expect("a query").clone();
            place.insert(query.clone());
            define(server, &query, definitions);
        }
    }
    let mut children = Vec::new();
    node.for_each_child(&mut |child| children.push(child));
    for child in children {
        define(server, child, definitions);
    }
}

fn protected_only(ours: &Ours, lineage: &Lineage) -> Lineage {
    let only = |columns: &ColumnSet| columns.iter().copied().filter(|one| ours.is_protected(*one)).collect();
    let tested: ColumnSet = lineage.tests.iter().flat_map(Test::columns).collect();
    let computed_from = lineage.computed_from.union(&tested).copied().collect();
    let system_only = lineage.verbatim.iter().any(|one| !ours.is_protected(*one));
    Lineage {
        verbatim: only(&lineage.verbatim),
        computed_from: only(&computed_from),
        computed: lineage.computed || system_only,
        ..Lineage::default()
    }
}

/// Nothing is missing, and nothing is said to be verbatim that the server computes.
fn is_sound(ours: &Lineage, truth: &Lineage) -> bool {
    let computed = ours.computed || !ours.computed_from.is_empty() || ours.verbatim.is_empty();
    truth.verbatim.is_subset(&all(ours))
        && truth.computed_from.is_subset(&ours.computed_from)
        && (computed || !truth.computed && truth.computed_from.is_empty())
}

fn all(lineage: &Lineage) -> ColumnSet {
    lineage.verbatim.union(&lineage.computed_from).copied().collect()
}

fn names(ours: &Ours, columns: &ColumnSet) -> String {
    let names = columns
        .iter()
        .map(|column: &ColumnId| ours.snapshot.column_name(*column));
    names.collect::<Vec<_>>().join(" ")
}

fn shown(ours: &Ours, lineage: &Lineage) -> String {
    format!(
        "[{} ~ {}{}]",
        names(ours, &lineage.verbatim),
        names(ours, &lineage.computed_from),
        if lineage.computed { " *" } else { "" }
    )
}
