//! The end of a statement goes on the log with the next record; if none comes soon, by itself.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::relay::Shared;
use super::session_log::SessionLog;

/// A record waits this long, or up to twice as long while statements follow each other.
const DELAY: Duration = Duration::from_millis(200);

/// One timer a session. It is not set back for every statement, which would cost as much as planning it, but looks when
/// it fires whether the record that waits then has waited long enough.
#[derive(Debug, Default)]
pub(super) struct LogTimer {
    timer: Option<Pin<Box<Sleep>>>,
    is_set: bool,
}

impl LogTimer {
    /// Sets the timer if a record waits.
    pub(super) fn watch(&mut self, log: &SessionLog) {
        if !self.is_set && log.is_pending() {
            self.is_set = true;
            self.set(Instant::now() + DELAY);
        }
    }

    fn set(&mut self, due: Instant) {
        match &mut self.timer {
            Some(timer) => timer.as_mut().reset(due),
            None => self.timer = Some(Box::pin(sleep_until(due))),
        }
    }

    /// Does this work, and meanwhile writes the record that has waited long enough.
    pub(super) async fn during<T>(&mut self, work: impl Future<Output = T>, shared: &Shared<'_>) -> T {
        let mut work = pin!(work);
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            while self.is_set
                && let Some(timer) = &mut self.timer
                && timer.as_mut().poll(context).is_ready()
            {
                match shared.conversation().log().flush_older(DELAY) {
                    Some(due) => self.set(due.into()),
                    None => self.is_set = false,
                }
            }
            Poll::Pending
        })
        .await
    }
}
