//! The laws that every mask holds to.
