//! The key of the plan cache.
#![no_main]

#[path = "../../tests/corpus/entry.rs"]
#[allow(dead_code)]
mod entry;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| entry::template(text));
