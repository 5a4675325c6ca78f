//! `pgveil log`: reading and checking the session log.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use crate::journal::{LOG_FILE, Lines, is_active, verify};

/// Read and check the session log.
#[derive(Debug, Args)]
pub struct LogArgs {
    #[command(subcommand)]
    command: LogCommand,
}

#[derive(Debug, Subcommand)]
enum LogCommand {
    /// Check that no record was changed, removed, added or moved; exit code 1 if one was.
    Verify(VerifyArgs),
    /// Print the records, one a line.
    Show(ShowArgs),
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// The log's directory, or the log file itself.
    path: PathBuf,
    /// A hash that an earlier run printed and that must still be there.
    #[arg(long, value_name = "HASH")]
    anchor: Option<String>,
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// The log's directory, or the log file itself.
    path: PathBuf,
    /// Only this session.
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// As the records stand in the log.
    #[arg(long)]
    json: bool,
}

/// Runs the command: 0 if all is well, 1 if the log is not as it should be or cannot be read.
pub fn run(args: &LogArgs) -> ExitCode {
    let outcome = match &args.command {
        LogCommand::Verify(args) => run_verify(args),
        LogCommand::Show(args) => run_show(args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("pgveil log: {message}");
            ExitCode::FAILURE
        }
    }
}

fn log_file(path: &Path) -> PathBuf {
    if path.is_dir() {
        path.join(LOG_FILE)
    } else {
        path.to_owned()
    }
}

fn run_verify(args: &VerifyArgs) -> Result<(), String> {
    let path = log_file(&args.path);
    let report = verify(&path, args.anchor.as_deref()).map_err(|error| error.to_string())?;
    println!(
        "{}: {} records, {} bytes, chain whole",
        path.display(),
        report.records,
        report.bytes
    );
    if let Some(line) = report.anchor_line {
        println!("anchor: found in line {line}");
    }
    println!("head: {}", report.head);
    Ok(())
}

fn run_show(args: &ShowArgs) -> Result<(), String> {
    let path = log_file(&args.path);
    let mut lines = Lines::open(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    match show(&mut lines, args, &mut BufWriter::new(io::stdout().lock())) {
        // The reader, `head` for one, has seen enough.
        Err(ShowError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| format!("{}: {error}", path.display())),
    }
}

#[derive(Debug, thiserror::Error)]
enum ShowError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("line {line} is not a record; `pgveil log verify` says more")]
    NotARecord { line: u64 },
}

fn show(lines: &mut Lines, args: &ShowArgs, output: &mut dyn Write) -> Result<(), ShowError> {
    let mut number = 0;
    let mut text = String::new();
    while let Some(line) = lines.next_line()? {
        number += 1;
        let Ok(Value::Object(record)) = serde_json::from_slice(line) else {
            output.flush()?;
            return Err(ShowError::NotARecord { line: number });
        };
        if args
            .session
            .as_ref()
            .is_some_and(|session| record.get("session").and_then(Value::as_str) != Some(session))
        {
            continue;
        }
        if args.json {
            output.write_all(line)?;
        } else {
            text.clear();
            describe(&record, &mut text);
            writeln!(output, "{text}")?;
        }
    }
    Ok(output.flush()?)
}

/// One line for people: the time, the session, the event, then the event's own fields.
fn describe(record: &Map<String, Value>, text: &mut String) {
    for key in ["time", "session", "event"] {
        inert(record.get(key).and_then(Value::as_str).unwrap_or("?"), text);
        text.push_str(if key == "event" { ":" } else { "  " });
    }
    for (key, value) in record {
        if value.is_null() || matches!(key.as_str(), "n" | "time" | "session" | "event" | "prev" | "hash") {
            continue;
        }
        text.push(' ');
        inert(key, text);
        text.push('=');
        describe_value(value, text);
    }
}

fn describe_value(value: &Value, text: &mut String) {
    match value {
        Value::String(string) if string.is_empty() || string.contains([' ', '"', '=', ',']) => {
            text.push('"');
            inert(string, text);
            text.push('"');
        }
        Value::String(string) => inert(string, text),
        Value::Array(values) => {
            for (position, value) in values.iter().enumerate() {
                text.push_str(if position > 0 { "," } else { "" });
                describe_value(value, text);
            }
        }
        Value::Object(fields) => {
            for (position, value) in fields.values().enumerate() {
                text.push_str(if position > 0 { ":" } else { "" });
                describe_value(value, text);
            }
        }
        other => {
            let _ = write!(text, "{other}");
        }
    }
}

/// Appends `string` with all that a terminal would act upon escaped, so that no record can draw another one.
fn inert(string: &str, text: &mut String) {
    for character in string.chars() {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            _ if is_active(character) => text.extend(character.escape_default()),
            _ => text.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::journal::{Event, Journal, LoginFailure, ProtectedColumn, Protocol, Statement, Verdict};

    fn shown(directory: &Path, session: Option<String>, json: bool) -> String {
        let args = ShowArgs {
            path: directory.to_owned(),
            session,
            json,
        };
        let mut output = Vec::new();
        show(&mut Lines::open(&log_file(directory)).unwrap(), &args, &mut output).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn shows_and_verifies() {
        let directory = std::env::temp_dir().join(format!("pgveil-cli-log-{}", std::process::id()));
        let journal = Journal::open(&directory).unwrap();
        let (first, second) = (journal.new_session(), journal.new_session());
        let failure = LoginFailure {
            user: "eve\n2025-01-01T00:00:00.000Z  1-1  session_start: user=\u{9b}31mroot",
            database: "shop",
            client: "unix",
            application_name: "",
            reason: "password",
        };
        journal.append(first, &Event::LoginFailure(failure)).unwrap();
        let protected = [ProtectedColumn {
            column: "public.customer.email".into(),
            how: "email".into(),
        }];
        let statement = Statement {
            statement: 1,
            protocol: Protocol::Extended,
            kind: "query",
            text: "SELECT email FROM customer WHERE id = $1",
            verdict: Verdict::Mask,
            reason: None,
            protected: &protected,
            filters: &[],
            catalog_generation: 1,
        };
        journal.append(second, &Event::Statement(statement)).unwrap();

        let all = shown(&directory, None, false);
        assert_eq!(all.lines().count(), 3, "{all}");
        assert!(
            !all.chars().any(|character| character != '\n' && is_active(character)),
            "{all}"
        );
        let one = shown(&directory, Some(second.to_string()), false);
        let expected = "statement: statement=1 protocol=extended kind=query \
            text=\"SELECT email FROM customer WHERE id = $1\" verdict=mask \
            protected=public.customer.email:email catalog_generation=1\n";
        let fields = |line: &str| {
            line.split(' ')
                .map(str::to_owned)
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert!(
            fields(one.trim_end()).is_superset(&fields(expected.trim_end())),
            "{one}"
        );
        let log = log_file(&directory);
        assert_eq!(shown(&directory, None, true).as_bytes(), fs::read(&log).unwrap());

        let run_verify = |path: &Path| {
            run(&LogArgs {
                command: LogCommand::Verify(VerifyArgs {
                    path: path.to_owned(),
                    anchor: None,
                }),
            })
        };
        assert_eq!(run_verify(&directory), ExitCode::SUCCESS);
        let tampered = fs::read_to_string(&log).unwrap().replace("customer", "costumer");
        fs::write(&log, tampered).unwrap();
        assert_eq!(run_verify(&log), ExitCode::FAILURE);
        assert_eq!(run_verify(Path::new("/nonexistent")), ExitCode::FAILURE);
        fs::remove_dir_all(&directory).unwrap();
    }
}
