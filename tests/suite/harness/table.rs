//! What client programs answered, in a form to compare.

use std::process::Command;

/// Everything a client program wrote, and how it ended.
#[derive(PartialEq, Eq)]
pub struct Output {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
}

impl Output {
    /// Runs the command to its end.
    pub fn of(command: &mut Command) -> Output {
        let output = command.output().expect("a client program");
        Output {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code(),
        }
    }

    /// Its standard output; panics with its standard error if it failed.
    pub fn success(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self.stdout
    }
}

/// Two of them print as text, not as one escaped line.
impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit {:?}\n{}\n-- stderr --\n{}",
            self.code, self.stdout, self.stderr
        )
    }
}

/// The lines of a text.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// The first line in which two texts differ, with what is before it: for the message of a failed comparison.
pub fn shown(left: &str, right: &str) -> String {
    let position = left.lines().zip(right.lines()).position(|(left, right)| left != right);
    let at = position.unwrap_or_else(|| left.lines().count().min(right.lines().count()));
    let excerpt = |text: &str| -> String {
        text.lines()
            .skip(at.saturating_sub(3))
            .take(6)
            .map(|line| format!("    {line}\n"))
            .collect()
    };
    format!("line {}:\n  one\n{}  other\n{}", at + 1, excerpt(left), excerpt(right))
}
