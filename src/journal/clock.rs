//! Time stamps: RFC 3339, UTC, milliseconds.

use std::time::{SystemTime, UNIX_EPOCH};

/// A stamp such as `2025-01-31T23:59:59.123Z`.
pub(super) type Stamp = [u8; 24];

/// A time as the log writes it, such as `2025-01-31T23:59:59.123Z`.
pub fn rfc_3339(time: SystemTime) -> String {
    // A clock before 1970 is a broken clock, not a reason to fail.
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut clock = Clock::new();
    let (stamp, _) = clock.at(since.as_secs(), since.subsec_millis());
    stamp.iter().copied().map(char::from).collect()
}

/// Formats the present time. All but the milliseconds changes once a second and is kept.
pub(super) struct Clock {
    second: Option<u64>,
    stamp: Stamp,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self {
            second: None,
            stamp: *b"0000-00-00T00:00:00.000Z",
        }
    }

    /// The present time, and whether it is in another second than the last time this was asked.
    pub(super) fn now(&mut self) -> (&Stamp, bool) {
        // A clock before 1970 is a broken clock, not a reason to stop serving.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.at(since.as_secs(), since.subsec_millis())
    }

    /// Has the next stamp count as one of another second.
    pub(super) fn forget(&mut self) {
        self.second = None;
    }

    fn at(&mut self, second: u64, millisecond: u32) -> (&Stamp, bool) {
        let turned = self.second != Some(second);
        if turned {
            self.second = Some(second);
            let (year, month, day) = civil_from_days(second / 86_400);
            let in_day = second % 86_400;
            digits(&mut self.stamp[0..4], year);
            digits(&mut self.stamp[5..7], month);
            digits(&mut self.stamp[8..10], day);
            digits(&mut self.stamp[11..13], in_day / 3600);
            digits(&mut self.stamp[14..16], in_day / 60 % 60);
            digits(&mut self.stamp[17..19], in_day % 60);
        }
        digits(&mut self.stamp[20..23], u64::from(millisecond));
        (&self.stamp, turned)
    }
}

fn digits(place: &mut [u8], mut number: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Days since 1970-01-01 as year, month, day. Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
/// for dates from the epoch on: years begin in March, so that the leap day comes last.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_rfc_3339() {
        let mut clock = Clock::new();
        let mut stamp = |second, millisecond| {
            let (stamp, turned) = clock.at(second, millisecond);
            (String::from_utf8(stamp.to_vec()).unwrap(), turned)
        };
        assert_eq!(stamp(0, 0), ("1970-01-01T00:00:00.000Z".into(), true));
        assert_eq!(stamp(0, 7), ("1970-01-01T00:00:00.007Z".into(), false));
        assert_eq!(stamp(951_782_399, 999), ("2000-02-28T23:59:59.999Z".into(), true));
        assert_eq!(stamp(951_782_400, 0), ("2000-02-29T00:00:00.000Z".into(), true));
        assert_eq!(stamp(1_735_689_599, 10).0, "2024-12-31T23:59:59.010Z");
        assert_eq!(stamp(4_107_542_400, 0).0, "2100-03-01T00:00:00.000Z");
    }

    #[test]
    fn every_day_of_400_years_follows_the_one_before() {
        let month_days = |year: u64, month| match month {
            2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let mut expected = (1970, 1, 1);
        for days in 0..146_097 {
            assert_eq!(civil_from_days(days), expected);
            let (year, month, day) = expected;
            expected = match (day == month_days(year, month), month) {
                (false, _) => (year, month, day + 1),
                (true, 12) => (year + 1, 1, 1),
                (true, _) => (year, month + 1, 1),
            };
        }
    }
}
