//! Rules' own tests.

use crate::catalog::{Column, ColumnId, Relation, Snapshot};
use crate::mask::{ColumnMask, Masked, Row, RowField};
use crate::rules::{Action, Resolved, RuleTest};
use crate::value::Format;

use super::inspect::error;
use super::{Finding, Kind};

/// Runs a rule's own test; `None` if it passes.
pub(super) fn run_test(test: &RuleTest, resolved: &Resolved, snapshot: &Snapshot) -> Option<Finding> {
    let fail = |message: String| Some(error(Kind::Test, test.place.full(), message));
    let found = snapshot.relations.values().find_map(|relation| {
        let matches = |name: &str| test.column.matches(&relation.schema, &relation.name, name);
        Some((relation, relation.columns.iter().find(|column| matches(&column.name))?))
    });
    let Some((relation, column)) = found else {
        return fail(format!(
            "there is no column {} to test in database {}",
            test.column, snapshot.database
        ));
    };
    let id = ColumnId {
        relation: relation.oid,
        attribute: column.number,
    };
    let Some(treatment) = resolved.treatments.column(id) else {
        return fail(format!("{} is shown as it is", test.column));
    };
    let Action::Mask(mask) = &treatment.action else {
        return None;
    };
    let fields = match fields(test, (relation, column), mask, snapshot) {
        Ok(fields) => fields,
        Err(message) => return fail(message),
    };
    let mut shown = Vec::new();
    let (value, row) = (test.value.as_bytes(), Row { fields: &fields });
    if mask.apply_in_row(base_type(snapshot, column), Format::Text, value, &row, &mut shown) == Masked::Null {
        return None;
    }
    let shown = String::from_utf8_lossy(&shown).to_lowercase();
    let word = test
        .never_shows
        .iter()
        .find(|word| shown.contains(&word.to_lowercase()))?;
    fail(format!(
        "mask {} of {} shows \"{word}\"",
        treatment.mask_name, test.column
    ))
}

/// What stands in the row of a test, as far as the mask reads it.
fn fields<'t>(
    test: &'t RuleTest,
    (relation, own): (&Relation, &Column),
    mask: &ColumnMask,
    snapshot: &Snapshot,
) -> Result<Vec<RowField<'t>>, String> {
    let field = |column: &Column, value: &'t str| RowField {
        attribute: column.number,
        type_oid: base_type(snapshot, column),
        format: Format::Text,
        value: Some(value.as_bytes()),
    };
    let mut fields = vec![field(own, &test.value)];
    for (name, value) in &test.row {
        let column = relation.column_named(name);
        let column = column.ok_or_else(|| format!("there is no column {name} beside {}", test.column))?;
        fields.push(field(column, value));
    }
    for attribute in mask.reads() {
        if fields.iter().all(|field| field.attribute != *attribute) {
            let name = relation.column(*attribute).map_or("", |column| column.name.as_str());
            return Err(format!(
                "the mask of {} reads {name} of the same row: the test needs row = {{ {name} = \"…\" }}",
                test.column
            ));
        }
    }
    Ok(fields)
}

fn base_type(snapshot: &Snapshot, column: &Column) -> u32 {
    snapshot.base_type(column.type_oid, column.type_modifier).0
}
