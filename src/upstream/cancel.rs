//! Cancelling what another connection runs (PostgreSQL docs, "Canceling Requests in Progress").

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::connect::{CONNECT_TIMEOUT, ConnectError, open};
use super::messages::MessageError;
use super::url::{SslMode, UpstreamTarget};

/// Request code of CancelRequest.
const CANCEL_REQUEST: i32 = (1234 << 16) | 5678;

/// Asks the server to cancel what the backend with this key is running. Returns when the server has closed the
/// connection, which it does whether or not there was something to cancel. Encrypted as `sslmode` says, since who
/// reads a key can cancel with it.
pub async fn cancel(target: &UpstreamTarget, process_id: i32, secret_key: &[u8]) -> Result<(), ConnectError> {
    let limit = target.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
    match timeout(limit, send(target, process_id, secret_key)).await {
        Ok(sent) => sent,
        Err(_) => Err(ConnectError::Timeout {
            address: target.address(),
            limit,
        }),
    }
}

async fn send(target: &UpstreamTarget, process_id: i32, secret_key: &[u8]) -> Result<(), ConnectError> {
    // `allow` connects in the clear only because the server let it; a cancel key need not follow.
    let mode = match target.ssl_mode {
        SslMode::Allow => SslMode::Prefer,
        mode => mode,
    };
    let mut stream = open(target, mode).await?;
    let request = cancel_request(process_id, secret_key);
    stream.write_all(&request).await.map_err(MessageError::Io)?;
    stream.flush().await.map_err(MessageError::Io)?;
    // The server answers nothing; how it closes, TLS alert or not, says nothing either.
    let _ = stream.read_u8().await;
    Ok(())
}

fn cancel_request(process_id: i32, secret_key: &[u8]) -> Vec<u8> {
    let length = u32::try_from(12 + secret_key.len()).unwrap_or(u32::MAX);
    let head = [
        length.to_be_bytes(),
        CANCEL_REQUEST.to_be_bytes(),
        process_id.to_be_bytes(),
    ];
    [head.as_flattened(), secret_key].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancel_request_of_protocol_3_0_has_sixteen_bytes() {
        let request = cancel_request(258, &[9, 8, 7, 6]);
        assert_eq!(request, [0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 1, 2, 9, 8, 7, 6]);
    }
}
