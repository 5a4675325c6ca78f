//! Dates and numbers made coarser, and numbers as a range in words.

use super::build::{Function, TextMask, TypedMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};
use crate::value::moment::{
    DATE_DAYS_MIN, DAY_US, Moment, TIMESTAMP_US_MIN, civil_from_days, days_from_civil, decode_date, decode_timestamp,
    encode_date, encode_timestamp,
};
use crate::value::number::push_decimal;
use crate::value::{Format, oid};

const HOUR_US: i64 = DAY_US / 24;

pub(super) static TRUNCATE_DATE: Kind = Kind {
    contract: Contract::keyless(
        "truncate_date",
        "A date or timestamp becomes the beginning of its hour, day, week, month, quarter, year or decade (in UTC); infinities stay.",
        &[TypeFamily::Date, TypeFamily::Timestamp],
        "1984-03-07",
    )
    .options(
        &[option(
            "to",
            OptionKind::Choice(&["hour", "day", "week", "month", "quarter", "year", "decade"]),
            Default::Text("month"),
            "what stays",
        )],
        "to = \"year\"",
    )
    .example_of(oid::DATE),
    build: |build| {
        let unit = match build.settings.text("to") {
            Some("hour") => Unit::Hour,
            Some("day") => Unit::Day,
            Some("week") => Unit::Week,
            Some("quarter") => Unit::Months(3),
            Some("year") => Unit::Months(12),
            Some("decade") => Unit::Months(120),
            _ => Unit::Months(1),
        };
        match build.shape.type_oid {
            oid::DATE if matches!(unit, Unit::Hour | Unit::Day) => Err(Unfit::Value("to".into())),
            type_oid @ (oid::DATE | oid::TIMESTAMP | oid::TIMESTAMPTZ) => Function::typed(Truncation { unit, type_oid }),
            _ => Err(Unfit::Type),
        }
    },
};

pub(super) static BAND: Kind = Kind {
    contract: Contract::keyless(
        "band",
        "A whole number in text becomes the range that it is in, such as `30-39`; what is no number is redacted.",
        &[TypeFamily::Text],
        "37",
    )
    .options(
        &[option(
            "width",
            OptionKind::Whole(2, 1_000_000_000),
            Default::Whole(10),
            "how many numbers are in a range",
        )],
        "width = 5",
    ),
    build: |build| {
        Function::text(Band {
            width: build.settings.whole("width").max(1),
        })
    },
};

#[derive(Debug, Clone, Copy)]
enum Unit {
    Hour,
    Day,
    /// Weeks begin on Monday (ISO 8601).
    Week,
    Months(i64),
}

impl Unit {
    fn of_days(self, days: i64) -> i64 {
        match self {
            Unit::Hour | Unit::Day => days,
            // 2000-01-01 was a Saturday.
            Unit::Week => days - (days + 5).rem_euclid(7),
            Unit::Months(count) => {
                let (year, month, _) = civil_from_days(days);
                let months = year * 12 + month - 1;
                let first = months - months.rem_euclid(count);
                days_from_civil(first.div_euclid(12), first.rem_euclid(12) + 1, 1)
            }
        }
    }

    fn of_us(self, us: i64) -> i64 {
        match self {
            Unit::Hour => us - us.rem_euclid(HOUR_US),
            unit => unit.of_days(us.div_euclid(DAY_US)).saturating_mul(DAY_US),
        }
    }
}

struct Truncation {
    unit: Unit,
    type_oid: u32,
}

impl TypedMask for Truncation {
    fn apply(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        if type_oid != self.type_oid {
            return None;
        }
        if type_oid == oid::DATE {
            let date = match decode_date(format, value)? {
                Moment::At(days) => Moment::At(self.unit.of_days(days).max(DATE_DAYS_MIN)),
                infinite => infinite,
            };
            encode_date(format, date, out);
            return Some(());
        }
        let zoned = type_oid == oid::TIMESTAMPTZ;
        let (moment, _) = decode_timestamp(format, zoned, value)?;
        let moment = match moment {
            Moment::At(us) => Moment::At(self.unit.of_us(us).max(TIMESTAMP_US_MIN)),
            infinite => infinite,
        };
        encode_timestamp(format, moment, zoned.then_some(0), out);
        Some(())
    }
}

struct Band {
    width: i64,
}

impl TextMask for Band {
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let number: i64 = std::str::from_utf8(value).ok()?.parse().ok()?;
        let first = number.div_euclid(self.width).checked_mul(self.width)?;
        let last = first.checked_add(self.width - 1)?;
        let start = out.len();
        push_decimal(first, out);
        out.push(b'-');
        push_decimal(last, out);
        (out.len() - start <= limit).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{masked, parsed};
    use super::*;

    #[test]
    fn dates_begin() {
        for (to, value, expected) in [
            ("month", "1984-03-07", "1984-03-01"),
            ("quarter", "1984-06-30", "1984-04-01"),
            ("year", "1984-03-07", "1984-01-01"),
            ("decade", "1984-03-07", "1980-01-01"),
            ("week", "2024-02-29", "2024-02-26"),
            ("week", "2024-02-26", "2024-02-26"),
            ("year", "0044-03-15 BC", "0044-01-01 BC"),
            ("month", "infinity", "infinity"),
            ("year", "4714-11-24 BC", "4714-11-24 BC"),
        ] {
            let spec = parsed(&format!("{{ kind = \"truncate_date\", to = \"{to}\" }}"));
            assert_eq!(masked(&spec, oid::DATE, -1, value), expected, "{to} {value}");
        }
    }

    #[test]
    fn timestamps_begin() {
        for (to, value, expected) in [
            ("hour", "1999-12-31 23:59:59.999999", "1999-12-31 23:00:00"),
            ("day", "1999-12-31 23:59:59.999999", "1999-12-31 00:00:00"),
            ("month", "1984-03-07 10:11:12", "1984-03-01 00:00:00"),
        ] {
            let spec = parsed(&format!("{{ kind = \"truncate_date\", to = \"{to}\" }}"));
            assert_eq!(masked(&spec, oid::TIMESTAMP, -1, value), expected, "{to} {value}");
            assert_eq!(
                masked(&spec, oid::TIMESTAMPTZ, -1, &format!("{value}+00")),
                format!("{expected}+00")
            );
        }
        let spec = parsed("{ kind = \"truncate_date\", to = \"day\" }");
        assert_eq!(
            masked(&spec, oid::TIMESTAMPTZ, -1, "2024-03-07 01:00:00+02"),
            "2024-03-06 00:00:00+00"
        );
    }

    #[test]
    fn bands() {
        for (value, expected) in [("37", "30-39"), ("-3", "-10--1"), ("0", "0-9"), ("x", "[redacted]")] {
            assert_eq!(masked(&parsed("\"band\""), oid::TEXT, -1, value), expected);
        }
    }
}
