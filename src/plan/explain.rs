//! A plan, and what it was made from, in words and as JSON (docs/explain.md).

use std::fmt::Write;

use serde::Serialize;

use crate::journal::ProtectedColumn;
use crate::sql::{Analysis, ColumnSet, OutputColumn, Treatment};

use super::{Basis, ColumnAction, Leave, Plan, PlannedColumn, PlannedInfluence, Verdict};

/// A plan as it is shown to a person or a machine.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// The statement with literals replaced.
    pub statement: String,
    /// `pass`, `mask`, `refuse` or `unknown`.
    pub verdict: &'static str,
    /// For refused ones: the stable name of the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// For refused ones: the clause in which a protected column decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clause: Option<&'static str>,
    /// For refused ones: what and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// For refused ones: what would work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Output columns, where lineage was needed.
    pub columns: Vec<ExplainedColumn>,
    /// Which protected columns decide about rows, where, and by what leave.
    pub influences: Vec<PlannedInfluence>,
    /// Constants that are read as masked values and translated.
    pub translated: Vec<TranslatedConstant>,
    /// Protected columns that it shows or uses, and how.
    pub protected: Vec<ProtectedColumn>,
    /// Columns about which it tells something, because a rule allows that.
    pub inferences: Vec<String>,
}

/// One output column.
#[derive(Debug, Serialize)]
pub struct ExplainedColumn {
    /// Its label.
    pub label: String,
    /// `clean`: nothing protected is in it. `column`: its values are exactly those of protected columns. `derived`: they
    /// are computed from protected columns.
    pub class: &'static str,
    /// The columns whose values it shows as they are, protected or not: `schema.table.column`.
    pub shows: Vec<String>,
    /// The columns that its values are computed from.
    pub computed_from: Vec<String>,
    /// `pass`, `mask`, `members` (elements of arrays, fields of rows, members of documents, each by itself), `redact` or
    /// `null`; left out where the statement is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<&'static str>,
    /// The mask's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<&'static str>,
    /// What the mask reads beside the value, in the same row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<ReadBeside>,
}

/// A column that a mask reads, and which output column shows it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ReadBeside {
    /// `schema.table.column`
    pub column: String,
    /// The output column, from 1.
    pub output: usize,
}

/// One constant, or array of them.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct TranslatedConstant {
    /// The column that it is compared with.
    pub column: String,
    /// The mask that leads back.
    pub mask: &'static str,
    /// `$1`, or `literal`.
    pub constant: String,
}

/// Explains the plan of one statement; without its analysis, where it has none, the output columns are left out.
pub(super) fn explain(plan: &Plan, analysis: Option<&Analysis>) -> Explanation {
    let (verdict, refusal) = match &plan.verdict {
        Verdict::Pass => ("pass", None),
        Verdict::Mask => ("mask", None),
        Verdict::Refuse(refusal) => ("refuse", Some(refusal)),
        Verdict::Probe(refusal) => ("unknown", Some(refusal)),
    };
    let refused = plan.influences.iter().find(|found| found.leave == Leave::Refused);
    let outputs = analysis.map_or(&[][..], |analysis| &analysis.columns);
    let columns = outputs.iter().enumerate();
    let literals = plan
        .literals
        .iter()
        .map(|literal| (&literal.restoring, "literal".to_owned()));
    let parameters = plan
        .parameters
        .iter()
        .map(|parameter| (&parameter.restoring, format!("${}", parameter.number)));
    let translated = literals
        .chain(parameters)
        .map(|(restoring, constant)| TranslatedConstant {
            column: restoring.column.to_string(),
            mask: restoring.mask.contract().name,
            constant,
        });
    Explanation {
        statement: plan.log_text.to_string(),
        verdict,
        reason: refusal.map(|refusal| refusal.reason.name()),
        clause: refusal.and(refused).map(|found| found.clause),
        message: refusal.map(|refusal| refusal.message.clone()),
        hint: refusal.map(|refusal| refusal.hint.clone()),
        columns: columns
            .map(|(at, output)| column(&plan.basis, output, plan.columns.get(at)))
            .collect(),
        influences: plan.influences.clone(),
        translated: translated.collect(),
        protected: plan.protected.clone(),
        inferences: plan.inferences.clone(),
    }
}

fn column(basis: &Basis, output: &OutputColumn, planned: Option<&PlannedColumn>) -> ExplainedColumn {
    let lineage = &output.lineage;
    let is_protected = |columns: &ColumnSet| columns.iter().any(|column| basis.treatments.class(*column) != 0);
    let class = match (is_protected(&lineage.verbatim), is_protected(&lineage.computed_from)) {
        (_, true) => "derived",
        (true, false) if lineage.computed => "derived",
        (true, false) => "column",
        (false, false) => "clean",
    };
    let names = |columns: &ColumnSet| {
        columns
            .iter()
            .map(|column| basis.snapshot.column_name(*column))
            .collect()
    };
    let (action, mask) = match planned.map(|planned| &planned.action) {
        None => (None, None),
        Some(ColumnAction::Clean) => (Some("pass"), None),
        Some(ColumnAction::Mask { mask, .. }) => (Some("mask"), Some(mask.contract().name)),
        Some(ColumnAction::Form(_)) => (Some("members"), None),
        Some(ColumnAction::Redact) => (Some("redact"), None),
        Some(ColumnAction::Null) => (Some("null"), None),
    };
    let beside = match planned.map(|planned| &planned.action) {
        Some(ColumnAction::Mask { beside, .. }) => beside.as_slice(),
        _ => &[],
    };
    let beside = beside.iter().map(|beside| ReadBeside {
        column: basis.snapshot.column_name(beside.column),
        output: beside.field + 1,
    });
    ExplainedColumn {
        beside: beside.collect(),
        label: output.label.clone(),
        class,
        shows: names(&lineage.verbatim),
        computed_from: names(&lineage.computed_from),
        action,
        mask,
    }
}

impl Explanation {
    /// For a terminal.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}\n", self.statement);
        let mut line = |text: &str| {
            let _ = writeln!(out, "  {}", text.trim_end());
        };
        match self.verdict {
            "pass" => line("PASS    nothing that it touches is protected"),
            "mask" => line("MASK"),
            "refuse" => line(&match self.clause {
                Some(clause) => format!("REFUSE  ({}, in {clause})", self.reason.unwrap_or_default()),
                None => format!("REFUSE  ({})", self.reason.unwrap_or_default()),
            }),
            _ => line("UNKNOWN the server is expected to report an error"),
        }
        for text in self.message.iter().chain(&self.hint) {
            line(&format!("        {text}"));
        }
        for column in &self.columns {
            line(&format!(
                "        {:<24} {:<8} {}",
                column.label,
                column.class,
                column.story()
            ));
        }
        if !self.influences.is_empty() {
            line("decide about rows:");
            for influence in &self.influences {
                let columns = influence.columns.join(", ");
                line(&format!(
                    "        {:<24} {columns}: {}",
                    influence.clause,
                    influence.leave.words()
                ));
            }
        }
        for found in &self.translated {
            line(&format!(
                "translated: {} compared with {}, back through mask {}",
                found.constant, found.column, found.mask
            ));
        }
        if !self.protected.is_empty() {
            line("protected columns:");
            for used in &self.protected {
                line(&format!("        {:<40} {}", used.column, used.how));
            }
        }
        for column in &self.inferences {
            line(&format!("tells something about {column}, as a rule allows"));
        }
        out
    }
}

impl ExplainedColumn {
    fn story(&self) -> String {
        let mut story = match (self.action, self.mask) {
            (_, Some(mask)) => format!("mask {mask}"),
            (Some(action), None) => action.to_owned(),
            (None, None) => String::new(),
        };
        if !self.beside.is_empty() {
            let beside = self.beside.iter();
            let beside: Vec<String> = beside
                .map(|read| format!("{} (column {})", read.column, read.output))
                .collect();
            let _ = write!(story, "  by {}", beside.join(", "));
        }
        for (what, columns) in [("shows", &self.shows), ("computed from", &self.computed_from)] {
            if !columns.is_empty() {
                let _ = write!(story, "  {what} {}", columns.join(", "));
            }
        }
        story
    }
}

#[cfg(test)]
mod tests;
