//! What failing tells where the values that make it fail are clean: that the failing part was reached at all.
//!
//! Parts are left out of evaluation by CASE and COALESCE, by AND and OR (and what stands for them: IN, BETWEEN, comparisons
//! of rows), by `ANY` of a subquery that has found what it looks for, and by strict functions for NULL. Where a protected
//! value decides whether such a part is reached, its failing would answer any question about the value.

use pg_query::protobuf::AExprKind;

use super::origin::{Origin, UNKNOWN};
use super::scope::Scope;
use super::{Analyser, Step};
use crate::catalog::{Oid, TypeKind};
use crate::sql::tree::Node;
use crate::sql::{Clause, Lineage, Test};

impl<'a> Analyser<'a> {
    /// A strict function or operator that fails by its clean operands: it does unless one of these is NULL.
    pub(super) fn may_fail_unless_null(&mut self, what: &dyn Fn() -> String, operands: &[&Origin<'a>]) {
        for operand in operands {
            if !self.has_protected(&operand.lineage) {
                continue;
            }
            if operand.follows_null() {
                let columns = self.protected(&operand.lineage);
                self.influence(Clause::FunctionArgument, Test::NullTest(columns));
            } else {
                self.may_fail(what, &operand.lineage);
            }
        }
    }

    /// Where two values of unlike collations meet, the server cannot compare them, and says so when it comes to that.
    /// The default collation gives way to any other.
    pub(super) fn collation_effects(&mut self, value: &Origin<'a>) {
        const DEFAULT_COLLATION: Oid = 100;
        let columns = value.lineage.verbatim.union(&value.lineage.computed_from);
        let mut found: Vec<Oid> = columns.filter_map(|column| self.snapshot.collation(*column)).collect();
        found.retain(|oid| *oid != 0 && *oid != DEFAULT_COLLATION);
        found.sort_unstable();
        found.dedup();
        if found.len() + self.collations.len() > 1 {
            self.may_fail(|| "an expression over several collations".to_owned(), &value.lineage);
        }
        let mut columns = value.lineage.verbatim.union(&value.lineage.computed_from);
        let mut named = self.collations.iter();
        if columns.any(|column| self.snapshot.nondeterministic_columns.contains(column))
            || named.any(|name| self.snapshot.nondeterministic_collations.contains(name))
        {
            // Much cannot be done under it, whatever the values are: that tells where it is reached or not.
            self.may_fail(
                || "a collation that is not deterministic".to_owned(),
                &Lineage::computed(),
            );
        }
    }

    /// The right side of IN.
    pub(super) fn list(&mut self, scope: &Scope<'_, 'a>, node: &'a Node) -> Step<Origin<'a>> {
        let mut lineage = Lineage::computed();
        let mut types = Vec::new();
        for item in node.nodes("items") {
            let item = self.value(scope, item)?;
            lineage.absorb(&item.lineage);
            types.push(item.type_oid);
        }
        Ok(Origin {
            type_oid: common_type(&types),
            ..Origin::from(lineage)
        })
    }

    /// Whether a value is certainly no array and no row.
    pub(super) fn is_scalar(&self, value: &Origin<'a>) -> bool {
        value.type_oid.is_some_and(|oid| {
            oid == UNKNOWN
                || oid == TEXT
                || matches!(
                    self.snapshot.types.get(&oid).map(|found| found.kind),
                    Some(TypeKind::Base | TypeKind::Enum | TypeKind::Range(_) | TypeKind::Multirange(_))
                )
        })
    }

    /// Whether a comparison yields a result for all values. Arrays and rows are compared by what they hold, which may have
    /// no comparison, and shapes by their areas, which overflow.
    pub(super) fn compares_totally(&self, expression: &Node, sides: &[Option<Origin<'a>>]) -> bool {
        let [Some(left), Some(right)] = sides else {
            return false;
        };
        match (&left.fields, &right.fields) {
            (Some(lefts), Some(rights)) if both_rows(expression) && lefts.len() == rights.len() => {
                let mut pairs = lefts.iter().zip(rights.iter());
                pairs.all(|(left, right)| self.is_comparable(&left.origin) || self.is_comparable(&right.origin))
            }
            _ => self.is_comparable(left) || self.is_comparable(right),
        }
    }

    /// `CASE value WHEN other` compares as well.
    pub(super) fn case_comparison(&mut self, node: &Node, deciding: &[Origin<'a>]) {
        let (Some(_), [value, others @ ..]) = (node.node("arg"), deciding) else {
            return;
        };
        for other in others {
            if !self.is_comparable(value) && !self.is_comparable(other) {
                let mut lineage = value.lineage.tainted();
                lineage.absorb(&other.lineage);
                self.may_fail(|| "CASE".to_owned(), &lineage);
            }
        }
    }

    /// Whether any two values of the type of this one can be compared.
    fn is_comparable(&self, value: &Origin<'a>) -> bool {
        value
            .type_oid
            .is_some_and(|oid| oid != UNKNOWN && self.is_comparable_type(oid))
    }

    pub(super) fn is_comparable_type(&self, oid: Oid) -> bool {
        /// json, xml, point, lseg, path, box, polygon, line, circle, refcursor, pg_node_tree
        const NOT_COMPARABLE: [Oid; 11] = [114, 142, 600, 601, 602, 603, 604, 628, 718, 1790, 194];
        match self.snapshot.types.get(&oid).map(|found| found.kind) {
            Some(TypeKind::Array(element)) => self.is_comparable_type(self.snapshot.base_type(element, -1).0),
            Some(TypeKind::Base) | None => !NOT_COMPARABLE.contains(&oid),
            Some(TypeKind::Enum | TypeKind::Range(_) | TypeKind::Multirange(_)) => true,
            Some(_) => false,
        }
    }

    /// What a pure function fails by, for some types of its arguments.
    pub(super) fn fails_by_type(&self, name: &str, arguments: &[Origin<'a>]) -> Option<Lineage> {
        let mut failing = Lineage::computed();
        let mut fails = false;
        for (at, value) in arguments.iter().enumerate() {
            let fails_by_this = match name {
                // Of bytes in an encoding that the second argument names.
                "length" => arguments.len() > 1,
                "max" | "min" => !self.is_comparable(value),
                "nth_value" => at == 1,
                // Strings of json may hold what those of jsonb may not.
                "to_jsonb" | "jsonb_agg" | "jsonb_agg_strict" | "jsonb_build_array" => {
                    fails |= self.absorb_json(value, &mut failing);
                    false
                }
                _ => false,
            };
            if fails_by_this {
                failing.absorb(&value.lineage);
            }
            fails |= fails_by_this;
        }
        fails.then_some(failing)
    }

    /// Takes what may be json in a value; whether there is any.
    fn absorb_json(&self, value: &Origin<'a>, failing: &mut Lineage) -> bool {
        if let Some(fields) = &value.fields {
            let found = fields.iter().map(|field| self.absorb_json(&field.origin, failing));
            return found.fold(false, |any, one| any | one);
        }
        let is_json = value.type_oid.is_none_or(|oid| !self.is_no_json(oid));
        if is_json {
            failing.absorb(&value.lineage);
        }
        is_json
    }

    pub(super) fn is_no_json(&self, oid: Oid) -> bool {
        const JSON: Oid = 114;
        match self.snapshot.types.get(&oid).map(|found| found.kind) {
            Some(TypeKind::Array(element)) => self.is_no_json(self.snapshot.base_type(element, -1).0),
            Some(TypeKind::Base | TypeKind::Enum | TypeKind::Range(_) | TypeKind::Multirange(_)) | None => oid != JSON,
            Some(TypeKind::Composite(relation)) => self.snapshot.relations.get(&relation).is_some_and(|relation| {
                let mut types = relation.columns.iter().map(|column| column.type_oid);
                types.all(|oid| self.is_no_json(self.snapshot.base_type(oid, -1).0))
            }),
            Some(_) => false,
        }
    }

    /// Whether `left || right` is concatenation of texts, which is total, and none of arrays, which is not.
    pub(super) fn concatenates_texts(&self, left: &Origin<'a>, right: &Origin<'a>) -> bool {
        let text = |value: &Origin<'a>| value.type_oid.is_some_and(is_text_type);
        (text(left) && self.is_scalar(right)) || (text(right) && self.is_scalar(left))
    }
}

/// The type that these have in common, where it is known; that of literals follows the others.
pub(super) fn common_type(types: &[Option<Oid>]) -> Option<Oid> {
    const NUMERIC: Oid = 1700;
    /// smallint, integer, bigint, numeric, real, double precision
    const NUMBERS: [Oid; 6] = [21, 23, 20, NUMERIC, 700, 701];
    let mut known = types.iter().filter(|oid| **oid != Some(UNKNOWN));
    let first = match known.next() {
        Some(first) => (*first)?,
        None => return types.first().copied().flatten(),
    };
    known.try_fold(first, |common, next| {
        let next = (*next)?;
        if next == common {
            Some(common)
        } else if is_text_type(next) && is_text_type(common) {
            Some(TEXT)
        } else {
            (NUMBERS.contains(&next) && NUMBERS.contains(&common)).then_some(NUMERIC)
        }
    })
}

fn both_rows(expression: &Node) -> bool {
    ["lexpr", "rexpr"]
        .iter()
        .all(|side| expression.node(side).is_some_and(|side| side.is("RowExpr")))
}

/// `pg_type.oid` of text.
pub(super) const TEXT: u32 = 25;

fn is_text_type(oid: u32) -> bool {
    // varchar, char(n), name, "char"
    oid == TEXT || [1043, 1042, 19, 18].contains(&oid)
}

/// Whether an operator need not look at all of its operands: IN is OR, BETWEEN is AND, and so are comparisons of rows.
pub(super) fn stops_early(expression: &Node) -> bool {
    let kind = AExprKind::try_from(i32::try_from(expression.int("kind")).unwrap_or_default()).unwrap_or_default();
    let of_rows = ["lexpr", "rexpr"]
        .iter()
        .any(|side| expression.node(side).is_some_and(|side| side.is("RowExpr")));
    of_rows
        || matches!(
            kind,
            AExprKind::AexprIn
                | AExprKind::AexprBetween
                | AExprKind::AexprNotBetween
                | AExprKind::AexprBetweenSym
                | AExprKind::AexprNotBetweenSym
        )
}

/// Whether the constants in a call are certainly none that it fails by.
pub(super) fn has_safe_constants(name: &str, call: &Node) -> bool {
    const MOST: i64 = 100_000;
    let integer = |node: &Node| {
        let value = node.node("val").filter(|val| node.is("AConst") && val.is("Integer"));
        value.is_some_and(|value| (1..=MOST).contains(&value.int("ival")))
    };
    let text = |node: &Node| {
        node.is("AConst")
            && node
                .node("val")
                .is_some_and(|value| value.is("String") && !value.str("sval").is_empty())
    };
    let sval = |node: &Node| {
        node.node("val")
            .map_or(String::new(), |value| value.str("sval").to_owned())
    };
    let arguments: Vec<&Node> = call.nodes("args").collect();
    match (name, arguments.as_slice()) {
        ("substr" | "substring", [_, rest @ ..]) => !rest.is_empty() && rest.iter().all(|node| integer(node)),
        ("encode", [_, format]) => text(format) && ["hex", "base64", "escape"].contains(&sval(format).as_str()),
        ("split_part", [_, separator, position]) => text(separator) && integer(position),
        _ => false,
    }
}

/// Functions by whose next value a session can tell that they were called: one that a branch reaches tells of the branch.
pub(super) fn leaves_a_trace(name: &str) -> bool {
    matches!(name, "random" | "random_normal")
}

/// Built-in functions that give NULL for NULL only.
pub(super) fn gives_null_for_null_only(name: &str) -> bool {
    matches!(
        name,
        "upper"
            | "lower"
            | "initcap"
            | "length"
            | "char_length"
            | "character_length"
            | "octet_length"
            | "ascii"
            | "chr"
            | "md5"
            | "reverse"
            | "btrim"
            | "ltrim"
            | "rtrim"
            | "left"
            | "right"
            | "substr"
            | "lpad"
            | "rpad"
            | "repeat"
            | "replace"
            | "translate"
            | "split_part"
            | "strpos"
            | "position"
            | "regexp_replace"
            | "to_char"
            | "to_hex"
            | "encode"
            | "abs"
            | "ceil"
            | "floor"
            | "round"
            | "trunc"
            | "sign"
            | "date_trunc"
    )
}

/// Subscripts of an array that are numbers.
pub(super) fn has_constants_only(subscript: &Node) -> bool {
    let mut bounds = ["lidx", "uidx"]
        .iter()
        .filter_map(|bound| subscript.node(bound))
        .peekable();
    bounds.peek().is_some() && bounds.all(|bound| bound.is("AConst"))
}

/// Whether every value of one type has a value of the other: to strings, and to wider numbers.
pub(super) fn is_total_cast(from: Option<Oid>, to: Oid, has_limits: bool) -> bool {
    const SMALLINT: Oid = 21;
    const INTEGER: Oid = 23;
    const BIGINT: Oid = 20;
    const NUMERIC: Oid = 1700;
    const REAL: Oid = 700;
    const DOUBLE: Oid = 701;
    // text, varchar, char(n), name: explicit casts cut what is too long.
    if [25, 1043, 1042, 19].contains(&to) {
        return true;
    }
    if has_limits {
        return false;
    }
    match from {
        Some(from) if from == to => true,
        Some(SMALLINT) => [INTEGER, BIGINT, NUMERIC, REAL, DOUBLE].contains(&to),
        Some(INTEGER) => [BIGINT, NUMERIC, REAL, DOUBLE].contains(&to),
        Some(BIGINT) => [NUMERIC, REAL, DOUBLE].contains(&to),
        Some(REAL) => to == DOUBLE,
        _ => false,
    }
}

/// Whether a value is a literal that becomes one of the target type before any row is read: a string when the statement
/// is analysed, a number when it is planned, where the cast is immutable. Constraints of domains are checked late.
pub(super) fn is_read_at_once(value: &Node, target: Option<Oid>, is_array: bool) -> bool {
    /// boolean, bigint, smallint, integer, oid, real, double precision, numeric
    const BY_IMMUTABLE_CAST: [Oid; 8] = [16, 20, 21, 23, 26, 700, 701, 1700];
    match value.node("val").filter(|_| value.is("AConst")) {
        Some(literal) if literal.is("String") => is_array || target.is_some(),
        Some(_) => target.is_some_and(|oid| BY_IMMUTABLE_CAST.contains(&oid)),
        None => false,
    }
}
