//! Plans by statement text, bounded.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::PlannedText;

/// Entries in each of the two halves.
const ENTRIES_MAX: usize = 4096;
/// Bytes of statement text in each of the two halves.
const TEXT_BYTES_MAX: usize = 8 << 20;

/// What is known of a key.
#[derive(Debug, Clone)]
pub(super) enum Cached {
    /// The plans.
    Plans(Arc<PlannedText>),
    /// Texts of this template differ in constants that matter: look the exact text up.
    ConstantsMatter,
}

/// Two generations of entries: what is used moves to the young half; when that is full, the old half is dropped.
#[derive(Debug, Default)]
pub(super) struct PlanCache {
    halves: Mutex<Halves>,
}

#[derive(Debug, Default)]
struct Halves {
    young: HashMap<Box<[u8]>, Cached>,
    young_bytes: usize,
    old: HashMap<Box<[u8]>, Cached>,
}

impl PlanCache {
    pub(super) fn get(&self, key: &[u8]) -> Option<Cached> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = halves.young.get(key) {
            return Some(found.clone());
        }
        let (key, found) = halves.old.remove_entry(key)?;
        halves.insert(key, found.clone());
        Some(found)
    }

    pub(super) fn put(&self, key: &[u8], cached: Cached) {
        self.halves
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.into(), cached);
    }
}

impl Halves {
    fn insert(&mut self, key: Box<[u8]>, cached: Cached) {
        if self.young.len() >= ENTRIES_MAX || self.young_bytes + key.len() > TEXT_BYTES_MAX {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += key.len();
        self.young.insert(key, cached);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let cache = PlanCache::default();
        cache.put(b"used", Cached::ConstantsMatter);
        cache.put(b"unused", Cached::ConstantsMatter);
        for number in 0..4 * ENTRIES_MAX {
            cache.put(number.to_string().as_bytes(), Cached::ConstantsMatter);
            assert!(cache.get(b"used").is_some(), "{number}");
        }
        assert!(cache.get(b"unused").is_none());
        let halves = cache.halves.lock().unwrap();
        assert!(halves.young.len() + halves.old.len() <= 2 * ENTRIES_MAX);
    }
}
