//! `pgveil log`: reading and checking the session log.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use crate::journal::checkpoint::VerifierKey;
use crate::journal::{Lines, is_active, record_files, verify};

/// Read and check the session log.
#[derive(Debug, Args)]
pub struct LogArgs {
    #[command(subcommand)]
    command: LogCommand,
}

#[derive(Debug, Subcommand)]
enum LogCommand {
    /// Check that no record was changed, removed, added or moved since it was signed; exit code 1 if one was.
    Verify(VerifyArgs),
    /// Print the records, one a line.
    Show(ShowArgs),
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// The log's directory.
    path: PathBuf,
    /// A checkpoint of this log that was kept elsewhere: what it speaks of must still be there. May be given more than once.
    #[arg(long, value_name = "FILE")]
    witness: Vec<PathBuf>,
    /// The log's public key, as its file sessions.vkey has it, or a file that holds it. Without it the one stored with the log
    /// is used, which whoever changes the log can change as well.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
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

/// The files of a log in order, or the one that is named.
fn log_files(path: &Path) -> Result<Vec<PathBuf>, String> {
    if path.is_dir() {
        record_files(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
    } else {
        Ok(vec![path.to_owned()])
    }
}

fn run_verify(args: &VerifyArgs) -> Result<(), String> {
    let key = args.key.as_deref().map(given_key).transpose()?;
    let report = verify(&args.path, key.as_ref(), &args.witness).map_err(|error| error.to_string())?;
    println!(
        "{}: {} records, {} bytes, whole; {} signed in {} checkpoints",
        args.path.display(),
        report.records,
        report.bytes,
        report.signed,
        report.checkpoints
    );
    if report.removed > 0 {
        println!(
            "the first {} records were removed when their time was over",
            report.removed
        );
    }
    for size in &report.witnessed {
        println!("witness: the first {size} records are those it speaks of");
    }
    match key {
        Some(key) => println!("key: {key}"),
        None => println!("key: {} (as stored with the log)", report.key),
    }
    Ok(())
}

/// A public key, or the content of a file.
fn given_key(given: &str) -> Result<VerifierKey, String> {
    given.parse().or_else(|error| match fs::read_to_string(given) {
        Ok(text) => text.parse().map_err(|error| format!("{given}: {error}")),
        Err(_) => Err(format!("{given:?}: {error}")),
    })
}

fn run_show(args: &ShowArgs) -> Result<(), String> {
    let mut output = BufWriter::new(io::stdout().lock());
    for path in log_files(&args.path)? {
        let mut lines = Lines::open(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        match show(&mut lines, args, &mut output) {
            Ok(()) => {}
            // The reader, `head` for one, has seen enough.
            Err(ShowError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => return Err(format!("{}: {error}", path.display())),
        }
    }
    Ok(())
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
            .is_some_and(|session| record.get("session.id").and_then(Value::as_str) != Some(session))
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
    for key in ["@timestamp", "session.id", "event.action"] {
        inert(record.get(key).and_then(Value::as_str).unwrap_or("?"), text);
        text.push_str(if key == "event.action" { ":" } else { "  " });
    }
    for (key, value) in record {
        if value.is_null()
            || matches!(
                key.as_str(),
                "event.sequence" | "@timestamp" | "session.id" | "event.action" | "pgveil.prev"
            )
        {
            continue;
        }
        text.push(' ');
        inert(key.strip_prefix("pgveil.").unwrap_or(key), text);
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
    use super::*;
    use crate::journal::{
        CHECKPOINTS_FILE, Client, Event, Journal, KEY_FILE, LOG_FILE, LoginFailure, ProtectedColumn, Protocol,
        Statement, Verdict,
    };

    fn shown(directory: &Path, session: Option<String>, json: bool) -> String {
        let args = ShowArgs {
            path: directory.to_owned(),
            session,
            json,
        };
        let mut output = Vec::new();
        for file in log_files(directory).unwrap() {
            show(&mut Lines::open(&file).unwrap(), &args, &mut output).unwrap();
        }
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn shows_and_verifies() {
        let directory = std::env::temp_dir().join(format!("pgveil-cli-log-{}", std::process::id()));
        let journal = Journal::open(&directory, &[7; 32], false, None).unwrap();
        let (first, second) = (journal.new_session(), journal.new_session());
        let failure = LoginFailure {
            user: "eve\n2025-01-01T00:00:00.000Z  1-1  session_start: user=\u{9b}31mroot",
            database: "shop",
            client: Client {
                address: "unix",
                port: None,
            },
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
            protocol: Protocol::Extended(Some(1)),
            kind: "query",
            text: "SELECT email FROM customer WHERE id = $1",
            fingerprint: 0x1234,
            verdict: Verdict::Mask,
            reason: None,
            protected: &protected,
            filters: &[],
            relations: &["public.customer".to_owned()],
            catalog_generation: 1,
        };
        journal.append(second, &Event::Statement(statement)).unwrap();
        drop(journal);

        let all = shown(&directory, None, false);
        assert_eq!(all.lines().count(), 4, "{all}");
        assert!(
            !all.chars().any(|character| character != '\n' && is_active(character)),
            "{all}"
        );
        let one = shown(&directory, Some(second.to_string()), false);
        let expected = "statement: statement=1 protocol=extended prepared=1 kind=query \
            db.query.text=\"SELECT email FROM customer WHERE id = $1\" fingerprint=0000000000001234 verdict=mask \
            protected=public.customer.email:email relations=public.customer catalog_generation=1\n";
        let fields = |line: &str| {
            line.split(' ')
                .map(str::to_owned)
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert!(
            fields(one.trim_end()).is_superset(&fields(expected.trim_end())),
            "{one}"
        );
        let log = directory.join(LOG_FILE);
        assert_eq!(shown(&directory, None, true).as_bytes(), fs::read(&log).unwrap());

        let run_verify = |path: &Path, witness: Option<PathBuf>, key: Option<&str>| {
            run(&LogArgs {
                command: LogCommand::Verify(VerifyArgs {
                    path: path.to_owned(),
                    witness: witness.into_iter().collect(),
                    key: key.map(str::to_owned),
                }),
            })
        };
        let stored = directory.join(KEY_FILE).display().to_string();
        let kept = directory.join("kept");
        fs::copy(directory.join(CHECKPOINTS_FILE), &kept).unwrap();
        assert_eq!(run_verify(&directory, None, None), ExitCode::SUCCESS);
        assert_eq!(run_verify(&directory, Some(kept), Some(&stored)), ExitCode::SUCCESS);
        let other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(run_verify(&directory, None, Some(other)), ExitCode::FAILURE);
        assert_eq!(run_verify(&directory, None, Some("no key")), ExitCode::FAILURE);
        assert_eq!(run_verify(&directory, Some(log.clone()), None), ExitCode::FAILURE);
        let tampered = fs::read_to_string(&log).unwrap().replace("customer", "costumer");
        fs::write(&log, tampered).unwrap();
        assert_eq!(run_verify(&directory, None, None), ExitCode::FAILURE);
        assert_eq!(run_verify(Path::new("/nonexistent"), None, None), ExitCode::FAILURE);
        fs::remove_dir_all(&directory).unwrap();
    }
}
