//! Ctrl-C as a fact that long commands ask for between their steps.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

/// SIGINT, SIGTERM or SIGHUP has come.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub(super) struct Interrupted;

/// Set by the first SIGINT, SIGTERM or SIGHUP, which then do nothing else.
pub(super) struct Interrupt {
    signals: Receiver<()>,
    came: std::cell::Cell<bool>,
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
                        tokio::select! {
                            _ = int.recv() => {}
                            _ = term.recv() => {}
                            _ = hup.recv() => {}
                        }
                        if sender.send(()).is_err() {
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
            came: std::cell::Cell::new(false),
        })
    }

    /// Whether it has come.
    pub(super) fn came(&self) -> bool {
        if self.signals.try_recv().is_ok() {
            self.came.set(true);
        }
        self.came.get()
    }

    /// An error once it has come.
    pub(super) fn check(&self) -> Result<(), Interrupted> {
        if self.came() { Err(Interrupted) } else { Ok(()) }
    }

    /// Waits for it, or for the time to be up.
    pub(super) fn wait(&self, time: Duration) -> Result<(), Interrupted> {
        match self.signals.recv_timeout(time) {
            Err(RecvTimeoutError::Timeout) => self.check(),
            _ => {
                self.came.set(true);
                Err(Interrupted)
            }
        }
    }
}
