//! The integration suite: one binary, one module a property.

mod cluster;
mod crash;
mod equivalence;
mod harness;
mod pagila;
mod readme;
mod restore;
mod style;
mod transparency;
