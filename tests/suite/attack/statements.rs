//! Attacks of one statement, in both protocols.

use super::pair::Pair;
use super::people;
use crate::harness::for_version;
use crate::protocol::peer::Script;

/// All attacks of one statement, by the name of their file.
pub const FILES: [(&str, &str); 2] = [
    ("attack/statements.sql", include_str!("statements.sql")),
    ("attack/corners.sql", include_str!("corners.sql")),
];

/// Titles, which end in a class of docs/threat-model.md, and statements: a comment line, then a statement up to a blank
/// line.
pub fn parse(text: &str) -> Vec<(&str, &str)> {
    let blocks = text.split("\n\n");
    blocks
        .filter_map(|block| block.trim().strip_prefix("-- ")?.split_once('\n'))
        .collect()
}

/// What is too long to be written in a file.
fn written_out(text: &str) -> String {
    let deep = format!("{}name{}", "(".repeat(20_000), ")".repeat(20_000));
    text.replace("PATTERN", &"ab".repeat(300_000))
        .replace("DEEP(name)", &deep)
        .replace("NOTS", &"NOT ".repeat(10_001))
        .replace("ANDS", &"AND id > 0 ".repeat(10_000))
        .replace("UNIONS", &"UNION ALL SELECT name FROM app.people ".repeat(1_000))
}

#[test]
fn no_statement_tells_the_databases_apart() {
    let failures = leaks(&people(), |_| true);
    assert!(failures.is_empty(), "{} leaks\n{}", failures.len(), failures.join("\n"));
}

/// The attacks that tell the databases apart.
pub fn leaks(pair: &Pair, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut sessions = pair.sessions();
    let mut failures = Vec::new();
    let (mut count, mut refused) = (0, 0);
    let texts = FILES.map(|(_, text)| for_version(text, pair.server_version()));
    let all = texts.iter().flat_map(|text| parse(text));
    for (title, text) in all.filter(|(title, _)| wanted(title)) {
        let text = &written_out(text);
        let binary = Script::new()
            .parse("", text)
            .bind_binary("", "")
            .describe("")
            .execute("");
        let scripts = [
            Script::new().query(text),
            Script::new().extended(text).sync(),
            binary.sync(),
        ];
        for script in scripts {
            let answers = sessions.ask(&script, 1);
            count += 1;
            refused += usize::from(answers.refusal().is_some());
            println!("{title}: {:?} {:?}", answers.refusal(), answers.sqlstate());
            if let Some(difference) = answers.difference() {
                failures.push(format!("{title}\n    {text:.400}\n{difference}"));
            }
            if answers.is_closed() {
                sessions = pair.sessions();
            } else if text.contains("SET ") || text.starts_with("DECLARE") {
                sessions.ask(&Script::new().query("RESET ALL; CLOSE ALL"), 1);
            }
        }
    }
    println!("{count} statements, {refused} refused");
    assert!(count > 100, "{count} statements only");
    failures
}

#[test]
fn everyday_statements_still_pass() {
    let pair = people();
    let mut sessions = pair.sessions();
    for text in for_version(include_str!("everyday.sql"), pair.server_version())
        .split(";\n")
        .map(str::trim)
        .filter(|text| !text.is_empty())
    {
        let answers = sessions.ask(&Script::new().query(text), 1);
        assert_eq!(
            answers.sqlstate(),
            None,
            "{text}: {:?} {:?}",
            answers.refusal(),
            answers.one.first()
        );
        assert_eq!(answers.difference(), None, "{text}");
    }
}
