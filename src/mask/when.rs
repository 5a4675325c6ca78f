//! One mask or another, by what another column of the row holds.

use regex::bytes::{Regex, RegexBuilder};

use super::build::{Build, Function, RowBound, Unfit};
use super::contract::{Contract, Kind, TypeFamily, Uniqueness};
use super::options::{Branch, Default, OptionKind, option};
use super::regexp::PATTERN_BYTES_MAX;
use super::row::{Held, Reader, Row};
use super::{ColumnMask, Masked};
use crate::value::{Format, oid};

pub(super) static WHEN: Kind = Kind {
    contract: Contract::keyed(
        "when",
        "One mask or another, by what a column of the same row holds in the table. A condition on NULL does not hold, but for `is_null`.",
        &[
            TypeFamily::Text,
            TypeFamily::Enum,
            TypeFamily::Integer,
            TypeFamily::Numeric,
            TypeFamily::Float,
            TypeFamily::Boolean,
            TypeFamily::Date,
            TypeFamily::Timestamp,
            TypeFamily::Time,
            TypeFamily::Interval,
            TypeFamily::Uuid,
            TypeFamily::Network,
            TypeFamily::MacAddress,
            TypeFamily::Json,
            TypeFamily::Bytes,
            TypeFamily::Point,
            TypeFamily::TextSearch,
            TypeFamily::Array,
        ],
        "mary@corp.com",
    )
    .growing()
    .of_row()
    .options(
        &[
            option("column", OptionKind::Column, Default::Required, "the column that decides; it may be the masked one itself"),
            option("equals", OptionKind::Literal, Default::Absent, "the condition: it holds this"),
            option("in", OptionKind::Literals, Default::Absent, "or: one of these"),
            option("matches", OptionKind::Text, Default::Absent, "or: text in which this regular expression is found"),
            option("is_null", OptionKind::Flag, Default::Absent, "or: NULL (`true`), or anything else (`false`)"),
            option("then", OptionKind::Branch, Default::Required, "where the condition holds"),
            option("else", OptionKind::Branch, Default::Text("redact"), "where it does not"),
        ],
        "column = \"country\", in = [\"FR\", \"DE\"], then = \"email\", else = \"redact\"",
    )
    .beside(&[("country", oid::TEXT, "FR")]),
    build: |build| Function::in_row(When::new(build)?),
};

struct When {
    column: Reader,
    condition: Condition,
    then: Way,
    otherwise: Way,
}

enum Condition {
    /// As the column takes values for equal.
    OneOf(Vec<Vec<u8>>),
    Matches(Regex),
    IsNull(bool),
}

/// What becomes of the value on one side.
enum Way {
    Keep,
    Mask(Box<ColumnMask>),
}

impl When {
    fn new(build: &Build<'_>) -> Result<When, Unfit> {
        let settings = build.settings;
        let column = build.reader(settings.text("column").unwrap_or_default())?;
        let way = |option: &str| match settings.branch(option) {
            Branch::Keep => Ok(Way::Keep),
            Branch::Mask(spec) => Ok(Way::Mask(Box::new(build.branch(spec)?))),
            // The one default there is.
            Branch::Unset => Ok(Way::Mask(Box::new(build.branch(&build.redact()?)?))),
        };
        Ok(When {
            condition: Condition::of(build, &column)?,
            column,
            then: way("then")?,
            otherwise: way("else")?,
        })
    }

    fn holds(&self, row: &Row<'_>) -> Option<bool> {
        if let Condition::IsNull(wanted) = self.condition {
            return self.column.is_null(row).map(|is_null| is_null == wanted);
        }
        let mut held = Vec::new();
        if self.column.key(row, &mut held)? == Held::Null {
            return Some(false);
        }
        Some(match &self.condition {
            Condition::OneOf(values) => values.contains(&held),
            Condition::Matches(pattern) => pattern.is_match(&held),
            Condition::IsNull(_) => false,
        })
    }
}

impl Condition {
    fn of(build: &Build<'_>, column: &Reader) -> Result<Condition, Unfit> {
        let settings = build.settings;
        let (equals, of, matches, is_null) = (
            settings.text("equals"),
            settings.texts("in"),
            settings.text("matches"),
            settings.flag_if_set("is_null"),
        );
        let given = [equals.is_some(), !of.is_empty(), matches.is_some(), is_null.is_some()];
        if given.into_iter().filter(|given| *given).count() != 1 {
            return Err(Unfit::Options(
                "needs one condition: `equals`, `in`, `matches` or `is_null`",
            ));
        }
        if let Some(wanted) = is_null {
            return Ok(Condition::IsNull(wanted));
        }
        if !column.has_text() {
            return Err(Unfit::Sibling(settings.text("column").unwrap_or_default().to_owned()));
        }
        if let Some(pattern) = matches {
            let compiled = RegexBuilder::new(pattern).size_limit(PATTERN_BYTES_MAX).build();
            return compiled
                .map(Condition::Matches)
                .map_err(|_| Unfit::Value(pattern.to_owned()));
        }
        let values = equals.into_iter().chain(of.iter().map(String::as_str));
        let values = values.map(|value| {
            let key = column.key_of(value);
            key.ok_or_else(|| Unfit::Value(value.to_owned()))
        });
        Ok(Condition::OneOf(values.collect::<Result<_, _>>()?))
    }
}

impl Way {
    fn keeps_null(&self) -> bool {
        match self {
            Way::Keep => true,
            Way::Mask(mask) => mask.contract().keeps_null && !mask.makes_null(),
        }
    }

    fn may_stay_unique(&self) -> bool {
        match self {
            Way::Keep => true,
            Way::Mask(mask) => mask.contract().uniqueness != Uniqueness::Loses,
        }
    }
}

impl RowBound for When {
    fn apply(&self, type_oid: u32, format: Format, value: &[u8], row: &Row<'_>, out: &mut Vec<u8>) -> Option<Masked> {
        let way = if self.holds(row)? { &self.then } else { &self.otherwise };
        Some(match way {
            Way::Keep => {
                out.extend_from_slice(value);
                Masked::Value
            }
            Way::Mask(mask) => mask.apply_in_row(type_oid, format, value, row, out),
        })
    }

    fn refine(&self, contract: &mut Contract) {
        let ways = [&self.then, &self.otherwise];
        contract.keeps_null = ways.iter().all(|way| way.keeps_null());
        if ways.iter().all(|way| way.may_stay_unique()) {
            // Each by itself; what the two make may meet.
            contract.uniqueness = Uniqueness::Usually;
        }
    }

    fn decides(&self) -> bool {
        true
    }

    fn shows_values(&self) -> bool {
        [&self.then, &self.otherwise].iter().any(|way| match way {
            Way::Keep => true,
            Way::Mask(mask) => mask.shows_values(),
        })
    }
}
