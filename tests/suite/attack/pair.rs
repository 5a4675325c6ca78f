//! Two databases behind two proxies, and what they answer.

use std::collections::HashMap;
use std::fmt::Write as _;

use pgveil::cluster::Cluster;

use crate::harness::{Proxy, READER};
use crate::protocol::peer::{Message, Peer, Script};

/// What tells the two servers apart: whether protected values are moved.
const MOVED: [&str; 2] = ["false", "true"];
const DATABASE: &str = "attack";
/// Hexadecimal digits of the mask `hash`.
const HASH_DIGITS: usize = 32;

/// Two servers that were made alike, down to the OIDs, and a proxy before each.
pub struct Pair {
    sides: [(Cluster, Proxy); 2],
}

/// A session with each.
pub struct Sessions {
    peers: [Peer; 2],
}

/// What both have answered.
pub struct Answers {
    pub one: Vec<Message>,
    two: Vec<Message>,
}

impl Pair {
    pub fn set() -> Pair {
        let sides = MOVED.map(|moved| std::thread::spawn(move || side(moved)));
        Pair {
            sides: sides.map(|side| side.join().expect("a server and a proxy")),
        }
    }

    pub fn sessions(&self) -> Sessions {
        Sessions {
            peers: [0, 1].map(|side| Peer::through(&self.sides[side].1, DATABASE)),
        }
    }
}

fn side(moved: &str) -> (Cluster, Proxy) {
    let cluster = Cluster::start().expect("a throwaway server");
    let role = format!("CREATE ROLE {READER} LOGIN");
    cluster.psql("postgres", &role).expect("the reader's role");
    cluster.createdb(DATABASE).expect("an empty database");
    let schema = include_str!("schema.sql").replace("IS_MOVED", moved);
    cluster.psql(DATABASE, &schema).expect("the schema");
    let proxy = Proxy::start(&cluster, include_str!("rules.toml"));
    (cluster, proxy)
}

impl Sessions {
    /// Sends a script to both; what comes up to so many ReadyForQuery, or to the end.
    pub fn ask(&mut self, script: &Script, readies: usize) -> Answers {
        let [one, two] = &mut self.peers;
        let ask = |peer: &mut Peer| {
            peer.try_send(&script.bytes);
            (0..readies).flat_map(|_| peer.until_ready()).collect()
        };
        Answers {
            one: ask(one),
            two: ask(two),
        }
    }
}

impl Answers {
    /// Whether the session has ended.
    pub fn is_closed(&self) -> bool {
        self.one.last().is_none_or(|last| last.tag != b'Z')
    }

    /// The SQLSTATE of the first error.
    pub fn sqlstate(&self) -> Option<String> {
        let error = self.one.iter().find(|message| message.tag == b'E');
        error.map(|error| error.fields().sqlstate)
    }

    /// pgveil's reason for the first refusal.
    pub fn refusal(&self) -> Option<String> {
        let fields = self.one.iter().find(|message| message.tag == b'E')?.fields();
        let detail = String::from_utf8_lossy(&fields.detail?).into_owned();
        Some(
            detail
                .strip_prefix("Refused by pgveil: ")?
                .trim_end_matches('.')
                .to_owned(),
        )
    }

    /// How the two differ, where they do.
    pub fn difference(&self) -> Option<String> {
        let mut names = Names::default();
        let alike = self.one.len() == self.two.len()
            && self
                .one
                .iter()
                .zip(&self.two)
                .all(|(one, two)| one.tag == two.tag && names.same(&one.body, &two.body));
        if alike {
            return None;
        }
        let mut shown = String::new();
        for (moved, messages) in MOVED.iter().zip([&self.one, &self.two]) {
            let _ = writeln!(shown, "    moved: {moved}");
            for message in messages.iter().take(24) {
                let _ = writeln!(shown, "        {message:?}");
            }
        }
        Some(shown)
    }
}

/// Hashes of one database and what stands for them in the other: one for one.
#[derive(Default)]
struct Names {
    there: HashMap<Vec<u8>, Vec<u8>>,
    back: HashMap<Vec<u8>, Vec<u8>>,
}

impl Names {
    /// Whether two bodies are the same but for hashes.
    fn same(&mut self, one: &[u8], two: &[u8]) -> bool {
        if one == two {
            return true;
        }
        if one.len() != two.len() {
            return false;
        }
        let mut at = 0;
        while at < one.len() {
            let hashes = [one, two].map(|body| body.get(at..at + HASH_DIGITS).filter(|part| is_hash(part)));
            if let [Some(one), Some(two)] = hashes {
                let to = self.there.entry(one.to_vec()).or_insert_with(|| two.to_vec());
                let from = self.back.entry(two.to_vec()).or_insert_with(|| one.to_vec());
                if to != two || from != one {
                    return false;
                }
                at += HASH_DIGITS;
            } else if one[at] == two[at] {
                at += 1;
            } else {
                return false;
            }
        }
        true
    }
}

fn is_hash(part: &[u8]) -> bool {
    part.iter()
        .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte))
}
