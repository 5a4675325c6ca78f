//! Which built-in operators cannot fail by the values of their operands.
//!
//! Operators of a user's own ([`crate::catalog::Snapshot::user_operators`]) are functions and not decided here.

use crate::catalog::Oid;

/// `pg_type.oid` of jsonb (fixed since 9.4, `pg_type.dat`).
const JSONB: Oid = 3802;
/// text, varchar, bpchar, name, "char".
const TEXT_LIKE: [Oid; 5] = [25, 1043, 1042, 19, 18];

/// Whether `left name right` yields a result, or NULL, for every value of its operands. The operand types are
/// those under all domains, `None` where not known; some names are total for some types only.
///
/// Comparisons count as total: they fail by type, not by value. Not so LIKE and the regular expression operators
/// (a bad pattern fails: see [`is_total_in_left`]) and arithmetic (overflow, division by zero).
pub fn is_total(name: &str, left: Option<Oid>, right: Option<Oid>) -> bool {
    let either = |wanted: &[Oid]| [left, right].into_iter().flatten().any(|oid| wanted.contains(&oid));
    match name {
        "=" | "<>" | "!=" | "<" | "<=" | ">" | ">=" | "IS DISTINCT FROM" | "IS NOT DISTINCT FROM" => true,
        "^@" | "~<~" | "~<=~" | "~>~" | "~>=~" => true,
        // Text against anything is concatenation; jsonb and arrays may fail by shape.
        "||" => either(&TEXT_LIKE),
        // On json (not jsonb) these unescape strings and fail on \u0000.
        "->" | "->>" | "#>" | "#>>" | "?" | "?|" | "?&" => left == Some(JSONB),
        "@>" | "<@" => left == Some(JSONB) && right == Some(JSONB),
        _ => false,
    }
}

/// Comparisons: total for types that have them, see the lineage's own check.
pub fn is_comparison(name: &str) -> bool {
    matches!(name, "=" | "<>" | "!=" | "<" | "<=" | ">" | ">=")
}

/// Whether the value of the left operand alone cannot make it fail, whatever the right one is: pattern matching
/// fails by the pattern only.
pub fn is_total_in_left(name: &str) -> bool {
    matches!(name, "~~" | "!~~" | "~~*" | "!~~*" | "~" | "!~" | "~*" | "!~*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conservative_by_default() {
        assert!(is_total("=", None, None) && is_total("<", Some(23), None));
        for name in [
            "+", "-", "*", "/", "%", "^", "||", "->", "->>", "~~", "~", "<<", "@@", "no such",
        ] {
            assert!(!is_total(name, None, None), "{name}");
        }
    }

    #[test]
    fn known_types_say_more() {
        assert!(is_total("||", Some(25), None) && is_total("||", Some(23), Some(1043)));
        assert!(!is_total("||", Some(JSONB), Some(JSONB)));
        assert!(is_total("->>", Some(JSONB), Some(25)) && !is_total("->>", Some(114), Some(25)));
        assert!(is_total_in_left("~~") && !is_total_in_left("="));
    }
}
