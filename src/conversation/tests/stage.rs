//! A conversation with nobody at either end, and short forms of the messages.

use std::sync::{Arc, OnceLock};

use crate::catalog::{Snapshot, SnapshotBuilder};
use crate::config::Policy;
use crate::conversation::{Begun, BindFate, Conversation, Ended, NotWritten, StatementLog, Violation};
use crate::mask::Keys;
use crate::plan::{Basis, Planner, PlannerMode, Verdict};
use crate::rules::RuleSet;
use crate::wire::compose::{self, Target};
use crate::wire::error_fields::ErrorFields;
use crate::wire::frame;
use crate::wire::read::Reader;

pub const TEXT: u32 = 25;

const RULES: &str = r#"
[[rule]]
columns = ["public.customer.email"]
mask = { kind = "fixed", value = "masked" }
"#;

/// `customer (id, email, city)`, of which email is protected, and `city (name)`.
pub fn snapshot(generation: u64) -> SnapshotBuilder {
    SnapshotBuilder::new()
        .generation(generation)
        .table(
            "public.customer",
            &[("id", "int4"), ("email", "text"), ("city", "text")],
        )
        .table("public.city", &[("name", "text")])
}

pub fn planner_of(snapshot: Snapshot, rules: &str) -> Arc<Planner> {
    let policy = Policy::default();
    let keys = Keys::from_content(&[7; 32]).expect("a key");
    let rules = RuleSet::parse("rules.toml", rules).unwrap_or_else(|problems| panic!("{problems:?}"));
    let resolved = rules
        .resolve(&snapshot, &keys, &policy)
        .unwrap_or_else(|problems| panic!("{problems:?}"));
    let basis = Basis::new(snapshot, resolved.treatments);
    Arc::new(Planner::new(basis, PlannerMode::Guarded, policy))
}

pub fn planner() -> Arc<Planner> {
    static PLANNER: OnceLock<Arc<Planner>> = OnceLock::new();
    PLANNER.get_or_init(|| planner_of(snapshot(1).build(), RULES)).clone()
}

/// OID of a relation in [`snapshot`].
pub fn oid(name: &str) -> u32 {
    planner().basis().snapshot.candidates(Some("public"), name)[0].oid
}

/// A log in memory: one line a record.
#[derive(Default)]
pub struct Log {
    pub lines: Vec<String>,
    pub is_full: bool,
}

impl StatementLog for Log {
    fn begin(&mut self, begun: &Begun<'_>) -> Result<(), NotWritten> {
        if self.is_full {
            return Err(NotWritten);
        }
        let verdict = match (&begun.plan.verdict, &begun.shown.verdict) {
            (Verdict::Refuse(refusal) | Verdict::Probe(refusal), _) => refusal.reason.name(),
            (Verdict::Pass, Verdict::Pass) => "pass",
            _ => "mask",
        };
        self.lines
            .push(format!("{} {verdict}: {}", begun.statement, begun.plan.log_text));
        Ok(())
    }

    fn end(&mut self, ended: Ended) {
        let state = ended
            .sqlstate
            .map_or("ok".into(), |state| String::from_utf8_lossy(&state).into_owned());
        self.lines.push(format!("{} {state} {}", ended.statement, ended.rows));
    }

    fn alarm(&mut self, _: Option<u64>, name: &'static str, _: &str) {
        self.lines.push(format!("alarm {name}"));
    }
}

pub struct Stage {
    pub conversation: Conversation<Log>,
}

impl Stage {
    pub fn new() -> Self {
        Stage {
            conversation: Conversation::new(planner(), Log::default()),
        }
    }

    pub fn with(planner: Arc<Planner>) -> Self {
        Stage {
            conversation: Conversation::new(planner, Log::default()),
        }
    }

    /// The log so far, which starts anew.
    pub fn log(&mut self) -> Vec<String> {
        std::mem::take(&mut self.conversation.log().lines)
    }

    pub fn query(&mut self, text: &str) -> Vec<String> {
        let mut frame = Vec::new();
        compose::query(&mut frame, text.as_bytes());
        let planned = self.conversation.planner().plan(text);
        self.sent(|conversation, out| conversation.query(&frame, text, &planned, out))
    }

    pub fn parse(&mut self, name: &str, text: &str) -> Vec<String> {
        let mut frame = Vec::new();
        compose::parse(&mut frame, name.as_bytes(), text.as_bytes(), &[]);
        let planned = self.conversation.planner().plan(text);
        self.sent(|conversation, out| conversation.parse(&frame, name.as_bytes(), text, &planned, out))
    }

    pub fn bind(&mut self, portal: &str, statement: &str) -> Vec<String> {
        let mut frame = Vec::new();
        compose::bind(&mut frame, portal.as_bytes(), statement.as_bytes(), &[]);
        self.sent(|conversation, out| {
            let body = Some(&frame[frame::HEADER_BYTES..]);
            if conversation.bind(portal.as_bytes(), statement.as_bytes(), body, out) == BindFate::Forward {
                out.extend_from_slice(&frame);
            }
        })
    }

    pub fn describe(&mut self, portal: &str) -> Vec<String> {
        let mut frame = Vec::new();
        compose::describe(&mut frame, Target::Portal(portal.as_bytes()));
        self.sent(|conversation, out| conversation.describe(&frame, b'P', portal.as_bytes(), out))
    }

    pub fn execute(&mut self, portal: &str) -> Vec<String> {
        let mut frame = Vec::new();
        compose::put_message(&mut frame, b'E', |out| {
            compose::put_string(out, portal.as_bytes());
            out.extend_from_slice(&[0; 4]);
        });
        self.sent(|conversation, out| conversation.execute(&frame, portal.as_bytes(), out))
    }

    pub fn close(&mut self, target: u8, name: &str) -> Vec<String> {
        let mut frame = Vec::new();
        let named = match target {
            b'S' => Target::Statement(name.as_bytes()),
            _ => Target::Portal(name.as_bytes()),
        };
        compose::close(&mut frame, named);
        self.sent(|conversation, out| conversation.close(&frame, target, name.as_bytes(), out))
    }

    pub fn sync(&mut self) -> Vec<String> {
        let mut frame = Vec::new();
        compose::sync(&mut frame);
        self.sent(|conversation, out| conversation.sync(&frame, out))
    }

    /// Whether it is sent on.
    pub fn function_call(&mut self, function: u32) -> bool {
        self.conversation
            .function_call(&function.to_be_bytes(), &mut Vec::new())
            .expect("a body that can be read")
    }

    fn sent(&mut self, send: impl FnOnce(&mut Conversation<Log>, &mut Vec<u8>)) -> Vec<String> {
        let mut out = Vec::new();
        send(&mut self.conversation, &mut out);
        frames(&out).map(|(tag, frame)| request_line(tag, frame)).collect()
    }

    /// What the client sees of these replies.
    pub fn replies(&mut self, replies: &[Vec<u8>]) -> Result<Vec<String>, Violation> {
        let mut out = Vec::new();
        for reply in replies {
            self.conversation.reply(reply[0], reply, &mut out)?;
        }
        Ok(frames(&out).map(|(tag, frame)| reply_line(tag, frame)).collect())
    }

    /// The same where nothing is wrong.
    #[track_caller]
    pub fn seen(&mut self, replies: &[Vec<u8>]) -> Vec<String> {
        self.replies(replies).expect("replies that fit")
    }

    /// Why the session ends with the last of these replies.
    #[track_caller]
    pub fn violation(&mut self, replies: &[Vec<u8>]) -> String {
        let violation = self.replies(replies).expect_err("a violation");
        violation.to_string()
    }
}

fn frames(mut bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let header = frame::header(bytes).expect("a header")?;
        let (frame, rest) = bytes.split_at(header.frame_bytes());
        bytes = rest;
        Some((header.tag, &frame[frame::HEADER_BYTES..]))
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `Query text`, `Parse name: text`, `Bind portal: statement`, `Describe P name`…
fn request_line(tag: u8, body: &[u8]) -> String {
    let mut reader = Reader::new(body);
    let mut string = || text(reader.string().expect("a string"));
    match tag {
        b'Q' => format!("Query {}", string()),
        b'P' => format!("Parse {}: {}", string(), string()),
        b'B' => format!("Bind {}: {}", string(), string()),
        b'E' => format!("Execute {}", string()),
        b'D' => format!("Describe {}", string()),
        b'C' => format!("Close {}", string()),
        b'S' => "Sync".into(),
        other => format!("{} {}", char::from(other), text(body)),
    }
}

/// `T label,label`, `D value|value`, `C tag`, `E sqlstate text`, `Z status`, and for others their letter alone.
fn reply_line(tag: u8, body: &[u8]) -> String {
    let mut reader = Reader::new(body);
    match tag {
        b'T' => {
            let fields = crate::wire::row::description(body).expect("a description");
            let labels: Vec<String> = fields.iter().map(|field| text(field.label)).collect();
            format!("T {}", labels.join(","))
        }
        b'D' => {
            let count = reader.int16().expect("a count");
            let mut field = || match usize::try_from(reader.int32().expect("a length")) {
                Ok(length) => text(reader.bytes(length).expect("a value")),
                Err(_) => "NULL".into(),
            };
            let fields: Vec<String> = (0..count).map(|_| field()).collect();
            format!("D {}", fields.join("|"))
        }
        b'C' => format!("C {}", text(reader.string().expect("a tag"))),
        b'E' | b'N' => {
            let fields = ErrorFields::parse(body).expect("fields");
            format!("{} {} {}", char::from(tag), fields.sqlstate, text(&fields.message))
        }
        b'Z' | b'd' => format!("{} {}", char::from(tag), text(body)),
        other => char::from(other).to_string(),
    }
}

fn reply(tag: u8, body: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    compose::put_message(&mut out, tag, body);
    out
}

pub fn bare(tag: u8) -> Vec<u8> {
    reply(tag, |_| {})
}

pub fn parsed() -> Vec<u8> {
    bare(b'1')
}

pub fn bound() -> Vec<u8> {
    bare(b'2')
}

pub fn closed() -> Vec<u8> {
    bare(b'3')
}

pub fn no_data() -> Vec<u8> {
    bare(b'n')
}

pub fn suspended() -> Vec<u8> {
    bare(b's')
}

/// RowDescription of one text column.
pub fn described(label: &str, table: u32, attribute: i16) -> Vec<u8> {
    describes(&[(label, table, attribute)])
}

/// RowDescription of text columns.
pub fn describes(fields: &[(&str, u32, i16)]) -> Vec<u8> {
    reply(b'T', |out| {
        out.extend_from_slice(&(fields.len() as i16).to_be_bytes());
        for (label, table, attribute) in fields {
            compose::put_string(out, label.as_bytes());
            out.extend_from_slice(&table.to_be_bytes());
            out.extend_from_slice(&attribute.to_be_bytes());
            out.extend_from_slice(&TEXT.to_be_bytes());
            out.extend_from_slice(&[0; 8]);
        }
    })
}

pub fn row(values: &[&str]) -> Vec<u8> {
    reply(b'D', |out| {
        out.extend_from_slice(&(values.len() as i16).to_be_bytes());
        for value in values {
            out.extend_from_slice(&(value.len() as i32).to_be_bytes());
            out.extend_from_slice(value.as_bytes());
        }
    })
}

pub fn complete(tag: &str) -> Vec<u8> {
    reply(b'C', |out| compose::put_string(out, tag.as_bytes()))
}

pub fn ready(status: u8) -> Vec<u8> {
    reply(b'Z', |out| out.push(status))
}

pub fn error(sqlstate: &str, message: &str) -> Vec<u8> {
    let mut out = Vec::new();
    compose::error_response(&mut out, &ErrorFields::error(sqlstate, message));
    out
}

/// What the server says to the statement that stands in for a refused one.
pub fn failing() -> Vec<u8> {
    error("42703", "column \"pgveil refused this statement\" does not exist")
}

pub fn notice(message: &str) -> Vec<u8> {
    let mut out = Vec::new();
    compose::notice_response(&mut out, &ErrorFields::error("00000", message));
    out
}

pub fn copy_out(columns: i16) -> Vec<u8> {
    reply(b'H', |out| {
        out.push(0);
        out.extend_from_slice(&columns.to_be_bytes());
        out.extend((0..columns).flat_map(|_| [0, 0]));
    })
}

pub fn copy_data(data: &str) -> Vec<u8> {
    reply(b'd', |out| out.extend_from_slice(data.as_bytes()))
}

pub fn status(name: &str, value: &str) -> Vec<u8> {
    let mut out = Vec::new();
    compose::parameter_status(&mut out, name, value);
    out
}
