//! The integration suite: one binary, one module a property.

mod catalog;
mod cluster;
mod crash;
mod demo;
mod equivalence;
mod harness;
mod oracle;
mod pagila;
mod readme;
mod restore;
mod style;
mod transparency;
mod upstream;
