//! Reading the catalog of the database a connection is logged in to.

use thiserror::Error;

use super::connect::Upstream;
use super::query::{QueryError, Row, query};
use crate::catalog::{FINGERPRINT, IDENTITY, Loader, RowError, Snapshot, queries};

/// One snapshot for all queries; settings that decide how names, texts and view definitions come out; limits, since
/// `pg_get_viewdef` waits for locks of whoever is changing a relation of the view; no JIT, which costs more than it
/// gives here.
const BEGIN: &str = "\
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = '';
SET LOCAL client_encoding = 'UTF8';
SET LOCAL standard_conforming_strings = on;
SET LOCAL quote_all_identifiers = off;
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';
SET LOCAL jit = off";

/// Why the catalog could not be read.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A query failed.
    #[error("cannot read {what} of the catalog: {source}")]
    Query {
        /// What the query reads.
        what: &'static str,
        /// Why.
        source: QueryError,
    },
    /// A row is not as expected.
    #[error(transparent)]
    Row(#[from] RowError),
}

/// Reads everything, as of one moment. The generation of the result is 0; whoever keeps it counts. The transaction
/// is over when this returns, unless the connection broke.
pub async fn load_snapshot(upstream: &mut Upstream) -> Result<Snapshot, LoadError> {
    in_transaction(upstream, async |upstream| {
        let mut loader = Loader::new(&read(upstream, "identity", IDENTITY).await?)?;
        for part in queries(loader.server_version()) {
            loader.take(&part, &read(upstream, part.name, &part.sql).await?)?;
        }
        Ok(loader.finish())
    })
    .await
}

/// A text that changes with every change to what a snapshot holds ([`FINGERPRINT`]).
pub async fn fingerprint(upstream: &mut Upstream) -> Result<String, LoadError> {
    in_transaction(upstream, async |upstream| {
        let rows = read(upstream, "fingerprint", FINGERPRINT).await?;
        let cell = rows.into_iter().flatten().flatten().next().unwrap_or_default();
        Ok(String::from_utf8_lossy(&cell).into_owned())
    })
    .await
}

async fn in_transaction<T>(
    upstream: &mut Upstream,
    work: impl AsyncFnOnce(&mut Upstream) -> Result<T, LoadError>,
) -> Result<T, LoadError> {
    read(upstream, "start", BEGIN).await?;
    let done = work(upstream).await;
    // Nothing was written; rolling back works in a failed transaction too.
    match (done, read(upstream, "end", "ROLLBACK").await) {
        (Ok(_), Err(error)) => Err(error),
        (done, _) => done,
    }
}

async fn read(upstream: &mut Upstream, what: &'static str, sql: &str) -> Result<Vec<Row>, LoadError> {
    query(upstream, sql)
        .await
        .map_err(|source| LoadError::Query { what, source })
}
