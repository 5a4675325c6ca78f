//! The integration suite: one binary, one module a property.

mod attack;
mod canary;
mod catalog;
mod cluster;
mod coverage;
mod crash;
mod custom_settings;
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
