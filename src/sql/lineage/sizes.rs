//! How many elements arrays have, and what that tells.

use super::calls::Callee;
use super::origin::{ArraySize, Origin, UNKNOWN};
use super::{Analyser, builtins};
use crate::catalog::{Oid, TypeKind};
use crate::sql::tree::Node;
use crate::sql::{Clause, Lineage, Structure};
use crate::value::oid;

impl<'a> Analyser<'a> {
    /// On what it depends how many elements an array of known structure has, and in how many dimensions.
    fn number_of_elements(&self, array: &Origin<'a>) -> Lineage {
        fn add(structure: &Structure, all: &mut Lineage) {
            match structure {
                Structure::Picked(by, of) => {
                    all.picked_by(by);
                    add(of, all);
                }
                Structure::Array(of) if holds_arrays(of) => add(of, all),
                _ => {}
            }
        }
        fn holds_arrays(element: &Structure) -> bool {
            match element {
                Structure::Picked(_, of) => holds_arrays(of),
                other => matches!(other, Structure::Array(_)),
            }
        }
        let mut all = Lineage::default();
        if let Some(structure) = array.structure.as_deref() {
            add(structure, &mut all);
        }
        all
    }

    /// `cardinality`, `array_length` and their like, of an array of which it is known what its size depends on.
    pub(super) fn measured(&self, call: &Node, callee: Callee<'_>, arguments: &[Origin<'a>]) -> Option<Origin<'a>> {
        let [array, dimension @ ..] = arguments else {
            return None;
        };
        let is_measure = match callee.name {
            "cardinality" | "array_ndims" | "array_dims" => dimension.is_empty(),
            "array_length" | "array_lower" | "array_upper" => dimension.len() == 1,
            _ => false,
        };
        if !is_measure || !self.is_builtin(callee) || call.bool("func_variadic") || !self.is_array(array) {
            return None;
        }
        let mut lineage = self.number_of_elements(array).tainted();
        dimension.iter().for_each(|one| lineage.absorb(&one.lineage));
        let is_text = callee.name == "array_dims";
        Some(Origin {
            type_oid: Some(if is_text { oid::TEXT } else { oid::INT4 }),
            ..Origin::from(lineage)
        })
    }

    /// What a call in FROM that gives several rows tells by their number: nothing, if that is the number of elements that an
    /// array of known structure has.
    pub(super) fn rows_tell(&mut self, callee: Option<Callee<'_>>, arguments: &[Origin<'a>], lineage: &Lineage) {
        let unnests = callee.is_some_and(|callee| {
            self.is_builtin(callee) && builtins::columns(callee.name) == builtins::Columns::Elements
        });
        if unnests && arguments.iter().all(|argument| self.is_array(argument)) {
            for argument in arguments {
                self.other_influence(Clause::FunctionArgument, &self.number_of_elements(argument));
            }
            return;
        }
        self.other_influence(Clause::FunctionArgument, lineage);
    }

    /// Whether a value may be an array.
    pub(super) fn may_be_array(&self, value: &Origin<'a>) -> bool {
        let kind = |oid: &Oid| self.snapshot.types.get(oid).map(|found| found.kind);
        let is_other = value.type_oid.as_ref().and_then(kind).is_some_and(|kind| {
            matches!(
                kind,
                TypeKind::Base | TypeKind::Enum | TypeKind::Range(_) | TypeKind::Multirange(_) | TypeKind::Composite(_)
            )
        });
        !is_other && value.fields.is_none() && !self.is_scalar(value)
    }

    /// Whether a function puts arrays together that may differ in their dimensions, which fails.
    pub(super) fn sizes_may_differ(&self, name: &str, arguments: &[Origin<'a>]) -> bool {
        match name {
            "array_agg" => arguments
                .iter()
                .any(|value| self.may_be_array(value) && !matches!(value.size, ArraySize::Elements(_))),
            "array_append" | "array_prepend" | "array_cat" => {
                arguments.len() != 2 || self.may_not_fit(&arguments[0], &arguments[1])
            }
            _ => false,
        }
    }

    /// Whether two arrays, or an array and an element, may differ in their dimensions.
    pub(super) fn may_not_fit(&self, left: &Origin<'a>, right: &Origin<'a>) -> bool {
        let fits = |value: &Origin<'a>| value.size != ArraySize::Unknown || !self.may_be_array(value);
        !fits(left) || !fits(right)
    }

    /// ARRAY[…] of arrays fails where they differ in size.
    pub(super) fn array_effects(&mut self, elements: &[Origin<'a>], lineage: &Lineage) {
        let is_sized = |value: &Origin<'a>| matches!(value.size, ArraySize::Elements(_));
        if elements
            .iter()
            .all(|value| is_sized(value) && value.size == elements[0].size)
        {
            return;
        }
        let literal = |value: &Origin<'a>| value.type_oid == Some(UNKNOWN);
        // All elements have one type in the end.
        let scalar = |value: &Origin<'a>| !literal(value) && !self.may_be_array(value);
        if elements.len() > 1 && !elements.iter().any(scalar) && !elements.iter().all(literal) {
            self.may_fail(|| "an array of arrays".to_owned(), lineage);
        }
    }
}
