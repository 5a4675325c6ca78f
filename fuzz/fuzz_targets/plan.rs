//! The door to the parser, the analysis and the plan.
#![no_main]

#[path = "../../tests/corpus/entry.rs"]
#[allow(dead_code)]
mod entry;

use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use libfuzzer_sys::fuzz_target;

/// libFuzzer's own thread has not the stack that parsing needs.
static WORKER: LazyLock<(SyncSender<String>, std::sync::Mutex<Receiver<bool>>)> = LazyLock::new(|| {
    let (send_text, texts) = sync_channel::<String>(0);
    let (send_done, done) = sync_channel(0);
    let work = move || {
        for text in texts {
            entry::plan(&text);
            if send_done.send(true).is_err() {
                return;
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(pgveil::sql::STACK_BYTES).spawn(work);
    thread.expect("a thread");
    (send_text, std::sync::Mutex::new(done))
});

fuzz_target!(|text: &str| {
    let (texts, done) = &*WORKER;
    texts.send(text.to_owned()).expect("a worker");
    let done = done.lock().expect("one at a time").recv();
    assert!(done.is_ok(), "the worker panicked");
});
