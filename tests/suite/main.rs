//! The integration suite: one binary, one module a property.

mod cluster;
