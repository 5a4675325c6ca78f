//! A client on a bare socket that keeps every byte it receives.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use postgres_protocol::authentication::sasl::{ChannelBinding, ScramSha256};

use crate::harness::PASSWORD;

/// A logged-in session.
pub struct Peer {
    stream: TcpStream,
    /// Everything that came in since the login began.
    pub received: Vec<u8>,
    /// Where in `received` the next message begins.
    read_to: usize,
}

/// One message of the server.
#[derive(Clone, Debug)]
pub struct Message {
    pub tag: u8,
    pub body: Vec<u8>,
}

/// What came back up to ReadyForQuery, or up to the end of the session.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub messages: Vec<Message>,
    /// The session ended.
    pub is_closed: bool,
}

/// A field of a row: NULL or its bytes.
pub type Cell = Option<Vec<u8>>;

impl Peer {
    /// Logs in; `options` is the startup parameter of this name.
    pub fn connect(port: u16, role: &str, database: &str, options: &str) -> Peer {
        let (mut peer, reply) = Peer::start(port, role, database, &[("options", options)]);
        assert!(reply.error().is_none(), "login: {:?}", reply.error());
        peer.forget();
        peer
    }

    /// Drops what was received so far.
    pub fn forget(&mut self) {
        self.received.drain(..self.read_to);
        self.read_to = 0;
    }

    /// Sends a startup message and logs in, if let.
    pub fn start(port: u16, role: &str, database: &str, parameters: &[(&str, &str)]) -> (Peer, Reply) {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("a timeout");
        let mut peer = Peer {
            stream,
            received: Vec::new(),
            read_to: 0,
        };
        let mut body = 196_608_i32.to_be_bytes().to_vec();
        for (name, value) in [("user", role), ("database", database)].iter().chain(parameters) {
            body.extend([name.as_bytes(), b"\0", value.as_bytes(), b"\0"].concat());
        }
        body.push(0);
        let length = i32::try_from(body.len() + 4).expect("a short startup message");
        peer.send(&[&length.to_be_bytes(), body.as_slice()].concat());
        let reply = peer.log_in();
        (peer, reply)
    }

    fn log_in(&mut self) -> Reply {
        let mut scram = ScramSha256::new(PASSWORD.as_bytes(), ChannelBinding::unsupported());
        let mut reply = Reply::default();
        while let Some(message) = self.next() {
            let kind = message.body.first_chunk().map_or(0, |kind| i32::from_be_bytes(*kind));
            match (message.tag, kind) {
                (b'R', 10) => {
                    let first = scram.message().to_vec();
                    let length = i32::try_from(first.len()).expect("a short message");
                    let body = [b"SCRAM-SHA-256\0".as_slice(), &length.to_be_bytes(), &first].concat();
                    self.send(&framed(b'p', &body));
                }
                (b'R', 11) => {
                    scram.update(&message.body[4..]).expect("the server's first message");
                    self.send(&framed(b'p', scram.message()));
                }
                (b'Z', _) => return reply,
                _ => {}
            }
            reply.messages.push(message);
        }
        reply.is_closed = true;
        reply
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) {
        // A peer that hung up shows when reading.
        let _ = self.stream.write_all(bytes);
    }

    /// The next message; `None` at the end of the session.
    pub fn next(&mut self) -> Option<Message> {
        loop {
            let pending = &self.received[self.read_to..];
            if let (Some(tag), Some(length)) = (pending.first(), pending.get(1..5)) {
                let length = u32::from_be_bytes(length.try_into().expect("four bytes")) as usize;
                if let Some(body) = pending.get(5..=length) {
                    let message = Message {
                        tag: *tag,
                        body: body.to_vec(),
                    };
                    self.read_to += length + 1;
                    return Some(message);
                }
            }
            let mut buffer = [0; 64 * 1024];
            match self.stream.read(&mut buffer) {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.received.extend_from_slice(&buffer[..count]),
            }
        }
    }

    /// Sends messages of which the last makes the server say ReadyForQuery, and reads up to that.
    pub fn exchange(&mut self, bytes: &[u8]) -> Reply {
        self.send(bytes);
        let mut reply = Reply::default();
        while let Some(message) = self.next() {
            let is_last = message.tag == b'Z';
            reply.messages.push(message);
            if is_last {
                return reply;
            }
        }
        reply.is_closed = true;
        reply
    }

    /// Runs a text by the simple protocol.
    pub fn query(&mut self, sql: &str) -> Reply {
        self.exchange(&query(sql))
    }

    /// Runs one statement by the extended protocol, with results in text (0) or binary (1).
    pub fn extended(&mut self, sql: &str, format: i16) -> Reply {
        let messages = [
            parse("", sql),
            bind("", "", &[], format),
            describe(b'P', ""),
            execute("", 0),
            sync(),
        ];
        self.exchange(&messages.concat())
    }
}

impl Reply {
    /// The bodies of all messages with this tag.
    pub fn bodies(&self, tag: u8) -> impl Iterator<Item = &[u8]> {
        let matching = self.messages.iter().filter(move |message| message.tag == tag);
        matching.map(|message| message.body.as_slice())
    }

    /// A field of the first error.
    pub fn error_field(&self, code: u8) -> Option<String> {
        let body = self.bodies(b'E').next()?;
        let mut fields = body.split(|byte| *byte == 0).filter(|field| !field.is_empty());
        let found = fields.find(|field| field[0] == code)?;
        Some(String::from_utf8_lossy(&found[1..]).into_owned())
    }

    /// SQLSTATE, message and detail of the first error.
    pub fn error(&self) -> Option<String> {
        let sqlstate = self.error_field(b'C')?;
        let text = |code| self.error_field(code).unwrap_or_default();
        Some(format!("{sqlstate} {} ({})", text(b'M'), text(b'D')))
    }

    /// Transaction status at the end.
    pub fn status(&self) -> Option<u8> {
        self.bodies(b'Z').last().and_then(|body| body.first().copied())
    }

    /// The rows of all results.
    pub fn rows(&self) -> Vec<Vec<Cell>> {
        self.bodies(b'D').map(|body| cells(&body[2..])).collect()
    }

    /// The labels of the last described result.
    pub fn labels(&self) -> Vec<String> {
        let Some(body) = self.bodies(b'T').last() else {
            return Vec::new();
        };
        let mut labels = Vec::new();
        let mut rest = &body[2..];
        while let Some(end) = rest.iter().position(|byte| *byte == 0) {
            labels.push(String::from_utf8_lossy(&rest[..end]).into_owned());
            rest = rest.get(end + 19..).unwrap_or_default();
        }
        labels
    }

    /// COPY data as one stream.
    pub fn copied(&self) -> Vec<u8> {
        self.bodies(b'd').collect::<Vec<_>>().concat()
    }
}

fn cells(mut rest: &[u8]) -> Vec<Cell> {
    let mut cells = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(i32::from_be_bytes(*length)).ok();
        let (cell, after) = after.split_at(length.unwrap_or(0));
        cells.push(length.map(|_| cell.to_vec()));
        rest = after;
    }
    cells
}

/// A message with tag and length.
pub fn framed(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = i32::try_from(body.len() + 4).expect("a short message");
    [&[tag], length.to_be_bytes().as_slice(), body].concat()
}

/// Query.
pub fn query(sql: &str) -> Vec<u8> {
    framed(b'Q', &[sql.as_bytes(), b"\0"].concat())
}

/// Parse, with no parameter types.
pub fn parse(name: &str, sql: &str) -> Vec<u8> {
    framed(b'P', &[name.as_bytes(), b"\0", sql.as_bytes(), b"\0\0\0"].concat())
}

/// Bind, with text parameters and one format for all results.
pub fn bind(portal: &str, statement: &str, parameters: &[&str], format: i16) -> Vec<u8> {
    let mut body = [portal.as_bytes(), b"\0", statement.as_bytes(), b"\0\0\0"].concat();
    body.extend(i16::try_from(parameters.len()).expect("few parameters").to_be_bytes());
    for parameter in parameters {
        body.extend(i32::try_from(parameter.len()).expect("short").to_be_bytes());
        body.extend_from_slice(parameter.as_bytes());
    }
    body.extend(1_i16.to_be_bytes());
    body.extend(format.to_be_bytes());
    framed(b'B', &body)
}

/// Describe of a statement (`S`) or portal (`P`).
pub fn describe(target: u8, name: &str) -> Vec<u8> {
    framed(b'D', &[&[target], name.as_bytes(), b"\0"].concat())
}

/// Execute, of at most so many rows; 0 for all.
pub fn execute(portal: &str, rows_max: i32) -> Vec<u8> {
    framed(
        b'E',
        &[portal.as_bytes(), b"\0", rows_max.to_be_bytes().as_slice()].concat(),
    )
}

/// Close of a statement (`S`) or portal (`P`).
pub fn close(target: u8, name: &str) -> Vec<u8> {
    framed(b'C', &[&[target], name.as_bytes(), b"\0"].concat())
}

/// Sync.
pub fn sync() -> Vec<u8> {
    framed(b'S', b"")
}
