//! The two halves of a session: requests up, replies down. Neither waits for the other's writes.

use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::conversation::{Conversation, StatementLog, Violation};
use crate::upstream::Upstream;
use crate::wire::error_fields::ErrorFields;
use crate::wire::frame::FrameError;

use super::client_stream::ClientStream;
use super::database::Database;
use super::inbound::Inbound;
use super::low_mark::LowMark;
use super::reply_half::reply_half;
use super::request_half::request_half;
use super::service::Service;
use super::session_log::SessionLog;

/// What both halves use.
pub(super) struct Shared<'a> {
    conversation: Mutex<&'a mut Conversation<SessionLog>>,
    /// Told when replies have made room for more requests.
    pub room: Notify,
    /// Replies that were taken have not all been sent: their records are not yet on disk.
    pub unsent: AtomicBool,
    /// A write to the client is under way: nothing can be added behind it.
    pub midway: AtomicBool,
    /// The client said goodbye: the server closes next.
    pub goodbye: AtomicBool,
    /// The client will send no more: the server closes once it has answered.
    pub hung_up: AtomicBool,
    pub database: &'a Database,
    pub service: &'a Service,
}

impl<'a> Shared<'a> {
    /// Never held across an await.
    pub(super) fn conversation(&self) -> MutexGuard<'_, &'a mut Conversation<SessionLog>> {
        self.conversation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a session ended.
#[derive(Debug)]
pub(super) enum End {
    /// The client said goodbye.
    Terminated,
    /// The client's connection is gone.
    ClientGone,
    /// The server's connection is gone; `told` if its last words went to the client.
    UpstreamGone { told: bool },
    /// The client broke the protocol.
    ClientViolation(String),
    /// The server's replies do not fit what was asked.
    ServerViolation(Violation),
    /// Something came in the middle of a message to the client, so nothing can be said to it.
    Unspeakable(&'static str),
}

impl End {
    /// For the session log.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            End::Terminated => "terminated",
            End::ClientGone => "client_gone",
            End::UpstreamGone { .. } => "upstream_gone",
            End::ClientViolation(_) => "client_violation",
            End::ServerViolation(_) => "closed_by_pgveil",
            End::Unspeakable(reason) => reason,
        }
    }

    /// What the client is told last, if anything.
    pub(super) fn into_fields(self) -> Option<ErrorFields> {
        match self {
            End::Terminated | End::ClientGone | End::UpstreamGone { told: true } | End::Unspeakable(_) => None,
            End::UpstreamGone { told: false } => Some(ErrorFields::fatal(
                "08006",
                "the upstream server closed the connection to pgveil",
            )),
            End::ClientViolation(what) => Some(ErrorFields::fatal("08P01", what)),
            End::ServerViolation(violation) => Some(violation_fields(&violation)),
        }
    }
}

fn violation_fields(violation: &Violation) -> ErrorFields {
    let fields = match violation {
        Violation::RowTooLarge | Violation::TooLarge { .. } => {
            ErrorFields::fatal("54000", format!("pgveil: {violation}"))
        }
        Violation::Unrecorded => return ErrorFields::fatal("58030", format!("pgveil: {violation}")),
        _ => ErrorFields::fatal(
            "42501",
            format!("pgveil closed the session before showing anything: {violation}"),
        ),
    };
    fields.hint(match violation {
        Violation::NoQuery | Violation::NameChangedHands => "Prepare and declare again after a failed statement.",
        Violation::RowTooLarge => "Select the large column without the masked ones behind it, or use COPY.",
        _ => "The catalog may have changed a moment ago: connect again.",
    })
}

impl From<FrameError> for End {
    fn from(error: FrameError) -> Self {
        End::ClientViolation(error.to_string())
    }
}

/// Relays until one side ends.
pub(super) async fn run(
    conversation: &mut Conversation<SessionLog>,
    database: &Database,
    service: &Service,
    client: &mut ClientStream,
    upstream: Upstream,
) -> End {
    let shared = Shared {
        conversation: Mutex::new(conversation),
        room: Notify::new(),
        unsent: AtomicBool::new(false),
        midway: AtomicBool::new(false),
        goodbye: AtomicBool::new(false),
        hung_up: AtomicBool::new(false),
        database,
        service,
    };
    // The rest, what the server said at login, is not kept for as long as the session lasts.
    let (upstream, buffered) = upstream.into_stream();
    let low_mark = LowMark::new(&upstream);
    let (client_read, client_write) = tokio::io::split(client);
    let (upstream_read, upstream_write) = tokio::io::split(upstream);
    let inbound = Inbound::new(buffered);
    let replies = pin!(reply_half(&shared, inbound, upstream_read, client_write, low_mark));
    let requests = pin!(request_half(&shared, client_read, upstream_write));
    let end = tokio::select! {
        end = requests => end,
        end = replies => end,
    };
    let end = match end {
        End::UpstreamGone { .. } if shared.goodbye.load(Ordering::Relaxed) => End::Terminated,
        End::UpstreamGone { .. } if shared.hung_up.load(Ordering::Relaxed) => End::ClientGone,
        end => end,
    };
    if let End::ServerViolation(violation) = &end {
        shared
            .conversation()
            .log()
            .alarm(None, alarm_name(violation), &violation.to_string());
    }
    if shared.midway.load(Ordering::Relaxed) {
        return match end {
            End::ServerViolation(_) => End::Unspeakable("closed_by_pgveil"),
            End::UpstreamGone { .. } => End::Unspeakable("upstream_gone"),
            End::ClientViolation(_) => End::Unspeakable("client_violation"),
            end => end,
        };
    }
    end
}

fn alarm_name(violation: &Violation) -> &'static str {
    match violation {
        Violation::Witness(_) => "witnesses_disagree",
        Violation::Replanned(_) | Violation::Drifted => "catalog_changed",
        Violation::NoQuery | Violation::NameChangedHands => "name_changed_hands",
        Violation::Unrecorded => "log_failed",
        Violation::RowTooLarge | Violation::TooLarge { .. } => "message_too_large",
        Violation::Unexpected { .. } | Violation::Malformed(_) => "unexpected_reply",
    }
}

/// What a failed write or read means, on the client's side.
pub(super) fn client_gone(_: io::Error) -> End {
    End::ClientGone
}

/// The same on the server's side.
pub(super) fn upstream_gone(_: io::Error) -> End {
    End::UpstreamGone { told: false }
}
