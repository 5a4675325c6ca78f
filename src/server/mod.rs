//! Listeners, limits, cancel keys, catalogs kept fresh.

pub mod cancel;
