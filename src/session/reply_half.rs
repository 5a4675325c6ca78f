//! Replies: from the server through the conversation to the client.

use std::sync::atomic::Ordering;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use crate::conversation::{KEPT_BYTES_MAX, LargeReply, Look, Violation};
use crate::mask::MASKED_FIELD_BYTES_MAX;
use crate::plan::RowMask;
use crate::wire::frame::{HEADER_BYTES, Header};
use crate::wire::read::Malformed;
use crate::wire::row::{self, FieldRewriter, Piecewise};
use crate::wire::tag::reply;

use super::inbound::Inbound;
use super::log_timer::LogTimer;
use super::low_mark::LowMark;
use super::relay::{End, Shared, client_gone, upstream_gone};
use super::spare;

/// A reply of more bytes than this is streamed, if it may be.
const STREAMED_BYTES: usize = 256 << 10;
/// A reply that must be looked at whole may have this many bytes.
const HELD_BYTES_MAX: usize = (8 << 20) + 1024;
/// Pieces in which a large reply passes.
const PIECE_BYTES: usize = 128 << 10;

/// The least length of a masked field that is not looked at.
const TOO_LARGE_BYTES: usize = MASKED_FIELD_BYTES_MAX + 1;

struct Replies<'a, 'b, R, W> {
    shared: &'a Shared<'b>,
    inbound: Inbound,
    upstream: R,
    client: W,
    out: Vec<u8>,
    low_mark: LowMark,
    log_timer: LogTimer,
    /// What is shown may be told of by records up to this one, which are on disk.
    recorded: u64,
    /// The server said FATAL: its connection ends next.
    told: bool,
}

/// Runs until the server's connection ends or something does not fit.
pub(super) async fn reply_half<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    shared: &Shared<'_>,
    inbound: Inbound,
    upstream: R,
    client: W,
    low_mark: LowMark,
) -> End {
    let mut replies = Replies {
        shared,
        inbound,
        upstream,
        client,
        out: Vec::new(),
        low_mark,
        log_timer: LogTimer::default(),
        recorded: 0,
        told: false,
    };
    match replies.run().await {
        Ok(never) => match never {},
        Err(end) => end,
    }
}

enum Never {}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Replies<'_, '_, R, W> {
    async fn run(&mut self) -> Result<Never, End> {
        loop {
            let large = self.take_frames();
            // What was ready before something went wrong is the client's to see.
            self.send().await?;
            match large? {
                Taken::Enough => {}
                // Seldom wanted, and large: in a box.
                Taken::Large(header) => Box::pin(self.large(header)).await?,
                Taken::Wants(bytes) => self.fill(bytes).await?,
                Taken::Look(look) => Box::pin(self.look(&look)).await?,
            }
        }
    }

    /// Takes every frame that is there as a whole.
    fn take_frames(&mut self) -> Result<Taken, End> {
        if self.out.capacity() == 0 {
            self.out = spare::take();
        }
        let mut conversation = self.shared.conversation();
        let taken = loop {
            let header = self
                .inbound
                .header()
                .map_err(|error| End::ClientViolation(error.to_string()))?;
            let Some(header) = header else { break Taken::Wants(0) };
            if let Some(look) = conversation.wants_look(header.tag).map_err(End::ServerViolation)? {
                break Taken::Look(look);
            }
            if !self.inbound.holds(header) {
                if header.frame_bytes() <= STREAMED_BYTES {
                    break Taken::Wants(header.frame_bytes());
                }
                let is_streamed = matches!(
                    header.tag,
                    reply::DATA_ROW | reply::COPY_DATA | reply::FUNCTION_CALL_RESPONSE
                );
                if is_streamed {
                    break Taken::Large(header);
                }
                if header.frame_bytes() <= HELD_BYTES_MAX {
                    break Taken::Wants(header.frame_bytes());
                }
                break Taken::Large(header);
            }
            let frame = &self.inbound.bytes()[..header.frame_bytes()];
            conversation
                .reply(header.tag, frame, &mut self.out)
                .map_err(End::ServerViolation)?;
            self.told |= header.tag == reply::ERROR_RESPONSE && is_fatal(frame);
            self.inbound.consume(header.frame_bytes());
            if self.out.len() >= STREAMED_BYTES {
                break Taken::Enough;
            }
        };
        if conversation.is_idle() {
            self.inbound.rest();
            self.low_mark.rest();
        }
        self.log_timer.watch(conversation.log());
        self.shared.unsent.store(!self.out.is_empty(), Ordering::Relaxed);
        Ok(taken)
    }

    async fn send(&mut self) -> Result<(), End> {
        self.shared.room.notify_one();
        if !self.out.is_empty() {
            self.recorded().await?;
            self.shared.midway.store(true, Ordering::Relaxed);
            self.client.write_all(&self.out).await.map_err(client_gone)?;
            self.client.flush().await.map_err(client_gone)?;
            self.shared.midway.store(false, Ordering::Relaxed);
            self.out.clear();
            self.shared.unsent.store(false, Ordering::Relaxed);
            self.shared.room.notify_one();
        }
        if self.inbound.is_at_rest() {
            spare::give(std::mem::take(&mut self.out));
        }
        Ok(())
    }

    /// Waits until the records of what is about to be shown are on disk. The server works on meanwhile.
    async fn recorded(&mut self) -> Result<(), End> {
        let record = self.shared.conversation().log().recorded();
        if record > self.recorded {
            let durable = self.shared.service.journal.durable(record).await;
            durable.map_err(|_| End::ServerViolation(Violation::Unrecorded))?;
            self.recorded = record;
        }
        Ok(())
    }

    async fn look(&mut self, look: &Look) -> Result<(), End> {
        match self.shared.database.is_current(self.shared.service, look).await {
            true => Ok(()),
            false => Err(End::ServerViolation(Violation::Drifted)),
        }
    }

    async fn large(&mut self, header: Header) -> Result<(), End> {
        let fate = self.shared.conversation().large_reply(header.tag, header.body_bytes);
        let fate = fate.map_err(End::ServerViolation)?;
        self.recorded().await?;
        match fate {
            LargeReply::Pass => {
                self.out.extend_from_slice(&self.inbound.bytes()[..HEADER_BYTES]);
                self.inbound.consume(HEADER_BYTES);
                self.pass(header.body_bytes).await
            }
            LargeReply::CopyPieces => {
                self.inbound.consume(HEADER_BYTES);
                self.copy_pieces(header.body_bytes).await
            }
            LargeReply::Row(mask) => self.row(header, &mask).await,
        }
    }

    /// Passes this many bytes as they are, as the rest of a message already begun.
    async fn pass(&mut self, mut left: usize) -> Result<(), End> {
        while left > 0 {
            if self.inbound.bytes().is_empty() {
                self.fill(PIECE_BYTES).await?;
            }
            let take = left.min(self.inbound.bytes().len());
            self.out.extend_from_slice(&self.inbound.bytes()[..take]);
            self.inbound.consume(take);
            left -= take;
            self.shared.midway.store(true, Ordering::Relaxed);
            self.client.write_all(&self.out).await.map_err(client_gone)?;
            self.out.clear();
        }
        self.shared.midway.store(false, Ordering::Relaxed);
        Ok(())
    }

    async fn copy_pieces(&mut self, mut left: usize) -> Result<(), End> {
        while left > 0 {
            if self.inbound.bytes().is_empty() {
                self.fill(PIECE_BYTES).await?;
            }
            let take = left.min(self.inbound.bytes().len());
            let piece = &self.inbound.bytes()[..take];
            self.shared
                .conversation()
                .copy_piece(piece, take == left, &mut self.out)
                .map_err(End::ServerViolation)?;
            self.inbound.consume(take);
            left -= take;
            self.send().await?;
        }
        Ok(())
    }

    /// A row of which the masked fields are looked at one by one, and what stands behind them passes unread. What
    /// becomes of it depends on kept and masked bytes, never on the length of a masked value.
    async fn row(&mut self, header: Header, mask: &RowMask) -> Result<(), End> {
        let malformed = || End::ServerViolation(Malformed("row").into());
        self.inbound.consume(HEADER_BYTES);
        let mut left = header.body_bytes;
        let mut row = Vec::new();
        let count = self.taken(2, &mut left).await?;
        if usize::from(u16::from_be_bytes([count[0], count[1]])) != mask.field_count() {
            return Err(malformed());
        }
        row.extend_from_slice(&count);
        if mask.reads_row() {
            return self.row_by_others(&count, left, mask).await;
        }
        let mut kept = 0;
        for index in 0..=mask.last_rewritten().unwrap_or_default() {
            let head = self.taken(4, &mut left).await?;
            let length = i32::from_be_bytes([head[0], head[1], head[2], head[3]]);
            let Ok(length) = usize::try_from(length) else {
                match !mask.keeps(index) && mask.replaces_null(index) {
                    true => row::put_redacted(mask, index, &mut row),
                    false => row.extend_from_slice(&head),
                }
                continue;
            };
            if mask.keeps(index) {
                kept += length;
                if kept > KEPT_BYTES_MAX {
                    return Err(End::ServerViolation(Violation::RowTooLarge));
                }
                let value = self.taken(length, &mut left).await?;
                row.extend_from_slice(&head);
                row.extend_from_slice(&value);
            } else if length <= MASKED_FIELD_BYTES_MAX {
                let value = self.taken(length, &mut left).await?;
                row::put_field(mask, index, &value, &mut row);
            } else {
                left = left.checked_sub(length).ok_or_else(malformed)?;
                let mut field = mask.piecewise(index);
                self.follow(length, field.as_deref_mut()).await?;
                match field {
                    Some(field) => row::put_finished(field, &mut row),
                    None => row::put_redacted(mask, index, &mut row),
                }
            }
        }
        self.send_row(&mut row, left).await
    }

    /// As [`Replies::row`], where fields are rewritten by others: the row is held as a whole, but for masked fields that are
    /// too large to be looked at.
    async fn row_by_others(&mut self, count: &[u8], mut left: usize, mask: &RowMask) -> Result<(), End> {
        let mut body = count.to_vec();
        let mut kept = 0;
        for index in 0..mask.field_count() {
            let head = self.taken(4, &mut left).await?;
            let length = i32::from_be_bytes([head[0], head[1], head[2], head[3]]);
            let length = usize::try_from(length).unwrap_or(0);
            if mask.keeps(index) {
                kept += length;
                if kept > KEPT_BYTES_MAX {
                    return Err(End::ServerViolation(Violation::RowTooLarge));
                }
            } else if length > MASKED_FIELD_BYTES_MAX {
                left = left
                    .checked_sub(length)
                    .ok_or_else(|| End::ServerViolation(Malformed("row").into()))?;
                self.follow(length, None).await?;
                // One that is as much too large, and no form of anything.
                body.extend_from_slice(&(TOO_LARGE_BYTES as u32).to_be_bytes());
                body.resize(body.len() + TOO_LARGE_BYTES, 0);
                continue;
            }
            body.extend_from_slice(&head);
            body.append(&mut self.taken(length, &mut left).await?);
        }
        if left > 0 {
            return Err(End::ServerViolation(Malformed("bytes behind the last field").into()));
        }
        let mut row = Vec::new();
        row::rewrite_in_row(&body, mask, &mut row).map_err(|error| End::ServerViolation(error.into()))?;
        self.send_row(&mut row, left).await
    }

    /// Sends a row of whose frame so many bytes are still to pass.
    async fn send_row(&mut self, row: &mut Vec<u8>, left: usize) -> Result<(), End> {
        let bytes = u32::try_from(row.len() + left + 4).map_err(|_| End::ServerViolation(Violation::RowTooLarge))?;
        self.out.push(reply::DATA_ROW);
        self.out.extend_from_slice(&bytes.to_be_bytes());
        self.out.append(row);
        self.pass(left).await?;
        self.send().await
    }

    /// The next bytes of a frame of which so many are left.
    async fn taken(&mut self, count: usize, left: &mut usize) -> Result<Vec<u8>, End> {
        *left = left
            .checked_sub(count)
            .ok_or_else(|| End::ServerViolation(Malformed("field longer than its row").into()))?;
        while self.inbound.bytes().len() < count {
            self.fill(count.max(PIECE_BYTES)).await?;
        }
        let bytes = self.inbound.bytes()[..count].to_vec();
        self.inbound.consume(count);
        Ok(bytes)
    }

    /// Takes this many bytes, for `field` or for nobody.
    async fn follow(&mut self, mut left: usize, mut field: Option<&mut (dyn Piecewise + 'static)>) -> Result<(), End> {
        while left > 0 {
            if self.inbound.bytes().is_empty() {
                self.fill(PIECE_BYTES).await?;
            }
            let take = left.min(self.inbound.bytes().len());
            if let Some(field) = &mut field {
                field.push(&self.inbound.bytes()[..take]);
            }
            self.inbound.consume(take);
            left -= take;
        }
        Ok(())
    }

    async fn fill(&mut self, wanted: usize) -> Result<(), End> {
        let read = self.low_mark.wait(self.inbound.fill(&mut self.upstream, wanted));
        let read = self.log_timer.during(read, self.shared).await.map_err(upstream_gone)?;
        self.low_mark.took(read);
        match read {
            0 => Err(End::UpstreamGone { told: self.told }),
            _ => Ok(()),
        }
    }
}

/// What stopped the taking of frames.
enum Taken {
    /// There is much to be sent; more frames may be there.
    Enough,
    /// More bytes are wanted: so many in all, or just more.
    Wants(usize),
    /// Before the next frame is taken, the catalog must be looked at.
    Look(Look),
    /// A frame too large to be held.
    Large(Header),
}

fn is_fatal(frame: &[u8]) -> bool {
    let body = frame.get(HEADER_BYTES..).unwrap_or_default();
    body.split(|byte| *byte == 0)
        .any(|field| matches!(field, b"VFATAL" | b"VPANIC"))
}
