//! `pgveil dump`: stock pg_dump through a proxy in this process; account of what was dumped and until when; certificates.
//!
//! Exit codes: 0 done; 1 the dump, or a part of the sweep, failed; 2 arguments, config, rules or server are not as they must be,
//! and nothing was begun; 3 nothing may be written at that place; 4 dump and certificate do not belong together; 130 interrupted, 143 terminated.

mod account;
mod arguments;
pub(super) mod certificate;
mod content;
mod follow;
mod index;
mod progress;
mod proxy;
mod take;
mod target;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::interrupt::Interrupted;

/// Days until a dump must be gone, at most.
const KEEP_DAYS_MAX: i64 = 30;

/// Arguments of `pgveil dump`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 done; 1 the dump or a part of the sweep failed; 2 wrong arguments, config, rules or \
    server, nothing begun; 3 nothing may be written at that place; 4 dump and certificate do not belong together; \
    130 interrupted, 143 terminated."
)]
pub struct DumpArgs {
    /// The config file.
    #[arg(long, value_name = "FILE", default_value = "pgveil.toml")]
    pub config: PathBuf,
    /// The database; by default the one that the config's URL names.
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
    /// Where to write, outside of any git work tree; `-` is standard output. By default a dated file in the temporary directory.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Where the certificate is, or is to be; by default beside the dump, as FILE.certificate.json.
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Days until the dump must be gone, up to 30.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=KEEP_DAYS_MAX))]
    pub keep_days: u8,
    /// The pg_dump to run.
    #[arg(long, value_name = "PROGRAM", default_value = "pg_dump")]
    pub pg_dump: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Show which dumps there are, and until when.
    #[arg(long, group = "mode")]
    pub list: bool,
    /// Remove the dumps that are due.
    #[arg(long, group = "mode")]
    pub sweep: bool,
    /// Check that a dump is the one that its certificate describes.
    #[arg(long, value_name = "FILE", group = "mode")]
    pub verify: Option<PathBuf>,
    /// With --verify: the key that must have signed, as `pgveil key --public` prints it.
    #[arg(long, value_name = "KEY", requires = "verify")]
    pub public_key: Option<String>,
    /// Arguments for pg_dump, after `--`; all but those that say where it connects and writes.
    #[arg(last = true, value_name = "PG_DUMP ARGUMENTS", conflicts_with = "mode")]
    pub pg_dump_arguments: Vec<String>,
}

/// Why there is no dump, or no answer.
#[derive(Debug, thiserror::Error)]
enum DumpError {
    /// Nothing was begun.
    #[error("{0}")]
    Setup(String),
    /// Nothing may be written there.
    #[error(transparent)]
    Target(#[from] target::TargetError),
    /// It was begun, and nothing of it is left.
    #[error("{0}")]
    Failed(String),
    /// The index of dumps.
    #[error(transparent)]
    Index(#[from] index::IndexError),
    /// Dump and certificate.
    #[error(transparent)]
    Verify(#[from] certificate::VerifyError),
    /// Ctrl-C.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl DumpError {
    fn exit_code(&self) -> u8 {
        match self {
            DumpError::Failed(_) => 1,
            DumpError::Setup(_) | DumpError::Index(_) => 2,
            DumpError::Target(_) => 3,
            DumpError::Verify(error) if error.is_mismatch() => 4,
            DumpError::Verify(_) => 2,
            DumpError::Interrupted(interrupted) => interrupted.exit_code(),
        }
    }
}

/// Runs the command; see the module for the exit codes.
pub fn run(args: &DumpArgs) -> ExitCode {
    let outcome = match &args.verify {
        Some(dump) => account::verify(args, dump),
        None if args.list => account::list(args),
        None if args.sweep => account::sweep(args),
        None => take::take(args),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("pgveil: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// Prints to standard output. A reader that has seen enough (`| head`) is no error.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
