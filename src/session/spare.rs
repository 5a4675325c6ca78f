//! Buffers that are nobody's at the moment, kept by each thread.
//!
//! A session holds no buffer while it waits, so ten thousand idle ones cost nothing; and a statement allocates none, for
//! the one that the thread has just put back is still warm.

use std::cell::RefCell;

/// Capacity of a fresh buffer.
pub(super) const SPARE_BYTES: usize = 8 << 10;
/// Buffers that a thread keeps: a session uses three at a time.
const SPARES_MAX: usize = 4;

thread_local! {
    static SPARES: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// An empty buffer of at least [`SPARE_BYTES`].
pub(super) fn take() -> Vec<u8> {
    SPARES
        .with_borrow_mut(Vec::pop)
        .unwrap_or_else(|| Vec::with_capacity(SPARE_BYTES))
}

/// Puts a buffer back. Its content is overwritten, not read; one that has grown is given back to the system.
pub(super) fn give(mut buffer: Vec<u8>) {
    if buffer.capacity() != SPARE_BYTES {
        return;
    }
    buffer.clear();
    SPARES.with_borrow_mut(|spares| {
        if spares.len() < SPARES_MAX {
            spares.push(buffer);
        }
    });
}
