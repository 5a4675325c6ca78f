//! Frames, tags, checked reads, rows, COPY streams, startup packets, and what the proxy itself says.

pub mod compose;
pub mod error_fields;
pub mod startup;
