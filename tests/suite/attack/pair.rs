//! Databases behind proxies that differ in protected values only, and what they answer.

use std::collections::HashMap;
use std::fmt::Write as _;

use pgveil::cluster::Cluster;

use crate::harness::{Proxy, ProxyOptions, for_version, server_version};
use crate::protocol::peer::{Message, Peer, Script};

/// Hexadecimal digits of the mask `hash`.
const HASH_DIGITS: usize = 32;

/// What a server and its proxy are made of.
#[derive(Clone)]
pub struct Making {
    pub database: &'static str,
    /// Statements to run, once for the superuser's own database, once for this one.
    pub before: String,
    /// The schema where nothing is moved, and where protected values are.
    pub schemas: [String; 2],
    pub options: ProxyOptions,
    /// Startup parameters of clients.
    pub parameters: Vec<(&'static str, &'static str)>,
    /// A third server, like the first: what differs between these two tells of the servers, not of values.
    pub has_control: bool,
}

/// Servers that were made alike, down to the OIDs, and a proxy before each.
pub struct Pair {
    making: Making,
    sides: Vec<(Cluster, Proxy)>,
}

/// A session with each.
pub struct Sessions {
    peers: Vec<Peer>,
}

/// What all have answered: the first, the one with moved values, the control.
pub struct Answers {
    pub one: Vec<Message>,
    moved: Vec<Message>,
    control: Option<Vec<Message>>,
}

impl Pair {
    pub fn set(making: Making) -> Pair {
        let [still, moved] = making.schemas.clone();
        let schemas = [still.clone(), moved]
            .into_iter()
            .chain(making.has_control.then_some(still));
        let sides: Vec<_> = schemas
            .map(|schema| {
                let making = making.clone();
                std::thread::spawn(move || side(&making, &schema))
            })
            .collect();
        let sides = sides.into_iter().map(|side| side.join().expect("a server and a proxy"));
        Pair {
            sides: sides.collect(),
            making,
        }
    }

    /// What the servers themselves say.
    pub fn directly(&self, text: &str) -> Vec<String> {
        let ask = |(cluster, _): &(Cluster, Proxy)| cluster.psql(self.making.database, text).expect("an answer");
        self.sides.iter().map(ask).collect()
    }

    /// The servers' major version.
    pub fn server_version(&self) -> u32 {
        server_version(&self.sides[0].0)
    }

    pub fn sessions(&self) -> Sessions {
        let Making {
            database,
            options,
            parameters,
            ..
        } = &self.making;
        let connect = |(_, proxy): &(Cluster, Proxy)| Peer::log_in(proxy.port, &options.role, database, parameters);
        Sessions {
            peers: self.sides.iter().map(connect).collect(),
        }
    }
}

fn side(making: &Making, schema: &str) -> (Cluster, Proxy) {
    let cluster = Cluster::start().expect("a throwaway server");
    cluster.psql("postgres", &making.before).expect("what comes before");
    cluster.createdb(making.database).expect("an empty database");
    let version = server_version(&cluster);
    let schema = for_version(schema, version);
    cluster.psql(making.database, &schema).expect("the schema");
    // The order of hashes is that of nothing, and differs.
    let memoize = (version >= 14).then_some("enable_memoize");
    for setting in ["enable_hashagg", "enable_hashjoin"].into_iter().chain(memoize) {
        let off = format!("ALTER DATABASE {} SET {setting} = off", making.database);
        cluster.psql(making.database, &off).expect("a setting");
    }
    let proxy = Proxy::start_with(&cluster, making.options.clone());
    (cluster, proxy)
}

impl Sessions {
    /// Sends a script to all; what comes up to so many ReadyForQuery, or to the end.
    pub fn ask(&mut self, script: &Script, readies: usize) -> Answers {
        for peer in &mut self.peers {
            peer.try_send(&script.bytes);
        }
        let answer = |peer: &mut Peer| (0..readies).flat_map(|_| peer.until_ready()).collect();
        let mut answers = self.peers.iter_mut().map(answer);
        Answers {
            one: answers.next().expect("a first answer"),
            moved: answers.next().expect("a second answer"),
            control: answers.next(),
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

    /// Whether servers of the same values differ too, so that nothing can be told.
    pub fn is_noise(&self) -> bool {
        self.control
            .as_ref()
            .is_some_and(|control| !are_alike(&self.one, control))
    }

    /// How the answers differ, where they do.
    pub fn difference(&self) -> Option<String> {
        if are_alike(&self.one, &self.moved) {
            return None;
        }
        let at = self
            .one
            .iter()
            .zip(&self.moved)
            .take_while(|(one, moved)| one == moved)
            .count();
        let mut shown = String::new();
        for (name, messages) in [("still", &self.one), ("moved", &self.moved)] {
            let _ = writeln!(
                shown,
                "    {name}, {} messages, from message {}",
                messages.len(),
                at + 1
            );
            for message in messages.iter().skip(at).take(8) {
                let _ = writeln!(shown, "        {message:?}");
            }
        }
        Some(shown)
    }
}

fn are_alike(one: &[Message], other: &[Message]) -> bool {
    let mut names = Names::default();
    let mut pairs = one.iter().zip(other);
    one.len() == other.len() && pairs.all(|(one, other)| one.tag == other.tag && names.same(&one.body, &other.body))
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
