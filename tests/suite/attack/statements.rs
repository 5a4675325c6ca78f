//! Attacks of one statement, in both protocols.

use super::people;
use crate::harness::for_version;
use crate::protocol::peer::Script;

/// Titles and statements of `statements.sql`: a comment line, then a statement up to a blank line.
fn statements(text: &str) -> Vec<(&str, &str)> {
    let blocks = text.split("\n\n");
    let blocks = blocks.filter_map(|block| block.trim().strip_prefix("-- ")?.split_once('\n'));
    blocks.filter(|(_, text)| !text.starts_with("--")).collect()
}

#[test]
fn no_statement_tells_the_databases_apart() {
    let pair = people();
    let mut sessions = pair.sessions();
    let mut failures = Vec::new();
    let (mut count, mut refused) = (0, 0);
    let all = for_version(include_str!("statements.sql"), pair.server_version());
    for (title, text) in statements(&all) {
        let text = &text.replace("PATTERN", &"ab".repeat(300_000));
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
            }
        }
    }
    println!("{count} statements, {refused} refused");
    assert!(count > 100, "{count} statements only");
    assert!(failures.is_empty(), "{} leaks\n{}", failures.len(), failures.join("\n"));
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
