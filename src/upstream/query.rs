//! Queries of pgveil's own: simple protocol, text results, all rows in memory.

use thiserror::Error;

use super::connect::Upstream;
use super::messages::{Exchange, MessageError, ServerError, message};
use crate::wire::read::{Malformed, Reader};
use crate::wire::tag::{reply, request};

/// Largest result held in memory; the catalog of 100,000 columns has about 10 MB.
pub const RESULT_BYTES_MAX: usize = 256 << 20;

/// A row of text values; `None` is NULL.
pub type Row = crate::catalog::CatalogRow;

/// Why a query gave no result. After [`QueryError::Server`] the connection can be used on; after any other it
/// cannot.
#[derive(Debug, Error)]
pub enum QueryError {
    /// The server answered with an error.
    #[error(transparent)]
    Server(ServerError),
    /// The exchange of messages broke off.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// More than [`RESULT_BYTES_MAX`].
    #[error("the result is larger than {RESULT_BYTES_MAX} bytes")]
    TooLarge,
}

impl From<Malformed> for QueryError {
    fn from(error: Malformed) -> Self {
        QueryError::Message(error.into())
    }
}

/// Runs SQL text and gives all rows of all its statements. COPY is an error.
pub async fn query(upstream: &mut Upstream, sql: &str) -> Result<Vec<Row>, QueryError> {
    let Upstream { stream, buffered, .. } = upstream;
    let mut exchange = Exchange::new(stream, buffered, RESULT_BYTES_MAX);
    exchange
        .send(&message(request::QUERY, &[sql.as_bytes(), b"\0"]))
        .await?;
    let (mut rows, mut bytes, mut failed) = (Vec::new(), 0, None);
    loop {
        let (tag, body) = exchange.next().await?;
        match tag {
            reply::DATA_ROW => {
                bytes += body.len();
                if bytes > RESULT_BYTES_MAX {
                    return Err(QueryError::TooLarge);
                }
                rows.push(read_row(body)?);
            }
            reply::ERROR_RESPONSE => failed = Some(ServerError::read(body)?),
            reply::READY_FOR_QUERY => break,
            reply::ROW_DESCRIPTION
            | reply::COMMAND_COMPLETE
            | reply::EMPTY_QUERY_RESPONSE
            | reply::NOTICE_RESPONSE
            | reply::NOTIFICATION_RESPONSE
            | reply::PARAMETER_STATUS => {}
            other => return Err(MessageError::Unexpected(char::from(other)).into()),
        }
    }
    match failed {
        Some(error) => Err(QueryError::Server(error)),
        None => Ok(rows),
    }
}

fn read_row(body: &[u8]) -> Result<Row, Malformed> {
    let mut reader = Reader::new(body);
    let count = reader.int16()?;
    let mut row = Vec::with_capacity(usize::try_from(count).map_err(|_| Malformed("negative count"))?);
    for _ in 0..count {
        row.push(match reader.int32()? {
            -1 => None,
            length => {
                let length = usize::try_from(length).map_err(|_| Malformed("negative length"))?;
                Some(reader.bytes(length)?.to_vec())
            }
        });
    }
    reader.end()?;
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_with_checks() {
        let row = read_row(b"\0\x02\0\0\0\x01a\xff\xff\xff\xff").unwrap();
        assert_eq!(row, [Some(b"a".to_vec()), None]);
        assert!(read_row(b"\0\x02\0\0\0\x01a").is_err());
        assert!(read_row(b"\0\x01\0\0\0\x09a").is_err());
        assert!(read_row(b"\0\x01\xff\xff\xff\xfe").is_err());
        assert!(read_row(b"\xff\xff").is_err());
        assert!(read_row(b"\0\0x").is_err());
    }
}
