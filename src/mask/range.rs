//! Ranges and multiranges: the mask of the bounds' type applied to each.

use std::borrow::Cow;

use super::{ColumnMask, Masked};
use crate::value::moment::{Moment, decode_date, encode_date};
use crate::value::number::{decode_integer, encode_integer};
use crate::value::range::{Bound, Range, decode, decode_multi, encode, encode_multi};
use crate::value::rank::Rank;
use crate::value::{Format, is_integer, oid};

/// Masks both bounds of each range; what is empty or unbounded stays so, and which bounds are in the range. A mask may
/// turn the order around: the lesser masked bound becomes the lower one. A range that is not empty stays such, but where
/// both bounds become one in a type of users' own over whole numbers or dates.
pub(super) struct RangeMask {
    bound: ColumnMask,
    /// Of the bounds, without domains.
    bound_oid: u32,
    is_multi: bool,
    steps: Steps,
}

/// What lies between two values of a range's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Steps {
    /// The server writes its ranges with the lower bound in it and the upper one not.
    Discrete,
    /// Any number of others.
    Continuous,
    /// It is up to the type's canonical function, if it has one.
    Unknown,
}

/// `int4range`, `int8range`, `daterange` and their multiranges.
const DISCRETE: [u32; 6] = [3904, 3926, 3912, 4451, 4536, 4535];

impl RangeMask {
    /// `type_oid` is the type of the range.
    pub(super) fn new(bound: ColumnMask, bound_oid: u32, type_oid: u32, is_multi: bool) -> RangeMask {
        let steps = match bound_oid {
            _ if DISCRETE.contains(&type_oid) => Steps::Discrete,
            oid::DATE => Steps::Unknown,
            _ if is_integer(bound_oid) => Steps::Unknown,
            _ => Steps::Continuous,
        };
        RangeMask {
            bound,
            bound_oid,
            is_multi,
            steps,
        }
    }

    /// The mask of the bounds.
    pub(super) fn bound(&self) -> &ColumnMask {
        &self.bound
    }

    /// Whether it is one of multiranges.
    pub(super) fn is_multi(&self) -> bool {
        self.is_multi
    }

    pub(super) fn apply(&self, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        if !self.is_multi {
            encode(format, &self.range(format, &decode(format, value)?)?, out);
            return Some(());
        }
        let ranges = decode_multi(format, value)?;
        let masked = ranges.iter().map(|range| self.range(format, range));
        let mut masked = masked.collect::<Option<Vec<_>>>()?;
        masked.retain(|range| *range != Range::Empty);
        encode_multi(format, &self.normalised(format, masked)?, out);
        Some(())
    }

    fn rank(&self, format: Format, bound: &Bound<'_>) -> Option<Option<Rank>> {
        bound
            .value
            .as_ref()
            .map(|value| Rank::of(self.bound_oid, format, value))
            .map_or(Some(None), |rank| Some(Some(rank?)))
    }

    fn masked<'v>(&self, format: Format, bound: &Bound<'_>) -> Option<Bound<'v>> {
        let masked = |value: &Cow<'_, [u8]>| {
            let mut out = Vec::new();
            let masked = self.bound.apply(self.bound_oid, format, value, &mut out);
            (masked == Masked::Value).then_some(Cow::Owned(out))
        };
        Some(Bound {
            value: match &bound.value {
                Some(value) => Some(masked(value)?),
                None => None,
            },
            inclusive: bound.inclusive,
        })
    }

    fn range<'v>(&self, format: Format, range: &Range<'_>) -> Option<Range<'v>> {
        let Range::Bounded(lower, upper) = range else {
            return Some(Range::Empty);
        };
        let (mut lower, mut upper) = (self.masked(format, lower)?, self.masked(format, upper)?);
        let (Some(from), Some(to)) = (self.rank(format, &lower)?, self.rank(format, &upper)?) else {
            return Some(Range::Bounded(lower, upper));
        };
        if from > to {
            std::mem::swap(&mut lower.value, &mut upper.value);
        }
        if from == to && !(lower.inclusive && upper.inclusive) {
            return self.of_one(format, lower, upper);
        }
        Some(Range::Bounded(lower, upper))
    }

    /// The range of a value that both bounds became.
    fn of_one<'v>(&self, format: Format, mut lower: Bound<'v>, mut upper: Bound<'v>) -> Option<Range<'v>> {
        (lower.inclusive, upper.inclusive) = match self.steps {
            Steps::Unknown => return Some(Range::Empty),
            Steps::Continuous => (true, true),
            Steps::Discrete => {
                let value = upper.value.as_deref()?;
                match (self.beside(format, value, 1), self.beside(format, value, -1)) {
                    (Some(next), _) => upper.value = Some(Cow::Owned(next)),
                    // The last value of the type.
                    (None, Some(previous)) => lower.value = Some(Cow::Owned(previous)),
                    (None, None) => return Some(Range::Empty),
                }
                (true, false)
            }
        };
        Some(Range::Bounded(lower, upper))
    }

    /// The value so many steps from another; `None` if there is none.
    fn beside(&self, format: Format, value: &[u8], steps: i64) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        if self.bound_oid == oid::DATE {
            let Moment::At(days) = decode_date(format, value)? else {
                return None;
            };
            encode_date(format, Moment::At(days + steps), &mut out);
            decode_date(format, &out)?;
            return Some(out);
        }
        let number = decode_integer(self.bound_oid, format, value)?.checked_add(steps)?;
        encode_integer(self.bound_oid, format, number, &mut out).then_some(out)
    }

    /// In order, and those that meet made one, as the server has multiranges.
    fn normalised<'v>(&self, format: Format, ranges: Vec<Range<'v>>) -> Option<Vec<Range<'v>>> {
        let mut spans = Vec::new();
        for range in ranges {
            let Range::Bounded(lower, upper) = range else { continue };
            let (from, to) = (self.rank(format, &lower)?, self.rank(format, &upper)?);
            // An unbounded end is less, or greater, than all values; of two that begin at one value, that which holds it is first.
            spans.push(Span {
                from: (from, !lower.inclusive),
                to: (to.is_none(), to, upper.inclusive),
                lower,
                upper,
            });
        }
        spans.sort_by(|one, other| one.from.cmp(&other.from));
        let mut merged: Vec<Span<'v>> = Vec::new();
        for span in spans {
            match merged.last_mut() {
                Some(last) if last.meets(&span) => {
                    if span.to > last.to {
                        (last.to, last.upper) = (span.to, span.upper);
                    }
                }
                _ => merged.push(span),
            }
        }
        let ranges = merged.into_iter().map(|span| Range::Bounded(span.lower, span.upper));
        Some(ranges.collect())
    }
}

/// A range, and where it stands among others.
struct Span<'v> {
    from: (Option<Rank>, bool),
    to: (bool, Option<Rank>, bool),
    lower: Bound<'v>,
    upper: Bound<'v>,
}

impl Span<'_> {
    /// Whether nothing lies between this and one that begins where it does or later.
    fn meets(&self, later: &Span<'_>) -> bool {
        let (is_unbounded, to, to_inclusive) = &self.to;
        let (from, from_exclusive) = &later.from;
        *is_unbounded || from.is_none() || from < to || (from == to && (*to_inclusive || !from_exclusive))
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{keys, parsed};
    use super::super::{ColumnShape, Content, MaskError};
    use super::*;
    use crate::mask::contract::example_shape;

    const INT4RANGE: u32 = 3904;
    const DATERANGE: u32 = 3912;
    const NUMRANGE: u32 = 3906;
    /// Of a user's own.
    const OWN: u32 = 90_001;

    fn shape(type_oid: u32, bound_oid: u32, is_multi: bool) -> ColumnShape {
        let bound = Box::new(example_shape(bound_oid));
        ColumnShape {
            type_oid,
            type_modifier: -1,
            content: match is_multi {
                true => Content::Multirange(bound),
                false => Content::Range(bound),
            },
            ..ColumnShape::default()
        }
    }

    fn shown(rule: &str, type_oid: u32, bound_oid: u32, value: &str) -> String {
        let shape = shape(type_oid, bound_oid, value.starts_with('{'));
        let mask = ColumnMask::compile(&parsed(rule), &shape, &keys(), "d").expect("accepted");
        let mut out = Vec::new();
        assert_eq!(
            mask.apply(type_oid, Format::Text, value.as_bytes(), &mut out),
            Masked::Value
        );
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(in_binary(&mask, type_oid, bound_oid, value), text);
        text
    }

    /// The same by way of the binary form.
    fn in_binary(mask: &ColumnMask, type_oid: u32, bound_oid: u32, value: &str) -> String {
        let is_multi = value.starts_with('{');
        let read = |format, value: &[u8]| match is_multi {
            true => decode_multi(format, value).expect("ranges").iter().map(owned).collect(),
            false => vec![owned(&decode(format, value).expect("a range"))],
        };
        let write = |format, ranges: &[Range<'_>]| {
            let mut out = Vec::new();
            match (is_multi, ranges) {
                (true, _) => encode_multi(format, ranges, &mut out),
                (false, [range]) => encode(format, range, &mut out),
                (false, _) => unreachable!(),
            }
            out
        };
        let other = |ranges: Vec<Range<'static>>, from: Format, to: Format| -> Vec<Range<'static>> {
            let bound = |bound: Bound<'static>| Bound {
                value: bound
                    .value
                    .map(|value| Cow::Owned(converted(bound_oid, from, to, &value))),
                ..bound
            };
            let ranges = ranges.into_iter().map(|range| match range {
                Range::Empty => Range::Empty,
                Range::Bounded(lower, upper) => Range::Bounded(bound(lower), bound(upper)),
            });
            ranges.collect()
        };
        let given = write(
            Format::Binary,
            &other(read(Format::Text, value.as_bytes()), Format::Text, Format::Binary),
        );
        let mut out = Vec::new();
        mask.apply(type_oid, Format::Binary, &given, &mut out);
        let masked = other(read(Format::Binary, &out), Format::Binary, Format::Text);
        String::from_utf8(write(Format::Text, &masked)).expect("UTF-8")
    }

    fn owned(range: &Range<'_>) -> Range<'static> {
        let bound = |bound: &Bound<'_>| Bound {
            value: bound.value.as_ref().map(|value| Cow::Owned(value.to_vec())),
            inclusive: bound.inclusive,
        };
        match range {
            Range::Empty => Range::Empty,
            Range::Bounded(lower, upper) => Range::Bounded(bound(lower), bound(upper)),
        }
    }

    fn converted(bound_oid: u32, from: Format, to: Format, value: &[u8]) -> Vec<u8> {
        use crate::value::numeric::Numeric;
        let mut out = Vec::new();
        match bound_oid {
            oid::INT4 => {
                encode_integer(
                    oid::INT4,
                    to,
                    decode_integer(oid::INT4, from, value).expect("int4"),
                    &mut out,
                );
            }
            oid::DATE => encode_date(to, decode_date(from, value).expect("a date"), &mut out),
            _ => Numeric::decode(from, value).expect("a numeric").encode(to, &mut out),
        }
        out
    }

    const MONTH: &str = "{ kind = \"truncate_date\", to = \"month\" }";
    const TENS: &str = "{ kind = \"bucket\", width = 10 }";

    #[test]
    fn ranges_stay_valid_and_canonical() {
        for (rule, type_oid, bound_oid, value, expected) in [
            (
                MONTH,
                DATERANGE,
                oid::DATE,
                "[2024-01-05,2024-03-20)",
                "[2024-01-01,2024-03-01)",
            ),
            // Never empty, if it was not.
            (
                MONTH,
                DATERANGE,
                oid::DATE,
                "[2024-01-05,2024-01-20)",
                "[2024-01-01,2024-01-02)",
            ),
            (
                MONTH,
                DATERANGE,
                oid::DATE,
                "[2024-01-05,infinity)",
                "[2024-01-01,infinity)",
            ),
            (MONTH, DATERANGE, oid::DATE, "(,2024-01-05)", "(,2024-01-01)"),
            (MONTH, DATERANGE, oid::DATE, "(,)", "(,)"),
            (MONTH, DATERANGE, oid::DATE, "empty", "empty"),
            (TENS, NUMRANGE, oid::NUMERIC, "(12.5,18]", "[10.0,10]"),
            (TENS, NUMRANGE, oid::NUMERIC, "(12.5,28]", "(10.0,20]"),
            (TENS, OWN, oid::INT4, "[12,18)", "empty"),
            (TENS, OWN, oid::INT4, "[12,18]", "[10,10]"),
            (
                TENS,
                INT4RANGE,
                oid::INT4,
                "[2147483640,2147483647)",
                "[2147483640,2147483641)",
            ),
        ] {
            assert_eq!(shown(rule, type_oid, bound_oid, value), expected, "{value}");
        }
    }

    #[test]
    fn the_order_is_kept_whatever_the_mask_does() {
        for number in 0..200 {
            let range = shown(
                "\"integer\"",
                INT4RANGE,
                oid::INT4,
                &format!("[{number},{})", number + 5),
            );
            let (from, to) = range[1..range.len() - 1].split_once(',').expect("two bounds");
            assert!(
                from.parse::<i64>().expect("a number") < to.parse().expect("a number"),
                "{range}"
            );
            assert!(range.starts_with('[') && range.ends_with(')'));
        }
    }

    #[test]
    fn multiranges_are_sorted_and_merged() {
        for (value, expected) in [
            ("{}", "{}"),
            ("{[12,15),[17,19)}", "{[10,11)}"),
            ("{[1,5),[12,33)}", "{[0,1),[10,30)}"),
            ("{(,5),[12,13),[50,)}", "{(,0),[10,11),[50,)}"),
            ("{[1,12),[15,40)}", "{[0,40)}"),
        ] {
            assert_eq!(shown(TENS, 4451, oid::INT4, value), expected, "{value}");
        }
        let shuffled = shown("\"integer\"", 4451, oid::INT4, "{[1,3),[5,7),[9,11),[20,30)}");
        let ranges = decode_multi(Format::Text, shuffled.as_bytes()).expect("ranges");
        let bounds = ranges.iter().flat_map(|range| match range {
            Range::Bounded(lower, upper) => [lower.value.clone(), upper.value.clone()],
            Range::Empty => [None, None],
        });
        let ranks: Vec<_> = bounds
            .map(|value| Rank::of(oid::INT4, Format::Text, &value.expect("bounded")))
            .collect();
        assert!(ranks.is_sorted_by(|one, other| one < other), "{shuffled}");
    }

    #[test]
    fn what_is_no_range_becomes_empty() {
        for broken in ["", "[1,2", "1", "[a b,2)"] {
            let mask = ColumnMask::compile(
                &parsed("\"integer\""),
                &shape(INT4RANGE, oid::INT4, false),
                &keys(),
                "d",
            );
            let mut out = Vec::new();
            let masked = mask
                .expect("accepted")
                .apply(INT4RANGE, Format::Text, broken.as_bytes(), &mut out);
            assert_eq!((masked, out.as_slice()), (Masked::Value, &b"empty"[..]));
        }
        // Texts have an order that only the server knows.
        let error = ColumnMask::compile(&parsed("\"hash\""), &shape(OWN, oid::TEXT, false), &keys(), "d");
        assert!(matches!(error, Err(MaskError::Type { .. })));
    }
}
