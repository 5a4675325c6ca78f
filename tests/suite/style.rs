//! Rules about the code that a program can check.

use std::path::{Path, PathBuf};

/// The longest file; 500 lines is the aim.
const LINES_MAX: usize = 520;

/// Each module's floor; modules import only from lower ones (`src/lib.rs` is the map).
const FLOORS: [(&str, u8); 16] = [
    ("wire", 0),
    ("value", 0),
    ("config", 0),
    ("journal", 0),
    ("catalog", 0),
    ("cluster", 0),
    ("mask", 1),
    ("sql", 1),
    ("upstream", 1),
    ("rules", 2),
    ("plan", 3),
    ("discover", 3),
    ("conversation", 4),
    ("session", 5),
    ("server", 6),
    ("cli", 7),
];

/// Names that say nothing of what is inside.
const NAMELESS: [&str; 9] = [
    "util", "utils", "common", "helper", "helpers", "manager", "engine", "misc", "shared",
];

#[test]
fn modules_import_only_from_lower_floors() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let Some(own) = module_of(&path) else {
            continue;
        };
        let floor = floor(&own).unwrap_or_else(|| panic!("{}: a module without a floor", path.display()));
        for other in crate_paths(&without_comments(&text)) {
            // Items of lib.rs itself have no floor.
            let Some(other_floor) = self::floor(other) else {
                continue;
            };
            if other != own && other_floor >= floor {
                wrong.push(format!(
                    "{}: {own} (floor {floor}) uses {other} (floor {other_floor})",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let files = sources("src")
        .into_iter()
        .chain(sources("tests"))
        .chain(sources("benches"));
    let long: Vec<_> = files
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "over {LINES_MAX} lines:\n{}", long.join("\n"));
}

#[test]
fn every_module_has_a_telling_name() {
    for (path, _) in sources("src").into_iter().chain(sources("tests")) {
        for part in path.with_extension("").iter().filter_map(|part| part.to_str()) {
            assert!(!NAMELESS.contains(&part), "{}: `{part}` says nothing", path.display());
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not find itself.
    let marks = [
        ["TO", "DO"],
        ["FIX", "ME"],
        ["XX", "X:"],
        ["todo", "!("],
        ["unimplemented", "!("],
        ["dbg", "!("],
    ];
    let marks = marks.map(|parts| parts.concat());
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        for (number, line) in text.lines().enumerate() {
            for mark in &marks {
                // `COERCETODOMAIN` is a node of PostgreSQL's.
                let stands_alone =
                    |(at, _): (usize, &str)| !line[..at].ends_with(|before: char| before.is_alphabetic());
                let found = line.match_indices(mark.as_str()).any(stands_alone);
                assert!(!found, "{}:{}: {mark}", path.display(), number + 1);
            }
        }
    }
}

/// Every Rust file under a directory of the repository: its path from there, and its text.
fn sources(directory: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut open = vec![root.join(directory)];
    while let Some(directory) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&directory) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source file");
                found.push((path.strip_prefix(root).expect("below the root").to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// The module of a file: `src/wire/frame.rs` and `src/wire.rs` are `wire`'s; lib.rs and main.rs are above all floors.
fn module_of(path: &Path) -> Option<String> {
    let name = path.iter().nth(1)?.to_str()?;
    let name = name.strip_suffix(".rs").unwrap_or(name);
    (!matches!(name, "lib" | "main")).then(|| name.to_owned())
}

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// The code alone. Documentation may point anywhere.
fn without_comments(text: &str) -> String {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| line.to_owned() + "\n")
        .collect()
}

/// The module in each `crate::module…`; also those of `use crate::{a, b::c}`.
fn crate_paths(code: &str) -> Vec<&str> {
    fn name(path: &str) -> &str {
        let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
        &path[..end.unwrap_or(path.len())]
    }
    let mut modules = Vec::new();
    for (at, matched) in code.match_indices("crate::") {
        let path = &code[at + matched.len()..];
        let Some(group) = path.strip_prefix('{') else {
            modules.push(name(path));
            continue;
        };
        let mut depth = 0;
        for part in group.split_inclusive([',', '{', '}']) {
            if depth == 0 {
                modules.push(name(part.trim_start()));
            }
            depth += i32::from(part.ends_with('{')) - i32::from(part.ends_with('}'));
            if depth < 0 {
                break;
            }
        }
    }
    modules.retain(|module| !module.is_empty());
    modules
}

#[test]
fn crate_paths_are_found() {
    assert_eq!(crate_paths("use crate::wire::Frame;"), ["wire"]);
    assert_eq!(crate_paths("use crate::{wire::{Frame, Tag}, plan};"), ["wire", "plan"]);
    assert_eq!(
        crate_paths("    let x = crate::mask::kinds(crate::value::Form::Text);"),
        ["mask", "value"]
    );
    assert!(crate_paths("use std::fmt;").is_empty());
}

/// A test file that no `mod` names is compiled by nobody, and nobody notices.
#[test]
fn every_test_file_is_in_the_binary() {
    let main = include_str!("main.rs");
    for (path, _) in sources("tests/suite")
        .iter()
        .filter(|(path, _)| path.iter().count() == 3)
    {
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        assert!(
            name == "main" || main.contains(&format!("mod {name};")),
            "{} is in no binary",
            path.display()
        );
    }
}
