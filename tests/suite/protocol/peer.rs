//! A raw peer: sends the bytes it is told to, and keeps every byte that comes back.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use pgveil::cluster::Cluster;
use pgveil::wire::compose::{self, Target};
use pgveil::wire::error_fields::ErrorFields;
use postgres_protocol::authentication::sasl::{ChannelBinding, ScramSha256};

use crate::harness::{PASSWORD, Proxy, READER};

/// What waits for an answer gives up after this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// One message of the server.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    pub tag: u8,
    pub body: Vec<u8>,
}

impl Message {
    /// The fields of an error or notice.
    pub fn fields(&self) -> ErrorFields {
        ErrorFields::parse(&self.body).expect("fields of an error")
    }

    /// SQLSTATE and text of an error.
    pub fn error(&self) -> (String, String) {
        assert_eq!(self.tag, b'E', "{self:?}");
        let fields = self.fields();
        (fields.sqlstate, String::from_utf8_lossy(&fields.message).into_owned())
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.body[..self.body.len().min(200)];
        write!(out, "{} {}", char::from(self.tag), shown.escape_ascii())
    }
}

/// A connection.
pub struct Peer {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// BackendKeyData, once logged in.
    pub key: Vec<u8>,
}

impl Peer {
    /// Connects and says nothing.
    pub fn connect(port: u16) -> Peer {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("no delay");
        Peer {
            stream,
            buffer: Vec::new(),
            key: Vec::new(),
        }
    }

    /// Logs in to the server itself as the proxy does.
    pub fn direct(cluster: &Cluster, database: &str) -> Peer {
        Peer::log_in(cluster.port(), READER, database, &[])
    }

    /// Logs in to the proxy.
    pub fn through(proxy: &Proxy, database: &str) -> Peer {
        Peer::log_in(proxy.port, READER, database, &[])
    }

    /// Logs in with these parameters more.
    pub fn log_in(port: u16, user: &str, database: &str, parameters: &[(&str, &str)]) -> Peer {
        let mut peer = Peer::connect(port);
        peer.send(&startup(0x0003_0000, user, database, parameters));
        peer.authenticate();
        peer
    }

    /// From the server's first message to ReadyForQuery; returns what came but the authentication itself.
    pub fn authenticate(&mut self) -> Vec<Message> {
        self.try_authenticate()
            .unwrap_or_else(|error| panic!("no login: {error:?}"))
    }

    /// The same, or the error that ends it.
    pub fn try_authenticate(&mut self) -> Result<Vec<Message>, Message> {
        let mut scram = None;
        let mut came = Vec::new();
        loop {
            let message = self.message().expect("a login");
            match (
                message.tag,
                message.body.first_chunk::<4>().map(|kind| u32::from_be_bytes(*kind)),
            ) {
                (b'R', Some(0 | 12)) => {}
                (b'R', Some(10)) => {
                    let client = ScramSha256::new(PASSWORD.as_bytes(), ChannelBinding::unsupported());
                    let mut body = b"SCRAM-SHA-256\0".to_vec();
                    let first = client.message();
                    body.extend_from_slice(&(first.len() as u32).to_be_bytes());
                    body.extend_from_slice(first);
                    self.send(&message_of(b'p', &body));
                    scram = Some(client);
                }
                (b'R', Some(11)) => {
                    let client = scram.as_mut().expect("an exchange");
                    client.update(&message.body[4..]).expect("a challenge");
                    let answer = message_of(b'p', client.message());
                    self.send(&answer);
                }
                (b'K', _) => self.key = message.body,
                (b'Z', _) => return Ok(came),
                (b'E', _) => return Err(message),
                _ => came.push(message),
            }
        }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("bytes to be taken");
    }

    /// Sends bytes of which the other side may not want all.
    pub fn try_send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// Nothing more will be sent.
    pub fn hang_up(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// The next message; none at the end.
    pub fn message(&mut self) -> Option<Message> {
        loop {
            if let Some(head) = self.buffer.first_chunk::<5>() {
                let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
                if self.buffer.len() > length {
                    let frame: Vec<u8> = self.buffer.drain(..=length).collect();
                    return Some(Message {
                        tag: frame[0],
                        body: frame[5..].to_vec(),
                    });
                }
            }
            if !self.fill() {
                return None;
            }
        }
    }

    fn fill(&mut self) -> bool {
        let mut piece = vec![0; 64 << 10];
        match self.stream.read(&mut piece) {
            Ok(0) => false,
            Ok(read) => {
                self.buffer.extend_from_slice(&piece[..read]);
                true
            }
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => false,
            Err(error) => panic!("no answer: {error}; so far: {}", self.buffer.escape_ascii()),
        }
    }

    /// Messages up to ReadyForQuery, or to the end.
    pub fn until_ready(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Some(message) = self.message() {
            let is_ready = message.tag == b'Z';
            messages.push(message);
            if is_ready {
                break;
            }
        }
        messages
    }

    /// Sends a script and gives what comes up to ReadyForQuery.
    pub fn ask(&mut self, script: Script) -> Vec<Message> {
        self.send(&script.bytes);
        self.until_ready()
    }

    /// What a query of one text column shows.
    pub fn values(&mut self, text: &str) -> Vec<String> {
        let messages = self.ask(Script::new().query(text));
        let rows = messages.iter().filter(|message| message.tag == b'D');
        rows.map(|row| String::from_utf8_lossy(&row.body[6..]).into_owned())
            .collect()
    }

    /// Every byte up to the end.
    pub fn until_end(&mut self) -> Vec<u8> {
        while self.fill() {}
        std::mem::take(&mut self.buffer)
    }

    /// Every message up to the end.
    pub fn messages_to_end(&mut self) -> Vec<Message> {
        std::iter::from_fn(|| self.message()).collect()
    }

    /// Reads messages up to ReadyForQuery or the end, of which it keeps little. Nothing may have been read ahead.
    pub fn skim(&mut self, mut see: impl FnMut(Skimmed<'_>)) {
        assert!(self.buffer.is_empty());
        let mut reader = BufReader::with_capacity(256 << 10, &self.stream);
        let mut head = [0; 5];
        let mut body = Vec::new();
        loop {
            match reader.read_exact(&mut head) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
                Err(error) => panic!("no answer: {error}"),
            }
            let bytes = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize - 4;
            let mut left = bytes;
            body.clear();
            while left > 0 {
                if body.len() >= 2 * SKIM_BYTES {
                    body.drain(SKIM_BYTES..body.len() - SKIM_BYTES);
                }
                let piece = reader.fill_buf().expect("the rest of a message");
                assert!(!piece.is_empty(), "the rest of a message");
                let take = left.min(piece.len());
                body.extend_from_slice(&piece[..take]);
                reader.consume(take);
                left -= take;
            }
            see(Skimmed {
                tag: head[0],
                bytes,
                body: &body,
            });
            if head[0] == b'Z' {
                break;
            }
        }
    }

    /// The bare connection, for what is not a message.
    pub fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }
}

/// Bytes of a long message that are kept at its beginning, and at least as many at its end.
const SKIM_BYTES: usize = 4 << 10;

/// A message of any length.
pub struct Skimmed<'a> {
    pub tag: u8,
    /// Of its whole body.
    pub bytes: usize,
    /// Its body, without the middle where it is long.
    pub body: &'a [u8],
}

impl Skimmed<'_> {
    /// Whether `text` stands in what was kept.
    pub fn shows(&self, text: &[u8]) -> bool {
        memchr::memmem::find(self.body, text).is_some()
    }
}

/// One message with this body.
pub fn message_of(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    compose::put_message(&mut out, tag, |out| out.extend_from_slice(body));
    out
}

/// A startup message.
pub fn startup(version: u32, user: &str, database: &str, parameters: &[(&str, &str)]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    for (name, value) in [("user", user), ("database", database)].iter().chain(parameters) {
        compose::put_string(&mut body, name.as_bytes());
        compose::put_string(&mut body, value.as_bytes());
    }
    body.push(0);
    packet(&body)
}

/// A packet without tag, as before login.
pub fn packet(body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 4).to_be_bytes()[..], body].concat()
}

/// Bytes of a client.
#[derive(Clone, Default)]
pub struct Script {
    pub bytes: Vec<u8>,
}

impl Script {
    pub fn new() -> Self {
        Script::default()
    }

    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    pub fn message(self, tag: u8, body: &[u8]) -> Self {
        self.raw(&message_of(tag, body))
    }

    pub fn query(mut self, text: &str) -> Self {
        compose::query(&mut self.bytes, text.as_bytes());
        self
    }

    pub fn parse(mut self, name: &str, text: &str) -> Self {
        compose::parse(&mut self.bytes, name.as_bytes(), text.as_bytes(), &[]);
        self
    }

    pub fn bind(mut self, portal: &str, statement: &str) -> Self {
        compose::bind(&mut self.bytes, portal.as_bytes(), statement.as_bytes(), &[]);
        self
    }

    /// Every result column in binary.
    pub fn bind_binary(mut self, portal: &str, statement: &str) -> Self {
        compose::bind(&mut self.bytes, portal.as_bytes(), statement.as_bytes(), &[1]);
        self
    }

    pub fn describe(mut self, portal: &str) -> Self {
        compose::describe(&mut self.bytes, Target::Portal(portal.as_bytes()));
        self
    }

    pub fn describe_statement(mut self, name: &str) -> Self {
        compose::describe(&mut self.bytes, Target::Statement(name.as_bytes()));
        self
    }

    pub fn execute(self, portal: &str) -> Self {
        self.execute_some(portal, 0)
    }

    /// At most so many rows; 0 for all.
    pub fn execute_some(self, portal: &str, rows: u32) -> Self {
        let mut body = portal.as_bytes().to_vec();
        body.push(0);
        body.extend_from_slice(&rows.to_be_bytes());
        self.message(b'E', &body)
    }

    pub fn close(mut self, target: u8, name: &str) -> Self {
        let named = match target {
            b'S' => Target::Statement(name.as_bytes()),
            _ => Target::Portal(name.as_bytes()),
        };
        compose::close(&mut self.bytes, named);
        self
    }

    pub fn sync(mut self) -> Self {
        compose::sync(&mut self.bytes);
        self
    }

    pub fn flush(self) -> Self {
        self.message(b'H', b"")
    }

    /// Parse, Bind, Describe and Execute of the unnamed.
    pub fn extended(self, text: &str) -> Self {
        self.parse("", text).bind("", "").describe("").execute("")
    }
}
