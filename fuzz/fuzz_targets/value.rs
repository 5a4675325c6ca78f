//! Values that are made of several, in the masks of their members.
#![no_main]

#[path = "../../tests/corpus/values.rs"]
#[allow(dead_code)]
mod values;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|value: &[u8]| values::mask(value));
