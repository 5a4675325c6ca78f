//! Requests: from the client through the planner and the conversation to the server.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use crate::conversation::BindFate;
use crate::plan::{Plan, PlannedText, Planner, PlannerMode, Verdict};
use crate::sql::{self, Reason, Refusal};
use crate::wire::frame::{HEADER_BYTES, Header};
use crate::wire::read::Reader;
use crate::wire::tag::request;

use super::inbound::Inbound;
use super::relay::{End, Shared, client_gone, upstream_gone};
use super::spare;

/// Bytes of a message that are held at most before its names are found.
const NAMES_BYTES_MAX: usize = 64 << 10;
/// A Query or Parse message of up to this size is read; its text may have [`sql::parser::TEXT_BYTES_MAX`].
const TEXT_MESSAGE_BYTES_MAX: usize = sql::parser::TEXT_BYTES_MAX + NAMES_BYTES_MAX;
/// A statement with an unknown name has the catalog looked at again, but no more often than this.
const REFRESH_AGE: Duration = Duration::from_millis(500);
/// Texts from this size are analysed where they do not hold up other sessions.
const LONG_TEXT_BYTES: usize = 16 << 10;
/// Output is sent once it has this size, even if more requests are there.
const OUT_BYTES: usize = 256 << 10;

struct Requests<'a, 'b, R, W> {
    shared: &'a Shared<'b>,
    inbound: Inbound,
    client: R,
    upstream: W,
    out: Vec<u8>,
}

/// Runs until the client's connection ends or it breaks the protocol.
pub(super) async fn request_half<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    shared: &Shared<'_>,
    client: R,
    upstream: W,
) -> End {
    let mut requests = Requests {
        shared,
        inbound: Inbound::new(Vec::new()),
        client,
        upstream,
        out: Vec::new(),
    };
    match requests.run().await {
        Ok(()) => {}
        Err(End::ClientGone) if shared.hung_up.load(Ordering::Relaxed) => {
            if let Err(error) = requests.upstream.shutdown().await {
                return upstream_gone(error);
            }
        }
        Err(End::ClientViolation(what)) => {
            return match Box::pin(requests.drain()).await {
                Ok(()) => End::ClientViolation(what),
                Err(end) => end,
            };
        }
        Err(end) => return end,
    }
    // The server answers what it was sent before the goodbye, and closes.
    std::future::pending().await
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Requests<'_, '_, R, W> {
    async fn run(&mut self) -> Result<(), End> {
        loop {
            if self.out.capacity() == 0 {
                self.out = spare::take();
            }
            while let Some(header) = self.inbound.header()? {
                self.wait_for_room().await?;
                if header.tag == request::TERMINATE {
                    self.out.extend_from_slice(&[request::TERMINATE, 0, 0, 0, 4]);
                    self.shared.goodbye.store(true, Ordering::Relaxed);
                    return self.send().await;
                }
                if !self.message(header).await? {
                    break;
                }
                if self.out.len() >= OUT_BYTES {
                    self.send().await?;
                }
            }
            self.send().await?;
            let wanted = match self.inbound.header()? {
                Some(header) => header.frame_bytes().min(TEXT_MESSAGE_BYTES_MAX + HEADER_BYTES),
                None => 0,
            };
            self.inbound.rest();
            self.fill(wanted).await?;
        }
    }

    /// What was asked for before the client broke the protocol is still answered, as the server itself would.
    async fn drain(&mut self) -> Result<(), End> {
        self.out.extend_from_slice(&[request::FLUSH, 0, 0, 0, 4]);
        self.send().await?;
        while !self.shared.conversation().is_idle() || self.shared.unsent.load(Ordering::Relaxed) {
            self.shared.room.notified().await;
        }
        Ok(())
    }

    async fn wait_for_room(&mut self) -> Result<(), End> {
        while self.shared.conversation().is_full() {
            self.send().await?;
            self.shared.room.notified().await;
        }
        Ok(())
    }

    async fn fill(&mut self, wanted: usize) -> Result<(), End> {
        if self.inbound.fill(&mut self.client, wanted).await.map_err(client_gone)? == 0 {
            self.shared.hung_up.store(true, Ordering::Relaxed);
            return Err(End::ClientGone);
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(), End> {
        if !self.out.is_empty() {
            self.upstream.write_all(&self.out).await.map_err(upstream_gone)?;
            self.upstream.flush().await.map_err(upstream_gone)?;
        }
        spare::give(std::mem::take(&mut self.out));
        Ok(())
    }

    /// One message. `false`: more of it must come first.
    async fn message(&mut self, header: Header) -> Result<bool, End> {
        let is_open = self.shared.conversation().planner().mode() == PlannerMode::Open;
        match header.tag {
            request::QUERY | request::PARSE => self.text_message(header, is_open).await,
            _ if is_open => self.open_message(header).await,
            request::BIND => self.bind(header).await,
            request::FUNCTION_CALL => Box::pin(self.function_call(header)).await,
            request::DESCRIBE | request::CLOSE | request::EXECUTE | request::SYNC | request::FLUSH => {
                if header.body_bytes > NAMES_BYTES_MAX {
                    return Err(too_long(header));
                }
                if !self.inbound.holds(header) {
                    return Ok(false);
                }
                self.small_message(header);
                self.inbound.consume(header.frame_bytes());
                Ok(true)
            }
            // Outside COPY FROM STDIN, which is not relayed, the server ignores these.
            request::COPY_DATA | request::COPY_DONE | request::COPY_FAIL => self.rest_of(header, 0, false).await,
            other => Err(End::ClientViolation(format!("invalid frontend message type {other}"))),
        }
    }

    fn small_message(&mut self, header: Header) {
        let frame = &self.inbound.bytes()[..header.frame_bytes()];
        let body = &frame[HEADER_BYTES..];
        let mut conversation = self.shared.conversation();
        let out = &mut self.out;
        match (header.tag, small_name(header.tag, body)) {
            (request::SYNC, _) => conversation.sync(frame, out),
            (request::FLUSH, _) if body.is_empty() => out.extend_from_slice(frame),
            (request::DESCRIBE, Some((target, name))) => conversation.describe(frame, target, name, out),
            (request::CLOSE, Some((target, name))) => conversation.close(frame, target, name, out),
            (request::EXECUTE, Some((_, name))) => conversation.execute(frame, name, out),
            _ => conversation.malformed(header.tag, frame, out),
        }
    }

    async fn text_message(&mut self, header: Header, is_open: bool) -> Result<bool, End> {
        if header.body_bytes > TEXT_MESSAGE_BYTES_MAX {
            return Box::pin(self.large_text(header, is_open)).await;
        }
        if !self.inbound.holds(header) {
            return Ok(false);
        }
        let frame = &self.inbound.bytes()[..header.frame_bytes()];
        let body = &frame[HEADER_BYTES..];
        let mut reader = Reader::new(body);
        let name = match header.tag {
            request::PARSE => reader.string(),
            _ => Ok(&b""[..]),
        };
        let (Ok(name), Ok(text)) = (name, reader.string()) else {
            self.shared.conversation().malformed(header.tag, frame, &mut self.out);
            self.inbound.consume(header.frame_bytes());
            return Ok(true);
        };
        let reads_utf8 = self.shared.conversation().reads_utf8();
        let text = decode(text, reads_utf8);
        let planned = plan(self.shared, &text).await;
        let mut conversation = self.shared.conversation();
        let out = &mut self.out;
        match (is_open, header.tag) {
            (true, _) => {
                let recorded = conversation.open_request(header.tag, body, Some(&planned));
                out.extend_from_slice(frame);
                if !recorded {
                    return Err(unrecorded());
                }
            }
            (false, request::QUERY) => conversation.query(frame, &text, &planned, out),
            (false, _) => conversation.parse(frame, name, &text, &planned, out),
        }
        drop(conversation);
        self.inbound.consume(header.frame_bytes());
        Ok(true)
    }

    async fn large_text(&mut self, header: Header, is_open: bool) -> Result<bool, End> {
        if is_open {
            return self.open_message(header).await;
        }
        let refusal = Refusal {
            reason: Reason::TooLarge,
            message: format!(
                "a statement of {} bytes is over the limit of {}",
                header.body_bytes,
                sql::parser::TEXT_BYTES_MAX
            ),
            hint: "Send it in parts, or its values as parameters.".into(),
        };
        {
            let mut conversation = self.shared.conversation();
            let plan = conversation
                .planner()
                .refused("<statement over the size limit>", refusal);
            match header.tag {
                request::QUERY => conversation.refuse_query(plan, &mut self.out),
                _ => conversation.refuse_parse(plan, &mut self.out),
            }
        }
        self.rest_of(header, 0, false).await
    }

    async fn bind(&mut self, header: Header) -> Result<bool, End> {
        let there = self.inbound.bytes().len().min(header.frame_bytes());
        let mut reader = Reader::new(&self.inbound.bytes()[HEADER_BYTES..there]);
        let (Ok(portal), Ok(statement)) = (reader.string(), reader.string()) else {
            if there == header.frame_bytes() {
                let frame = &self.inbound.bytes()[..there];
                self.shared.conversation().malformed(header.tag, frame, &mut self.out);
                self.inbound.consume(there);
                return Ok(true);
            }
            if there > NAMES_BYTES_MAX {
                return Err(End::ClientViolation("invalid message 'B'".into()));
            }
            return Ok(false);
        };
        let planner = self.shared.database.planner();
        let (portal, statement) = (portal.to_vec(), statement.to_vec());
        use_planner(self.shared, planner);
        let fate = {
            let mut conversation = self.shared.conversation();
            let mut body = None;
            if conversation.reads_bind(&statement) && header.body_bytes <= TEXT_MESSAGE_BYTES_MAX {
                if !self.inbound.holds(header) {
                    return Ok(false);
                }
                body = self.inbound.bytes().get(HEADER_BYTES..header.frame_bytes());
            }
            conversation.bind(&portal, &statement, body, &mut self.out)
        };
        self.rest_of(header, 0, fate == BindFate::Forward).await
    }

    async fn function_call(&mut self, header: Header) -> Result<bool, End> {
        if header.body_bytes > sql::parser::TEXT_BYTES_MAX {
            return Err(too_long(header));
        }
        if !self.inbound.holds(header) {
            return Ok(false);
        }
        let body = &self.inbound.bytes()[HEADER_BYTES..header.frame_bytes()];
        let forward = self.shared.conversation().function_call(body, &mut self.out);
        let forward = forward.map_err(|error| End::ClientViolation(error.to_string()))?;
        self.rest_of(header, 0, forward).await
    }

    async fn open_message(&mut self, header: Header) -> Result<bool, End> {
        // Only names are read, and only where they are there.
        if !self.inbound.holds(header) && header.frame_bytes() <= NAMES_BYTES_MAX {
            return Ok(false);
        }
        let there = self.inbound.bytes().len().min(header.frame_bytes());
        let body = &self.inbound.bytes()[HEADER_BYTES..there];
        if !self.shared.conversation().open_request(header.tag, body, None) {
            return Err(unrecorded());
        }
        self.rest_of(header, 0, true).await
    }

    /// The message from `from` on: sent on as it comes, or dropped.
    async fn rest_of(&mut self, header: Header, from: usize, forward: bool) -> Result<bool, End> {
        self.inbound.consume(from);
        let mut left = header.frame_bytes() - from;
        loop {
            let take = left.min(self.inbound.bytes().len());
            if forward {
                self.out.extend_from_slice(&self.inbound.bytes()[..take]);
            }
            self.inbound.consume(take);
            left -= take;
            if left == 0 {
                return Ok(true);
            }
            self.send().await?;
            self.fill(OUT_BYTES).await?;
        }
    }
}

/// In another encoding than UTF-8 a byte over 127 is some character, but which one is the server's to say: it is read as
/// one that stands in no name.
fn decode(text: &[u8], reads_utf8: bool) -> Cow<'_, str> {
    if reads_utf8 && let Ok(text) = std::str::from_utf8(text) {
        return Cow::Borrowed(text);
    }
    let private = |byte: u8| char::from_u32(0xf700 + u32::from(byte)).unwrap_or('\u{fffd}');
    let decoded = text.iter().map(|&byte| match byte {
        ..128 => char::from(byte),
        _ => private(byte),
    });
    Cow::Owned(decoded.collect())
}

/// Plans a text, looking at the catalog again if it names something unknown.
async fn plan(shared: &Shared<'_>, text: &str) -> Arc<PlannedText> {
    let mut planner = shared.database.planner();
    let mut planned = plan_text(&planner, text);
    if planned.statements.iter().any(|plan| names_unknown(plan)) {
        Box::pin(shared.database.refresh(shared.service, REFRESH_AGE)).await;
        planner = shared.database.planner();
        planned = plan_text(&planner, text);
    }
    use_planner(shared, planner);
    planned
}

fn use_planner(shared: &Shared<'_>, planner: Arc<Planner>) {
    let mut conversation = shared.conversation();
    conversation.set_stale(shared.database.is_stale());
    if conversation.planner().generation() != planner.generation() {
        conversation.set_planner(planner);
    }
}

/// A name that is not in the catalog, as far as the snapshot goes.
fn names_unknown(plan: &Plan) -> bool {
    matches!(&plan.verdict, Verdict::Probe(refusal) if refusal.reason == Reason::CatalogChanged)
}

fn plan_text(planner: &Planner, text: &str) -> Arc<PlannedText> {
    match text.len() {
        ..LONG_TEXT_BYTES => planner.plan(text),
        _ => tokio::task::block_in_place(|| planner.plan(text)),
    }
}

fn too_long(header: Header) -> End {
    End::ClientViolation(format!(
        "message {:?} of {} bytes is too long",
        char::from(header.tag),
        header.body_bytes
    ))
}

fn unrecorded() -> End {
    End::ClientViolation("the session log cannot be written, so nothing is served".into())
}

/// The name in a Describe, Close or Execute message, and for the first two what it is the name of.
fn small_name(tag: u8, body: &[u8]) -> Option<(u8, &[u8])> {
    let mut reader = Reader::new(body);
    let target = match tag {
        request::DESCRIBE | request::CLOSE => reader.byte().ok().filter(|target| b"SP".contains(target))?,
        _ => b'P',
    };
    Some((target, reader.string().ok()?))
}
