//! `pgveil user`: makes the `[[user]]` entry for a login from its password.

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::{Command, ExitCode, Stdio};

use zeroize::Zeroizing;

/// Longest password taken, in bytes.
const PASSWORD_BYTES_MAX: usize = 1024;

/// Why no verifier was made.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// Reading failed.
    #[error("cannot read the password: {0}")]
    Read(#[from] io::Error),
    /// Nothing was typed.
    #[error("the password is empty")]
    Empty,
    /// It is too long or holds a NUL byte.
    #[error("a password has at most {PASSWORD_BYTES_MAX} bytes and none that is NUL")]
    NoPassword,
    /// The second time something else was typed.
    #[error("the two passwords differ")]
    Differ,
}

/// Arguments of `pgveil user`.
#[derive(Debug, clap::Args)]
pub struct UserArgs {
    /// The login name.
    pub name: String,
}

/// Prints the entry for the config file. Exit code 1: there was no usable password.
pub fn run(args: &UserArgs) -> ExitCode {
    match make(&args.name) {
        Ok(entry) => {
            print!("{entry}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("pgveil: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The `[[user]]` entry for `pgveil.toml`. The password is asked for twice on a terminal, without showing it;
/// otherwise it is the first line of standard input.
///
/// # Errors
/// If there is no usable password.
pub fn make(name: &str) -> Result<String, UserError> {
    let stdin = io::stdin();
    let password = if stdin.is_terminal() {
        let _hidden = Hidden::new();
        let first = ask("Password: ", &mut stdin.lock())?;
        if ask("Again: ", &mut stdin.lock())? != first {
            return Err(UserError::Differ);
        }
        first
    } else {
        read_line(&mut stdin.lock())?
    };
    Ok(entry(name, &password))
}

fn entry(name: &str, password: &[u8]) -> String {
    let verifier = postgres_protocol::password::scram_sha_256(password);
    let name = toml::Value::String(name.to_string());
    format!("[[user]]\nname = {name}\nverifier = \"{verifier}\"\n")
}

fn ask(prompt: &str, input: &mut impl BufRead) -> Result<Zeroizing<Vec<u8>>, UserError> {
    eprint!("{prompt}");
    io::stderr().flush()?;
    let password = read_line(input);
    eprintln!();
    password
}

fn read_line(input: &mut impl BufRead) -> Result<Zeroizing<Vec<u8>>, UserError> {
    // Room from the start, so that no copy is left behind by growing.
    let mut line = Zeroizing::new(Vec::with_capacity(2 * PASSWORD_BYTES_MAX));
    io::Read::take(input, PASSWORD_BYTES_MAX as u64 + 2).read_until(b'\n', &mut line)?;
    while matches!(line.last(), Some(b'\n' | b'\r')) {
        line.pop();
    }
    match line.len() {
        0 => Err(UserError::Empty),
        length if length > PASSWORD_BYTES_MAX || line.contains(&0) => Err(UserError::NoPassword),
        _ => Ok(line),
    }
}

/// While it lives, the terminal does not show what is typed.
struct Hidden;

impl Hidden {
    fn new() -> Self {
        stty("-echo");
        Hidden
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        stty("echo");
    }
}

fn stty(setting: &str) {
    let run = Command::new("stty").arg(setting).stdin(Stdio::inherit()).status();
    if !run.is_ok_and(|status| status.success()) {
        eprintln!("(what you type may be shown)");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ScramVerifier;

    #[test]
    fn the_entry_is_what_the_config_takes() {
        let entry = entry("a\"da", b"secret");
        let table: toml::Table = entry.parse().unwrap();
        let user = &table["user"][0];
        assert_eq!(user["name"].as_str(), Some("a\"da"));
        assert!(ScramVerifier::parse(user["verifier"].as_str().unwrap()).is_ok());
        assert!(!entry.contains("secret"));
    }

    #[test]
    fn one_line_is_the_password() {
        assert_eq!(**read_line(&mut &b"secret\r\nmore"[..]).unwrap(), *b"secret");
        assert!(matches!(read_line(&mut &b"\n"[..]), Err(UserError::Empty)));
        let long = vec![b'x'; PASSWORD_BYTES_MAX + 1];
        assert!(matches!(read_line(&mut &long[..]), Err(UserError::NoPassword)));
        assert!(matches!(read_line(&mut &b"a\0b"[..]), Err(UserError::NoPassword)));
    }
}
