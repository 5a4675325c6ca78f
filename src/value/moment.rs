//! Dates and timestamps.
//!
//! Text is read and written in ISO style only: under another DateStyle the same text can mean two dates.

use super::Format;
use super::number::push_decimal;

/// Microseconds of a day.
pub const DAY_US: i64 = 86_400_000_000;
/// Days from 0000-03-01 of the proleptic Gregorian calendar to 2000-01-01, the origin of the binary forms.
const DAYS_TO_ORIGIN: i64 = 730_425;
/// Days of the earliest date, 4714-11-24 BC.
pub const DATE_DAYS_MIN: i64 = -2_451_545;
/// Days of the latest date, 5874897-12-31.
pub const DATE_DAYS_MAX: i64 = 2_145_031_948;
/// Microseconds of the earliest timestamp, 4714-11-24 BC.
pub const TIMESTAMP_US_MIN: i64 = DATE_DAYS_MIN * DAY_US;
/// Microseconds of the latest timestamp, the end of 294276.
pub const TIMESTAMP_US_MAX: i64 = 9_223_371_331_200_000_000 - 1;

/// A date or timestamp, or one of its two infinities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// `-infinity`
    Before,
    /// Days, or microseconds, since 2000-01-01 (UTC for timestamptz).
    At(i64),
    /// `infinity`
    After,
}

/// Days since 2000-01-01 of a civil date; the year is astronomical (0 is 1 BC).
pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - DAYS_TO_ORIGIN
}

/// Year (astronomical), month and day of days since 2000-01-01.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_ORIGIN;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// Takes `count` digits or more off the front.
fn digits(text: &mut &[u8], least: usize, most: usize) -> Option<i64> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length < least || length > most {
        return None;
    }
    let (number, rest) = text.split_at(length);
    *text = rest;
    Some(number.iter().fold(0, |sum, &digit| sum * 10 + i64::from(digit - b'0')))
}

fn eat(text: &mut &[u8], prefix: &[u8]) -> bool {
    match text.strip_prefix(prefix) {
        Some(rest) => {
            *text = rest;
            true
        }
        None => false,
    }
}

/// Takes `YYYY-MM-DD` off the front: year as written, month, day.
fn civil(text: &mut &[u8]) -> Option<(i64, i64, i64)> {
    let year = digits(text, 4, 7)?;
    let month = eat(text, b"-").then(|| digits(text, 2, 2))??;
    let day = eat(text, b"-").then(|| digits(text, 2, 2))??;
    (year > 0 && (1..=12).contains(&month) && (1..=31).contains(&day)).then_some((year, month, day))
}

/// Days of a written date once it is known whether it is BC; `None` for the 30th of February.
fn checked_days((year, month, day): (i64, i64, i64), bc: bool) -> Option<i64> {
    let year = if bc { 1 - year } else { year };
    let days = days_from_civil(year, month, day);
    (civil_from_days(days) == (year, month, day) && (DATE_DAYS_MIN..=DATE_DAYS_MAX).contains(&days)).then_some(days)
}

fn infinity(text: &[u8]) -> Option<Moment> {
    match text {
        b"infinity" => Some(Moment::After),
        b"-infinity" => Some(Moment::Before),
        _ => None,
    }
}

/// Reads a `date`: days since 2000-01-01.
pub fn decode_date(format: Format, value: &[u8]) -> Option<Moment> {
    if format == Format::Binary {
        return match i32::from_be_bytes(value.try_into().ok()?) {
            i32::MAX => Some(Moment::After),
            i32::MIN => Some(Moment::Before),
            days => (DATE_DAYS_MIN..=DATE_DAYS_MAX)
                .contains(&days.into())
                .then_some(Moment::At(days.into())),
        };
    }
    if let Some(infinite) = infinity(value) {
        return Some(infinite);
    }
    let mut text = value;
    let date = civil(&mut text)?;
    let bc = eat(&mut text, b" BC");
    let days = checked_days(date, bc)?;
    text.is_empty().then_some(Moment::At(days))
}

/// Appends a `date`.
pub fn encode_date(format: Format, date: Moment, out: &mut Vec<u8>) {
    match (format, date) {
        (Format::Binary, Moment::Before) => out.extend_from_slice(&i32::MIN.to_be_bytes()),
        (Format::Binary, Moment::After) => out.extend_from_slice(&i32::MAX.to_be_bytes()),
        (Format::Binary, Moment::At(days)) => out.extend_from_slice(&(days as i32).to_be_bytes()),
        (Format::Text, Moment::Before) => out.extend_from_slice(b"-infinity"),
        (Format::Text, Moment::After) => out.extend_from_slice(b"infinity"),
        (Format::Text, Moment::At(days)) => {
            if push_civil(days, out) {
                out.extend_from_slice(b" BC");
            }
        }
    }
}

/// Appends `YYYY-MM-DD`; true if the year is BC, which is written at the very end.
fn push_civil(days: i64, out: &mut Vec<u8>) -> bool {
    let (year, month, day) = civil_from_days(days);
    let written = if year > 0 { year } else { 1 - year };
    if written < 1000 {
        out.extend_from_slice(
            &b"000"[..if written < 10 {
                3
            } else if written < 100 {
                2
            } else {
                1
            }],
        );
    }
    push_decimal(written, out);
    out.push(b'-');
    push_two(month, out);
    out.push(b'-');
    push_two(day, out);
    year <= 0
}

fn push_two(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
}

/// Reads a `timestamp`, or with `zoned` a `timestamptz`: microseconds since 2000-01-01 and the seconds east of UTC
/// that the text was written in (0 for binary).
pub fn decode_timestamp(format: Format, zoned: bool, value: &[u8]) -> Option<(Moment, i64)> {
    if format == Format::Binary {
        let moment = match i64::from_be_bytes(value.try_into().ok()?) {
            i64::MAX => Moment::After,
            i64::MIN => Moment::Before,
            us if (TIMESTAMP_US_MIN..=TIMESTAMP_US_MAX).contains(&us) => Moment::At(us),
            _ => return None,
        };
        return Some((moment, 0));
    }
    if let Some(infinite) = infinity(value) {
        return Some((infinite, 0));
    }
    let mut text = value;
    let date = civil(&mut text)?;
    let time_us = eat(&mut text, b" ").then(|| time(&mut text))??;
    let east_s = if zoned { zone(&mut text)? } else { 0 };
    let bc = eat(&mut text, b" BC");
    let us = checked_days(date, bc)?
        .checked_mul(DAY_US)?
        .checked_add(time_us)?
        .checked_sub(east_s * 1_000_000)?;
    (text.is_empty() && (TIMESTAMP_US_MIN..=TIMESTAMP_US_MAX).contains(&us)).then_some((Moment::At(us), east_s))
}

/// Takes `HH:MM:SS[.ffffff]` off the front: microseconds.
fn time(text: &mut &[u8]) -> Option<i64> {
    let hour = digits(text, 2, 2)?;
    let minute = eat(text, b":").then(|| digits(text, 2, 2))??;
    let second = eat(text, b":").then(|| digits(text, 2, 2))??;
    let mut fraction_us = 0;
    if eat(text, b".") {
        let before = text.len();
        let number = digits(text, 1, 6)?;
        fraction_us = number * 10i64.pow(6 - (before - text.len()) as u32);
    }
    (hour < 24 && minute < 60 && second < 60).then_some(((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction_us)
}

/// Takes `±HH[:MM[:SS]]` off the front: seconds east of UTC.
fn zone(text: &mut &[u8]) -> Option<i64> {
    let sign = if eat(text, b"+") {
        1
    } else if eat(text, b"-") {
        -1
    } else {
        return None;
    };
    let mut seconds = digits(text, 2, 2)? * 3600;
    if eat(text, b":") {
        seconds += digits(text, 2, 2)? * 60;
        if eat(text, b":") {
            seconds += digits(text, 2, 2)?;
        }
    }
    Some(sign * seconds)
}

/// Appends a `timestamp`, or a `timestamptz` if `east_s` is given, written in that zone.
pub fn encode_timestamp(format: Format, moment: Moment, east_s: Option<i64>, out: &mut Vec<u8>) {
    let us = match (format, moment) {
        (Format::Binary, Moment::Before) => return out.extend_from_slice(&i64::MIN.to_be_bytes()),
        (Format::Binary, Moment::After) => return out.extend_from_slice(&i64::MAX.to_be_bytes()),
        (Format::Binary, Moment::At(us)) => return out.extend_from_slice(&us.to_be_bytes()),
        (Format::Text, Moment::Before) => return out.extend_from_slice(b"-infinity"),
        (Format::Text, Moment::After) => return out.extend_from_slice(b"infinity"),
        (Format::Text, Moment::At(us)) => us,
    };
    let local_us = us.saturating_add(east_s.unwrap_or(0) * 1_000_000);
    let bc = push_civil(local_us.div_euclid(DAY_US), out);
    let time_us = local_us.rem_euclid(DAY_US);
    let seconds = time_us / 1_000_000;
    for (separator, part) in [(b' ', seconds / 3600), (b':', seconds / 60 % 60), (b':', seconds % 60)] {
        out.push(separator);
        push_two(part, out);
    }
    push_fraction(time_us % 1_000_000, out);
    if let Some(east_s) = east_s {
        push_zone(east_s, out);
    }
    if bc {
        out.extend_from_slice(b" BC");
    }
}

/// Appends `.ffffff` without trailing zeros; nothing for a whole second.
fn push_fraction(us: i64, out: &mut Vec<u8>) {
    if us == 0 {
        return;
    }
    out.push(b'.');
    let mut rest = us;
    let mut unit = 100_000;
    while rest > 0 {
        out.push(b'0' + (rest / unit) as u8);
        rest %= unit;
        unit /= 10;
    }
}

fn push_zone(east_s: i64, out: &mut Vec<u8>) {
    out.push(if east_s < 0 { b'-' } else { b'+' });
    let seconds = east_s.abs();
    push_two(seconds / 3600 % 100, out);
    if seconds % 3600 != 0 {
        out.push(b':');
        push_two(seconds / 60 % 60, out);
    }
    if seconds % 60 != 0 {
        out.push(b':');
        push_two(seconds % 60, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_round_trip() {
        for (text, days) in [
            ("2000-01-01", 0),
            ("1999-12-31", -1),
            ("2024-02-29", 8825),
            ("0001-01-01", -730_119),
            ("0001-12-31 BC", -730_120),
            ("4714-11-24 BC", DATE_DAYS_MIN),
            ("5874897-12-31", DATE_DAYS_MAX),
        ] {
            assert_eq!(
                decode_date(Format::Text, text.as_bytes()),
                Some(Moment::At(days)),
                "{text}"
            );
            let mut out = Vec::new();
            encode_date(Format::Text, Moment::At(days), &mut out);
            assert_eq!(out, text.as_bytes());
            out.clear();
            encode_date(Format::Binary, Moment::At(days), &mut out);
            assert_eq!(decode_date(Format::Binary, &out), Some(Moment::At(days)));
        }
    }

    #[test]
    fn timestamps_round_trip() {
        for (text, zoned, us) in [
            ("2000-01-01 00:00:00", false, 0),
            ("2000-01-01 00:00:00.5", false, 500_000),
            ("1999-12-31 23:59:59.999999", false, -1),
            ("2000-01-01 02:00:00+02", true, 0),
            ("1999-12-31 18:30:00-05:30", true, 0),
            ("4714-11-24 00:00:00 BC", false, TIMESTAMP_US_MIN),
            ("294276-12-31 23:59:59.999999", false, TIMESTAMP_US_MAX),
        ] {
            let (moment, east_s) = decode_timestamp(Format::Text, zoned, text.as_bytes()).expect(text);
            assert_eq!(moment, Moment::At(us), "{text}");
            let mut out = Vec::new();
            encode_timestamp(Format::Text, moment, zoned.then_some(east_s), &mut out);
            assert_eq!(String::from_utf8_lossy(&out), text);
        }
    }

    #[test]
    fn what_is_no_iso_date_is_refused() {
        for text in [
            "",
            "01/02/2020",
            "2020-13-01",
            "2023-02-29",
            "2020-01-01 ",
            "20-01-01",
            "2020-1-1",
            "0000-01-01",
        ] {
            assert_eq!(decode_date(Format::Text, text.as_bytes()), None, "{text}");
        }
        for text in [
            "2020-01-01",
            "2020-01-01 25:00:00",
            "2020-01-01 00:00:00.",
            "2020-01-01 00:00:00 UTC",
        ] {
            assert_eq!(decode_timestamp(Format::Text, false, text.as_bytes()), None, "{text}");
        }
        assert_eq!(decode_timestamp(Format::Text, true, b"2020-01-01 00:00:00"), None);
        assert_eq!(decode_date(Format::Binary, &[0; 8]), None);
    }
}
