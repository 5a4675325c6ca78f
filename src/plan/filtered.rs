//! Statements by which pg_dump takes a table's rows, where the rules filter these rows.
//!
//! Only the text changes: a condition is added to it. So what is planned of the statement (masks, witnesses, the drift
//! gate) holds for it as for the plain one.

use std::sync::Arc;

use crate::sql::{DumpedTable, MOMENT};

use super::{ColumnAction, Plan, PlannedColumn, Reads, Verdict};

/// The label of a column that is NULL.
const NO_LABEL: &str = "?column?";

/// What runs in place of a statement in a session of pg_dump's.
#[derive(Debug, Clone)]
pub struct Filtered {
    /// Its plan.
    pub plan: Arc<Plan>,
    /// Its text, with [`MOMENT`] in it.
    text: String,
}

impl Filtered {
    /// The text at a moment, `moment` being that as SQL.
    pub fn text_at(&self, moment: &str) -> String {
        self.text.replace(MOMENT, moment)
    }

    /// Of a statement that was planned as it is; `None` where its rows are not filtered, or it does not run.
    pub(super) fn of(plan: &Plan, table: &DumpedTable) -> Option<Arc<Filtered>> {
        let relation = plan.basis.snapshot.relations.get(&table.relation)?;
        let condition = plan.basis.filters.condition(table.relation)?;
        let mut filtered = plan.clone();
        match plan.verdict {
            // Errors may quote the values of protected columns that the condition reads, here or in other tables.
            Verdict::Pass => {
                filtered.verdict = Verdict::Mask;
                let columns = table.columns.iter().map(|column| PlannedColumn {
                    label: column.clone().unwrap_or_else(|| NO_LABEL.to_owned()),
                    action: ColumnAction::Clean,
                });
                filtered.columns = columns.collect();
            }
            Verdict::Mask => {}
            Verdict::Refuse(_) | Verdict::Probe(_) => return None,
        }
        let read = condition
            .reads
            .iter()
            .filter_map(|oid| plan.basis.snapshot.relations.get(oid));
        let mut names: Vec<String> = plan.reads.names.clone();
        names.extend(read.map(|relation| relation.name.clone()));
        names.sort_unstable();
        names.dedup();
        filtered.reads = Arc::new(Reads {
            names,
            functions: plan.reads.functions.clone(),
            // The cursor of a filtered query is looked at when it is declared.
            unseen: plan.reads.unseen || !table.by_cursor,
            filtered: Some(table.relation),
        });
        filtered.filters = condition.rules.into_iter().collect();
        Some(Arc::new(Filtered {
            plan: Arc::new(filtered),
            text: table.filtered(relation, &condition.with, &condition.condition),
        }))
    }
}
