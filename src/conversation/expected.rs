//! The queue of expected replies.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::sql::Refusal;

use super::Run;
use super::names::Prepared;
use super::search::BoundParameter;

/// What is expected next from the server.
#[derive(Debug)]
pub(super) enum Expected {
    /// ParseComplete.
    Parse { name: Vec<u8>, prepared: Arc<Prepared> },
    /// ParseComplete of a statement that is shown to the server only; the client does not see it.
    Probe,
    /// BindComplete.
    Bind {
        portal: Vec<u8>,
        statement: Vec<u8>,
        /// The parameters whose values were replaced by originals.
        bound: Vec<BoundParameter>,
    },
    /// ParameterDescription, then RowDescription or NoData.
    DescribeStatement,
    /// RowDescription or NoData.
    DescribePortal { portal: Vec<u8>, injected: bool },
    /// Rows, until CommandComplete, PortalSuspended or EmptyQueryResponse.
    Execute { portal: Vec<u8>, run: Run },
    /// CloseComplete.
    Close { target: u8, name: Vec<u8>, injected: bool },
    /// ReadyForQuery.
    Sync,
    /// The replies to a Query message: one run a statement, then ReadyForQuery.
    Query { runs: VecDeque<Run> },
    /// FunctionCallResponse, then ReadyForQuery.
    FunctionCall { run: Run, answered: bool },
    /// The error of a message that cannot be read.
    Malformed,
    /// The error of a statement that was sent to fail in a refused one's place.
    Refused { refusal: Refusal, run: Option<Run> },
    /// With `access = "any"`: whatever comes until ReadyForQuery.
    Anything { run: Run },
}

impl Expected {
    /// Whether an error in the extended protocol leaves it standing.
    pub(super) fn ends_skipping(&self) -> bool {
        matches!(self, Expected::Sync)
    }

    /// Whether it belongs to the extended protocol, where an error skips to Sync.
    pub(super) fn is_extended(&self) -> bool {
        !matches!(
            self,
            Expected::Query { .. } | Expected::FunctionCall { .. } | Expected::Anything { .. }
        )
    }
}
