//! What is wrong with a file that a user wrote, and where.

use std::fmt;
use std::path::PathBuf;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// pgveil goes on, and says so.
    Warning,
    /// pgveil does not start with it, and does not reload it.
    Error,
}

/// One thing that is wrong with a config or rule file. Everything wrong is reported at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file that has to change.
    pub file: PathBuf,
    /// Line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// Column in characters, from 1; 0 where the file as a whole is meant.
    pub column: usize,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What may have been meant: the nearest known word, or what to do.
    pub suggestion: Option<String>,
}

impl Problem {
    /// An error about a whole file.
    pub fn of_file(file: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        Problem {
            file: file.into(),
            line: 0,
            column: 0,
            severity: Severity::Error,
            message: message.into(),
            suggestion: None,
        }
    }

    /// The same with a suggestion.
    pub fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:", self.file.display())?;
        if self.line > 0 {
            write!(formatter, "{}:{}:", self.line, self.column)?;
        }
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(formatter, " {severity}: {}", self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(formatter, " ({suggestion})"),
            None => Ok(()),
        }
    }
}

/// `did you mean "…"?` for the nearest of the known words, if one is near enough to be a slip of the hand.
pub fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let written = written.to_lowercase();
    let (score, nearest) = known
        .into_iter()
        .map(|word| (strsim::jaro_winkler(&written, &word.to_lowercase()), word))
        .max_by(|left, right| left.0.total_cmp(&right.0))?;
    (score >= 0.75).then(|| format!("did you mean \"{nearest}\"?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_like_a_compiler_message() {
        let problem = Problem {
            line: 3,
            column: 7,
            ..Problem::of_file("pgveil.toml", "unknown key \"adress\"").suggest("did you mean \"address\"?")
        };
        assert_eq!(
            problem.to_string(),
            "pgveil.toml:3:7: error: unknown key \"adress\" (did you mean \"address\"?)"
        );
        assert_eq!(
            Problem::of_file("a.toml", "missing").to_string(),
            "a.toml: error: missing"
        );
    }

    #[test]
    fn only_near_words_are_suggested() {
        let known = ["address", "socket_dir", "tls"];
        assert_eq!(
            did_you_mean("adress", known).as_deref(),
            Some("did you mean \"address\"?")
        );
        assert_eq!(did_you_mean("zzz", known), None);
    }
}
