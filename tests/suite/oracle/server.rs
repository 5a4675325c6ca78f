//! A connection to the server under test that reads the query trees which it prints.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Prints trees to the client and not to the server's log. Only for superusers of a throwaway server.
const SETTINGS: &str = "\
    SET log_min_messages = fatal; SET client_min_messages = log; SET debug_print_rewritten = on; \
    SET debug_pretty_print = off; SET statement_timeout = '20s'";

pub struct Server {
    stream: TcpStream,
    /// `I`, `T` or `E`, as of the last ReadyForQuery.
    pub transaction_status: u8,
}

/// What the server says of a statement at Parse and Describe.
pub struct Described {
    /// The rewritten query tree.
    pub tree: String,
    /// Label, table OID and attribute number of each column.
    pub columns: Vec<(String, u32, i16)>,
}

/// The fields of an error: SQLSTATE and message.
#[derive(Debug)]
pub struct ServerError(pub String, pub String);

impl Server {
    pub fn connect(port: u16, database: &str) -> Server {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        stream
            .set_read_timeout(Some(Duration::from_secs(120)))
            .expect("a read timeout");
        let mut server = Server {
            stream,
            transaction_status: b'I',
        };
        let mut body = 196_608_u32.to_be_bytes().to_vec();
        for word in ["user", "postgres", "database", database, "client_encoding", "UTF8", ""] {
            body.extend_from_slice(word.as_bytes());
            body.push(0);
        }
        server.write(None, &body);
        server.replies().expect("a login");
        server.run(SETTINGS).expect("settings");
        server
    }

    /// Runs statements by the simple protocol; rows are dropped, data for COPY is not given.
    pub fn run(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, ServerError> {
        self.write(Some(b'Q'), &cstring(sql));
        self.replies().map(|replies| replies.rows)
    }

    /// Parses and describes a statement without running it. `None` if it returns no rows.
    pub fn describe(&mut self, sql: &str) -> Result<Option<Described>, ServerError> {
        let mut parse = cstring("");
        parse.extend(cstring(sql));
        parse.extend([0, 0]);
        self.write(Some(b'P'), &parse);
        self.write(Some(b'D'), b"S\0");
        self.write(Some(b'S'), b"");
        let replies = self.replies()?;
        let described = replies.tree.zip(replies.columns);
        Ok(described.map(|(tree, columns)| Described { tree, columns }))
    }

    fn write(&mut self, tag: Option<u8>, body: &[u8]) {
        let mut message: Vec<u8> = tag.into_iter().collect();
        let length = u32::try_from(body.len() + 4).expect("a short message");
        message.extend(length.to_be_bytes());
        message.extend(body);
        self.stream.write_all(&message).expect("the server");
    }

    fn read(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 5];
        self.stream.read_exact(&mut head).expect("the server");
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let mut body = vec![0; length - 4];
        self.stream.read_exact(&mut body).expect("the server");
        (head[0], body)
    }

    fn replies(&mut self) -> Result<Replies, ServerError> {
        let mut replies = Replies::default();
        let mut error = None;
        loop {
            let (tag, body) = self.read();
            match tag {
                b'E' => error = Some(ServerError(field(&body, b'C'), field(&body, b'M'))),
                b'N' if field(&body, b'M').starts_with("rewritten parse tree") => {
                    replies.tree = Some(field(&body, b'D'));
                }
                b'T' => replies.columns = Some(columns(&body)),
                b'D' => replies.rows.push(row(&body)),
                // CopyInResponse: there is no data.
                b'G' => self.write(Some(b'f'), b"no data\0"),
                b'Z' => {
                    self.transaction_status = body[0];
                    return error.map_or(Ok(replies), Err);
                }
                _ => {}
            }
        }
    }
}

#[derive(Default)]
struct Replies {
    tree: Option<String>,
    columns: Option<Vec<(String, u32, i16)>>,
    rows: Vec<Vec<Option<String>>>,
}

fn cstring(text: &str) -> Vec<u8> {
    text.bytes().chain([0]).collect()
}

fn field(body: &[u8], code: u8) -> String {
    let mut fields = body.split(|byte| *byte == 0).filter(|field| !field.is_empty());
    let found = fields.find(|field| field[0] == code);
    found.map_or_else(String::new, |field| String::from_utf8_lossy(&field[1..]).into_owned())
}

fn columns(body: &[u8]) -> Vec<(String, u32, i16)> {
    let mut rest = &body[2..];
    let mut columns = Vec::new();
    while let Some(end) = rest.iter().position(|byte| *byte == 0) {
        let label = String::from_utf8_lossy(&rest[..end]).into_owned();
        let numbers = &rest[end + 1..];
        let table = u32::from_be_bytes([numbers[0], numbers[1], numbers[2], numbers[3]]);
        let attribute = i16::from_be_bytes([numbers[4], numbers[5]]);
        columns.push((label, table, attribute));
        rest = &numbers[18..];
    }
    columns
}

fn row(body: &[u8]) -> Vec<Option<String>> {
    let mut rest = &body[2..];
    let mut row = Vec::new();
    while let Some((head, tail)) = rest.split_at_checked(4) {
        let length = i32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let (value, tail) = tail.split_at(usize::try_from(length).unwrap_or(0));
        row.push((length >= 0).then(|| String::from_utf8_lossy(value).into_owned()));
        rest = tail;
    }
    row
}
