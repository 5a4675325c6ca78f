//! Cancel keys: which running session a CancelRequest means.
//!
//! A CancelRequest comes over a connection of its own and gets no answer (PostgreSQL docs, "Canceling Requests in
//! Progress"), so whoever guesses keys learns nothing from here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use subtle::ConstantTimeEq;

/// The sessions that can be cancelled. `H` is what cancels one; a clone of it is handed out.
#[derive(Debug)]
pub struct CancelRegistry<H> {
    sessions: Mutex<HashMap<i32, Vec<Entry<H>>>>,
}

#[derive(Debug)]
struct Entry<H> {
    secret: Vec<u8>,
    handle: H,
}

/// Why a session got no cancel key.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// The operating system gives no random bytes.
    #[error("no random bytes for a cancel key: {0}")]
    Random(getrandom::Error),
}

impl<H> Default for CancelRegistry<H> {
    fn default() -> Self {
        Self {
            sessions: Mutex::default(),
        }
    }
}

impl<H> CancelRegistry<H> {
    /// Draws a secret for the session that is shown as `process_id`; it stays valid while the guard lives. It is as long
    /// as PostgreSQL's: 4 bytes up to protocol 3.0, 32 from 3.2 (`protocol_minor` 2) on.
    ///
    /// Two sessions may share a process id for a moment, since the upstream may give it anew before the old
    /// session is cleared away.
    ///
    /// # Errors
    /// [`CancelError::Random`].
    pub fn register(
        self: &Arc<Self>,
        process_id: i32,
        protocol_minor: u16,
        handle: H,
    ) -> Result<CancelGuard<H>, CancelError> {
        let mut sessions = self.lock();
        let taken = |secret: &[u8]| {
            let same = |entry: &Entry<H>| entry.secret == secret;
            sessions
                .get(&process_id)
                .is_some_and(|entries| entries.iter().any(same))
        };
        let mut secret = vec![0; if protocol_minor < 2 { 4 } else { 32 }];
        getrandom::fill(&mut secret).map_err(CancelError::Random)?;
        while taken(&secret) {
            getrandom::fill(&mut secret).map_err(CancelError::Random)?;
        }
        let entry = Entry {
            secret: secret.clone(),
            handle,
        };
        sessions.entry(process_id).or_default().push(entry);
        drop(sessions);
        Ok(CancelGuard {
            registry: Arc::clone(self),
            process_id,
            secret,
        })
    }

    /// What cancels the session with this key, if there is one. Secrets are compared in constant time.
    pub fn find(&self, process_id: i32, secret: &[u8]) -> Option<H>
    where
        H: Clone,
    {
        let sessions = self.lock();
        let entry = sessions
            .get(&process_id)?
            .iter()
            .find(|entry| entry.secret.ct_eq(secret).into())?;
        Some(entry.handle.clone())
    }

    /// The map is whole after every statement that changes it, so a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, HashMap<i32, Vec<Entry<H>>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps one session's cancel key valid; dropping it removes the key.
#[derive(Debug)]
pub struct CancelGuard<H> {
    registry: Arc<CancelRegistry<H>>,
    process_id: i32,
    secret: Vec<u8>,
}

impl<H> CancelGuard<H> {
    /// Process id to show to the client in BackendKeyData.
    pub fn process_id(&self) -> i32 {
        self.process_id
    }

    /// Secret to show to the client in BackendKeyData.
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }
}

impl<H> Drop for CancelGuard<H> {
    fn drop(&mut self) {
        let mut sessions = self.registry.lock();
        if let Some(entries) = sessions.get_mut(&self.process_id) {
            entries.retain(|entry| entry.secret != self.secret);
            if entries.is_empty() {
                sessions.remove(&self.process_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_cancels_its_own_session_while_it_runs() {
        let registry = Arc::new(CancelRegistry::default());
        let first = registry.register(7, 0, "first").expect("random bytes");
        let second = registry.register(7, 2, "second").expect("random bytes");
        assert_eq!((first.secret().len(), second.secret().len()), (4, 32));
        assert_eq!(registry.find(7, first.secret()), Some("first"));
        assert_eq!(registry.find(7, second.secret()), Some("second"));
        drop(first);
        assert_eq!(registry.find(7, second.secret()), Some("second"));
        let key = second.secret().to_owned();
        drop(second);
        assert_eq!(registry.find(7, &key), None);
        assert!(registry.lock().is_empty());
    }

    #[test]
    fn other_keys_cancel_nothing() {
        let registry = Arc::new(CancelRegistry::default());
        let guard = registry.register(7, 0, ()).expect("random bytes");
        let mut wrong = guard.secret().to_owned();
        wrong[3] ^= 1;
        assert_eq!(registry.find(7, &wrong), None);
        assert_eq!(registry.find(8, guard.secret()), None);
        assert_eq!(registry.find(7, &guard.secret()[..3]), None);
        assert_eq!(registry.find(7, &[guard.secret(), guard.secret()].concat()), None);
    }
}
