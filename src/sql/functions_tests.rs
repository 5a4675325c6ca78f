use super::*;

/// `name(argument types) kind+volatility [setof] result versions` of every function of pg_catalog, 13 to 18.
const EVERY_FUNCTION: &str = include_str!("../../tests/data/functions.txt");

struct Listed {
    name: &'static str,
    arguments: &'static str,
    /// `prokind`: f, a, w, p.
    kind: char,
    /// `provolatile`: i, s, v.
    volatility: char,
    returns_set: bool,
    result: &'static str,
}

fn every_function() -> Vec<Listed> {
    let listed = EVERY_FUNCTION.lines().map(|line| {
        let (name, rest) = line.split_once('(').unwrap();
        let (arguments, rest) = rest.split_once(") ").unwrap();
        let (rest, _versions) = rest.rsplit_once(' ').unwrap();
        let (letters, result) = rest.split_once(' ').unwrap();
        let mut letters = letters.chars();
        Listed {
            name,
            arguments,
            kind: letters.next().unwrap(),
            volatility: letters.next().unwrap(),
            returns_set: result.starts_with("setof "),
            result: result.trim_start_matches("setof "),
        }
    });
    listed.collect()
}

fn computes(class: Class) -> bool {
    matches!(class, Class::Pure | Class::Fallible | Class::Picking | Class::Counting)
}

#[test]
fn every_line_of_the_files_is_understood_and_no_function_stands_twice() {
    let builtin = [("", include_str!("../../rules/functions.txt"))];
    for (extension, text) in builtin.iter().chain(EXTENSION_FILES) {
        let mut seen = std::collections::HashSet::new();
        for line in text.lines() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut words = line.split_whitespace();
            assert!(class_named(words.next().unwrap()).is_some(), "{line}");
            for word in words {
                let name = word.split('/').next().unwrap();
                assert!(seen.insert(name), "{name} twice");
                let name = name.strip_suffix(')').map_or(name, |name| {
                    let (name, arity) = name.split_once('(').unwrap();
                    assert!(arity.parse::<u8>().is_ok(), "{word}");
                    name
                });
                let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
                assert!(name.bytes().all(is_name), "{word}");
                assert!(
                    text.contains(&format!(" {name}")),
                    "{extension}: {word} has no class without a number"
                );
            }
        }
        let classes = Classes::read(text);
        assert_eq!(
            seen.len(),
            classes.by_name.len() + classes.by_arity.len(),
            "{extension}"
        );
        assert!(
            classes
                .by_arity
                .keys()
                .all(|(name, _)| classes.by_name.contains_key(name))
        );
    }
    assert!(BUILTIN.by_name.len() > 2_700);
}

#[test]
fn every_function_of_every_version_has_a_class_and_every_name_is_one() {
    let functions = every_function();
    assert!(functions.len() > 3_500);
    let unlisted: Vec<_> = functions
        .iter()
        .map(|one| one.name)
        .filter(|name| !is_listed(name))
        .collect();
    assert!(unlisted.is_empty(), "without a class: {unlisted:?}");
    let names: std::collections::HashSet<_> = functions.iter().map(|one| one.name).collect();
    let unknown: Vec<_> = listed().filter(|name| !names.contains(name)).collect();
    assert!(unknown.is_empty(), "no server has: {unknown:?}");
}

#[test]
fn classes_agree_with_what_the_servers_say_of_their_functions() {
    // Random, but drawn from the argument; and one that 13 and 14 called volatile for no reason of its own.
    let volatile = ["array_sample", "array_shuffle", "timezone"];
    for one in every_function() {
        let (name, class) = (one.name, builtin(one.name, arity(one.arguments)).class);
        if computes(class) {
            assert!(one.volatility != 'v' || volatile.contains(&name), "{name} is volatile");
            // State of aggregates and planner, triggers: no query can call them with a value of its own.
            assert!(
                !one.arguments.contains("internal") && one.result != "internal",
                "{name}"
            );
            assert!(!one.result.contains("trigger") || name.contains("trigger_"), "{name}");
            assert!(!one.arguments.contains("refcursor") && one.kind != 'p', "{name}");
        }
        if matches!(class, Class::Picking | Class::Counting) {
            assert!(matches!(one.kind, 'a' | 'w'), "{name} sees one row only");
        }
        // A relation is an argument that something is read by; its name is none, where it is only shown or compared.
        if one.arguments.contains("regclass") && !name.starts_with("regclass") {
            assert!(!computes(class), "{name} reads of a relation");
        }
    }
}

#[test]
fn functions_that_return_rows_are_known_to() {
    for one in every_function()
        .iter()
        .filter(|one| one.returns_set && computes(class(one.name)))
    {
        assert!(crate::sql::lineage::returns_set(one.name), "{}", one.name);
    }
}

fn arity(arguments: &str) -> usize {
    match arguments {
        "" => 0,
        some => some.split(", ").count(),
    }
}

#[test]
fn known_ways_out_are_opaque() {
    for name in "query_to_xml table_to_xml cursor_to_xml database_to_xml schema_to_xml ts_stat ts_rewrite lo_get loread
        pg_read_file pg_read_binary_file pg_ls_dir pg_stat_get_activity pg_logical_slot_get_changes pg_notify set_config
        pg_advisory_lock nextval setval currval pg_terminate_backend pg_logical_emit_message setseed pg_mcv_list_items
        pg_stat_get_backend_activity pg_stat_get_wal_receiver dblink crosstab no_such_function"
        .split_whitespace()
    {
        assert_eq!(class(name), Class::Opaque, "{name}");
    }
    for (extension, name) in [
        ("tablefunc", "crosstab"),
        ("postgis", "st_estimatedextent"),
        ("postgis", "find_srid"),
        ("pg_trgm", "set_limit"),
        ("isn", "isn_weak"),
        ("pg_stat_statements", "pg_stat_statements"),
        ("xml2", "xpath_table"),
        ("dblink", "dblink"),
        ("hstore", "no_such_function"),
    ] {
        assert_eq!(of_extension(extension, name, 1), Behaviour::OPAQUE, "{name}");
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
    assert!(!builtin("substr", 2).fails_by(0) && builtin("substr", 2).fails_by(1));
    assert!(builtin("repeat", 2).fails_by(0) && builtin("no_such", 1).fails_by(0) && !builtin("lower", 1).fails_by(0));
    // length(bytea, encoding) fails on bytes that are none of it.
    assert!(builtin("length", 2).fails_by(0) && !builtin("length", 1).fails_by(0));
    assert_eq!(of_extension("citext", "max", 1).class, Class::Picking);
    assert!(!of_extension("pgcrypto", "digest", 2).fails_by(0));
}

#[test]
fn a_call_that_may_mean_several_functions_does_the_worst_of_them() {
    let [pure, picking, opaque] = [Class::Pure, Class::Picking, Class::Opaque].map(Behaviour::of);
    assert_eq!(picking.or(picking).class, Class::Picking);
    assert_eq!(picking.or(pure).class, Class::Pure);
    assert_eq!(pure.or(opaque), Behaviour::OPAQUE);
    let split_part = builtin("split_part", 3).or(of_extension("citext", "split_part", 3));
    assert!(!split_part.fails_by(0) && split_part.fails_by(2));
    assert!(pure.or(builtin("now", 0)).class == Class::System);
}
