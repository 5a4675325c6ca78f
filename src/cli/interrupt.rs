//! Ctrl-C as a fact that long commands ask for between their steps.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

/// SIGINT, SIGTERM or SIGHUP has come.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("interrupted")]
pub(super) struct Interrupted {
    signal: u8,
}

impl Interrupted {
    /// 128 and the number of the signal, as shells have it: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP.
    pub(super) fn exit_code(self) -> u8 {
        128 + self.signal
    }
}

/// Set by the first SIGINT, SIGTERM or SIGHUP, which then do nothing else.
pub(super) struct Interrupt {
    signals: Receiver<Interrupted>,
    came: std::cell::Cell<Option<Interrupted>>,
}

impl Interrupt {
    pub(super) fn watch() -> std::io::Result<Interrupt> {
        let (sender, signals) = channel();
        let (ready, started) = channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let watched = runtime.and_then(|runtime| {
                let _context = runtime.enter();
                let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
                let [mut int, mut term, mut hup] = kinds.map(signal);
                let streams = (int.as_mut(), term.as_mut(), hup.as_mut());
                let (Ok(int), Ok(term), Ok(hup)) = streams else {
                    return Err(std::io::Error::other("signals cannot be watched"));
                };
                // The receiver lives as long as the process's main thread needs it.
                let _ = ready.send(Ok(()));
                runtime.block_on(async {
                    loop {
                        // The numbers are those of POSIX.
                        let signal = tokio::select! {
                            _ = int.recv() => 2,
                            _ = term.recv() => 15,
                            _ = hup.recv() => 1,
                        };
                        if sender.send(Interrupted { signal }).is_err() {
                            return Ok(());
                        }
                    }
                })
            });
            if let Err(error) = watched {
                let _ = ready.send(Err(error));
            }
        });
        started
            .recv()
            .unwrap_or_else(|_| Err(std::io::Error::other("the signal thread ended")))?;
        Ok(Interrupt {
            signals,
            came: std::cell::Cell::new(None),
        })
    }

    /// Whether it has come.
    pub(super) fn came(&self) -> bool {
        self.check().is_err()
    }

    /// An error once it has come.
    pub(super) fn check(&self) -> Result<(), Interrupted> {
        self.note(self.signals.try_recv().ok())
    }

    /// Waits for it, or for the time to be up.
    pub(super) fn wait(&self, time: Duration) -> Result<(), Interrupted> {
        self.note(self.signals.recv_timeout(time).ok())
    }

    /// The first counts.
    fn note(&self, signal: Option<Interrupted>) -> Result<(), Interrupted> {
        self.came.set(self.came.get().or(signal));
        self.came.get().map_or(Ok(()), Err)
    }
}
