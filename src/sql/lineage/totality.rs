//! What cannot fail by the values that it reads, for some types of them.

use pg_query::protobuf::AExprKind;

use super::Analyser;
use super::failure::TEXT;
use super::origin::{Origin, UNKNOWN};
use crate::catalog::{Oid, TypeKind};
use crate::sql::tree::Node;
use crate::value::{is_integer, oid};

/// `pg_type.oid` of tsquery.
const TSQUERY: Oid = 3615;

impl<'a> Analyser<'a> {
    /// Whether an aggregate has a result for any number of any values of this type.
    ///
    /// Integers are summed up, and their squares, in 64 or 128 bits or as numeric, which no number of rows fills
    /// (`int4_sum`, `int8_avg_accum` and their like in PostgreSQL's numeric.c check no bounds). A numeric of limited
    /// precision, at most 1000 digits, is far from numeric's own limit of 131072 digits. One without a limit may reach it,
    /// and floating-point numbers overflow.
    pub(super) fn aggregates_totally(&self, name: &str, arguments: &[Origin<'a>]) -> bool {
        let [value] = arguments else { return false };
        let is_integral = value.type_oid.is_some_and(is_integer);
        match name {
            "sum" | "avg" | "stddev" | "stddev_pop" | "stddev_samp" | "variance" | "var_pop" | "var_samp" => {
                is_integral || self.is_limited_numeric(value)
            }
            "bit_and" | "bit_or" | "bit_xor" => is_integral,
            _ => false,
        }
    }

    /// Whether all values are those of numeric columns of limited precision.
    fn is_limited_numeric(&self, value: &Origin<'a>) -> bool {
        let mut columns = value.lineage.verbatim.iter();
        let is_limited = columns.all(|column| {
            let relation = self.snapshot.relations.get(&column.relation);
            let found = relation.and_then(|relation| relation.column(column.attribute));
            found.is_some_and(|found| {
                let (base, modifier) = self.snapshot.base_type(found.type_oid, found.type_modifier);
                base == oid::NUMERIC && modifier >= 0
            })
        });
        value.type_oid == Some(oid::NUMERIC) && !value.lineage.computed && is_limited
    }

    /// Whether `left name right` asks whether one thing contains, overlaps or matches another, of types for which every
    /// pair of values has an answer: arrays, ranges, jsonb, network addresses, search vectors. A literal beside one of
    /// these is of its type.
    pub(super) fn contains_totally(&self, name: &str, sides: &[Option<Origin<'a>>]) -> bool {
        let of_type = |wanted: &dyn Fn(Oid) -> bool| {
            let mut known = sides.iter().flatten().filter_map(|side| side.type_oid);
            known.any(|found| found != UNKNOWN && wanted(found))
        };
        let kind = |oid: Oid| self.snapshot.types.get(&oid).map(|found| found.kind);
        let is_range = |oid: Oid| matches!(kind(oid), Some(TypeKind::Range(_) | TypeKind::Multirange(_)));
        let is_array = |oid: Oid| matches!(kind(oid), Some(TypeKind::Array(_))) && self.is_comparable_type(oid);
        let is_address = |oid: Oid| matches!(oid, oid::INET | oid::CIDR);
        match name {
            "@>" | "<@" => of_type(&is_array) || of_type(&is_range) || of_type(&|oid| oid == oid::JSONB),
            "&&" => of_type(&is_array) || of_type(&is_range) || of_type(&is_address),
            "<<" | ">>" => of_type(&is_range) || of_type(&is_address),
            "<<=" | ">>=" => of_type(&is_address),
            "&<" | "&>" | "-|-" => of_type(&is_range),
            "@@" => of_type(&|oid| oid == oid::TSVECTOR) && !of_type(&|oid| oid != oid::TSVECTOR && oid != TSQUERY),
            _ => false,
        }
    }

    /// `text || $1`: whatever type the parameter is given, it is by its value alone that this can fail.
    pub(super) fn appends_parameter(&self, expression: &Node, sides: &[Option<Origin<'a>>]) -> bool {
        let [Some(left), Some(right)] = sides else { return false };
        let is_given = |side: &str| {
            let node = expression.node(side);
            self.frames.is_empty() && node.is_some_and(|node| node.is("ParamRef"))
        };
        let is_text = |side: &Origin<'a>| side.type_oid == Some(TEXT) || side.type_oid == Some(oid::VARCHAR);
        expression.int("kind") == AExprKind::AexprOp as i64
            && (is_text(left) && is_given("rexpr") || is_text(right) && is_given("lexpr"))
    }
}
