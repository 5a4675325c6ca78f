//! Failed logins, counted by address and user, and the waits they cost.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row that cost no wait: people mistype, and libpq tries a wrong password twice, with TLS and without.
pub(super) const FREE_FAILURES: u32 = 10;
/// The first wait; each further failure doubles it.
const WAIT_MIN: Duration = Duration::from_secs(1);
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// Failures are forgotten when none has come for so long.
const MEMORY: Duration = Duration::from_secs(15 * 60);
/// Most pairs of address and user that are remembered; beyond, the one that failed longest ago makes room.
const PAIRS_MAX: usize = 10_000;

/// The table of failures.
#[derive(Debug, Default)]
pub(super) struct FailedLogins {
    /// Pairs are kept as keyed hashes, so that long names take no room.
    hasher: RandomState,
    pairs: Mutex<HashMap<u64, Failures>>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Failures {
    /// How long nobody may try again, from `now`.
    fn wait(&self, now: Instant) -> Duration {
        let Some(doublings) = self.count.checked_sub(FREE_FAILURES) else {
            return Duration::ZERO;
        };
        let wait = WAIT_MIN.saturating_mul(1 << doublings.min(16)).min(WAIT_MAX);
        (self.last + wait).saturating_duration_since(now)
    }
}

impl FailedLogins {
    /// Makes one attempt: `prove` says whether the password is right. `Err` is the time to wait, nothing was tried.
    ///
    /// Attempts are made one at a time, so that many connections at once have no more of them than one.
    /// `peer` is `None` for unix sockets.
    pub(super) fn attempt<T>(
        &self,
        peer: Option<IpAddr>,
        user: &str,
        now: Instant,
        prove: impl FnOnce() -> Option<T>,
    ) -> Result<Option<T>, Duration> {
        let pair = self.hasher.hash_one((peer.map(network), user));
        let mut pairs = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |failures: &Failures| now.saturating_duration_since(failures.last) < MEMORY;
        let before = pairs.get(&pair).copied().filter(is_fresh);
        if let Some(wait) = before.map(|failures| failures.wait(now)).filter(|wait| !wait.is_zero()) {
            return Err(wait);
        }
        let proven = prove();
        if proven.is_some() {
            pairs.remove(&pair);
            return Ok(proven);
        }
        if pairs.len() >= PAIRS_MAX && !pairs.contains_key(&pair) {
            pairs.retain(|_, failures| is_fresh(failures));
            let oldest = pairs
                .iter()
                .min_by_key(|(_, failures)| failures.last)
                .map(|(pair, _)| *pair);
            if let Some(oldest) = oldest.filter(|_| pairs.len() >= PAIRS_MAX) {
                pairs.remove(&oldest);
            }
        }
        let count = before.map_or(0, |failures| failures.count).saturating_add(1);
        pairs.insert(pair, Failures { count, last: now });
        Ok(None)
    }
}

/// Whom an address stands for: in IPv6 one host commands a whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: Option<IpAddr> = Some(IpAddr::V6(Ipv6Addr::new(1, 2, 3, 4, 5, 6, 7, 8)));

    fn fail(table: &FailedLogins, user: &str, now: Instant) -> Result<(), Duration> {
        table
            .attempt(PEER, user, now, || None::<()>)
            .map(|proven| assert_eq!(proven, None))
    }

    #[test]
    fn waits_double_up_to_a_minute_and_are_forgotten() {
        let (table, start) = (FailedLogins::default(), Instant::now());
        let mut now = start;
        for _ in 0..FREE_FAILURES {
            assert_eq!(fail(&table, "ada", now), Ok(()));
        }
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(fail(&table, "ada", now), Err(Duration::from_secs(seconds)));
            now += Duration::from_secs(seconds);
            assert_eq!(fail(&table, "ada", now), Ok(()));
        }
        now += MEMORY;
        for _ in 0..FREE_FAILURES {
            assert_eq!(fail(&table, "ada", now), Ok(()));
        }
    }

    #[test]
    fn nothing_is_tried_during_a_wait_and_success_clears() {
        let (table, now) = (FailedLogins::default(), Instant::now());
        for _ in 0..FREE_FAILURES {
            assert_eq!(fail(&table, "ada", now), Ok(()));
        }
        assert!(
            table
                .attempt(PEER, "ada", now, || -> Option<()> { panic!("must not be tried") })
                .is_err()
        );
        // Another user, and another network, are not held up.
        assert_eq!(fail(&table, "bob", now), Ok(()));
        assert_eq!(table.attempt(None, "ada", now, || Some(())), Ok(Some(())));
        // Another address of the same /64 is.
        let neighbour = Some(IpAddr::V6(Ipv6Addr::new(1, 2, 3, 4, 9, 9, 9, 9)));
        assert!(table.attempt(neighbour, "ada", now, || Some(())).is_err());
        let later = now + WAIT_MIN;
        assert_eq!(table.attempt(PEER, "ada", later, || Some(())), Ok(Some(())));
        assert_eq!(fail(&table, "ada", later), Ok(()));
    }

    #[test]
    fn the_table_is_bounded() {
        let (table, now) = (FailedLogins::default(), Instant::now());
        for user in 0..PAIRS_MAX + 10 {
            assert_eq!(fail(&table, &user.to_string(), now), Ok(()));
        }
        assert_eq!(table.pairs.lock().expect("not poisoned").len(), PAIRS_MAX);
    }
}
