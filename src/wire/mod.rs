//! PostgreSQL frontend/backend protocol 3.0 as bytes: frames, descriptions, rows, COPY data.
//!
//! No IO. What comes from a peer is read with checks; nothing here panics on any input.
//! Source: PostgreSQL docs, chapter "Frontend/Backend Protocol", "Message Formats".

pub mod compose;
pub mod copy;
pub mod error_fields;
pub mod frame;
pub mod read;
pub mod row;
pub mod startup;
pub mod tag;
