//! Classes of functions: what a call may do with its arguments.
//!
//! The data is for people to review: `rules/functions.txt` for the server's own, and a file in `rules/extensions` for
//! each extension that is known. A function that they do not name is [`Class::Opaque`].

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a function does with its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Computed from the arguments; no value of them makes it fail.
    Pure,
    /// Computed from the arguments; fails on some values of them. See [`Behaviour::fails_by`].
    Fallible,
    /// The result is one of the values of the first argument, or NULL (`lag`, `lead`: or the third argument).
    Picking,
    /// The result says how many values are not NULL.
    Counting,
    /// Tells of server, session or catalog; harmless with clean arguments.
    System,
    /// Reads by name, has side effects, or is not known.
    Opaque,
}

/// What a call may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behaviour {
    /// Its class.
    pub class: Class,
    /// The arguments by whose values alone it cannot fail, as bits.
    total_in: u32,
}

impl Behaviour {
    /// Nothing is known of it.
    pub const OPAQUE: Behaviour = Behaviour::of(Class::Opaque);

    /// Of this class, and failing by any argument if by one.
    pub const fn of(class: Class) -> Behaviour {
        let total_in = match class {
            Class::Pure | Class::Picking | Class::Counting => u32::MAX,
            Class::Fallible | Class::System | Class::Opaque => 0,
        };
        Behaviour { class, total_in }
    }

    /// Whether the value of this argument (counted from 0) can make a call fail. Of variadic functions, any counts.
    pub fn fails_by(self, argument: usize) -> bool {
        let is_total = self.total_in == u32::MAX || argument < 32 && self.total_in & (1 << argument) != 0;
        !is_total
    }

    /// What a call does that may mean the one function or the other.
    #[must_use]
    pub fn or(self, other: Behaviour) -> Behaviour {
        let class = if self.class == other.class {
            self.class
        } else {
            let mut worst = [Class::Opaque, Class::System, Class::Fallible].into_iter();
            worst
                .find(|class| [self.class, other.class].contains(class))
                .unwrap_or(Class::Pure)
        };
        Behaviour {
            class,
            total_in: self.total_in & other.total_in,
        }
    }
}

/// One data file: by name, and for some by name and number of arguments.
#[derive(Debug, Default)]
struct Classes {
    by_name: HashMap<&'static str, Behaviour>,
    by_arity: HashMap<(&'static str, usize), Behaviour>,
}

static BUILTIN: LazyLock<Classes> = LazyLock::new(|| Classes::read(include_str!("../../rules/functions.txt")));

macro_rules! extensions {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!("../../rules/extensions/", $name, ".txt")))),*] };
}

/// The extensions that are known, each with its data file.
const EXTENSION_FILES: &[(&str, &str)] = extensions! {
    "address_standardizer" "btree_gin" "btree_gist" "citext" "cube" "earthdistance" "fuzzystrmatch" "hstore" "intagg"
    "intarray" "isn" "lo" "ltree" "pg_stat_statements" "pg_trgm" "pgcrypto" "postgis" "seg" "sslinfo" "tablefunc"
    "unaccent" "uuid-ossp" "xml2"
};

static EXTENSIONS: LazyLock<HashMap<&'static str, Classes>> = LazyLock::new(|| {
    let files = EXTENSION_FILES.iter();
    files.map(|(name, text)| (*name, Classes::read(text))).collect()
});

/// The class of the functions of this name in pg_catalog, the worst where they differ.
pub fn class(name: &str) -> Class {
    BUILTIN.by_name.get(name).map_or(Class::Opaque, |found| found.class)
}

/// What the functions of this name in pg_catalog do with so many arguments.
pub fn builtin(name: &str, arguments: usize) -> Behaviour {
    BUILTIN.behaviour(name, arguments)
}

/// What the functions of this name do that belong to this extension, with so many arguments.
pub fn of_extension(extension: &str, name: &str, arguments: usize) -> Behaviour {
    let classes = EXTENSIONS.get(extension);
    classes.map_or(Behaviour::OPAQUE, |classes| classes.behaviour(name, arguments))
}

/// Whether the data file names it, be it as opaque.
pub fn is_listed(name: &str) -> bool {
    BUILTIN.by_name.contains_key(name)
}

/// Whether the extension's data file names it, be it as opaque.
pub fn is_listed_of(extension: &str, name: &str) -> bool {
    let classes = EXTENSIONS.get(extension);
    classes.is_some_and(|classes| classes.by_name.contains_key(name))
}

/// Names of the functions that the data file of an extension names; none if there is no such file.
pub fn listed_of(extension: &str) -> impl Iterator<Item = &'static str> {
    let classes = EXTENSIONS.get(extension).into_iter();
    classes.flat_map(|classes| classes.by_name.keys().copied())
}

/// Names of all functions that the data file names.
pub fn listed() -> impl Iterator<Item = &'static str> {
    BUILTIN.by_name.keys().copied()
}

/// The extensions that have a data file.
pub fn extensions() -> impl Iterator<Item = &'static str> {
    EXTENSION_FILES.iter().map(|(name, _)| *name)
}

/// Whether it reads or writes large objects: the large object policy decides, not the class.
pub fn is_large_object(name: &str) -> bool {
    matches!(name, "loread" | "lowrite") || name.starts_with("lo_")
}

/// Whether it only reads large objects.
pub fn reads_large_objects(name: &str) -> bool {
    matches!(
        name,
        "lo_open" | "loread" | "lo_close" | "lo_get" | "lo_lseek" | "lo_lseek64" | "lo_tell" | "lo_tell64"
    )
}

impl Classes {
    /// Reads a data file. Lines that do not fit name nothing, so that their functions are opaque; a test finds them.
    fn read(text: &'static str) -> Classes {
        let mut found = Classes::default();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let Some(class) = words.next().and_then(class_named) else {
                continue;
            };
            for word in words {
                let (name, total) = word.split_once('/').unwrap_or((word, ""));
                let total = total.split(',').filter_map(|digits| digits.parse::<u32>().ok());
                let total_in = total
                    .filter(|argument| *argument < 32)
                    .fold(0, |bits, at| bits | 1 << at);
                let mut behaviour = Behaviour::of(class);
                behaviour.total_in |= total_in;
                match name.strip_suffix(')').and_then(|name| name.split_once('(')) {
                    None => drop(found.by_name.insert(name, behaviour)),
                    Some((name, arity)) => {
                        let arity = arity.parse().ok();
                        found.by_arity.extend(arity.map(|arity| ((name, arity), behaviour)));
                    }
                }
            }
        }
        found
    }

    fn behaviour(&self, name: &str, arguments: usize) -> Behaviour {
        // Looked up among the few of them: a key would have to outlive the text of the statement.
        let by_arity = self
            .by_arity
            .iter()
            .find(|((found, arity), _)| *found == name && *arity == arguments);
        let found = by_arity
            .map(|(_, behaviour)| behaviour)
            .or_else(|| self.by_name.get(name));
        found.copied().unwrap_or(Behaviour::OPAQUE)
    }
}

fn class_named(word: &str) -> Option<Class> {
    match word {
        "pure" => Some(Class::Pure),
        "fallible" => Some(Class::Fallible),
        "picking" => Some(Class::Picking),
        "counting" => Some(Class::Counting),
        "system" => Some(Class::System),
        "opaque" => Some(Class::Opaque),
        _ => None,
    }
}

#[cfg(test)]
#[path = "functions_tests.rs"]
mod tests;
