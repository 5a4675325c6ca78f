//! What becomes of the parts of arrays, rows and documents.

use std::sync::Arc;

use crate::catalog::ColumnId;
use crate::config::Derived;
use crate::rules::Action;
use crate::sql::{Lineage, Structure};
use crate::value::{is_integer, is_text_like, oid};

use super::Form;
use super::decide::Decision;

/// `box`, the one type whose arrays have semicolons between their elements.
const BOX: u32 = 603;

/// A value cannot be taken apart: it is treated as computed, as a whole.
struct Inseparable;

impl Decision<'_> {
    /// What becomes of the parts of a value; none if nothing of it can be shown.
    pub(super) fn form(&mut self, structure: &Structure) -> Option<Arc<Form>> {
        let form = self.part(structure).ok()?;
        let (mut shows, mut is_cut) = (false, false);
        form.for_each_leaf(&mut |leaf| match leaf {
            Form::Null => is_cut = true,
            _ => shows = true,
        });
        let is_single = matches!(form, Form::Keep | Form::Null | Form::Mask { .. });
        let is_refused = is_cut && self.derived == Derived::Refuse;
        if is_single || is_refused || !shows {
            return None;
        }
        self.note_parts(structure);
        Some(Arc::new(form))
    }

    fn part(&self, structure: &Structure) -> Result<Form, Inseparable> {
        let whole = |of: &Structure, make: &dyn Fn(Arc<Form>) -> Form| {
            let form = self.part(of)?;
            Ok(match form {
                Form::Null => Form::Null,
                form if form.keeps_all() => Form::Keep,
                form => make(Arc::new(form)),
            })
        };
        match structure {
            Structure::Value { lineage, .. } => Ok(self.leaf(lineage)),
            Structure::Empty => Ok(Form::Keep),
            Structure::Picked(by, of) => match self.tells(by) {
                true => Ok(Form::Null),
                false => self.part(of),
            },
            Structure::Present(of) => {
                let form = self.part(of)?;
                match self.keeps_presence(of) {
                    true => Ok(form),
                    false => Err(Inseparable),
                }
            }
            Structure::Array(of) if is_box(of) => Err(Inseparable),
            Structure::Array(of) => whole(of, &Form::Array),
            Structure::List(of) => whole(of, &Form::List),
            Structure::Map(of) => whole(of, &Form::Map),
            Structure::Json(of) => whole(of, &Form::Json),
            Structure::Jsonb(of) => whole(of, &Form::Jsonb),
            Structure::Text(of) => whole(of, &Form::Text),
            Structure::Tuple(parts) => {
                let parts = parts.iter().map(|part| Ok(Arc::new(self.part(part)?)));
                Ok(Form::Tuple(parts.collect::<Result<_, Inseparable>>()?))
            }
            Structure::Row(fields) => {
                let fields = fields.iter();
                let fields = fields.map(|(name, field)| Ok((name.as_str().into(), Arc::new(self.part(field)?))));
                Ok(Form::Row(fields.collect::<Result<_, Inseparable>>()?))
            }
        }
    }

    /// One value: it passes, its column's mask applies, or it becomes NULL.
    fn leaf(&self, lineage: &Lineage) -> Form {
        if !self.tells(lineage) {
            return Form::Keep;
        }
        let first = lineage.verbatim.first().copied();
        match first.and_then(|first| self.treatment(first)) {
            Some(found) if self.is_shown_masked(lineage) => match (&found.action, self.type_of_all(lineage)) {
                (Action::Mask(mask), Some(type_oid)) => Form::Mask {
                    class: found.class,
                    mask: mask.clone(),
                    type_oid,
                },
                _ => Form::Null,
            },
            _ => Form::Null,
        }
    }

    /// The type in which the values of several columns can be masked alike.
    fn type_of_all(&self, lineage: &Lineage) -> Option<u32> {
        let types: Vec<u32> = lineage.verbatim.iter().map(|column| self.base_type(*column)).collect();
        let first = *types.first()?;
        match types.iter() {
            mut types if types.clone().all(|one| *one == first) => types.next().copied(),
            mut types if types.clone().all(|one| is_text_like(*one)) => types.next().map(|_| oid::TEXT),
            mut types if types.clone().all(|one| is_integer(*one)) => types.next().map(|_| oid::INT8),
            _ => None,
        }
    }

    /// Whether a member that is left out where it is NULL tells by that what the masked data tells too.
    fn keeps_presence(&self, member: &Structure) -> bool {
        match member {
            Structure::Value { lineage, .. } => match self.leaf(lineage) {
                Form::Keep => true,
                Form::Mask { .. } => {
                    let mut shown = self.protected(&lineage.verbatim);
                    shown.all(|column| self.treatment(column).is_some_and(|found| found.keeps_null))
                }
                _ => false,
            },
            Structure::Picked(by, of) => !self.tells(by) && self.keeps_presence(of),
            Structure::Present(_) | Structure::Text(_) => false,
            // Never NULL because of what is in it.
            _ => true,
        }
    }

    /// Notes for the session log what is done with each protected column.
    fn note_parts(&mut self, structure: &Structure) {
        let mut lineages = Vec::new();
        structure.for_each_lineage(&mut |lineage| lineages.push(lineage));
        for lineage in lineages {
            if let Form::Mask { .. } = self.leaf(lineage) {
                let shown: Vec<ColumnId> = self.protected(&lineage.verbatim).collect();
                let names = shown.into_iter().map(|column| {
                    let name = self.treatment(column).map_or("redacted", |found| found.mask_name);
                    (column, name)
                });
                self.uses.extend(names.collect::<Vec<_>>());
                self.tested(&lineage.tests);
            } else if self.tells(lineage) {
                let columns: Vec<ColumnId> = self.columns_of(lineage);
                self.uses.extend(columns.into_iter().map(|column| (column, "redacted")));
            } else {
                self.tested(&lineage.tests);
            }
        }
    }
}

fn is_box(element: &Structure) -> bool {
    matches!(
        element,
        Structure::Value {
            type_oid: Some(BOX),
            ..
        }
    )
}
