//! Frames: one tag byte, a big-endian length that counts itself, a body.

use thiserror::Error;

/// Bytes before the body: tag and length.
pub const HEADER_BYTES: usize = 5;

/// A frame whose length cannot be true.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    /// The length field counts itself, so it is at least 4.
    #[error("message {tag:?} with impossible length {length}")]
    ImpossibleLength {
        /// The tag, as a character for the message.
        tag: char,
        /// The length as sent.
        length: i32,
    },
}

/// The head of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Tag byte.
    pub tag: u8,
    /// Bytes of the body that follow the header; up to 2 GiB.
    pub body_bytes: usize,
}

impl Header {
    /// Bytes of the whole frame.
    pub fn frame_bytes(self) -> usize {
        HEADER_BYTES + self.body_bytes
    }
}

/// Reads the header at the start of `bytes`; `None` if there are too few bytes yet.
pub fn header(bytes: &[u8]) -> Result<Option<Header>, FrameError> {
    let Some(head) = bytes.first_chunk::<HEADER_BYTES>() else {
        return Ok(None);
    };
    let length = i32::from_be_bytes([head[1], head[2], head[3], head[4]]);
    match usize::try_from(length).ok().and_then(|length| length.checked_sub(4)) {
        Some(body_bytes) => Ok(Some(Header {
            tag: head[0],
            body_bytes,
        })),
        None => Err(FrameError::ImpossibleLength {
            tag: char::from(head[0]),
            length,
        }),
    }
}

/// Starts a frame in `out`; pass what it returns to [`finish`] once the body is written.
pub fn start(out: &mut Vec<u8>, tag: u8) -> usize {
    let at = out.len();
    out.extend_from_slice(&[tag, 0, 0, 0, 0]);
    at
}

/// Writes the length of the frame that [`start`] began at `at`.
pub fn finish(out: &mut [u8], at: usize) {
    let length = u32::try_from(out.len() - at - 1).unwrap_or(u32::MAX);
    out[at + 1..at + HEADER_BYTES].copy_from_slice(&length.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_needs_five_bytes() {
        assert_eq!(header(b"Q\0\0\0"), Ok(None));
        assert_eq!(
            header(b"Q\0\0\0\x04"),
            Ok(Some(Header {
                tag: b'Q',
                body_bytes: 0
            }))
        );
    }

    #[test]
    fn lengths_that_lie_are_errors() {
        assert!(header(b"Q\0\0\0\x03").is_err());
        assert!(header(b"Q\xff\xff\xff\xff").is_err());
    }

    #[test]
    fn start_and_finish_agree_with_header() {
        let mut out = b"before".to_vec();
        let at = start(&mut out, b'D');
        out.extend_from_slice(b"body");
        finish(&mut out, at);
        assert_eq!(
            header(&out[at..]),
            Ok(Some(Header {
                tag: b'D',
                body_bytes: 4
            }))
        );
    }
}
