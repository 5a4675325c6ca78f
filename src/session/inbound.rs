//! A read buffer that hands out frames.

use std::future::poll_fn;
use std::io;
use std::pin::pin;

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::wire::frame::{self, FrameError, Header};

use super::spare::{self, SPARE_BYTES};

/// What it grows to when much comes in.
const BUSY_BYTES: usize = 256 << 10;

/// Bytes that came in and are not used up yet.
#[derive(Debug)]
pub(super) struct Inbound {
    buffer: Vec<u8>,
    start: usize,
    capacity: usize,
}

impl Inbound {
    pub(super) fn new(buffered: Vec<u8>) -> Self {
        Inbound {
            buffer: buffered,
            start: 0,
            capacity: SPARE_BYTES,
        }
    }

    /// What is there.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// The header of the next frame, if it is there.
    pub(super) fn header(&self) -> Result<Option<Header>, FrameError> {
        frame::header(self.bytes())
    }

    /// Uses up bytes.
    pub(super) fn consume(&mut self, count: usize) {
        self.start += count;
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
        }
    }

    /// Whether the next frame is there as a whole.
    pub(super) fn holds(&self, header: Header) -> bool {
        self.bytes().len() >= header.frame_bytes()
    }

    /// Gives the memory back if nothing is there.
    pub(super) fn rest(&mut self) {
        if self.buffer.is_empty() {
            self.capacity = SPARE_BYTES;
            spare::give(std::mem::take(&mut self.buffer));
        }
    }

    /// Whether nothing is there and nothing much was expected.
    pub(super) fn is_at_rest(&self) -> bool {
        self.buffer.is_empty() && self.capacity == SPARE_BYTES
    }

    /// Reads more, with room for at least `wanted` bytes in all, and says how many came. 0: the peer has closed.
    pub(super) async fn fill(&mut self, reader: &mut (impl AsyncRead + Unpin), wanted: usize) -> io::Result<usize> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let capacity = self.capacity.max(wanted);
        let (room, read) = poll_fn(|context| {
            self.make_room(capacity);
            let room = self.buffer.capacity() - self.buffer.len();
            let read = pin!(reader.read_buf(&mut self.buffer)).poll(context);
            if read.is_pending() && self.buffer.is_empty() && capacity == SPARE_BYTES {
                spare::give(std::mem::take(&mut self.buffer));
            }
            read.map(|read| (room, read))
        })
        .await;
        let read = read?;
        if read == room && self.capacity < BUSY_BYTES {
            self.capacity *= 2;
        }
        Ok(read)
    }

    fn make_room(&mut self, capacity: usize) {
        if self.buffer.capacity() == 0 && capacity == SPARE_BYTES {
            self.buffer = spare::take();
        } else if self.buffer.capacity() < capacity {
            self.buffer.reserve_exact(capacity - self.buffer.len());
        }
    }
}
