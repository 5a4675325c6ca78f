//! Sessions of pg_dump: statements that take a table's rows, filtered as the rules say.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::journal::Protocol;
use crate::plan::{Filtered, Plan, PlannedText};
use crate::wire::compose;
use crate::wire::error_fields::ErrorFields;

use super::expected::Expected;
use super::runs::SKIPPED_SQLSTATE;
use super::{Conversation, Run, StatementLog};

impl<L: StatementLog> Conversation<L> {
    /// The session is one of pg_dump's: rows are filtered as the rules say. `moment` is the present of the whole dump, in
    /// RFC 3339.
    pub fn dump_at(&mut self, moment: &str) {
        self.dump_moment = Some(format!("'{moment}'::pg_catalog.timestamptz").into());
    }

    /// What takes the place of a text in this session.
    pub(super) fn filtered(&self, planned: &PlannedText) -> Option<(Arc<Filtered>, Arc<str>)> {
        let moment = self.dump_moment.clone()?;
        match planned.statements.as_slice() {
            [plan] => Some((plan.filtered.clone()?, moment)),
            _ => None,
        }
    }

    /// A Query message of such a statement. In a session that does not read UTF-8, in which names and conditions would be
    /// others, it is refused as all that is masked is.
    pub(super) fn query_filtered(&mut self, filtered: &Filtered, moment: &str, out: &mut Vec<u8>) {
        let plan = &filtered.plan;
        let refusal = self.encodings.refusal().or_else(|| self.early_refusal(plan));
        let run = self.begin(plan, Protocol::Simple, refusal);
        if run.refusal.is_some() {
            return self.stand_in(run, out);
        }
        self.note_request(&run);
        compose::query(out, filtered.text_at(moment).as_bytes());
        let runs = VecDeque::from([run]);
        self.expected.push_back(Expected::Query { runs });
    }

    /// An error of a statement whose text is not the client's own: its place is nowhere in the client's text, and whoever runs
    /// pgveil has to look at the filters.
    pub(super) fn point_to_filters(&self, fields: &mut ErrorFields) -> bool {
        let Some(plan) = self
            .front_filtered()
            .filter(|_| fields.sqlstate.as_bytes() != SKIPPED_SQLSTATE)
        else {
            return false;
        };
        fields.position = None;
        let hint = format!(
            "Rows of this table are filtered ({}); whoever runs pgveil sees with `pgveil check --rows` what is wrong with it.",
            plan.filters.join(", ")
        );
        fields.hint = Some(hint.into());
        true
    }

    /// The plan that is running now, if rows are filtered by it.
    pub(super) fn front_filtered(&self) -> Option<&Arc<Plan>> {
        let of_run = |run: &'_ Run| !run.plan.filters.is_empty() && run.refusal.is_none();
        match self.expected.front() {
            Some(Expected::Query { runs }) => runs.front().filter(|run| of_run(run)).map(|run| &run.plan),
            _ => None,
        }
    }
}
