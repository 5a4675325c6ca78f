//! Dates and timestamps, moved.

use super::build::{Function, RowBound, TypedMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};
use super::prf::{Draw, Prf};
use super::row::{Held, Reader, Row};
use super::{ColumnShape, Masked};
use crate::value::moment::{
    DATE_DAYS_MAX, DATE_DAYS_MIN, DAY_US, Moment, TIMESTAMP_US_MAX, TIMESTAMP_US_MIN, decode_date, decode_timestamp,
    encode_date, encode_timestamp,
};
use crate::value::{Format, oid};

const SECOND_US: i64 = 1_000_000;
const DAY_S: i64 = 86_400;

pub(super) static DATE_SHIFT: Kind = Kind {
    contract: Contract::keyed(
        "date_shift",
        "Moves a date or timestamp by a keyed amount, never by nothing.",
        &[TypeFamily::Date, TypeFamily::Timestamp],
        "2024-03-07",
    )
    .options(
        &[
            option(
                "days",
                OptionKind::Whole(1, 36_500),
                Default::Whole(30),
                "largest shift either way",
            ),
            option(
                "keep_time",
                OptionKind::Flag,
                Default::Flag(false),
                "leave the time of day",
            ),
            option(
                "by",
                OptionKind::Column,
                Default::Absent,
                "the column that says whose date it is: all dates of one subject move by one amount, wherever they stand, and what lies between them stays; to the second, where fractions of one are given. Where it is NULL, each date moves by itself",
            ),
        ],
        "days = 10",
    )
    .example_of(oid::DATE),
    build: |build| match build.shape.type_oid {
        oid::DATE | oid::TIMESTAMP | oid::TIMESTAMPTZ => {
            let (days, keep_time) = (build.settings.whole("days"), build.settings.flag("keep_time"));
            let alone = ShiftMask::new(build.prf(), days, keep_time, build.shape);
            let Some(by) = build.settings.text("by") else {
                return Function::typed(alone);
            };
            let subject = build.reader(by)?;
            if !subject.has_text() {
                return Err(Unfit::Sibling(by.to_owned()));
            }
            Function::in_row(BySubject {
                prf: build.prf_for("date_shift by subject"),
                subject,
                alone,
            })
        }
        _ => Err(Unfit::Type),
    },
};

struct ShiftMask {
    prf: Prf,
    days: i64,
    keep_time: bool,
    type_oid: u32,
    /// Smallest step that the column keeps, in microseconds.
    step_us: i64,
}

impl ShiftMask {
    fn new(prf: Prf, days: i64, keep_time: bool, shape: &ColumnShape) -> ShiftMask {
        let precision = u32::try_from(shape.type_modifier).map_or(6, |digits| digits.min(6));
        ShiftMask {
            prf,
            days,
            keep_time,
            type_oid: shape.type_oid,
            step_us: 10i64.pow(6 - precision),
        }
    }

    fn shift_days(&self, days: i64) -> Option<i64> {
        let offset = offset(&mut self.prf.draw(&days.to_be_bytes()), self.days);
        within(days, offset, DATE_DAYS_MIN, DATE_DAYS_MAX)
    }

    /// By what was drawn for the subject. Dates and timestamps of one subject move by one number of days; the latter by up
    /// to a day less, unless they keep their time of day.
    fn shift_days_by(&self, days: i64, mut subject: Draw) -> Option<i64> {
        within(days, offset(&mut subject, self.days), DATE_DAYS_MIN, DATE_DAYS_MAX)
    }

    /// As [`ShiftMask::shift_days_by`].
    fn shift_us_by(&self, us: i64, mut subject: Draw) -> Option<i64> {
        let days = offset(&mut subject, self.days);
        if self.keep_time {
            return within(us, days * DAY_US, TIMESTAMP_US_MIN, TIMESTAMP_US_MAX);
        }
        let less_us = subject.below_wide(DAY_US as u64) as i64;
        let less_s = less_us / SECOND_US;
        let fraction_us = us.rem_euclid(SECOND_US);
        let whole = within(
            us - fraction_us,
            days * DAY_US - days.signum() * less_s * SECOND_US,
            TIMESTAMP_US_MIN,
            TIMESTAMP_US_MAX - SECOND_US,
        )?;
        // As where no subject is known; one amount for all that have a fraction.
        let moved_us = (fraction_us + less_us % SECOND_US / self.step_us * self.step_us) % SECOND_US;
        Some(whole + if fraction_us == 0 { 0 } else { moved_us })
    }

    fn shifted(
        &self,
        type_oid: u32,
        format: Format,
        value: &[u8],
        subject: Option<Draw>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        if type_oid != self.type_oid {
            return None;
        }
        if type_oid == oid::DATE {
            let date = match (decode_date(format, value)?, subject) {
                (Moment::At(days), None) => Moment::At(self.shift_days(days)?),
                (Moment::At(days), Some(subject)) => Moment::At(self.shift_days_by(days, subject)?),
                (infinite, _) => infinite,
            };
            encode_date(format, date, out);
            return Some(());
        }
        let zoned = type_oid == oid::TIMESTAMPTZ;
        let moment = match (decode_timestamp(format, zoned, value)?.0, subject) {
            (Moment::At(us), None) => Moment::At(self.shift_us(us)?),
            (Moment::At(us), Some(subject)) => Moment::At(self.shift_us_by(us, subject)?),
            (infinite, _) => infinite,
        };
        // In UTC: the zone in which it was written is that of the original, in summer time or not.
        encode_timestamp(format, moment, zoned.then_some(0), out);
        Some(())
    }

    fn shift_us(&self, us: i64) -> Option<i64> {
        let mut draw = self.prf.draw(&us.to_be_bytes());
        if self.keep_time {
            let offset_us = offset(&mut draw, self.days) * DAY_US;
            return within(us, offset_us, TIMESTAMP_US_MIN, TIMESTAMP_US_MAX);
        }
        let offset_s = offset(&mut draw, self.days * DAY_S);
        let fraction_us = us.rem_euclid(SECOND_US);
        let whole = within(
            us - fraction_us,
            offset_s * SECOND_US,
            TIMESTAMP_US_MIN,
            TIMESTAMP_US_MAX - SECOND_US,
        )?;
        let steps = SECOND_US / self.step_us;
        // A fraction would name its row as surely as the value; a whole second is likely rounded and stays whole.
        let fraction = if fraction_us == 0 || steps == 1 {
            0
        } else {
            1 + draw.below_wide(steps as u64 - 1) as i64
        };
        Some(whole + fraction * self.step_us)
    }
}

impl TypedMask for ShiftMask {
    /// Infinities stay as they are: they say "open end", of nobody in particular.
    fn apply(&self, type_oid: u32, format: Format, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
        self.shifted(type_oid, format, value, None, out)
    }
}

/// Moves all dates of one subject alike.
struct BySubject {
    /// Of the subject.
    prf: Prf,
    subject: Reader,
    /// Where the subject is NULL.
    alone: ShiftMask,
}

impl RowBound for BySubject {
    fn apply(&self, type_oid: u32, format: Format, value: &[u8], row: &Row<'_>, out: &mut Vec<u8>) -> Option<Masked> {
        let mut key = Vec::new();
        let subject = match self.subject.key(row, &mut key)? {
            Held::Null => None,
            Held::Value => Some(self.prf.draw(&key)),
        };
        self.alone.shifted(type_oid, format, value, subject, out)?;
        Some(Masked::Value)
    }
}

/// From -`most` to `most`, never 0.
fn offset(draw: &mut Draw, most: i64) -> i64 {
    let drawn = draw.below_wide(most as u64 * 2) as i64 - most;
    if drawn >= 0 { drawn + 1 } else { drawn }
}

/// `value` + `offset`, or - `offset` at the ends of the range.
fn within(value: i64, offset: i64, least: i64, most: i64) -> Option<i64> {
    [value.checked_add(offset), value.checked_sub(offset)]
        .into_iter()
        .flatten()
        .find(|shifted| (least..=most).contains(shifted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(type_oid: u32, type_modifier: i32, keep_time: bool) -> ShiftMask {
        let shape = ColumnShape {
            type_oid,
            type_modifier,
            ..ColumnShape::default()
        };
        ShiftMask::new(Prf::new(&[9; 16]), 5, keep_time, &shape)
    }

    #[test]
    fn dates_move_by_at_most_so_many_days_and_never_by_none() {
        let mask = mask(oid::DATE, -1, false);
        let offsets: std::collections::BTreeSet<i64> = (0..1000)
            .map(|day| mask.shift_days(day).expect("in range") - day)
            .collect();
        assert_eq!(offsets, (-5..=5).filter(|&offset| offset != 0).collect());
        for end in [DATE_DAYS_MIN, DATE_DAYS_MAX] {
            assert!(
                mask.shift_days(end)
                    .is_some_and(|shifted| (DATE_DAYS_MIN..=DATE_DAYS_MAX).contains(&shifted))
            );
        }
    }

    #[test]
    fn the_time_of_day_stays_if_asked() {
        let us = 3 * DAY_US + 12_345_678_901;
        let kept = mask(oid::TIMESTAMP, -1, true).shift_us(us).expect("in range");
        assert_eq!(kept.rem_euclid(DAY_US), us.rem_euclid(DAY_US));
        let moved = mask(oid::TIMESTAMP, -1, false).shift_us(us).expect("in range");
        assert_ne!(moved.rem_euclid(DAY_US), us.rem_euclid(DAY_US));
        assert!((moved - us).abs() <= 5 * DAY_US + SECOND_US);
    }

    #[test]
    fn fractions_fit_the_columns_precision() {
        for us in 1..500 {
            let us = us * 10_000;
            let shifted = mask(oid::TIMESTAMP, 2, false).shift_us(us).expect("in range");
            assert_eq!(shifted % 10_000, 0);
            assert_eq!(us % SECOND_US == 0, shifted % SECOND_US == 0);
        }
        assert_eq!(
            mask(oid::TIMESTAMP, 0, false).shift_us(0).expect("in range") % SECOND_US,
            0
        );
    }
}
