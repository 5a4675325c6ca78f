//! The commands, one file each.

pub mod check;
pub mod demo;
pub mod key;
pub mod log;
pub mod user;
