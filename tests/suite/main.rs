//! The integration suite: one binary, one module a property.

mod attack;
mod awkward;
mod canary;
mod catalog;
mod cluster;
mod coverage;
mod crash;
mod demo;
mod encodings;
mod equivalence;
mod extensions;
mod functions;
mod fuzz;
mod harness;
mod large_objects;
mod oracle;
mod other_databases;
mod pagila;
mod protocol;
mod random;
mod readme;
mod restore;
mod search;
mod style;
mod transparency;
mod upstream;
