//! A plan in words and as JSON.

use std::fmt::Write;

use serde::Serialize;

use super::{ColumnAction, Plan, PlannedText, Verdict};

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
    /// For refused ones: what and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// For refused ones: what would work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Output columns, where lineage was needed.
    pub columns: Vec<ExplainedColumn>,
    /// Protected columns that it shows or uses, and how.
    pub protected: Vec<crate::journal::ProtectedColumn>,
    /// Columns about which it tells something, because a rule allows that.
    pub inferences: Vec<String>,
}

/// One output column.
#[derive(Debug, Serialize)]
pub struct ExplainedColumn {
    /// Its label.
    pub label: String,
    /// `clean`, `mask`, `members` (each by itself: elements of arrays, fields of rows, members of documents), `redact` or `null`.
    pub action: &'static str,
    /// The mask's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<&'static str>,
}

/// Explains every statement of a text.
pub fn explain(planned: &PlannedText) -> Vec<Explanation> {
    planned.statements.iter().map(|plan| explain_plan(plan)).collect()
}

fn explain_plan(plan: &Plan) -> Explanation {
    let (verdict, refusal) = match &plan.verdict {
        Verdict::Pass => ("pass", None),
        Verdict::Mask => ("mask", None),
        Verdict::Refuse(refusal) => ("refuse", Some(refusal)),
        Verdict::Probe(refusal) => ("unknown", Some(refusal)),
    };
    let columns = plan.columns.iter().map(|column| {
        let (action, mask) = match &column.action {
            ColumnAction::Clean => ("clean", None),
            ColumnAction::Mask { mask, .. } => ("mask", Some(mask.contract().name)),
            ColumnAction::Form(_) => ("members", None),
            ColumnAction::Redact => ("redact", None),
            ColumnAction::Null => ("null", None),
        };
        ExplainedColumn {
            label: column.label.clone(),
            action,
            mask,
        }
    });
    Explanation {
        statement: plan.log_text.to_string(),
        verdict,
        reason: refusal.map(|refusal| refusal.reason.name()),
        message: refusal.map(|refusal| refusal.message.clone()),
        hint: refusal.map(|refusal| refusal.hint.clone()),
        columns: columns.collect(),
        protected: plan.protected.clone(),
        inferences: plan.inferences.clone(),
    }
}

impl Explanation {
    /// For a terminal.
    pub fn to_text(&self) -> String {
        let mut out = format!("{}\n", self.statement);
        let mut line = |text: &str| {
            let _ = writeln!(out, "  {text}");
        };
        match self.verdict {
            "pass" => line("PASS    nothing that it touches is protected"),
            "mask" => line("MASK"),
            "refuse" => line(&format!("REFUSE  ({})", self.reason.unwrap_or_default())),
            _ => line("UNKNOWN the server is expected to report an error"),
        }
        for text in self.message.iter().chain(&self.hint) {
            line(&format!("        {text}"));
        }
        for column in &self.columns {
            let how = match (column.action, column.mask) {
                (_, Some(mask)) => format!("mask {mask}"),
                (action, None) => action.to_owned(),
            };
            line(&format!("        {:<24} {how}", column.label));
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
