//! Values whose masks read other columns of their row: which output columns show these.

use crate::catalog::ColumnId;
use crate::rules::Action;
use crate::sql::{OutputColumn, Reason, Refusal, RowCell};

use super::decide::Decision;
use super::{Beside, ColumnAction};

/// An output column whose mask reads other columns of the row.
pub(super) struct MaskedByRow {
    /// The column that it shows.
    pub(super) column: ColumnId,
    /// Where the result shows what the mask reads; else what it does not show of the same row, as it is.
    pub(super) beside: Result<Vec<Beside>, Vec<ColumnId>>,
}

impl Decision<'_> {
    /// The numbers of the columns that the mask of a column reads beside its own.
    pub(super) fn reads(&self, column: ColumnId) -> &[i16] {
        match self.treatment(column).map(|found| &found.action) {
            Some(Action::Mask(mask)) => mask.reads(),
            _ => &[],
        }
    }

    /// What is read beside an output column; `None` if it shows no column whose mask reads others.
    pub(super) fn beside(&self, output: &OutputColumn, all: &[OutputColumn]) -> Option<MaskedByRow> {
        let mut protected = self.protected(&output.lineage.verbatim).filter(|_| is_plain(output));
        let column = protected.find(|column| !self.reads(*column).is_empty())?;
        let wanted = self.reads(column).iter().map(|attribute| ColumnId {
            relation: column.relation,
            attribute: *attribute,
        });
        let own = output.cell.filter(|cell| cell.column == column);
        let (mut beside, mut missing) = (Vec::new(), Vec::new());
        for wanted in wanted {
            let shows = |other: &OutputColumn| {
                let cell = own.map(|own| RowCell { column: wanted, ..own });
                cell.is_some() && other.cell == cell
            };
            match all.iter().position(shows) {
                Some(field) => beside.push(Beside {
                    column: wanted,
                    field,
                    type_oid: self.base_type(wanted),
                }),
                None => missing.push(wanted),
            }
        }
        Some(MaskedByRow {
            column,
            beside: if missing.is_empty() { Ok(beside) } else { Err(missing) },
        })
    }

    /// What is done with a column whose mask finds what it reads.
    pub(super) fn masked_in_row(&mut self, column: ColumnId, beside: Vec<Beside>) -> ColumnAction {
        let type_oid = self.base_type(column);
        match self.treatment(column).map(|found| (found, &found.action)) {
            Some((found, Action::Mask(mask))) => {
                self.uses.insert((column, found.mask_name));
                ColumnAction::Mask {
                    class: found.class,
                    mask: mask.clone(),
                    type_oid,
                    beside,
                }
            }
            _ => ColumnAction::Redact,
        }
    }

    /// Refuses to show a value apart from what its mask reads.
    pub(super) fn apart(&self, label: &str, column: ColumnId, wanted: &[ColumnId]) -> Refusal {
        let name = |column: &ColumnId| self.basis.snapshot.column_name(*column);
        let wanted: Vec<String> = wanted.iter().map(name).collect();
        let wanted = wanted.join(", ");
        Refusal {
            reason: Reason::DerivedColumn,
            message: format!(
                "the output column \"{label}\" comes from {}, whose mask reads {wanted} of the same row, which the statement does not show as it is",
                name(&column)
            ),
            hint: format!("Select {wanted} as well, from the same item of FROM, or set [policy] derived = \"redact\"."),
        }
    }
}

/// A value of one column, or NULL, and nothing decides which.
fn is_plain(output: &OutputColumn) -> bool {
    let lineage = &output.lineage;
    !lineage.computed && lineage.computed_from.is_empty() && lineage.tests.is_empty()
}
