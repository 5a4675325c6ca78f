//! The second witness: what the server says of a result, against what the plan expects.
//!
//! RowDescription names the table and column behind each plain output column. The plan was made from a snapshot and from
//! our own reading of the statement; where the two disagree, nothing is shown.

use std::sync::Arc;

use crate::catalog::{ColumnId, Oid, RelationKind};
use crate::mask::ColumnMask;
use crate::sql::{CopyFormat, Lineage, StatementKind, Treatment};
use crate::value::Format;
use crate::wire::row::Field;

use super::{Basis, Beside, ColumnAction, FieldAction, FieldBeside, Form, Plan, RowMask, Verdict};

/// The server describes a result that the plan does not expect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Disagreement {
    /// Another number of columns.
    #[error("the server describes {described} columns, the plan has {planned}")]
    ColumnCount {
        /// By the server.
        described: usize,
        /// By the plan.
        planned: usize,
    },
    /// Another label.
    #[error("column {number} has another label than planned")]
    Label {
        /// From 1.
        number: usize,
    },
    /// A relation or column that the catalog snapshot does not have.
    #[error("column {number} comes from a relation or column that pgveil does not know yet")]
    UnknownColumn {
        /// From 1.
        number: usize,
    },
    /// The server names a protected column, the plan another or none.
    #[error("column {number} comes from {column}, which the plan does not expect")]
    Protection {
        /// From 1.
        number: usize,
        /// `schema.table.column`.
        column: String,
    },
    /// Rows from a statement that is not expected to succeed at all.
    #[error("the server returns rows for a statement that pgveil does not know")]
    NotExpected,
}

/// How the snapshot treats the column that the server names.
enum Seen {
    Clean,
    Class(u32),
    Derived,
}

fn seen(basis: &Basis, column: ColumnId) -> Option<Seen> {
    let relation = basis.snapshot.relations.get(&column.relation)?;
    if column.attribute < 0 {
        return Some(Seen::Clean); // system columns: ctid, xmin, …
    }
    if column.attribute == 0 {
        // A whole row is protected if any of its columns is.
        let clean = relation.columns.iter().all(|field| {
            let field = ColumnId {
                relation: column.relation,
                attribute: field.number,
            };
            matches!(seen(basis, field), Some(Seen::Clean))
        });
        return Some(if clean { Seen::Clean } else { Seen::Derived });
    }
    relation.column(column.attribute)?;
    let is_view = matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView) && !relation.is_system();
    Some(match (is_view, basis.views.column(column)) {
        (true, Some(lineage)) => seen_through_view(basis, lineage),
        // A view whose definition could not be analysed may show anything.
        (true, None) if basis.treatments.protects_anything() => Seen::Derived,
        _ => match basis.treatments.class(column) {
            0 => Seen::Clean,
            class => Seen::Class(class),
        },
    })
}

fn seen_through_view(basis: &Basis, lineage: &Lineage) -> Seen {
    let class = |column: &ColumnId| basis.treatments.class(*column);
    if lineage.computed_from.iter().any(|column| class(column) != 0) {
        return Seen::Derived;
    }
    let mut classes = lineage.verbatim.iter().map(class);
    let first = classes.next().unwrap_or(0);
    match classes.all(|class| class == first) && !(lineage.computed && first != 0) {
        true if first == 0 => Seen::Clean,
        true => Seen::Class(first),
        false => Seen::Derived,
    }
}

/// Resolves a plan for a described result. For [`Verdict::Pass`] every named column must be known and clean.
pub fn reconcile(plan: &Plan, fields: &[Field<'_>]) -> Result<RowMask, Disagreement> {
    if matches!(plan.verdict, Verdict::Refuse(_) | Verdict::Probe(_)) {
        return Err(Disagreement::NotExpected);
    }
    let planned = plan.verdict == Verdict::Mask && !is_text_report(plan);
    if planned && fields.len() != plan.columns.len() {
        return Err(Disagreement::ColumnCount {
            described: fields.len(),
            planned: plan.columns.len(),
        });
    }
    let mut actions = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        let number = index + 1;
        let column = planned.then(|| &plan.columns[index]);
        if column.is_some_and(|column| column.label.as_bytes() != field.label) {
            return Err(Disagreement::Label { number });
        }
        let action = column.map_or(&ColumnAction::Clean, |column| &column.action);
        check_origin(&plan.basis, action, field, number)?;
        let format = format_of(field);
        actions.push(match action {
            ColumnAction::Clean if tells_sizes(plan) => FieldAction::PlanText,
            ColumnAction::Clean => FieldAction::Keep,
            ColumnAction::Mask { mask, beside, .. } => {
                let beside = beside.iter().map(|beside| seen_beside(&plan.basis, beside, fields));
                masked(mask, field.type_oid, format, beside.collect::<Result<_, _>>()?)
            }
            ColumnAction::Form(form) if form.is_of_type(field.type_oid) => FieldAction::Form {
                form: form.clone(),
                type_oid: field.type_oid,
                format,
            },
            ColumnAction::Null => FieldAction::Redact { type_oid: 0, format },
            ColumnAction::Redact | ColumnAction::Form(_) => FieldAction::Redact {
                type_oid: field.type_oid,
                format,
            },
        });
    }
    Ok(RowMask::new(actions))
}

fn masked(mask: &Arc<ColumnMask>, type_oid: u32, format: Format, beside: Vec<FieldBeside>) -> FieldAction {
    let mask = mask.clone();
    match beside.is_empty() {
        true => FieldAction::Mask { mask, type_oid, format },
        false => FieldAction::MaskInRow {
            mask,
            type_oid,
            format,
            beside: beside.into(),
        },
    }
}

/// A field that a mask of another reads. The server must not name another column there than the plan does.
fn seen_beside(basis: &Basis, beside: &Beside, fields: &[Field<'_>]) -> Result<FieldBeside, Disagreement> {
    let number = beside.field + 1;
    let field = fields.get(beside.field).ok_or(Disagreement::UnknownColumn { number })?;
    let described = ColumnId {
        relation: field.table_oid,
        attribute: field.attribute,
    };
    let shows = match basis.views.cell(described) {
        Some(cell) => cell.column,
        None => described,
    };
    if field.table_oid != 0 && shows != beside.column {
        return Err(Disagreement::Protection {
            number,
            column: basis.snapshot.column_name(described),
        });
    }
    Ok(FieldBeside {
        attribute: beside.column.attribute,
        field: beside.field,
        type_oid: field.type_oid,
        format: format_of(field),
    })
}

fn format_of(field: &Field<'_>) -> Format {
    match field.format {
        0 => Format::Text,
        _ => Format::Binary,
    }
}

/// Whether the server names a column of a table for every column of the result, so that what is shown is known to be of
/// these tables. Of a whole row it names the table, and says nothing of the columns.
pub fn is_seen(fields: &[Field<'_>]) -> bool {
    fields.iter().all(|field| field.table_oid != 0 && field.attribute != 0)
}

fn check_origin(basis: &Basis, action: &ColumnAction, field: &Field<'_>, number: usize) -> Result<(), Disagreement> {
    if field.table_oid == 0 {
        return Ok(());
    }
    let column = ColumnId {
        relation: field.table_oid,
        attribute: field.attribute,
    };
    let agrees = match (
        seen(basis, column).ok_or(Disagreement::UnknownColumn { number })?,
        action,
    ) {
        (_, ColumnAction::Redact | ColumnAction::Null) | (Seen::Clean, _) => true,
        (Seen::Class(seen), ColumnAction::Mask { class, .. }) => seen == *class,
        (Seen::Derived, ColumnAction::Form(form)) => column.attribute != 0 || is_row_of(basis, column.relation, form),
        (Seen::Class(_), ColumnAction::Form(_)) => false,
        (Seen::Derived, ColumnAction::Mask { .. }) | (Seen::Class(_) | Seen::Derived, ColumnAction::Clean) => false,
    };
    if agrees {
        Ok(())
    } else {
        Err(Disagreement::Protection {
            number,
            column: basis.snapshot.column_name(column),
        })
    }
}

/// Whether a form does with each field of a relation's rows what the snapshot wants.
fn is_row_of(basis: &Basis, relation: Oid, form: &Form) -> bool {
    let (Form::Row(fields), Some(relation)) = (form, basis.snapshot.relations.get(&relation)) else {
        return false;
    };
    let columns = relation.columns.iter().zip(fields.iter());
    let mut agree = columns.map(|(column, (_, field))| {
        let id = ColumnId {
            relation: relation.oid,
            attribute: column.number,
        };
        match (seen(basis, id), &**field) {
            (Some(Seen::Clean), _) | (_, Form::Null) => true,
            (Some(Seen::Class(seen)), Form::Mask { class, .. }) => seen == *class,
            (Some(Seen::Derived), other) => !matches!(other, Form::Keep | Form::Mask { .. }),
            _ => false,
        }
    });
    relation.columns.len() == fields.len() && agree.all(|agrees| agrees)
}

/// EXPLAIN shows one column of its own, whatever the query under it shows.
fn is_text_report(plan: &Plan) -> bool {
    matches!(plan.kind, StatementKind::Explain { .. })
}

/// EXPLAIN over protected columns; what EXPLAIN EXECUTE is over is not known here.
fn tells_sizes(plan: &Plan) -> bool {
    match &plan.kind {
        StatementKind::Explain { executes: Some(_), .. } => plan.basis.treatments.protects_anything(),
        StatementKind::Explain { executes: None, .. } => plan.verdict == Verdict::Mask,
        _ => false,
    }
}

/// Resolves a plan for a COPY stream, which carries neither names nor types.
pub fn reconcile_copy(plan: &Plan, format: CopyFormat, columns: usize) -> Result<RowMask, Disagreement> {
    match plan.verdict {
        Verdict::Pass => return Ok(RowMask::new(vec![FieldAction::Keep; columns])),
        Verdict::Mask => {}
        Verdict::Refuse(_) | Verdict::Probe(_) => return Err(Disagreement::NotExpected),
    }
    if columns != plan.columns.len() {
        return Err(Disagreement::ColumnCount {
            described: columns,
            planned: plan.columns.len(),
        });
    }
    let format = if format == CopyFormat::Binary {
        Format::Binary
    } else {
        Format::Text
    };
    let actions = plan.columns.iter().map(|column| match &column.action {
        ColumnAction::Clean => FieldAction::Keep,
        ColumnAction::Mask {
            mask, type_oid, beside, ..
        } => {
            let beside = beside.iter().map(|beside| FieldBeside {
                attribute: beside.column.attribute,
                field: beside.field,
                type_oid: beside.type_oid,
                format,
            });
            masked(mask, *type_oid, format, beside.collect())
        }
        ColumnAction::Form(form) => FieldAction::Form {
            form: form.clone(),
            type_oid: 0,
            format,
        },
        ColumnAction::Redact | ColumnAction::Null => FieldAction::Redact { type_oid: 0, format },
    });
    Ok(RowMask::new(actions.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_row_is_not_seen() {
        let field = |table_oid, attribute| Field {
            label: b"",
            table_oid,
            attribute,
            type_oid: 0,
            format: 0,
        };
        assert!(is_seen(&[field(16_400, 1), field(16_400, -1)]));
        assert!(!is_seen(&[field(16_400, 1), field(16_400, 0)]));
        assert!(!is_seen(&[field(16_400, 1), field(0, 0)]));
    }
}
