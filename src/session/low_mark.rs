//! Fewer wake-ups in the middle of a large result.
//!
//! The server flushes every 8 KB, and whoever waits is woken each time. With the socket's low mark (`SO_RCVLOWAT`, socket(7))
//! raised, the kernel wakes the proxy once 128 KB are there.

use std::os::fd::{AsRawFd, RawFd};
use std::pin::pin;
use std::time::Duration;

use crate::upstream::UpstreamStream;

/// What to wait for.
const MARK_BYTES: i32 = 128 << 10;
/// Only a result that has this size already is waited for: its end, which comes below the mark, is shown up to 2 ms late.
const LARGE_BYTES: usize = 4 << 20;
/// Waited at most, for the end of a result and for a server that is slow. The runtime rounds it up to its next tick.
const WAIT: Duration = Duration::from_millis(1);

/// The low mark of one upstream connection.
pub(super) struct LowMark {
    /// None for a unix socket, where the kernel wakes at any mark. The relay keeps it open.
    socket: Option<RawFd>,
    is_raised: bool,
    /// Bytes of the result that have come without a pause.
    result_bytes: usize,
}

impl LowMark {
    pub(super) fn new(stream: &UpstreamStream) -> Self {
        LowMark {
            socket: stream.tcp().map(AsRawFd::as_raw_fd),
            is_raised: false,
            result_bytes: 0,
        }
    }

    /// More of a result has come.
    pub(super) fn took(&mut self, bytes: usize) {
        self.result_bytes = self.result_bytes.saturating_add(bytes);
    }

    /// The result has ended.
    pub(super) fn rest(&mut self) {
        self.result_bytes = 0;
        self.set(false);
    }

    /// Waits for this read.
    pub(super) async fn wait<T>(&mut self, read: impl Future<Output = T>) -> T {
        if self.result_bytes < LARGE_BYTES || self.socket.is_none() {
            return read.await;
        }
        self.set(true);
        let mut read = pin!(read);
        match tokio::time::timeout(WAIT, &mut read).await {
            Ok(done) => done,
            Err(_) => {
                // With the lower mark set, the kernel wakes for what is there already.
                self.rest();
                read.await
            }
        }
    }

    fn set(&mut self, raised: bool) {
        if let Some(socket) = self.socket
            && raised != self.is_raised
        {
            let mark = if raised { MARK_BYTES } else { 1 };
            // Without it everything works, only with more wake-ups.
            let _ = uapi::setsockopt(socket, uapi::c::SOL_SOCKET, uapi::c::SO_RCVLOWAT, &mark);
            self.is_raised = raised;
        }
    }
}
