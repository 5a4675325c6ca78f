//! What a value is made of, where that is known: arrays, rows and JSON of values that each have a lineage of their own.

use super::analysis::Lineage;
use crate::catalog::Oid;
use crate::value::oid;

/// Where a value comes from, and its type if known.
pub(super) type Typed = (Lineage, Option<Oid>);

/// What a value is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Structure {
    /// One value.
    Value {
        /// Where it comes from.
        lineage: Lineage,
        /// Its type under all domains, if known.
        type_oid: Option<Oid>,
    },
    /// `'[]'` or `'{}'` in the text of the statement: an array or object with nothing in it.
    Empty,
    /// An array of any number of dimensions, or as JSON.
    Array(Box<Structure>),
    /// A row: its fields in order. As JSON an object with these keys.
    Row(Vec<(String, Structure)>),
    /// A JSON array of any length.
    List(Box<Structure>),
    /// A JSON array of this length.
    Tuple(Vec<Structure>),
    /// A JSON object; its keys come from no protected column.
    Map(Box<Structure>),
    /// A member of a JSON array or object that is left out where it is NULL.
    Present(Box<Structure>),
    /// Whether it is there, which of several it is, or how much there is of it, depends on this.
    Picked(Lineage, Box<Structure>),
    /// As `json`. What is in it is not marked so again.
    Json(Box<Structure>),
    /// As `jsonb`. What is in it is not marked so again.
    Jsonb(Box<Structure>),
    /// In its text form.
    Text(Box<Structure>),
}

impl Structure {
    /// Everything in it, as one lineage of a computed value.
    pub fn lineage(&self) -> Lineage {
        let mut all = Lineage {
            computed: true,
            ..Lineage::default()
        };
        self.for_each_lineage(&mut |lineage| {
            all.computed_from
                .extend(lineage.verbatim.iter().chain(&lineage.computed_from));
            all.tests.extend(lineage.tests.iter().cloned());
        });
        all
    }

    /// The lineage of every value in it, and of everything on which its form depends.
    pub fn for_each_lineage<'a>(&'a self, visit: &mut dyn FnMut(&'a Lineage)) {
        match self {
            Structure::Value { lineage, .. } => visit(lineage),
            Structure::Picked(lineage, of) => {
                visit(lineage);
                of.for_each_lineage(visit);
            }
            other => other.for_each_part(&mut |part| part.for_each_lineage(visit)),
        }
    }

    /// The parts of it.
    pub fn for_each_part<'a>(&'a self, visit: &mut dyn FnMut(&'a Structure)) {
        match self {
            Structure::Value { .. } | Structure::Empty => {}
            Structure::Row(fields) => fields.iter().for_each(|(_, field)| visit(field)),
            Structure::Tuple(parts) => parts.iter().for_each(visit),
            Structure::Array(of)
            | Structure::List(of)
            | Structure::Map(of)
            | Structure::Present(of)
            | Structure::Picked(_, of)
            | Structure::Json(of)
            | Structure::Jsonb(of)
            | Structure::Text(of) => visit(of),
        }
    }

    /// On what it depends whether it is NULL: tests of the values that are, if `null_test` knows one for a value.
    pub(super) fn nullness(&self, null_test: &dyn Fn(&Lineage) -> Lineage) -> Lineage {
        match self {
            Structure::Value { lineage, .. } => null_test(lineage),
            Structure::Picked(by, of) => {
                let mut all = of.nullness(null_test);
                all.computed_from.extend(by.verbatim.iter().chain(&by.computed_from));
                all.tests.extend(by.tests.iter().cloned());
                all
            }
            Structure::Json(of) | Structure::Jsonb(of) | Structure::Text(of) | Structure::Present(of) => {
                of.nullness(null_test)
            }
            _ => Lineage::default(),
        }
    }

    /// Whether there may be nothing in it.
    fn has_parts(&self) -> bool {
        match self {
            Structure::Value { .. } | Structure::Present(_) => false,
            Structure::Picked(_, of) | Structure::Json(of) | Structure::Jsonb(of) | Structure::Text(of) => {
                of.has_parts()
            }
            _ => true,
        }
    }

    /// A structure that is sometimes the one and sometimes the other; none if they are of different forms.
    /// `unite` does the same for values.
    pub(super) fn either(self, other: Structure, unite: &dyn Fn(Typed, Typed) -> Typed) -> Option<Structure> {
        use Structure::{Array, Empty, Json, Jsonb, List, Map, Picked, Present, Row, Text, Tuple, Value};
        let both = |left: Box<Structure>, right: Box<Structure>| Some(Box::new(left.either(*right, unite)?));
        Some(match (self, other) {
            (Empty, one) | (one, Empty) if one.has_parts() => one,
            (Picked(by, of), other) | (other, Picked(by, of)) => Picked(by, Box::new(of.either(other, unite)?)),
            (
                Value { lineage, type_oid },
                Value {
                    lineage: other,
                    type_oid: other_type,
                },
            ) => {
                let (lineage, type_oid) = unite((lineage, type_oid), (other, other_type));
                Value { lineage, type_oid }
            }
            // The text of a column beside other strings.
            (Text(text), Value { lineage, type_oid }) | (Value { lineage, type_oid }, Text(text))
                if matches!(*text, Value { .. }) =>
            {
                let (lineage, type_oid) = unite((text.lineage(), Some(oid::TEXT)), (lineage, type_oid));
                Value { lineage, type_oid }
            }
            (Array(left), Array(right)) => Array(both(left, right)?),
            (List(left), List(right)) => List(both(left, right)?),
            (Map(left), Map(right)) => Map(both(left, right)?),
            (Present(left), Present(right)) => Present(both(left, right)?),
            (Json(left), Json(right)) => Json(both(left, right)?),
            (Jsonb(left), Jsonb(right)) => Jsonb(both(left, right)?),
            (Text(left), Text(right)) => Text(both(left, right)?),
            (Row(left), Row(right)) => {
                let alike = left.len() == right.len() && left.iter().zip(&right).all(|(one, two)| one.0 == two.0);
                if !alike {
                    return None;
                }
                let fields = left.into_iter().zip(right);
                let fields = fields.map(|((name, left), (_, right))| Some((name, left.either(right, unite)?)));
                Row(fields.collect::<Option<_>>()?)
            }
            (Tuple(left), Tuple(right)) if left.len() == right.len() => {
                let parts = left
                    .into_iter()
                    .zip(right)
                    .map(|(left, right)| left.either(right, unite));
                Tuple(parts.collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }
}
