//! Non-interference: two databases that differ in protected columns only answer the same bytes with the same bytes.
//!
//! The protected values of one are those of the other with every letter and digit moved up by one: as long, as unique,
//! in the same places NULL, and in the same order. Masks are constant, but for `email`, whose hashes are compared as
//! names: one for one. So whatever differs tells of a protected value, by whatever channel it comes.
//!
//! In the same order, and without hashing in the server: the order in which rows come where nothing sorts them (DISTINCT,
//! GROUP BY and joins over protected columns, index scans) tells of the order of protected values, and this is known.

mod generated;
mod generator;
mod pair;
mod sessions;
mod statements;
