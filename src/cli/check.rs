//! `pgveil check`: config and rules against the live catalog, before anybody relies on them.
//!
//! Exit codes: 0 nothing to say (or only warnings), 1 warnings under `--strict`, 2 errors.

mod coverage;
mod filters;
mod inspect;
mod require;
mod rule_test;
mod server;
mod trial;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::config::{Config, Problem, Severity};
use crate::rules::{Regulation, RuleSet};

use super::live::Live;
use trial::Trials;

pub use coverage::Coverage;
pub use inspect::report;
pub use require::{Required, Requirement, State};

/// Arguments of `pgveil check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The config file.
    #[arg(long, value_name = "FILE", default_value = "pgveil.toml")]
    pub config: PathBuf,
    /// The database to check; by default the one that the config's URL names.
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Count the rows that dumps would hold, table by table, where filters or a subset take rows from them.
    #[arg(long)]
    pub rows: bool,
    /// Warnings, too, make the exit code 1.
    #[arg(long)]
    pub strict: bool,
    /// Rows of each masked table to hold against its constraints; with 0, no table is read.
    #[arg(long, value_name = "ROWS", default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub sample: u32,
    /// Asks that every column which falls under this regulation is masked under its tag or kept for a reason: gdpr,
    /// gdpr_special, hipaa, pci; several with commas.
    #[arg(long, value_name = "TAG", value_delimiter = ',', value_parser = regulation)]
    pub require: Vec<Regulation>,
}

fn regulation(written: &str) -> Result<Regulation, String> {
    let found = Regulation::ALL.into_iter().find(|known| known.tag() == written);
    found.ok_or_else(|| format!("not one of {}", Regulation::ALL.map(Regulation::tag).join(", ")))
}

/// Prints the report. Exit code 0: fine; 1: warnings, with `--strict`; 2: errors, or nothing could be checked.
pub fn run(args: &CheckArgs) -> ExitCode {
    let report = match examine(args) {
        Ok(report) => report,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    let text = if args.json {
        report.to_json() + "\n"
    } else {
        report.to_text()
    };
    // A reader that has seen enough (`| head`) is no error.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::from(report.exit_code(args.strict))
}

/// Problems of files and rules are findings as well; the error is that the server could not be asked.
fn examine(args: &CheckArgs) -> Result<Report, String> {
    let written =
        Config::load(&args.config).and_then(|config| RuleSet::load(&config.masking.rules).map(|_| config.warnings));
    let warnings = match written {
        Ok(warnings) => warnings,
        Err(problems) => return Ok(Report::of_problems(&problems)),
    };
    let live = Live::load(&args.config, args.database.as_deref()).map_err(|problems| problems.to_string())?;
    let runtime = super::runtime().map_err(|error| error.to_string())?;
    let mut found = match live.rules.resolve(&live.snapshot, &live.keys, &live.config.policy) {
        Ok(resolved) => {
            let (requirements, missing) = require::requirements(&args.require, &resolved, &live.snapshot);
            let asked = runtime.block_on(async {
                let mut connection = live.connect().await?;
                let trials = Trials::run(&mut connection, &resolved, &live.snapshot, args.sample)
                    .await
                    .map_err(super::live::problem)?;
                let filtered = filters::Filtered::new(&live.snapshot, &resolved.filters)
                    .examine(&mut connection, args.rows)
                    .await
                    .map_err(super::live::problem)?;
                Ok((trials, filtered))
            });
            let (trials, (of_filters, rows)) = asked.map_err(|problems: super::live::Problems| problems.to_string())?;
            let mut report = inspect::report_with(&live.rules, &resolved, &live.snapshot, &trials);
            report.findings.extend(trials.findings);
            report.findings.extend(missing);
            report.findings.extend(of_filters);
            report.requirements = requirements;
            report.rows = rows;
            report
        }
        Err(problems) => Report {
            database: live.snapshot.database.clone(),
            ..Report::of_problems(&problems)
        },
    };
    found.findings.extend(Report::of_problems(&warnings).findings);
    let of_the_server = runtime.block_on(async {
        let mut connection = live.connect().await?;
        server::findings(&mut connection).await.map_err(super::live::problem)
    });
    found
        .findings
        .extend(of_the_server.map_err(|problems| problems.to_string())?);
    Ok(found.sorted())
}

/// What was found in one database.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its name; empty for what was found before a database was looked at.
    pub database: String,
    /// How many columns the rules speak of; `None` where they could not be resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// What was asked for by `--require`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
    /// With `--rows`: what a dump would hold of each table that filters take rows from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<FilteredRows>,
    /// What was found, errors first.
    pub findings: Vec<Finding>,
}

/// How many rows of a table a dump would hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FilteredRows {
    /// `schema.table`.
    pub table: String,
    /// Rows that are kept.
    pub kept: u64,
    /// Rows that there are.
    pub all: u64,
}

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// What kind of thing it is; the names are stable.
    pub kind: Kind,
    /// The rule, as in `rules/app.toml:12:3`, or the column.
    pub subject: String,
    /// What was found.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// Kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A config or rule file, or rules that contradict each other or the catalog.
    Rules,
    /// A rule that matches nothing.
    Unmatched,
    /// A `[[test]]` that failed.
    Test,
    /// A mask under a UNIQUE or PRIMARY KEY that may make values equal.
    Unique,
    /// A column that may not be NULL and would be shown as NULL.
    NotNull,
    /// A CHECK constraint that masked values may not meet, or an expression that fails on them.
    Check,
    /// Masked values that are longer than their column allows.
    Length,
    /// A foreign key whose columns differ in type or room, so that masked keys may not match.
    ForeignKey,
    /// A masked partition key: masked rows may belong to other partitions.
    PartitionKey,
    /// So few possible values that a pseudonym can be undone by anyone.
    SmallDomain,
    /// A mask that goes by other columns of the row, and what it tells of them or shows.
    Row,
    /// A column that a regulation asked for, and that is neither masked under its tag nor kept for a reason.
    Require,
    /// Columns that no rule names.
    Unlisted,
    /// A row filter or a subset that the server rejects, or that leaves tables without rows.
    Filter,
    /// Personal data in a default, a constraint, a comment or another definition.
    Definition,
    /// The upstream role may do more than read.
    Role,
}

impl Report {
    /// What was found before any catalog was read.
    pub fn of_problems(problems: &[Problem]) -> Report {
        let findings = problems
            .iter()
            .map(|problem| of_problem(Kind::Rules, problem))
            .collect();
        Report {
            database: String::new(),
            coverage: None,
            requirements: Vec::new(),
            rows: Vec::new(),
            findings,
        }
        .sorted()
    }

    /// 0, 1 or 2; see above.
    pub fn exit_code(&self, strict: bool) -> u8 {
        match (self.count("error"), self.count("warning")) {
            (0, 0) => 0,
            (0, _) => u8::from(strict),
            _ => 2,
        }
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            // Writing to a String cannot fail.
            let _ = write!(text, "{}: {}: {}", finding.subject, finding.severity, finding.message);
            let _ = match &finding.suggestion {
                Some(suggestion) => writeln!(text, " ({suggestion})"),
                None => writeln!(text),
            };
        }
        for FilteredRows { table, kept, all } in &self.rows {
            let _ = writeln!(text, "{table}: {kept} of {all} rows are kept");
        }
        let what = if self.database.is_empty() {
            String::new()
        } else {
            format!("database {}: ", self.database)
        };
        let (errors, warnings) = (self.count("error"), self.count("warning"));
        for requirement in &self.requirements {
            let Requirement {
                regulation,
                masked,
                kept,
                missing,
                ..
            } = requirement;
            let _ = writeln!(
                text,
                "{regulation}: {masked} columns masked, {kept} kept for a reason, {missing} missing"
            );
        }
        let _ = writeln!(text, "{what}{errors} errors, {warnings} warnings");
        if let Some(coverage) = &self.coverage {
            let Coverage { masked, kept, unlisted } = coverage;
            let percent = coverage.percent();
            let _ = writeln!(
                text,
                "coverage: {percent} % ({masked} columns masked, {kept} kept, {unlisted} unlisted)"
            );
        }
        text
    }

    /// For machines.
    pub fn to_json(&self) -> String {
        let mut value = serde_json::json!(self);
        value["errors"] = self.count("error").into();
        value["warnings"] = self.count("warning").into();
        if let Some(coverage) = &self.coverage {
            value["coverage"]["percent"] = coverage.percent().into();
        }
        value.to_string()
    }

    fn count(&self, severity: &str) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }

    fn sorted(mut self) -> Report {
        self.findings.sort_by(|left, right| {
            (left.severity, left.kind, &left.subject).cmp(&(right.severity, right.kind, &right.subject))
        });
        self
    }
}

fn of_problem(kind: Kind, problem: &Problem) -> Finding {
    let file = problem.file.display();
    Finding {
        severity: match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        kind,
        subject: match problem.line {
            0 => file.to_string(),
            line => format!("{file}:{line}:{}", problem.column),
        },
        message: problem.message.clone(),
        suggestion: problem.suggestion.clone(),
    }
}
