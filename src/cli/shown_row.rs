//! Rows of one table as a client sees them, for commands that read rows past the relay.

use crate::catalog::{Column, ColumnId, Relation, Snapshot};
use crate::mask::{self, Masked, RowField, redaction};
use crate::rules::{Action, ColumnTreatment, Treatments};
use crate::upstream::Row;
use crate::value::Format;

/// Columns of a table that are read to show some of them.
pub(super) struct ShownColumns<'a> {
    snapshot: &'a Snapshot,
    treatments: &'a Treatments,
    relation: &'a Relation,
    /// Those to show, in their order, and behind them what their masks read beside them.
    pub(super) read: Vec<&'a Column>,
}

impl<'a> ShownColumns<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        treatments: &'a Treatments,
        relation: &'a Relation,
        shown: &[&'a Column],
    ) -> Self {
        let mut columns = ShownColumns {
            snapshot,
            treatments,
            relation,
            read: shown.to_vec(),
        };
        let is_beside = |column: &&Column| {
            let is_shown = shown.iter().any(|shown| shown.number == column.number);
            !is_shown && shown.iter().any(|shown| columns.reads(shown).contains(&column.number))
        };
        let beside: Vec<&Column> = relation.columns.iter().filter(is_beside).collect();
        columns.read.extend(beside);
        columns
    }

    /// What a client sees of the value at `index` of a row that holds [`ShownColumns::read`] as text: as the plan of
    /// `TABLE` has it. `None` for NULL, and for a column that is refused.
    pub(super) fn shown(&self, row: &Row, index: usize) -> Option<Vec<u8>> {
        let column = *self.read.get(index)?;
        let value = row.get(index).and_then(Option::as_deref);
        let mut shown = Vec::new();
        let became = match (self.treatment(column).map(|found| &found.action), value) {
            (Some(Action::Mask(mask)), Some(value)) => {
                let fields = self.fields(mask.reads(), row);
                let beside = mask::Row { fields: &fields };
                mask.apply_in_row(self.type_oid(column), Format::Text, value, &beside, &mut shown)
            }
            (Some(Action::Redact), _) => redaction(self.type_oid(column), Format::Text, &mut shown),
            (None, Some(value)) => {
                shown.extend_from_slice(value);
                Masked::Value
            }
            (Some(Action::Mask(_)) | None, None) | (Some(Action::Refuse), _) => Masked::Null,
        };
        (became == Masked::Value).then_some(shown)
    }

    pub(super) fn treatment(&self, column: &Column) -> Option<&'a ColumnTreatment> {
        let id = ColumnId {
            relation: self.relation.oid,
            attribute: column.number,
        };
        self.treatments.column(id)
    }

    fn fields<'r>(&self, attributes: &[i16], row: &'r Row) -> Vec<RowField<'r>> {
        let beside = self.read.iter().zip(row.iter());
        let beside = beside.filter(|(column, _)| attributes.contains(&column.number));
        let fields = beside.map(|(column, value)| RowField {
            attribute: column.number,
            type_oid: self.type_oid(column),
            format: Format::Text,
            value: value.as_deref(),
        });
        fields.collect()
    }

    fn reads(&self, column: &Column) -> &'a [i16] {
        match self.treatment(column).map(|found| &found.action) {
            Some(Action::Mask(mask)) => mask.reads(),
            _ => &[],
        }
    }

    fn type_oid(&self, column: &Column) -> u32 {
        self.snapshot.base_type(column.type_oid, column.type_modifier).0
    }
}
