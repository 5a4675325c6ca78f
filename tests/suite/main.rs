//! The integration suite: one binary, one module a property.

mod catalog;
mod cluster;
mod upstream;
