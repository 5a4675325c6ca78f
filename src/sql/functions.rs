//! Classes of built-in functions: what a call may do with its arguments.
//!
//! The data is `rules/functions.txt`, a file for people to review; a function that it does not name is [`Class::Opaque`].

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a built-in function does with its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Computed from the arguments; no value of them makes it fail.
    Pure,
    /// Computed from the arguments; fails on some values of them. See [`fails_by`].
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

/// A line's entry: the class, and the arguments by whose values alone a fallible function cannot fail, as bits.
#[derive(Debug, Clone, Copy)]
struct Entry {
    class: Class,
    total_in: u32,
}

static ENTRIES: LazyLock<HashMap<&'static str, Entry>> =
    LazyLock::new(|| entries(include_str!("../../rules/functions.txt")));

/// The class of the functions of this name in pg_catalog, the worst where they differ.
pub fn class(name: &str) -> Class {
    ENTRIES.get(name).map_or(Class::Opaque, |entry| entry.class)
}

/// Whether the data file names it, be it as opaque.
pub fn is_listed(name: &str) -> bool {
    ENTRIES.contains_key(name)
}

/// Whether the value of this argument (counted from 0) can make a call fail. Of variadic functions, any argument counts.
pub fn fails_by(name: &str, argument: usize) -> bool {
    match ENTRIES.get(name) {
        Some(Entry {
            class: Class::Fallible,
            total_in,
        }) => argument >= 32 || total_in & (1 << argument) == 0,
        Some(Entry {
            class: Class::Opaque, ..
        })
        | None => true,
        Some(_) => false,
    }
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

/// Reads the data file. Lines that do not fit name nothing, so that their functions are opaque; a test finds them.
fn entries(text: &'static str) -> HashMap<&'static str, Entry> {
    let mut found = HashMap::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let Some(class) = words.next().and_then(class_named) else {
            continue;
        };
        for word in words {
            let (name, arguments) = word.split_once('/').unwrap_or((word, ""));
            let total_in = arguments.split(',').filter_map(|digits| digits.parse::<u32>().ok());
            let total_in = total_in
                .filter(|argument| *argument < 32)
                .fold(0, |bits, argument| bits | 1 << argument);
            found.insert(name, Entry { class, total_in });
        }
    }
    found
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
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_file_is_understood_and_no_function_stands_twice() {
        let mut seen = std::collections::HashSet::new();
        for line in include_str!("../../rules/functions.txt").lines() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut words = line.split_whitespace();
            assert!(class_named(words.next().unwrap()).is_some(), "{line}");
            for word in words {
                let name = word.split('/').next().unwrap();
                assert!(
                    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
                    "{word}"
                );
                assert!(seen.insert(name), "{name} twice");
            }
        }
        assert_eq!(seen.len(), ENTRIES.len());
        assert!(seen.len() > 2_700);
    }

    #[test]
    fn known_ways_out_are_opaque() {
        for name in "query_to_xml table_to_xml cursor_to_xml database_to_xml schema_to_xml ts_stat ts_rewrite lo_get loread
            pg_read_file pg_read_binary_file pg_ls_dir pg_stat_get_activity pg_logical_slot_get_changes pg_notify set_config
            pg_advisory_lock nextval setval currval pg_terminate_backend pg_logical_emit_message setseed pg_mcv_list_items
            dblink crosstab no_such_function"
            .split_whitespace()
        {
            assert_eq!(class(name), Class::Opaque, "{name}");
        }
    }

    #[test]
    fn classes_of_everyday_functions() {
        assert_eq!(class("lower"), Class::Pure);
        assert_eq!(class("max"), Class::Picking);
        assert_eq!(class("count"), Class::Counting);
        assert_eq!(class("now"), Class::System);
        assert_eq!(class("pg_get_viewdef"), Class::System);
        assert_eq!(class("to_date"), Class::Fallible);
        assert_eq!(class("repeat"), Class::Fallible);
        assert!(!fails_by("substr", 0) && fails_by("substr", 1));
        assert!(fails_by("repeat", 0) && fails_by("no_such", 0) && !fails_by("lower", 0));
    }
}
